"""T02, backing composition: what the system itself issues, and tokens that nobody agreed on, back nothing."""

from __future__ import annotations

from typing import Any

import pytest
from run_scene import DAY, FREE_SHARE, RATE_BPS, WAD, RunScene

ZERO = "0x" + "00" * 20


def standing(scene: RunScene) -> Any:
    """All that backing could have changed, but for the seconds' interest: the time is held still by the caller."""
    treasury = scene.treasury
    return (
        tuple(treasury.balanceSheet()),
        treasury.coverage(),
        tuple(treasury.demandPage()),
        (treasury.trackedCash(), treasury.freeCash(), treasury.liquidationDemand(), treasury.lendingPaused()),
        tuple(treasury.terms()),
    )


@pytest.mark.parametrize("kind", ["own coins", "governance tokens", "reserve tokens"])
def test_tokens__sent_to_the_treasury__count_for_nothing(opened: RunScene, kind: str) -> None:
    scene, engine, treasury = opened, opened.engine, opened.treasury
    moment = engine.now() + 1_000
    with engine.rollback():
        engine.set_time(moment)
        expected = standing(scene)
    if kind == "own coins":
        token, amount = scene.coin, 10_000 * WAD
    elif kind == "reserve tokens":
        token, amount = scene.reserve, scene.give_cash(scene.rich, 10_000)
        scene.donated = amount
    else:
        token, amount = engine.deploy("TestPlainERC20", sender=scene.rich), 10_000 * WAD
        token.mint(scene.rich, amount, sender=scene.rich)
    token.transfer(treasury, amount, sender=scene.rich)
    engine.set_time(moment)
    assert standing(scene) == expected
    scene.check()


def test_skim__makes_equity_of_donations__and_moves_no_threshold(opened: RunScene) -> None:
    """Donated coins are burned; a stranger's tokens stay what they are."""
    scene, treasury = opened, opened.treasury
    scene.coin.transfer(treasury, 10_000 * WAD, sender=scene.rich)
    scene.reserve.transfer(treasury, scene.give_cash(scene.rich, 10_000), sender=scene.rich)
    equity, demand, terms = scene.equity(), treasury.liquidationDemand(), tuple(treasury.terms())
    event = treasury.skim(sender=scene.borrower).event("Skimmed")
    assert (event["coins"], event["cash"]) == (10_000 * WAD, scene.cash(10_000))
    assert 0 <= scene.equity() - equity - 20_000 * WAD < WAD
    assert scene.coin.totalSupply() == 990_000 * WAD
    assert treasury.liquidationDemand() == demand == 0
    assert tuple(treasury.terms()) == terms
    scene.check()


def test_loan__coin_for_coin__is_refused(opened: RunScene, refused: Any) -> None:
    """Lending begins at a book that the DAO let in. A wallet that offers its coins isn't one, wherever it knocks."""
    scene, loans = opened, opened.suite.loans
    now = scene.engine.now() + 1
    loan = (10_000 * WAD, 0, 0, now, now + 30 * DAY, 0, 10_000 * WAD, 0, 0, 0)
    scene.coin.approve(loans, 10_000 * WAD, sender=scene.rich)
    with refused("NotBook", scene.rich):
        loans.lendCoins(loan, scene.rich, 0, sender=scene.rich)
    with refused("NotBook", scene.rich):
        loans.lendCash(loan, scene.cash(10_000), scene.rich, sender=scene.rich)
    with refused("NotLoanLedger", scene.rich):
        scene.treasury.lendCoins((10_000 * WAD, 0, 0, 0), scene.rich, 10_000 * WAD, 0, scene.rich, sender=scene.rich)
    scene.check()


def test_loan__on_the_coins_own_address__has_nothing_behind_it(opened: RunScene) -> None:
    """Even if a careless book took it for a share: nobody values it, so by day 120 the loan counts for nothing."""
    scene, collateral = opened, int(opened.coin.address, 16) % 2**64
    scene.book.draw(collateral, 10_000 * WAD, RATE_BPS, WAD, scene.rich, sender=scene.rich)
    loan_id = scene.book.lastLoan()
    assert scene.book.loanOf(loan_id).position.cap == 0
    scene.book.draw(FREE_SHARE, 10_000 * WAD, RATE_BPS, WAD, scene.rich, sender=scene.rich)
    scene.check()
    scene.wait_until(scene.midnight_after_due(loan_id, 120))
    assert scene.carrying(loan_id) == 0
    assert scene.carrying(loan_id + 1) >= 10_000 * WAD
    scene.check()


def test_reserve_token__that_is_the_coin_itself__has_no_price(opened: RunScene, refused: Any) -> None:
    """A treasury that would hold the coin as its cash: no feed says what it is worth, so there is none such."""
    scene = opened
    feed = b"HMD-USD".ljust(32, b"\0")
    peers = scene.treasury.peers()._asdict() | {"reserve": scene.coin.address, "reserveFeed": feed}
    with refused("NoValidReservePrice", 0, scene.suite.reader.read(feed).status):
        scene.engine.deploy("Treasury", scene.suite.hub, peers, scene.treasury.terms(), sender=scene.rich)
    scene.check()
