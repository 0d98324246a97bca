"""T21, T23 and T65 where shares are sold, leased, and houses have their purses: what happened to others, replayed here.

The oracle's, the valuation's and the registry's sides are in tests/chain/disasters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lease_stage import RENT, LeaseStage
from market_scene import DOCUMENTS, PRICE, UNLIMITED, WAD, Scene, changed, refused

from commonhold.recipe import market as sales
from commonhold.recipe.buying import give_coins
from commonhold.recipe.leasing import approve_lease, lease_terms, sign_terms
from commonhold.recipe.lending import Application, approve_loan, request_loan

HOUSE_USD = 320_000 * WAD
SHARE_USD = 40_000 * WAD
CLAIM = 64_000 * WAD
PLENTY = 10**9 * WAD
ZERO = "0x" + "00" * 20


def values(scene: Scene, house: int | None = None) -> tuple[int, int]:
    """Of a house: what it is worth, and what for new loans."""
    views, which = scene.suite.valuation, scene.house if house is None else house
    return views.valueOf(which).valueUsd, views.lendingValueOf(which).valueUsd


def sell(scene: Scene, seller: str, buyer: str, price_usd: int, way: str = "take", number: int = 0) -> None:
    """The first share, for whatever they agree on."""
    give_coins(scene.suite, buyer, price_usd)
    sales.pay_through_market(scene.suite, buyer)
    sales.offer_through_market(scene.suite, seller)
    ask = scene.ask(price_usd, seller=seller, documents_hash=DOCUMENTS, number=number)
    scene.approve(ask, buyer)
    if way == "take":
        scene.take(ask, buyer)
    else:
        scene.buy(ask, buyer)
        scene.settle(ask)


# ----------------------------------------------------------------------------------------------------------- T21: wash


@pytest.mark.parametrize("way", ["take", "settle"])
@pytest.mark.parametrize("times", [2, 10, 1_000])
def test_t21__wash_sale_between_two_persons__lifts_nothing(valued: Scene, way: str, times: int) -> None:
    """Two real credentials pay each other any price: what new loans go by is bounded by the nodes all the same."""
    before = values(valued)
    sell(valued, valued.seller, valued.buyer, times * SHARE_USD // 100, way)
    whole, lent = values(valued)
    assert whole == before[0]
    assert lent <= before[1]


def test_t21__wash_sale__there_and_back__a_cheap_one_is_not_made_good_by_a_dear_one_of_the_same_person(
    valued: Scene, owner_b: str, recover: Any, appraise: Any
) -> None:
    """Down by a sale to a friend; up again it would have to be sold at arm's length, and to oneself is none."""
    suite = valued.suite
    sell(valued, valued.seller, valued.buyer, 20_000 * WAD)
    cap = 20_000 * WAD * 8 * 11 // 10
    assert values(valued) == (HOUSE_USD, cap)
    recover(valued.buyer, owner_b)
    ask = valued.ask(SHARE_USD, seller=valued.buyer, documents_hash=DOCUMENTS)
    give_coins(suite, owner_b, SHARE_USD)
    sales.pay_through_market(suite, owner_b)
    valued.approve(ask, owner_b)
    refused(lambda: valued.take(ask, owner_b), "WalletReplaced", valued.buyer, owner_b)
    suite.certificate.completeRecovery(valued.buyer, [valued.share], sender=owner_b)
    appraise(valued.house, HOUSE_USD)
    assert values(valued)[1] == cap


