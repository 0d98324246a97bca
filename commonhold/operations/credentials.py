"""Credentials of owners: issuing, renewing, and looking at them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from commonhold.operations.reading import CredentialStatus

YEAR = 365 * 24 * 3600  # seconds
UNITED_STATES = 840  # ISO 3166-1 numeric


@dataclass(frozen=True)
class Issued:
    """A wallet's credential after `ensure_credential`, and whether it had to be issued."""

    wallet: str
    credential: Any
    is_new: bool
    receipt: Any | None


def ensure_credential(
    suite: Any,
    wallet: str,
    issuer: str,
    *,
    valid_for: int = YEAR,
    jurisdiction: int = UNITED_STATES,
    flags: int = 0,
) -> Issued:
    """Give a wallet a credential unless it holds a valid one. The owner id is random: it says nothing of the person."""
    found = suite.credentials.credentialOf(wallet)
    if found.status == CredentialStatus.VALID:
        return Issued(wallet, found, is_new=False, receipt=None)
    expires_at = suite.engine.now() + valid_for
    if found.status == CredentialStatus.EXPIRED:
        receipt = suite.credentials.renew(wallet, expires_at, sender=issuer)
    else:
        owner_id = secrets.token_bytes(32)
        receipt = suite.credentials.issue(wallet, owner_id, expires_at, jurisdiction, flags, sender=issuer)
    return Issued(wallet, suite.credentials.credentialOf(wallet), is_new=True, receipt=receipt)


def revoke_credential(suite: Any, wallet: str, issuer: str) -> Any:
    """End a wallet's credential for good."""
    return suite.credentials.revoke(wallet, sender=issuer)
