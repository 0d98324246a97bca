"""What was voted for is queued, waited for and executed, unless the guardian or other code comes between."""

from __future__ import annotations

from eth_utils import keccak

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.governance.inputs import (
    BAD_STATES,
    Plan,
    act,
    entry,
    governor,
    guardian,
    hold,
    in_state,
    known_plan,
    new_guardian,
    new_plan,
    number_of,
    plan_of,
    setting_past_bounds,
    some_calls,
    voter,
)
from commonhold.fuzz.governance.rules.proposing import propose_plan
from commonhold.fuzz.governance.scene import VOTERS
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.governance.terms import State, Support

UNFINISHED = (State.PENDING, State.ACTIVE, State.SUCCEEDED, State.QUEUED, State.DEFEATED)


def pass_plan(w: World, c: Choices, plan: Plan) -> bool:
    """Proposed, agreed to by most, over."""
    if not propose_plan(w, c, plan):
        return False
    found, number = entry(w, plan), number_of(w, plan)
    if found is None or number is None:
        return False
    w.jump_to(found.start + 1)
    for name in VOTERS[:3]:
        w.act(w.cast[name], "governor", "castVote", number, int(Support.FOR))
    w.jump_to(found.deadline + 1)
    return True


def queue_plan(w: World, c: Choices, plan: Plan) -> bool:
    return w.act(voter(w, c), "governor", "queue", *plan.hashed).refused is None


def execute_plan(w: World, c: Choices, plan: Plan) -> bool:
    found = entry(w, plan)
    if found is not None and found.eta:
        w.jump_to(found.eta + c.one_of((0, 0, 0, 1, -1)))
    return w.act(voter(w, c), "governor", "execute", *plan.hashed).refused is None


@rule(weight=8)
def decide_by_vote(w: World, c: Choices) -> None:
    """All the way, and now and then twice."""
    plan = new_plan(w, c)
    if pass_plan(w, c, plan) and queue_plan(w, c, plan):
        execute_plan(w, c, plan)
        if c.chance(20):
            w.act(voter(w, c), "governor", "execute", *plan.hashed)


def hold_votes(w: World, name: str, votes: int) -> bool:
    """Let somebody have exactly so many, of a whale's, if it goes."""
    person, whale = w.cast[name], w.cast["whale_a"]
    w.act(person, "hold", "delegate", person)
    short = votes - hold(w).getVotes(person)
    giver, to = (whale, person) if short > 0 else (person, whale)
    if short and hold(w).balances[giver] >= abs(short):
        w.act(giver, "hold", "transfer", to, abs(short))
    return hold(w).getVotes(person) == votes


@rule(weight=4)
def decide_at_an_edge(w: World, c: Choices) -> None:
    """On the quorum, or a vote off it, mostly after the quorum was lowered; on a tie, or a vote off it."""
    if c.chance(40) and governor(w).quorum_bps.latest > 150:
        lower = plan_of(w, (w.call("governor", "updateQuorumNumerator", c.one_of((100, 150))),))
        if pass_plan(w, c, lower) and queue_plan(w, c, lower):
            execute_plan(w, c, lower)
    quorum, off = governor(w).quorum(w.now - 1), c.integer(-1, 1)
    tie = c.chance(40)
    if not hold_votes(w, "carol", quorum + (0 if tie else off)) or (tie and not hold_votes(w, "dave", quorum + off)):
        return
    plan = plan_of(w, (act(w, c),))
    if not propose_plan(w, c, plan):
        return
    found, number = entry(w, plan), number_of(w, plan) or 0
    if found is None:
        return
    w.jump_to(found.start + 1)
    choice = Support.FOR if tie else c.one_of((Support.FOR, Support.FOR, Support.ABSTAIN))
    w.act(w.cast["carol"], "governor", "castVote", number, int(choice))
    if tie:
        w.act(w.cast["dave"], "governor", "castVote", number, int(Support.AGAINST))
    w.jump_to(found.deadline + 1)
    queue_plan(w, c, plan)


@rule(weight=6)
def decide_past_bounds(w: World, c: Choices) -> None:
    """T37: agreed to, waited for, and refused, with all else that was to happen with it."""
    plan = plan_of(w, (*(some_calls(w, c) if c.chance(20) else ()), setting_past_bounds(w, c)))
    if pass_plan(w, c, plan) and queue_plan(w, c, plan):
        execute_plan(w, c, plan)


