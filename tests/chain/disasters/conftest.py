"""Replays of disasters that others had, by their number; each ends with everything accounted for.

They go through the engine's handles, whose refusals name error and values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from conservation import check_conserved
from run_scene import RunScene

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert


@pytest.fixture
def refused() -> Callable[..., AbstractContextManager[None]]:
    """`with refused("ShareLocked", share_id, ...)`: what follows must revert with exactly that error and values."""

    @contextmanager
    def expect(name: str, *values: Any) -> Iterator[None]:
        with pytest.raises(Revert) as caught:
            yield
        expected = tuple(getattr(value, "address", value) for value in values)
        told = decode_revert(caught.value.data)  # also what a constructor said
        assert (told.name, told.values) == (name, expected)

    return expect


@pytest.fixture
def people(council: Any, manager: Any, holding_entity: Any, owner_a: Any, owner_b: Any, buyer: Any) -> list[Any]:
    """Every wallet that may come to own shares or coins; a test adds its contracts."""
    return [council, manager, holding_entity, owner_a, owner_b, buyer]


@pytest.fixture
def conserved(handles: Any, people: list[Any]) -> Callable[[], None]:
    """The conservation check: no share, coin or wei of income was made, lost or given twice."""
    return lambda: check_conserved(handles, [wallet.address for wallet in people])


@pytest.fixture
def move(handles: Any, credential: Callable[..., bytes], approve_move: Callable[..., None]) -> Callable[..., None]:
    """Moves a share under the manager's permission."""

    def go(share_id: int, owner: Any, to: Any) -> None:
        if not handles.credentials.isValid(to.address):
            credential(to)
        approve_move(share_id, to)
        handles.certificate.transferFrom(owner.address, to.address, share_id, sender=owner)

    return go


@pytest.fixture(scope="module")
def reference_run(engine: Any, handles: Any) -> Iterator[RunScene]:
    with engine.rollback():
        yield RunScene(handles).open()


@pytest.fixture
def opened(reference_run: RunScene) -> RunScene:
    """The reference run before anybody runs. Its `check` is the conservation check of money."""
    return reference_run.again()
