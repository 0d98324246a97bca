"""The fixtures that all chain tests stand on."""

from __future__ import annotations

import ape
import pytest

from commonhold.engines import Revert

COIN = 10**18


def test_house__tokenized__belongs_to_its_first_owner(suite, tokenized_house, share, owner_a):
    property_id = tokenized_house(shares=12)
    assert suite.certificate.ownerOf(share(property_id, 12)) == owner_a
    assert suite.certificate.sharesOf(property_id) == 12


def test_mint__by_a_stranger__names_error_and_caller(suite, attacker):
    with ape.reverts(suite.coin.NotMinter, caller=attacker):
        suite.coin.mint(attacker, 1, sender=attacker)


def test_coins__given__are_bought_and_backed(suite, coins, owner_a, engine, parameters):
    coins(owner_a, 5)
    engine.advance(parameters.reserve.price.heartbeat)  # nobody reported a price since
    coins(owner_a, 3 * COIN)
    assert suite.coin.balanceOf(owner_a) == 3 * COIN + 5
    sheet = suite.treasury.balanceSheet()
    assert sheet.cashUsd == sheet.coins == suite.coin.totalSupply()
    assert suite.reserve.balanceOf(suite.treasury) * parameters.reserve.unit == sheet.cashUsd


def test_purchase__emits_its_events(suite, owner_a, buyer):
    suite.reserve.mint(buyer, 7, sender=buyer)
    suite.reserve.approve(suite.treasury, 7, sender=buyer)
    tx = suite.treasury.buy(7, 0, owner_a, sender=buyer)
    assert suite.treasury.Bought(buyer=buyer, to=owner_a, cash=7, coins=7 * 10**12) in tx.events


def test_appraisal__reported_and_accepted__is_the_houses_value(
    suite, register_house, appraise, index_feed, feed_of, nodes
):
    house = register_house(8)
    tree = appraise(house, 200_000 * COIN, signers=nodes[2:])
    assert suite.aggregator.latestReport().root == tree.root
    assert suite.aggregator.feedOf(feed_of(house)).value == 200_000 * COIN
    index_feed.set_index(105 * COIN)
    assert suite.valuation.explainValue(house).indexedUsd == 210_000 * COIN


def test_appraisal__not_to_be_accepted__is_only_reported(
    suite, register_house, appraise, report, feed_of, engine, owner_a
):
    house = register_house(8)
    appraise(house, 7 * COIN, accept=False, epoch=40, observed_at=engine.now() - 5)
    assert suite.valuation.explainValue(house).appraisedAt == 0
    report({feed_of(house): 8 * COIN}, sender=owner_a)
    assert suite.aggregator.latestReport().epoch == 41


@pytest.mark.parametrize("time", [1, 2])
def test_rollback__between_tests__leaves_nothing(suite, coins, owner_a, time):
    assert suite.coin.balanceOf(owner_a) == 0
    coins(owner_a, time)


def test_dao__sets_a_minter__after_the_delay(suite, as_dao, attacker, buyer):
    as_dao(suite.coin, "setMinter", attacker, 7)
    assert suite.coin.minterOf(attacker).cap == 7
    with pytest.raises(Revert) as refused:
        as_dao(suite.certificate, "setRenderer", buyer)
    assert refused.value.name == "MissingCode"


def test_court__forces_a_transfer__after_its_delay(
    suite, court_order, court, tokenized_house, share, credential, owner_a, owner_b
):
    share_id = share(tokenized_house(), 1)
    credential(owner_b)
    with ape.reverts(suite.hub.AccessManagerNotScheduled):
        suite.hub.execute(
            suite.certificate, suite.certificate.forcedTransfer.encode_input(owner_a, owner_b, share_id), sender=court
        )
    court_order(suite.certificate, "forcedTransfer", owner_a, owner_b, share_id)
    assert suite.certificate.ownerOf(share_id) == owner_b


def test_loan__late_by_days__is_the_books_and_can_be_paid_by_its_borrower(suite, late_loan, owner_a):
    loan_id = late_loan(days=16)
    assert suite.book.daysPastDueOf(loan_id) == 16
    fee = suite.book.feesDueOf(loan_id)
    assert 0 < fee < 20 * COIN  # 5 % of an instalment
    tx = suite.book.pay(loan_id, fee, sender=owner_a)
    assert [event.fees for event in tx.events if event.event_name == "Paid"] == [fee]
    assert suite.book.feesDueOf(loan_id) == 0
