"""Short campaigns with fixed seeds: the rules reach what they are for, and every law holds."""

from __future__ import annotations

from typing import Any

import pytest

from commonhold.fuzz.campaign import Campaign, Report, replay, shortest
from commonhold.fuzz.coverage import UNUSED, declared_errors, errors_never_reached
from commonhold.fuzz.laws import LawBook
from commonhold.fuzz.rules import rules_for
from commonhold.fuzz.world import Violation, World

STEPS = 3000
SEEDS = (1, 2)


@pytest.fixture(scope="module")
def reports(stage: World) -> list[Report]:
    return [Campaign(stage, seed).run(STEPS) for seed in SEEDS]


def test_campaign__short__keeps_every_law(reports: list[Report]) -> None:
    assert [found.message for report in reports for found in report.found] == []
    assert [report.steps for report in reports] == [STEPS] * len(SEEDS)


def test_campaign__rules__all_reach_their_aim(stage: World, reports: list[Report]) -> None:
    reached = {name for report in reports for name in report.reached}
    assert reached == {rule.name for rule in rules_for(stage)}


def test_campaign__same_seed__same_actions(world: World) -> None:
    runs = []
    for _ in range(2):
        Campaign(world, 7).run(150)
        runs.append(list(world.actions))
    assert runs[0] == runs[1]
    assert len(runs[0]) > 100


def test_coverage__errors__named_until_seen() -> None:
    assert errors_never_reached(declared_errors()) == []
    assert errors_never_reached(declared_errors() - {"ShareLocked"}) == ["ShareLocked"]
    assert not UNUSED & declared_errors()


def test_world__chain_differs_from_model__is_told(world: World) -> None:
    """The model is led astray on purpose: the next step must notice, and the sequence shrink to what is needed."""
    LawBook(world)
    share = next(iter(world.model.certificate.shares))
    owner = world.model.certificate.ownerOf(share)
    world.act(owner, "certificate", "setApprovalForAll", world.cast["buyer"], True)
    world.model.certificate.shares[share].user_expires += 1
    with pytest.raises(Violation, match="userExpires"):
        world.act(owner, "certificate", "approve", world.cast["buyer"], share)


def test_shortest__failing_sequence__keeps_what_breaks_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a model that forgets that a permission dies with the move, two actions of thirty are left."""
    laws = LawBook(world)
    certificate = type(world.model.certificate)
    honest = certificate._move

    def forgetful(self: Any, share_id: int, to: str, authority: Any) -> None:
        kept = self.shares[share_id].permission
        honest(self, share_id, to, authority)
        self.shares[share_id].permission = kept

    monkeypatch.setattr(certificate, "_move", forgetful)
    cast = world.cast
    share = 2 * 256 + 1
    for number in range(29):
        world.act(cast["owner_b"], "coin", "transfer", cast["buyer"], number)
    world.act(cast["manager"], "certificate", "approveTransfer", share, cast["buyer"], world.now + 100)
    with pytest.raises(Violation, match="transferApprovalOf"):
        world.act(cast["owner_a"], "certificate", "transferFrom", cast["owner_a"], cast["buyer"], share)
    short = shortest(world, laws, list(world.actions), "model")
    assert [action.function for action in short] == ["approveTransfer", "transferFrom"]
    assert replay(world, laws, short) is not None
