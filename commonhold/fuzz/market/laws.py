"""The laws of the market, checked while a sequence runs, besides those of lending and money.

What a step did is read from its events, into a ledger that knows nothing else: what lies in the market is exactly what
was paid and is not settled yet; title and money move together or not at all; an ask acts once.
"""

from __future__ import annotations

from typing import Any

from commonhold.build import artifact
from commonhold.fuzz.actions import Action
from commonhold.fuzz.lending.laws import LendingLaws
from commonhold.fuzz.market.ending import end_everything
from commonhold.fuzz.market.lease_laws import LeaseLaws
from commonhold.fuzz.market.ledger import Done, Ledger, Step
from commonhold.fuzz.market.purse_laws import PurseLaws
from commonhold.fuzz.money.laws import AUDIT_EVERY
from commonhold.fuzz.port import Sent
from commonhold.fuzz.world import Violation, World
from commonhold.model import Outcome
from commonhold.model.core import ZERO_WORD, Logged, hash_of
from commonhold.model.market.terms import Ask, sale_hash
from commonhold.model.market.terms import Outcome as Verdict
from commonhold.model.money.price import ceil_div

TOKENS = ("coin", "reserve", "token")
"""In the order of their places."""

BALANCES_EVERY = 10
BESIDE_EVERY = 3 * AUDIT_EVERY
ENDING_EVERY = 5 * AUDIT_EVERY
SALE_SLOTS = 7
"""Head, documents, loan, four parts."""

WITH_ASK = {"list", "take", "buy", "attestDocuments", "settle", "refund", "dispute", "resolve"}
NOT_WHILE_STOPPED = {"list", "take", "buy", "settle"}

OWN_FAULTS = {
    "refund": {"NoSale", "NotBuyer", "InvalidRecipient", "NotRefundable"},
    "unlist": {"NotSeller"},
    "cancel": set(),
    "cancelAll": set(),
    "attestDocuments": {"NoSale", "SaleRefunded", "SaleExpired", "MissingValue", "NotParty"},
    "dispute": {"NoSale", "SaleRefunded", "SaleExpired", "NotParty", "AlreadyDisputed"},
}
"""L15: why leaving may be refused; no stop, freeze, token or oracle is among it."""


