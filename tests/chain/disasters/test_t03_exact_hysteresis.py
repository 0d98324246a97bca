"""T03, exact hysteresis: lending pauses from 15 % on, and not a wei below; resumes below 7.5 %, and not a wei above.

Here there are no more coins than the smallest base, so both thresholds are round numbers of coins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from run_scene import DAY, HOUR, WAD, RunScene

from commonhold.model.money.halflife import decayed_up

PAUSE, RESUME = 15_000 * WAD, 7_500 * WAD
HALF_LIFE = 3 * DAY
MAX_DWELL = 30 * DAY


@pytest.fixture(scope="module")
def quiet_scene(engine: Any, handles: Any) -> Iterator[RunScene]:
    """100,000 coins, all of them one's own and in cash."""
    with engine.rollback():
        yield RunScene(handles).open(100_000, loans=(), heads=1)


@pytest.fixture
def scene(quiet_scene: RunScene) -> RunScene:
    return quiet_scene.again()


def redeem(scene: RunScene, coins: int) -> None:
    scene.treasury.redeem(coins, 0, scene.rich, sender=scene.rich)


def demand(scene: RunScene) -> tuple[int, bool, str]:
    """Demand in wei, whether it pauses lending, and what a loan is refused with."""
    page = scene.treasury.demandPage()
    assert (page.base, page.paused) == (100_000 * WAD, scene.treasury.demandPaused())
    assert scene.treasury.lendingPaused() is page.paused
    return page.demand, page.paused, scene.refused_draw()


@pytest.mark.parametrize("wei", [-1, 0, 1])
@pytest.mark.parametrize("waits", [False, True])
def test_pause__at_the_threshold__a_wei_below_it_not(scene: RunScene, wei: int, waits: bool) -> None:
    """Whether the coins are paid at once or wait first makes no difference, nor the fee among them."""
    if waits:
        scene.request(scene.rich, PAUSE + wei)
    else:
        redeem(scene, PAUSE + wei)
    assert demand(scene) == ((PAUSE - 1, False, "") if wei < 0 else (PAUSE + wei, True, "LendingPausedByDemand"))
    assert len(scene.events("DemandPaused")) == (wei >= 0)
    scene.check()


def test_pause__by_the_wei_that_was_missing__comes_at_once(scene: RunScene) -> None:
    """Parts of one block add up exactly; what a second has forgotten has to be redeemed again, to the last wei."""
    rich, treasury = scene.rich, scene.treasury
    with scene.engine.rollback():
        scene.in_one_block([(rich, treasury.redeem, part, 0, rich) for part in (PAUSE - WAD, WAD - 1, 10**13)])
        assert demand(scene)[1] is True
    scene.in_one_block([(rich, treasury.redeem, part, 0, rich) for part in (PAUSE - WAD, WAD - 1)])
    assert demand(scene) == (PAUSE - 1, False, "")
    missing = PAUSE - decayed_up(PAUSE - 1, 1, HALF_LIFE)
    assert missing > 10**16
    with scene.engine.rollback():
        redeem(scene, missing - 1)
        assert demand(scene) == (PAUSE - 1, False, "")
    redeem(scene, missing)
    assert demand(scene) == (PAUSE, True, "LendingPausedByDemand")
    scene.check()


@pytest.mark.parametrize("wei", [-1, 0, 1])
def test_resume__below_the_threshold__at_it_not(scene: RunScene, wei: int) -> None:
    """Of 15,000 coins and two wei more or less, 7,500 and one wei more or less are remembered three days later."""
    redeem(scene, PAUSE)
    redeem(scene, PAUSE + 2 * wei - decayed_up(PAUSE, 1, HALF_LIFE))
    topped_up = scene.engine.now()
    assert demand(scene) == (PAUSE + 2 * wei, True, "LendingPausedByDemand")  # paused, a wei below or not
    scene.wait_until(topped_up + HALF_LIFE)
    assert demand(scene) == ((RESUME - 1, False, "") if wei < 0 else (RESUME + wei, True, "LendingPausedByDemand"))
    scene.check()
    # The view needs no call; a call sees the same and says so.
    scene.wait_until(topped_up + HALF_LIFE + 10)
    assert demand(scene)[1:] == (False, "")
    scene.treasury.finalise(sender=scene.borrower)
    assert (len(scene.events("DemandPaused")), len(scene.events("DemandResumed"))) == (1, 1)
    scene.check()


