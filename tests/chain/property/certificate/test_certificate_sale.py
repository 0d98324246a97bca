"""`moveBySale`: a market row moves what the owner offered through it, and the price goes onto the paper."""

from __future__ import annotations

import ape
import pytest
from certificate_terms import COIN, MAX, SALE, ZERO

PRICE = 31_250 * COIN
FIRST_PRICE = 25_000 * COIN
"""Of the tests' houses."""


@pytest.fixture
def offered(certificate, share_id, owner_a, owner_b, market, admit) -> int:
    """A share that its owner offers through the market."""
    admit(owner_b)
    certificate.approve(market, share_id, sender=owner_a)
    return share_id


def test_sale__offered_share__moves_and_records_the_price(suite, certificate, offered, owner_a, owner_b, market):
    paper = certificate.certificateOf(offered)
    assert (paper.priceUsd, paper.currency) == (FIRST_PRICE, ZERO)  # the house's first price
    tx = certificate.moveBySale(offered, owner_a, owner_b, PRICE, suite.coin, sender=market)
    assert tx.events == [
        certificate.Transfer(owner_a, owner_b, offered),
        certificate.ShareMoved(shareId=offered, moveNumber=1, authority=SALE),
        certificate.SaleRecorded(shareId=offered, moveNumber=1, priceUsd=PRICE, currency=suite.coin),
        certificate.MetadataUpdate(offered),
    ]
    paper = certificate.certificateOf(offered)
    assert (paper.owner, paper.priceUsd, paper.currency, paper.moveNumber) == (owner_b, PRICE, suite.coin, 1)
    assert certificate.certificateOf(offered + 1).priceUsd == FIRST_PRICE  # nobody moved that one


def test_sale__then_another_move__the_price_is_gone(suite, certificate, offered, owner_a, owner_b, market, move):
    certificate.moveBySale(offered, owner_a, owner_b, PRICE, suite.coin, sender=market)
    move(offered, owner_b, owner_a)
    paper = certificate.certificateOf(offered)
    assert (paper.priceUsd, paper.currency) == (0, ZERO)  # this move recorded none


def test_sale__then_another_sale__the_new_price_stands(suite, certificate, offered, owner_a, owner_b, market):
    certificate.moveBySale(offered, owner_a, owner_b, PRICE, suite.coin, sender=market)
    certificate.approve(market, offered, sender=owner_b)
    certificate.moveBySale(offered, owner_b, owner_a, PRICE + 1, ZERO, sender=market)
    paper = certificate.certificateOf(offered)
    assert (paper.priceUsd, paper.currency, paper.moveNumber) == (PRICE + 1, ZERO, 2)


def test_sale__first_move_without_a_price__the_first_price_is_gone(certificate, share_id, owner_a, owner_b, move):
    move(share_id, owner_a, owner_b)
    assert certificate.certificateOf(share_id).priceUsd == 0


def test_sale__needs_no_permission_of_the_manager_and_voids_the_one_there_was(
    certificate, offered, owner_a, owner_b, buyer, market, offer
):
    offer(offered, buyer)
    certificate.moveBySale(offered, owner_a, owner_b, PRICE, ZERO, sender=market)
    with ape.reverts(certificate.TransferNotApproved, shareId=offered, to=buyer):
        certificate.transferFrom(owner_b, buyer, offered, sender=owner_b)


def test_sale__approved_for_all__passes(certificate, share_id, owner_a, owner_b, market, admit):
    admit(owner_b)
    certificate.setApprovalForAll(market, True, sender=owner_a)
    certificate.moveBySale(share_id, owner_a, owner_b, PRICE, ZERO, sender=market)
    assert certificate.ownerOf(share_id) == owner_b


def test_sale__of_what_was_never_offered_or_offered_by_an_earlier_owner__reverts(
    certificate, offered, owner_a, owner_b, market, move
):
    with ape.reverts(certificate.ERC721InsufficientApproval, operator=market, tokenId=offered + 1):
        certificate.moveBySale(offered + 1, owner_a, owner_b, PRICE, ZERO, sender=market)
    move(offered, owner_a, owner_b)
    with ape.reverts(certificate.ERC721InsufficientApproval, operator=market, tokenId=offered):
        certificate.moveBySale(offered, owner_b, owner_a, PRICE, ZERO, sender=market)


def test_sale__by_who_has_no_row_to_sell__reverts(
    certificate, offered, owner_a, owner_b, manager, attacker, lender, dao, market
):
    certificate.setApprovalForAll(lender, True, sender=owner_a)
    for caller in (owner_a, manager, attacker, lender):  # the lender's row lets it place liens, not sell
        with ape.reverts(certificate.NotHolder, caller=caller):
            certificate.moveBySale(offered, owner_a, owner_b, PRICE, ZERO, sender=caller)
    certificate.setHolder(market, (False, True, True), sender=dao)
    with ape.reverts(certificate.NotHolder, caller=market):
        certificate.moveBySale(offered, owner_a, owner_b, PRICE, ZERO, sender=market)


