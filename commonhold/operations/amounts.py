"""Money between people and the chain: exact decimal texts on one side, whole units on the other. Never floats."""

from __future__ import annotations

import re
from decimal import Decimal

DECIMALS = 18  # of the coin, and of US dollars on chain
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,18}))?")


class AmountError(ValueError):
    """A text that is no amount."""


def parse_amount(text: str) -> int:
    """Units of 1e-18 of a plain decimal text such as "1200" or "0.05"."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise AmountError(f'got {text[:40]!a}; expected a plain decimal amount such as "1200.50", at most 18 decimals')
    whole, fraction = match.group(1), match.group(2) or ""
    return int(whole) * 10**DECIMALS + int(fraction.ljust(DECIMALS, "0"))


def show_amount(units: int, places: int = 2) -> str:
    """The amount with thousands separators and at least `places` decimals: as many as it really has, never rounded."""
    whole, fraction = divmod(abs(units), 10**DECIMALS)
    digits = f"{fraction:0{DECIMALS}}"
    digits = digits.rstrip("0") if digits[places:].strip("0") else digits[:places]
    sign = "-" if units < 0 else ""
    return f"{sign}{whole:,}.{digits}" if digits else f"{sign}{whole:,}"


def show_percent(millionths: int) -> str:
    """Millionths as per cent, exactly."""
    return f"{Decimal(millionths) / 10_000:.4f} %"
