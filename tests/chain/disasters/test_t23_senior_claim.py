"""T23, a senior claim discovered later: a mortgage or tax lien that ranks before the shares and nobody knew of.

All shares of that house lose value by it at once, nothing new is lent on them, holders are told (ERC-4906), and no
other house feels it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

USD = 10**18
DAY = 86_400
VALUE = 200_000 * USD
CLAIM = 37_000 * USD
VALID = 1


@pytest.fixture
def houses(handles: Any, tokenized_house: Callable[..., int], appraise: Callable[..., Any]) -> tuple[int, int]:
    """Two tokenized houses of eight, worth 200,000 dollars each, past their first quarantine."""
    both = (tokenized_house(8), tokenized_house(8))
    for house in both:
        appraise(house, VALUE)
    handles.engine.advance(8 * DAY)
    return both


@pytest.fixture
def claim(handles: Any, registrar: Any) -> Callable[..., Any]:
    def report(house: int, usd: int = CLAIM, name: bytes = b"county tax 2025") -> Any:
        return handles.registry.reportSeniorClaim(house, usd, name.ljust(32, b"\0"), sender=registrar)

    return report


def values(handles: Any, share: Callable[[int, int], int], house: int) -> tuple[int, int, set[int], set[int]]:
    """Value of the house and for new loans; those of its shares, and all statuses."""
    views = handles.valuation
    whole, lent = views.valueOf(house), views.lendingValueOf(house)
    shares = [views.shareValue(share(house, number)) for number in range(1, 9)]
    statuses = {answer.status for answer in (whole, lent, *shares)}
    return whole.valueUsd, lent.valueUsd, {answer.valueUsd for answer in shares}, statuses


def test_claim__found_later__hits_all_shares_of_its_house_and_no_other(handles, houses, share, claim, conserved):
    first, second = houses
    untouched = (VALUE, VALUE, {VALUE // 8}, {VALID})
    assert values(handles, share, first) == values(handles, share, second) == untouched
    claim(first)
    left = VALUE - CLAIM
    assert values(handles, share, first) == (left, 0, {left // 8}, {VALID})
    assert values(handles, share, second) == untouched
    conserved()


def test_claim__holders_are_told_in_the_same_transaction(handles, houses, share, claim):
    receipt = claim(houses[0])
    assert [event.name for event in receipt.events] == ["SeniorClaimReported", "BatchMetadataUpdate"]
    update = receipt.event("BatchMetadataUpdate")
    assert update.address == handles.certificate.address
    assert tuple(update.args.values()) == (share(houses[0], 1), share(houses[0], 8))
    assert handles.registry.propertyOf(houses[0]).seniorClaimsUsd == CLAIM


def test_claim__is_explained(handles, houses, claim):
    claim(houses[0])
    page = handles.valuation.explainValue(houses[0])
    assert (page.seniorClaimsUsd, page.seniorClaimCount) == (CLAIM, 1)
    assert (page.indexedUsd - page.haircutUsd - page.seniorClaimsUsd, page.lendingValueUsd) == (page.valueUsd, 0)


@pytest.mark.parametrize("usd", [VALUE, VALUE + 1, 10 * VALUE, 2**128 - 1])
def test_claim__of_more_than_the_house__leaves_nothing_and_breaks_nothing(handles, houses, share, claim, usd):
    claim(houses[0], usd)
    assert values(handles, share, houses[0]) == (0, 0, {0}, {VALID})


def test_claim__of_one_wei__stops_new_loans_all_the_same(handles, houses, share, claim):
    """Who hides a mortgage would report a wei of it."""
    claim(houses[0], 1)
    assert values(handles, share, houses[0])[:2] == (VALUE - 1, 0)


def test_claims__settled_one_by_one__new_loans_only_after_the_last(handles, houses, share, claim, registrar):
    house = houses[0]
    claim(house, CLAIM, b"mortgage")
    claim(house, USD, b"tax")
    assert values(handles, share, house)[:2] == (VALUE - CLAIM - USD, 0)
    handles.registry.clearSeniorClaim(house, b"mortgage".ljust(32, b"\0"), sender=registrar)
    assert values(handles, share, house)[:2] == (VALUE - USD, 0)
    handles.registry.clearSeniorClaim(house, b"tax".ljust(32, b"\0"), sender=registrar)
    assert values(handles, share, house)[:2] == (VALUE, VALUE)


def test_claim__known_before_the_first_value__counts_from_the_first_second(handles, register_house, appraise, claim):
    house = register_house()
    claim(house)
    appraise(house, VALUE)
    assert handles.valuation.valueOf(house).valueUsd == VALUE - CLAIM
    assert handles.valuation.lendingValueOf(house).valueUsd == 0
