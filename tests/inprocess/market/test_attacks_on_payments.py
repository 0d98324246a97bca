"""What an adversary tries with the money of a sale: as a party that is a contract, as a token, by prices and by dust.

Each attempt ends with the market holding exactly the parts of open sales and its fees (`check`), and with title and
money either both moved or both where they were.
"""

from __future__ import annotations

from typing import Any

import pytest
from market_scene import DAY, DOCUMENTS, FEE, PRICE, UNIT, UNLIMITED, Scene, refused

from commonhold.recipe import market as sales
from commonhold.recipe.buying import give_coins, keep_price_valid
from commonhold.recipe.market import COIN_PLACE, RESERVE_PLACE, Outcome

PLACE = 2
FEED = b"RESERVE-USD".ljust(32, b"\0")
ALL = 1 << COIN_PLACE | 1 << RESERVE_PLACE | 1 << PLACE
FEE_AND_TOKEN = [(COIN_PLACE, FEE), (PLACE, 10**24)]
UNITS = (PRICE - FEE) // 10**12
ZERO = "0x" + "00" * 20


# ------------------------------------------------------------------------------------------------ contracts as parties


@pytest.fixture
def hooked(scene: Scene, as_dao: Any, credential: Any) -> Any:
    """A buyer that is a contract and acts in the middle of his own transfers of the token at place 2."""
    suite, who = scene.suite, scene.buyer
    token = suite.engine.deploy("TestUnrulyToken", 6, sender=who)
    caller = suite.engine.deploy("TestHookedCaller", sender=who)
    as_dao(scene.market, "setCurrency", PLACE, token, FEED)
    keep_price_valid(suite)
    credential(caller.address)
    token.mint(caller.address, 10**24, sender=who)
    suite.coin.transfer(caller.address, PRICE, sender=who)
    for asset in (token, suite.coin):
        caller.act(asset, asset.approve.encode(scene.market.address, UNLIMITED), sender=who)
    token.callBack(caller, caller.onMove.encode(), sender=who)
    return caller


def _armed(scene: Scene, hooked: Any, outer: bytes, *steps: bytes) -> Any:
    for step in steps:
        hooked.then(scene.market, step, sender=scene.buyer)
    return hooked.actArmed(scene.market, outer, sender=scene.buyer)


def test_reentry__buyer_disputes_and_votes_amid_his_own_payment__wins_nothing_by_it(
    scene: Scene, hooked: Any, mediator: str
) -> None:
    """What is not locked moves no money: his vote counts as one of three, as it would a moment later."""
    market = scene.market
    ask = scene.ask(currencies=ALL, documents_hash=DOCUMENTS)
    signature = sales.sign_ask(scene.suite, ask)
    outer = market.buy.encode(ask.struct, signature, FEE_AND_TOKEN, [], 0)
    vote = market.resolve.encode(ask.struct, Outcome.REFUND)
    _armed(scene, hooked, outer, market.dispute.encode(ask.struct), vote)
    page = scene.page(ask)
    assert (page.disputed, page.buyerVote, page.sellerVote) == (True, Outcome.REFUND, Outcome.NONE)
    refused(lambda: scene.refund(ask, hooked.address), "NotRefundable")
    market.resolve(ask.struct, Outcome.REFUND, sender=mediator)
    scene.refund(ask, hooked.address)
    assert scene.suite.coin.balanceOf(hooked) == PRICE
    scene.check()


@pytest.mark.parametrize("step", ["take", "buy", "settle", "refund"])
def test_reentry__a_second_act_amid_the_payment__is_locked_out(scene: Scene, hooked: Any, step: str) -> None:
    market = scene.market
    ask, other = scene.ask(currencies=ALL), scene.ask(currencies=ALL, number=1, documents_hash=DOCUMENTS)
    scene.approve(other, hooked.address)
    inner = {
        "take": market.take.encode(other.struct, sales.sign_ask(scene.suite, other), FEE_AND_TOKEN, []),
        "buy": market.buy.encode(other.struct, sales.sign_ask(scene.suite, other), FEE_AND_TOKEN, [], 0),
        "settle": market.settle.encode(ask.struct),
        "refund": market.refund.encode(ask.struct, hooked.address),
    }[step]
    outer = market.buy.encode(ask.struct, sales.sign_ask(scene.suite, ask), FEE_AND_TOKEN, [], 0)
    refused(lambda: _armed(scene, hooked, outer, inner), "ReentrancyGuardReentrantCall")
    scene.check()


