"""The guardian's freeze of one house's value, to the second, and the clock of all its freezes."""

from __future__ import annotations

import ape
import pytest
from valuation_rules import DAY, INDEX, USD, Status

VALUE = 200_000 * USD
HOUR = 3_600


@pytest.fixture
def period(valuation) -> int:
    return valuation.GUARDIAN_STOP_PERIOD()


@pytest.fixture
def start(valued):
    """Past the first value's quarantine."""
    return valued.accepted_at + 8 * DAY


def what(house):
    return house.to_bytes(32, "big")


def test_freeze__in_the_same_second__and_for_the_period(valuation, valued, guardian, at, view_at, start, period):
    at(start)
    tx = valuation.freeze(valued.id, sender=guardian)
    assert tx.events == [valuation.Stopped(what=what(valued.id), until=start + period)]
    frozen = (VALUE, valued.reported_at, Status.FROZEN)
    assert tuple(valuation.valueOf(valued.id)) == tuple(valuation.lendingValueOf(valued.id)) == frozen
    assert tuple(valuation.shareValue(valued.share(1))) == (VALUE // 8, valued.reported_at, Status.FROZEN)
    assert valuation.explainValue(valued.id).frozenUntil == start + period
    view_at(start + period - 1)
    assert valuation.valueOf(valued.id).status == Status.FROZEN
    view_at(start + period)
    assert valuation.valueOf(valued.id).status == Status.VALID
    assert valuation.explainValue(valued.id).frozenUntil == start + period


def test_freeze__leaves_other_houses_alone(valuation, valued, guardian, register_house, accept_at, engine):
    other = register_house()
    accept_at(valued.accepted_at + DAY, other, VALUE)
    engine.set_time(valued.accepted_at + 9 * DAY)
    valuation.freeze(valued.id, sender=guardian)
    assert valuation.valueOf(other).status == Status.VALID
    assert valuation.frozenTimeOf(other) == 0


def test_freeze__again__only_after_as_long_again(valuation, valued, guardian, at, start, period):
    at(start)
    valuation.freeze(valued.id, sender=guardian)
    ready = start + 2 * period
    at(ready - 1)
    with ape.reverts(valuation.StopNotReady, what=what(valued.id), readyAt=ready):
        valuation.freeze(valued.id, sender=guardian)
    at(ready)
    valuation.freeze(valued.id, sender=guardian)
    assert valuation.explainValue(valued.id).frozenUntil == ready + period


def test_unfreeze__at_once__and_the_guardians_pause_begins(valuation, valued, guardian, dao, at, start, period):
    at(start)
    valuation.freeze(valued.id, sender=guardian)
    at(start + HOUR)
    tx = valuation.unfreeze(valued.id, sender=dao)
    assert tx.events == [valuation.Resumed(what=what(valued.id))]
    assert valuation.valueOf(valued.id).status == Status.VALID
    at(start + HOUR + period - 1)
    with ape.reverts(valuation.StopNotReady, what=what(valued.id), readyAt=start + HOUR + period):
        valuation.freeze(valued.id, sender=guardian)


def test_unfreeze__of_no_freeze__reverts(valuation, valued, guardian, dao, at, start, period):
    for house in (valued.id, 77):
        with ape.reverts(valuation.NotStopped, what=what(house)):
            valuation.unfreeze(house, sender=dao)
    at(start)
    valuation.freeze(valued.id, sender=guardian)
    at(start + period)
    with ape.reverts(valuation.NotStopped, what=what(valued.id)):
        valuation.unfreeze(valued.id, sender=dao)


@pytest.mark.parametrize("unknown", [0, 2, 2**256 - 1])
def test_freeze__of_an_unknown_house__reverts(valuation, house, guardian, unknown):
    with ape.reverts(valuation.UnknownProperty, propertyId=unknown):
        valuation.freeze(unknown, sender=guardian)


def test_freeze__of_a_house_without_a_value__counts_when_it_comes(valuation, house, guardian, accept_at, engine):
    valuation.freeze(house, sender=guardian)
    assert tuple(valuation.valueOf(house)) == (0, 0, Status.NONE)
    accept_at(engine.now() + 100, house, VALUE)
    assert valuation.valueOf(house).status == Status.FROZEN


def test_freeze__by_anyone_but_the_guardian__reverts(valuation, valued, registrar, council, manager, attacker):
    for caller in (registrar, council, manager, attacker):
        with ape.reverts(valuation.AccessManagedUnauthorized, caller=caller):
            valuation.freeze(valued.id, sender=caller)


def test_unfreeze__by_anyone_but_the_dao__reverts(valuation, valued, guardian, registrar, council, attacker):
    valuation.freeze(valued.id, sender=guardian)
    for caller in (guardian, registrar, council, attacker):
        with ape.reverts(valuation.AccessManagedUnauthorized, caller=caller):
            valuation.unfreeze(valued.id, sender=caller)


def test_frozen_time__is_the_sum_of_all_freezes__by_the_second(
    valuation, valued, guardian, dao, at, view_at, start, period
):
    def frozen_at(time):
        view_at(time)
        return valuation.frozenTimeOf(valued.id)

    assert frozen_at(start - 1) == 0
    at(start)
    valuation.freeze(valued.id, sender=guardian)
    assert valuation.frozenTimeOf(valued.id) == 0
    assert [frozen_at(start + past) for past in (1, HOUR)] == [1, HOUR]
    at(start + 2 * HOUR)
    valuation.unfreeze(valued.id, sender=dao)
    assert [frozen_at(start + past) for past in (2 * HOUR + 1, 20 * DAY)] == [2 * HOUR] * 2

    again = start + 2 * HOUR + period
    at(again)
    valuation.freeze(valued.id, sender=guardian)
    sums = [frozen_at(again + past) for past in (1, period - 1, period, period + 1, 9 * period)]
    assert sums == [2 * HOUR + 1, 2 * HOUR + period - 1] + [2 * HOUR + period] * 3

    third = again + 9 * period + 10
    at(third)
    valuation.freeze(valued.id, sender=guardian)
    assert frozen_at(third + 5) == 2 * HOUR + period + 5


def test_frozen_time__counts_nothing_of_the_indexs_freezes(valuation, reader, valued, guardian, engine):
    reader.freeze(INDEX, sender=guardian)
    engine.advance(100)
    assert valuation.frozenTimeOf(valued.id) == 0
    assert valuation.valueOf(valued.id).status == Status.FROZEN
