"""Rates and the index: thresholds, monotony, and the model over random lives of a treasury."""

from __future__ import annotations

import random
from typing import Any

import pytest
from coin_world import DAY, TERMS, UNLIMITED, VALID, WAD, CoinWorld, deploy_world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert
from commonhold.model.lending.rates import Market, Rates, RateTerms, rate_of
from commonhold.model.lending.schedule import MONTH

GIVEN = (550, 600, 100, 4, 300, 1_500)
RATE_TERMS = RateTerms(*GIVEN)
PAUSE_AT, MIN_CASH = TERMS[0][0], TERMS[8]
BASE = 10**6 * WAD
PAUSING = BASE * PAUSE_AT // 10_000
CASH_FLOOR = BASE * MIN_CASH // 10_000
UNIT = 10**12  # of a reserve token with 6 decimals

examples = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
amounts = st.integers(0, 2**96)


class Stage:
    """A rate model over a treasury that is in whatever state one likes."""

    def __init__(self, engine: Any, terms: tuple[int, ...] = GIVEN) -> None:
        self.engine, self.sender = engine, engine.accounts[0]
        self.treasury = engine.deploy("TestRateTreasury", PAUSE_AT, MIN_CASH, sender=self.sender)
        self.put()
        self.terms = terms
        self.rates = engine.deploy("RateModel", self.treasury, terms, sender=self.sender)
        self.model = Rates(RateTerms(*terms))
        self.model.checkpoint(engine.now(), self.market)

    def put(self, demand: int = 0, base: int = BASE, coins: int = BASE, cash: int = 0) -> None:
        self.market = Market(demand, base, PAUSE_AT, cash, coins, MIN_CASH)
        self.treasury.set(demand, base, coins, cash, sender=self.sender)

    def rate(self, **state: int) -> int:
        """Of that state, and the model says the same."""
        self.put(**state)
        found = self.rates.rateNow()
        assert found == rate_of(RateTerms(*self.terms), self.market)
        return int(found)

    def checkpoint(self, at: int) -> list[Any]:
        self.engine.set_next_time(at)
        receipt = self.rates.checkpoint(sender=self.sender)
        assert bool(receipt.events) == self.model.checkpoint(at, self.market)
        self.agree()
        return list(receipt.events)

    def agree(self) -> None:
        now = self.engine.now()
        assert self.rates.index() == self.model.index(now)
        assert tuple(self.rates.quote()) == (self.model.rate(now, self.market), self.model.index(now))


@pytest.fixture
def stage(engine: Any) -> Stage:
    return Stage(engine)


# ------------------------------------------------------------------------------------------------------------ the rate


