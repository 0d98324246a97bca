"""`update` and `updateMany`: a value counts if the latest report's root says so, and only there."""

from __future__ import annotations

from collections.abc import Callable

import ape
import pytest
from eth_abi import encode
from eth_utils import keccak

from commonhold.oracle.feeds import named_feed
from commonhold.oracle.merkle import Tree

USD = 10**18
MAX_VALUE = 2**128 - 1
INDEX = named_feed("HOUSE-PRICE-INDEX")


@pytest.fixture
def values(feed_of) -> dict[bytes, int]:
    """Eleven houses, so that some leaf has no neighbour, and an index."""
    return {feed_of(number): (100_000 + number) * USD for number in range(1, 12)} | {INDEX: 321 * USD}


@pytest.fixture
def tree(report, values) -> Tree:
    return report(values)


# --- what is brought on chain -----------------------------------------------------------------------------------------


def test_update__with_its_proof__brings_the_value_on_chain(aggregator, tree, values, attacker):
    latest = aggregator.latestReport()
    for feed_id, value in values.items():
        assert aggregator.feedOf(feed_id) == (0, 0, 0)
        tx = aggregator.update(feed_id, value, tree.proof(feed_id), sender=attacker)
        assert tx.events == [
            aggregator.FeedUpdated(feedId=feed_id, epoch=latest.epoch, value=value, observedAt=latest.observedAt)
        ]
        assert aggregator.feedOf(feed_id) == (value, latest.observedAt, latest.epoch)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 16, 17])
def test_update__in_trees_of_any_size__every_leaf_has_its_proof(aggregator, report, feed_of, attacker, count):
    values = {feed_of(number): number * USD for number in range(1, count + 1)}
    tree = report(values)
    updates = [(feed_id, value, tree.proof(feed_id)) for feed_id, value in values.items()]
    aggregator.updateMany(updates, sender=attacker)
    assert [aggregator.feedOf(feed_id).value for feed_id in values] == list(values.values())


@pytest.mark.parametrize("value", [1, 2, MAX_VALUE - 1, MAX_VALUE])
def test_update__value_at_its_bounds__is_kept_whole(aggregator, report, feed_of, attacker, value):
    tree = report({feed_of(1): value})
    aggregator.update(feed_of(1), value, tree.proof(feed_of(1)), sender=attacker)
    assert aggregator.feedOf(feed_of(1)).value == value


@pytest.mark.parametrize("value", [0, MAX_VALUE + 1, 2**256 - 1])
def test_update__value_beyond_its_bounds__reverts(aggregator, report, feed_of, attacker, value):
    """Though a quorum signed it."""
    tree = report({feed_of(1): value})
    with ape.reverts(aggregator.ValueOutOfRange, feedId=feed_of(1), value=value):
        aggregator.update(feed_of(1), value, tree.proof(feed_of(1)), sender=attacker)


def test_update__with_the_next_report__overwrites(aggregator, report, values, tree, feed_of, attacker):
    aggregator.update(feed_of(3), values[feed_of(3)], tree.proof(feed_of(3)), sender=attacker)
    next_tree = report({feed_of(3): 7 * USD, feed_of(4): 8 * USD})
    aggregator.update(feed_of(3), 7 * USD, next_tree.proof(feed_of(3)), sender=attacker)
    latest = aggregator.latestReport()
    assert aggregator.feedOf(feed_of(3)) == (7 * USD, latest.observedAt, latest.epoch)
    assert latest.epoch == 2


def test_update__a_second_time__changes_and_tells_nothing(aggregator, values, tree, feed_of, attacker):
    arguments = (feed_of(3), values[feed_of(3)], tree.proof(feed_of(3)))
    aggregator.update(*arguments, sender=attacker)
    before = aggregator.feedOf(feed_of(3))
    assert aggregator.update(*arguments, sender=attacker).events == []
    assert aggregator.feedOf(feed_of(3)) == before


# --- what is not in the report ----------------------------------------------------------------------------------------


def flipped(node: bytes) -> bytes:
    return bytes([node[0] ^ 1]) + node[1:]


FALSE: dict[str, Callable[[bytes, int, list[bytes]], tuple[bytes, int, list[bytes]]]] = {
    "a unit more": lambda feed, value, proof: (feed, value + 1, proof),
    "a unit less": lambda feed, value, proof: (feed, value - 1, proof),
    "another house": lambda feed, value, proof: ((99).to_bytes(32, "big"), value, proof),
    "no feed": lambda feed, value, proof: (bytes(32), value, proof),
    "no proof": lambda feed, value, proof: (feed, value, []),
    "proof without its first": lambda feed, value, proof: (feed, value, proof[1:]),
    "proof without its last": lambda feed, value, proof: (feed, value, proof[:-1]),
    "proof with one more": lambda feed, value, proof: (feed, value, [*proof, bytes(32)]),
    "proof in another order": lambda feed, value, proof: (feed, value, proof[::-1]),
    "proof with a flipped bit": lambda feed, value, proof: (feed, value, [flipped(proof[0]), *proof[1:]]),
}


