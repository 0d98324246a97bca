"""The oracle: a quorum's report for any number of houses, one value proven against it, and what reading one costs."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from eth_utils import keccak

from commonhold.engines.base import Contract
from commonhold.gasbench import peers
from commonhold.gasbench.engine import Call
from commonhold.gasbench.peers import SameRun
from commonhold.gasbench.rows import Chapter
from commonhold.gasbench.world import COIN, World
from commonhold.oracle import digests
from commonhold.oracle.feeds import house_feed
from commonhold.oracle.merkle import Tree

CHAPTER = Chapter("oracle")
VALUE = 234_567 * COIN
INDEX_DECIMALS = 8
DAY = 86_400


# ------------------------------------------------------------------------------------------------------------ reports


@lru_cache(maxsize=8)
def values(leaves: int, change: int = 0) -> Tree:
    """The tree of a report for houses 1 to `leaves`."""
    return Tree({house_feed(number): VALUE + number * COIN + change for number in range(1, leaves + 1)})


def _keys(count: int) -> list[bytes]:
    return [keccak(text=f"node {number}") for number in range(count)]


def _aggregator(world: World, count: int) -> Contract:
    """An aggregator with as many nodes, of whom as many may be faulty as can be."""
    nodes = [digests.address_of(key) for key in _keys(count)]
    return world.engine.deploy(
        "QuorumAggregator", world.suite.hub.address, nodes, (count - 1) // 3, sender=world.stranger
    )


def _report(world: World, aggregator: Contract, keys: list[bytes], root: bytes) -> Call:
    """The next report, signed by the first quorum of nodes."""
    latest = aggregator.latestReport()
    epoch, observed_at, required = latest.epoch + 1, world.engine.now(), aggregator.quorum()
    digest = digests.report_digest(digests.scope_of(aggregator), epoch, observed_at, root)
    signatures = [digests.sign(key, digest) for key in keys[:required]]
    pairs = [(signature[:32], signature[32:]) for signature in signatures]
    return Call(world.stranger, aggregator, "submit", ((epoch, observed_at, root), (1 << required) - 1, pairs))


def later_report(world: World, count: int, leaves: int) -> Call:
    """A report of `count` nodes for `leaves` houses; there was one before."""
    aggregator = _aggregator(world, count)
    world.engine.run(_report(world, aggregator, _keys(count), values(leaves).root))
    world.engine.advance(60)
    return _report(world, aggregator, _keys(count), values(leaves, change=COIN).root)


@CHAPTER.row("report of 4 nodes for 10,000 houses; not the first", peer=peers.OCR2_TRANSMIT_4, allowed=0.85)
def report_4(world: World) -> Call:
    return later_report(world, 4, 10_000)


@CHAPTER.row("report of 7 nodes for 10,000 houses; not the first", peer=peers.OCR2_TRANSMIT_7, allowed=0.85)
def report_7(world: World) -> Call:
    return later_report(world, 7, 10_000)


@CHAPTER.row("report of 16 nodes for 10,000 houses; not the first", peer=peers.OCR2_TRANSMIT_16, allowed=0.85)
def report_16(world: World) -> Call:
    return later_report(world, 16, 10_000)


@CHAPTER.row("report of 31 nodes for 10,000 houses; not the first", peer=peers.OCR2_TRANSMIT_31, allowed=0.88)
def report_31(world: World) -> Call:
    return later_report(world, 31, 10_000)


FOR_TEN = "report of 31 nodes for 10 houses; not the first"


@CHAPTER.row(FOR_TEN)
def report_31_for_ten(world: World) -> Call:
    return later_report(world, 31, 10)


@CHAPTER.row("report of 7 nodes, the first of all")
def report_first(world: World) -> Call:
    return _report(world, _aggregator(world, 7), _keys(7), values(10).root)


@CHAPTER.row("proveEquivocation, 7 nodes")
def equivocation(world: World) -> Call:
    aggregator, keys = _aggregator(world, 7), _keys(7)
    reports = [(1, world.engine.now(), values(10, change).root) for change in (0, COIN)]
    scope = digests.scope_of(aggregator)
    signatures = [digests.sign(keys[3], digests.report_digest(scope, *report)) for report in reports]
    (a, b), (of_a, of_b) = reports, [(signature[:32], signature[32:]) for signature in signatures]
    return Call(world.stranger, aggregator, "proveEquivocation", (3, a, of_a, b, of_b))


# ------------------------------------------------------------------------------------------------------------ updates


def _update(world: World, leaves: int, *, before: bool = True) -> Call:
    """A value of the latest report for house 7; the feed had one before, if `before`."""
    aggregator, keys = _aggregator(world, 7), _keys(7)
    for change in (0, COIN) if before else (0,):
        tree = values(leaves, change)
        world.engine.advance(60)
        world.engine.run(_report(world, aggregator, keys, tree.root))
        feed = house_feed(7)
        call = Call(world.stranger, aggregator, "update", (feed, tree.values[feed], tree.proof(feed)))
        if before and change == 0:
            world.engine.run(call)
    return call


SMALL_TREE = "update, report of 16 houses; the feed had a value"


@CHAPTER.row(SMALL_TREE)
def update_16(world: World) -> Call:
    return _update(world, 16)


@CHAPTER.row("update, report of 1,024 houses; the feed had a value")
def update_1024(world: World) -> Call:
    return _update(world, 1_024)


@CHAPTER.row(
    "update, report of 10,000 houses; the feed had a value",
    peer=SameRun(f"oracle: {SMALL_TREE}", "the same with 16 houses, same run"),
    allowed=1.25,
)
def update_10000(world: World) -> Call:
    return _update(world, 10_000)


@CHAPTER.row("update, report of 10,000 houses; the feed's first value")
def update_first(world: World) -> Call:
    return _update(world, 10_000, before=False)


# ------------------------------------------------------------------------------------------------------------ reading


def phase_proxy(world: World) -> Contract:
    """The suite's index, read through a proxy as Chainlink has it from now on; its quarantine is over."""
    suite, engine = world.suite, world.engine
    proxy = engine.deploy("TestFeedProxy", suite.index_feed.address, sender=world.stranger)
    suite.index_feed.updateAnswer(100 * 10**INDEX_DECIMALS, sender=world.stranger)
    page = suite.reader.inspect(suite.valuation.INDEX_FEED())
    terms = (proxy.address, page.heartbeat, page.decimals, page.minValue, page.maxValue, proxy.description())
    world.as_dao(suite.reader, "setFeed", suite.valuation.INDEX_FEED(), terms)
    engine.advance(suite.reader.quarantinePeriod())
    suite.index_feed.updateAnswer(101 * 10**INDEX_DECIMALS, sender=world.stranger)
    return proxy


