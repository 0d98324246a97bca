"""Lending through the real treasury, loan ledger and test book, beside the model's: the same sheet in any second."""

from __future__ import annotations

from typing import Any

import pytest
from lending_pair import SHARE_VALUE, SHARES, LendingPair, LendingWalk

from commonhold.model.access import Roles
from commonhold.model.money.ageing import DAY
from commonhold.model.money.book import MONTH
from commonhold.model.money.price import WAD
from commonhold.model.money.treasury import TreasuryTerms

FACE = 60_000 * WAD
INSTALMENT = 1_000 * WAD


@pytest.fixture
def pair(engine: Any) -> LendingPair:
    """500,000 of cash, four loans of 60,000 and equity of 100,000."""
    pair = LendingPair(engine)
    person = pair.people[0]
    assert not pair.treasury_does("buy", person, pair.cash(400_000), 0, person)
    assert not pair.treasury_does("contribute", person, pair.cash(100_000))
    for share in SHARES[:4]:
        assert not pair.book_does("draw", share, FACE, 600, INSTALMENT, person)
    return pair


@pytest.mark.parametrize("decimals", [6, 18])
@pytest.mark.parametrize("seed", range(3))
def test_random_walk__the_sheet_is_the_models(engine: Any, seed: int, decimals: int) -> None:
    pair = LendingPair(engine, TreasuryTerms(minCashRatioBps=100), decimals)
    person = pair.people[0]
    pair.treasury_does("buy", person, pair.cash(100_000), 0, person)
    walk = LendingWalk(pair, seed)
    walk.run(900)
    assert len(walk.done) == 18, walk.done
    assert min(walk.done.values()) > 3, walk.done
    assert min(walk.seen["covered"], walk.seen["uncovered"]) > 20, walk.seen


