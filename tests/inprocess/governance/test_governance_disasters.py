"""The disasters of DAOs (T37, T38, T40, T42, T43, code swap), first as they befall the wizard's governor."""

from __future__ import annotations

from typing import Any

import pytest
from dao_stage import COOL_DOWN, DAY, EXTENSION, FLOOR, QUORUM, THRESHOLD, Dao, refused
from eth_utils import keccak

from commonhold.engines.base import decode_revert
from commonhold.recipe.governing import NO_PREDECESSOR
from commonhold.recipe.voting import Proposal, State, Support, action, by_vote

YEAR = 365 * DAY


def loot(dao: Dao, thief: str, text: str = "Marketing budget") -> Proposal:
    """All of the DAO's own HOLD for somebody."""
    everything = dao.hold.balanceOf(dao.suite.timelock.address)
    return dao.proposal(action(dao.hold, "transfer", thief, everything), text=text)


def looted(dao: Dao) -> bool:
    return dao.hold.balanceOf(dao.suite.timelock.address) == 0


def finish(made: Proposal, sender: str) -> None:
    """Whoever won: queued, waited for, executed."""
    made.queue(sender)
    made.wait_for_execution()
    made.execute(sender)


# ------------------------------------------------------------------------------------------------------- T37 flash vote


def flash(dao: Dao, attacker: str, *calls: tuple[str, bytes]) -> None:
    """Borrows 30 million HOLD, does something with them, gives them back: in one transaction."""
    lender, hold = dao.voters[0], dao.hold
    lent = hold.balanceOf(lender)
    borrower = dao.engine.deploy("TestFlashVoter", sender=attacker)
    hold.approve(borrower.address, lent, sender=lender)
    borrower.batch(
        [
            (hold.address, hold.transferFrom.encode(lender, borrower.address, lent)),
            (hold.address, hold.delegate.encode(borrower.address)),
            *calls,
            (hold.address, hold.transfer.encode(lender, lent)),
        ],
        sender=attacker,
    )


def test_t37_flash_vote__with_borrowed_hold__neither_proposes_nor_votes(dao: Dao, attacker: str) -> None:
    made = loot(dao, attacker)
    proposing = (dao.at.address, dao.at.propose.encode(*made.arrays, made.text))
    with pytest.raises(Exception, match="GovernorInsufficientProposerVotes") as caught:
        flash(dao, attacker, proposing)
    assert f"{THRESHOLD}" in str(caught.value)

    made.propose(dao.voters[3])
    made.wait_for_vote()
    flash(dao, attacker, (dao.at.address, dao.at.castVote.encode(made.id, Support.FOR)))
    assert tuple(dao.at.proposalVotes(made.id)) == (0, 0, 0)
    made.wait_for_end()
    assert made.state == State.DEFEATED


def test_t37_flash_vote__after_a_vote_for_no_delays__happens_to_the_wizards_governor(
    wizard: Dao, attacker: str
) -> None:
    """From the proposal to the timelock in three seconds, before anybody sees it."""
    for name, value in DELAYS:
        made = wizard.proposal(action(wizard.at, name, value))
        made.pass_and_queue(wizard.voters)
        made.execute(attacker)
    wizard.give_votes(attacker, QUORUM)
    wizard.engine.advance(1)
    made = loot(wizard, attacker)
    proposed_at = made.propose(attacker).timestamp
    made.vote(attacker)
    made.queue(attacker)
    assert (made.state, wizard.engine.now() - proposed_at) == (State.QUEUED, 2)


DELAYS = (("setVotingDelay", 0), ("setVotingPeriod", 1))


@pytest.mark.parametrize(("setter", "value"), DELAYS)
def test_t37_flash_vote__after_a_vote_for_no_delays__is_impossible(dao: Dao, setter: str, value: int) -> None:
    made = dao.proposal(action(dao.at, setter, value))
    made.pass_and_queue(dao.voters)
    name, least = ("votingDelay", 3600) if value == 0 else ("votingPeriod", DAY)
    refused(lambda: made.execute(dao.voters[0]), "SettingOutOfRange", name, value, least, 30 * DAY)


# ---------------------------------------------------------------------------------------------------- T38 cheap capture


def at_the_last_second(dao: Dao, attacker: str) -> Proposal:
    """On a weekend: exactly the quorum of the attacker's, when nobody can answer any more."""
    dao.give_votes(attacker, QUORUM)
    made = loot(dao, attacker)
    made.propose(attacker)
    made.wait_for_vote()
    dao.at_time(dao.at.proposalDeadline(made.id))
    made.vote(attacker)
    return made


