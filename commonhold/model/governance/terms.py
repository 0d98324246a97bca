"""Numbers and names of governance, in the order of the interfaces' structs and enums."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from eth_utils import keccak
from faster_eth_abi import encode

from commonhold.model.core import Call

BPS = 10_000
HOUR, DAY = 3_600, 86_400
DELAYS = (HOUR, 30 * DAY)
"""Of the timelock, and from a proposal to its vote."""

Payload = Call | bytes


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


class Support(IntEnum):
    """GovernorCountingSimple.VoteType."""

    AGAINST = 0
    FOR = 1
    ABSTAIN = 2


class Stage(IntEnum):
    """IHouseBallot.Stage."""

    NONE = 0
    OPEN = 1
    REJECTED = 2
    PASSED = 3
    CARRIED = 4
    LAPSED = 5


@dataclass(frozen=True)
class GovernorTerms:
    """ICommonholdGovernor.GovernorTerms."""

    votingDelay: int
    votingPeriod: int
    lateExtension: int
    coolDown: int
    quorumBps: int
    proposalThreshold: int
    quorumFloor: int
    guardian: str


@dataclass(frozen=True)
class BallotRules:
    """IHouseBallot.BallotRules."""

    votingPeriod: int
    holdPeriod: int
    executionPeriod: int
    coolDownPeriod: int
    quorumBps: int
    majorityBps: int


@dataclass(frozen=True)
class Actions:
    """What a proposal or a batch does, as it is handed over: its lists need not fit."""

    targets: tuple[str, ...]
    values: tuple[int, ...]
    payloads: tuple[Payload, ...]

    @property
    def data(self) -> tuple[bytes, ...]:
        """The calls as they look on chain."""
        return tuple(item.data if isinstance(item, Call) else item for item in self.payloads)

    @property
    def fits(self) -> bool:
        return len(self.targets) == len(self.values) == len(self.payloads)

    def content(self, hashes: tuple[bytes, ...]) -> bytes:
        """What a proposal's id stands for: the calls, and their targets' code."""
        kinds = ["address[]", "uint256[]", "bytes[]", "bytes32"]
        code = keccak(encode(["bytes32[]"], [hashes]))
        return keccak(encode(kinds, [self.targets, self.values, self.data, code]))

    def batch_id(self, predecessor: bytes, salt: bytes) -> bytes:
        """TimelockController's."""
        kinds = ["address[]", "uint256[]", "bytes[]", "bytes32", "bytes32"]
        return keccak(encode(kinds, [self.targets, self.values, self.data, predecessor, salt]))
