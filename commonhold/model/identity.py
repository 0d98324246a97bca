"""Credentials of owners: `ICredentialRegistry` as exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache

from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature
from eth_utils import ValidationError, keccak

from commonhold.model.access import HasSignpost, Hub, Roles
from commonhold.model.core import NEVER, ZERO_ADDRESS, ZERO_WORD, Chain, Refused, hash_of, require

HALF_CURVE_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


class Status(IntEnum):
    NONE = 0
    VALID = 1
    EXPIRED = 2
    REVOKED = 3
    ISSUER_REVOKED = 4
    MOVED = 5


@dataclass
class Credential:
    owner_id: bytes
    issuer: str
    issued_at: int
    expires_at: int
    jurisdiction: int = 0
    flags: int = 0
    revoked: bool = False
    moved: bool = False


@dataclass
class Recovery:
    new_wallet: str
    started_at: int
    started_by: str


class Credentials(HasSignpost):
    """`CredentialRegistry`."""

    key = "credentials"

    def __init__(self, chain: Chain, address: str, hub: Hub, recovery_period: int) -> None:
        super().__init__(chain, address, hub)
        self.recovery_period = recovery_period
        self.credentials: dict[str, Credential] = {}
        self.owner_ids: set[bytes] = set()
        self.issuers: set[str] = set()  # who ever acted as one
        self.revoked_since_of: dict[str, int] = {}
        self.recoveries: dict[str, Recovery] = {}
        self.successor_of: dict[str, str] = {}  # wallet -> the wallet that took its place

    # -- what a credential is worth -------------------------------------------------------------------------------

    def status_of(self, wallet: str) -> Status:
        credential = self.credentials.get(wallet)
        if credential is None:
            return Status.NONE
        if credential.moved:
            return Status.MOVED
        if credential.revoked:
            return Status.REVOKED
        if credential.issuer == self.address:  # a protocol holder's can't be revoked and never expires
            return Status.VALID
        since = self.revoked_since_of.get(credential.issuer)
        if since is not None and credential.issued_at >= since:
            return Status.ISSUER_REVOKED
        return Status.VALID if self.now < credential.expires_at else Status.EXPIRED

    def isValid(self, wallet: str) -> bool:
        return self.status_of(wallet) is Status.VALID

    def ownerIdOf(self, wallet: str) -> bytes:
        credential = self.credentials.get(wallet)
        return credential.owner_id if credential else ZERO_WORD

    def credentialOf(self, wallet: str) -> tuple[bytes, str, int, int, int, int, int]:
        c = self.credentials.get(wallet)
        if c is None:
            return ZERO_WORD, ZERO_ADDRESS, 0, 0, 0, 0, 0
        return c.owner_id, c.issuer, c.issued_at, c.expires_at, c.jurisdiction, c.flags, int(self.status_of(wallet))

    def currentWallet(self, wallet: str) -> str:
        while wallet in self.successor_of:
            wallet = self.successor_of[wallet]
        return wallet

    def revokedSince(self, issuer: str) -> int:
        return self.revoked_since_of.get(issuer, 0)

    def recoveryOf(self, wallet: str) -> tuple[str, int]:
        recovery = self.under_way(wallet)
        return (recovery.new_wallet, self.ready_at(recovery)) if recovery else (ZERO_ADDRESS, 0)

    def ready_at(self, recovery: Recovery) -> int:
        return recovery.started_at + self.recovery_period

    def under_way(self, wallet: str) -> Recovery | None:
        """The recovery of `wallet`, unless who began it was revoked from before then on."""
        recovery = self.recoveries.get(wallet)
        if recovery is None:
            return None
        since = self.revoked_since_of.get(recovery.started_by)
        return recovery if since is None or recovery.started_at < since else None

    # -- rules ----------------------------------------------------------------------------------------------------

    def _require_issuer(self, sender: str, function: str) -> None:
        """Role ISSUER, in person: through the hub's `execute` the hub itself would become the issuer."""
        self.restricted(sender, function)
        require(sender != self.hub.address, "MissingRole", sender, Roles.ISSUER)

    def _require_issuable(self, wallet: str) -> None:
        require(wallet != ZERO_ADDRESS, "InvalidWallet", wallet)
        status = self.status_of(wallet)
        require(status is not Status.MOVED, "WalletMoved", wallet, self.currentWallet(wallet))
        require(status is not Status.VALID, "CredentialStillValid", wallet, self.ownerIdOf(wallet))
        self._require_no_recovery(wallet)

    def _require_no_recovery(self, wallet: str) -> None:
        recovery = self.under_way(wallet)
        if recovery:
            raise Refused("RecoveryUnderWay", wallet, recovery.new_wallet)

    def _require_recovery(self, wallet: str) -> Recovery:
        recovery = self.under_way(wallet)
        if recovery is None:
            raise Refused("NoRecovery", wallet)
        return recovery

    def _require_unknown(self, wallet: str) -> None:
        require(wallet not in self.credentials, "WalletAlreadyKnown", wallet)

    def _require_future(self, expires_at: int) -> None:
        require(expires_at > self.now, "ExpiryInPast", expires_at, self.now)

    def _require_not_revoked(self, issuer: str) -> None:
        since = self.revoked_since_of.get(issuer)
        require(since is None, "IssuerIsRevoked", issuer, since)

    def _require_owner_id(self, owner_id: bytes) -> None:
        require(owner_id != ZERO_WORD, "InvalidOwnerId", owner_id)
        require(owner_id not in self.owner_ids, "OwnerIdAlreadyUsed", owner_id)

    def _require_authority_over(self, sender: str, wallet: str) -> None:
        """Its own issuer; another only if that one can't act any more. A protocol holder's always can."""
        self._require_not_revoked(sender)
        credential = self.credentials.get(wallet)
        issuer = credential.issuer if credential else ZERO_ADDRESS
        can_act = issuer == self.address or (
            issuer not in self.revoked_since_of and self.hub.has_role(Roles.ISSUER, issuer)
        )
        require(sender == issuer or not can_act, "NotTheIssuer", sender, wallet, issuer)

    def _require_live(self, wallet: str) -> None:
        status = self.status_of(wallet)
        live = status in (Status.VALID, Status.EXPIRED, Status.ISSUER_REVOKED)
        require(live, "UnexpectedStatus", wallet, int(status))

    # -- issuing --------------------------------------------------------------------------------------------------

    def issue(self, sender: str, wallet: str, owner_id: bytes, expires_at: int, jurisdiction: int, flags: int) -> None:
        self._require_issuer(sender, "issue")
        self._require_issuable(wallet)
        if wallet in self.credentials:
            self._require_authority_over(sender, wallet)
        self._issue(sender, wallet, owner_id, expires_at, jurisdiction, flags)

    def claim(
        self,
        sender: str,
        owner_id: bytes,
        expires_at: int,
        jurisdiction: int,
        flags: int,
        issuer: str,
        deadline: int,
        signature: bytes,
    ) -> None:
        require(self.now <= deadline, "SignatureExpired", deadline, self.now)
        self.hub.require_role(Roles.ISSUER, issuer)
        digest = self.claim_digest(sender, owner_id, expires_at, jurisdiction, flags, issuer, deadline)
        # Contracts that sign (ERC-1271) are left to the unit tests.
        require(signer_of(digest, signature) == issuer, "InvalidIssuerSignature", issuer)
        self._require_issuable(sender)
        self._issue(issuer, sender, owner_id, expires_at, jurisdiction, flags)

    def _issue(self, issuer: str, wallet: str, owner_id: bytes, expires_at: int, jurisdiction: int, flags: int) -> None:
        self._require_future(expires_at)
        self._require_not_revoked(issuer)
        self._require_owner_id(owner_id)
        self.owner_ids.add(owner_id)
        self.issuers.add(issuer)
        self.credentials[wallet] = Credential(owner_id, issuer, self.now, expires_at, jurisdiction, flags)
        self.emit("CredentialIssued", wallet, owner_id, issuer, expires_at, jurisdiction, flags)

    def claim_digest(self, *fields: str | bytes | int) -> bytes:
        """EIP-712 digest of the signed claim (wallet, ownerId, expiresAt, jurisdiction, flags, issuer, deadline)."""
        domain, claim = _type_hashes()
        separator = hash_of(
            domain, keccak(text="Commonhold Credentials"), keccak(text="1"), self.chain.chain_id, self.address
        )
        return keccak(b"\x19\x01" + separator + hash_of(claim, *fields))

    def renew(self, sender: str, wallet: str, expires_at: int) -> None:
        self._require_issuer(sender, "renew")
        self._require_live(wallet)
        self._require_authority_over(sender, wallet)
        self._require_future(expires_at)
        credential = self.credentials[wallet]
        self.issuers.add(sender)
        self.credentials[wallet] = replace(credential, issuer=sender, issued_at=self.now, expires_at=expires_at)
        self.emit("CredentialRenewed", wallet, credential.owner_id, sender, expires_at)

    def revoke(self, sender: str, wallet: str) -> None:
        self._require_issuer(sender, "revoke")
        self._require_live(wallet)
        self._require_authority_over(sender, wallet)
        self.credentials[wallet].revoked = True
        self.emit("CredentialRevoked", wallet, self.ownerIdOf(wallet), sender)

    def revokeIssuedSince(self, sender: str, issuer: str, since: int) -> None:
        own = sender == issuer and self.hub.has_role(Roles.ISSUER, issuer)
        if not own:
            self.restricted(sender, "revokeIssuedSince")
        standing = self.revoked_since_of.get(issuer, 0)
        earlier = 0 < since <= self.now and (standing == 0 or since < standing)
        require(earlier, "InvalidRevocationTime", since, standing, self.now)
        self.issuers.add(issuer)
        self.revoked_since_of[issuer] = since
        self.emit("IssuerRevokedSince", issuer, since)

    def setProtocolHolder(self, sender: str, holder: str) -> None:
        self.restricted(sender, "setProtocolHolder")
        require(self.chain.has_code(holder), "HolderWithoutCode", holder)
        self._require_issuable(holder)
        owner_id = hash_of(self.chain.chain_id, self.address, holder, self.now)
        self._require_owner_id(owner_id)
        self.owner_ids.add(owner_id)
        self.credentials[holder] = Credential(owner_id, self.address, self.now, NEVER)
        self.emit("ProtocolHolderSet", holder, owner_id)

    # -- recovery -------------------------------------------------------------------------------------------------

    def startRecovery(self, sender: str, old_wallet: str, new_wallet: str) -> None:
        self._require_issuer(sender, "startRecovery")
        status = self.status_of(old_wallet)
        require(status not in (Status.NONE, Status.MOVED), "UnexpectedStatus", old_wallet, int(status))
        self._require_authority_over(sender, old_wallet)
        self._require_no_recovery(old_wallet)
        require(new_wallet != ZERO_ADDRESS, "InvalidWallet", new_wallet)
        self._require_unknown(new_wallet)
        self.issuers.add(sender)
        recovery = self.recoveries[old_wallet] = Recovery(new_wallet, self.now, sender)
        self.emit("RecoveryStarted", old_wallet, new_wallet, sender, self.ready_at(recovery))

    def objectToRecovery(self, sender: str) -> None:
        require(self.under_way(sender) is not None, "NoRecovery", sender)
        recovery = self.recoveries.pop(sender)
        self.emit("RecoveryObjected", sender, recovery.new_wallet)

    def cancelRecovery(self, sender: str, old_wallet: str) -> None:
        self._require_issuer(sender, "cancelRecovery")
        require(self.under_way(old_wallet) is not None, "NoRecovery", old_wallet)
        self._require_authority_over(sender, old_wallet)
        recovery = self.recoveries.pop(old_wallet)
        self.emit("RecoveryCancelled", old_wallet, recovery.new_wallet, sender)

    def finishRecovery(self, sender: str, old_wallet: str) -> None:
        recovery = self._require_recovery(old_wallet)
        ready_at = self.ready_at(recovery)
        require(self.now >= ready_at, "RecoveryNotReady", old_wallet, ready_at, self.now)
        self._require_unknown(recovery.new_wallet)
        del self.recoveries[old_wallet]
        credential = self.credentials[old_wallet]
        self.credentials[recovery.new_wallet] = replace(credential)
        credential.moved = True
        self.successor_of[old_wallet] = recovery.new_wallet
        self.emit("RecoveryFinished", old_wallet, recovery.new_wallet, credential.owner_id)


@cache
def _type_hashes() -> tuple[bytes, bytes]:
    domain = keccak(text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
    claim = keccak(
        text="Claim(address wallet,bytes32 ownerId,uint40 expiresAt,uint16 jurisdiction,uint32 flags,"
        "address issuer,uint256 deadline)"
    )
    return domain, claim


def signer_of(digest: bytes, signature: bytes) -> str | None:
    """Who signed, if it is a good key's signature: 65 bytes, low s, v 27 or 28."""
    if len(signature) != 65 or signature[64] not in (27, 28):
        return None
    if int.from_bytes(signature[32:64], "big") > HALF_CURVE_ORDER:
        return None
    try:
        plain = Signature(signature[:64] + bytes([signature[64] - 27]))
        return plain.recover_public_key_from_msg_hash(digest).to_checksum_address()
    except (BadSignature, ValidationError):
        return None
