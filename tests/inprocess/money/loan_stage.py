"""The loan ledger beside the exact model's loans, without any money: `TestLoanSums` stands for the treasury."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from commonhold.engines.base import init_code
from commonhold.model.money.ageing import AGED_DAYS, DAY, IMPAIRED_DAYS, INCOME_DAYS, RAW, Position

WAD = 10**18
MONTH = 2_628_000
MAX_RATE_BPS = 10_000
BENDS = (0, IMPAIRED_DAYS, INCOME_DAYS, AGED_DAYS)
EMPTY = (0,) * 10


def row(loan: Position | None) -> tuple[int, ...]:
    """A position as the ledger takes it; none is an empty one."""
    if loan is None:
        return EMPTY
    return (
        loan.principal,
        loan.rateBps,
        loan.nextRateBps,
        loan.since,
        loan.dueAt,
        loan.resetAt,
        loan.cap,
        loan.interestRaw,
        loan.impairedRaw,
        loan.incomeRaw,
    )


def carrying_down(loans: Iterable[Position], now: int) -> int:
    return int(sum((loan.carrying_raw(now) for loan in loans), Fraction(0)) // RAW)


def debt_down(loans: Iterable[Position], now: int) -> int:
    return sum(loan.debt_raw(now) for loan in loans) // RAW


class LoanStage:
    """What is done to a loan is done on the chain and in `loans`."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.dao, self.book, self.stranger, self.payer = engine.accounts[:4]
        hub = engine.deploy("AccessHub", self.dao, sender=self.dao)
        factory = engine.deploy("Create3Factory", sender=self.dao)
        salt = b"loans".ljust(32, b"\0")
        where = factory.addressOf(self.dao, salt)
        self.sums = engine.deploy("TestLoanSums", where, sender=self.dao)
        factory.deploy(salt, init_code("LoanLedger", (hub, self.sums)), sender=self.dao)
        self.ledger = engine.at("LoanLedger", where)
        self.ledger.setBook(self.book, True, sender=self.dao)
        self.loans: dict[int, Position] = {}
        self.credited = 0
        self.next_id = 1
        self.last_share = 1_000

    @property
    def now(self) -> int:
        return self.engine.now()

    def next(self, seconds: int = 1) -> int:
        """The time of the next transaction."""
        now = self.now + seconds
        self.engine.set_next_time(now)
        return now

    def wait_until(self, time: int) -> None:
        self.engine.set_time(time)

    def next_share(self) -> int:
        self.last_share += 1
        return self.last_share

    # -- what books do --------------------------------------------------------------------------------------------

    def draw(self, principal: int, rate_bps: int, due_in: int, cap: int, *, seconds: int = 1) -> int:
        now = self.next(seconds)
        loan = Position(principal, rate_bps, 0, now, now + due_in, cap)
        self.ledger.lendCoins(row(loan), self.payer, 0, sender=self.book)
        number, self.next_id = self.next_id, self.next_id + 1
        self.loans[number] = loan
        return number

    def pay(self, number: int, credit: int, *, seconds: int = 1, **changes: Any) -> None:
        """All that is owed if `credit` is more."""
        now, before = self.next(seconds), self.loans[number]
        owed = before.debt_up(now)
        credit = min(credit, owed)
        after = None if credit == owed else before.changed(now, paid=credit, **changes)
        self.ledger.payInCoins(row(before), row(after), self.payer, credit, 0, sender=self.book)
        self.credited += credit
        if after is None:
            del self.loans[number]
        else:
            self.loans[number] = after

    def push(self, number: int, *, seconds: int = 1, **changes: Any) -> None:
        before = self.loans[number]
        after = before.changed(self.next(seconds), **changes)
        self.ledger.push(row(before), row(after), sender=self.book)
        self.loans[number] = after

    def foreclose(self, number: int, *, seconds: int = 1) -> None:
        self.next(seconds)
        self.ledger.forecloseForCoins(row(self.loans[number]), self.payer, 1, sender=self.book)
        del self.loans[number]

    def take_home(self, number: int, share: int, most: int, *, paid: int = 0, seconds: int = 1) -> int:
        """At no more than `most`. The loan ends, or goes on if only this much of it is `paid` by it."""
        now, before = self.next(seconds), self.loans[number]
        value = paid or min(most, carrying_down([before], now))
        after = before.changed(now, paid=paid, taken=paid) if paid else None
        event = self.ledger.takeHome(row(before), row(after), share, value, sender=self.book).event("HomeTaken")
        assert event.args == {"book": self.book, "shareId": share, "valueUsd": value}
        if after is None:
            del self.loans[number]
        else:
            self.loans[number] = after
        return value

    # -- what can be seen -----------------------------------------------------------------------------------------

    def check(self) -> None:
        """Everything the ledger says is what the loans of the model come to, in this second."""
        now, loans = self.now, list(self.loans.values())
        assert self.sums.carrying() == carrying_down(loans, now)
        total = self.ledger.totalDebt()
        assert total == debt_down(loans, now)
        assert 0 <= sum(loan.debt_up(now) for loan in loans) - total <= len(loans), "L5"
        assert self.sums.credited() == self.credited

    def check_each(self) -> None:
        now = self.now
        for loan in self.loans.values():
            carrying, debt = self.ledger.carryingValueOf(row(loan)), self.ledger.debtOf(row(loan))
            assert carrying == carrying_down([loan], now)
            assert carrying <= debt == loan.debt_up(now), "L29"

    def check_at(self, times: Iterable[int]) -> None:
        """The same at later times, each from here: nobody has called since."""
        for time in times:
            with self.engine.rollback():
                if time > self.now:
                    self.wait_until(time)
                self.check()
                self.check_each()

    def bends(self) -> list[int]:
        """The second before, of and after each one at which a loan's value bends."""
        loans = self.loans.values()
        days = {loan.day(number) for loan in loans for number in BENDS} | {loan.resetAt for loan in loans} - {0}
        return sorted({day + off for day in days for off in (-1, 0, 1)})


