"""Attacks on the DAO and on houses' ballots that no rule alone meets: races around the hand-over, proposals that are to
run twice, shares that change hands by force, money that is to be paid twice, votes signed for somebody else."""

from __future__ import annotations

from typing import Any

import pytest
from ballot_stage import COIN, DAY, HELD, House, Stage, invoice
from dao_stage import COOL_DOWN, QUORUM, Dao, refused
from test_house_ballot import move

from commonhold.operations.governance.roles import audit
from commonhold.recipe.governing import NO_PREDECESSOR, role_holder
from commonhold.recipe.handover import EXECUTOR, PROPOSER, SALT, hand_over, handover_actions, is_handed_over
from commonhold.recipe.voting import State, Support, action, by_vote

CORRECT, WRONG_MODES = 0, range(1, 6)  # Test1271Wallet.Mode


# ----------------------------------------------------------------------------------------- T43 races with the hand-over


def schedule(suite: Any, salt: bytes, *call: Any) -> tuple[Any, ...]:
    """The council decides something in its last days; returns what executes it."""
    made = action(suite.timelock, *call)
    operation = (made.target, 0, made.data, NO_PREDECESSOR, salt)
    suite.timelock.schedule(*operation, 2 * DAY, sender=role_holder(suite, "council"))
    return operation


def test_t43_handover__raced_by_a_second_proposer_of_the_councils__is_found_by_the_audit(
    suite: Any, attacker: str
) -> None:
    """The batch takes away what the council has, not what it gave to others before: so the audit comes after it."""
    operation = schedule(suite, b"one more".ljust(32), "grantRole", PROPOSER, attacker)
    suite.engine.advance(2 * DAY)
    suite.timelock.execute(*operation, sender=attacker)
    hand_over(suite)
    assert is_handed_over(suite)
    (found,) = audit(suite).findings
    assert (found.rule, found.holder) == ("timelock-of-foreign-council", attacker)


def test_t43_handover__what_the_council_left_scheduled__nobody_executes_in_the_same_second_or_later(
    suite: Any, attacker: str
) -> None:
    council = role_holder(suite, "council")
    back = schedule(suite, b"back".ljust(32), "grantRole", PROPOSER, council)
    open_again = schedule(suite, b"open".ljust(32), "grantRole", EXECUTOR, attacker)
    hand_over(suite)
    for operation in (back, open_again):
        for caller in (council, attacker, suite.governor.proposalGuardian()):
            call = lambda operation=operation, caller=caller: suite.timelock.execute(*operation, sender=caller)  # noqa: E731
            refused(call, "AccessControlUnauthorizedAccount", caller, EXECUTOR)
    assert not audit(suite).findings


def test_t43_handover__executed_first_by_a_stranger__is_the_same_and_not_done_twice(suite: Any, attacker: str) -> None:
    council, timelock = role_holder(suite, "council"), suite.timelock
    batch = handover_actions(timelock, council, suite.governor.address)
    call = ([a.target for a in batch], [0] * len(batch), [a.data for a in batch], NO_PREDECESSOR, SALT)
    timelock.scheduleBatch(*call, 2 * DAY, sender=council)
    suite.engine.advance(2 * DAY)
    timelock.executeBatch(*call, sender=attacker)
    assert is_handed_over(suite)
    assert not audit(suite).findings
    for caller in (attacker, council):
        again = lambda caller=caller: timelock.executeBatch(*call, sender=caller)  # noqa: E731
        refused(again, "AccessControlUnauthorizedAccount", caller, EXECUTOR)


def test_t43_proposal__made_and_won_before_the_handover__waits_for_it(suite: Any, dao: Dao, attacker: str) -> None:
    """And after a later governor took the place, it waits for ever: its timelock operation was never made."""
    made = dao.harmless()
    made.pass_vote(dao.voters)
    numbers = suite.parameters.governance
    terms = (DAY, 5 * DAY, 2 * DAY, 14 * DAY, 400, numbers.threshold_votes, numbers.quorum_floor, dao.guardian)
    new = suite.engine.deploy("CommonholdGovernor", suite.hold.address, suite.timelock.address, terms, sender=attacker)
    by_vote(suite, *handover_actions(suite.timelock, suite.governor.address, new.address)[:-1])
    refused(lambda: made.queue(attacker), "AccessControlUnauthorizedAccount", dao.at.address, PROPOSER)


# --------------------------------------------------------------------------------------------- proposals that run twice


