"""`approve`, `setApprovalForAll` and the manager's `approveTransfer`: who gives them, and when they end."""

from __future__ import annotations

import ape
import pytest
from certificate_terms import MAX, YEAR, ZERO

FOREVER = 2**40 - 1


# ---------------------------------------------------------------------------------------------------- approve (ERC-721)


def test_approve__by_owner_or_operator__is_shown(certificate, share_id, owner_a, owner_b, buyer):
    tx = certificate.approve(buyer, share_id, sender=owner_a)
    assert tx.events == [certificate.Approval(owner_a, buyer, share_id)]
    assert certificate.getApproved(share_id) == buyer
    certificate.setApprovalForAll(owner_b, True, sender=owner_a)
    certificate.approve(ZERO, share_id, sender=owner_b)
    assert certificate.getApproved(share_id) == ZERO


def test_approve__by_others__reverts(certificate, share_id, owner_a, buyer, manager, attacker):
    certificate.approve(buyer, share_id, sender=owner_a)
    for caller in (attacker, manager, buyer):  # who was approved can't pass it on
        with ape.reverts(certificate.ERC721InvalidApprover, approver=caller):
            certificate.approve(caller, share_id, sender=caller)


def test_approve__share_that_does_not_exist__reverts(certificate, house, owner_a, owner_b):
    for missing in (256 * house, 256 * house + 9, MAX):
        with ape.reverts(certificate.ERC721NonexistentToken, tokenId=missing):
            certificate.approve(owner_b, missing, sender=owner_a)
        with ape.reverts(certificate.ERC721NonexistentToken, tokenId=missing):
            certificate.getApproved(missing)


def test_approve__after_a_move__is_void_also_when_the_share_comes_back(
    certificate, share_id, owner_a, owner_b, buyer, offer, move
):
    certificate.approve(buyer, share_id, sender=owner_a)
    move(share_id, owner_a, owner_b)
    assert certificate.getApproved(share_id) == ZERO
    move(share_id, owner_b, owner_a)
    assert certificate.getApproved(share_id) == ZERO
    offer(share_id, buyer)
    with ape.reverts(certificate.ERC721InsufficientApproval, operator=buyer, tokenId=share_id):
        certificate.transferFrom(owner_a, buyer, share_id, sender=buyer)


def test_approval_for_all__is_the_owners_and_reaches_no_later_owner(
    certificate, share_id, owner_a, owner_b, buyer, offer, move
):
    tx = certificate.setApprovalForAll(buyer, True, sender=owner_a)
    assert tx.events == [certificate.ApprovalForAll(owner_a, buyer, True)]
    move(share_id, owner_a, owner_b)
    offer(share_id, buyer)
    with ape.reverts(certificate.ERC721InsufficientApproval, operator=buyer, tokenId=share_id):
        certificate.transferFrom(owner_b, buyer, share_id, sender=buyer)
    certificate.setApprovalForAll(buyer, False, sender=owner_a)
    assert not certificate.isApprovedForAll(owner_a, buyer)


def test_approval_for_all__of_nobody__reverts(certificate, owner_a):
    with ape.reverts(certificate.ERC721InvalidOperator, operator=ZERO):
        certificate.setApprovalForAll(ZERO, True, sender=owner_a)


# ---------------------------------------------------------------------------------------------- approveTransfer (house)


def test_approve_transfer__by_the_manager__is_shown_until_its_last_second(
    certificate, share_id, manager, buyer, soon, view_at
):
    tx = certificate.approveTransfer(share_id, buyer, soon, sender=manager)
    expected = {"shareId": share_id, "to": buyer, "manager": manager, "deadline": soon}
    assert tx.events == [certificate.TransferApproved(**expected)]
    for second, shown in ((-1, (buyer, soon)), (0, (buyer, soon)), (1, (ZERO, 0))):
        view_at(soon + second)
        assert tuple(certificate.transferApprovalOf(share_id)) == shown


def test_approve_transfer__by_anybody_else__reverts(
    certificate, share_id, house, manager, registrar, owner_a, court, attacker
):
    for caller in (registrar, owner_a, court, attacker):
        with ape.reverts(certificate.NotManager, caller=caller, propertyId=house, manager=manager):
            certificate.approveTransfer(share_id, owner_a, FOREVER, sender=caller)


def test_approve_transfer__of_an_unknown_house__has_no_manager(certificate, manager):
    with ape.reverts(certificate.NotManager, caller=manager, propertyId=99, manager=ZERO):
        certificate.approveTransfer(99 * 256 + 1, manager, FOREVER, sender=manager)


