"""The demo's money chapter: coins for cash and back, more coins that want out than there is cash, and who serves them.

The reserve token is the local stand-in that anyone can make, and a small test book lends: the loan book's own chapter
comes with it. Every step first asks the lens, as the scripts do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from commonhold.operations.chronicle import Chronicle
from commonhold.operations.money import COINS
from commonhold.operations.story import Cast
from commonhold.operations.treasury import Desk, Done, Request
from commonhold.operations.treasury_tables import percent
from commonhold.recipe.buying import give_cash, keep_price_valid

COIN = 10**18
BOUGHT, GIVEN, BOUGHT_LATER = 60_000, 2_000, 20_000  # whole tokens
LENT = 150_000 * COIN
REDEEMED, QUEUED = 5_000 * COIN, 90_000 * COIN
LOAN_RATE_BPS = 550
INSTALMENTS = 180  # a month each
HOURS = 12  # until the coins bought count in the base


@dataclass
class MoneyStory:
    """`run` takes the steps in order; afterwards `waiting` is the queue at its longest, and the desk shows the rest."""

    suite: Any
    cast: Cast
    pledged_share: int
    chronicle: Chronicle
    say: Callable[[str], None] = lambda line: None

    def __post_init__(self) -> None:
        self.desk = Desk(self.suite)
        self.waiting: list[Request] = []  # while cash was short

    def run(self) -> None:
        """Everything, in order."""
        keep_price_valid(self.suite)
        self.buy()
        self.lend()
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

    def lend(self) -> None:
        suite, borrower = self.suite, self.cast.owner_b
        suite.engine.advance(HOURS * 3_600)
        giver = self.cast.stranger
        give_cash(suite, giver, self._cash(GIVEN))
        self._did("give cash to equity", self.desk.contribute(giver, self._cash(GIVEN)))
        instalment = LENT // INSTALMENTS + LENT * LOAN_RATE_BPS // 120_000
        receipt = suite.test_book.draw(
            self.pledged_share, LENT, LOAN_RATE_BPS, instalment, borrower, sender=self.cast.lender
        )
        self.chronicle.did("draw a loan in new coins (test book)", [receipt])
        self.say(f"{COINS.show(LENT)} lent as new coins, and {self.desk.cash.show(self._cash(GIVEN))} given to equity")

    def redeem(self) -> None:
        done = self.desk.redeem(self.cast.owner_b, REDEEMED)
        self._did("redeem at once", done)
        paid, fee = self.desk.cash.show(done.cash), COINS.show(done.fee)
        share = percent(done.fee * COIN // done.coins)
        self.say(f"{COINS.show(done.coins)} paid {paid} at once; fee {fee}, {share}")

    def queue_more_than_there_is(self) -> None:
        done = self.desk.request(self.cast.owner_b, QUEUED)
        self._did("queue a redemption, partly served", done)
        self.say(
            f"{COINS.show(QUEUED)} asked for: fee {COINS.show(done.fee)}, "
            f"{self.desk.cash.show(done.cash)} claimable at once, the rest waits; lending is paused"
        )
        self.waiting = self.desk.line()

    def try_what_is_forbidden(self) -> None:
        """Jumping the line, and lending while so many want out."""
        suite, cast = self.suite, self.cast
        self.chronicle.must_fail(
            "redeem at once past those who wait",
            lambda: suite.treasury.redeem(REDEEMED, 0, cast.buyer, sender=cast.buyer),
        )
        self.chronicle.must_fail(
            "lend while demand is above the threshold",
            lambda: suite.test_book.draw(self.pledged_share, COIN, 0, COIN, cast.stranger, sender=cast.lender),
        )

    def bring_cash(self) -> None:
        """Whatever brings cash serves the queue in the same call: a purchase, then a gift of what is still missing."""
        cash, buyer = self.desk.cash, self.cast.buyer
        give_cash(self.suite, buyer, self._cash(BOUGHT_LATER))
        bought = self.desk.buy(buyer, self._cash(BOUGHT_LATER))
        self._did("buy coins, which serves the queue", bought)
        missing = self.desk.demand().page.waiting // 10 ** (COINS.decimals - cash.decimals)
        give_cash(self.suite, self.cast.stranger, missing)
        self._did("give cash, which serves the queue", self.desk.contribute(self.cast.stranger, missing))
        self.say(f"{cash.show(bought.cash)} of another purchase and {cash.show(missing)} of a gift served the queue")

    def claim(self) -> None:
        for request in self.desk.requests_of(self.cast.owner_b):
            done = self.desk.claim(self.cast.owner_b, request.request_id)
            self._did("claim what is finalised", done)
            self.say(f"the request's {COINS.show(done.coins)} were paid {self.desk.cash.show(done.cash)}")

    def _cash(self, tokens: int) -> int:
        return tokens * 10**self.desk.cash.decimals

    def _did(self, step: str, done: Done) -> None:
        *allowances, last = done.receipts
        if allowances:
            self.chronicle.did("approve coins", allowances)
        self.chronicle.did(step, [last])