def test_reentry__attests_or_disputes_amid_his_refund__the_sale_is_gone_for_him(scene: Scene, hooked: Any) -> None:
    """The token's part waits, because its transfer fails with what he tried in it; the coins are back."""
    market = scene.market
    ask = scene.ask(currencies=ALL)
    outer = market.buy.encode(ask.struct, sales.sign_ask(scene.suite, ask), FEE_AND_TOKEN, [], 0)
    hooked.act(market, outer, sender=scene.buyer)
    scene.suite.engine.advance(31 * DAY)
    back = market.refund.encode(ask.struct, hooked.address)
    receipt = _armed(scene, hooked, back, market.attestDocuments.encode(ask.struct, DOCUMENTS))
    assert receipt.event("RefundWaits")["amount"] == UNITS
    assert scene.suite.coin.balanceOf(hooked) == PRICE
    token = scene.suite.engine.at("TestUnrulyToken", market.currencyOf(PLACE).token)
    token.callBack(ZERO, b"", sender=scene.buyer)
    receipt = hooked.act(market, back, sender=scene.buyer)
    assert receipt.event("Refunded")["amount"] == UNITS
    scene.check()


def test_buyer_contract_without_erc721_receiver__gets_the_share_without_being_asked(scene: Scene, hooked: Any) -> None:
    """There is no receiver's hook in a sale to re-enter from, or to refuse by."""
    ask = scene.ask(currencies=ALL, documents_hash=DOCUMENTS)
    scene.approve(ask, hooked.address)
    outer = scene.market.take.encode(ask.struct, sales.sign_ask(scene.suite, ask), FEE_AND_TOKEN, [])
    hooked.act(scene.market, outer, sender=scene.buyer)
    assert scene.owner() == hooked.address
    scene.check()


def test_reentry__seller_who_lists_on_amid_his_payment__has_nothing_to_list(
    scene: Scene, hooked: Any, approve_move: Any
) -> None:
    """He is paid after the share moved: it is not his any more. He spoils his own settlement only."""
    suite, market, share = scene.suite, scene.market, scene.share
    approve_move(share, hooked.address)
    suite.certificate.transferFrom(scene.seller, hooked.address, share, sender=scene.seller)
    leave = suite.certificate.setApprovalForAll.encode(market.address, True)
    hooked.act(suite.certificate, leave, sender=scene.buyer)
    ask = scene.ask(seller=hooked.address, currencies=ALL, documents_hash=DOCUMENTS, listed=True)
    hooked.act(market, market.list.encode(ask.struct), sender=scene.buyer)
    token = suite.engine.at("TestUnrulyToken", market.currencyOf(PLACE).token)
    token.mint(scene.buyer, 10**24, sender=scene.buyer)
    token.approve(market, UNLIMITED, sender=scene.buyer)
    scene.buy(ask, signature=b"", payments=FEE_AND_TOKEN)
    scene.approve(ask)
    again = scene.ask(seller=hooked.address, currencies=ALL, listed=True)
    settle, on = market.settle.encode(ask.struct), market.list.encode(again.struct)
    refused(lambda: _armed(scene, hooked, settle, on), "NotShareOwner", share, hooked.address, scene.buyer)
    scene.settle(ask)
    assert (scene.owner(), token.balanceOf(hooked)) == (scene.buyer, 10**24 + UNITS)
    scene.check()


# ------------------------------------------------------------------------------------------------------ stubborn tokens


