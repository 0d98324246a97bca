"""Lending on a chain and in the model: every act is done on both and compared, and the laws watch."""

from __future__ import annotations

import pytest

from commonhold.engines import InProcessEngine
from commonhold.fuzz.lending.laws import LendingLaws
from commonhold.fuzz.lending.stage import open_lending_stage
from commonhold.fuzz.world import World


@pytest.fixture(scope="session")
def lending_stage() -> World:
    return open_lending_stage(InProcessEngine())


@pytest.fixture
def world(lending_stage: World) -> World:
    """At the end of the opening: three houses, six open loans, two of them before their first reset."""
    lending_stage.reopen()
    LendingLaws(lending_stage).watch()
    return lending_stage


@pytest.fixture(autouse=True)
def rollback() -> None:
    """Each test begins at the opening; there is nothing to undo."""
