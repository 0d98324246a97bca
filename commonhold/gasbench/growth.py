"""Does anything get dearer with size? The same calls with 10 and with 10,000 homes, and as many requests and listings.

The homes are really registered and tokenized through the contracts, and the last share of each is listed in the
market. Each time the newest home is used, and one person holds all shares of all homes but those moved here, so that a
loop over homes, shares or holders would show. The requests are dust: each has the fewest coins that one may have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from commonhold.gasbench.chapters import governance, market, oracle, treasury
from commonhold.gasbench.engine import Call
from commonhold.gasbench.world import COIN, DEADLINE, House, World
from commonhold.recipe import market as sales

SMALL, LARGE = 10, 10_000
TOLERANCE = 0.02
CHUNK = 1_000  # homes sent between two reports of progress
ALL_CASH = 8_000_000  # dollars: more than all requests together

Progress = Callable[[int, int], None]
Scene = Callable[[World, House], Call]


@dataclass(frozen=True)
class Growth:
    """What one call costs with few and with many homes on chain."""

    row: str
    small: int
    large: int

    @property
    def ratio(self) -> float:
        return self.large / self.small

    @property
    def within(self) -> bool:
        return abs(self.large - self.small) <= TOLERANCE * self.small


def measure_growth(world: World, progress: Progress) -> list[Growth]:
    """Fill the chain to SMALL homes, measure, fill it to LARGE, measure again."""
    small = _measure_at(world, SMALL, progress)
    large = _measure_at(world, LARGE, progress)
    return [Growth(row, small[row], large[row]) for row in small]


def _measure_at(world: World, homes: int, progress: Progress) -> dict[str, int]:
    newest = _fill(world, homes, progress)
    _fill_queue(world, homes)
    measured = {}
    for name, scene in SCENES.items():
        with world.engine.rollback():
            measured[name] = world.engine.gas_of(scene(world, newest))
    return measured


def _fill(world: World, homes: int, progress: Progress) -> House:
    """Register and tokenize homes, all for `holder`, until there are so many; returns the newest."""
    registry, certificate = world.suite.registry, world.suite.certificate
    start = registry.propertyCount() + 1
    for first in range(start, homes + 1, CHUNK):
        numbers = range(first, min(first + CHUNK, homes + 1))
        calls = [world.register_call(number) for number in numbers]
        calls += [world.tokenize_call(House(number, 8), world.holder) for number in numbers]
        world.engine.run_many(calls)
        world.engine.run_many([_listing(world, House(number, 8)) for number in numbers])
        progress(numbers[-1], homes)
    assert registry.propertyCount() == homes
    assert certificate.balanceOf(world.holder) >= 8 * (homes - start + 1)
    return House(homes, 8)


def _listing(world: World, house: House) -> Call:
    """The holder's listing of the last share."""
    ask = sales.make_ask(world.suite, world.holder, house.share(8), COIN, listed=True, expires_at=DEADLINE)
    return Call(world.holder, world.suite.market, "list", (ask.struct,))


def _fill_queue(world: World, requests: int) -> None:
    """Until so many wait; before the first of them all cash is taken."""
    terms = world.suite.treasury.terms()
    if requests == SMALL:
        treasury.short_of_cash(world, constant=False)
    more = requests - (0 if requests == SMALL else SMALL)
    world.engine.run_many([treasury.request(world, world.payer, terms.minRequest) for _ in range(more)])


def _register(world: World, newest: House) -> Call:
    return world.register_call(newest.id + 1)


def _tokenize(world: World, _newest: House) -> Call:
    return world.tokenize_call(world.registered(), world.holder)


def _ready_to_move(world: World, newest: House) -> int:
    """A share of the newest home that moved before, with income pending and all slots open."""
    share = world.moved_share(world.seller, newest)
    world.open_mark(share, world.seller)
    world.open_settled(world.seller)
    world.pay_income(newest)
    return share


def _transfer(world: World, newest: House) -> Call:
    share = _ready_to_move(world, newest)
    world.permit(share, world.holder)
    return world.transfer_call(share, world.seller, world.holder)


def _approve_transfer(world: World, newest: House) -> Call:
    args = (newest.share(3), world.seller, 2**32)
    return Call(world.manager, world.suite.certificate, "approveTransfer", args)


def _deposit(world: World, newest: House) -> Call:
    world.pay_income(newest)
    return world.deposit_call(newest)


def _claim(world: World, newest: House) -> Call:
    world.mint(world.holder, 1)
    world.open_mark(newest.share(3), world.holder)
    world.pay_income(newest)
    return world.claim_call(world.holder, newest.share(3))


