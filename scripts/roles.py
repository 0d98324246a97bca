"""Who can do what in the suite, with what delay, through whom: read from the chain, compared with the plan.

ape run roles audit --network ...
ape run roles audit --graph out/powers.mmd --network ...
ape run roles of council --network ...

The audit ends with exit code 1 if anything differs from the plan and the parameters file, or a wallet holds a power
that it should not.
"""

from pathlib import Path

import click
from ape.cli import network_option

from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import connect
from commonhold.operations.governance.dao import wallet_of
from commonhold.operations.governance.powers import read_powers
from commonhold.operations.governance.roles import audit
from commonhold.operations.governance.roles_tables import power_table, print_audit, write_graph

GRAPH = click.Path(dir_okay=False, path_type=Path)


@click.group()
def cli():
    """Roles and delays."""


@cli.command("audit", cls=NetworkCommand)
@network_option()
@click.option("--graph", "file", type=GRAPH, help="Write the power graph to this file, too, in Mermaid's language.")
def audit_roles(provider, file):
    """Everybody's powers, as a table and a graph; fails by name if one is not as planned."""
    connection = connect(provider)
    found = audit(connection.suite)
    print_audit(connection.console, found)
    if file is not None:
        write_graph(found.powers, file)
        connection.console.print(f"graph: {file}", soft_wrap=True)
    if found.findings:
        raise click.ClickException(f"not as planned: {', '.join(found.rules)}")


@cli.command("of", cls=NetworkCommand)
@network_option()
@click.argument("wallet")
def roles_of(provider, wallet):
    """What one wallet or contract can do: an address, a role, or a contract's name in the plan."""
    connection = connect(provider)
    suite = connection.suite
    address = suite.contracts[wallet].address if wallet in suite.contracts else wallet_of(suite, wallet)
    powers = read_powers(suite)
    held = powers.held_by(address)
    if not held:
        connection.console.print(f"{address} holds no power")
        return
    connection.console.print(power_table(held))
