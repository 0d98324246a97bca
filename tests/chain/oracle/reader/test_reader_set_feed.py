"""What the DAO can agree to of a feed, and what not. (Replacing one is in the tests of disaster T19.)"""

from __future__ import annotations

import ape
import pytest
from eth_utils import keccak
from price_feeds import CHAINLINK_PAIR, DAY, FEED, HEARTBEAT, MAX_VALUE, MIN_VALUE, PAIR, USD, Mode, Question

from commonhold.operations.reading import FeedStatus

NOTHING = ("0x" + "00" * 20, 0, 0, 0, 0, bytes(32), FeedStatus.NONE, 0, 0, 0, 0, 0, 0, 0, 0)
OTHER = b"OTHER-USD".ljust(32, b"\0")


def test_inspect__of_an_unknown_feed__says_none_and_zeros(reader):
    assert tuple(reader.inspect(FEED)) == NOTHING
    assert tuple(reader.read(FEED)) == (0, 0, FeedStatus.NONE)
    assert reader.frozenTimeOf(FEED) == 0


def test_set_feed__first_time__reads_at_once_and_goes_on_record(bench, reader, feed, soon, at):
    feed.setAnswer(100 * 10**8, sender=bench.anyone)
    updated_at = feed.provider.get_block("latest").timestamp
    at(soon)
    tx = bench.configure(reader, feed)
    assert tuple(reader.read(FEED)) == (100 * USD, updated_at, FeedStatus.VALID)

    said, configured = tx.events
    assert said == reader.ValueRecorded(feedId=FEED, value=100 * USD, updatedAt=updated_at)
    assert (configured.feedId, configured.feed, configured.value) == (FEED, feed.address, 100 * USD)
    assert configured.quarantinedUntil == 0  # there was no feed before, so nothing could jump
    assert tuple(configured.terms)[1:] == (HEARTBEAT, 8, MIN_VALUE, MAX_VALUE, PAIR)

    page = reader.inspect(FEED)
    agreed = (feed.address, HEARTBEAT, 8, MIN_VALUE, MAX_VALUE, keccak(text=PAIR))
    told = (FeedStatus.VALID, 100 * USD, updated_at, 2, 100 * 10**8)
    assert tuple(page) == (*agreed, *told, 100 * USD, updated_at, 0, 0)


@pytest.mark.parametrize("how", list(Mode)[1:])
def test_inspect__of_a_feed_that_cannot_be_read__has_neither_round_nor_answer(bench, configured, feed, how):
    feed.setModeOf(Question.ROUND, how, sender=bench.anyone)
    page = configured.inspect(FEED)
    assert (page.roundId, page.answer) == (0, 0)
    assert (page.value, page.recordedValue) == (100 * USD, 100 * USD)


@pytest.mark.parametrize("answer", [-5, 0, 2**255 - 1, -(2**255)])
def test_inspect__of_an_invalid_answer__shows_it(bench, configured, feed, answer):
    feed.setAnswer(answer, sender=bench.anyone)
    page = configured.inspect(FEED)
    assert (page.roundId, page.answer) == (2, answer)
    assert page.status in (FeedStatus.NOT_POSITIVE, FeedStatus.OUT_OF_BOUNDS)


def test_set_feed__by_anyone_but_the_dao__reverts(bench, reader, feed, guardian, council, attacker):
    for caller in (guardian, council, attacker):
        with ape.reverts(reader.AccessManagedUnauthorized, caller=caller):
            reader.setFeed(FEED, bench.terms(feed), sender=caller)


@pytest.mark.parametrize("number", [0, 1, 2**248 - 1])
def test_set_feed__with_a_houses_id__reverts(bench, reader, feed, number):
    feed_id = number.to_bytes(32, "big")
    with ape.reverts(reader.InvalidFeedId, feedId=feed_id):
        bench.configure(reader, feed, feed_id)


def test_set_feed__with_the_first_id_that_is_no_houses__sets_it(bench, reader, feed):
    feed_id = (2**248).to_bytes(32, "big")
    bench.configure(reader, feed, feed_id)
    assert reader.read(feed_id).status == FeedStatus.VALID


