"""T04, a loss that nobody declares: it stands in the balance sheet, and in every payout, the second it is there."""

from __future__ import annotations

from typing import Any

import pytest
from run_scene import DAY, WAD, RunScene

CAP = 56_000 * WAD  # 70 % of a share that is worth 80,000


def test_value_falls_by_20_percent__loan_ages_from_day_30_on__without_a_call(opened: RunScene) -> None:
    """Falling in a line from the debt of day 30 to the cap at day 120: only time passes here."""
    scene = opened
    scene.revalue(80, 1)
    day_30 = scene.midnight_after_due(1, 30)
    scene.wait_until(day_30)
    start, equity = scene.carrying(1), scene.equity()
    assert scene.debt(1) - 1 <= start <= scene.debt(1)  # whole wei, down and up: the same when the interest is whole
    assert start > 60_000 * WAD
    for days in (1, 30, 60, 90, 200):
        scene.wait_until(day_30 + days * DAY)
        fallen = (start - CAP) * min(days, 90) // 90
        assert abs(scene.carrying(1) - (start - fallen)) <= 1
        # The other twelve go on earning until day 90; this one doesn't, and is in the sum as by itself.
        others = sum(scene.carrying(loan_id) for loan_id in scene.loans() if loan_id != 1)
        sheet = scene.treasury.balanceSheet()
        assert 0 <= sheet.loansUsd - others - scene.carrying(1) <= 13
        assert scene.carrying(1) < scene.debt(1)
        if days == 1:
            assert scene.equity() - equity < others * 600 // 10_000 // 365
    scene.check()


def test_shared_loss__price_is_coverage_in_the_same_second(opened: RunScene) -> None:
    """All houses fell: from the second in which equity is used up, who leaves gets his part and pays no fee."""
    scene, engine, treasury = opened, opened.engine, opened.treasury
    scene.revalue(80, *scene.loans())
    day_30 = scene.midnight_after_due(1, 30)
    scene.wait_until(day_30 + 5 * DAY)
    assert scene.equity() > 0
    assert treasury.coverage() > WAD
    assert scene.quote(1_000 * WAD) < scene.cash(1_000)  # a fee
    assert treasury.redemptionFeeUp(1_000 * WAD) > 0
    scene.wait_until(day_30 + 60 * DAY)
    assert scene.equity() < 0 == treasury.redemptionFeeUp(1_000 * WAD)
    assert scene.refused_draw() == "CoverageBelowOne"

    moment = engine.now() + 10
    with engine.rollback():
        engine.set_time(moment)
        sheet = treasury.balanceSheet()
    assets = sheet.cashUsd + sheet.loansUsd + sheet.ownedHomesUsd
    engine.set_next_time(moment)
    paid = treasury.redeem(10_000 * WAD, 0, scene.rich, sender=scene.rich).event("Redeemed")
    assert (paid["cash"], paid["feeCoins"]) == (10_000 * WAD * assets // sheet.coins // scene.unit, 0)
    assert scene.cash(9_700) < paid["cash"] < scene.cash(9_900)
    scene.check()


def test_request_made_before__is_finalised_at_the_written_down_price(opened: RunScene) -> None:
    scene, treasury = opened, opened.treasury
    scene.request_in_one_block([(person, 80_000 * WAD) for person in scene.holders[:4]])
    late = scene.request(scene.holders[4], 50_000 * WAD)
    page = treasury.requestPage(late)
    assert page.pending == scene.waiting() - page.ahead
    scene.check()
    scene.revalue(60, *scene.loans())
    scene.wait_until(scene.midnight_after_due(1, 100))
    coverage = treasury.coverage()
    assert coverage < 80 * WAD // 100
    scene.contribute(150_000)
    cash = scene.claim(late, scene.holders[4])
    assert treasury.pendingRedeemRequest(late, scene.holders[4]) == 0
    assert coverage < cash * scene.unit * WAD // page.pending < WAD
    scene.check()


@pytest.mark.parametrize("cents", [97, 98])
def test_reserve_token_below_a_dollar__counts_for_that_at_once(opened: RunScene, refused: Any, cents: int) -> None:
    scene, treasury = opened, opened.treasury
    before = treasury.balanceSheet()
    scene.set_price(cents)
    sheet = treasury.balanceSheet()
    assert sheet.cashUsd == 250_000 * WAD * cents // 100
    assert sheet.equityUsd - before.equityUsd - (sheet.cashUsd - before.cashUsd) == sheet.loansUsd - before.loansUsd
    assert 0 < sheet.loansUsd - before.loansUsd < WAD  # a second's interest
    assert treasury.coverage() < WAD
    assert scene.refused_draw() == scene.refused_draw(in_cash=True) == "CoverageBelowOne"
    # A coin for the holder is the part of the assets, in tokens that are worth less themselves.
    assets = sheet.cashUsd + sheet.loansUsd
    tokens = min(1_000 * WAD * assets * 100 // (sheet.coins * cents), 1_000 * WAD) // scene.unit
    assert scene.quote(1_000 * WAD) == tokens
    scene.give_cash(scene.rich, 1)
    buying = (treasury.buy, 1, 0, scene.rich)
    assert scene.refusal(*buying) == ("ReservePriceTooLow" if cents == 97 else "CoverageBelowOne")
    scene.set_price(100)
    assert (treasury.coverage(), scene.refused_draw(), scene.refusal(*buying)) == (treasury.coverage(), "", "")
    assert treasury.coverage() > WAD
    scene.check()
