"""Portfolio files: what is refused, and in which words. Nothing here touches a chain."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from commonhold.inputs import files, json_positions, portfolio
from commonhold.inputs.home import MAX_SHARES, MIN_SHARES, field_names
from commonhold.inputs.portfolio import FORMAT, read_portfolio
from commonhold.inputs.problems import InputError

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "portfolio.json"

HOME: dict[str, Any] = {
    "provider": "Sample Service",
    "provider_property_id": "S-001",
    "jurisdiction": "US-MA-009",
    "parcel": "012-34",
    "title_reference": "Book 7 Page 12",
    "listing_uri": "https://listing.invalid/1",
    "shares": 8,
    "price_usd": "60000.00",
    "holding_company": "Sample Home LLC",
    "area_sqft": 1660,
}
OTHER: dict[str, Any] = {**HOME, "provider_property_id": "S-002", "parcel": "900", "title_reference": "Book 8 Page 1"}


def write(folder: Path, homes: list[Any], name: str = "homes.json") -> Path:
    """A file of homes, one field a line: the first home's first field is on line 5."""
    file = folder / name
    file.write_text(json.dumps({"format": FORMAT, "homes": homes}, indent=1), encoding="utf-8")
    return file


def refused(file: Path) -> list[str]:
    """The messages of a refused file, without its path."""
    with pytest.raises(InputError) as caught:
        read_portfolio(file)
    assert all(line.startswith(f"{file}") for line in str(caught.value).splitlines())
    return [str(problem).removeprefix(str(file)).lstrip(":").lstrip() for problem in caught.value.problems]


def line_of(file: Path, text: str) -> int:
    """The only line that holds `text`."""
    lines = [number for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1) if text in line]
    assert len(lines) == 1, lines
    return lines[0]


# ------------------------------------------------------------------------------------------------------ good files


def test_example__holds_the_321_sales_of_the_data_set() -> None:
    homes = [placed.home for placed in read_portfolio(EXAMPLE).homes]
    assert len(homes) == 321
    assert sum(home.price_usd for home in homes) == Decimal(30_848_312)
    assert sum(home.area_sqft for home in homes) == 676_260
    assert (homes[0].price_usd, homes[0].rooms, homes[0].area_sqft, homes[0].age_years) == (60_000, 7, 1_660, 48)
    assert sum(home.shares for home in homes) == 2_568


def test_example__marks_every_invented_field() -> None:
    document = json.loads(EXAMPLE.read_text("utf-8"))
    marked = document["about"]["invented"]["fields"]
    for home in document["homes"]:
        assert home["invented"] == marked
        for name in set(marked) - {"shares"}:
            assert "inv" in home[name].lower(), (name, home[name])


def test_optional_fields__may_be_left_out(tmp_path: Path) -> None:
    (placed,) = read_portfolio(write(tmp_path, [HOME])).homes
    assert (placed.home.pool, placed.home.bedrooms, placed.home.manager) == (None, None, None)
    assert placed.record == "home 1 (S-001)"


def test_shares__left_out__the_default_counts(tmp_path: Path) -> None:
    without = {name: value for name, value in HOME.items() if name != "shares"}
    (placed,) = read_portfolio(write(tmp_path, [without]), default_shares=12).homes
    assert placed.home.shares == 12


@pytest.mark.parametrize(
    ("price", "shares", "units"),
    [
        ("60000.00", 8, 7_500 * 10**18),
        ("100", 3, 33_333333333333333333),
        ("0.000000000000000002", 2, 1),
        ("158456325028.528675187087900670", 2, 2**96 - 1),
        ("158456325028.528675187087900671", 2, 2**96 - 1),
    ],
)
def test_first_price__exact_and_rounded_down(tmp_path: Path, price: str, shares: int, units: int) -> None:
    file = write(tmp_path, [{**HOME, "price_usd": price, "shares": shares}])
    assert read_portfolio(file).homes[0].home.first_price_usd_down() == units


def test_csv__reads_the_same_homes_as_json(tmp_path: Path) -> None:
    home = {**HOME, "bathrooms": 2.5, "pool": True, "rooms": 7, "invented": ["provider", "parcel"], "city": 'A, "B"'}
    cells = {**home, "invented": "provider; parcel", "pool": "true"}
    quoted = ['"{}"'.format(str(cell).replace('"', '""')) for cell in cells.values()]
    file = tmp_path / "homes.csv"
    file.write_text(",".join(cells) + "\r\n" + ",".join(quoted) + "\r\n\r\n", encoding="utf-8-sig")
    (from_csv,) = read_portfolio(file).homes
    (from_json,) = read_portfolio(write(tmp_path, [home])).homes
    assert from_csv.home == from_json.home
    assert from_csv.line == 2


