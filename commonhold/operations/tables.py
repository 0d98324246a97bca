"""Tables for people: what the scripts print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from rich.table import Table

from commonhold.inputs.home import Home
from commonhold.operations.amounts import show_amount, show_percent
from commonhold.operations.reading import (
    ZERO_ADDRESS,
    CertificatePage,
    Credential,
    CredentialStatus,
    PropertySummary,
    WalletPage,
)

INCOME_UNIT = 10**9  # wei of coin, as the income distributor counts per share


def short(address: str) -> str:
    """An address that fits a column."""
    return "-" if address == ZERO_ADDRESS else f"{address[:6]}…{address[-4:]}"


def moment(seconds: int) -> str:
    """A time of the chain."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC") if seconds else "-"


def portfolio_table(homes: Iterable[tuple[int, Home]], houses: Mapping[int, PropertySummary]) -> Table:
    """Homes of a file beside what the chain has of them; one row each, by property id."""
    table = Table(title="Portfolio: real sales (kielmc), as they stand on chain", title_justify="left")
    for name in ("id", "provider's id"):
        table.add_column(name, no_wrap=True)
    table.add_column("neighborhood")
    for name in ("sold", "price $", "rooms", "baths", "area ft²", "land ft²", "age", "shares", "others own", "income"):
        table.add_column(name, justify="right", no_wrap=True)
    for property_id, home in homes:
        house = houses[property_id]
        income = house.income_per_share_units * INCOME_UNIT * house.shares + house.income_waiting
        table.add_row(
            str(property_id),
            house.property.provider_property_id,
            _text(home.neighborhood).removeprefix("kielmc neighborhood "),
            _text(home.sale_year),
            show_amount(house.property.first_price_usd * house.shares, places=0),
            _text(home.rooms),
            _text(home.bathrooms),
            f"{home.area_sqft:,}",
            f"{home.land_sqft:,}" if home.land_sqft is not None else "-",
            _text(home.age_years),
            str(house.shares),
            str(house.shares_sold),
            show_amount(income) if income else "-",
        )
    return table


def property_table(house: PropertySummary, documents: Mapping[str, str]) -> Table:
    """One house."""
    entry = house.property
    table = _facts(f"Property {house.property_id}")
    rows = {
        "provider": f"{entry.provider}, id {entry.provider_property_id}",
        "parcel": f"{entry.parcel} ({entry.jurisdiction})",
        "title": entry.title_reference,
        "listing": entry.listing_uri if entry.listed else "delisted",
        "holding entity": entry.holding_entity,
        "manager": entry.manager,
        "registered": moment(entry.registered_at),
        "shares": f"{entry.share_count}" if house.shares else f"{entry.share_count}, not tokenized yet",
        "first price of a share": f"$ {show_amount(entry.first_price_usd)}",
        "owned by others": f"{house.shares_sold} of {house.shares}",
        "income so far, a share": show_amount(house.income_per_share_units * INCOME_UNIT),
        "senior claims": f"{entry.senior_claim_count}, $ {show_amount(entry.senior_claims_usd)}",
        **documents,
    }
    for name, value in rows.items():
        table.add_row(name, value)
    for number, owner in enumerate(house.owners, start=1):
        table.add_row(f"share {number}", owner)
    return table


def certificate_table(page: CertificatePage) -> Table:
    """One certificate: what the paper shows, and what it does not."""
    paper = page.certificate
    currency = "dollars outside the chain" if paper.currency == ZERO_ADDRESS else f"token {paper.currency}"
    table = _facts(f"Certificate {paper.share_id}")
    rows = {
        "house": f"property {paper.property_id}: {paper.provider}, id {paper.provider_property_id}",
        "share": f"{paper.share_number} of {paper.share_count}, {show_percent(paper.millionths)}",
        "owner": paper.owner,
        "owner id": f"0x{paper.owner_id.hex()}",
        "id issued by": paper.owner_id_issuer,
        "acquired": f"{moment(paper.acquired_at)}, move {paper.move_number}",
        "price": f"$ {show_amount(paper.price_usd)} in {currency}" if paper.price_usd else "none recorded",
        "reference": f"0x{paper.transaction_reference.hex()}",
        "manager": paper.manager,
        "lien": _lien(page),
        "lease": short(paper.lease_holder),
        "frozen": "yes" if page.frozen else "no",
        "in use by": f"{page.user} until {moment(page.user_expires)}" if page.user != ZERO_ADDRESS else "-",
        "may move to": f"{page.approved_buyer} until {moment(page.approval_deadline)}"
        if page.approved_buyer != ZERO_ADDRESS
        else "-",
        "income due": show_amount(page.pending_income),
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def wallet_tables(address: str, wallet: WalletPage) -> list[Table]:
    """A wallet, and its shares."""
    facts = _facts(f"Wallet {address}")
    rows = {
        "credential": credential_line(wallet.credential),
        "coins": show_amount(wallet.coins),
        "frozen coins": show_amount(wallet.frozen_coins) if wallet.frozen_coins else "-",
        "income due": show_amount(wallet.settled_income + wallet.pending_income),
        "shares": str(len(wallet.holdings)),
    }
    if wallet.current_wallet != address:
        rows["replaced by"] = wallet.current_wallet
    for name, value in rows.items():
        facts.add_row(name, value)
    shares = Table(title="Shares", title_justify="left")
    for name in ("certificate", "property", "share", "part", "income due", "moves", "encumbered"):
        shares.add_column(name, justify="right", no_wrap=True)
    for holding in wallet.holdings:
        marks = {
            "lien": holding.lien_holder != ZERO_ADDRESS,
            "lease": holding.lease_holder != ZERO_ADDRESS,
            "frozen": holding.frozen,
        }
        shares.add_row(
            str(holding.share_id),
            str(holding.property_id),
            f"{holding.share_number} of {holding.share_count}",
            show_percent(holding.millionths),
            show_amount(holding.pending_income),
            str(holding.move_number),
            ", ".join(name for name, stands in marks.items() if stands) or "-",
        )
    return [facts, shares] if wallet.holdings else [facts]


def credential_line(credential: Credential) -> str:
    """A credential in one line."""
    status = CredentialStatus(credential.status)
    if status == CredentialStatus.NONE:
        return "none"
    words = status.name.lower().replace("_", " ")
    return f"{words}, owner id 0x{credential.owner_id.hex()[:8]}…, until {moment(credential.expires_at)}"


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


def _lien(page: CertificatePage) -> str:
    paper = page.certificate
    if paper.lien_holder == ZERO_ADDRESS:
        return "none"
    if not paper.loan_terms_known:
        return f"held by {paper.lien_holder}, terms unknown"
    loan = paper.loan
    # A token's own decimals are not on the paper; dollars have 18.
    amount = f"$ {show_amount(loan.amount)}" if loan.currency == ZERO_ADDRESS else f"{loan.amount:,} of {loan.currency}"
    years = loan.term_period / (365 * 24 * 3600)
    return f"{loan.kind} loan of {amount} at {loan.rate_bps / 100:.2f} %, {years:.1f} years, from {loan.lender}"


def _facts(title: str) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _text(value: object) -> str:
    return "-" if value is None else str(value)
