"""Tables for people: what the scripts print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from commonhold.inputs.home import Home, usd_units
from commonhold.operations.amounts import show_amount, show_percent
from commonhold.operations.money import COINS
from commonhold.operations.reading import ZERO_ADDRESS, CredentialStatus

INCOME_UNIT = 10**9  # wei of coin, as the income distributor counts per share
SHOWN_HOMES = 40
SHOWN_SHARES = 40


def short(address: str) -> str:
    """An address that fits a column."""
    return "-" if address == ZERO_ADDRESS else f"{address[:6]}…{address[-4:]}"


def moment(seconds: int) -> str:
    """A time of the chain."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC") if seconds else "-"


def portfolio_table(title: str, homes: Sequence[tuple[int, Home]], houses: Mapping[int, Any]) -> Table:
    """Homes of a file beside what the chain has of them, by property id; the last row is for all of them."""
    table = Table(title=title, title_justify="left")
    for name in ("id", "provider's id"):
        table.add_column(name, no_wrap=True)
    table.add_column("source", no_wrap=True)
    for name in ("year", "price $", "rooms", "baths", "area ft²", "land ft²", "age", "shares", "others own", "income"):
        table.add_column(name, justify="right", no_wrap=True)
    for property_id, home in homes[:SHOWN_HOMES]:
        house = houses[property_id]
        income = _income(house)
        table.add_row(
            str(property_id),
            house.property.providerPropertyId,
            _text(home.source_record),
            _text(home.sale_year),
            show_amount(usd_units(home.price_usd), places=0),
            _text(home.rooms),
            _text(home.bathrooms),
            f"{home.area_sqft:,}",
            f"{home.land_sqft:,}" if home.land_sqft is not None else "-",
            _text(home.age_years),
            str(house.shares),
            str(house.sharesSold),
            show_amount(income) if income else "-",
        )
    table.add_section()
    shown = f"all {len(homes):,}" if len(homes) <= SHOWN_HOMES else f"all {len(homes):,}, the first {SHOWN_HOMES} above"
    all_houses = [houses[property_id] for property_id, _ in homes]
    table.add_row(
        "",
        shown,
        "",
        "",
        show_amount(sum(usd_units(home.price_usd) for _, home in homes), places=0),
        *("" for _ in range(2)),
        f"{sum(home.area_sqft for _, home in homes):,}",
        *("" for _ in range(2)),
        f"{sum(house.shares for house in all_houses):,}",
        f"{sum(house.sharesSold for house in all_houses):,}",
        show_amount(sum(map(_income, all_houses))),
    )
    return table


def _income(house: Any) -> int:
    """All income a house has had (wei of coin)."""
    return int(house.incomePerShareUnits * INCOME_UNIT * house.shares + house.incomeWaiting)


def property_table(house: Any, documents: Mapping[str, str]) -> Table:
    """One house."""
    entry = house.property
    table = _facts(f"Property {house.propertyId}")
    rows = {
        "provider": f"{entry.provider}, id {entry.providerPropertyId}",
        "parcel": f"{entry.parcel} ({entry.jurisdiction})",
        "title": entry.titleReference,
        "listing": entry.listingUri if entry.listed else "delisted",
        "holding entity": entry.holdingEntity,
        "manager": entry.manager,
        "registered": moment(entry.registeredAt),
        "shares": f"{entry.shareCount}" if house.shares else f"{entry.shareCount}, not tokenized yet",
        "first price of a share": f"$ {show_amount(entry.firstPriceUsd)}",
        "owned by others": f"{house.sharesSold} of {house.shares}",
        "income so far, a share": show_amount(house.incomePerShareUnits * INCOME_UNIT),
        "senior claims": f"{entry.seniorClaimCount}, $ {show_amount(entry.seniorClaimsUsd)}",
        **documents,
    }
    for name, value in rows.items():
        table.add_row(name, value)
    for number, owner in enumerate(house.owners, start=1):
        table.add_row(f"share {number}", owner)
    return table


