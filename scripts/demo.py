"""The whole suite at work: `make demo`, or `ape run demo --homes 12`.

Deploys on the embedded chain, puts real homes on it, pays income, moves a share, records and releases a lien, and tries
what must be refused. Leaves out/certificate.svg and out/suite.json.
"""

import time

import click
from ape.cli import network_option

from commonhold.build import ROOT
from commonhold.inputs.portfolio import Portfolio, read_portfolio
from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import (
    EXAMPLE,
    OUT,
    cast_of,
    connect,
    is_embedded,
    tokenize_options,
    write_addresses,
)
from commonhold.operations.paper import write_svg
from commonhold.operations.reading import all_properties, certificate_of
from commonhold.operations.story import Story, gas_by_step
from commonhold.operations.tables import certificate_table, gas_table, portfolio_table, refusal_table
from commonhold.operations.terminal import homes_left


@click.command(cls=NetworkCommand)
@network_option()
@click.option("--homes", type=click.IntRange(1, 321), default=12, envvar="HOMES", show_default=True, help="How many.")
def cli(provider, homes):
    """Show the whole suite at work on the embedded chain."""
    began = time.monotonic()
    if not is_embedded(provider):
        raise click.UsageError("the demo runs on the embedded chain alone: leave --network out")
    whole = read_portfolio(EXAMPLE)
    portfolio = Portfolio(whole.file, whole.homes[:homes])
    connection = connect(provider)
    suite, console = connection.suite, connection.console
    with homes_left(console, homes) as progress:
        story = Story(suite, cast_of(suite), portfolio, tokenize_options(suite), console.print, progress)
        story.run()
    houses = {house.propertyId: house for house in all_properties(suite)}
    placed = list(zip(story.property_ids, (placed.home for placed in portfolio.homes), strict=True))
    console.print()
    console.print(portfolio_table("Portfolio: real house sales, as they stand on chain", placed, houses))
    console.print("What is invented about these homes begins with INV or says so; see the file's header.\n")
    console.print(certificate_table(certificate_of(suite, story.followed_share)))
    rows = [(refusal.tried, refusal.error.name, _values(refusal.error.named)) for refusal in story.refusals]
    console.print(refusal_table(rows))
    console.print(gas_table([connection.deployment_gas, *gas_by_step(story.steps)]))
    picture = write_svg(suite, story.followed_share, OUT / "certificate.svg")
    addresses = write_addresses(suite, OUT / "suite.json")
    console.print(f"certificate {story.followed_share}: {picture.relative_to(ROOT)}")
    console.print(f"addresses and ABIs: {addresses.relative_to(ROOT)}")
    console.print(f"{time.monotonic() - began:.1f} s")


def _values(named):
    return ", ".join(f"{name} {value}" for name, value in named.items())
