"""Feeds from outside and what goes wrong with them: answers, times, decimals, junk, a sequencer that stands still."""

from __future__ import annotations

from typing import Any

from commonhold.fuzz import inputs
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY, INDEX, TOKEN
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_WORD, Call
from commonhold.oracle.feeds import house_feed

OUTSIDE_FEEDS = ("main_feed", "spare_feed")
"""Whoever wants may make these answer anything; the first one is the index from the opening on."""

DESCRIPTION = "v0.8/tests/MockV3Aggregator.sol"
"""What the index's feed must say of itself on the local chain."""

OTHER_DESCRIPTION = "TOKEN / USD"

PLACES = 8
POINT = 10**PLACES
NORMAL, REVERTS, SHORT, DIRTY, BURNS, BOMB, LONG = range(7)

LATEST_ROUND_DATA = bytes.fromhex("feaf968c")
DECIMALS = bytes.fromhex("313ce567")


def feed_id(w: World, c: Choices) -> bytes:
    """Mostly the index."""
    return c.mostly(INDEX, TOKEN, TOKEN, ZERO_WORD, house_feed(1), percent=80)


def present_index(w: World) -> str:
    """The feed that is the index now."""
    used = w.model.reader.inspect(INDEX).feed
    return next((name for name in OUTSIDE_FEEDS if w.port.addresses[name] == used), OUTSIDE_FEEDS[0])


def outside(w: World, c: Choices) -> str:
    return c.mostly(present_index(w), *OUTSIDE_FEEDS, percent=70)


