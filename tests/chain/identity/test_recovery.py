"""Lost keys: a person's wallets take each other's place, and all that was the old one's is found from any of them."""

from __future__ import annotations

from itertools import pairwise

import ape
import pytest
from identity_claims import ISSUER, US, YEAR, owner_id, wallet

NONE, VALID, EXPIRED, REVOKED, ISSUER_REVOKED, MOVED = range(6)
WEEK = 7 * 86_400
ZERO = "0x" + 40 * "0"


@pytest.fixture
def recover(credentials, issuer, attacker, chain):
    """A whole recovery; the last step by a stranger."""

    def move(old, new, by=issuer):
        tx = credentials.startRecovery(old, new, sender=by)
        chain.pending_timestamp = tx.timestamp + WEEK
        return credentials.finishRecovery(old, sender=attacker)

    return move


# --- start ------------------------------------------------------------------------------------------------------------


def test_start__of_a_valid_wallet__tells_when_it_is_ready(credentials, issuer, owner_a, issue, soon, at):
    issue(owner_a)
    at(soon)
    tx = credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    expected = {"oldWallet": owner_a, "newWallet": wallet("new"), "issuer": issuer, "readyAt": soon + WEEK}
    assert tx.events == [credentials.RecoveryStarted(**expected)]
    assert credentials.recoveryOf(owner_a) == (wallet("new"), soon + WEEK)
    # Until it is finished nothing has changed.
    assert credentials.isValid(owner_a)
    assert not credentials.isValid(wallet("new"))
    assert credentials.currentWallet(owner_a) == owner_a
    assert credentials.currentWallet(wallet("new")) == wallet("new")


def test_start__of_an_unknown_wallet__reverts(credentials, issuer):
    with ape.reverts(credentials.UnexpectedStatus, wallet=wallet("unknown"), status=NONE):
        credentials.startRecovery(wallet("unknown"), wallet("new"), sender=issuer)


def test_start__twice__reverts(credentials, issuer, owner_a, issue):
    issue(owner_a)
    credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    with ape.reverts(credentials.RecoveryUnderWay, wallet=owner_a, newWallet=wallet("new")):
        credentials.startRecovery(owner_a, wallet("newer"), sender=issuer)


def test_start__to_the_zero_address__reverts(credentials, issuer, owner_a, issue):
    issue(owner_a)
    with ape.reverts(credentials.InvalidWallet, wallet=ZERO):
        credentials.startRecovery(owner_a, ZERO, sender=issuer)


def test_start__to_itself__reverts(credentials, issuer, owner_a, issue):
    issue(owner_a)
    with ape.reverts(credentials.WalletAlreadyKnown, wallet=owner_a):
        credentials.startRecovery(owner_a, owner_a, sender=issuer)


@pytest.mark.parametrize("past", ["valid", "expired", "revoked", "moved", "took over"])
def test_start__to_a_wallet_with_a_past__reverts(credentials, issuer, owner_a, issue, recover, soon, at, past):
    known = wallet("known")
    at(soon)
    issue(owner_a, "a")
    if past == "took over":
        issue(wallet("lost"), "b")
        recover(wallet("lost"), known)
    else:
        issue(known, "b", expires_at=soon + 100 if past == "expired" else None)
    if past == "revoked":
        credentials.revoke(known, sender=issuer)
    if past == "moved":
        recover(known, wallet("elsewhere"))
    if past == "expired":
        at(soon + 100)
    with ape.reverts(credentials.WalletAlreadyKnown, wallet=known):
        credentials.startRecovery(owner_a, known, sender=issuer)


# --- object and cancel ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("second", [1, WEEK - 1, WEEK, WEEK + 1])
def test_object__any_time_before_the_finish__stops_it(credentials, issuer, owner_a, attacker, issue, soon, at, second):
    issue(owner_a)
    at(soon)
    credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    at(soon + second)
    tx = credentials.objectToRecovery(sender=owner_a)
    assert tx.events == [credentials.RecoveryObjected(oldWallet=owner_a, newWallet=wallet("new"))]
    assert credentials.recoveryOf(owner_a) == (ZERO, 0)
    at(soon + WEEK + 10)
    with ape.reverts(credentials.NoRecovery, wallet=owner_a):
        credentials.finishRecovery(owner_a, sender=attacker)
    assert credentials.isValid(owner_a)


