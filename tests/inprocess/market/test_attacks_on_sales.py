"""What an adversary tries with a sale that waits: as seller, buyer, manager, mediator, court, lender or thief.

Each attempt ends with the market holding exactly the parts of open sales and its fees (`check`), and with title and
money either both moved or both where they were.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from market_scene import DAY, DOCUMENTS, FEE, PRICE, UNLIMITED, WAD, Scene, refused

from commonhold.recipe import market as sales
from commonhold.recipe.buying import give_coins, keep_price_valid
from commonhold.recipe.leasing import lease_terms, sign_lease
from commonhold.recipe.lending import Application, LoanStage, approve_loan, open_loan, request_loan
from commonhold.recipe.market import Outcome

LATER = 2**39
ZERO = "0x" + "00" * 20
MEDIATOR = 5
"""Roles.MEDIATOR."""


# ------------------------------------------------------------------------------------ what a fingerprint does not bind


def test_fingerprint__claim_exchanged_for_another_of_the_same_sum__or_house_delisted__binds_nobody(
    scene: Scene, registrar: str
) -> None:
    """It names how much is claimed and by how many, not by whom; and a house without a listing can still be sold."""
    registry = scene.suite.registry
    registry.reportSeniorClaim(scene.house, 10**18, b"tax".ljust(32), sender=registrar)
    ask = scene.ready()
    registry.clearSeniorClaim(scene.house, b"tax".ljust(32), sender=registrar)
    with scene.suite.engine.rollback():
        refused(lambda: scene.take(ask), "FingerprintChanged")
    registry.reportSeniorClaim(scene.house, 10**18, b"mortgage".ljust(32), sender=registrar)
    registry.delist(scene.house, sender=registrar)
    scene.take(ask)
    assert scene.owner() == scene.buyer


def test_fingerprint__use_that_expires_meanwhile__ends_the_offer_without_anybodys_call(scene: Scene) -> None:
    suite = scene.suite
    until = suite.engine.now() + 10 * DAY
    suite.certificate.setUser(scene.share, suite.deployer, until, sender=scene.seller)
    ask = scene.bought()
    scene.complete(ask)
    with suite.engine.rollback():
        scene.at(until)
        scene.settle(ask)
    scene.at(until + 1)
    refused(lambda: scene.settle(ask), "FingerprintChanged")
    scene.refund(ask)
    scene.check()


@pytest.mark.parametrize("moves", [0, 2])
def test_fingerprint__permission_that_comes_and_goes__opens_the_refund_only_while_it_lasts(
    scene: Scene, owner_b: str, credential: Any, approve_move: Any, attacker: str, moves: int
) -> None:
    """The manager permits a move for a day: in it anybody may send the buyer his money back, after it nobody. The same
    of a share that never moved and of one that did."""
    suite = scene.suite
    credential(owner_b)
    for owner, to in [(scene.seller, owner_b), (owner_b, scene.seller)][:moves]:
        approve_move(scene.share, to)
        suite.certificate.transferFrom(owner, to, scene.share, sender=owner)
    ask = scene.bought()
    until = suite.engine.now() + DAY
    approve_move(scene.share, owner_b, deadline=until)
    with suite.engine.rollback():
        scene.at(until)
        scene.refund(ask, sender=attacker)
    scene.at(until + 1)
    refused(lambda: scene.refund(ask, sender=attacker), "NotRefundable")
    scene.complete(ask)
    scene.settle(ask)
    scene.check()


def test_fingerprint__coin_frozen_value_and_stopped_feeds__bind_nobody(scene: Scene, guardian: str, court: str) -> None:
    """What is not the share does not end an offer: its value's freeze, its owner's frozen coins."""
    ask = scene.ready()
    scene.suite.valuation.freeze(scene.house, sender=guardian)
    scene.suite.coin.setFrozenTokens(scene.seller, UNLIMITED, sender=court)
    scene.take(ask)
    assert scene.owner() == scene.buyer


# ------------------------------------------------------------------------------------------- approvals, votes, managers


def test_approval__of_a_manager_who_left_and_came_back__counts_while_he_is_the_manager(
    scene: Scene, owner_b: str, registrar: str
) -> None:
    ask = scene.ready()
    with scene.suite.engine.rollback():
        scene.suite.registry.setManager(scene.house, owner_b, sender=registrar)
        refused(lambda: scene.take(ask), "FingerprintChanged")
    for manager in (owner_b, scene.manager):
        scene.suite.registry.setManager(scene.house, manager, sender=registrar)
    scene.take(ask)
    assert scene.owner() == scene.buyer


def test_approval__used_by_a_purchase_that_waits__is_not_there_for_its_twin(scene: Scene) -> None:
    """Two asks alike but for their number: an approval of one is none of the other, nor of it a second time."""
    first, second = scene.ask(number=1), scene.ask(number=2, share_id=scene.share)
    scene.approve(first)
    for ask in (first, second):
        scene.buy(ask)
        sales.attest(scene.suite, ask, DOCUMENTS, scene.seller, scene.buyer)
    refused(lambda: scene.settle(second), "SaleNotApproved")
    scene.settle(first)
    scene.refund(second)
    scene.check()


def test_mediator_and_seller__release__without_the_manager_nothing_moves(scene: Scene, mediator: str) -> None:
    """Colluding, they replace the documents, not the approval; the buyer is free after the deadline."""
    ask = scene.bought()
    scene.market.dispute(ask.struct, sender=scene.seller)
    for voter in (scene.seller, mediator):
        scene.market.resolve(ask.struct, Outcome.RELEASE, sender=voter)
    refused(lambda: scene.settle(ask), "SaleNotApproved")
    scene.suite.engine.advance(61 * DAY)
    scene.refund(ask)
    scene.check()


def test_mediator_and_buyer__refund__keep_no_share(scene: Scene, mediator: str) -> None:
    """After the refund they decided, the seller's ask is used up: the buyer can't come back for it."""
    ask = scene.bought()
    scene.market.dispute(ask.struct, sender=scene.buyer)
    for voter in (scene.buyer, mediator):
        scene.market.resolve(ask.struct, Outcome.REFUND, sender=voter)
    scene.refund(ask)
    refused(lambda: scene.buy(ask), "AskSpent")
    assert scene.owner() == scene.seller
    scene.check()


def test_mediator__dismissed_after_his_vote__another_one_overrules_it(scene: Scene, mediator: str, as_dao: Any) -> None:
    suite, market, other = scene.suite, scene.market, scene.suite.engine.accounts[18]
    ask = scene.bought()
    market.dispute(ask.struct, sender=scene.buyer)
    market.resolve(ask.struct, Outcome.RELEASE, sender=mediator)
    as_dao(suite.hub, "revokeRole", MEDIATOR, mediator)
    as_dao(suite.hub, "grantRole", MEDIATOR, other, 0)
    refused(lambda: market.resolve(ask.struct, Outcome.REFUND, sender=mediator), "MissingRole", mediator, MEDIATOR)
    market.resolve(ask.struct, Outcome.REFUND, sender=other)
    assert scene.page(ask).mediatorVote == Outcome.REFUND


def test_dispute__in_the_last_second_of_a_complete_sale__delays_it_once_and_refunds_nobody_early(
    scene: Scene, mediator: str
) -> None:
    """A buyer who regrets stops the settlement, but needs a second voice, and seller and mediator release."""
    ask = scene.bought()
    scene.complete(ask)
    deadline = scene.page(ask).deadline
    scene.approve(ask, until=LATER)
    scene.at(deadline)
    scene.market.dispute(ask.struct, sender=scene.buyer)
    refused(lambda: scene.settle(ask), "NotReleased")
    scene.market.resolve(ask.struct, Outcome.REFUND, sender=scene.buyer)
    refused(lambda: scene.refund(ask), "NotRefundable")
    for voter in (scene.seller, mediator):
        scene.market.resolve(ask.struct, Outcome.RELEASE, sender=voter)
    scene.at(deadline + 30 * DAY)
    scene.settle(ask)
    assert scene.owner() == scene.buyer
    scene.check()


# -------------------------------------------------------------------------------------- purchases that can't come about


@pytest.mark.parametrize("obstacle", ["leased", "frozen", "market not allowed"])
def test_purchase__of_a_share_that_can_not_move__is_refused_before_money_is_locked(
    scene: Scene, court: str, owner_b: str, credential: Callable[..., bytes], obstacle: str
) -> None:
    """Its fingerprint says so from the beginning: a buyer's money would wait for nothing until the deadline."""
    suite, share = scene.suite, scene.share
    if obstacle == "leased":
        credential(owner_b)
        sign_lease(suite, lease_terms(suite, share, owner_b, rent=WAD, price_usd=PRICE))
        refusal = ("ShareLocked", share, ZERO, suite.lease_to_buy.address)
    elif obstacle == "frozen":
        suite.certificate.setFrozenTokens(scene.seller, share, True, sender=court)
        refusal = ("ERC7943InsufficientUnfrozenBalance", scene.seller, share)
    else:
        suite.certificate.setApprovalForAll(scene.market, False, sender=scene.seller)
        refusal = ("ERC721InsufficientApproval", scene.market.address, share)
    ask = scene.ask()
    before = scene.money(scene.seller, scene.buyer)
    refused(lambda: scene.buy(ask), *refusal)
    assert (scene.owner(), scene.money(scene.seller, scene.buyer)) == (scene.seller, before)
    scene.check()


