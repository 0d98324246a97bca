"""What an adversary tries with a lease to buy: as its owner, its lessee, its lender, or the house's manager.

Each attempt ends with the lease contract holding exactly what its leases hold and its fees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lease_stage import COIN, DAY, LEASE_FEE, MONTH, RENT, SALE_FEE, LeaseStage, keep_feeds, refused

from commonhold.recipe import market as sales
from commonhold.recipe.buying import give_coins
from commonhold.recipe.leasing import approve_lease, fund_rents, lease_terms, let_spend, sign_terms
from commonhold.recipe.lending import Application, LoanStage, approve_loan, open_loan, request_loan

ZERO = "0x" + "00" * 20
PLENTY, UNLIMITED = 10**9 * COIN, 2**256 - 1
VALUE = 40_000 * COIN


@pytest.fixture
def mortgage(
    suite: Any, let: Any, valued_share: Any, owner_a: str, lending_cash: Callable[..., None]
) -> Callable[..., LeaseStage]:
    """A lease of a share that secures a loan."""

    def make(amount: int = 20_000 * COIN, **terms: Any) -> LeaseStage:
        lending_cash()
        share = valued_share()
        loan_id = open_loan(suite, owner_a, Application(share, amount))
        stage = let(share=share, **terms)
        stage.loan_id = loan_id
        return stage

    return make


def overdue(stage: LeaseStage) -> None:
    """The loan is 91 days past due, the rents are paid, and everything on chain is valid."""
    suite = stage.suite
    due_day = -(-suite.desk.loanOf(stage.loan_id).dueAt // DAY)
    suite.engine.set_time((due_day + 91) * DAY)
    stage.value(VALUE)


def exact(stage: LeaseStage) -> None:
    """The contract holds what its leases hold, and its fees, of the stage's house."""
    house, lease = stage.share >> 8, stage.lease
    held = sum(lease.leaseOf(number).held for number in range(1, lease.lastLease() + 1))
    fees = lease.feesOf(house, LEASE_FEE) + lease.feesOf(house, SALE_FEE)
    assert stage.coin.balanceOf(lease.address) == held + fees


# ------------------------------------------------------------------------------------------------ the owner's attempts


def test_owner__signs_two_leases_of_one_share__one_stands(suite: Any, let: Any) -> None:
    """Both name the share as it was; the second lessee's call finds it leased."""
    stage = let(nonce=1)
    twin = replace(stage.terms, nonce=2)
    approve_lease(suite, twin)
    fund_rents(suite, stage.lessee, RENT)
    signature = sign_terms(suite, twin)
    actual = suite.certificate.getStateFingerprint(stage.share)
    changed = ("ShareChanged", stage.share, twin.fingerprint, actual)
    refused(lambda: stage.lease.sign(twin.values, signature, sender=stage.lessee), *changed)
    exact(stage)


def test_owner__withdraws_every_leave_and_offer__the_lessee_buys_all_the_same(
    suite: Any, let: Any, manager: str, registrar: str, owner_b: str
) -> None:
    """ERC-721 approvals, his offers, the manager's approval, the manager himself: none takes the option back."""
    stage = let(price_usd=VALUE)
    suite.certificate.setApprovalForAll(suite.market, False, sender=stage.owner)
    suite.certificate.approve(ZERO, stage.share, sender=stage.owner)
    stage.lease.cancelAll(sender=stage.owner)
    stage.lease.withdraw(stage.share, sender=stage.owner)
    stage.lease.approveLease(stage.share, stage.lease.hashOf(stage.terms.values), 0, sender=manager)
    suite.registry.setManager(stage.share >> 8, owner_b, sender=registrar)
    suite.registry.delist(stage.share >> 8, sender=registrar)
    stage.give(VALUE)
    stage.lease.buy(stage.id, PLENTY, sender=stage.lessee)
    assert stage.sold
    exact(stage)


