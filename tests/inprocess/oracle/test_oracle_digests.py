"""What nodes sign is what EIP-712 says, and a signature is its maker's alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st
from oracle_rounds import NOW, SCOPE, UNHURRIED, houses, key_of, node_address

from commonhold.oracle.digests import (
    Scope,
    address_of,
    observations_digest,
    recover,
    report_digest,
    sign,
)

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
DIGESTS = st.binary(min_size=32, max_size=32)
KEYS = st.integers(1, CURVE_ORDER - 1).map(lambda number: number.to_bytes(32, "big"))


def by_eth_account(kind: str, fields: dict[str, str], message: dict[str, Any]) -> bytes:
    domain = {
        "name": "Commonhold Quorum",
        "version": "1",
        "chainId": SCOPE.chain_id,
        "verifyingContract": SCOPE.aggregator,
    }
    types = {kind: [{"name": name, "type": type_} for name, type_ in fields.items()]}
    encoded = encode_typed_data(domain, types, message)
    return keccak(b"\x19\x01" + encoded.header + encoded.body)


def test_report_digest__is_that_of_eip712() -> None:
    fields = {"nodeSet": "address", "epoch": "uint40", "observedAt": "uint40", "root": "bytes32"}
    message = {"nodeSet": SCOPE.node_set, "epoch": 7, "observedAt": NOW, "root": b"\x05" * 32}
    assert report_digest(SCOPE, 7, NOW, b"\x05" * 32) == by_eth_account("Report", fields, message)


def test_observations_digest__is_that_of_eip712() -> None:
    values = houses(125_000, 80_000, 95_000)
    fields = {
        "nodeSet": "address",
        "epoch": "uint40",
        "observedAt": "uint40",
        "feedIds": "bytes32[]",
        "values": "uint256[]",
    }
    message = {
        "nodeSet": SCOPE.node_set,
        "epoch": 7,
        "observedAt": NOW,
        "feedIds": list(values),
        "values": list(values.values()),
    }
    expected = by_eth_account("Observations", fields, message)
    assert observations_digest(SCOPE, 7, NOW, values) == expected
    assert observations_digest(SCOPE, 7, NOW, dict(reversed(values.items()))) == expected


def test_report_digest__every_field__counts() -> None:
    other = node_address(30)
    digests = {
        report_digest(scope, epoch, observed_at, root)
        for scope in (
            SCOPE,
            replace(SCOPE, chain_id=1),
            replace(SCOPE, aggregator=other),
            replace(SCOPE, node_set=other),
        )
        for epoch in (1, 2)
        for observed_at in (NOW, NOW + 1)
        for root in (b"\x01" * 32, b"\x02" * 32)
    }
    assert len(digests) == 4 * 2 * 2 * 2


def test_digest__address_in_other_letters__is_the_same() -> None:
    lower = Scope(SCOPE.chain_id, SCOPE.aggregator.lower(), SCOPE.node_set.lower())
    assert report_digest(lower, 1, NOW, bytes(32)) == report_digest(SCOPE, 1, NOW, bytes(32))


@UNHURRIED
@given(KEYS, DIGESTS)
def test_signature__is_its_makers(key: bytes, digest: bytes) -> None:
    signature = sign(key, digest)
    assert len(signature) == 64
    assert recover(digest, signature) == address_of(key)
    assert sign(key, digest) == signature  # no chance in it
    assert sign(Account.from_key(key), digest) == signature
    vs = int.from_bytes(signature[32:], "big")
    assert vs & (2**255 - 1) <= CURVE_ORDER // 2


@UNHURRIED
@given(DIGESTS, DIGESTS)
def test_signature__over_another_digest__is_somebody_elses(digest: bytes, other: bytes) -> None:
    if digest != other:
        assert recover(other, sign(key_of(0), digest)) != node_address(0)


@UNHURRIED
@given(st.binary(max_size=70), DIGESTS)
def test_recover__any_bytes__never_fails(signature: bytes, digest: bytes) -> None:
    found = recover(digest, signature)
    assert found is None or len(signature) == 64


def test_recover__what_the_aggregator_refuses__is_nobodys() -> None:
    digest = b"\x03" * 32
    signature = sign(key_of(0), digest)
    r, too_high = signature[:32], CURVE_ORDER // 2 + 1
    assert too_high < 2**255  # it fits into vs
    for refused in (
        r + too_high.to_bytes(32, "big"),
        r + (too_high | 1 << 255).to_bytes(32, "big"),
        bytes(64),
        r + bytes(32),
        bytes(32) + signature[32:],
        CURVE_ORDER.to_bytes(32, "big") + signature[32:],
        signature[:-1],
        signature + b"\0",
        b"\xff" * 64,
    ):
        assert recover(digest, refused) is None
