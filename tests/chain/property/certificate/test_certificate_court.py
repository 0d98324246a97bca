"""The court: `setFrozenTokens` at once, `forcedTransfer` after its delay; how long a share was frozen."""

from __future__ import annotations

import ape
import pytest
from certificate_terms import COIN, COURT, DAY, MAX, ORDER, ZERO

DELAY = 3 * DAY


# -------------------------------------------------------------------------------------------------------------- freezes


def test_freeze__by_the_court__acts_at_once(certificate, share_id, owner_a, court):
    for frozen in (True, False):
        tx = certificate.setFrozenTokens(owner_a, share_id, frozen, sender=court)
        assert tx.events == [certificate.Frozen(account=owner_a, tokenId=share_id, frozenStatus=frozen)]
        assert certificate.getFrozenTokens(owner_a, share_id) is frozen


def test_freeze__is_of_one_wallet_and_one_share(certificate, share_id, owner_a, owner_b, freeze):
    freeze(owner_a, share_id)
    assert not certificate.getFrozenTokens(owner_b, share_id)
    assert not certificate.getFrozenTokens(owner_a, share_id + 1)


def test_freeze__by_anybody_else__reverts_the_dao_included(
    certificate, share_id, owner_a, dao, council, guardian, registrar, manager, attacker
):
    for caller in (dao, council, guardian, registrar, manager, owner_a, attacker):
        with ape.reverts(certificate.MissingRole, account=caller, role=COURT):
            certificate.setFrozenTokens(owner_a, share_id, False, sender=caller)


def test_freeze__before_the_share_exists__holds_when_it_does(
    certificate, owner_a, owner_b, registrar, register_house, admit, offer, freeze
):
    house = register_house()
    share_id = 256 * house + 1
    freeze(owner_a, share_id)
    admit(owner_a)
    certificate.tokenize(house, owner_a, sender=registrar)  # by the registrar, who knows
    offer(share_id, owner_b)
    with ape.reverts(certificate.ERC7943InsufficientUnfrozenBalance, account=owner_a, tokenId=share_id):
        certificate.transferFrom(owner_a, owner_b, share_id, sender=owner_a)
    offer(share_id + 1, owner_b)
    certificate.transferFrom(owner_a, owner_b, share_id + 1, sender=owner_a)


def test_freeze__owner_keeps_use_and_income(suite, certificate, share_id, owner_a, buyer, house, pay_income, freeze):
    freeze(owner_a, share_id)
    certificate.setUser(share_id, buyer, 2**40, sender=owner_a)
    pay_income(house, 8 * COIN)
    suite.income.claim([share_id], sender=owner_a)
    assert (certificate.userOf(share_id), suite.coin.balanceOf(owner_a)) == (buyer, COIN)


def test_frozen_time__adds_up_to_the_second_over_all_freezes(
    certificate, share_id, owner_a, owner_b, court, soon, at, view_at
):
    def set_at(second: int, frozen: bool) -> None:
        at(soon + second)
        certificate.setFrozenTokens(owner_a, share_id, frozen, sender=court)

    def time_at(second: int) -> int:
        view_at(soon + second)
        return certificate.frozenTimeOf(owner_a, share_id)

    assert certificate.frozenTimeOf(owner_a, share_id) == 0
    set_at(0, True)
    assert (time_at(1), time_at(40)) == (1, 40)
    set_at(60, True)  # again: does not start anew
    assert time_at(99) == 99
    set_at(100, False)
    set_at(120, False)  # again: takes nothing away
    assert time_at(150) == 100
    set_at(200, True)
    assert time_at(230) == 130
    set_at(1_000_200, False)
    assert time_at(2_000_000) == 1_000_100
    assert certificate.frozenTimeOf(owner_b, share_id) == certificate.frozenTimeOf(owner_a, share_id + 1) == 0


# ----------------------------------------------------------------------------------------------------- forced transfers


@pytest.fixture
def order(suite, certificate, court):
    """Schedules an order in the hub; answers when it falls due, its id, and how to carry it out."""

    def schedule(owner, to, share_id):
        call = certificate.forcedTransfer.encode_input(owner, to, share_id)
        tx = suite.hub.schedule(certificate, call, 0, sender=court)
        order_id = suite.hub.hashOperation(court, certificate, call)
        return tx.timestamp + DELAY, order_id, lambda: certificate.forcedTransfer(owner, to, share_id, sender=court)

    return schedule


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_order__around_its_delay(suite, certificate, share_id, owner_a, owner_b, order, admit, at, second):
    admit(owner_b)
    due, order_id, carry_out = order(owner_a, owner_b, share_id)
    at(due + second)
    if second < 0:
        with ape.reverts(suite.hub.AccessManagerNotReady, operationId=order_id):
            carry_out()
    else:
        carry_out()
        assert certificate.ownerOf(share_id) == owner_b


def test_order__not_scheduled_or_another_one__reverts(
    suite, certificate, share_id, owner_a, owner_b, court, order, admit
):
    admit(owner_b)
    order(owner_a, owner_b, share_id + 1)
    call = certificate.forcedTransfer.encode_input(owner_a, owner_b, share_id)
    order_id = suite.hub.hashOperation(court, certificate, call)
    with ape.reverts(suite.hub.AccessManagerNotScheduled, operationId=order_id):
        certificate.forcedTransfer(owner_a, owner_b, share_id, sender=court)


