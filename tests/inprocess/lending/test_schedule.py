"""The amortization table of the model against numpy-financial, and its own sums."""

from __future__ import annotations

import random

import numpy as np
import numpy_financial as npf
import pytest

from commonhold.model.lending.schedule import MONTH, LoanKind, Terms, schedule

DOLLAR = 10**18
HALF_A_CENT = 0.005
TERMS = 500
SEED = 5


def random_terms() -> list[Terms]:
    dice = random.Random(SEED)
    return [
        Terms(
            dice.randint(1_000, 2_000_000) * DOLLAR,
            dice.randint(1, 2_400),
            dice.randint(1, 480),
            dice.randint(0, 2**33),
        )
        for _ in range(TERMS)
    ]


def test_schedule__random_terms__equals_numpy_financial_to_the_cent_in_every_row() -> None:
    for terms in random_terms():
        rows = schedule(terms)
        rate, count, lent = terms.rate_bps / 120_000, terms.instalments, terms.principal / DOLLAR
        numbers = np.arange(1, count + 1)
        expected = {
            "instalment": np.full(count, -npf.pmt(rate, count, lent)),
            "interest": -npf.ipmt(rate, numbers, count, lent),
            "principal": -npf.ppmt(rate, numbers, count, lent),
        }
        assert [row.number for row in rows] == list(numbers), terms
        for name, values in expected.items():
            ours = np.array([getattr(row, name) / DOLLAR for row in rows])
            assert np.max(np.abs(ours - values)) < HALF_A_CENT, (terms, name)


@pytest.mark.parametrize("kind", list(LoanKind))
def test_schedule__any_terms__repays_the_principal_month_by_month(kind: LoanKind) -> None:
    for terms in random_terms()[:50]:
        terms = Terms(terms.principal, terms.rate_bps, terms.instalments, terms.start, kind)
        rows = schedule(terms)
        assert sum(row.principal for row in rows) == terms.principal
        assert rows[-1].balance == 0
        assert all(row.interest + row.principal == row.instalment for row in rows)
        assert [row.due for row in rows] == [terms.start + MONTH * (number + 1) for number in range(len(rows))]


def test_schedule__interest_only__ends_in_a_balloon() -> None:
    rows = schedule(Terms(120_000 * DOLLAR, 600, 12, 0, LoanKind.INTEREST_ONLY))
    assert [row.instalment for row in rows] == [600 * DOLLAR] * 11 + [120_600 * DOLLAR]
    assert [row.balance for row in rows] == [120_000 * DOLLAR] * 11 + [0]


def test_schedule__without_interest__divides_the_principal_up() -> None:
    assert [row.instalment for row in schedule(Terms(10, 0, 4, 0))] == [3, 3, 3, 1]
    assert [row.instalment for row in schedule(Terms(2, 0, 4, 0))] == [1, 1]  # rounding up has repaid it


@pytest.mark.parametrize(("field", "value"), [("principal", -1), ("rate_bps", -1), ("instalments", 0), ("start", -1)])
def test_terms__below_their_range__are_refused_by_name(field: str, value: int) -> None:
    good = {"principal": 1, "rate_bps": 1, "instalments": 1, "start": 0}
    with pytest.raises(ValueError, match=f"{field} is {value}"):
        Terms(**{**good, field: value})
