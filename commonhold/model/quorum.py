"""The network of independent nodes: `IQuorumAggregator`, signatures and Merkle proofs included."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from eth_utils import keccak, to_checksum_address

from commonhold.model.access import Hub, Managed
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Chain, hash_of, require, word
from commonhold.model.identity import signer_of

MAX_NODES = 31
MAX_VALUE = 2**128 - 1

LIST_CREATION = bytes.fromhex("600b5981380380925939f3")
"""Creation code that leaves what follows it as code: the list of a node set is kept that way."""


class Report(NamedTuple):
    """The struct of this name."""

    epoch: int
    observedAt: int
    root: bytes


NO_REPORT = Report(0, 0, ZERO_WORD)


class Signature(NamedTuple):
    """ERC-2098: s in the lower half of `vs`, the parity of v in its highest bit."""

    r: bytes
    vs: bytes

    def plain(self) -> bytes:
        """r, s, v."""
        vs = int.from_bytes(self.vs, "big")
        return self.r + (vs & (2**255 - 1)).to_bytes(32, "big") + bytes([27 + (vs >> 255)])


class FeedValue(NamedTuple):
    """A feed's value, when it was observed, and the report it came with."""

    value: int
    observedAt: int
    epoch: int


NO_VALUE = FeedValue(0, 0, 0)


class NodeSet(NamedTuple):
    """n nodes of which at most f are faulty."""

    number: int
    max_faulty: int
    nodes: tuple[str, ...]

    @property
    def quorum(self) -> int:
        return (len(self.nodes) + self.max_faulty) // 2 + 1

    def digest(self, aggregator: str) -> str:
        """Where CREATE2 puts the set's list."""
        return _list_address(self, aggregator)


@lru_cache(maxsize=256)
def _list_address(node_set: NodeSet, aggregator: str) -> str:
    words: tuple[int | str, ...] = (node_set.max_faulty, 64, len(node_set.nodes), *node_set.nodes)
    body = b"".join(map(word, words))
    created = keccak(b"\xff" + bytes.fromhex(aggregator[2:]) + word(node_set.number) + keccak(LIST_CREATION + body))
    return to_checksum_address(created[12:])


