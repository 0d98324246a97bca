"""The audit of roles reads the chain: a right suite passes, before and after the hand-over, and whatever is planted on
the chain fails by its name (L17, T43)."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from dao_stage import DAY, Dao
from rich.console import Console

from commonhold.operations.governance.powers import (
    STRANGER,
    UNSEEN,
    Power,
    gates_of,
    read_powers,
    refusal_of,
    role_right,
)
from commonhold.operations.governance.roles import _Auditor, audit
from commonhold.operations.governance.roles_tables import mermaid, print_audit, summary, write_graph
from commonhold.recipe import Role
from commonhold.recipe.handover import CANCELLER, EXECUTOR, PROPOSER, handover_actions
from commonhold.recipe.plan import PLAN
from commonhold.recipe.proof import PUBLIC_ROLE
from commonhold.recipe.voting import action, by_vote

HOUR, NOBODY = 3_600, "0x" + "00" * 20


def selector_of(contract: Any, function: str) -> bytes:
    return contract.coders.function(function).selector


def only(suite: Any) -> tuple[str, str, str, str]:
    """The audit's only finding: its name, where, who, and what was found."""
    (found,) = audit(suite).findings
    return found.rule, found.place, found.holder, found.found


def written(suite: Any) -> str:
    """What the script prints."""
    console = Console(width=200)
    with console.capture() as caught:
        print_audit(console, audit(suite))
    return caught.get()


def by_council(suite: Any, council: str, act: Any) -> None:
    """The council's way through the timelock for one call."""
    call = (act.target, act.value, act.data, bytes(32), act.data[:32])
    suite.timelock.schedule(*call, 2 * DAY, sender=council)
    suite.engine.advance(2 * DAY)
    suite.timelock.execute(*call, sender=council)


# -------------------------------------------------------------------------------------------------------- a right suite


def test_t43_audit__as_deployed__shows_the_timelock_as_the_only_admin(suite: Any) -> None:
    found = audit(suite)
    assert found.findings == ()
    assert found.powers.through("hub role ADMIN") == {suite.timelock.address}
    assert not found.powers.is_handed_over
    assert summary(found)[0] == "admin of everything: timelock, steered by council; a decision takes at least 2 days"
    assert summary(found)[-1] == f"{len(found.powers.powers)} powers, all as planned"


def test_t43_audit__after_the_handover__shows_the_governor_where_the_council_was(dao: Dao, council: str) -> None:
    found = audit(dao.suite)
    assert found.findings == ()
    assert found.powers.is_handed_over
    assert summary(found)[0] == "admin of everything: timelock, steered by governor; a decision takes at least 8 days"
    assert found.powers.held_by(council) == []
    for role in ("PROPOSER", "CANCELLER", "EXECUTOR"):
        assert found.powers.through(f"timelock role {role}") == {dao.at.address}


def test_l16_powers__of_the_guardian__are_stops_and_nothing_else(suite: Any, guardian: str) -> None:
    powers = read_powers(suite).held_by(guardian)
    assert {(power.target, power.what, power.delay) for power in powers} == {
        ("registry", "stopRegistration", 0),
        ("reader", "freeze", 0),
        ("valuation", "freeze", 0),
        *((contract, "stop", 0) for contract in ("treasury", "desk", "market", "lease_to_buy")),
    }


def test_powers__of_the_court__wait_except_for_freezes(suite: Any, court: str) -> None:
    powers = {(power.target, power.what): power.delay for power in read_powers(suite).held_by(court)}
    assert powers == {
        (contract, what): delay
        for contract in ("coin", "certificate")
        for what, delay in (("forcedTransfer", 3 * DAY), ("setFrozenTokens", 0))
    }


def test_gates__found_by_asking__are_at_least_those_of_the_plan(suite: Any) -> None:
    """The functions are found on the chain, by a stranger's calls; none of the plan's escapes."""
    found = {(gate.contract, gate.function, gate.right) for gate in gates_of(suite)}
    planned = {(entry.contract, name, role_right(entry.role)) for entry in PLAN.functions for name in entry.functions}
    assert planned <= found
    daos = {(contract, name) for contract, name, right in found if right == "hub role ADMIN"}
    for contract, name in (("treasury", "payOut"), ("coin", "setMinter"), ("hub", "grantRole"), ("desk", "resume")):
        assert (contract, name) in daos
    assert {("governor", "setProposalGuardian", "itself"), ("timelock", "updateDelay", "itself")} <= found


def test_gates__that_no_call_shows__are_functions_that_refuse_a_stranger(suite: Any) -> None:
    for key, name, _ in UNSEEN:
        contract = suite.contracts[key]
        assert refusal_of(suite.engine, contract, selector_of(contract, name), STRANGER) is not None


def test_waiting__in_the_timelock__is_shown_and_no_fault(suite: Any, council: str, attacker: str) -> None:
    data = suite.coin.setMinter.encode(attacker, 1)
    suite.timelock.schedule(suite.coin.address, 0, data, bytes(32), bytes(32), 2 * DAY, sender=council)
    found = audit(suite)
    assert found.findings == ()
    assert [(held.place, held.detail) for held in found.powers.waiting] == [("timelock operation", "coin.setMinter")]
    assert "Decided, and waiting" in written(suite)


