"""The names that the valuation's tests share, and its rules in exact integers, written from the formulas alone."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields, replace
from enum import IntEnum
from typing import Any

USD = 10**18
DAY = 86_400
YEAR = 365 * DAY
WHOLE = 10_000  # basis points
UNLIMITED = 2**256 - 1
LARGEST = 2**112 - 1  # appraisal or sale
INDEX = b"HOUSE-PRICE-INDEX".ljust(32, b"\0")


class Status(IntEnum):
    """IPropertyValuation.ValueStatus."""

    NONE = 0
    VALID = 1
    STALE = 2
    QUARANTINED = 3
    FROZEN = 4
    FEED_INVALID = 5


class FeedStatus(IntEnum):
    """IPriceFeedReader.FeedStatus, as far as it is needed here."""

    NONE = 0
    VALID = 1
    FROZEN = 2
    MISSING_CODE = 5
    CALL_FAILED = 6
    MALFORMED = 7
    NOT_POSITIVE = 9
    STALE = 13
    QUARANTINED = 14


@dataclass(frozen=True)
class Terms:
    """IPropertyValuation.ValuationTerms, field by field."""

    haircutFreePeriod: int = YEAR
    haircutRateBps: int = 1_200
    maxAgePeriod: int = 3 * YEAR
    acceptPeriod: int = 90 * DAY
    growthStepBps: int = 500
    growthPeriod: int = 90 * DAY
    saleRecentPeriod: int = 180 * DAY
    saleMarginBps: int = 1_000
    firstValueQuarantinePeriod: int = 7 * DAY

    @classmethod
    def of(cls, valuation: Any) -> Terms:
        """Those that a deployed contract has."""
        given = valuation.terms()
        return cls(**{field.name: getattr(given, field.name) for field in fields(cls)})

    def abi(self, **changes: int) -> tuple[int, ...]:
        return astuple(replace(self, **changes))

    def haircut_up(self, usd: int, age: int) -> int:
        counted = max(0, min(age, self.maxAgePeriod) - self.haircutFreePeriod)
        return -(-usd * self.haircutRateBps * counted // (WHOLE * YEAR))

    def ceiling_down(self, anchor: int, elapsed: int) -> int:
        held = min(elapsed, self.growthPeriod)
        return anchor + anchor * self.growthStepBps * held // (WHOLE * self.growthPeriod)

    def sale_cap_down(self, sale: int) -> int:
        return sale * (WHOLE + self.saleMarginBps) // WHOLE


def indexed_down(usd: int, index_now: int, index_then: int) -> int:
    return usd * index_now // index_then


def ref(name: str) -> bytes:
    """Reference of a senior claim."""
    return name.encode().ljust(32, b"\0")
