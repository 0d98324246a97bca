"""Lending and all it rests on as a model: houses and values, treasury and coin, rates, the book and its auctions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from commonhold.model.access import Hub, Roles
from commonhold.model.certificate import Certificate, Rights
from commonhold.model.coin import UNBOUNDED, UNLIMITED, Coin, Minter
from commonhold.model.core import Chain
from commonhold.model.identity import Credential, Credentials
from commonhold.model.income import Income
from commonhold.model.lending.auction import AuctionTerms
from commonhold.model.lending.auction_house import AuctionHouse
from commonhold.model.lending.book import LoanBook
from commonhold.model.lending.desk import LoanDesk
from commonhold.model.lending.loan import Instalment
from commonhold.model.lending.oracle import TellingOracle
from commonhold.model.lending.pages import LendingPage
from commonhold.model.lending.rate_model import RateModel
from commonhold.model.lending.rates import RateTerms
from commonhold.model.lending.schedule import level_instalment_up
from commonhold.model.lending.terms import BookTerms
from commonhold.model.money.loans import LoanLedger
from commonhold.model.money.parts import FixedReader, MoneyPage, MoneySetting
from commonhold.model.money.reserve import ReserveToken
from commonhold.model.money.splitter import Split, Splitter
from commonhold.model.money.treasury import Treasury
from commonhold.model.performing import Performing
from commonhold.model.registry import Registry
from commonhold.model.valuation import Valuation, ValuationTerms


@dataclass(frozen=True)
class LendingSetting:
    """What the stage decides."""

    chain_id: int
    addresses: Mapping[str, str]
    roles: Mapping[int, tuple[str, ...]]  # role -> who has it
    recovery_period: int
    stop_period: int
    reserve_usd: int
    index_feed: bytes
    money: MoneySetting
    valuation: ValuationTerms
    rates: RateTerms
    book: BookTerms
    auction: AuctionTerms
    split: Split
    payees: Mapping[int, str]
    protocol_holders: Mapping[str, Credential]
    deployed_at: int  # when the rate model was, in whose first second its first rate came into force


FUNCTION_ROLES: dict[str, dict[int, tuple[str, ...]]] = {
    "credentials": {Roles.ISSUER: ("issue", "renew", "revoke", "startRecovery", "cancelRecovery")},
    "registry": {Roles.REGISTRAR: ("register", "setManager", "delist", "reportSeniorClaim", "clearSeniorClaim")},
    "certificate": {Roles.REGISTRAR: ("tokenize",), Roles.COURT: ("forcedTransfer",)},
    "valuation": {Roles.GUARDIAN: ("freeze",)},
    "treasury": {Roles.GUARDIAN: ("stop",)},
    "desk": {Roles.GUARDIAN: ("stop",), Roles.UNDERWRITER: ("approve",)},
}
"""Which role may call which `restricted` function; every other is the DAO's."""


class LendingModel(Performing):
    """Every contract of the stage under its name."""

    kind_of_coin: type[Coin] = Coin

    def __init__(self, setting: LendingSetting, now: int, instalment: Instalment = level_instalment_up) -> None:
        at = setting.addresses
        self.setting = setting
        self.chain = Chain(setting.chain_id, now, frozenset(at.values()), dispatch=self._dispatch)
        self.hub = Hub(self.chain, at["hub"])
        self.credentials = Credentials(self.chain, at["credentials"], self.hub, setting.recovery_period)
        self.registry = Registry(self.chain, at["registry"], self.hub, setting.stop_period)
        self.certificate = Certificate(self.chain, at["certificate"], self.hub, self.credentials, self.registry)
        self.coin = self.kind_of_coin(self.chain, at["coin"], self.hub)
        self.income = Income(self.chain, at["income"], self.coin, self.certificate, self.credentials)
        self._build_values(setting)
        self._build_money(setting)
        self._build_lending(setting, instalment)
        self._deployed(setting)

    def _build_values(self, setting: LendingSetting) -> None:
        at = setting.addresses
        self.oracle = TellingOracle(self.chain, at["oracle"])
        told: Any = self.oracle
        self.valuation = Valuation(
            self.chain,
            at["valuation"],
            self.hub,
            self.registry,
            self.credentials,
            told,
            told,
            setting.index_feed,
            setting.valuation,
            setting.stop_period,
        )

    def _build_money(self, setting: LendingSetting) -> None:
        chain, at, money = self.chain, setting.addresses, setting.money
        self.reader = FixedReader(chain, at["reader"], setting.reserve_usd)
        self.reserve = ReserveToken(chain, at["reserve"], money.decimals)
        self.treasury = Treasury(
            chain,
            at["treasury"],
            self.hub,
            self.coin,
            self.reserve,
            self.reader.reserve_price,
            self.credentials.currentWallet,
            money.terms,
            money.stop_period,
        )
        self.treasury.income = self.income
        self.loans = LoanLedger(chain, at["loans"], self.hub, self.treasury)
        no_book: Any = None
        self.page = MoneyPage(chain, at["page"], self.treasury, no_book)
        self.splitter = Splitter(
            chain, at["splitter"], self.hub, self.coin, self.treasury, self.registry, self.credentials, setting.split
        )

    def _build_lending(self, setting: LendingSetting, instalment: Instalment) -> None:
        chain, at, hub = self.chain, setting.addresses, self.hub
        parts = self.certificate, self.valuation, self.treasury
        now, chain.now = chain.now, setting.deployed_at
        self.rates = RateModel(chain, at["rates"], self.treasury, setting.rates)
        chain.now = now
        self.book = LoanBook(
            chain,
            at["book"],
            hub,
            self.credentials,
            *parts,
            self.rates,
            self.splitter,
            setting.book,
            setting.stop_period,
            instalment,
        )
        self.desk = LoanDesk(chain, at["desk"], hub, self.book)
        self.auction = AuctionHouse(chain, at["auction"], hub, self.book, *parts, setting.auction)
        self.lending_page = LendingPage(chain, at["lending_page"], self.book, self.desk, self.auction)

    def _deployed(self, setting: LendingSetting) -> None:
        at = setting.addresses
        for role, accounts in setting.roles.items():
            for account in accounts:
                self.hub.members[role, account] = 0
        for contract, roles in FUNCTION_ROLES.items():
            for role, functions in roles.items():
                for function in functions:
                    self.hub.function_roles[at[contract], function] = role
        self.registry.listener_address = self.certificate.address
        self.certificate.renderer_address = at["renderer"]
        self.certificate.rows[self.book.address] = Rights(maySell=True, mayLien=True)
        self.certificate.rows[self.auction.address] = Rights(mayLien=True)
        self.coin.minters[self.treasury.address] = Minter(UNBOUNDED)
        self.treasury.books.update((self.book.address, self.auction.address))
        self.treasury.closed_books.add(self.auction.address)
        self.splitter.payees.update(setting.payees)
        self.coin.allowances[self.book.address, self.splitter.address] = UNLIMITED
        self.credentials.credentials.update(setting.protocol_holders)
        self.chain.log.clear()
