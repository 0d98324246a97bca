"""From observations to appraisals on chain: once, whatever stops the run in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from oracle_rounds import houses

from commonhold.engines import Revert, wallets
from commonhold.operations.oracle import registered
from commonhold.oracle.digests import Scope, report_digest, scope_of, sign
from commonhold.oracle.feeds import house_feed, named_feed
from commonhold.oracle.merkle import Tree
from commonhold.oracle.node import Node
from commonhold.oracle.nodeset import read_node_set
from commonhold.oracle.publish import PublishError, State, accept, pending_feeds, read_state, submit, update
from commonhold.oracle.report import Proposal, SignedReport, assemble, propose

Round = Callable[..., tuple[Proposal, SignedReport]]


@pytest.fixture
def keys(nodes: list[str]) -> list[bytes]:
    """The nodes' private keys, by index."""
    return [wallets.private_key(node) for node in nodes]


@pytest.fixture
def play(suite: Any, keys: list[bytes], tmp_path: Path) -> Round:
    """A round of honest nodes with these values (by node, or the same for all), not yet submitted."""

    def play_round(stated: dict[bytes, int] | list[dict[bytes, int]], epoch: int = 1) -> tuple[Proposal, SignedReport]:
        node_set, now = read_node_set(suite.aggregator), suite.engine.now()
        honest = [Node(key, tmp_path / f"{number}.json") for number, key in enumerate(keys)]
        observations = [
            node.observe(node_set.scope, epoch, now, stated[number] if isinstance(stated, list) else stated)
            for number, node in enumerate(honest)
        ]
        proposal = propose(node_set, observations, now=now)
        signatures = {node.address: node.sign(proposal, node_set, now=now) for node in honest}
        return proposal, assemble(node_set, proposal, signatures)

    return play_round


def test_digest__is_the_aggregators(suite: Any) -> None:
    scope = scope_of(suite.aggregator)
    assert scope == Scope(suite.engine.chain_id, suite.aggregator.address, suite.aggregator.nodeSet().digest)
    assert report_digest(scope, 5, 7, b"\x09" * 32) == suite.aggregator.digestOf((5, 7, b"\x09" * 32))


def test_node_set__read_from_the_chain(suite: Any, nodes: list[str]) -> None:
    node_set = read_node_set(suite.aggregator)
    assert (node_set.nodes, node_set.max_faulty, node_set.number) == (tuple(nodes), 2, 1)
    assert node_set.quorum == suite.aggregator.quorum() == 5
    assert [node_set.index_of(node) for node in nodes] == list(range(7))
    assert node_set.index_of(suite.aggregator.address) is None


def test_round__two_liars__the_chain_has_medians_of_the_honest_range(suite: Any, play: Round, attacker: str) -> None:
    stated = [houses(100_000 + number, 200_000 + number) for number in range(7)]
    stated[3] = stated[5] = houses(10**9, 1)
    proposal, signed = play(stated)
    assert submit(suite.aggregator, signed, sender=attacker) is not None
    update(suite.aggregator, proposal.tree, proposal.values, sender=attacker)
    for number, lowest in ((1, 100_000), (2, 200_000)):
        found = suite.aggregator.feedOf(house_feed(number))
        assert lowest * 10**18 <= found.value <= (lowest + 6) * 10**18
        assert (found.epoch, found.observedAt) == (1, proposal.observed_at)


def test_state__read_from_the_chain(suite: Any, play: Round, attacker: str) -> None:
    node_set = read_node_set(suite.aggregator)
    assert read_state(suite.aggregator) == State(node_set, 0, 0, bytes(32), suite.engine.now())
    proposal, signed = play(houses(5))
    submit(suite.aggregator, signed, sender=attacker)
    assert read_state(suite.aggregator) == State(node_set, 1, proposal.observed_at, proposal.root, suite.engine.now())


def test_submit__again__sends_nothing(suite: Any, play: Round, attacker: str) -> None:
    _, signed = play(houses(5))
    assert submit(suite.aggregator, signed, sender=attacker).event("ReportAccepted")["signers"] == signed.signers
    sent = suite.engine.nonce(attacker)
    assert submit(suite.aggregator, signed, sender=attacker) is None
    assert suite.engine.nonce(attacker) == sent