@pytest.mark.parametrize(
    "changes",
    [
        {"heartbeat": 60},
        {"heartbeat": 400 * DAY},
        {"minValue": 0},
        {"minValue": 100 * USD - 1, "maxValue": 100 * USD + 1},
        {"maxValue": 2**96 - 1},
    ],
)
def test_set_feed__with_terms_at_their_limits__sets_them(bench, reader, feed, changes):
    feed.setAnswer(100 * 10**8, sender=bench.anyone)
    bench.configure(reader, feed, **changes)
    page = reader.inspect(FEED)
    assert page.status == FeedStatus.VALID
    assert {name: getattr(page, name) for name in changes} == changes


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("heartbeat", 0),
        ("heartbeat", 59),
        ("heartbeat", 400 * DAY + 1),
        ("heartbeat", 2**32 - 1),
        ("decimals", 19),
        ("decimals", 255),
        ("maxValue", MIN_VALUE),
        ("maxValue", MIN_VALUE - 1),
    ],
)
def test_set_feed__with_terms_out_of_range__reverts(bench, reader, feed, field, value):
    with ape.reverts(reader.TermsOutOfRange, field=field, value=value):
        bench.configure(reader, feed, **{field: value})


@pytest.mark.parametrize("length", [1, 64])
def test_set_feed__with_a_description_in_range__sets_it(bench, reader, length):
    bench.configure(reader, bench.faulty(pair="x" * length), description="x" * length)
    assert reader.inspect(FEED).descriptionHash == keccak(text="x" * length)


@pytest.mark.parametrize("length", [0, 65])
def test_set_feed__with_a_description_out_of_range__reverts(bench, reader, length):
    with ape.reverts(reader.TermsOutOfRange, field="description", value=length):
        bench.configure(reader, bench.faulty(pair="x" * length), description="x" * length)


@pytest.mark.parametrize("said", ["", "house / usd", PAIR + " ", "ETH / USD"])
def test_set_feed__of_another_pair_than_expected__reverts(bench, reader, said):
    with ape.reverts(reader.WrongDescription, feedId=FEED, expected=PAIR, found=said):
        bench.configure(reader, bench.faulty(pair=said))


@pytest.mark.parametrize(
    ("changes", "answer", "status"),
    [
        ({"decimals": 6}, 100 * 10**8, FeedStatus.WRONG_DECIMALS),
        ({}, 0, FeedStatus.NOT_POSITIVE),
        ({"minValue": 100 * USD}, 100 * 10**8, FeedStatus.OUT_OF_BOUNDS),
        ({"maxValue": 100 * USD}, 100 * 10**8, FeedStatus.OUT_OF_BOUNDS),
        # Bounds with nothing between them are no bounds.
        ({"minValue": 100 * USD, "maxValue": 100 * USD + 1}, 100 * 10**8, FeedStatus.OUT_OF_BOUNDS),
    ],
)
def test_set_feed__without_a_valid_reading_under_the_terms__reverts(bench, reader, feed, changes, answer, status):
    feed.setAnswer(answer, sender=bench.anyone)
    with ape.reverts(reader.FeedNotValid, feedId=FEED, status=status):
        bench.configure(reader, feed, **changes)


def test_set_feed__to_an_address_without_code__reverts(bench, reader, buyer):
    for nobody in (buyer.address, "0x" + "00" * 19 + "04"):
        with ape.reverts(reader.FeedNotValid, feedId=FEED, status=FeedStatus.MISSING_CODE):
            bench.configure(reader, nobody)
    with ape.reverts(reader.FeedNotValid, feedId=FEED, status=FeedStatus.NONE):
        bench.configure(reader, "0x" + "00" * 20)


@pytest.mark.parametrize(("age", "valid"), [(HEARTBEAT - 1, True), (HEARTBEAT, False)])
def test_set_feed__with_an_answer_near_the_heartbeat__takes_only_a_younger_one(
    bench, reader, feed, soon, at, age, valid
):
    feed.setRound(5, 100 * 10**8, 1, soon - age, 5, sender=bench.anyone)
    at(soon)
    if valid:
        bench.configure(reader, feed)
        assert reader.inspect(FEED).recordedAt == soon - age
    else:
        with ape.reverts(reader.FeedNotValid, feedId=FEED, status=FeedStatus.STALE):
            bench.configure(reader, feed)


