"""Disasters replayed on the model; each ends with conservation: what was paid and what remains is what was there."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_stage import (
    BORROWER,
    DAY,
    HOUR,
    INSTALMENT,
    PEOPLE,
    RATE_BPS,
    RICH,
    SHARE_VALUE,
    SHARES,
    WAD,
    MoneyStage,
    check_laws,
    terms,
)

from commonhold.model.core import Refused

FREE_SHARE = SHARES[-1]


def refused_draw(stage: MoneyStage, in_cash: bool = False) -> str:
    """The error that a small new loan gets."""
    draw = stage.book.drawCash if in_cash else stage.book.draw
    with pytest.raises(Refused) as refused:
        draw(FREE_SHARE, stage.cash(10) if in_cash else 10 * WAD, RATE_BPS, WAD, RICH)
    return refused.value.name


@pytest.mark.parametrize("seed", range(6))
def test_t01__run_on_the_liquid_slice(seed: int) -> None:
    """Given reserve 250k and 12 holders; when all ask for everything in one block; then 250k is paid, to the unit."""
    stage = MoneyStage().opened()
    treasury, order = stage.treasury, list(PEOPLE)
    random.Random(seed).shuffle(order)
    coins, had = treasury.coins, {person: stage.coin.balanceOf(person) for person in PEOPLE}
    ids = {person: treasury.requestRedeem(person, had[person], person, person) for person in order}
    assert refused_draw(stage) == refused_draw(stage, in_cash=True) == "LendingPausedByDemand"
    served = [person for person in order if treasury.claimableCash(ids[person])]
    paid = {person: treasury.claim(person, ids[person], person) for person in served}
    assert sum(paid.values()) == stage.cash(250_000)
    pending = {person: treasury.pendingRedeemRequest(ids[person], person) for person in order}
    assert [person for person in order if pending[person]] == order[len(order) - sum(map(bool, pending.values())) :]
    net = {person: paid.get(person, 0) * stage.unit + pending[person] for person in PEOPLE}
    assert sum(pending.values()) == treasury.coins == treasury.queue.waiting
    assert all(had[person] * 95 // 100 <= net[person] + stage.unit for person in PEOPLE), "at most 5 % is the fee"
    assert coins - sum(net.values()) == treasury.ledger.feesBurned
    check_laws(stage)


def test_t01__then_the_loans_pay_and_everybody_is_paid_out() -> None:
    stage = MoneyStage().opened()
    treasury = stage.treasury
    ids = {person: treasury.requestRedeem(person, stage.coin.balanceOf(person), person, person) for person in PEOPLE}
    net = treasury.queue.tail
    for loan_id in list(stage.book.terms):
        if treasury.queue.waiting:
            stage.book.payCash(BORROWER, loan_id, stage.book.position(loan_id).debt_up(stage.chain.now) // stage.unit)
    assert treasury.queue.waiting == 0
    assert sum(treasury.claim(person, ids[person], person) for person in PEOPLE) * stage.unit == net
    check_laws(stage)


def test_t02__own_coins_and_other_tokens_count_for_nothing() -> None:
    stage = MoneyStage().opened()
    before = stage.treasury.balanceSheet()
    stage.coin.transfer(RICH, stage.treasury.address, 10_000 * WAD)
    stage.reserve.transfer(RICH, stage.treasury.address, stage.cash(10_000))
    assert stage.treasury.balanceSheet() == before
    demand = stage.treasury.liquidationDemand()
    assert stage.treasury.skim(PEOPLE[1]) == (10_000 * WAD, stage.cash(10_000))
    assert stage.treasury.balanceSheet().equity == before.equity + 20_000 * WAD
    assert stage.treasury.liquidationDemand() == demand
    check_laws(stage)


@pytest.mark.parametrize("percent", [8, 15, 25])
def test_t03b__holding_demand_costs_23_percent_of_the_marginal_fee_a_day(percent: int) -> None:
    """The attacker redeems every hour what was forgotten, and buys it back."""
    stage = MoneyStage(terms=terms(minBase=100 * WAD))
    treasury = stage.treasury
    treasury.buy(RICH, stage.cash(1_000_000), 0, RICH)
    stage.wait(3 * HOUR)
    target = treasury.coins * percent // 100
    treasury.redeem(RICH, target, 0, RICH)
    marginal = treasury.redemptionFeeUp(WAD)
    burned = treasury.ledger.feesBurned
    for _ in range(24):
        stage.wait(HOUR)
        now = stage.chain.now
        held = treasury.gate.base(treasury.coins, now) * percent // 100
        missing = held - treasury.gate.demand(treasury.queue.waiting, now) + stage.unit
        treasury.buy(RICH, treasury.redeem(RICH, missing, 0, RICH), 0, RICH)
        assert treasury.demandPaused() == (percent >= 15)
    cost = treasury.ledger.feesBurned - burned
    assert 0.22 < cost / (target * marginal / WAD) < 0.24
    check_laws(stage)


def test_t03b__flapping__at_most_one_pause_a_dwell() -> None:
    stage = MoneyStage(terms=terms(minBase=100 * WAD))
    treasury = stage.treasury
    treasury.buy(RICH, stage.cash(1_000_000), 0, RICH)
    stage.wait(3 * HOUR)
    began: list[int] = []
    paused = False
    for _ in range(400):
        stage.wait(2 * HOUR)
        now = stage.chain.now
        if not treasury.demandPaused() and treasury.gate.demand(0, now) * 10_000 < 750 * treasury.coins:
            treasury.redeem(RICH, treasury.coins * 15 // 100, 0, RICH)
            treasury.buy(RICH, stage.cash(100_000), 0, RICH)
        if treasury.demandPaused() and not paused:
            began.append(now)
        paused = treasury.demandPaused()
    assert len(began) > 2
    assert all(later - earlier >= DAY for earlier, later in itertools.pairwise(began))
    check_laws(stage)


@pytest.mark.parametrize("aged_days", [1, 30, 60, 90])
def test_t04__loss_shows_in_the_same_block(aged_days: int) -> None:
    """A value 20 % lower, marked by anybody, and a loan past day 30: nobody declares a default."""
    stage = MoneyStage().opened()
    stage.book.values = dict.fromkeys(SHARES, SHARE_VALUE * 8 // 10)
    stage.book.mark(1)
    loan = stage.book.position(1)
    stage.chain.now = loan.day(30)
    at_thirty = stage.treasury.carryingValueOf(stage.book.address, 1)
    stage.wait(aged_days * DAY)
    value = stage.treasury.carryingValueOf(stage.book.address, 1)
    fallen = (at_thirty - 56_000 * WAD) * aged_days // 90
    assert abs(at_thirty - fallen - value) <= 1
    assert value < loan.debt_up(stage.chain.now)
    check_laws(stage)


def test_t04__reserve_token_at_97_cents() -> None:
    stage = MoneyStage().opened()
    equity = stage.treasury.balanceSheet().equity
    stage.set_price(0.97)
    assert stage.treasury.balanceSheet().equity == equity - 7_500 * WAD
    assert stage.treasury.coverage() < WAD
    assert refused_draw(stage) == "CoverageBelowOne"
    with pytest.raises(Refused, match="ReservePriceTooLow"):
        stage.treasury.buy(RICH, 1, 0, RICH)
    check_laws(stage)


def test_t06__waterfall__every_inflow_goes_to_the_queue_first() -> None:
    stage = MoneyStage().opened()
    treasury = stage.treasury
    ids = [treasury.requestRedeem(person, 50_000 * WAD, person, person) for person in PEOPLE[:8]]
    waiting = treasury.queue.waiting
    inflows = 0
    for pay in (
        lambda: stage.book.payCash(BORROWER, 1, stage.cash(10_000)),
        lambda: treasury.contribute(RICH, stage.cash(10_000)),
        lambda: treasury.buy(RICH, stage.cash(10_000), 0, RICH),
        lambda: (stage.reserve.transfer(RICH, treasury.address, stage.cash(10_000)), treasury.skim(RICH)),
    ):
        pay()
        inflows += 10_000 * WAD
        assert treasury.queue.waiting == waiting - inflows
        assert treasury.cash == 0
        assert refused_draw(stage) == "LendingPausedByDemand"
        stage.wait(60)
    pending = [treasury.pendingRedeemRequest(id_, person) for id_, person in zip(ids, PEOPLE, strict=False)]
    first = next(index for index, left in enumerate(pending) if left)
    assert all(left == 0 for left in pending[:first])
    check_laws(stage)


def test_t06__with_an_open_gate__a_waiting_queue_still_stops_draws() -> None:
    """Cash assigned to the queue is not free: the floor refuses, whatever the thresholds."""
    stage = MoneyStage(terms=terms(pauseAtBps=10_000, resumeBelowBps=9_999)).opened()
    for person in PEOPLE[:5]:
        stage.treasury.requestRedeem(person, 60_000 * WAD, person, person)
    assert stage.treasury.queue.waiting
    assert (refused_draw(stage), refused_draw(stage, in_cash=True)) == ("CashBelowFloor", "NotEnoughFreeCash")


def test_t14__no_exit_at_par_before_recognition() -> None:
    """An insider who waits in the queue gets the price of the day he is served; equity pays before he does."""
    stage = MoneyStage().opened()
    treasury = stage.treasury
    for person in PEOPLE[1:5]:
        treasury.requestRedeem(person, 70_000 * WAD, person, person)  # the cash is gone
    assert treasury.cash == 0
    for share in SHARES:
        stage.book.values[share] = SHARE_VALUE * 6 // 10
    for loan_id in stage.book.terms:
        stage.book.mark(loan_id)
    stage.chain.now = stage.book.position(1).day(10)
    insider = treasury.requestRedeem(RICH, 80_000 * WAD, RICH, RICH)
    net = treasury.pendingRedeemRequest(insider, RICH)
    assert treasury.price().covered
    equity = treasury.balanceSheet().equity
    stage.chain.now = stage.book.position(1).day(100)
    assert equity > 0 > treasury.balanceSheet().equity
    coverage = treasury.coverage()
    treasury.contribute(BORROWER, stage.cash(150_000))
    cash = treasury.claimableCash(insider)
    assert treasury.pendingRedeemRequest(insider, RICH) == 0
    price = cash * stage.unit * WAD // net
    assert coverage < price < WAD
    check_laws(stage)


def test_t51__fixed_price_edges() -> None:
    """Bought at 0.95 outside, at the fee's bottom and with a lagging price: no cycle through the treasury pays."""
    stage = MoneyStage().opened()
    treasury = stage.treasury
    coins = 10_000 * WAD
    for usd in (1.0, 0.99, 0.98, 0.99, 1.0):
        stage.set_price(usd)
        cash = treasury.redeem(RICH, coins, 0, RICH)
        assert cash * stage.unit <= coins
        if not treasury.price().covered:
            stage.set_price(1.0)
        coins = treasury.buy(RICH, cash, 0, RICH)
        assert coins <= cash * stage.unit
    assert coins < 10_000 * WAD * 995 // 1000
    check_laws(stage)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(100, 30_000), min_size=2, max_size=6), st.integers(1_000, 55_000))
