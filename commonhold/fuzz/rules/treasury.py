"""Buying, redeeming, equity, and what the DAO and the guardian do to the treasury."""

from __future__ import annotations

from typing import Any

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY
from commonhold.fuzz.money import inputs
from commonhold.fuzz.money.inputs import treasury
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.money.fees import BPS
from commonhold.model.money.treasury import BUY, LENDING, MAX_COINS, REDEEM

SWITCHES = (BUY, REDEEM, LENDING)


@rule(weight=8)
def buy_coins(w: World, c: Choices) -> None:
    t, buyer = treasury(w), inputs.holder(w, c)
    cash = inputs.some(c, inputs.cash(w, c.one_of((300, 5_000, 40_000))))
    if c.chance(1):  # all coins that there may be, and one too many
        cash = (MAX_COINS - t.coins) // t.scale + c.mostly(1, 0, percent=95)
        w.act(buyer, "reserve", "mint", buyer, cash)
    coins = t.coinsFor(cash)
    least = c.mostly(0, coins, coins + 1, percent=85)
    w.act(buyer, "treasury", "buy", cash, least, inputs.payee(w, c, buyer))


@rule(weight=9)
def redeem_coins(w: World, c: Choices) -> None:
    t, person = treasury(w), inputs.rich(w, c)
    balance = w.model.coin.balances[person]
    coins = inputs.some(c, c.one_of((balance, balance // 3, balance // 10)))
    if c.chance(12):  # about as much as there is free cash, before the fee
        coins = min(balance, t.freeCash() * t.scale * c.integer(BPS, BPS + 600) // BPS)
    at_par = t.netCoins(coins) // t.scale
    least = c.mostly(0, at_par, at_par + 1, percent=85)
    w.act(person, "treasury", "redeem", coins, least, inputs.payee(w, c, person))


@rule(weight=3)
def contribute(w: World, c: Choices) -> None:
    short = inputs.dollars_short(w)
    most = short + 3_000 if short and c.chance(40) else 2_000
    amount = inputs.cash(w, most) if c.chance(30) else inputs.some(c, inputs.cash(w, most))
    w.act(inputs.holder(w, c), "treasury", "contribute", amount)


@rule(weight=2)
def burn_into_equity(w: World, c: Choices) -> None:
    person = inputs.rich(w, c)
    w.act(person, "treasury", "burnIntoEquity", inputs.some(c, w.model.coin.balances[person] // 50))


@rule(weight=2)
def donate(w: World, c: Choices) -> None:
    person = inputs.rich(w, c)
    gift, most = c.one_of((("coin", 3 * COIN), ("reserve", inputs.cash(w, 3))))
    w.act(person, gift, "transfer", w.port.addresses["treasury"], c.integer(0, most))


@rule(weight=2)
def skim(w: World, c: Choices) -> None:
    w.act(inputs.holder(w, c), "treasury", "skim")


@rule(weight=1)
def collect_income(w: World, c: Choices) -> None:
    """Of shares that the treasury owns. Where there are no houses, there is nobody to ask."""
    usual: tuple[int, ...] = (257,)
    if "certificate" in w.port.contracts:
        owner = treasury(w).address
        usual = tuple(number for number, share in w.model.certificate.shares.items() if share.owner == owner)[:3]
    w.act(inputs.holder(w, c), "treasury", "collectIncome", c.mostly(usual, (257,), (1,), percent=80))
    w.succeeded = True


@rule(weight=2)
def pay_out(w: World, c: Choices) -> None:
    t = treasury(w)
    cap_usd = max(0, t.balanceSheet().equity) * t.payOutCap()[0] // BPS
    most = min(cap_usd // t.scale, t.cash)
    amount = inputs.some(c, c.one_of((most, most, t.cash + 1)))
    inputs.decide(w, c, "treasury", "payOut", inputs.payee(w, c, inputs.holder(w, c)), amount)


@rule(weight=1)
def set_pay_out_cap(w: World, c: Choices) -> None:
    inputs.decide(w, c, "treasury", "setPayOutCap", c.one_of((0, 100, 500, 500, 2_000, BPS, BPS + 1)))


@rule(weight=2)
def set_gate_terms(w: World, c: Choices) -> None:
    """Often with a threshold at the very demand there is, or a basis point off it."""
    t = treasury(w)
    share = t.liquidationDemand() * BPS // COIN
    usual = (1_500, 750, c.one_of((DAY, DAY, 3_600, 1)))
    near = min(BPS, max(2, share + c.integer(-1, 2)))
    odd = (
        (near, max(1, near // 2), DAY),
        (min(BPS, near + 1), near, DAY),
        (near, near, DAY),
        (BPS + 1, 1, DAY),
        (1_500, 0, DAY),
        (1_500, 750, 0),
        (1_500, 750, 30 * DAY + 1),
    )
    inputs.decide(w, c, "treasury", "setGateTerms", c.mostly(usual, *odd, percent=45))


@rule(weight=2)
def stop_money(w: World, c: Choices) -> None:
    what = c.mostly(c.one_of(SWITCHES), b"rain".ljust(32, b"\0"), percent=96)
    w.act(w.cast[c.mostly("guardian", "attacker", percent=93)], "treasury", "stop", what)


@rule(weight=3)
def resume_money(w: World, c: Choices) -> None:
    stopped = [what for what in SWITCHES if w.now < treasury(w).stops[what].stopped_until]
    what = c.one_of(stopped) if stopped and c.chance(90) else c.one_of(SWITCHES)
    inputs.decide(w, c, "treasury", "resume", what)


@rule(weight=2)
def take_note_of_days(w: World, c: Choices) -> None:
    w.act(inputs.holder(w, c), "treasury", "roll", c.one_of((0, 1, 2, 30, 2**256 - 1)))


@rule(weight=1)
def pose_as_loan_ledger(w: World, c: Choices) -> None:
    """Nobody but it moves money for loans."""
    person, nothing = inputs.holder(w, c), (0, 0, 0, 0)
    ways: tuple[tuple[Any, ...], ...] = (
        ("lendCoins", nothing, person, COIN, 0, person),
        ("lendCash", nothing, person, 1, 0, person),
        ("takeCoins", nothing, 0, person, 1, 0, 0, person),
        ("takeCash", nothing, 0, person, 1, 0),
        ("rebook", (1, 0, 0, 0), 0),
    )
    function, *arguments = c.one_of(ways)
    w.act(person, "treasury", function, *arguments)
    w.succeeded = True
