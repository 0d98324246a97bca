"""The rules under hypothesis, which shrinks what it finds: all together, and by families that meet often."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from commonhold.fuzz.machine import machine_of
from commonhold.fuzz.rules import RULES
from commonhold.fuzz.world import World

QUICK = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)

FAMILIES = {
    "all": {entry.family for entry in RULES.values()},
    "identity": {"credentials", "recovery", "certificates", "time"},
    "shares": {"certificates", "encumbrances", "court", "strangers", "time"},
    "money": {"income", "coins", "certificates", "recovery", "court"},
    "treasury": {"treasury", "queue", "loans", "reserve", "runs", "coins", "time"},
    "prices": {"nodes", "feeds", "values", "houses", "time"},
    "governance": {"dao", "houses", "encumbrances", "coins", "time"},
}


@pytest.mark.parametrize("families", FAMILIES.values(), ids=FAMILIES)
def test_machine__random_rules__keep_every_law(world: World, families: set[str]) -> None:
    run_state_machine_as_test(machine_of(world, families), settings=QUICK)
