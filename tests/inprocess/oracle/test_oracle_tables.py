"""Tables of reports and feeds: names are shown as they are, whatever a liar calls his feed."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from oracle_rounds import USD, nodes_of, observed
from rich.console import Console

from commonhold.operations.oracle import feed_table, proposal_table, say
from commonhold.oracle.errors import OracleError
from commonhold.oracle.feeds import house_feed, named_feed
from commonhold.oracle.merkle import Tree
from commonhold.oracle.publish import read_state
from commonhold.oracle.report import propose
from commonhold.oracle.report_file import ReportFile

SEVEN = nodes_of(7, 2)
NAMES = ["[/]", "[bold]", "[/red]x", ":house:", "\\[b]"]


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def printed(console: Console) -> str:
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NAMES)
def test_proposal__feed_whose_name_looks_like_markup__is_shown_as_it_is(console: Console, name: str) -> None:
    """One liar's feed of that name took `oracle show` and `oracle propose` down."""
    feed_id = named_feed(name)
    proposal = propose(SEVEN, observed({number: {feed_id: 100 * USD} for number in range(7)}))
    console.print(proposal_table(ReportFile(proposal), SEVEN))
    assert name in printed(console)
    with pytest.raises(OracleError) as refusal:
        proposal_table(ReportFile(proposal), SEVEN, [house_feed(1), named_feed(f"{name}2")])
    assert str(refusal.value) == f"feed: got house 1, {name}2; expected feeds of the report"


@pytest.mark.parametrize("name", NAMES)
def test_feeds__whose_name_looks_like_markup__are_shown_as_they_are(
    console: Console, suite: Any, report: Callable[..., Tree], name: str
) -> None:
    report({named_feed(name): USD})
    console.print(feed_table(suite, read_state(suite.aggregator), [named_feed(name), house_feed(1)]))
    assert name in printed(console)


@pytest.mark.parametrize("name", NAMES)
def test_line__with_what_looks_like_markup__is_printed_as_it_is(console: Console, name: str) -> None:
    say(console, f"left out: {name}")
    assert printed(console) == f"left out: {name}\n"
