"""Buying in steps: listed or signed, bought, approved, attested, settled; or given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from market_scene import DAY, DOCUMENTS, FEE, PRICE, UNIT, WAD, Scene, changed, refused

from commonhold.recipe import market as sales
from commonhold.recipe.buying import keep_price_valid
from commonhold.recipe.market import COIN_PLACE, RESERVE_PLACE

OTHER = b"other documents".ljust(32, b".")
ZERO = "0x" + "00" * 20


# ------------------------------------------------------------------------------------------------------------- listing


def test_list_buy_approve_attest_settle__in_any_order__title_and_money(scene: Scene) -> None:
    suite = scene.suite
    ask = scene.ask(listed=True)
    said = sales.list_ask(suite, ask)
    told = said.event("Asked")
    assert (told["askHash"], told["shareId"]) == (scene.market.askHashOf(ask.struct), scene.share)
    assert tuple(told["ask"]) == ask.struct
    listing = scene.market.listingOf(scene.share)
    assert (tuple(listing.ask), listing.live) == (ask.struct, True)

    before = scene.money(scene.seller, scene.buyer)
    scene.buy(ask, signature=b"")
    assert scene.market.listingOf(scene.share).ask.seller == ZERO
    scene.check(ask)
    page = scene.page(ask)
    assert (page.buyer, page.deadline) == (scene.buyer, suite.engine.now() + 30 * DAY)
    assert [tuple(part) for part in page.parts] == [(COIN_PLACE, PRICE)]
    refused(lambda: scene.settle(ask), "NotAttested", scene.market.askHashOf(ask.struct), False, False)
    sales.attest(suite, ask, DOCUMENTS, scene.buyer)
    refused(lambda: scene.settle(ask), "NotAttested", scene.market.askHashOf(ask.struct), False, True)
    sales.attest(suite, ask, DOCUMENTS, scene.seller)
    refused(lambda: scene.settle(ask), "SaleNotApproved")
    scene.approve(ask)
    sold = scene.settle(ask).event("Sold")
    assert (sold["documentsHash"], sold["priceUsd"], sold["fee"]) == (DOCUMENTS, PRICE, FEE)
    after = scene.money(scene.seller, scene.buyer)
    assert scene.owner() == scene.buyer
    assert after[scene.buyer][0] == before[scene.buyer][0] - PRICE
    assert after[scene.seller][0] == before[scene.seller][0] + PRICE - FEE
    scene.check()
    assert (scene.page(ask).buyer, scene.page(ask).parts) == (ZERO, [])
    refused(lambda: scene.settle(ask), "NoSale", scene.market.askHashOf(ask.struct))
    refused(lambda: scene.refund(ask), "NoSale", scene.market.askHashOf(ask.struct))


def test_list__taken_at_once__needs_no_signature(scene: Scene) -> None:
    ask = scene.ask(listed=True, documents_hash=DOCUMENTS)
    scene.approve(ask)
    refused(lambda: scene.take(ask, signature=b""), "NotListed", scene.share, ask.nonce)
    sales.list_ask(scene.suite, ask)
    scene.take(ask, signature=b"")
    assert scene.owner() == scene.buyer
    assert scene.market.listingOf(scene.share).live is False
    refused(lambda: scene.take(ask, signature=b""), "NotShareOwner")


@pytest.mark.parametrize(
    "fields",
    [
        {"price_usd": PRICE - 1},
        {"buyer": "0x" + "11" * 20},
        {"documents_hash": OTHER},
        {"expires_at": 2**39},
        {"settle_period": 29 * DAY},
        {"currencies": 1},
        {"seller": "0x" + "11" * 20},
        {"fingerprint": OTHER},
        {"nonce": 1 << 255},
        {"nonce": 0},
    ],
)
def test_list__anything_else_than_listed__refused(scene: Scene, fields: dict[str, Any]) -> None:
    ask = scene.ask(listed=True)
    sales.list_ask(scene.suite, ask)
    other = changed(ask, **fields)
    expected = "NotBuyer" if "buyer" in fields else "NotListed"
    refused(lambda: scene.buy(other, signature=b""), expected)


def test_list__refusals(scene: Scene, owner_b: str) -> None:
    suite, market = scene.suite, scene.market
    ask = scene.ask(listed=True)
    refused(lambda: market.list(ask.struct, sender=owner_b), "NotSeller", owner_b, scene.seller)
    foreign = changed(ask, seller=owner_b)
    refused(lambda: market.list(foreign.struct, sender=owner_b), "NotShareOwner", scene.share, owner_b, scene.seller)
    stale = changed(ask, fingerprint=OTHER)
    refused(lambda: sales.list_ask(suite, stale), "FingerprintChanged", scene.share, OTHER, ask.fingerprint)
    for nonce in (0, ask.nonce + 1, ask.nonce - 1):
        wrong = changed(ask, nonce=nonce)
        refused(lambda wrong=wrong: sales.list_ask(suite, wrong), "NotListingNonce", wrong.nonce, ask.nonce)
    now = suite.engine.now()
    over = changed(ask, expires_at=now)
    refused(lambda: sales.list_ask(suite, over), "AskExpired", now, now + 1)


def test_list__again__replaces_the_one_before(scene: Scene) -> None:
    first = scene.ask(listed=True)
    sales.list_ask(scene.suite, first)
    second = scene.ask(PRICE - 1, listed=True)
    assert second.nonce == first.nonce + 1
    sales.list_ask(scene.suite, second)
    refused(lambda: scene.buy(first, signature=b""), "NotListed", scene.share, first.nonce)
    scene.buy(second, signature=b"")
    assert scene.market.listingNonce(scene.share) == second.nonce + 1


def test_unlist__by_its_seller_alone(scene: Scene, attacker: str, recover: Any) -> None:
    ask = scene.ask(listed=True)
    sales.list_ask(scene.suite, ask)
    refused(lambda: scene.market.unlist(scene.share, sender=attacker), "NotSeller", attacker, scene.seller)
    recover(scene.seller, attacker)
    refused(lambda: scene.market.unlist(scene.share, sender=scene.seller), "NotSeller", scene.seller, attacker)
    assert scene.market.unlist(scene.share, sender=attacker).event("Unlisted")["nonce"] == ask.nonce
    refused(lambda: scene.buy(ask, signature=b""), "NotListed", scene.share, ask.nonce)
    refused(lambda: scene.market.unlist(scene.share, sender=attacker), "NotSeller", attacker, ZERO)


def test_listing__shown_as_live__only_while_it_can_be_bought(scene: Scene) -> None:
    suite = scene.suite
    assert scene.market.listingOf(scene.share).live is False
    ask = scene.ask(listed=True, expires_at=suite.engine.now() + DAY)
    sales.list_ask(suite, ask)
    with suite.engine.rollback():
        suite.certificate.setUser(scene.share, scene.buyer, 2**40, sender=scene.seller)
        assert scene.market.listingOf(scene.share).live is False
    suite.engine.set_time(ask.expires_at)
    assert scene.market.listingOf(scene.share).live is True
    suite.engine.set_time(ask.expires_at + 1)
    assert scene.market.listingOf(scene.share).live is False


# -------------------------------------------------------------------------------------------------------------- buying


def test_buy__signed__is_used_up(scene: Scene, owner_b: str, credential: Any) -> None:
    credential(owner_b)
    scene.give(owner_b)
    ask = scene.bought(documents_hash=DOCUMENTS)
    assert not scene.market.isNonceLive(scene.seller, ask.nonce)
    scene.approve(ask, owner_b)
    refused(lambda: scene.buy(ask, owner_b), "AskSpent", scene.seller, ask.nonce)
    refused(lambda: scene.take(ask, owner_b), "AskSpent", scene.seller, ask.nonce)
    scene.suite.engine.advance(31 * DAY)
    scene.refund(ask)
    scene.check()
    again = changed(ask, expires_at=2**39)
    refused(lambda: scene.buy(again), "AskSpent", scene.seller, ask.nonce)


def test_buy__documents_named__attested_by_both_already(scene: Scene) -> None:
    ask = scene.bought(documents_hash=DOCUMENTS)
    page = scene.page(ask)
    assert (page.bySeller, page.byBuyer, page.documentsHash) == (True, True, DOCUMENTS)
    scene.approve(ask)
    scene.settle(ask)


def test_buy__sold_to_another_meanwhile__money_back_at_once(scene: Scene, owner_b: str, credential: Any) -> None:
    credential(owner_b)
    scene.give(owner_b)
    waiting = scene.bought()
    other = scene.ask(documents_hash=DOCUMENTS, number=1)
    scene.approve(other, owner_b)
    refused(lambda: scene.refund(waiting), "NotRefundable")
    scene.take(other, owner_b)
    refused(lambda: scene.settle(changed(waiting)), "NotAttested")
    scene.complete(waiting)
    refused(lambda: scene.settle(waiting), "NotShareOwner", scene.share, scene.seller, owner_b)
    before = scene.money(scene.buyer)[scene.buyer][0]
    scene.refund(waiting)
    assert scene.money(scene.buyer)[scene.buyer][0] == before + PRICE
    scene.check()


# ----------------------------------------------------------------------------------------------------------- documents


def test_attest__other_documents__begin_anew(scene: Scene, attacker: str) -> None:
    ask = scene.bought()
    name = scene.market.askHashOf(ask.struct)
    refused(
        lambda: sales.attest(scene.suite, ask, DOCUMENTS, attacker), "NotParty", attacker, scene.seller, scene.buyer
    )
    refused(lambda: sales.attest(scene.suite, ask, bytes(32), scene.buyer), "MissingValue", name)
    sales.attest(scene.suite, ask, DOCUMENTS, scene.seller)
    sales.attest(scene.suite, ask, OTHER, scene.buyer)
    scene.approve(ask)
    refused(lambda: scene.settle(ask), "NotAttested", name, False, True)
    sales.attest(scene.suite, ask, DOCUMENTS, scene.seller)
    refused(lambda: scene.settle(ask), "NotAttested", name, True, False)
    sales.attest(scene.suite, ask, DOCUMENTS, scene.buyer)
    assert scene.settle(ask).event("Sold")["documentsHash"] == DOCUMENTS


# ------------------------------------------------------------------------------------------------------------ deadline


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_deadline__settled_until_then__refunded_after(scene: Scene, late: int) -> None:
    ask = scene.bought()
    deadline = scene.page(ask).deadline
    name = scene.market.askHashOf(ask.struct)
    scene.approve(ask, until=2**40 - 1)
    sales.attest(scene.suite, ask, DOCUMENTS, scene.seller, scene.buyer)
    scene.at(deadline + late)
    with scene.suite.engine.rollback():
        if late > 0:
            refused(lambda: scene.settle(ask), "SaleExpired", name, deadline)
        else:
            scene.settle(ask)
            assert scene.owner() == scene.buyer
    scene.at(deadline + late)
    if late > 0:
        before = scene.money(scene.buyer)[scene.buyer][0]
        assert scene.refund(ask).event("Refunded").args == {
            "askHash": name,
            "to": scene.buyer,
            "currency": COIN_PLACE,
            "amount": PRICE,
        }
        assert scene.money(scene.buyer)[scene.buyer][0] == before + PRICE
        scene.check()
        refused(lambda: scene.refund(ask), "NoSale", name)
        assert scene.owner() == scene.seller
    else:
        refused(lambda: scene.refund(ask), "NotRefundable", name, deadline)


@pytest.mark.parametrize("act", ["attest", "dispute", "settle"])
def test_deadline__past__nothing_but_the_refund(scene: Scene, act: str) -> None:
    ask = scene.bought(documents_hash=DOCUMENTS)
    deadline = scene.page(ask).deadline
    scene.at(deadline + 1)
    calls: dict[str, Callable[[], Any]] = {
        "attest": lambda: sales.attest(scene.suite, ask, DOCUMENTS, scene.buyer),
        "dispute": lambda: scene.market.dispute(ask.struct, sender=scene.buyer),
        "settle": lambda: scene.settle(ask),
    }
    refused(calls[act], "SaleExpired", scene.market.askHashOf(ask.struct), deadline)


# -------------------------------------------------------------------------------------------------------------- refund


def test_refund__to_another_address__the_buyer_himself(scene: Scene, owner_b: str, attacker: str) -> None:
    ask = scene.bought()
    scene.suite.engine.advance(31 * DAY)
    refused(lambda: scene.refund(ask, to=attacker, sender=attacker), "NotBuyer", attacker, scene.buyer)
    refused(lambda: scene.refund(ask, to=attacker, sender=scene.seller), "NotBuyer", scene.seller, scene.buyer)
    before = scene.money(owner_b)[owner_b][0]
    scene.refund(ask, to=owner_b, sender=scene.buyer)
    assert scene.money(owner_b)[owner_b][0] == before + PRICE


def test_people__who_lost_their_wallets__get_what_is_theirs(
    scene: Scene, owner_b: str, attacker: str, recover: Any
) -> None:
    """The buyer's new wallet gets the share, the seller's the money, and either attests."""
    suite = scene.suite
    ask = scene.bought()
    recover(scene.buyer, attacker)
    recover(scene.seller, owner_b)
    refused(lambda: sales.attest(suite, ask, DOCUMENTS, scene.buyer), "NotParty", scene.buyer, owner_b, attacker)
    sales.attest(suite, ask, DOCUMENTS, owner_b, attacker)
    scene.approve(ask)
    refused(lambda: scene.settle(ask), "SaleNotApproved")
    scene.approve(ask, attacker)
    before = scene.money(owner_b)[owner_b][0]
    scene.settle(ask)
    assert scene.owner() == attacker
    assert scene.money(owner_b)[owner_b][0] == before + PRICE - FEE
    scene.check()


def test_refund__buyer_lost_his_wallet__to_the_new_one(scene: Scene, attacker: str, recover: Any) -> None:
    ask = scene.bought()
    recover(scene.buyer, attacker)
    scene.suite.engine.advance(31 * DAY)
    refused(lambda: scene.refund(ask, to=scene.buyer, sender=scene.buyer), "NotBuyer", scene.buyer, attacker)
    scene.refund(ask, to=attacker)
    assert scene.money(attacker)[attacker][0] == PRICE


# ---------------------------------------------------------------------------------------------------- cancelled in bulk


def test_cancel__single_numbers__and_everything_at_once(scene: Scene) -> None:
    market, seller = scene.market, scene.seller
    asks = {number: scene.ready(number=number) for number in (0, 1, 7, 223)}
    market.cancel([1, 223, 224, 255, 1 << 8, 1 << 255], sender=seller)
    assert [market.isNonceLive(seller, number) for number in (0, 1, 7, 223, 224, 256)] == [
        True,
        False,
        True,
        False,
        False,
        False,
    ]
    refused(lambda: scene.take(asks[1]), "AskSpent", seller, 1)
    refused(lambda: scene.take(asks[223]), "AskSpent", seller, 223)
    with scene.suite.engine.rollback():
        scene.take(asks[7])
    assert market.cancelAll(sender=seller).event("AllAsksCancelled")["epoch"] == 1
    for number in (0, 7):
        refused(lambda number=number: scene.take(asks[number]), "AskSpent", seller, number)
    fresh = scene.ready(number=1)
    assert fresh.nonce == 257
    scene.take(fresh)


@pytest.mark.parametrize("nonce", [224, 255, 1 << 8, 1 << 40, (1 << 40) + 3, 1 << 255, 2**256 - 1])
def test_nonce__out_of_the_epochs_numbers__never_acts(scene: Scene, nonce: int) -> None:
    ask = changed(scene.ready(), nonce=nonce)
    refused(lambda: scene.take(ask), "AskSpent", scene.seller, nonce)


def test_cancel__a_sale_that_waits__goes_on(scene: Scene) -> None:
    ask = scene.bought()
    scene.market.cancelAll(sender=scene.seller)
    scene.complete(ask)
    scene.settle(ask)
    assert scene.owner() == scene.buyer


# --------------------------------------------------------------------------------------------------------------- stops


def test_stop__no_new_business__and_all_ways_back(scene: Scene, guardian: str, attacker: str, as_dao: Any) -> None:
    suite, market = scene.suite, scene.market
    waiting = scene.bought(documents_hash=DOCUMENTS)
    listed = scene.ask(listed=True, documents_hash=DOCUMENTS)
    ready = scene.ready(number=1)
    what = b"market".ljust(32, b"\0")
    refused(lambda: market.stop(what, sender=attacker), "AccessManagedUnauthorized", attacker)
    refused(lambda: market.stop(b"lease".ljust(32, b"\0"), sender=guardian), "UnknownSwitch")
    scene.approve(waiting)
    until = market.stop(what, sender=guardian).event("Stopped")["until"]
    assert market.stoppedUntil(what) == until
    for call in (
        lambda: sales.list_ask(suite, listed),
        lambda: scene.buy(ready),
        lambda: scene.take(ready),
        lambda: scene.settle(waiting),
    ):
        refused(call, "StoppedUntil", what, until)
    sales.attest(suite, waiting, DOCUMENTS, scene.buyer)
    market.cancel([1], sender=scene.seller)
    with suite.engine.rollback():
        as_dao(market, "resume", what)
        scene.settle(waiting)
    market.dispute(waiting.struct, sender=scene.buyer)
    for voter in (scene.buyer, scene.seller):
        market.resolve(waiting.struct, sales.Outcome.REFUND, sender=voter)
    scene.refund(waiting)
    scene.check()


# ------------------------------------------------------------------------------------------------------ several tokens


def test_pay__first_coins_then_the_rest_in_reserve__at_its_price(scene: Scene) -> None:
    suite = scene.suite
    suite.reserve_feed.updateAnswer(99_000_000, sender=suite.deployer)  # 0.99 dollars
    ask = scene.ready()
    coins = 12_345 * WAD + 1
    missing = PRICE - coins
    units = -(-missing * UNIT * 100 // (99 * WAD))
    quote = scene.market.quote(PRICE, [(COIN_PLACE, coins), (RESERVE_PLACE, 2**128 - 1)])
    assert ([tuple(part) for part in quote.parts], quote.missingUsd) == ([(0, coins), (1, units)], 0)
    before = scene.money(scene.seller, scene.buyer)
    refused(lambda: scene.take(ask, payments=[(COIN_PLACE, coins), (RESERVE_PLACE, units - 1)]), "PaymentShort")
    scene.take(ask, payments=[(COIN_PLACE, coins), (RESERVE_PLACE, units)])
    after = scene.money(scene.seller, scene.buyer)
    assert after[scene.buyer] == (before[scene.buyer][0] - coins, before[scene.buyer][1] - units)
    assert after[scene.seller] == (before[scene.seller][0] + coins - FEE, before[scene.seller][1] + units)
    scene.check()
    assert suite.certificate.certificateOf(scene.share).currency == suite.coin.address, "the first part's"


def test_pay__reserve_first__and_coins_for_what_it_lacks(scene: Scene) -> None:
    payments = [(RESERVE_PLACE, 20_000 * UNIT), (COIN_PLACE, PRICE)]
    ask = scene.bought(payments=payments)
    scene.check(ask)
    scene.complete(ask)
    before = scene.money(scene.seller)[scene.seller]
    scene.settle(ask)
    assert scene.money(scene.seller)[scene.seller] == (before[0] + 10_000 * WAD - FEE, before[1] + 20_000 * UNIT)
    assert scene.suite.certificate.certificateOf(scene.share).currency == scene.suite.reserve.address
    scene.check()


def test_refund__several_parts__all_go_back(scene: Scene) -> None:
    before = scene.money(scene.buyer)
    ask = scene.bought(payments=[(RESERVE_PLACE, 20_000 * UNIT), (COIN_PLACE, PRICE)])
    scene.suite.engine.advance(31 * DAY)
    scene.refund(ask)
    assert scene.money(scene.buyer) == before
    scene.check()


@pytest.mark.parametrize(
    ("payments", "error", "values"),
    [
        ([(2, PRICE)], "CurrencyNotTaken", (2, 3)),
        ([(8, PRICE)], "CurrencyNotTaken", (8, 3)),
        ([(255, PRICE)], "CurrencyNotTaken", (255, 3)),
        ([(0, PRICE // 8)] * 5, "TooManyPayments", (5, 4)),
        ([], "PaymentShort", (PRICE,)),
        ([(0, 0), (1, 0)], "PaymentShort", (PRICE,)),
    ],
)
def test_pay__what_the_market_does_not_take__refused(
    scene: Scene, payments: list[tuple[int, int]], error: str, values: tuple[int, ...]
) -> None:
    ask = scene.ready()
    refused(lambda: scene.take(ask, payments=payments), error, *values)
    refused(lambda: scene.buy(ask, payments=payments), error, *values)


def test_pay__four_parts_of_two_tokens__in_their_order(scene: Scene) -> None:
    payments = [(0, 10_000 * WAD), (1, 5_000 * UNIT), (0, 10_000 * WAD), (1, 10**12)]
    ask = scene.bought(payments=payments)
    parts = [tuple(part) for part in scene.page(ask).parts]
    assert parts == [(0, 10_000 * WAD), (1, 5_000 * UNIT), (0, 10_000 * WAD), (1, 5_000 * UNIT)]
    scene.complete(ask)
    scene.settle(ask)
    scene.check()


def test_pay__seller_takes_coins_alone(scene: Scene) -> None:
    ask = scene.ready(currencies=1)
    refused(lambda: scene.take(ask, payments=[(1, 10**12)]), "CurrencyNotTaken", 1, 1)
    scene.take(ask)


def test_pay__price_not_valid__refused_and_coins_still_taken(scene: Scene) -> None:
    suite = scene.suite
    suite.engine.advance(26 * 3_600)
    ask = scene.ready()
    refused(lambda: scene.take(ask, payments=[(0, FEE), (1, 10**12)]), "PriceNotValid", 1, 13)
    scene.take(ask, payments=[(0, PRICE), (1, 10**12)])
    keep_price_valid(suite)


def test_currencies__table(scene: Scene, attacker: str, as_dao: Any) -> None:
    suite, market = scene.suite, scene.market
    feed = b"RESERVE-USD".ljust(32, b"\0")
    token = suite.engine.deploy("TestReserveToken", 18, sender=attacker)
    refused(lambda: market.setCurrency(2, token, feed, sender=attacker), "AccessManagedUnauthorized", attacker)
    for place in (0, 8):
        refused(lambda place=place: as_dao(market, "setCurrency", place, token, feed), "PlaceOutOfRange", place, 1, 7)
    refused(lambda: as_dao(market, "setCurrency", 1, token, feed), "PlaceTaken", 1, suite.reserve.address)
    for wrong in (suite.coin.address, suite.reserve.address, attacker):
        refused(lambda wrong=wrong: as_dao(market, "setCurrency", 2, wrong, feed), "TokenRefused", wrong)
    large = suite.engine.deploy("TestReserveToken", 19, sender=attacker)
    refused(lambda: as_dao(market, "setCurrency", 2, large, feed), "DecimalsOutOfRange", large.address, 19, 18)
    unknown = b"NONE".ljust(32, b"\0")
    refused(lambda: as_dao(market, "setCurrency", 2, token, unknown), "UnknownFeed", unknown)
    as_dao(market, "setCurrency", 2, token, feed)
    assert tuple(market.currencyOf(2)) == (token.address, 18, feed)
    assert tuple(market.currencyOf(0)) == (suite.coin.address, 18, bytes(32))


def test_currencies__closed__takes_nothing_more_and_gives_everything_back(scene: Scene, as_dao: Any) -> None:
    before = scene.money(scene.buyer)
    ask = scene.bought(payments=[(0, FEE), (1, 10**12)])
    as_dao(scene.market, "setCurrency", 1, scene.suite.reserve, bytes(32))
    later = scene.ready(number=1)
    refused(lambda: scene.take(later, payments=[(0, FEE), (1, 10**12)]), "CurrencyClosed", 1)
    scene.suite.engine.advance(31 * DAY)
    scene.refund(ask)
    assert scene.money(scene.buyer) == before


def test_pay__first_payment_of_nothing__is_not_the_papers_currency(scene: Scene) -> None:
    scene.take(scene.ready(), payments=[(RESERVE_PLACE, 0), (COIN_PLACE, PRICE)])
    assert scene.suite.certificate.certificateOf(scene.share).currency == scene.suite.coin.address


def test_approval__acts_once(scene: Scene) -> None:
    ask = scene.ready()
    name = sales.sale_hash(scene.suite, ask, scene.buyer)
    assert scene.market.approvalOf(scene.house, name).manager == scene.manager
    scene.take(ask)
    assert tuple(scene.market.approvalOf(scene.house, name)) == (ZERO, 0)
