"""Does anything get dearer with the number of loans? The same calls with 10 and with 10,000 open loans.

The loans are really asked for, approved and drawn through the book, eight by each borrower on the eight shares of a
house of his. They are all due on a few days, so the loans of a day are as many as can be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commonhold.engines.base import Event
from commonhold.gasbench.chapters import lending
from commonhold.gasbench.engine import Call
from commonhold.gasbench.growth import LARGE, SMALL, Growth, Progress
from commonhold.gasbench.world import COIN, EXPIRES_AT, JURISDICTION, UNLIMITED, House, World, owner_id

OF_EACH = 8  # loans of a borrower and of a house: as many as both may have
CHUNK = 125  # borrowers between two reports of progress
AMOUNT = 1_000 * COIN  # the smallest loan
FIRST_BORROWER = 0xB0770E7  # their addresses are made up: the node sends for whoever it is told to

Scene = Callable[[World], Call]


def measure_loan_growth(world: World, progress: Progress) -> list[Growth]:
    """Open loans until there are SMALL, measure, open more until there are LARGE, measure again. Leaves no trace."""
    with world.engine.rollback():
        lending.opened(world)
        world.engine.node.rpc("anvil_autoImpersonateAccount", True)
        small = _measure_at(world, SMALL, progress)
        large = _measure_at(world, LARGE, progress)
        world.engine.node.rpc("anvil_autoImpersonateAccount", False)
    return [Growth(f"by open loans, {row}", small[row], large[row]) for row in small]


def _measure_at(world: World, loans: int, progress: Progress) -> dict[str, int]:
    _fill(world, loans, progress)
    lending.days_pass(world, 1)
    measured = {}
    for name, scene in SCENES.items():
        with world.engine.rollback():
            measured[name] = world.engine.gas_of(scene(world))
    return measured


def _fill(world: World, wanted: int, progress: Progress) -> None:
    """Whole borrowers with all their loans; the last ones have as many as are still wanted."""
    open_now = int(world.suite.desk.lastLoan())
    while open_now < wanted:
        counts = [OF_EACH] * min(CHUNK, -(-(wanted - open_now) // OF_EACH))
        counts[-1] = min(OF_EACH, wanted - open_now - OF_EACH * (len(counts) - 1))
        _open(world, counts)
        open_now += sum(counts)
        progress(open_now, wanted)
    assert world.suite.desk.lastLoan() == wanted


def _open(world: World, counts: list[int]) -> None:
    """For each count a new borrower with a house of his own and so many loans on its shares.

    Step by step for all of them: in a block the node sorts what different senders send.
    """
    suite, first_house = world.suite, world.suite.registry.propertyCount() + 1
    houses = [House(first_house + place, 8) for place in range(len(counts))]
    borrowers = {house: f"0x{(FIRST_BORROWER << 128) + house.id:040x}" for house in houses}
    settle = [world.register_call(house.id) for house in houses]
    for house, borrower in borrowers.items():
        args = (borrower, owner_id(borrower), EXPIRES_AT, JURISDICTION, 1)
        settle += [Call(world.issuer, suite.credentials, "issue", args), world.tokenize_call(house, borrower)]
    world.engine.run_many(settle)
    applications = [
        (borrowers[house], (house.share(number), AMOUNT, lending.INSTALMENTS, lending.FIXED, 0, lending.RATE_BPS))
        for house, count in zip(houses, counts, strict=True)
        for number in range(1, count + 1)
    ]
    _borrow(world, applications)


def _borrow(world: World, applications: list[tuple[str, Any]]) -> None:
    """Asked for, approved and drawn; underwriters take turns, for what one may approve is bounded."""
    engine, book, desk = world.engine, world.suite.book, world.suite.desk
    start, until = engine.block_number() + 1, engine.now() + lending.APPROVED_FOR
    engine.run_many([Call(borrower, desk, "request", (application,)) for borrower, application in applications])
    asked = [(event["loanId"], event["borrower"], event["application"]) for event in _requests(world, start)]
    approvals = [
        Call(
            world.second_underwriter if loan % 2 else world.underwriter,
            desk,
            "approve",
            (loan, borrower, tuple(application), lending.RATE_BPS, until),
        )
        for loan, borrower, application in asked
    ]
    engine.run_many(approvals)
    engine.run_many([Call(borrower, book, "draw", (loan, borrower)) for loan, borrower, _ in asked])


def _requests(world: World, from_block: int) -> list[Event]:
    return world.engine.events(world.suite.desk, "Requested", from_block=from_block)


# -------------------------------------------------------------------------------------------------------------- scenes


def _draw(world: World) -> Call:
    house, _, _ = lending.two_loans(world)
    return lending.draw(world, world.seller, lending.approved(world, world.seller, house.share(5)))


def _purchase(world: World) -> Call:
    house, _, _ = lending.two_loans(world)
    world.mint(world.newcomer, lending.PRICE)
    loan = lending.for_sale(world, world.newcomer, world.seller, house.share(5))
    return lending.purchase(world, world.newcomer, loan)


def _pay(world: World) -> Call:
    _, loan, _ = lending.two_loans(world)
    lending.days_pass(world, 10)
    return lending.pay(world, loan, 50 * COIN)


def _pay_instalment(world: World) -> Call:
    _, first, second = lending.two_loans(world)
    lending.days_pass(world, 20)
    instalment = lending.instalment_of(world, first)
    world.engine.run(lending.pay(world, first, instalment))
    return lending.pay(world, second, instalment)


def _repay(world: World) -> Call:
    _, loan, _ = lending.two_loans(world)
    lending.days_pass(world, 10)
    return lending.pay(world, loan, 2 * lending.AMOUNT)


def _mark(world: World) -> Call:
    _, loan, _ = lending.two_loans(world)
    lending.constant_value(world, lending.SHARE_USD * 9 // 10)
    return lending.by_anyone(world, "mark", loan)


def _add_collateral(world: World) -> Call:
    house, loan, _ = lending.two_loans(world)
    return Call(world.seller, world.suite.book, "addCollateral", (loan, house.share(5)))


def _past_due(world: World) -> int:
    """A loan 91 days past due, as all those that were opened before it are."""
    _, loan, _ = lending.two_loans(world)
    lending.days_pass(world, 31 + 91)
    return loan


def _start(world: World) -> Call:
    return lending.by_anyone(world, "startForeclosure", _past_due(world))


def _bid(world: World) -> Call:
    loan = _past_due(world)
    lending.may_bid(world, world.newcomer)
    world.engine.run(lending.by_anyone(world, "startForeclosure", loan))
    lending.days_pass(world, 3)
    return lending.bid(world, loan)


def _roll(world: World) -> Call:
    """The day on which the loans' interest ends or their fall sets in."""
    lending.two_loans(world)
    treasury = world.suite.treasury
    impaired = -(-(world.engine.now() + lending.MONTH) // lending.DAY) + 30
    world.engine.set_time((impaired - 1) * lending.DAY + 10)
    treasury.roll(10_000, sender=world.stranger)
    world.engine.set_time(impaired * lending.DAY + 10)
    return Call(world.stranger, treasury, "roll", (UNLIMITED,))


SCENES: dict[str, Scene] = {
    "draw on an owned share": _draw,
    "financed purchase": _purchase,
    "payment, the due time stays": _pay,
    "payment that closes an instalment": _pay_instalment,
    "repayment in full with release": _repay,
    "mark": _mark,
    "addCollateral": _add_collateral,
    "startForeclosure; all loans are past due": _start,
    "winning bid with a surplus; all loans are past due": _bid,
    "roll, the day on which all loans are impaired": _roll,
}
