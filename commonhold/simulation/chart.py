"""A run as one picture: coverage through the years, how late the loans are, and the balance sheet.

The same run gives the same file, byte by byte. matplotlib is imported only when a chart is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from commonhold.operations.charts import styled_figure, write_figure
from commonhold.operations.lending.portfolio import BUCKETS
from commonhold.simulation.decade import Point
from commonhold.simulation.rates import price_at
from commonhold.simulation.town import YEAR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colours that the colour-blind tell apart too (Okabe and Ito, 2008).
COVERAGE, ONE_LINE, INDEX = "#0072b2", "#d55e00", "#9a9a9a"
AGES = ("#f0e442", "#e69f00", "#d55e00", "#7a3500")
CASH, LOANS, HOMES, COINS = "#009e73", "#0072b2", "#cc79a7", "#000000"
DOLLAR, MILLION = 10**18, 10**24


def draw_decade(points: Sequence[Point], began: int, title: str, file: Path) -> Path:
    """Write the chart; PNG or SVG, as the file's name ends."""
    years = [(point.at - began) / YEAR for point in points]
    with styled_figure((10.5, 9.2)) as figure:
        above, middle, below = figure.subplots(3, 1, sharex=True, height_ratios=(1.25, 1, 1.1))
        figure.subplots_adjust(left=0.085, right=0.915, top=0.905, bottom=0.065, hspace=0.3)
        _coverage(above, points, years)
        _ages(middle, points, years)
        _sheet(below, points, years)
        below.set_xlim(0, years[-1])
        below.set_xlabel("years since the first loans")
        figure.text(0.012, 0.962, title, fontsize=14, weight="bold")
        return write_figure(figure, file)


def _coverage(axes: Axes, points: Sequence[Point], years: Sequence[float]) -> None:
    axes.plot(years, [100 * point.coverage / DOLLAR for point in points], color=COVERAGE, lw=2.2, label="coverage")
    axes.axhline(100, color=ONE_LINE, lw=1.4, ls="--", label="every coin covered")
    axes.yaxis.set_major_formatter("{x:.1f} %")
    axes.grid()
    axes.set_title("Coverage of the coins, and the price of homes")
    right = axes.twinx()
    right.plot(years, [price_at(year) for year in years], color=INDEX, lw=1.4, ls=":", label="index of homes")
    right.spines["right"].set_visible(True)
    right.yaxis.set_major_formatter("{x:.0f}")
    right.set_ylabel("index, 100 at the start")
    lines = [*axes.get_legend_handles_labels()[0], *right.get_legend_handles_labels()[0]]
    axes.legend(handles=lines, loc="upper left", ncols=3)
    _room_for_legend(axes)
    _room_for_legend(right)


def _room_for_legend(axes: Axes) -> None:
    """A third more room above."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + (high - low) / 3)


def _ages(axes: Axes, points: Sequence[Point], years: Sequence[float]) -> None:
    """Debt of loans that are past due, in percent of all debt."""
    parts = [
        [100 * point.debt_by_age[place] / max(1, sum(point.debt_by_age)) for point in points]
        for place in range(1, len(BUCKETS))
    ]
    labels = [f"{bucket.label} days" for bucket in BUCKETS[1:]]
    axes.stackplot(years, parts, labels=labels, colors=AGES)
    axes.yaxis.set_major_formatter("{x:.0f} %")
    axes.grid(axis="y")
    axes.set_ylim(0, 1.35 * max(sum(column) for column in zip(*parts, strict=True)) or 1)
    axes.legend(loc="upper left", ncols=4)
    axes.set_title("Debt past due, in percent of all debt")


def _sheet(axes: Axes, points: Sequence[Point], years: Sequence[float]) -> None:
    parts = [[getattr(point, name) / MILLION for point in points] for name in ("cash", "loans", "homes")]
    axes.stackplot(years, parts, labels=["cash", "loans", "owned homes"], colors=[CASH, LOANS, HOMES])
    axes.plot(years, [point.coins / MILLION for point in points], color=COINS, lw=2, ls="--", label="coins")
    axes.yaxis.set_major_formatter("{x:.1f}")
    axes.set_ylabel("million $")
    axes.grid(axis="y")
    axes.set_ylim(0, 1.25 * max(sum(column) for column in zip(*parts, strict=True)))
    axes.legend(loc="upper right", ncols=4)
    axes.set_title("Balance sheet")