def test_t38_weekend_capture__of_the_wizards_governor__succeeds(wizard: Dao, attacker: str) -> None:
    made = at_the_last_second(wizard, attacker)
    wizard.engine.advance(1)
    finish(made, attacker)
    assert looted(wizard)


@pytest.mark.parametrize("off", [0, 1])
def test_t38_weekend_capture__of_ours__gives_two_days_to_answer(dao: Dao, attacker: str, off: int) -> None:
    made = at_the_last_second(dao, attacker)
    dao.at_time(dao.engine.now() + EXTENSION + off)
    if off:
        closed = ("GovernorUnexpectedProposalState", made.id, State.SUCCEEDED, (2).to_bytes(32, "big"))
        refused(lambda: made.vote(dao.voters[0], Support.AGAINST), *closed)
    else:
        made.vote(dao.voters[0], Support.AGAINST)
        made.wait_for_end()
        assert (made.state, looted(dao)) == (State.DEFEATED, False)


def third_try(dao: Dao, attacker: str) -> tuple[Proposal, Proposal]:
    """Voted down, then the same once more under another text."""
    dao.give_votes(attacker, QUORUM)
    first, again = loot(dao, attacker), loot(dao, attacker, "Something else entirely")
    first.propose(attacker)
    first.wait_for_vote()
    first.vote(attacker)
    first.vote(dao.voters[0], Support.AGAINST)
    first.wait_for_end()
    assert first.state == State.DEFEATED
    return first, again


def test_t38_third_try__of_the_wizards_governor__wears_voters_down(wizard: Dao, attacker: str) -> None:
    _, again = third_try(wizard, attacker)
    again.propose(attacker)
    again.wait_for_vote()
    again.vote(attacker)  # the others are tired
    again.wait_for_end()
    finish(again, attacker)
    assert looted(wizard)


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_t38_third_try__of_ours__has_to_cool_down(dao: Dao, attacker: str, off: int) -> None:
    first, again = third_try(dao, attacker)
    failed = first.id
    ready_at = dao.at.proposalDeadline(failed) + COOL_DOWN
    dao.at_time(ready_at + off)
    if off < 0:
        refused(lambda: again.propose(attacker), "CoolingDown", failed, ready_at)
    else:
        again.propose(attacker)


def test_copied_proposal__of_the_wizards_governor__splits_the_vote(wizard: Dao, attacker: str) -> None:
    wizard.give_votes(attacker, THRESHOLD)
    made, copy = loot(wizard, attacker), loot(wizard, attacker, "A copy")
    made.propose(attacker)
    copy.propose(attacker)
    assert made.id != copy.id


def test_copied_proposal__of_ours__is_the_same_while_it_runs(dao: Dao, attacker: str) -> None:
    """In every state up to its execution; nobody can cancel a copy to make the original cool down either."""
    dao.give_votes(attacker, THRESHOLD)
    made, copy = dao.harmless(), dao.harmless(text="A copy")
    running = lambda state: ("GovernorUnexpectedProposalState", made.id, state, bytes(32))  # noqa: E731
    copy.propose(attacker)
    refused(lambda: made.propose(dao.voters[0]), *running(State.PENDING))
    refused(lambda: copy.cancel(attacker), "GovernorUnableToCancel", made.id, attacker)
    made.wait_for_vote()
    refused(lambda: made.propose(dao.voters[0]), *running(State.ACTIVE))
    made.vote(dao.voters[0])
    made.wait_for_end()
    refused(lambda: copy.propose(attacker), *running(State.SUCCEEDED))
    made.queue(attacker)
    refused(lambda: copy.propose(attacker), *running(State.QUEUED))
    made.wait_for_execution()
    made.execute(attacker)
    copy.propose(attacker)


# ------------------------------------------------------------------------------- T40 lowered quorum, abandoned governor


def test_t40_lowered_quorum__of_the_wizards_governor__lets_a_handful_decide(wizard: Dao, attacker: str) -> None:
    lower = wizard.proposal(action(wizard.at, "updateQuorumNumerator", 0))
    lower.pass_and_queue(wizard.voters)
    lower.execute(attacker)
    wizard.give_votes(attacker, THRESHOLD)
    made = loot(wizard, attacker)
    made.pass_and_queue([attacker])
    made.execute(attacker)
    assert looted(wizard)


