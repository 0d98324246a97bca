"""The DAO on a real suite, driven at random, with the lens beside: what it says is held against what happens."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert
from commonhold.engines.codec import as_address
from commonhold.recipe.governing import NO_PREDECESSOR, as_dao, role_holder
from commonhold.recipe.handover import CANCELLER, EXECUTOR, PROPOSER, hand_over
from commonhold.recipe.voting import NO_TEXT, State, Support, action, awaken, voters_of

HOLD, DAY = 10**18, 86_400
ETHER = 10**18
NOBODY = "0x" + "00" * 20
CODELESS, DELEGATED = (as_address("0x" + byte * 20) for byte in ("5e", "5f"))
ALIVE = (State.PENDING, State.ACTIVE, State.SUCCEEDED, State.QUEUED)
Actions = tuple[Sequence[str], Sequence[int], Sequence[bytes]]


def outcome(call: Callable[[], Any]) -> bytes:
    """What a call reverts with; nothing if it passes."""
    try:
        call()
    except Revert as revert:
        return revert.data
    return b""


def named(refusal: bytes, *contracts: str) -> str:
    """The error's name, whoever of them declares it."""
    for contract in contracts or ("CommonholdGovernor", "CouncilTimelock"):
        name = decode_revert(refusal, contract).name if refusal else "passes"
        if name.isidentifier() and name != "Unknown":
            return name
    return "?"


def sign_vote(suite: Any, signer: str, proposal: int, support: int, voter: str, nonce: int) -> bytes:
    """What `castVoteBySig` takes, signed by whomever."""
    domain = {
        "name": "Commonhold Governor",
        "version": "1",
        "chainId": suite.engine.chain_id,
        "verifyingContract": suite.governor.address,
    }
    fields = (("uint256", "proposalId"), ("uint8", "support"), ("address", "voter"), ("uint256", "nonce"))
    types = {"Ballot": [{"type": kind, "name": name} for kind, name in fields]}
    message = {"proposalId": proposal, "support": support, "voter": voter, "nonce": nonce}
    signed: bytes = suite.engine.sign_typed_data(signer, domain, types, message)
    return signed


