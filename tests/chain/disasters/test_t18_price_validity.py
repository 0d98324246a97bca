"""T18, price validity: the whole matrix of what a feed can say or do, each boundary one short of, at and one beyond it.

Venus and Blizz went on lending on LUNA's last price while its feed was pinned to its own minimum; others lent on prices
from before a sequencer's outage. Here every cell says which status the reader must give and which value comes with it:
for a feed that does anything, for Chainlink's own published mock, and for both behind a proxy with phases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import pytest
from price_feeds import (
    CHAINLINK_PAIR,
    DAY,
    GRACE,
    HEARTBEAT,
    MAX_VALUE,
    MIN_VALUE,
    PAIR,
    USD,
    FeedBench,
    Mode,
    Question,
)

from commonhold.engines import Revert
from commonhold.operations.reading import FeedStatus

S = FeedStatus
FIRST_VALUE, LAST_GOOD_VALUE = 100 * USD, 101 * USD
"""Of every feed: its first, which is on record; and that of the moment when it is replaced."""
PRESENT = 123  # dollars that a feed says in a cell which is about something else
SCALE = 10**8  # of feeds with 8 decimals, as all are but where a cell is about decimals
LARGEST_WORD = 2**256 - 1
FAULTS = [mode for mode in Mode if mode is not Mode.NORMAL]

FAULTY, CHAINLINK, PROXIED_FAULTY, PROXIED_CHAINLINK = "faulty", "chainlink", "proxied-faulty", "proxied-chainlink"
EVERY_SOURCE = (FAULTY, CHAINLINK, PROXIED_FAULTY, PROXIED_CHAINLINK)


# -------------------------------------------------------------------------------------------------------------- stage


@dataclass(frozen=True)
class Source:
    """What the reader reads, and the contract that answers behind it: the same one, unless there is a proxy."""

    feed_id: bytes
    outer: Any
    inner: Any
    terms: dict[str, Any]


class Stage:
    """What all cells begin with: a reader on an L2 whose sequencer has been up for a day, and feeds for it."""

    def __init__(self, bench: FeedBench, guardian: Any) -> None:
        self.bench, self.guardian = bench, guardian
        self.engine = bench.suite.engine
        self.sequencer = bench.faulty(0, 0, "L2 Sequencer Uptime Status Feed")
        self.engine.advance(DAY)
        self.reader = bench.reader(sequencer=self.sequencer, grace=GRACE)
        faulty = {f"{FAULTY}-{decimals}": self._source(FAULTY, decimals) for decimals in (0, 6, 18)}
        self.sources = {name: self._source(name) for name in EVERY_SOURCE} | faulty
        for source in self.sources.values():
            bench.configure(self.reader, source.outer, source.feed_id, **source.terms)

    def _source(self, kind: str, decimals: int = 8) -> Source:
        is_chainlink, is_proxied = kind.endswith(CHAINLINK), kind.startswith("proxied")
        make = self.bench.chainlink if is_chainlink else self.bench.faulty
        inner = make(100 * 10**decimals, decimals)
        outer = self.bench.proxy(inner) if is_proxied else inner
        terms = {"decimals": decimals, "description": CHAINLINK_PAIR if is_chainlink else PAIR}
        return Source(f"{kind}-{decimals}".encode().ljust(32, b"\0"), outer, inner, terms)

    def spare(self) -> Source:
        """A feed to take the place of the faulty one."""
        return self._source(FAULTY)

    def handle(self, contract: Any) -> Any:
        """For the engine, which is much faster than ape."""
        return self.engine.at(contract.contract_type.name, contract.address)


@pytest.fixture(scope="module")
def stage(suite: Any, attacker: Any, guardian: Any) -> Iterator[Stage]:
    with suite.engine.rollback():
        yield Stage(FeedBench(suite, attacker), guardian)


@dataclass
class Scene:
    """One cell's feed and sequencer, as they will be in the second `at` when the reader is asked."""

    stage: Stage
    source: Source
    at: int
    # What the feed will say.
    answer: int = 0
    round_id: int = 7
    answered_in: int = 7
    started_at: int = 1
    updated: Callable[[int], int] = lambda at: at
    # The sequencer's.
    sequencer: dict[str, int] = field(default_factory=dict)
    # What is on record.
    recorded: tuple[int, int] = (0, 0)
    # Done last, as nothing more can be done with a contract that has no code.
    finally_: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answer = PRESENT * 10 ** self.source.terms["decimals"]
        self.recorded = (FIRST_VALUE, self.stage.reader.inspect(self.source.feed_id).recordedAt)

    @property
    def own(self) -> tuple[int, int]:
        """The feed's value with 18 decimals, and its time."""
        return self.answer * 10 ** (18 - self.source.terms["decimals"]), self.updated(self.at)

    def send(self, contract: Any, function: str, *args: Any, sender: Any = None) -> Any:
        engine = self.stage.engine
        return engine.send(self.stage.handle(contract), function, *args, sender=sender or self.stage.bench.anyone)

    def play(self) -> None:
        """Brings feed and sequencer into the state described, in time for the second `at`."""
        if self.source.inner.contract_type.name == "TestFaultyFeed":
            words = (self.round_id, self.answer, self.started_at, self.updated(self.at), self.answered_in)
            self.send(self.source.inner, "setRound", *words)
        else:
            words = (self.round_id, self.answer, self.updated(self.at), self.started_at)
            self.send(self.source.inner, "updateRoundData", *words)
        if self.sequencer:
            usual = {"id": 7, "answer": 0, "started_at": self.at - DAY, "updated_at": self.at - DAY, "answered_in": 7}
            self.send(self.stage.sequencer, "setRound", *(usual | self.sequencer).values())
        for action in self.finally_:
            action()
        self.stage.engine.set_time(self.at)


