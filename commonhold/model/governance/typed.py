"""EIP-712 digests of votes and delegations."""

from __future__ import annotations

from functools import cache

from eth_utils import keccak

from commonhold.model.core import hash_of

_DOMAIN = keccak(text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")


@cache
def domain_of(name: str, chain_id: int, contract: str) -> bytes:
    """The separator of version 1."""
    return hash_of(_DOMAIN, keccak(text=name), keccak(text="1"), chain_id, contract)


def digest_of(domain: bytes, struct: bytes) -> bytes:
    return keccak(b"\x19\x01" + domain + struct)