def test_approve_transfer__of_a_share_that_does_not_exist__reverts(
    certificate, house, register_house, manager, owner_b
):
    for missing in (256 * house, 256 * house + 9, 256 * register_house() + 1):  # the last is not tokenized yet
        with ape.reverts(certificate.ERC721NonexistentToken, tokenId=missing):
            certificate.approveTransfer(missing, owner_b, FOREVER, sender=manager)


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_approve_transfer__around_a_deadline_of_now(certificate, share_id, manager, owner_b, soon, at, second):
    at(soon)
    if second < 0:
        with ape.reverts(certificate.DeadlineInPast, deadline=soon - 1, nowAt=soon):
            certificate.approveTransfer(share_id, owner_b, soon - 1, sender=manager)
    else:
        certificate.approveTransfer(share_id, owner_b, soon + second, sender=manager)
        assert tuple(certificate.transferApprovalOf(share_id)) == (owner_b, soon + second)


def test_approve_transfer__with_deadline_zero__withdraws(certificate, share_id, manager, owner_a, owner_b, offer):
    offer(share_id, owner_b)
    tx = certificate.approveTransfer(share_id, owner_b, 0, sender=manager)
    assert tx.events == [certificate.TransferApproved(shareId=share_id, to=owner_b, manager=manager, deadline=0)]
    assert tuple(certificate.transferApprovalOf(share_id)) == (ZERO, 0)
    with ape.reverts(certificate.TransferNotApproved, shareId=share_id, to=owner_b):
        certificate.transferFrom(owner_a, owner_b, share_id, sender=owner_a)


def test_approve_transfer__of_a_share_that_moved_before__is_shown_until_it_ends(
    certificate, share_id, manager, owner_a, owner_b, buyer, admit, offer, engine
):
    """Of such a share a mark says whether there is a permission to look for."""
    offer(share_id, owner_b)
    certificate.transferFrom(owner_a, owner_b, share_id, sender=owner_a)
    bare = certificate.getStateFingerprint(share_id)
    soon = engine.now() + YEAR
    for deadline, shown in (
        (soon, (buyer, soon)),
        (soon + 1, (buyer, soon + 1)),
        (0, (ZERO, 0)),
        (soon, (buyer, soon)),
    ):
        certificate.approveTransfer(share_id, buyer, deadline, sender=manager)
        assert tuple(certificate.transferApprovalOf(share_id)) == shown
        assert (certificate.getStateFingerprint(share_id) == bare) == (deadline == 0)
    admit(buyer)
    certificate.transferFrom(owner_b, buyer, share_id, sender=owner_b)
    assert tuple(certificate.transferApprovalOf(share_id)) == (ZERO, 0)
    with ape.reverts(certificate.TransferNotApproved, shareId=share_id, to=buyer):
        certificate.transferFrom(buyer, buyer, share_id, sender=buyer)


def test_approve_transfer__again__replaces_the_one_before(
    certificate, share_id, owner_a, owner_b, buyer, offer, engine
):
    offer(share_id, owner_b)
    offer(share_id, buyer, deadline=engine.now() + YEAR)
    with ape.reverts(certificate.TransferNotApproved, shareId=share_id, to=owner_b):
        certificate.transferFrom(owner_a, owner_b, share_id, sender=owner_a)
    certificate.transferFrom(owner_a, buyer, share_id, sender=owner_a)


@pytest.mark.parametrize("by", ["sale", "foreclosure", "recovery", "order"])
def test_approvals__after_a_move_by_any_authority__are_void(
    certificate, share_id, owner_a, owner_b, buyer, manager, market, lender, recover, court_order, admit, offer, by
):
    offer(share_id, buyer)
    certificate.approve(market, share_id, sender=owner_a)
    if by == "sale":
        admit(owner_b)
        certificate.moveBySale(share_id, owner_a, owner_b, 1, ZERO, sender=market)
    elif by == "foreclosure":
        admit(owner_b)
        certificate.placeLien(share_id, sender=lender)
        certificate.moveByLien(share_id, owner_b, sender=lender)
    elif by == "recovery":
        recover(owner_a, owner_b)
        certificate.completeRecovery(owner_a, [share_id], sender=buyer)
    else:
        admit(owner_b)
        court_order(certificate, "forcedTransfer", owner_a, owner_b, share_id)
    assert certificate.ownerOf(share_id) == owner_b
    assert certificate.getApproved(share_id) == ZERO
    assert tuple(certificate.transferApprovalOf(share_id)) == (ZERO, 0)
    with ape.reverts(certificate.TransferNotApproved, shareId=share_id, to=buyer):
        certificate.transferFrom(owner_b, buyer, share_id, sender=owner_b)
