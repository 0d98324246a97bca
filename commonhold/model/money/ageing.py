"""How a loan loses value by itself (spec 4.3), exactly, loan by loan.

Debts are kept raw, as wei x basis points x seconds: a wei is `RAW` of them, a second's interest is principal x rate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from commonhold.model.money.fees import BPS

DAY = 86_400
YEAR = 365 * DAY
RAW = BPS * YEAR  # raw units in a wei

IMPAIRED_DAYS = 30  # the carrying value leaves the debt
INCOME_DAYS = 90  # no more income
AGED_DAYS = 120  # it has arrived at the cap
FALL_PERIOD = (AGED_DAYS - IMPAIRED_DAYS) * DAY


@dataclass(frozen=True)
class Position:
    """A loan as its book last pushed it, at `since`; `dueAt` is its oldest unpaid due time.

    From the midnight `resetAt` on, if there is one, the rate is `nextRateBps`; but not if the loan is impaired then.
    `impairedRaw` and `incomeRaw` are the debts that count from day 30 and day 90 on. They are 0 until those days have
    passed; until then the present principal and rate tell what the debt will be.
    """

    principal: int
    rateBps: int
    interestRaw: int
    since: int
    dueAt: int
    cap: int
    impairedRaw: int = 0
    incomeRaw: int = 0
    nextRateBps: int = 0
    resetAt: int = 0

    # -- the debt -------------------------------------------------------------------------------------------------

    @cached_property
    def resets(self) -> bool:
        """Whether the rate is reset, unless somebody pays before."""
        return self.resetAt != 0 and self.resetAt < self.day(IMPAIRED_DAYS)

    def interest_since(self, now: int) -> int:
        bend = min(now, self.resetAt) if self.resets else now
        return self.principal * (self.rateBps * (bend - self.since) + self.nextRateBps * (now - bend))

    def debt_raw(self, now: int) -> int:
        return self.principal * RAW + self.interestRaw + self.interest_since(now)

    def debt_up(self, now: int) -> int:
        return -(-self.debt_raw(now) // RAW)

    # -- the schedule ---------------------------------------------------------------------------------------------

    def day(self, number: int) -> int:
        """The second at which the loan is so many days past due: from the first midnight at or after the due time."""
        return -(-self.dueAt // DAY) * DAY + number * DAY

    def _reference(self, number: int, stored: int) -> int:
        return self.debt_raw(self.day(number)) if self.since <= self.day(number) else stored

    @cached_property
    def impaired_reference(self) -> int:
        return self._reference(IMPAIRED_DAYS, self.impairedRaw)

    @cached_property
    def income_reference(self) -> int:
        return self._reference(INCOME_DAYS, self.incomeRaw)

    @cached_property
    def covered(self) -> bool:
        return self.cap * RAW >= self.income_reference

    @cached_property
    def _fall(self) -> tuple[int, int, int]:
        """Of an uncovered loan: what it falls from, by how many wei, and the part of a wei that it never counts for.

        It falls by whole wei, so that the falls of all loans add up as integers, and arrives at its cap all the same.
        """
        start = self.impaired_reference
        wei, spare = divmod(start - min(start, self.cap * RAW), RAW)
        return start - spare, wei, spare

    def carrying_raw(self, now: int) -> Fraction:
        """The value in the balance sheet, in raw units."""
        return Fraction(self.carrying_scaled(now), FALL_PERIOD)

    def carrying_scaled(self, now: int) -> int:
        """The same times the seconds of a fall, which makes it a whole number."""
        if self.covered:
            return min(self.debt_raw(now), self.income_reference) * FALL_PERIOD
        start, wei, spare = self._fall
        if now <= self.day(IMPAIRED_DAYS):
            return (self.debt_raw(now) - spare) * FALL_PERIOD
        aged = min(now, self.day(AGED_DAYS)) - self.day(IMPAIRED_DAYS)
        return start * FALL_PERIOD - wei * RAW * aged

    # -- what a book pushes ---------------------------------------------------------------------------------------

    def changed(
        self,
        now: int,
        *,
        paid: int = 0,
        taken: int = 0,
        dueAt: int | None = None,
        cap: int | None = None,
        rateBps: int | None = None,
        reset: tuple[int, int] | None = None,
    ) -> Position:
        """After a payment of `paid` wei (interest first), a moved due time, a mark, a new rate, or one for later.

        Unless said otherwise the rate is the one in force, and a reset that has not yet come stays.

        While the due day stays, what counts from day 30 and from day 90 only falls: with the present debt instead of
        the least one since then, a mark after a payment would count the interest that day 30 or day 90 ended. A home
        that was taken for `taken` of what is `paid` brought no money: both fall by all of it.
        """
        owed = self.interestRaw + self.interest_since(now)
        interest_paid = min(owed, paid * RAW)
        principal_paid, spare = divmod(paid * RAW - interest_paid, RAW)
        # A payment that ends inside a wei of interest leaves a part of a wei of principal unpaid, as interest.
        principal_paid += spare > 0
        in_force = self.nextRateBps if self.resets and now >= self.resetAt else self.rateBps
        ahead = (self.nextRateBps, self.resetAt) if now < self.resetAt else (0, 0)
        next_rate, reset_at = ahead if reset is None else reset
        after = replace(
            self,
            principal=self.principal - principal_paid,
            interestRaw=owed - interest_paid + (RAW - spare if spare else 0),
            since=now,
            dueAt=self.dueAt if dueAt is None else dueAt,
            cap=self.cap if cap is None else cap,
            rateBps=in_force if rateBps is None else rateBps,
            nextRateBps=next_rate,
            resetAt=reset_at,
        )
        debt = after.debt_raw(now)
        same = after.day(0) == self.day(0)
        impaired = min(max(self.impaired_reference - taken * RAW, 0), debt) if same else debt
        income = min(max(self.income_reference - taken * RAW, 0), debt) if same else debt
        return replace(
            after,
            impairedRaw=impaired if now > after.day(IMPAIRED_DAYS) else 0,
            incomeRaw=income if now > after.day(INCOME_DAYS) else 0,
        )