@pytest.fixture
def dollar(scene: Scene, as_dao: Any) -> Any:
    """A token whose issuer (the buyer plays him) can shut accounts out; at place 2."""
    token = scene.suite.engine.deploy("TestUSDC", scene.buyer, sender=scene.buyer)
    as_dao(scene.market, "setCurrency", PLACE, token, FEED)
    keep_price_valid(scene.suite)
    token.configureMinter(scene.buyer, 10**24, sender=scene.buyer)
    token.mint(scene.buyer, 10**12, sender=scene.buyer)
    token.approve(scene.market, UNLIMITED, sender=scene.buyer)
    return token


def test_blacklisted_seller__his_sale_stands_still_and_the_buyer_gets_everything_back(
    scene: Scene, dollar: Any
) -> None:
    ask = scene.bought(payments=FEE_AND_TOKEN, currencies=ALL)
    scene.complete(ask)
    dollar.blacklist(scene.seller, sender=scene.buyer)
    refused(lambda: scene.settle(ask), "AccountBlacklisted", scene.seller)
    assert scene.owner() == scene.seller
    scene.suite.engine.advance(31 * DAY)
    scene.refund(ask)
    assert dollar.balanceOf(scene.buyer) == 10**12
    scene.check()


def test_blacklisted_buyer__takes_the_tokens_part_at_another_address(scene: Scene, dollar: Any, owner_b: str) -> None:
    """A stranger's refund to the buyer does not spoil it."""
    ask = scene.bought(payments=FEE_AND_TOKEN, currencies=ALL)
    scene.suite.engine.advance(31 * DAY)
    dollar.blacklist(scene.buyer, sender=scene.buyer)
    coins = scene.suite.coin.balanceOf(scene.buyer)
    assert scene.refund(ask).event("RefundWaits")["amount"] == UNITS
    assert scene.suite.coin.balanceOf(scene.buyer) == coins + FEE
    refused(lambda: scene.refund(ask, owner_b), "NotBuyer", scene.suite.deployer, scene.buyer)
    scene.refund(ask, owner_b, sender=scene.buyer)
    assert dollar.balanceOf(owner_b) == UNITS
    scene.check()


def test_paused_token__other_sales_go_on(scene: Scene, dollar: Any) -> None:
    ask = scene.bought(payments=FEE_AND_TOKEN, currencies=ALL)
    scene.complete(ask)
    dollar.pause(sender=scene.buyer)
    refused(lambda: scene.settle(ask), "EnforcedPause")
    scene.take(scene.ready(share_id=scene.share + 1, number=1))
    dollar.unpause(sender=scene.buyer)
    scene.settle(ask)
    assert dollar.balanceOf(scene.seller) == UNITS


# ------------------------------------------------------------------------------------------------- prices in the middle


