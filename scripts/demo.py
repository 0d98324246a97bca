"""The whole suite at work: `make demo`, or `ape run demo --homes 12`.

Deploys on the embedded chain, puts real homes on it, pays income, moves a share, and tries what must be refused. Then
seven nodes value the homes, two of them lying, and four years pass on a real price index. Real applications for loans
are judged: shares are locked by their liens, and one is free again when its loan is repaid. At last more coins want out
of the treasury than it has cash for, and are served in order.
Leaves out/certificate.svg, out/suite.json, and the charts out/values and out/observations (.png and .svg).
"""

import tempfile
import time
from pathlib import Path

import click
from ape.cli import network_option

from commonhold.build import ROOT
from commonhold.inputs.loanapp import read_applications
from commonhold.inputs.portfolio import Portfolio, read_portfolio
from commonhold.inputs.prices import read_prices
from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import (
    APPLICATIONS,
    EXAMPLE,
    OUT,
    PRICES,
    Connection,
    cast_of,
    connect,
    is_embedded,
    tokenize_options,
    write_addresses,
)
from commonhold.operations.governance.roles import audit
from commonhold.operations.governance.roles_tables import print_audit
from commonhold.operations.history import follow
from commonhold.operations.history.output import as_table
from commonhold.operations.lending.applications import outcome_table
from commonhold.operations.lending.portfolio import age_table, concentration_table, cover_table
from commonhold.operations.lending.refusals import MEANINGS
from commonhold.operations.lending.schedules import schedule_table
from commonhold.operations.loan_story import LoanStory, spare_wallets
from commonhold.operations.market_story import MarketStory
from commonhold.operations.money_story import MoneyStory
from commonhold.operations.paper import write_svg
from commonhold.operations.reading import all_properties, certificate_of
from commonhold.operations.story import Story
from commonhold.operations.tables import certificate_table, gas_table, portfolio_table, refusal_table
from commonhold.operations.terminal import homes_left
from commonhold.operations.treasury_tables import balance_table, demand_table, queue_table
from commonhold.oracle.feeds import show_feed
from commonhold.recipe.handover import hand_over


@click.command(cls=NetworkCommand)
@network_option()
@click.option("--homes", type=click.IntRange(2, 321), default=12, envvar="HOMES", show_default=True, help="How many.")
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
    console.print(certificate_table(certificate_of(suite, story.followed_share), suite.coin.address))
    charts = tell_of_the_oracle(connection, story, whole)
    loans = tell_of_the_loans(connection, story, portfolio)
    charts.append(draw_loans(loans))
    tell_of_the_money(connection, story)
    tell_of_the_market(connection, story, loans)
    tell_of_the_powers(connection)
    chronicle = story.chronicle
    rows = [(refusal.tried, refusal.error, _values(refusal.named)) for refusal in chronicle.refusals]
    console.print(refusal_table(rows))
    console.print(gas_table([connection.deployment_gas, *chronicle.gas_by_step()]))
    picture = write_svg(suite, story.followed_share, OUT / "certificate.svg")
    addresses = write_addresses(suite, OUT / "suite.json")
    console.print(f"certificate {story.followed_share}: {picture.relative_to(ROOT)}")
    console.print(f"charts: {', '.join(str(chart.relative_to(ROOT)) for chart in charts)}")
    console.print(f"addresses and ABIs: {addresses.relative_to(ROOT)}")
    console.print(f"{time.monotonic() - began:.1f} s")


def tell_of_the_powers(connection: Connection) -> None:
    """The council hands its place to the governor; then who can do what, read from the chain."""
    suite, console = connection.suite, connection.console
    hand_over(suite)
    console.print("\nThe council's last decision: the governor takes its place in the timelock\n")
    found = audit(suite)
    print_audit(console, found)
    console.print()
    if found.findings:
        raise click.ClickException(f"not as planned: {', '.join(found.rules)}")


def tell_of_the_money(connection: Connection, story: Story) -> None:
    """The chapter of the treasury, told and shown."""
    suite, seller = connection.suite, story.options.holding_entity
    chapter = MoneyStory(suite, story.cast, seller, story.kept_share, story.chronicle, connection.console.print)
    connection.console.print()
    chapter.run()
    desk = chapter.desk
    connection.console.print()
    connection.console.print(queue_table("Queue while cash was short", chapter.waiting, desk.cash))
    connection.console.print(demand_table(desk.demand(), connection.suite.engine.now()))
    connection.console.print(balance_table(desk.money()))
    connection.console.print()


def tell_of_the_oracle(connection: Connection, story: Story, sales: Portfolio) -> list[Path]:
    """The chapter of the nodes, told and shown; the charts' files."""
    # numpy is imported here, not for every command.
    from commonhold.operations.charts import draw_observations, draw_values
    from commonhold.operations.oracle_story import OracleStory
    from commonhold.operations.oracle_tables import explanation_table, liars_table

    suite, console = connection.suite, connection.console
    prices = read_prices(PRICES)
    with tempfile.TemporaryDirectory() as journals:
        chapter = OracleStory(
            suite, story.cast, sales, prices, story.property_ids, Path(journals), story.chronicle, console.print
        )
        chapter.run()
    appraisals = chapter.appraisals()
    console.print()
    console.print(liars_table(appraisals))
    console.print(explanation_table(*chapter.explained()))
    return [*draw_values(chapter.histories(), OUT / "values"), *draw_observations(appraisals, OUT / "observations")]


def tell_of_the_loans(connection: Connection, story: Story, homes: Portfolio) -> LoanStory:
    """The chapter of the loans, told and shown."""
    suite, console = connection.suite, connection.console
    applications = read_applications(APPLICATIONS).applications
    chapter = LoanStory(
        suite,
        story.cast,
        homes,
        story.property_ids,
        applications,
        spare_wallets(suite),
        story.chronicle,
        console.print,
    )
    console.print()
    chapter.run()
    portfolio = chapter.portfolio()
    console.print()
    console.print(outcome_table(chapter.outcome, MEANINGS))
    console.print(schedule_table(*chapter.schedule()))
    for table in (age_table(portfolio), cover_table(portfolio), concentration_table("By house", portfolio.by_house())):
        console.print(table)
    return chapter


def draw_loans(chapter: LoanStory) -> Path:
    """The chart of all open loans."""
    from commonhold.operations.lending.chart import draw_portfolio

    return draw_portfolio(chapter.portfolio(), OUT / "loans.png")


def tell_of_the_market(connection: Connection, story: Story, loans: LoanStory) -> None:
    """The chapter of the market, told, and the history of the share that was sold in it."""
    suite, console = connection.suite, connection.console
    sold, leased = story.followed_share, loans.freed_share
    chapter = MarketStory(suite, story.cast, sold, leased, story.chronicle, console.print)
    console.print()
    loans.wait_until_lending_resumes()
    chapter.run()
    console.print()
    names = {contract.address: contract.name for contract in suite.contracts.values()}
    with follow(suite, story.followed_share) as past:
        head = {"share": past.share, "block": past.block, "blockHash": past.block_hash}
        for line in as_table(past.rows(), head, names):
            click.echo(line, nl=False)


def _values(named):
    return ", ".join(f"{name} {_value(name, value)}".strip() for name, value in named.items())


def _value(name, value):
    if name == "feedId":
        return show_feed(value)
    return f"0x{value.hex()}" if isinstance(value, bytes) else value
