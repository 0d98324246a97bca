"""ERC-20 with the errors of ERC-6093, and what a freeze takes away from it."""

from __future__ import annotations

import ape
import pytest

COIN = 10**18
ZERO = "0x" + "00" * 20
MAX = 2**256 - 1


@pytest.fixture
def holder(manager, coin, coins):
    """Holds exactly 100."""
    coins(manager, 100)
    assert coin.balanceOf(manager) == 100
    return manager


@pytest.mark.parametrize("amount", [0, 1, 99, 100])
def test_transfer__up_to_the_balance__moves_it(coin, holder, buyer, amount):
    before, supply = coin.balanceOf(buyer), coin.totalSupply()
    tx = coin.transfer(buyer, amount, sender=holder)
    assert tx.events == [coin.Transfer(**{"from": holder, "to": buyer, "value": amount})]
    assert tx.return_value is True
    assert (coin.balanceOf(holder), coin.balanceOf(buyer)) == (100 - amount, before + amount)
    assert coin.totalSupply() == supply


def test_transfer__to_oneself__changes_nothing(coin, holder):
    coin.transfer(holder, 100, sender=holder)
    assert coin.balanceOf(holder) == 100


@pytest.mark.parametrize("amount", [101, MAX])
def test_transfer__past_the_balance__refused(coin, holder, buyer, amount):
    with ape.reverts(coin.ERC20InsufficientBalance, **{"sender": holder, "balance": 100, "needed": amount}):
        coin.transfer(buyer, amount, sender=holder)


def test_transfer__to_zero__refused(coin, holder):
    with ape.reverts(coin.ERC20InvalidReceiver, receiver=ZERO):
        coin.transfer(ZERO, 1, sender=holder)


def test_approve__spender__sets_and_overwrites(coin, holder, buyer):
    tx = coin.approve(buyer, 70, sender=holder)
    assert tx.events == [coin.Approval(owner=holder, spender=buyer, value=70)]
    coin.approve(buyer, 5, sender=holder)
    assert coin.allowance(holder, buyer) == 5


def test_approve__zero__refused(coin, holder):
    with ape.reverts(coin.ERC20InvalidSpender, spender=ZERO):
        coin.approve(ZERO, 1, sender=holder)


def test_transfer_from__with_allowance__uses_it_up(coin, holder, buyer, owner_b):
    coin.approve(buyer, 70, sender=holder)
    tx = coin.transferFrom(holder, owner_b, 30, sender=buyer)
    assert tx.events == [coin.Transfer(**{"from": holder, "to": owner_b, "value": 30})]
    assert coin.allowance(holder, buyer) == 40


def test_transfer_from__endless_allowance__stays(coin, holder, buyer, owner_b):
    coin.approve(buyer, MAX, sender=holder)
    coin.transferFrom(holder, owner_b, 30, sender=buyer)
    assert coin.allowance(holder, buyer) == MAX


@pytest.mark.parametrize("allowed", [0, 29])
def test_transfer_from__past_the_allowance__refused(coin, holder, buyer, owner_b, allowed):
    coin.approve(buyer, allowed, sender=holder)
    with ape.reverts(coin.ERC20InsufficientAllowance, spender=buyer, allowance=allowed, needed=30):
        coin.transferFrom(holder, owner_b, 30, sender=buyer)


def test_transfer_from__past_the_balance__refused(coin, holder, buyer, owner_b):
    coin.approve(buyer, MAX, sender=holder)
    with ape.reverts(coin.ERC20InsufficientBalance, **{"sender": holder, "balance": 100, "needed": 101}):
        coin.transferFrom(holder, owner_b, 101, sender=buyer)


@pytest.mark.parametrize(("frozen", "amount"), [(1, 99), (60, 40), (60, 39), (60, 0), (100, 0), (250, 0)])
def test_transfer__unfrozen_part__passes(coin, holder, buyer, freeze, frozen, amount):
    freeze(holder, frozen)
    coin.transfer(buyer, amount, sender=holder)
    assert (coin.balanceOf(holder), coin.getFrozenTokens(holder)) == (100 - amount, frozen)


@pytest.mark.parametrize(("frozen", "amount", "unfrozen"), [(1, 100, 99), (60, 41, 40), (100, 1, 0), (250, 1, 0)])
def test_transfer__frozen_part__refused(coin, holder, buyer, owner_b, freeze, frozen, amount, unfrozen):
    freeze(holder, frozen)
    coin.approve(buyer, MAX, sender=holder)
    expected = {"account": holder, "amount": amount, "unfrozen": unfrozen}
    with ape.reverts(coin.ERC7943InsufficientUnfrozenBalance, **expected):
        coin.transfer(buyer, amount, sender=holder)
    with ape.reverts(coin.ERC7943InsufficientUnfrozenBalance, **expected):
        coin.transferFrom(holder, owner_b, amount, sender=buyer)
    with ape.reverts(coin.ERC7943InsufficientUnfrozenBalance, **expected):
        coin.transfer(holder, amount, sender=holder)


def test_transfer__past_the_balance_of_a_frozen_wallet__is_erc20s_error(coin, holder, buyer, freeze):
    freeze(holder, 60)
    with ape.reverts(coin.ERC20InsufficientBalance, **{"sender": holder, "balance": 100, "needed": 101}):
        coin.transfer(buyer, 101, sender=holder)


def test_transfer__to_frozen_wallet__passes_and_stays_there(coin, holder, buyer, freeze):
    freeze(buyer, coin.balanceOf(buyer) + 10)
    coin.transfer(buyer, 10, sender=holder)
    with ape.reverts(coin.ERC7943InsufficientUnfrozenBalance, account=buyer, amount=1, unfrozen=0):
        coin.transfer(holder, 1, sender=buyer)
