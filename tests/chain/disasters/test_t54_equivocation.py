"""T54, equivocation: a node signs two roots for one epoch; both signatures on chain are the proof, it is removed once.

Signatures for another epoch, chain, contract or set, of another node, or of anything else than reports, prove nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from commonhold.engines.wallets import private_key
from commonhold.oracle import digests
from commonhold.oracle.merkle import Tree

USD = 10**18
ZERO = "0x" + "00" * 20
LIAR = 3  # index
NO_SIGNATURE = (bytes(32), bytes(32))


@dataclass(frozen=True)
class Signed:
    """A report with one node's signature."""

    report: tuple[int, int, bytes]
    signature: tuple[bytes, bytes]


def sign(node: Any, scope: digests.Scope, report: tuple[int, int, bytes]) -> Signed:
    signature = digests.sign(private_key(getattr(node, "address", node)), digests.report_digest(scope, *report))
    return Signed(report, (signature[:32], signature[32:]))


def root_of(value: int) -> bytes:
    return Tree({(1).to_bytes(32, "big"): value * USD}).root


@pytest.fixture
def scope(handles: Any) -> digests.Scope:
    return digests.scope_of(handles.aggregator)


@pytest.fixture
def public(handles: Any, nodes: Sequence[Any], scope: digests.Scope, report: Callable[..., Any]) -> Signed:
    """A report that was accepted with the liar's signature: that part of the proof is on chain for all to see."""
    report({(1).to_bytes(32, "big"): 100 * USD}, epoch=5)
    return sign(nodes[LIAR], scope, tuple(handles.aggregator.latestReport()))


@pytest.fixture
def hidden(nodes: Sequence[Any], scope: digests.Scope, public: Signed) -> Signed:
    """What the liar signed besides, for the same epoch, and somebody kept."""
    return sign(nodes[LIAR], scope, (5, public.report[1] - 7, root_of(999)))


@pytest.fixture
def prove(handles: Any, attacker: Any) -> Callable[..., Any]:
    """Brings a proof, as anyone can."""

    def send(index: int, a: Signed, b: Signed) -> Any:
        return handles.aggregator.proveEquivocation(
            index, a.report, a.signature, b.report, b.signature, sender=attacker
        )

    return send


def recovered(handles: Any, signed: Signed) -> str:
    """Whose signature the chain takes it for."""
    digest = digests.report_digest(digests.scope_of(handles.aggregator), *signed.report)
    return digests.recover(digest, b"".join(signed.signature)) or ZERO


# --- a proof ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("public_first", [True, False])
def test_equivocation__two_real_reports__remove_the_node(handles, nodes, public, hidden, prove, public_first):
    a, b = (public, hidden) if public_first else (hidden, public)
    receipt = prove(LIAR, a, b)
    rest = [node.address for node in nodes if node != nodes[LIAR]]
    told = [(event.name, event.args) for event in receipt.events]
    digest, number, max_faulty, listed = handles.aggregator.nodeSet()
    assert told == [
        (
            "EquivocationProven",
            {"node": nodes[LIAR].address, "epoch": 5, "rootA": a.report[2], "rootB": b.report[2]},
        ),
        ("NodesSet", {"number": 2, "nodeSet": digest, "maxFaulty": 1, "nodes": rest}),
    ]
    assert (number, max_faulty, list(listed), handles.aggregator.quorum()) == (2, 1, rest, 4)
    assert tuple(handles.aggregator.latestReport()) == public.report


def test_equivocation__proven__removes_once(handles, nodes, public, hidden, prove, refused):
    prove(LIAR, public, hidden)
    successor = nodes[LIAR + 1]
    with refused("WrongSigner", LIAR, successor, recovered(handles, public)):
        prove(LIAR, public, hidden)
    with refused("UnknownNode", 6, 6):
        prove(6, public, hidden)
    assert handles.aggregator.nodeSet().number == 2


