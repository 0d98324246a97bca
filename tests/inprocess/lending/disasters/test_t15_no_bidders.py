"""T15, an auction without bidders: the price falls to its floor, co-owners have the last word, then it is the
treasury's at a loss that the books show once."""

from __future__ import annotations

from typing import Any

import pytest
from loan_scene import DAY, FORECLOSURE, SHARE_USD, WAD, LoanScene

from commonhold.recipe.lending import LoanStage

LENT = 24_000 * WAD
START, FLOOR = SHARE_USD * 110 // 100, SHARE_USD * 70 // 100
DECLINE, WHOLE = 7 * DAY, 9 * DAY


@pytest.fixture
def unwanted(scene: LoanScene) -> tuple[LoanScene, int]:
    """Two shares secure a loan that is in foreclosure; nobody wants the first one."""
    owner = scene.owners[0]
    loan = scene.lend(owner, scene.share(0, 1), LENT)
    scene.at(scene.due_midnight(loan) + 90 * DAY)
    scene.book.startForeclosure(loan, sender=scene.owners[2])
    return scene, loan


def started_at(scene: LoanScene, loan: int) -> int:
    return scene.auction.auctionOf(loan).startedAt


def test_price__falls_by_the_second__to_the_floor_and_no_further(unwanted: Any) -> None:
    scene, loan = unwanted
    begin = started_at(scene, loan)
    for elapsed in (1, DAY, 3 * DAY + 12_345, DECLINE - 1, DECLINE, DECLINE + 1, WHOLE - 1, WHOLE, 3 * WHOLE):
        with scene.engine.rollback():
            scene.engine.set_time(begin + elapsed)
            page = scene.auction.auctionOf(loan)
        fallen = (START - FLOOR) * min(elapsed, DECLINE) // DECLINE
        assert (page.priceUsd, page.floorUsd, page.ended) == (START - fallen, FLOOR, elapsed >= WHOLE)
    scene.check()


def test_nobody_bids__the_treasury_takes_it__not_a_second_early(unwanted: Any) -> None:
    scene, loan = unwanted
    buyer, end = scene.owners[2], started_at(scene, loan) + WHOLE
    scene.at(end - 1)
    assert scene.refused(lambda: scene.auction.close(loan, sender=buyer)) == ("AuctionRunning", loan, WHOLE - 1, WHOLE)
    scene.at(end)
    assert scene.refused(lambda: scene.auction.bid(loan, 2**255, 0, sender=buyer)) == (
        "AuctionEnded",
        loan,
        WHOLE,
        WHOLE,
    )
    scene.at(end)
    scene.auction.close(loan, sender=buyer)
    assert scene.certificate.ownerOf(scene.share(0, 1)) == scene.treasury.address
    assert (scene.stage(loan), scene.book.debtOf(loan)) == (LoanStage.WRITTEN_OFF, 0)
    scene.check()


