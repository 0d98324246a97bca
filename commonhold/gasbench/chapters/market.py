"""The market: a signed ask taken at once, and the way in steps, with and without a loan.

Seller and buyer trade with each other again: the buyer holds other shares, both have coins, the share was sold for a
price before, and the house's fees of those sales wait to be swept. The suite's own valuation and reader say prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from commonhold.gasbench import peers
from commonhold.gasbench.chapters import lending, oracle
from commonhold.gasbench.engine import Call
from commonhold.gasbench.rows import Chapter
from commonhold.gasbench.world import COIN, World
from commonhold.recipe import market as sales
from commonhold.recipe.market import COIN_PLACE, RESERVE_PLACE, Ask, Outcome

CHAPTER = Chapter("market")
DAY = 86_400
PRICE = 34_000 * COIN
DOCUMENTS = b"executed documents of the sale.."
OPEN = "all slots open"


# ------------------------------------------------------------------------------------------------------------- scenes


def traded(world: World, *, reserve: bool = False) -> int:
    """A share of the seller's that he sold to the holder and bought back, through the market."""
    suite = world.suite
    share = world.moved_share(world.seller)
    for wallet in (world.seller, world.holder):
        world.mint(wallet, 200_000 * COIN)
        sales.offer_through_market(suite, wallet)
        sales.pay_through_market(suite, wallet, suite.reserve)
        suite.reserve.mint(wallet, world.cash(200_000), sender=wallet)
    for seller, buyer in ((world.seller, world.holder), (world.holder, world.seller)):
        ask = ready(world, share, seller, buyer)
        world.engine.run(take(world, ask, buyer, in_two(world) if reserve else None))
    return share


def ready(world: World, share: int, seller: str, buyer: str, *, listed: bool = False) -> Ask:
    """An ask with documents that the manager approved."""
    ask = sales.make_ask(world.suite, seller, share, PRICE, documents_hash=DOCUMENTS, listed=listed)
    world.engine.run(approve(world, ask, buyer))
    return ask


def approve(world: World, ask: Ask, buyer: str) -> Call:
    args = (ask.share_id, sales.sale_hash(world.suite, ask, buyer), world.engine.now() + 30 * DAY)
    return Call(world.manager, world.suite.market, "approveSale", args)


