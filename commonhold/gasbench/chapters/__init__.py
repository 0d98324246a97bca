"""The gas table, chapter by chapter. A new row is one decorated function in the file of its subject."""

from commonhold.gasbench.chapters import (
    baseline,
    certificate,
    coin,
    encumbrances,
    identity,
    income,
    oracle,
    registry,
    treasury,
)
from commonhold.gasbench.rows import Row

CHAPTERS = [
    module.CHAPTER
    for module in (certificate, encumbrances, income, identity, registry, oracle, coin, treasury, baseline)
]


def all_rows() -> list[Row]:
    """Every row, in the order of the table."""
    return [row for chapter in CHAPTERS for row in chapter.rows]
