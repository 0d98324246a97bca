"""The lens for the money: its pages are what the treasury says, its quotes what the calls give, and each refusal is
byte for byte the error that the call raises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from money_world import DAY, MOST, NO_CHANGE, STALE, WAD, MoneyWorld, make_world

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert

ZERO = "0x" + "00" * 20
BUY, REDEEM, LENDING = (name.ljust(32, b"\0") for name in (b"buy", b"redeem", b"lending"))
ONE_PERCENT_OFF = 99 * WAD // 100


@pytest.fixture(scope="module")
def built(engine: Any, suite: Any) -> Iterator[MoneyWorld]:
    """The suite comes first: what a module builds later is undone with the module."""
    with engine.rollback():
        yield make_world(engine)


@pytest.fixture
def world(built: MoneyWorld) -> MoneyWorld:
    """Ann has 10,000 coins and the treasury 12,000 dollars; nobody waits. 500 of Ann's dollars are left."""
    ann, giver = built.people[0], built.people[5]
    built.buy(ann, 10_000)
    built.fund(ann, 500)
    built.fund(giver, 2_000)
    built.treasury.contribute(built.cash(2_000), sender=giver)
    return built


# ------------------------------------------------------------------------------------------------------ the pages


def test_money__is_what_the_treasury_says(world: MoneyWorld) -> None:
    ann, bob = world.people[:2]
    world.lend(3_000 * WAD, bob)
    request = world.request(ann, 9_000 * WAD)
    world.price(ONE_PERCENT_OFF)
    world.treasury.stop(BUY, sender=world.dao)
    page, treasury = world.lens.money(), world.treasury
    assert page.complete
    assert tuple(page.sheet) == tuple(treasury.balanceSheet())
    assert page.equityByLedger == treasury.equityByLedger() == page.sheet.equityUsd
    assert page.coverage == treasury.coverage()
    assert page.coinPriceUsd == min(WAD, page.coverage)
    assert page.totalDebt == world.loans.totalDebt() == 3_000 * WAD
    assert (page.reservePriceUsd, page.reserveStatus) == (ONE_PERCENT_OFF, 1)
    assert page.reservePriceAt == world.reader.read(bytes(32))[1]
    assert (page.trackedCash, page.setAsideCash) == (treasury.trackedCash(), treasury.setAsideCash())
    assert page.setAsideCash == treasury.requestPage(request).claimableCash > 0
    assert page.freeCash == treasury.freeCash()
    assert page.freeCashUsd == page.freeCash * 10**12 * 99 // 100
    assert page.cashFloorUsd == page.sheet.coins // 10
    assert page.lendingPaused is treasury.lendingPaused() is True
    assert page.buyStoppedUntil == treasury.stoppedUntil(BUY) > 0
    assert (page.redeemStoppedUntil, page.lendingStoppedUntil) == (0, 0)
    assert (page.payOutCapBps, page.minEquity) == (500, 0)


