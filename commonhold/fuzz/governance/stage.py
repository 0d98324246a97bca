"""Put governance on an engine, on top of the market, with its model beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

from commonhold.engines import InProcessEngine
from commonhold.engines.base import Contract
from commonhold.fuzz.governance.opening import open_governance
from commonhold.fuzz.governance.scene import (
    ALLOTTED,
    BALLOT_RULES,
    COOL_DOWN,
    COUNCIL,
    EXTRAS,
    FLOOR,
    LATE_EXTENSION,
    PROPOSAL_GUARDIAN,
    QUORUM_BPS,
    SUPPLY,
    THRESHOLD,
    TIMELOCK_DELAY,
    VOTING_DELAY,
    VOTING_PERIOD,
)
from commonhold.fuzz.governance.world import GovernedWorld
from commonhold.fuzz.lending.stage import DEPLOYED_FROM, FURTHEST, STOP_PERIOD, ChainInstalments, Laid, lay_lending
from commonhold.fuzz.market.scene import BALLOT, ESCROW_RULES, LEASE_RULES
from commonhold.fuzz.market.stage import (
    EXTRAS as MARKET_EXTRAS,
)
from commonhold.fuzz.market.stage import (
    MARKET_TERMS,
    TOKEN_DECIMALS,
    ChainPrints,
    deploy_market,
    write_market_rows,
)
from commonhold.fuzz.port import Port, Sent
from commonhold.fuzz.world import World
from commonhold.model.access import Roles
from commonhold.model.core import ZERO_WORD, Call
from commonhold.model.governance.suite import GovernanceModel, GovernanceSetting
from commonhold.model.governance.terms import GovernorTerms
from commonhold.model.market.prints import Prints
from commonhold.model.market.suite import MarketSetting

BATCHES = {
    "governor": ("propose", "queue", "execute", "cancel", "cancelPinned", "getProposalId", "roundOf"),
    "timelock": ("scheduleBatch", "executeBatch"),
}
"""What takes lists of calls."""


class GovernancePort(Port):
    """Knows lists of calls, and lets code change as no call of the suite can."""

    engine: InProcessEngine

    def __init__(self, engine: InProcessEngine, contracts: Mapping[str, Contract], porter: str) -> None:
        super().__init__(engine, contracts, porter)
        gadget = self.addresses["gadget"]
        self._codes = {gadget: engine.code_at(gadget)}

    def encode(self, contract: str, function: str, arguments: tuple[Any, ...]) -> bytes:
        if contract == "nature":
            return b""
        return super().encode(contract, function, self._wire(contract, function, arguments))

    def view(self, contract: str, function: str, *arguments: Any) -> Any:
        return super().view(contract, function, *self._wire(contract, function, arguments))

    @staticmethod
    def _wire(contract: str, function: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """In place of calls their data."""
        if function not in BATCHES.get(contract, ()):
            return arguments
        targets, values, payloads, *more = arguments
        return (targets, values, tuple(p.data if isinstance(p, Call) else p for p in payloads), *more)

    def snapshot(self) -> Any:
        """With the code that was set: an engine need not take that back."""
        return super().snapshot(), dict(self._codes)

    def restore(self, snapshot: Any) -> None:
        state, codes = snapshot
        super().restore(state)
        for address, code in codes.items():
            self._set_code(address, code)

    def _set_code(self, address: str, code: bytes) -> None:
        if self._codes.get(address) != code:
            self.engine.set_code(address, code)
            self._codes[address] = code

    def send(self, call: Call, sender: str) -> Sent:
        if call.contract != "nature":
            return super().send(call, sender)
        address, code = call.arguments
        self._set_code(address, code)
        # Something has to happen in that second, or the chain's clock stands.
        word = super().encode("nature", "tell", (ZERO_WORD, 0, 0))
        super().send(Call("nature", call.target, "tell", (), word), self.porter)
        return Sent(None, ())


def deploy_governance(laid: Laid) -> None:
    """After all of the market's contracts, whose addresses stay what they were."""
    engine, found, address = laid.engine, laid.contracts, laid.address
    dao = address["dao"]

    def put(name: str, kind: str, *arguments: object) -> Contract:
        found[name] = engine.deploy(kind, *arguments, sender=dao)
        return found[name]

    timelock = put("timelock", "CouncilTimelock", TIMELOCK_DELAY, address[COUNCIL])
    holders = [address[name] for name in ALLOTTED]
    hold = put("hold", "GovernanceToken", found["hub"], SUPPLY, holders, list(ALLOTTED.values()), timelock)
    put("governor", "CommonholdGovernor", hold, timelock, astuple(governor_terms(laid)))
    peers = tuple(found[name] for name in ("credentials", "certificate", "house_escrow"))
    put("house_ballot", "HouseBallot", found["hub"], peers, astuple(BALLOT_RULES))
    put("gadget", "TestSwitch", found["hub"], STOP_PERIOD)
    put("nature", "TestOracle")


def governor_terms(laid: Laid) -> GovernorTerms:
    times = (VOTING_DELAY, VOTING_PERIOD, LATE_EXTENSION, COOL_DOWN)
    return GovernorTerms(*times, QUORUM_BPS, THRESHOLD, FLOOR, laid.address[PROPOSAL_GUARDIAN])


def write_governance_rows(laid: Laid) -> None:
    """What the market's machine leaves to the admin, and the real suite to the guardian."""
    contracts, dao = laid.contracts, laid.address["dao"]
    stop = contracts["registry"].coders.function("stopRegistration").selector
    contracts["hub"].setTargetFunctionRole(contracts["registry"], [stop], Roles.GUARDIAN, sender=dao)


def stage_governance(engine: InProcessEngine, deployed_from: int = DEPLOYED_FROM) -> World:
    """A world before the opening."""
    laid = lay_lending(engine, deployed_from, (*MARKET_EXTRAS, *EXTRAS))
    deploy_market(laid)
    write_market_rows(laid)
    deploy_governance(laid)
    made_at = engine.now()
    write_governance_rows(laid)
    engine.set_time(engine.now() + 60)
    port = GovernancePort(engine, laid.contracts, laid.address["dao"])
    port.puppets = {port.addresses[BALLOT]}
    market = MarketSetting(laid.setting(), MARKET_TERMS, TOKEN_DECIMALS, LEASE_RULES, ESCROW_RULES)
    setting = GovernanceSetting(
        market,
        council=laid.address[COUNCIL],
        timelock_delay=TIMELOCK_DELAY,
        allotted=allotted(laid),
        made_at=made_at,
        governor=governor_terms(laid),
        ballots=BALLOT_RULES,
        codes={contract.address: engine.code_at(contract.address) for contract in laid.contracts.values()},
    )
    instalments = ChainInstalments(laid.contracts["annuity"])
    model = GovernanceModel(setting, engine.now(), instalments, Prints(ChainPrints(port)))
    registry = model.registry.address
    model.hub.function_roles[registry, "stopRegistration"] = Roles.GUARDIAN
    return GovernedWorld(port, model, laid.cast(), furthest=FURTHEST, shares_seconds=True)


def allotted(laid: Laid) -> dict[str, int]:
    found = {laid.address[name]: votes for name, votes in ALLOTTED.items()}
    return {**found, laid.contracts["timelock"].address: SUPPLY - sum(found.values())}


def open_governance_stage(engine: InProcessEngine, deployed_from: int = DEPLOYED_FROM) -> World:
    return open_governance(stage_governance(engine, deployed_from))
