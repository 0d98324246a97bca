"""The redemption fee: the integral to the wei, and no way to split it that pays."""

from __future__ import annotations

import math
from dataclasses import astuple
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from money_strategies import LARGEST, MANY, sized

from commonhold.engines import Revert
from commonhold.model.money.fees import FeeCurve

COIN = 10**18
CASH_UNIT = 10**12  # wei of coin in a unit of a reserve token with 6 decimals
WHOLE = 10_000  # basis points
USUAL = FeeCurve(50, 500, 3_000)


@st.composite
def curves(draw: st.DrawFn) -> FeeCurve:
    low, high = sorted(draw(st.tuples(sized(WHOLE, 0), sized(WHOLE, 0))))
    return FeeCurve(low, high, draw(sized(WHOLE)))


CURVES = st.one_of(st.just(USUAL), curves())
AMOUNTS = sized(LARGEST, 0)
BASES = sized(LARGEST)


@st.composite
def situations(draw: st.DrawFn) -> tuple[FeeCurve, int, int]:
    """A curve, a base, and a demand that is often near the place where the curve bends."""
    curve, base = draw(CURVES), draw(BASES)
    bend = base * curve.top // WHOLE
    near = st.integers(-2, 2).map(lambda past: min(LARGEST, max(0, bend + past)))
    return curve, base, draw(st.one_of(near, st.integers(0, 2 * bend).map(lambda much: min(LARGEST, much)), AMOUNTS))


def charged(maths: Any, curve: FeeCurve, demand: int, amount: int, base: int) -> int:
    return maths.feeByUp(*astuple(curve), demand, amount, base)


# ------------------------------------------------------------------------------------------------------ the integral


@MANY
@given(situation=situations(), amount=AMOUNTS)
@example((FeeCurve(0, WHOLE, 1), 1, LARGEST), LARGEST)
@example((FeeCurve(0, WHOLE, WHOLE), LARGEST, LARGEST), LARGEST)
@example((FeeCurve(WHOLE, WHOLE, WHOLE), LARGEST, 0), LARGEST)
@example((FeeCurve(0, 0, 1), 1, 0), LARGEST)
def test_fee__of_any_redemption__is_the_integral_rounded_up(
    maths: Any, situation: tuple[FeeCurve, int, int], amount: int
) -> None:
    curve, base, demand = situation
    fee = charged(maths, curve, demand, amount, base)
    assert fee == curve.fee_up(demand, amount, base)
    assert curve.first * amount <= fee * WHOLE
    assert fee <= math.ceil(Fraction(curve.last * amount, WHOLE)) <= amount


@MANY
@given(demand=AMOUNTS, amount=AMOUNTS, base=BASES)
def test_fee__by_a_kept_curve__is_the_same(maths: Any, demand: int, amount: int, base: int) -> None:
    assert maths.feeUp(demand, amount, base) == USUAL.fee_up(demand, amount, base)


@pytest.mark.parametrize(
    ("demand", "amount", "fee"),
    [
        (0, 200_000, 4_000),  # from 0.5 to 3.5 %
        (0, 300_000, 8_250),  # from 0.5 to 5 %
        (300_000, 100_000, 5_000),  # 5 %
        (290_000, 20_000, Fraction("992.5")),  # over the bend
        (150_000, 100_000, 3_500),  # from 2.75 to 4.25 %
    ],
)
def test_fee__of_the_specifications_curve__is_known(maths: Any, demand: int, amount: int, fee: Any) -> None:
    assert maths.feeUp(demand * COIN, amount * COIN, 1_000_000 * COIN) == fee * COIN


