"""`submit`: a report counts with exactly a quorum of the present nodes' signatures, in order, and only forward.

Law L19 for nodes; disaster T32 has the same as a table of attacks.
"""

from __future__ import annotations

from collections.abc import Callable

import ape
import pytest
from signed_reports import (
    CURVE_ORDER,
    HALF_ORDER,
    PARITY,
    ZERO,
    Draft,
    Submission,
    quorum_of,
    stranger,
    strangers,
    word,
)

from commonhold.oracle import digests

LAST_EPOCH = 2**40 - 1


# --- what is accepted -------------------------------------------------------------------------------------------------


def test_submit__signed_by_a_quorum__becomes_the_latest_report_and_tells_all(aggregator, draft, signed, attacker):
    assert aggregator.latestReport() == (0, 0, bytes(32))
    tx = aggregator.submit(*signed.arguments, sender=attacker)
    assert tx.events == [
        aggregator.ReportAccepted(
            epoch=draft.epoch,
            root=draft.root,
            observedAt=draft.observedAt,
            nodeSet=draft.nodeSet,
            signers=0b11111,
        )
    ]
    assert aggregator.latestReport() == draft.report


@pytest.mark.parametrize("indices", [(0, 1, 2, 3, 4), (2, 3, 4, 5, 6), (0, 2, 3, 5, 6), (0, 1, 2, 3, 6)])
def test_submit__signed_by_any_quorum__is_accepted(aggregator, draft, nodes, attacker, indices):
    tx = aggregator.submit(*draft.submission(nodes, indices).arguments, sender=attacker)
    assert tx.events[0].signers == sum(1 << index for index in indices)


@pytest.mark.parametrize(("count", "max_faulty"), [(4, 1), (5, 1), (6, 1), (7, 1), (7, 2), (10, 3), (31, 1), (31, 10)])
def test_submit__quorum_of_n_and_f__exactly_so_many_signatures(network, draft_for, attacker, count, max_faulty):
    nodes = strangers(count)
    aggregator = network(nodes, max_faulty)
    required = quorum_of(count, max_faulty)
    assert aggregator.quorum() == required
    draft = draft_for(aggregator)
    for given in (required - 1, required + 1):
        with ape.reverts(aggregator.WrongSignatureCount, given=given, required=required):
            aggregator.submit(*draft.submission(nodes, range(given)).arguments, sender=attacker)
    last_ones = range(count - required, count)
    aggregator.submit(*draft.submission(nodes, last_ones).arguments, sender=attacker)
    assert aggregator.latestReport() == draft.report


def test_digest_of__a_report__is_what_wallets_and_the_package_sign(aggregator, draft):
    scope = digests.Scope(draft.chain_id, draft.contract, draft.nodeSet)
    assert aggregator.digestOf(draft.report) == draft.digest() == digests.report_digest(scope, *draft.report)


def test_domain__is_told_by_erc5267(aggregator, draft):
    told = aggregator.eip712Domain()
    assert (told.name, told.version, told.chainId) == (draft.name, draft.version, draft.chain_id)
    assert (told.fields, told.verifyingContract, told.salt, told.extensions) == (
        b"\x0f",
        aggregator.address,
        bytes(32),
        [],
    )


# --- epoch, time, root ------------------------------------------------------------------------------------------------


def test_submit__epoch_zero__reverts(aggregator, draft, nodes, attacker):
    with ape.reverts(aggregator.EpochNotRising, epoch=0, latestEpoch=0):
        aggregator.submit(*draft.but(epoch=0).submission(nodes, range(5)).arguments, sender=attacker)


@pytest.mark.parametrize("step", [-1, 0])
def test_submit__epoch_does_not_rise__reverts(aggregator, draft, nodes, attacker, step):
    first = draft.but(epoch=10)
    aggregator.submit(*first.submission(nodes, range(5)).arguments, sender=attacker)
    later = first.but(epoch=10 + step, observedAt=first.observedAt + 1)
    with ape.reverts(aggregator.EpochNotRising, epoch=10 + step, latestEpoch=10):
        aggregator.submit(*later.submission(nodes, range(5)).arguments, sender=attacker)


@pytest.mark.parametrize("epoch", [11, 99, LAST_EPOCH])
def test_submit__epoch_rises__gaps_are_allowed(aggregator, draft, nodes, attacker, epoch):
    first = draft.but(epoch=10)
    aggregator.submit(*first.submission(nodes, range(5)).arguments, sender=attacker)
    later = first.but(epoch=epoch, observedAt=first.observedAt + 1)
    aggregator.submit(*later.submission(nodes, range(5)).arguments, sender=attacker)
    assert aggregator.latestReport().epoch == epoch


