"""Short campaigns where lending plays: every law holds, the rules reach what they are for, and the laws notice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from commonhold.engines import InProcessEngine
from commonhold.fuzz.campaign import Campaign, Report, recorded, replay
from commonhold.fuzz.inputs import DAY
from commonhold.fuzz.lending.laws import LendingLaws
from commonhold.fuzz.lending.stage import open_lending_stage
from commonhold.fuzz.machine import machine_of
from commonhold.fuzz.rules import rules_for
from commonhold.fuzz.world import Violation, World
from commonhold.model.lending.lateness import LateFees, Progress
from commonhold.model.lending.rewriting import Rewriting
from commonhold.model.money.ageing import Position

STEPS = 5_000
SEEDS = (1, 2, 3)

CERTAIN = {
    "AccessManagedUnauthorized", "ApprovalExpired", "AuctionRunning", "BorrowerLate", "CoOwnersOnly", "DustLeft",
    "HouseLate", "LateFeesDue", "LoanToValueTooHigh", "NoAuction", "NotAuction", "NotBorrower", "NotForeclosable",
    "NotOffered", "NotShareOwner", "NotThatApplication", "NothingOwed", "NothingToFix", "RateOutOfRange",
    "StoppedUntil", "TransferNotApproved", "ValueNotValid", "WrongSort", "WrongStage",
}  # fmt: skip


@pytest.fixture(scope="module")
def reports(lending_stage: World) -> list[Report]:
    return [Campaign(lending_stage, seed).run(STEPS) for seed in SEEDS]


def test_campaign__short__keeps_every_law(reports: list[Report]) -> None:
    assert [found.message for report in reports for found in report.found] == []
    assert all(report.steps >= STEPS for report in reports)


def test_campaign__rules__reach_their_aim(lending_stage: World, reports: list[Report]) -> None:
    missed = {rule.name for rule in rules_for(lending_stage)} - {name for report in reports for name in report.reached}
    assert len(missed) <= 3, missed  # some states are rare


def test_campaign__refusals__are_met_with_their_values(reports: list[Report]) -> None:
    assert CERTAIN - set().union(*(report.errors for report in reports)) == set()


def test_campaign__same_seed__same_actions(world: World) -> None:
    runs = []
    for _ in range(2):
        Campaign(world, 7).run(150)
        runs.append(list(world.actions))
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    "deployed_from",
    [1_835_395_200 - 322 * DAY, 2**32 - 200 * DAY, 2**32 - 340 * DAY],
    ids=["before_29_february_2028", "2106_in_the_opening", "before_the_end_of_32_bits"],
)
def test_campaign__other_times__keeps_every_law(deployed_from: int) -> None:
    report = Campaign(open_lending_stage(InProcessEngine(), deployed_from), 1).run(1_500)
    assert [found.message for found in report.found] == []


def test_machine__strangers__never_draw_without_approval(world: World) -> None:
    """T26, by hypothesis: people and prowlers, who between them may call everything."""
    quick = settings(
        max_examples=15,
        stateful_step_count=40,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine_of(world, {"prowling", "borrowing", "seasons"}), settings=quick)


def forget_fees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LateFees, "due", lambda self, progress, now: 0)


def meet_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Progress, "_takes", lambda self, paid, now: paid + 1 < self.instalments)


def never_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rewriting, "_cure", lambda self, loan_id, loan, debt: None)


def never_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Position, "resets", property(lambda self: False))


MISTAKES: tuple[Callable[[pytest.MonkeyPatch], None], ...] = (forget_fees, meet_too_early, never_cure, never_reset)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_campaign__mistaken_model__is_noticed(
    lending_stage: World, monkeypatch: pytest.MonkeyPatch, mistake: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """What the chain does and the model does not, comes to light."""
    mistake(monkeypatch)
    report = Campaign(lending_stage, 4, shrink=False).run(20_000)
    assert report.found


SEQUENCES = sorted((Path(__file__).parents[3] / "regressions" / "lending").glob("*.json"))


@pytest.mark.parametrize("file", SEQUENCES, ids=[file.stem for file in SEQUENCES])
def test_regression__recorded_sequence__keeps_every_law(world: World, file: Path) -> None:
    violation = replay(world, LendingLaws(world).watch(), recorded(world, file))
    assert violation is None, violation


def test_law__draw_without_approval__is_a_violation(world: World) -> None:
    """The law itself, on an event that no honest book emits."""
    laws = LendingLaws(world).watch()
    world.act(world.cast["alice"], "book", "mark", 1)
    action = world.actions[-1]
    with pytest.raises(Violation, match="T26"):
        laws._drawn(action, 99, world.cast["alice"], 257, 10**18, 0, 0)
