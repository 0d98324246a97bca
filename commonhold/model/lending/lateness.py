"""How late a loan is (spec 3 and 4.3): days past due, grace, and the fee that each late instalment costs once.

Days past due run from the first midnight UTC at or after a due time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from commonhold.model.lending.schedule import MONTH
from commonhold.model.money.ageing import DAY


def first_midnight(due_at: int) -> int:
    return -(-due_at // DAY) * DAY


def days_past_due(due_at: int, now: int) -> int:
    return max(0, (now - first_midnight(due_at)) // DAY)


def is_late(due_at: int, now: int, grace_days: int) -> bool:
    """Past due beyond grace."""
    return now > first_midnight(due_at) + grace_days * DAY


@dataclass
class Progress:
    """Where a loan stands in its schedule. Instalment k is due k months after the draw; the first `paid` are met."""

    started_at: int
    instalments: int
    paid: int = 0
    towards: int = 0
    """Paid of the oldest unpaid one."""

    def due(self, number: int) -> int:
        return self.started_at + number * MONTH

    @property
    def due_at(self) -> int:
        """Of the oldest unpaid one."""
        return self.due(self.paid + 1)

    @property
    def last_due_at(self) -> int:
        return self.due(self.instalments)

    def credited(self, credit: int, instalment: int, now: int) -> Progress:
        """After a payment: the due time moves past each instalment that is met, but past none that is due more than a
        month ahead, and never past the last, which is all that is left. What is beyond counts towards nothing."""
        paid, towards = self.paid, self.towards + credit
        while self._takes(paid, now) and towards >= instalment:
            paid, towards = paid + 1, towards - instalment
        return Progress(self.started_at, self.instalments, paid, towards if self._takes(paid, now) else 0)

    def _takes(self, paid: int, now: int) -> bool:
        """Whether the instalment after the first `paid` can be met by a payment now."""
        return paid + 1 < self.instalments and self.due(paid + 1) <= now + MONTH

    def late(self, now: int, grace_days: int) -> Iterator[int]:
        """Numbers of the unpaid instalments that are late, in order."""
        number = self.paid + 1
        while number <= self.instalments and is_late(self.due(number), now, grace_days):
            yield number
            number += 1


@dataclass
class LateFees:
    """What late instalments cost: a part of the instalment agreed at the draw, each once, however long it stays unpaid.

    They are counted at payments; one that was paid before it was counted never is.
    """

    each: int
    grace_days: int
    counted: int = 0
    """The number of the last instalment that was."""
    owed: int = 0

    def _uncounted(self, progress: Progress, now: int) -> list[int]:
        return [number for number in progress.late(now, self.grace_days) if number > self.counted]

    def due(self, progress: Progress, now: int) -> int:
        return self.owed + self.each * len(self._uncounted(progress, now))

    def count(self, progress: Progress, now: int) -> None:
        late = self._uncounted(progress, now)
        if late:
            self.owed, self.counted = self.owed + self.each * len(late), late[-1]
