"""T47: a seller's signature acts for its seller, here, for exactly its fields. T47b: a permit that a stranger hands in.

Every bent signature is refused by `take` and by `buy`; the right one passes both, so nothing else stood in the way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak
from market_scene import DAY, FEE, PRICE, UNIT, UNLIMITED, Scene, changed, refused

from commonhold.engines import wallets
from commonhold.recipe import market as sales

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
OTHER = "0x" + "11" * 20
ZERO = "0x" + "00" * 20


def _parts(signature: bytes) -> tuple[bytes, int, int]:
    return signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]


def _with_v(v: int) -> Callable[[bytes], bytes]:
    return lambda signature: signature[:64] + bytes([v])


def _flipped(signature: bytes) -> bytes:
    return signature[:64] + bytes([55 - signature[64]])


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
    "v=255": _with_v(255),
    "v flipped": _flipped,
    "high s": _high_s,
    "compact": _compact,
    "a byte short": lambda signature: signature[:64],
    "a byte more": lambda signature: signature + b"\0",
    "zeros": lambda signature: bytes(65),
    "ERC-6492": lambda signature: signature + bytes.fromhex("6492" * 16),
}

FOREIGN: dict[str, dict[str, Any]] = {
    "another chain": {"chainId": 1},
    "another contract": {"verifyingContract": OTHER},
    "another name": {"name": "Commonhold Markets"},
    "another version": {"version": "2"},
}

FLIPS: dict[str, Any] = {
    "seller": OTHER,
    "share_id": 2,
    "price_usd": PRICE + 1,
    "buyer": OTHER,
    "fingerprint": b"other".ljust(32),
    "documents_hash": b"other".ljust(32),
    "expires_at": 2**39,
    "settle_period": 29 * DAY,
    "currencies": 1,
    "nonce": 9,
}


def refused_both(scene: Scene, ask: Any, signature: bytes, error: str = "InvalidSignature") -> None:
    refused(lambda: scene.take(ask, signature=signature), error)
    refused(lambda: scene.buy(ask, signature=signature), error)


@pytest.mark.parametrize("bent", BENT)
def test_signature__bent__refused(scene: Scene, bent: str) -> None:
    ask = scene.ready()
    signature = sales.sign_ask(scene.suite, ask)
    refused_both(scene, ask, BENT[bent](signature))
    with scene.suite.engine.rollback():
        scene.buy(ask, signature=signature)
    scene.take(ask, signature=signature)


@pytest.mark.parametrize("foreign", FOREIGN)
def test_signature__of_another_domain__refused(scene: Scene, foreign: str) -> None:
    ask = scene.ready()
    refused_both(scene, ask, sales.sign_ask(scene.suite, ask, **FOREIGN[foreign]))


@pytest.mark.parametrize("field", FLIPS)
def test_signature__a_field_signed_otherwise__refused(scene: Scene, field: str) -> None:
    """What is handed in is right in everything, but another ask was signed."""
    ask = scene.ready()
    value = ask.share_id + 1 if field == "share_id" else FLIPS[field]
    refused_both(scene, ask, sales.sign_ask(scene.suite, changed(ask, **{field: value}), scene.seller))


def test_signature__matrix__has_every_field() -> None:
    assert list(FLIPS) == [
        "seller",
        "share_id",
        "price_usd",
        "buyer",
        "fingerprint",
        "documents_hash",
        "expires_at",
        "settle_period",
        "currencies",
        "nonce",
    ]
    assert len(FLIPS) == len(sales.ASK_FIELDS)


def test_signature__of_anyone_else__refused(scene: Scene, attacker: str, manager: str) -> None:
    ask = scene.ready()
    for signer in (attacker, manager, scene.buyer):
        refused_both(scene, ask, sales.sign_ask(scene.suite, ask, signer))


def test_signature__zero_seller__refused(scene: Scene) -> None:
    ask = changed(scene.ready(), seller=ZERO)
    refused_both(scene, ask, bytes(65))
    refused_both(scene, ask, sales.sign_ask(scene.suite, ask, scene.seller)[:64] + b"\0")


def test_digest__by_another_library__is_the_same(scene: Scene) -> None:
    ask = scene.ask()
    told = scene.market.eip712Domain()
    assert told.chainId == scene.suite.engine.chain_id
    assert scene.market.digestOf(ask.struct) == _digest(told, ask)


def _digest(told: Any, ask: sales.Ask) -> bytes:
    message = encode_typed_data(
        {
            "name": told.name,
            "version": told.version,
            "chainId": told.chainId,
            "verifyingContract": told.verifyingContract,
        },
        {"Ask": [{"name": name, "type": kind} for name, kind in sales.ASK_FIELDS]},
        {name: value for (name, _), value in zip(sales.ASK_FIELDS, ask.struct, strict=True)},
    )
    return keccak(b"\x19" + message.version + message.header + message.body)


# ---------------------------------------------------------------------------------------------------------- contracts


@pytest.fixture
def contract_seller(scene: Scene, attacker: str, credential: Any, approve_move: Any) -> Any:
    """A wallet that is a contract, signs by its owner's key, and owns a share."""
    suite = scene.suite
    wallet = suite.engine.deploy("Test1271Wallet", scene.seller, sender=attacker)
    credential(wallet.address)
    share = scene.house * 256 + 2
    approve_move(share, wallet.address)
    suite.certificate.transferFrom(scene.seller, wallet.address, share, sender=scene.seller)
    call = suite.certificate.setApprovalForAll.encode(suite.market.address, True)
    wallet.execute(suite.certificate.address, call, sender=attacker)
    return wallet


