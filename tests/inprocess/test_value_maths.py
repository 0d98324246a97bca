"""The valuation against exact fractions.

Every figure is the formula's, rounded where and how the interface says, for any appraisal of 112 bits and any index of
96; and no window of one growth period sees the ceiling rise by more than the step.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from commonhold.recipe.plan import INDEX_FEED

USD = 10**18
DAY = 86_400
YEAR = 365 * DAY
WHOLE = 10_000  # basis points
LARGEST_APPRAISAL = 2**112 - 1
LARGEST_INDEX = 2**96 - 2  # strictly below the largest bound
UNLIMITED = 2**256 - 1
LONG = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example undoes what it did
)


def amounts(largest: int) -> st.SearchStrategy[int]:
    """From 1 to `largest`, each size in bits as likely as another, and the ends."""
    sized = st.integers(0, largest.bit_length() - 1).flatmap(lambda bits: st.integers(2**bits, 2 ** (bits + 1) - 1))
    return st.one_of(st.sampled_from([1, 2, largest]), sized.map(lambda amount: min(amount, largest)))


def around(*times: int) -> st.SearchStrategy[int]:
    """These times, a second before and after them, and anything between."""
    near = [time + past for time in times for past in (-1, 0, 1) if time + past > 0]
    return st.one_of(st.sampled_from(near), st.integers(1, max(times)))


@dataclass(frozen=True)
class World:
    """A house and an index that can be set to anything, in a chain that is put back after each example."""

    suite: Any
    house: int
    feed: Any
    appraise: Callable[..., Any]
    anyone: Any

    @property
    def engine(self) -> Any:
        return self.suite.engine

    @property
    def terms(self) -> Any:
        return self.suite.valuation.terms()

    def page(self) -> Any:
        return self.suite.valuation.explainValue(self.house)

    def set_index(self, level: int) -> None:
        self.feed.setAnswer(level, sender=self.anyone)


@pytest.fixture
def world(
    suite: Any,
    engine: Any,
    deployer: Any,
    as_dao: Callable[..., Any],
    register_house: Callable[..., int],
    appraise: Callable[..., Any],
) -> World:
    """The DAO puts a feed of 18 decimals, without bounds, in the index's place."""
    description = suite.parameters.oracle.index.description
    feed = engine.deploy("TestFaultyFeed", 18, description, 100 * USD, sender=deployer)
    terms = (feed.address, 400 * DAY, 18, 0, 2**96 - 1, description)
    as_dao(suite.reader, "setFeed", INDEX_FEED, terms)
    engine.advance(suite.reader.quarantinePeriod())
    as_dao(suite.valuation, "setSaleReporter", deployer, True)
    return World(suite, register_house(), feed, appraise, deployer)


# -------------------------------------------------------------------------------------------------------- each figure