Change = Callable[[Scene], None]


# ------------------------------------------------------------------------------------------------------ what can happen


def answer(value: int) -> Change:
    return lambda scene: setattr(scene, "answer", value)


def updated(seconds_ago: int) -> Change:
    return lambda scene: setattr(scene, "updated", lambda at: at - seconds_ago)


def updated_at(word: int) -> Change:
    return lambda scene: setattr(scene, "updated", lambda at: word)


def updated_after_record(seconds: int) -> Change:
    """So many seconds after the value on record was."""

    def change(scene: Scene) -> None:
        second = scene.recorded[1] + seconds
        scene.updated = lambda at: second

    return change


def started_at(word: int) -> Change:
    return lambda scene: setattr(scene, "started_at", word)


def round_id(word: int, answered_in: int) -> Change:
    def change(scene: Scene) -> None:
        scene.round_id, scene.answered_in = word, answered_in

    return change


def mode(question: bytes, how: Mode) -> Change:
    return lambda scene: scene.send(scene.source.inner, "setModeOf", question, how)


def says_decimals(word: int) -> Change:
    return lambda scene: scene.send(scene.source.inner, "setDecimals", word)


def feed_loses_code(scene: Scene) -> None:
    scene.finally_.append(lambda: scene.stage.bench.kill(scene.source.outer))


def aggregator_loses_code(scene: Scene) -> None:
    scene.finally_.append(lambda: scene.stage.bench.kill(scene.source.inner))


def aggregator_changes(answer_: int, decimals: int, seconds_ago: int) -> Change:
    """The proxy moves to another of Chainlink's mocks: a new phase."""

    def change(scene: Scene) -> None:
        # What the old aggregator says no longer matters; the new one's words are those of the scene.
        new = scene.stage.bench.chainlink(answer_, decimals)
        scene.send(scene.source.outer, "moveTo", new.address)
        scene.source = Source(scene.source.feed_id, scene.source.outer, new, scene.source.terms)
        scene.answer, scene.round_id, scene.updated = answer_, 1, lambda at: at - seconds_ago

    return change


def sequencer(**words: int) -> Change:
    return lambda scene: scene.sequencer.update(words)


def sequencer_up(seconds: int) -> Change:
    return lambda scene: scene.sequencer.update(started_at=scene.at - seconds)


def sequencer_mode(question: bytes, how: Mode) -> Change:
    return lambda scene: scene.send(scene.stage.sequencer, "setModeOf", question, how)


def sequencer_loses_code(scene: Scene) -> None:
    scene.finally_.append(lambda: scene.stage.bench.kill(scene.stage.sequencer))


def frozen(scene: Scene) -> None:
    scene.send(scene.stage.reader, "freeze", scene.source.feed_id, sender=scene.stage.guardian)


def frozen_until(seconds_later: int) -> Change:
    """The reader is asked so many seconds after the freeze has ended."""

    def change(scene: Scene) -> None:
        frozen(scene)
        scene.at = scene.stage.reader.inspect(scene.source.feed_id).frozenUntil + seconds_later

    return change


def replaced(scene: Scene) -> None:
    """The DAO puts another feed in this one's place; the old one's value goes on record."""
    stage, new = scene.stage, scene.stage.spare()
    now = stage.engine.now()
    scene.send(scene.source.inner, "setRound", 3, 101 * SCALE, now, now, 3)
    stage.bench.configure(stage.reader, new.outer, scene.source.feed_id, **new.terms)
    scene.recorded = (LAST_GOOD_VALUE, now)
    scene.source = Source(scene.source.feed_id, new.outer, new.inner, new.terms)