def test_graph__for_people_and_for_documents__has_every_power(dao: Dao, tmp_path: Path) -> None:
    powers = read_powers(dao.suite)
    shown = written(dao.suite)
    for title in ("Who can do what", "Power graph: who reaches what, through what", "all as planned"):
        assert title in shown
    assert "timelock: schedule, scheduleBatch (through timelock role PROPOSER, 2 days)" in shown
    assert "Not as planned" not in shown
    file = tmp_path / "powers.mmd"
    write_graph(powers, file)
    assert file.read_text(encoding="utf-8") == mermaid(powers)
    assert mermaid(powers).startswith("flowchart LR\n")
    assert mermaid(powers).count(" --> ") == len(powers.powers)
    assert [one.name for one in tmp_path.iterdir()] == ["powers.mmd"]


# ----------------------------------------------------------------------------------------- planted while the council is


def test_audit__forgotten_grant__fails_by_name(suite: Any, as_dao: Any, attacker: str) -> None:
    """The proof of the deployment allows further registrars; the plan knows none."""
    as_dao(suite.hub, "grantRole", Role.REGISTRAR, attacker, 0)
    assert only(suite) == ("role-besides-plan", "hub role REGISTRAR", attacker, "delay 0 s")
    assert f"role-besides-plan: hub role REGISTRAR: attacker ({attacker}): delay 0 s" in written(suite)


def test_audit__wallet_as_admin__fails_by_name(suite: Any, as_dao: Any, attacker: str) -> None:
    as_dao(suite.hub, "grantRole", Role.ADMIN, attacker, 0)
    assert only(suite)[:3] == ("admin-besides-timelock", "hub role ADMIN", attacker)


def test_audit__role_that_nobody_holds_any_more__fails_by_name(suite: Any, as_dao: Any, guardian: str) -> None:
    as_dao(suite.hub, "revokeRole", Role.GUARDIAN, guardian)
    assert only(suite) == ("role-missing", "hub role GUARDIAN", guardian, "not a member")


@pytest.mark.parametrize(
    ("delay", "rule"), [(DAY, "court-with-short-delay"), (5 * DAY, "role-with-long-delay")], ids=["shorter", "longer"]
)
def test_audit__courts_delay__other_than_planned_fails(
    suite: Any, as_dao: Any, court: str, delay: int, rule: str
) -> None:
    """A shorter one is to come only after a while: it counts already."""
    as_dao(suite.hub, "grantRole", Role.COURT, court, delay)
    assert only(suite) == (rule, "hub role COURT", court, f"delay {delay} s")


def test_audit__shortened_delay_of_the_timelock__fails_for_all_in_it(suite: Any, as_dao: Any) -> None:
    as_dao(suite.timelock, "updateDelay", DAY)
    found = audit(suite)
    assert found.rules == ["timelock-with-short-delay"]
    assert {one.place.removeprefix("timelock role ") for one in found.findings} >= {"PROPOSER", "CANCELLER", "EXECUTOR"}


def test_audit__longer_delay_of_the_timelock__fails_too(suite: Any, as_dao: Any) -> None:
    as_dao(suite.timelock, "updateDelay", 3 * DAY)
    assert only(suite) == ("timelock-with-long-delay", "timelock delay", suite.timelock.address, f"{3 * DAY} s")


def test_audit__function_that_the_guardian_got__fails_and_is_his_in_the_table(
    suite: Any, as_dao: Any, guardian: str
) -> None:
    selector = selector_of(suite.treasury, "payOut")
    as_dao(suite.hub, "setTargetFunctionRole", suite.treasury.address, [selector], Role.GUARDIAN)
    assert audit(suite).rules == ["function-of-foreign-role"]
    assert ("treasury", "payOut, stop") in {(one.target, one.what) for one in read_powers(suite).held_by(guardian)}


def test_audit__function_open_to_all__fails_by_name(suite: Any, as_dao: Any) -> None:
    selector = selector_of(suite.coin, "setMinter")
    as_dao(suite.hub, "setTargetFunctionRole", suite.coin.address, [selector], PUBLIC_ROLE)
    assert audit(suite).rules == ["function-open-to-all"]


def test_audit__row_of_a_wallet__fails_by_name(suite: Any, as_dao: Any, attacker: str) -> None:
    as_dao(suite.coin, "setMinter", attacker, 1)
    assert {(one.rule, one.holder) for one in audit(suite).findings} >= {("external-minter", attacker)}


def test_audit__row_of_a_contract_that_the_plan_gives_none__fails_by_name(suite: Any, as_dao: Any) -> None:
    """One of the suite's own: the proof has nothing against it."""
    as_dao(suite.coin, "setMinter", suite.lease_to_buy.address, 10**18)
    found = only(suite)
    assert found[:3] == ("row-besides-plan", "row: coin minter", suite.lease_to_buy.address)


