"""What `scripts/loans.py` does: the life of a loan, each step of it once.

A step that was done already is found on chain and said to be done, so that a script can be run again after it was
interrupted. Payments are the exception: who names an amount pays it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from commonhold.engines import Revert
from commonhold.operations.lending.reading import Stage, loan_of
from commonhold.operations.lending.refusals import LoanRefused
from commonhold.operations.treasury import Desk

ONE = 10**18
BPS = 10_000
RAW_YEAR = BPS * 365 * 86_400
MARGIN = 3_600
"""Seconds of interest that a payment of everything allows for, until it is mined."""


@dataclass(frozen=True)
class Step:
    """A step of a loan's life. Without receipts it had been done before."""

    loan_id: int
    receipts: list[Any] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return bool(self.receipts)

    @property
    def last(self) -> Any:
        return self.receipts[-1]


@dataclass(frozen=True)
class Payment(Step):
    """What a payment did (wei)."""

    credit: int = 0
    fees: int = 0
    debt: int = 0


@dataclass
class LoanDesk:
    """The book and the auction of a suite, for whoever acts on them. What would be refused is not sent, unless
    `tries_first` is off, which is faster where sending costs nobody anything."""

    suite: Any
    tries_first: bool = True

    @cached_property
    def money(self) -> Desk:
        return Desk(self.suite)

    # ------------------------------------------------------------------------------------------------------ applying

    def request(self, borrower: str, application: tuple[int, ...]) -> Step:
        """Ask for exactly this (ILoanBook.Application), unless the same was asked for and is not over."""
        for loan_id in reversed(self._asked_by(borrower, application)):
            if Stage(self.suite.desk.loanOf(loan_id).stage) in _UNDER_WAY:
                return Step(loan_id)
        return self.ask(borrower, application)

    def ask(self, borrower: str, application: tuple[int, ...]) -> Step:
        """The same, without looking whether it was asked for before."""
        receipt = self._send(self.suite.desk, "request", application, sender=borrower)
        return Step(receipt.event("Requested")["loanId"], [receipt])

    def approve(self, loan_id: int, underwriter: str, rate_bps: int, expires_at: int) -> Step:
        """Approve a loan as it was asked for."""
        loan = loan_of(self.suite, loan_id)
        if loan.stage == Stage.APPROVED and loan.originator == underwriter and loan.rateBps == rate_bps:
            return Step(loan_id)
        terms = (loan_id, loan.borrower, tuple(loan.application), rate_bps, expires_at)
        return Step(loan_id, [self._send(self.suite.desk, "approve", *terms, sender=underwriter)])

    def withdraw(self, loan_id: int, borrower: str) -> Step:
        """Take an application back."""
        if loan_of(self.suite, loan_id).stage == Stage.WITHDRAWN:
            return Step(loan_id)
        return Step(loan_id, [self._send(self.suite.desk, "withdraw", loan_id, sender=borrower)])

    def accept(self, loan_id: int, seller: str, manager: str | None = None, valid_for: int = 30 * 86_400) -> Step:
        """The seller's side of a purchase: his consent to the price, his leave for the book to move the share, and,
        if he is named, the manager's permission. Only what is missing of it."""
        loan, certificate = loan_of(self.suite, loan_id), self.suite.certificate
        share_id, book = loan.application.shareId, self.suite.book.address
        receipts = []
        if loan.acceptedMove != certificate.moveNumberOf(share_id) + 1:
            price = loan.application.priceUsd
            receipts.append(self._send(self.suite.desk, "acceptPurchase", loan_id, price, sender=seller))
        if certificate.getApproved(share_id) != book and not certificate.isApprovedForAll(seller, book):
            receipts.append(certificate.approve(book, share_id, sender=seller))
        if manager is not None and not self._may_move(share_id, loan.borrower):
            deadline = self.suite.engine.now() + valid_for
            receipts.append(certificate.approveTransfer(share_id, loan.borrower, deadline, sender=manager))
        return Step(loan_id, receipts)

    def _may_move(self, share_id: int, to: str) -> bool:
        allowed, deadline = self.suite.certificate.transferApprovalOf(share_id)
        return bool(allowed == to and deadline >= self.suite.engine.now())

    def _asked_by(self, borrower: str, application: tuple[int, ...]) -> list[int]:
        """Loans that this wallet asked for in just these words, the oldest first."""
        asked = self.suite.engine.events(self.suite.desk, "Requested")
        return [
            event["loanId"]
            for event in asked
            if event["borrower"] == borrower and tuple(event["application"]) == application
        ]

    # ------------------------------------------------------------------------------------------------------- drawing

    def draw(self, loan_id: int, borrower: str, *, to: str | None = None, in_cash: bool = False) -> Step:
        """New coins, or cash, on a share of the borrower's."""
        return self._draw(loan_id, "drawCash" if in_cash else "draw", to or borrower, sender=borrower)

    def purchase(self, loan_id: int, borrower: str) -> Step:
        """Buy the share; the borrower pays what the loan lacks, and the book is allowed just that."""
        loan = loan_of(self.suite, loan_id)
        receipts = []
        if loan.stage not in _DRAWN:
            missing = self.down_payment(loan)
            if self.suite.coin.allowance(borrower, self.suite.book.address) < missing:
                receipts.append(self.suite.coin.approve(self.suite.book.address, missing, sender=borrower))
        drawn = self._draw(loan_id, "drawForPurchase", sender=borrower)
        return Step(loan_id, [*receipts, *drawn.receipts])

    def down_payment(self, loan: Any) -> int:
        """Coins that a buyer adds to the loan (wei): the price less what is left of the loan after the fee."""
        fee = self.origination_fee(loan.application.amount)
        return max(0, loan.application.priceUsd - loan.application.amount + fee)

    def origination_fee(self, amount: int) -> int:
        """What a draw keeps (wei)."""
        return -(-amount * self.terms.originationFeeBps // BPS)

    def _draw(self, loan_id: int, function: str, *args: Any, sender: str) -> Step:
        if loan_of(self.suite, loan_id).stage in _DRAWN:
            return Step(loan_id)
        return Step(loan_id, [self._send(self.suite.book, function, loan_id, *args, sender=sender)])

    # -------------------------------------------------------------------------------------------------------- paying

    def pay(self, loan_id: int, payer: str, coins: int) -> Payment:
        """At most so many coins; no more of them than are owed are taken."""
        token, treasury = self.suite.coin, self.suite.treasury.address
        receipts = []
        had = token.allowance(payer, treasury)
        if had < coins:
            receipts.append(token.approve(treasury, coins, sender=payer))
        receipts.append(self._send(self.suite.book, "pay", loan_id, coins, sender=payer))
        paid = receipts[-1].event("Paid")
        if had < coins and token.allowance(payer, treasury):
            receipts.append(token.approve(treasury, 0, sender=payer))  # what was not needed
        return Payment(loan_id, receipts, paid["credit"], paid["fees"], paid["debt"])

    def pay_cash(self, loan_id: int, payer: str, cash: int, least: int | None = None) -> Payment:
        """At most so much cash (units), for at least `least` of the debt; as much as it is worth now, if not said."""
        token, treasury = self.money.reserve, self.suite.treasury.address
        had = token.allowance(payer, treasury)
        receipts = []
        if had < cash:
            if had:
                receipts.append(token.approve(treasury, 0, sender=payer))  # USDT asks for that
            receipts.append(token.approve(treasury, cash, sender=payer))
        least = min(self._cash_worth(cash), self.suite.book.debtOf(loan_id)) if least is None else least
        receipts.append(self._send(self.suite.book, "payCash", loan_id, cash, least, sender=payer, takes_cash=True))
        paid = receipts[-1].event("Paid")
        if had < cash and token.allowance(payer, treasury):
            receipts.append(token.approve(treasury, 0, sender=payer))
        return Payment(loan_id, receipts, paid["credit"], paid["fees"], paid["debt"])

    def coins_for_instalment(self, loan_id: int, number: int) -> int:
        """Coins that meet every instalment up to `number`, late fees first; 0 if they are met."""
        loan = loan_of(self.suite, loan_id)
        if not Stage(loan.stage).is_open or loan.paid >= number:
            return 0
        if number >= loan.application.instalments:
            return self.coins_for_all(loan_id)
        wanted = (number - loan.paid) * loan.instalment - loan.towards
        return self._in_coins(wanted) + loan.feesDue

    def coins_for_all(self, loan_id: int) -> int:
        """Coins that repay a loan, mined within the hour."""
        loan = loan_of(self.suite, loan_id)
        interest = -(-loan.principal * loan.rateBps * MARGIN // RAW_YEAR)
        return self._in_coins(loan.debt + interest) + loan.feesDue

    def _in_coins(self, usd: int) -> int:
        """Coins that count for so many dollars of debt: more of them below coverage 1."""
        price = min(ONE, self.suite.treasury.coverage())
        return -(-usd * ONE // price) if price else usd

    def _cash_worth(self, cash: int) -> int:
        page = self.money.money()
        return int(cash * min(ONE, page.reservePriceUsd) // 10**self.money.cash.decimals)

    # --------------------------------------------------------------------------------------------------- foreclosing

    def give_notice(self, loan_id: int, caller: str) -> Step:
        """Notice, if none stands."""
        if loan_of(self.suite, loan_id).noticeAt:
            return Step(loan_id)
        return Step(loan_id, [self._send(self.suite.book, "giveNotice", loan_id, sender=caller)])

    def foreclose(self, loan_id: int, caller: str) -> Step:
        """Start a foreclosure, if none runs or is over."""
        if loan_of(self.suite, loan_id).stage in (Stage.FORECLOSING, Stage.FORECLOSED, Stage.WRITTEN_OFF):
            return Step(loan_id)
        return Step(loan_id, [self._send(self.suite.book, "startForeclosure", loan_id, sender=caller)])

    def bid(self, loan_id: int, bidder: str, *, most: int | None = None, co_owned: int = 0) -> Step:
        """Buy the share at the posted price, for at most `most` coins; for the price of now if that is not said."""
        loan = loan_of(self.suite, loan_id)
        if loan.stage in _SOLD:
            return Step(loan_id)
        most = self._in_coins(self.suite.auction.auctionOf(loan_id).priceUsd) if most is None else most
        token, treasury = self.suite.coin, self.suite.treasury.address
        receipts = []
        if token.allowance(bidder, treasury) < most:
            receipts.append(token.approve(treasury, most, sender=bidder))
        receipts.append(self._send(self.suite.auction, "bid", loan_id, most, co_owned, sender=bidder))
        return Step(loan_id, receipts)

    def close(self, loan_id: int, caller: str) -> Step:
        """The treasury takes a share that nobody bid for."""
        if loan_of(self.suite, loan_id).stage in _SOLD:
            return Step(loan_id)
        return Step(loan_id, [self._send(self.suite.auction, "close", loan_id, sender=caller)])

    # --------------------------------------------------------------------------------------------------------- looks

    @cached_property
    def terms(self) -> Any:
        """ILoanBook.BookTerms: fixed for ever."""
        return self.suite.desk.terms()

    def quote(self) -> int:
        """The rate of a loan drawn now, in basis points; an adjustable one's index and margin are the book's."""
        rate, _ = self.suite.rates.quote()
        return int(rate)

    def loans_of(self, wallet: str) -> list[int]:
        """All that a wallet, or its owner id, ever asked for."""
        owner_id = self.suite.credentials.ownerIdOf(wallet)
        asked = self.suite.engine.events(self.suite.desk, "Requested")
        ids = {event["loanId"] for event in asked if event["borrower"] == wallet}
        ids |= set(self.suite.desk.loansOfOwner(owner_id))
        return sorted(ids)

    # ------------------------------------------------------------------------------------------------------ internal

    def _send(self, contract: Any, function: str, *args: Any, sender: str, takes_cash: bool = False) -> Any:
        """A call; what would be refused is not sent."""
        call = getattr(contract, function)
        if self.tries_first:
            self.explained(lambda: call.call(*args, sender=sender), takes_cash=takes_cash)
        return self.explained(lambda: call(*args, sender=sender), takes_cash=takes_cash)

    def explained(self, send: Callable[[], Any], *, takes_cash: bool = False) -> Any:
        """What a call gives; a refusal becomes one line."""
        try:
            return send()
        except Revert as revert:
            raise LoanRefused(revert, self.suite.treasury.address, self.money.cash, takes_cash=takes_cash) from None


_UNDER_WAY = (Stage.REQUESTED, Stage.APPROVED, Stage.ACTIVE, Stage.FORECLOSING)
_DRAWN = (Stage.ACTIVE, Stage.FORECLOSING, Stage.REPAID, Stage.FORECLOSED, Stage.WRITTEN_OFF)
_SOLD = (Stage.FORECLOSED, Stage.WRITTEN_OFF)
