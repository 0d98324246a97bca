"""Moving shares, and what forbids it: permissions of the manager, refusals by name, and liens of the test holder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from commonhold.operations.reading import CertificatePage, LoanTerms, struct

DAY = 24 * 3600  # seconds


class NoSuchShare(Exception):
    """A share that was never tokenized."""

    def __init__(self, identifier: int) -> None:
        self.identifier = identifier
        super().__init__(f"share {identifier} (property {identifier >> 8}, number {identifier & 255}) does not exist")


@dataclass(frozen=True)
class Moved:
    """A share that moved, with the receipts of permission and transfer."""

    share_id: int
    previous: str
    owner: str
    receipts: list[Any]


def certificate_page(suite: Any, identifier: int) -> CertificatePage:
    """A certificate with all that is not on the paper."""
    page = struct(CertificatePage, suite.lens.certificate(identifier))
    if not page.exists:
        raise NoSuchShare(identifier)
    return page


def approve_transfer(suite: Any, identifier: int, buyer: str, manager: str, valid_for: int = DAY) -> Any:
    """The manager's permission for one move of a share to `buyer`."""
    return suite.certificate.approveTransfer(identifier, buyer, suite.engine.now() + valid_for, sender=manager)


def move_share(suite: Any, identifier: int, buyer: str, manager: str | None = None) -> Moved:
    """Move a share from its owner to `buyer`, with the permission of `manager` first if one is named."""
    owner = certificate_page(suite, identifier).certificate.owner
    receipts = []
    if manager is not None:
        receipts.append(approve_transfer(suite, identifier, buyer, manager))
    receipts.append(suite.certificate.transferFrom(owner, buyer, identifier, sender=owner))
    return Moved(identifier, owner, buyer, receipts)


def record_lien(suite: Any, identifier: int, terms: LoanTerms) -> Any:
    """Pledge a share of its owner under `terms`, through the small test lien holder (local networks only)."""
    owner = certificate_page(suite, identifier).certificate.owner
    values = (
        terms.lender,
        terms.amount,
        terms.currency,
        terms.rate_bps,
        terms.started_at,
        terms.term_period,
        terms.kind,
    )
    return suite.lien_holder.place(identifier, values, sender=owner)


def release_lien(suite: Any, identifier: int, lender: str) -> Any:
    """End the lien that `lender` holds through the test lien holder."""
    return suite.lien_holder.release(identifier, sender=lender)
