"""A proposal's steps from its file: each once, each only when it is due, and a refusal in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dao_stage import COOL_DOWN, DAY, DELAY, HOLD, PERIOD, Dao

from commonhold.operations.governance.council import handover_lines, let_council_hand_over
from commonhold.operations.governance.dao import Dao as Steps
from commonhold.operations.governance.dao import DaoRefused, all_proposals, delegate, names_of, wallet_of
from commonhold.operations.governance.dao_tables import proposals_table, standing_table
from commonhold.operations.governance.proposal_file import read_proposal
from commonhold.recipe.governing import NO_PREDECESSOR, role_holder
from commonhold.recipe.handover import SALT, handover_actions, is_handed_over
from commonhold.recipe.voting import State, Support, awaken, voters_of


@pytest.fixture
def steps_of(tmp_path: Path) -> Callable[..., Steps]:
    """`steps_of(suite)`: those of a proposal that lets the stranger mint seven wei."""

    def make(suite: Any, call: str = "{target: coin, function: setMinter, arguments: [attacker, 7]}") -> Steps:
        file = tmp_path / "proposal.yaml"
        file.write_text(f"title: Seven\ntext: Why not.\nactions:\n  - {call}\n", encoding="utf-8")
        return Steps(suite, read_proposal(file, names_of(suite)))

    return make


@pytest.fixture
def steps(dao: Dao, steps_of: Callable[..., Steps]) -> Steps:
    return steps_of(dao.suite)


def refused(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(DaoRefused) as caught:
        call()
    assert words in caught.value.message


def test_all_steps__each_done_once_however_often_it_is_run(dao: Dao, steps: Steps, attacker: str) -> None:
    first, second, third, fourth = dao.voters
    assert (steps.standing().state, steps.standing().next_step) == (None, "propose")
    assert steps.propose(first) is not None
    assert steps.propose(second) is None
    assert steps.vote(first, Support.FOR, pass_time=True) is not None
    assert steps.vote(first, Support.AGAINST) is None
    assert steps.vote(third, Support.AGAINST) is not None
    assert steps.vote(fourth, Support.ABSTAIN) is not None
    assert steps.standing().votes == (3 * 10**6 * HOLD, 30 * 10**6 * HOLD, 10**6 * HOLD)
    assert steps.queue(attacker, pass_time=True) is not None
    assert steps.queue(attacker) is None
    assert steps.execute(attacker, pass_time=True) is not None
    number = dao.engine.block_number()
    assert (steps.execute(attacker), steps.queue(attacker)) == (None, None)
    refused(lambda: steps.vote(second, Support.FOR), "the vote is over: executed")
    refused(lambda: steps.propose(first), "exactly this was executed before: say --again")
    assert dao.engine.block_number() == number
    assert dao.suite.coin.minterOf(attacker).cap == 7
    assert [(title, one.state) for title, one in all_proposals(dao.suite)] == [("Seven", State.EXECUTED)]


def test_again__makes_another_round(dao: Dao, steps: Steps) -> None:
    first = steps
    first.propose(dao.voters[0])
    before = first.standing().proposal_id
    dao.engine.advance(DELAY + PERIOD + 60)
    refused(lambda: first.propose(dao.voters[0]), "exactly this failed (defeated) before: say --again")
    refused(
        lambda: first.propose(dao.voters[0], again=True), "CoolingDown: it failed not long ago, and may be proposed"
    )
    refused(
        lambda: first.queue(dao.voters[0]), "defeated: for 0 HOLD, against 0 HOLD, abstained 0 HOLD, and the quorum"
    )
    dao.engine.advance(COOL_DOWN)
    assert first.propose(dao.voters[0], again=True) is not None
    assert first.standing().proposal_id != before
    assert len(all_proposals(dao.suite)) == 2


def test_too_early__is_told_with_the_moment_and_nothing_sent(dao: Dao, steps: Steps) -> None:
    voter = dao.voters[0]
    for step in (lambda: steps.vote(voter, Support.FOR), lambda: steps.queue(voter), lambda: steps.execute(voter)):
        refused(step, "nobody has proposed this, or a target's code is not what it was then")
    steps.propose(voter)
    number = dao.engine.block_number()
    refused(lambda: steps.vote(voter, Support.FOR), "too early: the vote begins at 2026-")
    refused(lambda: steps.queue(voter), "too early: the vote ends at 2026-")
    refused(lambda: steps.execute(voter), "pending: next comes vote from 2026-")
    assert dao.engine.block_number() == number
    steps.vote(voter, Support.FOR, pass_time=True)
    refused(lambda: steps.execute(voter), "active: next comes vote until 2026-")
    steps.queue(voter, pass_time=True)
    refused(lambda: steps.execute(voter), "too early: it can be executed at 2026-")


def test_votes__that_are_missing__are_told(dao: Dao, steps: Steps, attacker: str) -> None:
    refused(lambda: steps.propose(attacker), "has 0.00 HOLD of votes, and 500,000.00 HOLD are needed to propose")
    steps.propose(dao.voters[0])
    before = dao.engine.now()
    refused(lambda: steps.vote(attacker, Support.FOR, pass_time=True), "has no votes: no HOLD, or none that its owner")
    assert dao.engine.now() == before  # no day has passed for nothing
    steps.vote(dao.voters[0], Support.FOR, pass_time=True)
    refused(lambda: steps.vote(attacker, Support.FOR), "had no votes when the vote began")


def test_delegate__lets_hold_vote_once(suite: Any) -> None:
    owner = voters_of(suite)[0]
    assert delegate(suite, owner, owner) is not None
    assert delegate(suite, owner, owner) is None
    assert suite.hold.getVotes(owner) == 30_000_000 * HOLD


def test_cancelled__is_told(dao: Dao, steps: Steps) -> None:
    steps.propose(dao.voters[0])
    steps.proposal.cancel(dao.guardian)
    refused(lambda: steps.queue(dao.voters[0]), "canceled: ")
    refused(lambda: steps.vote(dao.voters[0], Support.FOR), "the vote is over: canceled")
    assert steps.standing().next_step == "none"


def test_target_without_code__is_told_before_anything_is_sent(dao: Dao, steps_of: Callable[..., Steps]) -> None:
    empty = "0x000000000000000000000000000000000000dEaD"
    file = steps_of(dao.suite).file
    moved = replace(file.planned[0], address=empty)
    refused(
        Steps(dao.suite, replace(file, planned=(moved,))).standing, f"TargetWithoutCode: {empty} has no code of its"
    )


def test_before_the_handover__nothing_can_be_queued(suite: Any, steps_of: Callable[..., Steps]) -> None:
    steps, voters = steps_of(suite), voters_of(suite)
    awaken(suite, voters)
    suite.engine.advance(60)
    steps.propose(voters[0])
    steps.vote(voters[0], Support.FOR, pass_time=True)
    before = suite.engine.now()
    refused(lambda: steps.queue(voters[0], pass_time=True), "the council still decides")
    assert suite.engine.now() == before
    let_council_hand_over(suite)
    assert steps.queue(voters[0], pass_time=True) is not None


@pytest.mark.parametrize("later", [0, 3 * DAY])
def test_handover__that_was_begun__is_finished(suite: Any, later: int) -> None:
    timelock, council = suite.timelock, role_holder(suite, "council")
    batch = handover_actions(timelock, council, suite.governor.address)
    call = ([a.target for a in batch], [0] * 7, [a.data for a in batch], NO_PREDECESSOR, SALT)
    assert handover_lines(suite)["propose with"] == "0x" + timelock.scheduleBatch.encode(*call, 2 * DAY).hex()
    assert handover_lines(suite)["execute with"] == "0x" + timelock.executeBatch.encode(*call).hex()
    timelock.scheduleBatch(*call, 2 * DAY, sender=council)
    if later:
        suite.engine.advance(later)
    let_council_hand_over(suite)
    assert is_handed_over(suite)


def test_wallets__by_role_name_number_and_address(suite: Any, attacker: str) -> None:
    assert wallet_of(suite, "attacker") == wallet_of(suite, attacker) == wallet_of(suite, "19") == attacker
    assert wallet_of(suite, "council") == role_holder(suite, "council")
    refused(lambda: wallet_of(suite, "nobody"), "got 'nobody'; expected an address or one of council, ")


def test_title__of_a_stranger__is_shown_without_tricks(dao: Dao) -> None:
    dao.harmless(text="Bad\x1b[2J\u202e one\nmore").propose(dao.voters[0])
    assert [title for title, _ in all_proposals(dao.suite)] == ["Bad?[2J? one"]


def test_tables__of_proposals(dao: Dao, steps: Steps) -> None:
    steps.propose(dao.voters[0])
    standing = steps.standing()
    assert standing_table("Seven", standing).row_count == 8
    assert proposals_table(all_proposals(dao.suite)).row_count == 1
