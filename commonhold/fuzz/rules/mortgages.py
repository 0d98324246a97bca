"""Loans of the book on shares of the suite: drawn, paid, looked after, foreclosed, and bid for.

Where they are as where lending plays alone, its rules are played; their weights there are for a world of loans.
"""

from __future__ import annotations

from collections.abc import Callable

from commonhold.fuzz import inputs as suite_inputs
from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import DAY
from commonhold.fuzz.lending import inputs
from commonhold.fuzz.lending.rules import borrowing, foreclosing, repaying
from commonhold.fuzz.rules.feeds import refresh_index
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.rules.values import appraise
from commonhold.fuzz.world import World
from commonhold.model.certificate import SHARES
from commonhold.model.lending.lateness import first_midnight
from commonhold.model.lending.terms import Stage
from commonhold.model.valuation import ValueStatus

MOST_OPEN = 6
"""Open loans of the book; more only cost time."""

Rule = Callable[[World, Choices], None]


def is_full(w: World) -> bool:
    return len(inputs.loans_in(w, Stage.ACTIVE, Stage.FORECLOSING)) >= MOST_OPEN


def shares_to_lend_on(w: World) -> list[int]:
    """Free ones, of houses with a value to lend on and of owners in good standing."""
    inputs.book(w)
    found, model = [], w.model
    for share_id, share in model.certificate.shares.items():
        owner_may = share.owner in w.cast.people and model.credentials.isValid(share.owner)
        if owner_may and not share.locked and status_of(w, share_id // SHARES) == ValueStatus.VALID:
            found.append(share_id)
    return found


def status_of(w: World, house: int) -> ValueStatus:
    return ValueStatus(w.model.valuation.lendingValueOf(house)[2])


def share_to_lend_on(w: World, c: Choices) -> int:
    """Mostly one of these; where there is none, what is in the way is mended first."""
    if c.chance(20) or not shares_to_lend_on(w):
        make_values_valid(w, c)
    found = shares_to_lend_on(w)
    return c.one_of(found) if found and c.chance(96) else suite_inputs.share(w, c)


def make_values_valid(w: World, c: Choices, house: int = 0) -> None:
    """What has aged is made valid again: the reserve's price, the index, the appraisal of this house, or of one; and a
    first one's quarantine passes."""
    inputs.book(w)
    if not w.model.treasury.read_price().valid:
        feed = w.model.feeds["reserve_feed"]
        w.act(suite_inputs.anyone(w, c), "reserve_feed", "updateAnswer", 10**feed.decimal_places)
    refresh_index(w, c)
    inputs.book(w)
    mendable = (ValueStatus.NONE, ValueStatus.STALE, ValueStatus.QUARANTINED)
    waiting = [number for number in w.model.certificate.houses if status_of(w, number) in mendable]
    if waiting:
        house = house if house in waiting else c.one_of(waiting)
        appraise(w, c, house)
        w.jump_to(w.model.valuation.explainValue(house).quarantinedUntil)


def ask(w: World, c: Choices, borrower: str, share_id: int, price: int = 0) -> int | None:
    """The number of a loan that may be drawn, if nobody slipped on the way to it."""
    application = inputs.application(w, c, share_id, price)
    asked = w.act(borrower, "desk", "request", application)
    if asked.refused is not None:
        return None
    loan_id = int(asked.result)
    inputs.book(w)
    rate = w.model.rates.quote()[0] + c.mostly(0, 100, -1, percent=92)
    said = application if c.chance(96) else (*application[:1], application[1] + 1, *application[2:])
    underwriter = w.cast[c.mostly("underwriter", "attacker", "council", percent=95)]
    w.act(underwriter, "desk", "approve", loan_id, borrower, said, max(0, rate), inputs.until(w, c))
    return loan_id


@rule(weight=4)
def mortgage_share(w: World, c: Choices) -> None:
    """From the request to the money, in coins or cash."""
    if is_full(w):
        return
    share_id = share_to_lend_on(w, c)
    owner = suite_inputs.entry(w, share_id).owner
    borrower = c.mostly(owner if owner in w.cast.people else w.cast["owner_a"], suite_inputs.anyone(w, c), percent=94)
    loan_id = ask(w, c, borrower, share_id)
    if loan_id is not None:
        borrowing.take(w, c, loan_id)


@rule(weight=1)
def buy_with_mortgage(w: World, c: Choices) -> None:
    """A share of somebody else's, at about its value; the seller, the manager and the buyer agree, or nearly."""
    if is_full(w):
        return
    share_id, buyer = share_to_lend_on(w, c), inputs.person(w, c)
    value = w.model.valuation.shareValue(share_id)[0] if share_id < 2**40 else 0
    loan_id = ask(w, c, buyer, share_id, max(1, value * c.one_of((100, 100, 110, 50)) // 100))
    loan = None if loan_id is None else inputs.entry(w, loan_id)
    if loan_id is None or loan is None:
        return
    seller, book = suite_inputs.entry(w, share_id).owner, w.port.addresses["book"]
    if seller in w.cast.people:
        w.act(seller, "desk", "acceptPurchase", loan_id, loan.application.priceUsd)
        w.act(seller, "certificate", "approve", book, share_id)
    manager = suite_inputs.manager_of(w, c, share_id // SHARES)
    w.act(manager, "certificate", "approveTransfer", share_id, buyer, w.now + DAY)
    if w.model.coin.unfrozen(buyer) < loan.application.priceUsd and c.chance(80):
        repaying.earn(w, buyer, min(loan.application.priceUsd, 10**24))
    w.act(buyer, "coin", "approve", book, loan.application.priceUsd)
    borrowing.take(w, c, loan_id)


@rule(weight=2)
def pay_mortgage(w: World, c: Choices) -> None:
    if inputs.loans_in(w, Stage.ACTIVE, Stage.FORECLOSING) or c.chance(10):
        c.one_of((repaying.pay_loan, repaying.pay_all_that_is_due))(w, c)


@rule(weight=1)
def repay_mortgage(w: World, c: Choices) -> None:
    """All of it, by the borrower or somebody else; the lien ends."""
    loan_id = inputs.open_loan(w, c)
    loan = inputs.entry(w, loan_id)
    if loan is None or not loan.is_open:
        return
    person, book = inputs.borrower_of(w, c, loan_id), inputs.book(w)
    coins = book.feesDueOf(loan_id) + inputs.coins_for(w, 2 * book.debtOf(loan_id))
    if w.model.coin.unfrozen(person) < coins < 10**24:
        repaying.earn(w, person, coins)
    w.act(person, "book", "pay", loan_id, coins)


CARE: tuple[Rule, ...] = (
    repaying.mark_one,
    repaying.fix_rate,
    repaying.wait_for_reset,
    repaying.pledge_everything,
    foreclosing.give_notice,
    foreclosing.sweep_fees,
    foreclosing.stop_foreclosures,
    borrowing.ask_for_loan,
    borrowing.draw_loan,
    borrowing.withdraw_application,
)


@rule(weight=2)
def look_after_mortgage(w: World, c: Choices) -> None:
    """Whatever else can be done with a loan, by its borrower or by anybody."""
    c.one_of(CARE)(w, c)


SALE: tuple[Rule, ...] = (
    foreclosing.bid,
    foreclosing.bid,
    foreclosing.wait_for_auction,
    foreclosing.close_auction,
    foreclosing.open_next,
    foreclosing.mark_owned,
    foreclosing.offer_home,
    foreclosing.bid_for_home,
    foreclosing.claim_surplus,
)


@rule(weight=1)
def foreclose_mortgage(w: World, c: Choices) -> None:
    """Nobody pays until the loan is 90 days past due, or nearly; and often somebody bids."""
    if not inputs.loans_in(w, Stage.ACTIVE):
        mortgage_share(w, c)
    loan_id = inputs.loan_in(w, c, Stage.ACTIVE)
    loan = inputs.entry(w, loan_id)
    if loan is None or loan.stage != Stage.ACTIVE:
        return
    due = first_midnight(loan.progress.due_at) + w.model.book.numbers.foreclosureDays * DAY
    due += c.mostly(0, -1, 1, percent=80)
    while w.now < due - 50 * DAY:
        w.jump_to(w.now + 50 * DAY)
        w.act(suite_inputs.anyone(w, c), "book", "mark", loan_id)
    w.jump_to(due - DAY - 60)  # so that a first value's quarantine ends in time
    make_values_valid(w, c, loan.shares[0] // SHARES)
    w.jump_to(due)
    started = w.act(suite_inputs.anyone(w, c), "book", "startForeclosure", loan_id)
    for _ in range(c.integer(0, 3) if started.refused is None else 0):
        c.one_of(SALE)(w, c)


@rule(weight=2)
def sell_mortgaged(w: World, c: Choices) -> None:
    """Auctions of foreclosed shares, and what comes after them."""
    c.one_of(SALE)(w, c)
