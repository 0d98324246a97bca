"""What `scripts/dao.py` does: a proposal's way from the file to the last call, one step at a time.

Every step first looks on the chain whether it is done: a run that was killed is completed by the next one, and nothing
is done twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from commonhold.engines.base import Receipt, Revert
from commonhold.engines.codec import CodecError, as_address
from commonhold.operations.governance.proposal_file import MAX_TITLE, ProposalFile
from commonhold.operations.governance.values import Names
from commonhold.operations.money import Unit
from commonhold.operations.tables import moment
from commonhold.recipe.deploy import Suite
from commonhold.recipe.governing import address_of
from commonhold.recipe.handover import is_handed_over
from commonhold.recipe.voting import Proposal, State, Support

HOLD = Unit("HOLD", 18)
RUNNING = {State.PENDING, State.ACTIVE, State.SUCCEEDED, State.QUEUED}
FAILED = {State.DEFEATED, State.CANCELED, State.EXPIRED}


class DaoRefused(click.ClickException):
    """A step can't be made now, or not by this wallet. One line: why."""


@dataclass(frozen=True)
class Standing:
    """How far a proposal is. Without a state it was never made, or not of the code that its targets have now."""

    proposal_id: int
    state: State | None
    vote_begins: int = 0
    vote_ends: int = 0
    executable_from: int = 0
    votes: tuple[int, int, int] = (0, 0, 0)  # against, for, abstain
    quorum: int = 0

    @property
    def words(self) -> str:
        return "not proposed" if self.state is None else self.state.name.lower()

    @property
    def next_step(self) -> str:
        """What can be done next, and from when."""
        return {
            None: "propose",
            State.PENDING: f"vote from {moment(self.vote_begins)}",
            State.ACTIVE: f"vote until {moment(self.vote_ends)}",
            State.SUCCEEDED: "queue",
            State.QUEUED: f"execute from {moment(self.executable_from)}",
        }.get(self.state, "none")


def names_of(suite: Suite) -> Names:
    """What names of a proposal file stand for: the plan's contracts, roles and local wallets."""
    parameters = suite.parameters
    people: dict[str, str] = {}
    for role in type(parameters.roles).model_fields:
        holders = parameters.value(f"roles.{role}")
        for number, holder in enumerate(holders if isinstance(holders, list) else [holders], 1):
            people[role if number == 1 else f"{role}_{number}"] = address_of(suite, holder)
    people["proposal_guardian"] = address_of(suite, parameters.governance.proposal_guardian)
    for name, account in parameters.local.wallets.items() if parameters.local else ():
        people.setdefault(name, address_of(suite, account))
    contracts = {key: (contract.address, contract.name) for key, contract in suite.contracts.items()}
    reserve = suite.parameters.reserve
    token = suite.contracts.get("reserve") or suite.engine.at("TestReserveToken", reserve.token)
    return Names(contracts, people, (token.symbol(), reserve.decimals))


def wallet_of(suite: Suite, name: str) -> str:
    """An address of the command line: written out, a role's, a local wallet's by name or by its number."""
    accounts = suite.engine.accounts
    if name.isdecimal() and int(name[:9]) < len(accounts):
        return accounts[int(name[:9])]
    try:
        return names_of(suite).people.get(name) or as_address(name)
    except CodecError:
        known = ", ".join(names_of(suite).people)
        raise DaoRefused(f"got {name[:60]!a}; expected an address or one of {known}") from None


