"""Files of observations: `commonhold-observation/1`, and `commonhold-values/1` for values that a node is to sign."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from commonhold.inputs.home import Address
from commonhold.oracle.digests import Scope
from commonhold.oracle.nodeset import NodeSet
from commonhold.oracle.observations import Observation, objections_to
from commonhold.oracle.records import (
    ADDRESS,
    ChainId,
    Epoch,
    JsonFile,
    Record,
    Seconds,
    SignatureText,
    json_bytes,
    shown_values,
    write_whole,
)

FORMAT = "commonhold-observation/1"
VALUES_FORMAT = "commonhold-values/1"


class _Header(Record):
    chain_id: ChainId
    aggregator: Address = Field(description=f"the aggregator: {ADDRESS}")
    node_set: Address = Field(description=f"the node set's list: {ADDRESS}")
    node: Address = Field(description=f"the node: {ADDRESS}")
    epoch: Epoch
    observed_at: Seconds
    signature: SignatureText


class _NoFields(Record):
    """A file of values has nothing else."""


def read_observation(file: Path, node_set: NodeSet, *, now: int) -> Observation:
    """A node's observation that counts under this node set, not from after `now` (seconds). Raises InputError."""
    reading = JsonFile(file, FORMAT)
    header = reading.fields(_Header, reading.root, others=("values",))
    values = reading.values(reading.root)
    reading.faults.stop()
    assert header is not None  # else a fault was noted
    observation = Observation(
        scope=Scope(header.chain_id, header.aggregator, header.node_set),
        node=header.node,
        epoch=header.epoch,
        observed_at=header.observed_at,
        values=values,
        signature=bytes.fromhex(header.signature[2:]),
    )
    reading.object_to(objections_to(observation, node_set, now=now))
    reading.faults.stop()
    return observation


def observation_bytes(observation: Observation) -> bytes:
    """The file of an observation."""
    return json_bytes(
        {
            "format": FORMAT,
            "chain_id": observation.scope.chain_id,
            "aggregator": observation.scope.aggregator,
            "node_set": observation.scope.node_set,
            "node": observation.node,
            "epoch": observation.epoch,
            "observed_at": observation.observed_at,
            "values": shown_values(observation.values),
            "signature": f"0x{observation.signature.hex()}",
        }
    )


def write_observation(observation: Observation, file: Path) -> Path:
    """Write the file of an observation; whole or not at all."""
    return write_whole(file, observation_bytes(observation))


def read_values(file: Path) -> dict[bytes, int]:
    """Values that somebody wrote down for a node to sign: 18 decimals, by feed id. Raises InputError."""
    reading = JsonFile(file, VALUES_FORMAT)
    reading.fields(_NoFields, reading.root, others=("values", "about"))
    values = reading.values(reading.root)
    reading.faults.stop()
    return values