@pytest.mark.parametrize("second", [-1, 0])
def test_resume__before_the_dwell_is_over__never(scene: RunScene, as_dao: Callable[..., Any], second: int) -> None:
    """With thresholds a hair apart the demand is below within minutes; the dwell is what counts then."""
    as_dao(scene.treasury, "setGateTerms", (1_500, 1_499, DAY))
    scene.refresh_price()
    redeem(scene, PAUSE)
    paused_at = scene.engine.now()
    assert scene.treasury.demandPage().resumableAt == paused_at + DAY
    scene.wait_until(paused_at + DAY + second)
    found = demand(scene)
    assert found[0] < 14_990 * WAD
    assert found[1:] == ((True, "LendingPausedByDemand") if second < 0 else (False, ""))
    scene.check()


def test_between_the_thresholds__it_stays_as_it_was(scene: RunScene) -> None:
    """At 10 %: open on the way up, shut on the way down, and open again once it was below 7.5 %."""
    redeem(scene, 10_000 * WAD)
    assert demand(scene)[1:] == (False, "")
    redeem(scene, 5_001 * WAD)
    assert demand(scene)[1:] == (True, "LendingPausedByDemand")
    scene.wait(DAY + 18 * HOUR)
    coins, *rest = demand(scene)
    assert (RESUME < coins < 10_100 * WAD, rest) == (True, [True, "LendingPausedByDemand"])
    scene.wait(DAY + 12 * HOUR)
    assert demand(scene)[1:] == (False, "")
    redeem(scene, 2_000 * WAD)
    assert RESUME < demand(scene)[0] < PAUSE
    assert demand(scene)[1:] == (False, "")
    scene.check()


BAD_TERMS = [
    ((1_500, 1_500, DAY), "GateThresholdsOutOfOrder", (1_500, 1_500)),
    ((750, 1_500, DAY), "GateThresholdsOutOfOrder", (1_500, 750)),
    ((0, 0, DAY), "GateThresholdsOutOfOrder", (0, 0)),
    ((1_500, 0, DAY), "GateThresholdsOutOfOrder", (0, 1_500)),
    ((10_001, 750, DAY), "GateThresholdsOutOfOrder", (750, 10_001)),
    ((1_500, 750, 0), "DwellPeriodOutOfRange", (0, MAX_DWELL)),
    ((1_500, 750, MAX_DWELL + 1), "DwellPeriodOutOfRange", (MAX_DWELL + 1, MAX_DWELL)),
]


@pytest.mark.parametrize(("terms", "error", "values"), BAD_TERMS)
def test_thresholds__out_of_order__are_refused_at_construction(
    scene: RunScene, refused: Any, terms: tuple[int, ...], error: str, values: tuple[int, ...]
) -> None:
    treasury, dealer = scene.treasury, scene.rich
    with refused(error, *values):
        whole = treasury.terms()._asdict() | {"gate": terms}
        scene.engine.deploy("Treasury", scene.suite.hub, treasury.peers(), whole, sender=dealer)


def test_thresholds__out_of_order__are_refused_from_the_dao_too(
    scene: RunScene, refused: Any, dao: Any, engine: Any
) -> None:
    treasury = scene.treasury
    before = treasury.terms()
    for terms, error, values in BAD_TERMS:
        with refused(error, *values):
            treasury.setGateTerms.call(terms, sender=dao.address)
    treasury.setGateTerms.call((10_000, 9_999, 1), sender=dao.address)
    treasury.setGateTerms.call((2, 1, MAX_DWELL), sender=dao.address)
    assert treasury.terms() == before
    scene.check()
