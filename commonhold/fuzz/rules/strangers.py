"""Whoever has no business here: calls meant for other contracts, and constructors with wrong parameters."""

from __future__ import annotations

from typing import Any

from commonhold.fuzz import inputs
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import Violation, World
from commonhold.model import Outcome


def must_be_refused(w: World, outcome: Outcome) -> None:
    """Such a rule has reached its aim when it was turned away."""
    if outcome.refused is None:
        raise Violation("L12", f"{w.actions[-1]} was not refused")
    w.succeeded = True


@rule(weight=1)
def pose_as_certificate(w: World, c: Choices) -> None:
    share = inputs.share(w, c)
    must_be_refused(w, w.act(inputs.anyone(w, c), "income", "settle", share, w.cast["attacker"]))


@rule(weight=1)
def pose_as_registry(w: World, c: Choices) -> None:
    outcome = w.act(inputs.anyone(w, c), "certificate", "onHouseChanged", inputs.house(w, c), c.integer(0, 3))
    must_be_refused(w, outcome)


@rule(weight=2)
def steal_share(w: World, c: Choices) -> None:
    """The attacker tries every way to a share that is not his."""
    share = inputs.share(w, c)
    attacker = w.cast["attacker"]
    owner = inputs.entry(w, share).owner
    ways: tuple[tuple[Any, ...], ...] = (
        ("certificate", "transferFrom", owner, attacker, share),
        ("certificate", "safeTransferFrom", owner, attacker, share),
        ("certificate", "moveBySale", share, owner, attacker, 1, attacker),
        ("certificate", "moveByLien", share, attacker),
        ("certificate", "moveByLease", share, attacker, 1, attacker),
        ("certificate", "forcedTransfer", owner, attacker, share),
        ("certificate", "approve", attacker, share),
        ("certificate", "approveTransfer", share, attacker, w.now + 9),
        ("certificate", "completeRecovery", owner, (share,)),
        ("certificate", "setUser", share, attacker, w.now + 9),
        ("certificate", "placeLease", share, attacker, w.now + 9),
        ("book", "startForeclosure", w.model.book.loanOfShare(share)),
        ("income", "claim", (share,)),
        ("income", "claimRecovered", owner),
        ("coin", "transferFrom", owner, attacker, 1),
    )
    contract, function, *arguments = c.one_of(ways)
    w.act(attacker, contract, function, *arguments)
    # Taken in as an heir, or approved by somebody, even he may succeed; the model says when, L12 that nobody loses.
    w.succeeded = True
