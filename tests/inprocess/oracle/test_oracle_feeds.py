"""Feed ids and their one spelling; values and theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle_rounds import UNHURRIED

from commonhold.oracle.feeds import MAX_PROPERTY_ID, FeedError, house_feed, named_feed, parse_feed, show_feed
from commonhold.oracle.observations import MAX_VALUE
from commonhold.oracle.values import parse_value, show_value


@pytest.mark.parametrize(
    ("feed_id", "text"),
    [
        (house_feed(1), "house 1"),
        (house_feed(MAX_PROPERTY_ID), f"house {MAX_PROPERTY_ID}"),
        (named_feed("HOUSE-PRICE-INDEX"), "HOUSE-PRICE-INDEX"),
        (named_feed("USDC / USD"), "USDC / USD"),
        (named_feed("A" * 32), "A" * 32),
        (b"A\0B".ljust(32, b"\0"), "0x410042" + "00" * 29),
    ],
)
def test_feed__written_and_read(feed_id: bytes, text: str) -> None:
    assert len(feed_id) == 32
    assert show_feed(feed_id) == text
    assert parse_feed(text) == feed_id


@UNHURRIED
@given(st.one_of(st.binary(min_size=32, max_size=32), st.integers(1, 10**6).map(house_feed)).filter(any))
def test_feed__any_id__has_one_spelling(feed_id: bytes) -> None:
    assert parse_feed(show_feed(feed_id)) == feed_id


@UNHURRIED
@given(st.text(max_size=80))
def test_feed__any_text_that_is_read__is_the_spelling(text: str) -> None:
    try:
        feed_id = parse_feed(text)
    except FeedError:
        return
    assert show_feed(feed_id) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "house 0",
        "house 01",
        "house -1",
        "house 1 ",
        "house x",
        f"house {MAX_PROPERTY_ID + 1}",
        "A" * 33,
        " A",
        "Ä",
        "A\n",
        "0x",
        f"0x{house_feed(1).hex()}",
        f"0x{named_feed('A').hex()}",
        f"0x{'00' * 32}",
    ],
)
def test_feed__text_that_names_none__refused(text: str) -> None:
    with pytest.raises(FeedError):
        parse_feed(text)


def test_feed__of_no_house__refused() -> None:
    for number in (0, -1, MAX_PROPERTY_ID + 1):
        with pytest.raises(FeedError):
            house_feed(number)


@UNHURRIED
@given(st.integers(1, MAX_VALUE))
def test_value__any__written_and_read_exactly(units: int) -> None:
    assert parse_value(show_value(units)) == units


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("125000.00", 125_000 * 10**18),
        ("0.000000000000000001", 1),
        ("7", 7 * 10**18),
        ("340282366920938463463.374607431768211455", MAX_VALUE),
    ],
)
def test_value__read(text: str, units: int) -> None:
    assert parse_value(text) == units


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "0.00",
        "-1",
        "+1",
        "",
        " 1",
        "1e5",
        "1e999999999",
        "1,000",
        "1.",
        ".5",
        "01",
        "NaN",
        "Infinity",
        "0.0000000000000000001",
        "340282366920938463463.374607431768211456",
        "\u0661",
        None,
        1,
        1.5,
        True,
    ],
)
def test_value__that_is_none__refused(text: object) -> None:
    assert parse_value(text) is None
