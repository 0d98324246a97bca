"""A loan and its auction, for people."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from commonhold.operations.lending.reading import Kind, Stage, loan_of, share_words
from commonhold.operations.lending.refusals import rate_words
from commonhold.operations.money import COINS
from commonhold.operations.reading import ZERO_ADDRESS
from commonhold.operations.refusals import DOLLARS
from commonhold.operations.tables import moment
from commonhold.operations.treasury_tables import percent

ONE = 10**18
DAY = 86_400


def facts_table(suite: Any, loan_id: int) -> Table:
    """One loan, or application."""
    loan = loan_of(suite, loan_id)
    asked, stage = loan.application, Stage(loan.stage)
    table = _facts(f"Loan {loan_id}")
    price = f", to buy it for {DOLLARS.show(asked.priceUsd)}" if asked.priceUsd else ""
    rows = {
        "stage": stage.words,
        "borrower": f"{loan.borrower}, owner id 0x{loan.ownerId.hex()[:8]}…",
        "asked for": f"{COINS.show(asked.amount)} on share {share_words(asked.shareId)}{price}",
        "terms": f"{asked.instalments} instalments, {Kind(asked.kind).words}, at most {rate_words(asked.maxRateBps)}",
    }
    if loan.originator != ZERO_ADDRESS:
        rows["approved"] = f"by {loan.originator}, until {moment(loan.approvedUntil)}{', jumbo' if loan.jumbo else ''}"
        rows["rate"] = rate_words(loan.rateBps) + _next_rate(loan)
        rows["instalment"] = COINS.show(loan.instalment)
    if stage.is_open:
        rows |= _open_rows(suite, loan_id, loan)
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _open_rows(suite: Any, loan_id: int, loan: Any) -> dict[str, str]:
    days = suite.book.daysPastDueOf(loan_id)
    late = f", {days} days past due" if days else ""
    rows = {
        "drawn": moment(loan.startedAt),
        "instalments met": f"{loan.paid} of {loan.application.instalments}",
        "paid towards the next": COINS.show(loan.towards),
        "due": f"{moment(loan.dueAt)}{late}",
        "owed": f"{COINS.show(loan.debt)}, of it principal {COINS.show(loan.principal)}",
        "late fees": COINS.show(loan.feesDue),
        "counts for": DOLLARS.show(loan.carryingUsd),
        "last valid value": f"{DOLLARS.show(loan.valueUsd)}{_ltv(loan)}",
        "collateral": ", ".join(share_words(share_id) for share_id in loan.shareIds),
    }
    if loan.noticeAt:
        ran = suite.book.noticeRanOf(loan_id) / DAY
        rows["notice"] = f"since {moment(loan.noticeAt)}, has run {ran:.1f} days"
    return rows


def auction_table(suite: Any, loan_id: int) -> Table:
    """The auction of a loan's share as it stands."""
    auction = suite.auction.auctionOf(loan_id)
    table = _facts(f"Auction of loan {loan_id}")
    if not auction.shareId:
        table.add_row("no auction runs", "its share has no valid value")
        return table
    who = "owners of another share of the house alone" if auction.coOwnersOnly else "anyone with a credential"
    rows = {
        "share": share_words(auction.shareId),
        "since": f"{moment(auction.startedAt)}, its clock has run {auction.elapsed / DAY:.1f} days",
        "price now": DOLLARS.show(auction.priceUsd),
        "price falls": f"from {DOLLARS.show(auction.startUsd)} to {DOLLARS.show(auction.floorUsd)}",
        "who may bid": "nobody any more: the treasury takes it" if auction.ended else who,
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _next_rate(loan: Any) -> str:
    if not loan.resetAt:
        return ""
    fixed = rate_words(loan.nextRateBps) if loan.nextRateBps else "not fixed yet"
    return f"; from {moment(loan.resetAt)} on {fixed}"


def _ltv(loan: Any) -> str:
    return f": debt is {percent(loan.debt * ONE // loan.valueUsd)} of it" if loan.valueUsd else ""


def _facts(title: str) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table
