"""The arithmetic of the money model: half-life, fee curve, gate, queue, ageing, one law at a time."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_stage import DAY, HOUR, NOW, RATE_BPS

from commonhold.model.core import Refused
from commonhold.model.money.ageing import RAW, Position
from commonhold.model.money.fees import BPS, FeeCurve
from commonhold.model.money.gate import WAD, Gate, GateTerms
from commonhold.model.money.halflife import decayed_up
from commonhold.model.money.queue import Queue

AMOUNTS = st.integers(0, 2**96 - 1)
COINS = st.integers(1, 10**6 * WAD)
HALF_LIFE = 3 * DAY
CURVE = FeeCurve()


# ---------------------------------------------------------------------------------------------------------- half-life


@given(AMOUNTS, st.integers(0, 400 * DAY), st.integers(HOUR, 30 * DAY))
def test_decay__is_the_true_value_rounded_up(amount: int, elapsed: int, half_life: int) -> None:
    with localcontext() as context:
        context.prec = 200
        true = Decimal(amount) * Decimal(2) ** (-Decimal(elapsed) / half_life)
        least = decayed_up(amount, elapsed, half_life)
        assert least - 1 < true <= least or amount == least == 0


@given(AMOUNTS, st.integers(0, 100 * DAY), st.integers(0, DAY))
def test_decay__falls_with_time_and_never_grows_by_parts(amount: int, elapsed: int, more: int) -> None:
    once = decayed_up(amount, elapsed + more, HALF_LIFE)
    assert once <= decayed_up(amount, elapsed, HALF_LIFE)
    assert once <= decayed_up(decayed_up(amount, elapsed, HALF_LIFE), more, HALF_LIFE) <= once + 1


def test_decay__whole_half_lives__are_exact() -> None:
    assert [decayed_up(1000, periods * HALF_LIFE, HALF_LIFE) for periods in range(5)] == [1000, 500, 250, 125, 63]
    assert decayed_up(1, 10_000 * HALF_LIFE, HALF_LIFE) == 1  # of anything, a wei is remembered


# ---------------------------------------------------------------------------------------------------------- fee curve


@given(AMOUNTS, st.lists(COINS, min_size=1, max_size=20), st.integers(100_000 * WAD, 2**96 - 1))
def test_fee__parts_at_one_moment__cost_the_whole_and_at_most_a_wei_more_each(
    demand: int, parts: list[int], base: int
) -> None:
    whole = CURVE.fee_up(demand, sum(parts), base)
    fees = 0
    for part in parts:
        fees += CURVE.fee_up(demand, part, base)
        demand += part
    assert whole <= fees <= whole + len(parts) - 1


@given(AMOUNTS, COINS, st.integers(100_000 * WAD, 2**96 - 1))
def test_fee__lies_between_the_ends_of_the_curve(demand: int, coins: int, base: int) -> None:
    fee = CURVE.fee_up(demand, coins, base)
    assert -(-coins * CURVE.first // BPS) <= fee <= -(-coins * CURVE.last // BPS)
    assert fee <= CURVE.fee_up(demand + 1, coins, base)


def test_fee__known_points() -> None:
    base = 1_000_000 * WAD
    assert CURVE.fee_up(0, 300_000 * WAD, base) == 8_250 * WAD  # the mean of 0.5 and 5 % on the way to the top
    assert CURVE.fee_up(300_000 * WAD, 100 * WAD, base) == 5 * WAD
    assert CURVE.fee_up(0, 150_000 * WAD, base) == 150_000 * WAD * 325 // 20_000  # 1.625 %


# --------------------------------------------------------------------------------------------------------------- gate


def full_gate(**changes: int) -> tuple[Gate, int]:
    """A gate that has known a supply of a million coins for hours."""
    gate, supply = Gate(GateTerms(**changes), NOW), 1_000_000 * WAD
    gate.roll(supply, NOW + HOUR)
    gate.roll(supply, NOW + 2 * HOUR)
    return gate, supply


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_gate__pauses_from_the_upper_threshold_on(extra: int) -> None:
    gate, supply = full_gate()
    gate.settle(supply, 150_000 * WAD + extra, NOW + 2 * HOUR)
    assert (gate.paused_at is not None) == (extra >= 0) == gate.is_paused(supply, 150_000 * WAD + extra, NOW + 2 * HOUR)


@pytest.mark.parametrize("extra", [-1, 0, 1])
@pytest.mark.parametrize("late", [-1, 0, 1])
def test_gate__resumes_below_the_lower_threshold_after_the_dwell(extra: int, late: int) -> None:
    gate, supply = full_gate()
    begun = NOW + 2 * HOUR
    gate.settle(supply, 150_000 * WAD, begun)
    now, waiting = begun + DAY + late, 75_000 * WAD + extra
    gate.roll(supply, now)
    assert gate.is_paused(supply, waiting, now) == (extra >= 0 or late < 0)
    gate.settle(supply, waiting, now)
    assert (gate.paused_at == begun) == (extra >= 0 or late < 0)
    # Inside the gap an open gate stays open and a closed one closed.
    assert gate.is_paused(supply, 100_000 * WAD, now) == (gate.paused_at is not None)


@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 60_000), st.booleans()), max_size=12),
    st.lists(st.integers(0, 200_000), max_size=30),
)
@settings(max_examples=150)
def test_gate__is_a_function_of_history_not_of_pokes(events: list[tuple[int, int, bool]], pokes: list[int]) -> None:
    """L28: the same mints and redemptions, with and without strangers who poke in between."""

    def play(poked: list[int]) -> list[tuple[int, int, bool]]:
        gate, supply, now, seen = Gate(GateTerms(), NOW), 1_000_000 * WAD, NOW, []
        for pause, coins, is_mint in events:
            until = now + pause
            for poke in sorted(now + offset for offset in poked if now + offset < until):
                gate.roll(supply, poke)
                gate.settle(supply, 0, poke)
            now = until
            gate.roll(supply, now)
            gate.settle(supply, 0, now)
            if is_mint:
                supply += coins * WAD
            else:
                gate.add_redeemed(coins * WAD, now)
                supply -= coins * WAD
            gate.settle(supply, 0, now)
            seen.append((gate.base(supply, now), gate.demand(0, now), gate.is_paused(supply, 0, now)))
        return seen

    assert play([]) == play(pokes)


def test_gate__a_mint_of_nine_times_the_supply__moves_nothing_for_an_hour() -> None:
    """T11: the base is the least of now and two hour marks."""
    gate, supply = full_gate()
    now = NOW + 2 * HOUR + 100
    gate.roll(supply, now)
    gate.add_redeemed(160_000 * WAD, now)
    supply -= 160_000 * WAD
    before = gate.ratio_up(supply, 0, now)
    assert before == 16 * WAD // 100
    assert gate.ratio_up(supply + 9_000_000 * WAD, 0, now) == before
    gate.roll(supply, now)
    minted = supply + 9_000_000 * WAD
    next_hour, second_hour = NOW + 3 * HOUR, NOW + 4 * HOUR
    assert gate.base(minted, next_hour) <= 1_000_000 * WAD
    assert gate.base(minted, second_hour) > 9_000_000 * WAD


@given(st.integers(0, 10 * DAY), st.integers(0, 400_000), st.integers(0, 400_000))
def test_gate__between_calls__demand_only_falls(elapsed: int, redeemed: int, waiting: int) -> None:
    gate, supply = full_gate()
    start = NOW + 2 * HOUR
    gate.add_redeemed(redeemed * WAD, start)
    supply -= redeemed * WAD
    earlier, later = (gate.ratio_up(supply, waiting * WAD, start + part) for part in (elapsed // 2, elapsed))
    assert later <= earlier


@pytest.mark.parametrize(
    ("changes", "error", "arguments"),
    [
        ({"resumeBelowBps": 1_500}, "GateThresholdsOutOfOrder", (1_500, 1_500)),
        ({"pauseAtBps": 0}, "GateThresholdsOutOfOrder", (750, 0)),
        ({"pauseAtBps": BPS + 1}, "GateThresholdsOutOfOrder", (750, BPS + 1)),
        ({"dwellPeriod": 0}, "DwellPeriodOutOfRange", (0, 30 * DAY)),
    ],
)
def test_gate__terms_without_sense__are_refused(changes: dict[str, int], error: str, arguments: tuple[int]) -> None:
    with pytest.raises(Refused) as refused:
        GateTerms(**changes)
    assert (refused.value.name, refused.value.arguments) == (error, arguments)


# -------------------------------------------------------------------------------------------------------------- queue


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=15),
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 10)), max_size=15),
    st.data(),
)
def test_queue__is_first_in_first_out_and_pays_out_what_was_assigned(
    requests: list[int], servings: list[tuple[int, int]], data: st.DataObject
) -> None:
    scale = 10
    queue = Queue()
    for number, coins in enumerate(requests):
        queue.push(f"controller {number}", coins * scale)
    everybody = list(queue.requests.values())
    paid = 0
    for coins, tenths in servings:
        coins = min(coins * scale, queue.waiting)
        queue.serve(coins, coins * tenths // (10 * scale))
        pending = [queue.pending(request) for request in everybody]
        waiting = [index for index, left in enumerate(pending) if left]
        served = [index for index, left in enumerate(pending) if left < requests[index] * scale]
        assert not waiting or not served or max(served) <= min(waiting)
        chosen = everybody[data.draw(st.integers(0, len(requests) - 1))]
        if queue.claimable(chosen)[0]:
            paid += queue.claim(chosen)
        assert queue.claimable(chosen) == (0, 0)
        assert sum(queue.claimable(request)[1] for request in queue.requests.values()) == queue.set_aside
        assert paid == queue.claimed_cash


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=10), st.integers(0, 10**6))
def test_queue__splitting_a_request__changes_nothing(parts: list[int], cash: int) -> None:
    whole, split = Queue(), Queue()
    whole.push("one", sum(parts))
    for part in parts:
        split.push("one", part)
    for queue in (whole, split):
        queue.serve(sum(parts) // 2, cash // 3)
        queue.serve(queue.waiting, cash - cash // 3)
    (one,) = whole.requests.values()
    assert sum(split.claimable(request)[1] for request in split.requests.values()) == whole.claimable(one)[1]


def test_queue__at_par__keeps_one_segment() -> None:
    queue = Queue()
    for _ in range(1_000):
        queue.push("somebody", 10)
        queue.serve(10, 1)
    assert len(queue.segments) == 1


# ------------------------------------------------------------------------------------------------------------- ageing

MIDNIGHT = -(-NOW // DAY) * DAY
FACE = 60_000 * WAD


def loan(cap: int, *, rate_bps: int = RATE_BPS, due_at: int = MIDNIGHT) -> Position:
    return Position(FACE, rate_bps, 0, MIDNIGHT, due_at, cap)


def days(number: float) -> int:
    return MIDNIGHT + round(number * DAY)


def carrying(position: Position, number: float) -> Fraction:
    return position.carrying_raw(days(number)) / RAW


@pytest.mark.parametrize(
    ("due_at", "day_zero"), [(MIDNIGHT, MIDNIGHT), (MIDNIGHT - 1, MIDNIGHT), (MIDNIGHT + 1, MIDNIGHT + DAY)]
)
def test_ageing__days_run_from_the_first_midnight_at_or_after_the_due_time(due_at: int, day_zero: int) -> None:
    assert loan(0, due_at=due_at).day(0) == day_zero


def test_ageing__short_of_cover__falls_in_a_line_from_day_30_to_day_120() -> None:
    position = loan(56_000 * WAD)
    at_thirty = Fraction(position.debt_raw(days(30)), RAW)
    assert carrying(position, 30) == at_thirty // 1, "whole wei"
    assert carrying(position, 75) == (at_thirty // 1 + 56_000 * WAD) / Fraction(2)
    assert carrying(position, 120) == carrying(position, 500) == 56_000 * WAD


def test_ageing__covered__keeps_its_value_and_ends_its_income_at_day_90() -> None:
    position = loan(70_000 * WAD)
    assert carrying(position, 89) == Fraction(position.debt_raw(days(89)), RAW)
    assert carrying(position, 200) == carrying(position, 90) == Fraction(position.debt_raw(days(90)), RAW)


def test_ageing__cover_is_that_of_day_90_to_the_wei() -> None:
    enough = -(-loan(0).debt_raw(days(90)) // RAW)
    assert loan(enough).covered
    assert not loan(enough - 1).covered


EVENTS = st.tuples(st.integers(0, 40 * DAY), st.sampled_from(["pay", "month", "mark", "wait"]), st.integers(0, 70_000))


@given(st.integers(0, 70_000), st.integers(0, 1_500), st.lists(EVENTS, max_size=12))
def test_ageing__value_is_never_above_the_debt_and_falls_only_by_age_mark_or_payment(
    cap: int, rate_bps: int, events: list[tuple[int, str, int]]
) -> None:
    """L29, and a mark that finds the same value changes nothing."""
    position, now = loan(cap * WAD, rate_bps=rate_bps), MIDNIGHT
    for pause, kind, amount in events:
        now += pause
        debt = position.debt_raw(now)
        assert 0 <= position.carrying_raw(now) <= debt
        assert position.changed(now).carrying_raw(now) == position.carrying_raw(now), "a poke"
        assert position.changed(now).carrying_raw(now + 50 * DAY) == position.carrying_raw(now + 50 * DAY), "a poke"
        before = position
        if kind == "mark":
            position = position.changed(now, cap=amount * WAD)
            assert (position.carrying_raw(now) - before.carrying_raw(now)) * (position.cap - before.cap) >= 0
        elif kind in ("pay", "month"):
            paid = min(amount * WAD // 50, debt // RAW)
            due = position.dueAt + (30 * DAY if kind == "month" and position.dueAt < now else 0)
            position = position.changed(now, paid=paid, dueAt=due)
            assert position.debt_raw(now) == debt - paid * RAW
            lost = before.carrying_raw(now) - position.carrying_raw(now)
            assert lost < (paid + 1) * RAW, "never a wei more than was paid: an uncovered loan counts no part of a wei"


@given(st.integers(1, 5_000 * WAD), st.lists(st.integers(1, 1000), min_size=1, max_size=8), st.integers(0, 150 * DAY))
def test_ageing__a_payment_in_parts_at_one_moment__is_the_payment(total: int, weights: list[int], late: int) -> None:
    """L10, L14: debt, principal and value are the same."""
    parts = [total * weight // sum(weights) for weight in weights]
    now, whole, split = MIDNIGHT + late, loan(56_000 * WAD), loan(56_000 * WAD)
    whole = whole.changed(now, paid=sum(parts))
    for part in parts:
        split = split.changed(now, paid=part)
    assert whole == split


def test_ageing__a_mark_after_a_payment__adds_no_interest_of_a_late_loan() -> None:
    """What counts from day 30 on is the least debt since then: min(debt at day 30, debt now) would rise by pokes."""
    position = loan(40_000 * WAD).changed(days(60), paid=5_000 * WAD)
    later = position.changed(days(80))
    literal = min(loan(0).debt_raw(days(30)), later.debt_raw(days(80)))
    assert later.impairedRaw == position.impairedRaw
    assert literal - position.impairedRaw == position.interest_since(days(80)) > 0
