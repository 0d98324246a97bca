"""T51: who buys and sells at a price that he is told is picked off at every lag, unless no price gives more than par.

A token never buys more than a coin, a coin never gets more than a token, and an order that waits has no price yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from coin_world import UNLIMITED, WAD, CoinWorld, deploy_world

TOKEN = 10**6
VALID = 1  # of FeedStatus
PRICES = (0.971, 0.98, 0.99, 1.0, 1.01, 1.05)
"""Steps of a percent and more, while the token trades anywhere."""


@pytest.fixture(scope="module")
def world(engine: Any) -> Iterator[CoinWorld]:
    with engine.rollback():
        yield opened(engine)


def opened(engine: Any) -> CoinWorld:
    dao, *people = engine.accounts[:5]
    world = deploy_world(engine, dao, engine.deploy("TestReserveToken", 6, sender=dao))
    for person in people:
        world.reserve.mint(person, 10**6 * TOKEN, sender=person)
        world.reserve.approve(world.treasury, UNLIMITED, sender=person)
        world.coin.approve(world.treasury, UNLIMITED, sender=person)
    world.treasury.contribute(50_000 * TOKEN, sender=people[0])  # so that a price below 1 leaves the coins covered
    world.treasury.buy(100_000 * TOKEN, 0, people[0], sender=people[0])
    return world


@pytest.fixture
def trader(engine: Any) -> str:
    return engine.accounts[2]


@pytest.fixture
def price(world: CoinWorld) -> Callable[[float], None]:
    return lambda usd: world.reader.set(round(usd * 1_000) * WAD // 1_000, VALID, sender=world.dao)


@pytest.mark.parametrize(("first", "then"), list(product(PRICES, repeat=2)))
def test_cycle__buy_redeem_buy_at_any_two_prices__never_gains_tokens_or_coins(
    world: CoinWorld, trader: str, price: Callable[[float], None], first: float, then: float
) -> None:
    treasury, coin, reserve = world.treasury, world.coin, world.reserve
    price(first)
    tokens = reserve.balanceOf(trader)
    treasury.buy(10_000 * TOKEN, 0, trader, sender=trader)
    coins = coin.balanceOf(trader)
    assert coins <= 10_000 * WAD

    price(then)
    treasury.redeem(coins, 0, trader, sender=trader)
    back = reserve.balanceOf(trader) - (tokens - 10_000 * TOKEN)
    fee = coins * 50 // 10_000
    assert back * 10**12 <= coins - fee

    price(first)
    treasury.buy(back, 0, trader, sender=trader)
    assert coin.balanceOf(trader) <= coins - fee
    assert reserve.balanceOf(trader) == tokens - 10_000 * TOKEN


@pytest.mark.parametrize("then", [0.98, 1.02])
def test_waiting_request__is_served_at_the_price_of_then(
    world: CoinWorld, engine: Any, trader: str, price: Callable[[float], None], then: float
) -> None:
    """It waits at coverage 1, a loan is lost, cash comes: it gets the coverage of that moment, at that price."""
    treasury, borrower = world.treasury, engine.accounts[1]
    loan = world.lend(borrower, 200_000 * WAD)
    world.coin.transfer(trader, 300_000 * WAD, sender=borrower)
    first = treasury.requestRedeem(200_000 * WAD, trader, trader, sender=trader).event("RedeemRequest")["requestId"]
    waiting = treasury.requestPage(first).pending
    assert waiting > 0
    due = treasury.requestPage(first).claimableCash

    world.lose(loan, trader)
    price(then)
    treasury.contribute(1_000 * TOKEN, sender=borrower)
    coverage = treasury.coverage()
    assert coverage < WAD
    page = treasury.requestPage(first)
    served = waiting - page.pending
    cash = page.claimableCash - due
    assert served > 0
    assert cash * min(1.0, then) * 10**12 == pytest.approx(served * coverage / WAD, rel=1e-4)
    assert cash * 10**12 < served


def test_buying__at_the_floor_of_the_price__is_closed(
    world: CoinWorld, trader: str, price: Callable[[float], None], refused: Callable[..., Any]
) -> None:
    price(0.97)
    with refused("ReservePriceTooLow", 97 * WAD // 100, 97 * WAD // 100):
        world.treasury.buy(TOKEN, 0, trader, sender=trader)
