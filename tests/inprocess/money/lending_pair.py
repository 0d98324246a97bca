"""Treasury, loan ledger and test book on a chain, and the model's, moved together: what one does the other does."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from loan_stage import BENDS, row

from commonhold.engines import Revert
from commonhold.engines.base import ZERO_ADDRESS, init_code
from commonhold.model.access import Hub, Roles
from commonhold.model.coin import UNBOUNDED, UNLIMITED, Coin, Minter
from commonhold.model.core import Chain, Refused
from commonhold.model.money.ageing import DAY, RAW
from commonhold.model.money.book import SmallBook
from commonhold.model.money.price import WAD
from commonhold.model.money.reserve import Reading, ReserveToken
from commonhold.model.money.treasury import Treasury, TreasuryTerms

STOP_PERIOD = 30 * DAY
FEED = b"RESERVE-USD".ljust(32, b"\0")
VALID, STALE = 1, 13  # of FeedStatus
SHARES = tuple(house * 256 + number for house in (1, 2) for number in range(1, 7))
SHARE_VALUE = 100_000 * WAD

VALUES_TOLD_OTHERWISE = {"ERC20InsufficientBalance", "NoValidReservePrice"}
"""Errors that say more on the chain than in the model."""


def terms_of(terms: TreasuryTerms) -> tuple[Any, ...]:
    """The model's terms as the constructor takes them."""
    gate, curve = terms.gate, terms.curve
    return (
        (gate.pauseAtBps, gate.resumeBelowBps, gate.dwellPeriod), gate.minBase, gate.halfLifePeriod,
        curve.first, curve.last, curve.top, terms.minRequest, terms.minReservePriceUsd, terms.minCashRatioBps,
        terms.minEquity, terms.payOutCapBps, terms.capRaisePeriod, STOP_PERIOD,
    )  # fmt: skip


def refusal(action: Callable[[], object]) -> tuple[str, tuple[Any, ...]]:
    """Name and values of the error with which something is refused, on either side; empty if it is done."""
    try:
        action()
    except Refused as error:
        name, values = error.name, tuple(error.arguments)
    except Revert as error:
        name, values = error.name, error.values
    else:
        return "", ()
    return name, () if name in VALUES_TOLD_OTHERWISE else values