class Dao:
    """A proposal of a file, and the governor."""

    def __init__(self, suite: Suite, file: ProposalFile) -> None:
        self.suite, self.file = suite, file
        self.governor = suite.governor
        self.proposal = Proposal(suite, file.actions, file.description)

    def standing(self) -> Standing:
        """How far it is, by the chain."""
        try:
            proposal_id = self.proposal.id
        except Revert as revert:
            if revert.name not in ("TargetWithoutCode", "TargetDelegated"):
                raise
            target = revert.named["target"]
            name = self.file.names.name_of(target) or target
            raise DaoRefused(f"{revert.name}: {name} has no code of its own, so the DAO calls nothing there") from None
        return standing_of(self.suite, proposal_id)

    # -------------------------------------------------------------------------------------------------------- steps

    def propose(self, proposer: str, *, again: bool = False) -> Receipt | None:
        """Put it to the vote. Nothing if it is there already; over and done with, only if asked for `again`."""
        standing = self.standing()
        if standing.state in RUNNING:
            return None
        if standing.state is not None and not again:
            done = "was executed" if standing.state is State.EXECUTED else f"failed ({standing.words})"
            raise DaoRefused(f"exactly this {done} before: say --again to propose it once more")
        needed = self.governor.proposalThreshold()
        votes = self.suite.hold.getVotes(proposer)  # the governor asks for those of a second before its block
        if votes < needed:
            raise DaoRefused(
                f"{proposer} has {HOLD.show(votes)} of votes, and {HOLD.show(needed)} are needed to propose: HOLD votes"
                " only from the second after its owner delegated it, be it to himself"
            )
        self._let_votes_count(proposer, needed)
        return self._sent(lambda: self.proposal.propose(proposer))

    def _let_votes_count(self, proposer: str, needed: int) -> None:
        """What was delegated in the latest second counts from the next one, which a local chain may not have begun."""
        engine = self.suite.engine
        if engine.is_local and self.governor.getVotes(proposer, engine.now() - 1) < needed:
            engine.advance(1)

    def vote(self, voter: str, support: Support, *, pass_time: bool = False) -> Receipt | None:
        """Vote once; nothing if this wallet has voted."""
        standing = self._proposed()
        if self.governor.hasVoted(standing.proposal_id, voter):
            return None
        if standing.state is State.PENDING:
            if pass_time and not self.suite.hold.getVotes(voter):  # before time is passed for nothing
                raise DaoRefused(f"{voter} has no votes: no HOLD, or none that its owner delegated to it")
            self._wait(standing.vote_begins + 1, "the vote begins", pass_time=pass_time)
        elif standing.state is not State.ACTIVE:
            raise DaoRefused(f"the vote is over: {standing.words}")
        if not self.governor.getVotes(voter, standing.vote_begins):
            begun = moment(standing.vote_begins)
            raise DaoRefused(f"{voter} had no votes when the vote began, at {begun}: delegated later, or no HOLD")
        return self._sent(lambda: self.proposal.vote(voter, support))

    def queue(self, sender: str, *, pass_time: bool = False) -> Receipt | None:
        """Put what was voted for into the timelock; nothing if it is there or done."""
        standing = self._proposed()
        if standing.state in (State.QUEUED, State.EXECUTED):
            return None
        if not is_handed_over(self.suite):
            raise DaoRefused("the council still decides: it has not handed the timelock to the governor")
        if standing.state in (State.PENDING, State.ACTIVE):
            self._wait(standing.vote_ends + 1, "the vote ends", pass_time=pass_time)
            standing = self._proposed()
        self._require_not_failed(standing)
        return self._sent(lambda: self.proposal.queue(sender))

    def execute(self, sender: str, *, pass_time: bool = False) -> Receipt | None:
        """Let the timelock do it; nothing if that is done."""
        standing = self._proposed()
        if standing.state is State.EXECUTED:
            return None
        self._require_not_failed(standing)
        if standing.state is not State.QUEUED:
            raise DaoRefused(f"{standing.words}: next comes {standing.next_step}")
        self._wait(standing.executable_from, "it can be executed", pass_time=pass_time)
        return self._sent(lambda: self.proposal.execute(sender))

    # ------------------------------------------------------------------------------------------------------ helpers

    def _proposed(self) -> Standing:
        standing = self.standing()
        if standing.state is None:
            raise DaoRefused("nobody has proposed this, or a target's code is not what it was then")
        return standing

    def _require_not_failed(self, standing: Standing) -> None:
        if standing.state in FAILED:
            against, favour, abstain = (HOLD.show(votes, places=0) for votes in standing.votes)
            cast = f"for {favour}, against {against}, abstained {abstain}"
            quorum = HOLD.show(standing.quorum, places=0)
            raise DaoRefused(f"{standing.words}: {cast}, and the quorum is {quorum}")

    def _wait(self, until: int, what: str, *, pass_time: bool) -> None:
        """On a local chain time can be moved; elsewhere it has to come."""
        engine = self.suite.engine
        if engine.now() >= until:
            return
        if not pass_time:
            raise DaoRefused(f"too early: {what} at {moment(until)}, and the chain's time is {moment(engine.now())}")
        engine.set_time(until)

    def _sent(self, send: Any) -> Receipt:
        """A step, with what the governor's targets refuse told by their own ABI."""
        try:
            return send()
        except Revert as revert:
            if revert.name == "CoolingDown":
                ready = moment(revert.named["readyAt"])
                raise DaoRefused(f"CoolingDown: it failed not long ago, and may be proposed again at {ready}") from None
            raise


def standing_of(suite: Suite, proposal_id: int) -> Standing:
    """How far a proposal is, by its id."""
    governor = suite.governor
    try:
        state = State(governor.state(proposal_id))
    except Revert as revert:
        if revert.name != "GovernorNonexistentProposal":
            raise
        return Standing(proposal_id, None)
    begins, now = governor.proposalSnapshot(proposal_id), governor.clock()
    return Standing(
        proposal_id,
        state,
        begins,
        governor.proposalDeadline(proposal_id),
        governor.proposalEta(proposal_id),
        tuple(governor.proposalVotes(proposal_id)),
        governor.quorum(min(begins, now - 1)),
    )


def all_proposals(suite: Suite) -> list[tuple[str, Standing]]:
    """Every proposal that was ever made, the latest last, with its title."""
    made = suite.engine.events(suite.governor, "ProposalCreated", from_block=suite.from_block)
    return [(_title(event["description"]), standing_of(suite, event["proposalId"])) for event in made]


def _title(description: str) -> str:
    """A description's first line, which anybody may have written."""
    return printable(description.partition("\n")[0][:MAX_TITLE])


def printable(text: str) -> str:
    """A text of anybody's without what plays tricks on a terminal."""
    return "".join(char if char.isprintable() else "?" for char in text)


def delegate(suite: Suite, owner: str, to: str) -> Receipt | None:
    """Let an owner's HOLD vote, by himself or another; nothing if it does already."""
    if as_address(suite.hold.delegates(owner)) == as_address(to):
        return None
    return suite.hold.delegate(to, sender=owner)
