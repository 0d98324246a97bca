"""The council's last decision: the governor takes its place."""

from __future__ import annotations

from typing import Any

from commonhold.recipe.deploy import Suite
from commonhold.recipe.governing import NO_PREDECESSOR, role_holder
from commonhold.recipe.handover import SALT, hand_over, handover_actions


def let_council_hand_over(suite: Suite) -> None:
    """On a local chain; where the council proposed it before, only the rest is done."""
    timelock, call = suite.timelock, _batch(suite)
    operation = timelock.hashOperationBatch(*call)
    if not timelock.isOperationPending(operation):
        hand_over(suite)
        return
    ready_at = timelock.getTimestamp(operation)
    if suite.engine.now() < ready_at:
        suite.engine.set_next_time(ready_at)
    timelock.executeBatch(*call, sender=role_holder(suite, "council"))


def handover_lines(suite: Suite) -> dict[str, str]:
    """What a council needs elsewhere, by name."""
    timelock, call = suite.timelock, _batch(suite)
    delay = timelock.getMinDelay()
    return {
        "timelock": timelock.address,
        "propose with": f"0x{timelock.scheduleBatch.encode(*call, delay).hex()}",
        "delay": f"{delay:,} seconds",
        "execute with": f"0x{timelock.executeBatch.encode(*call).hex()}",
    }


def _batch(suite: Suite) -> tuple[Any, ...]:
    batch = handover_actions(suite.timelock, role_holder(suite, "council"), suite.governor.address)
    return [a.target for a in batch], [a.value for a in batch], [a.data for a in batch], NO_PREDECESSOR, SALT