def test_order__by_anybody_else__reverts(
    certificate, share_id, owner_a, owner_b, council, guardian, registrar, attacker
):
    for caller in (council, guardian, registrar, owner_a, attacker):
        with ape.reverts(certificate.AccessManagedUnauthorized, caller=caller):
            certificate.forcedTransfer(owner_a, owner_b, share_id, sender=caller)


def test_order__on_a_frozen_share__lifts_the_freeze_first_and_moves(
    suite, certificate, share_id, owner_a, owner_b, order, admit, freeze, at
):
    admit(owner_b)
    freeze(owner_a, share_id)
    freeze(owner_b, share_id)  # another matter: stays
    due, _, carry_out = order(owner_a, owner_b, share_id)
    at(due)
    tx = carry_out()
    assert [event for event in tx.events if event.contract_address == certificate.address] == [
        certificate.Frozen(account=owner_a, tokenId=share_id, frozenStatus=False),
        certificate.Transfer(owner_a, owner_b, share_id),
        certificate.ShareMoved(shareId=share_id, moveNumber=1, authority=ORDER),
        certificate.ForcedTransfer(**{"from": owner_a, "to": owner_b, "tokenId": share_id}),
    ]
    assert certificate.ownerOf(share_id) == owner_b
    assert not certificate.getFrozenTokens(owner_a, share_id)
    assert certificate.getFrozenTokens(owner_b, share_id)


def test_order__time_that_the_freeze_took__stays_on_record(
    certificate, share_id, owner_a, owner_b, court, order, admit, soon, at
):
    admit(owner_b)
    at(soon)
    certificate.setFrozenTokens(owner_a, share_id, True, sender=court)
    due, _, carry_out = order(owner_a, owner_b, share_id)
    at(due)
    carry_out()
    assert certificate.frozenTimeOf(owner_a, share_id) == due - soon


def test_order__nothing_else_moves_a_frozen_share(
    certificate, share_id, owner_a, owner_b, buyer, market, lender, recover, admit, offer, freeze
):
    frozen = {"account": owner_a, "tokenId": share_id}
    offer(share_id, owner_b)
    certificate.placeLien(share_id, sender=lender)
    certificate.approve(market, share_id, sender=owner_a)
    freeze(owner_a, share_id)
    with ape.reverts(certificate.ERC7943InsufficientUnfrozenBalance, **frozen):
        certificate.moveByLien(share_id, owner_b, sender=lender)
    certificate.releaseLien(share_id, sender=lender)
    with ape.reverts(certificate.ERC7943InsufficientUnfrozenBalance, **frozen):
        certificate.transferFrom(owner_a, owner_b, share_id, sender=owner_a)
    with ape.reverts(certificate.ERC7943InsufficientUnfrozenBalance, **frozen):
        certificate.moveBySale(share_id, owner_a, owner_b, 1, ZERO, sender=market)
    recover(owner_a, buyer)
    with ape.reverts(certificate.ERC7943InsufficientUnfrozenBalance, **frozen):
        certificate.completeRecovery(owner_a, [share_id], sender=buyer)
    assert certificate.getFrozenTokens(owner_a, share_id)


def test_order__takes_lien_lease_and_the_lessees_use_along(
    suite, certificate, share_id, owner_a, owner_b, buyer, lender, house, admit, order, at, pay_income
):
    admit(owner_b)
    certificate.placeLien(share_id, sender=lender)
    certificate.placeLease(share_id, buyer, 2**40, sender=lender)
    pay_income(house, 8 * COIN)
    due, _, carry_out = order(owner_a, owner_b, share_id)
    at(due)
    carry_out()
    assert tuple(certificate.encumbrancesOf(share_id)) == (lender, lender)
    assert (certificate.locked(share_id), certificate.userOf(share_id)) == (True, buyer)
    assert (suite.income.settledOf(owner_a), suite.income.settledOf(owner_b)) == (COIN, 0)


def test_order__of_the_wrong_owner_or_to_a_stranger_or_of_no_share__reverts(
    certificate, share_id, owner_a, owner_b, buyer, attacker, order, admit, engine
):
    admit(owner_b)
    orders = {
        "owner": order(buyer, owner_b, share_id),
        "stranger": order(owner_a, attacker, share_id),
        "nobody": order(owner_a, ZERO, share_id),
        "share": order(owner_a, owner_b, MAX),
    }
    engine.set_time(max(due for due, _, _ in orders.values()))
    with ape.reverts(certificate.ERC721IncorrectOwner, sender=buyer, tokenId=share_id, owner=owner_a):
        orders["owner"][2]()
    with ape.reverts(certificate.ERC7943CannotReceive, account=attacker):
        orders["stranger"][2]()
    with ape.reverts(certificate.ERC7943CannotReceive, account=ZERO):
        orders["nobody"][2]()
    with ape.reverts(certificate.ERC721NonexistentToken, tokenId=MAX):
        orders["share"][2]()


def test_order__to_the_owner_himself__changes_nothing(certificate, share_id, owner_a, freeze, order, at):
    freeze(owner_a, share_id)
    due, _, carry_out = order(owner_a, owner_a, share_id)
    at(due)
    tx = carry_out()
    assert certificate.Transfer(owner_a, owner_a, share_id) in tx.events
    assert certificate.getFrozenTokens(owner_a, share_id)
    assert certificate.moveNumberOf(share_id) == 0
