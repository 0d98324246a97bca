"""Values, prices and nodes through the lens: they are what the oracle's contracts say, in pages, whatever fails."""

from __future__ import annotations

import pytest

from commonhold.recipe.plan import INDEX_FEED

COIN = 10**18
DAY = 86_400
MAX = 2**256 - 1
ZERO = "0x" + "00" * 20
VALUE = 200_000 * COIN
STATUS = ("None", "Valid", "Stale", "Quarantined", "Frozen", "FeedInvalid")
BURNS_GAS = 4  # mode of TestFaultyFeed


def house_ids(page) -> list[int]:
    return [value.propertyId for value in page.values]


def report_of(page) -> tuple:
    return page.reportedUsd, page.reportedAt, page.reportedEpoch, page.reportedAgePeriod


# ------------------------------------------------------------------------------------------------------ one house


@pytest.mark.parametrize("house", [0, 1, MAX])
def test_value__unknown_house__is_empty_and_complete(suite, house):
    page = suite.lens.houseValue(house)
    assert (page.propertyId, page.shareCount, page.complete, page.waiting) == (house, 0, True, False)
    assert set(page.explanation) == {0}
    assert (page.shareValueUsd, page.lendingShareValueUsd, page.acceptableUntil) == (0, 0, 0)
    assert report_of(page) == (0, 0, 0, 0)


def test_value__reported__waits_to_be_accepted(suite, register_house, appraise, engine):
    house = register_house(8)
    observed_at = engine.now()
    appraise(house, VALUE, accept=False, observed_at=observed_at)
    page = suite.lens.houseValue(house)
    assert report_of(page) == (VALUE, observed_at, 1, engine.now() - observed_at)
    assert (page.waiting, page.complete) == (True, True)
    assert (page.explanation.appraisedAt, page.shareValueUsd) == (0, 0)
    assert page.acceptableUntil == observed_at + 90 * DAY


def test_value__accepted__is_shown_per_share(suite, register_house, appraise, report, feed_of, engine, attacker):
    house = register_house(7)
    observed_at = engine.now()
    appraise(house, VALUE, observed_at=observed_at)
    engine.advance(400 * DAY)
    suite.index_feed.updateAnswer(110 * 10**8, sender=attacker)
    page = suite.lens.houseValue(house)
    explanation = suite.valuation.explainValue(house)
    assert tuple(page.explanation) == tuple(explanation)
    assert STATUS[explanation.status] == "Valid"
    assert explanation.indexedUsd == VALUE * 110 // 100
    assert explanation.haircutUsd > 0
    assert explanation.lendingValueUsd < explanation.valueUsd
    assert (page.shareCount, page.waiting) == (7, False)
    assert page.shareValueUsd == suite.valuation.shareValue(house * 256 + 7)[0] == explanation.valueUsd // 7
    assert page.lendingShareValueUsd == suite.valuation.lendingValueOf(house)[0] // 7

    # A newer report alone changes nothing; its value on chain does.
    tree = report({feed_of(house): VALUE + 1}, observed_at=engine.now())
    assert suite.lens.houseValue(house).waiting is False
    suite.aggregator.update(feed_of(house), VALUE + 1, tree.proof(feed_of(house)), sender=attacker)
    page = suite.lens.houseValue(house)
    assert (page.waiting, page.reportedUsd, page.reportedEpoch) == (True, VALUE + 1, 2)
    assert page.explanation.appraisalUsd == VALUE
    suite.valuation.accept(house, sender=attacker)
    assert suite.lens.houseValue(house).waiting is False


def test_value__waiting__until_the_second_in_which_it_is_too_old(
    suite, register_house, appraise, engine, view_at, attacker, index_feed
):
    house = register_house(2)
    appraise(house, VALUE, accept=False)
    index_feed.set_index(100 * COIN)
    last = suite.lens.houseValue(house).acceptableUntil
    view_at(last)
    assert suite.lens.houseValue(house).waiting is True
    view_at(last + 1)
    assert suite.lens.houseValue(house).waiting is False


@pytest.mark.parametrize(("late", "accepted"), [(0, True), (1, False)])
def test_value__waiting__is_what_accept_says(
    suite, handles, register_house, appraise, at, attacker, index_feed, late, accepted
):
    house = register_house(2)
    appraise(house, VALUE, accept=False)
    last = suite.lens.houseValue(house).acceptableUntil
    handles.engine.set_time(last - 10)
    index_feed.set_index(100 * COIN)
    at(last + late)
    receipt = suite.valuation.accept(house, sender=attacker, raise_on_revert=False)
    assert receipt.timestamp == last + late
    assert receipt.failed is not accepted


