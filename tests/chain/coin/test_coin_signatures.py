"""Permits (ERC-2612) and transfer authorisations (ERC-3009): a signature acts once, here, in time, for its fields.

Disaster T47 is the matrix of signatures that must not act, T47b the permit that a stranger hands in first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ape
import pytest
from eth_abi import encode
from eth_utils import keccak

ZERO = "0x" + "00" * 20
HOUR = 3_600
KEY = 0xC0FFEE << 64  # key 0xC0FFEE, sequence 0: keyed nonces are key * 2**64 + sequence
AUTHORISED = 40
OTHER_ADDRESS = "0x" + "11" * 20

# What is bent about the signature itself, and with which error each is refused; `None` means that some other signer
# than the right one is recovered.
BENT: dict[str, tuple[Callable[[Any], Any], str | None]] = {
    "v=0": (lambda signature: signature.with_v(0), "ECDSAInvalidSignature"),
    "v=1": (lambda signature: signature.with_v(1), "ECDSAInvalidSignature"),
    "v=29": (lambda signature: signature.with_v(29), "ECDSAInvalidSignature"),
    "v flipped": (lambda signature: signature.with_v(55 - signature.v), None),
    "high s": (lambda signature: signature.with_high_s(), "ECDSAInvalidSignatureS"),
}
# Whose domain was signed instead.
FOREIGN: dict[str, dict[str, Any]] = {
    "wrong chain": {"chainId": 1},
    "wrong contract": {"verifyingContract": OTHER_ADDRESS},
    "wrong name": {"name": "Home Dollars"},
    "wrong version": {"version": "2"},
}


@pytest.fixture
def holder(manager, coin, coins):
    """Holds exactly 100."""
    coins(manager, 100)
    assert coin.balanceOf(manager) == 100
    return manager


@pytest.fixture
def now(chain) -> int:
    return chain.pending_timestamp


# --------------------------------------------------------------------------------------------------- permit


@pytest.fixture
def permit(coin, holder, buyer, now) -> dict[str, Any]:
    return {
        "owner": holder,
        "spender": buyer,
        "value": 40,
        "nonce": coin.nonces(holder),
        "deadline": now + HOUR,
    }


def hand_in_permit(coin, fields, signature, sender):
    """The nonce is not handed in: the coin puts its own."""
    return coin.permit(
        fields["owner"], fields["spender"], fields["value"], fields["deadline"], *signature.vrs, sender=sender
    )


def test_permit__signed__sets_allowance_once(coin, permit, typed_data, holder, buyer, attacker):
    signature = typed_data.sign(holder, "Permit", permit)
    tx = hand_in_permit(coin, permit, signature, attacker)
    assert tx.events == [coin.Approval(owner=holder, spender=buyer, value=40)]
    assert (coin.allowance(holder, buyer), coin.nonces(holder)) == (40, permit["nonce"] + 1)

    used_up = permit | {"nonce": permit["nonce"] + 1}
    with ape.reverts(
        coin.ERC2612InvalidSigner, signer=typed_data.recovered("Permit", used_up, signature), owner=holder
    ):
        hand_in_permit(coin, permit, signature, attacker)


def test_permit__deadline__last_second_counts(coin, permit, typed_data, holder, attacker, chain):
    signature = typed_data.sign(holder, "Permit", permit)
    chain.pending_timestamp = permit["deadline"]
    hand_in_permit(coin, permit, signature, attacker)
    assert coin.allowance(holder, permit["spender"]) == 40


def test_permit__past_deadline__refused(coin, permit, typed_data, holder, attacker, chain):
    signature = typed_data.sign(holder, "Permit", permit)
    chain.pending_timestamp = permit["deadline"] + 1
    with ape.reverts(coin.ERC2612ExpiredSignature, deadline=permit["deadline"]):
        hand_in_permit(coin, permit, signature, attacker)


@pytest.mark.parametrize("bent", BENT)
def test_permit__bent_signature__refused(coin, permit, typed_data, holder, attacker, bent):
    bend, error = BENT[bent]
    signature = bend(typed_data.sign(holder, "Permit", permit))
    if error == "ECDSAInvalidSignature":
        expected = ape.reverts(coin.ECDSAInvalidSignature)
    elif error == "ECDSAInvalidSignatureS":
        expected = ape.reverts(coin.ECDSAInvalidSignatureS, s=signature.vrs[2])
    else:
        signer = typed_data.recovered("Permit", permit, signature)
        expected = ape.reverts(coin.ERC2612InvalidSigner, signer=signer, owner=holder)
    with expected:
        hand_in_permit(coin, permit, signature, attacker)


@pytest.mark.parametrize("foreign", FOREIGN)
def test_permit__signed_for_elsewhere__refused(coin, permit, typed_data, holder, attacker, foreign):
    signature = typed_data.sign(holder, "Permit", permit, **FOREIGN[foreign])
    signer = typed_data.recovered("Permit", permit, signature)
    with ape.reverts(coin.ERC2612InvalidSigner, signer=signer, owner=holder):
        hand_in_permit(coin, permit, signature, attacker)


@pytest.mark.parametrize("field", ["owner", "spender", "value", "nonce", "deadline"])
def test_permit__field_changed__refused(coin, permit, typed_data, holder, attacker, field):
    signed = permit | {field: permit[field] + 1 if isinstance(permit[field], int) else OTHER_ADDRESS}
    signature = typed_data.sign(holder, "Permit", signed)
    signer = typed_data.recovered("Permit", permit, signature)
    with ape.reverts(coin.ERC2612InvalidSigner, signer=signer, owner=holder):
        hand_in_permit(coin, permit, signature, attacker)


def test_permit__other_signer__refused(coin, permit, typed_data, holder, attacker):
    signature = typed_data.sign(attacker, "Permit", permit)
    with ape.reverts(coin.ERC2612InvalidSigner, signer=attacker, owner=holder):
        hand_in_permit(coin, permit, signature, attacker)


def test_permit__zero_signer__refused(coin, permit, typed_data, attacker):
    """An unreadable signature recovers the zero address, which must not pass for an owner."""
    zero = permit | {"owner": ZERO, "nonce": 0}
    signature = typed_data.sign(attacker, "Permit", zero)
    with ape.reverts(coin.ECDSAInvalidSignature):
        hand_in_permit(coin, zero, signature.with_v(0), attacker)


def test_permit__after_a_fork__refused(coin, permit, typed_data, holder, attacker, chain):
    """The chain's id changes under the coin, as it does on one side of a fork."""
    signature = typed_data.sign(holder, "Permit", permit)
    separator, request = coin.DOMAIN_SEPARATOR(), chain.provider.make_request
    arguments = (permit["owner"], permit["spender"], permit["value"], permit["deadline"], *signature.vrs)
    call = {"to": coin.address, "data": "0x" + bytes(coin.permit.encode_input(*arguments)).hex()}
    ask = chain.provider.web3.provider.make_request
    assert ask("eth_call", [call, "latest"])["result"] == "0x"  # would pass here
    request("anvil_setChainId", [chain.chain_id + 1])
    try:
        assert coin.DOMAIN_SEPARATOR() != separator
        refusal = ask("eth_call", [call, "latest"])["error"]["data"]
    finally:
        request("anvil_setChainId", [chain.chain_id])
    signer = typed_data.recovered("Permit", permit, signature, chainId=chain.chain_id + 1)
    expected = keccak(text="ERC2612InvalidSigner(address,address)")[:4] + encode(
        ["address", "address"], [signer, holder.address]
    )
    assert refusal == "0x" + expected.hex()


