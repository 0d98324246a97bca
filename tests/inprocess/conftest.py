"""Tests in process: wallets are addresses, `suite` has the engine's contract handles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from commonhold.engines import InProcessEngine
from commonhold.recipe import Parameters, Suite, deploy
from commonhold.recipe.deploy import Progress


@pytest.fixture(scope="session")
def engine() -> InProcessEngine:
    return InProcessEngine()


@pytest.fixture(scope="session")
def suite(engine: InProcessEngine, parameters: Parameters) -> Suite:
    return deploy(engine, parameters)


class _HandoverNear(Exception):
    pass


@pytest.fixture
def before_handover(parameters: Parameters) -> tuple[Suite, Callable[[], Suite]]:
    """A suite whose deployer still is admin, on a chain of its own, and a function that completes it."""
    engine = InProcessEngine()

    def stop(step: Progress) -> None:
        if step.title.startswith("grant ADMIN"):
            raise _HandoverNear

    with pytest.raises(_HandoverNear):
        deploy(engine, parameters, progress=stop)
    # The handles of the unfinished suite, by a run over a copy of the chain's state that is undone again.
    with engine.rollback():
        suite = deploy(engine, parameters)
    return suite, lambda: deploy(engine, parameters)


@pytest.fixture(scope="session")
def handles(suite: Suite) -> Suite:
    return suite


@pytest.fixture(scope="session")
def wallet() -> Callable[[str], Any]:
    return lambda address: address


@pytest.fixture(autouse=True)
def rollback(engine: Any, suite: Any) -> Iterator[None]:
    """Undo whatever the test did on the chain."""
    with engine.rollback():
        yield


@pytest.fixture(scope="session")
def contract_at(engine: InProcessEngine) -> Callable[[str, Any], Any]:
    """`contract_at("TestEncumbrancer", address)`: a contract that a test created by itself."""
    return engine.at
