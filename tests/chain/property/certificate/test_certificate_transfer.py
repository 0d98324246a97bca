"""`transferFrom` and `safeTransferFrom`: the caller's authority by ERC-721, and the house's rules on top."""

from __future__ import annotations

import ape
import pytest
from certificate_terms import COIN, MANAGER, MAX, WEEK, ZERO


@pytest.fixture
def offered(share_id, owner_b, offer) -> int:
    """A share that `owner_a` may move to `owner_b` now."""
    offer(share_id, owner_b)
    return share_id


# --------------------------------------------------------------------------------------------------------- what it does


def test_transfer__with_permission__moves_the_share_and_nothing_else(
    certificate, offered, owner_a, owner_b, house, share, soon, at
):
    at(soon)
    tx = certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)
    assert tx.events == [
        certificate.Transfer(owner_a, owner_b, offered),
        certificate.ShareMoved(shareId=offered, moveNumber=1, authority=MANAGER),
    ]
    assert certificate.ownerOf(offered) == owner_b
    assert (certificate.balanceOf(owner_a), certificate.balanceOf(owner_b)) == (7, 1)
    paper = certificate.certificateOf(offered)
    assert (paper.owner, paper.acquiredAt, paper.moveNumber) == (owner_b, soon, 1)
    for number in (1, 2, 4, 8):
        assert certificate.ownerOf(share(house, number)) == owner_a
        assert certificate.moveNumberOf(share(house, number)) == 0


def test_transfer__with_income_pending__settles_it_to_the_seller_first(
    suite, certificate, offered, owner_a, owner_b, house, pay_income
):
    pay_income(house, 8 * COIN)
    tx = certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)
    assert [event.event_name for event in tx.events] == ["IncomeSettled", "Transfer", "ShareMoved"]
    assert suite.income.settledOf(owner_a) == COIN
    assert (suite.income.pendingOf(offered), suite.income.settledOf(owner_b)) == (0, 0)


def test_transfer__there_and_back__counts_moves(certificate, share_id, owner_a, owner_b, move):
    for number in (1, 2, 3):
        seller, buyer = (owner_a, owner_b) if number % 2 else (owner_b, owner_a)
        move(share_id, seller, buyer)
        assert (certificate.moveNumberOf(share_id), certificate.ownerOf(share_id)) == (number, buyer)
    assert (certificate.balanceOf(owner_a), certificate.balanceOf(owner_b)) == (7, 1)


# ------------------------------------------------------------------------------------------------------- its permission


def test_transfer__without_permission__reverts(certificate, share_id, owner_a, owner_b, admit):
    admit(owner_b)
    with ape.reverts(certificate.TransferNotApproved, shareId=share_id, to=owner_b):
        certificate.transferFrom(owner_a, owner_b, share_id, sender=owner_a)


def test_transfer__permission_used__does_not_serve_twice(certificate, offered, owner_a, owner_b, lender):
    certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)
    certificate.placeLien(offered, sender=lender)
    certificate.moveByLien(offered, owner_a, sender=lender)  # back, by no permission of the manager's
    # The permission's last second is far away and nobody replaced it; but the share moved, so it is void.
    with ape.reverts(certificate.TransferNotApproved, shareId=offered, to=owner_b):
        certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)


def test_transfer__permission_for_another_buyer_or_share__reverts(
    certificate, offered, owner_a, owner_b, buyer, admit, share, house
):
    admit(buyer)
    with ape.reverts(certificate.TransferNotApproved, shareId=offered, to=buyer):
        certificate.transferFrom(owner_a, buyer, offered, sender=owner_a)
    with ape.reverts(certificate.TransferNotApproved, shareId=offered + 1, to=owner_b):
        certificate.transferFrom(owner_a, owner_b, offered + 1, sender=owner_a)


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_transfer__around_the_permissions_deadline(certificate, share_id, owner_a, owner_b, offer, soon, at, second):
    offer(share_id, owner_b, deadline=soon)
    at(soon + second)
    if second <= 0:  # the deadline is the last second
        certificate.transferFrom(owner_a, owner_b, share_id, sender=owner_a)
        assert certificate.ownerOf(share_id) == owner_b
    else:
        with ape.reverts(certificate.TransferApprovalExpired, shareId=share_id, to=owner_b, deadline=soon):
            certificate.transferFrom(owner_a, owner_b, share_id, sender=owner_a)


