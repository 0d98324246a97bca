"""`issue`: an issuer gives a wallet its credential."""

from __future__ import annotations

import ape
import pytest
from identity_claims import ISSUER, US, YEAR, owner_id, wallet

NONE, VALID, EXPIRED, REVOKED, ISSUER_REVOKED, MOVED = range(6)
ZERO = "0x" + 40 * "0"


def test_issue__to_a_new_wallet__records_and_tells_all(credentials, issuer, owner_a, soon, at):
    at(soon)
    tx = credentials.issue(owner_a, owner_id("a"), soon + YEAR, US, 2**32 - 1, sender=issuer)
    assert tx.events == [
        credentials.CredentialIssued(
            wallet=owner_a,
            ownerId=owner_id("a"),
            issuer=issuer,
            expiresAt=soon + YEAR,
            jurisdiction=US,
            flags=2**32 - 1,
        )
    ]
    assert credentials.isValid(owner_a)
    assert credentials.ownerIdOf(owner_a) == owner_id("a")
    assert credentials.currentWallet(owner_a) == owner_a
    credential = credentials.credentialOf(owner_a)
    assert credential.ownerId == owner_id("a")
    assert credential.issuer == issuer
    assert credential.issuedAt == soon
    assert credential.expiresAt == soon + YEAR
    assert credential.jurisdiction == US
    assert credential.flags == 2**32 - 1
    assert credential.status == VALID


def test_issue__largest_values__are_kept_whole(credentials, issuer, owner_a):
    credentials.issue(owner_a, b"\xff" * 32, 2**40 - 1, 2**16 - 1, 2**32 - 1, sender=issuer)
    credential = credentials.credentialOf(owner_a)
    assert (credential.expiresAt, credential.jurisdiction, credential.flags) == (2**40 - 1, 2**16 - 1, 2**32 - 1)
    assert credential.ownerId == b"\xff" * 32


def test_issue__by_anyone_but_an_issuer__reverts(credentials, soon, registrar, guardian, council, owner_a, attacker):
    for caller in (attacker, owner_a, registrar, guardian, council):
        with ape.reverts(credentials.AccessManagedUnauthorized, caller=caller):
            credentials.issue(owner_a, owner_id("a"), soon + YEAR, US, 0, sender=caller)


def test_issue__after_the_role_was_taken__reverts(suite, credentials, issuer, owner_a, as_dao, issue):
    as_dao(suite.hub, "revokeRole", ISSUER, issuer)
    with ape.reverts(credentials.AccessManagedUnauthorized, caller=issuer):
        issue(owner_a)


def test_issue__to_the_zero_address__reverts(credentials, issue):
    with ape.reverts(credentials.InvalidWallet, wallet=ZERO):
        issue(ZERO)


def test_issue__with_owner_id_zero__reverts(credentials, issuer, owner_a, soon):
    with ape.reverts(credentials.InvalidOwnerId, ownerId=bytes(32)):
        credentials.issue(owner_a, bytes(32), soon + YEAR, US, 0, sender=issuer)


def test_issue__two_wallets_one_owner_id__reverts(credentials, owner_a, owner_b, issue):
    issue(owner_a, "a")
    with ape.reverts(credentials.OwnerIdAlreadyUsed, ownerId=owner_id("a")):
        issue(owner_b, "a")
    assert not credentials.isValid(owner_b)


def test_issue__owner_id_of_a_dead_credential__reverts_for_everyone(credentials, issuer, owner_a, owner_b, issue):
    issue(owner_a, "a")
    credentials.revoke(owner_a, sender=issuer)
    for to in (owner_a, owner_b):
        with ape.reverts(credentials.OwnerIdAlreadyUsed, ownerId=owner_id("a")):
            issue(to, "a")


def test_issue__one_wallet_two_credentials__reverts(credentials, owner_a, issue):
    issue(owner_a, "a")
    with ape.reverts(credentials.CredentialStillValid, wallet=owner_a, ownerId=owner_id("a")):
        issue(owner_a, "b")


