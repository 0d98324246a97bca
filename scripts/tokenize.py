"""Put a portfolio of homes on chain; run it as often as you like.

ape run tokenize --portfolio examples/portfolio.json --network ethereum:local:foundry
"""

from pathlib import Path

import click
from ape.cli import network_option

from commonhold.inputs.portfolio import Portfolio, read_portfolio
from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import DOCUMENTS, connect, tokenize_options
from commonhold.operations.credentials import ensure_credential
from commonhold.operations.documents import DEFAULT_BASE, fits_uri
from commonhold.operations.terminal import homes_left
from commonhold.operations.tokenize import tokenize


def _base(context, parameter, value):
    if not fits_uri(value):
        raise click.BadParameter("expected printable ASCII, short enough for a uri of 256 characters with the hash")
    return value


@click.command(cls=NetworkCommand)
@network_option()
@click.option("--portfolio", "file", type=click.Path(path_type=Path), required=True, help="JSON or CSV file of homes.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first homes of the file.")
@click.option("--documents", type=click.Path(path_type=Path), default=DOCUMENTS, help="Folder for the documents.")
@click.option("--document-base", default=DEFAULT_BASE, callback=_base, help="What the documents' uris begin with.")
@click.option("--update-documents", is_flag=True, help="Record changed description documents as new versions.")
@click.option("--manager", default="manager", show_default=True, help="Where the file names none: address or role.")
@click.option("--holding-entity", default="holding_entity", show_default=True, help="Likewise; it gets the shares.")
def cli(provider, file, limit, documents, document_base, update_documents, manager, holding_entity):
    """Register and tokenize each home of a portfolio file, once."""
    read_portfolio(file)  # a bad file is refused before anything else happens
    connection = connect(provider)
    console = connection.console
    portfolio = read_portfolio(file, connection.suite.parameters.property.default_share_count)
    console.print(f"{file}: {len(portfolio.homes)} homes, all well-formed")
    if limit is not None:
        portfolio = Portfolio(portfolio.file, portfolio.homes[:limit])
    options = tokenize_options(
        connection.suite,
        documents,
        document_base=document_base,
        update_documents=update_documents,
        manager=manager,
        holding_entity=holding_entity,
    )
    if connection.embedded:
        ensure_credential(connection.suite, options.holding_entity, connection.wallet("issuer"))
    with homes_left(console, len(portfolio.homes)) as progress:
        result = tokenize(
            connection.suite,
            portfolio,
            options,
            progress,
            lambda homes, sent: console.print(f"homes to go: {homes}, transactions: {sent}"),
        )
    console.print(
        f"{len(result.registrations)} registered, {len(result.tokenizations)} tokenized, {result.untouched} there "
        f"already; {result.transactions} transactions"
    )
