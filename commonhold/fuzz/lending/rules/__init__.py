"""What people do to loans, one file a family."""

from commonhold.fuzz.lending.rules import (  # noqa: F401 - each enters its rules into the table
    appraising,
    borrowing,
    foreclosing,
    prowling,
    repaying,
    seasons,
)