def test_a_loan_nobody_pays__shows_in_the_sheet_day_by_day(pair: LendingPair) -> None:
    for share in SHARES[:4]:
        pair.set_value(share, SHARE_VALUE // 2)
        pair.book_does("mark", SHARES.index(share) + 1)
    begin, equity = pair.chain.now, []
    for days in range(0, 190, 5):
        with pair.engine.rollback():
            pair.wait_until(begin + days * DAY + 1)
            pair.check()
            equity.append(pair.treasury.balanceSheet().equityUsd)
    pair.chain.now = begin
    # Interest, then the fall, then nothing any more.
    due = 30 + MONTH // DAY
    rising, falling = equity[: due // 5], equity[due // 5 + 2 : (due + 90) // 5]
    assert rising == sorted(rising)
    assert falling == sorted(falling, reverse=True)
    assert equity[-1] == equity[-2]


def test_the_days_are_rolled_by_whoever_calls_first(pair: LendingPair) -> None:
    pair.set_value(SHARES[0], SHARE_VALUE // 2)
    pair.book_does("mark", 1)
    for days, call in enumerate((
        lambda: pair.treasury_does("buy", pair.people[1], pair.cash(100), 0, pair.people[1]),
        lambda: pair.book_does("pay", 1, WAD, sender=pair.people[0]),
        lambda: pair.book_does("payCash", 2, pair.cash(1), sender=pair.people[1]),
        lambda: pair.treasury_does("redeem", pair.people[0], 100 * WAD, 0, pair.people[0]),
        lambda: pair.book_does("mark", 3),
        lambda: pair.book_does("foreclose", 4, FACE),
    )):  # fmt: skip
        pair.wait_until(pair.chain.now + (20 + days) * DAY)
        pair.check()
        assert call() == ""
        assert pair.treasury.loanSums()[0] == pair.chain.now // DAY
        pair.check()
        pair.check_each()


def changes(pair: LendingPair, act: Any) -> tuple[int, ...]:
    """What an act adds to cash, loans, homes, coins and equity of the sheet, but for a second's interest."""
    before = tuple(pair.treasury.balanceSheet())
    assert act() == ""
    pair.check()
    return tuple(after - was for after, was in zip(pair.treasury.balanceSheet(), before, strict=True))


@pytest.mark.parametrize("fee", [0, 1, 600 * WAD, FACE])
def test_a_fee_of_a_draw__is_new_coins_of_the_book(pair: LendingPair, fee: int) -> None:
    """In coins it is a part of what is minted; in cash it is minted on top, against as much more of the loan."""
    person, second = pair.people[1], 4 * FACE * 600 // 10_000 // (365 * DAY) + 1
    drawn = SHARES[5], FACE, fee, 600, INSTALMENT, person
    cash, loans, homes, coins, equity = changes(pair, lambda: pair.book_does("drawLess", *drawn))
    assert (cash, homes, coins) == (0, 0, FACE)
    assert 0 <= equity == loans - FACE <= second
    assert (pair.coin.balanceOf(person), pair.coin.balanceOf(pair.book)) == (FACE - fee, fee)

    drawn = SHARES[6], pair.cash(10_000), fee, 600, INSTALMENT, person
    cash, loans, homes, coins, equity = changes(pair, lambda: pair.book_does("drawCashLess", *drawn))
    assert (cash, homes, coins) == (-10_000 * WAD, 0, fee)
    assert 0 <= equity == loans - 10_000 * WAD - fee <= 2 * second
    assert pair.coin.balanceOf(pair.book) == 2 * fee


@pytest.mark.parametrize("off", [-1, 0, 1])
@pytest.mark.parametrize("way", ["coins", "cash"])
def test_the_cash_floor__counts_the_coins_of_the_fee(pair: LendingPair, way: str, off: int) -> None:
    person, sheet = pair.people[0], pair.treasury.balanceSheet()
    most = 10 * sheet.cashUsd - sheet.coins  # coins that fill the floor
    if way == "coins":
        refused = pair.book_does("drawLess", SHARES[5], most + off, WAD, 600, INSTALMENT, person)
    else:
        cash = pair.cash(100_000)
        most -= 10 * 100_000 * WAD
        refused = pair.book_does("drawCashLess", SHARES[5], cash, most + off, 600, INSTALMENT, person)
    assert refused == ("CashBelowFloor" if off > 0 else "")
    pair.check()


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("covered", [True, False])
def test_a_fee_of_a_payment__is_burned_and_minted_to_the_book(pair: LendingPair, covered: bool, frozen: bool) -> None:
    """Also out of frozen coins, which pay what their owner owes; below coverage 1 too, where it credits nothing."""
    person, fee, paid = pair.people[0], 50 * WAD, 1_000 * WAD
    if not covered:
        assert pair.book_does("foreclose", 4, 0) == pair.book_does("foreclose", 3, 0) == ""
    if frozen:
        pair.hub.grantRole(Roles.COURT, pair.dao, 0, sender=pair.dao)
        pair.coin.setFrozenTokens(person, 2**200, sender=pair.dao)
        pair.chain.now = pair.engine.now()
    supply, had = pair.coin.totalSupply(), pair.coin.balanceOf(person)
    assert pair.model.price().covered is covered
    debt = pair.ledger.totalDebt()
    assert pair.book_does("payMore", 1, paid, fee, sender=person) == ""
    assert pair.coin.balanceOf(pair.book) == fee
    assert (supply - pair.coin.totalSupply(), had - pair.coin.balanceOf(person)) == (paid, paid + fee)
    assert (debt - pair.ledger.totalDebt() > 990 * WAD) is covered
    debt, coverage = pair.ledger.totalDebt(), pair.treasury.coverage()
    assert pair.book_does("payFee", 2, fee, sender=person) == ""
    assert (pair.coin.balanceOf(pair.book), supply - pair.coin.totalSupply()) == (2 * fee, paid)
    assert pair.ledger.totalDebt() - debt < WAD  # two seconds' interest
    assert pair.treasury.coverage() >= coverage
    pair.check()
    pair.check_each()


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_credit__is_at_most_what_the_coins_not_kept_are_worth(pair: LendingPair, off: int) -> None:
    pair.ledger.setBook(pair.dao, True, sender=pair.dao)
    now, person = pair.engine.now() + 1, pair.people[0]
    pair.engine.set_next_time(now)
    loan = (FACE, 0, 0, now, now + 30 * DAY, 0, FACE, 0, 0, 0)
    pair.ledger.lendCoins(loan, person, 0, sender=pair.dao)
    pair.engine.set_next_time(now + 9)
    left = (FACE - 900 * WAD - off, 0, 0, now + 9, *loan[4:])
    args = loan, left, person, 1_000 * WAD, 100 * WAD
    if off > 0:
        with pytest.raises(Exception, match=f"CreditAboveWorth.*{900 * WAD + 1}.*{900 * WAD}"):
            pair.ledger.payInCoins(*args, sender=pair.dao)
        return
    pair.ledger.payInCoins(*args, sender=pair.dao)
    assert pair.coin.balanceOf(pair.dao) == 100 * WAD


def test_refusals__move_nothing(pair: LendingPair) -> None:
    payer = pair.people[1]
    assert pair.book_does("pay", 99, WAD, sender=payer) == "NoLoan"
    assert pair.book_does("pay", 1, 0, sender=payer) == "NothingPaid"
    assert pair.book_does("payCash", 1, pair.cash(60_100), sender=payer) == "CashAboveDebt"
    assert pair.book_does("pay", 1, WAD, sender=payer) == "ERC20InsufficientBalance"
    assert pair.book_does("draw", SHARES[5], 10**9 * WAD, 600, WAD, payer) == "CashBelowFloor"
    assert pair.book_does("draw", SHARES[5], WAD, 10_001, WAD, payer) == "PositionOutOfRange"
    assert pair.book_does("sellHomeForCoins", SHARES[5], 1, sender=payer) == "NotOwnedHome"
    pair.set_price(WAD, valid=False)
    assert pair.book_does("payCash", 1, pair.cash(1), sender=payer) == "NoValidReservePrice"
    pair.check()
    pair.check_each()


def test_a_book_that_the_dao_takes_back__lends_no_more_and_its_loans_run_out(pair: LendingPair) -> None:
    pair.ledger.setBook(pair.book, False, sender=pair.dao)
    pair.chain.now = pair.engine.now()
    pair.model.closed_books.add(pair.book.address)
    assert (pair.ledger.isBook(pair.book), pair.ledger.mayLend(pair.book)) == (True, False)
    assert pair.book_does("draw", SHARES[7], WAD, 600, WAD, pair.people[0]) == "BookIsClosed"
    assert pair.book_does("mark", 1) == ""
    pair.check()
    pair.wait_until(pair.chain.now + 200 * DAY)
    pair.check()


@pytest.mark.parametrize("marked", ["another loan", "the loan itself"])
@pytest.mark.parametrize("value", [SHARE_VALUE, SHARE_VALUE // 3])
def test_a_reserve_token_that_calls_back__finds_and_leaves_exact_sums(engine: Any, marked: str, value: int) -> None:
    """While cash goes out a mark counts as if it came after; while it comes in the books are locked."""
    pair = LendingPair(engine, reserve="TestUnrulyToken")
    person = pair.people[0]
    pair.treasury_does("buy", person, pair.cash(400_000), 0, person)
    pair.treasury_does("contribute", person, pair.cash(100_000))
    for share in SHARES[:3]:
        pair.book_does("draw", share, FACE, 600, INSTALMENT, person)
    number = 1 if marked == "another loan" else 4
    pair.set_value(SHARES[0], value)
    pair.set_value(SHARES[3], value)
    pair.cash_token.callBack(pair.book, pair.book.mark.encode(number), sender=person)

    drawn = SHARES[3], pair.cash(50_000), 600, INSTALMENT, person
    pair.both(
        lambda: (pair.model_book.drawCash(*drawn), pair.model_book.mark(number)),
        lambda: pair.book.drawCash(*drawn, sender=person),
        seconds=5,
    )
    pair.check()
    pair.check_each()
    with pytest.raises(Exception, match="CashUnderWay"):
        pair.book.payCash(2, pair.cash(10), sender=person)
    pair.wait_until(pair.chain.now + 75 * DAY)
    pair.check()


def test_only_the_ledger__moves_the_treasury(pair: LendingPair) -> None:
    stranger, change = pair.people[3], (0, 0, 0, 0)
    for function, args in (
        ("lendCoins", (change, stranger, 1, 0, stranger)),
        ("lendCash", (change, stranger, 1, 0, stranger)),
        ("takeCoins", (change, 0, stranger, 1, 0, 0, stranger)),
        ("takeCash", (change, 0, stranger, 1, 0)),
        ("rebook", (change, 1)),
    ):
        with pytest.raises(Exception, match=f"NotLoanLedger.*{stranger}"):
            getattr(pair.treasury, function)(*args, sender=stranger)
