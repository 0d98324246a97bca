"""Buy coins, redeem them at once or through the queue, claim what is finalised, give equity, and look at the books.

ape run treasury status --wallet owner_a --network ...
ape run treasury buy --cash "1_000 USDC" --wallet buyer --network ...
ape run treasury redeem --coins "250.50 HMD" --wallet buyer --check --network ...
ape run treasury queue --coins 5_000 --wallet buyer --network ...
ape run treasury claim --wallet buyer --network ...
ape run treasury finalise --network ...
ape run treasury contribute --cash 10_000 --wallet manager --network ...
"""

import click
from ape.cli import network_option

from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import connect
from commonhold.operations.money import COINS, MoneyAmount
from commonhold.operations.treasury import Desk, amount_of
from commonhold.operations.treasury_tables import print_status

WALLET = click.option("--wallet", required=True, help="Who acts: an address or a role; it needs the money.")
CASH = click.option("--cash", required=True, type=MoneyAmount(), help='Of the reserve token, such as "1_000 USDC".')
HMD = click.option("--coins", required=True, type=MoneyAmount(), help='Such as "1_000 HMD", the fee among them.')
TO = click.option("--to", "payee", help="Who gets it; the wallet itself if left out.")
CHECK = click.option("--check", is_flag=True, help="Send nothing; say what it would give, or why it would be refused.")


@click.group()
def cli():
    """The treasury: coins against cash."""


@cli.command(cls=NetworkCommand)
@network_option()
@click.option("--wallet", help="Show the requests that it may claim, too.")
def status(provider, wallet):
    """Balance sheet, cash, demand and its distance from the thresholds, queue."""
    connection = connect(provider)
    print_status(connection.console, Desk(connection.suite), connection.wallet(wallet) if wallet else None)


# ------------------------------------------------------------------------------------------------------- in and out


@cli.command(cls=NetworkCommand)
@network_option()
@CASH
@WALLET
@TO
@click.option("--least", type=MoneyAmount(), help="Fewest coins to accept; those of the price now if left out.")
@CHECK
def buy(provider, cash, wallet, payee, least, check):
    """New coins for cash."""
    connection, desk, owner, to = _begin(provider, wallet, payee)
    amount = cash.of(desk.cash)
    if check:
        if not _refused(connection, desk.said(desk.buy_refusal(owner, amount, to), takes_cash=True)):
            connection.console.print(f"{desk.cash.show(amount)} would buy {COINS.show(desk.coins_for(amount))}")
        return
    done = desk.buy(owner, amount, least=amount_of(least, COINS), to=to)
    connection.console.print(f"{desk.cash.show(done.cash)} bought {COINS.show(done.coins)} for {to}")


@cli.command(cls=NetworkCommand)
@network_option()
@HMD
@WALLET
@TO
@click.option("--least", type=MoneyAmount(), help="Least cash to accept; that of the price now if left out.")
@CHECK
def redeem(provider, coins, wallet, payee, least, check):
    """Cash for coins at once, all of them or none; what is not free can be queued."""
    connection, desk, owner, to = _begin(provider, wallet, payee)
    amount = coins.of(COINS)
    if check:
        if not _refused(connection, desk.said(desk.redeem_refusal(owner, amount, to))):
            quote = desk.quote(amount)
            paid = f"{desk.cash.show(quote.cash)}, fee {COINS.show(quote.feeCoins)}"
            connection.console.print(f"{COINS.show(amount)} would pay {paid}")
        return
    done = desk.redeem(owner, amount, least=amount_of(least, desk.cash), to=to)
    paid = f"{desk.cash.show(done.cash)} to {to}, fee {COINS.show(done.fee)}"
    connection.console.print(f"{COINS.show(done.coins)} paid {paid}")


