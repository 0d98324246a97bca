"""What a wallet has, over all pages of the lens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from commonhold.operations.reading import PropertyPage, PropertySummary, WalletPage, struct


class UnreadableAnswer(Exception):
    """The lens could not read a part; an incomplete answer must not be taken for a true one."""


def wallet_of(suite: Any, account: str) -> WalletPage:
    """A wallet with all its shares."""
    page = struct(WalletPage, suite.lens.wallet(account, 1, 0))
    whole = page
    while page.next_property:
        page = struct(WalletPage, suite.lens.wallet(account, page.next_property, 0))
        whole = replace(
            whole,
            holdings=whole.holdings + page.holdings,
            pending_income=whole.pending_income + page.pending_income,
            complete=whole.complete and page.complete,
        )
    if not whole.complete:
        raise UnreadableAnswer(f"the chain could not tell everything about the wallet {account}")
    return replace(whole, next_property=0)


def property_of(suite: Any, property_id: int) -> PropertySummary | None:
    """A house with its shares; None if it is not registered."""
    page = struct(PropertyPage, suite.lens.properties(property_id, 1))
    if not page.properties or page.properties[0].property_id != property_id:
        return None
    if not page.complete:
        raise UnreadableAnswer(f"the chain could not tell everything about property {property_id}")
    return page.properties[0]


def all_properties(suite: Any) -> list[PropertySummary]:
    """Every house, page by page."""
    found: list[PropertySummary] = []
    next_property = 1
    while next_property:
        page = struct(PropertyPage, suite.lens.properties(next_property, 0))
        if not page.complete:
            raise UnreadableAnswer(f"the chain could not tell everything about properties from {next_property} on")
        found += page.properties
        next_property = page.next_property
    return found
