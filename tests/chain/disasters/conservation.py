"""What must hold after any disaster (laws L1, L6, L21); beside the tests, so pytest finds it by its bare name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from commonhold.recipe.governing import address_of

ZERO = "0x" + "00" * 20


def check_conserved(suite: Any, wallets: Sequence[str]) -> None:
    """Shares, coins and income all accounted for. `wallets`: whoever may own any of them."""
    owners = check_shares(suite)
    for wallet in wallets:
        assert suite.certificate.balanceOf(wallet) == owners[wallet]
    assert set(owners) <= set(wallets), "a share went to a wallet that this test does not know"
    check_coins(suite, wallets)
    check_income(suite, wallets)


def check_shares(suite: Any) -> Counter[str]:
    """Every house has exactly its shares, each with one owner, and they are the whole house. Shares by owner."""
    owners: Counter[str] = Counter()
    for house in range(1, suite.registry.propertyCount() + 1):
        count = suite.certificate.sharesOf(house)
        assert count in (0, suite.registry.houseOf(house).shareCount)
        papers = [suite.certificate.certificateOf(256 * house + number) for number in range(count + 2)]
        assert papers[0].owner == papers[-1].owner == ZERO  # number 0 and the one after the last
        assert ZERO not in {paper.owner for paper in papers[1:-1]}
        assert sum(paper.millionths for paper in papers) == (10**6 if count else 0)
        owners.update(paper.owner for paper in papers[1:-1])
    return owners


def check_coins(suite: Any, wallets: Sequence[str]) -> None:
    """L1: coins are the sum of balances. The bank bought them, the suite's own contracts may hold some."""
    bank = address_of(suite, suite.parameters.local.wallets["bank"])
    holders = {*wallets, bank, *(getattr(suite, key).address for key in ("income", "treasury", "splitter", "book"))}
    assert suite.coin.totalSupply() == sum(suite.coin.balanceOf(holder) for holder in holders)


def check_income(suite: Any, wallets: Sequence[str]) -> None:
    """L21: deposited = claimed + settled + pending + waiting, and the coins for what is owed are there."""
    deposited, claimed = suite.income.totals()
    owed = sum(suite.income.settledOf(wallet) for wallet in wallets)
    for house in range(1, suite.registry.propertyCount() + 1):
        owed += suite.income.houseIncome(house).waiting
        count = suite.certificate.sharesOf(house)
        owed += sum(suite.income.pendingOf(256 * house + number) for number in range(1, count + 1))
    assert deposited == claimed + owed
    assert suite.coin.balanceOf(suite.income.address) >= owed
