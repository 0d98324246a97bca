"""The treasury for people: balance sheet, cash, demand and queue."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from commonhold.operations.money import COINS, Unit
from commonhold.operations.reading import FeedStatus
from commonhold.operations.refusals import DOLLARS
from commonhold.operations.tables import moment, short
from commonhold.operations.treasury import REQUESTS_SHOWN, Desk, Request

ONE = 10**18
WHOLE_BPS = 10_000
SAMPLE = 100 * ONE  # coins whose fee is shown


def print_status(console: Console, desk: Desk, wallet: str | None = None) -> None:
    """All of it; with the requests of one wallet if it is named."""
    console.print(balance_table(desk.money()))
    console.print(cash_table(desk))
    console.print(demand_table(desk.demand(), desk.suite.engine.now()))
    waiting = desk.line(REQUESTS_SHOWN + 1)
    console.print(queue_table("Queue, the last request first", waiting, desk.cash))
    if wallet is not None:
        console.print(queue_table(f"Requests that {wallet} may claim", desk.requests_of(wallet), desk.cash))


def balance_table(page: Any) -> Table:
    """Assets on one side, coins and equity on the other: both sides are equal to the wei."""
    sheet = page.sheet
    assets = sheet.cashUsd + sheet.loansUsd + sheet.ownedHomesUsd
    table = Table(title="Balance sheet, dollars", title_justify="left")
    for name, side in (("assets", "left"), ("", "right"), ("coins and equity", "left"), (" ", "right")):
        table.add_column(name, justify="right" if side == "right" else "left", no_wrap=True)
    table.add_row("cash", _dollars(sheet.cashUsd), "coins", _dollars(sheet.coins))
    table.add_row("loans", _dollars(sheet.loansUsd), "equity", _dollars(sheet.equityUsd))
    table.add_row("owned homes", _dollars(sheet.ownedHomesUsd), "", "")
    table.add_section()
    table.add_row("all", _dollars(assets), "all", _dollars(sheet.coins + sheet.equityUsd))
    return table


def cash_table(desk: Desk) -> Table:
    """What the sheet says, cash by what it is for, and what redeeming costs now."""
    page, cash = desk.money(), desk.cash
    quote = desk.quote(SAMPLE)
    now = desk.suite.engine.now()
    switches = {
        "buying": page.buyStoppedUntil,
        "redeeming at once": page.redeemStoppedUntil,
        "lending": page.lendingStoppedUntil,
    }
    stopped = [f"{name} until {moment(until)}" for name, until in switches.items() if now < until]
    table = _facts("Money")
    rows = {
        "coverage": percent(page.coverage, down=True),
        "a coin is worth": DOLLARS.show(page.coinPriceUsd),
        f"{cash.symbol} is worth": f"{DOLLARS.show(page.reservePriceUsd)} ({FeedStatus(page.reserveStatus).words}, "
        f"{moment(page.reservePriceAt)})",
        "cash on the books": cash.show(page.trackedCash),
        "... for finalised claims": cash.show(page.setAsideCash),
        "... free": cash.show(page.freeCash),
        "cash floor": DOLLARS.show(page.cashFloorUsd),
        "debt of all loans": DOLLARS.show(page.totalDebt),
        "equity by its own ledger": DOLLARS.show(page.equityByLedger),
        f"fee on {COINS.show(SAMPLE, places=0)} now": f"{COINS.show(quote.feeCoins)}: they pay {cash.show(quote.cash)}",
        "stopped by the guardian": ", ".join(stopped) or "nothing",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def demand_table(status: Any, now: int) -> Table:
    """Demand, and how far it is from each threshold."""
    page, base = status.page, status.page.base
    terms = page.terms
    table = _facts("Liquidation demand")
    state = "lending goes on"
    if page.paused:
        resumable = "its time has passed" if now >= page.resumableAt else f"not before {moment(page.resumableAt)}"
        state = f"lending is paused, {resumable}"
    rows = {
        "demand": f"{COINS.show(page.demand)}, {percent(status.share)} of the base",
        "... waiting in the queue": COINS.show(page.waiting),
        "... redeemed lately": COINS.show(page.redeemed),
        "base": COINS.show(base),
        f"pauses at {bps(terms.pauseAtBps)}": _distance(status.untilPause, base, "more", "reached"),
        f"resumes below {bps(terms.resumeBelowBps)}": _distance(status.untilResume, base, "less", "it is below"),
        "gate": state,
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def queue_table(title: str, requests: Sequence[Request], cash: Unit) -> Table:
    """Requests with their place."""
    more = len(requests) > REQUESTS_SHOWN
    table = Table(title=title, title_justify="left", caption="... and more before them" if more else None)
    table.add_column("request", no_wrap=True)
    table.add_column("claimed by", no_wrap=True)
    for name in ("waiting HMD", "ahead of it HMD", "claimable HMD", f"for {cash.symbol}"):
        table.add_column(name, justify="right", no_wrap=True)
    for request in requests[:REQUESTS_SHOWN]:
        page = request.page
        coins = (_number(amount, COINS) for amount in (page.pending, page.ahead, page.claimable))
        table.add_row(str(request.request_id), short(request.wallet), *coins, _number(page.claimableCash, cash))
    if not requests:
        table.add_row("nobody waits", "", "", "", "", "")
    return table


def percent(share: int, *, down: bool = False) -> str:
    """A share with 18 decimals, to hundredths of a per cent; up unless it is said otherwise."""
    hundredths = share * WHOLE_BPS // ONE if down else -(-share * WHOLE_BPS // ONE)
    return f"{Decimal(hundredths) / 100:,.2f} %"


def bps(share: int) -> str:
    """Basis points."""
    return f"{Decimal(share) / 100:,.2f} %"


def _distance(coins: int, base: int, direction: str, there: str) -> str:
    if not coins:
        return there
    return f"{COINS.show(coins)} {direction}, {percent(coins * ONE // base)} of the base"


def _dollars(amount: int) -> str:
    return DOLLARS.show(amount).removesuffix(f" {DOLLARS.symbol}")


def _number(amount: int, unit: Unit) -> str:
    return unit.show(amount).removesuffix(f" {unit.symbol}") if amount else "-"


def _facts(title: str) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table
