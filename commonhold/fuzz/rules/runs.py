"""Adversaries of the money: who mints for a moment, spams the queue, flaps the gate, knows first, or pokes."""

from __future__ import annotations

from typing import Any

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN
from commonhold.fuzz.money import inputs
from commonhold.fuzz.money.inputs import treasury
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import Violation, World
from commonhold.model.money.fees import BPS


@rule(weight=1)
def flash_mint(w: World, c: Choices) -> None:
    """Nine times the supply within a block, to lend against or to leave more cheaply: it never pays (L30)."""
    t, person = treasury(w), w.cast["attacker"]
    cash = min(9 * t.coins // t.scale, 2**90 // t.scale)
    w.act(person, "reserve", "mint", person, cash)
    had, coins = w.model.reserve.balances[person], w.model.coin.balances[person]
    bought = w.act(person, "treasury", "buy", cash, 0, person)
    w.stay()
    if c.chance(50):
        w.act(person, "treasury", "finalise")
        w.stay()
    if c.chance(50):
        before = w.model.coin.balances[person]
        w.act(person, "test_book", "draw", inputs.share(w, c), 1_000 * COIN, 600, COIN, person)
        w.stay()
        coins += w.model.coin.balances[person] - before  # what he borrowed he owes
    w.act(person, "treasury", "redeem", w.model.coin.balances[person] - coins, 0, person)
    if bought.refused is None and w.model.coin.balances[person] <= coins and w.model.reserve.balances[person] > had:
        raise Violation("L30", f"{w.model.reserve.balances[person] - had} units gained within a moment")


@rule(weight=1)
def spam_queue(w: World, c: Choices) -> None:
    """Requests of the smallest size in a row."""
    t, spammer = treasury(w), inputs.player(w, "spammer")
    for _ in range(c.integer(3, 12)):
        w.act(spammer, "treasury", "requestRedeem", t.terms.minRequest + c.integer(0, 1), spammer, spammer)
        w.stay()


@rule(weight=2)
def flap_gate(w: World, c: Choices) -> None:
    """Exactly as much demand as pauses lending, a wei less, a wei more."""
    t, flapper = treasury(w), inputs.player(w, "flapper")
    base, demand = t.gate.base(t.coins, w.now), t.gate.demand(t.queue.waiting, w.now)
    short = -(-t.gate.terms.pauseAtBps * base // BPS) - demand + c.integer(-1, 1)
    if short <= 0:
        return
    if w.model.coin.balances[flapper] < short and c.chance(60):
        for person in w.cast.wallets[:4]:
            w.act(person, "coin", "transfer", flapper, w.model.coin.unfrozen(person))
        return
    if c.chance(50):
        w.act(flapper, "treasury", "requestRedeem", short, flapper, flapper)
    else:
        w.act(flapper, "treasury", "redeem", short, 0, flapper)


@rule(weight=2)
def insider_leaves(w: World, c: Choices) -> None:
    """A value has fallen, nobody has marked the loan: who knows it leaves, at once or through the queue."""
    t, insider, loan_id = treasury(w), inputs.player(w, "insider"), inputs.loan(w, c)
    terms = w.model.test_book.small.terms.get(loan_id)
    if terms is None:
        return
    w.act(insider, "test_book", "setValue", terms.share, c.integer(10, 60) * 1_000 * COIN)
    coins = w.model.coin.unfrozen(insider)
    if c.chance(50):
        w.act(insider, "treasury", "redeem", min(coins, t.freeCash() * t.scale), 0, insider)
    else:
        w.act(insider, "treasury", "requestRedeem", coins, insider, insider)
    w.act(w.cast["attacker"], "test_book", "mark", loan_id)


@rule(weight=3)
def poke(w: World, c: Choices) -> None:
    """Whatever a stranger may call at no cost, one after the other."""
    attacker = w.cast["attacker"]
    ways: tuple[tuple[Any, ...], ...] = (
        ("treasury", "finalise"),
        ("treasury", "roll", 1),
        ("treasury", "roll", 2**256 - 1),
        ("test_book", "mark", inputs.loan(w, c)),
        ("treasury", "skim"),
    )
    for _ in range(c.integer(1, 4)):
        contract, function, *arguments = c.one_of(ways)
        w.act(attacker, contract, function, *arguments)
