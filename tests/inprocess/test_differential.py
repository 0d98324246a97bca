"""The same random sequence on both engines: outcomes, events, refusals and storage are identical."""

from __future__ import annotations

import copy

from commonhold.engines import InProcessEngine
from commonhold.fuzz.differential import differences, observe, record
from commonhold.fuzz.speed import through_ape
from commonhold.fuzz.stage import open_stage

STEPS = 200

CONTRACTS_WITH_STORAGE = (
    *("hub", "credentials", "registry", "certificate", "coin", "income"),
    *("aggregator", "reader", "valuation", "main_feed"),
)


def test_differential__random_sequence__same_on_both_engines() -> None:
    world = open_stage(InProcessEngine())
    sequence = record(world, "differential/13", STEPS)
    here = observe(world, sequence)
    there = through_ape(world, {"sequence": sequence})["observed"]["sequence"]
    assert differences(here, there, sequence) == []
    assert len(here["outcomes"]) == STEPS
    assert {kind for kind, *_ in here["outcomes"]} == {"done", "refused"}
    assert all(here["storage"][name] for name in CONTRACTS_WITH_STORAGE)


def test_differential__any_difference__is_named() -> None:
    world = open_stage(InProcessEngine())
    sequence = record(world, "differential/3", 20)
    here = observe(world, sequence)
    there = copy.deepcopy(here)
    slot = next(iter(there["storage"]["certificate"]))
    there["storage"]["certificate"][slot] = "ff"
    there["outcomes"][3] = ["done", None, []]
    told = differences(here, there, sequence)
    assert len(told) == 2
    assert str(sequence[3]) in told[0]
    assert f"certificate, slot 0x{slot}" in told[1]
