"""The arithmetic of a lease with the right to buy, written from the specification, in whole wei.

It knows money and time, and nothing of shares, signatures or rights: what has to be paid, who holds how much of it,
what an ending gives to whom, and which calls are refused. Every wei that came in is somebody's at every moment
(`conserved`).
"""

from __future__ import annotations

from dataclasses import dataclass

from commonhold.model.core import require

MONTH = 2_628_000
WHOLE_BPS = 10_000


@dataclass(frozen=True)
class Rules:
    lease_fee_bps: int
    sale_fee_bps: int
    grace: int
    cure: int


@dataclass
class Flows:
    """Where the lessee's coins have gone so far (wei)."""

    paid_in: int = 0
    to_owner: int = 0
    to_lessee: int = 0
    lease_fees: int = 0
    sale_fees: int = 0


class Lease:
    """One lease. `now` is given to every call; the id stands in front of what a refusal names."""

    def __init__(
        self,
        rules: Rules,
        lease_id: int,
        now: int,
        *,
        rent: int,
        months: int,
        credit_bps: int,
        refund_bps: int,
        price: int | None,
    ) -> None:
        self.rules, self.id, self.started_at = rules, lease_id, now
        self.rent, self.months, self.price = rent, months, price
        self.fee = -(-rent * rules.lease_fee_bps // WHOLE_BPS)
        self.credit = rent * credit_bps // WHOLE_BPS
        self.refundable = self.credit * refund_bps // WHOLE_BPS
        self.paid, self.collected, self.default_at, self.open = 0, 0, 0, True
        self.flows = Flows()
        self._pay(1)

    # -- time -----------------------------------------------------------------------------------------------------

    @property
    def ends_at(self) -> int:
        return self.started_at + self.months * MONTH

    def due(self, now: int) -> int:
        """Months that have begun."""
        return min(self.months, 1 + (now - self.started_at) // MONTH)

    def counting(self, now: int) -> int:
        return min(self.paid, self.due(now))

    def unbegun(self, now: int) -> int:
        """What of the rents paid is of months to come: the lessee's."""
        return (self.paid - self.counting(now)) * (self.rent + self.fee)

    # -- money ----------------------------------------------------------------------------------------------------

    @property
    def held(self) -> int:
        flows = self.flows
        out = flows.to_owner + flows.to_lessee + flows.lease_fees + flows.sale_fees
        return flows.paid_in - out

    def conserved(self, now: int) -> bool:
        """What is held is exactly rents to come, the owner's part that he has not collected, and refundable credit."""
        if not self.open:
            return self.held == 0
        waiting = (self.counting(now) - self.collected) * (self.rent - self.refundable + self.fee)
        return self.held == self.unbegun(now) + waiting + self.counting(now) * self.refundable

    def _pay(self, rents: int) -> int:
        coins = rents * (self.rent + self.fee)
        self.paid += rents
        self.flows.paid_in += coins
        return coins

    def pay(self, now: int, rents: int) -> int:
        require(self.open, "NoLease", self.id)
        left = self.months - self.paid
        require(0 < rents <= left, "RentsOutOfRange", self.id, rents, left)
        coins = self._pay(rents)
        if self.paid >= self.due(now):
            self.default_at = 0
        return coins

    def collect(self, now: int) -> int:
        require(self.open, "NoLease", self.id)
        require(self.counting(now) > self.collected, "NothingToCollect", self.id)
        return self._collect(now)

    def _collect(self, now: int) -> int:
        rents = self.counting(now) - self.collected
        coins = rents * (self.rent - self.refundable)
        self.collected += rents
        self.flows.to_owner += coins
        self.flows.lease_fees += rents * self.fee
        return coins

    # -- default --------------------------------------------------------------------------------------------------

    def declare_default(self, now: int) -> None:
        require(self.open, "NoLease", self.id)
        require(not self.default_at, "AlreadyInDefault", self.id, self.default_at)
        require(self.paid < self.months, "NotLate", self.id, 0)
        late_at = self.started_at + self.paid * MONTH + self.rules.grace
        require(now >= late_at, "NotLate", self.id, late_at)
        self.default_at = now

    def terminate(self, now: int) -> None:
        require(self.open, "NoLease", self.id)
        require(self.default_at, "NotInDefault", self.id)
        until = self.default_at + self.rules.cure
        require(now >= until, "CureRuns", self.id, until)
        self._end(now)

    # -- the end --------------------------------------------------------------------------------------------------

    def end(self, now: int, *, moved: bool = False) -> None:
        require(self.open, "NoLease", self.id)
        require(moved or now >= self.ends_at, "LeaseRuns", self.id, self.ends_at)
        self._end(now)

    def _end(self, now: int) -> None:
        self._collect(now)
        self.flows.to_lessee += self.counting(now) * self.refundable + self.unbegun(now)
        self.open = False

    def buy(self, now: int, value: int, most: int, debt: int = 0, loan_id: int = 0) -> int:
        """What the lessee pays; `value` is the share's now. The owner gets the rest of what a loan's `debt` leaves."""
        require(self.open, "NoLease", self.id)
        require(now < self.ends_at, "TermIsOver", self.id, self.ends_at)
        require(self.paid >= self.due(now), "RentDue", self.id, self.paid, self.due(now))
        price = value if self.price is None else self.price
        credit, refundable = (part * self.counting(now) for part in (self.credit, self.refundable))
        beyond = max(0, credit - price)
        to_pay = max(0, price - credit)
        fee = -(-to_pay * self.rules.sale_fee_bps // WHOLE_BPS)
        back = refundable * beyond // credit if credit else 0
        require(to_pay <= most, "PriceAboveLimit", to_pay, most)
        to_owner = to_pay - fee + refundable - back
        require(debt <= to_owner, "DebtNotCovered", loan_id, debt, to_owner)
        self._collect(now)
        self.flows.paid_in += to_pay
        self.flows.sale_fees += fee
        self.flows.to_owner += to_owner
        self.flows.to_lessee += back + self.unbegun(now)
        self.open = False
        return to_pay