def test_submit__older_than_the_latest__refused_without_sending(suite: Any, play: Round, attacker: str) -> None:
    _, first = play(houses(5), epoch=3)
    suite.engine.advance(60)
    _, second = play(houses(6), epoch=4)
    submit(suite.aggregator, second, sender=attacker)
    sent = suite.engine.nonce(attacker)
    for late in (first, replace(second, root=b"\x01" * 32)):
        with pytest.raises(PublishError) as caught:
            submit(suite.aggregator, late, sender=attacker)
        assert str(caught.value) == (
            f"epoch: got {late.epoch}; expected one above 4, that of the latest report on chain"
        )
    assert suite.engine.nonce(attacker) == sent


def test_submit__too_few_signatures__the_chain_refuses(suite: Any, play: Round, attacker: str) -> None:
    _, signed = play(houses(5))
    few = replace(signed, signers=0b1111, signatures=signed.signatures[:4])
    with pytest.raises(Revert):
        submit(suite.aggregator, few, sender=attacker)
    assert suite.aggregator.latestReport().epoch == 0


# -------------------------------------------------------------------------------------------------------------- updates


class Killed(Exception):
    """The run ends here."""


def test_update__killed_between_batches__completed_by_the_next_run(suite: Any, play: Round, attacker: str) -> None:
    values = {house_feed(number): number * 10**18 for number in range(1, 251)}
    proposal, signed = play(values)
    aggregator, tree = suite.aggregator, proposal.tree
    submit(aggregator, signed, sender=attacker)

    def die(done: int, left: int) -> None:
        assert (done, left) == (100, 150)
        raise Killed

    with pytest.raises(Killed):
        update(aggregator, tree, values, sender=attacker, on_batch=die)
    assert sum(aggregator.feedOf(feed_id).value > 0 for feed_id in values) == 100
    progress: list[tuple[int, int]] = []
    receipts = update(
        aggregator, tree, values, sender=attacker, on_batch=lambda done, left: progress.append((done, left))
    )
    assert [len(receipt.events) for receipt in receipts] == [100, 50]
    assert progress == [(100, 50), (150, 0)]
    assert {feed_id: aggregator.feedOf(feed_id).value for feed_id in values} == values
    sent = suite.engine.nonce(attacker)
    assert update(aggregator, tree, values, sender=attacker) == []
    assert suite.engine.nonce(attacker) == sent


def test_update__some_feeds__only_those_and_once(suite: Any, play: Round, attacker: str) -> None:
    proposal, signed = play(houses(1, 2, 3, 4))
    submit(suite.aggregator, signed, sender=attacker)
    wanted = [house_feed(3), house_feed(1), house_feed(3)]
    assert pending_feeds(suite.aggregator, proposal.tree, wanted) == [house_feed(3), house_feed(1)]
    (receipt,) = update(suite.aggregator, proposal.tree, wanted, sender=attacker)
    assert [event["value"] for event in receipt.events] == [3 * 10**18, 10**18]
    assert suite.aggregator.feedOf(house_feed(2)).value == 0


def test_update__feed_that_is_not_in_the_report__nothing_is_sent(suite: Any, play: Round, attacker: str) -> None:
    proposal, signed = play(houses(1, 2))
    submit(suite.aggregator, signed, sender=attacker)
    wanted = [house_feed(1), *(house_feed(number) for number in range(11, 18)), named_feed("INDEX")]
    with pytest.raises(PublishError) as caught:
        update(suite.aggregator, proposal.tree, wanted, sender=attacker)
    assert str(caught.value) == (
        "feed: got house 11, house 12, house 13, house 14, house 15 and 3 more; expected feeds of the report"
    )
    assert suite.aggregator.feedOf(house_feed(1)).value == 0


