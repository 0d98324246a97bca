"""What everybody does to the suite, one file a family."""

from commonhold.fuzz.governance import FAMILIES as GOVERNANCE
from commonhold.fuzz.governance import KEPT_OF_MARKET
from commonhold.fuzz.governance import rules as _governance  # noqa: F401 - enters its rules, too
from commonhold.fuzz.lending import FAMILIES as LENDING
from commonhold.fuzz.lending import MONEY_FAMILIES, MONEY_RULES
from commonhold.fuzz.lending import rules as _lending  # noqa: F401 - these as well
from commonhold.fuzz.market import FAMILIES as MARKET
from commonhold.fuzz.market import LEFT_OUT, LEFT_OUT_FAMILIES
from commonhold.fuzz.market import rules as _market  # noqa: F401 - these as well
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
    """What can be done in a world: everything but the book's and the market's in the suite's, what concerns money,
    loans or sales where these play alone."""
    contracts = world.port.contracts
    if "lending_page" in contracts:
        families = LENDING | MONEY_FAMILIES
        played = [rule for rule in RULES.values() if rule.family in families or rule.name in MONEY_RULES]
        if "governor" in contracts:
            return _governed(played)
        return _with_market(played) if "market" in contracts else played
    families = frozenset(rule.family for rule in RULES.values()) - LENDING - MARKET - GOVERNANCE
    if "registry" not in contracts:
        families = FAMILIES | PACE
    elif "page" in contracts:
        families -= PACE
    else:
        families -= FAMILIES | PACE
    return [rule for rule in RULES.values() if rule.family in families]


def _with_market(lending: list[Rule]) -> list[Rule]:
    """Sales, leases and purses, and of lending what is not left out there."""
    kept = [rule for rule in lending if rule.family not in LEFT_OUT_FAMILIES and rule.name not in LEFT_OUT]
    return kept + [rule for rule in RULES.values() if rule.family in MARKET]


def _governed(lending: list[Rule]) -> list[Rule]:
    """Votes, proposals and ballots, and enough of the rest that a stop could get in somebody's way."""
    kept = [rule for rule in (*lending, *_with_market([])) if rule.name in KEPT_OF_MARKET]
    return kept + [rule for rule in RULES.values() if rule.family in GOVERNANCE]
