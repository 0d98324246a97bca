"""One picture of a stress run: on the left what happened day by day, on the right who got what, holder by holder.

The same outcome gives the same file, byte by byte. matplotlib is imported only when a chart is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commonhold.operations.charts import METADATA, styled_figure, write_figure
from commonhold.operations.stress.outcome import DOLLAR, Holder, Outcome, Point
from commonhold.recipe.units import DAY, PERCENT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colours that the colour-blind tell apart too (Okabe and Ito, 2008).
CASH, QUEUE, PAID, DEMAND, PRICE = "#0072b2", "#e69f00", "#009e73", "#0072b2", "#000000"
PAUSED, UNCOVERED, THRESHOLD = "#e69f00", "#d55e00", "#a84300"
GOT, FEE, LEFT, LOST = "#009e73", "#9a9a9a", "#a6d9c9", "#d55e00"
MANY_HOLDERS = 40  # from which on bars have no gaps between them
WRITTEN_HOLDERS = 20  # up to which bars have room for words
ROOM_FOR_A_LINE = 0.16  # of the panel of demand
KINDS = tuple(METADATA)


def draw(outcome: Outcome, file: Path) -> Path:
    """Write the chart; PNG or SVG, as the file's name ends."""
    with styled_figure((13.5, 8.0)) as figure:
        grid = figure.add_gridspec(6, 2, width_ratios=(1.25, 1), wspace=0.14, hspace=0.55)
        figure.subplots_adjust(left=0.055, right=0.985, top=0.875, bottom=0.115)
        money = figure.add_subplot(grid[:2, 0])
        demand = figure.add_subplot(grid[2:4, 0], sharex=money)
        price = figure.add_subplot(grid[4:, 0], sharex=money)
        ours = figure.add_subplot(grid[:3, 1])
        theirs = figure.add_subplot(grid[3:, 1], sharex=ours)
        _money(money, outcome)
        _demand(demand, outcome)
        _price(price, outcome)
        here = f"With this treasury: {_said(outcome.lost, outcome)}{_fees(outcome)}"
        _bars(ours, outcome, _our_parts(outcome), lambda holder: holder.paid_at, here)
        face = f"Face value, first come, first served: {_said(outcome.face_lost, outcome)}"
        _bars(theirs, outcome, _their_parts(outcome), lambda holder: holder.face_paid_at, face)
        _shared_legends(figure, outcome)
        scenario = outcome.scenario
        figure.text(0.012, 0.962, scenario.title, fontsize=15, weight="bold")
        figure.text(0.012, 0.928, _subtitle(outcome), fontsize=10.5, color="#444444")
        ours.tick_params(labelbottom=False)
        for axes in (money, demand):
            axes.tick_params(labelbottom=False)
        price.set_xlabel("day")
        theirs.set_xlabel("holder, in the order in which they left")
        return write_figure(figure, file)


def _subtitle(outcome: Outcome) -> str:
    scenario = outcome.scenario
    wanted = sum(wave.share for wave in scenario.run) / PERCENT
    parts = [
        f"{scenario.holders} holders, {_short(scenario.coins)} coins",
        f"{scenario.cash_ratio / PERCENT:g} % cash",
        f"{wanted:g} % of the coins want out",
    ]
    if scenario.losses.share == 0:
        parts.append(f"loans repaid in {scenario.loans.repaid_in_months} months")
    else:
        parts.append(
            f"{scenario.losses.share / PERCENT:g} % of the loans go bad, their shares lose "
            f"{scenario.losses.value_fall / PERCENT:g} %"
        )
    return "; ".join(parts)


# ------------------------------------------------------------------------------------------------------------- timeline


def _money(axes: Axes, outcome: Outcome) -> None:
    days = _days(outcome)

    def line(label: str, colour: str, of: Callable[[Point], int], width: float) -> None:
        thousands = [of(point) / DOLLAR / 1_000 for point in outcome.timeline]
        _line(axes, days, thousands, colour, width, label)

    line("cash in reserve", CASH, lambda point: point.look.reserve_cash * outcome.unit, 2.0)
    line("coins that wait", QUEUE, lambda point: point.look.waiting, 2.0)
    line("paid out so far", PAID, lambda point: point.paid_cash * outcome.unit, 1.6)
    axes.set_ylim(bottom=0)
    axes.set_xlim(0, days[-1])
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.grid()
    axes.set_title("Reserve and queue, thousand $ and thousand coins")
    axes.legend(loc="best", fontsize=9, frameon=True, framealpha=0.9, edgecolor="none")
    _shade(axes, outcome)


