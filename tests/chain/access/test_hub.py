"""The hub: roles, delays, and membership checks that ignore them."""

from __future__ import annotations

import ape
import pytest
from eth_utils import keccak

ADMIN, GUARDIAN, REGISTRAR, ISSUER, UNDERWRITER, MEDIATOR, COURT = range(7)
DAY = 86_400


def selector(signature: str) -> bytes:
    return keccak(text=signature)[:4]


@pytest.mark.parametrize(
    ("role_id", "holder"), [(GUARDIAN, "guardian"), (ISSUER, "issuer"), (COURT, "court"), (REGISTRAR, "registrar")]
)
def test_roles__after_deployment__are_held_by_those_of_the_parameters(suite, request, attacker, role_id, holder):
    assert suite.hub.hasRole(role_id, request.getfixturevalue(holder)).isMember
    assert not suite.hub.hasRole(role_id, attacker).isMember


def test_admin__after_deployment__is_the_timelock_alone(suite, deployer, council, attacker):
    assert suite.hub.hasRole(ADMIN, suite.timelock) == (True, 0)
    for person in (deployer, council, attacker):
        assert not suite.hub.hasRole(ADMIN, person).isMember


def test_grant_role__by_a_stranger__reverts(suite, council, attacker):
    for caller in (attacker, council):
        with ape.reverts(suite.hub.AccessManagerUnauthorizedAccount, msgsender=caller, roleId=ADMIN):
            suite.hub.grantRole(COURT, attacker, 0, sender=caller)


def test_grant_role__by_the_dao__gives_it(suite, as_dao, attacker):
    as_dao(suite.hub, "grantRole", ISSUER, attacker, 0)
    assert suite.hub.hasRole(ISSUER, attacker) == (True, 0)


def test_initial_admin__zero__reverts(suite, project, attacker):
    zero = "0x" + 40 * "0"
    with ape.reverts(suite.hub.AccessManagerInvalidInitialAdmin, initialAdmin=zero):
        attacker.deploy(project.AccessHub, zero)


# --- membership without the delay -------------------------------------------------------------------------------------


def test_require_role__member_with_delay__acts_at_once(switch, suite, court):
    assert suite.hub.hasRole(COURT, court).executionDelay == 3 * DAY
    switch.actAsCourt(sender=court)
    assert switch.acts() == 1


def test_require_role__not_a_member__reverts(switch, guardian, attacker):
    for caller in (attacker, guardian):
        with ape.reverts(switch.MissingRole, account=caller, role=COURT):
            switch.actAsCourt(sender=caller)


def test_require_role__after_the_role_was_taken__reverts(switch, suite, as_dao, court):
    as_dao(suite.hub, "revokeRole", COURT, court)
    with ape.reverts(switch.MissingRole, account=court, role=COURT):
        switch.actAsCourt(sender=court)


def test_require_role__before_a_granted_role_begins__reverts(switch, suite, as_dao, attacker, at):
    as_dao(suite.hub, "setGrantDelay", COURT, DAY)
    after_setback = ape.chain.blocks.head.timestamp + suite.hub.minSetback()
    at(after_setback)
    tx = as_dao(suite.hub, "grantRole", COURT, attacker, 0)
    begins = tx.timestamp + DAY
    at(begins - 1)
    with ape.reverts(switch.MissingRole, account=attacker, role=COURT):
        switch.actAsCourt(sender=attacker)
    at(begins)
    switch.actAsCourt(sender=attacker)


def test_restricted__role_with_delay__must_be_scheduled_first(switch, suite, as_dao, court, at):
    resume = selector("resume()")
    as_dao(suite.hub, "setTargetFunctionRole", switch, [resume], COURT)
    data = switch.resume.encode_input()
    operation = suite.hub.hashOperation(court, switch, data)
    with ape.reverts(suite.hub.AccessManagerNotScheduled, operationId=operation):
        switch.resume(sender=court)
    suite.hub.schedule(switch, data, 0, sender=court)
    ready = suite.hub.getSchedule(operation)
    at(ready - 1)
    with ape.reverts(suite.hub.AccessManagerNotReady, operationId=operation):
        switch.resume(sender=court)
    at(ready)
    with ape.reverts(switch.NotStopped, what=switch.WHAT()):  # it got past the hub
        switch.resume(sender=court)


@pytest.mark.parametrize("authority", ["attacker", "zero"])
def test_construction__with_an_authority_without_code__reverts(project, switch, attacker, authority):
    address = attacker.address if authority == "attacker" else "0x" + 40 * "0"
    with ape.reverts(switch.AccessManagedInvalidAuthority, authority=address):
        attacker.deploy(project.TestSwitch, address, 3_600)
