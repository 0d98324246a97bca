"""T20, fast freeze and slow thaw: a feed is bad, and lending on it must end now, not when the timelock allows it.

The guardian stops a feed in one transaction. He can do nothing else with it, and not do it again before as long again
has passed: a stolen guardian key costs the suite one period.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from price_feeds import CHAINLINK_PAIR, DAY, USD

from commonhold.operations.reading import FeedStatus, ValueStatus
from commonhold.recipe.plan import INDEX_FEED

PERIOD = 30 * DAY
HOME = 200_000 * USD
UNKNOWN = b"UNKNOWN".ljust(32, b"\0")


@pytest.fixture
def house(register_house: Callable[..., int], appraise: Callable[..., Any], engine: Any) -> int:
    """A house with a value that counts."""
    property_id = register_house()
    appraise(property_id, HOME)
    engine.advance(8 * DAY)
    return property_id


@pytest.fixture
def freeze(handles: Any, guardian: Any) -> Callable[[], int]:
    """The guardian freezes the index; answers since when."""
    return lambda: handles.reader.freeze(INDEX_FEED, sender=guardian).timestamp


@pytest.fixture
def statuses(handles: Any, house: int) -> Callable[[], tuple[FeedStatus, ValueStatus]]:
    """What the reader says of the index, and the valuation of the house (both of its views)."""

    def look() -> tuple[FeedStatus, ValueStatus]:
        of_value, of_lending = handles.valuation.valueOf(house)[2], handles.valuation.lendingValueOf(house)[2]
        assert of_value == of_lending
        return FeedStatus(handles.reader.read(INDEX_FEED)[2]), ValueStatus(of_value)

    return look


VALID = (FeedStatus.VALID, ValueStatus.VALID)
FROZEN = (FeedStatus.FROZEN, ValueStatus.FROZEN)


def test_freeze__of_a_bad_feed__counts_in_the_same_block(
    handles, index_feed, house, guardian, statuses, attacker, refused
):
    index_feed.set_index(900 * USD)  # the lie
    assert handles.valuation.valueOf(house)[0] == 9 * HOME
    receipt = handles.reader.freeze(INDEX_FEED, sender=guardian)
    assert [(event.name, event.args) for event in receipt.events] == [
        ("Stopped", {"what": INDEX_FEED, "until": receipt.timestamp + PERIOD})
    ]
    assert handles.engine.now() == receipt.timestamp
    assert statuses() == FROZEN
    # The last value that is known is the one on record, from before the lie.
    assert handles.reader.read(INDEX_FEED)[0] == 100 * USD
    assert handles.valuation.valueOf(house)[0] == HOME
    with refused("FeedNotValid", INDEX_FEED, FeedStatus.FROZEN):
        handles.reader.record(INDEX_FEED, sender=attacker)


@pytest.mark.parametrize(("later", "expected"), [(PERIOD - 1, FROZEN), (PERIOD, VALID), (PERIOD + 1, VALID)])
def test_freeze__ends_by_itself_to_the_second(engine, freeze, statuses, later, expected):
    engine.set_time(freeze() + later)
    assert statuses() == expected


@pytest.mark.parametrize("later", [1, PERIOD - 1, PERIOD, 2 * PERIOD - 1])
def test_freeze__again_before_as_long_again_has_passed__is_refused(engine, handles, freeze, refused, later):
    since = freeze()
    engine.set_next_time(since + later)
    with refused("StopNotReady", INDEX_FEED, since + 2 * PERIOD):
        freeze()


@pytest.mark.parametrize("later", [2 * PERIOD, 2 * PERIOD + 1])
def test_freeze__again_once_as_long_again_has_passed__freezes(engine, freeze, statuses, later):
    since = freeze()
    engine.set_next_time(since + later)
    freeze()
    assert statuses() == FROZEN


def test_guardian__can_do_nothing_else_with_a_feed(handles, engine, guardian, index_feed, freeze, refused):
    """Neither thaw it, nor set another one or other terms, nor name the reader another hub."""
    freeze()
    page = handles.reader.inspect(INDEX_FEED)
    terms = (index_feed.address, page.heartbeat, 8, page.minValue, page.maxValue, CHAINLINK_PAIR)
    attempts: dict[str, tuple[Any, ...]] = {
        "unfreeze": (INDEX_FEED,),
        "setFeed": (INDEX_FEED, terms),
    }
    for function, arguments in attempts.items():
        with refused("AccessManagedUnauthorized", guardian):
            getattr(handles.reader, function)(*arguments, sender=guardian)
    with refused("AccessManagedUnauthorized", guardian):
        handles.reader.setAuthority(guardian.address, sender=guardian)
    # That was all there is, beside what anyone may.
    writing = {one.name for one in handles.reader.coders.functions.values() if not one.is_view}
    assert writing == {*attempts, "setAuthority", "freeze", "record"}


def test_freeze__by_anyone_but_the_guardian__is_refused(handles, council, registrar, court, attacker, refused):
    for stranger in (council, registrar, court, attacker):
        with refused("AccessManagedUnauthorized", stranger):
            handles.reader.freeze(INDEX_FEED, sender=stranger)


def test_freeze__of_a_feed_that_is_not_configured__is_refused(handles, guardian, refused):
    with refused("FeedNotValid", UNKNOWN, FeedStatus.NONE):
        handles.reader.freeze(UNKNOWN, sender=guardian)


def test_unfreeze__by_the_dao__thaws_at_once_and_restarts_the_guardians_pause(
    engine, handles, as_dao, freeze, statuses, refused
):
    since = freeze()
    receipt = as_dao(handles.reader, "unfreeze", INDEX_FEED)
    thawed = receipt.timestamp
    assert since < thawed < since + PERIOD
    assert receipt.event("Resumed")["what"] == INDEX_FEED
    assert statuses() == VALID
    engine.set_next_time(thawed + PERIOD - 1)
    with refused("StopNotReady", INDEX_FEED, thawed + PERIOD):
        freeze()
    engine.set_next_time(thawed + PERIOD)
    freeze()
    assert statuses() == FROZEN


def test_unfreeze__when_nothing_is_frozen__is_refused(engine, handles, as_dao, freeze, refused):
    with refused("NotStopped", INDEX_FEED):
        as_dao(handles.reader, "unfreeze", INDEX_FEED)
    with refused("NotStopped", UNKNOWN):
        as_dao(handles.reader, "unfreeze", UNKNOWN)
    engine.set_time(freeze() + PERIOD)
    with refused("NotStopped", INDEX_FEED):
        as_dao(handles.reader, "unfreeze", INDEX_FEED)


def test_frozen_time__is_counted_to_the_second__over_several_freezes(engine, handles, as_dao, freeze):
    """Clocks that stop during a freeze are moved on by this sum: a second too many or too few would be somebody's."""

    def frozen_time_at(second: int) -> int:
        engine.set_time(second)
        return handles.reader.frozenTimeOf(INDEX_FEED)

    assert handles.reader.frozenTimeOf(INDEX_FEED) == 0
    first = freeze()
    assert handles.reader.frozenTimeOf(INDEX_FEED) == 0
    assert [frozen_time_at(first + later) for later in (1, 1_000, PERIOD - 1)] == [1, 1_000, PERIOD - 1]
    assert [frozen_time_at(first + later) for later in (PERIOD, PERIOD + 1, 2 * PERIOD - 1)] == [PERIOD] * 3

    engine.set_next_time(first + 2 * PERIOD)
    second = freeze()
    assert handles.reader.frozenTimeOf(INDEX_FEED) == PERIOD
    assert frozen_time_at(second + 7) == PERIOD + 7
    thawed = as_dao(handles.reader, "unfreeze", INDEX_FEED).timestamp
    both = PERIOD + thawed - second
    assert handles.reader.frozenTimeOf(INDEX_FEED) == both
    assert frozen_time_at(thawed + PERIOD - 1) == both

    engine.set_next_time(thawed + PERIOD)
    third = freeze()
    assert handles.reader.frozenTimeOf(INDEX_FEED) == both
    assert frozen_time_at(third + PERIOD - 1) == both + PERIOD - 1
    assert frozen_time_at(third + 5 * PERIOD) == both + PERIOD
    assert handles.reader.frozenTimeOf(UNKNOWN) == 0
