"""Who paid what for which share and what became of it, from events alone: nothing here asks the model or a contract."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from commonhold.fuzz.port import Sent
from commonhold.fuzz.world import Violation
from commonhold.model.core import Logged
from commonhold.model.market.terms import Ask, Outcome, Part, sale_hash

Wallet = Callable[[str], str]
"""Somebody's wallet of today."""


@dataclass
class Purchase:
    """One that waits."""

    ask: Ask
    buyer: str
    deadline: int
    parts: list[Part]
    loan_coins: int = 0
    disputed: bool = False
    refunding: bool = False
    documents: bytes = b""
    attested: set[str] = field(default_factory=set)  # "seller", "buyer"
    votes: dict[str, Outcome] = field(default_factory=dict)

    @property
    def decided(self) -> Outcome:
        given = list(self.votes.values())
        return next((outcome for outcome in given if given.count(outcome) > 1), Outcome.NONE)


@dataclass(frozen=True)
class Done:
    """A share that changed hands."""

    share_id: int
    seller: str
    buyer: str
    ask_hash: bytes
    documents: bytes
    price: int
    fee: int
    debt: int
    purchase: Purchase | None  # None if it was taken at once


@dataclass
class Step:
    """What one call did with money and title."""

    moved: defaultdict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    """(token, giver, receiver) -> amount"""
    titles: list[tuple[int, str, str]] = field(default_factory=list)
    sold: list[Done] = field(default_factory=list)
    ended: list[bytes] = field(default_factory=list)  # sales
    drawn: bool = False


