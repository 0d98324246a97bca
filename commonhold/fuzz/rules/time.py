"""Time passes: a little, a lot, or to the very second at which something changes."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import DAY
from commonhold.fuzz.rules.feeds import index_edges
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.rules.values import value_edges
from commonhold.fuzz.world import FURTHEST_JUMP, World


def thresholds(w: World) -> list[int]:
    """Every second ahead at which the model's answer to something changes."""
    m = w.model
    seconds = [credential.expires_at for credential in m.credentials.credentials.values()]
    seconds += [m.credentials.ready_at(recovery) for recovery in m.credentials.recoveries.values()]
    seconds += [share.user_expires + 1 for share in m.certificate.shares.values() if share.user_expires]
    seconds += [share.permission.deadline + 1 for share in m.certificate.shares.values() if share.permission]
    seconds += [order.ready_at for order in m.hub.orders.values()]
    seconds += [proposal.ready_at for proposal in m.timelock.proposals.values() if not proposal.done]
    stop = m.registry.switch
    seconds += [stop.stopped_until, stop.stopped_until + stop.period]
    seconds += index_edges(w)
    seconds += [second for number in m.registry.houses for second in value_edges(w, number)]
    return sorted({second for second in seconds if w.now < second < w.now + FURTHEST_JUMP})


@rule(weight=2)
def wait_for_threshold(w: World, c: Choices) -> None:
    ahead = thresholds(w)
    if ahead:
        w.jump_to(c.one_of(ahead) + c.integer(-1, 1))
        w.succeeded = True


@rule(weight=3)
def wait(w: World, c: Choices) -> None:
    w.jump_to(w.now + c.one_of((1, 60, 3600, DAY)) * c.integer(1, 3))
    w.succeeded = True
