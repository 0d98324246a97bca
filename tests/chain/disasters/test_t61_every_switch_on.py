"""T61, pause griefing: with every switch on, whoever owes can pay, whoever waits is served, whoever owns can move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from run_scene import DAY, FREE_SHARE, MONTH, RATE_BPS, WAD, RunScene

from commonhold.recipe.plan import INDEX_FEED, RESERVE_FEED

SWITCHES = tuple(name.ljust(32, b"\0") for name in (b"buy", b"redeem", b"lending"))


@pytest.fixture(params=["guardian", "guardian and dead oracle"])
def stopped(
    request: Any, opened: RunScene, guardian: Any, tokenized_house: Any, appraise: Any, pay_income: Any
) -> tuple[RunScene, int]:
    """All that the guardian can stop is stopped, demand pauses lending, and a house is there with income to claim."""
    scene, suite = opened, opened.suite
    house = tokenized_house(8)
    pay_income(house, 80 * WAD)
    appraise(house, 200_000 * WAD, accept=False)
    scene.request_in_one_block([(person, 75_000 * WAD) for person in scene.holders[:5]])
    for what in SWITCHES:
        scene.treasury.stop(what, sender=guardian)
    suite.registry.stopRegistration(sender=guardian)
    suite.valuation.freeze(house, sender=guardian)
    if request.param != "guardian":
        for feed in (RESERVE_FEED, INDEX_FEED):
            suite.reader.freeze(feed, sender=guardian)
    return scene, house


def test_stopped__what_the_switches_are_for__is_refused(stopped: tuple[RunScene, int], registrar: Any) -> None:
    scene, _ = stopped
    treasury, rich = scene.treasury, scene.rich
    scene.give_cash(rich, 100)
    refusals = [
        scene.refusal(treasury.buy, scene.cash(100), 0, rich),
        scene.refusal(treasury.redeem, 100 * WAD, 0, rich),
        scene.refused_draw(),
        scene.refused_draw(in_cash=True),
    ]
    assert refusals == ["StoppedUntil"] * 4
    assert treasury.demandPaused()
    scene.check()


def test_stopped__debtors__repay_and_cure(stopped: tuple[RunScene, int], engine: Any) -> None:
    """In part, arrears and whole; the treasury writes it down as in any other hour."""
    scene, _ = stopped
    book, borrower = scene.book, scene.borrower
    scene.coin.transfer(borrower, 5_000 * WAD, sender=scene.holders[9])
    scene.coin.transfer(borrower, 70_000 * WAD, sender=scene.holders[10])
    book.pay(2, 500 * WAD, sender=borrower)
    assert scene.debt(2) < 59_600 * WAD
    book.pay(3, 70_000 * WAD, sender=borrower)
    assert book.loanOf(3).position.principal == 0

    # Two instalments late: both are paid, and the loan is on time again.
    due = book.loanOf(1).position.dueAt
    scene.wait_until(due + MONTH + DAY)
    book.pay(1, 2_000 * WAD, sender=borrower)
    assert book.loanOf(1).position.dueAt == due + 2 * MONTH > engine.now()
    book.mark(1, sender=borrower)
    scene.check()


def test_stopped__those_who_wait__ask_are_served_and_claim(stopped: tuple[RunScene, int]) -> None:
    scene, _ = stopped
    treasury, late = scene.treasury, scene.holders[8]
    first = scene.events("RedeemRequest")[0]["requestId"]
    assert scene.claim(first, scene.holders[0]) > scene.cash(73_000)
    request_id = scene.request(late, 10_000 * WAD)
    waiting = scene.waiting()
    scene.contribute(40_000)
    assert scene.waiting() == waiting - 40_000 * WAD
    scene.reserve.transfer(treasury, scene.give_cash(scene.rich, 200_000), sender=scene.rich)
    treasury.skim(sender=late)
    treasury.finalise(sender=late)
    assert scene.claim(request_id, late) >= scene.cash(9_500)
    treasury.burnIntoEquity(WAD, sender=scene.holders[9])
    scene.check()


def test_stopped__owners__move_their_shares_and_take_their_income(
    stopped: tuple[RunScene, int], handles: Any, owner_a: Any, owner_b: Any, share: Any, move: Any, conserved: Any
) -> None:
    scene, house = stopped
    move(share(house, 1), owner_a, owner_b)
    assert handles.certificate.ownerOf(share(house, 1)) == owner_b.address
    had = scene.coin.balanceOf(owner_a)
    handles.income.claim([share(house, 2)], sender=owner_a)
    assert scene.coin.balanceOf(owner_a) - had == 20 * WAD  # also what the first share had earned until it moved
    scene.coin.transfer(owner_b, 10 * WAD, sender=owner_a)
    scene.check()


def test_stops__end_by_themselves__and_not_a_second_later(
    opened: RunScene, guardian: Any, refused: Callable[..., Any]
) -> None:
    """After thirty days everything runs; the same switch can't be thrown for as long again."""
    scene, treasury = opened, opened.treasury
    for what in SWITCHES:
        treasury.stop(what, sender=guardian)
    ends = [treasury.stoppedUntil(what) for what in SWITCHES]
    scene.wait_until(ends[0] - 1)
    assert scene.refused_draw() == "StoppedUntil"
    scene.wait_until(ends[-1])
    assert scene.refused_draw() == ""
    scene.give_cash(scene.rich, 100)
    assert scene.refusal(treasury.buy, scene.cash(100), 0, scene.rich) == ""
    assert scene.refusal(treasury.redeem, 100 * WAD, 0, scene.rich) == ""
    with refused("StopNotReady", SWITCHES[0], ends[0] + 30 * DAY):
        treasury.stop(SWITCHES[0], sender=guardian)
    scene.book.draw(FREE_SHARE, WAD, RATE_BPS, WAD, scene.rich, sender=scene.rich)
    scene.check()
