"""The same rules as a hypothesis state machine, which shrinks a failure to its shortest sequence and inputs."""

from __future__ import annotations

from typing import Any

from hypothesis import note, strategies
from hypothesis.stateful import RuleBasedStateMachine
from hypothesis.stateful import rule as hypothesis_rule

from commonhold.fuzz.campaign import audit, laws_of
from commonhold.fuzz.choices import DrawnChoices
from commonhold.fuzz.rules import Rule, rules_for
from commonhold.fuzz.world import World


def machine_of(world: World, families: set[str] | None = None) -> type[RuleBasedStateMachine]:
    """A state machine over `world` with the rules of some families, or all. Its runs share the world, one by one."""

    class SuiteMachine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            world.reopen()
            self.laws = laws_of(world)
            self.broken = False

        def teardown(self) -> None:
            if not self.broken:
                audit(world, self.laws)

    for entry in rules_for(world):
        if families is None or entry.family in families:
            setattr(SuiteMachine, entry.name, _drawn(world, entry))
    return SuiteMachine


def _drawn(world: World, entry: Rule) -> Any:
    def run(self: Any, data: Any) -> None:
        try:
            entry.run(world, DrawnChoices(data))
        except BaseException:
            self.broken = True
            note(world.told())
            raise

    run.__name__ = entry.name
    return hypothesis_rule(data=strategies.data())(run)
