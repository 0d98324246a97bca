"""Trees: every value has a proof, and nothing else has."""

from __future__ import annotations

import time

import pytest
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st
from oracle_rounds import UNHURRIED

from commonhold.oracle.feeds import house_feed
from commonhold.oracle.merkle import Tree, leaf_hash, pair_hash, verify

FEEDS = st.binary(min_size=32, max_size=32)
VALUES = st.integers(1, 2**128 - 1)
LEAVES = st.dictionaries(FEEDS, VALUES, min_size=1, max_size=40)


@UNHURRIED
@given(LEAVES)
def test_tree__every_value__has_a_proof(leaves: dict[bytes, int]) -> None:
    tree = Tree(leaves)
    for feed_id, value in leaves.items():
        proof = tree.proof(feed_id)
        assert len(proof) <= (len(leaves) - 1).bit_length()
        assert verify(tree.root, feed_id, value, proof)


@UNHURRIED
@given(LEAVES, st.data())
def test_tree__other_value_feed_or_proof__refused(leaves: dict[bytes, int], data: st.DataObject) -> None:
    tree = Tree(leaves)
    feed_id = data.draw(st.sampled_from(sorted(leaves)))
    proof = tree.proof(feed_id)
    other_value = data.draw(VALUES.filter(lambda value: value != leaves[feed_id]))
    other_feed = data.draw(FEEDS.filter(lambda other: other != feed_id))
    assert not verify(tree.root, feed_id, other_value, proof)
    assert not verify(tree.root, other_feed, leaves[feed_id], proof)
    assert not verify(tree.root, feed_id, leaves[feed_id], [*proof, bytes(32)])
    if proof:
        assert not verify(tree.root, feed_id, leaves[feed_id], proof[:-1])
        spoiled = [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]]
        assert not verify(tree.root, feed_id, leaves[feed_id], spoiled)


@UNHURRIED
@given(LEAVES, st.randoms())
def test_tree__order_of_the_values__does_not_matter(leaves: dict[bytes, int], random: object) -> None:
    shuffled = list(leaves.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert Tree(dict(shuffled)).root == Tree(leaves).root


@UNHURRIED
@given(LEAVES, st.data())
def test_tree__another_set_of_values__has_another_root(leaves: dict[bytes, int], data: st.DataObject) -> None:
    other = data.draw(LEAVES.filter(lambda other: other != leaves))
    assert Tree(other).root != Tree(leaves).root


def test_tree__hashes__are_openzeppelins() -> None:
    one, two, three = (house_feed(number) for number in (1, 2, 3))
    leaves = [keccak(keccak(feed + value.to_bytes(32, "big"))) for feed, value in ((one, 10), (two, 20), (three, 30))]
    low, high = sorted(leaves[:2])
    pair = keccak(low + high)
    low, high = sorted((pair, leaves[2]))
    tree = Tree({three: 30, one: 10, two: 20})
    assert tree.root == keccak(low + high)
    assert tree.proof(three) == [pair]
    assert tree.proof(two) == [leaves[0], leaves[2]]
    assert list(tree.values) == [one, two, three]


def test_tree__pair_of_hashes__is_no_leaf() -> None:
    tree = Tree({house_feed(1): 10, house_feed(2): 20})
    a, b = (leaf_hash(house_feed(number), number * 10) for number in (1, 2))
    low, high = sorted((a, b))
    assert tree.root == pair_hash(a, b)
    assert not verify(tree.root, low, int.from_bytes(high, "big"), [])


def test_tree__one_value__is_the_root_itself() -> None:
    tree = Tree({house_feed(7): 5})
    assert (tree.root, tree.proof(house_feed(7))) == (leaf_hash(house_feed(7), 5), [])


def test_tree__feed_that_is_not_in_it__has_no_proof() -> None:
    with pytest.raises(KeyError):
        Tree({house_feed(1): 1}).proof(house_feed(2))


def test_tree__nothing__refused() -> None:
    with pytest.raises(ValueError, match="at least one feed"):
        Tree({})


def test_tree__10000_values__takes_no_time_and_14_hashes() -> None:
    began = time.process_time()
    tree = Tree({house_feed(number): number * 10**18 for number in range(1, 10_001)})
    assert time.process_time() - began < 5  # seconds; a fifth of one on an ordinary machine
    for number in (1, 2, 4_999, 8_192, 8_193, 9_999, 10_000):
        proof = tree.proof(house_feed(number))
        assert len(proof) <= 14
        assert verify(tree.root, house_feed(number), number * 10**18, proof)
