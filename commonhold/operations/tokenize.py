"""Putting a portfolio on chain: each home is registered and tokenized once, whatever happened before.

The chain alone says what is done already, so a run that was killed anywhere is completed by the next one, and a run
over a finished portfolio sends nothing. A home takes two transactions (`register`, `tokenize`), and a third where its
description document changed and the caller wants that recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from commonhold.inputs.home import Home
from commonhold.inputs.portfolio import PlacedHome, Portfolio
from commonhold.inputs.problems import InputError, Problem, shown
from commonhold.operations.amounts import show_amount
from commonhold.operations.documents import DEFAULT_BASE, Document, description_of, write_document
from commonhold.operations.reading import DocumentKind


@dataclass(frozen=True)
class TokenizeOptions:
    """Who does it and for whom, where a home of the file names nobody else; addresses.

    `registrar` signs; `holding_entity` receives the shares; `documents` is the folder for the description documents
    and `document_base` what their uris begin with.
    """

    registrar: str
    manager: str
    holding_entity: str
    documents: Path
    document_base: str = DEFAULT_BASE
    update_documents: bool = False


@dataclass(frozen=True)
class Progress:
    """One home is done: `left` more to go, `sent` transactions so far."""

    home: PlacedHome
    property_id: int
    transactions: int
    done: int
    left: int
    sent: int


@dataclass
class TokenizeResult:
    """What the run did. `property_ids` are those of the file's homes, in order."""

    property_ids: list[int] = field(default_factory=list)
    registrations: list[Any] = field(default_factory=list)  # receipts, as are the next two
    tokenizations: list[Any] = field(default_factory=list)
    document_updates: list[Any] = field(default_factory=list)
    untouched: int = 0

    @property
    def transactions(self) -> int:
        return len(self.registrations) + len(self.tokenizations) + len(self.document_updates)


@dataclass(frozen=True)
class _Plan:
    """What is to be done for one home."""

    placed: PlacedHome
    document: Document
    property_id: int  # 0: to be registered
    tokenized: bool
    document_changed: bool

    @property
    def finished(self) -> bool:
        return self.tokenized and not self.document_changed


def tokenize(
    suite: Any,
    portfolio: Portfolio,
    options: TokenizeOptions,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    on_plan: Callable[[int, int], None] = lambda homes, transactions: None,
) -> TokenizeResult:
    """Complete the portfolio on chain. Everything that can be checked is checked before the first transaction.

    `on_plan` hears how many homes and transactions lie ahead. Raises `InputError` if the chain holds a home that the
    file contradicts, or if a holding entity could not receive shares.
    """
    plans = _plans(suite, portfolio, options)
    ahead = [plan for plan in plans if not plan.finished]
    on_plan(len(ahead), sum(_transactions_of(plan) for plan in ahead))
    result = TokenizeResult()
    done = 0
    for plan in plans:
        # Written also for a finished home: the folder may have been lost since.
        write_document(plan.document, options.documents)
        if plan.finished:
            result.untouched += 1
            result.property_ids.append(plan.property_id)
            continue
        before = result.transactions
        property_id = _carry_out(suite, plan, options, result)
        result.property_ids.append(property_id)
        done += 1
        sent = result.transactions
        on_progress(Progress(plan.placed, property_id, sent - before, done, len(ahead) - done, sent))
    return result


def _transactions_of(plan: _Plan) -> int:
    return (plan.property_id == 0) + (not plan.tokenized) + plan.document_changed


def _carry_out(suite: Any, plan: _Plan, options: TokenizeOptions, result: TokenizeResult) -> int:
    home, property_id, sender = plan.placed.home, plan.property_id, options.registrar
    if property_id == 0:
        receipt = suite.registry.register(property_terms(home, plan.document, options), sender=sender)
        # From the event, not from a count: others may register homes at the same time.
        property_id = int(receipt.event("PropertyRegistered")["propertyId"])
        result.registrations.append(receipt)
    if not plan.tokenized:
        holding_entity = home.holding_entity or options.holding_entity
        result.tokenizations.append(suite.certificate.tokenize(property_id, holding_entity, sender=sender))
    if plan.document_changed:
        kind, uri = int(DocumentKind.DESCRIPTION), plan.document.uri(options.document_base)
        result.document_updates.append(
            suite.registry.setDocument(property_id, kind, uri, plan.document.sha256, sender=sender)
        )
    return property_id


