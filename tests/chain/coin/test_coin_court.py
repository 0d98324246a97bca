"""ERC-7943 on the coin: freezes at once, forced transfers after a delay, views that never revert."""

from __future__ import annotations

import ape
import pytest

ZERO = "0x" + "00" * 20
MAX = 2**256 - 1
COURT = 6


@pytest.fixture
def holder(manager, coin, coins):
    """Holds exactly 100."""
    coins(manager, 100)
    assert coin.balanceOf(manager) == 100
    return manager


@pytest.mark.parametrize("amount", [0, 1, 100, 101, MAX])
def test_set_frozen_tokens__court__at_once_and_any_amount(coin, court, holder, amount):
    tx = coin.setFrozenTokens(holder, amount, sender=court)
    assert tx.events == [coin.Frozen(account=holder, amount=amount)]
    assert tx.return_value is True
    assert coin.getFrozenTokens(holder) == amount


def test_set_frozen_tokens__twice__overwrites(coin, holder, freeze):
    freeze(holder, 70)
    freeze(holder, 20)
    assert coin.getFrozenTokens(holder) == 20


def test_set_frozen_tokens__others__refused(coin, holder, council, guardian, attacker):
    for caller in (council, guardian, attacker, holder):
        with ape.reverts(coin.MissingRole, account=caller, role=COURT):
            coin.setFrozenTokens(holder, 1, sender=caller)


def test_court__coins_at_a_minter__out_of_reach(coin, suite, court, holder, ordered, council, set_minter):
    with ape.reverts(coin.MinterExempt, minter=suite.treasury):
        coin.setFrozenTokens(suite.treasury, 1, sender=court)
    ordered(suite.treasury, holder, 1)
    with ape.reverts(coin.MinterExempt, minter=suite.treasury):
        coin.forcedTransfer(suite.treasury, holder, 1, sender=court)
    set_minter(council, 1)
    with ape.reverts(coin.MinterExempt, minter=council):
        coin.setFrozenTokens(council, 1, sender=court)
    set_minter(council, 0)
    coin.setFrozenTokens(council, 1, sender=court)


def test_forced_transfer__not_scheduled__refused(suite, coin, court, holder, buyer):
    operation = suite.hub.hashOperation(court, coin, coin.forcedTransfer.encode_input(holder, buyer, 1))
    with ape.reverts(suite.hub.AccessManagerNotScheduled, operationId=operation):
        coin.forcedTransfer(holder, buyer, 1, sender=court)


def test_forced_transfer__others__refused(coin, holder, buyer, council, attacker):
    for caller in (council, attacker, holder, buyer):
        with ape.reverts(coin.AccessManagedUnauthorized, caller=caller):
            coin.forcedTransfer(holder, buyer, 1, sender=caller)


# balance 100 throughout
@pytest.mark.parametrize(
    ("frozen", "amount", "left"),
    [(0, 100, 0), (60, 40, 60), (60, 41, 59), (60, 100, 0), (100, 1, 99), (250, 30, 220), (MAX, 100, MAX - 100)],
)
def test_forced_transfer__frozen_coins__lifts_what_is_missing_first(
    coin, holder, buyer, freeze, court, ordered, frozen, amount, left
):
    before = coin.balanceOf(buyer)
    if frozen:
        freeze(holder, frozen)
    ordered(holder, buyer, amount)
    tx = coin.forcedTransfer(holder, buyer, amount, sender=court)
    events = [event for event in tx.events if event.contract_address == coin.address]
    lifted = [coin.Frozen(account=holder, amount=left)] if left != frozen else []
    assert events == [
        *lifted,
        coin.Transfer(**{"from": holder, "to": buyer, "value": amount}),
        coin.ForcedTransfer(**{"from": holder, "to": buyer, "amount": amount}),
    ]
    assert (coin.balanceOf(holder), coin.getFrozenTokens(holder)) == (100 - amount, left)
    assert coin.balanceOf(buyer) == before + amount


def test_forced_transfer__past_the_balance__refused(coin, holder, buyer, freeze, court, ordered):
    freeze(holder, 60)
    ordered(holder, buyer, 101)
    with ape.reverts(coin.ERC20InsufficientBalance, **{"sender": holder, "balance": 100, "needed": 101}):
        coin.forcedTransfer(holder, buyer, 101, sender=court)


def test_forced_transfer__zero_address__refused(coin, holder, court, ordered):
    ordered(holder, ZERO, 1)
    with ape.reverts(coin.ERC7943CannotReceive, account=ZERO):
        coin.forcedTransfer(holder, ZERO, 1, sender=court)
    ordered(ZERO, holder, 0)
    with ape.reverts(coin.ERC7943CannotSend, account=ZERO):
        coin.forcedTransfer(ZERO, holder, 0, sender=court)


def test_forced_transfer__before_its_delay__refused(suite, coin, court, holder, buyer, chain):
    data = coin.forcedTransfer.encode_input(holder, buyer, 1)
    operation = suite.hub.hashOperation(court, coin, data)
    suite.hub.schedule(coin, data, 0, sender=court)
    due = suite.hub.getSchedule(operation)
    chain.pending_timestamp = due - 1
    with ape.reverts(suite.hub.AccessManagerNotReady, operationId=operation):
        coin.forcedTransfer(holder, buyer, 1, sender=court)
    chain.pending_timestamp = due
    coin.forcedTransfer(holder, buyer, 1, sender=court)
    assert coin.balanceOf(holder) == 99


def test_can_send_and_receive__everybody_but_zero(coin, holder, attacker, freeze):
    freeze(holder, MAX)
    for wallet in (holder, attacker, coin):
        assert coin.canSend(wallet)
        assert coin.canReceive(wallet)
    assert not coin.canSend(ZERO)
    assert not coin.canReceive(ZERO)


# frozen, amount, allowed; balance 100: permission is judged, the balance of an unfrozen wallet is not
@pytest.mark.parametrize(
    ("frozen", "amount", "allowed"),
    [
        (0, 100, True),
        (0, 101, True),
        (0, MAX, True),
        (60, 0, True),
        (60, 40, True),
        (60, 41, False),
        (60, MAX, False),
        (250, 0, True),
        (250, 1, False),
        (MAX, MAX, False),
    ],
)
def test_can_transfer__judges_the_freeze(coin, holder, buyer, freeze, frozen, amount, allowed):
    freeze(holder, frozen)
    assert coin.canTransfer(holder, buyer, amount) is allowed


def test_can_transfer__zero_address__false(coin, holder):
    assert not coin.canTransfer(ZERO, holder, 0)
    assert not coin.canTransfer(holder, ZERO, 0)
