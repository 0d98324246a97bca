"""`claim`, `claimRecovered`, `settle` and the views: each wei once, to whoever owned the share when it came in."""

from __future__ import annotations

import ape
import pytest
from income_books import COIN, UNIT

ZERO = "0x" + "00" * 20
MAX = 2**256 - 1


@pytest.fixture
def house(tokenized_house) -> int:
    """A house of 8 shares, all of them `owner_a`'s."""
    return tokenized_house()


def test_claim__own_shares__pays_once_to_the_wei(suite, income, books, house, share, owner_a, pay_income):
    pay_income(house, 8 * COIN + 8 * UNIT + 5)
    ids = [share(house, 1), share(house, 6)]
    assert income.claimable(owner_a, ids) == 2 * (COIN + UNIT)
    tx = income.claim(ids, sender=owner_a)
    assert tx.events == [
        income.IncomeSettled(shareId=ids[0], owner=owner_a, amount=COIN + UNIT),
        income.IncomeSettled(shareId=ids[1], owner=owner_a, amount=COIN + UNIT),
        income.IncomeClaimed(wallet=owner_a, to=owner_a, amount=2 * (COIN + UNIT)),
        suite.coin.Transfer(income, owner_a, 2 * (COIN + UNIT)),
    ]
    assert suite.coin.balanceOf(owner_a) == 2 * (COIN + UNIT)
    assert [income.pendingOf(share(house, number)) for number in (1, 2, 6)] == [0, COIN + UNIT, 0]
    assert income.claim(ids, sender=owner_a).events == []  # nothing left, nothing said
    books.check([owner_a])


def test_claim__all_of_a_large_house__leaves_only_what_waits(
    suite, income, books, tokenized_house, share, owner_a, pay_income
):
    """Marks lie four to a slot: each of the hundred has its own."""
    house = tokenized_house(100)
    pay_income(house, 100 * COIN + 77)
    odd = [share(house, number) for number in range(1, 101, 2)]
    income.claim(odd, sender=owner_a)
    assert suite.coin.balanceOf(owner_a) == 50 * COIN
    assert [income.pendingOf(share(house, number)) for number in range(1, 101)] == [0, COIN] * 50
    pay_income(house, 100 * COIN)
    income.claim([share(house, number) for number in range(100, 0, -1)], sender=owner_a)
    assert suite.coin.balanceOf(owner_a) == 200 * COIN
    assert (books.pending(), books.waiting()) == (0, 77)
    books.check([owner_a])


def test_claim__a_share_named_twice__is_paid_once(suite, income, house, share, owner_a, pay_income):
    pay_income(house, 8 * COIN)
    ids = [share(house, 3), share(house, 3), share(house, 4), share(house, 3)]
    assert income.claimable(owner_a, ids) == 2 * COIN
    income.claim(ids, sender=owner_a)
    assert suite.coin.balanceOf(owner_a) == 2 * COIN


def test_claim__with_a_share_of_somebody_else__reverts_as_a_whole(
    suite, income, house, share, owner_a, owner_b, move, pay_income
):
    sold = share(house, 2)
    move(sold, owner_a, owner_b)
    pay_income(house, 8 * COIN)
    refused = {"owner": owner_a}
    with ape.reverts(suite.certificate.NotShareOwner, shareId=sold, actual=owner_b, **refused):
        income.claim([share(house, 1), sold], sender=owner_a)
    for missing in (0, 256 * house, 256 * house + 9, MAX):
        with ape.reverts(suite.certificate.NotShareOwner, shareId=missing, actual=ZERO, **refused):
            income.claim([missing], sender=owner_a)
    assert income.pendingOf(share(house, 1)) == COIN
    assert income.claimable(owner_a, [share(house, 1), sold, 0, MAX]) == COIN  # the view passes over what is not his


def test_claim__of_nothing__pays_nothing(income, house, share, owner_a, attacker):
    assert income.claim([share(house, 1)], sender=owner_a).events == []
    assert income.claim([], sender=attacker).events == []


def test_claim__several_houses__in_one_call(suite, income, books, tokenized_house, share, owner_a, pay_income):
    first, second = tokenized_house(2), tokenized_house(8)
    pay_income(first, 2 * COIN)
    pay_income(second, 24 * COIN)
    income.claim([share(second, 8), share(first, 1)], sender=owner_a)
    assert suite.coin.balanceOf(owner_a) == 4 * COIN
    books.check([owner_a])


# ---------------------------------------------------------------------------------------------------------------- moves


def test_income__of_a_sold_share__stays_with_whoever_owned_it_then(
    suite, income, books, house, share, owner_a, owner_b, buyer, move, pay_income
):
    share_id = share(house, 5)
    owners = (owner_a, owner_b, buyer)
    for step, owner in enumerate(owners):
        pay_income(house, 8 * COIN * (step + 1))
        assert income.claimable(owner, [share_id]) == COIN * (step + 1)
        if step < 2:
            move(share_id, owner, owners[step + 1])
            assert income.settledOf(owner) == COIN * (step + 1)
            assert income.pendingOf(share_id) == 0
        books.check(owners)
    income.claim([], sender=owner_a)
    income.claim([], sender=owner_b)
    income.claim([share_id], sender=buyer)
    assert [suite.coin.balanceOf(owner) for owner in owners] == [COIN, 2 * COIN, 3 * COIN]
    books.check(owners)


