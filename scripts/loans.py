"""Loans on shares: ask, approve, draw, pay, look, foreclose, bid. Each step once: run a command again and it says so.

ape run loans schedule --amount 60_000 --months 360 --network ...
ape run loans request --share 257 --amount 7_000 --months 360 --price 12_000 --wallet buyer --network ...
ape run loans approve --loan 1 --network ...
ape run loans accept --loan 1 --wallet holding_entity --manager manager --network ...
ape run loans draw --loan 1 --as purchase --network ...
ape run loans pay --loan 1 --instalment 1 --wallet buyer --network ...
ape run loans status --loan 1 --network ...
ape run loans report --chart out/loans.png --network ...
"""

from pathlib import Path

import click
from ape.cli import network_option

from commonhold.operations.charts import METADATA
from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import connect
from commonhold.operations.lending.desk import LoanDesk
from commonhold.operations.lending.portfolio import loan_table, portfolio_tables, read_portfolio
from commonhold.operations.lending.reading import KINDS, MOST_INSTALMENTS, Kind, Stage, loan_of, share_words
from commonhold.operations.lending.refusals import rate_words
from commonhold.operations.lending.schedules import rows_of, schedule_table, write_csv
from commonhold.operations.lending.tables import auction_table, facts_table
from commonhold.operations.money import COINS, MoneyAmount
from commonhold.operations.refusals import DOLLARS
from commonhold.operations.tables import moment
from commonhold.operations.treasury import amount_of

