"""Leases with the right to buy, and houses' money: what offering, paying, ending and buying cost.

The lessee has coins and let the lease contract spend them; the manager approved beforehand. Unless a row says
otherwise, the price is fixed and half of each rent is credited, of which half is refundable.
"""

from __future__ import annotations

from typing import Any

from commonhold.gasbench.chapters import lending, oracle
from commonhold.gasbench.engine import Call
from commonhold.gasbench.rows import Chapter
from commonhold.gasbench.world import COIN, UNLIMITED, World, house_of
from commonhold.recipe import leasing
from commonhold.recipe.leasing import LeaseTerms

CHAPTER = Chapter("leasing")
DAY, MONTH = 86_400, leasing.MONTH
RENT, PRICE = 250 * COIN, 40_000 * COIN
LEASE_FEE, SALE_FEE = 3, 2  # of the splitter's kinds
INVOICE = b"invoice".ljust(31, b"-")


# ------------------------------------------------------------------------------------------------------------- scenes


def offered(world: World, share: int | None = None, **terms: Any) -> LeaseTerms:
    """Terms that the manager approved, of a share that moved before; the lessee has coins."""
    lessee, suite = world.newcomer, world.suite
    world.mint(lessee, 100_000 * COIN)
    suite.coin.approve(suite.lease_to_buy, UNLIMITED, sender=lessee)
    share = world.moved_share(world.seller) if share is None else share
    usual = {"rent": RENT, "refund_bps": 5_000, "price_usd": PRICE, "days": 365}
    made = leasing.lease_terms(suite, share, lessee, **usual | terms)
    leasing.approve_lease(suite, made, until=world.engine.now() + 365 * DAY)
    return made


def sign(world: World, terms: LeaseTerms, *, on_chain: bool = False) -> Call:
    signature = b"" if on_chain else leasing.sign_terms(world.suite, terms)
    return Call(terms.lessee, world.suite.lease_to_buy, "sign", (terms.values, signature))


def leased(world: World, share: int | None = None, **terms: Any) -> int:
    """The id of a lease that began just now. Another one ended before, so that the lessee has had one."""
    receipt = world.engine.run(sign(world, offered(world, share, **terms)))
    return int(receipt.event("LeaseSigned")["leaseId"])


def seasoned(world: World, share: int | None = None, **terms: Any) -> int:
    """A lease in its second month, paid up, of whose first rent everybody has his part."""
    lease = leased(world, share, **terms)
    world.engine.run(by(world, world.newcomer, "collect", lease))
    world.engine.advance(MONTH)
    world.engine.run(by(world, world.newcomer, "pay", lease, 1))
    return lease


def by(world: World, sender: str, function: str, *args: Any) -> Call:
    return Call(sender, world.suite.lease_to_buy, function, args)


def buy(world: World, lease: int) -> Call:
    return by(world, world.newcomer, "buy", lease, UNLIMITED)


def defaulted(world: World) -> int:
    lease = leased(world)
    world.engine.advance(MONTH + world.suite.lease_to_buy.rules().gracePeriod)
    world.engine.run(by(world, world.seller, "declareDefault", lease))
    return lease


# ----------------------------------------------------------------------------------------------------------- offering


@CHAPTER.row("manager approves a lease")
def approve(world: World) -> Call:
    terms = offered(world)
    args = (terms.shareId, world.suite.lease_to_buy.hashOf(terms.values), terms.expiresAt)
    world.suite.lease_to_buy.approveLease(terms.shareId, args[1], 0, sender=world.manager)
    return by(world, world.manager, "approveLease", *args)


@CHAPTER.row("owner offers on chain")
def offer(world: World) -> Call:
    return by(world, world.seller, "offer", offered(world).values)


@CHAPTER.row("owner cancels all that he signed")
def cancel_all(world: World) -> Call:
    world.engine.run(by(world, world.seller, "cancelAll"))
    return by(world, world.seller, "cancelAll")


@CHAPTER.row("lessee signs an offer that was signed; first rent, lock and use in it; owner's first offer")
def sign_signed(world: World) -> Call:
    return sign(world, offered(world))


@CHAPTER.row("lessee signs an offer that was signed; owner signed others before, other leases stand")
def sign_signed_again(world: World) -> Call:
    leased(world)
    return sign(world, offered(world))


@CHAPTER.row("lessee signs an offer on chain; owner offered others before, other leases stand")
def sign_offered(world: World) -> Call:
    leased(world)
    terms = offered(world)
    world.engine.run(by(world, world.seller, "offer", terms.values))
    return sign(world, terms, on_chain=True)


# -------------------------------------------------------------------------------------------------------------- rents


@CHAPTER.row("a rent")
def pay(world: World) -> Call:
    return by(world, world.newcomer, "pay", leased(world), 1)


