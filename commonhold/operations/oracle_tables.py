"""Tables of the demo's oracle chapter: how far the liars got, and why a home has the value it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.table import Table

from commonhold.operations.charts import Appraisals
from commonhold.operations.reading import FeedStatus, ValueStatus

DAY = 86_400
MONTH = 365 * DAY / 12
UNITS = 10**18
NO_CAP = 2**256 - 1  # of the sale cap, as IPropertyValuation has it


def liars_table(appraisals: Appraisals) -> Table:
    """Per home: what the honest nodes said, and what median and mean the liars made of it. Dollars."""
    liars = [node.name for node in appraisals.nodes if not node.honest]
    table = Table(
        title=f"{len(liars)} of {len(appraisals.nodes)} nodes lie ({', '.join(liars)}): dollars",
        title_justify="left",
        caption="Whatever the liars say, the median stays in the honest nodes' range; a mean goes where they want it.",
        caption_justify="left",
    )
    table.add_column("home", no_wrap=True)
    for name in ("lowest honest", "honest median", "highest honest", "on chain", "moved by", "a mean would say"):
        table.add_column(name, justify="right", no_wrap=True)
    rows = zip(
        appraisals.homes,
        appraisals.honest_values,
        appraisals.honest_medians,
        appraisals.medians,
        appraisals.means,
        strict=True,
    )
    for home, honest, middle, median, mean in rows:
        moved = f"{100 * (median / middle - 1):+.1f} %"
        amounts = [f"{amount:,.0f}" for amount in (honest[0], middle, honest[-1], median)]
        table.add_row(home, *amounts, moved, f"{mean:,.0f}")
    return table


def explanation_table(title: str, columns: Sequence[tuple[str, Any]]) -> Table:
    """IPropertyValuation.Explanation of one home, side by side at several times."""
    table = Table(title=title, title_justify="left")
    table.add_column("dollars", no_wrap=True)
    for name, _ in columns:
        table.add_column(name, justify="right", no_wrap=True)
    for name, show in _ROWS:
        table.add_row(name, *(show(page) for _, page in columns))
        if name in ("index now", "status"):
            table.add_section()
    return table


def _dollars(field: str, sign: str = "") -> Callable[[Any], str]:
    def show(page: Any) -> str:
        amount = getattr(page, field)
        return f"{sign}{_whole(amount)}" if amount >= UNITS else "-"

    return show


def _index(field: str) -> Callable[[Any], str]:
    return lambda page: f"{getattr(page, field) / UNITS:.3f}"


def _sale_cap(page: Any) -> str:
    return "-" if page.saleCapUsd == NO_CAP else _whole(page.saleCapUsd)


def _whole(amount: int) -> str:
    """Whole dollars, rounded down as the chain does."""
    return f"{amount // UNITS:,}"


_ROWS: tuple[tuple[str, Callable[[Any], str]], ...] = (
    ("appraisal", _dollars("appraisalUsd")),
    ("its age, months", lambda page: f"{page.agePeriod / MONTH:.0f}"),
    ("index at the appraisal", _index("indexThen")),
    ("index now", _index("indexNow")),
    ("moved by the index", _dollars("indexedUsd")),
    ("haircut for the age", _dollars("haircutUsd", "-")),
    ("senior claims", _dollars("seniorClaimsUsd", "-")),
    ("value", _dollars("valueUsd")),
    ("status", lambda page: ValueStatus(page.status).words),
    ("ceiling for new loans", _dollars("ceilingUsd")),
    ("cap by the last sale", _sale_cap),
    ("value for new loans", _dollars("lendingValueUsd")),
    ("status of the index", lambda page: FeedStatus(page.indexStatus).words),
)
