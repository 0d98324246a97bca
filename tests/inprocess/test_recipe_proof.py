"""The proof reads the chain: a right suite passes, and each kind of tampering fails by its name."""

from __future__ import annotations

import dataclasses

import pytest

from commonhold.engines import InProcessEngine, Revert
from commonhold.recipe import PLAN, ProofFailed, Role, deploy, prove
from commonhold.recipe.deploy import Progress
from commonhold.recipe.plan import GrantEntry, Param
from commonhold.recipe.proof import DELEGATED_ACCOUNT, PUBLIC_ROLE, examine

DAY = 86_400
UNKNOWN_ROLE = 77  # the suite has none of this number


class HandoverNear(Exception):
    pass


@pytest.fixture
def before_handover(parameters):
    """A suite whose deployer still is admin, and a function that completes it."""
    engine = InProcessEngine()

    def stop(step: Progress) -> None:
        if step.title.startswith("grant ADMIN"):
            raise HandoverNear

    with pytest.raises(HandoverNear):
        deploy(engine, parameters, progress=stop)
    # The handles of the unfinished suite, by a run over a copy of the chain's state that is undone again.
    with engine.rollback():
        suite = deploy(engine, parameters)
    return suite, lambda: deploy(engine, parameters)


def selector_of(contract, function: str) -> bytes:
    return contract.coders.function(function).selector


def shown(suite, place: str) -> list[tuple[str, str, str]]:
    """Holder, detail and fault of everything that the proof shows at `place`."""
    return [(found.who, found.detail, found.fault) for found in examine(suite).holdings if found.place == place]


def faults_of(suite) -> list[str]:
    with pytest.raises(ProofFailed) as failed:
        prove(suite)
    return failed.value.faults


def test_suite__as_deployed__passes(suite):
    proof = prove(suite)
    holders = {(holding.place, holding.who) for holding in proof.holdings}
    assert ("hub role ADMIN", "timelock") in holders
    assert ("registry listener", "certificate") in holders
    assert ("coin minter", "external account") in holders  # the council's capped row, on the local chain alone
    assert suite.deployer not in {holding.holder for holding in proof.holdings}


def test_deployer__before_the_handover__fails(before_handover):
    suite, _ = before_handover
    assert faults_of(suite) == ["deployer-holds-role"]


def test_deployer__with_a_forgotten_role__fails(before_handover):
    suite, complete = before_handover
    suite.hub.grantRole(Role.REGISTRAR, suite.deployer, 0, sender=suite.deployer)
    complete()
    assert faults_of(suite) == ["deployer-holds-role"]


def test_admin__besides_the_timelock__fails(before_handover, attacker):
    suite, complete = before_handover
    suite.hub.grantRole(Role.ADMIN, attacker, 0, sender=suite.deployer)
    complete()
    assert faults_of(suite) == ["admin-besides-timelock"]


def test_role__that_ripens_later__fails_already(suite, as_dao, attacker):
    """A grant can wait for its role's grant delay: until then the hub says that nobody holds it."""
    as_dao(suite.hub, "setGrantDelay", Role.ADMIN, 3 * DAY)
    suite.engine.advance(6 * DAY)
    as_dao(suite.hub, "grantRole", Role.ADMIN, attacker, 0)
    assert not suite.hub.hasRole(Role.ADMIN, attacker).isMember
    since = suite.hub.getAccess(Role.ADMIN, attacker).since
    assert ("external account", f"from {since} on", "admin-besides-timelock") in shown(suite, "hub role ADMIN")
    assert faults_of(suite) == ["admin-besides-timelock", "role-with-grant-delay"]


def test_deployer__with_a_role_that_ripens_later__fails_already(suite, as_dao):
    as_dao(suite.hub, "setGrantDelay", Role.REGISTRAR, 3 * DAY)
    suite.engine.advance(6 * DAY)
    as_dao(suite.hub, "grantRole", Role.REGISTRAR, suite.deployer, 0)
    assert not suite.hub.hasRole(Role.REGISTRAR, suite.deployer).isMember
    assert faults_of(suite) == ["deployer-holds-role", "role-with-grant-delay"]


