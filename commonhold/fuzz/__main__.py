"""`python -m commonhold.fuzz`: random sequences against the model, then both engines' speed; then one JSON line."""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from commonhold import build
from commonhold.engines import InProcessEngine
from commonhold.fuzz.campaign import Campaign, Report, laws_of, recorded, replay
from commonhold.fuzz.coverage import errors_never_reached
from commonhold.fuzz.governance.stage import open_governance_stage
from commonhold.fuzz.lending.stage import open_lending_stage
from commonhold.fuzz.market.stage import open_market_stage
from commonhold.fuzz.money.stage import open_money_stage
from commonhold.fuzz.rules import rules_for
from commonhold.fuzz.speed import SEQUENCES, Speeds, measure
from commonhold.fuzz.stage import open_stage
from commonhold.fuzz.world import Violation, World

DEFAULT_STEPS = 200_000
DEFAULT_SECONDS = 240.0
"""A run without a number of steps ends with whichever comes first."""

TELL_EVERY = 10.0  # seconds

STAGES: dict[str, Callable[[InProcessEngine], World]] = {
    "suite": open_stage,
    "money": open_money_stage,
    "lending": open_lending_stage,
    "market": open_market_stage,
    "governance": open_governance_stage,
}
"""What plays: the whole suite by its recipe; treasury, coin, queue and loans alone, with no oracle; houses, values,
treasury, loans and auctions, with an oracle that says what it is told; these with sales, leases, houses' purses; or all
of it under a governor, with votes, proposals, houses' ballots and stops."""

INTERFACES = {"suite": "", **{focus: focus for focus in ("lending", "market", "governance")}, "money": "coin"}
"""Whose errors each should come upon."""


def main(argv: list[str] | None = None) -> int:
    arguments = _arguments(argv)
    build.ensure()
    world = STAGES[arguments.focus](InProcessEngine())
    if arguments.replay:
        return _replay(world, arguments.replay)
    length = arguments.steps or f"up to {DEFAULT_STEPS}"
    rules = len(rules_for(world))
    print(f"fuzz: {arguments.focus}, {length} steps, seed {arguments.seed}, {rules} rules", flush=True)
    campaign = Campaign(world, arguments.seed, shrink=not arguments.no_shrink)
    seconds = math.inf if arguments.steps else DEFAULT_SECONDS
    report = campaign.run(arguments.steps or DEFAULT_STEPS, _Ticker(), seconds)
    for found in report.found:
        print(f"VIOLATION of {found.law}, {found.length} actions, replay with --replay {found.file}\n  {found.message}")
    speeds, different = _compare_engines(world, arguments) if not report.found else (Speeds(), 0)
    missing = errors_never_reached(report.errors, INTERFACES[arguments.focus])
    _print_summary(report, speeds, missing)
    print(json.dumps(_line(report, speeds, missing, different)), flush=True)
    return 1 if report.found or different else 0


def _compare_engines(world: World, arguments: argparse.Namespace) -> tuple[Speeds, int]:
    """Both engines' speed, and how many differences between them came to light."""
    if arguments.no_ape or arguments.focus != "suite":
        return Speeds(), 0
    try:
        return measure(world, arguments.seed), 0
    except Violation as violation:
        print(f"VIOLATION: {violation}")
        return Speeds(), 1


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m commonhold.fuzz", description=__doc__)
    parser.add_argument("--steps", type=_positive, help="steps of the campaign (environment: STEPS)")
    parser.add_argument("--seed", type=int, help="repeat the run of this seed (environment: SEED)")
    parser.add_argument("--focus", choices=STAGES, help="what plays (environment: FOCUS), the suite unless told")
    parser.add_argument("--no-shrink", action="store_true", help="keep failing sequences as they are")
    parser.add_argument("--no-ape", action="store_true", help="do not compare with ape on anvil")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="only replay a saved sequence")
    arguments = parser.parse_args(argv)
    try:
        steps, seed = os.environ.get("STEPS"), os.environ.get("SEED")
        arguments.focus = arguments.focus or os.environ.get("FOCUS") or "suite"
        if arguments.focus not in STAGES:
            raise ValueError(f"FOCUS is {arguments.focus!r}, expected one of {', '.join(STAGES)}")
        arguments.steps = arguments.steps or (_positive(steps) if steps else None)
        if arguments.seed is None:
            arguments.seed = int(seed) if seed else random.SystemRandom().randrange(10**6)
    except ValueError as problem:
        parser.error(f"environment: {problem}")
    return arguments


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(f"{text} is not a positive whole number")
    return number


class _Ticker:
    """One line every few seconds."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, report: Report) -> None:
        if time.monotonic() - self._last >= TELL_EVERY:
            self._last = time.monotonic()
            print(f"  {report.steps} steps, {report.calls} calls, {len(report.found)} violations", flush=True)


def _replay(world: World, file: Path) -> int:
    violation = replay(world, laws_of(world), recorded(world, file))
    print(violation or f"{file}: {len(world.actions)} actions, every law holds")
    return 1 if violation else 0


def _print_summary(report: Report, speeds: Speeds, missing: list[str]) -> None:
    print(
        f"fuzz: {report.steps} steps in {report.seconds:.0f} s: {_rate(report.steps, report)} steps and "
        f"{_rate(report.calls, report)} contract calls a second on one core (views and transactions)"
    )
    if speeds.transactions:
        print(
            f"fuzz: the same {speeds.transactions} transactions: {speeds.in_process:.0f} a second in process, "
            f"{speeds.ape:.1f} through ape on anvil, {speeds.in_process / speeds.ape:.0f} times as fast; "
            f"outcomes, events and storage of {SEQUENCES} sequences are identical"
        )
    if report.rules_never_reached or missing:
        print(f"fuzz: rules never reached {report.rules_never_reached}, errors never reached {missing}")


def _rate(count: int, report: Report) -> int:
    return round(count / report.seconds) if report.seconds else 0


def _line(report: Report, speeds: Speeds, missing: list[str], different: int) -> dict[str, object]:
    return {
        "steps": report.steps,
        "steps_per_s": _rate(report.steps, report),
        "calls_per_s": _rate(report.calls, report),
        "ape_calls_per_s": round(speeds.ape, 1),
        "violations": len(report.found) + different,
        "seed": report.seed,
        "rules_never_reached": report.rules_never_reached,
        "errors_never_reached": missing,
    }


if __name__ == "__main__":
    sys.exit(main())
