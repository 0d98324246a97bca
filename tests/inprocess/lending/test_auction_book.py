"""Auctions of the loan book's own foreclosures: what they do to shares, debts and the balance sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from commonhold.engines import Revert
from commonhold.model.lending.auction import AuctionTerms, Foreclosure
from commonhold.model.money.ageing import DAY
from commonhold.model.money.price import WAD
from commonhold.recipe.buying import keep_price_valid
from commonhold.recipe.lending import LoanStage

TERMS = AuctionTerms()
RICH = 10**6 * WAD
HOUSE_VALUE = 320_000 * WAD
LENT = 20_000 * WAD
FORECLOSURE = b"foreclosure".ljust(32, b"\0")
NOBODY = "0x" + "00" * 20


@dataclass
class Sale:
    """The foreclosure of a loan on share 1 of owner_a's house, from its start. Share 8 is owner_b's."""

    suite: Any
    loan: int
    house: int
    owner: str
    co_owner: str
    buyer: str

    def __post_init__(self) -> None:
        receipt = self.suite.book.startForeclosure(self.loan, sender=self.buyer)
        value = self.suite.valuation.shareValue(self.share(1)).valueUsd
        self.model = Foreclosure(TERMS, value, receipt.timestamp)

    def share(self, number: int) -> int:
        return self.house * 256 + number

    def at(self, elapsed: int, stopped: int = 0) -> None:
        """The next transaction finds the auction's clock there, and a valid price of the reserve token."""
        time = self.model.started_at + elapsed + stopped
        if time - 2 > self.suite.engine.now():
            self.suite.engine.set_time(time - 2)
            keep_price_valid(self.suite)
        self.suite.engine.set_next_time(time)

    def bid(self, wallet: str, as_co_owner: int = 0) -> Any:
        return self.suite.auction.bid(self.loan, RICH, as_co_owner, sender=wallet)

    def close(self) -> Any:
        return self.suite.auction.close(self.loan, sender=self.buyer)

    def stage(self) -> LoanStage:
        return LoanStage(self.suite.book.stageOf(self.loan))

    def sheet(self) -> Any:
        """The books balance."""
        sheet = self.suite.treasury.balanceSheet()
        assert sheet.cashUsd + sheet.loansUsd + sheet.ownedHomesUsd == sheet.coins + sheet.equityUsd
        assert sheet.equityUsd == self.suite.treasury.equityByLedger()
        return sheet

    def refused(self, call: Callable[[], Any]) -> tuple[Any, ...]:
        """The error's name and values; the chain stays as it is."""
        with self.suite.engine.rollback(), pytest.raises(Revert) as caught:
            call()
        return (caught.value.name, *caught.value.values)


@pytest.fixture
def sale(
    suite: Any,
    active_loan: Callable[..., int],
    valued_house: Callable[..., int],
    index_feed: Any,
    owner_a: str,
    owner_b: str,
    buyer: str,
    credential: Any,
    approve_move: Any,
    coins: Any,
) -> Callable[..., Sale]:
    """`sale(shares=(1, 2), lent=...)`: past due for 91 days, and in foreclosure."""

    def foreclose(*, shares: tuple[int, ...] = (1,), lent: int = LENT) -> Sale:
        house = valued_house(to=owner_a, usd=HOUSE_VALUE)
        for wallet in (owner_b, buyer):
            credential(wallet)
            coins(wallet, RICH)
        for wallet in (owner_a, owner_b, buyer):
            suite.coin.approve(suite.treasury, 2**256 - 1, sender=wallet)
        approve_move(house * 256 + 8, owner_b)
        suite.certificate.transferFrom(owner_a, owner_b, house * 256 + 8, sender=owner_a)
        loan = active_loan(owner_a, share_id=house * 256 + 1, amount=lent)
        for number in shares[1:]:
            suite.book.addCollateral(loan, house * 256 + number, sender=owner_a)
        suite.engine.set_time(suite.desk.loanOf(loan).dueAt + 92 * DAY)
        keep_price_valid(suite)
        index_feed.set_index(100 * WAD)
        return Sale(suite, loan, house, owner_a, owner_b, buyer)

    return foreclose


def test_sale__costs_then_debt_then_the_borrower(sale: Any, owner_a: str) -> None:
    sold = sale()
    suite = sold.suite
    sold.at(3 * DAY)
    debt, before, rich = suite.book.debtOf(sold.loan), sold.sheet(), suite.coin.balanceOf(sold.buyer)
    receipt = sold.bid(sold.buyer)
    price, costs = sold.model.price_usd(3 * DAY), TERMS.costs_up(sold.model.price_usd(3 * DAY))
    assert receipt.event("Sold")["coins"] == price == rich - suite.coin.balanceOf(sold.buyer)
    assert suite.certificate.ownerOf(sold.share(1)) == sold.buyer
    assert suite.certificate.encumbrancesOf(sold.share(1))[0] == NOBODY
    assert sold.stage() == LoanStage.FORECLOSED
    surplus = suite.book.surplusOf(owner_a)
    paid = price - costs - surplus
    assert 0 <= paid - debt < 10**17  # the interest of a second
    after = sold.sheet()
    assert before.coins - after.coins == paid + costs
    had = suite.coin.balanceOf(owner_a)
    suite.book.claimSurplus(owner_a, owner_a, sender=owner_a)
    assert suite.coin.balanceOf(owner_a) - had == surplus
    assert sold.refused(lambda: sold.bid(sold.co_owner)) == ("NoAuction", sold.loan)


