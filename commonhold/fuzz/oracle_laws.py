"""The laws of prices: what may come on chain as a value, who may stop or change what, how fast lending levels rise.

They are stated from the chain's events and views, and from what the nodes did off chain (`almanac.py`); the model is
not asked. `LawBook` calls this, and compares the same views with the model's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from commonhold.fuzz.actions import Action
from commonhold.fuzz.almanac import Ranges
from commonhold.fuzz.inputs import INDEX, TOKEN
from commonhold.fuzz.port import Sent
from commonhold.fuzz.world import Violation, World
from commonhold.model.core import Call, Logged
from commonhold.oracle.digests import Scope, report_digest
from commonhold.oracle.feeds import house_feed

WHOLE = 10_000  # basis points
FROZEN_FEED, FROZEN_VALUE, VALID = 2, 4, 1

STOPS = frozenset({"freeze", "stopRegistration"})
DECIDED_BY_DAO = frozenset({"NodesSet", "FeedSet", "SaleReporterSet", "CeilingReset", "Resumed"})
"""Events of what only the timelock does; nodes also go by proof of equivocation."""


@dataclass
class Watched:
    """What this sequence has shown so far."""

    parameters: tuple[Any, ...]
    began_with: int  # epoch of the opening's last report
    accepted: dict[int, tuple[bytes, Ranges]] = field(default_factory=dict)  # epoch -> digest, honest ranges
    values: dict[bytes, tuple[int, int, int]] = field(default_factory=dict)  # feed -> value, time, epoch
    appraised: dict[int, int] = field(default_factory=dict)  # house -> time of its appraisal
    first: dict[int, tuple[int, int]] = field(default_factory=dict)  # house -> where its level began, and when
    ceilings: dict[int, deque[tuple[int, int]]] = field(default_factory=dict)  # house -> (time, ceiling), one period
    acted: set[tuple[bytes, bytes]] = field(default_factory=set)  # signatures


class OracleLaws:
    """Watches the prices of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._terms = world.port.view("valuation", "terms")
        self._pages: tuple[str, Any, Any] | None = None
        self._checks = {
            ("aggregator", "ReportAccepted"): self._on_report,
            ("aggregator", "FeedUpdated"): self._on_value,
            ("valuation", "AppraisalAccepted"): self._on_appraisal,
            ("valuation", "CeilingReset"): self._on_reset,
        }

    # -- around a step --------------------------------------------------------------------------------------------

    def before(self, action: Action, call: Call) -> None:
        self.watched()
        self._pages = None
        if action.sender == "guardian" and call.function == "freeze":
            self._pages = (call.contract, call.arguments[0], self._page(call.contract, call.arguments[0]))

    def after(self, action: Action, sent: Sent | None) -> None:
        if sent is None:
            return
        for event in sent.events:
            check = self._checks.get((event.contract, event.name))
            if check:
                check(event, action)
            if event.name in DECIDED_BY_DAO:
                self._check_decided(event, action)
            if event.name == "Stopped":
                self._check_stop(action)
        if action.function in SIGNED:
            self._check_signatures(action)

    def watched(self) -> Watched:
        """What was seen since the opening, which is taken as it stands."""
        watched = self.world.ghosts.get("watched")
        if watched is None:
            report = self.world.port.view("aggregator", "latestReport")
            watched = self.world.ghosts["watched"] = Watched(self._parameters(), report.epoch)
            if report.epoch:
                self._accept(watched, self.world.port.view("aggregator", "nodeSet")[0], tuple(report))
            for house in self.world.model.registry.houses:
                told = self.world.port.view("valuation", "explainValue", house)
                watched.values[house_feed(house)] = tuple(
                    self.world.port.view("aggregator", "feedOf", house_feed(house))
                )
                if told.appraisedAt:
                    watched.appraised[house] = told.appraisedAt
                    watched.first[house] = (told.appraisalUsd, told.acceptedFirstAt)
        return watched

    # -- reports and values ---------------------------------------------------------------------------------------

    def _accept(self, watched: Watched, node_set: str, report: tuple[int, int, bytes]) -> None:
        """Every report that counts was recomputed and signed by an honest node."""
        world = self.world
        scope = Scope(world.model.chain.chain_id, world.port.addresses["aggregator"], node_set)
        digest = report_digest(scope, *report)
        ranges = world.almanac.ranges(digest)
        if ranges is None:
            raise Violation("honest", f"report {report} counts, but no honest node signed it")
        watched.accepted[report[0]] = (digest, ranges)

    def _on_report(self, event: Logged, action: Action) -> None:
        epoch, root, observed_at, node_set, _ = event.arguments
        watched = self.watched()
        if watched.accepted and epoch <= max(watched.accepted):
            raise Violation("T17", f"report {epoch} after {max(watched.accepted)}")
        self._accept(watched, node_set, (epoch, observed_at, root))

    def _in_honest_range(self, feed_id: bytes, epoch: int, value: int) -> None:
        """At most f liars signed, so the value lies among what honest nodes observed."""
        _, ranges = self.watched().accepted.get(epoch, (b"", {}))
        low, high = ranges.get(feed_id, (1, 0))
        if not low <= value <= high:
            raise Violation("honest", f"{value} for {feed_id.hex()} of report {epoch}, observed were {low} to {high}")

    def _on_value(self, event: Logged, action: Action) -> None:
        """T17: a feed's values come from its own leaves, and only forward in time."""
        feed_id, epoch, value, observed_at = event.arguments
        self._in_honest_range(feed_id, epoch, value)
        values = self.watched().values
        _, earlier, earlier_epoch = values.get(feed_id, (0, 0, 0))
        if observed_at <= earlier or epoch <= earlier_epoch:
            raise Violation("T17", f"{feed_id.hex()} goes back from {earlier} to {observed_at}")
        values[feed_id] = (value, observed_at, epoch)

    def check_feed(self, feed_id: bytes) -> None:
        """What is read is what came last, and nothing else."""
        value, observed_at, epoch = self.world.port.view("aggregator", "feedOf", feed_id)
        expected = self.watched().values.get(feed_id)
        if epoch and expected is not None and expected != (value, observed_at, epoch):
            raise Violation("T17", f"{feed_id.hex()} reads {value} of {epoch}, what came is {expected}")

    def _on_appraisal(self, event: Logged, action: Action) -> None:
        house, epoch, usd, appraised_at, _, _ = event.arguments
        self._in_honest_range(house_feed(house), epoch, usd)
        watched = self.watched()
        if appraised_at <= watched.appraised.get(house, 0):
            raise Violation("T17", f"house {house} goes back from {watched.appraised[house]} to {appraised_at}")
        watched.appraised[house] = appraised_at
        watched.first.setdefault(house, (usd, self.world.port.engine.now()))

    def _on_reset(self, event: Logged, action: Action) -> None:
        """The DAO lets a house's level begin anew."""
        house, usd = event.arguments
        watched = self.watched()
        watched.first[house] = (usd, self.world.port.engine.now())
        watched.ceilings.pop(house, None)

    # -- houses ---------------------------------------------------------------------------------------------------

    def check_house(self, house: int, told: Any) -> None:
        """`told` explains a house's value: the other views agree, and a lending level keeps the bounds of all time."""
        view = self.world.port.view
        value, lending = view("valuation", "valueOf", house), view("valuation", "lendingValueOf", house)
        if tuple(value) != (told.valueUsd, told.appraisedAt, told.status):
            raise Violation("L18", f"house {house}: valueOf {value} against {told}")
        if tuple(lending) != (told.lendingValueUsd, told.appraisedAt, told.status):
            raise Violation("L18", f"house {house}: lendingValueOf {lending} against {told}")
        level = min(told.indexedUsd, told.ceilingUsd)
        if lending[0] > min(value[0], level, told.saleCapUsd) or (told.seniorClaimCount and lending[0]):
            raise Violation("T21", f"house {house}: new loans may count on {lending[0]}: {told}")
        if told.appraisedAt:
            self._check_growth(house, level, told.ceilingUsd)

    def _check_growth(self, house: int, level: int, ceiling: int) -> None:
        """T21: one step at most in any window of one period, so no more than compound steps since the first value."""
        watched, now = self.watched(), self.world.port.engine.now()
        step, period = self._terms.growthStepBps, self._terms.growthPeriod
        usd, since = watched.first[house]
        steps = 1 + (now - since) // period
        if (level - steps) * WHOLE**steps > usd * (WHOLE + step) ** steps:
            raise Violation("T21", f"house {house}: level {level} after {steps} steps from {usd}")
        window = watched.ceilings.setdefault(house, deque())
        while window and window[0][0] < now - period:
            window.popleft()
        for at, earlier in window:
            if (ceiling - 2) * WHOLE > (earlier + 1) * (WHOLE + step):
                raise Violation("T21", f"house {house}: ceiling {earlier} at {at}, {ceiling} at {now}")
        if not window or window[-1] != (now, ceiling):
            window.append((now, ceiling))

    def check_share(self, share: int) -> None:
        """T33: shares are worth their house's value by their number, rounded down."""
        house, count = share >> 8, self.world.port.view("certificate", "sharesOf", share >> 8)
        if count:
            each, at, status = self.world.port.view("valuation", "shareValue", share)
            whole, whole_at, whole_status = self.world.port.view("valuation", "valueOf", house)
            if not each * count <= whole < (each + 1) * count or (at, status) != (whole_at, whole_status):
                raise Violation("T33", f"share {share} is worth {each} of {whole} in {count} shares")

    # -- who may stop and change ----------------------------------------------------------------------------------

    def _check_stop(self, action: Action) -> None:
        """L16, the one side: nobody but the guardian stops anything."""
        if action.sender != "guardian":
            raise Violation("L16", f"{action} stopped something")
        if self._pages is not None:
            self._check_frozen(*self._pages)

    def _check_frozen(self, contract: str, what: Any, before: tuple[Any, ...]) -> None:
        """L16, the other: a freeze works in the same block, and changes nothing but the status."""
        if self._page(contract, what) != before:
            raise Violation("L16", f"freezing {what} in {contract} changed {before} to {self._page(contract, what)}")
        if contract == "reader":
            status, frozen = self.world.port.view("reader", "read", what)[2], FROZEN_FEED
        else:
            status, frozen = self.world.port.view("valuation", "valueOf", what)[2], FROZEN_VALUE
        if status not in (frozen, 0):
            raise Violation("T20", f"{what} is frozen in {contract}, but its status is {status}")

    def _page(self, contract: str, what: Any) -> tuple[Any, ...]:
        """All that is kept of a feed or house, but for what time and the freeze itself move."""
        if contract == "reader":
            page = self.world.port.view("reader", "inspect", what)
            return (*page[:6], page.roundId, page.answer, page.recordedValue, page.recordedAt, page.quarantinedUntil)
        if contract != "valuation":
            return ()
        told = self.world.port.view("valuation", "explainValue", what)
        kept = (told.appraisalUsd, told.appraisedAt, told.acceptedFirstAt, told.indexThen, told.saleUsd, told.saleAt)
        return (*kept, told.quarantinedUntil)

    def _check_decided(self, event: Logged, action: Action) -> None:
        """L17: only the timelock changes parameters."""
        proven = event.name == "NodesSet" and action.function == "proveEquivocation"
        if not proven and (action.contract, action.function) != ("timelock", "execute"):
            raise Violation("L17", f"{action} did {event.name}")
        self.watched().parameters = self._parameters()

    def check_parameters(self) -> None:
        """L17 again, by what is read."""
        expected, found = self.watched().parameters, self._parameters()
        if found != expected:
            raise Violation("L17", f"parameters were {expected} and are {found}, and nobody decided it")

    def _parameters(self) -> tuple[Any, ...]:
        view = self.world.port.view
        reporters = ("market", "lender", "attacker", "council")
        return (
            tuple(view("aggregator", "nodeSet")),
            view("aggregator", "quorum"),
            *(tuple(view("reader", "inspect", feed_id)[:6]) for feed_id in (INDEX, TOKEN)),
            tuple(view("reader", "sequencer")),
            view("reader", "maxStepBps"),
            view("reader", "quarantinePeriod"),
            tuple(view("valuation", "terms")),
            *(view("valuation", "isSaleReporter", self.world.cast[name]) for name in reporters),
        )

    # -- signatures -----------------------------------------------------------------------------------------------

    def _check_signatures(self, action: Action) -> None:
        """L19: a signature acts once."""
        acted = self.watched().acted
        given = SIGNED[action.function](action.arguments)
        if not acted.isdisjoint(given):
            raise Violation("L19", f"{action} acts with a signature that acted before")
        acted.update(given)

    def audit(self) -> None:
        for house in self.world.model.registry.houses:
            self.check_feed(house_feed(house))
        self.check_parameters()


SIGNED: dict[str, Callable[[tuple[Any, ...]], list[Any]]] = {
    "submit": lambda arguments: [tuple(signature) for signature in arguments[2]],
    "proveEquivocation": lambda arguments: [tuple(sorted((arguments[2][0], arguments[4][0])))],
}
"""What acts in each of these: single signatures, or two that prove something together."""
