"""Time, and the DAO's rows for the book."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import DAY
from commonhold.fuzz.money.inputs import decide, holder
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World

MONTH = 2_628_000


@rule(weight=1)
def wait_a_month(w: World, c: Choices) -> None:
    w.jump_to(w.now + MONTH + c.integer(-2, 2) * DAY)
    w.succeeded = True


@rule(weight=1)
def set_lending_book(w: World, c: Choices) -> None:
    who = c.mostly(w.port.addresses["book"], holder(w, c), percent=60)
    if c.chance(70):
        decide(w, c, "loans", "closeBook", who)
    else:
        decide(w, c, "loans", "setBook", who, c.chance(40))


@rule(weight=4)
def set_lending_book_again(w: World, c: Choices) -> None:
    """The only book that lends does not stay away for long, nor does the auction, which is closed to new business."""
    for name in ("book", "auction"):
        address = w.port.addresses[name]
        if not w.model.loans.isBook(address) or (name == "book" and not w.model.loans.mayLend(address)):
            decide(w, c, "loans", "setBook", address, True)
            if name == "auction":
                decide(w, c, "loans", "closeBook", address)
            return
