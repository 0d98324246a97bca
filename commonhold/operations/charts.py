"""The demo's charts, as PNG and SVG: values by quarter, and what the nodes said beside what came of it.

The functions take plain numbers and know nothing of a chain. The same numbers give the same files, byte by byte: no
date, no random ids, and text drawn as outlines of matplotlib's own font. It is imported only when a chart is drawn.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from commonhold.build import ROOT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colours that the colour-blind tell apart too (Okabe and Ito, 2008).
STATUS_COLOURS = {
    "None": "#ffffff",
    "Valid": "#009e73",
    "Quarantined": "#f0e442",
    "Stale": "#9a9a9a",
    "Frozen": "#56b4e9",
    "FeedInvalid": "#d55e00",
}
LIAR_COLOUR, MEDIAN_COLOUR, RANGE_COLOUR = "#d55e00", "#000000", "#dddddd"
HONEST_COLOURS = ("#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
HONEST_MARKERS, LIAR_MARKERS = ("o", "s", "D", "^", "v"), ("X", "P")
QUARTERS_A_YEAR, MONTHS_A_QUARTER = 4, 3
MAX_ROWS = 12  # homes that a chart has room for
SCALE_OVER_HONEST = 1.6  # how far the axis of observations goes beyond the highest honest value

METADATA: dict[str, Any] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": "Commonhold"}}
"""The kinds of file that charts are written as, with what they say of themselves: nothing that changes."""

STYLE: Any = {
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "savefig.dpi": 150,
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 10,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "legend.frameon": False,
    "svg.hashsalt": "commonhold",
    "svg.fonttype": "path",
}


@dataclass(frozen=True)
class Reading:
    """What the chain said of a home at the end of a quarter; amounts in dollars."""

    quarter: str  # of the real price series, such as "2005Q3"
    value: float
    indexed: float  # the appraisal moved by the index, before haircut and claims
    status: str


@dataclass(frozen=True)
class HomeHistory:
    """A home through all quarters; `appraised_at` are the quarters (from 0) in which an appraisal was accepted."""

    label: str
    readings: tuple[Reading, ...]
    appraised_at: tuple[int, ...]
    claimed_at: int | None = None  # the quarter from which on a senior claim stands

    @property
    def undisturbed(self) -> bool:
        """Whether nothing but index and age moved its value."""
        return self.claimed_at is None

    def percent(self, dollars: Callable[[Reading], float]) -> list[float]:
        """An amount by quarter, in percent of the first value."""
        return [100 * dollars(reading) / self.readings[0].value for reading in self.readings]


@dataclass(frozen=True)
class NodeValues:
    """What one node said of each home, in dollars."""

    name: str
    honest: bool
    values: tuple[float, ...]


@dataclass(frozen=True)
class Appraisals:
    """One report: the homes, what every node said of them, and the medians that the chain holds."""

    homes: tuple[str, ...]
    nodes: tuple[NodeValues, ...]
    medians: tuple[float, ...]

    @property
    def honest_values(self) -> list[tuple[float, ...]]:
        """By home, what the honest nodes said, in rising order."""
        columns = zip(*(node.values for node in self.nodes if node.honest), strict=True)
        return [tuple(sorted(column)) for column in columns]

    @property
    def honest_medians(self) -> list[float]:
        """By home, the lower median of the honest nodes alone."""
        return [values[(len(values) - 1) // 2] for values in self.honest_values]

    @property
    def means(self) -> list[float]:
        """By home, the mean of all nodes: what a network would report that believes everybody."""
        columns = zip(*(node.values for node in self.nodes), strict=True)
        return [sum(column) / len(column) for column in columns]


def draw_values(histories: Sequence[HomeHistory], stem: Path) -> list[Path]:
    """Values by quarter above, the status of each home below; writes `stem`.png and .svg."""
    with styled_figure((10, 7.0)) as figure:
        above, below = figure.subplots(2, 1, height_ratios=(2.2, 1))
        figure.subplots_adjust(left=0.115, right=0.985, top=0.95, bottom=0.155, hspace=0.06)
        _value_lines(above, histories)
        _status_rows(below, histories[:MAX_ROWS])
        return _write(figure, stem)


def draw_observations(appraisals: Appraisals, stem: Path) -> list[Path]:
    """Every node's value of each home, the honest range and the median; writes `stem`.png and .svg."""
    with styled_figure((10, 5.6)) as figure:
        axes = figure.subplots()
        figure.subplots_adjust(left=0.075, right=0.985, top=0.935, bottom=0.255)
        shown = len(appraisals.homes[:MAX_ROWS])
        _honest_range(axes, appraisals, shown)
        _node_marks(axes, appraisals, shown)
        _median_lines(axes, appraisals.medians[:shown], 2.6, "-", "median of all: the value on chain")
        _median_lines(axes, appraisals.honest_medians[:shown], 1.3, ":", "median of the honest alone")
        axes.set_xticks(range(shown), [_wrapped(home) for home in appraisals.homes[:shown]])
        axes.set_xlim(-0.6, shown - 0.4)
        axes.tick_params(axis="x", length=0)
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.grid(axis="y")
        axes.set_ylabel("value of the home, thousand $")
        liars = sum(not node.honest for node in appraisals.nodes)
        nodes = len(appraisals.nodes)
        axes.set_title(f"What {nodes} nodes said of each home: {liars} lie, the median stays in the honest range")
        axes.legend(ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.11), columnspacing=1.6)
        return _write(figure, stem)


