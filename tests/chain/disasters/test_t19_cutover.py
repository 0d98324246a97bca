"""T19, cutover: a new feed takes the place of one that is in use.

At Moonwell governance put in a feed that priced the wrong thing, and borrowers took what it allowed within the hour.
Here a feed of another pair, of other decimals or of another value is refused when it is set, and what it says does not
count for a day: time enough to freeze it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ape
import pytest
from eth_utils import keccak
from price_feeds import CHAINLINK_PAIR, DAY, USD, Mode, Question

from commonhold.operations.reading import FeedStatus, ValueStatus
from commonhold.recipe.plan import INDEX_FEED

STEP = 1_000  # basis points
HOME = 200_000 * USD


@pytest.fixture
def new_feed(engine: Any, attacker: Any) -> Callable[..., Any]:
    """Another feed of the index's pair, as whoever deploys it likes."""

    def deploy(value: int, *, decimals: int = 18, pair: str = CHAINLINK_PAIR) -> Any:
        return engine.deploy("TestFaultyFeed", decimals, pair, value * 10**decimals // USD, sender=attacker)

    return deploy


@pytest.fixture
def replace_index(handles: Any, as_dao: Any) -> Callable[..., Any]:
    """The DAO decides on a feed for the index: the terms of before, but for what is given."""

    def decide(feed: Any, **changes: Any) -> Any:
        page = handles.reader.inspect(INDEX_FEED)
        terms = {"heartbeat": page.heartbeat, "decimals": 18, "minValue": page.minValue, "maxValue": page.maxValue}
        chosen = {"feed": feed.address, **terms, "description": CHAINLINK_PAIR, **changes}
        return as_dao(handles.reader, "setFeed", INDEX_FEED, tuple(chosen.values()))

    return decide


@pytest.fixture
def last_good(index_feed: Any) -> int:
    """The index stands at 120, while 100 is on record."""
    index_feed.set_index(120 * USD)
    return 120 * USD


@pytest.mark.parametrize("wei", [-1, 0, 1])
@pytest.mark.parametrize("sign", [-1, 1])
def test_cutover__to_a_value_at_the_step__is_taken_and_a_wei_beyond_it_refused(
    handles, last_good, new_feed, replace_index, refused, sign, wei
):
    value = last_good + sign * (last_good * STEP // 10_000 + wei)
    if wei <= 0:
        replace_index(new_feed(value))
        assert handles.reader.inspect(INDEX_FEED).status == FeedStatus.QUARANTINED
    else:
        with refused("StepTooLarge", INDEX_FEED, value, last_good, STEP):
            replace_index(new_feed(value))
        assert handles.reader.read(INDEX_FEED)[::2] == (last_good, FeedStatus.VALID)


@pytest.mark.parametrize(("found", "agreed"), [(8, 18), (18, 8), (6, 18), (17, 18), (19, 18)])
def test_cutover__to_a_feed_of_other_decimals__is_refused(
    handles, last_good, new_feed, replace_index, refused, found, agreed
):
    with refused("FeedNotValid", INDEX_FEED, FeedStatus.WRONG_DECIMALS):
        replace_index(new_feed(last_good, decimals=found), decimals=agreed)
    assert handles.reader.read(INDEX_FEED).value == last_good


def test_cutover__to_a_feed_of_another_pair__is_refused_whatever_the_dao_expects(
    handles, last_good, new_feed, replace_index, refused
):
    wrong = new_feed(last_good, pair="cbETH / ETH")
    with refused("WrongDescription", INDEX_FEED, CHAINLINK_PAIR, "cbETH / ETH"):
        replace_index(wrong)
    with refused("OtherPair", INDEX_FEED, keccak(text=CHAINLINK_PAIR), keccak(text="cbETH / ETH")):
        replace_index(wrong, description="cbETH / ETH")
    assert handles.reader.read(INDEX_FEED).value == last_good


@pytest.mark.parametrize(
    ("trouble", "measure"),
    [
        ("none", 120 * USD),
        ("stale", 120 * USD),  # age alone does not make a value a bad one
        ("no code", 100 * USD),
        ("zero", 100 * USD),
    ],
)
def test_cutover__step_is_measured_from_the_last_good_value(
    handles, engine, last_good, index_feed, new_feed, replace_index, refused, trouble, measure
):
    recorded = handles.reader.inspect(INDEX_FEED).recordedValue
    assert recorded == 100 * USD
    if trouble == "zero":
        index_feed.set_index(0)
    elif trouble == "stale":
        engine.advance(handles.reader.inspect(INDEX_FEED).heartbeat)
    elif trouble == "no code":
        engine._rpc("anvil_setCode", index_feed.address, "0x")
    far, near = measure * 11_001 // 10_000, measure * 11 // 10
    with refused("StepTooLarge", INDEX_FEED, far, measure, STEP):
        replace_index(new_feed(far))
    receipt = replace_index(new_feed(near))
    assert receipt.event("ValueRecorded")["value"] == measure  # what the quarantined feed is overruled by
    assert handles.reader.read(INDEX_FEED).value == measure


def test_cutover__new_feed__does_not_count_until_its_quarantine_is_over(
    handles, engine, register_house, appraise, index_feed, last_good, new_feed, replace_index, refused, attacker
):
    """What is built on prices shows it: the house's value has a status, and is still the old feed's."""
    house = register_house()
    appraise(house, HOME)
    engine.advance(8 * DAY)  # past the quarantine of a first value
    assert handles.valuation.lendingValueOf(house)[2] == ValueStatus.VALID

    receipt = replace_index(new_feed(132 * USD))  # 10 % up, as far as it goes
    until = receipt.timestamp + handles.reader.quarantinePeriod()
    assert receipt.event("FeedSet")["quarantinedUntil"] == until
    for second in (receipt.timestamp, until - 1):
        if second > engine.now():
            engine.set_time(second)
        assert handles.reader.read(INDEX_FEED)[::2] == (last_good, FeedStatus.QUARANTINED)
        assert handles.valuation.valueOf(house)[::2] == (HOME, ValueStatus.QUARANTINED)
        assert handles.valuation.lendingValueOf(house)[::2] == (HOME, ValueStatus.QUARANTINED)
        assert handles.reader.inspect(INDEX_FEED).answer == 132 * USD  # for everybody to see
    engine.set_time(until)
    assert handles.reader.read(INDEX_FEED)[::2] == (132 * USD, FeedStatus.VALID)
    assert handles.valuation.valueOf(house)[::2] == (HOME * 11 // 10, ValueStatus.VALID)


def test_cutover__one_after_the_other__do_not_add_up(suite, handles, last_good, new_feed, replace_index, dao):
    """A feed in quarantine is no last good value for the next one, even if the DAO decides on both at once."""
    reader = suite.reader
    until = replace_index(new_feed(132 * USD)).timestamp + DAY
    page = handles.reader.inspect(INDEX_FEED)
    terms = {"heartbeat": page.heartbeat, "decimals": 18, "minValue": page.minValue, "maxValue": page.maxValue}
    far, near = new_feed(132 * USD + 1), new_feed(108 * USD)
    with ape.reverts(reader.StepTooLarge, feedId=INDEX_FEED, value=132 * USD + 1, lastGood=last_good, maxStepBps=STEP):
        reader.setFeed(INDEX_FEED, {"feed": far.address, **terms, "description": CHAINLINK_PAIR}, sender=dao)
    reader.setFeed(INDEX_FEED, {"feed": near.address, **terms, "description": CHAINLINK_PAIR}, sender=dao)
    page = handles.reader.inspect(INDEX_FEED)
    assert (page.value, page.recordedValue, page.status) == (last_good, last_good, FeedStatus.QUARANTINED)
    assert until < page.quarantinedUntil == handles.engine.now() + DAY  # a quarantine of its own


@pytest.mark.parametrize("recorded", [False, True])
def test_cutover__while_the_guardian_has_frozen_the_feed__is_measured_by_nothing(
    handles, engine, index_feed, new_feed, replace_index, guardian, attacker, recorded
):
    """What the frozen feed said is a lie, and so may be the record, which anyone can renew: whoever recorded the lie
    would else keep every honest feed out."""
    index_feed.set_index(300 * USD)
    if recorded:
        handles.reader.record(INDEX_FEED, sender=attacker)
    handles.reader.freeze(INDEX_FEED, sender=guardian)
    assert handles.reader.read(INDEX_FEED)[0] == (300 if recorded else 100) * USD
    receipt = replace_index(new_feed(150 * USD))
    assert receipt.event("ValueRecorded")["value"] == 150 * USD
    page = handles.reader.inspect(INDEX_FEED)
    # A new feed ends no freeze, and begins its quarantine all the same.
    assert (page.status, page.value, page.recordedValue) == (FeedStatus.FROZEN, 150 * USD, 150 * USD)
    assert page.quarantinedUntil == receipt.timestamp + DAY
    engine.set_time(max(page.frozenUntil, page.quarantinedUntil))
    assert handles.reader.read(INDEX_FEED)[::2] == (150 * USD, FeedStatus.VALID)


@pytest.mark.parametrize(("later", "is_frozen"), [(-1, True), (0, False)])
def test_cutover__at_the_end_of_a_freeze__is_measured_again(
    suite, handles, engine, index_feed, new_feed, guardian, dao, later, is_frozen
):
    reader = suite.reader
    until = handles.reader.freeze(INDEX_FEED, sender=guardian).timestamp + 30 * DAY
    index_feed.set_index(100 * USD)
    page, far = handles.reader.inspect(INDEX_FEED), new_feed(150 * USD)
    terms = {"heartbeat": page.heartbeat, "decimals": 18, "minValue": page.minValue, "maxValue": page.maxValue}
    terms |= {"feed": far.address, "description": CHAINLINK_PAIR}
    engine.set_next_time(until + later)
    if is_frozen:
        reader.setFeed(INDEX_FEED, terms, sender=dao)
        assert handles.reader.inspect(INDEX_FEED).recordedValue == 150 * USD
    else:
        values = {"value": 150 * USD, "lastGood": 100 * USD, "maxStepBps": STEP}
        with ape.reverts(reader.StepTooLarge, feedId=INDEX_FEED, **values):
            reader.setFeed(INDEX_FEED, terms, sender=dao)


@pytest.mark.parametrize("question", [Question.ROUND, Question.DECIMALS])
@pytest.mark.parametrize("how", list(Mode)[1:])
def test_cutover__to_a_feed_that_cannot_be_read__is_refused(
    handles, last_good, new_feed, replace_index, attacker, refused, question, how
):
    broken = new_feed(last_good)
    broken.setModeOf(question, how, sender=attacker)
    status = FeedStatus.CALL_FAILED if how in (Mode.REVERTS, Mode.BURNS_GAS) else FeedStatus.MALFORMED
    with refused("FeedNotValid", INDEX_FEED, status):
        replace_index(broken)
    assert handles.reader.read(INDEX_FEED).value == last_good
