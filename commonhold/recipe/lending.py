"""Loans for whoever needs some on a local chain: asked for, approved and drawn, as everybody must.

For tests, the demo, simulations and the fuzz engine. The house has to have a valid value, and the treasury cash.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from enum import IntEnum
from typing import Any

from commonhold.engines.base import Receipt
from commonhold.engines.codec import as_address
from commonhold.recipe.deploy import Suite
from commonhold.recipe.governing import role_holder

DAY, MONTH = 86_400, 2_628_000


class LoanKind(IntEnum):
    """ILoanBook.Kind."""

    FIXED = 0
    ADJUSTABLE = 1
    INTEREST_ONLY = 2


class LoanStage(IntEnum):
    """ILoanBook.Stage."""

    NONE = 0
    REQUESTED = 1
    APPROVED = 2
    ACTIVE = 3
    FORECLOSING = 4
    REPAID = 5
    FORECLOSED = 6
    WRITTEN_OFF = 7
    WITHDRAWN = 8


@dataclass(frozen=True)
class Application:
    """ILoanBook.Application. Amounts are wei of coin and dollars with 18 decimals; a price of 0 is no purchase."""

    share_id: int
    amount: int
    instalments: int = 360
    kind: LoanKind = LoanKind.FIXED
    price_usd: int = 0
    max_rate_bps: int = 1_500


@dataclass(frozen=True)
class Requested:
    """An application on chain: what an underwriter has to say again."""

    loan_id: int
    borrower: str
    application: Application


def request_loan(suite: Suite, borrower: Any, application: Application) -> Requested:
    """`borrower` asks for exactly that."""
    receipt = suite.desk.request(astuple(application), sender=borrower)
    return Requested(int(receipt.event("Requested")["loanId"]), as_address(borrower), application)


def approve_loan(
    suite: Suite, asked: Requested, *, rate_bps: int | None = None, until: int | None = None, underwriter: Any = None
) -> Receipt:
    """An underwriter approves what was asked: at the model's quote, and for a month, if nothing else is said."""
    return suite.desk.approve(
        asked.loan_id,
        asked.borrower,
        astuple(asked.application),
        suite.rates.quote().rateBps if rate_bps is None else rate_bps,
        suite.engine.now() + 30 * DAY if until is None else until,
        sender=role_holder(suite, "underwriter") if underwriter is None else underwriter,
    )


def accept_purchase(suite: Suite, asked: Requested, *, manager: Any) -> None:
    """All that a financed purchase needs besides the approval: the seller's word and leave, the manager's permission,
    and the buyer's leave to take his part of the price."""
    share, book = asked.application.share_id, suite.book.address
    seller = suite.certificate.ownerOf(share)
    suite.desk.acceptPurchase(asked.loan_id, asked.application.price_usd, sender=seller)
    suite.certificate.approve(book, share, sender=seller)
    suite.certificate.approveTransfer(share, asked.borrower, suite.engine.now() + 30 * DAY, sender=manager)
    suite.coin.approve(book, asked.application.price_usd, sender=asked.borrower)


def open_loan(suite: Suite, borrower: Any, application: Application, *, rate_bps: int | None = None) -> int:
    """The id of a loan on a share of the borrower's, drawn in new coin."""
    asked = request_loan(suite, borrower, application)
    approve_loan(suite, asked, rate_bps=rate_bps)
    suite.book.draw(asked.loan_id, asked.borrower, sender=asked.borrower)
    return asked.loan_id


def open_loans(suite: Suite, wanted: Iterable[tuple[Any, Application]]) -> list[int]:
    """A loan for each (borrower, application), all at the quote of this moment: `open_loan` without reading between."""
    quote, until = suite.rates.quote().rateBps, suite.engine.now() + 30 * DAY
    underwriter = role_holder(suite, "underwriter")
    opened = []
    for loan_id, (borrower, application) in enumerate(wanted, suite.desk.lastLoan() + 1):
        terms, owner = astuple(application), as_address(borrower)
        suite.desk.request(terms, sender=owner)
        suite.desk.approve(loan_id, owner, terms, quote, until, sender=underwriter)
        suite.book.draw(loan_id, owner, sender=owner)
        opened.append(loan_id)
    return opened
