"""What the tests of the money have in common: acts that must succeed, and states to begin from."""

from __future__ import annotations

from typing import Any

from commonhold.fuzz.money.inputs import treasury
from commonhold.fuzz.opening import must
from commonhold.fuzz.world import World

LAST_LOAN = 12
"""The largest of the opening, 53,000."""


def do(w: World, name: str, contract: str, function: str, *arguments: Any) -> Any:
    """Somebody does it, on both sides; returns its result."""
    outcome = w.act(w.cast[name], contract, function, *arguments)
    must(outcome)
    return outcome.result


def refused(w: World, name: str, contract: str, function: str, *arguments: Any) -> tuple[str, tuple[Any, ...]]:
    outcome = w.act(w.cast[name], contract, function, *arguments)
    assert outcome.refused is not None, f"{function} was not refused"
    return outcome.refused.name, outcome.refused.arguments


def cash(w: World, dollars: int) -> int:
    return dollars * 10**w.model.reserve.decimals


def coins_of(w: World, name: str) -> int:
    return w.port.view("coin", "balanceOf", w.cast[name])


def page(w: World) -> Any:
    """In the second of the last act."""
    w.model.chain.now = w.port.engine.now()
    return w.check_view("page", "page")


def look_at(w: World, second: int) -> Any:
    """The page at a later second, without a call."""
    w.port.engine.set_time(second)
    w.model.chain.now = second
    w.next_at = second + 1
    return page(w)


def worth(w: World, coins: int) -> int:
    return w.port.view("treasury", "worthDown", coins)


def lose(w: World, loan_id: int = LAST_LOAN) -> None:
    """A loan is foreclosed and its share worth nothing: 53,000 dollars are lost, 33,000 of them the coins'."""
    do(w, "bob", "test_book", "foreclose", loan_id, 0)


def request_all_cash(w: World) -> int:
    """Everybody but the attacker wants out, so that coins wait and no cash is left. Returns the coins that wait."""
    for name in ("alice", "bob", "carol", "dave", "insider", "spammer", "flapper"):
        do(w, name, "treasury", "requestRedeem", coins_of(w, name), w.cast[name], w.cast[name])
    assert treasury(w).cash == 0
    return page(w).waiting


def later(w: World, seconds: int) -> None:
    """The next act is so much later than the last."""
    w.next_at = w.actions[-1].at + seconds if w.actions else w.next_at + seconds