def test_t21__neighbours_share_sold_cheap__puts_no_loan_under_notice(
    valued: Scene, active_loan: Callable[..., int]
) -> None:
    """A dollar for the first share: new loans on the house have to wait; a good loan on another share has not."""
    suite = valued.suite
    loan_id = active_loan(valued.seller, share_id=valued.share + 1)
    sell(valued, valued.seller, valued.buyer, WAD)
    assert values(valued) == (HOUSE_USD, 8 * WAD * 11 // 10)
    refused(lambda: suite.book.giveNotice(loan_id, sender=valued.buyer), "NoticeNotDue")
    sold = valued.ask(share_id=valued.share + 2, number=3)
    asked = request_loan(suite, valued.buyer, Application(valued.share + 2, 18_000 * WAD, price_usd=PRICE))
    approve_loan(suite, asked)
    valued.buy(sold, loan_id=asked.loan_id)
    valued.complete(sold)
    refused(lambda: valued.settle(sold), "LoanToValueTooHigh")
    assert suite.certificate.ownerOf(valued.share + 2) == valued.seller
    valued.check(sold)


def test_t21__financed_wash_sale__borrows_on_the_lower_of_price_and_value(valued: Scene) -> None:
    """Buyer and seller together name twice the value: the loan is measured by the value."""
    suite, price = valued.suite, 2 * SHARE_USD
    most = SHARE_USD * 60 // 100
    asked = request_loan(suite, valued.buyer, Application(valued.share, most + WAD, price_usd=price))
    approve_loan(suite, asked)
    ask = valued.ask(price)
    valued.buy(ask, payments=sales.in_coin(price), loan_id=asked.loan_id)
    valued.complete(ask)
    refused(lambda: valued.settle(ask), "LoanToValueTooHigh", most + WAD, most)
    assert valued.owner() == valued.seller
    valued.check(ask)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"A" * 10 + b"1" * 22, b"A" * 10 + b"2" * 22),
        (b"A" * 32, b"B" * 32),
        (b"\0" * 31 + b"1", b"\0" * 31 + b"2"),
        (b"\0" * 31 + b"1", b"A" * 32),
    ],
    ids=["alike in their first bytes", "all other", "zeros first", "one with zeros first"],
)
def test_t21__owner_ids__alike_or_not__tell_who_is_a_stranger(
    suite: Any, credential: Any, owner_b: str, attacker: str, holding_entity: str, one: bytes, other: bytes
) -> None:
    """Whoever chooses ids that begin alike makes nobody the same person, nor himself another."""
    credential(owner_b, owner_id=one)
    credential(attacker, owner_id=other)
    told = suite.credentials.areStrangers
    assert told(owner_b, attacker, holding_entity) == told(attacker, owner_b, holding_entity) is True
    assert not told(owner_b, owner_b, holding_entity)
    assert not told(owner_b, attacker, owner_b)
    assert not told(owner_b, attacker, attacker)
    assert not told(owner_b, holding_entity, ZERO)


# ------------------------------------------------------------------------------------------------ T23: a claim appears


def test_t23__claim_found_while_sales_wait__ends_all_of_that_house_and_none_of_another(
    valued: Scene, tokenized_house: Callable[..., int], registrar: str
) -> None:
    suite = valued.suite
    other = tokenized_house(to=valued.seller)
    shares = [valued.share, valued.share + 7, other * 256 + 1]
    asks = [valued.ask(WAD, share_id=share, number=number) for number, share in enumerate(shares)]
    for ask in asks:
        valued.buy(ask)
        valued.complete(ask)
    receipt = suite.registry.reportSeniorClaim(valued.house, CLAIM, b"mortgage".ljust(32), sender=registrar)
    assert [event.name for event in receipt.events] == ["SeniorClaimReported", "BatchMetadataUpdate"]
    for ask in asks[:2]:
        refused(lambda ask=ask: valued.settle(ask), "FingerprintChanged")
        valued.refund(ask)
    valued.settle(asks[2])
    assert suite.certificate.ownerOf(shares[2]) == valued.buyer


def test_t23__claim_known_and_agreed__sells_but_nothing_is_lent_on_it(valued: Scene, registrar: str) -> None:
    """An ask signed after the report names it; a purchase with a loan can't settle, and its money comes back."""
    suite = valued.suite
    asked = request_loan(suite, valued.buyer, Application(valued.share, 1_000 * WAD, price_usd=PRICE))
    approve_loan(suite, asked)
    suite.registry.reportSeniorClaim(valued.house, 1, b"tax".ljust(32), sender=registrar)
    financed = valued.ask()
    valued.buy(financed, loan_id=asked.loan_id)
    valued.complete(financed)
    refused(lambda: valued.settle(financed), "SeniorClaim", valued.house, 1)
    valued.check(financed)
    valued.take(valued.ready(number=1))
    assert valued.owner() == valued.buyer
    valued.refund(financed)
    valued.check()


@pytest.mark.parametrize("fixed", [False, True], ids=["current price", "fixed price"])
def test_t23__claim_found_during_a_lease__lowers_the_current_price_at_once_and_no_agreed_one(
    let: Callable[..., LeaseStage], registrar: str, fixed: bool
) -> None:
    stage = let(price_usd=SHARE_USD if fixed else 0)
    suite = stage.suite
    stage.give(SHARE_USD)
    suite.registry.reportSeniorClaim(stage.share >> 8, CLAIM, b"mortgage".ljust(32), sender=registrar)
    receipt = stage.act("buy", PLENTY)
    expected = SHARE_USD if fixed else SHARE_USD - CLAIM // 8
    assert receipt.event("LeaseBought")["priceUsd"] == expected
    assert stage.sold


