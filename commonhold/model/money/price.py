"""What a coin is worth at one moment, in dollars and in cash (spec 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

WAD = 10**18


def ceil_div(amount: int, divisor: int) -> int:
    return -(-amount // divisor)


@dataclass(frozen=True)
class Price:
    """The balance sheet as far as it sets the price: 1 dollar while assets cover the coins, else a share of them."""

    assets: int  # dollars, 18 decimals
    coins: int
    reserveUsd: int  # of a whole reserve token, at most 1
    scale: int  # wei of coin in a unit of cash, at par

    @property
    def covered(self) -> bool:
        return self.assets >= self.coins

    def coverage_down(self) -> int:
        return WAD if self.coins == 0 else self.assets * WAD // self.coins

    # -- coins and dollars ----------------------------------------------------------------------------------------

    def worth_down(self, coins: int) -> int:
        """Dollars that coins count for in a payment."""
        return coins if self.covered else coins * self.assets // self.coins

    def coins_for_up(self, dollars: int) -> int:
        """Coins that a payment of these dollars takes. Needs assets."""
        return dollars if self.covered else ceil_div(dollars * self.coins, self.assets)

    # -- cash and dollars -----------------------------------------------------------------------------------------

    def cash_value_down(self, cash: int) -> int:
        return cash * self.scale * self.reserveUsd // WAD

    def cash_value_up(self, cash: int) -> int:
        return ceil_div(cash * self.scale * self.reserveUsd, WAD)

    # -- coins and cash -------------------------------------------------------------------------------------------

    def cash_out_down(self, coins: int) -> int:
        """Cash for redeemed coins: at most a token a coin, and at most what their worth buys.

        The worth is rounded before it is turned into cash: cash of a whole number of dollars never takes more off the
        assets than that number, so what stays covers the other coins no worse than before.
        """
        at_par = coins // self.scale
        if self.covered:
            return at_par
        return min(at_par, self.worth_down(coins) * WAD // (self.scale * self.reserveUsd))

    def coins_burned_up(self, cash: int) -> int:
        """The fewest coins whose redemption pays this cash. Needs assets."""
        at_par = cash * self.scale
        return at_par if self.covered else max(at_par, self.coins_for_up(self.cash_value_up(cash)))

    def cash_claimed_up(self, coins: int) -> int:
        """Cash to keep for coins that wait."""
        at_par = ceil_div(coins, self.scale)
        if self.covered:
            return at_par
        return min(at_par, ceil_div(coins * self.assets * WAD, self.coins * self.scale * self.reserveUsd))
