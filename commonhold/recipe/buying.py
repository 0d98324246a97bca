"""Coins for whoever needs some on a local chain: bought from the treasury, as everybody must.

For tests, the demo and the gas report. The reserve token there is a test token that anyone can make.
"""

from __future__ import annotations

from typing import Any

from commonhold.engines.base import Receipt
from commonhold.engines.codec import as_address
from commonhold.recipe.deploy import Suite
from commonhold.recipe.governing import address_of
from commonhold.recipe.plan import RESERVE_FEED

VALID = 1  # of IPriceFeedReader.FeedStatus


def give_coins(suite: Suite, wallet: Any, amount: int) -> list[Receipt]:
    """Exactly `amount` (wei) for `wallet`: the local bank buys what it lacks, in whole units of cash, and pays."""
    local = suite.parameters.local
    if local is None:
        raise ValueError(f"{suite.parameters.network}: only a local chain has a bank that makes reserve tokens")
    bank = address_of(suite, local.wallets["bank"])
    missing = max(0, amount - suite.coin.balanceOf(bank))
    receipts = buy_coins(suite, bank, -(-missing // suite.parameters.reserve.unit))
    return [*receipts, suite.coin.transfer(as_address(wallet), amount, sender=bank)]


def buy_coins(suite: Suite, buyer: Any, cash: int, *, to: Any = None) -> list[Receipt]:
    """`buyer` makes `cash` (units of the test token) and buys coins with it, for `to` if it is named."""
    if cash == 0:
        return []
    return [
        *keep_price_valid(suite),
        *give_cash(suite, buyer, cash),
        suite.treasury.buy(cash, 0, as_address(buyer if to is None else to), sender=buyer),
    ]


def give_cash(suite: Suite, wallet: Any, cash: int) -> list[Receipt]:
    """`cash` units of the test token for `wallet`, which lets the treasury take them."""
    owner, treasury = as_address(wallet), suite.treasury.address
    receipts = [suite.reserve.mint(owner, cash, sender=wallet)]
    if suite.reserve.allowance(owner, treasury) < cash:
        receipts.append(suite.reserve.approve(treasury, 2**256 - 1, sender=wallet))
    return receipts


def keep_price_valid(suite: Suite) -> list[Receipt]:
    """Where time jumps over days nobody reports prices: the test token's feed says again what it said last."""
    if suite.reader.read(RESERVE_FEED).status == VALID:
        return []
    bank = address_of(suite, suite.parameters.value("local.wallets")["bank"])
    return [suite.reserve_feed.updateAnswer(suite.reserve_feed.latestAnswer(), sender=bank)]
