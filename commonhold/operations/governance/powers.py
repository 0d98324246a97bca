"""Who can do what in the suite, with what delay, through whom: read from the chain.

Which functions ask for a right is found out by asking: a stranger's call to each of them is simulated, and its refusal
says which role it lacks. Who holds the rights is told by the contracts' events and views, which are those that the
proof of the deployment reads (`commonhold.recipe.proof`). Only the names of wallets are taken from the parameters.

Rights that a person has over what is his own (a house's manager over the house, an owner over his share) are none of
these: they come and go with every house and never reach another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eth_utils import keccak

from commonhold.engines.base import ZERO_ADDRESS, Contract, Engine, EngineError, Revert, decode_revert
from commonhold.engines.codec import checksum
from commonhold.recipe.deploy import Suite
from commonhold.recipe.governing import address_of
from commonhold.recipe.plan import Role
from commonhold.recipe.proof import DELEGATED_ACCOUNT, PUBLIC_ROLE, TIMELOCK_ROLES, Holding, examine

STRANGER = checksum(keccak(text="a stranger without rights")[12:])
OF_THE_HUB = "setAuthority"  # the hub alone calls it; its `updateAuthority` is the right
ANY_ARGUMENTS = bytes(32 * 64)
"""Zeros are arguments of every type: numbers and addresses of zero, lists and texts without a member."""

UNSEEN = (
    ("credentials", "revokeIssuedSince", "hub role ISSUER"),
    ("registry", "setDocument", "hub role REGISTRAR"),
    ("market", "resolve", "hub role MEDIATOR"),
    ("timelock", "updateDelay", "itself"),
)
"""Functions that look at something else before they ask for the right, so that no simulated call shows it."""

ROWS = {
    "coin minter": ("coin", "mint, burn"),
    "loan book": ("loans", "push loans, lend, take money"),
    "protocol holder": ("credentials", "receive shares without an issuer"),
    "certificate holder": ("certificate", "liens, sales, leases of approved shares"),
    "registry listener": ("registry", "be told of changes"),
    "certificate renderer": ("certificate", "draw the paper"),
    "valuation sale reporter": ("valuation", "report sales"),
    "escrow ballot": ("house_escrow", "payByBallot"),
    "loan desk market": ("desk", "draw its buyers' approved loans"),
}
"""Tables of contracts, by the proof's name of the place: whose table it is, and what a row gives."""


WAITING = ("timelock operation", "hub operation", "treasury payout cap")


@dataclass(frozen=True)
class Power:
    """What `holder` can do to `target` (a contract of the suite), `delay` seconds after he wished it."""

    holder: str
    who: str
    through: str
    target: str
    what: str
    delay: int = 0

    @property
    def functions(self) -> tuple[str, ...]:
        return tuple(self.what.split(", "))


@dataclass(frozen=True)
class Gate:
    """A function that not everybody may call, and the right that it asks for."""

    contract: str
    function: str
    right: str
    at_once: bool = False  # membership is enough, whatever delay it was granted with


@dataclass(frozen=True)
class Powers:
    """Everything that the chain tells of rights."""

    suite: Suite
    powers: tuple[Power, ...]
    holdings: tuple[Holding, ...]
    timelock_delay: int
    vote_period: int  # from a proposal to the end of its vote
    is_handed_over: bool

    def held_by(self, address: str) -> list[Power]:
        return [power for power in self.powers if power.holder == address]

    @property
    def waiting(self) -> list[Holding]:
        """What was decided or ordered and is not done yet, and may never be."""
        return [held for held in self.holdings if held.place in WAITING]

    def through(self, right: str) -> set[str]:
        """Who holds a right."""
        return {power.holder for power in self.powers if power.through == right}


def read_powers(suite: Suite) -> Powers:
    """Read them from the suite's chain."""
    return _Reader(suite).read()


def is_external(engine: Engine, address: str) -> bool:
    """Whether somebody has a key to the address: it has no code, or borrowed code (EIP-7702)."""
    code = engine.code_at(address)
    return not code or code.startswith(DELEGATED_ACCOUNT)


