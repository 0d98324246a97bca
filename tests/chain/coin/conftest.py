"""What the coin's tests share: minters, freezes, orders of the court, and signatures that can be bent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data

SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

_AUTHORISATION = "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce"
_TYPES = {
    "Permit": "address owner,address spender,uint256 value,uint256 nonce,uint256 deadline",
    "TransferWithAuthorization": _AUTHORISATION,
    "ReceiveWithAuthorization": _AUTHORISATION,
    "CancelAuthorization": "address authorizer,bytes32 nonce",
}


@dataclass(frozen=True)
class Signature:
    """An ECDSA signature in parts, to be handed in as it is or changed by one part."""

    v: int
    r: int
    s: int

    @property
    def vrs(self) -> tuple[int, bytes, bytes]:
        return self.v, self.r.to_bytes(32, "big"), self.s.to_bytes(32, "big")

    @property
    def bytes65(self) -> bytes:
        return b"".join(self.vrs[1:]) + bytes([self.v])

    @property
    def bytes64(self) -> bytes:
        """ERC-2098's compact form, which the coin refuses: two spellings of one signature are one too many."""
        return self.vrs[1] + (self.s | (self.v - 27) << 255).to_bytes(32, "big")

    def with_v(self, v: int) -> Signature:
        return replace(self, v=v)

    def with_high_s(self) -> Signature:
        """The other solution of the same equation: it recovers the same signer."""
        return Signature(v=55 - self.v, r=self.r, s=SECP256K1_ORDER - self.s)


@dataclass(frozen=True)
class TypedData:
    """EIP-712 messages in the coin's domain."""

    coin: Any
    chain_id: int

    def message(self, kind: str, fields: dict[str, Any], **domain: Any) -> SignableMessage:
        return encode_typed_data(
            full_message={
                "types": {
                    "EIP712Domain": _fields("string name,string version,uint256 chainId,address verifyingContract"),
                    kind: _fields(_TYPES[kind]),
                },
                "primaryType": kind,
                "domain": {
                    "name": "Home Dollar",
                    "version": "1",
                    "chainId": self.chain_id,
                    "verifyingContract": self.coin.address,
                    **domain,
                },
                "message": {key: getattr(value, "address", value) for key, value in fields.items()},
            }
        )

    def sign(self, signer: Any, kind: str, fields: dict[str, Any], **domain: Any) -> Signature:
        signed = signer.sign_message(self.message(kind, fields, **domain))
        return Signature(signed.v, int.from_bytes(signed.r, "big"), int.from_bytes(signed.s, "big"))

    def recovered(self, kind: str, fields: dict[str, Any], signature: Signature, **domain: Any) -> str:
        """Whom the coin finds when it checks `signature` for `fields`."""
        message = self.message(kind, fields, **domain)
        return str(Account.recover_message(message, vrs=(signature.v, signature.r, signature.s)))


def _fields(text: str) -> list[dict[str, str]]:
    return [dict(zip(("type", "name"), field.split(" "), strict=True)) for field in text.split(",")]


@pytest.fixture(scope="session")
def coin(suite: Any) -> Any:
    return suite.coin


@pytest.fixture(scope="session")
def typed_data(coin: Any, chain: Any) -> TypedData:
    return TypedData(coin, chain.chain_id)


@pytest.fixture
def set_minter(coin: Any, as_dao: Callable[..., Any]) -> Callable[[Any, int], Any]:
    def write(minter: Any, cap: int) -> Any:
        return as_dao(coin, "setMinter", minter, cap)

    return write


@pytest.fixture
def freeze(coin: Any, court: Any) -> Callable[[Any, int], Any]:
    def write(wallet: Any, amount: int) -> Any:
        return coin.setFrozenTokens(wallet, amount, sender=court)

    return write


@pytest.fixture
def ordered(suite: Any, coin: Any, court: Any, chain: Any) -> Callable[[Any, Any, int], None]:
    """Orders a forced transfer and lets its delay pass, so that the court may make it with its next call."""

    def order(owner: Any, to: Any, amount: int) -> None:
        data = coin.forcedTransfer.encode_input(owner, to, amount)
        suite.hub.schedule(coin, data, 0, sender=court)
        chain.pending_timestamp = suite.hub.getSchedule(suite.hub.hashOperation(court, coin, data))

    return order
