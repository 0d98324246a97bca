"""Income of houses: money in, and everybody who may take some of it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ape.contracts import ContractInstance
from income_books import Books


@pytest.fixture
def income(suite: Any) -> ContractInstance:
    return suite.income


@pytest.fixture
def books(suite: Any) -> Books:
    """Compares what came in with what went out and what still lies there, to the wei."""
    return Books(suite.handles)


@pytest.fixture
def move(suite: Any, credential: Callable[..., bytes], approve_move: Callable[..., None]) -> Callable[..., None]:
    """Moves a share under the manager's permission."""

    def go(share_id: int, owner: Any, to: Any) -> None:
        if not suite.handles.credentials.isValid(to.address):
            credential(to)
        approve_move(share_id, to)
        suite.handles.certificate.transferFrom(owner.address, to.address, share_id, sender=owner)

    return go
