"""Put a portfolio of homes on chain; run it as often as you like.

ape run tokenize --portfolio examples/portfolio.json --network ethereum:local:foundry
"""

from pathlib import Path

import click
from ape.cli import ConnectedProviderCommand, network_option
from rich.progress import Progress as ProgressBar

from commonhold.inputs.portfolio import Portfolio, read_portfolio
from commonhold.operations.documents import DEFAULT_BASE
from commonhold.operations.session import DOCUMENTS, console, open_session, plain_errors
from commonhold.operations.tokenize import Progress, TokenizeOptions, tokenize


@click.command(cls=ConnectedProviderCommand)
@network_option()
@click.option("--portfolio", "file", type=click.Path(path_type=Path), required=True, help="JSON or CSV file of homes.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first homes of the file.")
@click.option("--documents", type=click.Path(path_type=Path), default=DOCUMENTS, help="Folder for the documents.")
@click.option("--document-base", default=DEFAULT_BASE, help="What the documents' uris begin with.")
@click.option("--update-documents", is_flag=True, help="Record changed description documents as new versions.")
@plain_errors
def cli(provider, file, limit, documents, document_base, update_documents):
    """Register and tokenize each home of a portfolio file, once."""
    portfolio = read_portfolio(file)
    if limit is not None:
        portfolio = Portfolio(portfolio.file, portfolio.homes[:limit])
    console.print(f"{file}: {len(portfolio.homes)} homes, all well-formed")
    session = open_session(provider)
    roles = session.roles
    options = TokenizeOptions(
        registrar=roles.registrar,
        manager=roles.manager,
        holding_entity=roles.holding_entity,
        documents=documents,
        document_base=document_base,
        update_documents=update_documents,
    )
    session.ensure_holding_entity()
    with ProgressBar(console=console, transient=True) as bar:
        task = bar.add_task("looking at the chain", total=len(portfolio.homes))

        def plan(homes: int, transactions: int) -> None:
            console.print(f"{homes} homes to go, {transactions} transactions")
            bar.update(task, total=homes)

        def progress(step: Progress) -> None:
            bar.update(task, completed=step.done, description=f"{step.left} homes left")

        result = tokenize(session.suite, portfolio, options, progress, plan)
    console.print(
        f"{len(result.registrations)} registered, {len(result.tokenizations)} tokenized, {result.untouched} there "
        f"already; {result.transactions} transactions"
    )
