"""Foreclosures: on what ground they start, and what an auction's end does to a loan."""

from __future__ import annotations

from commonhold.model.certificate import SHARES
from commonhold.model.core import require
from commonhold.model.lending.loan import HIGHEST_VALUE, After, Ground, Loan, Notice
from commonhold.model.lending.rewriting import Rewriting
from commonhold.model.lending.terms import Stage
from commonhold.model.money.price import ceil_div
from commonhold.model.valuation import ValueStatus


class Foreclosing(Rewriting):
    """The part of the book that the auctions work with."""

    # -- foreclosure ----------------------------------------------------------------------------------------------

    def startForeclosure(self, sender: str, loan_id: int) -> None:
        loan = self._loan(loan_id, Stage.ACTIVE)
        self._require_not_stopped()
        ground = self._ground(loan_id, loan)
        require(ground, "NotForeclosable", loan_id, self.daysPastDueOf(loan_id), self.noticeRanOf(loan_id))
        value = self._require_value_to_sell(loan)
        loan.stage, loan.ground = Stage.FORECLOSING, ground
        self.emit("ForeclosureStarted", loan_id, sender, self._debt(loan_id), loan.value_usd)
        self._open_auction(loan_id, loan, value)

    def _require_not_stopped(self) -> None:
        self.switch.require_running(self)

    def _ground(self, loan_id: int, loan: Loan) -> Ground | None:
        if self.daysPastDueOf(loan_id) >= self.numbers.foreclosureDays:
            return Ground.ARREARS
        if loan.notice is None or self.noticeRanOf(loan_id) < self.numbers.noticePeriod:
            return None
        value = self._require_valid_values(loan.shares)
        return Ground.NOTICE if self._above_notice_limit(self._debt(loan_id), value) else None

    def _value_to_sell(self, loan: Loan) -> int | None:
        """Of the first share, which may be nothing; None without a valid one."""
        usd, valid = self._share_value(loan.shares[0])
        return usd if valid else None

    def _require_value_to_sell(self, loan: Loan) -> int:
        share_id = loan.shares[0]
        usd, _, status = self.valuation.shareValue(share_id)
        require(status == ValueStatus.VALID, "ValueNotValid", share_id // SHARES, status)
        require(usd <= HIGHEST_VALUE, "SafeCastOverflowedUintDowncast", 96, usd)  # the auction, after all other checks
        return usd

    def _open_auction(self, loan_id: int, loan: Loan, value_usd: int) -> None:
        self.auctions.open(self.address, loan_id, loan.shares[0], value_usd, self.stoppedTimeOf(loan_id))

    def openNext(self, sender: str, loan_id: int) -> None:
        loan = self._loan(loan_id, Stage.FORECLOSING)
        self._require_not_stopped()
        require(not self.auctions.is_open(loan_id), "WrongStage", loan_id, int(loan.stage))
        self._open_auction(loan_id, loan, self._require_value_to_sell(loan))

    def _auctioned(self, sender: str, loan_id: int) -> Loan:
        require(sender == self.auctions.address, "NotAuction", sender)
        loan = self._loan(loan_id, Stage.FORECLOSING)
        self._require_not_stopped()
        return loan

    def settle(self, sender: str, loan_id: int, buyer: str, coins: int, price_usd: int, costs_usd: int) -> int:
        loan = self._auctioned(sender, loan_id)
        sold, net, debt = loan.shares[0], price_usd - costs_usd, self._debt(loan_id)
        self.certificate.check_foreclosure(self.address, sold, buyer)
        if net >= debt:
            # Debt and costs take their part of the coins.
            surplus = coins - ceil_div(coins * (debt + costs_usd), price_usd)

            def meet() -> None:
                self._owe(loan_id, loan, surplus)
                self._close(loan_id, loan, Stage.FORECLOSED, sold)
                self.certificate.moveByLien(self.address, sold, buyer)

            self.treasury.before_writing = meet
            self.treasury.payInCoins(self.address, loan_id, debt, None, buyer, coins, surplus)
        elif len(loan.shares) > 1:
            after = self._without_first(loan_id, loan, net, buyer)
            self.treasury.payInCoins(self.address, loan_id, net, after.position, buyer, coins)
            self._sell_next(loan_id, loan)
        else:
            self._before_writing_off(loan_id, loan, buyer)
            self.treasury.foreclosedForCoins(self.address, loan_id, buyer, coins)
        return sold

    def takeHome(self, sender: str, loan_id: int, floor_usd: int) -> tuple[int, int]:
        loan = self._auctioned(sender, loan_id)
        taken, owner = loan.shares[0], self.treasury.address
        value = min(self.treasury.carryingValueOf(self.address, loan_id) // len(loan.shares), floor_usd)
        self.certificate.check_foreclosure(self.address, taken, owner)
        if len(loan.shares) > 1:
            after = self._without_first(loan_id, loan, value, owner, taken=value)
            self.treasury.takeHome(self.address, loan_id, taken, value, after.position)
            self._sell_next(loan_id, loan)
        else:
            self._before_writing_off(loan_id, loan, owner)
            self.treasury.takeHome(self.address, loan_id, taken, value)
        return taken, value

    def _before_writing_off(self, loan_id: int, loan: Loan, to: str) -> None:
        share_id = loan.shares[0]

        def end() -> None:
            self._close(loan_id, loan, Stage.WRITTEN_OFF, share_id)
            self.certificate.moveByLien(self.address, share_id, to)

        self.treasury.before_writing = end

    def _without_first(self, loan_id: int, loan: Loan, credit: int, to: str, taken: int = 0) -> After:
        """The loan goes on with its other shares: no instalment is met, and nothing is cured."""
        after = self._rewritten(loan_id, loan, self._value_of_rest(loan), credit=credit, taken=taken)

        def go_on() -> None:
            ran = self.noticeRanOf(loan_id)
            self._write(loan_id, loan, after)
            gone = loan.shares.pop(0)
            loan.first_share = loan.shares[0]
            if loan.notice:  # as if given so long ago; the stops of another share count from now on
                loan.notice = Notice(self.now - ran, self.stoppedTimeOf(loan_id))
            self.certificate.moveByLien(self.address, gone, to)

        self.treasury.before_writing = go_on
        return after

    def _value_of_rest(self, loan: Loan) -> int:
        """Of the shares after the first."""
        value, count = self._valid_value(loan.shares[1:]), len(loan.shares)
        return loan.value_usd * (count - 1) // count if value is None else value

    def _sell_next(self, loan_id: int, loan: Loan) -> None:
        value = self._value_to_sell(loan)
        if value is not None:
            self._open_auction(loan_id, loan, value)

    def _owe(self, loan_id: int, loan: Loan, coins: int) -> None:
        if coins:
            self.surplus[loan.borrower] += coins
            self.emit("SurplusOwed", loan_id, loan.borrower, coins)
