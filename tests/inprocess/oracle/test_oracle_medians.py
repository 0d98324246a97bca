"""At most f liars never move a value, or the time, out of the honest nodes' range."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_rounds import SCOPE, UNHURRIED, USD, houses, node_address, nodes_of, observed, round_of

from commonhold.oracle.errors import ReportError
from commonhold.oracle.feeds import house_feed
from commonhold.oracle.medians import combine, median
from commonhold.oracle.observations import MAX_UINT40, MAX_VALUE, Observation

VALUES = st.integers(1, MAX_VALUE)
TIMES = st.integers(1, MAX_UINT40)


@dataclass
class Round:
    n: int
    f: int
    observations: list[Observation]
    liars: set[str]


@st.composite
def rounds(draw: st.DrawFn, n: int | None = None, f: int | None = None) -> Round:
    """A set of n >= 3f + 1, any of its subsets of at least n - f, of which any f or fewer lie."""
    n = draw(st.integers(1, 31)) if n is None else n
    f = draw(st.integers(0, (n - 1) // 3)) if f is None else f
    taking_part = draw(st.permutations(range(n)))[: draw(st.integers(n - f, n))]
    liars = set(draw(st.permutations(taking_part))[: draw(st.integers(0, f))])
    middle, spread = draw(VALUES), draw(st.integers(0, 10**30))
    honest_values = st.integers(max(1, middle - spread), min(MAX_VALUE, middle + spread))
    observations = []
    for number in taking_part:
        lies = number in liars
        values = {house_feed(1): draw(VALUES if lies else honest_values)}
        if not lies or draw(st.booleans()):
            values[house_feed(2)] = draw(VALUES if lies else honest_values)
        if lies:
            values[house_feed(3)] = draw(VALUES)  # a feed that only liars know
        observed_at = draw(TIMES if lies else st.integers(10**9, 10**9 + 60))
        # No signature is looked at here, so none is made.
        observations.append(Observation(SCOPE, node_address(number), 1, observed_at, values, bytes(64)))
    return Round(n, f, observations, {node_address(number) for number in liars})


def assert_in_honest_range(one: Round) -> None:
    found = combine(one.observations, one.n, one.f)
    honest = [observation for observation in one.observations if observation.node not in one.liars]
    assert house_feed(1) in found.values
    assert house_feed(3) not in found.values
    for feed_id, value in found.values.items():
        stated = [observation.values[feed_id] for observation in honest]
        assert min(stated) <= value <= max(stated)
    times = [observation.observed_at for observation in honest]
    assert min(times) <= found.observed_at <= max(times)
    for feed_id in found.left_out:
        assert sum(feed_id in observation.values for observation in one.observations) < one.n - one.f


EVERY_SET = pytest.mark.parametrize(("n", "f"), [(n, f) for n in range(1, 32) for f in range((n - 1) // 3 + 1)])


@EVERY_SET
@settings(UNHURRIED, max_examples=12)
@given(data=st.data())
def test_median__any_subset_with_at_most_f_liars__in_the_honest_range(n: int, f: int, data: st.DataObject) -> None:
    assert_in_honest_range(data.draw(rounds(n, f)))


@EVERY_SET
def test_median__every_set__all_liars_on_one_side__in_the_honest_range(n: int, f: int) -> None:
    """The worst case of each set, with the fewest observations and with all of them."""
    for taking_part in {n - f, n}:
        for lie in (1, MAX_VALUE):
            for first_liar in (0, taking_part - f):  # the liars at the front, or at the back
                liars = range(first_liar, first_liar + f)
                observations = [
                    Observation(
                        SCOPE,
                        node_address(number),
                        1,
                        (1 if lie == 1 else MAX_UINT40) if number in liars else 10**9 + number,
                        {house_feed(1): lie if number in liars else (100_000 + number) * USD},
                        bytes(64),
                    )
                    for number in range(taking_part)
                ]
                found = combine(observations, n, f)
                honest = [number for number in range(taking_part) if number not in liars]
                assert (100_000 + min(honest)) * USD <= found.values[house_feed(1)] <= (100_000 + max(honest)) * USD
                assert 10**9 + min(honest) <= found.observed_at <= 10**9 + max(honest)


def test_median__one_liar_more_than_f__may_leave_it() -> None:
    """What the bound is for: with f + 1 liars of 3f + 1 it does not hold."""
    stated = {0: houses(1), 1: houses(1), 2: houses(100_000)}
    assert combine(observed(stated), 4, 1).values == houses(1)


@UNHURRIED
@given(st.lists(VALUES, min_size=1, max_size=31), st.randoms())
def test_median__lower_middle__whatever_the_order(values: list[int], random: object) -> None:
    found = median(values)
    assert found in values
    assert sum(value < found for value in values) <= (len(values) - 1) // 2
    assert sum(value > found for value in values) <= len(values) // 2
    random.shuffle(values)  # type: ignore[attr-defined]
    assert median(values) == found


def test_median__even_number__the_lower_one() -> None:
    assert (median([4, 1, 3, 2]), median([5]), median([9, 7])) == (2, 5, 7)


def test_combine__feed_that_too_few_observed__left_out_and_named() -> None:
    stated = {0: houses(100, 200), 1: houses(110, 210), 2: houses(120)}
    found = combine(observed(stated), 4, 1)
    assert found.values == houses(110)
    assert found.left_out == (house_feed(2),)


@UNHURRIED
@given(rounds(), st.randoms())
def test_combine__order_of_the_observations__does_not_matter(one: Round, random: object) -> None:
    expected = combine(one.observations, one.n, one.f)
    random.shuffle(one.observations)  # type: ignore[attr-defined]
    assert combine(one.observations, one.n, one.f) == expected


def test_combine__too_few_nodes__refused() -> None:
    with pytest.raises(ReportError) as caught:
        combine(round_of(nodes_of(7, 2), range(4)), 7, 2)
    assert str(caught.value) == "observations: got 4; expected those of at least 5 nodes"


def test_combine__nothing__refused() -> None:
    with pytest.raises(ReportError, match="got 0; expected those of at least 1 nodes"):
        combine([], 1, 0)


def test_combine__one_node_twice__refused() -> None:
    one = round_of(nodes_of(4, 1))
    with pytest.raises(ReportError, match="two of one node; expected one of each node"):
        combine([*one, one[0]], 4, 1)


def test_combine__no_feed_that_enough_observed__refused() -> None:
    stated = {number: {house_feed(number + 1): USD} for number in range(4)}
    with pytest.raises(ReportError) as caught:
        combine(observed(stated), 4, 1)
    assert str(caught.value) == "values: got none; expected a feed that at least 3 nodes observed"
