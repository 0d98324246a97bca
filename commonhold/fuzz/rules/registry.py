"""The table of rules. A rule is a function of the world and a source of choices that acts once or a few times.

To add one: write a function with `@rule(...)` in the file of its family (or a new file, imported in `rules/__init__`).
Draw its inputs mostly legal and now and then one step past it (`Choices.mostly`, `Choices.around`, `fuzz.inputs`); the
model says what must come of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.world import World

Run = Callable[[World, Choices], None]


@dataclass(frozen=True)
class Rule:
    name: str
    family: str
    weight: int
    run: Run


RULES: dict[str, Rule] = {}


def rule(weight: int = 2) -> Callable[[Run], Run]:
    """Enter a function into the table; `weight` is how often it comes, relative to the others."""

    def enter(run: Run) -> Run:
        name = run.__name__
        if name in RULES:
            raise ValueError(f"two rules are called {name}")
        RULES[name] = Rule(name, run.__module__.rpartition(".")[2], weight, run)
        return run

    return enter
