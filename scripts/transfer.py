"""Move a share to another owner.

ape run transfer --share 257 --to ADDRESS --approve --network ...
"""

import click
from ape.cli import network_option

from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import connect
from commonhold.operations.reading import certificate_of
from commonhold.operations.transfers import approve_transfer, move_share, refusal_of


@click.command(cls=NetworkCommand)
@network_option()
@click.option("--share", "identifier", type=click.IntRange(min=257), required=True, help="Id of the certificate.")
@click.option("--to", "buyer", required=True, help="The new owner: an address or a role.")
@click.option("--approve", is_flag=True, help="Give the house's manager's permission first.")
@click.option("--approve-only", is_flag=True, help="Give that permission and stop: the owner moves the share later.")
@click.option("--check", is_flag=True, help="Send nothing; say whether the share could move, and if not, why.")
def cli(provider, identifier, buyer, approve, approve_only, check):
    """Move a share from its owner, as far as the suite permits."""
    connection = connect(provider)
    suite, to = connection.suite, connection.wallet(buyer)
    paper = certificate_of(suite, identifier).certificate
    if check:
        refusal = refusal_of(suite, identifier, paper.owner, to)
        connection.console.print(f"refused: {refusal}" if refusal else "it could move")
        return
    if approve_only:
        approve_transfer(suite, identifier, to, paper.manager)
        connection.console.print(f"share {identifier} may move to {to} within a day")
        return
    moved = move_share(suite, identifier, to, paper.manager if approve else None)
    connection.console.print(f"share {identifier}: {moved.previous} -> {moved.owner}")
