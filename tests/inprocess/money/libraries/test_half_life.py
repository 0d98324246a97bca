"""The decay of demand: never below the true value, and less than a wei above it before it is rounded up."""

from __future__ import annotations

import itertools
import math
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from money_strategies import LARGEST, MANY, sized

from commonhold.engines import Revert
from commonhold.model.money.halflife import decayed_up

DAY = 86_400
USUAL = 3 * DAY
LONGEST = 2**40 - 1
FOREVER = 2**256 - 1
PROVEN_ERROR = Fraction(1, 10**35)  # of the true value, before it is rounded to the wei
SIXTY_DIGITS = Context(prec=60, Emin=-(10**9), Emax=10**9)


AMOUNTS = sized(LARGEST)
HALF_LIVES = st.one_of(st.sampled_from([1, 2, 3, USUAL, LONGEST]), sized(LONGEST))


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    """A time and a half-life: some seconds of it, some halvings, a second before and after them."""
    half_life = draw(HALF_LIVES)
    halvings = draw(st.one_of(st.sampled_from([0, 1, 94, 95, 96, 97]), st.integers(0, 100)))
    rest = draw(st.one_of(st.sampled_from([-1, 0, 1, half_life // 2]), st.integers(0, half_life)))
    return max(0, halvings * half_life + rest), half_life


# ----------------------------------------------------------------------------------------------------- error bounds


def true_bounds(amount: int, elapsed: int, half_life: int) -> tuple[Fraction, Fraction]:
    """Numbers around the true value, apart by 2e-50 of it."""
    with localcontext(SIXTY_DIGITS):
        value = Fraction(amount * Decimal(2) ** (-Decimal(elapsed) / half_life))
    return value * (1 - Fraction(1, 10**50)), value * (1 + Fraction(1, 10**50))


@MANY
@given(amount=AMOUNTS, span=spans())
@example(LARGEST, (LONGEST - 1, LONGEST))
@example(LARGEST, (USUAL - 1, USUAL))
@example(LARGEST, (96 * USUAL - 1, USUAL))
@example(1, (1, USUAL))
def test_decay__against_sixty_digits__is_in_its_bounds(maths: Any, amount: int, span: tuple[int, int]) -> None:
    elapsed, half_life = span
    low, high = true_bounds(amount, elapsed, half_life)
    left = maths.decayedUp(amount, elapsed, half_life)
    assert math.ceil(low) <= left <= math.ceil(high * (1 + PROVEN_ERROR))
    assert math.ceil(low) <= decayed_up(amount, elapsed, half_life) <= math.ceil(high)
    assert left <= decayed_up(amount, elapsed, half_life) + 1


@MANY
@given(amount=AMOUNTS, numerator=st.integers(0, 400), denominator=st.integers(1, 150), unit=st.integers(1, 10_000))
def test_decay__against_whole_numbers__is_in_its_bounds(
    maths: Any, amount: int, numerator: int, denominator: int, unit: int
) -> None:
    """left >= amount * 2^-(n/d) is the same as left^d * 2^n >= amount^d: no approximation is involved."""
    left = maths.decayedUp(amount, numerator * unit, denominator * unit)
    assert left**denominator << numerator >= amount**denominator
    short = max(Fraction(0), (left - 1) / (1 + PROVEN_ERROR))
    assert short**denominator * 2**numerator < amount**denominator


@MANY
@given(amount=sized(10**28), span=spans())
def test_decay__of_any_supply_there_will_be__is_the_models_to_the_wei(
    maths: Any, amount: int, span: tuple[int, int]
) -> None:
    """10^28 wei are ten billion coins: the two could differ where a true value is 1e-7 wei below a whole number."""
    assert maths.decayedUp(amount, *span) == decayed_up(amount, *span)


# ------------------------------------------------------------------------------------------------------ exact places


@MANY
@given(amount=AMOUNTS, half_life=HALF_LIVES, halvings=st.integers(0, 120))
def test_decay__after_whole_half_lives__is_exact(maths: Any, amount: int, half_life: int, halvings: int) -> None:
    assert maths.decayedUp(amount, halvings * half_life, half_life) == -(-amount >> halvings)


@pytest.mark.parametrize("half_life", [1, 2, USUAL, LONGEST])
@pytest.mark.parametrize("amount", [0, 1, 10**18, LARGEST])
def test_decay__after_no_time__is_the_amount(maths: Any, amount: int, half_life: int) -> None:
    assert maths.decayedUp(amount, 0, half_life) == amount


@pytest.mark.parametrize("half_life", [1, USUAL, LONGEST])
def test_decay__after_any_time__leaves_a_wei_of_something(maths: Any, half_life: int) -> None:
    assert maths.decayedUp(LARGEST, 96 * half_life - 1, half_life) == 2  # more than one by a second
    for elapsed in (96 * half_life, 96 * half_life + 1, FOREVER):
        assert maths.decayedUp(LARGEST, elapsed, half_life) == 1
        assert maths.decayedUp(1, elapsed, half_life) == 1
        assert maths.decayedUp(0, elapsed, half_life) == 0


# ---------------------------------------------------------------------------------------------------------- monotone


@MANY
@given(amount=AMOUNTS, span=spans(), more=st.one_of(st.just(1), sized(10**9)))
@example(LARGEST, (0, LONGEST), 1)
@example(LARGEST, (LONGEST - 1, LONGEST), 1)
@example(LARGEST, (USUAL - 1, USUAL), 1)
def test_decay__after_longer__is_no_more(maths: Any, amount: int, span: tuple[int, int], more: int) -> None:
    elapsed, half_life = span
    assert maths.decayedUp(amount, elapsed + more, half_life) <= maths.decayedUp(amount, elapsed, half_life)


@pytest.mark.parametrize("start", [0, LONGEST // 2, LONGEST - 50, 2 * LONGEST - 50])
def test_decay__by_single_seconds_of_the_longest_half_life__falls_each_second(maths: Any, start: int) -> None:
    """Where the curve is flattest, a second still is worth more than every error."""
    left = [maths.decayedUp(LARGEST, start + second, LONGEST) for second in range(100)]
    assert all(later < earlier for earlier, later in itertools.pairwise(left))


@MANY
@given(amount=AMOUNTS, span=spans(), more=st.one_of(st.just(1), AMOUNTS))
def test_decay__of_more__is_no_less(maths: Any, amount: int, span: tuple[int, int], more: int) -> None:
    assume(amount + more <= LARGEST)
    assert maths.decayedUp(amount + more, *span) >= maths.decayedUp(amount, *span)


# --------------------------------------------------------------------------------------------------------- in stages


@MANY
@given(amount=AMOUNTS, half_life=HALF_LIVES, parts=st.lists(sized(LONGEST), min_size=2, max_size=6))
def test_decay__stored_on_the_way__costs_a_wei_a_stage_and_gains_none(
    maths: Any, amount: int, half_life: int, parts: list[int]
) -> None:
    left = amount
    for part in parts:
        left = maths.decayedUp(left, part, half_life)
    whole = maths.decayedUp(amount, sum(parts), half_life)
    assert whole - 1 <= left <= whole + len(parts)
    assert left >= decayed_up(amount, sum(parts), half_life)


# -------------------------------------------------------------------------------------------------------- its limits


@pytest.mark.parametrize("amount", [2**96, FOREVER])
def test_decay__of_too_much__is_refused_with_the_numbers(maths: Any, amount: int) -> None:
    with pytest.raises(Revert) as refused:
        maths.decayedUp(amount, 0, USUAL)
    assert (refused.value.name, refused.value.values) == ("DecayAmountTooLarge", (amount, LARGEST))


@pytest.mark.parametrize("half_life", [0, 2**40, FOREVER])
def test_half_life__out_of_range__is_refused_with_the_numbers(maths: Any, half_life: int) -> None:
    for call in (lambda: maths.decayedUp(1, 1, half_life), lambda: maths.requireHalfLife(half_life)):
        with pytest.raises(Revert) as refused:
            call()
        assert (refused.value.name, refused.value.values) == ("HalfLifeOutOfRange", (half_life, LONGEST))


@pytest.mark.parametrize("half_life", [1, USUAL, LONGEST])
def test_half_life__in_range__is_taken(maths: Any, half_life: int) -> None:
    maths.requireHalfLife(half_life)
