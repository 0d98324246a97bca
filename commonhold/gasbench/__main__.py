"""Measure all rows, print them beside the peers', and keep them in benchmarks/gas.json.

With `--check` (or CHECK=1) the snapshot is not written: a rise of any row, a broken bound, a growth above 2 % or a
snapshot that lacks a row ends it with exit code 1 and the row's name.
"""

from __future__ import annotations

import argparse
import os
import sys

from rich.console import Console
from rich.progress import track

from commonhold import build
from commonhold.engines import EngineError, Revert
from commonhold.gasbench.chapters import all_rows
from commonhold.gasbench.engine import RpcEngine
from commonhold.gasbench.growth import measure_growth
from commonhold.gasbench.loan_growth import measure_loan_growth
from commonhold.gasbench.node import NodeError, own_node
from commonhold.gasbench.report import (
    Report,
    SnapshotError,
    broken_bounds,
    changes_since,
    print_tables,
    read_snapshot,
    runtime_sizes,
    write_snapshot,
)
from commonhold.gasbench.rows import Row, beside_peers, measure_all
from commonhold.gasbench.trace import gas_by_contract
from commonhold.gasbench.vote_growth import measure_vote_growth
from commonhold.gasbench.world import World
from commonhold.recipe import ParametersError, RecipeError, deploy, local_parameters

messages = Console(stderr=True, highlight=False)


def main() -> int:
    options = _options()
    try:
        if options.check:
            read_snapshot()  # a damaged one is told at once, not after the measuring
        build.ensure()
        with own_node(tracing=options.explain is not None) as node:
            engine = RpcEngine(node)
            world = World(engine, deploy(engine, local_parameters()))
            world.populate()
            if options.explain is not None:
                return _explain(world, options.explain)
            report = _measure(world)
        print_tables(report, Console(width=None if sys.stdout.isatty() else 200))
        return _check(report) if options.check else _keep(report)
    except (build.BuildError, NodeError, EngineError, Revert, ParametersError, RecipeError, SnapshotError) as error:
        return _fail([str(error)])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m commonhold.gasbench", description="Measure gas, beside the best peers."
    )
    parser.add_argument(
        "--check",
        action="store_true",
        default=os.environ.get("CHECK", "") not in ("", "0"),
        help="compare with benchmarks/gas.json instead of writing it; exit code 1 on a rise (also CHECK=1)",
    )
    parser.add_argument("--explain", metavar="TEXT", help="only say where the gas of rows with TEXT in the name goes")
    return parser.parse_args()


def _measure(world: World) -> Report:
    rows = all_rows()
    measured = measure_all(world, track(rows, "measuring rows", console=messages))
    growth = measure_loan_growth(world, _say_loans) + measure_vote_growth(world, _say_voters)
    growth += measure_growth(world, _say_homes)  # the last, since it leaves its homes
    return Report(beside_peers(rows, measured), growth, runtime_sizes())


def _say_homes(done: int, wanted: int) -> None:
    _say_progress("homes on chain", done, wanted)


def _say_loans(done: int, wanted: int) -> None:
    _say_progress("open loans", done, wanted)


def _say_voters(done: int, wanted: int) -> None:
    _say_progress("voters and ballots", done, wanted)


def _say_progress(what: str, done: int, wanted: int) -> None:
    ends_line = done == wanted or not messages.is_terminal
    messages.print(f"{what}: {done:,} of {wanted:,}", end="\n" if ends_line else "\r")


def _explain(world: World, text: str) -> int:
    """Gas of the rows with `text` in their name, by contracts and groups of opcodes."""
    found = [row for row in all_rows() if isinstance(row, Row) and text.lower() in row.name.lower()]
    if not found:
        return _fail([f"no row has {text!r} in its name"])
    for row in found:
        with world.engine.rollback():
            spent = gas_by_contract(world.engine, row.scene(world))
        print(f"{row.name}: {sum(groups.total() for groups in spent.values()):,}")
        for contract, groups in sorted(spent.items(), key=lambda item: -item[1].total()):
            print(f"  {groups.total():>8,}  {contract}")
            for group, gas in groups.most_common():
                print(f"            {gas:>8,}  {group}")
    return 0


def _keep(report: Report) -> int:
    """Write the snapshot and tell what changed; broken bounds fail all the same."""
    try:
        snapshot = read_snapshot()
    except SnapshotError:
        snapshot = None  # it is written anew
    write_snapshot(report)
    if snapshot is not None:
        changes = changes_since(snapshot, report)
        _tell("risen", changes.rises)
        _tell("fallen", changes.falls)
        _tell("row", changes.rows)
        _tell("size", changes.sizes)
    _say("written: benchmarks/gas.json")
    return _fail(broken_bounds(report))


def _check(report: Report) -> int:
    """Compare with the snapshot; a fall or a change of size passes, but wants to be committed."""
    snapshot = read_snapshot()
    if snapshot is None:
        return _fail(["benchmarks/gas.json is missing: run `make gas` and commit it"])
    changes = changes_since(snapshot, report)
    _tell("fallen", changes.falls)
    _tell("size", changes.sizes)
    problems = broken_bounds(report)
    problems += [f"risen: {line}" for line in changes.rises]
    problems += [f"not as in benchmarks/gas.json, run `make gas` and commit it: {line}" for line in changes.rows]
    if not problems:
        _say("gas: no row has risen, all bounds hold", "green")
        if changes.falls or changes.sizes:
            _say("there are new figures: run `make gas` and commit benchmarks/gas.json")
    return _fail(problems)


def _tell(what: str, lines: list[str]) -> None:
    for line in lines:
        _say(f"{what}: {line}")


def _fail(problems: list[str]) -> int:
    for problem in problems:
        _say(f"error: {problem}", "red")
    return 1 if problems else 0


def _say(text: str, style: str | None = None) -> None:
    """One message, never broken into several lines."""
    messages.print(text, style=style, markup=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