def test_submit__time_zero__reverts(aggregator, draft, nodes, attacker, at, soon):
    at(soon)
    with ape.reverts(aggregator.ObservedAtOutOfRange, observedAt=0, latestObservedAt=0, now_=soon):
        aggregator.submit(*draft.but(observedAt=0).submission(nodes, range(5)).arguments, sender=attacker)


@pytest.mark.parametrize("step", [-1, 0])
def test_submit__time_does_not_rise__reverts(aggregator, draft, signed, nodes, attacker, at, soon, step):
    aggregator.submit(*signed.arguments, sender=attacker)
    later = draft.but(epoch=draft.epoch + 1, observedAt=draft.observedAt + step)
    at(soon)
    with ape.reverts(
        aggregator.ObservedAtOutOfRange,
        observedAt=later.observedAt,
        latestObservedAt=draft.observedAt,
        now_=soon,
    ):
        aggregator.submit(*later.submission(nodes, range(5)).arguments, sender=attacker)


def test_submit__time_rises_by_a_second__is_accepted(aggregator, draft, signed, nodes, attacker):
    aggregator.submit(*signed.arguments, sender=attacker)
    later = draft.but(epoch=draft.epoch + 1, observedAt=draft.observedAt + 1)
    aggregator.submit(*later.submission(nodes, range(5)).arguments, sender=attacker)
    assert aggregator.latestReport() == later.report


@pytest.mark.parametrize("ahead", [-1, 0])
def test_submit__observed_up_to_now__is_accepted(aggregator, draft, nodes, attacker, at, soon, ahead):
    present = draft.but(observedAt=soon + ahead)
    at(soon)
    aggregator.submit(*present.submission(nodes, range(5)).arguments, sender=attacker)
    assert aggregator.latestReport() == present.report


def test_submit__observed_in_the_future__reverts(aggregator, draft, nodes, attacker, at, soon):
    future = draft.but(observedAt=soon + 1)
    at(soon)
    with ape.reverts(aggregator.ObservedAtOutOfRange, observedAt=soon + 1, latestObservedAt=0, now_=soon):
        aggregator.submit(*future.submission(nodes, range(5)).arguments, sender=attacker)


def test_submit__root_is_zero__reverts(aggregator, draft, nodes, attacker):
    with ape.reverts(aggregator.MissingRoot):
        aggregator.submit(*draft.but(root=bytes(32)).submission(nodes, range(5)).arguments, sender=attacker)


def test_submit__a_second_time__reverts(aggregator, draft, signed, attacker):
    aggregator.submit(*signed.arguments, sender=attacker)
    with ape.reverts(aggregator.EpochNotRising, epoch=draft.epoch, latestEpoch=draft.epoch):
        aggregator.submit(*signed.arguments, sender=attacker)


# --- who signed -------------------------------------------------------------------------------------------------------

WRONG_SIGNERS = {
    "nobody": 0,
    "one too few": 0b01111,
    "one too many": 0b111111,
    "all": 0b1111111,
    "one who is not there": 0b10001111,
    "one more who is not there": 0b10011111,
    "bit 31": 0b1111 | 1 << 31,
    "bit 32": 0b1111 | 1 << 32,
    "bit 255": 0b1111 | 1 << 255,
    "everything": 2**256 - 1,
}


@pytest.mark.parametrize("who", WRONG_SIGNERS)
def test_submit__signers_are_not_a_quorum_of_nodes__reverts(aggregator, signed, attacker, who):
    signers = WRONG_SIGNERS[who]
    with ape.reverts(aggregator.WrongSigners, signers=signers, required=5, nodeCount=7):
        aggregator.submit(*signed.but(signers=signers).arguments, sender=attacker)


def test_submit__one_bit_of_31_is_wrong__reverts(network, draft_for, attacker):
    """A quorum of 21 with any one bit taken out or put in: every place is counted."""
    nodes = strangers(31)
    aggregator = network(nodes, 10)
    signed = draft_for(aggregator).submission(nodes, range(5, 26))
    for place in range(31):
        signers = signed.signers ^ 1 << place
        with ape.reverts(aggregator.WrongSigners, signers=signers, required=21, nodeCount=31):
            aggregator.submit(*signed.but(signers=signers).arguments, sender=attacker)


