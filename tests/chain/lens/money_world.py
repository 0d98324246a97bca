"""A treasury with its lens on a small world of its own, where prices, tokens and terms are the test's choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from commonhold.engines import Revert
from commonhold.engines.base import create_address
from commonhold.recipe.plan import Role

WAD = 10**18
DAY = 86_400
UNLIMITED = 2**128 - 1  # a minter's cap without a bound
MOST = 2**256 - 1
FEED = b"USDC-USD".ljust(32, b"\0")
VALID, STALE = 1, 13  # of FeedStatus
NO_CHANGE = (0, 0, 0, 0)  # ILoanLedger.SumsChange
TERMS: dict[str, Any] = {
    "gate": (1_500, 750, DAY),
    "minBase": 1_000 * WAD,
    "halfLifePeriod": 3 * DAY,
    "baseFeeBps": 50,
    "topFeeBps": 500,
    "topDemandBps": 3_000,
    "minRequest": 100 * WAD,
    "minReservePriceUsd": 97 * WAD // 100,
    "minCashRatioBps": 1_000,
    "minEquity": 0,
    "payOutCapBps": 500,
    "capRaisePeriod": 7 * DAY,
    "guardianStopPeriod": 30 * DAY,
}


@dataclass
class MoneyWorld:
    """`dao` is the hub's admin and guardian and court; `people` have nothing yet."""

    engine: Any
    hub: Any
    coin: Any
    reserve: Any
    reader: Any
    credentials: Any
    treasury: Any
    loans: Any
    lens: Any
    dao: str
    people: list[str]
    decimals: int

    @property
    def rich(self) -> str:
        """Who borrows."""
        return self.people[4]

    def cash(self, dollars: int) -> int:
        return dollars * 10**self.decimals

    def fund(self, person: str, dollars: int, *, allowed: int = MOST) -> None:
        """Cash, and what the treasury may take of it; it may burn all of the person's coins."""
        self.reserve.mint(person, self.cash(dollars), sender=person)
        self.reserve.approve(self.treasury, allowed, sender=person)
        self.coin.approve(self.treasury, MOST, sender=person)

    def buy(self, person: str, dollars: int) -> None:
        self.fund(person, dollars)
        self.treasury.buy(self.cash(dollars), 0, person, sender=person)

    def request(self, person: str, coins: int, controller: str | None = None) -> int:
        receipt = self.treasury.requestRedeem(coins, controller or person, person, sender=person)
        return receipt.event("RedeemRequest")["requestId"]

    def price(self, usd: int, status: int = VALID) -> None:
        self.reader.set(usd, status, sender=self.dao)

    def lend(self, coins: int, to: str) -> tuple[int, ...]:
        """Coins against a loan without interest, by a book that the DAO lets in; the loan's position."""
        lent_at = self.engine.now() + 1
        loan = (coins, 0, 0, lent_at, lent_at + 360 * DAY, 0, coins, 0, 0, 0)
        self.engine.set_next_time(lent_at)
        self.loans.lendCoins(loan, to, 0, sender=self.dao)
        return loan

    def lose(self, dollars: int) -> None:
        """Lend so much to `rich`, who pays next to nothing back."""
        loan = self.lend(dollars * WAD, self.rich)
        self.loans.forecloseForCoins(loan, self.rich, 1, sender=self.dao)

    def drain(self) -> None:
        """`rich` borrows, and asks for more than there is: so no cash is free, and he is the first in line."""
        self.lend(25_000 * WAD, self.rich)
        self.request(self.rich, 15_000 * WAD)

    def revert_of(self, function: str, *args: Any, sender: str) -> Revert | None:
        """What a call to the treasury would revert with now."""
        try:
            getattr(self.treasury, function).call(*args, sender=sender)
        except Revert as revert:
            return revert
        return None


def make_world(engine: Any, reserve_name: str = "TestReserveToken", *, decimals: int = 6, **terms: Any) -> MoneyWorld:
    dao, *people = engine.accounts
    hub = engine.deploy("AccessHub", dao, sender=dao)
    coin = engine.deploy("HomeDollar", hub, sender=dao)
    reserve = engine.deploy(reserve_name, decimals, sender=dao)
    reader = engine.deploy("TestPriceReader", WAD, sender=dao)
    credentials = engine.deploy("CredentialRegistry", hub, 7 * DAY, sender=dao)
    loans_at = create_address(dao, engine.nonce(dao) + 1)
    # No home is owned here: any contract will do for the income.
    peers = (coin, reserve, reader, FEED, credentials, loans_at, hub)
    treasury = engine.deploy("Treasury", hub, peers, {**TERMS, **terms}, sender=dao)
    loans = engine.deploy("LoanLedger", hub, treasury, sender=dao)
    lens = engine.deploy("TreasuryLens", treasury, sender=dao)
    coin.setMinter(treasury, UNLIMITED, sender=dao)
    loans.setBook(dao, True, sender=dao)
    hub.grantRole(Role.COURT, dao, 0, sender=dao)
    world = MoneyWorld(
        engine, hub, coin, reserve, reader, credentials, treasury, loans, lens, dao, people[:6], decimals
    )
    coin.approve(treasury, MOST, sender=world.rich)
    return world
