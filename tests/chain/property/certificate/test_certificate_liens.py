"""Liens: the owner keeps certificate, use and income; the share is locked until its holder lets go or forecloses."""

from __future__ import annotations

import ape
import pytest
from certificate_terms import COIN, FORECLOSURE, MAX, ZERO


@pytest.fixture
def second_lender(new_holder):
    return new_holder(liens=True, leases=True)


@pytest.fixture
def liened(certificate, share_id, lender) -> int:
    certificate.placeLien(share_id, sender=lender)
    return share_id


# ------------------------------------------------------------------------------------------------------------ placeLien


@pytest.mark.parametrize("moved", [False, True], ids=["never moved", "moved before"])
def test_place_lien__free_share__locks_it_and_leaves_it_with_its_owner(
    suite, certificate, share_id, owner_a, owner_b, lender, move, moved
):
    owner = owner_a
    if moved:
        move(share_id, owner_a, owner_b)
        owner = owner_b
    tx = certificate.placeLien(share_id, sender=lender)
    assert tx.events == [
        certificate.LienPlaced(shareId=share_id, holder=lender, owner=owner),
        certificate.Locked(share_id),
        certificate.MetadataUpdate(share_id),
    ]
    assert certificate.locked(share_id)
    assert not certificate.locked(share_id + 1)
    assert tuple(certificate.encumbrancesOf(share_id)) == (lender, ZERO)
    assert (certificate.ownerOf(share_id), certificate.moveNumberOf(share_id)) == (owner, int(moved))


def test_place_lien__a_second_one__reverts_whoever_asks(certificate, liened, lender, second_lender):
    for caller in (lender, second_lender):
        with ape.reverts(certificate.ShareLocked, shareId=liened, lienHolder=lender, leaseHolder=ZERO):
            certificate.placeLien(liened, sender=caller)


def test_place_lien__without_a_lien_row__reverts(
    certificate, share_id, owner_a, manager, court, attacker, market, new_holder
):
    for caller in (owner_a, manager, court, attacker, market, new_holder(leases=True)):
        with ape.reverts(certificate.NotHolder, caller=caller):
            certificate.placeLien(share_id, sender=caller)


def test_place_lien__frozen_share__reverts(certificate, share_id, owner_a, owner_b, lender, freeze):
    freeze(owner_b, share_id)  # not its owner
    freeze(owner_a, share_id)
    with ape.reverts(certificate.ERC7943InsufficientUnfrozenBalance, account=owner_a, tokenId=share_id):
        certificate.placeLien(share_id, sender=lender)
    freeze(owner_a, share_id, False)
    certificate.placeLien(share_id, sender=lender)


@pytest.mark.parametrize("missing", [0, 99 * 256 + 1, MAX])
def test_place_lien__share_that_does_not_exist__reverts(certificate, lender, missing):
    with ape.reverts(certificate.ERC721NonexistentToken, tokenId=missing):
        certificate.placeLien(missing, sender=lender)


def test_liened_share__owner_keeps_use_and_income(suite, certificate, liened, owner_a, buyer, house, pay_income):
    certificate.setUser(liened, buyer, 2**40, sender=owner_a)
    assert certificate.userOf(liened) == buyer
    pay_income(house, 8 * COIN)
    suite.income.claim([liened], sender=owner_a)
    assert suite.coin.balanceOf(owner_a) == COIN


# ---------------------------------------------------------------------------------------------------------- releaseLien


def test_release_lien__by_its_holder__unlocks(certificate, liened, owner_a, lender):
    tx = certificate.releaseLien(liened, sender=lender)
    assert tx.events == [
        certificate.LienReleased(shareId=liened, holder=lender, owner=owner_a),
        certificate.Unlocked(liened),
        certificate.MetadataUpdate(liened),
    ]
    assert not certificate.locked(liened)
    assert tuple(certificate.encumbrancesOf(liened)) == (ZERO, ZERO)


