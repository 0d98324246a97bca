"""On the chain: a proposal's way from the delegation to the last call, the hand-over before it, a house's ballot that
pays an invoice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ape
from vote_stage import CAP, DAY, DELAY, EXTENSION, HOLD, PERIOD, QUORUM, TIMELOCK, ZERO, Made, State, only, own

from commonhold.recipe.buying import give_coins
from commonhold.recipe.handover import EXECUTOR, PROPOSER

COIN = 10**18
INVOICE = b"a new roof".ljust(32, b".")


def test_proposal__from_delegation_to_the_last_call(
    governed: None, suite: Any, voters: list[Any], attacker: Any, guardian: Any, at: Callable[[int], int]
) -> None:
    """Who has HOLD delegates, proposes, votes; anybody queues and executes; each step once, and not a second early."""
    governor, hold, (first, second, third, fourth) = suite.governor, suite.hold, voters
    tx = hold.invoke_transaction("delegate", third, sender=fourth)  # `hold.delegate` is ape's own
    assert tx.events == [
        hold.DelegateChanged(fourth, ZERO, third),
        hold.DelegateVotesChanged(third, 3_000_000 * HOLD, QUORUM),
    ]
    with ape.reverts(
        governor.GovernorInsufficientProposerVotes, proposer=fourth, votes=0, threshold=governor.proposalThreshold()
    ):
        Made.propose(suite, fourth, at, "Without votes")

    made = Made.propose(suite, third, at, "A row")
    (created,) = made.created.events
    begins = made.created.timestamp + DELAY
    assert (created.event_name, created.proposalId, created.proposer) == ("ProposalCreated", made.id, third)
    assert (created.voteStart, created.voteEnd, created.description) == (begins, begins + PERIOD, "A row")
    with ape.reverts(
        governor.GovernorUnexpectedProposalState, proposalId=made.id, current=State.PENDING, expectedStates=bytes(32)
    ):
        Made.propose(suite, first, at, "The same under another text")

    at(begins)
    pending = {"proposalId": made.id, "current": State.PENDING, "expectedStates": only(State.ACTIVE)}
    with ape.reverts(governor.GovernorUnexpectedProposalState, **pending):
        made.vote(third)
    hold.transfer(attacker, QUORUM, sender=second)  # after the vote began: it changes no vote of this one
    # Nearly at the end the quorum is reached: two days more to answer.
    at(made.ends - 1)
    tx = made.vote(third)
    assert own(tx, governor) == [
        governor.VoteCast(third, made.id, 1, QUORUM, ""),
        governor.ProposalExtended(made.id, tx.timestamp + EXTENSION),
    ]
    with ape.reverts(governor.GovernorAlreadyCastVote, voter=third):
        made.vote(third, 0)
    assert made.vote(attacker).events == [governor.VoteCast(attacker, made.id, 1, 0, "")]
    assert made.vote(second, 2).events == [governor.VoteCast(second, made.id, 2, 15_000_000 * HOLD, "")]
    assert tuple(governor.proposalVotes(made.id)) == (0, QUORUM, 15_000_000 * HOLD)
    at(made.ends)
    active = {"proposalId": made.id, "current": State.ACTIVE, "expectedStates": only(State.SUCCEEDED)}
    with ape.reverts(governor.GovernorUnexpectedProposalState, **active):
        made.queue(attacker)

    at(made.ends + 1)
    tx = made.queue(attacker)
    ready = tx.timestamp + TIMELOCK
    assert own(tx, governor) == [governor.ProposalQueued(made.id, ready)]
    with ape.reverts(governor.GovernorUnableToCancel, proposalId=made.id, account=third):
        governor.cancel(*made.hashed, sender=third)
    at(ready - 1)
    with ape.reverts(suite.timelock.TimelockUnexpectedOperationState):
        made.execute(attacker)
    at(ready)
    tx = made.execute(attacker)
    assert own(tx, governor, suite.coin) == [
        suite.coin.MinterSet(suite.lease_to_buy, 0, CAP),
        governor.ProposalExecuted(made.id),
    ]
    assert (made.state, suite.coin.minterOf(suite.lease_to_buy).cap) == (State.EXECUTED, CAP)
    executed = {"proposalId": made.id, "current": State.EXECUTED, "expectedStates": only(State.QUEUED)}
    with ape.reverts(governor.GovernorUnexpectedProposalState, **executed):
        made.execute(attacker)


def test_proposal__cancelled_by_its_guardian__cools_down_and_comes_again_as_another(
    made: Made, suite: Any, voters: list[Any], wallet: Any, at: Callable[[int], int]
) -> None:
    governor, keeper = suite.governor, wallet(suite.governor.proposalGuardian())
    assert governor.cancel(*made.hashed, sender=keeper).events == [governor.ProposalCanceled(made.id)]
    ready = made.ends + governor.coolDown()
    at(ready - 1)
    with ape.reverts(governor.CoolingDown, proposalId=made.id, readyAt=ready):
        Made.propose(suite, voters[0], at, "Once more")
    at(ready)
    again = governor.propose(*made.arrays, "Once more", sender=voters[0])
    assert again.events[0].proposalId == governor.getProposalId(*made.hashed) != made.id


def test_handover__leaves_the_council_and_strangers_without_a_right(
    governed: None, suite: Any, council: Any, attacker: Any
) -> None:
    timelock, governor = suite.timelock, suite.governor
    call = (suite.hold, 0, suite.hold.transfer.encode_input(attacker, 1), bytes(32), bytes(32))
    with ape.reverts(timelock.AccessControlUnauthorizedAccount, account=council, neededRole=PROPOSER):
        timelock.schedule(*call, TIMELOCK, sender=council)
    for caller in (council, attacker):
        with ape.reverts(timelock.AccessControlUnauthorizedAccount, account=caller, neededRole=EXECUTOR):
            timelock.execute(*call, sender=caller)
    with ape.reverts(governor.GovernorOnlyExecutor, account=council):
        governor.setVotingDelay(DAY, sender=council)
    assert (timelock.hasRole(PROPOSER, governor), timelock.hasRole(EXECUTOR, ZERO)) == (True, False)


def test_ballot__of_a_house__pays_an_invoice_that_no_manager_may(
    suite: Any,
    handles: Any,
    tokenized_house: Callable[..., int],
    credential: Callable[..., bytes],
    approve_move: Callable[..., None],
    owner_a: Any,
    owner_b: Any,
    buyer: Any,
    manager: Any,
    attacker: Any,
    at: Callable[[int], int],
) -> None:
    """Four of eight shares vote, three of them for it; then anybody lets the house's money go to the roofer, once."""
    ballot, escrow, coin = suite.ballot, suite.house_escrow, suite.coin
    house = tokenized_house(8, to=owner_a)
    shares = [house * 256 + number for number in range(1, 9)]
    credential(owner_b)
    approve_move(shares[7], owner_b)
    moved = handles.certificate.transferFrom(owner_a.address, owner_b.address, shares[7], sender=owner_a)
    give_coins(handles, buyer, 5_000 * COIN)
    handles.coin.approve(escrow.address, 5_000 * COIN, sender=buyer)
    escrow.fund(house, 5_000 * COIN, 0, sender=buyer)
    roofer = buyer
    registered = escrow.registerPayee(house, roofer, False, sender=manager)
    limit = escrow.purseOf(house).limits.invoice
    matter = (roofer, 4_000 * COIN, INVOICE)

    with ape.reverts(ballot.NotVoter, voter=attacker):
        ballot.open(shares[0], matter, sender=attacker)
    votes_at = moved.timestamp + DAY
    with ape.reverts(ballot.HeldTooShortly, shareId=shares[7], votesAt=votes_at):
        ballot.open(shares[7], matter, sender=owner_b)
    at(registered.timestamp + 7 * DAY)
    with ape.reverts(escrow.AboveInvoiceLimit, propertyId=house, amount=4_000 * COIN, limit=limit):
        escrow.pay(house, roofer, INVOICE, 4_000 * COIN, sender=manager)

    tx = ballot.open(shares[7], matter, sender=owner_b)
    number, ends = ballot.ballotCount(), tx.timestamp + 7 * DAY
    (opened,) = tx.events
    assert (opened.ballotId, opened.propertyId, opened.opener, opened.endsAt) == (number, house, owner_b, ends)
    assert ballot.vote(number, [shares[7]], False, sender=owner_b).events == [
        ballot.ShareVoted(number, shares[7], owner_b, False)
    ]
    with ape.reverts(ballot.NotShareOwner, shareId=shares[0], caller=owner_b, owner=owner_a):
        ballot.vote(number, [shares[0]], False, sender=owner_b)
    tx = ballot.vote(number, shares[:3], True, sender=owner_a)
    assert tx.events == [ballot.ShareVoted(number, share, owner_a, True) for share in shares[:3]]
    with ape.reverts(ballot.AlreadyVoted, ballotId=number, shareId=shares[0]):
        ballot.vote(number, [shares[3], shares[0]], True, sender=owner_a)
    at(ends - 1)
    with ape.reverts(ballot.VoteRuns, ballotId=number, endsAt=ends):
        ballot.conclude(number, sender=attacker)
    at(ends)
    with ape.reverts(ballot.VoteOver, ballotId=number, endsAt=ends):
        ballot.vote(number, [shares[3]], False, sender=owner_a)

    before = coin.balanceOf(roofer)
    tx = ballot.conclude(number, sender=attacker)
    carried = 4
    assert own(tx, ballot, escrow) == [
        ballot.BallotConcluded(number, house, carried, 3, 1),
        escrow.InvoicePaid(house, roofer, INVOICE, ballot, roofer, 4_000 * COIN, 0),
    ]
    assert coin.balanceOf(roofer) - before == 4_000 * COIN
    assert escrow.purseOf(house).balance == 1_000 * COIN
    with ape.reverts(ballot.AlreadyConcluded, ballotId=number, outcome=carried):
        ballot.conclude(number, sender=attacker)
    with ape.reverts(escrow.NotBallot, caller=attacker):
        escrow.payByBallot(house, roofer, INVOICE, COIN, sender=attacker)
    with ape.reverts(ballot.AlreadyPaid, propertyId=house, invoiceHash=INVOICE):
        ballot.open(shares[0], (roofer, COIN, INVOICE), sender=owner_a)
