"""T50: reserve tokens that block, pause, take fees, change balances, answer false or nothing, or become another token.

What is credited is what was received, to the unit; what can't be supported is refused at construction or at its first
transfer; and whoever a token refuses holds up nobody else.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from coin_world import UNLIMITED, WAD, CoinWorld, deploy_world

Refused = Callable[..., AbstractContextManager[None]]


@dataclass(frozen=True)
class Token:
    """How one comes to be, and how somebody comes to have some of it; `issuer` makes the rules."""

    name: str
    arguments: Callable[[str], tuple[Any, ...]]
    decimals: int
    give: Callable[[Any, str, str, int], None]


def _mint(token: Any, issuer: str, to: str, amount: int) -> None:
    token.mint(to, amount, sender=issuer)


def _mint_usdc(token: Any, issuer: str, to: str, amount: int) -> None:
    token.configureMinter(issuer, amount, sender=issuer)
    token.mint(to, amount, sender=issuer)


def _issue_usdt(token: Any, issuer: str, to: str, amount: int) -> None:
    token.issue(amount, sender=issuer)
    token.transfer(to, amount, sender=issuer)


USDC = Token("TestUSDC", lambda issuer: (issuer,), 6, _mint_usdc)
USDT = Token("TestUSDT", lambda issuer: (issuer,), 6, _issue_usdt)
DAI = Token("TestDAI", lambda issuer: (issuer,), 18, _mint)
PLAIN = Token("TestReserveToken", lambda _: (6,), 6, _mint)


def plain(decimals: int) -> Token:
    return Token("TestReserveToken", lambda _: (decimals,), decimals, _mint)


@dataclass
class Scene:
    """A treasury around a token, with people who have some of it and have allowed the treasury to take it."""

    world: CoinWorld
    issuer: str
    holders: list[str]
    unit: int  # a whole token

    @property
    def reserve(self) -> Any:
        return self.world.reserve

    @property
    def treasury(self) -> Any:
        return self.world.treasury

    def cash(self, wallet: str) -> int:
        return int(self.reserve.balanceOf(wallet))

    def buy(self, holder: str, tokens: int) -> None:
        self.treasury.buy(tokens * self.unit, 0, holder, sender=holder)

    def request(self, holder: str, coins: int) -> int:
        receipt = self.treasury.requestRedeem(coins * WAD, holder, holder, sender=holder)
        return int(receipt.event("RedeemRequest")["requestId"])

    def check(self) -> None:
        """The books hold what the token says is here, and equity is what made it."""
        assert self.treasury.trackedCash() == self.reserve.balanceOf(self.treasury)
        assert self.treasury.balanceSheet().equityUsd == self.treasury.equityByLedger()


@pytest.fixture
def stage(engine: Any) -> Callable[..., Scene]:
    def around(token: Token, reserve: Any = None) -> Scene:
        dao, issuer, *holders = engine.accounts[:6]
        if reserve is None:
            reserve = engine.deploy(token.name, *token.arguments(issuer), sender=issuer)
        world = deploy_world(engine, dao, reserve)
        for holder in holders:
            token.give(reserve, issuer, holder, 10**6 * 10**token.decimals)
            reserve.approve(world.treasury, UNLIMITED, sender=holder)
            world.coin.approve(world.treasury, UNLIMITED, sender=holder)
        return Scene(world, issuer, holders, 10**token.decimals)

    return around


def _claim(scene: Scene, request: int, owner: str, to: str | None = None) -> int:
    """What comes of it."""
    payee = to or owner
    before = scene.cash(payee)
    scene.treasury.claim(request, payee, sender=owner)
    return scene.cash(payee) - before


# --------------------------------------------------------------------------------------------------- what is supported


@pytest.mark.parametrize(
    "token", [USDC, USDT, DAI, plain(0), plain(2), plain(18)], ids=["USDC", "USDT", "DAI", "0", "2", "18"]
)
def test_supported__credited_is_what_was_received(stage: Callable[..., Scene], token: Token) -> None:
    """Buying, contributing, redeeming, requesting, waiting and claiming, each to the unit."""
    scene = stage(token)
    unit, treasury, coin = scene.unit, scene.treasury, scene.world.coin
    first, second, borrower, payee = scene.holders
    for holder in (first, second):
        before = scene.cash(holder)
        scene.buy(holder, 20_000)
        assert scene.cash(holder) == before - 20_000 * unit
        assert coin.balanceOf(holder) == 20_000 * WAD
        scene.check()
    treasury.contribute(100 * unit, sender=borrower)
    scene.check()

    before = scene.cash(payee)
    receipt = treasury.redeem(1_000 * WAD, 0, payee, sender=first)
    assert scene.cash(payee) == before + receipt.event("Redeemed")["cash"]
    scene.check()

    scene.world.lend(borrower, 30_000 * WAD)
    coin.transfer(first, 30_000 * WAD, sender=borrower)
    request = scene.request(first, 45_000)
    page = treasury.requestPage(request)
    assert page.pending > 0 < page.claimable  # more than there is: some waits
    assert _claim(scene, request, first, payee) == page.claimableCash
    scene.check()
    treasury.contribute(20_000 * unit, sender=borrower)
    page = treasury.requestPage(request)
    assert page.pending == 0
    assert _claim(scene, request, first, payee) == page.claimableCash == page.claimable * unit // WAD
    assert treasury.setAsideCash() == 0
    scene.check()


def test_usdt__allowance_must_be_cleared_first_and_is_the_holders_affair(
    stage: Callable[..., Scene], refused: Refused
) -> None:
    """The treasury never approves anybody, so its refusal to change an allowance meets only holders."""
    scene = stage(USDT)
    holder = scene.holders[0]
    with refused("AllowanceNotZero", holder, scene.treasury, UNLIMITED):
        scene.reserve.approve(scene.treasury, 5, sender=holder)
    scene.reserve.approve(scene.treasury, 0, sender=holder)
    scene.reserve.approve(scene.treasury, 1_000 * scene.unit, sender=holder)
    scene.buy(holder, 1_000)
    assert scene.reserve.allowance(holder, scene.treasury) == 0
    scene.check()


def test_dai__allowance_without_limit__is_never_used_up(stage: Callable[..., Scene]) -> None:
    scene = stage(DAI)
    scene.buy(scene.holders[0], 1_000)
    assert scene.reserve.allowance(scene.holders[0], scene.treasury) == UNLIMITED


# ---------------------------------------------------------------------------------------------- what can't be supported


@pytest.mark.parametrize("decimals", [19, 24, 27, 255])
def test_too_many_decimals__are_refused_at_construction(engine: Any, refused: Refused, decimals: int) -> None:
    token = plain(decimals)
    dao = engine.accounts[0]
    with refused("UnsupportedDecimals", decimals, 18):
        deploy_world(engine, dao, engine.deploy(token.name, decimals, sender=dao))


@pytest.mark.parametrize("entry", ["buy", "contribute"])
@pytest.mark.parametrize(
    ("token", "missing"),
    [
        (Token("TestFeeToken", lambda _: (6, 100), 6, _mint), 10_000),  # 1 %, as Statera's
        (Token("TestFeeToken", lambda _: (18, 2), 18, _mint), 2 * 10**14),  # 2 basis points, as PAX Gold's
        (Token("TestRebasingToken", lambda _: (18, 1_234_567_890_123_456_789), 18, _mint), 1),
        (Token("TestRebasingToken", lambda _: (6, 7 * 10**17 + 1), 6, _mint), 1),
    ],
    ids=["fee", "small-fee", "rebasing", "rebased-down"],
)
def test_inexact_from_the_first_day__is_refused_at_the_first_transfer(
    stage: Callable[..., Scene], refused: Refused, token: Token, missing: int, entry: str
) -> None:
    scene = stage(token)
    holder, asked = scene.holders[0], scene.unit
    before = scene.cash(holder)
    arguments = (asked, 0, holder) if entry == "buy" else (asked,)
    with refused("InexactTransfer", asked, 0, asked - missing):
        getattr(scene.treasury, entry)(*arguments, sender=holder)
    assert scene.cash(holder) == before
    assert scene.world.coin.totalSupply() == scene.treasury.trackedCash() == 0
    scene.check()


def test_false_answer__is_a_refusal(stage: Callable[..., Scene], refused: Refused) -> None:
    scene = stage(Token("TestFalseToken", lambda _: (6,), 6, _mint))
    holder = scene.holders[0]
    with refused("SafeERC20FailedOperation", scene.reserve):
        scene.treasury.buy(scene.cash(holder) + 1, 0, holder, sender=holder)
    scene.buy(holder, 1_000)
    scene.check()


def test_true_answer_without_coins__is_refused(stage: Callable[..., Scene], refused: Refused) -> None:
    """T34: a statement that money came is not money."""
    scene = stage(Token("TestFalseToken", lambda _: (6,), 6, _mint))
    holder = scene.holders[0]
    scene.buy(holder, 1_000)
    scene.reserve.lie(True, sender=scene.issuer)
    asked, held = 500 * scene.unit, 1_000 * scene.unit
    with refused("InexactTransfer", asked, held, held):
        scene.treasury.buy(asked, 0, holder, sender=holder)
    assert scene.world.coin.totalSupply() == 1_000 * WAD
    scene.check()


# ----------------------------------------------------------------------------------------------------------- blocklists


def test_usdc_blocked_payee__blocks_nobody_else(stage: Callable[..., Scene], refused: Refused) -> None:
    scene = stage(USDC)
    blocked, other, elsewhere, _ = scene.holders
    for holder in (blocked, other):
        scene.buy(holder, 20_000)
    ours, theirs = scene.request(blocked, 5_000), scene.request(other, 5_000)
    scene.reserve.blacklist(blocked, sender=scene.issuer)

    with refused("AccountBlacklisted", blocked):
        scene.treasury.claim(ours, blocked, sender=blocked)
    with refused("AccountBlacklisted", blocked):
        scene.treasury.redeem(1_000 * WAD, 0, blocked, sender=blocked)
    with refused("AccountBlacklisted", blocked):
        scene.buy(blocked, 1)
    # Behind him in the line, and paid.
    due = scene.treasury.requestPage(theirs).claimableCash
    assert _claim(scene, theirs, other) == due
    # He himself goes on asking, and is paid where he can be.
    later = scene.request(blocked, 5_000)
    for request in (ours, later):
        due = scene.treasury.requestPage(request).claimableCash
        assert _claim(scene, request, blocked, elsewhere) == due > 0
    scene.check()


def test_usdc_blocks_the_treasury__requests_go_on_claims_wait_nothing_is_lost(
    stage: Callable[..., Scene], refused: Refused
) -> None:
    scene = stage(USDC)
    holder, late, *_ = scene.holders
    scene.buy(holder, 20_000)
    scene.buy(late, 20_000)
    request = scene.request(holder, 5_000)
    scene.reserve.blacklist(scene.treasury, sender=scene.issuer)
    for act in (
        lambda: scene.buy(holder, 1),
        lambda: scene.treasury.contribute(1, sender=holder),
        lambda: scene.treasury.redeem(1_000 * WAD, 0, holder, sender=holder),
        lambda: scene.treasury.claim(request, holder, sender=holder),
    ):
        with refused("AccountBlacklisted", scene.treasury):
            act()
    second = scene.request(late, 5_000)
    scene.treasury.finalise(sender=late)
    scene.check()
    scene.reserve.unBlacklist(scene.treasury, sender=scene.issuer)
    for owner, number in ((late, second), (holder, request)):
        scene.treasury.claim(number, owner, sender=owner)
    assert scene.treasury.setAsideCash() == 0
    scene.check()


def test_usdt_blocked_holder__still_receives_and_can_ask(stage: Callable[..., Scene], refused: Refused) -> None:
    """Tether's list stops sending, not receiving."""
    scene = stage(USDT)
    holder = scene.holders[0]
    scene.buy(holder, 20_000)
    scene.reserve.setBlackListed(holder, True, sender=scene.issuer)
    with refused("AccountBlackListed", holder):
        scene.buy(holder, 1)
    request = scene.request(holder, 5_000)
    due = scene.treasury.requestPage(request).claimableCash
    assert _claim(scene, request, holder) == due
    scene.check()


