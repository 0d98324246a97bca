"""The set of nodes: what set is sound, where its list stands, who may change it, and what dies with the old one."""

from __future__ import annotations

import ape
import pytest
from eth_abi import encode
from eth_utils import keccak, to_checksum_address
from signed_reports import ZERO, quorum_of, strangers

KEEP_THE_REST = bytes.fromhex("600b5981380380925939f3")
MAX_NODES = 31


def addresses(nodes) -> list[str]:
    return [node.address for node in nodes]


def address_of_list(aggregator, number: int, max_faulty: int, nodes) -> str:
    """CREATE2: a digest of aggregator, number and list."""
    init_code = KEEP_THE_REST + encode(["uint256", "address[]"], [max_faulty, addresses(nodes)])
    packed = b"\xff" + bytes.fromhex(aggregator.address[2:]) + number.to_bytes(32, "big") + keccak(init_code)
    return to_checksum_address(keccak(packed)[12:])


def as_tuple(node_set) -> tuple:
    return node_set.digest, node_set.number, node_set.maxFaulty, list(node_set.nodes)


# --- the set ----------------------------------------------------------------------------------------------------------


def test_node_set__of_the_suite__is_that_of_the_parameters(aggregator, nodes):
    assert as_tuple(aggregator.nodeSet()) == (address_of_list(aggregator, 1, 2, nodes), 1, 2, addresses(nodes))
    assert aggregator.quorum() == 5


def test_node_set__its_list__is_code_that_does_nothing(aggregator, nodes, engine, attacker):
    digest = aggregator.nodeSet().digest
    assert engine.code_at(digest) == encode(["uint256", "address[]"], [2, addresses(nodes)])
    for data in (b"", keccak(text="nodes()")[:4]):
        assert engine.call_raw(digest, data, attacker.address) == b""


def test_set_nodes__by_the_dao__takes_the_place_of_the_old_set(aggregator, dao):
    newcomers = strangers(10)
    tx = aggregator.setNodes(addresses(newcomers), 3, sender=dao)
    digest = address_of_list(aggregator, 2, 3, newcomers)
    assert tx.events == [
        aggregator.NodesSet(number=2, nodeSet=digest, maxFaulty=3, nodes=addresses(newcomers)),
    ]
    assert as_tuple(aggregator.nodeSet()) == (digest, 2, 3, addresses(newcomers))
    assert aggregator.quorum() == 7


def test_set_nodes__the_same_list_again__is_another_set(aggregator, nodes, dao):
    first = aggregator.nodeSet().digest
    aggregator.setNodes(addresses(nodes), 2, sender=dao)
    aggregator.setNodes(addresses(nodes), 2, sender=dao)
    assert aggregator.nodeSet().number == 3
    assert len({first, aggregator.nodeSet().digest, address_of_list(aggregator, 2, 2, nodes)}) == 3


def test_set_nodes__after_the_timelocks_delay__counts(aggregator, as_dao):
    newcomers = strangers(4)
    as_dao(aggregator, "setNodes", addresses(newcomers), 1)
    assert list(aggregator.nodeSet().nodes) == addresses(newcomers)


@pytest.mark.parametrize("name", ["deployer", "council", "guardian", "registrar", "attacker"])
def test_set_nodes__by_anyone_else__reverts(aggregator, request, nodes, name):
    caller = request.getfixturevalue(name)
    with ape.reverts(aggregator.AccessManagedUnauthorized, caller=caller):
        aggregator.setNodes(addresses(nodes), 2, sender=caller)


def test_set_nodes__by_a_node__reverts(aggregator, nodes):
    with ape.reverts(aggregator.AccessManagedUnauthorized, caller=nodes[0]):
        aggregator.setNodes(addresses(nodes), 2, sender=nodes[0])


# --- what set is sound ------------------------------------------------------------------------------------------------

UNSOUND = [
    (0, 0),
    (0, 1),
    (1, 0),
    (3, 0),
    (3, 1),
    (4, 0),
    (4, 2),
    (6, 2),
    (7, 0),
    (7, 3),
    (15, 5),
    (30, 10),
    (31, 0),
    (31, 11),
    (31, 255),
    (32, 1),
    (32, 10),
]


@pytest.mark.parametrize(("count", "max_faulty"), UNSOUND)
def test_set_nodes__cannot_bear_the_faulty__reverts(aggregator, dao, count, max_faulty):
    with ape.reverts(aggregator.FaultBoundTooHigh, nodeCount=count, maxFaulty=max_faulty):
        aggregator.setNodes(addresses(strangers(count)), max_faulty, sender=dao)


