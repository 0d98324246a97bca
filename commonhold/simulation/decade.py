"""The years: instalments in the order of time, borrowers who do what the dice say, auctions, and the treasury's days.

Everything is done through the contracts. The bank brings coins for whoever pays, bought for cash; the sellers, who got
those of the loans, redeem theirs little by little; and once a year the DAO pays some of the equity out.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from eth_utils import keccak

from commonhold.engines import Revert
from commonhold.model.lending.schedule import MONTH
from commonhold.operations.lending.desk import LoanDesk
from commonhold.operations.lending.opening import appraise, keep_index_valid
from commonhold.operations.lending.portfolio import BUCKETS
from commonhold.operations.lending.reading import Kind, Stage
from commonhold.recipe.buying import keep_price_valid
from commonhold.recipe.governing import NO_PREDECESSOR, role_holder
from commonhold.simulation.laws import Laws
from commonhold.simulation.rates import Act, Rates, price_at, stress_in
from commonhold.simulation.town import DAY, YEAR, Town, provide

QUARTER = YEAR // 4
ONE = 10**18
FORECLOSED_AFTER = 91 * DAY
BIDS_FROM, BIDS_UNTIL = 2 * DAY, 7 * DAY  # while anybody may bid and the price falls
TAKEN_AFTER = 9 * DAY + 60
RETRY = 7 * DAY
REDEEMED_A_MONTH = 100  # a hundredth of the sellers' coins
EXTRA = 10  # a tenth of the principal
CLOSED = keccak(text="Closed(uint256,uint8)")


@dataclass(frozen=True)
class Point:
    """The books at the end of a quarter. Amounts in wei."""

    at: int
    coverage: int
    cash: int
    loans: int
    homes: int
    coins: int
    equity: int
    open_loans: int
    debt_by_age: tuple[int, ...]


@dataclass
class Decade:
    """`run` plays; afterwards `points` has the quarters, and the counters what happened."""

    town: Town
    seed: int
    rates: Rates = field(default_factory=Rates)
    years: int = 10
    on_quarter: Callable[[Point], None] = lambda point: None

    def __post_init__(self) -> None:
        suite = self.town.suite
        self.suite, self.desk, self.laws = suite, LoanDesk(suite), Laws(self.town)
        self.dice = random.Random(self.seed)
        self.began = suite.engine.now()
        self.points: list[Point] = []
        self.acts: Counter[Act] = Counter()
        self.happened: Counter[str] = Counter()
        self.instalments: dict[int, int] = {}
        self.open: dict[int, int] = {}  # of each open loan, the time of its first due
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._tickets = itertools.count()
        self.first_index = suite.index_feed.latestAnswer()
        self.price = ONE
        self.purse = 0  # coins of the bank, at least

    # -------------------------------------------------------------------------------------------------------- time

    def run(self) -> list[Point]:
        """All years, quarter by quarter; the laws hold at the end of each, or `Broken` is raised."""
        for loan_id in self.town.loans:
            loan = self.suite.desk.loanOf(loan_id)
            self.instalments[loan_id] = loan.instalment
            self.open[loan_id] = loan.dueAt
            self._at(loan.dueAt, partial(self._due, loan_id, 1))
        for quarter in range(1, self.years * 4 + 1):
            self._at(self.began + quarter * QUARTER, partial(self._quarter, quarter))
        for month in range(1, self.years * 12 + 1):
            self._at(self.began + month * MONTH, self._month)
        end = self.began + self.years * YEAR
        while self._events and self._events[0][0] <= end:
            at, _, act = heapq.heappop(self._events)
            if at > self.suite.engine.now():
                self.suite.engine.set_time(at)
            act()
        self.laws.surpluses(self.town.borrowers.values())
        return self.points

    def _at(self, at: int, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (at, next(self._tickets), act))

    def _years_in(self) -> float:
        return (self.suite.engine.now() - self.began) / YEAR

    # ---------------------------------------------------------------------------------------------------- borrowers

    def _due(self, loan_id: int, number: int) -> None:
        """Instalment `number` is due: what does the borrower do?"""
        if loan_id not in self.open:
            return
        act = self.rates.act(self.dice, stress_in(self._years_in()))
        self.acts[act] += 1
        if act is Act.DEFAULT:
            # Whoever paid more before may be an instalment ahead.
            unpaid_since = self.suite.desk.loanOf(loan_id).dueAt
            self._at(unpaid_since + FORECLOSED_AFTER, partial(self._foreclose, loan_id))
            return
        months = {Act.LATE: 1, Act.IMPAIRED: 3}.get(act, 0)
        if months:
            self._at(self._due_time(loan_id, number + months), partial(self._catch_up, loan_id, number + months))
        elif act is Act.PREPAY:
            self._pay(loan_id, self.desk.coins_for_all(loan_id))
        else:
            self._pay_as_agreed(loan_id, number, with_extra=act is Act.EXTRA)
        self._next(loan_id, number + months + 1)

    def _pay_as_agreed(self, loan_id: int, number: int, *, with_extra: bool) -> None:
        """What instalment `number` asks for: the same as ever, but for the last, and after a reset of the rate."""
        placed = self.town.loans[loan_id]
        if number == placed.instalments:
            coins = self.desk.coins_for_all(loan_id)
        elif placed.kind is Kind.ADJUSTABLE:
            coins = self.desk.coins_for_instalment(loan_id, number)
        else:
            coins = self._worth(self.instalments[loan_id])
        coins += self._worth(placed.amount // EXTRA) if with_extra else 0
        if coins:
            self._pay(loan_id, coins)

    def _next(self, loan_id: int, number: int) -> None:
        if loan_id in self.open and number <= self.town.loans[loan_id].instalments:
            self._at(self._due_time(loan_id, number), partial(self._due, loan_id, number))

    def _due_time(self, loan_id: int, number: int) -> int:
        return self.open[loan_id] + (number - 1) * MONTH

    def _catch_up(self, loan_id: int, number: int) -> None:
        """All that is due up to instalment `number`, with the late fees."""
        if loan_id in self.open and (coins := self.desk.coins_for_instalment(loan_id, number)):
            self._pay(loan_id, coins)

    def _worth(self, usd: int) -> int:
        """Coins that count for so much debt."""
        return -(-usd * ONE // self.price)

    def _pay(self, loan_id: int, coins: int) -> None:
        """The bank pays for the borrower."""
        if self.purse < coins:
            self._fill_purse(coins)
        self.purse -= coins
        receipt = self.suite.book.pay(loan_id, coins, sender=self.town.bank)
        self.happened["payments"] += 1
        # Looking for one topic is far cheaper than decoding every event of 80,000 payments.
        if any(log.topics[0] == CLOSED for log in receipt.logs):
            self._ended(loan_id, "repaid")

    def _fill_purse(self, least: int) -> None:
        """The bank has at least so many coins, and those of a month's instalments while coins count in full."""
        month = sum(self.instalments[loan_id] for loan_id in self.open) * 5 // 4
        self.price = min(ONE, self.suite.treasury.coverage())
        if self.price == ONE:
            provide(self.town, max(least, month))
        self.purse = self.suite.coin.balanceOf(self.town.bank)

    def _ended(self, loan_id: int, how: str) -> None:
        del self.open[loan_id]
        self.happened[how] += 1

    # -------------------------------------------------------------------------------------------------- foreclosures

    def _foreclose(self, loan_id: int) -> None:
        keep_index_valid(self.suite)
        try:
            self.suite.book.startForeclosure(loan_id, sender=self.town.bank)
        except Revert as revert:
            if revert.name != "ValueNotValid":
                raise
            self.happened["foreclosures put off"] += 1
            self._at(self.suite.engine.now() + RETRY, partial(self._foreclose, loan_id))
            return
        self.happened["foreclosures"] += 1
        now = self.suite.engine.now()
        if self.dice.random() < self.rates.bids:
            self._at(now + self.dice.randint(BIDS_FROM, BIDS_UNTIL), partial(self._bid, loan_id))
        else:
            self._at(now + TAKEN_AFTER, partial(self._take, loan_id))

    def _bid(self, loan_id: int) -> None:
        auction = self.suite.auction.auctionOf(loan_id)
        if auction.ended:
            self._take(loan_id)
            return
        if auction.coOwnersOnly:  # as the DAO's days took the bidder's
            self._at(self.suite.engine.now() + DAY, partial(self._bid, loan_id))
            return
        coins = self._worth(auction.priceUsd) + ONE
        self._fill_purse(coins)
        self.purse -= coins
        self.suite.auction.bid(loan_id, coins, 0, sender=self.town.bank)
        self._over(loan_id, "sold")
        borrower = self.town.borrowers[loan_id]
        if self.suite.book.surplusOf(borrower):
            self.suite.book.claimSurplus(borrower, borrower, sender=borrower)
            self.happened["surpluses"] += 1

    def _take(self, loan_id: int) -> None:
        self.suite.auction.close(loan_id, sender=self.town.bank)
        self._over(loan_id, "taken")

    def _over(self, loan_id: int, how: str) -> None:
        self._ended(loan_id, how)
        if self.suite.book.stageOf(loan_id) == Stage.WRITTEN_OFF:
            self.happened["with a loss"] += 1

    def _owned(self) -> list[tuple[int, int]]:
        """Shares that the treasury took and still has, each with what it is held at."""
        shares = (placed.share_id for loan_id, placed in self.town.loans.items() if loan_id not in self.open)
        held = ((share_id, self.suite.loans.ownedHomeUsd(share_id)) for share_id in shares)
        return [(share_id, value) for share_id, value in held if value]

    def _decide(self) -> None:
        """What the DAO does once a year: it offers what the treasury took, from a tenth above what it is held at down
        to that, and pays out what it may of the equity. Offers find their bidder."""
        suite, bank = self.suite, self.town.bank
        for share_id, _ in self._owned():
            suite.auction.markOwned(share_id, sender=bank)
        owned = self._owned()
        decided = [
            (suite.auction.address, suite.auction.offerOwned.encode(share_id, value * 11 // 10, value))
            for share_id, value in owned
        ]
        if cash := self._may_pay_out():
            decided.append((suite.treasury.address, suite.treasury.payOut.encode(self.town.payee, cash)))
            self.happened["payouts"] += 1
        self._as_dao(decided)
        if owned:
            suite.engine.advance(BIDS_FROM + DAY)
        for share_id, value in owned:
            coins = self._worth(value * 11 // 10) + ONE
            self._fill_purse(coins)
            self.purse -= coins
            suite.auction.bidForOwned(share_id, coins, 0, sender=bank)
            self.happened["owned homes sold"] += 1

    def _may_pay_out(self) -> int:
        """Cash that the cap lets go, if nobody waits and it leaves the floor of cash twice; less a margin for the days
        that the DAO's decision takes."""
        treasury = self.suite.treasury
        unit, sheet = treasury.CASH_UNIT(), treasury.balanceSheet()
        cap, _, _ = treasury.payOutCap()
        cash = max(0, sheet.equityUsd) * cap // 10_000 * 9 // 10 // unit
        floor = sheet.coins * treasury.terms().minCashRatioBps // 10_000
        spare = treasury.freeCash() - 2 * floor // unit
        return int(min(cash, max(0, spare))) if not treasury.demandPage().waiting else 0

    def _as_dao(self, decided: Iterable[tuple[str, bytes]]) -> None:
        """Calls (target, data) that the council proposes and the timelock makes, all after the same delay."""
        timelock, council = self.suite.timelock, role_holder(self.suite, "council")
        salt = self.suite.engine.now()
        calls = [
            (target, 0, data, NO_PREDECESSOR, (salt << 64 | place).to_bytes(32, "big"))
            for place, (target, data) in enumerate(decided)
        ]
        if not calls:
            return
        delay = timelock.getMinDelay()
        for call in calls:
            timelock.schedule(*call, delay, sender=council)
        self.suite.engine.advance(delay)
        keep_price_valid(self.suite)
        for call in calls:
            timelock.execute(*call, sender=council)

    # ------------------------------------------------------------------------------------------- treasury and oracle

    def _month(self) -> None:
        """The bank buys coins for a month's instalments, the sellers redeem some of theirs."""
        suite, seller = self.suite, self.town.seller
        keep_price_valid(suite)
        self._fill_purse(0)
        coins = suite.coin.balanceOf(seller) // REDEEMED_A_MONTH
        if coins and suite.treasury.freeCash() * suite.treasury.CASH_UNIT() > 2 * coins:
            if suite.coin.allowance(seller, suite.treasury.address) < coins:
                suite.coin.approve(suite.treasury.address, 2**256 - 1, sender=seller)
            suite.treasury.redeem(coins, 0, seller, sender=seller)
            self.happened["redemptions"] += 1

    def _quarter(self, quarter: int) -> None:
        """The index moves, once a year homes are appraised anew and owned ones offered; then the laws."""
        years = quarter / 4
        keep_index_valid(self.suite, int(self.first_index * price_at(years) / 100))
        if quarter % 4 == 0:
            level = int(price_at(years) * 100)
            appraise(self.suite, {house: value * level // 10_000 for house, value in self.town.houses.items()})
            for loan_id in list(self.open):
                self.suite.book.mark(loan_id, sender=self.town.bank)
        self._look(whole=quarter % 4 == 0)
        if quarter % 4 == 0:
            self._decide()

    def _look(self, *, whole: bool) -> None:
        """The books, and the laws: those over all loans once a year, and at the end."""
        suite, book = self.suite, self.suite.book
        keep_price_valid(suite)
        self.laws.check()
        if whole:
            self.laws.check_loans([suite.desk.loanOf(loan_id) for loan_id in self.open])
        ages = [0] * len(BUCKETS)
        for loan_id in self.open:
            if days := book.daysPastDueOf(loan_id):
                ages[max(place for place, bucket in enumerate(BUCKETS) if bucket.first <= days)] += book.debtOf(loan_id)
        ages[0] = suite.loans.totalDebt() - sum(ages)
        sheet = suite.treasury.balanceSheet()
        point = Point(
            at=suite.engine.now(),
            coverage=suite.treasury.coverage(),
            cash=sheet.cashUsd,
            loans=sheet.loansUsd,
            homes=sheet.ownedHomesUsd,
            coins=sheet.coins,
            equity=sheet.equityUsd,
            open_loans=len(self.open),
            debt_by_age=tuple(ages),
        )
        self.points.append(point)
        self.on_quarter(point)
