"""The laws of governance, checked while a sequence runs, besides those of the market and all beneath it.

L16: guardians stop and cancel, and nothing else. L17: only what was voted for, queued and waited for changes a number
or gives a role. L15: `stops`. Votes, proposals and ballots are counted from events alone (`ledger`, `ballot_laws`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from eth_utils import keccak

from commonhold.fuzz.actions import Action
from commonhold.fuzz.governance.ballot_laws import BALLOT, BallotLaws
from commonhold.fuzz.governance.ledger import Ledger as Papers
from commonhold.fuzz.governance.ledger import Paper, Votes
from commonhold.fuzz.governance.scene import COUNCIL, SUPPLY
from commonhold.fuzz.governance.stops import COMBINATIONS, GUARDIAN, SWITCHES, Exits
from commonhold.fuzz.market.laws import MarketLaws
from commonhold.fuzz.market.lease_laws import LeaseLaws
from commonhold.fuzz.port import Sent
from commonhold.fuzz.world import Violation, World
from commonhold.model import Outcome
from commonhold.model.access import Roles
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Call, Logged
from commonhold.model.governance.timelock import ROLES

EXITS_EVERY = 25
"""Steps from one combination of stops to the next."""

OF_GUARDIAN = {(contract, function) for contract, function, *_ in (switch.stop for switch in SWITCHES)}

NUMBERS: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    *(
        ("governor", name, ())
        for name in (
            *("votingDelay", "votingPeriod", "proposalThreshold", "quorumNumerator", "lateQuorumVoteExtension"),
            *("proposalGuardian", "timelock", "quorumFloor", "coolDown"),
        )
    ),
    ("timelock", "getMinDelay", ()),
    ("treasury", "terms", ()),
    *((BALLOT, "termsOf", (house,)) for house in (1, 2, 3)),
)


OWN_NUMBERS = tuple(row for row in NUMBERS if row[0] != "treasury")


class GovernanceLaws(MarketLaws):
    """Watches a world that a governor governs."""

    focus = "governance"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._beside = (LeaseLaws(world), BallotLaws(world))
        self.exits: Counter[str] = Counter()
        """Ways out that were seen to work, by kind, in all sequences."""

    @property
    def papers(self) -> Papers:
        """Of this sequence; begun in the opening, before anything happens to HOLD."""
        world = self.world
        found: Papers | None = world.ghosts.get("papers")
        if found is None:
            view, known = world.port.view, (*world.cast.people, *world.port.addresses.values())
            balances = {wallet: view("hold", "balanceOf", wallet) for wallet in known}
            votes = Votes(defaultdict(int, balances))
            found = world.ghosts["papers"] = Papers(votes, view("governor", "proposalGuardian"))
        return found

    # -- around a step --------------------------------------------------------------------------------------------

    def before(self, action: Action, call: Call) -> None:
        self.papers  # noqa: B018 - begins them before the first step
        super().before(action, call)

    def after(self, world: World, action: Action, outcome: Outcome, sent: Sent | None) -> None:
        if outcome.refused is None and sent is not None:
            for event in sent.events:
                self._read(action, event)
        super().after(world, action, outcome, sent)
        if outcome.refused is None:
            self._check_numbers(action)
            self._check_guardian(action)
        if self.steps % EXITS_EVERY == 0:
            self.check_exits(self.steps // EXITS_EVERY * 389 % COMBINATIONS)

    def check_exits(self, *combinations: int) -> None:
        """L15."""
        exits = Exits(self.world)
        self.exits.update(way.kind for way in exits.working())
        for combination in combinations:
            exits.check(combination)

    # -- what happened --------------------------------------------------------------------------------------------

    def _read(self, action: Action, event: Logged) -> None:
        told = GOVERNANCE_EVENTS.get((event.contract, event.name))
        if told is not None:
            told(self, action, *event.arguments)

    def _moved(self, action: Action, giver: str, to: str, amount: int) -> None:
        self.papers.votes.transfer(action.at, giver, to, amount)

    def _delegated(self, action: Action, person: str, _: str, to: str) -> None:
        self.papers.votes.delegate(action.at, person, to)

    def _cast(self, action: Action, voter: str, number: int, support: int, weight: int, _: str) -> None:
        self.papers.cast(action.at, voter, number, support, weight)

    def _extended(self, action: Action, number: int, end: int) -> None:
        self.papers.extended(action.at, number, end)

    def _queued(self, action: Action, number: int, eta: int) -> None:
        self.papers.queued(action.at, number, eta)

    def _executed(self, action: Action, number: int) -> None:
        self.papers.executed(action.at, number, self._code_hash)

    def _cancelled(self, action: Action, number: int) -> None:
        self.papers.cancelled(number, self.world.names.address(action.sender), action.function)

    def _guardian_set(self, action: Action, _: str, guardian: str) -> None:
        self.papers.guardian = guardian

    def _quorum_set(self, action: Action, _: int, bps: int) -> None:
        self.papers.quorum_bps.append((action.at, bps))

    def _delay_set(self, action: Action, _: int, seconds: int) -> None:
        self.papers.min_delay = seconds

    def _created(
        self,
        action: Action,
        number: int,
        proposer: str,
        targets: list[str],
        values: list[int],
        _: list[str],
        data: list[bytes],
        start: int,
        end: int,
        text: str,
    ) -> None:
        at, codes = action.at, tuple(map(self._code_hash, targets))
        actions = tuple(zip(targets, values, data, strict=True))
        self.papers.created(at, number, Paper(at, start, end, tuple(targets), actions, codes))
        needed = self.world.port.view("governor", "proposalThreshold")
        if self.papers.votes.at(proposer, at - 1) < needed:
            raise Violation("T37", f"{proposer} proposed {number} without {needed} votes")

    def _code_hash(self, target: str) -> bytes:
        return keccak(self.world.port.engine.code_at(target))

    # -- L16, L17 -------------------------------------------------------------------------------------------------

    def numbers(self) -> tuple[Any, ...]:
        """What only the DAO changes: its own numbers, houses' terms, and who holds which role."""
        port, cast = self.world.port, self.world.cast
        at, view = port.addresses, port.view
        who = (at["governor"], at["timelock"], cast[COUNCIL], cast["attacker"], ZERO_ADDRESS)
        roles = tuple(view("timelock", "hasRole", role, one) for role in (*ROLES, ZERO_WORD) for one in who)
        people = (at["timelock"], *(cast[name] for name in ("dao", COUNCIL, "guardian", "attacker")))
        of_hub = tuple(view("hub", "hasRole", r, one)[0] for r in (Roles.ADMIN, Roles.GUARDIAN) for one in people)
        rows = tuple(view("house_escrow", "isBallot", one) for one in (at[BALLOT], cast["attacker"]))
        limits = tuple(view("house_escrow", "purseOf", house)[1] for house in (1, 2, 3))
        return (*(view(*name, *arguments) for *name, arguments in NUMBERS), roles, of_hub, rows, limits)

    def _check_numbers(self, action: Action) -> None:
        """L17."""
        ghosts, now = self.world.ghosts, self.numbers()
        before = ghosts.get("numbers", now)
        ghosts["numbers"] = now
        opening = "opened" not in ghosts
        if now != before and not opening and (action.contract, action.function) != ("governor", "execute"):
            raise Violation("L17", f"{action} changed {before} to {now}")
        if not opening and not all(self._powers(now)):
            raise Violation("L17", f"{action}: roles are {now[len(NUMBERS)]}, the hub's {now[len(NUMBERS) + 1]}")

    @staticmethod
    def _powers(numbers: tuple[Any, ...]) -> tuple[bool, ...]:
        """The governor alone steers the timelock, which alone is the hub's admin."""
        roles, of_hub = numbers[len(NUMBERS)], numbers[len(NUMBERS) + 1]
        mine, admin = (True, False, False, False, False), (False, True, False, False, False)
        steered = [roles[place : place + 5] == mine for place in range(0, 15, 5)]
        return (*steered, roles[15:20] == admin, of_hub[:5] == (True, False, False, False, False))

    def _check_guardian(self, action: Action) -> None:
        """L16: of what is restricted he may call his switches."""
        if action.sender != GUARDIAN or action.contract not in self.world.port.contracts:
            return
        called = (action.contract, action.function)
        if called not in OF_GUARDIAN and called not in FOR_ANYBODY:
            raise Violation("L16", f"{action} by the guardian")

    # -- everything -----------------------------------------------------------------------------------------------

    def audit(self) -> None:
        super().audit()
        world, papers = self.world, self.papers
        held = 0
        for wallet in (*world.cast.people, *(world.port.addresses[name] for name in ("timelock", "governor"))):
            balance = world.check_view("hold", "balanceOf", wallet)
            held += balance
            votes = world.check_view("hold", "getVotes", wallet)
            world.check_view("hold", "numCheckpoints", wallet)
            world.check_view("hold", "delegates", wallet)
            if (balance, votes) != (papers.votes.balances[wallet], papers.votes.now(wallet)):
                raise Violation("HOLD", f"{wallet} has {balance} and {votes} votes, by the ledger other numbers")
        if not held == world.check_view("hold", "totalSupply") == SUPPLY:
            raise Violation("HOLD", f"{held} are held of {SUPPLY}")
        for contract, view, arguments in OWN_NUMBERS:
            world.check_view(contract, view, *arguments)
        second = world.model.chain.now - 1
        if world.check_view("governor", "quorum", second) != papers.quorum_at(second):
            raise Violation("T37", f"the quorum is not {papers.quorum_at(second)}")
        for number, paper in list(papers.papers.items())[-8:]:
            self._audit_proposal(number, paper)

    def _audit_proposal(self, number: int, paper: Paper) -> None:
        check = self.world.check_view
        check("governor", "state", number)
        check("governor", "proposalEta", number)
        check("governor", "proposalSnapshot", number)
        tally = tuple(check("governor", "proposalVotes", number))
        if tally != (paper.tally[0], paper.tally[1], paper.tally[2]):
            raise Violation("T38", f"proposal {number} has {tally}, by the ledger {paper.tally}")
        if check("governor", "proposalDeadline", number) != paper.end:
            raise Violation("T38", f"proposal {number} does not end at {paper.end}")


FOR_ANYBODY = {
    *(("gadget", "act"), ("governor", "queue"), ("governor", "execute"), ("governor", "castVote")),
    *(("hold", "delegate"), ("hold", "transfer"), (BALLOT, "conclude"), ("nature", "setCode")),
}
"""What the guardian may do because everybody may."""

GOVERNANCE_EVENTS: Mapping[tuple[str, str], Callable[..., None]] = {
    ("hold", "Transfer"): GovernanceLaws._moved,
    ("hold", "DelegateChanged"): GovernanceLaws._delegated,
    ("governor", "ProposalCreated"): GovernanceLaws._created,
    ("governor", "VoteCast"): GovernanceLaws._cast,
    ("governor", "ProposalExtended"): GovernanceLaws._extended,
    ("governor", "ProposalQueued"): GovernanceLaws._queued,
    ("governor", "ProposalExecuted"): GovernanceLaws._executed,
    ("governor", "ProposalCanceled"): GovernanceLaws._cancelled,
    ("governor", "ProposalGuardianSet"): GovernanceLaws._guardian_set,
    ("governor", "QuorumNumeratorUpdated"): GovernanceLaws._quorum_set,
    ("timelock", "MinDelayChange"): GovernanceLaws._delay_set,
}
