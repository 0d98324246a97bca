"""One world for all tests of the machines: each starts from the end of the opening."""

from __future__ import annotations

import pytest

from commonhold.engines import InProcessEngine
from commonhold.fuzz.stage import open_stage
from commonhold.fuzz.world import World


@pytest.fixture(scope="session")
def stage() -> World:
    return open_stage(InProcessEngine())


@pytest.fixture
def world(stage: World) -> World:
    stage.reopen()
    return stage
