"""What attacks on the loans found once: each must stay mended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from loan_scene import DAY, FORECLOSURE, WAD, LoanScene

from commonhold.recipe.lending import LoanKind, LoanStage, accept_purchase

ANY = 2**255
LENT = 24_000 * WAD
MONTH = 2_628_000


def worthless(scene: LoanScene, house: int, registrar: str) -> None:
    """A claim as high as the house ranks before its shares."""
    scene.suite.registry.reportSeniorClaim(scene.houses[house], 400_000 * WAD, b"x" * 32, sender=registrar)


def foreclosed_in_arrears(scene: LoanScene, loan: int) -> None:
    scene.at(scene.due_midnight(loan) + 90 * DAY)
    scene.book.startForeclosure(loan, sender=scene.owners[2])


def closed_without_a_bid(scene: LoanScene, loan: int) -> None:
    scene.at(scene.auction.auctionOf(loan).startedAt + 9 * DAY)
    scene.auction.close(loan, sender=scene.owners[2])


def test_a_book_that_the_dao_takes_back__traps_no_debtor(scene: LoanScene, as_dao: Callable[..., Any]) -> None:
    owner = scene.owners[0]
    paid, line = scene.lend(owner, scene.share(0, 1), LENT), scene.approved(owner, scene.share(0, 2), LENT)
    as_dao(scene.suite.loans, "setBook", scene.book.address, False)
    scene.at(scene.engine.now() + 10)
    assert scene.tried(lambda: scene.book.draw(line.loan_id, owner, sender=owner)) == "BookIsClosed"
    scene.book.pay(paid, ANY, sender=owner)
    assert scene.stage(paid) == LoanStage.REPAID
    scene.check()


def test_a_share_worth_nothing__is_foreclosed_and_written_off(scene: LoanScene, registrar: str) -> None:
    """Else its borrower, house and underwriter would never lend again."""
    loan = scene.lend(scene.owners[0], scene.share(0, 1), LENT)
    worthless(scene, 0, registrar)
    foreclosed_in_arrears(scene, loan)
    scene.at(scene.auction.auctionOf(loan).startedAt + 3 * DAY)
    bid = scene.refused(lambda: scene.auction.bid(loan, ANY, 0, sender=scene.owners[2]))
    assert bid == ("WorthNothing", loan, scene.share(0, 1))
    closed_without_a_bid(scene, loan)
    assert scene.stage(loan) == LoanStage.WRITTEN_OFF
    assert scene.certificate.ownerOf(scene.share(0, 1)) == scene.treasury.address
    assert scene.suite.loans.ownedHomeUsd(scene.share(0, 1)) == 0
    scene.check()


def test_a_next_share_worth_nothing__does_not_hold_up_the_foreclosure(
    scene: LoanScene, registrar: str, moved: Callable[[int, str], None]
) -> None:
    owner = scene.owners[0]
    moved(scene.share(1, 1), owner)
    loan = scene.lend(owner, scene.share(0, 1), LENT)
    scene.book.addCollateral(loan, scene.share(1, 1), sender=owner)
    worthless(scene, 1, registrar)
    foreclosed_in_arrears(scene, loan)
    closed_without_a_bid(scene, loan)
    assert scene.auction.auctionOf(loan).shareId == scene.share(1, 1)
    closed_without_a_bid(scene, loan)
    assert scene.stage(loan) == LoanStage.WRITTEN_OFF
    scene.check()


def test_a_waiting_rate__by_small_payments_of_anybody__stays_waiting(scene: LoanScene) -> None:
    """It was fixed for a reset at which the loan was impaired: the first payment that moves the due time brings it."""
    owner, _, stranger = scene.owners
    loan = scene.lend(owner, scene.share(0, 1), LENT, kind=LoanKind.ADJUSTABLE)
    agreed = scene.desk.loanOf(loan)
    for month in range(1, 11):
        scene.at(agreed.startedAt + month * MONTH - DAY)
        scene.book.pay(loan, agreed.instalment, sender=owner)
    scene.at(agreed.resetAt - 40 * DAY)
    scene.book.fixRate(loan, sender=stranger)
    waiting = scene.desk.loanOf(loan).nextRateBps
    assert waiting != agreed.rateBps
    scene.at(agreed.resetAt + 60 * DAY)
    fees = scene.book.feesDueOf(loan)
    later = scene.debt_at(loan, agreed.resetAt + 160 * DAY)
    for payer in (stranger, owner):
        scene.at(scene.engine.now() + 5)
        scene.book.pay(loan, fees + WAD, sender=payer)
        fees = scene.book.feesDueOf(loan)
        page = scene.desk.loanOf(loan)
        assert (page.rateBps, page.nextRateBps, page.instalment) == (agreed.rateBps, waiting, agreed.instalment)
    assert scene.debt_at(loan, agreed.resetAt + 160 * DAY) < later
    scene.at(scene.engine.now() + 5)
    scene.book.pay(loan, agreed.instalment, sender=owner)
    page, position = scene.desk.loanOf(loan), scene.desk.positionOf(loan)
    assert (page.rateBps, page.paid, position.rateBps) == (waiting, 11, waiting)
    left = agreed.application.instalments - 11
    assert page.instalment * left > page.principal > page.instalment  # of what is left, at the new rate
    scene.check()


def test_a_seller__who_takes_his_word_back__sells_nothing(
    scene: LoanScene, approve_move: Callable[..., None], manager: str
) -> None:
    seller, buyer, _ = scene.owners
    share = scene.share(0, 5)
    asked = scene.approved(buyer, share, 18_000 * WAD, price_usd=40_000 * WAD)
    accept_purchase(scene.suite, asked, manager=manager)
    draw = lambda: scene.book.drawForPurchase(asked.loan_id, sender=buyer)  # noqa: E731
    assert scene.tried(draw) == ""
    scene.desk.acceptPurchase(asked.loan_id, 0, sender=seller)
    assert scene.desk.loanOf(asked.loan_id).acceptedMove == 0
    assert scene.refused(draw) == ("PurchaseNotAccepted", asked.loan_id, 0, scene.certificate.moveNumberOf(share))


@pytest.mark.parametrize("stopped_before", [0, 12], ids=["before", "also before the notice"])
def test_a_notice__whose_first_share_goes__keeps_what_it_has_run(
    scene: LoanScene, guardian: str, moved: Callable[[int, str], None], stopped_before: int
) -> None:
    """The next share's house was frozen once: that is no stop of this notice, and later stops count in full."""
    owner, valuation = scene.owners[0], scene.suite.valuation
    moved(scene.share(1, 1), owner)
    loan = scene.lend(owner, scene.share(0, 1), LENT)
    scene.book.addCollateral(loan, scene.share(1, 1), sender=owner)
    if stopped_before:
        valuation.freeze(scene.houses[0], sender=guardian)
        scene.engine.advance(stopped_before * DAY)
    for house in scene.houses[:2]:
        scene.appraise(house, 100_000 * WAD)
    scene.at(scene.due_midnight(loan) + 89 * DAY)
    scene.book.giveNotice(loan, sender=scene.owners[2])
    foreclosed_in_arrears(scene, loan)
    scene.at(scene.auction.auctionOf(loan).startedAt + 3 * DAY)
    ran = scene.book.noticeRanOf(loan)
    scene.auction.bid(loan, ANY, 0, sender=scene.owners[2])
    seconds = scene.book.noticeRanOf(loan) - ran
    assert 0 <= seconds < 10
    scene.desk.stop(FORECLOSURE, sender=guardian)
    stopped = scene.book.noticeRanOf(loan)
    scene.engine.advance(5 * DAY)
    assert scene.book.noticeRanOf(loan) == stopped


