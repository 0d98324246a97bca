"""The reserve token and its price: depegs, dead feeds, allowances."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN
from commonhold.fuzz.money import inputs
from commonhold.fuzz.money.inputs import treasury
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.feeds import FeedStatus

UNLIMITED = 2**256 - 1
INVALID = (FeedStatus.STALE, FeedStatus.FROZEN, FeedStatus.QUARANTINED, FeedStatus.SEQUENCER_DOWN)


def tell_price(w: World, c: Choices, usd: int, status: FeedStatus = FeedStatus.VALID) -> None:
    """Where the money plays alone its reader takes any word for it; in the suite a feed reports, or does not."""
    if "reserve_feed" not in w.port.contracts:
        w.act(inputs.holder(w, c), "reader", "set", usd, int(status))
    elif status is FeedStatus.VALID:
        decimals = w.model.feeds["reserve_feed"].decimal_places
        w.act(inputs.holder(w, c), "reserve_feed", "updateAnswer", usd * 10**decimals // COIN)


@rule(weight=2)
def move_reserve_price(w: World, c: Choices) -> None:
    """A little above, a little below, around the least price for buying, or far down."""
    least = treasury(w).terms.minReservePriceUsd
    small = c.integer(0, COIN // 100)
    usd = c.one_of((COIN + small, COIN - small, COIN - small, least + c.integer(-1, 1), c.integer(COIN // 2, COIN)))
    status = c.mostly(FeedStatus.VALID, *INVALID, percent=85)
    tell_price(w, c, usd, status)


@rule(weight=4)
def restore_reserve_price(w: World, c: Choices) -> None:
    reading = treasury(w).read_price()
    if reading.lastUsd != COIN or not reading.valid:
        tell_price(w, c, COIN)


@rule(weight=1)
def allow_treasury(w: World, c: Choices) -> None:
    token = c.one_of(("coin", "reserve"))
    amount = c.one_of((UNLIMITED, UNLIMITED, UNLIMITED, UNLIMITED, 0, 100 * COIN))
    w.act(inputs.holder(w, c), token, "approve", w.port.addresses["treasury"], amount)


@rule(weight=2)
def allow_treasury_again(w: World, c: Choices) -> None:
    """Whoever forgot it would not play any more."""
    for token, allowances in (("coin", w.model.coin.allowances), ("reserve", w.model.reserve.allowances)):
        address = w.port.addresses["treasury"]
        for person in w.cast.wallets:
            if allowances[person, address] < 10**30:
                w.act(person, token, "approve", address, UNLIMITED)
                return


@rule(weight=1)
def send_reserve(w: World, c: Choices) -> None:
    person = inputs.holder(w, c)
    amount = inputs.some(c, w.model.reserve.balances[person] // 10)
    w.act(person, "reserve", "transfer", inputs.holder(w, c), amount)


@rule(weight=3)
def send_coins(w: World, c: Choices) -> None:
    person = inputs.rich(w, c)
    amount = c.around(w.model.coin.balances[person], w.model.coin.unfrozen(person))
    w.act(person, "coin", "transfer", inputs.holder(w, c), amount)


@rule(weight=2)
def freeze_holder(w: World, c: Choices) -> None:
    """Frozen coins don't leave, but they pay their owner's debt; those in the queue nobody freezes."""
    person = c.mostly(inputs.holder(w, c), w.port.addresses["treasury"], percent=92)
    balance = w.model.coin.balances[person]
    amount = c.one_of((0, 0, balance // 2, balance, 2**256 - 1))
    w.act(w.cast["court"], "coin", "setFrozenTokens", person, amount)


@rule(weight=3)
def thaw_holder(w: World, c: Choices) -> None:
    frozen = [person for person in w.cast.wallets if w.model.coin.frozen[person]]
    if frozen:
        w.act(w.cast["court"], "coin", "setFrozenTokens", c.one_of(frozen), 0)
