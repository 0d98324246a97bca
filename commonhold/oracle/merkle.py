"""The Merkle tree of a report: one root for all (feed id, value), and a short proof for each.

Hashes are those of OpenZeppelin's MerkleProof: a leaf is hashed twice, so that no pair of hashes can pass for a leaf,
and a pair in sorted order. Leaves stand in the order of their feed ids; the last of an odd layer goes up as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from eth_utils import keccak

WORD = 32


class Tree:
    """All values (18 decimals) of a report by feed id. The same values give the same tree, whatever their order."""

    def __init__(self, leaves: Mapping[bytes, int]) -> None:
        """Raises ValueError if there are no leaves, OverflowError for a value that is no uint256."""
        if not leaves:
            raise ValueError("a report needs at least one feed")
        self._values = {feed_id: leaves[feed_id] for feed_id in sorted(leaves)}
        self._places = {feed_id: place for place, feed_id in enumerate(self._values)}
        self._layers = [[leaf_hash(feed_id, value) for feed_id, value in self._values.items()]]
        while len(self._layers[-1]) > 1:
            self._layers.append(_layer_above(self._layers[-1]))

    @property
    def root(self) -> bytes:
        """What the report carries, 32 bytes."""
        return self._layers[-1][0]

    @property
    def values(self) -> Mapping[bytes, int]:
        """The values by feed id, in the order of the leaves."""
        return self._values

    def proof(self, feed_id: bytes) -> list[bytes]:
        """The hashes that lead from a feed's leaf to the root. Raises KeyError for a feed that is not in the report."""
        place = self._places[feed_id]
        hashes: list[bytes] = []
        for layer in self._layers[:-1]:
            neighbour = place ^ 1
            if neighbour < len(layer):
                hashes.append(layer[neighbour])
            place >>= 1
        return hashes


def verify(root: bytes, feed_id: bytes, value: int, proof: Iterable[bytes]) -> bool:
    """Whether the proof leads from (feed id, value) to the root."""
    computed = leaf_hash(feed_id, value)
    for neighbour in proof:
        computed = pair_hash(computed, neighbour)
    return computed == root


def leaf_hash(feed_id: bytes, value: int) -> bytes:
    """keccak256(bytes.concat(keccak256(abi.encode(feedId, value))))."""
    if len(feed_id) != WORD:
        raise ValueError(f"a feed id has {WORD} bytes, got {len(feed_id)}")
    return keccak(keccak(feed_id + value.to_bytes(WORD, "big")))


def pair_hash(a: bytes, b: bytes) -> bytes:
    """The hash of two neighbours, whichever comes first."""
    return keccak(a + b) if a < b else keccak(b + a)


def _layer_above(layer: list[bytes]) -> list[bytes]:
    above = [pair_hash(layer[place], layer[place + 1]) for place in range(0, len(layer) - 1, 2)]
    return above + layer[-1:] if len(layer) % 2 else above