def test_submit__signatures_in_another_order__reverts(aggregator, signed, nodes, attacker):
    swapped = signed.but(signatures=[signed.signatures[1], signed.signatures[0], *signed.signatures[2:]])
    with ape.reverts(aggregator.WrongSigner, nodeIndex=0, node=nodes[0], recovered=nodes[1]):
        aggregator.submit(*swapped.arguments, sender=attacker)


def test_submit__one_node_twice__reverts(aggregator, signed, nodes, attacker):
    doubled = signed.with_signature(4, signed.signatures[3])
    with ape.reverts(aggregator.WrongSigner, nodeIndex=4, node=nodes[4], recovered=nodes[3]):
        aggregator.submit(*doubled.arguments, sender=attacker)


def test_submit__bits_name_another_than_the_signer__reverts(aggregator, signed, nodes, attacker):
    with ape.reverts(aggregator.WrongSigner, nodeIndex=5, node=nodes[5], recovered=nodes[4]):
        aggregator.submit(*signed.but(signers=0b101111).arguments, sender=attacker)


@pytest.mark.parametrize("place", range(5))
def test_submit__one_signature_of_a_stranger__reverts(aggregator, draft, signed, nodes, attacker, place):
    outsider = stranger("an outsider")
    forged = signed.with_signature(place, draft.signed_by(outsider))
    with ape.reverts(aggregator.WrongSigner, nodeIndex=place, node=nodes[place], recovered=outsider.address):
        aggregator.submit(*forged.arguments, sender=attacker)


# --- what they signed -------------------------------------------------------------------------------------------------

SIGNED_FOR_SOMETHING_ELSE: dict[str, Callable[[Draft], Draft]] = {
    "another chain": lambda draft: draft.but(chain_id=draft.chain_id + 1),
    "another contract": lambda draft: draft.but(contract=stranger("another contract").address),
    "another domain name": lambda draft: draft.but(name="Commonhold Credentials"),
    "another version": lambda draft: draft.but(version="2"),
    "another type": lambda draft: draft.but(type_name="Observations"),
    "another set": lambda draft: draft.but(nodeSet=stranger("another set").address),
    "no set": lambda draft: draft.but(nodeSet=ZERO),
    "the epoch before": lambda draft: draft.but(epoch=draft.epoch - 1),
    "the epoch after": lambda draft: draft.but(epoch=draft.epoch + 1),
    "a second earlier": lambda draft: draft.but(observedAt=draft.observedAt - 1),
    "another root": lambda draft: draft.but(root=bytes([draft.root[0] ^ 1]) + draft.root[1:]),
}


@pytest.mark.parametrize("what", SIGNED_FOR_SOMETHING_ELSE)
def test_submit__signed_for_something_else__reverts(aggregator, draft, nodes, attacker, what):
    other = SIGNED_FOR_SOMETHING_ELSE[what](draft).submission(nodes, range(5)).but(report=draft.report)
    with ape.reverts(
        aggregator.WrongSigner, nodeIndex=0, node=nodes[0], recovered=draft.signer_of(other.signatures[0])
    ):
        aggregator.submit(*other.arguments, sender=attacker)


@pytest.mark.parametrize("what", SIGNED_FOR_SOMETHING_ELSE)
def test_submit__one_signed_for_something_else__reverts(aggregator, draft, signed, nodes, attacker, what):
    """The last one is looked at as closely as the first."""
    stray = SIGNED_FOR_SOMETHING_ELSE[what](draft).signed_by(nodes[4])
    with ape.reverts(aggregator.WrongSigner, nodeIndex=4, node=nodes[4], recovered=draft.signer_of(stray)):
        aggregator.submit(*signed.with_signature(4, stray).arguments, sender=attacker)


# --- signatures that are none -----------------------------------------------------------------------------------------

NOBODYS: dict[str, Callable[[bytes, bytes], tuple[bytes, bytes]]] = {
    "zero": lambda r, vs: (bytes(32), bytes(32)),
    "r = 0": lambda r, vs: (bytes(32), vs),
    "s = 0": lambda r, vs: (r, bytes(32)),
    "s = 0 with parity": lambda r, vs: (r, word(PARITY)),
    "r = order of the curve": lambda r, vs: (word(CURVE_ORDER), vs),
    "r above the field": lambda r, vs: (word(2**256 - 1), vs),
    "s just above half the order": lambda r, vs: (r, word(HALF_ORDER + 1)),
    "the highest s that fits": lambda r, vs: (r, word(PARITY - 1)),
    "both highest": lambda r, vs: (r, word(2**256 - 1)),
}


