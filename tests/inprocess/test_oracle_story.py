"""The demo's oracle chapter in process: what the chain says of the homes over four years, and how far two liars get."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from rich.console import Console

from commonhold import build
from commonhold.engines import InProcessEngine
from commonhold.inputs.portfolio import Portfolio, read_portfolio
from commonhold.inputs.prices import read_prices
from commonhold.operations.connection import EXAMPLE, PRICES, cast_of, tokenize_options
from commonhold.operations.oracle_story import (
    CLAIM_USD,
    CLAIMED_AT,
    FIRST_QUARTER,
    FROZEN_AT,
    QUARTERS,
    RENEWED_AT,
    OracleStory,
)
from commonhold.operations.oracle_tables import explanation_table, liars_table
from commonhold.operations.reading import FeedStatus, ValueStatus
from commonhold.operations.story import Story
from commonhold.oracle.feeds import house_feed
from commonhold.recipe import Suite, deploy, local_parameters

HOMES = 6
YEAR_QUARTERS, STALE_QUARTERS = 4, 12  # from when on the haircut grows, and the maximum age


def told(folder: Path, homes: int) -> OracleStory:
    """The chapter over the first homes."""
    suite = deploy(InProcessEngine(), local_parameters())
    whole = read_portfolio(EXAMPLE)
    story = Story(suite, cast_of(suite), Portfolio(whole.file, whole.homes[:homes]), tokenize_options(suite, folder))
    story.issue_credentials()
    story.tokenize_homes()
    chapter = OracleStory(
        suite, story.cast, whole, read_prices(PRICES), story.property_ids, folder / "journals", story.chronicle
    )
    chapter.run()
    return chapter


@pytest.fixture(scope="module")
def chapter(tmp_path_factory: pytest.TempPathFactory) -> OracleStory:
    build.ensure()
    return told(tmp_path_factory.mktemp("chapter"), HOMES)


def test_median_on_chain__within_the_honest_range__the_liars_far_outside(chapter: OracleStory) -> None:
    appraisals = chapter.appraisals()
    suite: Suite = chapter.suite
    for house, honest, median in zip(chapter.followed, appraisals.honest_values, appraisals.medians, strict=True):
        assert honest[0] <= median <= honest[-1]
        assert chapter.explanations[house][0].appraisalUsd == int(median) * 10**18
        assert suite.aggregator.feedOf(house_feed(house)).value > 0
    absurd = next(node for node in appraisals.nodes if node.name == "anything")
    assert absurd.values[0] > 100 * appraisals.honest_values[0][-1]
    assert absurd.values[1] == 1


def test_liars__refused_by_a_node_and_by_the_chain(chapter: OracleStory) -> None:
    assert [refusal.error for refusal in chapter.chronicle.refusals] == ["ReportError", "NotInReport"]
    told_why = str(chapter.chronicle.refusals[0].named)
    assert "house 1: value: got" in told_why
    assert "the median" in told_why


def test_index__follows_the_real_series(chapter: OracleStory) -> None:
    for quarter, page in enumerate(chapter.explanations[1]):
        assert Decimal(page.indexNow) / 10**18 == chapter.prices.at(FIRST_QUARTER + quarter)
        assert page.indexStatus == FeedStatus.VALID


def test_statuses__quarantined_valid_stale(chapter: OracleStory) -> None:
    for house in set(chapter.followed) - {chapter.frozen}:
        last_appraisal = RENEWED_AT if house in chapter.renewed else 0
        for quarter, page in enumerate(chapter.explanations[house]):
            expected = (
                ValueStatus.QUARANTINED
                if quarter == 0
                else ValueStatus.STALE
                if quarter - last_appraisal >= STALE_QUARTERS
                else ValueStatus.VALID
            )
            assert page.status == expected, (house, quarter)


def test_freeze__counts_at_once_and_ends_by_itself(chapter: OracleStory) -> None:
    statuses = [ValueStatus(page.status) for page in chapter.explanations[chapter.frozen]]
    assert statuses[FROZEN_AT - 1 : FROZEN_AT + 2] == [ValueStatus.VALID, ValueStatus.FROZEN, ValueStatus.VALID]


def test_haircut__none_in_the_first_year__then_a_point_a_month(chapter: OracleStory) -> None:
    house = 2  # never appraised again, nothing else happens to it
    assert house not in (*chapter.renewed, chapter.claimed, chapter.frozen)
    for quarter, page in enumerate(chapter.explanations[house]):
        months = 3 * (min(quarter, STALE_QUARTERS) - YEAR_QUARTERS)
        share = page.haircutUsd / page.indexedUsd
        assert share == pytest.approx(max(0, months) / 100, abs=1e-6)  # the clock ticks between set-up and reading
        assert page.valueUsd == page.indexedUsd - page.haircutUsd


def test_appraised_again__worth_more_than_the_aged_one(chapter: OracleStory) -> None:
    renewed, aged = chapter.histories()[0], chapter.histories()[1]
    assert (renewed.appraised_at, aged.appraised_at) == ((0, RENEWED_AT), (0,))
    shares = [history.percent(lambda reading: reading.value)[2 * YEAR_QUARTERS] for history in (renewed, aged)]
    assert shares[0] > shares[1] + 10


def test_senior_claim__cuts_the_value_and_ends_new_loans(chapter: OracleStory) -> None:
    pages = chapter.explanations[chapter.claimed]
    before, after = pages[CLAIMED_AT - 1], pages[CLAIMED_AT]
    assert (before.seniorClaimsUsd, after.seniorClaimsUsd) == (0, CLAIM_USD)
    assert before.lendingValueUsd > 0
    assert after.lendingValueUsd == 0
    assert after.valueUsd == after.indexedUsd - after.haircutUsd - CLAIM_USD


def test_explanation__says_what_the_views_say(chapter: OracleStory) -> None:
    for house in chapter.followed:
        page = chapter.suite.valuation.explainValue(house)
        assert chapter.suite.valuation.valueOf(house) == (page.valueUsd, page.appraisedAt, page.status)
        assert chapter.suite.valuation.lendingValueOf(house) == (page.lendingValueUsd, page.appraisedAt, page.status)


def test_tables__show_bound_and_reason(chapter: OracleStory) -> None:
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(liars_table(chapter.appraisals()))
    console.print(explanation_table(*chapter.explained()))
    text = console.export_text()
    for expected in (
        "2 of 7 nodes lie",
        "+17.6 %",
        "honest median",
        "haircut for the age",
        "-15,000",
        "Stale",
        "2009Q3",
    ):
        assert expected in text, expected


def test_steps__one_report_a_round__accepted_only_whom_it_concerns(chapter: OracleStory) -> None:
    steps = {name: count for name, count, _ in chapter.chronicle.gas_by_step()}
    assert steps[f"report the values of {HOMES} homes"] == 2
    assert steps["accept an appraisal"] == HOMES + HOMES // 2
    assert steps["a new answer of the index feed (outside)"] == QUARTERS + 1


@pytest.mark.parametrize("homes", [1, 2])
def test_few_homes__the_chapter_is_told_all_the_same(tmp_path: Path, homes: int) -> None:
    chapter = told(tmp_path, homes)
    assert len(chapter.histories()) == homes
    assert all(len(pages) == QUARTERS + 1 for pages in chapter.explanations.values())