@rule(weight=3)
def decide_again(w: World, c: Choices) -> None:
    """What was executed, in its next round at once."""
    plan = in_state(w, c, State.EXECUTED)
    if plan is not None and pass_plan(w, c, plan) and queue_plan(w, c, plan):
        execute_plan(w, c, plan)


@rule(weight=4)
def queue_proposal(w: World, c: Choices) -> None:
    """Around the end of the vote, too."""
    plan = in_state(w, c, State.SUCCEEDED, State.ACTIVE)
    if plan is None:
        return
    found = entry(w, plan)
    if found is not None and c.chance(50):
        w.jump_to(found.deadline + c.integer(0, 2))
    queue_plan(w, c, plan)


@rule(weight=4)
def execute_when_due(w: World, c: Choices) -> None:
    plan = in_state(w, c, State.QUEUED)
    if plan is not None:
        execute_plan(w, c, plan)


@rule(weight=3)
def cancel_by_guardian(w: World, c: Choices) -> None:
    """By the guardian, in any state; by others in vain."""
    plan = in_state(w, c, *UNFINISHED)
    if plan is not None:
        w.act(guardian(w, c), "governor", "cancel", *plan.hashed)


@rule(weight=2)
def cancel_pinned(w: World, c: Choices) -> None:
    """With the code that it had, or some other."""
    plan = in_state(w, c, *UNFINISHED)
    if plan is None:
        return
    codes = [w.model.gadget.honest if t == w.model.gadget.address else w.model.code_of(t) for t in plan.targets]
    hashes = [keccak(code) for code in codes]
    hashes = c.mostly(hashes, hashes[1:], [keccak(b"other")] * len(hashes), percent=80)
    w.act(guardian(w, c), "governor", "cancelPinned", *plan.lists, tuple(hashes))


@rule(weight=4)
def replace_guardian(w: World, c: Choices) -> None:
    """T42: by a vote that the guardian can't stop, alone or with something else in it."""
    calls = (new_guardian(w, c), *(some_calls(w, c) if c.chance(30) else ()))
    plan = plan_of(w, calls)
    if not pass_plan(w, c, plan):
        return
    w.act(guardian(w, c), "governor", "cancel", *plan.hashed)
    if queue_plan(w, c, plan):
        w.act(guardian(w, c), "governor", "cancel", *plan.hashed)
        execute_plan(w, c, plan)


@rule(weight=3)
def swap_code(w: World, c: Choices) -> None:
    """Between vote and execution: the proposal is unknown until its code is back; the guardian cancels all the same."""
    plan = plan_of(w, (act(w, c), *(some_calls(w, c) if c.chance(25) else ())))
    if not pass_plan(w, c, plan):
        return
    if c.chance(60):
        queue_plan(w, c, plan)
    found = entry(w, plan)
    if found is not None and found.eta:
        w.jump_to(found.eta)
    gadget, honest = w.port.addresses["gadget"], w.model.gadget.honest
    others = (*BAD_STATES, w.model.code_of(w.port.addresses["hub"]))
    w.act(w.cast["attacker"], "nature", "setCode", gadget, c.one_of(others))
    for function in ("queue", "execute"):
        w.act(voter(w, c), "governor", function, *plan.hashed)
    if c.chance(30):
        w.act(guardian(w, c), "governor", "cancel", *plan.hashed)
    if c.chance(30):
        hashes = [keccak(honest if t == gadget else w.model.code_of(t)) for t in plan.targets]
        w.act(guardian(w, c), "governor", "cancelPinned", *plan.lists, tuple(hashes))
    if c.chance(30):
        propose_plan(w, c, plan)
    w.act(w.cast["attacker"], "nature", "setCode", gadget, honest)
    if found is not None and not found.eta:
        queue_plan(w, c, plan)
    execute_plan(w, c, plan)


@rule(weight=2)
def act_past_timelock(w: World, c: Choices) -> None:
    """What waits in the timelock, executed there by others than the governor (code swap), or cancelled."""
    plan = in_state(w, c, State.QUEUED) or known_plan(w, c)
    number = number_of(w, plan) if plan is not None else None
    if plan is None or number is None:
        return
    found = entry(w, plan)
    if found is not None and found.eta and c.chance(70):
        w.jump_to(found.eta)
    salt = governor(w).salt_of(number)
    sender = w.cast[c.one_of(("attacker", "council", "whale_a", "dao"))]
    w.act(sender, "timelock", "executeBatch", *plan.lists, bytes(32), salt)
    if found is not None:
        w.act(sender, "timelock", "cancel", found.batch)
    w.succeeded = True
