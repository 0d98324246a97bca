"""Buying at once: what moves, what is said, and every reason to refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from market_scene import DAY, DOCUMENTS, FEE, PRICE, WAD, Scene, changed, refused

from commonhold.recipe import market as sales
from commonhold.recipe.market import COIN_PLACE


def test_take__everything_given__title_and_money_change_hands(scene: Scene) -> None:
    suite, seller, buyer = scene.suite, scene.seller, scene.buyer
    ask = scene.ready()
    before = scene.money(seller, buyer)
    receipt = scene.take(ask)
    after = scene.money(seller, buyer)
    assert scene.owner() == buyer
    assert after[buyer][0] == before[buyer][0] - PRICE
    assert after[seller][0] == before[seller][0] + PRICE - FEE
    assert scene.market.feesOf(scene.house) == FEE
    scene.check()
    sold = receipt.event("Sold")
    assert sold.args == {
        "shareId": scene.share,
        "seller": seller,
        "buyer": buyer,
        "askHash": scene.market.askHashOf(ask.struct),
        "documentsHash": DOCUMENTS,
        "priceUsd": PRICE,
        "fee": FEE,
        "debt": 0,
    }
    paper = suite.certificate.certificateOf(scene.share)
    assert (paper.priceUsd, paper.currency, paper.acquiredAt) == (PRICE, suite.coin.address, receipt.timestamp)
    told = receipt.event("SaleReported")
    assert (told["reporter"], told["priceUsd"], told["armsLength"]) == (suite.market.address, PRICE, True)


def test_take__seller_who_let_the_market_move_this_share_alone(scene: Scene) -> None:
    certificate = scene.suite.certificate
    certificate.setApprovalForAll(scene.market, False, sender=scene.seller)
    unmovable = scene.ready()
    refused(lambda: scene.take(unmovable), "ERC721InsufficientApproval", scene.market.address, scene.share)
    certificate.approve(scene.market, scene.share, sender=scene.seller)
    scene.take(scene.ready())
    assert scene.owner() == scene.buyer
    assert certificate.getApproved(scene.share) == "0x" + 40 * "0"


def test_take__primary_sale__by_the_holding_entity_is_not_at_arms_length(
    scene: Scene, holding_entity: str, tokenized_house: Callable[..., int]
) -> None:
    house = tokenized_house(to=holding_entity)
    sales.offer_through_market(scene.suite, holding_entity)
    ask = scene.ready(seller=holding_entity, share_id=house * 256 + 3)
    assert scene.take(ask).event("SaleReported")["armsLength"] is False
    assert scene.suite.certificate.ownerOf(house * 256 + 3) == scene.buyer


def test_take__twice__the_share_is_another(scene: Scene) -> None:
    ask = scene.ready()
    signature = sales.sign_ask(scene.suite, ask)
    scene.take(ask, signature=signature)
    assert scene.market.isNonceLive(scene.seller, ask.nonce), "taking writes no nonce"
    refused(lambda: scene.take(ask, signature=signature), "NotShareOwner", scene.share, scene.seller, scene.buyer)


def test_take__twice__not_even_when_the_share_comes_back(scene: Scene) -> None:
    """The seller owns it again, nothing was cancelled: the move number has gone on."""
    suite = scene.suite
    ask = scene.ready()
    scene.take(ask)
    sales.offer_through_market(suite, scene.buyer)
    scene.give(scene.seller)
    back = sales.make_ask(suite, scene.buyer, scene.share, PRICE, documents_hash=DOCUMENTS)
    scene.approve(back, scene.seller)
    scene.take(back, scene.seller)
    assert scene.owner() == scene.seller
    now = suite.certificate.getStateFingerprint(scene.share)
    refused(lambda: scene.take(ask), "FingerprintChanged", scene.share, ask.fingerprint, now)


def test_take__own_share__refused(scene: Scene) -> None:
    """A move to oneself counts no move, so the ask would live on."""
    ask = scene.ask(documents_hash=DOCUMENTS)
    scene.approve(ask, scene.seller)
    scene.give(scene.seller)
    refused(lambda: scene.take(ask, scene.seller), "OwnShare", scene.share, scene.seller)
    refused(lambda: scene.buy(ask, scene.seller), "OwnShare", scene.share, scene.seller)


def test_take__no_documents__refused(scene: Scene) -> None:
    ask = scene.ask()
    scene.approve(ask)
    refused(lambda: scene.take(ask), "MissingDocuments", scene.market.askHashOf(ask.struct))


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_take__expiry__last_second_counts(scene: Scene, late: int) -> None:
    expires_at = scene.suite.engine.now() + DAY
    ask = scene.ready(expires_at=expires_at)
    scene.at(expires_at + late)
    if late > 0:
        refused(lambda: scene.take(ask), "AskExpired", expires_at, expires_at + 1)
    else:
        scene.take(ask)


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_take__approval__last_second_counts(scene: Scene, late: int) -> None:
    until = scene.suite.engine.now() + DAY
    ask = scene.ask(documents_hash=DOCUMENTS)
    scene.approve(ask, until=until)
    scene.at(until + late)
    if late > 0:
        name = sales.sale_hash(scene.suite, ask, scene.buyer)
        refused(lambda: scene.take(ask), "SaleNotApproved", scene.share, name, scene.manager, until)
    else:
        scene.take(ask)


def test_take__approval_withdrawn_or_another_buyers__refused(scene: Scene, owner_b: str, credential: Any) -> None:
    ask = scene.ready()
    name = sales.sale_hash(scene.suite, ask, scene.buyer)
    scene.approve(ask, until=0)
    assert tuple(scene.market.approvalOf(scene.house, name)) == ("0x" + "00" * 20, 0)
    refused(lambda: scene.take(ask), "SaleNotApproved", scene.share, name, "0x" + "00" * 20, 0)
    scene.approve(ask)
    credential(owner_b)
    scene.give(owner_b)
    refused(lambda: scene.take(ask, owner_b), "SaleNotApproved")
    scene.take(ask)


def test_approve__another_houses_manager__means_nothing(
    scene: Scene, owner_b: str, attacker: str, tokenized_house: Callable[..., int]
) -> None:
    """He may approve what he likes, of his own house: the approval of this share's sale stays missing."""
    ask = scene.ask(documents_hash=DOCUMENTS)
    name, until = sales.sale_hash(scene.suite, ask, scene.buyer), scene.suite.engine.now() + DAY
    approve = scene.market.approveSale
    refused(
        lambda: approve(scene.share, name, until, sender=attacker), "NotManager", attacker, scene.house, scene.manager
    )
    other = tokenized_house(to=owner_b, manager=attacker)
    approve(other * 256 + 1, name, until, sender=attacker)
    refused(lambda: scene.take(ask), "SaleNotApproved")