def test_permit__front_run__the_payment_still_goes_through(
    project, coin, typed_data, permit, holder, attacker, deployer
):
    """T47b: the stranger's call gives the very allowance that was signed."""
    spender = project.TestPermitSpender.deploy(sender=deployer)
    signed = permit | {"spender": spender}
    signature = typed_data.sign(holder, "Permit", signed)
    hand_in_permit(coin, signed, signature, attacker)
    spender.take(coin, 40, signed["deadline"], *signature.vrs, sender=holder)
    assert (coin.balanceOf(spender), coin.balanceOf(holder)) == (40, 60)

    # Without allowance from anywhere a used permit is worth nothing.
    with ape.reverts(coin.ERC20InsufficientAllowance, spender=spender, allowance=0, needed=40):
        spender.take(coin, 40, signed["deadline"], *signature.vrs, sender=holder)


# ------------------------------------------------------------------------------------------- authorisations


@pytest.fixture
def authorisation(holder, buyer, now) -> dict[str, Any]:
    return {
        "from": holder,
        "to": buyer,
        "value": AUTHORISED,
        "validAfter": now - HOUR,
        "validBefore": now + HOUR,
        "nonce": KEY.to_bytes(32, "big"),
    }


FUNCTIONS = {
    "TransferWithAuthorization": "transferWithAuthorization",
    "ReceiveWithAuthorization": "receiveWithAuthorization",
}
by_kind = pytest.mark.parametrize("kind", FUNCTIONS)