def test_transfer__manager_changed__permission_died_with_the_office(
    suite, certificate, registrar, manager, buyer, offered, owner_a, owner_b, house
):
    suite.registry.setManager(house, buyer, sender=registrar)
    with ape.reverts(certificate.TransferNotApproved, shareId=offered, to=owner_b):
        certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)
    # ... for good, even if the same manager comes back ...
    suite.registry.setManager(house, manager, sender=registrar)
    with ape.reverts(certificate.TransferNotApproved, shareId=offered, to=owner_b):
        certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)
    # ... until he gives it again.
    certificate.approveTransfer(offered, owner_b, 2**40 - 1, sender=manager)
    certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)


def test_transfer__permission_of_a_new_manager__counts(
    suite, certificate, registrar, buyer, share_id, owner_a, owner_b, house, admit
):
    admit(owner_b)
    suite.registry.setManager(house, buyer, sender=registrar)
    certificate.approveTransfer(share_id, owner_b, 2**40 - 1, sender=buyer)
    certificate.transferFrom(owner_a, owner_b, share_id, sender=owner_a)
    assert certificate.ownerOf(share_id) == owner_b


# -------------------------------------------------------------------------------------------------------- its authority


def test_transfer__by_a_stranger_or_by_the_manager_alone__reverts(
    certificate, offered, owner_a, owner_b, manager, attacker
):
    for caller in (attacker, manager, owner_b):
        with ape.reverts(certificate.ERC721InsufficientApproval, operator=caller, tokenId=offered):
            certificate.transferFrom(owner_a, owner_b, offered, sender=caller)


@pytest.mark.parametrize("everything", [False, True], ids=["approve", "setApprovalForAll"])
def test_transfer__by_an_approved_operator__needs_the_permission_too(
    certificate, share_id, owner_a, owner_b, buyer, offer, everything
):
    if everything:
        certificate.setApprovalForAll(buyer, True, sender=owner_a)
    else:
        certificate.approve(buyer, share_id, sender=owner_a)
    with ape.reverts(certificate.TransferNotApproved, shareId=share_id, to=owner_b):
        certificate.transferFrom(owner_a, owner_b, share_id, sender=buyer)
    offer(share_id, owner_b)
    certificate.transferFrom(owner_a, owner_b, share_id, sender=buyer)
    assert certificate.ownerOf(share_id) == owner_b


def test_transfer__from_somebody_who_is_not_the_owner__reverts(certificate, offered, owner_a, owner_b, buyer):
    with ape.reverts(certificate.ERC721IncorrectOwner, sender=buyer, tokenId=offered, owner=owner_a):
        certificate.transferFrom(buyer, owner_b, offered, sender=owner_a)


@pytest.mark.parametrize("missing", [0, 256, 256 * 99 + 1, MAX])
def test_transfer__of_a_share_that_does_not_exist__reverts(certificate, house, owner_a, owner_b, missing):
    with ape.reverts(certificate.ERC721NonexistentToken, tokenId=missing):
        certificate.transferFrom(owner_a, owner_b, missing, sender=owner_a)


def test_transfer__to_nobody__reverts(certificate, share_id, owner_a, manager):
    certificate.approveTransfer(share_id, ZERO, 2**40 - 1, sender=manager)
    with ape.reverts(certificate.ERC721InvalidReceiver, receiver=ZERO):
        certificate.transferFrom(owner_a, ZERO, share_id, sender=owner_a)


