"""Put the money on an engine, with its model beside it and people who have coins, cash and loans."""

from __future__ import annotations

from commonhold.engines.base import Contract, Engine
from commonhold.fuzz.cast import Cast
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.opening import UNLIMITED, must
from commonhold.fuzz.port import Port
from commonhold.fuzz.world import World
from commonhold.model.access import Roles
from commonhold.model.coin import UNBOUNDED
from commonhold.model.core import ZERO_ADDRESS
from commonhold.model.money.gate import GateTerms
from commonhold.model.money.parts import MoneySetting
from commonhold.model.money.suite import MoneyModel, MoneyStageSetting
from commonhold.model.money.treasury import TreasuryTerms

DEPLOYED_FROM = 1_900_000_000
SEQUENCES_BEGIN = 1_900_300_000
"""The first second of every sequence: recorded ones count on it, whatever is added to the opening."""

OFFICES = ("dao", "guardian", "court", "issuer")
HOLDERS = ("alice", "bob", "carol", "dave", "insider", "spammer", "flapper", "attacker")
SPARES = ("spare_a", "spare_b", "spare_c")

RESERVE_FEED = b"RESERVE-USD".ljust(32, b"\0")
RECOVERY_PERIOD = 7 * DAY
STOP_PERIOD = 10 * DAY
FURTHEST = 130 * DAY  # a loan ages in 120
FIRST_CASH = 10_000_000
FIRST_COINS = 40_000
SHARES = tuple(house * 256 + number for house in (1, 2) for number in range(1, 9))
SHARE_VALUE = 100_000 * COIN

TERMS = TreasuryTerms(gate=GateTerms(minBase=50_000 * COIN))


def terms_of(terms: TreasuryTerms, stop_period: int) -> tuple[object, ...]:
    """The model's terms as the constructor takes them."""
    gate, curve = terms.gate, terms.curve
    return (
        (gate.pauseAtBps, gate.resumeBelowBps, gate.dwellPeriod),
        gate.minBase,
        gate.halfLifePeriod,
        curve.first,
        curve.last,
        curve.top,
        terms.minRequest,
        terms.minReservePriceUsd,
        terms.minCashRatioBps,
        terms.minEquity,
        terms.payOutCapBps,
        terms.capRaisePeriod,
        stop_period,
    )


def deploy_money(
    engine: Engine, dao: str, terms: TreasuryTerms, *, decimals: int = 6, reserve_kind: str = "TestReserveToken"
) -> dict[str, Contract]:
    """All contracts by name. Treasury and ledger know each other from birth, so their addresses are tried out first."""
    hub = engine.deploy("AccessHub", dao, sender=dao)
    coin = engine.deploy("HomeDollar", hub, sender=dao)
    reserve = engine.deploy(reserve_kind, decimals, sender=dao)
    reader = engine.deploy("TestPriceReader", COIN, sender=dao)
    credentials = engine.deploy("CredentialRegistry", hub, RECOVERY_PERIOD, sender=dao)

    def treasury_and_ledger(ledger: str) -> tuple[Contract, Contract]:
        peers = (coin, reserve, reader, RESERVE_FEED, credentials, ledger, hub)
        treasury = engine.deploy("Treasury", hub, peers, terms_of(terms, STOP_PERIOD), sender=dao)
        return treasury, engine.deploy("LoanLedger", hub, treasury, sender=dao)

    with engine.rollback():
        _, ledger = treasury_and_ledger(ZERO_ADDRESS)
    treasury, loans = treasury_and_ledger(ledger.address)
    book = engine.deploy("TestLoanBook", loans, treasury, sender=dao)
    page = engine.deploy("TestMoneyPage", treasury, book, sender=dao)
    coin.setMinter(treasury, UNBOUNDED, sender=dao)
    loans.setBook(book, True, sender=dao)
    return {
        "hub": hub,
        "credentials": credentials,
        "coin": coin,
        "reserve": reserve,
        "reader": reader,
        "treasury": treasury,
        "loans": loans,
        "test_book": book,
        "page": page,
    }


