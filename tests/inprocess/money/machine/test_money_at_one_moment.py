"""At one moment no order and no split pays (L9, L10): permutations, partitions, accounts, on chain and in the model."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from acts import cash, coins_of, do, lose, page
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonhold.fuzz.inputs import COIN
from commonhold.fuzz.money.inputs import treasury
from commonhold.fuzz.money.laws import MoneyLaws
from commonhold.fuzz.world import World

LEAVERS = ("alice", "bob", "carol", "dave")
MANY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PARTS = st.lists(st.integers(100 * COIN, 6_000 * COIN), min_size=2, max_size=6)


def begin(w: World, state: str) -> None:
    """At par, after a loss, with a token at 98 cents, or both."""
    w.reopen()
    MoneyLaws(w).watch()
    if "loss" in state:
        lose(w)
    if "depeg" in state:
        do(w, "dave", "reader", "set", 98 * COIN // 100, 1)
    do(w, "dave", "treasury", "finalise")  # the moment


STATES = ("par", "loss", "depeg", "loss and depeg")


def leave(w: World, name: str, coins: int, at_once: bool) -> int:
    """Cash for them, in the second of the act before."""
    w.stay()
    if at_once:
        return int(do(w, name, "treasury", "redeem", coins, 0, w.cast[name]))
    request = do(w, name, "treasury", "requestRedeem", coins, w.cast[name], w.cast[name])
    w.stay()
    return int(do(w, name, "treasury", "claim", request, w.cast[name]))


# ----------------------------------------------------------------------------------------------------------- order (L9)


@pytest.mark.parametrize("state", ["loss", "loss and depeg"])
@pytest.mark.parametrize("ways", [(True,) * 4, (False,) * 4, (True, False, False, True)])
def test_below_coverage_one__every_order__pays_everybody_the_same(
    world: World, state: str, ways: tuple[bool, ...]
) -> None:
    """24 orders of four leavers, at once and through the queue: to a unit of each redemption, and never a fee."""
    coins = [1_234 * COIN + 567, 38_000 * COIN, 100 * COIN, 9_999 * COIN + 10**12]
    seen: list[list[int]] = []
    for order in itertools.permutations(range(len(LEAVERS))):
        begin(world, state)
        assert page(world).equityUsd < 0
        paid = [0] * len(LEAVERS)
        for who in order:
            paid[who] = leave(world, LEAVERS[who], coins[who], ways[who])
        seen.append(paid)
    for who in range(len(LEAVERS)):
        payouts = [paid[who] for paid in seen]
        assert max(payouts) - min(payouts) <= len(LEAVERS)


def test_below_coverage_one__served_together__every_order_of_claims_pays_the_same(world: World) -> None:
    """The line decides when somebody is served; at one price it decides nothing else, nor does who claims first."""
    paid: set[tuple[int, ...]] = set()
    for order in itertools.permutations(range(3)):
        begin(world, "loss")
        ids = []
        for who in range(3):
            world.stay()
            wallet = world.cast[LEAVERS[who]]
            ids.append(do(world, LEAVERS[who], "treasury", "requestRedeem", (1_000 + who) * COIN, wallet, wallet))
        got = [0] * 3
        for who in order:
            wallet = world.cast[LEAVERS[who]]
            got[who] = do(world, LEAVERS[who], "treasury", "claim", ids[who], wallet)
        paid.add(tuple(got))
    assert len(paid) == 1


# ---------------------------------------------------------------------------------------------------------- parts (L10)


@MANY
@given(parts=PARTS, state=st.sampled_from(STATES), at_once=st.booleans(), accounts=st.booleans())
def test_leaving_in_parts__never_pays_more_and_loses_a_unit_a_part_at_most(
    world: World, parts: list[int], state: str, at_once: bool, accounts: bool
) -> None:
    """By one account or by several: of the cash, and of the fee."""

    def run(amounts: list[int]) -> tuple[int, int]:
        begin(world, state)
        before = page(world)
        paid = 0
        for number, amount in enumerate(amounts):
            name = LEAVERS[number % len(LEAVERS)] if accounts and len(amounts) > 1 else "alice"
            paid += leave(world, name, amount, at_once)
        after = page(world)
        return paid, before.coins - after.coins

    whole, burned = run([sum(parts)])
    split, burned_in_parts = run(parts)
    assert whole - 2 * len(parts) <= split <= whole
    assert burned == burned_in_parts == sum(parts)


@MANY
@given(parts=PARTS, usd=st.sampled_from([COIN, COIN - 1, 98 * COIN // 100, 99 * COIN // 100 + 7]))
def test_fee_in_parts__is_the_wholes_and_less_than_a_unit_more_a_part(world: World, parts: list[int], usd: int) -> None:
    def fees(amounts: list[int]) -> int:
        begin(world, "par")
        do(world, "alice", "treasury", "contribute", cash(world, 50_000))
        do(world, "dave", "reader", "set", usd, 1)
        total = 0
        for amount in amounts:
            world.stay()
            net = treasury(world).netCoins(amount)
            do(world, "alice", "treasury", "requestRedeem", amount, world.cast["alice"], world.cast["alice"])
            total += amount - net
        return total

    unit = treasury(world).scale
    whole = fees([sum(parts)])
    assert whole <= fees(parts) < whole + len(parts) * (unit + 1)


@MANY
@given(
    parts=st.lists(st.integers(1, 10**10), min_size=2, max_size=6),
    usd=st.sampled_from([COIN, COIN - 1, 975 * 10**15 + 3]),
)
def test_buying_in_parts__never_gets_more(world: World, parts: list[int], usd: int) -> None:
    def run(amounts: list[int]) -> int:
        begin(world, "par")
        do(world, "alice", "treasury", "contribute", cash(world, 50_000))
        do(world, "dave", "reader", "set", usd, 1)
        before = coins_of(world, "carol")
        for amount in amounts:
            world.stay()
            do(world, "carol", "treasury", "buy", amount, 0, world.cast["carol"])
        return coins_of(world, "carol") - before

    whole = run([sum(parts)])
    assert whole - len(parts) < run(parts) <= whole


@MANY
@given(parts=st.lists(st.integers(1, 3_000 * COIN), min_size=2, max_size=5), state=st.sampled_from(STATES))
def test_paying_a_debt_in_parts__never_pays_off_more(world: World, parts: list[int], state: str) -> None:
    def debt_after(amounts: list[int]) -> int:
        begin(world, state)
        for amount in amounts:
            world.stay()
            world.act(world.cast["bob"], "test_book", "pay", 3, amount)  # dust is refused, and pays nothing
        return int(world.port.view("test_book", "debtOf", 3))

    whole = debt_after([sum(parts)])
    assert whole <= debt_after(parts) <= whole + len(parts)


PAYOUTS: tuple[Callable[[World, int], None], ...] = (
    lambda w, amount: do(w, "alice", "treasury", "contribute", amount),
    lambda w, amount: do(w, "alice", "treasury", "burnIntoEquity", amount * 10**12),
)


@pytest.mark.parametrize("give", PAYOUTS)
@pytest.mark.parametrize("state", STATES)
def test_giving_in_parts__is_giving_it_at_once(world: World, give: Callable[[World, int], None], state: str) -> None:
    seen = []
    for amounts in ([30_000_001], [10_000_000, 1, 20_000_000]):
        begin(world, state)
        for amount in amounts:
            world.stay()
            give(world, amount)
        seen.append(page(world))
    one, other = seen
    assert one[:4] == other[:4] or abs(one.equityUsd - other.equityUsd) <= 3  # a price below 1 rounds each part


def test_flash_mint__nine_times_the_supply_within_a_block__gains_nothing_and_moves_no_base(world: World) -> None:
    """T11, in one second: buy, poke, try to borrow against it, redeem."""
    w, attacker = world, world.cast["attacker"]
    do(w, "attacker", "reserve", "mint", attacker, cash(w, 9_000_000))
    before, had = page(w), w.port.view("reserve", "balanceOf", attacker)
    w.stay()
    do(w, "attacker", "treasury", "buy", cash(w, 9 * 758_000), 0, attacker)
    w.stay()
    do(w, "attacker", "treasury", "finalise")
    assert (page(w).base, page(w).demand) == (before.base, before.demand)
    w.stay()
    do(w, "attacker", "treasury", "redeem", 9 * 758_000 * COIN, 0, attacker)
    assert w.port.view("reserve", "balanceOf", attacker) < had - cash(w, 9 * 758_000) * 4 // 100
    assert page(w).base == before.base
