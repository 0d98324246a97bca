"""The governor's numbers at their thresholds, its guardian, its settings, its signatures (L17, L19)."""

from __future__ import annotations

from typing import Any

import pytest
from dao_stage import COOL_DOWN, DAY, DELAY, EXTENSION, FLOOR, HOLD, NOBODY, PERIOD, QUORUM, THRESHOLD, Dao, refused
from eth_utils import keccak

from commonhold.engines.codec import as_address
from commonhold.recipe.voting import Proposal, State, Support, action, by_vote

SUPPLY = 100_000_000 * HOLD


def bits(*states: State) -> bytes:
    """A set of states, as the governor's errors show it."""
    return sum(1 << state for state in states).to_bytes(32, "big")


# ----------------------------------------------------------------------------------------------------------- proposing


def test_terms__of_the_parameters__are_in_force(suite: Any) -> None:
    governor = suite.governor
    assert (governor.votingDelay(), governor.votingPeriod()) == (DELAY, PERIOD)
    assert (governor.lateQuorumVoteExtension(), governor.coolDown()) == (EXTENSION, COOL_DOWN)
    assert (governor.proposalThreshold(), governor.quorumFloor()) == (THRESHOLD, FLOOR)
    assert governor.quorum(suite.engine.now() - 1) == QUORUM
    assert (governor.CLOCK_MODE(), governor.clock()) == ("mode=timestamp", suite.engine.now())
    assert governor.proposalGuardian() == suite.engine.accounts[16]
    assert governor.timelock() == suite.timelock.address
    assert (suite.engine.call(governor, "name"), governor.version()) == ("Commonhold Governor", "1")


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_propose__around_the_threshold__takes_enough_votes(dao: Dao, attacker: str, off: int) -> None:
    dao.give_votes(attacker, THRESHOLD + off)
    made = dao.harmless()
    if off < 0:
        short = ("GovernorInsufficientProposerVotes", attacker, THRESHOLD + off, THRESHOLD)
        refused(lambda: made.propose(attacker), *short)
    else:
        event = made.propose(attacker).event("ProposalCreated")
        assert (event["proposalId"], event["proposer"], event["description"]) == (made.id, attacker, made.text)


@pytest.mark.parametrize("code", ["none", "delegated"])
def test_propose__target_without_code_of_its_own__is_refused(dao: Dao, attacker: str, code: str) -> None:
    target = as_address("0x" + ("5e" if code == "none" else "5f") * 20)
    if code == "delegated":
        dao.engine.set_code(target, b"\xef\x01\x00" + bytes.fromhex(dao.hold.address[2:]))
    made = Proposal(dao.suite, (action(dao.hold, "transfer", attacker, 1),)).arrays
    error = "TargetWithoutCode" if code == "none" else "TargetDelegated"
    refused(
        lambda: dao.at.propose([target], *made[1:], "x", sender=dao.voters[0]),
        error,
        dao.engine.at("Treasury", target).address,
    )


def test_propose__lists_that_do_not_fit__are_refused(dao: Dao) -> None:
    targets, values, data = dao.harmless().arrays
    propose = dao.at.propose
    refused(lambda: propose([], [], [], "", sender=dao.voters[0]), "GovernorInvalidProposalLength", 0, 0, 0)
    refused(lambda: propose(targets, [], data, "", sender=dao.voters[0]), "GovernorInvalidProposalLength", 1, 1, 0)
    refused(lambda: propose(targets, values, [], "", sender=dao.voters[0]), "GovernorInvalidProposalLength", 1, 0, 1)


# --------------------------------------------------------------------------------------------------------------- votes


@pytest.mark.parametrize("off", [0, 1])
def test_vote__around_its_beginning__counts_from_the_second_after_the_delay(dao: Dao, off: int) -> None:
    made = dao.harmless()
    proposed_at = made.propose(dao.voters[0]).timestamp
    dao.at_time(proposed_at + DELAY + off)
    if off:
        made.vote(dao.voters[0])
    else:
        wrong = ("GovernorUnexpectedProposalState", made.id, State.PENDING, bits(State.ACTIVE))
        refused(lambda: made.vote(dao.voters[0]), *wrong)


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_vote__around_its_end__counts_in_the_last_second(dao: Dao, off: int) -> None:
    made = dao.harmless()
    made.propose(dao.voters[0])
    made.wait_for_vote()
    made.vote(dao.voters[0])
    dao.at_time(dao.at.proposalDeadline(made.id) + off)
    if off > 0:
        wrong = ("GovernorUnexpectedProposalState", made.id, State.SUCCEEDED, bits(State.ACTIVE))
        refused(lambda: made.vote(dao.voters[1], Support.AGAINST), *wrong)
    else:
        made.vote(dao.voters[1], Support.AGAINST)


