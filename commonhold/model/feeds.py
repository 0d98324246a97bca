"""Feeds from outside and their reader: `IPriceFeedReader`, and the feeds that tests put in front of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, NamedTuple

from eth_utils import keccak

from commonhold.model.access import Hub, Managed, TimedStop
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Chain, Contract, Refused, require, word

MIN_HEARTBEAT = 60
MAX_HEARTBEAT = 400 * 86_400
MAX_DECIMALS = 18
MAX_DESCRIPTION = 64  # bytes
WHOLE = 10_000  # basis points


class FeedStatus(IntEnum):
    NONE = 0
    VALID = 1
    FROZEN = 2
    SEQUENCER_DOWN = 3
    SEQUENCER_GRACE = 4
    MISSING_CODE = 5
    CALL_FAILED = 6
    MALFORMED = 7
    WRONG_DECIMALS = 8
    NOT_POSITIVE = 9
    INCOMPLETE = 10
    FROM_FUTURE = 11
    OUT_OF_BOUNDS = 12
    STALE = 13
    QUARANTINED = 14


# ------------------------------------------------------------------------------------------------------ outside feeds


class Round(NamedTuple):
    """What `latestRoundData` answers."""

    roundId: int
    answer: int
    startedAt: int
    updatedAt: int
    answeredInRound: int


class OutsideFeed(Contract):
    """A feed as its reader sees it: bytes that a call returns."""

    def __init__(
        self, chain: Chain, key: str, address: str, decimals: int, description: str, answer: int, updated_at: int
    ) -> None:
        super().__init__(chain, address)
        self.key = key
        self.decimal_places = decimals
        self.text = description
        self.round = Round(1, answer, updated_at, updated_at, 1)

    def ask(self, function: str, gas: int | None = None) -> bytes:
        """What `latestRoundData()`, `decimals()` or `description()` returns now with so much gas; None: with plenty."""
        match function:
            case "latestRoundData":
                return b"".join(map(any_word, self.round))
            case "decimals":
                return word(self.decimal_places)
        return text_answer(self.text)


class ChainlinkFeed(OutsideFeed):
    """`TestChainlinkFeed`, which is Chainlink's `MockV3Aggregator`: anyone may set its answer."""

    def latestRoundData(self) -> Round:
        return self.round

    def updateAnswer(self, sender: str, answer: int) -> None:
        number = self.round.roundId + 1
        self.round = Round(number, answer, self.now, self.now, number)

    def updateRoundData(self, sender: str, number: int, answer: int, timestamp: int, started_at: int) -> None:
        self.round = Round(number, answer, started_at, timestamp, number)


class Mode(IntEnum):
    """`TestFaultyFeed.Mode`: how a question is answered."""

    NORMAL = 0
    REVERTS = 1
    RETURNS_SHORT = 2
    RETURNS_DIRTY = 3
    BURNS_GAS = 4
    RETURNS_BOMB = 5
    RETURNS_LONG = 6


class FaultyFeed(OutsideFeed):
    """`TestFaultyFeed`: anyone makes it answer anything, in any form.

    What its answers cost is known roughly, so sequences set a work of at most 100,000 gas, or of 200,000 and more.
    """

    BOMB_LENGTH = 240_000
    BOMB_GAS = 155_000  # with a work of 50,000 too much

    def __init__(self, *deployed: Any) -> None:
        super().__init__(*deployed)
        self.modes: dict[bytes, Mode] = {}
        self.work = 0

    def setMode(self, sender: str, mode: int) -> None:
        for function in ("latestRoundData", "decimals"):
            self.setModeOf(sender, selector_of(function), mode)

    def setModeOf(self, sender: str, selector: bytes, mode: int) -> None:
        self.modes[selector] = Mode(mode)

    def setAnswer(self, sender: str, answer: int) -> None:
        number = self.round.roundId + 1
        require(number < 2**256, "Panic", 0x11)
        self.round = Round(number, answer, self.now, self.now, number)

    def setRound(
        self, sender: str, number: int, answer: int, started_at: int, updated_at: int, answered_in: int
    ) -> None:
        self.round = Round(number, answer, started_at, updated_at, answered_in)

    def setDecimals(self, sender: str, decimals: int) -> None:
        self.decimal_places = decimals

    def setDescription(self, sender: str, description: str) -> None:
        self.text = description

    def setWork(self, sender: str, gas: int) -> None:
        self.work = gas

    def ask(self, function: str, gas: int | None = None) -> bytes:
        mode = self.modes.get(selector_of(function), Mode.NORMAL)
        require(mode is not Mode.REVERTS, "Refusing")
        cost = self.work + (self.BOMB_GAS if mode is Mode.RETURNS_BOMB else 0)
        require(mode is not Mode.BURNS_GAS and (gas is None or cost < gas), "Empty")
        answer = super().ask(function)
        match mode:
            case Mode.RETURNS_SHORT:
                return answer[:-1]
            case Mode.RETURNS_DIRTY:
                return bytes(byte if position % 32 else byte ^ 0x80 for position, byte in enumerate(answer))
            case Mode.RETURNS_BOMB:
                return bytes(self.BOMB_LENGTH)
            case Mode.RETURNS_LONG:
                return answer + ZERO_WORD
        return answer


