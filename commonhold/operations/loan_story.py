"""The demo's loan chapter: real applications are judged, those that fit buy shares of the demo's homes, some pay, and
one repays all, so that its share is free again.

The homes are valued anew first, so the chapter can stand anywhere in the demo. Every applicant's wallet is one of a few
local ones: a chain of one's own has no more keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from commonhold.inputs.home import usd_units
from commonhold.inputs.loanapp import LoanApplication
from commonhold.inputs.portfolio import Portfolio
from commonhold.operations.chronicle import Chronicle
from commonhold.operations.credentials import ensure_credential
from commonhold.operations.lending.applications import Outcome
from commonhold.operations.lending.desk import LoanDesk
from commonhold.operations.lending.drive import Drive, Parties
from commonhold.operations.lending.opening import appraise, keep_index_valid
from commonhold.operations.lending.portfolio import LoanPortfolio, read_portfolio
from commonhold.operations.lending.reading import Kind, Stage
from commonhold.operations.lending.schedules import rows_of
from commonhold.operations.money import COINS
from commonhold.operations.reading import ZERO_ADDRESS, ValueStatus, share_id, share_of
from commonhold.operations.refusals import DOLLARS
from commonhold.operations.story import Cast
from commonhold.operations.transfers import approve_transfer
from commonhold.recipe.buying import give_cash, give_coins, keep_price_valid
from commonhold.recipe.lending import MONTH

ONE, DAY = 10**18, 86_400
SHARES_SOLD = 64
"""As many as eight wallets can have loans; the applications that would fit after them are counted."""
CASH_PER_HOME = 33_000  # whole tokens: bought for coins, so that there is cash above the floor
PATIENCE = 60
"""Days that the chapter waits at most for the demand for cash to fade."""
PAYING = 3  # borrowers who pay their first instalment


@dataclass
class LoanStory:
    """`run` takes the steps in order; afterwards `outcome` and `portfolio` are what the tables and the chart show."""

    suite: Any
    cast: Cast
    homes: Portfolio
    property_ids: Sequence[int]
    applications: Sequence[LoanApplication]
    wallets: Sequence[str]
    """Whose keys are at hand, for the applicants."""
    chronicle: Chronicle
    say: Callable[[str], None] = lambda line: None
    outcome: Outcome = field(default_factory=lambda: Outcome({}, ()))
    freed_share: int = 0
    """Of the loan that was repaid."""

    @cached_property
    def desk(self) -> LoanDesk:
        return LoanDesk(self.suite)

    def run(self) -> None:
        """Everything, in order."""
        self.value_homes()
        self.make_room()
        self.judge()
        self.pay_first_instalments()
        self.try_what_is_forbidden()
        self.repay_a_loan()

    def value_homes(self) -> None:
        """The nodes say of each home what it was sold for; a first value has its quarantine."""
        keep_index_valid(self.suite)
        prices = (usd_units(placed.home.price_usd) for placed in self.homes.homes)
        receipts = appraise(self.suite, dict(zip(self.property_ids, prices, strict=True)))
        self.chronicle.did("value homes to lend on", receipts)
        self.suite.engine.advance(self.suite.parameters.valuation.first_value_quarantine + 1)
        keep_price_valid(self.suite)

    def make_room(self) -> None:
        """What lending asks of the treasury: every coin covered, cash above the floor, and no run."""
        suite, giver = self.suite, self.cast.stranger
        sheet = suite.treasury.balanceSheet()
        unit = suite.treasury.CASH_UNIT()
        missing = -min(0, sheet.equityUsd) // unit
        if missing:
            given = missing * 11 // 10
            give_cash(suite, giver, given)
            self.chronicle.did("give cash to equity", [suite.treasury.contribute(given, sender=giver)])
        self._fill_the_treasury()
        self._wait_for_the_gate()
        money = self.desk.money.money()
        self.say(f"the treasury may lend: {DOLLARS.show(money.freeCash * unit)} of free cash")

    def judge(self) -> None:
        """All applications, those that fit on shares that the holding entities sell."""
        manager, seller, shares = self._for_sale()
        for wallet in (seller, *self.wallets):
            ensure_credential(self.suite, wallet, self.cast.issuer)
        borrower = _turns(self.wallets)
        drive = Drive(self.suite, Parties(seller, manager, self.cast.lender, borrower), shares, judge_first=True)
        self.outcome = drive.run(self.applications)
        self.chronicle.did("finance the purchase of a share", drive.receipts)
        self.say(
            f"{self.outcome.applications:,} real applications: {len(self.outcome.drawn):,} drawn, "
            f"{COINS.show(self.outcome.lent)} lent"
        )

    def pay_first_instalments(self) -> None:
        """A month later some borrowers pay what they were told."""
        loans = list(self.outcome.drawn)[:PAYING]
        if not loans:
            return
        due_at = max(self.suite.desk.loanOf(loan_id).dueAt for loan_id in loans)
        self.suite.engine.set_time(due_at)
        keep_index_valid(self.suite)
        keep_price_valid(self.suite)
        for loan_id in loans:
            borrower = self.suite.desk.loanOf(loan_id).borrower
            needed = self.desk.coins_for_instalment(loan_id, 1)
            given = give_coins(self.suite, borrower, needed)
            paid = self.desk.pay(loan_id, borrower, needed)
            self.chronicle.did("pay an instalment", [*given, *paid.receipts])
            self.say(f"loan {loan_id}: {COINS.show(paid.credit)} paid, {COINS.show(paid.debt)} still owed")

    def try_what_is_forbidden(self) -> None:
        """Moving a share under a lien, drawing a second time, and foreclosing on somebody who pays."""
        book, certificate = self.suite.book, self.suite.certificate
        for loan_id in list(self.outcome.drawn)[:1]:
            loan, stranger = self.suite.desk.loanOf(loan_id), self.cast.stranger
            borrower, share = loan.borrower, loan.application.shareId
            buyer = next(wallet for wallet in self.wallets if wallet != borrower)
            manager = self.suite.registry.propertyOf(share_of(share)[0]).manager
            self.chronicle.did("approve a transfer", [approve_transfer(self.suite, share, buyer, manager)])
            move = partial(certificate.transferFrom.call, borrower, buyer, share, sender=borrower)
            attempts = {
                "move a share under a lien": move,
                "draw a loan a second time": partial(book.drawForPurchase.call, loan_id, sender=borrower),
                "foreclose on a borrower who pays": partial(book.startForeclosure.call, loan_id, sender=stranger),
            }
            for tried, attempt in attempts.items():
                self.chronicle.must_fail(tried, attempt)

    def repay_a_loan(self) -> None:
        """The last that was drawn, by its borrower, long before its time; with the debt the lien ends."""
        for loan_id in list(self.outcome.drawn)[-1:]:
            loan, needed = self.suite.desk.loanOf(loan_id), self.desk.coins_for_all(loan_id)
            self.freed_share = loan.application.shareId
            given = give_coins(self.suite, loan.borrower, needed)
            paid = self.desk.pay(loan_id, loan.borrower, needed)
            self.chronicle.did("repay a loan", [*given, *paid.receipts])
            self.say(f"loan {loan_id} is repaid; share {loan.application.shareId} is free of its lien")

    def wait_until_lending_resumes(self) -> None:
        """After a run on the cash: savers return, demand fades, and every borrower pays what falls due meanwhile."""
        self._fill_the_treasury()
        days = self._wait_for_the_gate()
        now, paid = self.suite.engine.now(), 0
        for loan_id in self.outcome.drawn:
            loan = self.suite.desk.loanOf(loan_id)
            if not Stage(loan.stage).is_open or now < loan.dueAt:
                continue
            needed = self.desk.coins_for_instalment(loan_id, loan.paid + 1 + (now - loan.dueAt) // MONTH)
            give_coins(self.suite, loan.borrower, needed)
            self.chronicle.did("pay an instalment", [self.desk.pay(loan_id, loan.borrower, needed).receipts[-1]])
            paid += 1
        self.say(f"lending resumed after {days} days; {paid} borrowers paid what fell due meanwhile")

    def _fill_the_treasury(self) -> None:
        """There is cash above the floor when somebody buys coins for it."""
        coins = CASH_PER_HOME * len(self.homes.homes) * ONE
        self.chronicle.did("buy coins", give_coins(self.suite, self.cast.buyer, coins))

    def _wait_for_the_gate(self) -> int:
        """Days waited."""
        days = 0
        while self.suite.treasury.demandPaused() and days < PATIENCE:
            self.suite.engine.advance(DAY)
            days += 1
        keep_index_valid(self.suite)
        keep_price_valid(self.suite)
        return days

    def portfolio(self) -> LoanPortfolio:
        """The report on all open loans."""
        return read_portfolio(self.suite)

    def schedule(self) -> tuple[str, list[Any], Kind]:
        """Title, rows and kind of the first loan's amortization table."""
        loan_id, placed = next(iter(self.outcome.drawn.items()))
        loan = self.suite.desk.loanOf(loan_id)
        rows = rows_of(placed.amount, loan.rateBps, placed.instalments, placed.kind, loan.startedAt)
        return f"Loan {loan_id}: {COINS.show(placed.amount)}, {placed.kind.words}", rows, placed.kind

    def _for_sale(self) -> tuple[str, str, list[int]]:
        """A manager, a seller, and shares of the seller's in houses of that manager that can be lent on."""
        found: dict[tuple[str, str], list[int]] = {}
        for house in self.property_ids:
            terms = self.suite.registry.propertyOf(house)
            status = self.suite.valuation.lendingValueOf(house)[-1]
            if status != ValueStatus.VALID or terms.seniorClaimCount:
                continue
            for number in range(1, self.suite.certificate.sharesOf(house) + 1):
                share, owner = share_id(house, number), terms.holdingEntity
                free = self.suite.certificate.encumbrancesOf(share) == (ZERO_ADDRESS, ZERO_ADDRESS)
                if free and self.suite.certificate.ownerOf(share) == owner:
                    found.setdefault((terms.manager, owner), []).append(share)
        (manager, owner), shares = max(found.items(), key=lambda entry: len(entry[1]))
        return manager, owner, shares[:SHARES_SOLD]


def spare_wallets(suite: Any) -> list[str]:
    """Local wallets that play nobody by the parameters, for applicants."""
    parameters, fees = suite.parameters, suite.parameters.fees
    named = [*parameters.roles.model_dump().values(), *parameters.value("local.wallets").values()]
    named += [parameters.oracle.nodes, parameters.value("local.deployer"), fees.mortgage_company, fees.dao]
    named += [provider.payee for provider in fees.providers]
    taken = {number for entry in named for number in (entry if isinstance(entry, list | tuple) else [entry])}
    return [address for number, address in enumerate(suite.engine.accounts) if number not in taken]


def _turns(wallets: Sequence[str]) -> Callable[[int], str]:
    """The wallets in turn, whoever applies."""
    asked = 0

    def following(number: int) -> str:
        nonlocal asked
        asked += 1
        return wallets[(asked - 1) % len(wallets)]

    return following
