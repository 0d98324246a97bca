"""Proposals: new, copied, again after they failed or were executed, and votes on them."""

from __future__ import annotations

from dataclasses import replace

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.governance.inputs import (
    Plan,
    any_number,
    entry,
    governor,
    hold,
    in_state,
    keep,
    known_plan,
    new_plan,
    number_of,
    plans,
    state_of,
    voter,
    whale,
)
from commonhold.fuzz.governance.scene import VOTERS
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.governance.terms import State, Support


def propose_plan(w: World, c: Choices, plan: Plan) -> bool:
    done = w.act(whale(w, c), "governor", "propose", *plan.lists, plan.text).refused is None
    keep(w, plan)
    return done


@rule(weight=6)
def propose_to_dao(w: World, c: Choices) -> None:
    propose_plan(w, c, new_plan(w, c))


@rule(weight=5)
def propose_again(w: World, c: Choices) -> None:
    """T38: the same under another text, at the edge of its cool-down, or while it runs."""
    plan = in_state(w, c, State.DEFEATED, State.CANCELED, State.EXECUTED)
    if plan is None:
        return
    found = entry(w, plan)
    if found is not None and c.chance(80):
        w.jump_to(found.deadline + governor(w).cool_down + c.integer(-1, 1))
    propose_plan(w, c, replace(plan, text=c.one_of((plan.text, "A better text"))))


@rule(weight=1)
def propose_nearly_the_same(w: World, c: Choices) -> None:
    """A known limit: with a call more it is another proposal."""
    plan = known_plan(w, c)
    if plan is not None and len(plan.targets) < 4:
        extra = w.call("gadget", "act")
        wider = Plan((*plan.targets, extra.target), (*plan.values, 0), (*plan.payloads, extra), plan.text)
        propose_plan(w, c, wider)


def under_vote(w: World, c: Choices) -> Plan | None:
    """A plan that is voted on, or will be: a new one if there is none, and whoever proposes it can."""
    known = [plan for plan in plans(w) if state_of(w, plan) in (State.ACTIVE, State.PENDING)]
    if known:
        return c.one_of(known) if c.chance(95) else known_plan(w, c)
    plan = new_plan(w, c)
    return plan if propose_plan(w, c, plan) else known_plan(w, c)


def begin_vote(w: World, plan: Plan) -> None:
    """Its first second."""
    found = entry(w, plan)
    if found is not None:
        w.jump_to(found.start + 1)


def support(c: Choices, usual: Support = Support.FOR) -> int:
    return c.mostly(int(usual), int(Support.AGAINST), int(Support.ABSTAIN), 3, 255, percent=78)


@rule(weight=8)
def cast_vote(w: World, c: Choices) -> None:
    """In the first or last second of the vote, or a second off, now and then."""
    plan = under_vote(w, c)
    number = any_number(w, c)
    if plan is not None:
        number = number_of(w, plan) or number
        found = entry(w, plan)
        if found is not None and c.chance(60):
            edge = c.one_of((found.start, found.start + 1, found.deadline, found.deadline - governor(w).extension))
            w.jump_to(edge + c.integer(-1, 1))
    for _ in range(c.integer(1, 4)):
        if c.chance(25):
            w.act(voter(w, c), "governor", "castVoteWithReason", number, support(c), "because")
        else:
            w.act(voter(w, c), "governor", "castVote", number, support(c))


@rule(weight=3)
def cast_vote_by_signature(w: World, c: Choices) -> None:
    """L19: once, by nobody else, for nothing else."""
    plan = under_vote(w, c)
    number = (number_of(w, plan) if plan is not None else None) or any_number(w, c)
    if plan is not None and c.chance(90):
        begin_vote(w, plan)
    person, choice = voter(w, c), support(c)
    nonce = c.mostly(governor(w).nonces_of[person], governor(w).nonces_of[person] + 1, percent=92)
    digest = governor(w).vote_digest(number, choice, person, nonce)
    signature = w.port.sign(c.mostly(person, w.cast["attacker"], percent=92), digest)
    for _ in range(c.integer(1, 2)):
        sent = c.mostly(choice, (choice + 1) % 3, percent=95)
        w.act(voter(w, c), "governor", "castVoteBySig", number, sent, person, signature)


@rule(weight=3)
def move_votes_at_snapshot(w: World, c: Choices) -> None:
    """In the second whose end decides who has how many votes, or one off it; then all of them vote."""
    plan = under_vote(w, c)
    found = entry(w, plan) if plan is not None else None
    if plan is None or found is None:
        return
    giver, to = voter(w, c), voter(w, c)
    w.jump_to(found.start + c.integer(-1, 1))
    if c.chance(50):
        w.act(giver, "hold", "delegate", to)
    else:
        w.act(giver, "hold", "transfer", to, hold(w).balances[giver] // c.integer(1, 3))
    w.jump_to(found.start + 1)
    for person in (giver, to):
        w.act(person, "governor", "castVote", number_of(w, plan) or 0, support(c))


@rule(weight=2)
def vote_twice(w: World, c: Choices) -> None:
    """L19: the other way, with a reason, or by a signature: the first vote stands."""
    plan = under_vote(w, c)
    number = number_of(w, plan) if plan is not None else None
    if plan is None or number is None:
        return
    begin_vote(w, plan)
    person = voter(w, c)
    w.act(person, "governor", "castVote", number, c.integer(0, 2))
    choice = c.integer(0, 2)
    if c.chance(40):
        digest = governor(w).vote_digest(number, choice, person, governor(w).nonces_of[person])
        signature = w.port.sign(person, digest)
        w.act(voter(w, c), "governor", "castVoteBySig", number, choice, person, signature)
    else:
        w.act(person, "governor", "castVoteWithReason", number, choice, "changed my mind")


@rule(weight=4)
def outvote(w: World, c: Choices) -> None:
    """Everybody, in one direction mostly: what is wanted gets through, or does not."""
    plan = under_vote(w, c)
    found = entry(w, plan) if plan is not None else None
    if plan is None or found is None:
        return
    w.jump_to(found.start + c.integer(1, 3))
    direction = c.one_of((Support.FOR, Support.FOR, Support.FOR, Support.ABSTAIN, Support.AGAINST))
    for name in VOTERS[: c.integer(1, len(VOTERS))]:
        w.act(w.cast[name], "governor", "castVote", number_of(w, plan) or 0, support(c, direction))


@rule(weight=2)
def reach_quorum_late(w: World, c: Choices) -> None:
    """T38: around the last moment at which a reached quorum leaves the end as it is, then against it all."""
    plan = under_vote(w, c)
    found = entry(w, plan) if plan is not None else None
    if plan is None or found is None:
        return
    number, before = number_of(w, plan) or 0, found.deadline
    w.jump_to(before - c.one_of((governor(w).extension, 0)) + c.integer(-1, 1))
    w.act(w.cast["whale_b"], "governor", "castVote", number, int(Support.FOR))
    w.jump_to(found.deadline + c.integer(-1, 1))
    w.act(w.cast["whale_a"], "governor", "castVote", number, int(Support.AGAINST))
