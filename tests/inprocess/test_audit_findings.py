"""Sequences of three or four calls with which an audit broke an earlier version, by name. Each must fail for ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from commonhold.engines import Revert
from commonhold.engines.codec import as_address
from commonhold.recipe import Role

DAY = 86_400
YEAR = 365 * DAY
COIN = 10**18


@pytest.fixture
def rogue(suite: Any, engine: Any, as_dao: Callable[..., Any]) -> str:
    """A second issuer with the role, and with bad intentions."""
    wallet = engine.accounts[18]
    as_dao(suite.hub, "grantRole", Role.ISSUER, wallet, 0)
    return wallet


@pytest.mark.parametrize("function", ["issue", "renew", "revoke", "startRecovery", "cancelRecovery"])
def test_issuer_under_the_hubs_name__can_not_escape_its_revocation(
    suite: Any, engine: Any, issuer: Any, credential: Any, owner_a: Any, owner_b: Any, function: str
) -> None:
    """`hub.execute` calls with the hub as sender, which would have been written down as the issuer."""
    credential(owner_a)
    later = engine.now() + YEAR
    arguments = {
        "issue": (owner_b, b"\1" * 32, later, 840, 0),
        "renew": (owner_a, later),
        "revoke": (owner_a,),
        "startRecovery": (owner_a, owner_b),
        "cancelRecovery": (owner_a,),
    }[function]
    data = getattr(suite.credentials, function).encode(*arguments)
    with pytest.raises(Revert) as refusal:
        suite.hub.execute(suite.credentials.address, data, sender=issuer)
    assert (refusal.value.name, refusal.value.named) == (
        "MissingRole",
        {"account": suite.hub.address, "role": Role.ISSUER},
    )


def test_another_issuer__can_not_take_over_a_dead_credential(
    suite: Any, engine: Any, credential: Any, owner_a: Any, issuer: Any, rogue: str
) -> None:
    """Else it could start a recovery next, and own the shares a week later."""
    credential(owner_a, expires_at=engine.now() + DAY)
    engine.advance(2 * DAY)
    with pytest.raises(Revert) as refusal:
        suite.credentials.issue(owner_a, b"\2" * 32, engine.now() + YEAR, 840, 0, sender=rogue)
    assert (refusal.value.name, refusal.value.named) == (
        "NotTheIssuer",
        {"caller": rogue, "wallet": owner_a, "issuer": as_address(issuer)},
    )
    credential(owner_a)  # its own issuer can


def test_revoked_owner_who_lost_his_key__gets_shares_and_income_back(
    suite: Any, credential: Any, tokenized_house: Any, share: Any, pay_income: Any, issuer: Any, owner_a: Any,
    buyer: Any, recover: Any,
) -> None:  # fmt: skip
    house = tokenized_house(to=owner_a)
    pay_income(house, 8 * COIN)
    suite.credentials.revoke(owner_a, sender=issuer)
    recover(owner_a, buyer)
    credential(buyer)
    suite.certificate.completeRecovery(owner_a, [share(house, number) for number in range(1, 9)], sender=buyer)
    suite.income.claimRecovered(owner_a, sender=buyer)
    assert suite.certificate.balanceOf(buyer) == 8
    assert suite.coin.balanceOf(buyer) == 8 * COIN


def test_thief_of_a_replaced_wallet__claims_income_for_the_new_one(
    suite: Any, tokenized_house: Any, share: Any, pay_income: Any, owner_a: Any, buyer: Any, recover: Any
) -> None:
    house = tokenized_house(to=owner_a)
    pay_income(house, 8 * COIN)
    recover(owner_a, buyer)
    suite.income.claim([share(house, number) for number in range(1, 9)], sender=owner_a)
    assert (suite.coin.balanceOf(owner_a), suite.coin.balanceOf(buyer)) == (0, 8 * COIN)


def test_recovery__keeps_price_and_time_on_the_paper(
    suite: Any, engine: Any, tokenized_house: Any, share: Any, owner_a: Any, buyer: Any, recover: Any
) -> None:
    house = tokenized_house(to=owner_a)
    share_id = share(house, 1)
    before = suite.certificate.certificateOf(share_id)
    engine.advance(DAY)
    recover(owner_a, buyer)
    suite.certificate.completeRecovery(owner_a, [share_id], sender=buyer)
    after = suite.certificate.certificateOf(share_id)
    assert (after.priceUsd, after.currency, after.acquiredAt) == (before.priceUsd, before.currency, before.acquiredAt)
    assert (after.owner, after.moveNumber) == (as_address(buyer), 1)

    # And again, with a second recovery; then a move to another person ends it.
    recover(buyer, engine.accounts[17])
    suite.certificate.completeRecovery(buyer, [share_id], sender=buyer)
    assert suite.certificate.certificateOf(share_id).priceUsd == before.priceUsd


def test_price_of_a_recovered_share__is_gone_with_the_next_move(
    suite: Any, tokenized_house: Any, share: Any, credential: Any, approve_move: Any, owner_a: Any, owner_b: Any,
    buyer: Any, recover: Any,
) -> None:  # fmt: skip
    house = tokenized_house(to=owner_a)
    share_id = share(house, 1)
    recover(owner_a, buyer)
    suite.certificate.completeRecovery(owner_a, [share_id], sender=buyer)
    credential(owner_b)
    approve_move(share_id, owner_b)
    suite.certificate.transferFrom(buyer, owner_b, share_id, sender=buyer)
    assert suite.certificate.certificateOf(share_id).priceUsd == 0


def test_faster_batch_of_a_stranger__does_not_stop_a_recovery(
    suite: Any, tokenized_house: Any, share: Any, owner_a: Any, buyer: Any, attacker: Any, recover: Any
) -> None:
    house = tokenized_house(to=owner_a)
    ids = [share(house, number) for number in range(1, 9)]
    recover(owner_a, buyer)
    suite.certificate.completeRecovery(owner_a, ids[3:4], sender=attacker)
    suite.certificate.completeRecovery(owner_a, ids, sender=buyer)
    assert suite.certificate.balanceOf(buyer) == 8


def test_forced_transfer_of_coins_to_oneself__lifts_no_freeze(
    suite: Any, coins: Any, court: Any, court_order: Any, owner_a: Any
) -> None:
    coins(owner_a, 10)
    suite.coin.setFrozenTokens(owner_a, 10, sender=court)
    court_order(suite.coin, "forcedTransfer", owner_a, owner_a, 10)
    assert suite.coin.getFrozenTokens(owner_a) == 10
