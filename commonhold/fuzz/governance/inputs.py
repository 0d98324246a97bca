"""Inputs of governance's rules: what is legal most of the time, and what is one step past it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.governance.scene import PROPOSAL_GUARDIAN, SUPPLY, VOTERS
from commonhold.fuzz.governance.stops import SWITCHES
from commonhold.fuzz.inputs import COIN, DAY, fresh_word
from commonhold.fuzz.lending.inputs import ALL_SHARES
from commonhold.fuzz.lending.scene import HOUSES
from commonhold.fuzz.world import World
from commonhold.model.access import Roles
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Call, Refused
from commonhold.model.governance.ballots import HouseBallot, HouseVote
from commonhold.model.governance.governor import Governor, Proposal
from commonhold.model.governance.terms import HOUR, Stage, State
from commonhold.model.governance.votes import Hold

KEPT = 16
DELEGATED = b"\xef\x01\x00"
BAD_STATES = (b"", b"\0", DELEGATED + b"\x11" * 20)
"""No code; code that does nothing; a wallet that borrows code."""


@dataclass(frozen=True)
class Plan:
    """What somebody proposed, or would."""

    targets: tuple[str, ...]
    values: tuple[int, ...]
    payloads: tuple[Any, ...]
    text: str = "A proposal"

    @property
    def lists(self) -> tuple[Any, ...]:
        return self.targets, self.values, self.payloads

    @property
    def hashed(self) -> tuple[Any, ...]:
        """As it is queued and executed: the text's hash does not matter."""
        return *self.lists, ZERO_WORD


def governor(w: World) -> Governor:
    """The model's, in the second of the next action."""
    w.model.chain.now = w.now
    found: Governor = w.model.governor
    return found


def hold(w: World) -> Hold:
    w.model.chain.now = w.now
    found: Hold = w.model.hold
    return found


def ballots(w: World) -> HouseBallot:
    w.model.chain.now = w.now
    found: HouseBallot = w.model.house_ballot
    return found


# -- people ------------------------------------------------------------------------------------------------------------


def voter(w: World, c: Choices) -> str:
    return w.cast[c.mostly(c.one_of(VOTERS), "carol", "flapper", "council", "spare_a", percent=95)]


def whale(w: World, c: Choices) -> str:
    """Mostly somebody who can propose now."""
    able = [w.cast[name] for name in VOTERS if hold(w).votes[w.cast[name]].at(w.now - 1) >= governor(w).threshold]
    return c.one_of(able) if able and c.chance(95) else voter(w, c)


def guardian(w: World, c: Choices) -> str:
    usual = governor(w).guardian
    attacker = w.cast["attacker"]
    return c.mostly(usual if usual in w.cast.people else attacker, attacker, voter(w, c), percent=92)


# -- proposals ---------------------------------------------------------------------------------------------------------


def plans(w: World) -> list[Plan]:
    """Of this sequence, the latest ones."""
    found: list[Plan] = w.ghosts.setdefault("plans", [])
    return found


def keep(w: World, plan: Plan) -> None:
    known = plans(w)
    if plan in known:
        known.remove(plan)
    known.append(plan)
    del known[:-KEPT]


def plan_of(w: World, calls: tuple[Call, ...], text: str = "A proposal") -> Plan:
    return Plan(tuple(call.target for call in calls), (0,) * len(calls), calls, text)


def known_plan(w: World, c: Choices) -> Plan | None:
    found = plans(w)
    return c.one_of(found) if found else None


def in_state(w: World, c: Choices, *states: State) -> Plan | None:
    """A plan whose proposal stands there now; seldom another one."""
    found = [plan for plan in plans(w) if state_of(w, plan) in states]
    return c.one_of(found) if found and c.chance(93) else known_plan(w, c)


def number_of(w: World, plan: Plan) -> int | None:
    """Its id today, if its targets have code."""
    try:
        return governor(w).getProposalId(*plan.lists)
    except Refused:
        return None


def entry(w: World, plan: Plan) -> Proposal | None:
    number = number_of(w, plan)
    return None if number is None else governor(w).proposals.get(number)


def state_of(w: World, plan: Plan) -> State | None:
    number = number_of(w, plan)
    known = number is not None and number in governor(w).proposals
    return State(governor(w).state(number)) if known and number is not None else None


def any_number(w: World, c: Choices) -> int:
    known = list(governor(w).proposals)
    return c.mostly(c.one_of(known[-8:]), c.integer(0, 9), 2**256 - 1, percent=96) if known else c.integer(0, 9)


