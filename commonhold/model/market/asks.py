"""Asks, signed or listed, and the manager's approval of who takes them: the first half of `IShareMarket`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from commonhold.model.access import GuardianStop, Managed
from commonhold.model.certificate import SHARES
from commonhold.model.core import ZERO_ADDRESS, Refused, require
from commonhold.model.identity import signer_of
from commonhold.model.market.terms import (
    LISTED,
    MARKET_SWITCH,
    NO_ASK,
    NUMBERS,
    Ask,
    MarketTerms,
    ask_digest,
    sale_hash,
)

if TYPE_CHECKING:
    from commonhold.model.market.suite import MarketModel


@dataclass
class Signed:
    """Which of somebody's signed asks live."""

    epoch: int = 0
    used: int = 0  # a bit for each number of the epoch

    def is_live(self, nonce: int) -> bool:
        number = nonce & 0xFF
        return nonce >> 8 == self.epoch and number < NUMBERS and not self.used >> number & 1

    def use(self, nonce: int) -> None:
        if self.is_live(nonce):
            self.used |= 1 << (nonce & 0xFF)


class Asks(Managed):
    """Who offers what."""

    key = "market"

    def __init__(self, suite: MarketModel, address: str, terms: MarketTerms, stop_period: int) -> None:
        super().__init__(suite.chain, address, suite.hub)
        self.suite, self.numbers, self.switch = suite, terms, GuardianStop(MARKET_SWITCH, stop_period)
        self.signed: defaultdict[str, Signed] = defaultdict(Signed)
        self.listings: dict[int, Ask] = {}
        self.listing_numbers: defaultdict[int, int] = defaultdict(int)
        self.approvals: dict[tuple[int, bytes], tuple[str, int]] = {}  # (house, sale) -> manager, until

    # -- views ----------------------------------------------------------------------------------------------------

    def listingNonce(self, share_id: int) -> int:
        return LISTED | self.listing_numbers[share_id] + 1

    def listingOf(self, share_id: int) -> tuple[Ask, bool]:
        ask = self.listings.get(share_id)
        if ask is None:
            return NO_ASK, False
        return ask, self.now <= ask.expiresAt and self.is_unchanged(ask)

    def isNonceLive(self, seller: str, nonce: int) -> bool:
        return self.signed[seller].is_live(nonce)

    def epochOf(self, seller: str) -> int:
        return self.signed[seller].epoch

    def approvalOf(self, property_id: int, hash_of_sale: bytes) -> tuple[str, int]:
        return self.approvals.get((property_id, hash_of_sale), (ZERO_ADDRESS, 0))

    def today(self, person: str) -> str:
        return self.suite.credentials.currentWallet(person)

    # -- listings -------------------------------------------------------------------------------------------------

    def list(self, sender: str, told: Ask) -> bytes:
        ask = Ask(*told)
        self.require_running()
        require(sender == ask.seller, "NotSeller", sender, ask.seller)
        self._require_sense(ask)
        self._require_as_offered(ask)
        nonce = self.listingNonce(ask.shareId)
        require(ask.nonce == nonce, "NotListingNonce", ask.nonce, nonce)
        self.listings[ask.shareId] = ask
        self.listing_numbers[ask.shareId] += 1
        self.emit("Asked", ask.hash, ask.shareId, ask.seller, ask)
        return ask.hash

    def unlist(self, sender: str, share_id: int) -> None:
        ask = self.listings.get(share_id)
        seller = self.today(ask.seller) if ask else ZERO_ADDRESS
        require(sender == seller, "NotSeller", sender, seller)
        self._end_listing(share_id)

    def _end_listing(self, share_id: int) -> None:
        self.listings.pop(share_id, None)
        self.emit("Unlisted", share_id, LISTED | self.listing_numbers[share_id])

    # -- signed asks ----------------------------------------------------------------------------------------------

    def cancel(self, sender: str, nonces: tuple[int, ...]) -> None:
        for nonce in nonces:
            self.signed[sender].use(nonce)
        self.emit("AsksCancelled", sender, [*nonces])

    def cancelAll(self, sender: str) -> int:
        epoch = self.signed[sender].epoch + 1
        self.signed[sender] = Signed(epoch)
        self.emit("AllAsksCancelled", sender, epoch)
        return epoch

    # -- taking a seller at his word ------------------------------------------------------------------------------

    def _require_ask(self, sender: str, ask: Ask, signature: bytes) -> None:
        self._require_sense(ask)
        require(sender != ask.seller, "OwnShare", ask.shareId, ask.seller)
        if ask.buyer not in (ZERO_ADDRESS, sender):
            buyer = self.today(ask.buyer)
            require(sender == buyer, "NotBuyer", sender, buyer)
        if not signature:
            require(self.listings.get(ask.shareId) == ask, "NotListed", ask.shareId, ask.nonce)
            return
        require(self.signed[ask.seller].is_live(ask.nonce), "AskSpent", ask.seller, ask.nonce)
        digest = ask_digest(self.chain.chain_id, self.address, ask.hash)
        # Contracts that sign (ERC-1271) are left to the unit tests.
        require(signer_of(digest, signature) == ask.seller, "InvalidSignature", ask.seller)

    def _use_up(self, ask: Ask) -> None:
        """It is on chain from now on."""
        if ask.nonce >= LISTED:
            self._end_listing(ask.shareId)
            return
        self.signed[ask.seller].use(ask.nonce)
        self.emit("Asked", ask.hash, ask.shareId, ask.seller, ask)

    def _require_sense(self, ask: Ask) -> None:
        require(ask.priceUsd, "MissingPrice", ask.shareId)
        require(self.now <= ask.expiresAt, "AskExpired", ask.expiresAt, self.now)
        least, most = self.numbers.minSettlePeriod, self.numbers.maxSettlePeriod
        in_range = least <= ask.settlePeriod <= most
        require(in_range, "SettlePeriodOutOfRange", ask.settlePeriod, least, most)

    def is_unchanged(self, ask: Ask) -> bool:
        return self._found(ask) == ask.fingerprint

    def _found(self, ask: Ask) -> bytes:
        """The share's fingerprint now. Nothing may have been written yet."""
        if self.suite.is_print_of(ask.fingerprint, ask.shareId):
            return ask.fingerprint
        return self.suite.print_of(ask.shareId)

    def _require_unchanged(self, ask: Ask) -> None:
        owner = self.suite.certificate.owner_of(ask.shareId)
        require(owner == ask.seller, "NotShareOwner", ask.shareId, ask.seller, owner)
        found = self._found(ask)
        require(found == ask.fingerprint, "FingerprintChanged", ask.shareId, ask.fingerprint, found)

    def _require_as_offered(self, ask: Ask) -> None:
        self._require_unchanged(ask)
        self._require_not_replaced(ask.seller)

    def _require_not_replaced(self, seller: str) -> None:
        if seller in self.suite.credentials.successor_of:
            raise Refused("WalletReplaced", seller, self.today(seller))

    # -- approvals ------------------------------------------------------------------------------------------------

    def approveSale(self, sender: str, share_id: int, hash_of_sale: bytes, until: int) -> None:
        house = share_id // SHARES
        manager = self.suite.registry.managerOf(house)
        require(sender == manager, "NotManager", sender, house, manager)
        require(until == 0 or until >= self.now, "ApprovalInPast", until, self.now)
        if until:
            self.approvals[house, hash_of_sale] = manager, until
        else:
            self.approvals.pop((house, hash_of_sale), None)
        self.emit("SaleApproved", share_id, hash_of_sale, manager, until)

    def _require_approved(self, ask: Ask, buyer: str) -> tuple[int, bytes]:
        """The approval's name, to be used up."""
        house, hash_of_sale = ask.shareId // SHARES, sale_hash(ask.hash, buyer)
        giver, until = self.approvalOf(house, hash_of_sale)
        stands = giver == self.suite.registry.managerOf(house) and self.now <= until
        require(stands, "SaleNotApproved", ask.shareId, hash_of_sale, giver, until)
        return house, hash_of_sale

    # -- the switch -----------------------------------------------------------------------------------------------

    def _require_switch(self, what: bytes) -> None:
        require(what == MARKET_SWITCH, "UnknownSwitch", what)

    def stop(self, sender: str, what: bytes) -> None:
        self.restricted(sender, "stop")
        self._require_switch(what)
        self.switch.stop(self)

    def resume(self, sender: str, what: bytes) -> None:
        self.restricted(sender, "resume")
        self._require_switch(what)
        self.switch.resume(self)

    def stoppedUntil(self, what: bytes) -> int:
        self._require_switch(what)
        return self.switch.stopped_until

    def require_running(self) -> None:
        self.switch.require_running(self)
