"""Income in and out."""

from __future__ import annotations

from commonhold.fuzz import inputs
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World


@rule(weight=6)
def deposit_income(w: World, c: Choices) -> None:
    sender = inputs.wallet(w, c)
    balance = w.model.coin.balanceOf(sender)
    usual = c.integer(1, max(1, min(balance, 5000 * COIN)))
    amount = c.mostly(usual, 0, 1, 10**9, balance + 1, 2**64 * 10**9 * 9, 2**128, 2**256 - 1, percent=88)
    w.act(sender, "income", "deposit", inputs.house(w, c), amount)


@rule(weight=5)
def claim_income(w: World, c: Choices) -> None:
    """All own shares, some, none; sometimes one twice or another's."""
    sender = inputs.wallet(w, c)
    batch = [share for share in inputs.shares_owned(w, sender) if c.chance(60)][:6]
    if c.chance(15):
        batch.append(c.one_of(batch) if batch and c.chance(50) else inputs.share(w, c))
    w.act(sender, "income", "claim", tuple(batch))