class Names:
    """What people call an address: a contract by the plan's name, a wallet by the parameters' name of its office."""

    def __init__(self, suite: Suite) -> None:
        self.engine, self._names = suite.engine, dict[str, str]()
        parameters = suite.parameters
        for role in type(parameters.roles).model_fields:
            self._add(suite, role, parameters.value(f"roles.{role}"))
        self._add(suite, "proposal guardian", parameters.governance.proposal_guardian)
        self._add(suite, "voter", parameters.governance.accounts)
        self._add(suite, "node", parameters.oracle.nodes)
        self._add(suite, "mortgage company", parameters.fees.mortgage_company)
        for provider in parameters.fees.providers:
            self._add(suite, provider.name, provider.payee)
        for wallet, account in (parameters.local.wallets if parameters.local else {}).items():
            self._add(suite, wallet, account)
        self._add(suite, "deployer", suite.deployer)
        self._names |= {contract.address: key for key, contract in suite.contracts.items()}
        self._names[ZERO_ADDRESS] = "anyone"

    def _add(self, suite: Suite, name: str, accounts: Any) -> None:
        listed = accounts if isinstance(accounts, list) else [accounts]
        for number, account in enumerate(listed, 1):
            shown = name if len(listed) == 1 else f"{name} {number}"
            self._names.setdefault(address_of(suite, account), shown)

    def __call__(self, address: str) -> str:
        if address in self._names:
            return self._names[address]
        return "unknown wallet" if is_external(self.engine, address) else "unknown contract"


def gates_of(suite: Suite) -> list[Gate]:
    """Every function of the suite that refuses a stranger for want of a right."""
    found = [
        gate
        for key, contract in suite.contracts.items()
        for coder in contract.coders.functions.values()
        if not coder.is_view and (gate := _gate(suite, key, contract, coder))
    ]
    found += [Gate(key, name, right, at_once=True) for key, name, right in UNSEEN]
    return list(dict.fromkeys(found))


def refusal_of(engine: Engine, contract: Contract, selector: bytes, sender: str) -> Revert | None:
    """What a call with arguments of zeros would be refused for; None if it would be made."""
    try:
        engine.call_raw(contract.address, selector + ANY_ARGUMENTS, sender)
    except Revert as revert:
        return decode_revert(revert.data, contract.name) if revert.data else revert
    return None


def role_right(role: int) -> str:
    """The name of membership in a role of the hub."""
    if role == PUBLIC_ROLE:
        return "hub role of everybody"
    return f"hub role {Role(role).name if role in set(Role) else role}"


def timelock_right(role: bytes) -> str:
    return f"timelock role {TIMELOCK_ROLES.get(role, '0x' + role.hex())}"


def _gate(suite: Suite, key: str, contract: Contract, coder: Any) -> Gate | None:
    """The right for want of which a stranger's call is refused; None if it is refused for something else, or not."""
    try:
        refusal = refusal_of(suite.engine, contract, coder.selector, STRANGER)
    except EngineError:
        return None
    match (refusal.name, refusal.values) if refusal else ("", ()):
        case ("AccessManagedUnauthorized", (caller,)) if caller == STRANGER and coder.name != OF_THE_HUB:
            return Gate(key, coder.name, role_right(suite.hub.getTargetFunctionRole(contract.address, coder.selector)))
        case ("AccessManagerUnauthorizedAccount", (caller, role)) if caller == STRANGER:
            return Gate(key, coder.name, role_right(role))
        case ("MissingRole", (caller, role)) if caller == STRANGER:
            return Gate(key, coder.name, role_right(role), at_once=True)
        case ("AccessControlUnauthorizedAccount", (caller, role)) if caller == STRANGER:
            return Gate(key, coder.name, timelock_right(role))
        case ("TimelockUnauthorizedCaller" | "GovernorOnlyExecutor", (caller,)) if caller == STRANGER:
            return Gate(key, coder.name, "itself")
    return None


