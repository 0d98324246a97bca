"""The world in which gas is measured: the suite as the recipe deploys it, some people, and what they can do.

Everything here is set-up: it brings about the states that the rows name. What is measured is in `chapters`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from commonhold.engines import wallets
from commonhold.engines.base import Contract
from commonhold.gasbench.engine import Call, RpcEngine
from commonhold.gasbench.node import GENESIS_TIME
from commonhold.recipe import Suite
from commonhold.recipe.buying import give_coins

COIN = 10**18  # wei of a coin, and of a dollar's price
YEAR = 365 * 24 * 3600
EXPIRES_AT = GENESIS_TIME + 10 * YEAR
DEADLINE = GENESIS_TIME + 5 * YEAR
INCOME = 1_234 * COIN  # leaves a remainder for most share counts
UNLIMITED = 2**256 - 1
JURISDICTION = 840
FIRST_PERSON = 32  # accounts below belong to the parameters' roles and wallets


@dataclass(frozen=True)
class House:
    """A tokenized house."""

    id: int
    shares: int

    def share(self, number: int) -> int:
        """The id of share `number`, counted from 1."""
        return self.id * 256 + number


class World:
    """The suite on a chain with people in it.

    `seller` and `holder` own houses, `newcomer` holds nothing but a credential, `payer` has coins and lets the income
    contract take them; `stranger` has nothing at all, nor has `heir`, who takes the place of lost wallets.
    """

    def __init__(self, engine: RpcEngine, suite: Suite) -> None:
        self.engine = engine
        self.suite = suite
        self.council, self.court = self._account("roles.council"), self._account("roles.court")
        self.registrar, self.issuer = self._account("roles.registrar"), self._account("roles.issuer")
        self.guardian, self.underwriter = self._account("roles.guardian"), self._account("roles.underwriter")
        self.second_underwriter = self._account("roles.mediator")  # where one may not approve as much
        nodes = suite.parameters.value("oracle.nodes")
        self.node_keys = [wallets.private_key(engine.accounts[node]) for node in nodes]
        named = suite.parameters.value("local.wallets")
        self.manager, self.holding_entity = (engine.accounts[named[who]] for who in ("manager", "holding_entity"))
        people = engine.accounts[FIRST_PERSON:]
        self.seller, self.holder, self.newcomer, self.payer, self.stranger, self.heir = people
        self.plain721 = engine.deploy("TestPlainERC721", sender=self.stranger)
        self.plain20 = engine.deploy("TestPlainERC20", sender=self.stranger)

    def _account(self, role: str) -> str:
        """The first holder of a role of the parameters."""
        holders = self.suite.parameters.value(role)
        return self.engine.accounts[holders[0] if isinstance(holders, list) else holders]

    def populate(self) -> None:
        """What all rows start from."""
        for wallet in (self.seller, self.holder, self.newcomer, self.payer):
            self.engine.run(self.issue_call(wallet))
        self.mint(self.payer, 1_000_000 * COIN)
        self.suite.coin.approve(self.suite.income, UNLIMITED, sender=self.payer)
        self.house(owner=self.seller)
        house = self.house(owner=self.holder)
        self.pay_income(house)
        self.claim(self.holder, house.share(1))

    def as_dao(self, target: Contract, function: str, *args: Any) -> None:
        """A call by the timelock: scheduled by the council, executed after the delay."""
        timelock = self.suite.timelock
        delay = timelock.getMinDelay()
        operation = (target, 0, getattr(target, function).encode(*args), bytes(32), bytes(32))
        timelock.schedule(*operation, delay, sender=self.council)
        self.engine.advance(delay)
        timelock.execute(*operation, sender=self.council)

    def sign(self, signer: str, contract: Contract, struct: str, message: dict[str, tuple[str, Any]]) -> bytes:
        """An EIP-712 signature for a contract that tells its domain by ERC-5267; `message` is {name: (type, value)}."""
        told = contract.eip712Domain()
        domain = {
            "name": told.name,
            "version": told.version,
            "chainId": told.chainId,
            "verifyingContract": told.verifyingContract,
        }
        types = {struct: [{"name": name, "type": kind} for name, (kind, _) in message.items()]}
        values = {name: value for name, (_, value) in message.items()}
        return self.engine.sign_typed_data(signer, domain, types, values)

    # ------------------------------------------------------------------------------------------------------- identity

    def issue_call(self, wallet: str) -> Call:
        args = (wallet, owner_id(wallet), EXPIRES_AT, JURISDICTION, 1)
        return Call(self.issuer, self.suite.credentials, "issue", args)

    def recover(self, old: str, new: str) -> None:
        """Lets `new` take the place of `old`; the shares stay where they are."""
        credentials = self.suite.credentials
        credentials.startRecovery(old, new, sender=self.issuer)
        self.engine.advance(credentials.recoveryPeriod())
        credentials.finishRecovery(old, sender=new)

    # ------------------------------------------------------------------------------------------------------- property

    def register_call(self, number: int, shares: int = 8) -> Call:
        """Registers the house with this number; equally long texts for all of them, no zeros in front to drop."""
        serial = 100_000 + number
        terms = {
            "provider": "First Registry Services",
            "providerPropertyId": f"FRS-2026-{serial}",
            "jurisdiction": "US-MA-009",
            "parcel": f"PARCEL-{serial}",
            "titleReference": f"Book 1234, page {serial}",
            "holdingEntity": self.holding_entity,
            "manager": self.manager,
            "shareCount": shares,
            "firstPriceUsd": 25_000 * COIN,
            "listingUri": f"https://listings.example/homes/{serial}",
            "descriptionUri": f"https://documents.example/homes/{serial}.json",
            "descriptionSha256": hashlib.sha256(f"description {number}".encode()).digest(),
        }
        return Call(self.registrar, self.suite.registry, "register", (terms,))

    def tokenize_call(self, house: House, owner: str) -> Call:
        return Call(self.registrar, self.suite.certificate, "tokenize", (house.id, owner))

    def registered(self, shares: int = 8) -> House:
        """One more registered house, not tokenized yet."""
        number = self.suite.registry.propertyCount() + 1
        self.engine.run(self.register_call(number, shares))
        return House(number, shares)

    def house(self, owner: str, shares: int = 8) -> House:
        """One more house, all of whose shares `owner` holds: none has ever moved."""
        house = self.registered(shares)
        self.engine.run(self.tokenize_call(house, owner))
        return house

    def permit(self, share: int, to: str) -> None:
        self.suite.certificate.approveTransfer(share, to, DEADLINE, sender=self.manager)

    def transfer_call(self, share: int, sender: str, to: str) -> Call:
        return Call(sender, self.suite.certificate, "transferFrom", (sender, to, share))

    def move(self, share: int, sender: str, to: str) -> None:
        self.permit(share, to)
        self.engine.run(self.transfer_call(share, sender, to))

    def moved_share(self, owner: str, house: House | None = None, number: int = 3) -> int:
        """A share that has moved once, from `holder` to `owner`; of a new house without income if none is named."""
        house = house or self.house(owner=self.holder)
        share = house.share(number)
        self.move(share, self.holder, owner)
        return share

    def as_book(self, function: str, *args: Any) -> Call:
        """A call of the certificate that the loan book makes itself, so that its own book-keeping costs nothing."""
        return Call(self.engine.impersonate(self.suite.book), self.suite.certificate, function, args)

    def as_lessor(self, function: str, *args: Any) -> Call:
        """The same by the contract of leases."""
        return Call(self.engine.impersonate(self.suite.lease_to_buy), self.suite.certificate, function, args)

    # ---------------------------------------------------------------------------------------------------------- money

    def mint(self, wallet: str, amount: int) -> None:
        give_coins(self.suite, wallet, amount)

    def cash(self, dollars: int) -> int:
        """So many dollars in units of the reserve token."""
        return dollars * COIN // self.suite.parameters.reserve.unit

    def deposit_call(self, house: House) -> Call:
        return Call(self.payer, self.suite.income, "deposit", (house.id, INCOME))

    def pay_income(self, house: House) -> None:
        self.engine.run(self.deposit_call(house))

    def claim_call(self, owner: str, *shares: int) -> Call:
        return Call(owner, self.suite.income, "claim", (shares,))

    def claim(self, owner: str, *shares: int) -> None:
        self.engine.run(self.claim_call(owner, *shares))

    def open_mark(self, share: int, owner: str) -> None:
        """The slot of the share's income mark is written from now on, and nothing of it is pending."""
        self.pay_income(house_of(share))
        self.claim(owner, share)

    def open_settled(self, wallet: str) -> None:
        """The wallet's slot of settled income is written from now on: it sold a share that had income pending."""
        house = self.house(owner=wallet)
        self.pay_income(house)
        self.move(house.share(1), wallet, self.holder)
        assert self.suite.income.settledOf(wallet) > 0


def house_of(share: int) -> House:
    """The house of a share, when its share count does not matter."""
    return House(share >> 8, 0)


def owner_id(wallet: str) -> bytes:
    """An anonymous id for a wallet, without a zero byte: those are cheaper to send."""
    digest = hashlib.sha256(f"owner id of {wallet.lower()}".encode()).digest()
    return bytes(byte or 1 for byte in digest)
