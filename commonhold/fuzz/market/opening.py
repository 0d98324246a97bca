"""How every sequence begins: lending's opening, prices of tokens, and owners and buyers who let the market work."""

from __future__ import annotations

from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending.opening import play_lending, tell
from commonhold.fuzz.market.laws import MarketLaws
from commonhold.fuzz.market.scene import FEEDS, FIRST_PRICES, PLACES, PLAYERS
from commonhold.fuzz.opening import UNLIMITED, must
from commonhold.fuzz.world import Violation, World
from commonhold.model.market.leases import LeaseTerms, PriceMode

OPENING = 332 * 86_400
"""From the first action to the first second of every sequence: recorded ones count on it."""

FIRST_LEASES = (
    # share, owner, lessee, rent, months, credited, refundable of it, price or 0, rents paid
    (259, "carol", "dave", 1_500 * COIN - 1, 12, 10_000, 5_000, 90_000 * COIN, 12),
    (260, "dave", "bob", 700 * COIN + 7, 24, 3_333, 10_000, 0, 13),
    (519, "flapper", "spammer", 900 * COIN - 3, 12, 5_000, 2_500, 5_000 * COIN, 10),
)
"""In their last weeks: one paid to its end, one in its second year, one late."""

TOKENS = 1_000_000
"""Of the other token, to everybody."""


def open_market(w: World) -> World:
    began = w.now
    MarketLaws(w).watch()
    play_lending(w, open_leases)
    dao = w.cast["dao"]
    for name, place in PLACES.items():
        tell(w, FEEDS[name], FIRST_PRICES[name])
        must(w.act(dao, "market", "setCurrency", place, w.port.addresses[name], FEEDS[name]))
    for name in PLAYERS:
        _prepare(w, w.cast[name])
    if w.now > began + OPENING:
        raise Violation("opening", f"it ends {w.now - began - OPENING} seconds after sequences begin")
    w.jump_to(began + OPENING)
    w.keep_as_opening()
    return w


def _prepare(w: World, person: str) -> None:
    """He sells and buys: all his shares may be moved, all his tokens taken."""
    must(w.act(person, "token", "mint", person, TOKENS * 10**w.model.token.decimals))
    must(w.act(person, "certificate", "setApprovalForAll", w.port.addresses["market"], True))
    must(w.act(person, "treasury", "buy", 300_000 * COIN // w.model.treasury.scale, 0, person))
    for spender in ("market", "lease_to_buy", "house_escrow"):
        must(w.act(person, "coin", "approve", w.port.addresses[spender], UNLIMITED))
    for token in ("reserve", "token"):
        must(w.act(person, token, "approve", w.port.addresses["market"], UNLIMITED))


def open_leases(w: World) -> None:
    for share_id, owner, lessee, rent, months, credit, refund, price, paid in FIRST_LEASES:
        mode = PriceMode.FIXED if price else PriceMode.CURRENT
        w.model.chain.now = w.now
        seen, people, until = w.model.print_of(share_id), (w.cast[owner], w.cast[lessee]), w.now + DAY
        bps = (credit, refund)
        terms = LeaseTerms(people[0], share_id, people[1], rent, months, *bps, int(mode), price, seen, until, 0)
        must(w.act(people[0], "lease_to_buy", "offer", terms))
        word = w.model.lease_to_buy.hashOf(terms)
        must(w.act(w.cast["manager"], "lease_to_buy", "approveLease", share_id, word, until))
        must(w.act(people[1], "coin", "approve", w.port.addresses["lease_to_buy"], UNLIMITED))
        must(w.act(people[1], "lease_to_buy", "sign", terms, b""))
        must(w.act(people[1], "lease_to_buy", "pay", w.model.lease_to_buy.last, paid - 1))
