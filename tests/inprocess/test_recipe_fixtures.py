"""The oracle's fixtures in process: the same as on the chain."""

from __future__ import annotations

COIN = 10**18


def test_appraisal__reported_and_accepted__is_the_houses_value(
    suite, register_house, appraise, index_feed, feed_of, nodes
):
    house = register_house(8)
    tree = appraise(house, 200_000 * COIN, signers=nodes[2:])
    assert suite.aggregator.latestReport().root == tree.root
    assert suite.aggregator.feedOf(feed_of(house)).value == 200_000 * COIN
    index_feed.set_index(105 * COIN)
    assert suite.valuation.explainValue(house).indexedUsd == 210_000 * COIN
    assert index_feed.address == suite.index_feed.address


def test_report__of_several_houses__carries_them_all(suite, report, feed_of, attacker):
    values = {feed_of(house): house * COIN for house in (1, 2, 3)}
    tree = report(values)
    for feed_id, value in values.items():
        suite.aggregator.update(feed_id, value, tree.proof(feed_id), sender=attacker)
        assert suite.aggregator.feedOf(feed_id) == (value, suite.aggregator.latestReport().observedAt, 1)
