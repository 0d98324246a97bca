"""The level instalment on the chain: the true value rounded up, at most one wei more where the proof allows it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commonhold.engines import Revert
from commonhold.model.lending.schedule import interest_only_instalment_up, level_instalment_up

LARGEST = 2**96 - 1
HIGHEST_RATE = 10_000
MOST = 480
MANY = settings(max_examples=400, deadline=None)
PROVEN_ERROR = Fraction(1, 2**14)
"""In wei, before rounding up."""

PRINCIPALS = st.one_of(st.sampled_from([0, 1, 2, LARGEST - 1, LARGEST]), st.integers(0, 96).map(lambda n: 2**n - 1))
PRINCIPALS |= st.integers(0, LARGEST)
RATES = st.one_of(st.sampled_from([0, 1, 2, HIGHEST_RATE - 1, HIGHEST_RATE]), st.integers(0, HIGHEST_RATE))
COUNTS = st.one_of(st.sampled_from([1, 2, 3, MOST - 1, MOST]), st.integers(1, MOST))


@pytest.fixture(scope="module")
def annuity(engine: Any, deployer: Any) -> Any:
    return engine.deploy("TestAnnuity", sender=deployer)


def true_instalment(principal: int, rate_bps: int, instalments: int) -> Fraction:
    if rate_bps == 0:
        return Fraction(principal, instalments)
    rate = Fraction(rate_bps, 120_000)
    return principal * rate / (1 - (1 + rate) ** -instalments)


@MANY
@given(principal=PRINCIPALS, rate=RATES, count=COUNTS)
@example(LARGEST, 1, 2)
@example(LARGEST, 1, MOST)
@example(LARGEST, HIGHEST_RATE, MOST)
def test_instalment__any_terms__is_the_true_one_up(annuity: Any, principal: int, rate: int, count: int) -> None:
    asked = annuity.levelInstalmentUp(principal, rate, count)
    exact = true_instalment(principal, rate, count)
    up = level_instalment_up(principal, rate, count)
    assert exact <= up < exact + 1  # the model's own rounding
    assert exact <= asked < exact + 1 + PROVEN_ERROR
    assert asked - up in (0, 1)


@MANY
@given(principal=PRINCIPALS, rate=RATES)
def test_instalment__exact_cases__are_exact(annuity: Any, principal: int, rate: int) -> None:
    assert annuity.levelInstalmentUp(principal, rate, 1) == level_instalment_up(principal, rate, 1)
    assert annuity.levelInstalmentUp(principal, 0, 360) == level_instalment_up(principal, 0, 360)
    assert annuity.interestOnlyInstalmentUp(principal, rate) == interest_only_instalment_up(principal, rate)


@pytest.mark.parametrize(("principal", "rate"), [(LARGEST + 1, 500), (1, HIGHEST_RATE + 1), (2**256 - 1, 2**256 - 1)])
def test_instalment__size_beyond_a_range__is_refused_with_it(annuity: Any, principal: int, rate: int) -> None:
    for ask in (
        lambda: annuity.levelInstalmentUp(principal, rate, 360),
        lambda: annuity.interestOnlyInstalmentUp(principal, rate),
    ):
        with pytest.raises(Revert) as refused:
            ask()
        assert (refused.value.name, refused.value.values) == (
            "LoanSizeOutOfRange",
            (principal, rate, LARGEST, HIGHEST_RATE),
        )


@pytest.mark.parametrize("count", [0, MOST + 1, 2**256 - 1])
def test_instalment__count_beyond_its_range__is_refused_with_it(annuity: Any, count: int) -> None:
    with pytest.raises(Revert) as refused:
        annuity.levelInstalmentUp(1, 500, count)
    assert (refused.value.name, refused.value.values) == ("InstalmentsOutOfRange", (count, MOST))


@pytest.mark.parametrize("count", [1, 2, 255, 360, MOST])
def test_instalment__any_count__costs_under_ten_thousand_gas(annuity: Any, count: int) -> None:
    spent, _ = annuity.gasOfLevelInstalment(200_000 * 10**18, 650, count)
    assert spent < 10_000
