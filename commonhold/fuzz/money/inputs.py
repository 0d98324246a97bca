"""Inputs of the money's rules: what is legal most of the time, and what is one step past it."""

from __future__ import annotations

from typing import Any

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, fresh_word
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_ADDRESS
from commonhold.model.money.ageing import Position
from commonhold.model.money.queue import Request
from commonhold.model.money.treasury import Treasury

PARTS_IN_SUITE = {"insider": "owner_a", "spammer": "owner_b", "flapper": "owner_c"}


def treasury(w: World) -> Treasury:
    """The model's, in the second of the next action."""
    w.model.chain.now = w.now
    found: Treasury = w.model.treasury
    return found


def holder(w: World, c: Choices) -> str:
    return c.one_of(w.cast.wallets)


def player(w: World, name: str) -> str:
    """Whoever plays this part; in the suite owners do."""
    return w.cast.address.get(name) or w.cast[PARTS_IN_SUITE[name]]


def rich(w: World, c: Choices) -> str:
    """One of two people, mostly the one with more coins: whoever leaves must have something."""
    one, other = holder(w, c), holder(w, c)
    coins = w.model.coin.balances
    return max(one, other, key=lambda person: coins[person]) if c.chance(75) else one


def payee(w: World, c: Choices, usual: str) -> str:
    return c.mostly(usual, holder(w, c), ZERO_ADDRESS, w.port.addresses["treasury"], percent=90)


def cash(w: World, dollars: int) -> int:
    return dollars * 10**w.model.reserve.decimals


def some(c: Choices, most: int) -> int:
    """Up to `most`, seldom round, sometimes all of it, a wei more or nothing."""
    kind = c.integer(0, 19)
    if kind < 9 and most > 0:
        return c.integer(1, most)
    if kind < 16:
        return c.integer(1, 1 + max(0, most) // 1_000)
    return max(0, c.one_of((most, most, most - 1, most + 1, 0, 1)))


def decide(w: World, c: Choices, contract: str, function: str, *arguments: Any) -> None:
    """The DAO does it: at once where it has no timelock, else it is proposed."""
    if "timelock" not in w.port.contracts:
        w.act(w.cast[c.mostly("dao", "attacker", "guardian", percent=95)], contract, function, *arguments)
        return
    call = w.call(contract, function, *arguments)
    w.act(w.cast["council"], "timelock", "schedule", call, fresh_word(c), w.model.timelock.min_delay)


def request(w: World, c: Choices) -> Request | None:
    """Mostly one that can be claimed."""
    queue = treasury(w).queue
    everybody = list(queue.requests.values())
    if not everybody:
        return None
    ready = [one for one in everybody if one.start < queue.head]
    return c.one_of(ready) if ready and c.chance(80) else c.one_of(everybody)


def loan(w: World, c: Choices) -> int:
    """A loan's number, or one that does not exist."""
    loans = list(w.model.test_book.small.terms)
    past = w.model.test_book.small.next_loan
    return c.mostly(c.one_of(loans), past, 0, percent=97) if loans else past


def position(w: World, loan_id: int) -> Position | None:
    book = w.port.addresses["test_book"]
    return treasury(w).loans.get((book, loan_id))


def share(w: World, c: Choices) -> int:
    """Mostly one without a loan that nobody owns."""
    book = w.model.test_book.small
    taken = {terms.share for terms in book.terms.values()} | set(treasury(w).homes)
    free = [one for one in book.values if one not in taken]
    return c.one_of(free) if free and c.chance(95) else c.one_of(list(book.values))


def home(w: World, c: Choices) -> int:
    """A share that the treasury owns, or one that it does not."""
    homes = list(treasury(w).homes)
    return c.mostly(c.one_of(homes), share(w, c), percent=95) if homes else share(w, c)


def dollars_short(w: World) -> int:
    """What the assets lack to cover the coins, in whole dollars, up."""
    price = treasury(w).price()
    return max(0, -(-(price.coins - price.assets) // COIN))