def bounded(w: World) -> tuple[tuple[str, int, int], ...]:
    """The governor's setters, and the least and the most that each takes."""
    return (
        ("setVotingDelay", HOUR, 30 * DAY),
        ("setVotingPeriod", DAY, 30 * DAY),
        ("setProposalThreshold", SUPPLY // 10_000, SUPPLY // 50),
        ("updateQuorumNumerator", 100, 2_000),
        ("setLateQuorumVoteExtension", HOUR, governor(w).period),
    )


def setting(w: World, c: Choices) -> Call:
    """A number of the governor's, mostly within its bounds, on them or one past them."""
    name, least, most = c.one_of(bounded(w))
    usual = c.integer(least, least + (most - least) // 8)
    return w.call("governor", name, c.mostly(usual, least, most, least - 1, most + 1, 0, percent=60))


def setting_past_bounds(w: World, c: Choices) -> Call:
    """The governor's, the timelock's or a house's, by one."""
    house = c.one_of(list(HOUSES))
    name, least, most = c.one_of((*bounded(w), ("updateDelay", HOUR, 30 * DAY), ("setTerms", 5_000, 9_900)))
    past = c.one_of((least - 1, most + 1))
    if name == "setTerms":
        quorum = c.one_of((2_499, 10_001))
        return w.call("house_ballot", name, house, *c.one_of(((5_000, past), (quorum, 6_000))))
    return w.call("timelock" if name == "updateDelay" else "governor", name, past)


def delay_setting(w: World, c: Choices) -> Call:
    seconds = c.mostly(c.integer(HOUR, 4 * DAY), HOUR, HOUR - 1, 30 * DAY + 1, percent=60)
    return w.call("timelock", "updateDelay", seconds)


def transfer(w: World, c: Choices) -> Call:
    """Of the DAO's own HOLD; now and then more than it has."""
    at = w.port.addresses["timelock"]
    held = w.model.hold.balances[at]
    amount = c.mostly(c.integer(1, 1_000_000) * COIN, 1, held, held + 1, percent=85)
    return w.call("hold", "transfer", voter(w, c), amount)


def house_terms(w: World, c: Choices) -> Call:
    quorum = c.mostly(c.integer(2_500, 10_000), 2_499, 2_500, 5_000, 10_000, 10_001, percent=60)
    majority = c.mostly(c.one_of((5_000, 6_000, 7_500)), 4_999, c.integer(5_000, 9_900), 9_900, 9_901, percent=60)
    return w.call("house_ballot", "setTerms", c.mostly(c.one_of(list(HOUSES)), 0, 9, percent=85), quorum, majority)


def purse_limits(w: World, c: Choices) -> Call:
    of_invoice = c.one_of((1_000 * COIN, c.integer(1, 2_000) * COIN))
    return w.call("house_escrow", "setLimits", c.one_of(list(HOUSES)), of_invoice, of_invoice * c.integer(1, 3))


def ballots_row(w: World, c: Choices) -> Call:
    return w.call("house_escrow", "setBallot", w.port.addresses["house_ballot"], c.chance(75))


def guardians_role(w: World, c: Choices) -> Call:
    """The suite's guardian comes and goes."""
    name = c.one_of(("guardian", "guardian", "council"))
    if c.chance(65):
        return w.call("hub", "grantRole", Roles.GUARDIAN, w.cast[name], 0)
    return w.call("hub", "revokeRole", Roles.GUARDIAN, w.cast[name])


def new_guardian(w: World, c: Choices) -> Call:
    who = c.one_of((w.cast[PROPOSAL_GUARDIAN], w.cast[PROPOSAL_GUARDIAN], w.cast["council"], ZERO_ADDRESS))
    return w.call("governor", "setProposalGuardian", who)


def shut_door(w: World, c: Choices) -> Call:
    if c.chance(50):
        return w.call("governor", "relay", w.port.addresses["gadget"], 0, b"")
    return w.call("governor", "updateTimelock", w.cast["attacker"])


def resume(w: World, c: Choices) -> Call:
    """What the guardian stopped, or not."""
    return w.call(*c.one_of(SWITCHES).resume)


def act(w: World, c: Choices) -> Call:
    return w.call("gadget", "act")


KINDS = (
    *(setting, setting, delay_setting, transfer, transfer, house_terms, house_terms, purse_limits, ballots_row),
    *(guardians_role, new_guardian, new_guardian, shut_door, resume, resume, act, act, act, act),
)


def some_calls(w: World, c: Choices) -> tuple[Call, ...]:
    return tuple(c.one_of(KINDS)(w, c) for _ in range(c.one_of((1, 1, 1, 1, 2, 3))))


def new_plan(w: World, c: Choices) -> Plan:
    """Mostly one that fits."""
    plan = plan_of(w, some_calls(w, c), c.one_of(("A proposal", "Another text", "")))
    kind = c.integer(0, 59)
    if kind == 0:
        return Plan(plan.targets, plan.values[1:], plan.payloads, plan.text)
    if kind == 1:
        return Plan(plan.targets, plan.values, plan.payloads[1:], plan.text)
    if kind == 2:
        return Plan((), (), (), plan.text)
    if kind == 3:
        return Plan((w.cast["attacker"],), (0,), (fresh_word(c),), plan.text)
    if kind == 4:
        return Plan(plan.targets, (1, *plan.values[1:]), plan.payloads, plan.text)
    return plan


# -- houses' ballots ---------------------------------------------------------------------------------------------------


def share(w: World, c: Choices) -> int:
    return c.mostly(c.one_of(ALL_SHARES), 256, 265, 99 * 256 + 1, 0, percent=97)


def owner_today(w: World, share_id: int) -> str:
    owner = w.model.credentials.currentWallet(w.model.certificate.owner_of(share_id))
    return owner if owner in w.cast.people else w.cast["attacker"]


def shares_of(w: World, person: str, house: int) -> list[int]:
    """Of the house, his today."""
    return [number for number in ALL_SHARES if number >> 8 == house and owner_today(w, number) == person]


def vote_of(w: World, ballot: int) -> HouseVote | None:
    return ballots(w).ballots.get(ballot)


def ballot_in(w: World, c: Choices, *stages: Stage) -> int:
    """The number of one that stands there; seldom of another, or of none."""
    running = {number: vote for number, vote in ballots(w).ballots.items() if vote.outcome is None}
    found = [number for number, vote in running.items() if ballots(w).stage_of(vote) in stages]
    last = len(ballots(w).ballots)
    odd = c.mostly(c.integer(0, last), last + 1, 2**256 - 1, percent=80)
    return c.mostly(c.one_of(found), odd, percent=94) if found else odd
