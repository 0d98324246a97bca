"""`renew` and `revoke`: what an issuer may do with a credential that exists, and with whose."""

from __future__ import annotations

import ape
import pytest
from identity_claims import ISSUER, US, YEAR, owner_id, wallet

NONE, VALID, EXPIRED, REVOKED, ISSUER_REVOKED, MOVED = range(6)


# --- renew ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [1, 400], ids=["shorter", "longer"])
def test_renew__while_valid__changes_the_expiry_under_the_same_id(credentials, issuer, owner_a, issue, soon, at, days):
    issue(owner_a, "a")
    at(soon)
    tx = credentials.renew(owner_a, soon + days * 86_400, sender=issuer)
    expected = {"wallet": owner_a, "ownerId": owner_id("a"), "issuer": issuer, "expiresAt": soon + days * 86_400}
    assert tx.events == [credentials.CredentialRenewed(**expected)]
    credential = credentials.credentialOf(owner_a)
    assert (credential.ownerId, credential.issuer) == (owner_id("a"), issuer)
    assert (credential.issuedAt, credential.expiresAt) == (soon, soon + days * 86_400)
    assert (credential.jurisdiction, credential.flags, credential.status) == (US, 1, VALID)


def test_renew__after_expiry__brings_it_back(credentials, issuer, owner_a, issue, soon, at):
    at(soon)
    issue(owner_a, "a", expires_at=soon + 10)
    at(soon + 1_000)
    credentials.renew(owner_a, soon + YEAR, sender=issuer)
    assert credentials.isValid(owner_a)
    assert credentials.ownerIdOf(owner_a) == owner_id("a")


@pytest.mark.parametrize("second", [-1, 0])
def test_renew__with_an_expiry_not_in_the_future__reverts(credentials, issuer, owner_a, issue, soon, at, second):
    issue(owner_a)
    at(soon)
    with ape.reverts(credentials.ExpiryInPast, expiresAt=soon + second, nowAt=soon):
        credentials.renew(owner_a, soon + second, sender=issuer)


def test_renew__of_none__reverts(credentials, issuer, soon):
    with ape.reverts(credentials.UnexpectedStatus, wallet=wallet("unknown"), status=NONE):
        credentials.renew(wallet("unknown"), soon + YEAR, sender=issuer)


def test_renew__of_a_revoked_one__reverts(credentials, issuer, other_issuer, owner_a, issue, soon):
    issue(owner_a)
    credentials.revoke(owner_a, sender=issuer)
    for caller in (issuer, other_issuer):
        with ape.reverts(credentials.UnexpectedStatus, wallet=owner_a, status=REVOKED):
            credentials.renew(owner_a, soon + YEAR, sender=caller)


# --- revoke -----------------------------------------------------------------------------------------------------------


def test_revoke__while_valid__ends_it_for_good(credentials, issuer, owner_a, issue):
    issue(owner_a, "a")
    tx = credentials.revoke(owner_a, sender=issuer)
    assert tx.events == [credentials.CredentialRevoked(wallet=owner_a, ownerId=owner_id("a"), issuer=issuer)]
    assert not credentials.isValid(owner_a)
    assert credentials.credentialOf(owner_a).status == REVOKED
    assert credentials.ownerIdOf(owner_a) == owner_id("a")  # what it held stays on record
    assert credentials.currentWallet(owner_a) == owner_a


def test_revoke__after_expiry__keeps_it_from_being_renewed(credentials, issuer, owner_a, issue, soon, at):
    at(soon)
    issue(owner_a, expires_at=soon + 10)
    at(soon + 10)
    credentials.revoke(owner_a, sender=issuer)
    with ape.reverts(credentials.UnexpectedStatus, wallet=owner_a, status=REVOKED):
        credentials.renew(owner_a, soon + YEAR, sender=issuer)


def test_revoke__twice_or_of_none__reverts(credentials, issuer, owner_a, issue):
    issue(owner_a)
    credentials.revoke(owner_a, sender=issuer)
    for target, status in ((owner_a, REVOKED), (wallet("unknown"), NONE)):
        with ape.reverts(credentials.UnexpectedStatus, wallet=target, status=status):
            credentials.revoke(target, sender=issuer)


# --- whose ------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["renew", "revoke", "startRecovery"])
def act(request, credentials, chain):
    """Each of the acts that only the credential's own issuer may do, as (wallet, by) -> receipt."""
    arguments = {"renew": [chain.pending_timestamp + 10 * YEAR], "revoke": [], "startRecovery": [wallet("new")]}

    def do(target, by):
        return getattr(credentials, request.param)(target, *arguments[request.param], sender=by)

    return do


def test_act__by_no_issuer__reverts(credentials, owner_a, attacker, council, guardian, issue, act):
    issue(owner_a)
    for caller in (attacker, owner_a, council, guardian):
        with ape.reverts(credentials.AccessManagedUnauthorized, caller=caller):
            act(owner_a, caller)


def test_act__by_another_issuer__reverts(credentials, issuer, other_issuer, owner_a, issue, act):
    issue(owner_a)
    with ape.reverts(credentials.NotTheIssuer, caller=other_issuer, wallet=owner_a, issuer=issuer):
        act(owner_a, other_issuer)


def test_act__by_another_issuer_once_the_first_lost_its_role__works(
    suite, credentials, issuer, other_issuer, owner_a, issue, as_dao, act
):
    issue(owner_a)
    as_dao(suite.hub, "revokeRole", ISSUER, issuer)
    assert credentials.isValid(owner_a)  # what it vouched for stays
    act(owner_a, other_issuer)


def test_act__by_another_issuer_once_the_first_was_revoked__works(
    credentials, issuer, other_issuer, owner_a, issue, chain, act
):
    issue(owner_a)
    credentials.revokeIssuedSince(issuer, chain.blocks.head.timestamp, sender=issuer)
    act(owner_a, other_issuer)


def test_act__by_the_own_issuer_once_revoked__reverts(credentials, issuer, owner_a, issue, soon, at, act):
    issue(owner_a)
    at(soon)
    credentials.revokeIssuedSince(issuer, soon, sender=issuer)
    assert credentials.isValid(owner_a)  # issued before
    with ape.reverts(credentials.IssuerIsRevoked, issuer=issuer, since=soon):
        act(owner_a, issuer)


def test_renew__by_a_new_issuer__puts_it_under_that_ones_word(
    credentials, issuer, other_issuer, owner_a, issue, soon, at
):
    issue(owner_a)
    at(soon)
    credentials.revokeIssuedSince(issuer, 1, sender=issuer)
    assert credentials.credentialOf(owner_a).status == ISSUER_REVOKED
    at(soon + 10)
    credentials.renew(owner_a, soon + YEAR, sender=other_issuer)
    credential = credentials.credentialOf(owner_a)
    assert (credential.status, credential.issuer, credential.issuedAt) == (VALID, other_issuer, soon + 10)
    at(soon + 20)
    credentials.revokeIssuedSince(other_issuer, soon + 10, sender=other_issuer)
    assert credentials.credentialOf(owner_a).status == ISSUER_REVOKED
