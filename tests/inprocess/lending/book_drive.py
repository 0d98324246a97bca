"""What the tests of the loan book share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from commonhold.engines import Revert
from commonhold.recipe.buying import give_coins, keep_price_valid

COIN, UNLIMITED = 10**18, 2**256 - 1
SHARE = 40_000 * COIN
"""Worth of a share of a `valued_share` house."""


def refused(call: Callable[[], Any], name: str, *values: Any) -> None:
    """The call reverts with that error, and those values if any are given."""
    with pytest.raises(Revert) as caught:
        call()
    assert caught.value.name == name, caught.value
    if values:
        assert caught.value.values == values


def keep_feeds(suite: Any) -> None:
    """After days: the reserve's price and the house-price index say again what they said last."""
    keep_price_valid(suite)
    suite.index_feed.updateAnswer(suite.index_feed.latestAnswer(), sender=suite.deployer)


def pass_time(suite: Any, seconds: int) -> None:
    suite.engine.advance(seconds)
    keep_feeds(suite)


def pay(suite: Any, loan_id: int, coins: int, payer: str) -> Any:
    give_coins(suite, payer, coins)
    suite.coin.approve(suite.treasury, UNLIMITED, sender=payer)
    return suite.book.pay(loan_id, coins, sender=payer)


def at(suite: Any, time: int) -> None:
    suite.engine.set_time(time - 50)
    keep_price_valid(suite)
