"""What there is on the first day: who holds how many coins, and the loans behind them."""

from __future__ import annotations

import random
from decimal import ROUND_CEILING, Decimal, localcontext

from commonhold.operations.stress.outcome import DOLLAR
from commonhold.operations.stress.scenario import Scenario
from commonhold.recipe.parameters import WHOLE_BPS

MONTH = 2_628_000  # spec 3: instalments are due at start + k * this
MONTHS_A_YEAR = 12


def loan_principals(scenario: Scenario, unit: int) -> list[int]:
    """What each loan is of: the coins that cash does not back, in equal whole units; the last takes the rest."""
    lent = scenario.coins - scenario.coins * scenario.cash_ratio // WHOLE_BPS // unit * unit
    each = lent // scenario.loans.count // unit * unit
    return [each] * (scenario.loans.count - 1) + [lent - each * (scenario.loans.count - 1)]


def share_value(scenario: Scenario, unit: int) -> int:
    """What each loan's share is worth at first (dollars), by the loan-to-value ratio."""
    largest = loan_principals(scenario, unit)[-1]
    return -(-largest * WHOLE_BPS // scenario.loans.loan_to_value)


def instalment_cash(scenario: Scenario, debt: int, unit: int) -> int:
    """The level instalment by the annuity formula, in whole units of cash, up."""
    months = scenario.loans.repaid_in_months
    with localcontext(prec=60, rounding=ROUND_CEILING):
        rate = Decimal(scenario.loans.rate) / WHOLE_BPS / MONTHS_A_YEAR
        exact = Decimal(debt) / months if not rate else debt * rate / (1 - (1 + rate) ** -months)
        return int((exact / unit).to_integral_value())


def holdings(scenario: Scenario) -> list[int]:
    """How many coins each holder has at first; whole cents, the last one has the rest."""
    if scenario.spread == "equal":
        weights = [1] * scenario.holders
    else:
        chance = random.Random(f"{scenario.seed} holdings")
        weights = [chance.randint(1, 100) for _ in range(scenario.holders)]
    cent = DOLLAR // 100
    parts = [scenario.coins * weight // sum(weights) // cent * cent for weight in weights]
    return [*parts[:-1], scenario.coins - sum(parts[:-1])]
