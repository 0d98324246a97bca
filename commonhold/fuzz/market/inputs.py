"""Inputs of the market's rules: what is legal most of the time, and what is one step past it."""

from __future__ import annotations

from dataclasses import dataclass

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending.inputs import ALL_SHARES
from commonhold.fuzz.market.scene import MANAGERS, PLACES, PLAYERS
from commonhold.fuzz.money.inputs import holder
from commonhold.fuzz.world import World
from commonhold.model.certificate import SHARES
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD
from commonhold.model.market.payments import Permit
from commonhold.model.market.sales import ShareMarket
from commonhold.model.market.terms import Ask, Sale, ask_digest
from commonhold.model.market.tokens import Permits

Payments = tuple[tuple[int, int], ...]

DOCUMENTS = tuple(name.ljust(32, b".") for name in (b"executed deed", b"another deed"))
KEPT_OFFERS = 12
WIDEST = 2**128 - 1


@dataclass(frozen=True)
class Offer:
    """An ask that somebody may have come upon."""

    ask: Ask
    signature: bytes  # empty if it was listed


def market(w: World) -> ShareMarket:
    """The model's, in the second of the next action."""
    w.model.chain.now = w.now
    found: ShareMarket = w.model.market
    return found


def offers(w: World) -> list[Offer]:
    """Of this sequence, the latest ones."""
    found: list[Offer] = w.ghosts.setdefault("offers", [])
    return found


def keep(w: World, offer: Offer) -> None:
    known = offers(w)
    known.append(offer)
    del known[:-KEPT_OFFERS]


def player(w: World, c: Choices) -> str:
    return w.cast[c.one_of(PLAYERS)] if c.chance(93) else holder(w, c)