def test_value__frozen__says_so(suite, register_house, appraise, guardian, engine):
    house = register_house(2)
    appraise(house, VALUE)
    engine.advance(8 * DAY)
    assert STATUS[suite.lens.houseValue(house).explanation.status] == "Valid"
    suite.valuation.freeze(house, sender=guardian)
    page = suite.lens.houseValue(house)
    assert STATUS[page.explanation.status] == "Frozen"
    assert (page.shareValueUsd, page.complete) == (VALUE // 2, True)


# ---------------------------------------------------------------------------------------------------------- pages


# three houses: first asked for, how many at most, what the page holds, where it goes on
@pytest.mark.parametrize(
    ("first", "most", "houses", "following"),
    [
        (0, 1, [1], 2),
        (1, 2, [1, 2], 3),
        (1, 3, [1, 2, 3], 0),
        (1, 0, [1, 2, 3], 0),
        (0, MAX, [1, 2, 3], 0),
        (2, 1, [2], 3),
        (3, MAX, [3], 0),
        (4, 1, [], 0),
        (MAX, MAX, [], 0),
    ],
)
def test_values__bounds__clipped(handles, register_house, appraise, first, most, houses, following):
    for _ in range(3):
        register_house(2)
    appraise(2, VALUE)
    page = handles.lens.values(first, most)
    assert (house_ids(page), page.nextProperty, page.complete) == (houses, following, True)
    appraised = {value.propertyId: value.explanation.appraisalUsd for value in page.values}
    assert appraised == {house: VALUE if house == 2 else 0 for house in houses}
    for value in page.values:
        assert tuple(value) == tuple(handles.lens.houseValue(value.propertyId))


def test_values__many_houses__page_ends_at_the_limit_even_with_a_feed_that_burns_all_gas(
    suite, handles, project, register_house, report, feed_of, dao, deployer, attacker
):
    """The worst case of a page: every house has a value, and the index costs all the gas that a reader grants."""
    most = suite.lens.MAX_VALUES_PER_PAGE()
    houses = [register_house(2) for _ in range(most + 1)]
    tree = report({feed_of(house): VALUE for house in houses})
    updates = [(feed_of(house), VALUE, tree.proof(feed_of(house))) for house in houses]
    suite.aggregator.updateMany(updates, sender=attacker)
    for house in houses:
        suite.valuation.accept(house, sender=attacker)
    index = suite.parameters.oracle.index
    burning = project.TestFaultyFeed.deploy(index.decimals, index.description, 100 * 10**8, sender=deployer)
    terms = (burning, index.heartbeat, index.decimals, index.min, index.max, index.description)
    suite.reader.setFeed(INDEX_FEED, terms, sender=dao)
    burning.setMode(BURNS_GAS, sender=deployer)

    for asked in (0, most, most + 1, MAX):
        page = handles.lens.values(1, asked)
        assert (len(page.values), page.nextProperty, page.complete) == (most, most + 1, True)
    assert {STATUS[value.explanation.status] for value in page.values} == {"FeedInvalid"}
    assert {value.explanation.valueUsd for value in page.values} == {VALUE}
    assert suite.lens.values(2, 0).nextProperty == 0

    limit = suite.lens.MAX_FEEDS_PER_PAGE()
    feeds = handles.lens.feeds([INDEX_FEED] * (limit + 1))
    assert (len(feeds.feeds), feeds.complete) == (limit, True)
    assert {(entry.page.feed, entry.page.value) for entry in feeds.feeds} == {(burning.address, 100 * COIN)}


# --------------------------------------------------------------------------------------------------- prices, nodes


def test_feeds__in_the_order_asked__are_what_the_reader_says(suite, handles, guardian, engine, index_feed, dao):
    other = b"ANOTHER".ljust(32, b"\0")
    page = handles.lens.feeds([other, INDEX_FEED])
    assert [bytes(entry.feedId) for entry in page.feeds] == [other, INDEX_FEED]
    unknown, index = page.feeds
    assert (unknown.page.status, unknown.page.feed, unknown.agePeriod, unknown.complete) == (0, ZERO, 0, True)
    assert tuple(index.page) == tuple(handles.reader.inspect(INDEX_FEED))
    assert (index.page.value, index.page.feed) == (100 * COIN, index_feed.address)
    assert (index.agePeriod, index.frozenPeriod) == (engine.now() - index.page.updatedAt, 0)
    assert page.complete

    suite.reader.freeze(INDEX_FEED, sender=guardian)
    engine.advance(100)
    suite.reader.unfreeze(INDEX_FEED, sender=dao)
    frozen = handles.lens.feeds([INDEX_FEED]).feeds[0]
    assert frozen.frozenPeriod == suite.reader.frozenTimeOf(INDEX_FEED) >= 100
    assert list(handles.lens.feeds([]).feeds) == []


def test_nodes__set_and_latest_report__are_shown(suite, nodes, report, feed_of, engine, dao):
    page = suite.lens.nodeNetwork()
    assert (page.setNumber, page.maxFaulty, page.quorum, page.complete) == (1, 2, 5, True)
    assert list(page.nodes) == [node.address for node in nodes]
    assert page.nodeSet == suite.aggregator.nodeSet().digest
    assert (page.latest.epoch, page.latest.observedAt, bytes(page.latest.root)) == (0, 0, bytes(32))

    observed_at = engine.now()
    tree = report({feed_of(1): VALUE}, observed_at=observed_at)
    suite.aggregator.setNodes(nodes[:4], 1, sender=dao)
    page = suite.lens.nodeNetwork()
    assert (page.setNumber, page.maxFaulty, page.quorum, len(page.nodes)) == (2, 1, 3, 4)
    assert (page.latest.epoch, page.latest.observedAt, bytes(page.latest.root)) == (1, observed_at, tree.root)