def test_object__when_nothing_is_under_way__reverts(credentials, owner_a, attacker, issue):
    issue(owner_a)
    for caller in (owner_a, attacker):
        with ape.reverts(credentials.NoRecovery, wallet=caller):
            credentials.objectToRecovery(sender=caller)


def test_object__then_start_again__counts_from_there(credentials, issuer, owner_a, issue, soon, at):
    issue(owner_a)
    at(soon)
    credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    credentials.objectToRecovery(sender=owner_a)
    at(soon + 500)
    credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    assert credentials.recoveryOf(owner_a) == (wallet("new"), soon + 500 + WEEK)


def test_cancel__by_the_own_issuer__calls_it_off(credentials, issuer, owner_a, issue):
    issue(owner_a)
    credentials.startRecovery(owner_a, wallet("mistyped"), sender=issuer)
    tx = credentials.cancelRecovery(owner_a, sender=issuer)
    expected = {"oldWallet": owner_a, "newWallet": wallet("mistyped"), "issuer": issuer}
    assert tx.events == [credentials.RecoveryCancelled(**expected)]
    credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    assert credentials.recoveryOf(owner_a).newWallet == wallet("new")


def test_cancel__by_another_issuer__reverts(credentials, issuer, other_issuer, owner_a, issue):
    issue(owner_a)
    credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    with ape.reverts(credentials.NotTheIssuer, caller=other_issuer, wallet=owner_a, issuer=issuer):
        credentials.cancelRecovery(owner_a, sender=other_issuer)


def test_cancel__by_no_issuer__reverts(credentials, issuer, owner_a, attacker, council, issue):
    issue(owner_a)
    credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    for caller in (attacker, council, owner_a):
        with ape.reverts(credentials.AccessManagedUnauthorized, caller=caller):
            credentials.cancelRecovery(owner_a, sender=caller)


def test_cancel__when_nothing_is_under_way__reverts(credentials, issuer, owner_a, issue):
    issue(owner_a)
    with ape.reverts(credentials.NoRecovery, wallet=owner_a):
        credentials.cancelRecovery(owner_a, sender=issuer)


def test_issue__while_a_recovery_is_under_way__reverts(credentials, issuer, owner_a, issue, soon, at):
    at(soon)
    issue(owner_a, "a", expires_at=soon + 100)
    credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    at(soon + 100)
    with ape.reverts(credentials.RecoveryUnderWay, wallet=owner_a, newWallet=wallet("new")):
        issue(owner_a, "b")


# --- finish -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("second", [1, WEEK - 1])
def test_finish__before_the_time_to_object_is_over__reverts(
    credentials, issuer, attacker, owner_a, issue, soon, at, second
):
    issue(owner_a)
    at(soon)
    credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    at(soon + second)
    expected = {"wallet": owner_a, "readyAt": soon + WEEK, "nowAt": soon + second}
    with ape.reverts(credentials.RecoveryNotReady, **expected):
        credentials.finishRecovery(owner_a, sender=attacker)


