"""`claim`: the wallet brings its issuer's signature, which acts once, here, in time, for exactly its fields.

Law L19; disasters T47 (signature matrix) and T59 (replay on another chain).
"""

from __future__ import annotations

from collections.abc import Callable

import ape
import pytest
from ape.api.accounts import AccountAPI
from eth_abi import encode
from identity_claims import ISSUER, Claim, owner_id, wallet

ZERO = "0x" + 40 * "0"
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
ERC6492_MAGIC = bytes.fromhex("6492" * 16)


def split(signature: bytes) -> tuple[bytes, bytes, int]:
    return signature[:32], signature[32:64], signature[64]


# --- what is accepted -------------------------------------------------------------------------------------------------


def test_claim__with_the_issuers_signature__records_and_tells_all(credentials, claim, issuer, owner_a):
    tx = credentials.claim(*claim.arguments(claim.signed_by(issuer)), sender=owner_a)
    assert tx.events == [
        credentials.CredentialIssued(
            wallet=owner_a,
            ownerId=claim.ownerId,
            issuer=issuer,
            expiresAt=claim.expiresAt,
            jurisdiction=claim.jurisdiction,
            flags=claim.flags,
        )
    ]
    credential = credentials.credentialOf(owner_a)
    assert credentials.isValid(owner_a)
    assert (credential.ownerId, credential.issuer, credential.issuedAt) == (claim.ownerId, issuer, tx.timestamp)


@pytest.mark.parametrize("v", [27, 28])
def test_claim__with_either_right_v__is_accepted(credentials, claim, issuer, owner_a, v):
    candidates = (claim.but(ownerId=owner_id(f"claimed {number}")) for number in range(64))
    chosen = next(one for one in candidates if split(one.signed_by(issuer))[2] == v)
    credentials.claim(*chosen.arguments(chosen.signed_by(issuer)), sender=owner_a)
    assert credentials.isValid(owner_a)


@pytest.mark.parametrize("second", [-1, 0])
def test_claim__until_its_deadline__is_accepted(credentials, claim, issuer, owner_a, at, second):
    at(claim.deadline + second)
    credentials.claim(*claim.arguments(claim.signed_by(issuer)), sender=owner_a)
    assert credentials.isValid(owner_a)


def test_claim__after_its_deadline__reverts(credentials, claim, issuer, owner_a, at):
    at(claim.deadline + 1)
    with ape.reverts(credentials.SignatureExpired, deadline=claim.deadline, nowAt=claim.deadline + 1):
        credentials.claim(*claim.arguments(claim.signed_by(issuer)), sender=owner_a)


def test_claim__issuer_is_a_wallet_with_code_without_1271__its_key_counts(
    credentials, claim, issuer, owner_a, suite, chain
):
    """An EIP-7702 wallet: its account delegates to code that knows nothing of ERC-1271."""
    chain.provider.set_code(issuer.address, "0xef0100" + suite.factory.address[2:])
    credentials.claim(*claim.arguments(claim.signed_by(issuer)), sender=owner_a)
    assert credentials.isValid(owner_a)


# --- what is not what the issuer signed -------------------------------------------------------------------------------

SIGNED_FOR_SOMETHING_ELSE: dict[str, Callable[[Claim], Claim]] = {
    "another chain": lambda claim: claim.but(chain_id=claim.chain_id + 1),
    "another contract": lambda claim: claim.but(contract=wallet("another contract")),
    "another domain name": lambda claim: claim.but(name="Commonhold Credential"),
    "another version": lambda claim: claim.but(version="2"),
    "another type": lambda claim: claim.but(type_name="Grant"),
    "another wallet": lambda claim: claim.but(wallet=wallet("another")),
    "another owner id": lambda claim: claim.but(ownerId=owner_id("another")),
    "a shorter life": lambda claim: claim.but(expiresAt=claim.expiresAt - 1),
    "another jurisdiction": lambda claim: claim.but(jurisdiction=claim.jurisdiction ^ 1),
    "other flags": lambda claim: claim.but(flags=claim.flags ^ 0x8000_0000),
    "another issuer": lambda claim: claim.but(issuer=wallet("another issuer")),
    "an earlier deadline": lambda claim: claim.but(deadline=claim.deadline - 1),
}


@pytest.mark.parametrize("what", SIGNED_FOR_SOMETHING_ELSE)
def test_claim__signed_for_something_else__reverts(credentials, claim, issuer, owner_a, what):
    signature = SIGNED_FOR_SOMETHING_ELSE[what](claim).signed_by(issuer)
    with ape.reverts(credentials.InvalidIssuerSignature, issuer=issuer):
        credentials.claim(*claim.arguments(signature), sender=owner_a)
    assert credentials.ownerIdOf(owner_a) == bytes(32)


def malleable(signature: bytes) -> bytes:
    """The other signature of the same key for the same digest, with s in the upper half."""
    r, s, v = split(signature)
    return r + (CURVE_ORDER - int.from_bytes(s, "big")).to_bytes(32, "big") + bytes([55 - v])


