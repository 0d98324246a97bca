"""A history for people and for programs, row by row: a table, CSV, JSON. Nothing waits for the last row.

The columns are those of a history page: who gave and who got, the transaction's hash, price, lender, amount, rate,
term. A row whose from is its to is an encumbrance.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from commonhold.operations.amounts import DECIMALS, show_amount
from commonhold.operations.history.rows import Row

COLUMNS = (
    *("date", "kind", "from", "to", "hash", "price", "lender", "amount", "rate", "term"),
    *("authority", "currency", "unit", "block", "note"),
)
CENT = 10 ** (DECIMALS - 2)
_WIDTHS = (16, 20, 13, 13, 13, 14, 13, 18, 7, 10)
_TO_THE_RIGHT = frozenset({"price", "amount", "rate", "term"})
EMPTY = "-"


def as_csv(rows: Iterable[Row], head: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """Exact to the wei; one line of column names first."""
    yield _csv_line(COLUMNS)
    for row in rows:
        yield _csv_line(["" if value is None else value for value in _fields(row).values()])


def as_json(rows: Iterable[Row], head: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """One object: what it is about, and `rows`. Amounts are decimal texts: a number of JSON would round them."""
    yield json.dumps(dict(head))[:-1] + ', "rows": ['
    between = "\n"
    for row in rows:
        yield between + json.dumps(_fields(row), ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"


def as_table(rows: Iterable[Row], head: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    """For a terminal: contracts by name, other addresses and hashes short, money down to the cent."""
    yield f"Share {head['share']}: up to block {head['block']}; a row whose from is its to is an encumbrance\n"
    titles = [*COLUMNS[: len(_WIDTHS)], "note"]
    yield _table_line(titles)
    yield _table_line(["-" * width for width in _WIDTHS] + ["----"])
    count = 0
    for row in rows:
        count += 1
        yield _table_line(_cells(row, names))
    yield f"{count:,} rows\n"


Format = Callable[[Iterable[Row], Mapping[str, Any], Mapping[str, str]], Iterator[str]]
FORMATS: Mapping[str, Format] = {"table": as_table, "csv": as_csv, "json": as_json}


def _fields(row: Row) -> dict[str, Any]:
    """A row's columns for programs; what it does not have is None."""
    values = (
        datetime.fromtimestamp(row.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        row.kind,
        row.sender or None,
        row.receiver or None,
        row.tx_hash,
        _exact(row.price),
        row.lender or None,
        _exact(row.amount),
        None if row.rate is None else f"{row.rate / 100:.2f}",
        row.months,
        row.authority or None,
        row.currency or None,
        row.unit or None,
        row.block,
        row.note or None,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _cells(row: Row, names: Mapping[str, str]) -> list[str]:
    def short(address: str) -> str:
        known = names.get(address, address)
        return known if len(known) <= 13 else f"{known[:6]}…{known[-4:]}"

    return [
        datetime.fromtimestamp(row.time, UTC).strftime("%Y-%m-%d %H:%M"),
        f"{row.kind}: {row.authority}" if row.authority else row.kind,
        short(row.sender),
        short(row.receiver),
        short(row.tx_hash),
        _money(row.price, "$"),
        short(row.lender),
        _money(row.amount, "$" if row.unit == "USD" else row.unit),
        "" if row.rate is None else f"{row.rate / 100:.2f} %",
        "" if row.months is None else f"{row.months} months",
        row.note if row.currency in ("", "USD") else f"in {names.get(row.currency, row.currency)}; {row.note}",
    ]


def _money(amount: int | None, unit: str) -> str:
    if amount is None:
        return ""
    shown = show_amount(amount // CENT * CENT)
    return f"$ {shown}" if unit == "$" else f"{shown} {unit}"


def _table_line(cells: list[str]) -> str:
    padded = [
        f"{cell or EMPTY:>{width}}" if title in _TO_THE_RIGHT else f"{cell or EMPTY:<{width}}"
        for title, cell, width in zip(COLUMNS, cells, _WIDTHS, strict=False)
    ]
    return "  ".join([*padded, cells[-1]]).rstrip() + "\n"


def _exact(amount: int | None) -> str | None:
    if amount is None:
        return None
    whole, fraction = divmod(amount, 10**DECIMALS)
    return f"{whole}.{fraction:0{DECIMALS}}"


def _csv_line(values: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()