@pytest.mark.parametrize("act", ["releaseLien", "moveByLien", "releaseLease", "refreshTerms"])
def test_end_or_refresh__by_who_does_not_hold_it__reverts(
    certificate, share_id, owner_a, owner_b, attacker, lender, second_lender, admit, act
):
    admit(owner_b)
    arguments = [share_id, owner_b] if act == "moveByLien" else [share_id]
    callers = (owner_a, attacker, second_lender)
    for caller in callers:  # none stands
        with ape.reverts(certificate.NotEncumbranceHolder, shareId=share_id, caller=caller, holder=ZERO):
            getattr(certificate, act)(*arguments, sender=caller)
    if act == "releaseLease":
        certificate.placeLease(share_id, owner_b, 2**40, sender=lender)
    else:
        certificate.placeLien(share_id, sender=lender)
    for caller in callers:
        with ape.reverts(certificate.NotEncumbranceHolder, shareId=share_id, caller=caller, holder=lender):
            getattr(certificate, act)(*arguments, sender=caller)


def test_release_lien__of_a_lease_holder_alone__reverts(certificate, share_id, owner_b, lender):
    certificate.placeLease(share_id, owner_b, 2**40, sender=lender)
    with ape.reverts(certificate.NotEncumbranceHolder, shareId=share_id, caller=lender, holder=ZERO):
        certificate.releaseLien(share_id, sender=lender)


def test_lien_and_lease__lock_once_and_unlock_once(certificate, share_id, owner_b, lender, second_lender):
    def names(tx):
        return [event.event_name for event in tx.events if "ocked" in event.event_name]

    assert names(certificate.placeLien(share_id, sender=lender)) == ["Locked"]
    assert names(certificate.placeLease(share_id, owner_b, 2**40, sender=second_lender)) == []
    assert tuple(certificate.encumbrancesOf(share_id)) == (lender, second_lender)
    assert names(certificate.releaseLien(share_id, sender=lender)) == []
    assert certificate.locked(share_id)
    assert names(certificate.releaseLease(share_id, sender=second_lender)) == ["Unlocked"]
    assert not certificate.locked(share_id)
    certificate.placeLien(share_id, sender=lender)
    certificate.placeLease(share_id, owner_b, 2**40, sender=second_lender)
    assert names(certificate.releaseLease(share_id, sender=second_lender)) == []
    assert certificate.locked(share_id)
    assert names(certificate.releaseLien(share_id, sender=lender)) == ["Unlocked"]
    assert not certificate.locked(share_id)


def test_place_lien__on_a_leased_share__reverts_whoever_asks(certificate, share_id, owner_b, lender, second_lender):
    """It would rank before the lessee, who has signed for none."""
    certificate.placeLease(share_id, owner_b, 2**40, sender=second_lender)
    for caller in (lender, second_lender):
        with ape.reverts(certificate.ShareLocked, shareId=share_id, lienHolder=ZERO, leaseHolder=second_lender):
            certificate.placeLien(share_id, sender=caller)
    certificate.releaseLease(share_id, sender=second_lender)
    certificate.placeLien(share_id, sender=lender)
    assert tuple(certificate.encumbrancesOf(share_id)) == (lender, ZERO)


# ----------------------------------------------------------------------------------------------------------- moveByLien


def test_move_by_lien__ends_the_lien_and_moves_without_the_manager(
    certificate, liened, owner_a, owner_b, lender, admit
):
    admit(owner_b)
    tx = certificate.moveByLien(liened, owner_b, sender=lender)
    assert tx.events == [
        certificate.LienReleased(shareId=liened, holder=lender, owner=owner_a),
        certificate.Unlocked(liened),
        certificate.MetadataUpdate(liened),
        certificate.Transfer(owner_a, owner_b, liened),
        certificate.ShareMoved(shareId=liened, moveNumber=1, authority=FORECLOSURE),
    ]
    assert (certificate.ownerOf(liened), certificate.locked(liened)) == (owner_b, False)
    assert certificate.certificateOf(liened).priceUsd == 0


