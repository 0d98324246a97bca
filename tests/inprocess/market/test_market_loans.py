"""Shares under a loan, and purchases with one: the coins go the way they must, or nothing goes anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from market_scene import DAY, DOCUMENTS, FEE, PRICE, UNIT, UNLIMITED, WAD, Scene, refused

from commonhold.recipe import market as sales
from commonhold.recipe.buying import give_coins, keep_price_valid
from commonhold.recipe.lending import Application, LoanStage, approve_loan, request_loan
from commonhold.recipe.market import COIN_PLACE, RESERVE_PLACE

LOAN = 20_000 * WAD


def lent(scene: Scene, borrower: str, share: int, amount: int = LOAN) -> int:
    """An open loan on a share of the borrower's."""
    asked = request_loan(scene.suite, borrower, Application(share, amount))
    approve_loan(scene.suite, asked)
    scene.suite.book.draw(asked.loan_id, borrower, sender=borrower)
    return asked.loan_id


def owed(scene: Scene, loan_id: int) -> int:
    return scene.suite.book.debtOf(loan_id) + scene.suite.book.feesDueOf(loan_id)


# -------------------------------------------------------------------------------------------------------- under a loan


@pytest.mark.parametrize("way", ["take", "settle"])
def test_share_under_a_loan__sold__pays_it_off(valued: Scene, way: str) -> None:
    suite = valued.suite
    loan_id = lent(valued, valued.seller, valued.share)
    suite.engine.advance(10 * DAY)
    keep_price_valid(suite)
    before = valued.money(valued.seller, valued.buyer)
    if way == "take":
        receipt = valued.take(valued.ready())
    else:
        ask = valued.bought()
        valued.complete(ask)
        receipt = valued.settle(ask)
    debt = receipt.event("Sold")["debt"]
    assert LOAN < debt < LOAN + 100 * WAD
    assert suite.desk.loanOf(loan_id).stage == LoanStage.REPAID
    assert (valued.owner(), suite.certificate.encumbrancesOf(valued.share).lienHolder) == (
        valued.buyer,
        "0x" + "00" * 20,
    )
    after = valued.money(valued.seller, valued.buyer)
    assert after[valued.seller][0] == before[valued.seller][0] + PRICE - FEE - debt
    assert after[valued.buyer][0] == before[valued.buyer][0] - PRICE
    valued.check()


@pytest.mark.parametrize("gap", [-1, 0, 1])
@pytest.mark.parametrize("way", ["take", "settle"])
def test_share_under_a_loan__coins_short_of_the_debt__refused_with_the_gap(valued: Scene, way: str, gap: int) -> None:
    """A payment in two tokens, whose coins are fee and debt, a wei more or a wei less."""
    suite = valued.suite
    loan_id = lent(valued, valued.seller, valued.share)
    ask = valued.ready()
    at = suite.engine.now() + 100
    with suite.engine.rollback():
        suite.engine.set_time(at)
        debt = owed(valued, loan_id)
    payments = [(COIN_PLACE, FEE + debt - gap), (RESERVE_PLACE, 10**12)]
    if way == "take":
        valued.at(at)
        act = lambda: valued.take(ask, payments=payments)  # noqa: E731
    else:
        valued.buy(ask, payments=payments)
        valued.at(at)
        act = lambda: valued.settle(ask)  # noqa: E731
    if gap > 0:
        refused(act, "DebtNotCovered", loan_id, debt, debt - 1)
    else:
        assert act().event("Sold")["debt"] == debt
        assert valued.owner() == valued.buyer
        valued.check()


def test_share_under_a_loan__late_fees__are_paid_with_it(valued: Scene) -> None:
    suite = valued.suite
    loan_id = lent(valued, valued.seller, valued.share)
    suite.engine.advance(60 * DAY)
    keep_price_valid(suite)
    assert suite.book.feesDueOf(loan_id) > 0
    ask = valued.ready()
    at = suite.engine.now() + 10
    with suite.engine.rollback():
        suite.engine.set_time(at)
        debt = owed(valued, loan_id)
    valued.at(at)
    assert valued.take(ask).event("Sold")["debt"] == debt
    assert suite.desk.loanOf(loan_id).stage == LoanStage.REPAID


