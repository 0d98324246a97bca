"""Values of a proposal file: what people write, and what the ABI takes.

A number bears its unit or is the contract's own number; an address is written out, or is the name of a contract, a role
or a wallet; bytes are written out, or are a text whose meaning is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from eth_utils import is_checksum_address, keccak

from commonhold.engines.base import coders
from commonhold.engines.codec import CodecError, canonical_type
from commonhold.recipe.plan import Role

_AMOUNT = re.compile(r"(\d[\d_]{0,40})(?:\.(\d{1,18}))? ?([A-Za-z%]+)")
_TIMES = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_UNITS = {
    **{name: (seconds, 0) for name, seconds in _TIMES.items()},
    **{f"{name}s": (seconds, 0) for name, seconds in _TIMES.items()},
    "%": (100, 0),
    "HMD": (1, 18),
    "HOLD": (1, 18),
    "USD": (1, 18),
    "ETH": (1, 18),
}
"""What one of a unit is in the contracts' numbers: a factor, and decimals."""

_WIDTH = re.compile(r"(u?)int(\d+)")
_FIXED_BYTES = re.compile(r"bytes(\d+)")
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_ETHER = 'ether to send along, such as "1.5 ETH"'
MARKED = "text:RESERVE-USD, keccak:PROPOSER_ROLE, selector:coin.forcedTransfer"


