"""Houses' money: paid in, payees and their delays, invoices within the limits, by ballot, the DAO's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commonhold.fuzz.choices import Choices
from commonhold.fuzz.inputs import COIN, DAY, fresh_word
from commonhold.fuzz.lending import inputs
from commonhold.fuzz.lending.scene import HOUSES
from commonhold.fuzz.market import lease_inputs
from commonhold.fuzz.market.scene import BALLOT, MANAGERS
from commonhold.fuzz.money.inputs import decide, holder, rich
from commonhold.fuzz.rules.registry import rule
from commonhold.fuzz.world import World
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD
from commonhold.model.market.purses import HouseEscrow, Purse

PURSES = "house_escrow"


def purses(w: World) -> HouseEscrow:
    """The model's, in the second of the next action."""
    w.model.chain.now = w.now
    found: HouseEscrow = w.model.house_escrow
    return found


def purse(w: World, house: int) -> Purse:
    return purses(w).purses.get(house, Purse())


def house(c: Choices) -> int:
    return c.mostly(c.one_of((1, 1, *HOUSES)), 0, 9, percent=97)


def manager_of(w: World, c: Choices, number: int) -> str:
    manager = w.model.registry.managerOf(number)
    usual = manager if manager in w.cast.people else w.cast["manager"]
    return c.mostly(usual, w.cast["attacker"], w.cast["second_manager"], w.cast["manager"], percent=95)


def payee(w: World, c: Choices, number: int) -> str:
    """Mostly one who is registered."""
    known = list(purse(w, number).payees)
    return c.one_of(known) if known and c.chance(95) else holder(w, c)


def invoice(w: World, c: Choices, number: int) -> bytes:
    """Mostly a new one; the same hash may be another house's, too."""
    paid = [word for found in w.model.house_escrow.purses.values() for word in sorted(found.paid)]
    return c.mostly(fresh_word(c), c.one_of(paid) if paid else ZERO_WORD, ZERO_WORD, percent=93)


def amount(w: World, c: Choices, number: int) -> int:
    """On the limits of an invoice and of what is left of the window, on the balance, and a wei off."""
    balance, (of_invoice, _), _, left, _ = purses(w).purseOf(number)
    usual = c.one_of((of_invoice, min(of_invoice, left), c.integer(1, 900) * COIN - c.integer(0, 49)))
    near = [edge + off for edge in (of_invoice, left, balance) for off in (-1, 0, 1)]
    return max(0, c.mostly(max(1, min(usual, balance)), *near, 0, 1, 2**256 - 1, percent=65))


@rule(weight=4)
def fund_house(w: World, c: Choices) -> None:
    number, person = house(c), rich(w, c)
    room = 2**96 - purse(w, number).balance - purse(w, number).fees
    coins = c.mostly(c.integer(1, 4_000) * COIN + c.integer(0, 999), 0, 1, room, room - 1, percent=92)
    lease_inputs.have_coins(w, c, person, PURSES, coins)
    w.act(person, PURSES, "fund", number, coins, c.integer(0, 2))


@rule(weight=3)
def register_payee(w: World, c: Choices) -> None:
    """By the manager, who has to wait, or by the DAO; one who waits, or is there already, too."""
    number = house(c)
    who = c.mostly(holder(w, c), payee(w, c, number), percent=70)
    who = c.mostly(who, ZERO_ADDRESS, w.port.addresses["treasury"], w.port.addresses[PURSES], percent=90)
    if c.chance(70):
        w.act(manager_of(w, c, number), PURSES, "registerPayee", number, who, c.chance(60))
    else:
        decide(w, c, PURSES, "registerPayee", number, who, c.chance(60))


@rule(weight=1)
def remove_payee(w: World, c: Choices) -> None:
    number = house(c)
    who = payee(w, c, number)
    if c.chance(70):
        w.act(manager_of(w, c, number), PURSES, "removePayee", number, who)
    else:
        decide(w, c, PURSES, "removePayee", number, who)


@rule(weight=9)
def pay_invoice(w: World, c: Choices) -> None:
    """Now and then in the first second in which the payee can be paid, or the window is over, or a second off."""
    number = house(c)
    who = payee(w, c, number)
    if c.chance(25):
        w.jump_to(purses(w).payeeOf(number, who)[0] + c.integer(-1, 1))
    if c.chance(15):
        w.jump_to(purses(w).purseOf(number)[4] + c.integer(-1, 1))
    word, coins = invoice(w, c, number), amount(w, c, number)
    w.act(manager_of(w, c, number), PURSES, "pay", number, who, word, coins)


