"""Votes, proposals and ballots, counted from events alone: nothing here asks the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from commonhold.fuzz.governance.scene import COOL_DOWN, FLOOR, QUORUM_BPS, SUPPLY, TIMELOCK_DELAY
from commonhold.fuzz.inputs import DAY
from commonhold.fuzz.world import Violation

BPS = 10_000
AGAINST, FOR, ABSTAIN = 0, 1, 2
NOBODY = "0x" + "00" * 20

CodeHash = Callable[[str], bytes]


@dataclass
class Paper:
    """A proposal."""

    made_at: int
    start: int
    end: int
    targets: tuple[str, ...]
    actions: tuple[tuple[str, int, bytes], ...]
    codes: tuple[bytes, ...]
    tally: dict[int, int] = field(default_factory=lambda: dict.fromkeys((AGAINST, FOR, ABSTAIN), 0))
    voters: set[str] = field(default_factory=set)
    quorum: int = 0
    extended: bool = False
    queued_at: int = 0
    eta: int = 0
    executed: bool = False
    canceled: bool = False

    @property
    def turnout(self) -> int:
        return self.tally[FOR] + self.tally[ABSTAIN]

    @property
    def wins(self) -> bool:
        return self.turnout >= self.quorum and self.tally[FOR] > self.tally[AGAINST]


@dataclass
class Votes:
    """HOLD: who has how much, whose votes they are, and whose they were at the end of every second."""

    balances: defaultdict[str, int]
    delegates: dict[str, str] = field(default_factory=dict)
    moved: defaultdict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    def transfer(self, at: int, giver: str, to: str, amount: int) -> None:
        if self.balances[giver] < amount or NOBODY in (giver, to):
            raise Violation("HOLD", f"{giver} gave {amount} to {to} of {self.balances[giver]}")
        self.balances[giver] -= amount
        self.balances[to] += amount
        self._moved(at, self.delegates.get(giver), -amount)
        self._moved(at, self.delegates.get(to), amount)

    def delegate(self, at: int, person: str, to: str) -> None:
        self._moved(at, self.delegates.get(person), -self.balances[person])
        self.delegates[person] = to
        self._moved(at, to, self.balances[person])

    def _moved(self, at: int, whose: str | None, change: int) -> None:
        if whose is not None and whose != NOBODY:
            self.moved[whose].append((at, change))

    def at(self, person: str, second: int) -> int:
        """At the end of that second."""
        return sum(change for at, change in self.moved[person] if at <= second)

    def now(self, person: str) -> int:
        return sum(change for _, change in self.moved[person])


@dataclass
class Ledger:
    """Of one sequence. Its papers raise `Violation` when something happens that must not."""

    votes: Votes
    guardian: str
    papers: dict[int, Paper] = field(default_factory=dict)
    quorum_bps: list[tuple[int, int]] = field(default_factory=lambda: [(0, QUORUM_BPS)])
    min_delay: int = TIMELOCK_DELAY

    def created(self, at: int, number: int, paper: Paper) -> None:
        if number in self.papers:
            raise Violation("T38", f"proposal {number} exists")
        if paper.start < at + 3_600 or paper.end < paper.start + DAY:
            raise Violation("T37", f"proposal {number} of {at} is voted on from {paper.start} to {paper.end}")
        for known in self.papers.values():
            if (known.actions, known.codes) != (paper.actions, paper.codes) or known.executed:
                continue
            failed = known.canceled or (at > known.end and not known.wins)
            if not failed or at < known.end + COOL_DOWN:
                raise Violation("T38", f"{paper} repeats {known}")
        self.papers[number] = paper

    def quorum_at(self, second: int) -> int:
        bps = [part for at, part in self.quorum_bps if at <= second][-1]
        return max(FLOOR, SUPPLY * bps // BPS)

    def cast(self, at: int, voter: str, number: int, support: int, weight: int) -> None:
        paper = self.papers[number]
        if not paper.start < at <= paper.end or paper.canceled or paper.executed:
            raise Violation("T37", f"a vote at {at} on {paper}")
        if voter in paper.voters or support not in paper.tally:
            raise Violation("L19", f"{voter} votes {support} on {number}, not for the first time")
        if weight != self.votes.at(voter, paper.start):
            raise Violation("T37", f"{voter} votes with {weight}, had {self.votes.at(voter, paper.start)}")
        paper.voters.add(voter)
        paper.tally[support] += weight
        paper.quorum = self.quorum_at(paper.start)

    def extended(self, at: int, number: int, end: int) -> None:
        paper = self.papers[number]
        if paper.extended or end <= paper.end or end < at + 3_600:
            raise Violation("T38", f"{paper} is extended to {end} at {at}")
        paper.extended, paper.end = True, end

    def queued(self, at: int, number: int, eta: int) -> None:
        paper = self.papers[number]
        paper.quorum = self.quorum_at(paper.start)
        if at <= paper.end or not paper.wins or paper.canceled or paper.queued_at:
            raise Violation("L17", f"{paper} is queued at {at}")
        if eta < at + self.min_delay:
            raise Violation("L17", f"{paper} is queued at {at} for {eta}, the delay is {self.min_delay}")
        paper.queued_at, paper.eta = at, eta

    def executed(self, at: int, number: int, code_hash: CodeHash) -> None:
        """L17: agreed to, waited for, once, and with the code that was voted on."""
        paper = self.papers[number]
        if not paper.eta or at < paper.eta or paper.executed or paper.canceled:
            raise Violation("L17", f"{paper} is executed at {at}")
        if tuple(map(code_hash, paper.targets)) != paper.codes:
            raise Violation("code swap", f"{paper} is executed at {at} with other code")
        paper.executed = True

    def cancelled(self, number: int, sender: str, function: str) -> None:
        """L16, T42."""
        if sender != self.guardian or function not in ("cancel", "cancelPinned"):
            raise Violation("L16", f"{sender} cancelled {number} by {function}, the guardian is {self.guardian}")
        paper = self.papers[number]
        if paper.executed or paper.canceled:
            raise Violation("L16", f"{paper} is cancelled")
        paper.canceled = True