def test_holder__of_a_role_that_the_suite_has_not__fails(suite, as_dao, attacker):
    as_dao(suite.hub, "grantRole", UNKNOWN_ROLE, attacker, 0)
    assert faults_of(suite) == ["holder-of-unknown-role"]


def test_holder__of_a_role_that_the_suite_has_not__revoked__passes(suite, as_dao, attacker):
    as_dao(suite.hub, "grantRole", UNKNOWN_ROLE, attacker, 0)
    as_dao(suite.hub, "revokeRole", UNKNOWN_ROLE, attacker)
    prove(suite)


@pytest.mark.parametrize("missing", [1, None], ids=["by a second", "wholly"])
def test_court__with_too_short_a_delay__fails(parameters, missing):
    delay = 0 if missing is None else parameters.court.forced_transfer_delay - missing
    engine = InProcessEngine()
    grants = (*PLAN.grants[:-1], GrantEntry(Role.COURT, Param("roles.court"), delay=delay))
    suite = deploy(engine, parameters, plan=dataclasses.replace(PLAN, grants=grants))
    assert faults_of(suite) == ["court-with-short-delay"]


def test_court__whose_delay_will_shrink__fails_already(suite, as_dao, court, parameters):
    as_dao(suite.hub, "grantRole", Role.COURT, court, 1)
    delay = parameters.court.forced_transfer_delay
    access = suite.hub.getAccess(Role.COURT, court)
    assert (access.currentDelay, access.pendingDelay) == (delay, 1)
    assert shown(suite, "hub role COURT") == [("external account", "delay 1 s", "court-with-short-delay")]


def test_court__with_a_longer_delay__passes(suite, as_dao, attacker, parameters):
    as_dao(suite.hub, "grantRole", Role.COURT, attacker, parameters.court.forced_transfer_delay + 1)
    prove(suite)


def test_minter__that_is_a_wallet__fails(suite, as_dao, attacker):
    as_dao(suite.coin, "setMinter", attacker, 1)
    assert faults_of(suite) == ["external-minter"]


def test_minter__council_above_the_cap_of_the_parameters__fails(suite, as_dao, council, parameters):
    as_dao(suite.coin, "setMinter", council, parameters.local.council_minter_cap + 1)
    assert faults_of(suite) == ["external-minter"]


def test_minter__withdrawn__passes(suite, as_dao, attacker):
    as_dao(suite.coin, "setMinter", attacker, 1)
    as_dao(suite.coin, "setMinter", attacker, 0)
    prove(suite)


def test_minter__that_is_a_contract__passes(suite, as_dao):
    as_dao(suite.coin, "setMinter", suite.lien_holder, 1)
    prove(suite)


@pytest.mark.parametrize(
    ("contract", "setter", "rights", "fault"),
    [
        ("certificate", "setHolder", ((False, True, False),), "external-holder"),
        ("certificate", "setRenderer", (), "external-row"),
        ("registry", "setListener", (), "external-row"),
    ],
)
def test_row__of_a_wallet_that_borrows_code__fails(before_handover, attacker, contract, setter, rights, fault):
    """The contracts refuse a wallet without code; one that borrows it (EIP-7702) only the proof can tell."""
    suite, _ = before_handover
    with pytest.raises(Revert) as refused:
        suite.engine.send(suite.contracts[contract], setter, attacker, *rights, sender=suite.deployer)
    assert (refused.value.name, refused.value.values) == ("MissingCode", (attacker,))
    suite.engine.set_code(attacker, DELEGATED_ACCOUNT + bytes.fromhex(suite.coin.address[2:]))
    suite.engine.send(suite.contracts[contract], setter, attacker, *rights, sender=suite.deployer)
    assert fault in faults_of(suite)