@pytest.mark.parametrize("level", [100, 50], ids=["worth what it was", "worth half of it"])
def test_owned_home__at_the_lower_of_carrying_value_and_floor__falls_once(scene: LoanScene, level: int) -> None:
    owner, _, buyer = scene.owners
    loan = scene.lend(owner, scene.share(0, 1), LENT)
    scene.at(scene.due_midnight(loan) + 90 * DAY)
    scene.index.set_index(scene.index_level() * level // 100)
    scene.book.startForeclosure(loan, sender=buyer)
    floor = SHARE_USD * level // 100 * 70 // 100
    scene.at(started_at(scene, loan) + WHOLE)
    before, carrying = scene.treasury.balanceSheet(), scene.desk.loanOf(loan).carryingUsd
    scene.auction.close(loan, sender=buyer)
    after = scene.treasury.balanceSheet()
    assert after.ownedHomesUsd == scene.suite.loans.ownedHomeUsd(scene.share(0, 1)) == min(carrying, floor)
    assert (before.loansUsd, after.loansUsd) == (carrying, 0)
    assert before.equityUsd - after.equityUsd == carrying - min(carrying, floor)
    scene.check()


def test_home__is_never_worth_more_on_paper__only_less(unwanted: Any) -> None:
    scene, loan = unwanted
    buyer, share = scene.owners[2], scene.share(0, 1)
    scene.at(started_at(scene, loan) + WHOLE)
    scene.auction.close(loan, sender=buyer)
    home, level = scene.suite.loans.ownedHomeUsd(share), scene.index_level()
    equity = scene.treasury.balanceSheet().equityUsd
    scene.index.set_index(level * 3)
    assert scene.suite.valuation.shareValue(share).valueUsd > 2 * SHARE_USD
    scene.auction.markOwned(share, sender=buyer)
    assert scene.suite.loans.ownedHomeUsd(share) == home
    assert scene.treasury.balanceSheet().equityUsd == equity
    scene.index.set_index(level // 2)
    scene.auction.markOwned(share, sender=buyer)
    assert scene.suite.loans.ownedHomeUsd(share) == SHARE_USD // 2 * 70 // 100 < home
    scene.index.set_index(level * 3)
    scene.auction.markOwned(share, sender=buyer)
    assert scene.suite.loans.ownedHomeUsd(share) == SHARE_USD // 2 * 70 // 100
    scene.check()


def test_co_owner__has_the_last_two_days_alone__at_the_floor(unwanted: Any, moved: Any) -> None:
    scene, loan = unwanted
    owner, co_owner, buyer = scene.owners
    moved(scene.share(0, 8), co_owner)
    begin = started_at(scene, loan)
    scene.at(begin + DECLINE)
    found = scene.refused(lambda: scene.auction.bid(loan, 2**255, 0, sender=buyer))
    assert found == ("CoOwnersOnly", scene.share(0, 1), buyer, DECLINE)
    scene.at(begin + WHOLE - 1)
    debt = scene.debt_at(loan, begin + WHOLE - 1)
    had = scene.coin.balanceOf(co_owner)
    scene.auction.bid(loan, FLOOR, scene.share(0, 8), sender=co_owner)
    assert had - scene.coin.balanceOf(co_owner) == FLOOR
    assert scene.book.surplusOf(owner) == FLOOR - FLOOR * 2 // 100 - debt
    assert scene.certificate.ownerOf(scene.share(0, 1)) == co_owner
    scene.check()


@pytest.mark.parametrize("days", [90, 119, 400])
@pytest.mark.parametrize("level", [100, 60])
def test_second_share__comes_after_the_first__and_each_loss_is_written_once(
    scene: LoanScene, level: int, days: int
) -> None:
    """Half the loan's carrying value goes with the first share; what the second can't bear is written off."""
    owner, _, buyer = scene.owners
    loan = scene.lend(owner, scene.share(0, 1), LENT)
    scene.book.addCollateral(loan, scene.share(0, 2), sender=owner)
    scene.at(scene.due_midnight(loan) + days * DAY)
    scene.appraise(scene.houses[0], 8 * SHARE_USD * level // 100)
    scene.book.mark(loan, sender=buyer)
    scene.book.startForeclosure(loan, sender=buyer)
    for number in (1, 2):
        page = scene.auction.auctionOf(loan)
        assert page.shareId == scene.share(0, number)
        scene.at(page.startedAt + WHOLE)
        carrying, equity = scene.desk.loanOf(loan).carryingUsd, scene.treasury.balanceSheet().equityUsd
        scene.auction.close(loan, sender=buyer)
        assert scene.treasury.balanceSheet().equityUsd <= equity + 1  # no interest comes in with a home
        home = scene.suite.loans.ownedHomeUsd(scene.share(0, number))
        assert home == min(carrying // (3 - number), FLOOR * level // 100)
        scene.check()
    assert scene.stage(loan) == LoanStage.WRITTEN_OFF
    assert scene.suite.loans.totalDebt() == 0


def test_stop__while_nobody_bids__gives_the_borrower_its_length(unwanted: Any, guardian: str) -> None:
    scene, loan = unwanted
    begin = started_at(scene, loan)
    scene.at(begin + 5 * DAY)
    scene.desk.stop(FORECLOSURE, sender=guardian)
    period = scene.desk.guardianStopPeriod()
    scene.at(begin + WHOLE + period - 1)
    assert scene.refused(lambda: scene.auction.close(loan, sender=guardian))[0] == "AuctionRunning"
    scene.at(begin + WHOLE + period)
    scene.auction.close(loan, sender=guardian)
    scene.check()
