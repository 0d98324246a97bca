"""Every status, and which comes first when several reasons hold at once: the whole table, cell by cell.

Statuses in order: none, frozen (the house), then what is wrong with the index (frozen, quarantined, anything else),
then stale, then the first value's quarantine.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from valuation_rules import DAY, INDEX, USD, FeedStatus, Status

VALUE = 200_000 * USD
LEVEL = 101 * USD

INDEX_STATES = {
    "valid": (FeedStatus.VALID, None),
    "frozen": (FeedStatus.FROZEN, Status.FROZEN),
    "quarantined": (FeedStatus.QUARANTINED, Status.QUARANTINED),
    "not positive": (FeedStatus.NOT_POSITIVE, Status.FEED_INVALID),
    "reverts": (FeedStatus.CALL_FAILED, Status.FEED_INVALID),
    "burns gas": (FeedStatus.CALL_FAILED, Status.FEED_INVALID),
    "return bomb": (FeedStatus.MALFORMED, Status.FEED_INVALID),
    "short": (FeedStatus.MALFORMED, Status.FEED_INVALID),
    "out of date": (FeedStatus.STALE, Status.FEED_INVALID),
    "frozen and out of date": (FeedStatus.FROZEN, Status.FROZEN),
    "frozen and quarantined": (FeedStatus.FROZEN, Status.FROZEN),
}
MODES = {"reverts": 1, "short": 2, "burns gas": 4, "return bomb": 5}  # TestFaultyFeed.Mode

TABLE = list(itertools.product([False, True], INDEX_STATES, [False, True], [False, True]))


def expected(frozen: bool, index: str, stale: bool, first: bool) -> Status:
    """The first row that holds."""
    rows = [
        (frozen, Status.FROZEN),
        (INDEX_STATES[index][1] is not None, INDEX_STATES[index][1]),
        (stale, Status.STALE),
        (first, Status.QUARANTINED),
        (True, Status.VALID),
    ]
    return next(status for holds, status in rows if holds)


@pytest.fixture
def scene(
    deploy_valuation, faulty_index, register_house, attacker, bring, engine
) -> Callable[[bool, bool], tuple[object, int]]:
    """A valuation of short periods with one house, some days after its first value.

    Reports live for 10 days and are accepted for 9, and a quarantine for 20 days outlives them.
    """
    made = {
        quarantine: deploy_valuation(
            haircutFreePeriod=0,
            haircutRateBps=0,
            maxAgePeriod=10 * DAY,
            acceptPeriod=9 * DAY,
            firstValueQuarantinePeriod=quarantine,
        )
        for quarantine in (DAY, 20 * DAY)
    }
    house = register_house()
    start = engine.now() + 100
    bring(house, VALUE, at=start)
    for contract in made.values():
        contract.accept(house, sender=attacker)

    def look(stale: bool, first: bool) -> tuple[object, int]:
        engine.set_time(start + (11 if stale else 8) * DAY)
        return made[20 * DAY if first else DAY], house

    return look


@pytest.fixture
def trouble(faulty_index, reader, guardian, dao, deployer, engine, handles, replace_index) -> Callable[[str], None]:
    """Brings the index into one of the states."""
    decimals = handles.parameters.oracle.index.decimals

    def make(state: str) -> None:
        answer = LEVEL * 10**decimals // USD
        feed = faulty_index
        if "out of date" in state:
            old = engine.now() - handles.parameters.oracle.index.heartbeat
            feed.setRound(7, answer, old, old, 7, sender=deployer)
        else:
            feed.setAnswer(0 if state == "not positive" else answer, sender=deployer)
        if state in MODES:
            feed.setMode(MODES[state], sender=deployer)
        if "quarantined" in state:
            description = handles.parameters.oracle.index.description
            other = engine.deploy("TestFaultyFeed", decimals, description, answer, sender=deployer)
            replace_index(other)
        if "frozen" in state:
            reader.freeze(INDEX, sender=guardian)

    return make


def test_status__of_every_combination(scene, trouble, engine, reader, dao, share):
    assert len(TABLE) == 88
    wrong = []
    for cell in TABLE:
        frozen, index, stale, first = cell
        with engine.rollback():
            valuation, house = scene(stale, first)
            trouble(index)
            if frozen:
                valuation.freeze(house, sender=dao)
            answers = [
                valuation.valueOf(house).status,
                valuation.lendingValueOf(house).status,
                valuation.explainValue(house).status,
                valuation.shareValue(share(house)).status,
            ]
            assert reader.read(INDEX).status == INDEX_STATES[index][0], cell
            assert valuation.explainValue(house).indexStatus == INDEX_STATES[index][0], cell
            if answers != [expected(*cell)] * 4:
                wrong.append((cell, answers))
    assert wrong == []
    assert {expected(*cell) for cell in TABLE} | {Status.NONE} == set(Status)


@pytest.mark.parametrize("house", [0, 1, 2, 2**256 - 1])
def test_status__without_an_appraisal__is_none_whatever_else_holds(
    valuation, reader, register_house, guardian, registrar, suite, house
):
    registered = register_house()
    valuation.freeze(registered, sender=guardian)
    reader.freeze(INDEX, sender=guardian)
    suite.registry.reportSeniorClaim(registered, USD, b"\x01" * 32, sender=registrar)
    assert tuple(valuation.valueOf(house)) == tuple(valuation.lendingValueOf(house)) == (0, 0, Status.NONE)
    told = valuation.explainValue(house)
    frozen_until = told.frozenUntil
    assert (frozen_until != 0) == (house == registered)  # a freeze shows before the first appraisal, too
    assert set(told) - {frozen_until} <= {0}


@pytest.mark.parametrize(("past", "status"), [(-1, Status.QUARANTINED), (0, Status.VALID), (1, Status.VALID)])
def test_status__first_values_quarantine__to_the_second(valuation, valued, view_at, terms, past, status):
    view_at(valued.accepted_at + terms.firstValueQuarantinePeriod + past)
    assert valuation.valueOf(valued.id).status == status
    assert valuation.explainValue(valued.id).quarantinedUntil == valued.accepted_at + terms.firstValueQuarantinePeriod


def test_status__second_value__has_no_quarantine_and_ends_none(valuation, valued, accept_at, view_at, terms):
    accept_at(valued.accepted_at + DAY, valued.id, VALUE)
    until = valued.accepted_at + terms.firstValueQuarantinePeriod
    view_at(until - 1)
    assert valuation.valueOf(valued.id).status == Status.QUARANTINED
    view_at(until)
    assert valuation.valueOf(valued.id).status == Status.VALID
    accept_at(until + DAY, valued.id, VALUE)
    assert valuation.valueOf(valued.id).status == Status.VALID


@pytest.mark.parametrize("index", ["reverts", "frozen", "quarantined"])
def test_status__without_an_index__nothing_of_it_counts(
    deploy_valuation, register_house, accept_at, bring, attacker, trouble, engine, index
):
    plain = deploy_valuation(index=bytes(32))
    house = register_house()
    bring(house, VALUE, at=engine.now() + 100)
    plain.accept(house, sender=attacker)
    trouble(index)
    engine.advance(8 * DAY)
    assert plain.valueOf(house)[::2] == (VALUE, Status.VALID)
    assert plain.explainValue(house).indexStatus == FeedStatus.NONE
