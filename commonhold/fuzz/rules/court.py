"""The court: freezes at once, transfers by an order that waits in the hub."""

from __future__ import annotations

from commonhold.fuzz import inputs
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_ADDRESS, Call


def court(w: World, c: Choices) -> str:
    return w.cast[c.mostly("court", "attacker", "council", "guardian", percent=93)]


@rule(weight=3)
def freeze_share(w: World, c: Choices) -> None:
    share = inputs.share(w, c)
    account = c.mostly(inputs.entry(w, share).owner, inputs.wallet(w, c), percent=80)
    w.act(court(w, c), "certificate", "setFrozenTokens", account, share, c.chance(60))


@rule(weight=2)
def thaw_share(w: World, c: Choices) -> None:
    frozen = sorted(w.model.certificate.frozen)
    if frozen:
        account, share = c.one_of(frozen)
        w.act(court(w, c), "certificate", "setFrozenTokens", account, share, False)


@rule(weight=2)
def freeze_coins(w: World, c: Choices) -> None:
    account = c.mostly(inputs.wallet(w, c), w.port.addresses["income"], percent=95)
    balance = w.model.coin.balanceOf(account)
    amount = c.one_of((0, 0, 1, balance // 2, balance, balance + 1, 2**256 - 1))
    w.act(court(w, c), "coin", "setFrozenTokens", account, amount)


def share_order(w: World, c: Choices) -> Call:
    frozen = [share for account, share in sorted(w.model.certificate.frozen) if inputs.entry(w, share).owner == account]
    share = c.one_of(frozen) if frozen and c.chance(50) else inputs.share(w, c)
    owner = inputs.entry(w, share).owner
    from_ = c.mostly(owner, inputs.wallet(w, c), percent=93)
    to = c.mostly(inputs.receiver(w, c), owner, percent=93)
    return w.call("certificate", "forcedTransfer", from_, to, share)


def coin_order(w: World, c: Choices) -> Call:
    from_ = c.mostly(inputs.wallet(w, c), ZERO_ADDRESS, percent=95)
    to = c.mostly(inputs.anyone(w, c), from_, ZERO_ADDRESS, percent=90)
    return w.call("coin", "forcedTransfer", from_, to, c.around(w.model.coin.balanceOf(from_), 10 * COIN))


def pending(w: World, c: Choices) -> Call | None:
    """An order that was given in this sequence."""
    orders = w.ghosts.get("orders", [])
    return c.one_of(orders) if orders else None


@rule(weight=3)
def schedule_order(w: World, c: Choices) -> None:
    fresh = share_order(w, c) if c.chance(65) else coin_order(w, c)
    call = c.mostly(fresh, pending(w, c) or fresh, percent=90)
    when = c.mostly(0, w.now + 3 * DAY, w.now + 3 * DAY - 1, w.now + 9 * DAY, 1, percent=75)
    w.act(court(w, c), "hub", "schedule", call, when)
    w.ghosts.setdefault("orders", []).append(call)


@rule(weight=4)
def execute_order(w: World, c: Choices) -> None:
    """Through the hub, or by calling the function itself, which uses the order up."""
    call = pending(w, c) or share_order(w, c)
    sender = court(w, c)
    order = w.model.hub.orders.get(w.model.hub.order_id(sender, call.target, call.data))
    if order and order.ready_at and c.chance(70):
        edge = c.mostly(order.ready_at, order.ready_at + w.model.hub.EXPIRATION, percent=85)
        w.jump_to(edge + c.mostly(0, -1, 1, percent=60))
    if c.chance(50):
        w.act(sender, "hub", "execute", call)
    else:
        w.act(sender, call.contract, call.function, *call.arguments)


@rule(weight=3)
def order_transfer(w: World, c: Choices) -> None:
    """An order from its announcement to its effect."""
    call = share_order(w, c) if c.chance(65) else coin_order(w, c)
    judge = w.cast["court"]
    w.act(judge, "hub", "schedule", call, 0)
    w.jump_to(w.now + 3 * DAY)
    if c.chance(50):
        w.act(judge, "hub", "execute", call)
    else:
        w.act(judge, call.contract, call.function, *call.arguments)


@rule(weight=1)
def cancel_order(w: World, c: Choices) -> None:
    call = pending(w, c) or share_order(w, c)
    sender = w.cast[c.mostly("court", "attacker", percent=85)]
    w.act(sender, "hub", "cancel", w.cast[c.mostly("court", "attacker", percent=90)], call)
