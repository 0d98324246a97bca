"""Moving shares, and what forbids it: permissions of the manager, and refusals by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert
from commonhold.operations.reading import certificate_of

DAY = 24 * 3600  # seconds


@dataclass(frozen=True)
class Moved:
    """A share that moved, with the receipts of permission and transfer."""

    share_id: int
    previous: str
    owner: str
    receipts: list[Any]


def approve_transfer(suite: Any, identifier: int, buyer: str, manager: str, valid_for: int = DAY) -> Any:
    """The manager's permission for one move of a share to `buyer`."""
    return suite.certificate.approveTransfer(identifier, buyer, suite.engine.now() + valid_for, sender=manager)


def refusal_of(suite: Any, identifier: int, owner: str, buyer: str) -> Revert | None:
    """The error that a transfer by the owner to `buyer` would raise now; None if it would pass."""
    answer = suite.lens.transferRefusal(owner, buyer, identifier, owner)
    return decode_revert(answer.data, "ShareCertificate") if answer.refused else None


def move_share(suite: Any, identifier: int, buyer: str, manager: str | None = None) -> Moved:
    """Move a share from its owner to `buyer`, with the permission of `manager` first if one is named."""
    owner = certificate_of(suite, identifier).certificate.owner
    receipts = []
    if manager is not None:
        receipts.append(approve_transfer(suite, identifier, buyer, manager))
    receipts.append(suite.certificate.transferFrom(owner, buyer, identifier, sender=owner))
    return Moved(identifier, owner, buyer, receipts)
