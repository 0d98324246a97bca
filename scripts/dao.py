"""Proposals of the DAO, written as YAML files: what they would do, and their way from the vote to the last call.

ape run dao delegate --wallet ADDRESS --network ...
ape run dao show examples/proposal.yaml --network ...
ape run dao propose examples/proposal.yaml --wallet ADDRESS --network ...
ape run dao vote examples/proposal.yaml --wallet ADDRESS --support for --network ...
ape run dao queue examples/proposal.yaml --network ...
ape run dao execute examples/proposal.yaml --network ...
ape run dao status [examples/proposal.yaml] --network ...
ape run dao hand-over --network ...
"""

from pathlib import Path

import click
from ape.cli import network_option

from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import connect
from commonhold.operations.governance.council import handover_lines, let_council_hand_over
from commonhold.operations.governance.dao import Dao, DaoRefused, all_proposals, delegate, names_of, wallet_of
from commonhold.operations.governance.dao_tables import (
    actions_table,
    print_preview,
    proposals_table,
    standing_table,
)
from commonhold.operations.governance.preview import preview
from commonhold.operations.governance.proposal_file import read_proposal
from commonhold.operations.governance.roles import audit
from commonhold.operations.oracle import say
from commonhold.recipe.handover import is_handed_over
from commonhold.recipe.voting import Support

FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
WALLET = click.option("--wallet", required=True, help="Who acts: an address or a role; locally also a number.")
SENDER = click.option("--sender", default="manager", show_default=True, help="Who sends: anybody may.")
PASS_TIME = click.option("--pass-time", is_flag=True, help="On a local chain: let the time pass until it can be done.")


@click.group()
def cli():
    """The DAO: proposals and votes."""


# ------------------------------------------------------------------------------------------------------------- looking


@cli.command(cls=NetworkCommand)
@network_option()
@FILE
def show(provider, file):
    """Check a proposal file, and show what it would change now: executed on a copy of the present state."""
    connection, dao = _begin(provider, file)
    connection.console.print(actions_table(dao.file))
    print_preview(connection.console, preview(connection.suite, dao.file), dao.file.names)


@cli.command(cls=NetworkCommand)
@network_option()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def status(provider, file):
    """How far a proposal is; all of them if no file is named."""
    if file is None:
        connection = connect(provider)
        connection.console.print(proposals_table(all_proposals(connection.suite)))
    else:
        connection, dao = _begin(provider, file)
        connection.console.print(standing_table(dao.file.title, dao.standing()))


# -------------------------------------------------------------------------------------------------------- step by step


@cli.command("delegate", cls=NetworkCommand)
@network_option()
@WALLET
@click.option("--to", "to", help="Who votes; the wallet itself if left out.")
def delegate_votes(provider, wallet, to):
    """Let HOLD vote: it does from the second after its owner says through whom."""
    connection = connect(provider)
    owner = wallet_of(connection.suite, wallet)
    voter = wallet_of(connection.suite, to) if to else owner
    done = delegate(connection.suite, owner, voter)
    say(connection.console, f"{owner} votes through {voter}{'' if done else ' already'}")


@cli.command(cls=NetworkCommand)
@network_option()
@FILE
@WALLET
@click.option("--again", is_flag=True, help="Though exactly this was executed, or failed, before.")
@click.option("--unchecked", is_flag=True, help="Though it would fail if it were executed now.")
def propose(provider, file, wallet, again, unchecked):
    """Show what it would do, and put it to the vote."""
    connection, dao = _begin(provider, file)
    proposer = wallet_of(connection.suite, wallet)
    if not unchecked:
        print_preview(connection.console, preview(connection.suite, dao.file), dao.file.names)
    _tell(connection, dao, "proposed", dao.propose(proposer, again=again))


@cli.command(cls=NetworkCommand)
@network_option()
@FILE
@WALLET
@click.option("--support", type=click.Choice(["for", "against", "abstain"]), required=True)
@PASS_TIME
def vote(provider, file, wallet, support, pass_time):
    """Vote, once."""
    connection, dao = _begin(provider, file)
    voter = wallet_of(connection.suite, wallet)
    done = dao.vote(voter, Support[support.upper()], pass_time=_may_pass(connection, pass_time))
    _tell(connection, dao, f"voted by {voter}", done)


@cli.command(cls=NetworkCommand)
@network_option()
@FILE
@SENDER
@PASS_TIME
def queue(provider, file, sender, pass_time):
    """Put what was voted for into the timelock."""
    connection, dao = _begin(provider, file)
    done = dao.queue(wallet_of(connection.suite, sender), pass_time=_may_pass(connection, pass_time))
    _tell(connection, dao, "queued", done)


@cli.command(cls=NetworkCommand)
@network_option()
@FILE
@SENDER
@PASS_TIME
def execute(provider, file, sender, pass_time):
    """Let the timelock do it."""
    connection, dao = _begin(provider, file)
    done = dao.execute(wallet_of(connection.suite, sender), pass_time=_may_pass(connection, pass_time))
    _tell(connection, dao, "executed", done)


@cli.command("hand-over", cls=NetworkCommand)
@network_option()
def hand_over(provider):
    """The council's last decision, for the governor: made at once on a local chain, shown elsewhere."""
    connection = connect(provider)
    suite, console = connection.suite, connection.console
    if is_handed_over(suite):
        _require_alone(suite)
        say(console, "the governor decides already")
        return
    if suite.engine.is_local:
        let_council_hand_over(suite)
        _require_alone(suite)
        say(console, "the governor decides now, and the council no more")
        return
    say(console, "The council proposes this to the timelock, and executes it when the delay has passed:")
    for name, value in handover_lines(suite).items():
        say(console, f"{name}: {value}")


def _require_alone(suite):
    """The hand-over takes from the council what it has, not what it gave to others before."""
    others = [str(finding) for finding in audit(suite).findings if finding.place.startswith("timelock role ")]
    if others:
        raise click.ClickException("the governor decides, but not alone:\n" + "\n".join(others))


def _begin(provider, file):
    """The connection, and the file's proposal."""
    connection = connect(provider)
    return connection, Dao(connection.suite, read_proposal(file, names_of(connection.suite)))


def _may_pass(connection, pass_time):
    """Whether time may be moved: nobody can on a live chain."""
    if pass_time and not connection.suite.engine.is_local:
        raise DaoRefused(f"{connection.suite.engine.name} is not a local chain: its time can't be moved")
    return pass_time


def _tell(connection, dao, what, receipt):
    """What was done now or before, and what comes next."""
    cost = f", {receipt.gas_used:,} gas" if receipt is not None and receipt.gas_used else ""
    say(connection.console, f"{what}{cost}" if receipt is not None else f"{what} before: nothing sent")
    connection.console.print(standing_table(dao.file.title, dao.standing()))
