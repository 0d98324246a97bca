"""The DAO after the hand-over, its voters, and the wizard's governor beside it; pytest finds it by its bare name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert
from commonhold.recipe.governing import as_dao
from commonhold.recipe.handover import PROPOSER, hand_over
from commonhold.recipe.voting import Action, Proposal, action, awaken, voters_of

DAY, HOLD = 86_400, 10**18
NOBODY = "0x" + "00" * 20
DELAY, PERIOD, EXTENSION, COOL_DOWN = DAY, 5 * DAY, 2 * DAY, 14 * DAY
THRESHOLD, QUORUM, FLOOR = 500_000 * HOLD, 4_000_000 * HOLD, 2_000_000 * HOLD


def refused(call: Callable[[], Any], name: str, *values: Any) -> None:
    """The call reverts with exactly that error and those values."""
    with pytest.raises(Revert) as caught:
        call()
    # What a constructor refuses comes without an ABI.
    told = caught.value if caught.value.name != "Unknown" else decode_revert(caught.value.data)
    assert (told.name, told.values) == (name, values), told


@dataclass
class Dao:
    """A governor with voters of 30, 15, 3 and 1 million HOLD, who hold 49 of a hundred."""

    suite: Any
    at: Any
    voters: Sequence[str]

    @property
    def engine(self) -> Any:
        return self.suite.engine

    @property
    def hold(self) -> Any:
        return self.suite.hold

    @property
    def guardian(self) -> str:
        return self.at.proposalGuardian()

    def proposal(self, *actions: Action, text: str = "A proposal") -> Proposal:
        return Proposal(self.suite, actions, text, at=self.at)

    def harmless(self, number: int = 1, text: str = "A proposal") -> Proposal:
        """A transfer of the DAO's own HOLD, another one for each number."""
        return self.proposal(action(self.hold, "transfer", self.voters[3], number), text=text)

    def give_votes(self, wallet: str, votes: int) -> None:
        """Votes for somebody, of the DAO's own HOLD or the second voter's, that count from the next second on."""
        self.hold.transfer(wallet, votes, sender=self.voters[1])
        self.hold.delegate(wallet, sender=wallet)

    def at_time(self, moment: int) -> None:
        """The next transaction happens then."""
        self.engine.set_next_time(moment)


def own_dao(suite: Any) -> Dao:
    """The suite's governor, after the hand-over."""
    voters = voters_of(suite)
    awaken(suite, voters)
    hand_over(suite)
    return Dao(suite, suite.governor, voters)


def wizards_dao(suite: Any) -> Dao:
    """The wizard's governor with the same numbers, as a proposer of the same timelock, in which anybody executes."""
    voters = voters_of(suite)
    awaken(suite, voters)
    made = suite.engine.deploy(
        "TestWizardGovernor",
        suite.hold.address,
        suite.timelock.address,
        DELAY,
        PERIOD,
        THRESHOLD,
        4,
        sender=voters[0],
    )
    as_dao(suite, suite.timelock, "grantRole", PROPOSER, made.address)
    return Dao(suite, made, voters)
