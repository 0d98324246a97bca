"""T32, report validity (OCR2, Fortress 2022): everything that must hold of a report, broken one at a time.

The nodes' part is in commonhold.oracle; what is broken here is what somebody sends. tests/chain/oracle/aggregator has
every threshold of every rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from commonhold.engines import Revert
from commonhold.engines.wallets import private_key
from commonhold.oracle import digests
from commonhold.oracle.merkle import Tree

USD = 10**18
ZERO = "0x" + "00" * 20
HOUSE = (1).to_bytes(32, "big")
QUORUM, COUNT = 5, 7
HEAD = 4 + 6 * 32  # bytes of a call of `submit` before its first signature


@dataclass(frozen=True)
class Letter:
    """A report in the post: what it says, who is said to have signed, and what they signed."""

    handles: Any
    nodes: Sequence[Any]
    report: tuple[int, int, bytes]
    signers: tuple[int, ...]  # by index, in the order of the signatures
    scope: digests.Scope
    signed_report: tuple[int, int, bytes] | None = None  # if not the report itself

    def but(self, **changes: Any) -> Letter:
        return replace(self, **changes)

    @property
    def digest(self) -> bytes:
        return digests.report_digest(self.scope, *(self.signed_report or self.report))

    def signature(self, index: int) -> tuple[bytes, bytes]:
        signature = digests.sign(private_key(self.nodes[index].address), self.digest)
        return signature[:32], signature[32:]

    @property
    def arguments(self) -> tuple[Any, ...]:
        signers = sum(1 << index for index in self.signers)
        return self.report, signers, [self.signature(index) for index in self.signers]

    def send(self, sender: Any) -> Any:
        return self.handles.aggregator.submit(*self.arguments, sender=sender)

    def recovered(self, index: int) -> str:
        """Whose signature the chain takes this one for."""
        present = digests.report_digest(digests.scope_of(self.handles.aggregator), *self.report)
        return digests.recover(present, b"".join(self.signature(index))) or ZERO


@pytest.fixture
def letter(handles: Any, nodes: Sequence[Any], report: Callable[..., Any]) -> Letter:
    """A report that would be accepted, the second one of its kind."""
    report({HOUSE: USD}, epoch=10, observed_at=handles.engine.now() - 100)
    root = Tree({HOUSE: 2 * USD}).root
    observed_at = handles.aggregator.latestReport().observedAt + 10
    return Letter(handles, nodes, (11, observed_at, root), tuple(range(QUORUM)), digests.scope_of(handles.aggregator))


def test_report__as_it_should_be__is_accepted(handles, letter, attacker):
    letter.send(attacker)
    assert handles.aggregator.latestReport() == letter.report


# --- n >= 3f + 1 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "max_faulty"), [(3, 1), (6, 2), (7, 3), (7, 0), (4, 2)])
def test_nodes__a_third_or_more_faulty__refused_at_config(handles, nodes, as_dao, deployer, refused, count, max_faulty):
    listed = [node.address for node in nodes[:count]]
    with refused("FaultBoundTooHigh", count, max_faulty):
        handles.engine.deploy("QuorumAggregator", handles.hub.address, listed, max_faulty, sender=deployer)
    with refused("FaultBoundTooHigh", count, max_faulty):
        as_dao(handles.aggregator, "setNodes", listed, max_faulty)


# --- exactly so many signatures as required, of active signers, none twice -------------------------------------------


@pytest.mark.parametrize("count", [0, 1, QUORUM - 1, QUORUM + 1, COUNT])
def test_signatures__too_few_or_too_many__refused(letter, attacker, refused, count):
    with refused("WrongSignatureCount", count, QUORUM):
        letter.but(signers=tuple(range(count))).send(attacker)


def test_signatures__of_one_who_is_no_node__refused(letter, nodes, attacker, refused):
    impostor = letter.but(nodes=[*nodes[:4], attacker, *nodes[5:]])
    with refused("WrongSigner", 4, nodes[4], attacker):
        impostor.send(attacker)


def test_signatures__of_one_node_twice__refused(handles, letter, nodes, attacker, refused):
    report, signers, signatures = letter.arguments
    with refused("WrongSigner", 1, nodes[1], nodes[0]):
        handles.aggregator.submit(report, signers, [signatures[0], *signatures[:1], *signatures[2:]], sender=attacker)


def test_signers__fewer_than_signatures__refused(handles, letter, attacker, refused):
    """One node named once for two signatures."""
    report, _, signatures = letter.arguments
    with refused("WrongSigners", 0b1111, QUORUM, COUNT):
        handles.aggregator.submit(report, 0b1111, signatures, sender=attacker)


def test_signatures__in_another_order__refused(letter, nodes, attacker, refused):
    with refused("WrongSigner", 0, nodes[0], nodes[4]):
        letter.but(signers=(4, 3, 2, 1, 0)).send(attacker)


# --- the digest -------------------------------------------------------------------------------------------------------

OTHER_DIGESTS: dict[str, Callable[[Letter], Letter]] = {
    "chain": lambda it: it.but(scope=replace(it.scope, chain_id=it.scope.chain_id + 1)),
    "contract": lambda it: it.but(scope=replace(it.scope, aggregator=it.handles.reader.address)),
    "node set": lambda it: it.but(scope=replace(it.scope, node_set=it.handles.reader.address)),
    "epoch": lambda it: it.but(signed_report=(it.report[0] + 1, *it.report[1:])),
    "time": lambda it: it.but(signed_report=(it.report[0], it.report[1] + 1, it.report[2])),
    "root": lambda it: it.but(signed_report=(*it.report[:2], bytes(31) + b"\1")),
}


@pytest.mark.parametrize("what", OTHER_DIGESTS)
def test_digest__of_another_one__refused(letter, nodes, attacker, refused, what):
    other = OTHER_DIGESTS[what](letter)
    with refused("WrongSigner", 0, nodes[0], other.recovered(0)):
        other.send(attacker)


# --- epoch and time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("epoch", [0, 9, 10])
def test_epoch__does_not_rise__refused(letter, attacker, refused, epoch):
    with refused("EpochNotRising", epoch, 10):
        letter.but(report=(epoch, *letter.report[1:])).send(attacker)


@pytest.mark.parametrize("moment", ["zero", "latest", "future"])
def test_time__out_of_range__refused(handles, letter, attacker, refused, moment):
    latest = handles.aggregator.latestReport().observedAt
    now = handles.engine.now() + 100
    observed_at = {"zero": 0, "latest": latest, "future": now + 1}[moment]
    handles.engine.set_next_time(now)
    with refused("ObservedAtOutOfRange", observed_at, latest, now):
        letter.but(report=(11, observed_at, letter.report[2])).send(attacker)


# --- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, 2**128, 2**255, 2**256 - 1])
def test_value__out_of_bounds__refused(handles, letter, attacker, refused, value):
    """Though a quorum signed it."""
    letter.but(report=(*letter.report[:2], Tree({HOUSE: value}).root)).send(attacker)
    with refused("ValueOutOfRange", HOUSE, value):
        handles.aggregator.update(HOUSE, value, [], sender=attacker)
    assert handles.aggregator.feedOf(HOUSE) == (0, 0, 0)


# --- exact length -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extra", [1, 31, 32, 64])
def test_call_data__longer_than_needed__refused(handles, letter, attacker, refused, extra):
    data = handles.aggregator.submit.encode(*letter.arguments)
    required = HEAD + QUORUM * 64
    assert len(data) == required
    with refused("WrongLength", required + extra, required):
        handles.engine.send_raw(attacker.address, handles.aggregator.address, data + bytes(extra))


@pytest.mark.parametrize("missing", [1, 32, 64])
def test_call_data__cut_short__refused(handles, letter, attacker, missing):
    """Solidity's own decoder says so, without a word."""
    data = handles.aggregator.submit.encode(*letter.arguments)
    with pytest.raises(Revert) as caught:
        handles.engine.send_raw(attacker.address, handles.aggregator.address, data[:-missing])
    assert (caught.value.name, caught.value.data) == ("Empty", b"")


