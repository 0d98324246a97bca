"""Sales: who may report them, which are at arm's length, and what they cap for how long."""

from __future__ import annotations

import ape
import pytest
from valuation_rules import DAY, LARGEST, UNLIMITED, USD, Status

VALUE = 200_000 * USD
PRICE = 20_000 * USD  # of a share: 160,000 for the house


@pytest.fixture
def parties(credential, owner_a, owner_b):
    """Seller and buyer, each with an id of his own."""
    credential(owner_a)
    credential(owner_b)
    return owner_a, owner_b


@pytest.fixture
def sell(valuation, valued, reporter, parties):
    """A sale of the house's third share."""

    def report(price=PRICE, *, seller=None, buyer=None):
        chosen = (seller or parties[0], buyer or parties[1])
        return valuation.reportSale(valued.share(3), *chosen, price, sender=reporter)

    return report


def test_sale__caps_new_loans_and_nothing_else(valuation, valued, reporter, sell, at, soon):
    at(valued.accepted_at + 8 * DAY)
    tx = sell()
    assert tx.events == [
        valuation.SaleReported(
            shareId=valued.share(3), reporter=reporter, priceUsd=PRICE, houseUsd=8 * PRICE, armsLength=True
        )
    ]
    page = valuation.explainValue(valued.id)
    assert (page.saleUsd, page.saleAt) == (8 * PRICE, valued.accepted_at + 8 * DAY)
    assert page.saleCapUsd == page.lendingValueUsd == 8 * PRICE * 11 // 10 == 176_000 * USD
    assert tuple(valuation.valueOf(valued.id)) == (VALUE, valued.reported_at, Status.VALID)


def test_sale__above_the_appraisal__lifts_nothing(valuation, valued, sell):
    sell(10 * PRICE)
    page = valuation.explainValue(valued.id)
    assert page.saleCapUsd == 80 * PRICE * 11 // 10
    assert page.lendingValueUsd == page.valueUsd == VALUE


@pytest.mark.parametrize("past", [-1, 0, 1])
def test_sale__counts_while_it_is_recent__to_the_second(valuation, valued, sell, at, view_at, terms, past):
    at(valued.accepted_at + DAY)
    sell()
    view_at(valued.accepted_at + DAY + terms.saleRecentPeriod + past)
    page = valuation.explainValue(valued.id)
    expected = 8 * PRICE * 11 // 10 if past < 0 else UNLIMITED
    assert page.saleCapUsd == expected
    assert page.lendingValueUsd == min(VALUE, expected)
    assert (page.saleUsd, page.saleAt) == (8 * PRICE, valued.accepted_at + DAY)  # history stays


def test_sale__the_last_one_counts(valuation, valued, sell):
    sell(PRICE)
    sell(PRICE + USD)
    assert valuation.explainValue(valued.id).saleUsd == 8 * (PRICE + USD)
    sell(PRICE - USD)
    assert valuation.explainValue(valued.id).saleUsd == 8 * (PRICE - USD)


def test_sale__cap_is_rounded_down(valuation, valued, sell):
    sell(1)
    assert valuation.explainValue(valued.id).saleCapUsd == valuation.lendingValueOf(valued.id).valueUsd == 8  # of 8.8


