"""What has to be there before anybody can borrow, on a local chain: homes with values, and cash behind the coins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonhold.engines import wallets
from commonhold.oracle import digests
from commonhold.oracle.feeds import house_feed
from commonhold.oracle.merkle import Tree
from commonhold.oracle.publish import update
from commonhold.recipe.governing import address_of


def appraise(suite: Any, values: Mapping[int, int]) -> list[Any]:
    """The local nodes report on houses (dollars, 18 decimals, by property id); the values are accepted."""
    aggregator, sender = suite.aggregator, address_of(suite, suite.parameters.value("local.wallets")["manager"])
    tree = Tree({house_feed(house): value for house, value in values.items()})
    now, epoch = suite.engine.now(), aggregator.latestReport().epoch + 1
    signers = aggregator.nodeSet().nodes[: aggregator.quorum()]
    digest = digests.report_digest(digests.scope_of(aggregator), epoch, now, tree.root)
    signatures = [digests.sign(wallets.private_key(signer), digest) for signer in signers]
    halves = [(signature[:32], signature[32:]) for signature in signatures]
    receipts = [aggregator.submit((epoch, now, tree.root), (1 << len(signers)) - 1, halves, sender=sender)]
    receipts += update(aggregator, tree, tree.values, sender=sender)
    receipts += [suite.valuation.accept(house, sender=sender) for house in values]
    return receipts


def keep_index_valid(suite: Any, points: int | None = None) -> Any:
    """The house-price index says `points` (in its own decimals), or again what it said last."""
    feed, sender = suite.index_feed, suite.deployer
    return feed.updateAnswer(feed.latestAnswer() if points is None else points, sender=sender)
