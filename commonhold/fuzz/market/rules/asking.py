"""Sellers ask, think again, and house managers approve."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import DAY
from commonhold.fuzz.lending.inputs import share
from commonhold.fuzz.market.inputs import (
    Offer,
    buyer_for,
    keep,
    manager_of,
    market,
    new_ask,
    open_sales,
    share_for_sale,
    signed,
    some_offer,
)
from commonhold.fuzz.money.inputs import holder
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.market.terms import Ask, sale_hash


@rule(weight=6)
def sign_ask(w: World, c: Choices) -> None:
    """Off chain: nothing happens but that somebody may come with it."""
    signed(w, c, share_for_sale(w, c))
    w.succeeded = True


@rule(weight=10)
def list_ask(w: World, c: Choices) -> None:
    share_id = share_for_sale(w, c)
    number = market(w).listingNonce(share_id)
    ask = new_ask(w, c, share_id, c.mostly(number, number + 1, number - 1, 7, percent=97))
    seller = c.mostly(ask.seller if ask.seller in w.cast.people else holder(w, c), w.cast["attacker"], percent=97)
    if w.act(seller, "market", "list", ask).refused is None:
        keep(w, Offer(ask, b""))


@rule(weight=2)
def unlist(w: World, c: Choices) -> None:
    listed = list(market(w).listings)
    share_id = c.one_of(listed) if listed and c.chance(90) else share(w, c)
    ask = market(w).listings.get(share_id)
    seller = market(w).today(ask.seller) if ask else holder(w, c)
    w.act(c.mostly(seller, w.cast["attacker"], percent=90), "market", "unlist", share_id)


@rule(weight=2)
def cancel_asks(w: World, c: Choices) -> None:
    offer = some_offer(w, c)
    seller = offer.ask.seller if offer.ask.seller in w.cast.people else holder(w, c)
    nonces = c.one_of(
        ((offer.ask.nonce,), (offer.ask.nonce, offer.ask.nonce), (), (2**256 - 1, 3), (offer.ask.nonce, 5))
    )
    w.act(seller, "market", "cancel", nonces)


@rule(weight=1)
def cancel_all_asks(w: World, c: Choices) -> None:
    offer = some_offer(w, c)
    w.act(offer.ask.seller if offer.ask.seller in w.cast.people else holder(w, c), "market", "cancelAll")


def approve(w: World, c: Choices, ask: Ask, buyer: str) -> None:
    """Until some day; now and then no more, or of another house, or in the past."""
    usual = w.now + c.one_of((DAY, 20 * DAY, 100 * DAY))
    until = c.mostly(usual, 0, w.now, w.now + 1, w.now - 1, percent=95)
    other = 257 + (ask.shareId // 256 % 3) * 256
    share_id = c.mostly(ask.shareId, other, percent=98)
    w.act(manager_of(w, c, share_id), "market", "approveSale", share_id, sale_hash(ask.hash, buyer), until)


@rule(weight=10)
def approve_sale(w: World, c: Choices) -> None:
    waiting = [(ask, sale) for ask, sale in open_sales(w)]
    if waiting and c.chance(75):
        ask, sale = c.one_of(waiting)
        approve(w, c, ask, market(w).today(sale.buyer))
    else:
        ask = some_offer(w, c).ask
        approve(w, c, ask, buyer_for(w, c, ask))
