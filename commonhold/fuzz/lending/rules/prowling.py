"""Whoever has no business here: every function of desk, book and auction, called by people with no part in the loan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN
from commonhold.fuzz.lending import inputs
from commonhold.fuzz.money.inputs import holder
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.lending.book_pages import FORECLOSURE

Way = Callable[[World, Choices, str], tuple[Any, ...]]


def approve_own(w: World, c: Choices, person: str) -> tuple[Any, ...]:
    loan_id = inputs.any_loan(w, c)
    loan = inputs.entry(w, loan_id)
    application = tuple(loan.application) if loan else (257, COIN, 1, 0, 0, 1)
    return "desk", "approve", loan_id, loan.borrower if loan else person, application, 1_000, w.now + 100


WAYS: tuple[Way, ...] = (
    lambda w, c, person: ("book", "draw", inputs.any_loan(w, c), person),
    lambda w, c, person: ("book", "drawCash", inputs.any_loan(w, c), person),
    lambda w, c, person: ("book", "drawForPurchase", inputs.any_loan(w, c)),
    lambda w, c, person: ("book", "drawForMarket", inputs.any_loan(w, c), holder(w, c), c.integer(0, 1), person),
    lambda w, c, person: ("desk", "acceptPurchase", inputs.any_loan(w, c), c.integer(0, 1)),
    lambda w, c, person: ("desk", "setMarket", person, True),
    lambda w, c, person: ("book", "rollOriginator", c.integer(0, 3), c.one_of((0, 1, 40, 2**256 - 1))),
    lambda w, c, person: ("desk", "withdraw", inputs.any_loan(w, c)),
    lambda w, c, person: ("desk", "request", inputs.application(w, c, inputs.share(w, c))),
    lambda w, c, person: ("book", "addCollateral", inputs.any_loan(w, c), c.one_of(inputs.ALL_SHARES)),
    lambda w, c, person: ("book", "mark", inputs.any_loan(w, c)),
    lambda w, c, person: ("book", "fixRate", inputs.any_loan(w, c)),
    lambda w, c, person: ("book", "giveNotice", inputs.any_loan(w, c)),
    lambda w, c, person: ("book", "startForeclosure", inputs.any_loan(w, c)),
    lambda w, c, person: ("book", "openNext", inputs.any_loan(w, c)),
    lambda w, c, person: ("book", "settle", inputs.any_loan(w, c), person, 1, 10**24, 0),
    lambda w, c, person: ("book", "takeHome", inputs.any_loan(w, c), 0),
    lambda w, c, person: ("book", "claimSurplus", holder(w, c), person),
    lambda w, c, person: ("book", "sweepFees", inputs.any_loan(w, c)),
    lambda w, c, person: ("desk", "stop", FORECLOSURE),
    lambda w, c, person: ("desk", "resume", FORECLOSURE),
    lambda w, c, person: ("book", "pay", inputs.any_loan(w, c), c.integer(0, 2)),
    lambda w, c, person: ("book", "payCash", inputs.any_loan(w, c), c.integer(0, 2), 0),
    lambda w, c, person: ("auction", "open", inputs.any_loan(w, c), c.one_of(inputs.ALL_SHARES), 1, 0),
    lambda w, c, person: ("auction", "bid", inputs.any_loan(w, c), 2**256 - 1, c.one_of(inputs.ALL_SHARES)),
    lambda w, c, person: ("auction", "close", inputs.any_loan(w, c)),
    lambda w, c, person: ("auction", "offerOwned", c.one_of(inputs.ALL_SHARES), 1, 1),
    lambda w, c, person: ("auction", "bidForOwned", c.one_of(inputs.ALL_SHARES), 2**256 - 1, 0),
    lambda w, c, person: ("auction", "markOwned", c.one_of(inputs.ALL_SHARES)),
    lambda w, c, person: ("book", "enter", inputs.any_loan(w, c), (1, 1, 1, 1, 1, b"\1" * 32, 0)),
    lambda w, c, person: ("book", "amend", inputs.any_loan(w, c), 2),
    lambda w, c, person: ("rates", "checkpoint"),
    lambda w, c, person: ("treasury", "finalise"),
    lambda w, c, person: ("treasury", "roll", c.one_of((1, 30, 2**256 - 1))),
    approve_own,
)
"""Every function of desk, book and auction, and what anyone may call of what they rest on. Nothing of it draws what was
not approved (T26): the model refuses, and a law looks at each draw."""


@rule(weight=6)
def prowl(w: World, c: Choices) -> None:
    person = w.cast[c.mostly("attacker", "insider", "spammer", "dao", "court", "registrar", percent=70)]
    for _ in range(c.integer(1, 4)):
        contract, function, *arguments = c.one_of(WAYS)(w, c, person)
        w.act(person, contract, function, *arguments)
    w.succeeded = True