@pytest.mark.parametrize("abstaining", [False, True])
@pytest.mark.parametrize("off", [-1, 0, 1])
def test_quorum__around_it__counts_for_and_abstentions(dao: Dao, attacker: str, off: int, abstaining: bool) -> None:
    dao.give_votes(attacker, QUORUM + off - dao.hold.balanceOf(dao.voters[3]))
    made = dao.harmless()
    made.propose(dao.voters[0])
    made.wait_for_vote()
    made.vote(attacker, Support.ABSTAIN if abstaining else Support.FOR)
    made.vote(dao.voters[3])
    made.wait_for_end()
    assert made.state == (State.DEFEATED if off < 0 else State.SUCCEEDED)


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_majority__around_it__takes_more_for_than_against(dao: Dao, attacker: str, off: int) -> None:
    dao.give_votes(attacker, 5_000_000 * HOLD + off)
    dao.hold.transfer(NOBODY[:-1] + "1", dao.hold.balanceOf(dao.voters[0]) - 5_000_000 * HOLD, sender=dao.voters[0])
    made = dao.harmless()
    made.propose(dao.voters[0])
    made.wait_for_vote()
    made.vote(attacker)
    made.vote(dao.voters[0], Support.AGAINST)
    made.wait_for_end()
    assert made.state == (State.SUCCEEDED if off > 0 else State.DEFEATED)


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_late_quorum__around_two_days_before_the_end__extends_the_vote(dao: Dao, off: int) -> None:
    made = dao.harmless()
    made.propose(dao.voters[0])
    made.wait_for_vote()
    deadline = dao.at.proposalDeadline(made.id)
    dao.at_time(deadline - EXTENSION + off)
    receipt = made.vote(dao.voters[0])
    assert dao.at.proposalDeadline(made.id) == deadline + max(off, 0)
    if off > 0:
        assert receipt.event("ProposalExtended")["extendedDeadline"] == deadline + off


def test_votes__by_signature__count_once_and_of_a_wallet_with_borrowed_code(dao: Dao, attacker: str) -> None:
    """L19. OpenZeppelin's own check asks such a wallet's code alone, which may not know ERC-1271."""
    made, voter = dao.harmless(), dao.voters[0]
    made.propose(voter)
    made.wait_for_vote()
    domain = {
        "name": "Commonhold Governor",
        "version": "1",
        "chainId": dao.engine.chain_id,
        "verifyingContract": dao.at.address,
    }
    fields = (("uint256", "proposalId"), ("uint8", "support"), ("address", "voter"), ("uint256", "nonce"))
    types = {"Ballot": [{"type": kind, "name": name} for kind, name in fields]}
    message = {"proposalId": made.id, "support": 1, "voter": voter, "nonce": 0}
    signature = dao.engine.sign_typed_data(voter, domain, types, message)
    cast = lambda signed, support=1: dao.at.castVoteBySig(made.id, support, voter, signed, sender=attacker)  # noqa: E731

    for wrong in ({"chainId": 1}, {"verifyingContract": dao.hold.address}, {"name": "Governor"}):
        foreign = dao.engine.sign_typed_data(voter, domain | wrong, types, message)
        refused(lambda foreign=foreign: cast(foreign), "GovernorInvalidSignature", voter)
    for field, value in (("support", 0), ("proposalId", made.id + 1), ("voter", attacker), ("nonce", 1)):
        other = dao.engine.sign_typed_data(voter, domain, types, message | {field: value})
        refused(lambda other=other: cast(other), "GovernorInvalidSignature", voter)
    of_another = dao.engine.sign_typed_data(attacker, domain, types, message)
    refused(lambda: cast(of_another), "GovernorInvalidSignature", voter)
    refused(lambda: cast(signature, 0), "GovernorInvalidSignature", voter)

    borrowed = dao.suite.rates.address
    dao.engine.set_code(voter, b"\xef\x01\x00" + bytes.fromhex(borrowed[2:]))
    try:
        assert cast(signature).event("VoteCast")["weight"] == dao.hold.balanceOf(voter)
    finally:
        dao.engine.set_code(voter, b"")
    refused(lambda: cast(signature), "GovernorInvalidSignature", voter)