def test_demand__to_the_wei_of_its_thresholds(stage):
    assert [stage.rate(demand=demand) for demand in (0, 1)] == [550, 551]
    assert [stage.rate(demand=PAUSING // 600 + more) for more in (-1, 0, 1)] == [551, 551, 552]
    last = PAUSING * 599 // 600
    assert [stage.rate(demand=last + more) for more in (-1, 0, 1)] == [1_149, 1_149, 1_150]
    assert [stage.rate(demand=PAUSING + more) for more in (-1, 0, 1)] == [1_150] * 3


def test_idle_cash__to_the_wei_of_its_thresholds(stage):
    step = 2 * CASH_FLOOR // 100
    assert [stage.rate(cash=2 * CASH_FLOOR + more) for more in (-1, 0, 1)] == [550] * 3
    assert [stage.rate(cash=2 * CASH_FLOOR + step + more) for more in (-1, 0, 1)] == [550, 549, 549]
    assert [stage.rate(cash=4 * CASH_FLOOR + more) for more in (-1, 0, 1)] == [451, 450, 450]


def test_nothing_to_compare_with__no_coins_and_no_base(stage):
    assert [stage.rate(coins=0, cash=cash) for cash in (0, 1)] == [550, 450]
    assert stage.rate(base=0) == 1_150


def test_floor_and_cap__hold(engine):
    low = Stage(engine, (350, 600, 100, 4, 300, 400))
    assert [low.rate(cash=2**96), low.rate(), low.rate(demand=PAUSING)] == [300, 350, 400]


@examples
@given(demand=amounts, more=amounts, base=amounts, coins=amounts, cash=amounts, extra=amounts)
def test_rate__never_falls_with_demand_nor_rises_with_cash(stage, demand, more, base, coins, cash, extra):
    state = {"base": base, "coins": coins}
    here = stage.rate(demand=demand, cash=cash, **state)
    assert stage.rate(demand=demand + more, cash=cash, **state) >= here
    assert stage.rate(demand=demand, cash=cash + extra, **state) <= here
    assert 300 <= here <= 1_500


@examples
@given(demand=st.integers(0, 2 * PAUSING), more=st.integers(0, PAUSING), cash=st.integers(0, 5 * CASH_FLOOR))
def test_rate__between_the_thresholds__is_monotone(stage, demand, more, cash):
    here = stage.rate(demand=demand, cash=cash)
    assert stage.rate(demand=demand + more, cash=cash) >= here
    assert stage.rate(demand=demand, cash=cash + more) <= here


# ---------------------------------------------------------------------------------------------------- steps and months


def test_checkpoint__a_second_before_a_day_nothing__at_a_day_the_rate_of_now(stage):
    start = stage.engine.now()
    stage.put(demand=PAUSING)
    for at in (start + 10, start + DAY - 1):
        before = stage.rates.lastCheckpoint()
        assert stage.checkpoint(at) == []
        assert stage.rates.lastCheckpoint() == before
        assert stage.rates.quote()[0] == 550
    stage.engine.set_time(start + DAY)
    assert stage.rates.quote()[0] == 1_150
    (event,) = stage.checkpoint(start + DAY + 1)
    assert (event["rateBps"], event["indexBps"], event["month"]) == (1_150, 550, (start + DAY + 1) // MONTH)


def test_index__changes_at_the_second_of_the_month__and_is_the_mean_up(stage):
    month = stage.engine.now() // MONTH + 1
    stage.checkpoint(month * MONTH + 5)
    stage.put(demand=PAUSING)
    stage.checkpoint(month * MONTH + MONTH // 4)
    for at, expected in ((-1, 550), (0, 1_000), (1, 1_000)):
        stage.engine.set_time((month + 1) * MONTH + at)
        stage.agree()
        assert stage.rates.index() == expected
    stage.engine.set_time((month + 2) * MONTH)
    assert stage.rates.index() == 1_150


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_checkpoint__around_the_boundary__counts_each_second_once(stage, late):
    month = stage.engine.now() // MONTH + 2
    stage.put(demand=PAUSING // 3)
    stage.checkpoint(month * MONTH + late)
    stage.put(demand=PAUSING)
    stage.checkpoint(month * MONTH + late + DAY)
    for at in ((month + 1) * MONTH - 1, (month + 1) * MONTH, (month + 2) * MONTH):
        stage.engine.set_time(at)
        stage.agree()


def test_long_gaps__have_the_rate_in_force(stage):
    for months in (1, 2, 3, 40, 500):
        stage.put(demand=PAUSING * months // 600)
        stage.checkpoint(stage.engine.now() + months * MONTH + 77)
        stage.agree()
        assert stage.rates.lastCheckpoint().month == stage.engine.now() // MONTH


@pytest.mark.parametrize("seed", range(6))
def test_random_steps__equal_the_model_whoever_pokes(engine, seed):
    draw, stage = random.Random(seed), Stage(engine)
    for _ in range(120):
        gap = draw.choice((1, 3_600, DAY - 1, DAY, DAY + 1, 9 * DAY, MONTH - 1, MONTH, MONTH + 1, 5 * MONTH))
        stage.put(demand=draw.randrange(2 * PAUSING), cash=draw.randrange(6 * CASH_FLOOR))
        stage.checkpoint(engine.now() + gap)


# --------------------------------------------------------------------------------------------------- a real treasury


@pytest.fixture
def world(engine: Any) -> CoinWorld:
    dao, bank = engine.accounts[:2]
    world = deploy_world(engine, dao, engine.deploy("TestReserveToken", 6, sender=dao))
    world.reserve.mint(bank, 2**80, sender=bank)
    world.reserve.approve(world.treasury, UNLIMITED, sender=bank)
    world.coin.approve(world.treasury, UNLIMITED, sender=bank)
    return world


def _market(world: CoinWorld, price: int) -> Market:
    page = world.treasury.demandPage()
    free = world.treasury.freeCash() * UNIT * min(price, WAD) // WAD
    return Market(page.demand, page.base, page.terms.pauseAtBps, free, world.coin.totalSupply(), MIN_CASH)


def _live(world: CoinWorld, draw: random.Random, bank: str, price: int) -> int:
    """Something that a treasury goes through; returns the reserve token's price afterwards."""
    act = draw.choice(("buy", "redeem", "request", "lend", "price"))
    coins = world.coin.balanceOf(bank)
    if act == "buy":
        world.treasury.buy(draw.randrange(1, 10**12), 0, bank, sender=bank)
    elif act == "lend":
        world.lend(bank, draw.randrange(1, 10**5) * WAD)
    elif act == "price":
        price = draw.randrange(99 * WAD // 100, 101 * WAD // 100)
        world.reader.set(price, VALID, sender=bank)
    elif coins > 1_000 * WAD:
        part = draw.randrange(100 * WAD, coins // 5)
        if act == "redeem":
            world.treasury.redeem(part, 0, bank, sender=bank)
        else:
            world.treasury.requestRedeem(part, bank, bank, sender=bank)
    return price


REFUSALS = {"LendingPausedByDemand", "CashBelowFloor", "CoverageBelowOne", "NotEnoughFreeCash", "EquityTooLow"}


@pytest.mark.parametrize("seed", range(4))
def test_random_lives__of_a_real_treasury__equal_the_model(world, seed):
    engine, bank, draw, price = world.engine, world.engine.accounts[1], random.Random(seed), WAD
    rates = engine.deploy("RateModel", world.treasury, GIVEN, sender=world.dao)
    model, seen = Rates(RATE_TERMS), set()
    model.checkpoint(engine.now(), _market(world, price))
    for _ in range(150):
        try:
            price = _live(world, draw, bank, price)
        except Revert as refused:
            if refused.name not in REFUSALS:
                raise
        engine.set_time(engine.now() + draw.choice((60, 3_600, DAY, 3 * DAY, MONTH // 2)))
        rates.checkpoint(sender=bank)
        now, market = engine.now(), _market(world, price)
        model.checkpoint(now, market)
        assert rates.rateNow() == rate_of(RATE_TERMS, market)
        assert tuple(rates.quote()) == (model.rate(now, market), model.index(now))
        seen.add(rates.rateNow())
    assert len(seen) > 10


# -------------------------------------------------------------------------------------------------------- construction


@pytest.mark.parametrize(
    ("terms", "error", "values"),
    [
        ((550, 600, 100, 4, 551, 1_500), "RatesOutOfOrder", (551, 550, 1_500, 10_000)),
        ((550, 600, 100, 4, 300, 549), "RatesOutOfOrder", (300, 550, 549, 10_000)),
        ((550, 600, 100, 4, 300, 10_001), "RatesOutOfOrder", (300, 550, 10_001, 10_000)),
        ((550, 600, 551, 4, 300, 1_500), "IdlePartAboveBase", (551, 550)),
        ((550, 600, 100, 2, 300, 1_500), "FullIdleTooLow", (2, 2)),
    ],
)
def test_terms__without_sense__are_refused(stage, terms, error, values):
    with pytest.raises(Revert) as refused:
        stage.engine.deploy("RateModel", stage.treasury, terms, sender=stage.sender)
    found = decode_revert(refused.value.data, "RateModel")  # of a contract that never came to be
    assert (found.name, found.values) == (error, values)


def test_treasury__without_code__is_refused(stage):
    with pytest.raises(Revert) as refused:
        stage.engine.deploy("RateModel", stage.sender, GIVEN, sender=stage.sender)
    found = decode_revert(refused.value.data, "RateModel")  # of a contract that never came to be
    assert (found.name, found.values) == ("MissingCode", (stage.sender,))


def test_terms__at_their_bounds__are_kept(engine):
    terms = (100, 65_535, 100, 3, 100, 10_000)
    assert tuple(Stage(engine, terms).rates.terms()) == terms


def test_suite__has_the_model_of_its_parameters(suite, parameters):
    assert tuple(suite.rates.terms()) == parameters.rates.terms
    assert suite.rates.TREASURY() == suite.treasury.address
