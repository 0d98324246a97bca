"""Applications for loans as the study behind `loanapp` recorded them: a CSV file, one application a line.

Only the columns that the fields of `LoanApplication` name are ever looked at, by name: the allow-list is the model. Who
applied (sex, race, age, marital status, neighbourhood) is in the study and neither in our file nor read from any other.

A file is read as a whole: either every application in it can be read, or an `InputError` names everything that is
wrong, each with line, application, column, value and what was expected. A number that is missing in the study stays
missing; whether an application can become a loan is judged elsewhere, by named rules.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from commonhold.inputs.files import Faults, read_text
from commonhold.inputs.problems import shown

MAX_FILE_BYTES = 4 * 2**20
MAX_APPLICATIONS = 10_000
MISSING_FROM = 999_999
"""The study writes numbers from here on, such as 999999.375, for one that nobody knows. Or it leaves the cell empty."""

_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,6})(?:\.[0-9]{1,18})?")
_CODES = {"0": 0, "1": 1}
_COUNT_EXPECTED = f"1 to {MAX_APPLICATIONS:,} applications below a line with the columns' names"


def _number(cell: str) -> Decimal:
    if not _NUMBER.fullmatch(cell):
        raise ValueError("not a decimal number")
    return Decimal(cell)


def _known(cell: str) -> Decimal | None:
    """A number, or None if the study does not know it."""
    if cell == "":
        return None
    number = _number(cell)
    return None if number >= MISSING_FROM else number


def _dollars(cell: str) -> Decimal:
    thousands = _number(cell)
    if not 0 < thousands < MISSING_FROM:
        raise ValueError("out of range")
    return thousands * 1_000


def _known_dollars(cell: str) -> Decimal | None:
    return None if _known(cell) is None else _dollars(cell)


def _known_count(cell: str) -> int | None:
    number = _known(cell)
    if number is None:
        return None
    if number < 1 or number != int(number):
        raise ValueError("not a whole number from 1 on")
    return int(number)


def _share_of_income(cell: str) -> Decimal:
    if (number := _number(cell)) > 1_000:
        raise ValueError("out of range")
    return number


def _code(cell: str) -> int:
    if cell not in _CODES:
        raise ValueError("neither 0 nor 1")
    return _CODES[cell]


_THOUSANDS = f"in thousands of dollars, a decimal number above 0 and below {MISSING_FROM:,}"
_OR_MISSING = f"nothing, or a number from {MISSING_FROM:,} on, if it is not known"


class LoanApplication(BaseModel):
    """One application of the study. Each column that is read stands here as an alias; there is no other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    """Its place in the file, from 1."""
    amount_usd: Annotated[Decimal, BeforeValidator(_dollars)] = Field(
        alias="loanamt", description=f"the amount asked for {_THOUSANDS}"
    )
    price_usd: Annotated[Decimal | None, BeforeValidator(_known_dollars)] = Field(
        alias="price", description=f"the price of the home {_THOUSANDS}; {_OR_MISSING}"
    )
    appraised_usd: Annotated[Decimal, BeforeValidator(_dollars)] = Field(
        alias="apr", description=f"the appraised value of the home {_THOUSANDS}"
    )
    months: Annotated[int | None, BeforeValidator(_known_count)] = Field(
        alias="term", description=f"the term in months, a whole number from 1 on; {_OR_MISSING}"
    )
    rate_code: Annotated[int, BeforeValidator(_code)] = Field(
        alias="fixadj", description="0 or 1: fixed or adjustable rate; the study's description does not say which"
    )
    units: Annotated[int | None, BeforeValidator(_known_count)] = Field(
        alias="unit", description=f"the number of dwellings in the home, a whole number from 1 on; {_OR_MISSING}"
    )
    housing_percent: Annotated[Decimal, BeforeValidator(_share_of_income)] = Field(
        alias="hrat", description="housing expense in percent of income, a decimal number from 0 to 1,000"
    )
    obligations_percent: Annotated[Decimal, BeforeValidator(_share_of_income)] = Field(
        alias="obrat", description="all obligations in percent of income, a decimal number from 0 to 1,000"
    )
    approved: Annotated[bool, BeforeValidator(lambda cell: bool(_code(cell)))] = Field(
        alias="approve", description="1 if the lender approved it, else 0"
    )

    @property
    def record(self) -> str:
        """How messages name it."""
        return _record(self.number)


COLUMNS: tuple[str, ...] = tuple(info.alias for info in LoanApplication.model_fields.values() if info.alias)
"""The allow-list: what is read of a file, whatever else is in it."""

_EXPECTED = {info.alias: info.description or "" for info in LoanApplication.model_fields.values() if info.alias}


@dataclass(frozen=True)
class Applications:
    """A file without a fault."""

    file: Path
    applications: tuple[LoanApplication, ...]


def read_applications(file: Path) -> Applications:
    """Read a CSV file with at least the columns of `COLUMNS`; the others are not looked at."""
    faults = Faults(file)
    text = read_text(file, faults, max_bytes=MAX_FILE_BYTES, holds=_COUNT_EXPECTED)
    read = applications_of(_rows(text, faults), faults)
    if not read:
        faults.add(None, _COUNT_EXPECTED, value="none")
    faults.stop()
    return Applications(file, read)


def applications_of(rows: Iterable[tuple[int, int, Mapping[str, str]]], faults: Faults) -> tuple[LoanApplication, ...]:
    """The applications of rows, each with its number and line; of a row nothing but the allow-list is touched."""
    read: list[LoanApplication] = []
    for number, line, row in rows:
        if number > MAX_APPLICATIONS:
            faults.fail(line, f"at most {MAX_APPLICATIONS:,} applications", value="more")
        cells = {name: row[name].strip() for name in COLUMNS}
        try:
            read.append(LoanApplication.model_validate({"number": number, **cells}))
        except ValidationError as error:
            for found in error.errors(include_url=False, include_context=False, include_input=False):
                name = str(found["loc"][0])
                faults.add(line, _EXPECTED[name], record=_record(number), name=name, value=shown(cells[name]))
    return tuple(read)


def _rows(text: str, faults: Faults) -> Iterator[tuple[int, int, Mapping[str, str]]]:
    """Each row's number, from 1, the line on which it ends, and its allowed cells by name."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    places: dict[str, int] | None = None
    width = number = 0
    try:
        for cells in reader:
            if places is None:
                places, width = _places(cells, reader.line_num, faults), len(cells)
            elif any(cell.strip() for cell in cells):
                number += 1
                if len(cells) == width:
                    yield number, reader.line_num, {name: cells[place] for name, place in places.items()}
                else:  # cells may stand under the wrong names
                    expected = f"{width} cells, as in the first line"
                    faults.add(reader.line_num, expected, record=_record(number), value=f"{len(cells)} cells")
    except csv.Error as error:
        faults.fail(reader.line_num, "comma-separated cells, quoted where needed", value=str(error))


def _places(cells: list[str], line: int, faults: Faults) -> dict[str, int]:
    """Where the allowed columns stand. Names of others are skipped."""
    names = [cell.strip() for cell in cells]
    for name in COLUMNS:
        count = names.count(name)
        if count != 1:
            value = "nothing" if count == 0 else f"{shown(name)} {count} times"
            faults.add(line, f"the columns {', '.join(COLUMNS)}, each once", name=name, value=value)
    faults.stop()
    return {name: names.index(name) for name in COLUMNS}


def _record(number: int) -> str:
    return f"application {number}"
