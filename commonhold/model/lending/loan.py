"""A loan, or the application it begins as, and what it is written anew with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from commonhold.model.core import ZERO_ADDRESS
from commonhold.model.lending.lateness import LateFees, Progress
from commonhold.model.lending.terms import MOST_LOANS, OPEN, Application, Stage
from commonhold.model.money.ageing import Position

Instalment = Callable[[int, int, int], int]
"""Level instalment from principal, rate and number."""


class Ground(Enum):
    """Of a foreclosure."""

    ARREARS = 1
    NOTICE = 2


@dataclass(frozen=True)
class Notice:
    at: int
    stopped_before: int


HIGHEST_VALUE = 2**96 - 1
"""That a book writes down for shares of absurd value."""

Fixed = tuple[int, int]
"""A rate to come, and the reset with which it does."""


@dataclass(frozen=True)
class After:
    """A loan as it is written anew; without a position it is paid."""

    position: Position | None
    value_usd: int
    progress: Progress
    instalment: int
    fixed: Fixed | None


@dataclass
class Places:
    """Where the open loans of an owner id stand: a new one takes the last place that is free."""

    taken: dict[int, int] = field(default_factory=dict)

    def enter(self, loan_id: int) -> None:
        self.taken[max(set(range(MOST_LOANS)) - set(self.taken))] = loan_id

    def leave(self, loan_id: int) -> None:
        self.taken = {place: number for place, number in self.taken.items() if number != loan_id}

    def loans(self) -> list[int]:
        return [self.taken[place] for place in sorted(self.taken)]


@dataclass
class Loan:
    """A loan, or the application it begins as."""

    application: Application
    borrower: str
    owner_id: bytes
    stage: Stage = Stage.REQUESTED
    originator: str = ZERO_ADDRESS
    rate_bps: int = 0  # agreed
    instalment: int = 0
    approved_until: int = 0
    accepted_move: int = 0  # the share's move number when its seller accepted, plus one
    progress: Progress = field(default_factory=lambda: Progress(0, 0))
    fees: LateFees = field(default_factory=lambda: LateFees(0, 0))
    shares: list[int] = field(default_factory=list)
    first_share: int = 0  # of those that it has, or had last
    value_usd: int = 0
    fixed: Fixed | None = None
    notice: Notice | None = None
    ground: Ground | None = None

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN
