"""T16, one bidder with a bid of dust: the posted price is the only price, and what is above the debt the borrower's."""

from __future__ import annotations

from typing import Any

import pytest
from loan_scene import DAY, SHARE_USD, WAD, LoanScene

from commonhold.recipe.lending import LoanStage

LENT = 20_000 * WAD
START, FLOOR = SHARE_USD * 110 // 100, SHARE_USD * 70 // 100
FIRST, DECLINE, WHOLE = 2 * DAY, 7 * DAY, 9 * DAY
ANY = 2**255


@pytest.fixture
def lone(scene: LoanScene) -> tuple[LoanScene, int, int]:
    """A foreclosure in a week of spiking gas: only the buyer is there. With the second in which it began."""
    loan = scene.lend(scene.owners[0], scene.share(0, 1), LENT)
    scene.at(scene.due_midnight(loan) + 90 * DAY)
    scene.book.startForeclosure(loan, sender=scene.owners[2])
    return scene, loan, scene.auction.auctionOf(loan).startedAt


def posted(elapsed: int) -> int:
    return START - (START - FLOOR) * min(elapsed, DECLINE) // DECLINE


@pytest.mark.parametrize("limit", [0, 1, WAD, FLOOR - 1])
def test_bid_of_dust__is_refused_at_every_hour(lone: Any, limit: int) -> None:
    scene, loan, begin = lone
    for elapsed in (FIRST, DECLINE - 1):
        with scene.engine.rollback():
            scene.at(begin + elapsed)
            found = scene.refused(lambda: scene.auction.bid(loan, limit, 0, sender=scene.owners[2]))
        assert found == ("PriceAboveLimit", posted(elapsed), limit)
    scene.check()


def test_limit__is_met_to_the_wei__and_nothing_is_settled_below_it(lone: Any) -> None:
    scene, loan, begin = lone
    elapsed = FIRST + 54_321
    price = posted(elapsed)
    for limit, outcome in ((price - 1, "PriceAboveLimit"), (price, ""), (price + 1, "")):
        with scene.engine.rollback():
            scene.at(begin + elapsed)
            assert scene.tried(lambda: scene.auction.bid(loan, limit, 0, sender=scene.owners[2])) == outcome  # noqa: B023
    scene.check()


def test_only_bidder__can_neither_be_first_before_the_co_owners__nor_end_it_early(lone: Any) -> None:
    """A window of one block is none: two days for co-owners, then five for everybody, whoever else can pay for gas."""
    scene, loan, begin = lone
    buyer = scene.owners[2]
    for elapsed, outcome in ((FIRST - 1, "CoOwnersOnly"), (FIRST, ""), (FIRST + 1, ""), (DECLINE, "CoOwnersOnly")):
        with scene.engine.rollback():
            scene.at(begin + elapsed)
            assert scene.tried(lambda: scene.auction.bid(loan, ANY, 0, sender=buyer)) == outcome
    for elapsed in (1, FIRST, DECLINE, WHOLE - 1):
        with scene.engine.rollback():
            scene.at(begin + elapsed)
            assert scene.tried(lambda: scene.auction.close(loan, sender=buyer)) == "AuctionRunning"
    scene.check()


@pytest.mark.parametrize("elapsed", [FIRST, 4 * DAY + 7, DECLINE - 1])
def test_leftover__above_costs_and_debt__is_the_borrowers_to_the_wei(lone: Any, elapsed: int) -> None:
    scene, loan, begin = lone
    owner, _, buyer = scene.owners
    price = posted(elapsed)
    costs = -(-price * 2 // 100)
    debt = scene.debt_at(loan, begin + elapsed)
    scene.at(begin + elapsed)
    scene.auction.bid(loan, ANY, 0, sender=buyer)
    surplus = price - costs - debt
    assert scene.book.surplusOf(owner) == surplus > 0
    assert scene.stage(loan) == LoanStage.FORECLOSED
    scene.check()
    had = scene.coin.balanceOf(owner)
    assert scene.refused(lambda: scene.book.claimSurplus(owner, buyer, sender=buyer)) == ("NothingOwed", buyer)
    scene.book.claimSurplus(owner, owner, sender=owner)
    assert scene.coin.balanceOf(owner) - had == surplus
    assert scene.refused(lambda: scene.book.claimSurplus(owner, owner, sender=owner)) == ("NothingOwed", owner)
    scene.check()


def test_bid_below_the_debt__writes_off_the_rest__and_leaves_nobody_a_claim(scene: LoanScene) -> None:
    owner, _, buyer = scene.owners
    loan = scene.lend(owner, scene.share(0, 1), SHARE_USD * 60 // 100)
    level = scene.index_level()
    scene.at(scene.due_midnight(loan) + 90 * DAY)
    scene.index.set_index(level // 2)
    scene.book.startForeclosure(loan, sender=buyer)
    begin = scene.auction.auctionOf(loan).startedAt
    scene.engine.set_next_time(begin + FIRST)
    scene.auction.bid(loan, ANY, 0, sender=buyer)
    assert (scene.stage(loan), scene.book.surplusOf(owner)) == (LoanStage.WRITTEN_OFF, 0)
    assert scene.certificate.ownerOf(scene.share(0, 1)) == buyer
    assert scene.book.debtOf(loan) == scene.suite.loans.totalDebt() == 0
    scene.check()