# -------------------------------------------------------------------------------------------------- single fields

PRICE = (
    'the price of the whole home in dollars as a decimal text such as "60000.00", above 0, '
    "with at most 18 decimals and 12 digits before them, and at most 79,228,162,514 a share"
)
SHARES = "a whole number of shares from 2 to 100"
AREA = "the living area in square feet, a whole number from 1 to 1,000,000"
NAME = "1 to 64 printable ASCII characters with a letter or digit, no blanks at the ends"

BAD_FIELDS = [
    ("shares", 0, "0", SHARES),
    ("shares", 1, "1", SHARES),
    ("shares", 101, "101", SHARES),
    ("shares", 10**30, str(10**30), SHARES),
    ("shares", -8, "-8", SHARES),
    ("shares", True, "true", SHARES),
    ("shares", "8", "'8'", SHARES),
    ("shares", 8.5, "8.5", SHARES),
    ("shares", None, "null", SHARES),
    ("area_sqft", -1660, "-1660", AREA),
    ("area_sqft", 0, "0", AREA),
    ("area_sqft", 1_000_001, "1000001", AREA),
    ("area_sqft", "1660", "'1660'", AREA),
    ("area_sqft", [1660], "a list of 1 entries", AREA),
    ("price_usd", 60000, "60000", PRICE),
    ("price_usd", 60000.5, "60000.5", PRICE),
    ("price_usd", "0", "'0'", PRICE),
    ("price_usd", "-1", "'-1'", PRICE),
    ("price_usd", "1e5", "'1e5'", PRICE),
    ("price_usd", "NaN", "'NaN'", PRICE),
    ("price_usd", "Infinity", "'Infinity'", PRICE),
    ("price_usd", "60,000", "'60,000'", PRICE),
    ("price_usd", "$60000", "'$60000'", PRICE),
    ("price_usd", "1.0000000000000000001", "'1.0000000000000000001'", PRICE),
    ("price_usd", "0.000000000000000007", "'0.000000000000000007'", PRICE),  # less than a unit a share
    ("price_usd", "633825300115", "'633825300115'", PRICE),  # 2^96 units a share and more
    ("price_usd", "\u0661\u0662", "'\\u0661\\u0662'", PRICE),  # digits, but not ASCII
    ("provider", "", "''", f"the registration-service provider's name: {NAME}"),
    ("provider", "-- --", "'-- --'", f"the registration-service provider's name: {NAME}"),
    ("provider", 7, "7", f"the registration-service provider's name: {NAME}"),
    ("provider", {"a": 1}, "an object of 1 fields", f"the registration-service provider's name: {NAME}"),
    ("parcel", "12\n34", "'12\\n34'", f"the parcel number: {NAME}"),
    ("parcel", "12\u202e34", "'12\\u202e34'", f"the parcel number: {NAME}"),
    ("parcel", " 12", "' 12'", f"the parcel number: {NAME}"),
    ("parcel", "1" * 65, f"'{'1' * 60}'... (65 characters)", f"the parcel number: {NAME}"),
    (
        "holding_company",
        "A" * 2**20,
        f"'{'A' * 60}'... (1,048,576 characters)",
        "the holding company's name: a text of 1 to 200 visible characters",
    ),
    ("city", "\u200b", "'\\u200b'", "a text of 1 to 200 visible characters (the field may be left out)"),
    ("pool", "yes", "'yes'", "true or false (the field may be left out)"),
    (
        "bathrooms",
        2.25,
        "2.25",
        "the number of bathrooms, from 0 to 100 in steps of a half (the field may be left out)",
    ),
    (
        "manager",
        "0x" + "00" * 20,
        "'0x0000000000000000000000000000000000000000'",
        "the property manager's wallet: an address with its checksum (0x and 40 hexadecimal digits, mixed case), "
        "not zero (the field may be left out)",
    ),
    (
        "invented",
        ["provider", "provider"],
        "a list of 2 entries",
        "a list of the names of fields whose values are invented, each once (the field may be left out)",
    ),
]