@CHAPTER.row("latestRoundData of Chainlink's mock through the proxy, net", peer=peers.CHAINLINK_PROXY_READ, net=True)
def bare_read(world: World) -> Call:
    return Call(world.stranger, phase_proxy(world), "latestRoundData", ())


@CHAPTER.row("read of a feed through the reader and the proxy, net", peer=peers.CHAINLINK_PROXY_READ, net=True)
def checked_read(world: World) -> Call:
    phase_proxy(world)
    return Call(world.stranger, world.suite.reader, "read", (world.suite.valuation.INDEX_FEED(),))


def appraised(world: World, house: int) -> None:
    """A house with an accepted appraisal that was moved since by the index, and with a sale on record."""
    appraise(world, house, VALUE)
    sell(world, house)


def sell(world: World, house: int) -> None:
    """A sale of a share at arm's length is on record, and the index has just moved."""
    valuation = world.suite.valuation
    world.as_dao(valuation, "setSaleReporter", world.stranger, True)
    sale = (house * 256 + 1, world.seller, world.holder, VALUE // 8)
    world.engine.run(Call(world.stranger, valuation, "reportSale", sale))
    world.suite.index_feed.updateAnswer(102 * 10**INDEX_DECIMALS, sender=world.stranger)


def appraise(world: World, house: int, value: int) -> None:
    """The suite's nodes report a value of the house, and it is accepted."""
    world.engine.run(report_and_update(world, house, value))
    world.engine.run(Call(world.stranger, world.suite.valuation, "accept", (house,)))


def report_and_update(world: World, house: int, value: int) -> Call:
    """The update that brings a value on chain, after the suite's nodes reported it."""
    aggregator = world.suite.aggregator
    tree = Tree({house_feed(house): value, house_feed(house + 1): value})
    world.engine.advance(60)
    world.engine.run(_report(world, aggregator, world.node_keys, tree.root))
    return Call(world.stranger, aggregator, "update", (house_feed(house), value, tree.proof(house_feed(house))))


def _claim(world: World, house: int) -> None:
    reference = hashlib.sha256(b"tax lien").digest()
    world.suite.registry.reportSeniorClaim(house, 5_000 * COIN, reference, sender=world.registrar)


@CHAPTER.row(
    "lendingValueOf, index through the proxy, sale and claim on record, net",
    peer=peers.CHAINLINK_PROXY_READ,
    allowed=2.5,
    net=True,
)
def lending_value(world: World) -> Call:
    phase_proxy(world)
    appraised(world, 1)
    _claim(world, 1)
    return Call(world.stranger, world.suite.valuation, "lendingValueOf", (1,))


@CHAPTER.row(
    "lendingValueOf, the dearest: index through the proxy, recent sale, appraisal of 500 days, net",
    peer=peers.CHAINLINK_PROXY_READ,
    allowed=2.5,
    net=True,
)
def lending_value_of_an_old_appraisal(world: World) -> Call:
    phase_proxy(world)
    appraise(world, 1, VALUE)
    world.engine.advance(500 * DAY)
    sell(world, 1)
    return Call(world.stranger, world.suite.valuation, "lendingValueOf", (1,))


@CHAPTER.row("valueOf, index through the proxy, net", peer=peers.CHAINLINK_PROXY_READ, net=True)
def value_of(world: World) -> Call:
    phase_proxy(world)
    appraised(world, 1)
    return Call(world.stranger, world.suite.valuation, "valueOf", (1,))


# ------------------------------------------------------------------------------------------------------ house's values


@CHAPTER.row("accept, the house's first appraisal")
def accept_first(world: World) -> Call:
    world.engine.run(report_and_update(world, 1, VALUE))
    return Call(world.stranger, world.suite.valuation, "accept", (1,))


@CHAPTER.row("accept, a later appraisal")
def accept_later(world: World) -> Call:
    appraise(world, 1, VALUE)
    world.engine.run(report_and_update(world, 1, VALUE + COIN))
    return Call(world.stranger, world.suite.valuation, "accept", (1,))


@CHAPTER.row("freeze of a house's value by the guardian, its first")
def freeze_value(world: World) -> Call:
    return Call(world.guardian, world.suite.valuation, "freeze", (1,))
