"""What people do with shares for sale, leases and houses' purses, one file a family."""

from commonhold.fuzz.market.rules import (  # noqa: F401 - each enters its rules into the table
    asking,
    buying,
    leasing,
    purses,
    upsetting,
    waiting,
)