@cache
def selector_of(function: str) -> bytes:
    """Of a function without arguments."""
    return keccak(text=f"{function}()")[:4]


def any_word(number: int) -> bytes:
    """A signed or unsigned number as one word."""
    return (number % 2**256).to_bytes(32, "big")


def text_answer(text: str) -> bytes:
    """abi.encode(text)."""
    raw = text.encode()
    return word(32) + word(len(raw)) + raw + bytes(-len(raw) % 32)


def text_of(answer: bytes) -> str:
    """abi.decode(answer, (string)), which looks no further than it must."""
    require(len(answer) >= 32, "Empty")
    start = int.from_bytes(answer[:32], "big")
    require(start < 2**64 and start + 31 < len(answer), "Empty")
    length = int.from_bytes(answer[start : start + 32], "big")
    require(start + 32 + length <= len(answer), "Empty")
    return answer[start + 32 : start + 32 + length].decode()


# ------------------------------------------------------------------------------------------------------------- reader


class FeedTerms(NamedTuple):
    """The struct of this name, field by field."""

    feed: str
    heartbeat: int
    decimals: int
    minValue: int
    maxValue: int
    description: str


class FeedPage(NamedTuple):
    """The struct of this name, field by field."""

    feed: str
    heartbeat: int
    decimals: int
    minValue: int
    maxValue: int
    descriptionHash: bytes
    status: int
    value: int
    updatedAt: int
    roundId: int
    answer: int
    recordedValue: int
    recordedAt: int
    quarantinedUntil: int
    frozenUntil: int


class Reading(NamedTuple):
    """A judgement, with the value if nothing but its age and the sequencer speak against it."""

    status: FeedStatus
    value: int = 0
    updated_at: int = 0


@dataclass
class Feed:
    """What the reader keeps of a feed."""

    terms: FeedTerms
    switch: TimedStop
    recorded_value: int
    recorded_at: int
    quarantined_until: int = 0


