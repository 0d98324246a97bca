"""The gate before new lending against its history: exact at every threshold, and the same whoever calls when."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from commonhold.engines import Revert
from commonhold.model.money.fees import BPS
from commonhold.model.money.gate import Gate as ModelGate
from commonhold.model.money.gate import GateTerms

COIN = 10**18
HOUR = 3_600
DAY = 24 * HOUR
HALF_LIFE = 3 * DAY
MIN_BASE = 100_000 * COIN
MOST = 2**96 - 1
TERMS = (1_500, 750, DAY)
LONG = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="session")
def make_gate(engine: Any, deployer: Any) -> Callable[..., Gate]:
    def make(terms: tuple[int, int, int] = TERMS, *, min_base: int = MIN_BASE, half_life: int = HALF_LIFE) -> Gate:
        try:
            contract = engine.deploy("TestDemandGate", min_base, half_life, terms, sender=deployer)
        except Revert as problem:
            raise engine.explain(problem, None, "TestDemandGate") from None
        return Gate(engine, contract, deployer)

    return make


@pytest.fixture
def gate(make_gate: Callable[..., Gate]) -> Gate:
    return make_gate()


@dataclass(frozen=True)
class Gate:
    """A gate behind a contract of its own, and the wallet that calls it."""

    engine: Any
    contract: Any
    caller: Any

    def do(self, name: str, *args: Any, at: int | None = None) -> Any:
        """One call, at a second if it says so."""
        if at is not None:
            self.engine.set_next_time(at)
        return getattr(self.contract, name)(*args, sender=self.caller)

    def batch(self, calls: Iterable[tuple[Any, ...]], *, at: int | None = None) -> Any:
        """Several calls in one second."""
        return self.do("batch", [getattr(self.contract, name).encode(*args) for name, *args in calls], at=at)

    def look(self, at: int | None = None) -> Any:
        if at is not None and at > self.engine.now():
            self.engine.set_time(at)
        return self.contract.look()

    def is_paused(self, at: int | None = None) -> bool:
        return self.look(at).paused

    @property
    def next_hour(self) -> int:
        return (self.engine.now() // HOUR + 1) * HOUR


# -------------------------------------------------------------------------------------------------------- its history


@dataclass(frozen=True)
class Act:
    """Something that happens `gap` seconds after the act before it, in the same second if there is no gap."""

    gap: int
    kind: str
    part: int  # of what there is, in millionths


KINDS = ("mint", "mintInMoment", "burn", "request", "serve", "redeem", "setTerms")
GAPS = st.one_of(
    st.sampled_from([0, 1, HOUR - 1, HOUR, HOUR + 1, 2 * HOUR, DAY - 1, DAY, HALF_LIFE, 40 * HALF_LIFE]),
    st.integers(0, 3 * HOUR),
    st.just(-1),  # at the first second of the next hour
)
ACTS = st.lists(
    st.builds(Act, gap=GAPS, kind=st.sampled_from(KINDS), part=st.integers(0, 1_000_000)), min_size=1, max_size=16
)
MINT_TENFOLD = [Act(DAY, "redeem", 160_000), Act(0, "mint", 1_000_000), Act(HOUR, "request", 0), Act(HOUR, "burn", 0)]
IN_AND_OUT = [
    Act(-1, "redeem", 149_999),
    Act(0, "request", 20),
    Act(DAY, "serve", 1_000_000),
    Act(-1, "redeem", 80_000),
]
OTHER_TERMS = ((1_500, 750, DAY), (3_000, 1, HOUR), (10_000, 9_999, 1), (2, 1, 30 * DAY))


def schedule(acts: list[Act], begin: int) -> list[tuple[int, list[Act]]]:
    """The acts by their second."""
    plan: list[tuple[int, list[Act]]] = [(begin, [])]
    for act in acts:
        last = plan[-1][0]
        at = (last // HOUR + 1) * HOUR if act.gap < 0 else last + act.gap
        if at == last:
            plan[-1][1].append(act)
        else:
            plan.append((at, [act]))
    return plan


@dataclass
class History:
    """What the model makes of the acts alone: nobody pokes it."""

    began: int
    supply: int = 0
    waiting: int = 0
    gate: ModelGate = field(init=False)
    pauses: list[int] = field(default_factory=list)  # when each began

    def __post_init__(self) -> None:
        self.gate = self._gate(TERMS)

    def _gate(self, terms: tuple[int, int, int]) -> ModelGate:
        return ModelGate(GateTerms(*terms, HALF_LIFE, MIN_BASE), self.began)

    def do(self, act: Act, at: int) -> tuple[Any, ...]:
        """Does it, and answers with the call that does the same."""
        gate = self.gate
        gate.roll(self.supply, at)
        gate.settle(self.supply, self.waiting, at)
        was_paused = gate.paused_at is not None
        call = self._done(act, at)
        gate.settle(self.supply, self.waiting, at)
        if gate.paused_at is not None and not was_paused:
            self.pauses.append(at)
        return call

    def _done(self, act: Act, at: int) -> tuple[Any, ...]:
        free = self.supply - self.waiting
        if act.kind in ("mint", "mintInMoment"):
            coins = 9_000_000 * COIN * act.part // 1_000_000 + 1
            self.supply += coins
            return act.kind, coins
        if act.kind == "burn":
            coins = free * act.part // 2_000_000
            self.supply -= coins
            return act.kind, coins
        if act.kind == "serve":
            coins = self.waiting * act.part // 1_000_000
            self._leave(coins, coins, at)
            return act.kind, coins
        if act.kind == "setTerms":
            terms = OTHER_TERMS[act.part % len(OTHER_TERMS)]
            self.gate.terms = GateTerms(*terms, HALF_LIFE, MIN_BASE)
            return act.kind, terms
        coins = free * act.part // 1_000_000
        fee = coins // 97
        if act.kind == "request":
            self._leave(fee, fee - coins, at)
        else:
            self._leave(coins, 0, at)
        return act.kind, fee, coins - fee

    def _leave(self, coins: int, from_queue: int, at: int) -> None:
        """So many are redeemed and no longer there; what the queue loses is negative if it grows."""
        self.supply -= coins
        self.waiting -= from_queue
        self.gate.add_redeemed(coins, at)

    def told(self, at: int) -> tuple[Any, ...]:
        """What the contract should show."""
        gate, supply, waiting = self.gate, self.supply, self.waiting
        return (
            gate.demand(waiting, at),
            gate.base(supply, at),
            gate.ratio_up(supply, waiting, at),
            gate.is_paused(supply, waiting, at),
            gate.resumable_at(supply, waiting, at),
            min(gate.marks(supply, at)),
        )


@LONG
@given(acts=ACTS, pokes=st.lists(st.integers(1, 1_000_000), max_size=12), noisy=st.booleans())
@example(acts=MINT_TENFOLD, pokes=[], noisy=True)
@example(acts=IN_AND_OUT, pokes=[1, 500_000], noisy=True)
def test_gate__is_a_function_of_history__poked_or_not(
    make_gate: Callable[..., Gate], engine: Any, acts: list[Act], pokes: list[int], noisy: bool
) -> None:
    """Every view, at every act and between them, on a gate that nobody pokes, on one that is poked at random times and
    (if `noisy`) before and after every act in the same second, and as the list of acts alone tells it."""
    with engine.rollback():
        calm, poked = make_gate(), make_gate()
        begin = engine.now() + DAY
        history = History(begin - DAY)
        plan = dict(schedule(acts, begin))
        end = max(plan) + 2 * DAY
        looks = {*plan, *(at - 1 for at in plan if at > begin), *(at + HOUR for at in plan), end}
        extra = {begin + (end - begin) * poke // 1_000_000 for poke in pokes} - plan.keys()

        calls: dict[int, list[tuple[Any, ...]]] = {}
        expected: dict[int, tuple[Any, ...]] = {}
        for at in sorted({*plan, *looks, *extra}):
            if at in plan:
                first = [Act(0, "mint", 111_111)] if at == begin else []  # of a million coins
                calls[at] = [history.do(act, at) for act in (*first, *plan[at])]
            expected[at] = history.told(at)
        assert play(calm, calls, looks | extra, frozenset(), noisy=False) == expected
        assert play(poked, calls, looks | extra, extra, noisy=noisy) == expected

        if not any(act.kind == "setTerms" for act in acts):
            assert all(later - earlier >= DAY for earlier, later in itertools.pairwise(history.pauses))
        for earlier, later in itertools.pairwise(sorted(expected)):
            if not any(earlier < at <= later for at in calls):
                assert expected[later][2] <= expected[earlier][2]  # between calls it only falls


def play(
    gate: Gate, calls: dict[int, list[tuple[Any, ...]]], looks: set[int], pokes: Iterable[int], *, noisy: bool
) -> dict[int, tuple[Any, ...]]:
    """What is seen at each of `looks`, the calls of that second done."""
    seen = {}
    noise = [("pokeMarks",), ("poke",)] if noisy else []
    with gate.engine.rollback():
        for at in sorted({*calls, *looks}):
            if at in calls:
                around = itertools.chain.from_iterable((*noise, call, *noise) for call in calls[at])
                gate.batch(around, at=at)
            elif at in pokes:
                gate.do("poke" if at % 2 else "pokeMarks", at=at)
            seen[at] = tuple(gate.look(at))
    return seen


# --------------------------------------------------------------------------------------------------------- thresholds


def settled(gate: Gate, supply: int) -> None:
    """`supply` coins for so long that all of them count."""
    gate.do("mint", supply)
    gate.engine.advance(2 * HOUR)


@pytest.mark.parametrize("off", [-1, 0, 1])
@pytest.mark.parametrize("way", ["request", "redeem", "serve", "burn", "setTerms"])
def test_pause__from_below__exactly_at_the_threshold(gate: Gate, way: str, off: int) -> None:
    """T03: of 1,000,000 coins, 150,000 pause lending, and a wei less does not."""
    settled(gate, 1_000_000 * COIN)
    most = 150_000 * COIN
    if way == "request":
        gate.do("request", COIN, most - COIN + off)
    elif way == "redeem":
        gate.do("redeem", COIN, most - COIN + off)
    elif way == "serve":  # which moves neither demand nor base
        gate.batch([("request", COIN, most - COIN + off), ("serve", most - COIN + off)])
    elif way == "burn":  # until 90,000 are 15 % of the base
        gate.do("request", 0, 90_000 * COIN)
        assert not gate.is_paused()
        gate.do("burn", 400_000 * COIN + off)
    else:
        gate.do("request", 0, 120_000 * COIN + off)
        assert not gate.is_paused()
        gate.do("setTerms", (1_200, 750, DAY))
    assert gate.is_paused() == (off >= 0)
    gate.do("poke")
    assert gate.is_paused() == (off >= 0)


@pytest.mark.parametrize("off", [-1, 0, 1])
@pytest.mark.parametrize("poked", [False, True])
def test_resume__demand_falls__only_below_the_threshold(make_gate: Callable[..., Gate], off: int, poked: bool) -> None:
    """T03: the amount halves to 7.5 % and a wei less, to 7.5 %, and a wei more, in exactly one half-life."""
    gate = make_gate((1_400, 750, DAY), min_base=1_000_000 * COIN)
    gate.do("mint", 500_000 * COIN)
    receipt = gate.do("redeem", 0, 2 * (75_000 * COIN + off))
    assert gate.is_paused()
    reached = receipt.timestamp + HALF_LIFE
    if poked:
        gate.do("poke", at=reached - HOUR)
        gate.do("poke", at=reached)
    assert gate.look(reached).demand == 75_000 * COIN + off
    assert gate.is_paused() == (off >= 0)


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_resume__base_rises__only_below_the_threshold(gate: Gate, off: int) -> None:
    settled(gate, 1_000_000 * COIN)
    gate.do("request", 0, 150_000 * COIN)
    gate.engine.advance(DAY)
    gate.do("mint", 1_000_000 * COIN + off)
    hour = gate.next_hour
    assert gate.is_paused(hour + HOUR - 1)
    assert gate.look(hour + HOUR).base == 2_000_000 * COIN + off
    assert gate.is_paused() == (off <= 0)


@pytest.mark.parametrize("between", [75_000 * COIN, 100_000 * COIN, 150_000 * COIN - 1])
def test_gate__between_the_thresholds__stays_as_it_was(make_gate: Callable[..., Gate], between: int) -> None:
    never, was = make_gate(min_base=1_000_000 * COIN), make_gate(min_base=1_000_000 * COIN)
    for gate in (never, was):
        gate.do("mint", 1_000_000 * COIN)
    never.do("request", 0, between)
    was.do("request", 0, between)
    was.do("redeem", 0, 150_000 * COIN)
    never.engine.advance(200 * HALF_LIFE)
    assert was.look().demand == between + 1  # the last wei never goes
    assert not never.is_paused()
    assert was.is_paused()


@pytest.mark.parametrize("off", [-1, 0, 1])
@pytest.mark.parametrize("poked", [False, True])
def test_resume__dwell__to_the_second(make_gate: Callable[..., Gate], off: int, poked: bool) -> None:
    gate = make_gate(half_life=HOUR)
    gate.do("mint", 1_000_000 * COIN)
    gate.engine.advance(2 * HOUR)
    began = gate.do("redeem", 0, 200_000 * COIN).timestamp
    assert gate.look().resumableAt == began + DAY
    again = gate.do("redeem", 0, 200_000 * COIN, at=began + 5 * HOUR)  # the same pause goes on
    assert again.events == []
    if poked:
        gate.do("poke", at=began + DAY - 2)
    assert gate.is_paused(began + DAY + off) == (off < 0)
    assert gate.look().resumableAt == (began + DAY if off < 0 else 0)


def test_gate__resumed_and_paused_in_one_call__is_a_new_pause(make_gate: Callable[..., Gate]) -> None:
    gate = make_gate(half_life=HOUR)
    settled(gate, 1_000_000 * COIN)
    gate.do("redeem", 0, 200_000 * COIN)
    gate.engine.advance(2 * DAY)
    assert not gate.is_paused()
    with gate.engine.rollback():
        before = gate.look(gate.engine.now() + 1)
    receipt = gate.do("redeem", 0, 200_000 * COIN)
    after = gate.look()
    assert [event.name for event in receipt.events] == ["DemandResumed", "DemandPaused"]
    resumed, paused = receipt.events
    assert (resumed["demand"], resumed["base"]) == (before.demand, before.base)
    assert (paused["demand"], paused["base"]) == (after.demand, after.base)
    assert after.resumableAt == receipt.timestamp + DAY


def test_gate__resumed_and_requested_between_the_thresholds__is_open(make_gate: Callable[..., Gate]) -> None:
    """The resumption counts although no call came before demand rose again."""
    gate = make_gate(half_life=HOUR)
    settled(gate, 1_000_000 * COIN)
    gate.do("redeem", 0, 200_000 * COIN)
    gate.engine.advance(2 * DAY)
    receipt = gate.do("request", 0, 80_000 * COIN)
    assert [event.name for event in receipt.events] == ["DemandResumed"]
    assert not gate.is_paused()


def test_flapping__hundred_redemptions__one_pause_a_dwell(make_gate: Callable[..., Gate]) -> None:
    """T03b: whoever holds the gap and more gets one pause per dwell, in one block and in a hundred."""
    gate = make_gate(half_life=HOUR)
    settled(gate, 1_000_000 * COIN)
    receipts = [gate.batch([("redeem", 0, 2_000 * COIN), ("mint", 2_000 * COIN)] * 100)]
    begin = receipts[0].timestamp
    for hour in range(1, 101):
        actions = [("redeem", 0, 150_000 * COIN), ("mint", 150_000 * COIN)]
        receipts.append(gate.batch(actions if hour % 5 == 0 else [("poke",)], at=begin + hour * HOUR))
    pauses = [receipt.timestamp for receipt in receipts for event in receipt.events if event.name == "DemandPaused"]
    assert pauses[0] == begin
    assert 3 <= len(pauses) <= 1 + 100 * HOUR // DAY
    assert all(later - earlier >= DAY for earlier, later in itertools.pairwise(pauses))


# --------------------------------------------------------------------------------------------------- base and demand


def test_mint__nine_times_the_supply__counts_after_one_to_two_hours(gate: Gate) -> None:
    """T11: neither at once nor in the next hour does it move demand's share or open the gate."""
    settled(gate, 1_000_000 * COIN)
    gate.do("request", 0, 160_000 * COIN)
    before = gate.look()
    gate.batch([("mint", 9_000_000 * COIN), ("poke",)])
    assert tuple(gate.look())[:5] == tuple(before)[:5]
    hour = gate.next_hour
    assert gate.look(hour + HOUR - 1).base == 1_000_000 * COIN
    assert gate.look(hour + HOUR).base == 10_000_000 * COIN


