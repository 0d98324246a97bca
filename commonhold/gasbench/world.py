"""The world in which gas is measured: the suite as the recipe deploys it, some people, and what they can do.

Everything here is set-up: it brings about the states that the rows name. What is measured is in `chapters`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from commonhold.gasbench.chain import Call, Chain, Contract
from commonhold.gasbench.node import CHAIN_ID, GENESIS_TIME

COIN = 10**18  # wei of a coin, and of a dollar's price
YEAR = 365 * 24 * 3600
EXPIRES_AT = GENESIS_TIME + 10 * YEAR
DEADLINE = GENESIS_TIME + 5 * YEAR
INCOME = 1_234 * COIN  # leaves a remainder for most share counts
UNLIMITED = 2**256 - 1
JURISDICTION = 840
ROLE_ACCOUNTS = {"council": 1, "registrar": 3, "issuer": 4, "court": 7, "manager": 8, "holding_entity": 9}
FIRST_PERSON = 20  # accounts below belong to the recipe's roles


@dataclass(frozen=True)
class Suite:
    """The contracts that the rows call."""

    timelock: Contract
    credentials: Contract
    registry: Contract
    certificate: Contract
    income: Contract
    coin: Contract
    lien_holder: Contract


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
    contract take them, `stranger` has nothing at all.
    """

    def __init__(self, chain: Chain, suite: Suite) -> None:
        self.chain = chain
        self.suite = suite
        roles = {role: chain.accounts[index] for role, index in ROLE_ACCOUNTS.items()}
        self.council, self.registrar, self.issuer = roles["council"], roles["registrar"], roles["issuer"]
        self.court, self.manager, self.holding_entity = roles["court"], roles["manager"], roles["holding_entity"]
        people = chain.accounts[FIRST_PERSON:]
        self.seller, self.holder, self.newcomer, self.payer, self.stranger, *self.others = people
        self.plain721 = chain.deploy("TestPlainERC721", sender=self.stranger)
        self.plain20 = chain.deploy("TestPlainERC20", sender=self.stranger)

    def populate(self) -> None:
        """What all rows start from."""
        for wallet in (self.seller, self.holder, self.newcomer, self.payer):
            self.issue(wallet)
        rights = {"maySell": True, "mayLien": True, "mayLease": True}
        self.as_dao(self.suite.certificate, "setHolder", self.suite.lien_holder.address, tuple(rights.values()))
        self.mint(self.payer, 1_000_000 * COIN)
        self.send(self.payer, self.suite.coin, "approve", self.suite.income.address, UNLIMITED)
        self.house(owner=self.seller)
        house = self.house(owner=self.holder)
        self.pay_income(house)
        self.claim(self.holder, house.share(1))

    # ------------------------------------------------------------------------------------------------------- plumbing

    def send(self, sender: str, target: Contract, function: str, *args: Any) -> None:
        self.chain.send(Call(sender, target, function, args))

    def view(self, target: Contract, function: str, *args: Any) -> Any:
        return self.chain.view(target, function, *args)

    def as_dao(self, target: Contract, function: str, *args: Any) -> None:
        """A call by the timelock: scheduled by the council, executed after the delay."""
        timelock = self.suite.timelock
        delay = self.view(timelock, "getMinDelay")
        data = target.function(function, args).data(args)
        operation = (target.address, 0, data, bytes(32), bytes(32))
        self.send(self.council, timelock, "schedule", *operation, delay)
        self.chain.advance(delay)
        self.send(self.council, timelock, "execute", *operation)

    def sign(self, signer: str, contract: Contract, struct: str, fields: list[tuple[str, str]], *values: Any) -> bytes:
        """An EIP-712 signature over `values` for a contract that tells its domain by ERC-5267."""
        _, name, version, chain_id, verifier, _, _ = self.view(contract, "eip712Domain")
        assert chain_id == CHAIN_ID
        domain = {"name": "string", "version": "string", "chainId": "uint256", "verifyingContract": "address"}
        typed_data = {
            "types": {
                "EIP712Domain": [{"name": key, "type": kind} for key, kind in domain.items()],
                struct: [{"name": key, "type": kind} for key, kind in fields],
            },
            "primaryType": struct,
            "domain": {"name": name, "version": version, "chainId": chain_id, "verifyingContract": verifier},
            "message": {key: _json(value) for (key, _), value in zip(fields, values, strict=True)},
        }
        return bytes.fromhex(self.chain.node.rpc("eth_signTypedData_v4", signer, typed_data)[2:])

    # ------------------------------------------------------------------------------------------------------- identity

    def issue(self, wallet: str) -> None:
        self.chain.send(self.issue_call(wallet))

    def issue_call(self, wallet: str) -> Call:
        args = (wallet, owner_id(wallet), EXPIRES_AT, JURISDICTION, 1)
        return Call(self.issuer, self.suite.credentials, "issue", args)

    def recover(self, old: str, new: str) -> None:
        """Lets `new` take the place of `old`; the shares stay where they are."""
        credentials = self.suite.credentials
        self.send(self.issuer, credentials, "startRecovery", old, new)
        self.chain.advance(self.view(credentials, "recoveryPeriod"))
        self.send(new, credentials, "finishRecovery", old)

    # ------------------------------------------------------------------------------------------------------- property

    def register_call(self, number: int, shares: int = 8) -> Call:
        """Registers the house with this number; equally long texts for all of them."""
        terms = (
            "First Registry Services",
            f"FRS-2026-{number:06d}",
            "US-MA-009",
            f"PARCEL-{number:06d}",
            f"Book 1234, page {number:06d}",
            self.holding_entity,
            self.manager,
            shares,
            25_000 * COIN,
            f"https://listings.example/homes/{number:06d}",
            f"https://documents.example/homes/{number:06d}.json",
            hashlib.sha256(f"description {number}".encode()).digest(),
        )
        return Call(self.registrar, self.suite.registry, "register", (terms,))

    def tokenize_call(self, house: House, owner: str) -> Call:
        return Call(self.registrar, self.suite.certificate, "tokenize", (house.id, owner))

    def registered(self, shares: int = 8) -> House:
        """One more registered house, not tokenized yet."""
        number = self.view(self.suite.registry, "propertyCount") + 1
        self.chain.send(self.register_call(number, shares))
        return House(number, shares)

    def house(self, owner: str, shares: int = 8) -> House:
        """One more house, all of whose shares `owner` holds: none has ever moved."""
        house = self.registered(shares)
        self.chain.send(self.tokenize_call(house, owner))
        return house

    def permit(self, share: int, to: str) -> None:
        self.send(self.manager, self.suite.certificate, "approveTransfer", share, to, DEADLINE)

    def transfer_call(self, share: int, sender: str, to: str) -> Call:
        return Call(sender, self.suite.certificate, "transferFrom", (sender, to, share))

    def move(self, share: int, sender: str, to: str) -> None:
        self.permit(share, to)
        self.chain.send(self.transfer_call(share, sender, to))

    def moved_share(self, owner: str, house: House | None = None, number: int = 3) -> int:
        """A share that has moved once, from `holder` to `owner`, of a house that never had income."""
        house = house or self.house(owner=self.holder)
        share = house.share(number)
        self.move(share, self.holder, owner)
        return share

    def as_lien_holder(self, function: str, *args: Any) -> Call:
        """A call of the certificate that the lien holder makes itself, so that its own book-keeping costs nothing."""
        sender = self.chain.impersonate(self.suite.lien_holder)
        return Call(sender, self.suite.certificate, function, args)

    # ---------------------------------------------------------------------------------------------------------- money

    def mint(self, wallet: str, amount: int) -> None:
        self.send(self.council, self.suite.coin, "mint", wallet, amount)

    def pay_income(self, house: House) -> None:
        self.chain.send(self.deposit_call(house))

    def deposit_call(self, house: House) -> Call:
        return Call(self.payer, self.suite.income, "deposit", (house.id, INCOME))

    def claim(self, owner: str, *shares: int) -> None:
        self.chain.send(self.claim_call(owner, *shares))

    def claim_call(self, owner: str, *shares: int) -> Call:
        return Call(owner, self.suite.income, "claim", (shares,))

    def open_mark(self, share: int, owner: str) -> None:
        """The slot of the share's income mark is written from now on, and nothing of it is pending."""
        self.pay_income(house_of(share))
        self.claim(owner, share)

    def open_settled(self, wallet: str) -> None:
        """The wallet's slot of settled income is written from now on: it sold a share that had income pending."""
        house = self.house(owner=wallet)
        self.pay_income(house)
        self.move(house.share(1), wallet, self.holder)
        assert self.view(self.suite.income, "settledOf", wallet) > 0


def house_of(share: int) -> House:
    """The house of a share, when its share count does not matter."""
    return House(share >> 8, 0)


def owner_id(wallet: str) -> bytes:
    """An anonymous id for a wallet, without a zero byte: those are cheaper to send."""
    digest = hashlib.sha256(f"owner id of {wallet.lower()}".encode()).digest()
    return bytes(byte or 1 for byte in digest)


def _json(value: Any) -> Any:
    """A value as the typed data of a signature request writes it."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(value) if isinstance(value, int) else value