class Reader(Managed):
    """`PriceFeedReader`. `outside` are the feeds that it may meet, by address."""

    key = "reader"
    FEED_GAS = 200_000

    def __init__(
        self,
        chain: Chain,
        address: str,
        hub: Hub,
        sequencer_feed: str,
        grace_period: int,
        max_step_bps: int,
        quarantine_period: int,
        stop_period: int,
    ) -> None:
        super().__init__(chain, address, hub)
        self.sequencer_feed = sequencer_feed
        self.grace_period = grace_period
        self.max_step_bps = max_step_bps
        self.quarantine_period = quarantine_period
        self.stop_period = stop_period
        self.feeds: dict[bytes, Feed] = {}
        self.outside: dict[str, OutsideFeed] = {}

    # -- views ----------------------------------------------------------------------------------------------------

    def sequencer(self) -> tuple[str, int]:
        return self.sequencer_feed, self.grace_period

    def maxStepBps(self) -> int:
        return self.max_step_bps

    def quarantinePeriod(self) -> int:
        return self.quarantine_period

    def frozenTimeOf(self, feed_id: bytes) -> int:
        feed = self.feeds.get(feed_id)
        return feed.switch.stopped_time(self) if feed else 0

    def read(self, feed_id: bytes) -> tuple[int, int, int]:
        feed = self.feeds.get(feed_id)
        if feed is None:
            return 0, 0, int(FeedStatus.NONE)
        status, value, updated_at = self._judge(feed)
        if status is not FeedStatus.VALID and updated_at < feed.recorded_at:
            value, updated_at = feed.recorded_value, feed.recorded_at
        return value, updated_at, int(status)

    def inspect(self, feed_id: bytes) -> FeedPage:
        value, updated_at, status = self.read(feed_id)
        feed = self.feeds.get(feed_id)
        if feed is None:
            return FeedPage(ZERO_ADDRESS, 0, 0, 0, 0, ZERO_WORD, *(0,) * 9)
        _, latest = self._latest_round(feed.terms.feed)
        return FeedPage(
            *feed.terms[:-1],
            keccak(text=feed.terms.description),
            status,
            value,
            updated_at,
            latest.roundId,
            latest.answer,
            feed.recorded_value,
            feed.recorded_at,
            feed.quarantined_until,
            feed.switch.stopped_until,
        )

    # -- the judgement --------------------------------------------------------------------------------------------

    def _judge(self, feed: Feed) -> Reading:
        """The first rule of `FeedStatus` that is broken; a value that a quarantine or freeze forbids is not given."""
        if not feed.switch.is_running(self):
            return Reading(FeedStatus.FROZEN)
        reading = self._judge_terms(feed.terms)
        if self.now >= feed.quarantined_until:
            return reading
        quarantined = reading.status is FeedStatus.VALID
        return Reading(FeedStatus.QUARANTINED if quarantined else reading.status)

    def _judge_terms(self, terms: FeedTerms) -> Reading:
        """A feed by itself, and the sequencer, whose trouble ranks first but says nothing against the value."""
        if terms.feed == ZERO_ADDRESS:
            return Reading(FeedStatus.NONE)
        reading = self._judge_feed(terms)
        trouble = self._judge_sequencer()
        return reading if trouble is None else reading._replace(status=trouble)

    def _judge_sequencer(self) -> FeedStatus | None:
        """Up means that its feed answers 0, since the round began."""
        if self.sequencer_feed == ZERO_ADDRESS:
            return None
        status, latest = self._latest_round(self.sequencer_feed)
        up = status is FeedStatus.VALID and latest.answer == 0 and 0 < latest.startedAt <= self.now
        if not up:
            return FeedStatus.SEQUENCER_DOWN
        return FeedStatus.SEQUENCER_GRACE if self.now - latest.startedAt <= self.grace_period else None

    def _judge_feed(self, terms: FeedTerms) -> Reading:
        status, latest = self._latest_round(terms.feed)
        if status is FeedStatus.VALID:
            status = self._judge_decimals(terms)
        if status is not FeedStatus.VALID:
            return Reading(status)
        if latest.answer <= 0:
            return Reading(FeedStatus.NOT_POSITIVE)
        if latest.roundId == 0 or latest.updatedAt == 0 or latest.answeredInRound < latest.roundId:
            return Reading(FeedStatus.INCOMPLETE)
        if latest.updatedAt > self.now:
            return Reading(FeedStatus.FROM_FUTURE)
        value = latest.answer * 10 ** (MAX_DECIMALS - terms.decimals)
        if not terms.minValue < value < terms.maxValue:
            return Reading(FeedStatus.OUT_OF_BOUNDS)
        young = self.now - latest.updatedAt < terms.heartbeat
        return Reading(FeedStatus.VALID if young else FeedStatus.STALE, value, latest.updatedAt)

    def _latest_round(self, feed: str) -> tuple[FeedStatus, Round]:
        """Five words and nothing else, round numbers of 80 bits; zeros if there is no such answer."""
        status, answer = self._ask(feed, "latestRoundData")
        if status is not FeedStatus.VALID:
            return status, NO_ROUND
        number, answer_word, started_at, updated_at, answered_in = (
            int.from_bytes(answer[start : start + 32], "big") for start in range(0, 160, 32)
        )
        if len(answer) != 160 or number >= 2**80 or answered_in >= 2**80:
            return FeedStatus.MALFORMED, NO_ROUND
        signed = answer_word - (answer_word >> 255 << 256)
        return FeedStatus.VALID, Round(number, signed, started_at, updated_at, answered_in)

    def _judge_decimals(self, terms: FeedTerms) -> FeedStatus:
        status, answer = self._ask(terms.feed, "decimals")
        if status is not FeedStatus.VALID:
            return status
        found = int.from_bytes(answer, "big")
        if len(answer) != 32 or found >= 2**8:
            return FeedStatus.MALFORMED
        return FeedStatus.VALID if found == terms.decimals else FeedStatus.WRONG_DECIMALS

    def _ask(self, feed: str, function: str) -> tuple[FeedStatus, bytes]:
        if not self.chain.has_code(feed):
            return FeedStatus.MISSING_CODE, b""
        if feed not in self.outside:  # any other contract is no feed, and refuses the question
            return FeedStatus.CALL_FAILED, b""
        try:
            return FeedStatus.VALID, self.outside[feed].ask(function, self.FEED_GAS)
        except Refused:
            return FeedStatus.CALL_FAILED, b""

    # -- writing --------------------------------------------------------------------------------------------------

    def setFeed(self, sender: str, feed_id: bytes, terms: FeedTerms) -> None:
        self.restricted(sender, "setFeed")
        self.configure(feed_id, FeedTerms(*terms))

    def configure(self, feed_id: bytes, terms: FeedTerms) -> None:
        """`setFeed` by whoever may."""
        require(feed_id[0] != 0, "InvalidFeedId", feed_id)
        _require_sensible(terms)
        status, value, updated_at = self._judge_terms(terms)
        require(status is FeedStatus.VALID, "FeedNotValid", feed_id, int(status))
        found = text_of(self.outside[terms.feed].ask("description"))
        require(found == terms.description, "WrongDescription", feed_id, terms.description, found)
        feed = self.feeds.get(feed_id)
        if feed is None:
            switch = TimedStop(feed_id, self.stop_period)
            feed = self.feeds[feed_id] = Feed(terms, switch, 0, 0)
            self._put_on_record(feed_id, value, updated_at)
        else:
            self._change_terms(feed_id, feed, terms, value, updated_at)
        self.emit("FeedSet", feed_id, terms.feed, terms, value, feed.quarantined_until)

    def _change_terms(self, feed_id: bytes, feed: Feed, terms: FeedTerms, value: int, updated_at: int) -> None:
        """Another feed, or other decimals, must price the same pair near the last good value, which goes on record.

        During a freeze there is no last good value: any will do, and goes on record itself.
        """
        pair, given = (keccak(text=each.description) for each in (feed.terms, terms))
        require(pair == given, "OtherPair", feed_id, pair, given)
        if (terms.feed, terms.decimals) != (feed.terms.feed, feed.terms.decimals):
            last_good, last_good_at, status = self.read(feed_id)
            if status == FeedStatus.FROZEN:
                last_good, last_good_at = value, updated_at
            near = abs(value - last_good) * WHOLE <= last_good * self.max_step_bps
            require(near, "StepTooLarge", feed_id, value, last_good, self.max_step_bps)
            self._put_on_record(feed_id, last_good, last_good_at)
            feed.quarantined_until = self.now + self.quarantine_period
        feed.terms = terms

    def record(self, sender: str, feed_id: bytes) -> tuple[int, int]:
        value, updated_at, status = self.read(feed_id)
        require(status == FeedStatus.VALID, "FeedNotValid", feed_id, status)
        self._put_on_record(feed_id, value, updated_at)
        return value, updated_at

    def _put_on_record(self, feed_id: bytes, value: int, updated_at: int) -> None:
        feed = self.feeds[feed_id]
        feed.recorded_value, feed.recorded_at = value, updated_at
        self.emit("ValueRecorded", feed_id, value, updated_at)

    def freeze(self, sender: str, feed_id: bytes) -> None:
        self.restricted(sender, "freeze")
        feed = self.feeds.get(feed_id)
        if feed is None:
            raise Refused("FeedNotValid", feed_id, int(FeedStatus.NONE))
        feed.switch.stop(self)

    def unfreeze(self, sender: str, feed_id: bytes) -> None:
        self.restricted(sender, "unfreeze")
        feed = self.feeds.get(feed_id)
        if feed is None:
            raise Refused("NotStopped", feed_id)
        feed.switch.resume(self)


NO_ROUND = Round(0, 0, 0, 0, 0)


def _require_sensible(terms: FeedTerms) -> None:
    known = MIN_HEARTBEAT <= terms.heartbeat <= MAX_HEARTBEAT
    require(known, "TermsOutOfRange", "heartbeat", terms.heartbeat)
    require(terms.decimals <= MAX_DECIMALS, "TermsOutOfRange", "decimals", terms.decimals)
    require(terms.maxValue > terms.minValue, "TermsOutOfRange", "maxValue", terms.maxValue)
    length = len(terms.description.encode())
    require(0 < length <= MAX_DESCRIPTION, "TermsOutOfRange", "description", length)
