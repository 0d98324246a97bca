"""What an attacker tried on treasury and loan ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lending_pair import SHARES, LendingPair

from commonhold.engines import Revert
from commonhold.model.money.ageing import DAY
from commonhold.model.money.price import WAD

FACE = 60_000 * WAD
INSTALMENT = 600 * WAD
VALUE_FLOOR = 50_000 * WAD


@pytest.fixture(autouse=True)
def rollback(engine: Any) -> Iterator[None]:
    with engine.rollback():
        yield


class HookedStage:
    """A reserve token that lets its sender act while a transfer is on its way; somebody's request is finalised, but not
    claimed, so that cash can leave which no book counts."""

    CLAIMED = 1_000

    def __init__(self, engine: Any) -> None:
        self.pair = LendingPair(engine, reserve="TestUnrulyToken")
        self.treasury, self.token, self.coin = self.pair.treasury, self.pair.cash_token, self.pair.coin
        self.rich = self.pair.people[0]
        self.treasury.buy(self.pair.cash(100_000), 0, self.rich, sender=self.rich)
        self.treasury.contribute(self.pair.cash(1_000), sender=self.rich)
        self.pair.book.draw(SHARES[0], FACE, 600, INSTALMENT, self.rich, sender=self.rich)
        self.caller = engine.deploy("TestHookedCaller", sender=self.rich)
        self.token.mint(self.caller, self.pair.cash(10_000), sender=self.rich)
        self.coin.transfer(self.caller, 2_000 * WAD, sender=self.rich)
        self._act(self.token, "approve", self.treasury, 2**255)
        self._act(self.coin, "approve", self.treasury, 2**255)
        self._act(self.treasury, "requestRedeem", self.CLAIMED * WAD, self.caller, self.caller)
        self.request = self.line_end()
        self.cash = self.treasury.requestPage(self.request).claimableCash
        assert self.cash == self.treasury.setAsideCash() > 0

    def line_end(self) -> int:
        return int(self.treasury.setAsideCash()) * 10**12

    def _act(self, target: Any, function: str, *args: Any) -> None:
        self.caller.act(target, getattr(target, function).encode(*args), sender=self.rich)

    def then(self, target: Any, function: str, *args: Any) -> None:
        self.caller.then(target, getattr(target, function).encode(*args), sender=self.rich)

    def buy(self, cash: int) -> None:
        """In the middle of it everything that was said with `then` is done."""
        self.token.callBack(self.caller, self.caller.onMove.encode(), sender=self.rich)
        self.caller.actArmed(self.treasury, self.treasury.buy.encode(cash, 0, self.caller), sender=self.rich)

    def balances(self) -> bool:
        """L2."""
        return bool(self.treasury.balanceSheet().equityUsd == self.treasury.equityByLedger())


def test_cash_within_cash__finds_the_books_locked(engine: Any) -> None:
    """A contribution in the middle of a purchase took its cash under a lock of its own and opened it for both: what was
    done then was overwritten by the purchase, which had read the books before."""
    stage = HookedStage(engine)
    stage.then(stage.treasury, "contribute", stage.cash)
    stage.then(stage.treasury, "claim", stage.request, stage.caller)
    with pytest.raises(Revert) as caught:
        stage.buy(10**6)
    assert caught.value.name == "CashUnderWay"
    assert stage.balances()


def test_cash_within_cash__hides_no_owned_home(engine: Any) -> None:
    """The same while somebody waits: the purchase wrote flags back that knew of no owned home."""
    stage = HookedStage(engine)
    coins = stage.coin.balanceOf(stage.rich)
    stage.treasury.requestRedeem(coins, stage.rich, stage.rich, sender=stage.rich)
    assert stage.treasury.demandPage().waiting > 0
    stage.then(stage.treasury, "contribute", stage.cash)
    stage.then(stage.pair.book, "foreclose", 1, VALUE_FLOOR)
    stage.then(stage.treasury, "claim", stage.request, stage.caller)
    with pytest.raises(Revert) as caught:
        stage.buy(10**6)
    assert caught.value.name == "CashUnderWay"
    assert stage.balances()


# ---------------------------------------------------------------------------------------------- price of the reserve


@pytest.fixture
def pair(engine: Any) -> LendingPair:
    """A covered treasury with 401,000 of cash; everybody's first person has the 400,000 coins."""
    pair = LendingPair(engine)
    rich = pair.people[0]
    pair.treasury.buy(pair.cash(400_000), 0, rich, sender=rich)
    pair.treasury.contribute(pair.cash(1_000), sender=rich)
    return pair


INVALID = {"Frozen": 2, "CallFailed": 6, "OutOfBounds": 12, "Stale": 13, "Quarantined": 14}


def name_of(act: Any, *args: Any, **kwargs: Any) -> str:
    """The error's name, empty if it is done."""
    try:
        act(*args, **kwargs)
    except Revert as error:
        return error.name
    return ""


