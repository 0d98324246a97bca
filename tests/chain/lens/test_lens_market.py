"""The lens for sales, leases and purses on the chain: named by the suite's lens, within a call's gas at any feed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from commonhold.engines.base import ZERO_ADDRESS, decode_revert
from commonhold.recipe import leasing
from commonhold.recipe import market as sales
from commonhold.recipe.buying import give_coins
from commonhold.recipe.plan import INDEX_FEED, RESERVE_FEED

WAD, DAY, MOST = 10**18, 86_400, 2**256 - 1
PRICE = 30_000 * WAD
DOCUMENTS = b"executed documents".ljust(32, b".")
BURNS_GAS = 4  # mode of TestFaultyFeed


@pytest.fixture
def house(
    handles: Any, valued_house: Callable[..., int], credential: Callable[..., bytes], owner_a: Any, buyer: Any
) -> int:
    """Twelve shares of owner_a's with a value, which the market may move; the buyer has coins."""
    made = valued_house(shares=12, to=owner_a)
    credential(buyer)
    sales.offer_through_market(handles, owner_a)
    give_coins(handles, buyer, 4 * PRICE)
    sales.pay_through_market(handles, buyer)
    return made


@pytest.fixture
def burning(handles: Any, suite: Any, project: Any, dao: Any, deployer: Any) -> Callable[[], None]:
    """Both feeds of the reader burn all the gas that they get."""

    def burn() -> None:
        oracle, reserve = suite.parameters.oracle.index, suite.parameters.reserve.price
        for feed, terms, level in ((INDEX_FEED, oracle, 100), (RESERVE_FEED, reserve, 1)):
            answer = level * 10**terms.decimals
            made = project.TestFaultyFeed.deploy(terms.decimals, terms.description, answer, sender=deployer)
            row = (made, terms.heartbeat, terms.decimals, terms.min, terms.max, terms.description)
            suite.reader.setFeed(feed, row, sender=dao)
            made.setMode(BURNS_GAS, sender=deployer)

    return burn


def test_suite__names_its_lens_for_the_market(handles: Any) -> None:
    lens = handles.market_lens
    assert handles.lens.MARKET_LENS() == lens.address
    assert lens.CHECKS() == handles.market_checks.address
    assert lens.LEASE_CHECKS() == handles.lease_checks.address
    assert lens.MARKET() == handles.market_checks.MARKET() == handles.market.address
    assert lens.LEASES() == handles.lease_checks.LEASES() == handles.lease_to_buy.address
    assert lens.ESCROW() == handles.lease_checks.ESCROW() == handles.house_escrow.address
    assert handles.market_checks.LOAN_CHECKS() == handles.loan_checks.address


def test_sale__from_listing_to_settlement__page_and_check_follow_it(
    handles: Any, house: int, owner_a: Any, buyer: Any, manager: Any
) -> None:
    lens, checks, share = handles.market_lens, handles.market_checks, house * 256 + 1
    ask = sales.make_ask(handles, owner_a, share, PRICE, documents_hash=DOCUMENTS, listed=True)
    sales.list_ask(handles, ask)
    page = lens.share(share, buyer.address)
    assert (page.complete, page.owner, page.marketMayMove) == (True, owner_a.address, True)
    assert (page.listing.live, page.listing.approved, tuple(page.listing.ask)) == (True, False, ask.struct)
    quote = checks.takeCheck(buyer.address, ask.struct, b"", sales.in_coin(PRICE))
    assert decode_revert(quote.refusal, "ShareMarket").name == "SaleNotApproved"
    sales.buy(handles, ask, buyer, signature=b"")
    assert lens.share(share, buyer.address).listing.ask.seller == ZERO_ADDRESS
    waiting = lens.sale(ask.struct)
    assert (waiting.complete, waiting.sale.byBuyer, waiting.sale.bySeller, waiting.approved) == (
        True,
        True,
        True,
        False,
    )
    sales.approve_sale(handles, ask, buyer, manager=manager)
    waiting = lens.sale(ask.struct)
    assert (waiting.approved, waiting.settlement.refusal) == (True, b"")
    fee = handles.market.feeOf(PRICE)
    assert (waiting.settlement.fee, waiting.settlement.toSeller) == (fee, PRICE - fee)
    before = handles.coin.balanceOf(owner_a.address)
    handles.market.settle(ask.struct, sender=buyer)
    assert handles.coin.balanceOf(owner_a.address) - before == waiting.settlement.toSeller
    assert lens.sale(ask.struct).sale.buyer == ZERO_ADDRESS
    assert decode_revert(checks.settleCheck(ask.struct).refusal, "ShareMarket").name == "NoSale"


def test_pages__with_feeds_that_burn_all_gas__fit_one_call(
    handles: Any, house: int, owner_a: Any, buyer: Any, burning: Callable[[], None]
) -> None:
    """Nothing reverts, pages are complete; what needs a price says that there is none."""
    lens, checks = handles.market_lens, handles.market_checks
    for number in range(1, 7):
        sales.list_ask(handles, sales.make_ask(handles, owner_a, house * 256 + number, PRICE, listed=True))
    begun = [
        leasing.open_lease(handles, house * 256 + number, buyer, rent=WAD, price_usd=PRICE if number == 7 else 0)
        for number in range(7, 11)
    ]
    burning()
    listings = lens.listings(house, buyer.address, 0, 0)
    assert (listings.complete, listings.nextNumber) == (True, 0)
    assert [(entry.shareId & 0xFF, entry.live) for entry in listings.listings] == [(n, True) for n in range(1, 7)]
    page = lens.listings(house, buyer.address, 3, 2)
    assert ([entry.shareId & 0xFF for entry in page.listings], page.nextNumber) == ([3, 4], 5)
    leases = lens.leases(begun[0], 0)
    assert (leases.complete, [row.leaseId for row in leases.leases]) == (True, begun)
    fixed, *current = leases.leases
    assert (fixed.purchase.complete, fixed.purchase.priceUsd, fixed.purchase.refusal) == (True, PRICE, b"")
    for row in current:
        assert not row.purchase.complete
        assert decode_revert(row.purchase.refusal, "LeaseToBuy").name == "ValueNotValid"
    ask = sales.Ask(*tuple(listings.listings[0].ask))
    quote = checks.buyCheck(buyer.address, ask.struct, b"", [(1, 10**12)], 0)
    assert (quote.complete, decode_revert(quote.refusal, "ShareMarket").name) == (False, "PriceNotValid")
    assert checks.buyCheck(buyer.address, ask.struct, b"", sales.in_coin(PRICE), 0).refusal == b""
    assert lens.purse(house, buyer.address, bytes(32)).complete
    assert lens.offers(owner_a.address, [0, MOST]).complete
