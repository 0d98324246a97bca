"""Time passes to the very second at which something in governance changes, or one off it."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.governance.inputs import ballots, governor
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World


def edges(w: World) -> list[int]:
    g, b = governor(w), ballots(w)
    seconds: set[int] = set()
    for found in g.proposals.values():
        end = found.deadline
        seconds |= {found.start, found.start + 1, end, end + 1, end - g.extension, end + g.cool_down, found.eta}
    for vote in b.ballots.values():
        end = vote.ends_at
        seconds |= {end, end + b.numbers.executionPeriod, end + b.numbers.coolDownPeriod}
    seconds |= {share.acquired_at + b.numbers.holdPeriod for share in w.model.certificate.shares.values()}
    return sorted(second for second in seconds if w.now < second < w.now + w.furthest)


@rule(weight=6)
def wait_for_governance(w: World, c: Choices) -> None:
    ahead = edges(w)
    if ahead:
        w.jump_to(ahead[c.integer(0, min(7, len(ahead) - 1))] + c.integer(-1, 1))
        w.succeeded = True


@rule(weight=2)
def wait_hours(w: World, c: Choices) -> None:
    w.jump_to(w.now + c.integer(1, 40) * 3_600)
    w.succeeded = True