def test_function__open_to_all__fails(before_handover):
    suite, complete = before_handover
    selector = selector_of(suite.coin, "setSuccessor")
    suite.hub.setTargetFunctionRole(suite.coin.address, [selector], PUBLIC_ROLE, sender=suite.deployer)
    complete()
    assert faults_of(suite) == ["function-open-to-all"]


@pytest.mark.parametrize(
    ("contract", "function", "role"),
    [
        ("coin", "setMinter", Role.REGISTRAR),
        ("certificate", "setHolder", UNKNOWN_ROLE),
        ("certificate", "setRenderer", Role.COURT),
        ("credentials", "revokeIssuedSince", Role.ISSUER),
        ("hub", "setSuccessor", Role.GUARDIAN),
        ("timelock", "updateDelay", Role.GUARDIAN),  # not under the hub: found by the event
        ("registry", "register", Role.ISSUER),  # another than the plan names
        ("certificate", "tokenize", Role.ADMIN),  # the plan names one, and it was taken away
    ],
)
def test_function__of_another_role_than_the_plans__fails(before_handover, contract, function, role):
    suite, _ = before_handover
    target = suite.contracts[contract]
    suite.hub.setTargetFunctionRole(target, [selector_of(target, function)], role, sender=suite.deployer)
    suite.hub.grantRole(Role.ADMIN, suite.timelock, 0, sender=suite.deployer)
    suite.hub.renounceRole(Role.ADMIN, suite.deployer, sender=suite.deployer)
    assert faults_of(suite) == ["function-of-foreign-role"]
    assert [found.place for found in examine(suite).faults] == [f"{contract}.{function}"]


def test_function__that_no_abi_has__fails(suite, as_dao):
    as_dao(suite.hub, "setTargetFunctionRole", suite.coin, [b"\x01\x02\x03\x04"], Role.GUARDIAN)
    assert shown(suite, "coin.0x01020304") == [("a role", "", "function-of-foreign-role")]
    as_dao(suite.hub, "setTargetFunctionRole", suite.coin, [b"\x01\x02\x03\x04"], Role.ADMIN)
    prove(suite)


def test_function__given_away_before_the_events_that_are_read__fails(suite, as_dao):
    """The functions of the ABIs are asked for one by one, events or not."""
    as_dao(suite.hub, "setTargetFunctionRole", suite.coin, [selector_of(suite.coin, "setMinter")], Role.REGISTRAR)
    as_dao(suite.hub, "setTargetFunctionRole", suite.hub, [selector_of(suite.hub, "setSuccessor")], Role.REGISTRAR)
    faults = examine(suite, from_block=suite.engine.block_number() + 1).faults
    assert {(found.place, found.holder, found.fault) for found in faults} == {
        ("coin.setMinter", "REGISTRAR", "function-of-foreign-role"),
        ("hub.setSuccessor", "REGISTRAR", "function-of-foreign-role"),
    }


def test_functions__of_the_plan__are_shown_with_their_roles(suite):
    shown_roles = {(found.place, found.holder) for found in examine(suite).holdings if found.who == "a role"}
    assert shown_roles == {
        (f"{entry.contract}.{name}", entry.role.name) for entry in PLAN.functions for name in entry.functions
    }


@pytest.mark.parametrize("contract", ["certificate", "coin"])
@pytest.mark.parametrize("role", [Role.ADMIN, Role.REGISTRAR, UNKNOWN_ROLE])
def test_forced_transfer__that_is_not_the_courts__fails(suite, as_dao, contract, role):
    target = suite.contracts[contract]
    as_dao(suite.hub, "setTargetFunctionRole", target, [selector_of(target, "forcedTransfer")], role)
    assert faults_of(suite) == ["forced-transfer-without-court"]


@pytest.mark.parametrize("contract", ["hub", "coin"])
def test_target__closed__fails_until_it_is_open(suite, as_dao, contract):
    as_dao(suite.hub, "setTargetClosed", suite.contracts[contract], True)
    assert faults_of(suite) == ["closed-target"]
    assert shown(suite, "hub closed target") == [(contract, "", "closed-target")]
    as_dao(suite.hub, "setTargetClosed", suite.contracts[contract], False)
    prove(suite)


