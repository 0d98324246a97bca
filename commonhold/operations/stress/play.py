"""Let a scenario happen: everything that people do, in the order of its time, on a stage; and what is seen of it.

Who leaves when is drawn by the scenario's seed, so the same scenario always gives the same result.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from commonhold.operations.stress.face_value import FaceValueCoin
from commonhold.operations.stress.opening import MONTH, instalment_cash, share_value
from commonhold.operations.stress.outcome import Holder, Look, Outcome, Point
from commonhold.operations.stress.scenario import Scenario, Wave
from commonhold.recipe.parameters import WHOLE_BPS
from commonhold.recipe.units import DAY


class Requested(NamedTuple):
    """A request for redemption as it was taken."""

    request: int
    net_coins: int


class Stage(Protocol):
    """The treasury with loans on it, as `stage.SuiteStage` has them. Holders and loans have numbers from 0."""

    unit: int  # what a unit of cash is worth in wei
    min_request: int

    def now(self) -> int: ...
    def wait_until(self, at: int) -> None: ...
    def look(self) -> Look: ...
    def balance_of(self, holder: int) -> int: ...
    def request(self, holder: int, coins: int) -> Requested: ...
    def pending(self, request: int) -> int: ...
    def claim(self, holder: int, request: int) -> int: ...
    def debt(self, loan: int) -> int:
        """0 once it is repaid."""
        ...

    def due_at(self, loan: int) -> int: ...
    def pay(self, loan: int, cash: int) -> None: ...
    def value_falls_to(self, loan: int, value: int) -> None: ...
    def contribute(self, cash: int) -> None: ...
    def foreclose(self, loan: int) -> int:
        """Nobody bids for the loan's share; the treasury takes it and sells it for the cash that is answered."""
        ...


class _Event(NamedTuple):
    at: int  # seconds since the start
    order: int
    happen: Callable[[], None]
    changes: bool  # rather than that a day has passed


