"""The nodes off chain, and the laws of prices that are stated without the model: each notices what it is there for."""

from __future__ import annotations

from typing import Any

import pytest

from commonhold.fuzz.almanac import Almanac
from commonhold.fuzz.choices import SeededChoices
from commonhold.fuzz.inputs import INDEX
from commonhold.fuzz.laws import LawBook
from commonhold.fuzz.network import Network, Round, network_of, scope_of
from commonhold.fuzz.world import Violation, World
from commonhold.oracle.digests import report_digest
from commonhold.oracle.feeds import house_feed

ROUNDS = 60


def honest_round(world: World) -> Round:
    return network_of(world).play(world, SeededChoices("honest"), 2, world.now)


def submit(world: World, round_: Round) -> None:
    signatures = round_.signed_by(round_.choose(5, SeededChoices("signers")))
    assert world.act(world.cast["attacker"], "aggregator", "submit", round_.report, *signatures).refused is None


def update(world: World, round_: Round, house: int) -> None:
    feed_id = house_feed(house)
    proof = tuple(round_.tree.proof(feed_id))
    world.act(world.cast["attacker"], "aggregator", "update", feed_id, round_.tree.values[feed_id], proof)


def test_network__rounds_with_liars__medians_among_honest_observations(world: World) -> None:
    network, choices = Network(), SeededChoices("liars")
    scope, nodes = scope_of(world), list(world.cast.keys)[:7]
    assert len(network.liars(world, choices)) == 2
    for epoch in range(2, 2 + ROUNDS):
        round_ = network.play(world, choices, epoch, world.now)
        ranges = world.almanac.ranges(report_digest(scope, *round_.report))
        assert ranges is not None
        assert all(ranges[feed][0] <= value <= ranges[feed][1] for feed, value in round_.tree.values.items())
        assert set(round_.signatures) <= set(nodes)


def test_network__second_root_for_an_epoch__signed_by_liars_and_sleepers_only(world: World) -> None:
    network, choices = Network(), SeededChoices("two roots")
    first, second = (network.play(world, choices, 2, world.now + number) for number in range(2))
    assert first.tree.root != second.tree.root
    honest = set(first.nodes) - network.liars(world, choices)
    assert not honest & set(first.signatures) & set(second.signatures)
    assert len(second.signatures) < 5 <= len(first.signatures)


def test_law__report_that_no_honest_node_signed__is_told(world: World) -> None:
    LawBook(world)
    world.act(world.cast["buyer"], "reader", "record", INDEX)
    round_ = honest_round(world)
    vouched, world.almanac = world.almanac, Almanac()
    try:
        with pytest.raises(Violation, match="no honest node signed it"):
            submit(world, round_)
    finally:
        world.almanac = vouched


def test_law__value_outside_the_honest_range__is_told(world: World) -> None:
    LawBook(world)
    round_ = honest_round(world)
    digest = report_digest(round_.scope, *round_.report)
    ranges = dict(world.almanac.ranges(digest) or {})
    value = round_.tree.values[house_feed(1)]
    world.almanac.enter(digest, {**ranges, house_feed(1): (value + 1, value + 2)})
    submit(world, round_)
    update(world, round_, 2)
    with pytest.raises(Violation, match=f"honest: {value} for"):
        update(world, round_, 1)


def test_law__signature_that_acted_before__is_told(world: World) -> None:
    laws, round_ = LawBook(world), honest_round(world)
    laws.prices.watched().acted.add(next(iter(round_.signatures.values())))
    with pytest.raises(Violation, match="L19"):
        submit(world, round_)


def test_law__parameters_that_nobody_decided__are_told(world: World) -> None:
    laws = LawBook(world)
    laws.prices.check_parameters()
    watched = laws.prices.watched()
    watched.parameters = (*watched.parameters[:-1], True)
    with pytest.raises(Violation, match="L17"):
        laws.prices.check_parameters()


@pytest.mark.parametrize("earlier", [0, -1])
def test_law__lending_level_that_rises_too_fast__is_told(world: World, earlier: int) -> None:
    laws = LawBook(world)
    told = world.port.view("valuation", "explainValue", 1)
    laws.prices.check_house(1, told)
    window = laws.prices.watched().ceilings[1]
    at, ceiling = window[0]
    window[0] = (at, ceiling * 10_000 // 10_500 + earlier * 10)
    if earlier == 0:
        laws.prices.check_house(1, told)
    else:
        with pytest.raises(Violation, match="T21: house 1: ceiling"):
            laws.prices.check_house(1, told)


@pytest.mark.parametrize(("contract", "what"), [("reader", INDEX), ("valuation", 1)])
def test_law__freeze_that_does_more_than_stop__is_told(world: World, contract: str, what: Any) -> None:
    laws = LawBook(world)
    world.act(world.cast["guardian"], contract, "freeze", what)
    kept = laws.prices._page(contract, what)
    with pytest.raises(Violation, match="L16"):
        laws.prices._check_frozen(contract, what, (*kept[:-1], -1))


def test_almanac__written_and_read__is_the_same() -> None:
    almanac, copy = Almanac(), Almanac()
    almanac.enter(b"\1" * 32, {house_feed(1): (1, 2**128 - 1)})
    copy.from_json(almanac.to_json([b"\1" * 32, b"\2" * 32]))
    assert copy.ranges(b"\1" * 32) == {house_feed(1): (1, 2**128 - 1)}
    assert copy.ranges(b"\2" * 32) is None