# ---------------------------------------------------------------------------------------------------------- credentials


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_transfer__around_the_end_of_the_buyers_credential(
    certificate, share_id, owner_a, buyer, credential, approve_move, soon, at, second
):
    credential(buyer, expires_at=soon)  # the first second at which it no longer counts
    approve_move(share_id, buyer)
    at(soon + second)
    if second < 0:
        certificate.transferFrom(owner_a, buyer, share_id, sender=owner_a)
    else:
        with ape.reverts(certificate.ERC7943CannotReceive, account=buyer):
            certificate.transferFrom(owner_a, buyer, share_id, sender=owner_a)


def test_transfer__buyer_without_credential_or_revoked__reverts(
    suite, certificate, share_id, owner_a, owner_b, attacker, issuer, offer, approve_move
):
    approve_move(share_id, attacker)
    with ape.reverts(certificate.ERC7943CannotReceive, account=attacker):
        certificate.transferFrom(owner_a, attacker, share_id, sender=owner_a)
    offer(share_id, owner_b)
    suite.credentials.revoke(owner_b, sender=issuer)
    with ape.reverts(certificate.ERC7943CannotReceive, account=owner_b):
        certificate.transferFrom(owner_a, owner_b, share_id, sender=owner_a)


@pytest.mark.parametrize("how", ["expired", "revoked"])
def test_transfer__seller_expired_or_revoked__may_sell(
    suite, certificate, tokenized_house, share, credential, owner_a, owner_b, issuer, engine, offer, view_at, how
):
    credential(owner_a, expires_at=engine.now() + WEEK)
    share_id = share(tokenized_house(to=owner_a), 3)
    if how == "revoked":
        suite.credentials.revoke(owner_a, sender=issuer)
    else:
        view_at(engine.now() + WEEK)
    assert not suite.credentials.isValid(owner_a)
    offer(share_id, owner_b)
    certificate.transferFrom(owner_a, owner_b, share_id, sender=owner_a)
    assert certificate.ownerOf(share_id) == owner_b


# ---------------------------------------------------------------------------------------------------- freezes and locks


def test_transfer__frozen_for_the_seller__reverts_until_lifted(certificate, offered, owner_a, owner_b, freeze):
    freeze(owner_a, offered)
    with ape.reverts(certificate.ERC7943InsufficientUnfrozenBalance, account=owner_a, tokenId=offered):
        certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)
    freeze(owner_a, offered, False)
    certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)


def test_transfer__frozen_for_others_or_other_shares__passes(certificate, offered, owner_a, owner_b, buyer, freeze):
    freeze(buyer, offered)
    freeze(owner_a, offered + 1)
    certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)
    assert certificate.ownerOf(offered) == owner_b


def test_transfer__to_one_for_whom_it_is_frozen__arrives_and_stays(
    certificate, offered, owner_a, owner_b, offer, freeze
):
    freeze(owner_b, offered)  # before he owns it
    certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)
    offer(offered, owner_a)
    with ape.reverts(certificate.ERC7943InsufficientUnfrozenBalance, account=owner_b, tokenId=offered):
        certificate.transferFrom(owner_b, owner_a, offered, sender=owner_b)


def test_transfer__under_a_lien_or_lease__reverts(certificate, offered, owner_a, owner_b, lender):
    certificate.placeLien(offered, sender=lender)
    with ape.reverts(certificate.ShareLocked, shareId=offered, lienHolder=lender, leaseHolder=ZERO):
        certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)
    certificate.placeLease(offered, owner_b, 2**40, sender=lender)
    with ape.reverts(certificate.ShareLocked, shareId=offered, lienHolder=lender, leaseHolder=lender):
        certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)
    certificate.releaseLien(offered, sender=lender)
    with ape.reverts(certificate.ShareLocked, shareId=offered, lienHolder=ZERO, leaseHolder=lender):
        certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)
    certificate.releaseLease(offered, sender=lender)
    # The permission was given before the lien and nothing moved since: it still counts.
    certificate.transferFrom(owner_a, owner_b, offered, sender=owner_a)


# ----------------------------------------------------------------------------------------------------------- to oneself


