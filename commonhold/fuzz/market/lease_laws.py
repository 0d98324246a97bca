"""The laws of leases, counted from events alone: who owes whom what, whose the use is, when what may end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from commonhold.fuzz.actions import Action
from commonhold.fuzz.market.bystander import BPS, HIS_COINS, Bystander, Told
from commonhold.fuzz.market.scene import LEASE_RULES
from commonhold.fuzz.world import Violation
from commonhold.model.core import ZERO_ADDRESS
from commonhold.model.lending.schedule import MONTH

LEASES = "lease_to_buy"
SALE, LEASE = 2, 3
"""Kinds of fees."""

OWN_FAULTS = {
    "pay": frozenset({"NoLease", "RentsOutOfRange", "ShareIsMoved"}) | HIS_COINS,
    "collect": frozenset({"NoLease", "NothingToCollect"}) | HIS_COINS,
    "end": frozenset({"NoLease", "LeaseRuns"}) | HIS_COINS,
    "terminate": frozenset({"NoLease", "NotOwner", "ShareIsMoved", "NotInDefault", "CureRuns"}) | HIS_COINS,
}
"""L15: why paying, collecting and ending may be refused; no stop, freeze of a share or oracle is among it. Coins that
the court froze, the payer's or those that lie here, are."""


@dataclass
class Standing:
    """A lease, by the events it was told in."""

    share: int
    owner: str
    lessee: str
    rent: int
    months: int
    credit: int
    refundable: int
    fee: int
    price: int  # 0: of the day
    began: int
    paid: int = 0
    collected: int = 0
    default_at: int = 0

    def begun(self, now: int) -> int:
        return min(self.months, (now - self.began) // MONTH + 1)

    def counting(self, now: int) -> int:
        return min(self.paid, self.begun(now))

    def owed_to_owner(self, now: int) -> int:
        return (self.counting(now) - self.collected) * (self.rent - self.refundable)

    def owed_to_lessee(self, now: int) -> int:
        early = self.paid - self.counting(now)
        return self.counting(now) * self.refundable + early * (self.rent + self.fee)

    def fees_waiting(self, now: int) -> int:
        return (self.counting(now) - self.collected) * self.fee


@dataclass
class LeaseDiary:
    leases: dict[int, Standing] = field(default_factory=dict)
    fees: defaultdict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    acted: set[tuple[str, int]] = field(default_factory=set)  # nonces of owners that a lease was signed with
    given: int = 0  # coins that came without a call of the leases: nobody's

    def held(self, now: int) -> int:
        """What must lie there."""
        owed = sum(
            one.owed_to_owner(now) + one.owed_to_lessee(now) + one.fees_waiting(now) for one in self.leases.values()
        )
        return owed + sum(self.fees.values()) + self.given


class LeaseLaws(Bystander):
    """Watches the leases of a world."""

    contract = LEASES
    begin = LeaseDiary
    own_faults = OWN_FAULTS

    @property
    def diary(self) -> LeaseDiary:
        return self._diary(LeaseDiary)

    def _signed(self, action: Action, lease_id: int, share: int, lessee: str, word: bytes, terms: Any) -> None:
        diary, (owner, _, named, rent, months, credit_bps, refund_bps, _, price, _, until, nonce) = self.diary, terms
        if (owner, nonce) in diary.acted:
            raise Violation("L19", f"{action}: an offer of {owner} acts again, {nonce}")
        if any(one.share == share for one in diary.leases.values()):
            raise Violation("leases", f"{action}: share {share} is let twice")
        if action.at > until or lessee != self.world.names.address(action.sender) or named != lessee:
            raise Violation("leases", f"{action}: signed by {lessee} at {action.at}, offered to {named} until {until}")
        diary.acted.add((owner, nonce))
        credit = rent * credit_bps // BPS
        refundable = credit * refund_bps // BPS
        fee = -(-rent * LEASE_RULES.lease_fee_bps // BPS)
        diary.leases[lease_id] = Standing(share, owner, lessee, rent, months, credit, refundable, fee, price, action.at)

    def _rent_paid(self, action: Action, lease_id: int, payer: str, rents: int, coins: int, paid: int) -> None:
        one = self.diary.leases[lease_id]
        one.paid += rents
        if coins != rents * (one.rent + one.fee) or one.paid != paid or not one.paid <= one.months:
            raise Violation(
                "leases", f"{action}: {rents} rents for {coins}, {paid} are told to be paid, not {one.paid}"
            )
        if one.paid >= one.begun(action.at):
            one.default_at = 0

    def _rent_collected(self, action: Action, lease_id: int, owner: str, rents: int, coins: int, fees: int) -> None:
        one = self.diary.leases[lease_id]
        due = (one.owed_to_owner(action.at), one.fees_waiting(action.at))
        if (coins, fees) != due or self._today(one.owner) != owner:
            raise Violation("leases", f"{action}: {coins} and fees {fees} for {owner}, who is owed {due}")
        one.collected += rents
        self.diary.fees[one.share // 256, LEASE] += fees

    def _default_declared(self, action: Action, lease_id: int, due_at: int) -> None:
        one = self.diary.leases[lease_id]
        late_at = one.began + one.paid * MONTH + LEASE_RULES.grace
        if one.paid == one.months or action.at < late_at or one.default_at:
            raise Violation("leases", f"{action}: no rent is late before {late_at}")
        one.default_at = action.at

    def _ended(self, action: Action, lease_id: int, share: int, why: int, to_lessee: int) -> None:
        """All that is the lessee's goes back to him, whatever ends it; in its time."""
        one = self.diary.leases.pop(lease_id)
        if to_lessee != one.owed_to_lessee(action.at) or one.owed_to_owner(action.at):
            raise Violation(
                "leases", f"{action}: {to_lessee} to the lessee, who is owed {one.owed_to_lessee(action.at)}"
            )
        uncured = bool(one.default_at) and action.at >= one.default_at + LEASE_RULES.cure
        over = action.at >= one.began + one.months * MONTH
        moved = self._today(self._owner_of(share)) != self._today(one.owner)
        if not (uncured, over, moved)[why]:
            raise Violation("leases", f"{action} ended lease {lease_id} before its time")

    def _bought(
        self, action: Action, lease_id: int, share: int, lessee: str, price: int, purchase: Any, debt: int
    ) -> None:
        """4.10 and spec 3: credit never exceeds the price; what was held for him pays, what is beyond goes back."""
        one, now = self.diary.leases.pop(lease_id), action.at
        used, to_pay, sale_fee, to_owner, to_lessee = purchase
        credit = one.counting(now) * one.credit
        held = one.owed_to_lessee(now)
        if used != min(credit, price) or used + to_pay != price or (one.price and one.price != price):
            raise Violation("leases", f"{action}: {used} of {credit} credited, {to_pay} paid, for {price}")
        if to_pay - sale_fee + held != to_owner + to_lessee or debt > to_owner:
            raise Violation("leases", f"{action}: {to_pay} and {held} came, {to_owner}, {to_lessee}, {sale_fee} go")
        if sale_fee != -(-to_pay * LEASE_RULES.sale_fee_bps // BPS):
            raise Violation("L20", f"{action}: a fee of {sale_fee}")
        if now >= one.began + one.months * MONTH or one.paid < one.begun(now):
            raise Violation("leases", f"{action}: the term was over, or a rent due")
        if self._owner_of(share) != lessee or self._today(one.lessee) != lessee:
            raise Violation("leases", f"{action}: share {share} is not its lessee's")
        self.diary.fees[share // 256, SALE] += sale_fee

    def _lease_fees_swept(self, action: Action, house: int, kind: int, coins: int) -> None:
        if self.diary.fees.pop((house, kind), 0) != coins:
            raise Violation("L20", f"{action}: {coins} swept")

    def _lien_placed(self, action: Action, share: int, holder: str, owner: str) -> None:
        if any(one.share == share for one in self.diary.leases.values()):
            raise Violation("leases", f"{action} placed a lien on share {share}, which is let")

    def _share_moved(self, action: Action, giver: str, to: str, share: int) -> None:
        """A sale never takes a share away under a lease: only court, foreclosure and recovery do."""
        let = any(one.share == share for one in self.diary.leases.values())
        if action.contract == LEASES:
            bought = self.diary.leases[action.arguments[0]] if action.function == "buy" else None
            if not bought or (bought.share, self._today(bought.owner)) != (share, self._today(giver)):
                raise Violation("L12", f"{action} took share {share} of {giver}")
        if let and giver != to and action.contract in ("market", "book"):
            raise Violation("leases", f"{action} sold share {share} over its lessee's head")

    def _owner_of(self, share: int) -> str:
        found: str = self.world.port.view("certificate", "ownerOf", share)
        return found

    # -- everything -----------------------------------------------------------------------------------------------

    def audit(self) -> None:
        """Every page is the model's; every share says whom it is let to, as long as the lease stands."""
        world, diary = self.world, self.diary
        for lease_id in range(world.model.lease_to_buy.last + 2):
            world.check_view(LEASES, "leaseOf", lease_id)
        self._audit_shares({one.share: lease_id for lease_id, one in diary.leases.items()})
        for lease_id, one in diary.leases.items():
            self._audit_use(lease_id, one)
            world.check_view(LEASES, "quote", lease_id, one.price or one.rent * 7)
        for house in (0, *world.model.registry.houses, 9):
            for kind in (SALE, LEASE):
                fees = world.port.view(LEASES, "feesOf", house, kind)
                if fees != diary.fees.get((house, kind), 0):
                    raise Violation("L20", f"fees of kind {kind} of house {house} are {fees}")
        for person in world.cast.people:
            epoch = world.check_view(LEASES, "epochOf", person)
            world.check_view(LEASES, "isLive", person, epoch << 8)

    def _audit_shares(self, let: Mapping[int, int]) -> None:
        world, at = self.world, self.world.port.addresses[LEASES]
        for share in world.model.certificate.shares:
            world.check_view(LEASES, "offerOf", world.model.certificate.owner_of(share), share)
            world.check_view(LEASES, "termsOf", share)
            lease_id = world.port.view(LEASES, "leaseOfShare", share)
            holder = world.port.view("certificate", "encumbrancesOf", share)[1]
            if lease_id != let.get(share, 0) or (holder == at) != (share in let):
                raise Violation("leases", f"share {share} is under lease {lease_id} of {holder}, by the diary {let}")

    def _audit_use(self, lease_id: int, one: Standing) -> None:
        """He has the use, in his wallet of then or of today, up to the last second of a term that no freeze moves."""
        world = self.world
        user = world.port.view("certificate", "userOf", one.share)
        ends_at = one.began + one.months * MONTH
        is_his = user != ZERO_ADDRESS and self._today(user) == self._today(one.lessee)
        if is_his != (world.model.chain.now < ends_at):
            raise Violation("leases", f"lease {lease_id} of {one.lessee} until {ends_at}, but {user} has the use")
        if world.port.view("certificate", "userExpires", one.share) != ends_at - 1:
            raise Violation("leases", f"lease {lease_id} ends at {ends_at}")

    # -- the end --------------------------------------------------------------------------------------------------

    def end(self) -> None:
        """Nobody's coins can be stuck: in a branch that is rolled back all terms run out, strangers end all leases and
        sweep all fees, and only what was given stays."""
        world, diary = self.world, self.diary
        before = world.port.snapshot()
        try:
            terms = [one.began + one.months * MONTH for one in diary.leases.values()]
            world.port.set_time(max(world.port.engine.now(), *terms, 0) + 1)
            self._must("court", "coin", "setFrozenTokens", world.port.addresses[LEASES], 0)
            houses = {house for (house, kind), coins in diary.fees.items() if coins and kind == LEASE}
            for lease_id, one in list(diary.leases.items()):
                self._must("attacker", LEASES, "end", lease_id)
                houses.add(one.share // 256)
            for house in sorted(houses):
                if world.port.view(LEASES, "feesOf", house, LEASE):
                    self._must("attacker", LEASES, "sweepFees", house, LEASE)
            for (house, kind), coins in diary.fees.items():
                if coins and kind == SALE:
                    self._must("attacker", LEASES, "sweepFees", house, SALE)
            held = world.port.view("coin", "balanceOf", world.port.addresses[LEASES])
            if held != diary.given:
                raise Violation("leases", f"{held} coins are left when all leases are over, {diary.given} were given")
        finally:
            world.port.restore(before)


LEASE_EVENTS: Mapping[str, Told] = {
    "LeaseSigned": LeaseLaws._signed,
    "RentPaid": LeaseLaws._rent_paid,
    "RentCollected": LeaseLaws._rent_collected,
    "DefaultDeclared": LeaseLaws._default_declared,
    "LeaseEnded": LeaseLaws._ended,
    "LeaseBought": LeaseLaws._bought,
    "FeesSwept": LeaseLaws._lease_fees_swept,
}
SHARE_EVENTS: Mapping[str, Told] = {
    "LienPlaced": LeaseLaws._lien_placed,
    "Transfer": LeaseLaws._share_moved,
}
LeaseLaws.events = {
    **{(LEASES, name): told for name, told in LEASE_EVENTS.items()},
    **{("certificate", name): told for name, told in SHARE_EVENTS.items()},
}
