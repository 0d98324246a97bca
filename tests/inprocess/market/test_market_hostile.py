"""Tokens that are not as they should be: they may spoil their own payment, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from market_scene import DAY, FEE, PRICE, Scene, refused

from commonhold.recipe import market as sales
from commonhold.recipe.buying import keep_price_valid
from commonhold.recipe.market import COIN_PLACE, RESERVE_PLACE

PLACE = 2
FEED = b"RESERVE-USD".ljust(32, b"\0")
ALL = 1 << COIN_PLACE | 1 << RESERVE_PLACE | 1 << PLACE


@pytest.fixture
def token(scene: Scene, as_dao: Any) -> Callable[..., Any]:
    """A token of that kind at place 2, with the reserve's price; the buyer has plenty and lets the market take it."""

    def list_token(kind: str, *args: Any) -> Any:
        made = scene.suite.engine.deploy(kind, *args, sender=scene.buyer)
        as_dao(scene.market, "setCurrency", PLACE, made, FEED)
        keep_price_valid(scene.suite)
        made.mint(scene.buyer, 10**24, sender=scene.buyer)
        made.approve(scene.market, 2**256 - 1, sender=scene.buyer)
        return made

    return list_token


PAYMENTS = [(COIN_PLACE, FEE), (PLACE, 10**24)]


