"""Houses for the lens: they begin with their holding entity, so that sold and unsold shares can be told apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def admit(suite: Any, credential: Callable[..., bytes]) -> Callable[[Any], bytes]:
    """Gives a wallet a credential, unless it has one; answers its owner id."""

    def give(wallet: Any) -> bytes:
        if not suite.credentials.isValid(wallet):
            credential(wallet, flags=3)
        return bytes(suite.credentials.ownerIdOf(wallet))

    return give


@pytest.fixture
def tokenize(tokenized_house: Callable[..., int], holding_entity: Any) -> Callable[[int], int]:
    return lambda shares: tokenized_house(shares, to=holding_entity)


@pytest.fixture
def move(suite: Any, admit: Callable[[Any], bytes], approve_move: Callable[..., None]) -> Callable[..., None]:
    """Moves a share with the manager's permission."""

    def go(share_id: int, owner: Any, to: Any) -> None:
        admit(to)
        approve_move(share_id, to)
        suite.certificate.transferFrom(owner, to, share_id, sender=owner)

    return go
