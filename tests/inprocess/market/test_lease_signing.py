"""Offering, approving and signing a lease: who may, in which order it is judged, and what no signature gets past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from lease_stage import COIN, DAY, RENT, refused

from commonhold.recipe import leasing
from commonhold.recipe.leasing import LeaseTerms, PriceMode, approve_lease, fund_rents, lease_terms, sign_terms

YEARS = 12 * 365 * DAY
ZERO = "0x" + "00" * 20
LEASE = b"lease".ljust(32, b"\0")
SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class Offer:
    """A share of owner_a's that the buyer is about to lease."""

    def __init__(self, suite: Any, share: int, lessee: str) -> None:
        self.suite, self.lease, self.share, self.lessee = suite, suite.lease_to_buy, share, lessee
        self.terms = lease_terms(suite, share, lessee, rent=RENT, price_usd=40_000 * COIN)
        fund_rents(suite, lessee, RENT, 3)
        approve_lease(suite, self.terms)

    def sign(self, terms: LeaseTerms | None = None, signature: bytes | None = None, sender: str | None = None) -> Any:
        terms = self.terms if terms is None else terms
        signed = sign_terms(self.suite, self.terms) if signature is None else signature
        return self.lease.sign(terms.values, signed, sender=self.lessee if sender is None else sender)

    def hash(self, terms: LeaseTerms | None = None) -> bytes:
        return self.lease.hashOf((terms or self.terms).values)

    def fresh(self, **changes: Any) -> LeaseTerms:
        """Other terms, approved."""
        terms = replace(self.terms, **changes)
        approve_lease(self.suite, terms)
        return terms


@pytest.fixture
def offer(
    suite: Any, owner_a: str, buyer: str, credential: Callable[..., bytes], valued_share: Callable[..., int]
) -> Offer:
    for wallet in (owner_a, buyer):
        credential(wallet, expires_at=suite.engine.now() + YEARS)
    return Offer(suite, valued_share(), buyer)


# ------------------------------------------------------------------------------------------------------------- signing


@pytest.mark.parametrize("on_chain", [False, True], ids=["signed", "offered on chain"])
def test_sign__what_was_offered__is_a_lease(suite: Any, offer: Offer, owner_a: str, buyer: str, on_chain: bool) -> None:
    terms, fee = offer.terms, RENT // 100 + 1
    if on_chain:
        receipt = offer.lease.offer(terms.values, sender=owner_a)
        assert receipt.event("LeaseOffered").args == {
            "shareId": offer.share,
            "owner": owner_a,
            "leaseHash": offer.hash(),
        }
        assert offer.lease.offerOf(owner_a, offer.share) == offer.hash()
    coins = suite.coin.balanceOf(buyer)
    receipt = offer.sign(signature=b"" if on_chain else None)
    assert receipt.event("LeaseSigned")["leaseHash"] == offer.hash()
    assert receipt.event("RentPaid").args == {"leaseId": 1, "payer": buyer, "rents": 1, "coins": RENT + fee, "paid": 1}
    assert suite.coin.balanceOf(buyer) == coins - RENT - fee
    page = offer.lease.leaseOf(1)
    assert (page.owner, page.lessee, page.shareId) == (owner_a, buyer, offer.share)
    assert (page.months, page.paid, page.held) == (12, 1, RENT + fee)
    assert suite.certificate.userOf(offer.share) == buyer
    assert suite.certificate.userExpires(offer.share) == page.endsAt - 1
    assert suite.certificate.ownerOf(offer.share) == owner_a
    told = offer.lease.termsOf(offer.share)
    assert (told.lender, told.amount, told.currency, told.kind) == (
        owner_a,
        terms.priceUsd,
        suite.coin.address,
        "lease to buy",
    )
    assert told.termPeriod == 12 * leasing.MONTH
    assert offer.lease.offerOf(owner_a, offer.share) == bytes(32)
    assert not offer.lease.isLive(owner_a, terms.nonce)