@pytest.mark.parametrize("how", FALSE)
def test_update__not_as_in_the_report__reverts(aggregator, values, tree, feed_of, attacker, how):
    feed_id, value, proof = FALSE[how](feed_of(3), values[feed_of(3)], tree.proof(feed_of(3)))
    with ape.reverts(aggregator.NotInReport, feedId=feed_id, value=value, epoch=1):
        aggregator.update(feed_id, value, proof, sender=attacker)


def test_update__of_another_feed_with_its_value_and_proof__reverts(aggregator, values, tree, feed_of, attacker):
    with ape.reverts(aggregator.NotInReport, feedId=feed_of(4), value=values[feed_of(3)], epoch=1):
        aggregator.update(feed_of(4), values[feed_of(3)], tree.proof(feed_of(3)), sender=attacker)


def test_update__before_any_report__reverts(aggregator, feed_of, attacker):
    tree = Tree({feed_of(1): USD})
    with ape.reverts(aggregator.NotInReport, feedId=feed_of(1), value=USD, epoch=0):
        aggregator.update(feed_of(1), USD, tree.proof(feed_of(1)), sender=attacker)


def test_update__false_though_the_feed_has_its_value__reverts(aggregator, values, tree, feed_of, attacker):
    aggregator.update(feed_of(3), values[feed_of(3)], tree.proof(feed_of(3)), sender=attacker)
    with ape.reverts(aggregator.NotInReport, feedId=feed_of(3), value=1, epoch=1):
        aggregator.update(feed_of(3), 1, tree.proof(feed_of(3)), sender=attacker)


def test_update__of_a_leaf_hashed_once__reverts(aggregator, draft, nodes, feed_of, attacker):
    """Hashing twice is what keeps two hashes side by side, an inner node, from passing for a feed and its value."""
    leaf = encode(["bytes32", "uint256"], [feed_of(1), USD])
    aggregator.submit(*draft.but(root=keccak(leaf)).submission(nodes, range(5)).arguments, sender=attacker)
    with ape.reverts(aggregator.NotInReport, feedId=feed_of(1), value=USD, epoch=1):
        aggregator.update(feed_of(1), USD, [], sender=attacker)
    twice = draft.but(epoch=2, observedAt=draft.observedAt + 1, root=keccak(keccak(leaf)))
    aggregator.submit(*twice.submission(nodes, range(5)).arguments, sender=attacker)
    aggregator.update(feed_of(1), USD, [], sender=attacker)
    assert aggregator.feedOf(feed_of(1)).value == USD


# --- many at once -----------------------------------------------------------------------------------------------------


def test_update_many__all_true__as_one_by_one(aggregator, values, tree, feed_of, attacker):
    chosen = [feed_of(2), feed_of(11), INDEX]
    aggregator.update(feed_of(11), values[feed_of(11)], tree.proof(feed_of(11)), sender=attacker)
    updates = [(feed_id, values[feed_id], tree.proof(feed_id)) for feed_id in chosen]
    tx = aggregator.updateMany(updates, sender=attacker)
    assert [(event.feedId, event.value) for event in tx.events] == [
        (feed_of(2), values[feed_of(2)]),
        (INDEX, values[INDEX]),
    ]
    assert [aggregator.feedOf(feed_id).value for feed_id in chosen] == [values[feed_id] for feed_id in chosen]


def test_update_many__one_false__none_is_written(aggregator, values, tree, feed_of, attacker):
    updates = [(feed_of(number), values[feed_of(number)], tree.proof(feed_of(number))) for number in (1, 2, 3)]
    updates[2] = (feed_of(3), values[feed_of(3)] + 1, updates[2][2])
    with ape.reverts(aggregator.NotInReport, feedId=feed_of(3), value=values[feed_of(3)] + 1, epoch=1):
        aggregator.updateMany(updates, sender=attacker)
    assert aggregator.feedOf(feed_of(1)) == (0, 0, 0)


def test_update_many__one_twice__tells_it_once(aggregator, values, tree, feed_of, attacker):
    update = (feed_of(1), values[feed_of(1)], tree.proof(feed_of(1)))
    assert len(aggregator.updateMany([update, update], sender=attacker).events) == 1


def test_update_many__none__does_nothing(aggregator, tree, attacker):
    assert aggregator.updateMany([], sender=attacker).events == []
