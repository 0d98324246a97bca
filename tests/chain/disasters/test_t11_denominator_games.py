"""T11, denominator games: ten times the coins, made in a moment, move no fee, no demand, no threshold and no price."""

from __future__ import annotations

from typing import Any

import pytest
from run_scene import DAY, HOUR, WAD, RunScene

TENFOLD = 10_000_000  # dollars of new coins, beside a million


@pytest.fixture
def minter(opened: RunScene) -> Any:
    """A contract that does all it wants in one transaction, with cash for ten million coins."""
    scene = opened
    contract = scene.engine.deploy("TestReentrantOwner", sender=scene.borrower)
    scene.reserve.mint(contract.address, scene.cash(TENFOLD), sender=scene.borrower)
    scene.strangers.append(contract.address)
    return contract


def asked(scene: RunScene) -> list[tuple[str, tuple[Any, ...]]]:
    """What depends on some number of coins."""
    return [
        ("liquidationDemand", ()),
        ("demandPage", ()),
        ("redemptionFeeUp", (10_000 * WAD,)),
        ("coinsForDown", (scene.cash(10_000),)),
        ("worthDown", (10_000 * WAD,)),
        ("lendingPaused", ()),
    ]


def in_one_call(scene: RunScene, minter: Any, *between: tuple[Any, bytes]) -> list[list[bytes]]:
    """The views' answers before and after what the contract does in between, all in one transaction."""
    treasury = scene.treasury
    views = [(treasury.address, getattr(treasury, name).encode(*args)) for name, args in asked(scene)]
    acts = [(contract.address, data) for contract, data in between]
    minter.arm([*views, *acts, *views], False, sender=scene.borrower)
    minter.onERC721Received(scene.borrower, scene.borrower, 1, b"", sender=scene.borrower)
    answers = minter.answers()
    assert all(answer.succeeded for answer in answers)
    data = [bytes(answer.data) for answer in answers]
    return [data[: len(views)], data[len(views) + len(acts) :]]


def words(answers: list[bytes]) -> list[int]:
    return [int.from_bytes(data[at : at + 32], "big") for data in answers for at in range(0, len(data), 32)]


def purchase(scene: RunScene, minter: Any) -> list[tuple[Any, bytes]]:
    cash = scene.cash(TENFOLD)
    return [
        (scene.reserve, scene.reserve.approve.encode(scene.treasury, cash)),
        (scene.treasury, scene.treasury.buy.encode(cash, 0, minter)),
    ]


@pytest.mark.parametrize("busy", [0, 100_000, 160_000])
def test_tenfold_coins__in_the_same_call__move_nothing(opened: RunScene, minter: Any, busy: int) -> None:
    """In quiet times, near the threshold, and past it."""
    scene = opened
    if busy:
        scene.request_in_one_block([(person, busy * WAD // 2) for person in scene.holders[:2]])
    assert scene.treasury.demandPaused() is (busy > 150_000)
    before, after = in_one_call(scene, minter, *purchase(scene, minter))
    if not busy:
        assert after == before
    # Else what the seconds since have forgotten is back in the base, up to its mark of the hour: a millionth.
    assert words(after) == pytest.approx(words(before), rel=1e-6)
    assert scene.treasury.demandPage().base <= 1_000_000 * WAD
    assert scene.coin.balanceOf(minter) == TENFOLD * WAD
    scene.check()


def test_tenfold_coins__of_the_block_before__leave_the_threshold_where_it_was(opened: RunScene, minter: Any) -> None:
    """The base is what it was at the start of this hour or of the one before, not what somebody makes of it."""
    scene, treasury = opened, opened.treasury
    base = treasury.demandPage().base
    assert base == 1_000_000 * WAD
    in_one_call(scene, minter, *purchase(scene, minter))
    wishes = [(person, coins * WAD) for person, coins in zip(scene.holders, (75_000, 75_001), strict=False)]
    assert treasury.demandPage().base == base
    scene.request_in_one_block(wishes[:1])
    assert scene.refused_draw() == ""
    scene.request_in_one_block(wishes[1:])
    assert scene.refused_draw() == "LendingPausedByDemand"
    assert treasury.demandPage().demand < treasury.demandPage().base * 16 // 100
    scene.check()


def test_pause__outlasts_the_new_coins(opened: RunScene, minter: Any) -> None:
    """After two hours they do count, and demand is a tenth of what it was; but the dwell has begun."""
    scene, treasury = opened, opened.treasury
    scene.request_in_one_block([(person, 80_000 * WAD) for person in scene.holders[:2]])
    paused_at = scene.engine.now()
    in_one_call(scene, minter, *purchase(scene, minter))
    for hours in (1, 2):
        scene.wait_until((paused_at // HOUR + hours) * HOUR - 1)
        assert treasury.demandPage().base < 1_000_100 * WAD
    scene.wait_until((paused_at // HOUR + 2) * HOUR)
    assert treasury.demandPage().base > 10_900_000 * WAD
    assert treasury.liquidationDemand() < 2 * WAD // 100
    assert scene.refused_draw() == "LendingPausedByDemand"
    opens = treasury.demandPage().resumableAt
    assert opens == paused_at + DAY
    scene.wait_until(opens - 1)
    assert scene.refused_draw() == "LendingPausedByDemand"
    scene.wait_until(opens)
    assert scene.refused_draw() == ""
    scene.check()


def test_coins_made_and_redeemed_in_one_call__cost_the_whole_fee_and_shut_the_gate(
    opened: RunScene, minter: Any
) -> None:
    scene, treasury = opened, opened.treasury
    back = [
        (scene.coin, scene.coin.approve.encode(treasury, TENFOLD * WAD)),
        (treasury, treasury.redeem.encode(TENFOLD * WAD, 0, minter)),
    ]
    in_one_call(scene, minter, *purchase(scene, minter), *back)
    # Up to the top at 30 % of a million, and the top for the rest of the ten.
    fee = TENFOLD * 5 // 100 - 300_000 * (500 - 50) // 2 // 10_000
    assert scene.reserve.balanceOf(minter) == scene.cash(TENFOLD - fee)
    assert scene.equity() >= fee * WAD
    assert scene.refused_draw() == "LendingPausedByDemand"
    scene.check()


def test_coverage__of_a_covered_or_uncovered_coin__cannot_be_diluted(opened: RunScene, minter: Any) -> None:
    """Below 1 nobody buys in; and at 1 or more new coins bring what they cost, so no pro-rata part shrinks."""
    scene, treasury = opened, opened.treasury
    with scene.engine.rollback():
        equity = scene.equity()
        in_one_call(scene, minter, *purchase(scene, minter))
        assert 0 <= scene.equity() - equity < WAD
    scene.book.forecloseForCoins(1, 1, sender=scene.rich)  # 60,000 lost
    told = treasury.worthDown(1_000 * WAD)
    assert 940 * WAD < told < 941 * WAD
    assert scene.quote(1_000 * WAD) == told // scene.unit
    assert scene.refusal(treasury.buy, scene.cash(1), 0, scene.rich) == "CoverageBelowOne"
    scene.request_in_one_block([(person, 80_000 * WAD) for person in scene.holders[:11]])
    # No order and no crowd changes the part, beyond some seconds' interest.
    assert told <= treasury.worthDown(1_000 * WAD) <= told + 10**15
    scene.check()
