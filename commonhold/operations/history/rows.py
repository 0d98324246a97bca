"""A row of a share's history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True)
class Row:
    """What happened, as numbers. Prices are dollars with 18 decimals, amounts `unit`s with 18, times seconds."""

    kind: str
    time: int
    block: int
    index: int
    """Place of the event in its block."""
    tx_hash: str
    sender: str = ""
    receiver: str = ""
    """The same as the sender: an encumbrance of his."""
    authority: str = ""
    price: int | None = None
    currency: str = ""
    """What it was paid in: USD, the coin, or a token's address."""
    lender: str = ""
    amount: int | None = None
    unit: str = ""
    rate: int | None = None
    """Basis points a year."""
    months: int | None = None
    note: str = ""

    def as_line(self) -> str:
        """For the cache: what is empty is left out."""
        return json.dumps({name: value for name, value in asdict(self).items() if value not in ("", None)})

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Row:
        """Raises TypeError if these are no row's."""
        return cls(**fields)
