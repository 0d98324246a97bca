"""What a loan asks for, month by month, if every instalment is paid on its due time.

Interest is simple per second on the outstanding principal and is kept raw: wei x basis points x seconds of a year of
365 days. A payment takes whole wei of interest first; the fraction of a wei that is left goes on being owed, and the
last instalment, which takes all that is left, rounds it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from commonhold.model.money.ageing import RAW

MONTH = 2_628_000
"""Seconds between two due times: a twelfth of 365 days. The rates' months are as long, counted from 1970."""


class LoanKind(Enum):
    FIXED = "fixed"
    INTEREST_ONLY = "interest-only"
    """The interest of a month each time, and the principal with the last: the balloon."""


@dataclass(frozen=True)
class Terms:
    principal: int
    """In wei."""
    rate_bps: int
    """In basis points a year."""
    instalments: int
    start: int
    """The time of the draw; instalment k is due k months later."""
    kind: LoanKind = LoanKind.FIXED

    def __post_init__(self) -> None:
        for name, least in (("principal", 0), ("rate_bps", 0), ("instalments", 1), ("start", 0)):
            if (value := getattr(self, name)) < least:
                raise ValueError(f"terms of a loan: {name} is {value}, expected at least {least}")


@dataclass(frozen=True)
class Row:
    """One instalment; amounts in wei."""

    number: int
    due: int
    instalment: int
    interest: int
    principal: int
    balance: int
    """The principal still owed after it."""


def level_instalment_up(principal: int, rate_bps: int, instalments: int) -> int:
    """principal * r / (1 - (1 + r)^-n) with the exact rate r of a month, rounded up to the wei."""
    rate = Fraction(rate_bps * MONTH, RAW)
    if rate == 0:
        return _ceil_div(principal, instalments)
    # With 1 + r = up / down the formula is principal * r * up^n / (up^n - down^n).
    up, down = (1 + rate).as_integer_ratio()
    numerator = principal * rate.numerator * up**instalments
    return _ceil_div(numerator, rate.denominator * (up**instalments - down**instalments))


def interest_only_instalment_up(principal: int, rate_bps: int) -> int:
    """The interest of a month, rounded up to the wei."""
    return _ceil_div(principal * rate_bps * MONTH, RAW)


def regular_instalment(terms: Terms) -> int:
    """What every instalment but the last asks for."""
    if terms.kind is LoanKind.INTEREST_ONLY:
        return interest_only_instalment_up(terms.principal, terms.rate_bps)
    return level_instalment_up(terms.principal, terms.rate_bps, terms.instalments)


def schedule(terms: Terms) -> list[Row]:
    """The amortization table. It is shorter than agreed only if rounding up has repaid the loan before: a few wei."""
    regular = regular_instalment(terms)
    balance, raw_interest = terms.principal, 0
    rows: list[Row] = []
    for number in range(1, terms.instalments + 1):
        raw_interest += balance * terms.rate_bps * MONTH
        owed = balance + _ceil_div(raw_interest, RAW)
        if owed == 0:
            break
        if number == terms.instalments or owed <= regular:
            instalment, principal, raw_interest = owed, balance, 0
        else:
            interest = min(regular, raw_interest // RAW)
            instalment, principal, raw_interest = regular, regular - interest, raw_interest - interest * RAW
        balance -= principal
        due = terms.start + number * MONTH
        rows.append(Row(number, due, instalment, instalment - principal, principal, balance))
    return rows


def _ceil_div(amount: int, by: int) -> int:
    return -(-amount // by)