def test_claim__settled_and_pending__come_together(suite, income, house, share, owner_a, owner_b, move, pay_income):
    pay_income(house, 8 * COIN)
    move(share(house, 1), owner_a, owner_b)
    pay_income(house, 8 * COIN)
    assert income.claimable(owner_a, [share(house, 2)]) == 3 * COIN
    income.claim([share(house, 2)], sender=owner_a)
    assert suite.coin.balanceOf(owner_a) == 3 * COIN
    assert income.settledOf(owner_a) == 0


def test_income__before_the_share_existed__is_nobodys(income, tokenized_house, share, pay_income, owner_a, registrar):
    """A house's shares come all at once, so no share can ask for income of before it was there."""
    house = tokenized_house(2)
    pay_income(house, 2 * COIN)
    assert [income.pendingOf(share(house, number)) for number in (0, 3, 4, 255)] == [0, 0, 0, 0]
    assert income.pendingOf(MAX) == income.pendingOf(0) == 0


def test_income__revoked_owner__keeps_it(suite, income, house, share, owner_a, issuer, pay_income):
    pay_income(house, 8 * COIN)
    suite.credentials.revoke(owner_a, sender=issuer)
    pay_income(house, 8 * COIN)
    income.claim([share(house, 1)], sender=owner_a)
    assert suite.coin.balanceOf(owner_a) == 2 * COIN


def test_transfer_to_oneself__settles_nothing(suite, income, house, share, owner_a, approve_move, pay_income):
    pay_income(house, 8 * COIN)
    approve_move(share(house, 1), owner_a)
    suite.certificate.transferFrom(owner_a, owner_a, share(house, 1), sender=owner_a)
    assert (income.pendingOf(share(house, 1)), income.settledOf(owner_a)) == (COIN, 0)


# ------------------------------------------------------------------------------------------------------------- recovery


def test_claim_recovered__by_the_wallet_that_took_over__pays_what_was_settled(
    suite, income, books, house, share, owner_a, buyer, pay_income, recover
):
    pay_income(house, 8 * COIN)
    recover(owner_a, buyer)
    suite.certificate.completeRecovery(owner_a, [share(house, 1), share(house, 2)], sender=buyer)
    pay_income(house, 8 * COIN)  # one more each: of the recovered two the new wallet's, of the six still the old one's
    tx = income.claimRecovered(owner_a, sender=buyer)
    expected = {"wallet": owner_a, "to": buyer, "amount": 2 * COIN}
    assert tx.events == [income.IncomeClaimed(**expected), suite.coin.Transfer(income, buyer, 2 * COIN)]
    income.claim([share(house, 1), share(house, 2)], sender=buyer)
    assert suite.coin.balanceOf(buyer) == 4 * COIN
    assert income.claimRecovered(owner_a, sender=buyer).events == []  # once
    books.check([owner_a, buyer])


def test_claim_recovered__lost_twice__goes_to_the_last_wallet(
    suite, income, house, share, owner_a, owner_b, buyer, pay_income, recover
):
    pay_income(house, 8 * COIN)
    recover(owner_a, owner_b)
    suite.certificate.completeRecovery(owner_a, [share(house, 1)], sender=buyer)
    recover(owner_b, buyer)
    with ape.reverts(income.NotCurrentWallet, oldWallet=owner_a, caller=owner_b, current=buyer):
        income.claimRecovered(owner_a, sender=owner_b)
    income.claimRecovered(owner_a, sender=buyer)
    assert suite.coin.balanceOf(buyer) == COIN


def test_claim__with_the_key_of_the_lost_wallet__pays_the_wallet_that_took_over(
    suite, income, books, house, share, owner_a, buyer, pay_income, recover
):
    pay_income(house, 8 * COIN)
    recover(owner_a, buyer)
    tx = income.claim([share(house, 1)], sender=owner_a)  # by whoever found the key
    assert income.IncomeClaimed(wallet=owner_a, to=buyer, amount=COIN) in tx.events
    assert (suite.coin.balanceOf(owner_a), suite.coin.balanceOf(buyer)) == (0, COIN)
    books.check([owner_a, buyer])


def test_claim_recovered__by_anybody_else__reverts(income, house, owner_a, buyer, attacker, recover):
    with ape.reverts(income.NotCurrentWallet, oldWallet=owner_a, caller=attacker, current=owner_a):
        income.claimRecovered(owner_a, sender=attacker)
    recover(owner_a, buyer)
    for caller in (attacker, owner_a):
        with ape.reverts(income.NotCurrentWallet, oldWallet=owner_a, caller=caller, current=buyer):
            income.claimRecovered(owner_a, sender=caller)


def test_claim_recovered__of_oneself__pays_as_claim_does(
    suite, income, house, share, owner_a, owner_b, move, pay_income
):
    pay_income(house, 8 * COIN)
    move(share(house, 1), owner_a, owner_b)
    income.claimRecovered(owner_a, sender=owner_a)  # nobody took his place: he is his own successor
    assert suite.coin.balanceOf(owner_a) == COIN
    assert income.settledOf(owner_a) == 0


# --------------------------------------------------------------------------------------------------------------- settle


def test_settle__by_anybody_but_the_certificate__reverts(
    suite, income, house, share, owner_a, manager, council, attacker, pay_income
):
    pay_income(house, 8 * COIN)
    for caller in (owner_a, manager, council, attacker):
        with ape.reverts(income.NotCertificate, caller=caller):
            income.settle(share(house, 1), caller, sender=caller)


def test_wiring__is_for_ever(suite, income):
    assert (income.COIN(), income.CERTIFICATE()) == (suite.coin, suite.certificate)
    assert income.CREDENTIALS() == suite.credentials