def quarantined_until(seconds_later: int) -> Change:
    """The reader is asked so many seconds after the quarantine has ended."""

    def change(scene: Scene) -> None:
        replaced(scene)
        scene.at = scene.stage.reader.inspect(scene.source.feed_id).quarantinedUntil + seconds_later

    return change


# --------------------------------------------------------------------------------------------------------- the matrix


@dataclass(frozen=True)
class Cell:
    """After these changes the reader must say `status`, and give the feed's own value or the one on record."""

    name: str
    status: FeedStatus
    changes: tuple[Change, ...]
    source: str = FAULTY
    own_value: bool = False

    @property
    def label(self) -> str:
        return f"{self.source}: {self.name}"


def cell(name: str, status: FeedStatus, *changes: Change, source: str = FAULTY, own_value: bool | None = None) -> Cell:
    """The value is the feed's own if that is valid or merely stale; where it is otherwise, the cell says so."""
    own = status in (S.VALID, S.STALE) if own_value is None else own_value
    return Cell(name, status, changes, source, own)


def everywhere(name: str, status: FeedStatus, *changes: Change) -> list[Cell]:
    return [cell(name, status, *changes, source=source) for source in EVERY_SOURCE]


def answers() -> Iterator[Cell]:
    low, high = MIN_VALUE // 10**10, MAX_VALUE // 10**10
    table = {
        "lowest": (-(2**255), S.NOT_POSITIVE),
        "-1": (-1, S.NOT_POSITIVE),
        "0": (0, S.NOT_POSITIVE),
        "1": (1, S.OUT_OF_BOUNDS),
        "minimum - 1": (low - 1, S.OUT_OF_BOUNDS),
        "minimum": (low, S.OUT_OF_BOUNDS),
        "minimum + 1": (low + 1, S.VALID),
        "maximum - 1": (high - 1, S.VALID),
        "maximum": (high, S.OUT_OF_BOUNDS),
        "maximum + 1": (high + 1, S.OUT_OF_BOUNDS),
        "96 bits": (2**96 - 1, S.OUT_OF_BOUNDS),
        "97 bits": (2**96, S.OUT_OF_BOUNDS),
        "10 dollars, if scaling wraps round": (10 * SCALE + 2**246, S.OUT_OF_BOUNDS),
        "highest": (2**255 - 1, S.OUT_OF_BOUNDS),
    }
    for name, (value, status) in table.items():
        yield from everywhere(f"answer {name}", status, answer(value))


def decimals() -> Iterator[Cell]:
    for agreed in (0, 6, 18):
        one, source = 10**agreed, f"{FAULTY}-{agreed}"
        low, high = MIN_VALUE // USD * one, MAX_VALUE // USD * one
        for name, value, status in (
            ("minimum", low, S.OUT_OF_BOUNDS),
            ("minimum + 1", low + 1, S.VALID),
            ("maximum - 1", high - 1, S.VALID),
            ("maximum", high, S.OUT_OF_BOUNDS),
        ):
            yield cell(f"answer {name}, {agreed} decimals", status, answer(value), source=source)
    for word in (0, 6, 7, 9, 18, 19, 255):
        yield cell(f"decimals {word} instead of 8", S.WRONG_DECIMALS, says_decimals(word))
        yield cell(f"decimals {word} instead of 8", S.WRONG_DECIMALS, says_decimals(word), source=PROXIED_FAULTY)
    for word in (256, 256 + 8, LARGEST_WORD):
        yield cell(f"decimals {word}", S.MALFORMED, says_decimals(word))


def times() -> Iterator[Cell]:
    for name, change, status in (
        ("0", updated_at(0), S.INCOMPLETE),
        ("heartbeat + 1 ago", updated(HEARTBEAT + 1), S.STALE),
        ("heartbeat ago", updated(HEARTBEAT), S.STALE),
        ("heartbeat - 1 ago", updated(HEARTBEAT - 1), S.VALID),
        ("1 ago", updated(1), S.VALID),
        ("now", updated(0), S.VALID),
        ("in 1", updated(-1), S.FROM_FUTURE),
        ("in 40 bits", updated_at(2**40), S.FROM_FUTURE),
        ("as now, past 40 bits", updated(-(2**40)), S.FROM_FUTURE),
        ("largest", updated_at(LARGEST_WORD), S.FROM_FUTURE),
    ):
        yield from everywhere(f"updated {name}", status, change)
    # A stale value is the last one known, unless a later one is on record.
    yield cell("updated 1", S.STALE, updated_at(1), own_value=False)
    for later in (-1, 0, 1):
        change = updated_after_record(later)
        yield cell(f"stale, updated {later} after the record", S.STALE, change, own_value=later >= 0)
    for word in (0, 2**40, LARGEST_WORD):  # a price says nothing by when its round began
        yield from everywhere(f"started at {word}", S.VALID, started_at(word))


