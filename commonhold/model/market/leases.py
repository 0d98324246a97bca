"""All leases with the right to buy: `ILeaseToBuy` in exact integers. The money of one lease is in `lease.py`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Any, NamedTuple

from eth_utils import keccak

from commonhold.model.access import GuardianStop, Managed
from commonhold.model.core import ZERO_ADDRESS, ZERO_WORD, hash_of, require
from commonhold.model.holder import Terms
from commonhold.model.identity import signer_of
from commonhold.model.market.lease import MONTH, WHOLE_BPS, Lease, Rules
from commonhold.model.valuation import ValueStatus

SHARES = 256
MOST_MONEY = 2**96 - 1
MOST_SHARE = 2**40 - 1
TERMS_OF_YEARS = (12, 24, 60)
NUMBERS = 224
"""Of an epoch of somebody's nonces."""
SALE_FEE, LEASE_FEE = 2, 3
"""`IFeeSplitter.FeeKind`."""
LEASE_SWITCH = b"lease".ljust(32, b"\0")
TERMS_TYPE = (
    "LeaseTerms(address owner,uint256 shareId,address lessee,uint256 rent,uint16 months,uint16 creditBps,"
    "uint16 refundBps,uint8 priceMode,uint256 priceUsd,bytes32 fingerprint,uint40 expiresAt,uint256 nonce)"
)
DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"


class PriceMode(IntEnum):
    FIXED = 0
    CURRENT = 1


class Ending(IntEnum):
    TERMINATED = 0
    TERM_OVER = 1
    SHARE_MOVED = 2


class LeaseTerms(NamedTuple):
    """`ILeaseToBuy.LeaseTerms`, field by field."""

    owner: str
    shareId: int
    lessee: str
    rent: int
    months: int
    creditBps: int
    refundBps: int
    priceMode: int
    priceUsd: int
    fingerprint: bytes
    expiresAt: int
    nonce: int


@dataclass
class Offers:
    """Which nonces of somebody can still act."""

    epoch: int = 0
    used: set[int] = field(default_factory=set)  # numbers of this epoch

    def is_live(self, nonce: int) -> bool:
        return nonce >> 8 == self.epoch and nonce & 0xFF < NUMBERS and nonce & 0xFF not in self.used


@dataclass
class Let:
    """A lease that stands: whose it is, of what, and its money."""

    share_id: int
    owner: str  # in their wallets of then
    lessee: str
    money: Lease


class Purchase(NamedTuple):
    """`ILeaseToBuy.Purchase`."""

    creditUsed: int
    toPay: int
    saleFee: int
    toOwner: int
    toLessee: int


@cache
def hash_of_terms(terms: LeaseTerms) -> bytes:
    """EIP-712's struct hash."""
    return hash_of(keccak(text=TERMS_TYPE), *terms)


