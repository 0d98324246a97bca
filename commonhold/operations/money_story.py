"""The demo's money chapter: coins for cash and back, more coins that want out than there is cash, and who serves them.

It comes after the loans: what a seller was paid with came into being as a loan, so more coins are out than cash is in.
Every step first asks the lens, as the scripts do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from commonhold.operations.chronicle import Chronicle
from commonhold.operations.credentials import ensure_credential
from commonhold.operations.money import COINS
from commonhold.operations.story import Cast
from commonhold.operations.treasury import Desk, Done, Request
from commonhold.operations.treasury_tables import percent
from commonhold.recipe.buying import give_cash, keep_price_valid
from commonhold.recipe.lending import Application, approve_loan, request_loan

COIN = 10**18
BOUGHT, GIVEN, BOUGHT_LATER = 20_000, 2_000, 3_000  # whole tokens
REDEEMED, MORE_THAN_CASH = 5_000 * COIN, 50_000 * COIN
LOAN_SHARE_PERCENT = 20  # of the share's value: a small loan


@dataclass
class MoneyStory:
    """`run` takes the steps in order; afterwards `waiting` is the queue at its longest, and the desk shows the rest.

    `seller` sold shares for coins that were lent; `free_share` is owner B's, valued and unencumbered.
    """

    suite: Any
    cast: Cast
    seller: str
    free_share: int
    chronicle: Chronicle
    say: Callable[[str], None] = lambda line: None

    def __post_init__(self) -> None:
        self.desk = Desk(self.suite)
        self.waiting: list[Request] = []  # while cash was short

    def run(self) -> None:
        """Everything, in order."""
        keep_price_valid(self.suite)
        self.buy()
        self.give()
        self.approve_a_loan()
        self.redeem()
        self.queue_more_than_there_is()
        self.try_what_is_forbidden()
        self.bring_cash()
        self.claim()

    def buy(self) -> None:
        cash = self._cash(BOUGHT)
        give_cash(self.suite, self.cast.buyer, cash)
        done = self.desk.buy(self.cast.buyer, cash)
        self._did("buy coins", done)
        self.say(
            f"{self.desk.cash.show(done.cash)} bought {COINS.show(done.coins)}: no fee, and no more coins than cash"
        )

    def give(self) -> None:
        giver = self.cast.stranger
        give_cash(self.suite, giver, self._cash(GIVEN))
        self._did("give cash to equity", self.desk.contribute(giver, self._cash(GIVEN)))
        self.say(f"{self.desk.cash.show(self._cash(GIVEN))} given to equity")

    def approve_a_loan(self) -> None:
        """Owner B could draw, if nobody ran."""
        ensure_credential(self.suite, self.cast.owner_b, self.cast.issuer)
        value_usd, _, _ = self.suite.valuation.shareValue(self.free_share)
        amount = value_usd * LOAN_SHARE_PERCENT // 100
        self.asked = request_loan(self.suite, self.cast.owner_b, Application(self.free_share, amount))
        self.chronicle.did("approve a loan", [approve_loan(self.suite, self.asked)])
        self.say(f"a loan of {COINS.show(amount)} is approved, and not drawn yet")

    def redeem(self) -> None:
        done = self.desk.redeem(self.seller, REDEEMED)
        self._did("redeem at once", done)
        paid, fee = self.desk.cash.show(done.cash), COINS.show(done.fee)
        share = percent(done.fee * COIN // done.coins)
        self.say(f"{COINS.show(done.coins)} paid {paid} at once; fee {fee}, {share}")

    def queue_more_than_there_is(self) -> None:
        """The seller wants all but a little of his coins paid, and the buyer more than is left then, or all."""
        coin, buyer = self.suite.coin, self.cast.buyer
        self._queue(self.seller, coin.balanceOf(self.seller) - REDEEMED)
        free = self.desk.money().freeCash * 10 ** (COINS.decimals - self.desk.cash.decimals)
        self._queue(buyer, min(free + MORE_THAN_CASH, coin.balanceOf(buyer)))
        self.waiting = self.desk.line()

    def _queue(self, owner: str, coins: int) -> None:
        done = self.desk.request(owner, coins)
        self._did("queue a redemption", done)
        self.say(
            f"{COINS.show(coins)} asked for: fee {COINS.show(done.fee)}, {self.desk.cash.show(done.cash)} claimable now"
        )

    def try_what_is_forbidden(self) -> None:
        """Jumping the line, and lending while so many want out."""
        suite, cast = self.suite, self.cast
        suite.coin.approve(suite.treasury.address, REDEEMED, sender=self.seller)
        self.chronicle.must_fail(
            "redeem at once past those who wait",
            lambda: suite.treasury.redeem(REDEEMED, 0, self.seller, sender=self.seller),
        )
        self.chronicle.must_fail(
            "draw an approved loan while demand is above the threshold",
            lambda: suite.book.draw(self.asked.loan_id, cast.owner_b, sender=cast.owner_b),
        )

    def bring_cash(self) -> None:
        """Whatever brings cash serves the queue in the same call: a purchase, then a gift if some is missing still."""
        cash, buyer = self.desk.cash, self.cast.owner_a
        give_cash(self.suite, buyer, self._cash(BOUGHT_LATER))
        bought = self.desk.buy(buyer, self._cash(BOUGHT_LATER))
        self._did("buy coins, which serves the queue", bought)
        missing = self.desk.demand().page.waiting // 10 ** (COINS.decimals - cash.decimals)
        if missing:
            give_cash(self.suite, self.cast.stranger, missing)
            self._did("give cash, which serves the queue", self.desk.contribute(self.cast.stranger, missing))
        self.say(f"{cash.show(bought.cash)} of another purchase and {cash.show(missing)} of a gift served the queue")

    def claim(self) -> None:
        for wallet in (self.seller, self.cast.buyer):
            for request in self.desk.requests_of(wallet):
                done = self.desk.claim(wallet, request.request_id)
                self._did("claim what is finalised", done)
                self.say(f"the request's {COINS.show(done.coins)} were paid {self.desk.cash.show(done.cash)}")

    def _cash(self, tokens: int) -> int:
        return tokens * 10**self.desk.cash.decimals

    def _did(self, step: str, done: Done) -> None:
        *allowances, last = done.receipts
        if allowances:
            self.chronicle.did("approve coins", allowances)
        self.chronicle.did(step, [last])