def test_t40_lowered_quorum__of_ours__has_a_floor(dao: Dao, attacker: str) -> None:
    nothing = dao.proposal(action(dao.at, "updateQuorumNumerator", 0))
    nothing.pass_and_queue(dao.voters)
    refused(lambda: nothing.execute(attacker), "SettingOutOfRange", "quorumBps", 0, 100, 2_000)
    lower = dao.proposal(action(dao.at, "updateQuorumNumerator", 100))
    lower.pass_and_queue(dao.voters)
    lower.execute(attacker)
    dao.engine.advance(1)
    assert dao.at.quorum(dao.engine.now() - 1) == FLOOR


def test_t40_abandoned_dao__of_the_wizards_governor__falls_to_one_in_a_hundred(wizard: Dao, attacker: str) -> None:
    """At the lowest quorum that ours takes, too, and with one HOLD less than ours would need."""
    lower = wizard.proposal(action(wizard.at, "updateQuorumNumerator", 1))
    lower.pass_and_queue(wizard.voters)
    lower.execute(attacker)
    wizard.engine.advance(YEAR)
    wizard.give_votes(attacker, FLOOR - 1)
    made = loot(wizard, attacker)
    made.pass_vote([attacker])
    finish(made, attacker)
    assert looted(wizard)


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_t40_abandoned_dao__after_a_year_without_votes__takes_an_absolute_quorum(
    dao: Dao, attacker: str, off: int
) -> None:
    """Though the quorum was lowered to its lowest and nobody looks: two million HOLD, not a part of those who care."""
    lower = dao.proposal(action(dao.at, "updateQuorumNumerator", 100))
    lower.pass_and_queue(dao.voters)
    lower.execute(attacker)
    dao.engine.advance(YEAR)
    dao.give_votes(attacker, FLOOR + off)
    made = loot(dao, attacker)
    made.pass_vote([attacker])
    assert made.state == (State.DEFEATED if off < 0 else State.SUCCEEDED)
    if off >= 0:
        made.queue(attacker)
        made.cancel(dao.guardian)  # who still looks
        assert made.state == State.CANCELED


def test_t40_rescued_proposal__by_a_quorum_lowered_later__stays_defeated(dao: Dao, attacker: str) -> None:
    dao.give_votes(attacker, QUORUM - 1)
    made = loot(dao, attacker)
    lower = dao.proposal(action(dao.at, "updateQuorumNumerator", 100))
    made.propose(attacker)
    lower.propose(dao.voters[0])
    lower.wait_for_vote()
    lower.vote(dao.voters[0])
    made.vote(attacker)
    made.wait_for_end()
    finish(lower, attacker)
    assert made.state == State.DEFEATED


# ------------------------------------------------------------------------------------------------------------ code swap


def armed_target(dao: Dao, attacker: str) -> tuple[Any, Proposal]:
    """A contract of the attacker's that does nothing while people look at it, and a proposal to call it."""
    target = dao.engine.deploy("TestFlashVoter", sender=attacker)
    return target, dao.proposal(action(target, "poke"), text="Renew the lease of the office")


def swap(dao: Dao, target: Any) -> bytes:
    """Other code at the same address, as self-destruction and CREATE2 leave it; returns what was there."""
    honest = dao.engine.code_at(target.address)
    dao.engine.set_code(target.address, dao.engine.code_at(dao.suite.rates.address))
    return honest


def test_code_swap__after_the_vote__runs_through_the_wizards_governor(wizard: Dao, attacker: str) -> None:
    target, made = armed_target(wizard, attacker)
    made.pass_and_queue(wizard.voters)
    # What stands there now takes any call.
    wizard.engine.set_code(target.address, bytes.fromhex("00"))
    made.execute(attacker)
    assert made.state == State.EXECUTED


@pytest.mark.parametrize("moment", ["before the vote's end", "before it is queued", "in the timelock"])
def test_code_swap__after_the_vote__makes_an_unknown_proposal(dao: Dao, attacker: str, moment: str) -> None:
    target, made = armed_target(dao, attacker)
    if moment == "in the timelock":
        made.pass_and_queue(dao.voters)
    else:
        made.pass_vote(dao.voters)
    voted, honest = made.id, swap(dao, target)
    swapped = made.id
    assert swapped != voted
    call = made.execute if moment == "in the timelock" else made.queue
    refused(lambda: call(attacker), "GovernorNonexistentProposal", swapped)
    # With the code that was voted on it is the proposal again.
    dao.engine.set_code(target.address, honest)
    assert made.id == voted
    call(attacker)


