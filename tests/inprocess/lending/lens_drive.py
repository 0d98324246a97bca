"""Loans on a real suite, driven at random, with the lens beside: whatever it says is compared with what happens."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert
from commonhold.recipe import buying, lending
from commonhold.recipe.governing import as_dao, role_holder

WAD = 10**18
DAY = 86_400
MONTH = 2_628_000
MOST = 2**256 - 1
ACTIVE, FORECLOSING = lending.LoanStage.ACTIVE, lending.LoanStage.FORECLOSING
LENDING, FORECLOSURE = (name.ljust(32, b"\0") for name in (b"lending", b"foreclosure"))

CLAIM = b"claim".ljust(32, b"\0")


def outcome(call: Callable[[], Any]) -> bytes:
    """What a call reverts with; nothing if it passes."""
    try:
        call()
    except Revert as revert:
        return revert.data
    return b""


@dataclass
class LensDrive:
    """`houses` belong to `people`, share by share in turn, and have a value. Counts what it has seen."""

    suite: Any
    people: list[str]
    houses: list[int]
    random: random.Random
    asked: list[lending.Requested] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.first_index = self.suite.index_feed.latestAnswer()

    # -- what is done ---------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One thing happens, if it may; what refuses changes nothing."""
        often = [self.apply] * 8 + [self.draw] * 8 + [self.pay] * 8 + [self.wait] * 5 + [self.consent] * 5
        mends = [self.mend] * 4 + [self.fix, self.collateral] * 2
        worth = [self.move_value, self.freeze_value, self.claim]
        money = [self.stop_lending, self.price, self.coins, self.book, self.redeem]
        seldom = [*worth, *money, self.freeze_share, self.freeze_coins, self.foreclose]
        moves = often + mends + seldom
        outcome(self.random.choice(moves))

    def someone(self) -> str:
        return self.random.choice(self.people)

    def a_house(self) -> int:
        return self.random.choice(self.houses)

    def a_share(self) -> int:
        return self.a_house() * 256 + self.random.randint(1, 8)

    def a_loan(self) -> int:
        """One of the latest: the others are closed or came to nothing."""
        return self.random.choice(self.asked[-12:]).loan_id if self.asked else 1

    def apply(self) -> None:
        share = self.a_share()
        owner = self.suite.certificate.ownerOf(share)
        buys = self.random.random() < 0.3
        application = lending.Application(
            share,
            self.random.choice((1_000, 2_500, 20_000, 24_000, 30_000)) * WAD + self.random.randint(0, 9),
            self.random.choice((1, 2, 12, 60, 360)),
            lending.LoanKind(self.random.randrange(3)),
            self.random.choice((30_000, 41_000, 41_000)) * WAD if buys else 0,
        )
        asked = lending.request_loan(self.suite, self.someone() if buys else owner, application)
        self.asked.append(asked)
        if self.random.random() < 0.9:
            lending.approve_loan(self.suite, asked, until=self.suite.engine.now() + 90 * DAY)

    def mend(self) -> None:
        """Most of what stands in the way of a draw ends, as with time it would."""
        suite, anyone = self.suite, self.people[0]
        for person in self.people:
            for spender in (suite.treasury, suite.book):
                suite.coin.approve(spender.address, MOST, sender=person)
        suite.reserve_feed.updateAnswer(10 ** suite.reserve_feed.decimals(), sender=anyone)
        suite.index_feed.updateAnswer(self.first_index, sender=anyone)
        self.reopen()
        for asked in self.asked:
            owed = suite.desk.loanOf(asked.loan_id)
            if owed.stage == ACTIVE and owed.dueAt < suite.engine.now() and self.random.random() < 0.8:
                outcome(lambda owed=owed, asked=asked: self.catch_up(asked.loan_id, owed))
        self.keep_feeds_valid()

    def reopen(self) -> None:
        """The DAO gives the book its rights back, and the houses their values."""
        suite = self.suite
        if not suite.loans.mayLend(suite.book.address):
            as_dao(suite, suite.loans, "setBook", suite.book.address, True)
        if tuple(suite.certificate.holderRights(suite.book.address)) != (True, True, False):
            as_dao(suite, suite.certificate, "setHolder", suite.book.address, (True, True, False))
        if suite.treasury.stoppedUntil(LENDING) > suite.engine.now():
            as_dao(suite, suite.treasury, "resume", LENDING)
        for house in self.houses:
            if suite.valuation.explainValue(house).frozenUntil > suite.engine.now():
                as_dao(suite, suite.valuation, "unfreeze", house)
            if suite.registry.seniorClaim(house, CLAIM):
                suite.registry.clearSeniorClaim(house, CLAIM, sender=role_holder(suite, "registrar"))

    def catch_up(self, loan: int, owed: Any) -> None:
        months = (self.suite.engine.now() - owed.dueAt) // MONTH + 1
        giver = self.prepared_payer()
        self.suite.book.pay(loan, owed.feesDue + months * owed.instalment, sender=giver)

    def consent(self) -> None:
        purchases = [asked for asked in self.asked[-12:] if asked.application.price_usd]
        if purchases:
            asked = self.random.choice(purchases)
            manager = self.suite.registry.managerOf(asked.application.share_id >> 8)
            lending.accept_purchase(self.suite, asked, manager=manager)

    def draw(self) -> None:
        asked = self.suite.desk.loanOf(loan := self.a_loan())
        if asked.application.priceUsd:
            self.suite.book.drawForPurchase(loan, sender=asked.borrower)
        elif self.random.random() < 0.7:
            self.suite.book.draw(loan, asked.borrower, sender=asked.borrower)
        else:
            self.suite.book.drawCash(loan, asked.borrower, sender=asked.borrower)

    def pay(self) -> None:
        loan = self.a_loan()
        self.suite.book.pay(loan, self.an_amount(loan), sender=self.someone())

    def an_amount(self, loan: int) -> int:
        owed = self.suite.desk.loanOf(loan)
        near = (1, owed.feesDue, owed.instalment, owed.instalment + owed.feesDue, owed.debt + owed.feesDue, owed.debt)
        chosen = self.random.choice((*near, WAD, self.random.randint(1, 30_000 * WAD), MOST))
        return max(0, min(MOST, chosen + self.random.choice((-1, 0, 0, 1, -WAD))))

    def wait(self) -> None:
        days = self.random.choice((0, 0, 1, 1, 5, 15, 16, 31, 31, 60, 350))
        engine = self.suite.engine
        engine.set_time(engine.now() + days * DAY + self.random.randint(1, DAY))
        if self.random.random() < 0.9:
            self.keep_feeds_valid()

    def keep_feeds_valid(self) -> None:
        """Where time jumps over days nobody reports: both feeds say again what they said last."""
        for feed in (self.suite.index_feed, self.suite.reserve_feed):
            feed.updateAnswer(feed.latestAnswer(), sender=self.people[0])

    def move_value(self) -> None:
        """The index moves all houses."""
        feed = self.suite.index_feed
        answer = feed.latestAnswer() * self.random.choice((80, 95, 105, 125)) // 100
        feed.updateAnswer(answer, sender=self.people[0])

    def freeze_value(self) -> None:
        self.suite.valuation.freeze(self.a_house(), sender=role_holder(self.suite, "guardian"))

    def claim(self) -> None:
        house, registrar = self.a_house(), role_holder(self.suite, "registrar")
        if self.suite.registry.seniorClaim(house, CLAIM) == 0:
            self.suite.registry.reportSeniorClaim(house, 5_000 * WAD, CLAIM, sender=registrar)
        else:
            self.suite.registry.clearSeniorClaim(house, CLAIM, sender=registrar)

    def stop_lending(self) -> None:
        self.suite.treasury.stop(LENDING, sender=role_holder(self.suite, "guardian"))

    def price(self) -> None:
        answer = self.random.choice((100, 100, 100, 99, 60)) * 10 ** self.suite.reserve_feed.decimals() // 100
        self.suite.reserve_feed.updateAnswer(answer, sender=self.people[0])

    def coins(self) -> None:
        """What the treasury or the book may take of somebody."""
        spender = self.random.choice((self.suite.treasury, self.suite.book))
        amount = self.random.choice((0, 10_000 * WAD, MOST, MOST))
        self.suite.coin.approve(spender.address, amount, sender=self.someone())

    def book(self) -> None:
        """The DAO closes the book, or takes a right of it, for a while."""
        table = self.random.randrange(3)
        if table == 0:
            as_dao(self.suite, self.suite.loans, "closeBook", self.suite.book.address)
        elif table == 1:
            rights = self.random.choice(((False, True, False), (True, False, False)))
            as_dao(self.suite, self.suite.certificate, "setHolder", self.suite.book.address, rights)
        else:
            as_dao(self.suite, self.suite.loans, "setBook", self.suite.book.address, False)
        self.keep_feeds_valid()

    def freeze_share(self) -> None:
        account, share = self.someone(), self.a_share()
        court, shares = role_holder(self.suite, "court"), self.suite.certificate
        shares.setFrozenTokens(account, share, not shares.getFrozenTokens(account, share), sender=court)

    def freeze_coins(self) -> None:
        account = self.someone()
        balance = self.suite.coin.balanceOf(account)
        amount = self.random.choice((0, 0, balance // 2, balance, 2 * balance))
        self.suite.coin.setFrozenTokens(account, amount, sender=role_holder(self.suite, "court"))

    def foreclose(self) -> None:
        self.suite.book.startForeclosure(self.a_loan(), sender=self.people[0])

    def fix(self) -> None:
        self.suite.book.fixRate(self.a_loan(), sender=self.people[0])

    def redeem(self) -> None:
        person = self.someone()
        amount = self.suite.coin.balanceOf(person) * self.random.choice((10, 100)) // 100
        self.suite.treasury.requestRedeem(amount, person, person, sender=person)

    def collateral(self) -> None:
        share = self.a_share()
        self.suite.book.addCollateral(self.a_loan(), share, sender=self.suite.certificate.ownerOf(share))

    # -- what is compared -----------------------------------------------------------------------------------------

    def check_draw(self, loan: int) -> None:
        """Every gate's verdict is the call's, byte for byte."""
        book = self.suite.book
        page = self.suite.loan_checks.drawCheck(loan)
        asked = self.suite.desk.loanOf(loan)
        borrower = asked.borrower if asked.application.amount else self.people[0]
        buys = asked.application.priceUsd != 0
        drawn = book.drawForPurchase if buys else book.draw
        args = (loan,) if buys else (loan, borrower)
        assert page.complete
        assert page.refusal == outcome(lambda: drawn.call(*args, sender=borrower)), self.named(page.refusal)
        assert page.cashRefusal == outcome(lambda: book.drawCash.call(loan, borrower, sender=borrower))
        self.seen[f"draw: {self.named(page.refusal)}"] += 1
        self.seen[f"draw in cash: {self.named(page.cashRefusal)}"] += 1
        if asked.stage == lending.LoanStage.APPROVED:
            self.check_gates(page)

    def check_gates(self, page: Any) -> None:
        """The numbers agree with the verdict."""
        gates, passes = page.gates, page.refusal == b""
        kept = (
            gates.amount <= gates.most
            and gates.borrowerLate == gates.houseLate == 0
            and gates.borrowerLoans < 8
            and gates.borrowerExposure <= gates.borrowerCap
            and gates.houseExposure <= gates.houseCap
            and gates.originatorLate <= gates.originatorMostLate
            and gates.originatorFace <= gates.originatorCap
            and not page.lendingPaused
            and page.freeCashUsd >= page.floorUsd
            and page.equityUsd >= page.minEquityUsd
        )
        assert kept or not passes

    def check_payment(self, loan: int, payer: str, coins: int) -> None:
        """The quote is what the payment does, in the same second."""
        suite, engine = self.suite, self.suite.engine
        before, held = suite.desk.loanOf(loan), suite.coin.balanceOf(payer)
        quote = suite.loan_checks.paymentQuote(loan, payer, coins)
        with engine.rollback():
            engine.keep_second()
            refusal = outcome(lambda: suite.book.pay(loan, coins, sender=payer))
            assert (quote.complete, quote.refusal) == (True, refusal), (self.named(quote.refusal), self.named(refusal))
            self.seen[f"pay: {self.named(refusal)}"] += 1
            if refusal:
                return
            after = suite.desk.loanOf(loan)
            assert held - suite.coin.balanceOf(payer) == quote.coins
            assert before.feesDue - after.feesDue == quote.fees or quote.closes
            self.check_effect(quote, before, after)

    def check_cash_payment(self, loan: int, payer: str, cash: int) -> None:
        suite, engine = self.suite, self.suite.engine
        before, held = suite.desk.loanOf(loan), suite.reserve.balanceOf(payer)
        quote = suite.loan_checks.cashPaymentQuote(loan, payer, cash)
        with engine.rollback():
            engine.keep_second()
            refusal = outcome(lambda: suite.book.payCash(loan, cash, 0, sender=payer))
            assert (quote.complete, quote.refusal) == (True, refusal), (self.named(quote.refusal), self.named(refusal))
            self.seen[f"pay in cash: {self.named(refusal)}"] += 1
            if refusal:
                return
            assert held - suite.reserve.balanceOf(payer) == quote.coins
            self.check_effect(quote, before, suite.desk.loanOf(loan))

    def check_effect(self, quote: Any, before: Any, after: Any) -> None:
        assert before.debt - after.debt == quote.credit
        assert after.debt == quote.debt
        assert quote.closes == (after.stage == lending.LoanStage.REPAID)
        if quote.closes:
            self.seen["closed"] += 1
            return
        assert (after.dueAt, after.towards, after.paid - before.paid) == (quote.dueAt, quote.towards, quote.met)
        self.seen["closes an instalment"] += quote.met != 0

    def check_schedule(self, loan: int) -> None:
        """What is asked is paid, each at its time: the book comes to the same rows."""
        suite, engine = self.suite, self.suite.engine
        with engine.rollback():
            self.reopen()
            payer = self.prepared_payer()
            owed = suite.desk.loanOf(loan)
            page, rows = suite.loan_lens.schedule(loan, 0, 0), []
            while True:
                assert page.complete
                rows += page.rows
                if page.next == 0:
                    break
                page = suite.loan_lens.schedule(loan, page.next, 0)
            assert [row.number for row in rows] == list(range(owed.paid + 1, owed.paid + 1 + len(rows)))
            assert sum(row.principal for row in rows) == owed.principal
            known_until = page.rateKnownUntil or MOST
            for place, row in enumerate(rows):
                time = max(engine.now(), row.dueAt)
                if time >= known_until:
                    self.seen["followed to a reset"] += 1
                    return
                engine.set_next_time(time) if time > engine.now() else engine.keep_second()
                suite.book.pay(loan, row.amount + (page.feesDue if place == 0 else 0), sender=payer)
                after = suite.desk.loanOf(loan)
                assert after.principal == row.balance, (row, place)
                assert after.stage not in (ACTIVE, FORECLOSING) or after.paid == row.number
                assert row.interest + row.principal == row.amount
            assert suite.desk.loanOf(loan).stage == lending.LoanStage.REPAID
            self.seen["followed to the end"] += 1

    def prepared_payer(self) -> str:
        """Somebody with enough coins, none frozen, in a suite that is covered and has a price."""
        suite, payer = self.suite, self.suite.engine.accounts[18]
        suite.reserve_feed.updateAnswer(10 ** suite.reserve_feed.decimals(), sender=payer)
        cash = 3_000_000 * WAD // suite.parameters.reserve.unit
        buying.give_cash(suite, payer, 2 * cash)
        suite.treasury.contribute(cash, sender=payer)
        suite.treasury.buy(cash, 0, payer, sender=payer)
        suite.coin.approve(suite.treasury.address, MOST, sender=payer)
        return payer

    def check(self) -> None:
        loan = self.a_loan()
        self.check_draw(loan)
        payer = self.someone()
        self.check_payment(loan, payer, self.an_amount(loan))
        self.check_cash_payment(loan, payer, self.random.choice((0, 1, 10**9, 10**11, 2**100)))
        entry = self.suite.loan_lens.loan(loan)
        assert entry.complete
        assert tuple(entry.loan) == tuple(self.suite.desk.loanOf(loan))

    def named(self, refusal: bytes) -> str:
        return decode_revert(refusal, "LoanBook").name if refusal else "passes"
