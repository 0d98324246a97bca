"""The demo's charts over made-up numbers: whole, readable as XML, and the same bytes every time."""

from __future__ import annotations

import dataclasses
import os
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from commonhold import build
from commonhold.operations.charts import (
    MAX_ROWS,
    STATUS_COLOURS,
    Appraisals,
    HomeHistory,
    NodeValues,
    Reading,
    draw_observations,
    draw_values,
)
from commonhold.operations.reading import ValueStatus

QUARTERS = [f"{2005 + (place + 2) // 4}Q{(place + 2) % 4 + 1}" for place in range(17)]


def history(label: str, *appraised_at: int, claimed_at: int | None = None) -> HomeHistory:
    """Four years of a home: the index rises by a per cent a quarter, the haircut starts after a year."""
    readings = []
    for place, quarter in enumerate(QUARTERS):
        age = place - max(at for at in appraised_at if at <= place)
        indexed = 100_000 * 1.01**place
        status = "Quarantined" if place == 0 else "Stale" if age >= 12 else "Valid"
        readings.append(Reading(quarter, indexed * (1 - 0.03 * max(0, age - 4)), indexed, status))
    return HomeHistory(label, tuple(readings), appraised_at, claimed_at)


def node(name: str, *values: float, honest: bool = True) -> NodeValues:
    return NodeValues(name, honest, values)


APPRAISALS = Appraisals(
    ("home 1", "home 2"),
    (
        node("first", 100_000, 210_000),
        node("second", 110_000, 200_000),
        node("third", 130_000, 190_000),
        node("raised", 150_000, 290_000, honest=False),
        node("absurd", 150e6, 1, honest=False),
    ),
    (130_000, 200_000),
)


def texts_of(svg: Path) -> set[str]:
    """matplotlib writes each text that it draws as outlines into a comment, too."""
    return set(re.findall(r"<!-- (.*?) -->", svg.read_text("utf-8")))


def test_values__png_and_svg__with_title_units_legend_and_statuses(tmp_path: Path) -> None:
    histories = [history("home 1", 0, 4), history("home 2", 0), history("home 3", 0, claimed_at=6)]
    png, svg = draw_values(histories, tmp_path / "new" / "values")
    assert (png.name, svg.name) == ("values.png", "values.svg")
    assert png.read_bytes().startswith(b"\x89PNG")
    assert ElementTree.parse(svg).getroot().tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own
    assert {
        "What homes are worth on chain: the index moves them, age takes a haircut",
        "price index alone, no haircut",
        "never appraised again (1 home)",
        "appraised again (1 home)",
        "stale at 36 months",
        "stale at 48 months",
        "100 %",
        "home 3",
        "Quarantined",
        "Valid",
        "Stale",
        "senior claim stands",
        "appraisal accepted",
        "quarter of the real index, and months since the first appraisal",
    } <= texts_of(svg)
    assert "Frozen" not in texts_of(svg)  # the legend names what there is


def test_observations__liars_beyond_the_axis_are_written_out(tmp_path: Path) -> None:
    _, svg = draw_observations(APPRAISALS, tmp_path / "observations")
    assert {
        "What 5 nodes said of each home: 2 lie, the median stays in the honest range",
        "value of the home, thousand $",
        "first",
        "raised (lies)",
        "absurd (lies)",
        "range of the honest nodes",
        "median of all: the value on chain",
        "median of the honest alone",
        "$ 150 M",
        "$ 1",
    } <= texts_of(svg)


def test_appraisals__honest_range_medians_and_means() -> None:
    assert APPRAISALS.honest_values == [(100_000, 110_000, 130_000), (190_000, 200_000, 210_000)]
    assert APPRAISALS.honest_medians == [110_000, 200_000]
    assert APPRAISALS.means == [30_098_000, 178_000.2]


def test_same_numbers__same_bytes(tmp_path: Path) -> None:
    histories = [history("home 1", 0, 4), history("home 2", 0)]
    for folder in ("a", "b"):
        draw_values(histories, tmp_path / folder / "values")
        draw_observations(APPRAISALS, tmp_path / folder / "observations")
    for name in ("values.png", "values.svg", "observations.png", "observations.svg"):
        first, second = (tmp_path / folder / name for folder in ("a", "b"))
        assert first.read_bytes() == second.read_bytes()
        assert b"dc:date" not in first.read_bytes()


def test_files__replaced_whole__nothing_left_beside_them(tmp_path: Path) -> None:
    (tmp_path / "values.svg").write_text("old")
    draw_values([history("home 1", 0)], tmp_path / "values")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["values.png", "values.svg"]
    assert "old" not in (tmp_path / "values.svg").read_text("utf-8")[:10]


def test_one_home__all_kinds_of_lonely(tmp_path: Path) -> None:
    for number, only in enumerate((history("home 1", 0), history("home 1", 0, 4), history("home 1", 0, claimed_at=6))):
        assert len(draw_values([only], tmp_path / str(number))) == 2
    nodes = tuple(dataclasses.replace(each, values=each.values[:1]) for each in APPRAISALS.nodes)
    assert len(draw_observations(Appraisals(("home 1",), nodes, (130_000,)), tmp_path / "one")) == 2


def test_many_homes__as_many_as_fit(tmp_path: Path) -> None:
    histories = [history(f"home {number}", 0) for number in range(1, 40)]
    found = texts_of(draw_values(histories, tmp_path / "values")[1])
    assert f"home {MAX_ROWS}" in found
    assert f"home {MAX_ROWS + 1}" not in found
    assert "never appraised again (39 homes)" in found


def test_every_status_has_its_colour() -> None:
    assert sorted(STATUS_COLOURS) == sorted(status.words for status in ValueStatus)
    assert len(set(STATUS_COLOURS.values())) == len(STATUS_COLOURS)


def test_fonts__their_cache_stays_in_the_project(tmp_path: Path) -> None:
    draw_values([history("home 1", 0)], tmp_path / "values")
    assert Path(os.environ["MPLCONFIGDIR"]).is_relative_to(build.ROOT)
