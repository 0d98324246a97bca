"""A share for sale, and people who buy: what the tests of the market share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from commonhold.engines import Revert
from commonhold.engines.base import Receipt
from commonhold.recipe import Suite
from commonhold.recipe import market as sales
from commonhold.recipe.buying import give_coins, keep_price_valid
from commonhold.recipe.market import COIN_PLACE, RESERVE_PLACE, Ask

WAD, DAY = 10**18, 86_400
UNIT = 10**6
"""Units of a reserve token."""
PRICE = 30_000 * WAD
FEE = 300 * WAD
"""Of that price, 1 %."""
DOCUMENTS = b"executed documents".ljust(32, b".")
UNLIMITED = 2**256 - 1


def refused(call: Callable[[], Any], name: str, *values: Any) -> None:
    """The call reverts with that error, and those values if any are given."""
    with pytest.raises(Revert) as caught:
        call()
    assert caught.value.name == name, caught.value
    if values:
        assert caught.value.values == values


@dataclass
class Scene:
    """`seller` owns all shares of a house and lets the market move them; `buyer` has coins and reserve tokens, and lets
    the market take them."""

    suite: Suite
    seller: str
    buyer: str
    manager: str
    house: int

    @property
    def market(self) -> Any:
        return self.suite.market

    @property
    def share(self) -> int:
        return self.house * 256 + 1

    def ask(self, price_usd: int = PRICE, **fields: Any) -> Ask:
        share_id = fields.pop("share_id", self.share)
        return sales.make_ask(self.suite, fields.pop("seller", self.seller), share_id, price_usd, **fields)

    def approve(self, ask: Ask, buyer: str | None = None, **options: Any) -> Receipt:
        return sales.approve_sale(self.suite, ask, buyer or self.buyer, manager=self.manager, **options)

    def ready(self, price_usd: int = PRICE, **fields: Any) -> Ask:
        """An ask with documents, approved for the buyer: it can be taken."""
        ask = self.ask(price_usd, documents_hash=DOCUMENTS, **fields)
        self.approve(ask)
        return ask

    def take(self, ask: Ask, buyer: str | None = None, **options: Any) -> Receipt:
        return sales.take(self.suite, ask, buyer or self.buyer, **options)

    def buy(self, ask: Ask, buyer: str | None = None, **options: Any) -> Receipt:
        return sales.buy(self.suite, ask, buyer or self.buyer, **options)

    def bought(self, price_usd: int = PRICE, *, payments: Any = None, **fields: Any) -> Ask:
        """A purchase that waits, neither approved nor attested."""
        ask = self.ask(price_usd, **fields)
        self.buy(ask, payments=payments)
        return ask

    def complete(self, ask: Ask) -> None:
        """What a waiting purchase lacks to settle."""
        self.approve(ask)
        sales.attest(self.suite, ask, DOCUMENTS, self.seller, self.buyer)

    def settle(self, ask: Ask, sender: str | None = None) -> Receipt:
        return self.market.settle(ask.struct, sender=sender or self.suite.deployer)

    def refund(self, ask: Ask, to: str | None = None, sender: str | None = None) -> Receipt:
        return self.market.refund(ask.struct, to or self.buyer, sender=sender or self.suite.deployer)

    def page(self, ask: Ask) -> Any:
        return self.market.saleOf(self.market.askHashOf(ask.struct))

    def owner(self) -> str:
        return self.suite.certificate.ownerOf(self.share)

    def money(self, *wallets: str) -> dict[str, tuple[int, int]]:
        """Coins and reserve tokens."""
        suite = self.suite
        return {wallet: (suite.coin.balanceOf(wallet), suite.reserve.balanceOf(wallet)) for wallet in wallets}

    def check(self, *waiting: Ask) -> None:
        """The market holds exactly the parts of these sales, and its fees."""
        held = {COIN_PLACE: self.market.feesOf(self.house), RESERVE_PLACE: 0}
        for ask in waiting:
            for part in self.page(ask).parts:
                held[part.currency] += part.amount
        assert self.money(self.market.address)[self.market.address] == (held[COIN_PLACE], held[RESERVE_PLACE])

    def at(self, time: int) -> None:
        """The next transaction's block has this time."""
        self.suite.engine.set_next_time(time)

    def give(self, wallet: str, coins: int = 100_000 * WAD, units: int = 100_000 * UNIT) -> None:
        """Coins and reserve tokens, which the market may take."""
        give_coins(self.suite, wallet, coins)
        self.suite.reserve.mint(wallet, units, sender=wallet)
        sales.pay_through_market(self.suite, wallet, self.suite.reserve)
        keep_price_valid(self.suite)


def changed(ask: Ask, **fields: Any) -> Ask:
    return replace(ask, **fields)