# ----------------------------------------------------------------------------------------------------------- execution


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_execute__around_the_timelocks_delay__waits_for_it(dao: Dao, attacker: str, off: int) -> None:
    made = dao.harmless(7)
    made.pass_vote(dao.voters)
    dao.at_time(made.queue(attacker).timestamp + dao.suite.timelock.getMinDelay() + off)
    before = dao.hold.balanceOf(dao.voters[3])
    if off < 0:
        operation = dao.engine.events(dao.suite.timelock, "CallScheduled")[-1]["id"]
        early = ("TimelockUnexpectedOperationState", operation, (1 << 2).to_bytes(32, "big"))
        refused(lambda: made.execute(attacker), *early)
    else:
        made.execute(attacker)
        assert (dao.hold.balanceOf(dao.voters[3]) - before, made.state) == (7, State.EXECUTED)


def test_execute__with_another_text__is_the_same_proposal(dao: Dao, attacker: str) -> None:
    """Nobody can queue it under a text by which others don't find it."""
    made, alike = dao.harmless(text="Honest"), dao.harmless(text="Misleading")
    assert made.id == alike.id
    made.pass_vote(dao.voters)
    alike.queue(attacker)
    made.wait_for_execution()
    made.execute(attacker)
    assert made.state == State.EXECUTED


def test_execute__again_after_a_new_vote__is_another_round(dao: Dao) -> None:
    made = dao.harmless(3)
    made.pass_and_queue(dao.voters)
    first = made.id
    made.execute(dao.voters[0])
    made.pass_and_queue(dao.voters)
    assert (made.id != first, dao.at.roundOf(*made.arrays)) == (True, 1)
    made.execute(dao.voters[0])
    assert dao.at.state(first) == dao.at.state(made.id) == State.EXECUTED


@pytest.mark.parametrize("how", ["defeated", "cancelled"])
@pytest.mark.parametrize("off", [-1, 0, 1])
def test_cool_down__around_it__is_counted_from_the_end_of_the_vote(dao: Dao, how: str, off: int) -> None:
    made = dao.harmless()
    made.propose(dao.voters[0])
    failed = made.id
    if how == "cancelled":
        made.cancel(dao.guardian)
    ready_at = dao.at.proposalDeadline(failed) + COOL_DOWN
    dao.at_time(ready_at + off)
    again = dao.harmless(text="The same once more")
    if off < 0:
        refused(lambda: again.propose(dao.voters[0]), "CoolingDown", failed, ready_at)
    else:
        again.propose(dao.voters[0])
        assert (again.id != failed, again.state) == (True, State.PENDING)


# -------------------------------------------------------------------------------------------------------- the guardian


@pytest.mark.parametrize("state", [State.PENDING, State.ACTIVE, State.SUCCEEDED, State.QUEUED])
def test_guardian__in_every_state_of_a_proposal__can_cancel_and_nobody_else_can(dao: Dao, state: State) -> None:
    made = dao.harmless()
    made.propose(dao.voters[0])
    if state >= State.ACTIVE:
        made.wait_for_vote()
        made.vote(dao.voters[0])
    if state >= State.SUCCEEDED:
        made.wait_for_end()
    if state == State.QUEUED:
        made.queue(dao.voters[0])
    assert made.state == state
    for caller in (dao.voters[0], dao.suite.deployer, dao.engine.accounts[1], dao.engine.accounts[2]):
        refused(lambda caller=caller: made.cancel(caller), "GovernorUnableToCancel", made.id, caller)
    made.cancel(dao.guardian)
    assert made.state == State.CANCELED
    refused(
        lambda: made.cancel(dao.guardian),
        "GovernorUnexpectedProposalState",
        made.id,
        State.CANCELED,
        bits(State.PENDING, State.ACTIVE, State.DEFEATED, State.SUCCEEDED, State.QUEUED),
    )


