"""What everybody does to the suite, one file a family."""

from commonhold.fuzz.money import FAMILIES, PACE
from commonhold.fuzz.rules import (  # noqa: F401 - each enters its rules into the table
    certificates,
    coins,
    court,
    credentials,
    dao,
    encumbrances,
    feeds,
    fees,
    houses,
    income,
    loans,
    nodes,
    pace,
    queue,
    recovery,
    reserve,
    runs,
    strangers,
    time,
    treasury,
    values,
)
from commonhold.fuzz.rules.registry import RULES, Rule
from commonhold.fuzz.world import World

__all__ = ["RULES", "Rule", "rules_for"]


def rules_for(world: World) -> list[Rule]:
    """What can be done in a world: everything in the suite's, what concerns money where it plays alone."""
    contracts = world.port.contracts
    families = frozenset(rule.family for rule in RULES.values())
    if "registry" not in contracts:
        families = FAMILIES | PACE
    elif "page" in contracts:
        families -= PACE
    else:
        families -= FAMILIES | PACE
    return [rule for rule in RULES.values() if rule.family in families]
