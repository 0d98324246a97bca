"""T09, hook re-entry: a contract that acts from `onERC721Received` gets what it would get one moment later, or nothing.

Each attack runs twice from the same state: inside the hook, and by the same contract right after a plain transfer. The
end must be the same to the last view, and what views said in mid-call must be what they say then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import pytest

from commonhold.recipe.lending import Application, Requested, approve_loan

COIN = 10**18
FOREVER = 2**40 - 1
LENT = 10_000 * COIN


@pytest.fixture
def receiver(
    handles: Any, suite: Any, dao: Any, owner_a: Any, credential: Callable[..., bytes], people: list[Any]
) -> Any:
    """The hostile contract: an owner in good standing, to whom the DAO gave a row for leases besides."""
    contract = handles.engine.deploy("TestReentrantOwner", sender=owner_a)
    suite.certificate.setHolder(contract.address, (False, False, True), sender=dao)
    credential(contract.address)
    people.append(contract)
    return contract


@pytest.fixture
def house(valued_house: Callable[..., int], pay_income: Callable[[int, int], None]) -> int:
    house = valued_house(shares=8)
    pay_income(house, 8 * COIN + 3)
    return house


@pytest.fixture
def other_share(handles: Any, house: int, share: Any, owner_a: Any, receiver: Any, approve_move: Any) -> int:
    """A share that the contract owns already, with permission to move back to `owner_a`."""
    share_id = share(house, 7)
    approve_move(share_id, receiver.address)
    handles.certificate.transferFrom(owner_a.address, receiver.address, share_id, sender=owner_a)
    approve_move(share_id, owner_a)
    return share_id


@pytest.fixture
def loan_id(handles: Any, other_share: int, owner_a: Any, receiver: Any, lending_cash: Callable[..., None]) -> int:
    """An approved loan of the contract's on the share that it owns already."""
    lending_cash()
    asked = Application(other_share, LENT)
    receiver.execute(handles.desk.address, handles.desk.request.encode(astuple(asked)), sender=owner_a)
    requested = Requested(handles.desk.lastLoan(), receiver.address, asked)
    approve_loan(handles, requested)
    return requested.loan_id


@pytest.fixture
def attacks(
    handles: Any,
    house: int,
    share: Any,
    owner_a: Any,
    attacker: Any,
    receiver: Any,
    other_share: int,
    loan_id: int,
) -> Any:
    certificate, income, coin = handles.certificate, handles.income, handles.coin
    book, desk = handles.book, handles.desk
    taken, me, him = share(house, 3), receiver.address, owner_a.address
    return {
        "move on with the used permission": [
            (certificate, certificate.transferFrom.encode(me, him, taken)),
            (certificate, certificate.transferFrom.encode(him, me, taken)),
            (certificate, certificate.transferFrom.encode(me, me, taken)),
        ],
        "move another share with its own permission": [
            (certificate, certificate.transferFrom.encode(me, him, other_share)),
            (certificate, certificate.transferFrom.encode(me, him, other_share)),
        ],
        "approve": [
            (certificate, certificate.approve.encode(attacker.address, taken)),
            (certificate, certificate.approve.encode(attacker.address, share(house, 4))),
            (certificate, certificate.setApprovalForAll.encode(attacker.address, True)),
        ],
        "setUser": [
            (certificate, certificate.setUser.encode(taken, attacker.address, FOREVER)),
            (certificate, certificate.setUser.encode(share(house, 4), attacker.address, FOREVER)),
        ],
        "claim": [
            (income, income.claim.encode([taken])),
            (income, income.claim.encode([taken, other_share, taken])),
            (income, income.claim.encode([share(house, 4)])),
            (income, income.claimRecovered.encode(him)),
        ],
        "claim, pay in again and claim": [
            (income, income.claim.encode([other_share])),
            (coin, coin.approve.encode(income.address, COIN)),
            (income, income.deposit.encode(house, COIN)),
            (income, income.claim.encode([taken, other_share])),
        ],
        "settle and mint": [
            (income, income.settle.encode(taken, me)),
            (certificate, certificate.tokenize.encode(house, me)),
            (coin, coin.mint.encode(me, COIN)),
        ],
        "draw a loan and get rid of what secures it": [
            (book, book.draw.encode(loan_id, me)),
            (book, book.draw.encode(loan_id, me)),
            (certificate, certificate.transferFrom.encode(me, him, other_share)),
            (book, book.addCollateral.encode(loan_id, taken)),
            (certificate, certificate.transferFrom.encode(me, him, taken)),
        ],
        "ask for a loan and take it": [
            (desk, desk.request.encode(astuple(Application(taken, LENT)))),
            (book, book.draw.encode(loan_id + 1, me)),
        ],
        "lease to itself": [
            (certificate, certificate.placeLease.encode(taken, me, FOREVER)),
            (certificate, certificate.setUser.encode(taken, him, FOREVER)),
            (certificate, certificate.transferFrom.encode(me, him, taken)),
        ],
        "sell by a lease what is its own, and what is not": [
            (certificate, certificate.placeLease.encode(taken, me, FOREVER)),
            (certificate, certificate.moveByLease.encode(taken, him, COIN, coin.address)),
            (certificate, certificate.placeLease.encode(share(house, 4), me, FOREVER)),
            (certificate, certificate.moveByLease.encode(share(house, 4), me, COIN, coin.address)),
            (certificate, certificate.moveByLease.encode(other_share, me, COIN, coin.address)),
        ],
        "complete a recovery": [(certificate, certificate.completeRecovery.encode(him, [taken]))],
    }