def ready(w: World, c: Choices, coins: int) -> tuple[int, str, str] | None:
    """A house with so much money, its manager, and a payee who can be paid."""
    number = c.one_of(list(HOUSES))
    manager = w.model.registry.managerOf(number)
    if manager not in w.cast.people:
        return None
    able = [who for who, row in purse(w, number).payees.items() if row.active_from <= w.now]
    if not able:
        able = [holder(w, c)]
        w.act(w.cast["dao"], PURSES, "registerPayee", number, able[0], c.chance(60))
    if purse(w, number).balance < coins:
        person = rich(w, c)
        lease_inputs.have_coins(w, c, person, PURSES, coins)
        w.act(person, PURSES, "fund", number, coins, c.integer(0, 2))
    return number, manager, c.one_of(able)


@rule(weight=2)
def pay_twice(w: World, c: Choices) -> None:
    """The same invoice, perhaps to somebody else, for another amount, or in another house, which has its own."""
    found = ready(w, c, 2_000 * COIN)
    if found is None:
        return
    number, manager, who = found
    coins = max(1, min(c.integer(1, 300) * COIN - c.integer(0, 49), *purses(w).purseOf(number)[1]))
    word = fresh_word(c)
    w.act(manager, PURSES, "pay", number, who, word, coins)
    other = c.mostly(number, c.one_of(list(HOUSES)), percent=80)
    again = c.mostly(who, payee(w, c, other), percent=80)
    if c.chance(30):
        w.act(w.port.addresses[BALLOT], PURSES, "payByBallot", other, again, word, coins)
    w.act(manager_of(w, c, other), PURSES, "pay", other, again, word, c.mostly(coins, 1, percent=80))


@rule(weight=2)
def pay_new_payee(w: World, c: Choices) -> None:
    """In the first second in which he can be paid, or the one before, or by the DAO's word at once."""
    found = ready(w, c, 1_000 * COIN)
    if found is None:
        return
    number, manager, _ = found
    fresh = [person for person in w.cast.people if not purses(w).payeeOf(number, person)[0]]
    if not fresh:
        return
    who = c.one_of(fresh)
    w.act(manager, PURSES, "registerPayee", number, who, c.chance(60))
    if c.chance(20):
        w.act(c.mostly(w.cast["dao"], manager, percent=50), PURSES, "registerPayee", number, who, c.chance(60))
    else:
        w.jump_to(purses(w).payeeOf(number, who)[0] + c.integer(-1, 1))
    w.act(manager, PURSES, "pay", number, who, fresh_word(c), c.integer(1, 99) * COIN - c.integer(0, 49))


@rule(weight=3)
def straddle_windows(w: World, c: Choices) -> None:
    """A little at the edge of a window, and all that a manager can release, with a wei more, after it."""
    found = ready(w, c, 5_000 * COIN)
    if found is None:
        return
    number, manager, _ = found
    w.act(manager, PURSES, "pay", number, payee(w, c, number), fresh_word(c), c.integer(1, 5) * COIN)
    ends_at = purses(w).purseOf(number)[4]
    w.jump_to(ends_at + c.integer(-1, 1))
    for _ in range(c.integer(1, 5)):
        _, (of_invoice, _), _, left, _ = purses(w).purseOf(number)
        coins = max(1, min(of_invoice, left + c.integer(0, 1)))
        w.act(manager, PURSES, "pay", number, payee(w, c, number), fresh_word(c), coins)


@rule(weight=4)
def pay_by_ballot(w: World, c: Choices) -> None:
    """Above every limit of the manager's."""
    ballot = w.port.addresses[BALLOT]
    if ballot not in w.model.house_escrow.ballots and c.chance(90):
        decide(w, c, PURSES, "setBallot", ballot, True)
    elif c.chance(8):
        decide(w, c, PURSES, "setBallot", ballot, False)
    found = ready(w, c, 4_000 * COIN)
    number, _, who = found or (house(c), "", holder(w, c))
    balance = purses(w).purseOf(number)[0]
    coins = c.mostly(min(balance, 3_500 * COIN), amount(w, c, number), balance, balance + 1, percent=60)
    sender = c.mostly(ballot, manager_of(w, c, number), percent=93)
    w.act(sender, PURSES, "payByBallot", number, c.mostly(who, payee(w, c, number)), invoice(w, c, number), coins)


