"""Give, end and look at the credentials of owners.

ape run credentials issue --wallet ADDRESS --network ...
ape run credentials revoke --wallet ADDRESS --network ...
"""

import click
from ape.cli import network_option

from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import connect
from commonhold.operations.credentials import UNITED_STATES, YEAR, ensure_credential, revoke_credential
from commonhold.operations.tables import credential_line

WALLET_HELP = "An address, or a role of the parameters file such as holding_entity; may be given several times."
DAY = 24 * 3600


@click.group()
def cli():
    """Credentials of owners: anonymous, verifiable, revocable."""


@cli.command(cls=NetworkCommand)
@network_option()
@click.option("--wallet", "wallets", multiple=True, required=True, help=WALLET_HELP)
@click.option(
    "--days", type=click.IntRange(1, 3650), default=YEAR // DAY, show_default=True, help="How long it counts."
)
@click.option(
    "--jurisdiction", type=click.IntRange(0, 999), default=UNITED_STATES, show_default=True, help="ISO 3166-1."
)
@click.option(
    "--flags", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="The issuer's own marks."
)
def issue(provider, wallets, days, jurisdiction, flags):
    """Issue or renew credentials; a wallet with a valid one is left alone."""
    connection = connect(provider)
    for name in wallets:
        wallet = connection.wallet(name)
        done = ensure_credential(
            connection.suite,
            wallet,
            connection.wallet("issuer"),
            valid_for=days * DAY,
            jurisdiction=jurisdiction,
            flags=flags,
        )
        connection.console.print(f"{wallet}: {'' if done.is_new else 'already '}{credential_line(done.credential)}")


@cli.command(cls=NetworkCommand)
@network_option()
@click.option("--wallet", "wallets", multiple=True, required=True, help=WALLET_HELP)
def revoke(provider, wallets):
    """End credentials for good; titles, income and the right to sell stay."""
    connection = connect(provider)
    for name in wallets:
        wallet = connection.wallet(name)
        revoke_credential(connection.suite, wallet, connection.wallet("issuer"))
        connection.console.print(f"{wallet}: revoked")
