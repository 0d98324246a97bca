"""Lost keys: from the issuer's first word to the last share that follows."""

from __future__ import annotations

from commonhold.fuzz import inputs
from commonhold.fuzz.cast import SPARES
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_ADDRESS


def lost_wallet(w: World, c: Choices) -> str:
    """Mostly one with a recovery under way."""
    waiting = list(w.model.credentials.recoveries)
    return c.one_of(waiting) if waiting and c.chance(85) else inputs.wallet(w, c)


def moved_wallet(w: World, c: Choices) -> str:
    """Mostly one that another took the place of."""
    moved = list(w.model.credentials.successor_of)
    return c.one_of(moved) if moved and c.chance(85) else inputs.wallet(w, c)


@rule(weight=3)
def start_recovery(w: World, c: Choices) -> None:
    old = inputs.wallet(w, c)
    unknown = [w.cast[name] for name in SPARES if w.cast[name] not in w.model.credentials.credentials]
    usual = c.one_of(unknown) if unknown else inputs.wallet(w, c)
    new = c.mostly(usual, inputs.wallet(w, c), old, ZERO_ADDRESS, percent=85)
    w.act(inputs.issuer_of(w, c, old), "credentials", "startRecovery", old, new)


@rule(weight=1)
def object_to_recovery(w: World, c: Choices) -> None:
    w.act(lost_wallet(w, c), "credentials", "objectToRecovery")


@rule(weight=1)
def cancel_recovery(w: World, c: Choices) -> None:
    old = lost_wallet(w, c)
    w.act(inputs.issuer_of(w, c, old), "credentials", "cancelRecovery", old)


@rule(weight=4)
def finish_recovery(w: World, c: Choices) -> None:
    old = lost_wallet(w, c)
    recovery = w.model.credentials.recoveries.get(old)
    if recovery and c.chance(60):
        w.jump_to(w.model.credentials.ready_at(recovery) + c.mostly(0, -1, 1, percent=60))
    w.act(inputs.anyone(w, c), "credentials", "finishRecovery", old)


@rule(weight=4)
def complete_recovery(w: World, c: Choices) -> None:
    """Shares follow in batches; some are named twice, or are somebody else's."""
    old = moved_wallet(w, c)
    owned = inputs.shares_owned(w, old)
    batch = [share for share in owned if c.chance(60)][:4]
    if c.chance(12):
        batch.append(c.one_of(batch) if batch and c.chance(50) else inputs.share(w, c))
    w.act(inputs.anyone(w, c), "certificate", "completeRecovery", old, tuple(batch))


@rule(weight=3)
def claim_income_of_lost_wallet(w: World, c: Choices) -> None:
    old = moved_wallet(w, c)
    current = w.model.credentials.currentWallet(old)
    w.act(c.mostly(current, old, w.cast["attacker"], percent=85), "income", "claimRecovered", old)
