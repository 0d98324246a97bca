"""Payments, collateral, marks and rates."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import DAY
from commonhold.fuzz.lending import inputs
from commonhold.fuzz.money.inputs import cash as cash_of
from commonhold.fuzz.money.inputs import dollars_short, holder, rich
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.lending.lateness import first_midnight
from commonhold.model.lending.resets import next_reset
from commonhold.model.lending.terms import Kind, Stage

MONTH = 2_628_000


@rule(weight=10)
def pay_loan(w: World, c: Choices) -> None:
    loan_id = inputs.open_loan(w, c)
    person, coins = inputs.borrower_of(w, c, loan_id), inputs.payment(w, c, loan_id)
    if w.model.coin.balances[person] < coins < 10**24 and c.chance(80):
        earn(w, person, coins)
    w.act(person, "book", "pay", loan_id, coins)


@rule(weight=12)
def pay_all_that_is_due(w: World, c: Choices) -> None:
    """Everybody who is behind catches up, so that not all loans die of old age."""
    for loan_id in inputs.loans_in(w, Stage.ACTIVE):
        loan, found = w.model.book.loans[loan_id], inputs.book(w)
        if loan.progress.due_at > w.now or c.chance(15):
            continue
        months = (w.now - loan.progress.due_at) // MONTH + 1
        coins = found.feesDueOf(loan_id) + inputs.coins_for(w, months * loan.instalment)
        person = found.today(loan)
        if person not in w.cast.people:
            continue
        if w.model.coin.balances[person] < coins:
            earn(w, person, coins)
        if w.model.coin.balances[person] >= coins:
            w.act(person, "book", "pay", loan_id, coins)


def earn(w: World, person: str, coins: int) -> None:
    """Cash from outside, for coins; where they can't be bought, from somebody who has some."""
    cash = coins // w.model.treasury.scale + 1
    w.act(person, "reserve", "mint", person, cash)
    if w.act(person, "treasury", "buy", cash, 0, person).refused is None:
        return
    richest = max(w.cast.wallets, key=w.model.coin.unfrozen)
    w.act(richest, "coin", "transfer", person, min(coins, w.model.coin.unfrozen(richest)))


@rule(weight=3)
def recapitalise(w: World, c: Choices) -> None:
    """Below coverage 1 somebody brings in what is missing, or not."""
    short = dollars_short(w)
    if short:
        cash = cash_of(w, short + c.integer(0, 20_000))
        w.act(w.cast["alice"], "reserve", "mint", w.cast["alice"], cash)
        w.act(w.cast["alice"], "treasury", "contribute", cash)


@rule(weight=2)
def pay_for_another(w: World, c: Choices) -> None:
    loan_id = inputs.open_loan(w, c)
    w.act(rich(w, c), "book", "pay", loan_id, inputs.payment(w, c, loan_id))


@rule(weight=1)
def pay_with_frozen_coins(w: World, c: Choices) -> None:
    """They pay their owner's debt, or a bid, and nobody else's."""
    loan_id = inputs.open_loan(w, c)
    person = c.one_of((rich(w, c), inputs.borrower_of(w, c, loan_id)))
    coins, balance = inputs.payment(w, c, loan_id), w.model.coin.balances[person]
    frozen = c.one_of((balance, max(0, balance - coins), max(0, balance - coins) + 1))
    w.act(w.cast["court"], "coin", "setFrozenTokens", person, frozen)
    w.act(person, "book", "pay", loan_id, coins)


@rule(weight=3)
def pay_in_cash(w: World, c: Choices) -> None:
    loan_id = inputs.open_loan(w, c)
    unit = w.model.treasury.scale
    cash = min(inputs.payment(w, c, loan_id), 2**128) // unit + c.integer(0, 1)
    credit = w.model.treasury.creditForCash(cash)
    least = c.mostly(0, credit, credit + 1, percent=85)
    w.act(c.mostly(inputs.borrower_of(w, c, loan_id), holder(w, c)), "book", "payCash", loan_id, cash, least)


@rule(weight=1)
def pay_in_parts(w: World, c: Choices) -> None:
    """Within a second: parts cost what the whole does."""
    loan_id = inputs.open_loan(w, c)
    person, coins = inputs.borrower_of(w, c, loan_id), inputs.payment(w, c, loan_id)
    for _ in range(c.integer(2, 4)):
        w.act(person, "book", "pay", loan_id, max(1, coins // 4))
        w.stay()


@rule(weight=3)
def pledge_more(w: World, c: Choices) -> None:
    loan_id = inputs.open_loan(w, c)
    person = inputs.borrower_of(w, c, loan_id)
    w.act(person, "book", "addCollateral", loan_id, inputs.free_share_of(w, c, person))


@rule(weight=1)
def pledge_everything(w: World, c: Choices) -> None:
    """More shares than a loan can have."""
    loan_id = inputs.open_loan(w, c)
    person = inputs.borrower_of(w, c, loan_id)
    for share_id in inputs.shares_free(w, person)[:9]:
        w.act(person, "book", "addCollateral", loan_id, share_id)


@rule(weight=5)
def mark_one(w: World, c: Choices) -> None:
    w.act(holder(w, c), "book", "mark", inputs.open_loan(w, c))


def adjustable(w: World, c: Choices) -> int:
    found = [number for number in inputs.loans_in(w, Stage.ACTIVE, Stage.FORECLOSING) if is_adjustable(w, number)]
    return inputs.pick(c, found, inputs.any_loan(w, c))


def is_adjustable(w: World, loan_id: int) -> bool:
    return bool(w.model.book.loans[loan_id].application.kind == Kind.ADJUSTABLE)


@rule(weight=2)
def fix_rate(w: World, c: Choices) -> None:
    loan_id = adjustable(w, c) if c.chance(90) else inputs.open_loan(w, c)
    w.act(holder(w, c), "book", "fixRate", loan_id)


@rule(weight=2)
def wait_for_reset(w: World, c: Choices) -> None:
    """To the edges of the time in which a rate is fixed, and of the day with which it comes into force."""
    loan = inputs.entry(w, adjustable(w, c))
    if loan is None or not loan.is_open:
        return
    at = loan.fixed[1] if loan.fixed and loan.fixed[1] > w.now else next_reset(loan.progress, w.now)
    if at:
        w.jump_to(c.one_of((at, at, at - w.model.book.numbers.fixingPeriod)) + c.integer(-1, 1))
        w.succeeded = True


@rule(weight=2)
def wait_for_schedule(w: World, c: Choices) -> None:
    """To a due time, its midnight, or the end of its grace, or a second off."""
    loan = inputs.entry(w, inputs.open_loan(w, c))
    if loan is None or not loan.is_open:
        return
    due = loan.progress.due_at
    midnight = first_midnight(due)
    edges = (due, due - MONTH, midnight, midnight + w.model.book.numbers.graceDays * DAY)
    w.jump_to(c.one_of(edges) + c.integer(-1, 1))
    w.succeeded = True