@pytest.mark.parametrize(("count", "max_faulty"), [(4, 1), (5, 1), (7, 2), (16, 5), (31, 1), (31, 10)])
def test_set_nodes__can_just_bear_the_faulty__is_set(aggregator, dao, count, max_faulty):
    newcomers = strangers(count)
    aggregator.setNodes(addresses(newcomers), max_faulty, sender=dao)
    assert as_tuple(aggregator.nodeSet())[2:] == (max_faulty, addresses(newcomers))
    assert aggregator.quorum() == quorum_of(count, max_faulty)


@pytest.mark.parametrize("place", [0, 3, 6])
def test_set_nodes__a_node_is_zero__reverts(aggregator, dao, nodes, place):
    listed = addresses(nodes)
    listed[place] = ZERO
    with ape.reverts(aggregator.InvalidNode, nodeIndex=place, node=ZERO):
        aggregator.setNodes(listed, 2, sender=dao)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (0, 6), (5, 6)])
def test_set_nodes__a_node_stands_there_twice__reverts(aggregator, dao, nodes, first, second):
    listed = addresses(nodes)
    listed[second] = listed[first]
    with ape.reverts(aggregator.InvalidNode, nodeIndex=second, node=listed[first]):
        aggregator.setNodes(listed, 2, sender=dao)


@pytest.mark.parametrize(
    ("spoil", "error", "values"),
    [
        (lambda listed: (listed[:6], 2), "FaultBoundTooHigh", lambda listed: (6, 2)),
        (lambda listed: (listed, 0), "FaultBoundTooHigh", lambda listed: (7, 0)),
        (lambda listed: ([ZERO, *listed[1:]], 2), "InvalidNode", lambda listed: (0, ZERO)),
        (lambda listed: ([*listed[:6], listed[0]], 2), "InvalidNode", lambda listed: (6, listed[0])),
    ],
    ids=["too many faulty", "no faulty", "zero", "twice"],
)
def test_construction__of_an_unsound_set__reverts(handles, deployer, nodes, refused, spoil, error, values):
    listed = addresses(nodes)
    with refused(error, *values(listed)):
        handles.engine.deploy("QuorumAggregator", handles.hub.address, *spoil(listed), sender=deployer)


def test_construction__under_a_hub_without_code__reverts(handles, deployer, nodes, refused, attacker):
    with refused("AccessManagedInvalidAuthority", attacker.address):
        handles.engine.deploy("QuorumAggregator", attacker.address, addresses(nodes), 2, sender=deployer)


# --- what a rotation does to reports ----------------------------------------------------------------------------------


def test_rotation__signatures_of_the_old_set__are_dead(aggregator, draft, signed, nodes, dao, attacker):
    """Even with the same nodes at the same places: the digest names the set."""
    aggregator.setNodes(addresses(nodes), 2, sender=dao)
    present = draft.but(nodeSet=aggregator.nodeSet().digest)
    with ape.reverts(
        aggregator.WrongSigner, nodeIndex=0, node=nodes[0], recovered=present.signer_of(signed.signatures[0])
    ):
        aggregator.submit(*signed.arguments, sender=attacker)
    aggregator.submit(*present.submission(nodes, range(5)).arguments, sender=attacker)
    assert aggregator.latestReport() == draft.report


def test_rotation__a_removed_node__signs_no_more(aggregator, draft, nodes, dao, attacker):
    (newcomer,) = strangers(1)
    kept = [*nodes[:4], newcomer, *nodes[5:]]
    aggregator.setNodes(addresses(kept), 2, sender=dao)
    present = draft.but(nodeSet=aggregator.nodeSet().digest)
    with ape.reverts(aggregator.WrongSigner, nodeIndex=4, node=newcomer.address, recovered=nodes[4]):
        aggregator.submit(*present.submission(nodes, range(5)).arguments, sender=attacker)
    aggregator.submit(*present.submission(kept, range(5)).arguments, sender=attacker)
    assert aggregator.latestReport() == draft.report


def test_rotation__report_epochs_and_values__stay(aggregator, report, feed_of, handles, draft_for, dao, attacker):
    tree = report({feed_of(1): 10**18, feed_of(2): 2 * 10**18}, epoch=5)
    newcomers = strangers(4)
    latest = aggregator.latestReport()
    aggregator.setNodes(addresses(newcomers), 1, sender=dao)
    assert aggregator.latestReport() == latest
    aggregator.update(feed_of(2), 2 * 10**18, tree.proof(feed_of(2)), sender=attacker)
    assert aggregator.feedOf(feed_of(2)) == (2 * 10**18, latest.observedAt, 5)
    with ape.reverts(aggregator.EpochNotRising, epoch=5, latestEpoch=5):
        again = draft_for(aggregator, epoch=5, observedAt=latest.observedAt + 1)
        aggregator.submit(*again.submission(newcomers, range(3)).arguments, sender=attacker)
    later = draft_for(aggregator, observedAt=latest.observedAt + 1)
    aggregator.submit(*later.submission(newcomers, range(3)).arguments, sender=attacker)
    assert aggregator.latestReport() == later.report
