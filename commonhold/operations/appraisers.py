"""Seven appraisers for the demo's oracle nodes: five estimate homes from real sales, each in its own way; two lie.

All they know is the sales of a portfolio file and a price series. The sales are decades old, so each of them is moved
by consumer prices to the quarter of the appraisal first. A method that learns from sales never sees the home's own one
(leave-one-out); the first method is about nothing but that one. Estimates are made in floating point; what leaves an
appraiser is a whole number of dollars, and from there on everything is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from commonhold.inputs.portfolio import Portfolio
from commonhold.inputs.prices import PriceSeries, Quarter

COMPARABLES = 8  # sales that a comparison looks at
MIN_NEIGHBORS = 5  # a neighborhood with fewer sales says little
MAX_USD = 10**15  # no honest house; a liar may well name more than all houses together

Column: TypeAlias = npt.NDArray[np.float64]


class MissingFact(Exception):
    """A home of the file lacks what appraisers compare."""

    def __init__(self, record: str, field: str) -> None:
        super().__init__(f"{record}: no {field}: appraisers compare homes by it")


@dataclass(frozen=True)
class Sales:
    """Real sales as columns, in dollars of one quarter; row i is home i of the portfolio."""

    price: Column  # moved by consumer prices from the year of the sale
    area: Column
    land: Column
    age: Column
    rooms: Column
    bathrooms: Column
    center: Column  # feet to the business centre
    interstate: Column
    neighborhood: npt.NDArray[np.str_]

    @classmethod
    def of(cls, portfolio: Portfolio, prices: PriceSeries, quarter: Quarter, years_later: int = 0) -> Sales:
        """The sales in dollars of `quarter`, every home `years_later` years older than it was when it was sold."""
        years = _facts(portfolio, "sale_year")
        now = float(prices.at(quarter))
        moved = {year: now / float(prices.mean_of(int(year))) for year in np.unique(years)}
        return cls(
            price=_facts(portfolio, "price_usd") * np.array([moved[year] for year in years]),
            area=_facts(portfolio, "area_sqft"),
            land=_facts(portfolio, "land_sqft"),
            age=_facts(portfolio, "age_years") + years_later,
            rooms=_facts(portfolio, "rooms"),
            bathrooms=_facts(portfolio, "bathrooms"),
            center=_facts(portfolio, "center_distance_ft"),
            interstate=_facts(portfolio, "interstate_distance_ft"),
            neighborhood=np.array([placed.home.neighborhood or "" for placed in portfolio.homes]),
        )

    def __len__(self) -> int:
        return len(self.price)


def _facts(portfolio: Portfolio, field: str) -> Column:
    values = [getattr(placed.home, field) for placed in portfolio.homes]
    for placed, value in zip(portfolio.homes, values, strict=True):
        if value is None:
            raise MissingFact(placed.record, field)
    return np.array(values, dtype=np.float64)


# ----------------------------------------------------------------------------------------------------- honest methods


def by_last_sale(sales: Sales, home: int) -> float:
    """What the home itself was last sold for, in today's dollars."""
    return float(sales.price[home])


def by_comparables(sales: Sales, home: int) -> float:
    """The median price per square foot of the sales most alike in area, rooms and age, times the home's area."""
    alike = _nearest(home, np.log(sales.area), sales.rooms, np.log1p(sales.age))
    return float(np.median(sales.price[alike] / sales.area[alike]) * sales.area[home])


def by_regression(sales: Sales, home: int) -> float:
    """A hedonic regression over all other sales: log price on size, land, rooms, bathrooms, age and its square."""
    facts = [np.log(sales.area), np.log1p(sales.land), sales.rooms, sales.bathrooms, sales.age, sales.age**2]
    table = np.column_stack([np.ones(len(sales)), *facts])
    others = np.arange(len(sales)) != home
    weights, *_ = np.linalg.lstsq(table[others], np.log(sales.price[others]), rcond=None)
    return float(np.exp(table[home] @ weights))


def by_neighborhood(sales: Sales, home: int) -> float:
    """The neighborhood's median sale, adjusted for area by the exponent at which prices of the town grow with it."""
    others = np.arange(len(sales)) != home
    near = others & (sales.neighborhood == sales.neighborhood[home])
    if near.sum() < MIN_NEIGHBORS:
        near = others
    exponent, _ = np.polyfit(np.log(sales.area[others]), np.log(sales.price[others]), 1)
    return float(np.median(sales.price[near]) * (sales.area[home] / np.median(sales.area[near])) ** exponent)


def by_location(sales: Sales, home: int) -> float:
    """The mean of the sales nearest by distance to centre and interstate and by area, the nearer the heavier."""
    alike, distance = _with_distance(home, sales.center, sales.interstate, np.log(sales.area))
    return float(np.exp(np.average(np.log(sales.price[alike]), weights=1 / (0.1 + distance))))


def _nearest(home: int, *columns: Column) -> npt.NDArray[np.intp]:
    return _with_distance(home, *columns)[0]


def _with_distance(home: int, *columns: Column) -> tuple[npt.NDArray[np.intp], Column]:
    """The COMPARABLES homes nearest to one in standardised facts, without itself, and how far they are."""
    facts = np.column_stack([(column - column.mean()) / (column.std() or 1.0) for column in columns])
    distance = np.sqrt(((facts - facts[home]) ** 2).sum(axis=1))
    distance[home] = np.inf
    nearest = np.argsort(distance, kind="stable")[:COMPARABLES]
    return nearest, distance[nearest]


# --------------------------------------------------------------------------------------------------------------- lies


def raised(sales: Sales, home: int) -> float:
    """A friend of the owners: 40 % above the comparables, near enough to be believed."""
    return 1.4 * by_comparables(sales, home)


def absurd(sales: Sales, home: int) -> float:
    """Anything: a thousand times the last sale for every other home, in step with the friend, a dollar for the rest."""
    return 1_000 * by_last_sale(sales, home) if home % 2 == 0 else 1.0


# --------------------------------------------------------------------------------------------------------- appraisers


@dataclass(frozen=True)
class Appraiser:
    """Who runs a node of the demo."""

    name: str
    estimate: Callable[[Sales, int], float]
    honest: bool = True

    def values(self, sales: Sales, homes: Sequence[int]) -> list[Decimal]:
        """What each home (by its row) is worth, in whole dollars, 1 at least."""
        return [Decimal(min(max(round(self.estimate(sales, home)), 1), MAX_USD)) for home in homes]


APPRAISERS = (
    Appraiser("last sale", by_last_sale),
    Appraiser("comparables", by_comparables),
    Appraiser("raised by 40 %", raised, honest=False),
    Appraiser("regression", by_regression),
    Appraiser("neighborhood", by_neighborhood),
    Appraiser("anything", absurd, honest=False),
    Appraiser("location", by_location),
)
