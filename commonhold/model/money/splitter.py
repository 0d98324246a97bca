"""Fees split to the wei: `IFeeSplitter` in exact integers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from eth_utils import keccak

from commonhold.inputs.spelling import canonical_spellings
from commonhold.model.access import Hub, Managed
from commonhold.model.coin import UNLIMITED, Coin
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Chain, require
from commonhold.model.identity import Credentials
from commonhold.model.money.fees import BPS
from commonhold.model.money.treasury import Treasury
from commonhold.model.registry import Registry

MORTGAGE_COMPANY, DAO = 0, 1  # of Party


@dataclass(frozen=True)
class Split:
    """Basis points of a fee, in the order of `IFeeSplitter.Split`."""

    reserve: int
    mortgageCompany: int
    provider: int
    dao: int


def provider_key(name: str) -> bytes:
    parted = canonical_spellings(name)[1]
    return keccak(text=parted) if parted else ZERO_WORD


class Splitter(Managed):
    """`FeeSplitter`: a fee is 10,000 equal parts of whole wei and a rest, which is the reserve's."""

    key = "splitter"

    def __init__(
        self,
        chain: Chain,
        address: str,
        hub: Hub,
        coin: Coin,
        treasury: Treasury,
        registry: Registry,
        credentials: Credentials,
        split: Split,
    ) -> None:
        super().__init__(chain, address, hub)
        self.coin = coin
        self.treasury = treasury
        self.registry = registry
        self.credentials = credentials
        self.split_bps = split
        self.payees: dict[int, str] = {}
        self.owed: defaultdict[int, int] = defaultdict(int)  # by party
        self.provider_payees: dict[bytes, str] = {}
        self.provider_owed: defaultdict[bytes, int] = defaultdict(int)
        coin.allowances[address, treasury.address] = UNLIMITED

    # -- views ----------------------------------------------------------------------------------------------------

    def owedTo(self, party: int) -> int:
        return self.owed[party]

    def owedToProvider(self, key: bytes) -> int:
        return self.provider_owed[key]

    def totalOwed(self) -> int:
        return sum(self.owed.values()) + sum(self.provider_owed.values())

    def payeeOf(self, party: int) -> str:
        return self.payees.get(party, ZERO_ADDRESS)

    def payeeOfProvider(self, key: bytes) -> str:
        return self.provider_payees.get(key, ZERO_ADDRESS)

    def providerKeyOf(self, property_id: int) -> bytes:
        house = self.registry.houses.get(property_id)
        return provider_key(house.terms.provider) if house else ZERO_WORD

    def quote(self, amount: int) -> tuple[int, int, int, int]:
        """Below coverage 1 all of it is the reserve's."""
        part = amount // BPS if self.treasury.price().covered else 0
        split = self.split_bps
        others = part * split.mortgageCompany, part * split.provider, part * split.dao
        return amount - sum(others), *others

    # -- fees -----------------------------------------------------------------------------------------------------

    def pay(self, sender: str, property_id: int, kind: int, amount: int) -> int:
        require(amount > 0, "NoFee", property_id, kind)
        key = self.providerKeyOf(property_id)
        require(key != ZERO_WORD, "UnknownHouse", property_id)
        to_reserve, mortgage_company, provider, dao = self.quote(amount)
        self.coin.check_allowance(sender, self.address, amount)
        self.coin.check_movable(sender, self.address, amount)
        self._check_burn(to_reserve, amount)
        self.emit("FeePaid", property_id, kind, sender, amount, to_reserve)
        self.coin.transferFrom(self.address, sender, self.address, amount)
        self.owed[MORTGAGE_COMPANY] += mortgage_company
        self.owed[DAO] += dao
        self.provider_owed[key] += provider
        self._burn(to_reserve)
        return to_reserve

    def skim(self, sender: str) -> int:
        held, owed = self.coin.balanceOf(self.address), self.totalOwed()
        require(held > owed, "NothingToSkim", held, owed)
        self._check_burn(held - owed, 0)
        self.emit("Skimmed", sender, held - owed)
        self._burn(held - owed)
        return held - owed

    def _check_burn(self, coins: int, coming: int) -> None:
        """The court may have frozen what lies here."""
        free = max(0, self.coin.balanceOf(self.address) + coming - self.coin.frozen[self.address])
        require(coins <= free, "ERC7943InsufficientUnfrozenBalance", self.address, coins, free)

    def _burn(self, coins: int) -> None:
        if coins:
            self.treasury.burnIntoEquity(self.address, coins)

    # -- payees ---------------------------------------------------------------------------------------------------

    def claim(self, sender: str, party: int, to: str) -> int:
        self._require_payee(sender, self.payeeOf(party))
        amount = self._check_payable(self.owed[party], to)
        self.owed[party] = 0
        self.emit("FeesClaimed", party, to, amount)
        self.coin.transfer(self.address, to, amount)
        return amount

    def claimAsProvider(self, sender: str, key: bytes, to: str) -> int:
        self._require_payee(sender, self.payeeOfProvider(key))
        amount = self._check_payable(self.provider_owed[key], to)
        self.provider_owed[key] = 0
        self.emit("ProviderFeesClaimed", key, to, amount)
        self.coin.transfer(self.address, to, amount)
        return amount

    def _require_payee(self, sender: str, payee: str) -> None:
        current = self.credentials.currentWallet(payee)
        require(sender == current, "NotPayee", sender, current)

    def _check_payable(self, amount: int, to: str) -> int:
        require(amount > 0, "NothingOwed")
        self.coin.check_movable(self.address, to, amount)
        return amount

    def setPayee(self, sender: str, party: int, payee: str) -> None:
        self.restricted(sender, "setPayee")
        self.emit("PayeeSet", party, self.payeeOf(party), payee)
        self.payees[party] = payee

    def setProviderPayee(self, sender: str, provider: str, payee: str) -> None:
        self.restricted(sender, "setProviderPayee")
        key = provider_key(provider)
        require(key != ZERO_WORD, "UnreadableProvider", provider)
        self.emit("ProviderPayeeSet", key, provider, self.payeeOfProvider(key), payee)
        self.provider_payees[key] = payee