def test_usdt_destroys_the_treasurys_tokens__views_answer_and_new_money_pays_the_claims(
    stage: Callable[..., Scene], refused: Refused
) -> None:
    """Nothing on the chain can undo this; but nothing locks, and whoever makes it good pays the claims."""
    scene = stage(USDT)
    holder, donor, *_ = scene.holders
    scene.buy(holder, 20_000)
    request = scene.request(holder, 5_000)
    due = scene.treasury.requestPage(request).claimableCash
    sheet = scene.treasury.balanceSheet()
    scene.reserve.setBlackListed(scene.treasury, True, sender=scene.issuer)
    scene.reserve.destroyBlackFunds(scene.treasury, sender=scene.issuer)
    scene.reserve.setBlackListed(scene.treasury, False, sender=scene.issuer)
    assert scene.treasury.balanceSheet() == sheet
    with refused("BalanceTooSmall", scene.treasury, 0, due):
        scene.treasury.claim(request, holder, sender=holder)
    with refused("NothingToSkim"):
        scene.treasury.skim(sender=donor)
    scene.request(holder, 1_000)
    scene.reserve.transfer(scene.treasury, due, sender=donor)
    assert _claim(scene, request, holder) == due


# --------------------------------------------------------------------------------------------------------------- pauses


@pytest.mark.parametrize("token", [USDC, USDT], ids=["USDC", "USDT"])
def test_paused_token__requests_go_on_claims_wait_nothing_is_lost(
    stage: Callable[..., Scene], refused: Refused, token: Token
) -> None:
    scene = stage(token)
    holder, late, borrower, _ = scene.holders
    for buyer in (holder, late):
        scene.buy(buyer, 20_000)
    scene.world.lend(borrower, 30_000 * WAD)
    scene.world.coin.transfer(late, 30_000 * WAD, sender=borrower)
    request = scene.request(holder, 5_000)
    equity = scene.treasury.balanceSheet().equityUsd

    error = "EnforcedPause" if token is USDC else "TransfersPaused"
    _pause(scene, token, True)
    for act in (
        lambda: scene.buy(holder, 1),
        lambda: scene.treasury.contribute(1, sender=holder),
        lambda: scene.treasury.redeem(1_000 * WAD, 0, holder, sender=holder),
        lambda: scene.treasury.claim(request, holder, sender=holder),
    ):
        with refused(error):
            act()
    second = scene.request(late, 45_000)  # more than the cash: a part waits
    assert scene.treasury.pendingRedeemRequest(second, late) > 0
    assert scene.treasury.balanceSheet().equityUsd >= equity  # the fee came, nothing went
    scene.world.coin.transfer(holder, 1, sender=late)
    scene.treasury.burnIntoEquity(1, sender=holder)
    scene.check()

    _pause(scene, token, False)
    paid = sum(_claim(scene, number, owner) for owner, number in ((holder, request), (late, second)))
    assert paid == 40_000 * scene.unit
    assert scene.treasury.trackedCash() == 0
    scene.check()


