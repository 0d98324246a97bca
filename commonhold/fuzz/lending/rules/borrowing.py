"""Asking for loans, approving them, drawing them."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending import inputs
from commonhold.fuzz.money.inputs import decide, holder
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.coin import UNLIMITED
from commonhold.model.core import ZERO_ADDRESS
from commonhold.model.lending.terms import Stage

MOST_OPEN = 14
"""More open loans only cost time."""


def ask(w: World, c: Choices, person: str, share_id: int, price: int = 0, *, least: bool = False) -> int | None:
    """Number of the application, if it was taken."""
    application = inputs.application(w, c, share_id, price)
    if least:
        application = (share_id, w.model.book.numbers.minLoan, *application[2:])
    outcome = w.act(person, "desk", "request", application)
    return None if outcome.refused else int(outcome.result)


def approve(w: World, c: Choices, loan_id: int) -> None:
    """Mostly exactly what was asked, at a rate within the bounds; sometimes one field off (T26)."""
    loan = inputs.entry(w, loan_id)
    if loan is None:
        w.act(inputs.underwriter(w, c), "desk", "approve", loan_id, holder(w, c), (257, COIN, 1, 0, 0, 1), 1, w.now + 1)
        return
    application, borrower = tuple(loan.application), w.model.book.today(loan)
    if c.chance(5):
        field = c.one_of((0, 1, 2, 4, 5))
        other = max(0, application[field] + c.one_of((-1, 1)))
        application = (*application[:field], other, *application[field + 1 :])
    least = w.model.rates.quote()[0]
    most = loan.application.maxRateBps
    usual = c.one_of((least, min(least + 100, max(least, most))))
    rate = c.mostly(usual, least - 1, most, most + 1, percent=94)
    borrower = c.mostly(borrower, w.cast["attacker"], percent=98)
    w.act(inputs.underwriter(w, c), "desk", "approve", loan_id, borrower, application, rate, inputs.until(w, c))


def let_sell(w: World, c: Choices, loan_id: int) -> None:
    """What a purchase needs besides the loan: the seller, the manager, the buyer's own coins."""
    loan = inputs.entry(w, loan_id)
    if loan is None:
        return
    share_id, buyer = loan.application.shareId, w.model.book.today(loan)
    owner, at_book = w.model.certificate.owner_of(share_id), w.port.addresses["book"]
    if owner not in w.cast.people:
        return
    if c.chance(95):
        price = loan.application.priceUsd
        price = c.mostly(price, 0, price + 1, percent=94)
        w.act(c.mostly(owner, w.cast["attacker"], percent=95), "desk", "acceptPurchase", loan_id, price)
    if c.chance(95):
        w.act(owner, "certificate", "approve", at_book, share_id)
    if c.chance(95):
        deadline = w.now + c.one_of((DAY, DAY, 0, 100 * DAY))
        w.act(w.cast["manager"], "certificate", "approveTransfer", share_id, buyer, deadline)


def take(w: World, c: Choices, loan_id: int) -> None:
    loan, person = inputs.entry(w, loan_id), inputs.borrower_of(w, c, loan_id)
    purchase = loan is not None and loan.application.priceUsd != 0
    way = c.mostly(
        "drawForPurchase" if purchase else c.one_of(("draw", "drawCash")), "drawForPurchase", "draw", percent=96
    )
    if way == "drawForPurchase":
        w.act(person, "book", way, loan_id)
    else:
        w.act(person, "book", way, loan_id, c.mostly(person, holder(w, c), ZERO_ADDRESS, percent=94))


def too_many(w: World) -> bool:
    return len(inputs.loans_in(w, Stage.ACTIVE, Stage.FORECLOSING)) >= MOST_OPEN


@rule(weight=2)
def ask_for_loan(w: World, c: Choices) -> None:
    person = inputs.person(w, c)
    price = c.mostly(0, c.integer(1, 200_000) * COIN, percent=70)
    ask(w, c, person, inputs.share(w, c) if price else inputs.free_share_of(w, c, person), price)


@rule(weight=2)
def approve_loan(w: World, c: Choices) -> None:
    approve(w, c, inputs.loan_in(w, c, Stage.REQUESTED))


@rule(weight=3)
def draw_loan(w: World, c: Choices) -> None:
    loan_id = inputs.loan_in(w, c, Stage.APPROVED)
    loan = inputs.entry(w, loan_id)
    if loan and loan.stage == Stage.APPROVED and c.chance(4):
        w.jump_to(loan.approved_until + c.integer(-1, 1))
    if not too_many(w):
        take(w, c, loan_id)


