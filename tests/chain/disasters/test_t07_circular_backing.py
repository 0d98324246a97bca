"""T07, circular backing: coins that were borrowed against a share can't be borrowed against again, wherever they go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from run_scene import FREE_SHARE, RATE_BPS, WAD, RunScene

BORROWED = 60_000 * WAD


def capacity(scene: RunScene) -> int:
    """Coins that may still be lent, to the wei: ten times the free cash less all coins."""
    treasury = scene.treasury
    room = int(10 * treasury.freeCash() * scene.unit - scene.coin.totalSupply())
    if not treasury.demandPaused():
        draw = scene.book.draw
        assert not room or scene.refusal(draw, FREE_SHARE, room, RATE_BPS, WAD, scene.rich) == ""
        assert scene.refusal(draw, FREE_SHARE, room + 1, RATE_BPS, WAD, scene.rich) == "CashBelowFloor"
    return room


@pytest.fixture
def scene(opened: RunScene) -> RunScene:
    """The borrower has borrowed 60,000 coins against a share of 100,000."""
    opened.book.draw(FREE_SHARE, BORROWED, RATE_BPS, WAD, opened.borrower, sender=opened.borrower)
    return opened


PLACES = ("hub", "treasury", "loans", "test_book", "splitter", "income", "coin", "certificate", "reserve", "valuation")


def test_borrowed_coins__sent_to_any_contract__raise_nobodys_limit(scene: RunScene) -> None:
    loan_id, room = scene.book.lastLoan(), capacity(scene)
    cap, sheet = scene.book.loanOf(loan_id).position.cap, scene.treasury.balanceSheet()
    assert (cap, sheet.coins, room) == (70_000 * WAD, 1_060_000 * WAD, 1_440_000 * WAD)
    places = [getattr(scene.suite, place).address for place in PLACES]
    scene.strangers = places
    scene.in_one_block([(scene.borrower, scene.coin.transfer, place, BORROWED // len(PLACES)) for place in places])
    scene.book.mark(loan_id, sender=scene.borrower)
    after = scene.treasury.balanceSheet()
    assert scene.book.loanOf(loan_id).position.cap == cap
    assert capacity(scene) == room
    assert (after.cashUsd, after.coins, after.ownedHomesUsd) == (sheet.cashUsd, sheet.coins, sheet.ownedHomesUsd)
    assert 0 < after.loansUsd - sheet.loansUsd < WAD  # seconds' interest
    scene.check()


def spend(scene: RunScene, way: str) -> Callable[[], Any]:
    treasury, me = scene.treasury, scene.borrower
    return {
        "burned into equity": lambda: treasury.burnIntoEquity(BORROWED, sender=me),
        "left in the queue": lambda: treasury.requestRedeem(BORROWED, me, me, sender=me),
        "given and skimmed": lambda: (
            scene.coin.transfer(treasury, BORROWED, sender=me),
            treasury.skim(sender=me),
        ),
        "paid back": lambda: scene.book.pay(scene.book.lastLoan(), BORROWED, sender=me),
    }[way]


@pytest.mark.parametrize("way", ["burned into equity", "left in the queue", "given and skimmed", "paid back"])
def test_borrowed_coins__handed_in__make_room_for_themselves_at_most(scene: RunScene, way: str) -> None:
    """A loop of factor 1 at best: what he may borrow again, he has just given away."""
    loan_id, room = scene.book.lastLoan(), capacity(scene)
    debt = scene.debt(loan_id)
    spend(scene, way)()
    assert capacity(scene) - room <= BORROWED
    assert scene.coin.balanceOf(scene.borrower) == 0
    if way != "paid back":  # else the debt is what paid for the room
        assert scene.debt(loan_id) >= debt
        assert scene.book.loanOf(loan_id).position.cap == 70_000 * WAD
    scene.check()


def test_loop_through_cash__leaves_fewer_coins_each_time(scene: RunScene) -> None:
    """Coins into cash, cash into coins, five times round: the treasury has the same cash, he has less."""
    treasury, me = scene.treasury, scene.borrower
    cash, room, coins = treasury.trackedCash(), capacity(scene), BORROWED
    for _ in range(5):
        scene.in_one_block([(me, treasury.redeem, coins // 4, 0, me)])
        got = scene.events("Redeemed")[-1]["cash"]
        scene.in_one_block([(me, treasury.buy, got, 0, me)])
        left = scene.coin.balanceOf(me)
        assert left < coins * 9_990 // 10_000
        coins = left
    assert treasury.trackedCash() == cash
    # The room that the fees made is what he paid for it.
    assert capacity(scene) - room == BORROWED - coins
    scene.check()


def test_leverage__ends_at_ten_times_the_cash(scene: RunScene) -> None:
    """Whoever the borrowers are and whatever they put in between: the floor counts cash, and all coins."""
    room = capacity(scene)
    scene.book.draw(FREE_SHARE, room, RATE_BPS, WAD, scene.borrower, sender=scene.borrower)
    assert capacity(scene) == 0
    assert scene.coin.totalSupply() == 2_500_000 * WAD
    scene.coin.transfer(scene.treasury, room, sender=scene.borrower)
    assert (capacity(scene), scene.refused_draw()) == (0, "CashBelowFloor")
    scene.check()