@pytest.mark.parametrize("second", [WEEK, WEEK + 1, WEEK + YEAR // 2])
def test_finish__from_then_on__is_open_to_anyone(credentials, issuer, attacker, owner_a, issue, soon, at, second):
    issue(owner_a, "a", expires_at=soon + YEAR)
    before = credentials.credentialOf(owner_a)
    at(soon)
    credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    at(soon + second)
    tx = credentials.finishRecovery(owner_a, sender=attacker)
    expected = {"oldWallet": owner_a, "newWallet": wallet("new"), "ownerId": owner_id("a")}
    assert tx.events == [credentials.RecoveryFinished(**expected)]
    assert credentials.credentialOf(wallet("new")) == before
    assert credentials.isValid(wallet("new"))
    assert not credentials.isValid(owner_a)
    assert credentials.credentialOf(owner_a).status == MOVED
    assert credentials.ownerIdOf(owner_a) == owner_id("a")
    assert credentials.currentWallet(owner_a) == wallet("new")
    assert credentials.currentWallet(wallet("new")) == wallet("new")
    assert credentials.recoveryOf(owner_a) == (ZERO, 0)


def test_finish__twice_or_without_a_start__reverts(credentials, attacker, owner_a, owner_b, issue, recover):
    issue(owner_a, "a")
    issue(owner_b, "b")
    recover(owner_a, wallet("new"))
    for old in (owner_a, owner_b, wallet("unknown")):
        with ape.reverts(credentials.NoRecovery, wallet=old):
            credentials.finishRecovery(old, sender=attacker)


def test_finish__when_the_new_wallet_became_known_meanwhile__reverts_until_called_off(
    credentials, issuer, attacker, owner_a, issue, soon, at
):
    issue(owner_a, "a")
    at(soon)
    credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    issue(wallet("new"), "b")
    at(soon + WEEK)
    with ape.reverts(credentials.WalletAlreadyKnown, wallet=wallet("new")):
        credentials.finishRecovery(owner_a, sender=attacker)
    credentials.cancelRecovery(owner_a, sender=issuer)
    credentials.startRecovery(owner_a, wallet("newer"), sender=issuer)
    assert credentials.ownerIdOf(wallet("new")) == owner_id("b")


def test_finish__two_lost_wallets_to_one_new__only_the_first_gets_it(
    credentials, issuer, attacker, owner_a, owner_b, issue, soon, at
):
    issue(owner_a, "a")
    issue(owner_b, "b")
    at(soon)
    credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    credentials.startRecovery(owner_b, wallet("new"), sender=issuer)
    at(soon + WEEK + 100)
    credentials.finishRecovery(owner_b, sender=attacker)
    with ape.reverts(credentials.WalletAlreadyKnown, wallet=wallet("new")):
        credentials.finishRecovery(owner_a, sender=attacker)
    assert credentials.ownerIdOf(wallet("new")) == owner_id("b")
    assert credentials.currentWallet(owner_a) == owner_a


@pytest.mark.parametrize("when", ["before the start", "before the finish"])
@pytest.mark.parametrize("status", [EXPIRED, REVOKED])
def test_finish__of_a_dead_credential__hands_it_on_as_it_is(
    credentials, issuer, attacker, owner_a, issue, soon, at, view_at, status, when
):
    at(soon)
    issue(owner_a, "a", expires_at=soon + 100)

    def kill() -> None:
        view_at(soon + 100)
        if status == REVOKED:
            credentials.revoke(owner_a, sender=issuer)

    if when == "before the start":
        kill()
    started = credentials.startRecovery(owner_a, wallet("new"), sender=issuer).timestamp
    if when == "before the finish":
        kill()
    at(started + WEEK)
    credentials.finishRecovery(owner_a, sender=attacker)
    assert credentials.credentialOf(wallet("new")).status == status
    assert credentials.credentialOf(owner_a).status == MOVED
    assert credentials.currentWallet(owner_a) == wallet("new")


def test_finish__of_an_issuer_revoked_credential__hands_it_on_as_it_is(
    credentials, issuer, other_issuer, owner_a, issue, recover, chain
):
    issue(owner_a)
    credentials.revokeIssuedSince(issuer, 1, sender=issuer)
    recover(owner_a, wallet("new"), by=other_issuer)
    assert credentials.credentialOf(wallet("new")).status == ISSUER_REVOKED
    credentials.renew(wallet("new"), chain.pending_timestamp + YEAR, sender=other_issuer)
    assert credentials.isValid(wallet("new"))


def test_finish__after_the_issuer_lost_its_role__still_works(
    suite, credentials, issuer, attacker, owner_a, issue, soon, at, dao
):
    issue(owner_a)
    at(soon)
    credentials.startRecovery(owner_a, wallet("new"), sender=issuer)
    suite.hub.revokeRole(ISSUER, issuer, sender=dao)
    at(soon + WEEK)
    credentials.finishRecovery(owner_a, sender=attacker)
    assert credentials.currentWallet(owner_a) == wallet("new")


def test_finish__new_wallet__is_renewed_and_revoked_like_any(credentials, issuer, owner_a, issue, recover, chain):
    issue(owner_a)
    recover(owner_a, wallet("new"))
    credentials.renew(wallet("new"), chain.pending_timestamp + YEAR, sender=issuer)
    credentials.revoke(wallet("new"), sender=issuer)
    assert credentials.credentialOf(wallet("new")).status == REVOKED


# --- afterwards -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["renew", "revoke", "startRecovery"])
def test_moved_wallet__can_be_acted_on_no_more(credentials, issuer, owner_a, issue, recover, chain, action):
    issue(owner_a)
    recover(owner_a, wallet("new"))
    arguments = {"renew": [chain.pending_timestamp + YEAR], "revoke": [], "startRecovery": [wallet("newer")]}
    with ape.reverts(credentials.UnexpectedStatus, wallet=owner_a, status=MOVED):
        getattr(credentials, action)(owner_a, *arguments[action], sender=issuer)


def test_moved_wallet__never_gets_a_credential_again(credentials, issuer, owner_a, issue, recover):
    issue(owner_a, "a")
    recover(owner_a, wallet("new"))
    with ape.reverts(credentials.WalletMoved, wallet=owner_a, newWallet=wallet("new")):
        issue(owner_a, "b")
    recover(wallet("new"), wallet("newer"))
    for old in (owner_a, wallet("new")):
        with ape.reverts(credentials.WalletMoved, wallet=old, newWallet=wallet("newer")):
            issue(old, "b")


def test_moved_wallet__claim__reverts(credentials, claim, issuer, owner_a, issue, recover):
    late = claim.but(deadline=2**256 - 1)
    issue(owner_a, "a")
    recover(owner_a, wallet("new"))
    with ape.reverts(credentials.WalletMoved, wallet=owner_a, newWallet=wallet("new")):
        credentials.claim(*late.arguments(late.signed_by(issuer)), sender=owner_a)


def test_wallet_that_took_over__gets_another_credential_only_once_its_own_is_dead(
    credentials, issuer, owner_a, issue, recover
):
    issue(owner_a, "a")
    recover(owner_a, wallet("new"))
    with ape.reverts(credentials.CredentialStillValid, wallet=wallet("new"), ownerId=owner_id("a")):
        issue(wallet("new"), "b")
    credentials.revoke(wallet("new"), sender=issuer)
    issue(wallet("new"), "b")
    assert credentials.ownerIdOf(wallet("new")) == owner_id("b")
    assert credentials.currentWallet(owner_a) == wallet("new")


def test_chain_of_recoveries__resolves_from_every_wallet(credentials, owner_a, issue, recover):
    issue(owner_a, "a")
    wallets = [owner_a.address, *(wallet(f"number {number}") for number in range(6))]
    for number, (old, new) in enumerate(pairwise(wallets), 1):
        recover(old, new)
        assert {credentials.currentWallet(each) for each in wallets[: number + 1]} == {new}
        assert [credentials.isValid(each) for each in wallets[: number + 1]] == [False] * number + [True]
        assert credentials.ownerIdOf(new) == owner_id("a")


def test_chain_of_recoveries__costs_no_more_with_its_length(credentials, owner_a, owner_b, issue, recover):
    """Law L24: one read of the root, one of the present wallet."""
    issue(owner_a, "a")
    issue(owner_b, "b")
    recover(owner_b, wallet("b once"))
    costs = []
    wallets = [owner_a.address, *(wallet(f"number {number}") for number in range(5))]
    for old, new in pairwise(wallets):
        costs.append(recover(old, new).gas_used)
    assert max(costs[1:]) - min(costs[1:]) < 100  # a zero byte more or less in the call data
    assert credentials.currentWallet(owner_b) == wallet("b once")


def test_two_persons__never_mix(credentials, owner_a, owner_b, issue, recover):
    issue(owner_a, "a")
    issue(owner_b, "b")
    recover(owner_a, wallet("a2"))
    recover(owner_b, wallet("b2"))
    recover(wallet("a2"), wallet("a3"))
    assert {credentials.currentWallet(each) for each in (owner_a, wallet("a2"), wallet("a3"))} == {wallet("a3")}
    assert {credentials.currentWallet(each) for each in (owner_b, wallet("b2"))} == {wallet("b2")}
    assert credentials.credentialOf(wallet("b2")).jurisdiction == US
