"""A running lease (T62): rents, rights, a loan on the same share, a share that moves under it, lost wallets, stops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lease_stage import COIN, DAY, LEASE_FEE, MONTH, RENT, SALE_FEE, LeaseStage, keep_feeds, refused

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert
from commonhold.recipe.buying import give_coins
from commonhold.recipe.leasing import Ending, lease_terms, sign_lease
from commonhold.recipe.lending import Application, approve_loan, open_loan, request_loan

ZERO = "0x" + "00" * 20
LEASE = b"lease".ljust(32, b"\0")
PLENTY, UNLIMITED = 10**9 * COIN, 2**256 - 1
VALUE, FIXED = 40_000 * COIN, 41_000 * COIN
VALID, FROZEN = 1, 4
"""IPropertyValuation.ValueStatus."""


# ---------------------------------------------------------------------------------------------------------------- rents


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_collect__around_a_months_first_second__counts_the_rent_from_it_on(let: Any, second: int) -> None:
    stage = let(refund_bps=5_000)
    stage.give(2 * (RENT + stage.model.fee))
    stage.act("pay", 2)
    stage.act("collect", sender=stage.owner)
    stage.refuses("NothingToCollect", "collect")
    stage.at(stage.model.started_at + MONTH + second)
    if second < 0:
        stage.refuses("NothingToCollect", "collect")
    else:
        receipt = stage.act("collect", sender=stage.suite.deployer)  # anyone; the coins are the owner's
        assert receipt.event("RentCollected").args == {
            "leaseId": stage.id,
            "owner": stage.owner,
            "rents": 1,
            "coins": RENT - stage.model.refundable,
            "fees": stage.model.fee,
        }


def test_collect__when_all_of_the_rent_is_held_for_the_lessee__the_fee_counts(let: Any) -> None:
    stage = let(credit_bps=10_000, refund_bps=10_000)
    stage.act("collect")
    assert (stage.model.flows.to_owner, stage.model.flows.lease_fees) == (0, stage.model.fee)
    stage.refuses("NothingToCollect", "collect")


def test_pay__by_anyone_in_order_and_not_more_than_there_are(suite: Any, let: Any, attacker: str) -> None:
    stage = let()
    for rents in (0, 12, UNLIMITED):
        stage.refuses("RentsOutOfRange", "pay", rents)
    give_coins(suite, attacker, 11 * (RENT + stage.model.fee))
    suite.coin.approve(stage.lease.address, UNLIMITED, sender=attacker)
    receipt = stage.lease.pay(stage.id, 11, sender=attacker)
    assert receipt.event("RentPaid").args == {
        "leaseId": stage.id,
        "payer": attacker,
        "rents": 11,
        "coins": 11 * (RENT + stage.model.fee),
        "paid": 12,
    }
    assert suite.coin.balanceOf(attacker) == 0
    refused(lambda: stage.lease.pay(stage.id, 1, sender=attacker), "RentsOutOfRange", stage.id, 1, 0)
    # What a stranger paid for months to come is the lessee's all the same.
    suite.coin.approve(stage.lease.address, UNLIMITED, sender=stage.lessee)
    give_coins(suite, stage.lessee, VALUE)
    before = suite.coin.balanceOf(stage.lessee)
    coins = stage.lease.buy(stage.id, PLENTY, sender=stage.lessee).event("LeaseBought")["purchase"]
    assert suite.coin.balanceOf(stage.lessee) == before - coins[1] + 11 * (RENT + stage.model.fee)


def test_fees__swept__are_the_splitters(suite: Any, let: Any, attacker: str) -> None:
    stage = let(credit_bps=0)
    stage.give(VALUE)
    stage.act("buy", PLENTY)
    house, splitter = stage.share >> 8, suite.splitter
    for kind, coins in ((LEASE_FEE, stage.model.fee), (SALE_FEE, VALUE // 100)):
        assert stage.lease.feesOf(house, kind) == coins
        receipt = stage.lease.sweepFees(house, kind, sender=attacker)
        paid = receipt.event("FeePaid")
        assert (paid["propertyId"], paid["kind"], paid["amount"]) == (house, kind, coins)
        assert paid.address == splitter.address
        refused(
            lambda what=kind: stage.lease.sweepFees(house, what, sender=attacker),
            "NoFee",
            house,
            kind,
        )
    assert suite.coin.balanceOf(stage.lease.address) == 0


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_end__around_the_term__not_in_its_last_second(let: Any, attacker: str, second: int) -> None:
    stage = let(refund_bps=5_000)
    stage.at(stage.model.ends_at + second)
    if second < 0:
        stage.refuses("LeaseRuns", "end", sender=attacker)
    else:
        receipt = stage.act("end", sender=attacker)
        assert receipt.event("LeaseEnded").args == {
            "leaseId": stage.id,
            "shareId": stage.share,
            "ending": Ending.TERM_OVER,
            "toLessee": stage.model.refundable,
        }


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_terminate__around_the_cures_end__not_in_its_last_second(let: Any, second: int) -> None:
    stage = let(refund_bps=5_000)
    stage.at(stage.model.started_at + MONTH + stage.rules.grace)
    receipt = stage.act("declareDefault", sender=stage.owner)
    assert receipt.event("DefaultDeclared").args == {"leaseId": stage.id, "dueAt": stage.model.started_at + MONTH}
    stage.at(stage.model.default_at + stage.rules.cure + second)
    if second < 0:
        stage.refuses("CureRuns", "terminate", sender=stage.owner)
    else:
        receipt = stage.act("terminate", sender=stage.owner)
        assert receipt.event("LeaseEnded")["ending"] == Ending.TERMINATED


# --------------------------------------------------------------------------------------------------------------- rights


def test_rights__of_owner_and_lessee__are_theirs_alone(suite: Any, let: Any, attacker: str, manager: str) -> None:
    stage = let()
    lease = stage.lease
    for caller in (attacker, manager, stage.lessee):
        refused(lambda who=caller: lease.declareDefault(1, sender=who), "NotOwner", 1, caller, stage.owner)
        refused(lambda who=caller: lease.terminate(1, sender=who), "NotOwner", 1, caller, stage.owner)
    for caller in (attacker, manager, stage.owner):
        refused(lambda who=caller: lease.buy(1, PLENTY, sender=who), "NotLessee", caller, stage.lessee)
    for call in ("collect", "declareDefault", "terminate", "end", "moveUse"):
        refused(lambda what=call: getattr(lease, what)(2, sender=stage.owner), "NoLease", 2)
    for call in ("pay", "buy"):
        refused(lambda what=call: getattr(lease, what)(0, 1, sender=stage.owner), "NoLease", 0)
    refused(lambda: lease.termsOf(stage.share + 1), "NotLeased", stage.share + 1)
    refused(lambda: lease.moveUse(1, sender=attacker), "UseIsThere", 1, stage.lessee)
    stage.refuses("LeaseRuns", "end", sender=attacker)


def test_share__while_leased__can_neither_be_moved_nor_lent_by_its_owner(
    suite: Any, let: Any, owner_b: str, credential: Any, approve_move: Any
) -> None:
    stage = let()
    credential(owner_b)
    approve_move(stage.share, owner_b)
    certificate, held = suite.certificate, stage.lease.address
    refused(
        lambda: certificate.transferFrom(stage.owner, owner_b, stage.share, sender=stage.owner),
        "ShareLocked",
        stage.share,
        ZERO,
        held,
    )
    refused(
        lambda: certificate.setUser(stage.share, owner_b, 2**39, sender=stage.owner), "UseIsLeased", stage.share, held
    )
    # Taking an ERC-721 approval back, or all of them, is no way to block the purchase.
    certificate.approve(ZERO, stage.share, sender=stage.owner)
    stage.give(VALUE)
    stage.act("buy", PLENTY)
    assert stage.sold


def test_share__leased_already__can_not_be_leased_again(suite: Any, let: Any) -> None:
    stage = let()
    terms = lease_terms(suite, stage.share, stage.lessee, rent=RENT)
    refused(lambda: sign_lease(suite, terms), "ShareLocked", stage.share, ZERO, stage.lease.address)


def test_income__while_leased__is_the_owners(suite: Any, let: Any, pay_income: Callable[[int, int], None]) -> None:
    stage = let()
    pay_income(stage.share >> 8, 8 * COIN)
    stage.give(VALUE)
    stage.act("buy", PLENTY)
    before = suite.coin.balanceOf(stage.owner)
    suite.income.claim([], sender=stage.owner)
    assert suite.coin.balanceOf(stage.owner) >= before + COIN


# --------------------------------------------------------------------------------------------------------------- buying


def test_buy__limit__to_the_wei(let: Any) -> None:
    stage = let(price_usd=FIXED)
    to_pay = FIXED - stage.model.credit
    stage.give(to_pay)
    stage.refuses("PriceAboveLimit", "buy", to_pay - 1)
    stage.act("buy", to_pay)
    assert stage.sold


def test_buy__recorded__on_the_paper_and_at_the_valuation(suite: Any, let: Any) -> None:
    stage = let(price_usd=FIXED)
    stage.give(FIXED)
    receipt = stage.act("buy", PLENTY)
    paper = suite.certificate.certificateOf(stage.share)
    assert (paper.owner, paper.priceUsd, paper.currency) == (stage.lessee, FIXED, suite.coin.address)
    assert (paper.leaseHolder, suite.certificate.userOf(stage.share)) == (ZERO, ZERO)
    sale = receipt.event("SaleReported")
    assert (sale["priceUsd"], sale["houseUsd"], sale["armsLength"]) == (FIXED, 8 * FIXED, True)
    bought = receipt.event("LeaseBought")
    credit = stage.model.credit
    to_pay = FIXED - credit
    fee = -(-to_pay // 100)
    assert tuple(bought["purchase"]) == (credit, to_pay, fee, to_pay - fee, 0)
    assert (bought["priceUsd"], bought["debtPaid"]) == (FIXED, 0)


def test_quote__says_what_buying_comes_to(let: Any) -> None:
    stage = let(credit_bps=10_000, refund_bps=2_500)
    stage.give(2 * (RENT + stage.model.fee))
    stage.act("pay", 2)
    for price in (1, RENT // 2, RENT, RENT + 1, VALUE):
        quote = stage.lease.quote(stage.id, price)
        used = min(RENT, price)
        to_pay = price - used
        fee = -(-to_pay // 100)
        back = RENT // 4 * (RENT - used) // RENT
        to_come = 2 * (RENT + stage.model.fee)
        assert tuple(quote) == (used, to_pay, fee, to_pay - fee + RENT // 4 - back, back + to_come)


def test_buy__without_a_credential__is_refused_until_there_is_one(suite: Any, let: Any, issuer: str) -> None:
    stage = let()
    stage.give(VALUE)
    suite.credentials.revoke(stage.lessee, sender=issuer)
    refused(lambda: stage.lease.buy(1, PLENTY, sender=stage.lessee), "ERC7943CannotReceive", stage.lessee)
    suite.engine.advance(MONTH)
    assert stage.lease.pay(1, 1, sender=stage.lessee).event("RentPaid")["paid"] == 2, "rents can always be paid"


def test_buy__frozen_share_or_value__waits_but_no_term_does(suite: Any, let: Any, court: str, guardian: str) -> None:
    stage = let()
    stage.give(VALUE)
    suite.certificate.setFrozenTokens(stage.owner, stage.share, True, sender=court)
    frozen = ("ERC7943InsufficientUnfrozenBalance", stage.owner, stage.share)
    refused(lambda: stage.lease.buy(1, PLENTY, sender=stage.lessee), *frozen)
    suite.certificate.setFrozenTokens(stage.owner, stage.share, False, sender=court)
    ends_at = stage.lease.leaseOf(1).endsAt
    suite.valuation.freeze(stage.share >> 8, sender=guardian)
    value, _, status = suite.valuation.shareValue(stage.share)
    refused(lambda: stage.lease.buy(1, PLENTY, sender=stage.lessee), "ValueNotValid", stage.share, status, value)
    assert status == FROZEN
    assert stage.lease.leaseOf(1).endsAt == ends_at


def test_buy__at_a_fixed_price__needs_no_value(suite: Any, let: Any, guardian: str) -> None:
    stage = let(price_usd=FIXED)
    stage.give(FIXED)
    suite.valuation.freeze(stage.share >> 8, sender=guardian)
    stage.act("buy", PLENTY)
    assert stage.sold


def test_buy__worth_nothing__is_refused(suite: Any, let: Any, registrar: str) -> None:
    stage = let()
    suite.registry.reportSeniorClaim(stage.share >> 8, 10**9 * COIN, b"\1" * 32, sender=registrar)
    refused(lambda: stage.lease.buy(1, PLENTY, sender=stage.lessee), "ValueNotValid", stage.share, VALID, 0)


# --------------------------------------------------------------------------------------------------------------- a loan


@pytest.fixture
def mortgage(
    suite: Any, let: Any, valued_share: Any, owner_a: str, lending_cash: Callable[..., None]
) -> Callable[..., LeaseStage]:
    """A lease of a share that secures a loan of 20,000."""

    def make(**terms: Any) -> LeaseStage:
        lending_cash()
        share = valued_share()
        loan_id = open_loan(suite, owner_a, Application(share, 20_000 * COIN))
        stage = let(share=share, **terms)
        stage.loan_id = loan_id
        return stage

    return make


def owed_next(stage: LeaseStage, seconds: int = 100) -> int:
    """What the loan takes in the second in which the next call comes."""
    stage.suite.engine.advance(seconds)
    stage.suite.engine.keep_second()
    return stage.suite.book.debtOf(stage.loan_id) + stage.suite.book.feesDueOf(stage.loan_id)


def test_loan__that_stood_before__is_paid_off_first(suite: Any, mortgage: Any) -> None:
    stage = mortgage()
    stage.give(VALUE)
    suite.engine.advance(20 * DAY)
    keep_feeds(suite)
    stage.debt = owed_next(stage)
    assert stage.debt > 20_000 * COIN
    receipt = stage.act("buy", PLENTY)
    assert stage.sold
    assert receipt.event("LeaseBought")["debtPaid"] == stage.debt
    assert suite.book.debtOf(stage.loan_id) == 0
    assert tuple(suite.certificate.encumbrancesOf(stage.share)) == (ZERO, ZERO)


def test_loan__on_a_leased_share__is_refused(suite: Any, let: Any, lending_cash: Callable[..., None]) -> None:
    """It would rank before the lessee: the owner could borrow what he has paid in."""
    stage = let()
    lending_cash()
    asked = request_loan(suite, stage.owner, Application(stage.share, 20_000 * COIN))
    approve_loan(suite, asked)
    locked = ("ShareLocked", stage.share, ZERO, stage.lease.address)
    refused(lambda: suite.book.draw(asked.loan_id, stage.owner, sender=stage.owner), *locked)
    told = decode_revert(suite.loan_checks.drawCheck(asked.loan_id).refusal, "ShareCertificate")
    assert (told.name, *told.values) == locked
    loan_id = open_loan(suite, stage.owner, Application(stage.share + 1, 20_000 * COIN))
    refused(lambda: suite.book.addCollateral(loan_id, stage.share, sender=stage.owner), *locked)


def test_loan__overdue__its_late_fees_are_paid_too(suite: Any, mortgage: Any) -> None:
    stage = mortgage(credit_bps=0)
    stage.give(VALUE + 3 * (RENT + stage.model.fee))
    stage.act("pay", 2)
    suite.engine.advance(MONTH + 20 * DAY)
    keep_feeds(suite)
    fees = suite.book.feesDueOf(stage.loan_id)
    assert fees > 0
    stage.debt = owed_next(stage)
    receipt = stage.act("buy", PLENTY)
    assert receipt.event("Paid")["fees"] == fees
    assert stage.sold


def test_loan__below_coverage_1__takes_as_many_coins_as_count_for_it(suite: Any, mortgage: Any) -> None:
    stage = mortgage(credit_bps=0)
    stage.give(VALUE)
    suite.reserve_feed.updateAnswer(60_000_000, sender=suite.deployer)  # 60 cents a token of cash
    assert suite.treasury.coverage() < COIN
    debt = owed_next(stage)
    sheet = suite.treasury.balanceSheet()
    assets = sheet.cashUsd + sheet.loansUsd + sheet.ownedHomesUsd
    stage.debt = -(-debt * sheet.coins // assets)
    assert stage.debt > debt * 101 // 100
    stage.act("buy", PLENTY)
    assert stage.sold
    assert suite.book.debtOf(stage.loan_id) == 0


def test_loan__above_what_the_owner_gets__to_the_wei(suite: Any, mortgage: Any) -> None:
    """By a price that leaves the owner exactly the debt, and one wei less."""

    def scene(price: int) -> LeaseStage:
        stage = mortgage(credit_bps=0, price_usd=price)
        stage.give(VALUE)
        stage.debt = owed_next(stage)
        return stage

    with suite.engine.rollback():
        debt = scene(FIXED).debt
    # The least price that leaves so much after the fee of a hundredth of it.
    price = -(-debt * 100 // 99)
    assert price - -(-price // 100) == debt
    with suite.engine.rollback():
        scene(price - 1).refuses("DebtNotCovered", "buy", PLENTY)
    stage = scene(price)
    assert stage.debt == debt
    stage.act("buy", PLENTY)
    assert stage.sold


def test_loan__not_covered__lets_the_lessee_pay_some_of_it_before(suite: Any, mortgage: Any) -> None:
    stage = mortgage(credit_bps=0, price_usd=15_000 * COIN)
    stage.give(20_000 * COIN)
    refusal = caught(lambda: stage.lease.buy(1, PLENTY, sender=stage.lessee))
    assert (refusal.name, refusal.values[0], refusal.values[2]) == ("DebtNotCovered", stage.loan_id, 14_850 * COIN)
    suite.coin.approve(suite.treasury.address, UNLIMITED, sender=stage.lessee)
    suite.book.pay(stage.loan_id, 6_000 * COIN, sender=stage.lessee)
    give_coins(suite, stage.lessee, 2_000 * COIN)
    stage.lease.buy(1, PLENTY, sender=stage.lessee)
    assert stage.sold


def caught(call: Callable[[], Any]) -> Revert:
    with pytest.raises(Revert) as found:
        call()
    return found.value


# ------------------------------------------------------------------------------------------------- a share that moves


def foreclosed_to(stage: LeaseStage, bidder: str) -> None:
    suite, loan = stage.suite, stage.loan_id
    due_day = -(-suite.desk.loanOf(loan).dueAt // DAY)
    suite.engine.set_time((due_day + 91) * DAY)
    stage.value(VALUE)
    suite.book.startForeclosure(loan, sender=bidder)
    suite.engine.advance(3 * DAY)
    keep_feeds(suite)
    give_coins(suite, bidder, 60_000 * COIN)
    suite.coin.approve(suite.treasury.address, UNLIMITED, sender=bidder)
    suite.auction.bid(loan, UNLIMITED, 0, sender=bidder)


def test_foreclosure__during_a_lease__takes_the_share_from_both(
    suite: Any, mortgage: Any, owner_b: str, credential: Any
) -> None:
    stage = mortgage(months=24, credit_bps=10_000, refund_bps=10_000)
    credential(owner_b)
    stage.give(9 * (RENT + stage.model.fee))
    stage.act("pay", 9)
    foreclosed_to(stage, owner_b)
    certificate, lease = suite.certificate, stage.lease
    assert certificate.ownerOf(stage.share) == owner_b
    assert tuple(certificate.encumbrancesOf(stage.share)) == (ZERO, lease.address)
    gone = ("ShareIsMoved", 1, stage.owner, owner_b)
    refused(lambda: lease.pay(1, 1, sender=stage.lessee), *gone)
    refused(lambda: lease.buy(1, PLENTY, sender=stage.lessee), *gone)
    refused(lambda: lease.declareDefault(1, sender=stage.owner), *gone)
    refused(lambda: lease.terminate(1, sender=stage.owner), *gone)
    refused(lambda: lease.moveUse(1, sender=stage.owner), *gone)
    begun = stage.model.counting(suite.engine.now())
    assert begun == 5
    lessee = suite.coin.balanceOf(stage.lessee)
    receipt = stage.act("end", sender=owner_b, moved=True)
    assert receipt.event("LeaseEnded")["ending"] == 2
    # All of the rents is his: refundable credit of months begun, and whole rents with their fees of those to come.
    assert suite.coin.balanceOf(stage.lessee) == lessee + begun * RENT + 5 * (RENT + stage.model.fee)
    assert certificate.userOf(stage.share) == ZERO
    assert not certificate.locked(stage.share)


@pytest.mark.parametrize("to_lessee", [False, True], ids=["to another", "to the lessee"])
def test_court__moves_a_leased_share__the_lease_goes_along_until_somebody_ends_it(
    suite: Any, let: Any, owner_b: str, credential: Any, court_order: Any, to_lessee: bool
) -> None:
    stage = let(refund_bps=10_000)
    credential(owner_b)
    stage.give(3 * (RENT + stage.model.fee))
    stage.act("pay", 3)
    receiver = stage.lessee if to_lessee else owner_b
    court_order(suite.certificate, "forcedTransfer", stage.owner, receiver, stage.share)
    assert suite.certificate.userOf(stage.share) == stage.lessee
    refused(lambda: stage.lease.buy(1, PLENTY, sender=stage.lessee), "ShareIsMoved", 1, stage.owner, receiver)
    before = suite.coin.balanceOf(stage.lessee)
    stage.lease.end(1, sender=suite.deployer)
    back = 3 * (RENT + stage.model.fee) + stage.model.refundable
    assert suite.coin.balanceOf(stage.lessee) == before + back
    assert suite.certificate.ownerOf(stage.share) == receiver
    assert stage.lease.leaseOfShare(stage.share) == 0


# ---------------------------------------------------------------------------------------------------------- recoveries


@pytest.mark.parametrize("followed", [False, True], ids=["share not yet", "share followed"])
def test_recovery__of_the_owner__his_new_wallet_has_rents_rights_and_price(
    suite: Any, let: Any, owner_b: str, recover: Callable[[Any, Any], None], followed: bool
) -> None:
    stage = let(price_usd=FIXED)
    stage.give(FIXED + 3 * (RENT + stage.model.fee))
    recover(stage.owner, owner_b)
    if followed:
        suite.certificate.completeRecovery(stage.owner, [stage.share], sender=owner_b)
    old = suite.coin.balanceOf(stage.owner)
    stage.lease.collect(1, sender=stage.lessee)
    assert suite.coin.balanceOf(owner_b) == RENT
    late_at = stage.model.started_at + MONTH + stage.rules.grace
    suite.engine.set_time(late_at)
    refused(lambda: stage.lease.declareDefault(1, sender=stage.owner), "NotOwner", 1, stage.owner, owner_b)
    stage.lease.declareDefault(1, sender=owner_b)
    stage.lease.pay(1, 1, sender=stage.lessee)
    stage.lease.buy(1, PLENTY, sender=stage.lessee)
    to_pay = FIXED - 2 * stage.model.credit
    assert suite.coin.balanceOf(owner_b) == 2 * RENT + to_pay - -(-to_pay // 100)
    assert suite.coin.balanceOf(stage.owner) == old
    assert stage.sold


def test_recovery__of_the_lessee__his_new_wallet_has_use_option_and_refunds(
    suite: Any, let: Any, owner_b: str, attacker: str, recover: Callable[[Any, Any], None]
) -> None:
    stage = let(refund_bps=10_000)
    old, new, lease = stage.lessee, owner_b, stage.lease
    recover(old, new)
    assert lease.leaseOf(1).lessee == new
    assert suite.certificate.userOf(stage.share) == old
    with suite.engine.rollback():  # nobody has moved the use
        suite.engine.set_time(stage.model.ends_at)
        lease.end(1, sender=attacker)
        assert suite.coin.balanceOf(new) == stage.model.refundable
    expires = suite.certificate.userExpires(stage.share)
    receipt = lease.moveUse(1, sender=attacker)
    assert receipt.event("UseMoved").args == {"leaseId": 1, "lessee": new}
    assert suite.certificate.userOf(stage.share) == new
    assert suite.certificate.userExpires(stage.share) == expires
    refused(lambda: lease.moveUse(1, sender=attacker), "UseIsThere", 1, new)
    refused(lambda: lease.buy(1, PLENTY, sender=old), "NotLessee", old, new)
    with suite.engine.rollback():
        give_coins(suite, new, VALUE)
        suite.coin.approve(lease.address, UNLIMITED, sender=new)
        lease.buy(1, PLENTY, sender=new)
        assert suite.certificate.ownerOf(stage.share) == new
    suite.engine.set_time(stage.model.ends_at)
    lease.end(1, sender=attacker)
    assert suite.coin.balanceOf(new) == stage.model.refundable


# ------------------------------------------------------------------------------------------------------------- switches


def test_stop__stops_signing_and_nothing_else(
    suite: Any, let: Any, valued_share: Any, guardian: str, as_dao: Any
) -> None:
    stage = let(months=24)
    stage.give(VALUE + 3 * (RENT + stage.model.fee))
    stage.lease.stop(LEASE, sender=guardian)
    until = stage.lease.stoppedUntil(LEASE)
    assert until == suite.engine.now() + stage.lease.guardianStopPeriod()
    terms = lease_terms(suite, valued_share(), stage.lessee, rent=RENT)
    with suite.engine.rollback():
        suite.engine.set_time(until - 200)
        refused(lambda: sign_lease(suite, terms), "StoppedUntil", LEASE, until)
    stage.act("pay", 1)
    stage.act("collect")
    with suite.engine.rollback():
        as_dao(stage.lease, "resume", LEASE)
        sign_lease(suite, terms)
    stage.value(VALUE)
    stage.act("buy", PLENTY)
    assert stage.sold


def test_stop__by_others_or_of_what_there_is_not__is_refused(
    suite: Any, attacker: str, guardian: str, council: str
) -> None:
    lease = suite.lease_to_buy
    for caller in (attacker, council):
        refused(lambda who=caller: lease.stop(LEASE, sender=who), "AccessManagedUnauthorized", caller)
    refused(lambda: lease.resume(LEASE, sender=guardian), "AccessManagedUnauthorized", guardian)
    rain = b"rain".ljust(32, b"\0")
    refused(lambda: lease.stop(rain, sender=guardian), "UnknownSwitch", rain)
    lease.stop(LEASE, sender=guardian)
    ready = lease.stoppedUntil(LEASE) + lease.guardianStopPeriod()
    refused(lambda: lease.stop(LEASE, sender=guardian), "StopNotReady", LEASE, ready)


# --------------------------------------------------------------------------------------------------------- construction


RULES = {
    "leaseFeeBps": (0, (501,), 0, 500),
    "saleFeeBps": (1, (501,), 0, 500),
    "gracePeriod": (2, (DAY - 1, 60 * DAY + 1), DAY, 60 * DAY),
    "curePeriod": (3, (DAY - 1, 365 * DAY + 1), DAY, 365 * DAY),
}


def stillborn(suite: Any, artifact: str, *args: Any) -> tuple[Any, ...]:
    """Why there can't be such a contract: the error's name and values."""
    revert = caught(lambda: suite.engine.deploy(artifact, *args, sender=suite.deployer))
    told = decode_revert(revert.data, artifact)
    return (told.name, *told.values)


@pytest.mark.parametrize("rule", RULES)
def test_construction__rules_out_of_range__are_refused_and_their_bounds_are_not(suite: Any, rule: str) -> None:
    place, wrong, least, most = RULES[rule]
    peers, good = tuple(suite.lease_to_buy.peers()), tuple(suite.lease_to_buy.rules())

    def args(value: int) -> tuple[Any, ...]:
        return suite.hub, peers, (*good[:place], value, *good[place + 1 :]), 30 * DAY

    for value in wrong:
        assert stillborn(suite, "LeaseToBuy", *args(value)) == ("TermOutOfRange", rule, value, least, most)
    for value in (least, most):
        assert suite.engine.deploy("LeaseToBuy", *args(value), sender=suite.deployer).rules()[place] == value


def test_construction__peers_without_code__are_refused(suite: Any) -> None:
    peers, rules = tuple(suite.lease_to_buy.peers()), tuple(suite.lease_to_buy.rules())
    nobody = "0x" + "77" * 20
    for place in range(len(peers)):
        wrong = (*peers[:place], nobody, *peers[place + 1 :])
        assert stillborn(suite, "LeaseToBuy", suite.hub, wrong, rules, 30 * DAY) == ("MissingCode", nobody)
