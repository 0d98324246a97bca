"""Values of a parameters file with their units: `7 days`, `12 % a year`, `100_000_000 HMD`, an account.

Each type turns what stands in the file into the number that contracts take, and refuses whatever is written otherwise:
a number without its unit means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from commonhold.engines.codec import CodecError, as_address

ACCOUNT_COUNT = 32

MINUTE, HOUR, DAY = 60, 3600, 86_400
FIXED_POINT = 10**18
PERCENT = 100  # basis points

_SECONDS = {"second": 1, "minute": MINUTE, "hour": HOUR, "day": DAY}
_PERIOD = re.compile(r"(\d{1,9}) ([a-z]+?)s?")
_AMOUNT = re.compile(r"(\d[\d_]{0,40}(?:\.\d{1,18})?) (\w+)")
_PERCENTAGE = re.compile(r"(\d{1,6}(?:\.\d{1,2})?) %( a year)?")


# ------------------------------------------------------------------------------------------------------------ reading


def _seconds(value: Any) -> int:
    found = _PERIOD.fullmatch(value) if isinstance(value, str) else None
    if found is None or found[2] not in _SECONDS:
        raise ValueError('a length of time with its unit, such as "7 days" or "36 hours"')
    return int(found[1]) * _SECONDS[found[2]]


def _whole_days(value: Any) -> int:
    seconds = _seconds(value)
    if seconds % DAY:
        raise ValueError('whole days, such as "90 days"')
    return seconds // DAY


def _amount_of(example: str, *names: str) -> Callable[[Any], int]:
    """Amounts of what bears one of `names`, kept with 18 decimals."""

    def read(value: Any) -> int:
        found = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
        if found is None or found[2] not in names:
            raise ValueError(f'an amount of {names[-1]} with its unit, such as "{example}"')
        return int(Decimal(found[1].replace("_", "")).scaleb(18))

    return read


def _basis_points(example: str, suffix: str) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        found = _PERCENTAGE.fullmatch(value) if isinstance(value, str) else None
        if found is None or (found[2] or "") != suffix:
            raise ValueError(f'a percentage with at most two decimals, such as "{example}"')
        return int(Decimal(found[1]).scaleb(2))

    return read


def _spelled_address(value: Any) -> str | None:
    """The address in its one right spelling; none if it is zero, no address, or its checksum is wrong."""
    if not isinstance(value, str):
        return None
    try:
        address = as_address(value)
    except CodecError:
        return None
    # One case throughout carries no checksum; mixed case must be the right one.
    is_spelled_well = value == address or value[2:] in (value[2:].lower(), value[2:].upper())
    return address if int(address, 16) and is_spelled_well else None


def _account(value: Any) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value < ACCOUNT_COUNT:
            return value
    elif address := _spelled_address(value):
        return address
    last = ACCOUNT_COUNT - 1
    raise ValueError(f"an address (checksummed, not zero) or, on the local chain, an index from 0 to {last}")


def _address(value: Any) -> str:
    if address := _spelled_address(value):
        return address
    raise ValueError("an address (checksummed, not zero)")


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("a whole number")
    return value


# ------------------------------------------------------------------------------------------------------------- limits


def between(low: int, high: int, unit: int = 1, unit_name: str = "") -> AfterValidator:
    """From `low` to `high` of a unit; both are fine."""

    def check(value: int) -> int:
        if not low * unit <= value <= high * unit:
            raise ValueError(f"from {low} to {high} {unit_name}".rstrip())
        return value

    return AfterValidator(check)


def each_once(what: str) -> AfterValidator:
    def check(value: list[Any]) -> list[Any]:
        if len(set(value)) != len(value):
            raise ValueError(f"each {what} once")
        return value

    return AfterValidator(check)


# -------------------------------------------------------------------------------------------------------------- types

Account = Annotated[int | str, BeforeValidator(_account)]
"""An address, or a local wallet by its index."""

Address = Annotated[str, BeforeValidator(_address)]
Holders = Annotated[list[Account], Field(min_length=1, max_length=20), each_once("holder")]
Whole = Annotated[int, BeforeValidator(_whole)]

Seconds = Annotated[int, BeforeValidator(_seconds)]
"""A length of time: seconds."""

Days = Annotated[int, BeforeValidator(_whole_days)]
"""A number of calendar days."""

Coins = Annotated[int, BeforeValidator(_amount_of("100_000 HMD", "HMD"))]
"""An amount of coins: wei."""

Votes = Annotated[int, BeforeValidator(_amount_of("2_000_000 HOLD", "HOLD"))]
"""An amount of HOLD: 18 decimals."""

Dollars = Annotated[int, BeforeValidator(_amount_of("0.97 USD", "USD"))]
"""A price, or an amount of dollars: 18 decimals."""

Points = Annotated[int, BeforeValidator(_amount_of("100 points", "point", "points"))]
"""A level of an index: 18 decimals."""

Percent = Annotated[int, BeforeValidator(_basis_points("10 %", ""))]
"""A part of something: basis points."""

PercentAYear = Annotated[int, BeforeValidator(_basis_points("12 % a year", " a year"))]
"""A rate: basis points a year."""
