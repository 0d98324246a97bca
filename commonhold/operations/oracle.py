"""What `scripts/oracle.py` does: rounds of the node network by hand, and looking at what is on chain."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from eth_utils import keccak
from rich.console import Console
from rich.table import Table
from rich.text import Text

from commonhold.engines import wallets
from commonhold.operations.amounts import show_amount
from commonhold.operations.reading import ValueStatus, all_properties
from commonhold.operations.tables import moment, short
from commonhold.oracle.errors import OracleError
from commonhold.oracle.feeds import FeedError, house_feed, parse_feed, show_feed
from commonhold.oracle.nodeset import NodeSet
from commonhold.oracle.publish import State
from commonhold.oracle.report import Proposal, SignedReport, assemble
from commonhold.oracle.report_file import ReportFile, read_report
from commonhold.recipe.governing import NO_PREDECESSOR
from commonhold.recipe.handover import decide

SHOWN_FEEDS = 40
PASSWORD = "COMMONHOLD_NODE_PASSWORD"  # noqa: S105 - the name of a variable


def say(console: Console, line: str) -> None:
    """Print a line as it is, unbroken: a feed may be named "[/]", and so may a file. `Text` has no markup."""
    console.print(Text(line), soft_wrap=True)


class FeedName(click.ParamType):
    """A feed on the command line, such as "house 12"; its id in Python."""

    name = "feed"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        if isinstance(value, bytes):
            return value
        try:
            return parse_feed(value)
        except FeedError as error:
            self.fail(str(error), param, ctx)


# ----------------------------------------------------------------------------------------------------------------- keys


class KeyProblem(OracleError):
    """A node's key can't be had."""


def node_key(suite: Any, name: str) -> bytes:
    """A private key: of a local chain's account by its number, else of an Ethereum keystore file (as ape and wallets
    write them), whose password comes from the environment or from whoever sits there."""
    accounts = suite.engine.accounts
    if accounts and name.isdecimal():
        if int(name[:9]) >= len(accounts):
            raise KeyProblem(f"key: got {name[:20]}; expected an account's number from 0 to {len(accounts) - 1}")
        return wallets.private_key(accounts[int(name)])
    file = Path(name)
    if not file.is_file():
        raise KeyProblem(f"key: got {name[:80]!a}; expected a keystore file{' or a number' if accounts else ''}")
    return stored_key(file, os.environ.get(PASSWORD) or click.prompt("Password", hide_input=True))


def stored_key(file: Path, password: str) -> bytes:
    """The private key in a keystore file. Raises KeyProblem."""
    from eth_account import Account  # takes a tenth of a second that few need to spend

    try:
        content = json.loads(file.read_bytes())
        version = content["version"]
    except (ValueError, KeyError, TypeError):
        version = None
    if version != 3:
        raise KeyProblem(f"{file}: expected an Ethereum keystore file, version 3")
    try:
        return bytes(Account.decrypt(content, password))
    except (ValueError, KeyError, TypeError):
        raise KeyProblem(f"{file}: expected the keystore's password (from {PASSWORD} or typed in)") from None


# -------------------------------------------------------------------------------------------------------------- reports


def united(files: Sequence[Path], node_set: NodeSet, now: int) -> ReportFile:
    """The same report from several files, with the signatures of all. Raises InputError and OracleError."""
    reports = [read_report(file, node_set, now=now) for file in files]
    first = reports[0].proposal
    for file, report in zip(files, reports, strict=True):
        if report.proposal.digest != first.digest:
            raise OracleError(
                f"{file}: root: got 0x{report.proposal.root.hex()} for epoch {report.proposal.epoch}; expected "
                f"the report of {files[0]}, 0x{first.root.hex()} for epoch {first.epoch}"
            )
    signatures = {node: signature for report in reports for node, signature in report.signatures.items()}
    return ReportFile(first, signatures)


def sealed(report: ReportFile, node_set: NodeSet) -> SignedReport:
    """The report with exactly a quorum of its signatures. Raises TooFewSignatures."""
    return assemble(node_set, report.proposal, report.signatures)


def houses_of(feed_ids: Iterable[bytes]) -> list[int]:
    """The numbers of the houses whose feeds these are."""
    return [int.from_bytes(feed_id, "big") for feed_id in feed_ids if feed_id[0] == 0]


def registered(suite: Any, property_ids: Iterable[int]) -> list[int]:
    """Those of the houses that are registered: the nodes may value houses that are not yet."""
    count = suite.registry.propertyCount()
    return [property_id for property_id in property_ids if property_id <= count]


def house_names(property_ids: Sequence[int]) -> str:
    """Houses in a line; of many the first."""
    names = [f"house {property_id}" for property_id in property_ids[:SHOWN_FEEDS]]
    more = len(property_ids) - SHOWN_FEEDS
    return ", ".join([*names, f"and {more:,} more"] if more > 0 else names)


def house_feeds(suite: Any) -> list[bytes]:
    """The feeds of all registered houses."""
    return [house_feed(house.propertyId) for house in all_properties(suite)]


# --------------------------------------------------------------------------------------------------------- the node set


@dataclass(frozen=True)
class Rotation:
    """A new set of nodes, as the DAO puts it in place: the council by the timelock, or a vote."""

    nodes: tuple[str, ...]
    max_faulty: int
    timelock: str
    delay: int  # seconds
    schedule: bytes  # call data of the proposal
    execute: bytes  # and of what makes it true after the delay

    def carry_out(self, suite: Any) -> Any:
        """Propose, wait and execute, on a local chain, where time can be moved."""
        return decide(suite, suite.aggregator, "setNodes", list(self.nodes), self.max_faulty)

    @property
    def lines(self) -> dict[str, str]:
        """What the council needs, by name."""
        return {
            "timelock": self.timelock,
            "propose with": f"0x{self.schedule.hex()}",
            "delay": f"{self.delay:,} seconds",
            "execute with": f"0x{self.execute.hex()}",
        }

    @property
    def proposal_file(self) -> str:
        """What `ape run dao propose` takes, once votes decide."""
        nodes = "".join(f'\n        - "{node}"' for node in self.nodes)
        return (
            f"title: {len(self.nodes)} nodes, at most {self.max_faulty} of them faulty\n"
            "text: Other nodes value the houses.\n"
            "actions:\n"
            "  - target: aggregator\n"
            "    function: setNodes\n"
            "    arguments:\n"
            f"      nodes:{nodes}\n"
            f"      maxFaulty: {self.max_faulty}\n"
        )


def rotation(suite: Any, nodes: Sequence[str], max_faulty: int) -> Rotation:
    """The proposal to put these nodes in the place of the present set. Raises the aggregator's refusal of them."""
    timelock, aggregator = suite.timelock, suite.aggregator
    arguments = (list(nodes), max_faulty)
    aggregator.setNodes.call(*arguments, sender=timelock.address)
    data = aggregator.setNodes.encode(*arguments)
    # The present set makes the salt: the same nodes may have their turn again one day.
    salt = keccak(bytes.fromhex(aggregator.nodeSet().digest[2:]) + data)
    call = (aggregator.address, 0, data, NO_PREDECESSOR, salt)
    delay = timelock.getMinDelay()
    return Rotation(
        nodes=tuple(nodes),
        max_faulty=max_faulty,
        timelock=timelock.address,
        delay=delay,
        schedule=timelock.schedule.encode(*call, delay),
        execute=timelock.execute.encode(*call),
    )


