"""The DAO after the hand-over on the chain: set once a module, undone after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from vote_stage import Made

from commonhold.recipe.handover import hand_over
from commonhold.recipe.voting import awaken, voters_of


@pytest.fixture(scope="session")
def voters(handles: Any, wallet: Callable[[str], Any]) -> list[Any]:
    """Who holds 30, 15, 3 and 1 million HOLD, as wallets."""
    return [wallet(address) for address in voters_of(handles)]


@pytest.fixture(scope="module")
def governed(engine: Any, handles: Any, voters: list[Any]) -> Iterator[None]:
    """All but the last of the voters have delegated to themselves, and the governor has the timelock."""
    with engine.rollback():
        awaken(handles, voters[:-1])
        hand_over(handles)
        yield


@pytest.fixture
def made(governed: None, suite: Any, voters: list[Any], at: Callable[[int], int]) -> Made:
    """A proposal to write a minter's row, put to the vote."""
    return Made.propose(suite, voters[0], at, text="A row")
