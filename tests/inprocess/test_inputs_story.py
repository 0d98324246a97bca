"""The demo's story in process: every step has its effect, and what must be refused is, for the right reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from commonhold import build
from commonhold.engines import InProcessEngine
from commonhold.inputs.portfolio import Portfolio, read_portfolio
from commonhold.operations.amounts import AmountError, parse_amount, show_amount
from commonhold.operations.connection import cast_of, tokenize_options
from commonhold.operations.paper import svg_of, write_svg
from commonhold.operations.reading import certificate_of, property_of, wallet_of
from commonhold.operations.story import RENT_PER_SHARE, Story
from commonhold.operations.transfers import refusal_of
from commonhold.recipe import deploy, local_parameters

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "portfolio.json"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The whole story over two homes, told."""
    build.ensure()
    suite = deploy(InProcessEngine(), local_parameters())
    whole = read_portfolio(EXAMPLE)
    options = tokenize_options(suite, tmp_path_factory.mktemp("documents"))
    told = Story(suite, cast_of(suite), Portfolio(whole.file, whole.homes[:2]), options)
    told.run()
    return told


def test_story__three_refusals_by_name(story: Story) -> None:
    unapproved = story.followed_share + 2
    assert [(refusal.error, refusal.named) for refusal in story.chronicle.refusals] == [
        ("TransferNotApproved", {"shareId": unapproved, "to": story.cast.buyer}),
        ("ERC7943CannotReceive", {"account": story.cast.stranger}),
        ("AlreadyRegistered", {"field": "providerPropertyId", "value": "inv 0001", "existing": 1}),
    ]


def test_story__shares_and_income_are_where_they_belong(story: Story) -> None:
    suite, cast = story.suite, story.cast
    assert certificate_of(suite, story.followed_share).certificate.owner == cast.buyer
    assert certificate_of(suite, story.kept_share).certificate.owner == cast.owner_b
    assert suite.coin.balanceOf(cast.owner_a) == 2 * RENT_PER_SHARE  # both deposits came before it sold
    assert wallet_of(suite, cast.buyer).pendingIncome == 0
    assert wallet_of(suite, cast.owner_b).pendingIncome == RENT_PER_SHARE
    house = property_of(suite, story.property_ids[0])
    assert (house.shares, house.sharesSold, house.sharesUnmoved) == (8, 2, 6)


def test_story__every_step_has_its_receipts(story: Story) -> None:
    steps = {name: count for name, count, _ in story.chronicle.gas_by_step()}
    assert steps["register a home"] == steps["tokenize a home"] == 2
    assert all(count > 0 for count in steps.values())


def test_refusal__said_beforehand(story: Story) -> None:
    refusal = refusal_of(story.suite, story.followed_share, story.cast.buyer, story.cast.owner_a)
    assert refusal is not None
    assert (refusal.name, refusal.values) == ("TransferNotApproved", (story.followed_share, story.cast.owner_a))


def test_paper__written_whole(story: Story, tmp_path: Path) -> None:
    file = write_svg(story.suite, story.followed_share, tmp_path / "new" / "certificate.svg")
    assert file.read_text("utf-8") == svg_of(story.suite, story.followed_share)
    assert [each.name for each in file.parent.iterdir()] == ["certificate.svg"]


@pytest.mark.parametrize(
    ("text", "units"), [("0", 0), ("1200.50", 1200_5 * 10**17), ("0.000000000000000001", 1), ("7", 7 * 10**18)]
)
def test_amount__exact_both_ways(text: str, units: int) -> None:
    assert parse_amount(text) == units
    assert parse_amount(show_amount(units).replace(",", "")) == units


@pytest.mark.parametrize("text", ["", "-1", "1e3", "1,000", "NaN", ".5", "5.", "0.0000000000000000001", "01", "\u0661"])
def test_amount__no_plain_decimal__refused(text: str) -> None:
    with pytest.raises(AmountError, match="expected a plain decimal amount"):
        parse_amount(text)
