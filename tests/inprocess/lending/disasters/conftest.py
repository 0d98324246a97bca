"""Replays of disasters that others had, by their number: those in which somebody owes.

Each ends with everything accounted for (`LoanScene.check`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from loan_scene import HOUSE_USD, WAD, LoanScene

from commonhold.engines import EngineError
from commonhold.recipe.buying import give_cash, give_coins, keep_price_valid

YEARS = 10 * 365 * 86_400


@pytest.fixture
def scene(
    suite: Any,
    index_feed: Any,
    owner_a: str,
    owner_b: str,
    buyer: str,
    credential: Callable[..., bytes],
    tokenized_house: Callable[..., int],
    appraise: Callable[..., Any],
    lending_cash: Callable[..., None],
) -> LoanScene:
    """House 0 is owner_a's, house 1 owner_b's, house 2 the buyer's; shares are worth 40,000 dollars."""
    made = LoanScene(suite, index_feed, appraise, [owner_a, owner_b, buyer])
    for owner in made.owners:
        credential(owner, expires_at=suite.engine.now() + YEARS)
        made.houses.append(tokenized_house(to=owner))
        appraise(made.houses[-1], HOUSE_USD)
    suite.engine.advance(suite.valuation.terms().firstValueQuarantinePeriod)
    keep_price_valid(suite)
    lending_cash()
    for owner in made.owners:
        give_coins(suite, owner, 100_000 * WAD)
        give_cash(suite, owner, 100_000 * 10**6)
        suite.coin.approve(suite.treasury, 2**256 - 1, sender=owner)
    return made


@pytest.fixture
def moved(scene: LoanScene, approve_move: Callable[..., None]) -> Callable[[int, str], None]:
    """Moves an unencumbered share under the manager's permission."""

    def move(share_id: int, to: str) -> None:
        owner = scene.certificate.ownerOf(share_id)
        if owner == to:
            raise EngineError(f"share {share_id} is {to}'s already")
        approve_move(share_id, to)
        scene.certificate.transferFrom(owner, to, share_id, sender=owner)

    return move
