"""A proposal on the chain and its steps; beside the tests, so pytest finds it by its bare name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from eth_utils import keccak

DAY, HOLD = 86_400, 10**18
ZERO = "0x" + "00" * 20
DELAY, PERIOD, EXTENSION, TIMELOCK = DAY, 5 * DAY, 2 * DAY, 2 * DAY
QUORUM = 4_000_000 * HOLD
CAP = 7


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


def only(*states: State) -> bytes:
    """How the governor's errors list states."""
    return sum(1 << state for state in states).to_bytes(32, "big")


def own(tx: Any, *contracts: Any) -> list[Any]:
    """A transaction's events that these contracts emitted."""
    addresses = {contract.address for contract in contracts}
    return [event for event in tx.events if event.contract_address in addresses]


@dataclass
class Made:
    """A proposal that was made: `coin.setMinter(lease_to_buy, 7)`."""

    suite: Any
    at: Callable[[int], int]
    proposer: Any
    text: str
    id: int = 0
    created: Any = None

    @classmethod
    def propose(cls, suite: Any, proposer: Any, at: Callable[[int], int], text: str) -> Made:
        made = cls(suite, at, proposer, text)
        made.created = suite.governor.propose(*made.arrays, text, sender=proposer)
        made.id = suite.governor.getProposalId(*made.hashed)
        return made

    @property
    def arrays(self) -> tuple[list[Any], list[int], list[bytes]]:
        coin = self.suite.coin
        return [coin], [0], [coin.setMinter.encode_input(self.suite.lease_to_buy, CAP)]

    @property
    def hashed(self) -> tuple[list[Any], list[int], list[bytes], bytes]:
        return *self.arrays, keccak(text=self.text)

    @property
    def begins(self) -> int:
        """The second after which votes count."""
        return int(self.suite.governor.proposalSnapshot(self.id))

    @property
    def ends(self) -> int:
        """The last second in which they do."""
        return int(self.suite.governor.proposalDeadline(self.id))

    @property
    def state(self) -> State:
        return State(self.suite.governor.state(self.id))

    def vote(self, voter: Any, support: int = 1) -> Any:
        return self.suite.governor.castVote(self.id, support, sender=voter)

    def queue(self, sender: Any) -> Any:
        return self.suite.governor.queue(*self.hashed, sender=sender)

    def execute(self, sender: Any) -> Any:
        return self.suite.governor.execute(*self.hashed, sender=sender)