def test_demand__distances__are_exact_to_the_wei(world: MoneyWorld) -> None:
    ann = world.people[0]
    world.treasury.burnIntoEquity(3, sender=ann)  # so that the thresholds are not whole
    world.engine.advance(3 * 3_600)  # so that the base has seen Ann's coins
    status = world.lens.demand()
    base = 10_000 * WAD - 3
    assert (status.complete, status.page.base) == (True, base)
    assert tuple(status.page) == tuple(world.treasury.demandPage())
    assert (status.share, status.untilResume) == (0, 0)
    assert status.untilPause == -(-base * 15 // 100)
    with world.engine.rollback():
        world.treasury.redeem(status.untilPause - 1, 0, ann, sender=ann)
        assert world.treasury.demandPaused() is False
        world.engine.set_time(world.engine.now() + 1)
    world.treasury.redeem(status.untilPause, 0, ann, sender=ann)
    status = world.lens.demand()
    assert status.page.paused is world.treasury.demandPaused() is True
    assert status.untilPause == 0
    assert status.share == world.treasury.liquidationDemand()
    assert status.page.resumableAt == world.engine.now() + DAY
    # It resumes below 7.5 %, which is 3 parts of 40: at the greatest demand that is less.
    resuming = status.page.demand - status.untilResume
    assert resuming * 40 < 3 * status.page.base <= (resuming + 1) * 40
    world.engine.advance(4 * DAY)
    status = world.lens.demand()
    assert (status.page.paused, status.untilResume) == (False, 0)


@pytest.fixture
def waiting(world: MoneyWorld) -> list[int]:
    """Ids of five requests of 400 coins by three people; the first is finalised, and half of the second."""
    ann, bob, cyd = world.people[:3]
    for person in (bob, cyd):
        world.coin.transfer(person, 2_000 * WAD, sender=ann)
        world.coin.approve(world.treasury, MOST, sender=person)
    world.drain()
    ahead = world.treasury.demandPage().waiting
    ids = [world.request(person, 400 * WAD) for person in (ann, bob, cyd, ann, bob)]
    net = world.treasury.requestPage(ids[0]).pending
    world.reserve.mint(ann, world.cash(20_000), sender=ann)
    world.treasury.contribute((ahead + net * 3 // 2) // 10**12, sender=ann)
    return ids


def test_line__from_the_last_request__is_all_that_wait(world: MoneyWorld, waiting: list[int]) -> None:
    ann, bob, cyd = world.people[:3]
    page = world.lens.line(waiting[-1], 0)
    assert (page.complete, page.next) == (True, 0)
    assert [entry.requestId for entry in page.requests] == waiting[:0:-1]
    assert [entry.wallet for entry in page.requests] == [bob, ann, cyd, bob]
    for entry in page.requests:
        assert tuple(entry.request) == tuple(world.treasury.requestPage(entry.requestId))
    assert page.requests[-1].request.ahead == 0
    assert sum(entry.request.pending for entry in page.requests) == world.treasury.demandPage().waiting


@pytest.mark.parametrize(
    ("start", "most", "found", "following"),
    [(4, 1, [4], 3), (4, 3, [4, 3, 2], 1), (4, 4, [4, 3, 2, 1], None), (2, MOST, [2, 1], None), (1, 1, [1], None)],
)
def test_line__pages__go_on_where_they_say(world, waiting, start, most, found, following) -> None:
    page = world.lens.line(waiting[start], most)
    assert [entry.requestId for entry in page.requests] == [waiting[number] for number in found]
    assert page.next == (0 if following is None else waiting[following])


@pytest.mark.parametrize("start", [0, 1, WAD, MOST])
def test_line__nothing_that_waits__empty(world: MoneyWorld, waiting: list[int], start: int) -> None:
    assert tuple(world.lens.line(start, 0)) == ([], 0, True)
    assert tuple(world.lens.line(waiting[0], 0)) == ([], 0, True)


def test_requests__asked_for__in_order(world: MoneyWorld, waiting: list[int], recover_in) -> None:
    ann = world.people[0]
    world.treasury.claim(waiting[0], ann, sender=ann)
    page = world.lens.requests([waiting[2], waiting[0], 7, MOST, waiting[1]])
    assert page.complete
    assert [entry.requestId for entry in page.requests] == [waiting[2], waiting[0], 7, MOST, waiting[1]]
    assert [entry.request.controller for entry in page.requests] == [world.people[2], ZERO, ZERO, ZERO, world.people[1]]
    assert page.requests[4].request.claimable > 0
    recover_in(world, world.people[1], world.people[3])
    assert world.lens.requests([waiting[1]]).requests[0].wallet == world.people[3]
    assert len(world.lens.requests([1] * 101).requests) == world.lens.MAX_REQUESTS_PER_PAGE() == 100


@pytest.fixture
def recover_in() -> Callable[[MoneyWorld, str, str], None]:
    def recover(world: MoneyWorld, old: str, new: str) -> None:
        """`new` takes the place of `old`; the DAO is issuer here."""
        world.credentials.issue(old, b"owner".ljust(32, b"\0"), world.engine.now() + 99 * DAY, 840, 0, sender=world.dao)
        world.credentials.startRecovery(old, new, sender=world.dao)
        world.engine.advance(7 * DAY)
        world.credentials.finishRecovery(old, sender=world.dao)

    return recover


# ----------------------------------------------------------------------------------------------------- the quotes


@pytest.mark.parametrize("usd", [WAD, WAD + 1, WAD - 1, ONE_PERCENT_OFF])
@pytest.mark.parametrize("cash", [1, 1_234_567])
def test_buy_quote__is_what_buy_gives(world: MoneyWorld, usd: int, cash: int) -> None:
    ann = world.people[0]
    world.price(usd)
    assert tuple(world.lens.buyQuote(cash)) == (world.treasury.buy.call(cash, 0, ann, sender=ann), True)


@pytest.mark.parametrize("usd", [WAD, 80 * WAD // 100])
@pytest.mark.parametrize("coins", [WAD, 150 * WAD + 12_345, 3_000 * WAD, 10_000 * WAD])
def test_redemption_quote__is_what_redeem_and_request_give(world: MoneyWorld, usd: int, coins: int) -> None:
    ann = world.people[0]
    world.price(usd)
    quote = world.lens.redemptionQuote(coins)
    assert quote.complete
    assert quote.feeCoins + quote.netCoins == coins
    assert quote.freeCash == world.treasury.freeCash()
    with world.engine.rollback():
        redeemed = world.treasury.redeem(coins, 0, ann, sender=ann).event("Redeemed")
        assert (quote.cash, quote.feeCoins) == (redeemed["cash"], redeemed["feeCoins"])
    if coins < 100 * WAD:
        return
    world.engine.set_time(world.engine.now() + 1)
    page = world.treasury.requestPage(world.request(ann, coins))
    assert page.pending + page.claimable == quote.netCoins
    assert (page.claimable, page.claimableCash) == (quote.coinsAtOnce, quote.cashAtOnce)


@pytest.mark.parametrize("usd", [WAD, 80 * WAD // 100])
def test_redemption_quote__behind_others__nothing_at_once(world: MoneyWorld, usd: int) -> None:
    world.drain()
    world.price(usd)
    quote = world.lens.redemptionQuote(1_000 * WAD)
    assert (quote.coinsAtOnce, quote.cashAtOnce, quote.freeCash) == (0, 0, 0)
    page = world.treasury.requestPage(world.request(world.people[0], 1_000 * WAD))
    assert (page.claimable, page.pending) == (0, quote.netCoins)


@pytest.mark.parametrize("amount", [0, 1, 2**96, 2**128, MOST])
def test_quotes__any_amount__never_revert(world: MoneyWorld, amount: int) -> None:
    for usd in (WAD, WAD // 2):
        world.price(usd)
        assert world.lens.redemptionQuote(amount).complete is (amount < 2**96)
        assert world.lens.buyQuote(amount)[1] is (amount < 2**96)


# --------------------------------------------------------------------------------------------------- the refusals

Case = Callable[[MoneyWorld], tuple[str, tuple[Any, ...], str]]
"""Sets the scene; answers a function of the treasury, its arguments and who calls."""
CASES: dict[str, Case] = {}


def case(name: str) -> Callable[[Case], Case]:
    """`name`: the error that is expected, with a word after a colon where one error has several causes."""

    def keep(setting: Case) -> Case:
        assert name not in CASES
        CASES[name] = setting
        return setting

    return keep


def check_of(world: MoneyWorld, function: str, args: tuple[Any, ...], sender: str) -> bytes:
    """What the lens says of a call."""
    lens = world.lens
    if function == "buy":
        return lens.buyCheck(sender, args[0], args[2])
    if function == "redeem":
        return lens.redeemCheck(sender, args[0], args[2])
    if function == "requestRedeem":
        return lens.requestCheck(sender, *args)
    if function == "claim":
        return lens.claimCheck(sender, *args)
    if function == "contribute":
        return lens.contributeCheck(sender, *args)
    _, _, amount, kept, _ = args
    return lens.lendCheck(amount, kept) if function == "lendCoins" else lens.lendCashCheck(amount, kept)


def buying(world: MoneyWorld, cash: int, to: str | None = None) -> tuple[str, tuple[Any, ...], str]:
    ann = world.people[0]
    return "buy", (cash, 0, to or ann), ann


def redeeming(world: MoneyWorld, coins: int, to: str | None = None) -> tuple[str, tuple[Any, ...], str]:
    ann = world.people[0]
    return "redeem", (coins, 0, to or ann), ann


def requesting(world: MoneyWorld, coins: int, controller: str | None = None) -> tuple[str, tuple[Any, ...], str]:
    ann = world.people[0]
    return "requestRedeem", (coins, controller or ann, ann), ann


def lending(world: MoneyWorld, coins: int, kept: int = 0) -> tuple[str, tuple[Any, ...], str]:
    return "lendCoins", (NO_CHANGE, world.rich, coins, kept, world.dao), world.loans.address


def lending_cash(world: MoneyWorld, cash: int, kept: int = 0) -> tuple[str, tuple[Any, ...], str]:
    return "lendCash", (NO_CHANGE, world.rich, cash, kept, world.dao), world.loans.address


@case("StoppedUntil: buy")
def _(world):
    world.treasury.stop(BUY, sender=world.dao)
    world.price(WAD, STALE)
    return buying(world, 0)


@case("NoValidReservePrice: buy")
def _(world):
    world.price(WAD // 2, STALE)
    return buying(world, 0)


@case("ReservePriceTooLow")
def _(world):
    world.price(97 * WAD // 100)
    return buying(world, 0)


@case("CoverageBelowOne: buy")
def _(world):
    world.lose(3_000)
    return buying(world, 0)


@case("NothingBought")
def _(world):
    return buying(world, 0)


@case("ERC20InsufficientAllowance: buy")
def _(world):
    world.reserve.approve(world.treasury, 6, sender=world.people[0])
    return buying(world, 7)


@case("ERC20InsufficientBalance: buy")
def _(world):
    return buying(world, world.cash(500) + 1)


@case("TooManyCoins: buy")
def _(world):
    world.fund(world.people[0], 80 * 10**9)
    return buying(world, world.cash(80 * 10**9))


@case("MinterCapExceeded: closed row")
def _(world):
    world.coin.setMinter(world.treasury, 0, sender=world.dao)
    return buying(world, 1, ZERO)


@case("MinterCapExceeded: full row")
def _(world):
    world.coin.setMinter(world.treasury, world.coin.totalSupply() + 5 * WAD, sender=world.dao)
    return buying(world, world.cash(5) + 1)


@case("ERC20InvalidReceiver: buy")
def _(world):
    return buying(world, 1, ZERO)


@case("StoppedUntil: redeem")
def _(world):
    world.treasury.stop(REDEEM, sender=world.dao)
    return redeeming(world, 0)


@case("NothingRedeemed: none")
def _(world):
    return redeeming(world, 0)


@case("NothingRedeemed: less than a unit")
def _(world):
    return redeeming(world, 10**12)


@case("FeeAmountsOutOfRange: redeem")
def _(world):
    return redeeming(world, 2**96)


@case("Panic: redeem below coverage 1")
def _(world):
    world.price(WAD // 2)
    return redeeming(world, MOST)


@case("NotEnoughFreeCash: redeem")
def _(world):
    world.lend(20_000 * WAD, world.people[0])
    return redeeming(world, 15_000 * WAD)


@case("NotEnoughFreeCash: redeem while others wait")
def _(world):
    world.lend(20_000 * WAD, world.people[0])
    world.request(world.people[0], 20_000 * WAD)
    return redeeming(world, WAD)


@case("ERC20InsufficientAllowance: redeem")
def _(world):
    world.coin.approve(world.treasury, WAD - 1, sender=world.people[0])
    return redeeming(world, WAD)


@case("ERC7943InsufficientUnfrozenBalance: redeem")
def _(world):
    world.coin.setFrozenTokens(world.people[0], 9_999 * WAD, sender=world.dao)
    return redeeming(world, 2 * WAD)


@case("ERC20InsufficientBalance: redeem")
def _(world):
    return redeeming(world, 10_000 * WAD + 1)


@case("ERC20InsufficientBalance: redeem with frozen coins")
def _(world):
    world.coin.setFrozenTokens(world.people[0], 9_999 * WAD, sender=world.dao)
    return redeeming(world, 10_000 * WAD + 1)


@case("ERC20InvalidReceiver: redeem")
def _(world):
    return redeeming(world, WAD, ZERO)


@case("NotOperator")
def _(world):
    ann, bob = world.people[:2]
    world.treasury.setOperator(bob, True, sender=ann)
    return "requestRedeem", (0, ann, bob), ann


@case("RequestTooSmall")
def _(world):
    return requesting(world, 100 * WAD - 1)


@case("FeeAmountsOutOfRange: request")
def _(world):
    return requesting(world, MOST)


@case("ERC20InsufficientAllowance: net coins of a request")
def _(world):
    world.coin.approve(world.treasury, 99 * WAD, sender=world.people[0])
    return requesting(world, 100 * WAD)


@case("ERC20InsufficientAllowance: fee of a request")
def _(world):
    world.coin.approve(world.treasury, 100 * WAD - 1, sender=world.people[0])
    return requesting(world, 100 * WAD)


@case("ERC20InsufficientBalance: net coins of a request")
def _(world):
    return requesting(world, 11_000 * WAD)


@case("ERC20InsufficientBalance: fee of a request")
def _(world):
    return requesting(world, 10_000 * WAD + 1)


@case("ERC7943InsufficientUnfrozenBalance: net coins of a request")
def _(world):
    world.coin.setFrozenTokens(world.people[0], 9_999 * WAD, sender=world.dao)
    return requesting(world, 100 * WAD)


@case("ERC7943InsufficientUnfrozenBalance: fee of a request")
def _(world):
    world.coin.setFrozenTokens(world.people[0], 9_900 * WAD + 1, sender=world.dao)
    return requesting(world, 100 * WAD)


@case("EmptyRequest")
def _(world):
    return requesting(world, 100 * WAD, ZERO)


@case("EmptyRequest: without a fee")
def _(world):
    world.price(WAD // 2)
    return requesting(world, 100 * WAD, ZERO)


@case("UnknownRequest: never was")
def _(world):
    return "claim", (7, world.people[0]), world.people[0]


@case("UnknownRequest: claimed")
def _(world):
    ann = world.people[0]
    request = world.request(ann, 100 * WAD)
    world.treasury.claim(request, ann, sender=ann)
    return "claim", (request, ann), ann


@case("NotController")
def _(world):
    ann, bob = world.people[:2]
    return "claim", (world.request(ann, 100 * WAD), bob), bob


@case("NothingClaimable: right behind the first")
def _(world):
    world.drain()
    ann = world.people[0]
    return "claim", (world.request(ann, 100 * WAD), ann), ann


@case("NothingClaimable: second")
def _(world):
    ann = world.people[0]
    world.lend(20_000 * WAD, ann)
    world.request(ann, 15_000 * WAD)
    return "claim", (world.request(ann, 100 * WAD), ann), ann


@case("NothingClaimable: the rest")
def _(world):
    ann = world.people[0]
    world.lend(20_000 * WAD, ann)
    request = world.request(ann, 15_000 * WAD)
    world.treasury.claim(request, ann, sender=ann)
    world.request(ann, 100 * WAD)
    return "claim", (request, ann), ann


@case("ERC20InvalidReceiver: claim")
def _(world):
    ann = world.people[0]
    return "claim", (world.request(ann, 100 * WAD), ZERO), ann


@case("NothingContributed")
def _(world):
    return "contribute", (0,), world.people[0]


@case("ERC20InsufficientAllowance: contribute")
def _(world):
    return "contribute", (1,), world.people[1]


@case("ERC20InsufficientBalance: contribute")
def _(world):
    return "contribute", (world.cash(500) + 1,), world.people[0]


@case("StoppedUntil: lend")
def _(world):
    world.treasury.stop(LENDING, sender=world.dao)
    world.price(WAD // 2)
    return lending(world, 1)


@case("CoverageBelowOne: lend")
def _(world):
    world.price(WAD // 2)
    return lending(world, 1)


@case("LendingPausedByDemand")
def _(world):
    world.treasury.redeem(5_000 * WAD, 0, world.people[0], sender=world.people[0])
    return lending(world, MOST // 2)


@case("CashBelowFloor: lend")
def _(world):
    return lending(world, 110_000 * WAD + 1)


@case("NotEnoughFreeCash: lend")
def _(world):
    return lending_cash(world, world.cash(12_000) + 1)


@case("CashBelowFloor: lend cash")
def _(world):
    return lending_cash(world, world.cash(11_000) + 1)


@case("CashBelowFloor: lend cash and keep")
def _(world):
    return lending_cash(world, world.cash(11_000), 1)


@case("MinterCapExceeded: kept")
def _(world):
    """The borrower's part fits, and the book's does not any more."""
    world.coin.setMinter(world.treasury, world.coin.totalSupply() + 5 * WAD, sender=world.dao)
    return lending(world, 10 * WAD, 5 * WAD + 1)


@case("MinterCapExceeded: kept of cash")
def _(world):
    world.coin.setMinter(world.treasury, world.coin.totalSupply() + 5 * WAD, sender=world.dao)
    return lending_cash(world, 1, 5 * WAD + 1)


@pytest.mark.parametrize("name", CASES)
def test_check__refused__is_the_error_that_the_call_raises(world: MoneyWorld, name: str) -> None:
    function, args, sender = CASES[name](world)
    revert = world.revert_of(function, *args, sender=sender)
    assert revert is not None
    assert revert.name == name.split(":")[0]
    assert check_of(world, function, args, sender) == revert.data


def test_check__too_little_equity__is_the_error_that_lending_raises(engine: Any) -> None:
    world = make_world(engine, minEquity=2_000 * WAD + 1)
    ann = world.people[0]
    world.buy(ann, 10_000)
    world.fund(ann, 2_000)
    world.treasury.contribute(world.cash(2_000), sender=ann)
    revert = world.revert_of("lendCoins", NO_CHANGE, ann, WAD, 0, ann, sender=world.loans.address)
    assert revert is not None
    assert (revert.name, revert.values) == ("EquityTooLow", (2_000 * WAD, 2_000 * WAD + 1))
    assert world.lens.lendCheck(WAD, 0) == world.lens.lendCashCheck(1, 0) == revert.data


def test_check__coin_without_a_row_for_the_treasury__is_the_error_that_the_coin_raises(world: MoneyWorld) -> None:
    """Coins of another minter, and cash for them, so that nothing else is in the way."""
    world = make_world(world.engine)
    ann = world.people[0]
    world.coin.setMinter(world.treasury, 0, sender=world.dao)
    world.coin.setMinter(world.dao, 2**100, sender=world.dao)
    world.coin.mint(ann, 1_000 * WAD, sender=world.dao)
    world.fund(ann, 3_000)
    world.treasury.contribute(world.cash(2_000), sender=ann)
    for function, args, sender in (buying(world, 1), redeeming(world, WAD), requesting(world, 100 * WAD)):
        revert = world.revert_of(function, *args, sender=sender)
        assert revert is not None
        assert revert.name == "NotMinter"
        assert check_of(world, function, args, sender) == revert.data


def permitted(world: MoneyWorld) -> list[tuple[str, tuple[Any, ...], str]]:
    """Calls at the very edge of what is refused."""
    ann, bob = world.people[:2]
    world.engine.advance(3 * 3_600)  # so that the base has seen Ann's coins
    world.treasury.setOperator(bob, True, sender=ann)
    operated, own = world.request(ann, 100 * WAD, bob), world.request(ann, 100 * WAD)
    coins = world.coin.balanceOf(ann)
    free = world.treasury.freeCash()
    supply = world.coin.totalSupply()
    return [
        buying(world, world.cash(500)),
        redeeming(world, coins),
        redeeming(world, 2 * 10**12),
        requesting(world, coins),
        requesting(world, 100 * WAD, bob),
        ("requestRedeem", (100 * WAD, bob, ann), bob),
        ("claim", (operated, ann), bob),
        ("claim", (own, bob), bob),
        ("contribute", (world.cash(500),), ann),
        lending(world, 10 * free * 10**12 - supply),
        lending(world, 10 * free * 10**12 - supply, WAD),
        lending_cash(world, free - supply // 10**13 - 1),
        lending_cash(world, world.cash(1), WAD),
    ]


def test_check__permitted__says_nothing_and_the_call_passes(world: MoneyWorld) -> None:
    for function, args, sender in permitted(world):
        assert world.revert_of(function, *args, sender=sender) is None, function
        assert check_of(world, function, args, sender) == b"", function


# a claim of a wallet that was recovered: the new one may, the old one may not
def test_claim_check__recovered_wallet__goes_by_who_stands_for_it_today(world: MoneyWorld, recover_in) -> None:
    ann, _, _, new = world.people[:4]
    request = world.request(ann, 100 * WAD)
    recover_in(world, ann, new)
    assert world.lens.claimCheck(new, request, new) == b""
    revert = world.revert_of("claim", request, ann, sender=ann)
    assert revert is not None
    assert (revert.name, revert.values) == ("NotController", (request, ann, new))
    assert world.lens.claimCheck(ann, request, ann) == revert.data


@pytest.mark.parametrize("amount", [0, 1, 2**95, 2**96, 2**128, 2**255, MOST])
@pytest.mark.parametrize("who", [ZERO, "treasury", "ann"])
def test_checks__anything__never_revert(world: MoneyWorld, amount: int, who: str) -> None:
    wallet = {"treasury": world.treasury.address, "ann": world.people[0]}.get(who, ZERO)
    lens = world.lens
    for usd in (WAD, WAD // 2, 0):
        world.price(usd)
        for said in (
            lens.buyCheck(wallet, amount, wallet),
            lens.redeemCheck(wallet, amount, wallet),
            lens.requestCheck(wallet, amount, wallet, wallet),
            lens.claimCheck(wallet, amount, wallet),
            lens.contributeCheck(wallet, amount),
            lens.lendCheck(amount, amount),
            lens.lendCashCheck(amount, amount),
            lens.lendCashCheck(1, amount),
        ):
            assert isinstance(said, bytes)
        lens.money()
        lens.demand()
        lens.line(amount, amount)
        lens.requests([amount])


@pytest.mark.parametrize("function", ["requireBuy", "requireRedeem"])
def test_require__refused__reverts_with_what_the_check_returns(world: MoneyWorld, function: str) -> None:
    ann = world.people[0]
    check = {"requireBuy": "buyCheck", "requireRedeem": "redeemCheck"}[function]
    with pytest.raises(Revert) as refused:
        getattr(world.lens, function)(ann, 0, ann)
    assert refused.value.data == getattr(world.lens, check)(ann, 0, ann)
    getattr(world.lens, function)(ann, WAD, ann) if function == "requireRedeem" else None


# ------------------------------------------------------------------------------------- while cash is under way (T09)


def test_pages__while_cash_comes_in__are_not_called_complete(engine: Any) -> None:
    """A token that calls the lens in the middle of a transfer learns nothing that is half done."""
    world = make_world(engine, "TestUnrulyToken")
    ann = world.people[0]
    world.buy(ann, 1_000)
    world.fund(ann, 1_000)
    spy = engine.deploy("TestReentrantOwner", sender=world.dao)
    lens = world.lens
    looks: list[tuple[str, tuple[Any, ...]]] = [
        ("money", ()),
        ("demand", ()),
        ("redemptionQuote", (WAD,)),
        ("buyCheck", (ann, 1, ann)),
        ("redeemCheck", (ann, WAD, ann)),
        ("requestCheck", (ann, 100 * WAD, ann, ann)),
        ("contributeCheck", (ann, 1)),
        ("lendCheck", (1, 0)),
        ("lendCashCheck", (1, 0)),
    ]
    calls = [(lens.address, getattr(lens, name).encode(*args)) for name, args in looks]
    spy.arm(calls, False, sender=world.dao)
    hook = spy.onERC721Received.encode(world.dao, world.dao, 0, b"")
    world.reserve.callBack(spy, hook, sender=world.dao)
    world.treasury.buy(world.cash(10), 0, ann, sender=ann)
    world.reserve.callBack(ZERO, b"", sender=world.dao)

    answers = spy.answers()
    assert [answer.succeeded for answer in answers] == [True] * len(looks)
    under_way = _selector(world, "CashUnderWay")
    for (name, _), answer in zip(looks, answers, strict=True):
        said = lens.coders.function(name).decode(bytes(answer.data))
        if name.endswith("Check"):
            assert said == under_way, name
        else:
            assert said.complete is False, name
    assert lens.money().complete


def _selector(world: MoneyWorld, name: str) -> bytes:
    return next(key for key, coder in world.treasury.coders.errors.items() if coder.name == name)


# ------------------------------------------------------------------------------------------------ the suite's own


def test_constructor__without_code__refused(engine: Any, world: MoneyWorld) -> None:
    with pytest.raises(Revert) as refused:
        engine.deploy("TreasuryLens", world.people[0], sender=world.dao)
    explained = decode_revert(refused.value.data, "TreasuryLens")
    assert (explained.name, explained.values) == ("MissingCode", (world.people[0],))


def test_suite__names_its_lens_for_the_money(handles: Any) -> None:
    assert handles.lens.TREASURY_LENS() == handles.treasury_lens.address
    assert handles.treasury_lens.TREASURY() == handles.treasury.address
    page = handles.treasury_lens.money()
    assert (page.complete, tuple(page.sheet)) == (True, (0, 0, 0, 0, 0))
