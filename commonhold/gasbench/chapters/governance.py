"""Votes of the DAO beside OpenZeppelin's governor with the same extensions, and houses' ballots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from commonhold.gasbench.engine import Call
from commonhold.gasbench.peers import SameRun
from commonhold.gasbench.rows import Chapter, Scene
from commonhold.gasbench.world import COIN, House, World
from commonhold.recipe.handover import PROPOSER, hand_over
from commonhold.recipe.voting import Proposal, Support, action, awaken, voters_of

CHAPTER = Chapter("governance")
DAY = 86_400
SHARES = 8
INVOICE = b"invoice".ljust(32, b"-")
PLAIN = "OpenZeppelin's governor with the same extensions"


class Dao:
    """A governor in the timelock, with voters awake: ours after the hand-over, or OpenZeppelin's beside it."""

    def __init__(self, world: World, *, plain: bool) -> None:
        suite = world.suite
        self.voters = voters_of(suite)
        awaken(suite, self.voters)
        rules = suite.parameters.governance
        if plain:
            self.governor = world.engine.deploy(
                "TestComposedGovernor",
                suite.hold.address,
                suite.timelock.address,
                rules.voting_delay,
                rules.voting_period,
                rules.threshold_votes,
                rules.quorum // 100,
                rules.late_extension,
                world.guardian,
                sender=world.stranger,
            )
            world.as_dao(suite.timelock, "grantRole", PROPOSER, self.governor.address)
        else:
            self.governor = suite.governor
            hand_over(suite)
        moved = action(suite.hold, "transfer", self.voters[3], 1)
        self.proposal = Proposal(suite, (moved,), "Pay for the roof", at=self.governor)

    def call(self, function: str, *args: Any, sender: str | None = None) -> Call:
        return Call(self.voters[0] if sender is None else sender, self.governor, function, args)

    def propose(self) -> Call:
        return self.call("propose", *self.proposal.arrays, self.proposal.text)

    def vote(self, voter: int) -> Call:
        return self.call("castVote", self.proposal.id, Support.FOR, sender=self.voters[voter])

    def open_vote(self) -> None:
        self.proposal.propose(self.voters[0])
        self.proposal.wait_for_vote()


def _row(name: str, allowed: float) -> Callable[[Callable[[World, Dao], Call]], Scene]:
    """A row of OpenZeppelin's, and ours beside it."""

    def add(scene: Callable[[World, Dao], Call]) -> Scene:
        peer = f"{name}, OpenZeppelin"
        CHAPTER.row(peer)(lambda world: scene(world, Dao(world, plain=True)))
        beside = SameRun(f"{CHAPTER.title}: {peer}", PLAIN)
        return CHAPTER.row(name, peer=beside, allowed=allowed)(lambda world: scene(world, Dao(world, plain=False)))

    return add


@_row("propose, one action", 1.1)
def propose(world: World, dao: Dao) -> Call:
    return dao.propose()


@_row("castVote, the first, short of the quorum", 1.05)
def vote_first(world: World, dao: Dao) -> Call:
    dao.open_vote()
    return dao.vote(3)


@_row("castVote, which reaches the quorum", 1.05)
def vote_reaching(world: World, dao: Dao) -> Call:
    dao.open_vote()
    world.engine.run(dao.vote(3))
    return dao.vote(0)


@_row("castVote, a later one", 1.05)
def vote_later(world: World, dao: Dao) -> Call:
    dao.open_vote()
    world.engine.run(dao.vote(0))
    return dao.vote(1)


@_row("queue, one action", 1.05)
def queue(world: World, dao: Dao) -> Call:
    dao.proposal.pass_vote(dao.voters[:2])
    return dao.call("queue", *dao.proposal.hashed)


@_row("execute, one action", 1.1)
def execute(world: World, dao: Dao) -> Call:
    dao.proposal.pass_and_queue(dao.voters[:2])
    return dao.call("execute", *dao.proposal.hashed)


# ---------------------------------------------------------------------------------------------------- houses' ballots

_FIRST = SameRun(f"{CHAPTER.title}: castVote, the first, short of the quorum", "the first vote in the governor")
_LATER = SameRun(f"{CHAPTER.title}: castVote, a later one", "a later vote in the governor")


def _house(world: World) -> House:
    """A house of the seller's for a day, with a payee and money."""
    house = world.house(owner=world.seller)
    fund(world, house)
    return house


def fund(world: World, house: House) -> None:
    """A payee and money for a house; a week passes, so that its shares can vote."""
    escrow, suite = world.suite.house_escrow, world.suite
    suite.coin.approve(escrow, COIN * 5_000, sender=world.payer)
    escrow.fund(house.id, COIN * 5_000, 0, sender=world.payer)
    escrow.registerPayee(house.id, world.holder, False, sender=world.manager)
    world.engine.advance(7 * DAY)


def open_ballot(world: World, house: House, owner: str, invoice: bytes = INVOICE) -> Call:
    matter = (world.holder, 4_000 * COIN, invoice)
    return Call(owner, world.suite.ballot, "open", (house.share(1), matter))


def vote_in_house(world: World, house: House, owner: str, *numbers: int) -> Call:
    """In the latest ballot."""
    ballot = world.suite.ballot.ballotCount()
    return Call(owner, world.suite.ballot, "vote", (ballot, [house.share(n) for n in numbers], True))


def conclude(world: World, house: House, owner: str) -> Call:
    """A payment that half of the shares agreed to."""
    world.engine.run(open_ballot(world, house, owner))
    world.engine.run(vote_in_house(world, house, owner, 1, 2, 3, 4))
    world.engine.advance(7 * DAY)
    return Call(world.stranger, world.suite.ballot, "conclude", (world.suite.ballot.ballotCount(),))


@CHAPTER.row("a house's ballot: open")
def ballot_open(world: World) -> Call:
    return open_ballot(world, _house(world), world.seller)


@CHAPTER.row("a house's ballot: the first vote, one share that never moved", peer=_FIRST, allowed=0.7)
def ballot_vote(world: World) -> Call:
    house = _house(world)
    world.engine.run(open_ballot(world, house, world.seller))
    return vote_in_house(world, house, world.seller, 1)


@CHAPTER.row("a house's ballot: a later vote, one share that was bought", peer=_LATER, allowed=0.7)
def ballot_vote_later(world: World) -> Call:
    house = _house(world)
    world.move(house.share(2), world.seller, world.newcomer)
    world.engine.advance(DAY)
    world.engine.run(open_ballot(world, house, world.seller))
    world.engine.run(vote_in_house(world, house, world.seller, 1))
    return replace(vote_in_house(world, house, world.seller, 2), sender=world.newcomer)


@CHAPTER.row("a house's ballot: a vote of eight shares, for each", divisor=SHARES)
def ballot_vote_many(world: World) -> Call:
    house = _house(world)
    world.engine.run(open_ballot(world, house, world.seller))
    return vote_in_house(world, house, world.seller, *range(1, SHARES + 1))


@CHAPTER.row("a house's ballot: conclude and pay")
def ballot_conclude(world: World) -> Call:
    return conclude(world, _house(world), world.seller)
