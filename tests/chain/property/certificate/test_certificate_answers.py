"""`transferCheck`, `requireTransferable` and `canTransfer` say beforehand what a transfer does: never anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from certificate_terms import MAX, ZERO

from commonhold.engines import Revert


@pytest.fixture
def answers(suite: Any, engine: Any):
    """What the three views and a real transfer say of one move, all in the same second; the transfer is undone."""
    certificate = suite.handles.certificate

    def refusal_of(act: Callable[[], Any]) -> Revert | None:
        try:
            act()
        except Revert as refused:
            return refused
        return None

    def ask(owner: Any, to: Any, share_id: int, operator: Any) -> tuple[str, tuple[Any, ...], bool]:
        owner, to, operator = (getattr(party, "address", party) for party in (owner, to, operator))
        second = engine.now() + 1
        with engine.rollback():
            engine.set_time(second)
            data = certificate.transferCheck(owner, to, share_id, operator)
            allowed = certificate.canTransfer(owner, to, share_id)
            required = refusal_of(lambda: certificate.requireTransferable(owner, to, share_id, operator))
        with engine.rollback():
            engine.set_next_time(second)
            done = refusal_of(lambda: certificate.transferFrom(owner, to, share_id, sender=operator))
        if done is None:
            assert (data, required) == (b"", None)
            return "", (), allowed
        assert required is not None
        assert (required.data, done.data) == (data, data)
        return done.name, done.values, allowed

    return ask


def test_answers__offered_share__all_agree(certificate, answers, share_id, owner_a, owner_b, offer):
    offer(share_id, owner_b)
    assert answers(owner_a, owner_b, share_id, owner_a) == ("", (), True)


def test_answers__authority_and_ownership__are_not_can_transfers_to_judge(
    certificate, answers, share_id, owner_a, owner_b, buyer, attacker, offer
):
    offer(share_id, owner_b)
    expected = ("ERC721InsufficientApproval", (attacker.address, share_id), True)
    assert answers(owner_a, owner_b, share_id, attacker) == expected
    expected = ("ERC721IncorrectOwner", (buyer.address, share_id, owner_a.address), True)
    assert answers(buyer, owner_b, share_id, owner_a) == expected
    certificate.setApprovalForAll(buyer, True, sender=owner_a)
    assert answers(owner_a, owner_b, share_id, buyer) == ("", (), True)


@pytest.mark.parametrize("missing", [0, 256, 256 * 99 + 1, MAX])
def test_answers__share_that_does_not_exist__all_say_no(answers, house, owner_a, owner_b, admit, missing):
    admit(owner_b)
    assert answers(owner_a, owner_b, missing, owner_a) == ("ERC721NonexistentToken", (missing,), False)


def test_answers__permission__missing_for_another_late_or_of_a_former_manager(
    suite, answers, share_id, house, owner_a, owner_b, buyer, registrar, admit, offer, engine
):
    admit(owner_b)
    missing = ("TransferNotApproved", (share_id, owner_b.address), False)
    assert answers(owner_a, owner_b, share_id, owner_a) == missing
    offer(share_id, buyer)
    assert answers(owner_a, owner_b, share_id, owner_a) == missing
    deadline = engine.now() + 3
    offer(share_id, owner_b, deadline=deadline)
    assert answers(owner_a, owner_b, share_id, owner_a) == ("", (), True)
    engine.set_time(deadline)
    late = ("TransferApprovalExpired", (share_id, owner_b.address, deadline), False)
    assert answers(owner_a, owner_b, share_id, owner_a) == late
    offer(share_id, owner_b)
    suite.registry.setManager(house, buyer, sender=registrar)
    assert answers(owner_a, owner_b, share_id, owner_a) == missing


def test_answers__receiver__must_hold_a_valid_credential(
    suite, answers, share_id, owner_a, owner_b, attacker, issuer, offer, approve_move
):
    approve_move(share_id, attacker)
    assert answers(owner_a, attacker, share_id, owner_a) == ("ERC7943CannotReceive", (attacker.address,), False)
    offer(share_id, owner_b)
    suite.credentials.revoke(owner_b, sender=issuer)
    assert answers(owner_a, owner_b, share_id, owner_a) == ("ERC7943CannotReceive", (owner_b.address,), False)
    approve_move(share_id, ZERO)
    assert answers(owner_a, ZERO, share_id, owner_a) == ("ERC721InvalidReceiver", (ZERO,), False)


def test_answers__frozen_or_locked__nobody_may(certificate, answers, share_id, owner_a, owner_b, lender, offer, freeze):
    offer(share_id, owner_b)
    freeze(owner_a, share_id)
    frozen = ("ERC7943InsufficientUnfrozenBalance", (owner_a.address, share_id), False)
    assert answers(owner_a, owner_b, share_id, owner_a) == frozen
    freeze(owner_a, share_id, False)
    freeze(owner_b, share_id)  # for the buyer: he may get it
    assert answers(owner_a, owner_b, share_id, owner_a) == ("", (), True)
    certificate.placeLien(share_id, sender=lender)
    assert answers(owner_a, owner_b, share_id, owner_a) == ("ShareLocked", (share_id, lender.address, ZERO), False)
    certificate.placeLease(share_id, owner_b, 2**40, sender=lender)
    locked = ("ShareLocked", (share_id, lender.address, lender.address), False)
    assert answers(owner_a, owner_b, share_id, owner_a) == locked
    certificate.releaseLien(share_id, sender=lender)
    assert answers(owner_a, owner_b, share_id, owner_a) == ("ShareLocked", (share_id, ZERO, lender.address), False)


def test_answers__to_oneself__need_the_same_authority(answers, share_id, owner_a, offer):
    assert answers(owner_a, owner_a, share_id, owner_a) == ("TransferNotApproved", (share_id, owner_a.address), False)
    offer(share_id, owner_a)
    assert answers(owner_a, owner_a, share_id, owner_a) == ("", (), True)


def test_can_send__is_true_for_everybody_but_nobody(suite, certificate, house, owner_a, attacker, issuer):
    suite.credentials.revoke(owner_a, sender=issuer)
    assert certificate.canSend(owner_a)  # who owns may sell
    assert certificate.canSend(attacker)
    assert not certificate.canSend(ZERO)


def test_can_receive__follows_the_credential_to_the_second(certificate, owner_a, attacker, credential, soon, view_at):
    credential(owner_a, expires_at=soon)
    for second, allowed in ((-1, True), (0, False), (1, False)):
        view_at(soon + second)
        assert certificate.canReceive(owner_a) is allowed
    assert not certificate.canReceive(attacker)
    assert not certificate.canReceive(ZERO)


@pytest.mark.parametrize("number", [0, 1, 255, 256, 2**255, MAX])
def test_views__on_any_id__do_not_revert(certificate, owner_a, number):
    assert certificate.canTransfer(owner_a, owner_a, number) is False
    assert certificate.getFrozenTokens(owner_a, number) is False
    assert certificate.frozenTimeOf(owner_a, number) == 0
    assert (certificate.userOf(number), certificate.userExpires(number)) == (ZERO, 0)
    assert tuple(certificate.encumbrancesOf(number)) == (ZERO, ZERO)
    assert tuple(certificate.transferApprovalOf(number)) == (ZERO, 0)
    assert (certificate.moveNumberOf(number), certificate.sharesOf(number)) == (0, 0)
    assert certificate.transferCheck(owner_a, owner_a, number, owner_a) != b""
    assert certificate.certificateOf(number).owner == ZERO
    assert certificate.getStateFingerprint(number) != b"\0" * 32


def test_require_owner__all_or_the_first_that_is_not(suite, house, share, owner_a, owner_b, move):
    certificate = suite.handles.certificate
    mine = [share(house, 1), share(house, 2)]
    certificate.requireOwner(owner_a.address, [])
    certificate.requireOwner(owner_a.address, mine)
    move(mine[1], owner_a, owner_b)
    for asked, missing, actual in ((mine, mine[1], owner_b.address), ([0, *mine], 0, ZERO)):
        with pytest.raises(Revert) as refused:
            certificate.requireOwner(owner_a.address, asked)
        assert (refused.value.name, refused.value.values) == ("NotShareOwner", (missing, owner_a.address, actual))
