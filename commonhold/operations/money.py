"""Amounts of coin and of the reserve token on the command line, and in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import click

from commonhold.operations.amounts import DECIMALS, AmountError

COIN_SYMBOL = "HMD"
_AMOUNT = re.compile(r"((?:0|[1-9][0-9_]{0,18}))(?:\.([0-9]{1,18}))?(?: ?([A-Za-z][\w.]{0,15}))?")


@dataclass(frozen=True)
class Unit:
    """What an amount is counted in."""

    symbol: str
    decimals: int

    def show(self, units: int, places: int = 2) -> str:
        """With thousands separators and the symbol: as many decimals as there really are, never rounded."""
        whole, fraction = divmod(abs(units), 10**self.decimals)
        digits = f"{fraction:0{self.decimals}}" if self.decimals else ""
        places = min(places, self.decimals)
        digits = digits.rstrip("0") if digits[places:].strip("0") else digits[:places]
        sign = "-" if units < 0 else ""
        return f"{sign}{whole:,}{'.' if digits else ''}{digits} {self.symbol}"


COINS = Unit(COIN_SYMBOL, DECIMALS)


@dataclass(frozen=True)
class Amount:
    """A decimal amount as it was typed: what it is of, and how many decimals it may have, the chain knows."""

    text: str
    whole: int
    fraction: str
    symbol: str

    def of(self, unit: Unit) -> int:
        """In units of `unit`. Raises AmountError."""
        if self.symbol and self.symbol.upper() != unit.symbol.upper():
            raise AmountError(f"got {self.text!a}; expected an amount of {unit.symbol}")
        if len(self.fraction.rstrip("0")) > unit.decimals:
            raise AmountError(f"got {self.text!a}; {unit.symbol} has {unit.decimals} decimals")
        return self.whole * 10**unit.decimals + int(self.fraction[: unit.decimals].ljust(unit.decimals, "0") or "0")


def read_amount(text: str) -> Amount:
    """An amount such as "1_000 HMD" or "1000.50". Raises AmountError."""
    match = _AMOUNT.fullmatch(text)
    if match is None or match[1].endswith("_") or "__" in match[1]:
        raise AmountError(f'got {text[:40]!a}; expected an amount such as "1_000 {COIN_SYMBOL}" or "1000.50"')
    return Amount(text, int(match[1].replace("_", "")), match[2] or "", match[3] or "")


class MoneyAmount(click.ParamType):
    """An amount on the command line, above 0; `Amount` in Python."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Amount:
        if isinstance(value, Amount):
            return value
        try:
            amount = read_amount(value)
        except AmountError as error:
            self.fail(str(error), param, ctx)
        if amount.whole == 0 and not amount.fraction.strip("0"):
            self.fail("expected an amount above 0", param, ctx)
        return amount