def hand_in(coin, kind, fields, signature, sender):
    """By the payee, who may hand in both kinds."""
    return getattr(coin, FUNCTIONS[kind])(*fields.values(), *signature.vrs, sender=sender)


def hand_in_bytes(coin, kind, fields, signature: bytes, sender):
    return getattr(coin, FUNCTIONS[kind])(*fields.values(), signature, sender=sender)


@by_kind
def test_authorisation__signed__moves_the_coins_once(coin, authorisation, typed_data, holder, buyer, kind):
    before, nonce = coin.balanceOf(buyer), authorisation["nonce"]
    signature = typed_data.sign(holder, kind, authorisation)
    assert not coin.authorizationState(holder, nonce)
    tx = hand_in(coin, kind, authorisation, signature, buyer)
    assert tx.events == [
        coin.AuthorizationUsed(authorizer=holder, nonce=nonce),
        coin.Transfer(**{"from": holder, "to": buyer, "value": AUTHORISED}),
    ]
    assert coin.authorizationState(holder, nonce)
    assert (coin.balanceOf(holder), coin.balanceOf(buyer)) == (100 - AUTHORISED, before + AUTHORISED)
    with ape.reverts(coin.InvalidAccountNonce, account=holder, currentNonce=KEY + 1):
        hand_in(coin, kind, authorisation, signature, buyer)


@by_kind
def test_authorisation__as_bytes__moves_the_coins(coin, authorisation, typed_data, holder, buyer, kind):
    signature = typed_data.sign(holder, kind, authorisation)
    hand_in_bytes(coin, kind, authorisation, signature.bytes65, buyer)
    assert coin.balanceOf(holder) == 100 - AUTHORISED


def test_authorisation__to_transfer__anybody_hands_it_in(coin, authorisation, typed_data, holder, attacker):
    signature = typed_data.sign(holder, "TransferWithAuthorization", authorisation)
    hand_in(coin, "TransferWithAuthorization", authorisation, signature, attacker)
    assert coin.balanceOf(holder) == 100 - AUTHORISED


def test_authorisation__to_receive__only_the_payee_hands_it_in(
    coin, authorisation, typed_data, holder, buyer, attacker
):
    signature = typed_data.sign(holder, "ReceiveWithAuthorization", authorisation)
    with ape.reverts(coin.ERC20InvalidReceiver, receiver=buyer):
        hand_in(coin, "ReceiveWithAuthorization", authorisation, signature, attacker)
    with ape.reverts(coin.ERC20InvalidReceiver, receiver=buyer):
        hand_in_bytes(coin, "ReceiveWithAuthorization", authorisation, signature.bytes65, attacker)


