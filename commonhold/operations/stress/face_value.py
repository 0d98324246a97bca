"""The coin that ours is compared with: it redeems at face value, first come, first served, while there is cash.

This is how the liquid slice of earlier real-estate coins worked. The model is exact, and kind to that coin: there is no
fee, nobody loses his place when the cash is gone but is paid at face as soon as cash comes back, in the order in which
people came, and whoever still holds coins in the end is counted as owning what is left behind them, in equal parts, at
most a dollar each. Cash moves in whole units of the reserve token, rounded down.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class FaceValueCoin:
    """`holdings` are coins (wei) by holder; `unit` is what a unit of cash is worth in wei."""

    unit: int
    cash: int
    holdings: dict[int, int]
    paid: dict[int, int] = field(default_factory=dict)  # cash by holder
    paid_at: dict[int, int] = field(default_factory=dict)  # when the last of it came
    line: deque[tuple[int, int]] = field(default_factory=deque)  # holder, coins that he still wants to redeem

    def redeem(self, holder: int, coins: int, at: int) -> None:
        """`holder` comes with coins; he is paid what there is, and waits for the rest."""
        self.line.append((holder, coins))
        self._serve(at)

    def receive(self, cash: int, at: int) -> None:
        """Cash comes in: loans are paid, somebody contributes."""
        self.cash += cash
        self._serve(at)

    def _serve(self, at: int) -> None:
        while self.line and self.cash:
            holder, coins = self.line.popleft()
            cash = min(self.cash, coins // self.unit)
            self.cash -= cash
            self.paid[holder] = self.paid.get(holder, 0) + cash
            self.paid_at[holder] = at
            self.holdings[holder] -= cash * self.unit
            left = coins - cash * self.unit
            if left >= self.unit:
                self.line.appendleft((holder, left))
                return

    def price(self, other_assets: int) -> Fraction:
        """What a coin that is left is worth in dollars, if the assets besides cash are worth so much (18 decimals)."""
        coins = sum(self.holdings.values())
        return min(Fraction(1), Fraction(self.cash * self.unit + other_assets, coins)) if coins else Fraction(1)
