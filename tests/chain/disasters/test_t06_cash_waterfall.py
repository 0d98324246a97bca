"""T06, the cash waterfall: as long as somebody waits, all that comes in is his, by whatever door it comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from run_scene import RATE_BPS, SHARES, WAD, RunScene


@pytest.fixture
def waiting(opened: RunScene) -> list[int]:
    """Ids of eight requests of 50,000 coins, of which the cash paid five."""
    ids = opened.request_in_one_block([(person, 50_000 * WAD) for person in opened.holders[:8]])
    assert opened.treasury.freeCash() == 0 < opened.waiting()
    opened.check()
    return ids


def inflow(scene: RunScene, door: str) -> Callable[[], Any]:
    """10,000 dollars, ready to come in."""
    treasury, rich, borrower = scene.treasury, scene.rich, scene.borrower
    cash = scene.give_cash(rich, 10_000)
    scene.give_cash(borrower, 10_000)
    if door == "skim":
        scene.reserve.transfer(treasury, cash, sender=rich)
    elif door == "foreclosed home":
        scene.book.foreclose(2, 10_000 * WAD, sender=rich)
    return {
        "repayment": lambda: scene.book.payCash(1, cash, sender=borrower),
        "contribution": lambda: treasury.contribute(cash, sender=rich),
        "purchase": lambda: treasury.buy(cash, 0, rich, sender=rich),
        "skim": lambda: treasury.skim(sender=borrower),
        "foreclosed home": lambda: scene.book.sellHomeForCash(SHARES[1], cash, sender=rich),
    }[door]


DOORS = ("repayment", "contribution", "purchase", "skim", "foreclosed home")


@pytest.mark.parametrize("door", DOORS)
def test_inflow__goes_to_the_queue_first(opened: RunScene, waiting: list[int], door: str) -> None:
    scene, treasury = opened, opened.treasury
    come_in = inflow(scene, door)
    before = [treasury.requestPage(request_id) for request_id in waiting]
    left, covered = scene.waiting(), treasury.coverage() >= WAD
    come_in()
    # Nobody was passed by: who came first has been paid, one of them in part, and the rest moved up.
    after = [treasury.requestPage(request_id) for request_id in waiting]
    served = left - scene.waiting()
    assert served == 10_000 * WAD if covered else 0 < 10_000 * WAD < served
    assert (treasury.freeCash(), treasury.trackedCash()) == (0, treasury.setAsideCash())
    for old, new in zip(before, after, strict=True):
        assert new.pending == max(0, old.pending - max(0, served - old.ahead))
        assert new.ahead == (max(0, old.ahead - served) if new.pending else 0)
    assert scene.refused_draw() == "LendingPausedByDemand" if covered else "CoverageBelowOne"
    scene.check()


def test_partly_filled__keeps_its_place_until_it_is_full(opened: RunScene, waiting: list[int]) -> None:
    scene, treasury = opened, opened.treasury
    owners = dict(zip(waiting, scene.holders, strict=False))
    half = next(request_id for request_id in waiting if treasury.requestPage(request_id).pending)
    got = scene.claim(half, owners[half])  # what is ready
    page = treasury.requestPage(half)
    assert (page.ahead, page.claimable, got > 0, page.pending > 0) == (0, 0, True, True)
    later = scene.request(scene.holders[9], 10_000 * WAD)
    assert treasury.requestPage(later).ahead == scene.waiting() - treasury.pendingRedeemRequest(later, scene.holders[9])
    scene.contribute(1_000)
    assert scene.claim(half, owners[half]) == scene.cash(1_000)
    assert treasury.requestPage(later).claimable == 0
    scene.check()


@pytest.mark.parametrize("in_cash", [False, True])
def test_loan__never_jumps_the_queue_even_with_the_gate_wide_open(
    opened: RunScene, as_dao: Callable[..., Any], in_cash: bool
) -> None:
    """Cash that comes in is assigned before a loan could see it; the floor then has nothing to stand on."""
    scene, treasury = opened, opened.treasury
    as_dao(treasury, "setGateTerms", (10_000, 9_999, 1))
    scene.refresh_price()
    assert scene.refused_draw(in_cash=in_cash) == ""
    scene.request_in_one_block([(person, 60_000 * WAD) for person in scene.holders[:5]])
    error = "NotEnoughFreeCash" if in_cash else "CashBelowFloor"
    assert not treasury.demandPaused()
    assert scene.refused_draw(in_cash=in_cash) == error
    # In one block with the payment that brings cash in: the queue had it before.
    cash = scene.give_cash(scene.rich, 10_000)
    scene.in_one_block([(scene.rich, treasury.contribute, cash)])
    assert scene.refused_draw(in_cash=in_cash) == error
    assert scene.waiting() > 0 == treasury.freeCash()
    draw = (SHARES[-1], scene.cash(10) if in_cash else 10 * WAD, RATE_BPS, WAD, scene.rich)
    book = scene.book.drawCash if in_cash else scene.book.draw
    assert scene.refusal(book, *draw) == error
    scene.check()
