"""Texts that other people and contracts chose can't break the JSON or the picture, nor pass for part of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from eth_abi import encode
from papers import FREE, LIENED, LOAN, SVG, attributes, parsed, read_json, texts

HOSTILE = [
    '"',
    '"}],"name":"stolen',
    "<script>alert(1)</script>",
    "</text></svg><svg onload='alert(1)'>",
    "]]>",
    "<![CDATA[",
    "<!--",
    "&amp;",
    "&#x3c;",
    "' onload='alert(1)",
    "\\",
    '\\"',
    "\\u0022",
    "$a$b$z",  # the renderer's own marks
    "{}[],:",
    "%s%n",
]
CONTROL = ["\x00", "a\nb", "a\r\nb", "\t", "\x08\x0c", "\x1b[31m", "\x7f"]
NOT_ASCII = {"é": "??", "\u202e": "???", "\U0001f3e0": "????"}  # shown byte by byte


def with_kind(kind: str | bytes):
    return LIENED.but(loan=replace(LOAN, kind=kind))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text__is_shown_as_it_is(renderer, text):
    paper = with_kind(text).but(provider=text, providerPropertyId=text)
    metadata = read_json(renderer.tokenURI(paper.abi()))
    shown = attributes(metadata)
    assert shown["Provider"] == shown["Provider property id"] == shown["Loan type"] == text
    assert metadata["name"] == f"Share 3 of 8, {text} No. {text}"
    on_sheet = texts(renderer.svg(paper.abi()))
    assert f"{text} No. {text}" in on_sheet
    assert (text if len(text) <= 24 else f"{text[:21]}...") in on_sheet
    assert len(on_sheet) == len(texts(renderer.svg(LIENED.abi())))


@pytest.mark.parametrize("text", CONTROL)
def test_control_characters__pass_json_and_show_as_question_marks(renderer, text):
    paper = with_kind(text)
    assert attributes(read_json(renderer.tokenURI(paper.abi())))["Loan type"] == text
    shown = "".join(char if char.isprintable() else "?" for char in text)
    assert shown in texts(renderer.svg(paper.abi()))


@pytest.mark.parametrize("text", NOT_ASCII)
def test_other_than_ascii__shows_as_question_marks(renderer, text):
    paper = with_kind(text)
    assert attributes(read_json(renderer.tokenURI(paper.abi())))["Loan type"] == NOT_ASCII[text]
    assert NOT_ASCII[text] in texts(renderer.svg(paper.abi()))


@pytest.mark.parametrize(("length", "in_json", "on_sheet"), [(24, 24, 24), (25, 25, 24), (64, 64, 24), (65, 64, 24)])
def test_long_kind__is_clipped(renderer, length, in_json, on_sheet):
    def clipped(to: int) -> str:
        return "k" * length if length <= to else "k" * (to - 3) + "..."

    paper = with_kind("k" * length)
    assert attributes(read_json(renderer.tokenURI(paper.abi())))["Loan type"] == clipped(64)
    assert clipped(24) in texts(renderer.svg(paper.abi()))
    assert (len(clipped(64)), len(clipped(24))) == (in_json, on_sheet)


def test_very_long_kind__does_not_stop_the_paper(renderer):
    assert read_json(renderer.tokenURI(with_kind("k" * 20_000).abi()))


def test_long_names__are_held_to_the_sheet(renderer):
    svg = renderer.svg(FREE.but(provider="W" * 64, providerPropertyId="M" * 64).abi())
    name = next(e for e in parsed(svg).iter(f"{SVG}text") if (e.text or "").startswith("WWW"))
    assert name.text == "W" * 64 + " No. " + "M" * 64
    assert name.get("textLength") == "920"
    assert name.get("lengthAdjust") == "spacingAndGlyphs"


def test_largest_numbers__do_not_stop_the_paper(renderer):
    widest = 2**256 - 1
    loan = replace(LOAN, amount=widest, rateBps=2**32 - 1, startedAt=2**40 - 1, termPeriod=2**40 - 1)
    paper = LIENED.but(shareId=widest, propertyId=widest, priceUsd=widest, moveNumber=2**32 - 1, loan=loan)
    shown = attributes(read_json(renderer.tokenURI(paper.abi())))
    assert shown["House number"] == widest
    assert shown["Loan amount"].endswith(".584007913129639935")
    assert shown["Loan rate (percent a year)"] == Decimal("42949672.95")
    assert texts(renderer.svg(paper.abi()))


def test_empty_texts__do_not_stop_the_paper(renderer):
    paper = with_kind("").but(provider="", providerPropertyId="", shareNumber=0, shareCount=0, millionths=0)
    assert attributes(read_json(renderer.tokenURI(paper.abi())))["Loan type"] == ""
    assert texts(renderer.svg(paper.abi()))


# --- tokens -----------------------------------------------------------------------------------------------------------


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def test_currency__of_the_suite__is_shown_by_its_symbol(suite, traits, written):
    paper = LIENED.but(currency=suite.coin, loan=replace(LOAN, currency=suite.coin))
    shown = traits(paper)
    assert shown["Currency"] == shown["Loan currency"] == "HMD"
    assert shown["Currency token"] == shown["Loan currency token"] == suite.coin
    assert shown["Loan amount"] == "112,500.00 HMD"
    assert {"HMD", "112,500.00 HMD"} <= set(written(paper))


@pytest.mark.parametrize(
    ("decimals", "shown"),
    [
        (word(0), "1,234,567 T"),
        (word(1), "123,456.7 T"),
        (word(2), "12,345.67 T"),
        (word(6), "1.234567 T"),
        (word(36), "0.000000000000000000000000000001234567 T"),
        (word(37), "1,234,567 smallest units of T"),
        (word(2**256 - 1), "1,234,567 smallest units of T"),
        (b"", "1,234,567 smallest units of T"),
        (b"\x06", "1,234,567 smallest units of T"),
        (word(6) * 2, "1,234,567 smallest units of T"),
    ],
)
def test_amount__by_the_token_s_decimals(token, traits, decimals, shown):
    currency = token(encode(["string"], ["T"]), decimals)
    loan = replace(LOAN, amount=1_234_567, currency=currency.address)
    assert traits(LIENED.but(loan=loan))["Loan amount"] == shown


@pytest.mark.parametrize("symbol", ["T", "T" * 32, *[text for text in HOSTILE if len(text) <= 32]])
def test_symbol__is_shown_as_it_is(token, traits, written, symbol):
    paper = FREE.but(currency=token(encode(["string"], [symbol])).address)
    assert traits(paper)["Currency"] == symbol
    assert symbol in written(paper)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"T",
        b"MKR".ljust(32, b"\0"),  # a symbol of 32 bytes, as some old tokens have
        encode(["string"], [""]),
        encode(["string"], ["T" * 33]),
        word(32) + word(33) + b"T" * 32,
        word(32) + word(2**256 - 1) + b"T" * 32,
        word(2**256 - 1) + word(1) + b"T" * 32,
        word(0) + word(1) + b"T" * 32,
        bytes(10_000),
    ],
    ids=["nothing", "byte", "bytes32", "empty", "long", "lies", "overflows", "far", "inside", "huge"],
)
def test_symbol_that_can_not_be_read__is_replaced_by_the_address(token, traits, answer):
    currency = token(answer).address
    assert traits(FREE.but(currency=currency))["Currency"] == f"{currency[:6]}...{currency[-4:]}"


@pytest.mark.parametrize("manner", [1, 2], ids=["reverts", "burns its gas"])
def test_token_that_does_not_answer__does_not_stop_the_paper(token, traits, manner):
    currency = token(b"", b"", manner).address
    name = f"{currency[:6]}...{currency[-4:]}"
    shown = traits(LIENED.but(currency=currency, loan=replace(LOAN, amount=7, currency=currency)))
    assert shown["Currency"] == shown["Loan currency"] == name
    assert shown["Loan amount"] == f"7 smallest units of {name}"


def test_token_without_code__is_shown_by_its_address(traits, attacker):
    shown = traits(FREE.but(currency=attacker.address))
    assert shown["Currency"] == f"{attacker.address[:6]}...{attacker.address[-4:]}"
