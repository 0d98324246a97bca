"""The guardian's switches: look at them, and stop new business in an emergency.

ape run guardian list --network ...
ape run guardian stop lending market --network ...
ape run guardian stop "house 12" "feed RESERVE-USD" --check --network ...
ape run guardian stop --all --network ...

A stop takes effect at once, ends by itself (30 days by default), and the same switch can't be used again for as long.
Repaying, curing, claiming and leaving have no switch. Only the DAO lifts a stop early.
"""

import click
from ape.cli import network_option

from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import connect
from commonhold.operations.governance.guardian import (
    GuardianError,
    SwitchName,
    all_switches,
    drill,
    stop,
    summary,
    switch_table,
)
from commonhold.operations.tables import moment


@click.group()
def cli():
    """Stops of new business."""


@cli.command("list", cls=NetworkCommand)
@network_option()
def list_switches(provider):
    """Every switch: what it stops, whether and until when it does, from when it can be used."""
    connection = connect(provider)
    _show(connection)


@cli.command("stop", cls=NetworkCommand)
@network_option()
@click.argument("switches", type=SwitchName(), nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every switch of the suite and of its feeds.")
@click.option("--sender", default="guardian", show_default=True, help="Who stops: an address or a role.")
@click.option("--check", is_flag=True, help="Send nothing; say what would be stopped.")
def stop_switches(provider, switches, everything, sender, check):
    """Stop what is named: at once, for all to see. Run it again if it was interrupted."""
    if bool(switches) == everything:
        raise click.UsageError("name switches, or give --all")
    connection = connect(provider)
    suite, console = connection.suite, connection.console
    try:
        planned = drill(suite, switches)
        for one in planned.stopped:
            console.print(f"{one.name}: is stopped until {moment(one.until)} already", markup=False)
        for one in planned.resting:
            console.print(f"{one.name}: was used, and can't be again before {moment(one.ready_at)}", markup=False)
        if check:
            console.print(f"would stop: {', '.join(one.name for one in planned.to_stop) or 'nothing'}", markup=False)
            return
        stop(
            suite,
            planned.to_stop,
            connection.wallet(sender),
            lambda one: console.print(f"{one.name}: stopped until {moment(one.until)}", markup=False),
        )
    except GuardianError as error:
        raise click.ClickException(str(error)) from None
    _show(connection)
    if switches and planned.resting:
        raise click.ClickException(f"not stopped: {', '.join(one.name for one in planned.resting)}")


def _show(connection):
    """All switches, and in a line what is stopped."""
    found, now = all_switches(connection.suite), connection.suite.engine.now()
    connection.console.print(switch_table(found, now))
    for line in summary(found, now):
        connection.console.print(line, soft_wrap=True, markup=False)
