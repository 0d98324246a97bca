"""Certificates as the renderer takes them, and how a paper is read back."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

ZERO = "0x" + 40 * "0"
USD = 10**18
DAY = 86_400
YEAR = 365 * DAY
SVG = "{http://www.w3.org/2000/svg}"

OWNER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
ISSUER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
MANAGER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
LENDER = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"
HOLDER = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"


@dataclass(frozen=True)
class Terms:
    """ILienHolder.Terms, field by field."""

    lender: Any = ZERO
    amount: int = 0
    currency: Any = ZERO
    rateBps: int = 0
    startedAt: int = 0
    termPeriod: int = 0
    kind: Any = ""

    def abi(self) -> tuple[Any, ...]:
        return tuple(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True)
class Paper:
    """IShareCertificate.Certificate, field by field."""

    shareId: int = 259
    propertyId: int = 1
    provider: str = "Harborview Registration"
    providerPropertyId: str = "HV-000412"
    shareNumber: int = 3
    shareCount: int = 8
    millionths: int = 125_000
    owner: Any = OWNER
    ownerId: bytes = bytes(range(32))
    ownerIdIssuer: Any = ISSUER
    priceUsd: int = 187_500 * USD
    currency: Any = ZERO
    acquiredAt: int = 1_767_230_580
    moveNumber: int = 2
    transactionReference: bytes = bytes(range(100, 132))
    manager: Any = MANAGER
    lienHolder: Any = ZERO
    leaseHolder: Any = ZERO
    loanTermsKnown: bool = False
    loan: Terms = Terms()

    def abi(self) -> tuple[Any, ...]:
        values = [getattr(self, field.name) for field in fields(self)]
        return (*values[:-1], self.loan.abi())

    def but(self, **changes: Any) -> Paper:
        return replace(self, **changes)


FREE = Paper()
LOAN = Terms(LENDER, 112_500 * USD, ZERO, 625, 1_767_139_200, 30 * YEAR, "fixed")
LIENED = FREE.but(lienHolder=HOLDER, loanTermsKnown=True, loan=LOAN)
LEASED = FREE.but(leaseHolder=HOLDER)
SILENT = FREE.but(lienHolder=HOLDER)


def decoded(uri: str, media_type: str) -> str:
    start = f"data:{media_type};base64,"
    assert uri.startswith(start)
    return base64.b64decode(uri.removeprefix(start), validate=True).decode()


def read_json(uri: str) -> dict[str, Any]:
    """The metadata in a data URI, with amounts exact."""

    def no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), f"a key stands twice: {pairs}"
        return dict(pairs)

    return json.loads(decoded(uri, "application/json"), object_pairs_hook=no_twins, parse_float=Decimal)


def attributes(metadata: dict[str, Any]) -> dict[str, Any]:
    traits = [attribute["trait_type"] for attribute in metadata["attributes"]]
    assert len(set(traits)) == len(traits)
    return {attribute["trait_type"]: attribute["value"] for attribute in metadata["attributes"]}


def parsed(svg: str) -> ElementTree.Element:
    """The root of the picture. It comes from our own contract, and has to be whole XML."""
    return ElementTree.fromstring(svg)  # noqa: S314


def texts(svg: str) -> list[str]:
    """What is written on the sheet, in the order of the document."""
    return [element.text or "" for element in parsed(svg).iter(f"{SVG}text")]