# ---------------------------------------------------------------------------------------------------- values by quarter


def _value_lines(axes: Axes, histories: Sequence[HomeHistory]) -> None:
    calm = [history for history in histories if history.undisturbed] or histories
    again = [history for history in calm if len(history.appraised_at) > 1]
    never = [history for history in calm if len(history.appraised_at) == 1]
    index = _mean(never or again, lambda reading: reading.indexed)
    axes.plot(range(len(index)), index, color="#555555", ls="--", lw=1.6, label="price index alone, no haircut")
    if never:
        aged = _mean(never, lambda reading: reading.value)
        axes.fill_between(range(len(index)), aged, index, color="#0072b2", alpha=0.10, lw=0)
        _line_with_end(axes, aged, never[0], "#0072b2", f"never appraised again ({_homes(len(never))})", "above")
    if again:
        renewed = _mean(again, lambda reading: reading.value)
        _line_with_end(axes, renewed, again[0], "#d55e00", f"appraised again ({_homes(len(again))})", "below")
        for quarter in again[0].appraised_at[1:]:
            axes.plot(quarter, renewed[quarter], "o", color="#d55e00", ms=8, mec="white", zorder=6)
            _note(axes, "appraised again", (quarter, renewed[quarter]), (-8, 26))
    axes.set_xlim(-0.5, len(index) - 0.5)  # a line's points stand above the middle of the cells below
    axes.set_xticks(range(len(index)), [])
    axes.margins(y=0.12)
    axes.grid()
    axes.yaxis.set_major_formatter("{x:.0f} %")
    axes.set_ylabel("value, mean of the homes\n(first appraisal = 100 %)")
    axes.set_title("What homes are worth on chain: the index moves them, age takes a haircut")
    axes.legend(loc="lower left")


def _line_with_end(
    axes: Axes, values: Sequence[float], history: HomeHistory, colour: str, label: str, note: Literal["above", "below"]
) -> None:
    """A line that is dotted and hollow where its values are stale: known, but no longer to be lent on."""
    stale = [reading.status == "Stale" for reading in history.readings]
    end = stale.index(True) if True in stale else len(values)
    axes.plot(range(end), values[:end], color=colour, lw=2.2, marker="o", ms=4, label=label)
    if end < len(values):
        first = max(end - 1, 0)
        axes.plot(range(first, len(values)), values[first:], color=colour, lw=1.6, ls=":")
        axes.plot(range(end, len(values)), values[end:], "o", color=colour, ms=5, mfc="white")
        offset = (-6, 24) if note == "above" else (-88, -24)
        _note(axes, f"stale at {end * MONTHS_A_QUARTER} months", (end, values[end]), offset)