class Unfit(Exception):
    """A value does not fit. `path` leads to it from where it was looked for; `expected` says what would."""

    def __init__(self, value: Any, expected: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(expected)
        self.value, self.expected, self.path = value, expected, path


@dataclass(frozen=True)
class Names:
    """What names stand for: contracts by the plan's or the file's names, and people by role or wallet."""

    contracts: Mapping[str, tuple[str, str]]  # name -> address, artefact ("" if unknown)
    people: Mapping[str, str] = field(default_factory=dict)
    cash: tuple[str, int] = ("", 0)  # symbol and decimals of the reserve token

    def address(self, name: str) -> str | None:
        if name in self.contracts:
            return self.contracts[name][0]
        return self.people.get(name)

    def name_of(self, address: str) -> str:
        """The shortest way to say who that is; empty if nobody."""
        for name, (place, _) in self.contracts.items():
            if place == address:
                return name
        return next((name for name, place in self.people.items() if place == address), "")


def convert(parameter: Mapping[str, Any], value: Any, names: Names) -> Any:
    """A value of the file as the ABI coder takes it. Raises Unfit."""
    kind = parameter["type"]
    if kind.endswith("]"):
        return _list(parameter, value, names)
    if kind == "tuple":
        return _members(parameter["components"], value, names, f"the struct's {len(parameter['components'])} members")
    return _converter(kind)(parameter, value, names)


def convert_all(parameters: list[dict[str, Any]], value: Any, names: Names) -> tuple[Any, ...]:
    """A function's arguments, given by name or in order. Raises Unfit."""
    return _members(parameters, [] if value is None else value, names, "the function's arguments")


def convert_ether(value: Any) -> int:
    """Ether to send along, in wei: a number, or an amount of ETH and nothing else. Raises Unfit."""
    if isinstance(value, str) and not value.endswith("ETH"):
        raise Unfit(value, _ETHER)
    try:
        return int(_integer({"type": "uint128", "name": "value"}, value, Names({})))
    except Unfit:
        raise Unfit(value, _ETHER) from None


def _list(parameter: Mapping[str, Any], value: Any, names: Names) -> list[Any]:
    kind, _, bound = parameter["type"].rpartition("[")
    bound = bound[:-1]
    if not isinstance(value, list) or (bound and len(value) != int(bound)):
        raise Unfit(value, f"a list of {bound or 'any number of'} values of type {kind}")
    element = {**parameter, "type": kind}
    return [_inside(position, element, member, names) for position, member in enumerate(value)]


def _members(parameters: list[dict[str, Any]], value: Any, names: Names, what: str) -> tuple[Any, ...]:
    wanted = [parameter["name"] or f"argument{place}" for place, parameter in enumerate(parameters)]
    listed = ", ".join(f"{name} ({canonical_type(one)})" for name, one in zip(wanted, parameters, strict=True))
    if isinstance(value, Mapping):
        for unknown in value.keys() - set(wanted):
            raise Unfit(value[unknown], f"one of {what}: {listed or 'none'}", (str(unknown),))
        if missing := [name for name in wanted if name not in value]:
            raise Unfit(value, f"{what}: {', '.join(missing)} missing of {listed}")
        given = [value[name] for name in wanted]
        places: list[str | int] = list(wanted)
    elif isinstance(value, list):
        if len(value) != len(wanted):
            raise Unfit(value, f"{what}, {len(wanted)} in order: {listed or 'none'}")
        given, places = value, list(range(len(value)))
    else:
        raise Unfit(value, f"{what} by name or in order: {listed or 'none'}")
    return tuple(_inside(place, one, part, names) for place, one, part in zip(places, parameters, given, strict=True))


def _inside(place: str | int, parameter: Mapping[str, Any], value: Any, names: Names) -> Any:
    try:
        return convert(parameter, value, names)
    except Unfit as problem:
        raise Unfit(problem.value, problem.expected, (place, *problem.path)) from None


# -------------------------------------------------------------------------------------------------------- single words

Converter = Callable[[Mapping[str, Any], Any, Names], Any]


def _converter(kind: str) -> Converter:
    if kind == "address":
        return _address
    if kind == "bool":
        return _bool
    if kind == "string":
        return _text
    return _bytes if kind.startswith("bytes") else _integer


def _address(parameter: Mapping[str, Any], value: Any, names: Names) -> str:
    if isinstance(value, str):
        known = names.address(value)
        if known is not None:
            return known
        if is_checksum_address(value):
            return value
    if isinstance(value, int) and not isinstance(value, bool):
        raise Unfit(value, "an address in quotes: without them 0x... is a number")
    raise Unfit(value, "an address with its checksum, or the name of a contract, a role or a wallet")


def _bool(parameter: Mapping[str, Any], value: Any, names: Names) -> bool:
    if not isinstance(value, bool):
        raise Unfit(value, "true or false")
    return value


def _text(parameter: Mapping[str, Any], value: Any, names: Names) -> str:
    if not isinstance(value, str):
        raise Unfit(value, "a text, in quotes if it looks like something else")
    return value


def _integer(parameter: Mapping[str, Any], value: Any, names: Names) -> int:
    kind = parameter["type"]
    found = _WIDTH.fullmatch(kind)
    if found is None:
        raise Unfit(value, f"a function without arguments of type {kind}: this file can't hold any")
    bits = int(found[2])
    low, high = (0, 2**bits - 1) if found[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    number = _number(parameter, value, names)
    if number is None:
        raise Unfit(value, f"a whole number ({kind}), if you like with a unit: {', '.join(_spoken(names))}")
    if not low <= number <= high:
        raise Unfit(value, f"a number of {kind}, {low} to {high}")
    return number


def _number(parameter: Mapping[str, Any], value: Any, names: Names) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return None
    if "role" in parameter["name"].lower() and value in Role.__members__:
        return int(Role[value])
    found = _AMOUNT.fullmatch(value)
    if found is None:
        return None
    whole, fraction, unit = found[1].replace("_", ""), found[2] or "", found[3]
    if unit not in _units(names):
        return None
    factor, decimals = _units(names)[unit]
    # In whole numbers: decimal arithmetic would round to 28 digits.
    number, rest = divmod(int(whole + fraction) * factor * 10**decimals, 10 ** len(fraction))
    return None if rest else number


def _units(names: Names) -> dict[str, tuple[int, int]]:
    symbol, decimals = names.cash
    return {**_UNITS, symbol: (1, decimals)} if symbol else _UNITS


def _spoken(names: Names) -> list[str]:
    """The units, each once."""
    return [unit for unit in _units(names) if unit not in _TIMES]


def _bytes(parameter: Mapping[str, Any], value: Any, names: Names) -> bytes:
    kind = parameter["type"]
    fixed = _FIXED_BYTES.fullmatch(kind)
    raw = _read_bytes(value, names, int(fixed[1]) if fixed else None)
    if raw is None or (fixed and len(raw) != int(fixed[1])):
        length = f"{fixed[1]} bytes" if fixed else "bytes"
        raise Unfit(value, f"{length} as 0x... in quotes, or one of the kinds {MARKED}")
    return raw


def _read_bytes(value: Any, names: Names, size: int | None) -> bytes | None:
    if not isinstance(value, str):
        return None
    mark, _, rest = value.partition(":")
    if mark == "text" and rest.isascii() and (size is None or len(rest) <= size):
        return rest.encode().ljust(size or 0, b"\0")
    if mark == "keccak":
        return keccak(text=rest)
    if mark == "selector":
        return _selector(rest, names)
    return bytes.fromhex(value[2:]) if _HEX.fullmatch(value) else None


def _selector(path: str, names: Names) -> bytes | None:
    """The selector of `contract.function`."""
    contract, _, function = path.partition(".")
    artifact = names.contracts.get(contract, ("", ""))[1]
    if not artifact:
        return None
    try:
        return coders(artifact).function(function).selector
    except (AttributeError, CodecError):
        return None
