"""T47: what a seller or an owner signs acts for him, here, for exactly its fields, once, in time.

Three calls take a signature: `ShareMarket.take`, `ShareMarket.buy`, `LeaseToBuy.sign`. Each cell of the matrix is
handed in to each of them; each scene first shows that the right signature passes, so nothing else stands in the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import ape
import pytest
from sale_stage import DAY, LATER, PRICE, RENT, ZERO, Stage

from commonhold.recipe import leasing
from commonhold.recipe.market import in_coin

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
OTHER = "0x" + "11" * 20
OTHER_HASH = b"other".ljust(32, b".")
PLENTY = 5_000_000  # units of gas, for whoever burns what he gets


@dataclass
class Signed:
    """An offer that its giver signed and the manager approved, and the call that takes it."""

    stage: Stage
    way: str
    offer: Any  # an Ask or LeaseTerms

    @property
    def is_lease(self) -> bool:
        return self.way == "sign"

    @property
    def contract(self) -> Any:
        return self.stage.suite.lease_to_buy if self.is_lease else self.stage.suite.market

    @property
    def giver(self) -> str:
        return str(self.offer.owner if self.is_lease else self.offer.seller)

    @property
    def share_id(self) -> int:
        return int(self.offer.shareId if self.is_lease else self.offer.share_id)

    @property
    def expires_at(self) -> int:
        return int(self.offer.expiresAt if self.is_lease else self.offer.expires_at)

    def but(self, **fields: Any) -> Signed:
        """The same with other fields, approved as well."""
        other = replace(self, offer=replace(self.offer, **fields))
        other.approve()
        return other

    def expiring(self, time: int) -> Signed:
        return self.but(**{"expiresAt" if self.is_lease else "expires_at": time})

    def approve(self) -> None:
        if self.is_lease:
            leasing.approve_lease(self.stage.handles, self.offer, until=LATER)
        else:
            self.stage.approve(self.offer)

    def signature(self, signer: Any = None, **domain: Any) -> bytes:
        if self.is_lease:
            return leasing.sign_terms(self.stage.handles, self.offer, signer=signer, **domain)
        return self.stage.sign(self.offer, signer, **domain)

    def arguments(self, signature: bytes) -> tuple[Any, ...]:
        if self.is_lease:
            return self.offer.values, signature
        paid = self.offer.struct, signature, in_coin(self.offer.price_usd), []
        return paid if self.way == "take" else (*paid, 0)

    def tries(self, signature: bytes, **options: Any) -> None:
        """Would it pass? As a call that leaves nothing behind."""
        call = getattr(self.contract, self.way).call
        call(*self.arguments(signature), sender=self.stage.buyer, **options)

    def acts(self, signature: bytes) -> Any:
        return getattr(self.contract, self.way)(*self.arguments(signature), sender=self.stage.buyer)

    def hash(self) -> bytes:
        if self.is_lease:
            return bytes(self.stage.handles.lease_to_buy.hashOf(self.offer.values))
        return self.stage.hash(self.offer)

    def is_refused(self, signature: bytes, **options: Any) -> None:
        """As a signature that is not its giver's."""
        with self.not_signed():
            self.tries(signature, **options)

    def not_signed(self) -> Any:
        if self.is_lease:
            return ape.reverts(self.contract.NotOffered, owner=self.giver, leaseHash=self.hash())
        return ape.reverts(self.contract.InvalidSignature, seller=self.giver)

    def not_approved(self) -> Any:
        if self.is_lease:
            return ape.reverts(self.contract.NotApproved, shareId=self.share_id, leaseHash=self.hash(), until=0)
        sale_hash = self.contract.saleHashOf(self.hash(), self.stage.buyer)
        return ape.reverts(
            self.contract.SaleNotApproved, shareId=self.share_id, saleHash=sale_hash, manager=ZERO, until=0
        )

    def is_void(self, signature: bytes) -> None:
        """As one whose nonce is used or cancelled."""
        if self.is_lease:
            expected = ape.reverts(self.contract.OfferVoid, owner=self.giver, nonce=self.offer.nonce)
        else:
            expected = ape.reverts(self.contract.AskSpent, seller=self.giver, nonce=self.offer.nonce)
        with expected:
            self.tries(signature)


WAYS = ("take", "buy", "sign")