def test_sale__from_somebody_else__reverts(certificate, offered, owner_a, owner_b, buyer, market):
    with ape.reverts(certificate.ERC721IncorrectOwner, sender=buyer, tokenId=offered, owner=owner_a):
        certificate.moveBySale(offered, buyer, owner_b, PRICE, ZERO, sender=market)


def test_sale__of_a_share_that_does_not_exist__reverts(certificate, owner_a, owner_b, market):
    with ape.reverts(certificate.ERC721NonexistentToken, tokenId=MAX):
        certificate.moveBySale(MAX, owner_a, owner_b, PRICE, ZERO, sender=market)


@pytest.mark.parametrize("price", [0, 1, 2**96 - 1])
def test_sale__prices_that_fit__are_recorded(certificate, offered, owner_a, owner_b, market, price):
    certificate.moveBySale(offered, owner_a, owner_b, price, ZERO, sender=market)
    assert certificate.certificateOf(offered).priceUsd == price


@pytest.mark.parametrize("price", [2**96, MAX])
def test_sale__prices_that_do_not_fit__revert(certificate, offered, owner_a, owner_b, market, price):
    with ape.reverts(certificate.PriceOutOfRange, priceUsd=price):
        certificate.moveBySale(offered, owner_a, owner_b, price, ZERO, sender=market)


def test_sale__locked_frozen_or_to_a_stranger__reverts(
    certificate, offered, owner_a, owner_b, attacker, market, lender, freeze
):
    for stranger in (attacker, ZERO):
        with ape.reverts(certificate.ERC7943CannotReceive, account=stranger):
            certificate.moveBySale(offered, owner_a, stranger, PRICE, ZERO, sender=market)
    certificate.placeLien(offered, sender=lender)
    with ape.reverts(certificate.ShareLocked, shareId=offered, lienHolder=lender, leaseHolder=ZERO):
        certificate.moveBySale(offered, owner_a, owner_b, PRICE, ZERO, sender=market)
    certificate.releaseLien(offered, sender=lender)
    freeze(owner_a, offered)
    with ape.reverts(certificate.ERC7943InsufficientUnfrozenBalance, account=owner_a, tokenId=offered):
        certificate.moveBySale(offered, owner_a, owner_b, PRICE, ZERO, sender=market)


def test_sale__to_oneself__records_no_price(certificate, offered, owner_a, market):
    tx = certificate.moveBySale(offered, owner_a, owner_a, PRICE, ZERO, sender=market)
    assert tx.events == [certificate.Transfer(owner_a, owner_a, offered)]
    assert certificate.certificateOf(offered).priceUsd == FIRST_PRICE
    certificate.moveBySale(offered, owner_a, owner_a, PRICE, ZERO, sender=market)  # the approval was not consumed


def test_sale__of_a_share_in_use__ends_the_use(certificate, offered, owner_a, owner_b, buyer, market):
    certificate.setUser(offered, buyer, 2**40, sender=owner_a)
    tx = certificate.moveBySale(offered, owner_a, owner_b, PRICE, ZERO, sender=market)
    assert certificate.UpdateUser(tokenId=offered, user=ZERO, expires=0) in tx.events
    assert (certificate.userOf(offered), certificate.userExpires(offered)) == (ZERO, 0)


# -------------------------------------------------------------------------------------------------- could it be sold


def test_saleable__offered_share__lien_or_not(certificate, offered, market, lender):
    certificate.requireSaleable(offered, market)
    certificate.placeLien(offered, sender=lender)
    certificate.requireSaleable(offered, market)


def test_saleable__says_what_a_sale_would_say(certificate, offered, owner_a, owner_b, market, lender, freeze):
    with ape.reverts(certificate.ERC721InsufficientApproval, operator=lender, tokenId=offered):
        certificate.requireSaleable(offered, lender)
    with ape.reverts(certificate.ERC721NonexistentToken, tokenId=MAX):
        certificate.requireSaleable(MAX, market)
    freeze(owner_a, offered)
    with ape.reverts(certificate.ERC7943InsufficientUnfrozenBalance, account=owner_a, tokenId=offered):
        certificate.requireSaleable(offered, lender)


def test_saleable__leased__is_said_first(certificate, offered, owner_a, owner_b, market, lender, new_holder, freeze):
    lessor = new_holder(leases=True)
    certificate.placeLease(offered, owner_b, 2**40, sender=lessor)
    freeze(owner_a, offered)
    with ape.reverts(certificate.ShareLocked, shareId=offered, lienHolder=ZERO, leaseHolder=lessor):
        certificate.requireSaleable(offered, market)
