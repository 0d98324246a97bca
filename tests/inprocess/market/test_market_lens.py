"""The lens for sales, leases and purses never lies: its verdicts are the calls' errors byte for byte, its quotes what
the calls do, its pages what the contracts say, over random lives of all of them. And it never reverts."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from lens_market_drive import MOST, MarketDrive, named, outcome
from market_scene import DAY, DOCUMENTS, FEE, PRICE, UNIT, WAD, Scene

from commonhold.engines import Revert
from commonhold.engines.base import ZERO_ADDRESS, decode_revert
from commonhold.recipe import leasing, lending
from commonhold.recipe import market as sales
from commonhold.recipe.buying import give_coins, keep_price_valid
from commonhold.recipe.plan import RESERVE_FEED

SEEN: Counter[str] = Counter()
SEEDS = 8


@pytest.fixture
def drive(
    scene: Scene,
    owner_b: str,
    mediator: str,
    credential: Callable[..., bytes],
    appraise: Any,
    lending_cash: Callable[..., None],
) -> Callable[[int], MarketDrive]:
    """`drive(seed)`: the scene's house has a value, its shares are spread over three people, who have money."""

    def begin(seed: int) -> MarketDrive:
        suite = scene.suite
        credential(owner_b)
        people = [scene.seller, scene.buyer, owner_b]
        appraise(scene.house, 320_000 * WAD)
        suite.engine.advance(suite.valuation.terms().firstValueQuarantinePeriod)
        lending_cash()
        for person in people:
            sales.offer_through_market(suite, person)
            scene.give(person, 6 * PRICE, 6 * PRICE * UNIT // WAD)
            for spender in (suite.lease_to_buy, suite.treasury):
                suite.coin.approve(spender.address, 2**256 - 1, sender=person)
        for number, person in zip(range(3, 9), (scene.buyer, owner_b) * 3, strict=True):
            share = scene.house * 256 + number
            suite.certificate.approveTransfer(share, person, suite.engine.now() + DAY, sender=scene.manager)
            suite.certificate.transferFrom(scene.seller, person, share, sender=scene.seller)
        keep_price_valid(suite)
        return MarketDrive(scene, people, mediator, random.Random(seed))

    return begin


@pytest.mark.parametrize("seed", range(SEEDS))
def test_lens__random_lives__says_what_happens(drive: Callable[[int], MarketDrive], seed: int) -> None:
    world = drive(seed)
    for _ in range(300):
        world.step()
        world.check()
    SEEN.update(world.seen)
    SEEN["seeds"] += 1


def test_random_lives__saw_all_sorts_of_ends() -> None:
    if SEEN["seeds"] < SEEDS:
        return  # another process had the seeds
    expected = {
        "take": (
            "passes",
            "NotListed",
            "AskSpent",
            "OwnShare",
            "FingerprintChanged",
            "DebtNotCovered",
            "SaleNotApproved",
        ),
        "buy": (
            "passes",
            "CurrencyNotTaken",
            "PaymentShort",
            "FeeNeedsCoin",
            "TooManyPayments",
            "OtherLoan",
            "NotBorrower",
        ),
        "settle": ("passes", "NotAttested", "NotReleased", "SaleExpired", "LoanToValueTooHigh", "ApprovalExpired"),
        "refund": ("passes", "NotRefundable", "NotBuyer", "NoSale"),
        "sign": ("passes", "NotApproved", "NotOffered", "OfferVoid", "ShareChanged", "ShareLocked", "TermsOutOfRange"),
        "buy leased": ("passes", "RentDue", "PriceAboveLimit", "NotLessee", "TermIsOver"),
        "lease": ("Running", "RentDue", "Late", "TermOver"),
        "listing": ("passes", "AskExpired", "NotBuyer", "OwnShare", "FingerprintChanged"),
    }
    for what, ends in expected.items():
        for end in ends:
            assert SEEN[f"{what}: {end}"] > 0, (what, end, SEEN)
    followed = ("take", "take with debt", "settle", "settle with a loan", "settle with debt", "buy", "buy leased")
    for way, *more in (name.split(" with") for name in followed):
        assert SEEN[" with".join((f"{way} followed", *more))] > 0, (way, more, SEEN)


# ------------------------------------------------------------------------------------------------- one by one: sales


def test_check__seller_whose_wallet_was_replaced__says_so(
    drive: Callable[[int], MarketDrive], recover: Any, attacker: str
) -> None:
    world = drive(1)
    scene, suite = world.scene, world.suite
    share = scene.house * 256 + 2
    ask = scene.ask(documents_hash=DOCUMENTS, number=9, share_id=share, expires_at=2**40 - 1)
    terms = leasing.lease_terms(suite, share, scene.buyer, rent=WAD, price_usd=PRICE, days=4_000)
    proofs = sales.sign_ask(suite, ask), leasing.sign_terms(suite, terms)
    scene.approve(ask, until=2**40 - 1)
    leasing.approve_lease(suite, terms, until=2**40 - 1)
    recover(scene.seller, attacker)
    keep_price_valid(suite)
    checks, paid = suite.market_checks, [(0, PRICE)]
    for call, said in (
        (suite.market.take, checks.takeCheck(scene.buyer, ask.struct, proofs[0], paid).refusal),
        (suite.market.buy, checks.buyCheck(scene.buyer, ask.struct, proofs[0], paid, 0).refusal),
    ):
        args = (ask.struct, proofs[0], paid, []) + ((0,) if call is suite.market.buy else ())
        world.compare("", said, lambda call=call, args=args: call.call(*args, sender=scene.buyer))
        assert named(said) == "WalletReplaced"
    said = suite.lease_checks.signCheck(scene.buyer, terms.values, proofs[1])
    world.compare("", said, lambda: suite.lease_to_buy.sign.call(terms.values, proofs[1], sender=scene.buyer))
    assert decode_revert(said, "LeaseToBuy").name == "WalletReplaced"


def test_settle_check__of_a_lost_row__names_it(drive: Callable[[int], MarketDrive], as_dao: Any) -> None:
    """A loan can't be drawn for a market without a row, nor by a book without its lien."""
    world = drive(2)
    scene, suite = world.scene, world.suite
    ask, _ = financed(world, borrower_pays=PRICE)
    for contract, function, args, error in (
        (suite.desk, "setMarket", (suite.market.address, False), "NotMarket"),
        (suite.certificate, "setHolder", (suite.book.address, (True, False, False)), "NotHolder"),
        (suite.loans, "closeBook", (suite.book.address,), "BookIsClosed"),
    ):
        with suite.engine.rollback():
            as_dao(contract, function, *args)
            keep_price_valid(suite)
            said = suite.market_checks.settleCheck(ask.struct).refusal
            world.compare("", said, lambda: scene.market.settle.call(ask.struct, sender=scene.buyer))
            assert error in (
                named(said),
                decode_revert(said, "ShareCertificate").name,
                decode_revert(said, "LoanDesk").name,
            )


def financed(world: MarketDrive, *, borrower_pays: int) -> tuple[Any, int]:
    """A purchase that waits for nothing but its settlement, with a loan of 17,000 coins."""
    scene, suite = world.scene, world.suite
    ask = scene.ask(documents_hash=DOCUMENTS, number=5)
    application = lending.Application(ask.share_id, 17_000 * WAD, 12, price_usd=ask.price_usd)
    asked = lending.request_loan(suite, scene.buyer, application)
    lending.approve_loan(suite, asked)
    scene.buy(ask, payments=[(0, borrower_pays)], loan_id=asked.loan_id)
    scene.approve(ask)
    return ask, asked.loan_id


@pytest.mark.parametrize("days", [1, 60])
@pytest.mark.parametrize("sellers_loan", [0, 3_000 * WAD, 14_000 * WAD])
def test_settle_check__buyers_loan_for_a_share_under_the_sellers__is_what_settles(
    drive: Callable[[int], MarketDrive], sellers_loan: int, days: int
) -> None:
    """The seller's loan is paid off first: it stands in no gate of the buyer's, not even late, unless the coins fall
    short of it."""
    world = drive(3)
    scene, suite = world.scene, world.suite
    if sellers_loan:
        lending.open_loan(suite, scene.seller, lending.Application(scene.share, sellers_loan, 12))
    suite.engine.advance(days * DAY)
    world.keep_feeds_valid()
    ask, loan = financed(world, borrower_pays=PRICE)
    quote = suite.market_checks.settleCheck(ask.struct)
    world.compare("settle", quote.refusal, lambda: scene.market.settle.call(ask.struct, sender=scene.buyer))
    assert quote.loanCoins == suite.market.saleOf(suite.market.askHashOf(ask.struct)).loanCoins
    if sellers_loan == 14_000 * WAD:
        assert named(quote.refusal) == "DebtNotCovered"
        return
    assert sellers_loan <= quote.debt <= sellers_loan * 102 // 100
    assert (quote.fee, quote.toSeller) == (FEE, PRICE - FEE - quote.debt)
    world.check_money(quote, ask, "settle", lambda: scene.market.settle(ask.struct, sender=scene.buyer))
    assert suite.desk.loanOf(loan).stage == lending.LoanStage.APPROVED


def test_quote__short_payment__says_part_by_part_what_is_missing(scene: Scene) -> None:
    suite, ask = scene.suite, scene.ready(number=3)
    paid = [(1, 10_000 * UNIT), (0, 5_000 * WAD), (1, 1)]
    quote = suite.market_checks.takeCheck(scene.buyer, ask.struct, sales.sign_ask(suite, ask), paid)
    assert [tuple(part) for part in quote.parts] == paid
    assert quote.missingUsd == PRICE - 15_000 * WAD - WAD // UNIT
    assert (quote.fee, quote.toSeller, quote.debt, quote.complete) == (FEE, 5_000 * WAD - FEE, 0, True)
    told = decode_revert(quote.refusal, "ShareMarket")
    assert (told.name, told.values) == ("PaymentShort", (quote.missingUsd,))


def test_quote__currency_without_a_valid_price__is_incomplete_and_says_why(scene: Scene) -> None:
    suite, ask = scene.suite, scene.ready(number=3)
    proof = sales.sign_ask(suite, ask)
    suite.reserve_feed.updateAnswer(0, sender=scene.buyer)
    quote = suite.market_checks.takeCheck(scene.buyer, ask.struct, proof, [(1, 10**12)])
    assert (quote.complete, list(quote.parts)) == (False, [])
    assert named(quote.refusal) == "PriceNotValid"


def test_sale__page__tells_what_is_missing_step_by_step(scene: Scene) -> None:
    """From the purchase to the settlement: each step takes one reason away."""
    suite, lens, market = scene.suite, scene.suite.market_lens, scene.market
    ask = scene.ask(number=7)
    nothing = lens.sale(ask.struct)
    assert (nothing.complete, nothing.sale.buyer, nothing.seller) == (True, ZERO_ADDRESS, scene.seller)
    scene.buy(ask, payments=[(0, 10_000 * WAD), (1, 10**12)])

    def missing() -> tuple[str, bool, bool, bool, bool]:
        page = lens.sale(ask.struct)
        assert (page.complete, page.askHash) == (True, market.askHashOf(ask.struct))
        sale = page.sale
        return named(page.settlement.refusal), sale.bySeller, sale.byBuyer, page.approved, page.unchanged

    page = lens.sale(ask.struct)
    assert [(part.currency, part.amount) for part in page.sale.parts] == [(0, 10_000 * WAD), (1, 20_000 * UNIT)]
    assert list(page.tokens) == [suite.coin.address, suite.reserve.address]
    assert (page.buyer, page.seller, page.refundable) == (scene.buyer, scene.seller, False)
    assert page.refundableFrom == page.sale.deadline + 1
    assert missing() == ("NotAttested", False, False, False, True)
    sales.attest(suite, ask, DOCUMENTS, scene.seller)
    assert missing() == ("NotAttested", True, False, False, True)
    sales.attest(suite, ask, DOCUMENTS, scene.buyer)
    assert missing() == ("SaleNotApproved", True, True, False, True)
    scene.approve(ask)
    assert missing() == ("passes", True, True, True, True)
    page = lens.sale(ask.struct)
    assert (page.approvedBy, page.sale.documentsHash) == (scene.manager, DOCUMENTS)
    assert page.settlement.toSeller == 10_000 * WAD - FEE
    with suite.engine.rollback():
        suite.engine.set_time(page.sale.deadline)
        assert lens.sale(ask.struct).refundable is False
        suite.engine.set_time(page.refundableFrom)
        assert lens.sale(ask.struct).refundable is True
        assert named(lens.sale(ask.struct).settlement.refusal) == "SaleExpired"
    suite.certificate.setUser(scene.share, scene.buyer, 2**39, sender=scene.seller)
    assert missing() == ("FingerprintChanged", True, True, True, False)
    assert lens.sale(ask.struct).refundable is True


def test_sale__disputed__shows_votes_and_what_was_decided(scene: Scene, mediator: str) -> None:
    lens, market = scene.suite.market_lens, scene.market
    ask = scene.bought()
    scene.approve(ask)
    market.dispute(ask.struct, sender=scene.buyer)
    page = lens.sale(ask.struct)
    assert (page.sale.disputed, page.decided, named(page.settlement.refusal)) == (True, 0, "NotReleased")
    market.resolve(ask.struct, 1, sender=scene.seller)
    market.resolve(ask.struct, 2, sender=scene.buyer)
    assert lens.sale(ask.struct).decided == 0
    market.resolve(ask.struct, 1, sender=mediator)
    page = lens.sale(ask.struct)
    assert (page.sale.sellerVote, page.sale.buyerVote, page.sale.mediatorVote, page.decided) == (1, 2, 1, 1)
    assert (page.refundable, page.settlement.refusal) == (False, b"")


@pytest.mark.parametrize("short", [0, 1, FEE, PRICE - FEE, PRICE])
@pytest.mark.parametrize("of", ["allowance", "balance", "unfrozen"])
def test_check__coins_short_of_the_price__refused_at_the_part_that_lacks(
    scene: Scene, court: str, of: str, short: int
) -> None:
    """A purchase takes coins in several moves; what the first ones took the next ones lack."""
    suite, coin, buyer = scene.suite, scene.suite.coin, scene.buyer
    ask, reserve = scene.ready(number=4), suite.reserve
    proof, enough = sales.sign_ask(suite, ask), PRICE - short
    if of == "allowance":
        coin.approve(suite.market, enough, sender=buyer)
        reserve.approve(suite.market, enough * UNIT // WAD, sender=buyer)
    elif of == "balance":
        coin.transfer(scene.seller, coin.balanceOf(buyer) - enough, sender=buyer)
        reserve.transfer(scene.seller, reserve.balanceOf(buyer) - enough * UNIT // WAD, sender=buyer)
    else:
        coin.setFrozenTokens(buyer, coin.balanceOf(buyer) - enough, sender=court)
    checks, rest = suite.market_checks, (PRICE - FEE) * UNIT // WAD
    for paid in (
        [(0, PRICE)],
        [(0, FEE), (0, PRICE)],
        [(0, FEE), (1, rest // 3), (1, rest)],
        [(0, FEE), (1, rest // 3), (0, FEE), (1, rest)],
    ):
        taken = checks.takeCheck(buyer, ask.struct, proof, paid).refusal
        args = (ask.struct, proof, paid, [])
        happens = outcome(lambda args=args: suite.market.take.call(*args, sender=buyer))
        assert taken == happens, (named(taken), named(happens))
        bought = checks.buyCheck(buyer, ask.struct, proof, paid, 0).refusal
        happens = outcome(lambda args=args: suite.market.buy.call(*args, 0, sender=buyer))
        assert bought == happens, (named(bought), named(happens))
        if len(paid) <= 2:
            assert (taken == b"", bought == b"") == (short == 0, short == 0)


def test_sale__refund_that_waits_for_its_token__stays_refundable(scene: Scene, as_dao: Any) -> None:
    """The share is again what it was, and the sale is a refund all the same."""
    suite, market, place = scene.suite, scene.market, 2
    token = suite.engine.deploy("TestUnrulyToken", 6, sender=scene.buyer)
    as_dao(market, "setCurrency", place, token, RESERVE_FEED)
    keep_price_valid(suite)
    token.mint(scene.buyer, 10**24, sender=scene.buyer)
    token.approve(market, MOST, sender=scene.buyer)
    ask = scene.ask(currencies=7, documents_hash=DOCUMENTS)
    scene.approve(ask)
    scene.buy(ask, payments=[(0, FEE), (place, 10**24)])
    suite.certificate.setUser(scene.share, scene.buyer, 2**39, sender=scene.seller)
    token.callBack(suite.registry, b"\1\2\3\4", sender=scene.buyer)  # every transfer reverts
    scene.refund(ask)
    suite.certificate.setUser(scene.share, ZERO_ADDRESS, 0, sender=scene.seller)
    page = suite.market_lens.sale(ask.struct)
    assert (page.complete, page.unchanged, page.refundable, page.sale.refunding) == (True, True, True, True)
    assert list(page.tokens) == [ZERO_ADDRESS, token.address]
    assert named(page.settlement.refusal) == "SaleRefunded"
    assert page.settlement.refusal == outcome(lambda: market.settle.call(ask.struct, sender=scene.buyer))
    assert suite.market_checks.refundCheck(scene.seller, ask.struct, scene.buyer) == b""


def test_checks__last_seconds__are_those_of_the_calls(scene: Scene, owner_b: str) -> None:
    """Second by second around the end of whatever ends, and the beginning of whatever begins."""
    suite, engine, leases = scene.suite, scene.suite.engine, scene.suite.lease_to_buy
    start = engine.now() + 10 * DAY
    asks = [
        scene.ask(number=1, documents_hash=DOCUMENTS, expires_at=start),
        scene.ask(number=2, documents_hash=DOCUMENTS),
        scene.ask(number=3, documents_hash=DOCUMENTS, share_id=scene.share + 1),
    ]
    scene.approve(asks[0])
    scene.approve(asks[1], until=start)
    scene.buy(asks[2])
    scene.approve(asks[2], until=2**40 - 1)
    ends = scene.page(asks[2]).deadline
    terms = leasing.lease_terms(suite, scene.share + 2, scene.buyer, rent=WAD, price_usd=PRICE, days=10)
    leasing.approve_lease(suite, terms)
    leases.offer(terms.values, sender=scene.seller)
    let = leasing.open_lease(suite, scene.share + 3, scene.buyer, rent=WAD, price_usd=PRICE)
    give_coins(suite, scene.buyer, 100_000 * WAD)
    leases.pay(let, 11, sender=scene.buyer)
    suite.house_escrow.registerPayee(scene.house, owner_b, False, sender=scene.manager)
    active = suite.house_escrow.payeeOf(scene.house, owner_b).activeFrom
    invoice = (scene.house, owner_b, DOCUMENTS, WAD)
    taken = [(ask.struct, sales.sign_ask(suite, ask), [(0, PRICE)]) for ask in asks]
    checks, lease_checks, buyer = suite.market_checks, suite.lease_checks, scene.buyer
    over = leases.leaseOf(let).endsAt
    market, escrow = suite.market, suite.house_escrow
    rows: tuple[tuple[int, Callable[[], bytes], Callable[[], Any]], ...] = (
        (
            start,
            lambda: checks.takeCheck(buyer, *taken[0]).refusal,
            lambda: market.take.call(*taken[0], [], sender=buyer),
        ),
        (
            start,
            lambda: checks.takeCheck(buyer, *taken[1]).refusal,
            lambda: market.take.call(*taken[1], [], sender=buyer),
        ),
        (
            ends,
            lambda: checks.settleCheck(asks[2].struct).refusal,
            lambda: market.settle.call(asks[2].struct, sender=buyer),
        ),
        (
            ends,
            lambda: checks.refundCheck(buyer, asks[2].struct, buyer),
            lambda: market.refund.call(asks[2].struct, buyer, sender=buyer),
        ),
        (
            terms.expiresAt,
            lambda: lease_checks.signCheck(buyer, terms.values, b""),
            lambda: leases.sign.call(terms.values, b"", sender=buyer),
        ),
        (
            over - 1,
            lambda: lease_checks.leaseBuyCheck(buyer, let, MOST).refusal,
            lambda: leases.buy.call(let, MOST, sender=buyer),
        ),
        (
            active - 1,
            lambda: lease_checks.invoiceCheck(scene.manager, *invoice),
            lambda: escrow.pay.call(*invoice, sender=scene.manager),
        ),
    )
    for last, check, call in rows:
        said = []
        for second in (last, last + 1):
            with engine.rollback():
                engine.set_time(second)
                said.append(check())
                assert said[-1] == outcome(call), (last, named(said[-1]))
        assert said[0] != said[1], [named(refusal) for refusal in said]


@pytest.mark.parametrize("turn", ["seller first", "mediator first"])
def test_sale__all_votes_there_can_be__decide_as_in_the_market(scene: Scene, mediator: str, turn: str) -> None:
    suite, market, ask = scene.suite, scene.market, scene.bought()
    scene.approve(ask)
    market.dispute(ask.struct, sender=scene.buyer)
    voters = [scene.seller, scene.buyer, mediator]
    for votes in itertools.product(range(3), repeat=3):
        with suite.engine.rollback():
            rows = list(zip(voters, votes, strict=True))
            for voter, vote in rows if turn == "seller first" else reversed(rows):
                outcome(lambda voter=voter, vote=vote: market.resolve(ask.struct, vote, sender=voter))
            page = suite.market_lens.sale(ask.struct)
            settled = outcome(lambda: market.settle.call(ask.struct, sender=mediator))
            refunded = outcome(lambda: market.refund.call(ask.struct, scene.buyer, sender=mediator))
            assert page.settlement.refusal == settled, votes
            assert suite.market_checks.refundCheck(mediator, ask.struct, scene.buyer) == refunded, votes
            assert page.decided == (1 if settled == b"" else 2 if refunded == b"" else 0), votes
            assert page.refundable == (refunded == b"")


# ------------------------------------------------------------------------------------------------------------ pages


def test_listings__of_a_house__page_by_page(scene: Scene) -> None:
    """Shares 1, 3 and 8 of eight are listed; one of them has expired."""
    suite, lens = scene.suite, scene.suite.market_lens
    asks = {}
    for number, expires in ((1, 30), (3, 1), (8, 30)):
        share, until = scene.house * 256 + number, suite.engine.now() + expires * DAY
        asks[number] = scene.ask(share_id=share, listed=True, expires_at=until)
        sales.list_ask(suite, asks[number])
    suite.engine.advance(2 * DAY)
    for first, most, numbers, following in (
        (0, 0, [1, 3, 8], 0),
        (1, 3, [1, 3], 4),
        (2, 6, [3], 8),
        (8, 1, [8], 0),
        (4, 4, [], 8),
        (9, 5, [], 0),
        (MOST, MOST, [], 0),
    ):
        page = lens.listings(scene.house, ZERO_ADDRESS, first, most)
        assert ([entry.shareId & 0xFF for entry in page.listings], page.nextNumber) == (numbers, following)
        assert page.complete
    live, over, _ = lens.listings(scene.house, ZERO_ADDRESS, 0, 0).listings
    assert (live.live, live.refusal, live.saleHash, live.approved) == (True, b"", bytes(32), False)
    assert tuple(live.ask) == asks[1].struct
    assert (over.live, named(over.refusal)) == (False, "AskExpired")
    scene.approve(asks[1])
    seen_by_buyer = lens.share(scene.share, scene.buyer)
    entry = seen_by_buyer.listing
    assert (entry.live, entry.approved, entry.approvedBy) == (True, True, scene.manager)
    assert entry.saleHash == sales.sale_hash(suite, asks[1], scene.buyer)
    assert (seen_by_buyer.marketMayMove, seen_by_buyer.owner) == (True, scene.seller)
    seller_sees = lens.share(scene.share, scene.seller).listing
    assert (seller_sees.live, named(seller_sees.refusal)) == (False, "OwnShare")
    assert lens.listings(scene.house + 1, ZERO_ADDRESS, 0, 0).complete


def test_leases__by_number_house_and_share__are_the_same(drive: Callable[[int], MarketDrive]) -> None:
    world = drive(5)
    suite, lens, house = world.suite, world.suite.market_lens, world.scene.house
    begun = [
        leasing.open_lease(suite, house * 256 + number, world.scene.buyer, rent=WAD, price_usd=PRICE)
        for number in (1, 2, 4)
        if suite.certificate.ownerOf(house * 256 + number) != world.scene.buyer
    ]
    assert len(begun) == 3
    page = lens.leases(0, 2)
    assert ([row.leaseId for row in page.leases], page.next, page.complete) == (begun[:2], begun[2], True)
    page = lens.leases(begun[2], 0)
    assert ([row.leaseId for row in page.leases], page.next) == (begun[2:], 0)
    assert [list(lens.leases(first, 0).leases) for first in (begun[2] + 1, MOST)] == [[], []]
    page = lens.leasesOfHouse(house, 0, 3)
    assert ([row.leaseId for row in page.leases], page.next, page.complete) == (begun[:2], 4, True)
    page = lens.leasesOfHouse(house, 4, 0)
    assert ([row.leaseId for row in page.leases], page.next) == (begun[2:], 0)
    assert tuple(lens.leaseOfShare(house * 256 + 2)) == tuple(lens.lease(begun[1]))
    none = lens.leaseOfShare(house * 256 + 3)
    assert (none.leaseId, none.state, none.complete) == (0, 0, True)


def test_lease__dates__are_those_from_which_the_calls_pass(let: Any) -> None:
    """Late, in default and past its cure to the second, in the words of the contract."""
    stage = let(rent=1_000 * WAD, price_usd=PRICE, credit_bps=5_000, refund_bps=5_000)
    suite, lens, lease = stage.suite, stage.suite.market_lens, stage.id
    page = lens.lease(lease)
    names = ("None", "Running", "RentDue", "Late", "InDefault", "Terminable", "TermOver", "ShareMoved")
    assert (names[page.state], page.dueCoins, page.cureUntil) == ("Running", 0, 0)
    assert (page.nextDueAt, page.credit, page.refundable) == (
        page.lease.startedAt + leasing.MONTH,
        500 * WAD,
        250 * WAD,
    )
    assert page.purchase.purchase.toPay == PRICE - 500 * WAD

    def state_at(time: int) -> str:
        suite.engine.set_time(time)
        return names[lens.lease(lease).state]

    assert [state_at(page.nextDueAt + step) for step in (-1, 0)] == ["Running", "RentDue"]
    assert lens.lease(lease).dueCoins == 1_010 * WAD
    assert named(lens.lease(lease).purchase.refusal) == "RentDue"
    assert [state_at(page.lateAt + step) for step in (-1, 0)] == ["RentDue", "Late"]
    suite.lease_to_buy.declareDefault(lease, sender=stage.owner)
    cure = lens.lease(lease).cureUntil
    assert cure == lens.lease(lease).lease.defaultAt + suite.lease_to_buy.rules().curePeriod
    assert [state_at(cure + step) for step in (-1, 0)] == ["InDefault", "Terminable"]
    suite.lease_to_buy.terminate(lease, sender=stage.owner)
    over = lens.lease(lease)
    assert (names[over.state], over.complete, named(over.purchase.refusal)) == ("None", True, "passes")


@pytest.mark.parametrize(("price", "refusal"), [(15_000 * WAD, "DebtNotCovered"), (PRICE, "passes")])
def test_lease__of_a_share_under_a_loan__tells_what_pays_it_off(
    drive: Callable[[int], MarketDrive], price: int, refusal: str
) -> None:
    world = drive(6)
    suite, scene = world.suite, world.scene
    loan = lending.open_loan(suite, scene.seller, lending.Application(scene.share, 17_000 * WAD, 12))
    lease = leasing.open_lease(suite, scene.share, scene.buyer, rent=WAD, price_usd=price)
    page = suite.market_lens.lease(lease)
    quote = page.purchase
    assert (page.complete, quote.complete, quote.debtLoan) == (True, True, loan)
    assert quote.debt == suite.book.debtOf(loan)
    assert quote.toOwner == max(0, quote.purchase.toOwner - quote.debt)
    assert named(quote.refusal) == refusal
    happens = outcome(lambda: suite.lease_to_buy.buy.call(lease, MOST, sender=scene.buyer))
    assert quote.refusal == happens
    if refusal == "passes":
        world.follow_purchase(quote, lease, scene.buyer)


def test_offers__epoch_and_bits__are_what_lives(scene: Scene) -> None:
    suite, lens, seller = scene.suite, scene.suite.market_lens, scene.seller
    fresh = lens.offers(seller, [0, 223, 224, 256, MOST])
    assert tuple(fresh.asks) == tuple(fresh.leases) == (0, 0, 0, True)
    assert (list(fresh.askLives), list(fresh.leaseLives)) == ([True, True, False, False, False],) * 2
    suite.market.cancel([0, 1, 3, 223], sender=seller)
    suite.lease_to_buy.cancelAll(sender=seller)
    suite.lease_to_buy.cancel([1 << 8], sender=seller)
    page = lens.offers(seller, [1, 2, 1 << 8, 1 << 8 | 1])
    assert tuple(page.asks) == (0, 1 | 2 | 8 | 1 << 223, 2, True)
    assert tuple(page.leases) == (1, 1, 1 << 8 | 1, True)
    assert (list(page.askLives), list(page.leaseLives)) == ([False, True, False, False], [False, False, False, True])
    assert list(page.askLives) == [suite.market.isNonceLive(seller, nonce) for nonce in (1, 2, 256, 257)]
    suite.market.cancel(list(range(224)), sender=seller)
    assert tuple(lens.offers(seller, []).asks) == (0, 2**224 - 1, MOST, True)
    assert len(lens.offers(seller, [0] * 101).askLives) == lens.MAX_NONCES_PER_PAGE()


# ----------------------------------------------------------------------------------------------------------- purses


@pytest.mark.parametrize("seed", range(3))
def test_purse__random_life__says_what_happens(
    scene: Scene, owner_b: str, attacker: str, as_dao: Any, seed: int
) -> None:
    """Funding, payees, invoices, limits: page and check agree with the contract after each step."""
    suite, dice, house = scene.suite, random.Random(seed), scene.house
    escrow, lens, seen = suite.house_escrow, suite.market_lens, Counter[str]()
    give_coins(suite, scene.buyer, 100_000 * WAD)
    suite.coin.approve(escrow.address, MOST, sender=scene.buyer)
    escrow.fund(house, 6_000 * WAD, 0, sender=scene.buyer)
    for payee in (owner_b, attacker):
        as_dao(escrow, "registerPayee", house, payee, payee == attacker)
    for _ in range(250):
        payee, number = dice.choice((owner_b, owner_b, attacker)), dice.randrange(60)
        amount = dice.choice((0, 1, 400 * WAD, 700 * WAD, 1_000 * WAD, 1_001 * WAD, 3_000 * WAD))
        limits = dice.choice(((1_000, 2_500), (1_000, 3_000), (0, 0), (6_000, 9_000)))
        acts: tuple[Callable[[], Any], ...] = (
            lambda: escrow.fund(house, dice.choice((1, 800 * WAD)), 1, sender=scene.buyer),
            lambda payee=payee: escrow.registerPayee(house, payee, dice.random() < 0.5, sender=scene.manager),
            lambda payee=payee: dice.random() < 0.3 and escrow.removePayee(house, payee, sender=scene.manager),
            lambda limits=limits: as_dao(escrow, "setLimits", house, *(limit * WAD for limit in limits)),
            lambda: suite.engine.advance(dice.choice((DAY, 8 * DAY, 31 * DAY))),
            lambda: escrow.sweepFees(house, sender=attacker),
        )
        pays = (
            lambda number=number, payee=payee, amount=amount: escrow.pay(
                house, payee, bytes(31) + bytes([number]), amount, sender=scene.manager
            ),
        )
        outcome(dice.choice(acts + pays * 9))
        caller = dice.choice((scene.manager,) * 6 + (attacker,))
        invoice = bytes(31) + bytes([dice.choice((0, dice.randrange(60), 70, 71))])
        page = lens.purse(house, payee, invoice)
        assert (page.complete, page.manager, page.wallet) == (True, scene.manager, payee)
        assert tuple(page.purse) == tuple(escrow.purseOf(house))
        assert (page.fees, page.vendorFeeBps) == (escrow.feesOf(house), escrow.rules().vendorFeeBps)
        assert (tuple(page.payee), page.invoicePaid) == (
            tuple(escrow.payeeOf(house, payee)),
            escrow.isPaid(house, invoice),
        )
        said = suite.lease_checks.invoiceCheck(caller, house, payee, invoice, amount)
        asked = (house, payee, invoice, amount)
        happens = outcome(lambda asked=asked, by=caller: escrow.pay.call(*asked, sender=by))
        assert said == happens, (named(said), named(happens))
        name = named(said)
        assert page.canBePaid or name != "passes"
        seen[name] += 1
    ends = ("passes", "NotManager", "MissingHash", "NothingPaid", "AlreadyPaid", "NotPayee", "AboveInvoiceLimit")
    assert all(seen[name] for name in ends), seen
    assert seen["AboveWindowLimit"] + seen["NotEnough"], seen


@pytest.mark.parametrize("vendor", [False, True])
@pytest.mark.parametrize("off", [-1, 0])
@pytest.mark.parametrize("way", ["frozen", "taken"])
def test_invoice_check__around_what_the_court_leaves_the_escrow__is_what_the_payment_says(
    scene: Scene, owner_b: str, court: str, court_order: Any, as_dao: Any, way: str, off: int, vendor: bool
) -> None:
    """A vendor's fee stays in the escrow: what leaves it has to be free, not what is paid for."""
    suite, house, coin, escrow = scene.suite, scene.house, scene.suite.coin, scene.suite.house_escrow
    amount, invoice = 900 * WAD, bytes(31) + b"\1"
    coin.approve(escrow.address, MOST, sender=scene.buyer)
    escrow.fund(house, 2_000 * WAD, 0, sender=scene.buyer)
    as_dao(escrow, "registerPayee", house, owner_b, vendor)
    leaves = amount - (amount * escrow.rules().vendorFeeBps // 10_000 if vendor else 0)
    if way == "frozen":
        coin.setFrozenTokens(escrow.address, 2_000 * WAD - leaves - off, sender=court)
    else:
        court_order(coin, "forcedTransfer", escrow.address, scene.buyer, 2_000 * WAD - leaves - off)
    said = suite.lease_checks.invoiceCheck(scene.manager, house, owner_b, invoice, amount)
    assert said == outcome(lambda: escrow.pay.call(house, owner_b, invoice, amount, sender=scene.manager))
    error = "ERC7943InsufficientUnfrozenBalance" if way == "frozen" else "ERC20InsufficientBalance"
    assert (decode_revert(said, "HomeDollar").name == error) if off else said == b""


# --------------------------------------------------------------------------------------------------- never reverts


@pytest.mark.parametrize("number", [0, 1, 2**32, 2**40, 2**64, 2**128, 2**255, MOST])
def test_lens__anything__never_reverts(scene: Scene, number: int) -> None:
    suite, lens, checks, buyer = scene.suite, scene.suite.market_lens, scene.suite.market_checks, scene.buyer
    for page in (
        lens.lease(number),
        lens.leaseOfShare(number),
        lens.leases(number, number),
        lens.offers(buyer, [number]),
        lens.share(number, buyer),
        lens.share(number, ZERO_ADDRESS),
        lens.listings(number, buyer, number, number),
        lens.leasesOfHouse(number, number, number),
    ):
        assert page.complete or number >= 2**248, page
    lens.purse(number, buyer, number.to_bytes(32, "big"))
    ask = sales.Ask(
        buyer, number, number % 2**96, ZERO_ADDRESS, bytes(32), bytes(32), number % 2**40, number % 2**24, 255, number
    )
    for proof in (b"", b"\1", b"\1" * 65, b"\1" * 5_000):
        for payments in ([], [(number % 256, number % 2**128)], [(0, 1)] * 9):
            assert checks.takeCheck(buyer, ask.struct, proof, payments).refusal
            assert checks.buyCheck(buyer, ask.struct, proof, payments, number).refusal
    assert lens.sale(ask.struct).sale.buyer == ZERO_ADDRESS
    assert (
        named(checks.settleCheck(ask.struct).refusal) == named(checks.refundCheck(buyer, ask.struct, buyer)) == "NoSale"
    )
    leases = suite.lease_checks
    terms = (buyer, number, buyer, number, number % 2**16, 1, 1, 0, number, bytes(32), number % 2**40, number)
    assert leases.signCheck(buyer, terms, b"")
    assert named(leases.leaseBuyCheck(buyer, number, number).refusal) == "NoLease"
    assert leases.invoiceCheck(buyer, number, buyer, bytes(32), number)


def test_constructors__without_code__refused(suite: Any, scene: Scene) -> None:
    nobody = scene.buyer
    for name, args in (
        ("MarketLens", (nobody, suite.lease_checks)),
        ("MarketLens", (suite.market_checks, nobody)),
        ("MarketChecks", (nobody, suite.loan_checks)),
        ("MarketChecks", (suite.market, nobody)),
        ("LeaseChecks", (nobody, suite.lease_to_buy, suite.house_escrow)),
        ("LeaseChecks", (suite.market, nobody, suite.house_escrow)),
        ("LeaseChecks", (suite.market, suite.lease_to_buy, nobody)),
    ):
        with pytest.raises(Revert) as refused:
            suite.engine.deploy(name, *args, sender=scene.seller)
        explained = decode_revert(refused.value.data, name)
        assert (explained.name, explained.values) == ("MissingCode", (nobody,))
