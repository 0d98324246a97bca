"""Bringing reports, values and appraisals on chain, on any engine.

Each step looks at the chain first and sends only what is missing: a run that was killed anywhere is completed by the
next one, and a run over finished work sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from commonhold.engines import Revert
from commonhold.oracle.errors import OracleError
from commonhold.oracle.feeds import house_feed, show_feed
from commonhold.oracle.merkle import Tree
from commonhold.oracle.nodeset import NodeSet, read_node_set
from commonhold.oracle.report import SignedReport

FEEDS_PER_UPDATE = 100  # keeps one transaction far below any block's gas limit
SHOWN_FEEDS = 5


class PublishError(OracleError):
    """The chain is not where it would have to be."""


@dataclass(frozen=True, slots=True)
class State:
    """What a node or publisher needs of the chain: the set, the latest report (zeros if none), the time (seconds)."""

    node_set: NodeSet
    epoch: int
    observed_at: int
    root: bytes
    now: int


def read_state(aggregator: Any) -> State:
    """The state of an aggregator on an engine."""
    latest = aggregator.latestReport()
    node_set = read_node_set(aggregator)
    return State(node_set, latest.epoch, latest.observedAt, bytes(latest.root), aggregator.engine.now())


def submit(aggregator: Any, signed: SignedReport, *, sender: Any) -> Any | None:
    """Send a report; the receipt, or None if it was accepted before. Raises PublishError if another one was since."""
    latest = aggregator.latestReport()
    if (latest.epoch, latest.observedAt, bytes(latest.root)) == (signed.epoch, signed.observed_at, signed.root):
        return None
    if latest.epoch >= signed.epoch:
        raise PublishError(
            f"epoch: got {signed.epoch}; expected one above {latest.epoch}, that of the latest report on chain"
        )
    return aggregator.submit(*signed.arguments, sender=sender)


def pending_feeds(aggregator: Any, tree: Tree, feed_ids: Iterable[bytes]) -> list[bytes]:
    """Those of the feeds whose value of the latest report is not on chain yet. Raises PublishError."""
    latest = aggregator.latestReport()
    if bytes(latest.root) != tree.root:
        raise PublishError(
            f"root: got 0x{tree.root.hex()}; expected 0x{bytes(latest.root).hex()}, that of the latest report on chain "
            f"(epoch {latest.epoch})"
        )
    wanted = list(dict.fromkeys(feed_ids))
    unknown = [show_feed(feed_id) for feed_id in wanted if feed_id not in tree.values]
    if unknown:
        more = f" and {len(unknown) - SHOWN_FEEDS} more" if len(unknown) > SHOWN_FEEDS else ""
        raise PublishError(f"feed: got {', '.join(unknown[:SHOWN_FEEDS])}{more}; expected feeds of the report")
    return [feed_id for feed_id in wanted if aggregator.feedOf(feed_id).epoch != latest.epoch]


def update(
    aggregator: Any,
    tree: Tree,
    feed_ids: Iterable[bytes],
    *,
    sender: Any,
    per_transaction: int = FEEDS_PER_UPDATE,
    on_batch: Callable[[int, int], None] = lambda done, left: None,
) -> list[Any]:
    """Bring the latest report's values of these feeds on chain; the receipts. A feed that has its value is left alone.

    All feeds are checked before the first transaction. `on_batch` hears after each how many are done and left.
    """
    pending = pending_feeds(aggregator, tree, feed_ids)
    receipts: list[Any] = []
    for start in range(0, len(pending), per_transaction):
        batch = pending[start : start + per_transaction]
        updates = [(feed_id, tree.values[feed_id], tree.proof(feed_id)) for feed_id in batch]
        receipts.append(aggregator.updateMany(updates, sender=sender))
        done = start + len(batch)
        on_batch(done, len(pending) - done)
    return receipts


def acceptable(aggregator: Any, valuation: Any, property_ids: Sequence[int]) -> list[int]:
    """Those of the houses whose latest value is newer than their appraisal. Raises PublishError for one without any."""
    found = []
    for property_id in property_ids:
        observed_at = aggregator.feedOf(house_feed(property_id)).observedAt
        if observed_at == 0:
            raise PublishError(f"house {property_id}: got no value on chain; expected one, brought there by an update")
        if observed_at > valuation.valueOf(property_id).asOfAt:
            found.append(property_id)
    return found


def accept(aggregator: Any, valuation: Any, property_ids: Sequence[int], *, sender: Any) -> list[Any]:
    """Make the latest value of each house its appraisal; the receipts. A house that has it is left alone.

    All houses are tried before the first transaction: raises PublishError if the chain would refuse one, such as a
    house that is not registered.
    """
    pending = acceptable(aggregator, valuation, property_ids)
    for property_id in pending:
        try:
            valuation.accept.call(property_id, sender=sender)
        except Revert as refusal:
            raise PublishError(
                f"house {property_id}: got {refusal} from the chain; expected an appraisal it accepts. Nothing was sent"
            ) from None
    return [valuation.accept(property_id, sender=sender) for property_id in pending]
