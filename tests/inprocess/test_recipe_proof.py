"""The proof reads the chain: a right suite passes, and each kind of tampering fails by its name."""

from __future__ import annotations

import dataclasses

import pytest

from commonhold.engines import InProcessEngine, Revert
from commonhold.recipe import PLAN, ProofFailed, Role, deploy, prove
from commonhold.recipe.deploy import Progress
from commonhold.recipe.plan import GrantEntry, Param
from commonhold.recipe.proof import DELEGATED_ACCOUNT, PUBLIC_ROLE


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


def test_court__without_delay__fails(parameters):
    engine = InProcessEngine()
    grants = (*PLAN.grants[:-1], GrantEntry(Role.COURT, Param("roles.court")))
    suite = deploy(engine, parameters, plan=dataclasses.replace(PLAN, grants=grants))
    assert faults_of(suite) == ["court-without-delay"]


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
    selector = suite.coin.coders.function("setSuccessor").selector
    suite.hub.setTargetFunctionRole(suite.coin.address, [selector], PUBLIC_ROLE, sender=suite.deployer)
    complete()
    assert faults_of(suite) == ["function-open-to-all"]


@pytest.mark.parametrize(
    ("setter", "fault"), [("setRoleAdmin", "role-with-own-admin"), ("setRoleGuardian", "role-with-own-guardian")]
)
def test_role__with_another_keeper_than_the_dao__fails(before_handover, setter, fault):
    suite, complete = before_handover
    suite.engine.send(suite.hub, setter, Role.COURT, Role.ISSUER, sender=suite.deployer)
    complete()
    assert faults_of(suite) == [fault]


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