def test_executed__twice_by_any_way__is_refused(dao: Dao, attacker: str) -> None:
    """Again, under another text, queued again, at the timelock, or in the same transaction."""
    made, copy = dao.harmless(5), dao.harmless(5, text="Another text")
    made.pass_and_queue(dao.voters)
    caller = dao.engine.deploy("TestFlashVoter", sender=attacker)
    execute = (dao.at.address, dao.at.execute.encode(*made.hashed))
    wanted = (1 << State.QUEUED).to_bytes(32, "big")
    done = ("GovernorUnexpectedProposalState", made.id, State.EXECUTED, wanted)
    refused(lambda: caller.batch([execute, execute], sender=attacker), *done)
    made.execute(attacker)
    refused(lambda: made.execute(attacker), *done)
    refused(lambda: copy.execute(attacker), *done)
    only_won = (1 << State.SUCCEEDED).to_bytes(32, "big")
    refused(lambda: copy.queue(attacker), "GovernorUnexpectedProposalState", made.id, State.EXECUTED, only_won)
    assert dao.hold.balanceOf(dao.voters[3]) == 1_000_000 * COIN + 5


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_t37_flash_vote__around_the_second_that_counts__is_nobodys(dao: Dao, attacker: str, off: int) -> None:
    """Borrowed, delegated and given back in one transaction, in the very second whose votes count: what counts is how
    that second ended, so the lender has all his votes and the borrower none."""
    made, lender = dao.harmless(), dao.voters[0]
    made.propose(dao.voters[1])
    lent = dao.hold.balanceOf(lender)
    borrower = dao.engine.deploy("TestFlashVoter", sender=attacker)
    dao.hold.approve(borrower.address, lent, sender=lender)
    dao.at_time(dao.at.proposalSnapshot(made.id) + off)
    borrower.batch(
        [
            (dao.hold.address, dao.hold.transferFrom.encode(lender, borrower.address, lent)),
            (dao.hold.address, dao.hold.delegate.encode(borrower.address)),
            (dao.hold.address, dao.hold.transfer.encode(lender, lent)),
        ],
        sender=attacker,
    )
    made.wait_for_vote()
    borrower.batch([(dao.at.address, dao.at.castVote.encode(made.id, Support.FOR))], sender=attacker)
    assert tuple(dao.at.proposalVotes(made.id)) == (0, 0, 0)
    made.vote(lender, Support.AGAINST)
    assert tuple(dao.at.proposalVotes(made.id)) == (lent, 0, 0)


def test_executed__on_two_codes__needs_a_vote_for_each(dao: Dao, attacker: str) -> None:
    """Votes for the actions on one code carry nothing over to another code, nor to another round."""
    target = dao.engine.deploy("TestFlashVoter", sender=attacker)
    honest, changed = dao.engine.code_at(target.address), dao.engine.code_at(dao.suite.rates.address)
    made = dao.proposal(action(target, "poke"))
    made.propose(dao.voters[0])
    first = made.id
    dao.engine.set_code(target.address, changed)
    made.propose(dao.voters[0])
    second = made.id
    dao.engine.set_code(target.address, honest)
    made.wait_for_vote()
    dao.engine.advance(60)
    made.vote(dao.voters[0])
    made.wait_for_end()
    dao.engine.advance(60)
    states = [State(dao.at.state(one)) for one in (first, second)]
    assert (first != second, states) == (True, [State.SUCCEEDED, State.DEFEATED])
    dao.engine.set_code(target.address, changed)
    ready_at = dao.at.proposalDeadline(second) + COOL_DOWN
    refused(lambda: made.propose(dao.voters[0]), "CoolingDown", second, ready_at)


# ------------------------------------------------------------------------------------------- votes signed by contracts


def signed_vote(dao: Dao, signer: str, proposal: int, voter: str, nonce: int = 0, support: int = 1) -> bytes:
    found = dao.at.eip712Domain()
    domain = {
        "name": found.name,
        "version": found.version,
        "chainId": found.chainId,
        "verifyingContract": found.verifyingContract,
    }
    fields = (("uint256", "proposalId"), ("uint8", "support"), ("address", "voter"), ("uint256", "nonce"))
    types = {"Ballot": [{"type": kind, "name": name} for kind, name in fields]}
    message = {"proposalId": proposal, "support": support, "voter": voter, "nonce": nonce}
    return bytes(dao.engine.sign_typed_data(signer, domain, types, message))