def drifted(w: World, c: Choices) -> int:
    """The index a little further, in the feed's decimals."""
    value, _, _ = w.model.reader.read(INDEX)
    return max(1, (value or 100 * COIN) * POINT // COIN * c.integer(960, 1040) // 1000)


def ask(w: World, c: Choices, feed: str, function: str, *arguments: Any) -> None:
    w.act(inputs.anyone(w, c), feed, function, *arguments)


@rule(weight=4)
def feed_answers(w: World, c: Choices) -> None:
    """A new round; whatever was wrong with the feed is mended before."""
    feed = outside(w, c)
    mend(w, c, feed)
    step = c.mostly(1000, 900, 1100, 899, 1101, 1300, percent=80)
    ask(w, c, feed, "setAnswer", drifted(w, c) * step // 1000)


def mend(w: World, c: Choices, feed: str) -> None:
    broken = w.ghosts.setdefault("broken", set())
    if feed in broken:
        broken.discard(feed)
        for function, value in (("setMode", NORMAL), ("setDecimals", PLACES), ("setWork", 0)):
            ask(w, c, feed, function, value)
        ask(w, c, feed, "setDescription", DESCRIPTION)


def refresh_index(w: World, c: Choices) -> None:
    """Whatever was wrong with it, it is right now, unless a person or a quarantine stops it."""
    heal_sequencer(w, c)
    feed = present_index(w)
    mend(w, c, feed)
    ask(w, c, feed, "setRound", 5, drifted(w, c), w.now, w.now, 5)


@rule(weight=2)
def feed_answers_badly(w: World, c: Choices) -> None:
    """T18: answers, rounds and times on each edge and one past it."""
    feed, page, now = outside(w, c), w.model.reader.inspect(INDEX), w.now
    low, high = page.minValue * POINT // COIN, page.maxValue * POINT // COIN
    answers = (0, -1, -(2**255), low, low + 1, low - 1, high, high - 1, high + 1, 2**96 - 1, 2**96, 2**255 - 1, 1)
    stale = now - page.heartbeat
    times = (0, now, now + 1, stale, stale - 1, stale + 1, now + DAY, 2**40, 2**256 - 1)
    rounds = ((0, 0), (9, 8), (9, 10), (2**80 - 1, 2**80 - 1), (2**80, 2**80), (1, 2**80), (2**256 - 1, 5))
    answer, updated_at, (number, answered_in) = drifted(w, c), now - c.integer(0, DAY), (7, 7)
    for wrong in {c.integer(0, 2), c.mostly(0, 1, 2, percent=60)}:
        if wrong == 0:
            answer = c.one_of(answers)
        elif wrong == 1:
            updated_at = c.one_of(times)
        else:
            number, answered_in = c.one_of(rounds)
    ask(w, c, feed, "setRound", number, answer, c.mostly(updated_at, 0, percent=90), updated_at, answered_in)


@rule(weight=2)
def feed_misbehaves(w: World, c: Choices) -> None:
    """It reverts, answers junk, burns its gas, or says other decimals or another pair than before."""
    feed = outside(w, c)
    ways: tuple[tuple[Any, ...], ...] = (
        ("setMode", c.integer(REVERTS, LONG)),
        ("setMode", c.integer(REVERTS, LONG)),
        ("setModeOf", c.one_of((LATEST_ROUND_DATA, DECIMALS)), c.integer(REVERTS, LONG)),
        ("setDecimals", c.one_of((6, 18, 0, 255, 256, 2**256 - 1))),
        ("setDescription", c.one_of((OTHER_DESCRIPTION, "", "x" * 65))),
        ("setWork", c.one_of((50_000, 150_000, 250_000))),
    )
    ask(w, c, feed, *c.one_of(ways))
    w.ghosts.setdefault("broken", set()).add(feed)


@rule(weight=1)
def sequencer_stumbles(w: World, c: Choices) -> None:
    """It stands still, comes back a moment ago, or its own feed is dead."""
    _, grace = w.model.reader.sequencer()
    began = w.now - c.one_of((0, grace, grace - 1, grace + 1, -1, w.now))
    answer = c.mostly(0, 1, 2, -1, percent=60)
    ways: tuple[tuple[Any, ...], ...] = (
        ("setRound", 2, answer, began, began, 2),
        ("setRound", 2, answer, began, began, 2),
        ("setMode", c.integer(REVERTS, LONG)),
    )
    ask(w, c, "sequencer_feed", *c.one_of(ways))
    if c.chance(70):
        heal_sequencer(w, c)


@rule(weight=1)
def sequencer_recovers(w: World, c: Choices) -> None:
    heal_sequencer(w, c)


def heal_sequencer(w: World, c: Choices) -> None:
    _, grace = w.model.reader.sequencer()
    ask(w, c, "sequencer_feed", "setMode", NORMAL)
    ask(w, c, "sequencer_feed", "setRound", 3, 0, w.now - grace - 1, w.now, 3)


@rule(weight=2)
def record_feed(w: World, c: Choices) -> None:
    w.act(inputs.anyone(w, c), "reader", "record", feed_id(w, c))


@rule(weight=2)
def freeze_feed(w: World, c: Choices) -> None:
    """T20: the guardian, at once; not again before the pause is over."""
    which = feed_id(w, c)
    until = w.model.reader.inspect(which).frozenUntil
    if until and c.chance(70):
        w.jump_to(until + w.model.setting.guardian_stop_period + c.integer(-1, 1))
    w.act(w.cast[c.mostly("guardian", "attacker", "council", percent=88)], "reader", "freeze", which)


# ------------------------------------------------------------------------------------------------------- for the DAO


def set_feed(w: World, c: Choices) -> Call:
    """Another feed or other terms for a pair; one in three is one that can't be, or may not be when its time comes."""
    name = c.mostly(c.one_of(OUTSIDE_FEEDS), "certificate", "sequencer_feed", "index_feed", percent=92)
    heartbeat = c.mostly(20 * DAY, 60, 59, 400 * DAY, 400 * DAY + 1, 2**32 - 1, percent=85)
    places = c.mostly(PLACES, 18, 19, 6, 0, percent=90)
    low = c.mostly(COIN, 0, 50 * COIN, 10**6 * COIN, percent=85)
    high = c.mostly(10**6 * COIN, 2**96 - 1, low, percent=90)
    text = c.mostly(DESCRIPTION, OTHER_DESCRIPTION, "", "x" * 64, "x" * 65, percent=90)
    feed = w.cast["buyer"] if c.chance(4) else w.port.addresses[name]
    which = c.mostly(INDEX, TOKEN, ZERO_WORD, house_feed(1), percent=80)
    return w.call("reader", "setFeed", which, (feed, heartbeat, places, low, high, text))


@rule(weight=2)
def replace_feed(w: World, c: Choices) -> None:
    """T19: a pair moves to a sound feed, of this pair or another, whose value is near the last good one or just not."""
    feed, which = c.one_of(OUTSIDE_FEEDS), c.mostly(INDEX, TOKEN, percent=75)
    text = c.mostly(DESCRIPTION, OTHER_DESCRIPTION, percent=80)
    terms = (w.port.addresses[feed], 20 * DAY, PLACES, COIN, 10**6 * COIN, text)
    call, salt = w.call("reader", "setFeed", which, terms), inputs.fresh_word(c)
    w.act(w.cast["council"], "timelock", "schedule", call, salt, w.model.timelock.min_delay)
    w.jump_to(w.now + w.model.timelock.min_delay)
    if c.chance(15):
        w.act(w.cast["guardian"], "reader", "freeze", which)
    mend(w, c, feed)
    if text != DESCRIPTION:
        ask(w, c, feed, "setDescription", text)
        w.ghosts["broken"].add(feed)
    last = (w.model.reader.read(which)[0] or 100 * COIN) * POINT // COIN
    answer = c.one_of((last, last, last * 9 // 10 + 1, last * 9 // 10 - 1, last * 11 // 10 + 1))
    ask(w, c, feed, "setAnswer", max(1, answer))
    w.act(inputs.anyone(w, c), "timelock", "execute", call, salt)


def lift_freeze(w: World, c: Choices) -> Call:
    if c.chance(50):
        return w.call("reader", "unfreeze", feed_id(w, c))
    return w.call("valuation", "unfreeze", inputs.house(w, c))


def index_edges(w: World) -> list[int]:
    """Seconds at which the index's status changes by itself."""
    page = w.model.reader.inspect(INDEX)
    return [page.quarantinedUntil, page.frozenUntil, page.updatedAt + page.heartbeat]
