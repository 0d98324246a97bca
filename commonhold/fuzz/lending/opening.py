"""How every sequence begins: three houses with owners and values, coins, cash, and loans of all sorts and ages."""

from __future__ import annotations

from collections.abc import Callable

from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending.laws import LendingLaws
from commonhold.fuzz.lending.scene import HOUSES, LANDLORD, OWNERS, RATE_BOUND, SHARE_VALUE
from commonhold.fuzz.opening import UNLIMITED, must
from commonhold.fuzz.world import Violation, World
from commonhold.model.certificate import SHARES
from commonhold.model.feeds import FeedStatus
from commonhold.model.lending.schedule import MONTH
from commonhold.model.lending.terms import Kind
from commonhold.model.registry import PropertyTerms
from commonhold.oracle.feeds import house_feed

FIRST_CASH = 10_000_000
FIRST_COINS = 120_000
WARM_UP = 320 * DAY
"""So long before the sequences begin the first loans are drawn: their first reset is near."""

OPENING = 331 * DAY
"""From the first action to the first second of every sequence: recorded ones count on it."""

VALID = int(FeedStatus.VALID)


def open_lending(w: World) -> World:
    LendingLaws(w).watch()
    play_lending(w)
    w.keep_as_opening()
    return w


def play_lending(w: World, also: Callable[[World], None] = lambda w: None) -> None:
    """All of it, laws watching; `also` is what else happens before the first loans are drawn."""
    began = w.now
    _people(w)
    _houses(w)
    also(w)
    first = [
        _borrow(w, "alice", 257, 40_000, 36, Kind.ADJUSTABLE),
        _borrow(w, "bob", 258, 20_000, 24, Kind.ADJUSTABLE),
        _borrow(w, "carol", 515, 30_000, 360, Kind.FIXED),
    ]
    _pay_along(w, first, w.now + WARM_UP)
    w.jump_to((w.now // DAY + 1) * DAY - 2)
    _borrow(w, "dave", 516, 45_000, 120, Kind.FIXED)  # drawn at midnight: some of its due times are midnights, too
    _borrow(w, "insider", 773, 55_000, 12, Kind.INTEREST_ONLY)
    _borrow(w, "spammer", 774, 10_000, 6, Kind.FIXED)
    if w.now > began + OPENING:
        raise Violation("opening", f"it ends {w.now - began - OPENING} seconds after sequences begin")
    w.jump_to(began + OPENING)


def _people(w: World) -> None:
    treasury, book = w.port.addresses["treasury"], w.port.addresses["book"]
    unit = 10**w.model.reserve.decimals
    for number, person in enumerate(w.cast.wallets):
        must(w.act(person, "reserve", "mint", person, FIRST_CASH * unit))
        must(w.act(person, "reserve", "approve", treasury, UNLIMITED))
        must(w.act(person, "coin", "approve", treasury, UNLIMITED))
        must(w.act(person, "coin", "approve", book, UNLIMITED))
        if w.names.name(person).startswith("spare"):
            continue
        if person != w.cast["attacker"]:
            owner_id = (1000 + number).to_bytes(32, "big")
            must(w.act(w.cast["issuer"], "credentials", "issue", person, owner_id, w.now + 5_000 * DAY, 840, 0))
        must(w.act(person, "treasury", "buy", FIRST_COINS * unit, 0, person))
    must(w.act(w.cast["alice"], "treasury", "contribute", 60_000 * unit))


def _houses(w: World) -> None:
    """Each owner gets every seventh share of the first two."""
    registrar, manager = w.cast["registrar"], w.cast["manager"]
    tell(w, w.model.valuation.index_feed, 100 * COIN)
    for house, count in HOUSES.items():
        must(w.act(registrar, "registry", "register", _terms(w, house, count)))
        must(w.act(registrar, "certificate", "tokenize", house, w.cast["alice"]))
        tell(w, house_feed(house), SHARE_VALUE * count * COIN)
        must(w.act(manager, "valuation", "accept", house))
        for number in range(1, count + 1):
            owner = LANDLORD if house == 3 and number != 6 else OWNERS[(number - 1) % len(OWNERS)]
            share, to = house * SHARES + number, w.cast[owner]
            if to != w.cast["alice"]:
                must(w.act(manager, "certificate", "approveTransfer", share, to, w.now + DAY))
                must(w.act(w.cast["alice"], "certificate", "transferFrom", w.cast["alice"], to, share))
    w.jump_to(w.now + 8 * DAY)


def _terms(w: World, house: int, shares: int) -> PropertyTerms:
    return PropertyTerms(
        provider="Harbor County Title",
        providerPropertyId=f"HC-{house:03}",
        jurisdiction="US-MA-009",
        parcel=f"12-{house:02}",
        titleReference=f"Book {house}",
        holdingEntity=w.cast["dao"],
        manager=w.cast["manager"],
        shareCount=shares,
        firstPriceUsd=100_000 * COIN,
        listingUri=f"https://example.org/{house}",
        descriptionUri=f"https://example.org/{house}.json",
        descriptionSha256=house.to_bytes(32, "big"),
    )


def tell(w: World, feed: bytes, value: int, status: int = VALID) -> None:
    must(w.act(w.cast["alice"], "oracle", "tell", feed, value, status))


def _borrow(w: World, name: str, share: int, dollars: int, instalments: int, kind: Kind) -> int:
    person, underwriter, book = w.cast[name], w.cast["underwriter"], w.model.book
    application = (share, dollars * COIN, instalments, int(kind), 0, RATE_BOUND)
    must(w.act(person, "desk", "request", application))
    loan_id = len(book.loans)
    rate = w.model.rates.quote()[0]
    must(w.act(underwriter, "desk", "approve", loan_id, person, application, rate, w.now + DAY))
    must(w.act(person, "book", "draw", loan_id, person))
    return loan_id


def _pay_along(w: World, loan_ids: list[int], until: int) -> None:
    while w.now < until:
        w.jump_to(min(until, w.now + MONTH - DAY))
        for loan_id in loan_ids:
            loan = w.model.book.loans[loan_id]
            w.model.chain.now = w.now
            must(w.act(loan.borrower, "book", "pay", loan_id, loan.instalment + w.model.book.feesDueOf(loan_id)))
