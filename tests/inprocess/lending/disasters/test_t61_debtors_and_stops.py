"""T61, a pause never traps debtors: with every switch on and every feed dead they pay, cure, claim and leave; and a
stop gives the clocks of a foreclosure back exactly what it took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from loan_scene import DAY, FORECLOSURE, NOBODY, WAD, LoanScene

from commonhold.recipe.lending import LoanStage
from commonhold.recipe.plan import INDEX_FEED, RESERVE_FEED

SWITCHES = tuple(name.ljust(32, b"\0") for name in (b"buy", b"redeem", b"lending"))
LENT = 24_000 * WAD
ANY = 2**255


@dataclass
class Stopped:
    """Three loans of owner_a's: one is late, one in foreclosure on arrears, one was sold with a surplus."""

    scene: LoanScene
    late: int
    foreclosing: int
    sold: int
    waiting: int  # a redemption request of owner_b's, finalised before the stops


@pytest.fixture(params=["stopped", "stopped and every feed frozen", "stopped and every feed dead"])
def everything(request: Any, scene: LoanScene, guardian: str) -> Stopped:
    suite, owner, other, buyer = scene.suite, *scene.owners
    late, foreclosing, sold = (scene.lend(owner, scene.share(0, number), LENT) for number in (1, 2, 3))
    scene.at(scene.due_midnight(sold) + 90 * DAY)
    scene.book.startForeclosure(foreclosing, sender=buyer)
    scene.book.startForeclosure(sold, sender=buyer)
    scene.at(scene.auction.auctionOf(sold).startedAt + 3 * DAY)
    scene.auction.bid(sold, ANY, 0, sender=buyer)
    assert scene.book.surplusOf(owner) > 0
    asked = scene.treasury.requestRedeem(1_000 * WAD, other, other, sender=other).event("RedeemRequest")["requestId"]
    assert scene.treasury.claimableRedeemRequest(asked, other) > 0

    for what in SWITCHES:
        scene.treasury.stop(what, sender=guardian)
    scene.desk.stop(FORECLOSURE, sender=guardian)
    suite.registry.stopRegistration(sender=guardian)
    for house in scene.houses:
        suite.valuation.freeze(house, sender=guardian)
    if "frozen" in request.param:
        for feed in (INDEX_FEED, RESERVE_FEED):
            suite.reader.freeze(feed, sender=guardian)
    if "dead" in request.param:
        scene.index.handle.updateAnswer(-1, sender=buyer)
        suite.reserve_feed.updateAnswer(0, sender=buyer)
    return Stopped(scene, late, foreclosing, sold, asked)


def test_every_switch_on__nothing_new_is_lent_and_nothing_seized(everything: Stopped) -> None:
    scene = everything.scene
    owner, _, buyer = scene.owners
    assert scene.tried(lambda: scene.book.startForeclosure(everything.late, sender=buyer)) == "StoppedUntil"
    assert scene.tried(lambda: scene.auction.bid(everything.foreclosing, ANY, 0, sender=buyer)) == "StoppedUntil"
    scene.engine.advance(20 * DAY)
    assert scene.tried(lambda: scene.auction.close(everything.foreclosing, sender=buyer)) == "AuctionRunning"
    assert scene.tried(lambda: scene.book.giveNotice(everything.late, sender=buyer)) == "ValueNotValid"
    assert scene.tried(lambda: scene.treasury.buy(10**9, 0, buyer, sender=buyer)) == "StoppedUntil"
    assert scene.tried(lambda: scene.book.draw(everything.sold, owner, sender=owner)) == "WrongStage"
    scene.check()


def test_every_switch_on__borrowers__pay_in_part_cure_and_pay_all(everything: Stopped) -> None:
    scene = everything.scene
    owner, stranger, _ = scene.owners
    loan = everything.foreclosing
    scene.book.pay(loan, 200 * WAD, sender=owner)
    assert scene.stage(loan) == LoanStage.FORECLOSING
    arrears = scene.book.feesDueOf(loan) + 5 * scene.desk.loanOf(loan).instalment
    scene.book.pay(loan, arrears, sender=stranger)
    assert scene.stage(loan) == LoanStage.ACTIVE
    for number, share in ((everything.late, 1), (loan, 2)):
        scene.book.pay(number, ANY, sender=owner)
        assert scene.stage(number) == LoanStage.REPAID
        assert scene.certificate.encumbrancesOf(scene.share(0, share))[0] == NOBODY
    scene.check()


def test_every_switch_on__payment_in_cash__needs_a_price_and_nothing_else(everything: Stopped) -> None:
    """A frozen feed has no price; of a dead one the last valid price is gone with its heartbeat."""
    scene = everything.scene
    loan = everything.late
    owner = scene.owners[0]
    scene.book.pay(loan, scene.book.feesDueOf(loan), sender=owner)
    has_price = scene.suite.reader.read(RESERVE_FEED).status == 1
    outcome = scene.tried(lambda: scene.book.payCash(loan, 1_000 * 10**6, 0, sender=owner))
    assert outcome == ("" if has_price else "NoValidReservePrice")
    scene.check()


def test_every_switch_on__a_share_more__is_taken(everything: Stopped) -> None:
    scene = everything.scene
    for number, loan in ((4, everything.late), (5, everything.foreclosing)):
        scene.book.addCollateral(loan, scene.share(0, number), sender=scene.owners[0])
        assert scene.desk.loanOf(loan).shareIds[-1] == scene.share(0, number)
    scene.book.mark(everything.late, sender=scene.owners[2])
    scene.check()


