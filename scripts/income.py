"""Pay income of houses in and out.

ape run income deposit --property 1 --amount 1000.50 --network ...
ape run income claim --wallet ADDRESS --network ...
"""

import click
from ape.cli import network_option

from commonhold.operations.amounts import show_amount
from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import CoinAmount, connect
from commonhold.operations.income import claim_income, deposit_income
from commonhold.recipe.buying import give_coins


@click.group()
def cli():
    """Income belongs to whoever owned a share when it came in."""


@cli.command(cls=NetworkCommand)
@network_option()
@click.option("--property", "property_id", type=click.IntRange(min=1), required=True, help="Number of the house.")
@click.option("--amount", type=CoinAmount(), required=True, help="HMD, such as 1000.50.")
@click.option("--payer", default="manager", show_default=True, help="An address or a role; it needs the coins.")
@click.option("--buy", is_flag=True, help="Local chains: the bank buys the coins for the payer first.")
def deposit(provider, property_id, amount, payer, buy):
    """Pay HMD to the present owners of a house."""
    connection = connect(provider)
    wallet = connection.wallet(payer)
    if buy:
        give_coins(connection.suite, wallet, amount)
    deposit_income(connection.suite, property_id, amount, wallet)
    connection.console.print(f"{show_amount(amount)} HMD paid in for property {property_id}")


@cli.command(cls=NetworkCommand)
@network_option()
@click.option("--wallet", required=True, help="The owner: an address or a role.")
def claim(provider, wallet):
    """Pay an owner all that is due."""
    connection = connect(provider)
    owner = connection.wallet(wallet)
    claimed = claim_income(connection.suite, owner)
    connection.console.print(f"{owner}: {show_amount(claimed.amount)} HMD for {claimed.shares} shares")
