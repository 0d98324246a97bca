"""The lens for loans never lies: its verdicts are the calls' errors byte for byte, its quotes what payments do, and its
schedules what the book then asks, over random lives of loans. And it never reverts."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from lens_drive import DAY, FORECLOSURE, MONTH, MOST, WAD, LensDrive, outcome

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert
from commonhold.recipe import buying
from commonhold.recipe.governing import as_dao
from commonhold.recipe.lending import Application, LoanKind, LoanStage, approve_loan, open_loan, request_loan

SEEN: Counter[str] = Counter()
NOBODY, CO_OWNERS, ANYBODY = range(3)


@pytest.fixture
def people(suite: Any, credential: Callable[..., bytes]) -> list[str]:
    """Five wallets with credentials, which let treasury and book take their coins and the book their shares."""
    chosen = list(suite.engine.accounts[13:18])
    for person in chosen:
        if not suite.credentials.isValid(person):
            credential(person, expires_at=suite.engine.now() + 4_000 * DAY)
        for spender in (suite.treasury, suite.book):
            suite.coin.approve(spender.address, MOST, sender=person)
    return chosen


@pytest.fixture
def drive(
    suite: Any, people: list[str], valued_house: Callable[..., int], lending_cash: Callable[..., None], coins: Any
) -> Callable[[int], LensDrive]:
    """`drive(seed)`: two houses of eight shares, spread over the people, who have coins and cash."""

    def begin(seed: int) -> LensDrive:
        houses = [valued_house(to=person) for person in people[:2]]
        lending_cash()
        for person in people:
            coins(person, 60_000 * WAD)
            buying.give_cash(suite, person, 100_000 * WAD // suite.parameters.reserve.unit)
        return LensDrive(suite, people, houses, random.Random(seed))

    return begin


@pytest.mark.parametrize("seed", range(12))
def test_lens__random_lives__says_what_happens(drive: Callable[[int], LensDrive], seed: int) -> None:
    world = drive(seed)
    for _ in range(250):
        world.step()
        world.check()
    for loan in {asked.loan_id for asked in world.asked}:
        if world.suite.desk.loanOf(loan).stage in (LoanStage.ACTIVE, LoanStage.FORECLOSING):
            world.check_schedule(loan)
    SEEN.update(world.seen)


def test_lens__random_lives__have_met_most_of_what_there_is() -> None:
    """So that the drive does not go stale: counted over the seeds that ran in this process."""
    if sum(SEEN.values()) < 4_000:
        return  # another process had the seeds
    ends = ("passes", "LoanToValueTooHigh", "ValueNotValid", "SeniorClaim", "ApprovalExpired", "BorrowerLate")
    for said in (*ends, "OriginatorLate", "AlreadyCollateral", "PurchaseNotAccepted"):
        assert SEEN[f"draw: {said}"] > 0, (said, SEEN)
    for said in ("draw in cash: passes", "pay: passes", "pay in cash: passes", "pay: NothingPaid", "closed"):
        assert SEEN[said] > 0, (said, SEEN)
    assert SEEN["closes an instalment"] > 0
    assert SEEN["followed to the end"] > 0


# ------------------------------------------------------------------------------------------------------ schedules


@pytest.mark.parametrize("kind", list(LoanKind))
@pytest.mark.parametrize("instalments", [1, 2, 12, 360])
def test_schedule__approved_then_drawn__is_what_the_book_asks(
    drive: Callable[[int], LensDrive], kind: LoanKind, instalments: int
) -> None:
    world = drive(instalments)
    suite, owner = world.suite, world.people[0]
    asked = request_loan(suite, owner, Application(world.houses[0] * 256 + 1, 20_000 * WAD + 1, instalments, kind))
    approve_loan(suite, asked)
    loan = asked.loan_id
    promised = suite.loan_lens.schedule(loan, 0, 0)
    suite.book.draw(loan, owner, sender=owner)
    page = suite.loan_lens.schedule(loan, 0, 0)
    assert [tuple(row)[2:] for row in promised.rows] == [tuple(row)[2:] for row in page.rows]
    assert page.rows[0].dueAt == suite.desk.loanOf(loan).startedAt + MONTH
    assert sum(row.amount for row in page.rows) >= 20_000 * WAD or page.next
    world.check_schedule(loan)


@pytest.mark.parametrize("paid", [11, 10])
def test_schedule__rate_fixed__is_what_the_book_asks_across_the_reset(
    drive: Callable[[int], LensDrive], paid: int
) -> None:
    """Paid until a month before the reset, the new rate sets in with it; with a month more owed the loan is impaired
    then, and it sets in with the next payment."""
    world = drive(paid)
    suite, engine, owner = world.suite, world.suite.engine, world.people[0]
    loan = open_loan(suite, owner, Application(world.houses[0] * 256 + 1, 20_000 * WAD, 60, LoanKind.ADJUSTABLE))
    while (owed := suite.desk.loanOf(loan)).paid < paid:
        engine.set_next_time(owed.dueAt)
        beyond = 1_000 * WAD if owed.paid == 4 else 0  # lowers what the new instalment has to repay
        suite.book.pay(loan, owed.instalment + beyond, sender=owner)
    started_at = suite.desk.loanOf(loan).startedAt
    if paid == 10:
        engine.set_time(started_at + 340 * DAY)
        suite.book.fixRate(loan, sender=owner)
    fixed = suite.desk.loanOf(loan)
    assert fixed.nextRateBps not in (0, fixed.rateBps)
    page = suite.loan_lens.schedule(loan, 0, 0)
    assert started_at + 2 * 365 * DAY <= page.rateKnownUntil < started_at + 2 * 365 * DAY + DAY
    world.check_schedule(loan)
    engine.set_time(fixed.resetAt + 10 * DAY)
    late = suite.desk.loanOf(loan)
    assert (late.rateBps == fixed.rateBps) == (paid == 10)
    assert (late.nextRateBps != 0) == (paid == 10)
    world.check_schedule(loan)
    assert world.seen["followed to a reset"] == 2


def test_schedule__pages__meet_without_a_gap(drive: Callable[[int], LensDrive]) -> None:
    world = drive(1)
    suite, owner, lens = world.suite, world.people[0], world.suite.loan_lens
    loan = open_loan(suite, owner, Application(world.houses[0] * 256 + 1, 20_000 * WAD, 360))
    assert lens.MAX_ROWS_PER_PAGE() == 120
    for most in (0, 121, MOST):
        assert [len(lens.schedule(loan, start, most).rows) for start in (0, 120, 240, 360)] == [120, 120, 120, 0]
    first, second = lens.schedule(loan, 0, 7), lens.schedule(loan, 7, 7)
    assert (first.next, [row.number for row in first.rows + second.rows]) == (7, list(range(1, 15)))
    last = lens.schedule(loan, 359, 0)
    assert (last.complete, last.next, last.rows[0].balance) == (True, 0, 0)
    beyond = lens.schedule(loan, MOST, 1)
    assert (beyond.complete, beyond.rows, beyond.next) == (True, [], 0)


def test_schedule__nothing_agreed_or_owed__is_not_complete(drive: Callable[[int], LensDrive]) -> None:
    world = drive(2)
    suite, owner = world.suite, world.people[0]
    loan = request_loan(suite, owner, Application(world.houses[0] * 256 + 1, 20_000 * WAD, 12)).loan_id
    for nothing in (0, loan, loan + 1, MOST):
        page = suite.loan_lens.schedule(nothing, 0, 0)
        assert (page.rows, page.next, page.complete) == ([], 0, False)


# -------------------------------------------------------------------------------------------------------- auctions


def test_auction__whoever_may_bid__is_whom_the_auction_takes(drive: Callable[[int], LensDrive]) -> None:
    """From the start to the end, at the seconds about each boundary that the page itself names."""
    world = drive(3)
    suite, lens, engine = world.suite, world.suite.loan_lens, world.suite.engine
    owner, stranger = world.people[:2]
    share = world.houses[0] * 256 + 1
    loan = open_loan(suite, owner, Application(share, 24_000 * WAD, 12))
    assert tuple(lens.auction(loan))[1:4] == (0, NOBODY, 0)
    engine.set_time(suite.desk.loanOf(loan).dueAt + 92 * DAY)
    world.keep_feeds_valid()
    suite.book.startForeclosure(loan, sender=stranger)
    seen = []
    for _ in range(4):
        for wait in (0, 1):
            if wait:
                page = lens.auction(loan)
                if page.changesIn == 0:
                    break
                engine.set_time(engine.now() + max(1, page.changesIn - 1))
            for _ in range(2):
                seen.append(check_auction(world, loan, share))
                engine.set_time(engine.now() + 1)
    assert {NOBODY, CO_OWNERS, ANYBODY} == set(seen)
    assert lens.auction(loan).auction.ended
    suite.auction.close(loan, sender=stranger)
    assert lens.auction(loan) == lens.auction(0)
    check_offer(world, share)


def check_offer(world: LensDrive, share: int) -> None:
    """The home that the treasury took, offered by the DAO: the same turns, and no end."""
    suite, engine = world.suite, world.suite.engine
    owner, stranger = world.people[:2]
    assert tuple(suite.loan_lens.offer(share))[1:4] == (0, NOBODY, 0)
    as_dao(suite, suite.auction, "offerOwned", share, 44_000 * WAD, 30_000 * WAD)
    seen = []
    while True:
        page = suite.loan_lens.offer(share)
        assert page.complete
        assert tuple(page.auction) == tuple(suite.auction.offerOf(share))
        assert page.coins == suite.auction.bidForOwned.call(share, MOST, share + 1, sender=owner)
        data = outcome(lambda: suite.auction.bidForOwned.call(share, MOST, 0, sender=stranger))
        assert (data == b"") == (page.bidders == ANYBODY)
        seen.append(page.bidders)
        if page.changesIn == 0:
            break
        engine.set_time(engine.now() + page.changesIn)
    assert seen == [CO_OWNERS, ANYBODY, CO_OWNERS, ANYBODY]


def test_auction__while_foreclosures_are_stopped__nobody_may_bid(
    drive: Callable[[int], LensDrive], guardian: str
) -> None:
    world = drive(5)
    suite, lens = world.suite, world.suite.loan_lens
    loan = open_loan(suite, world.people[0], Application(world.houses[0] * 256 + 1, 24_000 * WAD, 12))
    suite.engine.set_time(suite.desk.loanOf(loan).dueAt + 92 * DAY)
    world.keep_feeds_valid()
    suite.book.startForeclosure(loan, sender=guardian)
    assert lens.auction(loan).bidders == CO_OWNERS
    before = lens.auction(loan).changesIn
    suite.desk.stop(FORECLOSURE, sender=guardian)
    page = lens.auction(loan)
    assert (page.bidders, page.stoppedUntil) == (NOBODY, suite.desk.stoppedUntil(FORECLOSURE))
    suite.engine.set_time(page.stoppedUntil)
    page = lens.auction(loan)
    assert page.bidders == CO_OWNERS
    assert before - page.changesIn == 1  # the second before the stop


def check_auction(world: LensDrive, loan: int, share: int) -> int:
    """Who is refused for his turn, and that a coin less is too little."""
    suite = world.suite
    page = suite.loan_lens.auction(loan)
    owner, stranger = world.people[:2]
    assert page.complete
    assert tuple(page.auction) == tuple(suite.auction.auctionOf(loan))

    def said(bidder: str, own: int, coins: int) -> str:
        data = outcome(lambda: suite.auction.bid.call(loan, coins, own, sender=bidder))
        return decode_revert(data, "ForeclosureAuction").name if data else ""

    refused = {}
    for bidder, own in ((owner, share + 1), (stranger, 0)):
        refused[bidder] = said(bidder, own, page.coins)
        assert refused[bidder] or said(bidder, own, page.coins - 1) == "PriceAboveLimit"
    turn = ("CoOwnersOnly", "AuctionEnded")
    assert (refused[owner] not in turn) == (page.bidders in (CO_OWNERS, ANYBODY)), refused
    assert (refused[stranger] not in turn) == (page.bidders == ANYBODY), refused
    return page.bidders


# ----------------------------------------------------------------------------------------------------------- pages


def test_pages__by_number_owner_house_and_share__are_the_same_loans(drive: Callable[[int], LensDrive]) -> None:
    world = drive(4)
    suite, lens, owner = world.suite, world.suite.loan_lens, world.people[0]
    house, loans = world.houses[0], []
    for number in range(1, 4):
        loans.append(open_loan(suite, owner, Application(house * 256 + number, 5_000 * WAD, 12)))
    loans.append(request_loan(suite, owner, Application(house * 256 + 4, 5_000 * WAD, 12)).loan_id)
    owner_id = suite.credentials.ownerIdOf(owner)
    open_loans = loans[:3]
    for page in (lens.loansOfWallet(owner), lens.loansOfOwner(owner_id), lens.loansOfHouse(house, 0, 0)):
        assert (page.complete, page.next) == (True, 0)
        assert sorted(entry.loanId for entry in page.loans) == open_loans
    first = lens.loansOfHouse(house, 0, 2)
    assert ([entry.loanId for entry in first.loans], first.next) == (open_loans[:2], 2)
    assert [entry.loanId for entry in lens.loansOfHouse(house, 2, 2).loans] == open_loans[2:]
    page = lens.loans(loans[0], 3)
    assert ([entry.loanId for entry in page.loans], page.next) == (loans[:3], loans[3])
    assert [entry.loanId for entry in lens.loans(loans[3], 0).loans] == [loans[3]]
    shown = lens.certificateWithLoan(house * 256 + 2)
    assert (shown.complete, shown.loan.loanId) == (True, loans[1])
    assert tuple(shown.certificate) == tuple(suite.certificate.certificateOf(house * 256 + 2))
    free = lens.certificateWithLoan(house * 256 + 8)
    assert (free.complete, free.loan.loanId, free.certificate.owner) == (True, 0, owner)
    account = suite.desk.loanOf(loans[0]).originator
    page = lens.originator(account)
    assert (page.face, page.late, page.open, page.complete) == (15_000 * WAD, 0, 3, True)
    assert (page.cap, page.mostLate) == (suite.desk.terms().originatorCap, suite.desk.terms().maxLateOfOriginator)
    due_day = -(-suite.desk.loanOf(loans[0]).dueAt // DAY)
    grace = suite.desk.terms().graceDays
    suite.engine.set_time((due_day + grace) * DAY)
    entry = lens.loan(loans[0])
    assert (entry.daysPastDue, entry.late) == (grace, False)
    suite.engine.set_time((due_day + grace) * DAY + 1)
    assert lens.loan(loans[0]).late
    assert lens.originator(account).late == 3


# --------------------------------------------------------------------------------------------------- never reverts


@pytest.mark.parametrize("number", [0, 1, 2**32, 2**40, 2**64, 2**128, 2**255, MOST])
def test_lens__anything__never_reverts(suite: Any, people: list[str], number: int) -> None:
    lens, checks, ann = suite.loan_lens, suite.loan_checks, people[0]
    assert lens.loan(number).complete
    assert lens.loans(number, number).complete
    assert lens.loansOfOwner(number.to_bytes(32, "big")).complete
    assert lens.certificateWithLoan(number).complete
    assert lens.originator(ann).complete
    lens.loansOfHouse(number, number, number)
    lens.schedule(number, number, number)
    assert lens.auction(number).complete
    assert lens.offer(number).complete
    page = checks.drawCheck(number)
    for refusal in (page.refusal, page.cashRefusal):
        assert decode_revert(refusal, "LoanBook").name == "WrongStage"
    for payer in (ann, suite.treasury.address, "0x" + "00" * 20):
        for quote in (checks.paymentQuote(number, payer, number), checks.cashPaymentQuote(number, payer, number)):
            assert decode_revert(quote.refusal, "LoanBook").name == "WrongStage"


def test_constructors__without_code__refused(suite: Any, people: list[str]) -> None:
    nobody, deployer = people[0], people[1]
    for name, args in (
        ("LoanLens", (nobody, suite.loan_checks)),
        ("LoanLens", (suite.desk, nobody)),
        ("LoanChecks", (nobody, suite.treasury_lens)),
        ("LoanChecks", (suite.desk, nobody)),
    ):
        with pytest.raises(Revert) as refused:
            suite.engine.deploy(name, *args, sender=deployer)
        explained = decode_revert(refused.value.data, name)
        assert (explained.name, explained.values) == ("MissingCode", (nobody,))
