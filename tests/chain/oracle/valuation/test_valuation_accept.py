"""Accepting the node network's value as the appraisal: by anyone, forward in time, tied to the index of the moment."""

from __future__ import annotations

import ape
import pytest
from valuation_rules import DAY, INDEX, LARGEST, USD, FeedStatus, Status

VALUE = 200_000 * USD
INDEX_NOW = 100 * USD


def test_accept__first_value(suite, valuation, reader, house, attacker, bring, at, soon, terms):
    reported_at = bring(house, VALUE, at=soon)
    at(soon)
    tx = valuation.accept(house, sender=attacker)
    assert tx.events == [
        reader.ValueRecorded(feedId=INDEX, value=INDEX_NOW),
        valuation.AppraisalAccepted(
            propertyId=house,
            epoch=suite.aggregator.latestReport().epoch,
            appraisalUsd=VALUE,
            appraisedAt=reported_at,
            indexValue=INDEX_NOW,
            anchorUsd=VALUE,
        ),
    ]
    page = valuation.explainValue(house)
    assert (page.appraisalUsd, page.appraisedAt, page.acceptedFirstAt) == (VALUE, reported_at, soon)
    assert (page.indexThen, page.indexNow, page.indexStatus) == (INDEX_NOW, INDEX_NOW, FeedStatus.VALID)
    assert page.quarantinedUntil == soon + terms.firstValueQuarantinePeriod
    assert tuple(valuation.valueOf(house)) == (VALUE, reported_at, Status.QUARANTINED)


def test_accept__next_value__keeps_when_the_first_was_accepted(valuation, valued, accept_at):
    tx = accept_at(valued.accepted_at + 9 * DAY, valued.id, VALUE - USD)
    page = valuation.explainValue(valued.id)
    assert (page.appraisalUsd, page.acceptedFirstAt) == (VALUE - USD, valued.accepted_at)
    assert page.appraisedAt == tx.events[-1].appraisedAt == valued.accepted_at + 9 * DAY - 10
    assert tuple(valuation.valueOf(valued.id)) == (VALUE - USD, page.appraisedAt, Status.VALID)


def test_accept__puts_the_index_on_record(valuation, reader, house, index_feed, attacker, bring, soon):
    index_feed.set_index(123 * USD)
    bring(house, VALUE, at=soon)
    valuation.accept(house, sender=attacker)
    assert reader.inspect(INDEX).recordedValue == 123 * USD
    assert valuation.explainValue(house).indexThen == 123 * USD


def test_accept__without_an_index(house, attacker, deploy_valuation, bring, soon):
    plain = deploy_valuation(index=bytes(32))
    reported_at = bring(house, VALUE, at=soon)
    tx = plain.accept(house, sender=attacker)
    assert len(tx.events) == 1
    assert tx.events[0].indexValue == 0
    page = plain.explainValue(house)
    assert (page.indexThen, page.indexNow, page.indexStatus) == (0, 0, FeedStatus.NONE)
    assert tuple(plain.valueOf(house)) == (VALUE, reported_at, Status.QUARANTINED)


def test_accept__of_a_delisted_house__passes(suite, valuation, valued, registrar, accept_at):
    """Its shares and the loans on them remain."""
    suite.registry.delist(valued.id, sender=registrar)
    accept_at(valued.accepted_at + DAY, valued.id, VALUE - USD)
    assert valuation.valueOf(valued.id).valueUsd == VALUE - USD


@pytest.mark.parametrize("unknown", [0, 2, 2**248, 2**256 - 1])
def test_accept__unknown_house__reverts(valuation, house, attacker, unknown):
    assert house == 1
    with ape.reverts(valuation.UnknownProperty, propertyId=unknown):
        valuation.accept(unknown, sender=attacker)


def test_accept__nothing_reported__reverts(valuation, house, attacker):
    with ape.reverts(valuation.NothingNewer, propertyId=house, observedAt=0, appraisedAt=0):
        valuation.accept(house, sender=attacker)


def test_accept__the_same_value_again__reverts(valuation, valued, attacker):
    """Else anybody could tie an old appraisal to another index."""
    when = valued.reported_at
    with ape.reverts(valuation.NothingNewer, propertyId=valued.id, observedAt=when, appraisedAt=when):
        valuation.accept(valued.id, sender=attacker)


