"""T28, grace and cure: who restores his loan is free of the foreclosure, and every clock is right to the second."""

from __future__ import annotations

from typing import Any

import pytest
from loan_scene import DAY, FORECLOSURE, NOBODY, SHARE_USD, WAD, LoanScene

from commonhold.recipe.lending import MONTH, LoanStage

LENT = 24_000 * WAD
NOTICE = 30 * DAY
ANY = 2**255


@pytest.fixture
def lent(scene: LoanScene) -> tuple[LoanScene, int, str]:
    owner = scene.owners[0]
    return scene, scene.lend(owner, scene.share(0, 1), LENT), owner


@pytest.fixture
def noticed(lent: Any) -> tuple[LoanScene, int, str, int]:
    """The house is worth 30 % less, so the debt is above 85 % of the share; with the second of the notice."""
    scene, loan, owner = lent
    scene.index.set_index(scene.index_level() * 70 // 100)
    receipt = scene.book.giveNotice(loan, sender=scene.owners[2])
    return scene, loan, owner, receipt.timestamp


def foreclosed_on_arrears(scene: LoanScene, loan: int) -> None:
    scene.at(scene.due_midnight(loan) + 90 * DAY)
    scene.book.startForeclosure(loan, sender=scene.owners[2])


# ------------------------------------------------------------------------------------------------------------- arrears


@pytest.mark.parametrize(("second", "outcome"), [(-1, "NotForeclosable"), (0, ""), (1, "")])
def test_foreclosure_on_arrears__begins_with_day_90__not_a_second_early(lent: Any, second: int, outcome: str) -> None:
    scene, loan, _ = lent
    scene.at(scene.due_midnight(loan) + 90 * DAY + second)
    assert scene.tried(lambda: scene.book.startForeclosure(loan, sender=scene.owners[2])) == outcome
    scene.check()


@pytest.mark.parametrize(("more", "stage"), [(-1, LoanStage.FORECLOSING), (0, LoanStage.ACTIVE), (1, LoanStage.ACTIVE)])
def test_arrears__paid_to_the_wei__end_the_foreclosure(lent: Any, more: int, stage: LoanStage) -> None:
    scene, loan, owner = lent
    foreclosed_on_arrears(scene, loan)
    page = scene.desk.loanOf(loan)
    unpaid = (scene.engine.now() - page.dueAt) // MONTH + 1
    assert unpaid > 2
    fees = unpaid * -(-page.instalment * 5 // 100)
    assert scene.book.feesDueOf(loan) in (fees, fees - -(-page.instalment * 5 // 100))
    scene.book.pay(loan, scene.book.feesDueOf(loan) + unpaid * page.instalment + more, sender=owner)
    assert scene.stage(loan) == stage
    assert (scene.desk.loanOf(loan).dueAt > scene.engine.now()) == (stage == LoanStage.ACTIVE)
    scene.check()
    if stage == LoanStage.ACTIVE:
        # What began stands no longer: nobody can bid, or start again.
        buyer = scene.owners[2]
        assert scene.refused(lambda: scene.auction.bid(loan, ANY, 0, sender=buyer)) == ("NoAuction", loan)
        assert scene.tried(lambda: scene.book.startForeclosure(loan, sender=buyer)) == "NotForeclosable"


@pytest.mark.parametrize("days", [0, 2, 8, 30])
def test_full_payment__frees_the_share_until_the_auction_settles__also_after_its_end(lent: Any, days: int) -> None:
    scene, loan, owner = lent
    foreclosed_on_arrears(scene, loan)
    if days:
        scene.at(scene.engine.now() + days * DAY)
    scene.book.pay(loan, ANY, sender=scene.owners[1])  # anybody may
    assert scene.stage(loan) == LoanStage.REPAID
    assert scene.certificate.ownerOf(scene.share(0, 1)) == owner
    assert scene.certificate.encumbrancesOf(scene.share(0, 1))[0] == NOBODY
    assert scene.tried(lambda: scene.auction.close(loan, sender=owner)) == "NoAuction"
    scene.check()


# -------------------------------------------------------------------------------------------------------------- notice


@pytest.mark.parametrize(("second", "outcome"), [(-1, "NotForeclosable"), (0, ""), (1, "")])
def test_notice__runs_thirty_days__to_the_second(noticed: Any, second: int, outcome: str) -> None:
    scene, loan, _, noticed_at = noticed
    scene.at(noticed_at + NOTICE + second)
    assert scene.tried(lambda: scene.book.startForeclosure(loan, sender=scene.owners[2])) == outcome
    scene.check()


@pytest.mark.parametrize("stopped_days", [1, 30])
@pytest.mark.parametrize("what", ["foreclosures", "the house's value", "the share"])
def test_notice__stands_still_through_a_stop__by_exactly_its_length(
    noticed: Any, guardian: str, court: str, as_dao: Any, what: str, stopped_days: int
) -> None:
    scene, loan, owner, noticed_at = noticed
    share, house = scene.share(0, 1), scene.houses[0]
    scene.at(noticed_at + 5 * DAY)
    if what == "foreclosures":
        begun = scene.desk.stop(FORECLOSURE, sender=guardian).timestamp
    elif what == "the share":
        begun = scene.certificate.setFrozenTokens(owner, share, True, sender=court).timestamp
    else:
        begun = scene.suite.valuation.freeze(house, sender=guardian).timestamp
    scene.at(begun + stopped_days * DAY)
    ended = begun + stopped_days * DAY
    if what == "foreclosures" and stopped_days < 30:
        ended = as_dao(scene.desk, "resume", FORECLOSURE).timestamp
    elif what == "the share":
        scene.certificate.setFrozenTokens(owner, share, False, sender=court)
    elif what == "the house's value" and stopped_days < 30:
        ended = as_dao(scene.suite.valuation, "unfreeze", house).timestamp
    allowed_at = noticed_at + NOTICE + ended - begun
    for second, outcome in ((-1, "NotForeclosable"), (0, "")):
        with scene.engine.rollback():
            scene.at(allowed_at + second)
            assert scene.tried(lambda: scene.book.startForeclosure(loan, sender=scene.owners[2])) == outcome
    scene.check()


@pytest.mark.parametrize(("above", "stands"), [(1, True), (0, False), (-1, False)])
def test_payment__down_to_85_percent_of_the_last_valid_value__ends_the_notice(
    noticed: Any, above: int, stands: bool
) -> None:
    scene, loan, owner, _ = noticed
    limit = scene.desk.loanOf(loan).valueUsd * 85 // 100
    time = scene.engine.now() + DAY
    coins = scene.debt_at(loan, time) - limit - above
    scene.at(time)
    scene.book.pay(loan, coins, sender=owner)
    assert scene.book.debtOf(loan) == limit + above
    assert (scene.desk.loanOf(loan).noticeAt != 0) is stands
    scene.check()


@pytest.mark.parametrize("how", ["a share more", "a part paid", "a better value"])
def test_foreclosure_on_notice__is_cured_by(noticed: Any, how: str) -> None:
    scene, loan, owner, noticed_at = noticed
    buyer = scene.owners[2]
    scene.at(noticed_at + NOTICE)
    scene.book.startForeclosure(loan, sender=buyer)
    assert scene.stage(loan) == LoanStage.FORECLOSING
    if how == "a share more":
        scene.book.addCollateral(loan, scene.share(0, 2), sender=owner)
    elif how == "a part paid":
        scene.book.pay(loan, 5_000 * WAD, sender=buyer)
    else:
        scene.index.set_index(scene.index_level() * 120 // 100)
        scene.book.mark(loan, sender=buyer)
    page = scene.desk.loanOf(loan)
    assert (scene.stage(loan), page.noticeAt) == (LoanStage.ACTIVE, 0)
    assert scene.tried(lambda: scene.auction.bid(loan, ANY, 0, sender=buyer)) == "NoAuction"
    assert scene.tried(lambda: scene.book.startForeclosure(loan, sender=buyer)) == "NotForeclosable"
    scene.check()


def test_cure_of_a_notice__does_not_cure_arrears(noticed: Any) -> None:
    scene, loan, owner, _ = noticed
    foreclosed_on_arrears(scene, loan)
    scene.book.addCollateral(loan, scene.share(0, 2), sender=owner)
    page = scene.desk.loanOf(loan)
    assert (scene.stage(loan), page.noticeAt) == (LoanStage.FORECLOSING, 0)
    assert page.shareIds == [scene.share(0, 1), scene.share(0, 2)]
    scene.check()


@pytest.mark.parametrize(("below", "outcome"), [(-1, "NoticeNotDue"), (0, "NoticeNotDue"), (1, "")])
def test_notice__needs_a_debt_above_85_percent__to_the_wei(lent: Any, below: int, outcome: str) -> None:
    """The value falls to the least that still covers the debt so far, and a hair below."""
    scene, loan, _ = lent
    time = scene.engine.now() + DAY
    debt = scene.debt_at(loan, time)
    # The least reading of the index at which the debt is not above 85 %.
    decimals = scene.index.decimals
    first = scene.index.handle.latestAnswer()
    least = -(-debt * 10_000 * first // (8_500 * SHARE_USD))
    scene.engine.set_time(time - 2)
    scene.index.set_index((least - below) * WAD // 10**decimals)
    scene.engine.set_next_time(time)
    assert scene.tried(lambda: scene.book.giveNotice(loan, sender=scene.owners[2])) == outcome
    scene.check()


def test_paused_during_grace__payment_is_not__and_the_loan_is_on_time_again(lent: Any, guardian: str) -> None:
    """The stop takes nothing from the borrower and gives him nothing: days past due go on, and so does paying."""
    scene, loan, owner = lent
    due = scene.desk.loanOf(loan).dueAt
    scene.at(due + DAY)
    scene.desk.stop(FORECLOSURE, sender=guardian)
    scene.treasury.stop(b"lending".ljust(32, b"\0"), sender=guardian)
    scene.at(scene.due_midnight(loan) + 15 * DAY)
    assert scene.book.feesDueOf(loan) == 0
    scene.book.pay(loan, scene.desk.loanOf(loan).instalment, sender=owner)
    page = scene.desk.loanOf(loan)
    assert (page.paid, page.dueAt, page.feesDue) == (1, due + MONTH, 0)
    scene.check()