def test_share_under_a_loan__repaid_by_a_stranger_meanwhile__is_another_share(valued: Scene, owner_b: str) -> None:
    loan_id = lent(valued, valued.seller, valued.share)
    ask = valued.bought()
    give_coins(valued.suite, owner_b, 2 * LOAN)
    valued.suite.coin.approve(valued.suite.treasury, UNLIMITED, sender=owner_b)
    valued.suite.book.pay(loan_id, 2 * LOAN, sender=owner_b)
    valued.complete(ask)
    refused(lambda: valued.settle(ask), "FingerprintChanged")
    valued.refund(ask)
    valued.check()


# ------------------------------------------------------------------------------------------------------------ with one


def promised(scene: Scene, borrower: str | None = None, *, amount: int = 18_000 * WAD, **fields: Any) -> int:
    """A loan that was approved for the purchase."""
    application = Application(fields.pop("share_id", scene.share), amount, price_usd=fields.pop("price_usd", PRICE))
    asked = request_loan(scene.suite, borrower or scene.buyer, application)
    approve_loan(scene.suite, asked)
    return asked.loan_id


AMOUNT = 18_000 * WAD
"""60 % of the price: the most that is lent."""
BROUGHT = AMOUNT - AMOUNT // 100


def test_financed__down_payment_and_loan__meet_the_price(valued: Scene) -> None:
    suite = valued.suite
    loan_id = promised(valued)
    before = valued.money(valued.seller, valued.buyer)
    ask = valued.ask()
    said = valued.buy(ask, loan_id=loan_id).event("Financed")
    assert (said["loanId"], said["coins"]) == (loan_id, BROUGHT)
    page = valued.page(ask)
    assert (page.loanId, page.loanCoins) == (loan_id, BROUGHT)
    assert [tuple(part) for part in page.parts] == [(COIN_PLACE, PRICE - BROUGHT)]
    valued.check(ask)
    valued.complete(ask)
    receipt = valued.settle(ask)
    assert receipt.event("Drawn")["loanId"] == loan_id
    after = valued.money(valued.seller, valued.buyer)
    assert after[valued.seller][0] == before[valued.seller][0] + PRICE - FEE
    assert after[valued.buyer][0] == before[valued.buyer][0] - (PRICE - BROUGHT)
    assert valued.owner() == valued.buyer
    assert suite.certificate.encumbrancesOf(valued.share).lienHolder == suite.book.address
    assert suite.desk.loanOf(loan_id).stage == LoanStage.ACTIVE
    assert suite.certificate.certificateOf(valued.share).priceUsd == PRICE
    valued.check()


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_financed__loan_to_value__at_its_edge(valued: Scene, over: int) -> None:
    amount = AMOUNT + over
    loan_id = promised(valued, amount=amount)
    ask = valued.ask()
    valued.buy(ask, loan_id=loan_id)
    valued.complete(ask)
    if over > 0:
        refused(lambda: valued.settle(ask), "LoanToValueTooHigh", amount, AMOUNT)
        valued.check(ask)
        assert valued.owner() == valued.seller
    else:
        valued.settle(ask)


@pytest.mark.parametrize("short", [-1, 0, 1])
def test_financed__down_payment__short_by_a_wei(valued: Scene, short: int) -> None:
    loan_id = promised(valued)
    ask = valued.ask()
    payments = sales.in_coin(PRICE - BROUGHT - short)
    if short > 0:
        refused(lambda: valued.buy(ask, payments=payments, loan_id=loan_id), "PaymentShort", 1)
    else:
        valued.buy(ask, payments=payments, loan_id=loan_id)


