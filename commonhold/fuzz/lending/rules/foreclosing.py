"""Notices, foreclosures, auctions, and homes that the treasury owns."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending import inputs
from commonhold.fuzz.lending.rules.appraising import tell_house
from commonhold.fuzz.lending.rules.repaying import earn
from commonhold.fuzz.money.inputs import decide, holder, rich
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.certificate import SHARES
from commonhold.model.core import ZERO_ADDRESS
from commonhold.model.lending.book_pages import FORECLOSURE
from commonhold.model.lending.lateness import first_midnight
from commonhold.model.lending.terms import Stage


def worst(w: World, c: Choices) -> int:
    """Mostly the active loan with the most debt for its value."""
    found = inputs.book(w)
    active = inputs.loans_in(w, Stage.ACTIVE)
    if not active or c.chance(25):
        return inputs.open_loan(w, c)
    return max(active, key=lambda number: found.debtOf(number) * COIN // max(1, found.loans[number].value_usd))


@rule(weight=3)
def give_notice(w: World, c: Choices) -> None:
    w.act(holder(w, c), "book", "giveNotice", worst(w, c))


@rule(weight=3)
def value_falls_under_loan(w: World, c: Choices) -> None:
    """A house loses so much that a loan on it is due for notice; it is given, and often run out."""
    loan_id = inputs.loan_in(w, c, Stage.ACTIVE)
    loan, found = inputs.entry(w, loan_id), inputs.book(w)
    if loan is None or loan.stage != Stage.ACTIVE:
        return
    house = loan.shares[0] // SHARES
    count = w.model.certificate.sharesOf(house)
    percent = c.one_of((84, 86, 90, 100, 130))
    usd = found.debtOf(loan_id) * 100 // percent // len(loan.shares) * count + c.integer(0, count)
    tell_house(w, c, house, max(1, usd))
    w.act(holder(w, c), "book", "giveNotice", loan_id)
    if c.chance(40):
        inputs.book(w)
        w.jump_to(w.now + found.numbers.noticePeriod - found.noticeRanOf(loan_id) + c.integer(-1, 1))
        w.act(holder(w, c), "book", "startForeclosure", loan_id)


def ripe(w: World, c: Choices) -> int:
    """Mostly a loan that can be foreclosed."""
    found = inputs.book(w)
    numbers = found.numbers
    ready = [
        number
        for number in inputs.loans_in(w, Stage.ACTIVE)
        if found.daysPastDueOf(number) >= numbers.foreclosureDays or found.noticeRanOf(number) >= numbers.noticePeriod
    ]
    return inputs.pick(c, ready, inputs.open_loan(w, c))


@rule(weight=4)
def start_foreclosure(w: World, c: Choices) -> None:
    w.act(holder(w, c), "book", "startForeclosure", ripe(w, c))


@rule(weight=2)
def wait_for_foreclosure(w: World, c: Choices) -> None:
    """Until a loan is 90 days past due, or its notice has run, or a second off; then somebody tries."""
    found, loan_id = inputs.book(w), inputs.loan_in(w, c, Stage.ACTIVE)
    loan = inputs.entry(w, loan_id)
    if loan is None or loan.stage != Stage.ACTIVE:
        return
    ends = first_midnight(loan.progress.due_at) + found.numbers.foreclosureDays * DAY
    if loan.notice:
        ends = min(ends, w.now + found.numbers.noticePeriod - found.noticeRanOf(loan_id))
    w.jump_to(ends + c.integer(-1, 1))
    w.act(holder(w, c), "book", "startForeclosure", loan_id)


def co_owned(w: World, c: Choices, person: str, share_id: int) -> int:
    """Another share of the house, mostly this person's."""
    shares = w.model.certificate.shares
    house = share_id // SHARES
    own = [number for number, found in shares.items() if found.owner == person and number // SHARES == house]
    another = inputs.pick(c, [number for number in own if number != share_id], 0)
    return c.mostly(another, share_id, 0, inputs.share(w, c), percent=85)


def bidder(w: World, c: Choices, share_id: int) -> str:
    """Often a co-owner."""
    shares, house = w.model.certificate.shares, share_id // SHARES
    owners = sorted({found.owner for number, found in shares.items() if number // SHARES == house})
    owners = [owner for owner in owners if owner in w.cast.people]
    return c.one_of(owners) if owners and c.chance(60) else rich(w, c)


def afford(w: World, c: Choices, person: str, price_usd: int) -> None:
    coins = inputs.coins_for(w, price_usd)
    if w.model.coin.unfrozen(person) < coins and c.chance(85):
        earn(w, person, coins)


def limit(w: World, c: Choices, price_usd: int) -> int:
    coins = inputs.coins_for(w, price_usd)
    return c.mostly(2**256 - 1, coins, max(0, coins - 1), 0, percent=75)


@rule(weight=8)
def bid(w: World, c: Choices) -> None:
    inputs.book(w)
    running = [number for number in inputs.loans_in(w, Stage.FORECLOSING) if w.model.auction.is_open(number)]
    if not running and c.chance(80):
        return
    loan_id = inputs.pick(c, running, inputs.any_loan(w, c))
    page = w.model.auction.auctionOf(loan_id)
    person = bidder(w, c, page.shareId)
    afford(w, c, person, page.priceUsd)
    arguments = limit(w, c, page.priceUsd), co_owned(w, c, person, page.shareId)
    w.act(person, "auction", "bid", loan_id, *arguments)


@rule(weight=4)
def close_auction(w: World, c: Choices) -> None:
    if inputs.loans_in(w, Stage.FORECLOSING) or c.chance(20):
        w.act(holder(w, c), "auction", "close", inputs.loan_in(w, c, Stage.FORECLOSING))


@rule(weight=3)
def wait_for_auction(w: World, c: Choices) -> None:
    """To the edges of an auction's turns, or a second off."""
    loan_id = inputs.loan_in(w, c, Stage.FORECLOSING)
    inputs.book(w)
    page, terms = w.model.auction.auctionOf(loan_id), w.model.auction.numbers
    if page.shareId:
        edges = [edge for edge in (terms.co_owners_first, terms.decline, terms.period) if edge > page.elapsed]
        edge = c.one_of(edges) if edges else page.elapsed + DAY
        w.jump_to(w.now + c.mostly(edge, page.elapsed + DAY) - page.elapsed + c.integer(-1, 1))
        w.succeeded = True


@rule(weight=2)
def open_next(w: World, c: Choices) -> None:
    waiting = [number for number in inputs.loans_in(w, Stage.FORECLOSING) if not w.model.auction.is_open(number)]
    if not waiting and c.chance(80):
        return
    w.act(holder(w, c), "book", "openNext", inputs.pick(c, waiting, inputs.open_loan(w, c)))


@rule(weight=2)
def offer_home(w: World, c: Choices) -> None:
    if not w.model.treasury.homes and c.chance(80):
        return
    share_id = any_home(w, c)
    held = w.model.treasury.homes.get(share_id, COIN)
    floor = c.mostly(max(1, held), held - 1, 0, held * 2, percent=85)
    start = c.mostly(floor + held // 5, floor, floor - 1, 0, 2**96, percent=88)
    decide(w, c, "auction", "offerOwned", share_id, max(0, start), max(0, floor))


def any_home(w: World, c: Choices) -> int:
    homes = list(w.model.treasury.homes)
    return c.mostly(c.one_of(homes), inputs.share(w, c), percent=95) if homes else c.one_of(inputs.ALL_SHARES)


@rule(weight=3)
def bid_for_home(w: World, c: Choices) -> None:
    inputs.book(w)
    offered = [share_id for share_id in w.model.auction.offers if w.model.auction.offerOf(share_id).shareId]
    if not offered and c.chance(80):
        return
    share_id = inputs.pick(c, offered, any_home(w, c))
    page = w.model.auction.offerOf(share_id)
    person = bidder(w, c, share_id)
    afford(w, c, person, page.priceUsd)
    w.act(person, "auction", "bidForOwned", share_id, limit(w, c, page.priceUsd), co_owned(w, c, person, share_id))


@rule(weight=2)
def mark_owned(w: World, c: Choices) -> None:
    share_id = any_home(w, c)
    if share_id in w.model.certificate.shares and (w.model.treasury.homes or c.chance(20)):
        w.act(holder(w, c), "auction", "markOwned", share_id)


@rule(weight=2)
def claim_surplus(w: World, c: Choices) -> None:
    owed = [wallet for wallet, coins in w.model.book.surplus.items() if coins]
    if not owed and c.chance(80):
        return
    borrower = c.one_of(owed) if owed else holder(w, c)
    today = w.model.credentials.currentWallet(borrower)
    person = c.mostly(today if today in w.cast.people else holder(w, c), holder(w, c), percent=90)
    w.act(person, "book", "claimSurplus", borrower, c.mostly(person, holder(w, c), ZERO_ADDRESS, percent=90))


@rule(weight=2)
def sweep_fees(w: World, c: Choices) -> None:
    waiting = [loan_id for (loan_id, _), coins in w.model.book.fees.items() if coins]
    loan_id = c.one_of(waiting) if waiting and c.chance(90) else inputs.any_loan(w, c)
    w.act(holder(w, c), "book", "sweepFees", loan_id)


@rule(weight=1)
def stop_foreclosures(w: World, c: Choices) -> None:
    what = c.mostly(FORECLOSURE, b"rain".ljust(32, b"\0"), percent=95)
    w.act(w.cast[c.mostly("guardian", "attacker", percent=93)], "desk", "stop", what)


@rule(weight=1)
def resume_foreclosures(w: World, c: Choices) -> None:
    decide(w, c, "desk", "resume", FORECLOSURE)
