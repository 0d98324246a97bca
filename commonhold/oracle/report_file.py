"""Files of reports, with the observations they follow from and the signatures so far: `commonhold-report/1`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from commonhold.inputs.home import Address
from commonhold.inputs.json_positions import Node
from commonhold.oracle.digests import Scope, recover
from commonhold.oracle.errors import Objection
from commonhold.oracle.feeds import show_feed
from commonhold.oracle.merkle import Tree
from commonhold.oracle.nodeset import NodeSet
from commonhold.oracle.observations import Observation
from commonhold.oracle.records import (
    ADDRESS,
    ChainId,
    Epoch,
    Hash,
    JsonFile,
    Record,
    Seconds,
    SignatureText,
    json_bytes,
    shown_values,
    write_whole,
)
from commonhold.oracle.report import Proposal, proposal_objections, record_of

FORMAT = "commonhold-report/1"


class _Header(Record):
    chain_id: ChainId
    aggregator: Address = Field(description=f"the aggregator: {ADDRESS}")
    node_set: Address = Field(description=f"the node set's list: {ADDRESS}")
    epoch: Epoch
    observed_at: Seconds
    root: Hash


class _ObservationHeader(Record):
    node: Address = Field(description=f"the node: {ADDRESS}")
    observed_at: Seconds
    signature: SignatureText


class _Signature(Record):
    node: Address = Field(description=f"the node: {ADDRESS}")
    signature: SignatureText


_NESTED = ("values", "left_out", "observations", "signatures")


@dataclass(frozen=True)
class ReportFile:
    """A proposal and the signatures (64 bytes by node) that it has so far."""

    proposal: Proposal
    signatures: Mapping[str, bytes] = field(default_factory=dict)


def read_report(file: Path, node_set: NodeSet, *, now: int) -> ReportFile:
    """A report that follows from its observations, under this node set, not from after `now` (seconds), and whose
    signatures are its nodes'. Raises InputError."""
    reading = JsonFile(file, FORMAT)
    proposal, signatures = _content(reading)
    reading.object_to(proposal_objections(proposal, node_set, now=now))
    reading.object_to(_signature_objections(proposal, node_set, signatures))
    reading.faults.stop()
    return ReportFile(proposal, signatures)


def read_tree(file: Path) -> Tree:
    """The tree of a report's values, for updates: the chain knows its root, so set and signatures don't matter now.

    Raises InputError, also if the values don't have the root that the file states.
    """
    reading = JsonFile(file, FORMAT)
    proposal, _ = _content(reading)
    if proposal.tree.root != proposal.root:
        expected = f"0x{proposal.tree.root.hex()}, that of the values"
        reading.object_to([Objection(None, "root", f"0x{proposal.root.hex()}", expected)])
    reading.faults.stop()
    return proposal.tree


def _content(reading: JsonFile) -> tuple[Proposal, dict[str, bytes]]:
    """What a file says, whether or not it holds."""
    header = reading.fields(_Header, reading.root, others=_NESTED)
    values = reading.values(reading.root)
    left_out = reading.feeds(reading.root, "left_out")
    signatures = _signatures(reading)
    if header is None:
        reading.faults.stop()
    assert header is not None  # else a fault was noted
    scope = Scope(header.chain_id, header.aggregator, header.node_set)
    observations = _observations(reading, scope, header.epoch)
    reading.faults.stop()
    root = bytes.fromhex(header.root[2:])
    return Proposal(scope, header.epoch, header.observed_at, root, values, left_out, observations), signatures


def _observations(reading: JsonFile, scope: Scope, epoch: int) -> tuple[Observation, ...]:
    found: list[Observation] = []
    for number, node in enumerate(reading.entries(reading.root, "observations", "a list of observations"), start=1):
        written = reading.member(node, "node")
        record = f"observation {number}"
        if written is not None and isinstance(written.value, str) and len(written.value) <= 42:
            record += f" ({written.value})"
        before = len(reading.faults.problems)
        header = reading.fields(_ObservationHeader, node, record, others=("values",))
        values = reading.values(node, record) if isinstance(node.value, dict) else {}
        if header is not None and len(reading.faults.problems) == before:
            signature = bytes.fromhex(header.signature[2:])
            found.append(Observation(scope, header.node, epoch, header.observed_at, values, signature))
            assert record == record_of(number, found[-1])  # by which objections find their lines
    return tuple(found)


def _signatures(reading: JsonFile) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for number, node in enumerate(reading.entries(reading.root, "signatures", "a list of signatures"), start=1):
        record = f"signature {number}"
        entry = reading.fields(_Signature, node, record)
        if entry is None:
            continue
        if entry.node in found:
            reading.faults.add(_line(node, "node"), "each node once", record=record, name="node", value=entry.node)
        found[entry.node] = bytes.fromhex(entry.signature[2:])
    return found


def _signature_objections(
    proposal: Proposal, node_set: NodeSet, signatures: Mapping[str, bytes]
) -> Iterator[Objection]:
    for number, (node, signature) in enumerate(signatures.items(), start=1):
        record = f"signature {number}"
        if node not in node_set.nodes:
            expected = f"one of the {len(node_set.nodes)} nodes of set {node_set.number}"
            yield Objection(record, "node", node, expected)
        elif recover(proposal.digest, signature) != node:
            yield Objection(record, "signature", f"0x{signature.hex()}", f"the signature of {node} over this report")


def _line(node: Node, name: str) -> int:
    return node.value[name].line if isinstance(node.value, dict) else node.line


def report_bytes(report: ReportFile, node_set: NodeSet) -> bytes:
    """The file of a report: the same proposal makes the same bytes, its signatures by the nodes' indices."""
    proposal = report.proposal
    return json_bytes(
        {
            "format": FORMAT,
            "chain_id": proposal.scope.chain_id,
            "aggregator": proposal.scope.aggregator,
            "node_set": proposal.scope.node_set,
            "epoch": proposal.epoch,
            "observed_at": proposal.observed_at,
            "root": f"0x{proposal.root.hex()}",
            "values": shown_values(proposal.values),
            "left_out": [show_feed(feed_id) for feed_id in proposal.left_out],
            "observations": [
                {
                    "node": observation.node,
                    "observed_at": observation.observed_at,
                    "values": shown_values(observation.values),
                    "signature": f"0x{observation.signature.hex()}",
                }
                for observation in proposal.observations
            ],
            "signatures": [
                {"node": node, "signature": f"0x{report.signatures[node].hex()}"}
                for node in node_set.nodes
                if node in report.signatures
            ],
        }
    )


def write_report(report: ReportFile, node_set: NodeSet, file: Path) -> Path:
    """Write the file of a report; whole or not at all."""
    return write_whole(file, report_bytes(report, node_set))
