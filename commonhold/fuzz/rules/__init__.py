"""What everybody does to the suite, one file a family."""

from commonhold.fuzz.lending import FAMILIES as LENDING
from commonhold.fuzz.lending import MONEY_FAMILIES, MONEY_RULES
from commonhold.fuzz.lending import rules as _lending  # noqa: F401 - enters its rules, too
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
    mortgages,
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
    """What can be done in a world: everything but the book's in the suite's, what concerns money or loans where these
    play alone."""
    contracts = world.port.contracts
    if "lending_page" in contracts:
        families = LENDING | MONEY_FAMILIES
        return [rule for rule in RULES.values() if rule.family in families or rule.name in MONEY_RULES]
    families = frozenset(rule.family for rule in RULES.values()) - LENDING
    if "registry" not in contracts:
        families = FAMILIES | PACE
    elif "page" in contracts:
        families -= PACE
    else:
        families -= FAMILIES | PACE
    return [rule for rule in RULES.values() if rule.family in families]
