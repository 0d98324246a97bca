"""The redemption queue: coins by the order of their arrival, and the cash that was assigned to them so far.

Every request is a stretch of one line of coins, named by its end. Serving moves the line's head, whatever the number of
requests, and records how much cash that stretch got; a request's payout is the cash at its end less the cash at its
start. So payouts of neighbours telescope: all of them together are the cash set aside, to the unit.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from commonhold.model.core import require


@dataclass
class Request:
    controller: str
    end: int  # on the line of coins
    coins: int  # not yet claimed: its last ones

    @property
    def start(self) -> int:
        return self.end - self.coins


@dataclass
class Segment:
    """A stretch of coins finalised at one price, up to these totals."""

    coins: int
    cash: int


class Queue:
    def __init__(self) -> None:
        self.head = 0
        self.tail = 0
        self.claimed_cash = 0
        self.requests: dict[int, Request] = {}  # by their ends; those that are claimed in full are forgotten
        self.segments: list[Segment] = []

    # -- views ----------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        return self.tail - self.head

    @property
    def finalised_cash(self) -> int:
        return self.segments[-1].cash if self.segments else 0

    @property
    def set_aside(self) -> int:
        return self.finalised_cash - self.claimed_cash

    def request(self, request_id: int) -> Request:
        require(request_id in self.requests, "UnknownRequest", request_id)
        return self.requests[request_id]

    def cash_at(self, position: int) -> int:
        """Cash assigned to the line's first `position` coins, which are finalised; down to the unit."""
        if position == 0:
            return 0
        index = bisect_left(self.segments, position, key=lambda segment: segment.coins)
        before, last = self._before(index), self.segments[index]
        coins, cash = last.coins - before.coins, last.cash - before.cash
        return before.cash + (position - before.coins) * cash // coins

    def _before(self, index: int) -> Segment:
        return self.segments[index - 1] if index else Segment(0, 0)

    def pending(self, request: Request) -> int:
        """Coins of the request that are not finalised."""
        return min(request.coins, max(0, request.end - self.head))

    def ahead(self, request: Request) -> int:
        """Coins that have to be finalised before its first pending one."""
        return max(0, request.start - self.head)

    def claimable(self, request: Request) -> tuple[int, int]:
        """Coins finalised and not yet claimed, and the cash for them."""
        coins = request.coins - self.pending(request)
        if coins == 0:
            return 0, 0
        return coins, self.cash_at(request.start + coins) - self.cash_at(request.start)

    def piece(self, request: Request) -> int:
        """The last segment that begins at the request's first coin or before it; the first one is number 0."""
        begun = bisect_right(self.segments, request.start, key=lambda segment: segment.coins)
        return min(begun, max(0, len(self.segments) - 1))

    # -- changes --------------------------------------------------------------------------------------------------

    def push(self, controller: str, coins: int) -> int:
        self.tail += coins
        self.requests[self.tail] = Request(controller, self.tail, coins)
        return self.tail

    def serve(self, coins: int, cash: int) -> None:
        """The next `coins` get `cash` together. A stretch at the price of the one before it prolongs that."""
        if coins == 0:
            return
        total = self.finalised_cash + cash
        self.head += coins
        if self.segments:
            last, before = self.segments[-1], self._before(len(self.segments) - 1)
            if cash * (last.coins - before.coins) == (last.cash - before.cash) * coins:
                last.coins, last.cash = self.head, total
                return
        self.segments.append(Segment(self.head, total))

    def claim(self, request: Request) -> int:
        coins, cash = self.claimable(request)
        request.coins -= coins
        self.claimed_cash += cash
        if request.coins == 0:
            del self.requests[request.end]
        return cash
