"""The contracts that tests add to the suite: a small lien holder, and puppets that act as contract wallets."""

from __future__ import annotations

from typing import NamedTuple

from commonhold.model.certificate import Certificate
from commonhold.model.core import ZERO_ADDRESS, Call, Chain, Contract, Hook, require


class Terms(NamedTuple):
    """`ILienHolder.Terms`."""

    lender: str
    amount: int
    currency: str
    rateBps: int
    startedAt: int
    termPeriod: int
    kind: str


NO_TERMS = Terms(ZERO_ADDRESS, 0, ZERO_ADDRESS, 0, 0, 0, "")


class LienHolder(Contract):
    """`TestLienHolder`: owners pledge and lease shares, lenders release and foreclose."""

    key = "lien_holder"

    def __init__(self, chain: Chain, address: str, certificate: Certificate) -> None:
        super().__init__(chain, address)
        self.certificate = certificate
        self.loans: dict[int, Terms] = {}
        certificate.tellers[address] = self.termsOf

    def termsOf(self, share_id: int) -> Terms:
        return self.loans[share_id]

    def _require_owner(self, sender: str, share_id: int) -> None:
        owner = self.certificate.ownerOf(share_id)
        require(sender == owner, "NotShareOwner", share_id, sender, owner)

    def _require_lender(self, sender: str, share_id: int) -> None:
        lender = self.loans.get(share_id, NO_TERMS).lender
        require(sender == lender, "NotLender", share_id, sender, lender)

    def place(self, sender: str, share_id: int, terms: Terms) -> None:
        self._require_owner(sender, share_id)
        terms = Terms(*terms)
        require(terms.lender != ZERO_ADDRESS, "MissingLender", share_id)
        self.certificate.placeLien(self.address, share_id)
        self.loans[share_id] = terms

    def release(self, sender: str, share_id: int) -> None:
        self._require_lender(sender, share_id)
        self.certificate.releaseLien(self.address, share_id)
        del self.loans[share_id]

    def foreclose(self, sender: str, share_id: int, to: str) -> None:
        self._require_lender(sender, share_id)
        self.certificate.moveByLien(self.address, share_id, to)
        del self.loans[share_id]

    def changeTerms(self, sender: str, share_id: int, terms: Terms) -> None:
        self._require_lender(sender, share_id)
        terms = Terms(*terms)
        require(terms.lender != ZERO_ADDRESS, "MissingLender", share_id)
        self.certificate.refreshTerms(self.address, share_id)
        self.loans[share_id] = terms

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