@pytest.mark.parametrize("status", INVALID.values(), ids=list(INVALID))
def test_lending__needs_a_valid_price_of_the_reserve(pair: LendingPair, status: int) -> None:
    """The token had fallen to 0.90, and the coins were not covered; then its feed failed, and the reader went back to a
    dollar, the last value on its record: lending and the DAO's payouts went on."""
    rich, book = pair.people[0], pair.book
    pair.reader.set(WAD * 9 // 10, 1, sender=pair.dao)
    assert name_of(book.draw, SHARES[0], FACE, 600, INSTALMENT, rich, sender=rich) == "CoverageBelowOne"
    pair.reader.set(WAD, status, sender=pair.dao)
    assert name_of(pair.treasury.buy, 10**6, 0, rich, sender=rich) == "NoValidReservePrice"
    assert name_of(book.draw, SHARES[0], FACE, 600, INSTALMENT, rich, sender=rich) == "NoValidReservePrice"
    cash = pair.cash(60_000)
    assert name_of(book.drawCash, SHARES[0], cash, 600, INSTALMENT, rich, sender=rich) == "NoValidReservePrice"
    assert name_of(pair.treasury.payOut, rich, pair.cash(10), sender=pair.dao) == "NoValidReservePrice"
    assert pair.treasury.lendingPaused()


def test_leaving_and_paying__need_no_valid_price(pair: LendingPair) -> None:
    rich = pair.people[0]
    pair.book.draw(SHARES[0], FACE, 600, INSTALMENT, rich, sender=rich)
    pair.reader.set(WAD, INVALID["Stale"], sender=pair.dao)
    assert name_of(pair.book.pay, 1, 1_000 * WAD, sender=rich) == ""
    assert name_of(pair.treasury.redeem, 1_000 * WAD, 0, rich, sender=rich) == ""
    assert name_of(pair.treasury.requestRedeem, 1_000 * WAD, rich, rich, sender=rich) == ""


# -------------------------------------------------------------------------------------------------------------- books


def speak_as_book(pair: LendingPair, face: int) -> tuple[int, ...]:
    """The DAO is a book with one loan, to the first person."""
    pair.ledger.setBook(pair.dao, True, sender=pair.dao)
    now = pair.engine.now() + 1
    pair.engine.set_next_time(now)
    loan = (face, 0, 0, now, now + 30 * DAY, 0, 2 * face, 0, 0, 0)
    pair.ledger.lendCoins(loan, pair.people[0], 0, sender=pair.dao)
    pair.engine.set_next_time(now + 60)
    return loan


def test_waiting_coins__pay_nobodys_debt(pair: LendingPair) -> None:
    """The coins that wait lie at the treasury, which needs no allowance to burn its own: a book that named it as payer
    burned what others waited with, and no cash could come in any more."""
    first, other = pair.people[:2]
    loan = speak_as_book(pair, 100_000 * WAD)
    pair.coin.transfer(other, 150_000 * WAD, sender=first)
    pair.treasury.requestRedeem(350_000 * WAD, first, first, sender=first)
    pair.treasury.redeem(50_000 * WAD, 0, other, sender=other)
    pair.treasury.requestRedeem(90_000 * WAD, other, other, sender=other)
    waiting = pair.treasury.demandPage().waiting
    assert 0 < waiting == pair.coin.balanceOf(pair.treasury)

    left = (loan[0] - WAD, *loan[1:3], pair.engine.now() + 1, *loan[4:])
    pair.engine.set_next_time(left[3])
    refused = name_of(pair.ledger.payInCoins, loan, left, pair.treasury, WAD, 0, sender=pair.dao)
    assert refused == "PayerIsTreasury"
    assert pair.coin.balanceOf(pair.treasury) == waiting
    pair.treasury.contribute(pair.cash(100_000), sender=first)
    assert pair.treasury.demandPage().waiting == 0


def test_a_book_closed_to_new_business__is_still_paid(pair: LendingPair) -> None:
    """Spec 2: the DAO closes a book to new business; rows with open liens stay until they are empty. L15."""
    rich = pair.people[0]
    pair.book.draw(SHARES[0], FACE, 600, INSTALMENT, rich, sender=rich)
    assert name_of(pair.ledger.closeBook, rich, sender=pair.dao) == "NotBook"
    pair.ledger.closeBook(pair.book, sender=pair.dao)
    assert pair.ledger.isBook(pair.book)
    assert not pair.ledger.mayLend(pair.book)
    assert name_of(pair.book.draw, SHARES[1], FACE, 600, INSTALMENT, rich, sender=rich) == "BookIsClosed"
    cash = pair.cash(1_000)
    assert name_of(pair.book.drawCash, SHARES[1], cash, 600, INSTALMENT, rich, sender=rich) == "BookIsClosed"
    assert name_of(pair.book.mark, 1, sender=rich) == ""
    assert name_of(pair.book.payCash, 1, pair.cash(100), sender=rich) == ""
    assert name_of(pair.book.pay, 1, 70_000 * WAD, sender=rich) == ""
    assert pair.ledger.totalDebt() == 0
    pair.ledger.setBook(pair.book, True, sender=pair.dao)
    assert pair.ledger.mayLend(pair.book)


def test_a_book_that_ends_more_than_there_was__makes_nobody_rich(pair: LendingPair) -> None:
    """A wei too much made the sum negative, and the treasury's assets 3.7e47 dollars."""
    loan = speak_as_book(pair, 30_000 * WAD)
    pair.ledger.forecloseForCoins((loan[0] + 1, *loan[1:]), pair.people[0], 0, sender=pair.dao)
    assert pair.treasury.balanceSheet().loansUsd == 0
    assert pair.treasury.coverage() < WAD
