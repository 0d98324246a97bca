"""The level for new loans: it rises at most by a step in a period, however often and whatever is accepted.

Only for new loans: `valueOf` follows every appraisal at once.
"""

from __future__ import annotations

import ape
import pytest
from valuation_rules import DAY, USD, FeedStatus, Status, indexed_down

VALUE = 200_000 * USD
HIGH = 280_000 * USD  # + 40 %


def lending(valuation, house):
    return valuation.lendingValueOf(house).valueUsd


@pytest.fixture
def ceiling_at(view_at, valuation, valued):
    """The ceiling of the house at a time."""

    def look(time):
        view_at(time)
        return valuation.explainValue(valued.id).ceilingUsd

    return look


@pytest.fixture
def keep_index(engine, index_feed, at):
    """The index says the same again, so that it is not out of date at `time`."""

    def update(time, level=100 * USD):
        at(time - 50)
        index_feed.set_index(level)

    return update


@pytest.mark.parametrize("elapsed", [-1, 0, 1])
def test_ceiling__rises_by_the_second_for_a_period(valuation, valued, ceiling_at, terms, elapsed):
    half, whole = terms.growthPeriod // 2, terms.growthPeriod
    assert ceiling_at(valued.accepted_at + half + elapsed) == terms.ceiling_down(VALUE, half + elapsed)
    found = ceiling_at(valued.accepted_at + whole + elapsed)
    assert found == terms.ceiling_down(VALUE, whole + elapsed)
    assert (found == VALUE * 105 // 100) == (elapsed >= 0)


def test_appraisal_far_above__counts_at_once__but_for_new_loans_step_by_step(
    valuation, valued, accept_at, terms, view_at
):
    """Flat for 100 days, then 40 % more: new loans see the old level, rising."""
    accepted = valued.accepted_at + 100 * DAY
    tx = accept_at(accepted, valued.id, HIGH)
    assert tx.events[-1].anchorUsd == VALUE  # the level was there, and had room that was not used: it is gone
    assert tuple(valuation.valueOf(valued.id)) == (HIGH, accepted - 10, Status.VALID)
    assert tuple(valuation.lendingValueOf(valued.id)) == (VALUE, accepted - 10, Status.VALID)
    for elapsed in (1, DAY, terms.growthPeriod - 1, terms.growthPeriod, terms.growthPeriod + 1, 119 * DAY):
        view_at(accepted + elapsed)
        assert lending(valuation, valued.id) == terms.ceiling_down(VALUE, elapsed)
    assert lending(valuation, valued.id) == VALUE * 105 // 100


def test_appraisal_below__counts_at_once_for_everybody(valuation, valued, accept_at):
    accept_at(valued.accepted_at + 8 * DAY, valued.id, VALUE // 2)
    assert valuation.valueOf(valued.id).valueUsd == lending(valuation, valued.id) == VALUE // 2


def test_anchor__higher__only_after_a_whole_period(valuation, valued, accept_at, keep_index, terms):
    """The level is above the anchor from the second appraisal on. A second too early the anchor stays."""
    accept_at(valued.accepted_at + DAY, valued.id, HIGH)  # level equals the anchor: taken anew
    anchored = valued.accepted_at + DAY
    early = accept_at(anchored + terms.growthPeriod - 1, valued.id, HIGH)
    assert early.events[-1].anchorUsd == VALUE
    assert lending(valuation, valued.id) == terms.ceiling_down(VALUE, terms.growthPeriod - 1)


@pytest.mark.parametrize("late", [0, 1])
def test_anchor__higher__after_a_whole_period__moves(valuation, valued, accept_at, view_at, terms, late):
    accept_at(valued.accepted_at + DAY, valued.id, HIGH)
    anchored = valued.accepted_at + DAY
    moved = anchored + terms.growthPeriod + late
    tx = accept_at(moved, valued.id, HIGH)
    assert tx.events[-1].anchorUsd == VALUE * 105 // 100 == lending(valuation, valued.id)
    view_at(moved + terms.growthPeriod)
    assert lending(valuation, valued.id) == VALUE * 105 * 105 // 10_000


def test_anchor__falls_with_the_level_at_once(valuation, valued, accept_at, view_at, terms):
    accept_at(valued.accepted_at + DAY, valued.id, VALUE // 2)
    tx = accept_at(valued.accepted_at + 2 * DAY, valued.id, HIGH)
    assert tx.events[-1].anchorUsd == VALUE // 2 == lending(valuation, valued.id)
    view_at(valued.accepted_at + 3 * DAY)
    assert lending(valuation, valued.id) == terms.ceiling_down(VALUE // 2, DAY)


def test_index__lifts_new_loans_to_the_ceiling_only(valuation, valued, index_feed, at):
    at(valued.accepted_at + 45 * DAY)
    index_feed.set_index(140 * USD)
    page = valuation.explainValue(valued.id)
    assert page.valueUsd == HIGH
    assert page.lendingValueUsd == page.ceilingUsd == VALUE * 1_025 // 1_000


def test_index__dip_and_recovery__without_an_appraisal__comes_back_at_once(valuation, valued, index_feed):
    """What fell may come back: the ceiling is what rises slowly."""
    index_feed.set_index(50 * USD)
    assert lending(valuation, valued.id) == VALUE // 2
    index_feed.set_index(100 * USD)
    assert lending(valuation, valued.id) == VALUE


def test_index__dip__appraisal_accepted_in_it__gains_nothing_from_the_recovery(
    valuation, valued, index_feed, accept_at, at, terms
):
    """An honest appraisal tied to an index that is too low would be worth twice itself when the index comes back."""
    index_feed.set_index(50 * USD)
    accepted = valued.accepted_at + DAY
    tx = accept_at(accepted, valued.id, VALUE)
    assert tx.events[-1].anchorUsd == VALUE // 2
    at(accepted + DAY)
    index_feed.set_index(100 * USD)
    assert valuation.valueOf(valued.id).valueUsd == 2 * VALUE
    assert lending(valuation, valued.id) == terms.ceiling_down(VALUE // 2, DAY)


def test_daily_appraisals__win_nothing(valuation, valued, accept_at, terms):
    """Thirty days of a new, ever higher value: the ceiling is where it would be without them."""
    for day in range(1, 31):
        accept_at(valued.accepted_at + day * DAY, valued.id, VALUE + day * 10_000 * USD)
    first_rise = valued.accepted_at + DAY  # until then the level was the anchor, taken anew
    elapsed = valued.accepted_at + 30 * DAY - first_rise
    assert lending(valuation, valued.id) == terms.ceiling_down(VALUE, elapsed)


def test_haircut__of_new_loans__is_that_of_their_level(valuation, valued, accept_at, view_at, terms):
    """Not that of the indexed value, which is larger."""
    accept_at(valued.accepted_at + DAY, valued.id, HIGH)
    view_at(valued.accepted_at + DAY + 500 * DAY)
    page = valuation.explainValue(valued.id)
    assert page.indexStatus == FeedStatus.STALE
    assert page.haircutUsd == terms.haircut_up(HIGH, page.agePeriod)
    assert page.ceilingUsd == terms.ceiling_down(VALUE, terms.growthPeriod)
    assert page.lendingValueUsd == page.ceilingUsd - terms.haircut_up(page.ceilingUsd, page.agePeriod)


def test_anchor__of_an_enormous_value__is_held_at_its_bits(valuation, house, accept_at, index_feed, soon, terms):
    """Every figure stays readable and the next appraisal can be accepted."""
    largest = 2**112 - 1
    accept_at(soon, house, largest)
    period = terms.growthPeriod
    index_feed.set_index(999_999 * USD)
    assert valuation.valueOf(house).valueUsd == indexed_down(largest, 999_999, 100)
    tx = accept_at(soon + period, house, largest)
    assert tx.events[-1].anchorUsd == largest
    assert lending(valuation, house) == largest


# ---------------------------------------------------------------------------------------------------- the DAO's reset


def test_reset__after_a_wrong_appraisal__puts_the_level_at_the_accepted_one(
    valuation, valued, accept_at, dao, at, view_at, terms
):
    """A wrong value took the level down to a thousandth: the right one alone would need decades to bring it up."""
    accept_at(valued.accepted_at + 8 * DAY, valued.id, VALUE // 1_000)
    accept_at(valued.accepted_at + 9 * DAY, valued.id, VALUE)
    assert lending(valuation, valued.id) == VALUE // 1_000
    before = valuation.explainValue(valued.id)
    reset = valued.accepted_at + 10 * DAY
    at(reset)
    tx = valuation.resetCeiling(valued.id, sender=dao)
    assert tx.events == [valuation.CeilingReset(propertyId=valued.id, anchorUsd=VALUE)]
    after = valuation.explainValue(valued.id)
    assert lending(valuation, valued.id) == after.ceilingUsd == VALUE
    assert (after.appraisedAt, after.acceptedFirstAt) == (before.appraisedAt, before.acceptedFirstAt)
    assert (after.valueUsd, after.indexThen) == (before.valueUsd, before.indexThen)
    view_at(reset + DAY)
    assert valuation.explainValue(valued.id).ceilingUsd == terms.ceiling_down(VALUE, DAY)


def test_reset__lets_the_level_follow_an_appraisal_that_is_above(valuation, valued, accept_at, dao):
    accept_at(valued.accepted_at + DAY, valued.id, HIGH)
    assert lending(valuation, valued.id) == VALUE
    valuation.resetCeiling(valued.id, sender=dao)
    assert lending(valuation, valued.id) == HIGH


def test_reset__of_one_house__leaves_the_others(valuation, valued, register_house, accept_at, dao):
    other = register_house()
    accept_at(valued.accepted_at + DAY, other, VALUE)
    accept_at(valued.accepted_at + 2 * DAY, other, HIGH)
    ceiling = valuation.explainValue(other).ceilingUsd
    valuation.resetCeiling(valued.id, sender=dao)
    assert ceiling < valuation.explainValue(other).ceilingUsd < VALUE * 1_001 // 1_000


@pytest.mark.parametrize("house", [0, 1, 2, 2**256 - 1])
def test_reset__without_an_appraisal__reverts(valuation, register_house, dao, house):
    assert register_house() == 1
    with ape.reverts(valuation.NoAppraisal, propertyId=house):
        valuation.resetCeiling(house, sender=dao)


def test_reset__by_anyone_but_the_dao__reverts(valuation, valued, guardian, registrar, council, manager, attacker):
    for caller in (guardian, registrar, council, manager, attacker):
        with ape.reverts(valuation.AccessManagedUnauthorized, caller=caller):
            valuation.resetCeiling(valued.id, sender=caller)
