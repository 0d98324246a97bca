"""A successor for one contract, by proposals alone: a second loan book takes over while the first runs out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dao_stage import DAY, Dao, refused

from commonhold import build
from commonhold.operations.governance.dao import Dao as Steps
from commonhold.operations.governance.dao import names_of
from commonhold.operations.governance.preview import preview
from commonhold.operations.governance.proposal_file import read_proposal
from commonhold.operations.governance.second_book import SecondBook, deploy_second_book, suite_with
from commonhold.recipe import buying
from commonhold.recipe.governing import role_holder
from commonhold.recipe.lending import Application, LoanStage, approve_loan, open_loan, request_loan
from commonhold.recipe.plan import Role
from commonhold.recipe.voting import Support

COIN, NO_LIMIT = 10**18, 2**256 - 1
EXAMPLE = build.ROOT / "examples" / "proposal_second_book.yaml"


@dataclass
class Succession:
    """The first book's suite, the second's, and the proposal between them."""

    first: Any
    second: Any
    made: SecondBook
    steps: Steps
    voters: Any

    def carry_out(self) -> None:
        """By the DAO: proposed, voted, queued, executed."""
        self.steps.propose(self.voters[0])
        for voter in self.voters:
            self.steps.vote(voter, Support.FOR, pass_time=True)
        self.steps.queue(self.voters[3], pass_time=True)
        self.steps.execute(self.voters[3], pass_time=True)
        buying.keep_price_valid(self.first)


@pytest.fixture
def succession(dao: Dao, attacker: str, tmp_path: Path) -> Succession:
    """Anybody has deployed the second book; the DAO has not said a word yet."""
    suite = dao.suite
    terms = suite.desk.terms()
    made = deploy_second_book(suite, attacker, terms._replace(graceDays=terms.graceDays + 5))
    file = tmp_path / "proposal.yaml"
    file.write_text(made.named_in(EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")
    steps = Steps(suite, read_proposal(file, names_of(suite)))
    return Succession(suite, suite_with(suite, made), made, steps, dao.voters)


def test_second_book__before_the_vote__can_do_nothing(
    succession: Succession, owner_a: str, valued_share: Callable[..., int], lending_cash: Callable[..., None]
) -> None:
    second, share = succession.second, valued_share(to=owner_a)
    lending_cash()
    asked = request_loan(second, owner_a, Application(share, 20_000 * COIN))
    refused(lambda: approve_loan(second, asked), "AccessManagedUnauthorized", role_holder(second, "underwriter"))
    assert not second.loans.isBook(succession.made.new_book)


def test_succession__by_one_proposal__is_what_its_preview_says(succession: Succession) -> None:
    found = preview(succession.first, succession.steps.file)
    made = succession.made
    told = {
        (one.contract, one.view, tuple(value for _, value in one.arguments), one.field): (one.before, one.after)
        for one in found.changes
    }
    first, approve = succession.first, succession.first.desk.coders.function("approve").selector
    assert told["loans", "mayLend", (made.new_book,), ""] == (False, True)
    assert told["loans", "mayLend", (first.book.address,), ""] == (True, False)
    assert told["loans", "isBook", (made.new_auction,), ""] == (False, True)
    assert ("loans", "isBook", (first.book.address,), "") not in told  # it stays one: its loans run on
    assert told["certificate", "holderRights", (made.new_book,), ".maySell"] == (False, True)
    roles = {one.arguments: (one.before, one.after) for one in found.of("right") if one.view == "getTargetFunctionRole"}
    asked = (("target", made.new_desk), ("selector", approve))
    assert roles[asked] == (Role.ADMIN, Role.UNDERWRITER)
    assert roles[("target", first.desk.address), ("selector", approve)] == (Role.UNDERWRITER, Role.ADMIN)
    assert not found.unseen
    succession.carry_out()
    assert first.loans.mayLend(made.new_book)
    assert not first.loans.mayLend(first.book)
    assert not preview(first, succession.steps.file).changes  # there is nothing left to do


def test_succession__first_runs_out_while_second_lends(
    succession: Succession,
    owner_a: str,
    owner_b: str,
    active_loan: Callable[..., int],
    approved_loan: Callable[..., Any],
    valued_share: Callable[..., int],
    coins: Callable[[Any, int], None],
) -> None:
    first, second = succession.first, succession.second
    old = active_loan(owner_a)
    waiting = approved_loan(owner_b)
    succession.carry_out()

    # The first book: an approval of before is worth nothing, a loan of before is paid off and its share set free.
    refused(lambda: first.book.draw(waiting.loan_id, owner_b, sender=owner_b), "BookIsClosed", first.book.address)
    refused(
        lambda: approve_loan(first, request_loan(first, owner_a, Application(valued_share(to=owner_a), 9_000 * COIN))),
        "AccessManagedUnauthorized",
        role_holder(first, "underwriter"),
    )
    share = first.desk.loanOf(old).application.shareId
    assert first.certificate.encumbrancesOf(share)[0] == first.book.address
    coins(owner_a, 30_000 * COIN)
    first.book.pay(old, 30_000 * COIN, sender=owner_a)
    assert first.book.stageOf(old) == LoanStage.REPAID
    assert int(first.certificate.encumbrancesOf(share)[0], 16) == 0

    # The second: the same share bears a new loan, under the new rules.
    new = open_loan(second, owner_a, Application(share, 10_000 * COIN))
    assert second.book.stageOf(new) == LoanStage.ACTIVE
    assert second.certificate.encumbrancesOf(share)[0] == succession.made.new_book
    assert second.desk.terms().graceDays == first.desk.terms().graceDays + 5
    second.coin.approve(second.treasury.address, NO_LIMIT, sender=owner_a)
    second.book.pay(new, 30_000 * COIN, sender=owner_a)
    assert second.book.stageOf(new) == LoanStage.REPAID


def test_succession__late_loan_of_the_first_book__is_sold_at_its_own_auction(
    succession: Succession,
    owner_a: str,
    buyer: str,
    attacker: str,
    active_loan: Callable[..., int],
    credential: Callable[..., bytes],
    coins: Callable[[Any, int], None],
) -> None:
    first = succession.first
    old = active_loan(owner_a)
    succession.carry_out()
    first.engine.set_time(first.desk.loanOf(old).dueAt + 91 * DAY)
    keep_feeds(first)
    first.book.startForeclosure(old, sender=attacker)
    credential(buyer)
    first.engine.advance(3 * DAY)
    keep_feeds(first)
    coins(buyer, 60_000 * COIN)
    first.coin.approve(first.treasury.address, NO_LIMIT, sender=buyer)
    first.auction.bid(old, NO_LIMIT, 0, sender=buyer)
    assert first.book.stageOf(old) == LoanStage.FORECLOSED
    assert first.certificate.ownerOf(first.desk.loanOf(old).application.shareId) == buyer


def keep_feeds(suite: Any) -> None:
    """After days: the reserve's price and the house-price index say again what they said last."""
    buying.keep_price_valid(suite)
    suite.index_feed.updateAnswer(suite.index_feed.latestAnswer(), sender=suite.deployer)
