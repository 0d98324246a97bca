"""How often borrowers do what: the stated rates of a run, and the dice that follow them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum

MONTHS_A_YEAR = 12


class Act(Enum):
    """What a borrower does about an instalment."""

    PAY = "pays on time"
    EXTRA = "pays more than is due"
    PREPAY = "repays all"
    LATE = "pays two instalments with the next"
    IMPAIRED = "pays four instalments, three months on"
    DEFAULT = "never pays again"


@dataclass(frozen=True)
class Rates:
    """Yearly rates of each behaviour, in parts of the loans that are neither late nor gone."""

    prepay: float = 0.06
    extra: float = 0.06
    late: float = 0.12
    impaired: float = 0.02
    default: float = 0.015
    bids: float = 0.7
    """Part of the auctions in which somebody bids."""

    def act(self, dice: random.Random, stress: float = 1.0) -> Act:
        """One month of one borrower. `stress` multiplies arrears and defaults, as bad years do."""
        thrown = dice.random() * MONTHS_A_YEAR
        for act, rate in (
            (Act.DEFAULT, self.default * stress),
            (Act.IMPAIRED, self.impaired * stress),
            (Act.LATE, self.late * stress),
            (Act.PREPAY, self.prepay),
            (Act.EXTRA, self.extra),
        ):
            if thrown < rate:
                return act
            thrown -= rate
        return Act.PAY


PRICES = (100, 103, 106, 104, 92, 80, 76, 80, 87, 94, 100)
"""The house-price index at the end of each year, in percent of the start: a fall by a quarter, and a recovery."""
STRESS = (1.0, 1.0, 1.0, 1.5, 3.0, 3.0, 2.0, 1.5, 1.0, 1.0)
"""What arrears and defaults are multiplied by in each year."""


def price_at(years: float) -> float:
    """The index in percent of the start, between the years in a straight line."""
    whole = min(int(years), len(PRICES) - 2)
    return PRICES[whole] + (PRICES[whole + 1] - PRICES[whole]) * min(years - whole, 1.0)


def stress_in(years: float) -> float:
    """The multiplier of that year."""
    return STRESS[min(int(years), len(STRESS) - 1)]
