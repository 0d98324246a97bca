"""How every sequence begins: the market's opening, money in two purses, voters, and the hand-over to the governor."""

from __future__ import annotations

from commonhold.fuzz.governance.laws import GovernanceLaws
from commonhold.fuzz.governance.scene import COUNCIL, FUNDED, PAYEES, TIMELOCK_DELAY, VOTERS
from commonhold.fuzz.inputs import DAY
from commonhold.fuzz.market.opening import open_market
from commonhold.fuzz.opening import must
from commonhold.fuzz.world import Violation, World
from commonhold.model.access import Roles
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Call
from commonhold.model.governance.timelock import ROLES

OPENING = 3 * DAY
"""From the market's to the first second of every sequence: recorded ones count on it."""

SALT = b"hand-over".ljust(32, b"\0")


def open_governance(w: World) -> World:
    open_market(w)
    GovernanceLaws(w).watch()
    began = w.now
    _purses(w)
    for name in VOTERS:
        must(w.act(w.cast[name], "hold", "delegate", w.cast[name]))
    _hand_over(w)
    if w.now > began + OPENING:
        raise Violation("opening", f"it ends {w.now - began - OPENING} seconds after sequences begin")
    w.jump_to(began + OPENING)
    w.ghosts["opened"] = True
    w.keep_as_opening()
    return w


def _purses(w: World) -> None:
    dao, alice = w.cast["dao"], w.cast["alice"]
    must(w.act(dao, "house_escrow", "setBallot", w.port.addresses["house_ballot"], True))
    for house in (1, 2):
        must(w.act(alice, "house_escrow", "fund", house, FUNDED, 0))
        for number, payee in enumerate(PAYEES):
            must(w.act(dao, "house_escrow", "registerPayee", house, w.cast[payee], bool(number)))


def handover_calls(w: World) -> tuple[Call, ...]:
    """The batch that puts the governor in the council's place, as `recipe/handover.py` has it."""
    governor, council = w.port.addresses["governor"], w.cast[COUNCIL]
    proposer, executor, canceller = ROLES
    granted = [w.call("timelock", "grantRole", role, governor) for role in (proposer, canceller, executor)]
    revoked = [w.call("timelock", "revokeRole", role, council) for role in (proposer, canceller, executor)]
    return (*granted, *revoked, w.call("timelock", "revokeRole", executor, ZERO_ADDRESS))


def _hand_over(w: World) -> None:
    """The hub to the timelock, the timelock to the governor."""
    timelock, dao = w.port.addresses["timelock"], w.cast["dao"]
    must(w.act(dao, "hub", "grantRole", Roles.ADMIN, timelock, 0))
    must(w.act(dao, "hub", "revokeRole", Roles.ADMIN, dao))
    calls = handover_calls(w)
    batch = ((timelock,) * len(calls), (0,) * len(calls), calls, ZERO_WORD, SALT)
    must(w.act(w.cast[COUNCIL], "timelock", "scheduleBatch", *batch, TIMELOCK_DELAY))
    w.jump_to(w.now + TIMELOCK_DELAY)
    must(w.act(w.cast["attacker"], "timelock", "executeBatch", *batch))