@pytest.mark.parametrize(("name", "value", "got", "expected"), BAD_FIELDS)
def test_field__bad_value__named_with_place_value_and_expectation(
    tmp_path: Path, name: str, value: object, got: str, expected: str
) -> None:
    file = write(tmp_path, [OTHER, {**HOME, name: value}])
    second = sum(1 for _ in OTHER) + 6  # the line of the second home's brace
    line = second + 1 + list({**HOME, name: value}).index(name)
    assert refused(file) == [f"{line}: home 2 (S-001): {name}: got {got}; expected {expected}"]


@pytest.mark.parametrize("shares", [MIN_SHARES, MAX_SHARES])
def test_shares__at_the_bounds__taken(tmp_path: Path, shares: int) -> None:
    assert read_portfolio(write(tmp_path, [{**HOME, "shares": shares}])).homes[0].home.shares == shares


def test_field__missing__named(tmp_path: Path) -> None:
    file = write(tmp_path, [{name: value for name, value in HOME.items() if name != "area_sqft"}])
    assert refused(file) == [f"4: home 1 (S-001): area_sqft: got nothing; expected {AREA}"]


def test_field__unknown__named_with_the_likely_one(tmp_path: Path) -> None:
    file = write(tmp_path, [{**HOME, "area_sqm": 154}])
    assert refused(file) == [
        f"{line_of(file, 'area_sqm')}: home 1 (S-001): got an unknown field 'area_sqm'; "
        "expected only fields that a home has; did you mean area_sqft?"
    ]


def test_several_faults__reported_together_in_order_of_lines(tmp_path: Path) -> None:
    file = write(tmp_path, [{**HOME, "shares": 101, "area_sqft": -1}, {**OTHER, "price_usd": 7}, 9])
    fields = [message.split(": ")[1:3] for message in refused(file)]
    assert fields == [
        ["home 1 (S-001)", "shares"],
        ["home 1 (S-001)", "area_sqft"],
        ["home 2 (S-002)", "price_usd"],
        ["home 3", "got 9; expected an object with the fields of a home"],
    ]


def test_many_faults__the_report_is_bounded(tmp_path: Path) -> None:
    file = write(tmp_path, [{} for _ in range(1_000)])
    with pytest.raises(InputError) as caught:
        read_portfolio(file)
    assert len(caught.value.problems) == files.MAX_PROBLEMS
    assert str(caught.value).splitlines()[-1] == "... and 180 more"


# ------------------------------------------------------------------------------------------------------ duplicates


@pytest.mark.parametrize("spelling", ["012-34", "12 34", "0012.034", "1234", "01/2/34"])
def test_parcel__again_in_other_spelling__refused_with_both_places(tmp_path: Path, spelling: str) -> None:
    file = write(tmp_path, [HOME, {**OTHER, "parcel": spelling, "jurisdiction": "us ma 009"}])
    assert refused(file) == [
        f"20: home 2 (S-002): parcel: got '{spelling}'; "
        "expected another parcel than '012-34' of home 1 (S-001) on line 8, however spelled"
    ]


def test_title__again_in_other_spelling__refused(tmp_path: Path) -> None:
    file = write(tmp_path, [HOME, {**OTHER, "title_reference": "BOOK 07, page 12"}])
    assert refused(file) == [
        "21: home 2 (S-002): title_reference: got 'BOOK 07, page 12'; "
        "expected another title_reference than 'Book 7 Page 12' of home 1 (S-001) on line 9, however spelled"
    ]


def test_parcel__same_in_another_jurisdiction__taken(tmp_path: Path) -> None:
    other = {**OTHER, "parcel": HOME["parcel"], "jurisdiction": "US-MA-011"}
    assert len(read_portfolio(write(tmp_path, [HOME, other])).homes) == 2


def test_provider_id__again_in_other_spelling__refused(tmp_path: Path) -> None:
    file = write(tmp_path, [HOME, {**OTHER, "provider": "SAMPLE  service", "provider_property_id": "s 01"}])
    assert refused(file) == [
        "18: home 2 (s 01): provider_property_id: got 's 01'; "
        "expected another provider_property_id than 'S-001' of home 1 (S-001) on line 6, however spelled"
    ]


def test_json_key__twice__refused_with_both_lines(tmp_path: Path) -> None:
    file = write(tmp_path, [HOME])
    text = file.read_text("utf-8").replace('"shares": 8,', '"shares": 8,\n   "shares": 9,')
    file.write_text(text, encoding="utf-8")
    first = line_of(file, '"shares": 8')
    assert refused(file) == [
        f"{first + 1}: home 1 (S-001): got 'shares' again; expected each field once (first on line {first})"
    ]


