"""HOLD changes hands, and its votes go to others."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.governance.inputs import governor, hold, voter
from commonhold.fuzz.inputs import COIN
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_ADDRESS


def amount(w: World, c: Choices, giver: str) -> int:
    """Now and then all of it, or what makes or breaks a proposer."""
    held, needed = hold(w).balances[giver], governor(w).threshold
    usual = c.integer(1, max(1, held // 10))
    return c.mostly(usual, held, held + 1, 0, min(held, needed), max(0, held - needed + 1), percent=75)


@rule(weight=4)
def transfer_hold(w: World, c: Choices) -> None:
    giver = voter(w, c)
    to = c.mostly(voter(w, c), giver, ZERO_ADDRESS, w.port.addresses["timelock"], percent=92)
    w.act(giver, "hold", "transfer", to, amount(w, c, giver))


@rule(weight=1)
def spend_hold(w: World, c: Choices) -> None:
    """By an allowance, exact or too small."""
    giver, spender = voter(w, c), voter(w, c)
    coins = amount(w, c, giver)
    w.act(giver, "hold", "approve", spender, c.mostly(coins, max(0, coins - 1), 2**256 - 1, percent=70))
    w.act(spender, "hold", "transferFrom", giver, c.mostly(spender, voter(w, c)), coins)


@rule(weight=4)
def delegate_hold(w: World, c: Choices) -> None:
    """Mostly to oneself; to others, in circles, to nobody."""
    person = voter(w, c)
    w.act(person, "hold", "delegate", c.mostly(person, voter(w, c), voter(w, c), ZERO_ADDRESS, percent=60))


@rule(weight=2)
def delegate_by_signature(w: World, c: Choices) -> None:
    """Once (L19): again, or too late, or with another number it is refused, or somebody else's."""
    person, to = voter(w, c), voter(w, c)
    nonce = c.mostly(hold(w).nonces_of[person], hold(w).nonces_of[person] + 1, percent=88)
    expiry = w.now + c.mostly(c.integer(0, 3), -1, percent=88)
    signature = w.port.sign(person, hold(w).delegation_digest(to, nonce, expiry))
    parts = signature[64], signature[:32], signature[32:64]
    for _ in range(c.integer(1, 2)):
        if expiry - w.now > -3:
            w.act(voter(w, c), "hold", "delegateBySig", c.mostly(to, person, percent=92), nonce, expiry, *parts)


@rule(weight=2)
def lend_for_a_vote(w: World, c: Choices) -> None:
    """T37, T38: borrowed in one second, delegated, and used for whatever goes; given back in the same second."""
    lender, borrower = w.cast[c.one_of(("whale_a", "whale_b"))], w.cast["attacker"]
    votes = hold(w).balances[lender]
    w.act(lender, "hold", "transfer", borrower, votes)
    w.stay()
    w.act(borrower, "hold", "delegate", borrower)
    running = list(governor(w).proposals)
    if running:
        w.stay()
        w.act(borrower, "governor", "castVote", running[-1], 1)
    w.stay()
    call = w.call("gadget", "act")
    w.act(borrower, "governor", "propose", (call.target,), (0,), (call,), "borrowed")
    w.stay()
    w.act(borrower, "hold", "transfer", lender, min(votes, hold(w).balances[borrower]))


@rule(weight=1)
def give_thresholds_away(w: World, c: Choices) -> None:
    """Somebody gets just enough to propose, or a wei less."""
    giver, to = w.cast["whale_a"], voter(w, c)
    short = governor(w).threshold - hold(w).getVotes(to) - c.one_of((0, 1))
    if 0 < short <= hold(w).balances[giver] and giver != to:
        w.act(giver, "hold", "transfer", to, short)
        w.act(to, "hold", "delegate", to)
        if c.chance(50):
            w.act(to, "hold", "transfer", giver, min(COIN, hold(w).balances[to]))
