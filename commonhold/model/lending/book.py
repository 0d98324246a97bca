"""The loan book: `ILoanBook` in exact integers.

What is owed and what a loan counts for is its `Position` in the treasury's model; here are its terms, its place in the
schedule and its stage. One number may come from the chain, `instalment`: it may be a wei above the exact one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commonhold.model.certificate import SHARES
from commonhold.model.core import Refused, require
from commonhold.model.lending.foreclosing import Foreclosing
from commonhold.model.lending.lateness import LateFees, Progress
from commonhold.model.lending.loan import HIGHEST_VALUE, After, Loan, Notice
from commonhold.model.lending.resets import next_reset
from commonhold.model.lending.schedule import MONTH
from commonhold.model.lending.terms import (
    MOST_LOANS,
    MOST_SHARES,
    OPEN,
    FeeKind,
    Kind,
    Stage,
)
from commonhold.model.money.ageing import Position
from commonhold.model.money.fees import BPS
from commonhold.model.money.price import WAD, ceil_div
from commonhold.model.valuation import ValueStatus

MANY_COINS = 2**128 - 1
"""More than there are."""


class LoanBook(Foreclosing):
    """`LoanBook`."""

    # -- drawing --------------------------------------------------------------------------------------------------

    def enter(self, sender: str, loan_id: int, *opening: Any) -> None:
        raise Refused("NotDesk", sender)  # what the desk hands over is modelled by the desk

    amend = enter

    def draw(self, sender: str, loan_id: int, to: str) -> None:
        self._draw(sender, loan_id, self._judged(sender, loan_id), to)

    def drawForMarket(self, sender: str, loan_id: int, borrower: str, price: int, to: str) -> int:
        """The market has moved the share already."""
        require(sender in self.markets, "NotMarket", sender)
        require(price != 0, "WrongSort", loan_id, 0)
        loan = self._judged(borrower, loan_id, price=price)
        self._draw(borrower, loan_id, loan, to)
        return loan.application.amount - self._origination_fee(loan)

    def _draw(self, sender: str, loan_id: int, loan: Loan, to: str) -> None:
        fee, position = self._origination_fee(loan), self._first_position(loan)
        self.certificate.check_lien(self.address, loan.application.shareId)
        self.treasury.before_writing = lambda: self._enter(sender, loan_id, loan, fee, 0)
        self.treasury.lendCoins(self.address, loan_id, position, to, fee)

    def drawCash(self, sender: str, loan_id: int, to: str) -> None:
        loan = self._judged(sender, loan_id)
        amount, position = loan.application.amount, self._first_position(loan)
        cash = (amount - self._origination_fee(loan)) // self.treasury.scale
        kept = amount - cash * self.treasury.scale
        self.certificate.check_lien(self.address, loan.application.shareId)
        self.treasury.before_writing = lambda: self._enter(sender, loan_id, loan, kept, cash)
        self.treasury.lendCash(self.address, loan_id, position, cash, to)

    def drawForPurchase(self, sender: str, loan_id: int) -> None:
        loan = self._judged(sender, loan_id, price=None)
        share_id, price, coin = loan.application.shareId, loan.application.priceUsd, self.treasury.coin
        seller, fee, position = (
            self.certificate.ownerOf(share_id),
            self._origination_fee(loan),
            self._first_position(loan),
        )
        own = price - (loan.application.amount - fee)
        coin.check_allowance(sender, self.address, own)
        coin.check_movable(sender, seller, own)
        self.certificate.check_sale(self.address, share_id, seller, sender, price)
        self.certificate.require_unfrozen(sender, share_id)  # for the lien, when the share is his

        def buy() -> None:
            self._enter(sender, loan_id, loan, fee, 0, lambda: self._bought(sender, share_id, seller, price, own))

        self.treasury.before_writing = buy
        self.treasury.lendCoins(self.address, loan_id, position, seller, fee)

    def _bought(self, buyer: str, share_id: int, seller: str, price: int, own: int) -> None:
        coin = self.treasury.coin
        coin.transferFrom(self.address, buyer, seller, own)
        self.certificate.moveBySale(self.address, share_id, seller, buyer, price, coin.address)

    def _judged(self, sender: str, loan_id: int, *, price: int | None = 0) -> Loan:
        """In the declared order of the errors. At this price, 0 on a share that the borrower owned before; None for a
        purchase, at any price."""
        loan = self._loan(loan_id, Stage.APPROVED)
        self._require_borrower(sender, loan_id, loan)
        application = loan.application
        of_sort = application.priceUsd == price if price is not None else application.priceUsd != 0
        require(of_sort, "WrongSort", loan_id, application.priceUsd)
        require(self.now <= loan.approved_until, "ApprovalExpired", loan_id, loan.approved_until)
        require(self.credentials.isValid(sender), "InvalidCredential", sender)
        self._judge_share(sender, loan_id, loan, bought=price is None)
        house_value = self._judge_value(loan)
        self._judge_borrower(loan)
        self._judge_house(loan, house_value)
        self._judge_originator(loan)
        return loan

    def _judge_share(self, sender: str, loan_id: int, loan: Loan, *, bought: bool) -> None:
        share_id = loan.application.shareId
        if not bought:
            owner = self.certificate.ownerOf(share_id)
            require(owner == sender, "NotShareOwner", share_id, sender, owner)
            return
        number = self.certificate.moveNumberOf(share_id)
        require(loan.accepted_move == number + 1, "PurchaseNotAccepted", loan_id, loan.accepted_move, number)
        permitted = self.certificate.transferApprovalOf(share_id)[0] == sender
        require(permitted, "TransferNotApproved", share_id, sender)

    def _judge_value(self, loan: Loan) -> int:
        """The house's value for new loans."""
        application = loan.application
        house = application.shareId // SHARES
        value, _, status = self.valuation.lendingValueOf(house)
        require(status == ValueStatus.VALID, "ValueNotValid", house, status)
        claims = self.valuation.registry.seniorClaimsOf(house)[1]
        require(value or not claims, "SeniorClaim", house, claims)
        collateral = value // self.certificate.sharesOf(house)
        if application.priceUsd:
            collateral = min(collateral, application.priceUsd)
        most = self.numbers.drawLtvBps * collateral // BPS
        require(application.amount <= most, "LoanToValueTooHigh", application.amount, most)
        return value

    def _judge_borrower(self, loan: Loan) -> None:
        own = self.places[loan.owner_id].loans()
        for number in own:
            require(not self.is_late(self.loans[number]), "BorrowerLate", loan.owner_id, number)
        require(len(own) < MOST_LOANS, "TooManyLoans", loan.owner_id, MOST_LOANS)
        exposure = sum(self.position(number).principal for number in own) + loan.application.amount
        cap = self.numbers.borrowerCap
        require(exposure <= cap, "BorrowerCapExceeded", loan.owner_id, exposure, cap)

    def _judge_house(self, loan: Loan, house_value: int) -> None:
        """Each share of a loan bears an equal part of it."""
        house, exposure = loan.application.shareId // SHARES, loan.application.amount
        for number in self.loans_of_house(house):
            other = self.loans[number]
            require(not self.is_late(other), "HouseLate", house, number)
            pledged = sum(share_id // SHARES == house for share_id in other.shares)
            exposure += pledged * ceil_div(self.position(number).principal, len(other.shares))
        cap = self.numbers.houseCapBps * house_value // BPS
        require(exposure <= cap, "HouseCapExceeded", house, exposure, cap)

    def _judge_originator(self, loan: Loan) -> None:
        face, late, _ = self.originator_page(loan.originator)
        most, cap = self.numbers.maxLateOfOriginator, self.numbers.originatorCap
        require(late <= most, "OriginatorLate", loan.originator, late, most)
        face += loan.application.amount
        require(face <= cap, "OriginatorCapExceeded", loan.originator, face, cap)
        taken = self.loanOfShare(loan.application.shareId)
        require(taken == 0, "AlreadyCollateral", loan.application.shareId, taken)

    def _origination_fee(self, loan: Loan) -> int:
        return ceil_div(self.numbers.originationFeeBps * loan.application.amount, BPS)

    def _first_position(self, loan: Loan) -> Position:
        cap = self._cap(self.valuation.shareValue(loan.application.shareId)[0])
        return Position(loan.application.amount, loan.rate_bps, 0, self.now, self.now + MONTH, cap)

    def _enter(
        self,
        sender: str,
        loan_id: int,
        loan: Loan,
        fee: int,
        cash: int,
        buy: Callable[[], None] = lambda: None,
    ) -> None:
        """Everything is judged, by the treasury, too."""
        application, numbers = loan.application, self.numbers
        share_id = application.shareId
        self.rates.checkpoint(self.address)
        loan.stage, loan.shares, loan.borrower, loan.first_share = Stage.ACTIVE, [share_id], sender, share_id
        loan.value_usd = min(self.valuation.shareValue(share_id)[0], HIGHEST_VALUE)
        loan.progress = Progress(self.now, application.instalments)
        loan.fees = LateFees(ceil_div(numbers.lateFeeBps * loan.instalment, BPS), numbers.graceDays)
        self.fees[loan_id, FeeKind.ORIGINATION] += fee
        self.places[loan.owner_id].enter(loan_id)
        self.emit("Drawn", loan_id, sender, share_id, application.amount, fee, cash)
        buy()
        self.certificate.placeLien(self.address, share_id)

    # -- paying ---------------------------------------------------------------------------------------------------

    def pay(self, sender: str, loan_id: int, coins: int) -> int:
        loan = self._loan(loan_id, *OPEN)
        require(coins > 0, "NothingPaid", loan_id)
        coins, debt = min(coins, MANY_COINS), self._debt(loan_id)
        fees = min(loan.fees.due(loan.progress, self.now), coins)
        rest = coins - fees
        worth = self.treasury.creditForCoins(rest)
        credit = min(worth, debt)
        if worth > debt:
            rest = ceil_div(rest * debt, worth)  # the debt's part of what all of them are worth
        require(credit > 0 or rest == 0, "NothingPaid", loan_id)
        self._require_no_dust(loan_id, credit, debt)
        after = self._after_payment(loan_id, loan, credit, debt)

        def write() -> None:
            self._require_own_coins(sender, loan, fees + rest)
            self._paid(sender, loan_id, loan, after, credit, fees)

        self.treasury.before_writing = write
        self.treasury.payInCoins(self.address, loan_id, credit, after.position, sender, fees + rest, fees)
        return credit

    def payCash(self, sender: str, loan_id: int, cash: int, min_credit: int) -> int:
        loan = self._loan(loan_id, *OPEN)
        fees = loan.fees.due(loan.progress, self.now)
        require(fees == 0, "LateFeesDue", loan_id, fees)
        debt, credit = self._debt(loan_id), self.treasury.creditForCash(cash)
        if credit > debt:
            credit, cash = debt, ceil_div(debt * WAD, self.treasury.creditForCash(WAD))
        require(credit > 0, "NothingPaid", loan_id)
        require(credit >= min_credit, "TooLittleCredit", credit, min_credit)
        self._require_no_dust(loan_id, credit, debt)
        after = self._after_payment(loan_id, loan, credit, debt)
        self.treasury.before_writing = lambda: self._paid(sender, loan_id, loan, after, credit, 0)
        self.treasury.payInCash(self.address, loan_id, credit, after.position, sender, cash)
        return credit

    def _require_no_dust(self, loan_id: int, credit: int, debt: int) -> None:
        left, least = debt - credit, self.numbers.minDebt
        require(credit == 0 or left == 0 or left >= least, "DustLeft", loan_id, left, least)

    def _require_own_coins(self, sender: str, loan: Loan, coins: int) -> None:
        """Frozen coins pay their owner's debt, and nobody else's."""
        coin = self.treasury.coin
        if coin.frozen[sender] and sender != self.today(loan):
            free = coin.unfrozen(sender)
            require(coins <= free, "FrozenCoins", sender, coins, free)

    def _after_payment(self, loan_id: int, loan: Loan, credit: int, debt: int) -> After:
        if credit == debt:
            return After(None, loan.value_usd, loan.progress, loan.instalment, loan.fixed)
        return self._rewritten(loan_id, loan, self._marked(loan), credit=credit, pays=True)

    def _paid(self, sender: str, loan_id: int, loan: Loan, after: After, credit: int, fees: int) -> None:
        loan.fees.count(loan.progress, self.now)
        loan.fees.owed -= fees
        self.fees[loan_id, FeeKind.LATE] += fees
        left = self._debt(loan_id) - credit
        if after.position is None:
            self._close(loan_id, loan, Stage.REPAID)
        else:
            self._write(loan_id, loan, after)
            self._cure(loan_id, loan, left)
        self.emit("Paid", loan_id, sender, credit, fees, left, after.progress.due_at)

    def addCollateral(self, sender: str, loan_id: int, share_id: int) -> None:
        loan = self._loan(loan_id, *OPEN)
        self._require_borrower(sender, loan_id, loan)
        require(share_id < 2**32, "NotCollateral", share_id)
        owner = self.certificate.ownerOf(share_id)
        require(owner == sender, "NotShareOwner", share_id, sender, owner)
        require(len(loan.shares) < MOST_SHARES, "TooManyShares", loan_id, MOST_SHARES)
        standing = self.loanOfShare(share_id)
        require(standing == 0, "AlreadyCollateral", share_id, standing)
        self.certificate.check_lien(self.address, share_id)
        value = self._valid_value([*loan.shares, share_id])
        if value is None:
            value = loan.value_usd + (self._valid_value([share_id]) or 0)

        def add() -> None:
            loan.shares.append(share_id)
            self._cure(loan_id, loan, self._debt(loan_id))
            self.emit("CollateralAdded", loan_id, share_id)
            self.certificate.placeLien(self.address, share_id)

        self._push(loan_id, loan, self._rewritten(loan_id, loan, value), add)

    # -- taking note ----------------------------------------------------------------------------------------------

    def mark(self, sender: str, loan_id: int) -> None:
        loan = self._loan(loan_id, *OPEN)

        def tell() -> None:
            self._cure(loan_id, loan, self._debt(loan_id))
            self.emit("Marked", loan_id, loan.value_usd)

        self._push(loan_id, loan, self._rewritten(loan_id, loan, self._marked(loan)), tell)

    def fixRate(self, sender: str, loan_id: int) -> None:
        loan = self._loan(loan_id, *OPEN)
        rate, _, fixed = self._rate_from_now(loan_id, loan)
        at = next_reset(loan.progress, self.now) if loan.application.kind == Kind.ADJUSTABLE else 0
        fixes = self._fixing(loan, rate, fixed)
        require(fixes, "NothingToFix", loan_id, at, fixed[0] if fixed else 0)
        self._push(loan_id, loan, self._rewritten(loan_id, loan, loan.value_usd, fixes=True))

    def giveNotice(self, sender: str, loan_id: int) -> None:
        loan = self._loan(loan_id, Stage.ACTIVE)
        require(loan.notice is None, "AlreadyUnderNotice", loan_id, loan.notice.at if loan.notice else 0)
        value, debt = self._require_valid_values(loan.shares), self._debt(loan_id)
        require(self._above_notice_limit(debt, value), "NoticeNotDue", loan_id, debt, value)

        def give() -> None:
            loan.notice = Notice(self.now, self.stoppedTimeOf(loan_id))
            self.emit("NoticeGiven", loan_id, sender, debt, value)

        self._push(loan_id, loan, self._rewritten(loan_id, loan, value), give)

    # -- money that waits -----------------------------------------------------------------------------------------

    def claimSurplus(self, sender: str, borrower: str, to: str) -> int:
        coins = self.surplus[borrower] if sender == self.credentials.currentWallet(borrower) else 0
        require(coins > 0, "NothingOwed", sender)
        self.treasury.coin.check_movable(self.address, to, coins)
        self.surplus[borrower] = 0
        self.emit("SurplusClaimed", borrower, to, coins)
        self.treasury.coin.transfer(self.address, to, coins)
        return coins

    def sweepFees(self, sender: str, loan_id: int) -> tuple[int, int]:
        """The house is that of the loan's first share; of a closed loan, of its last one."""
        swept = self.feesOf(loan_id)
        for kind, coins in zip((FeeKind.ORIGINATION, FeeKind.LATE), swept, strict=True):
            if coins:
                house = self.loans[loan_id].first_share // SHARES
                self.emit("FeesSwept", loan_id, house, int(kind), coins)
                self.splitter.pay(self.address, house, kind, coins)
                self.fees[loan_id, kind] = 0
        return swept

    def rollOriginator(self, sender: str, number: int, most_days: int) -> None:
        """Who is late follows from the loans: nothing to keep."""
