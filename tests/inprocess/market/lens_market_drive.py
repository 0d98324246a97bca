"""Sales and leases on a real suite, driven at random, with the lens beside: what it says is held against it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from market_scene import DAY, DOCUMENTS, FEE, PRICE, UNIT, WAD, Scene

from commonhold.engines import Revert
from commonhold.engines.base import ZERO_ADDRESS, decode_revert
from commonhold.recipe import leasing, lending
from commonhold.recipe import market as sales
from commonhold.recipe.buying import give_coins
from commonhold.recipe.governing import as_dao, role_holder
from commonhold.recipe.market import COIN_PLACE, RESERVE_PLACE, Ask, Outcome

MOST = 2**256 - 1
MONTH = leasing.MONTH
MARKET, LEASE = (name.ljust(32, b"\0") for name in (b"market", b"lease"))
RENT = 1_500 * WAD + 1
TREASURY_GATES = ("CashBelowFloor", "EquityTooLow", "LendingPausedByDemand", "CoverageBelowOne", "NotEnoughFreeCash")
"""Judged as of before the call, which pays a loan off: only that can differ, and only to the careful side."""


def outcome(call: Callable[[], Any]) -> bytes:
    """What a call reverts with; nothing if it passes."""
    try:
        call()
    except Revert as revert:
        return revert.data
    return b""


def named(refusal: bytes) -> str:
    """The error's name, whoever of the suite declares it."""
    for contract in ("ShareMarket", "LeaseToBuy", "HouseEscrow", "LoanBook", "LoanDesk", "LoanLedger", "Treasury"):
        name = decode_revert(refusal, contract).name if refusal else "passes"
        if name.isidentifier():
            return name
    return "?"


@dataclass(frozen=True)
class Offered:
    """An ask with its proof and who would buy."""

    ask: Ask
    signature: bytes
    buyer: str


