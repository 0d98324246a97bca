"""Nothing happens, and everything shows: views at the seconds around every edge, without a call (4.3, 4.8)."""

from __future__ import annotations

from typing import Any

import pytest

from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.lending.opening import tell
from commonhold.fuzz.opening import must
from commonhold.fuzz.world import World
from commonhold.model.lending.lateness import first_midnight
from commonhold.model.lending.schedule import MONTH
from commonhold.oracle.feeds import house_feed

EDGES = (0, 15, 30, 90, 120)
"""Days past due at which a loan counts otherwise, or is late."""


def look_at(w: World, second: int) -> Any:
    """All pages at a later second: they are the model's, which counts loan by loan."""
    w.port.engine.set_time(second)
    w.model.chain.now = second
    w.next_at = second + 1
    page = w.check_view("page", "page")
    ids = tuple(number for number, _ in w.model.book.open_loans())
    loans = [seen.loan for seen in w.check_view("lending_page", "loans", ids)]
    w.check_view("lending_page", "originators", (w.cast["underwriter"],))
    assert page.loansUsd == w.model.treasury.loansCarrying()
    assert 0 <= page.loansUsd - sum(loan.carryingUsd for loan in loans) <= len(ids)
    assert 0 <= sum(loan.debt for loan in loans) - page.totalDebt <= len(ids)
    return page


def edges(w: World) -> list[int]:
    found = set()
    for _, loan in w.model.book.open_loans():
        due = loan.progress.due_at
        found |= {first_midnight(due) + day * DAY for day in EDGES}
        found |= {due, due + MONTH}
    return sorted(second for second in found if second > w.now + 1)


def test_views__around_every_edge__are_the_sums_over_loans(world: World) -> None:
    for edge in edges(world):
        for second in (edge - 1, edge, edge + 1):
            if second > world.model.chain.now:
                look_at(world, second)


def test_views__uncovered_loans__fall_by_themselves_to_their_caps(world: World) -> None:
    """The houses lose most of their value, all is marked, nobody pays: the sheet falls from day 30 to day 120."""
    for house, shares in ((1, 8), (2, 8), (3, 12)):
        tell(world, house_feed(house), 10_000 * COIN * shares)
        must(world.act(world.cast["alice"], "valuation", "accept", house))
    for number in range(1, 7):
        must(world.act(world.cast["bob"], "book", "mark", number))
    values = []
    for edge in edges(world):
        for second in (edge - 1, edge, edge + 1):
            if second > world.model.chain.now:
                values.append(look_at(world, second).loansUsd)
    caps = sum(loan.value_usd * 7 // 10 for _, loan in world.model.book.open_loans())
    assert values[-1] == caps < values[0] // 3


@pytest.mark.parametrize("year", [1, 2], ids=["sound", "impaired"])
def test_views__around_a_reset__the_rate_bends_unless_the_loan_is_impaired(world: World, year: int) -> None:
    """Nobody pays: at the first reset the loan is not past due yet, at the second it has been for a year."""
    book, alice = world.model.book, world.cast["alice"]
    loan, before = book.loans[1], book.rate_in_force(1)
    reset = first_midnight(loan.progress.started_at + year * 365 * DAY)
    world.furthest = 400 * DAY
    world.jump_to(reset - book.numbers.fixingPeriod)
    must(world.act(alice, "book", "fixRate", 1))
    fixed = loan.fixed[0]
    assert fixed != before
    for second in (reset - 1, reset, reset + 1, reset + DAY, reset + 100 * DAY):
        look_at(world, second)
    assert book.rate_in_force(1) == (fixed if year == 1 else before)
    must(world.act(alice, "book", "mark", 1))
    assert book.rate_in_force(1) == (fixed if year == 1 else before)
    must(world.act(alice, "book", "pay", 1, book.feesDueOf(1) + COIN))
    assert book.rate_in_force(1) == (fixed if year == 1 else before)  # it waits for one that moves the due time
    must(world.act(alice, "book", "pay", 1, book.feesDueOf(1) + loan.instalment))
    assert book.rate_in_force(1) == fixed
    look_at(world, world.now + DAY)


def test_pokes_and_parts__at_one_moment__cost_what_the_whole_costs(world: World) -> None:
    """L14: the debt after one payment is the debt after its parts, with pokes between them."""
    world.jump_to(world.now + 20 * DAY)
    second, coins = world.now, 7_777 * COIN + 5
    kept = world.port.snapshot()
    must(world.act(world.cast["dave"], "book", "pay", 4, coins))
    whole = world.port.view("book", "debtOf", 4)
    world.port.restore(kept)
    world.reopen()
    world.jump_to(second)
    for part in (1_000 * COIN, 1, 6_777 * COIN + 4):
        must(world.act(world.cast["dave"], "book", "pay", 4, part))
        world.stay()
        must(world.act(world.cast["attacker"], "book", "mark", 4))
        world.stay()
    assert world.port.view("book", "debtOf", 4) == whole
