"""The money rules of the model alone: nothing here touches a chain."""

from __future__ import annotations

import pytest
from money_stage import MoneyStage


@pytest.fixture(autouse=True)
def rollback() -> None:
    """No chain, nothing to undo."""


@pytest.fixture
def stage() -> MoneyStage:
    return MoneyStage().opened()
