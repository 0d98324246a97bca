"""Notices, foreclosures and their cures at their edges; how the proceeds are shared; the switch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from book_drive import COIN, SHARE, UNLIMITED, keep_feeds, pass_time, pay, refused

from commonhold.recipe.buying import give_coins
from commonhold.recipe.lending import DAY, MONTH, LoanStage

FORECLOSURE = b"foreclosure".ljust(32, b"\0")
NO_SHARE = 0


@pytest.fixture
def sinks(suite: Any, appraise: Callable[..., Any]) -> Callable[[int, int], None]:
    """A loan's house is worth less: eight times so many dollars a share."""

    def to(loan_id: int, share_usd: int) -> None:
        pass_time(suite, 100)
        appraise(suite.desk.loanOf(loan_id).application.shareId >> 8, 8 * share_usd)

    return to


@pytest.fixture
def overdue(suite: Any, late_loan: Callable[..., int]) -> Callable[..., int]:
    """A `late_loan`, and the index is valid."""

    def wait(**fields: Any) -> int:
        loan_id = late_loan(**fields)
        keep_feeds(suite)
        return loan_id

    return wait


@pytest.fixture
def bid(suite: Any, credential: Callable[..., Any], buyer: str) -> Callable[[int], Any]:
    """The buyer takes the share at the posted price, when anybody may."""

    def now(loan_id: int) -> Any:
        if not suite.credentials.isValid(buyer):
            credential(buyer)
        left = suite.auction.auctionOf(loan_id).startedAt + 3 * DAY - suite.engine.now()
        pass_time(suite, max(left, 1))
        give_coins(suite, buyer, 60_000 * COIN)
        suite.coin.approve(suite.treasury, UNLIMITED, sender=buyer)
        return suite.auction.bid(loan_id, UNLIMITED, NO_SHARE, sender=buyer)

    return now


