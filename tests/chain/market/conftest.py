"""Scenes of the market's tests on the chain: set once a module, undone after each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sale_stage import Stage

TERMS = {
    "provider": "Example Homes",
    "providerPropertyId": "EH-market",
    "jurisdiction": "US-MA-009",
    "parcel": "90-1",
    "titleReference": "Book 9, page 1",
    "shareCount": 8,
    "firstPriceUsd": 25_000 * 10**18,
    "listingUri": "https://example.org/homes/90-1",
    "descriptionUri": "https://example.org/homes/90-1.json",
    "descriptionSha256": b"description".ljust(32, b"."),
}


@pytest.fixture(scope="module")
def opened(
    engine: Any,
    handles: Any,
    suite: Any,
    owner_a: Any,
    buyer: Any,
    manager: Any,
    registrar: Any,
    issuer: Any,
    holding_entity: Any,
) -> Iterator[Stage]:
    with engine.rollback():
        terms = TERMS | {"holdingEntity": holding_entity.address, "manager": manager.address}
        yield Stage(handles, suite, owner_a, buyer, manager, registrar, issuer).open(terms)


@pytest.fixture
def stage(opened: Stage) -> Stage:
    """A house for sale, before anybody deals in it."""
    return opened.again()


@pytest.fixture(scope="session")
def market(suite: Any) -> Any:
    return suite.market


@pytest.fixture(scope="session")
def lease(suite: Any) -> Any:
    return suite.lease_to_buy


@pytest.fixture(scope="session")
def escrow(suite: Any) -> Any:
    return suite.house_escrow
