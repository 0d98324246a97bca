"""Description documents: what the register on chain knows of a home only by hash.

The same home always gives the same bytes, so the hash on chain can be checked against a document made again.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from commonhold.inputs.home import MAX_URI_LENGTH, Home

FORMAT = "commonhold-description/1"
DEFAULT_BASE = "documents/"

_ADDRESS = ("street", "city", "state", "postal_code", "country")
_FACTS = ("market", "neighborhood", "area_sqft", "land_sqft", "age_years", "rooms", "bedrooms", "bathrooms", "pool")
_MORE_FACTS = ("yard", "style", "center_distance_ft", "interstate_distance_ft")


@dataclass(frozen=True)
class Document:
    """A document's bytes, and the hash by which the chain knows them."""

    data: bytes

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.data).digest()

    @property
    def file_name(self) -> str:
        return f"{self.sha256.hex()}.json"

    def uri(self, base: str = DEFAULT_BASE) -> str:
        """Where the document lies: its name is its hash, whatever the folder or web address before it."""
        return f"{base}{self.file_name}"


def description_of(home: Home) -> Document:
    """The description document of a home. Facts that nobody stated are null."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "provider": home.provider,
        "provider_property_id": home.provider_property_id,
        "holding_company": home.holding_company,
        "address": {name: getattr(home, name) for name in _ADDRESS},
        **{name: _plain(getattr(home, name)) for name in (*_FACTS, *_MORE_FACTS)},
        "price": {"amount_usd": format(home.price_usd, "f"), "year": home.sale_year},
        "source_record": home.source_record,
        "invented": sorted(home.invented),
    }
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=True)
    return Document(f"{text}\n".encode("ascii"))


def fits_uri(base: str) -> bool:
    """Whether the register takes uris that begin with `base`."""
    return len(Document(b"").uri(base)) <= MAX_URI_LENGTH and base.isascii() and base.isprintable()


def write_document(document: Document, folder: Path) -> Path:
    """Write the document below `folder` under its hash; whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / document.file_name
    if not file.exists() or file.read_bytes() != document.data:
        draft = file.with_suffix(f".{os.getpid()}.part")
        draft.write_bytes(document.data)
        draft.replace(file)
    return file


def _plain(value: object) -> object:
    """Half bathrooms are exact as JSON numbers too."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
