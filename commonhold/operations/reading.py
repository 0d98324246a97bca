"""What the chain answers, with names: the structs of the contracts as dataclasses, in the order of the interfaces."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")

ZERO_ADDRESS = "0x" + "00" * 20


class CredentialStatus(IntEnum):
    """What a wallet's credential is worth: ICredentialRegistry.Status."""

    NONE = 0
    VALID = 1
    EXPIRED = 2
    REVOKED = 3
    ISSUER_REVOKED = 4
    MOVED = 5


@dataclass(frozen=True)
class Credential:
    """ICredentialRegistry.Credential."""

    owner_id: bytes
    issuer: str
    issued_at: int
    expires_at: int
    jurisdiction: int
    flags: int
    status: int


@dataclass(frozen=True)
class Property:
    """IPropertyRegistry.Property."""

    provider: str
    provider_property_id: str
    jurisdiction: str
    parcel: str
    title_reference: str
    listing_uri: str
    holding_entity: str
    manager: str
    share_count: int
    listed: bool
    registered_at: int
    document_version: int
    first_price_usd: int
    senior_claims_usd: int
    senior_claim_count: int


@dataclass(frozen=True)
class DocumentVersion:
    """IPropertyRegistry.Document."""

    sha256_hash: bytes
    set_at: int
    uri: str


@dataclass(frozen=True)
class LoanTerms:
    """ILienHolder.Terms."""

    lender: str
    amount: int
    currency: str
    rate_bps: int
    started_at: int
    term_period: int
    kind: str


@dataclass(frozen=True)
class Certificate:
    """IShareCertificate.Certificate."""

    share_id: int
    property_id: int
    provider: str
    provider_property_id: str
    share_number: int
    share_count: int
    millionths: int
    owner: str
    owner_id: bytes
    owner_id_issuer: str
    price_usd: int
    currency: str
    acquired_at: int
    move_number: int
    transaction_reference: bytes
    manager: str
    lien_holder: str
    lease_holder: str
    loan_terms_known: bool
    loan: LoanTerms


@dataclass(frozen=True)
class CertificatePage:
    """ISuiteLens.CertificatePage."""

    exists: bool
    certificate: Certificate
    pending_income: int
    locked: bool
    frozen: bool
    user: str
    user_expires: int
    approved_buyer: str
    approval_deadline: int
    fingerprint: bytes
    complete: bool


@dataclass(frozen=True)
class Holding:
    """ISuiteLens.Holding."""

    share_id: int
    property_id: int
    share_number: int
    share_count: int
    millionths: int
    pending_income: int
    move_number: int
    frozen: bool
    lien_holder: str
    lease_holder: str
    complete: bool


@dataclass(frozen=True)
class WalletPage:
    """ISuiteLens.WalletPage."""

    credential: Credential
    current_wallet: str
    coins: int
    frozen_coins: int
    settled_income: int
    pending_income: int
    holdings: list[Holding]
    next_property: int
    complete: bool


@dataclass(frozen=True)
class PropertySummary:
    """ISuiteLens.PropertySummary."""

    property_id: int
    property: Property
    shares: int
    shares_unmoved: int
    shares_sold: int
    owners: list[str]
    income_per_share_units: int
    income_waiting: int
    complete: bool


@dataclass(frozen=True)
class PropertyPage:
    """ISuiteLens.PropertyPage."""

    properties: list[PropertySummary]
    next_property: int
    complete: bool


def struct(kind: type[T], raw: Any) -> T:
    """The answer `raw`, values in the order of the interface, as a `kind`; nested structs likewise."""
    values = list(raw)
    hints: tuple[Any, ...] = _hints(kind)  # type: ignore[arg-type] # mypy takes no type[T] for hashable
    if len(values) != len(hints):
        raise ValueError(f"{kind.__name__} has {len(hints)} fields, the chain answered {len(values)}: other version?")
    return kind(*(_converted(hint, value) for hint, value in zip(hints, values, strict=True)))


@lru_cache(maxsize=64)
def _hints(kind: type[Any]) -> tuple[Any, ...]:
    hints = get_type_hints(kind)
    return tuple(hints[each.name] for each in fields(kind))


def _converted(hint: Any, value: Any) -> Any:
    if get_origin(hint) is list:
        (entry,) = get_args(hint)
        return [_converted(entry, each) for each in value]
    if is_dataclass(hint) and isinstance(hint, type):
        return struct(hint, value)
    return bytes(value) if hint is bytes else value


def share_id(property_id: int, number: int) -> int:
    """Share `number` (from 1) of a house, as interfaces/property/Ids.sol counts."""
    return (property_id << 8) | number


def share_of(identifier: int) -> tuple[int, int]:
    """The house and the number of a share id."""
    return identifier >> 8, identifier & 0xFF
