"""How a governor takes the council's place in the timelock, or a successor a governor's: one batch, all or nothing.

The hub's admin stays the timelock. What changes is who proposes to it, who cancels, and who executes: before, anybody
executes what the council proposed; afterwards the governor alone, because it compares the code of a proposal's targets
with what was voted on. What was scheduled before and not executed by then can't be executed any more.
"""

from __future__ import annotations

from typing import Any

from eth_utils import keccak

from commonhold.engines.base import ZERO_ADDRESS, Contract, Receipt
from commonhold.recipe.deploy import Suite
from commonhold.recipe.governing import NO_PREDECESSOR, as_dao, role_holder
from commonhold.recipe.voting import Action, action, by_vote

PROPOSER, EXECUTOR, CANCELLER = (keccak(text=f"{name}_ROLE") for name in ("PROPOSER", "EXECUTOR", "CANCELLER"))
SALT = keccak(text="hand-over to the governor")


def handover_actions(timelock: Contract, old: str, new: str) -> tuple[Action, ...]:
    """The batch: `new` gets all three rights, `old` loses them, and nobody executes for everybody."""
    return (
        *(action(timelock, "grantRole", role, new) for role in (PROPOSER, CANCELLER, EXECUTOR)),
        *(action(timelock, "revokeRole", role, old) for role in (PROPOSER, CANCELLER, EXECUTOR)),
        action(timelock, "revokeRole", EXECUTOR, ZERO_ADDRESS),
    )


def hand_over(suite: Suite) -> Receipt:
    """The council proposes the batch, the timelock's delay passes, anybody executes. For local chains."""
    council, timelock = role_holder(suite, "council"), suite.timelock
    batch = handover_actions(timelock, council, suite.governor.address)
    call = ([a.target for a in batch], [a.value for a in batch], [a.data for a in batch], NO_PREDECESSOR, SALT)
    delay = timelock.getMinDelay()
    scheduled = timelock.scheduleBatch(*call, delay, sender=council)
    suite.engine.set_next_time(scheduled.timestamp + delay)
    return timelock.executeBatch(*call, sender=council)


def is_handed_over(suite: Suite) -> bool:
    """Whether the governor is the timelock's proposer."""
    return bool(suite.timelock.hasRole(PROPOSER, suite.governor.address))


def decide(suite: Suite, target: Contract, function: str, *args: Any) -> Receipt:
    """The DAO of the moment makes the call: the council, or, after the hand-over, a vote. For local chains."""
    if is_handed_over(suite):
        return by_vote(suite, action(target, function, *args))
    return as_dao(suite, target, function, *args)