def test_target__that_the_suite_has_not__closed__fails(suite, as_dao, attacker):
    as_dao(suite.hub, "setTargetClosed", attacker, True)
    assert shown(suite, "hub closed target") == [("external account", "", "closed-target")]


def test_target__that_the_suite_has_not__with_an_admin_delay__fails(suite, as_dao, attacker):
    as_dao(suite.hub, "setTargetAdminDelay", attacker, DAY)
    expected = [("external account", f"delay {DAY} s", "target-with-admin-delay")]
    assert shown(suite, "hub target admin delay") == expected


def test_target__of_the_suite_closed_and_delayed_before_the_events_that_are_read__fails(suite, as_dao):
    as_dao(suite.hub, "setTargetClosed", suite.coin, True)
    as_dao(suite.hub, "setTargetAdminDelay", suite.coin, DAY)
    suite.engine.advance(6 * DAY)
    later = examine(suite, from_block=suite.engine.block_number() + 1)
    assert [(found.who, found.fault) for found in later.faults] == [
        ("coin", "closed-target"),
        ("coin", "target-with-admin-delay"),
    ]


def test_target__with_an_admin_delay__fails_before_and_after_it_takes_effect(suite, as_dao):
    as_dao(suite.hub, "setTargetAdminDelay", suite.coin, DAY)
    expected = [("coin", f"delay {DAY} s", "target-with-admin-delay")]
    assert suite.hub.getTargetAdminDelay(suite.coin) == 0
    assert shown(suite, "hub target admin delay") == expected
    suite.engine.advance(6 * DAY)
    assert suite.hub.getTargetAdminDelay(suite.coin) == DAY
    assert shown(suite, "hub target admin delay") == expected
    as_dao(suite.hub, "setTargetAdminDelay", suite.coin, 0)
    assert faults_of(suite) == ["target-with-admin-delay"]  # until the old one has run out
    suite.engine.advance(6 * DAY)
    prove(suite)


def test_role__with_a_grant_delay__fails_before_and_after_it_takes_effect(suite, as_dao):
    for role, name in ((Role.ISSUER, "ISSUER"), (UNKNOWN_ROLE, f"role {UNKNOWN_ROLE}")):
        with suite.engine.rollback():
            as_dao(suite.hub, "setGrantDelay", role, DAY)
            expected = [("a role", f"delay {DAY} s", "role-with-grant-delay")]
            assert suite.hub.getRoleGrantDelay(role) == 0
            assert shown(suite, f"hub grant delay of {name}") == expected
            suite.engine.advance(6 * DAY)
            assert shown(suite, f"hub grant delay of {name}") == expected
            as_dao(suite.hub, "setGrantDelay", role, 0)
            assert faults_of(suite) == ["role-with-grant-delay"]  # until the old one has run out
            suite.engine.advance(6 * DAY)
            prove(suite)


@pytest.mark.parametrize("role", [Role.COURT, UNKNOWN_ROLE])
@pytest.mark.parametrize(
    ("setter", "fault"), [("setRoleAdmin", "role-with-own-admin"), ("setRoleGuardian", "role-with-own-guardian")]
)
def test_role__with_another_keeper_than_the_dao__fails(before_handover, setter, fault, role):
    suite, complete = before_handover
    suite.engine.send(suite.hub, setter, role, Role.ISSUER, sender=suite.deployer)
    complete()
    assert faults_of(suite) == [fault]


def test_role__of_the_suite_whose_keeper_changed_before_the_events_that_are_read__fails(suite, as_dao):
    as_dao(suite.hub, "setRoleAdmin", Role.COURT, UNKNOWN_ROLE)
    later = examine(suite, from_block=suite.engine.block_number() + 1)
    assert [(found.place, found.fault) for found in later.faults] == [
        ("hub getRoleAdmin of COURT", "role-with-own-admin")
    ]