def test_erc1271_vote__counts_if_the_wallet_says_so__once_and_else_never(dao: Dao, attacker: str) -> None:
    owner, relayer = dao.voters[3], dao.voters[2]
    wallet = dao.engine.deploy("Test1271Wallet", owner, sender=attacker)
    dao.hold.transfer(wallet.address, QUORUM, sender=dao.voters[1])
    wallet.execute(dao.hold.address, dao.hold.delegate.encode(wallet.address), sender=attacker)
    made = dao.harmless()
    made.propose(dao.voters[0])
    made.wait_for_vote()
    cast = lambda signed: dao.at.castVoteBySig(made.id, 1, wallet.address, signed, sender=relayer)  # noqa: E731
    no = ("GovernorInvalidSignature", wallet.address)
    signature = signed_vote(dao, owner, made.id, wallet.address)
    for mode in WRONG_MODES:
        wallet.setMode(mode, sender=attacker)
        refused(lambda: cast(signature), *no)
    wallet.setMode(CORRECT, sender=attacker)
    for other in (
        signed_vote(dao, attacker, made.id, wallet.address),
        signed_vote(dao, owner, made.id, owner),
        signed_vote(dao, owner, made.id, wallet.address, nonce=1),
        signature[:64],
        b"",
    ):
        refused(lambda other=other: cast(other), *no)
    assert dao.at.nonces(wallet.address) == 0
    assert cast(signature).event("VoteCast")["weight"] == QUORUM
    refused(lambda: cast(signature), *no)
    again = signed_vote(dao, owner, made.id, wallet.address, nonce=1)
    refused(lambda: cast(again), "GovernorAlreadyCastVote", wallet.address)
    assert tuple(dao.at.proposalVotes(made.id)) == (0, QUORUM, 0)


def test_signed_vote__for_a_governor__is_none_for_its_successor(dao: Dao, attacker: str) -> None:
    numbers, suite = dao.suite.parameters.governance, dao.suite
    terms = (DAY, 5 * DAY, 2 * DAY, 14 * DAY, 400, numbers.threshold_votes, numbers.quorum_floor, dao.guardian)
    new = suite.engine.deploy("CommonholdGovernor", suite.hold.address, suite.timelock.address, terms, sender=attacker)
    successor = Dao(suite, new, dao.voters)
    for one in (dao, successor):
        one.harmless().propose(dao.voters[0])
    made = successor.harmless()
    assert made.id == dao.harmless().id  # the same actions on the same code
    made.wait_for_vote()
    signature = signed_vote(dao, dao.voters[0], made.id, dao.voters[0])
    call = lambda at: at.castVoteBySig(made.id, Support.FOR, dao.voters[0], signature, sender=attacker)  # noqa: E731
    refused(lambda: call(new), "GovernorInvalidSignature", dao.voters[0])
    call(dao.at)


# ------------------------------------------------------------------------------------- houses: shares that change hands


def test_t38_forced_share__votes_by_whom_the_court_gave_it_after_a_day__and_not_again(
    house: House, buyer: str, credential: Any, court: str
) -> None:
    certificate, hub = house.suite.certificate, house.suite.hub
    credential(buyer)
    orders = [certificate.forcedTransfer.encode(house.owner, buyer, house.share(number)) for number in (1, 2)]
    for order in orders:
        hub.schedule(certificate.address, order, 0, sender=court)
    ballot = house.open()
    house.vote(ballot, 1)
    house.engine.advance(3 * DAY)
    for order in orders:
        hub.execute(certificate.address, order, sender=court)
    refused(lambda: house.vote(ballot, 2), "NotShareOwner", house.share(2), house.owner, buyer)
    since = certificate.holdingOf(house.share(2)).since
    house.engine.set_next_time(since + HELD - 1)
    refused(lambda: house.vote(ballot, 2, sender=buyer), "HeldTooShortly", house.share(2), since + HELD)
    house.engine.set_next_time(since + HELD)
    refused(lambda: house.vote(ballot, 1, sender=buyer), "AlreadyVoted", ballot, house.share(1))
    house.vote(ballot, 2, support=False, sender=buyer)
    found = house.at.ballotOf(ballot)
    assert (found.forVotes, found.againstVotes, found.voted) == (1, 1, 0b110)


@pytest.mark.parametrize("off", [-1, 0])
def test_t38_expired_credential__votes_to_its_last_second(
    house: House, buyer: str, credential: Any, approve_move: Any, off: int
) -> None:
    """What it voted while it counted goes on counting."""
    expires_at = house.engine.now() + 3 * DAY
    credential(buyer, expires_at=expires_at)
    for number in (1, 2):
        move(house, number, buyer, approve_move)
    house.engine.advance(HELD)
    ballot = house.open(number=3)
    house.vote(ballot, 1, sender=buyer)
    house.engine.set_next_time(expires_at + off)
    if off < 0:
        house.vote(ballot, 2, sender=buyer)
    else:
        refused(lambda: house.vote(ballot, 2, sender=buyer), "NotVoter", buyer)
        refused(lambda: house.open(house.matter(2), number=2, sender=buyer), "NotVoter", buyer)
    assert house.at.ballotOf(ballot).forVotes == 1 - off


