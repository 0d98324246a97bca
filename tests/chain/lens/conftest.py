"""Houses and owners for the lens, made call by call so that each number a page shows is known."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

YEAR = 365 * 86_400
PRICE = 100_000 * 10**18


@pytest.fixture
def admit(suite: Any, issuer: Any, chain: Any) -> Callable[[Any], bytes]:
    """Gives a wallet a credential, unless it has one; answers its owner id."""

    def give(wallet: Any) -> bytes:
        if not suite.credentials.isValid(wallet):
            owner_id = bytes.fromhex(str(getattr(wallet, "address", wallet))[2:]).rjust(32, b"\x77")
            suite.credentials.issue(wallet, owner_id, chain.pending_timestamp + YEAR, 840, 3, sender=issuer)
        return bytes(suite.credentials.ownerIdOf(wallet))

    return give


@pytest.fixture
def register(suite: Any, registrar: Any, manager: Any, holding_entity: Any) -> Callable[..., int]:
    numbers = count(1)

    def new(shares: int) -> int:
        number = next(numbers)
        terms = (
            "Lens Registry",
            f"LENS{number}",
            "US-MA-009",
            f"LENS PARCEL {number}",
            f"Book {number}",
            holding_entity,
            manager,
            shares,
            PRICE,
            "https://example.org/listing",
            "https://example.org/description",
            b"\x01" * 32,
        )
        suite.registry.register(terms, sender=registrar)
        return int(suite.registry.propertyCount())

    return new


@pytest.fixture
def tokenize(
    suite: Any, registrar: Any, holding_entity: Any, admit: Callable[[Any], bytes], register: Callable[..., int]
) -> Callable[..., int]:
    def new(shares: int, to: Any = None) -> int:
        admit(to or holding_entity)
        house = register(shares)
        suite.certificate.tokenize(house, to or holding_entity, sender=registrar)
        return house

    return new


@pytest.fixture
def move(suite: Any, manager: Any, chain: Any, admit: Callable[[Any], bytes]) -> Callable[..., Any]:
    """Moves a share with the manager's permission."""

    def go(share: int, owner: Any, to: Any) -> Any:
        admit(to)
        suite.certificate.approveTransfer(share, to, chain.pending_timestamp + YEAR, sender=manager)
        return suite.certificate.transferFrom(owner, to, share, sender=owner)

    return go


@pytest.fixture
def pay_income(suite: Any, council: Any) -> Callable[[int, int], None]:
    def pay(house: int, amount: int) -> None:
        suite.coin.mint(council, amount, sender=council)
        suite.coin.approve(suite.income, amount, sender=council)
        suite.income.deposit(house, amount, sender=council)

    return pay
