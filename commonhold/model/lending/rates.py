"""Rates and the index: `IRateModel` in exact fractions, with the whole history of the rate kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

from commonhold.model.lending.schedule import MONTH
from commonhold.model.money.ageing import DAY
from commonhold.model.money.fees import BPS

IDLE_FROM = 2
"""Floors of cash that earn nobody a discount."""


@dataclass(frozen=True)
class RateTerms:
    """In the order of `IRateModel.RateTerms`; basis points a year, and floors of cash."""

    base: int
    demand: int
    idle: int
    full_idle_floors: int
    floor: int
    cap: int


@dataclass(frozen=True)
class Market:
    """What the treasury says. Dollars and coins in wei; ratios in basis points."""

    demand: int
    base: int
    pause_at: int
    free_cash_usd: int
    coins: int
    min_cash_ratio: int


def rate_of(terms: RateTerms, market: Market) -> int:
    """The rate that a state of the treasury gives, in basis points a year."""
    pausing = Fraction(market.base * market.pause_at, BPS)
    haste = min(Fraction(market.demand) / pausing, Fraction(1)) if pausing else Fraction(1)
    cash_floor = Fraction(market.coins * market.min_cash_ratio, BPS)
    beyond = max(market.free_cash_usd - IDLE_FROM * cash_floor, Fraction(0))
    whole = (terms.full_idle_floors - IDLE_FROM) * cash_floor
    idleness = min(beyond / whole, Fraction(1)) if whole else Fraction(beyond > 0)
    rate = terms.base + ceil(terms.demand * haste) - floor(terms.idle * idleness)
    return min(max(rate, terms.floor), terms.cap)


@dataclass
class Rates:
    """The rate as a function of time: the steps at checkpoints. Before the first, its rate."""

    terms: RateTerms
    steps: list[tuple[int, int]] = field(default_factory=list)  # (since when, rate), oldest first

    def checkpoint(self, now: int, market: Market) -> bool:
        """Whether the rate of now came into force."""
        due = not self.steps or now - self.steps[-1][0] >= DAY
        if due:
            self.steps.append((now, rate_of(self.terms, market)))
        return due

    def rate(self, now: int, market: Market) -> int:
        """What a loan drawn now gets."""
        last, rate = self.steps[-1]
        return rate_of(self.terms, market) if now - last >= DAY else rate

    def index(self, now: int) -> int:
        """Mean of the whole month before the one of `now`, up."""
        end = now // MONTH * MONTH
        begin = end - MONTH
        total = self.steps[0][1] * max(0, min(self.steps[0][0], end) - begin)
        ends = [since for since, _ in self.steps[1:]] + [end]
        for (since, rate), until in zip(self.steps, ends, strict=True):
            total += rate * max(0, min(until, end) - max(since, begin))
        return -(-total // MONTH)