def test_code_swap__voted_on_twice_meanwhile__leaves_what_was_decided_as_it_is(dao: Dao, attacker: str) -> None:
    """Rounds are counted for each code: other code's proposals, failed and repeated, move nothing of this one."""
    target, made = armed_target(dao, attacker)
    made.pass_vote(dao.voters)
    voted, honest = made.id, swap(dao, target)
    made.propose(dao.voters[0])
    failed = made.id
    dao.at_time(dao.at.proposalDeadline(failed) + COOL_DOWN)
    made.propose(dao.voters[0])
    assert (made.id not in (voted, failed), dao.at.roundOf(*made.arrays)) == (True, 1)
    dao.engine.set_code(target.address, honest)
    assert (made.id, made.state, dao.at.roundOf(*made.arrays)) == (voted, State.SUCCEEDED, 0)
    refused(
        lambda: made.propose(dao.voters[0]),
        "GovernorUnexpectedProposalState",
        voted,
        State.SUCCEEDED,
        bytes(32),
    )
    made.queue(attacker)


def test_code_swap__past_the_governor__nobody_executes_at_the_timelock(dao: Dao, attacker: str, council: str) -> None:
    target, made = armed_target(dao, attacker)
    made.pass_and_queue(dao.voters)
    timelock, salt = dao.suite.timelock, made.id.to_bytes(32, "big")
    swap(dao, target)
    for caller in (attacker, council, dao.guardian, dao.suite.deployer):
        refused(
            lambda caller=caller: timelock.executeBatch(*made.arrays, NO_PREDECESSOR, salt, sender=caller),
            "AccessControlUnauthorizedAccount",
            caller,
            timelock.EXECUTOR_ROLE(),
        )


@pytest.mark.parametrize("code", [b"", bytes.fromhex("00")])
def test_code_swap__to_hide_from_the_guardian__does_not_help(dao: Dao, attacker: str, code: bytes) -> None:
    """A target that is gone while the guardian looks and back for the execution can be cancelled all the same."""
    target, made = armed_target(dao, attacker)
    made.pass_and_queue(dao.voters)
    voted, honest = made.id, dao.engine.code_at(target.address)
    hashes = [keccak(honest)]
    dao.engine.set_code(target.address, code)
    if code:
        refused(lambda: made.cancel(dao.guardian), "GovernorNonexistentProposal", made.id)
    else:
        refused(lambda: made.cancel(dao.guardian), "TargetWithoutCode", target.address)
    refused(lambda: dao.at.cancelPinned(*made.arrays, [], sender=dao.guardian), "CodeHashesMissing", 1, 0)
    for caller in (attacker, dao.voters[0]):
        refused(
            lambda caller=caller: dao.at.cancelPinned(*made.arrays, hashes, sender=caller),
            "GovernorUnableToCancel",
            voted,
            caller,
        )
    dao.at.cancelPinned(*made.arrays, hashes, sender=dao.guardian)
    dao.engine.set_code(target.address, honest)
    assert (made.id, made.state) == (voted, State.CANCELED)
    refused(
        lambda: made.execute(attacker),
        "GovernorUnexpectedProposalState",
        voted,
        State.CANCELED,
        (1 << 5).to_bytes(32, "big"),
    )


def test_code_swap__cancelled_with_others_in_one_transaction__is_each_by_its_own_code(dao: Dao, attacker: str) -> None:
    """The guardian may be a contract: what stood for one proposal's code is gone when it comes to the next."""
    guardian = dao.engine.deploy("TestFlashVoter", sender=attacker)
    by_vote(dao.suite, action(dao.at, "setProposalGuardian", guardian.address))
    target, made = armed_target(dao, attacker)
    other = dao.harmless()
    for one in (made, other):
        one.propose(dao.voters[0])
    hashes = [keccak(dao.engine.code_at(target.address))]
    guardian.batch(
        [
            (dao.at.address, dao.at.cancelPinned.encode(*made.arrays, hashes)),
            (dao.at.address, dao.at.cancel.encode(*other.hashed)),
        ],
        sender=attacker,
    )
    assert (made.state, other.state) == (State.CANCELED, State.CANCELED)


# ------------------------------------------------------------------------------------------ re-entrancy by an execution


