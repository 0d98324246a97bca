"""Every threshold of the treasury a wei below, on and above it; and what pokes must not change."""

from __future__ import annotations

from typing import Any

import pytest
from acts import cash, coins_of, do, look_at, lose, page, refused, request_all_cash, worth
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from commonhold.engines import InProcessEngine
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.money.inputs import treasury
from commonhold.fuzz.money.laws import MoneyLaws
from commonhold.fuzz.money.stage import SHARES, open_money, stage_money
from commonhold.fuzz.world import World
from commonhold.model.money.gate import GateTerms
from commonhold.model.money.treasury import TreasuryTerms

HOUR = 3_600
HALF_LIFE = 3 * DAY
OFFS = [-1, 0, 1]
FREE_SHARE = SHARES[12]


def lends(w: World) -> bool:
    """Whether a draw succeeds; the gate is the only one to refuse it."""
    outcome = w.act(w.cast["bob"], "test_book", "draw", FREE_SHARE, COIN, 600, COIN, w.cast["bob"])
    assert outcome.refused is None or outcome.refused.name == "LendingPausedByDemand"
    return outcome.refused is None


@pytest.fixture(scope="module")
def wide_stage() -> World:
    """The base is a million coins whatever happens; pauses at 14 %."""
    terms = TreasuryTerms(gate=GateTerms(pauseAtBps=1_400, resumeBelowBps=750, minBase=10**6 * COIN))
    return open_money(stage_money(InProcessEngine(), terms))


@pytest.fixture
def wide(wide_stage: World) -> World:
    wide_stage.reopen()
    MoneyLaws(wide_stage).watch()
    return wide_stage


def gather(w: World, name: str, coins: int) -> None:
    """Others give their coins to this one."""
    for other in ("alice", "bob", "carol", "dave", "insider", "spammer"):
        if other != name and coins_of(w, name) < coins:
            do(w, other, "coin", "transfer", w.cast[name], coins_of(w, other) - COIN)


# -------------------------------------------------------------------------------------------------------- the gate (L8)


