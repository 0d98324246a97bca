"""Houses' ballots (T37, T38): who votes, once a share, what passes at which vote, and what is paid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ballot_stage import COIN, COOL_DOWN, DAY, HELD, NOBODY, PAYABLE, PERIOD, House, Stage, invoice
from dao_stage import refused

from commonhold.engines.base import decode_revert
from commonhold.recipe.buying import give_coins
from commonhold.recipe.leasing import open_lease

LARGEST = 100


# ------------------------------------------------------------------------------------------------------------- opening


def test_open__by_an_owner__begins_a_vote_of_seven_days(house: House) -> None:
    receipt = house.at.open(house.share(3), house.matter(), sender=house.owner)
    ends_at = receipt.timestamp + PERIOD
    assert receipt.event("BallotOpened").args == {
        "ballotId": 1,
        "propertyId": house.id,
        "opener": house.owner,
        "matter": house.matter(),
        "endsAt": ends_at,
    }
    assert tuple(house.at.ballotOf(1)) == (house.id, house.matter(), Stage.OPEN, ends_at, 8, 0, 0, 4, 6_000, 0)
    assert house.at.ballotCount() == 1
    assert tuple(house.at.ballotOf(2)) == (0, (NOBODY, 0, bytes(32)), Stage.NONE, 0, 0, 0, 0, 0, 0, 0)


def test_open__by_whoever_could_not_vote__is_refused(house: House, attacker: str, credential: Any) -> None:
    refused(lambda: house.open(sender=attacker), "NotVoter", attacker)
    credential(attacker)
    refused(lambda: house.open(sender=attacker), "NotShareOwner", house.share(1), attacker, house.owner)
    refused(lambda: house.open(number=9), "NotShareOwner", house.share(9), house.owner, NOBODY)
    refused(lambda: house.open(number=0), "NotShareOwner", house.share(0), house.owner, NOBODY)


@pytest.mark.parametrize(
    ("payee", "coins", "number"), [(True, 0, 1), (False, 1, 1), (True, 1, None), (False, 0, None), (False, 1, None)]
)
def test_open__matters_that_are_none__are_refused(house: House, payee: bool, coins: int, number: int | None) -> None:
    matter = (house.payee if payee else NOBODY, coins, bytes(32) if number is None else invoice(number))
    refused(lambda: house.open(matter), "InvalidMatter", *matter)


def test_open__of_an_invoice_that_was_paid__is_refused(house: House) -> None:
    house.suite.house_escrow.pay(house.id, house.payee, invoice(1), COIN, sender=house.manager)
    refused(lambda: house.open(), "AlreadyPaid", house.id, invoice(1))


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_open__the_same_matter_again__waits_for_the_cool_down(house: House, off: int) -> None:
    first = house.open()
    ready_at = house.at.ballotOf(first).endsAt + COOL_DOWN
    assert house.at.readyAt(house.id, house.matter()) == ready_at
    assert house.at.readyAt(house.id, house.matter(2)) == 0
    refused(lambda: house.open(), "CoolingDown", house.id, ready_at)
    house.open(house.matter(2))
    house.engine.set_next_time(ready_at + off)
    if off < 0:
        refused(lambda: house.open(), "CoolingDown", house.id, ready_at)
    else:
        house.open()


# -------------------------------------------------------------------------------------------------------------- voting


def test_vote__with_some_shares__counts_each_by_its_number(house: House, attacker: str) -> None:
    ballot = house.open()
    receipt = house.vote(ballot, 2, 8)
    told = [event.args for event in receipt.events if event.name == "ShareVoted"]
    assert told == [
        {"ballotId": ballot, "shareId": share, "voter": house.owner, "support": True} for share in house.shares(2, 8)
    ]
    house.vote(ballot, 1, support=False)
    found = house.at.ballotOf(ballot)
    assert (found.forVotes, found.againstVotes, found.voted) == (2, 1, 1 << 1 | 1 << 2 | 1 << 8)
    assert [house.at.hasVoted(ballot, house.share(n)) for n in (0, 1, 2, 3, 8)] == [False, True, True, False, True]
    assert not house.at.hasVoted(ballot + 1, house.share(1))
    refused(lambda: house.vote(ballot), "NoShares", ballot)
    refused(lambda: house.vote(ballot + 1, 3), "UnknownBallot", ballot + 1)


def test_vote__twice_with_a_share__is_refused_in_one_call_and_in_two(house: House) -> None:
    ballot = house.open()
    refused(lambda: house.vote(ballot, 3, 3), "AlreadyVoted", ballot, house.share(3))
    house.vote(ballot, 3)
    refused(lambda: house.vote(ballot, 4, 3, support=False), "AlreadyVoted", ballot, house.share(3))
    assert house.at.ballotOf(ballot).voted == 1 << 3


def test_vote__with_shares_of_others_or_of_other_houses__is_refused(
    house: House, houses: Callable[[int], House], buyer: str, credential: Any
) -> None:
    other, ballot = houses(8), house.open()
    credential(buyer)
    refused(lambda: house.vote(ballot, 1, sender=buyer), "NotShareOwner", house.share(1), buyer, house.owner)
    refused(lambda: house.vote(ballot, 9), "NotShareOwner", house.share(9), house.owner, NOBODY)
    refused(lambda: house.vote(ballot, 255), "NotShareOwner", house.share(255), house.owner, NOBODY)
    strange = [house.share(1), other.share(1)]
    refused(lambda: house.at.vote(ballot, strange, True, sender=house.owner), "WrongHouse", ballot, other.share(1))
    assert not house.at.hasVoted(ballot, other.share(1))


@pytest.mark.parametrize("off", [-1, 0])
def test_vote__around_the_end__counts_before_it(house: House, off: int) -> None:
    ballot = house.open()
    ends_at = house.at.ballotOf(ballot).endsAt
    house.engine.set_next_time(ends_at + off)
    if off:
        house.vote(ballot, 1)
    else:
        refused(lambda: house.vote(ballot, 1), "VoteOver", ballot, ends_at)


def test_vote__of_a_hundred_shares__counts_to_the_last(houses: Callable[[int], House]) -> None:
    house = houses(LARGEST)
    ballot = house.open()
    house.vote(ballot, *range(1, LARGEST + 1))
    found = house.at.ballotOf(ballot)
    assert (found.forVotes, found.voted, found.quorumVotes) == (100, (1 << 101) - 2, 50)
    refused(lambda: house.vote(ballot, 101), "NotShareOwner", house.share(101), house.owner, NOBODY)


def test_vote__without_a_credential_that_counts__is_refused(house: House, issuer: str) -> None:
    ballot = house.open()
    house.suite.credentials.revoke(house.owner, sender=issuer)
    refused(lambda: house.vote(ballot, 1), "NotVoter", house.owner)


# ------------------------------------------------------------------------------ shares that move, are lent, are pledged


def move(house: House, number: int, to: str, approve_move: Any, sender: str | None = None) -> None:
    approve_move(house.share(number), to)
    owner = house.suite.certificate.ownerOf(house.share(number))
    house.suite.certificate.transferFrom(owner, to, house.share(number), sender=owner if sender is None else sender)


def test_moved_share__that_voted__does_not_vote_again(
    house: House, buyer: str, credential: Any, approve_move: Any
) -> None:
    ballot = house.open()
    house.vote(ballot, 1)
    credential(buyer)
    move(house, 1, buyer, approve_move)
    house.engine.advance(HELD)
    again = lambda: house.vote(ballot, 1, support=False, sender=buyer)  # noqa: E731
    refused(again, "AlreadyVoted", ballot, house.share(1))
    refused(lambda: house.vote(ballot, 1), "NotShareOwner", house.share(1), house.owner, buyer)
    move(house, 1, house.owner, approve_move)
    house.engine.advance(HELD)
    refused(lambda: house.vote(ballot, 1), "AlreadyVoted", ballot, house.share(1))


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_t38_lent_share__around_a_day_after_it_moved__votes_by_who_kept_it(
    house: House, buyer: str, credential: Any, approve_move: Any, off: int
) -> None:
    """T37: moved, voted with and moved back within a day, it counts nothing; who bought it votes after the day."""
    ballot = house.open()
    credential(buyer)
    move(house, 1, buyer, approve_move)
    votes_at = house.engine.now() + HELD
    too_short = ("HeldTooShortly", house.share(1), votes_at)
    refused(lambda: house.open(house.matter(2), sender=buyer), *too_short)
    house.engine.set_next_time(votes_at + off)
    if off < 0:
        refused(lambda: house.vote(ballot, 1, sender=buyer), *too_short)
    else:
        house.vote(ballot, 1, sender=buyer)


def test_t38_leased_share__is_voted_by_its_owner_and_never_by_the_lessee(
    house: House, buyer: str, credential: Any
) -> None:
    credential(buyer)
    open_lease(house.suite, house.share(1), buyer, rent=100 * COIN, price_usd=30_000 * COIN)
    assert house.suite.certificate.userOf(house.share(1)) == buyer
    ballot = house.open()
    refused(lambda: house.vote(ballot, 1, sender=buyer), "NotShareOwner", house.share(1), buyer, house.owner)
    house.vote(ballot, 1)


def test_t38_liened_share__is_voted_by_its_owner(
    suite: Any, approved_loan: Any, owner_a: str, houses: Callable[[int], House], lending_cash: Any
) -> None:
    loan = approved_loan()
    suite.book.draw(loan.loan_id, owner_a, sender=owner_a)
    share = loan.application.share_id
    assert suite.certificate.encumbrancesOf(share).lienHolder == suite.book.address
    suite.engine.advance(DAY)
    resolution = (NOBODY, 0, invoice(1))
    ballot = suite.ballot.open(share, resolution, sender=owner_a).event("BallotOpened")["ballotId"]
    suite.ballot.vote(ballot, [share], True, sender=owner_a)
    assert suite.ballot.hasVoted(ballot, share)


def test_frozen_share__is_voted_by_its_owner(house: House, court: str) -> None:
    """A freeze stops a share from moving, not its owner from deciding about the roof."""
    house.suite.certificate.setFrozenTokens(house.owner, house.share(1), True, sender=court)
    house.vote(house.open(), 1)


def test_t38_treasury__with_shares_of_its_own__never_votes(house: House, approve_move: Any) -> None:
    treasury = house.suite.treasury.address
    move(house, 1, treasury, approve_move)
    house.engine.advance(HELD)
    ballot = house.open(number=2)
    # It has no function that could call; if it had, its credential is one of the protocol's.
    told = decode_revert(house.at.voteCheck(ballot, house.share(1), treasury))
    assert (told.name, told.values) == ("NotVoter", (treasury,))


def test_recovered_wallet__votes_with_shares_that_have_not_followed_yet(
    house: House, attacker: str, buyer: str, recover: Any
) -> None:
    """Who lost his key has the wallet that took its place; who found the old key has nothing."""
    recover(house.owner, buyer)
    ballot = house.open(sender=buyer)
    house.vote(ballot, 1, sender=buyer)
    refused(lambda: house.vote(ballot, 2), "NotVoter", house.owner)
    house.suite.certificate.completeRecovery(house.owner, house.shares(1, 2), sender=attacker)
    # It is the same owner: no day to wait, and no second vote.
    house.vote(ballot, 2, sender=buyer)
    refused(lambda: house.vote(ballot, 1, sender=buyer), "AlreadyVoted", ballot, house.share(1))


# ------------------------------------------------------------------------------------------------------------- outcome

OUTCOMES = (
    # shares, for, against, passes: quorum half of the shares, up; more than 60 % of the votes cast
    (8, 3, 0, False),
    (8, 4, 0, True),
    (8, 3, 1, True),
    (8, 3, 2, False),  # 60 % exactly
    (8, 2, 2, False),
    (8, 5, 3, True),
    (8, 4, 3, False),
    (5, 2, 0, False),
    (5, 3, 0, True),
    (5, 3, 2, False),
    (5, 4, 1, True),
    (2, 1, 0, True),
    (2, 1, 1, False),
    (100, 49, 0, False),
    (100, 50, 0, True),
    (100, 60, 40, False),
    (100, 61, 39, True),
)


@pytest.mark.parametrize(("shares", "in_favour", "against", "passes"), OUTCOMES)
def test_outcome__around_quorum_and_majority(
    houses: Callable[[int], House], shares: int, in_favour: int, against: int, passes: bool
) -> None:
    house = houses(shares)
    ballot = house.open()
    house.decide(ballot, in_favour, against)
    assert house.stage(ballot) == (Stage.PASSED if passes else Stage.REJECTED)


def test_conclude__of_a_payment_that_passed__pays_once(house: House) -> None:
    ballot = house.open()
    before, ends_at = house.paid(), house.at.ballotOf(ballot).endsAt
    house.vote(ballot, 1, 2, 3, 4)
    house.engine.set_next_time(ends_at - 1)
    refused(lambda: house.conclude(ballot), "VoteRuns", ballot, ends_at)
    house.engine.set_next_time(ends_at)
    receipt = house.conclude(ballot)
    assert receipt.event("BallotConcluded").args == {
        "ballotId": ballot,
        "propertyId": house.id,
        "outcome": Stage.CARRIED,
        "forVotes": 4,
        "againstVotes": 0,
    }
    assert receipt.event("InvoicePaid")["releasedBy"] == house.at.address
    assert (house.paid() - before, house.stage(ballot)) == (4_000 * COIN, Stage.CARRIED)
    refused(lambda: house.conclude(ballot), "AlreadyConcluded", ballot, Stage.CARRIED)
    refused(lambda: house.conclude(ballot + 1), "UnknownBallot", ballot + 1)
    refused(lambda: house.open(house.matter(coins=1)), "AlreadyPaid", house.id, invoice(1))


def test_conclude__of_what_was_rejected__pays_nothing(house: House) -> None:
    ballot = house.open()
    before = house.paid()
    house.decide(ballot, 3)
    assert house.conclude(ballot).event("BallotConcluded")["outcome"] == Stage.REJECTED
    assert (house.paid(), house.stage(ballot)) == (before, Stage.REJECTED)
    refused(lambda: house.conclude(ballot), "AlreadyConcluded", ballot, Stage.REJECTED)


def test_conclude__of_a_resolution__records_the_outcome(house: House) -> None:
    ballot = house.open((NOBODY, 0, invoice(1)))
    house.decide(ballot, 4)
    assert house.stage(ballot) == Stage.CARRIED
    assert house.conclude(ballot).event("BallotConcluded")["outcome"] == Stage.CARRIED
    refused(lambda: house.conclude(ballot), "AlreadyConcluded", ballot, Stage.CARRIED)


@pytest.mark.parametrize("off", [-1, 0])
def test_conclude__that_the_escrow_refuses__can_be_tried_again_until_it_lapses(house: House, off: int) -> None:
    ballot, escrow = house.open(house.matter(coins=5_001 * COIN)), house.suite.house_escrow
    house.decide(ballot, 8)
    refused(lambda: house.conclude(ballot), "NotEnough", house.id, 5_001 * COIN, 5_000 * COIN)
    assert house.stage(ballot) == Stage.PASSED
    before = house.paid()
    house.suite.coin.approve(escrow.address, COIN, sender=house.funder)
    house.suite.engine.set_time(house.at.ballotOf(ballot).endsAt + PAYABLE - 100)
    give_coins(house.suite, house.funder, COIN)
    escrow.fund(house.id, COIN, 0, sender=house.funder)
    house.engine.set_next_time(house.at.ballotOf(ballot).endsAt + PAYABLE + off)
    outcome = house.conclude(ballot).event("BallotConcluded")["outcome"]
    assert outcome == (Stage.CARRIED if off else Stage.LAPSED)
    assert house.paid() - before == (5_001 * COIN if off else 0)
    assert house.stage(ballot) == outcome


def test_t38_two_ballots__about_one_invoice__pay_it_once(house: House) -> None:
    first, second = house.open(), house.open(house.matter(coins=3_000 * COIN))
    house.vote(first, 1, 2, 3, 4)
    house.vote(second, 1, 2, 3, 4)
    house.end(second)
    house.conclude(first)
    refused(lambda: house.conclude(second), "AlreadyPaid", house.id, invoice(1))


def test_row__taken_away_by_the_dao__leaves_ballots_without_money(house: House, as_dao: Any) -> None:
    ballot = house.open()
    house.vote(ballot, 1, 2, 3, 4)
    as_dao(house.suite.house_escrow, "setBallot", house.at, False)
    house.end(ballot)
    refused(lambda: house.conclude(ballot), "NotBallot", house.at.address)


# --------------------------------------------------------------------------------------------------------------- terms


def test_terms__of_a_house__are_the_daos_and_of_ballots_to_come(house: House, as_dao: Any, attacker: str) -> None:
    running = house.open()
    refused(lambda: house.at.setTerms(house.id, 10_000, 9_900, sender=attacker), "AccessManagedUnauthorized", attacker)
    receipt = as_dao(house.at, "setTerms", house.id, 10_000, 9_900)
    assert receipt.event("HouseTermsSet").args == {"propertyId": house.id, "quorumBps": 10_000, "majorityBps": 9_900}
    assert tuple(house.at.termsOf(house.id)) == (10_000, 9_900)
    later = house.open(house.matter(2))
    assert [house.at.ballotOf(one).quorumVotes for one in (running, later)] == [4, 8]
    assert [house.at.ballotOf(one).majorityBps for one in (running, later)] == [6_000, 9_900]
    refused(lambda: as_dao(house.at, "setTerms", house.id + 1, 5_000, 6_000), "UnknownHouse", house.id + 1)


@pytest.mark.parametrize(
    ("quorum", "majority", "wrong"),
    [
        (2_499, 6_000, ("quorumBps", 2_499, 2_500, 10_000)),
        (2_500, 6_000, None),
        (10_000, 6_000, None),
        (10_001, 6_000, ("quorumBps", 10_001, 2_500, 10_000)),
        (5_000, 4_999, ("majorityBps", 4_999, 5_000, 9_900)),
        (5_000, 5_000, None),
        (5_000, 9_900, None),
        (5_000, 9_901, ("majorityBps", 9_901, 5_000, 9_900)),
    ],
)
def test_terms__around_their_bounds(house: House, as_dao: Any, quorum: int, majority: int, wrong: Any) -> None:
    if wrong:
        refused(lambda: as_dao(house.at, "setTerms", house.id, quorum, majority), "TermOutOfRange", *wrong)
    else:
        as_dao(house.at, "setTerms", house.id, quorum, majority)


RULES = {
    "votingPeriod": (0, DAY, 30 * DAY),
    "holdPeriod": (1, 3_600, PERIOD),
    "executionPeriod": (2, DAY, 365 * DAY),
    "coolDownPeriod": (3, 0, 365 * DAY),
    "quorumBps": (4, 2_500, 10_000),
    "majorityBps": (5, 5_000, 9_900),
}


@pytest.mark.parametrize("rule", RULES)
def test_construction__around_each_bound__takes_what_is_in_range(suite: Any, rule: str) -> None:
    place, least, most = RULES[rule]
    peers, good = tuple(suite.ballot.peers()), tuple(suite.ballot.rules())

    def make(value: int) -> Any:
        rules = (*good[:place], value, *good[place + 1 :])
        return suite.engine.deploy("HouseBallot", suite.hub.address, peers, rules, sender=suite.deployer)

    for value in (least, most):
        assert make(value).rules()[place] == value
    for value in {max(least - 1, 0), most + 1} - {least}:
        refused(lambda value=value: make(value), "TermOutOfRange", rule, value, least, most)


@pytest.mark.parametrize("place", range(3))
def test_construction__peers_without_code__are_refused(suite: Any, place: int) -> None:
    peers = list(suite.ballot.peers())
    peers[place] = "0x" + "77" * 20
    rules = tuple(suite.ballot.rules())
    refused(
        lambda: suite.engine.deploy("HouseBallot", suite.hub.address, tuple(peers), rules, sender=suite.deployer),
        "MissingCode",
        "0x" + "77" * 20,
    )


# --------------------------------------------------------------------------------------------------------------- views


def test_vote_check__says_what_a_vote_would(house: House, attacker: str) -> None:
    ballot = house.open()
    house.vote(ballot, 1)
    cases = ((1, house.owner), (2, house.owner), (2, attacker), (9, house.owner))
    for number, voter in cases:
        told = house.at.voteCheck(ballot, house.share(number), voter)
        if told == b"":
            with house.engine.rollback():
                house.vote(ballot, number, sender=voter)
        else:
            expected = decode_revert(told)
            refused(lambda n=number, v=voter: house.vote(ballot, n, sender=v), expected.name, *expected.values)
    assert decode_revert(house.at.voteCheck(7, house.share(1), attacker)).name == "UnknownBallot"


def test_holding__of_a_share__is_its_owner_and_since_when(
    house: House, buyer: str, credential: Any, approve_move: Any, recover: Any, attacker: str
) -> None:
    """The view of the certificate that ballots read: a sale begins the time anew, a recovery does not."""
    certificate, share = house.suite.certificate, house.share(1)
    owner, since = certificate.holdingOf(share)
    assert (owner, since) == (house.owner, certificate.certificateOf(share).acquiredAt)
    assert tuple(certificate.holdingOf(house.share(9))) == tuple(certificate.holdingOf(0)) == (NOBODY, 0)
    credential(buyer, expires_at=house.engine.now() + 365 * DAY)
    move(house, 1, buyer, approve_move)
    moved_at = house.engine.now()
    assert tuple(certificate.holdingOf(share)) == (buyer, moved_at)
    recover(buyer, attacker)
    certificate.completeRecovery(buyer, [share], sender=attacker)
    assert tuple(certificate.holdingOf(share)) == (attacker, moved_at)