class _Reader:
    def __init__(self, suite: Suite) -> None:
        self.suite, self.names = suite, Names(suite)
        self.holdings = examine(suite, from_block=suite.from_block).holdings
        self.delay = suite.timelock.getMinDelay()
        governor = suite.governor
        self.vote = governor.votingDelay() + governor.votingPeriod()
        # Functions by right, and then by contract and whether the right acts at once.
        self.by_right: dict[str, dict[tuple[str, bool], list[str]]] = defaultdict(lambda: defaultdict(list))
        for gate in gates_of(suite):
            functions = self.by_right[gate.right][gate.contract, gate.at_once]
            if gate.function not in functions:
                functions.append(gate.function)

    def read(self) -> Powers:
        found = (*self._votes(), *self._members(), *self._itself(), *self._proposal_guardian(), *self._rows())
        proposers = {power.holder for power in found if power.through == "timelock role PROPOSER"}
        return Powers(
            self.suite,
            tuple(dict.fromkeys(found)),
            self.holdings,
            self.delay,
            self.vote,
            is_handed_over=self.suite.governor.address in proposers,
        )

    def _votes(self) -> Iterator[Power]:
        """Who votes with HOLD, with what part of it, and who has enough to propose."""
        hold, governor = self.suite.hold, self.suite.governor
        supply, threshold = hold.totalSupply(), governor.proposalThreshold()
        events = self.suite.engine.events(hold, "DelegateVotesChanged", from_block=self.suite.from_block)
        for voter in dict.fromkeys([event["delegate"] for event in events] + self._holders(hold)):
            votes, own = hold.getVotes(voter), hold.balanceOf(voter)
            if votes or own:
                asleep = "" if votes else " (asleep: not delegated)"
                part = f"{100 * max(votes, own) / supply:.2f} % of HOLD{asleep}"
                can = "propose, castVote" if max(votes, own) >= threshold else "castVote"
                yield self._power(voter, part, "governor", can, self.vote + self.delay)

    def _holders(self, hold: Contract) -> list[str]:
        events = self.suite.engine.events(hold, "Transfer", from_block=self.suite.from_block)
        return [event["to"] for event in events if event["to"] not in (ZERO_ADDRESS, self.suite.timelock.address)]

    def _members(self) -> Iterator[Power]:
        """Members of the hub's roles and of the timelock's."""
        hub = self.suite.hub
        for held in self.holdings:
            waits = self.delay if held.holder == self.suite.timelock.address else 0
            if held.place.startswith("hub role "):
                access = hub.getAccess(_role_number(held.place), held.holder)
                waits += min(access.currentDelay, access.pendingDelay) if access.effect else access.currentDelay
                yield from self._all_of(held.holder, held.place, waits)
            elif held.place.startswith("timelock role "):
                waits = 0 if held.place.endswith("CANCELLER") else self.delay
                yield from self._all_of(held.holder, held.place, waits)

    def _all_of(self, holder: str, right: str, delay: int) -> Iterator[Power]:
        functions = dict(self.by_right.get(right, {}))
        if right.startswith("timelock role "):
            # Not asked of anybody while everybody executes: no call shows it then.
            functions = {("timelock", False): list(_OF_TIMELOCK.get(right.rsplit(" ")[-1], ("(unknown role)",)))}
        if not functions:
            yield self._power(holder, right, "hub", "(membership alone)", delay)
        for (contract, at_once), names in functions.items():
            yield self._power(holder, right, contract, ", ".join(names), 0 if at_once else delay)

    def _itself(self) -> Iterator[Power]:
        """What only the timelock does because it is the timelock: its own delay, the governor's numbers."""
        for (contract, _), names in self.by_right.get("itself", {}).items():
            yield self._power(self.suite.timelock.address, "itself", contract, ", ".join(names), self.delay)

    def _proposal_guardian(self) -> Iterator[Power]:
        guardian = self.suite.governor.proposalGuardian()
        if guardian != ZERO_ADDRESS:
            yield self._power(guardian, "proposal guardian", "governor", "cancel, cancelPinned")

    def _rows(self) -> Iterator[Power]:
        """Rows of tables, nodes and payees."""
        for held in self.holdings:
            if held.place in ROWS and held.holder != ZERO_ADDRESS:
                target, what = ROWS[held.place]
                what = f"{what} ({held.detail})" if held.detail else what
                yield self._power(held.holder, f"row: {held.place}", target, what)
            elif held.place.startswith("aggregator node ") and held.place != "aggregator node set":
                yield self._power(held.holder, "node", "aggregator", "sign reports, with a quorum")
            elif held.place.startswith("splitter payee of "):
                yield self._power(held.holder, f"row: {held.place[9:]}", "splitter", "pull its part of fees")

    def _power(self, holder: str, through: str, target: str, what: str, delay: int = 0) -> Power:
        return Power(holder, self.names(holder), through, target, what, delay)


_OF_TIMELOCK = {
    "PROPOSER": ("schedule", "scheduleBatch"),
    "CANCELLER": ("cancel",),
    "EXECUTOR": ("execute", "executeBatch"),
    "DEFAULT_ADMIN": ("grantRole", "revokeRole"),
}


def _role_number(place: str) -> int:
    """The role of the proof's "hub role NAME" or "hub role role 77"."""
    name = place.rsplit(" ", 1)[-1]
    if name == "everybody":
        return PUBLIC_ROLE
    return int(name) if name.isdecimal() else Role[name]
