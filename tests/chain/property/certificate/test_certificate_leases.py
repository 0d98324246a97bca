"""Leases and the right of use (ERC-4907): the owner's to give, unless a lease holds it."""

from __future__ import annotations

import ape
import pytest
from certificate_terms import MAX, ZERO

LATE = 2**40


@pytest.fixture
def lessor(new_holder):
    """A contract that may place leases and nothing else."""
    return new_holder(leases=True)


# --------------------------------------------------------------------------------------------------------------- leases


def test_place_lease__free_share__locks_it_and_gives_the_lessee_the_use(
    certificate, share_id, owner_a, buyer, lessor, soon
):
    tx = certificate.placeLease(share_id, buyer, soon, sender=lessor)
    assert tx.events == [
        certificate.UpdateUser(tokenId=share_id, user=buyer, expires=soon),
        certificate.LeasePlaced(shareId=share_id, holder=lessor, lessee=buyer),
        certificate.Locked(share_id),
        certificate.MetadataUpdate(share_id),
    ]
    assert (certificate.userOf(share_id), certificate.userExpires(share_id)) == (buyer, soon)
    assert tuple(certificate.encumbrancesOf(share_id)) == (ZERO, lessor)
    assert (certificate.locked(share_id), certificate.ownerOf(share_id)) == (True, owner_a)


def test_place_lease__over_a_use_that_the_owner_gave__replaces_it(
    certificate, share_id, owner_a, owner_b, buyer, lessor
):
    certificate.setUser(share_id, owner_b, LATE, sender=owner_a)
    certificate.placeLease(share_id, buyer, LATE, sender=lessor)
    assert certificate.userOf(share_id) == buyer
    certificate.releaseLease(share_id, sender=lessor)
    assert (certificate.userOf(share_id), certificate.userExpires(share_id)) == (ZERO, 0)


def test_place_lease__a_second_one__reverts(certificate, share_id, buyer, lender, lessor):
    certificate.placeLien(share_id, sender=lender)
    certificate.placeLease(share_id, buyer, LATE, sender=lessor)  # beside a lien is fine
    for caller in (lessor, lender):
        with ape.reverts(certificate.ShareLocked, shareId=share_id, lienHolder=lender, leaseHolder=lessor):
            certificate.placeLease(share_id, buyer, LATE, sender=caller)


def test_place_lease__without_a_lease_row__reverts(
    certificate, share_id, owner_a, manager, attacker, market, new_holder
):
    for caller in (owner_a, manager, attacker, market, new_holder(liens=True)):
        with ape.reverts(certificate.NotHolder, caller=caller):
            certificate.placeLease(share_id, caller, LATE, sender=caller)


def test_place_lease__frozen_or_missing_share__reverts(certificate, share_id, owner_a, buyer, lessor, freeze):
    freeze(owner_a, share_id)
    with ape.reverts(certificate.ERC7943InsufficientUnfrozenBalance, account=owner_a, tokenId=share_id):
        certificate.placeLease(share_id, buyer, LATE, sender=lessor)
    with ape.reverts(certificate.ERC721NonexistentToken, tokenId=MAX):
        certificate.placeLease(MAX, buyer, LATE, sender=lessor)


def test_release_lease__by_its_holder__ends_the_use_and_unlocks_also_without_a_row(
    certificate, share_id, buyer, lessor, dao
):
    certificate.placeLease(share_id, buyer, LATE, sender=lessor)
    certificate.setHolder(lessor, (False, False, False), sender=dao)
    tx = certificate.releaseLease(share_id, sender=lessor)
    assert tx.events == [
        certificate.UpdateUser(tokenId=share_id, user=ZERO, expires=0),
        certificate.LeaseReleased(shareId=share_id, holder=lessor),
        certificate.Unlocked(share_id),
        certificate.MetadataUpdate(share_id),
    ]
    assert (certificate.userOf(share_id), certificate.locked(share_id)) == (ZERO, False)


def test_release_lease__of_a_lien_holder_alone__reverts(certificate, share_id, lender):
    certificate.placeLien(share_id, sender=lender)
    with ape.reverts(certificate.NotEncumbranceHolder, shareId=share_id, caller=lender, holder=ZERO):
        certificate.releaseLease(share_id, sender=lender)


# ------------------------------------------------------------------------------------------------------------------ use


