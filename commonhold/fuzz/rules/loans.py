"""Loans of the test book: drawn, paid, marked, foreclosed, and homes that the treasury came to own."""

from __future__ import annotations

from typing import Any

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN
from commonhold.fuzz.money import inputs
from commonhold.fuzz.money.inputs import treasury
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.money.ageing import DAY, IMPAIRED_DAYS, RAW

MAX_LOANS = 14
FULL_VALUE = 100_000 * COIN


def rate(c: Choices) -> int:
    return c.mostly(c.integer(300, 1_500), 0, 10_000, 10_001, percent=94)


def fee_of(c: Choices, amount: int) -> int:
    """What a book keeps: mostly a hundredth."""
    return c.mostly(amount // 100, 0, 1, amount, amount + 1, percent=70)


@rule(weight=4)
def draw_coins(w: World, c: Choices) -> None:
    if len(treasury(w).loans) >= MAX_LOANS:
        return
    person, share = inputs.holder(w, c), inputs.share(w, c)
    principal = inputs.some(c, w.model.test_book.small.values[share] * 6 // 10)
    instalment = max(1, principal // c.one_of((60, 12, 1)))
    terms = rate(c), instalment, inputs.payee(w, c, person)
    if c.chance(50):
        w.act(person, "test_book", "draw", share, principal, *terms)
    else:
        w.act(person, "test_book", "drawLess", share, principal, fee_of(c, principal), *terms)


@rule(weight=3)
def draw_cash(w: World, c: Choices) -> None:
    t = treasury(w)
    if len(t.loans) >= MAX_LOANS:
        return
    person, share = inputs.holder(w, c), inputs.share(w, c)
    least = t.coins * t.terms.minCashRatioBps // 10_000 // t.scale
    cash = inputs.some(c, c.one_of((inputs.cash(w, 20_000), max(0, t.freeCash() - least), t.freeCash())))
    instalment = max(1, cash * t.scale // 60)
    terms = rate(c), instalment, inputs.payee(w, c, person)
    if c.chance(50):
        w.act(person, "test_book", "drawCash", share, cash, *terms)
    else:
        w.act(person, "test_book", "drawCashLess", share, cash, fee_of(c, cash * t.scale), *terms)


@rule(weight=7)
def pay_coins_back(w: World, c: Choices) -> None:
    """An instalment, a part, all of it, more than is owed."""
    loan_id, person = inputs.loan(w, c), inputs.rich(w, c)
    position = inputs.position(w, loan_id)
    if position is None:
        w.act(person, "test_book", "pay", loan_id, COIN)
        return
    terms, debt = w.model.test_book.small.terms[loan_id], position.debt_up(w.now)
    price = treasury(w).price()
    all_of_it = price.coins_for_up(debt) if price.assets else debt
    usual = c.one_of((terms.instalment, 3 * terms.instalment, all_of_it, inputs.some(c, all_of_it), 1))
    coins = c.mostly(usual, all_of_it + 1, all_of_it - 1, 2 * debt, 0, percent=90)
    if c.chance(80):
        w.act(person, "test_book", "pay", loan_id, coins)
    else:
        w.act(person, "test_book", "payMore", loan_id, coins, fee_of(c, terms.instalment))


@rule(weight=1)
def pay_only_a_fee(w: World, c: Choices) -> None:
    """A payment that is all kept."""
    w.act(inputs.rich(w, c), "test_book", "payFee", inputs.loan(w, c), c.one_of((0, 1, c.integer(1, 100 * COIN))))


@rule(weight=4)
def pay_cash_back(w: World, c: Choices) -> None:
    t, loan_id = treasury(w), inputs.loan(w, c)
    position = inputs.position(w, loan_id)
    debt = position.debt_up(w.now) if position else COIN
    most = debt // t.scale
    instalment = w.model.test_book.small.terms[loan_id].instalment // t.scale if position else 0
    cash = c.one_of((inputs.some(c, most), 1 + instalment, 1 + instalment))
    w.act(inputs.holder(w, c), "test_book", "payCash", loan_id, cash)


@rule(weight=5)
def mark_loan(w: World, c: Choices) -> None:
    w.act(inputs.holder(w, c), "test_book", "mark", inputs.loan(w, c))


@rule(weight=3)
def value_share(w: World, c: Choices) -> None:
    """What a share is worth changes; the loan knows it when it is marked or paid."""
    book = w.model.test_book.small
    used = [terms.share for terms in book.terms.values()]
    share = c.one_of(used) if used and c.chance(80) else c.one_of(list(book.values))
    usd = FULL_VALUE * c.one_of((100, 100, 120, 80, 60, 40, c.integer(0, 130))) // 100 + c.integer(0, 1)
    w.act(inputs.holder(w, c), "test_book", "setValue", share, usd)


@rule(weight=1)
def set_rate(w: World, c: Choices) -> None:
    w.act(inputs.holder(w, c), "test_book", "setRate", inputs.loan(w, c), rate(c))


@rule(weight=3)
def set_next_rate(w: World, c: Choices) -> None:
    """From a midnight on: a near one, one about the loan's day 30, or none."""
    loan_id = inputs.loan(w, c)
    position = inputs.position(w, loan_id)
    midnight = (w.now // DAY + 1) * DAY
    impaired = position.day(IMPAIRED_DAYS) if position else midnight
    usual = c.one_of((midnight, midnight + DAY * c.integer(1, 40), impaired - DAY, impaired, impaired + DAY))
    reset_at = c.mostly(usual, midnight - DAY, midnight + 1, percent=94)
    if c.chance(10):
        w.act(inputs.holder(w, c), "test_book", "setNextRate", loan_id, 0, 0)
    else:
        w.act(inputs.holder(w, c), "test_book", "setNextRate", loan_id, rate(c), reset_at)


def late_loan(w: World, c: Choices) -> int:
    """Mostly one that is 90 days past due, if there is one."""
    book = w.port.addresses["test_book"]
    late = [number for (owner, number), loan in treasury(w).loans.items() if owner == book and loan.day(90) <= w.now]
    return c.one_of(late) if late else inputs.loan(w, c)


@rule(weight=1)
def foreclose_without_bid(w: World, c: Choices) -> None:
    loan_id = late_loan(w, c)
    terms = w.model.test_book.small.terms.get(loan_id)
    floor = w.model.test_book.small.values[terms.share] * 7 // 10 if terms else 0
    w.act(inputs.holder(w, c), "test_book", "foreclose", loan_id, c.mostly(floor, 0, 2**95, percent=90))


@rule(weight=1)
def foreclose_a_part(w: World, c: Choices) -> None:
    """One of several shares, and the loan goes on."""
    loan_id = late_loan(w, c)
    position = inputs.position(w, loan_id)
    counts = int(position.carrying_raw(w.now) // RAW) if position else COIN
    usual = c.one_of((counts, counts // 2, inputs.some(c, counts)))
    w.act(inputs.holder(w, c), "test_book", "foreclosePart", loan_id, inputs.share(w, c), usual)


@rule(weight=1)
def foreclose_for_coins(w: World, c: Choices) -> None:
    loan_id, bidder = late_loan(w, c), inputs.rich(w, c)
    position = inputs.position(w, loan_id)
    debt = position.debt_up(w.now) if position else 0
    w.act(bidder, "test_book", "forecloseForCoins", loan_id, inputs.some(c, debt))


@rule(weight=1)
def mark_home(w: World, c: Choices) -> None:
    share = inputs.home(w, c)
    w.act(inputs.holder(w, c), "test_book", "markOwned", share, inputs.some(c, treasury(w).homes.get(share, COIN)))


@rule(weight=2)
def sell_home(w: World, c: Choices) -> None:
    t, share, buyer = treasury(w), inputs.home(w, c), inputs.rich(w, c)
    value = t.homes.get(share, COIN)
    if c.chance(50):
        w.act(buyer, "test_book", "sellHomeForCash", share, inputs.some(c, value // t.scale))
        return
    price = t.price()
    coins = price.coins_for_up(value) if price.assets else value
    w.act(buyer, "test_book", "sellHomeForCoins", share, c.one_of((coins, coins, inputs.some(c, coins))))


@rule(weight=1)
def pose_as_book(w: World, c: Choices) -> None:
    """A loan ledger listens to nobody else."""
    person, nothing = inputs.holder(w, c), (0,) * 10
    if w.model.loans.isBook(person):
        return
    loan = (10**21, 600, 0, w.now, w.now + 9, 0, 0, 0, 0, 0)
    ways: tuple[tuple[Any, ...], ...] = (
        ("lendCoins", loan, person, 0),
        ("lendCash", loan, 1, person),
        ("payInCoins", loan, nothing, person, 1, 0),
        ("payInCash", loan, nothing, person, 1),
        ("push", loan, loan),
        ("forecloseForCoins", loan, person, 1),
        ("takeHome", loan, nothing, 257, 1),
        ("markOwned", 257, 0),
        ("sellHomeForCoins", 257, person, 1),
        ("sellHomeForCash", 257, person, 1),
        ("roll", 0, 1),
    )
    function, *arguments = c.one_of(ways)
    w.act(person, "loans", function, *arguments)
    w.succeeded = True
