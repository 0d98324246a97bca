"""The queue against its two lists: first come, first served, and every unit of cash in its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from commonhold.engines import Revert
from commonhold.model.money.queue import Queue

COIN = 10**18
SCALE = 10**12  # wei of coin in a unit of a reserve token with 6 decimals, at par
NO_HINT = 2**256 - 1
NOBODY = "0x" + "00" * 20
LONG = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def queue(engine: Any, deployer: Any) -> Any:
    return engine.deploy("TestRedemptionQueue", sender=deployer)


@dataclass
class Pair:
    """The queue and its model, moved together."""

    queue: Any
    caller: Any
    line: Queue = field(default_factory=Queue)
    stretches: dict[int, tuple[str, int]] = field(default_factory=dict)  # id -> controller, coins as requested
    steps: list[tuple[int, int]] = field(default_factory=list)  # coins and cash, each time
    paid: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def push(self, controller: str, coins: int) -> int:
        (event,) = self.queue.push(controller, coins, sender=self.caller).events
        name = self.line.push(controller, coins)
        assert event.args == {"id": name, "controller": controller, "coins": coins}
        self.stretches[name] = (controller, coins)
        return name

    def serve(self, coins: int, cash: int) -> None:
        """What an inflow does: the next coins in the line get this cash."""
        begin = self.line.head
        (event,) = self.queue.serve(coins, cash, sender=self.caller).events
        self.line.serve(coins, cash)
        self.steps.append((coins, cash))
        assert event.args == {"from": begin, "coins": coins, "cash": cash}

    def claim(self, request_id: int, hint: int = NO_HINT) -> tuple[int, int]:
        request = self.line.request(request_id)
        expected = self.line.claimable(request)
        (event,) = self.queue.claim(request_id, hint, sender=self.caller).events
        self.line.claim(request)
        self.paid[request_id] += expected[1]
        assert event.args == {"id": request_id, "coins": expected[0], "cash": expected[1]}
        return expected

    def check(self, hint: int = NO_HINT) -> None:
        page, line = self.queue.page(), self.line
        assert (page.finalised, page.queued, page.waiting) == (line.head, line.tail, line.waiting)
        assert (page.cash, page.setAsideCash) == (line.finalised_cash, line.set_aside)
        claimables = 0
        for request_id in self.stretches:
            seen = self.queue.requestOf(request_id, hint)
            request = line.requests.get(request_id)
            if request is None:
                assert tuple(seen) == (NOBODY, 0, 0, 0, 0)
                continue
            coins, cash = line.claimable(request)
            assert tuple(seen) == (request.controller, line.pending(request), coins, cash, line.ahead(request))
            assert self.queue.pieceOf(request_id) == line.piece(request)
            claimables += cash
        assert claimables == page.setAsideCash  # L31, without any dust

    def fair_cash(self, request_id: int) -> Fraction:
        """The cash of a request before any rounding: of every step in proportion to its coins there."""
        total, begin = Fraction(0), 0
        start = request_id - self.stretches[request_id][1]
        for coins, cash in self.steps:
            overlap = min(request_id, begin + coins) - max(start, begin)
            total += Fraction(max(0, overlap) * cash, coins)
            begin += coins
        return total


def first_claimable(pair: Pair) -> list[int]:
    return [name for name, request in pair.line.requests.items() if pair.line.claimable(request)[0]]


# ------------------------------------------------------------------------------------------------------------- a model


@dataclass(frozen=True)
class Step:
    kind: str
    part: int  # of what there is, in thousandths
    size: int  # wei, or basis points of par for a price


PRICES = st.sampled_from([10_000, 10_000, 10_000, 9_000, 9_999, 3_333, 1, 0])
STEPS = st.lists(
    st.one_of(
        st.builds(Step, st.just("push"), st.integers(0, 1_000), st.one_of(st.integers(1, 10), st.integers(1, 10**24))),
        st.builds(Step, st.sampled_from(["serve", "serve exactly"]), st.integers(0, 1_000), PRICES),
        st.builds(Step, st.just("claim"), st.integers(0, 999), st.integers(0, 40)),
    ),
    min_size=1,
    max_size=40,
)
WALLETS = [f"0x{number:040x}" for number in range(1, 4)]


@LONG
@given(steps=STEPS, scale=st.sampled_from([SCALE, 1, 7, 10**18]), whole=st.booleans())
@example(
    steps=[Step("push", 0, 10 * COIN), *[Step("serve", 300, price) for price in (10_000, 9_000, 9_000, 10_000, 0)]],
    scale=SCALE,
    whole=True,
)
def test_queue__is_its_two_lists(
    engine: Any, queue: Any, deployer: Any, steps: list[Step], scale: int, whole: bool
) -> None:
    """Requests, finalisations at changing prices and claims in any order, whole and in parts, with good hints, bad
    ones and none: every view and payout is the model's."""
    with engine.rollback():
        pair = Pair(queue, deployer)
        for step in steps:
            perform(pair, step, scale, whole)
            assert queue.page().piece == max(0, len(pair.line.segments) - 1)
        pair.check()
        pair.check(hint=1)
        if pair.line.waiting:
            pair.serve(pair.line.waiting, pair.line.waiting // scale)
        finish(pair)


def perform(pair: Pair, step: Step, scale: int, whole: bool) -> None:
    line = pair.line
    if step.kind == "push":
        coins = -(-step.size // scale) * scale if whole else step.size
        pair.push(WALLETS[step.part % len(WALLETS)], min(coins, 2**96 - 1))
    elif step.kind.startswith("serve") and line.waiting:
        coins = line.waiting * step.part // 1_000
        if step.kind == "serve exactly":  # multiples of one price, as far as there are enough coins
            unit = 10_000 * scale
            coins = coins // unit * unit
        elif whole:
            coins = coins // scale * scale
        if coins:
            pair.serve(coins, coins * step.size // (10_000 * scale))
    elif step.kind == "claim" and (names := first_claimable(pair)):
        name = names[step.part % len(names)]
        hint = step.size if step.size < 20 else pair.queue.pieceOf(name)
        pair.claim(name, hint)


def finish(pair: Pair) -> None:
    """All is finalised: everybody claims, last come first, and nothing is left."""
    for name in reversed(first_claimable(pair)):
        pair.claim(name, hint=pair.queue.pieceOf(name))
    assert pair.queue.page().setAsideCash == 0
    for name in pair.stretches:
        assert abs(pair.paid[name] - pair.fair_cash(name)) < 2  # a unit at either end; the pieces between are whole
        assert pair.queue.requestOf(name, 0).controller == NOBODY


# ------------------------------------------------------------------------------------------------------------ examples


def test_requests__are_served_in_order__partial_fills_keep_their_place(queue: Any, deployer: Any) -> None:
    """T06: A is filled before B, B's part before C, whoever claims first; to the unit at par."""
    pair = Pair(queue, deployer)
    a, b, c = (pair.push(wallet, coins * COIN) for wallet, coins in zip(WALLETS, (100, 200, 300), strict=True))
    pair.serve(250 * COIN, 250 * 10**6)
    assert [tuple(queue.requestOf(name, 0))[1:] for name in (a, b, c)] == [
        (0, 100 * COIN, 100 * 10**6, 0),
        (50 * COIN, 150 * COIN, 150 * 10**6, 0),
        (300 * COIN, 0, 0, 50 * COIN),
    ]
    assert pair.claim(b) == (150 * COIN, 150 * 10**6)
    d = pair.push(WALLETS[0], 400 * COIN)
    pair.serve(100 * COIN, 100 * 10**6)
    assert pair.claim(c) == (50 * COIN, 50 * 10**6)
    assert pair.claim(b) == (50 * COIN, 50 * 10**6)
    assert pair.claim(a) == (100 * COIN, 100 * 10**6)
    assert queue.requestOf(d, 0).ahead == 250 * COIN
    assert queue.page().piece == 0  # one price, one piece
    pair.check()


def test_one_request__over_many_prices__gets_each_of_its_parts(engine: Any, queue: Any, deployer: Any) -> None:
    """A price is that of its finalisation; claiming meanwhile or at the end comes to the same."""
    prices = [1_000_000, 999_999, 700_000, 700_000, 1_000_000, 3, 0, 1_000_000]
    for claims_meanwhile in (False, True):
        with engine.rollback():
            pair = Pair(queue, deployer)
            pair.push(WALLETS[0], COIN + 1)  # an odd place to begin
            name = pair.push(WALLETS[1], 8 * COIN)
            pair.serve(COIN + 1, 10**6)
            paid = 0
            for price in prices:
                pair.serve(COIN, price)
                if claims_meanwhile:
                    paid += pair.claim(name)[1]
            if not claims_meanwhile:
                paid = pair.claim(name)[1]
            assert paid == sum(prices)


def test_same_price__adds_no_piece__any_other_adds_one(queue: Any, deployer: Any) -> None:
    pair = Pair(queue, deployer)
    pair.push(WALLETS[0], 1_000 * COIN)
    seen = []
    for coins, cash in [(1, 1), (5, 5), (10, 9), (20, 18), (100, 90), (100, 91), (7, 7), (3, 3), (3, 0), (1, 0)]:
        pair.serve(coins * COIN, cash * 10**6)
        seen.append(queue.page().piece)
    assert seen == [0, 0, 1, 1, 1, 2, 3, 3, 4, 4]
    assert tuple(queue.cornerOf(1)) == (6 * COIN, 6 * 10**6)
    assert tuple(queue.cornerOf(0)) == (0, 0)


def test_line__can_be_walked_back_from_its_end(queue: Any, deployer: Any) -> None:
    """Whoever shows the queue needs no events: each id and its coins name the request before it."""
    pair = Pair(queue, deployer)
    names = [pair.push(WALLETS[number % 3], (number + 1) * COIN) for number in range(12)]
    pair.serve(10 * COIN + 5, 10 * 10**6)  # four requests and 5 wei
    walked, at = [], queue.page().queued
    while at > queue.page().finalised:
        walked.append(at)
        page = queue.requestOf(at, 0)
        at -= page.pendingCoins + page.claimableCoins
    assert walked == names[:3:-1]


def test_amounts__as_large_as_they_get__are_exact(queue: Any, deployer: Any) -> None:
    most = 2**96 - 1
    pair = Pair(queue, deployer)
    names = [pair.push(WALLETS[0], most)]
    pair.serve(most - 1, most)
    names.append(pair.push(WALLETS[0], most - 1))  # all that wait are part of the supply
    pair.serve(most, 2**112 - 1 - most)
    pair.check()
    for name in names:
        pair.claim(name)
    assert queue.page().setAsideCash == 0


# -------------------------------------------------------------------------------------------------------- bounded work


def test_ten_thousand_dust_requests__ahead_of_one__cost_it_nothing(engine: Any, queue: Any, deployer: Any) -> None:
    """T08: asking, finalising and claiming take the same work behind 10 and behind 10,000, and all get their cash."""
    work: dict[int, list[int]] = {}
    dust, honest = 100 * COIN, 1_000 * COIN
    for count in (10, 10_000):
        with engine.rollback():
            queue.push(WALLETS[2], dust, sender=deployer)
            queue.serve(dust, dust // SCALE, sender=deployer)
            for _ in range(count // 10):
                queue.pushMany(WALLETS[0], dust, 10, sender=deployer)
            steps = []
            name = queue.page().queued + honest
            queue.push(WALLETS[1], honest, sender=deployer)
            steps.append(queue.work())
            assert queue.requestOf(name, 0).ahead == count * dust
            coins = count * dust + honest
            queue.serve(coins, coins // SCALE, sender=deployer)
            steps.append(queue.work())
            queue.claim(name, 0, sender=deployer)
            steps.append(queue.work())
            assert queue.page().setAsideCash == (count + 1) * dust // SCALE
            for spam in (2 * dust, (count + 1) * dust):
                queue.claim(spam, 0, sender=deployer)
                assert engine.events(queue, "Claimed")[-1]["cash"] == dust // SCALE
            work[count] = steps
    assert all(abs(many - few) * 50 <= few for few, many in zip(*work.values(), strict=True)), work


def test_many_prices__hint_finds_the_piece_at_once(engine: Any, queue: Any, deployer: Any) -> None:
    """Claiming with the right hint takes the same work after 3 changes of price and after 300."""
    work = []
    for count in (3, 300):
        with engine.rollback():
            name = COIN
            queue.push(WALLETS[0], COIN, sender=deployer)
            queue.push(WALLETS[1], 1_000 * COIN, sender=deployer)
            queue.serve(COIN, 10**6, sender=deployer)
            for number in range(count):
                queue.serve(COIN, 900_000 + number, sender=deployer)
            assert queue.page().piece == count
            hint = queue.pieceOf(name)
            with engine.rollback():
                queue.claim(name, hint, sender=deployer)
                work.append(queue.work())
            queue.claim(name, count, sender=deployer)  # a wrong one only costs gas
            assert engine.events(queue, "Claimed")[-1]["cash"] == 10**6
    assert work[0] == work[1]


# ------------------------------------------------------------------------------------------------------------ refusals


def refusal(act: Callable[[], Any]) -> tuple[str, tuple[Any, ...]]:
    with pytest.raises(Revert) as caught:
        act()
    return caught.value.name, caught.value.values


def test_request__without_coins_or_controller__is_refused(queue: Any, deployer: Any) -> None:
    assert refusal(lambda: queue.push(WALLETS[0], 0, sender=deployer)) == ("EmptyRequest", (WALLETS[0], 0))
    assert refusal(lambda: queue.push(NOBODY, 5, sender=deployer)) == ("EmptyRequest", (NOBODY, 5))
    too_large = ("SafeCastOverflowedUintDowncast", (96, 2**96))
    assert refusal(lambda: queue.push(WALLETS[0], 2**96, sender=deployer)) == too_large


def test_serve__more_than_waits_or_nothing__is_refused(queue: Any, deployer: Any) -> None:
    assert refusal(lambda: queue.serve(1, 1, sender=deployer)) == ("NotWaiting", (1, 0))
    queue.push(WALLETS[0], COIN, sender=deployer)
    assert refusal(lambda: queue.serve(COIN + 1, 1, sender=deployer)) == ("NotWaiting", (COIN + 1, COIN))
    assert refusal(lambda: queue.serve(0, 1, sender=deployer)) == ("NotWaiting", (0, COIN))
    assert refusal(lambda: queue.serve(1, 2**112, sender=deployer)) == (
        "SafeCastOverflowedUintDowncast",
        (112, 2**112),
    )


def test_claim__of_nothing__says_why(queue: Any, deployer: Any) -> None:
    pair = Pair(queue, deployer)
    name = pair.push(WALLETS[0], 2 * COIN)
    last = pair.push(WALLETS[1], COIN)
    assert refusal(lambda: pair.queue.claim(name, 0, sender=deployer)) == ("NothingClaimable", (name, 0, 0))
    pair.serve(COIN, 10**6)
    assert pair.claim(name) == (COIN, 10**6)
    again = ("NothingClaimable", (name, COIN, COIN))
    assert refusal(lambda: pair.queue.claim(name, 0, sender=deployer)) == again
    assert refusal(lambda: pair.queue.claim(last, 0, sender=deployer)) == ("NothingClaimable", (last, 2 * COIN, COIN))
    pair.serve(COIN, 10**6)
    pair.claim(name)
    for unknown in (name, 0, 1, name + 1, 2**256 - 1):
        assert refusal(lambda unknown=unknown: pair.queue.claim(unknown, 0, sender=deployer)) == (
            "UnknownRequest",
            (unknown,),
        )
        assert tuple(queue.requestOf(unknown, 0)) == (NOBODY, 0, 0, 0, 0)
