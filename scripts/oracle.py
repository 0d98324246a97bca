"""Prices of the node network: look at them, bring them on chain, put other nodes in place, play a round by hand.

ape run oracle nodes --network ...
ape run oracle show "house 1" --network ...
ape run oracle observe --values values.json --key KEYSTORE --journal journal.json --out observation-1.json --network ...
ape run oracle propose observation-*.json --out report.json --network ...
ape run oracle sign report.json --key KEYSTORE --journal journal.json --network ...
ape run oracle report report.json --network ...
ape run oracle update report.json --feed "house 1" --accept --network ...
ape run oracle rotate --node ADDRESS --node ... --max-faulty 2 --network ...
"""

from pathlib import Path

import click
from ape.cli import network_option

from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import connect
from commonhold.operations.oracle import (
    FeedName,
    feed_table,
    house_feeds,
    house_names,
    houses_of,
    node_key,
    node_table,
    proposal_table,
    registered,
    rotation,
    say,
    sealed,
    united,
)
from commonhold.oracle.feeds import show_feed
from commonhold.oracle.node import Node
from commonhold.oracle.observation_file import read_observation, read_values, write_observation
from commonhold.oracle.observations import MAX_UINT40
from commonhold.oracle.publish import accept, read_state, submit, update
from commonhold.oracle.report import OBSERVATION_WINDOW, propose
from commonhold.oracle.report_file import ReportFile, read_report, read_tree, write_report
from commonhold.recipe.handover import is_handed_over

FILE = click.Path(dir_okay=False, path_type=Path)
KEY = click.option("--key", required=True, help="The node's keystore file; on local chains also an account's number.")
JOURNAL = click.option("--journal", type=FILE, required=True, help="Where the node keeps what it signed.")
SENDER = click.option("--sender", default="manager", show_default=True, help="Who sends: an address or a role.")


@click.group()
def cli():
    """Prices of the node network."""


# ------------------------------------------------------------------------------------------------------------- looking


@cli.command(cls=NetworkCommand)
@network_option()
def nodes(provider):
    """The present set of nodes."""
    connection = connect(provider)
    connection.console.print(node_table(read_state(connection.suite.aggregator).node_set))


@cli.command(cls=NetworkCommand)
@network_option()
@click.argument("feeds", type=FeedName(), nargs=-1)
@click.option("--report", "file", type=FILE, help="Show what this report says and who observed what, instead.")
def show(provider, feeds, file):
    """Values of feeds on chain, all houses' if none is named, such as "house 1"."""
    connection = connect(provider)
    state = read_state(connection.suite.aggregator)
    if file is not None:
        report = read_report(file, state.node_set, now=state.now)
        connection.console.print(proposal_table(report, state.node_set, feeds))
    else:
        connection.console.print(feed_table(connection.suite, state, feeds or house_feeds(connection.suite)))


# ------------------------------------------------------------------------------------------------------------- a round


@cli.command("observe", cls=NetworkCommand)
@network_option()
@click.option("--values", "file", type=FILE, required=True, help="What was observed: a commonhold-values/1 file.")
@KEY
@JOURNAL
@click.option(
    "--epoch",
    type=click.IntRange(1, MAX_UINT40),
    help="Number of the round; if left out, that after the latest report.",
)
@click.option("--at", type=click.IntRange(1, MAX_UINT40), help="When, in seconds since 1970; now if left out.")
@click.option("--out", type=FILE, required=True, help="Where the observation is written.")
def sign_observation(provider, file, key, journal, epoch, at, out):
    """Sign what a node observed: once for an epoch. After a failed round name the next one."""
    connection = connect(provider)
    values = read_values(file)
    state = read_state(connection.suite.aggregator)
    node = Node(node_key(connection.suite, key), journal)
    observation = node.observe(state.node_set.scope, epoch or state.epoch + 1, at or state.now, values)
    write_observation(observation, out)
    say(connection.console, f"{out}: {len(values):,} values of epoch {observation.epoch}, signed by {node.address}")


@cli.command("propose", cls=NetworkCommand)
@network_option()
@click.argument("observations", type=FILE, nargs=-1, required=True)
@click.option("--out", type=FILE, required=True, help="Where the report is written.")
def propose_report(provider, observations, out):
    """Make a report of the nodes' observations: the medians."""
    connection = connect(provider)
    state = read_state(connection.suite.aggregator)
    given = [read_observation(file, state.node_set, now=state.now) for file in observations]
    proposal = propose(state.node_set, given, now=state.now)
    write_report(ReportFile(proposal), state.node_set, out)
    for one in proposal.untimely:
        late = f"it observed at {one.observed_at}, over {OBSERVATION_WINDOW:,} seconds from {proposal.observed_at}"
        say(connection.console, f"left out, {late}: node {one.node}")
    for feed_id in proposal.left_out:
        say(connection.console, f"left out, too few nodes observed it: {show_feed(feed_id)}")
    say(connection.console, f"{out}: {len(proposal.values):,} values of epoch {proposal.epoch}, not signed yet")


