"""Feeds in the shape of Chainlink's `AggregatorV3Interface`, read by contracts that know nothing of the nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ape
import pytest
from ape.api.accounts import AccountAPI
from ape.contracts import ContractInstance
from eth_utils import keccak

from commonhold.oracle.feeds import house_feed, named_feed

USD = 10**18
PHASE = 1 << 64
INDEX = named_feed("HOUSE-PRICE-INDEX")
HOUSE = house_feed(12)


@pytest.fixture
def factory(suite) -> ContractInstance:
    return suite.feed_factory


@pytest.fixture
def feed_at(project, factory: ContractInstance, attacker: AccountAPI) -> Callable[[bytes], ContractInstance]:
    """Creates a feed's address."""

    def create(feed_id: bytes) -> ContractInstance:
        factory.create(feed_id, sender=attacker)
        return project.QuorumFeed.at(factory.addressOf(feed_id))

    return create


@pytest.fixture
def valued(aggregator: ContractInstance, report, attacker: AccountAPI) -> Callable[..., Any]:
    """Reports a feed's value, brings it on chain, and answers with the report."""

    def value(feed_id: bytes, amount: int, **options: Any) -> Any:
        tree = report({feed_id: amount}, **options)
        aggregator.update(feed_id, amount, tree.proof(feed_id), sender=attacker)
        return aggregator.latestReport()

    return value


# --- rounds -----------------------------------------------------------------------------------------------------------


def test_round_data__of_a_valued_feed__is_the_report_it_came_with(aggregator, feed_at, valued):
    feed = feed_at(HOUSE)
    latest = valued(HOUSE, 250_000 * USD, epoch=7)
    expected = (7, 250_000 * USD, latest.observedAt, latest.observedAt, 7)
    assert feed.latestRoundData() == feed.getRoundData(7) == expected
    assert aggregator.latestRoundData(HOUSE) == aggregator.getRoundData(HOUSE, 7) == expected


def test_round_data__after_a_report_without_update__is_still_the_older_round(feed_at, valued, report):
    feed = feed_at(HOUSE)
    older = valued(HOUSE, 250_000 * USD)
    report({HOUSE: 260_000 * USD})
    assert feed.latestRoundData() == (1, 250_000 * USD, older.observedAt, older.observedAt, 1)


def test_round_data__of_the_largest_value_and_epoch__is_exact(feed_at, valued):
    feed = feed_at(HOUSE)
    latest = valued(HOUSE, 2**128 - 1, epoch=2**40 - 1)
    assert feed.latestRoundData() == (2**40 - 1, 2**128 - 1, latest.observedAt, latest.observedAt, 2**40 - 1)


def test_round_data__of_a_feed_without_value__reverts(aggregator, feed_at, report):
    report({INDEX: USD})  # another feed's, and not on chain
    feed = feed_at(HOUSE)
    with ape.reverts(aggregator.NoDataPresent, feedId=HOUSE, roundId=0):
        feed.latestRoundData()
    for round_id in (0, 1, 2**80 - 1):
        with ape.reverts(aggregator.NoDataPresent, feedId=HOUSE, roundId=round_id):
            feed.getRoundData(round_id)


@pytest.mark.parametrize("round_id", [0, 6, 8, 7 + PHASE, 7 + (1 << 40), 2**80 - 1])
def test_round_data__of_another_round_than_the_latest__reverts(aggregator, feed_at, valued, round_id):
    feed = feed_at(HOUSE)
    valued(HOUSE, USD, epoch=6)
    valued(HOUSE, USD, epoch=7)
    with ape.reverts(aggregator.NoDataPresent, feedId=HOUSE, roundId=round_id):
        feed.getRoundData(round_id)
    with ape.reverts(aggregator.NoDataPresent, feedId=HOUSE, roundId=round_id):
        aggregator.getRoundData(HOUSE, round_id)


# --- an outside contract ----------------------------------------------------------------------------------------------


def test_feed__behind_chainlinks_kind_of_proxy__is_read_through_it(project, feed_at, valued, deployer):
    """The proxy was written for Chainlink's aggregators: it calls `AggregatorV3Interface` and adds its phase."""
    latest = valued(INDEX, 321 * USD, epoch=3)
    proxy = deployer.deploy(project.TestFeedProxy, feed_at(INDEX))
    times = (latest.observedAt, latest.observedAt)
    assert proxy.latestRoundData() == (PHASE + 3, 321 * USD, *times, PHASE + 3)
    assert proxy.getRoundData(PHASE + 3) == proxy.latestRoundData()
    assert (proxy.decimals(), proxy.description(), proxy.version()) == (18, "HOUSE-PRICE-INDEX", 1)


def test_feed__as_chainlink_describes_it__has_18_decimals(feed_at, aggregator):
    feed = feed_at(HOUSE)
    assert (feed.decimals(), feed.version(), feed.description()) == (18, 1, "Commonhold house 12 / USD")
    assert (feed.AGGREGATOR(), feed.FEED_ID()) == (aggregator.address, HOUSE)


# --- the factory ------------------------------------------------------------------------------------------------------

DESCRIPTIONS = {
    house_feed(1): "Commonhold house 1 / USD",
    house_feed(2**248 - 1): f"Commonhold house {2**248 - 1} / USD",
    INDEX: "HOUSE-PRICE-INDEX",
    named_feed("USDC / USD"): "USDC / USD",
    named_feed("X"): "X",
    named_feed("~" * 31): "~" * 31,
    named_feed("a name of 32 bytes, to the brim!"): "a name of 32 bytes, to the brim!",
}


@pytest.mark.parametrize("feed_id", DESCRIPTIONS, ids=DESCRIPTIONS.values())
def test_create__of_a_readable_id__is_described_by_it(feed_at, feed_id):
    assert feed_at(feed_id).description() == DESCRIPTIONS[feed_id]


UNREADABLE = {
    "zero": bytes(32),
    "a control character": b"A\x1fB".ljust(32, b"\0"),
    "delete": b"A\x7f".ljust(32, b"\0"),
    "not ASCII": "Häuser".encode().ljust(32, b"\0"),
    "something after the zeros": b"A\0B".ljust(32, b"\0"),
    "something in the last byte": b"A".ljust(31, b"\0") + b"B",
    "a hash": keccak(text="feed"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_create__of_an_unreadable_id__reverts(factory, attacker, what):
    with ape.reverts(factory.UnreadableFeedId, feedId=UNREADABLE[what]):
        factory.create(UNREADABLE[what], sender=attacker)


def test_create__by_anyone__at_the_address_foretold(factory, engine, attacker):
    foretold = factory.addressOf(HOUSE)
    assert engine.code_at(foretold) == b""
    tx = factory.create(HOUSE, sender=attacker)
    assert tx.events == [factory.FeedCreated(feedId=HOUSE, feed=foretold)]
    assert engine.code_at(foretold)
    assert factory.addressOf(HOUSE) == foretold != factory.addressOf(INDEX)


def test_create__a_second_time__answers_with_the_same_address(factory, attacker, owner_a):
    factory.create(HOUSE, sender=attacker)
    assert factory.create.call(HOUSE, sender=owner_a) == factory.addressOf(HOUSE)
    assert factory.create(HOUSE, sender=owner_a).events == []


def test_factory__tells_its_aggregator(factory, aggregator):
    assert factory.aggregator() == aggregator.address


def test_factory__of_an_aggregator_without_code__reverts(handles, deployer, refused, attacker):
    with refused("MissingCode", attacker.address):
        handles.engine.deploy("QuorumFeedFactory", attacker.address, sender=deployer)