# --------------------------------------------------------------------------------------------------------------- tables


def node_table(node_set: NodeSet) -> Table:
    """What the set takes, and the nodes by index."""
    table = Table(title=f"Node set {node_set.number}", title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    rows = {
        "nodes": f"{len(node_set.nodes)}, at most {node_set.max_faulty} of them faulty",
        "sign a report": f"{node_set.quorum}",
        "observe a value": f"at least {node_set.least_observations}",
        "list": node_set.scope.node_set,
        "aggregator": node_set.scope.aggregator,
    }
    for name, value in rows.items():
        table.add_row(name, value)
    table.add_section()
    for index, node in enumerate(node_set.nodes):
        table.add_row(f"node {index}", node)
    return table


def feed_table(suite: Any, state: State, feed_ids: Sequence[bytes]) -> Table:
    """What the chain has of feeds, and of the houses among them."""
    latest = f"latest report: epoch {state.epoch} of {moment(state.observed_at)}" if state.epoch else "no report yet"
    more = len(feed_ids) - SHOWN_FEEDS
    table = Table(
        title=f"Feeds of the node network; {latest}",
        title_justify="left",
        caption=f"... and {more:,} more" if more > 0 else None,
    )
    table.add_column("feed", no_wrap=True)
    for name in ("value $", "epoch"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("observed", no_wrap=True)
    table.add_column("worth now $", justify="right", no_wrap=True)
    for name in ("status", "appraised"):
        table.add_column(name, no_wrap=True)
    for feed_id in feed_ids[:SHOWN_FEEDS]:
        feed = suite.aggregator.feedOf(feed_id)
        value = show_amount(feed.value) if feed.epoch else "-"
        table.add_row(
            Text(show_feed(feed_id)), value, str(feed.epoch or "-"), moment(feed.observedAt), *_worth(suite, feed_id)
        )
    return table


def _worth(suite: Any, feed_id: bytes) -> tuple[str, str, str]:
    if feed_id[0] != 0:
        return "-", "-", "-"
    worth = suite.valuation.valueOf(int.from_bytes(feed_id, "big"))
    status = ValueStatus(worth.status)
    value = "-" if status == ValueStatus.NONE else show_amount(worth.valueUsd)
    return value, status.words, moment(worth.asOfAt)


def proposal_table(report: ReportFile, node_set: NodeSet, feed_ids: Sequence[bytes] = ()) -> Table:
    """A report's medians beside the lowest and highest observation, and whose those are; all if no feed is named."""
    proposal = report.proposal
    unknown = [show_feed(feed_id) for feed_id in feed_ids if feed_id not in proposal.values]
    if unknown:
        raise OracleError(f"feed: got {', '.join(unknown)}; expected feeds of the report")
    wanted = list(feed_ids or proposal.values)
    more = len(wanted) - SHOWN_FEEDS
    table = Table(
        title=f"Report of epoch {proposal.epoch}, {moment(proposal.observed_at)}: {len(proposal.values):,} feeds of "
        f"{len(proposal.observations)} nodes, {len(report.signatures)} of {node_set.quorum} signatures",
        title_justify="left",
        caption=f"... and {more:,} more" if more > 0 else None,
    )
    table.add_column("feed", no_wrap=True)
    for name in ("median $", "lowest $"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("by", no_wrap=True)
    table.add_column("highest $", justify="right", no_wrap=True)
    table.add_column("by", no_wrap=True)
    for feed_id in wanted[:SHOWN_FEEDS]:
        low, high = _extremes(proposal, feed_id)
        amounts = [show_amount(amount) for amount in (proposal.values[feed_id], low[0], high[0])]
        table.add_row(Text(show_feed(feed_id)), *amounts[:2], short(low[1]), amounts[2], short(high[1]))
    return table


def _extremes(proposal: Proposal, feed_id: bytes) -> tuple[tuple[int, str], tuple[int, str]]:
    stated = [(one.values[feed_id], one.node) for one in proposal.observations if feed_id in one.values]
    return min(stated, key=lambda pair: pair[0]), max(stated, key=lambda pair: pair[0])