def test_l16_guardian__of_proposals__can_do_nothing_else(dao: Dao, attacker: str) -> None:
    """With the key stolen: no vote, no proposal, no setting, no right in the timelock, no role in the hub."""
    guardian, at, timelock = dao.guardian, dao.at, dao.suite.timelock
    refused(lambda: dao.harmless().propose(guardian), "GovernorInsufficientProposerVotes", guardian, 0, THRESHOLD)
    for setter, value in SETTERS:
        refused(lambda s=setter, v=value: getattr(at, s)(v, sender=guardian), "GovernorOnlyExecutor", guardian)
    roles = (timelock.PROPOSER_ROLE(), timelock.EXECUTOR_ROLE(), timelock.CANCELLER_ROLE(), bytes(32))
    assert not any(timelock.hasRole(role, guardian) for role in roles)
    assert not any(dao.suite.hub.hasRole(role, guardian)[0] for role in range(7))


def test_t42_guardian__whose_key_was_stolen__can_t_keep_its_chair(dao: Dao, attacker: str) -> None:
    guardian = dao.guardian
    made = dao.proposal(action(dao.at, "setProposalGuardian", attacker))
    made.propose(dao.voters[0])
    refused(lambda: made.cancel(guardian), "ReplacesGuardian", guardian)
    hashes = [keccak(dao.engine.code_at(dao.at.address))]
    refused(lambda: dao.at.cancelPinned(*made.arrays, hashes, sender=guardian), "ReplacesGuardian", guardian)
    made.wait_for_vote()
    made.vote(dao.voters[0])
    made.wait_for_end()
    made.queue(dao.voters[0])
    made.wait_for_execution()
    made.execute(dao.voters[0])
    assert dao.guardian == attacker
    with_more = dao.proposal(
        action(dao.at, "setProposalGuardian", guardian), action(dao.hold, "transfer", attacker, 1), text="Two things"
    )
    with_more.propose(dao.voters[0])
    with_more.cancel(attacker)
    assert with_more.state == State.CANCELED


def test_guardian__when_there_is_none__nobody_cancels(dao: Dao) -> None:
    by_vote(dao.suite, action(dao.at, "setProposalGuardian", NOBODY))
    made = dao.harmless()
    made.propose(dao.voters[0])
    refused(lambda: made.cancel(dao.voters[0]), "GovernorUnableToCancel", made.id, dao.voters[0])


# ------------------------------------------------------------------------------------------------------------ settings

