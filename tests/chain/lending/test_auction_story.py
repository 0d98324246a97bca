"""An auction on the chain: a loan nobody pays, a sale, and a home that the treasury takes and sells again."""

from __future__ import annotations

from typing import Any

import ape
import pytest

from commonhold.model.lending.auction import AuctionTerms, Foreclosure
from commonhold.recipe.buying import keep_price_valid

COIN = 10**18
DAY = 86_400
TERMS = AuctionTerms()
NOBODYS = 0
UNLIMITED = 2**256 - 1


@pytest.fixture
def defaulted(
    suite: Any,
    engine: Any,
    valued_house: Any,
    active_loan: Any,
    index_feed: Any,
    credential: Any,
    coins: Any,
    approve_move: Any,
    owner_a: Any,
    owner_b: Any,
    buyer: Any,
) -> tuple[int, int]:
    """A loan of owner_a's on share 1 of a house, 91 days past due, and the house; share 8 is owner_b's."""
    house = valued_house(to=owner_a)
    for bidder in (owner_b, buyer):
        credential(bidder)
        coins(bidder, 200_000 * COIN)
        suite.coin.approve(suite.treasury, UNLIMITED, sender=bidder)
    approve_move(house * 256 + 8, owner_b)
    suite.certificate.transferFrom(owner_a, owner_b, house * 256 + 8, sender=owner_a)
    loan = active_loan(owner_a, share_id=house * 256 + 1)
    engine.set_time(suite.desk.loanOf(loan).dueAt + 92 * DAY)
    keep_price_valid(suite.handles)
    index_feed.set_index(100 * COIN)
    return loan, house


def test_a_sale__co_owners_wait_too_long__anybody_has_it(
    suite: Any, engine: Any, defaulted: tuple[int, int], owner_a: Any, owner_b: Any, buyer: Any, attacker: Any
) -> None:
    loan, house = defaulted
    share = house * 256 + 1
    suite.book.startForeclosure(loan, sender=attacker)
    page = suite.auction.auctionOf(loan)
    model = Foreclosure(TERMS, suite.valuation.shareValue(share).valueUsd, page.startedAt)
    assert (page.startUsd, page.floorUsd) == (model.start_usd, model.floor_usd)
    with ape.reverts(suite.auction.CoOwnersOnly, shareId=share, bidder=buyer):
        suite.auction.bid(loan, UNLIMITED, NOBODYS, sender=buyer)

    engine.set_time(page.startedAt + 4 * DAY - 2)
    keep_price_valid(suite.handles)
    engine.set_next_time(page.startedAt + 4 * DAY)
    bid = suite.auction.bid(loan, UNLIMITED, NOBODYS, sender=buyer)
    price = model.price_usd(4 * DAY)
    assert suite.auction.Sold(loan, share, buyer, price, price) in bid.events
    assert suite.certificate.ownerOf(share) == buyer
    surplus = suite.book.surplusOf(owner_a)
    before = suite.coin.balanceOf(owner_a)
    suite.book.claimSurplus(owner_a, owner_a, sender=owner_a)
    assert suite.coin.balanceOf(owner_a) == before + surplus > before
    with ape.reverts(suite.auction.NoAuction, loanId=loan):
        suite.auction.bid(loan, UNLIMITED, house * 256 + 8, sender=owner_b)


def test_no_bid__the_treasury_takes_it__and_sells_it_again(
    suite: Any, engine: Any, defaulted: tuple[int, int], buyer: Any, attacker: Any, as_dao: Any
) -> None:
    loan, house = defaulted
    share = house * 256 + 1
    suite.book.startForeclosure(loan, sender=attacker)
    started = suite.auction.auctionOf(loan).startedAt
    engine.set_next_time(started + TERMS.period - 1)
    with ape.reverts(suite.auction.AuctionRunning, loanId=loan, elapsed=TERMS.period - 1, period=TERMS.period):
        suite.auction.close(loan, sender=attacker)
    suite.auction.close(loan, sender=attacker)
    assert suite.certificate.ownerOf(share) == suite.treasury.address
    held = suite.loans.ownedHomeUsd(share)
    assert held == suite.treasury.balanceSheet().ownedHomesUsd > 0

    as_dao(suite.handles.auction, "offerOwned", share, 2 * held, held)
    offered = suite.auction.offerOf(share).startedAt
    engine.set_time(offered + TERMS.period)
    keep_price_valid(suite.handles)
    sale = suite.auction.bidForOwned(share, held, NOBODYS, sender=buyer)
    assert suite.auction.OwnedHomeSold(share, buyer, held, held) in sale.events
    assert suite.certificate.ownerOf(share) == buyer
    assert not suite.certificate.locked(share)
    assert suite.treasury.balanceSheet().ownedHomesUsd == 0
