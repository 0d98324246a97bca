"""Real applications through the book: each one that fits becomes a loan that buys a share, each other one is refused.

What the study knows too little of never gets to the chain (`Rule`); everything else is asked for, approved, accepted by
the seller and drawn, and refused, if it is, by the book's own error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from commonhold.inputs.loanapp import LoanApplication
from commonhold.operations.lending.applications import Outcome, Placed, Refused, Rule, place
from commonhold.operations.lending.desk import BPS, LoanDesk
from commonhold.operations.lending.refusals import LoanRefused
from commonhold.operations.reading import share_of
from commonhold.operations.refusals import DOLLARS
from commonhold.recipe.buying import give_coins, keep_price_valid

APPROVED_FOR = 30 * 86_400
PRICE_KEPT_EVERY = 200
"""Applications after which the reserve token's price is reported again, so that it never gets old on the way."""
TOO_HIGH = "LoanToValueTooHigh"


@dataclass(frozen=True)
class Parties:
    """Who deals with the applicants. `borrower` gives an applicant's wallet, by the application's number: with a
    credential, and able to send."""

    seller: str
    manager: str
    underwriter: str
    borrower: Callable[[int], str]


@dataclass
class Drive:
    """`run` takes the applications in order. A share that a refused one did not get is there for the next.

    With `judge_first` loan-to-value is judged by the book's own arithmetic before anything is sent, for chains on which
    every transaction takes its time: the same applications are refused by the same name, and those that fit when all
    shares are sold by `NoShareLeft`. Without it a run ends with the last share.
    """

    suite: Any
    parties: Parties
    share_ids: Sequence[int]
    judge_first: bool = False
    adjustable_code: int | None = None
    receipts: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk = LoanDesk(self.suite, tries_first=False)
        self.max_rate = self.suite.rates.terms().capBps

    def run(self, applications: Iterable[LoanApplication]) -> Outcome:
        """All of them, or as many as there are shares for."""
        self._let_the_book_sell()
        drawn: dict[int, Placed] = {}
        refused: list[Refused] = []
        for number, application in enumerate(applications):
            sold_out = len(drawn) == len(self.share_ids)
            if sold_out and not self.judge_first:
                break
            if number % PRICE_KEPT_EVERY == 0:
                self.receipts += keep_price_valid(self.suite)
            share_id = self.share_ids[-1 if sold_out else len(drawn)]
            found = self._judged(application, share_id)
            if isinstance(found, Placed) and sold_out:
                found = Refused(application, Rule.NO_SHARE_LEFT.value, f"{len(drawn):,} shares sold")
            if isinstance(found, Placed):
                bought = self._bought(found)
                if isinstance(bought, int):
                    drawn[bought] = found
                    continue
                found = bought
            refused.append(found)
        return Outcome(drawn, tuple(refused))

    def _judged(self, application: LoanApplication, share_id: int) -> Placed | Refused:
        """What is refused before anything is sent."""
        value = self._share_value(share_id)
        terms = self.desk.terms
        placed = place(application, share_id, value, min_loan=terms.minLoan, adjustable_code=self.adjustable_code)
        if self.judge_first and isinstance(placed, Placed):
            most = min(value, placed.price_usd) * terms.drawLtvBps // BPS
            if placed.amount > most:
                return Refused(application, TOO_HIGH, f"{DOLLARS.show(placed.amount)}, most {DOLLARS.show(most)}")
        return placed

    def _bought(self, placed: Placed) -> int | Refused:
        """The loan that bought the share, or the error that refused it; the application is taken back then."""
        borrower = self.parties.borrower(placed.application.number)
        loan_id: int | None = None
        try:
            asked = self.desk.ask(borrower, placed.struct(self.max_rate))
            loan_id = asked.loan_id
            self.receipts += asked.receipts
            self._buy(loan_id, borrower)
        except LoanRefused as error:
            if loan_id is not None:
                self.receipts += self.desk.withdraw(loan_id, borrower).receipts
            return Refused(placed.application, error.refusal.name, str(error))
        return loan_id

    def _buy(self, loan_id: int, borrower: str) -> None:
        """From the approval to the draw; whoever lacks the down payment is given it by the local bank."""
        desk, parties = self.desk, self.parties
        until = self.suite.engine.now() + APPROVED_FOR
        self.receipts += desk.approve(loan_id, parties.underwriter, desk.quote(), until).receipts
        self.receipts += desk.accept(loan_id, parties.seller, parties.manager).receipts
        missing = desk.down_payment(self.suite.desk.loanOf(loan_id)) - self.suite.coin.balanceOf(borrower)
        if missing > 0:
            self.receipts += give_coins(self.suite, borrower, missing)
        self.receipts += desk.purchase(loan_id, borrower).receipts

    def _share_value(self, share_id: int) -> int:
        """What a share counts for when it is lent on."""
        property_id, _ = share_of(share_id)
        value, *_ = self.suite.valuation.lendingValueOf(property_id)
        return int(value // self.suite.certificate.sharesOf(property_id))

    def _let_the_book_sell(self) -> None:
        """The seller lets the book move shares whose sale he accepts one by one."""
        certificate, seller = self.suite.certificate, self.parties.seller
        if not certificate.isApprovedForAll(seller, self.suite.book.address):
            self.receipts.append(certificate.setApprovalForAll(self.suite.book.address, True, sender=seller))
