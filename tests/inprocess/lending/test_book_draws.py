"""Drawing: every limit at its edge, the order in which they are judged, what is said and written."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from book_drive import COIN, SHARE, refused

from commonhold.recipe.buying import give_coins, keep_price_valid
from commonhold.recipe.lending import (
    DAY,
    MONTH,
    Application,
    LoanKind,
    LoanStage,
    accept_purchase,
    approve_loan,
    request_loan,
)

# ------------------------------------------------------------------------------------------------------------ applying


@pytest.mark.parametrize(
    ("field", "value", "least", "most"),
    [
        ("amount", 999 * COIN, 1_000 * COIN, 1_000_000 * COIN),
        ("amount", 1_000_000 * COIN + 1, 1_000 * COIN, 1_000_000 * COIN),
        ("instalments", 0, 1, 480),
        ("instalments", 481, 1, 480),
        ("max_rate_bps", 10_001, 0, 10_000),
    ],
)
def test_request__field_out_of_range__named(
    suite: Any, owner_a: str, valued_share: Any, field: str, value: int, least: int, most: int
) -> None:
    fields: dict[str, Any] = {field: value}
    application = replace(Application(valued_share(to=owner_a), 20_000 * COIN), **fields)
    told = {"max_rate_bps": "maxRateBps"}.get(field, field).encode().ljust(32, b"\0")
    refused(lambda: request_loan(suite, owner_a, application), "ApplicationOutOfRange", told, value, least, most)


def test_request__no_such_share__refused(suite: Any, owner_a: str, valued_share: Any) -> None:
    share = valued_share(to=owner_a)
    for wrong in (share - 1, share + 8, 2**40 + share):
        refused(partial(request_loan, suite, owner_a, Application(wrong, 2_000 * COIN)), "ApplicationOutOfRange")


def test_approve__not_what_was_asked__refused(suite: Any, owner_a: str, owner_b: str, valued_share: Any) -> None:
    asked = request_loan(suite, owner_a, Application(valued_share(to=owner_a), 20_000 * COIN))
    others: tuple[dict[str, Any], ...] = (
        {"amount": 20_000 * COIN + 1},
        {"instalments": 359},
        {"max_rate_bps": 1_499},
        {"price_usd": 1},
    )
    for other in others:
        wrong = replace(asked, application=replace(asked.application, **other))
        refused(partial(approve_loan, suite, wrong), "NotThatApplication", asked.loan_id)
    refused(lambda: approve_loan(suite, replace(asked, borrower=owner_b)), "NotThatApplication", asked.loan_id)


def test_approve__rate_and_expiry__at_their_edges(suite: Any, owner_a: str, valued_share: Any) -> None:
    asked = request_loan(suite, owner_a, Application(valued_share(to=owner_a), 20_000 * COIN))
    quote, period = suite.rates.quote().rateBps, suite.desk.terms().mostApprovalPeriod
    refused(lambda: approve_loan(suite, asked, rate_bps=quote - 1), "RateOutOfRange", quote - 1, quote, 1_500)
    refused(lambda: approve_loan(suite, asked, rate_bps=1_501), "RateOutOfRange", 1_501, quote, 1_500)
    now = suite.engine.now() + 1
    refused(lambda: approve_loan(suite, asked, until=now), "ExpiryOutOfRange")
    now = suite.engine.now() + 1
    refused(lambda: approve_loan(suite, asked, until=now + period + 1), "ExpiryOutOfRange")
    now = suite.engine.now() + 1
    said = approve_loan(suite, asked, rate_bps=1_500, until=now + period).event("Approved")
    assert (said["rateBps"], said["until"], said["jumbo"]) == (1_500, now + period, False)
    assert suite.desk.loanOf(asked.loan_id).stage == LoanStage.APPROVED


def test_withdraw__asked_or_approved__once(suite: Any, approved_loan: Any, owner_a: str, owner_b: str) -> None:
    approved = approved_loan()
    asked = request_loan(suite, owner_a, approved.application)
    for loan_id in (asked.loan_id, approved.loan_id):
        refused(partial(suite.desk.withdraw, loan_id, sender=owner_b), "NotBorrower", loan_id, owner_b, owner_a)
        suite.desk.withdraw(loan_id, sender=owner_a)
        assert suite.desk.loanOf(loan_id).stage == LoanStage.WITHDRAWN
        refused(partial(suite.desk.withdraw, loan_id, sender=owner_a), "WrongStage", loan_id, LoanStage.WITHDRAWN)
    refused(lambda: approve_loan(suite, asked), "WrongStage", asked.loan_id, LoanStage.WITHDRAWN)
    refused(lambda: suite.book.draw(approved.loan_id, owner_a, sender=owner_a), "WrongStage")


def test_peers_functions__anybody_else__refused(suite: Any, attacker: str) -> None:
    book = suite.book
    refused(lambda: book.enter(1, (0, 0, 0, 0, 0, b"\0" * 32, 0), sender=attacker), "NotDesk", attacker)
    refused(lambda: book.amend(1, 0, sender=attacker), "NotDesk", attacker)
    refused(lambda: book.settle(1, attacker, 1, 1, 0, sender=attacker), "NotAuction", attacker)
    refused(lambda: book.takeHome(1, 1, sender=attacker), "NotAuction", attacker)


# ------------------------------------------------------------------------------------------------------------- drawing


def test_draw__own_share__minted_liened_and_told(suite: Any, approved_loan: Any, owner_a: str) -> None:
    asked = approved_loan(amount=20_000 * COIN + 1)
    fee = 200 * COIN + 1  # 1 %, up
    before = suite.coin.balanceOf(owner_a)
    receipt = suite.book.draw(asked.loan_id, owner_a, sender=owner_a)
    said = receipt.event("Drawn")
    assert (said["amount"], said["fee"], said["cash"]) == (20_000 * COIN + 1, fee, 0)
    assert suite.coin.balanceOf(owner_a) - before == 20_000 * COIN + 1 - fee
    house = asked.application.share_id >> 8
    assert suite.book.feesOf(asked.loan_id) == (fee, 0)
    assert suite.coin.balanceOf(suite.book) == fee
    assert suite.certificate.encumbrancesOf(asked.application.share_id).lienHolder == suite.book.address
    loan = suite.desk.loanOf(asked.loan_id)
    assert (loan.startedAt, loan.dueAt, loan.paid) == (receipt.timestamp, receipt.timestamp + MONTH, 0)
    assert (loan.principal, loan.debt, loan.valueUsd) == (20_000 * COIN + 1, 20_000 * COIN + 1, SHARE)
    assert list(loan.shareIds) == [asked.application.share_id]
    assert suite.book.loanOfShare(asked.application.share_id) == asked.loan_id
    assert suite.desk.loansOfOwner(loan.ownerId) == suite.desk.loansOfHouse(house) == [asked.loan_id]


def test_draw_cash__whole_units__the_rest_is_kept(suite: Any, approved_loan: Any, owner_a: str) -> None:
    asked = approved_loan(amount=20_000 * COIN + 10**12 + 7)
    said = suite.book.drawCash(asked.loan_id, owner_a, sender=owner_a).event("Drawn")
    fee = -(-asked.application.amount // 100)
    cash = (asked.application.amount - fee) // 10**12
    assert (said["cash"], said["fee"]) == (cash, asked.application.amount - cash * 10**12)
    assert suite.reserve.balanceOf(owner_a) == cash


@pytest.mark.parametrize("over", [0, 1])
def test_draw__loan_to_value__sixty_per_cent_and_no_more(
    suite: Any, approved_loan: Any, owner_a: str, over: int
) -> None:
    asked = approved_loan(amount=24_000 * COIN + over)
    if over:
        refused(
            lambda: suite.book.draw(asked.loan_id, owner_a, sender=owner_a),
            "LoanToValueTooHigh",
            24_000 * COIN + 1,
            24_000 * COIN,
        )
    else:
        suite.book.draw(asked.loan_id, owner_a, sender=owner_a)


@pytest.mark.parametrize("late", [0, 1])
def test_draw__approvals_last_second__counts(suite: Any, approved_loan: Any, owner_a: str, late: int) -> None:
    asked = approved_loan()
    until = suite.desk.loanOf(asked.loan_id).approvedUntil
    suite.engine.set_time(until - 10)
    keep_price_valid(suite)
    suite.engine.set_next_time(until + late)
    if late:
        refused(
            lambda: suite.book.draw(asked.loan_id, owner_a, sender=owner_a), "ApprovalExpired", asked.loan_id, until
        )
    else:
        suite.book.draw(asked.loan_id, owner_a, sender=owner_a)


def test_draw__errors__in_their_order(suite: Any, approved_loan: Any, owner_a: str, owner_b: str, issuer: str) -> None:
    asked = approved_loan(price_usd=30_000 * COIN)
    book, loan_id = suite.book, asked.loan_id
    suite.engine.set_time(suite.desk.loanOf(loan_id).approvedUntil + 1)
    suite.credentials.revoke(owner_a, sender=issuer)
    refused(lambda: book.draw(loan_id + 1, owner_a, sender=owner_a), "WrongStage", loan_id + 1, LoanStage.NONE)
    refused(lambda: book.draw(loan_id, owner_b, sender=owner_b), "NotBorrower", loan_id, owner_b, owner_a)
    refused(lambda: book.draw(loan_id, owner_a, sender=owner_a), "WrongSort", loan_id, 30_000 * COIN)
    refused(lambda: book.drawForPurchase(loan_id, sender=owner_a), "ApprovalExpired")


def test_draw__twice_on_a_share__refused(suite: Any, active_loan: Any, owner_a: str) -> None:
    first = active_loan(amount=1_000 * COIN)
    application = suite.desk.loanOf(first).application
    asked = request_loan(suite, owner_a, Application(application.shareId, 1_000 * COIN))
    approve_loan(suite, asked)
    refused(
        lambda: suite.book.draw(asked.loan_id, owner_a, sender=owner_a), "AlreadyCollateral", application.shareId, first
    )


def test_draw__borrower_late__named(suite: Any, late_loan: Any, approved_loan: Any, owner_a: str) -> None:
    late = late_loan(days=16)
    other = approved_loan()
    owner_id = suite.credentials.ownerIdOf(owner_a)
    refused(lambda: suite.book.draw(other.loan_id, owner_a, sender=owner_a), "BorrowerLate", owner_id, late)


@pytest.mark.parametrize("second", [0, 1])
def test_draw__grace__ends_with_its_fifteenth_day(
    suite: Any, active_loan: Any, approved_loan: Any, owner_a: str, second: int
) -> None:
    first, other = active_loan(instalments=12), approved_loan()
    due_day = -(-suite.desk.loanOf(first).dueAt // DAY)
    assert suite.desk.loanOf(other.loan_id).approvedUntil < (due_day + 15) * DAY
    other = request_loan(suite, owner_a, other.application)
    suite.engine.set_time((due_day + 15) * DAY - 100)
    keep_price_valid(suite)
    approve_loan(suite, other)
    suite.engine.set_next_time((due_day + 15) * DAY + second)
    if second:
        refused(lambda: suite.book.draw(other.loan_id, owner_a, sender=owner_a), "BorrowerLate")
    else:
        suite.book.draw(other.loan_id, owner_a, sender=owner_a)


def test_draw_for_purchase__all_consents__share_price_and_lien(
    suite: Any, valued_share: Any, approved_loan: Any, credential: Any, buyer: str, owner_a: str, manager: str
) -> None:
    share = valued_share(to=owner_a)
    credential(buyer)
    asked = approved_loan(buyer, share_id=share, price_usd=30_000 * COIN, amount=18_000 * COIN)
    draw = lambda: suite.book.drawForPurchase(asked.loan_id, sender=buyer)  # noqa: E731
    refused(draw, "PurchaseNotAccepted", asked.loan_id, 0, 0)
    accept = partial(suite.desk.acceptPurchase, asked.loan_id)
    refused(lambda: accept(30_000 * COIN, sender=buyer), "NotSeller", asked.loan_id, buyer, owner_a)
    refused(lambda: accept(30_000 * COIN - 1, sender=owner_a), "WrongSort", asked.loan_id, 30_000 * COIN)
    accept(30_000 * COIN, sender=owner_a)
    assert suite.desk.loanOf(asked.loan_id).acceptedMove == 1
    refused(draw, "TransferNotApproved", share, buyer)
    accept_purchase(suite, asked, manager=manager)
    own = 12_000 * COIN + 180 * COIN
    give_coins(suite, buyer, own)
    sellers = suite.coin.balanceOf(owner_a)
    draw()
    assert suite.coin.balanceOf(owner_a) - sellers == 30_000 * COIN
    assert (suite.coin.balanceOf(buyer), suite.certificate.ownerOf(share)) == (0, buyer)
    paper = suite.certificate.certificateOf(share)
    assert (paper.priceUsd, paper.currency, paper.lienHolder) == (30_000 * COIN, suite.coin.address, suite.book.address)
    terms = suite.book.termsOf(share)
    assert (terms.lender, terms.amount, terms.kind) == (suite.treasury.address, 18_000 * COIN, "fixed")


def test_draw_for_purchase__share_moved_since_the_seller_agreed__refused(
    suite: Any,
    valued_share: Any,
    approved_loan: Any,
    credential: Any,
    court_order: Any,
    buyer: str,
    owner_a: str,
    owner_b: str,
    manager: str,
) -> None:
    share = valued_share(to=owner_a)
    credential(buyer)
    credential(owner_b)
    asked = approved_loan(buyer, share_id=share, price_usd=30_000 * COIN, amount=18_000 * COIN)
    accept_purchase(suite, asked, manager=manager)
    court_order(suite.certificate, "forcedTransfer", owner_a, owner_b, share)
    keep_price_valid(suite)
    refused(lambda: suite.book.drawForPurchase(asked.loan_id, sender=buyer), "PurchaseNotAccepted", asked.loan_id, 1, 1)


def test_terms_of__kinds__in_words(suite: Any, active_loan: Any) -> None:
    for kind, word in zip(LoanKind, ("fixed", "adjustable", "interest-only"), strict=True):
        loan_id = active_loan(kind=kind, amount=1_000 * COIN, instalments=24)
        share = suite.desk.loanOf(loan_id).application.shareId
        assert suite.book.termsOf(share).kind == word
        assert suite.book.termsOf(share).termPeriod == 24 * MONTH
    refused(lambda: suite.book.termsOf(share + 1), "NotCollateral", share + 1)