@pytest.mark.parametrize("second", [-1, 0])
def test_start__day_ninety__not_a_second_before(suite: Any, active_loan: Any, attacker: str, second: int) -> None:
    loan_id = active_loan()
    midnight = (-(-suite.desk.loanOf(loan_id).dueAt // DAY) + 90) * DAY
    suite.engine.set_time(midnight - 100)
    keep_feeds(suite)
    suite.engine.set_next_time(midnight + second)
    start = lambda: suite.book.startForeclosure(loan_id, sender=attacker)  # noqa: E731
    if second < 0:
        refused(start, "NotForeclosable", loan_id, 89, 0)
        return
    said = start().event("ForeclosureStarted")
    assert said["by"] == attacker
    assert suite.desk.loanOf(loan_id).stage == LoanStage.FORECLOSING
    assert suite.auction.auctionOf(loan_id).startUsd == SHARE * 11 // 10
    refused(start, "WrongStage", loan_id, LoanStage.FORECLOSING)


def test_start__value_not_valid__refused(suite: Any, overdue: Any, guardian: str, attacker: str) -> None:
    loan_id = overdue(days=91)
    house = suite.desk.loanOf(loan_id).application.shareId >> 8
    suite.valuation.freeze(house, sender=guardian)
    refused(lambda: suite.book.startForeclosure(loan_id, sender=attacker), "ValueNotValid", house, 4)


def test_cure__arrears_paid__auction_is_over(suite: Any, overdue: Any, owner_a: str, attacker: str) -> None:
    loan_id = overdue(days=91)
    suite.book.startForeclosure(loan_id, sender=attacker)
    loan = suite.desk.loanOf(loan_id)
    due = loan.feesDue + 3 * loan.instalment
    pay(suite, loan_id, due, owner_a)
    assert suite.desk.loanOf(loan_id).stage == LoanStage.FORECLOSING  # the fourth is due, too
    receipt = pay(suite, loan_id, loan.instalment, owner_a)
    assert receipt.event("ForeclosureCured")["loanId"] == loan_id
    assert suite.desk.loanOf(loan_id).stage == LoanStage.ACTIVE
    assert suite.auction.auctionOf(loan_id).shareId == 0


@pytest.mark.parametrize("above", [0, 1])
def test_notice__debt_above_eighty_five_per_cent__and_not_at_it(
    suite: Any, active_loan: Any, sinks: Any, attacker: str, above: int
) -> None:
    loan_id = active_loan(amount=17_000 * COIN)
    debt = suite.book.debtOf(loan_id) + 17_000 * COIN * 1_500 // 10_000  # more than it grows to
    sinks(loan_id, debt * 10_000 // 8_500)
    give = lambda: suite.book.giveNotice(loan_id, sender=attacker)  # noqa: E731
    refused(give, "NoticeNotDue")
    sinks(loan_id, 19_900 * COIN)
    if not above:
        return
    said = give().event("NoticeGiven")
    assert (said["by"], said["valueUsd"]) == (attacker, 19_900 * COIN)
    loan = suite.desk.loanOf(loan_id)
    assert (loan.noticeAt, loan.valueUsd) == (suite.engine.now(), 19_900 * COIN)
    refused(give, "AlreadyUnderNotice", loan_id, loan.noticeAt)
    sinks(loan_id, 30_000 * COIN)
    assert suite.book.mark(loan_id, sender=attacker).event("NoticeCured")["loanId"] == loan_id
    assert suite.desk.loanOf(loan_id).noticeAt == 0


def test_notice__value_not_valid__refused(suite: Any, active_loan: Any, guardian: str, attacker: str) -> None:
    loan_id = active_loan()
    house = suite.desk.loanOf(loan_id).application.shareId >> 8
    suite.valuation.freeze(house, sender=guardian)
    refused(lambda: suite.book.giveNotice(loan_id, sender=attacker), "ValueNotValid", house, 4)


def test_stopped_time__freeze_for_the_borrower__counts_when_the_share_is_anothers(
    suite: Any, active_loan: Any, credential: Any, court: str, court_order: Any, owner_a: str, owner_b: str
) -> None:
    """And is nothing before the draw, or when the loan has ended."""
    loan_id = active_loan()
    share = suite.desk.loanOf(loan_id).application.shareId
    suite.certificate.setFrozenTokens(owner_a, share, True, sender=court)
    began = suite.engine.now()
    suite.engine.advance(5 * DAY)
    suite.certificate.setFrozenTokens(owner_a, share, False, sender=court)
    stopped = suite.engine.now() - began
    credential(owner_b)
    court_order(suite.certificate, "forcedTransfer", owner_a, owner_b, share)
    assert suite.book.stoppedTimeOf(loan_id) == stopped >= 5 * DAY
    keep_feeds(suite)
    pay(suite, loan_id, 2 * SHARE, owner_a)
    assert suite.book.stageOf(loan_id) == LoanStage.REPAID
    assert suite.book.stoppedTimeOf(loan_id) == suite.book.stoppedTimeOf(loan_id + 1) == 0


def test_notice__thirty_days_less_stops__then_foreclosure_and_cure_by_collateral(
    suite: Any, active_loan: Any, sinks: Any, guardian: str, as_dao: Any, owner_a: str, attacker: str
) -> None:
    loan_id = active_loan()
    sinks(loan_id, 22_000 * COIN)
    suite.book.giveNotice(loan_id, sender=attacker)
    given = suite.engine.now()
    suite.desk.stop(FORECLOSURE, sender=guardian)
    began = suite.engine.now()
    refused(lambda: suite.book.startForeclosure(loan_id, sender=attacker), "StoppedUntil")
    as_dao(suite.desk, "resume", FORECLOSURE)
    stopped = suite.engine.now() - began
    assert suite.book.stoppedTimeOf(loan_id) == stopped
    suite.engine.set_time(given + stopped + 30 * DAY - 100)
    keep_feeds(suite)
    start = lambda: suite.book.startForeclosure(loan_id, sender=attacker)  # noqa: E731
    suite.engine.set_next_time(given + stopped + 30 * DAY - 1)
    refused(start, "NotForeclosable", loan_id, suite.book.daysPastDueOf(loan_id), 30 * DAY - 1)
    suite.engine.set_next_time(given + stopped + 30 * DAY)
    start()
    share = suite.desk.loanOf(loan_id).application.shareId
    receipt = suite.book.addCollateral(loan_id, share + 1, sender=owner_a)
    assert {event.name for event in receipt.events} >= {"NoticeCured", "ForeclosureCured", "CollateralAdded"}
    loan = suite.desk.loanOf(loan_id)
    assert (loan.stage, loan.noticeAt) == (LoanStage.ACTIVE, 0)


def test_sale__more_than_the_debt__surplus_by_pull(
    suite: Any, overdue: Any, bid: Any, buyer: str, owner_a: str, attacker: str
) -> None:
    loan_id = overdue(days=91)
    suite.book.startForeclosure(loan_id, sender=attacker)
    share = suite.desk.loanOf(loan_id).application.shareId
    receipt = bid(loan_id)
    sold, owed = receipt.event("Sold"), receipt.event("SurplusOwed")
    costs = -(-sold["priceUsd"] * 200 // 10_000)
    debt = receipt.event("Sold")["coins"] - owed["coins"] - costs
    assert debt == pytest.approx(20_400 * COIN, rel=0.02)
    assert suite.certificate.ownerOf(share) == buyer
    assert suite.desk.loanOf(loan_id).stage == LoanStage.FORECLOSED
    assert suite.book.surplusOf(owner_a) == owed["coins"]
    refused(lambda: suite.book.claimSurplus(owner_a, attacker, sender=attacker), "NothingOwed", attacker)
    before = suite.coin.balanceOf(owner_a)
    suite.book.claimSurplus(owner_a, owner_a, sender=owner_a)
    assert suite.coin.balanceOf(owner_a) - before == owed["coins"]
    refused(lambda: suite.book.claimSurplus(owner_a, owner_a, sender=owner_a), "NothingOwed", owner_a)


def test_sale__first_of_two_shares__pays_a_part_and_the_next_opens(
    suite: Any, active_loan: Any, sinks: Any, bid: Any, owner_a: str, attacker: str
) -> None:
    loan_id = active_loan(amount=24_000 * COIN)
    share = suite.desk.loanOf(loan_id).application.shareId
    suite.book.addCollateral(loan_id, share + 1, sender=owner_a)
    sinks(loan_id, 10_000 * COIN)
    suite.engine.set_time((-(-suite.desk.loanOf(loan_id).dueAt // DAY) + 90) * DAY)
    keep_feeds(suite)
    suite.book.startForeclosure(loan_id, sender=attacker)
    before = suite.desk.loanOf(loan_id)
    receipt = bid(loan_id)
    after = suite.desk.loanOf(loan_id)
    net = receipt.event("Sold")["priceUsd"] * 98 // 100
    assert before.debt - after.debt == pytest.approx(net, rel=0.01)
    assert (after.stage, list(after.shareIds), after.dueAt) == (LoanStage.FORECLOSING, [share + 1], before.dueAt)
    assert after.valueUsd == 10_000 * COIN
    assert suite.book.loanOfShare(share) == 0
    assert suite.auction.auctionOf(loan_id).shareId == share + 1
    assert bid(loan_id).event("Closed")["stage"] == LoanStage.WRITTEN_OFF
    assert suite.loans.totalDebt() == 0


def test_sale__next_value_not_valid__waits_for_open_next(
    suite: Any, overdue: Any, sinks: Any, bid: Any, guardian: str, as_dao: Any, owner_a: str, attacker: str
) -> None:
    loan_id = overdue(days=88, amount=24_000 * COIN)
    share = suite.desk.loanOf(loan_id).application.shareId
    suite.book.addCollateral(loan_id, share + 1, sender=owner_a)
    sinks(loan_id, 10_000 * COIN)
    pass_time(suite, 2 * DAY)
    suite.book.startForeclosure(loan_id, sender=attacker)
    open_next = lambda: suite.book.openNext(loan_id, sender=attacker)  # noqa: E731
    refused(open_next, "WrongStage", loan_id, LoanStage.FORECLOSING)
    pass_time(suite, 3 * DAY + DAY // 2)
    suite.valuation.freeze(share >> 8, sender=guardian)  # stops the clock, and neither moves the price nor refuses bids
    assert bid(loan_id).event("Sold")["shareId"] == share
    assert suite.auction.auctionOf(loan_id).shareId == 0
    refused(open_next, "ValueNotValid", share >> 8, 4)
    as_dao(suite.valuation, "unfreeze", share >> 8)
    keep_feeds(suite)
    assert open_next().event("AuctionOpened")["shareId"] == share + 1
    refused(open_next, "WrongStage", loan_id, LoanStage.FORECLOSING)


def test_no_bid__last_share__the_treasury_owns_it(suite: Any, overdue: Any, attacker: str) -> None:
    loan_id = overdue(days=91)
    suite.book.startForeclosure(loan_id, sender=attacker)
    share = suite.desk.loanOf(loan_id).application.shareId
    pass_time(suite, 9 * DAY)
    carrying = suite.desk.loanOf(loan_id).carryingUsd
    receipt = suite.auction.close(loan_id, sender=attacker)
    assert receipt.event("HomeTaken")["valueUsd"] == min(carrying, 28_000 * COIN)
    assert suite.certificate.ownerOf(share) == suite.treasury.address
    assert suite.desk.loanOf(loan_id).stage == LoanStage.WRITTEN_OFF
    assert suite.loans.ownedHomeUsd(share) == min(carrying, 28_000 * COIN)


def test_no_bid__one_of_two__taken_at_its_part(suite: Any, overdue: Any, owner_a: str, attacker: str) -> None:
    loan_id = overdue(days=89)
    share = suite.desk.loanOf(loan_id).application.shareId
    suite.book.addCollateral(loan_id, share + 1, sender=owner_a)
    pass_time(suite, 2 * DAY)
    suite.book.startForeclosure(loan_id, sender=attacker)
    pass_time(suite, 9 * DAY)
    before = suite.desk.loanOf(loan_id)
    taken = suite.auction.close(loan_id, sender=attacker).event("Taken")
    assert taken["valueUsd"] == pytest.approx(before.carryingUsd // 2, abs=10)
    after = suite.desk.loanOf(loan_id)
    assert (after.stage, list(after.shareIds)) == (LoanStage.FORECLOSING, [share + 1])
    assert before.debt - after.debt == pytest.approx(taken["valueUsd"], rel=0.001)


def test_full_payment__while_an_auction_runs__ends_it(
    suite: Any, overdue: Any, owner_a: str, buyer: str, attacker: str
) -> None:
    loan_id = overdue(days=91)
    suite.book.startForeclosure(loan_id, sender=attacker)
    give_coins(suite, owner_a, 10_000 * COIN)
    suite.book.pay(loan_id, UNLIMITED, sender=owner_a)
    assert suite.desk.loanOf(loan_id).stage == LoanStage.REPAID
    pass_time(suite, 3 * DAY)
    refused(lambda: suite.auction.bid(loan_id, UNLIMITED, NO_SHARE, sender=buyer), "NoAuction", loan_id)


def test_switch__roles_and_names(suite: Any, guardian: str, attacker: str) -> None:
    refused(lambda: suite.desk.stop(FORECLOSURE, sender=attacker), "AccessManagedUnauthorized", attacker)
    refused(lambda: suite.desk.resume(FORECLOSURE, sender=guardian), "AccessManagedUnauthorized", guardian)
    unknown = b"lending".ljust(32, b"\0")
    refused(lambda: suite.desk.stop(unknown, sender=guardian), "UnknownSwitch", unknown)
    until = suite.desk.stop(FORECLOSURE, sender=guardian).event("Stopped")["until"]
    assert suite.desk.stoppedUntil(FORECLOSURE) == until == suite.engine.now() + suite.desk.guardianStopPeriod()


def test_stop__auction_under_way__neither_bids_nor_end(
    suite: Any, overdue: Any, guardian: str, credential: Any, buyer: str, attacker: str
) -> None:
    loan_id = overdue(days=91)
    suite.book.startForeclosure(loan_id, sender=attacker)
    credential(buyer)
    pass_time(suite, 3 * DAY)
    give_coins(suite, buyer, 60_000 * COIN)
    suite.coin.approve(suite.treasury, UNLIMITED, sender=buyer)
    suite.desk.stop(FORECLOSURE, sender=guardian)
    refused(lambda: suite.auction.bid(loan_id, UNLIMITED, NO_SHARE, sender=buyer), "StoppedUntil")
    refused(lambda: suite.auction.close(loan_id, sender=buyer), "AuctionRunning")


def test_days_past_due__from_the_first_midnight__counted(suite: Any, active_loan: Any) -> None:
    loan_id = active_loan()
    due = suite.desk.loanOf(loan_id).dueAt
    first = -(-due // DAY) * DAY
    for time, days in ((due, 0), (first, 0), (first + DAY - 1, 0), (first + DAY, 1), (first + 90 * DAY, 90)):
        suite.engine.set_time(time)
        assert suite.book.daysPastDueOf(loan_id) == days
    assert due - suite.desk.loanOf(loan_id).startedAt == MONTH