def test_turns__co_owners_first_and_last__then_nobody(sale: Any) -> None:
    sold = sale()
    for elapsed, buyer_may, co_owner_may in (
        (TERMS.co_owners_first - 1, False, True),
        (TERMS.co_owners_first, True, True),
        (TERMS.decline - 1, True, True),
        (TERMS.decline, False, True),
        (TERMS.period - 1, False, True),
        (TERMS.period, False, False),
    ):
        sold.at(elapsed)
        for wallet, named, may in ((sold.buyer, 0, buyer_may), (sold.co_owner, sold.share(8), co_owner_may)):
            if may:
                with sold.suite.engine.rollback():
                    paid = sold.bid(wallet, named).event("Sold")["priceUsd"]
                assert paid == sold.model.price_usd(elapsed)
            else:
                error = sold.refused(lambda w=wallet, n=named: sold.bid(w, n))[0]
                assert error == ("AuctionEnded" if elapsed == TERMS.period else "CoOwnersOnly")
        if elapsed < TERMS.period:
            assert sold.refused(sold.close) == ("AuctionRunning", sold.loan, elapsed, TERMS.period)
    sold.close()
    assert sold.suite.certificate.ownerOf(sold.share(1)) == sold.suite.treasury.address


def test_t15__nobody_bids__the_balance_sheet_falls_once_and_never_rises_on_paper(
    sale: Any, appraise: Any, as_dao: Any
) -> None:
    """BendDAO: underwater loans that nobody wants, kept on the books at their face."""
    sold = sale(lent=24_000 * WAD)
    suite = sold.suite
    appraise(sold.house, HOUSE_VALUE // 2)  # after the start: the auction's prices stay
    suite.book.mark(sold.loan, sender=sold.buyer)
    equity = [sold.sheet().equityUsd]
    for day in range(1, 9):
        sold.at(day * DAY)
        suite.treasury.roll(1, sender=sold.buyer)
        equity.append(sold.sheet().equityUsd)
    assert equity == sorted(equity, reverse=True)
    sold.at(TERMS.period)
    carrying = suite.desk.loanOf(sold.loan).carryingUsd
    taken = sold.close().event("Taken")["valueUsd"]
    assert taken <= min(carrying, sold.model.floor_usd)
    assert carrying - taken <= WAD  # of the seconds between
    assert suite.certificate.ownerOf(sold.share(1)) == suite.treasury.address
    assert suite.credentials.isValid(suite.treasury)
    assert sold.stage() == LoanStage.WRITTEN_OFF
    assert sold.sheet().ownedHomesUsd == taken
    assert sold.sheet().equityUsd <= equity[-1]
    # From now on the home counts what it is held at; a mark only lowers that, and nothing raises it but a sale.
    held = suite.auction.markOwned.call(sold.share(1), sender=sold.buyer)
    suite.auction.markOwned(sold.share(1), sender=sold.buyer)
    assert held == TERMS.marked(taken, suite.valuation.shareValue(sold.share(1)).valueUsd)
    fallen = sold.sheet().equityUsd
    appraise(sold.house, 2 * HOUSE_VALUE)
    suite.auction.markOwned(sold.share(1), sender=sold.buyer)
    assert sold.sheet().equityUsd == fallen
    as_dao(suite.auction, "offerOwned", sold.share(1), 2 * held, held)
    suite.engine.advance(TERMS.period)
    keep_price_valid(suite)
    suite.auction.bidForOwned(sold.share(1), RICH, 0, sender=sold.buyer)
    assert suite.certificate.ownerOf(sold.share(1)) == sold.buyer
    assert sold.sheet().ownedHomesUsd == 0
    assert sold.sheet().equityUsd >= fallen


@pytest.mark.parametrize("seconds", [1, 12_345])
@pytest.mark.parametrize("what", ["foreclosure", "value", "index", "share"])
def test_t28__a_stop__moves_every_boundary_by_its_length(
    sale: Any, guardian: str, court: str, as_dao: Any, what: str, seconds: int
) -> None:
    sold = sale()
    suite, engine = sold.suite, sold.suite.engine
    sold.at(DAY)
    if what == "foreclosure":
        suite.desk.stop(FORECLOSURE, sender=guardian)
        until = suite.desk.stoppedUntil(FORECLOSURE)
        assert sold.refused(lambda: sold.bid(sold.co_owner, sold.share(8))) == ("StoppedUntil", FORECLOSURE, until)
    elif what == "value":
        suite.valuation.freeze(sold.house, sender=guardian)
    elif what == "index":
        suite.reader.freeze(suite.valuation.INDEX_FEED(), sender=guardian)
    else:
        suite.certificate.setFrozenTokens(sold.owner, sold.share(1), True, sender=court)
        error = sold.refused(lambda: sold.bid(sold.co_owner, sold.share(8)))[0]
        assert error == "ERC7943InsufficientUnfrozenBalance"
    begun = suite.book.stoppedTimeOf(sold.loan)
    assert begun == 0
    engine.advance(seconds)
    assert suite.book.stoppedTimeOf(sold.loan) == seconds
    assert suite.auction.auctionOf(sold.loan).elapsed == DAY
    if what == "share":
        engine.set_next_time(sold.model.started_at + DAY + seconds + 1)
        suite.certificate.setFrozenTokens(sold.owner, sold.share(1), False, sender=court)
        stopped = seconds + 1
        for edge in (TERMS.co_owners_first, TERMS.decline, TERMS.period):
            for more in (-1, 0):
                engine.set_time(sold.model.started_at + edge + more + stopped)
                page = suite.auction.auctionOf(sold.loan)
                turn = TERMS.turn(edge + more)
                assert (page.elapsed, page.coOwnersOnly) == (edge + more, turn.co_owners_only)


def test_cure__until_the_bid__frees_the_share(sale: Any, owner_a: str, coins: Any) -> None:
    sold = sale()
    suite = sold.suite
    coins(owner_a, RICH)
    sold.at(5 * DAY)
    suite.book.pay(sold.loan, RICH, sender=owner_a)
    assert sold.stage() == LoanStage.REPAID
    assert sold.refused(lambda: sold.bid(sold.buyer)) == ("NoAuction", sold.loan)
    assert suite.certificate.encumbrancesOf(sold.share(1))[0] == NOBODY
    assert suite.certificate.ownerOf(sold.share(1)) == owner_a


def test_repaid__after_its_time_was_over__as_long_as_nobody_closed(sale: Any, owner_a: str, coins: Any) -> None:
    sold = sale()
    coins(owner_a, RICH)
    sold.at(TERMS.period + 3 * DAY)
    sold.suite.book.pay(sold.loan, RICH, sender=owner_a)
    assert sold.refused(sold.close) == ("NoAuction", sold.loan)
    assert sold.suite.certificate.ownerOf(sold.share(1)) == owner_a


def test_two_shares__the_first_meets_the_debt__the_second_is_free(sale: Any, owner_a: str) -> None:
    sold = sale(shares=(1, 2))
    suite = sold.suite
    sold.at(3 * DAY)
    sold.bid(sold.buyer)
    assert sold.stage() == LoanStage.FORECLOSED
    assert suite.certificate.ownerOf(sold.share(2)) == owner_a
    assert suite.certificate.encumbrancesOf(sold.share(2))[0] == NOBODY


def test_two_shares__nobody_wants_the_first__the_second_is_next(sale: Any) -> None:
    sold = sale(shares=(1, 2), lent=24_000 * WAD)
    suite = sold.suite
    sold.at(TERMS.period)
    sold.close()
    assert sold.stage() == LoanStage.FORECLOSING
    page = suite.auction.auctionOf(sold.loan)
    assert (page.shareId, page.elapsed, page.coOwnersOnly) == (sold.share(2), 0, True)
    sold.sheet()
    assert sold.refused(lambda: sold.bid(sold.buyer))[0] == "CoOwnersOnly"
    sold.bid(sold.co_owner, sold.share(8))
    assert suite.certificate.ownerOf(sold.share(2)) == sold.co_owner
    assert suite.certificate.ownerOf(sold.share(1)) == suite.treasury.address
    sold.sheet()


def test_below_coverage_1__the_price_is_worth_the_price(sale: Any, attacker: str, as_dao: Any) -> None:
    sold = sale()
    suite = sold.suite
    as_dao(suite.coin, "setMinter", attacker, 2**127)  # coins out of nothing, so that the assets don't cover them
    suite.coin.mint(attacker, 10**6 * WAD, sender=attacker)
    sold.at(3 * DAY)
    debt, coins = suite.book.debtOf(sold.loan), suite.treasury.balanceSheet().coins
    sold_for = sold.bid(sold.buyer).event("Sold")
    price = sold.model.price_usd(3 * DAY)
    assert sold_for["priceUsd"] == price < sold_for["coins"]
    assert sold.stage() == LoanStage.FORECLOSED
    surplus = suite.book.surplusOf(sold.owner)
    burned = coins - suite.treasury.balanceSheet().coins
    assert burned + surplus == sold_for["coins"]
    # The coins are divided as the price is: costs and debt here, the rest the borrower's.
    part = (debt + TERMS.costs_up(price)) / price
    assert abs(burned / sold_for["coins"] - part) < 1e-6