def test_purchase__of_a_share_that_can_move_by_one_leave_or_under_a_loan__waits_as_ever(valued: Scene) -> None:
    suite = valued.suite
    suite.certificate.setApprovalForAll(valued.market, False, sender=valued.seller)
    suite.certificate.approve(valued.market, valued.share, sender=valued.seller)
    open_loan(suite, valued.seller, Application(valued.share, 10_000 * WAD))
    ask = valued.bought()
    valued.complete(ask)
    valued.settle(ask)
    assert valued.owner() == valued.buyer
    valued.check()


def test_seller__takes_his_leave_back_while_the_money_waits__the_buyer_gets_it_by_two_of_three(
    scene: Scene, mediator: str
) -> None:
    """A leave for all shares (setApprovalForAll) is not in the fingerprint: a seller can stall, until the deadline or
    until buyer and mediator say refund."""
    ask = scene.bought()
    scene.complete(ask)
    scene.suite.certificate.setApprovalForAll(scene.market, False, sender=scene.seller)
    refused(lambda: scene.settle(ask), "ERC721InsufficientApproval", scene.market.address, scene.share)
    scene.market.dispute(ask.struct, sender=scene.buyer)
    for voter in (scene.buyer, mediator):
        scene.market.resolve(ask.struct, Outcome.REFUND, sender=voter)
    scene.refund(ask)
    scene.check()