class Performance:
    """One scenario on one stage, whose coins its holders have by now."""

    def __init__(self, stage: Stage, scenario: Scenario, thresholds: tuple[int, int]) -> None:
        self.stage, self.scenario, self.thresholds = stage, scenario, thresholds
        self.start = stage.now()
        self.random = random.Random(scenario.seed)
        held = [stage.balance_of(place) for place in range(scenario.holders)]
        self.places = list(range(scenario.holders))  # on the stage, in the order in which they leave
        self.random.shuffle(self.places)
        self.holders = [Holder(number, held[place]) for number, place in enumerate(self.places, 1)]
        first = stage.look()
        self.cash_in = first.reserve_cash
        self.face = FaceValueCoin(
            stage.unit, first.reserve_cash, {holder.number: holder.coins for holder in self.holders}
        )
        self.line: deque[tuple[Holder, int]] = deque()  # requests that are not paid in full
        self.claimed = self.too_small = 0
        self.timeline: list[Point] = []
        self.bad_loans = frozenset(self._bad_loans())

    def play(self) -> Outcome:
        """All of it: noted are every day, and each change from the second before it on."""
        events = sorted(self._events())
        before = 0
        for place, event in enumerate(events):
            if event.changes and event.at > before + 1:
                self.stage.wait_until(self.start + event.at - 1)
                self._note(event.at - 1)
            self.stage.wait_until(self.start + event.at)
            event.happen()
            before = event.at
            if place + 1 == len(events) or events[place + 1].at > event.at:
                self._claim_everything()
                self._note(event.at)
        return self._outcome()

    def _events(self) -> Iterator[_Event]:
        """In no order; those of one second keep that in which they stand here."""
        happenings = [*self._leavings(), *self._payments(), *self._contributions(), *self._fall(), *self._sales()]
        for order, (at, happen) in enumerate(happenings):
            if at <= self.scenario.simulated:
                yield _Event(at, order, happen, changes=True)
        for day in range(self.scenario.simulated // DAY + 1):
            yield _Event(day * DAY, len(happenings) + day, lambda: None, changes=False)

    @property
    def _time(self) -> int:
        """Seconds since the start."""
        return self.stage.now() - self.start

    # -- what happens ----------------------------------------------------------------------------------------------

    def _leavings(self) -> Iterator[tuple[int, Callable[[], None]]]:
        """Holders come one after another, each with all that he has, until a wave's share is asked for."""
        left = {holder.number: holder.coins for holder in self.holders}
        waiting = iter(self.holders)
        holder = next(waiting, None)
        for wave in sorted(self.scenario.run, key=lambda one: one.at):
            wanted = sum(one.coins for one in self.holders) * wave.share // WHOLE_BPS
            parts: list[tuple[Holder, int]] = []
            while wanted and holder is not None:
                coins = min(wanted, left[holder.number])
                left[holder.number] -= coins
                wanted -= coins
                parts.append((holder, coins))
                if not left[holder.number]:
                    holder = next(waiting, None)
            yield from self._wave(wave, parts)

    def _wave(self, wave: Wave, parts: list[tuple[Holder, int]]) -> Iterator[tuple[int, Callable[[], None]]]:
        for place, (holder, coins) in enumerate(parts):

            def leave(holder: Holder = holder, coins: int = coins) -> None:
                self._leave(holder, coins)

            yield wave.at + wave.within * place // len(parts), leave

    def _leave(self, holder: Holder, coins: int) -> None:
        if coins < self.stage.min_request:
            self.too_small += coins
            return
        made = self.stage.request(self.places[holder.number - 1], coins)
        holder.requests.append(made.request)
        self.line.append((holder, made.request))
        holder.asked += coins
        holder.net += made.net_coins
        self.face.redeem(holder.number, coins, self._time)

    def _payments(self) -> Iterator[tuple[int, Callable[[], None]]]:
        """The instalments of the loans that are paid, each on the second when it is due."""
        instalment = instalment_cash(self.scenario, self.stage.debt(0), self.stage.unit)
        for loan in range(self.scenario.loans.count):
            first = self.stage.due_at(loan) - self.start
            for number in range(self.scenario.loans.repaid_in_months):
                at = first + number * MONTH
                if loan in self.bad_loans and at >= self.scenario.losses.at:
                    break

                def pay(loan: int = loan) -> None:
                    self._pay(loan, instalment)

                yield at, pay

    def _pay(self, loan: int, instalment: int) -> None:
        cash = min(instalment, self.stage.debt(loan) // self.stage.unit)
        if cash:
            self.stage.pay(loan, cash)
            self._cash_came(cash)

    def _contributions(self) -> Iterator[tuple[int, Callable[[], None]]]:
        for contribution in self.scenario.contributions:
            cash = contribution.cash // self.stage.unit

            def contribute(cash: int = cash) -> None:
                self.stage.contribute(cash)
                self._cash_came(cash)

            yield contribution.at, contribute

    def _cash_came(self, cash: int) -> None:
        self.cash_in += cash
        self.face.receive(cash, self._time)

    def _bad_loans(self) -> list[int]:
        count = self.scenario.loans.count
        bad = -(-count * self.scenario.losses.share // WHOLE_BPS)
        return self.random.sample(range(count), bad)

    def _fall(self) -> Iterator[tuple[int, Callable[[], None]]]:
        """The shares behind the bad loans are worth less, and anyone marks the loans."""
        losses = self.scenario.losses
        for loan in sorted(self.bad_loans):

            def fall(loan: int = loan) -> None:
                if self.stage.debt(loan) >= self.stage.unit:  # else it is repaid already
                    value = share_value(self.scenario, self.stage.unit)
                    self.stage.value_falls_to(loan, value - value * losses.value_fall // WHOLE_BPS)

            yield losses.at, fall

    def _sales(self) -> Iterator[tuple[int, Callable[[], None]]]:
        """Nobody bids for these shares; the treasury takes them and sells them for what they count for."""
        losses = self.scenario.losses
        for loan in sorted(self.bad_loans):

            def sell(loan: int = loan) -> None:
                if self.stage.debt(loan) >= self.stage.unit:
                    self._cash_came(self.stage.foreclose(loan))

            yield losses.at + losses.sold_after, sell

    # -- what is seen ----------------------------------------------------------------------------------------------

    def _claim_everything(self) -> None:
        """Everybody takes what is set aside for him: the line is paid from its front, the first unpaid one ends it."""
        while self.line and self.stage.look().set_aside_cash:
            holder, request = self.line[0]
            cash = self.stage.claim(self.places[holder.number - 1], request)
            if cash:
                holder.cash += cash
                holder.paid_at = self._time
                self.claimed += cash
            if self.stage.pending(request):
                return
            self.line.popleft()

    def _note(self, at: int) -> None:
        look = self.stage.look()
        self.timeline.append(Point(at, look, self.claimed + look.set_aside_cash))

    def _outcome(self) -> Outcome:
        last = self.stage.look()
        for holder in self.holders:
            holder.waiting = sum(self.stage.pending(request) for request in holder.requests)
            holder.kept = self.stage.balance_of(self.places[holder.number - 1])
            holder.face_cash = self.face.paid.get(holder.number, 0)
            holder.face_paid_at = self.face.paid_at.get(holder.number)
            holder.face_left = self.face.holdings[holder.number]
        return Outcome(
            scenario=self.scenario,
            unit=self.stage.unit,
            thresholds=self.thresholds,
            holders=self.holders,
            timeline=self.timeline,
            cash_in=self.cash_in,
            cash_held=last.reserve_cash + last.set_aside_cash,
            too_small=self.too_small,
            face_price=self.face.price(last.other_assets),
        )
