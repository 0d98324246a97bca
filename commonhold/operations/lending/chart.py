"""The report on loans as one picture: how late they are, what covers the coins, and where the most lies.

The same numbers give the same files, byte by byte. matplotlib is imported only when a chart is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from commonhold.operations.charts import styled_figure, write_figure
from commonhold.operations.lending.portfolio import BUCKETS, SHOWN, LoanPortfolio, Part
from commonhold.operations.tables import moment

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colours that the colour-blind tell apart too (Okabe and Ito, 2008).
DEBT, COUNTS, CASH, LOANS, HOMES, COINS, CAP = (
    "#9a9a9a", "#0072b2", "#009e73", "#0072b2", "#cc79a7", "#e69f00", "#d55e00",
)  # fmt: skip
DOLLAR = 10**18


def draw_portfolio(portfolio: LoanPortfolio, file: Path) -> Path:
    """Write the chart; PNG or SVG, as the file's name ends."""
    with styled_figure((12.5, 7.2)) as figure:
        grid = figure.add_gridspec(2, 2, width_ratios=(1.15, 1), height_ratios=(1.6, 1), hspace=0.42, wspace=0.24)
        figure.subplots_adjust(left=0.075, right=0.98, top=0.885, bottom=0.145)
        _ages(figure.add_subplot(grid[0, 0]), portfolio)
        _cover(figure.add_subplot(grid[1, 0]), portfolio)
        _concentration(figure.add_subplot(grid[:, 1]), portfolio.by_house())
        loans = len(portfolio.lines)
        figure.text(0.012, 0.955, f"{loans:,} open loans, {moment(portfolio.now)}", fontsize=15, weight="bold")
        return write_figure(figure, file)


def _ages(axes: Axes, portfolio: LoanPortfolio) -> None:
    """Debt, and what it counts for, by days past due: what is missing shows at once."""
    places = range(len(BUCKETS))
    lines = [portfolio.bucket(bucket) for bucket in BUCKETS]
    debts = [_thousands(sum(line.debt for line in each)) for each in lines]
    carrying = [_thousands(sum(line.carrying_usd for line in each)) for each in lines]
    axes.bar([place - 0.2 for place in places], debts, 0.4, color=DEBT, label="debt")
    axes.bar([place + 0.2 for place in places], carrying, 0.4, color=COUNTS, label="counts for, in the balance sheet")
    top = max([*debts, *carrying, 1])
    for place, each in zip(places, lines, strict=True):
        if each:
            axes.text(
                place, max(debts[place], carrying[place]) + 0.015 * top, f"{len(each):,}", ha="center", fontsize=9
            )
    axes.set_xticks(places, [bucket.label for bucket in BUCKETS])
    axes.set_ylim(0, 1.25 * top)
    axes.set_xlabel("days past due; above the bars: loans")
    axes.set_ylabel("thousand $")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="y")
    axes.legend(loc="upper right", ncols=2)
    axes.set_title("How late they are")


def _cover(axes: Axes, portfolio: LoanPortfolio) -> None:
    """Assets above, coins and equity below: two bars of one length while coverage is at least 1."""
    left = 0.0
    for name, amount, colour in (
        ("cash", portfolio.cash_usd, CASH),
        ("loans", portfolio.loans_usd, LOANS),
        ("owned homes", portfolio.homes_usd, HOMES),
    ):
        axes.barh(1, _thousands(amount), 0.6, left, color=colour, label=name)
        left += _thousands(amount)
    axes.barh(0, _thousands(portfolio.coins), 0.6, color=COINS, label="coins")
    axes.set_yticks([0, 1], ["coins", "assets"])
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("thousand $")
    axes.grid(axis="x")
    axes.set_xlim(0, 1.05 * max(left, _thousands(portfolio.coins), 1))
    axes.legend(ncols=4, loc="upper left", bbox_to_anchor=(-0.01, -0.34), fontsize=9)
    hundredths = portfolio.coverage * 10_000 // DOLLAR / 100
    axes.set_title(f"What covers the coins: {hundredths:,.2f} %")


def _concentration(axes: Axes, parts: Sequence[Part]) -> None:
    """The houses with the most principal, each with its cap."""
    shown = parts[:SHOWN]
    places = range(len(shown))
    axes.barh(places, [_thousands(part.principal) for part in shown], 0.6, color=LOANS, label="principal")
    for place, part in zip(places, shown, strict=True):
        if part.cap is not None:
            axes.vlines(_thousands(part.cap), place - 0.38, place + 0.38, CAP, linewidth=2.2)
        loans = f" {part.loans} loans" if part.loans != 1 else " 1 loan"
        axes.text(0, place, loans, fontsize=8, va="center", color="white")
    axes.vlines([], 0, 0, CAP, linewidth=2.2, label="cap")
    axes.set_yticks(places, [part.name for part in shown])
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.locator_params("x", integer=True)
    axes.set_xlabel("thousand $")
    axes.grid(axis="x")
    axes.legend(ncols=2, loc="upper left", bbox_to_anchor=(-0.01, -0.085), fontsize=9)
    rest = len(parts) - len(shown)
    axes.set_title("Houses with the most principal" + (f", of {len(parts):,}" if rest else ""))


def _thousands(amount: int) -> float:
    return amount / DOLLAR / 1_000