SETTERS = (
    ("setVotingDelay", 2 * DAY),
    ("setVotingPeriod", 3 * DAY),
    ("setProposalThreshold", 2 * THRESHOLD),
    ("updateQuorumNumerator", 500),
    ("setLateQuorumVoteExtension", DAY),
    ("setProposalGuardian", "0x" + "11" * 20),
)
BOUNDS = (
    ("setVotingDelay", "votingDelay", 3600, 30 * DAY),
    ("setVotingPeriod", "votingPeriod", DAY, 30 * DAY),
    ("setProposalThreshold", "proposalThreshold", SUPPLY // 10_000, SUPPLY // 50),
    ("updateQuorumNumerator", "quorumBps", 100, 2_000),
    ("setLateQuorumVoteExtension", "lateExtension", 3600, PERIOD),
)


def test_l17_settings__for_anybody_but_the_timelock__are_refused(dao: Dao, attacker: str, council: str) -> None:
    for caller in (attacker, council, dao.voters[0], dao.suite.deployer):
        for setter, value in SETTERS:
            call = getattr(dao.at, setter)
            refused(lambda c=call, v=value, s=caller: c(v, sender=s), "GovernorOnlyExecutor", caller)
        refused(lambda s=caller: dao.at.updateTimelock(s, sender=s), "FixedTimelock", dao.suite.timelock.address)
        refused(lambda s=caller: dao.at.relay(s, 0, b"", sender=s), "NothingToRelay", caller)


def test_l17_settings__by_a_vote__are_changed(dao: Dao) -> None:
    by_vote(dao.suite, *(action(dao.at, setter, value) for setter, value in SETTERS))
    at = dao.at
    assert (at.votingDelay(), at.votingPeriod(), at.proposalThreshold()) == (2 * DAY, 3 * DAY, 2 * THRESHOLD)
    assert (at.quorumNumerator(), at.lateQuorumVoteExtension(), dao.guardian) == (500, DAY, "0x" + "11" * 20)


@pytest.mark.parametrize(("setter", "name", "least", "most"), BOUNDS)
def test_settings__around_their_bounds__no_vote_gets_past_them(
    dao: Dao, setter: str, name: str, least: int, most: int
) -> None:
    """T37: a vote can't bring back a delay of zero, nor a quorum of nothing."""
    for value in (least, most):
        made = dao.proposal(action(dao.at, setter, value))
        with dao.engine.rollback():
            made.pass_and_queue(dao.voters)
            made.execute(dao.voters[0])
    for value in (least - 1, most + 1):
        made = dao.proposal(action(dao.at, setter, value))
        with dao.engine.rollback():
            made.pass_and_queue(dao.voters)
            refused(lambda m=made: m.execute(dao.voters[0]), "SettingOutOfRange", name, value, least, most)


@pytest.mark.parametrize("seconds", [3599, 3600, 30 * DAY, 30 * DAY + 1])
def test_t37_timelock__by_a_vote__keeps_a_delay(dao: Dao, seconds: int) -> None:
    made = dao.proposal(action(dao.suite.timelock, "updateDelay", seconds))
    made.pass_and_queue(dao.voters)
    if 3600 <= seconds <= 30 * DAY:
        made.execute(dao.voters[0])
        assert dao.suite.timelock.getMinDelay() == seconds
    else:
        refused(lambda: made.execute(dao.voters[0]), "DelayOutOfRange", seconds)


def test_relay_and_timelock__by_a_vote__stay_shut(dao: Dao, attacker: str) -> None:
    for name, error, value, args in (
        ("relay", "NothingToRelay", attacker, (attacker, 0, b"")),
        ("updateTimelock", "FixedTimelock", dao.suite.timelock.address, (attacker,)),
    ):
        made = dao.proposal(action(dao.at, name, *args))
        made.pass_and_queue(dao.voters)
        refused(lambda m=made: m.execute(dao.voters[0]), error, value)


# -------------------------------------------------------------------------------------------------------- construction

TERMS = {
    "votingDelay": DELAY,
    "votingPeriod": PERIOD,
    "lateExtension": EXTENSION,
    "coolDown": COOL_DOWN,
    "quorumBps": 400,
    "proposalThreshold": THRESHOLD,
    "quorumFloor": FLOOR,
    "guardian": NOBODY,
}
CONSTRUCTOR_BOUNDS = (
    *((name, least, most) for _, name, least, most in BOUNDS),
    ("coolDown", DAY, 365 * DAY),
    ("quorumFloor", 1, SUPPLY // 5),
)


@pytest.mark.parametrize(("name", "least", "most"), CONSTRUCTOR_BOUNDS)
def test_constructor__around_each_bound__takes_what_is_in_range(suite: Any, name: str, least: int, most: int) -> None:
    def make(value: int) -> Any:
        least_extension = {"lateExtension": 3600} if name == "votingPeriod" else {}
        terms = tuple((TERMS | least_extension | {name: value}).values())
        at = (suite.hold.address, suite.timelock.address)
        return suite.engine.deploy("CommonholdGovernor", *at, terms, sender=suite.deployer)

    for value in (least, most):
        make(value)
    for value in (least - 1, most + 1):
        refused(lambda value=value: make(value), "SettingOutOfRange", name, value, least, most)


def test_payouts__by_a_vote__keep_to_the_treasurys_cap(dao: Dao, suite: Any, attacker: str) -> None:
    """T38: what a captured vote can take at once is a part of the equity, however many calls it takes it in."""
    reserve, treasury, bank = suite.reserve, suite.treasury, suite.engine.accounts[13]
    reserve.mint(bank, 1_000_000 * 10**6, sender=bank)
    reserve.approve(treasury.address, 1_000_000 * 10**6, sender=bank)
    treasury.contribute(1_000_000 * 10**6, sender=bank)
    cap = 50_000 * 10**6
    for cash, passes in (((cap,), True), ((cap + 1,), False), ((cap, 1), False)):
        made = dao.proposal(*(action(treasury, "payOut", attacker, part) for part in cash))
        with dao.engine.rollback():
            made.pass_and_queue(dao.voters)
            suite.reserve_feed.updateAnswer(suite.reserve_feed.latestAnswer(), sender=bank)
            if passes:
                made.execute(attacker)
                assert reserve.balanceOf(attacker) == cap
            else:
                wanted = sum(cash) * 10**12
                refused(lambda m=made: m.execute(attacker), "PayOutCapExceeded", wanted, cap * 10**12)