def test_reentrancy__of_the_wizards_governor__runs_another_proposal_past_it_on_other_code(
    wizard: Dao, attacker: str
) -> None:
    """Anybody executes in its timelock: so does a proposal's target while it is called, on code that nobody saw."""
    target = wizard.engine.deploy("TestFlashVoter", sender=attacker)
    victim, other = armed_target(wizard, attacker)
    made = wizard.proposal(action(target, "poke"))
    for one in (made, other):
        one.pass_and_queue(wizard.voters)
    wizard.engine.set_code(victim.address, bytes.fromhex("00"))
    salt = bytes.fromhex(wizard.at.address[2:]).ljust(32, b"\0")
    salt = bytes(a ^ b for a, b in zip(salt, keccak(text=other.text), strict=True))
    timelock = wizard.suite.timelock
    past = timelock.executeBatch.encode(*other.arrays, NO_PREDECESSOR, salt)
    target.arm([(timelock.address, past)], sender=attacker)
    receipt = made.execute(attacker)
    assert [event["succeeded"] for event in receipt.events if event.name == "Answered"] == [True]
    assert (made.state, other.state) == (State.EXECUTED, State.EXECUTED)


def test_reentrancy__through_an_execution__executes_nothing_twice_and_sets_nothing(dao: Dao, attacker: str) -> None:
    """A proposal's target calls back: executes it again, executes at the timelock, sets, votes, hands out roles."""
    target = dao.engine.deploy("TestFlashVoter", sender=attacker)
    other = dao.harmless(9)
    other.pass_and_queue(dao.voters)
    timelock, salt = dao.suite.timelock, lambda one: one.id.to_bytes(32, "big")
    with_setter = dao.proposal(action(target, "poke"), action(dao.at, "setVotingDelay", 7 * DAY))
    calls = [
        (dao.at.address, dao.at.execute.encode(*with_setter.hashed)),
        (timelock.address, timelock.executeBatch.encode(*with_setter.arrays, NO_PREDECESSOR, salt(with_setter))),
        (timelock.address, timelock.executeBatch.encode(*other.arrays, NO_PREDECESSOR, salt(other))),
        (dao.at.address, dao.at.setVotingDelay.encode(7 * DAY)),
        (dao.at.address, dao.at.cancel.encode(*with_setter.hashed)),
        (timelock.address, timelock.grantRole.encode(bytes(32), attacker)),
    ]
    target.arm(calls, sender=attacker)
    with_setter.pass_and_queue(dao.voters)
    receipt = with_setter.execute(attacker)

    answers = [event for event in receipt.events if event.name == "Answered"]
    assert [answer["succeeded"] for answer in answers] == [False] * len(calls)
    assert [decode_revert(answer["answer"]).name for answer in answers] == [
        "GovernorUnexpectedProposalState",
        "AccessControlUnauthorizedAccount",
        "AccessControlUnauthorizedAccount",
        "GovernorOnlyExecutor",
        "GovernorUnableToCancel",
        "AccessControlUnauthorizedAccount",
    ]
    assert (dao.at.votingDelay(), with_setter.state, other.state) == (7 * DAY, State.EXECUTED, State.QUEUED)


def test_reentrancy__to_execute_another_proposal__takes_its_setter_from_the_first(dao: Dao, attacker: str) -> None:
    """OpenZeppelin's list of expected calls is one for all executions: the inner one clears it, so the outer one fails
    as a whole, and nothing is set that was not voted for."""
    target = dao.engine.deploy("TestFlashVoter", sender=attacker)
    inner = dao.harmless(11)
    setter = action(dao.at, "setVotingDelay", 7 * DAY)
    outer, plain = dao.proposal(action(target, "poke"), setter), dao.proposal(action(target, "poke"))
    for made in (inner, outer, plain):
        made.propose(dao.voters[0])
    inner.wait_for_vote()
    plain.wait_for_vote()
    for made in (inner, outer, plain):
        made.vote(dao.voters[0])
    plain.wait_for_end()
    for made in (inner, outer, plain):
        made.queue(attacker)
    plain.wait_for_execution()
    target.arm([(dao.at.address, dao.at.execute.encode(*inner.hashed))] * 2, sender=attacker)
    refused(lambda: outer.execute(attacker), "Panic", 0x31)
    receipt = plain.execute(attacker)
    assert [event["succeeded"] for event in receipt.events if event.name == "Answered"] == [True, False]
    assert (inner.state, outer.state, plain.state) == (State.EXECUTED, State.QUEUED, State.EXECUTED)
    target.arm([], sender=attacker)
    outer.execute(attacker)
    assert dao.at.votingDelay() == 7 * DAY