def test_update__another_report_is_the_latest__nothing_is_sent(suite: Any, play: Round, attacker: str) -> None:
    proposal, signed = play(houses(1))
    submit(suite.aggregator, signed, sender=attacker)
    other = Tree(houses(2))
    with pytest.raises(PublishError) as caught:
        update(suite.aggregator, other, other.values, sender=attacker)
    assert str(caught.value) == (
        f"root: got 0x{other.root.hex()}; "
        f"expected 0x{proposal.root.hex()}, that of the latest report on chain (epoch 1)"
    )


def test_update__houses_at_both_ends_of_10000__proven(suite: Any, report: Callable[..., Tree], attacker: str) -> None:
    tree = report({house_feed(number): number * 10**18 for number in range(1, 10_001)})
    wanted = [house_feed(number) for number in (1, 2, 8_192, 8_193, 9_999, 10_000)]
    (receipt,) = update(suite.aggregator, tree, wanted, sender=attacker)
    assert len(receipt.events) == len(wanted)
    assert suite.aggregator.feedOf(house_feed(10_000)).value == 10_000 * 10**18


# ----------------------------------------------------------------------------------------------------------- appraisals


def test_accept__each_house_once_and_again_with_a_newer_value(
    suite: Any, play: Round, register_house: Callable[..., int], attacker: str
) -> None:
    ids = [register_house() for _ in range(3)]
    values = {house_feed(number): number * 50_000 * 10**18 for number in ids}
    proposal, signed = play(values)
    aggregator, valuation = suite.aggregator, suite.valuation
    submit(aggregator, signed, sender=attacker)
    with pytest.raises(PublishError) as caught:
        accept(aggregator, valuation, ids, sender=attacker)
    assert str(caught.value) == f"house {ids[0]}: got no value on chain; expected one, brought there by an update"
    update(aggregator, proposal.tree, values, sender=attacker)
    assert len(accept(aggregator, valuation, ids[:1], sender=attacker)) == 1
    assert len(accept(aggregator, valuation, ids, sender=attacker)) == 2
    assert accept(aggregator, valuation, ids, sender=attacker) == []
    for number in ids:
        found = valuation.valueOf(number)
        assert (found.valueUsd, found.asOfAt) == (values[house_feed(number)], proposal.observed_at)
    suite.engine.advance(86_400)
    proposal, signed = play(values, epoch=2)
    submit(aggregator, signed, sender=attacker)
    update(aggregator, proposal.tree, [house_feed(ids[1])], sender=attacker)
    assert len(accept(aggregator, valuation, ids, sender=attacker)) == 1


def test_accept__with_a_house_that_is_not_registered__nothing_is_sent(
    suite: Any, register_house: Callable[..., int], report: Callable[..., Tree], attacker: Any
) -> None:
    """A report may value homes that are not registered yet: the transactions went out up to the first of them."""
    houses = [register_house(), 999, register_house()]
    values = {house_feed(house): 100_000 * 10**18 for house in houses}
    update(suite.aggregator, report(values), values, sender=attacker)
    sent = suite.engine.nonce(attacker)
    with pytest.raises(PublishError) as caught:
        accept(suite.aggregator, suite.valuation, houses, sender=attacker)
    assert str(caught.value) == (
        "house 999: got PropertyValuation.accept: UnknownProperty(propertyId=999) from the chain; "
        "expected an appraisal it accepts. Nothing was sent"
    )
    assert suite.engine.nonce(attacker) == sent
    assert registered(suite, houses) == [houses[0], houses[2]]
    assert len(accept(suite.aggregator, suite.valuation, registered(suite, houses), sender=attacker)) == 2


def test_equivocation__signatures_of_this_library_prove_it(suite: Any, keys: list[bytes], attacker: str) -> None:
    scope, now = scope_of(suite.aggregator), suite.engine.now()
    reports = [(9, now, root) for root in (b"\x01" * 32, b"\x02" * 32)]
    evidence = []
    for one in reports:
        signature = sign(keys[4], report_digest(scope, *one))
        evidence += [one, (signature[:32], signature[32:])]
    suite.aggregator.proveEquivocation(4, *evidence, sender=attacker)
    node_set = read_node_set(suite.aggregator)
    assert (len(node_set.nodes), node_set.max_faulty, node_set.number, node_set.quorum) == (6, 1, 2, 4)
    assert suite.aggregator.quorum() == 4
