"""Values in files: dollars as a decimal text, exactly; in Python units of 1e-18 dollars. Never floats."""

from __future__ import annotations

import re

from commonhold.oracle.observations import MAX_VALUE

DECIMALS = 18
SHOWN_DECIMALS = 2  # at least

EXPECTED_VALUE = (
    f'a value in dollars as a decimal text such as "125000.00", with at most {DECIMALS} decimals, above 0 and below '
    f"2^128 units of 1e-{DECIMALS}"
)

_VALUE = re.compile(r"(0|[1-9][0-9]{0,20})(?:\.([0-9]{1,18}))?")


def parse_value(text: object) -> int | None:
    """Units of 1e-18 dollars; None for what is no value. A JSON number is none: too many programs round it."""
    match = _VALUE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    value = int(match.group(1)) * 10**DECIMALS + int((match.group(2) or "").ljust(DECIMALS, "0"))
    return value if 0 < value <= MAX_VALUE else None


def show_value(units: int) -> str:
    """The one way that we write a value: no more decimals than it has, but at least two."""
    whole, fraction = divmod(units, 10**DECIMALS)
    digits = f"{fraction:0{DECIMALS}}".rstrip("0").ljust(SHOWN_DECIMALS, "0")
    return f"{whole}.{digits}"
