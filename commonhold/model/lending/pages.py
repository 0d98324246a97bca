"""`TestLendingPage`: all that can be seen of loans and their auctions, in few calls."""

from __future__ import annotations

from typing import Any

from commonhold.model.core import Chain, Contract
from commonhold.model.lending.auction_house import AuctionHouse
from commonhold.model.lending.book import LoanBook
from commonhold.model.lending.desk import LoanDesk


class LendingPage(Contract):
    key = "lending_page"

    def __init__(self, chain: Chain, address: str, book: LoanBook, desk: LoanDesk, auction: AuctionHouse) -> None:
        super().__init__(chain, address)
        self.book = book
        self.desk = desk
        self.auction = auction

    def loans(self, ids: tuple[int, ...]) -> list[tuple[Any, ...]]:
        """Of each: the loan, days past due, stopped time, seconds of the notice, the auction."""
        return [self._page(loan_id) for loan_id in ids]

    def _page(self, loan_id: int) -> tuple[Any, ...]:
        book = self.book
        clocks = book.daysPastDueOf(loan_id), book.stoppedTimeOf(loan_id), book.noticeRanOf(loan_id)
        return self.desk.loanOf(loan_id), *clocks, self.auction.auctionOf(loan_id)

    def originators(self, wallets: tuple[str, ...]) -> list[tuple[int, int, int]]:
        return [self.desk.originatorPage(wallet) for wallet in wallets]