def manager_of(w: World, c: Choices, share_id: int) -> str:
    usual = w.model.registry.managerOf(share_id // SHARES)
    odd = (w.cast[MANAGERS[0]], w.cast[MANAGERS[1]], w.cast["attacker"])
    return c.mostly(usual if usual in w.cast.people else odd[0], *odd, percent=96)


def share_for_sale(w: World, c: Choices) -> int:
    """Mostly without a lien; now and then with one, or none at all."""
    if c.chance(3):
        return c.one_of((SHARES, 99 * SHARES + 1, SHARES + 99))
    shares = w.model.certificate.shares
    free = [number for number, found in shares.items() if not found.locked and found.owner in w.cast.people]
    return c.one_of(free) if free and c.chance(65) else c.one_of(ALL_SHARES)


def price(w: World, c: Choices, share_id: int) -> int:
    """In dollars: enough for a loan on the share, mostly."""
    loan_id = w.model.book.loanOfShare(share_id)
    debt = w.model.book.debtOf(loan_id) if loan_id else 0
    usual = debt + c.integer(1_000, 60_000) * COIN + c.integer(0, COIN)
    odd = (0, 1, 99, 10_001, debt, debt + debt // 99, 2**96 - 1, c.integer(1, 1_000_000) * COIN)
    return min(2**96 - 1, c.mostly(usual, *odd, percent=93))


def new_ask(w: World, c: Choices, share_id: int, nonce: int, *, documents: bool | None = None) -> Ask:
    """What the owner would ask for the share as it is now."""
    owner, now, terms = w.model.certificate.owner_of(share_id), w.now, w.model.market.numbers
    w.model.chain.now = now
    with_documents = c.chance(55) if documents is None else documents
    period = c.one_of((terms.minSettlePeriod, 3 * DAY, 30 * DAY, terms.maxSettlePeriod))
    return Ask(
        seller=c.mostly(owner, player(w, c), percent=98),
        shareId=share_id,
        priceUsd=price(w, c, share_id),
        buyer=c.mostly(ZERO_ADDRESS, player(w, c), percent=75),
        fingerprint=c.mostly(w.model.print_of(share_id), ZERO_WORD, c.one_of(DOCUMENTS), percent=98),
        documentsHash=c.one_of(DOCUMENTS) if with_documents else ZERO_WORD,
        expiresAt=c.mostly(now + c.one_of((DAY, 10 * DAY, 60 * DAY)), now, now - 1, now + 1, 2**40 - 1, percent=94),
        settlePeriod=c.mostly(period, terms.minSettlePeriod - 1, terms.maxSettlePeriod + 1, 0, percent=97),
        currencies=c.mostly(7, 1, 3, 5, 6, 0, 255, percent=75),
        nonce=nonce,
    )


def signed(w: World, c: Choices, share_id: int, *, documents: bool | None = None) -> Offer:
    """An ask that its seller has signed, or somebody in his name."""
    owner = w.model.certificate.owner_of(share_id)
    epoch = w.model.market.epochOf(owner)
    number = c.mostly(c.integer(0, 223), 224, 255, 256, percent=98)
    nonce = c.mostly(epoch, epoch + 1, max(0, epoch - 1), percent=98) << 8 | number
    ask = new_ask(w, c, share_id, nonce, documents=documents)
    signer = c.mostly(ask.seller, w.cast["attacker"], percent=98)
    if signer not in w.cast.people:
        signer = w.cast["attacker"]
    digest = ask_digest(w.model.chain.chain_id, w.model.market.address, ask.hash)
    signature = w.port.sign(signer, digest)
    spoiled = c.mostly(signature, signature[:-1], bytes([signature[0] ^ 1]) + signature[1:], percent=98)
    offer = Offer(ask, spoiled)
    keep(w, offer)
    return offer


def some_offer(w: World, c: Choices) -> Offer:
    """One that was made, mostly on a share that is what it was; or a new one."""
    known, sales = offers(w), market(w)
    alive = [offer for offer in known if w.now <= offer.ask.expiresAt and sales.is_unchanged(offer.ask)]
    if alive and c.chance(70):
        return c.one_of(alive)
    if known and c.chance(30):
        return c.one_of(known)
    return signed(w, c, share_for_sale(w, c))


def buyer_for(w: World, c: Choices, ask: Ask) -> str:
    usual = ask.buyer if ask.buyer != ZERO_ADDRESS else player(w, c)
    today = w.model.credentials.currentWallet(usual)
    usual = today if today in w.cast.people else usual
    if usual == ask.seller:
        usual = player(w, c)
    return c.mostly(usual, player(w, c), w.cast["attacker"], percent=95)


def payments(w: World, c: Choices, ask: Ask, loan_coins: int = 0) -> Payments:
    """What meets the price, in one token or several; or nearly."""
    due, fee = max(0, ask.priceUsd - loan_coins), market(w).feeOf(ask.priceUsd)
    other, another = c.one_of(((1, 2), (2, 1)))
    part = c.integer(0, max(1, due))
    coins, of_other, of_another = min(max(fee, part), WIDEST), units(w, other, due), units(w, another, due)
    usual: tuple[Payments, ...] = (
        ((0, min(due, WIDEST)),),
        ((0, WIDEST),),
        ((0, coins), (other, of_other + 1)),
        ((other, of_other * c.integer(1, 98) // 100), (0, WIDEST)),
        ((other, of_other * c.integer(1, 60) // 100), (another, of_another * c.integer(1, 30) // 100), (0, WIDEST)),
        ((0, coins), (other, of_other // 2), (another, of_another), (0, WIDEST)),
    )
    odd: tuple[Payments, ...] = (
        (),
        ((0, max(0, min(due, WIDEST) - 1)),),
        ((0, coins), (other, max(0, of_other - of_other * coins // max(1, due) - 1))),
        ((other, WIDEST),),
        ((0, coins), (3, 1)),
        ((0, coins), (8, 1)),
        ((0, coins), (255, 1)),
        ((0, 1), (0, 1), (0, 1), (0, 1), (0, WIDEST)),
        ((0, 0), (other, 0), (0, WIDEST)),
        ((other, 1), (0, WIDEST)),
        ((other, 1), (another, 1), (0, WIDEST)),
    )
    return c.mostly(c.one_of(usual), *odd, percent=90)


def units(w: World, place: int, dollars: int) -> int:
    """Of a token for so many dollars, up; of a token without a price some."""
    token, decimals, feed = w.model.market.currencyOf(place)
    value = w.model.oracle.read(feed)[0] if token != ZERO_ADDRESS else 0
    return min(WIDEST, -(-dollars * 10**decimals // value)) if value else 1_000


def permit(w: World, c: Choices, owner: str, place: int, value: int) -> Permit:
    """His permit for the market; or one that is spoiled."""
    token: Permits = w.model.coin if place == 0 else w.model.token
    nonce = c.mostly(token.nonces_used[owner], token.nonces_used[owner] + 1, percent=95)
    deadline = c.mostly(w.now + DAY, w.now, w.now - 1, percent=95)
    digest = token.permit_digest(owner, w.port.addresses["market"], value, nonce, deadline)
    signature = w.port.sign(owner if c.chance(97) else w.cast["attacker"], digest)
    return place, value, deadline, signature[64], signature[:32], signature[32:64]


def open_sales(w: World) -> list[tuple[Ask, Sale]]:
    sales = market(w)
    return [(sales.asks[name], sale) for name, sale in sales.sales.items()]


def some_sale(w: World, c: Choices) -> tuple[Ask, Sale | None]:
    """One that waits; now and then one that is over, or never was."""
    waiting, sales = open_sales(w), market(w)
    if waiting and c.chance(96):
        return c.one_of(waiting)
    if sales.asks and c.chance(70):
        return c.one_of(list(sales.asks.values())), None
    return some_offer(w, c).ask, None


def today(w: World, c: Choices, person: str) -> str:
    """His wallet of today, mostly."""
    wallet = w.model.credentials.currentWallet(person)
    usual = wallet if wallet in w.cast.people else holder(w, c)
    return c.mostly(usual, person if person in w.cast.people else usual, holder(w, c), percent=96)


def places(c: Choices) -> int:
    return c.one_of(tuple(PLACES.values()))
