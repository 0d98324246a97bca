"""Houses' money for repairs and taxes: `IHouseEscrow` in exact integers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from commonhold.model.access import Managed
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, require
from commonhold.model.money.fees import BPS
from commonhold.model.money.price import ceil_div

MOST_MONEY = 2**96 - 1
VENDOR_FEE = 4
"""`IFeeSplitter.FeeKind`."""


@dataclass(frozen=True)
class EscrowRules:
    """In the order of `IHouseEscrow.EscrowRules`."""

    invoiceLimit: int
    windowLimit: int
    windowPeriod: int
    payeeDelay: int
    vendorFeeBps: int


@dataclass
class Payee:
    active_from: int
    vendor: bool


@dataclass
class Purse:
    """A house's money, and what of it went out."""

    balance: int = 0
    fees: int = 0
    limits: tuple[int, int] | None = None  # of an invoice and a window, once the DAO has written them
    window_from: int | None = None  # since the first release after the window before it was over
    released: int = 0
    payees: dict[str, Payee] = field(default_factory=dict)
    paid: set[bytes] = field(default_factory=set)  # invoices' hashes


class HouseEscrow(Managed):
    """`HouseEscrow`. `suite` is the model that it is part of."""

    key = "house_escrow"

    def __init__(self, suite: Any, address: str, rules: EscrowRules) -> None:
        super().__init__(suite.chain, address, suite.hub)
        self.suite = suite
        self.numbers = rules
        self.purses: defaultdict[int, Purse] = defaultdict(Purse)
        self.ballots: set[str] = set()

    # -- views ----------------------------------------------------------------------------------------------------

    def purseOf(self, house: int) -> tuple[int, tuple[int, int], int, int, int]:
        purse = self.purses.get(house, Purse())
        limits, released = self._limits(purse), self._released(purse)
        ends_at = self._window_end(purse) if self._window_runs(purse) else 0
        return purse.balance, limits, released, max(0, limits[1] - released), ends_at

    def payeeOf(self, house: int, payee: str) -> tuple[int, bool]:
        found = self.purses[house].payees.get(payee) if house in self.purses else None
        return (found.active_from, found.vendor) if found else (0, False)

    def isPaid(self, house: int, invoice: bytes) -> bool:
        return house in self.purses and invoice in self.purses[house].paid

    def isBallot(self, ballot: str) -> bool:
        return ballot in self.ballots

    def feesOf(self, house: int) -> int:
        return self.purses[house].fees if house in self.purses else 0

    def tracked(self) -> int:
        """Coins that lie here for somebody: the houses' money and fees that nobody swept."""
        return sum(purse.balance + purse.fees for purse in self.purses.values())

    def _limits(self, purse: Purse) -> tuple[int, int]:
        return purse.limits or (self.numbers.invoiceLimit, self.numbers.windowLimit)

    def _window_end(self, purse: Purse) -> int:
        return (purse.window_from or 0) + self.numbers.windowPeriod

    def _window_runs(self, purse: Purse) -> bool:
        return purse.window_from is not None and self.now < self._window_end(purse)

    def _released(self, purse: Purse) -> int:
        return purse.released if self._window_runs(purse) else 0

    def _known(self, house: int) -> bool:
        return house in self.suite.registry.houses

    # -- money in -------------------------------------------------------------------------------------------------

    def fund(self, sender: str, house: int, amount: int, source: int) -> None:
        require(self._known(house), "UnknownHouse", house)
        require(amount > 0, "NothingPaid", house)
        purse = self.purses.get(house, Purse())
        require(purse.balance + purse.fees + amount <= MOST_MONEY, "TooMuch", house, amount)
        coin = self.suite.coin
        coin.check_allowance(sender, self.address, amount)
        coin.check_movable(sender, self.address, amount)
        self.purses[house].balance += amount
        self.emit("Funded", house, sender, source, amount)
        coin.transferFrom(self.address, sender, self.address, amount)

    # -- payees ---------------------------------------------------------------------------------------------------

    def _is_manager(self, sender: str, house: int) -> bool:
        return self._known(house) and sender == self.suite.registry.managerOf(house)

    def registerPayee(self, sender: str, house: int, payee: str, vendor: bool) -> None:
        """The manager's word for himself counts from the delay on; the DAO's at once, and for one who waits."""
        by_dao = not self._is_manager(sender, house)
        if by_dao:
            self.restricted(sender, "registerPayee")
        require(self._known(house), "UnknownHouse", house)
        require(payee != ZERO_ADDRESS, "MissingPayee", house)
        require(payee != self.address, "InvalidRecipient", payee)
        active_from, _ = self.payeeOf(house, payee)
        free = active_from == 0 or (by_dao and self.now < active_from)
        require(free, "AlreadyPayee", house, payee, active_from)
        active_from = self.now if by_dao else self.now + self.numbers.payeeDelay
        self.purses[house].payees[payee] = Payee(active_from, vendor)
        self.emit("PayeeRegistered", house, payee, vendor, active_from)

    def removePayee(self, sender: str, house: int, payee: str) -> None:
        if not self._is_manager(sender, house):
            self.restricted(sender, "removePayee")
        require(self.payeeOf(house, payee)[0], "NotPayee", house, payee, 0)
        del self.purses[house].payees[payee]
        self.emit("PayeeRemoved", house, payee)

    # -- money out ------------------------------------------------------------------------------------------------

    def pay(self, sender: str, house: int, payee: str, invoice: bytes, amount: int) -> None:
        manager = self.suite.registry.managerOf(house)
        require(sender == manager, "NotManager", sender, house, manager)
        found = self._judged(house, payee, invoice, amount)
        limits, released = self._limits(self.purses[house]), self._released(self.purses[house])
        require(amount <= limits[0], "AboveInvoiceLimit", house, amount, limits[0])
        releasable = max(0, limits[1] - released)
        require(amount <= releasable, "AboveWindowLimit", house, amount, releasable)
        self._require_money(house, amount, payee, found)
        purse = self.purses[house]
        if not self._window_runs(purse):
            purse.window_from = self.now
        purse.released = released + amount
        self._pay(sender, house, payee, found, invoice, amount)

    def payByBallot(self, sender: str, house: int, payee: str, invoice: bytes, amount: int) -> None:
        require(sender in self.ballots, "NotBallot", sender)
        found = self._judged(house, payee, invoice, amount)
        self._require_money(house, amount, payee, found)
        self._pay(sender, house, payee, found, invoice, amount)

    def _judged(self, house: int, payee: str, invoice: bytes, amount: int) -> Payee:
        require(invoice != ZERO_WORD, "MissingHash", house)
        require(amount > 0, "NothingPaid", house)
        require(not self.isPaid(house, invoice), "AlreadyPaid", house, invoice)
        active_from, vendor = self.payeeOf(house, payee)
        require(active_from and self.now >= active_from, "NotPayee", house, payee, active_from)
        return Payee(active_from, vendor)

    def _require_money(self, house: int, amount: int, payee: str, found: Payee) -> None:
        balance = self.purses[house].balance
        require(amount <= balance, "NotEnough", house, amount, balance)
        self.suite.coin.check_movable(self.address, self._wallet(payee), amount - self._fee(found, amount))

    def _wallet(self, payee: str) -> str:
        wallet: str = self.suite.credentials.currentWallet(payee)
        return wallet

    def _fee(self, payee: Payee, amount: int) -> int:
        return ceil_div(amount * self.numbers.vendorFeeBps, BPS) if payee.vendor else 0

    def _pay(self, sender: str, house: int, payee: str, found: Payee, invoice: bytes, amount: int) -> None:
        purse, fee, to = self.purses[house], self._fee(found, amount), self._wallet(payee)
        purse.paid.add(invoice)
        purse.balance -= amount
        purse.fees += fee
        self.emit("InvoicePaid", house, payee, invoice, sender, to, amount, fee)
        self.suite.coin.transfer(self.address, to, amount - fee)

    def sweepFees(self, sender: str, house: int) -> int:
        coins = self.feesOf(house)
        self.emit("FeesSwept", house, coins)
        self.suite.splitter.pay(self.address, house, VENDOR_FEE, coins)
        self.purses[house].fees = 0
        return coins

    # -- the DAO --------------------------------------------------------------------------------------------------

    def setLimits(self, sender: str, house: int, invoice: int, window: int) -> None:
        self.restricted(sender, "setLimits")
        require(self._known(house), "UnknownHouse", house)
        require(invoice <= window, "LimitsOutOfOrder", invoice, window)
        self.purses[house].limits = (invoice, window)
        self.emit("LimitsSet", house, invoice, window)

    def setBallot(self, sender: str, ballot: str, allowed: bool) -> None:
        self.restricted(sender, "setBallot")
        require(self.chain.has_code(ballot), "MissingCode", ballot)
        (self.ballots.add if allowed else self.ballots.discard)(ballot)
        self.emit("BallotSet", ballot, allowed)
