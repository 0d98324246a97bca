"""The DAO: the council proposes to the timelock, anyone executes when the delay is over."""

from __future__ import annotations

from collections.abc import Callable

from commonhold.fuzz import inputs
from commonhold.fuzz.cast import ISSUERS
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.rules.feeds import lift_freeze, set_feed
from commonhold.fuzz.rules.fees import set_payee, set_provider_payee
from commonhold.fuzz.rules.nodes import rotate_nodes
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.rules.values import reset_ceiling, set_reporter
from commonhold.fuzz.world import Violation, World
from commonhold.model.access import Roles
from commonhold.model.certificate import Rights
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Call

ROWS = ("market", "lender", "landlord", "bank")


def write_holder(w: World, c: Choices) -> Call:
    usual = {"market": Rights(maySell=True), "lender": Rights(mayLien=True), "landlord": Rights(mayLease=True)}
    name = c.one_of(ROWS)
    rights = usual.get(name, Rights()) if c.chance(70) else Rights(c.chance(50), c.chance(50), c.chance(50))
    holder = c.mostly(w.cast[name], w.cast["attacker"], w.port.addresses["book"], percent=88)
    return w.call("certificate", "setHolder", holder, rights)


def write_minter(w: World, c: Choices) -> Call:
    _, level = w.model.coin.minterOf(w.cast["bank"])
    cap = c.mostly(10**6 * COIN, 0, level, max(0, level - 1), 2**128 - 1, percent=60)
    return w.call("coin", "setMinter", w.cast[c.one_of(("bank", "bank", "council"))], cap)


def name_protocol_holder(w: World, c: Choices) -> Call:
    holder = c.one_of((w.cast["spare_vault"], w.cast["vault"], w.port.addresses["book"], w.cast["buyer"]))
    return w.call("credentials", "setProtocolHolder", holder)


def revoke_issuer(w: World, c: Choices) -> Call:
    issuer = w.cast[c.mostly("second_issuer", "issuer", "attacker", percent=80)]
    return w.call("credentials", "revokeIssuedSince", issuer, max(0, w.now + 2 * DAY - c.integer(-2, 4 * DAY)))


def change_issuers(w: World, c: Choices) -> Call:
    issuer = w.cast[c.mostly(c.one_of(ISSUERS), "underwriter", percent=80)]
    if c.chance(60):
        return w.call("hub", "grantRole", Roles.ISSUER, issuer, 0)
    return w.call("hub", "revokeRole", Roles.ISSUER, issuer)


def lift_stop(w: World, c: Choices) -> Call:
    return w.call("registry", "resumeRegistration")


def set_signpost(w: World, c: Choices) -> Call:
    targets = ("credentials", "registry", "certificate", "coin", "hub")
    standing = [name for name in targets if getattr(w.model, name).successor != ZERO_ADDRESS]
    target = c.one_of(standing) if standing and c.chance(50) else c.one_of(targets)
    successor = c.one_of((w.cast["vault"], w.cast["market"], w.cast["buyer"]))
    return w.call(target, "setSuccessor", successor)


def set_renderer(w: World, c: Choices) -> Call:
    return w.call("certificate", "setRenderer", c.one_of((w.port.addresses["renderer"], w.cast["buyer"])))


def set_listener(w: World, c: Choices) -> Call:
    """The certificate stays the listener; anything else must have code."""
    return w.call("registry", "setListener", c.one_of((w.port.addresses["certificate"], w.cast["buyer"])))


def set_book(w: World, c: Choices) -> Call:
    """The test book, which mostly stays or comes back."""
    book = w.port.addresses["test_book"]
    if c.chance(20):
        return w.call("loans", "closeBook", book)
    return w.call("loans", "setBook", c.mostly(book, w.cast["buyer"], percent=80), c.chance(80))


PROPOSALS: tuple[Callable[[World, Choices], Call], ...] = (
    write_holder,
    write_holder,
    write_minter,
    write_minter,
    name_protocol_holder,
    revoke_issuer,
    change_issuers,
    change_issuers,
    lift_stop,
    set_signpost,
    set_renderer,
    set_listener,
    set_book,
    set_payee,
    set_payee,
    set_provider_payee,
    set_provider_payee,
    rotate_nodes,
    rotate_nodes,
    set_feed,
    set_feed,
    set_feed,
    set_feed,
    lift_freeze,
    set_reporter,
    reset_ceiling,
)


@rule(weight=4)
def propose(w: World, c: Choices) -> None:
    call = c.one_of(PROPOSALS)(w, c)
    salt = c.one_of((ZERO_WORD, inputs.fresh_word(c)))
    delay = w.model.timelock.min_delay + c.mostly(0, 1, -1, DAY, percent=80)
    w.act(w.cast[c.mostly("council", "attacker", "deployer", percent=93)], "timelock", "schedule", call, salt, delay)


@rule(weight=4)
def execute_proposal(w: World, c: Choices) -> None:
    waiting = [item for item in w.model.timelock.proposals.values() if not item.done]
    if not waiting or c.chance(5):
        w.act(inputs.anyone(w, c), "timelock", "execute", c.one_of(PROPOSALS)(w, c), ZERO_WORD)
        return
    proposal = c.one_of(waiting)
    if c.chance(75):
        w.jump_to(proposal.ready_at + c.mostly(0, -1, 1, percent=70))
    w.act(inputs.anyone(w, c), "timelock", "execute", proposal.call, proposal.salt)


@rule(weight=3)
def decide(w: World, c: Choices) -> None:
    """A proposal from the council's mouth to its effect."""
    call, salt = c.one_of(PROPOSALS)(w, c), inputs.fresh_word(c)
    w.act(w.cast["council"], "timelock", "schedule", call, salt, w.model.timelock.min_delay)
    w.jump_to(w.now + w.model.timelock.min_delay)
    w.act(inputs.anyone(w, c), "timelock", "execute", call, salt)


@rule(weight=1)
def cancel_proposal(w: World, c: Choices) -> None:
    known = list(w.model.timelock.proposals)
    identity = c.one_of(known) if known and c.chance(85) else inputs.word(c)
    w.act(w.cast[c.mostly("council", "attacker", percent=85)], "timelock", "cancel", identity)


@rule(weight=2)
def bypass_dao(w: World, c: Choices) -> None:
    """L17: whoever is not the timelock changes no parameter."""
    call = c.one_of(PROPOSALS)(w, c)
    sender = w.cast[c.one_of(("deployer", "council", "guardian", "registrar", "court", "attacker", "market"))]
    own = call.function == "revokeIssuedSince" and call.arguments[0] == sender
    if not own:
        outcome = w.act(sender, call.contract, call.function, *call.arguments)
        if outcome.refused is None:
            raise Violation("L17", f"{sender} may {call.function}")
        w.succeeded = True