def test_credential__revoked_while_the_money_waits__nothing_settles_and_all_comes_back(
    scene: Scene, issuer: str
) -> None:
    ask = scene.bought()
    scene.complete(ask)
    scene.suite.credentials.revoke(scene.buyer, sender=issuer)
    refused(lambda: scene.settle(ask), "ERC7943CannotReceive", scene.buyer)
    scene.suite.engine.advance(31 * DAY)
    before = scene.money(scene.buyer)[scene.buyer][0]
    scene.refund(ask)
    assert scene.money(scene.buyer)[scene.buyer][0] == before + PRICE
    scene.check()


def test_credential__of_the_seller_revoked__he_may_still_leave(scene: Scene, issuer: str) -> None:
    ask = scene.ready()
    scene.suite.credentials.revoke(scene.seller, sender=issuer)
    scene.take(ask)
    assert scene.owner() == scene.buyer


def test_frozen_coins__of_buyer_and_of_the_market_itself__wait_and_are_nobody_elses(scene: Scene, court: str) -> None:
    """The court can freeze whatever lies in the market; a refund meets it as a token that refuses, and waits."""
    coin = scene.suite.coin
    ask = scene.bought()
    scene.complete(ask)
    coin.setFrozenTokens(scene.market.address, PRICE, sender=court)
    refused(lambda: scene.settle(ask), "ERC7943InsufficientUnfrozenBalance", scene.market.address, PRICE - FEE, 0)
    scene.suite.engine.advance(31 * DAY)
    assert scene.refund(ask).event("RefundWaits")["amount"] == PRICE
    coin.setFrozenTokens(scene.market.address, 0, sender=court)
    scene.refund(ask)
    coin.setFrozenTokens(scene.buyer, UNLIMITED, sender=court)
    refused(lambda: scene.buy(scene.ask(number=1)), "ERC7943InsufficientUnfrozenBalance")
    scene.check()


