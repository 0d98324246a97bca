"""What only the DAO or the court may do, done as they must: proposed or ordered, waited for, executed.

For tests and the demo on local chains, where time can be moved.
"""

from __future__ import annotations

from typing import Any

from commonhold.engines.base import Receipt, Revert
from commonhold.engines.codec import as_address
from commonhold.recipe.deploy import Suite

NO_PREDECESSOR = bytes(32)


def role_holder(suite: Suite, role: str) -> str:
    """The address of the first holder of a role of the parameters: `council`, `court`, `issuer`, ..."""
    holders = suite.parameters.value(f"roles.{role}")
    return address_of(suite, holders[0] if isinstance(holders, list) else holders)


def address_of(suite: Suite, account: Any) -> str:
    """The address of an account of the parameters."""
    return suite.engine.accounts[account] if isinstance(account, int) else as_address(account)


def as_dao(suite: Suite, target: Any, function: str, *args: Any) -> Receipt:
    """The council proposes the call, the timelock's delay passes, the timelock makes it. Raises the call's Revert."""
    data = _call_data(suite, target, function, args)
    council, salt = role_holder(suite, "council"), suite.engine.block_number().to_bytes(32, "big")
    call = (as_address(target), 0, data, NO_PREDECESSOR, salt)
    delay = suite.timelock.getMinDelay()
    scheduled = suite.timelock.schedule(*call, delay, sender=council)
    suite.engine.set_next_time(scheduled.timestamp + delay)
    return _explained(suite, target, function, lambda: suite.timelock.execute(*call, sender=council))


def court_order(suite: Suite, target: Any, function: str, *args: Any, court: Any = None) -> Receipt:
    """The court schedules the call in the hub, its delay passes, the court executes. Raises the call's Revert."""
    data = _call_data(suite, target, function, args)
    sender = role_holder(suite, "court") if court is None else as_address(court)
    scheduled = suite.hub.schedule(as_address(target), data, 0, sender=sender)
    ready_at = scheduled.event("OperationScheduled")["schedule"]
    suite.engine.set_next_time(ready_at)
    return _explained(suite, target, function, lambda: suite.hub.execute(as_address(target), data, sender=sender))


def _call_data(suite: Suite, target: Any, function: str, args: tuple[Any, ...]) -> bytes:
    contract = suite.engine.at(suite.engine.name_of(as_address(target)), target)
    return contract.coders.function(function, len(args)).encode(args)


def _explained(suite: Suite, target: Any, function: str, send: Any) -> Receipt:
    """Names a revert that came through the timelock or the hub by the ABI of the contract that raised it."""
    try:
        return send()
    except Revert as revert:
        if not revert.data:
            raise
        unread = Revert("Unknown", {"data": revert.data}, revert.data)
        where = f"{suite.engine.name_of(as_address(target))}.{function}"
        raise suite.engine.explain(unread, as_address(target), where) from None