@LONG
@given(
    usd=amounts(LARGEST_APPRAISAL),
    index_then=amounts(LARGEST_INDEX),
    index_now=amounts(LARGEST_INDEX),
    age=around(YEAR, 3 * YEAR, 90 * DAY, 4 * YEAR),
    claims=st.one_of(st.just(0), amounts(2**128 - 1)),
    sale=st.one_of(st.just(0), amounts(2**256 - 1)),
)
@example(LARGEST_APPRAISAL, 1, LARGEST_INDEX, 3 * YEAR, 2**128 - 1, UNLIMITED)
@example(LARGEST_APPRAISAL, 1, LARGEST_INDEX, 3 * YEAR, 0, 0)
@example(1, LARGEST_INDEX, 1, YEAR + 1, 0, 1)
@example(200_000 * USD, 100 * USD, 103 * USD, 2 * YEAR, 0, 0)
def test_every_figure__is_the_formulas(
    world: World,
    registrar: Any,
    owner_a: Any,
    owner_b: Any,
    credential: Callable[..., bytes],
    usd: int,
    index_then: int,
    index_now: int,
    age: int,
    claims: int,
    sale: int,
) -> None:
    engine, valuation, terms = world.engine, world.suite.valuation, world.terms
    with engine.rollback():
        credential(owner_a)
        credential(owner_b)
        world.set_index(index_then)
        world.appraise(world.house, usd)
        if claims:
            world.suite.registry.reportSeniorClaim(world.house, claims, b"\x01" * 32, sender=registrar)
        page = world.page()
        accepted = page.acceptedFirstAt
        engine.set_time(max(engine.now() + 1, page.appraisedAt + age - 10))
        world.set_index(index_now)
        if sale:
            share = world.house * 256 + 1
            valuation.reportSale(share, owner_a, owner_b, sale, sender=world.anyone)
        engine.set_time(max(engine.now() + 1, page.appraisedAt + age))
        page = world.page()
        age = engine.now() - page.appraisedAt

        indexed = Fraction(usd * index_now, index_then)
        assert page.indexedUsd == math.floor(indexed)
        counted = max(0, min(age, terms.maxAgePeriod) - terms.haircutFreePeriod)
        lost = Fraction(terms.haircutRateBps * counted, WHOLE * YEAR)
        assert page.haircutUsd == math.ceil(page.indexedUsd * lost)
        assert page.valueUsd == max(0, page.indexedUsd - page.haircutUsd - claims)
        exact = max(Fraction(0), indexed * (1 - lost) - claims)
        assert 0 <= exact - page.valueUsd < 2  # two roundings, both against whoever borrows

        held = Fraction(min(engine.now() - accepted, terms.growthPeriod), terms.growthPeriod)
        ceiling = usd * (1 + Fraction(terms.growthStepBps, WHOLE) * held)
        assert page.ceilingUsd == math.floor(ceiling)
        level = min(page.indexedUsd, page.ceilingUsd)
        house_price = min(8 * sale, LARGEST_APPRAISAL)
        assert page.saleUsd == house_price
        cap = house_price * (WHOLE + terms.saleMarginBps) // WHOLE if sale else UNLIMITED
        assert page.saleCapUsd == cap
        assert page.lendingValueUsd == (0 if claims else min(level - math.ceil(level * lost), cap))

        told = (page.appraisedAt, page.status)
        assert tuple(valuation.valueOf(world.house)) == (page.valueUsd, *told)
        assert tuple(valuation.lendingValueOf(world.house)) == (page.lendingValueUsd, *told)
        assert tuple(valuation.shareValue(world.house * 256 + 8)) == (page.valueUsd // 8, *told)


def test_steepest_haircut__of_the_largest_value__is_exact(world: World) -> None:
    """All but a 31,536,000th part of 2^208 is taken off: the largest product that there can be."""
    suite, engine = world.suite, world.engine
    peers = [getattr(suite, key).address for key in ("hub", "registry", "credentials", "aggregator", "reader")]
    terms = world.terms._replace(haircutFreePeriod=0, haircutRateBps=WHOLE, maxAgePeriod=YEAR - 1)
    steep = engine.deploy("PropertyValuation", *peers, INDEX_FEED, tuple(terms), 30 * DAY, sender=world.anyone)
    world.set_index(1)
    world.appraise(world.house, LARGEST_APPRAISAL)
    steep.accept(world.house, sender=world.anyone)
    world.set_index(LARGEST_INDEX)
    engine.advance(YEAR)
    page = steep.explainValue(world.house)
    assert page.indexedUsd == LARGEST_APPRAISAL * LARGEST_INDEX
    assert page.haircutUsd == math.ceil(Fraction(page.indexedUsd * (YEAR - 1), YEAR))
    assert page.valueUsd == page.indexedUsd // YEAR
    assert page.lendingValueUsd == page.ceilingUsd // YEAR


# ----------------------------------------------------------------------------------------------------------- growth


@dataclass(frozen=True)
class Step:
    """After `wait` seconds: a new index, a new appraisal, or both; in this order."""

    wait: int
    index: int | None
    usd: int | None


@dataclass(frozen=True)
class Seen:
    """What new loans were held at, at a time."""

    at: int
    ceiling: int
    level: int


PERIOD = 90 * DAY
LEVELS = st.sampled_from([1, 40, 95, 99, 100, 101, 104, 105, 106, 140, 10_000])  # percent of where it began
STEPS = st.lists(
    st.builds(
        Step,
        wait=st.one_of(
            st.sampled_from([10, DAY, PERIOD // 2, PERIOD - 1, PERIOD, PERIOD + 1, 2 * PERIOD]), around(PERIOD)
        ),
        index=st.one_of(st.none(), LEVELS),
        usd=st.one_of(st.none(), LEVELS),
    ),
    min_size=1,
    max_size=14,
)
DAILY = [Step(DAY, None, 140 + day) for day in range(120)]
DIP_AND_RECOVERY = [Step(DAY, 40, None), Step(DAY, None, 100), Step(DAY, 100, None), Step(PERIOD, None, 100)]
UNUSED_STEP = [Step(4 * PERIOD, 140, None), Step(10, None, 140), Step(PERIOD, None, 140), Step(PERIOD, None, 140)]
FALLS_AND_RISES = [Step(PERIOD // 2, None, usd) for usd in (95, 140, 99, 140, 40, 140, 140, 140, 140)]


def play(world: World, steps: list[Step]) -> list[Seen]:
    """What is seen before and after every step, and in the midst of every wait."""
    begin_index, begin_usd = 100 * USD, 200_000 * USD
    seen: list[Seen] = []

    def look() -> None:
        page = world.page()
        seen.append(Seen(world.engine.now(), page.ceilingUsd, min(page.indexedUsd, page.ceilingUsd)))

    def appraise(percent: int) -> None:
        world.appraise(world.house, begin_usd * percent // 100)

    level = begin_index
    world.set_index(level)
    appraise(100)
    look()
    for step in steps:
        for part in (step.wait - step.wait // 2, step.wait // 2 + 1):
            world.engine.advance(part)
            look()
        level = level if step.index is None else begin_index * step.index // 100
        world.set_index(level)
        look()
        if step.usd is not None:
            appraise(step.usd)
        look()
    return seen


@LONG
@given(steps=STEPS)
@example(steps=DAILY)
@example(steps=DIP_AND_RECOVERY)
@example(steps=UNUSED_STEP)
@example(steps=FALLS_AND_RISES)
def test_ceiling__in_any_window_of_a_period__rises_by_one_step_at_most(world: World, steps: list[Step]) -> None:
    terms = world.terms
    assert terms.growthPeriod == PERIOD
    growth = 1 + Fraction(terms.growthStepBps, WHOLE)
    with world.engine.rollback():
        seen = play(world, steps)
    for earlier, later in itertools.combinations(seen, 2):
        assert later.level <= later.ceiling
        if later.at - earlier.at <= PERIOD:
            # Every ceiling is rounded down, so the earlier one may be short of what it stands for by less than a wei.
            assert later.ceiling < (earlier.ceiling + 1) * growth
    for later in seen:
        whole_periods = -(-(later.at - seen[0].at) // PERIOD)
        assert later.level < (200_000 * USD + 1) * growth**whole_periods
