"""Does a decision get dearer with the number of those who decide? The same calls with 10 and 10,000 voters and ballots.

The voters really hold HOLD, delegated to themselves, and all of them vote before the one that is measured; the ballots
are opened in one house, and all run.
"""

from __future__ import annotations

from collections.abc import Callable

from eth_utils import keccak

from commonhold.gasbench.chapters.governance import Dao, conclude, fund, open_ballot, vote_in_house
from commonhold.gasbench.engine import Call
from commonhold.gasbench.growth import LARGE, SMALL, Growth, Progress
from commonhold.gasbench.world import COIN, House, World
from commonhold.recipe.voting import Support

CHUNK = 1_000  # voters between two reports of progress
HOLDING = 100 * COIN  # wei of HOLD of each voter
FIRST_VOTER = 0x707E5  # their addresses are made up: the node sends for whoever it is told to

Scene = Callable[[World, Dao, House], Call]


def measure_vote_growth(world: World, progress: Progress) -> list[Growth]:
    """Let voters and ballots come until there are SMALL, measure, then until LARGE, measure again. Leaves no trace."""
    with world.engine.rollback():
        dao, house = Dao(world, plain=False), world.house(owner=world.seller)
        fund(world, house)
        world.engine.node.rpc("anvil_autoImpersonateAccount", True)
        small = _measure_at(world, dao, house, SMALL, progress)
        large = _measure_at(world, dao, house, LARGE, progress)
        world.engine.node.rpc("anvil_autoImpersonateAccount", False)
    return [Growth(f"by voters and ballots, {row}", small[row], large[row]) for row in small]


def _measure_at(world: World, dao: Dao, house: House, wanted: int, progress: Progress) -> dict[str, int]:
    _fill(world, house, wanted, progress)
    with world.engine.rollback():
        measured = _decide(world, dao)
    for name, scene in SCENES.items():
        with world.engine.rollback():
            measured[name] = world.engine.gas_of(scene(world, dao, house))
    return measured


def _fill(world: World, house: House, wanted: int, progress: Progress) -> None:
    """Each voter gets HOLD out of the DAO's own, which does not vote: so nobody's past votes grow longer."""
    hold, dao = world.suite.hold, world.suite.timelock.address
    for first in range(world.suite.ballot.ballotCount(), wanted, CHUNK):
        numbers = range(first, min(first + CHUNK, wanted))
        world.engine.run_many([Call(dao, hold, "transfer", (_voter(number), HOLDING)) for number in numbers])
        world.engine.run_many([Call(_voter(number), hold, "delegate", (_voter(number),)) for number in numbers])
        world.engine.run_many([open_ballot(world, house, world.seller, _invoice(number)) for number in numbers])
        progress(numbers[-1] + 1, wanted)
    assert world.suite.ballot.ballotCount() == wanted
    assert hold.getVotes(_voter(wanted - 1)) == HOLDING


def _voter(number: int) -> str:
    return f"0x{(FIRST_VOTER << 128) + number:040x}"


def _invoice(number: int) -> bytes:
    return keccak(text=f"invoice {number}")


def _decide(world: World, dao: Dao) -> dict[str, int]:
    """The DAO's whole way with a proposal on which everybody votes."""
    gas_of, measured = world.engine.gas_of, {"propose": world.engine.gas_of(dao.propose())}
    dao.proposal.wait_for_vote()
    voters = [_voter(number) for number in range(world.suite.ballot.ballotCount())]
    world.engine.run_many([dao.call("castVote", dao.proposal.id, Support.FOR, sender=voter) for voter in voters])
    measured["castVote, after all others"] = gas_of(dao.vote(1))
    world.engine.run(dao.vote(0))
    dao.proposal.wait_for_end()
    measured["queue"] = gas_of(dao.call("queue", *dao.proposal.hashed))
    dao.proposal.wait_for_execution()
    measured["execute"] = gas_of(dao.call("execute", *dao.proposal.hashed))
    return measured


# -------------------------------------------------------------------------------------------------------------- scenes


def _transfer(world: World, dao: Dao, _house: House) -> Call:
    return Call(dao.voters[3], world.suite.hold, "transfer", (_voter(0), COIN))


def _open(world: World, _dao: Dao, house: House) -> Call:
    return open_ballot(world, house, world.seller)


def _vote_in_house(world: World, _dao: Dao, house: House) -> Call:
    world.engine.run(open_ballot(world, house, world.seller))
    world.engine.run(vote_in_house(world, house, world.seller, 1))
    return vote_in_house(world, house, world.seller, 2)


def _conclude(world: World, _dao: Dao, house: House) -> Call:
    return conclude(world, house, world.seller)


SCENES: dict[str, Scene] = {
    "transfer of HOLD that votes": _transfer,
    "a house's ballot: open": _open,
    "a house's ballot: a later vote": _vote_in_house,
    "a house's ballot: conclude and pay": _conclude,
}
