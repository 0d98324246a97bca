"""The governor: `ICommonholdGovernor` on OpenZeppelin's parts, as exact arithmetic over seconds and votes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from eth_utils import keccak

from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Call, Contract, Refused, hash_of, require
from commonhold.model.governance.terms import BPS, DAY, DELAYS, HOUR, Actions, GovernorTerms, Payload, State, Support
from commonhold.model.governance.timelock import bitmap
from commonhold.model.governance.typed import digest_of, domain_of
from commonhold.model.governance.votes import Hold, Trace
from commonhold.model.identity import signer_of

BALLOT = keccak(text="Ballot(uint256 proposalId,uint8 support,address voter,uint256 nonce)")
UNFINISHED = (State.PENDING, State.ACTIVE, State.DEFEATED, State.SUCCEEDED, State.QUEUED)
"""What can be cancelled."""


@dataclass
class Proposal:
    actions: Actions
    proposer: str
    start: int
    period: int
    extended_to: int = 0
    eta: int = 0
    executed: bool = False
    canceled: bool = False
    batch: bytes = ZERO_WORD  # in the timelock, once queued
    votes: dict[Support, int] = field(default_factory=lambda: dict.fromkeys(Support, 0))
    voted: set[str] = field(default_factory=set)

    @property
    def deadline(self) -> int:
        return max(self.start + self.period, self.extended_to)

    @property
    def turnout(self) -> int:
        """Towards the quorum."""
        return self.votes[Support.FOR] + self.votes[Support.ABSTAIN]


class Governor(Contract):
    """`CommonholdGovernor`. `suite` is the model that it is part of."""

    key = "governor"

    def __init__(self, suite: Any, address: str, hold: Hold, terms: GovernorTerms) -> None:
        super().__init__(suite.chain, address)
        self.suite = suite
        self.hold = hold
        self.delay = terms.votingDelay
        self.period = terms.votingPeriod
        self.extension = terms.lateExtension
        self.threshold = terms.proposalThreshold
        self.guardian = terms.guardian
        self.floor = terms.quorumFloor
        self.cool_down = terms.coolDown
        self.quorum_bps = Trace()
        self.quorum_bps.push(self.now, terms.quorumBps)
        self.proposals: dict[int, Proposal] = {}
        self.rounds: defaultdict[bytes, int] = defaultdict(int)  # by content
        self.nonces_of: defaultdict[str, int] = defaultdict(int)

    # -- views ----------------------------------------------------------------------------------------------------

    def votingDelay(self) -> int:
        return self.delay

    def votingPeriod(self) -> int:
        return self.period

    def lateQuorumVoteExtension(self) -> int:
        return self.extension

    def proposalThreshold(self) -> int:
        return self.threshold

    def proposalGuardian(self) -> str:
        return self.guardian

    def quorumNumerator(self) -> int:
        return self.quorum_bps.latest

    def quorumFloor(self) -> int:
        return self.floor

    def coolDown(self) -> int:
        return self.cool_down

    def timelock(self) -> str:
        found: str = self.suite.timelock.address
        return found

    def quorum(self, second: int) -> int:
        return max(self.floor, self.hold.getPastTotalSupply(second) * self.quorum_bps.at(second) // BPS)

    def nonces(self, voter: str) -> int:
        return self.nonces_of[voter]

    def hasVoted(self, number: int, voter: str) -> bool:
        return number in self.proposals and voter in self.proposals[number].voted

    def proposalVotes(self, number: int) -> tuple[int, int, int]:
        found = self.proposals.get(number)
        return (0, 0, 0) if found is None else (found.votes[Support.AGAINST], *self._agreeing(found))

    @staticmethod
    def _agreeing(found: Proposal) -> tuple[int, int]:
        return found.votes[Support.FOR], found.votes[Support.ABSTAIN]

    def proposalSnapshot(self, number: int) -> int:
        return self.proposals[number].start if number in self.proposals else 0

    def proposalDeadline(self, number: int) -> int:
        return self.proposals[number].deadline if number in self.proposals else 0

    def proposalEta(self, number: int) -> int:
        return self.proposals[number].eta if number in self.proposals else 0

    def proposalProposer(self, number: int) -> str:
        return self.proposals[number].proposer if number in self.proposals else ZERO_ADDRESS

    def roundOf(self, targets: tuple[str, ...], values: tuple[int, ...], payloads: tuple[Payload, ...]) -> int:
        actions = Actions(targets, values, payloads)
        return self.rounds[actions.content(self._code_hashes(actions))]

    def state(self, number: int) -> int:
        found = self.proposals.get(number)
        if found is None:
            raise Refused("GovernorNonexistentProposal", number)
        if found.executed:
            return State.EXECUTED
        if found.canceled:
            return State.CANCELED
        if self.now <= found.start:
            return State.PENDING
        if self.now <= found.deadline:
            return State.ACTIVE
        if not self._quorum_reached(found) or found.votes[Support.FOR] <= found.votes[Support.AGAINST]:
            return State.DEFEATED
        return State.QUEUED if found.eta else State.SUCCEEDED

    def _quorum_reached(self, found: Proposal) -> bool:
        return self.quorum(found.start) <= found.turnout

    def getProposalId(
        self, targets: tuple[str, ...], values: tuple[int, ...], payloads: tuple[Payload, ...], text: bytes = ZERO_WORD
    ) -> int:
        """In the round of now, with the code of now; the text does not matter."""
        actions = Actions(targets, values, payloads)
        return self.number_of(actions.content(self._code_hashes(actions)))

    def number_of(self, content: bytes) -> int:
        """In its present round."""
        return int.from_bytes(hash_of(content, self.rounds[content]), "big")

    def _code_hashes(self, actions: Actions) -> tuple[bytes, ...]:
        hashes = []
        for target in actions.targets:
            code = self.suite.code_of(target)
            require(code, "TargetWithoutCode", target)
            require(not code.startswith(b"\xef\x01\x00"), "TargetDelegated", target)
            hashes.append(keccak(code))
        return tuple(hashes)

    def _require_state(self, number: int, *allowed: State) -> None:
        state = self.state(number)
        require(state in allowed, "GovernorUnexpectedProposalState", number, int(state), bitmap(*allowed))

    # -- proposals ------------------------------------------------------------------------------------------------

    def propose(
        self,
        sender: str,
        targets: tuple[str, ...],
        values: tuple[int, ...],
        payloads: tuple[Payload, ...],
        text: str,
    ) -> int:
        votes = self.hold.getPastVotes(sender, self.now - 1)
        require(votes >= self.threshold, "GovernorInsufficientProposerVotes", sender, votes, self.threshold)
        actions = Actions(targets, values, payloads)
        number = self.getProposalId(targets, values, payloads)
        fits = actions.fits and bool(targets)
        require(fits, "GovernorInvalidProposalLength", len(targets), len(payloads), len(values))
        if number in self.proposals:
            self._require_repeatable(number)
            content = actions.content(self._code_hashes(actions))
            self.rounds[content] += 1
            number = self.number_of(content)
        start, end = self.now + self.delay, self.now + self.delay + self.period
        self.proposals[number] = Proposal(actions, sender, start, self.period)
        lists = (list(targets), list(values), [""] * len(targets), list(actions.data))
        self.emit("ProposalCreated", number, sender, *lists, start, end, text)
        return number

    def _require_repeatable(self, number: int) -> None:
        """At once after it was executed, after the cool-down if it failed."""
        state = self.state(number)
        if state in (State.DEFEATED, State.CANCELED):
            ready_at = self.proposals[number].deadline + self.cool_down
            require(self.now >= ready_at, "CoolingDown", number, ready_at)
            return
        require(state == State.EXECUTED, "GovernorUnexpectedProposalState", number, int(state), ZERO_WORD)

    def queue(
        self,
        sender: str,
        targets: tuple[str, ...],
        values: tuple[int, ...],
        payloads: tuple[Payload, ...],
        text: bytes,
    ) -> int:
        number = self.getProposalId(targets, values, payloads)
        self._require_state(number, State.SUCCEEDED)
        found, timelock, salt = self.proposals[number], self.suite.timelock, self.salt_of(number)
        timelock.scheduleBatch(self.address, targets, values, payloads, ZERO_WORD, salt, timelock.min_delay)
        found.batch = found.actions.batch_id(ZERO_WORD, salt)
        found.eta = self.now + timelock.min_delay
        self.emit("ProposalQueued", number, found.eta)
        return number

    def salt_of(self, number: int) -> bytes:
        """The governor's address on the left, over the id."""
        address = bytes.fromhex(self.address[2:]).ljust(32, b"\0")
        return bytes(a ^ b for a, b in zip(address, number.to_bytes(32, "big"), strict=True))

    def execute(
        self,
        sender: str,
        targets: tuple[str, ...],
        values: tuple[int, ...],
        payloads: tuple[Payload, ...],
        text: bytes,
    ) -> int:
        number = self.getProposalId(targets, values, payloads)
        self._require_state(number, State.QUEUED)
        batch = (targets, values, payloads, ZERO_WORD, self.salt_of(number))
        self.suite.timelock.executeBatch(self.address, *batch)
        self.proposals[number].executed = True
        self.emit("ProposalExecuted", number)
        return number

    # -- the guardian ---------------------------------------------------------------------------------------------

    def cancel(
        self,
        sender: str,
        targets: tuple[str, ...],
        values: tuple[int, ...],
        payloads: tuple[Payload, ...],
        text: bytes,
    ) -> int:
        actions = Actions(targets, values, payloads)
        return self._cancel(sender, actions, self.getProposalId(targets, values, payloads))

    def cancelPinned(
        self,
        sender: str,
        targets: tuple[str, ...],
        values: tuple[int, ...],
        payloads: tuple[Payload, ...],
        hashes: tuple[bytes, ...],
    ) -> int:
        actions = Actions(targets, values, payloads)
        require(len(hashes) == len(targets), "CodeHashesMissing", len(targets), len(hashes))
        return self._cancel(sender, actions, self.number_of(actions.content(hashes)))

    def _cancel(self, sender: str, actions: Actions, number: int) -> int:
        is_guardian = sender == self.guardian and self.guardian != ZERO_ADDRESS
        require(not self._replaces_guardian(actions), "ReplacesGuardian", self.guardian)
        require(is_guardian, "GovernorUnableToCancel", number, sender)
        self._require_state(number, *UNFINISHED)
        found = self.proposals[number]
        found.canceled = True
        self.emit("ProposalCanceled", number)
        if found.batch != ZERO_WORD:
            self.suite.timelock.cancel(self.address, found.batch)
        return number

    def _replaces_guardian(self, actions: Actions) -> bool:
        """And does nothing else."""
        if len(actions.targets) != 1 or actions.targets[0] != self.address:
            return False
        return all(isinstance(item, Call) and item.function == "setProposalGuardian" for item in actions.payloads)

    # -- votes ----------------------------------------------------------------------------------------------------

    def castVote(self, sender: str, number: int, support: int) -> int:
        return self._cast(number, sender, support, "")

    def castVoteWithReason(self, sender: str, number: int, support: int, reason: str) -> int:
        return self._cast(number, sender, support, reason)

    def castVoteBySig(self, sender: str, number: int, support: int, voter: str, signature: bytes) -> int:
        digest = self.vote_digest(number, support, voter, self.nonces_of[voter])
        require(signer_of(digest, signature) == voter, "GovernorInvalidSignature", voter)
        weight = self._cast(number, voter, support, "")
        self.nonces_of[voter] += 1
        return weight

    def vote_digest(self, number: int, support: int, voter: str, nonce: int) -> bytes:
        domain = domain_of("Commonhold Governor", self.chain.chain_id, self.address)
        return digest_of(domain, hash_of(BALLOT, number, support, voter, nonce))

    def _cast(self, number: int, voter: str, support: int, reason: str) -> int:
        self._require_state(number, State.ACTIVE)
        found = self.proposals[number]
        weight = self.hold.getPastVotes(voter, found.start)
        require(voter not in found.voted, "GovernorAlreadyCastVote", voter)
        require(support in tuple(Support), "GovernorInvalidVoteType")
        found.voted.add(voter)
        found.votes[Support(support)] += weight
        self.emit("VoteCast", voter, number, support, weight, reason)
        if not found.extended_to and self._quorum_reached(found):
            extended = self.now + self.extension
            if extended > found.deadline:
                self.emit("ProposalExtended", number, extended)
            found.extended_to = extended
        return weight

    # -- settings -------------------------------------------------------------------------------------------------

    def _require_in_range(self, sender: str, setting: str, value: int, least: int, most: int) -> None:
        self._require_dao(sender)
        require(least <= value <= most, "SettingOutOfRange", setting, value, least, most)

    def _require_dao(self, sender: str) -> None:
        require(sender == self.suite.timelock.address, "GovernorOnlyExecutor", sender)

    def setVotingDelay(self, sender: str, seconds: int) -> None:
        self._require_in_range(sender, "votingDelay", seconds, *DELAYS)
        self.emit("VotingDelaySet", self.delay, seconds)
        self.delay = seconds

    def setVotingPeriod(self, sender: str, seconds: int) -> None:
        self._require_in_range(sender, "votingPeriod", seconds, DAY, 30 * DAY)
        self.emit("VotingPeriodSet", self.period, seconds)
        self.period = seconds

    def setProposalThreshold(self, sender: str, votes: int) -> None:
        supply = self.hold.supply
        self._require_in_range(sender, "proposalThreshold", votes, supply // 10_000, supply // 50)
        self.emit("ProposalThresholdSet", self.threshold, votes)
        self.threshold = votes

    def updateQuorumNumerator(self, sender: str, bps: int) -> None:
        self._require_in_range(sender, "quorumBps", bps, 100, 2_000)
        self.emit("QuorumNumeratorUpdated", self.quorum_bps.latest, bps)
        self.quorum_bps.push(self.now, bps)

    def setLateQuorumVoteExtension(self, sender: str, seconds: int) -> None:
        self._require_in_range(sender, "lateExtension", seconds, HOUR, self.period)
        self.emit("LateQuorumVoteExtensionSet", self.extension, seconds)
        self.extension = seconds

    def setProposalGuardian(self, sender: str, guardian: str) -> None:
        self._require_dao(sender)
        self.emit("ProposalGuardianSet", self.guardian, guardian)
        self.guardian = guardian

    def updateTimelock(self, sender: str, timelock: str) -> None:
        raise Refused("FixedTimelock", self.suite.timelock.address)

    def relay(self, sender: str, target: str, value: int, data: bytes) -> None:
        raise Refused("NothingToRelay", target)