def test_operation__that_the_deployer_left_in_the_hub__fails_while_it_waits(before_handover, court, attacker):
    suite, complete = before_handover
    hub, deployer = suite.hub, suite.deployer
    hub.grantRole(Role.COURT, deployer, 3 * DAY, sender=deployer)
    order = suite.coin.forcedTransfer.encode(court, attacker, 1)
    hub.schedule(suite.coin, order, 0, sender=deployer)
    hub.revokeRole(Role.COURT, deployer, sender=deployer)
    complete()
    assert faults_of(suite) == ["operation-of-deployer"]
    assert shown(suite, "hub operation") == [("external account", "coin.forcedTransfer", "operation-of-deployer")]
    hub.cancel(deployer, suite.coin, order, sender=deployer)
    prove(suite)


def test_operation__of_the_court__is_shown(suite, court, attacker):
    suite.hub.schedule(suite.coin, suite.coin.forcedTransfer.encode(court, attacker, 1), 0, sender=court)
    assert shown(suite, "hub operation") == [("external account", "coin.forcedTransfer", "")]
    prove(suite)


def test_operation__that_the_deployer_left_in_the_timelock__fails_while_it_waits(suite, as_dao, council, attacker):
    timelock, deployer = suite.timelock, suite.deployer
    call = (suite.hub, 0, suite.hub.grantRole.encode(Role.ADMIN, attacker, 0), bytes(32), bytes(32))
    delay = timelock.getMinDelay()
    as_dao(timelock, "grantRole", timelock.PROPOSER_ROLE(), deployer)
    timelock.schedule(*call, delay, sender=deployer)
    as_dao(timelock, "revokeRole", timelock.PROPOSER_ROLE(), deployer)
    assert faults_of(suite) == ["operation-of-deployer"]
    assert shown(suite, "timelock operation") == [("external account", "hub.grantRole", "operation-of-deployer")]

    timelock.cancel(timelock.hashOperation(*call), sender=council)
    assert shown(suite, "timelock operation") == []
    timelock.schedule(*call, delay, sender=council)  # the council's own, though the deployer had it before
    assert shown(suite, "timelock operation") == [("timelock", "hub.grantRole", "")]
    prove(suite)


def test_contract__under_a_foreign_hub__fails(suite, as_dao, attacker):
    foreign = suite.engine.deploy("AccessHub", attacker, sender=attacker)
    as_dao(suite.hub, "updateAuthority", suite.coin, foreign)
    assert faults_of(suite) == ["foreign-authority"]


def test_timelock__with_a_foreign_admin__fails(suite, as_dao, attacker):
    as_dao(suite.timelock, "grantRole", bytes(32), attacker)
    assert faults_of(suite) == ["timelock-with-foreign-admin"]


def test_timelock__with_the_deployer_as_proposer__fails(suite, as_dao):
    as_dao(suite.timelock, "grantRole", suite.timelock.PROPOSER_ROLE(), suite.deployer)
    assert faults_of(suite) == ["deployer-in-timelock"]


@pytest.mark.parametrize("role", ["PROPOSER_ROLE", "CANCELLER_ROLE"])
def test_timelock__that_somebody_else_than_the_council_steers__fails(suite, as_dao, attacker, role):
    """So it is if the deployer put a timelock of his own at its address before the recipe came to it."""
    as_dao(suite.timelock, "grantRole", getattr(suite.timelock, role)(), attacker)
    assert faults_of(suite) == ["timelock-of-foreign-council"]


def test_timelock__with_a_shorter_delay_than_the_parameters__fails(suite, as_dao):
    as_dao(suite.timelock, "updateDelay", suite.parameters.dao.timelock_delay - 1)
    assert faults_of(suite) == ["timelock-with-short-delay"]
    as_dao(suite.timelock, "updateDelay", suite.parameters.dao.timelock_delay)
    prove(suite)
