"""The laws that must hold at any moment of a run, checked on chain and by sums over all loans and people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from commonhold.simulation.town import Town


class Broken(Exception):
    """A law does not hold."""

    def __init__(self, law: str, at: int, words: str) -> None:
        super().__init__(f"{law} at {at}: {words}")


@dataclass
class Laws:
    """Checks and counts them."""

    town: Town
    checks: int = 0
    contracts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.contracts = [contract.address for contract in self.town.suite.contracts.values()]

    def check(self) -> None:
        """What takes the same few reads however many loans there are, and the coins of all people."""
        self._balance_sheet()
        self._coins_and_cash()

    def check_loans(self, loans: Sequence[Any]) -> None:
        """Sums over all open loans, as the book shows them now, and their liens."""
        self._sums(loans)
        self._liens(loans)

    def _balance_sheet(self) -> None:
        treasury = self.town.suite.treasury
        sheet = treasury.balanceSheet()
        assets = sheet.cashUsd + sheet.loansUsd + sheet.ownedHomesUsd
        claims = sheet.coins + sheet.equityUsd
        self._require("L2", assets == claims, f"assets {assets}, coins and equity {claims}")
        ledger = treasury.equityByLedger()
        self._require("L2", sheet.equityUsd == ledger, f"equity {sheet.equityUsd}, by its ledger {ledger}")
        coverage = treasury.coverage()
        self._require("L13", (coverage >= 10**18) == (sheet.equityUsd >= 0), f"{coverage} with {sheet.equityUsd}")

    def _sums(self, loans: Sequence[Any]) -> None:
        suite = self.town.suite
        above = sum(loan.debt for loan in loans) - suite.loans.totalDebt()
        self._require("L5", 0 <= above <= len(loans), f"debts of {len(loans)} loans are {above} wei above their total")
        rest = suite.treasury.balanceSheet().loansUsd - sum(loan.carryingUsd for loan in loans)
        self._require("4.3", 0 <= rest <= len(loans), f"loans count for {rest} wei more than {len(loans)} of them do")
        for loan in loans:
            self._require("L29", loan.carryingUsd <= loan.debt, f"{loan.carryingUsd} for a debt of {loan.debt}")

    def _liens(self, loans: Sequence[Any]) -> None:
        suite, book = self.town.suite, self.town.suite.book.address
        for loan in loans:
            for share_id in loan.shareIds:
                holder, _ = suite.certificate.encumbrancesOf(share_id)
                self._require("L4", (loan.debt > 0) == (holder == book), f"{loan.debt} owed on share {share_id}")

    def _coins_and_cash(self) -> None:
        suite, people = self.town.suite, self.town.people
        held = sum(suite.coin.balanceOf(wallet) for wallet in {*people, *self.contracts})
        supply = suite.coin.totalSupply()
        self._require("L1", held == supply, f"{held} held of {supply}")
        tracked, has = suite.treasury.trackedCash(), suite.reserve.balanceOf(suite.treasury.address)
        self._require("L3", tracked <= has, f"cash tracked {tracked}, held {has}")

    def surpluses(self, borrowers: Iterable[str]) -> None:
        """L22: what waits for borrowers lies in the book."""
        suite = self.town.suite
        owed = sum(suite.book.surplusOf(borrower) for borrower in borrowers)
        held = suite.coin.balanceOf(suite.book.address)
        self._require("L22", owed <= held, f"{owed} owed to borrowers, {held} in the book")

    def _require(self, law: str, holds: bool, words: str) -> None:
        self.checks += 1
        if not holds:
            raise Broken(law, self.town.suite.engine.now(), words)