def compact(signature: bytes) -> bytes:
    """ERC-2098: v in the highest bit of s."""
    r, s, v = split(signature)
    return r + bytes([s[0] | ((v - 27) << 7)]) + s[1:]


def wrapped(signature: bytes) -> bytes:
    """ERC-6492: (factory, its call data, signature) and the magic bytes."""
    return encode(["address", "bytes", "bytes"], [wallet("factory"), b"", signature]) + ERC6492_MAGIC


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda signature: b"",
    "one byte short": lambda signature: signature[:-1],
    "one byte long": lambda signature: signature + b"\x00",
    "compact (64 bytes)": compact,
    "high s": malleable,
    "v = 0": lambda signature: signature[:64] + b"\x00",
    "v = 1": lambda signature: signature[:64] + b"\x01",
    "v = 29": lambda signature: signature[:64] + b"\x1d",
    "the wrong one of 27 and 28": lambda signature: signature[:64] + bytes([55 - signature[64]]),
    "r = 0": lambda signature: bytes(32) + signature[32:],
    "s = 0": lambda signature: signature[:32] + bytes(32) + signature[64:],
    "r flipped in a bit": lambda signature: bytes([signature[0] ^ 1]) + signature[1:],
    "all zero": lambda signature: bytes(65),
    "ERC-6492": wrapped,
}


@pytest.mark.parametrize("how", SPOILT)
def test_claim__with_a_spoilt_signature__reverts(credentials, claim, issuer, owner_a, how):
    signature = SPOILT[how](claim.signed_by(issuer))
    with ape.reverts(credentials.InvalidIssuerSignature, issuer=issuer):
        credentials.claim(*claim.arguments(signature), sender=owner_a)


def test_claim__signed_by_another_key__reverts(credentials, claim, issuer, other_issuer, owner_a, attacker):
    for signer in (attacker, owner_a, other_issuer):
        with ape.reverts(credentials.InvalidIssuerSignature, issuer=issuer):
            credentials.claim(*claim.arguments(claim.signed_by(signer)), sender=owner_a)


def test_claim__sent_by_another_wallet__reverts(credentials, claim, issuer, owner_b, attacker):
    for caller in (attacker, owner_b, issuer):
        with ape.reverts(credentials.InvalidIssuerSignature, issuer=issuer):
            credentials.claim(*claim.arguments(claim.signed_by(issuer)), sender=caller)


# --- who signs --------------------------------------------------------------------------------------------------------


def test_claim__signer_is_no_issuer__reverts(credentials, claim, owner_a, attacker):
    own = claim.but(issuer=attacker.address)
    with ape.reverts(credentials.MissingRole, account=attacker, role=ISSUER):
        credentials.claim(*own.arguments(own.signed_by(attacker)), sender=owner_a)


def test_claim__signer_lost_the_role__reverts(suite, credentials, claim, issuer, owner_a, as_dao):
    as_dao(suite.hub, "revokeRole", ISSUER, issuer)
    late = claim.but(deadline=2**256 - 1)
    with ape.reverts(credentials.MissingRole, account=issuer, role=ISSUER):
        credentials.claim(*late.arguments(late.signed_by(issuer)), sender=owner_a)


def test_claim__signer_was_revoked__reverts(credentials, claim, issuer, owner_a, soon, at):
    at(soon)
    credentials.revokeIssuedSince(issuer, soon - 1, sender=issuer)
    with ape.reverts(credentials.IssuerIsRevoked, issuer=issuer, since=soon - 1):
        credentials.claim(*claim.arguments(claim.signed_by(issuer)), sender=owner_a)


@pytest.mark.parametrize("signature", [b"", bytes(65), bytes(64) + b"\x1b"], ids=["empty", "zeros", "zeros, v = 27"])
def test_claim__zero_signer__reverts(suite, credentials, claim, owner_a, dao, signature):
    nobody = claim.but(issuer=ZERO)
    with ape.reverts(credentials.MissingRole, account=ZERO, role=ISSUER):
        credentials.claim(*nobody.arguments(signature), sender=owner_a)
    suite.hub.grantRole(ISSUER, ZERO, 0, sender=dao)  # not even if the DAO errs
    with ape.reverts(credentials.InvalidIssuerSignature, issuer=ZERO):
        credentials.claim(*nobody.arguments(signature), sender=owner_a)


# --- once only --------------------------------------------------------------------------------------------------------


def test_claim__replayed_at_once__reverts(credentials, claim, issuer, owner_a):
    arguments = claim.arguments(claim.signed_by(issuer))
    credentials.claim(*arguments, sender=owner_a)
    with ape.reverts(credentials.CredentialStillValid, wallet=owner_a, ownerId=claim.ownerId):
        credentials.claim(*arguments, sender=owner_a)


