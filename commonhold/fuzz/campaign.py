"""Bulk campaigns: the rules in random order by a seeded generator, sequence after sequence, each from the opening.

A failure is kept as a file that `--replay` and `tests/regressions` understand, after its sequence was cut down to the
actions that it needs.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from commonhold.build import ROOT
from commonhold.fuzz import actions
from commonhold.fuzz.actions import Action
from commonhold.fuzz.choices import SeededChoices
from commonhold.fuzz.governance.laws import GovernanceLaws
from commonhold.fuzz.laws import LawBook
from commonhold.fuzz.lending.laws import LendingLaws
from commonhold.fuzz.market.laws import MarketLaws
from commonhold.fuzz.money.laws import MoneyLaws
from commonhold.fuzz.rules import Rule, rules_for
from commonhold.fuzz.scenarios import SCENARIOS
from commonhold.fuzz.world import Violation, World

SEQUENCE_STEPS = 200
MONEY_STEPS = 500
"""Where a step is a call."""

MAX_VIOLATIONS = 5
FAILURES = ROOT / "out" / "fuzz"


@dataclass
class Found:
    """A violation and the file that replays it."""

    law: str
    message: str
    file: Path
    length: int


@dataclass
class Report:
    """What a campaign did."""

    seed: int
    steps: int = 0
    calls: int = 0
    seconds: float = 0.0
    reached: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)
    rules: tuple[str, ...] = ()

    @property
    def rules_never_reached(self) -> list[str]:
        return sorted(name for name in self.rules if name not in self.reached)


Laws = LawBook | MoneyLaws


def laws_of(world: World) -> Laws:
    """Those of the whole suite, or those of the money, or of lending, where these play alone."""
    if "lending_page" in world.port.contracts:
        if "governor" in world.port.contracts:
            return GovernanceLaws(world).watch()
        return (MarketLaws if "market" in world.port.contracts else LendingLaws)(world).watch()
    return LawBook(world) if "registry" in world.port.contracts else MoneyLaws(world).watch()


class Campaign:
    """Runs sequences on one world.

    A step is a rule, or, where money or lending play alone, a call: their rules make several, or only let time pass.
    """

    def __init__(self, world: World, seed: int, *, shrink: bool = True) -> None:
        self.world = world
        self.laws = laws_of(world)
        rules = rules_for(world)
        self.report = Report(seed, rules=tuple(rule.name for rule in rules))
        self.shrink = shrink
        self._bag: list[Rule] = [rule for rule in rules for _ in range(rule.weight)]
        self._counts_calls = isinstance(self.laws, MoneyLaws)
        self._length = MONEY_STEPS if self._counts_calls else SEQUENCE_STEPS

    def run(
        self, steps: int, tell: Callable[[Report], None] = lambda report: None, seconds: float = math.inf
    ) -> Report:
        """`steps` steps in sequences of a fixed length, or until too much is broken or `seconds` are over."""
        report, world = self.report, self.world
        self._scenarios()
        number = 0
        while report.steps < steps and report.seconds < seconds and len(report.found) < MAX_VIOLATIONS:
            world.reopen()
            began, calls = time.perf_counter(), world.port.calls
            violation = self._sequence(f"{report.seed}/{number}", min(self._length, steps - report.steps))
            report.seconds += time.perf_counter() - began
            report.calls += world.port.calls - calls
            if violation is not None:
                self._keep(violation, number)
            number += 1
            tell(report)
        report.errors.update(world.errors_seen)
        return report

    def _scenarios(self) -> None:
        for scenario in () if self._counts_calls else SCENARIOS:
            self.world.reopen()
            try:
                scenario(self.world)
            except Violation as violation:
                self._keep(violation, scenario.__name__)

    def _sequence(self, seed: str, steps: int) -> Violation | None:
        choices = SeededChoices(seed)
        try:
            until = self.report.steps + steps
            while self.report.steps < until:
                self._step(choices.one_of(self._bag), choices)
            audit(self.world, self.laws)
        except Violation as violation:
            return violation
        return None

    def _step(self, rule: Rule, choices: SeededChoices) -> None:
        self.world.succeeded = False
        before = len(self.world.actions)
        rule.run(self.world, choices)
        self.report.steps += len(self.world.actions) - before if self._counts_calls else 1
        if self.world.succeeded:
            self.report.reached[rule.name] += 1

    def _keep(self, violation: Violation, number: int | str) -> None:
        """Cut the failing sequence down and write it to a file."""
        sequence = list(self.world.actions)
        if self.shrink:
            sequence = shortest(self.world, self.laws, sequence, violation.law)
            violation = replay(self.world, self.laws, sequence) or violation
        file = FAILURES / f"{violation.law}-{self.report.seed}-{number}.json"
        found_by = f"{self.report.seed}/{number}"
        facts = {"law": violation.law, "message": str(violation), "seed": found_by, "endings": self.world.endings}
        facts |= vouched(self.world)
        if isinstance(self.laws, MoneyLaws):
            facts["focus"] = self.laws.focus
        actions.save(file, sequence, self.world.names, facts)
        self.report.found.append(Found(violation.law, str(violation), file, len(sequence)))


def vouched(world: World) -> dict[str, Any]:
    """What honest nodes vouched for in the sequence just played, for its file: a replay can't ask them again."""
    watched = world.ghosts.get("watched")
    if watched is None:
        return {}
    since = [digest for epoch, (digest, _) in watched.accepted.items() if epoch > watched.began_with]
    return {"vouched": world.almanac.to_json(since)} if since else {}


def recorded(world: World, file: Path) -> list[Action]:
    """The actions of a saved sequence, after what honest nodes vouched for in it was entered."""
    world.almanac.from_json(actions.load_facts(file).get("vouched", {}))
    return [world.read_action(row) for row in actions.load(file)]


def audit(world: World, laws: Laws) -> None:
    """At the end: the model's clock, which rules may have set ahead, is the chain's."""
    world.model.chain.now = world.port.engine.now()
    laws.audit()


def replay(world: World, laws: Laws, sequence: Sequence[Action]) -> Violation | None:
    """Do exactly these actions from the opening, all laws watching, with an audit at the end."""
    world.reopen()
    try:
        for action in sequence:
            world.perform(action)
        audit(world, laws)
    except Violation as violation:
        return violation
    return None


def shortest(world: World, laws: Laws, sequence: Sequence[Action], law: str) -> list[Action]:
    """Fewer actions that break the same law: whole blocks are left out as long as that helps, then smaller ones."""
    kept = list(sequence)
    block = max(1, len(kept) // 2)
    while block:
        start = 0
        while start < len(kept):
            shorter = kept[:start] + kept[start + block :]
            violation = replay(world, laws, shorter)
            if violation is not None and violation.law == law:
                kept = shorter
            else:
                start += block
        block //= 2
    return kept