@pytest.mark.parametrize("way", ["market listing", "signed ask", "transfer", "new user", "second loan"])
def test_owner__of_a_leased_share__has_no_way_round_the_lessee(
    suite: Any, let: Any, owner_b: str, credential: Any, approve_move: Any, lending_cash: Any, way: str
) -> None:
    stage = let()
    certificate, share, owner = suite.certificate, stage.share, stage.owner
    credential(owner_b)
    locked = ("ShareLocked", share, ZERO, stage.lease.address)
    if way in ("market listing", "signed ask"):
        sales.offer_through_market(suite, owner)
        give_coins(suite, owner_b, VALUE)
        sales.pay_through_market(suite, owner_b)
        ask = sales.make_ask(suite, owner, share, VALUE, documents_hash=b"d" * 32, listed=way == "market listing")
        if way == "market listing":
            sales.list_ask(suite, ask)
        sales.approve_sale(suite, ask, owner_b, manager=suite.registry.managerOf(share >> 8))
        signature = b"" if way == "market listing" else None
        refused(lambda: sales.take(suite, ask, owner_b, signature=signature), *locked)
    elif way == "transfer":
        approve_move(share, owner_b)
        refused(lambda: certificate.transferFrom(owner, owner_b, share, sender=owner), *locked)
    elif way == "new user":
        refused(
            lambda: certificate.setUser(share, owner_b, 2**39, sender=owner), "UseIsLeased", share, stage.lease.address
        )
    else:
        lending_cash()
        asked = request_loan(suite, owner, Application(share, 10_000 * COIN))
        approve_loan(suite, asked)
        refused(lambda: suite.book.draw(asked.loan_id, owner, sender=owner), *locked)
    assert certificate.userOf(share) == stage.lessee
    exact(stage)


def test_owner__declares_in_the_second_before_the_rent_comes__it_is_cured_by_it(let: Any) -> None:
    """Default and payment race: whoever comes first, the lessee who pays all keeps his lease and his credit."""
    stage = let(credit_bps=10_000, refund_bps=0)
    stage.give(2 * (RENT + stage.model.fee))
    late = stage.model.started_at + MONTH + 15 * DAY
    stage.at(late)
    stage.act("declareDefault", sender=stage.owner)
    stage.at(late + 30 * DAY - 1)
    stage.refuses("CureRuns", "terminate", sender=stage.owner)
    stage.at(late + 30 * DAY + 5)
    stage.act("pay", 2)
    assert stage.model.default_at == 0
    stage.refuses("NotInDefault", "terminate", sender=stage.owner)
    exact(stage)


# ----------------------------------------------------------------------------------------------- the lessee's attempts


def test_lessee__buys_while_the_foreclosure_runs__pays_the_loan_and_the_auction_has_nothing(
    suite: Any, mortgage: Any, owner_b: str, credential: Any
) -> None:
    """Lease, loan, foreclosure, purchase: the lien is paid whole, the lessee has the share, the bidder nothing."""
    stage = mortgage(months=24, credit_bps=5_000)
    credential(owner_b)
    stage.give(VALUE + 9 * (RENT + stage.model.fee))
    stage.lease.pay(stage.id, 9, sender=stage.lessee)
    overdue(stage)
    suite.book.startForeclosure(stage.loan_id, sender=owner_b)
    suite.engine.advance(DAY)
    keep_feeds(suite)
    receipt = stage.lease.buy(stage.id, PLENTY, sender=stage.lessee)
    assert receipt.event("LeaseBought")["debtPaid"] > 20_000 * COIN
    assert stage.sold
    assert suite.desk.loanOf(stage.loan_id).stage == LoanStage.REPAID
    give_coins(suite, owner_b, VALUE)
    suite.coin.approve(suite.treasury.address, UNLIMITED, sender=owner_b)
    suite.engine.advance(2 * DAY)
    keep_feeds(suite)
    refused(lambda: suite.auction.bid(stage.loan_id, UNLIMITED, 0, sender=owner_b), "NoAuction", stage.loan_id)
    assert stage.sold
    exact(stage)


def test_lessee__buys_after_the_share_was_sold_at_auction__is_too_late_and_gets_his_refunds(
    suite: Any, mortgage: Any, owner_b: str, credential: Any
) -> None:
    stage = mortgage(months=24, credit_bps=10_000, refund_bps=10_000)
    credential(owner_b)
    stage.give(9 * (RENT + stage.model.fee))
    stage.lease.pay(stage.id, 9, sender=stage.lessee)
    overdue(stage)
    suite.book.startForeclosure(stage.loan_id, sender=owner_b)
    suite.engine.advance(3 * DAY)
    keep_feeds(suite)
    give_coins(suite, owner_b, 60_000 * COIN)
    suite.coin.approve(suite.treasury.address, UNLIMITED, sender=owner_b)
    suite.auction.bid(stage.loan_id, UNLIMITED, 0, sender=owner_b)
    refused(lambda: stage.lease.buy(stage.id, PLENTY, sender=stage.lessee), "ShareIsMoved", 1, stage.owner, owner_b)
    held, before = stage.lease.leaseOf(stage.id).held, stage.coin.balanceOf(stage.lessee)
    stage.lease.end(stage.id, sender=owner_b)
    assert before < stage.coin.balanceOf(stage.lessee) <= before + held
    exact(stage)