def test_set_user__by_owner_or_whom_he_approved__gives_the_use(
    certificate, share_id, owner_a, owner_b, buyer, manager, soon
):
    tx = certificate.setUser(share_id, buyer, soon, sender=owner_a)
    assert tx.events == [certificate.UpdateUser(tokenId=share_id, user=buyer, expires=soon)]
    assert (certificate.userOf(share_id), certificate.userExpires(share_id)) == (buyer, soon)
    certificate.approve(owner_b, share_id, sender=owner_a)
    certificate.setUser(share_id, owner_b, soon, sender=owner_b)
    certificate.setApprovalForAll(manager, True, sender=owner_a)
    certificate.setUser(share_id, manager, soon, sender=manager)
    assert certificate.userOf(share_id) == manager
    assert (certificate.ownerOf(share_id), certificate.userOf(share_id + 1)) == (owner_a, ZERO)


def test_set_user__by_others__reverts_the_user_included(certificate, share_id, owner_a, buyer, manager, attacker):
    certificate.setUser(share_id, buyer, LATE, sender=owner_a)
    for caller in (buyer, manager, attacker):
        with ape.reverts(certificate.ERC721InsufficientApproval, operator=caller, tokenId=share_id):
            certificate.setUser(share_id, caller, LATE, sender=caller)


@pytest.mark.parametrize("missing", [0, 99 * 256 + 1, MAX])
def test_set_user__share_that_does_not_exist__reverts(certificate, owner_a, missing):
    with ape.reverts(certificate.ERC721NonexistentToken, tokenId=missing):
        certificate.setUser(missing, owner_a, LATE, sender=owner_a)


def test_user__until_the_last_second_and_not_longer(certificate, share_id, owner_a, buyer, soon, view_at):
    certificate.setUser(share_id, buyer, soon, sender=owner_a)
    for second, user in ((-1, buyer), (0, buyer), (1, ZERO)):
        view_at(soon + second)
        assert certificate.userOf(share_id) == user
        assert certificate.userExpires(share_id) == soon  # says when it ended


def test_set_user__longest_and_past_expiries__are_taken_as_they_are(certificate, share_id, owner_a, buyer):
    certificate.setUser(share_id, buyer, 2**64 - 1, sender=owner_a)
    assert (certificate.userOf(share_id), certificate.userExpires(share_id)) == (buyer, 2**64 - 1)
    certificate.setUser(share_id, buyer, 1, sender=owner_a)
    assert (certificate.userOf(share_id), certificate.userExpires(share_id)) == (ZERO, 1)
    certificate.setUser(share_id, ZERO, LATE, sender=owner_a)
    assert (certificate.userOf(share_id), certificate.userExpires(share_id)) == (ZERO, 0)


def test_set_user__while_a_lease_holds_it__reverts_also_after_the_lease_ran_out(
    certificate, share_id, owner_a, owner_b, buyer, lessor, soon, view_at
):
    certificate.placeLease(share_id, buyer, soon, sender=lessor)
    for second, user in ((-1, buyer), (1, ZERO)):  # a transaction lies between
        view_at(soon + second)
        assert certificate.userOf(share_id) == user
        with ape.reverts(certificate.UseIsLeased, shareId=share_id, leaseHolder=lessor):
            certificate.setUser(share_id, owner_b, LATE, sender=owner_a)
    certificate.releaseLease(share_id, sender=lessor)
    certificate.setUser(share_id, owner_b, LATE, sender=owner_a)
    assert certificate.userOf(share_id) == owner_b


def test_use__after_a_transfer__is_over_and_does_not_come_back(
    certificate, share_id, owner_a, owner_b, buyer, move, offer
):
    certificate.setUser(share_id, buyer, LATE, sender=owner_a)
    offer(share_id, owner_b)
    tx = certificate.transferFrom(owner_a, owner_b, share_id, sender=owner_a)
    assert certificate.UpdateUser(tokenId=share_id, user=ZERO, expires=0) in tx.events
    assert (certificate.userOf(share_id), certificate.userExpires(share_id)) == (ZERO, 0)
    receipt = move(share_id, owner_b, owner_a)
    assert "UpdateUser" not in [event.name for event in receipt.events]  # there was none to end
    assert certificate.userOf(share_id) == ZERO