class LoanWalk:
    """Random things that books and time do, to amounts and moments that are seldom round."""

    def __init__(self, stage: LoanStage, seed: int, most_loans: int = 12) -> None:
        self.stage = stage
        self.random = random.Random(seed)
        self.most_loans = most_loans
        self.done: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()
        self.actions: list[Callable[[], object]] = [
            self.draw, self.draw, self.pay, self.pay, self.pay, self.repay, self.mark, self.mark, self.mark, self.rate,
            self.reset, self.reset, self.reset, self.due, self.due_ahead, self.due_ahead, self.foreclose, self.home,
            self.home_of_several, self.wait, self.wait, self.bend, self.bend, self.bend, self.roll,
        ]  # fmt: skip

    def run(self, steps: int) -> None:
        for step in range(steps):
            action = self.random.choice(self.actions)
            if action not in (self.draw, self.wait, self.roll) and not self.stage.loans:
                continue
            self.done[action.__name__] += action() is not False
            self.stage.check()
            if step % 20 == 0:
                self.stage.check_each()
            self._note()
        self.stage.check_each()

    def _note(self) -> None:
        for loan in self.stage.loans.values():
            passed = sum(self.stage.now >= loan.day(number) for number in BENDS[1:])
            if loan.resetAt:
                done = "done" if self.stage.now >= loan.resetAt else "ahead"
                self.seen[f"reset {done if loan.resets else 'without effect'}"] += 1
            self.seen[f"{'covered' if loan.covered else 'uncovered'} {('on time', 30, 90, 120)[passed]}"] += 1

    # -- choices --------------------------------------------------------------------------------------------------

    def loan(self) -> int:
        return self.random.choice(list(self.stage.loans))

    def seconds(self) -> int:
        return self.random.choice((1, 1, 60, DAY - self.stage.now % DAY, self.random.randint(1, 3 * DAY)))

    def cap(self, loan: Position, now: int) -> int:
        """Near what decides whether it covers, or anywhere."""
        edges = [loan.debt_up(now), -(-loan.income_reference // RAW), -(-loan.impaired_reference // RAW)]
        near = max(0, self.random.choice(edges) + self.random.choice((-1, 0, 1)))
        return self.random.choice((near, near, 0, self.random.randint(0, 2 * loan.principal + 1)))

    # -- actions --------------------------------------------------------------------------------------------------

    def draw(self) -> object:
        if len(self.stage.loans) >= self.most_loans:
            return False
        principal = self.random.choice((1, 7, self.random.randint(1, 10**24), 60_000 * WAD))
        rate = self.random.choice((0, 1, 600, self.random.randint(0, MAX_RATE_BPS)))
        cap = self.random.choice((0, principal, self.random.randint(0, 2 * principal)))
        return self.stage.draw(
            principal, rate, self.random.choice((0, 1, MONTH, self.random.randint(0, 60 * DAY))), cap,
            seconds=self.seconds(),
        )  # fmt: skip

    def pay(self) -> object:
        """A part, with or without a due time that moves."""
        number, seconds = self.loan(), self.seconds()
        loan, now = self.stage.loans[number], self.stage.now + seconds
        owed = loan.debt_up(now)
        if owed < 2:
            return False
        interest = (loan.interestRaw + loan.interest_since(now)) // RAW
        credit = self.random.choice((1, owed - 1, self.random.randint(1, owed - 1), max(1, interest), interest + 1))
        changes = {}
        if self.random.random() < 0.5:
            changes["dueAt"] = loan.dueAt + self.random.choice((MONTH, 1, DAY))
        if self.random.random() < 0.5:
            changes["cap"] = self.cap(loan, now)
        return self.stage.pay(number, min(credit, owed - 1), seconds=seconds, **changes)

    def repay(self) -> object:
        if self.random.random() < 0.5:
            return False
        return self.stage.pay(self.loan(), 2**96, seconds=self.seconds())

    def mark(self) -> None:
        number, seconds = self.loan(), self.seconds()
        cap = self.cap(self.stage.loans[number], self.stage.now + seconds)
        self.stage.push(number, seconds=seconds, cap=cap)

    def rate(self) -> None:
        self.stage.push(self.loan(), seconds=self.seconds(), rateBps=self.random.randint(0, MAX_RATE_BPS))

    def reset(self) -> None:
        """A rate from a midnight on, of which mostly one is fixed before the loan is impaired; or none any more."""
        number, seconds = self.loan(), self.seconds()
        loan, midnight = self.stage.loans[number], ((self.stage.now + seconds) // DAY + 1) * DAY
        about = loan.day(IMPAIRED_DAYS) + DAY * self.random.choice((-2, -1, -1, 0, 0, 1))
        when = max(midnight, self.random.choice((midnight, about, midnight + DAY * self.random.randint(0, 90))))
        reset = (0, 0) if self.random.random() < 0.1 else (self.random.randint(0, MAX_RATE_BPS), when)
        changes: dict[str, Any] = {"reset": reset}
        if self.random.random() < 0.3:
            changes["cap"] = self.cap(loan, self.stage.now + seconds)
        self.stage.push(number, seconds=seconds, **changes)

    def due(self) -> None:
        """Any other due time, also one that makes the loan late by more than 30, 90 or 120 days at once."""
        days = self.random.choice((0, 29, 30, 31, 60, 90, 119, 120, 121, 200, -40))
        due_at = self.stage.now - days * DAY + self.random.choice((-1, 0, 1, self.random.randint(-DAY, DAY)))
        self.stage.push(self.loan(), seconds=self.seconds(), dueAt=due_at)

    def due_ahead(self) -> None:
        """As if all had been paid up."""
        due_at = self.stage.now + self.random.randint(1, 60 * DAY)
        self.stage.push(self.loan(), seconds=self.seconds(), dueAt=due_at)

    def foreclose(self) -> object:
        if self.random.random() < 0.5:
            return False
        return self.stage.foreclose(self.loan(), seconds=self.seconds())

    def home(self) -> object:
        if self.random.random() < 0.5:
            return False
        number = self.loan()
        floor = self.random.randint(0, 2 * self.stage.loans[number].principal)
        return self.stage.take_home(number, self.stage.next_share(), floor, seconds=self.seconds())

    def home_of_several(self) -> object:
        number, seconds = self.loan(), self.seconds()
        worth = carrying_down([self.stage.loans[number]], self.stage.now + seconds)
        if worth < 2:
            return False
        paid = self.random.choice((1, worth - 1, self.random.randint(1, worth - 1)))
        return self.stage.take_home(number, self.stage.next_share(), 0, paid=paid, seconds=seconds)

    def wait(self) -> None:
        self.stage.wait_until(self.stage.now + self.random.choice((1, DAY, self.random.randint(1, 200 * DAY))))

    def bend(self) -> object:
        """To a second about which a loan's value bends."""
        later = [time for time in self.stage.bends() if time > self.stage.now]
        return self.stage.wait_until(self.random.choice(later[:12])) if later else False

    def roll(self) -> None:
        self.stage.next(self.seconds())
        self.stage.sums.roll(sender=self.stage.stranger)