@pytest.mark.parametrize(("up_for", "status"), [(HEARTBEAT, FeedStatus.SEQUENCER_GRACE), (HEARTBEAT + 1, None)])
def test_set_feed__on_an_l2__waits_for_the_sequencers_grace_time(bench, feed, soon, at, up_for, status):
    sequencer = bench.faulty(0, 0)
    sequencer.setRound(2, 0, soon - up_for, soon - up_for, 2, sender=bench.anyone)
    reader = bench.reader(sequencer=sequencer, grace=HEARTBEAT)
    feed.setRound(5, 100 * 10**8, 1, soon, 5, sender=bench.anyone)
    at(soon)
    if status is None:
        bench.configure(reader, feed)
        assert reader.read(FEED).value == 100 * USD
    else:
        with ape.reverts(reader.FeedNotValid, feedId=FEED, status=status):
            bench.configure(reader, feed)


# -- terms alone -----------------------------------------------------------------------------------------------------


def test_set_feed__same_feed__changes_terms_without_quarantine_or_step(bench, configured, feed):
    feed.setAnswer(500 * 10**8, sender=bench.anyone)  # five times what is on record
    tx = bench.configure(configured, feed, heartbeat=2 * HEARTBEAT, maxValue=501 * USD)
    assert [event.event_name for event in tx.events] == ["FeedSet"]
    page = configured.inspect(FEED)
    assert (page.status, page.value, page.heartbeat, page.maxValue) == (
        FeedStatus.VALID,
        500 * USD,
        2 * HEARTBEAT,
        501 * USD,
    )
    assert (page.recordedValue, page.quarantinedUntil) == (100 * USD, 0)


def test_set_feed__same_feed_in_quarantine__does_not_end_it(bench, configured):
    new = bench.faulty()
    bench.configure(configured, new)
    until = configured.inspect(FEED).quarantinedUntil
    bench.configure(configured, new, heartbeat=2 * HEARTBEAT)
    page = configured.inspect(FEED)
    assert (page.status, page.quarantinedUntil, page.heartbeat) == (FeedStatus.QUARANTINED, until, 2 * HEARTBEAT)


def test_set_feed__same_feed_of_other_decimals__counts_as_another_one(bench, configured, feed):
    feed.setDecimals(6, sender=bench.anyone)
    feed.setAnswer(100 * 10**6, sender=bench.anyone)
    assert configured.read(FEED).status == FeedStatus.WRONG_DECIMALS
    bench.configure(configured, feed, decimals=6)
    page = configured.inspect(FEED)
    assert (page.status, page.decimals, page.value) == (FeedStatus.QUARANTINED, 6, 100 * USD)
    feed.setDecimals(18, sender=bench.anyone)
    feed.setAnswer(10**20 * 2, sender=bench.anyone)
    with ape.reverts(configured.StepTooLarge, feedId=FEED, value=200 * USD, lastGood=100 * USD, maxStepBps=1_000):
        bench.configure(configured, feed, decimals=18)


def test_set_feed__of_another_pair_than_before__reverts(bench, configured, feed):
    other = bench.faulty(pair="ETH / USD")
    hashes = {"expectedHash": keccak(text=PAIR), "givenHash": keccak(text="ETH / USD")}
    with ape.reverts(configured.OtherPair, feedId=FEED, **hashes):
        bench.configure(configured, other, description="ETH / USD")
    feed.setDescription("ETH / USD", sender=bench.anyone)  # nor the same feed
    with ape.reverts(configured.OtherPair, feedId=FEED, **hashes):
        bench.configure(configured, feed, description="ETH / USD")


def test_set_feed__two_ids__keep_apart(bench, configured, guardian):
    bench.configure(configured, bench.chainlink(7 * 10**8), OTHER, description=CHAINLINK_PAIR)
    configured.freeze(OTHER, sender=guardian)
    assert configured.read(FEED).status == FeedStatus.VALID
    assert configured.read(OTHER).value == 7 * USD
    assert configured.frozenTimeOf(FEED) == 0
