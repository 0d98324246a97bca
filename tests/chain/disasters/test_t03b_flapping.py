"""T03b, threshold flapping: who wants the gate to open and shut pays for it, and it does so once a dwell at most."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from run_scene import DAY, HOUR, WAD, RunScene

from commonhold import build

PAUSE = 15_000 * WAD


@pytest.fixture(scope="module")
def quiet_scene(engine: Any, handles: Any) -> Iterator[RunScene]:
    """100,000 coins, all the attacker's: the smallest base there is."""
    with engine.rollback():
        yield RunScene(handles).open(100_000, loans=(), heads=1)


@pytest.fixture
def scene(quiet_scene: RunScene) -> RunScene:
    return quiet_scene.again()


def test_hundred_requests__in_one_block_and_in_a_hundred__pause_once(scene: RunScene) -> None:
    """He keeps about the threshold with the gap between both to spend. What he asked for can't be taken back."""
    attacker, treasury = scene.rich, scene.treasury
    scene.request(attacker, PAUSE - 50 * 101 * WAD)
    ask = (attacker, treasury.requestRedeem, 101 * WAD, attacker, attacker)
    scene.in_one_block([ask] * 100)
    scene.in_blocks([ask] * 99)
    scene.in_blocks([(scene.borrower, treasury.finalise)])
    assert len(scene.events("DemandPaused")) == 1
    assert (treasury.demandPaused(), scene.events("DemandResumed")) == (True, [])
    assert treasury.demandPage().resumableAt > scene.engine.now() + DAY - 1_000
    functions = {entry["name"] for entry in build.artifact("Treasury").abi if entry["type"] == "function"}
    assert not {name for name in functions if "cancel" in name.lower() or "withdraw" in name.lower()}
    scene.check()


def test_flapping__as_often_as_possible__is_one_pause_a_dwell(scene: RunScene) -> None:
    """He opens the gate by new coins, which raise the base, and shuts it again as soon as it opens."""
    attacker, treasury, begin = scene.rich, scene.treasury, scene.engine.block_number() + 1
    scene.give_cash(attacker, 2_000_000)
    scene.in_one_block([(attacker, treasury.redeem, PAUSE, 0, attacker)])
    for dollars in (200_000, 400_000, 800_000):
        scene.in_one_block([(attacker, treasury.buy, scene.cash(dollars), 0, attacker)])
        opens = treasury.demandPage().resumableAt
        scene.wait_until(opens - 1)
        assert scene.refused_draw() == "LendingPausedByDemand"
        scene.wait_until(opens)
        # An honest loan that was agreed before: all that it lost is the time.
        assert scene.refused_draw() == ""
        page = treasury.demandPage()
        missing = page.base * 15 // 100 - page.demand + WAD
        scene.in_one_block([(attacker, treasury.redeem, missing, 0, attacker)])
        assert treasury.demandPaused()
    blocks = [event.block for event in scene.events("DemandPaused", begin)]
    times = [int(scene.engine.provider.get_block(block).timestamp) for block in blocks]
    assert len(times) == 4
    assert all(later - earlier >= DAY for earlier, later in itertools.pairwise(times))
    scene.check()


def test_holding_demand__for_a_day__costs_23_percent_of_the_marginal_fee(scene: RunScene) -> None:
    """Every hour he redeems what was forgotten, so that lending stays paused."""
    attacker, treasury = scene.rich, scene.treasury
    scene.in_one_block([(attacker, treasury.redeem, PAUSE, 0, attacker)])
    marginal = treasury.redemptionFeeUp(WAD)
    assert marginal == pytest.approx(0.0275 * WAD, rel=0.001)  # half of the way from 0.5 % to 5 %
    begin = scene.engine.block_number() + 1
    for _ in range(24):
        scene.wait(HOUR)
        missing = PAUSE - treasury.demandPage().demand + WAD // 100
        scene.in_one_block([(attacker, treasury.redeem, missing, 0, attacker)])
        assert scene.treasury.demandPaused()
    cost = sum(event["feeCoins"] for event in scene.events("Redeemed", begin))
    assert 0.22 < cost / (PAUSE * marginal / WAD) < 0.24
    scene.check()