def test_t23__claim_found_between_offer_and_signing__no_lease(let: Callable[..., LeaseStage], registrar: str) -> None:
    stage = let()
    suite, other = stage.suite, stage.share + 1
    terms = lease_terms(suite, other, stage.lessee, rent=RENT, price_usd=SHARE_USD)
    approve_lease(suite, terms)
    suite.registry.reportSeniorClaim(stage.share >> 8, CLAIM, b"mortgage".ljust(32), sender=registrar)
    actual = suite.certificate.getStateFingerprint(other)
    signature = sign_terms(suite, terms)
    refused(
        lambda: stage.lease.sign(terms.values, signature, sender=stage.lessee),
        "ShareChanged", other, terms.fingerprint, actual,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------- T65: identity of the house


@pytest.mark.parametrize("number", [0, 9, 255])
def test_t65__ninth_share_of_eight__can_neither_be_asked_for_nor_leased(scene: Scene, number: int) -> None:
    suite, ghost = scene.suite, scene.house * 256 + number
    ask = changed(scene.ask(documents_hash=DOCUMENTS), share_id=ghost)
    ask = changed(ask, fingerprint=suite.certificate.getStateFingerprint(ghost))
    for pay in (scene.take, scene.buy):
        scene.approve(ask)
        refused(lambda pay=pay: pay(ask), "NotShareOwner", ghost, scene.seller, ZERO)
    listed = changed(ask, nonce=scene.market.listingNonce(ghost))
    refused(lambda: sales.list_ask(suite, listed), "NotShareOwner", ghost, scene.seller, ZERO)
    terms = lease_terms(suite, scene.share, scene.buyer, rent=RENT, price_usd=PRICE)
    terms = changed(terms, shareId=ghost, fingerprint=ask.fingerprint)
    approve_lease(suite, terms)
    signature = sign_terms(suite, terms)
    refused(
        lambda: suite.lease_to_buy.sign(terms.values, signature, sender=scene.buyer), "ERC721NonexistentToken", ghost
    )


def test_t65__share_of_no_house_or_of_one_without_certificates__is_nothing(
    scene: Scene, register_house: Callable[..., int]
) -> None:
    suite = scene.suite
    for house in (register_house(), 77, 2**200):
        share = house * 256 + 1
        ask = changed(scene.ask(documents_hash=DOCUMENTS), share_id=share)
        ask = changed(ask, fingerprint=suite.certificate.getStateFingerprint(share))
        refused(lambda ask=ask: scene.buy(ask), "NotShareOwner")


def test_t65__house_by_another_spelling__has_no_second_shares_and_no_second_purse(
    scene: Scene, tokenized_house: Callable[..., int], register_house: Callable[..., int]
) -> None:
    suite = scene.suite
    house = tokenized_house(parcel="12-34", to=scene.seller)
    for spelling in ("012-34", "12 34", "#12-34"):
        refused(
            lambda spelling=spelling: register_house(parcel=spelling), "AlreadyRegistered", "parcel", spelling, house
        )
    for unknown in (0, house + 1, 2**256 - 1):
        refused(lambda unknown=unknown: suite.house_escrow.fund(unknown, 1, 0, sender=scene.buyer), "UnknownHouse")
    suite.coin.approve(suite.house_escrow, UNLIMITED, sender=scene.buyer)
    suite.house_escrow.fund(house, 7, 0, sender=scene.buyer)
    assert suite.house_escrow.purseOf(house).balance == 7


def test_t65__manager_of_another_house__approves_no_sale_lease_or_invoice_here(
    scene: Scene, attacker: str, tokenized_house: Callable[..., int]
) -> None:
    """Not even by naming a share of his own beside the hash of one that is not."""
    suite = scene.suite
    own = tokenized_house(manager=attacker) * 256 + 1
    ask = scene.ask(documents_hash=DOCUMENTS)
    name = sales.sale_hash(suite, ask, scene.buyer)
    scene.market.approveSale(own, name, 2**39, sender=attacker)
    refused(lambda: scene.take(ask), "SaleNotApproved", scene.share, name, ZERO, 0)
    terms = lease_terms(suite, scene.share, scene.buyer, rent=RENT, price_usd=PRICE)
    suite.lease_to_buy.approveLease(own, suite.lease_to_buy.hashOf(terms.values), 2**39, sender=attacker)
    signature = sign_terms(suite, terms)
    refused(lambda: suite.lease_to_buy.sign(terms.values, signature, sender=scene.buyer), "NotApproved")
    refused(
        lambda: suite.house_escrow.pay(scene.house, attacker, b"i" * 32, 1, sender=attacker),
        "NotManager", attacker, scene.house, scene.manager,
    )  # fmt: skip


def test_t65__house_in_twelve__every_share_sold_at_an_odd_price__fees_are_exact(
    scene: Scene, tokenized_house: Callable[..., int]
) -> None:
    house, price = tokenized_house(12, to=scene.seller), 100 * WAD // 12
    for number in range(1, 13):
        scene.take(scene.ready(price, share_id=house * 256 + number, number=number))
    assert scene.market.feesOf(house) == 12 * -(-price // 100)
    scene.market.sweepFees(house, sender=scene.buyer)
    scene.check()
    assert scene.market.feesOf(house) == 0