@cli.command(cls=NetworkCommand)
@network_option()
@HMD
@WALLET
@click.option("--controller", help="Who may claim it; the wallet itself if left out.")
@CHECK
def queue(provider, coins, wallet, controller, check):
    """Put coins into the queue, first come, first served. The fee is fixed now; nothing undoes it."""
    connection, desk, owner, claimer = _begin(provider, wallet, controller)
    amount = coins.of(COINS)
    if check:
        if not _refused(connection, desk.said(desk.request_refusal(owner, amount, claimer))):
            quote = desk.quote(amount)
            parts = f"fee {COINS.show(quote.feeCoins)}, {COINS.show(quote.coinsAtOnce)} claimable at once"
            connection.console.print(f"{COINS.show(quote.netCoins)} would be queued: {parts}")
        return
    done = desk.request(owner, amount, controller=claimer)
    connection.console.print(f"request {done.request_id}: {COINS.show(done.coins)} queued, fee {COINS.show(done.fee)}")
    connection.console.print(f"claimable now: {desk.cash.show(done.cash)}")


@cli.command(cls=NetworkCommand)
@network_option()
@WALLET
@TO
@click.option("--request", "request_id", type=click.IntRange(min=1), help="Only this one; all of the wallet's if none.")
@CHECK
def claim(provider, wallet, payee, request_id, check):
    """The cash of finalised requests. Run it as often as you like."""
    connection, desk, owner, to = _begin(provider, wallet, payee)
    if check and request_id is not None:
        if not _refused(connection, desk.said(desk.claim_refusal(owner, request_id, to))):
            page = connection.suite.treasury.requestPage(request_id)
            connection.console.print(f"request {request_id} would pay {desk.cash.show(page.claimableCash)}")
        return
    due = [one for one in desk.requests_of(owner) if one.page.claimable] if request_id is None else []
    if check:
        cash = sum(one.page.claimableCash for one in due)
        connection.console.print(f"{len(due):,} requests would pay {desk.cash.show(cash)}")
        return
    ids = [one.request_id for one in due] if request_id is None else [request_id]
    paid = 0
    for one in ids:
        done = desk.claim(owner, one, to=to)
        paid += done.cash
        connection.console.print(f"request {one}: {COINS.show(done.coins)} paid {desk.cash.show(done.cash)}")
    connection.console.print(f"{len(ids):,} requests, {desk.cash.show(paid)} to {to}")


@cli.command(cls=NetworkCommand)
@network_option()
@click.option("--sender", default="manager", show_default=True, help="Who sends: an address or a role.")
def finalise(provider, sender):
    """Give free cash to the queue: needed only after the price of the reserve token or of the coin changed."""
    connection, desk, caller, _ = _begin(provider, sender)
    done = desk.finalise(caller)
    connection.console.print(f"{COINS.show(done.coins)} of the queue finalised for {desk.cash.show(done.cash)}")


@cli.command(cls=NetworkCommand)
@network_option()
@CASH
@WALLET
@CHECK
def contribute(provider, cash, wallet, check):
    """Give cash to equity, for nothing; it serves the queue like any cash that comes in."""
    connection, desk, giver, _ = _begin(provider, wallet)
    amount = cash.of(desk.cash)
    if check:
        if not _refused(connection, desk.said(desk.contribute_refusal(giver, amount), takes_cash=True)):
            connection.console.print(f"{desk.cash.show(amount)} could be given")
        return
    done = desk.contribute(giver, amount)
    connection.console.print(f"{desk.cash.show(done.cash)} given; {COINS.show(done.coins)} of the queue finalised")


def _begin(provider, wallet, other=None):
    """The connection, the treasury's desk, and two wallets: the second is the first unless it is named."""
    connection = connect(provider)
    owner = connection.wallet(wallet)
    return connection, Desk(connection.suite), owner, connection.wallet(other) if other else owner


def _refused(connection, reason):
    """Says why something would be refused, if it would."""
    if reason:
        connection.console.print(f"refused: {reason}")
    return bool(reason)