@dataclass
class MarketDrive:
    """Shares 1 to 8 of the scene's house belong to `people`, who have money. It counts what it saw."""

    scene: Scene
    people: list[str]
    mediator: str
    random: random.Random
    offered: list[Offered] = field(default_factory=list)
    loans: dict[tuple[int, str], int] = field(default_factory=dict)
    terms: list[tuple[leasing.LeaseTerms, bytes]] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    number: int = 0

    def __post_init__(self) -> None:
        self.suite = self.scene.suite
        self.engine = self.suite.engine
        self.first_index = self.suite.index_feed.latestAnswer()
        outcome(self.offer)
        outcome(self.offer_lease)

    # -- what is done ---------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One thing happens, if it may; what refuses changes nothing."""
        often = [self.offer] * 6 + [self.approve] * 3 + [self.ready] * 6 + [self.take] * 2 + [self.buy] * 8
        often += [self.further] * 8
        leases = [self.offer_lease] * 3 + [self.approve_lease] * 3 + [self.sign] * 5 + [self.rent] * 4
        ends = [self.buy_leased, self.default, self.finish, self.withdraw]
        seldom = [self.stop, self.allow, self.freeze_share, self.freeze_coins, self.price, self.row, self.use]
        loans = [self.borrow] * 3 + [self.repay, self.leave] + [self.finance] * 6
        outcome(self.random.choice(often + leases + ends + seldom + loans + [self.wait] * 4 + [self.mend] * 10))

    def someone(self, but: str = "") -> str:
        return self.random.choice([person for person in self.people if person != but])

    def a_share(self) -> int:
        return self.scene.house * 256 + self.random.randint(1, 8)

    def an_offer(self) -> Offered:
        return self.random.choice(self.offered[-4:])

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    def offer(self) -> None:
        """Somebody signs or lists an ask, mostly a sensible one."""
        share = self.a_share()
        seller = self.suite.certificate.ownerOf(share)
        buyer = self.someone(but=seller)
        self.number += 1
        listed = self.chance(0.4)
        ask = self.scene.ask(
            self.random.choice((PRICE, PRICE, PRICE + 1)),
            seller=seller,
            share_id=share,
            documents_hash=DOCUMENTS if self.chance(0.7) else bytes(32),
            buyer=buyer if self.chance(0.3) else None,
            number=self.number % 224,
            listed=listed,
            expires_at=self.engine.now() + 150 * DAY,
        )
        if self.chance(0.15):
            spoilt: dict[str, Any] = self.random.choice(
                (
                    {"price_usd": 0},
                    {"settle_period": 60},
                    {"expires_at": self.engine.now() + 5},
                    {"currencies": 1 << self.random.randrange(3)},
                    {"buyer": self.someone()},
                    {"seller": buyer},
                )
            )
            ask = replace(ask, **spoilt)
        signature = b"" if listed else sales.sign_ask(self.suite, ask, None if self.chance(0.95) else buyer)
        self.offered.append(Offered(ask, signature, buyer if self.chance(0.95) else seller))
        if listed:
            sales.list_ask(self.suite, ask)

    def approve(self) -> None:
        offer = self.an_offer()
        days = self.random.choice((1, 60, 60))
        self.scene.approve(offer.ask, offer.buyer, until=self.engine.now() + days * DAY)

    def ready(self) -> None:
        """Everybody does what a sale still lacks."""
        offer = self.an_offer()
        self.scene.approve(offer.ask, offer.buyer, until=self.engine.now() + 100 * DAY)
        sales.attest(self.suite, offer.ask, DOCUMENTS, offer.ask.seller, offer.buyer)

    def payments(self, ask: Ask) -> list[tuple[int, int]]:
        price = ask.price_usd or PRICE
        rest = (price - FEE) * UNIT // WAD
        ways = (
            [(COIN_PLACE, price)],
            [(COIN_PLACE, price)],
            [(COIN_PLACE, price // 3), (RESERVE_PLACE, 10**12)],
            [(RESERVE_PLACE, rest), (COIN_PLACE, price)],
            [(RESERVE_PLACE, rest // 2), (RESERVE_PLACE, rest), (COIN_PLACE, price)],
            [(COIN_PLACE, FEE), (COIN_PLACE, price)],
            [(COIN_PLACE, price - 1)],
            [(RESERVE_PLACE, 10**12)],
            [(COIN_PLACE, 1), (5, 10**12), (RESERVE_PLACE, 1)],
            [(COIN_PLACE, 1), (9, 10**12)],
            [(COIN_PLACE, 1)] * 5,
            [],
        )
        return self.random.choice(ways if self.chance(0.5) else ways[:6])

    def take(self) -> None:
        offer = self.an_offer()
        self.scene.take(offer.ask, offer.buyer, signature=offer.signature, payments=self.payments(offer.ask))

    def a_loan_for(self, offer: Offered) -> int:
        """A loan that the buyer might pay with."""
        if self.chance(0.4):
            return 0
        last = self.suite.desk.lastLoan()
        found = self.loans.get((offer.ask.share_id, offer.buyer), last)
        return found if self.chance(0.8) else self.random.choice((max(0, last - 1), last + 1))

    def buy(self) -> None:
        offer = self.an_offer()
        self.scene.buy(
            offer.ask,
            offer.buyer,
            signature=offer.signature,
            payments=self.payments(offer.ask),
            loan_id=self.a_loan_for(offer),
        )

    def further(self) -> None:
        """Something happens to a sale, if it waits."""
        offer = self.an_offer()
        ask, market = offer.ask, self.scene.market
        voter = self.random.choice((ask.seller, offer.buyer, self.mediator))
        vote = self.random.choice((Outcome.RELEASE, Outcome.REFUND))
        acts: tuple[Callable[[], Any], ...] = (
            lambda: sales.attest(self.suite, ask, DOCUMENTS, ask.seller, offer.buyer),
            lambda: sales.attest(self.suite, ask, DOCUMENTS, voter),
            lambda: self.scene.settle(ask),
            lambda: self.scene.refund(ask, to=offer.buyer),
            lambda: market.dispute(ask.struct, sender=offer.buyer),
            lambda: market.resolve(ask.struct, vote, sender=voter),
            lambda: market.resolve(ask.struct, vote, sender=voter),
        )
        self.random.choice(acts)()

    def withdraw(self) -> None:
        """Somebody takes back what he offered."""
        person, market, leases = self.someone(), self.scene.market, self.suite.lease_to_buy
        nonce = market.epochOf(person) << 8 | self.random.randrange(self.number + 1)
        acts: tuple[Callable[[], Any], ...] = (
            lambda: market.cancel([nonce], sender=person),
            lambda: leases.cancel([nonce & 0xFF | leases.epochOf(person) << 8], sender=person),
            lambda: market.unlist(self.a_share(), sender=person),
            lambda: market.cancelAll(sender=person),
            lambda: leases.cancelAll(sender=person),
        )
        self.random.choice(acts)()

    # -- leases

    def offer_lease(self) -> None:
        share = self.a_share()
        owner = self.suite.certificate.ownerOf(share)
        terms = leasing.lease_terms(
            self.suite,
            share,
            self.someone(but=owner),
            rent=self.random.choice((RENT, 7)),
            months=self.random.choice((12, 24)),
            credit_bps=self.random.choice((0, 5_000, 10_000)),
            refund_bps=self.random.choice((0, 3_333, 10_000)),
            price_usd=self.random.choice((0, 10 * RENT, PRICE)),
            days=150,
        )
        if self.chance(0.2):
            spoilt: dict[str, Any] = self.random.choice(
                (
                    {"months": 13},
                    {"creditBps": 10_001},
                    {"rent": 0},
                    {"expiresAt": self.engine.now() + 5},
                    {"lessee": owner},
                    {"priceUsd": 0, "priceMode": leasing.PriceMode.FIXED},
                    {"owner": terms.lessee},
                )
            )
            terms = replace(terms, **spoilt)
        on_chain = self.chance(0.3)
        signature = b"" if on_chain else leasing.sign_terms(self.suite, terms)
        self.terms.append((terms, signature))
        if on_chain:
            self.suite.lease_to_buy.offer(terms.values, sender=terms.owner)

    def approve_lease(self) -> None:
        leasing.approve_lease(self.suite, self.terms[-1][0], until=self.engine.now() + 60 * DAY)

    def sign(self) -> None:
        terms, signature = self.terms[-1]
        self.suite.lease_to_buy.sign(terms.values, signature, sender=terms.lessee)

    def a_lease(self) -> int:
        return max(1, self.suite.lease_to_buy.lastLease() - self.random.randrange(4))

    def rent(self) -> None:
        lease = self.a_lease()
        page = self.suite.lease_to_buy.leaseOf(lease)
        rents = max(1, page.due - page.paid) if self.chance(0.7) else self.random.randint(1, 12)
        self.suite.lease_to_buy.pay(lease, rents, sender=self.someone())

    def buy_leased(self) -> None:
        lease = self.a_lease()
        self.suite.lease_to_buy.buy(lease, MOST, sender=self.suite.lease_to_buy.leaseOf(lease).lessee)

    def default(self) -> None:
        lease = self.a_lease()
        owner = self.suite.lease_to_buy.leaseOf(lease).owner
        act = self.random.choice((self.suite.lease_to_buy.declareDefault, self.suite.lease_to_buy.terminate))
        act(lease, sender=owner)

    def finish(self) -> None:
        self.random.choice((self.suite.lease_to_buy.end, self.suite.lease_to_buy.collect))(
            self.a_lease(), sender=self.someone()
        )

    # -- loans

    def borrow(self) -> None:
        share = self.a_share()
        owner = self.suite.certificate.ownerOf(share)
        asked = lending.request_loan(self.suite, owner, lending.Application(share, 15_000 * WAD, 12))
        lending.approve_loan(self.suite, asked, until=self.engine.now() + 30 * DAY)
        self.suite.book.draw(asked.loan_id, owner, sender=owner)

    def finance(self) -> None:
        """The buyer of an offer gets a loan approved and, mostly, buys with it."""
        offer = self.an_offer()
        amount = self.random.choice((10_000, 17_000, 17_000, 25_000)) * WAD
        application = lending.Application(offer.ask.share_id, amount, 12, price_usd=offer.ask.price_usd)
        asked = lending.request_loan(self.suite, offer.buyer, application)
        lending.approve_loan(self.suite, asked, until=self.engine.now() + self.random.choice((1, 60, 60)) * DAY)
        self.loans[offer.ask.share_id, offer.buyer] = asked.loan_id
        if self.chance(0.8):
            self.scene.buy(
                offer.ask, offer.buyer, signature=offer.signature, payments=[(0, PRICE)], loan_id=asked.loan_id
            )
            outcome(lambda: sales.attest(self.suite, offer.ask, DOCUMENTS, offer.ask.seller, offer.buyer))
            self.scene.approve(offer.ask, offer.buyer, until=self.engine.now() + 100 * DAY)

    def repay(self) -> None:
        self.suite.book.pay(self.suite.desk.lastLoan(), 2**127, sender=self.someone())

    # -- the world

    def wait(self) -> None:
        days = self.random.choice((0, 0, 1, 1, 5, 16, 31, 31, 60, 60, 400))
        self.engine.set_time(self.engine.now() + days * DAY + self.random.randint(1, DAY))
        if self.chance(0.9):
            self.keep_feeds_valid()

    def keep_feeds_valid(self) -> None:
        for feed in (self.suite.index_feed, self.suite.reserve_feed):
            feed.updateAnswer(feed.latestAnswer(), sender=self.people[0])

    def mend(self) -> None:
        """Most of what stands in the way ends, as with time it would."""
        suite = self.suite
        suite.reserve_feed.updateAnswer(10 ** suite.reserve_feed.decimals(), sender=self.people[0])
        suite.index_feed.updateAnswer(self.first_index, sender=self.people[0])
        self.reopen()
        self.thaw()
        for person in self.people:
            for spender in (suite.market, suite.lease_to_buy, suite.treasury):
                suite.coin.approve(spender.address, MOST, sender=person)
            suite.reserve.approve(suite.market.address, MOST, sender=person)
            if not suite.certificate.isApprovedForAll(person, suite.market.address):
                sales.offer_through_market(suite, person)
            if suite.coin.balanceOf(person) < 3 * PRICE:
                give_coins(suite, person, 6 * PRICE)
            if suite.reserve.balanceOf(person) < 3 * PRICE * UNIT // WAD:
                suite.reserve.mint(person, 6 * PRICE * UNIT // WAD, sender=person)
        self.renew()
        self.keep_feeds_valid()

    def reopen(self) -> None:
        """The DAO lifts the stops and gives everybody his rows back."""
        suite = self.suite
        for contract, switch in ((suite.market, MARKET), (suite.lease_to_buy, LEASE)):
            if contract.stoppedUntil(switch) > self.engine.now():
                as_dao(suite, contract, "resume", switch)
        for holder, rights in ((suite.market, (True, False, False)), (suite.lease_to_buy, (False, False, True))):
            if tuple(suite.certificate.holderRights(holder.address)) != rights:
                as_dao(suite, suite.certificate, "setHolder", holder.address, rights)
            if not suite.valuation.isSaleReporter(holder.address):
                as_dao(suite, suite.valuation, "setSaleReporter", holder.address, True)
        if not suite.loans.mayLend(suite.book.address):
            as_dao(suite, suite.loans, "setBook", suite.book.address, True)
        if not suite.desk.isMarket(suite.market.address):
            as_dao(suite, suite.desk, "setMarket", suite.market.address, True)

    def thaw(self) -> None:
        """The court lets go of coins and shares."""
        suite, court = self.suite, role_holder(self.suite, "court")
        for person in self.people:
            if suite.coin.getFrozenTokens(person):
                suite.coin.setFrozenTokens(person, 0, sender=court)
            for share in range(self.scene.house * 256 + 1, self.scene.house * 256 + 9):
                if suite.certificate.getFrozenTokens(person, share):
                    suite.certificate.setFrozenTokens(person, share, False, sender=court)

    def renew(self) -> None:
        issuer = role_holder(self.suite, "issuer")
        for person in self.people:
            if not self.suite.credentials.isValid(person):
                outcome(lambda p=person: self.suite.credentials.renew(p, 2**40 - 1, sender=issuer))

    def leave(self) -> None:
        """Somebody's credential runs out for a while."""
        issuer = role_holder(self.suite, "issuer")
        self.suite.credentials.renew(self.someone(), self.engine.now() + 1, sender=issuer)

    def stop(self) -> None:
        contract, switch = self.random.choice(((self.suite.market, MARKET), (self.suite.lease_to_buy, LEASE)))
        contract.stop(switch, sender=role_holder(self.suite, "guardian"))

    def price(self) -> None:
        """The reserve token's or the houses' feed says something else, or nothing that counts."""
        answer = self.random.choice((99, 99, 60, 0)) * 10 ** self.suite.reserve_feed.decimals() // 100
        feed = self.random.choice((self.suite.reserve_feed, self.suite.index_feed))
        feed.updateAnswer(
            answer if feed is self.suite.reserve_feed else answer and self.first_index, sender=self.people[0]
        )

    def allow(self) -> None:
        """What market or leases may take of somebody."""
        spender = self.random.choice((self.suite.market, self.suite.lease_to_buy))
        token = self.random.choice((self.suite.coin, self.suite.coin, self.suite.reserve))
        units = WAD if token is self.suite.coin else UNIT
        token.approve(spender.address, self.random.choice((0, 1_000, 20_000, 29_900)) * units, sender=self.someone())
        if self.chance(0.2):
            self.suite.certificate.setApprovalForAll(self.suite.market, False, sender=self.someone())

    def row(self) -> None:
        """The DAO takes a row from the market or the leases."""
        contract = self.random.choice((self.suite.market, self.suite.lease_to_buy))
        acts: tuple[Callable[[], Any], ...] = (
            lambda: as_dao(self.suite, self.suite.certificate, "setHolder", contract.address, (False, False, False)),
            lambda: as_dao(self.suite, self.suite.valuation, "setSaleReporter", contract.address, False),
            lambda: as_dao(self.suite, self.suite.loans, "closeBook", self.suite.book.address),
            lambda: as_dao(self.suite, self.suite.loans, "setBook", self.suite.book.address, False),
            lambda: as_dao(self.suite, self.suite.desk, "setMarket", self.suite.market.address, False),
        )
        self.random.choice(acts)()
        self.keep_feeds_valid()

    def use(self) -> None:
        """The owner gives the use away: no offer of the share counts any more."""
        share = self.a_share()
        owner = self.suite.certificate.ownerOf(share)
        self.suite.certificate.setUser(share, self.someone(), 2**40 if self.chance(0.5) else 0, sender=owner)

    def freeze_share(self) -> None:
        share = self.a_share()
        owner = self.suite.certificate.ownerOf(share)
        self.suite.certificate.setFrozenTokens(owner, share, True, sender=role_holder(self.suite, "court"))

    def freeze_coins(self) -> None:
        person = self.someone()
        amount = self.suite.coin.balanceOf(person) - self.random.choice((0, 10_000 * WAD, 29_800 * WAD))
        self.suite.coin.setFrozenTokens(person, max(0, amount), sender=role_holder(self.suite, "court"))

    # -- what is compared -----------------------------------------------------------------------------------------

    def check(self) -> None:
        self.check_sale(self.an_offer())
        self.check_signing()
        if self.suite.lease_to_buy.lastLease():
            self.check_lease(self.a_lease())

    def compare(self, what: str, said: bytes, call: Callable[[], Any]) -> None:
        """A check's refusal is the call's, byte for byte."""
        happens = outcome(call)
        assert said == happens, (what, named(said), named(happens), said.hex(), happens.hex())
        self.seen[f"{what}: {named(said)}"] += 1

    def check_sale(self, offer: Offered) -> None:
        market, checks = self.scene.market, self.suite.market_checks
        ask, proof, buyer = offer.ask, offer.signature, offer.buyer
        paid, loan = self.payments(ask), self.a_loan_for(offer)
        taken = checks.takeCheck(buyer, ask.struct, proof, paid)
        self.compare("take", taken.refusal, lambda: market.take.call(ask.struct, proof, paid, [], sender=buyer))
        bought = checks.buyCheck(buyer, ask.struct, proof, paid, loan)
        self.compare("buy", bought.refusal, lambda: market.buy.call(ask.struct, proof, paid, [], loan, sender=buyer))
        settled = checks.settleCheck(ask.struct)
        if not (self.is_refinanced(ask) and named(settled.refusal) in TREASURY_GATES):
            self.compare("settle", settled.refusal, lambda: market.settle.call(ask.struct, sender=self.mediator))
        caller = self.random.choice((*self.people, self.mediator))
        to = self.random.choice((buyer, caller, market.address))
        back = checks.refundCheck(caller, ask.struct, to)
        self.compare("refund", back, lambda: market.refund.call(ask.struct, to, sender=caller))
        for quote, way, sent in (
            (taken, "take", lambda: market.take(ask.struct, proof, paid, [], sender=buyer)),
            (settled, "settle", lambda: market.settle(ask.struct, sender=self.mediator)),
        ):
            if quote.refusal == b"":
                self.check_money(quote, ask, way, sent)
        if bought.refusal == b"":
            self.check_purchase(bought, offer, paid, loan)
        self.check_listing(ask.share_id, buyer)
        self.check_waiting(ask)

    def is_refinanced(self, ask: Ask) -> bool:
        """A loan pays a share whose seller's loan is paid off: of that the treasury's side is judged as of before."""
        sale = self.scene.page(ask)
        return bool(sale.loanCoins) and self.suite.book.loanOfShare(ask.share_id) != 0

    def check_money(self, quote: Any, ask: Ask, way: str, send: Callable[[], Any]) -> None:
        """The quote is what the sale does, in the same second."""
        suite = self.suite
        with self.engine.rollback():
            self.engine.keep_second()
            seller = suite.credentials.currentWallet(ask.seller)
            before = self.scene.money(seller)[seller]
            fees = suite.market.feesOf(self.scene.house)
            sold = send().event("Sold")
            after = self.scene.money(seller)[seller]
            assert quote.complete
            assert suite.market.feesOf(self.scene.house) - fees == quote.fee == sold["fee"]
            assert quote.debt == sold["debt"]
            assert after[0] - before[0] == quote.toSeller
            assert after[1] - before[1] == sum(part.amount for part in quote.parts if part.currency == RESERVE_PLACE)
            assert quote.missingUsd == 0
            self.seen[
                f"{way} followed{' with debt' if quote.debt else ''}{' with a loan' if quote.loanCoins else ''}"
            ] += 1

    def check_purchase(self, quote: Any, offer: Offered, paid: list[tuple[int, int]], loan: int) -> None:
        suite, market = self.suite, self.scene.market
        with self.engine.rollback():
            self.engine.keep_second()
            before = self.scene.money(offer.buyer)[offer.buyer]
            market.buy(offer.ask.struct, offer.signature, paid, [], loan, sender=offer.buyer)
            after = self.scene.money(offer.buyer)[offer.buyer]
            page = suite.market_lens.sale(offer.ask.struct)
            assert list(page.sale.parts) == list(quote.parts)
            assert (page.sale.loanCoins, page.buyer) == (quote.loanCoins, offer.buyer)
            for place, (had, has) in zip((COIN_PLACE, RESERVE_PLACE), zip(before, after, strict=True), strict=True):
                assert had - has == sum(part.amount for part in quote.parts if part.currency == place)
            assert page.settlement.fee == quote.fee
            assert page.settlement.toSeller == quote.toSeller
            self.seen["buy followed"] += 1

    def check_listing(self, share: int, buyer: str) -> None:
        """The share's page is what market and certificate say."""
        suite, market = self.suite, self.scene.market
        page = suite.market_lens.share(share, buyer)
        assert page.complete
        found = suite.certificate.standingOf(share)
        assert (page.fingerprint, page.owner, page.manager, page.lienHolder) == tuple(found)
        listed, live = market.listingOf(share)
        entry = page.listing
        assert tuple(entry.ask) == tuple(listed)
        assert page.listingNonce == market.listingNonce(share)
        assert page.leaseId == suite.lease_to_buy.leaseOfShare(share)
        if listed.seller == ZERO_ADDRESS:
            assert (entry.live, entry.refusal, entry.askHash) == (False, b"", bytes(32))
            return
        assert entry.askHash == market.askHashOf(tuple(listed))
        assert entry.saleHash == market.saleHashOf(entry.askHash, buyer)
        assert (entry.approvedBy, entry.approvedUntil) == tuple(market.approvalOf(share >> 8, entry.saleHash))
        assert not entry.live or live
        assert entry.live == (entry.refusal == b"")
        self.compare_listing(entry, buyer)

    def compare_listing(self, entry: Any, buyer: str) -> None:
        """A buyer with all the coins there are is refused for nothing else."""
        ask = tuple(entry.ask)
        refusal = outcome(
            lambda: self.scene.market.buy.call(ask, b"", [(COIN_PLACE, entry.ask.priceUsd)], [], 0, sender=buyer)
        )
        self.seen[f"listing: {named(entry.refusal)}"] += 1
        if entry.refusal:
            assert refusal == entry.refusal, named(refusal)
        else:
            money = ("passes", "ERC20InsufficientAllowance", "ERC20InsufficientBalance", "CurrencyNotTaken")
            assert named(refusal) in (*money, "ERC7943InsufficientUnfrozenBalance"), named(refusal)

    def check_waiting(self, ask: Ask) -> None:
        """A sale's page is what the market keeps, and agrees with what can be done."""
        suite, market = self.suite, self.scene.market
        page = suite.market_lens.sale(ask.struct)
        assert page.complete
        assert tuple(page.sale) == tuple(market.saleOf(page.askHash))
        if page.sale.buyer == ZERO_ADDRESS:
            return
        assert page.unchanged == (suite.certificate.getStateFingerprint(ask.share_id) == ask.fingerprint)
        refund = outcome(lambda: market.refund.call(ask.struct, page.buyer, sender=self.mediator))
        assert page.refundable == (refund == b"")
        assert page.refundableFrom == page.sale.deadline + 1
        tokens = {COIN_PLACE: suite.coin.address, RESERVE_PLACE: suite.reserve.address}
        assert list(page.tokens) == [tokens[part.currency] if part.amount else ZERO_ADDRESS for part in page.sale.parts]
        if page.settlement.refusal == b"":
            released = page.sale.bySeller and page.sale.byBuyer if not page.sale.disputed else page.decided == 1
            assert (page.approved, page.unchanged, released, page.refundable) == (True, True, True, False)
        self.seen["a page of a waiting sale"] += 1

    def check_signing(self) -> None:
        terms, signature = self.random.choice(self.terms[-3:])
        lessee = terms.lessee if self.chance(0.9) else self.someone()
        said = self.suite.lease_checks.signCheck(lessee, terms.values, signature)
        leases = self.suite.lease_to_buy
        self.compare("sign", said, lambda: leases.sign.call(terms.values, signature, sender=lessee))

    def check_lease(self, lease: int) -> None:
        suite, leases = self.suite, self.suite.lease_to_buy
        page, now = suite.market_lens.lease(lease), self.engine.now()
        kept = leases.leaseOf(lease)
        assert page.complete
        assert tuple(page.lease) == tuple(kept)
        caller = kept.lessee if self.chance(0.9) and kept.months else self.someone()
        toPay = page.purchase.purchase.toPay
        most = self.random.choice((MOST, toPay, max(0, toPay - 1)))
        quote = suite.lease_checks.leaseBuyCheck(caller, lease, most)
        self.compare("buy leased", quote.refusal, lambda: leases.buy.call(lease, most, sender=caller))
        if kept.months == 0:
            assert page.state == 0
            return
        if quote.refusal == b"":
            self.follow_purchase(quote, lease, caller)
        owner = kept.owner
        assert page.dueCoins == max(0, kept.due - kept.paid) * (kept.rent + kept.fee)
        assert (page.credit, page.refundable) == (kept.credit * kept.counting, kept.refundable * kept.counting)
        assert page.prepaid == (kept.paid - kept.counting) * (kept.rent + kept.fee)
        assert page.nextDueAt == (kept.startedAt + kept.paid * MONTH if kept.paid < kept.months else 0)
        said = {
            name: outcome(lambda name=name, by=by: getattr(leases, name).call(lease, sender=by))
            for name, by in (("end", self.mediator), ("terminate", owner), ("declareDefault", owner))
        }
        names = ("None", "Running", "RentDue", "Late", "InDefault", "Terminable", "TermOver", "ShareMoved")
        state = names[page.state]
        assert (said["end"] == b"") == (state in ("TermOver", "ShareMoved"))
        if state not in ("TermOver", "ShareMoved"):
            assert (said["terminate"] == b"") == (state == "Terminable")
            assert (said["declareDefault"] == b"") == (state == "Late")
            assert (state == "Running") == (kept.paid >= kept.due and kept.defaultAt == 0)
        if state in ("InDefault", "Terminable"):
            assert (state == "Terminable") == (now >= page.cureUntil)
        self.seen[f"lease: {state}"] += 1

    def follow_purchase(self, quote: Any, lease: int, lessee: str) -> None:
        suite = self.suite
        with self.engine.rollback():
            self.engine.keep_second()
            owner = suite.lease_to_buy.leaseOf(lease).owner
            collected = suite.lease_to_buy.collect.call(lease, sender=lessee) if self.collectable(lease) else 0
            before = suite.coin.balanceOf(lessee), suite.coin.balanceOf(owner)
            bought = suite.lease_to_buy.buy(lease, MOST, sender=lessee).event("LeaseBought")
            after = suite.coin.balanceOf(lessee), suite.coin.balanceOf(owner)
            assert quote.complete
            assert (bought["priceUsd"], bought["debtPaid"]) == (quote.priceUsd, quote.debt)
            assert tuple(bought["purchase"]) == tuple(quote.purchase)
            assert before[0] - after[0] == quote.purchase.toPay - quote.purchase.toLessee
            assert after[1] - before[1] == quote.toOwner + collected
            self.seen["buy leased followed"] += 1

    def collectable(self, lease: int) -> bool:
        page = self.suite.lease_to_buy.leaseOf(lease)
        return page.counting != page.collected