def test_authorisation__of_one_kind__is_not_of_the_other(coin, authorisation, typed_data, holder, buyer):
    kinds = list(FUNCTIONS)
    for signed, used in (kinds, reversed(kinds)):
        signature = typed_data.sign(holder, signed, authorisation)
        with ape.reverts(coin.ERC3009InvalidSignature):
            hand_in(coin, used, authorisation, signature, buyer)


# both ends are open: it counts from the second after `validAfter` to the second before `validBefore`
@by_kind
@pytest.mark.parametrize(
    ("after", "before", "counts"), [(0, 1, False), (-1, 1, True), (-1, 0, False), (0, HOUR, False), (-HOUR, 0, False)]
)
def test_authorisation__window(coin, authorisation, typed_data, holder, buyer, chain, now, kind, after, before, counts):
    at = now + 10
    bounded = authorisation | {"validAfter": at + after, "validBefore": at + before}
    signature = typed_data.sign(holder, kind, bounded)
    chain.pending_timestamp = at
    if counts:
        hand_in(coin, kind, bounded, signature, buyer)
        assert coin.authorizationState(holder, bounded["nonce"])
        return
    with ape.reverts(
        coin.ERC3009InvalidAuthorizationTime, validAfter=bounded["validAfter"], validBefore=bounded["validBefore"]
    ):
        hand_in(coin, kind, bounded, signature, buyer)


@by_kind
def test_authorisation__out_of_order__refused_within_a_key_only(coin, authorisation, typed_data, holder, buyer, kind):
    authorisation["value"] = 10
    second = authorisation | {"nonce": (KEY + 1).to_bytes(32, "big")}
    with ape.reverts(coin.InvalidAccountNonce, account=holder, currentNonce=KEY):
        hand_in(coin, kind, second, typed_data.sign(holder, kind, second), buyer)
    other_key = authorisation | {"nonce": (KEY << 1).to_bytes(32, "big")}
    hand_in(coin, kind, other_key, typed_data.sign(holder, kind, other_key), buyer)
    hand_in(coin, kind, authorisation, typed_data.sign(holder, kind, authorisation), buyer)
    hand_in(coin, kind, second, typed_data.sign(holder, kind, second), buyer)
    assert coin.nonces(holder, KEY >> 64) == KEY + 2


@by_kind
@pytest.mark.parametrize("bent", BENT)
def test_authorisation__bent_signature__refused(coin, authorisation, typed_data, holder, buyer, kind, bent):
    bend, error = BENT[bent]
    signature = bend(typed_data.sign(holder, kind, authorisation))
    if error == "ECDSAInvalidSignature":
        expected = ape.reverts(coin.ECDSAInvalidSignature)
    elif error == "ECDSAInvalidSignatureS":
        expected = ape.reverts(coin.ECDSAInvalidSignatureS, s=signature.vrs[2])
    else:
        expected = ape.reverts(coin.ERC3009InvalidSignature)
    with expected:
        hand_in(coin, kind, authorisation, signature, buyer)
    # handed in as bytes, every one of them is just invalid
    with ape.reverts(coin.ERC3009InvalidSignature):
        hand_in_bytes(coin, kind, authorisation, signature.bytes65, buyer)


@by_kind
@pytest.mark.parametrize("shape", ["empty", "64-byte compact", "one byte more", "ERC-6492 wrapped"])
def test_authorisation__bytes_of_other_shape__refused(coin, authorisation, typed_data, holder, buyer, kind, shape):
    signature = typed_data.sign(holder, kind, authorisation)
    shaped = {
        "empty": b"",
        "64-byte compact": signature.bytes64,
        "one byte more": signature.bytes65 + b"\0",
        "ERC-6492 wrapped": signature.bytes65 + bytes.fromhex("6492" * 16),
    }[shape]
    with ape.reverts(coin.ERC3009InvalidSignature):
        hand_in_bytes(coin, kind, authorisation, shaped, buyer)


