"""Houses' ballots: `IHouseBallot` in exact integers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from commonhold.model.access import Managed
from commonhold.model.certificate import SHARES
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Refused, require
from commonhold.model.governance.terms import BPS, BallotRules, Stage


class Matter(NamedTuple):
    """IHouseBallot.Matter."""

    payee: str
    amount: int
    documentHash: bytes

    @property
    def is_payment(self) -> bool:
        return self.payee != ZERO_ADDRESS

    @property
    def is_valid(self) -> bool:
        return self.is_payment == (self.amount > 0) and self.documentHash != ZERO_WORD


@dataclass
class HouseVote:
    house: int
    matter: Matter
    ends_at: int
    share_count: int
    quorum_votes: int
    majority_bps: int
    votes: dict[int, bool] = field(default_factory=dict)  # share -> for it
    outcome: Stage | None = None

    @property
    def in_favour(self) -> int:
        return sum(self.votes.values())

    @property
    def against(self) -> int:
        return len(self.votes) - self.in_favour

    @property
    def passes(self) -> bool:
        cast = len(self.votes)
        return cast >= self.quorum_votes and self.in_favour * BPS > cast * self.majority_bps


class HouseBallot(Managed):
    """`HouseBallot`. `suite` is the model that it is part of."""

    key = "house_ballot"

    def __init__(self, suite: Any, address: str, rules: BallotRules) -> None:
        super().__init__(suite.chain, address, suite.hub)
        self.suite = suite
        self.numbers = rules
        self.ballots: dict[int, HouseVote] = {}
        self.terms: dict[int, tuple[int, int]] = {}
        self.ready: dict[tuple[int, Matter], int] = {}

    # -- views ----------------------------------------------------------------------------------------------------

    def ballotCount(self) -> int:
        return len(self.ballots)

    def termsOf(self, house: int) -> tuple[int, int]:
        return self.terms.get(house, (self.numbers.quorumBps, self.numbers.majorityBps))

    def readyAt(self, house: int, matter: tuple[str, int, bytes]) -> int:
        return self.ready.get((house, Matter(*matter)), 0)

    def hasVoted(self, ballot: int, share_id: int) -> bool:
        return ballot in self.ballots and share_id in self.ballots[ballot].votes

    def stage_of(self, found: HouseVote) -> Stage:
        if found.outcome is not None:
            return found.outcome
        if self.now < found.ends_at:
            return Stage.OPEN
        if not found.passes:
            return Stage.REJECTED
        if not found.matter.is_payment:
            return Stage.CARRIED
        return Stage.PASSED if self.now < found.ends_at + self.numbers.executionPeriod else Stage.LAPSED

    def ballotOf(self, ballot: int) -> tuple[Any, ...]:
        found = self.ballots.get(ballot)
        if found is None:
            return 0, (ZERO_ADDRESS, 0, ZERO_WORD), 0, 0, 0, 0, 0, 0, 0, 0
        voted = sum(1 << share_id % SHARES for share_id in found.votes)
        counts = (found.share_count, found.in_favour, found.against, found.quorum_votes, found.majority_bps)
        return found.house, tuple(found.matter), int(self.stage_of(found)), found.ends_at, *counts, voted

    def requireVote(self, ballot: int, share_id: int, voter: str) -> None:
        """Raises what a vote with one share would."""
        self._require_open(ballot)
        self._require_voter(voter)
        self._require_share(ballot, share_id, voter)

    # -- who votes ------------------------------------------------------------------------------------------------

    def _require_open(self, ballot: int) -> HouseVote:
        require(ballot in self.ballots, "UnknownBallot", ballot)
        found = self.ballots[ballot]
        require(self.now < found.ends_at, "VoteOver", ballot, found.ends_at)
        return found

    def _require_voter(self, voter: str) -> None:
        credentials = self.suite.credentials
        credential = credentials.credentials.get(voter)
        is_person = credential is not None and credential.issuer != credentials.address
        require(is_person and credentials.isValid(voter), "NotVoter", voter)

    def _require_held(self, share_id: int, voter: str) -> None:
        """His today, and long enough."""
        certificate = self.suite.certificate
        share = certificate.shares.get(share_id)
        owner = self.suite.credentials.currentWallet(share.owner) if share else ZERO_ADDRESS
        require(owner == voter, "NotShareOwner", share_id, voter, owner)
        votes_at = share.acquired_at + self.numbers.holdPeriod
        require(self.now >= votes_at, "HeldTooShortly", share_id, votes_at)

    def _require_share(self, ballot: int, share_id: int, voter: str) -> None:
        found = self.ballots[ballot]
        require(share_id // SHARES == found.house, "WrongHouse", ballot, share_id)
        self._require_held(share_id, voter)
        require(share_id not in found.votes, "AlreadyVoted", ballot, share_id)

    # -- ballots --------------------------------------------------------------------------------------------------

    def open(self, sender: str, share_id: int, matter: tuple[str, int, bytes]) -> int:
        about, house = Matter(*matter), share_id // SHARES
        self._require_voter(sender)
        self._require_held(share_id, sender)
        require(about.is_valid, "InvalidMatter", *about)
        paid = about.is_payment and self.suite.house_escrow.isPaid(house, about.documentHash)
        require(not paid, "AlreadyPaid", house, about.documentHash)
        ready_at = self.readyAt(house, about)
        require(self.now >= ready_at, "CoolingDown", house, ready_at)
        quorum, majority = self.termsOf(house)
        count, ends_at = self.suite.certificate.sharesOf(house), self.now + self.numbers.votingPeriod
        number = len(self.ballots) + 1
        self.ballots[number] = HouseVote(house, about, ends_at, count, -(-count * quorum // BPS), majority)
        self.ready[house, about] = ends_at + self.numbers.coolDownPeriod
        self.emit("BallotOpened", number, house, sender, tuple(about), ends_at)
        return number

    def vote(self, sender: str, ballot: int, share_ids: tuple[int, ...], support: bool) -> None:
        found = self._require_open(ballot)
        require(share_ids, "NoShares", ballot)
        self._require_voter(sender)
        for place, share_id in enumerate(share_ids):
            self._require_share(ballot, share_id, sender)
            require(share_id not in share_ids[:place], "AlreadyVoted", ballot, share_id)
        for share_id in share_ids:
            found.votes[share_id] = support
            self.emit("ShareVoted", ballot, share_id, sender, support)

    def conclude(self, sender: str, ballot: int) -> int:
        require(ballot in self.ballots, "UnknownBallot", ballot)
        found = self.ballots[ballot]
        if found.outcome is not None:
            raise Refused("AlreadyConcluded", ballot, int(found.outcome))
        require(self.now >= found.ends_at, "VoteRuns", ballot, found.ends_at)
        stage = self.stage_of(found)
        outcome = Stage.CARRIED if stage == Stage.PASSED else stage
        self.emit("BallotConcluded", ballot, found.house, int(outcome), found.in_favour, found.against)
        if stage == Stage.PASSED:
            payee, amount, invoice = found.matter
            self.suite.house_escrow.payByBallot(self.address, found.house, payee, invoice, amount)
        found.outcome = outcome
        return int(outcome)

    def setTerms(self, sender: str, house: int, quorum: int, majority: int) -> None:
        self.restricted(sender, "setTerms")
        require(self.suite.certificate.sharesOf(house), "UnknownHouse", house)
        for rule, value, least, most in (
            ("quorumBps", quorum, 2_500, BPS),
            ("majorityBps", majority, 5_000, 9_900),
        ):
            require(least <= value <= most, "TermOutOfRange", rule, value, least, most)
        self.terms[house] = (quorum, majority)
        self.emit("HouseTermsSet", house, quorum, majority)
