"""A small, faithful lender, `TestLoanBook`: what a book tells the ledger, without its states, limits and papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from commonhold.model.core import Chain, Contract, require
from commonhold.model.money.ageing import DAY, Position
from commonhold.model.money.fees import BPS
from commonhold.model.money.treasury import Treasury

MONTH = 2_628_000
CAP_BPS = 7_000
MAX_RATE_BPS = 10_000


@dataclass
class Terms:
    """What the treasury need not know of a loan."""

    share: int
    instalment: int
    towards: int = 0  # paid of the oldest unpaid instalment


class SmallBook(Contract):
    """Loans with equal instalments of principal and interest together; `values` are the shares' last valid ones.

    Anyone may do anything, with his own coins and cash; the treasury's rules are the only ones.
    """

    key = "test_book"

    def __init__(self, chain: Chain, address: str, treasury: Treasury) -> None:
        super().__init__(chain, address)
        self.treasury = treasury
        self.terms: dict[int, Terms] = {}
        self.values: dict[int, int] = {}  # share id -> dollars, 18 decimals
        self.next_loan = 1

    def position(self, loan_id: int) -> Position:
        return self.treasury.loans[self.address, loan_id]

    def setValue(self, share: int, usd: int) -> None:
        self.values[share] = usd

    def cap(self, share: int) -> int:
        return self.values.get(share, 0) * CAP_BPS // BPS

    def _require_in_range(self, principal: int, rate_bps: int) -> None:
        require(rate_bps <= MAX_RATE_BPS, "PositionOutOfRange", principal, rate_bps, MAX_RATE_BPS, self.now)

    def _new(self, share: int, principal: int, rate_bps: int) -> Position:
        require(principal > 0, "PositionOutOfRange", principal, rate_bps, MAX_RATE_BPS, self.now)
        self._require_in_range(principal, rate_bps)
        return Position(principal, rate_bps, 0, self.now, self.now + MONTH, self.cap(share))

    def _opened(self, share: int, instalment: int) -> int:
        loan_id, self.next_loan = self.next_loan, self.next_loan + 1
        self.terms[loan_id] = Terms(share, instalment)
        return loan_id

    # -- lending and being paid -----------------------------------------------------------------------------------

    def draw(self, share: int, principal: int, rate_bps: int, instalment: int, to: str) -> int:
        return self.drawLess(share, principal, 0, rate_bps, instalment, to)

    def drawLess(self, share: int, principal: int, fee: int, rate_bps: int, instalment: int, to: str) -> int:
        position = self._new(share, principal, rate_bps)
        require(fee <= principal, "KeptTooMuch", fee, principal)
        self.treasury.lendCoins(self.address, self.next_loan, position, to, fee)
        return self._opened(share, instalment)

    def drawCash(self, share: int, cash: int, rate_bps: int, instalment: int, to: str) -> int:
        return self.drawCashLess(share, cash, 0, rate_bps, instalment, to)

    def drawCashLess(self, share: int, cash: int, fee: int, rate_bps: int, instalment: int, to: str) -> int:
        position = self._new(share, cash * self.treasury.scale + fee, rate_bps)
        self.treasury.lendCash(self.address, self.next_loan, position, cash, to)
        return self._opened(share, instalment)

    def _after(self, loan_id: int, credit: int) -> tuple[Position | None, int]:
        """The loan after a payment, and what is left towards the next instalment."""
        loan, terms = self.position(loan_id), self.terms[loan_id]
        if credit == loan.debt_up(self.now):
            return None, 0
        due, towards = loan.dueAt, terms.towards + credit
        while towards >= terms.instalment and due <= self.now:
            due, towards = due + MONTH, towards - terms.instalment
        return loan.changed(self.now, paid=credit, dueAt=due, cap=self.cap(terms.share)), towards

    def _paid(self, loan_id: int, after: Position | None, towards: int) -> None:
        if after is None:
            del self.terms[loan_id]
        else:
            self.terms[loan_id].towards = towards

    def pay(self, payer: str, loan_id: int, coins: int) -> int:
        return self.payMore(payer, loan_id, coins, 0)

    def payMore(self, payer: str, loan_id: int, coins: int, fee: int) -> int:
        """Takes only what is owed, and the fee. Returns the credit."""
        require(loan_id in self.terms, "NoLoan", loan_id)
        debt = self.position(loan_id).debt_up(self.now)
        price = self.treasury.price()
        credit = min(price.worth_down(coins), debt)
        require(credit > 0, "NothingPaid", loan_id, coins)
        if credit == debt:
            coins = min(coins, price.coins_for_up(debt))
        after, towards = self._after(loan_id, credit)
        self.treasury.payInCoins(self.address, loan_id, credit, after, payer, coins + fee, fee)
        self._paid(loan_id, after, towards)
        return credit

    def payFee(self, payer: str, loan_id: int, fee: int) -> None:
        require(loan_id in self.terms, "NoLoan", loan_id)
        self.treasury.payFee(self.address, loan_id, payer, fee)

    def payCash(self, payer: str, loan_id: int, cash: int) -> int:
        require(loan_id in self.terms, "NoLoan", loan_id)
        debt = self.position(loan_id).debt_up(self.now)
        credit = self.treasury.creditForCash(cash)
        require(0 < credit <= debt, "CashAboveDebt", loan_id, credit, debt)
        after, towards = self._after(loan_id, credit)
        self.treasury.payInCash(self.address, loan_id, credit, after, payer, cash)
        self._paid(loan_id, after, towards)
        return credit

    # -- what changes without money -------------------------------------------------------------------------------

    def mark(self, loan_id: int) -> None:
        """Takes note of what the share is worth."""
        require(loan_id in self.terms, "NoLoan", loan_id)
        self._push(loan_id)

    def setRate(self, loan_id: int, rate_bps: int) -> None:
        require(loan_id in self.terms, "NoLoan", loan_id)
        self._require_in_range(self.position(loan_id).principal, rate_bps)
        self._push(loan_id, rateBps=rate_bps)

    def setNextRate(self, loan_id: int, rate_bps: int, reset_at: int) -> None:
        """From a midnight on; none, with a rate of 0, takes back what was fixed."""
        require(loan_id in self.terms, "NoLoan", loan_id)
        fits = rate_bps <= MAX_RATE_BPS and reset_at > self.now and reset_at % DAY == 0
        if (rate_bps, reset_at) != (0, 0):
            require(fits, "ResetOutOfRange", rate_bps, MAX_RATE_BPS, reset_at, self.now)
        self._push(loan_id, reset=(rate_bps, reset_at))

    def _push(self, loan_id: int, **changes: Any) -> None:
        cap = self.cap(self.terms[loan_id].share)
        self.treasury.push(self.address, loan_id, self.position(loan_id).changed(self.now, cap=cap, **changes))

    # -- foreclosure and owned homes ------------------------------------------------------------------------------

    def forecloseForCoins(self, payer: str, loan_id: int, coins: int) -> None:
        """An auction whose bid of `coins` is the payer's."""
        require(loan_id in self.terms, "NoLoan", loan_id)
        self.treasury.foreclosedForCoins(self.address, loan_id, payer, coins)
        del self.terms[loan_id]

    def foreclose(self, loan_id: int, floor: int) -> int:
        """An auction without a bid. Returns the value at which the treasury owns the share."""
        require(loan_id in self.terms, "NoLoan", loan_id)
        value = min(self.treasury.carryingValueOf(self.address, loan_id), floor)
        self.treasury.takeHome(self.address, loan_id, self.terms[loan_id].share, value)
        del self.terms[loan_id]
        return value

    def foreclosePart(self, loan_id: int, share: int, value: int) -> None:
        """An auction of one share of several without a bid: the loan goes on, and owes less."""
        require(loan_id in self.terms, "NoLoan", loan_id)
        loan, debt = self.position(loan_id), self.position(loan_id).debt_up(self.now)
        require(value < debt, "HomeAboveDebt", loan_id, value, debt)
        after = loan.changed(self.now, paid=value, taken=value, cap=self.cap(self.terms[loan_id].share))
        self.treasury.takeHome(self.address, loan_id, share, value, after)

    def markOwned(self, share: int, value: int) -> None:
        self.treasury.markOwned(self.address, share, value)

    def sellHomeForCoins(self, payer: str, share: int, coins: int) -> None:
        self.treasury.sellHomeForCoins(self.address, share, payer, coins)

    def sellHomeForCash(self, payer: str, share: int, cash: int) -> None:
        self.treasury.sellHomeForCash(self.address, share, payer, cash)
