"""Loans in the history of a share: drawn, paid, foreclosed, on several shares, at rates that change."""

from __future__ import annotations

from typing import Any

from share_rows import COIN, UNLIMITED, kinds_of, only

from commonhold.recipe.buying import give_coins
from commonhold.recipe.lending import DAY, LoanKind, accept_purchase


def test_loan__bought_with_it_and_repaid__terms_payments_and_release(
    suite: Any,
    past: Any,
    approved_loan: Any,
    valued_share: Any,
    credential: Any,
    manager: str,
    buyer: str,
    owner_a: str,
) -> None:
    one = valued_share(to=owner_a)
    credential(buyer)
    asked = approved_loan(buyer, share_id=one, amount=20_000 * COIN, price_usd=38_000 * COIN, instalments=120)
    accept_purchase(suite, asked, manager=manager)
    give_coins(suite, buyer, 60_000 * COIN)
    suite.coin.approve(suite.book.address, UNLIMITED, sender=buyer)
    suite.coin.approve(suite.treasury.address, UNLIMITED, sender=buyer)
    suite.book.drawForPurchase(asked.loan_id, sender=buyer)
    suite.book.pay(asked.loan_id, 1_000 * COIN, sender=buyer)
    suite.book.pay(asked.loan_id, UNLIMITED >> 160, sender=buyer)
    suite.engine.advance(DAY)
    rows = past(one)[3:]
    assert kinds_of(rows) == [
        *("permission", "loan", "moved", "lien"),
        *("payment", "closed", "lien released", "payment"),
    ]
    sold, loan = only(rows, "moved"), only(rows, "loan")
    assert (sold.authority, sold.sender, sold.receiver) == ("sale", owner_a, buyer)
    assert (sold.price, sold.currency) == (38_000 * COIN, "HMD")
    rate = suite.desk.loanOf(asked.loan_id).rateBps
    assert (loan.sender, loan.receiver, loan.lender) == (buyer, buyer, suite.treasury.address)
    assert (loan.amount, loan.unit, loan.rate, loan.months) == (20_000 * COIN, "HMD", rate, 120)
    first, last = [row for row in rows if row.kind == "payment"]
    assert first.amount == 1_000 * COIN
    assert first.amount + last.amount > 20_000 * COIN
    assert "left 0.00 HMD" in last.note
    assert only(rows, "closed").note == f"loan {asked.loan_id}: repaid"
    for chunk in (1, 7):
        assert past(one, chunk)[3:] == rows


def test_loan__foreclosed__notice_auction_bid_and_surplus_and_nothing_after(
    suite: Any, past: Any, late_loan: Any, feeds: Any, credential: Any, owner_a: str, buyer: str, attacker: str
) -> None:
    loan_id = late_loan(days=91)
    feeds()
    one = suite.desk.loanOf(loan_id).application.shareId
    suite.book.startForeclosure(loan_id, sender=attacker)
    credential(buyer)
    suite.engine.advance(3 * DAY)
    feeds()
    give_coins(suite, buyer, 60_000 * COIN)
    suite.coin.approve(suite.treasury.address, UNLIMITED, sender=buyer)
    sold = suite.auction.bid(loan_id, UNLIMITED, 0, sender=buyer).event("Sold")
    rows = past(one)[3:]
    assert kinds_of(rows) == [
        *("loan", "lien", "foreclosure", "auction"),
        *("surplus", "closed", "lien released", "moved"),
    ]
    moved = only(rows, "moved")
    assert (moved.authority, moved.sender, moved.receiver) == ("foreclosure", owner_a, buyer)
    assert (moved.price, moved.currency) == (sold["priceUsd"], "HMD")
    assert only(rows, "closed").note == f"loan {loan_id}: foreclosed"
    assert only(rows, "surplus").receiver == owner_a