def stage_money(engine: Engine, terms: TreasuryTerms = TERMS, *, decimals: int = 6) -> World:
    """A world before the opening."""
    engine.set_time(DEPLOYED_FROM)
    names = (*OFFICES, *HOLDERS, *SPARES)
    if len(names) > len(engine.accounts):
        raise ValueError(f"{len(names)} people play, but the engine has {len(engine.accounts)} accounts")
    address = dict(zip(names, engine.accounts, strict=False))
    contracts = deploy_money(engine, address["dao"], terms, decimals=decimals)
    roles = {Roles.ADMIN: address["dao"], Roles.GUARDIAN: address["guardian"], Roles.COURT: address["court"]}
    roles[Roles.ISSUER] = address["issuer"]
    _give_roles(contracts, address)
    engine.set_time(engine.now() + 60)
    setting = MoneyStageSetting(
        engine.chain_id,
        {name: contract.address for name, contract in contracts.items()},
        roles,
        RECOVERY_PERIOD,
        COIN,
        MoneySetting(terms, decimals, STOP_PERIOD),
    )
    wallets = [address[name] for name in (*HOLDERS, *SPARES)]
    cast = Cast(address, wallets, list(address.values()), {})
    port, model = Port(engine, contracts, address["dao"]), MoneyModel(setting, engine.now())
    return World(port, model, cast, furthest=FURTHEST, shares_seconds=True)


def _give_roles(contracts: dict[str, Contract], address: dict[str, str]) -> None:
    hub, dao = contracts["hub"], address["dao"]
    for role, holder in ((Roles.GUARDIAN, "guardian"), (Roles.COURT, "court"), (Roles.ISSUER, "issuer")):
        hub.grantRole(role, address[holder], 0, sender=dao)
    credentials, treasury = contracts["credentials"], contracts["treasury"]
    issuer_functions = ("issue", "renew", "revoke", "startRecovery", "cancelRecovery")
    selectors = [credentials.coders.function(name).selector for name in issuer_functions]
    hub.setTargetFunctionRole(credentials, selectors, Roles.ISSUER, sender=dao)
    stop = [treasury.coders.function("stop").selector]
    hub.setTargetFunctionRole(treasury, stop, Roles.GUARDIAN, sender=dao)


def open_money(world: World) -> World:
    """Everybody has cash and coins, twelve loans are drawn, equity is there; every sequence begins now."""
    w = world
    treasury = w.port.addresses["treasury"]
    for number, name in enumerate((*HOLDERS, *SPARES)):
        person = w.cast[name]
        must(w.act(person, "reserve", "mint", person, FIRST_CASH * 10**w.model.reserve.decimals))
        must(w.act(person, "reserve", "approve", treasury, UNLIMITED))
        must(w.act(person, "coin", "approve", treasury, UNLIMITED))
        if name in HOLDERS:
            owner_id = (1000 + number).to_bytes(32, "big")
            must(w.act(w.cast["issuer"], "credentials", "issue", person, owner_id, w.now + 3_000 * DAY, 840, 0))
            must(w.act(person, "treasury", "buy", FIRST_COINS * 10**w.model.reserve.decimals, 0, person))
    must(w.act(w.cast["alice"], "treasury", "contribute", 20_000 * 10**w.model.reserve.decimals))
    w.jump_to(w.now + 3 * 3_600)
    for number, share in enumerate(SHARES):
        must(w.act(w.cast["alice"], "test_book", "setValue", share, SHARE_VALUE))
        if number < 12:
            borrower, principal = w.cast[HOLDERS[number % len(HOLDERS)]], (20_000 + 3_000 * number) * COIN
            must(w.act(borrower, "test_book", "draw", share, principal, 600, principal // 60, borrower))
    w.jump_to(SEQUENCES_BEGIN)
    w.keep_as_opening()
    return w


def open_money_stage(engine: Engine) -> World:
    return open_money(stage_money(engine))
