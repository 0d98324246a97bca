"""The guardian's switches: which there are, what is stopped and until when, and stopping it.

A stop ends by itself, and the same switch can't be used again for as long. Lifting one early is the DAO's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click
from rich.table import Table

from commonhold.engines.base import Contract
from commonhold.operations.tables import moment
from commonhold.oracle.feeds import FeedError, named_feed, parse_feed, show_feed
from commonhold.recipe.deploy import Suite
from commonhold.recipe.plan import Role


class GuardianError(Exception):
    """A stop that can't be: says why, and from when it could."""


@dataclass(frozen=True)
class Kind:
    """A switch that every suite has: its name, its contract, what it is called there, and what it stops."""

    name: str
    contract: str
    what: str
    stops: str

    @property
    def id(self) -> bytes:
        return self.what.encode("ascii").ljust(32, b"\0")


KINDS = (
    Kind("register", "registry", "registration", "new houses"),
    Kind("buy", "treasury", "buy", "new coins for cash"),
    Kind("redeem", "treasury", "redeem", "cash for coins at once; requests go on"),
    Kind("lending", "treasury", "lending", "new loans"),
    Kind("foreclosure", "desk", "foreclosure", "starts, bids and ends of auctions, and their clocks"),
    Kind("market", "market", "market", "offers, purchases and settlements; refunds go on"),
    Kind("lease", "lease_to_buy", "lease", "new leases; rents go on"),
)
EXPECTED = (
    f"{', '.join(kind.name for kind in KINDS)}, a house's value such as "
    '"house 12", or a price feed such as "feed RESERVE-USD"'
)
FEED, HOUSE = "feed ", "house "


@dataclass(frozen=True)
class Switch:
    """A switch as the chain has it. Times in seconds, 0 if it was never used."""

    name: str
    stops: str
    contract: str
    function: str
    args: tuple[Any, ...]
    until: int
    period: int

    def is_on(self, now: int) -> bool:
        """Whether it stops something now."""
        return now < self.until

    @property
    def ready_at(self) -> int:
        """From when it can be used (again)."""
        return self.until + self.period if self.until else 0


class SwitchName(click.ParamType):
    """A switch on the command line."""

    name = "switch"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return spelled(value)
        except GuardianError as error:
            self.fail(str(error), param, ctx)


def spelled(name: str) -> str:
    """A switch's name in its one spelling. Raises GuardianError."""
    try:
        if name.startswith(FEED):
            return f"{FEED}{show_feed(named_feed(name.removeprefix(FEED)))}"
        if name in {kind.name for kind in KINDS} or (name.startswith(HOUSE) and parse_feed(name)):
            return name
    except FeedError:
        pass
    raise GuardianError(f"got {name[:60]!a}; expected {EXPECTED}")


def all_switches(suite: Suite) -> list[Switch]:
    """Every suite's, every feed's, and those of the houses whose value was ever frozen."""
    events = suite.engine.events
    feeds = dict.fromkeys(event["feedId"] for event in events(suite.reader, "FeedSet", from_block=suite.from_block))
    frozen = events(suite.valuation, "Stopped", from_block=suite.from_block)
    houses = sorted({int.from_bytes(event["what"], "big") for event in frozen})
    names = [kind.name for kind in KINDS]
    names += [f"{FEED}{show_feed(feed)}" for feed in feeds] + [f"{HOUSE}{house}" for house in houses]
    return [switch_of(suite, name) for name in names]


def switch_of(suite: Suite, name: str) -> Switch:
    """One switch by its name. Raises GuardianError if the suite has none such."""
    if name.startswith(FEED):
        return _feed_switch(suite, name)
    if name.startswith(HOUSE):
        return _house_switch(suite, name)
    kind = next(kind for kind in KINDS if kind.name == name)
    contract = suite.contracts[kind.contract]
    period = _period(contract)
    if kind.name == "register":
        until = contract.registrationStoppedUntil()
        return Switch(name, kind.stops, kind.contract, "stopRegistration", (), until, period)
    return Switch(name, kind.stops, kind.contract, "stop", (kind.id,), contract.stoppedUntil(kind.id), period)


