"""The laws of the money in the whole suite, where the loan book lends beside the test book.

That the book's loans are the model's, that sums are over the loans of both books, and that liens are where loans are.
"""

from __future__ import annotations

from typing import Any

from commonhold.fuzz.actions import Action
from commonhold.fuzz.money.laws import MoneyLaws
from commonhold.fuzz.port import Sent
from commonhold.fuzz.world import Violation, World
from commonhold.model import Outcome
from commonhold.model.lending.loan import Loan
from commonhold.model.lending.terms import Stage

BOOK = ("book", "desk", "auction")
SHOWN = (Stage.REQUESTED, Stage.APPROVED, Stage.ACTIVE, Stage.FORECLOSING)
"""In which all of a loan can be seen."""


class SuiteMoneyLaws(MoneyLaws):
    """A part of the suite's law book."""

    def after(self, world: World, action: Action, outcome: Outcome, sent: Sent | None) -> None:
        super().after(world, action, outcome, sent)
        first = action.arguments[0] if action.arguments else None
        if action.contract not in BOOK or not isinstance(first, int) or outcome.refused is not None:
            return
        loan = world.model.book.loans.get(first)
        if loan is not None:
            self._check_loan(first, loan)

    def _check_loan(self, number: int, loan: Loan) -> None:
        if loan.stage in SHOWN:
            self.world.check_view("desk", "loanOf", number)
        self.world.check_view("book", "stageOf", number)
        for share_id in {loan.application.shareId, *loan.shares}:
            self._check_lien(share_id)

    def _check_lien(self, share_id: int) -> None:
        """L4: a share carries the book's lien if and only if it secures a loan of which something is owed."""
        view, book = self.world.port.view, self.world.port.addresses["book"]
        lien, _ = view("certificate", "encumbrancesOf", share_id)
        number = self.world.check_view("book", "loanOfShare", share_id)
        debt = view("book", "debtOf", number)
        if (lien == book) != (debt > 0):
            raise Violation("L4", f"share {share_id} of loan {number} has lien {lien}, {debt} are owed")

    def _audit_loans(self, page: Any) -> None:
        """L5, L29 and 4.3: the sums are those over all loans of both books."""
        world = self.world
        small = tuple(world.model.test_book.small.terms)
        debts, values = map(list, world.check_view("page", "loans", small))
        names = [f"{number} of the test book" for number in small]
        for number, loan in world.model.book.loans.items():
            self._check_loan(number, loan)
            if loan.is_open:
                seen = world.port.view("desk", "loanOf", number)
                names.append(str(number))
                debts.append(seen.debt)
                values.append(seen.carryingUsd)
        if not 0 <= sum(debts) - page.totalDebt <= len(names):
            raise Violation("L5", f"debts {sum(debts)}, total {page.totalDebt}")
        if not 0 <= page.loansUsd - sum(values) <= len(names):
            raise Violation("4.3", f"values {sum(values)}, all of them {page.loansUsd}")
        for name, debt, value in zip(names, debts, values, strict=True):
            if value > debt:
                raise Violation("L29", f"loan {name} counts {value}, {debt} are owed")
        for share_id in world.model.certificate.shares:
            self._check_lien(share_id)
