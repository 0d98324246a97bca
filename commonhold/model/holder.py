"""What the terms of a lien or a lease are, and what tests add to the suite: puppets that act as contract wallets."""

from __future__ import annotations

from typing import NamedTuple

from commonhold.model.core import Call, Chain, Contract, Hook


class Terms(NamedTuple):
    """`ILienHolder.Terms`."""

    lender: str
    amount: int
    currency: str
    rateBps: int
    startedAt: int
    termPeriod: int
    kind: str


class Puppet(Contract):
    """`TestReentrantOwner`: a contract wallet that does what anyone tells it, also in the hook of a receipt."""

    key = "puppet"

    def __init__(self, chain: Chain, address: str) -> None:
        super().__init__(chain, address)
        chain.hooks[address] = Hook()

    def arm(self, sender: str, calls: tuple[Call, ...], refuses: bool) -> None:
        self.chain.hooks[self.address] = Hook(tuple(calls), refuses)