class Aggregator(Managed):
    """`QuorumAggregator`. Arguments are always encoded as they must be: `WrongLength` is left to the unit tests."""

    key = "aggregator"

    def __init__(self, chain: Chain, address: str, hub: Hub, nodes: Sequence[str], max_faulty: int) -> None:
        super().__init__(chain, address, hub)
        self.set = NodeSet(1, max_faulty, tuple(nodes))
        self.latest = NO_REPORT
        self.feeds: dict[bytes, FeedValue] = {}

    # -- views ----------------------------------------------------------------------------------------------------

    def nodeSet(self) -> tuple[str, int, int, list[str]]:
        return self.set.digest(self.address), self.set.number, self.set.max_faulty, list(self.set.nodes)

    def quorum(self) -> int:
        return self.set.quorum

    def latestReport(self) -> Report:
        return self.latest

    def digestOf(self, report: Report) -> bytes:
        domain, kind = _type_hashes()
        separator = hash_of(
            domain, keccak(text="Commonhold Quorum"), keccak(text="1"), self.chain.chain_id, self.address
        )
        return keccak(b"\x19\x01" + separator + hash_of(kind, self.set.digest(self.address), *report))

    def feedOf(self, feed_id: bytes) -> FeedValue:
        return self.feeds.get(feed_id, NO_VALUE)

    def latestRoundData(self, feed_id: bytes) -> tuple[int, int, int, int, int]:
        value, observed_at, epoch = self.feedOf(feed_id)
        require(epoch != 0, "NoDataPresent", feed_id, 0)
        return epoch, value, observed_at, observed_at, epoch

    def getRoundData(self, feed_id: bytes, round_id: int) -> tuple[int, int, int, int, int]:
        value, observed_at, epoch = self.feedOf(feed_id)
        require(epoch != 0 and epoch == round_id, "NoDataPresent", feed_id, round_id)
        return epoch, value, observed_at, observed_at, epoch

    # -- reports --------------------------------------------------------------------------------------------------

    def submit(self, sender: str, report: Report, signers: int, signatures: Sequence[Signature]) -> None:
        report = Report(*report)
        latest, quorum, nodes = self.latest, self.set.quorum, self.set.nodes
        require(report.epoch > latest.epoch, "EpochNotRising", report.epoch, latest.epoch)
        in_time = latest.observedAt < report.observedAt <= self.now
        require(in_time, "ObservedAtOutOfRange", report.observedAt, latest.observedAt, self.now)
        require(report.root != ZERO_WORD, "MissingRoot")
        require(len(signatures) == quorum, "WrongSignatureCount", len(signatures), quorum)
        named = signers.bit_count() == quorum and signers < 1 << len(nodes)
        require(named, "WrongSigners", signers, quorum, len(nodes))
        digest = self.digestOf(report)
        indices = [index for index in range(len(nodes)) if signers >> index & 1]
        for index, signature in zip(indices, signatures, strict=True):
            self._require_signed(index, digest, signature)
        self.latest = report
        self.emit(
            "ReportAccepted", report.epoch, report.root, report.observedAt, self.set.digest(self.address), signers
        )

    def _require_signed(self, index: int, digest: bytes, signature: Signature) -> None:
        node = self.set.nodes[index]
        recovered = signer_of(digest, Signature(*signature).plain()) or ZERO_ADDRESS
        require(recovered == node, "WrongSigner", index, node, recovered)

    # -- values ---------------------------------------------------------------------------------------------------

    def update(self, sender: str, feed_id: bytes, value: int, proof: Sequence[bytes]) -> None:
        self.updateMany(sender, [(feed_id, value, proof)])

    def updateMany(self, sender: str, updates: Sequence[tuple[bytes, int, Sequence[bytes]]]) -> None:
        for feed_id, value, proof in updates:
            require(0 < value <= MAX_VALUE, "ValueOutOfRange", feed_id, value)
            proven = root_of(leaf_of(feed_id, value), proof) == self.latest.root
            require(proven, "NotInReport", feed_id, value, self.latest.epoch)
        for feed_id, value, _ in updates:
            fresh = FeedValue(value, self.latest.observedAt, self.latest.epoch)
            if self.feedOf(feed_id).epoch != fresh.epoch:
                self.feeds[feed_id] = fresh
                self.emit("FeedUpdated", feed_id, fresh.epoch, value, fresh.observedAt)

    # -- nodes ----------------------------------------------------------------------------------------------------

    def proveEquivocation(
        self, sender: str, index: int, a: Report, signature_a: Signature, b: Report, signature_b: Signature
    ) -> None:
        a, b = Report(*a), Report(*b)
        twice = a.epoch == b.epoch and a.root != b.root
        require(twice, "NoEquivocation", a.epoch, b.epoch, a.root, b.root)
        nodes = self.set.nodes
        require(index < len(nodes), "UnknownNode", index, len(nodes))
        self._require_signed(index, self.digestOf(a), signature_a)
        self._require_signed(index, self.digestOf(b), signature_b)
        self.emit("EquivocationProven", nodes[index], a.epoch, a.root, b.root)
        self._set_nodes(nodes[:index] + nodes[index + 1 :], max(self.set.max_faulty - 1, 0))

    def setNodes(self, sender: str, nodes: Sequence[str], max_faulty: int) -> None:
        self.restricted(sender, "setNodes")
        bearable = max_faulty >= 1 and 3 * max_faulty + 1 <= len(nodes) <= MAX_NODES
        require(bearable, "FaultBoundTooHigh", len(nodes), max_faulty)
        for index, node in enumerate(nodes):
            require(node != ZERO_ADDRESS and node not in nodes[:index], "InvalidNode", index, node)
        self._set_nodes(tuple(nodes), max_faulty)

    def _set_nodes(self, nodes: tuple[str, ...], max_faulty: int) -> None:
        self.set = NodeSet(self.set.number + 1, max_faulty, nodes)
        self.emit("NodesSet", self.set.number, self.set.digest(self.address), max_faulty, list(nodes))


def leaf_of(feed_id: bytes, value: int) -> bytes:
    return keccak(hash_of(feed_id, value))


def root_of(leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """Where a proof leads: pairs are hashed in sorted order."""
    node = leaf
    for other in proof:
        node = keccak(min(node, other) + max(node, other))
    return node


@cache
def _type_hashes() -> tuple[bytes, bytes]:
    domain = keccak(text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
    return domain, keccak(text="Report(address nodeSet,uint40 epoch,uint40 observedAt,bytes32 root)")
