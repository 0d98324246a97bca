"""`LoanDesk`: where loans are asked for and approved, where foreclosures are stopped, and where all is looked up.

Applications and loans are the same objects in the model; the book knows those that were approved.
"""

from __future__ import annotations

from typing import Any

from commonhold.model.access import Hub, Managed
from commonhold.model.certificate import SHARES
from commonhold.model.core import Chain, require
from commonhold.model.lending.book import LoanBook
from commonhold.model.lending.loan import Loan
from commonhold.model.lending.schedule import interest_only_instalment_up
from commonhold.model.lending.terms import MOST_INSTALMENTS, Application, Kind, Stage
from commonhold.model.money.fees import BPS


class LoanDesk(Managed):
    key = "desk"

    def __init__(self, chain: Chain, address: str, hub: Hub, book: LoanBook) -> None:
        super().__init__(chain, address, hub)
        self.book = book
        self.numbers = book.numbers

    # -- applying -------------------------------------------------------------------------------------------------

    def request(self, sender: str, application: Application) -> int:
        application, numbers, book = Application(*application), self.numbers, self.book
        require(book.credentials.isValid(sender), "InvalidCredential", sender)
        house, number = divmod(application.shareId, SHARES)
        self._require_in_range(b"shareId", number, 1, book.certificate.sharesOf(house))
        most = min(numbers.borrowerCap, numbers.originatorCap)
        self._require_in_range(b"amount", application.amount, numbers.minLoan, most)
        self._require_in_range(b"instalments", application.instalments, 1, MOST_INSTALMENTS)
        self._require_in_range(b"maxRateBps", application.maxRateBps, 0, BPS)
        loan_id = len(book.loans) + 1
        book.loans[loan_id] = Loan(application, sender, book.credentials.ownerIdOf(sender))
        self.emit("Requested", loan_id, sender, application.shareId, tuple(application))
        return loan_id

    @staticmethod
    def _require_in_range(name: bytes, value: int, least: int, most: int) -> None:
        require(least <= value <= most, "ApplicationOutOfRange", name.ljust(32, b"\0"), value, least, most)

    def _loan(self, loan_id: int, *stages: Stage) -> Loan:
        """One in any of these stages."""
        loan = self.book.loans.get(loan_id)
        require(loan and loan.stage in stages, "WrongStage", loan_id, self._stage_of(loan_id))
        assert loan is not None
        return loan

    def _stage_of(self, loan_id: int) -> int:
        loan = self.book.loans.get(loan_id)
        return int(loan.stage) if loan else 0

    def withdraw(self, sender: str, loan_id: int) -> None:
        loan = self._loan(loan_id, Stage.REQUESTED, Stage.APPROVED)
        wallet = self.book.today(loan)
        require(sender == wallet, "NotBorrower", loan_id, sender, wallet)
        loan.stage = Stage.WITHDRAWN
        self.emit("Withdrawn", loan_id)

    def approve(
        self, sender: str, loan_id: int, borrower: str, application: Application, rate_bps: int, expires_at: int
    ) -> None:
        self.restricted(sender, "approve")
        loan = self._loan(loan_id, Stage.REQUESTED)
        same = (borrower, Application(*application)) == (self.book.today(loan), loan.application)
        require(same, "NotThatApplication", loan_id)
        least, most = self.book.rates.quote()[0], loan.application.maxRateBps
        require(least <= rate_bps <= most, "RateOutOfRange", rate_bps, least, most)
        latest = self.now + self.numbers.mostApprovalPeriod
        require(self.now < expires_at <= latest, "ExpiryOutOfRange", expires_at, self.now, latest)
        loan.instalment = self._first_instalment(loan.application, rate_bps)
        loan.stage, loan.originator = Stage.APPROVED, sender
        loan.rate_bps, loan.approved_until = rate_bps, expires_at
        jumbo = loan.application.amount > self.numbers.jumboAbove
        self.emit("Approved", loan_id, sender, rate_bps, loan.instalment, expires_at, jumbo)

    def _first_instalment(self, application: Application, rate_bps: int) -> int:
        if application.kind == Kind.INTEREST_ONLY:
            return interest_only_instalment_up(application.amount, rate_bps)
        return self.book.level_instalment(application.amount, rate_bps, application.instalments)

    def acceptPurchase(self, sender: str, loan_id: int, price: int) -> None:
        loan, certificate = self._loan(loan_id, Stage.APPROVED), self.book.certificate
        share_id, agreed = loan.application.shareId, loan.application.priceUsd
        require(agreed != 0 and price in (0, agreed), "WrongSort", loan_id, agreed)
        owner = certificate.ownerOf(share_id)
        require(sender == owner, "NotSeller", loan_id, sender, owner)
        loan.accepted_move = certificate.moveNumberOf(share_id) + 1 if price else 0
        self.emit("PurchaseAccepted", loan_id, sender, price)

    def setMarket(self, sender: str, market: str, allowed: bool) -> None:
        self.restricted(sender, "setMarket")
        (self.book.markets.add if allowed else self.book.markets.discard)(market)
        self.emit("MarketSet", market, allowed)

    def isMarket(self, market: str) -> bool:
        return market in self.book.markets

    # -- the switch -----------------------------------------------------------------------------------------------

    def stop(self, sender: str, what: bytes) -> None:
        self.restricted(sender, "stop")
        self.stoppedUntil(what)
        self.book.switch.stop(self)

    def resume(self, sender: str, what: bytes) -> None:
        self.restricted(sender, "resume")
        self.stoppedUntil(what)
        self.book.switch.resume(self)

    def stoppedUntil(self, what: bytes) -> int:
        require(what == self.book.switch.what, "UnknownSwitch", what)
        return self.book.switch.stopped_until

    # -- views ----------------------------------------------------------------------------------------------------

    def loanOf(self, loan_id: int) -> tuple[Any, ...]:
        return self.book.page_of(loan_id)

    def loansOfOwner(self, owner_id: bytes) -> list[int]:
        return self.book.places[owner_id].loans()

    def loansOfHouse(self, property_id: int) -> list[int]:
        return self.book.loans_of_house(property_id)

    def originatorPage(self, originator: str) -> tuple[int, int, int]:
        return self.book.originator_page(originator)

    def lastLoan(self) -> int:
        return len(self.book.loans)