class LeaseToBuy(Managed):
    """`LeaseToBuy`. `suite` is the model that it is part of."""

    key = "lease_to_buy"

    def __init__(self, suite: Any, address: str, rules: Rules, stop_period: int) -> None:
        super().__init__(suite.chain, address, suite.hub)
        self.suite = suite
        self.numbers = rules
        self.switch = GuardianStop(LEASE_SWITCH, stop_period)
        self.offers: defaultdict[str, Offers] = defaultdict(Offers)
        self.on_chain: dict[tuple[str, int], bytes] = {}  # (owner, share) -> hash of what he offers
        self.approvals: dict[tuple[int, bytes], tuple[str, int]] = {}  # (house, hash) -> manager, until
        self.leases: dict[int, Let] = {}
        self.last = 0
        self.fees: defaultdict[tuple[int, int], int] = defaultdict(int)  # (house, kind) -> not swept

    # -- views ----------------------------------------------------------------------------------------------------

    def _today(self, wallet: str) -> str:
        found: str = self.suite.credentials.currentWallet(wallet)
        return found

    def hashOf(self, terms: LeaseTerms) -> bytes:
        return hash_of_terms(LeaseTerms(*terms))

    def leaseOf(self, lease_id: int) -> tuple[Any, ...]:
        let = self.leases.get(lease_id)
        if let is None:
            return (0, ZERO_ADDRESS, ZERO_ADDRESS, *(0,) * 15)
        money, now = let.money, self.now
        return (
            *(let.share_id, self._today(let.owner), self._today(let.lessee), money.started_at, money.ends_at),
            *(money.months, money.rent, money.fee, money.credit, money.refundable),
            *(money.paid, money.due(now), money.counting(now), money.collected, money.default_at, money.held),
            *(int(self._mode(money)), money.price or 0),
        )

    @staticmethod
    def _mode(money: Lease) -> PriceMode:
        return PriceMode.CURRENT if money.price is None else PriceMode.FIXED

    def leaseOfShare(self, share_id: int) -> int:
        return next((number for number, let in self.leases.items() if let.share_id == share_id), 0)

    def termsOf(self, share_id: int) -> Terms:
        """`ILienHolder.termsOf`: what the paper shows of the lease."""
        lease_id = self.leaseOfShare(share_id)
        require(lease_id, "NotLeased", share_id)
        let = self.leases[lease_id]
        coin, owner = self.suite.coin.address, self._today(let.owner)
        term = let.money.months * MONTH
        return Terms(owner, let.money.price or 0, coin, 0, let.money.started_at, term, "lease to buy")

    def quote(self, lease_id: int, price: int) -> Purchase:
        money = self._let(lease_id).money
        counting = money.counting(self.now)
        credit, refundable = money.credit * counting, money.refundable * counting
        used = min(credit, price)
        to_pay = price - used
        fee = -(-to_pay * self.numbers.sale_fee_bps // WHOLE_BPS)
        back = refundable * (credit - used) // credit if credit else 0
        return Purchase(used, to_pay, fee, to_pay - fee + refundable - back, back + money.unbegun(self.now))

    def offerOf(self, owner: str, share_id: int) -> bytes:
        return self.on_chain.get((owner, share_id), ZERO_WORD)

    def isLive(self, owner: str, nonce: int) -> bool:
        return self.offers.get(owner, Offers()).is_live(nonce)

    def epochOf(self, owner: str) -> int:
        return self.offers.get(owner, Offers()).epoch

    def approvalOf(self, share_id: int, lease_hash: bytes) -> int:
        house = share_id // SHARES
        manager, until = self.approvals.get((house, lease_hash), (ZERO_ADDRESS, 0))
        return until if manager == self.suite.registry.managerOf(house) else 0

    def feesOf(self, house: int, kind: int) -> int:
        return self.fees.get((house, kind), 0)

    def lastLease(self) -> int:
        return self.last

    def stoppedUntil(self, what: bytes) -> int:
        require(what == LEASE_SWITCH, "UnknownSwitch", what)
        return self.switch.stopped_until

    def tracked(self) -> int:
        """Coins that lie here for somebody: what all leases hold, and fees that nobody swept."""
        return sum(let.money.held for let in self.leases.values()) + sum(self.fees.values())

    # -- offering -------------------------------------------------------------------------------------------------

    def offer(self, sender: str, terms: LeaseTerms) -> None:
        terms = LeaseTerms(*terms)
        require(sender == terms.owner, "NotShareOwner", terms.shareId, sender, terms.owner)
        self.on_chain[sender, terms.shareId] = self.hashOf(terms)
        self.emit("LeaseOffered", terms.shareId, sender, self.hashOf(terms))

    def withdraw(self, sender: str, share_id: int) -> None:
        self.on_chain.pop((sender, share_id), None)
        self.emit("LeaseOffered", share_id, sender, ZERO_WORD)

    def cancel(self, sender: str, nonces: tuple[int, ...]) -> None:
        offers = self.offers[sender]
        offers.used.update(nonce & 0xFF for nonce in nonces if offers.is_live(nonce))
        self.emit("OffersCancelled", sender, offers.epoch, list(nonces))

    def cancelAll(self, sender: str) -> None:
        self.offers[sender] = Offers(self.offers[sender].epoch + 1)
        self.emit("OffersCancelled", sender, self.offers[sender].epoch, [])

    def approveLease(self, sender: str, share_id: int, lease_hash: bytes, until: int) -> None:
        house = share_id // SHARES
        manager = self.suite.registry.managerOf(house)
        require(sender == manager, "NotManager", sender, house, manager)
        self.approvals[house, lease_hash] = (manager, until)
        self.emit("LeaseApproved", share_id, lease_hash, manager, until)

    # -- signing --------------------------------------------------------------------------------------------------

    def sign(self, sender: str, terms: LeaseTerms, signature: bytes) -> int:
        terms = LeaseTerms(*terms)
        self.switch.require_running(self)
        self._judge(sender, terms, signature)
        coin, rent = self.suite.coin, terms.rent
        coins = rent + -(-rent * self.numbers.lease_fee_bps // WHOLE_BPS)
        self.suite.certificate.check_lease(self.address, terms.shareId)
        coin.check_allowance(sender, self.address, coins)
        coin.check_movable(sender, self.address, coins)
        self.last += 1
        money = Lease(
            self.numbers,
            self.last,
            self.now,
            rent=rent,
            months=terms.months,
            credit_bps=terms.creditBps,
            refund_bps=terms.refundBps,
            price=terms.priceUsd if terms.priceMode == PriceMode.FIXED else None,
        )
        self.leases[self.last] = Let(terms.shareId, terms.owner, sender, money)
        self.offers[terms.owner].used.add(terms.nonce & 0xFF)
        if not signature:
            del self.on_chain[terms.owner, terms.shareId]
        self.emit("LeaseSigned", self.last, terms.shareId, sender, self.hashOf(terms), tuple(terms))
        self.emit("RentPaid", self.last, sender, 1, coins, 1)
        self.suite.certificate.placeLease(self.address, terms.shareId, sender, money.ends_at - 1)
        coin.transferFrom(self.address, sender, self.address, coins)
        return self.last

    def _judge(self, sender: str, terms: LeaseTerms, signature: bytes) -> None:
        """In the declared order of the errors."""
        owner, share_id, lease_hash = terms.owner, terms.shareId, self.hashOf(terms)
        credentials, certificate = self.suite.credentials, self.suite.certificate
        require(
            sender == terms.lessee, "NotLessee", sender, terms.lessee
        )  # an offer names a wallet, as the owner's does
        self._judge_terms(terms)
        require(self.now <= terms.expiresAt, "OfferExpired", terms.expiresAt, self.now)
        require(self._is_offered(terms, lease_hash, signature), "NotOffered", owner, lease_hash)
        require(self.isLive(owner, terms.nonce), "OfferVoid", owner, terms.nonce)
        actual = certificate.ownerOf(share_id)
        require(actual == owner, "NotShareOwner", share_id, owner, actual)
        require(self._today(owner) == owner, "WalletReplaced", owner, self._today(owner))
        until = self.approvalOf(share_id, lease_hash)
        require(self.now <= until, "NotApproved", share_id, lease_hash, until)
        found = self.suite.print_of(share_id)
        require(found == terms.fingerprint, "ShareChanged", share_id, terms.fingerprint, found)
        require(credentials.isValid(sender), "InvalidCredential", sender)
        owner_id = credentials.ownerIdOf(sender)
        require(owner_id != credentials.ownerIdOf(owner), "SameOwner", owner_id)

    @staticmethod
    def _judge_terms(terms: LeaseTerms) -> None:
        def within(name: str, value: int, least: int, most: int) -> None:
            require(least <= value <= most, "TermsOutOfRange", name.encode().ljust(32, b"\0"), value, least, most)

        within("shareId", terms.shareId, 1, MOST_SHARE)
        within("rent", terms.rent, 1, MOST_MONEY)
        months = terms.months if terms.months in TERMS_OF_YEARS else -1
        named = (b"months".ljust(32, b"\0"), terms.months, TERMS_OF_YEARS[0], TERMS_OF_YEARS[-1])
        require(months > 0, "TermsOutOfRange", *named)
        within("creditBps", terms.creditBps, 0, WHOLE_BPS)
        within("refundBps", terms.refundBps, 0, WHOLE_BPS)
        fixed = terms.priceMode == PriceMode.FIXED
        within("priceUsd", terms.priceUsd, int(fixed), MOST_MONEY if fixed else 0)

    def _is_offered(self, terms: LeaseTerms, lease_hash: bytes, signature: bytes) -> bool:
        if not signature:
            return self.offerOf(terms.owner, terms.shareId) == lease_hash
        return signer_of(self.digest(lease_hash), signature) == terms.owner

    def digest(self, lease_hash: bytes) -> bytes:
        """What an owner signs (EIP-712)."""
        names = keccak(text="Commonhold Leases"), keccak(text="1")
        domain = hash_of(keccak(text=DOMAIN_TYPE), *names, self.chain.chain_id, self.address)
        return keccak(b"\x19\x01" + domain + lease_hash)

    # -- the lease ------------------------------------------------------------------------------------------------

    def _let(self, lease_id: int) -> Let:
        require(lease_id in self.leases, "NoLease", lease_id)
        return self.leases[lease_id]

    def _actual(self, let: Let) -> str:
        owner: str = self.suite.certificate.ownerOf(let.share_id)
        return owner

    def _is_moved(self, let: Let) -> bool:
        """A share that a lost wallet still holds is its new wallet's."""
        return self._today(self._actual(let)) != self._today(let.owner)

    def _require_owner(self, sender: str, lease_id: int, let: Let) -> None:
        owner = self._today(let.owner)
        require(sender == owner, "NotOwner", lease_id, sender, owner)

    def _require_unmoved(self, lease_id: int, let: Let) -> None:
        named = (lease_id, self._today(let.owner), self._actual(let))
        require(not self._is_moved(let), "ShareIsMoved", *named)

    def pay(self, sender: str, lease_id: int, rents: int) -> int:
        let = self._let(lease_id)
        money, coin = let.money, self.suite.coin
        self._require_unmoved(lease_id, let)
        left = money.months - money.paid
        require(0 < rents <= left, "RentsOutOfRange", lease_id, rents, left)
        coins = rents * (money.rent + money.fee)
        coin.check_allowance(sender, self.address, coins)
        coin.check_movable(sender, self.address, coins)
        stood = money.default_at
        money.pay(self.now, rents)
        self.emit("RentPaid", lease_id, sender, rents, coins, money.paid)
        if stood and not money.default_at:
            self.emit("DefaultCured", lease_id)
        coin.transferFrom(self.address, sender, self.address, coins)
        return coins

    def collect(self, sender: str, lease_id: int) -> int:
        let = self._let(lease_id)
        waiting = let.money.counting(self.now) - let.money.collected
        require(waiting > 0, "NothingToCollect", lease_id)
        coins = waiting * (let.money.rent - let.money.refundable)
        self.suite.coin.check_movable(self.address, self._today(let.owner), coins)
        let.money.collect(self.now)
        self._book_rents(lease_id, let, waiting)
        self._send(self._today(let.owner), coins)
        return coins

    def _book_rents(self, lease_id: int, let: Let, rents: int) -> None:
        """The owner's part of so many rents is on its way to him, their fees are the splitter's."""
        coins, fees = rents * (let.money.rent - let.money.refundable), rents * let.money.fee
        self.fees[let.share_id // SHARES, LEASE_FEE] += fees
        self.emit("RentCollected", lease_id, self._today(let.owner), rents, coins, fees)

    def _send(self, to: str, coins: int) -> None:
        if coins:
            self.suite.coin.transfer(self.address, to, coins)

    def moveUse(self, sender: str, lease_id: int) -> None:
        let, certificate = self._let(lease_id), self.suite.certificate
        self._require_unmoved(lease_id, let)
        lessee = self._today(let.lessee)
        require(certificate.shares[let.share_id].user != lessee, "UseIsThere", lease_id, lessee)
        with self.suite.trial():  # the lease is taken off the share and placed anew
            self.emit("UseMoved", lease_id, lessee)
            certificate.releaseLease(self.address, let.share_id)
            certificate.placeLease(self.address, let.share_id, lessee, let.money.ends_at - 1)

    def declareDefault(self, sender: str, lease_id: int) -> None:
        let = self._let(lease_id)
        self._require_unmoved(lease_id, let)
        self._require_owner(sender, lease_id, let)
        let.money.declare_default(self.now)
        self.emit("DefaultDeclared", lease_id, let.money.started_at + let.money.paid * MONTH)

    # -- the end --------------------------------------------------------------------------------------------------

    def terminate(self, sender: str, lease_id: int) -> None:
        let = self._let(lease_id)
        self._require_unmoved(lease_id, let)
        self._require_owner(sender, lease_id, let)
        require(let.money.default_at, "NotInDefault", lease_id)
        until = let.money.default_at + self.numbers.cure
        require(self.now >= until, "CureRuns", lease_id, until)
        self._end(lease_id, let, Ending.TERMINATED)

    def end(self, sender: str, lease_id: int) -> None:
        let = self._let(lease_id)
        moved, over = self._is_moved(let), self.now >= let.money.ends_at
        require(moved or over, "LeaseRuns", lease_id, let.money.ends_at)
        self._end(lease_id, let, Ending.TERM_OVER if over else Ending.SHARE_MOVED)

    def _end(self, lease_id: int, let: Let, why: Ending) -> None:
        """Released; the owner's part of the rents that count is his, all else that lies here goes back."""
        money = let.money
        waiting = money.counting(self.now) - money.collected
        to_owner = waiting * (money.rent - money.refundable)
        to_lessee = money.counting(self.now) * money.refundable + money.unbegun(self.now)
        with self.suite.trial():
            money.end(self.now, moved=True)
            del self.leases[lease_id]
            if waiting:
                self._book_rents(lease_id, let, waiting)
            self.emit("LeaseEnded", lease_id, let.share_id, int(why), to_lessee)
            self.suite.certificate.releaseLease(self.address, let.share_id)
            self._send(self._today(let.owner), to_owner)
            self._send(self._today(let.lessee), to_lessee)

    def buy(self, sender: str, lease_id: int, most: int) -> int:
        let = self._let(lease_id)
        money, lessee = let.money, self._today(let.lessee)
        require(sender == lessee, "NotLessee", sender, lessee)
        require(self.now < money.ends_at, "TermIsOver", lease_id, money.ends_at)
        self._require_unmoved(lease_id, let)
        due = money.due(self.now)
        require(money.paid >= due, "RentDue", lease_id, money.paid, due)
        price = self._price(let)
        purchase = self.quote(lease_id, price)
        require(purchase.toPay <= most, "PriceAboveLimit", purchase.toPay, most)
        loan_id, owed = self._debt(let.share_id)
        require(owed <= purchase.toOwner, "DebtNotCovered", loan_id, owed, purchase.toOwner)
        with self.suite.trial():
            self._buy(sender, lease_id, let, price, purchase, loan_id, owed)
        return purchase.toPay

    def _price(self, let: Let) -> int:
        if let.money.price is not None:
            return let.money.price
        value, _, status = self.suite.valuation.shareValue(let.share_id)
        valid = status == ValueStatus.VALID and value > 0
        require(valid, "ValueNotValid", let.share_id, status, value)
        return int(value)

    def _debt(self, share_id: int) -> tuple[int, int]:
        """The loan on a share, and the coins that pay it off."""
        book = self.suite.book
        if self.suite.certificate.shares[share_id].lien != book.address:
            return 0, 0
        loan_id = book.loanOfShare(share_id)
        return loan_id, book.feesDueOf(loan_id) + self.suite.treasury.price().coins_for_up(book.debtOf(loan_id))

    def _buy(
        self, lessee: str, lease_id: int, let: Let, price: int, purchase: Purchase, loan_id: int, owed: int
    ) -> None:
        suite, share_id, house = self.suite, let.share_id, let.share_id // SHARES
        money, coin, owner = let.money, suite.coin, self._today(let.owner)
        waiting = money.counting(self.now) - money.collected
        if waiting:
            self._book_rents(lease_id, let, waiting)
        money.buy(self.now, price, purchase.toPay)
        del self.leases[lease_id]
        self.fees[house, SALE_FEE] += purchase.saleFee
        if purchase.toPay:
            coin.transferFrom(self.address, lessee, self.address, purchase.toPay)
        before, seller = coin.balances[self.address], self._actual(let)
        if owed:
            suite.book.pay(self.address, loan_id, owed)
        debt_paid = before - coin.balances[self.address]
        suite.certificate.moveByLease(self.address, share_id, lessee, price, coin.address)
        suite.valuation.reportSale(self.address, share_id, seller, lessee, price)
        self.emit("LeaseBought", lease_id, share_id, lessee, price, tuple(purchase), debt_paid)
        self._send(owner, purchase.toOwner - debt_paid + waiting * (money.rent - money.refundable))
        self._send(lessee, purchase.toLessee)

    def sweepFees(self, sender: str, house: int, kind: int) -> int:
        coins = self.feesOf(house, kind)
        self.emit("FeesSwept", house, kind, coins)
        self.suite.splitter.pay(self.address, house, kind, coins)
        self.fees[house, kind] = 0
        return coins

    # -- the switch -----------------------------------------------------------------------------------------------

    def stop(self, sender: str, what: bytes) -> None:
        self.restricted(sender, "stop")
        require(what == LEASE_SWITCH, "UnknownSwitch", what)
        self.switch.stop(self)

    def resume(self, sender: str, what: bytes) -> None:
        self.restricted(sender, "resume")
        require(what == LEASE_SWITCH, "UnknownSwitch", what)
        self.switch.resume(self)
