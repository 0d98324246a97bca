"""The audit of roles: what the chain says of everybody's rights, against the plan and the parameters.

It finds more than the proof of the deployment, which asks whether somebody holds what nobody of his kind may: here a
right that is not in the plan is a fault even where its kind is harmless, and so is one that is missing, and another
delay or another number of the governor. What the DAO changes on purpose has to be written into the parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from commonhold.engines.base import ZERO_ADDRESS
from commonhold.operations.governance.dao import HOLD
from commonhold.operations.governance.powers import Names, Powers, is_external, read_powers, role_right
from commonhold.recipe.deploy import Deployment, Suite
from commonhold.recipe.governing import address_of, role_holder
from commonhold.recipe.plan import GOVERNOR_TERMS, PLAN, Param, Ref, Role

TABLES = {
    ("coin", "setMinter"): "coin minter",
    ("loans", "setBook"): "loan book",
    ("certificate", "setHolder"): "certificate holder",
    ("valuation", "setSaleReporter"): "valuation sale reporter",
    ("desk", "setMarket"): "loan desk market",
    ("house_escrow", "setBallot"): "escrow ballot",
    ("credentials", "setProtocolHolder"): "protocol holder",
    ("registry", "setListener"): "registry listener",
}
"""Setters of the plan whose first argument gets the row, and the proof's name of that place."""

GOVERNOR_VIEWS = {
    "voting_delay": "votingDelay",
    "voting_period": "votingPeriod",
    "late_extension": "lateQuorumVoteExtension",
    "cool_down": "coolDown",
    "quorum": "quorumNumerator",
    "threshold_votes": "proposalThreshold",
    "quorum_floor": "quorumFloor",
    "proposal_guardian": "proposalGuardian",
}
"""Views of the governor by the parameter that says what they should tell."""

STEERING = ("PROPOSER", "CANCELLER", "EXECUTOR")


@dataclass(frozen=True, order=True)
class Finding:
    """Something that is not as planned. `rule` is the name by which it fails."""

    rule: str
    place: str
    who: str
    holder: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.place}: {self.who} ({self.holder}): {self.found}; expected {self.expected}"


@dataclass(frozen=True)
class Audit:
    """Powers as the chain tells them, and what of them is wrong."""

    powers: Powers
    findings: tuple[Finding, ...]

    @property
    def rules(self) -> list[str]:
        """The names of the broken rules."""
        return sorted({finding.rule for finding in self.findings})


def audit(suite: Suite) -> Audit:
    """Read everybody's powers, and compare them with the plan."""
    powers = read_powers(suite)
    return Audit(powers, tuple(sorted(set(_Auditor(powers).findings()))))


