"""T18, what follows from it: with its index dead in any way, a house's value says so, and nothing is built on it.

A loan is only given and a share only seized on a value whose status is Valid. (The matrix of what makes a reading valid
is in test_t18_price_validity.py.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from price_feeds import DAY, GRACE, USD, FeedBench

from commonhold.operations.reading import FeedStatus, ValueStatus
from commonhold.recipe.plan import INDEX_FEED

SCALE = 10**8  # of the index's answers
HOME = 200_000 * USD


@dataclass(frozen=True)
class Death:
    """A way for the suite's own index to die, from a good 110 while 100 is on record."""

    name: str
    index_status: FeedStatus
    cause: Callable[[Any], None]
    """Gets a `Village`."""
    status: ValueStatus = ValueStatus.FEED_INVALID
    value: int = HOME
    """The house's, whose appraisal was accepted at 100."""


@dataclass(frozen=True)
class Village:
    """The suite with one appraised house, as a death finds it."""

    handles: Any
    index_feed: Any
    guardian: Any
    house: int

    @property
    def engine(self) -> Any:
        return self.handles.engine

    def says(self, answer_: int, updated_at_: int | None = None) -> None:
        """The index's next round."""
        now = self.engine.now()
        words = (9, answer_, now if updated_at_ is None else updated_at_, now)
        self.index_feed.handle.updateRoundData(*words, sender=self.guardian)


DEATHS = (
    Death("answers 0", FeedStatus.NOT_POSITIVE, lambda village: village.says(0)),
    Death("answers -1", FeedStatus.NOT_POSITIVE, lambda village: village.says(-1)),
    Death("is pinned to its minimum", FeedStatus.OUT_OF_BOUNDS, lambda village: village.says(1 * SCALE)),
    Death("is pinned to its maximum", FeedStatus.OUT_OF_BOUNDS, lambda village: village.says(1_000_000 * SCALE)),
    Death("answers more than any number", FeedStatus.OUT_OF_BOUNDS, lambda village: village.says(2**255 - 1)),
    Death("has a round without a time", FeedStatus.INCOMPLETE, lambda village: village.says(110 * SCALE, 0)),
    Death("is from the future", FeedStatus.FROM_FUTURE, lambda village: village.says(110 * SCALE, 2**39)),
    Death("loses its code", FeedStatus.MISSING_CODE, lambda village: set_code(village, b"")),
    Death("reverts", FeedStatus.CALL_FAILED, lambda village: set_code(village, bytes.fromhex("5f5ffd"))),
    Death("burns its gas", FeedStatus.CALL_FAILED, lambda village: set_code(village, bytes.fromhex("5b5f56"))),
    Death("answers nothing", FeedStatus.MALFORMED, lambda village: set_code(village, bytes.fromhex("00"))),
    Death("answers one word", FeedStatus.MALFORMED, lambda village: set_code(village, bytes.fromhex("60205ff3"))),
    # Age alone does not make a value a bad one: it is the last that is known.
    Death(
        "is not updated any more",
        FeedStatus.STALE,
        lambda village: village.engine.advance(120 * DAY),
        value=HOME * 11 // 10,
    ),
    Death(
        "is frozen",
        FeedStatus.FROZEN,
        lambda village: village.handles.reader.freeze(INDEX_FEED, sender=village.guardian),
        ValueStatus.FROZEN,
    ),
)


def set_code(village: Village, code: bytes) -> None:
    village.engine.provider.set_code(village.index_feed.address, code)


@pytest.mark.parametrize("death", DEATHS, ids=lambda death: death.name)
def test_index_dies__values_say_so_and_stay__and_nothing_is_accepted_on_them(
    handles, engine, index_feed, guardian, attacker, register_house, appraise, report, feed_of, refused, death
):
    house = register_house()
    appraise(house, HOME)
    engine.advance(8 * DAY)  # past the quarantine of a first value
    valuation = handles.valuation
    index_feed.set_index(110 * USD)
    assert valuation.valueOf(house)[::2] == (HOME * 11 // 10, ValueStatus.VALID)
    share = house * 256 + 1

    death.cause(Village(handles, index_feed, guardian, house))
    assert handles.reader.read(INDEX_FEED)[2] == death.index_status
    assert valuation.valueOf(house)[::2] == (death.value, death.status)
    assert valuation.shareValue(share)[::2] == (death.value // 8, death.status)
    lending, _, status = valuation.lendingValueOf(house)
    assert (status, 0 < lending <= death.value) == (death.status, True)
    explained = valuation.explainValue(house)
    assert (explained.status, explained.indexStatus) == (death.status, death.index_status)

    tree = report({feed_of(house): 2 * HOME})
    handles.aggregator.update(feed_of(house), 2 * HOME, tree.proof(feed_of(house)), sender=attacker)
    with refused("FeedNotValid", INDEX_FEED, death.index_status):
        valuation.accept(house, sender=attacker)


def test_sequencer_was_down__values_count_again_only_after_its_grace_time(
    suite, handles, engine, attacker, register_house, report, feed_of
):
    """Prices from before an outage are good in form; those who could not act meanwhile get the grace time."""
    bench = FeedBench(suite, attacker)
    sequencer_ = bench.faulty(0, 0)
    engine.advance(DAY)
    reader = bench.reader(sequencer=sequencer_, grace=GRACE)
    index = bench.faulty()
    bench.configure(reader, index, INDEX_FEED, heartbeat=100 * DAY)
    peers = (handles.hub, handles.registry, handles.credentials, handles.aggregator)
    terms = tuple(handles.valuation.terms())
    addresses = [peer.address for peer in peers]
    valuation = engine.deploy(
        "PropertyValuation", *addresses, reader.address, INDEX_FEED, terms, 30 * DAY, sender=attacker
    )
    house = register_house()
    tree = report({feed_of(house): HOME})
    handles.aggregator.update(feed_of(house), HOME, tree.proof(feed_of(house)), sender=attacker)
    valuation.accept(house, sender=attacker)
    engine.advance(8 * DAY)
    assert valuation.lendingValueOf(house)[::2] == (HOME, ValueStatus.VALID)

    def status_moves(answer_: int, since: int) -> None:
        sequencer_.setRound(9, answer_, since, since, 9, sender=attacker)

    def look() -> tuple[int, ...]:
        (value, _, status), (lending, _, same) = valuation.valueOf(house), valuation.lendingValueOf(house)
        assert (value, status) == (lending, same) == (HOME, status)
        return FeedStatus(reader.read(INDEX_FEED)[2]), ValueStatus(status)

    status_moves(1, engine.now())
    assert look() == (FeedStatus.SEQUENCER_DOWN, ValueStatus.FEED_INVALID)
    engine.advance(2 * GRACE)
    assert look() == (FeedStatus.SEQUENCER_DOWN, ValueStatus.FEED_INVALID)
    up_since = engine.now()
    status_moves(0, up_since)
    assert look() == (FeedStatus.SEQUENCER_GRACE, ValueStatus.FEED_INVALID)
    engine.set_time(up_since + GRACE)
    assert look() == (FeedStatus.SEQUENCER_GRACE, ValueStatus.FEED_INVALID)
    engine.set_time(up_since + GRACE + 1)
    assert look() == (FeedStatus.VALID, ValueStatus.VALID)