@CHAPTER.row("eleven rents at once")
def pay_many(world: World) -> Call:
    return by(world, world.newcomer, "pay", leased(world), 11)


@CHAPTER.row("a rent that cures a default")
def cure(world: World) -> Call:
    return by(world, world.newcomer, "pay", defaulted(world), 1)


@CHAPTER.row("owner's part of a rent collected")
def collect(world: World) -> Call:
    world.mint(world.seller, COIN)
    lease = seasoned(world)
    return by(world, world.stranger, "collect", lease)


@CHAPTER.row("fees of a house swept to the splitter")
def sweep(world: World) -> Call:
    share = world.moved_share(world.seller)
    lease = seasoned(world, share)
    world.engine.run(by(world, world.stranger, "sweepFees", share >> 8, LEASE_FEE))
    world.engine.run(by(world, world.stranger, "collect", lease))
    return by(world, world.stranger, "sweepFees", share >> 8, LEASE_FEE)


# ------------------------------------------------------------------------------------------------------------ endings


@CHAPTER.row("default declared")
def declare(world: World) -> Call:
    lease = leased(world)
    world.engine.advance(MONTH + world.suite.lease_to_buy.rules().gracePeriod)
    return by(world, world.seller, "declareDefault", lease)


@CHAPTER.row("lease terminated after a default")
def terminate(world: World) -> Call:
    lease = defaulted(world)
    world.engine.advance(world.suite.lease_to_buy.rules().curePeriod)
    return by(world, world.seller, "terminate", lease)


@CHAPTER.row("lease ended after its term")
def end(world: World) -> Call:
    lease = leased(world)
    world.engine.run(by(world, world.newcomer, "pay", lease, 11))
    world.engine.advance(12 * MONTH)
    return by(world, world.stranger, "end", lease)


@CHAPTER.row("lessee buys at the fixed price")
def buy_fixed(world: World) -> Call:
    return buy(world, seasoned(world))


@CHAPTER.row("lessee buys at the current price, by the suite's own valuation")
def buy_current(world: World) -> Call:
    house = world.house(owner=world.holder)
    share = world.moved_share(world.seller, house)
    oracle.appraise(world, house.id, 8 * PRICE)
    world.engine.advance(world.suite.valuation.terms().firstValueQuarantinePeriod)
    return buy(world, seasoned(world, share, price_usd=0))


@CHAPTER.row("lessee buys, and the owner's loan on the share is paid off")
def buy_mortgaged(world: World) -> Call:
    lending.opened(world, constant=False)
    house = lending.house_of(world, world.seller)
    share = house.share(3)
    oracle.appraise(world, house.id, 8 * PRICE)
    lending.days_pass(world, 8)  # the first value's quarantine is over
    world.mint(world.stranger, COIN)  # the reserve's price is reported anew
    lending.drawn(world, world.seller, share)
    lease = leased(world, share)
    world.engine.run(by(world, world.newcomer, "collect", lease))
    lending.days_pass(world, 10)
    return buy(world, lease)


# -------------------------------------------------------------------------------------------------------- the escrow


def house_money(world: World, *, vendor: bool = False) -> int:
    """A house with money, whose manager may pay the stranger; one invoice is paid, in the present window."""
    house, escrow, suite = house_of(world.moved_share(world.seller)).id, world.suite.house_escrow, world.suite
    suite.coin.approve(escrow, UNLIMITED, sender=world.payer)
    world.engine.run(fund(world, house))
    escrow.registerPayee(house, world.stranger, vendor, sender=world.manager)
    world.engine.advance(escrow.rules().payeeDelay)
    world.engine.run(release(world, house, 1))
    return house


def fund(world: World, house: int) -> Call:
    return Call(world.payer, world.suite.house_escrow, "fund", (house, 5_000 * COIN, 0))


def release(world: World, house: int, number: int) -> Call:
    args = (house, world.stranger, INVOICE + bytes([number]), 100 * COIN)
    return Call(world.manager, world.suite.house_escrow, "pay", args)


@CHAPTER.row("escrow: a house is funded")
def fund_house(world: World) -> Call:
    return fund(world, house_money(world))


@CHAPTER.row("escrow: manager registers a payee")
def register_payee(world: World) -> Call:
    house = house_money(world)
    return Call(world.manager, world.suite.house_escrow, "registerPayee", (house, world.heir, True))


@CHAPTER.row("escrow: manager pays an invoice; others were paid in this window")
def pay_invoice(world: World) -> Call:
    return release(world, house_money(world), 2)


@CHAPTER.row("escrow: manager pays a vendor's invoice, fee kept; others were paid in this window")
def pay_vendor(world: World) -> Call:
    return release(world, house_money(world, vendor=True), 2)
