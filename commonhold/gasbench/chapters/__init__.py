"""The gas table, chapter by chapter. A new row is one decorated function in the file of its subject."""

from commonhold.gasbench.chapters import (
    baseline,
    certificate,
    coin,
    encumbrances,
    governance,
    identity,
    income,
    leasing,
    lending,
    market,
    oracle,
    registry,
    treasury,
)
from commonhold.gasbench.rows import Row, SumRow

CHAPTERS = [
    module.CHAPTER
    for module in (
        certificate,
        encumbrances,
        income,
        identity,
        registry,
        oracle,
        coin,
        treasury,
        lending,
        market,
        leasing,
        governance,
        baseline,
    )
]


def all_rows() -> list[Row | SumRow]:
    """Every row, in the order of the table."""
    return [row for chapter in CHAPTERS for row in chapter.rows]
