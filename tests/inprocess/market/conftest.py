"""Scenes of the market's tests in process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lease_stage import DAY, LeaseStage
from market_scene import Scene

from commonhold.recipe import market as sales
from commonhold.recipe.buying import keep_price_valid

YEARS = 12 * 365 * DAY


@pytest.fixture
def let(
    suite: Any,
    owner_a: str,
    buyer: str,
    credential: Callable[..., bytes],
    valued_share: Callable[..., int],
    appraise: Any,
) -> Callable[..., LeaseStage]:
    """A lease of a share of owner_a's to the buyer: `let(months=24, credit_bps=..., price_usd=...)`; 40,000 dollars of
    value, and credentials for years."""

    def begin(*, share: int | None = None, **terms: Any) -> LeaseStage:
        for wallet in (owner_a, buyer):
            if not suite.credentials.isValid(wallet):
                credential(wallet, expires_at=suite.engine.now() + YEARS)
        return LeaseStage(suite, valued_share() if share is None else share, buyer, appraise, **terms)

    return begin


@pytest.fixture
def scene(
    suite: Any,
    owner_a: str,
    buyer: str,
    manager: str,
    credential: Callable[..., bytes],
    tokenized_house: Callable[..., int],
) -> Scene:
    """An owner's shares for sale, and a buyer with money."""
    credential(buyer)
    made = Scene(suite, owner_a, buyer, manager, tokenized_house(to=owner_a))
    sales.offer_through_market(suite, owner_a)
    made.give(buyer)
    return made


@pytest.fixture
def valued(scene: Scene, appraise: Any, lending_cash: Any) -> Scene:
    """The scene's house is worth 320,000 dollars, and there is money to lend."""
    appraise(scene.house, 320_000 * 10**18)
    scene.suite.engine.advance(scene.suite.valuation.terms().firstValueQuarantinePeriod)
    lending_cash()
    keep_price_valid(scene.suite)
    return scene