def test_financed__down_payment_in_the_reserve_token__the_loan_pays_the_fee(valued: Scene) -> None:
    loan_id = promised(valued)
    ask = valued.ask()
    valued.buy(ask, payments=[(RESERVE_PLACE, 10**12)], loan_id=loan_id)
    valued.complete(ask)
    before = valued.money(valued.seller)[valued.seller]
    valued.settle(ask)
    units = -(-(PRICE - BROUGHT) * UNIT // WAD)
    assert valued.money(valued.seller)[valued.seller] == (before[0] + BROUGHT - FEE, before[1] + units)
    valued.check()


def test_financed__share_under_the_sellers_loan__out_of_the_down_payment(valued: Scene) -> None:
    """The new loan's coins come after the move, which the old lien forbids: the gap is told."""
    old = lent(valued, valued.seller, valued.share, 10_000 * WAD)
    loan_id = promised(valued)
    ask = valued.ask()
    valued.buy(ask, loan_id=loan_id)
    valued.complete(ask)
    before = valued.money(valued.seller)[valued.seller][0]
    debt = valued.settle(ask).event("Sold")["debt"]
    assert debt > 10_000 * WAD
    assert valued.money(valued.seller)[valued.seller][0] == before + PRICE - FEE - debt
    assert valued.suite.desk.loanOf(old).stage == LoanStage.REPAID
    assert valued.suite.desk.loanOf(loan_id).stage == LoanStage.ACTIVE
    valued.check()


def test_financed__down_payment_below_the_sellers_debt__refused_with_the_gap(valued: Scene) -> None:
    old = lent(valued, valued.seller, valued.share, 15_000 * WAD)
    loan_id = promised(valued)
    ask = valued.ask()
    valued.buy(ask, loan_id=loan_id)
    valued.complete(ask)
    at = valued.suite.engine.now() + 10
    with valued.suite.engine.rollback():
        valued.suite.engine.set_time(at)
        debt = owed(valued, old)
    valued.at(at)
    refused(lambda: valued.settle(ask), "DebtNotCovered", old, debt, PRICE - BROUGHT)
    assert valued.owner() == valued.seller


def test_financed__another_share_price_or_borrower__refused(valued: Scene, owner_b: str, credential: Any) -> None:
    suite = valued.suite
    ask = valued.ask()
    for fields in ({"share_id": valued.share + 1}, {"price_usd": PRICE - 1}):
        other = promised(valued, **fields)
        told = (fields.get("share_id", valued.share), fields.get("price_usd", PRICE))
        refused(lambda other=other: valued.buy(ask, loan_id=other), "OtherLoan", other, *told)
    credential(owner_b)
    foreign = promised(valued, owner_b)
    refused(lambda: valued.buy(ask, loan_id=foreign), "NotBorrower", foreign, valued.buyer, owner_b)
    refused(lambda: valued.buy(ask, loan_id=99), "WrongStage", 99, LoanStage.NONE)
    mine = promised(valued)
    suite.desk.withdraw(mine, sender=valued.buyer)
    refused(lambda: valued.buy(ask, loan_id=mine), "WrongStage", mine, LoanStage.WITHDRAWN)
    valued.check()


def test_financed__loan_withdrawn_meanwhile__money_waits_and_comes_back(valued: Scene) -> None:
    loan_id = promised(valued)
    ask = valued.ask()
    valued.buy(ask, loan_id=loan_id)
    valued.complete(ask)
    valued.suite.desk.withdraw(loan_id, sender=valued.buyer)
    refused(lambda: valued.settle(ask), "WrongStage", loan_id, LoanStage.WITHDRAWN)
    valued.check(ask)
    valued.suite.engine.advance(31 * DAY)
    valued.refund(ask)
    valued.check()


def test_financed__market_without_its_row__draws_nothing(valued: Scene, as_dao: Any) -> None:
    loan_id = promised(valued)
    ask = valued.ask()
    valued.buy(ask, loan_id=loan_id)
    valued.complete(ask)
    as_dao(valued.suite.desk, "setMarket", valued.market, False)
    keep_price_valid(valued.suite)
    refused(lambda: valued.settle(ask), "NotMarket", valued.market.address)
    assert valued.page(ask).documentsHash == DOCUMENTS
