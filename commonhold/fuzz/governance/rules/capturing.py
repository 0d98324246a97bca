"""All try what only the DAO may do: strangers, the council of before, the guardians, voters with most of HOLD."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.governance.inputs import BAD_STATES, DELEGATED, known_plan, new_plan
from commonhold.fuzz.governance.scene import COUNCIL, PROPOSAL_GUARDIAN
from commonhold.fuzz.governance.stops import SWITCHES
from commonhold.fuzz.inputs import DAY, fresh_word
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.access import Roles
from commonhold.model.core import ZERO_WORD
from commonhold.model.governance.timelock import ROLES

USURPERS = ("attacker", COUNCIL, PROPOSAL_GUARDIAN, "guardian", "whale_a", "dao", "manager")

Way = Callable[[World, Choices, str], tuple[Any, ...]]

WAYS: tuple[Way, ...] = (
    lambda w, c, who: ("governor", "setVotingDelay", 3_600),
    lambda w, c, who: ("governor", "setVotingPeriod", DAY),
    lambda w, c, who: ("governor", "setProposalThreshold", 10**22),
    lambda w, c, who: ("governor", "updateQuorumNumerator", 100),
    lambda w, c, who: ("governor", "setLateQuorumVoteExtension", 3_600),
    lambda w, c, who: ("governor", "setProposalGuardian", who),
    lambda w, c, who: ("governor", "updateTimelock", who),
    lambda w, c, who: ("governor", "relay", w.port.addresses["hold"], 0, b""),
    lambda w, c, who: ("timelock", "updateDelay", c.one_of((3_600, 0))),
    lambda w, c, who: ("timelock", "grantRole", c.one_of((*ROLES, ZERO_WORD)), who),
    lambda w, c, who: ("timelock", "revokeRole", c.one_of(ROLES), w.port.addresses["governor"]),
    lambda w, c, who: ("timelock", "scheduleBatch", *new_plan(w, c).lists, ZERO_WORD, fresh_word(c), 30 * DAY),
    lambda w, c, who: ("hub", "grantRole", Roles.ADMIN, who, 0),
    lambda w, c, who: ("hub", "grantRole", Roles.GUARDIAN, who, 0),
    lambda w, c, who: ("house_ballot", "setTerms", 1, 2_500, 5_000),
    lambda w, c, who: ("house_escrow", "setLimits", 1, 1, 2),
    lambda w, c, who: ("house_escrow", "setBallot", who, True),
    lambda w, c, who: ("house_escrow", "payByBallot", 1, who, fresh_word(c), 1),
    lambda w, c, who: ("treasury", "setPayOutCap", 1),
    lambda w, c, who: ("treasury", "payOut", who, 1),
    lambda w, c, who: ("coin", "setMinter", who, 10**30),
    lambda w, c, who: ("hold", "setSuccessor", w.port.addresses["gadget"]),
)


@rule(weight=4)
def usurp(w: World, c: Choices) -> None:
    person = w.cast[c.one_of(USURPERS)]
    for _ in range(c.integer(1, 3)):
        contract, function, *arguments = c.one_of(WAYS)(w, c, person)
        w.act(person, contract, function, *arguments)
    w.succeeded = True


@rule(weight=2)
def usurp_proposals(w: World, c: Choices) -> None:
    """Cancelling, queueing and executing what one has no business with."""
    plan = known_plan(w, c) or new_plan(w, c)
    person = w.cast[c.one_of(USURPERS)]
    w.act(person, "governor", c.one_of(("cancel", "queue", "execute")), *plan.hashed)
    w.succeeded = True


@rule(weight=1)
def act_of_anybody(w: World, c: Choices) -> None:
    """The gadget obeys everybody. In process, a wallet's borrowed code can't be called."""
    if not w.model.code_of(w.model.gadget.address).startswith(DELEGATED):
        w.act(w.cast[c.one_of(USURPERS)], "gadget", "act")


@rule(weight=2)
def change_code(w: World, c: Choices) -> None:
    """For a while."""
    gadget = w.model.gadget
    if w.model.code_of(gadget.address) != gadget.honest:
        w.act(w.cast["attacker"], "nature", "setCode", gadget.address, gadget.honest)
    elif c.chance(60):
        w.act(w.cast["attacker"], "nature", "setCode", gadget.address, c.one_of(BAD_STATES))


@rule(weight=3)
def restore_code(w: World, c: Choices) -> None:
    gadget = w.model.gadget
    if w.model.code_of(gadget.address) != gadget.honest:
        w.act(w.cast["attacker"], "nature", "setCode", gadget.address, gadget.honest)


@rule(weight=3)
def stop_by_guardian(w: World, c: Choices) -> None:
    """One of his switches: it works, or rests; nobody else has it."""
    switch = c.one_of(SWITCHES)
    w.act(w.cast[c.mostly("guardian", "attacker", COUNCIL, PROPOSAL_GUARDIAN, percent=80)], *switch.stop)