@pytest.mark.parametrize("past", [-1, 0, 1])
@pytest.mark.parametrize("amount", [1, 2, COIN])
@pytest.mark.parametrize("base", [100_000 * COIN, 100_000 * COIN + 1, 3, LARGEST])
def test_fee__a_wei_from_the_bend__is_the_integral(maths: Any, base: int, amount: int, past: int) -> None:
    for bend in (base * 3_000 // WHOLE, -(-base * 3_000 // WHOLE)):
        for demand in {max(0, bend + past), max(0, bend + past - amount)}:  # it starts there, or it ends there
            assert maths.feeUp(demand, amount, base) == USUAL.fee_up(demand, amount, base)


# --------------------------------------------------------------------------------------------------------- splitting


PARTITIONS = st.lists(sized(2**92), min_size=2, max_size=12)


@MANY
@given(situation=situations(), parts=PARTITIONS)
def test_fee__in_parts__is_the_wholes_and_less_than_a_wei_more_a_part(
    maths: Any, situation: tuple[FeeCurve, int, int], parts: list[int]
) -> None:
    curve, base, demand = situation
    assume(demand + sum(parts) <= LARGEST)
    whole = charged(maths, curve, demand, sum(parts), base)
    exact, paid, before = Fraction(0), 0, demand
    for part in parts:
        exact += curve.fee(before, part, base)
        paid += charged(maths, curve, before, part, base)
        before += part
    assert exact == curve.fee(demand, sum(parts), base)  # the integral itself telescopes
    assert whole <= paid <= whole + len(parts) - 1


@MANY
@given(situation=situations(), data=st.data(), accounts=st.lists(PARTITIONS, min_size=2, max_size=4))
def test_fees__of_several_accounts_in_any_order__add_up_to_the_same(
    maths: Any, situation: tuple[FeeCurve, int, int], data: st.DataObject, accounts: list[list[int]]
) -> None:
    curve, base, demand = situation
    parts = [part for account in accounts for part in account]
    assume(demand + sum(parts) <= LARGEST)
    whole = charged(maths, curve, demand, sum(parts), base)
    for _ in range(2):
        before, paid = demand, 0
        for part in data.draw(st.permutations(parts)):
            paid += charged(maths, curve, before, part, base)
            before += part
        assert whole <= paid <= whole + len(parts) - 1


@MANY
@given(situation=situations(), parts=PARTITIONS)
def test_net_coins__in_whole_cash_units_and_parts__are_no_more_than_the_wholes(
    maths: Any, situation: tuple[FeeCurve, int, int], parts: list[int]
) -> None:
    """The dust below a cash unit joins the fee, so a part can lose a unit and never gains one."""
    curve, base, demand = situation
    assume(demand + sum(parts) <= LARGEST)

    def net_units(before: int, amount: int) -> int:
        return (amount - charged(maths, curve, before, amount, base)) // CASH_UNIT

    whole, units, before = net_units(demand, sum(parts)), 0, demand
    for part in parts:
        units += net_units(before, part)
        before += part
    assert whole - len(parts) <= units <= whole


def test_fee__of_a_fifth_of_the_coins_in_a_thousand_parts__gains_nothing(maths: Any) -> None:
    """The base that redemptions don't move is what does it: on the live supply 4,000 coins become 4,471."""
    supply, part = 1_000_000 * COIN, 200 * COIN
    steady = sum(maths.feeUp(done * part, part, supply) for done in range(1_000))
    shrinking = sum(maths.feeUp(done * part, part, supply - done * part) for done in range(1_000))
    assert steady == maths.feeUp(0, 1_000 * part, supply) == 4_000 * COIN
    assert shrinking // COIN == 4_471


# ---------------------------------------------------------------------------------------------------------- monotone


@MANY
@given(situation=situations(), amount=AMOUNTS, more=sized(LARGEST))
def test_fee__with_more_demand_or_amount_or_less_base__is_no_less(
    maths: Any, situation: tuple[FeeCurve, int, int], amount: int, more: int
) -> None:
    curve, base, demand = situation
    fee = charged(maths, curve, demand, amount, base)
    assert charged(maths, curve, min(LARGEST, demand + more), amount, base) >= fee
    assert charged(maths, curve, demand, min(LARGEST, amount + more), base) >= fee
    assert charged(maths, curve, demand, amount, max(1, base - more)) >= fee


@MANY
@given(situation=situations())
def test_fee__of_nothing__is_nothing(maths: Any, situation: tuple[FeeCurve, int, int]) -> None:
    curve, base, demand = situation
    assert charged(maths, curve, demand, 0, base) == 0


# -------------------------------------------------------------------------------------------------------- its limits


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("amount", [2**96, 2**256 - 1])
def test_fee__of_too_large_amounts__is_refused_with_the_numbers(maths: Any, place: int, amount: int) -> None:
    amounts = [1, 1, 1]
    amounts[place] = amount
    with pytest.raises(Revert) as refused:
        maths.feeUp(*amounts)
    assert (refused.value.name, refused.value.values) == ("FeeAmountsOutOfRange", (*amounts, LARGEST))


def test_fee__without_a_base__is_refused_with_the_numbers(maths: Any) -> None:
    with pytest.raises(Revert) as refused:
        maths.feeUp(5, 7, 0)
    assert (refused.value.name, refused.value.values) == ("FeeAmountsOutOfRange", (5, 7, 0, LARGEST))


@MANY
@given(curve=CURVES)
@example(FeeCurve(0, 0, 1))
@example(FeeCurve(WHOLE, WHOLE, WHOLE))
def test_curve__with_sense__is_kept_as_it_is(engine: Any, deployer: Any, curve: FeeCurve) -> None:
    with engine.rollback():
        kept = engine.deploy("TestMoneyMaths", *astuple(curve), sender=deployer)
        assert tuple(kept.curve()) == astuple(curve)


@pytest.mark.parametrize(
    ("curve", "error", "values"),
    [
        ((501, 500, 3_000), "FeeBpsOutOfOrder", (501, 500, WHOLE)),
        ((50, 10_001, 3_000), "FeeBpsOutOfOrder", (50, 10_001, WHOLE)),
        ((2**16 + 50, 2**16 + 500, 3_000), "FeeBpsOutOfOrder", (2**16 + 50, 2**16 + 500, WHOLE)),
        ((50, 500, 0), "FeeTopDemandOutOfRange", (0, WHOLE)),
        ((50, 500, 10_001), "FeeTopDemandOutOfRange", (10_001, WHOLE)),
        ((50, 500, 2**256 - 1), "FeeTopDemandOutOfRange", (2**256 - 1, WHOLE)),
    ],
)
def test_curve__without_sense__is_refused_with_the_numbers(
    engine: Any, deployer: Any, maths: Any, curve: tuple[int, int, int], error: str, values: tuple[int, ...]
) -> None:
    with pytest.raises(Revert) as refused:
        maths.feeByUp(*curve, 0, COIN, COIN)
    assert (refused.value.name, refused.value.values) == (error, values)
    with pytest.raises(Revert) as not_deployed:
        engine.deploy("TestMoneyMaths", *curve, sender=deployer)
    assert not_deployed.value.data == refused.value.data
