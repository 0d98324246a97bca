"""What the lens and the contracts answer about wallets, houses and certificates.

Structs come from the engine as named tuples with the field names of the interfaces, so nothing is spelled a second time
here. Pages of the lens are put together, and an incomplete answer is never passed off as a whole one.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

ZERO_ADDRESS = "0x" + "00" * 20


class CredentialStatus(IntEnum):
    """What a wallet's credential is worth: ICredentialRegistry.Status."""

    NONE = 0
    VALID = 1
    EXPIRED = 2
    REVOKED = 3
    ISSUER_REVOKED = 4
    MOVED = 5


class Spelled(IntEnum):
    """An enum of the oracle's interfaces."""

    @property
    def words(self) -> str:
        """As the interface spells it: `FeedInvalid`."""
        return self.name.title().replace("_", "")


class ValueStatus(Spelled):
    """Whether a value may be relied on: IPropertyValuation.ValueStatus."""

    NONE = 0
    VALID = 1
    STALE = 2
    QUARANTINED = 3
    FROZEN = 4
    FEED_INVALID = 5


class FeedStatus(Spelled):
    """What is wrong with a feed: IPriceFeedReader.FeedStatus."""

    NONE = 0
    VALID = 1
    FROZEN = 2
    SEQUENCER_DOWN = 3
    SEQUENCER_GRACE = 4
    MISSING_CODE = 5
    CALL_FAILED = 6
    MALFORMED = 7
    WRONG_DECIMALS = 8
    NOT_POSITIVE = 9
    INCOMPLETE = 10
    FROM_FUTURE = 11
    OUT_OF_BOUNDS = 12
    STALE = 13
    QUARANTINED = 14


class DocumentKind(IntEnum):
    """IPropertyRegistry.DocumentKind."""

    DESCRIPTION = 0
    APPRAISAL = 1
    INSPECTION = 2
    PHOTOGRAPHS = 3
    TITLE = 4
    OPERATING_AGREEMENT = 5


class UnreadableAnswer(Exception):
    """The lens could not read a part of what was asked for."""


class NoSuchProperty(Exception):
    """A house that was never registered."""

    def __init__(self, property_id: int) -> None:
        super().__init__(f"property {property_id} is not registered")


class NoSuchShare(Exception):
    """A share that was never tokenized."""

    def __init__(self, identifier: int) -> None:
        property_id, number = share_of(identifier)
        super().__init__(f"share {identifier} (number {number} of property {property_id}) does not exist")


def share_id(property_id: int, number: int) -> int:
    """Share `number` (from 1) of a house, as interfaces/property/Ids.sol counts."""
    return (property_id << 8) | number


def share_of(identifier: int) -> tuple[int, int]:
    """The house and the number of a share id."""
    return identifier >> 8, identifier & 0xFF


def certificate_of(suite: Any, identifier: int) -> Any:
    """ISuiteLens.CertificatePage: a certificate with what is not on the paper."""
    page = suite.lens.certificate(identifier)
    if not page.exists:
        raise NoSuchShare(identifier)
    return _whole(page, f"share {identifier}")


def property_of(suite: Any, property_id: int) -> Any:
    """ISuiteLens.PropertySummary: a house with its shares."""
    page = suite.lens.properties(property_id, 1) if property_id else None
    if page is None or not page.properties or page.properties[0].propertyId != property_id:
        raise NoSuchProperty(property_id)
    return _whole(page.properties[0], f"property {property_id}")


def documents_of(suite: Any, property_id: int) -> dict[str, str]:
    """The latest version of each kind of document a house has: uri and hash."""
    found: dict[str, str] = {}
    for kind in DocumentKind:
        count = suite.registry.documentCount(property_id, int(kind))
        if count:
            document = suite.registry.documentOf(property_id, int(kind))
            name = kind.name.lower().replace("_", " ")
            found[name] = f"version {count}: {document.uri} (SHA-256 {document.sha256Hash.hex()})"
    return found


def all_properties(suite: Any) -> list[Any]:
    """ISuiteLens.PropertySummary of every house."""
    found: list[Any] = []
    next_property = 1
    while next_property:
        page = _whole(suite.lens.properties(next_property, 0), f"properties from {next_property} on")
        found += page.properties
        next_property = page.nextProperty
    return found


def wallet_of(suite: Any, account: str) -> Any:
    """ISuiteLens.WalletPage of a wallet with all its shares."""
    page = _whole(suite.lens.wallet(account, 1, 0), f"wallet {account}")
    holdings, pending = list(page.holdings), page.pendingIncome
    while page.nextProperty:
        page = _whole(suite.lens.wallet(account, page.nextProperty, 0), f"wallet {account}")
        holdings += page.holdings
        pending += page.pendingIncome
    return page._replace(holdings=holdings, pendingIncome=pending)


def _whole(page: Any, what: str) -> Any:
    if not page.complete:
        raise UnreadableAnswer(f"the chain could not tell everything about {what}")
    return page
