"""The whole suite in process, opened for a stress run: holders with coins, behind them cash and loans.

Everything is done through the contracts. The loans are those of the test book, which tells the loan ledger what a loan
book tells it; the reserve token and its price are the local chain's.
"""

from __future__ import annotations

from commonhold.engines import InProcessEngine
from commonhold.operations.stress.opening import holdings, instalment_cash, loan_principals, share_value
from commonhold.operations.stress.outcome import Look
from commonhold.operations.stress.play import Requested
from commonhold.operations.stress.scenario import Play
from commonhold.recipe import deploy
from commonhold.recipe.buying import buy_coins, give_cash, keep_price_valid
from commonhold.recipe.governing import address_of
from commonhold.recipe.parameters import WHOLE_BPS
from commonhold.recipe.units import HOUR

CAP_BPS = 7_000  # of a share's value: what counts as covered, and what an auction's floor is
SETTLED = 3 * HOUR  # after which minted coins count in the base of demand
FIRST_SHARE = 257  # share 1 of house 1
UNLIMITED = 2**256 - 1


class SuiteStage:
    """`play.Stage` on the contracts. Holders and loans have numbers from 0; nobody needs a key in process."""

    def __init__(self, play: Play) -> None:
        self.engine = InProcessEngine()
        self.suite = deploy(self.engine, play.parameters)
        self.unit = play.parameters.reserve.unit
        self.min_request = play.parameters.redemption.min_request
        self.values: dict[int, int] = {}  # of the loans' shares
        local = play.parameters.value("local.wallets")
        self.bank = address_of(self.suite, local["bank"])  # finds the cash that borrowers and givers bring
        self.people = [f"0x{0xC0FFEE << 64 | number:040x}" for number in range(play.scenario.holders)]
        self._open(play)

    def _open(self, play: Play) -> None:
        scenario, suite = play.scenario, self.suite
        lent = loan_principals(scenario, self.unit)
        buy_coins(suite, self.bank, (scenario.coins - sum(lent)) // self.unit)
        for loan, principal in enumerate(lent):
            self._set_value(loan, share_value(scenario, self.unit))
            instalment = instalment_cash(scenario, principal, self.unit) * self.unit
            share, rate = FIRST_SHARE + loan, scenario.loans.rate
            suite.test_book.draw(share, principal, rate, instalment, self.bank, sender=self.bank)
        for person, coins in zip(self.people, holdings(scenario), strict=True):
            suite.coin.transfer(person, coins, sender=self.bank)
            suite.coin.approve(suite.treasury, UNLIMITED, sender=person)
        self.engine.advance(SETTLED)

    # -- time, and what can be seen --------------------------------------------------------------------------------

    def now(self) -> int:
        return self.engine.now()

    def wait_until(self, at: int) -> None:
        """Later transactions are at that time or after; a second each. The price's feed goes on reporting meanwhile."""
        if at - self.engine.now() > 1:
            self.engine.set_next_time(at - 1)
            feed = self.suite.reserve_feed
            feed.updateAnswer(feed.latestAnswer(), sender=self.bank)
        if at > self.engine.now():
            self.engine.set_time(at)

    def look(self) -> Look:
        treasury = self.suite.treasury
        sheet, page, aside = treasury.balanceSheet(), treasury.demandPage(), treasury.setAsideCash()
        return Look(
            reserve_cash=treasury.trackedCash() - aside,
            set_aside_cash=aside,
            other_assets=sheet.loansUsd + sheet.ownedHomesUsd,
            coins=sheet.coins,
            equity=sheet.equityUsd,
            waiting=page.waiting,
            demand=treasury.liquidationDemand(),
            paused=page.paused,
            lending_paused=treasury.lendingPaused(),
        )

    def balance_of(self, holder: int) -> int:
        return self.suite.coin.balanceOf(self.people[holder])

    def pending(self, request: int) -> int:
        return self.suite.treasury.requestPage(request).pending

    def debt(self, loan: int) -> int:
        book = self.suite.test_book
        position = book.loanOf(loan + 1).position
        return book.debtOf(loan + 1) if position.principal or position.interestRaw else 0

    def due_at(self, loan: int) -> int:
        return self.suite.test_book.loanOf(loan + 1).position.dueAt

    # -- what people do --------------------------------------------------------------------------------------------

    def request(self, holder: int, coins: int) -> Requested:
        person = self.people[holder]
        receipt = self.suite.treasury.requestRedeem(coins, person, person, sender=person)
        request = receipt.event("RedeemRequest")["requestId"]
        page = self.suite.treasury.requestPage(request)
        return Requested(request, page.pending + page.claimable)

    def claim(self, holder: int, request: int) -> int:
        person = self.people[holder]
        if not self.suite.treasury.requestPage(request).claimable:
            return 0
        return self.suite.treasury.claim(request, person, sender=person).event("Claimed")["cash"]

    def pay(self, loan: int, cash: int) -> None:
        self._provide(cash)
        self.suite.test_book.payCash(loan + 1, cash, sender=self.bank)

    def contribute(self, cash: int) -> None:
        self._provide(cash)
        self.suite.treasury.contribute(cash, sender=self.bank)

    def value_falls_to(self, loan: int, value: int) -> None:
        self._set_value(loan, value)
        self.suite.test_book.mark(loan + 1, sender=self.bank)

    def foreclose(self, loan: int) -> int:
        book, floor = self.suite.test_book, self.values[loan] * CAP_BPS // WHOLE_BPS
        taken = book.foreclose(loan + 1, floor, sender=self.bank).event("HomeTaken")
        cash = taken["valueUsd"] // self.unit
        self._provide(cash)
        book.sellHomeForCash(FIRST_SHARE + loan, cash, sender=self.bank)
        return cash

    def _set_value(self, loan: int, value: int) -> None:
        self.values[loan] = value
        self.suite.test_book.setValue(FIRST_SHARE + loan, value, sender=self.bank)

    def _provide(self, cash: int) -> None:
        keep_price_valid(self.suite)
        give_cash(self.suite, self.bank, cash)