def test_run__after_a_loss__everybody_shares_it_alike(holdings: list[int], lost: int) -> None:
    """Coins over a shared loss: whoever leaves, in the queue or at once, leaves every other claim as it was."""
    stage = MoneyStage().opened()
    stage.lose(lost)
    treasury = stage.treasury
    coverage = treasury.coverage()
    paid = 0
    for person, dollars in zip(PEOPLE, holdings, strict=False):
        cash = treasury.redeem(person, dollars * WAD, 0, person)
        paid += cash
        assert coverage - 10**10 <= cash * stage.unit // dollars <= coverage + 10**10
        assert treasury.coverage() >= coverage
    assert paid == stage.cash(250_000) - treasury.cash
    check_laws(stage)


def test_instalments__paid_late__bring_the_value_back() -> None:
    stage = MoneyStage().opened()
    stage.book.values = dict.fromkeys(SHARES, SHARE_VALUE // 2)
    stage.book.mark(1)
    stage.chain.now = stage.book.position(1).day(95)
    low = stage.treasury.carryingValueOf(stage.book.address, 1)
    for _ in range(4):
        stage.book.pay(RICH, 1, INSTALMENT)
    assert stage.book.position(1).day(30) > stage.chain.now
    debt = stage.book.position(1).debt_up(stage.chain.now)
    assert low < stage.treasury.carryingValueOf(stage.book.address, 1) in range(debt - 2, debt + 1)
    check_laws(stage)
