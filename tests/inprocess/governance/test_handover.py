"""The council's place taken by the governor in one batch (L17, T43), and by a successor in another."""

from __future__ import annotations

from typing import Any

import pytest
from dao_stage import DAY, Dao, refused

from commonhold.recipe.governing import NO_PREDECESSOR, role_holder
from commonhold.recipe.handover import CANCELLER, EXECUTOR, PROPOSER, hand_over, handover_actions, is_handed_over
from commonhold.recipe.plan import Role
from commonhold.recipe.voting import action, awaken, by_vote, voters_of

ADMIN_OF_TIMELOCK, NOBODY = bytes(32), "0x" + "00" * 20


def holders(suite: Any) -> dict[bytes, set[str]]:
    """Who holds what in the timelock, from its events."""
    timelock = suite.timelock
    granted = {(event["role"], event["account"]) for event in suite.engine.events(timelock, "RoleGranted")}
    found: dict[bytes, set[str]] = {role: set() for role, _ in granted}
    for role, account in granted:
        if timelock.hasRole(role, account):
            found[role].add(account)
    return found


def test_handover__in_one_batch__leaves_the_governor_alone_in_the_timelock(suite: Any) -> None:
    council, timelock = role_holder(suite, "council"), suite.timelock
    assert holders(suite) == {
        PROPOSER: {council},
        CANCELLER: {council},
        EXECUTOR: {NOBODY},
        ADMIN_OF_TIMELOCK: {timelock.address},
    }
    assert not is_handed_over(suite)
    hand_over(suite)
    governor = suite.governor.address
    assert is_handed_over(suite)
    assert holders(suite) == {
        PROPOSER: {governor},
        CANCELLER: {governor},
        EXECUTOR: {governor},
        ADMIN_OF_TIMELOCK: {timelock.address},
    }
    hub = suite.hub
    admins = {event["account"] for event in suite.engine.events(hub, "RoleGranted") if event["roleId"] == Role.ADMIN}
    assert {one for one in admins if hub.hasRole(Role.ADMIN, one)[0]} == {timelock.address}


def test_l17_council__after_the_handover__can_do_nothing(suite: Any, attacker: str) -> None:
    council, timelock, delay = role_holder(suite, "council"), suite.timelock, 2 * DAY
    data = suite.hold.transfer.encode(attacker, 1)
    left = (suite.hold.address, 0, data, NO_PREDECESSOR, b"left".ljust(32, b"\0"))
    timelock.schedule(*left, delay, sender=council)
    hand_over(suite)
    suite.engine.advance(delay)
    call = (suite.hold.address, 0, data, NO_PREDECESSOR, bytes(32))
    unauthorized = "AccessControlUnauthorizedAccount"
    refused(lambda: timelock.schedule(*call, delay, sender=council), unauthorized, council, PROPOSER)
    operation = timelock.hashOperation(*left)
    refused(lambda: timelock.cancel(operation, sender=council), unauthorized, council, CANCELLER)
    # What it left behind waits for ever.
    for caller in (council, attacker):
        refused(lambda caller=caller: timelock.execute(*left, sender=caller), unauthorized, caller, EXECUTOR)
    refused(lambda: timelock.grantRole(PROPOSER, council, sender=council), unauthorized, council, ADMIN_OF_TIMELOCK)


def test_l17_dao__after_the_handover__still_is_the_hubs_admin(dao: Dao, attacker: str) -> None:
    suite = dao.suite
    before = suite.coin.minterOf(attacker).cap
    by_vote(suite, action(suite.coin, "setMinter", attacker, 7))
    assert (before, suite.coin.minterOf(attacker).cap) == (0, 7)
    by_vote(suite, action(suite.hub, "revokeRole", Role.GUARDIAN, role_holder(suite, "guardian")))
    assert not suite.hub.hasRole(Role.GUARDIAN, role_holder(suite, "guardian"))[0]


@pytest.mark.parametrize("missing", range(7))
def test_handover__with_one_call_that_fails__changes_nothing(suite: Any, attacker: str, missing: int) -> None:
    """A batch is all or nothing: no moment in which both or neither could act."""
    council, timelock = role_holder(suite, "council"), suite.timelock
    batch = list(handover_actions(timelock, council, suite.governor.address))
    batch[missing] = action(timelock, "updateDelay", 0)
    call = ([a.target for a in batch], [0] * 7, [a.data for a in batch], NO_PREDECESSOR, bytes(32))
    timelock.scheduleBatch(*call, 2 * DAY, sender=council)
    suite.engine.advance(2 * DAY)
    before = holders(suite)
    refused(lambda: timelock.executeBatch(*call, sender=attacker), "DelayOutOfRange", 0)
    assert holders(suite) == before


def test_successor__of_the_governor__takes_its_place_by_a_vote(dao: Dao, attacker: str) -> None:
    suite, timelock = dao.suite, dao.suite.timelock
    numbers = suite.parameters.governance
    terms = (DAY, 5 * DAY, 2 * DAY, 14 * DAY, 400, numbers.threshold_votes, numbers.quorum_floor, dao.guardian)
    args = (suite.hold.address, timelock.address, terms)
    successor = suite.engine.deploy("CommonholdGovernor", *args, sender=attacker)
    by_vote(suite, *handover_actions(timelock, suite.governor.address, successor.address)[:-1])
    assert holders(suite)[PROPOSER] == holders(suite)[EXECUTOR] == holders(suite)[CANCELLER] == {successor.address}
    old = dao.harmless()
    old.pass_vote(dao.voters)
    refused(lambda: old.queue(attacker), "AccessControlUnauthorizedAccount", suite.governor.address, PROPOSER)
    new = Dao(suite, successor, dao.voters).harmless()
    new.pass_and_queue(dao.voters)
    new.execute(attacker)


def test_awaken__of_who_votes_already__sends_nothing(dao: Dao) -> None:
    number = dao.engine.block_number()
    awaken(dao.suite, voters_of(dao.suite))
    assert dao.engine.block_number() == number