def test_erc1271__its_owners_signature__sells(scene: Scene, contract_seller: Any) -> None:
    share = scene.house * 256 + 2
    ask = scene.ready(seller=contract_seller.address, share_id=share)
    scene.take(ask, signature=sales.sign_ask(scene.suite, ask, scene.seller))
    assert scene.suite.certificate.ownerOf(share) == scene.buyer
    assert scene.suite.coin.balanceOf(contract_seller) == PRICE - FEE


@pytest.mark.parametrize("mode", [1, 2, 3, 4, 5])
def test_erc1271__junk_or_reverting__refused(scene: Scene, contract_seller: Any, attacker: str, mode: int) -> None:
    ask = scene.ready(seller=contract_seller.address, share_id=scene.house * 256 + 2)
    signature = sales.sign_ask(scene.suite, ask, scene.seller)
    contract_seller.setMode(mode, sender=attacker)
    refused_both(scene, ask, signature)


def test_erc1271__another_key__refused(scene: Scene, contract_seller: Any, attacker: str) -> None:
    ask = scene.ready(seller=contract_seller.address, share_id=scene.house * 256 + 2)
    refused_both(scene, ask, sales.sign_ask(scene.suite, ask, attacker))


# ------------------------------------------------------------------------------------------------------------- permits


def permit(scene: Scene, value: int, *, signer: str | None = None, deadline: int = 2**39) -> tuple[Any, ...]:
    """The buyer's, for the coin, as the market takes it."""
    suite, owner = scene.suite, scene.buyer
    told = suite.coin.eip712Domain()
    domain = {
        "name": told.name,
        "version": told.version,
        "chainId": told.chainId,
        "verifyingContract": told.verifyingContract,
    }
    fields = {"owner": "address", "spender": "address", "value": "uint256", "nonce": "uint256", "deadline": "uint256"}
    message = {
        "owner": owner,
        "spender": suite.market.address,
        "value": value,
        "nonce": suite.coin.nonces(owner),
        "deadline": deadline,
    }
    types = {"Permit": [{"name": name, "type": kind} for name, kind in fields.items()]}
    signature = suite.engine.sign_typed_data(signer or owner, domain, types, message)
    return (0, value, deadline, signature[64], signature[:32], signature[32:64])


@pytest.fixture
def unallowed(scene: Scene) -> Scene:
    """The buyer has not let the market take anything."""
    scene.suite.coin.approve(scene.market, 0, sender=scene.buyer)
    return scene


@pytest.mark.parametrize("way", ["take", "buy"])
def test_permit__by_the_buyer__is_the_allowance(unallowed: Scene, way: str) -> None:
    ask = unallowed.ready()
    pay = getattr(unallowed, way)
    refused(lambda: pay(ask), "ERC20InsufficientAllowance")
    pay(ask, permits=[permit(unallowed, PRICE)])


@pytest.mark.parametrize("way", ["take", "buy"])
def test_permit__handed_in_by_a_stranger_first__the_purchase_goes_through(
    unallowed: Scene, attacker: str, way: str
) -> None:
    """T47b."""
    ask = unallowed.ready()
    given = permit(unallowed, PRICE)
    _, value, deadline, v, r, s = given
    unallowed.suite.coin.permit(unallowed.buyer, unallowed.market, value, deadline, v, r, s, sender=attacker)
    getattr(unallowed, way)(ask, permits=[given])
    assert unallowed.suite.coin.allowance(unallowed.buyer, unallowed.market) == 0


def test_permit__of_somebody_else_or_of_no_worth__the_allowance_decides(unallowed: Scene, attacker: str) -> None:
    ask = unallowed.ready()
    for worthless in (permit(unallowed, PRICE, signer=attacker), permit(unallowed, PRICE, deadline=1)):
        refused(lambda worthless=worthless: unallowed.take(ask, permits=[worthless]), "ERC20InsufficientAllowance")
    refused(lambda: unallowed.take(ask, permits=[permit(unallowed, PRICE - 1)]), "ERC20InsufficientAllowance")
    refused(lambda: unallowed.take(ask, permits=[(5, 1, 1, 27, bytes(32), bytes(32))]), "CurrencyClosed", 5)
    # The reserve token knows no permits: that is no matter while there is an allowance.
    unallowed.suite.coin.approve(unallowed.market, UNLIMITED, sender=unallowed.buyer)
    unallowed.take(ask, permits=[(1, UNIT, 2**39, 27, bytes(32), bytes(32))])


def test_wallets__of_these_tests__sign_as_the_library_does(scene: Scene) -> None:
    """The engine's signer is no judge of itself."""
    ask = scene.ask()
    key = wallets.private_key(scene.seller)
    digest = scene.market.digestOf(ask.struct)
    assert sales.sign_ask(scene.suite, ask) == bytes(Account.unsafe_sign_hash(digest, key).signature)
