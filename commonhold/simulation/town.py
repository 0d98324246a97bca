"""The first day: real homes with values, cash behind the coins, and a loan on a share for each borrower.

Homes are those of the example portfolio, loans have the terms of real applications (`loanapp`): the approved ones that
fit the book's rules, again and again until there are enough. Every fifth loan is adjustable, every tenth interest-only,
because the study does not say which is which.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from commonhold.build import ROOT
from commonhold.engines import InProcessEngine
from commonhold.engines.codec import checksum
from commonhold.inputs.home import usd_units
from commonhold.inputs.loanapp import read_applications
from commonhold.inputs.portfolio import Portfolio, read_portfolio
from commonhold.operations.connection import tokenize_options, wallet_named
from commonhold.operations.credentials import ensure_credential
from commonhold.operations.lending.applications import Placed, place
from commonhold.operations.lending.desk import LoanDesk
from commonhold.operations.lending.opening import appraise
from commonhold.operations.lending.reading import Kind
from commonhold.operations.reading import share_id, share_of
from commonhold.operations.tokenize import tokenize
from commonhold.recipe import Suite, deploy, local_parameters
from commonhold.recipe.buying import buy_coins, give_cash, keep_price_valid

DAY, YEAR = 86_400, 365 * 86_400
FIRST_BORROWER = 0xB0220 << 64  # wallets without a key, which nobody needs in process
CREDENTIALS_FOR = 30 * YEAR
SHARES = 8
UNLIMITED = 2**256 - 1
APPLICATIONS = ROOT / "examples" / "loanapp.csv"
HOMES = ROOT / "examples" / "portfolio.json"
CASH_FOR_LOANS = 25  # % of what is lent: the treasury's cash on the first day
EQUITY_FOR_LOANS = 3  # %: given before the first loan
ADJUSTABLE_EVERY, INTEREST_ONLY_EVERY = 5, 10


@dataclass
class Town:
    """A suite with homes and borrowers. Nobody needs a key in process."""

    suite: Suite
    bank: str
    seller: str
    houses: dict[int, int]
    """First values by property id (dollars, 18 decimals)."""
    loans: dict[int, Placed]
    borrowers: dict[int, str]

    @property
    def payee(self) -> str:
        """Who gets what the DAO pays out."""
        return wallet_named(self.suite, "manager")

    @property
    def people(self) -> list[str]:
        """All that can hold coins, apart from contracts."""
        return [self.bank, self.seller, *self.borrowers.values()]


def open_town(loans: int) -> Town:
    """So many loans drawn, each on a share of its borrower's own."""
    suite = deploy(InProcessEngine(), local_parameters())
    bank, seller = (wallet_named(suite, who) for who in ("bank", "holding_entity"))
    for wallet in (bank, seller):
        ensure_credential(suite, wallet, wallet_named(suite, "issuer"), valid_for=CREDENTIALS_FOR)
    houses = _homes(suite, -(-loans // SHARES))
    town = Town(suite, bank, seller, houses, {}, {})
    placed = _fitting(suite, houses, loans)
    _fund(town, sum(one.amount for one in placed))
    for one in placed:
        _draw(town, one)
    return town


def _homes(suite: Suite, count: int) -> dict[int, int]:
    """The first homes of the example on chain, valued at their price, the quarantine of first values over."""
    whole = read_portfolio(HOMES)
    portfolio = Portfolio(whole.file, whole.homes[:count])
    with tempfile.TemporaryDirectory() as documents:
        tokenized = tokenize(suite, portfolio, tokenize_options(suite, Path(documents)))
    values = {
        house: usd_units(placed.home.price_usd)
        for house, placed in zip(tokenized.property_ids, portfolio.homes, strict=True)
    }
    appraise(suite, values)
    suite.engine.advance(suite.parameters.valuation.first_value_quarantine + 1)
    keep_price_valid(suite)
    return values


def _fitting(suite: Suite, houses: dict[int, int], count: int) -> list[Placed]:
    """Applications that the book will take, on a share each."""
    terms = suite.desk.terms()
    shares = [share_id(house, number) for house in houses for number in range(1, SHARES + 1)][:count]
    applications = read_applications(APPLICATIONS).applications
    found: list[Placed] = []
    while len(found) < count:
        before = len(found)
        for application in applications:
            if len(found) == count:
                break
            share = shares[len(found)]
            value = houses[share_of(share)[0]] // SHARES
            one = place(application, share, value, min_loan=terms.minLoan)
            if isinstance(one, Placed) and one.amount * 10_000 <= terms.drawLtvBps * min(value, one.price_usd):
                found.append(_with_kind(one, len(found)))
        if len(found) == before:
            raise ValueError(f"{APPLICATIONS}: no application fits")
    return found


def _with_kind(placed: Placed, number: int) -> Placed:
    kind = Kind.FIXED
    if number % INTEREST_ONLY_EVERY == 3:
        kind = Kind.INTEREST_ONLY
    elif number % ADJUSTABLE_EVERY == 1:
        kind = Kind.ADJUSTABLE
    return Placed(placed.application, placed.share_id, placed.amount, placed.instalments, kind, placed.price_usd)


def _fund(town: Town, lent: int) -> None:
    """Cash from the bank: some for coins, some for equity."""
    suite, unit = town.suite, town.suite.parameters.reserve.unit
    buy_coins(suite, town.bank, lent * CASH_FOR_LOANS // 100 // unit)
    given = lent * EQUITY_FOR_LOANS // 100 // unit
    give_cash(suite, town.bank, given)
    suite.treasury.contribute(given, sender=town.bank)
    suite.coin.approve(suite.treasury.address, UNLIMITED, sender=town.bank)
    suite.certificate.setApprovalForAll(suite.book.address, True, sender=town.seller)
    suite.engine.advance(3 * 3_600)  # after which coins count in the base of demand


def _draw(town: Town, placed: Placed) -> None:
    """A borrower comes to town and buys his share with a loan."""
    suite, desk = town.suite, LoanDesk(town.suite, tries_first=False)
    borrower = checksum((FIRST_BORROWER + len(town.loans)).to_bytes(20, "big"))
    ensure_credential(suite, borrower, wallet_named(suite, "issuer"), valid_for=CREDENTIALS_FOR)
    loan_id = desk.ask(borrower, placed.struct(suite.rates.terms().capBps)).loan_id
    desk.approve(loan_id, wallet_named(suite, "underwriter"), desk.quote(), suite.engine.now() + 30 * DAY)
    desk.accept(loan_id, town.seller, wallet_named(suite, "manager"))
    _provide(town, borrower, desk.down_payment(suite.desk.loanOf(loan_id)))
    keep_price_valid(suite)
    desk.purchase(loan_id, borrower)
    town.loans[loan_id], town.borrowers[loan_id] = placed, borrower


def _provide(town: Town, wallet: str, coins: int) -> None:
    provide(town, coins)
    town.suite.coin.transfer(wallet, coins, sender=town.bank)


def provide(town: Town, coins: int) -> None:
    """The bank has so many coins: those that it lacks are bought for cash."""
    missing = coins - town.suite.coin.balanceOf(town.bank)
    if missing > 0:
        buy_coins(town.suite, town.bank, -(-missing // town.suite.parameters.reserve.unit))