NAMES = (
    "move on with the used permission",
    "move another share with its own permission",
    "approve",
    "setUser",
    "claim",
    "claim, pay in again and claim",
    "settle and mint",
    "draw a loan and get rid of what secures it",
    "ask for a loan and take it",
    "lease to itself",
    "sell by a lease what is its own, and what is not",
    "complete a recovery",
)


@pytest.fixture
def everything(
    handles: Any, house: int, share: Any, owner_a: Any, attacker: Any, receiver: Any, loan_id: int
) -> Callable[[], Any]:
    """All that the attacks could have changed; not the times of later seconds."""
    certificate, income, coin = handles.certificate, handles.income, handles.coin

    def of_share(share_id: int) -> tuple[Any, ...]:
        return (
            certificate.certificateOf(share_id),
            certificate.getApproved(share_id),
            certificate.transferApprovalOf(share_id),
            (certificate.userOf(share_id), certificate.userExpires(share_id)),
            certificate.encumbrancesOf(share_id),
            certificate.getStateFingerprint(share_id),
            income.pendingOf(share_id),
        )

    def read() -> Any:
        wallets = [wallet.address for wallet in (owner_a, attacker, receiver)]
        return (
            [of_share(share(house, number)) for number in range(1, 9)],
            [(certificate.balanceOf(w), income.settledOf(w), coin.balanceOf(w)) for w in wallets],
            certificate.isApprovedForAll(receiver.address, attacker.address),
            (income.totals(), income.houseIncome(house), coin.totalSupply()),
            [(handles.desk.loanOf(number), handles.book.debtOf(number)) for number in (loan_id, loan_id + 1)],
        )

    return read


@pytest.mark.parametrize("name", NAMES)
def test_hook__any_act__ends_as_the_same_acts_one_after_the_other(
    handles, engine, house, share, owner_a, receiver, approve_move, attacks, everything, conserved, name
):
    certificate, calls = handles.certificate, attacks[name]
    taken, moment = share(house, 3), engine.now() + 100
    approve_move(taken, receiver.address)
    move = (owner_a.address, receiver.address, taken)
    armed = [(contract.address, data) for contract, data in calls]

    # One after the other: the plain move, then the calls in a transaction of their own, in the same second as below.
    with engine.rollback():
        certificate.transferFrom(*move, sender=owner_a)
        receiver.arm(armed, False, sender=owner_a)
        engine.set_next_time(moment)
        receiver.onERC721Received(owner_a.address, owner_a.address, taken, b"", sender=owner_a)
        expected, answers = _untimed(everything()), receiver.answers()

    receiver.arm(armed, False, sender=owner_a)
    engine.set_next_time(moment)
    certificate.safeTransferFrom(*move, sender=owner_a)
    assert _untimed(everything()) == expected
    assert [(answer.succeeded, bytes(answer.data)[:4]) for answer in receiver.answers()] == [
        (answer.succeeded, bytes(answer.data)[:4]) for answer in answers
    ]
    conserved()


def _untimed(state: Any) -> Any:
    """Moves that the attack itself made happen some seconds later when it is played one by one."""
    papers, *rest = state
    return [(paper._replace(acquiredAt=0), *others) for paper, *others in papers], rest