def test_fee_token__credited_is_received__so_it_is_refused(scene: Scene, token: Any) -> None:
    token("TestFeeToken", 6, 100)
    ask = scene.ready(currencies=ALL)
    asked = (PRICE - FEE) // 10**12
    for pay in (scene.take, scene.buy):
        refused(lambda pay=pay: pay(ask, payments=PAYMENTS), "ReceivedOther", PLACE, asked, asked - -(-asked // 100))
    scene.check()


def test_lying_token__moves_nothing__refused(scene: Scene, token: Any) -> None:
    made = token("TestFalseToken", 6)
    ask = scene.ready(currencies=ALL)
    made.lie(True, sender=scene.buyer)
    for pay in (scene.take, scene.buy):
        refused(lambda pay=pay: pay(ask, payments=PAYMENTS), "ReceivedOther", PLACE, (PRICE - FEE) // 10**12, 0)
    made.lie(False, sender=scene.buyer)
    made.approve(scene.market, 1, sender=scene.buyer)
    refused(lambda: scene.take(ask, payments=PAYMENTS), "SafeERC20FailedOperation", made.address)


def test_refund__a_token_that_refuses__does_not_hold_up_the_others(scene: Scene, token: Any) -> None:
    """The coins come back at once; the token's part waits until the token lets it go. Nothing settles meanwhile."""
    made = token("TestUnrulyToken", 6)
    ask = scene.ask(currencies=ALL, documents_hash=b"d" * 32)
    scene.approve(ask, until=2**40 - 1)
    scene.buy(ask, payments=PAYMENTS)
    name, units = scene.market.askHashOf(ask.struct), (PRICE - FEE) // 10**12
    scene.suite.engine.advance(31 * DAY)
    made.callBack(scene.suite.registry, b"\1\2\3\4", sender=scene.buyer)  # every transfer reverts
    before = scene.money(scene.buyer)[scene.buyer][0]
    receipt = scene.refund(ask)
    assert receipt.event("RefundWaits").args == {"askHash": name, "currency": PLACE, "amount": units}
    assert scene.money(scene.buyer)[scene.buyer][0] == before + FEE
    page = scene.page(ask)
    assert (page.refunding, [tuple(part) for part in page.parts]) == (True, [(0, 0), (PLACE, units)])
    refused(lambda: scene.settle(ask), "SaleRefunded", name)
    refused(lambda: sales.attest(scene.suite, ask, b"x" * 32, scene.buyer), "SaleRefunded", name)
    refused(lambda: scene.market.dispute(ask.struct, sender=scene.buyer), "SaleRefunded", name)
    scene.refund(ask)
    made.callBack("0x" + "00" * 20, b"", sender=scene.buyer)
    held = made.balanceOf(scene.buyer)
    scene.refund(ask)
    assert made.balanceOf(scene.buyer) == held + units
    assert made.balanceOf(scene.market) == 0
    refused(lambda: scene.refund(ask), "NoSale", name)


def test_refund__at_once_for_another_fingerprint__stays_a_refund(scene: Scene, token: Any) -> None:
    """A refund that waits for its token can't become a sale again when the share is as it was."""
    made = token("TestUnrulyToken", 6)
    ask = scene.ask(currencies=ALL, documents_hash=b"d" * 32)
    scene.approve(ask)
    scene.buy(ask, payments=PAYMENTS)
    scene.suite.certificate.setUser(scene.share, scene.buyer, 2**39, sender=scene.seller)
    made.callBack(scene.suite.registry, b"\1\2\3\4", sender=scene.buyer)
    scene.refund(ask)
    scene.suite.certificate.setUser(scene.share, "0x" + "00" * 20, 0, sender=scene.seller)
    made.callBack("0x" + "00" * 20, b"", sender=scene.buyer)
    refused(lambda: scene.settle(ask), "SaleRefunded", scene.market.askHashOf(ask.struct))
    scene.refund(ask)
    scene.check()


def _calls(scene: Scene, ask: Any, other: Any) -> dict[str, bytes]:
    """What a token's code tries in the middle of a payment."""
    market = scene.market
    signature = sales.sign_ask(scene.suite, other)
    return {
        "take": market.take.encode(other.struct, signature, sales.in_coin(PRICE), []),
        "buy": market.buy.encode(other.struct, signature, sales.in_coin(PRICE), [], 0),
        "settle": market.settle.encode(ask.struct),
        "refund": market.refund.encode(ask.struct, scene.buyer),
    }


@pytest.mark.parametrize("inner", ["take", "buy", "settle", "refund"])
@pytest.mark.parametrize("outer", ["take", "buy", "settle", "refund"])
def test_reentry__whatever_is_tried__is_locked_out(scene: Scene, token: Any, outer: str, inner: str) -> None:
    made = token("TestUnrulyToken", 6)
    waiting = scene.ask(currencies=ALL, documents_hash=b"d" * 32, number=1)
    scene.approve(waiting)
    other = scene.ready(currencies=ALL, number=2)
    fresh = scene.ready(currencies=ALL, number=3)
    scene.buy(waiting, payments=PAYMENTS)
    made.callBack(scene.market, _calls(scene, waiting, other)[inner], sender=scene.buyer)
    if outer == "refund":
        scene.suite.engine.advance(31 * DAY)
        receipt = scene.refund(waiting)
        assert receipt.event("RefundWaits")["currency"] == PLACE, "the token's own revert is its own"
        return
    acts = {
        "take": lambda: scene.take(fresh, payments=PAYMENTS),
        "buy": lambda: scene.buy(fresh, payments=PAYMENTS),
        "settle": lambda: scene.settle(waiting),
    }
    refused(acts[outer], "ReentrancyGuardReentrantCall")


def test_take__share_changed_in_the_middle_of_the_payment__refused(scene: Scene, token: Any) -> None:
    """The token lets its buyer's friend, the seller, give the use away while the payment is on its way."""
    made = token("TestUnrulyToken", 6)
    ask = scene.ready(currencies=ALL)
    suite = scene.suite
    suite.certificate.setApprovalForAll(made.address, True, sender=scene.seller)
    change = suite.certificate.setUser.encode(scene.share, scene.buyer, 2**39)
    made.callBack(suite.certificate, change, sender=scene.buyer)
    refused(lambda: scene.take(ask, payments=PAYMENTS), "FingerprintChanged")


def test_token_that_begins_to_take_a_fee__pays_out_what_it_held(scene: Scene, token: Any) -> None:
    """Another sale's parts in that token are no less for it."""
    made = token("TestUnrulyToken", 6)
    first = scene.ask(currencies=ALL, documents_hash=b"d" * 32, number=1)
    scene.approve(first)
    scene.buy(first, payments=PAYMENTS)
    share = scene.share + 1
    second = scene.ask(currencies=ALL, documents_hash=b"d" * 32, number=2, share_id=share)
    scene.approve(second)
    scene.buy(second, payments=PAYMENTS)
    units = (PRICE - FEE) // 10**12
    made.takeFee(7, sender=scene.buyer)
    scene.settle(first)
    assert made.balanceOf(scene.seller) == units - 7
    assert made.balanceOf(scene.market) == units
