"""The rule that f liars can't bend: a median over at least n - f observations lies in the honest nodes' range.

Of m >= n - f >= 2f + 1 values at most f are lies, so at least as many honest ones stand on either side of the middle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from commonhold.oracle.errors import Objection, ReportError
from commonhold.oracle.observations import Observation


@dataclass(frozen=True, slots=True)
class Combined:
    """What a report of these observations says: values (18 decimals) by feed id in their order, the time (seconds), and
    the feeds that too few nodes observed."""

    values: dict[bytes, int]
    observed_at: int
    left_out: tuple[bytes, ...]


def median(values: Sequence[int]) -> int:
    """The middle value; of an even number the lower of the two in the middle, so that it is one that a node stated."""
    if not values:
        raise ValueError("nothing has no median")
    return sorted(values)[(len(values) - 1) // 2]


def combine(observations: Sequence[Observation], n: int, f: int) -> Combined:
    """The medians of observations by different nodes of a set of n with at most f faulty. The order does not matter.

    Raises ReportError if fewer than n - f nodes observed, a node did so twice, or no feed was observed by n - f nodes.
    """
    nodes = {observation.node for observation in observations}
    if len(nodes) != len(observations):
        raise ReportError([Objection(None, "observations", "two of one node", "one of each node")])
    if len(nodes) < n - f:
        raise ReportError([Objection(None, "observations", str(len(nodes)), f"those of at least {n - f} nodes")])
    stated: defaultdict[bytes, list[int]] = defaultdict(list)
    for observation in observations:
        for feed_id, value in observation.values.items():
            stated[feed_id].append(value)
    feed_ids = sorted(stated)
    values = {feed_id: median(stated[feed_id]) for feed_id in feed_ids if len(stated[feed_id]) >= n - f}
    if not values:
        raise ReportError([Objection(None, "values", "none", f"a feed that at least {n - f} nodes observed")])
    left_out = tuple(feed_id for feed_id in feed_ids if feed_id not in values)
    return Combined(values, median([observation.observed_at for observation in observations]), left_out)