@by_kind
@pytest.mark.parametrize("foreign", FOREIGN)
def test_authorisation__signed_for_elsewhere__refused(coin, authorisation, typed_data, holder, buyer, kind, foreign):
    signature = typed_data.sign(holder, kind, authorisation, **FOREIGN[foreign])
    with ape.reverts(coin.ERC3009InvalidSignature):
        hand_in(coin, kind, authorisation, signature, buyer)
    with ape.reverts(coin.ERC3009InvalidSignature):
        hand_in_bytes(coin, kind, authorisation, signature.bytes65, buyer)


@by_kind
@pytest.mark.parametrize("field", ["from", "to", "value", "validAfter", "validBefore", "nonce"])
def test_authorisation__field_changed__refused(coin, authorisation, typed_data, holder, buyer, kind, field):
    value = authorisation[field]
    if isinstance(value, int):
        changed: Any = value + 1
    else:
        changed = (KEY + 1).to_bytes(32, "big") if field == "nonce" else OTHER_ADDRESS
    signature = typed_data.sign(holder, kind, authorisation | {field: changed})
    with ape.reverts(coin.ERC3009InvalidSignature):
        hand_in(coin, kind, authorisation, signature, buyer)


@by_kind
def test_authorisation__other_or_zero_signer__refused(coin, authorisation, typed_data, buyer, attacker, kind):
    with ape.reverts(coin.ERC3009InvalidSignature):
        hand_in(coin, kind, authorisation, typed_data.sign(attacker, kind, authorisation), buyer)
    zero = authorisation | {"from": ZERO}
    signature = typed_data.sign(attacker, kind, zero).with_v(0)
    with ape.reverts(coin.ECDSAInvalidSignature):
        hand_in(coin, kind, zero, signature, buyer)
    with ape.reverts(coin.ERC3009InvalidSignature):
        hand_in_bytes(coin, kind, zero, signature.bytes65, buyer)


@by_kind
def test_authorisation__frozen_coins__refused_and_not_used_up(
    coin, authorisation, typed_data, holder, buyer, freeze, kind
):
    freeze(holder, 61)
    signature = typed_data.sign(holder, kind, authorisation)
    with ape.reverts(coin.ERC7943InsufficientUnfrozenBalance, account=holder, amount=AUTHORISED, unfrozen=39):
        hand_in(coin, kind, authorisation, signature, buyer)
    freeze(holder, 60)
    hand_in(coin, kind, authorisation, signature, buyer)
    assert coin.balanceOf(holder) == 60


@by_kind
def test_cancel__signed__ends_the_authorisation(coin, authorisation, typed_data, holder, buyer, attacker, kind):
    nonce = authorisation["nonce"]
    cancellation = {"authorizer": holder, "nonce": nonce}
    signature = typed_data.sign(holder, "CancelAuthorization", cancellation)
    tx = coin.cancelAuthorization(holder, nonce, *signature.vrs, sender=attacker)
    assert tx.events == [coin.AuthorizationCanceled(authorizer=holder, nonce=nonce)]
    assert coin.authorizationState(holder, nonce)
    with ape.reverts(coin.InvalidAccountNonce, account=holder, currentNonce=KEY + 1):
        hand_in(coin, kind, authorisation, typed_data.sign(holder, kind, authorisation), buyer)
    with ape.reverts(coin.InvalidAccountNonce, account=holder, currentNonce=KEY + 1):
        coin.cancelAuthorization(holder, nonce, *signature.vrs, sender=attacker)


