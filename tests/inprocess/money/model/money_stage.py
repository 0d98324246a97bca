"""A treasury of the model with a small book, a reserve token and a few people, without the rest of the suite."""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass, replace
from typing import Any

from commonhold.model.access import Hub, Roles
from commonhold.model.coin import UNLIMITED, Coin, Minter
from commonhold.model.core import Chain
from commonhold.model.money.book import SmallBook
from commonhold.model.money.gate import WAD, GateTerms
from commonhold.model.money.reserve import Reading, ReserveToken
from commonhold.model.money.treasury import Treasury, TreasuryTerms

DAY = 86_400
HOUR = 3_600
NOW = 1_900_000_800  # the start of an hour
STOP_PERIOD = 30 * DAY

HUB, COIN, RESERVE, TREASURY, BOOK, DAO = ("0x" + f"{number:040x}" for number in range(0xC0, 0xC6))
PEOPLE = tuple("0x" + f"{number:040x}" for number in range(0xA0, 0xAC))
RICH = PEOPLE[0]
BORROWER = "0x" + "b0" * 20
SHARES = tuple(house * 256 + share for house in (1, 2, 3) for share in range(1, 9))
SHARE_VALUE = 100_000 * WAD
RATE_BPS = 600
INSTALMENT = 1_000 * WAD


@dataclass(frozen=True)
class Quantities:
    """What one call may not worsen for others."""

    assets: int
    coins: int


class MoneyStage:
    def __init__(self, decimals: int = 6, terms: TreasuryTerms | None = None) -> None:
        self.chain = Chain(1, NOW)
        self.hub = Hub(self.chain, HUB)
        self.hub.members[Roles.ADMIN, DAO] = 0
        self.coin = Coin(self.chain, COIN, self.hub)
        self.coin.minters[TREASURY] = Minter(2**95)
        self.reserve = ReserveToken(self.chain, RESERVE, decimals)
        self.reading = Reading(WAD)
        self.recovered: dict[str, str] = {}
        self.treasury = Treasury(
            self.chain,
            TREASURY,
            self.hub,
            self.coin,
            self.reserve,
            self._read_price,
            self._current_wallet,
            terms or TreasuryTerms(),
            STOP_PERIOD,
        )
        self.book = SmallBook(self.chain, BOOK, self.treasury)
        self.treasury.books.add(BOOK)
        self.book.values = dict.fromkeys(SHARES, SHARE_VALUE)
        for person in (*PEOPLE, BORROWER):
            self.coin.allowances[person, TREASURY] = UNLIMITED
            self.reserve.allowances[person, TREASURY] = UNLIMITED
            self.reserve.balances[person] = self.cash(10_000_000)

    def _read_price(self) -> Reading:
        return self.reading

    def _current_wallet(self, wallet: str) -> str:
        return self.recovered.get(wallet, wallet)

    def copy(self) -> MoneyStage:
        return copy.deepcopy(self)

    @property
    def unit(self) -> int:
        """A unit of cash in wei of coin."""
        return self.treasury.scale

    def cash(self, dollars: int) -> int:
        return dollars * 10**self.reserve.decimals

    def wait(self, seconds: int) -> None:
        self.chain.now += seconds

    def set_price(self, usd: float) -> None:
        """Of the reserve token."""
        self.reading = Reading(round(usd * 10**6) * 10**12)

    def opened(self) -> MoneyStage:
        """1,000,000 coins with 12 holders, 250,000 cash, 750,000 of loans at 60 % loan-to-value or less."""
        self.treasury.buy(RICH, self.cash(250_000), 0, RICH)
        for share in SHARES[:12]:
            self.book.draw(share, 60_000 * WAD, RATE_BPS, INSTALMENT, RICH)
        self.book.draw(SHARES[12], 30_000 * WAD, RATE_BPS, INSTALMENT, RICH)
        part = self.coin.balanceOf(RICH) // len(PEOPLE) // self.unit * self.unit
        for person in PEOPLE[1:]:
            self.coin.transfer(RICH, person, part)
        self.wait(3 * HOUR)
        return self

    def lose(self, dollars: int) -> None:
        """A loss at once: a home that the treasury owned is worth nothing."""
        treasury = self.treasury
        loan_id = next(iter(self.book.terms))
        share = self.book.terms[loan_id].share
        value = self.book.foreclose(loan_id, SHARE_VALUE)
        treasury.markOwned(BOOK, share, value - dollars * WAD)

    # -- views ----------------------------------------------------------------------------------------------------

    def quantities(self) -> Quantities:
        price = self.treasury.price()
        return Quantities(price.assets, price.coins)

    def waiting_ids(self) -> list[int]:
        return list(self.treasury.queue.requests)


def terms(**changes: Any) -> TreasuryTerms:
    gate = {name: changes.pop(name) for name in list(changes) if name in GateTerms.__dataclass_fields__}
    return replace(TreasuryTerms(gate=GateTerms(**gate)), **changes)


def check_laws(stage: MoneyStage) -> None:
    """The laws that hold in every state, after every call."""
    treasury, queue = stage.treasury, stage.treasury.queue
    sheet = treasury.balanceSheet()
    assert sum(stage.coin.balances.values()) == sheet.coins, "L1"
    assert sheet.cash + sheet.loans + sheet.ownedHomes == sheet.coins + sheet.equity, "L2"
    assert sheet.equity == treasury.equityByLedger(), ("L2", sheet.equity - treasury.equityByLedger())
    assert treasury.trackedCash() <= stage.reserve.balances[TREASURY], "L3"
    assert stage.coin.balanceOf(TREASURY) >= queue.waiting, "waiting coins are locked"
    for loan_id in stage.book.terms:
        loan = stage.book.position(loan_id)
        assert 0 <= loan.carrying_raw(treasury.now) <= loan.debt_raw(treasury.now), "L29"
    requests = list(queue.requests.values())
    assert sum(queue.claimable(request)[1] for request in requests) == queue.set_aside, "L31"
    assert all(earlier.end <= later.start for earlier, later in itertools.pairwise(requests)), "L11"
    assert sum(queue.pending(request) for request in requests) == queue.waiting, "L11"
    price = treasury.price()
    assert price.covered == (sheet.equity >= 0), "L13"
