"""Put the market on an engine, on top of lending, with its model beside it."""

from __future__ import annotations

from dataclasses import astuple

from commonhold.engines.base import Contract, Engine
from commonhold.fuzz.lending.stage import (
    DEPLOYED_FROM,
    FURTHEST,
    STOP_PERIOD,
    ChainInstalments,
    Laid,
    lay_lending,
)
from commonhold.fuzz.market.opening import open_market
from commonhold.fuzz.market.scene import BALLOT, ESCROW_RULES, LEASE_RULES
from commonhold.fuzz.port import PUPPET, Port
from commonhold.fuzz.world import World
from commonhold.model.access import Roles
from commonhold.model.certificate import Rights
from commonhold.model.core import Call
from commonhold.model.market.prints import Prints, State
from commonhold.model.market.suite import FUNCTION_ROLES, MarketModel, MarketSetting
from commonhold.model.market.terms import MarketTerms

MEDIATORS = ("mediator", "second_mediator")
EXTRAS = (*MEDIATORS, "second_manager")
TOKEN_DECIMALS = {"token": 8, "odd_token": 19}
"""Tokens besides coin and reserve; the last has more decimals than can be counted with."""

MARKET_TERMS = MarketTerms()


class ChainPrints:
    """The chain's own fingerprints. It is asked in the second in which the share is what it is, and left as it was."""

    def __init__(self, port: Port) -> None:
        self._port = port

    def __call__(self, share_id: int, state: State, second: int) -> bytes:
        port = self._port
        arguments = (share_id,)
        data = port.encode("certificate", "getStateFingerprint", arguments)
        call = Call("certificate", port.addresses["certificate"], "getStateFingerprint", arguments, data)
        before = port.snapshot()
        try:
            port.set_time(second)
            found: bytes = port.send(call, port.porter).result
            return found
        finally:
            port.restore(before)


def deploy_market(laid: Laid) -> None:
    """The market's contracts, after all of lending's, whose addresses stay what they were."""
    engine, found, dao = laid.engine, laid.contracts, laid.address["dao"]

    def put(name: str, kind: str, *arguments: object) -> Contract:
        found[name] = engine.deploy(kind, *arguments, sender=dao)
        return found[name]

    def peers(*names: str) -> tuple[Contract, ...]:
        return tuple(found[name] for name in names)

    of_market = (
        "credentials",
        "registry",
        "certificate",
        "valuation",
        "oracle",
        "coin",
        "treasury",
        "splitter",
        "desk",
    )
    of_leases = ("credentials", "registry", "certificate", "valuation", "treasury", "coin", "splitter")
    for name, decimals in TOKEN_DECIMALS.items():
        put(name, "TestListedToken", decimals)
    put("market", "ShareMarket", found["hub"], peers(*of_market), astuple(MARKET_TERMS), STOP_PERIOD)
    put("lease_to_buy", "LeaseToBuy", found["hub"], peers(*of_leases), astuple(LEASE_RULES), STOP_PERIOD)
    of_purses = peers("credentials", "registry", "coin", "splitter")
    put("house_escrow", "HouseEscrow", found["hub"], of_purses, astuple(ESCROW_RULES))
    put(BALLOT, PUPPET)


def write_market_rows(laid: Laid) -> None:
    contracts, dao = laid.contracts, laid.address["dao"]
    market, lease = contracts["market"], contracts["lease_to_buy"]
    for name, by_role in FUNCTION_ROLES.items():
        for role, functions in by_role.items():
            selectors = [contracts[name].coders.function(function).selector for function in functions]
            contracts["hub"].setTargetFunctionRole(contracts[name], selectors, role, sender=dao)
    for name in MEDIATORS:
        contracts["hub"].grantRole(Roles.MEDIATOR, laid.address[name], 0, sender=dao)
    laid.roles[Roles.MEDIATOR] = tuple(laid.address[name] for name in MEDIATORS)
    contracts["certificate"].setHolder(market, tuple(Rights(maySell=True)), sender=dao)
    contracts["certificate"].setHolder(lease, tuple(Rights(mayLease=True)), sender=dao)
    contracts["desk"].setMarket(market, True, sender=dao)
    for reporter in (market, lease):
        contracts["valuation"].setSaleReporter(reporter, True, sender=dao)


def stage_market(engine: Engine, deployed_from: int = DEPLOYED_FROM) -> World:
    """A world before the opening."""
    laid = lay_lending(engine, deployed_from, EXTRAS)
    deploy_market(laid)
    write_market_rows(laid)
    engine.set_time(engine.now() + 60)
    port = Port(engine, laid.contracts, laid.address["dao"])
    port.puppets = {port.addresses[BALLOT]}
    setting = MarketSetting(laid.setting(), MARKET_TERMS, TOKEN_DECIMALS, LEASE_RULES, ESCROW_RULES)
    instalments = ChainInstalments(laid.contracts["annuity"])
    model = MarketModel(setting, engine.now(), instalments, Prints(ChainPrints(port)))
    return World(port, model, laid.cast(), furthest=FURTHEST, shares_seconds=True)


def open_market_stage(engine: Engine, deployed_from: int = DEPLOYED_FROM) -> World:
    return open_market(stage_market(engine, deployed_from))
