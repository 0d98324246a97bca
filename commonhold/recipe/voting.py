"""Proposals of the DAO: what they do, what they are called, and their way from the first vote to the last call.

For scripts, tests and the demo. On local chains, where time can be moved, `by_vote` goes all the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from eth_utils import keccak

from commonhold.engines.base import Receipt
from commonhold.engines.codec import as_address
from commonhold.recipe.deploy import Suite
from commonhold.recipe.governing import address_of

NO_TEXT = bytes(32)
"""In place of a description's hash, which our governor does not look at."""


class Support(IntEnum):
    """GovernorCountingSimple.VoteType."""

    AGAINST = 0
    FOR = 1
    ABSTAIN = 2


class State(IntEnum):
    """IGovernor.ProposalState."""

    PENDING = 0
    ACTIVE = 1
    CANCELED = 2
    DEFEATED = 3
    SUCCEEDED = 4
    QUEUED = 5
    EXPIRED = 6
    EXECUTED = 7


@dataclass(frozen=True)
class Action:
    """One call of a proposal."""

    target: str
    data: bytes
    value: int = 0


def action(contract: Any, function: str, *args: Any) -> Action:
    """The call of a contract's function, checked against its ABI."""
    return Action(contract.address, getattr(contract, function).encode(*args))


@dataclass(frozen=True)
class Proposal:
    """Actions with a text, for a governor: the suite's own unless another is named."""

    suite: Suite
    actions: tuple[Action, ...]
    text: str = "A proposal"
    at: Any = None

    @property
    def governor(self) -> Any:
        return self.suite.governor if self.at is None else self.at

    @property
    def arrays(self) -> tuple[list[str], list[int], list[bytes]]:
        """Targets, values and calldata, as the governor takes them."""
        return [a.target for a in self.actions], [a.value for a in self.actions], [a.data for a in self.actions]

    @property
    def hashed(self) -> tuple[list[str], list[int], list[bytes], bytes]:
        return *self.arrays, keccak(text=self.text)

    @property
    def id(self) -> int:
        """In the present round, with the targets' code of now."""
        return int(self.governor.getProposalId(*self.hashed))

    @property
    def state(self) -> State:
        return State(self.governor.state(self.id))

    def propose(self, sender: Any) -> Receipt:
        return self.governor.propose(*self.arrays, self.text, sender=sender)

    def wait_for_vote(self) -> None:
        self._reach(self.governor.proposalSnapshot(self.id) + 1)

    def wait_for_end(self) -> None:
        self._reach(self.governor.proposalDeadline(self.id) + 1)

    def _reach(self, moment: int) -> None:
        if self.suite.engine.now() < moment:
            self.suite.engine.set_time(moment)

    def vote(self, voter: Any, support: Support = Support.FOR) -> Receipt:
        return self.governor.castVote(self.id, support, sender=voter)

    def queue(self, sender: Any) -> Receipt:
        return self.governor.queue(*self.hashed, sender=sender)

    def wait_for_execution(self) -> None:
        self._reach(self.governor.proposalEta(self.id))

    def execute(self, sender: Any) -> Receipt:
        return self.governor.execute(*self.hashed, sender=sender)

    def cancel(self, sender: Any) -> Receipt:
        return self.governor.cancel(*self.hashed, sender=sender)

    def pass_vote(self, voters: Sequence[Any]) -> None:
        """Proposed by the first of the voters, agreed to by all, and over."""
        self.propose(voters[0])
        self.wait_for_vote()
        for voter in voters:
            self.vote(voter)
        self.wait_for_end()

    def pass_and_queue(self, voters: Sequence[Any]) -> None:
        """As `pass_vote`, and waited for in the timelock."""
        self.pass_vote(voters)
        self.queue(voters[0])
        self.wait_for_execution()


def voters_of(suite: Suite) -> list[str]:
    """Who begins with HOLD."""
    return [address_of(suite, account) for account in suite.parameters.governance.accounts]


def awaken(suite: Suite, voters: Sequence[Any]) -> None:
    """Voters delegate to themselves: until then their HOLD does not vote."""
    for voter in voters:
        if as_address(suite.hold.delegates(as_address(voter))) != as_address(voter):
            suite.hold.delegate(as_address(voter), sender=voter)


def by_vote(suite: Suite, *actions: Action, text: str = "A proposal") -> Receipt:
    """The DAO does it: proposed, voted by all who begin with HOLD, queued, executed. Takes days of a local chain."""
    voters = voters_of(suite)
    awaken(suite, voters)
    proposal = Proposal(suite, actions, text)
    proposal.pass_and_queue(voters)
    return proposal.execute(voters[0])