def test_claim__replayed_after_revocation__reverts(credentials, claim, issuer, owner_a):
    arguments = claim.arguments(claim.signed_by(issuer))
    credentials.claim(*arguments, sender=owner_a)
    credentials.revoke(owner_a, sender=issuer)
    with ape.reverts(credentials.OwnerIdAlreadyUsed, ownerId=claim.ownerId):
        credentials.claim(*arguments, sender=owner_a)


def test_claim__replayed_after_expiry__reverts(credentials, claim, issuer, owner_a, soon, at):
    short = claim.but(expiresAt=soon + 100)
    arguments = short.arguments(short.signed_by(issuer))
    at(soon)
    credentials.claim(*arguments, sender=owner_a)
    at(soon + 100)
    with ape.reverts(credentials.ExpiryInPast, expiresAt=soon + 100, nowAt=soon + 100):
        credentials.claim(*arguments, sender=owner_a)


def test_claim__two_signed_for_one_wallet__only_one_acts(credentials, claim, issuer, owner_a):
    second = claim.but(ownerId=owner_id("second"))
    credentials.claim(*claim.arguments(claim.signed_by(issuer)), sender=owner_a)
    with ape.reverts(credentials.CredentialStillValid, wallet=owner_a, ownerId=claim.ownerId):
        credentials.claim(*second.arguments(second.signed_by(issuer)), sender=owner_a)


@pytest.fixture
def forked_chain_id(chain):
    """The chain splits: this branch gets another id."""
    own = chain.chain_id
    forked = own + 4_242
    chain.provider.make_request("anvil_setChainId", [forked])
    try:
        yield forked
    finally:
        chain.provider.make_request("anvil_setChainId", [own])


def test_claim__after_a_fork__only_a_signature_for_the_new_id_counts(
    credentials, claim, issuer, owner_a, forked_chain_id
):
    before = claim.arguments(claim.signed_by(issuer))
    after = claim.arguments(claim.but(chain_id=forked_chain_id).signed_by(issuer))
    assert credentials.eip712Domain().chainId == forked_chain_id
    with ape.reverts(credentials.InvalidIssuerSignature, issuer=issuer):
        credentials.claim.call(*before, sender=owner_a)
    credentials.claim.call(*after, sender=owner_a)


# --- contracts that sign (ERC-1271) -----------------------------------------------------------------------------------

BURNT = 2_000_000  # units of gas for whoever burns all he gets: enough, and quick
MODES = ("correct", "wrong value", "short answer", "dirty answer", "reverts", "burns gas")


@pytest.fixture
def contract_issuer(suite, project, as_dao, other_issuer_account: AccountAPI):
    """An issuer that is a contract, with a key behind it."""
    contract = other_issuer_account.deploy(project.Test1271Wallet, other_issuer_account)
    as_dao(suite.hub, "grantRole", ISSUER, contract, 0)
    return contract


def test_claim__from_a_contract_issuer__is_accepted(credentials, claim, contract_issuer, owner_a, other_issuer_account):
    own = claim.but(issuer=contract_issuer.address)
    credentials.claim(*own.arguments(own.signed_by(other_issuer_account)), sender=owner_a)
    assert credentials.credentialOf(owner_a).issuer == contract_issuer


@pytest.mark.parametrize("mode", MODES[1:])
def test_claim__from_a_contract_that_does_not_approve__reverts(
    credentials, claim, contract_issuer, owner_a, other_issuer_account, mode
):
    contract_issuer.setMode(MODES.index(mode), sender=other_issuer_account)
    own = claim.but(issuer=contract_issuer.address)
    with ape.reverts(credentials.InvalidIssuerSignature, issuer=contract_issuer):
        credentials.claim(*own.arguments(own.signed_by(other_issuer_account)), sender=owner_a, gas=BURNT)


def test_claim__contract_issuer_other_digest__reverts(
    credentials, claim, contract_issuer, owner_a, other_issuer_account
):
    own = claim.but(issuer=contract_issuer.address)
    signature = own.but(flags=own.flags ^ 1).signed_by(other_issuer_account)
    with ape.reverts(credentials.InvalidIssuerSignature, issuer=contract_issuer):
        credentials.claim(*own.arguments(signature), sender=owner_a)


def test_claim__issuer_is_a_contract_without_1271__reverts(suite, credentials, claim, owner_a, dao):
    suite.hub.grantRole(ISSUER, suite.factory, 0, sender=dao)
    own = claim.but(issuer=suite.factory.address)
    with ape.reverts(credentials.InvalidIssuerSignature, issuer=suite.factory):
        credentials.claim(*own.arguments(bytes(65)), sender=owner_a)


# --- ERC-5267 ---------------------------------------------------------------------------------------------------------


def test_eip712_domain__names_what_is_signed_for(credentials, chain):
    domain = credentials.eip712Domain()
    assert domain.fields == b"\x0f"
    assert (domain.name, domain.version) == ("Commonhold Credentials", "1")
    assert (domain.chainId, domain.verifyingContract) == (chain.chain_id, credentials)
    assert (domain.salt, domain.extensions) == (bytes(32), [])
