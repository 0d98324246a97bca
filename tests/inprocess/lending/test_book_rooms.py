"""Rooms for loans: a borrower has eight of them, a house one a share, eight to a word; a draw looks into every one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from book_drive import COIN, pay, refused

from commonhold.recipe.buying import keep_price_valid

SHARES, HOUSE_USD = 20, 800_000 * COIN
"""Shares 1 to 8 of a house are in its first word, 17 to 20 in its third."""
MOST = 8
SMALL = 1_000 * COIN

Draw = Callable[[int], int]


@pytest.fixture
def house(valued_house: Callable[..., int], owner_a: str) -> int:
    return valued_house(shares=SHARES, usd=HOUSE_USD, to=owner_a)


@pytest.fixture
def draw(house: int, share: Callable[..., int], active_loan: Callable[..., int], owner_a: str) -> Draw:
    """A small loan on the share of that number."""
    return lambda number: active_loan(owner_a, share_id=share(house, number), amount=SMALL)


@pytest.mark.parametrize("place", range(MOST))
def test_borrowers_ninth_loan__waits_until_any_ended(
    suite: Any, house: int, share: Callable[..., int], draw: Draw, approved_loan: Any, owner_a: str, place: int
) -> None:
    loans = [draw(number) for number in range(1, MOST + 1)]
    owner_id = suite.credentials.ownerIdOf(owner_a)
    assert sorted(suite.desk.loansOfOwner(owner_id)) == loans
    ninth = approved_loan(owner_a, share_id=share(house, MOST + 1), amount=SMALL)
    refused(lambda: suite.book.draw(ninth.loan_id, owner_a, sender=owner_a), "TooManyLoans", owner_id, MOST)

    ended = loans.pop(place)
    pay(suite, ended, 2 * SMALL, owner_a)
    assert sorted(suite.desk.loansOfOwner(owner_id)) == sorted(suite.desk.loansOfHouse(house)) == loans
    suite.book.draw(ninth.loan_id, owner_a, sender=owner_a)
    assert sorted(suite.desk.loansOfOwner(owner_id)) == [*loans, ninth.loan_id]


@pytest.mark.parametrize(("late", "other"), [(1, 2), (8, 1), (1, 8), (4, 20), (20, 1), (18, 17)])
def test_late_loan__of_any_share__stops_the_house(
    suite: Any,
    house: int,
    share: Callable[..., int],
    late_loan: Any,
    approved_loan: Any,
    owner_a: str,
    owner_b: str,
    credential: Callable[..., bytes],
    approve_move: Callable[..., None],
    late: int,
    other: int,
) -> None:
    """Wherever it lies, and whatever room is empty before it."""
    credential(owner_b)
    approve_move(share(house, other), owner_b)
    suite.certificate.transferFrom(owner_a, owner_b, share(house, other), sender=owner_a)
    first = late_loan(owner_a, share_id=share(house, late), amount=SMALL)
    asked = approved_loan(owner_b, share_id=share(house, other), amount=SMALL)
    refused(lambda: suite.book.draw(asked.loan_id, owner_b, sender=owner_b), "HouseLate", house, first)


def test_houses_cap__counts_each_loan(
    suite: Any,
    house: int,
    share: Callable[..., int],
    active_loan: Any,
    approved_loan: Any,
    appraise: Callable[..., Any],
    owner_a: str,
) -> None:
    """In three words, with gaps, lent while the house was worth more: all of them and the new one, to the wei."""
    for number, amount in ((2, 24_000 * COIN), (8, 20_000 * COIN + 1), (11, 15_000 * COIN), (20, 10_000 * COIN)):
        active_loan(owner_a, share_id=share(house, number), amount=amount)
    appraise(house, HOUSE_USD // 8)
    keep_price_valid(suite)
    asked = approved_loan(owner_a, share_id=share(house, 17), amount=SMALL)
    refused(
        lambda: suite.book.draw(asked.loan_id, owner_a, sender=owner_a),
        "HouseCapExceeded",
        house,
        70_000 * COIN + 1,
        HOUSE_USD // 8 * 6 // 10,
    )