def test_call_data__shorter_by_reading_its_head_twice__refused(handles, attacker, refused):
    """The array of signatures may begin anywhere, even at the epoch, which then reads as its length: in epoch 5, five
    signatures of which the first is made of the report's own words."""
    aggregator = handles.aggregator
    report = (QUORUM, handles.engine.now(), bytes(31) + b"\1")
    head = aggregator.submit.encode(report, 0b11111, [])[: 4 + 4 * 32]
    folded = head + bytes(32) + bytes(QUORUM * 64 - 4 * 32)
    assert len(folded) < HEAD + QUORUM * 64
    with refused("WrongLength", len(folded), HEAD + QUORUM * 64):
        handles.engine.send_raw(attacker.address, aggregator.address, folded)


# --- the set that signs is the present one ----------------------------------------------------------------------------


def test_rotation__the_old_digest__refused(handles, letter, nodes, as_dao, attacker, refused):
    """The same nodes at the same places, in a new set: what they signed before is void."""
    as_dao(handles.aggregator, "setNodes", [node.address for node in nodes], 2)
    with refused("WrongSigner", 0, nodes[0], letter.recovered(0)):
        letter.send(attacker)
    letter.but(scope=digests.scope_of(handles.aggregator)).send(attacker)
    assert handles.aggregator.latestReport() == letter.report


def test_rotation__a_removed_node__refused(handles, letter, nodes, owner_a, as_dao, attacker, refused):
    kept = [*nodes[:2], owner_a, *nodes[3:]]
    as_dao(handles.aggregator, "setNodes", [node.address for node in kept], 2)
    present = letter.but(scope=digests.scope_of(handles.aggregator))
    with refused("WrongSigner", 2, owner_a, nodes[2]):
        present.send(attacker)
    present.but(nodes=kept).send(attacker)
    assert handles.aggregator.latestReport() == letter.report