def test_issue__one_person_two_wallets_and_ids__works(credentials, owner_a, owner_b, issue):
    issue(owner_a, "a")
    issue(owner_b, "b")
    assert credentials.isValid(owner_a)
    assert credentials.isValid(owner_b)
    assert credentials.ownerIdOf(owner_a) != credentials.ownerIdOf(owner_b)


def test_issue__again_after_revocation__gives_a_new_id(credentials, issuer, owner_a, issue):
    issue(owner_a, "a")
    credentials.revoke(owner_a, sender=issuer)
    issue(owner_a, "b")
    assert credentials.isValid(owner_a)
    assert credentials.ownerIdOf(owner_a) == owner_id("b")


@pytest.mark.parametrize(("second", "is_refused"), [(-1, True), (0, False), (1, False)])
def test_issue__around_the_old_ones_expiry__waits_for_it(credentials, owner_a, issue, soon, at, second, is_refused):
    at(soon)
    issue(owner_a, "a", expires_at=soon + 100)
    at(soon + 100 + second)
    if is_refused:
        with ape.reverts(credentials.CredentialStillValid, wallet=owner_a, ownerId=owner_id("a")):
            issue(owner_a, "b")
    else:
        issue(owner_a, "b")
        assert credentials.ownerIdOf(owner_a) == owner_id("b")


@pytest.mark.parametrize("second", [-1_000_000, -1, 0])
def test_issue__with_an_expiry_not_in_the_future__reverts(credentials, owner_a, issue, soon, at, second):
    at(soon)
    with ape.reverts(credentials.ExpiryInPast, expiresAt=soon + second, nowAt=soon):
        issue(owner_a, expires_at=soon + second)


def test_issue__for_one_second__counts_for_exactly_that(credentials, owner_a, issue, soon, at, view_at):
    at(soon)
    issue(owner_a, expires_at=soon + 1)
    assert credentials.isValid(owner_a)
    view_at(soon + 1)
    assert not credentials.isValid(owner_a)
    assert credentials.credentialOf(owner_a).status == EXPIRED


def test_is_valid__around_the_expiry__ends_with_that_second(credentials, owner_a, issue, soon, at, view_at):
    at(soon)
    issue(owner_a, expires_at=soon + 100)
    seen = []
    for second in (99, 100, 101):
        view_at(soon + second)
        seen.append((credentials.isValid(owner_a), credentials.credentialOf(owner_a).status))
    assert seen == [(True, VALID), (False, EXPIRED), (False, EXPIRED)]


def test_views__of_an_unknown_wallet__say_nothing_and_never_revert(credentials):
    for unknown in (ZERO, wallet("unknown"), credentials.address):
        assert not credentials.isValid(unknown)
        assert credentials.ownerIdOf(unknown) == bytes(32)
        assert credentials.currentWallet(unknown) == unknown
        assert credentials.recoveryOf(unknown) == (ZERO, 0)
        assert credentials.revokedSince(unknown) == 0
        credential = credentials.credentialOf(unknown)
        assert (credential.issuer, credential.issuedAt, credential.expiresAt) == (ZERO, 0, 0)
        assert credential.status == NONE


@pytest.mark.parametrize("days", [1, 7, 90])
def test_construction__with_a_period_in_range__keeps_it(suite, project, attacker, days):
    registry = attacker.deploy(project.CredentialRegistry, suite.hub, days * 86_400)
    assert registry.recoveryPeriod() == days * 86_400


@pytest.mark.parametrize("period", [0, 86_400 - 1, 90 * 86_400 + 1, 2**40 - 1])
def test_construction__with_a_period_out_of_range__reverts(suite, project, credentials, attacker, period):
    with ape.reverts(credentials.RecoveryPeriodOutOfRange, period=period):
        attacker.deploy(project.CredentialRegistry, suite.hub, period)