def test_owner__buys_his_own_share_back_at_the_auction__the_lease_goes_on(suite: Any, mortgage: Any) -> None:
    """He can't shake his lessee off by foreclosing on himself in the same wallet: the share never left its owner."""
    stage = mortgage(months=24, credit_bps=10_000, price_usd=VALUE)
    stage.give(VALUE + 12 * (RENT + stage.model.fee))
    stage.lease.pay(stage.id, 12, sender=stage.lessee)
    overdue(stage)
    suite.book.startForeclosure(stage.loan_id, sender=stage.owner)
    suite.engine.advance(3 * DAY)
    keep_feeds(suite)
    give_coins(suite, stage.owner, 60_000 * COIN)
    suite.coin.approve(suite.treasury.address, UNLIMITED, sender=stage.owner)
    suite.auction.bid(stage.loan_id, UNLIMITED, 0, sender=stage.owner)
    assert suite.certificate.ownerOf(stage.share) == stage.owner
    ends_at = stage.lease.leaseOf(stage.id).endsAt
    refused(lambda: stage.lease.end(stage.id, sender=stage.owner), "LeaseRuns", stage.id, ends_at)
    stage.lease.buy(stage.id, PLENTY, sender=stage.lessee)
    assert stage.sold
    exact(stage)


def test_lessee__price_of_the_moment__a_value_that_is_frozen_or_old_sells_nothing(
    suite: Any, let: Any, guardian: str
) -> None:
    """Under a current price the share is not sold at yesterday's value, nor at a frozen one."""
    stage = let()
    stage.give(VALUE)
    with suite.engine.rollback():
        suite.valuation.freeze(stage.share >> 8, sender=guardian)
        told = suite.valuation.shareValue(stage.share)
        frozen = ("ValueNotValid", stage.share, told.status, told.valueUsd)
        refused(lambda: stage.lease.buy(stage.id, PLENTY, sender=stage.lessee), *frozen)
    stage.lease.buy(stage.id, PLENTY, sender=stage.lessee)
    exact(stage)


