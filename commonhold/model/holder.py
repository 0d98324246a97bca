"""What a lien's terms are, and the contracts that tests add to the suite: a holder of leases, and puppets that act as
contract wallets.
"""

from __future__ import annotations

from typing import NamedTuple

from commonhold.model.certificate import Certificate
from commonhold.model.core import Call, Chain, Contract, Hook, require


class Terms(NamedTuple):
    """`ILienHolder.Terms`."""

    lender: str
    amount: int
    currency: str
    rateBps: int
    startedAt: int
    termPeriod: int
    kind: str


class LeaseHolder(Contract):
    """`TestLeaseHolder`: owners lease their shares out, and end it."""

    key = "lease_holder"

    def __init__(self, chain: Chain, address: str, certificate: Certificate) -> None:
        super().__init__(chain, address)
        self.certificate = certificate

    def _require_owner(self, sender: str, share_id: int) -> None:
        owner = self.certificate.ownerOf(share_id)
        require(sender == owner, "NotShareOwner", share_id, sender, owner)

    def lease(self, sender: str, share_id: int, lessee: str, expires: int) -> None:
        self._require_owner(sender, share_id)
        self.certificate.placeLease(self.address, share_id, lessee, expires)

    def endLease(self, sender: str, share_id: int) -> None:
        self._require_owner(sender, share_id)
        self.certificate.releaseLease(self.address, share_id)


class Puppet(Contract):
    """`TestReentrantOwner`: a contract wallet that does what anyone tells it, also in the hook of a receipt."""

    key = "puppet"

    def __init__(self, chain: Chain, address: str) -> None:
        super().__init__(chain, address)
        chain.hooks[address] = Hook()

    def arm(self, sender: str, calls: tuple[Call, ...], refuses: bool) -> None:
        self.chain.hooks[self.address] = Hook(tuple(calls), refuses)
