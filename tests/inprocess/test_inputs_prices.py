"""Price series: the real one of the repository, and what is refused in which words. Nothing here touches a chain."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from commonhold.inputs import files, prices
from commonhold.inputs.prices import FORMAT, Quarter, UnknownQuarter, read_prices
from commonhold.inputs.problems import InputError

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "us_cpi.json"
QUARTER = 'a year from 1000 to 2999 and a quarter from 1 to 4, such as "1959Q1"'
VALUE = 'a decimal text above 0 such as "28.980", with at most 8 decimals and 9 digits before them'


def write(folder: Path, *records: Any, **top: Any) -> Path:
    """A file with a record a line: the first stands on line 2."""
    head = json.dumps({"format": FORMAT, **top})[:-1]
    lines = ",\n".join(json.dumps(record) for record in records)
    file = folder / "prices.json"
    file.write_text(f'{head}, "quarters": [\n{lines}\n]}}', encoding="utf-8")
    return file


def record(quarter: Any, value: Any = "100.5") -> dict[str, Any]:
    return {"quarter": quarter, "value": value}


def refused(file: Path) -> list[str]:
    """The messages of a refused file, without its path."""
    with pytest.raises(InputError) as caught:
        read_prices(file)
    return [str(problem).removeprefix(str(file)).lstrip(":").lstrip() for problem in caught.value.problems]


def test_example__holds_the_203_quarters_of_the_data_set() -> None:
    series = read_prices(EXAMPLE)
    assert (str(series.first), str(series.last), len(series.values)) == ("1959Q1", "2009Q3", 203)
    assert series.at(Quarter.parse("2005Q3")) == Decimal("199.2")
    assert series.at(Quarter(2008, 4)) < series.at(Quarter(2008, 3))  # prices fell in the crisis
    assert series.mean_of(1981) == sum(series.at(Quarter(1981, number)) for number in (1, 2, 3, 4)) / 4


def test_example__says_where_it_comes_from() -> None:
    about = json.loads(EXAMPLE.read_text("ascii"))["about"]
    assert "macrodata" in about["real"]["source"]
    assert "public domain" in about["real"]["licence"]
    assert about["invented"] == "nothing"


def test_quarter__steps_over_the_turn_of_the_year() -> None:
    assert Quarter(2005, 3) + 2 == Quarter(2006, 1)
    assert Quarter(2006, 1) + -1 == Quarter(2005, 4)
    assert str(Quarter(2009, 3)) == "2009Q3"
    with pytest.raises(ValueError, match=r"got '2005Q5'; expected a year"):
        Quarter.parse("2005Q5")


@pytest.mark.parametrize("quarter", [Quarter(2005, 2), Quarter(2006, 1)])
def test_series__outside_its_span__says_the_span(tmp_path: Path, quarter: Quarter) -> None:
    file = write(tmp_path, record("2005Q3"), record("2005Q4"))
    with pytest.raises(UnknownQuarter, match=f"no {quarter}; the series runs from 2005Q3 to 2005Q4"):
        read_prices(file).at(quarter)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (record("2005Q5"), f"quarter: got '2005Q5'; expected {QUARTER}"),
        (record("2005-3"), f"quarter: got '2005-3'; expected {QUARTER}"),
        (record(2005), f"quarter: got 2005; expected {QUARTER}"),
        ({"value": "1"}, f"quarter: got nothing; expected {QUARTER}"),
        (record("2005Q1"), 'quarter: got \'2005Q1\'; expected "2005Q2", the quarter after "2005Q1"'),
        (record("2005Q3"), 'quarter: got \'2005Q3\'; expected "2005Q2", the quarter after "2005Q1"'),
        (record("2004Q4"), 'quarter: got \'2004Q4\'; expected "2005Q2", the quarter after "2005Q1"'),
        (record("2005Q2", "0.00"), f"value: got '0.00'; expected {VALUE}"),
        (record("2005Q2", "-1"), f"value: got '-1'; expected {VALUE}"),
        (record("2005Q2", 198.8), f"value: got 198.8; expected {VALUE}"),
        (record("2005Q2", "198,8"), f"value: got '198,8'; expected {VALUE}"),
        (record("2005Q2", "NaN"), f"value: got 'NaN'; expected {VALUE}"),
        (record("2005Q2", "1.000000001"), f"value: got '1.000000001'; expected {VALUE}"),
        (record("2005Q2", ""), f"value: got ''; expected {VALUE}"),
        ({"quarter": "2005Q2"}, f"value: got nothing; expected {VALUE}"),
        ({**record("2005Q2"), "cpi": "1"}, "got an unknown field 'cpi'; expected only quarter and value"),
        ("2005Q2", "got '2005Q2'; expected an object with the fields quarter and value"),
    ],
)
def test_record__bad__named_with_place_value_and_expectation(tmp_path: Path, bad: Any, message: str) -> None:
    assert refused(write(tmp_path, record("2005Q1"), bad)) == [f"3: record 2: {message}"]


def test_several_faults__reported_together(tmp_path: Path) -> None:
    file = write(tmp_path, record("2005Q1", "0"), record("2005Q3"), record("2005Q4", "x"), 7)
    assert [message.split(": got")[0] for message in refused(file)] == [
        "2: record 1: value",
        "3: record 2: quarter",
        "4: record 3: value",
        "5: record 4",
    ]


def test_many_faults__the_report_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_prices(write(tmp_path, *[{}] * 1_000))
    assert len(caught.value.problems) == files.MAX_PROBLEMS


def test_file__missing__empty__folder__too_large__no_text(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.json") == ["got No such file or directory; expected a file that can be read"]
    assert refused(tmp_path) == ["got Is a directory; expected a file that can be read"]
    file = tmp_path / "prices.json"
    file.write_bytes(b" \n")
    assert refused(file) == ["got an empty file; expected 1 to 2,000 quarters"]
    file.write_bytes(b" " * (prices.MAX_FILE_BYTES + 1))
    assert refused(file) == ["got a larger one; expected a file of at most 1,048,576 bytes"]
    file.write_bytes(b"{\n\xff")
    assert refused(file) == ["2: got byte 0xff at position 2; expected UTF-8 text"]


def test_file__other_shape__refused(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    for text, message in (
        ("{", "1: got the end of the file; expected a field name in double quotes"),
        ("[]", "1: got a list of 0 entries; expected an object with the fields format, about, quarters"),
        (f'{{"format": "{FORMAT}"}}', "1: quarters: got nothing; expected a list of quarters"),
        (f'{{"format": "{FORMAT}", "quarters": 7}}', "1: quarters: got 7; expected a list of quarters"),
        (f'{{"format": "{FORMAT}", "quarters": []}}', "1: quarters: got 0; expected 1 to 2,000 quarters"),
    ):
        file.write_text(text, encoding="ascii")
        assert refused(file) == [message]
    assert refused(write(tmp_path, record("2005Q1"), format="prices/2", note="x")) == [
        "1: got 'note'; expected only the fields format, about, quarters",
        "1: format: got 'prices/2'; expected \"commonhold-prices/1\"",
    ]


def test_key__twice__refused_with_both_lines(tmp_path: Path) -> None:
    file = write(tmp_path, record("2005Q1"))
    file.write_text(file.read_text("ascii").replace('"value"', '"value": "1",\n"value"'), encoding="ascii")
    assert refused(file) == ["3: got 'value' again; expected each field once (first on line 2)"]
