"""The amortization table of a loan, before anybody signs: what the chain will ask for, month by month.

The rows are exact. For people they are shown in cents: instalments and balances up, as the book rounds what is owed, so
that whoever pays an instalment as it is shown has met it in full; principal to the nearest; interest is the rest.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from commonhold.model.lending.schedule import LoanKind, Row, Terms, schedule
from commonhold.operations.amounts import DECIMALS
from commonhold.operations.lending.reading import Kind
from commonhold.operations.money import COINS

CENT = 10**16
MONTHS_A_YEAR = 12
SHOWN_WHOLE = 24
"""Rows up to which a table has them all; a longer one sums up the years between its first and its last."""
KINDS = {Kind.FIXED: LoanKind.FIXED, Kind.ADJUSTABLE: LoanKind.FIXED, Kind.INTEREST_ONLY: LoanKind.INTEREST_ONLY}
"""An adjustable loan is level as long as its first rate stays."""
COLUMNS = ("instalment", "due", "amount", "interest", "principal", "balance")


def rows_of(principal: int, rate_bps: int, instalments: int, kind: Kind, start: int) -> list[Row]:
    """The exact rows of a loan drawn at `start`."""
    return schedule(Terms(principal, rate_bps, instalments, start, KINDS[kind]))


def cents_up(amount: int) -> int:
    """Wei in cents, up."""
    return -(-amount // CENT)


def schedule_table(title: str, rows: Sequence[Row], kind: Kind) -> Table:
    """The table for people. Long ones sum up the years between the first and the last."""
    caption = "instalments and balances up to the cent"
    if kind is Kind.ADJUSTABLE:
        caption += "; as long as the first rate stays: each reset changes what is left"
    table = Table(title=title, title_justify="left", caption=caption, caption_justify="left")
    table.add_column("", no_wrap=True)
    table.add_column("due", no_wrap=True)
    for name in ("instalment", "interest", "principal", "still owed"):
        table.add_column(name, justify="right", no_wrap=True)
    head, years, tail = _parts(rows)
    for row in head:
        table.add_row(f"{row.number}", _day(row.due), *_cells([row]))
    for year in years:
        table.add_row(f"{year[0].number} to {year[-1].number}", f"until {_day(year[-1].due)}", *_cells(year))
    for row in tail:
        table.add_row(f"{row.number}", _day(row.due), *_cells([row]))
    table.add_section()
    table.add_row(f"all {len(rows)}", "", *_cells(rows))
    return table


def write_csv(rows: Sequence[Row], file: Path) -> Path:
    """Every row, exact to the wei; whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.part")
    with draft.open("w", encoding="ascii", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            amounts = (row.instalment, row.interest, row.principal, row.balance)
            writer.writerow((row.number, _second(row.due), *(_exact(amount) for amount in amounts)))
    draft.replace(file)
    return file


def _parts(rows: Sequence[Row]) -> tuple[Sequence[Row], list[Sequence[Row]], Sequence[Row]]:
    """First year, the years between, last year."""
    if len(rows) <= SHOWN_WHOLE:
        return rows, [], []
    last = (len(rows) - 1) // MONTHS_A_YEAR * MONTHS_A_YEAR
    years = [rows[start : start + MONTHS_A_YEAR] for start in range(MONTHS_A_YEAR, last, MONTHS_A_YEAR)]
    return rows[:MONTHS_A_YEAR], years, rows[last:]


def _cells(rows: Sequence[Row]) -> tuple[str, str, str, str]:
    """Sums of what is asked for in some rows, and what is owed after them. Interest and principal add up as shown."""
    instalments = cents_up(sum(row.instalment for row in rows))
    principal = (sum(row.principal for row in rows) + CENT // 2) // CENT
    return _shown(instalments), _shown(instalments - principal), _shown(principal), _shown(cents_up(rows[-1].balance))


def _shown(cents: int) -> str:
    return COINS.show(cents * CENT).removesuffix(f" {COINS.symbol}")


def _exact(amount: int) -> str:
    whole, fraction = divmod(amount, 10**DECIMALS)
    return f"{whole}.{fraction:0{DECIMALS}}"


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
