"""The money alone, on a chain and in the model: every act is done on both and compared, and the laws watch."""

from __future__ import annotations

import pytest

from commonhold.engines import InProcessEngine
from commonhold.fuzz.money.laws import MoneyLaws
from commonhold.fuzz.money.stage import open_money_stage
from commonhold.fuzz.world import World


@pytest.fixture(scope="session")
def money_stage() -> World:
    return open_money_stage(InProcessEngine())


@pytest.fixture
def world(money_stage: World) -> World:
    """At the end of the opening: 758,000 coins, 340,000 cash, twelve loans, 20,000 of equity."""
    money_stage.reopen()
    MoneyLaws(money_stage).watch()
    return money_stage


@pytest.fixture(autouse=True)
def rollback() -> None:
    """Each test begins at the opening; there is nothing to undo."""
