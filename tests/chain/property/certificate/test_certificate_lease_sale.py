"""`moveByLease`: the holder of a lease sells the share to its lessee, and the price goes onto the paper."""

from __future__ import annotations

import ape
import pytest
from certificate_terms import COIN, MAX, SALE, ZERO

LATE = 2**40
PRICE = 31_250 * COIN
FIRST_PRICE = 25_000 * COIN
"""Of the tests' houses."""


@pytest.fixture
def lessor(new_holder):
    """A contract that may place leases and nothing else."""
    return new_holder(leases=True)


@pytest.fixture
def leased(certificate, share_id, owner_b, lessor, admit) -> int:
    admit(owner_b)
    certificate.placeLease(share_id, owner_b, LATE, sender=lessor)
    return share_id


def test_lease_sale__leased_share__moves_ends_the_lease_and_records_the_price(
    suite, certificate, leased, owner_a, owner_b, lessor
):
    tx = certificate.moveByLease(leased, owner_b, PRICE, suite.coin, sender=lessor)
    assert tx.events == [
        certificate.UpdateUser(tokenId=leased, user=ZERO, expires=0),
        certificate.LeaseReleased(shareId=leased, holder=lessor),
        certificate.Unlocked(leased),
        certificate.MetadataUpdate(leased),
        certificate.Transfer(owner_a, owner_b, leased),
        certificate.ShareMoved(shareId=leased, moveNumber=1, authority=SALE),
        certificate.SaleRecorded(shareId=leased, moveNumber=1, priceUsd=PRICE, currency=suite.coin),
        certificate.MetadataUpdate(leased),
    ]
    paper = certificate.certificateOf(leased)
    assert (paper.owner, paper.priceUsd, paper.currency, paper.moveNumber) == (owner_b, PRICE, suite.coin, 1)
    assert paper.leaseHolder == ZERO
    assert (certificate.userOf(leased), certificate.userExpires(leased), certificate.locked(leased)) == (ZERO, 0, False)
    assert (certificate.balanceOf(owner_a), certificate.balanceOf(owner_b)) == (7, 1)
    with ape.reverts(certificate.NotEncumbranceHolder, shareId=leased, caller=lessor, holder=ZERO):
        certificate.moveByLease(leased, owner_a, PRICE, ZERO, sender=lessor)  # once


def test_lease_sale__income_earned_before__stays_the_sellers(
    suite, certificate, leased, house, owner_a, owner_b, lessor, pay_income
):
    pay_income(house, 8 * COIN)
    certificate.moveByLease(leased, owner_b, PRICE, suite.coin, sender=lessor)
    suite.income.claim([], sender=owner_a)
    assert (suite.coin.balanceOf(owner_a), suite.coin.balanceOf(owner_b)) == (COIN, 0)


def test_lease_sale__needs_neither_row_nor_approval_once_the_lease_stands(
    certificate, leased, owner_a, owner_b, lessor, dao
):
    certificate.setHolder(lessor, (False, False, False), sender=dao)
    certificate.approve(ZERO, leased, sender=owner_a)
    certificate.moveByLease(leased, owner_b, PRICE, ZERO, sender=lessor)
    assert certificate.ownerOf(leased) == owner_b


def test_lease_sale__by_who_does_not_hold_the_lease__reverts(
    certificate, leased, share_id, owner_a, owner_b, manager, attacker, market, lender, lessor, new_holder
):
    for caller in (owner_a, owner_b, manager, attacker, market, lender, new_holder(leases=True)):
        with ape.reverts(certificate.NotEncumbranceHolder, shareId=leased, caller=caller, holder=lessor):
            certificate.moveByLease(leased, owner_b, PRICE, ZERO, sender=caller)
    for free in (share_id + 1, 0, MAX):
        with ape.reverts(certificate.NotEncumbranceHolder, shareId=free, caller=lessor, holder=ZERO):
            certificate.moveByLease(free, owner_b, PRICE, ZERO, sender=lessor)


def test_lease_sale__while_a_lien_stands__reverts_whoever_holds_it(
    certificate, share_id, owner_b, lender, admit, new_holder
):
    admit(owner_b)
    both = new_holder(liens=True, leases=True)
    for lien_holder in (lender, both):
        certificate.placeLien(share_id, sender=lien_holder)
        certificate.placeLease(share_id, owner_b, LATE, sender=both)
        with ape.reverts(certificate.ShareLocked, shareId=share_id, lienHolder=lien_holder, leaseHolder=both):
            certificate.moveByLease(share_id, owner_b, PRICE, ZERO, sender=both)
        certificate.releaseLien(share_id, sender=lien_holder)
        certificate.releaseLease(share_id, sender=both)
    certificate.placeLease(share_id, owner_b, LATE, sender=both)
    certificate.moveByLease(share_id, owner_b, PRICE, ZERO, sender=both)
    assert certificate.ownerOf(share_id) == owner_b


def test_lease_sale__frozen_share_or_no_credential__reverts(
    certificate, leased, owner_a, owner_b, attacker, lessor, freeze
):
    for stranger in (attacker, ZERO):
        with ape.reverts(certificate.ERC7943CannotReceive, account=stranger):
            certificate.moveByLease(leased, stranger, PRICE, ZERO, sender=lessor)
    freeze(owner_a, leased)
    with ape.reverts(certificate.ERC7943InsufficientUnfrozenBalance, account=owner_a, tokenId=leased):
        certificate.moveByLease(leased, owner_b, PRICE, ZERO, sender=lessor)
    freeze(owner_a, leased, False)
    certificate.moveByLease(leased, owner_b, PRICE, ZERO, sender=lessor)
    assert certificate.ownerOf(leased) == owner_b


@pytest.mark.parametrize("price", [0, 1, 2**96 - 1])
def test_lease_sale__prices_that_fit__are_recorded(certificate, leased, owner_b, lessor, price):
    certificate.moveByLease(leased, owner_b, price, ZERO, sender=lessor)
    assert certificate.certificateOf(leased).priceUsd == price


@pytest.mark.parametrize("price", [2**96, MAX])
def test_lease_sale__prices_that_do_not_fit__revert(certificate, leased, owner_b, lessor, price):
    with ape.reverts(certificate.PriceOutOfRange, priceUsd=price):
        certificate.moveByLease(leased, owner_b, price, ZERO, sender=lessor)


def test_lease_sale__to_the_owner__ends_the_lease_and_records_nothing(certificate, leased, owner_a, lessor):
    tx = certificate.moveByLease(leased, owner_a, PRICE, ZERO, sender=lessor)
    assert "SaleRecorded" not in [event.event_name for event in tx.events]
    assert certificate.certificateOf(leased).priceUsd == FIRST_PRICE
    assert (certificate.ownerOf(leased), certificate.moveNumberOf(leased)) == (owner_a, 0)
    assert tuple(certificate.encumbrancesOf(leased)) == (ZERO, ZERO)


def test_lease_sale__then__nothing_of_the_seller_survives(
    certificate, leased, owner_a, owner_b, buyer, lessor, approve_move, market
):
    certificate.approve(market, leased, sender=owner_a)
    approve_move(leased, buyer)
    certificate.moveByLease(leased, owner_b, PRICE, ZERO, sender=lessor)
    assert certificate.getApproved(leased) == ZERO
    assert tuple(certificate.transferApprovalOf(leased)) == (ZERO, 0)