def _place(world: World, newest: House) -> Call:
    return world.as_book("placeLien", world.moved_share(world.seller, newest))


def _release(world: World, newest: House) -> Call:
    share = world.moved_share(world.seller, newest)
    world.engine.run(world.as_book("placeLien", share))
    return world.as_book("releaseLien", share)


def _report(world: World, newest: House) -> Call:
    """For all homes on chain."""
    return oracle.later_report(world, 7, newest.id)


def _update(world: World, newest: House) -> Call:
    """Of a tree of two, whatever else is on chain; what a large tree costs is in the table."""
    oracle.appraise(world, newest.id, oracle.VALUE)
    return oracle.report_and_update(world, newest.id, oracle.VALUE + COIN)


def _accept(world: World, newest: House) -> Call:
    world.engine.run(_update(world, newest))
    return Call(world.stranger, world.suite.valuation, "accept", (newest.id,))


def _request(world: World, _newest: House) -> Call:
    treasury.in_this_hour(world)
    return treasury.request(world, world.holder, 1_000 * COIN)


def _buy_while_others_wait(world: World, _newest: House) -> Call:
    treasury.in_this_hour(world)
    return treasury.buy(world, world.holder, 100)


def _finalise_part(world: World, _newest: House) -> Call:
    treasury.in_this_hour(world)
    return treasury.contribute(world, 100)


def _finalise_all(world: World, _newest: House) -> Call:
    treasury.in_this_hour(world)
    return treasury.contribute(world, ALL_CASH)


def _finalise(world: World, _newest: House) -> Call:
    treasury.in_this_hour(world)
    return Call(world.stranger, world.suite.treasury, "finalise", ())


def _claim_behind_all(world: World, _newest: House) -> Call:
    """Of a request that came after all others, once all are finalised."""
    treasury.in_this_hour(world)
    last = treasury.requested(world, world.holder, 1_000 * COIN)
    world.engine.run(treasury.contribute(world, ALL_CASH))
    return treasury.claim(world, world.holder, last)


def _lending_value(world: World, newest: House) -> Call:
    oracle.appraised(world, newest.id)
    return Call(world.stranger, world.suite.valuation, "lendingValueOf", (newest.id,))


def _take(world: World, _newest: House) -> Call:
    treasury.in_this_hour(world)
    return market.take_signed(world)


def _list(world: World, _newest: House) -> Call:
    treasury.in_this_hour(world)
    return market.list_ask(world)


def _buy_listing(world: World, _newest: House) -> Call:
    treasury.in_this_hour(world)
    return market.buy_listed(world)


def _settle(world: World, _newest: House) -> Call:
    treasury.in_this_hour(world)
    return market.settle(world)


def _open_ballot(world: World, newest: House) -> Call:
    governance.fund(world, newest)
    return governance.open_ballot(world, newest, world.holder)


def _vote_in_house(world: World, newest: House) -> Call:
    world.engine.run(_open_ballot(world, newest))
    return governance.vote_in_house(world, newest, world.holder, 1)


def _conclude_ballot(world: World, newest: House) -> Call:
    governance.fund(world, newest)
    return governance.conclude(world, newest, world.holder)


SCENES: dict[str, Scene] = {
    "register a home": _register,
    "tokenize 8 shares, existing holder": _tokenize,
    "approveTransfer, the share's first": _approve_transfer,
    "transfer, existing recipient; income pending, all slots open": _transfer,
    "deposit of income; the house had income before": _deposit,
    "claim 1 share; mark slot open, never moved": _claim,
    "lien placed; share moved before": _place,
    "lien released; share moved before": _release,
    "report of 7 nodes for all homes; not the first": _report,
    "update; the feed had a value": _update,
    "accept, a later appraisal": _accept,
    "lendingValueOf, index without a proxy": _lending_value,
    "requestRedeem behind all": _request,
    "buy, finalises a part of the queue": _buy_while_others_wait,
    "contribute, finalises a part of the queue": _finalise_part,
    "contribute, finalises all of the queue": _finalise_all,
    "finalise without cash": _finalise,
    "claim in full, of the last request of all": _claim_behind_all,
    "take a signed ask": _take,
    "list a share": _list,
    "buy a listing": _buy_listing,
    "settle a sale": _settle,
    "a house's ballot: open": _open_ballot,
    "a house's ballot: the first vote": _vote_in_house,
    "a house's ballot: conclude and pay": _conclude_ballot,
}
