"""What the money's laws remember of a sequence, from events and views of the chain alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from commonhold.model.core import Logged
from commonhold.model.money.gate import Gate, GateTerms


@dataclass
class Request:
    """A request as its event told it, and what was paid of it."""

    coins: int  # net
    claimed: int = 0
    cash: int = 0


@dataclass
class Ghosts:
    """`gate` is fed with what happened and never with a poke, so the chain's must not depend on pokes (L28)."""

    gate: Gate
    page: Any  # after the last step
    line_end: int = 0
    head: int = 0  # of the line: so many coins were finalised
    requests: dict[int, Request] = field(default_factory=dict)
    promised: dict[int, int] = field(default_factory=dict)  # cash of each request, paid or claimable, at the last audit

    @classmethod
    def begin(cls, gate: Gate, page: Any) -> Ghosts:
        """From the opening on, where nobody has redeemed anything."""
        fresh = Gate(gate.terms, gate.redeemed_at)
        fresh.hour, fresh.mark_hour, fresh.mark_before = gate.hour, gate.mark_hour, gate.mark_before
        fresh.redeemed, fresh.redeemed_at, fresh.paused_at = gate.redeemed, gate.redeemed_at, gate.paused_at
        return cls(fresh, page)

    def told(self, events: Sequence[Logged], after: Any, now: int) -> None:
        """A call has emitted these events and left this page."""
        before, redeemed, terms = self.page, 0, None
        for event in events:
            if event.contract != "treasury":
                continue
            if event.name == "Redeemed":
                redeemed += event.arguments[2]
            elif event.name == "Finalised":
                redeemed += event.arguments[1]
            elif event.name == "RedeemRequest":
                redeemed += self._requested(event.arguments)
            elif event.name == "Claimed":
                request = self.requests[event.arguments[0]]
                request.claimed += event.arguments[2]
                request.cash += event.arguments[3]
            elif event.name == "GateTermsSet":
                terms = event.arguments
        if redeemed or terms or before.coins != after.coins or before.waiting != after.waiting:
            self._moved(before, after, redeemed, terms, now)

    def _requested(self, arguments: tuple[Any, ...]) -> int:
        """Returns the fee coins."""
        request_id, coins = arguments[2], arguments[4]
        net = request_id - self.line_end
        self.line_end = request_id
        self.requests[request_id] = Request(net)
        return int(coins - net)

    def _moved(self, before: Any, after: Any, redeemed: int, terms: tuple[int, int, int] | None, now: int) -> None:
        gate = self.gate
        gate.roll(before.coins, now)
        gate.settle(before.coins, before.waiting, now)
        if terms:
            gate.terms = GateTerms(*terms, gate.terms.halfLifePeriod, gate.terms.minBase)
        gate.add_redeemed(redeemed, now)
        gate.settle(after.coins, after.waiting, now)
