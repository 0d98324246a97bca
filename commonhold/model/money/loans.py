"""The loan ledger: the treasury's door for books, and what all loans and owned homes come to."""

from __future__ import annotations

from typing import Any

from commonhold.model.access import Hub, Managed
from commonhold.model.core import Chain, Refused, require
from commonhold.model.money.ageing import RAW, Position
from commonhold.model.money.treasury import Treasury


def position_of(told: Any) -> Position:
    """From the order of `ILoanLedger.Position`."""
    principal, rate, next_rate, since, due, reset, cap, interest, impaired, income = told
    return Position(principal, rate, interest, since, due, cap, impaired, income, next_rate, reset)


class LoanLedger(Managed):
    """`LoanLedger`: what it keeps of loans are sums, which the treasury's model takes from the loans themselves."""

    key = "loans"

    def __init__(self, chain: Chain, address: str, hub: Hub, treasury: Treasury) -> None:
        super().__init__(chain, address, hub)
        self.treasury = treasury

    def setBook(self, sender: str, book: str, allowed: bool) -> None:
        self.restricted(sender, "setBook")
        books, closed, lenders = self.treasury.books, self.treasury.closed_books, self.treasury.lenders
        if allowed:
            if book in closed:
                lenders.add(book)
            books.add(book)
            closed.discard(book)
        elif book in lenders:  # its loans run out
            closed.add(book)
        elif book not in closed:
            books.discard(book)
        self.emit("BookSet", book, allowed)

    def closeBook(self, sender: str, book: str) -> None:
        self.restricted(sender, "closeBook")
        require(book in self.treasury.books, "NotBook", book)
        self.treasury.closed_books.add(book)
        self.emit("BookClosed", book)

    # -- doors: books come through their own model, everybody else is turned away here -----------------------------

    def _only_for_books(self, sender: str, *told: Any) -> None:
        require(sender in self.treasury.books, "NotBook", sender)
        raise LookupError("what a book tells the ledger is modelled by the book")

    lendCoins = lendCash = payInCoins = payInCash = push = _only_for_books
    forecloseForCoins = takeHome = markOwned = sellHomeForCoins = sellHomeForCash = _only_for_books

    def roll(self, sender: str, day: int, to_day: int) -> None:
        raise Refused("NotTreasury", sender)

    # -- views ----------------------------------------------------------------------------------------------------

    def isBook(self, book: str) -> bool:
        return book in self.treasury.books

    def mayLend(self, book: str) -> bool:
        return book in self.treasury.books - self.treasury.closed_books

    def totalDebt(self) -> int:
        return self.treasury.totalDebt()

    def ownedHomeUsd(self, share_id: int) -> int:
        return self.treasury.homes.get(share_id, 0)

    def carryingValueOf(self, loan: Any) -> int:
        return int(position_of(loan).carrying_raw(self.now) // RAW)

    def debtOf(self, loan: Any) -> int:
        return position_of(loan).debt_up(self.now)