def test_equivocation__proven__the_others_go_on_without_it(handles, nodes, public, hidden, prove, report, refused):
    prove(LIAR, public, hidden)
    report({(1).to_bytes(32, "big"): 101 * USD})
    assert handles.aggregator.latestReport().epoch == 6
    scope = digests.scope_of(handles.aggregator)
    late = (7, handles.engine.now(), root_of(102))
    letters = [sign(nodes[index], scope, late) for index in (0, 1, 2, LIAR)]
    with refused("WrongSigner", 3, nodes[4], nodes[LIAR]):
        handles.aggregator.submit(late, 0b1111, [it.signature for it in letters], sender=nodes[0])


def test_equivocation__before_any_report__is_proven_too(nodes, scope, prove, handles):
    """Epochs ahead of the latest or long past: what counts is that one epoch has two roots."""
    for index, epoch in ((6, 1), (5, 2**40 - 1)):
        scope = digests.scope_of(handles.aggregator)
        prove(index, *(sign(nodes[index], scope, (epoch, 0, root_of(value))) for value in (1, 2)))
    assert list(handles.aggregator.nodeSet().nodes) == [node.address for node in nodes[:5]]


def test_equivocation__of_all_nodes__ends_in_silence_until_the_dao_sets_others(
    handles, nodes, prove, as_dao, attacker, refused, report
):
    faulty = []
    for left in range(len(nodes), 0, -1):
        scope = digests.scope_of(handles.aggregator)
        prove(left - 1, *(sign(nodes[left - 1], scope, (1, 1, root_of(value))) for value in (1, 2)))
        node_set = handles.aggregator.nodeSet()
        faulty.append(node_set.maxFaulty)
        assert list(node_set.nodes) == [node.address for node in nodes[: left - 1]]
        assert handles.aggregator.quorum() == (left - 1 + node_set.maxFaulty) // 2 + 1
    assert faulty == [1, 0, 0, 0, 0, 0, 0]
    anything = (1, handles.engine.now(), root_of(1))
    for signers in (0, 1):
        with refused("WrongSigners", signers, 1, 0):
            handles.aggregator.submit(anything, signers, [NO_SIGNATURE], sender=attacker)
    as_dao(handles.aggregator, "setNodes", [node.address for node in nodes[:4]], 1)
    report({(1).to_bytes(32, "big"): USD})
    assert handles.aggregator.latestReport().epoch == 1


# --- what proves nothing ----------------------------------------------------------------------------------------------

TOLD_BY_THE_REPORTS: dict[str, Callable[[tuple[int, int, bytes]], tuple[int, int, bytes]]] = {
    "another epoch": lambda report: (6, report[1] + 1, root_of(999)),
    "the epoch before": lambda report: (4, report[1] - 1, root_of(999)),
    "the same root": lambda report: report,
    "the same root at another time": lambda report: (report[0], report[1] - 7, report[2]),
    "another epoch with the same root": lambda report: (6, report[1], report[2]),
}


@pytest.mark.parametrize("what", TOLD_BY_THE_REPORTS)
def test_no_equivocation__by_what_the_reports_say__refused(nodes, scope, public, prove, refused, what):
    other = sign(nodes[LIAR], scope, TOLD_BY_THE_REPORTS[what](public.report))
    with refused("NoEquivocation", public.report[0], other.report[0], public.report[2], other.report[2]):
        prove(LIAR, public, other)
    with refused("NoEquivocation", other.report[0], public.report[0], other.report[2], public.report[2]):
        prove(LIAR, other, public)


OTHER_SCOPES: dict[str, Callable[[digests.Scope, Any], digests.Scope]] = {
    "chain": lambda scope, _: replace(scope, chain_id=scope.chain_id + 1),
    "contract": lambda scope, handles: replace(scope, aggregator=handles.reader.address),
    "node set": lambda scope, handles: replace(scope, node_set=handles.reader.address),
}


