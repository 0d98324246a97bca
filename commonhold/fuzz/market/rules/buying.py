"""Buyers pay: at once or in steps, in several tokens, with permits, with a loan."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import DAY
from commonhold.fuzz.lending.inputs import application
from commonhold.fuzz.market.inputs import (
    WIDEST,
    Offer,
    buyer_for,
    market,
    open_sales,
    payments,
    permit,
    share_for_sale,
    signed,
    some_offer,
)
from commonhold.fuzz.market.rules.asking import approve
from commonhold.fuzz.market.scene import FEEDS, FIRST_PRICES, PLACES
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_WORD
from commonhold.model.feeds import FeedStatus
from commonhold.model.lending.terms import Stage


def buy(w: World, c: Choices, offer: Offer, buyer: str, loan_id: int = 0, loan_coins: int = 0) -> None:
    paid = payments(w, c, offer.ask, loan_coins)
    w.act(buyer, "market", "buy", offer.ask, offer.signature, paid, (), loan_id)


@rule(weight=12)
def take_offer(w: World, c: Choices) -> None:
    """Approved before, and taken at once; now and then again."""
    offer = some_offer(w, c)
    if offer.ask.documentsHash == ZERO_WORD and c.chance(90):
        offer = signed(w, c, share_for_sale(w, c), documents=True)
    buyer = buyer_for(w, c, offer.ask)
    if c.chance(92):
        approve(w, c, offer.ask, buyer)
    for _ in range(2 if c.chance(5) else 1):
        w.act(buyer, "market", "take", offer.ask, offer.signature, payments(w, c, offer.ask), ())


@rule(weight=16)
def buy_offer(w: World, c: Choices) -> None:
    offer = some_offer(w, c)
    buy(w, c, offer, buyer_for(w, c, offer.ask))


@rule(weight=2)
def buy_again(w: World, c: Choices) -> None:
    """What somebody has bought already."""
    waiting = open_sales(w)
    if waiting:
        ask, _ = c.one_of(waiting)
        digest = next((offer for offer in w.ghosts.get("offers", []) if offer.ask == ask), None)
        if digest is not None:
            buy(w, c, digest, buyer_for(w, c, ask))
            w.succeeded = True  # it must not


@rule(weight=4)
def buy_with_permit(w: World, c: Choices) -> None:
    """The market may take nothing before; somebody else may have used the permit already."""
    offer = some_offer(w, c)
    buyer = buyer_for(w, c, offer.ask)
    place = c.one_of((0, 0, 2))
    token = "coin" if place == 0 else "token"
    w.act(buyer, token, "approve", w.port.addresses["market"], c.mostly(0, 1, percent=80))
    value = c.mostly(2**255, offer.ask.priceUsd, 5, percent=90)
    permits = [permit(w, c, buyer, place, value)]
    if c.chance(30):
        _, _, deadline, v, r, s = permits[0]
        w.act(w.cast["attacker"], token, "permit", buyer, w.port.addresses["market"], value, deadline, v, r, s)
    if c.chance(10):
        permits.append(c.one_of(((1, 5, w.now, 27, b"\1" * 32, b"\1" * 32), (6, 5, w.now, 27, b"", b""))))
    given = tuple((*row[:4], row[4].ljust(32, b"\0"), row[5].ljust(32, b"\0")) for row in permits)
    paid = payments(w, c, offer.ask)
    if c.chance(30) and offer.ask.documentsHash != ZERO_WORD:
        approve(w, c, offer.ask, buyer)
        w.act(buyer, "market", "take", offer.ask, offer.signature, paid, given)
    else:
        w.act(buyer, "market", "buy", offer.ask, offer.signature, paid, given, 0)
    w.act(buyer, token, "approve", w.port.addresses["market"], 2**256 - 1)


@rule(weight=2)
def buy_with_dust(w: World, c: Choices) -> None:
    """A few units of a token that are worth less than a wei of a dollar, and then coins for all of the price."""
    offer = some_offer(w, c)
    buyer = buyer_for(w, c, offer.ask)
    w.act(buyer, "oracle", "tell", FEEDS["token"], 10**7, int(FeedStatus.VALID))
    paid = ((PLACES["token"], c.integer(1, 9)), (0, c.mostly(WIDEST, offer.ask.priceUsd)))
    if c.chance(40) and offer.ask.documentsHash != ZERO_WORD:
        approve(w, c, offer.ask, buyer)
        w.act(buyer, "market", "take", offer.ask, offer.signature, paid, ())
    else:
        w.act(buyer, "market", "buy", offer.ask, offer.signature, paid, (), 0)
    w.act(buyer, "oracle", "tell", FEEDS["token"], FIRST_PRICES["token"], int(FeedStatus.VALID))


@rule(weight=9)
def buy_share_with_loan(w: World, c: Choices) -> None:
    """He asks for a loan on what he will own, an underwriter agrees, and the loan pays the rest."""
    offer = some_offer(w, c)
    ask, book = offer.ask, w.model.book
    buyer = buyer_for(w, c, ask)
    asked = application(w, c, ask.shareId, c.mostly(min(ask.priceUsd, 2**96 - 1), ask.priceUsd // 2, percent=97))
    if w.act(buyer, "desk", "request", asked).refused is not None:
        return
    loan_id = len(book.loans)
    if c.chance(97):
        underwriter = w.cast[c.one_of(("underwriter", "second_underwriter"))]
        rate = w.model.rates.quote()[0]
        w.act(underwriter, "desk", "approve", loan_id, buyer, asked, rate, w.now + c.one_of((2 * DAY, 80 * DAY)))
    coins = asked[1] - -(-asked[1] * book.numbers.originationFeeBps // 10_000)
    buy(w, c, offer, buyer, c.mostly(loan_id, loan_id + 1, max(1, loan_id - 1), percent=97), coins)


@rule(weight=2)
def buy_with_known_loan(w: World, c: Choices) -> None:
    """A loan that was approved for another purchase, or for none."""
    approved = [number for number, loan in w.model.book.loans.items() if loan.stage == Stage.APPROVED]
    if approved:
        offer = some_offer(w, c)
        buyer = market(w).today(w.model.book.loans[approved[0]].borrower)
        if buyer in w.cast.people:
            buy(w, c, offer, buyer, c.one_of(approved), 0)
            w.succeeded = True  # mostly it must not
