"""The nodes that count, and how many of them it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from commonhold.oracle.digests import Scope


@dataclass(frozen=True, slots=True)
class NodeSet:
    """The present set: where its signatures count, its number from 1, f, and the nodes by index."""

    scope: Scope
    number: int
    max_faulty: int
    nodes: tuple[str, ...]

    @property
    def quorum(self) -> int:
        """How many signatures a report needs: any two quorums share an honest node."""
        return (len(self.nodes) + self.max_faulty) // 2 + 1

    @property
    def least_observations(self) -> int:
        """How many observations a median needs: all honest nodes can make them, and most of them are honest."""
        return len(self.nodes) - self.max_faulty

    def index_of(self, node: str) -> int | None:
        """The node's index; None for a stranger."""
        return self.nodes.index(node) if node in self.nodes else None


def read_node_set(aggregator: Any) -> NodeSet:
    """The present set of an aggregator on an engine."""
    digest, number, max_faulty, nodes = aggregator.nodeSet()
    scope = Scope(aggregator.engine.chain_id, aggregator.address, digest)
    return NodeSet(scope, number, max_faulty, tuple(nodes))
