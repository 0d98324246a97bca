"""The land register: `IPropertyRegistry` as far as certificates, documents and claims need it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from commonhold.inputs.spelling import canonical_scope, canonical_spellings
from commonhold.model.access import GuardianStop, HasSignpost, Hub, Roles
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Chain, Refused, require

MAX_NAME_LENGTH = 64
MAX_URI_LENGTH = 256

# IPropertyRegistry.HouseChange
MANAGER, DOCUMENT, SENIOR_CLAIM, LISTING = range(4)


class PropertyTerms(NamedTuple):
    """The struct of this name, field by field."""

    provider: str
    providerPropertyId: str
    jurisdiction: str
    parcel: str
    titleReference: str
    holdingEntity: str
    manager: str
    shareCount: int
    firstPriceUsd: int
    listingUri: str
    descriptionUri: str
    descriptionSha256: bytes


@dataclass
class House:
    terms: PropertyTerms
    manager: str
    registered_at: int
    listed: bool = True
    claims: dict[bytes, int] = field(default_factory=dict)
    documents: dict[int, list[tuple[bytes, int, str]]] = field(default_factory=dict)  # kind -> (hash, time, uri)
    document_version: int = 0

    @property
    def claimed(self) -> int:
        return sum(self.claims.values())


class Registry(HasSignpost):
    """`PropertyRegistry`. `on_change(propertyId, change)` stands for its listener, the certificate."""

    key = "registry"

    def __init__(self, chain: Chain, address: str, hub: Hub, stop_period: int) -> None:
        super().__init__(chain, address, hub)
        self.switch = GuardianStop(b"registration".ljust(32, b"\0"), stop_period)
        self.houses: dict[int, House] = {}
        self.spellings: dict[tuple[str, str, str, str], int] = {}
        self.listener_address = ZERO_ADDRESS
        self.on_change: Callable[[int, int], Any] = lambda house, change: None

    # -- views ----------------------------------------------------------------------------------------------------

    def propertyCount(self) -> int:
        return len(self.houses)

    def houseOf(self, property_id: int) -> tuple[str, int, bool, int]:
        house = self.houses.get(property_id)
        if house is None:
            return ZERO_ADDRESS, 0, False, 0
        return house.manager, house.terms.shareCount, house.listed, house.document_version

    def managerOf(self, property_id: int) -> str:
        return self.houseOf(property_id)[0]

    def seniorClaimsOf(self, property_id: int) -> tuple[int, int]:
        house = self.houses.get(property_id)
        return (house.claimed, len(house.claims)) if house else (0, 0)

    def seniorClaim(self, property_id: int, ref: bytes) -> int:
        house = self.houses.get(property_id)
        return house.claims.get(ref, 0) if house else 0

    def propertyByProviderId(self, provider: str, text: str) -> int:
        return self._find("providerPropertyId", provider, text)

    def propertyByParcel(self, jurisdiction: str, text: str) -> int:
        return self._find("parcel", jurisdiction, text)

    def propertyByTitle(self, jurisdiction: str, text: str) -> int:
        return self._find("titleReference", jurisdiction, text)

    def registrationStoppedUntil(self) -> int:
        return self.switch.stopped_until

    def listener(self) -> str:
        return self.listener_address

    def documentAt(self, property_id: int, kind: int, version: int) -> tuple[bytes, int, str]:
        house = self.houses.get(property_id)
        versions = house.documents.get(kind, []) if house else []
        return versions[version - 1] if 0 < version <= len(versions) else (bytes(32), 0, "")

    def documentCount(self, property_id: int, kind: int) -> int:
        house = self.houses.get(property_id)
        return len(house.documents.get(kind, [])) if house else 0

    def documentOf(self, property_id: int, kind: int) -> tuple[bytes, int, str]:
        return self.documentAt(property_id, kind, self.documentCount(property_id, kind))

    # -- registering ----------------------------------------------------------------------------------------------

    def register(self, sender: str, terms: PropertyTerms) -> int:
        self.restricted(sender, "register")
        self.switch.require_running(self)
        terms = PropertyTerms(*terms)
        for name in ("provider", "providerPropertyId", "jurisdiction", "parcel", "titleReference"):
            _require_readable(name, getattr(terms, name), MAX_NAME_LENGTH)
        _require_readable("listingUri", terms.listingUri, MAX_URI_LENGTH)
        require(terms.holdingEntity != ZERO_ADDRESS, "MissingAddress", "holdingEntity")
        require(terms.manager != ZERO_ADDRESS, "MissingAddress", "manager")
        require(2 <= terms.shareCount <= 100, "ShareCountOutOfRange", terms.shareCount)
        require(0 < terms.firstPriceUsd < 2**96, "FirstPriceOutOfRange", terms.firstPriceUsd)
        for name, scope, text in _identifiers(terms):
            existing = self._find(name, scope, text)
            require(existing == 0, "AlreadyRegistered", name, text, existing)
        _require_document(terms.descriptionUri, terms.descriptionSha256, 0)

        property_id = len(self.houses) + 1
        for name, scope, text in _identifiers(terms):
            for key in _spelling_keys(name, scope, text):
                self.spellings[key] = property_id
        self.houses[property_id] = House(terms, terms.manager, self.now)
        self.emit(
            "PropertyRegistered",
            property_id,
            terms.holdingEntity,
            terms.manager,
            terms.provider,
            terms.providerPropertyId,
            terms.shareCount,
            terms.firstPriceUsd,
        )
        self._add_document(property_id, 0, terms.descriptionUri, terms.descriptionSha256)
        return property_id

    def _find(self, name: str, scope: str, text: str) -> int:
        try:
            _require_readable(name, scope, MAX_NAME_LENGTH)
            _require_readable(name, text, MAX_NAME_LENGTH)
        except Refused:  # what can't be registered names no house
            return 0
        for key in _spelling_keys(name, scope, text):
            if key in self.spellings:
                return self.spellings[key]
        return 0

    # -- records of a house ---------------------------------------------------------------------------------------

    def _known(self, property_id: int) -> House:
        require(property_id in self.houses, "UnknownProperty", property_id)
        return self.houses[property_id]

    def setDocument(self, sender: str, property_id: int, kind: int, uri: str, sha256: bytes) -> None:
        house = self._known(property_id)
        allowed = sender == house.manager or self.hub.has_role(Roles.REGISTRAR, sender)
        require(allowed, "NotManagerOrRegistrar", sender, property_id)
        _require_document(uri, sha256, kind)
        self._add_document(property_id, kind, uri, sha256)
        self.on_change(property_id, DOCUMENT)

    def _add_document(self, property_id: int, kind: int, uri: str, sha256: bytes) -> None:
        house = self.houses[property_id]
        versions = house.documents.setdefault(kind, [])
        versions.append((sha256, self.now, uri))
        house.document_version += 1
        self.emit("DocumentSet", property_id, kind, len(versions), uri, sha256)

    def setManager(self, sender: str, property_id: int, manager: str) -> None:
        self.restricted(sender, "setManager")
        house = self._known(property_id)
        require(manager != ZERO_ADDRESS, "MissingAddress", "manager")
        self.emit("ManagerSet", property_id, house.manager, manager)
        house.manager = manager
        self.on_change(property_id, MANAGER)

    def delist(self, sender: str, property_id: int) -> None:
        self.restricted(sender, "delist")
        house = self._known(property_id)
        require(house.listed, "AlreadyDelisted", property_id)
        house.listed = False
        self.emit("Delisted", property_id)
        self.on_change(property_id, LISTING)

    def reportSeniorClaim(self, sender: str, property_id: int, amount: int, ref: bytes) -> None:
        self.restricted(sender, "reportSeniorClaim")
        house = self._known(property_id)
        require(ref not in house.claims, "ClaimAlreadyReported", property_id, ref, house.claims.get(ref))
        require(amount > 0 and amount + house.claimed < 2**128, "ClaimOutOfRange", amount)
        house.claims[ref] = amount
        self.emit("SeniorClaimReported", property_id, ref, amount)
        self.on_change(property_id, SENIOR_CLAIM)

    def clearSeniorClaim(self, sender: str, property_id: int, ref: bytes) -> None:
        self.restricted(sender, "clearSeniorClaim")
        house = self._known(property_id)
        require(ref in house.claims, "UnknownClaim", property_id, ref)
        amount = house.claims.pop(ref)
        self.emit("SeniorClaimCleared", property_id, ref, amount)
        self.on_change(property_id, SENIOR_CLAIM)

    # -- switches -------------------------------------------------------------------------------------------------

    def setListener(self, sender: str, listener: str) -> None:
        self.restricted(sender, "setListener")
        require(listener == ZERO_ADDRESS or self.chain.has_code(listener), "MissingCode", listener)
        self.emit("ListenerSet", self.listener_address, listener)
        self.listener_address = listener

    def stopRegistration(self, sender: str) -> None:
        self.restricted(sender, "stopRegistration")
        self.switch.stop(self)

    def resumeRegistration(self, sender: str) -> None:
        self.restricted(sender, "resumeRegistration")
        self.switch.resume(self)


def _identifiers(terms: PropertyTerms) -> tuple[tuple[str, str, str], ...]:
    return (
        ("providerPropertyId", terms.provider, terms.providerPropertyId),
        ("parcel", terms.jurisdiction, terms.parcel),
        ("titleReference", terms.jurisdiction, terms.titleReference),
    )


def _spelling_keys(name: str, scope: str, text: str) -> tuple[tuple[str, str, str, str], ...]:
    """A house's two spellings within their scope (provider, jurisdiction)."""
    within = canonical_scope(scope)
    joined, parted = canonical_spellings(text)
    return (name, "joined", within, joined), (name, "parted", within, parted)


def _require_readable(name: str, text: str, longest: int) -> None:
    """1 to `longest` bytes of printable ASCII with a letter or digit among them."""
    raw = text.encode()
    require(0 < len(raw) <= longest, "TextLengthOutOfRange", name, len(raw), longest)
    for position, byte in enumerate(raw):
        require(0x20 <= byte <= 0x7E, "UnreadableText", name, position)
    require(any(character.isalnum() for character in text), "UnreadableText", name, len(raw))


def _require_document(uri: str, sha256: bytes, kind: int) -> None:
    _require_readable("uri", uri, MAX_URI_LENGTH)
    require(sha256 != ZERO_WORD, "MissingHash", kind)
