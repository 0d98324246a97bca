"""Sales on the chain, as a newcomer would read them: who does what, which events come, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ape
import pytest
from sale_stage import DAY, DOCUMENTS, FEE, LATER, PRICE, WAD, ZERO, Stage

from commonhold.recipe import lending as loans
from commonhold.recipe.market import COIN_PLACE, RESERVE_PLACE, Outcome, in_coin

SALE = 2
"""IFeeSplitter.FeeKind."""
HALF = 15_000 * WAD
MIXED = [(COIN_PLACE, HALF), (RESERVE_PLACE, 20_000 * 10**6)]
"""Half of the price in coin; the rest in the reserve token, which is worth a dollar."""


def test_sale_at_once__coins_and_reserve_tokens__title_money_and_record(
    stage: Stage, suite: Any, market: Any, attacker: Any
) -> None:
    """The first resale: seller, buyer and manager agreed before, so one call does all of it."""
    ask = stage.ready()
    seller, buyer = stage.money(stage.seller), stage.money(stage.buyer)
    tx = market.take(ask.struct, stage.sign(ask), MIXED, [], sender=stage.buyer)
    sold = market.Sold(
        shareId=stage.share,
        seller=stage.seller,
        buyer=stage.buyer,
        askHash=stage.hash(ask),
        documentsHash=DOCUMENTS,
        priceUsd=PRICE,
        fee=FEE,
        debt=0,
    )
    assert [event for event in tx.events if event.contract_address == market.address] == [sold]
    moved = suite.certificate.Transfer(stage.seller, stage.buyer, stage.share)
    recorded = suite.certificate.SaleRecorded(stage.share, 1, PRICE, suite.coin)
    assert all(event in tx.events for event in (moved, recorded))
    assert suite.certificate.ownerOf(stage.share) == stage.buyer
    units = 15_000 * 10**6
    assert stage.money(stage.seller) == (seller[0] + HALF - FEE, seller[1] + units)
    assert stage.money(stage.buyer) == (buyer[0] - HALF, buyer[1] - units)
    stage.check()

    tx = market.sweepFees(stage.house, sender=attacker)
    assert market.FeesSwept(propertyId=stage.house, coins=FEE) in tx.events
    assert market.feesOf(stage.house) == 0
    stage.check()


def test_sale_in_steps__list_buy_approve_attest_settle(stage: Stage, suite: Any, market: Any, attacker: Any) -> None:
    """Each step as it is told to the world."""
    ask = stage.ask(listed=True, documents_hash=bytes(32))
    name = stage.hash(ask)
    tx = market.list(ask.struct, sender=stage.seller)
    (asked,) = tx.events
    assert (asked.askHash, asked.shareId, asked.seller) == (name, stage.share, stage.seller)
    assert tuple(asked.ask)[1:3] == ask.struct[1:3]
    assert market.listingOf(stage.share).live

    tx = market.buy(ask.struct, b"", MIXED, [], 0, sender=stage.buyer)
    deadline = tx.timestamp + ask.settle_period
    unlisted, bought = (event for event in tx.events if event.contract_address == market.address)
    assert unlisted == market.Unlisted(stage.share, ask.nonce)
    assert (bought.askHash, bought.shareId, bought.buyer, bought.deadline) == (name, stage.share, stage.buyer, deadline)
    assert [tuple(part) for part in bought.parts] == [(COIN_PLACE, HALF), (RESERVE_PLACE, 15_000 * 10**6)]
    stage.check(ask)

    with ape.reverts(market.NotAttested, askHash=name, bySeller=False, byBuyer=False):
        market.settle(ask.struct, sender=attacker)
    for party in (stage.buyer, stage.seller):
        tx = market.attestDocuments(ask.struct, DOCUMENTS, sender=party)
        assert tx.events == [market.DocumentsAttested(name, party, DOCUMENTS)]
    with ape.reverts(market.NotParty, caller=attacker, seller=stage.seller, buyer=stage.buyer):
        market.attestDocuments(ask.struct, DOCUMENTS, sender=attacker)

    sale = market.saleHashOf(name, stage.buyer)
    with ape.reverts(market.SaleNotApproved, shareId=stage.share, saleHash=sale, manager=ZERO, until=0):
        market.settle(ask.struct, sender=attacker)
    with ape.reverts(market.NotManager, caller=stage.seller, propertyId=stage.house, manager=stage.manager):
        market.approveSale(stage.share, sale, LATER, sender=stage.seller)
    tx = market.approveSale(stage.share, sale, LATER, sender=stage.manager)
    assert tx.events == [market.SaleApproved(stage.share, sale, stage.manager, LATER)]

    market.settle(ask.struct, sender=attacker)
    assert suite.certificate.ownerOf(stage.share) == stage.buyer
    with ape.reverts(market.NoSale, askHash=name):
        market.settle(ask.struct, sender=attacker)
    stage.check()


@pytest.mark.parametrize("late", [0, 1])
def test_sale_that_expires__money_back_to_the_wei_after_the_last_second(
    stage: Stage, market: Any, attacker: Any, late: int, at: Callable[[int], int]
) -> None:
    ask, before = stage.ask(), stage.money(stage.buyer)
    market.buy(ask.struct, stage.sign(ask), MIXED, [], 0, sender=stage.buyer)
    deadline, name = market.saleOf(stage.hash(ask)).deadline, stage.hash(ask)
    at(deadline + late)
    if not late:
        with ape.reverts(market.NotRefundable, askHash=name, deadline=deadline):
            market.refund(ask.struct, stage.buyer, sender=attacker)
        stage.check(ask)
        return
    tx = market.refund(ask.struct, stage.buyer, sender=attacker)
    own = [event for event in tx.events if event.contract_address == market.address]
    assert own == [
        market.Refunded(name, stage.buyer, COIN_PLACE, HALF),
        market.Refunded(name, stage.buyer, RESERVE_PLACE, 15_000 * 10**6),
    ]
    assert stage.money(stage.buyer) == before
    with ape.reverts(market.NoSale, askHash=name):
        market.refund(ask.struct, stage.buyer, sender=attacker)
    stage.check()


@pytest.mark.parametrize("outcome", [Outcome.RELEASE, Outcome.REFUND])
def test_sale_in_dispute__two_of_three_decide(
    stage: Stage, suite: Any, market: Any, mediator: Any, attacker: Any, outcome: Outcome
) -> None:
    ask = stage.ready(documents_hash=bytes(32))
    market.buy(ask.struct, stage.sign(ask), in_coin(PRICE), [], 0, sender=stage.buyer)
    name = stage.hash(ask)
    deadline = market.saleOf(name).deadline + 30 * DAY
    tx = market.dispute(ask.struct, sender=stage.buyer)
    assert tx.events == [market.SaleDisputed(name, stage.buyer, deadline)]
    with ape.reverts(market.MissingRole, account=attacker, role=5):
        market.resolve(ask.struct, outcome, sender=attacker)
    winner = stage.seller if outcome == Outcome.RELEASE else stage.buyer
    for voter in (mediator, winner):
        with ape.reverts(market.NotReleased, askHash=name, outcome=Outcome.NONE):
            market.settle(ask.struct, sender=attacker)
        tx = market.resolve(ask.struct, outcome, sender=voter)
        assert tx.events == [market.Voted(name, voter, outcome)]
    if outcome == Outcome.RELEASE:
        market.settle(ask.struct, sender=attacker)
        assert suite.certificate.ownerOf(stage.share) == stage.buyer
    else:
        with ape.reverts(market.NotReleased, askHash=name, outcome=outcome):
            market.settle(ask.struct, sender=attacker)
        market.refund(ask.struct, stage.buyer, sender=attacker)
        assert suite.certificate.ownerOf(stage.share) == stage.seller
    stage.check()


def test_sale_that_is_financed__down_payment_and_loan_meet_at_the_settlement(
    stage: Stage, suite: Any, market: Any, engine: Any, appraise: Any, lending_cash: Any, attacker: Any
) -> None:
    """The seller's own loan is paid off out of the down payment, then the buyer's is drawn on the share that moved."""
    handles = stage.handles
    appraise(stage.house, 320_000 * WAD)
    engine.advance(handles.valuation.terms().firstValueQuarantinePeriod)
    lending_cash()
    old = _approved(stage, stage.seller, loans.Application(stage.share, 10_000 * WAD))
    handles.book.draw(old, stage.seller.address, sender=stage.seller)
    amount = 18_000 * WAD
    brought = amount - amount // 100
    loan = _approved(stage, stage.buyer, loans.Application(stage.share, amount, price_usd=PRICE))

    ask = stage.ready()
    before = stage.money(stage.seller)[0], stage.money(stage.buyer)[0]
    short = in_coin(PRICE - brought - 1)
    with ape.reverts(market.PaymentShort, missingUsd=1):
        market.buy(ask.struct, stage.sign(ask), short, [], loan, sender=stage.buyer)
    tx = market.buy(ask.struct, stage.sign(ask), in_coin(PRICE), [], loan, sender=stage.buyer)
    assert market.Financed(stage.hash(ask), loan, brought) in tx.events
    stage.check(ask)

    tx = market.settle(ask.struct, sender=attacker)
    sold = next(event for event in tx.events if event.event_name == "Sold")
    assert 10_000 * WAD < sold.debt < 10_001 * WAD
    after = stage.money(stage.seller)[0], stage.money(stage.buyer)[0]
    assert after == (before[0] + PRICE - FEE - sold.debt, before[1] - (PRICE - brought))
    assert suite.certificate.ownerOf(stage.share) == stage.buyer
    assert suite.certificate.encumbrancesOf(stage.share).lienHolder == suite.book
    stages = [suite.desk.loanOf(which).stage for which in (old, loan)]
    assert stages == [loans.LoanStage.REPAID, loans.LoanStage.ACTIVE]
    stage.check()


def _approved(stage: Stage, borrower: Any, application: loans.Application) -> int:
    asked = loans.request_loan(stage.handles, borrower, application)
    loans.approve_loan(stage.handles, asked)
    return int(asked.loan_id)


def test_stop__no_new_business_and_every_way_back(stage: Stage, market: Any, guardian: Any, dao: Any) -> None:
    ask, other = stage.ready(), stage.ready(number=1)
    market.buy(ask.struct, stage.sign(ask), in_coin(PRICE), [], 0, sender=stage.buyer)
    tx = market.stop(b"market".ljust(32, b"\0"), sender=guardian)
    until = tx.timestamp + market.guardianStopPeriod()
    listed = stage.ask(listed=True)
    signature = stage.sign(other)
    refused: list[Callable[[], Any]] = [
        lambda: market.list(listed.struct, sender=stage.seller),
        lambda: market.take(other.struct, signature, in_coin(PRICE), [], sender=stage.buyer),
        lambda: market.buy(other.struct, signature, in_coin(PRICE), [], 0, sender=stage.buyer),
        lambda: market.settle(ask.struct, sender=stage.seller),
    ]
    for call in refused:
        with ape.reverts(market.StoppedUntil, what=b"market".ljust(32, b"\0"), stoppedUntil=until):
            call()
    stage.suite.certificate.setUser(stage.share, stage.manager, LATER, sender=stage.seller)
    market.refund(ask.struct, stage.buyer, sender=stage.seller)
    stage.check()