@cli.command(cls=NetworkCommand)
@network_option()
@click.argument("file", type=FILE)
@KEY
@JOURNAL
@click.option(
    "--known",
    type=FILE,
    multiple=True,
    help="An observation that the node has, its own or another's: no feed may be left out that enough nodes observed.",
)
def sign(provider, file, key, journal, known):
    """Recompute a report from its observations, sign it as a node, and add the signature to the file."""
    connection = connect(provider)
    state = read_state(connection.suite.aggregator)
    report = read_report(file, state.node_set, now=state.now)
    observations = [read_observation(one, state.node_set, now=state.now) for one in known]
    node = Node(node_key(connection.suite, key), journal)
    signature = node.sign(report.proposal, state.node_set, now=state.now, known=observations)
    signed = ReportFile(report.proposal, {**report.signatures, node.address: signature})
    write_report(signed, state.node_set, file)
    count = f"{len(signed.signatures)} of {state.node_set.quorum} signatures"
    say(connection.console, f"{file}: signed by {node.address}, {count}")


@cli.command(cls=NetworkCommand)
@network_option()
@click.argument("files", type=FILE, nargs=-1, required=True)
@SENDER
def report(provider, files, sender):
    """Submit a report, once; from several copies if the nodes signed apart."""
    connection = connect(provider)
    aggregator = connection.suite.aggregator
    state = read_state(aggregator)
    signed = sealed(united(files, state.node_set, state.now), state.node_set)
    receipt = submit(aggregator, signed, sender=connection.wallet(sender))
    done = "was on chain already" if receipt is None else f"accepted, {receipt.gas_used:,} gas"
    say(connection.console, f"epoch {signed.epoch}, {len(signed.signatures)} signatures: {done}")


@cli.command("update", cls=NetworkCommand)
@network_option()
@click.argument("file", type=FILE)
@click.option("--feed", "feeds", type=FeedName(), multiple=True, help='Such as "house 1"; all of the report if none.')
@click.option("--accept", "accepting", is_flag=True, help="Make the houses' values their appraisals, too.")
@SENDER
def update_feeds(provider, file, feeds, accepting, sender):
    """Bring values of the latest report on chain; run it as often as you like."""
    connection = connect(provider)
    suite, console, wallet = connection.suite, connection.console, connection.wallet(sender)
    tree = read_tree(file)
    wanted = feeds or list(tree.values)
    receipts = update(
        suite.aggregator,
        tree,
        wanted,
        sender=wallet,
        on_batch=lambda done, left: say(console, f"  {done:,} values done, {left:,} left"),
    )
    say(console, f"{len(set(wanted)):,} values of the report on chain, {len(receipts)} transactions")
    if accepting:
        valued = houses_of(wanted)
        houses = registered(suite, valued) if not feeds else valued  # a house that was named must be one
        if unknown := sorted({*valued} - {*houses}):
            say(console, f"not appraised, not registered: {house_names(unknown)}")
        accepted = accept(suite.aggregator, suite.valuation, houses, sender=wallet)
        say(console, f"{len(houses):,} houses appraised, {len(accepted)} of them now")


# --------------------------------------------------------------------------------------------------------- other nodes


@cli.command(cls=NetworkCommand)
@network_option()
@click.option("--node", "nodes", multiple=True, required=True, help="All nodes of the new set, by index: addresses.")
@click.option("--max-faulty", type=click.IntRange(1, 10), required=True, help="How many may lie: n >= 3f + 1.")
def rotate(provider, nodes, max_faulty):
    """Put other nodes in place: done at once on a local chain, elsewhere what has to be proposed."""
    connection = connect(provider)
    suite, console = connection.suite, connection.console
    addresses = [connection.wallet(node) for node in nodes]
    present = read_state(suite.aggregator).node_set
    if (present.nodes, present.max_faulty) == (tuple(addresses), max_faulty):
        say(console, "these are the present nodes already")
        return
    change = rotation(suite, addresses, max_faulty)
    if suite.engine.is_local:
        change.carry_out(suite)
        console.print(node_table(read_state(suite.aggregator).node_set))
        return
    if is_handed_over(suite):
        say(console, "# Save this as a file, for `ape run dao propose`:")
        say(console, change.proposal_file)
        return
    say(console, "The council proposes this to the timelock, and executes it when the delay has passed:")
    for name, value in change.lines.items():
        say(console, f"{name}: {value}")
