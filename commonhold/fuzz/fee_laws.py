"""L20: fees split exactly, stated on the splitter's events and views alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from commonhold.fuzz.actions import Action
from commonhold.fuzz.port import Sent
from commonhold.fuzz.world import Violation, World
from commonhold.model.money.fees import BPS
from commonhold.model.money.splitter import DAO, MORTGAGE_COMPANY


@dataclass
class Fees:
    """What the splitter's events told of a sequence, on top of what was owed when it began."""

    began_with: int
    paid: int = 0
    reserved: int = 0
    claimed: int = 0
    keys: set[bytes] = field(default_factory=set)


class FeeLaws:
    """Watches the splitter of one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def fees(self) -> Fees:
        found: Fees | None = self.world.ghosts.get("fees")
        if found is None:
            found = self.world.ghosts["fees"] = Fees(self.world.port.view("splitter", "totalOwed"))
        return found

    def after(self, action: Action, sent: Sent | None) -> None:
        fees = self.fees
        if sent is None:
            return
        touched = False
        for event in sent.events:
            if event.contract != "splitter":
                continue
            touched = True
            if event.name == "FeePaid":
                house, _, _, amount, to_reserve = event.arguments
                fees.paid, fees.reserved = fees.paid + amount, fees.reserved + to_reserve
                fees.keys.add(self.world.port.view("splitter", "providerKeyOf", house))
                if not 0 <= to_reserve <= amount or (amount - to_reserve) % (amount // BPS or 1):
                    raise Violation("L20", f"of {amount} the reserve gets {to_reserve}")
            elif event.name in ("FeesClaimed", "ProviderFeesClaimed"):
                fees.claimed += event.arguments[2]
        if touched:
            self.check()

    def check(self) -> None:
        """All that came is the reserve's, claimed or owed, and the coins for it lie there."""
        world, fees = self.world, self.fees
        owed = world.check_view("splitter", "totalOwed")
        parties = sum(world.check_view("splitter", "owedTo", party) for party in (MORTGAGE_COMPANY, DAO))
        providers = sum(world.check_view("splitter", "owedToProvider", key) for key in sorted(fees.keys))
        if parties + providers != owed or fees.began_with + fees.paid != fees.reserved + fees.claimed + owed:
            raise Violation("L20", f"{fees}, {owed} are owed: {parties} to parties, {providers} to providers")
        if world.port.view("coin", "balanceOf", world.port.addresses["splitter"]) < owed:
            raise Violation("L20", f"{owed} are owed and not there")
        for amount in (1, 9_999, 10_001, 10**21 + 7):
            if sum(world.check_view("splitter", "quote", amount)) != amount:
                raise Violation("L20", f"parts of {amount} are not the whole")