@pytest.mark.parametrize("cents", [97, 103])
def test_price__moved_between_quote_and_purchase__the_buyers_limit_holds(scene: Scene, cents: int) -> None:
    """More units than he named are never taken, and fewer only if they meet the price."""
    suite, feed = scene.suite, scene.suite.reserve_feed
    ask = scene.ready()
    quoted = scene.market.quote(PRICE, [(COIN_PLACE, FEE), (RESERVE_PLACE, 2**128 - 1)]).parts
    payments = [tuple(part) for part in quoted]
    feed.updateAnswer(feed.latestAnswer() * cents // 100, sender=suite.deployer)
    if cents < 100:
        missing = (PRICE - FEE) * (100 - cents) // 100
        refused(lambda: scene.take(ask, payments=payments), "PaymentShort", missing)
        return
    before = suite.reserve.balanceOf(scene.buyer)
    scene.take(ask, payments=payments)
    units = -(-(PRICE - FEE) * 100 // cents // 10**12)
    assert 0 <= before - suite.reserve.balanceOf(scene.buyer) - units <= 1
    scene.check()


def test_price__stale_after_the_purchase__settles_and_refunds_all_the_same(scene: Scene) -> None:
    asks = [
        scene.bought(
            payments=[(COIN_PLACE, FEE), (RESERVE_PLACE, 10**12)], share_id=scene.share + number, number=number
        )
        for number in (0, 1)
    ]
    scene.suite.engine.advance(29 * DAY)
    refused(lambda: scene.market.quote(PRICE, [(RESERVE_PLACE, 1)]), "PriceNotValid")
    scene.complete(asks[0])
    scene.settle(asks[0])
    scene.suite.engine.advance(2 * DAY)
    scene.refund(asks[1])
    scene.check()


@pytest.mark.parametrize("price", [1, 2, 99, 100, 101, 199])
def test_dust__fee_is_rounded_up_and_never_above_the_price(scene: Scene, price: int) -> None:
    ask = scene.ready(price)
    seller = scene.money(scene.seller)[scene.seller][0]
    fee = -(-price // 100)
    refused(lambda: scene.take(ask, payments=[(RESERVE_PLACE, 10**12)]), "FeeNeedsCoin", fee, 0)
    scene.take(ask)
    assert scene.money(scene.seller)[scene.seller][0] == seller + price - fee
    assert scene.market.feesOf(scene.house) == fee
    scene.check()


def test_dust__payment_split_into_wei__pays_no_wei_less(scene: Scene) -> None:
    """A unit of the reserve token is worth a million million wei: what is cut off is the buyer's loss."""
    price = 2 * 10**12 + 1
    ask = scene.ready(price)
    before = scene.money(scene.buyer)[scene.buyer]
    scene.take(ask, payments=[(COIN_PLACE, 1), (RESERVE_PLACE, 1), (COIN_PLACE, 10**12), (RESERVE_PLACE, 1)])
    after = scene.money(scene.buyer)[scene.buyer]
    assert (before[0] - after[0]) + (before[1] - after[1]) * 10**12 >= price
    scene.check()


@pytest.mark.parametrize("way", ["take", "settle"])
def test_dust__a_unit_worth_less_than_a_wei__before_coins_that_meet_the_price__is_the_sellers(
    scene: Scene, as_dao: Any, way: str
) -> None:
    """Coins alone meet the price, and yet they are not all that was paid: nothing of it stays in the market."""
    suite = scene.suite
    token = suite.engine.deploy("TestUnrulyToken", 18, sender=scene.buyer)
    as_dao(scene.market, "setCurrency", PLACE, token, FEED)
    suite.reserve_feed.updateAnswer(suite.reserve_feed.latestAnswer() * 97 // 100, sender=suite.deployer)
    token.mint(scene.buyer, 1, sender=scene.buyer)
    token.approve(scene.market, 1, sender=scene.buyer)
    ask, payments = scene.ask(currencies=ALL, documents_hash=DOCUMENTS), [(PLACE, 1), (COIN_PLACE, PRICE)]
    scene.approve(ask)
    if way == "take":
        scene.take(ask, payments=payments)
    else:
        scene.buy(ask, payments=payments)
        assert token.balanceOf(scene.market) == 1
        scene.settle(ask)
    assert token.balanceOf(scene.market) == 0
    assert token.balanceOf(scene.seller) == 1
    assert suite.certificate.certificateOf(scene.share).currency == token.address
    scene.check()


# ----------------------------------------------------------------------------------------------------------------- sums


def test_refund__sent_into_the_market_itself__is_refused(scene: Scene) -> None:
    """A buyer's own mistake would lie there for ever, as nobody's."""
    ask = scene.bought()
    scene.suite.engine.advance(31 * DAY)
    here = scene.market.address
    refused(lambda: scene.refund(ask, here, sender=scene.buyer), "InvalidRecipient", here)
    scene.check(ask)


def test_gifts__to_the_market__change_no_sale(scene: Scene) -> None:
    """Tokens sent past its functions count for nobody: credited is what came with the payment."""
    suite, gift = scene.suite, 7 * UNIT
    suite.reserve.mint(scene.market.address, gift, sender=scene.buyer)
    give_coins(suite, scene.market.address, 7)
    ask = scene.bought(payments=[(COIN_PLACE, FEE), (RESERVE_PLACE, 10**12)])
    scene.complete(ask)
    scene.settle(ask)
    assert scene.money(scene.market.address)[scene.market.address] == (7 + FEE, gift)
