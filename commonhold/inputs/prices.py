"""Price series: an index by quarter, such as a country's consumer prices, from a JSON file.

    {"format": "commonhold-prices/1", "about": {...}, "quarters": [{"quarter": "1959Q1", "value": "28.980"}, ...]}

A file is read as a whole: either it is one unbroken series of positive values, or an `InputError` names everything that
is wrong with it, each with line, record, field, value and what was expected. Values are decimal texts and stay exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from commonhold.inputs.files import Faults, read_text
from commonhold.inputs.json_positions import DuplicateKey, JsonSyntaxError, Node, read_json
from commonhold.inputs.problems import shown

FORMAT = "commonhold-prices/1"
MAX_FILE_BYTES = 2**20
MAX_QUARTERS = 2_000
DECIMALS = 8  # as many as a Chainlink feed of dollars has

_TOP_LEVEL = ("format", "about", "quarters")
_FIELDS = ("quarter", "value")
_QUARTER = re.compile(r"([12][0-9]{3})Q([1-4])")
_VALUE = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,8})?")

_SPAN_EXPECTED = f"1 to {MAX_QUARTERS:,} quarters"
_QUARTER_EXPECTED = 'a year from 1000 to 2999 and a quarter from 1 to 4, such as "1959Q1"'
_VALUE_EXPECTED = f'a decimal text above 0 such as "28.980", with at most {DECIMALS} decimals and 9 digits before them'


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a year; `+ 1` is the next one."""

    year: int
    number: int  # 1 to 4

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """From "2005Q3"; a ValueError says what was expected."""
        match = _QUARTER.fullmatch(text)
        if match is None:
            raise ValueError(f"got {shown(text)}; expected {_QUARTER_EXPECTED}")
        return cls(int(match.group(1)), int(match.group(2)))

    def __add__(self, quarters: int) -> Quarter:
        year, number = divmod(self.year * 4 + self.number - 1 + quarters, 4)
        return Quarter(year, number + 1)

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"


class UnknownQuarter(LookupError):
    """A quarter that the series does not reach."""

    def __init__(self, series: PriceSeries, quarter: object) -> None:
        super().__init__(f"{series.file}: no {quarter}; the series runs from {series.first} to {series.last}")


@dataclass(frozen=True)
class PriceSeries:
    """A file without a fault: every quarter from `first` on."""

    file: Path
    first: Quarter
    values: tuple[Decimal, ...]

    @property
    def last(self) -> Quarter:
        return self.first + (len(self.values) - 1)

    def at(self, quarter: Quarter) -> Decimal:
        """The index at the end of `quarter`."""
        place = (quarter.year - self.first.year) * 4 + quarter.number - self.first.number
        if not 0 <= place < len(self.values):
            raise UnknownQuarter(self, quarter)
        return self.values[place]

    def mean_of(self, year: int) -> Decimal:
        """The mean of a year's four quarters."""
        return sum((self.at(Quarter(year, number)) for number in range(1, 5)), Decimal(0)) / 4


def read_prices(file: Path) -> PriceSeries:
    """Read a price series."""
    faults = Faults(file)
    quarters: list[Quarter] = []
    values: list[Decimal] = []
    text = read_text(file, faults, max_bytes=MAX_FILE_BYTES, holds=_SPAN_EXPECTED)
    for number, node in enumerate(_records(text, faults), start=1):
        _read_record(number, node, quarters, values, faults)
    faults.stop()
    return PriceSeries(file, quarters[0], tuple(values))


def _records(text: str, faults: Faults) -> list[Node]:
    """The entries of the list `quarters`."""
    try:
        root, duplicates = read_json(text)
    except JsonSyntaxError as error:
        faults.fail(error.line, error.expected, value=error.got)
    if not isinstance(root.value, dict):
        faults.fail(root.line, f"an object with the fields {', '.join(_TOP_LEVEL)}", value=shown(root.plain()))
    _note_strange_keys(root.value, duplicates, faults)
    written = root.value.get("format")
    if written is None or written.value != FORMAT:
        value = shown(written.plain()) if written else "nothing"
        faults.add(written.line if written else root.line, f'"{FORMAT}"', name="format", value=value)
    quarters = root.value.get("quarters")
    if quarters is None or not isinstance(quarters.value, list):
        value = shown(quarters.plain()) if quarters else "nothing"
        faults.fail(quarters.line if quarters else root.line, "a list of quarters", name="quarters", value=value)
    if not 1 <= len(quarters.value) <= MAX_QUARTERS:
        faults.fail(quarters.line, _SPAN_EXPECTED, name="quarters", value=f"{len(quarters.value):,}")
    return quarters.value


def _note_strange_keys(root: dict[str, Node], duplicates: list[DuplicateKey], faults: Faults) -> None:
    for name, node in root.items():
        if name not in _TOP_LEVEL:
            faults.add(node.line, f"only the fields {', '.join(_TOP_LEVEL)}", value=shown(name))
    for duplicate in duplicates:
        expected = f"each field once (first on line {duplicate.first_line})"
        faults.add(duplicate.line, expected, value=f"{shown(duplicate.key)} again")


def _read_record(number: int, node: Node, quarters: list[Quarter], values: list[Decimal], faults: Faults) -> None:
    """Add the quarter and value of one entry to the lists, or its faults to the faults."""
    record = f"record {number}"
    if not isinstance(node.value, dict):
        faults.add(node.line, "an object with the fields quarter and value", record=record, value=shown(node.plain()))
        return
    for name, member in node.value.items():
        if name not in _FIELDS:
            faults.add(member.line, "only quarter and value", record=record, value=f"an unknown field {shown(name)}")

    text, got, line = _member(node, "quarter")
    if text is None or not _QUARTER.fullmatch(text):
        faults.add(line, _QUARTER_EXPECTED, record=record, name="quarter", value=got)
    else:
        if quarters and Quarter.parse(text) != quarters[-1] + 1:
            expected = f'"{quarters[-1] + 1}", the quarter after "{quarters[-1]}"'
            faults.add(line, expected, record=record, name="quarter", value=got)
        quarters.append(Quarter.parse(text))

    text, got, line = _member(node, "value")
    if text is None or not _VALUE.fullmatch(text) or not Decimal(text):
        faults.add(line, _VALUE_EXPECTED, record=record, name="value", value=got)
    else:
        values.append(Decimal(text))


def _member(node: Node, name: str) -> tuple[str | None, str, int]:
    """A field's text, if it is one, and how messages show the field: what was got, on which line."""
    assert isinstance(node.value, dict)  # as the caller saw
    member = node.value.get(name)
    if member is None:
        return None, "nothing", node.line
    return member.value if isinstance(member.value, str) else None, shown(member.plain()), member.line
