"""The demo's loan chapter, after the others: it makes its own room, lends, is paid, and three things are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from commonhold.build import ROOT
from commonhold.engines import InProcessEngine
from commonhold.inputs.loanapp import read_applications
from commonhold.inputs.portfolio import Portfolio, read_portfolio
from commonhold.inputs.prices import read_prices
from commonhold.operations.chronicle import Chronicle
from commonhold.operations.connection import EXAMPLE, PRICES, cast_of, tokenize_options
from commonhold.operations.lending.schedules import schedule_table
from commonhold.operations.loan_story import SHARES_SOLD, LoanStory, spare_wallets
from commonhold.operations.oracle_story import OracleStory
from commonhold.operations.reading import ZERO_ADDRESS
from commonhold.operations.story import Story
from commonhold.recipe import deploy, local_parameters
from commonhold.recipe.lending import LoanStage

APPLICATIONS = ROOT / "examples" / "loanapp.csv"
HOMES = 6


def told(folder: Path, *, after_the_oracle: bool) -> LoanStory:
    suite = deploy(InProcessEngine(), local_parameters())
    whole = read_portfolio(EXAMPLE)
    portfolio = Portfolio(whole.file, whole.homes[:HOMES])
    story = Story(suite, cast_of(suite), portfolio, tokenize_options(suite, folder / "documents"))
    story.run()
    if after_the_oracle:
        prices, chronicle = read_prices(PRICES), Chronicle()
        OracleStory(suite, story.cast, whole, prices, story.property_ids, folder / "journals", chronicle).run()
    applications, wallets = read_applications(APPLICATIONS).applications, spare_wallets(suite)
    chapter = LoanStory(suite, story.cast, portfolio, story.property_ids, applications, wallets, story.chronicle)
    chapter.run()
    return chapter


@pytest.mark.parametrize("after_the_oracle", [False, True], ids=["at once", "four years on"])
def test_chapter__lends_and_is_paid(tmp_path: Path, after_the_oracle: bool) -> None:
    (tmp_path / "journals").mkdir()
    chapter = told(tmp_path, after_the_oracle=after_the_oracle)
    outcome, portfolio = chapter.outcome, chapter.portfolio()
    assert outcome.applications == 1_989
    assert 24 <= len(outcome.drawn) == len(portfolio.lines) + 1 <= SHARES_SOLD
    rules = outcome.by_rule()
    assert (rules["NotApprovedByLender"], rules["TermMissing"]) == (244, 1)
    assert rules["NoShareLeft"] + len(outcome.drawn) > 250
    assert {"TooManyLoans", "HouseCapExceeded"}.isdisjoint(rules)
    loans = [chapter.suite.desk.loanOf(loan_id) for loan_id in outcome.drawn]
    assert [loan.paid for loan in loans[:4]] == [1, 1, 1, 0]
    assert portfolio.coverage >= 10**18
    title, rows, kind = chapter.schedule()
    assert schedule_table(title, rows, kind).row_count > 20
    refused = {refusal.tried: refusal.error for refusal in chapter.chronicle.refusals}
    assert refused["move a share under a lien"] == "ShareLocked"
    assert refused["draw a loan a second time"] == "WrongStage"
    assert refused["foreclose on a borrower who pays"] == "NotForeclosable"
    assert chapter.chronicle.steps["finance the purchase of a share"]
    (*_, repaid) = loans
    assert repaid.stage == LoanStage.REPAID
    papers = [chapter.suite.lens.certificate(loan.application.shareId).certificate for loan in (loans[0], repaid)]
    assert [paper.lienHolder for paper in papers] == [chapter.suite.book.address, ZERO_ADDRESS]
    assert papers[0].loan.currency == chapter.suite.coin.address
