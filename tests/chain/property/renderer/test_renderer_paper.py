"""The picture: valid SVG that needs nothing from outside, with every field of the paper on it."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from papers import DAY, FREE, LEASED, LIENED, LOAN, SILENT, SVG, USD, YEAR, ZERO, decoded, parsed, read_json

PAPERS = {
    "free": FREE,
    "liened": LIENED,
    "leased": LEASED,
    "both": LIENED.but(leaseHolder=LOAN.lender),
    "silent": SILENT,
}
SHAPES = {"rect", "circle", "ellipse", "path", "use", "text"}
DRAWN = {f"{SVG}{name}" for name in {"svg", "defs", "g", "pattern", "radialGradient", "stop"} | SHAPES}


def checked(svg: str) -> ElementTree.Element:
    """The root of a document that is whole, draws only and refers to its own parts only."""
    root = parsed(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox") == "0 0 1200 816"
    ids = {element.get("id") for element in root.iter()} - {None}
    for element in root.iter():
        assert element.tag in DRAWN
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            for reference in re.findall(r"url\((.*?)\)", value) + ([value] if name.endswith("href") else []):
                assert reference.startswith("#"), f"{name}={value} refers outside"
                assert reference[1:] in ids, f"{name}={value} refers to nothing"
    return root


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_svg__is_whole_and_stands_alone(renderer, paper):
    checked(renderer.svg(paper.abi()))


def test_svg__of_the_collection__is_whole_and_stands_alone(renderer):
    checked(decoded(read_json(renderer.contractURI())["image"], "image/svg+xml"))


def test_svg__shows_every_field(written):
    shown = written(FREE)
    for text in (
        "CERTIFICATE No. 259",
        "HOUSE No. 1",
        "0x000102...1d1e1f",
        "owns share 3 of 8, being 12.5000 % of the house",
        "Harborview Registration No. HV-000412",
        "US$ 187,500.00",
        "US dollars",
        "2026-01-01 01:23 UTC",
        "0x7099...79C8",
        "0x3C44...93BC",
        "0x90F7...b906",
        "2",
        "0x" + bytes(range(100, 132)).hex(),
        "Free of lien and lease.",
        "12.5000 %",
        "share 3 of 8",
    ):
        assert text in shown, text
    assert shown.count("3/8") == 4


def test_svg__of_a_liened_share__shows_the_loan(written):
    shown = written(LIENED)
    for text in ("SUBJECT TO A LIEN", "0x15d3...6A65", "US$ 112,500.00", "6.25 %", "30 years", "fixed"):
        assert text in shown, text
    assert not [text for text in shown if "Free of" in text]


def test_svg__of_a_lien_whose_holder_is_silent__says_so(written):
    assert "Held by 0x9965...A4dc, which does not tell its terms." in written(SILENT)


def test_svg__of_a_leased_share__is_stamped(written):
    shown = written(LEASED)
    assert {"LEASED", "Under a lease held by 0x9965...A4dc.", "Free of lien."} <= set(shown)
    assert "LEASED" not in written(FREE)
    assert {"LEASED", "SUBJECT TO A LIEN"} <= set(written(PAPERS["both"]))


def test_svg__of_an_owner_without_credential_and_price__says_so(written):
    shown = written(FREE.but(ownerId=bytes(32), priceUsd=0))
    assert "not on record" in shown
    assert shown.count("not recorded") == 2  # price and currency


def test_svg__houses_differ_in_colour_and_shares_of_one_do_not(renderer):
    def ink(paper):
        group = checked(renderer.svg(paper.abi())).find(f"{SVG}g")
        assert group is not None
        return group.get("fill")

    inks = [ink(FREE.but(propertyId=house)) for house in range(1, 8)]
    assert len(set(inks[:6])) == 6
    assert inks[6] == inks[0]
    assert ink(FREE.but(shareId=260, shareNumber=4)) == inks[0]


@pytest.mark.parametrize(
    ("millionths", "shown"),
    [(1, "0.0001"), (10_000, "1.0000"), (83_333, "8.3333"), (83_334, "8.3334"), (500_000, "50.0000")],
)
def test_percent__is_exact(written, millionths, shown):
    assert f"{shown} %" in written(FREE.but(millionths=millionths))


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        (1, "US$ 0.000000000000000001"),
        (USD - 1, "US$ 0.999999999999999999"),
        (USD, "US$ 1.00"),
        (USD + USD // 10, "US$ 1.10"),
        (999 * USD, "US$ 999.00"),
        (1_000 * USD, "US$ 1,000.00"),
        (1_234_567 * USD + USD // 8, "US$ 1,234,567.125"),
        (2**96 - 1, "US$ 79,228,162,514.264337593543950335"),
    ],
)
def test_price__is_exact(written, price, shown):
    assert shown in written(FREE.but(priceUsd=price))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (DAY - 1, "86399 seconds"),
        (DAY, "1 day"),
        (90 * DAY, "90 days"),
        (YEAR, "1 year"),
        (YEAR + DAY, "366 days"),
        (30 * YEAR, "30 years"),
        (2**40 - 1, "1099511627775 seconds"),
    ],
)
def test_term__is_shown_in_the_largest_unit_that_fits(written, seconds, shown):
    assert shown in written(LIENED.but(loan=replace(LOAN, termPeriod=seconds)))


@pytest.mark.parametrize(
    ("timestamp", "shown"),
    [
        (0, "1970-01-01 00:00 UTC"),
        (59, "1970-01-01 00:00 UTC"),
        (60, "1970-01-01 00:01 UTC"),
        (DAY - 1, "1970-01-01 23:59 UTC"),
        (DAY, "1970-01-02 00:00 UTC"),
        (951_782_399, "2000-02-28 23:59 UTC"),
        (951_782_400, "2000-02-29 00:00 UTC"),  # a leap year, as every 400 years
        (951_868_800, "2000-03-01 00:00 UTC"),
        (1_709_164_800, "2024-02-29 00:00 UTC"),
        (1_735_689_599, "2024-12-31 23:59 UTC"),
        (1_735_689_600, "2025-01-01 00:00 UTC"),
        (1_740_787_199, "2025-02-28 23:59 UTC"),
        (1_740_787_200, "2025-03-01 00:00 UTC"),
        (4_107_542_399, "2100-02-28 23:59 UTC"),
        (4_107_542_400, "2100-03-01 00:00 UTC"),  # no leap year, as every 100 years
        (4_294_967_295, "2106-02-07 06:28 UTC"),  # the last second of 32 bits
        (4_294_967_296, "2106-02-07 06:28 UTC"),
        (253_402_300_799, "9999-12-31 23:59 UTC"),
        (253_402_300_800, "10000-01-01 00:00 UTC"),
        (2**40 - 1, "36812-02-20 00:36 UTC"),
    ],
)
def test_date__is_the_calendar_s(written, traits, timestamp, shown):
    paper = FREE.but(acquiredAt=timestamp)
    assert shown in written(paper)
    assert traits(paper)["Acquired (UTC)"] == shown
    assert traits(paper)["Acquired"] == timestamp


def test_addresses__zero__are_shown_as_zero(written):
    assert "0x0000...0000" in written(FREE.but(ownerIdIssuer=ZERO))
