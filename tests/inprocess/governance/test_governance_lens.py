"""The lens for proposals, votes and houses' ballots never lies: its verdicts are the calls' errors byte for byte, its
pages what the contracts say, over random lives of both. And it never reverts."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from ballot_stage import COOL_DOWN as MATTER_COOL_DOWN
from ballot_stage import DAY, HELD, House, Stage
from dao_stage import COOL_DOWN, DELAY, EXTENSION, FLOOR, HOLD, NOBODY, PERIOD, QUORUM, THRESHOLD, Dao
from lens_ballot_drive import DECLARING, BallotDrive
from lens_proposal_drive import CODELESS, ProposalDrive, named, outcome, sign_vote

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert
from commonhold.recipe.voting import State, Support, action, by_vote

SEEN: Counter[str] = Counter()
BALLOTS: Counter[str] = Counter()
SEEDS = 6
STEERED = ("governor", "both", "council")
MOST = 2**256 - 1
REVERTS = bytes.fromhex("5f5ffd")
WRONG_STATE = "GovernorUnexpectedProposalState"


# --------------------------------------------------------------------------------------------------------- random lives


@pytest.mark.parametrize("seed", range(SEEDS))
def test_lens__random_lives_of_the_dao__says_what_happens(
    suite: Any, attacker: str, seed: int, request: pytest.FixtureRequest
) -> None:
    drive = ProposalDrive(suite, attacker, STEERED[seed % len(STEERED)], random.Random(seed))
    request.addfinalizer(drive.clear)
    for _ in range(250):
        drive.step()
        drive.check()
    SEEN.update(drive.seen)
    SEEN["seeds"] += 1


def test_random_lives_of_the_dao__saw_all_sorts_of_ends() -> None:
    if SEEN["seeds"] < SEEDS:
        return  # another process had the seeds
    nameless = ("TargetWithoutCode", "TargetDelegated", "GovernorNonexistentProposal", WRONG_STATE, "passes")
    voted = ("GovernorAlreadyCastVote", "GovernorInvalidVoteType", "GovernorNonexistentProposal", WRONG_STATE, "passes")
    unproposed = ("GovernorInsufficientProposerVotes", "GovernorRestrictedProposer", "GovernorInvalidProposalLength")
    role, early = "AccessControlUnauthorizedAccount", "TimelockUnexpectedOperationState"
    expected = {
        "propose": (*unproposed, "CoolingDown", "TargetWithoutCode", "TargetDelegated", WRONG_STATE, "passes"),
        "vote": voted,
        "vote by sig": (*voted, "GovernorInvalidSignature"),
        "queue": (*nameless, role, early),
        "execute": (*nameless, role, early),
        "cancel": (*nameless, role, "GovernorUnableToCancel", "ReplacesGuardian"),
        "page": tuple(state.name for state in State if state != State.EXPIRED),
        "passing": ("True", "False"),
        "steers": ("True", "False"),
    }
    for what, ends in expected.items():
        for end in ends:
            assert SEEN[f"{what}: {end}"] > 0, (what, end, SEEN)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_lens__random_lives_of_houses__says_what_happens(
    houses: Callable[[int], House],
    owner_a: str,
    owner_b: str,
    buyer: str,
    credential: Callable[..., bytes],
    recover: Callable[[str, str], None],
    engine: Any,
    seed: int,
) -> None:
    first, second = houses(8), houses(3)
    for person in (owner_b, buyer):
        credential(person)
    drive = BallotDrive(
        [first, second], [owner_a, owner_b, buyer], list(engine.accounts[-6:]), recover, random.Random(seed)
    )
    for _ in range(250):
        drive.step()
        drive.check()
    BALLOTS.update(drive.seen)
    BALLOTS["seeds"] += 1


def test_random_lives_of_houses__saw_all_sorts_of_ends() -> None:
    if BALLOTS["seeds"] < SEEDS:
        return  # another process had the seeds
    who = ("NotVoter", "NotShareOwner", "HeldTooShortly", "passes")
    coins = ("ERC20InsufficientBalance", "ERC7943InsufficientUnfrozenBalance")
    paid = ("NotBallot", "AlreadyPaid", "NotPayee", "NotEnough", *coins)
    expected = {
        "open": (*who, "InvalidMatter", "AlreadyPaid", "CoolingDown"),
        "vote": (*who, "UnknownBallot", "VoteOver", "NoShares", "WrongHouse", "AlreadyVoted"),
        "conclude": ("UnknownBallot", "VoteRuns", "AlreadyConcluded", *paid, "passes"),
        "page": tuple(stage.name for stage in Stage if stage != Stage.NONE),
        "passing": ("True", "False"),
    }
    for what, ends in expected.items():
        for end in ends:
            assert BALLOTS[f"{what}: {end}"] > 0, (what, end, BALLOTS)
    assert BALLOTS["a house's quorum compared"] > 0


# ------------------------------------------------------------------------------------------------- one by one: the DAO


def told(refusal: bytes) -> tuple[str, tuple[Any, ...]]:
    explained = decode_revert(refusal, "CommonholdGovernor")
    return explained.name, explained.values


def test_dao__page__has_the_rules_of_the_parameters(suite: Any, dao: Dao) -> None:
    page = suite.governance_lens.dao()
    assert (page.votingDelay, page.votingPeriod, page.lateExtension) == (DELAY, PERIOD, EXTENSION)
    assert (page.coolDown, page.timelockDelay) == (COOL_DOWN, suite.timelock.getMinDelay())
    assert (page.proposalThreshold, page.quorum, page.quorumBps, page.quorumFloor) == (THRESHOLD, QUORUM, 400, FLOOR)
    assert (page.supply, page.proposalGuardian) == (100_000_000 * HOLD, dao.guardian)
    assert (page.steers, page.complete) == (True, True)


def test_proposal__from_vote_to_execution__page_follows_it(dao: Dao) -> None:
    made, lens = dao.harmless(), dao.suite.governance_lens
    assert tuple(lens.proposal(made.id)) == (made.id, False, 0, NOBODY, *(0,) * 8, False, False, False, True)
    proposed = made.propose(dao.voters[0]).timestamp
    page = lens.proposal(made.id)
    assert (page.exists, page.state, page.proposer) == (True, State.PENDING, dao.voters[0])
    assert (page.snapshotAt, page.endsAt) == (proposed + DELAY, proposed + DELAY + PERIOD)
    assert (page.quorum, page.quorumReached, page.passing) == (QUORUM, False, False)
    made.wait_for_vote()
    made.vote(dao.voters[2], Support.AGAINST)
    made.vote(dao.voters[3], Support.ABSTAIN)
    page = lens.proposal(made.id)
    assert (page.state, page.quorumReached, page.passing) == (State.ACTIVE, False, False)
    made.vote(dao.voters[1])
    page = lens.proposal(made.id)
    votes = (3_000_000 * HOLD, 15_000_000 * HOLD, 1_000_000 * HOLD)
    assert (page.againstVotes, page.forVotes, page.abstainVotes) == votes
    assert (page.quorumReached, page.passing, page.executableAt, page.executable) == (True, True, 0, False)
    made.wait_for_end()
    assert lens.proposal(made.id).state == State.SUCCEEDED
    eta = made.queue(dao.voters[0]).timestamp + dao.suite.timelock.getMinDelay()
    page = lens.proposal(made.id)
    assert (page.state, page.executableAt, page.executable) == (State.QUEUED, eta, False)
    dao.engine.set_time(eta)
    assert lens.proposal(made.id).executable
    made.execute(dao.voters[0])
    page = lens.proposal(made.id)
    assert (page.state, page.executable, page.proposableAt) == (State.EXECUTED, False, 0)


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_proposer__around_the_threshold__is_told_so(dao: Dao, attacker: str, off: int) -> None:
    """By the votes of a second ago: those that he has just got count from the next one on."""
    made, lens, check = dao.harmless(), dao.suite.governance_lens, dao.suite.governance_checks.proposeCheck
    short = lambda votes: ("GovernorInsufficientProposerVotes", (attacker, votes, THRESHOLD))  # noqa: E731
    dao.give_votes(attacker, THRESHOLD + off)
    assert told(check(attacker, made.arrays, made.text)) == short(0)
    page = lens.voter(attacker, [])
    assert (page.votes, page.pastVotes, page.mayPropose) == (THRESHOLD + off, 0, False)
    dao.engine.advance(1)
    page = lens.voter(attacker, [])
    assert (page.pastVotes, page.mayPropose) == (THRESHOLD + off, off >= 0)
    refusal = check(attacker, made.arrays, made.text)
    assert refusal == outcome(lambda: made.governor.propose.call(*made.arrays, made.text, sender=attacker))
    assert (refusal == b"") if off >= 0 else told(refusal) == short(THRESHOLD - 1)


@pytest.mark.parametrize("votes", [QUORUM - 1, QUORUM])
@pytest.mark.parametrize("against", [-1, 0, 1])
def test_proposal__around_quorum_and_majority__says_whether_it_passes(
    dao: Dao, attacker: str, guardian: str, votes: int, against: int
) -> None:
    dao.give_votes(attacker, votes)
    dao.give_votes(guardian, votes + against)
    made = dao.harmless()
    made.propose(attacker)
    made.wait_for_vote()
    made.vote(attacker)
    made.vote(guardian, Support.AGAINST)
    page = dao.suite.governance_lens.proposal(made.id)
    assert (page.quorumReached, page.passing) == (votes >= QUORUM, votes >= QUORUM and against < 0)
    made.wait_for_end()
    assert (made.state == State.SUCCEEDED) == page.passing


def test_proposal__abstentions__count_for_the_quorum_alone(dao: Dao) -> None:
    made, lens = dao.harmless(), dao.suite.governance_lens
    made.propose(dao.voters[0])
    made.wait_for_vote()
    made.vote(dao.voters[2])  # three million of the four
    assert not lens.proposal(made.id).quorumReached
    made.vote(dao.voters[3], Support.ABSTAIN)
    page = lens.proposal(made.id)
    assert (page.quorumReached, page.passing) == (True, True)
    made.wait_for_end()
    assert made.state == State.SUCCEEDED


def test_proposal__after_the_quorum_was_lowered__needs_what_it_needed(dao: Dao) -> None:
    made, lens = dao.harmless(), dao.suite.governance_lens
    made.propose(dao.voters[0])
    made.wait_for_vote()
    by_vote(dao.suite, action(dao.at, "updateQuorumNumerator", 200))
    dao.engine.advance(1)
    assert (lens.proposal(made.id).quorum, lens.dao().quorum, lens.dao().quorumBps) == (QUORUM, QUORUM // 2, 200)


def test_failed_proposal__page__says_from_when_on_it_can_be_repeated(dao: Dao) -> None:
    made, suite = dao.harmless(), dao.suite
    made.propose(dao.voters[0])
    made.wait_for_end()
    ready_at = suite.governance_lens.proposal(made.id).proposableAt
    assert ready_at == dao.at.proposalDeadline(made.id) + COOL_DOWN
    check = lambda: suite.governance_checks.proposeCheck(dao.voters[0], made.arrays, made.text)  # noqa: E731
    dao.engine.set_time(ready_at - 1)
    assert told(check()) == ("CoolingDown", (made.id, ready_at))
    dao.engine.set_time(ready_at)
    assert check() == b""
    page = suite.governance_lens.proposalOf(made.arrays)
    assert (page.round, page.proposalId, page.proposal.state) == (0, made.id, State.DEFEATED)
    failed = made.id
    made.propose(dao.voters[0])
    page = suite.governance_lens.proposalOf(made.arrays)
    assert (page.round, page.proposalId, page.proposal.state) == (1, made.id, State.PENDING)
    assert failed != made.id


def test_actions__without_an_id__say_why(dao: Dao) -> None:
    page = dao.suite.governance_lens.proposalOf(([CODELESS], [0], [b""]))
    assert told(page.refusal) == ("TargetWithoutCode", (CODELESS,))
    assert page.refusal == page.queueRefusal == page.executeRefusal
    assert (page.complete, page.proposalId, page.proposal.exists) == (True, 0, False)


def test_execution__of_actions_that_fail__is_refused_by_nobody_but_them(dao: Dao, attacker: str) -> None:
    """The lens knows the way to the actions, not what they say; the copy of the present state in `dao show` does."""
    made = dao.proposal(action(dao.hold, "transfer", attacker, 2**200))
    made.pass_and_queue(dao.voters)
    assert dao.suite.governance_checks.executeCheck(made.arrays) == b""
    assert named(outcome(lambda: made.execute(attacker)), "GovernanceToken") == "ERC20InsufficientBalance"


def test_proposals__more_than_a_page__leaves_the_rest_out(dao: Dao) -> None:
    lens, ids = dao.suite.governance_lens, []
    for number in range(1, 5):
        ids.append(dao.harmless(number).propose(dao.voters[0]).event("ProposalCreated")["proposalId"])
    asked = [ids[0], 0, MOST, *ids[1:]] * 10
    most = lens.MAX_PROPOSALS_PER_PAGE()
    pages = lens.proposals(asked)
    assert [page.proposalId for page in pages] == asked[:most]
    assert [page.exists for page in pages] == [one in ids for one in asked[:most]]
    assert all(page.complete for page in pages)
    assert [entry.proposalId for entry in lens.voter(dao.voters[0], asked).proposals] == asked[:most]
    assert lens.proposals([]) == []


def test_voter__votes_through_time__come_page_by_page(dao: Dao, attacker: str) -> None:
    lens, hold, giver = dao.suite.governance_lens, dao.hold, dao.voters[1]
    hold.delegate(attacker, sender=attacker)
    times = []
    for _ in range(5):
        dao.engine.advance(10)
        times.append(hold.transfer(attacker, HOLD, sender=giver).timestamp)
    every = [(time, (place + 1) * HOLD) for place, time in enumerate(times)]
    read = lambda *span: lens.voteChanges(attacker, *span)  # noqa: E731
    assert ([tuple(one) for one in read(0, 0).changes], read(0, 0).next) == (every, 0)
    assert ([tuple(one) for one in read(0, 2).changes], read(0, 2).next) == (every[:2], 2)
    assert ([tuple(one) for one in read(2, 2).changes], read(2, 2).next) == (every[2:4], 4)
    for first in (3, 4):
        assert ([tuple(one) for one in read(first, 2).changes], read(first, 2).next) == (every[first:], 0)
    for beyond in (5, 2**32, MOST):
        assert (read(beyond, 1).changes, read(beyond, MOST).next, read(beyond, 0).complete) == ([], 0, True)


def test_vote_check__of_a_wallet_with_borrowed_code__takes_its_keys_signature(dao: Dao, attacker: str) -> None:
    made = dao.harmless()
    made.propose(dao.voters[0])
    made.wait_for_vote()
    voter = dao.voters[0]
    signed = sign_vote(dao.suite, voter, made.id, 1, voter, dao.at.nonces(voter))
    dao.engine.set_code(voter, b"\xef\x01\x00" + bytes.fromhex(dao.suite.rates.address[2:]))
    try:
        check = dao.suite.governance_checks.voteBySigCheck
        assert check(made.id, 1, voter, signed) == b""
        assert told(check(made.id, 2, voter, signed)) == ("GovernorInvalidSignature", (voter,))
        dao.at.castVoteBySig(made.id, 1, voter, signed, sender=attacker)
        assert told(check(made.id, 1, voter, signed)) == ("GovernorInvalidSignature", (voter,))
    finally:
        dao.engine.set_code(voter, b"")


def test_lens__during_an_execution__says_what_it_says_after_it(dao: Dao, attacker: str) -> None:
    """L18: read-only re-entrancy, from an action of the proposal itself."""
    lens, checks = dao.suite.governance_lens, dao.suite.governance_checks
    target = dao.engine.deploy("TestFlashVoter", sender=attacker)
    made = dao.proposal(action(target, "poke"))
    asked = [
        (lens, "proposal", (made.id,)),
        (lens, "proposalOf", (made.arrays,)),
        (lens, "voter", (dao.voters[0], [made.id])),
        (lens, "dao", ()),
        (checks, "queueCheck", (made.arrays,)),
        (checks, "executeCheck", (made.arrays,)),
        (checks, "proposeCheck", (dao.voters[0], made.arrays, "")),
        (checks, "cancelCheck", (dao.guardian, made.arrays)),
    ]
    calls = [(contract.address, getattr(contract, name).encode(*args)) for contract, name, args in asked]
    made.pass_and_queue(dao.voters)
    target.arm(calls, sender=attacker)
    dao.engine.keep_second()
    receipt = made.execute(attacker)
    answers = [event["answer"] for event in receipt.events if event.name == "Answered"]
    assert answers == [dao.engine.call_raw(to, data) for to, data in calls]


# --------------------------------------------------------------------------------------------- one by one: the houses


def test_ballot__from_opening_to_payment__page_follows_it(house: House) -> None:
    lens = house.suite.governance_lens
    ballot = house.open()
    page = lens.ballot(ballot)
    ends_at = page.ballot.endsAt
    assert (page.ballot.stage, page.missingVotes, page.passing, page.concluded) == (Stage.OPEN, 4, False, False)
    assert (page.payableUntil, page.openableAt) == (ends_at + 30 * DAY, ends_at + MATTER_COOL_DOWN)
    assert named(page.concludeRefusal, *DECLARING) == "VoteRuns"
    house.vote(ballot, 1, 2, 3)
    assert (lens.ballot(ballot).missingVotes, lens.ballot(ballot).passing) == (1, False)
    house.vote(ballot, 4, support=False)
    assert (lens.ballot(ballot).missingVotes, lens.ballot(ballot).passing) == (0, True)
    house.end(ballot)
    page = lens.ballot(ballot)
    assert (page.ballot.stage, page.concluded, page.paid, page.concludeRefusal) == (Stage.PASSED, False, False, b"")
    house.conclude(ballot)
    page = lens.ballot(ballot)
    assert (page.ballot.stage, page.concluded, page.paid) == (Stage.CARRIED, True, True)
    assert named(page.concludeRefusal, *DECLARING) == "AlreadyConcluded"


@pytest.mark.parametrize("in_favour", [5, 6, 7])
def test_ballot__around_the_majority__says_whether_it_passes(houses: Callable[[int], House], in_favour: int) -> None:
    """Six of ten are 60 %, and more than that is needed."""
    house = houses(10)
    ballot = house.open()
    house.vote(ballot, *range(1, in_favour + 1))
    house.vote(ballot, *range(in_favour + 1, 11), support=False)
    page = house.suite.governance_lens.ballot(ballot)
    assert (page.missingVotes, page.passing) == (0, in_favour == 7)
    house.end(ballot)
    assert (house.stage(ballot) == Stage.PASSED) == page.passing


def test_ballots__by_number_and_by_house__come_page_by_page(houses: Callable[[int], House]) -> None:
    first, second = houses(2), houses(3)
    lens, made = first.suite.governance_lens, {first.id: [], second.id: []}
    for number in range(1, 8):
        house = second if number % 3 == 0 else first
        made[house.id].append(house.open(house.matter(number)))
    every = sorted(made[first.id] + made[second.id])
    ids = lambda page: ([one.ballotId for one in page.ballots], page.nextBallot, page.complete)  # noqa: E731
    assert ids(lens.ballots(0, 0)) == ids(lens.ballots(1, MOST)) == (every, 0, True)
    assert ids(lens.ballots(2, 3)) == (every[1:4], 5, True)
    for begin in (5, 6):
        assert ids(lens.ballots(begin, 3)) == (every[begin - 1 :], 0, True)
    for beyond in (8, 2**64, MOST):
        assert ids(lens.ballots(beyond, 1)) == ids(lens.ballotsOfHouse(first.id, beyond, MOST)) == ([], 0, True)
    for house in (first, second):
        assert ids(lens.ballotsOfHouse(house.id, 0, 0)) == (made[house.id], 0, True)
    assert ids(lens.ballotsOfHouse(second.id, 1, 3)) == ([3], 4, True)
    assert ids(lens.ballotsOfHouse(second.id, 4, 2)) == ([], 6, True)
    assert ids(lens.ballotsOfHouse(second.id, 6, 2)) == ([6], 0, True)
    assert ids(lens.ballotsOfHouse(999, 0, 0)) == ([], 0, True)


def test_ballots_of_a_house__more_than_a_page__end_with_the_last_that_fits(houses: Callable[[int], House]) -> None:
    house, other = houses(2), houses(2)
    lens = house.suite.governance_lens
    most = lens.MAX_BALLOTS_PER_PAGE()
    made = [house.open(house.matter(number)) for number in range(1, most + 1)]
    assert lens.ballotsOfHouse(house.id, 0, 0).nextBallot == 0
    last = other.open(other.matter(1))
    page = lens.ballotsOfHouse(house.id, 0, 0)
    assert ([one.ballotId for one in page.ballots], page.nextBallot, page.complete) == (made, last, True)
    assert [one.ballotId for one in lens.ballots(0, 0).ballots] == made
    assert lens.ballots(0, MOST).nextBallot == last
    rest = lens.ballotsOfHouse(house.id, last, 0)
    assert (rest.ballots, rest.nextBallot, rest.complete) == ([], 0, True)


def test_shares__of_a_ballot__come_page_by_page_and_by_wallet(
    houses: Callable[[int], House], owner_b: str, credential: Any, approve_move: Any, recover: Any, attacker: str
) -> None:
    house, lens = houses(60), None
    suite = house.suite
    lens = suite.governance_lens
    credential(owner_b)
    for number in (3, 51):
        approve_move(house.share(number), owner_b)
        suite.certificate.transferFrom(house.owner, owner_b, house.share(number), sender=house.owner)
    ballot = house.open()
    numbers = lambda page: [entry.shareId & 0xFF for entry in page.shares]  # noqa: E731
    page = lens.ballotShares(ballot, NOBODY, 0, 0)
    assert (numbers(page), page.nextNumber) == (list(range(1, 51)), 51)
    page = lens.ballotShares(ballot, NOBODY, page.nextNumber, 0)
    assert (numbers(page), page.nextNumber) == (list(range(51, 61)), 0)
    assert numbers(lens.ballotShares(ballot, NOBODY, 11, 0)) == list(range(11, 61))
    assert lens.ballotShares(ballot, NOBODY, 11, 0).nextNumber == 0
    page = lens.ballotShares(ballot, owner_b, 2, 3)
    assert (numbers(page), page.nextNumber) == ([3], 5)
    assert told_of(page.shares[0].refusal) == ("HeldTooShortly", (house.share(3), page.shares[0].votesAt))
    suite.engine.advance(HELD)
    assert lens.ballotShares(ballot, owner_b, 2, 3).shares[0].refusal == b""
    for beyond in (61, 2**64, MOST):
        page = lens.ballotShares(ballot, NOBODY, beyond, 0)
        assert (page.shares, page.nextNumber, page.complete) == ([], 0, True)
    recover(owner_b, attacker)
    ballot = house.open(house.matter(2))
    for wallet in (owner_b, attacker):
        page = lens.ballotShares(ballot, wallet, 51, 1)
        assert (numbers(page), page.shares[0].owner) == ([51], attacker)
        assert (page.shares[0].refusal == b"") == (wallet == attacker)


def told_of(refusal: bytes) -> tuple[str, tuple[Any, ...]]:
    explained = decode_revert(refusal, "HouseBallot")
    return explained.name, explained.values


def test_vote_check__shares_taken_together__sees_one_that_is_named_twice(house: House) -> None:
    check, ballot = house.suite.governance_checks.ballotVoteCheck, house.open()
    assert check(house.owner, ballot, house.shares(1, 2, 8)) == b""
    twice = house.shares(1, 2, 1)
    assert told_of(check(house.owner, ballot, twice)) == ("AlreadyVoted", (ballot, house.share(1)))
    assert told_of(check(house.owner, ballot, [])) == ("NoShares", (ballot,))
    treasury = house.suite.treasury.address
    assert told_of(check(treasury, ballot, house.shares(1))) == ("NotVoter", (treasury,))


# -------------------------------------------------------------------------------------------------------- never reverts


@pytest.mark.parametrize("number", [0, 1, 2**32, 2**40, 2**64, 2**128, 2**255, MOST])
def test_lens__anything__never_reverts(house: House, dao: Dao, number: int) -> None:
    lens, checks, wallet = house.suite.governance_lens, house.suite.governance_checks, house.owner
    house.open()
    for page in (
        lens.proposal(number),
        *lens.proposals([number] * 3),
        lens.voter(wallet, [number] * 3),
        lens.voteChanges(wallet, number, number),
        lens.ballot(number),
        lens.ballots(number, number),
        lens.ballotsOfHouse(number, number, number),
        lens.ballotShares(number, wallet, number, number),
        lens.house(number),
    ):
        assert page.complete, page
    raw = number.to_bytes(32, "big")
    shapes = (([], [], []), ([wallet], [number], [raw]), ([wallet] * 3, [], [raw]), ([dao.at.address], [], [b""]))
    for actions in (*shapes, ([dao.at.address], [number], [raw * 40])):
        assert lens.proposalOf(actions).complete
        for refusal in (
            checks.proposeCheck(wallet, actions, "#proposer=" * 20),
            checks.queueCheck(actions),
            checks.executeCheck(actions),
            checks.cancelCheck(wallet, actions),
        ):
            assert told(refusal)[0].isidentifier()
    assert told(checks.voteCheck(wallet, number, 255)) == ("GovernorNonexistentProposal", (number,))
    for proof in (b"", b"\1", b"\1" * 65, b"\1" * 5_000):
        assert told(checks.voteBySigCheck(number, 1, wallet, proof)) == ("GovernorInvalidSignature", (wallet,))
    assert checks.openCheck(wallet, number, (wallet, number % 2**96, bytes(32)))
    assert told_of(checks.ballotVoteCheck(wallet, 2**200, [number] * 300)) == ("UnknownBallot", (2**200,))
    assert told_of(checks.concludeCheck(number or 2)) in (
        ("UnknownBallot", (number or 2,)),
        ("VoteRuns", (1, house.at.ballotOf(1).endsAt)),
    )


@pytest.mark.parametrize("broken", ["governor", "hold", "timelock", "ballot", "certificate", "house_escrow"])
def test_lens__whatever_can_not_be_read__is_incomplete_and_refused(
    house: House, dao: Dao, broken: str, request: pytest.FixtureRequest
) -> None:
    """A part that answers nothing is never passed off as an empty one, nor a step there as permitted."""
    suite, lens, checks = house.suite, house.suite.governance_lens, house.suite.governance_checks
    made, ballot = dao.harmless(), house.open()
    made.propose(dao.voters[0])
    made.wait_for_vote()
    proposal = made.id
    broken_at = getattr(suite, broken).address
    whole = dao.engine.code_at(broken_at)
    dao.engine.set_code(broken_at, REVERTS)
    request.addfinalizer(lambda: dao.engine.set_code(broken_at, whole))
    pages = {
        "dao": lens.dao(),
        "proposal": lens.proposal(proposal),
        "voter": lens.voter(dao.voters[0], [proposal]),
        "changes": lens.voteChanges(dao.voters[0], 0, 0),
        "ballots": lens.ballots(0, 0),
        "of a house": lens.ballotsOfHouse(house.id, 0, 0),
        "ballot": lens.ballot(ballot),
        "house": lens.house(house.id),
        "shares": lens.ballotShares(ballot, NOBODY, 0, 0),
        "actions": lens.proposalOf(made.arrays),
    }
    of_ballots = {"ballots", "of a house", "ballot", "house", "shares"}
    incomplete = {
        "governor": {"dao", "proposal", "voter", "actions"},
        "hold": {"dao", "proposal", "voter", "changes"},  # the actions call HOLD, so they have another id now
        "timelock": {"dao"},
        "ballot": of_ballots,
        "certificate": {"house", "shares"},
        "house_escrow": {"ballots", "of a house", "ballot", "house"},
    }[broken]
    assert {name for name, page in pages.items() if not page.complete} == incomplete
    unexplained = lambda refusal: decode_revert(refusal, "GovernanceChecks").name == "Unexplained"  # noqa: E731
    assert unexplained(checks.voteCheck(dao.voters[0], proposal, 1)) == (broken == "governor")
    assert unexplained(checks.proposeCheck(dao.voters[0], made.arrays, "")) == (broken in ("governor", "hold"))
    opened = checks.openCheck(house.owner, house.share(1), house.matter(2))
    assert unexplained(opened) == (broken in ("ballot", "certificate", "house_escrow"))
    voted = checks.ballotVoteCheck(house.owner, ballot, house.shares(1))
    assert unexplained(voted) == (broken in ("ballot", "certificate"))


def test_constructors__without_code__refused(suite: Any, buyer: str) -> None:
    for name, args in (
        ("GovernanceLens", (buyer,)),
        ("GovernanceChecks", (buyer, suite.ballot)),
        ("GovernanceChecks", (suite.governor, buyer)),
    ):
        with pytest.raises(Revert) as caught:
            suite.engine.deploy(name, *args, sender=buyer)
        explained = decode_revert(caught.value.data, name)
        assert (explained.name, explained.values) == ("MissingCode", (buyer,))