def test_sign__same_offer_again__never_acts_also_when_the_share_is_as_it_was(
    suite: Any, offer: Offer, owner_a: str, buyer: str
) -> None:
    signature = sign_terms(suite, offer.terms)
    offer.lease.offer(offer.terms.values, sender=owner_a)
    offer.sign(signature=signature)
    refused(lambda: offer.sign(signature=signature), "OfferVoid", owner_a, offer.terms.nonce)
    suite.engine.advance(13 * leasing.MONTH)
    offer.lease.end(1, sender=owner_a)
    assert suite.certificate.getStateFingerprint(offer.share) == offer.terms.fingerprint, "nothing tells it from before"
    late = replace(offer.terms, expiresAt=suite.engine.now() + DAY)
    approve_lease(suite, late)
    again = sign_terms(suite, late)
    refused(lambda: offer.sign(late, again), "OfferVoid", owner_a, late.nonce)
    offer.lease.offer(late.values, sender=owner_a)
    refused(lambda: offer.sign(late, b""), "OfferVoid", owner_a, late.nonce)


def test_sign__order_of_judging__each_refusal_names_what_is_wrong(
    suite: Any, offer: Offer, owner_a: str, owner_b: str, buyer: str, attacker: str, credential: Any, manager: str
) -> None:
    """Everything is wrong at first; it is put right from the top."""
    engine, lease, terms = suite.engine, offer.lease, offer.terms
    signature = sign_terms(suite, terms)
    lease.stop(LEASE, sender=suite.engine.accounts[suite.parameters.roles.guardian[0]])
    until = lease.stoppedUntil(LEASE)
    refused(lambda: offer.sign(sender=attacker), "StoppedUntil", LEASE, until)
    engine.set_time(until)
    refused(lambda: offer.sign(sender=attacker), "NotLessee", attacker, buyer)
    refused(lambda: offer.sign(replace(terms, months=13)), "TermsOutOfRange", _name("months"), 13, 12, 60)
    refused(offer.sign, "OfferExpired", terms.expiresAt, engine.now() + 1)
    late = replace(terms, expiresAt=engine.now() + DAY, owner=owner_b, nonce=300)
    refused(lambda: offer.sign(late, signature), "NotOffered", owner_b, offer.hash(late))
    signed = sign_terms(suite, late)
    refused(lambda: offer.sign(late, signed), "OfferVoid", owner_b, 300)
    late = replace(late, nonce=0)
    refused(lambda: offer.sign(late, sign_terms(suite, late)), "NotShareOwner", offer.share, owner_b, owner_a)
    late = replace(late, owner=owner_a, fingerprint=bytes(32))
    refused(lambda: offer.sign(late, sign_terms(suite, late)), "NotApproved", offer.share, offer.hash(late), 0)
    approve_lease(suite, late)
    actual = suite.certificate.getStateFingerprint(offer.share)
    refused(lambda: offer.sign(late, sign_terms(suite, late)), "ShareChanged", offer.share, bytes(32), actual)
    late = offer.fresh(expiresAt=late.expiresAt, lessee=attacker)
    refused(lambda: offer.sign(late, sign_terms(suite, late), attacker), "InvalidCredential", attacker)
    late = offer.fresh(expiresAt=late.expiresAt, lessee=owner_a)
    refused(
        lambda: offer.sign(late, sign_terms(suite, late), owner_a), "SameOwner", suite.credentials.ownerIdOf(owner_a)
    )
    late = offer.fresh(expiresAt=late.expiresAt)
    offer.sign(late, sign_terms(suite, late))


def _name(text: str) -> bytes:
    return text.encode().ljust(32, b"\0")


@pytest.mark.parametrize(
    ("field", "values", "least", "most"),
    [
        ("rent", (0, 2**96), 1, 2**96 - 1),
        ("months", (0, 11, 13, 23, 25, 59, 61, 268), 12, 60),
        ("creditBps", (10_001,), 0, 10_000),
        ("refundBps", (10_001,), 0, 10_000),
        ("priceUsd", (0, 2**96), 1, 2**96 - 1),
        ("shareId", (0, 2**40), 1, 2**40 - 1),
    ],
)
def test_sign__terms_without_sense__are_refused(
    offer: Offer, field: str, values: tuple[int, ...], least: int, most: int
) -> None:
    for value in values:
        wrong = replace(offer.terms, **{field: value})
        named = (_name(field), value, least, most)
        refused(lambda terms=wrong: offer.sign(terms), "TermsOutOfRange", *named)