def test_loan__on_two_shares__goes_on_without_the_first__whose_history_has_no_more_of_it(
    suite: Any,
    past: Any,
    active_loan: Any,
    appraise: Any,
    feeds: Any,
    credential: Any,
    owner_a: str,
    buyer: str,
    attacker: str,
) -> None:
    loan_id = active_loan(amount=24_000 * COIN)
    one = suite.desk.loanOf(loan_id).application.shareId
    suite.book.addCollateral(loan_id, one + 1, sender=owner_a)
    suite.engine.advance(100)
    appraise(one >> 8, 8 * 10_000 * COIN)
    suite.engine.set_time((-(-suite.desk.loanOf(loan_id).dueAt // DAY) + 90) * DAY)
    feeds()
    suite.book.startForeclosure(loan_id, sender=attacker)
    credential(buyer)
    suite.engine.advance(3 * DAY)
    feeds()
    give_coins(suite, buyer, 60_000 * COIN)
    suite.coin.approve(suite.treasury.address, UNLIMITED, sender=buyer)
    suite.auction.bid(loan_id, UNLIMITED, 0, sender=buyer)
    suite.book.pay(loan_id, 100 * COIN, sender=buyer)
    for chunk in (1, 2_000):
        first, second = past(one, chunk), past(one + 1, chunk)
        assert kinds_of(first)[-1] == "moved"
        assert "payment" not in kinds_of(first)
        assert kinds_of(second)[-1] == "payment"


def test_loan__adjustable_and_reset__has_the_rate_of_its_approval(
    suite: Any, past: Any, approved_loan: Any, feeds: Any, owner_a: str
) -> None:
    asked = approved_loan(kind=LoanKind.ADJUSTABLE, rate_bps=900)
    suite.coin.approve(suite.treasury.address, UNLIMITED, sender=owner_a)
    suite.book.draw(asked.loan_id, owner_a, sender=owner_a)
    instalment = suite.desk.loanOf(asked.loan_id).instalment
    give_coins(suite, owner_a, 12 * instalment)
    for _ in range(12):
        suite.engine.set_time(suite.desk.loanOf(asked.loan_id).dueAt - 50)
        feeds()
        suite.book.pay(asked.loan_id, instalment, sender=owner_a)
    suite.engine.set_time(suite.desk.loanOf(asked.loan_id).resetAt)
    now = suite.desk.loanOf(asked.loan_id).rateBps
    assert now != 900
    for chunk in (1, 2_000):
        rows = past(asked.application.share_id, chunk)
        loan = only(rows, "loan")
        assert (loan.rate, loan.months) == (900, 360)
        assert only(rows, "rate").rate == now
        assert "adjustable" in loan.note


def test_loan__with_more_collateral__each_share_has_it_while_it_secures_the_loan(
    suite: Any, past: Any, active_loan: Any, coins: Any, owner_a: str
) -> None:
    loan_id = active_loan()
    one = suite.desk.loanOf(loan_id).application.shareId
    coins(owner_a, 60_000 * COIN)
    suite.book.pay(loan_id, 1_000 * COIN, sender=owner_a)
    suite.book.addCollateral(loan_id, one + 1, sender=owner_a)
    suite.book.pay(loan_id, UNLIMITED >> 160, sender=owner_a)
    first, second = past(one)[3:], past(one + 1)[3:]
    assert only(first, "more collateral").note == f"share {one + 1} for loan {loan_id}, too"
    assert kinds_of(first).count("payment") == 2
    assert kinds_of(second).count("payment") == 1
    added = only(second, "collateral")
    assert (added.amount, added.months, added.lender) == (20_000 * COIN, 360, suite.treasury.address)
    assert only(second, "closed").note == only(first, "closed").note == f"loan {loan_id}: repaid"


def test_loan__asked_for_by_a_stranger__is_no_row(
    suite: Any, past: Any, valued_share: Any, credential: Any, attacker: str
) -> None:
    one = valued_share()
    credential(attacker)
    before = past(one)
    suite.desk.request((one, 20_000 * COIN, 360, 0, 0, 1_500), sender=attacker)
    assert past(one) == before
