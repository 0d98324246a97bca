"""T08, queue spam: ten thousand smallest requests in front of an honest one cost it no work, and nobody a wei."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from commonhold.engines import Revert

WAD = 10**18
DUST = 100 * WAD  # the smallest request
MOST = 2**256 - 1
FEW, MANY = 10, 10_000
TOLERANCE = 0.02


class Spam:
    """A queue of dust with one honest request behind it."""

    def __init__(self, suite: Any) -> None:
        self.suite, self.engine, self.treasury = suite, suite.engine, suite.treasury
        self.spammer, self.honest, self.giver = self.engine.accounts[8:11]
        self.unit = self.treasury.CASH_UNIT()
        self.dust: list[int] = []
        people = (self.spammer, self.honest, self.giver)
        for person in people:
            for token in (suite.coin, suite.reserve):
                token.approve(self.treasury, MOST, sender=person)
        suite.reserve.mint(self.giver, self.cash(10_000_000), sender=self.giver)
        self.treasury.buy(self.cash(250_000), 0, self.honest, sender=self.giver)
        suite.test_book.draw(257, 1_500_000 * WAD, 0, WAD, self.spammer, sender=self.spammer)
        # All cash is gone before it begins, and something of this request waits.
        self.first = self.request(self.spammer, 300_000 * WAD)
        assert self.treasury.freeCash() == 0 < self.treasury.pendingRedeemRequest(self.first, self.spammer)

    def cash(self, dollars: int) -> int:
        return dollars * WAD // self.unit

    def request(self, person: str, coins: int) -> int:
        receipt = self.treasury.requestRedeem(coins, person, person, sender=person)
        return int(receipt.event("RedeemRequest")["requestId"])

    def spam(self, count: int) -> None:
        """Until so many dust requests wait."""
        self.dust += [self.request(self.spammer, DUST) for _ in range(count - len(self.dust))]

    def ask(self) -> int:
        return self.request(self.honest, 1_000 * WAD)

    def contribute(self, cash: int) -> None:
        self.treasury.contribute(cash, sender=self.giver)

    def claim(self, person: str, request_id: int) -> int:
        return int(self.treasury.claim(request_id, person, sender=person).event("Claimed")["cash"])

    def work(self) -> dict[str, int]:
        """What each step of the honest holder's way costs, undone again.

        There is no transaction around a call in process, so these are not what a wallet pays; but a loop shows.
        """
        gas: dict[str, int] = {}
        steps = self.engine._evm
        with self.engine.rollback():
            request_id = self.ask()
            gas["request"] = steps.result.gas_used
            self.treasury.finalise(sender=self.giver)
            gas["finalise, nothing to give"] = steps.result.gas_used
            self.contribute(self.cash(100))
            gas["finalise a part"] = steps.result.gas_used
            self.contribute(self.treasury.demandPage().waiting // self.unit)
            gas["finalise all"] = steps.result.gas_used
            assert self.claim(self.honest, request_id) >= self.cash(950)
            gas["claim behind all"] = steps.result.gas_used
        return gas


@pytest.fixture(scope="module")
def queue(engine: Any, suite: Any) -> Iterator[Spam]:
    with engine.rollback():
        yield Spam(suite)


def test_dust__in_front__is_no_work_for_the_honest(queue: Spam) -> None:
    queue.spam(FEW)
    few = queue.work()
    queue.spam(MANY)
    many = queue.work()
    assert {step: gas for step, gas in many.items() if abs(gas - few[step]) > few[step] * TOLERANCE} == {}
    queue.dust.clear()


def test_dust__in_front__everybody_is_paid_to_the_wei(queue: Spam) -> None:
    """The spammer paid his fee ten thousand times, at the top of the curve; the honest way is as short as ever."""
    treasury, suite = queue.treasury, queue.suite
    queue.spam(MANY)
    mine = queue.ask()
    page = treasury.requestPage(mine)
    assert page.pending == 950 * WAD
    waiting = treasury.demandPage().waiting
    assert page.ahead == waiting - page.pending
    assert waiting == suite.coin.balanceOf(treasury)
    held = suite.reserve.balanceOf(queue.spammer)

    # Cash comes in three parts of no round size; the last one has a bit too much.
    for part in (waiting // queue.unit // 3, waiting // queue.unit // 7):
        queue.contribute(part)
        assert treasury.requestPage(mine).claimable == 0
    queue.contribute(waiting // queue.unit - waiting // queue.unit // 3 - waiting // queue.unit // 7)
    assert queue.claim(queue.honest, mine) * queue.unit == 950 * WAD
    assert treasury.demandPage().waiting == 0

    got = [queue.claim(queue.spammer, request_id) for request_id in (queue.first, *queue.dust)]
    assert {*got[1:]} == {queue.cash(95)}
    assert suite.reserve.balanceOf(queue.spammer) - held == sum(got)
    # Paid out and left over are what was there and what came in, and nothing is left set aside.
    assert sum(got) + queue.cash(950) == queue.cash(250_000) + waiting // queue.unit
    assert (treasury.trackedCash(), treasury.setAsideCash(), suite.reserve.balanceOf(treasury)) == (0, 0, 0)
    sheet = treasury.balanceSheet()
    assert sheet.equityUsd == treasury.equityByLedger()
    assert sheet.cashUsd + sheet.loansUsd + sheet.ownedHomesUsd == sheet.coins + sheet.equityUsd
    queue.dust.clear()


@pytest.mark.parametrize("coins", [0, 1, 99 * WAD, DUST - 1])
def test_smaller_than_the_smallest__is_refused(queue: Spam, coins: int) -> None:
    """Before the fee: what is left after it always is half a request at least."""
    with pytest.raises(Revert) as refused:
        queue.request(queue.spammer, coins)
    assert (refused.value.name, refused.value.values) == ("RequestTooSmall", (coins, DUST))


def test_splitting__saves_no_fee(queue: Spam) -> None:
    """A hundred smallest requests in one second burn as many coins as one of their sum."""
    engine, treasury, coin = queue.engine, queue.treasury, queue.suite.coin
    with engine.rollback():
        before = coin.totalSupply()
        queue.request(queue.spammer, 100 * DUST)
        whole = before - coin.totalSupply()
    before = coin.totalSupply()
    engine.set_next_time(engine.now() + 1)
    for _ in range(100):
        queue.request(queue.spammer, DUST)
        engine.keep_second()
    assert whole <= before - coin.totalSupply() <= whole + 100 * queue.unit
    assert treasury.demandPage().waiting == coin.balanceOf(treasury)