# ------------------------------------------------------------------------------------------------- files as a whole


def test_file__missing(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.json") == ["got No such file or directory; expected a file that can be read"]


def test_file__a_folder(tmp_path: Path) -> None:
    (tmp_path / "f.json").mkdir()
    assert refused(tmp_path / "f.json") == ["got Is a directory; expected a file that can be read"]


def test_file__other_kind(tmp_path: Path) -> None:
    (tmp_path / "homes.xlsx").write_bytes(b"PK")
    assert refused(tmp_path / "homes.xlsx") == ["got '.xlsx'; expected a file whose name ends in .json or .csv"]


@pytest.mark.parametrize("name", ["homes.json", "homes.csv"])
@pytest.mark.parametrize("data", [b"", b" \r\n\t\n"])
def test_file__empty(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert refused(tmp_path / name) == ["got an empty file; expected 1 to 10,000 homes"]


@pytest.mark.parametrize("name", ["homes.json", "homes.csv"])
def test_file__other_encoding(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"provider,city\nA,Z\xfcrich\n")
    assert refused(tmp_path / name) == ["2: got byte 0xfc at position 17; expected UTF-8 text"]
    (tmp_path / name).write_bytes("{}".encode("utf-16"))
    assert refused(tmp_path / name) == ["1: got byte 0xff at position 0; expected UTF-8 text"]
    (tmp_path / name).write_bytes(b"{\n\0}")
    assert refused(tmp_path / name) == ["2: got a zero byte; expected UTF-8 text"]


def test_file__too_large__refused_before_it_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, [HOME])
    monkeypatch.setattr(portfolio, "MAX_FILE_BYTES", file.stat().st_size)
    assert len(read_portfolio(file).homes) == 1
    monkeypatch.setattr(portfolio, "MAX_FILE_BYTES", file.stat().st_size - 1)
    monkeypatch.setattr(portfolio, "read_json", None)  # would raise if it were called
    assert refused(file) == [f"got a larger one; expected a file of at most {file.stat().st_size - 1:,} bytes"]


def test_file__too_many_homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portfolio, "MAX_HOMES", 1)
    assert refused(write(tmp_path, [HOME, OTHER])) == ["16: home 2 (S-002): expected at most 1 homes"]


def test_file__no_homes(tmp_path: Path) -> None:
    assert refused(write(tmp_path, [])) == ["got none; expected 1 to 10,000 homes"]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("[]", ["1: got a list of 0 entries; expected an object with the fields format, about and homes"]),
        ('{"homes": []}', [f'1: format: got nothing; expected "{FORMAT}"']),
        ('{"format":\n 1, "homes": []}', [f'1: format: got 1; expected "{FORMAT}"']),
        (f'{{"format": "{FORMAT}"}}', ["1: homes: got nothing; expected a list of homes"]),
        (
            f'{{"format": "{FORMAT}",\n"house": 1,\n"homes": {{}}}}',
            [
                "2: got 'house'; expected only the fields format, about and homes",
                "3: homes: got an object of 0 fields; expected a list of homes",
            ],
        ),
    ],
)
def test_json__wrong_frame(tmp_path: Path, text: str, messages: list[str]) -> None:
    file = tmp_path / "homes.json"
    file.write_text(text, encoding="utf-8")
    assert [message for message in refused(file) if "1 to 10,000 homes" not in message] == messages