def _pause(scene: Scene, token: Token, is_paused: bool) -> None:
    if token is USDT:
        scene.reserve.setPaused(is_paused, sender=scene.issuer)
    elif is_paused:
        scene.reserve.pause(sender=scene.issuer)
    else:
        scene.reserve.unpause(sender=scene.issuer)


# ------------------------------------------------------------------------------------------------- changes in mid-life


def test_usdt_switches_its_fee_on__no_cash_comes_in_and_everybody_can_leave(
    stage: Callable[..., Scene], refused: Refused
) -> None:
    """The token takes its fee from the payee's part; the treasury's books stay exact."""
    scene = stage(USDT)
    holder = scene.holders[0]
    scene.buy(holder, 20_000)
    request = scene.request(holder, 5_000)
    scene.reserve.setParams(10, 49, sender=scene.issuer)
    held = 20_000 * scene.unit
    with refused("InexactTransfer", scene.unit, held, held + scene.unit - 1_000):
        scene.buy(holder, 1)
    with refused("InexactTransfer", scene.unit, held, held + scene.unit - 1_000):
        scene.treasury.contribute(scene.unit, sender=holder)
    due = scene.treasury.requestPage(request).claimableCash
    assert _claim(scene, request, holder) == due - due * 10 // 10_000
    scene.check()
    scene.treasury.redeem(1_000 * WAD, 0, holder, sender=holder)
    scene.check()
    scene.reserve.setParams(0, 0, sender=scene.issuer)
    scene.buy(holder, 1_000)
    scene.check()


