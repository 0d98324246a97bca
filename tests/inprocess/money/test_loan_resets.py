"""Rates that are reset: the debt and the carrying value bend at a midnight, unless the loan is impaired by then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from loan_stage import MAX_RATE_BPS, MONTH, WAD, LoanStage, LoanWalk, row

from commonhold.engines import Revert
from commonhold.model.money.ageing import DAY, IMPAIRED_DAYS, RAW, Position

FACE = 60_000 * WAD
RATE = 600
CAPS = {"covered": 70_000 * WAD, "uncovered": 40_000 * WAD, "worthless": 0, "odd": FACE - 12_345}
RATES = {"up": 800, "down": 400, "to nothing": 0, "to the most": MAX_RATE_BPS}


@pytest.fixture
def stage(engine: Any) -> LoanStage:
    return LoanStage(engine)


def midnight(stage: LoanStage, days: int = 1) -> int:
    return (stage.now // DAY + days) * DAY


def watch(stage: LoanStage) -> None:
    """At every bend from now on, and long after."""
    stage.check_at([*(time for time in stage.bends() if time >= stage.now), stage.now + 1, stage.now + 400 * DAY])


def fixed(stage: LoanStage, cap: int, next_rate: int, days: int, *, due_in: int = 10 * DAY) -> int:
    """A loan whose rate is reset so many days after its due day."""
    number = stage.draw(FACE, RATE, due_in, cap)
    stage.push(number, reset=(next_rate, stage.loans[number].day(days)))
    return number


# ------------------------------------------------------------------------------------------------------------ one loan


@pytest.mark.parametrize("cap", CAPS.values(), ids=CAPS)
@pytest.mark.parametrize("next_rate", RATES.values(), ids=RATES)
@pytest.mark.parametrize("days", [-9, 0, 15, IMPAIRED_DAYS - 1, IMPAIRED_DAYS, IMPAIRED_DAYS + 1, 89, 90, 91, 120, 200])
def test_one_loan__at_every_bend__is_worth_what_the_model_says(
    stage: LoanStage, days: int, next_rate: int, cap: int
) -> None:
    number = fixed(stage, cap, next_rate, days)
    assert stage.loans[number].resets is (days < IMPAIRED_DAYS)
    watch(stage)


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_the_debt__is_that_of_two_rates(stage: LoanStage, off: int) -> None:
    """Said in other words than the model's."""
    number = fixed(stage, FACE, 4 * RATE, 5)
    loan, later = stage.loans[number], stage.loans[number].resetAt + 3 * DAY + off
    stage.wait_until(later)
    first = FACE * RATE * (loan.resetAt - loan.since) + FACE * 4 * RATE * (later - loan.resetAt)
    owed = FACE * RAW + loan.interestRaw + first
    assert stage.ledger.debtOf(row(loan)) == -(-owed // RAW)
    assert stage.ledger.totalDebt() == owed // RAW


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_cover__is_that_of_day_90_at_the_new_rate(stage: LoanStage, off: int) -> None:
    """At 36.5 % a day's interest is a thousandth of the principal, at 73 % two: after 100 days, 90 of them so."""
    principal, rate, start = 10**6, 3_650, midnight(stage)
    loan = Position(principal, rate, 0, start, start + 10 * DAY, 0, 0, 0, 2 * rate, start + 10 * DAY)
    loan = replace(loan, cap=principal + 190 * principal // 1_000 + off)
    stage.next(start - stage.now)
    stage.ledger.lendCoins(row(loan), stage.payer, 0, sender=stage.book)
    stage.loans[1] = loan
    assert loan.covered is (off >= 0)
    watch(stage)


@pytest.mark.parametrize(
    "begin",
    [datetime(2028, 2, 27), datetime(2100, 2, 27), datetime(2106, 2, 5)],
    ids=["leap day", "no leap day", "end of 32 bits"],
)
def test_whatever_the_calendar_says(engine: Any, begin: datetime) -> None:
    engine.set_time(int(begin.replace(tzinfo=UTC).timestamp()))
    stage = LoanStage(engine)
    for days in (1, 2, 3, 29, 30):
        for cap in CAPS.values():
            fixed(stage, cap, 3 * RATE, days - 1, due_in=1)
    watch(stage)
    LoanWalk(stage, seed=11).run(150)


# ------------------------------------------------------------------------------------- payments, and due days that move


@pytest.mark.parametrize("off", [-1, 0, 1])
@pytest.mark.parametrize("cap", CAPS.values(), ids=CAPS)
def test_a_payment_about_the_reset__writes_the_rate_in_force(stage: LoanStage, cap: int, off: int) -> None:
    number = fixed(stage, cap, 900, 10)
    reset_at = stage.loans[number].resetAt
    stage.pay(number, 1_000 * WAD, seconds=reset_at + off - stage.now)
    after = stage.loans[number]
    assert (after.rateBps, after.nextRateBps, after.resetAt) == ((RATE, 900, reset_at) if off < 0 else (900, 0, 0))
    watch(stage)
    stage.wait_until(reset_at + 100 * DAY)
    stage.pay(number, 7)
    watch(stage)


@pytest.mark.parametrize("cap", CAPS.values(), ids=CAPS)
@pytest.mark.parametrize("days", [29, 30, 31])
def test_a_due_day_that_moves__gives_or_takes_the_reset_its_effect(stage: LoanStage, days: int, cap: int) -> None:
    """Forward by a month as a payment does it, and back; before the reset, on both sides of its day 30."""
    number = fixed(stage, cap, 1_000, days)
    due_at = stage.loans[number].dueAt
    stage.wait_until(stage.loans[number].day(20))
    stage.pay(number, 500 * WAD, dueAt=due_at + MONTH)
    assert stage.loans[number].resets
    watch(stage)
    stage.push(number, dueAt=due_at)
    assert stage.loans[number].resets is (days < IMPAIRED_DAYS)
    watch(stage)
    stage.push(number, dueAt=due_at - 2 * DAY)
    assert stage.loans[number].resets is (days < IMPAIRED_DAYS - 2)
    watch(stage)


@pytest.mark.parametrize("cap", CAPS.values(), ids=CAPS)
@pytest.mark.parametrize("late", [IMPAIRED_DAYS, 45, 100, 130])
def test_a_reset_missed_while_impaired__sets_in_with_the_payment_that_cures(
    stage: LoanStage, late: int, cap: int
) -> None:
    """The days until then stay at the old rate; the book writes the new one."""
    number = fixed(stage, cap, 1_200, late)
    missed = stage.loans[number]
    stage.wait_until(missed.resetAt + 10 * DAY + 5)
    watch(stage)
    owed = missed.debt_raw(stage.now + 1)
    assert owed == FACE * RAW + missed.interestRaw + FACE * RATE * (stage.now + 1 - missed.since)
    stage.pay(number, 9_000 * WAD, dueAt=stage.now + MONTH, rateBps=1_200)
    cured = stage.loans[number]
    assert (cured.rateBps, cured.resetAt, cured.debt_raw(stage.now)) == (1_200, 0, owed - 9_000 * WAD * RAW)
    watch(stage)


def test_a_missed_reset__that_is_not_cured__leaves_the_old_rate(stage: LoanStage) -> None:
    number = fixed(stage, CAPS["uncovered"], 1_200, 40)
    stage.wait_until(stage.loans[number].resetAt + DAY)
    stage.pay(number, 100 * WAD)
    assert (stage.loans[number].rateBps, stage.loans[number].resetAt) == (RATE, 0)
    watch(stage)


# ---------------------------------------------------------------------------------------------------------------- many


def test_resets_of_one_day__add_up_and_cancel(stage: LoanStage) -> None:
    day = midnight(stage, 12)
    for number, next_rate in enumerate((900, 300, 0, MAX_RATE_BPS), start=1):
        stage.draw(FACE, RATE, 5 * DAY * number, CAPS["uncovered"])
        stage.push(number, reset=(next_rate, day))
        watch(stage)
    stage.push(1, reset=(900, day + DAY))
    stage.push(2, reset=(0, 0))
    watch(stage)
    stage.pay(3, 2**96)
    stage.foreclose(4)
    watch(stage)


def test_nothing_is_left__of_loans_that_end_before_and_after_their_reset(stage: LoanStage) -> None:
    for cap in CAPS.values():
        for days in (-5, 10, 29, 30):
            fixed(stage, cap, 777, days)
    for wait in (1, 12 * DAY, 20 * DAY, 90 * DAY):
        stage.wait_until(stage.now + wait)
        for number in list(stage.loans)[:4]:
            end = (stage.foreclose, lambda n: stage.pay(n, 2**96), lambda n: stage.take_home(n, n, FACE // 2))
            end[number % 3](number)
        stage.check()
    day, sums = stage.sums.loanSums()
    assert (day, tuple(sums)) == (stage.now // DAY, (0, 0, 0, 0))
    assert tuple(stage.ledger.passed(day - 300, day + 300)) != (0, 0, 0, 0)  # past entries stay
    assert tuple(stage.ledger.passed(day, day + 300)) == (0, 0, 0, 0)


def test_largest_amounts(stage: LoanStage) -> None:
    number = stage.draw(2**95, MAX_RATE_BPS, DAY, 0)
    stage.push(number, reset=(0, stage.loans[number].day(1)))
    watch(stage)
    stage.push(number, rateBps=0, reset=(MAX_RATE_BPS, stage.loans[number].day(29)))
    watch(stage)


# ------------------------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize("draws", [True, False])
@pytest.mark.parametrize(
    ("next_rate", "days", "off", "fits"),
    [
        (MAX_RATE_BPS - 1, 1, 0, True),
        (MAX_RATE_BPS, 1, 0, True),
        (MAX_RATE_BPS + 1, 1, 0, False),
        (RATE, 5, -1, False),
        (RATE, 5, 0, True),
        (RATE, 5, 1, False),
        (RATE, -1, 0, False),
        (RATE, 0, 0, False),
        (RATE, 1, 0, True),
        (0, 1, 0, True),
    ],
)
def test_a_reset__is_a_rate_in_range_from_a_midnight_after_now(
    stage: LoanStage, next_rate: int, days: int, off: int, fits: bool, draws: bool
) -> None:
    """Written at a midnight; the days count from it."""
    number = stage.draw(FACE, RATE, MONTH, FACE)
    before, start = stage.loans[number], midnight(stage)
    reset_at = start + days * DAY + off
    stage.next(start - stage.now)
    if draws:
        after = Position(FACE, RATE, 0, start, start + MONTH, FACE, 0, 0, next_rate, reset_at)
        call, args = stage.ledger.lendCoins, (row(after), stage.payer, 0)
    else:
        after = before.changed(start, reset=(next_rate, reset_at))
        call, args = stage.ledger.push, (row(before), row(after))
    if fits:
        call(*args, sender=stage.book)
        return
    with pytest.raises(Revert) as refused:
        call(*args, sender=stage.book)
    assert (refused.value.name, refused.value.values) == (
        "ResetOutOfRange", (next_rate, MAX_RATE_BPS, reset_at, start)
    )  # fmt: skip


def test_a_reset__needs_a_time(stage: LoanStage) -> None:
    number = stage.draw(FACE, RATE, MONTH, FACE)
    before = stage.loans[number]
    after = before.changed(stage.next(9), reset=(RATE, 0))
    with pytest.raises(Revert) as refused:
        stage.ledger.push(row(before), row(after), sender=stage.book)
    assert (refused.value.name, refused.value.values) == ("ResetOutOfRange", (RATE, MAX_RATE_BPS, 0, after.since))


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_push_after_the_reset__owes_what_two_rates_made(stage: LoanStage, off: int) -> None:
    number = fixed(stage, FACE, 900, 10)
    before = stage.loans[number]
    after = before.changed(stage.next(before.resetAt + DAY - stage.now))
    other = replace(after, interestRaw=after.interestRaw + off)
    if not off:
        stage.ledger.push(row(before), row(other), sender=stage.book)
        return
    owed = before.debt_raw(after.since)
    with pytest.raises(Revert) as refused:
        stage.ledger.push(row(before), row(other), sender=stage.book)
    assert (refused.value.name, refused.value.values) == ("DebtChanged", (owed, owed + off))