@pytest.fixture(params=WAYS)
def signed(request: Any, stage: Stage) -> Signed:
    offer = stage.approved_terms() if request.param == "sign" else stage.ready()
    made = Signed(stage, request.param, offer)
    made.tries(made.signature())
    return made


# ----------------------------------------------------------------------------------------------- the signature itself


def _parts(signature: bytes) -> tuple[bytes, int, int]:
    return signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]


def _with_v(v: int) -> Callable[[bytes], bytes]:
    return lambda signature: signature[:64] + bytes([v])


def _high_s(signature: bytes) -> bytes:
    r, s, v = _parts(signature)
    return r + (ORDER - s).to_bytes(32, "big") + bytes([55 - v])


def _compact(signature: bytes) -> bytes:
    r, s, v = _parts(signature)
    return r + (s | (v - 27) << 255).to_bytes(32, "big")


BENT: dict[str, Callable[[bytes], bytes]] = {
    "v=0": _with_v(0),
    "v=1": _with_v(1),
    "v=29": _with_v(29),
    "v flipped": lambda signature: signature[:64] + bytes([55 - signature[64]]),
    "high s": _high_s,
    "compact": _compact,
    "one byte": lambda signature: signature[:1],
    "a byte short": lambda signature: signature[:64],
    "a byte more": lambda signature: signature + b"\0",
    "twice": lambda signature: signature * 2,
    "zeros": lambda signature: bytes(65),
    "ERC-6492": lambda signature: signature + bytes.fromhex("6492" * 16),
}


def test_t47__bent_signature__refused(signed: Signed) -> None:
    signature = signed.signature()
    for name, bend in BENT.items():
        bent = bend(signature)
        assert bent != signature, name
        signed.is_refused(bent)


def test_t47__signed_by_somebody_else__refused(signed: Signed, attacker: Any, owner_b: Any) -> None:
    for signer in (attacker, owner_b, signed.stage.manager, signed.stage.buyer):
        signed.is_refused(signed.signature(signer))


def test_t47__zero_giver__unreadable_signatures_are_not_his(signed: Signed) -> None:
    nobodys = signed.but(**{"owner" if signed.is_lease else "seller": ZERO})
    for signature in (bytes(65), signed.signature()[:64] + b"\0"):
        nobodys.is_refused(signature)


# ----------------------------------------------------------------------------------------------------------- domains


def test_t47__signed_for_another_contract_or_chain__refused(signed: Signed) -> None:
    handles = signed.stage.handles
    domain = handles.market.eip712Domain() if signed.is_lease else handles.lease_to_buy.eip712Domain()
    foreign: list[dict[str, Any]] = [
        {"chainId": 1},
        {"verifyingContract": OTHER},
        {"name": domain.name},
        {"version": "2"},
        {"name": domain.name, "verifyingContract": domain.verifyingContract},
    ]
    for fields in foreign:
        signed.is_refused(signed.signature(**fields))


@pytest.fixture
def forked_chain_id(chain: Any) -> Iterator[Callable[[], int]]:
    """The chain splits when it is called: this branch gets another id."""
    own = chain.chain_id

    def fork() -> int:
        chain.provider.make_request("anvil_setChainId", [own + 4_242])
        return int(own + 4_242)

    try:
        yield fork
    finally:
        chain.provider.make_request("anvil_setChainId", [own])


def test_t47__after_a_fork__only_a_signature_for_the_new_id_of_the_share_there_counts(
    signed: Signed, forked_chain_id: Callable[[], int]
) -> None:
    """The share's fingerprint names the chain as well: signing the old offer anew is not enough. What the manager
    approved is a hash, and binds the fingerprint."""
    before, lives_without_approval = signed.signature(), signed.way == "buy"
    forked = forked_chain_id()
    fingerprint = bytes(signed.stage.handles.certificate.getStateFingerprint(signed.share_id))
    assert fingerprint != signed.offer.fingerprint
    signed.is_refused(before)
    again = signed.signature(chainId=forked)
    if signed.is_lease:
        changed = ape.reverts(
            signed.contract.ShareChanged,
            shareId=signed.share_id,
            offered=signed.offer.fingerprint,
            actual=fingerprint,
        )
    else:
        changed = ape.reverts(
            signed.contract.FingerprintChanged,
            shareId=signed.share_id,
            asked=signed.offer.fingerprint,
            found=fingerprint,
        )
    with changed:
        signed.tries(again)
    there = replace(signed, offer=replace(signed.offer, fingerprint=fingerprint))
    if lives_without_approval:
        there.tries(there.signature(chainId=forked))
    else:
        with there.not_approved():
            there.tries(there.signature(chainId=forked))