@pytest.mark.parametrize("how", NOBODYS)
@pytest.mark.parametrize("place", [0, 4])
def test_submit__a_signature_that_is_nobodys__reverts(aggregator, signed, nodes, attacker, how, place):
    spoilt = signed.with_signature(place, NOBODYS[how](*signed.signatures[place]))
    with ape.reverts(aggregator.WrongSigner, nodeIndex=place, node=nodes[place], recovered=ZERO):
        aggregator.submit(*spoilt.arguments, sender=attacker)


SOMEBODY_ELSES: dict[str, Callable[[int, int], tuple[int, int]]] = {
    "the other parity": lambda r, vs: (r, vs ^ PARITY),
    "s = half the order, the highest allowed": lambda r, vs: (r, HALF_ORDER),
    "s flipped in a bit": lambda r, vs: (r, vs ^ 1),
    # Put in as it is, the high twin of s (order - s) reads as a parity bit and another s.
    "the high twin of s": lambda r, vs: (r, CURVE_ORDER - (vs & (PARITY - 1))),
}


@pytest.mark.parametrize("how", SOMEBODY_ELSES)
def test_submit__a_spoilt_signature__is_somebody_elses(aggregator, draft, signed, nodes, attacker, how):
    r, vs = (int.from_bytes(part, "big") for part in signed.signatures[2])
    r, vs = SOMEBODY_ELSES[how](r, vs)
    spoilt = (word(r), word(vs))
    with ape.reverts(aggregator.WrongSigner, nodeIndex=2, node=nodes[2], recovered=draft.signer_of(spoilt)):
        aggregator.submit(*signed.with_signature(2, spoilt).arguments, sender=attacker)


# --- nothing else is needed, nothing is left --------------------------------------------------------------------------


def test_submit__refused__leaves_no_trace(aggregator, draft, signed, nodes, attacker):
    aggregator.submit(*signed.arguments, sender=attacker)
    later = draft.but(epoch=draft.epoch + 1, observedAt=draft.observedAt + 1, root=word(7))
    unsigned = later.submission(nodes, range(5)).with_signature(4, (bytes(32), bytes(32)))
    with ape.reverts(aggregator.WrongSigner, nodeIndex=4, node=nodes[4], recovered=ZERO):
        aggregator.submit(*unsigned.arguments, sender=attacker)
    assert aggregator.latestReport() == draft.report
    aggregator.submit(*later.submission(nodes, range(2, 7)).arguments, sender=attacker)
    assert aggregator.latestReport() == later.report


def test_submit__judged_in_the_order_of_the_interface(aggregator, draft, signed: Submission, nodes, attacker, at, soon):
    """Whoever mends the error that is told meets the next one."""
    aggregator.submit(*signed.arguments, sender=attacker)
    wrong = draft.but(root=bytes(32)).submission(nodes, range(4)).but(signers=0)
    at(soon)
    with ape.reverts(aggregator.EpochNotRising, epoch=draft.epoch, latestEpoch=draft.epoch):
        aggregator.submit(*wrong.arguments, sender=attacker)
    wrong = wrong.but(report=(draft.epoch + 1, draft.observedAt, bytes(32)))
    at(soon + 1)
    with ape.reverts(
        aggregator.ObservedAtOutOfRange,
        observedAt=draft.observedAt,
        latestObservedAt=draft.observedAt,
        now_=soon + 1,
    ):
        aggregator.submit(*wrong.arguments, sender=attacker)
    wrong = wrong.but(report=(draft.epoch + 1, draft.observedAt + 1, bytes(32)))
    with ape.reverts(aggregator.MissingRoot):
        aggregator.submit(*wrong.arguments, sender=attacker)
    wrong = wrong.but(report=(draft.epoch + 1, draft.observedAt + 1, draft.root))
    with ape.reverts(aggregator.WrongSignatureCount, given=4, required=5):
        aggregator.submit(*wrong.arguments, sender=attacker)
    wrong = wrong.but(signatures=signed.signatures)
    with ape.reverts(aggregator.WrongSigners, signers=0, required=5, nodeCount=7):
        aggregator.submit(*wrong.arguments, sender=attacker)