def _demand(axes: Axes, outcome: Outcome) -> None:
    days = _days(outcome)
    percent = [100 * point.look.demand / DOLLAR for point in outcome.timeline]
    _line(axes, days, percent, DEMAND, 2.0)
    early = [level for day, level in zip(days, percent, strict=True) if day < days[-1] / 4]
    side: Any = "left" if max(early) < outcome.thresholds[1] / PERCENT else "right"  # where the line is not in the way
    pause, resume = (level / PERCENT for level in outcome.thresholds)
    top = 1.12 * max([*percent, 1.4 * pause])
    if resume > ROOM_FOR_A_LINE * top:
        _threshold(axes, pause, f"pauses at {pause:g} %", "--", side, "bottom")
        _threshold(axes, resume, f"resumes below {resume:g} %", ":", side, "top")
    else:
        _threshold(axes, pause, f"pauses at {pause:g} %, resumes below {resume:g} %", "--", side, "bottom")
        _threshold(axes, resume, "", ":", side, "top")
    axes.set_ylim(0, top)
    axes.yaxis.set_major_formatter("{x:g} %")
    axes.grid()
    axes.set_title("Liquidation demand")
    _shade(axes, outcome)


def _threshold(axes: Axes, level: float, words: str, style: Any, side: str, edge: str) -> None:
    axes.axhline(level, color=THRESHOLD, lw=1.3, ls=style, zorder=1.5)
    if not words:
        return
    x, dx = (0.0, 5) if side == "left" else (1.0, -5)
    looks: dict[str, Any] = {"ha": side, "va": edge, "fontsize": 8.5, "color": THRESHOLD, "zorder": 4}
    looks["bbox"] = {"facecolor": "white", "alpha": 0.75, "pad": 0.6, "linewidth": 0}
    where: Any = ("axes fraction", "data")
    offset = (dx, 2.5 if edge == "bottom" else -2.5)
    axes.annotate(words, (x, level), offset, xycoords=where, textcoords="offset points", **looks)


def _price(axes: Axes, outcome: Outcome) -> None:
    backed = [point for point in outcome.timeline if point.look.coins]  # without coins there is no price
    days, prices = [point.at / DAY for point in backed], [float(point.look.price) for point in backed]
    _line(axes, days, prices, PRICE, 2.0)
    low = min(prices)
    axes.set_ylim(max(0.0, low - 0.3 * max(1 - low, 0.2)), 1 + 0.2 * max(1 - low, 0.2))
    axes.yaxis.set_major_formatter("{x:.2f}")
    axes.grid()
    axes.set_title("Price of a coin that is paid now, $ (coverage, at most 1)")
    if low < 1:
        where = prices.index(low)
        axes.annotate(f"{low:.4f}", (days[where], low), (6, -12), textcoords="offset points", fontsize=9)
    _shade(axes, outcome)


def _shade(axes: Axes, outcome: Outcome) -> None:
    for begin, end in outcome.days_when(lambda point: point.look.paused):
        axes.axvspan(begin, end, color=PAUSED, alpha=0.13, lw=0, zorder=0)
    for begin, end in outcome.days_when(lambda point: point.look.price < 1):
        axes.axvspan(begin, end, facecolor="none", edgecolor=UNCOVERED, alpha=0.22, lw=0, hatch="///", zorder=0)


def _line(axes: Axes, days: list[float], heights: list[float], colour: str, width: float, label: str = "") -> None:
    """A line without the points that lie between two of the same height."""
    last = len(days) - 1
    bends = [
        place
        for place in range(len(days))
        if place in (0, last) or not heights[place - 1] == heights[place] == heights[place + 1]
    ]
    axes.plot([days[at] for at in bends], [heights[at] for at in bends], color=colour, lw=width, label=label)


def _days(outcome: Outcome) -> list[float]:
    return [point.at / DAY for point in outcome.timeline]


