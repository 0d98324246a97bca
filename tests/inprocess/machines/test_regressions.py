"""Sequences that once broke a law, or break one in a contract with a planted mistake: now every law holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commonhold.fuzz import actions
from commonhold.fuzz.campaign import recorded, replay
from commonhold.fuzz.laws import LawBook
from commonhold.fuzz.scenarios import SCENARIOS
from commonhold.fuzz.world import World

SEQUENCES = sorted((Path(__file__).parents[2] / "regressions").glob("*.json"))


@pytest.mark.parametrize("file", SEQUENCES, ids=[file.stem for file in SEQUENCES])
def test_regression__recorded_sequence__keeps_every_law(world: World, file: Path) -> None:
    violation = replay(world, LawBook(world), recorded(world, file))
    assert violation is None, violation


def test_regression__saved_sequence__reads_back_the_same(world: World, tmp_path: Path) -> None:
    file = SEQUENCES[0]
    sequence = recorded(world, file)
    facts = {key: value for key, value in json.loads(file.read_text()).items() if key != "actions"}
    actions.save(tmp_path / file.name, sequence, world.names, facts)
    assert (tmp_path / file.name).read_text() == file.read_text()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_scenario__fixed_sequence__keeps_every_law(world: World, scenario: object) -> None:
    LawBook(world)
    scenario(world)  # type: ignore[operator]
