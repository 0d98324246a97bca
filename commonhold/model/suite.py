"""The whole suite as a model: built like the recipe builds it, called like the contracts are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from commonhold.model.access import Hub, Roles, Timelock
from commonhold.model.certificate import Certificate, Rights
from commonhold.model.coin import UNLIMITED, Coin, Minter
from commonhold.model.core import Chain, Contract
from commonhold.model.feeds import ChainlinkFeed, FaultyFeed, FeedTerms, OutsideFeed, Reader
from commonhold.model.holder import Puppet
from commonhold.model.identity import Credential, Credentials
from commonhold.model.income import Income
from commonhold.model.lending.auction import AuctionTerms
from commonhold.model.lending.auction_house import AuctionHouse
from commonhold.model.lending.book import LoanBook
from commonhold.model.lending.desk import LoanDesk
from commonhold.model.lending.loan import Instalment
from commonhold.model.lending.rate_model import RateModel
from commonhold.model.lending.rates import RateTerms
from commonhold.model.lending.terms import BookTerms
from commonhold.model.money.parts import MoneyParts, MoneySetting
from commonhold.model.money.reserve import Reading
from commonhold.model.money.splitter import Split, Splitter
from commonhold.model.performing import Performing
from commonhold.model.quorum import Aggregator
from commonhold.model.registry import Registry
from commonhold.model.valuation import Valuation, ValuationTerms


@dataclass(frozen=True)
class FeedSetting:
    """A feed that stands outside the suite, with its first answer. `kind` is `ChainlinkFeed` or `FaultyFeed`."""

    kind: type[ChainlinkFeed] | type[FaultyFeed]
    address: str
    decimals: int
    description: str
    answer: int  # in its own decimals
    updated_at: int

    def build(self, chain: Chain, name: str) -> OutsideFeed:
        return self.kind(chain, name, self.address, self.decimals, self.description, self.answer, self.updated_at)


@dataclass(frozen=True)
class OracleSetting:
    """The oracle's part of the setting."""

    nodes: tuple[str, ...]
    max_faulty: int
    sequencer_feed: str  # zero: none
    sequencer_grace: int
    feed_max_step: int  # basis points
    feed_quarantine: int
    feeds: Mapping[str, FeedSetting]  # all that the reader may be told of, by the names of their contracts
    index_feed: bytes  # the index's id, zero: none
    index_terms: FeedTerms | None  # as the recipe gave them to the reader
    reserve_feed: bytes  # the id of the reserve token's price
    reserve_terms: FeedTerms
    valuation: ValuationTerms


@dataclass(frozen=True)
class BookSetting:
    """The loan book's part of the setting."""

    rates: RateTerms
    book: BookTerms
    auction: AuctionTerms
    instalment: Instalment
    deployed_at: int  # when the rate model was, in whose first second its first rate came into force


@dataclass(frozen=True)
class Setting:
    """What the recipe decides and the model must know."""

    chain_id: int
    addresses: Mapping[str, str]  # contract's name in the suite -> address
    council: str
    role_holders: Mapping[int, tuple[tuple[str, int], ...]]  # role -> (account, delay)
    timelock_delay: int
    recovery_period: int
    guardian_stop_period: int
    minter_caps: Mapping[str, int]
    with_code: frozenset[str]  # further addresses that hold code
    puppets: Mapping[str, str]  # contract wallets: name -> address
    oracle: OracleSetting
    money: MoneySetting
    lending: BookSetting
    books: tuple[str, ...]  # that the loan ledger listens to
    closed_books: tuple[str, ...]  # of these, that lend no more
    split: Split
    payees: Mapping[int, str]  # of the splitter's parties
    provider_payees: Mapping[bytes, str]
    protocol_holders: Mapping[str, Credential]  # as the deployment left them
    holders: Mapping[str, Rights]  # rows of the certificate


FUNCTION_ROLES: dict[str, dict[int, tuple[str, ...]]] = {
    "credentials": {
        Roles.ISSUER: ("issue", "renew", "revoke", "startRecovery", "cancelRecovery"),
    },
    "registry": {
        Roles.REGISTRAR: ("register", "setManager", "delist", "reportSeniorClaim", "clearSeniorClaim"),
        Roles.GUARDIAN: ("stopRegistration",),
    },
    "certificate": {Roles.REGISTRAR: ("tokenize",), Roles.COURT: ("forcedTransfer",)},
    "coin": {Roles.COURT: ("forcedTransfer",)},
    "reader": {Roles.GUARDIAN: ("freeze",)},
    "valuation": {Roles.GUARDIAN: ("freeze",)},
    "treasury": {Roles.GUARDIAN: ("stop",)},
    "desk": {Roles.UNDERWRITER: ("approve",), Roles.GUARDIAN: ("stop",)},
}
"""Which role may call which `restricted` function; every other is the DAO's."""


