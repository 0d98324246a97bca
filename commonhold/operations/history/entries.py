"""How an event of the table is told: what it is about, and what row it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

SHARE, HOUSE = "share", "house"
COIN, USD = "HMD", "USD"
ID_PARAMETERS = {SHARE: "shareId", HOUSE: "propertyId", "loan": "loanId", "lease": "leaseId", "sale": "askHash"}
"""How the interfaces call the ids, unless an entry says otherwise."""

OWNER = "@owner"


@dataclass(frozen=True)
class Entry:
    """An event and what it becomes."""

    contract: str
    event: str
    about: str
    """SHARE, HOUSE, or the name of a tie."""
    kind: str = ""
    by: str = ""
    """The parameter with that id, if it is not called as usual."""
    on: str = ""
    """Who was encumbered: from and to at once."""
    sender: str = ""
    receiver: str = ""
    authority: str = ""
    price: str = ""
    currency: str = ""
    lender: str = ""
    amount: str = ""
    unit: str = COIN
    rate: str = ""
    months: str = ""
    note: str = ""
    amends: str = ""
    ahead: bool = False
    opens: str = ""
    closes: str = ""
    closing: str = ""
    """The parameter with the id of the tie that ends; all of the kind do, if none is named."""
    keeps: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What of the life is another from then on."""

    @property
    def parameter(self) -> str:
        """The parameter with the id."""
        return self.by or ID_PARAMETERS[self.about]
