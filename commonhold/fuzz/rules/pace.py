"""Time, lost wallets and the table of books where the money plays alone: in the whole suite other rules move them."""

from __future__ import annotations

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import DAY
from commonhold.fuzz.money import inputs
from commonhold.fuzz.money.inputs import treasury
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World

HOUR = 3_600
SCHEDULE = (0, 30, 90, 120)  # days past due at which a loan counts otherwise


def edges(w: World) -> list[int]:
    """Seconds ahead at which something changes by itself."""
    t, now = treasury(w), w.now
    seconds = [(now // HOUR + 1) * HOUR, (now // HOUR + 2) * HOUR, (now // DAY + 1) * DAY]
    seconds += [stop.stopped_until for stop in t.stops.values()]
    seconds += [stop.stopped_until + stop.period for stop in t.stops.values()]
    if t.gate.paused_at is not None:
        seconds.append(t.gate.paused_at + t.gate.terms.dwellPeriod)
    if t.raised_cap is not None:
        seconds.append(t.raised_cap[1])
    return [second for second in seconds if second > now]


def loan_edges(w: World) -> list[int]:
    """Days of loans that are coming."""
    days = {loan.day(number) for loan in treasury(w).loans.values() for number in SCHEDULE}
    return sorted(second for second in days if w.now < second < w.now + w.furthest)


@rule(weight=8)
def wait_a_little(w: World, c: Choices) -> None:
    w.jump_to(w.now + c.one_of((1, 60, HOUR, HOUR)) * c.integer(1, 5))
    w.succeeded = True


@rule(weight=4)
def share_a_second(w: World, c: Choices) -> None:
    """What comes next comes in the same block."""
    w.stay()
    w.succeeded = True


@rule(weight=5)
def wait_for_edge(w: World, c: Choices) -> None:
    w.jump_to(c.one_of(edges(w)) + c.integer(-1, 1))
    w.succeeded = True


@rule(weight=2)
def wait_for_loan(w: World, c: Choices) -> None:
    ahead = loan_edges(w)
    if ahead:
        w.jump_to(ahead[c.integer(0, min(6, len(ahead) - 1))] + c.integer(-1, 1))
        w.succeeded = True


@rule(weight=2)
def wait_days(w: World, c: Choices) -> None:
    w.jump_to(w.now + c.one_of((1, 1, 2, 3, 10, 30)) * DAY + c.integer(0, HOUR))
    w.succeeded = True


@rule(weight=1)
def lose_wallet(w: World, c: Choices) -> None:
    """Somebody's wallet is lost, and a spare one takes its place: his claims follow, his coins stay where they are."""
    credentials = w.model.credentials
    known = [name for name in w.cast.wallets if credentials.isValid(name)]
    spare = [name for name in w.cast.wallets if name not in credentials.credentials]
    if not known or not spare:
        return
    old, new = c.one_of(known), c.one_of(spare)
    if w.act(w.cast["issuer"], "credentials", "startRecovery", old, new).refused is None:
        w.jump_to(w.now + credentials.recovery_period)
        w.act(new, "credentials", "finishRecovery", old)


@rule(weight=1)
def set_book(w: World, c: Choices) -> None:
    who = c.mostly(inputs.holder(w, c), w.port.addresses["test_book"], percent=80)
    inputs.decide(w, c, "loans", "setBook", who, c.chance(40))


@rule(weight=1)
def close_book(w: World, c: Choices) -> None:
    """It lends no more; what it lent is paid, marked and foreclosed as before."""
    book = c.mostly(w.port.addresses["test_book"], inputs.holder(w, c), percent=85)
    inputs.decide(w, c, "loans", "closeBook", book)


@rule(weight=3)
def set_book_again(w: World, c: Choices) -> None:
    """The only book that lends does not stay away for long."""
    book = w.port.addresses["test_book"]
    if not w.model.loans.mayLend(book):
        inputs.decide(w, c, "loans", "setBook", book, True)
