"""The coin: payments, allowances, and the rows that mint and burn."""

from __future__ import annotations

from commonhold.fuzz import inputs
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_ADDRESS

UNLIMITED = 2**256 - 1


def minter(w: World, c: Choices) -> str:
    return w.cast[c.mostly("council", "bank", "bank", "attacker", percent=60)]


@rule(weight=3)
def mint_coins(w: World, c: Choices) -> None:
    sender = minter(w, c)
    cap, level = w.model.coin.minterOf(sender)
    room = max(0, cap - level)
    usual = c.integer(1, min(room, 10_000 * COIN)) if room else 1
    amount = c.mostly(usual, room, room + 1, 0, 2**128, UNLIMITED, percent=85)
    w.act(sender, "coin", "mint", c.mostly(inputs.wallet(w, c), ZERO_ADDRESS, percent=96), amount)


@rule(weight=2)
def burn_coins(w: World, c: Choices) -> None:
    sender = minter(w, c)
    owner = c.mostly(inputs.wallet(w, c), sender, ZERO_ADDRESS, percent=75)
    if owner not in (sender, ZERO_ADDRESS) and c.chance(60):
        w.act(owner, "coin", "approve", sender, c.one_of((UNLIMITED, 10 * COIN)))
    amount = c.around(w.model.coin.balanceOf(owner), w.model.coin.unfrozen(owner), 10 * COIN)
    w.act(sender, "coin", c.one_of(("burn", "burnForDebt")), owner, amount)


@rule(weight=3)
def pay_coins(w: World, c: Choices) -> None:
    sender = inputs.wallet(w, c)
    amount = c.around(w.model.coin.balanceOf(sender), w.model.coin.unfrozen(sender))
    w.act(sender, "coin", "transfer", c.mostly(inputs.wallet(w, c), sender, ZERO_ADDRESS, percent=92), amount)


@rule(weight=2)
def allow_coins(w: World, c: Choices) -> None:
    spender = c.mostly(w.port.addresses["income"], inputs.anyone(w, c), ZERO_ADDRESS, percent=60)
    w.act(inputs.wallet(w, c), "coin", "approve", spender, c.one_of((UNLIMITED, UNLIMITED, 0, 1, 100 * COIN)))


@rule(weight=2)
def spend_allowance(w: World, c: Choices) -> None:
    given = [pair for pair, amount in w.model.coin.allowances.items() if amount and pair[1] in w.cast.people]
    owner, spender = c.one_of(given) if given and c.chance(85) else (inputs.wallet(w, c), inputs.anyone(w, c))
    limit = min(w.model.coin.allowance(owner, spender), w.model.coin.balanceOf(owner))
    w.act(spender, "coin", "transferFrom", owner, inputs.wallet(w, c), c.around(limit, 1))