def test_every_switch_on__what_is_somebodys__is_his_for_the_asking(
    everything: Stopped, moved: Callable[[int, str], None]
) -> None:
    scene = everything.scene
    owner, other, _ = scene.owners
    surplus, had = scene.book.surplusOf(owner), scene.coin.balanceOf(owner)
    scene.book.claimSurplus(owner, owner, sender=owner)
    assert scene.coin.balanceOf(owner) == had + surplus
    cash = scene.suite.reserve.balanceOf(other)
    scene.treasury.claim(everything.waiting, other, sender=other)
    assert scene.suite.reserve.balanceOf(other) > cash
    moved(scene.share(0, 8), other)
    assert scene.certificate.ownerOf(scene.share(0, 8)) == other
    scene.book.sweepFees(1, sender=other)
    scene.check()


# -------------------------------------------------------------------------------------------------------------- clocks


def _stop(scene: LoanScene, what: str, guardian: str, court: str) -> int:
    if what == "foreclosures":
        return scene.desk.stop(FORECLOSURE, sender=guardian).timestamp
    if what == "the house's value":
        return scene.suite.valuation.freeze(scene.houses[0], sender=guardian).timestamp
    if what == "the index":
        return scene.suite.reader.freeze(INDEX_FEED, sender=guardian).timestamp
    return scene.certificate.setFrozenTokens(scene.owners[0], scene.share(0, 1), True, sender=court).timestamp


def _go_on(scene: LoanScene, what: str, as_dao: Callable[..., Any], court: str) -> int:
    if what == "foreclosures":
        return as_dao(scene.desk, "resume", FORECLOSURE).timestamp
    if what == "the house's value":
        return as_dao(scene.suite.valuation, "unfreeze", scene.houses[0]).timestamp
    if what == "the index":
        return as_dao(scene.suite.reader, "unfreeze", INDEX_FEED).timestamp
    return scene.certificate.setFrozenTokens(scene.owners[0], scene.share(0, 1), False, sender=court).timestamp


@pytest.mark.parametrize("lifted_after", [5 * DAY, None], ids=["lifted", "until it ends"])
@pytest.mark.parametrize("what", ["foreclosures", "the house's value", "the index", "the share"])
def test_stop__shifts_the_auction__by_exactly_its_length(
    scene: LoanScene, guardian: str, court: str, as_dao: Any, what: str, lifted_after: int | None
) -> None:
    """Prices, turns and the end; a stop ends after thirty days, a share's freeze when the court says."""
    owner, _, buyer = scene.owners
    loan = scene.lend(owner, scene.share(0, 1), LENT)
    scene.at(scene.due_midnight(loan) + 90 * DAY)
    scene.book.startForeclosure(loan, sender=buyer)
    begin = scene.auction.auctionOf(loan).startedAt
    scene.at(begin + DAY)
    stopped_at = _stop(scene, what, guardian, court)
    if lifted_after is None and what != "the share":
        ended = stopped_at + scene.desk.guardianStopPeriod()
        scene.engine.set_time(ended + 1)
    else:
        scene.engine.set_time(stopped_at + (lifted_after or 40 * DAY))
        ended = _go_on(scene, what, as_dao, court)
    length = ended - stopped_at
    for elapsed, outcome in (
        (2 * DAY - 1, "CoOwnersOnly"),
        (2 * DAY, ""),
        (7 * DAY - 1, ""),
        (7 * DAY, "CoOwnersOnly"),
        (9 * DAY - 1, "CoOwnersOnly"),
        (9 * DAY, "AuctionEnded"),
    ):
        if begin + elapsed + length <= scene.engine.now() + 5:
            continue
        with scene.engine.rollback():
            scene.at(begin + elapsed + length)
            assert scene.tried(lambda: scene.auction.bid(loan, ANY, 0, sender=buyer)) == outcome
            scene.engine.set_time(begin + elapsed + length)
            assert scene.auction.auctionOf(loan).elapsed == elapsed
    scene.at(begin + 9 * DAY + length - 1)
    assert scene.tried(lambda: scene.auction.close(loan, sender=buyer)) == "AuctionRunning"
    scene.at(begin + 9 * DAY + length)
    scene.auction.close(loan, sender=buyer)
    assert scene.stage(loan) == LoanStage.WRITTEN_OFF
    scene.check()


def test_days_past_due__and_interest__never_stop(scene: LoanScene, guardian: str) -> None:
    owner = scene.owners[0]
    loan = scene.lend(owner, scene.share(0, 1), LENT)
    then = scene.due_midnight(loan) + 100 * DAY
    with scene.engine.rollback():
        scene.engine.set_time(then)
        expected = scene.book.debtOf(loan), scene.book.daysPastDueOf(loan), scene.treasury.balanceSheet().loansUsd
    for what in SWITCHES:
        scene.treasury.stop(what, sender=guardian)
    scene.desk.stop(FORECLOSURE, sender=guardian)
    scene.suite.valuation.freeze(scene.houses[0], sender=guardian)
    scene.engine.set_time(then)
    found = scene.book.debtOf(loan), scene.book.daysPastDueOf(loan), scene.treasury.balanceSheet().loansUsd
    assert found == expected
    scene.check()