class MarketLaws(LendingLaws):
    """Watches a world where the market plays."""

    focus = "market"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._step = Step()
        self._beside = (LeaseLaws(world), PurseLaws(world))
        layout = artifact("ShareMarket").storage_layout["storage"]
        self._sales_at = next(int(row["slot"]) for row in layout if row["label"] == "_sales")

    @property
    def ledger(self) -> Ledger:
        """Of this sequence."""
        world = self.world
        found: Ledger | None = world.ghosts.get("ledger")
        if found is None:
            market = world.port.addresses["market"]
            found = world.ghosts["ledger"] = Ledger(TOKENS, market)
        return found

    # -- around a step --------------------------------------------------------------------------------------------

    def after(self, world: World, action: Action, outcome: Outcome, sent: Sent | None) -> None:
        self._step = Step()
        if outcome.refused is None and sent is not None:
            offered = Ask(*action.arguments[0]) if action.contract == "market" and action.function in WITH_ASK else None
            sender = world.names.address(action.sender)
            self._step = self.ledger.read(sent, sender, offered, self._wallet)
            self._check_step(action, sent)
        for laws in self._beside:
            laws.after(action, outcome, sent)
        super().after(world, action, outcome, sent)
        if self.steps % BALANCES_EVERY == 0 or action.contract == "market":
            self._check_balances()

    def _wallet(self, person: str) -> str:
        found: str = self.world.port.view("credentials", "currentWallet", person)
        return found

    def _check_step(self, action: Action, sent: Sent) -> None:
        ledger, step = self.ledger, self._step
        if action.contract != "market":
            self._count_gifts(step)
        elif action.function in NOT_WHILE_STOPPED and action.at < ledger.stopped_until:
            raise Violation("L16", f"{action} while stopped until {ledger.stopped_until}")
        for done in step.sold:
            self._check_sold(action, step, done)
        if len(step.sold) > 1 or (action.contract == "market" and len(step.titles) != len(step.sold)):
            raise Violation("escrow", f"{action} sold {step.sold}, titles moved {step.titles}")
        for ask_hash in step.ended:
            self._check_gone(ask_hash)

    def _count_gifts(self, step: Step) -> None:
        """What somebody sends to the market, past it, is nobody's."""
        market = self.ledger.market
        for (token, giver, to), amount in step.moved.items():
            if market == giver != to:
                raise Violation("escrow", f"{amount} of {token} left the market for {to}")
            if market == to != giver:
                self.ledger.gifts[token] += amount

    # -- a sale ---------------------------------------------------------------------------------------------------

    def _check_sold(self, action: Action, step: Step, done: Done) -> None:
        if step.titles != [(done.share_id, done.seller, done.buyer)]:
            raise Violation("escrow", f"{action}: {done}, but titles moved {step.titles}")
        self._check_right(action, done)
        if done.fee != ceil_div(done.price * self.world.model.market.numbers.saleFeeBps, 10_000):
            raise Violation("L20", f"{action}: fee of {done.price} is {done.fee}")
        if done.purchase is None:
            self._check_taken(action, step, done)
        else:
            self._check_settled(action, step, done)

    def _check_right(self, action: Action, done: Done) -> None:
        """Approval of today's manager, documents of both, a credential: spec 3, L7, L19."""
        view, purchase = self.world.port.view, done.purchase
        giver, until = self.ledger.spend_approval(done) or ("nobody", 0)
        if giver != view("registry", "managerOf", done.share_id >> 8) or action.at > until:
            raise Violation("T21", f"{action} without an approval: {giver} until {until}")
        if view("market", "approvalOf", done.share_id >> 8, sale_hash(done.ask_hash, done.buyer))[1]:
            raise Violation("L19", f"{action}: the approval was not used up")
        if not view("credentials", "isValid", done.buyer):
            raise Violation("L7", f"{action}: {done.buyer} has no credential")
        ask = Ask(*action.arguments[0])
        if (done.seller, done.share_id, done.price) != (ask.seller, ask.shareId, ask.priceUsd):
            raise Violation("L19", f"{action} sold {done}")
        if purchase is None:
            if done.documents == ZERO_WORD or done.documents != ask.documentsHash or action.at > ask.expiresAt:
                raise Violation("L19", f"{action} took {done}")
            return
        if action.at > purchase.deadline or purchase.refunding:
            raise Violation("escrow", f"{action} settled {purchase} at {action.at}")
        released = purchase.disputed and purchase.decided == Verdict.RELEASE
        attested = not purchase.disputed and purchase.attested >= {"seller", "buyer"}
        if not released and not (attested and purchase.documents == done.documents):
            raise Violation("T23", f"{action} settled {purchase}, documents {done.documents!r}")

    def _check_settled(self, action: Action, step: Step, done: Done) -> None:
        """All that was paid, and what the loan brought, is the seller's, but for fee and debt; nobody else pays."""
        purchase, market = done.purchase, self.ledger.market
        assert purchase is not None
        seller = self._wallet(done.seller)
        due = dict.fromkeys(TOKENS, 0)
        for place, amount in purchase.parts:
            due[TOKENS[place]] += amount
        due["coin"] += purchase.loan_coins - done.fee - done.debt
        for token, amount in due.items():
            if step.moved[token, market, seller] != amount:
                raise Violation("escrow", f"{action}: {amount} of {token} are due, {dict(step.moved)} moved")
        self._require_nothing_of_people(action, step)

    def _check_taken(self, action: Action, step: Step, done: Done) -> None:
        """The buyer paid the price and at most a unit of each token more; the seller has all but fee and debt."""
        buyer, seller, market = done.buyer, done.seller, self.ledger.market
        received = {token: step.moved[token, buyer, seller] + step.moved[token, market, seller] for token in TOKENS}
        worth, slack = received["coin"] + done.fee + done.debt, 0
        for token in TOKENS[1:]:
            _, decimals, feed = self.world.port.view("market", "currencyOf", TOKENS.index(token))
            price = self.world.port.view("oracle", "read", feed)[0]
            worth += received[token] * price // 10**decimals
            slack += ceil_div(price, 10**decimals) + 1 if received[token] else 0
        if not -slack <= worth - done.price <= slack:
            raise Violation("escrow", f"{action}: {worth} were paid for {done.price}: {dict(step.moved)}")
        paid = {
            token: sum(v for (t, giver, _), v in step.moved.items() if (t, giver) == (token, buyer)) for token in TOKENS
        }
        if paid != {**received, "coin": received["coin"] + done.fee + done.debt}:
            raise Violation("escrow", f"{action}: {paid} paid, {received} received, {done}")

    def _require_nothing_of_people(self, action: Action, step: Step) -> None:
        for (token, giver, to), amount in step.moved.items():
            if giver in self.world.cast.people and amount and giver != to:
                raise Violation("L12", f"{action} took {amount} of {token} from {giver}")

    def _check_gone(self, ask_hash: bytes) -> None:
        """A sale that is over leaves nothing behind."""
        port = self.world.port
        first = int.from_bytes(hash_of(ask_hash, self._sales_at), "big")
        for slot in range(first, first + SALE_SLOTS):
            if any(port.engine.storage_at(port.addresses["market"], slot)):
                raise Violation("escrow", f"slot {slot - first} of sale {ask_hash.hex()} is not empty")

    # -- what lies there ------------------------------------------------------------------------------------------

    def _check_balances(self) -> None:
        """Of every token exactly the parts of open sales; of coin the fees, too."""
        world, ledger = self.world, self.ledger
        for token, due in ledger.escrowed().items():
            held = world.port.view(token, "balanceOf", ledger.market)
            if not held == due == ledger.held[token]:
                raise Violation(
                    "escrow", f"{held} of {token} lie in the market, {due} are due, {ledger.held[token]} came"
                )

    def _check_refusal(self, action: Action, outcome: Outcome) -> None:
        faults = OWN_FAULTS.get(action.function) if action.contract == "market" else None
        if faults is not None and outcome.refused is not None and outcome.refused.name not in faults:
            raise Violation("L15", f"{action} was refused: {outcome.refused}")
        super()._check_refusal(action, outcome)

    # -- lending's laws, where the market calls the book ----------------------------------------------------------

    def _may_draw(self, action: Action, drawer: str) -> bool:
        """A purchase that settles draws its buyer's loan."""
        if action.contract == "market":
            return any(done.buyer == drawer and done.purchase and done.purchase.loan_coins for done in self._step.sold)
        return super()._may_draw(action, drawer)

    def _check_share(self, action: Action, event: Logged) -> None:
        """What a sale moves and pledges is judged as a sale, and what a lessee buys as a lease."""
        if action.contract in ("market", "lease_to_buy") and event.name in ("Transfer", "LienPlaced"):
            return
        super()._check_share(action, event)

    def _check_call(self, action: Action, page: Any) -> None:
        if self._step.drawn and action.contract == "market" and (page.paused or page.equityUsd < 0):
            raise Violation("L8", f"{action} lent while lending is paused")
        super()._check_call(action, page)

    # -- everything -----------------------------------------------------------------------------------------------

    def audit(self) -> None:
        super().audit()
        world, ledger = self.world, self.ledger
        if set(world.model.market.sales) != set(ledger.open):
            raise Violation("escrow", f"open are {set(world.model.market.sales)}, by the ledger {set(ledger.open)}")
        for ask_hash, purchase in ledger.open.items():
            page = world.check_view("market", "saleOf", ask_hash)
            left = [part for part in page.parts if part.amount]
            if [tuple(part) for part in left] != [part for part in purchase.parts if part.amount]:
                raise Violation("escrow", f"sale {ask_hash.hex()} has {page.parts}, the ledger {purchase.parts}")
        for house in world.model.registry.houses:
            if world.check_view("market", "feesOf", house) != ledger.fees.get(house, 0):
                raise Violation("L20", f"fees of house {house}")
        self._audit_listings()
        is_last = self.steps % AUDIT_EVERY != 0  # of its sequence
        if is_last or self.steps % BESIDE_EVERY == 0:
            for laws in self._beside:
                laws.audit()
        if is_last or self.steps % ENDING_EVERY == 0:
            end_everything(world, ledger)
            self._beside[0].end()

    def _audit_listings(self) -> None:
        world, shares = self.world, list(self.world.model.market.listings)
        for share_id in shares[:3]:
            world.check_view("market", "listingOf", share_id)
            world.check_view("market", "listingNonce", share_id)
        for seller in list(world.model.market.signed)[:3]:
            world.check_view("market", "epochOf", seller)
            world.check_view("market", "isNonceLive", seller, self.steps % 256)