@pytest.mark.parametrize(
    ("becomes", "arguments", "received"),
    [("TestFeeToken", (6, 100), 990_000), ("TestFalseToken", (6,), 0)],
    ids=["fee", "lie"],
)
def test_upgraded_token__no_cash_comes_in_until_it_is_itself_again(
    engine: Any, stage: Callable[..., Scene], refused: Refused, becomes: str, arguments: tuple[Any, ...], received: int
) -> None:
    issuer = engine.accounts[1]
    first = engine.deploy("TestReserveToken", 6, sender=issuer)
    proxy = engine.deploy("TestUpgradableToken", first, sender=issuer)
    scene = stage(PLAIN, engine.at("TestReserveToken", proxy.address))
    holder, other, *_ = scene.holders
    scene.buy(holder, 20_000)
    held = 20_000 * scene.unit

    proxy.upgradeTo(engine.deploy(becomes, *arguments, sender=issuer), sender=issuer)
    if becomes == "TestFalseToken":
        engine.at(becomes, proxy.address).lie(True, sender=issuer)
    for act in (lambda: scene.buy(other, 1), lambda: scene.treasury.contribute(scene.unit, sender=other)):
        with refused("InexactTransfer", scene.unit, held, held + received):
            act()
    scene.request(holder, 5_000)
    scene.check()

    proxy.upgradeTo(first, sender=issuer)
    scene.buy(other, 1_000)
    scene.check()


