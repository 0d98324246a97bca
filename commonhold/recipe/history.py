"""What was done to a suite until its deployer let go of it, transaction by transaction.

Until the handover the deployer may do anything, and undo it so that no table shows it: put nodes of his own in office
and let them report, mint, register. So whatever left an event in any contract of the suite must be a transaction of the
plan: sent by the deployer, with the plan's arguments. Creations are among them, with the constructors' arguments; that
settles every immutable, and whatever else a constructor could have written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from commonhold import build
from commonhold.engines.base import Contract, Event, Sent, coders
from commonhold.engines.codec import CodecError
from commonhold.recipe.deploy import Deployment, Step, Suite
from commonhold.recipe.plan import Given, InitCode, Member, Param, Role, Value

ANYBODYS = frozenset(
    {
        ("coin", "Approval"),
        ("coin", "AuthorizationCanceled"),
        ("coin", "Transfer"),  # of nothing, or bought: whoever else can mint has a row that the plan does not know
        ("certificate", "ApprovalForAll"),
        ("factory", "Deployed"),  # at an address of the sender's own
        ("feed_factory", "FeedCreated"),
        ("reader", "ValueRecorded"),
        ("reserve", "Approval"),
        ("reserve", "Transfer"),
        ("treasury", "Bought"),
        ("treasury", "BurnedIntoEquity"),
        ("treasury", "Claimed"),
        ("treasury", "Contributed"),
        ("treasury", "DemandPaused"),
        ("treasury", "DemandResumed"),
        ("treasury", "Finalised"),
        ("treasury", "OperatorSet"),
        ("treasury", "Redeemed"),
        ("treasury", "RedeemRequest"),
        ("treasury", "Skimmed"),
        ("splitter", "Skimmed"),
        ("rates", "RateCheckpointed"),
    }
)
"""Events that strangers can cause in an empty suite, and that give nobody what he did not pay for."""

CHANGEABLE = (
    "roles",
    "court.forced_transfer_delay",
    "dao.timelock_delay",
    "oracle.nodes",
    "oracle.max_faulty",
    "oracle.index",
    "reserve.price",
    "gate.pause_at",
    "gate.resume_below",
    "gate.dwell",
    "equity.pay_out_cap",
    "fees.mortgage_company",
    "fees.dao",
    "fees.providers",
    "governance.voting_delay",
    "governance.voting_period",
    "governance.late_extension",
    "governance.quorum",
    "governance.threshold_votes",
    "governance.proposal_guardian",
)
"""Parameters that the DAO can change. Once it has called their contract, the file may say otherwise than at the
deployment; what is in force then is for the rest of the proof to judge."""


@dataclass(frozen=True)
class Deed:
    """A transaction that is not the plan's."""

    transaction: str
    sender: str
    what: str


