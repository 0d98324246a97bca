"""Show a house, a certificate or a wallet.

ape run show property 1 --network ...
ape run show certificate 257 --svg out/certificate.svg --network ...
ape run show wallet ADDRESS --network ...
"""

from pathlib import Path

import click
from ape.cli import network_option

from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import connect
from commonhold.operations.paper import write_svg
from commonhold.operations.reading import certificate_of, documents_of, property_of, wallet_of
from commonhold.operations.tables import certificate_table, property_table, wallet_tables


@click.group()
def cli():
    """What the chain knows, in tables."""


@cli.command("property", cls=NetworkCommand)
@network_option()
@click.argument("property_id", type=click.IntRange(min=1))
def show_property(provider, property_id):
    """A house with its documents and owners."""
    connection = connect(provider)
    house = property_of(connection.suite, property_id)
    connection.console.print(property_table(house, documents_of(connection.suite, property_id)))


@cli.command("certificate", cls=NetworkCommand)
@network_option()
@click.argument("share_id", type=click.IntRange(min=257))
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Write the paper's picture to this file.")
def show_certificate(provider, share_id, svg):
    """A certificate: what the paper shows, and what it does not."""
    connection = connect(provider)
    suite, console = connection.suite, connection.console
    console.print(certificate_table(certificate_of(suite, share_id), suite.coin.address))
    if svg is not None:
        connection.console.print(f"picture: {write_svg(connection.suite, share_id, svg)}")


@cli.command("wallet", cls=NetworkCommand)
@network_option()
@click.argument("wallet")
def show_wallet(provider, wallet):
    """A wallet with its credential, coins and shares; an address or a role."""
    connection = connect(provider)
    address = connection.wallet(wallet)
    for table in wallet_tables(address, wallet_of(connection.suite, address)):
        connection.console.print(table)
