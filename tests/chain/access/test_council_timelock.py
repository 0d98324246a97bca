"""The DAO's timelock: the council proposes, everybody sees it wait, anyone executes."""

from __future__ import annotations

import ape
import pytest
from eth_utils import keccak

HOUR = 3_600
DAY = 86_400
ZERO = "0x" + 40 * "0"
PROPOSER_ROLE = keccak(text="PROPOSER_ROLE")
CANCELLER_ROLE = keccak(text="CANCELLER_ROLE")
EXECUTOR_ROLE = keccak(text="EXECUTOR_ROLE")
DEFAULT_ADMIN_ROLE = bytes(32)
READY = 2


def bitmap(state: int) -> bytes:
    """The set of that one operation state, as OpenZeppelin's error names it."""
    return (1 << state).to_bytes(32, "big")


@pytest.fixture
def proposal(suite, attacker):
    """A decision: the role ISSUER (3) for somebody. As the timelock's functions take it, less the delay."""
    data = suite.hub.grantRole.encode_input(3, attacker, 0)
    return (suite.hub.address, 0, data, bytes(32), keccak(text="proposal"))


def test_construction__gives_the_council_two_rights_and_nobody_an_admins(suite, council, deployer, attacker):
    timelock = suite.timelock
    assert timelock.hasRole(PROPOSER_ROLE, council)
    assert timelock.hasRole(CANCELLER_ROLE, council)
    assert timelock.hasRole(EXECUTOR_ROLE, ZERO)
    assert timelock.hasRole(DEFAULT_ADMIN_ROLE, timelock)
    for person in (council, deployer, attacker, ZERO):
        assert not timelock.hasRole(DEFAULT_ADMIN_ROLE, person)
    for person in (deployer, attacker, ZERO):
        assert not timelock.hasRole(PROPOSER_ROLE, person)
        assert not timelock.hasRole(CANCELLER_ROLE, person)


@pytest.mark.parametrize("delay", [HOUR, HOUR + 1, 30 * DAY - 1, 30 * DAY])
def test_construction__with_a_delay_in_range__keeps_it(project, attacker, council, delay):
    assert attacker.deploy(project.CouncilTimelock, delay, council).getMinDelay() == delay


@pytest.mark.parametrize("delay", [0, HOUR - 1, 30 * DAY + 1, 2**256 - 1])
def test_construction__with_a_delay_out_of_range__reverts(project, suite, attacker, council, delay):
    with ape.reverts(suite.timelock.DelayOutOfRange, minDelay=delay):
        attacker.deploy(project.CouncilTimelock, delay, council)


def test_construction__without_a_council__reverts(project, suite, attacker):
    with ape.reverts(suite.timelock.InvalidCouncil, council=ZERO):
        attacker.deploy(project.CouncilTimelock, DAY, ZERO)


def test_execute__once_the_delay_is_over__is_open_to_anyone(suite, council, attacker, proposal, soon, at):
    timelock, delay = suite.timelock, suite.timelock.getMinDelay()
    operation = timelock.hashOperation(*proposal)
    at(soon)
    timelock.schedule(*proposal, delay, sender=council)
    at(soon + delay - 1)
    with ape.reverts(timelock.TimelockUnexpectedOperationState, operationId=operation, expectedStates=bitmap(READY)):
        timelock.execute(*proposal, sender=attacker)
    at(soon + delay)
    timelock.execute(*proposal, sender=attacker)
    assert suite.hub.hasRole(3, attacker).isMember

    with ape.reverts(timelock.TimelockUnexpectedOperationState, operationId=operation, expectedStates=bitmap(READY)):
        timelock.execute(*proposal, sender=attacker)


def test_schedule__with_less_than_the_delay__reverts(suite, council, proposal):
    delay = suite.timelock.getMinDelay()
    with ape.reverts(suite.timelock.TimelockInsufficientDelay, delay=delay - 1, minDelay=delay):
        suite.timelock.schedule(*proposal, delay - 1, sender=council)


def test_schedule__by_anyone_but_the_council__reverts(suite, deployer, guardian, attacker, proposal):
    timelock, delay = suite.timelock, suite.timelock.getMinDelay()
    for caller in (attacker, guardian, deployer):
        with ape.reverts(timelock.AccessControlUnauthorizedAccount, account=caller, neededRole=PROPOSER_ROLE):
            timelock.schedule(*proposal, delay, sender=caller)


def test_cancel__by_the_council_alone__ends_the_proposal(suite, council, attacker, proposal, soon, at):
    timelock, delay = suite.timelock, suite.timelock.getMinDelay()
    operation = timelock.hashOperation(*proposal)
    at(soon)
    timelock.schedule(*proposal, delay, sender=council)
    with ape.reverts(timelock.AccessControlUnauthorizedAccount, account=attacker, neededRole=CANCELLER_ROLE):
        timelock.cancel(operation, sender=attacker)
    timelock.cancel(operation, sender=council)
    at(soon + delay)
    with ape.reverts(timelock.TimelockUnexpectedOperationState, operationId=operation, expectedStates=bitmap(READY)):
        timelock.execute(*proposal, sender=attacker)


def test_update_delay__past_the_timelock_itself__reverts(suite, council):
    with ape.reverts(suite.timelock.TimelockUnauthorizedCaller, caller=council):
        suite.timelock.updateDelay(0, sender=council)