@dataclass
class ProposalDrive:
    """Voters of 30, 15, 3 and 1 million HOLD and a stranger; the timelock obeys the council, the governor, or both. It
    counts what it saw."""

    suite: Any
    stranger: str
    steered_by: str
    random: random.Random
    seen: Counter[str] = field(default_factory=Counter)
    proposed: list[Actions] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        suite = self.suite
        self.engine, self.governor, self.lens = suite.engine, suite.governor, suite.governance_lens
        self.checks = suite.governance_checks
        self.voters = voters_of(suite)
        awaken(suite, self.voters)
        self.people = [*self.voters, self.stranger]
        self.target = self.engine.deploy("TestFlashVoter", sender=self.stranger)
        self.honest_code = self.engine.code_at(self.target.address)
        self.engine.set_code(DELEGATED, b"\xef\x01\x00" + bytes.fromhex(suite.rates.address[2:]))
        if self.steered_by == "governor":
            hand_over(suite)
        elif self.steered_by == "both":
            for role in (PROPOSER, CANCELLER):
                as_dao(suite, suite.timelock, "grantRole", role, self.governor.address)
        self.engine.advance(1)

    def clear(self) -> None:
        """Codes that were set are no part of what the chain takes back."""
        for address in (self.target.address, DELEGATED):
            self.engine.set_code(address, b"")

    # -- what is done ---------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One thing happens, if it may; what refuses changes nothing."""
        often = [self.propose] * 4 + [self.vote] * 6 + [self.queue] * 4 + [self.execute] * 4 + [self.wait] * 7
        seldom = [self.cancel, self.delegate, self.swap, *[self.at_the_timelock] * 2, self.tamper]
        outcome(self.random.choice([*often, *[self.further] * 12, *seldom]))

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    def someone(self) -> str:
        return self.random.choice(self.people)

    def guardian(self) -> str:
        return str(self.governor.proposalGuardian())

    def new_actions(self) -> Actions:
        hold, own = self.suite.hold, self.governor
        pay = action(hold, "transfer", self.voters[3], self.random.randint(1, 3))
        ways = (
            (pay,),
            (pay,),
            (pay, action(self.target, "poke")),
            (action(self.target, "poke"),),
            (action(own, "setVotingDelay", self.random.choice((3_600, DAY))),),
            (action(own, "setProposalGuardian", self.random.choice((self.stranger, self.suite.deployer))),),
            (action(hold, "transfer", self.voters[3], 2**200),),
        )
        chosen = self.random.choice(ways)
        targets, values, data = [a.target for a in chosen], [0] * len(chosen), [a.data for a in chosen]
        if self.chance(0.15):
            spoilt: tuple[Actions, ...] = (
                (targets, values, []),
                (targets, [], data),
                ([], [], []),
                ([CODELESS], [0], [b""]),
                ([DELEGATED], [0], [b""]),
                (targets, [ETHER * 10**9] * len(values), data),
            )
            return self.random.choice(spoilt)
        return targets, values, data

    def some_actions(self) -> Actions:
        if not self.proposed or self.chance(0.2):
            return self.new_actions()
        return self.random.choice(self.proposed[-3:] if self.chance(0.8) else self.proposed)

    def a_text(self) -> str:
        address = self.random.choice((*self.voters[:2], "0x" + "zz" * 20))
        return self.random.choice(
            ("", "A proposal", f"Mine #proposer={address}", f"#proposer={address} ", "#proposer=")
        )

    def some_id(self) -> int:
        """Of a proposal, mostly the one that may be voted on."""
        if not self.ids or self.chance(0.05):
            return self.random.choice((0, 1, 2**256 - 1))
        active = [one for one in self.ids if self.governor.state(one) == State.ACTIVE]
        return self.random.choice(active if active and self.chance(0.8) else self.ids)

    def propose(self) -> None:
        actions = self.some_actions()
        receipt = self.governor.propose(*actions, "A proposal", sender=self.voters[self.random.randrange(4)])
        self.ids.append(receipt.event("ProposalCreated")["proposalId"])
        self.proposed.append(actions)

    def vote(self) -> None:
        weights = (Support.FOR,) * 6 + (Support.AGAINST, Support.ABSTAIN)
        self.governor.castVote(self.some_id(), self.random.choice(weights), sender=self.someone())

    def queue(self) -> None:
        self.governor.queue(*self.some_actions(), NO_TEXT, sender=self.someone())

    def execute(self) -> None:
        self.governor.execute(*self.some_actions(), NO_TEXT, sender=self.someone())

    def further(self) -> None:
        """A proposal that lives goes a step on, as most voters would have it."""
        alive = [one for one in self.ids if State(self.governor.state(one)) in ALIVE]
        if not alive:
            self.propose()
            return
        chosen = self.random.choice(alive)
        actions, state = self.proposed[self.ids.index(chosen)], State(self.governor.state(chosen))
        if state == State.PENDING:
            self.reach(self.governor.proposalSnapshot(chosen) + 1)
        elif state == State.ACTIVE:
            awaken(self.suite, self.voters)
            for voter in self.voters[:2]:
                outcome(lambda voter=voter: self.governor.castVote(chosen, Support.FOR, sender=voter))
            self.reach(self.governor.proposalDeadline(chosen) + self.random.choice((0, 1, 1)))
        elif state == State.SUCCEEDED:
            self.governor.queue(*actions, NO_TEXT, sender=self.stranger)
        else:
            ready_at = self.governor.proposalEta(chosen) - self.random.choice((0, 0, 0, 1))
            if not self.reach(ready_at):
                self.governor.execute(*actions, NO_TEXT, sender=self.stranger)

    def reach(self, moment: int) -> bool:
        """Waits for it; whether there was anything to wait for."""
        waits = self.engine.now() < moment
        if waits:
            self.engine.set_time(moment)
        return bool(waits)

    def cancel(self) -> None:
        self.governor.cancel(*self.some_actions(), NO_TEXT, sender=self.guardian())

    def delegate(self) -> None:
        giver = self.random.choice(self.voters)
        self.suite.hold.delegate(self.someone(), sender=giver)
        if self.chance(0.5):
            awaken(self.suite, self.voters)
        self.suite.hold.transfer(self.someone(), self.random.choice((1, 600_000 * HOLD)), sender=giver)

    def swap(self) -> None:
        """The target's code goes, or is another, and mostly comes back."""
        code = self.random.choice((b"", bytes.fromhex("00"), *[self.honest_code] * 3))
        self.engine.set_code(self.target.address, code)

    def at_the_timelock(self) -> None:
        """Somebody goes past the governor, where the timelock lets him."""
        actions = self.some_actions()
        proposal = self.governor.getProposalId(*actions, NO_TEXT)
        salt = (int.from_bytes(bytes.fromhex(self.governor.address[2:]), "big") << 96 ^ proposal).to_bytes(32, "big")
        timelock, council = self.suite.timelock, role_holder(self.suite, "council")
        delay = timelock.getMinDelay()
        operation = timelock.hashOperationBatch(*actions, NO_PREDECESSOR, salt)
        ways: tuple[Callable[[], Any], ...] = (
            lambda: timelock.cancel(operation, sender=council),
            lambda: timelock.executeBatch(*actions, NO_PREDECESSOR, salt, sender=self.stranger),
            lambda: timelock.scheduleBatch(*actions, NO_PREDECESSOR, salt, delay, sender=council),
        )
        self.random.choice(ways)()

    def tamper(self) -> None:
        """The council takes a right from the governor, or gives one back."""
        role = self.random.choice((PROPOSER, CANCELLER, EXECUTOR))
        held = self.suite.timelock.hasRole(role, self.governor.address)
        as_dao(self.suite, self.suite.timelock, "revokeRole" if held else "grantRole", role, self.governor.address)
        if self.chance(0.5):
            is_open = self.suite.timelock.hasRole(EXECUTOR, NOBODY)
            as_dao(self.suite, self.suite.timelock, "revokeRole" if is_open else "grantRole", EXECUTOR, NOBODY)

    def wait(self) -> None:
        """To a moment at which something turns, or for some days."""
        moments = [self.engine.now() + self.random.choice((1, DAY, 3 * DAY, 15 * DAY))]
        for one in self.ids[-3:]:
            page = self.lens.proposal(one)
            turns = (page.snapshotAt, page.endsAt, page.executableAt, page.proposableAt)
            moments += [turn + self.random.choice((-1, 0, 1)) for turn in turns]
        self.engine.set_time(self.random.choice([one for one in moments if one > self.engine.now()]))

    # -- what is compared -----------------------------------------------------------------------------------------

    def check(self) -> None:
        self.check_steps(self.some_actions())
        self.check_votes(self.some_id())
        self.check_page(self.some_id())
        self.check_voter(self.someone())
        self.check_rules()

    def compare(self, what: str, said: bytes, call: Callable[[], Any]) -> None:
        """A check's refusal is the call's, byte for byte."""
        happens = outcome(call)
        assert said == happens, (what, named(said), named(happens), said.hex(), happens.hex())
        self.seen[f"{what}: {named(said)}"] += 1

    def check_steps(self, actions: Actions) -> None:
        governor, checks = self.governor, self.checks
        someone, text = self.someone(), self.a_text()
        said = checks.proposeCheck(someone, actions, text)
        self.compare("propose", said, lambda: governor.propose.call(*actions, text, sender=someone))
        queue, execute = checks.queueCheck(actions), checks.executeCheck(actions)
        self.compare("queue", queue, lambda: governor.queue.call(*actions, NO_TEXT, sender=someone))
        if execute or not self.fails_by_itself(actions):
            self.compare("execute", execute, lambda: governor.execute.call(*actions, NO_TEXT, sender=someone))
        caller = self.random.choice((self.guardian(), self.guardian(), someone))
        said = checks.cancelCheck(caller, actions)
        self.compare("cancel", said, lambda: governor.cancel.call(*actions, NO_TEXT, sender=caller))

        page = self.lens.proposalOf(actions)
        assert (page.complete, page.queueRefusal, page.executeRefusal) == (True, queue, execute)
        nameless = outcome(lambda: governor.getProposalId.call(*actions, NO_TEXT))
        assert page.refusal == nameless
        if not nameless:
            assert page.round == governor.roundOf(*actions)
            assert page.proposalId == page.proposal.proposalId == governor.getProposalId(*actions, NO_TEXT)

    def fails_by_itself(self, actions: Actions) -> bool:
        """What only its execution shows."""
        return any(actions[1]) or any(data[4 + 32 : 4 + 64] == (2**200).to_bytes(32, "big") for data in actions[2])

    def check_votes(self, proposal: int) -> None:
        voter, support = self.someone(), self.random.choice((0, 1, 1, 2, 3, 255))
        said = self.checks.voteCheck(voter, proposal, support)
        self.compare("vote", said, lambda: self.governor.castVote.call(proposal, support, sender=voter))
        signed = self.signature(proposal, support, voter)
        said = self.checks.voteBySigCheck(proposal, support, voter, signed)
        by_sig = self.governor.castVoteBySig
        self.compare("vote by sig", said, lambda: by_sig.call(proposal, support, voter, signed, sender=self.stranger))

    def signature(self, proposal: int, support: int, voter: str) -> bytes:
        """Of the voter, mostly for what it says."""
        nonce = self.governor.nonces(voter) + self.random.choice((0, 0, 0, 1))
        signer = voter if self.chance(0.8) else self.someone()
        signed = sign_vote(self.suite, signer, proposal, support, voter, nonce)
        return signed if self.chance(0.9) else signed[:-1]

    def check_page(self, proposal: int) -> None:
        governor, page = self.governor, self.lens.proposal(proposal)
        assert (page.complete, page.proposalId) == (True, proposal)
        assert page.exists == (governor.proposalSnapshot(proposal) != 0)
        if not page.exists:
            assert tuple(page)[1:] == (False, 0, NOBODY, *(0,) * 8, False, False, False, True)
            return
        state = State(governor.state(proposal))
        assert (page.state, page.proposer) == (state, governor.proposalProposer(proposal))
        assert (page.snapshotAt, page.endsAt) == (
            governor.proposalSnapshot(proposal),
            governor.proposalDeadline(proposal),
        )
        assert page.executableAt == governor.proposalEta(proposal)
        failed = state in (State.DEFEATED, State.CANCELED)
        assert page.proposableAt == (page.endsAt + governor.coolDown() if failed else 0)
        assert (page.againstVotes, page.forVotes, page.abstainVotes) == tuple(governor.proposalVotes(proposal))
        if page.snapshotAt < self.engine.now():
            assert page.quorum == governor.quorum(page.snapshotAt)
        self.check_passing(page, state)
        self.seen[f"page: {state.name}"] += 1

    def check_passing(self, page: Any, state: State) -> None:
        """It says what comes of the votes of now."""
        if state in (State.SUCCEEDED, State.QUEUED, State.DEFEATED):
            assert page.passing == (state != State.DEFEATED)
        if state == State.ACTIVE:
            with self.engine.rollback():
                self.engine.set_time(page.endsAt + 1)
                comes = State(self.governor.state(page.proposalId))
            assert comes == (State.SUCCEEDED if page.passing else State.DEFEATED)
            self.seen[f"passing: {page.passing}"] += 1
        assert not page.executable or (state == State.QUEUED and page.executableAt <= self.engine.now())
        assert page.executable or state != State.QUEUED or page.executableAt > self.engine.now()

    def check_voter(self, voter: str) -> None:
        hold, governor, now = self.suite.hold, self.governor, self.engine.now()
        asked = [self.some_id() for _ in range(3)]
        page = self.lens.voter(voter, asked)
        assert page.complete
        assert (page.balance, page.delegate, page.votes) == (
            hold.balanceOf(voter),
            hold.delegates(voter),
            hold.getVotes(voter),
        )
        assert page.pastVotes == hold.getPastVotes(voter, now - 1)
        refusal = self.checks.proposeCheck(voter, self.proposed[-1] if self.proposed else ([], [], []), "")
        assert page.mayPropose == (named(refusal) != "GovernorInsufficientProposerVotes")
        assert (page.changes, page.tokenNonce) == (hold.numCheckpoints(voter), hold.nonces(voter))
        assert page.governorNonce == governor.nonces(voter)
        for entry, proposal in zip(page.proposals, asked, strict=True):
            known = governor.proposalSnapshot(proposal)
            assert (entry.proposalId, entry.complete) == (proposal, True)
            assert entry.voted == governor.hasVoted(proposal, voter)
            assert entry.weight == (hold.getPastVotes(voter, min(known, now - 1)) if known else 0)
            assert entry.refusal == self.checks.voteCheck(voter, proposal, Support.FOR)
        changes = self.lens.voteChanges(voter, 0, 0)
        assert (changes.complete, changes.next) == (True, 0)
        kept = [tuple(hold.checkpoints(voter, place)) for place in range(page.changes)]
        assert [tuple(change) for change in changes.changes] == kept

    def check_rules(self) -> None:
        governor, timelock, page = self.governor, self.suite.timelock, self.lens.dao()
        assert page.complete
        assert (page.proposalGuardian, page.supply) == (self.guardian(), self.suite.hold.totalSupply())
        assert (page.votingDelay, page.votingPeriod, page.lateExtension, page.coolDown) == (
            governor.votingDelay(),
            governor.votingPeriod(),
            governor.lateQuorumVoteExtension(),
            governor.coolDown(),
        )
        assert (page.timelockDelay, page.proposalThreshold) == (timelock.getMinDelay(), governor.proposalThreshold())
        assert (page.quorum, page.quorumFloor) == (governor.quorum(self.engine.now() - 1), governor.quorumFloor())
        assert page.quorumBps == 400
        assert page.steers == all(timelock.hasRole(role, governor.address) for role in (PROPOSER, CANCELLER, EXECUTOR))
        self.seen[f"steers: {page.steers}"] += 1
