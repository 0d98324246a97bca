"""The record: the last valid value that somebody put there, for the day the feed dies."""

from __future__ import annotations

import ape
from price_feeds import DAY, FEED, HEARTBEAT, USD, Mode, Question

from commonhold.operations.reading import FeedStatus


def test_record__of_a_valid_value__anyone_puts_it_on_record(bench, configured, feed, attacker):
    feed.setAnswer(105 * 10**8, sender=attacker)
    updated_at = feed.provider.get_block("latest").timestamp
    tx = configured.record(FEED, sender=attacker)
    assert tx.events == [configured.ValueRecorded(feedId=FEED, value=105 * USD, updatedAt=updated_at)]
    page = configured.inspect(FEED)
    assert (page.recordedValue, page.recordedAt) == (105 * USD, updated_at)

    bench.kill(feed)
    assert tuple(configured.read(FEED)) == (105 * USD, updated_at, FeedStatus.MISSING_CODE)


def test_read__of_a_dead_feed__gives_what_was_recorded_not_what_came_after(configured, feed, attacker):
    recorded_at = configured.inspect(FEED).recordedAt
    feed.setAnswer(105 * 10**8, sender=attacker)  # valid, but nobody recorded it
    feed.setModeOf(Question.ROUND, Mode.REVERTS, sender=attacker)
    assert tuple(configured.read(FEED)) == (100 * USD, recorded_at, FeedStatus.CALL_FAILED)


def test_record__of_an_unknown_feed__reverts(reader, attacker):
    with ape.reverts(reader.FeedNotValid, feedId=FEED, status=FeedStatus.NONE):
        reader.record(FEED, sender=attacker)


def test_record__in_the_second_of_the_heartbeat__reverts_and_a_second_before_does_not(
    configured, feed, attacker, at, soon
):
    feed.setRound(9, 90 * 10**8, 1, soon - HEARTBEAT + 1, 9, sender=attacker)
    at(soon)
    configured.record(FEED, sender=attacker)
    at(soon + 1)
    with ape.reverts(configured.FeedNotValid, feedId=FEED, status=FeedStatus.STALE):
        configured.record(FEED, sender=attacker)
    assert configured.inspect(FEED).recordedValue == 90 * USD


def test_record__in_quarantine_or_freeze__reverts(bench, configured, feed, attacker, guardian, at, soon):
    new = bench.faulty(101 * 10**8)
    at(soon)
    bench.configure(configured, new)
    with ape.reverts(configured.FeedNotValid, feedId=FEED, status=FeedStatus.QUARANTINED):
        configured.record(FEED, sender=attacker)
    configured.freeze(FEED, sender=guardian)
    with ape.reverts(configured.FeedNotValid, feedId=FEED, status=FeedStatus.FROZEN):
        configured.record(FEED, sender=attacker)
    assert configured.inspect(FEED).recordedValue == 100 * USD
    assert soon + DAY == configured.inspect(FEED).quarantinedUntil