# ------------------------------------------------------------------------------------------------------------ fields

ASK_FLIPS: dict[str, Any] = {
    "seller": OTHER,
    "share_id": 2,
    "price_usd": PRICE + 1,
    "buyer": OTHER,
    "fingerprint": OTHER_HASH,
    "documents_hash": OTHER_HASH,
    "expires_at": LATER - 1,
    "settle_period": 29 * DAY,
    "currencies": 1,
    "nonce": 9,
}
TERMS_FLIPS: dict[str, Any] = {
    "owner": OTHER,
    "shareId": 2,
    "lessee": OTHER,
    "rent": RENT + 1,
    "months": 24,
    "creditBps": 4_999,
    "refundBps": 1,
    "priceMode": 1,
    "priceUsd": PRICE + 1,
    "fingerprint": OTHER_HASH,
    "expiresAt": LATER - 1,
    "nonce": 9,
}


def test_t47__another_share_price_or_anything_else_was_signed__refused(signed: Signed) -> None:
    """What is handed in is right in everything, but its giver signed another."""
    flips = TERMS_FLIPS if signed.is_lease else ASK_FLIPS
    assert list(flips) == list(signed.offer.__dataclass_fields__)
    for field, value in flips.items():
        other = replace(signed, offer=replace(signed.offer, **{field: value}))
        signed.is_refused(other.signature(signed.stage.seller))


def test_t47__one_contracts_signature__is_none_at_the_other(stage: Stage) -> None:
    ask, terms = Signed(stage, "buy", stage.ready()), Signed(stage, "sign", stage.approved_terms())
    ask.is_refused(terms.signature())
    terms.is_refused(ask.signature())


# ------------------------------------------------------------------------------------------------------ once, in time


@pytest.mark.parametrize("late", [0, 1])
def test_t47__expiry__last_second_counts(signed: Signed, late: int, view_at: Any, soon: int) -> None:
    short = signed.expiring(soon)
    view_at(soon + late)
    if not late:
        return short.tries(short.signature())
    if signed.is_lease:
        expected = ape.reverts(signed.contract.OfferExpired, expiredAt=soon, nowAt=soon + 1)
    else:
        expected = ape.reverts(signed.contract.AskExpired, expiresAt=soon, nowAt=soon + 1)
    with expected:
        short.tries(short.signature())
    return None


def test_t47__cancelled__is_void_and_its_neighbour_is_not(signed: Signed) -> None:
    neighbour = signed.but(nonce=signed.offer.nonce + 1)
    signed.contract.cancel([signed.offer.nonce], sender=signed.stage.seller)
    signed.is_void(signed.signature())
    neighbour.tries(neighbour.signature())


def test_t47__next_epoch__voids_all_and_what_was_signed_for_it_before_begins_to_live(signed: Signed) -> None:
    coming = signed.but(nonce=signed.offer.nonce + 256)
    coming.is_void(coming.signature())
    signed.contract.cancelAll(sender=signed.stage.seller)
    signed.is_void(signed.signature())
    coming.tries(coming.signature())


def test_t47__number__any_below_224_in_any_order(signed: Signed) -> None:
    for number in (223, 1, 0, 224, 255):
        other = signed.but(nonce=number)
        judge = other.tries if number < 224 else other.is_void
        judge(other.signature())


def test_t47__epoch_in_bits_that_no_epoch_has__never_lives(signed: Signed) -> None:
    for nonce in (1 << 40, 1 << 255, 2**256 - 256):
        other = signed.but(nonce=nonce)
        other.is_void(other.signature())


def test_t47__replay__used_up(signed: Signed) -> None:
    """What was taken at once is void by the share's move; what waits, and a lease, by its number."""
    signature = signed.signature()
    signed.acts(signature)
    signed.approve()
    if signed.way == "take":
        expected = ape.reverts(
            signed.contract.NotShareOwner,
            shareId=signed.share_id,
            seller=signed.stage.seller,
            owner=signed.stage.buyer,
        )
        with expected:
            signed.tries(signature)
    else:
        signed.is_void(signature)


