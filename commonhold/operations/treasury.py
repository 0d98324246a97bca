"""What `scripts/treasury.py` does: buying, redeeming, queueing, claiming and giving, each asked of the lens first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert
from commonhold.operations.money import Amount, Unit
from commonhold.operations.reading import ZERO_ADDRESS, UnreadableAnswer
from commonhold.operations.refusals import MoneyRefused

REQUESTS_SHOWN = 20
ALLOWANCE = "ERC20InsufficientAllowance"


@dataclass(frozen=True)
class Done:
    """What an action gave, and its receipts, those of allowances first."""

    receipts: list[Any]
    coins: int = 0  # wei that came, went or were burned for it; see the action
    cash: int = 0  # units
    fee: int = 0  # wei
    request_id: int = 0


@dataclass(frozen=True)
class Request:
    """A request that somebody may claim, with its place."""

    request_id: int
    page: Any  # ITreasury.RequestPage
    wallet: str


@dataclass
class Desk:
    """The treasury of a suite, for whoever acts on it."""

    suite: Any

    @cached_property
    def reserve(self) -> Any:
        """The reserve token; an ERC-20 by any name."""
        known = self.suite.contracts.get("reserve")
        return known or self.suite.engine.at("TestReserveToken", self.suite.treasury.peers().reserve)

    @cached_property
    def cash(self) -> Unit:
        """What cash is counted in."""
        return Unit(self.reserve.symbol(), self.reserve.decimals())

    # ------------------------------------------------------------------------------------------------------- actions

    def buy(self, buyer: str, cash: int, *, least: int | None = None, to: str | None = None) -> Done:
        """New coins for cash; `least` is what was quoted if it is not said."""
        to = to or buyer
        receipts = self._pay_in(cash, buyer, lambda: self.buy_refusal(buyer, cash, to))
        least = self.coins_for(cash) if least is None else least
        receipt = self._send("buy", cash, least, to, sender=buyer, takes_cash=True)
        bought = receipt.event("Bought")
        return Done([*receipts, receipt], coins=bought["coins"], cash=bought["cash"])

    def redeem(self, owner: str, coins: int, *, least: int | None = None, to: str | None = None) -> Done:
        """Cash for coins at once."""
        to = to or owner
        receipts = self._allow(self.suite.coin, owner, coins, lambda: self.redeem_refusal(owner, coins, to))
        least = self.quote(coins).cash if least is None else least
        receipt = self._send("redeem", coins, least, to, sender=owner)
        redeemed = receipt.event("Redeemed")
        return Done([*receipts, receipt], redeemed["coins"], redeemed["cash"], redeemed["feeCoins"])

    def request(self, owner: str, coins: int, *, controller: str | None = None) -> Done:
        """A place in the queue; of the answer `coins` are the net ones, and `cash` can be claimed at once."""
        controller = controller or owner
        receipts = self._allow(self.suite.coin, owner, coins, lambda: self.request_refusal(owner, coins, controller))
        receipt = self._send("requestRedeem", coins, controller, owner, sender=owner)
        request_id = receipt.event("RedeemRequest")["requestId"]
        page = self.suite.treasury.requestPage(request_id)
        net = page.pending + page.claimable
        return Done([*receipts, receipt], coins=net, cash=page.claimableCash, fee=coins - net, request_id=request_id)

    def claim(self, caller: str, request_id: int, *, to: str | None = None) -> Done:
        """The cash of what is finalised of a request."""
        to = to or caller
        self._require(self.claim_refusal(caller, request_id, to))
        piece = self.suite.treasury.requestPage(request_id).piece
        receipt = self._send("claimAt", request_id, to, piece, sender=caller)
        claimed = receipt.event("Claimed")
        return Done([receipt], coins=claimed["coins"], cash=claimed["cash"], request_id=request_id)

    def contribute(self, giver: str, cash: int) -> Done:
        """Cash for nothing but equity; `coins` are those that it served in the queue."""
        receipts = self._pay_in(cash, giver, lambda: self.contribute_refusal(giver, cash))
        receipt = self._send("contribute", cash, sender=giver, takes_cash=True)
        return Done([*receipts, receipt], coins=served_by(receipt), cash=cash)

    def finalise(self, caller: str) -> Done:
        """Free cash to the queue; nothing is sent if there is none to give. Coins and cash of the answer were given."""
        try:
            before = self.suite.treasury.setAsideCash()
            receipt = self.suite.treasury.finalise(sender=caller)
        except Revert as revert:
            raise self._refused(revert) from None
        return Done([receipt], coins=served_by(receipt), cash=self.suite.treasury.setAsideCash() - before)

    # ------------------------------------------------------------------------------------------------------ refusals

    def buy_refusal(self, buyer: str, cash: int, to: str) -> Revert | None:
        """Why the treasury would refuse it now; None if it would not."""
        return self._judged(self.suite.treasury_lens.buyCheck(buyer, cash, to))

    def redeem_refusal(self, owner: str, coins: int, to: str) -> Revert | None:
        return self._judged(self.suite.treasury_lens.redeemCheck(owner, coins, to))

    def request_refusal(self, owner: str, coins: int, controller: str) -> Revert | None:
        return self._judged(self.suite.treasury_lens.requestCheck(owner, coins, controller, owner))

    def claim_refusal(self, caller: str, request_id: int, to: str) -> Revert | None:
        return self._judged(self.suite.treasury_lens.claimCheck(caller, request_id, to))

    def contribute_refusal(self, giver: str, cash: int) -> Revert | None:
        return self._judged(self.suite.treasury_lens.contributeCheck(giver, cash))

    def said(self, refusal: Revert | None, *, takes_cash: bool = False) -> str:
        """A refusal in one line; nothing if there is none, or nothing but an allowance is missing."""
        if refusal is None or refusal.name == ALLOWANCE:
            return ""
        return str(self._refused(refusal, takes_cash=takes_cash))

    # --------------------------------------------------------------------------------------------------------- looks

    def coins_for(self, cash: int) -> int:
        """What `buy` would give (wei)."""
        coins, complete = self.suite.treasury_lens.buyQuote(cash)
        if not complete:
            raise UnreadableAnswer("the chain could not tell what cash buys")
        return int(coins)

    def quote(self, coins: int) -> Any:
        """ITreasuryLens.RedemptionQuote."""
        return _whole(self.suite.treasury_lens.redemptionQuote(coins), "what coins give")

    def money(self) -> Any:
        """ITreasuryLens.MoneyPage."""
        return _whole(self.suite.treasury_lens.money(), "the balance sheet")

    def demand(self) -> Any:
        """ITreasuryLens.DemandStatus."""
        return _whole(self.suite.treasury_lens.demand(), "the demand")

    def line(self, most: int = REQUESTS_SHOWN) -> list[Request]:
        """The last requests that wait, from the end of the line towards its front."""
        asked = self._request_events()
        found: list[Request] = []
        following = asked[-1]["requestId"] if asked else 0
        while following and len(found) < most:
            page = _whole(self.suite.treasury_lens.line(following, most - len(found)), "the queue")
            found += [Request(entry.requestId, entry.request, entry.wallet) for entry in page.requests]
            following = page.next
        return found

    def requests_of(self, wallet: str) -> list[Request]:
        """What a wallet may claim now or later, the oldest first."""
        ids = [event["requestId"] for event in self._request_events()]
        found: list[Request] = []
        most = self.suite.treasury_lens.MAX_REQUESTS_PER_PAGE()
        for start in range(0, len(ids), most):
            page = _whole(self.suite.treasury_lens.requests(ids[start : start + most]), "requests")
            found += [
                Request(entry.requestId, entry.request, entry.wallet)
                for entry in page.requests
                if entry.wallet == wallet and entry.request.controller != ZERO_ADDRESS
            ]
        return found

    def _request_events(self) -> list[Any]:
        return self.suite.engine.events(self.suite.treasury, "RedeemRequest")

    # ------------------------------------------------------------------------------------------------------ internal

    def _pay_in(self, cash: int, payer: str, refusal: Callable[[], Revert | None]) -> list[Any]:
        return self._allow(self.reserve, payer, cash, refusal, takes_cash=True)

    def _allow(
        self, token: Any, owner: str, amount: int, refusal: Callable[[], Revert | None], *, takes_cash: bool = False
    ) -> list[Any]:
        """Let the treasury spend, if that is all that is in the way. Raises MoneyRefused."""
        receipts: list[Any] = []
        found = refusal()
        if found is not None and found.name == ALLOWANCE:
            if takes_cash and token.allowance(owner, self.suite.treasury.address):
                receipts.append(token.approve(self.suite.treasury.address, 0, sender=owner))  # USDT asks for that
            receipts.append(token.approve(self.suite.treasury.address, amount, sender=owner))
            found = refusal()
        self._require(found, takes_cash=takes_cash)
        return receipts

    def _require(self, refusal: Revert | None, *, takes_cash: bool = False) -> None:
        if refusal is not None:
            raise self._refused(refusal, takes_cash=takes_cash)

    def _refused(self, refusal: Revert, *, takes_cash: bool = False) -> MoneyRefused:
        return MoneyRefused(refusal, self.suite.treasury.address, self.cash, takes_cash=takes_cash)

    def _send(self, function: str, *args: Any, sender: str, takes_cash: bool = False) -> Any:
        """A call to the treasury; what it refuses after all is explained as what the lens saw coming."""
        try:
            return getattr(self.suite.treasury, function)(*args, sender=sender)
        except Revert as revert:
            raise self._refused(revert, takes_cash=takes_cash) from None

    def _judged(self, reason: bytes) -> Revert | None:
        return decode_revert(reason, "Treasury") if reason else None


def amount_of(amount: Amount | None, unit: Unit) -> int | None:
    """In units; None if none was given."""
    return None if amount is None else amount.of(unit)


def served_by(receipt: Any) -> int:
    """Coins of the queue that a call finalised (wei)."""
    return sum(event["coins"] for event in receipt.events if event.name == "Finalised")


def _whole(page: Any, what: str) -> Any:
    if not page.complete:
        raise UnreadableAnswer(f"the chain could not tell everything about {what}")
    return page