def test_accept__another_houses_value__reverts(valuation, valued, register_house, attacker, bring):
    other = register_house()
    bring(other, VALUE, at=valued.accepted_at + 100)
    when = valued.reported_at
    with ape.reverts(valuation.NothingNewer, propertyId=valued.id, observedAt=when, appraisedAt=when):
        valuation.accept(valued.id, sender=attacker)
    valuation.accept(other, sender=attacker)


def test_accept__of_an_old_report__to_the_second(
    valuation, house, index_feed, attacker, bring, engine, at, soon, terms
):
    bring(house, VALUE, at=soon, observed_at=soon - 20)
    last = soon - 20 + terms.acceptPeriod
    engine.set_time(last - 100)
    index_feed.set_index(INDEX_NOW)
    at(last + 1)
    with ape.reverts(valuation.ReportTooOld, propertyId=house, observedAt=soon - 20, acceptableSince=soon - 19):
        valuation.accept(house, sender=attacker)


@pytest.mark.parametrize("before", [0, 1])
def test_accept__of_a_report_not_too_old__passes(
    valuation, house, index_feed, attacker, bring, engine, at, soon, terms, before
):
    bring(house, VALUE, at=soon, observed_at=soon - 20)
    last = soon - 20 + terms.acceptPeriod
    engine.set_time(last - 100)
    index_feed.set_index(INDEX_NOW)
    at(last - before)
    valuation.accept(house, sender=attacker)
    assert valuation.explainValue(house).agePeriod == terms.acceptPeriod - before


@pytest.mark.parametrize("usd", [LARGEST, 1])
def test_accept__largest_and_smallest__pass(valuation, house, accept_at, soon, usd):
    accept_at(soon, house, usd)
    assert valuation.valueOf(house).valueUsd == usd


@pytest.mark.parametrize("usd", [LARGEST + 1, 2**128 - 1])
def test_accept__too_large__reverts(valuation, house, attacker, bring, soon, usd):
    bring(house, usd, at=soon)
    with ape.reverts(valuation.AmountOutOfRange, amount=usd):
        valuation.accept(house, sender=attacker)


def test_accept__index_invalid__reverts(valuation, reader, house, index_feed, deployer, attacker, bring, engine, soon):
    bring(house, VALUE, at=soon)
    index_feed.handle.updateAnswer(0, sender=deployer)
    with ape.reverts(reader.FeedNotValid, feedId=INDEX, status=FeedStatus.NOT_POSITIVE):
        valuation.accept(house, sender=attacker)
    index_feed.set_index(INDEX_NOW)
    engine.set_time(engine.now() + 121 * DAY)
    bring(house, VALUE, at=engine.now() + 100)
    with ape.reverts(reader.FeedNotValid, feedId=INDEX, status=FeedStatus.STALE):
        valuation.accept(house, sender=attacker)
    index_feed.set_index(INDEX_NOW)
    valuation.accept(house, sender=attacker)


def test_accept__index_frozen_or_in_quarantine__reverts(
    valuation, reader, house, guardian, dao, attacker, bring, soon, replace_index, project, deployer
):
    bring(house, VALUE, at=soon)
    replace_index(deployer.deploy(project.TestChainlinkFeed, 8, 101 * 10**8))
    with ape.reverts(reader.FeedNotValid, feedId=INDEX, status=FeedStatus.QUARANTINED):
        valuation.accept(house, sender=attacker)
    reader.freeze(INDEX, sender=guardian)
    with ape.reverts(reader.FeedNotValid, feedId=INDEX, status=FeedStatus.FROZEN):
        valuation.accept(house, sender=attacker)


def test_accept__of_a_frozen_house__passes_and_stays_frozen(valuation, valued, guardian, accept_at):
    """What was frozen for a wrong value is put right by a better one; what it is worth waits for the freeze's end."""
    valuation.freeze(valued.id, sender=guardian)
    accept_at(valued.accepted_at + 8 * DAY, valued.id, VALUE // 2)
    assert valuation.valueOf(valued.id)[::2] == (VALUE // 2, Status.FROZEN)
