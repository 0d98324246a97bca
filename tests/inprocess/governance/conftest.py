"""Scenes of governance's tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ballot_stage import House, make_house
from dao_stage import Dao, own_dao, wizards_dao
from rich.console import Console


@pytest.fixture
def dao(suite: Any) -> Dao:
    """The DAO after the hand-over."""
    return own_dao(suite)


@pytest.fixture
def wizard(suite: Any) -> Dao:
    """The wizard's governor, to which the disasters happen."""
    return wizards_dao(suite)


@pytest.fixture
def houses(
    suite: Any, tokenized_house: Callable[..., int], owner_a: str, owner_b: str, manager: str, buyer: str
) -> Callable[[int], House]:
    """`houses(8)`: a house of so many shares, all owner_a's; its payee is owner_b, its friend the buyer."""
    return lambda shares: make_house(suite, tokenized_house, owner_a, manager, owner_b, buyer, shares)


@pytest.fixture
def house(houses: Callable[[int], House]) -> House:
    return houses(8)


@pytest.fixture
def say() -> Callable[..., str]:
    """What a script's console shows: `say(table)`."""

    def shown(*things: Any) -> str:
        console = Console(width=200)
        with console.capture() as caught:
            for thing in things:
                console.print(thing)
        return caught.get()

    return shown
