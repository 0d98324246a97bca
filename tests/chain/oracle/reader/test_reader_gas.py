"""Gas: what a reading costs, and that nobody can make a good feed look dead by giving a transaction too little.

A feed is granted 200,000 for each answer. Here is one that needs nearly all of it, so that a little less would kill it.
"""

from __future__ import annotations

from typing import Any

import pytest
from price_feeds import CHAINLINK_PAIR, FEED, Mode

from commonhold.engines.base import decode_revert
from commonhold.operations.reading import FeedStatus

FEED_GAS = 200_000
GAS_NEEDED = FEED_GAS + FEED_GAS // 16
TRANSACTION = 21_000
NET_BOUND = 29_000  # of a reading through a proxy with phases, in front of Chainlink's mock


@pytest.fixture
def handle(engine: Any, configured: Any) -> Any:
    return engine.at("PriceFeedReader", configured.address)


@pytest.fixture
def read_with(engine: Any, handle: Any, attacker: Any) -> Any:
    """The status that `read` gives with so much gas; None if it gives none because the gas was too little."""

    def read(gas: int) -> FeedStatus | None:
        request = {"from": attacker.address, "to": handle.address, "data": "0x" + handle.read.encode(FEED).hex()}
        answer = engine._request("eth_call", request | {"gas": hex(gas)}, "latest")
        if "result" in answer:
            return FeedStatus(int(answer["result"][-64:], 16))
        data = answer["error"].get("data")
        if data:  # else it ran out of gas by itself
            told = decode_revert(bytes.fromhex(data[2:]), "PriceFeedReader")
            left, needed = told.values
            assert (told.name, needed) == ("GasTooLow", GAS_NEEDED)
            assert left < needed
        return None

    return read


@pytest.fixture
def hungry(configured: Any, feed: Any, attacker: Any) -> Any:
    """The configured feed, good, but each of its answers takes nearly all of what it is granted."""
    feed.setWork(183_000, sender=attacker)
    assert configured.read(FEED).status == FeedStatus.VALID
    feed.setWork(200_000, sender=attacker)
    assert configured.read(FEED).status == FeedStatus.CALL_FAILED
    feed.setWork(183_000, sender=attacker)
    return feed


def test_read__with_any_gas__says_valid_or_nothing(read_with, hungry):
    told = {gas: read_with(gas) for gas in range(22_000, 660_000, 1_499)}
    assert set(told.values()) == {FeedStatus.VALID, None}


def test_read__around_the_least_gas_that_suffices__says_valid_or_nothing(read_with, hungry):
    too_little, enough = TRANSACTION, 1_000_000
    assert read_with(enough) is FeedStatus.VALID
    while enough - too_little > 1:
        between = (too_little + enough) // 2
        if read_with(between) is None:
            too_little = between
        else:
            enough = between
    for gas in range(enough - 150, enough + 150):
        assert read_with(gas) is (FeedStatus.VALID if gas >= enough else None)
    # The second question needs its whole grant, after the first has taken nearly all of its own.
    assert GAS_NEEDED + 183_000 < enough - TRANSACTION < 2 * GAS_NEEDED


def test_record__with_too_little_gas__changes_nothing(engine, handle, hungry, attacker):
    before = handle.inspect(FEED)
    request = {"from": attacker.address, "to": handle.address, "data": "0x" + handle.record.encode(FEED).hex()}
    for gas in (200_000, 230_000, 300_000, 400_000):
        assert "error" in engine._request("eth_call", request | {"gas": hex(gas)}, "latest")
    assert handle.inspect(FEED) == before


def test_read__of_feeds_that_burn_all_they_get__costs_a_bounded_amount(engine, handle, feed, attacker):
    feed.setMode(Mode.BURNS_GAS, sender=attacker)
    burning = engine.send_raw(attacker.address, handle.address, handle.read.encode(FEED)).gas_used
    assert burning < TRANSACTION + FEED_GAS + 20_000
    feed.setMode(Mode.RETURNS_BOMB, sender=attacker)  # copied before it is refused
    bombed = engine.send_raw(attacker.address, handle.address, handle.read.encode(FEED)).gas_used
    assert bombed < TRANSACTION + 2 * FEED_GAS + 50_000
    assert FeedStatus(handle.read(FEED)[2]) is FeedStatus.MALFORMED


def test_read__through_a_proxy__costs_little_more_than_asking_the_proxy(bench, engine, reader, attacker):
    proxy = bench.proxy(bench.chainlink())
    bench.configure(reader, proxy, description=CHAINLINK_PAIR)

    def net(name: str, contract: Any, function: str, *args: Any) -> int:
        handle = engine.at(name, contract.address)
        data = getattr(handle, function).encode(*args)
        return engine.send_raw(attacker.address, handle.address, data).gas_used - TRANSACTION

    bare = net("TestFeedProxy", proxy, "latestRoundData")
    judged = net("PriceFeedReader", reader, "read", FEED)
    assert judged <= NET_BOUND
    assert judged < 2 * bare
