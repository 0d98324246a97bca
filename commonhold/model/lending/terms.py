"""What a loan book is told: its rules' numbers, applications, stages and sorts of loans."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from commonhold.model.money.ageing import DAY
from commonhold.model.money.price import WAD

MOST_INSTALMENTS = 480
MOST_SHARES = 8
"""That secure a loan."""
MOST_LOANS = 8
"""Open loans of an owner id."""


class Stage(IntEnum):
    NONE = 0
    REQUESTED = 1
    APPROVED = 2
    ACTIVE = 3
    FORECLOSING = 4
    REPAID = 5
    FORECLOSED = 6
    WRITTEN_OFF = 7
    WITHDRAWN = 8


OPEN = (Stage.ACTIVE, Stage.FORECLOSING)


class Kind(IntEnum):
    FIXED = 0
    ADJUSTABLE = 1
    INTEREST_ONLY = 2


class FeeKind(IntEnum):
    """`IFeeSplitter.FeeKind`, as far as the book has fees."""

    ORIGINATION = 0
    LATE = 1


class Application(NamedTuple):
    """The struct of this name, field by field."""

    shareId: int
    amount: int
    instalments: int
    kind: int
    priceUsd: int
    maxRateBps: int


@dataclass(frozen=True)
class BookTerms:
    """In the order of `ILoanBook.BookTerms`; parts in basis points, periods in seconds, amounts in wei."""

    drawLtvBps: int = 6_000
    noticeLtvBps: int = 8_500
    capBps: int = 7_000
    graceDays: int = 15
    foreclosureDays: int = 90
    noticePeriod: int = 30 * DAY
    mostApprovalPeriod: int = 90 * DAY
    jumboAbove: int = 766_550 * WAD
    minLoan: int = 1_000 * WAD
    minDebt: int = WAD
    borrowerCap: int = 1_000_000 * WAD
    originatorCap: int = 10_000_000 * WAD
    houseCapBps: int = 6_000
    maxLateOfOriginator: int = 0
    originationFeeBps: int = 100
    lateFeeBps: int = 500
    marginBps: int = 250
    resetStepBps: int = 200
    lifeStepBps: int = 500
    fixingPeriod: int = 45 * DAY
