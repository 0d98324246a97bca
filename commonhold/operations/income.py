"""Income of houses: paying it in, and paying it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from commonhold.operations.reading import wallet_of

SHARES_PER_CLAIM = 100  # keeps one transaction far below any block's gas limit


@dataclass(frozen=True)
class Claimed:
    """What a claim paid (wei of coin), for how many shares, in which transactions."""

    amount: int
    shares: int
    receipts: list[Any]


def deposit_income(suite: Any, property_id: int, amount: int, payer: str) -> list[Any]:
    """Pay `amount` (wei of coin) to the owners of a house, with the allowance that takes."""
    receipts = []
    distributor = suite.income.address
    if suite.coin.allowance(payer, distributor) < amount:
        receipts.append(suite.coin.approve(distributor, amount, sender=payer))
    receipts.append(suite.income.deposit(property_id, amount, sender=payer))
    return receipts


def claim_income(suite: Any, owner: str) -> Claimed:
    """Pay an owner everything that is due for its shares, and what was settled to it before."""
    wallet = wallet_of(suite, owner)
    due = [holding.shareId for holding in wallet.holdings if holding.pendingIncome > 0]
    batches = [due[start : start + SHARES_PER_CLAIM] for start in range(0, len(due), SHARES_PER_CLAIM)]
    if not batches and wallet.settledIncome > 0:
        batches = [[]]
    before = suite.coin.balanceOf(owner)
    receipts = [suite.income.claim(batch, sender=owner) for batch in batches]
    return Claimed(suite.coin.balanceOf(owner) - before, len(due), receipts)
