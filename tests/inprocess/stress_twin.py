"""A stress run on the exact model, at the times of one on the contracts: what they do must be what it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from commonhold.model.access import Hub, Roles
from commonhold.model.coin import UNLIMITED, Coin, Minter
from commonhold.model.core import Chain
from commonhold.model.money.book import CAP_BPS, SmallBook
from commonhold.model.money.fees import BPS, FeeCurve
from commonhold.model.money.gate import GateTerms
from commonhold.model.money.reserve import Reading, ReserveToken
from commonhold.model.money.treasury import Treasury, TreasuryTerms
from commonhold.operations.stress.opening import MONTH, holdings, instalment_cash, loan_principals, share_value
from commonhold.operations.stress.outcome import Look
from commonhold.operations.stress.play import Requested
from commonhold.operations.stress.scenario import Play, Scenario
from commonhold.operations.stress.stage import SuiteStage
from commonhold.recipe.units import DAY

WAD = 10**18
HUB, COIN, RESERVE, TREASURY, BOOK, DAO, FOUNDER = ("0x" + f"{number:040x}" for number in range(0xC0, 0xC7))


@dataclass(frozen=True)
class Opening:
    """When things were done before the holders had their coins."""

    bought_at: int
    drawn_at: tuple[int, ...]
    ready_at: int


class ClockedStage(SuiteStage):
    """The stage on the contracts, which remembers when everything happened."""

    def __init__(self, play: Play) -> None:
        self.times: list[int] = []
        super().__init__(play)
        loans = range(play.scenario.loans.count)
        drawn_at = tuple(self.due_at(loan) - MONTH for loan in loans)
        self.opening = Opening(drawn_at[0] - 1, drawn_at, self.now())

    def request(self, holder: int, coins: int) -> Requested:
        return self._noted(super().request(holder, coins))

    def claim(self, holder: int, request: int) -> int:
        cash = super().claim(holder, request)
        return self._noted(cash) if cash else cash

    def pay(self, loan: int, cash: int) -> None:
        self._noted(super().pay(loan, cash))

    def value_falls_to(self, loan: int, value: int) -> None:
        self._noted(super().value_falls_to(loan, value))

    def contribute(self, cash: int) -> None:
        self._noted(super().contribute(cash))

    def foreclose(self, loan: int) -> int:
        return self._noted(super().foreclose(loan))

    def _noted(self, answer: Any) -> Any:
        self.times.append(self.now())
        return answer


class ModelStage:
    """`Stage` over commonhold.model.money, with the local parameters' terms, which are the model's defaults.

    `times` are those of the transactions after the opening: there are more of them on a chain, and each takes a second.
    """

    def __init__(self, scenario: Scenario, opening: Opening, times: Sequence[int]) -> None:
        self._times = iter(times)
        self.chain = Chain(1, opening.bought_at)
        hub = Hub(self.chain, HUB)
        hub.members[Roles.ADMIN, DAO] = 0
        self.coin = Coin(self.chain, COIN, hub)
        self.coin.minters[TREASURY] = Minter(2**95)
        reserve = ReserveToken(self.chain, RESERVE, 6)
        terms = TreasuryTerms(gate=GateTerms(), curve=FeeCurve())
        self.treasury = Treasury(
            self.chain, TREASURY, hub, self.coin, reserve, lambda: Reading(WAD), lambda one: one, terms, 30 * DAY
        )
        self.unit, self.min_request = self.treasury.scale, terms.minRequest
        self.book = SmallBook(self.chain, BOOK, self.treasury)
        self.treasury.books.add(BOOK)
        self.people = ["0x" + f"{0xA000 + number:040x}" for number in range(scenario.holders)]
        for person in (*self.people, FOUNDER):
            self.coin.allowances[person, TREASURY] = UNLIMITED
        reserve.allowances[FOUNDER, TREASURY] = UNLIMITED
        reserve.balances[FOUNDER] = 10**30
        self._open(scenario, opening)

    def _open(self, scenario: Scenario, opening: Opening) -> None:
        lent = loan_principals(scenario, self.unit)
        cash = (scenario.coins - sum(lent)) // self.unit
        self.treasury.buy(FOUNDER, cash, 0, FOUNDER)
        for share, (principal, drawn_at) in enumerate(zip(lent, opening.drawn_at, strict=True), 257):
            self.chain.now = drawn_at
            self.book.values[share] = share_value(scenario, self.unit)
            instalment = instalment_cash(scenario, principal, self.unit) * self.unit
            self.book.draw(share, principal, scenario.loans.rate, instalment, FOUNDER)
        for person, coins in zip(self.people, holdings(scenario), strict=True):
            self.coin.transfer(FOUNDER, person, coins)
        self.chain.now = opening.ready_at

    def now(self) -> int:
        return self.chain.now

    def wait_until(self, at: int) -> None:
        self.chain.now = max(self.chain.now, at)

    def _tick(self) -> None:
        self.chain.now = next(self._times)
        self.treasury.next_transaction()

    def look(self) -> Look:
        treasury = self.treasury
        sheet = treasury.balanceSheet()
        return Look(
            reserve_cash=treasury.cash,
            set_aside_cash=treasury.queue.set_aside,
            other_assets=sheet.loans + sheet.ownedHomes,
            coins=sheet.coins,
            equity=sheet.equity,
            waiting=treasury.queue.waiting,
            demand=treasury.liquidationDemand(),
            paused=treasury.demandPaused(),
            lending_paused=treasury.lendingPaused(),
        )

    def balance_of(self, holder: int) -> int:
        return self.coin.balanceOf(self.people[holder])

    def request(self, holder: int, coins: int) -> Requested:
        self._tick()
        number = self.treasury.requestRedeem(self.people[holder], coins, self.people[holder], self.people[holder])
        request = self.treasury.queue.request(number)
        return Requested(number, request.end - request.start)

    def pending(self, request: int) -> int:
        found = self.treasury.queue.requests.get(request)
        return self.treasury.queue.pending(found) if found else 0

    def claim(self, holder: int, request: int) -> int:
        found = self.treasury.queue.requests.get(request)
        if not found or not self.treasury.queue.claimable(found)[0]:
            return 0
        self._tick()
        return self.treasury.claim(self.people[holder], request, self.people[holder])

    def debt(self, loan: int) -> int:
        return self.book.position(loan + 1).debt_up(self.chain.now) if loan + 1 in self.book.terms else 0

    def due_at(self, loan: int) -> int:
        return self.book.position(loan + 1).dueAt

    def pay(self, loan: int, cash: int) -> None:
        self._tick()
        self.book.payCash(FOUNDER, loan + 1, cash)

    def value_falls_to(self, loan: int, value: int) -> None:
        self._tick()
        self.book.values[257 + loan] = value
        self.book.mark(loan + 1)

    def contribute(self, cash: int) -> None:
        self._tick()
        self.treasury.contribute(FOUNDER, cash)

    def foreclose(self, loan: int) -> int:
        share = 257 + loan
        self._tick()
        value = self.book.foreclose(loan + 1, self.book.values[share] * CAP_BPS // BPS)
        self.treasury.next_transaction()
        self.treasury.sellHomeForCash(BOOK, share, FOUNDER, value // self.unit)
        return value // self.unit