def test_auction_without_bidders__treasury_takes_a_leased_share__and_sells_it_when_the_lease_is_ended(
    suite: Any, mortgage: Any, owner_b: str, credential: Any, as_dao: Any
) -> None:
    """The lease does not stay on the home that the treasury sells: anybody ends it, the lessee gets what is his."""
    stage = mortgage(months=24, credit_bps=10_000, refund_bps=10_000)
    credential(owner_b)
    stage.give(9 * (RENT + stage.model.fee))
    stage.lease.pay(stage.id, 9, sender=stage.lessee)
    overdue(stage)
    suite.book.startForeclosure(stage.loan_id, sender=owner_b)
    suite.engine.advance(60 * DAY)
    keep_feeds(suite)
    suite.auction.close(stage.loan_id, sender=owner_b)
    assert suite.certificate.ownerOf(stage.share) == suite.treasury.address
    moved = ("ShareIsMoved", 1, stage.owner, suite.treasury.address)
    refused(lambda: stage.lease.buy(stage.id, PLENTY, sender=stage.lessee), *moved)
    begun = stage.lease.leaseOf(stage.id).counting
    before = stage.coin.balanceOf(stage.lessee)
    stage.lease.end(stage.id, sender=owner_b)
    back = begun * RENT + (10 - begun) * (RENT + stage.model.fee)
    assert stage.coin.balanceOf(stage.lessee) == before + back
    assert tuple(suite.certificate.encumbrancesOf(stage.share)) == (ZERO, ZERO)
    give_coins(suite, owner_b, 60_000 * COIN)
    suite.coin.approve(suite.treasury.address, UNLIMITED, sender=owner_b)
    as_dao(suite.auction, "offerOwned", stage.share, VALUE, VALUE * 9 // 10)
    suite.engine.advance(3 * DAY)
    keep_feeds(suite)
    suite.auction.bidForOwned(stage.share, UNLIMITED, 0, sender=owner_b)
    assert suite.certificate.ownerOf(stage.share) == owner_b
    exact(stage)


@pytest.mark.parametrize("rent", [1, 2, 99, 101, 9_999])
@pytest.mark.parametrize("bps", [1, 5_000, 9_999])
def test_dust__rents_of_wei__round_for_nobody_twice(let: Any, rent: int, bps: int) -> None:
    """The model agrees on every wei, and at the end nothing lies there but fees."""
    stage = let(rent=rent, credit_bps=bps, refund_bps=bps, price_usd=1_000)
    stage.give(20 * rent + 2_000)
    stage.act("pay", 11)
    stage.at(stage.model.started_at + 3 * MONTH)
    stage.act("collect")
    stage.act("buy", 1_000)
    exact(stage)


@pytest.mark.parametrize("cents", [33, 61, 87, 99])
def test_loan__paid_off_below_coverage_1__leaves_no_wei_behind(suite: Any, mortgage: Any, cents: int) -> None:
    """Whatever coins count for, what is taken for the loan is what was set aside for it."""
    stage = mortgage(amount=20_000 * COIN + 7, credit_bps=0, price_usd=10 * VALUE)
    stage.give(10 * VALUE)
    suite.reserve_feed.updateAnswer(cents * 10**6, sender=suite.deployer)
    assert suite.treasury.coverage() < COIN
    receipt = stage.lease.buy(stage.id, PLENTY, sender=stage.lessee)
    assert receipt.event("LeaseBought")["debtPaid"] > 20_000 * COIN
    assert suite.book.debtOf(stage.loan_id) == 0
    exact(stage)


def test_stranger__pays_all_rents__the_lessees_unbegun_ones_are_his_gift(let: Any, attacker: str) -> None:
    """Paid ahead by somebody else, they cure nothing that was not due, and go back to the lessee at the purchase."""
    stage = let(price_usd=VALUE)
    stage.give(VALUE)
    give_coins(stage.suite, attacker, 11 * (RENT + stage.model.fee))
    let_spend(stage.suite, attacker)
    stage.lease.pay(stage.id, 11, sender=attacker)
    before = stage.coin.balanceOf(stage.lessee)
    purchase = stage.lease.quote(stage.id, VALUE)
    stage.lease.buy(stage.id, PLENTY, sender=stage.lessee)
    assert purchase.toLessee == 11 * (RENT + stage.model.fee)
    assert stage.coin.balanceOf(stage.lessee) == before - purchase.toPay + purchase.toLessee
    exact(stage)


def test_court__freezes_the_contracts_coins__rents_come_in_and_nothing_is_lost(let: Any, court: str) -> None:
    """What lies there waits; nobody's part of it shrinks."""
    stage = let(credit_bps=5_000, refund_bps=5_000)
    stage.give(RENT + stage.model.fee)
    stage.coin.setFrozenTokens(stage.lease.address, UNLIMITED, sender=court)
    stage.act("pay", 1)
    part = RENT - stage.model.refundable
    frozen = ("ERC7943InsufficientUnfrozenBalance", stage.lease.address, part, 0)
    refused(lambda: stage.lease.collect(stage.id, sender=stage.owner), *frozen)
    stage.coin.setFrozenTokens(stage.lease.address, 0, sender=court)
    stage.act("collect", sender=stage.owner)
    exact(stage)


def test_purchase__by_lease_at_an_agreed_price__tells_the_paper_and_never_lifts_a_value(suite: Any, let: Any) -> None:
    """T21: lessee and owner may agree on any price; a high one lifts no value for new loans."""
    stage = let(price_usd=10 * VALUE)
    stage.give(10 * VALUE)
    house = stage.share >> 8
    before = suite.valuation.lendingValueOf(house)
    stage.lease.buy(stage.id, PLENTY, sender=stage.lessee)
    assert suite.certificate.certificateOf(stage.share).priceUsd == 10 * VALUE
    after = suite.valuation.lendingValueOf(house)
    assert after.valueUsd <= before.valueUsd * 10_001 // 10_000
    assert suite.valuation.valueOf(house).valueUsd == 8 * VALUE


def test_approval__of_a_manager_who_left_and_came_back__counts_while_he_is_the_manager(
    suite: Any, let: Any, owner_b: str, registrar: str
) -> None:
    stage = let(nonce=1)
    other = lease_terms(suite, stage.share + 1, stage.lessee, rent=RENT, price_usd=VALUE, nonce=5)
    approve_lease(suite, other)
    house, lease_hash = stage.share >> 8, stage.lease.hashOf(other.values)
    manager = suite.registry.managerOf(house)
    suite.registry.setManager(house, owner_b, sender=registrar)
    assert stage.lease.approvalOf(other.shareId, lease_hash) == 0
    suite.registry.setManager(house, manager, sender=registrar)
    fund_rents(suite, stage.lessee, RENT)
    stage.lease.sign(other.values, sign_terms(suite, other), sender=stage.lessee)
    exact(stage)
