"""`ForeclosureAuction` as a contract of the model: who may bid what and when, by the rules of `auction`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from commonhold.model.access import Hub, Managed
from commonhold.model.certificate import SHARES, Certificate
from commonhold.model.core import Chain, require
from commonhold.model.lending.auction import AuctionTerms, Foreclosure, Offer, Turn
from commonhold.model.lending.book import LoanBook
from commonhold.model.lending.terms import Stage
from commonhold.model.money.treasury import Treasury
from commonhold.model.valuation import Valuation, ValueStatus


class Auction(NamedTuple):
    """The struct of this name, field by field."""

    shareId: int = 0
    startedAt: int = 0
    elapsed: int = 0
    startUsd: int = 0
    floorUsd: int = 0
    priceUsd: int = 0
    coOwnersOnly: bool = False
    ended: bool = False


@dataclass(frozen=True)
class Running:
    share_id: int
    rules: Foreclosure


@dataclass(frozen=True)
class Standing:
    """An offer, which ends when the share moves."""

    move: int
    rules: Offer


class AuctionHouse(Managed):
    key = "auction"

    def __init__(
        self,
        chain: Chain,
        address: str,
        hub: Hub,
        book: LoanBook,
        certificate: Certificate,
        valuation: Valuation,
        treasury: Treasury,
        terms: AuctionTerms,
    ) -> None:
        super().__init__(chain, address, hub)
        self.book = book
        self.certificate = certificate
        self.valuation = valuation
        self.treasury = treasury
        self.numbers = terms
        self.foreclosures: dict[int, Running] = {}
        self.offers: dict[int, Standing] = {}
        book.auctions = self

    # -- foreclosed shares ----------------------------------------------------------------------------------------

    def open(self, sender: str, loan_id: int, share_id: int, value_usd: int, stopped_time: int) -> None:
        require(sender == self.book.address, "NotBook", sender)
        rules = Foreclosure(self.numbers, value_usd, self.now, stopped_time)
        self.foreclosures[loan_id] = Running(share_id, rules)
        self.emit("AuctionOpened", loan_id, share_id, rules.start_usd, rules.floor_usd)

    def is_open(self, loan_id: int) -> bool:
        """A cure ends an auction; it never says so here."""
        return loan_id in self.foreclosures and self.book.stageOf(loan_id) == Stage.FORECLOSING

    def _running(self, loan_id: int) -> tuple[Running, int]:
        """With the seconds that its clock has run."""
        require(self.is_open(loan_id), "NoAuction", loan_id)
        found = self.foreclosures[loan_id]
        return found, found.rules.elapsed(self.now, self.book.stoppedTimeOf(loan_id))

    def _require_turn(self, sender: str, turn: Turn, share_id: int, as_co_owner: int, elapsed: int) -> None:
        if turn.co_owners_only:
            another = as_co_owner // SHARES == share_id // SHARES and as_co_owner != share_id
            owns = another and self.certificate.ownerOf(as_co_owner) == sender
            require(owns, "CoOwnersOnly", share_id, sender, elapsed)

    def _coins_for(self, sender: str, price_usd: int, max_coins: int) -> int:
        price = self.treasury.price()
        require(price.covered or price.assets, "CoinsWorthNothing", price_usd)
        coins = price.coins_for_up(price_usd)
        require(coins <= max_coins, "PriceAboveLimit", coins, max_coins)
        coin = self.treasury.coin
        if coin.frozen[sender]:
            free = coin.unfrozen(sender)
            require(coins <= free, "FrozenCoins", sender, coins, free)
        return coins

    def bid(self, sender: str, loan_id: int, max_coins: int, as_co_owner: int) -> int:
        running, elapsed = self._running(loan_id)
        turn = running.rules.turn(elapsed)
        require(turn is not Turn.OVER, "AuctionEnded", loan_id, elapsed, self.numbers.period)
        self._require_turn(sender, turn, running.share_id, as_co_owner, elapsed)
        require(running.rules.value_usd > 0, "WorthNothing", loan_id, running.share_id)
        price = running.rules.price_usd(elapsed)
        coins = self._coins_for(sender, price, max_coins)
        log = len(self.chain.log)
        self.emit("Sold", loan_id, running.share_id, sender, price, coins)
        try:
            del self.foreclosures[loan_id]
            self.book.settle(self.address, loan_id, sender, coins, price, self.numbers.costs_up(price))
        except Exception:
            self.foreclosures[loan_id] = running
            del self.chain.log[log:]
            raise
        return coins

    def close(self, sender: str, loan_id: int) -> None:
        running, elapsed = self._running(loan_id)
        over = running.rules.turn(elapsed) is Turn.OVER
        require(over, "AuctionRunning", loan_id, elapsed, self.numbers.period)
        try:
            del self.foreclosures[loan_id]
            taken, value = self.book.takeHome(self.address, loan_id, running.rules.floor_usd)
        except Exception:
            self.foreclosures[loan_id] = running
            raise
        self.emit("Taken", loan_id, taken, value)

    # -- homes that the treasury owns -----------------------------------------------------------------------------

    def offerOwned(self, sender: str, share_id: int, start_usd: int, floor_usd: int) -> None:
        self.restricted(sender, "offerOwned")
        if start_usd == 0 and floor_usd == 0:
            self.offers.pop(share_id, None)
        else:
            owner = self.certificate.ownerOf(share_id)
            require(owner == self.treasury.address, "NotOwned", share_id, owner)
            held = self.treasury.homes.get(share_id, 0)
            fits = max(held, 1) <= floor_usd <= start_usd
            require(fits, "OfferOutOfRange", share_id, start_usd, floor_usd)
            for usd in (start_usd, floor_usd):
                require(usd < 2**96, "SafeCastOverflowedUintDowncast", 96, usd)
            rules = Offer(self.numbers, start_usd, floor_usd, self.now)
            self.offers[share_id] = Standing(self.certificate.moveNumberOf(share_id), rules)
        self.emit("OwnedHomeOffered", share_id, start_usd, floor_usd)

    def _standing(self, share_id: int) -> Standing | None:
        found = self.offers.get(share_id)
        return found if found and found.move == self.certificate.moveNumberOf(share_id) else None

    def bidForOwned(self, sender: str, share_id: int, max_coins: int, as_co_owner: int) -> int:
        found = self._standing(share_id)
        require(found, "NotOffered", share_id)
        assert found is not None
        elapsed = self.now - found.rules.offered_at
        self._require_turn(sender, self.numbers.turn(elapsed), share_id, as_co_owner, elapsed)
        price = found.rules.price_usd(elapsed)
        coins = self._coins_for(sender, price, max_coins)

        def check_the_rest() -> None:
            self.certificate.check_lien(self.address, share_id)
            require(self.certificate.canReceive(sender), "ERC7943CannotReceive", sender)
            self.emit("OwnedHomeSold", share_id, sender, price, coins)

        self.treasury.before_writing = check_the_rest
        self.treasury.sellHomeForCoins(self.address, share_id, sender, coins)
        del self.offers[share_id]
        self.certificate.placeLien(self.address, share_id)
        self.certificate.moveByLien(self.address, share_id, sender)
        return coins

    def markOwned(self, sender: str, share_id: int) -> int:
        held, value = self.treasury.homes.get(share_id, 0), 0
        if self.certificate.ownerOf(share_id) == self.treasury.address:
            usd, _, status = self.valuation.shareValue(share_id)
            require(status == ValueStatus.VALID, "ValueNotValid", share_id, status)
            value = self.numbers.marked(held, usd)
        if value < held:
            self.treasury.markOwned(self.address, share_id, value)
        return min(value, held)

    # -- views ----------------------------------------------------------------------------------------------------

    def auctionOf(self, loan_id: int) -> Auction:
        if not self.is_open(loan_id):
            return Auction()
        running, elapsed = self._running(loan_id)
        rules = running.rules
        turn, price = rules.turn(elapsed), rules.price_usd(elapsed)
        over = turn is Turn.OVER
        return Auction(
            running.share_id,
            rules.started_at,
            elapsed,
            rules.start_usd,
            rules.floor_usd,
            price,
            turn.co_owners_only,
            over,
        )

    def offerOf(self, share_id: int) -> Auction:
        found = self._standing(share_id)
        if found is None:
            return Auction()
        rules, elapsed = found.rules, self.now - found.rules.offered_at
        turn = self.numbers.turn(elapsed)
        prices = rules.start_usd, rules.floor_usd, rules.price_usd(elapsed)
        return Auction(share_id, rules.offered_at, elapsed, *prices, turn.co_owners_only, False)
