"""`completeRecovery`: shares of a lost wallet follow its owner, with everything that rests on them."""

from __future__ import annotations

import ape
import pytest
from certificate_terms import COIN, RECOVERY, WEEK, ZERO


def test_complete__before_the_recovery_is_finished__reverts(
    suite, certificate, share_id, owner_a, buyer, issuer, engine
):
    with ape.reverts(certificate.NotRecovered, wallet=owner_a):
        certificate.completeRecovery(owner_a, [share_id], sender=buyer)
    suite.credentials.startRecovery(owner_a, buyer, sender=issuer)
    engine.set_time(engine.now() + WEEK)
    with ape.reverts(certificate.NotRecovered, wallet=owner_a):
        certificate.completeRecovery(owner_a, [share_id], sender=buyer)


def test_complete__by_anybody_in_batches__moves_each_share_once(
    certificate, house, share, owner_a, buyer, attacker, recover, soon, at
):
    recover(owner_a, buyer)
    first, rest = [share(house, 8), share(house, 2)], [share(house, number) for number in (1, 3, 4, 5, 6, 7)]
    tx = certificate.completeRecovery(owner_a, first, sender=attacker)
    expected = []
    for share_id in first:
        expected.append(certificate.Transfer(owner_a, buyer, share_id))
        expected.append(certificate.ShareMoved(shareId=share_id, moveNumber=1, authority=RECOVERY))
    assert tx.events == expected
    certificate.completeRecovery(owner_a, rest, sender=attacker)
    assert (certificate.balanceOf(owner_a), certificate.balanceOf(buyer)) == (0, 8)
    assert certificate.completeRecovery(owner_a, first + rest, sender=attacker).events == []  # there already


def test_complete__moves_lien_lease_use_and_income_intact(
    suite, certificate, share, owner_a, owner_b, buyer, lender, valued_house, active_loan, recover, pay_income, coins
):
    house = valued_house()
    liened, leased, used = (share(house, number) for number in (1, 2, 3))
    loan_id = active_loan(owner_a, share_id=liened)
    certificate.placeLease(leased, owner_b, 2**40, sender=lender)
    certificate.setUser(used, owner_b, 2**40 + 1, sender=owner_a)
    pay_income(house, 8 * COIN)
    loan = certificate.certificateOf(liened).loan
    recover(owner_a, buyer)
    certificate.completeRecovery(owner_a, [liened, leased, used], sender=buyer)

    assert all(certificate.ownerOf(share_id) == buyer for share_id in (liened, leased, used))
    assert tuple(certificate.encumbrancesOf(liened)) == (suite.book, ZERO)
    assert tuple(certificate.encumbrancesOf(leased)) == (ZERO, lender)
    assert (certificate.locked(liened), certificate.locked(leased), certificate.locked(used)) == (True, True, False)
    assert certificate.certificateOf(liened).loan == loan
    assert (certificate.userOf(leased), certificate.userOf(used)) == (owner_b, owner_b)
    assert (certificate.userExpires(leased), certificate.userExpires(used)) == (2**40, 2**40 + 1)
    # Income so far is the lost wallet's, that is its owner's: it reaches the new one.
    assert suite.income.settledOf(owner_a) == 3 * COIN
    suite.income.claimRecovered(owner_a, sender=buyer)
    assert suite.coin.balanceOf(buyer) == 3 * COIN
    # ... and the lien ends as it would have: when the loan is repaid.
    coins(buyer, 21_000 * COIN)
    suite.coin.approve(suite.treasury, 21_000 * COIN, sender=buyer)
    suite.book.pay(loan_id, 21_000 * COIN, sender=buyer)
    assert not certificate.locked(liened)


