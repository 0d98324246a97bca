"""The age of an appraisal: nothing to its birthday, then by the second, held at the maximum age, where it is stale.

The index is long out of date on these days; its last answer still moves the value, and only the status says so.
"""

from __future__ import annotations

import pytest
from valuation_rules import DAY, USD, YEAR, FeedStatus, Status

VALUE = 200_000 * USD
MONTH = YEAR // 12


@pytest.mark.parametrize(
    ("age", "haircut"),
    [
        (YEAR - 1, 0),
        (YEAR, 0),
        (YEAR + 1, -(-VALUE * 1_200 // (10_000 * YEAR))),
        (YEAR + MONTH, VALUE // 100),  # a point a month
        (2 * YEAR, VALUE * 12 // 100),
        (3 * YEAR - 1, VALUE * 24 // 100 - VALUE * 1_200 // (10_000 * YEAR)),
        (3 * YEAR, VALUE * 24 // 100),
        (3 * YEAR + 1, VALUE * 24 // 100),
        (30 * YEAR, VALUE * 24 // 100),
    ],
)
def test_haircut__at_an_age(valuation, valued, view_at, terms, age, haircut):
    view_at(valued.reported_at + age)
    assert haircut == terms.haircut_up(VALUE, age)
    page = valuation.explainValue(valued.id)
    assert (page.agePeriod, page.indexedUsd, page.haircutUsd) == (age, VALUE, haircut)
    assert tuple(valuation.valueOf(valued.id)) == (VALUE - haircut, valued.reported_at, Status.FEED_INVALID)
    assert tuple(valuation.lendingValueOf(valued.id)) == (VALUE - haircut, valued.reported_at, Status.FEED_INVALID)


@pytest.mark.parametrize(
    ("past", "status"), [(-1, Status.VALID), (0, Status.STALE), (1, Status.STALE), (YEAR, Status.STALE)]
)
def test_status__at_the_maximum_age__is_stale(
    house, attacker, deploy_valuation, bring, view_at, soon, past, status, terms
):
    plain = deploy_valuation(index=bytes(32))
    reported_at = bring(house, VALUE, at=soon)
    plain.accept(house, sender=attacker)
    view_at(reported_at + terms.maxAgePeriod + past)
    assert plain.valueOf(house).status == plain.lendingValueOf(house).status == status


def test_haircut__of_the_smallest_value__is_rounded_up(valuation, house, accept_at, view_at, soon):
    accept_at(soon, house, 1)
    view_at(soon - 10 + YEAR)
    assert valuation.valueOf(house).valueUsd == 1
    view_at(soon - 10 + YEAR + 1)
    assert valuation.explainValue(house).haircutUsd == 1
    assert valuation.valueOf(house).valueUsd == valuation.lendingValueOf(house).valueUsd == 0


def test_a_new_appraisal__takes_the_haircut_away(valuation, valued, accept_at, index_feed, at):
    at(valued.reported_at + 2 * YEAR)
    index_feed.set_index(100 * USD)
    assert valuation.valueOf(valued.id).valueUsd == VALUE * 88 // 100
    accept_at(valued.reported_at + 2 * YEAR + 100, valued.id, VALUE)
    assert valuation.valueOf(valued.id).valueUsd == VALUE


def test_index__moves_the_value_both_ways__rounded_down(valuation, valued, index_feed):
    for level in (110 * USD, 10**10, 33_333_333_330_000_000_000, 99 * USD + 10**10):
        if level > USD:
            index_feed.set_index(level)
            assert valuation.valueOf(valued.id).valueUsd == VALUE * level // (100 * USD)


def test_index__value_without_a_valid_one__is_by_the_last_known(
    valuation, reader, valued, index_feed, deployer, attacker, guardian, engine
):
    """Its answer while only its age speaks against it; else the value that somebody put on record."""
    index_feed.set_index(90 * USD)
    engine.set_time(engine.now() + 120 * DAY)
    page = valuation.explainValue(valued.id)
    assert (page.indexStatus, page.indexNow) == (FeedStatus.STALE, 90 * USD)
    assert valuation.valueOf(valued.id)[::2] == (VALUE * 90 // 100, Status.FEED_INVALID)
    index_feed.handle.updateAnswer(-1, sender=deployer)
    page = valuation.explainValue(valued.id)
    assert (page.indexStatus, page.indexNow) == (FeedStatus.NOT_POSITIVE, 100 * USD)  # on record since `accept`
    assert valuation.valueOf(valued.id)[::2] == (VALUE, Status.FEED_INVALID)
    index_feed.set_index(80 * USD)
    reader.record(b"HOUSE-PRICE-INDEX".ljust(32, b"\0"), sender=attacker)
    index_feed.handle.updateAnswer(-1, sender=deployer)
    assert valuation.valueOf(valued.id)[::2] == (VALUE * 80 // 100, Status.FEED_INVALID)


def test_share__is_worth_its_part_rounded_down(valuation, register_house, accept_at, soon):
    house = register_house(7)
    accept_at(soon, house, VALUE)
    asked = [valuation.shareValue(house * 256 + number) for number in range(1, 8)]
    assert {tuple(answer) for answer in asked} == {(VALUE // 7, soon - 10, Status.QUARANTINED)}
    assert VALUE % 7 != 0


@pytest.mark.parametrize("number", [0, 9, 255])
def test_share__that_does_not_exist__is_worth_nothing(valuation, valued, number):
    assert tuple(valuation.shareValue(valued.share(number))) == (0, 0, Status.NONE)


@pytest.mark.parametrize("share_id", [0, 1, 2 * 256 + 1, 2**256 - 1])
def test_share__of_an_unknown_house__is_worth_nothing(valuation, valued, share_id):
    assert tuple(valuation.shareValue(share_id)) == (0, 0, Status.NONE)
