"""`explainValue`: every adjustment, and sums that agree with what the other views say."""

from __future__ import annotations

import pytest
from valuation_rules import DAY, INDEX, UNLIMITED, USD, YEAR, FeedStatus, Status, indexed_down, ref

VALUE = 200_000 * USD
CLAIM = 12_345 * USD + 1


@pytest.fixture
def claim(suite, valued, registrar):
    """A senior claim on the house."""

    def report(usd=CLAIM, name="mortgage", house=None):
        suite.registry.reportSeniorClaim(house or valued.id, usd, ref(name), sender=registrar)

    return report


@pytest.fixture
def agree(valuation, terms):
    """Whether the page explains what the other views say; returns it."""

    def check(house):
        page = valuation.explainValue(house)
        as_of = (page.appraisedAt, page.status)
        assert tuple(valuation.valueOf(house)) == (page.valueUsd, *as_of)
        assert tuple(valuation.lendingValueOf(house)) == (page.lendingValueUsd, *as_of)
        assert tuple(valuation.shareValue(house * 256 + 8)) == (page.valueUsd // 8, *as_of)
        assert page.indexedUsd == indexed_down(page.appraisalUsd, page.indexNow, page.indexThen)
        assert page.haircutUsd == terms.haircut_up(page.indexedUsd, page.agePeriod)
        assert page.valueUsd == max(0, page.indexedUsd - page.haircutUsd - page.seniorClaimsUsd)
        level = min(page.indexedUsd, page.ceilingUsd)
        uncapped = level - terms.haircut_up(level, page.agePeriod)
        assert page.lendingValueUsd == (0 if page.seniorClaimCount else min(uncapped, page.saleCapUsd))
        assert page.lendingValueUsd <= page.valueUsd or page.valueUsd == 0
        return page

    return check


def test_page__with_every_adjustment(
    valuation, valued, claim, agree, accept_at, index_feed, reporter, credential, owner_a, owner_b, guardian, at, terms
):
    credential(owner_a)
    credential(owner_b)
    second = valued.accepted_at + 30 * DAY
    accept_at(second, valued.id, 290_000 * USD)
    start = second + 450 * DAY
    at(start)
    index_feed.set_index(103 * USD)
    valuation.reportSale(valued.share(2), owner_a, owner_b, 20_000 * USD, sender=reporter)
    page = agree(valued.id)
    assert page.agePeriod == start + 1 - (second - 10)
    assert page.indexedUsd == 290_000 * USD * 103 // 100
    assert page.haircutUsd > 0
    assert (page.seniorClaimsUsd, page.seniorClaimCount) == (0, 0)
    assert page.ceilingUsd == VALUE * 105 // 100
    assert page.lendingValueUsd == page.saleCapUsd == 160_000 * USD * 11 // 10
    assert page.saleAt == start + 1
    assert (page.status, page.indexStatus) == (Status.VALID, FeedStatus.VALID)
    claim()
    page = agree(valued.id)
    assert (page.seniorClaimsUsd, page.seniorClaimCount, page.lendingValueUsd) == (CLAIM, 1, 0)
    assert page.valueUsd == page.indexedUsd - page.haircutUsd - CLAIM
    valuation.freeze(valued.id, sender=guardian)
    assert agree(valued.id).status == Status.FROZEN


def test_claims__are_taken_off__and_stop_new_loans(suite, valuation, valued, claim, agree, registrar):
    claim(CLAIM, "mortgage")
    claim(1, "tax")
    page = agree(valued.id)
    assert (page.valueUsd, page.lendingValueUsd, page.seniorClaimCount) == (VALUE - CLAIM - 1, 0, 2)
    suite.registry.clearSeniorClaim(valued.id, ref("mortgage"), sender=registrar)
    page = agree(valued.id)
    assert (page.valueUsd, page.lendingValueUsd, page.seniorClaimCount) == (VALUE - 1, 0, 1)
    suite.registry.clearSeniorClaim(valued.id, ref("tax"), sender=registrar)
    page = agree(valued.id)
    assert page.valueUsd == page.lendingValueUsd == VALUE


@pytest.mark.parametrize(("above", "left"), [(-1, 1), (0, 0), (1, 0), (2**128 - 1 - VALUE, 0)])
def test_claims__of_the_whole_value_or_more__leave_nothing(valued, claim, agree, above, left):
    claim(VALUE + above)
    page = agree(valued.id)
    assert (page.valueUsd, page.lendingValueUsd) == (left, 0)


def test_page__of_a_plain_house(valued, agree, terms):
    page = agree(valued.id)
    assert page._asdict() if hasattr(page, "_asdict") else True
    assert (page.appraisalUsd, page.indexedUsd, page.valueUsd, page.ceilingUsd, page.lendingValueUsd) == (VALUE,) * 5
    assert (page.haircutUsd, page.saleUsd, page.saleAt, page.frozenUntil) == (0, 0, 0, 0)
    assert page.saleCapUsd == UNLIMITED


# -------------------------------------------------------------------------------------------------- every feed is dead


DEATHS = {
    "no code": None,
    "reverts": 1,
    "short": 2,
    "dirty": 3,
    "burns gas": 4,
    "return bomb": 5,
}


@pytest.mark.parametrize("death", DEATHS)
def test_every_feed_dead__views_say_so__and_nothing_reverts(
    valuation, reader, valued, faulty_index, claim, agree, deployer, engine, death
):
    """The index dead, no report for years: the last known value, and a status that nobody may rely on."""
    if DEATHS[death] is None:
        engine._rpc("anvil_setCode", faulty_index.address, "0x")
    else:
        faulty_index.setMode(DEATHS[death], sender=deployer)
    page = agree(valued.id)
    assert page.status == Status.FEED_INVALID
    assert page.indexStatus in (FeedStatus.MISSING_CODE, FeedStatus.CALL_FAILED, FeedStatus.MALFORMED)
    assert (page.valueUsd, page.indexNow) == (VALUE, reader.inspect(INDEX).recordedValue)
    claim()
    for years in (1, 3, 100, 10_000):
        engine.set_time(valued.reported_at + years * YEAR)
        page = agree(valued.id)
        assert page.status == Status.FEED_INVALID
        assert page.agePeriod == years * YEAR


def test_aggregator_dead__values_stay(suite, valued, agree, engine):
    """Nothing of a value is asked of the node network: what it said last was copied."""
    engine._rpc("anvil_setCode", suite.aggregator.address, "0x")
    assert agree(valued.id).valueUsd == VALUE
