"""The book's rules about time, counted one by one in the model, against the closed formulas that they come to."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from commonhold.model.lending.lateness import LateFees, Progress, days_past_due, first_midnight, is_late
from commonhold.model.lending.resets import next_rate, next_reset
from commonhold.model.lending.schedule import MONTH
from commonhold.model.lending.terms import BookTerms
from commonhold.model.money.ageing import DAY, RAW, YEAR, Position

CASES = 3_000
GRACE = 15
STARTS = (
    1_900_000_000,
    1_835_395_200,  # 2028-02-29 00:00 UTC
    2**32 - 40 * DAY,  # due times go past the year 2106, where 32 bits end
    1_900_022_400,  # a midnight
)


def some_progress(source: random.Random) -> Progress:
    instalments = source.randint(1, 480)
    start = source.choice(STARTS) + source.randint(-DAY, DAY)
    return Progress(start, instalments, source.randint(0, instalments - 1))


def moment(source: random.Random, progress: Progress) -> int:
    """Mostly an edge of some due time, or a second off."""
    due = progress.due(progress.paid + source.randint(0, 9))
    edge = source.choice((due, due - MONTH, first_midnight(due), first_midnight(due) + GRACE * DAY))
    return max(progress.started_at + 1, edge + source.choice((-1, 0, 1, source.randint(-MONTH, MONTH))))


def test_schedule__payments__as_the_closed_formula_says() -> None:
    source = random.Random("schedule")
    for _ in range(CASES):
        progress = some_progress(source)
        instalment, now = source.randint(1, 10**6), moment(source, progress)
        progress.towards = source.randint(0, instalment - 1)
        credit = source.choice((0, 1, instalment - progress.towards, source.randint(0, 12 * instalment)))
        due, left = progress.due_at, progress.instalments - 1 - progress.paid
        bound = min((now + 2 * MONTH - due) // MONTH if due <= now + 2 * MONTH else 0, left)
        met = min((progress.towards + credit) // instalment, bound)
        towards = 0 if met == bound else progress.towards + credit - met * instalment
        after = progress.credited(credit, instalment, now)
        assert (after.paid, after.towards, after.due_at) == (progress.paid + met, towards, due + met * MONTH)


def test_late_fees__counted__as_the_closed_formula_says() -> None:
    source = random.Random("late fees")
    for _ in range(CASES):
        progress = some_progress(source)
        now, counted, each = moment(source, progress), source.randint(0, progress.instalments), 7
        last_day = (now - 1) // DAY - GRACE
        late = progress.paid
        if progress.due_at <= last_day * DAY:
            late += min((last_day * DAY - progress.due_at) // MONTH + 1, progress.instalments - progress.paid)
        fees = LateFees(each, GRACE, counted, owed=100)
        expected = 100 + each * max(0, late - max(counted, progress.paid))
        assert fees.due(progress, now) == expected
        fees.count(progress, now)
        assert fees.due(progress, now) == fees.owed == expected


def test_late_fees__paid_before_they_are_counted__never_due() -> None:
    progress, fees = Progress(STARTS[0], 12), LateFees(5, GRACE)
    now = first_midnight(progress.due(3)) + GRACE * DAY + 1
    assert fees.due(progress, now) == 15
    assert fees.due(replace(progress, paid=3), now) == 0


def test_days_past_due__midnights__counted_from_the_first_after_the_due_time() -> None:
    due = STARTS[3]  # a midnight
    assert [days_past_due(due, due + offset) for offset in (-1, 0, DAY - 1, DAY)] == [0, 0, 0, 1]
    assert [days_past_due(due + 1, due + DAY + offset) for offset in (-1, 0, DAY - 1, DAY)] == [0, 0, 0, 1]
    assert not is_late(due, due + GRACE * DAY, GRACE)
    assert is_late(due, due + GRACE * DAY + 1, GRACE)


def test_resets__a_year_apart__at_the_first_midnight_and_before_the_last_due_time() -> None:
    source = random.Random("resets")
    for _ in range(CASES):
        progress = some_progress(source)
        now = progress.started_at + source.randint(0, 12 * YEAR)
        years = (now - progress.started_at) // YEAR
        candidates = [first_midnight(progress.started_at + number * YEAR) for number in (years, years + 1) if number]
        expected = next(at for at in candidates if at > now)
        assert next_reset(progress, now) == (expected if expected < progress.last_due_at else 0)


@pytest.mark.parametrize(
    ("index", "in_force", "first", "expected"),
    [
        (400, 650, 650, 650),  # index and margin
        (900, 650, 650, 850),  # a step up
        (0, 650, 650, 450),  # a step down
        (900, 1_100, 650, 1_150),  # as far from the first as ever
        (0, 200, 650, 250),
        (0, 100, 100, 250),
        (10_000, 9_950, 9_900, 10_000),  # no rate is higher
    ],
)
def test_next_rate__steps__bounded(index: int, in_force: int, first: int, expected: int) -> None:
    assert next_rate(BookTerms(), index, in_force, first) == expected


def test_position__fixed_rate__in_force_from_its_midnight_unless_impaired_then() -> None:
    due = STARTS[3]
    loan = Position(10**21, 600, 0, due - MONTH, due, 10**30, nextRateBps=800, resetAt=due + 29 * DAY)
    later = due + 40 * DAY
    bent = 10**21 * (600 * (MONTH + 29 * DAY) + 800 * 11 * DAY)
    assert loan.debt_raw(later) == 10**21 * RAW + bent
    impaired = replace(loan, resetAt=due + 30 * DAY)
    assert impaired.debt_raw(later) == 10**21 * RAW + 10**21 * 600 * (MONTH + 40 * DAY)
