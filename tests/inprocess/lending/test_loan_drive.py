"""All 1,989 real applications through the book: those that fit are loans, the others refused, each by a named rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commonhold.build import ROOT
from commonhold.engines.codec import checksum
from commonhold.inputs.home import usd_units
from commonhold.inputs.loanapp import read_applications
from commonhold.inputs.portfolio import Portfolio, read_portfolio
from commonhold.operations.connection import tokenize_options
from commonhold.operations.credentials import ensure_credential
from commonhold.operations.lending.desk import LoanDesk
from commonhold.operations.lending.drive import Drive, Parties
from commonhold.operations.lending.opening import appraise
from commonhold.operations.lending.portfolio import read_portfolio as read_loans
from commonhold.operations.lending.reading import Stage
from commonhold.operations.reading import share_id
from commonhold.operations.tokenize import tokenize
from commonhold.recipe.buying import buy_coins, keep_price_valid

APPLICATIONS = ROOT / "examples" / "loanapp.csv"
HOMES = ROOT / "examples" / "portfolio.json"
COIN, DAY = 10**18, 86_400
HOUSES = 40


@pytest.fixture
def shares(suite: Any, tmp_path: Path, issuer: str, holding_entity: str, attacker: str) -> list[int]:
    """Shares of real homes, valued at their prices, for sale by the holding entity; 5 million of cash is there."""
    ensure_credential(suite, holding_entity, issuer)
    whole = read_portfolio(HOMES)
    portfolio = Portfolio(whole.file, whole.homes[:HOUSES])
    houses = tokenize(suite, portfolio, tokenize_options(suite, tmp_path)).property_ids
    prices = (usd_units(placed.home.price_usd) for placed in portfolio.homes)
    appraise(suite, dict(zip(houses, prices, strict=True)))
    suite.engine.advance(7 * DAY + 1)
    keep_price_valid(suite)
    buy_coins(suite, attacker, 5_000_000 * 10 ** suite.reserve.decimals())
    suite.engine.advance(3 * 3_600)
    return [share_id(house, number) for house in houses for number in range(1, 9)]


@pytest.fixture
def parties(suite: Any, issuer: str, holding_entity: str, manager: str, underwriter: str) -> Parties:
    """Each applicant has a wallet of his own; in process nobody needs a key."""

    def borrower(number: int) -> str:
        wallet = checksum((0xA991 << 64 | number).to_bytes(20, "big"))
        ensure_credential(suite, wallet, issuer)
        return wallet

    return Parties(holding_entity, manager, underwriter, borrower)


def test_all_applications__judged_by_named_rules(suite: Any, shares: list[int], parties: Parties) -> None:
    applications = read_applications(APPLICATIONS).applications
    outcome = Drive(suite, parties, shares).run(applications)
    assert outcome.applications == len(applications) == 1_989
    assert outcome.by_rule() == {
        "LoanToValueTooHigh": 1_459,
        "NotApprovedByLender": 244,
        "AmountBelowMinimum": 8,
        "TermMissing": 1,
    }
    assert len(outcome.drawn) == 277
    loans = {line.loan_id: line for line in read_loans(suite).lines}
    assert set(loans) == set(outcome.drawn)
    for loan_id, placed in outcome.drawn.items():
        line, application = loans[loan_id], placed.application
        assert (line.principal, line.share_ids) == (placed.amount, (placed.share_id,))
        assert suite.certificate.ownerOf(placed.share_id) == line.borrower == parties.borrower(application.number)
        assert application.amount_usd * 10 <= 6 * min(application.appraised_usd, application.price_usd)
    assert suite.loans.totalDebt() <= sum(line.debt for line in loans.values()) <= suite.loans.totalDebt() + len(loans)
    assert all(
        suite.desk.loanOf(number).stage == (Stage.ACTIVE if number in loans else Stage.WITHDRAWN)
        for number in range(1, suite.desk.lastLoan() + 1)
    )


def test_judged_first__the_same_rules_without_sending(suite: Any, shares: list[int], parties: Parties) -> None:
    """The book's arithmetic off the chain: as above, but for what the smaller shares are too small for."""
    applications = read_applications(APPLICATIONS).applications
    with suite.engine.rollback():
        on_chain = Drive(suite, parties, shares).run(applications[:600])
    outcome = Drive(suite, parties, shares, judge_first=True).run(applications[:600])
    assert outcome.by_rule() == on_chain.by_rule()
    assert list(outcome.drawn.values()) == list(on_chain.drawn.values())
    assert suite.desk.lastLoan() == len(outcome.drawn)


def test_judged_first__all_shares_sold__said_by_a_rule_of_its_own(
    suite: Any, shares: list[int], parties: Parties
) -> None:
    outcome = Drive(suite, parties, shares[:16], judge_first=True).run(read_applications(APPLICATIONS).applications)
    assert len(outcome.drawn) == 16
    assert outcome.applications == 1_989
    rules = outcome.by_rule()
    assert rules["NoShareLeft"] > 250
    assert (rules["NotApprovedByLender"], rules["TermMissing"]) == (244, 1)


def test_first_that_fits__is_the_loan_that_the_study_describes(suite: Any, shares: list[int], parties: Parties) -> None:
    applications = read_applications(APPLICATIONS).applications
    outcome = Drive(suite, parties, shares[:1]).run(applications)
    ((loan_id, placed),) = outcome.drawn.items()
    loan = suite.desk.loanOf(loan_id)
    application = placed.application
    assert loan.application.instalments == application.months
    share_value = suite.valuation.lendingValueOf(1)[0] // 8
    scaled = application.amount_usd / application.appraised_usd
    assert abs(loan.principal / share_value - float(scaled)) < 1e-6
    assert loan.stage == Stage.ACTIVE
    assert LoanDesk(suite).loans_of(loan.borrower) == [loan_id]