class LendingPair:
    """Every verb does one thing on both sides; `check` compares all that can be seen of them."""

    def __init__(
        self, engine: Any, terms: TreasuryTerms | None = None, decimals: int = 6, reserve: str = "TestReserveToken"
    ) -> None:
        self.engine = engine
        self.dao, *people = engine.accounts
        self.people = people[:5]
        self._deploy(terms or TreasuryTerms(), decimals, reserve)
        self._mirror(terms or TreasuryTerms(), decimals)
        for person in self.people:
            for token in (self.cash_token, self.coin):
                token.approve(self.treasury, UNLIMITED, sender=person)
            self.cash_token.mint(person, self.cash(10**9), sender=person)
            self.model_cash.balances[person] = self.cash(10**9)
            self.model_cash.allowances[person, self.treasury.address] = UNLIMITED
            self.model_coin.allowances[person, self.treasury.address] = UNLIMITED
        for share in SHARES:
            self.set_value(share, SHARE_VALUE)

    def _deploy(self, terms: TreasuryTerms, decimals: int, reserve: str) -> None:
        engine, dao = self.engine, self.dao
        hub = engine.deploy("AccessHub", dao, sender=dao)
        self.coin = engine.deploy("HomeDollar", hub, sender=dao)
        self.cash_token = engine.deploy(reserve, decimals, sender=dao)
        self.reader = engine.deploy("TestPriceReader", WAD, sender=dao)
        credentials = engine.deploy("CredentialRegistry", hub, 7 * DAY, sender=dao)
        income = engine.deploy("IncomeDistributor", self.coin, ZERO_ADDRESS, credentials, sender=dao)
        factory = engine.deploy("Create3Factory", sender=dao)
        salt = b"loans".ljust(32, b"\0")
        where = factory.addressOf(dao, salt)
        peers = (self.coin, self.cash_token, self.reader, FEED, credentials, where, income)
        self.treasury = engine.deploy("Treasury", hub, peers, terms_of(terms), sender=dao)
        factory.deploy(salt, init_code("LoanLedger", (hub, self.treasury)), sender=dao)
        self.ledger = engine.at("LoanLedger", where)
        self.book = engine.deploy("TestLoanBook", self.ledger, self.treasury, sender=dao)
        self.coin.setMinter(self.treasury, UNBOUNDED, sender=dao)
        self.ledger.setBook(self.book, True, sender=dao)
        self.hub = hub

    def _mirror(self, terms: TreasuryTerms, decimals: int) -> None:
        self.chain = Chain(self.engine.chain_id, self.engine.now())
        hub = Hub(self.chain, self.hub.address)
        hub.members[Roles.ADMIN, self.dao] = 0
        self.model_coin = Coin(self.chain, self.coin.address, hub)
        self.model_coin.minters[self.treasury.address] = Minter(UNBOUNDED)
        self.model_cash = ReserveToken(self.chain, self.cash_token.address, decimals)
        self.reading = Reading(WAD)
        self.model = Treasury(
            self.chain, self.treasury.address, hub, self.model_coin, self.model_cash,
            lambda: self.reading, lambda wallet: wallet, terms, STOP_PERIOD,
        )  # fmt: skip
        self.model.books.add(self.book.address)
        self.model_book = SmallBook(self.chain, self.book.address, self.model)

    def cash(self, dollars: int) -> int:
        return dollars * 10**self.model_cash.decimals

    # -- what can be done -----------------------------------------------------------------------------------------

    def both(self, told: Callable[[], object], sent: Callable[[], object], seconds: int) -> str:
        """The error with which both sides refused, empty if it was done."""
        self.engine.set_next_time(self.engine.now() + seconds)
        self.chain.now = self.engine.now() + seconds
        self.model.next_transaction()
        expected, found = refusal(told), refusal(sent)
        assert found == expected
        return found[0]

    def book_does(self, function: str, *args: Any, sender: str | None = None, seconds: int = 1) -> str:
        """Something of the book. With a sender, he pays."""
        told = getattr(self.model_book, function)
        payer = () if sender is None else (sender,)
        sent = getattr(self.book, function)
        return self.both(lambda: told(*payer, *args), lambda: sent(*args, sender=sender or self.people[0]), seconds)

    def treasury_does(self, function: str, sender: str, *args: Any, seconds: int = 1) -> str:
        told, sent = getattr(self.model, function), getattr(self.treasury, function)
        return self.both(lambda: told(sender, *args), lambda: sent(*args, sender=sender), seconds)

    def set_value(self, share: int, usd: int) -> None:
        assert self.book_does("setValue", share, usd) == ""

    def set_price(self, usd: int, *, valid: bool = True) -> None:
        """Of the reserve token, 18 decimals."""
        self.reading = Reading(min(WAD, usd), VALID if valid else STALE)
        self.reader.set(usd, VALID if valid else STALE, sender=self.dao)
        self.chain.now = self.engine.now()

    def wait_until(self, time: int) -> None:
        self.engine.set_time(time)
        self.chain.now = time

    # -- what can be seen -----------------------------------------------------------------------------------------

    def check(self) -> None:
        treasury, model, now = self.treasury, self.model, self.chain.now
        assert tuple(treasury.balanceSheet()) == tuple(model.balanceSheet())
        assert treasury.equityByLedger() == model.equityByLedger() == model.balanceSheet().equity
        assert treasury.coverage() == model.coverage()
        assert (treasury.freeCash(), treasury.trackedCash()) == (model.freeCash(), model.trackedCash())
        assert treasury.lendingPaused() == model.lendingPaused()
        total = self.ledger.totalDebt()
        assert total == model.totalDebt()
        loans = model.loans.values()
        assert 0 <= sum(loan.debt_up(now) for loan in loans) - total <= len(loans), "L5"

    def check_each(self) -> None:
        for number, terms in self.model_book.terms.items():
            position = self.model_book.position(number)
            loan = self.book.loanOf(number)
            assert tuple(loan.position) == row(position)
            assert (loan.shareId, loan.instalment, loan.towards) == (terms.share, terms.instalment, terms.towards)
            assert self.book.debtOf(number) == self.ledger.debtOf(row(position)) == position.debt_up(self.chain.now)
            assert self.ledger.carryingValueOf(row(position)) == int(position.carrying_raw(self.chain.now) // RAW)
        for share in SHARES:
            assert self.ledger.ownedHomeUsd(share) == self.model.homes.get(share, 0)
        for person in self.people:
            assert self.coin.balanceOf(person) == self.model_coin.balanceOf(person)
            assert self.cash_token.balanceOf(person) == self.model_cash.balances[person]


class LendingWalk:
    """Random things that lenders, borrowers, holders and the world do."""

    def __init__(self, pair: LendingPair, seed: int) -> None:
        self.pair = pair
        self.random = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()
        self.actions: list[Callable[[], str | None]] = [
            self.draw, self.draw, self.draw, self.draw_cash, self.pay, self.pay, self.pay, self.pay_cash, self.repay,
            self.fee, self.mark, self.mark, self.rate, self.next_rate, self.next_rate, self.foreclose,
            self.foreclose_home, self.foreclose_part, self.mark_home, self.sell_home,
            self.value, self.value, self.buy, self.redeem, self.request, self.contribute, self.depeg, self.roll,
            self.wait, self.wait, self.bend, self.bend,
        ]  # fmt: skip

    def run(self, steps: int) -> None:
        for step in range(steps):
            action = self.random.choice(self.actions)
            refused = action()
            if refused:
                self.refused[refused] += 1
            elif refused is not None:
                self.done[action.__name__] += 1
            self.pair.check()
            if step % 25 == 0:
                self.pair.check_each()
            self.seen["covered" if self.pair.model.price().covered else "uncovered"] += 1
            self.seen["waiting" if self.pair.model.queue.waiting else "nobody waits"] += 1
        self.pair.check_each()

    # -- choices --------------------------------------------------------------------------------------------------

    def person(self) -> str:
        return self.random.choice(self.pair.people)

    def loan(self) -> int:
        """Mostly one that exists."""
        return self.random.choice([*self.pair.model_book.terms] * 5 + [999])

    def share(self) -> int:
        return self.random.choice(SHARES)

    def some(self, most: int) -> int:
        return self.random.choice(
            (most, most + 1, self.random.randint(0, most), self.random.randint(0, 1 + most // 99))
        )

    def coins_of(self, person: str) -> int:
        return self.pair.model_coin.balanceOf(person)

    def seconds(self) -> int:
        return self.random.choice((1, 1, 600, DAY - self.pair.chain.now % DAY))

    def book(self, function: str, *args: Any, sender: str | None = None) -> str:
        return self.pair.book_does(function, *args, sender=sender, seconds=self.seconds())

    def treasury(self, function: str, sender: str, *args: Any) -> str:
        return self.pair.treasury_does(function, sender, *args, seconds=self.seconds())

    # -- lending --------------------------------------------------------------------------------------------------

    def _terms(self, principal: int) -> tuple[int, int]:
        return self.random.choice((0, 600, self.random.randint(0, 10_001))), max(1, principal // 60)

    def draw(self) -> str:
        principal = self.random.choice((0, 1, self.random.randint(1, 60_000 * WAD), 60_000 * WAD))
        if self.random.random() < 0.5:
            return self.book("draw", self.share(), principal, *self._terms(principal), self.person())
        fee = self._fee(principal)
        return self.book("drawLess", self.share(), principal, fee, *self._terms(principal), self.person())

    def _fee(self, amount: int) -> int:
        return self.random.choice((0, 1, amount // 100, amount // 100, amount, amount + 1))

    def draw_cash(self) -> str:
        cash = self.random.randint(1, self.pair.cash(60_000))
        terms = *self._terms(cash * self.pair.model.scale), self.person()
        if self.random.random() < 0.5:
            return self.book("drawCash", self.share(), cash, *terms)
        return self.book("drawCashLess", self.share(), cash, self._fee(cash * self.pair.model.scale), *terms)

    def pay(self) -> str:
        person = self.person()
        coins = self.some(min(3_000 * WAD, self.coins_of(person)))
        if self.random.random() < 0.7:
            return self.book("pay", self.loan(), coins, sender=person)
        return self.book("payMore", self.loan(), coins, self._fee(coins // 9), sender=person)

    def fee(self) -> str:
        person = self.person()
        return self.book("payFee", self.loan(), self.some(self.coins_of(person) // 99), sender=person)

    def repay(self) -> str:
        person = self.person()
        return self.book("pay", self.loan(), self.coins_of(person), sender=person)

    def pay_cash(self) -> str:
        return self.book("payCash", self.loan(), self.some(self.pair.cash(3_000)), sender=self.person())

    def mark(self) -> str:
        return self.book("mark", self.loan())

    def rate(self) -> str:
        return self.book("setRate", self.loan(), self.random.randint(0, 10_001))

    def next_rate(self) -> str:
        """From a midnight on, mostly; one about the loan's day 30 or a near one."""
        number, seconds = self.loan(), self.seconds()
        midnight = (self.pair.chain.now // DAY + 1) * DAY
        days = [midnight, midnight + DAY, midnight + DAY * self.random.randint(1, 60)]
        if number in self.pair.model_book.terms:
            impaired = self.pair.model_book.position(number).day(30)
            days += [impaired - DAY, impaired - DAY, impaired, impaired + DAY]
        when = self.random.choice(days) + (self.random.random() < 0.05)
        terms = (0, 0) if self.random.random() < 0.1 else (self.random.randint(0, 10_001), when)
        return self.pair.book_does("setNextRate", number, *terms, seconds=seconds)

    # -- foreclosure and owned homes ------------------------------------------------------------------------------

    def foreclose_part(self) -> str | None:
        """A share of the borrower's, and the loan goes on."""
        if self.random.random() < 0.6:
            return None
        return self.book("foreclosePart", self.loan(), self.share(), self.random.randint(0, 30_000 * WAD))

    def foreclose(self) -> str | None:
        if self.random.random() < 0.6:
            return None
        person = self.person()
        return self.book("forecloseForCoins", self.loan(), self.some(self.coins_of(person) // 9), sender=person)

    def foreclose_home(self) -> str | None:
        if self.random.random() < 0.6:
            return None
        return self.book("foreclose", self.loan(), self.random.randint(0, 80_000 * WAD))

    def mark_home(self) -> str:
        share = self._home()
        return self.book("markOwned", share, self.some(self.pair.model.homes.get(share, 5)))

    def sell_home(self) -> str:
        person, share = self.person(), self._home()
        if self.random.random() < 0.5:
            return self.book("sellHomeForCoins", share, self.some(self.coins_of(person) // 3), sender=person)
        return self.book("sellHomeForCash", share, self.some(self.pair.cash(60_000)), sender=person)

    def _home(self) -> int:
        return self.random.choice([*self.pair.model.homes] * 5 + [self.share()])

    # -- money and the world --------------------------------------------------------------------------------------

    def value(self) -> None:
        self.pair.set_value(self.share(), SHARE_VALUE * self.random.randint(0, 120) // 100 + self.random.randint(0, 9))

    def buy(self) -> str:
        return self.treasury("buy", self.person(), self.random.randint(1, self.pair.cash(20_000)), 0, self.person())

    def redeem(self) -> str:
        person = self.person()
        return self.treasury("redeem", person, self.some(self.coins_of(person) // 5), 0, person)

    def request(self) -> str:
        person = self.person()
        return self.treasury("requestRedeem", person, self.some(self.coins_of(person) // 2), person, person)

    def contribute(self) -> str:
        """Some, or what covers the coins again."""
        missing = max(0, -self.pair.model.balanceSheet().equity) // self.pair.model.scale
        return self.treasury("contribute", self.person(), missing + self.random.randint(1, self.pair.cash(2_000)))

    def depeg(self) -> None:
        off = self.random.choice((0, 0, 0, self.random.randint(0, WAD // 20)))
        self.pair.set_price(self.random.choice((WAD - off, WAD + off)), valid=self.random.random() < 0.9)

    def roll(self) -> None:
        """Not always of all days."""
        self.pair.engine.set_next_time(self.pair.chain.now + 1)
        self.pair.treasury.roll(self.random.choice((0, 1, 3, 2**256 - 1)), sender=self.person())
        self.pair.chain.now = self.pair.engine.now()

    def wait(self) -> None:
        self.pair.wait_until(self.pair.chain.now + self.random.choice((1, DAY, self.random.randint(1, 20 * DAY))))

    def bend(self) -> None:
        """To a second about which some loan's value bends."""
        loans = self.pair.model.loans.values()
        days = {loan.day(number) for loan in loans for number in BENDS} | {loan.resetAt for loan in loans}
        later = sorted(day + off for day in days for off in (-1, 0, 1) if day + off > self.pair.chain.now)
        if later:
            self.pair.wait_until(self.random.choice(later[:6]))