@rule(weight=2)
def set_ballot(w: World, c: Choices) -> None:
    who = c.mostly(w.port.addresses[BALLOT], w.port.addresses["desk"], w.cast["attacker"], percent=92)
    decide(w, c, PURSES, "setBallot", who, c.chance(70))


@rule(weight=2)
def set_limits(w: World, c: Choices) -> None:
    of_invoice = c.one_of((1_000 * COIN, c.integer(1, 2_000) * COIN, 0, 7))
    of_window = c.mostly(of_invoice * c.integer(1, 4), of_invoice, max(0, of_invoice - 1), 2**96 - 1, percent=80)
    decide(w, c, PURSES, "setLimits", house(c), of_invoice, of_window)


@rule(weight=2)
def sweep_vendor_fees(w: World, c: Choices) -> None:
    waiting = [number for number, found in w.model.house_escrow.purses.items() if found.fees]
    w.act(holder(w, c), PURSES, "sweepFees", inputs.pick(c, waiting, house(c)) if c.chance(90) else house(c))


@rule(weight=1)
def change_manager_of_purse(w: World, c: Choices) -> None:
    """Who comes inherits payees, limits and window; the first one comes back some day."""
    w.act(w.cast["registrar"], "registry", "setManager", c.one_of(list(HOUSES)), w.cast[c.one_of(MANAGERS)])


@rule(weight=1)
def freeze_purses_coins(w: World, c: Choices) -> None:
    at = w.port.addresses[PURSES]
    held = w.model.coin.balances[at]
    w.act(w.cast["court"], "coin", "setFrozenTokens", at, c.one_of((held, held // 2, 1, 0)))


@rule(weight=3)
def thaw_purses_coins(w: World, c: Choices) -> None:
    at = w.port.addresses[PURSES]
    if w.model.coin.frozen[at]:
        w.act(w.cast["court"], "coin", "setFrozenTokens", at, 0)


@rule(weight=1)
def give_purses_coins(w: World, c: Choices) -> None:
    """Nobody's."""
    w.act(rich(w, c), "coin", "transfer", w.port.addresses[PURSES], c.integer(1, 5) * COIN)


@rule(weight=2)
def wait_for_purse(w: World, c: Choices) -> None:
    found = purses(w)
    seconds = [found.purseOf(number)[4] for number in found.purses]
    seconds += [who.active_from for one in found.purses.values() for who in one.payees.values()]
    ahead = sorted({second for second in seconds if second > w.now})
    if ahead:
        w.jump_to(c.one_of(ahead) + c.integer(-1, 1))
        w.succeeded = True


Way = Callable[[World, Choices, str], tuple[Any, ...]]

WAYS: tuple[Way, ...] = (
    lambda w, c, person: ("pay", house(c), payee(w, c, 1), fresh_word(c), 1),
    lambda w, c, person: ("pay", house(c), person, fresh_word(c), 1),
    lambda w, c, person: ("payByBallot", house(c), payee(w, c, 1), fresh_word(c), 1),
    lambda w, c, person: ("registerPayee", house(c), person, False),
    lambda w, c, person: ("removePayee", house(c), payee(w, c, 1)),
    lambda w, c, person: ("setLimits", house(c), 2**96 - 1, 2**96 - 1),
    lambda w, c, person: ("setBallot", person, True),
    lambda w, c, person: ("sweepFees", house(c)),
    lambda w, c, person: ("fund", house(c), c.integer(0, 2) * DAY, 2),
)


@rule(weight=2)
def prowl_purses(w: World, c: Choices) -> None:
    """Every function, called by people who have no business with the house."""
    person = w.cast[c.mostly("attacker", "insider", "spammer", "dao", "court", "registrar", percent=70)]
    for _ in range(c.integer(1, 3)):
        function, *arguments = c.one_of(WAYS)(w, c, person)
        w.act(person, PURSES, function, *arguments)
    w.succeeded = True
