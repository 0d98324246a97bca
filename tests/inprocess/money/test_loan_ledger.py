"""The loan ledger against the exact model: what all loans are worth and what is owed, in any second, to the wei."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from loan_stage import BENDS, EMPTY, MAX_RATE_BPS, MONTH, WAD, LoanStage, LoanWalk, row

from commonhold.engines import Revert
from commonhold.model.money.ageing import DAY, RAW, Position

FACE = 60_000 * WAD
RATE = 600
MOST = 2**96 - 1


@pytest.fixture
def stage(engine: Any) -> LoanStage:
    return LoanStage(engine)


def date(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp())


def near_bends(stage: LoanStage) -> list[int]:
    return [time for time in stage.bends() if time >= stage.now]


# ------------------------------------------------------------------------------------------------------------ one loan

CAPS = {"covered": 70_000 * WAD, "uncovered": 40_000 * WAD, "worthless": 0, "just short": FACE, "odd": FACE - 12_345}


@pytest.mark.parametrize("cap", CAPS.values(), ids=CAPS)
@pytest.mark.parametrize("rate", [0, RATE, 601, MAX_RATE_BPS])
def test_one_loan__at_every_bend__is_worth_what_the_model_says(stage: LoanStage, cap: int, rate: int) -> None:
    stage.draw(FACE, rate, MONTH, cap)
    stage.check_at([*near_bends(stage), stage.now + 1, stage.now + 400 * DAY])


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_one_loan__cover_is_that_of_day_90_to_the_wei(stage: LoanStage, off: int) -> None:
    """At a rate of 36.5 % a day's interest is a thousandth of the principal: the debt of day 90 is whole wei."""
    midnight = (stage.now // DAY + 1) * DAY
    principal, rate = 10**6, 3_650
    stage.draw(principal, rate, 10 * DAY, principal + 100 * principal // 1_000 + off, seconds=midnight - stage.now)
    assert stage.loans[1].covered is (off >= 0)
    stage.check_at(near_bends(stage))


@pytest.mark.parametrize("due_in", [0, 1, DAY - 1, DAY, DAY + 1])
def test_one_loan__due_near_a_midnight(stage: LoanStage, due_in: int) -> None:
    midnight = (stage.now // DAY + 2) * DAY
    stage.draw(FACE, RATE, due_in, 40_000 * WAD, seconds=midnight - stage.now - due_in % 2)
    stage.check_at(near_bends(stage))


@pytest.mark.parametrize(
    "begin",
    [date(2028, 2, 28), date(2100, 2, 28), date(2106, 2, 6), date(4000, 1, 1)],
    ids=["leap day", "no leap day", "end of 32 bits", "far"],
)
def test_one_loan__whatever_the_calendar_says(engine: Any, begin: int) -> None:
    engine.set_time(begin)
    stage = LoanStage(engine)
    for cap in CAPS.values():
        stage.draw(FACE, RATE, 3 * DAY, cap)
    stage.check_at(near_bends(stage))
    LoanWalk(stage, seed=7).run(120)


@pytest.mark.parametrize("cap", CAPS.values(), ids=CAPS)
@pytest.mark.parametrize("days", [0, 29, 30, 31, 89, 90, 91, 119, 120, 121, 300])
def test_one_loan__made_late_all_at_once(stage: LoanStage, cap: int, days: int) -> None:
    """A due time that moves back starts from the debt of now."""
    number = stage.draw(FACE, RATE, 0, cap)
    stage.wait_until(stage.now + 5 * DAY)
    stage.push(number, dueAt=stage.now - days * DAY)
    stage.check_at([stage.now, *near_bends(stage), stage.now + 150 * DAY])


@pytest.mark.parametrize("days", [29, 30, 31, 89, 90, 91, 119, 120, 121])
@pytest.mark.parametrize("off", [-1, 0, 1])
def test_one_loan__marked_up_and_down_at_a_bend(stage: LoanStage, days: int, off: int) -> None:
    number = stage.draw(FACE, RATE, 0, 40_000 * WAD)
    due = stage.loans[number].day(days)
    for pause, cap in enumerate((70_000, 0, 60_000, 40_000, 90_000, 62_000)):
        stage.push(number, seconds=max(1, due + off - stage.now), cap=cap * WAD)
        stage.check_at([stage.now, stage.now + 1, *near_bends(stage)[:: 1 + pause]])


@pytest.mark.parametrize("days", [10, 30, 45, 90, 100, 120, 130])
def test_one_loan__payments_that_move_the_due_day_and_that_do_not(stage: LoanStage, days: int) -> None:
    for cap in CAPS.values():
        stage.draw(FACE, RATE, 0, cap)
    stage.wait_until(stage.now + days * DAY)
    for number in list(stage.loans):
        stage.pay(number, 1_000 * WAD + number)
        stage.pay(number, 777, dueAt=stage.loans[number].dueAt + MONTH)
        stage.pay(number, 1)
    stage.check_at([stage.now, *near_bends(stage)])
    for number in list(stage.loans):
        stage.pay(number, MOST)
    stage.check()
    assert stage.sums.carrying() == stage.ledger.totalDebt() == 0


def test_the_last_wei__is_rounded_up_and_a_rest_below_a_wei_stays_a_debt(stage: LoanStage) -> None:
    number = stage.draw(1, 1, DAY, 0)
    stage.wait_until(stage.now + 40 * DAY)
    stage.pay(number, 1)
    rest = stage.loans[number]
    assert rest.principal == 0 < rest.interestRaw < RAW
    stage.check_at([stage.now, stage.now + 200 * DAY])
    stage.pay(number, 1)
    assert stage.loans == {}
    stage.check()


def test_nothing_is_left__after_all_loans_ended_in_any_way(stage: LoanStage) -> None:
    for cap in CAPS.values():
        for days in (0, 31, 91, 121):
            number = stage.draw(FACE + days, 601, 0, cap)
            stage.push(number, dueAt=stage.now - days * DAY)
    stage.wait_until(stage.now + 20 * DAY)
    for number in list(stage.loans):
        end = (stage.foreclose, lambda n: stage.pay(n, MOST), lambda n: stage.take_home(n, n, FACE // 2))[number % 3]
        end(number)
    stage.check_at(stage.now + days * DAY for days in range(0, 140, 7))
    day, sums = stage.sums.loanSums()
    assert (day, tuple(sums)) == (stage.now // DAY, (0, 0, 0, 0))


def test_largest_amounts(stage: LoanStage) -> None:
    """All coins there can be, at the highest rate, for years."""
    for cap in (0, MOST):
        number = stage.draw(MOST // 2, MAX_RATE_BPS, DAY, cap)
        stage.push(number, cap=cap)
    stage.check_at([*near_bends(stage), stage.now + 200 * DAY])
    stage.wait_until(stage.now + 500 * DAY)
    for number in list(stage.loans):
        stage.pay(number, WAD)
    stage.check()


# ----------------------------------------------------------------------------------------------------- many, and rolls


@pytest.mark.parametrize("seed", range(6))
def test_random_walk__carrying_value_and_total_debt_are_the_sums_over_loans(stage: LoanStage, seed: int) -> None:
    walk = LoanWalk(stage, seed)
    walk.run(1_000)
    assert min(walk.done.values()) > 5, walk.done
    for cover in ("covered", "uncovered"):
        for passed in ("on time", 30, 90, 120):
            assert walk.seen[f"{cover} {passed}"] > 20, walk.seen
    for reset in ("ahead", "done", "without effect"):
        assert walk.seen[f"reset {reset}"] > 20, walk.seen


@pytest.mark.parametrize("seed", range(4))
def test_rolling_daily_or_at_once_or_never__is_the_same(stage: LoanStage, seed: int) -> None:
    """L28's like: sums, gap and what they say are functions of what books did and of time."""
    engine = stage.engine
    LoanWalk(stage, seed).run(150)
    begin, end = stage.now, stage.now + 260 * DAY + seed

    def result(rolls: list[int]) -> list[Any]:
        with engine.rollback():
            for time in rolls:
                engine.set_next_time(time)
                stage.sums.roll(sender=stage.stranger)
            engine.set_time(end)
            seen = [stage.sums.carrying(), stage.ledger.totalDebt(), stage.sums.sumsNow()]
            for number in list(stage.loans):
                stage.ledger.forecloseForCoins(row(stage.loans[number]), stage.payer, 1, sender=stage.book)
            return [*seen, stage.ledger.totalDebt(), stage.sums.loanSums()]

    never = result([])
    assert result(list(range((begin // DAY + 1) * DAY, end, DAY))) == never
    assert result([begin + 100 * DAY, begin + 101 * DAY - 1, end - 3 * DAY]) == never


def test_a_loan_that_two_books_push__counts_once(stage: LoanStage) -> None:
    """A successor book takes over a loan by its next push; the ledger knows no owner."""
    number = stage.draw(FACE, RATE, DAY, 0)
    stage.ledger.setBook(stage.stranger, True, sender=stage.dao)
    stage.ledger.setBook(stage.book, False, sender=stage.dao)
    stage.book = stage.stranger
    stage.push(number, cap=FACE)
    stage.check_at([stage.now, *near_bends(stage)])


# ------------------------------------------------------------------------------------------------------------ refusals


def refused(name: str, *values: Any) -> Any:
    """The call inside reverts with this error and these values."""

    class _Refused:
        def __enter__(self) -> None:
            pass

        def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> bool:
            assert isinstance(error, Revert), f"nothing was refused, {name} was expected"
            assert (error.name, error.values) == (name, values)
            return True

    return _Refused()


def fresh(stage: LoanStage, **changes: Any) -> Position:
    """A loan written by the next transaction."""
    now = stage.next(10)
    values: dict[str, Any] = {
        "principal": FACE, "rateBps": RATE, "interestRaw": 0, "since": now, "dueAt": now + MONTH, "cap": FACE, **changes
    }  # fmt: skip
    return Position(**values)


def test_only_books__and_only_the_treasury_rolls(stage: LoanStage) -> None:
    ledger, who = stage.ledger, stage.stranger
    calls: list[tuple[str, tuple[Any, ...]]] = [
        ("lendCoins", (EMPTY, who, 0)),
        ("lendCash", (EMPTY, 1, who)),
        ("payInCoins", (EMPTY, EMPTY, who, 1, 0)),
        ("payInCash", (EMPTY, EMPTY, who, 1)),
        ("push", (EMPTY, EMPTY)),
        ("forecloseForCoins", (EMPTY, who, 1)),
        ("takeHome", (EMPTY, EMPTY, 257, 1)),
        ("markOwned", (257, 1)),
        ("sellHomeForCoins", (257, who, 1)),
        ("sellHomeForCash", (257, who, 1)),
    ]
    for name, args in calls:
        with refused("NotBook", who):
            getattr(ledger, name)(*args, sender=who)
    with refused("NotTreasury", stage.book):
        ledger.roll(1, 2, sender=stage.book)
    with refused("AccessManagedUnauthorized", who):
        ledger.setBook(who, True, sender=who)


def test_the_table_of_books(stage: LoanStage) -> None:
    """A book that may have lent keeps its row, for one of its loans may be open."""
    lent = fresh(stage)
    stage.ledger.lendCoins(row(lent), stage.payer, 0, sender=stage.book)
    for allowed in (False, True, False, False, True):
        for book, keeps in ((stage.stranger, False), (stage.book, True)):
            event = stage.ledger.setBook(book, allowed, sender=stage.dao).event("BookSet")
            assert event.args == {"book": book, "allowed": allowed}
            assert (stage.ledger.isBook(book), stage.ledger.mayLend(book)) == (allowed or keeps, allowed)
    stage.ledger.closeBook(stage.stranger, sender=stage.dao)
    stage.ledger.setBook(stage.stranger, False, sender=stage.dao)
    assert stage.ledger.isBook(stage.stranger)


WIDTHS = {"principal": 96, "cap": 96, "rateBps": 16, "nextRateBps": 16, "dueAt": 40, "resetAt": 40} | dict.fromkeys(
    ("interestRaw", "impairedRaw", "incomeRaw"), 136
)


@pytest.mark.parametrize("field", WIDTHS)
def test_a_position__with_a_bit_more_than_it_may_have__refused(stage: LoanStage, field: str) -> None:
    loan = fresh(stage, **{field: 2 ** WIDTHS[field]})
    with refused("PositionOutOfRange", loan.principal, loan.rateBps, MAX_RATE_BPS, loan.since):
        stage.ledger.lendCoins(row(loan), stage.payer, 0, sender=stage.book)


def test_a_draw__is_exactly_its_principal_written_now_and_not_past_due(stage: LoanStage) -> None:
    def draw(loan: Position) -> None:
        stage.ledger.lendCoins(row(loan), stage.payer, 0, sender=stage.book)

    loan = fresh(stage, principal=0)
    with refused("PositionOutOfRange", 0, RATE, MAX_RATE_BPS, loan.since):
        draw(loan)
    loan = fresh(stage, rateBps=MAX_RATE_BPS + 1)
    with refused("PositionOutOfRange", FACE, MAX_RATE_BPS + 1, MAX_RATE_BPS, loan.since):
        draw(loan)
    for off in (-1, 1):
        loan = fresh(stage, since=stage.now + 10 + off)
        with refused("PositionOutOfRange", FACE, RATE, MAX_RATE_BPS, loan.since):
            draw(loan)
    loan = fresh(stage, interestRaw=1)
    with refused("NotFresh", 1, loan.dueAt):
        draw(loan)
    loan = fresh(stage, dueAt=stage.now + 9)
    with refused("NotFresh", 0, loan.dueAt):
        draw(loan)
    draw(fresh(stage, dueAt=stage.now + 10))


def test_a_draw_in_cash__is_the_face_of_the_cash_or_more(stage: LoanStage) -> None:
    unit, cash = stage.sums.CASH_UNIT(), 60_000 * 10**6
    loan = fresh(stage, principal=cash * unit - 1)
    with refused("NotTheFace", loan.principal, cash * unit):
        stage.ledger.lendCash(row(loan), cash, stage.payer, sender=stage.book)
    for number, more in enumerate((0, 1)):
        loan = fresh(stage, principal=cash * unit + more)
        stage.ledger.lendCash(row(loan), cash, stage.payer, sender=stage.book)
        stage.loans[number] = loan
        assert tuple(stage.sums.kept()) == (more, stage.book)
    stage.check()


def test_a_draw_in_coins__keeps_no_more_than_it_lends(stage: LoanStage) -> None:
    for number, off in enumerate((-1, 0)):
        loan = fresh(stage)
        stage.ledger.lendCoins(row(loan), stage.payer, FACE + off, sender=stage.book)
        stage.loans[number] = loan
        assert tuple(stage.sums.kept()) == (FACE + off, stage.book)
    loan = fresh(stage)
    with refused("KeptTooMuch", FACE + 1, FACE):
        stage.ledger.lendCoins(row(loan), stage.payer, FACE + 1, sender=stage.book)
    stage.check()


def test_a_payment__keeps_no_more_than_it_takes(stage: LoanStage) -> None:
    before = stage.loans[stage.draw(FACE, RATE, MONTH, FACE)]
    after = before.changed(stage.next(10), paid=1)
    with refused("KeptTooMuch", 101, 100):
        stage.ledger.payInCoins(row(before), row(after), stage.payer, 100, 101, sender=stage.book)


@pytest.mark.parametrize("kept", [0, 1, WAD])
@pytest.mark.parametrize("written", ["as it was", "anew"])
def test_a_payment_that_is_all_kept__changes_no_debt(stage: LoanStage, written: str, kept: int) -> None:
    number = stage.draw(FACE, RATE, MONTH, 40_000 * WAD)
    for days in (10, 40, 70, 60):
        stage.wait_until(stage.now + days * DAY)
        before, now = stage.loans[number], stage.next(10)
        after = before.changed(now, cap=before.cap + days) if written == "anew" else before
        stage.ledger.payInCoins(row(before), row(after), stage.payer, kept, kept, sender=stage.book)
        assert tuple(stage.sums.kept()) == (kept, stage.book)
        stage.loans[number] = after
        stage.check_at([stage.now, *near_bends(stage)])
    before, now = stage.loans[number], stage.next(10)
    owed = before.debt_raw(now)
    with refused("DebtChanged", owed, owed - RAW):
        after = before.changed(now, paid=1)
        stage.ledger.payInCoins(row(before), row(after), stage.payer, kept, kept, sender=stage.book)
    # Another cap, and not written now.
    after = replace(before, cap=before.cap + 1)
    now = stage.next(10)
    with refused("PositionOutOfRange", after.principal, RATE, MAX_RATE_BPS, after.since):
        stage.ledger.payInCoins(row(before), row(after), stage.payer, kept, kept, sender=stage.book)


def test_a_fee__needs_no_loan(stage: LoanStage) -> None:
    stage.ledger.payInCoins(EMPTY, EMPTY, stage.payer, WAD, WAD, sender=stage.book)
    assert tuple(stage.sums.kept()) == (WAD, stage.book)
    stage.check()


def test_a_payment__lowers_the_debt_by_whole_wei(stage: LoanStage) -> None:
    number = stage.draw(FACE, 601, MONTH, FACE)
    before = stage.loans[number]

    def pay(after: Position | None) -> None:
        stage.ledger.payInCoins(row(before), row(after), stage.payer, 1, 0, sender=stage.book)

    now = stage.next(1_000)
    owed = before.debt_raw(now)
    with refused("NotPaid", owed, owed):
        pay(before.changed(now))
    now = stage.next(1_000)
    owed = before.debt_raw(now)
    after = before.changed(now, paid=1)
    left = owed - RAW + 1
    broken = replace(after, interestRaw=after.interestRaw + 1)
    with refused("NotPaid", owed, left):
        pay(broken)
    now = stage.next(1_000)
    owed = before.debt_raw(now)
    more = Position(FACE + 1, 601, before.interest_since(now), now, before.dueAt, FACE)
    with refused("NotPaid", owed, owed + RAW):
        pay(more)
    stage.next(1_000)
    with refused("NotPaid", 0, 0):
        stage.ledger.payInCoins(EMPTY, EMPTY, stage.payer, 1, 0, sender=stage.book)
    # A second too old or too young.
    for off in (-1, 1):
        now = stage.next(1_000)
        late = before.changed(now + off, paid=1)
        with refused("PositionOutOfRange", late.principal, 601, MAX_RATE_BPS, now + off):
            pay(late)


def test_a_push__changes_nothing_that_is_owed(stage: LoanStage) -> None:
    number = stage.draw(FACE, RATE, MONTH, FACE)
    before = stage.loans[number]
    for paid in (1, -1):
        now = stage.next(1_000)
        after = before.changed(now)
        other = Position(
            after.principal - paid, RATE, after.interestRaw, now, after.dueAt, FACE, after.impairedRaw, after.incomeRaw
        )
        owed = before.debt_raw(now)
        with refused("DebtChanged", owed, owed - paid * RAW):
            stage.ledger.push(row(before), row(other), sender=stage.book)
    now = stage.next(1_000)
    with refused("DebtChanged", before.debt_raw(now), 0):
        stage.ledger.push(row(before), EMPTY, sender=stage.book)


@pytest.mark.parametrize("days", [10, 45, 100])
@pytest.mark.parametrize("off", [1, -1])
@pytest.mark.parametrize("field", [8, 9])
def test_references_are_carried_over(stage: LoanStage, days: int, field: int, off: int) -> None:
    number = stage.draw(FACE, RATE, 0, 0)
    stage.wait_until(stage.now + days * DAY)
    stage.push(number)
    before = stage.loans[number]
    after = before.changed(stage.next(DAY))
    wrong = list(row(after))
    wrong[field] += off if wrong[field] else 1  # none before its day
    with refused("NotCarriedOver", after.impairedRaw, after.incomeRaw):
        stage.ledger.push(row(before), tuple(wrong), sender=stage.book)


# --------------------------------------------------------------------------------------------------------- owned homes


def test_owned_homes__are_taken_marked_down_and_sold(stage: LoanStage) -> None:
    ledger, book, share = stage.ledger, stage.book, 257
    number = stage.draw(FACE, RATE, 0, 30_000 * WAD)
    stage.wait_until(stage.now + 75 * DAY)
    value = stage.take_home(number, share, FACE)
    assert 30_000 * WAD < value < FACE
    assert (ledger.ownedHomeUsd(share), stage.sums.homesUsd()) == (value, value)
    stage.check()

    with refused("AlreadyOwnedHome", share):
        stage.take_home(stage.draw(FACE, RATE, 0, 0), share, FACE)
    with refused("MarkAboveValue", share, value + 1, value):
        ledger.markOwned(share, value + 1, sender=book)
    for lower in (value, value - 1, 0):
        held = ledger.ownedHomeUsd(share)
        event = ledger.markOwned(share, lower, sender=book).event("HomeMarked")
        assert event.args == {"shareId": share, "previousUsd": held, "valueUsd": lower}
        assert ledger.ownedHomeUsd(share) == stage.sums.homesUsd() == lower

    # Worth nothing, as one is marked that a court took away: it can come back.
    assert stage.take_home(stage.draw(FACE, RATE, 0, FACE), share, 7) == ledger.ownedHomeUsd(share) == 7
    ledger.markOwned(share, 0, sender=book)

    # Worth nothing, and still owned.
    event = ledger.sellHomeForCoins(share, stage.payer, 5, sender=book).event("HomeSold")
    assert event.args == {"shareId": share, "valueUsd": 0, "coins": 5, "cash": 0}
    for name, args in (("markOwned", (0,)), ("sellHomeForCoins", (book, 1)), ("sellHomeForCash", (book, 1))):
        with refused("NotOwnedHome", share):
            getattr(ledger, name)(share, *args, sender=book)


def test_owned_homes__at_less_and_sale_for_cash(stage: LoanStage) -> None:
    number = stage.draw(FACE, RATE, 0, FACE)
    stage.wait_until(stage.now + 100 * DAY)
    assert stage.take_home(number, 258, 50_000 * WAD) == 50_000 * WAD
    event = stage.ledger.sellHomeForCash(258, stage.payer, 9, sender=stage.book).event("HomeSold")
    assert event.args == {"shareId": 258, "valueUsd": 50_000 * WAD, "coins": 0, "cash": 9}
    assert (stage.ledger.ownedHomeUsd(258), stage.sums.homesUsd(), stage.sums.credited()) == (0, 0, 0)


@pytest.mark.parametrize("off", [-1, 0, 1])
@pytest.mark.parametrize("goes_on", [False, True])
def test_owned_homes__are_taken_at_no_more_than_the_loan_counts_for(stage: LoanStage, off: int, goes_on: bool) -> None:
    number = stage.draw(FACE, RATE, 0, 30_000 * WAD)
    stage.wait_until(stage.now + 75 * DAY)
    before, now = stage.loans[number], stage.next(10)
    carrying = int(before.carrying_raw(now) // RAW)
    after = before.changed(now, paid=carrying + off, taken=carrying + off) if goes_on else None
    args = row(before), row(after), 257, carrying + off
    if off > 0:
        with refused("HomeAboveLoan", 257, carrying + 1, carrying):
            stage.ledger.takeHome(*args, sender=stage.book)
        return
    stage.ledger.takeHome(*args, sender=stage.book)
    assert stage.ledger.ownedHomeUsd(257) == stage.sums.homesUsd() == carrying + off
    stage.loans = {} if after is None else {number: after}
    stage.check_at([stage.now, *near_bends(stage)])


@pytest.mark.parametrize("value", [0, 20_000 * WAD])
def test_owned_homes__of_a_loan_that_goes_on__lower_its_debt_by_their_value(stage: LoanStage, value: int) -> None:
    number = stage.draw(FACE, RATE, 0, 70_000 * WAD)
    stage.wait_until(stage.now + 100 * DAY)
    before = stage.loans[number]
    for off in (-1, 1) if value else ():
        after = before.changed(stage.next(10), paid=value + off, taken=value)
        with refused("CreditIsNotValue", value + off, value):
            stage.ledger.takeHome(row(before), row(after), 257, value, sender=stage.book)
    if not value:
        now = stage.next(10)
        owed = before.debt_raw(now)
        with refused("DebtChanged", owed, owed - RAW):
            stage.ledger.takeHome(row(before), row(before.changed(now, paid=1)), 257, 0, sender=stage.book)
    after = before.changed(stage.next(10), paid=value, taken=value)
    stage.ledger.takeHome(row(before), row(after), 257, value, sender=stage.book)
    stage.loans[number] = after
    assert stage.sums.homesUsd() == value
    stage.check_at([stage.now, *near_bends(stage)])


def test_all_days_of_the_schedule_are_looked_at() -> None:
    """The tests above go by the model's own days."""
    assert BENDS == (0, 30, 90, 120)