def test_cancel__not_signed_by_the_authoriser__refused(coin, authorisation, typed_data, holder, attacker):
    cancellation = {"authorizer": holder, "nonce": authorisation["nonce"]}
    by_other = typed_data.sign(attacker, "CancelAuthorization", cancellation)
    elsewhere = typed_data.sign(holder, "CancelAuthorization", cancellation, chainId=1)
    of_other_nonce = typed_data.sign(holder, "CancelAuthorization", cancellation | {"nonce": b"\1" * 32})
    for signature in (by_other, elsewhere, of_other_nonce):
        with ape.reverts(coin.ERC3009InvalidSignature):
            coin.cancelAuthorization(*cancellation.values(), *signature.vrs, sender=attacker)
        with ape.reverts(coin.ERC3009InvalidSignature):
            coin.cancelAuthorization(*cancellation.values(), signature.bytes65, sender=attacker)


def test_key_zero__is_the_sequence_of_permits(coin, permit, authorisation, typed_data, holder, buyer):
    kind = "TransferWithAuthorization"
    nonce = coin.nonces(holder)
    keyless = authorisation | {"nonce": nonce.to_bytes(32, "big")}
    hand_in(coin, kind, keyless, typed_data.sign(holder, kind, keyless), buyer)
    assert coin.nonces(holder) == nonce + 1
    signature = typed_data.sign(holder, "Permit", permit)
    used_up = permit | {"nonce": nonce + 1}
    with ape.reverts(
        coin.ERC2612InvalidSigner, signer=typed_data.recovered("Permit", used_up, signature), owner=holder
    ):
        hand_in_permit(coin, permit, signature, buyer)


CORRECT = 0
# Test1271Wallet's ways of not approving: wrong value, short answer, dirty answer, revert, endless loop
JUNK = {"wrong value": 1, "short answer": 2, "dirty answer": 3, "reverts": 4, "burns gas": 5}


@pytest.fixture
def contract_wallet(project, holder, coin, deployer):
    """A contract that signs by its owner's key and holds 100."""
    contract = project.Test1271Wallet.deploy(holder, sender=deployer)
    coin.transfer(contract, 100, sender=holder)
    return contract


@by_kind
def test_authorisation__of_a_contract__by_erc1271_as_bytes_only(
    coin, authorisation, typed_data, contract_wallet, holder, buyer, kind
):
    authorisation["from"] = contract_wallet
    signature = typed_data.sign(holder, kind, authorisation)
    with ape.reverts(coin.ERC3009InvalidSignature):
        hand_in(coin, kind, authorisation, signature, buyer)
    hand_in_bytes(coin, kind, authorisation, signature.bytes65, buyer)
    assert coin.balanceOf(contract_wallet) == 100 - AUTHORISED


@pytest.mark.parametrize("mode", JUNK)
def test_authorisation__contract_answers_junk__refused(
    coin, authorisation, typed_data, contract_wallet, holder, buyer, deployer, mode
):
    kind = "TransferWithAuthorization"
    authorisation["from"] = contract_wallet
    signature = typed_data.sign(holder, kind, authorisation)
    contract_wallet.setMode(JUNK[mode], sender=deployer)
    with ape.reverts(coin.ERC3009InvalidSignature):
        coin.transferWithAuthorization(*authorisation.values(), signature.bytes65, sender=buyer, gas=3_000_000)


def test_authorisation__of_a_7702_wallet__ecdsa_still_counts(
    coin, authorisation, typed_data, project, holder, buyer, deployer, chain
):
    """A wallet with code of its own that knows nothing of ERC-1271 signs in parts, by its key."""
    code = chain.provider.get_code(project.TestPermitSpender.deploy(sender=deployer).address)
    before = chain.provider.get_code(holder.address)
    chain.provider.set_code(holder.address, code)
    try:
        signature = typed_data.sign(holder, "TransferWithAuthorization", authorisation)
        hand_in(coin, "TransferWithAuthorization", authorisation, signature, buyer)
        assert coin.balanceOf(holder) == 100 - AUTHORISED
    finally:
        chain.provider.set_code(holder.address, before)