def in_two(world: World) -> list[tuple[int, int]]:
    """A third in coin, the rest in the reserve token."""
    return [(COIN_PLACE, PRICE // 3), (RESERVE_PLACE, world.cash(100_000))]


def take(world: World, ask: Ask, buyer: str, payments: Sequence[tuple[int, int]] | None = None) -> Call:
    signature = b"" if ask.nonce >> 255 else sales.sign_ask(world.suite, ask)
    return Call(buyer, world.suite.market, "take", (ask.struct, signature, payments or sales.in_coin(PRICE), []))


def buy(world: World, ask: Ask, payments: Sequence[tuple[int, int]] | None = None, loan: int = 0) -> Call:
    signature = b"" if ask.nonce >> 255 else sales.sign_ask(world.suite, ask)
    args: tuple[Any, ...] = (ask.struct, signature, payments or sales.in_coin(PRICE), [], loan)
    return Call(world.holder, world.suite.market, "buy", args)


def listed(world: World, share: int) -> Ask:
    """An ask without documents, listed. The share had a listing before."""
    first = sales.make_ask(world.suite, world.seller, share, PRICE, listed=True)
    sales.list_ask(world.suite, first)
    world.suite.market.unlist(share, sender=world.seller)
    return sales.make_ask(world.suite, world.seller, share, PRICE, listed=True)


def bought(world: World) -> Ask:
    ask = listed(world, traded(world))
    sales.list_ask(world.suite, ask)
    world.engine.run(buy(world, ask))
    return ask


def by(world: World, sender: str, function: str, *args: object) -> Call:
    return Call(sender, world.suite.market, function, args)


def complete(world: World, ask: Ask) -> None:
    world.engine.run(approve(world, ask, world.holder))
    sales.attest(world.suite, ask, DOCUMENTS, world.seller, world.holder)


# ------------------------------------------------------------------------------------------------------------ at once


@CHAPTER.row(f"take a signed ask in coin, approved, documents given; {OPEN}", peer=peers.MARKET_BOUND, goal=1.0)
def take_signed(world: World) -> Call:
    share = traded(world)
    certificate, market = world.suite.certificate, world.suite.market
    certificate.setApprovalForAll(market, False, sender=world.seller)
    certificate.approve(market, share, sender=world.seller)
    return take(world, ready(world, share, world.seller, world.holder), world.holder)


@CHAPTER.row("take a signed ask in coin of a seller who let the market move all his shares; else the same")
def take_of_many(world: World) -> Call:
    share = traded(world)
    return take(world, ready(world, share, world.seller, world.holder), world.holder)


@CHAPTER.row(f"take a listing in coin, approved, documents given; {OPEN}")
def take_listed(world: World) -> Call:
    share = traded(world)
    ask = ready(world, share, world.seller, world.holder, listed=True)
    sales.list_ask(world.suite, ask)
    return take(world, ask, world.holder)


@CHAPTER.row(f"take a signed ask, a third in coin, the rest in the reserve token; {OPEN}")
def take_in_two(world: World) -> Call:
    share = traded(world, reserve=True)
    return take(world, ready(world, share, world.seller, world.holder), world.holder, in_two(world))


@CHAPTER.row("take a signed ask in coin; first sale of the house, buyer's first share, all slots fresh")
def take_first(world: World) -> Call:
    house = world.house(owner=world.seller)
    sales.offer_through_market(world.suite, world.seller)
    world.mint(world.newcomer, 100_000 * COIN)
    sales.pay_through_market(world.suite, world.newcomer)
    return take(world, ready(world, house.share(3), world.seller, world.newcomer), world.newcomer)


# ----------------------------------------------------------------------------------------------------------- in steps


@CHAPTER.row("list an ask, another one before")
def list_ask(world: World) -> Call:
    return by(world, world.seller, "list", listed(world, traded(world)).struct)


@CHAPTER.row("buy a listing in coin")
def buy_listed(world: World) -> Call:
    ask = listed(world, traded(world))
    sales.list_ask(world.suite, ask)
    return buy(world, ask)


@CHAPTER.row("manager approves a sale")
def approve_sale(world: World) -> Call:
    return approve(world, bought(world), world.holder)


@CHAPTER.row("first party attests the documents")
def attest_first(world: World) -> Call:
    return by(world, world.seller, "attestDocuments", bought(world).struct, DOCUMENTS)


@CHAPTER.row("second party attests the documents")
def attest_second(world: World) -> Call:
    ask = bought(world)
    sales.attest(world.suite, ask, DOCUMENTS, world.seller)
    return by(world, world.holder, "attestDocuments", ask.struct, DOCUMENTS)


@CHAPTER.row("settle")
def settle(world: World) -> Call:
    ask = bought(world)
    complete(world, ask)
    return by(world, world.stranger, "settle", ask.struct)


@CHAPTER.row("refund after the deadline")
def refund(world: World) -> Call:
    ask = bought(world)
    world.engine.advance(31 * DAY)
    return by(world, world.stranger, "refund", ask.struct, world.holder)


CHAPTER.together(
    "the whole way in steps: list, buy, approve, attest twice, settle",
    (
        "list an ask, another one before",
        "buy a listing in coin",
        "manager approves a sale",
        "first party attests the documents",
        "second party attests the documents",
        "settle",
    ),
)


@CHAPTER.row("cancel three signed asks")
def cancel(world: World) -> Call:
    return by(world, world.seller, "cancel", [1, 2, 3])


@CHAPTER.row("cancel all that one signed")
def cancel_all(world: World) -> Call:
    return by(world, world.seller, "cancelAll")


@CHAPTER.row("dispute a sale")
def dispute(world: World) -> Call:
    return by(world, world.holder, "dispute", bought(world).struct)


@CHAPTER.row("vote in a dispute, the second")
def vote(world: World) -> Call:
    ask = bought(world)
    world.engine.run(by(world, world.holder, "dispute", ask.struct))
    world.engine.run(by(world, world.holder, "resolve", ask.struct, Outcome.RELEASE))
    return by(world, world.seller, "resolve", ask.struct, Outcome.RELEASE)


@CHAPTER.row("sweep a house's fees")
def sweep(world: World) -> Call:
    share = traded(world)
    return by(world, world.stranger, "sweepFees", share >> 8)


# --------------------------------------------------------------------------------------------------------- with loans


def lendable(world: World) -> int:
    """A share that was traded, of a house with a valid value; there is money to lend, and other loans are open."""
    share = traded(world)
    oracle.appraise(world, share >> 8, lending.HOUSE_USD)
    lending.opened(world, constant=False)
    return share


@CHAPTER.row("settle the sale of a share under a loan, which is paid off")
def settle_liened(world: World) -> Call:
    share = lendable(world)
    lending.drawn(world, world.seller, share)
    ask = sales.make_ask(world.suite, world.seller, share, PRICE)
    world.engine.run(buy(world, ask))
    complete(world, ask)
    return by(world, world.stranger, "settle", ask.struct)


def financed(world: World) -> tuple[Ask, int]:
    """An ask, and a loan of the holder's that was approved for it."""
    share = lendable(world)
    loan = lending.approved(world, world.holder, share, price=PRICE)
    return sales.make_ask(world.suite, world.seller, share, PRICE), loan


@CHAPTER.row("buy with a loan that brings the larger part")
def buy_financed(world: World) -> Call:
    ask, loan = financed(world)
    return buy(world, ask, loan=loan)


@CHAPTER.row("settle a purchase with a loan")
def settle_financed(world: World) -> Call:
    ask, loan = financed(world)
    world.engine.run(buy(world, ask, loan=loan))
    complete(world, ask)
    return by(world, world.stranger, "settle", ask.struct)
