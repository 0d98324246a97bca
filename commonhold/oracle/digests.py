"""What nodes sign: EIP-712 digests of their observations and of reports, bound to chain, aggregator and node set.

Signatures have 64 bytes, r and vs, as ERC-2098 has them and `IQuorumAggregator.Signature` takes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from eth_keys import keys
from eth_keys.exceptions import BadSignature, ValidationError
from eth_utils import keccak

from commonhold.engines.codec import as_address

DOMAIN_NAME = "Commonhold Quorum"
DOMAIN_VERSION = "1"
SIGNATURE_BYTES = 64

DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
REPORT_TYPE = "Report(address nodeSet,uint40 epoch,uint40 observedAt,bytes32 root)"
OBSERVATIONS_TYPE = "Observations(address nodeSet,uint40 epoch,uint40 observedAt,bytes32[] feedIds,uint256[] values)"

_HALF_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141 // 2
_PARITY = 1 << 255


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a signature counts: the chain, the aggregator on it, and the address of the node set's list."""

    chain_id: int
    aggregator: str
    node_set: str


def scope_of(aggregator: Any) -> Scope:
    """The scope of signatures for an aggregator on an engine, under its present node set."""
    return Scope(aggregator.engine.chain_id, aggregator.address, aggregator.nodeSet().digest)


def report_digest(scope: Scope, epoch: int, observed_at: int, root: bytes) -> bytes:
    """What a node signs for a report: `IQuorumAggregator.digestOf`."""
    fields = (_address(scope.node_set), _number(epoch), _number(observed_at), root)
    return _typed(scope, REPORT_TYPE, *fields)


def observations_digest(scope: Scope, epoch: int, observed_at: int, values: Mapping[bytes, int]) -> bytes:
    """What a node signs for its own observations: the values (18 decimals) in the order of their feed ids."""
    feed_ids = sorted(values)
    feeds_hash = keccak(b"".join(feed_ids))
    values_hash = keccak(b"".join(_number(values[feed_id]) for feed_id in feed_ids))
    fields = (_address(scope.node_set), _number(epoch), _number(observed_at), feeds_hash, values_hash)
    return _typed(scope, OBSERVATIONS_TYPE, *fields)


def sign(key: Any, digest: bytes) -> bytes:
    """The 64 bytes r, vs of a private key (32 bytes, or anything of eth-account with a `key`) over a digest."""
    signature = _private_key(key).sign_msg_hash(digest)
    return _number(signature.r) + _number(signature.s | (_PARITY if signature.v else 0))


def address_of(key: Any) -> str:
    """The address of a private key, given as to `sign`."""
    return _private_key(key).public_key.to_checksum_address()


def recover(digest: bytes, signature: bytes) -> str | None:
    """Who made the signature; None if it is nobody's, or has the wrong length, or an s above half the curve's order."""
    if len(signature) != SIGNATURE_BYTES:
        return None
    r, vs = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    s = vs & (_PARITY - 1)
    if s > _HALF_ORDER:
        return None
    try:
        found = keys.Signature(vrs=(vs >> 255, r, s))
        return found.recover_public_key_from_msg_hash(digest).to_checksum_address()
    except (BadSignature, ValidationError):
        return None


def _private_key(key: Any) -> keys.PrivateKey:
    return keys.PrivateKey(bytes(getattr(key, "key", key)))


def _typed(scope: Scope, kind: str, *fields: bytes) -> bytes:
    struct = keccak(keccak(text=kind) + b"".join(fields))
    return keccak(b"\x19\x01" + _domain_separator(scope.chain_id, scope.aggregator) + struct)


@lru_cache(maxsize=64)
def _domain_separator(chain_id: int, aggregator: str) -> bytes:
    names = keccak(text=DOMAIN_NAME) + keccak(text=DOMAIN_VERSION)
    return keccak(keccak(text=DOMAIN_TYPE) + names + _number(chain_id) + _address(aggregator))


def _address(address: str) -> bytes:
    return bytes(12) + bytes.fromhex(as_address(address)[2:])


def _number(number: int) -> bytes:
    return number.to_bytes(32, "big")
