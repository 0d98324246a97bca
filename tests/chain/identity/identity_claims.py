"""Owner ids, wallets and signed claims to test with; beside the tests, so pytest finds it by its bare name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ape.api.accounts import AccountAPI
from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils import keccak, to_checksum_address

YEAR = 365 * 86_400
ISSUER = 3
US = 840


def owner_id(name: str) -> bytes:
    """An anonymous owner id."""
    return keccak(text=f"owner id {name}")


def wallet(name: str) -> str:
    """The address of a wallet that nobody here has the key of."""
    return to_checksum_address(keccak(text=f"wallet {name}")[12:])


@dataclass(frozen=True)
class Claim:
    """What an issuer signs for a wallet, and for which contract on which chain. Fields are named as in the type."""

    wallet: str
    ownerId: bytes
    expiresAt: int
    jurisdiction: int
    flags: int
    issuer: str
    deadline: int
    chain_id: int
    contract: str
    name: str = "Commonhold Credentials"
    version: str = "1"
    type_name: str = "Claim"

    FIELDS = (
        ("wallet", "address"),
        ("ownerId", "bytes32"),
        ("expiresAt", "uint40"),
        ("jurisdiction", "uint16"),
        ("flags", "uint32"),
        ("issuer", "address"),
        ("deadline", "uint256"),
    )

    def but(self, **changes: Any) -> Claim:
        """The same claim with some fields changed."""
        return replace(self, **changes)

    def message(self) -> SignableMessage:
        return encode_typed_data(
            full_message={
                "types": {
                    "EIP712Domain": [
                        {"name": "name", "type": "string"},
                        {"name": "version", "type": "string"},
                        {"name": "chainId", "type": "uint256"},
                        {"name": "verifyingContract", "type": "address"},
                    ],
                    self.type_name: [{"name": name, "type": kind} for name, kind in self.FIELDS],
                },
                "primaryType": self.type_name,
                "domain": {
                    "name": self.name,
                    "version": self.version,
                    "chainId": self.chain_id,
                    "verifyingContract": self.contract,
                },
                "message": {name: getattr(self, name) for name, _ in self.FIELDS},
            }
        )

    def signed_by(self, signer: AccountAPI) -> bytes:
        """The 65 bytes r, s, v."""
        signature = signer.sign_message(self.message())
        assert signature is not None
        return signature.encode_rsv()

    def arguments(self, signature: bytes) -> tuple[Any, ...]:
        """What `claim` takes; the wallet is whoever sends it."""
        terms = (self.ownerId, self.expiresAt, self.jurisdiction, self.flags)
        return (*terms, self.issuer, self.deadline, signature)