DAY = 86_400
LOAN = click.option("--loan", "loan_id", type=click.IntRange(min=1), required=True, help="Number of the loan.")
WALLET = click.option("--wallet", required=True, help="Who acts: an address or a role.")
ANYONE = click.option("--sender", default="manager", show_default=True, help="Who sends it: anyone may.")
AMOUNT = click.option("--amount", type=MoneyAmount(), required=True, help='Principal, such as "60_000 HMD".')
MONTHS = click.option("--months", type=click.IntRange(1, MOST_INSTALMENTS), required=True, help="Instalments.")
KIND = click.option("--kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True, help="How it is repaid.")


@click.group()
def cli():
    """Loans secured on shares."""


# ----------------------------------------------------------------------------------------------------- before signing


@cli.command(cls=NetworkCommand)
@network_option()
@click.option("--loan", "loan_id", type=click.IntRange(min=1), help="Of this loan or application.")
@click.option("--amount", type=MoneyAmount(), help='Of a loan to be asked for: principal, such as "60_000 HMD".')
@click.option("--months", type=click.IntRange(1, MOST_INSTALMENTS), help="Instalments, with --amount.")
@KIND
@click.option("--rate", type=click.IntRange(0, 10_000), help="Basis points a year; today's rate if left out.")
@click.option("--csv", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write every row, to the wei.")
def schedule(provider, loan_id, amount, months, kind, rate, file):
    """What the chain will ask for, month by month: before anybody signs, or of a loan."""
    if (loan_id is None) == (amount is None) or (amount is None) != (months is None):
        raise click.UsageError("expected --loan, or --amount and --months")
    connection, desk = _begin(provider)
    if loan_id is not None:
        loan = loan_of(connection.suite, loan_id)
        asked = loan.application
        principal, months, kind = asked.amount, asked.instalments, Kind(asked.kind)
        rate = rate or (desk.quote() if loan.stage == Stage.REQUESTED else loan.rateBps)
        start = loan.startedAt or connection.suite.engine.now()
        title = f"Loan {loan_id}, drawn {moment(start)}" if loan.startedAt else f"Loan {loan_id}, if it is drawn now"
    else:
        principal, kind = amount.of(COINS), Kind(KINDS.index(kind))
        rate = desk.quote() if rate is None else rate
        start, title = connection.suite.engine.now(), "If it is drawn now"
    rows = rows_of(principal, rate, months, kind, start)
    title = f"{title}: {COINS.show(principal)}, {kind.words}, {rate_words(rate)}"
    connection.console.print(schedule_table(title, rows, kind))
    fee = desk.origination_fee(principal)
    connection.console.print(f"the draw keeps a fee of {COINS.show(fee)}: {COINS.show(principal - fee)} come out")
    if file is not None:
        connection.console.print(f"table: {write_csv(rows, file)}", markup=False, soft_wrap=True)


@cli.command(cls=NetworkCommand)
@network_option()
@click.option("--share", "share_id", type=click.IntRange(min=257), required=True, help="The collateral.")
@AMOUNT
@MONTHS
@KIND
@click.option("--price", type=MoneyAmount(), help="What the seller gets, if the loan buys the share.")
@click.option("--max-rate", type=click.IntRange(1, 10_000), help="Highest rate to take, basis points; today's if none.")
@WALLET
def request(provider, share_id, amount, months, kind, price, max_rate, wallet):
    """Ask for a loan on a share."""
    connection, desk = _begin(provider)
    application = (
        share_id,
        amount.of(COINS),
        months,
        KINDS.index(kind),
        amount_of(price, DOLLARS) or 0,
        desk.quote() if max_rate is None else max_rate,
    )
    step = desk.request(connection.wallet(wallet), application)
    what = f"{COINS.show(application[1])} on share {share_words(share_id)}"
    _say(connection, step, f"loan {step.loan_id}: {what} asked for", f"loan {step.loan_id} asks for just that already")


@cli.command(cls=NetworkCommand)
@network_option()
@LOAN
@click.option("--rate", type=click.IntRange(0, 10_000), help="Basis points a year; today's rate if left out.")
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True, help="How long it may be drawn.")
@click.option("--underwriter", default="underwriter", show_default=True, help="Who approves: an address or a role.")
def approve(provider, loan_id, rate, days, underwriter):
    """Approve a loan exactly as it was asked for. Underwriters."""
    connection, desk = _begin(provider)
    rate = desk.quote() if rate is None else rate
    until = connection.suite.engine.now() + days * DAY
    step = desk.approve(loan_id, connection.wallet(underwriter), rate, until)
    loan = loan_of(connection.suite, loan_id)
    words = f"{COINS.show(loan.instalment)} a month at {rate_words(rate)}, until {moment(loan.approvedUntil)}"
    jumbo = ", jumbo" if loan.jumbo else ""
    _say(connection, step, f"loan {loan_id} approved{jumbo}: {words}", f"loan {loan_id} is approved already: {words}")


@cli.command(cls=NetworkCommand)
@network_option()
@LOAN
@WALLET
def withdraw(provider, loan_id, wallet):
    """Take an application back. Its borrower."""
    connection, desk = _begin(provider)
    step = desk.withdraw(loan_id, connection.wallet(wallet))
    _say(connection, step, f"loan {loan_id} withdrawn", f"loan {loan_id} was withdrawn already")


@cli.command(cls=NetworkCommand)
@network_option()
@LOAN
@WALLET
@click.option("--manager", help="The house's manager permits the move, too: an address or a role.")
def accept(provider, loan_id, wallet, manager):
    """Sell a share to the buyer of a loan, for its price: the seller's consent, and the manager's if he is named."""
    connection, desk = _begin(provider)
    step = desk.accept(loan_id, connection.wallet(wallet), connection.wallet(manager) if manager else None)
    loan = loan_of(connection.suite, loan_id)
    price = DOLLARS.show(loan.application.priceUsd)
    _say(connection, step, f"loan {loan_id}: {price} accepted", f"loan {loan_id}: {price} is accepted already")


@cli.command(cls=NetworkCommand)
@network_option()
@LOAN
@click.option("--as", "how", type=click.Choice(["coin", "cash", "purchase"]), required=True, help="What comes out.")
@click.option("--to", "payee", help="Who gets coin or cash; the borrower if left out.")
@click.option("--wallet", help="The borrower; who asked for it if left out.")
def draw(provider, loan_id, how, payee, wallet):
    """Draw an approved loan in coin or cash, or buy the share with it. Its borrower."""
    connection, desk = _begin(provider)
    borrower = connection.wallet(wallet) if wallet else loan_of(connection.suite, loan_id).borrower
    if how == "purchase":
        if payee:
            raise click.UsageError("--to: a purchase pays the seller")
        step = desk.purchase(loan_id, borrower)
    else:
        to = connection.wallet(payee) if payee else None
        step = desk.draw(loan_id, borrower, to=to, in_cash=how == "cash")
    said = ""
    if step.is_new:
        drawn = step.last.event("Drawn")
        cash = f", paid as {desk.money.cash.show(drawn['cash'])}" if drawn["cash"] else ""
        said = f"loan {loan_id}: {COINS.show(drawn['amount'])} drawn, fee {COINS.show(drawn['fee'])}{cash}"
    _say(connection, step, said, f"loan {loan_id} was drawn already")


# -------------------------------------------------------------------------------------------------------------- paying


@cli.command(cls=NetworkCommand)
@network_option()
@LOAN
@click.option("--coins", type=MoneyAmount(), help="At most so much; what is not owed is not taken.")
@click.option("--cash", type=MoneyAmount(), help="In the reserve token, likewise.")
@click.option("--instalment", type=click.IntRange(1, MOST_INSTALMENTS), help="What meets instalments up to this one.")
@click.option("--all", "whole", is_flag=True, help="All that is owed.")
@click.option("--least", type=MoneyAmount(), help="With --cash: what it must count for; what it is worth if left out.")
@WALLET
def pay(provider, loan_id, coins, cash, instalment, whole, least, wallet):
    """Pay on a loan: anybody may, for anybody."""
    if sum(map(bool, (coins, cash, instalment, whole))) != 1:
        raise click.UsageError("expected one of --coins, --cash, --instalment, --all")
    connection, desk = _begin(provider)
    payer, loan = connection.wallet(wallet), loan_of(connection.suite, loan_id)
    if loan.stage == Stage.REPAID or (instalment and loan.paid >= instalment):
        what = f"loan {loan_id} is repaid" if loan.stage == Stage.REPAID else f"instalment {instalment} is met"
        connection.console.print(f"{what} already")
        return
    if cash:
        done = desk.pay_cash(loan_id, payer, cash.of(desk.money.cash), amount_of(least, COINS))
    elif coins:
        done = desk.pay(loan_id, payer, coins.of(COINS))
    else:
        needed = desk.coins_for_all(loan_id) if whole else desk.coins_for_instalment(loan_id, instalment)
        done = desk.pay(loan_id, payer, needed)
    fees = f", late fees {COINS.show(done.fees)}" if done.fees else ""
    left = f"{COINS.show(done.debt)} still owed" if done.debt else "repaid, and the share is free"
    connection.console.print(f"loan {loan_id}: {COINS.show(done.credit)} paid{fees}; {left}")


@cli.command(cls=NetworkCommand)
@network_option()
@click.option("--loan", "loan_id", type=click.IntRange(min=1), help="One loan.")
@click.option("--wallet", help="All that this wallet asked for.")
def status(provider, loan_id, wallet):
    """A loan, the loans of a wallet, or all open ones."""
    connection, desk = _begin(provider)
    if loan_id is None and wallet is None:
        connection.console.print(loan_table(read_portfolio(connection.suite).lines, most=40))
    found = [loan_id] if loan_id else desk.loans_of(connection.wallet(wallet)) if wallet else []
    for one in found:
        connection.console.print(facts_table(connection.suite, one))
        if loan_of(connection.suite, one).stage == Stage.FORECLOSING:
            connection.console.print(auction_table(connection.suite, one))
    if wallet and not found:
        connection.console.print(f"{wallet} asked for no loan")


@cli.command(cls=NetworkCommand)
@network_option()
@click.option("--chart", type=click.Path(path_type=Path, dir_okay=False), help="Draw it, too: a .png or .svg.")
def report(provider, chart):
    """All open loans: days past due, coverage, concentration."""
    if chart is not None and chart.suffix[1:].lower() not in METADATA:
        raise click.UsageError(f"--chart: got {chart.name!a}; expected a name that ends in .png or .svg")
    connection, _ = _begin(provider)
    portfolio = read_portfolio(connection.suite)
    for table in portfolio_tables(portfolio):
        connection.console.print(table)
    if chart is not None:
        from commonhold.operations.lending.chart import draw_portfolio

        connection.console.print(f"chart: {draw_portfolio(portfolio, chart)}", markup=False, soft_wrap=True)


# --------------------------------------------------------------------------------------------------------- foreclosing


@cli.command(cls=NetworkCommand)
@network_option()
@LOAN
@ANYONE
def notice(provider, loan_id, sender):
    """Give notice: more is owed than the share bears."""
    connection, desk = _begin(provider)
    step = desk.give_notice(loan_id, connection.wallet(sender))
    at = moment(loan_of(connection.suite, loan_id).noticeAt)
    _say(connection, step, f"loan {loan_id}: notice given", f"loan {loan_id} is under notice already, since {at}")


@cli.command(cls=NetworkCommand)
@network_option()
@LOAN
@ANYONE
def foreclose(provider, loan_id, sender):
    """Start a foreclosure, which opens the auction."""
    connection, desk = _begin(provider)
    step = desk.foreclose(loan_id, connection.wallet(sender))
    stage = Stage(loan_of(connection.suite, loan_id).stage)
    _say(connection, step, f"loan {loan_id}: foreclosure started", f"loan {loan_id} is {stage.words} already")
    if stage == Stage.FORECLOSING:
        connection.console.print(auction_table(connection.suite, loan_id))


@cli.command(cls=NetworkCommand)
@network_option()
@LOAN
@WALLET
@click.option("--most", type=MoneyAmount(), help="Most coins to give; the price of now if left out.")
@click.option(
    "--as-co-owner", "co_owned", type=click.IntRange(min=257), help="Another share of the house, the wallet's."
)
def bid(provider, loan_id, wallet, most, co_owned):
    """Buy the share of a foreclosed loan at the posted price: the first bid wins."""
    connection, desk = _begin(provider)
    step = desk.bid(loan_id, connection.wallet(wallet), most=amount_of(most, COINS), co_owned=co_owned or 0)
    said = ""
    if step.is_new:
        sold = step.last.event("Sold")
        said = f"share {share_words(sold['shareId'])} sold to {sold['buyer']} for {COINS.show(sold['coins'])}"
    stage = Stage(loan_of(connection.suite, loan_id).stage)
    _say(connection, step, said, f"loan {loan_id} is {stage.words} already")


@cli.command(cls=NetworkCommand)
@network_option()
@LOAN
@ANYONE
def close(provider, loan_id, sender):
    """The treasury takes a share that nobody bid for."""
    connection, desk = _begin(provider)
    step = desk.close(loan_id, connection.wallet(sender))
    said = ""
    if step.is_new:
        taken = step.last.event("Taken")
        said = f"share {share_words(taken['shareId'])} taken at {DOLLARS.show(taken['valueUsd'])}"
    stage = Stage(loan_of(connection.suite, loan_id).stage)
    _say(connection, step, said, f"loan {loan_id} is {stage.words} already")


def _begin(provider):
    """The connection, and the desk of its book."""
    connection = connect(provider)
    return connection, LoanDesk(connection.suite)


def _say(connection, step, done, before):
    """What a step did, or that it had been done."""
    connection.console.print(done if step.is_new else f"{before}; nothing sent", soft_wrap=True)
