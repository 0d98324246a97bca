"""The treasury: buying and redeeming, the queue, and what the fee splitter takes.

Peers were measured with mock prices, so rows beside them have a reader that says one price; the same through the
suite's own reader stands below. In each scene loans are outstanding, the day is rolled, and the hour's levels are
known, unless the row says otherwise.
"""

from __future__ import annotations

from commonhold import build
from commonhold.gasbench import peers
from commonhold.gasbench.engine import Call
from commonhold.gasbench.rows import Chapter
from commonhold.gasbench.world import COIN, UNLIMITED, World

CHAPTER = Chapter("treasury")
HOUR, DAY = 3_600, 86_400
VALID = 1  # of the reader's statuses
ORIGINATION = 0  # of the splitter's kinds of fees
SHARE = 257
RATE_BPS = 550


# ------------------------------------------------------------------------------------------------------------- scenes


def constant_price(world: World) -> None:
    """From now on the reader says a dollar of every feed, at the price of a mock."""
    reader = world.suite.reader.address
    code = build.artifact("TestPriceReader").deployed_bytecode
    world.engine.node.rpc("anvil_setCode", reader, "0x" + code.hex())
    world.engine.at("TestPriceReader", reader).set(COIN, VALID, sender=world.stranger)


def new_hour(world: World) -> None:
    """The next transaction is the first of an hour, in the middle of a day."""
    now = world.engine.now()
    noon = now // DAY * DAY + DAY // 2
    world.engine.set_next_time(max(now // HOUR * HOUR + HOUR, noon) + 10)


def opened(world: World, *, constant: bool = True) -> None:
    """Seller and holder have coins, loans are outstanding, and the treasury has just been used in this hour."""
    suite = world.suite
    world.engine.advance(DAY)
    suite.reserve_feed.updateAnswer(10**8, sender=world.stranger)
    if constant:
        constant_price(world)
    new_hour(world)
    for wallet in (world.seller, world.holder):
        provide(world, wallet)
        world.engine.run(buy(world, wallet, 1_000_000))
    suite.test_book.setValue(SHARE, 20_000_000 * COIN, sender=world.stranger)
    for _ in range(2):
        world.engine.run(draw(world, world.payer, 500_000))
    world.engine.run(Call(world.seller, suite.treasury, "redeem", (1_000 * COIN, 0, world.seller)))


def short_of_cash(world: World, *, constant: bool = True) -> None:
    """All cash is set aside, and coins wait for more."""
    opened(world, constant=constant)
    provide(world, world.payer)
    world.engine.run(draw(world, world.payer, 6_000_000))
    free = world.suite.treasury.freeCash() * world.suite.parameters.reserve.unit
    world.engine.run(request(world, world.payer, free * 11 // 10))  # the fee is at most a twentieth
    waiting = requested(world, world.holder, 1_000 * COIN)
    assert world.suite.treasury.freeCash() == 0
    assert world.suite.treasury.pendingRedeemRequest(waiting, world.holder) > 0


def in_this_hour(world: World) -> None:
    """The price is a mock's, and the treasury has just been used in this hour."""
    constant_price(world)
    new_hour(world)
    world.engine.run(Call(world.stranger, world.suite.treasury, "finalise", ()))


def provide(world: World, wallet: str) -> None:
    """The wallet has cash for ten millions, and the treasury may take its cash and coins."""
    suite = world.suite
    suite.reserve.mint(wallet, world.cash(10_000_000), sender=wallet)
    for token in (suite.reserve, suite.coin):
        token.approve(suite.treasury, UNLIMITED, sender=wallet)


def buy(world: World, wallet: str, dollars: int) -> Call:
    return Call(wallet, world.suite.treasury, "buy", (world.cash(dollars), 0, wallet))


def redeem(world: World, wallet: str) -> Call:
    return Call(wallet, world.suite.treasury, "redeem", (1_000 * COIN, 1, wallet))


def request(world: World, wallet: str, coins: int) -> Call:
    return Call(wallet, world.suite.treasury, "requestRedeem", (coins, wallet, wallet))


def contribute(world: World, dollars: int) -> Call:
    return Call(world.seller, world.suite.treasury, "contribute", (world.cash(dollars),))


def draw(world: World, to: str, dollars: int) -> Call:
    args = (SHARE, dollars * COIN, RATE_BPS, dollars * COIN // 100, to)
    return Call(world.stranger, world.suite.test_book, "draw", args)


def claim(world: World, wallet: str, request_id: int) -> Call:
    return Call(wallet, world.suite.treasury, "claim", (request_id, wallet))


def requested(world: World, wallet: str, coins: int) -> int:
    """The id of a request that is made now."""
    receipt = world.engine.run(request(world, wallet, coins))
    return int(receipt.event("RedeemRequest")["requestId"])


# --------------------------------------------------------------------------------------------------------- buy, redeem


@CHAPTER.row("buy, existing holder; constant price", peer=peers.LITE_PSM_BUY_EXISTING, allowed=1.4)
def buy_existing(world: World) -> Call:
    opened(world)
    return buy(world, world.holder, 12_345)


@CHAPTER.row("buy, new holder; constant price", peer=peers.LITE_PSM_BUY_NEW, allowed=1.4)
def buy_new(world: World) -> Call:
    opened(world)
    call = buy(world, world.holder, 12_345)
    return Call(call.sender, call.target, call.function, (*call.args[:2], world.newcomer))


@CHAPTER.row("buy, existing holder; constant price; first call of an hour")
def buy_first_of_hour(world: World) -> Call:
    opened(world)
    new_hour(world)
    return buy(world, world.holder, 12_345)


@CHAPTER.row("buy, existing holder; through the suite's reader, without a proxy")
def buy_real_price(world: World) -> Call:
    opened(world, constant=False)
    return buy(world, world.holder, 12_345)


@CHAPTER.row("redeem at once; constant price", peer=peers.LITE_PSM_REDEEM, allowed=1.45)
def redeem_at_once(world: World) -> Call:
    opened(world)
    return redeem(world, world.holder)


@CHAPTER.row("redeem at once; constant price; first call of an hour")
def redeem_first_of_hour(world: World) -> Call:
    opened(world)
    new_hour(world)
    return redeem(world, world.holder)


@CHAPTER.row("redeem at once; through the suite's reader, without a proxy")
def redeem_real_price(world: World) -> Call:
    opened(world, constant=False)
    return redeem(world, world.holder)


# --------------------------------------------------------------------------------------------------------------- queue


@CHAPTER.row("requestRedeem, others wait; constant price", peer=peers.LIDO_REQUEST, allowed=0.61)
def request_waiting(world: World) -> Call:
    short_of_cash(world)
    return request(world, world.holder, 1_000 * COIN)


@CHAPTER.row("requestRedeem, others wait; constant price; first call of an hour")
def request_first_of_hour(world: World) -> Call:
    short_of_cash(world)
    new_hour(world)
    return request(world, world.holder, 1_000 * COIN)


@CHAPTER.row("requestRedeem, nobody waits, served at once; constant price", peer=peers.LIDO_REQUEST)
def request_served(world: World) -> Call:
    opened(world)
    world.engine.run(request(world, world.holder, 1_000 * COIN))
    return request(world, world.holder, 1_000 * COIN)


@CHAPTER.row("claim in full", peer=peers.LIDO_CLAIM, allowed=0.65)
def claim_in_full(world: World) -> Call:
    opened(world)
    requested(world, world.holder, 1_000 * COIN)
    return claim(world, world.holder, requested(world, world.holder, 1_000 * COIN))


@CHAPTER.row("finalise, others wait, no cash; constant price", peer=peers.LIDO_FINALISE, allowed=0.6)
def finalise(world: World) -> Call:
    short_of_cash(world)
    return Call(world.stranger, world.suite.treasury, "finalise", ())


@CHAPTER.row("contribute, nobody waits; constant price")
def contribute_to_equity(world: World) -> Call:
    opened(world)
    return contribute(world, 1_000)


@CHAPTER.row("contribute, finalises a part of the queue; constant price")
def contribute_part(world: World) -> Call:
    short_of_cash(world)
    return contribute(world, 100)


@CHAPTER.row("contribute, finalises all of the queue; constant price")
def contribute_all(world: World) -> Call:
    short_of_cash(world)
    return contribute(world, 1_000_000)


# ------------------------------------------------------------------------------------------------------ days, and fees


@CHAPTER.row("roll, a day with loans due 30 days before")
def roll_a_day(world: World) -> Call:
    return _rolled_days(world, 1)


@CHAPTER.row("roll, 20 days")
def roll_days(world: World) -> Call:
    return _rolled_days(world, 20)


def _rolled_days(world: World, days: int) -> Call:
    """The first of the days is the one on which the loans' interest ends or their fall sets in."""
    opened(world)
    due_at = world.engine.now() + world.suite.test_book.MONTH()
    impaired = -(-due_at // DAY) + 30
    world.engine.set_time((impaired - 1) * DAY + 10)
    treasury = world.suite.treasury
    treasury.roll(10_000, sender=world.stranger)
    world.engine.set_time((impaired - 1 + days) * DAY + 10)
    return Call(world.stranger, treasury, "roll", (10_000,))


@CHAPTER.row("a fee is split; constant price; the house paid fees before")
def fee(world: World) -> Call:
    opened(world)
    house = world.house(owner=world.seller)
    world.suite.coin.approve(world.suite.splitter, UNLIMITED, sender=world.holder)
    call = Call(world.holder, world.suite.splitter, "pay", (house.id, ORIGINATION, 1_000 * COIN))
    world.engine.run(call)
    return call
