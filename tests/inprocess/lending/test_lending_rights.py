"""What the recipe lets book and auction do, and the scenes that tests of lending start from."""

from __future__ import annotations

import pytest

from commonhold.engines import Revert
from commonhold.recipe.lending import Application, LoanKind, LoanStage, accept_purchase, open_loans
from commonhold.recipe.plan import BOOK_PEERS

COIN = 10**18
DAY = 86_400


def test_recipe__of_lending__gives_book_and_auction_what_they_need_and_no_more(suite):
    rights = {key: tuple(suite.certificate.holderRights(suite.contracts[key])) for key in ("book", "auction")}
    assert rights == {"book": (True, True, False), "auction": (False, True, False)}
    assert suite.loans.mayLend(suite.book)
    assert suite.loans.isBook(suite.auction)
    assert not suite.loans.mayLend(suite.auction)
    assert [suite.coin.minterOf(suite.contracts[key]).cap for key in ("book", "auction")] == [0, 0]
    assert not suite.credentials.isValid(suite.book.address)


def test_terms__of_book_and_auction__are_those_of_the_parameters(suite, parameters):
    assert tuple(suite.desk.terms()) == parameters.loans.terms
    assert tuple(suite.auction.terms()) == parameters.auction.terms
    assert suite.desk.guardianStopPeriod() == parameters.guardian.stop_period
    assert tuple(suite.desk.peers()) == tuple(suite.contracts[peer.key].address for peer in BOOK_PEERS)


@pytest.mark.parametrize("call", [("approve",), ("stop",), ("resume",), ("offerOwned",)])
def test_stranger__may_not_act_for_people(suite, attacker, call):
    nothing = bytes(32)
    arguments = {
        "approve": (suite.desk, (1, attacker, (257, 1, 1, 0, 0, 1), 1, 1)),
        "stop": (suite.desk, (nothing,)),
        "resume": (suite.desk, (nothing,)),
        "offerOwned": (suite.auction, (257, 2, 1)),
    }
    contract, values = arguments[call[0]]
    with pytest.raises(Revert) as refused:
        getattr(contract, call[0])(*values, sender=attacker)
    assert (refused.value.name, refused.value.values) == ("AccessManagedUnauthorized", (attacker,))


def test_approved_loan__is_ready_to_be_drawn(suite, engine, approved_loan, owner_b):
    asked = approved_loan(owner_b, amount=15_000 * COIN, kind=LoanKind.ADJUSTABLE)
    (approved,) = engine.events(suite.desk, "Approved")
    assert (approved["loanId"], approved["rateBps"]) == (asked.loan_id, suite.rates.quote().rateBps)
    assert suite.book.stageOf(asked.loan_id) == LoanStage.APPROVED
    assert (asked.borrower, asked.application.amount) == (owner_b, 15_000 * COIN)


def test_active_loan__was_paid_out_and_its_share_carries_the_lien(suite, engine, active_loan, owner_a):
    loan_id = active_loan()
    (drawn,) = engine.events(suite.book, "Drawn")
    assert (suite.book.stageOf(loan_id), suite.book.debtOf(loan_id)) == (LoanStage.ACTIVE, 20_000 * COIN)
    assert suite.coin.balanceOf(owner_a) == 19_800 * COIN
    assert suite.certificate.encumbrancesOf(drawn["shareId"])[0] == suite.book.address
    assert suite.book.loanOfShare(drawn["shareId"]) == loan_id


@pytest.mark.parametrize("days", [16, 91])
def test_late_loan__is_so_many_days_past_due(suite, late_loan, days):
    assert suite.book.daysPastDueOf(late_loan(days=days)) == days
    assert suite.book.stageOf(1) == LoanStage.ACTIVE


def test_accepted_purchase__is_drawn_in_one_transaction(
    suite, approved_loan, valued_share, coins, credential, owner_b, buyer, manager
):
    share_id, price = valued_share(to=owner_b), 30_000 * COIN
    credential(buyer)
    coins(buyer, price)
    asked = approved_loan(buyer, share_id=share_id, amount=18_000 * COIN, price_usd=price)
    accept_purchase(suite, asked, manager=manager)
    suite.book.drawForPurchase(asked.loan_id, sender=buyer)
    assert suite.certificate.ownerOf(share_id) == buyer
    assert suite.coin.balanceOf(owner_b) == price
    assert suite.coin.balanceOf(buyer) == 18_000 * COIN - 180 * COIN  # of its amount 1 % is the fee
    assert suite.certificate.encumbrancesOf(share_id)[0] == suite.book.address


def test_many_loans__are_opened_at_one_quote(suite, valued_house, share, lending_cash, owner_a, owner_b):
    homes = {owner: valued_house(to=owner) for owner in (owner_a, owner_b)}
    lending_cash()
    wanted = [
        (owner, Application(share(house, number), 5_000 * COIN))
        for owner, house in homes.items()
        for number in range(1, 5)
    ]
    opened = open_loans(suite, wanted)
    assert opened == list(range(1, 9))
    assert {suite.book.debtOf(loan) > 5_000 * COIN for loan in opened[:-1]} == {True}
    assert sum(suite.book.debtOf(loan) for loan in opened) - suite.loans.totalDebt() in range(len(opened) + 1)
