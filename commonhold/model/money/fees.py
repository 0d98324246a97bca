"""The redemption fee: the integral of a marginal fee that rises with demand.

At a demand of x coins the next coin costs f(x) = first + (last - first) * x / X basis points up to X = base * top, and
`last` beyond. The antiderivative N is kept over one denominator, so nothing rounds inside and the fees of parts taken
at one moment add up to the fee of the whole, each at most one wei above its share.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from commonhold.model.core import require

BPS = 10_000


@dataclass(frozen=True)
class FeeCurve:
    """All in basis points: of the coins for `first` and `last`, of the base for `top`."""

    first: int = 50
    last: int = 500
    top: int = 3_000

    def __post_init__(self) -> None:
        require(self.first <= self.last <= BPS, "FeeBpsOutOfOrder", self.first, self.last, BPS)
        require(0 < self.top <= BPS, "FeeTopDemandOutOfRange", self.top, BPS)

    def _integral(self, demand: int, base: int) -> int:
        """N(demand), in coins over `_denominator(base)`."""
        width = base * self.top  # X, times BPS
        if demand * BPS <= width:
            return 2 * BPS * width * self.first * demand + BPS**2 * (self.last - self.first) * demand**2
        return 2 * BPS * width * self.last * demand - (self.last - self.first) * width**2

    def _denominator(self, base: int) -> int:
        return 2 * BPS**2 * base * self.top

    def _added(self, demand: int, coins: int, base: int) -> int:
        return self._integral(demand + coins, base) - self._integral(demand, base)

    def fee(self, demand: int, coins: int, base: int) -> Fraction:
        """What `coins` cost when `demand` coins stand against `base` already."""
        return Fraction(self._added(demand, coins, base), self._denominator(base))

    def fee_up(self, demand: int, coins: int, base: int) -> int:
        """In wei, as charged."""
        return -(-self._added(demand, coins, base) // self._denominator(base))