def _feed_switch(suite: Suite, name: str) -> Switch:
    feed = named_feed(name.removeprefix(FEED))
    known = {event["feedId"] for event in suite.engine.events(suite.reader, "FeedSet", from_block=suite.from_block)}
    if feed not in known:
        raise GuardianError(f"{name}: there is no such feed; expected {', '.join(map(show_feed, sorted(known)))}")
    until = suite.reader.inspect(feed).frozenUntil
    return Switch(name, "what needs this price", "reader", "freeze", (feed,), until, _period(suite.reader))


def _house_switch(suite: Suite, name: str) -> Switch:
    house = int(name.removeprefix(HOUSE))
    if house > suite.registry.propertyCount():
        raise GuardianError(f"{name}: property {house} is not registered")
    until = suite.valuation.explainValue(house).frozenUntil
    period = _period(suite.valuation)
    return Switch(name, "what needs this house's value", "valuation", "freeze", (house,), until, period)


def _period(contract: Contract) -> int:
    """How long a stop lasts, by the contract itself."""
    for view in ("GUARDIAN_STOP_PERIOD", "guardianStopPeriod"):
        if view in contract.coders.functions:
            return int(getattr(contract, view)())
    return int(contract.terms().guardianStopPeriod)


# ------------------------------------------------------------------------------------------------------------ stopping


@dataclass(frozen=True)
class Drill:
    """What a run of stops is to do: the switches, by what they are at the moment."""

    now: int
    switches: tuple[Switch, ...]

    @property
    def to_stop(self) -> list[Switch]:
        return [one for one in self.switches if not one.is_on(self.now) and one.ready_at <= self.now]

    @property
    def stopped(self) -> list[Switch]:
        return [one for one in self.switches if one.is_on(self.now)]

    @property
    def resting(self) -> list[Switch]:
        """Used not long ago, and not to be used again yet."""
        return [one for one in self.switches if not one.is_on(self.now) and one.ready_at > self.now]


def drill(suite: Suite, names: Sequence[str]) -> Drill:
    """What stopping these would do; every switch if none is named. Raises GuardianError."""
    chosen = [switch_of(suite, name) for name in dict.fromkeys(names)] or all_switches(suite)
    return Drill(suite.engine.now(), tuple(chosen))


def stop(suite: Suite, switches: Sequence[Switch], sender: str, on_stop: Callable[[Switch], None]) -> None:
    """Use the switches, one transaction each; a run that was killed is completed by the next. Raises GuardianError."""
    if switches and not suite.hub.hasRole(Role.GUARDIAN, sender).isMember:
        raise GuardianError(f"{sender} is no guardian: it does not hold the hub's role GUARDIAN")
    for one in switches:
        getattr(suite.contracts[one.contract], one.function)(*one.args, sender=sender)
        on_stop(switch_of(suite, one.name))


def switch_table(switches: Sequence[Switch], now: int) -> Table:
    """What is stopped, until when, and from when each switch can be used."""
    table = Table(title=f"The guardian's switches at {moment(now)}", title_justify="left")
    for name in ("switch", "stops", "now", "until", "can be used"):
        table.add_column(name, no_wrap=name != "stops")
    for one in switches:
        state = "STOPPED" if one.is_on(now) else "runs"
        until = moment(one.until) if one.is_on(now) else "-"
        ready = "now" if one.ready_at <= now else f"from {moment(one.ready_at)}"
        table.add_row(one.name, one.stops, state, until, ready)
    return table


def summary(switches: Sequence[Switch], now: int) -> Iterator[str]:
    """What is stopped in lines for a log, and who ends it early."""
    on = [one for one in switches if one.is_on(now)]
    yield f"stopped: {len(on)} of {len(switches)} switches"
    if on:
        last = max(one.until for one in on)
        yield f"all run again by themselves by {moment(last)}; earlier by a decision of the DAO (resume, unfreeze)"
