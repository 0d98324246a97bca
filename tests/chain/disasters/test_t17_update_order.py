"""T17, request mix-up: updates come in any order, twice, for houses that are not meant, unknown or delisted.

Each value lands on its own house and only forward in time, or is refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

USD = 10**18
HOUSES = 3


@pytest.fixture
def rounds(report: Callable[..., Any], feed_of: Callable[[int], bytes]) -> list[Callable[[], Any]]:
    """Two reports of three houses, to be submitted in turn; each answers with its tree."""
    return [
        lambda epoch=epoch: report({feed_of(n): (100 * epoch + n) * USD for n in range(1, HOUSES + 1)}, epoch=epoch)
        for epoch in (1, 2)
    ]


@pytest.fixture
def update(handles: Any, feed_of: Callable[[int], bytes], attacker: Any) -> Callable[..., Any]:
    """Brings the value that a tree has for a house on chain."""

    def send(tree: Any, house: int) -> Any:
        feed_id = feed_of(house)
        return handles.aggregator.update(feed_id, tree.values[feed_id], tree.proof(feed_id), sender=attacker)

    return send


@pytest.mark.parametrize("order", list(itertools.permutations(range(1, HOUSES + 1))))
def test_updates__in_any_order__each_lands_on_its_own_house(handles, rounds, update, feed_of, order):
    tree = rounds[0]()
    for house in order:
        update(tree, house)
    assert [handles.aggregator.feedOf(feed_of(n)).value for n in (1, 2, 3)] == [101 * USD, 102 * USD, 103 * USD]


def test_updates__of_two_reports_in_reverse_order__the_older_is_refused(handles, rounds, update, feed_of, refused):
    older = rounds[0]()
    update(older, 1)
    newer = rounds[1]()
    with refused("NotInReport", feed_of(2), 102 * USD, 2):
        update(older, 2)
    update(newer, 1)
    with refused("NotInReport", feed_of(1), 101 * USD, 2):
        update(older, 1)
    latest = handles.aggregator.latestReport()
    assert handles.aggregator.feedOf(feed_of(1)) == (201 * USD, latest.observedAt, 2)
    assert handles.aggregator.feedOf(feed_of(2)) == (0, 0, 0)


def test_reports__in_reverse_order__the_older_is_refused(handles, report, feed_of, refused):
    now = handles.engine.now()
    report({feed_of(1): USD}, epoch=2, observed_at=now - 10)
    with refused("EpochNotRising", 1, 2):
        report({feed_of(1): 2 * USD}, epoch=1, observed_at=now - 20)
    with refused("EpochNotRising", 2, 2):
        report({feed_of(1): 2 * USD}, epoch=2, observed_at=now - 5)


def test_updates__repeated__change_nothing(handles, rounds, update, feed_of):
    tree = rounds[0]()
    update(tree, 1)
    before = handles.aggregator.feedOf(feed_of(1))
    assert [event.name for _ in range(3) for event in update(tree, 1).events] == []
    assert handles.aggregator.feedOf(feed_of(1)) == before


def test_updates__with_another_houses_value__are_refused(handles, rounds, feed_of, attacker, refused):
    tree = rounds[0]()
    for mine, other in itertools.permutations(range(1, HOUSES + 1), 2):
        value = tree.values[feed_of(other)]
        with refused("NotInReport", feed_of(mine), value, 1):
            handles.aggregator.update(feed_of(mine), value, tree.proof(feed_of(other)), sender=attacker)
        with refused("NotInReport", feed_of(mine), value, 1):
            handles.aggregator.update(feed_of(mine), value, tree.proof(feed_of(mine)), sender=attacker)


def test_updates__of_an_unknown_feed__are_refused(handles, rounds, feed_of, attacker, refused):
    tree = rounds[0]()
    for feed_id in (feed_of(HOUSES + 1), b"NO-SUCH-FEED".ljust(32, b"\0"), bytes(32)):
        with refused("NotInReport", feed_id, 101 * USD, 1):
            handles.aggregator.update(feed_id, 101 * USD, tree.proof(feed_of(1)), sender=attacker)


def test_updates__many_of_two_reports_at_once__are_refused_together(handles, rounds, feed_of, attacker, refused):
    older, newer = (submit() for submit in rounds)
    mixed = [(feed_of(n), tree.values[feed_of(n)], tree.proof(feed_of(n))) for n, tree in ((1, newer), (2, older))]
    with refused("NotInReport", feed_of(2), 102 * USD, 2):
        handles.aggregator.updateMany(mixed, sender=attacker)
    assert handles.aggregator.feedOf(feed_of(1)) == (0, 0, 0)


def test_appraisals__accepted_out_of_order_and_twice__only_move_forward(
    handles, register_house, appraise, attacker, refused
):
    first, second = register_house(), register_house()
    appraise(second, 300_000 * USD)
    appraise(first, 200_000 * USD)
    accepted = handles.aggregator.feedOf(second.to_bytes(32, "big")).observedAt
    with refused("NothingNewer", second, accepted, accepted):
        handles.valuation.accept(second, sender=attacker)
    assert handles.valuation.explainValue(first).appraisalUsd == 200_000 * USD
    assert handles.valuation.explainValue(second).appraisalUsd == 300_000 * USD


def test_appraisals__of_an_unknown_house__are_refused(handles, appraise, attacker, refused):
    unknown = handles.registry.propertyCount() + 1
    appraise(unknown, 200_000 * USD, accept=False)  # nodes may be ahead of the register
    with refused("UnknownProperty", unknown):
        handles.valuation.accept(unknown, sender=attacker)


def test_appraisals__after_delisting__still_land_on_their_house(handles, register_house, appraise, registrar):
    """Delisting takes a house from the shop window; its loans go on and need its value."""
    delisted, other = register_house(), register_house()
    appraise(delisted, 200_000 * USD)
    handles.registry.delist(delisted, sender=registrar)
    appraise(delisted, 210_000 * USD)
    assert handles.valuation.explainValue(delisted).appraisalUsd == 210_000 * USD
    assert handles.valuation.explainValue(other).appraisalUsd == 0
