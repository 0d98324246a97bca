"""What an attacker found in an earlier version of the oracle, by name. Each must fail for ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from commonhold.engines import Revert
from commonhold.oracle.feeds import house_feed, named_feed
from commonhold.oracle.merkle import Tree

DAY = 86_400
USD = 10**18


# ---------------------------------------------------------------------------------------------------------- contracts


def test_feed_of_a_text__that_says_it_is_a_house__is_refused(suite: Any, attacker: Any) -> None:
    """Both said "Commonhold house 12 / USD": a description is what other people's contracts and screens go by."""
    suite.feed_factory.create(house_feed(12), sender=attacker)
    impostor = named_feed("Commonhold house 12 / USD")
    with pytest.raises(Revert) as refusal:
        suite.feed_factory.create(impostor, sender=attacker)
    assert (refusal.value.name, refusal.value.named) == ("UnreadableFeedId", {"feedId": impostor})


@pytest.mark.parametrize("wrong", [1, 100_000 * USD // 8])  # off by all decimals; a share's price for the house's
def test_one_wrong_appraisal__put_right_at_once__locks_new_loans_out_until_the_dao_resets_the_ceiling(
    suite: Any,
    as_dao: Any,
    register_house: Callable[..., int],
    appraise: Callable[..., Tree],
    index_feed: Any,
    wrong: int,
) -> None:
    """The growth cap's anchor falls to the wrong level at the correction, which anyone can bring about: the cap can't
    tell a wrong level from a true one. From an eighth it takes 43 quarters back; from 1 wei the step is nothing."""
    engine, right = suite.engine, 100_000 * USD
    house = register_house()
    appraise(house, right)
    engine.advance(30 * DAY)
    index_feed.set_index(100 * USD)
    appraise(house, wrong)
    engine.advance(3_600)
    appraise(house, right)
    assert suite.valuation.lendingValueOf(house).valueUsd <= right // 8
    receipt = as_dao(suite.valuation, "resetCeiling", house)
    assert receipt.event("CeilingReset").args == {"propertyId": house, "anchorUsd": right}
    assert suite.valuation.lendingValueOf(house).valueUsd == right
