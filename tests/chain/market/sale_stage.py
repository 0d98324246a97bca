"""A house for sale on the chain, and who deals in it; beside the tests, so pytest finds it by its bare name.

Scenes are set through the engine's handles, as everywhere; what a test is about goes through ape's instances.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

from commonhold.engines.base import Receipt
from commonhold.recipe import buying, leasing
from commonhold.recipe import market as sales
from commonhold.recipe.leasing import LeaseTerms
from commonhold.recipe.market import COIN_PLACE, RESERVE_PLACE, Ask

WAD, UNIT = 10**18, 10**6
DAY, YEAR = 86_400, 365 * 86_400
PRICE = 30_000 * WAD
FEE = 300 * WAD
"""Of that price, 1 %."""
RENT = 1_000 * WAD
LEASE_FEE = 10 * WAD
"""Of that rent, 1 %."""
DOCUMENTS = b"executed documents".ljust(32, b".")
LATER = 2**39
"""Some time after everything."""
ZERO = "0x" + "00" * 20


@dataclass
class Stage:
    """`seller` owns all shares of a house and lets the market move them; `buyer` has coins and reserve tokens, and lets
    market and leases take them. Both have credentials for years."""

    handles: Any  # the engine's
    suite: Any  # ape's
    seller: Any
    buyer: Any
    manager: Any
    registrar: Any
    issuer: Any
    house: int = 0

    def open(self, terms: dict[str, Any]) -> Stage:
        handles = self.handles
        for number, wallet in enumerate((self.seller, self.buyer)):
            self.admit(wallet, number)
        registered = handles.registry.register(terms, sender=self.registrar)
        self.house = registered.event("PropertyRegistered")["propertyId"]
        handles.certificate.tokenize(self.house, self.seller.address, sender=self.registrar)
        sales.offer_through_market(handles, self.seller)
        buying.give_coins(handles, self.buyer, 100_000 * WAD)
        handles.reserve.mint(self.buyer.address, 100_000 * UNIT, sender=self.buyer)
        sales.pay_through_market(handles, self.buyer, handles.reserve)
        leasing.let_spend(handles, self.buyer)
        buying.keep_price_valid(handles)
        return self

    def again(self) -> Stage:
        return copy.copy(self)

    def admit(self, wallet: Any, number: int) -> None:
        """Gives a wallet a credential for years."""
        owner_id = b"person".ljust(31, b"-") + bytes([number])
        expires_at = self.handles.engine.now() + 12 * YEAR
        self.handles.credentials.issue(wallet.address, owner_id, expires_at, 840, 0, sender=self.issuer)

    @property
    def share(self) -> int:
        return self.house * 256 + 1

    # -------------------------------------------------------------------------------------------------------- sales

    def ask(self, price_usd: int = PRICE, **fields: Any) -> Ask:
        """Of the first share as it is now, with documents if nothing else is said."""
        share_id, seller = fields.pop("share_id", self.share), fields.pop("seller", self.seller)
        return sales.make_ask(
            self.handles, seller, share_id, price_usd, **{"documents_hash": DOCUMENTS, "expires_at": LATER} | fields
        )

    def approve(self, ask: Ask, buyer: Any = None) -> Receipt:
        who = self.buyer if buyer is None else buyer
        return sales.approve_sale(self.handles, ask, who, manager=self.manager, until=LATER)

    def ready(self, price_usd: int = PRICE, **fields: Any) -> Ask:
        """An ask that the manager approved for the buyer: it can be taken."""
        ask = self.ask(price_usd, **fields)
        self.approve(ask)
        return ask

    def sign(self, ask: Ask, signer: Any = None, **domain: Any) -> bytes:
        return sales.sign_ask(self.handles, ask, signer, **domain)

    def hash(self, ask: Ask) -> bytes:
        return bytes(self.handles.market.askHashOf(ask.struct))

    # ------------------------------------------------------------------------------------------------------- leases

    def terms(self, **fields: Any) -> LeaseTerms:
        """Of the first share as it is now, at the price of the sales, offered for ever if nothing else is said."""
        expires_at = fields.pop("expires_at", LATER)
        made = leasing.lease_terms(self.handles, self.share, self.buyer, **{"rent": RENT, "price_usd": PRICE} | fields)
        return replace(made, expiresAt=expires_at)

    def approved_terms(self, **fields: Any) -> LeaseTerms:
        terms = self.terms(**fields)
        leasing.approve_lease(self.handles, terms, until=LATER)
        return terms

    # -------------------------------------------------------------------------------------------------------- money

    def money(self, wallet: Any) -> tuple[int, int]:
        """Coins and reserve tokens."""
        address = wallet.address
        return self.handles.coin.balanceOf(address), self.handles.reserve.balanceOf(address)

    def check(self, *waiting: Ask) -> None:
        """The market holds exactly the parts of these sales, and its fees."""
        market = self.handles.market
        held = {COIN_PLACE: market.feesOf(self.house), RESERVE_PLACE: 0}
        for ask in waiting:
            for part in market.saleOf(self.hash(ask)).parts:
                held[part.currency] += part.amount
        assert self.money(market) == (held[COIN_PLACE], held[RESERVE_PLACE])