class History:
    """All that happened to a suite until the handover. `events` gives those of a contract."""

    def __init__(self, suite: Suite, events: Callable[[Contract], list[Event]]) -> None:
        self.suite, self._events = suite, events
        self.run = Deployment(suite.engine, suite.parameters, suite.deployer, factory=suite.factory.address)
        self.end = self._handover()
        self._changed = {
            event["target"]
            for event in events(suite.timelock)
            if event.name == "CallExecuted" and event.block > self.end
        }
        self._steps: dict[tuple[str, bytes], list[Step]] = {}  # by contract and selector
        for step in self.run.steps():
            if step.function:
                contract = self.run.handle(step.contract)
                selector = contract.coders.function(step.function).selector
                self._steps.setdefault((contract.address, selector), []).append(step)

    def _handover(self) -> int:
        """The block in which the deployer stopped being the hub's admin; the latest one if he still is."""
        for event in self._events(self.suite.hub):
            if event.name == "RoleRevoked" and event.args == {"roleId": Role.ADMIN, "account": self.suite.deployer}:
                return event.block
        return self.suite.engine.block_number()

    def unseen(self) -> Iterator[str]:
        """Contracts whose creation is not among the events: they were created elsewhere, or before those begin."""
        created = {event["deployed"] for _, event in self._creations()}
        for entry in self.run.entries:
            contract = self.suite.contracts.get(entry.key)
            if contract is None or contract.address not in created:
                yield entry.key

    def deeds(self) -> Iterator[Deed]:
        """Transactions up to the handover, and creations at any time, that are not the plan's."""
        found: dict[str, list[tuple[str, str]]] = {}
        for key, event in [*self._early_events(), *self._creations()]:
            found.setdefault(event.tx_hash, []).append((key, event.name))
        for tx_hash, names in found.items():
            sent = self.suite.engine.transaction(tx_hash)
            unlike = self._unlike(sent)
            if unlike and not (sent.sender != self.suite.deployer and ANYBODYS.issuperset(names)):
                events = ", ".join(f"{key}.{name}" for key, name in dict.fromkeys(names))
                yield Deed(tx_hash, sent.sender, f"{unlike}: {events}")

    def _early_events(self) -> Iterator[tuple[str, Event]]:
        for key, contract in self.suite.contracts.items():
            for event in self._events(contract):
                if event.block <= self.end:
                    yield key, event

    def _creations(self) -> Iterator[tuple[str, Event]]:
        for event in self._events(self.suite.factory):
            if event.name == "Deployed" and event["deployed"] in self.run.addresses.values():
                yield "factory", event

    # ------------------------------------------------------------------------------------ transactions and the plan's

    def _unlike(self, sent: Sent) -> str:
        """What of a transaction is not as in the plan, by the step that comes nearest; empty if it is the plan's."""
        steps = self._steps.get((sent.to or "", sent.data[:4]), [])
        if sent.sender != self.suite.deployer or not steps:
            return "not in the plan"
        function = steps[0].function
        inputs = self.run.handle(steps[0].contract).coders.function(function).inputs
        try:
            found = inputs.decode(sent.data[4:])
        except CodecError:
            return f"{function} in other words than the plan's"
        nearest = min((list(self._differences(step, inputs.names, found)) for step in steps), key=len)
        return f"{function} with another {', '.join(nearest)} than the plan's" if nearest else ""

    def _differences(self, step: Step, names: Iterable[str], found: Iterable[Any]) -> Iterator[str]:
        """Names of the arguments that differ; of a creation's, those of the constructor."""
        is_changed = step.subject in self.suite.contracts and self.run.addresses.get(step.subject) in self._changed
        for value, name, shown in zip(step.values, names, found, strict=True):
            if isinstance(value, InitCode):
                yield from self._init_differences(step.subject, value, shown, is_changed)
            elif not self._agrees(value, shown, is_changed):
                yield name

    def _init_differences(self, key: str, value: InitCode, shown: bytes, is_changed: bool) -> Iterator[str]:
        code, constructor = build.artifact(value.artifact).bytecode, coders(value.artifact).constructor
        try:
            args = constructor.decode(shown.removeprefix(code)) if shown.startswith(code) else None
        except CodecError:
            args = None
        if args is None:
            yield f"{key} code"
            return
        for arg, name, given in zip(value.args, constructor.names, args, strict=True):
            if not self._agrees(arg, given, is_changed):
                yield f"{key} {name}"

    def _agrees(self, value: Value, shown: Any, is_changed: bool) -> bool:
        """Whether a transaction has the plan's value, or one that the parameters may no longer tell."""
        if isinstance(value, Given):
            return self._agrees(self.run.chosen(value), shown, is_changed)
        if isinstance(value, tuple):
            return all(self._agrees(part, given, is_changed) for part, given in zip(value, shown, strict=True))
        param = value.param if isinstance(value, Member) else value
        if is_changed and isinstance(param, Param) and param.path.startswith(CHANGEABLE):
            return True
        return bool(self.run.resolve(value) == shown)
