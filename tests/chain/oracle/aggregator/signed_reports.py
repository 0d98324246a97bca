"""Reports to sign and to send; beside the tests, so pytest finds it by its bare name.

Digests are made by eth-account from the EIP-712 types, as a wallet would make them: a second opinion on both contract
and `commonhold.oracle.digests`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils import keccak

from commonhold.engines.wallets import private_key

Signature = tuple[bytes, bytes]
"""r and vs, as ERC-2098 has them."""

ZERO = "0x" + 40 * "0"
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HALF_ORDER = CURVE_ORDER // 2
PARITY = 1 << 255
DOMAIN = (("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address"))
FIELDS = (("nodeSet", "address"), ("epoch", "uint40"), ("observedAt", "uint40"), ("root", "bytes32"))


def stranger(name: str) -> Any:
    """An account that is no node, with its key."""
    return Account.from_key(keccak(text=f"key of {name}"))


def strangers(count: int) -> list[Any]:
    return [stranger(f"node {number}") for number in range(count)]


def quorum_of(node_count: int, max_faulty: int) -> int:
    return (node_count + max_faulty) // 2 + 1


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


@dataclass(frozen=True)
class Draft:
    """A report, and the domain that signatures of it are for."""

    nodeSet: str
    epoch: int
    observedAt: int
    root: bytes
    chain_id: int
    contract: str
    name: str = "Commonhold Quorum"
    version: str = "1"
    type_name: str = "Report"

    def but(self, **changes: Any) -> Draft:
        """The same draft with some fields changed."""
        return replace(self, **changes)

    @property
    def report(self) -> tuple[int, int, bytes]:
        """The struct that the contract takes."""
        return self.epoch, self.observedAt, self.root

    def message(self) -> SignableMessage:
        return encode_typed_data(
            full_message={
                "types": {
                    "EIP712Domain": [{"name": name, "type": kind} for name, kind in DOMAIN],
                    self.type_name: [{"name": name, "type": kind} for name, kind in FIELDS],
                },
                "primaryType": self.type_name,
                "domain": {
                    "name": self.name,
                    "version": self.version,
                    "chainId": self.chain_id,
                    "verifyingContract": self.contract,
                },
                "message": {name: getattr(self, name) for name, _ in FIELDS},
            }
        )

    def digest(self) -> bytes:
        message = self.message()
        return keccak(b"\x19" + message.version + message.header + message.body)

    def signed_by(self, node: Any) -> Signature:
        """The signature of one of the local wallets, or of an account with a key."""
        key = node.key if hasattr(node, "key") else private_key(str(getattr(node, "address", node)))
        signed = Account.sign_message(self.message(), key)
        return word(signed.r), word(signed.s | (PARITY if signed.v == 28 else 0))

    def signer_of(self, signature: Signature) -> str:
        """Whose signature it would be for this draft."""
        r, vs = (int.from_bytes(part, "big") for part in signature)
        return Account.recover_message(self.message(), vrs=(27 + (vs >> 255), r, vs & (PARITY - 1)))

    def submission(self, nodes: Sequence[Any], indices: Sequence[int]) -> Submission:
        """Signed by the nodes with these indices."""
        return Submission(
            self.report, sum(1 << index for index in indices), [self.signed_by(nodes[i]) for i in sorted(indices)]
        )


@dataclass(frozen=True)
class Submission:
    """The arguments of `submit`."""

    report: tuple[int, int, bytes]
    signers: int
    signatures: list[Signature]

    def but(self, **changes: Any) -> Submission:
        """The same submission with some fields changed."""
        return replace(self, **changes)

    def with_signature(self, place: int, signature: Signature) -> Submission:
        """Another signature at this place."""
        return self.but(signatures=[*self.signatures[:place], signature, *self.signatures[place + 1 :]])

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.report, self.signers, self.signatures