def _status_rows(axes: Axes, histories: Sequence[HomeHistory]) -> None:
    """A row of cells per home: what its value could be used for in each quarter."""
    from matplotlib.colors import ListedColormap

    names = list(STATUS_COLOURS)
    cells = [[names.index(reading.status) for reading in history.readings] for history in histories]
    colours = ListedColormap(list(STATUS_COLOURS.values()))
    axes.pcolormesh(cells, cmap=colours, vmin=-0.5, vmax=len(names) - 0.5, edgecolors="white", linewidth=2.5)
    for row, history in enumerate(histories):
        marks = [quarter + 0.5 for quarter in history.appraised_at]
        axes.plot(marks, [row + 0.5] * len(marks), "o", color="white", mec="#222222", mew=0.8, ms=4.5)
        if history.claimed_at is not None:
            for quarter in range(history.claimed_at, len(history.readings)):
                looks: dict[str, Any] = {"fontsize": 8, "color": "white", "weight": "bold"}
                axes.text(quarter + 0.5, row + 0.5, "$", ha="center", va="center_baseline", **looks)
    axes.set_yticks([row + 0.5 for row in range(len(histories))], [history.label for history in histories], fontsize=7)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    quarters = [reading.quarter for reading in histories[0].readings]
    labels = [
        f"{quarter.replace('Q', ' Q')}\n{place * MONTHS_A_QUARTER} months" if place % 2 == 0 else ""
        for place, quarter in enumerate(quarters)
    ]
    axes.set_xticks([place + 0.5 for place in range(len(quarters))], labels, fontsize=8)
    axes.set_xlabel("quarter of the real index, and months since the first appraisal")
    axes.set_ylabel("status\nof each home")
    seen = {reading.status for history in histories for reading in history.readings}
    with_claim = any(history.claimed_at is not None for history in histories)
    _status_legend(axes, [name for name in names if name in seen], with_claim)