def test_transfer__to_oneself_without_authority__reverts(certificate, share_id, owner_a, attacker, offer):
    with ape.reverts(certificate.TransferNotApproved, shareId=share_id, to=owner_a):
        certificate.transferFrom(owner_a, owner_a, share_id, sender=owner_a)
    offer(share_id, owner_a)
    with ape.reverts(certificate.ERC721InsufficientApproval, operator=attacker, tokenId=share_id):
        certificate.transferFrom(owner_a, owner_a, share_id, sender=attacker)


def test_transfer__to_oneself__is_announced_changes_and_consumes_nothing(
    suite, certificate, share_id, owner_a, owner_b, buyer, manager, market, house, admit, pay_income
):
    # A share with everything that a move would end: a price, a use, an approval, a permission, pending income.
    admit(owner_b)
    certificate.approve(market, share_id, sender=owner_a)
    certificate.moveBySale(share_id, owner_a, owner_b, 5 * COIN, suite.coin, sender=market)
    certificate.setUser(share_id, buyer, 2**40, sender=owner_b)
    certificate.approve(buyer, share_id, sender=owner_b)
    certificate.approveTransfer(share_id, owner_b, 2**40 - 1, sender=manager)
    pay_income(house, 8 * COIN)

    def everything():
        held = certificate.balanceOf(owner_b)
        money = suite.income.pendingOf(share_id), suite.income.settledOf(owner_b)
        rights = certificate.userOf(share_id), certificate.getApproved(share_id)
        state = certificate.getStateFingerprint(share_id), tuple(certificate.transferApprovalOf(share_id))
        return held, money, rights, state, certificate.certificateOf(share_id)

    before = everything()
    for _ in range(2):  # the permission is not used up either
        tx = certificate.transferFrom(owner_b, owner_b, share_id, sender=buyer)
        assert tx.events == [certificate.Transfer(owner_b, owner_b, share_id)]
        assert everything() == before


# ----------------------------------------------------------------------------------------------------- safeTransferFrom


@pytest.fixture
def contract_owner(project, deployer, admit):
    """A contract that takes shares, and can be told what to do in the hook."""
    contract = deployer.deploy(project.TestReentrantOwner)
    admit(contract)
    return contract


def test_safe_transfer__to_a_wallet__moves(certificate, offered, owner_a, owner_b):
    certificate.safeTransferFrom(owner_a, owner_b, offered, sender=owner_a)
    assert certificate.ownerOf(offered) == owner_b


def test_safe_transfer__to_a_contract_with_the_hook__moves_with_and_without_data(
    certificate, share_id, owner_a, contract_owner, approve_move
):
    approve_move(share_id, contract_owner)
    certificate.safeTransferFrom(owner_a, contract_owner, share_id, sender=owner_a)
    approve_move(share_id + 1, contract_owner)
    certificate.safeTransferFrom(owner_a, contract_owner, share_id + 1, b"data", sender=owner_a)
    assert certificate.balanceOf(contract_owner) == 2


def test_safe_transfer__to_a_contract_without_the_hook__reverts_while_transfer_from_passes(
    suite, certificate, share_id, owner_a, offer
):
    offer(share_id, suite.registry)
    with ape.reverts(certificate.ERC721InvalidReceiver, receiver=suite.registry):
        certificate.safeTransferFrom(owner_a, suite.registry, share_id, sender=owner_a)
    certificate.transferFrom(owner_a, suite.registry, share_id, sender=owner_a)


def test_safe_transfer__hook_refuses__nothing_moved(certificate, share_id, owner_a, contract_owner, approve_move):
    approve_move(share_id, contract_owner)
    contract_owner.arm([], True, sender=owner_a)
    with ape.reverts(contract_owner.Refused, tokenId=share_id):
        certificate.safeTransferFrom(owner_a, contract_owner, share_id, sender=owner_a)
    assert (certificate.ownerOf(share_id), certificate.moveNumberOf(share_id)) == (owner_a, 0)
    contract_owner.arm([], False, sender=owner_a)
    certificate.safeTransferFrom(owner_a, contract_owner, share_id, sender=owner_a)  # the permission is still there
    assert certificate.ownerOf(share_id) == contract_owner
