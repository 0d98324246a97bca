"""ERC-5646: the fingerprint changes with everything a buyer relies on, and with nothing else."""

from __future__ import annotations

import pytest
from certificate_terms import APPRAISAL, COIN, ZERO

LATE = 2**40 - 1


@pytest.fixture
def change(
    request,
    suite,
    certificate,
    share_id,
    house,
    owner_a,
    owner_b,
    buyer,
    manager,
    registrar,
    issuer,
    lender,
    market,
    dao,
    terms,
    move,
    admit,
    freeze,
    offer,
    pay_income,
    recover,
    court_order,
    project,
    deployer,
):
    """Every change that can be made to a share or its house, by name."""
    hash_of_a_document = b"\x07" * 32
    return {
        # what a buyer relies on
        "owner": lambda: move(share_id, owner_a, owner_b),
        "owner by order": lambda: (admit(buyer), court_order(certificate, "forcedTransfer", owner_a, buyer, share_id)),
        "lien": lambda: certificate.placeLien(share_id, sender=lender),
        "lease": lambda: certificate.placeLease(share_id, ZERO, 0, sender=lender),
        "use": lambda: certificate.setUser(share_id, buyer, LATE, sender=owner_a),
        "use until the beginning of time": lambda: certificate.setUser(share_id, buyer, 0, sender=owner_a),
        "freeze": lambda: freeze(owner_a, share_id),
        "ERC-721 approval": lambda: certificate.approve(buyer, share_id, sender=owner_a),
        "manager's permission": lambda: offer(share_id, buyer),
        "senior claim": lambda: suite.registry.reportSeniorClaim(house, COIN, b"\x01" * 32, sender=registrar),
        "manager": lambda: suite.registry.setManager(house, buyer, sender=registrar),
        "document": lambda: suite.registry.setDocument(house, APPRAISAL, "u1", hash_of_a_document, sender=manager),
        # what he does not
        "income": lambda: pay_income(house, 8 * COIN),
        "claimed income": lambda: (pay_income(house, 8 * COIN), suite.income.claim([share_id], sender=owner_a)),
        "listing": lambda: suite.registry.delist(house, sender=registrar),
        "another share": lambda: (move(share_id + 1, owner_a, owner_b), freeze(owner_b, share_id + 1)),
        "another wallet's freeze": lambda: freeze(owner_b, share_id),
        "operator": lambda: certificate.setApprovalForAll(buyer, True, sender=owner_a),
        "credential": lambda: suite.credentials.revoke(owner_a, sender=issuer),
        "transfer to oneself": lambda: (
            offer(share_id, owner_a),
            certificate.transferFrom(owner_a, owner_a, share_id, sender=owner_a),
            certificate.approveTransfer(share_id, owner_a, 0, sender=manager),
        ),
        "renderer": lambda: certificate.setRenderer(suite.coin, sender=dao),
        "row of the table": lambda: certificate.setHolder(lender, (True, False, False), sender=dao),
    }


RELIED_ON = (
    "owner",
    "owner by order",
    "lien",
    "lease",
    "use",
    "freeze",
    "ERC-721 approval",
    "manager's permission",
    "senior claim",
    "manager",
    "document",
)
NOT_RELIED_ON = (
    "income",
    "claimed income",
    "listing",
    "another share",
    "another wallet's freeze",
    "operator",
    "credential",
    "transfer to oneself",
    "renderer",
    "row of the table",
    "use until the beginning of time",
)


@pytest.mark.parametrize("name", RELIED_ON)
def test_fingerprint__what_a_buyer_relies_on__changes_it(certificate, share_id, change, name):
    before = certificate.getStateFingerprint(share_id)
    change[name]()
    assert certificate.getStateFingerprint(share_id) != before


@pytest.mark.parametrize("name", NOT_RELIED_ON)
def test_fingerprint__anything_else__does_not(certificate, share_id, change, name):
    before = certificate.getStateFingerprint(share_id)
    change[name]()
    assert certificate.getStateFingerprint(share_id) == before


def test_fingerprint__lien_placed_and_released__is_what_it_was(certificate, share_id, lender):
    before = certificate.getStateFingerprint(share_id)
    certificate.placeLien(share_id, sender=lender)
    certificate.releaseLien(share_id, sender=lender)
    assert certificate.getStateFingerprint(share_id) == before


def test_fingerprint__share_that_went_and_came_back__is_another(certificate, share_id, owner_a, owner_b, move):
    before = certificate.getStateFingerprint(share_id)
    move(share_id, owner_a, owner_b)
    move(share_id, owner_b, owner_a)
    assert certificate.getStateFingerprint(share_id) != before


def test_fingerprint__new_terms_of_the_lien__change_it_and_the_former_ones_bring_it_back(
    certificate, share_id, lender, tell_lender, terms
):
    certificate.placeLien(share_id, sender=lender)
    tell_lender(share_id, terms)
    before = certificate.getStateFingerprint(share_id)
    tell_lender(share_id, terms._replace(amount=1))
    assert certificate.getStateFingerprint(share_id) != before
    tell_lender(share_id, terms)
    assert certificate.getStateFingerprint(share_id) == before


def test_fingerprint__the_same_buyer_permitted_for_longer__changes_it(certificate, share_id, buyer, manager, soon):
    certificate.approveTransfer(share_id, buyer, soon, sender=manager)
    before = certificate.getStateFingerprint(share_id)
    certificate.approveTransfer(share_id, buyer, soon + 1, sender=manager)
    assert certificate.getStateFingerprint(share_id) != before


def test_fingerprint__of_two_shares_or_houses__differ(certificate, house, tokenized_house, share):
    other = tokenized_house()
    ids = [share(house, 1), share(house, 2), share(other, 1)]
    assert len({bytes(certificate.getStateFingerprint(share_id)) for share_id in ids}) == 3


def test_fingerprint__use_and_permission_that_ran_out__change_it_by_themselves(
    certificate, share_id, owner_a, buyer, manager, soon, view_at
):
    bare = certificate.getStateFingerprint(share_id)
    certificate.approveTransfer(share_id, buyer, soon, sender=manager)
    view_at(soon)
    permitted = certificate.getStateFingerprint(share_id)
    view_at(soon + 1)
    assert certificate.getStateFingerprint(share_id) == bare != permitted
    certificate.setUser(share_id, buyer, soon + 100, sender=owner_a)
    view_at(soon + 100)
    used = certificate.getStateFingerprint(share_id)
    view_at(soon + 101)
    assert certificate.getStateFingerprint(share_id) != used