def test_sign__price_beside_a_current_one__is_refused(offer: Offer) -> None:
    wrong = replace(offer.terms, priceMode=PriceMode.CURRENT, priceUsd=1)
    refused(lambda: offer.sign(wrong), "TermsOutOfRange", _name("priceUsd"), 1, 0, 0)


def test_sign__last_second_of_the_offer_and_of_the_approval__and_the_one_after(suite: Any, offer: Offer) -> None:
    engine, last = suite.engine, offer.terms.expiresAt
    approve_lease(suite, offer.terms, until=last + 10)
    with engine.rollback():
        engine.set_next_time(last)
        offer.sign()
    engine.set_next_time(last + 1)
    refused(offer.sign, "OfferExpired", last, last + 1)
    longer = offer.fresh(expiresAt=last + 10 * DAY)
    until = last + DAY
    approve_lease(suite, longer, until=until)
    with engine.rollback():
        engine.set_next_time(until)
        offer.sign(longer, sign_terms(suite, longer))
    engine.set_next_time(until + 1)
    refused(
        lambda: offer.sign(longer, sign_terms(suite, longer)), "NotApproved", offer.share, offer.hash(longer), until
    )


def test_sign__too_few_coins_or_no_leave__changes_nothing(suite: Any, offer: Offer, buyer: str) -> None:
    suite.coin.approve(offer.lease.address, RENT, sender=buyer)
    refused(offer.sign, "ERC20InsufficientAllowance", offer.lease.address, RENT, RENT + RENT // 100 + 1)
    assert offer.lease.lastLease() == 0
    assert suite.certificate.encumbrancesOf(offer.share).leaseHolder == ZERO


# ------------------------------------------------------------------------------------------------------------ approval


def test_approval__by_others_than_the_houses_manager__is_refused(
    suite: Any,
    offer: Offer,
    owner_a: str,
    owner_b: str,
    attacker: str,
    tokenized_house: Callable[..., int],
    manager: str,
) -> None:
    for caller in (owner_a, attacker):
        refused(
            lambda who=caller: offer.lease.approveLease(offer.share, offer.hash(), 2**39, sender=who),
            "NotManager",
            caller,
            offer.share >> 8,
            manager,
        )
    offer.lease.approveLease(offer.share, offer.hash(), 0, sender=manager)
    # Another house's manager can't approve it by naming a share of his own.
    other = tokenized_house(manager=attacker)
    offer.lease.approveLease(other * 256 + 1, offer.hash(), 2**39, sender=attacker)
    refused(offer.sign, "NotApproved", offer.share, offer.hash(), 0)


def test_approval__of_a_manager_who_left__is_void_whatever_he_foresaw(
    suite: Any, offer: Offer, owner_a: str, attacker: str, manager: str, registrar: str
) -> None:
    house = offer.share >> 8
    with suite.engine.rollback():
        suite.registry.setManager(house, attacker, sender=registrar)
        foreseen = replace(offer.terms, fingerprint=suite.certificate.getStateFingerprint(offer.share))
    approve_lease(suite, foreseen)
    suite.registry.setManager(house, attacker, sender=registrar)
    assert offer.lease.approvalOf(offer.share, offer.hash(foreseen)) == 0
    refused(
        lambda: offer.sign(foreseen, sign_terms(suite, foreseen)), "NotApproved", offer.share, offer.hash(foreseen), 0
    )
    approve_lease(suite, foreseen)
    offer.sign(foreseen, sign_terms(suite, foreseen))


# ----------------------------------------------------------------------------------------------------- taking it back


def test_cancel__numbers_or_all__no_offer_of_them_acts(suite: Any, offer: Offer, owner_a: str, attacker: str) -> None:
    lease = offer.lease
    second = offer.fresh(nonce=223)
    lease.cancel([0, 223], sender=attacker)  # his own, not the owner's
    assert lease.isLive(owner_a, 0)
    assert not lease.isLive(attacker, 0)
    receipt = lease.cancel([0, 0, 2**255, 224], sender=owner_a)
    assert receipt.event("OffersCancelled").args == {"owner": owner_a, "epoch": 0, "nonces": [0, 0, 2**255, 224]}
    refused(offer.sign, "OfferVoid", owner_a, 0)
    lease.cancelAll(sender=owner_a)
    refused(lambda: offer.sign(second, sign_terms(suite, second)), "OfferVoid", owner_a, 223)
    assert lease.epochOf(owner_a) == 1
    for dead in (224, 255, 1 << 8 | 224, 2 << 8, 2**40 + (1 << 8)):
        assert not lease.isLive(owner_a, dead)
    third = offer.fresh(nonce=1 << 8 | 223)
    offer.sign(third, sign_terms(suite, third))


def test_withdraw__offer_on_chain__is_gone(suite: Any, offer: Offer, owner_a: str, attacker: str) -> None:
    offer.lease.offer(offer.terms.values, sender=owner_a)
    offer.lease.withdraw(offer.share, sender=attacker)  # takes nothing of the owner's back
    with suite.engine.rollback():
        offer.sign(signature=b"")
    offer.lease.withdraw(offer.share, sender=owner_a)
    refused(lambda: offer.sign(signature=b""), "NotOffered", owner_a, offer.hash())


def test_offer__for_somebody_else__is_refused(offer: Offer, owner_a: str, attacker: str) -> None:
    refused(
        lambda: offer.lease.offer(offer.terms.values, sender=attacker), "NotShareOwner", offer.share, attacker, owner_a
    )


CHANGES: dict[str, Callable[[Any, int, str, str], object]] = {
    "document": lambda s, share, owner, manager: s.registry.setDocument(share >> 8, 1, "u", b"h" * 32, sender=manager),
    "use": lambda s, share, owner, manager: s.certificate.setUser(share, manager, 2**39, sender=owner),
    "approval": lambda s, share, owner, manager: s.certificate.approve(manager, share, sender=owner),
    "permission": lambda s, share, owner, manager: s.certificate.approveTransfer(share, owner, 2**39, sender=manager),
}


@pytest.mark.parametrize("change", CHANGES)
def test_sign__share_changed_since__is_refused(
    suite: Any, offer: Offer, owner_a: str, manager: str, change: str
) -> None:
    CHANGES[change](suite, offer.share, owner_a, manager)
    actual = suite.certificate.getStateFingerprint(offer.share)
    refused(offer.sign, "ShareChanged", offer.share, offer.terms.fingerprint, actual)


# ---------------------------------------------------------------------------------------------------- signatures (T47)


def test_signature__every_field_flipped__is_not_the_owners(
    suite: Any, offer: Offer, owner_a: str, owner_b: str
) -> None:
    signature = sign_terms(suite, offer.terms)
    others: dict[str, Any] = {
        "owner": owner_b,
        "shareId": offer.share + 1,
        "rent": RENT - 1,
        "months": 24,
        "creditBps": 5_001,
        "refundBps": 1,
        "priceUsd": 1,
        "fingerprint": bytes(32),
        "expiresAt": offer.terms.expiresAt + 1,
        "nonce": 1,
    }
    assert {*others, "lessee", "priceMode"} == set(vars(offer.terms))
    for field, value in others.items():
        other = replace(offer.terms, **{field: value})
        refused(lambda terms=other: offer.sign(terms, signature), "NotOffered", other.owner, offer.hash(other))
    other = replace(offer.terms, lessee=owner_b)
    refused(lambda: offer.sign(other, signature, owner_b), "NotOffered", owner_a, offer.hash(other))
    other = replace(offer.terms, priceMode=PriceMode.CURRENT, priceUsd=0)
    refused(lambda: offer.sign(other, signature), "NotOffered", owner_a, offer.hash(other))
    offer.sign(signature=signature)


@pytest.mark.parametrize(
    "domain",
    [
        {"chainId": 1},
        {"verifyingContract": "0x" + "11" * 20},
        {"name": "Commonhold Market"},
        {"version": "2"},
    ],
    ids=lambda domain: next(iter(domain)),
)
def test_signature__of_another_domain__counts_for_nothing(suite: Any, offer: Offer, owner_a: str, domain: Any) -> None:
    signature = sign_terms(suite, offer.terms, **domain)
    refused(lambda: offer.sign(signature=signature), "NotOffered", owner_a, offer.hash())


def test_signature__domain__is_told(suite: Any, offer: Offer) -> None:
    told = offer.lease.eip712Domain()
    assert (told.name, told.version, told.chainId) == ("Commonhold Leases", "1", suite.engine.chain_id)
    assert told.verifyingContract == offer.lease.address
    message = encode_typed_data(
        {
            "name": told.name,
            "version": told.version,
            "chainId": told.chainId,
            "verifyingContract": told.verifyingContract,
        },
        leasing.TYPES,
        vars(offer.terms),
    )
    assert message.body == offer.hash(), "the struct hash is EIP-712's"


def test_signature__by_another_key__counts_for_nothing(
    suite: Any, offer: Offer, owner_a: str, buyer: str, manager: str, attacker: str
) -> None:
    for signer in (buyer, manager, attacker):
        signature = sign_terms(suite, offer.terms, signer=signer)
        refused(lambda signed=signature: offer.sign(signature=signed), "NotOffered", owner_a, offer.hash())


def test_signature__bent__counts_for_nothing(suite: Any, offer: Offer, owner_a: str) -> None:
    good = sign_terms(suite, offer.terms)
    r, s, v = good[:32], int.from_bytes(good[32:64], "big"), good[64]
    high = (SECP256K1_ORDER - s).to_bytes(32, "big")
    bent = {
        "high s": r + high + bytes([55 - v]),
        "compact": r + (s | (v - 27) << 255).to_bytes(32, "big"),
        "66 bytes": good + b"\0",
        "64 bytes": good[:64],
        "one byte": b"\0",
        "zeros": bytes(65),
        "ERC-6492": good + bytes.fromhex("6492" * 16),
        **{f"v {v_}": good[:64] + bytes([v_]) for v_ in (0, 1, 29, 55 - v, 255)},
    }
    for kind, signature in bent.items():
        try:
            refused(lambda signed=signature: offer.sign(signature=signed), "NotOffered", owner_a, offer.hash())
        except AssertionError as problem:
            raise AssertionError(kind) from problem
    # An empty one asks for an offer on chain, and there is none.
    refused(lambda: offer.sign(signature=b""), "NotOffered", owner_a, offer.hash())


def test_signature__nobody_as_owner__is_refused(suite: Any, offer: Offer) -> None:
    nobody = replace(offer.terms, owner=ZERO)
    for signature in (bytes(65), b""):
        refused(lambda signed=signature: offer.sign(nobody, signed), "NotOffered", ZERO, offer.hash(nobody))


MODES = ("Correct", "WrongValue", "ShortAnswer", "DirtyAnswer", "Reverts", "BurnsGas")


@pytest.mark.parametrize("mode", range(len(MODES)), ids=MODES)
def test_signature__of_a_contract_wallet__counts_if_it_says_so(
    suite: Any, offer: Offer, owner_a: str, attacker: str, credential: Any, approve_move: Any, mode: int
) -> None:
    wallet = suite.engine.deploy("Test1271Wallet", owner_a, sender=attacker)
    credential(wallet.address, expires_at=suite.engine.now() + YEARS)
    approve_move(offer.share, wallet.address)
    suite.certificate.transferFrom(owner_a, wallet.address, offer.share, sender=owner_a)
    wallet.setMode(mode, sender=attacker)
    terms = offer.fresh(owner=wallet.address, fingerprint=suite.certificate.getStateFingerprint(offer.share), nonce=7)
    signature = sign_terms(suite, terms, signer=owner_a)
    if mode == 0:
        wrong = sign_terms(suite, terms, signer=attacker)
        refused(lambda: offer.sign(terms, wrong), "NotOffered", wallet.address, offer.hash(terms))
        offer.sign(terms, signature)
        assert offer.lease.leaseOf(1).owner == wallet.address
    else:
        refused(lambda: offer.sign(terms, signature), "NotOffered", wallet.address, offer.hash(terms))


def test_signature__of_a_lost_wallet__counts_for_nothing_also_before_the_share_follows(
    suite: Any, offer: Offer, owner_a: str, owner_b: str, recover: Callable[[Any, Any], None]
) -> None:
    terms = offer.fresh(expiresAt=offer.terms.expiresAt + 100 * DAY)
    signature = sign_terms(suite, terms)
    recover(owner_a, owner_b)
    refused(lambda: offer.sign(terms, signature), "WalletReplaced", owner_a, owner_b)
    suite.certificate.completeRecovery(owner_a, [offer.share], sender=owner_b)
    refused(lambda: offer.sign(terms, signature), "NotShareOwner", offer.share, owner_a, owner_b)
