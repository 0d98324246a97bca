"""The loan book and the auctions: what drawing, paying, leaving and foreclosing cost.

Peers were measured with mock prices, so rows beside them have a valuation and a reader that say one value; the same
through the suite's own stands below. "Rows present": borrower, house and originator have an open loan already, and
others are due on the same days. In each scene the day is rolled and the rate is of today, unless the row says
otherwise.
"""

from __future__ import annotations

from dataclasses import replace

from commonhold import build
from commonhold.gasbench import peers
from commonhold.gasbench.chapters import oracle, treasury
from commonhold.gasbench.engine import Call
from commonhold.gasbench.rows import Chapter
from commonhold.gasbench.world import COIN, DEADLINE, UNLIMITED, House, World
from commonhold.recipe import Role

CHAPTER = Chapter("lending")
DAY, MONTH = 86_400, 2_628_000
VALID = 1  # of the valuation's statuses
HOUSE_USD = 320_000 * COIN  # of eight shares
SHARE_USD = HOUSE_USD // 8
AMOUNT = 20_000 * COIN  # half of a share's value
PRICE = SHARE_USD
INSTALMENTS = 360
FIXED, ADJUSTABLE = 0, 1  # of the book's kinds
RATE_BPS = 1_500  # the highest that the rate model asks for
NOBODYS_SHARE = 0
APPROVED_FOR = 30 * DAY


# ------------------------------------------------------------------------------------------------------------- scenes


def opened(world: World, *, constant: bool = True) -> None:
    """Coins, cash and other loans are there, one of them in the book, which another underwriter approved; the valuation
    says one value, if `constant`."""
    world.as_dao(world.suite.hub, "grantRole", Role.UNDERWRITER, world.second_underwriter, 0)
    elsewhere = house_of(world, world.holder)
    if not constant:
        oracle.appraise(world, elsewhere.id, HOUSE_USD)
        world.engine.advance(world.suite.valuation.terms().firstValueQuarantinePeriod)
    treasury.opened(world, constant=constant)
    if constant:
        constant_value(world)
    today(world)
    approval = requested(world, request(world, world.holder, elsewhere.share(2)))
    world.engine.run(replace(approval, sender=world.second_underwriter))
    world.engine.run(draw(world, world.holder, approval.args[0]))


def constant_value(world: World, share_usd: int = SHARE_USD) -> None:
    """From now on the valuation says the same of every house."""
    valuation = world.suite.valuation.address
    code = build.artifact("TestValuation").deployed_bytecode
    world.engine.node.rpc("anvil_setCode", valuation, "0x" + code.hex())
    told = world.engine.at("TestValuation", valuation)
    told.set(8 * share_usd, share_usd, VALID, sender=world.stranger)


def today(world: World) -> None:
    """The day is rolled, the hour's levels are known, and the rate is of today."""
    world.engine.run(Call(world.stranger, world.suite.treasury, "finalise", ()))
    world.engine.run(Call(world.stranger, world.suite.rates, "checkpoint", ()))