def test_an_originators_days__rolled_by_anybody__change_nothing_but_the_reads(
    scene: LoanScene, underwriter: str
) -> None:
    owner, _, stranger = scene.owners
    loan = scene.lend(owner, scene.share(0, 1), LENT)
    number = next(n for n in range(1, 9) if scene.desk.originatorAt(n) == underwriter)
    for days in (20, 400):
        scene.at(scene.due_midnight(loan) + days * DAY)
        told = scene.desk.originatorPage(underwriter)
        scene.book.rollOriginator(number, 7, sender=stranger)
        assert scene.desk.originatorPage(underwriter) == told == (LENT, 1, 1)
    scene.book.rollOriginator(number, ANY, sender=stranger)
    assert scene.desk.originatorPage(underwriter) == (LENT, 1, 1)
    scene.book.pay(loan, ANY, sender=owner)
    assert scene.desk.originatorPage(underwriter) == (0, 0, 0)


def test_a_share_id_of_more_than_32_bits__secures_nothing(scene: LoanScene) -> None:
    """A loan keeps its shares in 32 bits each."""
    owner, share = scene.owners[0], 2**32 + scene.share(0, 2)
    loan = scene.lend(owner, scene.share(0, 1), LENT)
    assert scene.refused(lambda: scene.book.addCollateral(loan, share, sender=owner)) == ("NotCollateral", share)