class Ledger:
    """Of one sequence."""

    def __init__(self, tokens: Sequence[str], market: str) -> None:
        self.place_of = {name: place for place, name in enumerate(tokens)}
        self.market = market
        self._wallet: Wallet = str
        self.held: defaultdict[str, int] = defaultdict(int)  # by transfers
        self.gifts: defaultdict[str, int] = defaultdict(int)  # to the market, for nothing
        self.fees: defaultdict[int, int] = defaultdict(int)  # of a house, not swept
        self.asks: dict[bytes, Ask] = {}
        self.acted: set[bytes] = set()
        self.open: dict[bytes, Purchase] = {}
        self.approved: dict[tuple[int, bytes], tuple[str, int]] = {}
        self.stopped_until = 0
        self.step = Step()

    # -- reading --------------------------------------------------------------------------------------------------

    def read(self, sent: Sent, sender: str, offered: Ask | None, wallet: Wallet) -> Step:
        """All events of a call; `offered` is the ask that came with it."""
        step = self.step = Step()
        self._wallet = wallet
        for event in sent.events:
            if event.name == "Transfer" and event.contract in self.place_of:
                self._moved(event.contract, *event.arguments)
            elif event.name == "Transfer" and event.contract == "certificate":
                giver, to, share_id = event.arguments
                step.titles.append((share_id, giver, to))
            elif event.contract == "book" and event.name == "Drawn":
                step.drawn = True
            elif event.contract == "market":
                self._market_event(event, sender, offered)
        self._wallet = str  # ledgers are copied, and who tells wallets is not
        return step

    def _moved(self, token: str, giver: str, to: str, amount: int) -> None:
        self.step.moved[token, giver, to] += amount
        if giver != to:
            self.held[token] -= amount if giver == self.market else 0
            self.held[token] += amount if to == self.market else 0

    def _market_event(self, event: Logged, sender: str, offered: Ask | None) -> None:
        read = READ.get(event.name)
        if read is not None:
            read(self, sender, offered, *event.arguments)

    def _asked(self, _: str, __: Ask | None, ask_hash: bytes, share_id: int, seller: str, ask: Any) -> None:
        self.asks[ask_hash] = Ask(*ask)

    def _approved(self, _: str, __: Ask | None, share_id: int, name: bytes, manager: str, until: int) -> None:
        if until:
            self.approved[share_id >> 8, name] = manager, until
        else:
            self.approved.pop((share_id >> 8, name), None)

    def _bought(
        self, _: str, offered: Ask | None, ask_hash: bytes, share_id: int, buyer: str, parts: Any, deadline: int
    ) -> None:
        self._act(ask_hash)
        if offered is None:
            raise Violation("L19", f"{buyer} bought {share_id} without an ask")
        purchase = Purchase(offered, buyer, deadline, [Part(*part) for part in parts])
        if any(offered.documentsHash):
            purchase.documents, purchase.attested = offered.documentsHash, {"seller", "buyer"}
        self.open[ask_hash] = purchase

    def _financed(self, _: str, __: Ask | None, ask_hash: bytes, loan_id: int, coins: int) -> None:
        self.open[ask_hash].loan_coins = coins

    def _act(self, ask_hash: bytes) -> None:
        if ask_hash in self.acted:
            raise Violation("L19", f"ask {ask_hash.hex()} acts twice")
        self.acted.add(ask_hash)

    def _attested(self, _: str, __: Ask | None, ask_hash: bytes, party: str, documents: bytes) -> None:
        purchase = self.open[ask_hash]
        if purchase.documents != documents:
            purchase.documents, purchase.attested = documents, set()
        purchase.attested.add(self._part_of(purchase, party))

    def _part_of(self, purchase: Purchase, person: str) -> str:
        if person == self._wallet(purchase.ask.seller):
            return "seller"
        return "buyer" if person == self._wallet(purchase.buyer) else "mediator"

    def _disputed(self, _: str, __: Ask | None, ask_hash: bytes, party: str, deadline: int) -> None:
        purchase = self.open[ask_hash]
        if purchase.disputed or self._part_of(purchase, party) == "mediator":
            raise Violation("L12", f"{party} disputed {ask_hash.hex()}, or once more")
        purchase.disputed, purchase.deadline = True, deadline

    def _voted(self, _: str, __: Ask | None, ask_hash: bytes, voter: str, outcome: int) -> None:
        purchase = self.open[ask_hash]
        purchase.votes[self._part_of(purchase, voter)] = Outcome(outcome)

    def _sold(
        self,
        _: str,
        offered: Ask | None,
        share_id: int,
        seller: str,
        buyer: str,
        ask_hash: bytes,
        documents: bytes,
        price: int,
        fee: int,
        debt: int,
    ) -> None:
        purchase = self.open.pop(ask_hash, None)
        if purchase is None:
            self._act(ask_hash)
        else:
            self.step.ended.append(ask_hash)
        self.fees[share_id >> 8] += fee
        self.step.sold.append(Done(share_id, seller, buyer, ask_hash, documents, price, fee, debt, purchase))

    def spend_approval(self, done: Done) -> tuple[str, int] | None:
        """Of the sale that was just closed: by whom, until when."""
        return self.approved.pop((done.share_id >> 8, sale_hash(done.ask_hash, done.buyer)), None)

    def _refunded(self, sender: str, _: Ask | None, ask_hash: bytes, to: str, currency: int, amount: int) -> None:
        purchase = self.open[ask_hash]
        buyer = self._wallet(purchase.buyer)
        if buyer not in (sender, to):
            raise Violation("L12", f"{sender} had {amount} of {buyer} sent to {to}")
        if not any(part.amount for part in purchase.parts):  # a loan was to pay all
            self._over(ask_hash)
            return
        part = Part(currency, amount)
        if part not in purchase.parts:
            raise Violation("escrow", f"{part} went back, {purchase.parts} lay there")
        purchase.parts.remove(part)
        purchase.refunding = True
        if not any(left.amount for left in purchase.parts):
            self._over(ask_hash)

    def _over(self, ask_hash: bytes) -> None:
        del self.open[ask_hash]
        self.step.ended.append(ask_hash)

    def _waits(self, _: str, __: Ask | None, ask_hash: bytes, currency: int, amount: int) -> None:
        self.open[ask_hash].refunding = True

    def _swept(self, _: str, __: Ask | None, house: int, coins: int) -> None:
        if self.fees.pop(house, 0) != coins:
            raise Violation("L20", f"{coins} swept of house {house}")

    def _stopped(self, _: str, __: Ask | None, what: bytes, until: int) -> None:
        self.stopped_until = until

    def _resumed(self, _: str, __: Ask | None, what: bytes) -> None:
        self.stopped_until = 0

    # -- sums -----------------------------------------------------------------------------------------------------

    def token(self, place: int) -> str:
        return next(name for name, known in self.place_of.items() if known == place)

    def escrowed(self) -> dict[str, int]:
        """What has to lie in the market, of every token."""
        due = {name: self.gifts[name] for name in self.place_of}
        due["coin"] += sum(self.fees.values())
        for purchase in self.open.values():
            for place, amount in purchase.parts:
                due[self.token(place)] += amount
        return due


READ: dict[str, Callable[..., None]] = {
    "Asked": Ledger._asked,
    "SaleApproved": Ledger._approved,
    "Bought": Ledger._bought,
    "Financed": Ledger._financed,
    "DocumentsAttested": Ledger._attested,
    "SaleDisputed": Ledger._disputed,
    "Voted": Ledger._voted,
    "Sold": Ledger._sold,
    "Refunded": Ledger._refunded,
    "RefundWaits": Ledger._waits,
    "FeesSwept": Ledger._swept,
    "Stopped": Ledger._stopped,
    "Resumed": Ledger._resumed,
}