VALUE = "a JSON value (object, list, text, number, true, false or null)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"area_sqft":\n NaN}', f"2: got NaN; expected {VALUE}"),
        ('{"area_sqft":\n -Infinity}', f"2: got -Infinity; expected {VALUE}"),
        ('{"a": 01}', f"1: got 01; expected {VALUE}"),
        ('{"a": +1}', f"1: got +1; expected {VALUE}"),
        ('{"a": 1.}', f"1: got 1.; expected {VALUE}"),
        ('{"a": 0x10}', f"1: got 0x10; expected {VALUE}"),
        ('{"a": True}', f"1: got True; expected {VALUE}"),
        ('{"a": ' + "9" * 5_000 + "}", None),
        ('{"a": 1,}', "1: got '}'; expected a field name in double quotes"),
        ("{'a': 1}", '1: got "\'"; expected a field name in double quotes'),
        ('{"a" 1}', "1: got 1; expected a colon after the field name"),
        ('{"a": [1\n2]}', "2: got 2; expected a comma or a closing bracket"),
        ('{"a": 1}\n{}', "2: got '{'; expected nothing after the end of the JSON value"),
        ('{"a": "b\n"}', "1: got '\\n'; expected no bare control character in a text"),
        ('{"a": "\\x"}', "1: got '\\\\x'; expected a JSON escape sequence"),
        ('{"a": "\\ud800"}', "1: got \\ud800; expected a whole surrogate pair"),
        ('{"a": "\\udc00"}', "1: got \\udc00; expected a whole surrogate pair"),
        ("[" * 100_000, "1: got [; expected at most 8 levels of nesting"),
        ('{"a":\n', f"2: got the end of the file; expected {VALUE}"),
        ('{"a":\n"bcd', "2: got the end of the file; expected the closing quote of the text begun on line 2"),
        ('{"a": 1', "1: got the end of the file; expected a comma or a closing brace"),
        ('{"a": 1 // one\n}', "1: got '/'; expected a comma or a closing brace"),
    ],
)
def test_json__broken__named_with_its_line(tmp_path: Path, text: str, message: str | None) -> None:
    file = tmp_path / "homes.json"
    file.write_text(text, encoding="utf-8")
    (found,) = refused(file)
    assert found == (message or f"1: got {'9' * 40}; expected {VALUE}")


def test_json__truncated_anywhere__refused(tmp_path: Path) -> None:
    whole = write(tmp_path, [HOME]).read_text("utf-8")
    file = tmp_path / "cut.json"
    for length in range(1, len(whole)):
        file.write_text(whole[:length], encoding="utf-8")
        (message,) = refused(file)
        assert "expected" in message
        assert message.split(":")[0].isdigit()


@pytest.mark.parametrize(
    "text", ['{"a": [1, -2.5e3, true, null, "\\u00e9\\ud83d\\ude00\\n\\/"], "b": {}}', "[]", " 0 ", '""', "-0.0"]
)
def test_json_reader__agrees_with_the_standard_library(text: str) -> None:
    node, duplicates = json_positions.read_json(text)
    assert node.plain() == json.loads(text)
    assert duplicates == []


# ------------------------------------------------------------------------------------------------------------- CSV

HEADER = ",".join(HOME)
ROW = ",".join(str(value) for value in HOME.values())


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (
            f"{HEADER}\n{ROW.replace(',8,', ',101,')}\n",
            [f"2: home 1 (S-001): shares: got 101; expected {SHARES}"],
        ),
        (
            f"{HEADER}\n{ROW.replace(',8,', ',8.0,')}\n",
            [f"2: home 1 (S-001): shares: got '8.0'; expected {SHARES}"],
        ),
        (
            f"{HEADER}\n\n{ROW.replace('1660', '-1660')}\n",
            [f"3: home 1 (S-001): area_sqft: got -1660; expected {AREA}"],
        ),
        (f"{HEADER}\n{ROW.replace('1660', 'NaN')}", [f"2: home 1 (S-001): area_sqft: got 'NaN'; expected {AREA}"]),
        (
            f"{HEADER}\n{ROW}\n{ROW},7\n",
            ["3: home 2 (S-001): got 11 cells; expected 10 cells, as in the first line"],
        ),
        (
            f"{HEADER}\n{ROW.rsplit(',', 1)[0]}",
            ["2: home 1 (S-001): got 9 cells; expected 10 cells, as in the first line"],
        ),
        (f"{HEADER}\n", ["got none; expected 1 to 10,000 homes"]),
        (f"{HEADER},parcel\n{ROW},1\n", ["1: parcel: got 'parcel' again; expected each field once"]),
        (
            f"{HEADER},Pool\n{ROW},true\n",
            ["1: got 'Pool'; expected names of fields in the first line; did you mean pool?"],
        ),
        (
            f'{HEADER}\n{ROW}\n"{ROW}',
            ["3: got unexpected end of data; expected lines of comma-separated cells"],
        ),
        (
            f"{HEADER}\n{ROW.replace('Sample Home LLC', 'A' * 2**20)}\n",
            ["2: got field larger than field limit (131072); expected lines of comma-separated cells"],
        ),
    ],
)
def test_csv__bad__named(tmp_path: Path, text: str, messages: list[str]) -> None:
    file = tmp_path / "homes.csv"
    file.write_text(text, encoding="utf-8")
    assert refused(file) == messages


def test_every_field__says_what_it_expects() -> None:
    from commonhold.inputs.home import Home

    assert all(Home.model_fields[name].description for name in field_names())
