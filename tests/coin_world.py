"""A treasury and a fee splitter of one's own, on either engine: with any reserve token and any split.

Nothing but their peers is around them, and the DAO is a wallet: what a scene needs is one call away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from commonhold.engines.base import create_address

HOUR, DAY = 3_600, 86_400
WAD = 10**18
UNLIMITED = 2**256 - 1
ROW_UNLIMITED = 2**128 - 1
FEED = b"USD-TOKEN".ljust(32, b"\0")
VALID = 1  # of FeedStatus

TERMS = (
    (1_500, 750, DAY),  # gate: pauseAt, resumeBelow, dwell
    100_000 * WAD,  # minBase
    3 * DAY,  # half-life
    50,  # redemption fee, from
    500,  # to
    3_000,  # at this demand
    100 * WAD,  # minRequest
    WAD * 97 // 100,  # minReservePriceUsd
    1_000,  # minCashRatioBps
    0,  # minEquity
    500,  # payOutCapBps
    7 * DAY,  # capRaisePeriod
    30 * DAY,  # guardianStopPeriod
)
SPLIT = (5_000, 2_000, 1_000, 2_000)
"""Reserve, mortgage company, provider, DAO, in basis points."""


@dataclass
class CoinWorld:
    """The contracts, as the engine's handles, and the wallet that is the DAO."""

    engine: Any
    dao: str
    hub: Any
    credentials: Any
    registry: Any
    coin: Any
    reader: Any
    reserve: Any
    treasury: Any
    loans: Any
    houses: dict[str, list[int]] = field(default_factory=dict)  # by provider

    def splitter(self, split: tuple[int, ...] = SPLIT, mortgage_company: Any = None, dao: Any = None) -> Any:
        """Another splitter; payees that are not given are missing."""
        peers = (self.coin, self.treasury, self.registry, self.credentials)
        nobody = "0x" + "00" * 20
        return self.engine.deploy(
            "FeeSplitter", self.hub, peers, split, mortgage_company or nobody, dao or nobody, sender=self.dao
        )

    def house(self, provider: str = "Example Homes") -> int:
        """Registers another house of a provider; returns its id."""
        number = self.registry.propertyCount() + 1
        self.registry.register(
            {
                "provider": provider,
                "providerPropertyId": f"EH-{number}",
                "jurisdiction": "US-MA-009",
                "parcel": f"12-{number}",
                "titleReference": f"Book 1, page {number}",
                "holdingEntity": self.dao,
                "manager": self.dao,
                "shareCount": 8,
                "firstPriceUsd": 25_000 * WAD,
                "listingUri": f"https://example.org/homes/{number}",
                "descriptionUri": f"https://example.org/homes/{number}.json",
                "descriptionSha256": number.to_bytes(32, "big"),
            },
            sender=self.dao,
        )
        self.houses.setdefault(provider, []).append(number)
        return int(number)

    def buy(self, wallet: Any, cash: int) -> None:
        """Coins for cash that the wallet has: the books stay covered."""
        self.reserve.approve(self.treasury, cash, sender=wallet)
        self.treasury.buy(cash, 0, wallet, sender=wallet)

    def lend(self, wallet: Any, wei: int) -> tuple[int, ...]:
        """New coins against a loan without interest that is covered and not due for a month; the DAO is the book."""
        now = self.engine.now() + 1
        self.engine.set_next_time(now)
        loan = (wei, 0, 0, now, now + 30 * DAY, 0, 2 * wei, 0, 0, 0)
        self.loans.lendCoins(loan, wallet, 0, sender=self.dao)
        return loan

    def lose(self, loan: tuple[int, ...], payer: Any) -> None:
        """A loan ends for a wei of the payer, who allowed the treasury to take it."""
        self.loans.forecloseForCoins(loan, payer, 1, sender=self.dao)

    def uncover(self, wallet: Any, wei: int) -> None:
        """So many coins out of nothing: the assets stay where they are."""
        self.coin.mint(wallet, wei, sender=self.dao)

    def surplus(self) -> int:
        """Assets less coins, in wei."""
        return int(self.treasury.balanceSheet().equityUsd)


def deploy_world(engine: Any, dao: str, reserve: Any) -> CoinWorld:
    """Everything but the splitter, around a reserve token that counts for a dollar."""
    hub = engine.deploy("AccessHub", dao, sender=dao)
    credentials = engine.deploy("CredentialRegistry", hub, 7 * DAY, sender=dao)
    registry = engine.deploy("PropertyRegistry", hub, 30 * DAY, sender=dao)
    coin = engine.deploy("HomeDollar", hub, sender=dao)
    income = engine.deploy("IncomeDistributor", coin, dao, credentials, sender=dao)
    reader = engine.deploy("TestPriceReader", WAD, sender=dao)
    # A treasury and its loan ledger know each other from birth.
    ledger_address = create_address(dao, engine.nonce(dao) + 1)
    peers = (coin, reserve, reader, FEED, credentials, ledger_address, income)
    treasury = engine.deploy("Treasury", hub, peers, TERMS, sender=dao)
    loans = engine.deploy("LoanLedger", hub, treasury, sender=dao)
    assert loans.address == ledger_address
    loans.setBook(dao, True, sender=dao)
    for minter in (treasury, dao):
        coin.setMinter(minter, ROW_UNLIMITED, sender=dao)
    return CoinWorld(engine, dao, hub, credentials, registry, coin, reader, reserve, treasury, loans)
