"""What a loan book keeps, and all that can be seen of it: loan by loan, with no sums and no counts kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Protocol

from commonhold.model.access import Hub, Managed, TimedStop
from commonhold.model.certificate import SHARES, Certificate
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Chain, Refused, require
from commonhold.model.holder import Terms as LienTerms
from commonhold.model.identity import Credentials
from commonhold.model.lending.lateness import days_past_due, is_late
from commonhold.model.lending.loan import Fixed, Instalment, Loan, Places
from commonhold.model.lending.resets import next_reset
from commonhold.model.lending.schedule import MONTH, level_instalment_up
from commonhold.model.lending.terms import BookTerms, FeeKind, Kind, Stage
from commonhold.model.money.ageing import Position
from commonhold.model.money.fees import BPS
from commonhold.model.money.splitter import Splitter
from commonhold.model.money.treasury import Treasury
from commonhold.model.valuation import Valuation, ValueStatus

FORECLOSURE = b"foreclosure".ljust(32, b"\0")
KIND_NAMES = {Kind.FIXED: "fixed", Kind.ADJUSTABLE: "adjustable", Kind.INTEREST_ONLY: "interest-only"}


class Rates(Protocol):
    """`RateModel` as the book uses it."""

    def quote(self) -> tuple[int, int]: ...

    def index(self) -> int: ...

    def checkpoint(self, sender: str) -> None: ...


class Auctions(Protocol):
    """`ForeclosureAuction` as the book uses it."""

    address: str

    def is_open(self, loan_id: int) -> bool: ...

    def open(self, sender: str, loan_id: int, share_id: int, value_usd: int, stopped_time: int) -> None: ...


class BookPages(Managed):
    """The state of `LoanBook`, and its views."""

    key = "book"

    def __init__(
        self,
        chain: Chain,
        address: str,
        hub: Hub,
        credentials: Credentials,
        certificate: Certificate,
        valuation: Valuation,
        treasury: Treasury,
        rates: Rates,
        splitter: Splitter,
        terms: BookTerms,
        stop_period: int,
        instalment: Instalment = level_instalment_up,
    ) -> None:
        super().__init__(chain, address, hub)
        self.credentials = credentials
        self.certificate = certificate
        self.valuation = valuation
        self.treasury = treasury
        self.rates = rates
        self.splitter = splitter
        self.numbers = terms
        self.level_instalment = instalment
        self.auctions: Auctions  # which knows the book from birth
        self.loans: dict[int, Loan] = {}
        self.switch = TimedStop(FORECLOSURE, stop_period)
        self.places: defaultdict[bytes, Places] = defaultdict(Places)  # by owner id
        self.surplus: defaultdict[str, int] = defaultdict(int)
        self.fees: defaultdict[tuple[int, int], int] = defaultdict(int)  # (loan, kind) -> coins that wait
        self.markets: set[str] = set()
        certificate.tellers[address] = self.termsOf

    # -- looking up -----------------------------------------------------------------------------------------------

    def _loan(self, loan_id: int, *stages: Stage) -> Loan:
        """One in any of these stages."""
        loan = self.loans.get(loan_id)
        if loan is None or loan.stage not in stages:
            raise Refused("WrongStage", loan_id, self.stageOf(loan_id))
        return loan

    def position(self, loan_id: int) -> Position:
        return self.treasury.loans[self.address, loan_id]

    def today(self, loan: Loan) -> str:
        """The borrower's wallet."""
        return self.credentials.currentWallet(loan.borrower)

    def open_loans(self) -> Iterable[tuple[int, Loan]]:
        return ((number, loan) for number, loan in self.loans.items() if loan.is_open)

    def _debt(self, loan_id: int) -> int:
        return self.position(loan_id).debt_up(self.now)

    def rate_in_force(self, loan_id: int) -> int:
        position = self.position(loan_id)
        return position.nextRateBps if position.resets and self.now >= position.resetAt else position.rateBps

    def is_late(self, loan: Loan) -> bool:
        return is_late(loan.progress.due_at, self.now, self.numbers.graceDays)

    def _require_borrower(self, sender: str, loan_id: int, loan: Loan) -> None:
        wallet = self.today(loan)
        require(sender == wallet, "NotBorrower", loan_id, sender, wallet)

    def _rate_from_now(self, loan_id: int, loan: Loan) -> tuple[int, int, Fixed | None]:
        """Rate, instalment, and what is still fixed for later.

        A fixed rate is in force from its reset on, and the instalments go by it from the first touch after that. Where
        the loan was impaired at the reset, it waits for a payment that moves the due time.
        """
        position, rate = self.position(loan_id), self.rate_in_force(loan_id)
        if loan.fixed is None or self.now < loan.fixed[1]:
            return rate, loan.instalment, loan.fixed
        if not (position.resets and position.resetAt == loan.fixed[1]):
            return rate, loan.instalment, loan.fixed
        rate, left = loan.fixed[0], loan.progress.instalments - loan.progress.paid
        return rate, self.level_instalment(position.principal, rate, left), None

    # -- values ---------------------------------------------------------------------------------------------------

    def _share_value(self, share_id: int) -> tuple[int, bool]:
        usd, _, status = self.valuation.shareValue(share_id)
        return usd, status == ValueStatus.VALID

    def _valid_value(self, shares: Iterable[int]) -> int | None:
        """Of all of them together; None if one has no valid value."""
        values = [self._share_value(share_id) for share_id in shares]
        return sum(usd for usd, _ in values) if all(valid for _, valid in values) else None

    def _require_valid_values(self, shares: Iterable[int]) -> int:
        """Their sum; of several that are not valid the last is named."""
        found = [(share_id, *self.valuation.shareValue(share_id)) for share_id in shares]
        for share_id, _, _, status in reversed(found):
            require(status == ValueStatus.VALID, "ValueNotValid", share_id // SHARES, status)
        return sum(usd for _, usd, _, _ in found)

    def _cap(self, value_usd: int) -> int:
        return value_usd * self.numbers.capBps // BPS

    def _above_notice_limit(self, debt: int, value_usd: int) -> bool:
        return debt * BPS > self.numbers.noticeLtvBps * value_usd

    # -- views ----------------------------------------------------------------------------------------------------

    def page_of(self, loan_id: int) -> tuple[Any, ...]:
        """In the order of `ILoanDesk.Loan`."""
        loan = self.loans[loan_id]
        application, progress = loan.application, loan.progress
        rate, instalment, fixed = loan.rate_bps, loan.instalment, loan.fixed
        debt = fees = carrying = principal = next_at = 0
        if loan.is_open:
            position = self.position(loan_id)
            debt, principal = self._debt(loan_id), position.principal
            fees, carrying = loan.fees.due(progress, self.now), self.treasury.carryingValueOf(self.address, loan_id)
            if application.kind == Kind.ADJUSTABLE:
                next_at = next_reset(progress, self.now)
            rate, instalment, fixed = self._rate_from_now(loan_id, loan)
        return (
            int(loan.stage),
            tuple(application)
            if len(loan.shares) == 0
            else (loan.shares[0], *application[1:]),  # the share that comes first now
            self.today(loan),
            loan.owner_id,
            loan.originator,
            rate,
            application.amount > self.numbers.jumboAbove,
            loan.approved_until,
            loan.accepted_move if loan.stage == Stage.APPROVED else 0,
            progress.started_at,
            progress.due_at if loan.is_open else 0,
            progress.paid,
            instalment,
            progress.towards,
            principal,
            debt,
            fees,
            carrying,
            loan.value_usd,
            fixed[0] if fixed else 0,
            fixed[1] if fixed else next_at,
            loan.notice.at if loan.notice else 0,
            list(loan.shares),
        )

    def stageOf(self, loan_id: int) -> int:
        """Nothing that was never approved is known here."""
        loan = self.loans.get(loan_id)
        return int(loan.stage) if loan and loan.originator != ZERO_ADDRESS else 0

    def _is_open(self, loan_id: int) -> bool:
        loan = self.loans.get(loan_id)
        return loan is not None and loan.is_open

    def debtOf(self, loan_id: int) -> int:
        return self._debt(loan_id) if self._is_open(loan_id) else 0

    def feesDueOf(self, loan_id: int) -> int:
        if not self._is_open(loan_id):
            return 0
        loan = self.loans[loan_id]
        return loan.fees.due(loan.progress, self.now)

    def daysPastDueOf(self, loan_id: int) -> int:
        if not self._is_open(loan_id):
            return 0
        return days_past_due(self.loans[loan_id].progress.due_at, self.now)

    def loanOfShare(self, share_id: int) -> int:
        return next((number for number, loan in self.open_loans() if share_id in loan.shares), 0)

    def loans_of_house(self, property_id: int) -> list[int]:
        """By the numbers of its shares, each loan once."""
        by_share = {share: number for number, loan in self.open_loans() for share in loan.shares}
        own = [by_share[share] for share in sorted(by_share) if share // SHARES == property_id]
        return list(dict.fromkeys(own))

    def originator_page(self, originator: str) -> tuple[int, int, int]:
        own = [loan for _, loan in self.open_loans() if loan.originator == originator]
        return sum(loan.application.amount for loan in own), sum(map(self.is_late, own)), len(own)

    def stoppedTimeOf(self, loan_id: int) -> int:
        """Stops of foreclosures, freezes of the house's value, of its index, and of the first share, for whoever drew
        the loan and for its owner of now; each counted by itself."""
        loan = self.loans.get(loan_id)
        if loan is None or not loan.shares:
            return 0
        share_id, index = loan.shares[0], self.valuation.index_feed
        stopped = self.switch.stopped_time(self) + self.valuation.frozenTimeOf(share_id // SHARES)
        if index != ZERO_WORD:
            stopped += self.valuation.reader.frozenTimeOf(index)
        wallets = {loan.borrower, self.certificate.ownerOf(share_id)}
        return stopped + sum(self.certificate.frozenTimeOf(wallet, share_id) for wallet in wallets)

    def noticeRanOf(self, loan_id: int) -> int:
        loan = self.loans.get(loan_id)
        if loan is None or loan.notice is None:
            return 0
        stopped = max(0, self.stoppedTimeOf(loan_id) - loan.notice.stopped_before)
        return max(0, self.now - loan.notice.at - stopped)

    def surplusOf(self, borrower: str) -> int:
        return self.surplus[borrower]

    def feesOf(self, loan_id: int) -> tuple[int, int]:
        return self.fees[loan_id, FeeKind.ORIGINATION], self.fees[loan_id, FeeKind.LATE]

    def termsOf(self, share_id: int) -> tuple[object, ...]:
        """What the share's certificate shows of its loan; nothing while it runs changes it but a reset."""
        loan_id = self.loanOfShare(share_id)
        require(loan_id, "NotCollateral", share_id)
        loan = self.loans[loan_id]
        application, coin = loan.application, self.treasury.coin.address
        period = application.instalments * MONTH
        kind = KIND_NAMES[Kind(application.kind)]
        rate = self.position(
            loan_id
        ).rateBps  # as it was written last: a reset shows on the paper when the loan is touched
        started = loan.progress.started_at
        return LienTerms(self.treasury.address, application.amount, coin, rate, started, period, kind)
