"""The demo's market chapter: a share sold with a loan, two sales that come to nothing, and one by a lease.

It comes when lending goes on, of homes that have a value. `financed_share` and `leased_share` are free, of different
owners.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from commonhold.operations.chronicle import Chronicle
from commonhold.operations.credentials import ensure_credential
from commonhold.operations.lending.opening import keep_index_valid
from commonhold.operations.money import COINS
from commonhold.operations.story import Cast
from commonhold.recipe.buying import give_cash, give_coins, keep_price_valid
from commonhold.recipe.governing import role_holder
from commonhold.recipe.leasing import MONTH, fund_rents, lease_terms, sign_lease
from commonhold.recipe.lending import Application, approve_loan, request_loan
from commonhold.recipe.market import (
    COIN_PLACE,
    RESERVE_PLACE,
    Ask,
    Outcome,
    approve_sale,
    attest,
    buy,
    make_ask,
    offer_through_market,
    pay_through_market,
)

DEED = hashlib.sha256(b"the deed, as both parties executed it").digest()
LENT_PERCENT, IN_COIN_PERCENT = 40, 30  # of the price; the rest is paid in the reserve token
RENTS_PAID = 3
ANY_AMOUNT = 2**128 - 1


@dataclass
class MarketStory:
    """`run` takes the steps in order."""

    suite: Any
    cast: Cast
    financed_share: int
    leased_share: int
    chronicle: Chronicle
    say: Callable[[str], None] = lambda line: None

    def run(self) -> None:
        """Everything, in order."""
        for wallet in (self.cast.owner_a, self.cast.owner_b):
            ensure_credential(self.suite, wallet, self.cast.issuer)
            pay_through_market(self.suite, wallet, self.suite.reserve)
        for share in (self.financed_share, self.leased_share):
            offer_through_market(self.suite, self._owner(share))
        self.sell_with_a_loan()
        self.let_a_sale_expire()
        self.settle_a_dispute()
        self.buy_by_a_lease()

    def sell_with_a_loan(self) -> None:
        """The buyer pays in coins, in the reserve token, and with a loan on the share that he buys."""
        suite, share, buyer = self.suite, self.financed_share, self.cast.owner_a
        price, seller = self._value(share), self._owner(share)
        asked = request_loan(suite, buyer, Application(share, price * LENT_PERCENT // 100, price_usd=price))
        self.chronicle.did("approve a loan", [approve_loan(suite, asked)])
        coins = price * IN_COIN_PERCENT // 100
        give_coins(suite, buyer, coins)
        give_cash(suite, buyer, (price - coins) // suite.parameters.reserve.unit)
        ask = make_ask(suite, seller, share, price)
        paid = [(COIN_PLACE, coins), (RESERVE_PLACE, ANY_AMOUNT)]
        self.chronicle.did(
            "buy a share, the money waits", [buy(suite, ask, buyer, payments=paid, loan_id=asked.loan_id)]
        )
        attest(suite, ask, DEED, seller, buyer)
        settle = partial(suite.market.settle, ask.struct, sender=self.cast.stranger)
        self.chronicle.must_fail("settle a sale that the manager has not approved", settle)
        self.chronicle.did("approve a sale", [approve_sale(suite, ask, buyer, manager=self._manager(share))])
        self.chronicle.did("settle a sale with a loan", [settle()])
        self.say(
            f"share {share} sold for {COINS.show(price)}: {IN_COIN_PERCENT} % in coins, {LENT_PERCENT} % lent on it, "
            "the rest in the reserve token"
        )

    def let_a_sale_expire(self) -> None:
        """Nobody attests or approves; after the deadline anyone sends the money back."""
        ask = self._buy_in_coin(number=0)
        self.suite.engine.advance(ask.settle_period + 1)
        settle = partial(self.suite.market.settle, ask.struct, sender=self.cast.stranger)
        self.chronicle.must_fail("settle a sale past its deadline", settle)
        self._refund(ask)
        self.say(f"a sale nobody approved expired: {COINS.show(ask.price_usd)} went back")

    def settle_a_dispute(self) -> None:
        """The buyer disputes, and a mediator agrees with him: two of three."""
        suite, buyer = self.suite, self.cast.owner_b
        ask = self._buy_in_coin(number=1)
        suite.market.dispute(ask.struct, sender=buyer)
        for voter in (buyer, role_holder(suite, "mediator")):
            suite.market.resolve(ask.struct, Outcome.REFUND, sender=voter)
        self._refund(ask)
        self.say(f"a disputed sale was undone by buyer and mediator: {COINS.show(ask.price_usd)} went back")

    def buy_by_a_lease(self) -> None:
        """A year's lease, half of each rent toward the price; after some months the lessee buys."""
        suite, share, lessee = self.suite, self.leased_share, self.cast.owner_b
        price = self._value(share)
        rent = price // 100
        receipt = sign_lease(suite, lease_terms(suite, share, lessee, rent=rent, price_usd=price))
        self.chronicle.did("sign a lease to buy", [receipt])
        lease = int(receipt.event("LeaseSigned")["leaseId"])
        end = partial(suite.lease_to_buy.end, lease, sender=self.cast.stranger)
        self.chronicle.must_fail("end a lease that runs", end)
        fund_rents(suite, lessee, rent, RENTS_PAID - 1)
        self.chronicle.did("pay rents", [suite.lease_to_buy.pay(lease, RENTS_PAID - 1, sender=lessee)])
        suite.engine.set_time(suite.lease_to_buy.leaseOf(lease).startedAt + (RENTS_PAID - 1) * MONTH)
        keep_price_valid(suite)
        keep_index_valid(suite)
        purchase = suite.lease_to_buy.quote(lease, price)
        give_coins(suite, lessee, purchase.toPay)
        self.chronicle.did("buy the leased share", [suite.lease_to_buy.buy(lease, purchase.toPay, sender=lessee)])
        self.say(
            f"share {share} bought by its lessee: {COINS.show(purchase.creditUsed)} of {RENTS_PAID} rents counted, "
            f"{COINS.show(purchase.toPay)} paid"
        )

    def _buy_in_coin(self, number: int) -> Ask:
        """Owner B pays for the share that he will lease later."""
        suite, share, buyer = self.suite, self.leased_share, self.cast.owner_b
        ask = make_ask(suite, self._owner(share), share, self._value(share), number=number)
        give_coins(suite, buyer, ask.price_usd)
        self.chronicle.did("buy a share, the money waits", [buy(suite, ask, buyer)])
        return ask

    def _refund(self, ask: Ask) -> None:
        receipt = self.suite.market.refund(ask.struct, self.cast.owner_b, sender=self.cast.stranger)
        self.chronicle.did("refund a sale", [receipt])
        keep_price_valid(self.suite)
        keep_index_valid(self.suite)

    def _value(self, share: int) -> int:
        value: int = self.suite.valuation.shareValue(share)[0]
        return value

    def _owner(self, share: int) -> str:
        owner: str = self.suite.certificate.ownerOf(share)
        return owner

    def _manager(self, share: int) -> str:
        manager: str = self.suite.registry.managerOf(share >> 8)
        return manager
