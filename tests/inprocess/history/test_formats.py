"""The rows of a history for people and for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from commonhold.operations.history import Row
from commonhold.operations.history.output import COLUMNS, FORMATS
from commonhold.operations.history.words import plain


@pytest.fixture
def some_rows(suite: Any, past: Any, tokenized_house: Any, share: Any) -> Iterator[list[Row]]:
    rows = past(share(tokenized_house(listingUri="https://example.org/a,b"), 1))
    rows.append(
        Row(
            "loan",
            1_800_000_000,
            9,
            1,
            "0x" + "ab" * 32,
            "0x" + "11" * 20,
            "0x" + "11" * 20,
            price=1,
            lender="0x" + "22" * 20,
            amount=12_345_678_900_000_000_000_001,
            unit="HMD",
            rate=625,
            months=360,
        )
    )
    return rows


def test_csv__exact_with_all_columns(some_rows: list[Row]) -> None:
    text = "".join(FORMATS["csv"](some_rows, {}, {}))
    read = list(csv.DictReader(io.StringIO(text)))
    assert tuple(read[0]) == COLUMNS
    assert len(read) == len(some_rows)
    loan = read[-1]
    assert (loan["date"], loan["from"], loan["price"]) == (
        "2027-01-15T08:00:00Z",
        "0x" + "11" * 20,
        "0.000000000000000001",
    )
    assert (loan["amount"], loan["unit"], loan["rate"], loan["term"]) == (
        "12345.678900000000000001",
        "HMD",
        "6.25",
        "360",
    )


def test_json__one_object_with_exact_amounts_as_text(some_rows: list[Row]) -> None:
    read = json.loads("".join(FORMATS["json"](some_rows, {"share": 257, "block": 9}, {})))
    assert (read["share"], read["block"], len(read["rows"])) == (257, 9, len(some_rows))
    assert read["rows"][-1]["amount"] == "12345.678900000000000001"
    assert read["rows"][-1]["currency"] is None
    assert json.loads("".join(FORMATS["json"]([], {"share": 1}, {})))["rows"] == []


def test_table__a_line_each_names_known_contracts_and_moves_no_cursor(some_rows: list[Row]) -> None:
    some_rows[0].note = plain("=Nasty\x1b[2J\n, Inc.")
    lines = list(FORMATS["table"](some_rows, {"share": 257, "block": 9}, {"0x" + "22" * 20: "Treasury"}))
    assert all(line.endswith("\n") and line[:-1].isprintable() for line in lines)
    assert lines[-1] == f"{len(some_rows)} rows\n"
    loan = lines[-2]
    assert "Treasury" in loan
    assert "12,345.67 HMD" in loan
    assert "6.25 %" in loan
    assert "360 months" in loan
