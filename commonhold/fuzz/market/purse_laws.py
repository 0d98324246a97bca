"""The laws of houses' money (T24), counted from events alone: what came in, to whom it went, within which limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from commonhold.fuzz.actions import Action
from commonhold.fuzz.market.bystander import BPS, Bystander, Told
from commonhold.fuzz.market.scene import ESCROW_RULES
from commonhold.fuzz.world import Violation

PURSES = "house_escrow"


@dataclass
class HousePurse:
    paid_in: int = 0
    paid_out: int = 0
    kept: int = 0  # of vendors' invoices
    swept: int = 0
    invoices: set[bytes] = field(default_factory=set)
    payees: dict[str, tuple[int, bool]] = field(default_factory=dict)
    released: list[tuple[int, int]] = field(default_factory=list)  # by managers: when, how much
    highest: int = ESCROW_RULES.windowLimit  # that a window's limit ever was
    limits: tuple[int, int] = (ESCROW_RULES.invoiceLimit, ESCROW_RULES.windowLimit)

    @property
    def left(self) -> int:
        return self.paid_in - self.paid_out - self.kept


@dataclass
class PurseDiary:
    purses: defaultdict[int, HousePurse] = field(default_factory=lambda: defaultdict(HousePurse))
    ballots: set[str] = field(default_factory=set)
    given: int = 0  # nobody's

    def held(self, now: int) -> int:
        return self.given + sum(one.left + one.kept - one.swept for one in self.purses.values())


class PurseLaws(Bystander):
    """Watches the purses of a world."""

    contract = PURSES
    begin = PurseDiary

    @property
    def diary(self) -> PurseDiary:
        return self._diary(PurseDiary)

    def _funded(self, action: Action, house: int, giver: str, source: int, coins: int) -> None:
        self.diary.purses[house].paid_in += coins

    def _payee_registered(self, action: Action, house: int, payee: str, vendor: bool, active_from: int) -> None:
        by_dao = action.sender == "dao"
        if active_from < action.at + (0 if by_dao else ESCROW_RULES.payeeDelay):
            raise Violation("purses", f"{action}: {payee} can be paid from {active_from}")
        self.diary.purses[house].payees[payee] = active_from, vendor

    def _payee_removed(self, action: Action, house: int, payee: str) -> None:
        del self.diary.purses[house].payees[payee]

    def _invoice_paid(
        self, action: Action, house: int, payee: str, word: bytes, by: str, to: str, coins: int, fee: int
    ) -> None:
        """T24: once, to a payee in his time, within the limits unless by ballot."""
        purse = self.diary.purses[house]
        if word in purse.invoices:
            raise Violation("T24", f"{action}: invoice {word.hex()} is paid twice")
        active_from, vendor = purse.payees.get(payee, (2**256, False))
        if action.at < active_from or self._today(payee) != to:
            raise Violation("T24", f"{action}: {payee} is no payee before {active_from}, or {to} is not he")
        if fee != (-(-coins * ESCROW_RULES.vendorFeeBps // BPS) if vendor else 0):
            raise Violation("L20", f"{action}: a fee of {fee}")
        purse.invoices.add(word)
        purse.paid_out += coins - fee
        purse.kept += fee
        if purse.left < 0:
            raise Violation("T24", f"{action}: {coins} paid of {purse.left + coins}")
        if action.function == "payByBallot":
            if by not in self.diary.ballots:
                raise Violation("T24", f"{action}: {by} has no row")
        else:
            self._check_window(action, house, purse, coins)

    def _check_window(self, action: Action, house: int, purse: HousePurse, coins: int) -> None:
        if self.world.names.address(action.sender) != self.world.port.view("registry", "managerOf", house):
            raise Violation("T24", f"{action}: not by the manager of {house}")
        purse.released.append((action.at, coins))
        self.world.check_view(PURSES, "purseOf", house)
        since = action.at - ESCROW_RULES.windowPeriod
        total = sum(part for at, part in purse.released if at > since)
        if coins > purse.limits[0] or total > 2 * purse.highest:
            raise Violation("T24", f"{action}: {coins} released, {total} in 30 days, limits {purse.limits}")

    def _purse_fees_swept(self, action: Action, house: int, coins: int) -> None:
        purse = self.diary.purses[house]
        purse.swept += coins
        if purse.swept != purse.kept:
            raise Violation("L20", f"{action}: {coins} swept, {purse.kept - purse.swept} are left")

    def _limits_set(self, action: Action, house: int, of_invoice: int, of_window: int) -> None:
        purse = self.diary.purses[house]
        purse.limits, purse.highest = (of_invoice, of_window), max(purse.highest, of_window)

    def _ballot_set(self, action: Action, ballot: str, allowed: bool) -> None:
        (self.diary.ballots.add if allowed else self.diary.ballots.discard)(ballot)

    def audit(self) -> None:
        """Every house has what came in less what went out; every page is the model's."""
        world = self.world
        for house in (0, *world.model.registry.houses, 9):
            page = world.check_view(PURSES, "purseOf", house)
            fees = world.check_view(PURSES, "feesOf", house)
            purse = self.diary.purses.get(house, HousePurse())
            if (page[0], fees) != (purse.left, purse.kept - purse.swept):
                raise Violation("purses", f"house {house} has {page[0]} and fees {fees}, by the diary {purse.left}")
            for person in world.cast.people:
                world.check_view(PURSES, "payeeOf", house, person)
        for person in world.cast.people:
            world.check_view(PURSES, "isBallot", person)


PURSE_EVENTS: Mapping[str, Told] = {
    "Funded": PurseLaws._funded,
    "PayeeRegistered": PurseLaws._payee_registered,
    "PayeeRemoved": PurseLaws._payee_removed,
    "InvoicePaid": PurseLaws._invoice_paid,
    "FeesSwept": PurseLaws._purse_fees_swept,
    "LimitsSet": PurseLaws._limits_set,
    "BallotSet": PurseLaws._ballot_set,
}
PurseLaws.events = {(PURSES, name): told for name, told in PURSE_EVENTS.items()}
