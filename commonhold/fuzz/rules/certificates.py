"""Owners, managers and buyers: approvals, permissions and moves."""

from __future__ import annotations

from commonhold.fuzz import inputs
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.certificate import SHARES
from commonhold.model.core import ZERO_ADDRESS


def mover(w: World, c: Choices, share: int) -> str:
    """Who sends a transfer: mostly the owner, else whom he approved, else nobody with a right to."""
    entry = inputs.entry(w, share)
    operators = [operator for owner, operator in w.model.certificate.operators if owner == entry.owner]
    usual = c.one_of([entry.owner, entry.owner, entry.approved, *operators])
    if usual not in w.cast.people:
        usual = entry.owner if entry.owner in w.cast.people else w.cast["owner_a"]
    return c.mostly(usual, inputs.anyone(w, c), w.cast["attacker"], percent=92)


@rule(weight=3)
def approve_share(w: World, c: Choices) -> None:
    share = inputs.share(w, c)
    owner = inputs.entry(w, share).owner
    usual = owner if owner in w.cast.people else w.cast["owner_a"]
    sender = c.mostly(usual, inputs.anyone(w, c), percent=88)
    spender = c.mostly(inputs.anyone(w, c), w.cast["market"], w.cast["market"], ZERO_ADDRESS, percent=50)
    w.act(sender, "certificate", "approve", spender, share)


@rule(weight=2)
def approve_operator(w: World, c: Choices) -> None:
    operator = c.mostly(inputs.anyone(w, c), w.cast["market"], w.cast["market"], ZERO_ADDRESS, percent=60)
    w.act(inputs.wallet(w, c), "certificate", "setApprovalForAll", operator, c.chance(65))


@rule(weight=5)
def permit_transfer(w: World, c: Choices) -> None:
    share = inputs.share(w, c)
    to = inputs.receiver(w, c)
    sender = inputs.manager_of(w, c, share // SHARES)
    w.act(sender, "certificate", "approveTransfer", share, to, c.mostly(inputs.deadline(w, c), 0, percent=93))


@rule(weight=5)
def transfer_share(w: World, c: Choices) -> None:
    """Mostly along a permission that was given."""
    share = inputs.share_where(w, c, "permission")
    entry = inputs.entry(w, share)
    permission = entry.permission
    if permission and c.chance(15):
        w.jump_to(permission.deadline + c.integer(-1, 1))
    to = permission.to if permission and c.chance(92) else inputs.receiver(w, c)
    owner = c.mostly(entry.owner, inputs.wallet(w, c), percent=94)
    function = c.one_of(("transferFrom", "transferFrom", "safeTransferFrom"))
    w.act(mover(w, c, share), "certificate", function, owner, to, share)


@rule(weight=7)
def permit_and_transfer(w: World, c: Choices) -> None:
    """The ordinary sale by hand, in two steps, with little left to chance."""
    share = inputs.share(w, c)
    owner = inputs.entry(w, share).owner
    to = c.mostly(inputs.receiver(w, c), owner, percent=92)
    manager = w.model.registry.managerOf(share // SHARES)
    sender = manager if manager in w.cast.people else w.cast["manager"]
    w.act(sender, "certificate", "approveTransfer", share, to, w.now + c.integer(1, 1000))
    function = c.one_of(("transferFrom", "transferFrom", "safeTransferFrom"))
    w.act(mover(w, c, share), "certificate", function, owner, to, share)


@rule(weight=2)
def transfer_to_oneself(w: World, c: Choices) -> None:
    """Needs the usual authority, and changes nothing."""
    share = inputs.share(w, c)
    owner = inputs.entry(w, share).owner
    manager = w.model.registry.managerOf(share // SHARES)
    if manager in w.cast.people and c.chance(70):
        w.act(manager, "certificate", "approveTransfer", share, owner, w.now + 100)
    for _ in range(c.integer(1, 2)):
        w.act(mover(w, c, share), "certificate", "transferFrom", owner, owner, share)


@rule(weight=4)
def sell_through_market(w: World, c: Choices) -> None:
    share = inputs.share(w, c)
    owner = inputs.entry(w, share).owner
    market = w.cast["market"]
    if owner in w.cast.people and c.chance(60):
        w.act(owner, "certificate", "approve", market, share)
    price = c.mostly(c.integer(0, 10**6) * COIN, 2**96 - 1, 2**96, percent=94)
    currency = c.one_of((ZERO_ADDRESS, w.port.addresses["coin"]))
    seller = c.mostly(owner, inputs.wallet(w, c), percent=94)
    to = c.mostly(inputs.receiver(w, c), owner, percent=92)
    sender = c.mostly(market, w.cast["lender"], w.cast["attacker"], percent=94)
    w.act(sender, "certificate", "moveBySale", share, seller, to, price, currency)


@rule(weight=2)
def send_to_hostile_wallet(w: World, c: Choices) -> None:
    """T09: the vault re-enters from the receiver's hook; what it can do there is what it could do a moment later."""
    vault = w.cast["vault"]
    share = inputs.share(w, c)
    owner = inputs.entry(w, share).owner
    other = inputs.share(w, c)
    coin, certificate, income = "coin", "certificate", "income"
    possible = (
        w.call(certificate, "approve", w.cast["attacker"], share),
        w.call(certificate, "transferFrom", vault, owner, share),
        w.call(certificate, "transferFrom", owner, vault, share),
        w.call(certificate, "transferFrom", owner, w.cast["attacker"], other),
        w.call(certificate, "setUser", share, w.cast["attacker"], w.now + 5),
        w.call(certificate, "setApprovalForAll", w.cast["attacker"], True),
        w.call(income, "claim", (share,)),
        w.call(income, "claim", (share, share, other)),
        w.call(income, "claimRecovered", owner),
        w.call(coin, "transfer", w.cast["attacker"], 1),
    )
    calls = tuple(c.one_of(possible) for _ in range(c.integer(0, 3)))
    w.act(inputs.anyone(w, c), "vault", "arm", calls, c.chance(10))
    manager = w.model.registry.managerOf(share // SHARES)
    if manager in w.cast.people:
        w.act(manager, "certificate", "approveTransfer", share, vault, w.now + 100)
    w.act(mover(w, c, share), "certificate", "safeTransferFrom", owner, vault, share)