def property_terms(home: Home, document: Document, options: TokenizeOptions) -> dict[str, Any]:
    """IPropertyRegistry.PropertyTerms of a home."""
    return {
        "provider": home.provider,
        "providerPropertyId": home.provider_property_id,
        "jurisdiction": home.jurisdiction,
        "parcel": home.parcel,
        "titleReference": home.title_reference,
        "holdingEntity": home.holding_entity or options.holding_entity,
        "manager": home.manager or options.manager,
        "shareCount": home.shares,
        "firstPriceUsd": home.first_price_usd_down(),
        "listingUri": home.listing_uri,
        "descriptionUri": document.uri(options.document_base),
        "descriptionSha256": document.sha256,
    }


# ------------------------------------------------------------------------------------------- what is there already


def _plans(suite: Any, portfolio: Portfolio, options: TokenizeOptions) -> list[_Plan]:
    problems: list[Problem] = []
    plans: list[_Plan] = []
    anything_there = suite.registry.propertyCount() > 0
    for placed in portfolio.homes:
        document = description_of(placed.home)
        property_id = _property_on_chain(suite, placed, problems) if anything_there else 0
        if property_id == 0:
            plans.append(_Plan(placed, document, 0, tokenized=False, document_changed=False))
            continue
        _compare(suite, placed, property_id, problems)
        tokenized = suite.certificate.sharesOf(property_id) > 0
        changed = options.update_documents and _document_changed(suite, property_id, document)
        plans.append(_Plan(placed, document, property_id, tokenized, changed))
    problems += _refused_holding_entities(suite, (plan for plan in plans if not plan.tokenized), options)
    if problems:
        raise InputError(problems)
    return plans


def _property_on_chain(suite: Any, placed: PlacedHome, problems: list[Problem]) -> int:
    """The house with the home's provider id; its parcel must be registered for no other."""
    home = placed.home
    by_id = int(suite.registry.propertyByProviderId(home.provider, home.provider_property_id))
    by_parcel = int(suite.registry.propertyByParcel(home.jurisdiction, home.parcel))
    if by_parcel not in (0, by_id):
        expected = f"a parcel that is not registered on chain already, for property {by_parcel}, however spelled"
        problems.append(_problem(placed, "parcel", home.parcel, expected))
    return by_id


def _compare(suite: Any, placed: PlacedHome, property_id: int, problems: list[Problem]) -> None:
    """What can't change on chain, or is not tokenize's to change, must be as the file has it."""
    home = placed.home
    found = suite.registry.propertyOf(property_id)
    pairs = (
        ("shares", home.shares, found.shareCount),
        ("price_usd", _a_share(home.first_price_usd_down()), _a_share(found.firstPriceUsd)),
        ("title_reference", home.title_reference, found.titleReference),
    )
    for name, in_file, on_chain in pairs:
        if in_file != on_chain:
            expected = f"{shown(on_chain)}, as property {property_id} has it on chain"
            problems.append(_problem(placed, name, in_file, expected))


def _a_share(price: int) -> str:
    return f"$ {show_amount(price)} a share"


def _document_changed(suite: Any, property_id: int, document: Document) -> bool:
    latest = suite.registry.documentOf(property_id, int(DocumentKind.DESCRIPTION))
    return bool(latest.sha256Hash != document.sha256)


def _refused_holding_entities(suite: Any, plans: Iterable[_Plan], options: TokenizeOptions) -> list[Problem]:
    """A share can only be minted to a valid credential: better said once now than after the first registration."""
    first_with: dict[str, PlacedHome] = {}
    for plan in plans:
        first_with.setdefault(plan.placed.home.holding_entity or options.holding_entity, plan.placed)
    return [
        _problem(
            placed, "holding_entity", wallet, "a wallet with a valid credential (`ape run credentials issue` gives one)"
        )
        for wallet, placed in first_with.items()
        if not suite.credentials.isValid(wallet)
    ]


def _problem(placed: PlacedHome, name: str, value: object, expected: str) -> Problem:
    return Problem(placed.file, placed.line_of(name), placed.record, name, shown(value), expected)