# -------------------------------------------------------------------------------------------------------------- holders

Parts = list[tuple[str, Callable[[Holder], Fraction]]]


def _our_parts(outcome: Outcome) -> Parts:
    """What became of a holder's coins, from below; dollars with 18 decimals."""
    return [
        (GOT, lambda holder: Fraction(holder.cash * outcome.unit)),
        (LEFT, outcome.worth_left),
        (FEE, lambda holder: Fraction(holder.fee)),
        (LOST, outcome.lost),
    ]


def _their_parts(outcome: Outcome) -> Parts:
    return [
        (GOT, lambda holder: Fraction(holder.face_cash * outcome.unit)),
        (LEFT, outcome.face_worth_left),
        (LOST, outcome.face_lost),
    ]


def _bars(axes: Axes, outcome: Outcome, parts: Parts, paid_at: Callable[[Holder], int | None], title: str) -> None:
    """A bar for each holder, a dollar high; red is what is gone. In it stands when the last cash came."""
    holders = outcome.holders
    bottom = [0.0] * len(holders)
    width = 0.82 if len(holders) <= MANY_HOLDERS else 1.0
    for colour, amount in parts:
        heights = [float(100 * amount(holder) / holder.coins) for holder in holders]
        axes.bar([holder.number for holder in holders], heights, width, bottom, color=colour, lw=0)
        bottom = [low + height for low, height in zip(bottom, heights, strict=True)]
    axes.set_ylim(0, 104)
    axes.set_xlim(0.4, len(holders) + 0.6)
    if len(holders) <= WRITTEN_HOLDERS:
        axes.set_xticks([holder.number for holder in holders])
        for holder in holders:
            if (at := paid_at(holder)) is not None:
                looks: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": 8, "color": "white"}
                axes.text(holder.number, 3, f"day {at / DAY:.0f}", rotation=90, **looks)
    axes.tick_params(axis="x", length=0)
    axes.yaxis.set_major_formatter("{x:g} ¢")
    axes.grid(axis="y")
    axes.set_title(title)


def _said(lost: Callable[[Holder], Fraction], outcome: Outcome) -> str:
    """How much is gone, and how it falls on the holders."""
    parts = [float(100 * lost(holder) / holder.coins) for holder in outcome.holders]
    low, high = f"{min(parts):.0f}", f"{max(parts):.0f}"
    if max(parts) < 0.05:
        return "nobody loses"
    return f"all lose {max(parts):.1f} ¢" if max(parts) - min(parts) < 0.05 else f"{low} to {high} ¢ lost"


def _fees(outcome: Outcome) -> str:
    parts = [float(100 * Fraction(holder.fee, holder.coins)) for holder in outcome.holders]
    return f"; fee of {min(parts):.1f} to {max(parts):.1f} ¢" if max(parts) else ""


def _shared_legends(figure: Any, outcome: Outcome) -> None:
    from matplotlib.patches import Patch

    left: list[Any] = []
    if any(point.look.paused for point in outcome.timeline):
        left.append(Patch(fc=PAUSED, alpha=0.25, label="lending paused by demand"))
    if any(point.look.price < 1 for point in outcome.timeline):
        left.append(
            Patch(fc="none", ec=UNCOVERED, alpha=0.5, hatch="////", label="coverage below 1: losses are shared")
        )
    looks: dict[str, Any] = {"ncols": 4, "fontsize": 9, "loc": "lower center"}
    if left:
        figure.legend(handles=left, bbox_to_anchor=(0.30, 0.005), **looks)
    names = {GOT: "paid in cash", LEFT: "what the rest is worth", FEE: "fee", LOST: "lost"}
    shown = {
        colour
        for colour, amount in [*_our_parts(outcome), *_their_parts(outcome)]
        if any(amount(holder) >= DOLLAR for holder in outcome.holders)
    }
    right = [Patch(fc=colour, label=name) for colour, name in names.items() if colour in shown]
    figure.legend(handles=right, bbox_to_anchor=(0.785, 0.005), **looks)


def _short(wei: int) -> str:
    amount = wei / DOLLAR
    return f"{amount / 1e6:g} million" if amount >= 1e6 else f"{amount:,.0f}"