@rule(weight=7)
def borrow_on_own_share(w: World, c: Choices) -> None:
    """From the request to the money."""
    if too_many(w):
        return
    person = inputs.person(w, c)
    if c.chance(15):  # so that the draw comes at midnight
        w.jump_to((w.now // DAY + 1) * DAY - 2)
    loan_id = ask(w, c, person, inputs.free_share_of(w, c, person))
    if loan_id is not None:
        approve(w, c, loan_id)
        take(w, c, loan_id)


@rule(weight=1)
def borrow_on_every_share(w: World, c: Choices) -> None:
    """The least on each: more loans than one may have, or than an underwriter may approve."""
    landlord = max(w.cast.wallets, key=lambda wallet: w.model.certificate.held[wallet])
    for share_id in inputs.shares_free(w, landlord):
        loan_id = ask(w, c, landlord, share_id, least=c.chance(70))
        if loan_id is not None:
            approve(w, c, loan_id)
            take(w, c, loan_id)


@rule(weight=5)
def buy_with_loan(w: World, c: Choices) -> None:
    """A share of somebody else's, at about its value; at once, or prepared for later."""
    if too_many(w):
        return
    buyer, seller = inputs.person(w, c), inputs.person(w, c)
    share_id = inputs.free_share_of(w, c, seller)
    value = w.model.valuation.shareValue(share_id)[0] if share_id < 2**40 else COIN
    price = max(1, value * c.one_of((100, 100, 110, 90, 50)) // 100)
    loan_id = ask(w, c, buyer, share_id, price)
    if loan_id is None:
        return
    approve(w, c, loan_id)
    let_sell(w, c, loan_id)
    if c.chance(85):
        take(w, c, loan_id)


@rule(weight=3)
def buy_at_market(w: World, c: Choices) -> None:
    """Where the manager is a market: it has the share moved to the buyer, then draws his loan for him."""
    market = w.cast["manager"]
    if too_many(w):
        return
    if market not in w.model.book.markets or c.chance(4):
        decide(w, c, "desk", "setMarket", market, c.chance(90))
        return
    buyer, seller = inputs.person(w, c), inputs.person(w, c)
    share_id = inputs.free_share_of(w, c, seller)
    price = max(1, w.model.valuation.shareValue(share_id)[0]) if share_id < 2**40 else COIN
    loan_id = ask(w, c, buyer, share_id, price)
    if loan_id is None:
        return
    approve(w, c, loan_id)
    if c.chance(95):
        w.act(market, "certificate", "approveTransfer", share_id, buyer, w.now + DAY)
        w.act(seller, "certificate", "transferFrom", seller, buyer, share_id)
    asked = c.mostly(price, 0, price - 1, percent=95), c.mostly(seller, ZERO_ADDRESS, percent=97)
    sender = c.mostly(market, buyer, w.cast["attacker"], percent=94)
    w.act(sender, "book", "drawForMarket", loan_id, c.mostly(buyer, seller, percent=96), *asked)


@rule(weight=1)
def prepare_sale(w: World, c: Choices) -> None:
    let_sell(w, c, inputs.loan_in(w, c, Stage.APPROVED))


@rule(weight=1)
def withdraw_application(w: World, c: Choices) -> None:
    loan_id = inputs.loan_in(w, c, Stage.REQUESTED, Stage.APPROVED)
    w.act(inputs.borrower_of(w, c, loan_id), "desk", "withdraw", loan_id)


@rule(weight=1)
def allow_book(w: World, c: Choices) -> None:
    """For the buyer's own part of a price."""
    amount = c.mostly(UNLIMITED, 0, 1_000 * COIN, percent=80)
    w.act(holder(w, c), "coin", "approve", w.port.addresses["book"], amount)


@rule(weight=2)
def move_share(w: World, c: Choices) -> None:
    """By the manager's approval, out of reach of whoever counts on it."""
    owner, to = inputs.person(w, c), inputs.person(w, c)
    share_id = inputs.free_share_of(w, c, owner)
    w.act(w.cast["manager"], "certificate", "approveTransfer", share_id, to, w.now + DAY)
    w.act(owner, "certificate", "transferFrom", owner, to, share_id)


@rule(weight=1)
def recover_shares(w: World, c: Choices) -> None:
    """Anyone moves a lost wallet's shares to the new one."""
    lost = list(w.model.credentials.successor_of)
    old = c.one_of(lost) if lost else holder(w, c)
    own = tuple(number for number, found in w.model.certificate.shares.items() if found.owner == old)
    w.act(holder(w, c), "certificate", "completeRecovery", old, own[:4])
