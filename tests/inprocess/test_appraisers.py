"""The demo's appraisers: the honest ones come near the real sales without looking at them; the liars don't try."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from commonhold.inputs.portfolio import Portfolio, read_portfolio
from commonhold.inputs.prices import PriceSeries, Quarter, read_prices
from commonhold.operations.appraisers import (
    APPRAISERS,
    MAX_USD,
    Appraiser,
    MissingFact,
    Sales,
    by_last_sale,
)

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
QUARTER = Quarter(2005, 3)
ESTIMATORS = [one for one in APPRAISERS if one.honest and one.estimate is not by_last_sale]
LEARNED = pytest.mark.parametrize("appraiser", ESTIMATORS, ids=lambda one: one.name)


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return read_portfolio(EXAMPLES / "portfolio.json")


@pytest.fixture(scope="module")
def prices() -> PriceSeries:
    return read_prices(EXAMPLES / "us_cpi.json")


@pytest.fixture(scope="module")
def sales(portfolio: Portfolio, prices: PriceSeries) -> Sales:
    return Sales.of(portfolio, prices, QUARTER)


def test_seven_appraisers__two_lie_and_five_go_about_it_differently() -> None:
    assert len(APPRAISERS) == 7
    assert len({one.estimate for one in APPRAISERS if one.honest}) == 5
    assert len({one.name for one in APPRAISERS}) == 7


def test_last_sale__moved_by_consumer_prices_exactly(portfolio: Portfolio, prices: PriceSeries, sales: Sales) -> None:
    sold = portfolio.homes[0].home
    assert sold.sale_year == 1978
    moved = sold.price_usd * prices.at(QUARTER) / prices.mean_of(1978)
    assert by_last_sale(sales, 0) == pytest.approx(float(moved))
    assert APPRAISERS[0].values(sales, [0]) == [moved.quantize(Decimal(1))]


@LEARNED
def test_honest__comes_near_the_sale_that_it_did_not_see(sales: Sales, appraiser: Appraiser) -> None:
    """Half of all estimates within a sixth of the price, nine in ten within a factor of 1.6."""
    errors = np.abs(np.log([appraiser.estimate(sales, home) for home in range(len(sales))] / sales.price))
    assert np.median(errors) < np.log(7 / 6)
    assert np.quantile(errors, 0.9) < np.log(1.6)


@LEARNED
@pytest.mark.parametrize("home", [0, 100, 320])
def test_honest__never_looks_at_the_home_s_own_sale(sales: Sales, appraiser: Appraiser, home: int) -> None:
    price = sales.price.copy()
    price[home] *= 10
    assert appraiser.estimate(dataclasses.replace(sales, price=price), home) == appraiser.estimate(sales, home)


@LEARNED
def test_honest__prices_twice_as_high_double_the_value(sales: Sales, appraiser: Appraiser) -> None:
    doubled = dataclasses.replace(sales, price=2 * sales.price)
    assert appraiser.estimate(doubled, 7) == pytest.approx(2 * appraiser.estimate(sales, 7))


def test_honest__they_disagree(sales: Sales) -> None:
    values = np.array([one.values(sales, range(len(sales))) for one in APPRAISERS if one.honest], dtype=float)
    spread = values.max(axis=0) / values.min(axis=0)
    assert 1.1 < np.median(spread) < 2


def test_liars__beyond_the_honest(sales: Sales) -> None:
    honest = [one for one in APPRAISERS if one.honest]
    raised, absurd = (one for one in APPRAISERS if not one.honest)
    assert raised.estimate(sales, 0) == pytest.approx(1.4 * honest[1].estimate(sales, 0))
    assert absurd.values(sales, [0])[0] > 100 * max(one.values(sales, [0])[0] for one in honest)
    assert absurd.values(sales, [1]) == [Decimal(1)]


def test_values__whole_dollars_from_one_to_the_limit(sales: Sales) -> None:
    for stated, value in ((0.2, 1), (-5.0, 1), (1234.5678, 1235), (1e30, MAX_USD)):
        appraiser = Appraiser("stated", lambda _sales, _home, stated=stated: stated)
        assert appraiser.values(sales, [0]) == [Decimal(value)]


def test_older_home__worth_less_by_regression(portfolio: Portfolio, prices: PriceSeries, sales: Sales) -> None:
    """Only the home itself has to be older: a year for all of them says nothing of one."""
    older = Sales.of(portfolio, prices, QUARTER, years_later=1)
    assert (older.age == sales.age + 1).all()
    regression = next(one for one in APPRAISERS if one.name == "regression")
    age = sales.age.copy()
    age[5] += 10
    assert regression.estimate(dataclasses.replace(sales, age=age), 5) < regression.estimate(sales, 5)


def test_lonely_neighborhood__the_whole_town_stands_in(sales: Sales) -> None:
    names = sales.neighborhood.copy()
    names[3] = "nowhere"
    neighborhood = next(one for one in APPRAISERS if one.name == "neighborhood")
    assert neighborhood.estimate(dataclasses.replace(sales, neighborhood=names), 3) > 10_000


def test_home_without_a_fact__named(portfolio: Portfolio, prices: PriceSeries) -> None:
    placed = portfolio.homes[1]
    without = dataclasses.replace(placed, home=placed.home.model_copy(update={"land_sqft": None}))
    homes = (portfolio.homes[0], without)
    with pytest.raises(MissingFact, match=r"home 2 \(INV-0002\): no land_sqft: appraisers compare homes by it"):
        Sales.of(Portfolio(portfolio.file, homes), prices, QUARTER)