def rounds() -> Iterator[Cell]:
    last = 2**80 - 1
    for number, status in ((0, S.INCOMPLETE), (1, S.VALID), (last, S.VALID)):
        yield cell(f"round {number}", status, round_id(number, number))
        yield cell(f"round {number}", status, round_id(number, number), source=CHAINLINK)
    for behind, status in ((-1, S.INCOMPLETE), (0, S.VALID), (1, S.VALID)):
        for source in (FAULTY, PROXIED_FAULTY):
            yield cell(f"round 7 answered in {7 + behind}", status, round_id(7, 7 + behind), source=source)
    yield cell("round 7 answered in none", S.INCOMPLETE, round_id(7, 0))
    yield cell("no round answered in 1", S.INCOMPLETE, round_id(0, 1))
    # Behind a proxy the aggregator's round 0 carries the phase's number; only its time tells that nothing came yet.
    yield cell("round 0 without a time", S.INCOMPLETE, round_id(0, 0), updated_at(0), source=PROXIED_FAULTY)
    for dirty in (last + 1, LARGEST_WORD):
        yield cell(f"round {dirty}", S.MALFORMED, round_id(dirty, dirty))
        yield cell(f"round 7 answered in {dirty}", S.MALFORMED, round_id(7, dirty))


def faults() -> Iterator[Cell]:
    failing = {Mode.REVERTS, Mode.BURNS_GAS}
    for how in FAULTS:
        status = S.CALL_FAILED if how in failing else S.MALFORMED
        for name, question in (("round", Question.ROUND), ("decimals", Question.DECIMALS)):
            yield cell(f"{name} {how.name}", status, mode(question, how))
            # A proxy decodes what it passes on: it reverts on what is too short or dirty, and cuts what is too long.
            if how is not Mode.RETURNS_BOMB:
                passed_on = S.VALID if how is Mode.RETURNS_LONG else S.CALL_FAILED
                yield cell(f"{name} {how.name}", passed_on, mode(question, how), source=PROXIED_FAULTY)
        yield cell(f"description {how.name}", S.VALID, mode(Question.DESCRIPTION, how))  # asked once, when it is set
    for source in EVERY_SOURCE:
        yield cell("feed without code", S.MISSING_CODE, feed_loses_code, source=source)
    for source in (PROXIED_FAULTY, PROXIED_CHAINLINK):
        yield cell("aggregator without code", S.CALL_FAILED, aggregator_loses_code, source=source)


def phases() -> Iterator[Cell]:
    for name, status, change in (
        ("a good one", S.VALID, aggregator_changes(99 * SCALE, 8, 0)),
        ("one pinned to the minimum", S.OUT_OF_BOUNDS, aggregator_changes(SCALE, 8, 0)),
        ("one with 6 decimals", S.WRONG_DECIMALS, aggregator_changes(99 * 10**6, 6, 0)),
        ("one with 18 decimals", S.WRONG_DECIMALS, aggregator_changes(99 * 10**18, 18, 0)),
        ("one that was left behind", S.STALE, aggregator_changes(99 * SCALE, 8, HEARTBEAT)),
        ("one without an answer", S.NOT_POSITIVE, aggregator_changes(0, 8, 0)),
    ):
        for source in (PROXIED_CHAINLINK, PROXIED_FAULTY):
            yield cell(f"phase changes to {name}", status, change, source=source)


