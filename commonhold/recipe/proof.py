"""Who holds what after a deployment, read from the chain alone (T43).

The candidates come from the contracts' events, what they hold now from their views: the plan is not asked. `examine`
returns everything found, right or wrong; `prove` raises if anything is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eth_utils import keccak

from commonhold.engines.base import ZERO_ADDRESS, Contract, Engine, Event, coders
from commonhold.recipe.deploy import Suite
from commonhold.recipe.plan import Role

PUBLIC_ROLE = 2**64 - 1  # AccessManager: everybody holds it
DELEGATED_ACCOUNT = b"\xef\x01\x00"  # EIP-7702: an external account that borrows code
TIMELOCK_ROLES = {
    bytes(32): "DEFAULT_ADMIN",
    keccak(text="PROPOSER_ROLE"): "PROPOSER",
    keccak(text="EXECUTOR_ROLE"): "EXECUTOR",
    keccak(text="CANCELLER_ROLE"): "CANCELLER",
}


@dataclass(frozen=True)
class Holding:
    """A right that somebody holds. `fault` names the rule it breaks, empty if none."""

    place: str
    holder: str
    who: str
    detail: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Proof:
    """Everything that anybody holds in the suite."""

    holdings: tuple[Holding, ...]

    @property
    def faults(self) -> list[Holding]:
        return [holding for holding in self.holdings if holding.fault]


class ProofFailed(Exception):
    """Somebody holds what nobody of his kind may. `faults` has the names of the broken rules."""

    def __init__(self, proof: Proof) -> None:
        self.proof = proof
        self.faults = sorted({holding.fault for holding in proof.faults})
        super().__init__(
            "\n".join(
                f"{fault.fault}: {fault.place} is held by {fault.holder} ({fault.who}) {fault.detail}".rstrip()
                for fault in proof.faults
            )
        )


def prove(suite: Suite) -> Proof:
    """Raise ProofFailed unless the deployer holds nothing and nobody holds what only contracts may."""
    proof = examine(suite)
    if proof.faults:
        raise ProofFailed(proof)
    return proof


def examine(suite: Suite, *, from_block: int = 0) -> Proof:
    """Everything that anybody holds, each with the rule it breaks, if any."""
    return Proof(tuple(_Examiner(suite, from_block).holdings()))


class _Examiner:
    def __init__(self, suite: Suite, from_block: int) -> None:
        self.suite, self.from_block = suite, from_block
        self.engine: Engine = suite.engine
        self.names = {contract.address: key for key, contract in suite.contracts.items()}

    def holdings(self) -> Iterator[Holding]:
        yield from self._role_holders()
        yield from self._role_keepers()
        yield from self._function_roles()
        yield from self._authorities()
        yield from self._timelock()
        yield from self._minters()
        yield from self._encumbrance_holders()
        yield from self._single_rows()

    # ------------------------------------------------------------------------------------------------------- people

    def _role_holders(self) -> Iterator[Holding]:
        hub = self.suite.hub
        granted = {(event["roleId"], event["account"]) for event in self._events(hub, "RoleGranted")}
        for role, account in sorted(granted):
            is_member, delay = hub.hasRole(role, account)
            if not is_member:
                continue
            fault = ""
            if account == self.suite.deployer:
                fault = "deployer-holds-role"
            elif role == Role.ADMIN and account != self.suite.timelock.address:
                fault = "admin-besides-timelock"
            elif role == Role.COURT and not delay:
                fault = "court-without-delay"
            yield self._holding(f"hub role {_role_name(role)}", account, f"delay {delay} s" if delay else "", fault)

    def _role_keepers(self) -> Iterator[Holding]:
        """Who may grant a role, and who may cancel its holders' scheduled calls: the admin in both cases."""
        for role in Role:
            for view, fault in (("getRoleAdmin", "role-with-own-admin"), ("getRoleGuardian", "role-with-own-guardian")):
                keeper = self.engine.call(self.suite.hub, view, role)
                if keeper != Role.ADMIN:
                    place = f"hub {view} of {role.name}"
                    yield Holding(place, _role_name(keeper), "a role", "", fault)

    def _function_roles(self) -> Iterator[Holding]:
        hub = self.suite.hub
        given = {(event["target"], event["selector"]) for event in self._events(hub, "TargetFunctionRoleUpdated")}
        for target, selector in sorted(given):
            role = hub.getTargetFunctionRole(target, selector)
            place = f"{self._who(target)}.{self._function(target, selector)}"
            fault = "function-open-to-all" if role == PUBLIC_ROLE else ""
            yield Holding(place, _role_name(role), "a role", "", fault)

    def _authorities(self) -> Iterator[Holding]:
        hub = self.suite.hub.address
        for key, contract in self.suite.contracts.items():
            if "authority" in coders(contract.name).functions:
                authority = contract.authority()
                yield self._holding(f"{key} authority", authority, "", "" if authority == hub else "foreign-authority")

    def _timelock(self) -> Iterator[Holding]:
        timelock = self.suite.timelock
        granted = {(event["role"], event["account"]) for event in self._events(timelock, "RoleGranted")}
        for role, account in sorted(granted):
            if not timelock.hasRole(role, account):
                continue
            name = TIMELOCK_ROLES.get(role, f"0x{role.hex()}")
            fault = ""
            if account == self.suite.deployer:
                fault = "deployer-in-timelock"
            elif name == "DEFAULT_ADMIN" and account != timelock.address:
                fault = "timelock-with-foreign-admin"
            yield self._holding(f"timelock role {name}", account, f"delay {timelock.getMinDelay()} s", fault)

    # ------------------------------------------------------------------------------------------------------- tables

    def _minters(self) -> Iterator[Holding]:
        coin = self.suite.coin
        for minter in sorted({event["minter"] for event in self._events(coin, "MinterSet")}):
            row = coin.minterOf(minter)
            if row.cap or row.level:
                fault = "external-minter" if self._is_external(minter) and not self._may_mint(minter, row.cap) else ""
                yield self._holding("coin minter", minter, f"cap {row.cap / 10**18:,.0f} HMD", fault)

    def _may_mint(self, minter: str, cap: int) -> bool:
        """The council, on the local chain alone and within the cap that the parameters name."""
        local = self.suite.parameters.local
        if local is None:
            return False
        council = self.suite.parameters.roles.council
        address = self.engine.accounts[council] if isinstance(council, int) else council
        return minter == address and cap <= local.council_minter_cap

    def _encumbrance_holders(self) -> Iterator[Holding]:
        certificate = self.suite.certificate
        for holder in sorted({event["holder"] for event in self._events(certificate, "HolderSet")}):
            rights = certificate.holderRights(holder)
            if any(rights):
                named = [name for name, right in rights._asdict().items() if right]
                fault = "external-holder" if self._is_external(holder) else ""
                yield self._holding("certificate holder", holder, ", ".join(named), fault)

    def _single_rows(self) -> Iterator[Holding]:
        for place, holder in (
            ("registry listener", self.suite.registry.listener()),
            ("certificate renderer", self.suite.certificate.renderer()),
        ):
            fault = "external-row" if holder != ZERO_ADDRESS and self._is_external(holder) else ""
            yield self._holding(place, holder, "", fault)

    # ------------------------------------------------------------------------------------------------------ helpers

    def _events(self, contract: Contract, name: str) -> list[Event]:
        return self.engine.events(contract, name, from_block=self.from_block)

    def _is_external(self, address: str) -> bool:
        code = self.engine.code_at(address)
        return not code or code.startswith(DELEGATED_ACCOUNT)

    def _who(self, address: str) -> str:
        if address in self.names:
            return self.names[address]
        if address == ZERO_ADDRESS:
            return "anyone"
        return "external account" if self._is_external(address) else "other contract"

    def _holding(self, place: str, holder: str, detail: str = "", fault: str = "") -> Holding:
        if not fault and holder == self.suite.deployer:
            fault = "deployer-holds-row"
        return Holding(place, holder, self._who(holder), detail, fault)

    def _function(self, target: str, selector: bytes) -> str:
        name = self.engine.name_of(target)
        for coder in coders(name).functions.values() if name else ():
            if coder.selector == selector:
                return coder.name
        return f"0x{selector.hex()}"


def _role_name(role: int) -> str:
    if role == PUBLIC_ROLE:
        return "everybody"
    return Role(role).name if role in set(Role) else f"role {role}"