class _Auditor:
    def __init__(self, powers: Powers) -> None:
        self.powers, self.suite = powers, powers.suite
        self.names = Names(self.suite)
        self.run = Deployment(
            self.suite.engine, self.suite.parameters, self.suite.deployer, factory=self.suite.factory.address
        )
        self.council = role_holder(self.suite, "council")

    def findings(self) -> Iterator[Finding]:
        """Each fault once, under the name that says most: the proof's, then the plan's, then that it is a wallet's."""
        named: set[tuple[str, str]] = set()
        for found in ([*self._proof()], [*self._plan()], [*self._external()]):
            yield from (one for one in found if (one.holder, one.place) not in named)
            named |= {(one.holder, one.place) for one in found}

    def _plan(self) -> Iterator[Finding]:
        yield from self._roles()
        yield from self._timelock()
        yield from self._governor()
        yield from self._own_votes()
        yield from self._rows()

    def _proof(self) -> Iterator[Finding]:
        """What the proof of the deployment finds wrong."""
        for held in self.powers.holdings:
            if held.fault:
                name = self.names(held.holder) if held.holder.startswith("0x") else held.who
                detail = held.detail or "holds it"
                yield Finding(held.fault, held.place, name, held.holder, detail, "nothing of the kind")

    # ------------------------------------------------------------------------------------------------------ the hub

    def _roles(self) -> Iterator[Finding]:
        """Members of the hub's roles, each with the delay of the plan."""
        planned = self._planned_members()
        found = self._members()
        for role in sorted({role for role, _ in planned.keys() | found.keys()}):
            place = role_right(role)
            for account in sorted({one for number, one in planned.keys() | found.keys() if number == role}):
                expected, delay = planned.get((role, account)), found.get((role, account))
                if expected is None and delay is not None:
                    yield self._finding("role-besides-plan", place, account, f"delay {delay} s", "no such member")
                elif expected is not None and delay is None:
                    yield self._finding("role-missing", place, account, "not a member", f"delay {expected} s")
                elif expected is not None and delay is not None and delay != expected:
                    rule = "role-with-short-delay" if delay < expected else "role-with-long-delay"
                    yield self._finding(rule, place, account, f"delay {delay} s", f"delay {expected} s")

    def _planned_members(self) -> dict[tuple[int, str], int]:
        planned: dict[tuple[int, str], int] = {(Role.ADMIN, self.suite.timelock.address): 0}
        for grant in PLAN.grants:
            for account in self.run.resolve(grant.holders):
                planned[grant.role, account] = self.run.resolve(grant.delay)
        return planned

    def _members(self) -> dict[tuple[int, str], int]:
        """Members now and to be; with a delay that is to change, the shorter one."""
        hub, engine = self.suite.hub, self.suite.engine
        found: dict[tuple[int, str], int] = {}
        granted = engine.events(hub, "RoleGranted", from_block=self.suite.from_block)
        for role, account in {(event["roleId"], event["account"]) for event in granted}:
            access = hub.getAccess(role, account)
            if access.since:
                delay = min(access.currentDelay, access.pendingDelay) if access.effect else access.currentDelay
                found[role, account] = delay
        return found

    # ----------------------------------------------------------------------------------- the timelock and the governor

    def _timelock(self) -> Iterator[Finding]:
        """Who steers the timelock: the council with everybody executing, or the governor alone; and its delay."""
        steering = self.suite.governor.address if self.powers.is_handed_over else self.council
        planned = {f"timelock role {role}": {steering} for role in STEERING}
        if not self.powers.is_handed_over:
            planned["timelock role EXECUTOR"] = {ZERO_ADDRESS}
        planned["timelock role DEFAULT_ADMIN"] = {self.suite.timelock.address}
        rights = {power.through for power in self.powers.powers if power.through.startswith("timelock role ")}
        for right in sorted(rights | planned.keys()):
            held, expected = self.powers.through(right), planned.get(right, set())
            for account in sorted(held - expected):
                wanted = ", ".join(self.names(one) for one in sorted(expected)) or "nobody"
                yield self._finding("timelock-role-besides-plan", right, account, "holds it", wanted)
            for account in sorted(expected - held):
                yield self._finding("timelock-role-missing", right, account, "does not hold it", "its holder")
        delay, wanted_delay = self.powers.timelock_delay, self.suite.parameters.dao.timelock_delay
        if delay > wanted_delay:  # a shorter one is the proof's fault of everybody in the timelock
            rule, timelock = "timelock-with-long-delay", self.suite.timelock.address
            yield self._finding(rule, "timelock delay", timelock, f"{delay} s", f"{wanted_delay} s")

    def _governor(self) -> Iterator[Finding]:
        governor = self.suite.governor
        for term in GOVERNOR_TERMS:
            name = term.path.rsplit(".", 1)[-1]
            found, expected = getattr(governor, GOVERNOR_VIEWS[name])(), self.run.resolve(term)
            if name == "quorum":  # the parameter counts hundredths of a percent, and so does the governor
                found = found * 10_000 // governor.quorumDenominator()
            if found != expected and name == "proposal_guardian":
                rule = "proposal-guardian-unlike-plan"
                yield self._finding(rule, "proposal guardian", found, "cancels proposals", self.names(expected))
            elif found != expected:
                place = f"governor {GOVERNOR_VIEWS[name]}"
                yield self._finding("governor-unlike-plan", place, governor.address, str(found), str(expected))

    def _own_votes(self) -> Iterator[Finding]:
        """The DAO's own HOLD, which can be more than all others': who votes with it, and who may take it."""
        hold, timelock = self.suite.hold, self.suite.timelock.address
        voter = hold.delegates(timelock)
        if voter not in (ZERO_ADDRESS, timelock):
            votes = f"votes with {HOLD.show(hold.balanceOf(timelock))}"
            yield self._finding("votes-of-the-timelock", "delegate of the timelock", voter, votes, "nobody")
        approvals = self.suite.engine.events(hold, "Approval", from_block=self.suite.from_block)
        for spender in sorted({event["spender"] for event in approvals if event["owner"] == timelock}):
            if allowance := hold.allowance(timelock, spender):
                amount = f"may take {HOLD.show(allowance)}"
                yield self._finding("votes-of-the-timelock", "HOLD of the timelock", spender, amount, "no allowance")

    # ---------------------------------------------------------------------------------------------------------- rows

    def _rows(self) -> Iterator[Finding]:
        """Rows of tables: all of the plan's, and none besides."""
        planned: dict[str, set[str]] = {place: set() for place in TABLES.values()}
        for row in self.run.rows:
            place = TABLES.get((row.contract, row.setter))
            subject = row.args[0]
            if place is not None and isinstance(subject, Ref):
                planned[place].add(self.run.resolve(subject))
            contract = self.run.handle(row.contract)
            shown = getattr(contract, row.view)(*(self.run.resolve(arg) for arg in row.view_args))
            found = shown if row.field is None else getattr(shown, row.field)
            expected = self.run.resolve(row.expected)
            if found != expected:
                where = f"row: {place or f'{row.contract}.{row.setter}'}"
                holder = self.run.resolve(subject) if isinstance(subject, Ref) else contract.address
                yield self._finding("row-unlike-plan", where, holder, f"{row.view} {found}", str(expected))
        for power in self.powers.powers:
            place = power.through.removeprefix("row: ")
            if place in planned and power.holder not in planned[place]:
                yield self._finding("row-besides-plan", power.through, power.holder, power.what, "no such row")

    # ------------------------------------------------------------------------------------------------------ wallets

    def _external(self) -> Iterator[Finding]:
        """Wallets, which somebody has a key to, with a power that the parameters give to no wallet like theirs."""
        allowed = self._wallets()
        for power in self.powers.powers:
            if "% of HOLD" in power.through:
                continue  # votes are bought and sold
            if power.holder == ZERO_ADDRESS or not is_external(self.suite.engine, power.holder):
                continue
            if (power.through, power.holder) not in allowed:
                rule = "external-account-with-power"
                yield self._finding(rule, power.through, power.holder, f"{power.target}: {power.what}", "no wallet")

    def _wallets(self) -> set[tuple[str, str]]:
        """Powers that the parameters give to wallets."""
        suite, parameters = self.suite, self.suite.parameters
        allowed = {(role_right(role), account) for role, account in self._planned_members()}
        if not self.powers.is_handed_over:
            allowed |= {(f"timelock role {role}", self.council) for role in ("PROPOSER", "CANCELLER")}
        allowed.add(("proposal guardian", self.run.resolve(Param("governance.proposal_guardian"))))
        allowed |= {("node", account) for account in self.run.resolve(Param("oracle.nodes"))}
        allowed.add(("row: payee of the mortgage company", address_of(suite, parameters.fees.mortgage_company)))
        if parameters.fees.dao is not None:
            allowed.add(("row: payee of the DAO", address_of(suite, parameters.fees.dao)))
        for provider in parameters.fees.providers:
            allowed.add((f"row: payee of the provider {provider.name}", address_of(suite, provider.payee)))
        return allowed

    def _finding(self, rule: str, place: str, holder: str, found: str, expected: str) -> Finding:
        return Finding(rule, place, self.names(holder), holder, found, expected)
