"""What one node observed, signed by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from commonhold.oracle.digests import Scope, address_of, observations_digest, recover, sign
from commonhold.oracle.errors import Objection
from commonhold.oracle.feeds import FEED_ID_BYTES, show_feed
from commonhold.oracle.nodeset import NodeSet

MAX_VALUE = 2**128 - 1  # 18 decimals, as IQuorumAggregator.Update
MAX_UINT40 = 2**40 - 1
MAX_FEEDS = 20_000


@dataclass(frozen=True)
class Observation:
    """A node's batch of values (18 decimals) by feed id, with the time it observed them (seconds) and its signature."""

    scope: Scope
    node: str
    epoch: int
    observed_at: int
    values: Mapping[bytes, int]
    signature: bytes

    def __post_init__(self) -> None:
        """Values stand in the order of their feed ids. Raises ValueError for what no signature could make good."""
        check_numbers(self.epoch, self.observed_at)
        check_values(self.values)
        object.__setattr__(self, "values", {feed_id: self.values[feed_id] for feed_id in sorted(self.values)})

    @property
    def digest(self) -> bytes:
        """What the node signed."""
        return observations_digest(self.scope, self.epoch, self.observed_at, self.values)

    @property
    def is_signed(self) -> bool:
        """Whether the signature is the node's."""
        return recover(self.digest, self.signature) == self.node


def observe(key: Any, scope: Scope, epoch: int, observed_at: int, values: Mapping[bytes, int]) -> Observation:
    """The signed observation of the node with this private key. Raises ValueError for values out of range."""
    check_numbers(epoch, observed_at)
    check_values(values)
    signature = sign(key, observations_digest(scope, epoch, observed_at, values))
    return Observation(scope, address_of(key), epoch, observed_at, values, signature)


def objections_to(
    observation: Observation, node_set: NodeSet, *, now: int | None = None, record: str | None = None
) -> Iterator[Objection]:
    """Why the observation does not count under a node set; with `now` (seconds) also why not yet."""
    yield from scope_objections(observation.scope, node_set.scope, record)
    if observation.node not in node_set.nodes:
        expected = f"one of the {len(node_set.nodes)} nodes of set {node_set.number}"
        yield Objection(record, "node", observation.node, expected)
    if now is not None and observation.observed_at > now:
        yield Objection(record, "observed_at", str(observation.observed_at), f"a time not after now, {now}")
    if not observation.is_signed:
        value = f"0x{observation.signature.hex()}"
        yield Objection(record, "signature", value, f"the signature of {observation.node} over this observation")


def scope_objections(given: Scope, expected: Scope, record: str | None = None) -> Iterator[Objection]:
    """In what a scope is not the one that is meant."""
    if given.chain_id != expected.chain_id:
        yield Objection(record, "chain_id", str(given.chain_id), f"{expected.chain_id}, this chain's")
    if given.aggregator != expected.aggregator:
        yield Objection(record, "aggregator", given.aggregator, f"{expected.aggregator}, this suite's")
    if given.node_set != expected.node_set:
        yield Objection(record, "node_set", given.node_set, f"{expected.node_set}, the present set's")


def check_numbers(epoch: int, observed_at: int) -> None:
    """Raise ValueError unless epoch and time are such as a report takes."""
    for name, number in (("epoch", epoch), ("observed_at", observed_at)):
        if not 0 < number <= MAX_UINT40:
            raise ValueError(f"{name}: got {number}; expected a number from 1 to 2^40 - 1")


def check_values(values: Mapping[bytes, int]) -> None:
    """Raise ValueError unless there are 1 to MAX_FEEDS values, of the range that the aggregator takes."""
    if not 1 <= len(values) <= MAX_FEEDS:
        raise ValueError(f"values: got {len(values):,}; expected 1 to {MAX_FEEDS:,}")
    for feed_id, value in values.items():
        if len(feed_id) != FEED_ID_BYTES or not any(feed_id):
            raise ValueError(
                f"values: got 0x{feed_id.hex()}; expected the {FEED_ID_BYTES} bytes of a feed id, not zero"
            )
        if not 0 < value <= MAX_VALUE:
            raise ValueError(f"{show_feed(feed_id)}: value: got {value}; expected 1 to 2^128 - 1 units of 1e-18")
