"""T27, dust: a payment leaves nothing or a loan worth having; who splits pays for it; the last wei frees the share."""

from __future__ import annotations

from typing import Any

import pytest
from loan_scene import DAY, NOBODY, WAD, LoanScene

from commonhold.recipe.lending import LoanStage


@pytest.fixture
def lent(scene: LoanScene) -> tuple[LoanScene, int, int, str]:
    """A loan, the second in which it will be paid, and its borrower."""
    owner = scene.owners[0]
    loan = scene.lend(owner, scene.share(0, 1))
    return scene, loan, scene.desk.loanOf(loan).dueAt - 5 * DAY, owner


@pytest.mark.parametrize(
    ("left", "outcome"), [(1, "DustLeft"), (2, "DustLeft"), (WAD - 1, "DustLeft"), (WAD, ""), (WAD + 1, ""), (0, "")]
)
@pytest.mark.parametrize("in_cash", [False, True], ids=["coins", "cash"])
def test_payment__that_leaves_less_than_the_least_debt__is_refused(
    lent: Any, left: int, outcome: str, in_cash: bool
) -> None:
    """In cash the credit is whole units, and a unit more than is owed is not taken."""
    scene, loan, time, owner = lent
    debt, unit = scene.debt_at(loan, time), 10**12
    credit = debt - left
    scene.at(time)
    if in_cash:
        credit = -(-credit // unit) * unit if left == 0 else credit // unit * unit
        left = max(0, debt - credit)
        outcome = "DustLeft" if 0 < left < WAD else ""
        call = lambda: scene.book.payCash(loan, credit // unit, 0, sender=owner)  # noqa: E731
    else:
        call = lambda: scene.book.pay(loan, credit, sender=owner)  # noqa: E731
    if outcome:
        assert scene.refused(call) == (outcome, loan, left, WAD)
    else:
        call()
        assert scene.book.debtOf(loan) == left
        assert scene.stage(loan) == (LoanStage.ACTIVE if left else LoanStage.REPAID)
    scene.check()


@pytest.mark.parametrize("more", [-1, 0, 1, 10**6 * WAD])
def test_last_wei__frees_the_share_in_the_same_transaction(lent: Any, more: int) -> None:
    scene, loan, time, owner = lent
    debt, share = scene.debt_at(loan, time), scene.share(0, 1)
    scene.at(time)
    if more < 0:
        assert scene.refused(lambda: scene.book.pay(loan, debt + more, sender=owner)) == ("DustLeft", loan, 1, WAD)
        assert scene.certificate.encumbrancesOf(share)[0] == scene.book.address
    else:
        had = scene.coin.balanceOf(owner)
        scene.book.pay(loan, debt + more, sender=owner)
        assert had - scene.coin.balanceOf(owner) == debt  # never more than is owed
        assert scene.certificate.encumbrancesOf(share)[0] == NOBODY
        assert (scene.stage(loan), scene.book.debtOf(loan)) == (LoanStage.REPAID, 0)
    scene.check()


def test_least_debt__can_be_paid_only_whole(lent: Any) -> None:
    scene, loan, time, owner = lent
    scene.at(time)
    scene.book.pay(loan, scene.debt_at(loan, time) - WAD, sender=owner)
    for coins in (1, WAD // 2, WAD - 1):
        scene.engine.keep_second()
        assert scene.tried(lambda: scene.book.pay(loan, coins, sender=owner)) == "DustLeft"  # noqa: B023
    scene.book.pay(loan, 2 * WAD, sender=owner)
    assert scene.stage(loan) == LoanStage.REPAID
    scene.check()


@pytest.mark.parametrize("parts", [2, 7])
@pytest.mark.parametrize("in_cash", [False, True], ids=["coins", "cash"])
def test_parts_of_a_payment__in_one_second__never_cost_less_than_the_whole(
    lent: Any, parts: int, in_cash: bool
) -> None:
    """Not in coins, not in debt, not in the due time."""
    scene, loan, time, owner = lent
    unit = 10**12 if in_cash else 1
    whole = 3_141_592_653 * 10**12 // unit if in_cash else 3_141_592_653_589_793_238_461
    outcomes = []
    for pieces in ([whole], [whole // parts] * (parts - 1) + [whole - whole // parts * (parts - 1)]):
        with scene.engine.rollback():
            scene.at(time)
            for number, piece in enumerate(pieces):
                if number:
                    scene.engine.keep_second()
                if in_cash:
                    scene.book.payCash(loan, piece, 0, sender=owner)
                else:
                    scene.book.pay(loan, piece, sender=owner)
            assert scene.engine.now() == time
            page = scene.desk.loanOf(loan)
            outcomes.append((page.debt, -page.dueAt, -page.towards))
    assert outcomes[0] <= outcomes[1]
    assert outcomes[1][0] - outcomes[0][0] <= parts
    scene.check()


def test_foreclosed_share__that_leaves_dust__does_not_end_the_loan_half_way(scene: LoanScene) -> None:
    """The first of two shares all but pays the debt: the rest is owed, payable by anybody, and frees the other."""
    owner, stranger, buyer = scene.owners
    loan = scene.lend(owner, scene.share(0, 1), 24_000 * WAD)
    scene.book.addCollateral(loan, scene.share(0, 2), sender=owner)
    scene.at(scene.due_midnight(loan) + 90 * DAY)
    scene.index.set_index(scene.index_level() * 60_000 // 100_000)  # 24,000 a share
    scene.book.startForeclosure(loan, sender=buyer)
    begin, price, net = scene.auction.auctionOf(loan).startedAt, 0, 0
    start, floor = scene.auction.auctionOf(loan).startUsd, scene.auction.auctionOf(loan).floorUsd
    # The second in which what the price leaves after costs comes nearest to the debt, from below.
    elapsed = 2 * DAY
    for elapsed in range(2 * DAY, 7 * DAY, 3_600):
        price = start - (start - floor) * elapsed // (7 * DAY)
        net = price - -(-price * 2 // 100)
        if net < scene.debt_at(loan, begin + elapsed):
            break
    scene.at(begin + elapsed)
    scene.auction.bid(loan, 2**255, 0, sender=buyer)
    left = scene.book.debtOf(loan)
    assert scene.stage(loan) == LoanStage.FORECLOSING
    assert scene.auction.auctionOf(loan).shareId == scene.share(0, 2)
    scene.check()
    scene.book.pay(loan, left + scene.book.feesDueOf(loan) + WAD, sender=stranger)
    assert (scene.stage(loan), scene.certificate.ownerOf(scene.share(0, 2))) == (LoanStage.REPAID, owner)
    assert scene.certificate.encumbrancesOf(scene.share(0, 2))[0] == NOBODY
    scene.check()
