"""Loans of the whole suite as the recipe deploys it: real values, real money, and everything accounted for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from commonhold.engines import Revert
from commonhold.recipe.buying import keep_price_valid
from commonhold.recipe.lending import Application, LoanStage, Requested, approve_loan, request_loan

DAY = 86_400
WAD = 10**18
NOBODY = "0x" + "00" * 20
FORECLOSURE = b"foreclosure".ljust(32, b"\0")
OPEN = (LoanStage.ACTIVE, LoanStage.FORECLOSING)
HOUSE_USD, SHARE_USD = 320_000 * WAD, 40_000 * WAD  # eight shares


@dataclass
class LoanScene:
    """Three houses of eight shares, each of one owner; every wallet is known and has coins."""

    suite: Any
    index: Any
    appraise: Callable[..., Any]
    owners: list[str]
    houses: list[int] = field(default_factory=list)

    @property
    def engine(self) -> Any:
        return self.suite.engine

    @property
    def book(self) -> Any:
        return self.suite.book

    @property
    def desk(self) -> Any:
        return self.suite.desk

    @property
    def auction(self) -> Any:
        return self.suite.auction

    @property
    def treasury(self) -> Any:
        return self.suite.treasury

    @property
    def coin(self) -> Any:
        return self.suite.coin

    @property
    def certificate(self) -> Any:
        return self.suite.certificate

    def share(self, house: int, number: int) -> int:
        """Share `number` of the house at that place."""
        return self.houses[house] * 256 + number

    # ------------------------------------------------------------------------------------------------------------ loans

    def approved(self, borrower: str, share_id: int, amount: int, **fields: Any) -> Requested:
        """An approved line that lives as long as one may."""
        options = {name: fields.pop(name) for name in ("rate_bps", "underwriter") if name in fields}
        asked = request_loan(self.suite, borrower, Application(share_id, amount, **fields))
        latest = self.engine.now() + self.desk.terms().mostApprovalPeriod
        approve_loan(self.suite, asked, until=latest, **options)
        return asked

    def lend(self, borrower: str, share_id: int, amount: int = 20_000 * WAD, **fields: Any) -> int:
        asked = self.approved(borrower, share_id, amount, **fields)
        keep_price_valid(self.suite)
        self.book.draw(asked.loan_id, borrower, sender=borrower)
        return asked.loan_id

    def due_midnight(self, loan_id: int) -> int:
        """From here on days past due run."""
        return -(-self.desk.loanOf(loan_id).dueAt // DAY) * DAY

    def stage(self, loan_id: int) -> LoanStage:
        return LoanStage(self.book.stageOf(loan_id))

    def debt_at(self, loan_id: int, time: int) -> int:
        """What will be owed then, up."""
        with self.engine.rollback():
            if time > self.engine.now():
                self.engine.set_time(time)
            return self.book.debtOf(loan_id)

    # ------------------------------------------------------------------------------------------------------------- time

    def at(self, time: int) -> None:
        """The next transaction comes at `time` and finds valid prices."""
        if time - 4 > self.engine.now():
            self.engine.set_time(time - 4)
            keep_price_valid(self.suite)
            self.index.set_index(self.index_level())
        self.engine.set_next_time(time)

    def index_level(self) -> int:
        return self.index.handle.latestAnswer() * WAD // 10**self.index.decimals

    # --------------------------------------------------------------------------------------------------------- outcomes

    def refused(self, call: Callable[[], Any]) -> tuple[Any, ...]:
        """The error's name and values; the chain stays as it is."""
        with self.engine.rollback(), pytest.raises(Revert) as caught:
            call()
        return (caught.value.name, *caught.value.values)

    def tried(self, call: Callable[[], Any]) -> str:
        """The error's name, or nothing; the chain stays as it is."""
        with self.engine.rollback():
            try:
                call()
            except Revert as revert:
                return revert.name
        return ""

    def check(self) -> None:
        """Conservation: the sheet balances, debts add up, a lien means a debt, the book holds others' coins."""
        sheet = self.treasury.balanceSheet()
        assert sheet.cashUsd + sheet.loansUsd + sheet.ownedHomesUsd == sheet.coins + sheet.equityUsd
        assert sheet.equityUsd == self.treasury.equityByLedger()
        assert sheet.coins == self.coin.totalSupply()
        pages = {number: self.desk.loanOf(number) for number in range(1, self.desk.lastLoan() + 1)}
        debts = [page.debt for page in pages.values() if page.stage in OPEN]
        assert 0 <= sum(debts) - self.suite.loans.totalDebt() <= len(debts)
        carried = sum(page.carryingUsd for page in pages.values() if page.stage in OPEN)
        assert 0 <= sheet.loansUsd - carried <= len(debts)
        liens = {share: number for number, page in pages.items() if page.stage in OPEN for share in page.shareIds}
        for share in [house * 256 + number for house in self.houses for number in range(1, 9)]:
            assert self.book.loanOfShare(share) == liens.get(share, 0)
            holder = self.certificate.encumbrancesOf(share)[0]
            assert holder == (self.book.address if share in liens else NOBODY)
        fees = sum(sum(self.book.feesOf(number)) for number in pages)
        surplus = sum(self.book.surplusOf(owner) for owner in self.owners)
        assert self.coin.balanceOf(self.book.address) == fees + surplus
