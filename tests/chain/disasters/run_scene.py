"""A million coins against a liquid slice of a quarter, on the real contracts: the scene of the disasters about money.

Twelve people hold the coins. Behind them are 250,000 in cash and loans of 750,000 that the test book gave on thirteen
shares of three houses, each worth 100,000 and lent against to 60 % at most.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from commonhold.engines import Revert
from commonhold.engines.base import Event
from commonhold.recipe.buying import give_cash, keep_price_valid

WAD = 10**18
HOUR, DAY = 3_600, 86_400
MONTH = 2_628_000  # of the test book
UNLIMITED = 2**256 - 1
SHARES = tuple(house * 256 + number for house in (1, 2, 3) for number in range(1, 9))
SHARE_VALUE = 100_000 * WAD
LOANS = (*[60_000 * WAD] * 12, 30_000 * WAD)
FREE_SHARE = SHARES[-1]
RATE_BPS, INSTALMENT = 600, 1_000 * WAD
GAS = 1_000_000  # of a transaction, more than any takes
TOP_FEE_BPS = 500

Call = tuple[Any, ...]
"""Sender, bound function of a contract, and its arguments."""


class Claim(NamedTuple):
    """What somebody in the queue has: coins that wait or were paid for, cash that lies ready, coins in front."""

    coins: int
    cash: int
    ahead: int


class RunScene:
    """The treasury among its people. `check` compares all that there is with what there was at the last check."""

    def __init__(self, suite: Any) -> None:
        self.suite, self.engine = suite, suite.engine
        self.treasury, self.coin, self.reserve, self.book = suite.treasury, suite.coin, suite.reserve, suite.test_book
        self.holders = self.engine.accounts[8:20]
        self.rich, self.borrower = self.holders[0], self.engine.accounts[0]
        self.unit = self.treasury.CASH_UNIT()
        self.strangers: list[str] = []  # further addresses that own coins
        self.donated = 0  # cash sent past the treasury's functions and not skimmed yet
        self.block, self.tracked = self.engine.block_number() + 1, self.treasury.trackedCash()
        self.claims: dict[int, Claim] = {}  # at the last check, with what was claimed before it

    def open(self, dollars: int = 250_000, loans: Sequence[int] = LOANS, heads: int = 12) -> RunScene:
        """Cash, loans, so many holders who got equal parts of the coins, and three hours for the demand's base."""
        rich, holders, shares = self.rich, self.holders[:heads], SHARES[: len(loans)]
        part = sum(loans, dollars * WAD) // heads
        self.in_one_block(
            [
                (rich, self.reserve.mint, rich, self.cash(dollars)),
                *((person, token.approve, self.treasury, UNLIMITED)
                  for person in (*holders, self.borrower) for token in (self.coin, self.reserve)),
                (rich, self.treasury.buy, self.cash(dollars), 0, rich),
                *((rich, self.book.setValue, share, SHARE_VALUE) for share in (*shares, FREE_SHARE)),
                *((rich, self.book.draw, share, principal, RATE_BPS, INSTALMENT, rich)
                  for share, principal in zip(shares, loans, strict=True)),
                *((rich, self.coin.transfer, person, part - part % self.unit) for person in holders[1:]),
            ]
        )  # fmt: skip
        self.wait(3 * HOUR)
        self.check()
        return self

    def again(self) -> RunScene:
        """The same scene for another test, which undid what the one before it did."""
        scene = copy.copy(self)
        scene.strangers, scene.claims = [], {}
        return scene

    def cash(self, dollars: int) -> int:
        """Units of the reserve token."""
        return dollars * WAD // self.unit

    # -- time ---------------------------------------------------------------------------------------------------------

    def wait(self, seconds: int) -> None:
        self.wait_until(self.engine.now() + seconds)

    def wait_until(self, time: int) -> None:
        """Meanwhile nobody calls the treasury; but the reserve token's feed goes on reporting what it last said."""
        if time - self.engine.now() > HOUR:
            self.engine.set_time(time - 2)
            keep_price_valid(self.suite)  # a transaction at most
        self.engine.set_time(time)

    def in_one_block(self, calls: Sequence[Call]) -> None:
        """All of these transactions in one block, in this order; none may fail."""
        self._in_blocks([calls])

    def in_blocks(self, calls: Sequence[Call]) -> None:
        """Each of these transactions in a block of its own, a second later than the one before; none may fail."""
        self._in_blocks([[call] for call in calls])

    def _in_blocks(self, blocks: Sequence[Sequence[Call]]) -> None:
        rpc, sent = self.engine.provider.make_request, []
        rpc("evm_setAutomine", [False])
        try:
            for calls in blocks:
                sent += [self._send(call, 10**11 - place) for place, call in enumerate(calls)]  # dearer ones come first
                rpc("evm_mine", [])
        finally:
            rpc("evm_setAutomine", [True])
        assert [self._place(name) for name in sent] == [place for calls in blocks for place in range(len(calls))]

    def _send(self, call: Call, price: int) -> str:
        """Straight to the node, which knows the accounts; a hash."""
        sender, function, *args = call
        to, data = function._contract.address, "0x" + function.encode(*args).hex()
        fields = {"from": sender, "to": to, "data": data, "gas": hex(GAS), "gasPrice": hex(price)}
        return str(self.engine.provider.make_request("eth_sendTransaction", [fields]))

    def _place(self, name: str) -> int:
        """Where in its block a transaction is, which must not have failed."""
        receipt = self.engine.provider.make_request("eth_getTransactionReceipt", [name])
        assert int(receipt["status"], 16) == 1
        return int(receipt["transactionIndex"], 16)

    # -- what people do -----------------------------------------------------------------------------------------------

    def request(self, person: str, coins: int) -> int:
        """The id of the request."""
        receipt = self.treasury.requestRedeem(coins, person, person, sender=person)
        return int(receipt.event("RedeemRequest")["requestId"])

    def request_in_one_block(self, wishes: Sequence[tuple[str, int]]) -> list[int]:
        """People and coins, in this order; the ids in the same one."""
        begin = self.engine.block_number() + 1
        self.in_one_block([(person, self.treasury.requestRedeem, coins, person, person) for person, coins in wishes])
        return [event["requestId"] for event in self.events("RedeemRequest", begin)]

    def claim(self, request_id: int, person: str) -> int:
        """The cash that comes."""
        return int(self.treasury.claim(request_id, person, sender=person).event("Claimed")["cash"])

    def give_cash(self, person: str, dollars: int) -> int:
        """Cash that the person has now; the treasury may take it."""
        give_cash(self.suite, person, self.cash(dollars))
        return self.cash(dollars)

    def contribute(self, dollars: int) -> None:
        self.treasury.contribute(self.give_cash(self.rich, dollars), sender=self.rich)

    def pay_in_cash(self, loan_id: int, dollars: int | None = None) -> None:
        """A borrower pays; everything but a rest below a unit unless an amount is named."""
        cash = self.cash(dollars) if dollars is not None else self.debt(loan_id) // self.unit
        give_cash(self.suite, self.borrower, cash)
        self.book.payCash(loan_id, cash, sender=self.borrower)

    def revalue(self, percent: int, *loan_ids: int) -> None:
        """The shares of these loans are worth so much of what they were, and somebody marks the loans."""
        calls: list[Call] = []
        for loan_id in loan_ids:
            share = self.book.loanOf(loan_id).shareId
            calls += [(self.rich, self.book.setValue, share, SHARE_VALUE * percent // 100)]
            calls += [(self.rich, self.book.mark, loan_id)]
        self.in_one_block(calls)

    def set_price(self, cents: int) -> None:
        """Of the reserve token, in US cents."""
        self.suite.reserve_feed.updateAnswer(cents * 10**6, sender=self.rich)

    def refresh_price(self) -> None:
        """After a time jump that was not the scene's."""
        keep_price_valid(self.suite)

    # -- what can be seen ---------------------------------------------------------------------------------------------

    def events(self, name: str, begin: int | None = None) -> list[Event]:
        """Of the treasury."""
        return self.engine.events(self.treasury, name, from_block=self.block if begin is None else begin)

    def loans(self) -> range:
        return range(1, self.book.lastLoan() + 1)

    def debt(self, loan_id: int) -> int:
        return int(self.book.debtOf(loan_id))

    def carrying(self, loan_id: int) -> int:
        """What a loan counts for, by itself."""
        return int(self.suite.loans.carryingValueOf(self.book.loanOf(loan_id).position))

    def midnight_after_due(self, loan_id: int, days: int = 0) -> int:
        """From when the loan counts as so many days past due (seconds)."""
        return -(-self.book.loanOf(loan_id).position.dueAt // DAY) * DAY + days * DAY

    def equity(self) -> int:
        return int(self.treasury.balanceSheet().equityUsd)

    def waiting(self) -> int:
        return int(self.treasury.demandPage().waiting)

    def refusal(self, function: Callable[..., Any], *args: Any, sender: str | None = None) -> str:
        """The error that a call would meet now; empty if none."""
        try:
            function.call(*args, sender=sender or self.rich)  # type: ignore[attr-defined]
        except Revert as revert:
            return revert.name
        return ""

    def refused_draw(self, *, in_cash: bool = False) -> str:
        """The error that a small new loan gets; empty if it is given."""
        if in_cash:
            return self.refusal(self.book.drawCash, FREE_SHARE, self.cash(10), RATE_BPS, WAD, self.rich)
        return self.refusal(self.book.draw, FREE_SHARE, 10 * WAD, RATE_BPS, WAD, self.rich)

    def quote(self, coins: int) -> int:
        """The cash for which the richest holder could redeem these coins now."""
        return int(self.treasury.redeem.call(coins, 0, self.rich, sender=self.rich))

    # -- conservation -------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Cash paid out and what remains are what was there and came in, to the unit; no claim became smaller."""
        self._check_books()
        self._check_cash()
        self._check_claims()

    def _check_books(self) -> None:
        treasury, sheet = self.treasury, self.treasury.balanceSheet()
        owners = {*self.engine.accounts, *self.strangers, treasury.address}
        owners |= {self.suite.income.address, self.suite.splitter.address}
        assert sum(self.coin.balanceOf(owner) for owner in owners) == sheet.coins == self.coin.totalSupply()  # L1
        assert sheet.cashUsd + sheet.loansUsd + sheet.ownedHomesUsd == sheet.coins + sheet.equityUsd  # L2
        assert sheet.equityUsd == treasury.equityByLedger()
        alone = sum(self.carrying(loan_id) for loan_id in self.loans())
        assert 0 <= sheet.loansUsd - alone <= len(self.loans())

    def _check_cash(self) -> None:
        treasury, moves = self.treasury, self.engine.events(self.reserve, "Transfer", from_block=self.block)
        came = sum(move["value"] for move in moves if move["to"] == treasury.address)
        went = sum(move["value"] for move in moves if move["from"] == treasury.address)
        paid = sum(event["cash"] for name in ("Claimed", "Redeemed", "PaidOut") for event in self.events(name))
        tracked = treasury.trackedCash()
        assert went == paid
        assert paid + tracked == self.tracked + came - self.donated
        assert self.reserve.balanceOf(treasury) == tracked + self.donated  # L3

    def _check_claims(self) -> None:
        """Also: first come, first served, and what lies ready covers what is ready."""
        treasury, asked = self.treasury, {event["requestId"]: event["shares"] for event in self.events("RedeemRequest")}
        claimed: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        for event in self.events("Claimed"):
            claimed[event["requestId"]][0] += event["coins"]
            claimed[event["requestId"]][1] += event["cash"]
        pending = ready = place = 0
        for request_id in sorted(asked):
            page = treasury.requestPage(request_id)
            coins, cash = claimed[request_id]
            claim = Claim(page.pending + page.claimable + coins, page.claimableCash + cash, page.ahead)
            before = self.claims.get(request_id, Claim(claim.coins, 0, claim.ahead))
            assert claim.coins == before.coins
            assert (claim.cash >= before.cash, claim.ahead <= before.ahead) == (True, True)
            assert asked[request_id] * (10_000 - TOP_FEE_BPS) // 10_000 <= claim.coins + self.unit
            assert claim.coins <= asked[request_id]
            assert claim.cash * self.unit <= claim.coins - page.pending, "no coin gets more than a dollar"
            if page.pending:
                assert page.ahead == pending
            else:
                assert pending == 0, "somebody was served before one who came first"
            pending, ready, place = pending + page.pending, ready + page.claimableCash, place + 1
            self.claims[request_id] = claim
        assert pending == treasury.demandPage().waiting
        assert 0 <= treasury.setAsideCash() - ready <= place + len(self.events("Finalised"))
