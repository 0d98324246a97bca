"""The totals law of income (L21); beside the tests, so pytest finds it by its bare name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

UNIT = 10**9
"""Wei of coin in one unit of income a share: what a share gets is a multiple of it."""
COIN = 10**18


class Books:
    """What the income contract owes, over all houses; wallets as they are named."""

    def __init__(self, handles: Any) -> None:
        self._income, self._coin = handles.income, handles.coin
        self._registry, self._certificate = handles.registry, handles.certificate

    def pending(self) -> int:
        """Income of all shares since each was last settled."""
        total = 0
        for house in range(1, self._registry.propertyCount() + 1):
            shares = self._certificate.sharesOf(house)
            total += sum(self._income.pendingOf(256 * house + number) for number in range(1, shares + 1))
        return total

    def waiting(self) -> int:
        """What the last deposits left over."""
        houses = range(1, self._registry.propertyCount() + 1)
        return sum(self._income.houseIncome(house).waiting for house in houses)

    def check(self, wallets: Iterable[Any]) -> None:
        """deposited = claimed + settled + pending + waiting, and the coins for it are there. `wallets`: all owners."""
        deposited, claimed = self._income.totals()
        settled = sum(self._income.settledOf(wallet.address) for wallet in wallets)
        owed = settled + self.pending() + self.waiting()
        assert deposited == claimed + owed
        assert self._coin.balanceOf(self._income.address) == owed
