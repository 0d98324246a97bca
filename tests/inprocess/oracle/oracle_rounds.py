"""Node sets and rounds made up for tests, without a chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from hypothesis import settings

from commonhold.oracle.digests import Scope, address_of
from commonhold.oracle.feeds import house_feed
from commonhold.oracle.nodeset import NodeSet
from commonhold.oracle.observations import Observation, observe

UNHURRIED = settings(deadline=None)  # other tests share the processor
USD = 10**18
NOW = 1_800_000_000
SCOPE = Scope(31337, address_of(b"\x77" * 32), address_of(b"\x78" * 32))


def key_of(number: int) -> bytes:
    """The private key of the node with this index."""
    return (number + 1).to_bytes(32, "big")


@lru_cache(maxsize=64)
def node_address(number: int) -> str:
    return address_of(key_of(number))


def nodes_of(n: int, f: int) -> NodeSet:
    """n nodes, at most f of them faulty."""
    return NodeSet(SCOPE, 1, f, tuple(node_address(number) for number in range(n)))


def houses(*dollars: int) -> dict[bytes, int]:
    """Values of house 1, 2, ..."""
    return {house_feed(number): amount * USD for number, amount in enumerate(dollars, start=1)}


def observed(
    values: Mapping[int, Mapping[bytes, int]], *, epoch: int = 1, observed_at: int = NOW, scope: Scope = SCOPE
) -> list[Observation]:
    """The signed observations of nodes by index; the node with index i made its own i seconds after `observed_at`."""
    return [observe(key_of(number), scope, epoch, observed_at + number, stated) for number, stated in values.items()]


def round_of(node_set: NodeSet, nodes: Sequence[int] | None = None) -> list[Observation]:
    """Every node values two houses, each a little higher than the node before."""
    chosen = range(len(node_set.nodes)) if nodes is None else nodes
    return observed({number: houses(100_000 + number, 200_000 + number) for number in chosen})
