"""Random walks over everything that people, books and the world do to the treasury, with the laws after every step."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from money_stage import BOOK, BORROWER, DAO, DAY, HOUR, PEOPLE, RATE_BPS, SHARE_VALUE, SHARES, TREASURY, MoneyStage
from money_stage import check_laws as check_state

from commonhold.model.core import Refused
from commonhold.model.money.gate import WAD
from commonhold.model.money.reserve import VALID

NEVER_LOWERS_COVERAGE = {"redeem", "request", "finalise", "contribute", "burn", "skim", "pay", "pay_cash", "buy"}
SERVES = NEVER_LOWERS_COVERAGE | {"draw", "draw_cash", "mark", "sell_home"}


class Walk:
    """`step` does one random thing; what it may not change is compared with before."""

    def __init__(self, stage: MoneyStage, seed: int) -> None:
        self.stage = stage
        self.random = random.Random(seed)
        self.reached: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.before = stage.quantities()
        actions: list[Callable[[], None]] = [
            self.buy, self.redeem, self.redeem, self.request, self.request, self.finalise, self.claim, self.claim,
            self.contribute, self.burn, self.skim, self.draw, self.draw_cash, self.pay, self.pay, self.pay_cash,
            self.mark, self.mark, self.value, self.depeg, self.foreclose, self.sell_home, self.loss, self.pay_out,
            self.send, self.wait, self.wait, self.wait,
        ]  # fmt: skip
        self.actions = actions

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self.step()

    def step(self) -> None:
        stage, treasury = self.stage, self.stage.treasury
        action = self.random.choice(self.actions)
        name = action.__name__
        self.before = stage.quantities()
        claims = {id_: treasury.claimableCash(id_) for id_ in stage.waiting_ids()}
        start_paused, started_at, now = treasury.demandPaused(), treasury.gate.paused_at, stage.chain.now
        try:
            action()
        except Refused as refused:
            self.refused[f"{name}: {refused.name}"] += 1
            return
        self.reached[name] += 1
        check_state(stage)
        before, after = self.before, stage.quantities()
        if name in NEVER_LOWERS_COVERAGE and before.assets < before.coins:
            assert after.assets * before.coins >= before.assets * after.coins, ("L25", name, before, after)
        if name in SERVES:
            self.check_nothing_idle()
        if name != "claim":
            assert all(treasury.claimableCash(id_) >= cash for id_, cash in claims.items()), ("L12", name)
        if stage.chain.now == now and start_paused and started_at is not None and name != "value":
            rested = now >= started_at + treasury.gate.terms.dwellPeriod
            assert rested or treasury.demandPaused(), "L8"

    def check_nothing_idle(self) -> None:
        treasury = self.stage.treasury
        worth_a_unit = treasury.price().cash_out_down(treasury.queue.waiting) > 0
        assert not worth_a_unit or treasury.cash == 0, "L27"

    # -- people ---------------------------------------------------------------------------------------------------

    def person(self) -> str:
        return self.random.choice(PEOPLE)

    def some(self, most: int) -> int:
        """Small amounts and large ones, seldom round."""
        if most <= 0:
            return 0
        return self.random.choice((most, self.random.randint(1, most), self.random.randint(1, 1 + most // 1000)))

    def buy(self) -> None:
        person = self.person()
        self.stage.treasury.buy(person, self.some(self.stage.cash(20_000)), 0, person)

    def redeem(self) -> None:
        person = self.person()
        self.stage.treasury.redeem(person, self.some(self.stage.coin.balanceOf(person) // 4), 0, person)

    def request(self) -> None:
        person = self.person()
        self.stage.treasury.requestRedeem(person, self.some(self.stage.coin.balanceOf(person)), person, person)

    def finalise(self) -> None:
        self.stage.treasury.finalise(self.person())

    def claim(self) -> None:
        requests = self.stage.treasury.queue.requests
        if requests:
            number, request = self.random.choice(list(requests.items()))
            controller = request.controller
            cash = self.stage.treasury.claimableCash(number)
            had = self.stage.reserve.balances[controller]
            self.stage.treasury.claim(controller, number, controller)
            assert self.stage.reserve.balances[controller] == had + cash

    def contribute(self) -> None:
        self.stage.treasury.contribute(self.person(), self.some(self.stage.cash(5_000)))

    def burn(self) -> None:
        person = self.person()
        self.stage.treasury.burnIntoEquity(person, self.some(self.stage.coin.balanceOf(person) // 100))

    def skim(self) -> None:
        self.stage.reserve.transfer(self.person(), TREASURY, self.some(self.stage.cash(100)))
        self.stage.treasury.skim(self.person())

    def send(self) -> None:
        person = self.person()
        self.stage.coin.transfer(person, self.person(), self.some(self.stage.coin.balanceOf(person)))

    def pay_out(self) -> None:
        self.stage.treasury.next_transaction()
        self.stage.treasury.payOut(DAO, self.person(), self.some(self.stage.cash(1_000)))

    # -- loans ----------------------------------------------------------------------------------------------------

    def loan(self) -> int:
        return self.random.choice(list(self.stage.book.terms) or [0])

    def marked_loan(self) -> int:
        """A payment stores a new cap as a mark does: the mark comes first, so that the payment shows what it does."""
        loan_id = self.loan()
        if loan_id:
            self.stage.book.mark(loan_id)
            self.before = self.stage.quantities()
        return loan_id

    def free_share(self) -> int:
        taken = {loan.share for loan in self.stage.book.terms.values()} | set(self.stage.treasury.homes)
        return self.random.choice([share for share in SHARES if share not in taken] or [0])

    def draw(self) -> None:
        share = self.free_share()
        if share:
            amount = self.some(self.stage.book.values[share] * 6 // 10)
            self.stage.book.draw(share, amount, RATE_BPS, max(1, amount // 60), self.person())

    def draw_cash(self) -> None:
        share = self.free_share()
        if share:
            cash = self.some(self.stage.book.values[share] * 6 // 10 // self.stage.unit)
            self.stage.book.drawCash(share, cash, RATE_BPS, max(1, cash * self.stage.unit // 60), self.person())

    def pay(self) -> None:
        person = self.person()
        self.stage.book.pay(person, self.marked_loan(), self.some(self.stage.coin.balanceOf(person) // 4))

    def pay_cash(self) -> None:
        self.stage.book.payCash(BORROWER, self.marked_loan(), self.some(self.stage.cash(3_000)))

    def mark(self) -> None:
        self.stage.book.mark(self.loan())

    def foreclose(self) -> None:
        loan_id = self.loan()
        if loan_id and self.stage.book.position(loan_id).day(90) <= self.stage.chain.now:
            self.stage.book.foreclose(loan_id, self.stage.book.values[self.stage.book.terms[loan_id].share] * 7 // 10)

    def sell_home(self) -> None:
        homes = self.stage.treasury.homes
        if homes:
            share = self.random.choice(list(homes))
            person = self.person()
            if self.random.random() < 0.5:
                coins = self.stage.treasury.price().coins_for_up(homes[share])
                if coins <= self.stage.coin.balanceOf(person):
                    self.stage.treasury.sellHomeForCoins(BOOK, share, person, coins)
            else:
                self.stage.treasury.sellHomeForCash(BOOK, share, person, homes[share] // self.stage.unit)

    def loss(self) -> None:
        homes = self.stage.treasury.homes
        if homes:
            share = self.random.choice(list(homes))
            self.stage.treasury.markOwned(BOOK, share, self.random.randint(0, homes[share]))

    # -- the world ------------------------------------------------------------------------------------------------

    def value(self) -> None:
        share = self.random.choice(SHARES)
        self.stage.book.values[share] = SHARE_VALUE * self.random.randint(20, 120) // 100

    def depeg(self) -> None:
        self.stage.reading.status = VALID if self.random.random() < 0.8 else VALID + 1
        if self.random.random() < 0.3:
            percent = self.random.choice((0, 0, self.random.randint(0, 10), self.random.random()))
            off = int(percent * 10**16)
            self.stage.reading.lastUsd = self.random.choice((WAD + off, WAD - off))

    def wait(self) -> None:
        self.stage.wait(self.random.choice((1, 59, HOUR, HOUR * 5, DAY, DAY, 3 * DAY, 10 * DAY)))
