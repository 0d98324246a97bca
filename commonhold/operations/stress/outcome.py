"""What is seen of a stress run, and what came of it. Amounts of cash are units; everything else has 18 decimals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from commonhold.operations.stress.scenario import Scenario
from commonhold.recipe.units import DAY

DOLLAR = 10**18


class Look(NamedTuple):
    """What can be seen of the treasury at one moment. `cash` names are units, everything else has 18 decimals."""

    reserve_cash: int  # less what is set aside for finalised claims
    set_aside_cash: int
    other_assets: int  # loans and owned homes
    coins: int
    equity: int
    waiting: int  # net coins
    demand: int
    paused: bool  # by the gate
    lending_paused: bool  # by anything

    @property
    def price(self) -> Fraction:
        """Of a coin: a dollar, or its part of the assets."""
        return min(Fraction(1), Fraction(self.coins + self.equity, self.coins)) if self.coins else Fraction(1)


@dataclass
class Holder:
    """One holder and what became of his coins, here and with the coin that redeems at face value."""

    number: int  # in the order in which they leave, from 1
    coins: int
    asked: int = 0  # coins that he wanted out, the fee among them
    net: int = 0  # less the fee
    requests: list[int] = field(default_factory=list)
    cash: int = 0  # units
    paid_at: int | None = None  # when the last of it came
    waiting: int = 0  # net coins, in the end
    kept: int = 0  # coins that he did not ask for
    face_cash: int = 0
    face_paid_at: int | None = None
    face_left: int = 0  # coins that he still has there

    @property
    def fee(self) -> int:
        return self.asked - self.net

    @property
    def paid_coins(self) -> int:
        """Net coins that were paid."""
        return self.net - self.waiting


@dataclass(frozen=True)
class Point:
    """A moment of the timeline."""

    at: int  # seconds since the start
    look: Look
    paid_cash: int  # finalised so far, claimed or not


@dataclass(frozen=True)
class Outcome:
    """A scenario that was played."""

    scenario: Scenario
    unit: int
    thresholds: tuple[int, int]  # of the gate, in basis points
    holders: list[Holder]
    timeline: list[Point]
    cash_in: int  # all that ever came in, at the start and later
    cash_held: int  # by the treasury, in the end
    too_small: int  # coins that were asked for in less than the least that a request may have
    face_price: Fraction  # of a coin that is left, of the other coin

    @property
    def price(self) -> Fraction:
        """Of a coin, in the end."""
        return self.timeline[-1].look.price

    @property
    def paid(self) -> int:
        """Cash that holders got."""
        return sum(holder.cash for holder in self.holders)

    def days_when(self, holds: Callable[[Point], bool]) -> list[tuple[float, float]]:
        """From which day to which something was so."""
        spans: list[tuple[float, float]] = []
        days = [point.at / DAY for point in self.timeline]
        for place, point in enumerate(self.timeline):
            if not holds(point):
                continue
            end = days[min(place + 1, len(days) - 1)]
            if spans and spans[-1][1] >= days[place]:
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((days[place], end))
        return spans

    def paid_price(self, holder: Holder) -> Fraction | None:
        """Dollars for each net coin that was paid."""
        return Fraction(holder.cash * self.unit, holder.paid_coins) if holder.paid_coins else None

    def worth_left(self, holder: Holder) -> Fraction:
        """Dollars (18 decimals) that his coins are still worth."""
        return (holder.waiting + holder.kept) * self.price

    def lost(self, holder: Holder) -> Fraction:
        """Dollars (18 decimals) that are gone for him, besides the fee."""
        return holder.coins - holder.fee - holder.cash * self.unit - self.worth_left(holder)

    def face_worth_left(self, holder: Holder) -> Fraction:
        return holder.face_left * self.face_price

    def face_lost(self, holder: Holder) -> Fraction:
        """The same with the coin that redeems at face value."""
        return holder.coins - holder.face_cash * self.unit - self.face_worth_left(holder)