def _status_legend(axes: Axes, statuses: Sequence[str], with_claim: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [Patch(fc=STATUS_COLOURS[name], ec="#bbbbbb", label=name) for name in statuses]
    handles.append(Line2D([], [], ls="", marker="o", color="white", mec="#222222", ms=5, label="appraisal accepted"))
    if with_claim:
        handles.append(Line2D([], [], ls="", marker="$\\$$", color="#222222", ms=6, label="senior claim stands"))
    axes.legend(handles=handles, ncols=len(handles), loc="upper center", bbox_to_anchor=(0.5, -0.38), fontsize=8)


def _mean(histories: Sequence[HomeHistory], dollars: Callable[[Reading], float]) -> list[float]:
    columns = zip(*(history.percent(dollars) for history in histories), strict=True)
    return [sum(column) / len(column) for column in columns]


def _homes(count: int) -> str:
    return f"{count} home{'s' if count != 1 else ''}"


# --------------------------------------------------------------------------------------------------------- observations


def _honest_range(axes: Axes, appraisals: Appraisals, shown: int) -> None:
    """A bar per home, from the lowest to the highest honest value; and the axis, which is made for honest values."""
    low = [values[0] / 1_000 for values in appraisals.honest_values[:shown]]
    high = [values[-1] / 1_000 for values in appraisals.honest_values[:shown]]
    heights = [top - bottom for bottom, top in zip(low, high, strict=True)]
    axes.bar(range(shown), heights, 0.7, low, color=RANGE_COLOUR, label="range of the honest nodes")
    axes.set_ylim(0, SCALE_OVER_HONEST * max(high))


def _median_lines(axes: Axes, medians: Sequence[float], width: float, style: Any, label: str) -> None:
    homes = range(len(medians))
    levels = [median / 1_000 for median in medians]
    left, right = [home - 0.38 for home in homes], [home + 0.38 for home in homes]
    axes.hlines(levels, left, right, MEDIAN_COLOUR, linewidth=width, linestyles=style, zorder=5, label=label)


def _node_marks(axes: Axes, appraisals: Appraisals, shown: int) -> None:
    """A mark per node and home: the honest side by side, the liars in the middle."""
    honest = [node for node in appraisals.nodes if node.honest]
    for place, node in enumerate(honest):
        offset = 0.12 * (place - (len(honest) - 1) / 2)
        looks: dict[str, Any] = {"color": HONEST_COLOURS[place % len(HONEST_COLOURS)], "ms": 6.5, "label": node.name}
        thousands = [value / 1_000 for value in node.values[:shown]]
        marker = HONEST_MARKERS[place % len(HONEST_MARKERS)]
        axes.plot([home + offset for home in range(shown)], thousands, marker, mec="white", mew=0.6, zorder=4, **looks)
    for place, node in enumerate(node for node in appraisals.nodes if not node.honest):
        _liar_marks(axes, node, shown, LIAR_MARKERS[place % len(LIAR_MARKERS)])


def _liar_marks(axes: Axes, node: NodeValues, shown: int, marker: str) -> None:
    """Lies in red; one beyond the axis becomes an arrow at its edge with the amount beside it."""
    top = axes.get_ylim()[1]
    looks: dict[str, Any] = {"color": LIAR_COLOUR, "mec": "white", "mew": 0.6, "ms": 9, "zorder": 6}
    axes.plot([], [], marker, label=f"{node.name} (lies)", **looks)
    looks["clip_on"] = False  # a dollar lies on the axis itself
    for home, value in enumerate(node.values[:shown]):
        if value / 1_000 <= 0.9 * top:
            axes.plot(home, value / 1_000, marker, **looks)
            if value < 1_000:
                axes.text(home + 0.16, 0.012 * top, _dollars(value), color=LIAR_COLOUR, fontsize=8)
        else:
            axes.plot(home, 0.945 * top, "^", **looks)
            axes.text(home, 0.97 * top, _dollars(value), color=LIAR_COLOUR, ha="center", va="bottom", fontsize=8)


def _dollars(amount: float) -> str:
    for unit, name in ((1e12, " T"), (1e9, " B"), (1e6, " M")):
        if amount >= unit:
            return f"$ {amount / unit:,.0f}{name}"
    return f"$ {amount:,.0f}"


def _wrapped(label: str) -> str:
    head, _, tail = label.rpartition(" ")
    return f"{head}\n{tail}" if head else tail


# ------------------------------------------------------------------------------------------------------------ machinery


def _note(axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float]) -> None:
    """A word beside a point, `offset` (points) away."""
    line = {"arrowstyle": "-", "color": "#777777", "lw": 0.8, "shrinkB": 4}
    axes.annotate(text, at, offset, textcoords="offset points", fontsize=9, ha="left", arrowprops=line)


@contextmanager
def styled_figure(inches: tuple[float, float]) -> Iterator[Figure]:
    """An empty figure in our style, outside matplotlib's global state."""
    # Its cache of fonts stays in the project's folder, as everything that the project writes.
    os.environ.setdefault("MPLCONFIGDIR", str(ROOT / ".cache" / "matplotlib"))
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # whatever a user's own settings say
        matplotlib.rcParams.update(STYLE)
        yield Figure(figsize=inches)


def _write(figure: Figure, stem: Path) -> list[Path]:
    return [write_figure(figure, stem.with_suffix(f".{kind}")) for kind in METADATA]


def write_figure(figure: Figure, file: Path) -> Path:
    """A file of the kind that its name says, PNG or SVG; whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    kind = file.suffix[1:].lower()
    draft = file.with_suffix(f".{os.getpid()}.part")
    figure.savefig(draft, format=kind, metadata=METADATA[kind])
    draft.replace(file)
    return file
