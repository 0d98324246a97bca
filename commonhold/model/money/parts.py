"""The contracts of the money together: treasury and loan ledger, and for tests a small book and a page of views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from commonhold.model.access import Hub
from commonhold.model.coin import Coin
from commonhold.model.core import Call, Chain, Contract, Refused, require
from commonhold.model.money.book import SmallBook
from commonhold.model.money.loans import LoanLedger
from commonhold.model.money.reserve import PriceSource, Reading, ReserveToken, WalletLookup
from commonhold.model.money.treasury import BUY, LENDING, REDEEM, Treasury, TreasuryTerms


@dataclass(frozen=True)
class MoneySetting:
    """What the recipe decides about the money."""

    terms: TreasuryTerms
    decimals: int  # of the reserve token
    stop_period: int


class FixedReader(Contract):
    """`TestPriceReader`: says of every feed what anyone told it."""

    key = "reader"

    def __init__(self, chain: Chain, address: str, value: int) -> None:
        super().__init__(chain, address)
        self.reading = Reading(value)
        self.updated_at = chain.now

    def set(self, sender: str, value: int, status: int) -> None:
        self.reading, self.updated_at = Reading(value, status), self.now

    def reserve_price(self) -> Reading:
        return self.reading


class BookDoor(Contract):
    """`TestLoanBook` as it is called: the caller in front, and its events."""

    key = "test_book"

    def __init__(self, chain: Chain, address: str, treasury: Treasury) -> None:
        super().__init__(chain, address)
        self.small = SmallBook(chain, address, treasury)

    def _require_book(self) -> None:
        require(self.address in self.small.treasury.books, "NotBook", self.address)

    def _require_loan(self, loan_id: int) -> None:
        require(loan_id in self.small.terms, "NoLoan", loan_id)

    def _open(self, share: int, principal: int) -> None:
        """What the book does with a draw before it asks the ledger."""
        require(principal < 2**96, "SafeCastOverflowedUintDowncast", 96, principal)
        self._require_book()
        require(self.address not in self.small.treasury.closed_books, "BookIsClosed", self.address)
        self.emit("Drawn", self.small.next_loan, share, principal)

    def setValue(self, sender: str, share: int, usd: int) -> None:
        self.small.setValue(share, usd)

    def draw(self, sender: str, share: int, principal: int, rate_bps: int, instalment: int, to: str) -> int:
        return self.drawLess(sender, share, principal, 0, rate_bps, instalment, to)

    def drawLess(
        self, sender: str, share: int, principal: int, fee: int, rate_bps: int, instalment: int, to: str
    ) -> int:
        self._open(share, principal)
        return self.small.drawLess(share, principal, fee, rate_bps, instalment, to)

    def drawCash(self, sender: str, share: int, cash: int, rate_bps: int, instalment: int, to: str) -> int:
        return self.drawCashLess(sender, share, cash, 0, rate_bps, instalment, to)

    def drawCashLess(
        self, sender: str, share: int, cash: int, fee: int, rate_bps: int, instalment: int, to: str
    ) -> int:
        self._open(share, cash * self.small.treasury.scale + fee)
        return self.small.drawCashLess(share, cash, fee, rate_bps, instalment, to)

    def pay(self, sender: str, loan_id: int, coins: int) -> int:
        return self.payMore(sender, loan_id, coins, 0)

    def payMore(self, sender: str, loan_id: int, coins: int, fee: int) -> int:
        credit = self.small.payMore(sender, loan_id, coins, fee)
        self.emit("Paid", loan_id, sender, credit)
        return credit

    def payFee(self, sender: str, loan_id: int, fee: int) -> None:
        self.small.payFee(sender, loan_id, fee)

    def payCash(self, sender: str, loan_id: int, cash: int) -> int:
        credit = self.small.payCash(sender, loan_id, cash)
        self.emit("Paid", loan_id, sender, credit)
        return credit

    def mark(self, sender: str, loan_id: int) -> None:
        self.small.mark(loan_id)

    def setRate(self, sender: str, loan_id: int, rate_bps: int) -> None:
        self._require_loan(loan_id)
        self._require_book()
        self.small.setRate(loan_id, rate_bps)

    def setNextRate(self, sender: str, loan_id: int, rate_bps: int, reset_at: int) -> None:
        self._require_loan(loan_id)
        self._require_book()
        self.small.setNextRate(loan_id, rate_bps, reset_at)

    def forecloseForCoins(self, sender: str, loan_id: int, coins: int) -> None:
        self.small.forecloseForCoins(sender, loan_id, coins)

    def foreclose(self, sender: str, loan_id: int, floor: int) -> int:
        return self.small.foreclose(loan_id, floor)

    def foreclosePart(self, sender: str, loan_id: int, share: int, value: int) -> None:
        self.small.foreclosePart(loan_id, share, value)

    def markOwned(self, sender: str, share: int, value: int) -> None:
        self.small.markOwned(share, value)

    def sellHomeForCoins(self, sender: str, share: int, coins: int) -> None:
        self.small.sellHomeForCoins(sender, share, coins)

    def sellHomeForCash(self, sender: str, share: int, cash: int) -> None:
        self.small.sellHomeForCash(sender, share, cash)


class MoneyPage(Contract):
    """`TestMoneyPage`: the same views in the same order."""

    key = "page"

    def __init__(self, chain: Chain, address: str, treasury: Treasury, book: BookDoor) -> None:
        super().__init__(chain, address)
        self.treasury = treasury
        self.book = book
        self.is_only_minter = True

    def page(self) -> tuple[Any, ...]:
        treasury, gate, now = self.treasury, self.treasury.gate, self.now
        sheet, waiting, terms = treasury.balanceSheet(), treasury.queue.waiting, treasury.gate.terms
        paused = gate.is_paused(sheet.coins, waiting, now)
        return (
            *sheet,
            # Law L2; the model's own ledger is compared where sums are, or here if others mint coins.
            sheet.equity if self.is_only_minter else treasury.equityByLedger(),
            treasury.trackedCash(),
            treasury.queue.set_aside,
            gate.demand(waiting, now),
            gate.base(sheet.coins, now),
            waiting,
            gate.redeemed_lately(now),
            paused,
            gate.resumable_at(sheet.coins, waiting, now) if paused else 0,
            terms.pauseAtBps,
            terms.resumeBelowBps,
            terms.dwellPeriod,
            treasury.totalDebt(),
            treasury.reserve.balances[treasury.address],
            treasury.coin.balances[treasury.address],
        )

    def details(self, coins: int, cash: int) -> tuple[Any, ...]:
        treasury = self.treasury
        net, price = treasury.netCoins(coins), treasury.price()
        return (
            treasury.coverage(),
            treasury.liquidationDemand(),
            treasury.demandPaused(),
            treasury.lendingPaused(),
            treasury.freeCash(),
            treasury.redemptionFeeUp(coins),
            net,
            price.cash_out_down(net),
            treasury.coinsFor(cash),
            price.worth_down(coins),
            *treasury.payOutCap(),
            *(treasury.stops[what].stopped_until for what in (BUY, REDEEM, LENDING)),
        )

    def requests(self, ids: tuple[int, ...]) -> list[tuple[Any, ...]]:
        return [self.treasury.requestPage(request_id) for request_id in ids]

    def loans(self, ids: tuple[int, ...]) -> tuple[list[int], list[int]]:
        treasury, book = self.treasury, self.book.address
        debts = [treasury.loans[book, loan_id].debt_up(self.now) for loan_id in ids]
        return debts, [treasury.carryingValueOf(book, loan_id) for loan_id in ids]

    def balances(self, wallets: tuple[str, ...]) -> tuple[list[int], list[int]]:
        coin, reserve = self.treasury.coin, self.treasury.reserve
        return [coin.balances[wallet] for wallet in wallets], [reserve.balances[wallet] for wallet in wallets]


FOR_LOAN_LEDGER = frozenset({"lendCoins", "lendCash", "takeCoins", "takeCash", "rebook"})
"""Functions of `Treasury` that only its loan ledger calls, as a part of what books do."""


def refuse_strangers(call: Call, sender: str) -> None:
    """Calls of people that only contracts of the money may make."""
    if call.contract == "treasury" and call.function in FOR_LOAN_LEDGER:
        raise Refused("NotLoanLedger", sender)


class MoneyParts:
    """The contracts of the money by their names in the suite."""

    def __init__(
        self,
        chain: Chain,
        at: Mapping[str, str],
        hub: Hub,
        coin: Coin,
        price: PriceSource,
        current_wallet: WalletLookup,
        setting: MoneySetting,
    ) -> None:
        self.reserve = ReserveToken(chain, at["reserve"], setting.decimals)
        self.treasury = Treasury(
            chain, at["treasury"], hub, coin, self.reserve, price, current_wallet, setting.terms, setting.stop_period
        )
        self.loans = LoanLedger(chain, at["loans"], hub, self.treasury)
        self.test_book = BookDoor(chain, at["test_book"], self.treasury)
        self.page = MoneyPage(chain, at["page"], self.treasury, self.test_book)