def sequencers() -> Iterator[Cell]:
    down, grace = S.SEQUENCER_DOWN, S.SEQUENCER_GRACE
    for name, status, change in (
        ("is down", down, sequencer(answer=1)),
        ("answers 2", down, sequencer(answer=2)),
        ("answers -1", down, sequencer(answer=-1)),
        ("answers 2^128", down, sequencer(answer=2**128)),
        ("has not begun", down, sequencer(started_at=0)),
        ("begins in 1", down, sequencer_up(-1)),
        ("begins in largest", down, sequencer(started_at=LARGEST_WORD)),
        ("is up for 0", grace, sequencer_up(0)),
        ("is up for grace - 1", grace, sequencer_up(GRACE - 1)),
        ("is up for grace", grace, sequencer_up(GRACE)),
        ("is up for grace + 1", S.VALID, sequencer_up(GRACE + 1)),
        ("has its state since 1970", S.VALID, sequencer(started_at=1)),
        ("was updated in the future", S.VALID, sequencer(updated_at=LARGEST_WORD)),
        ("has a dirty round", down, sequencer(id=2**80)),
        ("has no code", down, sequencer_loses_code),
        *((f"round {how.name}", down, sequencer_mode(Question.ROUND, how)) for how in FAULTS),
        *((f"decimals {how.name}", S.VALID, sequencer_mode(Question.DECIMALS, how)) for how in FAULTS),  # never asked
    ):
        # The feed is good: what it says is the last value that is known.
        yield cell(f"sequencer {name}", status, change, own_value=True)


def stops() -> Iterator[Cell]:
    for later, status in ((-1, S.FROZEN), (0, S.VALID), (1, S.VALID)):
        yield cell(f"freeze over for {later}", status, frozen_until(later))
    for later, status in ((-1, S.QUARANTINED), (0, S.VALID), (1, S.VALID)):
        yield cell(f"quarantine over for {later}", status, quarantined_until(later))


@dataclass(frozen=True)
class Trouble:
    """A way to break exactly one rule; two that touch the same thing can't be had together."""

    status: FeedStatus
    touches: str
    change: Change
    spares_value: bool = False


TROUBLES = (
    Trouble(S.FROZEN, "switch", frozen),
    Trouble(S.SEQUENCER_DOWN, "sequencer", sequencer(answer=1), spares_value=True),
    Trouble(S.SEQUENCER_GRACE, "sequencer", sequencer_up(GRACE), spares_value=True),
    Trouble(S.MISSING_CODE, "code", feed_loses_code),
    Trouble(S.CALL_FAILED, "round mode", mode(Question.ROUND, Mode.REVERTS)),
    Trouble(S.MALFORMED, "decimals mode", mode(Question.DECIMALS, Mode.RETURNS_SHORT)),
    Trouble(S.WRONG_DECIMALS, "decimals", says_decimals(9)),
    Trouble(S.NOT_POSITIVE, "answer", answer(0)),
    Trouble(S.INCOMPLETE, "round", round_id(7, 6)),
    Trouble(S.FROM_FUTURE, "time", updated(-1)),
    Trouble(S.OUT_OF_BOUNDS, "answer", answer(MIN_VALUE // 10**10)),
    Trouble(S.STALE, "time", updated(HEARTBEAT), spares_value=True),
    Trouble(S.QUARANTINED, "place", replaced),
)
"""In the order of `FeedStatus`, which is the order of the judgement."""


def pairs() -> Iterator[Cell]:
    """Two rules broken at once: the first one names the status; the value is the feed's if both spare it."""
    for first, second in combinations(TROUBLES, 2):
        if first.touches == second.touches:
            continue
        # A replacement comes first: the new feed could not be set otherwise.
        changes = (second.change, first.change) if second.touches == "place" else (first.change, second.change)
        name = f"{first.status.name} and {second.status.name}"
        yield cell(name, first.status, *changes, own_value=first.spares_value and second.spares_value)


def matrix() -> Iterable[Any]:
    for make in (answers, decimals, times, rounds, faults, phases, sequencers, stops, pairs):
        for one in make():
            yield pytest.param(one, id=one.label)


@pytest.mark.parametrize("cell", matrix())
def test_validity__every_cell__has_its_status_and_value(stage: Stage, cell: Cell):
    scene = Scene(stage, stage.sources[cell.source], at=stage.engine.now() + 2 * HEARTBEAT)
    for change in cell.changes:
        change(scene)
    scene.play()

    reader, feed_id = stage.handle(stage.reader), scene.source.feed_id
    expected = scene.own if cell.own_value else scene.recorded
    value, updated_at, status = reader.read(feed_id)
    assert (FeedStatus(status), value, updated_at) == (cell.status, *expected)

    page = reader.inspect(feed_id)
    assert (page.status, page.value, page.updatedAt) == (status, value, updated_at)
    assert (page.recordedValue, page.recordedAt) == scene.recorded

    # Whatever needs a valid price does nothing.
    if cell.status is FeedStatus.VALID:
        assert tuple(reader.record.call(feed_id)) == expected
    else:
        with pytest.raises(Revert) as refusal:
            reader.record.call(feed_id)
        assert (refusal.value.name, refusal.value.values) == ("FeedNotValid", (feed_id, cell.status))