def test_approve__leaving_manager__can_not_bind_his_successor(scene: Scene, attacker: str, registrar: str) -> None:
    """All of a fingerprint can be known beforehand, the next manager's too. What counts is who approves now."""
    suite = scene.suite
    with suite.engine.rollback():
        suite.registry.setManager(scene.house, attacker, sender=registrar)
        ask = scene.ask(documents_hash=DOCUMENTS)
    scene.approve(ask)
    suite.registry.setManager(scene.house, attacker, sender=registrar)
    assert suite.certificate.getStateFingerprint(scene.share) == ask.fingerprint
    refused(lambda: scene.take(ask), "SaleNotApproved")
    sales.approve_sale(suite, ask, scene.buyer, manager=attacker)
    scene.take(ask)


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_approve__in_the_past__refused(scene: Scene, late: int) -> None:
    ask = scene.ask()
    until = scene.suite.engine.now() + 100
    scene.at(until + late)
    if late > 0:
        refused(lambda: scene.approve(ask, until=until), "ApprovalInPast", until, until + 1)
    else:
        assert scene.approve(ask, until=until).event("SaleApproved")["until"] == until


@pytest.mark.parametrize("short", [-1, 0, 1])
def test_take__payment__short_by_a_wei_is_short(scene: Scene, short: int) -> None:
    ask = scene.ready()
    payments = sales.in_coin(PRICE - short)
    before = scene.money(scene.buyer)[scene.buyer][0]
    if short > 0:
        refused(lambda: scene.take(ask, payments=payments), "PaymentShort", short)
    else:
        scene.take(ask, payments=payments)
        assert before - scene.money(scene.buyer)[scene.buyer][0] == PRICE, "never more than the price"


@pytest.mark.parametrize("short", [-1, 0, 1])
def test_take__fee__has_to_come_out_of_the_coins(scene: Scene, short: int) -> None:
    ask = scene.ready()
    payments = [(COIN_PLACE, FEE - short), (sales.RESERVE_PLACE, 10**12)]
    if short > 0:
        refused(lambda: scene.take(ask, payments=payments), "FeeNeedsCoin", FEE, FEE - 1)
    else:
        scene.take(ask, payments=payments)
        assert scene.market.feesOf(scene.house) == FEE


def test_fee__odd_price__is_rounded_up(scene: Scene) -> None:
    price = PRICE + 1
    assert scene.market.feeOf(price) == FEE + 1
    scene.take(scene.ready(price))
    assert scene.market.feesOf(scene.house) == FEE + 1
    scene.check()