def days_pass(world: World, days: int) -> None:
    """As many days later, at noon."""
    world.engine.set_time((world.engine.now() // DAY + days) * DAY + DAY // 2)
    today(world)


def house_of(world: World, owner: str) -> House:
    """A house whose shares 3 to 6 moved to `owner`; `holder` has the others."""
    house = world.house(owner=world.holder)
    for number in range(3, 7):
        world.moved_share(owner, house, number)
    return house


def request(world: World, borrower: str, share: int, *, price: int = 0, kind: int = FIXED) -> Call:
    return Call(borrower, world.suite.desk, "request", ((share, AMOUNT, INSTALMENTS, kind, price, RATE_BPS),))


def requested(world: World, asked: Call) -> Call:
    """The approval of an application that is made now."""
    loan = world.engine.run(asked).event("Requested")["loanId"]
    args = (loan, asked.sender, asked.args[0], RATE_BPS, world.engine.now() + APPROVED_FOR)
    return Call(world.underwriter, world.suite.desk, "approve", args)


def approved(world: World, borrower: str, share: int, *, price: int = 0, kind: int = FIXED) -> int:
    """The id of an application that was approved."""
    approval = requested(world, request(world, borrower, share, price=price, kind=kind))
    world.engine.run(approval)
    return int(approval.args[0])


def draw(world: World, borrower: str, loan: int, function: str = "draw") -> Call:
    return Call(borrower, world.suite.book, function, (loan, borrower))


def drawn(world: World, borrower: str, share: int, *, kind: int = FIXED) -> int:
    """An active loan."""
    loan = approved(world, borrower, share, kind=kind)
    world.engine.run(draw(world, borrower, loan))
    return loan


def two_loans(world: World, *, kind: int = FIXED) -> tuple[House, int, int]:
    """Two loans of `seller` on shares 3 and 4 of one house, drawn on one day."""
    house = house_of(world, world.seller)
    first, second = (drawn(world, world.seller, house.share(number), kind=kind) for number in (3, 4))
    return house, first, second


def pay(world: World, loan: int, coins: int) -> Call:
    return Call(world.seller, world.suite.book, "pay", (loan, coins))


def instalment_of(world: World, loan: int) -> int:
    """As it was approved."""
    events = world.engine.events(world.suite.desk, "Approved")
    return next(int(event["instalment"]) for event in events if event["loanId"] == loan)


def by_anyone(world: World, function: str, *args: object) -> Call:
    return Call(world.stranger, world.suite.book, function, args)


def for_sale(world: World, buyer: str, seller: str, share: int) -> int:
    """An approved loan for a purchase to which seller and manager agreed; the buyer lets the book take his part."""
    loan = approved(world, buyer, share, price=PRICE)
    suite = world.suite
    world.engine.run(Call(seller, suite.desk, "acceptPurchase", (loan, PRICE)))
    suite.certificate.approve(suite.book, share, sender=seller)
    suite.certificate.approveTransfer(share, buyer, DEADLINE, sender=world.manager)
    suite.coin.approve(suite.book, UNLIMITED, sender=buyer)
    return loan


def purchase(world: World, buyer: str, loan: int) -> Call:
    return Call(buyer, world.suite.book, "drawForPurchase", (loan,))


def may_bid(world: World, bidder: str) -> None:
    """Coins for a bid, which the treasury may take."""
    world.mint(bidder, 2 * SHARE_USD)
    world.suite.coin.approve(world.suite.treasury, UNLIMITED, sender=bidder)


# ------------------------------------------------------------------------------------------------------------ applying


@CHAPTER.row("request, the borrower's first")
def request_first(world: World) -> Call:
    opened(world)
    return request(world, world.seller, house_of(world, world.seller).share(3))


@CHAPTER.row("request for a purchase")
def request_purchase(world: World) -> Call:
    opened(world)
    return request(world, world.newcomer, house_of(world, world.seller).share(3), price=PRICE)


@CHAPTER.row("approve, 360 level instalments; the originator approved before")
def approve_later(world: World) -> Call:
    opened(world)
    house, _, _ = two_loans(world)
    return requested(world, request(world, world.seller, house.share(5)))


@CHAPTER.row("approve, the originator's first")
def approve_first(world: World) -> Call:
    opened(world)
    return requested(world, request(world, world.seller, house_of(world, world.seller).share(3)))


@CHAPTER.row("withdraw an approved application")
def withdraw(world: World) -> Call:
    opened(world)
    loan = approved(world, world.seller, house_of(world, world.seller).share(3))
    return Call(world.seller, world.suite.desk, "withdraw", (loan,))


# ------------------------------------------------------------------------------------------------------------- drawing


@CHAPTER.row(
    "draw on an owned share, new coin holder; constant value and price; share moved before, rows present",
    peer=peers.PAPR_OPEN,
    allowed=1.15,
)
def draw_present(world: World) -> Call:
    opened(world)
    house = house_of(world, world.newcomer)
    drawn(world, world.newcomer, house.share(3))
    world.suite.coin.transfer(world.holder, world.suite.coin.balanceOf(world.newcomer), sender=world.newcomer)
    return draw(world, world.newcomer, approved(world, world.newcomer, house.share(4)))


@CHAPTER.row("draw on an owned share, existing coin holder; constant value and price; share moved before, rows present")
def draw_existing(world: World) -> Call:
    opened(world)
    house = house_of(world, world.seller)
    drawn(world, world.seller, house.share(3))
    return draw(world, world.seller, approved(world, world.seller, house.share(4)))


@CHAPTER.row("draw on an owned share, all fresh; constant value and price")
def draw_fresh(world: World) -> Call:
    """A share that never moved, the first loan of borrower, house, originator and due day, a new coin holder."""
    opened(world)
    house = world.house(owner=world.newcomer)
    days_pass(world, 1)
    return draw(world, world.newcomer, approved(world, world.newcomer, house.share(3)))


@CHAPTER.row("draw on an owned share; constant value and price; the fourth of borrower and house")
def draw_fourth(world: World) -> Call:
    opened(world)
    house, _, _ = two_loans(world)
    drawn(world, world.seller, house.share(5))
    return draw(world, world.seller, approved(world, world.seller, house.share(6)))


@CHAPTER.row("draw on an owned share; suite's own valuation and reader, without a proxy; rows present")
def draw_real(world: World) -> Call:
    house = house_of(world, world.seller)
    oracle.appraise(world, house.id, HOUSE_USD)
    world.engine.advance(world.suite.valuation.terms().firstValueQuarantinePeriod)
    opened(world, constant=False)
    drawn(world, world.seller, house.share(3))
    return draw(world, world.seller, approved(world, world.seller, house.share(4)))


@CHAPTER.row("draw on an owned share; constant value and price; rows present; the first call of a day")
def draw_first_of_day(world: World) -> Call:
    """It rolls the day and moves the rate, too."""
    opened(world)
    house, _, _ = two_loans(world)
    loan = approved(world, world.seller, house.share(5))
    world.engine.set_time((world.engine.now() // DAY + 1) * DAY + DAY * 2 // 3)
    return draw(world, world.seller, loan)


@CHAPTER.row("draw in cash on an owned share; constant value and price; rows present")
def draw_cash(world: World) -> Call:
    opened(world)
    house, _, _ = two_loans(world)
    return draw(world, world.seller, approved(world, world.seller, house.share(5)), "drawCash")


@CHAPTER.row("draw of an adjustable loan on an owned share; constant value and price; rows present")
def draw_adjustable(world: World) -> Call:
    opened(world)
    house, _, _ = two_loans(world, kind=ADJUSTABLE)
    return draw(world, world.seller, approved(world, world.seller, house.share(5), kind=ADJUSTABLE))


@CHAPTER.row(
    "financed purchase; seller's first coins, buyer's first share and loan; constant value and price; share moved",
    peer=peers.LIQUITY_OPEN,
    allowed=0.6,
)
def purchase_first(world: World) -> Call:
    """House, originator and due day have a loan already."""
    opened(world)
    world.engine.run(world.issue_call(world.heir))
    house = house_of(world, world.heir)
    drawn(world, world.holder, house.share(1))
    world.mint(world.newcomer, PRICE)
    return purchase(world, world.newcomer, for_sale(world, world.newcomer, world.heir, house.share(3)))


@CHAPTER.row("financed purchase, all fresh; constant value and price", peer=peers.LIQUITY_OPEN)
def purchase_fresh(world: World) -> Call:
    """As before, and the share never moved, and it is the first loan of house, originator and due day."""
    opened(world)
    world.engine.run(world.issue_call(world.heir))
    house = world.house(owner=world.heir)
    world.mint(world.newcomer, PRICE)
    days_pass(world, 1)
    return purchase(world, world.newcomer, for_sale(world, world.newcomer, world.heir, house.share(3)))


@CHAPTER.row("financed purchase; constant value and price; share moved before, rows and holders present")
def purchase_present(world: World) -> Call:
    opened(world)
    house = house_of(world, world.seller)
    for wallet, number in ((world.seller, 3), (world.holder, 1)):
        drawn(world, wallet, house.share(number))
    loan = for_sale(world, world.holder, world.seller, house.share(4))
    return purchase(world, world.holder, loan)


# -------------------------------------------------------------------------------------------------------------- paying


@CHAPTER.row("payment, the due time stays; constant price", peer=peers.MORPHO_REPAY, goal=1.25)
def pay_part(world: World) -> Call:
    opened(world)
    _, loan, _ = two_loans(world)
    days_pass(world, 10)
    return pay(world, loan, 50 * COIN)


@CHAPTER.row(
    "payment that closes an instalment; constant price; others are due a month later",
    peer=peers.MORPHO_REPAY,
    goal=1.45,
)
def pay_instalment(world: World) -> Call:
    opened(world)
    _, first, second = two_loans(world)
    instalment = instalment_of(world, first)
    days_pass(world, 20)
    world.engine.run(pay(world, first, instalment))
    return pay(world, second, instalment)


@CHAPTER.row("payment that closes an instalment; constant price; nobody is due a month later")
def pay_instalment_fresh(world: World) -> Call:
    opened(world)
    _, loan, _ = two_loans(world)
    days_pass(world, 20)
    return pay(world, loan, instalment_of(world, loan))


@CHAPTER.row("payment of three late instalments and their fees; constant price")
def pay_late(world: World) -> Call:
    opened(world)
    _, loan, _ = two_loans(world)
    days_pass(world, 110)
    return pay(world, loan, 4 * instalment_of(world, loan))


@CHAPTER.row("payment of a stranger, the due time stays; constant price")
def pay_for_another(world: World) -> Call:
    opened(world)
    _, loan, _ = two_loans(world)
    days_pass(world, 10)
    return Call(world.holder, world.suite.book, "pay", (loan, 50 * COIN))


@CHAPTER.row("payment in cash, the due time stays; constant price")
def pay_cash(world: World) -> Call:
    opened(world)
    _, loan, _ = two_loans(world)
    days_pass(world, 10)
    return Call(world.seller, world.suite.book, "payCash", (loan, world.cash(50), 0))


@CHAPTER.row(
    "repayment in full with release, borrower and house have another loan; constant price",
    peer=peers.PAPR_REPAY_ALL,
    goal=1.0,
)
def repay(world: World) -> Call:
    opened(world)
    _, loan, _ = two_loans(world)
    days_pass(world, 10)
    return pay(world, loan, 2 * AMOUNT)


@CHAPTER.row("repayment in full with release, their only loan; constant price", peer=peers.PAPR_REPAY_ALL, goal=1.0)
def repay_only(world: World) -> Call:
    opened(world)
    loan = drawn(world, world.seller, house_of(world, world.seller).share(3))
    days_pass(world, 10)
    return pay(world, loan, 2 * AMOUNT)


# ---------------------------------------------------------------------------------------------------------- collateral


@CHAPTER.row("addCollateral, the loan's second share; constant value")
def add_collateral(world: World) -> Call:
    opened(world)
    house, loan, _ = two_loans(world)
    return Call(world.seller, world.suite.book, "addCollateral", (loan, house.share(5)))


@CHAPTER.row("mark; constant value, lower than before")
def mark(world: World) -> Call:
    opened(world)
    _, loan, _ = two_loans(world)
    constant_value(world, SHARE_USD * 9 // 10)
    return by_anyone(world, "mark", loan)


@CHAPTER.row("mark; suite's own valuation, without a proxy")
def mark_real(world: World) -> Call:
    house = house_of(world, world.seller)
    oracle.appraise(world, house.id, HOUSE_USD)
    world.engine.advance(world.suite.valuation.terms().firstValueQuarantinePeriod)
    opened(world, constant=False)
    loan = drawn(world, world.seller, house.share(3))
    world.suite.index_feed.updateAnswer(99 * 10**oracle.INDEX_DECIMALS, sender=world.stranger)
    return by_anyone(world, "mark", loan)


@CHAPTER.row("fixRate before the first reset")
def fix_rate(world: World) -> Call:
    opened(world)
    _, loan, _ = two_loans(world, kind=ADJUSTABLE)
    for _ in range(10):
        days_pass(world, 31)
        world.engine.run(pay(world, loan, instalment_of(world, loan)))
    days_pass(world, 25)
    return by_anyone(world, "fixRate", loan)


@CHAPTER.row("giveNotice; constant value")
def give_notice(world: World) -> Call:
    opened(world)
    _, loan, _ = two_loans(world)
    constant_value(world, AMOUNT)
    return by_anyone(world, "giveNotice", loan)


@CHAPTER.row("checkpoint of the rate, a day after the last")
def checkpoint(world: World) -> Call:
    opened(world)
    world.engine.advance(DAY)
    return Call(world.stranger, world.suite.rates, "checkpoint", ())


# --------------------------------------------------------------------------------------------------------- foreclosure


def in_arrears(world: World) -> tuple[House, int]:
    """A loan 91 days past due, whose borrower has another one that is paid."""
    opened(world)
    house, loan, other = two_loans(world)
    for days in (31, 31, 30, 30, 1):
        days_pass(world, days)
        world.engine.run(pay(world, other, instalment_of(world, other)))
    assert world.suite.book.daysPastDueOf(loan) >= 90
    return house, loan


def in_auction(world: World, *, days: int = 3) -> tuple[House, int]:
    """So many days into the auction of that loan's share."""
    house, loan = in_arrears(world)
    may_bid(world, world.newcomer)
    world.engine.run(by_anyone(world, "startForeclosure", loan))
    days_pass(world, days)
    return house, loan


def bid(world: World, loan: int, *, as_co_owner: int = NOBODYS_SHARE) -> Call:
    bidder = world.holder if as_co_owner else world.newcomer
    return Call(bidder, world.suite.auction, "bid", (loan, UNLIMITED, as_co_owner))


START = "startForeclosure, 90 days past due; constant value"
WINNING_BID = "winning bid with a surplus for the borrower, the buyer's first share; constant price"


@CHAPTER.row(START)
def start_foreclosure(world: World) -> Call:
    _, loan = in_arrears(world)
    return by_anyone(world, "startForeclosure", loan)


@CHAPTER.row(WINNING_BID)
def winning_bid(world: World) -> Call:
    _, loan = in_auction(world)
    return bid(world, loan)


CHAPTER.together("foreclosure: start and winning bid", (START, WINNING_BID), peer=peers.PAPR_LIQUIDATE, goal=1.0)


@CHAPTER.row("winning bid of a co-owner with a surplus; constant price")
def winning_bid_of_co_owner(world: World) -> Call:
    house, loan = in_auction(world, days=1)
    return bid(world, loan, as_co_owner=house.share(1))


@CHAPTER.row("winning bid that does not cover the debt, the buyer's first share; constant price")
def winning_bid_with_loss(world: World) -> Call:
    opened(world)
    _, loan, other = two_loans(world)
    for days in (31, 31, 30, 30, 1):
        days_pass(world, days)
        world.engine.run(pay(world, other, instalment_of(world, other)))
    constant_value(world, AMOUNT)
    may_bid(world, world.newcomer)
    world.engine.run(by_anyone(world, "startForeclosure", loan))
    days_pass(world, 6)
    return bid(world, loan)


@CHAPTER.row("close: nobody bid, the treasury takes the share; constant price")
def close(world: World) -> Call:
    _, loan = in_auction(world, days=10)
    return Call(world.stranger, world.suite.auction, "close", (loan,))


def owned_home(world: World) -> int:
    """A share that the treasury took."""
    house, loan = in_auction(world, days=10)
    world.engine.run(Call(world.stranger, world.suite.auction, "close", (loan,)))
    return house.share(3)


@CHAPTER.row("markOwned, the value fell; constant value")
def mark_owned(world: World) -> Call:
    share = owned_home(world)
    constant_value(world, AMOUNT // 2)
    return Call(world.stranger, world.suite.auction, "markOwned", (share,))


@CHAPTER.row("owned home sold, the buyer's first share; constant price")
def owned_home_sold(world: World) -> Call:
    share = owned_home(world)
    world.as_dao(world.suite.auction, "offerOwned", share, SHARE_USD * 12 // 10, SHARE_USD)
    days_pass(world, 3)
    return Call(world.newcomer, world.suite.auction, "bidForOwned", (share, UNLIMITED, NOBODYS_SHARE))


# --------------------------------------------------------------------------------------------------- money that waits


@CHAPTER.row("claimSurplus")
def claim_surplus(world: World) -> Call:
    _, loan = in_auction(world)
    world.engine.run(bid(world, loan))
    return Call(world.seller, world.suite.book, "claimSurplus", (world.seller, world.seller))


@CHAPTER.row("sweepFees of a loan; constant price; its house paid fees before")
def sweep_fees(world: World) -> Call:
    opened(world)
    _, first, second = two_loans(world)
    world.engine.run(by_anyone(world, "sweepFees", first))
    return by_anyone(world, "sweepFees", second)
