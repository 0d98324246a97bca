"""Paying in several tokens, and the market's fee: the second part of `IShareMarket`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from commonhold.model.coin import Coin
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, Refused, require
from commonhold.model.feeds import FeedStatus
from commonhold.model.market.asks import Asks
from commonhold.model.market.terms import MAX_DECIMALS, MOST_PAYMENTS, PLACES, SALE_FEE, MarketTerms, Part
from commonhold.model.market.tokens import Permits
from commonhold.model.money.fees import BPS
from commonhold.model.money.price import ceil_div
from commonhold.model.money.reserve import ReserveToken

if TYPE_CHECKING:
    from commonhold.model.market.suite import MarketModel

Token = Coin | ReserveToken
Payments = Sequence[tuple[int, int]]
"""Of a currency at most so many units."""

Permit = tuple[int, int, int, int, bytes, bytes]
"""Currency, value, deadline, v, r, s."""


class Till(Asks):
    """Which tokens count for what, and whether somebody can pay."""

    def __init__(self, suite: MarketModel, address: str, terms: MarketTerms, stop_period: int) -> None:
        super().__init__(suite, address, terms, stop_period)
        self.currencies: dict[int, tuple[str, int, bytes]] = {}  # place -> token, decimals, feed
        self.fees: defaultdict[int, int] = defaultdict(int)  # of a house

    # -- the table ------------------------------------------------------------------------------------------------

    def currencyOf(self, place: int) -> tuple[str, int, bytes]:
        if place == 0:
            return self.suite.coin.address, MAX_DECIMALS, ZERO_WORD
        return self.currencies.get(place, (ZERO_ADDRESS, 0, ZERO_WORD))

    def setCurrency(self, sender: str, place: int, token: str, feed: bytes) -> None:
        self.restricted(sender, "setCurrency")
        require(0 < place < PLACES, "PlaceOutOfRange", place, 1, PLACES - 1)
        standing, decimals, _ = self.currencyOf(place)
        if standing != token:
            require(standing == ZERO_ADDRESS, "PlaceTaken", place, standing)
            taken = token == self.suite.coin.address or any(row[0] == token for row in self.currencies.values())
            require(self.chain.has_code(token) and not taken, "TokenRefused", token)
            decimals = self.suite.token_at(token).decimals
            require(decimals <= MAX_DECIMALS, "DecimalsOutOfRange", token, decimals, MAX_DECIMALS)
        known = feed == ZERO_WORD or self.suite.oracle.read(feed)[2] != FeedStatus.NONE
        require(known, "UnknownFeed", feed)
        self.currencies[place] = token, decimals, feed
        self.emit("CurrencySet", place, token, feed)

    def _token(self, place: int) -> Token:
        return self.suite.coin if place == 0 else self.suite.token_at(self.currencies[place][0])

    # -- what is to be paid ---------------------------------------------------------------------------------------

    def feeOf(self, price: int) -> int:
        return ceil_div(price * self.numbers.saleFeeBps, BPS)

    def feesOf(self, property_id: int) -> int:
        return self.fees[property_id]

    def quote(self, price: int, payments: Payments) -> tuple[Sequence[Part], int]:
        return self._parts(price, payments, 255)

    def _parts(self, missing: int, payments: Payments, currencies: int) -> tuple[Sequence[Part], int]:
        """What is taken of each payment, in order, and dollars that are missing still."""
        require(len(payments) <= MOST_PAYMENTS, "TooManyPayments", len(payments), MOST_PAYMENTS)
        parts = []
        for place, most in payments:
            taken = place < PLACES and currencies >> place & 1
            require(taken, "CurrencyNotTaken", place, currencies)
            amount, missing = self._part(place, most, missing)
            parts.append(Part(place, amount))
        return parts, missing

    def _part(self, place: int, most: int, missing: int) -> tuple[int, int]:
        if place == 0:
            amount = min(most, missing)
            return amount, missing - amount
        if missing == 0:
            return 0, 0
        _, decimals, feed = self.currencyOf(place)
        require(feed != ZERO_WORD, "CurrencyClosed", place)
        price, _, status = self.suite.oracle.read(feed)
        require(status == FeedStatus.VALID, "PriceNotValid", place, status)
        amount = ceil_div(missing * 10**decimals, price)
        return (amount, 0) if amount <= most else (most, missing - most * price // 10**decimals)

    def _require_paid(self, price: int, payments: Payments, currencies: int, loan_coins: int) -> Sequence[Part]:
        """A payment that meets the price less what a loan brings, and the fee."""
        parts, missing = self._parts(max(0, price - loan_coins), payments, currencies)
        require(missing == 0, "PaymentShort", missing)
        coins, fee = coins_of(parts) + loan_coins, self.feeOf(price)
        require(coins >= fee, "FeeNeedsCoin", fee, coins)
        return parts

    # -- permits and pulls ----------------------------------------------------------------------------------------

    def _use_permits(self, sender: str, permits: Sequence[Permit]) -> None:
        """One that fails is no matter."""
        for place, value, deadline, v, r, s in permits:
            require(place == 0 or place in self.currencies, "CurrencyClosed", place)
            token = self._token(place)
            if isinstance(token, Permits):
                try:
                    token.permit(self.address, sender, self.address, value, deadline, v, r, s)
                except Refused:
                    continue

    def _pull(self, payer: str, parts: Sequence[Part], *, coins: bool) -> None:
        """Takes the payment: of the coin only if told so."""
        for place, amount in parts:
            if amount and (place or coins):
                self._token(place).transferFrom(self.address, payer, self.address, amount)

    def _give_back(self, part: Part, to: str) -> bool:
        """A token that refuses must not hold up the others."""
        before = len(self.chain.log)
        try:
            self._token(part.currency).transfer(self.address, to, part.amount)
        except Refused:
            del self.chain.log[before:]
            return False
        return True

    # -- fees -----------------------------------------------------------------------------------------------------

    def sweepFees(self, sender: str, property_id: int) -> int:
        coins = self.fees[property_id]
        self.emit("FeesSwept", property_id, coins)
        self.suite.splitter.pay(self.address, property_id, SALE_FEE, coins)
        self.fees[property_id] = 0
        return coins


def coins_of(parts: Sequence[Part]) -> int:
    return sum(amount for place, amount in parts if place == 0)