def test_hook__loan_drawn_in_mid_transfer__holds_its_shares_as_any_other(
    handles, house, share, owner_a, receiver, approve_move, attacks, other_share, loan_id, conserved
):
    certificate, taken = handles.certificate, share(house, 3)
    calls = attacks["draw a loan and get rid of what secures it"]
    approve_move(taken, receiver.address)
    receiver.arm([(contract.address, data) for contract, data in calls], False, sender=owner_a)
    certificate.safeTransferFrom(owner_a.address, receiver.address, taken, sender=owner_a)
    assert [answer.succeeded for answer in receiver.answers()] == [True, False, False, True, False]
    for share_id in (other_share, taken):
        assert certificate.ownerOf(share_id) == receiver.address
        assert tuple(certificate.encumbrancesOf(share_id)) == (handles.book.address, "0x" + "00" * 20)
    assert handles.book.debtOf(loan_id) >= LENT
    conserved()


def test_hook__share_leased_in_mid_transfer__is_locked_as_any_other(
    handles, house, share, owner_a, receiver, approve_move, attacks, conserved
):
    certificate, taken = handles.certificate, share(house, 3)
    approve_move(taken, receiver.address)
    armed = [(contract.address, data) for contract, data in attacks["lease to itself"]]
    receiver.arm(armed, False, sender=owner_a)
    certificate.safeTransferFrom(owner_a.address, receiver.address, taken, sender=owner_a)
    assert [answer.succeeded for answer in receiver.answers()] == [True, False, False]
    assert tuple(certificate.encumbrancesOf(taken)) == ("0x" + "00" * 20, receiver.address)
    assert certificate.userOf(taken) == receiver.address
    conserved()


@pytest.mark.parametrize("name", NAMES)
def test_hook__any_act_and_then_a_refusal__leaves_nothing_behind(
    handles, house, share, owner_a, receiver, approve_move, attacks, everything, conserved, refused, name
):
    taken = share(house, 3)
    approve_move(taken, receiver.address)
    receiver.arm([(contract.address, data) for contract, data in attacks[name]], True, sender=owner_a)
    before = everything()
    with refused("Refused", taken):
        handles.certificate.safeTransferFrom(owner_a.address, receiver.address, taken, sender=owner_a)
    assert everything() == before
    conserved()


def test_hook__nested_moves__each_share_moves_once(
    handles, house, share, owner_a, owner_b, receiver, credential, approve_move, conserved
):
    """The contract passes the share on from its own hook, to a contract that passes it back from its hook."""
    certificate, taken = handles.certificate, share(house, 3)
    credential(owner_b)
    approve_move(taken, receiver.address)
    onward = certificate.transferFrom.encode(receiver.address, owner_b.address, taken)
    # Only the manager could permit the second leg, and his one permission is being used up.
    receiver.arm([(certificate.address, onward)] * 3, False, sender=owner_a)
    certificate.safeTransferFrom(owner_a.address, receiver.address, taken, sender=owner_a)
    assert [answer.succeeded for answer in receiver.answers()] == [False] * 3
    assert (certificate.ownerOf(taken), certificate.moveNumberOf(taken)) == (receiver.address, 1)
    conserved()


def test_hook__views_in_mid_call__say_what_they_say_afterwards(
    handles, engine, house, share, owner_a, receiver, approve_move, conserved
):
    """Read-only re-entrancy: nobody who asks during the call is shown anything but the state after it."""
    certificate, income, lens, taken = handles.certificate, handles.income, handles.lens, share(house, 3)
    approve_move(taken, receiver.address)
    me, him = receiver.address, owner_a.address
    asked = [
        (certificate, certificate.ownerOf.encode(taken)),
        (certificate, certificate.balanceOf.encode(him)),
        (certificate, certificate.balanceOf.encode(me)),
        (certificate, certificate.certificateOf.encode(taken)),
        (certificate, certificate.transferCheck.encode(me, him, taken, me)),
        (certificate, certificate.canTransfer.encode(me, him, taken)),
        (certificate, certificate.transferApprovalOf.encode(taken)),
        (certificate, certificate.getStateFingerprint.encode(taken)),
        (income, income.pendingOf.encode(taken)),
        (income, income.claimable.encode(him, [taken, share(house, 1)])),
        (income, income.claimable.encode(me, [taken])),
        (income, income.totals.encode()),
        (lens, lens.certificate.encode(taken)),
        (lens, lens.wallet.encode(me, house, 1)),
    ]
    receiver.arm([(contract.address, data) for contract, data in asked], False, sender=owner_a)
    certificate.safeTransferFrom(him, me, taken, sender=owner_a)
    for (contract, data), answer in zip(asked, receiver.answers(), strict=True):
        assert answer.succeeded
        assert bytes(answer.data) == engine.call_raw(contract.address, data, me)
    conserved()
