"""Liquidation demand and the lending gate with its two thresholds (spec 4.6).

Everything here is a function of what happened, never of who looked: marks are the base's amounts *at* the hour, worked
out from the state since the last change, and demand only falls between changes, so a stored pause and the view agree.
"""

from __future__ import annotations

from dataclasses import dataclass

from commonhold.model.core import require
from commonhold.model.money.fees import BPS
from commonhold.model.money.halflife import decayed_up

HOUR = 3_600
DAY = 86_400
WAD = 10**18
MAX_DWELL = 30 * DAY
MAX_HALF_LIFE = 2**40 - 1
MAX_AMOUNT = 2**96 - 1


@dataclass(frozen=True)
class GateTerms:
    pauseAtBps: int = 1_500
    resumeBelowBps: int = 750
    dwellPeriod: int = DAY
    halfLifePeriod: int = 3 * DAY
    minBase: int = 100_000 * WAD

    def __post_init__(self) -> None:
        in_order = 0 < self.resumeBelowBps < self.pauseAtBps <= BPS
        require(in_order, "GateThresholdsOutOfOrder", self.resumeBelowBps, self.pauseAtBps)
        require(0 < self.dwellPeriod <= MAX_DWELL, "DwellPeriodOutOfRange", self.dwellPeriod, MAX_DWELL)
        require(0 < self.halfLifePeriod <= MAX_HALF_LIFE, "HalfLifeOutOfRange", self.halfLifePeriod, MAX_HALF_LIFE)
        require(0 < self.minBase <= MAX_AMOUNT, "MinBaseOutOfRange", self.minBase, MAX_AMOUNT)


class Gate:
    """State and views of the gate. `supply` is the coins' total and `waiting` the queue's net coins, both at `now`."""

    def __init__(self, terms: GateTerms, now: int) -> None:
        self.terms = terms
        self.hour = now // HOUR
        self.mark_hour = 0
        self.mark_before = 0
        self.redeemed = 0
        self.redeemed_at = now
        self.paused_at: int | None = None

    # -- views ----------------------------------------------------------------------------------------------------

    def redeemed_lately(self, at: int) -> int:
        return decayed_up(self.redeemed, max(0, at - self.redeemed_at), self.terms.halfLifePeriod)

    def _level(self, supply: int, at: int) -> int:
        """Coins, and those redeemed lately; no more than can be counted."""
        return min(MAX_AMOUNT, supply + self.redeemed_lately(at))

    def marks(self, supply: int, now: int) -> tuple[int, int]:
        """The base's amount at the start of this hour and of the one before."""
        hour = now // HOUR
        if hour == self.hour:
            return self.mark_hour, self.mark_before
        this = self._level(supply, hour * HOUR)
        if hour == self.hour + 1:
            return this, self.mark_hour
        return this, self._level(supply, (hour - 1) * HOUR)

    def base(self, supply: int, now: int) -> int:
        return max(self.terms.minBase, min(self._level(supply, now), *self.marks(supply, now)))

    def demand(self, waiting: int, now: int) -> int:
        """In coins."""
        return min(MAX_AMOUNT, waiting + self.redeemed_lately(now))

    def ratio_up(self, supply: int, waiting: int, now: int) -> int:
        return -(-self.demand(waiting, now) * WAD // self.base(supply, now))

    def is_paused(self, supply: int, waiting: int, now: int) -> bool:
        """What history asks for; a pause ends only below the lower threshold and after the dwell."""
        demand, base = self.demand(waiting, now) * BPS, self.base(supply, now)
        if self.paused_at is None:
            return demand >= self.terms.pauseAtBps * base
        rested = now >= self.paused_at + self.terms.dwellPeriod
        return not rested or demand >= self.terms.resumeBelowBps * base

    def resumable_at(self, supply: int, waiting: int, now: int) -> int:
        """The earliest end of the pause that is or begins now; 0 if there is none."""
        if not self.is_paused(supply, waiting, now):
            return 0
        return (now if self.paused_at is None else self.paused_at) + self.terms.dwellPeriod

    # -- changes --------------------------------------------------------------------------------------------------

    def roll(self, supply: int, now: int) -> None:
        """Before every change of the supply or of the redemptions."""
        self.mark_hour, self.mark_before = self.marks(supply, now)
        self.hour = now // HOUR

    def add_redeemed(self, coins: int, now: int) -> None:
        if coins:
            self.redeemed = min(MAX_AMOUNT, self.redeemed_lately(now) + coins)
            self.redeemed_at = now

    def settle(self, supply: int, waiting: int, now: int) -> None:
        """Before and after everything that may raise demand."""
        paused = self.is_paused(supply, waiting, now)
        if not paused:
            self.paused_at = None
        elif self.paused_at is None:
            self.paused_at = now
