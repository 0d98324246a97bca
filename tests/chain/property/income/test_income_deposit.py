"""`deposit`: the same for every share of the house; what does not divide waits for the next deposit."""

from __future__ import annotations

import ape
import pytest
from income_books import COIN, UNIT

MAX_UNITS = 2**64 - 1


@pytest.mark.parametrize("shares", [2, 8, 100])
@pytest.mark.parametrize("amount", [1, 10**9 - 1, 123_456_789_012_345_678_901, 10**21])
def test_deposit__of_any_amount__splits_evenly_and_keeps_the_rest(
    suite, income, books, tokenized_house, share, pay_income, owner_a, shares, amount
):
    house = tokenized_house(shares)
    pay_income(house, amount)
    a_share, waiting = divmod(amount, shares * UNIT)
    assert tuple(income.houseIncome(house)) == (a_share, waiting)
    for number in {1, 2, shares // 2, shares}:
        assert income.pendingOf(share(house, number)) == a_share * UNIT
    assert tuple(income.totals()) == (amount, 0)
    books.check([owner_a])


def test_deposit__emits_who_paid_and_the_new_total(suite, income, coins, tokenized_house, buyer):
    house = tokenized_house(8)
    coins(buyer, 16 * COIN)
    suite.coin.approve(income, 16 * COIN, sender=buyer)
    for times in (1, 2):
        tx = income.deposit(house, 8 * COIN, sender=buyer)
        expected = {"propertyId": house, "from": buyer, "amount": 8 * COIN, "perShareUnits": times * 10**9}
        assert tx.events == [income.IncomeDeposited(**expected), suite.coin.Transfer(buyer, income, 8 * COIN)]
    assert suite.coin.balanceOf(income) == 16 * COIN


def test_deposit__rests__are_carried_until_they_divide(income, books, tokenized_house, share, pay_income, owner_a):
    house = tokenized_house(3)
    for step in range(1, 7):
        pay_income(house, UNIT)  # a third of a unit a share
        assert tuple(income.houseIncome(house)) == (step // 3, step % 3 * UNIT)
        books.check([owner_a])
    assert [income.pendingOf(share(house, number)) for number in (1, 2, 3)] == [2 * UNIT] * 3


def test_deposit__of_one_house__is_not_another_ones(income, tokenized_house, share, pay_income):
    first, second = tokenized_house(2), tokenized_house(2)
    pay_income(first, 2 * COIN)
    pay_income(second, 6 * COIN)
    assert [income.pendingOf(share(house, 1)) for house in (first, second)] == [COIN, 3 * COIN]


def test_deposit__of_nothing__reverts(income, tokenized_house, owner_a):
    house = tokenized_house()
    with ape.reverts(income.ZeroDeposit, propertyId=house):
        income.deposit(house, 0, sender=owner_a)


def test_deposit__for_a_house_without_shares__reverts(suite, income, coins, register_house, buyer):
    coins(buyer, COIN)
    suite.coin.approve(income, COIN, sender=buyer)
    for house in (0, 99, register_house(), 2**255):
        with ape.reverts(income.NotTokenized, propertyId=house):
            income.deposit(house, COIN, sender=buyer)


def test_deposit__without_the_coins_or_the_allowance__reverts_and_counts_for_nothing(
    suite, income, coins, tokenized_house, buyer
):
    house = tokenized_house()
    coins(buyer, 5)
    with ape.reverts(suite.coin.ERC20InsufficientAllowance, spender=income, allowance=0, needed=5):
        income.deposit(house, 5, sender=buyer)
    suite.coin.approve(income, 6, sender=buyer)
    with ape.reverts(suite.coin.ERC20InsufficientBalance, sender=buyer, balance=5, needed=6):
        income.deposit(house, 6, sender=buyer)
    assert (tuple(income.totals()), tuple(income.houseIncome(house))) == ((0, 0), (0, 0))


def test_deposit__donated_coins__count_for_nothing(suite, income, coins, tokenized_house, share, pay_income):
    house = tokenized_house(2)
    coins(income, 7 * COIN)
    pay_income(house, 2 * COIN)
    assert income.pendingOf(share(house, 1)) == COIN
    assert tuple(income.totals()) == (2 * COIN, 0)


def test_deposit__up_to_the_largest_income_a_share__and_not_one_unit_more(
    suite, income, books, tokenized_house, share, coins, owner_a, buyer
):
    """Eighteen thousand million dollars a share."""
    house = tokenized_house(2)
    most = 2 * MAX_UNITS * UNIT
    coins(buyer, most + 2 * UNIT)
    suite.coin.approve(income, 2**256 - 1, sender=buyer)
    with ape.reverts(income.IncomeOverflow, propertyId=house, perShareUnits=MAX_UNITS + 1):
        income.deposit(house, most + 2 * UNIT, sender=buyer)
    income.deposit(house, most, sender=buyer)
    assert income.pendingOf(share(house, 2)) == MAX_UNITS * UNIT
    income.deposit(house, 2 * UNIT - 1, sender=buyer)  # the rest still fits: it waits
    with ape.reverts(income.IncomeOverflow, propertyId=house, perShareUnits=MAX_UNITS + 1):
        income.deposit(house, 1, sender=buyer)
    income.claim([share(house, 1), share(house, 2)], sender=owner_a)
    assert suite.coin.balanceOf(owner_a) == most
    books.check([owner_a])
