"""Proposals: the same for everybody, recomputed before anybody signs, sealed by exactly a quorum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_rounds import (
    NOW,
    SCOPE,
    UNHURRIED,
    USD,
    houses,
    key_of,
    node_address,
    nodes_of,
    observed,
    round_of,
)

from commonhold.oracle.digests import recover, sign
from commonhold.oracle.errors import ReportError
from commonhold.oracle.feeds import house_feed
from commonhold.oracle.merkle import Tree
from commonhold.oracle.observations import Observation, observe
from commonhold.oracle.report import OBSERVATION_WINDOW, Proposal, TooFewSignatures, assemble, check, propose
from commonhold.oracle.report_file import ReportFile, report_bytes

LATER = NOW + 1_000
SEVEN = nodes_of(7, 2)


def objections(call: Callable[[], object]) -> list[str]:
    with pytest.raises(ReportError) as caught:
        call()
    return [str(objection) for objection in caught.value.objections]


# ------------------------------------------------------------------------------------------------------------ proposing


@settings(UNHURRIED, max_examples=20)
@given(st.permutations(range(7)), st.integers(5, 7))
def test_propose__same_observations_in_any_order__same_bytes(order: list[int], count: int) -> None:
    chosen = sorted(order[:count])
    there = propose(SEVEN, round_of(SEVEN, chosen))
    here = propose(SEVEN, round_of(SEVEN, [number for number in order if number in chosen]))
    assert report_bytes(ReportFile(here), SEVEN) == report_bytes(ReportFile(there), SEVEN)
    assert here.digest == there.digest
    check(here, SEVEN, now=LATER)


def test_propose__medians_time_and_root() -> None:
    proposal = propose(SEVEN, round_of(SEVEN, [6, 0, 5, 1, 4]))
    assert proposal.values == houses(100_004, 200_004)
    assert (proposal.epoch, proposal.observed_at, proposal.left_out) == (1, NOW + 4, ())
    assert proposal.root == Tree(proposal.values).root == proposal.tree.root
    assert [observation.node for observation in proposal.observations] == [node_address(n) for n in (0, 1, 4, 5, 6)]


def test_propose__lying_nodes__visible_in_the_proposal_and_without_effect_beyond_the_honest_range() -> None:
    stated = {number: houses(100_000 + number) for number in range(7)} | {2: houses(140_000), 3: houses(140_000)}
    proposal = propose(SEVEN, observed(stated))
    assert houses(100_000)[house_feed(1)] <= proposal.values[house_feed(1)] <= houses(100_006)[house_feed(1)]
    assert proposal.observations[2].values == houses(140_000)


def replaced(number: int, change: Callable[[Observation], Observation]) -> list[Observation]:
    observations = round_of(SEVEN)
    observations[number] = change(observations[number])
    return observations


def test_propose__bad_observations__named_with_record_field_and_value() -> None:
    node = node_address(3)
    other = node_address(20)
    signed = round_of(SEVEN)[3].signature.hex()
    cases: list[tuple[list[Observation], str]] = [
        (
            replaced(3, lambda one: replace(one, values=houses(1, 2))),
            f"observation 4 ({node}): signature: got 0x{signed}; "
            f"expected the signature of {node} over this observation",
        ),
        (
            replaced(3, lambda one: observe(key_of(3), replace(SCOPE, chain_id=1), 1, NOW, one.values)),
            f"observation 4 ({node}): chain_id: got 1; expected 31337, this chain's",
        ),
        (
            replaced(3, lambda one: observe(key_of(3), replace(SCOPE, aggregator=other), 1, NOW, one.values)),
            f"observation 4 ({node}): aggregator: got {other}; expected {SCOPE.aggregator}, this suite's",
        ),
        (
            replaced(3, lambda one: observe(key_of(3), replace(SCOPE, node_set=other), 1, NOW, one.values)),
            f"observation 4 ({node}): node_set: got {other}; expected {SCOPE.node_set}, the present set's",
        ),
        (
            replaced(3, lambda one: observe(key_of(3), SCOPE, 2, NOW, one.values)),
            f"observation 4 ({node}): epoch: got 2; expected 1, as the others have it",
        ),
        (
            replaced(3, lambda one: observe(key_of(3), SCOPE, 1, LATER + 1, one.values)),
            f"observation 4 ({node}): observed_at: got {LATER + 1}; expected a time not after now, {LATER}",
        ),
        (
            replaced(3, lambda one: observe(key_of(20), SCOPE, 1, NOW, one.values)),
            f"observation 7 ({other}): node: got {other}; expected one of the 7 nodes of set 1",
        ),
        (
            [*round_of(SEVEN), round_of(SEVEN)[3]],
            f"observation 5 ({node}): node: got {node} again; expected another node than that of observation 4",
        ),
        (round_of(SEVEN, range(4)), "observations: got 4; expected those of at least 5 nodes"),
        ([], "observations: got 0; expected those of at least 5 nodes"),
    ]
    for observations, message in cases:
        assert objections(lambda given=observations: propose(SEVEN, given, now=LATER)) == [message]


@pytest.mark.parametrize(
    ("epoch", "observed_at", "values", "message"),
    [
        (0, NOW, houses(1), "epoch: got 0; expected a number from 1"),
        (2**40, NOW, houses(1), "epoch: got 1099511627776; expected"),
        (1, -1, houses(1), "observed_at: got -1; expected"),
        (1, NOW, {}, "values: got 0; expected 1 to 20,000"),
        (1, NOW, houses(0), "house 1: value: got 0; expected 1 to"),
        (1, NOW, houses(-1), "house 1: value: got -1000000000000000000; expected 1 to"),
        (1, NOW, {house_feed(1): 2**128}, "house 1: value: got 340282366920938463463374607431768211456; expected"),
        (1, NOW, {b"A": 1}, "values: got 0x41; expected the 32 bytes of a feed id"),
        (1, NOW, {bytes(32): 1}, f"values: got 0x{'00' * 32}; expected the 32 bytes of a feed id, not zero"),
    ],
)
def test_observe__out_of_range__not_signed(
    epoch: int, observed_at: int, values: dict[bytes, int], message: str
) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        observe(key_of(0), SCOPE, epoch, observed_at, values)
    assert str(caught.value).startswith(message)


# ------------------------------------------------------------------------------------------------------------- checking


def tampered(**changes: object) -> Proposal:
    return replace(propose(SEVEN, round_of(SEVEN)), **changes)  # type: ignore[arg-type]


def test_check__report_that_does_not_follow_from_its_observations__refused() -> None:
    good = tampered()
    values = {**good.values, house_feed(1): 150_000 * USD}
    root = Tree(values).root
    high, right = 150_000 * USD, 100_003 * USD
    value = f"house 1: value: got {high}; expected {right}, the median, in units of 1e-18"
    wrong_root = f"root: got 0x{root.hex()}; expected 0x{good.root.hex()}, that of the medians"
    cases = {
        (value, wrong_root): tampered(values=values, root=root),
        (value,): tampered(values=values),
        (wrong_root,): tampered(root=root),
        (f"observed_at: got {NOW}; expected {NOW + 3}, the median of the observations' times",): tampered(
            observed_at=NOW
        ),
        ("left_out: got house 9; expected none",): tampered(left_out=(house_feed(9),)),
        (f"house 2: value: got none; expected {200_003 * USD}, the median, in units of 1e-18",): tampered(
            values=houses(100_003)
        ),
        ("house 3: value: got 7000000000000000000; expected none, too few nodes observed it",): tampered(
            values={**good.values, **{house_feed(3): 7 * USD}}
        ),
        (
            f"observation 2 ({node_address(0)}): node: got index 0 after 1; "
            "expected observations in the order of the nodes' indices",
        ): tampered(observations=(good.observations[1], good.observations[0], *good.observations[2:])),
        ("observations: got 4; expected those of at least 5 nodes",): tampered(observations=good.observations[:4]),
    }
    for messages, proposal in cases.items():
        assert objections(lambda given=proposal: check(given, SEVEN, now=LATER)) == list(messages)


def test_check__another_epoch_or_scope_than_the_observations__refused() -> None:
    assert len(objections(lambda: check(tampered(epoch=2), SEVEN, now=LATER))) == 7
    elsewhere = objections(lambda: check(tampered(scope=replace(SCOPE, chain_id=1)), SEVEN, now=LATER))
    assert elsewhere == ["chain_id: got 1; expected 31337, this chain's"]


def test_check__report_from_the_future__refused_until_then() -> None:
    proposal = tampered()
    time = proposal.observed_at
    assert objections(lambda: check(proposal, SEVEN, now=time - 1)) == [
        f"observed_at: got {time}; expected a time not after now, {time - 1}"
    ]
    check(proposal, SEVEN, now=time)  # three nodes observed later by their clocks: the median counts


def observed_at(*times: int) -> list[Observation]:
    """One observation of each node, at these times."""
    return [observe(key_of(number), SCOPE, 1, time, houses(100 + number)) for number, time in enumerate(times)]


def test_check__observation_outside_the_window_around_the_reports_time__refused() -> None:
    edge, far = NOW - OBSERVATION_WINDOW, NOW - OBSERVATION_WINDOW - 1
    observations = observed_at(NOW, edge, NOW, far, NOW, NOW, NOW + OBSERVATION_WINDOW)
    good = propose(SEVEN, observations)
    check(good, SEVEN, now=LATER)
    values = houses(103)
    whole = replace(good, observations=tuple(observations), values=values, root=Tree(values).root)
    assert objections(lambda: check(whole, SEVEN, now=LATER)) == [
        f"observation 4 ({node_address(3)}): observed_at: got {far}; "
        f"expected a time at most 86,400 seconds from the report's, {NOW}"
    ]


def test_propose__observations_outside_the_window__left_out_and_kept_apart() -> None:
    times = [NOW, NOW - 2 * OBSERVATION_WINDOW, NOW + 1, NOW + 2, 2**40 - 1, NOW + 3, NOW + 4]
    observations = observed_at(*times)
    found = propose(SEVEN, observations)
    assert found.untimely == (observations[1], observations[4])
    assert [one.node for one in found.observations] == [node_address(number) for number in (0, 2, 3, 5, 6)]
    assert (found.observed_at, found.values) == (NOW + 2, houses(103))
    check(found, SEVEN, now=LATER)
    assert found == propose(SEVEN, found.observations)


def test_propose__too_few_within_the_window__names_the_others() -> None:
    """March's observations and September's: nobody may choose for each node which of the two a report takes."""
    march, september = NOW - 180 * OBSERVATION_WINDOW, NOW
    far = f"expected a time at most 86,400 seconds from the report's, {september}"
    assert objections(lambda: propose(SEVEN, observed_at(march, march, *[september] * 3), now=NOW)) == [
        "observations: got 3; expected those of at least 5 nodes",
        f"observation 1 ({node_address(0)}): observed_at: got {march}; {far}",
        f"observation 2 ({node_address(1)}): observed_at: got {march}; {far}",
    ]


@settings(UNHURRIED, max_examples=30)
@given(
    honest=st.lists(st.integers(0, OBSERVATION_WINDOW), min_size=5, max_size=5),
    lies=st.lists(st.integers(1, 2**40 - 1), min_size=2, max_size=2),
)
def test_propose__whatever_times_liars_state__honest_observations_stay(honest: list[int], lies: list[int]) -> None:
    times = [NOW + offset for offset in honest]
    found = propose(SEVEN, observed_at(*times, *lies))
    assert {one.node for one in found.observations} >= {node_address(number) for number in range(5)}
    assert min(times) <= found.observed_at <= max(times)
    check(found, SEVEN, now=2**40)


def test_check__feed_left_out__refused_with_observations_that_are_known() -> None:
    """Of seven, one liar left house 2 out; who proposes took five, so four of them had it."""
    both = round_of(SEVEN)
    liar = observe(key_of(0), SCOPE, 1, NOW, houses(100_000))
    short = propose(SEVEN, [liar, *both[1:5]])
    assert short.left_out == (house_feed(2),)
    check(short, SEVEN, now=LATER)
    check(short, SEVEN, now=LATER, known=[liar, *both[1:5]])
    for known, count in (([both[6]], 5), (both, 6)):
        assert objections(lambda known=known: check(short, SEVEN, now=LATER, known=known)) == [
            f"house 2: value: got none; expected the median, since {count} nodes observed it, "
            "with those that the report lacks"
        ]
    values = both[6].values
    useless = [
        both[0],  # the liar's other word
        replace(both[6], values=houses(1, 2)),  # not signed
        observe(key_of(6), SCOPE, 2, NOW, values),
        observe(key_of(6), SCOPE, 1, NOW - 2 * OBSERVATION_WINDOW, values),
        observe(key_of(20), SCOPE, 1, NOW, values),
    ]
    for one in useless:
        check(short, SEVEN, now=LATER, known=[one])


def test_check__many_faults__the_message_is_bounded() -> None:
    stated = {number: houses(*range(1, 101)) for number in range(7)}
    proposal = propose(SEVEN, observed(stated))
    wrong = replace(proposal, values={feed_id: value + 1 for feed_id, value in proposal.values.items()})
    with pytest.raises(ReportError) as caught:
        check(wrong, SEVEN, now=LATER)
    assert len(caught.value.objections) == 100
    assert str(caught.value).splitlines()[-1] == "... and 80 more"


# ----------------------------------------------------------------------------------------------------------- assembling


@pytest.mark.parametrize(("n", "f", "quorum"), [(4, 1, 3), (7, 2, 5), (16, 5, 11), (31, 10, 21), (3, 0, 2), (1, 0, 1)])
def test_assemble__exactly_a_quorum_by_ascending_index(n: int, f: int, quorum: int) -> None:
    node_set = nodes_of(n, f)
    proposal = propose(node_set, round_of(node_set))
    signatures = {node_address(number): sign(key_of(number), proposal.digest) for number in reversed(range(n))}
    signed = assemble(node_set, proposal, signatures)
    assert signed.signers == (1 << quorum) - 1
    assert node_set.quorum == len(signed.signatures) == quorum
    for number, (r, vs) in enumerate(signed.signatures):
        assert recover(proposal.digest, r + vs) == node_address(number)
    assert signed.arguments == ((1, proposal.observed_at, proposal.root), signed.signers, list(signed.signatures))


def test_assemble__bad_signatures__left_aside_and_named_if_too_few_remain() -> None:
    proposal = propose(SEVEN, round_of(SEVEN))
    good = {node_address(number): sign(key_of(number), proposal.digest) for number in range(7)}
    stranger = node_address(20)
    bad = {
        node_address(0): sign(key_of(1), proposal.digest),
        node_address(3): bytes(64),
        stranger: sign(key_of(20), proposal.digest),
    }
    assert assemble(SEVEN, proposal, good | bad).signers == 0b1110110
    few = {node: signature for node, signature in good.items() if node != node_address(6)} | bad
    with pytest.raises(TooFewSignatures) as caught:
        assemble(SEVEN, proposal, few)
    assert (caught.value.given, caught.value.required) == (4, 5)
    assert str(caught.value) == (
        f"signatures: got those of 4 nodes; expected 5; not counted: {stranger}, {node_address(0)}, {node_address(3)}"
    )


def test_assemble__signature_for_another_epoch_or_time__not_counted() -> None:
    proposal = propose(SEVEN, round_of(SEVEN))
    other = replace(proposal, epoch=2)
    signatures = {node_address(number): sign(key_of(number), other.digest) for number in range(7)}
    with pytest.raises(TooFewSignatures, match="got those of 0 nodes; expected 5"):
        assemble(SEVEN, proposal, signatures)


def test_report__written_twice__the_same_file(tmp_path: Path) -> None:
    proposal = propose(SEVEN, round_of(SEVEN))
    signatures = {node_address(number): sign(key_of(number), proposal.digest) for number in (4, 1)}
    other_order = dict(reversed(signatures.items()))
    assert report_bytes(ReportFile(proposal, signatures), SEVEN) == report_bytes(
        ReportFile(proposal, other_order), SEVEN
    )