def test_sweep__fees__reach_the_splitter(scene: Scene) -> None:
    scene.take(scene.ready())
    paid = scene.market.sweepFees(scene.house, sender=scene.suite.deployer).event("FeePaid")
    assert (paid["propertyId"], paid["kind"], paid["amount"]) == (scene.house, 2, FEE)
    scene.check()
    refused(lambda: scene.market.sweepFees(scene.house, sender=scene.suite.deployer), "NoFee")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"price_usd": 0}, "MissingPrice"),
        ({"settle_period": DAY - 1}, "SettlePeriodOutOfRange"),
        ({"settle_period": 90 * DAY + 1}, "SettlePeriodOutOfRange"),
    ],
)
def test_ask__without_sense__refused_everywhere(scene: Scene, fields: dict[str, Any], error: str) -> None:
    ask = changed(scene.ready(), **fields)
    refused(lambda: scene.take(ask), error)
    refused(lambda: scene.buy(ask), error)
    listed = changed(scene.ask(listed=True), **fields)
    refused(lambda: sales.list_ask(scene.suite, listed), error)


@pytest.mark.parametrize("period", [DAY, 90 * DAY])
def test_ask__settle_period__at_its_bounds(scene: Scene, period: int) -> None:
    ask = scene.bought(settle_period=period)
    assert scene.page(ask).deadline == scene.suite.engine.now() + period


def test_ask__for_one_buyer__nobody_else(scene: Scene, owner_b: str, credential: Any) -> None:
    credential(owner_b)
    scene.give(owner_b)
    ask = scene.ask(buyer=scene.buyer, documents_hash=DOCUMENTS)
    scene.approve(ask, owner_b)
    refused(lambda: scene.take(ask, owner_b), "NotBuyer", owner_b, scene.buyer)
    refused(lambda: scene.buy(ask, owner_b), "NotBuyer", owner_b, scene.buyer)
    scene.approve(ask)
    scene.take(ask)


def test_take__buyer_without_credential__refused(scene: Scene, attacker: str) -> None:
    """L7."""
    scene.give(attacker)
    ask = scene.ask(documents_hash=DOCUMENTS)
    scene.approve(ask, attacker)
    refused(lambda: scene.take(ask, attacker), "ERC7943CannotReceive", attacker)
    refused(lambda: scene.buy(ask, attacker), "InvalidCredential", attacker)
    scene.check()


def test_take__market_not_approved_by_the_seller__refused(scene: Scene) -> None:
    scene.suite.certificate.setApprovalForAll(scene.market, False, sender=scene.seller)
    ask = scene.ready()
    refused(lambda: scene.take(ask), "ERC721InsufficientApproval", scene.market.address, scene.share)


def test_take__share_approved_alone__is_enough(scene: Scene) -> None:
    certificate = scene.suite.certificate
    certificate.setApprovalForAll(scene.market, False, sender=scene.seller)
    certificate.approve(scene.market, scene.share, sender=scene.seller)
    scene.take(scene.ready())
    assert scene.owner() == scene.buyer


def test_take__no_such_share__refused(scene: Scene) -> None:
    """T65: a ninth share of eight."""
    ninth = scene.house * 256 + 9
    ask = scene.ready(share_id=ninth)
    refused(lambda: scene.take(ask), "NotShareOwner", ninth, scene.seller, "0x" + "00" * 20)
    refused(lambda: scene.buy(ask), "NotShareOwner", ninth, scene.seller, "0x" + "00" * 20)


def test_take__another_owners_share__refused(scene: Scene, owner_b: str) -> None:
    ask = scene.ready(seller=owner_b)
    refused(lambda: scene.take(ask), "NotShareOwner", scene.share, owner_b, scene.seller)
    refused(lambda: scene.buy(ask), "NotShareOwner", scene.share, owner_b, scene.seller)


def test_take__seller_was_replaced__his_old_word_is_void(scene: Scene, attacker: str, recover: Any) -> None:
    ask = scene.ready()
    recover(scene.seller, attacker)
    assert scene.owner() == scene.seller, "the share has not followed yet"
    refused(lambda: scene.take(ask), "WalletReplaced", scene.seller, attacker)
    refused(lambda: scene.buy(ask), "WalletReplaced", scene.seller, attacker)


def test_take__coins_frozen__refused(scene: Scene, court: str) -> None:
    suite = scene.suite
    ask = scene.ready()
    suite.coin.setFrozenTokens(scene.buyer, 80_000 * WAD, sender=court)
    refused(lambda: scene.take(ask), "ERC7943InsufficientUnfrozenBalance")
    refused(lambda: scene.buy(ask), "ERC7943InsufficientUnfrozenBalance")
