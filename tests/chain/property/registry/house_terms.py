"""What a house is registered with, and the names that the registry's tests share."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass
from enum import IntEnum
from typing import Any

ZERO = "0x" + 40 * "0"
USD = 10**18
DAY = 86_400


class Kind(IntEnum):
    """IPropertyRegistry.DocumentKind."""

    DESCRIPTION = 0
    APPRAISAL = 1
    INSPECTION = 2
    PHOTOGRAPHS = 3
    TITLE = 4
    OPERATING_AGREEMENT = 5


class Change(IntEnum):
    """IPropertyRegistry.HouseChange."""

    MANAGER = 0
    DOCUMENT = 1
    SENIOR_CLAIM = 2
    LISTING = 3


def sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def ref(name: str) -> bytes:
    """Reference of a senior claim."""
    return name.encode().ljust(32, b"\0")


@dataclass(frozen=True)
class Terms:
    """IPropertyRegistry.PropertyTerms, field by field."""

    holdingEntity: Any
    manager: Any
    provider: str = "Harborview Registration"
    providerPropertyId: str = "HV-100"
    jurisdiction: str = "US-MA-009"
    parcel: str = "012-34"
    titleReference: str = "Book 1182, page 77"
    shareCount: int = 8
    firstPriceUsd: int = 25_000 * USD
    listingUri: str = "https://homes.example/HV-100"
    descriptionUri: str = "documents/HV-100.json"
    descriptionSha256: bytes = sha256("HV-100")

    def abi(self) -> tuple[Any, ...]:
        """As the registry takes it: in the order of the struct."""
        fields = dict(zip(self.__dataclass_fields__, astuple(self), strict=True))
        parties = fields.pop("holdingEntity"), fields.pop("manager")
        texts = list(fields.values())
        return (*texts[:5], *parties, *texts[5:])
