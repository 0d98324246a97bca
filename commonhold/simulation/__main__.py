"""`python -m commonhold.simulation`: ten years of 1,000 loans in process, the laws after each quarter, and a chart."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from commonhold import build
from commonhold.operations.charts import METADATA
from commonhold.operations.terminal import make_console
from commonhold.operations.treasury_tables import percent
from commonhold.simulation.decade import Decade, Point
from commonhold.simulation.laws import Broken
from commonhold.simulation.rates import Act, Rates
from commonhold.simulation.town import open_town

CHART = build.ROOT / "out" / "decade.png"
ONE = 10**18
MOST_LOANS = 2_568  # a loan on each share of the example's homes


def main(argv: list[str] | None = None) -> int:
    arguments = _arguments(argv)
    console = make_console()
    began = time.monotonic()
    build.ensure()
    compiled = time.monotonic()
    town = open_town(arguments.loans)
    console.print(f"{len(town.loans):,} loans on {len(town.houses):,} homes drawn; seed {arguments.seed}")
    decade = Decade(town, arguments.seed, Rates(), arguments.years)
    try:
        decade.run()
    except Broken as broken:
        console.print(f"VIOLATION of {broken}", markup=False)
        return 1
    report(console, decade)
    if arguments.chart is not None:
        # numpy and matplotlib are imported here, not for a run without a chart.
        from commonhold.simulation.chart import draw_decade

        title = f"{arguments.years} years of {len(town.loans):,} loans, seed {arguments.seed}"
        console.print(f"chart: {draw_decade(decade.points, decade.began, title, arguments.chart)}", markup=False)
    done = time.monotonic()
    console.print(f"{done - compiled:.1f} s, and {compiled - began:.1f} s before it to see that all is compiled")
    return 0


def report(console: Console, decade: Decade) -> None:
    """The years in a table, what happened, and that all laws held."""
    table = Table(title="Ends of years", title_justify="left")
    for name in ("day", "open loans", "debt past due", "cash $", "loans $", "owned homes $", "coins", "equity $"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("coverage", justify="right", no_wrap=True)
    for point in decade.points[3::4]:
        table.add_row(*_cells(point))
    console.print(table)
    total = sum(decade.acts.values())
    console.print("At each instalment, a borrower")
    for act in Act:
        console.print(f"  {act.value}: {decade.acts[act]:,} ({100 * decade.acts[act] / total:.2f} %)")
    console.print("; ".join(f"{what} {count:,}" for what, count in sorted(decade.happened.items())))
    console.print(f"every law held: {decade.laws.checks:,} checks at the ends of {len(decade.points)} quarters")


def _cells(point: Point) -> tuple[str, ...]:
    debt = sum(point.debt_by_age)
    amounts = (point.cash, point.loans, point.homes, point.coins, point.equity)
    return (
        datetime.fromtimestamp(point.at, UTC).strftime("%Y-%m-%d"),
        f"{point.open_loans:,}",
        percent((debt - point.debt_by_age[0]) * ONE // debt) if debt else "-",
        *(f"{amount // ONE:,}" for amount in amounts),
        percent(point.coverage, down=True),
    )


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m commonhold.simulation", description=__doc__)
    parser.add_argument("--loans", type=_from(1, MOST_LOANS), default=1_000, help="how many (default: %(default)s)")
    parser.add_argument("--years", type=_from(1, 10), default=10, help="how long (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the dice (default: %(default)s)")
    parser.add_argument("--chart", type=_chart, default=CHART, help="a .png or .svg (default: %(default)s)")
    return parser.parse_args(argv)


def _from(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"got {text[:20]!a}; expected a whole number from {least} to {most:,}")
        return int(text)

    return number


def _chart(text: str) -> Path:
    if Path(text).suffix[1:].lower() not in METADATA:
        raise argparse.ArgumentTypeError(f"got {text!a}; expected a name that ends in .png or .svg")
    return Path(text)


if __name__ == "__main__":
    sys.exit(main())
