"""Code swapped between vote and execution as the chain still allows it: a contract that is made and destroys itself in
the same transaction, and is made again at the same address with other code."""

from __future__ import annotations

from typing import Any

import pytest
from vote_stage import DELAY, HOLD, PERIOD, State

from commonhold.engines import Revert
from commonhold.recipe.governing import as_dao
from commonhold.recipe.handover import PROPOSER, hand_over
from commonhold.recipe.voting import Action, Proposal, Support, awaken, voters_of

THRESHOLD = 500_000 * HOLD
# Destroys itself if it is called without data, and takes any other call; the other one logs what it is called with.
MORTAL, OTHER = bytes.fromhex("3615600657005b33ff"), bytes.fromhex("365f5f37365fa000")


class Shapeshifter:
    """A contract that is there for single transactions only, each time with whatever code its maker likes."""

    def __init__(self, handles: Any, attacker: str, rich: str) -> None:
        self.attacker = attacker
        self.maker = handles.engine.deploy("TestShapeshifter", sender=attacker)
        self.wallet = handles.engine.deploy("TestFlashVoter", sender=attacker)
        self.address = self.maker.place()
        handles.hold.transfer(self.wallet.address, THRESHOLD, sender=rich)
        self.wallet.batch([(handles.hold.address, handles.hold.delegate.encode(self.wallet.address))], sender=attacker)

    def during(self, code: bytes, at: Any, call: bytes) -> Any:
        """In one transaction: made, something called, and gone again if the code can."""
        made = (self.maker.address, self.maker.become.encode(code))
        gone = [(self.address, b"")] if code == MORTAL else []
        return self.wallet.batch([made, (at.address, call), *gone], sender=self.attacker)


def won(handles: Any, shape: Shapeshifter, at: Any) -> tuple[Proposal, int]:
    """A proposal to call it, which the voters agreed to; whoever looked saw no code there, and harmless code in the
    transaction that proposed it."""
    made = Proposal(handles, (Action(shape.address, b"run!"),), "Pay the gardener", at=at)
    receipt = shape.during(MORTAL, at, at.propose.encode(*made.arrays, made.text))
    assert handles.engine.code_at(shape.address) == b""
    created = receipt.event("ProposalCreated")
    handles.engine.set_time(created["voteStart"] + 1)
    at.castVote(created["proposalId"], Support.FOR, sender=voters_of(handles)[0])
    handles.engine.set_time(created["voteEnd"] + 1)
    return made, created["proposalId"]


@pytest.fixture
def rich(handles: Any) -> str:
    """Who has 15 million HOLD; all voters vote."""
    voters = voters_of(handles)
    awaken(handles, voters)
    return voters[1]


def test_code_swap__by_create2__runs_through_the_wizards_governor(handles: Any, rich: str, attacker: Any) -> None:
    args = (handles.hold.address, handles.timelock.address, DELAY, PERIOD, THRESHOLD, 4)
    wizard = handles.engine.deploy("TestWizardGovernor", *args, sender=rich)
    as_dao(handles, handles.timelock, "grantRole", PROPOSER, wizard.address)
    shape = Shapeshifter(handles, attacker.address, rich)
    made, voted = won(handles, shape, wizard)
    made.queue(attacker.address)
    made.wait_for_execution()
    receipt = shape.during(OTHER, wizard, wizard.execute.encode(*made.hashed))
    assert [bytes(log.data) for log in receipt.logs if log.address == shape.address] == [b"run!"]
    assert wizard.state(voted) == State.EXECUTED


def test_code_swap__by_create2__is_another_proposal_for_ours(handles: Any, rich: str, attacker: Any) -> None:
    """Only the code that was there when it was proposed is queued and executed."""
    hand_over(handles)
    governor, engine = handles.governor, handles.engine
    shape = Shapeshifter(handles, attacker.address, rich)
    made, voted = won(handles, shape, governor)
    queue, execute = governor.queue.encode(*made.hashed), governor.execute.encode(*made.hashed)

    def refused(error: str, call: Any) -> None:
        with pytest.raises(Revert, match=error):
            call()

    refused("TargetWithoutCode", lambda: made.queue(attacker.address))
    shape.during(MORTAL, governor, queue)
    engine.set_time(governor.proposalEta(voted))
    refused("TargetWithoutCode", lambda: made.execute(attacker.address))
    refused("GovernorNonexistentProposal", lambda: shape.during(OTHER, governor, execute))
    assert governor.state(voted) == State.QUEUED
    shape.during(MORTAL, governor, execute)
    assert governor.state(voted) == State.EXECUTED
