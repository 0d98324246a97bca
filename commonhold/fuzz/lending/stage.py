"""Put lending on an engine, with its model beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from commonhold.engines.base import Contract, Engine
from commonhold.fuzz.cast import Cast
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending.opening import open_lending
from commonhold.fuzz.lending.scene import INDEX
from commonhold.fuzz.money.stage import RESERVE_FEED, terms_of
from commonhold.fuzz.port import Port
from commonhold.fuzz.world import World
from commonhold.model.access import Roles
from commonhold.model.certificate import Rights
from commonhold.model.coin import UNBOUNDED
from commonhold.model.core import ZERO_ADDRESS
from commonhold.model.identity import Credential
from commonhold.model.lending.auction import AuctionTerms
from commonhold.model.lending.rates import RateTerms
from commonhold.model.lending.schedule import level_instalment_up
from commonhold.model.lending.suite import FUNCTION_ROLES, LendingModel, LendingSetting
from commonhold.model.lending.terms import BookTerms
from commonhold.model.money.gate import GateTerms
from commonhold.model.money.parts import MoneySetting
from commonhold.model.money.splitter import DAO, MORTGAGE_COMPANY, Split
from commonhold.model.money.treasury import TreasuryTerms
from commonhold.model.valuation import ValuationTerms

DEPLOYED_FROM = 1_900_000_000

OFFICES = ("dao", "guardian", "court", "issuer", "registrar", "manager", "underwriter", "second_underwriter")
HOLDERS = ("alice", "bob", "carol", "dave", "insider", "spammer", "flapper", "attacker")
SPARES = ("spare_a", "spare_b", "spare_c")

RECOVERY_PERIOD = 7 * DAY
STOP_PERIOD = 10 * DAY
FURTHEST = 130 * DAY  # a loan ages in 120
DECIMALS = 6

TREASURY_TERMS = TreasuryTerms(gate=GateTerms(minBase=500_000 * COIN))
BOOK_TERMS = BookTerms(
    jumboAbove=50_000 * COIN,
    borrowerCap=120_000 * COIN,
    originatorCap=320_000 * COIN,
    houseCapBps=2_500,
    maxLateOfOriginator=1,
)
"""The defaults, but for caps that few loans come up to."""
RATE_TERMS = RateTerms(550, 600, 100, 5, 300, 1_500)
AUCTION_TERMS = AuctionTerms()
VALUATION_TERMS = ValuationTerms(
    haircutFreePeriod=360 * DAY,
    haircutRateBps=1_200,
    maxAgePeriod=3 * 360 * DAY,
    acceptPeriod=30 * DAY,
    growthStepBps=500,
    growthPeriod=90 * DAY,
    saleRecentPeriod=180 * DAY,
    saleMarginBps=1_000,
    firstValueQuarantinePeriod=7 * DAY,
)
SPLIT = Split(5_000, 2_000, 1_000, 2_000)


class ChainInstalments:
    """The level instalment as the chain computes it, which may be a wei above the exact one."""

    def __init__(self, annuity: Contract) -> None:
        self._annuity = annuity
        self._known: dict[tuple[int, int, int], int] = {}

    def __call__(self, principal: int, rate_bps: int, instalments: int) -> int:
        terms = (principal, rate_bps, instalments)
        if terms not in self._known:
            told, exact = self._annuity.levelInstalmentUp(*terms), level_instalment_up(*terms)
            if not 0 <= told - exact <= 1:
                raise AssertionError(f"instalment of {terms} is {told} on chain, exactly {exact}")
            self._known[terms] = told
        return self._known[terms]

    def __deepcopy__(self, memo: Any) -> ChainInstalments:
        """Models are copied; what the chain knows stays."""
        return self


@dataclass(frozen=True)
class Peer:
    """A contract that will be deployed together with the one that is told of it."""

    name: str


def fields(terms: Any) -> tuple[Any, ...]:
    """A dataclass of plain fields as the struct of the same order."""
    return tuple(getattr(terms, name) for name in terms.__dataclass_fields__)


def deploy_lending(engine: Engine, address: dict[str, str]) -> dict[str, Contract]:
    """All contracts by name. Some know each other from birth, so their addresses are tried out first."""
    dao = address["dao"]
    found: dict[str, Contract] = {}

    def put(name: str, kind: str, *arguments: Any) -> Contract:
        found[name] = engine.deploy(kind, *arguments, sender=dao)
        return found[name]

    def put_together(*entries: Sequence[Any]) -> None:
        """Contracts that know each other from birth: each is told where the others will be."""
        with engine.rollback():
            later = {entry[0]: engine.deploy("TestOracle", sender=dao).address for entry in entries}
        for name, kind, *arguments in entries:
            if put(name, kind, *_told(arguments, later)).address != later[name]:
                raise RuntimeError(f"{name} is not where the others look for it")

    hub = put("hub", "AccessHub", dao)
    coin = put("coin", "HomeDollar", hub)
    reserve = put("reserve", "TestReserveToken", DECIMALS)
    reader = put("reader", "TestPriceReader", COIN)
    oracle = put("oracle", "TestOracle")
    credentials = put("credentials", "CredentialRegistry", hub, RECOVERY_PERIOD)
    registry = put("registry", "PropertyRegistry", hub, STOP_PERIOD)
    renderer = put("renderer", "TestOracle")  # papers are not looked at here
    put_together(
        ("certificate", "ShareCertificate", hub, credentials, registry, Peer("income"), renderer),
        ("income", "IncomeDistributor", coin, Peer("certificate"), credentials),
    )
    certificate = found["certificate"]
    valuation_peers = (hub, registry, credentials, oracle, oracle, INDEX, tuple(VALUATION_TERMS), STOP_PERIOD)
    valuation = put("valuation", "PropertyValuation", *valuation_peers)
    treasury_peers = (coin, reserve, reader, RESERVE_FEED, credentials, Peer("loans"), found["income"])
    put_together(
        ("treasury", "Treasury", hub, treasury_peers, terms_of(TREASURY_TERMS, STOP_PERIOD)),
        ("loans", "LoanLedger", hub, Peer("treasury")),
    )
    treasury, loans = found["treasury"], found["loans"]
    rates = put("rates", "RateModel", treasury, fields(RATE_TERMS))
    payees = (address["spammer"], address["flapper"])
    splitter = put("splitter", "FeeSplitter", hub, (coin, treasury, registry, credentials), fields(SPLIT), *payees)
    money = (loans, treasury, coin, certificate, registry, valuation, credentials, rates, splitter)
    made_of = ((*money, Peer("auction"), Peer("desk")), fields(BOOK_TERMS))
    auction_peers = (Peer("book"), loans, certificate, treasury, valuation, coin)
    put_together(
        ("book", "LoanBook", *made_of),
        ("auction", "ForeclosureAuction", hub, auction_peers, fields(AUCTION_TERMS)),
        ("desk", "LoanDesk", hub, Peer("book"), oracle, STOP_PERIOD, *made_of),
    )
    put("page", "TestMoneyPage", treasury, ZERO_ADDRESS)
    put("lending_page", "TestLendingPage", found["book"], found["desk"], found["auction"])
    put("annuity", "TestAnnuity")
    return found


def _told(arguments: Sequence[Any], later: dict[str, str]) -> list[Any]:
    def one(argument: Any) -> Any:
        if isinstance(argument, Peer):
            return later[argument.name]
        return tuple(map(one, argument)) if isinstance(argument, tuple) else argument

    return [one(argument) for argument in arguments]


def write_rows(contracts: dict[str, Contract], address: dict[str, str], roles: dict[int, tuple[str, ...]]) -> None:
    """What the DAO writes into the tables."""
    dao, hub = address["dao"], contracts["hub"]
    for role, holders in roles.items():
        for holder in holders:
            if role != Roles.ADMIN:
                hub.grantRole(role, holder, 0, sender=dao)
    for name, by_role in FUNCTION_ROLES.items():
        for role, functions in by_role.items():
            selectors = [contracts[name].coders.function(function).selector for function in functions]
            hub.setTargetFunctionRole(contracts[name], selectors, role, sender=dao)
    book, auction = contracts["book"], contracts["auction"]
    contracts["registry"].setListener(contracts["certificate"], sender=dao)
    contracts["certificate"].setHolder(book, tuple(Rights(maySell=True, mayLien=True)), sender=dao)
    contracts["certificate"].setHolder(auction, tuple(Rights(mayLien=True)), sender=dao)
    contracts["coin"].setMinter(contracts["treasury"], UNBOUNDED, sender=dao)
    contracts["credentials"].setProtocolHolder(contracts["treasury"], sender=dao)
    contracts["loans"].setBook(book, True, sender=dao)
    contracts["loans"].setBook(auction, True, sender=dao)
    contracts["loans"].closeBook(auction, sender=dao)


@dataclass(frozen=True)
class Laid:
    """Lending on a chain, before anything happened, and who plays."""

    engine: Engine
    address: dict[str, str]
    contracts: dict[str, Contract]
    roles: dict[int, tuple[str, ...]]

    def setting(self) -> LendingSetting:
        """What the model has to know of it."""
        address, contracts = self.address, self.contracts
        treasury = contracts["treasury"].address
        return LendingSetting(
            chain_id=self.engine.chain_id,
            addresses={name: contract.address for name, contract in contracts.items()},
            roles=self.roles,
            recovery_period=RECOVERY_PERIOD,
            stop_period=STOP_PERIOD,
            reserve_usd=COIN,
            index_feed=INDEX,
            money=MoneySetting(TREASURY_TERMS, DECIMALS, STOP_PERIOD),
            valuation=VALUATION_TERMS,
            rates=RATE_TERMS,
            book=BOOK_TERMS,
            auction=AUCTION_TERMS,
            split=SPLIT,
            payees={MORTGAGE_COMPANY: address["spammer"], DAO: address["flapper"]},
            protocol_holders={treasury: Credential(*contracts["credentials"].credentialOf(treasury)[:6])},
            deployed_at=contracts["rates"].lastCheckpoint()[0],
        )

    def cast(self) -> Cast:
        wallets = [self.address[name] for name in (*HOLDERS, *SPARES)]
        return Cast(self.address, wallets, list(self.address.values()), {})


def lay_lending(engine: Engine, deployed_from: int, extras: Sequence[str] = ()) -> Laid:
    """Deployed, with the DAO's rows; `extras` are people besides those of lending."""
    engine.set_time(deployed_from)
    names = (*OFFICES, *HOLDERS, *SPARES, *extras)
    if len(names) > len(engine.accounts):
        raise ValueError(f"{len(names)} people play, but the engine has {len(engine.accounts)} accounts")
    address = dict(zip(names, engine.accounts, strict=False))
    contracts = deploy_lending(engine, address)
    roles = {
        Roles.ADMIN: (address["dao"],),
        Roles.GUARDIAN: (address["guardian"],),
        Roles.COURT: (address["court"],),
        Roles.ISSUER: (address["issuer"],),
        Roles.REGISTRAR: (address["registrar"],),
        Roles.UNDERWRITER: (address["underwriter"], address["second_underwriter"]),
    }
    write_rows(contracts, address, roles)
    return Laid(engine, address, contracts, roles)


def stage_lending(engine: Engine, deployed_from: int = DEPLOYED_FROM) -> World:
    """A world before the opening."""
    laid = lay_lending(engine, deployed_from)
    engine.set_time(engine.now() + 60)
    model = LendingModel(laid.setting(), engine.now(), ChainInstalments(laid.contracts["annuity"]))
    port = Port(engine, laid.contracts, laid.address["dao"])
    return World(port, model, laid.cast(), furthest=FURTHEST, shares_seconds=True)


def open_lending_stage(engine: Engine, deployed_from: int = DEPLOYED_FROM) -> World:
    return open_lending(stage_lending(engine, deployed_from))