@pytest.mark.parametrize("price", [LARGEST // 8, LARGEST // 8 + 1, 2**253, 2**256 - 1])
def test_sale__at_any_price__is_held_at_its_bits(valuation, valued, sell, price):
    tx = sell(price)
    assert tx.events[0].houseUsd == min(8 * price, LARGEST)
    page = valuation.explainValue(valued.id)
    assert page.saleCapUsd == min(8 * price, LARGEST) * 11 // 10
    assert page.lendingValueUsd == VALUE


def test_sale__before_the_first_value__counts_when_it_comes(
    valuation, house, reporter, parties, accept_at, attacker, engine
):
    valuation.reportSale(house * 256 + 1, *parties, PRICE, sender=reporter)
    assert valuation.explainValue(house).saleUsd == 0  # nothing to explain yet
    accept_at(engine.now() + 100, house, VALUE)
    assert valuation.lendingValueOf(house).valueUsd == 8 * PRICE * 11 // 10


# -------------------------------------------------------------------------------------------------------- arm's length


def ignored(valuation, valued, tx):
    """A sale was told of, and does not count."""
    assert not tx.events[0].armsLength
    page = valuation.explainValue(valued.id)
    assert (page.saleUsd, page.saleAt, page.saleCapUsd) == (0, 0, UNLIMITED)
    return True


def test_sale__to_oneself__is_ignored(valuation, valued, sell, owner_a):
    assert ignored(valuation, valued, sell(buyer=owner_a))


def test_sale__between_wallets_of_one_person__is_ignored(valuation, valued, sell, owner_a, buyer, recover):
    """The wallet that took a lost one's place has its owner's id."""
    recover(owner_a, buyer)
    assert ignored(valuation, valued, sell(seller=owner_a, buyer=buyer))
    assert ignored(valuation, valued, sell(seller=buyer, buyer=owner_a))


@pytest.mark.parametrize("side", ["seller", "buyer"])
@pytest.mark.parametrize("holder_is_known", [False, True])
def test_sale__with_somebody_unknown__is_ignored(
    valuation, valued, sell, attacker, holding_entity, credential, side, holder_is_known
):
    if holder_is_known:
        credential(holding_entity)
    assert ignored(valuation, valued, sell(**{side: attacker}))


@pytest.mark.parametrize("side", ["seller", "buyer"])
@pytest.mark.parametrize("has_credential", [False, True])
def test_sale__with_the_holding_entity__is_ignored(
    valuation, valued, sell, holding_entity, credential, side, has_credential
):
    if has_credential:
        credential(holding_entity)
    assert ignored(valuation, valued, sell(**{side: holding_entity}))


@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_sale__with_the_holding_entitys_new_wallet__is_ignored(
    valuation, valued, sell, holding_entity, credential, recover, buyer, side
):
    credential(holding_entity)
    recover(holding_entity, buyer)
    assert ignored(valuation, valued, sell(**{side: buyer}))


@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_sale__with_a_contract_of_the_protocol__is_ignored(suite, valuation, valued, sell, dao, side):
    suite.credentials.setProtocolHolder(suite.income, sender=dao)
    assert ignored(valuation, valued, sell(**{side: suite.income}))


def test_sale__by_holders_of_dead_credentials__counts(suite, valuation, sell, parties, issuer):
    """Who they are is known all the same: a dead credential takes nothing away."""
    for wallet in parties:
        suite.credentials.revoke(wallet, sender=issuer)
    assert sell().events[0].armsLength


def test_sale__ignored__leaves_the_last_one_that_counted(valuation, valued, sell, attacker):
    sell()
    sell(5 * PRICE, buyer=attacker)
    assert valuation.explainValue(valued.id).saleUsd == 8 * PRICE


def test_sale__answers_whether_it_counts(valuation, valued, reporter, parties, attacker):
    args = (valued.share(1), parties[0])
    assert valuation.reportSale.call(*args, parties[1], PRICE, sender=reporter) is True
    assert valuation.reportSale.call(*args, attacker, PRICE, sender=reporter) is False


# -------------------------------------------------------------------------------------------------------------- errors


def test_sale__by_nobodys_reporter__reverts(valuation, valued, parties, attacker, guardian, registrar, dao):
    for caller in (attacker, guardian, registrar, dao, *parties):
        with ape.reverts(valuation.NotSaleReporter, caller=caller):
            valuation.reportSale(valued.share(3), *parties, PRICE, sender=caller)


@pytest.mark.parametrize("share_id", [0, 1, 256, 256 + 9, 256 + 255, 2 * 256 + 1, 2**256 - 1])
def test_sale__of_a_share_that_does_not_exist__reverts(valuation, valued, reporter, parties, share_id):
    assert valued.id == 1
    with ape.reverts(valuation.UnknownShare, shareId=share_id):
        valuation.reportSale(share_id, *parties, PRICE, sender=reporter)


def test_sale__for_nothing__reverts(valuation, valued, reporter, parties):
    with ape.reverts(valuation.MissingPrice, shareId=valued.share(8)):
        valuation.reportSale(valued.share(8), *parties, 0, sender=reporter)


# ------------------------------------------------------------------------------------------------------ the row


def test_row__is_written_and_taken_away(valuation, valued, parties, dao, buyer):
    assert not valuation.isSaleReporter(buyer)
    tx = valuation.setSaleReporter(buyer, True, sender=dao)
    assert tx.events == [valuation.SaleReporterSet(reporter=buyer, allowed=True)]
    assert valuation.isSaleReporter(buyer)
    valuation.reportSale(valued.share(1), *parties, PRICE, sender=buyer)
    tx = valuation.setSaleReporter(buyer, False, sender=dao)
    assert tx.events == [valuation.SaleReporterSet(reporter=buyer, allowed=False)]
    with ape.reverts(valuation.NotSaleReporter, caller=buyer):
        valuation.reportSale(valued.share(1), *parties, PRICE, sender=buyer)


def test_row__by_anyone_but_the_dao__reverts(valuation, guardian, registrar, council, attacker):
    for caller in (guardian, registrar, council, attacker):
        with ape.reverts(valuation.AccessManagedUnauthorized, caller=caller):
            valuation.setSaleReporter(caller, True, sender=caller)