def test_audit__row_that_was_taken_away__fails_by_name(suite: Any, as_dao: Any) -> None:
    as_dao(suite.house_escrow, "setBallot", suite.ballot, False)
    assert only(suite)[:3] == ("row-unlike-plan", "row: escrow ballot", suite.ballot.address)


@pytest.mark.parametrize("role", [PROPOSER, CANCELLER, EXECUTOR], ids=["proposer", "canceller", "executor"])
def test_audit__wallet_in_the_timelock__fails_by_name(suite: Any, as_dao: Any, attacker: str, role: bytes) -> None:
    as_dao(suite.timelock, "grantRole", role, attacker)
    (rule,) = audit(suite).rules
    assert rule == ("timelock-role-besides-plan" if role == EXECUTOR else "timelock-of-foreign-council")


def test_audit__right_in_the_timelock_that_was_taken_away__fails_by_name(suite: Any, as_dao: Any, council: str) -> None:
    as_dao(suite.timelock, "revokeRole", CANCELLER, council)
    assert only(suite)[:3] == ("timelock-role-missing", "timelock role CANCELLER", council)


# ------------------------------------------------------------------------------------------ planted after the hand-over


def test_audit__open_executor__fails_by_name(dao: Dao) -> None:
    """Anybody could execute past the governor's look at the code."""
    by_vote(dao.suite, action(dao.suite.timelock, "grantRole", EXECUTOR, NOBODY))
    assert only(dao.suite)[:3] == ("timelock-with-foreign-executor", "timelock role EXECUTOR", NOBODY)


def test_audit__handover_done_by_half__names_what_the_council_kept(suite: Any, council: str) -> None:
    for one in handover_actions(suite.timelock, council, suite.governor.address)[:3]:
        by_council(suite, council, one)
    found = {(one.rule, one.place, one.holder) for one in audit(suite).findings}
    assert found == {
        ("timelock-of-foreign-council", "timelock role PROPOSER", council),
        ("timelock-of-foreign-council", "timelock role CANCELLER", council),
        ("timelock-with-foreign-executor", "timelock role EXECUTOR", NOBODY),
    }


def test_audit__grant_by_a_vote_that_nobody_wrote_down__fails_by_name(dao: Dao, attacker: str) -> None:
    by_vote(dao.suite, action(dao.suite.hub, "grantRole", Role.UNDERWRITER, attacker, 0))
    assert only(dao.suite)[:3] == ("role-besides-plan", "hub role UNDERWRITER", attacker)


def test_audit__another_number_of_the_governor__fails_by_name(dao: Dao) -> None:
    by_vote(dao.suite, action(dao.at, "setVotingDelay", HOUR))
    assert only(dao.suite) == ("governor-unlike-plan", "governor votingDelay", dao.at.address, str(HOUR))


def test_audit__another_proposal_guardian__fails_by_name(dao: Dao, attacker: str) -> None:
    by_vote(dao.suite, action(dao.at, "setProposalGuardian", attacker))
    assert only(dao.suite) == ("proposal-guardian-unlike-plan", "proposal guardian", attacker, "cancels proposals")


def test_audit__votes_that_moved__are_shown_and_no_fault(dao: Dao, attacker: str) -> None:
    dao.give_votes(attacker, 700_000 * 10**18)
    found = audit(dao.suite)
    assert found.findings == ()
    assert [(one.through, one.what) for one in found.powers.held_by(attacker)] == [
        ("0.70 % of HOLD", "propose, castVote")
    ]


def test_audit__votes_of_the_timelock__that_somebody_casts_or_may_take__fail_by_name(dao: Dao, attacker: str) -> None:
    """It has more than half of all HOLD: one delegation, and there is one who decides everything."""
    by_vote(dao.suite, action(dao.hold, "delegate", attacker))
    casts = ("votes-of-the-timelock", "delegate of the timelock", attacker, "votes with 51,000,000.00 HOLD")
    assert only(dao.suite) == casts
    by_vote(dao.suite, action(dao.hold, "delegate", NOBODY), action(dao.hold, "approve", attacker, 5 * 10**18))
    takes = ("votes-of-the-timelock", "HOLD of the timelock", attacker, "may take 5.00 HOLD")
    assert only(dao.suite) == takes
    dao.hold.transferFrom(dao.suite.timelock.address, attacker, 5 * 10**18, sender=attacker)
    assert audit(dao.suite).findings == ()


def test_audit__power_of_a_wallet_that_no_other_rule_knows__fails_by_name(suite: Any, attacker: str) -> None:
    """The net below all other rules: for tables that the suite does not have yet."""
    powers = read_powers(suite)
    planted = Power(attacker, "attacker", "row: some new table", "treasury", "take everything")
    found = list(_Auditor(dataclasses.replace(powers, powers=(*powers.powers, planted))).findings())
    assert [(one.rule, one.place, one.holder) for one in found] == [
        ("external-account-with-power", "row: some new table", attacker)
    ]