def test_complete__share_of_somebody_else__reverts_as_a_whole_one_named_twice_moves_once(
    certificate, house, share, owner_a, owner_b, buyer, move, recover
):
    sold, kept = share(house, 1), share(house, 2)
    move(sold, owner_a, owner_b)
    recover(owner_a, buyer)
    with ape.reverts(certificate.NotShareOwner, shareId=sold, owner=owner_a, actual=owner_b):
        certificate.completeRecovery(owner_a, [kept, sold], sender=buyer)
    with ape.reverts(certificate.NotShareOwner, shareId=0, owner=owner_a, actual=ZERO):
        certificate.completeRecovery(owner_a, [kept, 0], sender=buyer)
    assert certificate.ownerOf(kept) == owner_a
    certificate.completeRecovery(owner_a, [], sender=buyer)  # nothing asked, nothing done
    certificate.completeRecovery(owner_a, [kept, kept], sender=buyer)
    assert (certificate.ownerOf(kept), certificate.moveNumberOf(kept)) == (buyer, 1)


def test_complete__price_and_time__stay_on_the_paper_until_the_next_sale(
    suite, certificate, house, share, owner_a, owner_b, buyer, manager, holding_entity, market, move, admit, recover
):
    """It is the same owner: he paid then what he paid."""
    kept, sold = share(house, 1), share(house, 2)
    admit(owner_b)
    certificate.approve(market, sold, sender=owner_a)
    certificate.moveBySale(sold, owner_a, owner_b, 7 * COIN, suite.coin, sender=market)
    move(share(house, 3), owner_a, owner_b)  # without a price

    def told(share_id):
        paper = certificate.certificateOf(share_id)
        return paper.priceUsd, paper.currency, paper.acquiredAt, paper.ownerId

    former = {share_id: told(share_id) for share_id in (kept, sold, share(house, 3))}
    assert [price for price, *_ in former.values()] == [25_000 * COIN, 7 * COIN, 0]
    recover(owner_b, buyer)
    certificate.completeRecovery(owner_b, [sold, share(house, 3)], sender=buyer)
    recover(owner_a, holding_entity)
    certificate.completeRecovery(owner_a, [kept], sender=buyer)
    assert {share_id: told(share_id) for share_id in former} == former
    assert (certificate.ownerOf(kept), certificate.ownerOf(sold)) == (holding_entity, buyer)
    for share_id, owner in ((kept, holding_entity), (sold, buyer)):
        move(share_id, owner, manager)
        assert certificate.certificateOf(share_id).priceUsd == 0


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_complete__new_wallet_no_longer_valid__waits_for_a_renewal(
    suite, certificate, share_id, owner_a, buyer, issuer, engine, recover, end
):
    recover(owner_a, buyer)
    if end == "revoked":
        suite.credentials.revoke(buyer, sender=issuer)
    else:
        engine.set_time(suite.credentials.credentialOf(buyer).expiresAt)
    with ape.reverts(certificate.ERC7943CannotReceive, account=buyer):
        certificate.completeRecovery(owner_a, [share_id], sender=buyer)
    if end == "expired":
        suite.credentials.renew(buyer, engine.now() + WEEK, sender=issuer)
        certificate.completeRecovery(owner_a, [share_id], sender=buyer)
        assert certificate.ownerOf(share_id) == buyer


def test_complete__lost_twice__goes_to_the_last_wallet(certificate, house, share, owner_a, owner_b, buyer, recover):
    recover(owner_a, owner_b)
    certificate.completeRecovery(owner_a, [share(house, 1)], sender=owner_b)
    recover(owner_b, buyer)
    certificate.completeRecovery(owner_a, [share(house, 2)], sender=buyer)
    certificate.completeRecovery(owner_b, [share(house, 1)], sender=buyer)
    assert certificate.balanceOf(buyer) == 2
    assert (certificate.balanceOf(owner_a), certificate.balanceOf(owner_b)) == (6, 0)


def test_lost_wallet__whoever_holds_its_key__cannot_get_shares_but_may_sell_under_the_rules(
    certificate, share_id, owner_a, owner_b, buyer, recover, offer
):
    recover(owner_a, buyer)
    offer(share_id, owner_b)  # the manager would have to permit it
    certificate.transferFrom(owner_a, owner_b, share_id, sender=owner_a)
    assert certificate.ownerOf(share_id) == owner_b
