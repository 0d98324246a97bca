"""Scenes for histories."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commonhold.operations.history import Row, follow
from commonhold.recipe.buying import keep_price_valid


@pytest.fixture
def past(suite: Any, tmp_path: Path) -> Callable[..., list[Row]]:
    """The rows of a share, read anew, in chunks of so many blocks."""
    runs = iter(range(1_000))

    def read(share: int, chunk: int = 2_000) -> list[Row]:
        with follow(suite, share, chunk=chunk, folder=tmp_path / str(next(runs))) as found:
            rows = list(found.rows())
            assert found.count == len(rows)
            return rows

    return read


@pytest.fixture
def feeds(suite: Any) -> Callable[[], None]:
    def keep() -> None:
        keep_price_valid(suite)
        suite.index_feed.updateAnswer(suite.index_feed.latestAnswer(), sender=suite.deployer)

    return keep


@pytest.fixture
def holder(suite: Any, as_dao: Any, deployer: str) -> Callable[..., Any]:
    """A contract with all rights of holders, which does what it is told: `holder("placeLien", share)`."""
    puppet = suite.engine.deploy("TestHookedCaller", sender=deployer)
    as_dao(suite.certificate, "setHolder", puppet.address, (True, True, True))

    def act(function: str, *args: Any) -> Any:
        data = getattr(suite.certificate, function).encode(*args)
        return puppet.act(suite.certificate.address, data, sender=deployer)

    act.address = puppet.address  # type: ignore[attr-defined]
    return act