def test_mint__and_redeemed_again__leaves_no_base_behind(gate: Gate) -> None:
    """A loan of a second is in nobody's mark, not even across the hour."""
    settled(gate, 1_000_000 * COIN)
    hour = gate.next_hour
    gate.batch([("mint", 9_000_000 * COIN), ("burn", 9_000_000 * COIN)], at=hour - 1)
    gate.batch([("mint", 9_000_000 * COIN), ("burn", 9_000_000 * COIN)], at=hour)
    for later in range(4):
        assert gate.look(hour + later * HOUR).base == 1_000_000 * COIN


def test_burn__lowers_the_base_at_once(gate: Gate) -> None:
    settled(gate, 1_000_000 * COIN)
    gate.do("burn", 300_000 * COIN)
    assert gate.look().base == 700_000 * COIN
    gate.do("burn", 650_000 * COIN)
    assert gate.look().base == MIN_BASE


@LONG
@given(parts=st.lists(st.integers(1, 10**23), min_size=1, max_size=8), served=st.booleans(), gap=st.integers(1, 10**6))
def test_redemption__at_one_moment__in_parts_is_the_whole(gate: Gate, parts: list[int], served: bool, gap: int) -> None:
    """Demand rises by what is redeemed, the base stays, and parts leave the same behind for ever."""
    with gate.engine.rollback():
        settled(gate, 1_000_000 * COIN)
        gate.do("redeem", 0, 12_345 * COIN + 1)
        at = gate.engine.now() + gap
        before = gate.look(at - 1) if at - 1 > gate.engine.now() else gate.look()
        whole = [("request", sum(part // 200 for part in parts), sum(part - part // 200 for part in parts))]
        split = [("request", part // 200, part - part // 200) for part in parts]
        if served:
            whole.append(("serve", whole[0][2]))
            split = [step for call in split for step in (call, ("serve", call[2]))]
        seen = []
        for calls in (whole, split):
            with gate.engine.rollback():
                gate.batch(calls, at=at)
                now = gate.look()
                assert now.demand <= before.demand + sum(parts)
                assert now.base <= before.base
                later = [tuple(gate.look(at + wait)) for wait in (1, HOUR, 5 * DAY, 400 * DAY)]
                seen.append((tuple(now), later))
        assert seen[0] == seen[1]
        with gate.engine.rollback():
            gate.do("poke", at=at)
            idle = gate.look()
        assert (seen[0][0][0], seen[0][0][1]) == (idle.demand + sum(parts), idle.base)


def test_amounts__beyond_all_bounds__never_refuse(gate: Gate) -> None:
    """They count as 2^96 - 1, in the base and in demand."""
    gate.do("mint", 2**200)
    gate.engine.advance(2 * HOUR)
    assert gate.look().base == MOST
    gate.do("request", 2**150, 2**199)
    gate.do("serve", 2**198)
    gate.engine.advance(DAY)
    gate.do("redeem", 2**100, 2**101)
    page = gate.look()
    assert (page.demand, page.base, page.paused) == (MOST, MOST, True)


# ------------------------------------------------------------------------------------------------------------ refusals


def refusal(act: Callable[[], Any]) -> tuple[str, tuple[Any, ...]]:
    with pytest.raises(Revert) as caught:
        act()
    return caught.value.name, caught.value.values


OUT_OF_ORDER = [(1_500, 1_500), (750, 1_500), (1_500, 0), (0, 0), (10_001, 750), (65_535, 1), (1, 1)]


@pytest.mark.parametrize(("pause_at", "resume_below"), OUT_OF_ORDER)
def test_terms__out_of_order__are_refused(
    make_gate: Callable[..., Gate], gate: Gate, pause_at: int, resume_below: int
) -> None:
    """T03: `resumeBelow` must be below `pauseAt`, neither zero, and nothing above the whole."""
    expected = ("GateThresholdsOutOfOrder", (resume_below, pause_at))
    assert refusal(partial(make_gate, (pause_at, resume_below, DAY))) == expected
    assert refusal(partial(gate.do, "setTerms", (pause_at, resume_below, DAY))) == expected


@pytest.mark.parametrize("dwell", [0, 30 * DAY + 1, 2**32 - 1])
def test_dwell__none_or_endless__is_refused(make_gate: Callable[..., Gate], gate: Gate, dwell: int) -> None:
    expected = ("DwellPeriodOutOfRange", (dwell, 30 * DAY))
    assert refusal(partial(make_gate, (1_500, 750, dwell))) == expected
    assert refusal(partial(gate.do, "setTerms", (1_500, 750, dwell))) == expected


@pytest.mark.parametrize("terms", [(10_000, 9_999, 1), (2, 1, 30 * DAY)])
def test_terms__at_their_limits__are_taken(make_gate: Callable[..., Gate], terms: tuple[int, int, int]) -> None:
    gate = make_gate(terms)
    assert not gate.is_paused()  # the first terms open the gate
    gate.do("setTerms", TERMS)


def test_measure__out_of_range__is_refused(make_gate: Callable[..., Gate]) -> None:
    assert refusal(partial(make_gate, min_base=0)) == ("MinBaseOutOfRange", (0, MOST))
    assert refusal(partial(make_gate, min_base=MOST + 1)) == ("MinBaseOutOfRange", (MOST + 1, MOST))
    assert refusal(partial(make_gate, half_life=0))[0] == "HalfLifeOutOfRange"
    make_gate(min_base=MOST)


def test_coins__that_are_not_there__are_refused(gate: Gate) -> None:
    gate.do("mint", 1_000 * COIN)
    gate.do("request", 0, 400 * COIN)
    free, all_that_waits = 600 * COIN, 400 * COIN
    assert refusal(partial(gate.do, "burn", free + 1)) == ("SupplyExceeded", (free + 1, free))
    assert refusal(partial(gate.do, "request", 1, free)) == ("SupplyExceeded", (free + 1, free))
    assert refusal(partial(gate.do, "serve", all_that_waits + 1)) == (
        "WaitingExceeded",
        (all_that_waits + 1, all_that_waits),
    )


def test_terms__changed_while_paused__act_at_once(gate: Gate) -> None:
    settled(gate, 1_000_000 * COIN)
    gate.do("request", 0, 150_000 * COIN)
    gate.do("setTerms", (5_000, 1_501, 1))
    gate.engine.advance(1)
    assert not gate.is_paused()
    receipt = gate.do("setTerms", (1_500, 750, 1))
    assert [event.name for event in receipt.events][-1] == "DemandPaused"
    assert gate.is_paused()
    assert gate.look().shareUp == COIN * 1_500 // BPS