def test_escrow__is_no_place_to_hide_coins_for_ever__from_the_court(scene: Scene, court: str) -> None:
    """A friend's ask, bought before a freeze comes: after the deadline anybody sends the coins back into it."""
    coin = scene.suite.coin
    ask = scene.bought()
    coin.setFrozenTokens(scene.buyer, UNLIMITED, sender=court)
    scene.suite.engine.advance(31 * DAY)
    scene.refund(ask, sender=scene.seller)
    refused(lambda: coin.transfer(scene.seller, 1, sender=scene.buyer), "ERC7943InsufficientUnfrozenBalance")


# ------------------------------------------------------------------------------------------------- loans, foreclosures


def overdue(scene: Scene, loan_id: int) -> None:
    """91 days past due, with everything on chain valid."""
    suite = scene.suite
    due_day = -(-suite.desk.loanOf(loan_id).dueAt // DAY)
    suite.engine.set_time((due_day + 91) * DAY)
    keep_price_valid(suite)
    suite.index_feed.updateAnswer(suite.index_feed.latestAnswer(), sender=suite.deployer)


@pytest.mark.parametrize("way", ["take", "settle"])
def test_sale__while_the_foreclosure_runs__pays_all_and_the_auction_has_nothing_left(
    valued: Scene, owner_b: str, credential: Any, way: str
) -> None:
    suite, market = valued.suite, valued.market
    credential(owner_b)
    loan_id = open_loan(suite, valued.seller, Application(valued.share, 20_000 * WAD))
    overdue(valued, loan_id)
    ask = valued.ask(documents_hash=DOCUMENTS)
    valued.approve(ask, until=LATER)
    if way == "settle":
        valued.buy(ask)
    suite.book.startForeclosure(loan_id, sender=owner_b)
    suite.engine.advance(DAY)
    keep_price_valid(suite)
    valued.take(ask) if way == "take" else valued.settle(ask)
    assert (valued.owner(), suite.desk.loanOf(loan_id).stage) == (valued.buyer, LoanStage.REPAID)
    give_coins(suite, owner_b, 60_000 * WAD)
    suite.coin.approve(suite.treasury, UNLIMITED, sender=owner_b)
    suite.engine.advance(2 * DAY)
    refused(lambda: suite.auction.bid(loan_id, UNLIMITED, 0, sender=owner_b), "NoAuction", loan_id)
    for act in (suite.book.startForeclosure, suite.book.openNext):
        refused(lambda act=act: act(loan_id, sender=owner_b), "WrongStage", loan_id, LoanStage.REPAID)
    suite.engine.advance(60 * DAY)
    refused(lambda: suite.auction.close(loan_id, sender=owner_b), "NoAuction", loan_id)
    assert valued.owner() == valued.buyer
    assert market.feesOf(valued.house) == FEE
    valued.check()


def test_foreclosure__sold_at_auction_while_a_purchase_waits__the_buyer_has_his_money_back_at_once(
    valued: Scene, owner_b: str, credential: Any
) -> None:
    suite = valued.suite
    credential(owner_b)
    loan_id = open_loan(suite, valued.seller, Application(valued.share, 20_000 * WAD))
    overdue(valued, loan_id)
    ask = valued.bought()
    valued.complete(ask)
    suite.book.startForeclosure(loan_id, sender=owner_b)
    suite.engine.advance(3 * DAY)
    keep_price_valid(suite)
    give_coins(suite, owner_b, 60_000 * WAD)
    suite.coin.approve(suite.treasury, UNLIMITED, sender=owner_b)
    suite.auction.bid(loan_id, UNLIMITED, 0, sender=owner_b)
    refused(lambda: valued.settle(ask), "NotShareOwner", valued.share, valued.seller, owner_b)
    valued.refund(ask)
    valued.check()


def test_loan__secured_by_two_shares__sale_of_one_pays_all_of_it_and_frees_both(valued: Scene) -> None:
    suite = valued.suite
    loan_id = open_loan(suite, valued.seller, Application(valued.share, 20_000 * WAD))
    suite.book.addCollateral(loan_id, valued.share + 1, sender=valued.seller)
    ask = valued.ready(share_id=valued.share + 1)
    debt = valued.take(ask).event("Sold")["debt"]
    assert debt >= 20_000 * WAD
    assert suite.desk.loanOf(loan_id).stage == LoanStage.REPAID
    assert suite.certificate.ownerOf(valued.share) == valued.seller
    for share in (valued.share, valued.share + 1):
        assert suite.certificate.encumbrancesOf(share).lienHolder == ZERO
    valued.check()


def test_loan__share_added_to_it_while_a_purchase_waits__ends_the_offer(valued: Scene) -> None:
    """The other share's lien is new, whatever the loan was: its buyer did not agree to it."""
    suite = valued.suite
    loan_id = open_loan(suite, valued.seller, Application(valued.share, 20_000 * WAD))
    ask = valued.bought(share_id=valued.share + 1)
    suite.book.addCollateral(loan_id, valued.share + 1, sender=valued.seller)
    refused(lambda: valued.settle(ask), "NotAttested")
    valued.complete(ask)
    refused(lambda: valued.settle(ask), "FingerprintChanged")
    valued.refund(ask)
    valued.check()


def test_loan__of_the_buyer_named_in_two_purchases__pays_one(valued: Scene) -> None:
    suite = valued.suite
    amount = 18_000 * WAD
    asked = request_loan(suite, valued.buyer, Application(valued.share, amount, price_usd=PRICE))
    approve_loan(suite, asked)
    asks = [valued.ask(number=number) for number in (0, 1)]
    for ask in asks:
        valued.buy(ask, loan_id=asked.loan_id)
        valued.complete(ask)
    supply = suite.coin.totalSupply()
    valued.settle(asks[0])
    assert suite.coin.totalSupply() == supply + amount
    refused(lambda: valued.settle(asks[1]), "NotShareOwner")
    valued.refund(asks[1])
    valued.check()


def test_loan__drawn_by_its_borrower_elsewhere_meanwhile__brings_nothing_twice(valued: Scene) -> None:
    """He draws it himself on the share when he owns it by another sale; the one that names it can't settle."""
    suite = valued.suite
    asked = request_loan(suite, valued.buyer, Application(valued.share, 18_000 * WAD, price_usd=PRICE))
    approve_loan(suite, asked)
    financed = valued.ask(number=0)
    valued.buy(financed, loan_id=asked.loan_id)
    valued.complete(financed)
    valued.take(valued.ready(number=1))
    refused(
        lambda: suite.book.draw(asked.loan_id, valued.buyer, sender=valued.buyer), "WrongSort", asked.loan_id, PRICE
    )
    refused(lambda: valued.settle(financed), "NotShareOwner")
    valued.refund(financed)
    valued.check()


@pytest.mark.parametrize("cents", [33, 61, 99])
@pytest.mark.parametrize("way", ["take", "settle"])
def test_loan__of_the_seller_paid_off_below_coverage_1__takes_what_it_says_to_the_wei(
    valued: Scene, way: str, cents: int
) -> None:
    """Coins count for less then: the debt takes more of them, the seller gets the rest, and none stays here."""
    suite = valued.suite
    loan_id = open_loan(suite, valued.seller, Application(valued.share, 10_000 * WAD + 7))
    suite.reserve_feed.updateAnswer(cents * 10**6, sender=suite.deployer)
    assert suite.treasury.coverage() < WAD
    ask = valued.ready(40_000 * WAD)
    seller = valued.money(valued.seller)[valued.seller][0]
    if way == "settle":
        valued.buy(ask)
    receipt = valued.take(ask) if way == "take" else valued.settle(ask)
    debt = receipt.event("Sold")["debt"]
    assert debt > 10_000 * WAD
    assert valued.money(valued.seller)[valued.seller][0] == seller + 40_000 * WAD - 400 * WAD - debt
    assert suite.desk.loanOf(loan_id).stage == LoanStage.REPAID
    valued.check()


def test_loan__of_the_buyer_while_the_treasury_is_short__waits_or_comes_back(valued: Scene) -> None:
    """Below coverage 1 nothing is lent: the purchase can't settle, and the down payment is not lost."""
    suite = valued.suite
    asked = request_loan(suite, valued.buyer, Application(valued.share, 18_000 * WAD, price_usd=PRICE))
    approve_loan(suite, asked)
    ask = valued.ask(settle_period=30 * DAY)
    valued.buy(ask, loan_id=asked.loan_id)
    valued.complete(ask)
    answer = suite.reserve_feed.latestAnswer()
    suite.reserve_feed.updateAnswer(answer * 60 // 100, sender=suite.deployer)
    refused(lambda: valued.settle(ask), "CoverageBelowOne")
    valued.check(ask)
    suite.reserve_feed.updateAnswer(answer, sender=suite.deployer)
    valued.settle(ask)
    assert valued.owner() == valued.buyer
    valued.check()


def test_listing__taken_back_and_made_again__is_not_what_the_manager_approved(scene: Scene) -> None:
    """Word for word the same, under the next number: each listing has an approval of its own."""
    suite = scene.suite
    first = scene.ask(listed=True, documents_hash=DOCUMENTS, expires_at=LATER)
    sales.list_ask(suite, first)
    scene.approve(first)
    scene.market.unlist(scene.share, sender=scene.seller)
    second = scene.ask(listed=True, documents_hash=DOCUMENTS, expires_at=LATER)
    sales.list_ask(suite, second)
    assert second.nonce == first.nonce + 1
    refused(lambda: scene.take(first, signature=b""), "NotListed", scene.share, first.nonce)
    refused(lambda: scene.take(second, signature=b""), "SaleNotApproved")
    signed = sales.sign_ask(suite, first)
    refused(lambda: scene.take(first, signature=signed), "AskSpent", scene.seller, first.nonce)
    scene.check()


def test_lease__signed_while_a_purchase_waits__money_back_at_once(
    scene: Scene, owner_b: str, credential: Callable[..., bytes]
) -> None:
    suite = scene.suite
    credential(owner_b)
    ask = scene.bought()
    scene.complete(ask)
    sign_lease(suite, lease_terms(suite, scene.share, owner_b, rent=WAD, price_usd=PRICE))
    refused(lambda: scene.settle(ask), "FingerprintChanged")
    scene.refund(ask)
    scene.check()


# ----------------------------------------------------------------------------------------------------------- recoveries


@pytest.mark.parametrize("state", ["waiting", "attested", "approved", "disputed", "released", "refund decided"])
def test_recovery__of_the_buyer_in_every_state__the_thief_of_his_old_key_gets_nothing(
    scene: Scene, owner_b: str, recover: Any, mediator: str, state: str
) -> None:
    suite, market = scene.suite, scene.market
    ask = scene.bought(settle_period=60 * DAY)
    if state == "attested":
        sales.attest(suite, ask, DOCUMENTS, scene.seller, scene.buyer)
    if state == "approved":
        scene.complete(ask)
    if state in ("disputed", "released", "refund decided"):
        market.dispute(ask.struct, sender=scene.buyer)
    votes = {"released": (Outcome.RELEASE, scene.seller), "refund decided": (Outcome.REFUND, scene.buyer)}
    if state in votes:
        outcome, voter = votes[state]
        for who in (voter, mediator):
            market.resolve(ask.struct, outcome, sender=who)
    recover(scene.buyer, owner_b)
    before = scene.money(scene.buyer, owner_b)
    refused(lambda: scene.refund(ask, scene.buyer, sender=scene.buyer), "NotBuyer", scene.buyer, owner_b)
    stranger = ("NotParty", scene.buyer, scene.seller, owner_b)
    refused(lambda: market.dispute(ask.struct, sender=scene.buyer), *stranger)
    refused(lambda: market.attestDocuments(ask.struct, DOCUMENTS, sender=scene.buyer), *stranger)
    if state == "refund decided":
        scene.refund(ask, owner_b)
        assert scene.money(owner_b)[owner_b][0] == before[owner_b][0] + PRICE
    else:
        if state in ("waiting", "attested", "approved"):
            sales.attest(suite, ask, DOCUMENTS, scene.seller, owner_b)
        elif state == "disputed":
            for who in (owner_b, mediator):
                market.resolve(ask.struct, Outcome.RELEASE, sender=who)
        scene.approve(ask)  # for the old wallet: not enough
        refused(lambda: scene.settle(ask), "SaleNotApproved")
        scene.approve(ask, owner_b)
        scene.settle(ask)
        assert scene.owner() == owner_b
    assert scene.money(scene.buyer) == {scene.buyer: before[scene.buyer]}
    scene.check()


@pytest.mark.parametrize("followed", [False, True])
def test_recovery__of_the_seller__is_paid_in_his_new_wallet_or_the_offer_is_over(
    scene: Scene, owner_b: str, recover: Any, followed: bool
) -> None:
    """Until the share follows it is as it was offered; once it moved it is not."""
    suite = scene.suite
    ask = scene.bought(settle_period=60 * DAY)
    recover(scene.seller, owner_b)
    refused(lambda: sales.attest(suite, ask, DOCUMENTS, scene.seller), "NotParty", scene.seller, owner_b, scene.buyer)
    sales.attest(suite, ask, DOCUMENTS, owner_b, scene.buyer)
    scene.approve(ask)
    if followed:
        suite.certificate.completeRecovery(scene.seller, [scene.share], sender=owner_b)
        refused(lambda: scene.settle(ask), "NotShareOwner", scene.share, scene.seller, owner_b)
        scene.refund(ask)
    else:
        before = scene.money(scene.seller, owner_b)
        scene.settle(ask)
        assert scene.money(owner_b)[owner_b][0] == before[owner_b][0] + PRICE - FEE
        assert scene.money(scene.seller) == {scene.seller: before[scene.seller]}
    scene.check()


def test_recovery__thief_signs_with_the_old_key__nobody_can_use_it(scene: Scene, owner_b: str, recover: Any) -> None:
    """Signed before or after, at once or into escrow, and from his listing: the old wallet sells nothing any more."""
    suite = scene.suite
    listed = scene.ask(listed=True, documents_hash=DOCUMENTS, expires_at=LATER)
    sales.list_ask(suite, listed)
    recover(scene.seller, owner_b)
    ask = scene.ask(documents_hash=DOCUMENTS, expires_at=LATER)
    for offer, signature in ((listed, b""), (ask, None)):
        scene.approve(offer)
        for pay in (scene.take, scene.buy):
            refused(
                lambda pay=pay, offer=offer, signature=signature: pay(offer, signature=signature),
                "WalletReplaced",
                scene.seller,
                owner_b,
            )
    other = scene.ask(listed=True)
    refused(lambda: sales.list_ask(suite, other), "WalletReplaced", scene.seller, owner_b)
    scene.check()
