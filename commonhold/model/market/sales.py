"""The market of shares: `IShareMarket` in exact integers. Asks and payments are its first two parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from commonhold.model.access import Roles
from commonhold.model.certificate import SHARES
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Refused, require
from commonhold.model.lending.terms import Stage
from commonhold.model.market.payments import Payments, Permit, Till, coins_of
from commonhold.model.market.terms import NO_SALE, Ask, MarketTerms, Outcome, Part, Sale, SalePage
from commonhold.model.money.fees import BPS
from commonhold.model.money.price import ceil_div

if TYPE_CHECKING:
    from commonhold.model.market.suite import MarketModel


@dataclass(frozen=True)
class Deal:
    """A sale about to be closed."""

    ask: Ask
    documents: bytes
    seller: str  # his wallet of today
    buyer: str
    parts: Sequence[Part]
    from_buyer: bool  # the coins are still his
    loan_id: int = 0
    loan_coins: int = 0

    @property
    def coins(self) -> int:
        return coins_of(self.parts)


class ShareMarket(Till):
    """`ShareMarket`."""

    def __init__(self, suite: MarketModel, address: str, terms: MarketTerms, stop_period: int) -> None:
        super().__init__(suite, address, terms, stop_period)
        self.sales: dict[bytes, Sale] = {}
        self.asks: dict[bytes, Ask] = {}  # of all sales there ever were

    def saleOf(self, ask_hash: bytes) -> SalePage:
        sale = self.sales.get(ask_hash)
        return sale.page() if sale else NO_SALE

    # -- at once --------------------------------------------------------------------------------------------------

    def take(self, sender: str, told: Ask, signature: bytes, payments: Payments, permits: Sequence[Permit]) -> None:
        ask = Ask(*told)
        self.require_running()
        self._require_ask(sender, ask, signature)
        require(ask.documentsHash != ZERO_WORD, "MissingDocuments", ask.hash)
        self._require_not_replaced(ask.seller)
        parts = self._require_paid(ask.priceUsd, payments, ask.currencies, 0)
        deal = Deal(ask, ask.documentsHash, ask.seller, sender, parts, from_buyer=True)
        with self.suite.trial():
            self._use_permits(sender, permits)
            self._pull(sender, parts, coins=False)
            self._close(deal)

    # -- in steps -------------------------------------------------------------------------------------------------

    def buy(
        self,
        sender: str,
        told: Ask,
        signature: bytes,
        payments: Payments,
        permits: Sequence[Permit],
        loan_id: int,
    ) -> None:
        ask = Ask(*told)
        self.require_running()
        self._require_ask(sender, ask, signature)
        self._require_as_offered(ask)
        self.suite.certificate.requireSaleable(ask.shareId, self.address)
        require(self.suite.credentials.isValid(sender), "InvalidCredential", sender)
        loan_coins = self._promised(sender, ask, loan_id) if loan_id else 0
        parts = self._require_paid(ask.priceUsd, payments, ask.currencies, loan_coins)
        with self.suite.trial():
            self._use_up(ask)
            self._enter(sender, ask, parts, loan_id if loan_coins else 0, loan_coins)
            self._use_permits(sender, permits)
            self._pull(sender, parts, coins=True)

    def _promised(self, sender: str, ask: Ask, loan_id: int) -> int:
        """What an approved loan of the caller brings."""
        book = self.suite.book
        stage = book.stageOf(loan_id)
        require(stage == Stage.APPROVED, "WrongStage", loan_id, stage)
        loan = book.loans[loan_id]
        borrower, application = book.today(loan), loan.application
        require(sender == borrower, "NotBorrower", loan_id, sender, borrower)
        meant = (application.shareId, application.priceUsd)
        require(meant == (ask.shareId, ask.priceUsd), "OtherLoan", loan_id, *meant)
        return application.amount - ceil_div(application.amount * book.numbers.originationFeeBps, BPS)

    def _enter(self, sender: str, ask: Ask, parts: Sequence[Part], loan_id: int, loan_coins: int) -> None:
        sale = Sale(sender, self.now + ask.settlePeriod, [*parts], loan_id=loan_id, loan_coins=loan_coins)
        if ask.documentsHash != ZERO_WORD:
            sale.documents, sale.by_seller, sale.by_buyer = ask.documentsHash, True, True
        self.sales[ask.hash], self.asks[ask.hash] = sale, ask
        self.emit("Bought", ask.hash, ask.shareId, sender, [*parts], sale.deadline)
        if loan_coins:
            self.emit("Financed", ask.hash, loan_id, loan_coins)

    def settle(self, sender: str, told: Ask) -> None:
        ask = Ask(*told)
        self.require_running()
        sale = self._open(ask.hash)
        if sale.disputed:
            require(sale.decided == Outcome.RELEASE, "NotReleased", ask.hash, int(sale.decided))
        else:
            require(sale.by_seller and sale.by_buyer, "NotAttested", ask.hash, sale.by_seller, sale.by_buyer)
        self._require_unchanged(ask)
        self._require_approved(ask, self.today(sale.buyer))
        seller, buyer = self.today(ask.seller), self.today(sale.buyer)
        paid = Deal(ask, sale.documents, seller, buyer, sale.parts, False, sale.loan_id, sale.loan_coins)
        with self.suite.trial():
            del self.sales[ask.hash]
            self._close(paid)

    def refund(self, sender: str, told: Ask, to: str) -> None:
        ask = Ask(*told)
        sale = self._known(ask.hash)
        buyer = self.today(sale.buyer)
        require(buyer in (sender, to), "NotBuyer", sender, buyer)
        require(to != self.address, "InvalidRecipient", to)
        over = self.now > sale.deadline or sale.refunding or sale.decided == Outcome.REFUND
        require(over or not self.is_unchanged(ask), "NotRefundable", ask.hash, sale.deadline)
        self._refund(ask.hash, sale, to)

    def _refund(self, ask_hash: bytes, sale: Sale, to: str) -> None:
        sale.refunding = True
        if not any(part.amount for part in sale.parts):
            self.emit("Refunded", ask_hash, to, 0, 0)
        for number, part in enumerate(sale.parts):
            if not part.amount:
                continue
            if self._give_back(part, to):
                sale.parts[number] = Part(0, 0)
                self.emit("Refunded", ask_hash, to, *part)
            else:
                self.emit("RefundWaits", ask_hash, *part)
        if not any(part.amount for part in sale.parts):
            del self.sales[ask_hash]

    # -- documents and disputes -----------------------------------------------------------------------------------

    def attestDocuments(self, sender: str, told: Ask, documents: bytes) -> None:
        ask = Ask(*told)
        sale = self._open(ask.hash)
        require(documents != ZERO_WORD, "MissingValue", ask.hash)
        party = self._party(sender, ask, sale)
        if sale.documents != documents:
            sale.documents, sale.by_seller, sale.by_buyer = documents, False, False
        if party == "seller":
            sale.by_seller = True
        else:
            sale.by_buyer = True
        self.emit("DocumentsAttested", ask.hash, sender, documents)

    def dispute(self, sender: str, told: Ask) -> None:
        ask = Ask(*told)
        sale = self._open(ask.hash)
        self._party(sender, ask, sale)
        require(not sale.disputed, "AlreadyDisputed", ask.hash)
        sale.disputed = True
        sale.deadline += self.numbers.mediationPeriod
        self.emit("SaleDisputed", ask.hash, sender, sale.deadline)

    def resolve(self, sender: str, told: Ask, outcome: int) -> None:
        ask = Ask(*told)
        sale = self._open(ask.hash)
        require(sale.disputed, "NotDisputed", ask.hash)
        require(outcome != Outcome.NONE, "MissingValue", ask.hash)
        require(sale.decided == Outcome.NONE, "AlreadyDecided", ask.hash, int(sale.decided))
        sale.votes[self._voter(sender, ask, sale)] = Outcome(outcome)
        self.emit("Voted", ask.hash, sender, outcome)

    def _party(self, sender: str, ask: Ask, sale: Sale) -> str:
        seller, buyer = self.today(ask.seller), self.today(sale.buyer)
        require(sender in (seller, buyer), "NotParty", sender, seller, buyer)
        return "seller" if sender == seller else "buyer"

    def _voter(self, sender: str, ask: Ask, sale: Sale) -> str:
        """A mediator who is a party has a party's voice only."""
        if sender in (self.today(ask.seller), self.today(sale.buyer)):
            return self._party(sender, ask, sale)
        self.hub.require_role(Roles.MEDIATOR, sender)
        return "mediator"

    def _known(self, ask_hash: bytes) -> Sale:
        sale = self.sales.get(ask_hash)
        if sale is None:
            raise Refused("NoSale", ask_hash)
        return sale

    def _open(self, ask_hash: bytes) -> Sale:
        """One that can still settle."""
        sale = self._known(ask_hash)
        require(not sale.refunding, "SaleRefunded", ask_hash)
        require(self.now <= sale.deadline, "SaleExpired", ask_hash, sale.deadline)
        return sale

    # -- title against money --------------------------------------------------------------------------------------

    def _close(self, deal: Deal) -> None:
        """Under a trial: whatever refuses undoes all of it."""
        ask, suite = deal.ask, self.suite
        coin = suite.coin
        self._require_unchanged(ask)
        del self.approvals[self._require_approved(ask, deal.buyer)]
        fee, debt, from_buyer = self.feeOf(ask.priceUsd), 0, deal.from_buyer
        if suite.certificate.shares[ask.shareId].lien != ZERO_ADDRESS:
            if from_buyer:
                coin.transferFrom(self.address, deal.buyer, self.address, deal.coins)
                from_buyer = False
            # What the loan brings comes after the move, for which the debt must be paid.
            debt = self._pay_debt(ask.shareId, min(deal.coins, deal.coins + deal.loan_coins - fee))
        self.emit("Sold", ask.shareId, ask.seller, deal.buyer, ask.hash, deal.documents, ask.priceUsd, fee, debt)
        suite.certificate.moveBySale(
            self.address, ask.shareId, ask.seller, deal.buyer, ask.priceUsd, self._paid_in(deal.parts)
        )
        if deal.loan_coins:
            brought = suite.book.drawForMarket(self.address, deal.loan_id, deal.buyer, ask.priceUsd, self.address)
            require(brought == deal.loan_coins, "LoanBroughtOther", deal.loan_id, deal.loan_coins, brought)
        rest = deal.coins + deal.loan_coins - fee - debt
        if from_buyer:
            if rest:
                coin.transferFrom(self.address, deal.buyer, deal.seller, rest)
            if fee:
                coin.transferFrom(self.address, deal.buyer, self.address, fee)
        elif rest:
            coin.transfer(self.address, deal.seller, rest)
        self.fees[ask.shareId // SHARES] += fee
        suite.valuation.reportSale(self.address, ask.shareId, ask.seller, deal.buyer, ask.priceUsd)
        for place, amount in deal.parts:
            if place and amount:
                self._token(place).transfer(self.address, deal.seller, amount)

    def _paid_in(self, parts: Sequence[Part]) -> str:
        """The token of the first part that was paid: the coin if a loan pays all."""
        place = next((place for place, amount in parts if amount), 0)
        return self._token(place).address

    def _pay_debt(self, share_id: int, most: int) -> int:
        book, treasury = self.suite.book, self.suite.treasury
        loan_id = book.loanOfShare(share_id)
        debt, price = book.debtOf(loan_id), treasury.price()
        require(price.covered or price.assets, "CoinsWorthNothing", debt)
        owed = book.feesDueOf(loan_id) + price.coins_for_up(debt)
        require(owed <= most, "DebtNotCovered", loan_id, owed, most)
        before = self.suite.coin.balances[self.address]
        book.pay(self.address, loan_id, owed)
        # The book takes no more than the debt is.
        return before - self.suite.coin.balances[self.address]
