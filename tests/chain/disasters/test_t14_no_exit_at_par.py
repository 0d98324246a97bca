"""T14, no exit at par before recognition: an insider who asks early is paid the price of the day he is served."""

from __future__ import annotations

import pytest
from run_scene import WAD, RunScene

CONTRIBUTED = 150_000


@pytest.fixture
def crowded(opened: RunScene) -> RunScene:
    """Four others took the cash; then every share lost 40 %, and the insider marks none of it: others do."""
    opened.request_in_one_block([(person, 70_000 * WAD) for person in opened.holders[1:5]])
    assert opened.treasury.freeCash() == 0
    opened.check()
    opened.revalue(60, *opened.loans())
    return opened


@pytest.mark.parametrize("asked_on", [1, 10, 29])
def test_insider__asks_before_day_30__is_paid_the_price_of_the_day_he_is_served(
    crowded: RunScene, asked_on: int
) -> None:
    scene, treasury, insider = crowded, crowded.treasury, crowded.rich
    scene.wait_until(scene.midnight_after_due(1, asked_on))
    assert treasury.coverage() >= WAD
    request_id = scene.request(insider, 80_000 * WAD)
    net = treasury.pendingRedeemRequest(request_id, insider)
    assert treasury.claimableRedeemRequest(request_id, insider) == 0 < scene.equity()
    scene.check()

    scene.wait_until(scene.midnight_after_due(1, 100))
    coverage = treasury.coverage()
    assert scene.equity() < 0
    scene.contribute(CONTRIBUTED)
    cash = scene.claim(request_id, insider)
    assert treasury.pendingRedeemRequest(request_id, insider) == 0
    price = cash * scene.unit * WAD // net
    assert coverage < price < WAD
    # Those in front of him and those who never asked have the same price: nobody got out at par.
    segment = scene.events("Finalised")[-1]
    assert abs(segment["cash"] * scene.unit * WAD // segment["coins"] - price) < 10**12
    assert abs(treasury.coverage() - price) < 10**12
    scene.check()


def test_equity__is_used_up_before_any_coin_loses(crowded: RunScene) -> None:
    """Day by day: while something of it is left, a coin is a dollar; with the first wei below zero it is not."""
    scene, treasury = crowded, crowded.treasury
    scene.contribute(100_000)  # the queue takes it; equity is 100,000 and more
    equities, prices = [], []
    for day in range(30, 121, 5):
        scene.wait_until(scene.midnight_after_due(1, day))
        sheet = treasury.balanceSheet()
        equities.append(sheet.equityUsd)
        prices.append(min(WAD, treasury.coverage()))
        assert (sheet.equityUsd >= 0) is (prices[-1] == WAD)
        assert treasury.worthDown(1_000 * WAD) == (
            1_000 * WAD if sheet.equityUsd >= 0 else 1_000 * WAD * (sheet.coins + sheet.equityUsd) // sheet.coins
        )
    assert equities == sorted(equities, reverse=True)
    assert equities[0] > 100_000 * WAD > 0 > equities[-1]
    assert prices == sorted(prices, reverse=True)
    scene.check()


def test_insider__redeems_at_once__pays_the_fee_or_shares_the_loss(crowded: RunScene) -> None:
    """With new cash and no queue he may leave on day 10: for the fee, which is what haste costs everybody."""
    scene, treasury, insider = crowded, crowded.treasury, crowded.rich
    scene.contribute(200_000)
    scene.wait_until(scene.midnight_after_due(1, 10))
    with scene.engine.rollback():
        left = treasury.redeem(40_000 * WAD, 0, insider, sender=insider).event("Redeemed")
        assert left["feeCoins"] >= 40_000 * WAD * 50 // 10_000
        assert left["cash"] * scene.unit == 40_000 * WAD - left["feeCoins"]
    scene.wait_until(scene.midnight_after_due(1, 119))
    paid = treasury.redeem(40_000 * WAD, 0, insider, sender=insider).event("Redeemed")
    assert paid["feeCoins"] == 0
    assert scene.equity() < 0
    assert abs(paid["cash"] * scene.unit * WAD // (40_000 * WAD) - treasury.coverage()) < 10**12
    scene.check()