@pytest.mark.parametrize("off", OFFS)
@pytest.mark.parametrize("way", ["request", "redeem", "in parts", "burn", "terms"])
def test_pause__at_the_threshold_and_not_a_wei_below(world: World, way: str, off: int) -> None:
    """T03: by every call that moves demand, base or threshold."""
    w, flapper = world, world.cast["flapper"]
    gather(w, "flapper", (120_000 if way == "burn" else 200_000) * COIN)
    base = page(w).base
    most = base * 15 // 100
    if way == "request":
        do(w, "flapper", "treasury", "requestRedeem", most + off, flapper, flapper)
    elif way == "redeem":
        do(w, "flapper", "treasury", "redeem", most + off, 0, flapper)
    elif way == "in parts":
        do(w, "flapper", "treasury", "redeem", most // 3, 0, flapper)
        w.stay()
        do(w, "flapper", "treasury", "requestRedeem", most + off - most // 3, flapper, flapper)
    elif way == "burn":  # 90,000 of 758,000 are no 15 %, of 600,000 they are
        gather(w, "bob", 160_000 * COIN)
        do(w, "flapper", "treasury", "redeem", 90_000 * COIN, 0, flapper)
        assert not page(w).paused
        w.stay()
        do(w, "bob", "treasury", "burnIntoEquity", page(w).base - 600_000 * COIN + off)
        assert page(w).base == 600_000 * COIN - off
    else:
        do(w, "flapper", "treasury", "redeem", base * 12 // 100 + off, 0, flapper)
        assert not page(w).paused
        w.stay()
        do(w, "dao", "treasury", "setGateTerms", (1_200, 750, DAY))
    assert page(w).paused == (off >= 0)
    w.stay()
    assert lends(w) == (off < 0)


@pytest.mark.parametrize("off", OFFS)
@pytest.mark.parametrize("poked", [False, True])
def test_resume__only_below_the_lower_threshold(wide: World, off: int, poked: bool) -> None:
    """T03: after exactly one half-life 7.5 % and a wei less, 7.5 %, a wei more are left."""
    w, flapper = wide, wide.cast["flapper"]
    gather(w, "flapper", 200_000 * COIN)
    do(w, "flapper", "treasury", "redeem", 2 * (75_000 * COIN + off), 0, flapper)
    began = w.actions[-1].at
    assert page(w).paused
    if poked:
        w.next_at = began + HALF_LIFE - HOUR
        do(w, "attacker", "treasury", "finalise")
    w.next_at = began + HALF_LIFE
    assert lends(w) == (off < 0)
    assert page(w).demand == 75_000 * COIN + off


@pytest.mark.parametrize("off", OFFS)
def test_resume__dwell__to_the_second(world: World, off: int) -> None:
    """A pause by an instant's spike lasts a day, however soon the base grows."""
    w, flapper = world, world.cast["flapper"]
    gather(w, "flapper", 200_000 * COIN)
    do(w, "flapper", "treasury", "redeem", page(w).base * 15 // 100, 0, flapper)
    began = w.actions[-1].at
    do(w, "alice", "treasury", "buy", cash(w, 5_000_000), 0, w.cast["alice"])
    assert page(w).resumableAt == began + DAY
    assert look_at(w, began + DAY - 2).base > 5_000_000 * COIN
    w.next_at = began + DAY + off
    assert lends(w) == (off >= 0)


def test_between_the_thresholds__the_gate_stays_as_it_was(wide: World) -> None:
    w, flapper = wide, wide.cast["flapper"]
    gather(w, "flapper", 200_000 * COIN)
    do(w, "flapper", "treasury", "redeem", 139_999 * COIN, 0, flapper)
    assert not page(w).paused  # coming from below
    do(w, "flapper", "treasury", "redeem", 10_000 * COIN, 0, flapper)
    assert page(w).paused
    seen = look_at(w, w.now + 2 * DAY)
    assert 75_000 * COIN < seen.demand < 140_000 * COIN
    assert seen.paused  # coming from above
    assert (
        refused(w, "bob", "test_book", "draw", FREE_SHARE, COIN, 600, COIN, w.cast["bob"])[0] == "LendingPausedByDemand"
    )


# ------------------------------------------------------------------------------------------------ coverage 1 (L13, L26)


def at_coverage_one(w: World, off: int) -> None:
    """The assets are the coins and so many wei more, in the second of the last act."""
    do(w, "attacker", "treasury", "finalise")
    w.stay()
    price = treasury(w).price()
    do(w, "attacker", "treasury", "burnIntoEquity", price.coins - price.assets + off)
    assert page(w).equityUsd == off


@pytest.mark.parametrize("off", OFFS)
def test_coverage__a_wei_around_one__switches_and_moves_no_worth(world: World, off: int) -> None:
    """A waiting claim is worth the same to a wei, while buying and lending stop and the fee ends."""
    w = world
    waiting = request_all_cash(w)
    do(w, "dao", "treasury", "setGateTerms", (10_000, 9_999, 1))
    lose(w, 1)  # 20,000, all of the equity but what the fees brought
    lose(w, 2)
    lose(w, 3)
    assert -coins_of(w, "attacker") < page(w).equityUsd < 0
    at_coverage_one(w, off)
    assert waiting - 1 <= worth(w, waiting) <= waiting
    assert (worth(w, waiting) == waiting) == (off >= 0)
    assert (w.port.view("treasury", "redemptionFeeUp", 1_000 * COIN) > 0) == (off >= 0)
    w.stay()
    bought = w.act(w.cast["alice"], "treasury", "buy", 10**6, 0, w.cast["alice"])
    assert (bought.refused is None) == (off >= 0)
    w.stay()
    before = w.port.view("treasury", "setAsideCash")
    if off < 0:
        do(w, "bob", "treasury", "contribute", cash(w, 100))
    served = page(w).setAsideCash - before if off < 0 else before
    assert served == cash(w, 100) if off < 0 else served > 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.integers(1, 400 * COIN), min_size=2, max_size=6))
def test_worth_of_a_claim__rises_with_coverage(world: World, steps: list[int]) -> None:
    """L26: whatever is given to equity, a claim is worth no less, and never more than a dollar a coin."""
    w = world
    w.reopen()
    MoneyLaws(w).watch()
    lose(w)
    before = worth(w, 12_345 * COIN)
    for coins in steps:
        w.stay()
        do(w, "attacker", "treasury", "burnIntoEquity", coins)
        after = worth(w, 12_345 * COIN)
        assert before <= after <= 12_345 * COIN
        before = after


@pytest.mark.parametrize("off", OFFS)
def test_cash_floor__to_the_wei(world: World, off: int) -> None:
    """A draw in coin may leave exactly a tenth of the coins in cash."""
    w = world
    do(w, "flapper", "treasury", "redeem", 40_000 * COIN, 0, w.cast["flapper"])
    do(w, "dao", "treasury", "setGateTerms", (10_000, 9_999, 1))
    for name in ("alice", "bob", "carol", "dave", "insider"):
        free = page(w).trackedCash - cash(w, 80_000)
        coins = min(coins_of(w, name), free * 10**12)
        if coins > COIN:
            do(w, name, "treasury", "redeem", coins, 0, w.cast[name])
    w.stay()
    t = treasury(w)
    room = t.freeCash() * t.scale * 10 - t.coins
    assert room > 0
    outcome = w.act(w.cast["bob"], "test_book", "draw", FREE_SHARE, room + off, 600, COIN, w.cast["bob"])
    assert (outcome.refused is None) == (off <= 0)
    assert off <= 0 or str(outcome.refused).startswith("CashBelowFloor")


# ---------------------------------------------------------------------------------------------------------- pokes (L28)


ACTS = st.lists(
    st.tuples(
        st.sampled_from([1, 7, HOUR - 1, HOUR, 5 * HOUR, DAY, 3 * DAY]),
        st.sampled_from(["buy", "redeem", "request", "pay", "burn"]),
        st.integers(1, 1_000),
    ),
    min_size=3,
    max_size=10,
)


def play(w: World, acts: list[tuple[int, str, int]], pokes: frozenset[int]) -> list[Any]:
    """The page after each act; strangers poke between some of them, and in the second of others."""
    w.reopen()
    MoneyLaws(w).watch()
    pages, at = [], w.now
    for number, (gap, kind, size) in enumerate(acts):
        if number in pokes and gap > 1:
            w.next_at = at + gap // 2
            do(w, "attacker", "treasury", "finalise" if size % 2 else "roll", *(() if size % 2 else (size,)))
        at += gap
        w.next_at = at
        name = ("alice", "bob", "carol", "dave")[size % 4]
        if kind == "buy":
            w.act(w.cast[name], "treasury", "buy", cash(w, 50 * size), 0, w.cast[name])
        elif kind == "redeem":
            w.act(w.cast[name], "treasury", "redeem", 60 * size * COIN, 0, w.cast[name])
        elif kind == "request":
            w.act(w.cast[name], "treasury", "requestRedeem", 60 * size * COIN, w.cast[name], w.cast[name])
        elif kind == "pay":
            w.act(w.cast[name], "test_book", "pay", 1 + size % 12, 3 * size * COIN)
        else:
            w.act(w.cast[name], "treasury", "burnIntoEquity", size)
        if number in pokes:
            w.stay()
            do(w, "attacker", "treasury", "finalise")
        pages.append(page(w))
    return pages


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, pokes=st.frozensets(st.integers(0, 9), min_size=1))
@example(acts=[(1, "redeem", 999), (HOUR, "redeem", 998), (DAY, "request", 997)], pokes=frozenset({0, 1, 2}))
def test_pokes__at_any_time__change_nothing(
    world: World, acts: list[tuple[int, str, int]], pokes: frozenset[int]
) -> None:
    """Demand, base, gate, balance sheet, queue: all that anyone can see is the same with and without strangers."""
    assert play(world, acts, frozenset()) == play(world, acts, pokes)
