"""What everybody does to the suite, one file a family."""

from commonhold.fuzz.rules import (  # noqa: F401 - each enters its rules into the table
    certificates,
    coins,
    court,
    credentials,
    dao,
    encumbrances,
    feeds,
    houses,
    income,
    nodes,
    recovery,
    strangers,
    time,
    values,
)
from commonhold.fuzz.rules.registry import RULES, Rule

__all__ = ["RULES", "Rule"]
