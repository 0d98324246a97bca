"""Arguments that carry a signature, for any token with permits and transfer authorisations."""

from __future__ import annotations

from typing import Any

from commonhold.engines.base import Contract
from commonhold.gasbench.world import COIN, DEADLINE, World

AUTHORIZATION_KEY = 7  # of a sequence of its own: that of key 0 is shared with permits


def permit_args(world: World, token: Contract, spender: str, nonce: int = 0) -> tuple[Any, ...]:
    """`seller` lets `spender` spend a coin."""
    message = {
        "owner": ("address", world.seller),
        "spender": ("address", spender),
        "value": ("uint256", COIN),
        "nonce": ("uint256", nonce),
        "deadline": ("uint256", DEADLINE),
    }
    signature = world.sign(world.seller, token, "Permit", message)
    return (world.seller, spender, COIN, DEADLINE, *_v_r_s(signature))


def authorization_args(world: World, token: Contract, to: str, amount: int, number: int) -> tuple[Any, ...]:
    """`seller` sends `amount` to `to`, with the authorisation `number` of one sequence."""
    message = {
        "from": ("address", world.seller),
        "to": ("address", to),
        "value": ("uint256", amount),
        "validAfter": ("uint256", 0),
        "validBefore": ("uint256", DEADLINE),
        "nonce": ("bytes32", (AUTHORIZATION_KEY << 64 | number).to_bytes(32, "big")),
    }
    signature = world.sign(world.seller, token, "TransferWithAuthorization", message)
    return (*(value for _, value in message.values()), *_v_r_s(signature))


def _v_r_s(signature: bytes) -> tuple[int, bytes, bytes]:
    return signature[64], signature[:32], signature[32:64]
