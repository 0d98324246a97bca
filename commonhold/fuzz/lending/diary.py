"""What the laws remember of loans, from events of the chain alone.

What a loan owes is counted here a second time, from what was drawn, paid and fixed, and from nothing else: so it can't
depend on who poked whom (L14). Amounts are raw: wei x basis points x seconds of a year.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from commonhold.model.lending.lateness import first_midnight, is_late
from commonhold.model.lending.schedule import MONTH
from commonhold.model.money.ageing import DAY, IMPAIRED_DAYS, RAW


@dataclass
class Owed:
    """An open loan."""

    principal: int
    rate_bps: int
    at: int
    due_at: int
    interest: int = 0  # raw
    coming: tuple[int, int] | None = None  # a rate, and its reset
    waited: tuple[int, int] | None = None  # one that waited until this payment, which fixes the next
    shares: list[int] = field(default_factory=list)

    def accrue(self, now: int) -> None:
        """A rate comes into force at its reset, unless the loan has been impaired for some time then."""
        if self.coming and self.at < self.coming[1] <= now and self._is_sound_at(self.coming[1]):
            self._run(self.coming[1])
            self.rate_bps, self.coming = self.coming[0], None
        self._run(now)

    def _is_sound_at(self, second: int) -> bool:
        return second < first_midnight(self.due_at) + IMPAIRED_DAYS * DAY

    def _run(self, until: int) -> None:
        self.interest += self.principal * self.rate_bps * (until - self.at)
        self.at = until

    def credited(self, credit: int, now: int) -> None:
        self.accrue(now)
        of_interest = min(self.interest, credit * RAW)
        wei = -(-(credit * RAW - of_interest) // RAW)
        self.interest -= credit * RAW - wei * RAW
        self.principal -= wei

    def paid(self, credit: int, due_at: int, now: int) -> None:
        """A payment that moves the due time also brings a rate that has been waiting for it."""
        self.credited(credit, now)
        if due_at > self.due_at and self.waited:
            self.rate_bps = self.waited[0]
        elif due_at > self.due_at and self.coming and self.coming[1] <= now:
            self.rate_bps, self.coming = self.coming[0], None
        self.due_at, self.waited = due_at, None

    def debt_up(self, now: int) -> int:
        self.accrue(now)
        return self.principal + -(-self.interest // RAW)


@dataclass
class Diary:
    """Of one sequence."""

    applications: dict[int, tuple[str, tuple[int, ...]]] = field(default_factory=dict)  # borrower, what he asked for
    approvals: dict[int, tuple[str, int, int]] = field(default_factory=dict)  # originator, rate, last second
    drawn_once: set[int] = field(default_factory=set)
    loans: dict[int, Owed] = field(default_factory=dict)
    accepted: dict[int, str] = field(default_factory=dict)  # who agreed to sell
    surplus: dict[str, int] = field(default_factory=dict)
    fees: dict[tuple[int, int], int] = field(default_factory=dict)  # (loan, kind) -> coins
    markets: set[str] = field(default_factory=set)

    def drawn(self, loan_id: int, borrower: str, share_id: int, amount: int, fee: int, now: int) -> None:
        self.drawn_once.add(loan_id)
        self.loans[loan_id] = Owed(amount, self.approvals[loan_id][1], now, now + MONTH, shares=[share_id])
        self.add_fee(loan_id, 0, fee)

    def paid(self, loan_id: int, credit: int, fees: int, due_at: int, now: int, *, ends: bool) -> None:
        loan = self.loans[loan_id]
        self.add_fee(loan_id, 1, fees)
        if ends:
            del self.loans[loan_id]
        else:
            loan.paid(credit, due_at, now)

    def add_fee(self, loan_id: int, kind: int, coins: int) -> None:
        self.fees[loan_id, kind] = self.fees.get((loan_id, kind), 0) + coins

    def late(self, now: int, grace_days: int) -> list[int]:
        return [number for number, loan in self.loans.items() if is_late(loan.due_at, now, grace_days)]