def certificate_table(page: Any, coin: str) -> Table:
    """One certificate: what the paper shows, and what it does not. `coin` is the address of the suite's."""
    paper = page.certificate
    currencies = {ZERO_ADDRESS: "dollars outside the chain", coin: COINS.symbol}
    currency = currencies.get(paper.currency, f"token {paper.currency}")
    table = _facts(f"Certificate {paper.shareId}")
    rows = {
        "house": f"property {paper.propertyId}: {paper.provider}, id {paper.providerPropertyId}",
        "share": f"{paper.shareNumber} of {paper.shareCount}, {show_percent(paper.millionths)}",
        "owner": paper.owner,
        "owner id": f"0x{paper.ownerId.hex()}",
        "id issued by": paper.ownerIdIssuer,
        "acquired": f"{moment(paper.acquiredAt)}, move {paper.moveNumber}",
        "price": f"$ {show_amount(paper.priceUsd)} in {currency}" if paper.priceUsd else "none recorded",
        "reference": f"0x{paper.transactionReference.hex()}",
        "manager": paper.manager,
        "lien": _lien(page, coin),
        "lease": short(paper.leaseHolder),
        "frozen": "yes" if page.frozen else "no",
        "in use by": f"{page.user} until {moment(page.userExpires)}" if page.user != ZERO_ADDRESS else "-",
        "may move to": f"{page.approvedBuyer} until {moment(page.approvalDeadline)}"
        if page.approvedBuyer != ZERO_ADDRESS
        else "-",
        "income due": show_amount(page.pendingIncome),
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def wallet_tables(address: str, wallet: Any) -> list[Table]:
    """A wallet, and its shares."""
    facts = _facts(f"Wallet {address}")
    rows = {
        "credential": credential_line(wallet.credential),
        "coins": show_amount(wallet.coins),
        "frozen coins": show_amount(wallet.frozenCoins) if wallet.frozenCoins else "-",
        "income due": show_amount(wallet.settledIncome + wallet.pendingIncome),
        "shares": f"{len(wallet.holdings):,}",
    }
    if wallet.currentWallet != address:
        rows["replaced by"] = wallet.currentWallet
    for name, value in rows.items():
        facts.add_row(name, value)
    more = len(wallet.holdings) - SHOWN_SHARES
    shares = Table(title="Shares", title_justify="left", caption=f"... and {more:,} more" if more > 0 else None)
    for name in ("certificate", "property", "share", "part", "income due", "moves", "encumbered"):
        shares.add_column(name, justify="right", no_wrap=True)
    for holding in wallet.holdings[:SHOWN_SHARES]:
        marks = {
            "lien": holding.lienHolder != ZERO_ADDRESS,
            "lease": holding.leaseHolder != ZERO_ADDRESS,
            "frozen": holding.frozen,
        }
        shares.add_row(
            str(holding.shareId),
            str(holding.propertyId),
            f"{holding.shareNumber} of {holding.shareCount}",
            show_percent(holding.millionths),
            show_amount(holding.pendingIncome),
            str(holding.moveNumber),
            ", ".join(name for name, stands in marks.items() if stands) or "-",
        )
    return [facts, shares] if wallet.holdings else [facts]


def credential_line(credential: Any) -> str:
    """A credential in one line."""
    status = CredentialStatus(credential.status)
    if status == CredentialStatus.NONE:
        return "none"
    words = status.name.lower().replace("_", " ")
    return f"{words}, owner id 0x{credential.ownerId.hex()[:8]}…, until {moment(credential.expiresAt)}"


def gas_table(rows: Sequence[tuple[str, int, int]]) -> Table:
    """Steps with how many transactions each took, and their gas."""
    table = Table(title="Gas per step", title_justify="left")
    table.add_column("step")
    for name in ("transactions", "gas", "gas each"):
        table.add_column(name, justify="right", no_wrap=True)
    for step, count, gas in rows:
        table.add_row(step, f"{count:,}", f"{gas:,}", f"{gas // count:,}" if count else "-")
    table.add_section()
    table.add_row("all", f"{sum(row[1] for row in rows):,}", f"{sum(row[2] for row in rows):,}", "")
    return table


def refusal_table(rows: Sequence[tuple[str, str, str]]) -> Table:
    """What was tried and refused, with the error's name and its values."""
    table = Table(title="Tried and refused", title_justify="left")
    for name in ("tried", "refused by", "with"):
        table.add_column(name)
    for row in rows:
        table.add_row(*row)
    return table


def _lien(page: Any, coin: str) -> str:
    paper = page.certificate
    if paper.lienHolder == ZERO_ADDRESS:
        return "none"
    if not paper.loanTermsKnown:
        return f"held by {paper.lienHolder}, terms unknown"
    loan = paper.loan
    # Another token's decimals are not on the paper.
    known = {ZERO_ADDRESS: f"$ {show_amount(loan.amount)}", coin: COINS.show(loan.amount)}
    amount = known.get(loan.currency, f"{loan.amount:,} of {loan.currency}")
    years = loan.termPeriod / (365 * 24 * 3600)
    return f"{loan.kind} loan of {amount} at {loan.rateBps / 100:.2f} %, {years:.1f} years, from {loan.lender}"


def _facts(title: str) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _text(value: object) -> str:
    return "-" if value is None else str(value)