def test_t38_shares__passed_around_between_two_friends__vote_once_each(
    house: House, buyer: str, credential: Any, approve_move: Any
) -> None:
    """All eight shares go to a friend and back, a day each time: eight votes, whatever they do."""
    ballot = house.open()
    credential(buyer)
    house.vote(ballot, 1, 2, 3)
    for number in range(1, 9):
        move(house, number, buyer, approve_move)
    house.engine.advance(HELD)
    for voted in (1, 2, 3):
        refused(
            lambda voted=voted: house.vote(ballot, voted, 8, sender=buyer), "AlreadyVoted", ballot, house.share(voted)
        )
    house.vote(ballot, 4, 5, 6, 7, sender=buyer)
    for number in range(1, 9):
        move(house, number, house.owner, approve_move)
    house.engine.advance(HELD)
    house.vote(ballot, 8)
    for voted in range(1, 9):
        refused(lambda voted=voted: house.vote(ballot, voted), "AlreadyVoted", ballot, house.share(voted))
    assert house.at.ballotOf(ballot).forVotes == 8


# ---------------------------------------------------------------------------------------------------- houses: the money


def test_payment__by_a_ballot__is_made_once_whoever_calls_how_often(house: House, attacker: str) -> None:
    """Twice in one transaction, by a payee that is a contract, or past the ballot."""
    suite = house.suite
    payee = suite.engine.deploy("TestFlashVoter", sender=attacker)
    suite.house_escrow.registerPayee(house.id, payee.address, False, sender=house.manager)
    suite.engine.advance(7 * DAY)
    ballot = house.open(house.matter(coins=2_000 * COIN, payee=payee.address))
    house.decide(ballot, 8)
    conclude = (house.at.address, house.at.conclude.encode(ballot))
    done = ("AlreadyConcluded", ballot, Stage.CARRIED)
    refused(lambda: payee.batch([conclude, conclude], sender=attacker), *done)
    pay = suite.house_escrow.payByBallot.encode(house.id, payee.address, invoice(1), 2_000 * COIN)
    refused(lambda: payee.batch([(suite.house_escrow.address, pay)], sender=attacker), "NotBallot", payee.address)
    payee.batch([conclude], sender=attacker)
    refused(lambda: payee.batch([conclude], sender=attacker), *done)
    assert suite.coin.balanceOf(payee.address) == 2_000 * COIN
    assert suite.house_escrow.purseOf(house.id).balance == 3_000 * COIN


def test_payment__that_a_freeze_stops__is_neither_recorded_nor_paid(house: House, court: str) -> None:
    """What fails in the middle leaves nothing: neither an outcome without money nor an invoice that counts as paid."""
    escrow, coin = house.suite.house_escrow, house.suite.coin
    ballot = house.open()
    house.decide(ballot, 8)
    coin.setFrozenTokens(escrow.address, 5_000 * COIN, sender=court)
    with pytest.raises(Exception, match="ERC7943InsufficientUnfrozenBalance"):
        house.conclude(ballot)
    assert (house.stage(ballot), escrow.isPaid(house.id, invoice(1))) == (Stage.PASSED, False)
    assert escrow.purseOf(house.id).balance == 5_000 * COIN
    coin.setFrozenTokens(escrow.address, 0, sender=court)
    house.conclude(ballot)
    assert (house.stage(ballot), house.paid()) == (Stage.CARRIED, 4_000 * COIN)


def test_payment__decided_for_a_payee_who_was_removed__is_not_made(house: House) -> None:
    """And put to the vote for somebody who is no payee yet, only once he is one: the manager's delay stays."""
    escrow, friend = house.suite.house_escrow, house.funder
    ballot = house.open()
    early = house.open(house.matter(2, payee=friend))
    for one in (ballot, early):
        house.vote(one, *range(1, 9))
    house.end(early)
    escrow.removePayee(house.id, house.payee, sender=house.manager)
    refused(lambda: house.conclude(ballot), "NotPayee", house.id, house.payee, 0)
    refused(lambda: house.conclude(early), "NotPayee", house.id, friend, 0)
    active = escrow.registerPayee(house.id, friend, False, sender=house.manager).event("PayeeRegistered")["activeFrom"]
    refused(lambda: house.conclude(early), "NotPayee", house.id, friend, active)
    house.engine.set_next_time(active)
    house.conclude(early)
    assert escrow.isPaid(house.id, invoice(2))
