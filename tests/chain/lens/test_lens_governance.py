"""The lens for proposals, votes and ballots on the chain: named by the suite's lens, pages within a call's gas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from commonhold.engines.base import ZERO_ADDRESS, decode_revert
from commonhold.recipe.handover import hand_over
from commonhold.recipe.voting import Proposal, State, Support, action, awaken, voters_of

HOLD, DAY = 10**18, 86_400
LARGEST = 100
RESOLUTION = (ZERO_ADDRESS, 0, b"a resolution".ljust(32, b"."))


@pytest.fixture
def voters(handles: Any) -> list[str]:
    """Who begins with HOLD, after the hand-over."""
    found = voters_of(handles)
    awaken(handles, found)
    hand_over(handles)
    return found


def test_suite__names_its_lens_for_governance(handles: Any) -> None:
    lens, checks = handles.governance_lens, handles.governance_checks
    assert handles.lens.GOVERNANCE_LENS() == lens.address
    assert lens.CHECKS() == checks.address
    assert lens.GOVERNOR() == checks.GOVERNOR() == handles.governor.address
    assert lens.TIMELOCK() == checks.TIMELOCK() == handles.timelock.address
    assert lens.BALLOT() == checks.BALLOT() == handles.ballot.address
    assert lens.TOKEN() == handles.hold.address


def test_proposal__from_its_actions_to_its_execution__page_and_checks_follow_it(
    handles: Any, voters: list[str]
) -> None:
    lens, checks = handles.governance_lens, handles.governance_checks
    made = Proposal(handles, (action(handles.hold, "transfer", voters[3], HOLD),))
    assert checks.proposeCheck(voters[0], made.arrays, made.text) == b""
    made.propose(voters[0])
    page = lens.proposalOf(made.arrays)
    assert (page.complete, page.proposal.exists, page.proposal.state) == (True, True, State.PENDING)
    assert decode_revert(page.queueRefusal, "CommonholdGovernor").name == "GovernorUnexpectedProposalState"
    made.wait_for_vote()
    asked = lens.voter(voters[0], [made.id]).proposals[0]
    assert (asked.weight, asked.voted, asked.refusal) == (30_000_000 * HOLD, False, b"")
    made.vote(voters[0], Support.FOR)
    asked = lens.voter(voters[0], [made.id]).proposals[0]
    assert (asked.voted, decode_revert(asked.refusal, "CommonholdGovernor").name) == (True, "GovernorAlreadyCastVote")
    made.wait_for_end()
    assert checks.queueCheck(made.arrays) == b""
    made.queue(voters[0])
    early = decode_revert(checks.executeCheck(made.arrays), "CouncilTimelock")
    assert early.name == "TimelockUnexpectedOperationState"
    made.wait_for_execution()
    page = lens.proposalOf(made.arrays)
    assert (page.executeRefusal, page.proposal.executable) == (b"", True)
    made.execute(voters[0])
    assert lens.proposal(made.id).state == State.EXECUTED


def test_pages__as_full_as_they_get__fit_one_call(
    handles: Any, voters: list[str], tokenized_house: Callable[..., int], owner_a: Any
) -> None:
    """A house of a hundred shares of one owner, a full page of ballots, a full page of proposals."""
    lens, engine = handles.governance_lens, handles.engine
    house = tokenized_house(LARGEST, to=owner_a)
    engine.advance(DAY)
    most = lens.MAX_BALLOTS_PER_PAGE()
    for number in range(most + 1):
        matter = (owner_a.address, 10**18, b"invoice".ljust(28, b"-") + number.to_bytes(4, "big"))
        handles.ballot.open(house * 256 + 1, matter if number else RESOLUTION, sender=owner_a)
    handles.ballot.vote(1, [house * 256 + number for number in range(1, LARGEST + 1)], True, sender=owner_a)
    made = Proposal(handles, (action(handles.hold, "transfer", voters[3], HOLD),))
    made.propose(voters[0])
    made.wait_for_vote()
    for page in (lens.ballots(0, 0), lens.ballotsOfHouse(house, 0, 0)):
        assert (page.complete, len(page.ballots), page.nextBallot) == (True, most, most + 1)
    assert lens.ballot(1).passing
    page = lens.ballotShares(1, ZERO_ADDRESS, 0, 0)
    assert (page.complete, len(page.shares), page.nextNumber) == (True, 50, 51)
    assert {decode_revert(entry.refusal, "HouseBallot").name for entry in page.shares} == {"AlreadyVoted"}
    ids = [made.id] * lens.MAX_PROPOSALS_PER_PAGE()
    assert all(one.complete and one.exists for one in lens.proposals(ids))
    page = lens.voter(voters[0], ids)
    assert (page.complete, {entry.refusal for entry in page.proposals}) == (True, {b""})
    assert lens.dao().complete
