"""Auctions of foreclosed shares and of homes that the treasury owns: price and clock, in exact fractions.

Everything goes by the seconds that an auction's clock has run, `elapsed`. The price falls in a straight line and then
stays; whose turn it is follows from four stretches of that clock. Whatever a bidder pays is rounded up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import ceil

from commonhold.model.core import require
from commonhold.model.money.ageing import DAY
from commonhold.model.money.fees import BPS


class Turn(Enum):
    """Who may have the share."""

    CO_OWNERS_FIRST = "owners of another share of the house"
    ANYBODY = "anybody with a credential"
    CO_OWNERS_LAST = "owners of another share of the house, at the floor"
    OVER = "the treasury, or anybody if it owns the share already"

    @property
    def co_owners_only(self) -> bool:
        return self in (Turn.CO_OWNERS_FIRST, Turn.CO_OWNERS_LAST)


@dataclass(frozen=True)
class AuctionTerms:
    """In the order of `IForeclosureAuction.AuctionTerms`; parts of the value in basis points, periods in seconds."""

    start: int = 11_000
    floor: int = 7_000
    decline: int = 7 * DAY
    co_owners_first: int = 2 * DAY
    co_owners_last: int = 2 * DAY
    costs: int = 200

    @property
    def period(self) -> int:
        """After so much of its clock a foreclosed share is the treasury's."""
        return self.decline + self.co_owners_last

    def turn(self, elapsed: int) -> Turn:
        if elapsed < self.co_owners_first:
            return Turn.CO_OWNERS_FIRST
        if elapsed < self.decline:
            return Turn.ANYBODY
        return Turn.CO_OWNERS_LAST if elapsed < self.period else Turn.OVER

    def price_up(self, first_usd: int, last_usd: int, elapsed: int) -> int:
        part = min(Fraction(elapsed, self.decline), Fraction(1))
        return ceil(first_usd - (first_usd - last_usd) * part)

    def costs_up(self, price_usd: int) -> int:
        """The reserve's part of a price."""
        return ceil(Fraction(price_usd * self.costs, BPS))

    def floor_up(self, value_usd: int) -> int:
        return ceil(Fraction(value_usd * self.floor, BPS))

    def start_up(self, value_usd: int) -> int:
        return ceil(Fraction(value_usd * self.start, BPS))

    def marked(self, held_usd: int, value_usd: int) -> int:
        """What an owned home is held at after a mark at a valid value."""
        return min(held_usd, self.floor_up(value_usd))


@dataclass(frozen=True)
class Foreclosure:
    """An auction of a loan's share. Prices are fixed by the value at its start."""

    terms: AuctionTerms
    value_usd: int
    started_at: int
    stopped_before: int = 0
    """What the stops that touch the loan had lasted at the start, each counted by itself."""

    @property
    def start_usd(self) -> int:
        return self.terms.start_up(self.value_usd)

    @property
    def floor_usd(self) -> int:
        return self.terms.floor_up(self.value_usd)

    def elapsed(self, now: int, stopped: int) -> int:
        return max(0, now - self.started_at - max(0, stopped - self.stopped_before))

    def price_usd(self, elapsed: int) -> int:
        return self.terms.price_up(self.start_usd, self.floor_usd, elapsed)

    def turn(self, elapsed: int) -> Turn:
        return self.terms.turn(elapsed)

    def bid(self, elapsed: int, *, co_owner: bool) -> int:
        """The price that a bid pays now; `Refused` by the name of the contract's error."""
        turn = self.turn(elapsed)
        require(turn is not Turn.OVER, "AuctionEnded", elapsed, self.terms.period)
        require(co_owner or not turn.co_owners_only, "CoOwnersOnly", elapsed)
        require(self.value_usd > 0, "WorthNothing")
        return self.price_usd(elapsed)

    def close(self, elapsed: int) -> int:
        """The most that the treasury takes the share at."""
        require(self.turn(elapsed) is Turn.OVER, "AuctionRunning", elapsed, self.terms.period)
        return self.floor_usd


@dataclass(frozen=True)
class Offer:
    """An owned home, offered by the DAO: the same rules, no stops and no end."""

    terms: AuctionTerms
    start_usd: int
    floor_usd: int
    offered_at: int

    @classmethod
    def of(cls, terms: AuctionTerms, held_usd: int, start_usd: int, floor_usd: int, now: int) -> Offer:
        require(max(held_usd, 1) <= floor_usd <= start_usd, "OfferOutOfRange", start_usd, floor_usd)
        return cls(terms, start_usd, floor_usd, now)

    def price_usd(self, elapsed: int) -> int:
        return self.terms.price_up(self.start_usd, self.floor_usd, elapsed)

    def bid(self, elapsed: int, *, co_owner: bool) -> int:
        require(co_owner or not self.terms.turn(elapsed).co_owners_only, "CoOwnersOnly", elapsed)
        return self.price_usd(elapsed)


def coins_for_up(usd: int, assets: int, coins: int) -> int:
    """The least coins that count for so many dollars: a dollar each, or coverage if that is less."""
    if assets >= coins:
        return usd
    require(assets > 0, "CoinsWorthNothing", usd)
    return ceil(usd / Fraction(assets, coins))
