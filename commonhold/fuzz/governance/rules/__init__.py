"""What people do with votes, proposals and ballots, one file a family."""

from commonhold.fuzz.governance.rules import (  # noqa: F401 - each enters its rules into the table
    balloting,
    capturing,
    deciding,
    edges,
    holding,
    proposing,
)
