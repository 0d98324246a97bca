"""What the tests of histories ask of rows; beside them, so pytest finds it by its bare name."""

from __future__ import annotations

from commonhold.operations.history import Row

COIN, UNLIMITED = 10**18, 2**256 - 1


def kinds_of(rows: list[Row]) -> list[str]:
    return [row.kind for row in rows]


def only(rows: list[Row], kind: str) -> Row:
    (row,) = [row for row in rows if row.kind == kind]
    return row