@pytest.mark.parametrize("signed", ["buy", "sign"], indirect=True)
def test_t47__replay__also_when_all_is_as_it_was(signed: Signed, at: Any) -> None:
    """A purchase that went back, a lease that ended: the share's fingerprint is the same, the number is not."""
    handles, seller, signature = signed.stage.handles, signed.stage.seller, signed.signature()
    signed.acts(signature)
    if signed.is_lease:
        lease_id = handles.lease_to_buy.lastLease()
        at(handles.lease_to_buy.leaseOf(lease_id).endsAt)
        signed.contract.end(lease_id, sender=seller)
    else:
        at(handles.market.saleOf(signed.hash()).deadline + 1)
        signed.contract.refund(signed.offer.struct, signed.stage.buyer, sender=seller)
    assert bytes(handles.certificate.getStateFingerprint(signed.share_id)) == signed.offer.fingerprint
    signed.is_void(signature)


# ----------------------------------------------------------------------------------------- wallets that are contracts

MODES = ("correct", "wrong value", "short answer", "dirty answer", "reverts", "burns gas")


@pytest.fixture
def contract_wallet(stage: Stage, project: Any, attacker: Any, approve_move: Any) -> Any:
    """A wallet that is a contract, signs by the seller's key, owns the second share, and lets the market move it."""
    wallet = attacker.deploy(project.Test1271Wallet, stage.seller)
    stage.admit(wallet, 77)
    share_id = stage.share + 1
    approve_move(share_id, wallet)
    stage.suite.certificate.transferFrom(stage.seller, wallet, share_id, sender=stage.seller)
    call = stage.suite.certificate.setApprovalForAll.encode_input(stage.suite.market, True)
    wallet.execute(stage.suite.certificate, call, sender=attacker)
    return wallet


@pytest.fixture(params=WAYS)
def by_contract(request: Any, stage: Stage, contract_wallet: Any) -> Signed:
    share_id = stage.share + 1
    if request.param == "sign":
        terms = leasing.lease_terms(stage.handles, share_id, stage.buyer, rent=RENT, price_usd=PRICE)
        leasing.approve_lease(stage.handles, terms, until=LATER)
        return Signed(stage, request.param, terms)
    return Signed(stage, request.param, stage.ready(seller=contract_wallet.address, share_id=share_id))


def test_t47__erc1271__counts_if_the_wallet_says_so_and_else_never(
    by_contract: Signed, contract_wallet: Any, attacker: Any
) -> None:
    signature = by_contract.signature(by_contract.stage.seller)
    by_contract.tries(signature)
    by_contract.is_refused(by_contract.signature(attacker))
    by_contract.is_refused(_high_s(signature))
    for mode in range(1, len(MODES)):
        contract_wallet.setMode(mode, sender=attacker)
        by_contract.is_refused(signature, gas=PLENTY)


def test_t47__erc1271__contract_that_knows_nothing_of_it__refused(signed: Signed, suite: Any) -> None:
    """The registry never signed anything."""
    field = "owner" if signed.is_lease else "seller"
    foreign = signed.but(**{field: suite.registry.address})
    foreign.is_refused(signed.signature(signed.stage.seller))


def test_t47__eip7702__delegated_wallet_without_erc1271__its_key_counts(
    signed: Signed, chain: Any, suite: Any, attacker: Any
) -> None:
    """An account that borrows code which knows nothing of ERC-1271, and one that borrows code of another's wallet."""
    signature, seller = signed.signature(), signed.stage.seller
    chain.provider.set_code(seller.address, "0xef0100" + suite.factory.address[2:])
    try:
        signed.tries(signature)
        signed.is_refused(signed.signature(attacker))
    finally:
        chain.provider.set_code(seller.address, "0x")


def test_t47__eip7702__delegated_to_a_wallet_of_another_key__both_keys_sign(
    signed: Signed, chain: Any, project: Any, attacker: Any
) -> None:
    """Who delegates to such code gives its key his signature: that is his choice, and his own key still counts."""
    wallet = attacker.deploy(project.Test1271Wallet, attacker)
    seller = signed.stage.seller
    chain.provider.set_code(seller.address, "0xef0100" + wallet.address[2:])
    try:
        signed.tries(signed.signature())
        signed.tries(signed.signature(attacker))
        signed.is_refused(signed.signature(signed.stage.buyer))
    finally:
        chain.provider.set_code(seller.address, "0x")
