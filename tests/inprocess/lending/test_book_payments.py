"""Paying and what else happens to a running loan: edges, events, whose coins, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from book_drive import COIN, UNLIMITED, at, keep_feeds, pay, refused

from commonhold.engines import Revert
from commonhold.recipe.buying import give_cash, give_coins
from commonhold.recipe.lending import DAY, MONTH, LoanKind, LoanStage


@pytest.mark.parametrize("short", [1, 0])
def test_pay__an_instalment__moves_the_due_time_when_whole(
    suite: Any, active_loan: Any, owner_a: str, short: int
) -> None:
    loan_id = active_loan()
    loan = suite.desk.loanOf(loan_id)
    at(suite, loan.dueAt)
    said = pay(suite, loan_id, loan.instalment - short, owner_a).event("Paid")
    after = suite.desk.loanOf(loan_id)
    assert after.dueAt == said["dueAt"] == loan.dueAt + (0 if short else MONTH)
    assert (after.paid, after.towards) == ((0, loan.instalment - 1) if short else (1, 0))
    assert (said["credit"], said["fees"]) == (loan.instalment - short, 0)


def test_pay__ahead__one_instalment_not_yet_due_at_most(suite: Any, active_loan: Any, owner_a: str) -> None:
    loan_id = active_loan()
    loan = suite.desk.loanOf(loan_id)
    pay(suite, loan_id, 5 * loan.instalment, owner_a)
    after = suite.desk.loanOf(loan_id)
    assert (after.paid, after.towards, after.instalment) == (1, 0, loan.instalment)
    pay(suite, loan_id, loan.instalment, owner_a)
    assert suite.desk.loanOf(loan_id).paid == 1


@pytest.mark.parametrize(("left", "passes"), [(COIN - 1, False), (COIN, True)])
def test_pay__dust__is_refused(suite: Any, active_loan: Any, owner_a: str, left: int, passes: bool) -> None:
    loan_id = active_loan()
    give_coins(suite, owner_a, 1_000 * COIN)
    moment = suite.engine.now() + 10
    suite.engine.set_time(moment)
    debt = suite.book.debtOf(loan_id)
    suite.engine.set_next_time(moment + 1)
    per_second = suite.desk.loanOf(loan_id).principal * suite.desk.loanOf(loan_id).rateBps // (10_000 * 365 * DAY) + 1
    coins = debt + per_second - left
    if passes:
        suite.book.pay(loan_id, coins - per_second, sender=owner_a)
        assert suite.book.debtOf(loan_id) >= COIN
    else:
        refused(lambda: suite.book.pay(loan_id, coins, sender=owner_a), "DustLeft")


def test_pay__all_and_more__takes_what_is_owed_and_frees_the_share(
    suite: Any, active_loan: Any, owner_a: str, owner_b: str
) -> None:
    loan_id = active_loan()
    share = suite.desk.loanOf(loan_id).application.shareId
    give_coins(suite, owner_b, 30_000 * COIN)
    suite.coin.approve(suite.treasury, UNLIMITED, sender=owner_b)
    before = suite.coin.balanceOf(owner_b)
    receipt = suite.book.pay(loan_id, UNLIMITED, sender=owner_b)  # a stranger pays for him
    credit = receipt.event("Paid")["credit"]
    assert before - suite.coin.balanceOf(owner_b) == credit
    assert receipt.event("Closed")["stage"] == LoanStage.REPAID
    assert suite.certificate.encumbrancesOf(share).lienHolder == "0x" + 40 * "0"
    assert suite.book.loanOfShare(share) == 0
    loan = suite.desk.loanOf(loan_id)
    assert (loan.stage, loan.principal, loan.debt) == (LoanStage.REPAID, 0, 0)
    assert suite.desk.loansOfOwner(loan.ownerId) == []
    assert tuple(suite.desk.originatorPage(loan.originator)) == (0, 0, 0)
    assert suite.loans.totalDebt() == 0
    refused(lambda: suite.book.pay(loan_id, 1, sender=owner_b), "WrongStage", loan_id, LoanStage.REPAID)


def test_pay__nothing__refused(suite: Any, active_loan: Any, owner_a: str) -> None:
    loan_id = active_loan()
    refused(lambda: suite.book.pay(loan_id, 0, sender=owner_a), "NothingPaid", loan_id)
    refused(lambda: suite.book.payCash(loan_id, 0, 0, sender=owner_a), "NothingPaid", loan_id)


def test_pay__frozen_coins__their_owners_debt_only(
    suite: Any, active_loan: Any, owner_a: str, owner_b: str, court: str
) -> None:
    loan_id = active_loan()
    for payer in (owner_a, owner_b):
        give_coins(suite, payer, 100 * COIN)
        suite.coin.approve(suite.treasury, UNLIMITED, sender=payer)
        suite.coin.setFrozenTokens(payer, suite.coin.balanceOf(payer) - 60 * COIN, sender=court)
    refused(
        lambda: suite.book.pay(loan_id, 60 * COIN + 1, sender=owner_b),
        "FrozenCoins",
        owner_b,
        60 * COIN + 1,
        60 * COIN,
    )
    suite.book.pay(loan_id, 60 * COIN, sender=owner_b)
    suite.book.pay(loan_id, 100 * COIN, sender=owner_a)


@pytest.mark.parametrize("late", [0, 1])
def test_late_fee__second_after_grace__once(suite: Any, active_loan: Any, owner_a: str, late: int) -> None:
    loan_id = active_loan()
    loan = suite.desk.loanOf(loan_id)
    end = (-(-loan.dueAt // DAY) + 15) * DAY
    suite.engine.set_time(end + late)
    fee = -(-loan.instalment * 500 // 10_000) * late
    assert suite.book.feesDueOf(loan_id) == fee
    if not late:
        return
    keep_feeds(suite)
    said = pay(suite, loan_id, fee - 1, owner_a).event("Paid")
    assert (said["credit"], said["fees"], suite.book.feesDueOf(loan_id)) == (0, fee - 1, 1)
    give_cash(suite, owner_a, 10**6)
    refused(lambda: suite.book.payCash(loan_id, 10**6, 0, sender=owner_a), "LateFeesDue", loan_id, 1)
    said = pay(suite, loan_id, 1 + loan.instalment, owner_a).event("Paid")
    assert (said["credit"], said["fees"], said["dueAt"]) == (loan.instalment, 1, loan.dueAt + MONTH)
    assert suite.book.feesDueOf(loan_id) == 0
    house, drawn = loan.application.shareId >> 8, loan.application.amount // 100
    assert suite.book.feesOf(loan_id) == (drawn, fee)
    sweep = lambda: suite.book.sweepFees(loan_id, sender=owner_a).events  # noqa: E731
    swept = [(event["propertyId"], event["coins"]) for event in sweep() if event.name == "FeesSwept"]
    assert (swept, suite.book.feesOf(loan_id)) == ([(house, drawn), (house, fee)], (0, 0))
    assert suite.coin.balanceOf(suite.book) == 0
    assert sweep() == []  # nothing waits: nothing happens


def test_late_loan__paid_up__has_three_slots_again(suite: Any, late_loan: Any, owner_a: str) -> None:
    loan_id = late_loan(days=40)
    pay(suite, loan_id, 100 * COIN, owner_a)
    assert suite.book.slotsOf(loan_id)[7] != 0  # the debt of day 30
    loan = suite.desk.loanOf(loan_id)
    pay(suite, loan_id, loan.feesDue + 3 * loan.instalment, owner_a)
    words = suite.book.slotsOf(loan_id)
    assert (words[6], words[7], words[1] >> 248) == (0, 0, 0)


def test_pay_cash__at_most_what_is_owed(suite: Any, active_loan: Any, owner_a: str) -> None:
    loan_id = active_loan()
    give_cash(suite, owner_a, 50_000 * 10**6)
    refused(lambda: suite.book.payCash(loan_id, 10**6, COIN + 1, sender=owner_a), "TooLittleCredit", COIN, COIN + 1)
    before = suite.reserve.balanceOf(owner_a)
    receipt = suite.book.payCash(loan_id, 50_000 * 10**6, 0, sender=owner_a)
    credit = receipt.event("Paid")["credit"]
    assert before - suite.reserve.balanceOf(owner_a) == -(-credit // 10**12)
    assert suite.book.stageOf(loan_id) == LoanStage.REPAID


def test_mark__value_not_valid__stored_one_stays(
    suite: Any, active_loan: Any, appraise: Any, guardian: str, attacker: str
) -> None:
    loan_id = active_loan()
    house = suite.desk.loanOf(loan_id).application.shareId >> 8
    suite.engine.advance(DAY)
    appraise(house, 240_000 * COIN)
    assert suite.book.mark(loan_id, sender=attacker).event("Marked")["valueUsd"] == 30_000 * COIN
    appraise(house, 320_000 * COIN)
    suite.valuation.freeze(house, sender=guardian)
    assert suite.book.mark(loan_id, sender=attacker).event("Marked")["valueUsd"] == 30_000 * COIN
    assert suite.desk.positionOf(loan_id).cap == 21_000 * COIN


def test_add_collateral__borrowers_free_shares__eight_at_most(
    suite: Any, active_loan: Any, valued_house: Any, owner_a: str, owner_b: str
) -> None:
    loan_id = active_loan()
    share = suite.desk.loanOf(loan_id).application.shareId
    add = lambda which, sender=owner_a: suite.book.addCollateral(loan_id, which, sender=sender)  # noqa: E731
    refused(lambda: add(share + 1, owner_b), "NotBorrower", loan_id, owner_b, owner_a)
    refused(lambda: add(share), "AlreadyCollateral", share, loan_id)
    foreign = (valued_house(to=owner_b) << 8) + 1
    refused(lambda: add(foreign), "NotShareOwner", foreign, owner_a, owner_b)
    for number in range(1, 8):
        assert add(share + number).event("CollateralAdded")["shareId"] == share + number
    loan = suite.desk.loanOf(loan_id)
    assert (list(loan.shareIds), loan.valueUsd) == ([share + n for n in range(8)], 320_000 * COIN)
    other = (valued_house(to=owner_a) << 8) + 1
    refused(lambda: add(other), "TooManyShares", loan_id, 8)
    assert suite.desk.loansOfHouse(share >> 8) == [loan_id]


def test_fix_rate__in_its_period__once(suite: Any, active_loan: Any, attacker: str) -> None:
    fixed, loan_id = active_loan(), active_loan(kind=LoanKind.ADJUSTABLE)
    loan = suite.desk.loanOf(loan_id)
    reset = -(-(loan.startedAt + 365 * DAY) // DAY) * DAY
    assert loan.resetAt == reset
    begin = reset - suite.desk.terms().fixingPeriod
    fix = lambda: suite.book.fixRate(loan_id, sender=attacker)  # noqa: E731
    suite.engine.set_time(begin - 2)
    refused(fix, "NothingToFix", loan_id, reset, 0)
    suite.engine.set_next_time(begin)
    said = fix().event("RateFixed")
    wanted = suite.rates.index() + suite.desk.terms().marginBps
    assert said["resetAt"] == reset
    assert said["rateBps"] == max(min(wanted, loan.rateBps + 200), loan.rateBps - 200)
    refused(fix, "NothingToFix", loan_id, reset, said["rateBps"])
    refused(lambda: suite.book.fixRate(fixed, sender=attacker), "NothingToFix", fixed, 0, 0)


def test_reset__loan_paid_in_time__new_instalment_from_its_midnight(suite: Any, active_loan: Any, owner_a: str) -> None:
    loan_id = active_loan(kind=LoanKind.ADJUSTABLE, instalments=24)
    loan = suite.desk.loanOf(loan_id)
    give_coins(suite, owner_a, 12 * loan.instalment)
    for _ in range(12):
        at(suite, suite.desk.loanOf(loan_id).dueAt)
        suite.book.pay(loan_id, loan.instalment, sender=owner_a)
    before = suite.desk.loanOf(loan_id)
    assert before.nextRateBps != 0
    assert before.rateBps == loan.rateBps
    suite.engine.set_time(before.resetAt)
    after = suite.desk.loanOf(loan_id)
    assert (after.rateBps, after.nextRateBps) == (before.nextRateBps, 0)
    assert after.instalment != before.instalment
    suite.book.mark(loan_id, sender=owner_a)
    assert suite.desk.loanOf(loan_id).instalment == after.instalment


def test_reentry__reserve_token_calls_back__loan_is_written_already(suite: Any, active_loan: Any, owner_a: str) -> None:
    """In cash: the share is free and the loan closed in the same call as the last cash moves."""
    loan_id = active_loan()
    give_cash(suite, owner_a, 30_000 * 10**6)
    names = [event.name for event in suite.book.payCash(loan_id, 30_000 * 10**6, 0, sender=owner_a).events]
    assert names.index("Closed") < names.index("LienReleased") < names.index("Paid")


def test_unknown_loan__every_call__says_so(suite: Any, attacker: str) -> None:
    book = suite.book
    for call in (
        lambda: book.pay(7, 1, sender=attacker),
        lambda: book.payCash(7, 1, 0, sender=attacker),
        lambda: book.mark(7, sender=attacker),
        lambda: book.fixRate(7, sender=attacker),
        lambda: book.giveNotice(7, sender=attacker),
        lambda: book.startForeclosure(7, sender=attacker),
        lambda: book.openNext(7, sender=attacker),
        lambda: book.addCollateral(7, 257, sender=attacker),
    ):
        with pytest.raises(Revert) as caught:
            call()
        assert (caught.value.name, caught.value.values) == ("WrongStage", (7, LoanStage.NONE))