def test_rebase_of_a_token_that_moved_exactly__a_gain_is_a_donation(stage: Callable[..., Scene]) -> None:
    """While its index is 1, a rebasing token can't be told from another."""
    scene = stage(Token("TestRebasingToken", lambda _: (6, WAD), 6, _mint))
    holder = scene.holders[0]
    scene.buy(holder, 20_000)
    sheet = scene.treasury.balanceSheet()
    scene.reserve.rebase(WAD * 105 // 100, sender=scene.issuer)
    assert scene.treasury.balanceSheet() == sheet
    scene.treasury.skim(sender=holder)
    assert scene.treasury.balanceSheet().equityUsd == sheet.equityUsd + 1_000 * WAD
    scene.check()


def test_rebase_of_a_token_that_moved_exactly__a_loss_is_short_for_the_last(
    stage: Callable[..., Scene], refused: Refused
) -> None:
    """Claims are paid as long as it lasts; the last waits until somebody makes it good."""
    scene = stage(Token("TestRebasingToken", lambda _: (6, WAD), 6, _mint))
    first, last, donor, _ = scene.holders
    for holder in (first, last):
        scene.buy(holder, 10_000)
    requests = [scene.request(holder, 10_000) for holder in (first, last)]
    due = [scene.treasury.requestPage(request).claimableCash for request in requests]
    scene.reserve.rebase(WAD // 2, sender=scene.issuer)
    assert _claim(scene, requests[0], first) == due[0]
    held = scene.cash(scene.treasury)
    with refused("SharesTooFew", scene.treasury, 2 * held, 2 * due[1]):
        scene.treasury.claim(requests[1], last, sender=last)
    scene.reserve.transfer(scene.treasury, due[1] - held, sender=donor)
    assert _claim(scene, requests[1], last) == due[1]


# ------------------------------------------------------------------------------------------ calls back on the way out


@pytest.mark.parametrize(
    ("function", "arguments"),
    [("finalise", ()), ("roll", (10,)), ("balanceSheet", ()), ("coverage", ()), ("freeCash", ())],
)
def test_token_that_calls_back_on_the_way_out__finds_all_written(
    stage: Callable[..., Scene], engine: Any, function: str, arguments: tuple[Any, ...]
) -> None:
    """T09: what happens during the payment ends as if it had happened after it."""
    scene = stage(Token("TestUnrulyToken", lambda _: (6,), 6, _mint))
    holder, late, borrower, _ = scene.holders
    for buyer in (holder, late):
        scene.buy(buyer, 20_000)
    scene.world.lend(borrower, 30_000 * WAD)
    scene.world.coin.transfer(late, 30_000 * WAD, sender=borrower)
    requests = [scene.request(holder, 5_000), scene.request(late, 45_000)]  # a part of the second waits
    ends = []
    for during in (True, False):
        with engine.rollback():
            if during:
                call = getattr(scene.treasury, function).encode(*arguments)
                scene.reserve.callBack(scene.treasury, call, sender=scene.issuer)
            scene.treasury.claim(requests[0], holder, sender=holder)
            if not during:
                scene.treasury.finalise(sender=late)
            scene.check()
            pages = [tuple(scene.treasury.requestPage(request)) for request in requests]
            ends.append((pages, tuple(scene.treasury.balanceSheet()), scene.treasury.setAsideCash()))
    assert ends[0] == ends[1]


def test_token_that_asks_to_skim_on_the_way_out__finds_nothing(stage: Callable[..., Scene], refused: Refused) -> None:
    scene = stage(Token("TestUnrulyToken", lambda _: (6,), 6, _mint))
    holder = scene.holders[0]
    scene.buy(holder, 20_000)
    scene.reserve.callBack(scene.treasury, scene.treasury.skim.encode(), sender=scene.issuer)
    with refused("NothingToSkim"):
        scene.treasury.redeem(1_000 * WAD, 0, holder, sender=holder)
