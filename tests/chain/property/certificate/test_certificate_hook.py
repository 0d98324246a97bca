"""The one hook that runs foreign code: whoever receives a share by `safeTransferFrom` finds everything written."""

from __future__ import annotations

import pytest
from certificate_terms import COIN, ZERO

from commonhold.engines.base import decode_revert


@pytest.fixture
def receiver(project, deployer, admit):
    contract = deployer.deploy(project.TestReentrantOwner)
    admit(contract)
    return contract


def test_hook__sees_the_state_after_the_move(
    suite, certificate, share_id, house, owner_a, receiver, approve_move, pay_income
):
    """Read-only re-entrancy: what views say in mid-call is what they say afterwards."""
    pay_income(house, 8 * COIN)
    approve_move(share_id, receiver)
    asked = [
        (certificate, certificate.ownerOf, (share_id,)),
        (certificate, certificate.balanceOf, (owner_a,)),
        (certificate, certificate.balanceOf, (receiver,)),
        (certificate, certificate.moveNumberOf, (share_id,)),
        (certificate, certificate.getApproved, (share_id,)),
        (certificate, certificate.transferApprovalOf, (share_id,)),
        (certificate, certificate.getStateFingerprint, (share_id,)),
        (certificate, certificate.certificateOf, (share_id,)),
        (certificate, certificate.canTransfer, (receiver, owner_a, share_id)),
        (suite.income, suite.income.pendingOf, (share_id,)),
        (suite.income, suite.income.settledOf, (owner_a,)),
        (suite.income, suite.income.totals, ()),
    ]
    calls = [(contract.address, view.encode_input(*arguments)) for contract, view, arguments in asked]
    receiver.arm(calls, False, sender=owner_a)
    certificate.safeTransferFrom(owner_a, receiver, share_id, sender=owner_a)
    answers = receiver.answers()
    assert len(answers) == len(asked)
    for (succeeded, data), (target, call_data) in zip(answers, calls, strict=True):
        assert succeeded
        assert bytes(data) == suite.engine.call_raw(target, bytes(call_data))


def test_hook__moves_on_with_the_old_permission__is_refused(
    suite, certificate, share_id, owner_a, receiver, approve_move
):
    approve_move(share_id, receiver)
    back = certificate.transferFrom.encode_input(receiver, owner_a, share_id)
    again = certificate.transferFrom.encode_input(receiver, receiver, share_id)
    receiver.arm([(certificate.address, back), (certificate.address, again)], False, sender=owner_a)
    certificate.safeTransferFrom(owner_a, receiver, share_id, sender=owner_a)
    refusals = [decode_revert(bytes(data), "ShareCertificate") for succeeded, data in receiver.answers()]
    assert [(refusal.name, refusal.values) for refusal in refusals] == [
        ("TransferNotApproved", (share_id, owner_a.address)),
        ("TransferNotApproved", (share_id, receiver.address)),
    ]
    assert (certificate.ownerOf(share_id), certificate.moveNumberOf(share_id)) == (receiver, 1)


def test_hook__acts_as_the_owner_it_is__as_if_one_moment_later(
    suite, certificate, share_id, house, owner_a, owner_b, receiver, approve_move, pay_income
):
    pay_income(house, 8 * COIN)
    approve_move(share_id, receiver)
    acts = [
        (certificate, certificate.approve.encode_input(owner_b, share_id)),
        (certificate, certificate.setUser.encode_input(share_id, owner_b, 2**40)),
        (suite.income, suite.income.claim.encode_input([share_id])),
    ]
    receiver.arm([(contract.address, data) for contract, data in acts], False, sender=owner_a)
    certificate.safeTransferFrom(owner_a, receiver, share_id, sender=owner_a)
    assert all(succeeded for succeeded, _ in receiver.answers())
    assert (certificate.getApproved(share_id), certificate.userOf(share_id)) == (owner_b, owner_b)
    # The income of before is the seller's: the claim found nothing.
    assert (suite.coin.balanceOf(receiver), suite.income.settledOf(owner_a)) == (0, COIN)
    assert tuple(certificate.encumbrancesOf(share_id)) == (ZERO, ZERO)