@pytest.mark.parametrize("what", OTHER_SCOPES)
def test_no_equivocation__signed_for_another_scope__refused(handles, nodes, scope, public, prove, refused, what):
    """One signature or both: that a node serves a second network with other values is no crime."""
    foreign = OTHER_SCOPES[what](scope, handles)
    stray = sign(nodes[LIAR], foreign, (5, public.report[1], root_of(999)))
    assert recovered(handles, stray) != nodes[LIAR].address
    for pair in ((public, stray), (stray, public), (stray, sign(nodes[LIAR], foreign, public.report))):
        fault = recovered(handles, pair[1] if pair[0] is public else pair[0])
        with refused("WrongSigner", LIAR, nodes[LIAR], fault):
            prove(LIAR, *pair)


def test_no_equivocation__under_the_set_before__refused(handles, nodes, public, hidden, prove, as_dao, refused):
    """A proof must come while the set is in office: its members are those that can be removed."""
    as_dao(handles.aggregator, "setNodes", [node.address for node in nodes], 2)
    with refused("WrongSigner", LIAR, nodes[LIAR], recovered(handles, public)):
        prove(LIAR, public, hidden)


def test_no_equivocation__signed_for_another_epoch_than_claimed__refused(handles, nodes, scope, public, prove, refused):
    """Two honest reports of two epochs, one of them relabelled."""
    honest = sign(nodes[LIAR], scope, (6, public.report[1] + 1, root_of(101)))
    relabelled = Signed((5, *honest.report[1:]), honest.signature)
    with refused("WrongSigner", LIAR, nodes[LIAR], recovered(handles, relabelled)):
        prove(LIAR, public, relabelled)


def test_no_equivocation__of_two_nodes__refused(nodes, scope, public, hidden, prove, refused):
    """Two nodes that disagree, and both under the name of either."""
    other = sign(nodes[LIAR - 1], scope, hidden.report)
    with refused("WrongSigner", LIAR, nodes[LIAR], nodes[LIAR - 1]):
        prove(LIAR, public, other)
    with refused("WrongSigner", LIAR - 1, nodes[LIAR - 1], nodes[LIAR]):
        prove(LIAR - 1, public, other)


@pytest.mark.parametrize("index", [0, LIAR - 1, LIAR + 1, 6])
def test_no_equivocation__under_another_nodes_index__refused(nodes, public, hidden, prove, refused, index):
    with refused("WrongSigner", index, nodes[index], nodes[LIAR]):
        prove(index, public, hidden)


@pytest.mark.parametrize("index", [7, 8, 31, 256, 256 + LIAR, 2**256 - 1])
def test_no_equivocation__of_a_node_that_is_not_there__refused(public, hidden, prove, refused, index):
    with refused("UnknownNode", index, 7):
        prove(index, public, hidden)


def test_no_equivocation__signatures_that_are_nobodys__refused(nodes, public, hidden, prove, refused):
    for pair in (
        (public, replace(hidden, signature=NO_SIGNATURE)),
        (replace(public, signature=NO_SIGNATURE), hidden),
    ):
        with refused("WrongSigner", LIAR, nodes[LIAR], ZERO):
            prove(LIAR, *pair)


def test_no_equivocation__by_two_observations__refused(handles, nodes, scope, public, prove, refused):
    """A node may observe again before the report: observations are another type."""
    key = private_key(nodes[LIAR].address)
    batches = [digests.observations_digest(scope, 5, public.report[1], {bytes(31) + b"\1": n}) for n in (1, 2)]
    signatures = [digests.sign(key, digest) for digest in batches]
    a, b = (
        Signed((5, public.report[1], batch), (signature[:32], signature[32:]))
        for batch, signature in zip(batches, signatures, strict=True)
    )
    with refused("WrongSigner", LIAR, nodes[LIAR], recovered(handles, a)):
        prove(LIAR, a, b)
