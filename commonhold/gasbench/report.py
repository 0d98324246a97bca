"""The figures on the screen, in benchmarks/gas.json, and against the ones committed there."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from commonhold.build import CONTRACT_SIZE_LIMIT, ROOT, Artifact, artifact, artifact_names
from commonhold.gasbench.growth import LARGE, SMALL, TOLERANCE, Growth
from commonhold.gasbench.rows import Figure

SNAPSHOT = ROOT / "benchmarks" / "gas.json"
SIZE_BUDGET = CONTRACT_SIZE_LIMIT * 9 // 10  # a tenth to spare

Json = dict[str, Any]


class SnapshotError(Exception):
    """benchmarks/gas.json is not what this program writes."""


@dataclass(frozen=True)
class Report:
    """Everything that one run found."""

    rows: list[Figure]
    growth: list[Growth]
    bytecode: dict[str, int]

    def as_json(self) -> Json:
        rows = [
            {
                "row": figure.row,
                "ours": figure.ours,
                "peer": figure.peer,
                "peer_name": figure.peer_name,
                "ratio": _rounded(figure.ratio),
                "allowed": figure.allowed,
                **({} if figure.goal is None else {"goal": figure.goal}),
            }
            for figure in self.rows
        ]
        growth = [
            {"row": found.row, "small": found.small, "large": found.large, "ratio": _rounded(found.ratio)}
            for found in self.growth
        ]
        return {"rows": rows, "growth": growth, "bytecode": self.bytecode}


def runtime_sizes() -> dict[str, int]:
    """Bytes of runtime code of every contract of the suite; libraries are parts of those, test contracts no part."""
    made = ((name, artifact(name)) for name in artifact_names())
    return {name: len(found.deployed_bytecode) for name, found in made if found.deployable and _is_of_suite(found)}


def _is_of_suite(found: Artifact) -> bool:
    folders = found.source_id.split("/")
    callable_from_outside = any(entry["type"] == "function" for entry in found.abi)
    return folders[0] == "contracts" and "test" not in folders and callable_from_outside


def broken_bounds(report: Report) -> list[str]:
    """What is over a bound that does not depend on earlier runs, one sentence each."""
    found = [
        f"{figure.row}: {figure.ours:,} gas is {figure.ratio:.3f} x {figure.peer_name} ({figure.peer:,}), "
        f"allowed {figure.allowed:g} x"
        for figure in report.rows
        if not figure.within
    ]
    found += [
        f"{growth.row}: {growth.small:,} gas with {SMALL} but {growth.large:,} with {LARGE:,}, "
        f"more than {TOLERANCE:.0%} apart"
        for growth in report.growth
        if not growth.within
    ]
    found += [
        f"{name}: {size:,} bytes of code, allowed {SIZE_BUDGET:,}"
        for name, size in report.bytecode.items()
        if size > SIZE_BUDGET
    ]
    return found


# -------------------------------------------------------------------------------------------------------- snapshot


@dataclass(frozen=True)
class Changes:
    """The difference between the committed snapshot and a run, one line each."""

    rises: list[str]
    falls: list[str]
    rows: list[str]  # rows that came or went
    sizes: list[str]  # bytes of code: bounded, but free to change within the bound


def changes_since(snapshot: Json, report: Report) -> Changes:
    """Compare row by row."""
    now = report.as_json()
    before, after = _gas_by_row(snapshot), _gas_by_row(now)
    differing = sorted(row for row in before.keys() & after.keys() if before[row] != after[row])
    lines = {row: f"{row}: {_step(before[row], after[row])}" for row in differing}
    return Changes(
        rises=[lines[row] for row in differing if after[row] > before[row]],
        falls=[lines[row] for row in differing if after[row] < before[row]],
        rows=[f"{row}: new" for row in sorted(after.keys() - before.keys())]
        + [f"{row}: gone" for row in sorted(before.keys() - after.keys())],
        sizes=[
            f"{name}: {_step(snapshot['bytecode'].get(name, 0), size)} bytes of code"
            for name, size in report.bytecode.items()
            if snapshot["bytecode"].get(name) != size
        ],
    )


def _step(before: int, after: int) -> str:
    return f"{before:,} -> {after:,} ({after - before:+,})"


def _gas_by_row(data: Json) -> dict[str, int]:
    """Every gas figure by a name of its own."""
    amounts = {row["row"]: row["ours"] for row in data["rows"]}
    for growth in data["growth"]:
        amounts[f"{growth['row']}, {SMALL} homes"] = growth["small"]
        amounts[f"{growth['row']}, {LARGE:,} homes"] = growth["large"]
    return amounts


def read_snapshot() -> Json | None:
    """The committed figures; None if there are none yet."""
    try:
        data = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
        _gas_by_row(data)
        dict(data["bytecode"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        name = SNAPSHOT.relative_to(ROOT).as_posix()
        raise SnapshotError(f"{name} is not a gas snapshot ({error!r}): run `make gas` to write it anew") from error
    return dict(data)


def write_snapshot(report: Report) -> None:
    """Replace the snapshot, all of it or nothing."""
    SNAPSHOT.parent.mkdir(parents=True, exist_ok=True)
    draft = SNAPSHOT.with_name(f".{SNAPSHOT.name}.{os.getpid()}")
    draft.write_text(json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(SNAPSHOT)


# ---------------------------------------------------------------------------------------------------------- tables


def print_tables(report: Report, console: Console) -> None:
    console.print(_rows_table(report.rows))
    console.print(_growth_table(report.growth))
    console.print(_sizes_table(report.bytecode))


def _rows_table(figures: list[Figure]) -> Table:
    table = Table(title="Gas of one transaction (receipt, everything cold, net of refunds)", title_justify="left")
    table.add_column("what, in which state", ratio=5, overflow="fold")
    table.add_column("ours", justify="right")
    table.add_column("peer", justify="right")
    table.add_column("ratio", justify="right")
    table.add_column("allowed", justify="right")
    table.add_column("ok")
    table.add_column("which peer", ratio=3, overflow="fold")
    chapter = ""
    for figure in figures:
        title = figure.row.split(":")[0]
        if title != chapter and chapter:
            table.add_section()
        chapter = title
        table.add_row(
            figure.row,
            f"{figure.ours:,}",
            "" if figure.peer is None else f"{figure.peer:,}",
            "" if figure.ratio is None else f"{figure.ratio:.3f}",
            _bound(figure),
            "" if figure.allowed is None else _verdict(figure.within),
            figure.peer_name or "",
        )
    return table


def _bound(figure: Figure) -> str:
    if figure.goal is not None:
        return f"[yellow]goal {figure.goal:g}[/yellow]"
    return "" if figure.allowed is None else f"{figure.allowed:g}"


def _growth_table(growth: list[Growth]) -> Table:
    table = Table(
        title=f"Growth: {SMALL} and {LARGE:,} homes on chain, loans open, or voters and ballots", title_justify="left"
    )
    table.add_column("what, in which state")
    table.add_column(f"{SMALL}", justify="right")
    table.add_column(f"{LARGE:,}", justify="right")
    table.add_column("ratio", justify="right")
    table.add_column("ok")
    for found in growth:
        values = (f"{found.small:,}", f"{found.large:,}", f"{found.ratio:.4f}")
        table.add_row(found.row, *values, _verdict(found.within))
    return table


def _sizes_table(sizes: dict[str, int]) -> Table:
    table = Table(title=f"Bytes of code (at most {SIZE_BUDGET:,})", title_justify="left")
    table.add_column("contract")
    table.add_column("bytes", justify="right")
    table.add_column("ok")
    for name, size in sizes.items():
        table.add_row(name, f"{size:,}", _verdict(size <= SIZE_BUDGET))
    return table


def _verdict(ok: bool) -> str:
    return "[green]yes[/green]" if ok else "[bold red]NO[/bold red]"


def _rounded(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, 4)