class Model(Performing):
    """Every contract of the suite under its name in the recipe."""

    def __init__(self, setting: Setting, now: int) -> None:
        at = setting.addresses
        self.setting = setting
        feeds = [feed.address for feed in setting.oracle.feeds.values()]
        with_code = frozenset([*at.values(), *setting.puppets.values(), *feeds]) | setting.with_code
        self.chain = Chain(setting.chain_id, now, with_code, dispatch=self._dispatch)
        self.hub = Hub(self.chain, at["hub"])
        self.timelock = Timelock(self.chain, at["timelock"], setting.council, setting.timelock_delay)
        self.credentials = Credentials(self.chain, at["credentials"], self.hub, setting.recovery_period)
        self.registry = Registry(self.chain, at["registry"], self.hub, setting.guardian_stop_period)
        self.certificate = Certificate(self.chain, at["certificate"], self.hub, self.credentials, self.registry)
        self.coin = Coin(self.chain, at["coin"], self.hub)
        self.income = Income(self.chain, at["income"], self.coin, self.certificate, self.credentials)
        self.puppets = {name: Puppet(self.chain, address) for name, address in setting.puppets.items()}
        self._build_oracle(setting.oracle)
        self._build_money(setting.money)
        self._build_lending(setting.lending)
        self._deployed()

    def _build_oracle(self, oracle: OracleSetting) -> None:
        at, stop_period = self.setting.addresses, self.setting.guardian_stop_period
        self.feeds = {name: feed.build(self.chain, name) for name, feed in oracle.feeds.items()}
        self.aggregator = Aggregator(self.chain, at["aggregator"], self.hub, oracle.nodes, oracle.max_faulty)
        self.reader = Reader(
            self.chain,
            at["reader"],
            self.hub,
            oracle.sequencer_feed,
            oracle.sequencer_grace,
            oracle.feed_max_step,
            oracle.feed_quarantine,
            stop_period,
        )
        self.reader.outside = {feed.address: feed for feed in self.feeds.values()}
        self.valuation = Valuation(
            self.chain,
            at["valuation"],
            self.hub,
            self.registry,
            self.credentials,
            self.aggregator,
            self.reader,
            oracle.index_feed,
            oracle.valuation,
            stop_period,
        )

    def _build_money(self, money: MoneySetting) -> None:
        chain, at, wallets = self.chain, self.setting.addresses, self.credentials.currentWallet
        parts = MoneyParts(chain, at, self.hub, self.coin, self.reserve_price, wallets, money)
        self.reserve, self.treasury, self.loans = parts.reserve, parts.treasury, parts.loans
        self.test_book, self.page = parts.test_book, parts.page
        self.treasury.income = self.income
        self.splitter = Splitter(
            chain,
            at["splitter"],
            self.hub,
            self.coin,
            self.treasury,
            self.registry,
            self.credentials,
            self.setting.split,
        )
        self.page.is_only_minter = False  # the DAO gives others rows

    def _build_lending(self, lending: BookSetting) -> None:
        chain, at, hub = self.chain, self.setting.addresses, self.hub
        parts = self.certificate, self.valuation, self.treasury
        now, chain.now = chain.now, lending.deployed_at
        self.rates = RateModel(chain, at["rates"], self.treasury, lending.rates)
        chain.now = now
        self.book = LoanBook(
            chain,
            at["book"],
            hub,
            self.credentials,
            *parts,
            self.rates,
            self.splitter,
            lending.book,
            self.setting.guardian_stop_period,
            lending.instalment,
        )
        self.desk = LoanDesk(chain, at["desk"], hub, self.book)
        self.auction = AuctionHouse(chain, at["auction"], hub, self.book, *parts, lending.auction)

    def reserve_price(self) -> Reading:
        """As the treasury reads it."""
        value, _, status = self.reader.read(self.setting.oracle.reserve_feed)
        return Reading(value, status)

    def _deployed(self) -> None:
        """The state that the recipe leaves behind."""
        setting = self.setting
        self.hub.members[Roles.ADMIN, self.timelock.address] = 0
        for role, holders in setting.role_holders.items():
            for account, delay in holders:
                self.hub.members[role, account] = delay
        for contract, roles in FUNCTION_ROLES.items():
            for role, functions in roles.items():
                for function in functions:
                    self.hub.function_roles[setting.addresses[contract], function] = role
        self.registry.listener_address = self.certificate.address
        self.certificate.renderer_address = setting.addresses["renderer"]
        self.certificate.rows.update(setting.holders)
        for minter, cap in setting.minter_caps.items():
            self.coin.minters[minter] = Minter(cap)
        if setting.oracle.index_terms is not None:
            self.reader.configure(setting.oracle.index_feed, setting.oracle.index_terms)
        self.reader.configure(setting.oracle.reserve_feed, setting.oracle.reserve_terms)
        self.treasury.books.update(setting.books)
        self.treasury.closed_books.update(setting.closed_books)
        self.coin.allowances[self.book.address, self.splitter.address] = UNLIMITED
        self.splitter.payees.update(setting.payees)
        self.splitter.provider_payees.update(setting.provider_payees)
        self.credentials.credentials.update(setting.protocol_holders)
        self.chain.log.clear()

    def contract(self, name: str) -> Contract:
        return self.puppets.get(name) or self.feeds.get(name) or getattr(self, name)
