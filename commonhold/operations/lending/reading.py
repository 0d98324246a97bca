"""What the book and the auction answer: their enums in words, and pages that scripts need whole."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from commonhold.operations.reading import share_of

MOST_INSTALMENTS = 480
"""Of a loan, as the book has it."""


class Stage(IntEnum):
    """ILoanBook.Stage."""

    NONE = 0
    REQUESTED = 1
    APPROVED = 2
    ACTIVE = 3
    FORECLOSING = 4
    REPAID = 5
    FORECLOSED = 6
    WRITTEN_OFF = 7
    WITHDRAWN = 8

    @property
    def words(self) -> str:
        return self.name.lower().replace("_", " ")

    @property
    def is_open(self) -> bool:
        """Whether something is owed."""
        return self in (Stage.ACTIVE, Stage.FORECLOSING)


class Kind(IntEnum):
    """ILoanBook.Kind."""

    FIXED = 0
    ADJUSTABLE = 1
    INTEREST_ONLY = 2

    @property
    def words(self) -> str:
        return self.name.lower().replace("_", "-")


KINDS = tuple(kind.words for kind in Kind)


class NoSuchLoan(Exception):
    """A loan that was never asked for."""

    def __init__(self, loan_id: int, last: int) -> None:
        super().__init__(f"loan {loan_id} does not exist; the last is {last}")


def loan_of(suite: Any, loan_id: int) -> Any:
    """ILoanBook.Loan of a loan that was asked for."""
    loan = suite.desk.loanOf(loan_id)
    if loan.stage == Stage.NONE:
        raise NoSuchLoan(loan_id, suite.desk.lastLoan())
    return loan


def share_words(identifier: int) -> str:
    """A share id with what it is."""
    property_id, number = share_of(identifier)
    return f"{identifier} (share {number} of property {property_id})"