def test_move_by_lien__income_so_far_stays_with_the_borrower(
    suite, certificate, liened, owner_a, owner_b, lender, admit, house, pay_income
):
    admit(owner_b)
    pay_income(house, 8 * COIN)
    certificate.moveByLien(liened, owner_b, sender=lender)
    assert (suite.income.settledOf(owner_a), suite.income.pendingOf(liened)) == (COIN, 0)


def test_move_by_lien__the_owners_use_ends_a_lessees_stays(
    certificate, share_id, owner_a, owner_b, buyer, lender, second_lender, admit
):
    admit(owner_b)
    certificate.setUser(share_id, buyer, 2**40, sender=owner_a)
    certificate.placeLien(share_id, sender=lender)
    certificate.moveByLien(share_id, owner_b, sender=lender)
    assert certificate.userOf(share_id) == ZERO
    leased = share_id + 1
    certificate.placeLien(leased, sender=lender)
    certificate.placeLease(leased, buyer, 2**40, sender=second_lender)
    certificate.moveByLien(leased, owner_b, sender=lender)
    assert (certificate.ownerOf(leased), certificate.userOf(leased)) == (owner_b, buyer)
    assert tuple(certificate.encumbrancesOf(leased)) == (ZERO, second_lender)
    assert certificate.locked(leased)


def test_move_by_lien__frozen_or_to_a_stranger__reverts(
    certificate, liened, owner_a, owner_b, attacker, lender, admit, freeze
):
    for stranger in (attacker, ZERO):
        with ape.reverts(certificate.ERC7943CannotReceive, account=stranger):
            certificate.moveByLien(liened, stranger, sender=lender)
    admit(owner_b)
    freeze(owner_a, liened)
    with ape.reverts(certificate.ERC7943InsufficientUnfrozenBalance, account=owner_a, tokenId=liened):
        certificate.moveByLien(liened, owner_b, sender=lender)
    certificate.releaseLien(liened, sender=lender)  # to let go of a frozen share is no way round the freeze


def test_move_by_lien__to_the_owner__only_ends_the_lien(certificate, liened, owner_a, lender):
    certificate.moveByLien(liened, owner_a, sender=lender)
    assert (certificate.ownerOf(liened), certificate.locked(liened), certificate.moveNumberOf(liened)) == (
        owner_a,
        False,
        0,
    )


# ----------------------------------------------------------------------------------------- rows come and go, liens stay


@pytest.mark.parametrize("end", ["releaseLien", "moveByLien"])
def test_open_lien__outlives_its_row(certificate, liened, share_id, owner_b, lender, dao, admit, end):
    certificate.setHolder(lender, (False, False, False), sender=dao)
    with ape.reverts(certificate.NotHolder, caller=lender):
        certificate.placeLien(share_id + 1, sender=lender)
    assert certificate.locked(liened)
    certificate.refreshTerms(liened, sender=lender)
    admit(owner_b)
    getattr(certificate, end)(*([liened] if end == "releaseLien" else [liened, owner_b]), sender=lender)
    assert not certificate.locked(liened)


def test_open_lien__row_written_again__is_still_the_same_holders(certificate, liened, lender, second_lender, dao):
    for rights in ((False, False, False), (True, True, True)):
        certificate.setHolder(lender, rights, sender=dao)
        certificate.setHolder(second_lender, rights, sender=dao)
        assert tuple(certificate.encumbrancesOf(liened)) == (lender, ZERO)
    with ape.reverts(certificate.NotEncumbranceHolder, shareId=liened, caller=second_lender, holder=lender):
        certificate.releaseLien(liened, sender=second_lender)


# --------------------------------------------------------------------------------------------------------- refreshTerms


def test_refresh_terms__by_lien_or_lease_holder__announces_the_paper(
    certificate, share_id, owner_b, lender, second_lender
):
    certificate.placeLien(share_id, sender=lender)
    certificate.placeLease(share_id, owner_b, 2**40, sender=second_lender)
    for holder in (lender, second_lender):
        tx = certificate.refreshTerms(share_id, sender=holder)
        assert tx.events == [certificate.MetadataUpdate(share_id)]
