"""What the valuation is built with: every number in its range, every peer with code."""

from __future__ import annotations

from dataclasses import astuple

import ape
import pytest
from valuation_rules import DAY, INDEX, YEAR, Terms

HOUR = 3_600


TOLD = ("term", "value", "least", "most")
"""Of `TermOutOfRange`."""


@pytest.fixture
def build(project, suite, deployer, terms):
    def deploy(*, peers=None, stop_period=30 * DAY, **changes):
        four = peers or (suite.registry, suite.credentials, suite.aggregator, suite.reader)
        return deployer.deploy(project.PropertyValuation, suite.hub, *four, INDEX, terms.abi(**changes), stop_period)

    return deploy


def test_construction__keeps_what_it_is_given(suite, valuation, build):
    made = build(haircutFreePeriod=DAY, haircutRateBps=1, maxAgePeriod=300 * DAY, growthStepBps=2, saleMarginBps=3)
    expected = Terms(
        haircutFreePeriod=DAY,
        haircutRateBps=1,
        maxAgePeriod=300 * DAY,
        growthStepBps=2,
        saleMarginBps=3,
    )
    assert Terms.of(made) == expected
    assert (made.REGISTRY(), made.CREDENTIALS()) == (suite.registry, suite.credentials)
    assert (made.AGGREGATOR(), made.READER()) == (suite.aggregator, suite.reader)
    assert made.INDEX_FEED() == INDEX
    assert made.GUARDIAN_STOP_PERIOD() == 30 * DAY
    assert made.authority() == suite.hub


def test_the_suites_terms__are_those_of_the_parameters(handles, valuation):
    assert astuple(Terms.of(valuation)) == handles.parameters.valuation.terms


@pytest.mark.parametrize(
    ("field", "least", "most"),
    [
        ("haircutFreePeriod", DAY, 3 * YEAR - 1),
        ("maxAgePeriod", YEAR + 1, 10 * YEAR),  # below: the free period of a year is out of range
        ("acceptPeriod", DAY, 3 * YEAR - 1),
        ("growthStepBps", 0, 10_000),
        ("growthPeriod", DAY, 365 * DAY),
        ("saleRecentPeriod", DAY, 10 * YEAR),
        ("saleMarginBps", 0, 10_000),
        ("firstValueQuarantinePeriod", DAY, 90 * DAY),
    ],
)
def test_construction__a_term_at_its_bounds__passes__and_one_past_them__reverts(valuation, build, field, least, most):
    for value in (least, most):
        # Without a haircut, which would be 100 % at some of these ages.
        assert getattr(Terms.of(build(haircutRateBps=0, **{field: value})), field) == value
    for value in (least - 1, most + 1):
        told = (field, value, DAY if field == "maxAgePeriod" else least, most)
        if (field, value) == ("maxAgePeriod", YEAR):
            told = ("haircutFreePeriod", YEAR, DAY, YEAR - 1)
        if value < 0 or (field, value) == ("haircutFreePeriod", 0):
            continue
        with ape.reverts(valuation.TermOutOfRange, **dict(zip(TOLD, told, strict=True))):
            build(haircutRateBps=0, **{field: value})


def test_construction__without_a_free_period__passes(build):
    assert Terms.of(build(haircutFreePeriod=0)).haircutFreePeriod == 0


@pytest.mark.parametrize("max_age", [1, DAY - 1])
def test_construction__maximum_age_below_a_day__reverts(valuation, build, max_age):
    with ape.reverts(valuation.TermOutOfRange, term="maxAgePeriod", value=max_age, least=DAY, most=10 * YEAR):
        build(haircutFreePeriod=0, maxAgePeriod=max_age)


def test_construction__haircut_of_everything_at_the_maximum_age__reverts(valuation, build):
    """Two years of haircut at 50 % a year are all of it; a second less is not."""
    assert Terms.of(build(haircutRateBps=5_000, maxAgePeriod=3 * YEAR - 1)).haircutRateBps == 5_000
    assert Terms.of(build(haircutRateBps=4_999)).haircutRateBps == 4_999
    with ape.reverts(valuation.TermOutOfRange, term="haircutRateBps", value=5_000, least=0, most=4_999):
        build(haircutRateBps=5_000)
    with ape.reverts(valuation.TermOutOfRange, term="haircutRateBps", value=10_001, least=0, most=10_000):
        build(haircutRateBps=10_001, maxAgePeriod=YEAR + DAY, acceptPeriod=DAY)


@pytest.mark.parametrize("place", range(4))
def test_construction__a_peer_without_code__reverts(suite, valuation, build, owner_a, place):
    peers = [suite.registry, suite.credentials, suite.aggregator, suite.reader]
    peers[place] = owner_a
    with ape.reverts(valuation.MissingCode, candidate=owner_a):
        build(peers=peers)


def test_construction__hub_without_code__reverts(project, suite, valuation, deployer, owner_a, terms):
    peers = (suite.registry, suite.credentials, suite.aggregator, suite.reader)
    with ape.reverts(valuation.AccessManagedInvalidAuthority, authority=owner_a):
        deployer.deploy(project.PropertyValuation, owner_a, *peers, INDEX, terms.abi(), 30 * DAY)


@pytest.mark.parametrize("length", [HOUR - 1, 30 * DAY + 1])
def test_construction__freeze_out_of_range__reverts(valuation, build, length):
    with ape.reverts(valuation.StopPeriodOutOfRange, period=length):
        build(stop_period=length)
