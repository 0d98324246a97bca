"""Income of houses: every deposit belongs to whoever owned a share when it came in, to the wei."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from commonhold.model.certificate import SHARES, Certificate
from commonhold.model.coin import Coin
from commonhold.model.core import Chain, Contract, require
from commonhold.model.identity import Credentials

UNIT = 10**9  # wei of coin in a unit of income


@dataclass
class HouseIncome:
    per_share: int = 0  # in UNIT
    waiting: int = 0  # wei


class Income(Contract):
    """`IncomeDistributor`."""

    key = "income"

    def __init__(
        self, chain: Chain, address: str, coin: Coin, certificate: Certificate, credentials: Credentials
    ) -> None:
        super().__init__(chain, address)
        self.coin = coin
        self.certificate = certificate
        self.credentials = credentials
        self.houses: dict[int, HouseIncome] = {}
        self.marks: defaultdict[int, int] = defaultdict(int)
        self.settled: defaultdict[str, int] = defaultdict(int)
        self.deposited = 0
        self.claimed = 0
        certificate.settle = self.settle

    # -- views ----------------------------------------------------------------------------------------------------

    def pendingOf(self, share_id: int) -> int:
        house = self.houses.get(share_id // SHARES)
        if house is None or share_id not in self.certificate.shares:
            return 0
        return (house.per_share - self.marks[share_id]) * UNIT

    def settledOf(self, wallet: str) -> int:
        return self.settled[wallet]

    def claimable(self, wallet: str, share_ids: tuple[int, ...]) -> int:
        own = {share_id for share_id in share_ids if self.certificate.owner_of(share_id) == wallet}
        return self.settled[wallet] + sum(self.pendingOf(share_id) for share_id in own)

    def houseIncome(self, property_id: int) -> tuple[int, int]:
        house = self.houses.get(property_id, HouseIncome())
        return house.per_share, house.waiting

    def totals(self) -> tuple[int, int]:
        return self.deposited, self.claimed

    # -- money in -------------------------------------------------------------------------------------------------

    def deposit(self, sender: str, property_id: int, amount: int) -> None:
        require(amount != 0, "ZeroDeposit", property_id)
        share_count = self.certificate.sharesOf(property_id)
        require(share_count != 0, "NotTokenized", property_id)
        house = self.houses.get(property_id, HouseIncome())
        units, waiting = divmod(amount + house.waiting, share_count * UNIT)
        waiting = amount + house.waiting - units * share_count * UNIT
        per_share = house.per_share + units
        require(per_share < 2**64, "IncomeOverflow", property_id, per_share)
        self.coin.check_allowance(sender, self.address, amount)
        self.coin.check_movable(sender, self.address, amount)

        self.houses[property_id] = HouseIncome(per_share, waiting)
        self.deposited += amount
        self.emit("IncomeDeposited", property_id, sender, amount, per_share)
        self.coin.spend_allowance(sender, self.address, amount)
        self.coin.pay(sender, self.address, amount)

    # -- money out ------------------------------------------------------------------------------------------------

    def check_claim(self, sender: str, share_ids: tuple[int, ...]) -> int:
        """What a claim would pay, if it may be made."""
        for share_id in share_ids:
            owner = self.certificate.owner_of(share_id)
            require(owner == sender, "NotShareOwner", share_id, sender, owner)
        amount = self.claimable(sender, share_ids)
        self._check_payable(self.credentials.currentWallet(sender), amount)
        return amount

    def claim(self, sender: str, share_ids: tuple[int, ...]) -> int:
        amount = self.check_claim(sender, share_ids)
        current = self.credentials.currentWallet(sender)
        self.settled[sender] = 0
        for share_id in share_ids:
            self._take(share_id, sender)
        self._pay(sender, current, amount)
        return amount

    def claimRecovered(self, sender: str, old_wallet: str) -> int:
        current = self.credentials.currentWallet(old_wallet)
        require(current == sender, "NotCurrentWallet", old_wallet, sender, current)
        amount = self.settled[old_wallet]
        self._check_payable(sender, amount)
        self.settled[old_wallet] = 0
        self._pay(old_wallet, sender, amount)
        return amount

    def settle(self, sender: str, share_id: int, owner: str) -> None:
        require(sender == self.certificate.address, "NotCertificate", sender)
        self.settled[owner] += self._take(share_id, owner)

    def _take(self, share_id: int, owner: str) -> int:
        amount = self.pendingOf(share_id)
        if amount:
            self.marks[share_id] = self.houses[share_id // SHARES].per_share
            self.emit("IncomeSettled", share_id, owner, amount)
        return amount

    def _check_payable(self, to: str, amount: int) -> None:
        """A payment fails as a whole if the court froze the coins that are kept here."""
        if amount:
            self.coin.check_movable(self.address, to, amount)

    def _pay(self, wallet: str, to: str, amount: int) -> None:
        if amount:
            self.claimed += amount
            self.emit("IncomeClaimed", wallet, to, amount)
            self.coin.pay(self.address, to, amount)
