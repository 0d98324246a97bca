"""`revokeIssuedSince`: a stolen issuer key (disaster T59)."""

from __future__ import annotations

import ape
import pytest
from identity_claims import ISSUER, YEAR, owner_id, wallet

NONE, VALID, EXPIRED, REVOKED, ISSUER_REVOKED, MOVED = range(6)
WEEK = 7 * 86_400


@pytest.mark.parametrize(("since", "is_valid"), [(-1, False), (0, False), (1, True)])
def test_revoke_issued_since__around_the_issue__takes_that_second_and_later(
    credentials, issuer, owner_a, issue, soon, at, since, is_valid
):
    at(soon)
    issue(owner_a)
    at(soon + 100)
    tx = credentials.revokeIssuedSince(issuer, soon + since, sender=issuer)
    assert tx.events == [credentials.IssuerRevokedSince(issuer=issuer, since=soon + since)]
    assert credentials.revokedSince(issuer) == soon + since
    assert credentials.isValid(owner_a) == is_valid
    assert credentials.credentialOf(owner_a).status == (VALID if is_valid else ISSUER_REVOKED)


def test_revoke_issued_since__counts_from_the_renewal(credentials, issuer, owner_a, issue, soon, at):
    at(soon)
    issue(owner_a)
    at(soon + 100)
    credentials.renew(owner_a, soon + YEAR, sender=issuer)
    at(soon + 200)
    credentials.revokeIssuedSince(issuer, soon + 50, sender=issuer)
    assert credentials.credentialOf(owner_a).status == ISSUER_REVOKED


def test_revoke_issued_since__leaves_other_issuers_alone(
    credentials, issuer, other_issuer, owner_a, owner_b, issue, soon, at
):
    at(soon)
    issue(owner_a, "a")
    issue(owner_b, "b", by=other_issuer)
    credentials.revokeIssuedSince(issuer, 1, sender=issuer)
    assert not credentials.isValid(owner_a)
    assert credentials.isValid(owner_b)
    assert credentials.revokedSince(other_issuer) == 0


def test_revoke_issued_since__issuer_issues_no_more(credentials, issuer, owner_a, owner_b, issue, soon, at):
    issue(owner_a)
    at(soon)
    credentials.revokeIssuedSince(issuer, soon, sender=issuer)
    with ape.reverts(credentials.IssuerIsRevoked, issuer=issuer, since=soon):
        issue(owner_b, "b")


def test_revoke_issued_since__wallet_gets_a_new_id_from_another(
    credentials, issuer, other_issuer, owner_a, issue, soon, at
):
    issue(owner_a, "a")
    at(soon)
    credentials.revokeIssuedSince(issuer, 1, sender=issuer)
    issue(owner_a, "b", by=other_issuer)
    assert credentials.isValid(owner_a)
    assert credentials.ownerIdOf(owner_a) == owner_id("b")


def test_revoke_issued_since__moved_to_an_earlier_time__takes_more(credentials, issuer, owner_a, issue, soon, at):
    at(soon)
    issue(owner_a)
    at(soon + 100)
    credentials.revokeIssuedSince(issuer, soon + 1, sender=issuer)
    assert credentials.isValid(owner_a)
    credentials.revokeIssuedSince(issuer, soon, sender=issuer)
    assert not credentials.isValid(owner_a)


@pytest.mark.parametrize("later", [0, 1, 100])
def test_revoke_issued_since__to_no_earlier_time__reverts(credentials, issuer, issue, owner_a, soon, at, later):
    issue(owner_a)
    at(soon)
    credentials.revokeIssuedSince(issuer, soon - 500, sender=issuer)
    at(soon + 200)
    expected = {"since": soon - 500 + later, "standing": soon - 500, "nowAt": soon + 200}
    with ape.reverts(credentials.InvalidRevocationTime, **expected):
        credentials.revokeIssuedSince(issuer, soon - 500 + later, sender=issuer)


@pytest.mark.parametrize("ahead", [1, YEAR])
def test_revoke_issued_since__in_the_future__reverts(credentials, issuer, issue, owner_a, soon, at, ahead):
    issue(owner_a)
    at(soon)
    with ape.reverts(credentials.InvalidRevocationTime, since=soon + ahead, standing=0, nowAt=soon):
        credentials.revokeIssuedSince(issuer, soon + ahead, sender=issuer)


def test_revoke_issued_since__zero__reverts(credentials, issuer, soon, at):
    at(soon)
    with ape.reverts(credentials.InvalidRevocationTime, since=0, standing=0, nowAt=soon):
        credentials.revokeIssuedSince(issuer, 0, sender=issuer)


def test_revoke_issued_since__by_the_dao__works(credentials, issuer, owner_a, issue, as_dao):
    issue(owner_a)
    tx = as_dao(credentials, "revokeIssuedSince", issuer, 1)
    assert tx.event("IssuerRevokedSince").args == {"issuer": issuer.address, "since": 1}
    assert not credentials.isValid(owner_a)


def test_revoke_issued_since__of_an_issuer_that_never_issued__bars_it_beforehand(
    suite, credentials, other_issuer_account, owner_a, issue, as_dao
):
    as_dao(credentials, "revokeIssuedSince", other_issuer_account, 1)
    as_dao(suite.hub, "grantRole", ISSUER, other_issuer_account, 0)
    with ape.reverts(credentials.IssuerIsRevoked, issuer=other_issuer_account, since=1):
        issue(owner_a, by=other_issuer_account)


def test_revoke_issued_since__by_an_issuer_without_its_role__reverts(
    suite, credentials, issuer, owner_a, issue, as_dao
):
    issue(owner_a)
    as_dao(suite.hub, "revokeRole", ISSUER, issuer)
    with ape.reverts(credentials.AccessManagedUnauthorized, caller=issuer):
        credentials.revokeIssuedSince(issuer, 1, sender=issuer)
    assert credentials.isValid(owner_a)


def test_revoke_issued_since__by_anyone_else__reverts(
    credentials, issuer, other_issuer, attacker, guardian, council, issue, owner_a
):
    issue(owner_a)
    for caller in (attacker, owner_a, other_issuer, guardian, council):
        with ape.reverts(credentials.AccessManagedUnauthorized, caller=caller):
            credentials.revokeIssuedSince(issuer, 1, sender=caller)
    assert credentials.isValid(owner_a)


def test_revoke_issued_since__by_a_stranger_of_itself__reverts(credentials, attacker):
    with ape.reverts(credentials.AccessManagedUnauthorized, caller=attacker):
        credentials.revokeIssuedSince(attacker, 1, sender=attacker)


# --- recoveries that a thief began ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("since", "survives"), [(-1, False), (0, False), (1, True)])
def test_revoke_issued_since__around_the_start_of_a_recovery__voids_it(
    credentials, issuer, attacker, owner_a, issue, soon, at, since, survives
):
    issue(owner_a)
    at(soon)
    credentials.startRecovery(owner_a, wallet("thief"), sender=issuer)
    at(soon + 100)
    credentials.revokeIssuedSince(issuer, soon + since, sender=issuer)
    at(soon + WEEK)
    if survives:
        assert credentials.recoveryOf(owner_a) == (wallet("thief"), soon + WEEK)
        credentials.finishRecovery(owner_a, sender=attacker)
        assert credentials.currentWallet(owner_a) == wallet("thief")
    else:
        assert credentials.recoveryOf(owner_a) == ("0x" + 40 * "0", 0)
        with ape.reverts(credentials.NoRecovery, wallet=owner_a):
            credentials.finishRecovery(owner_a, sender=attacker)
        with ape.reverts(credentials.NoRecovery, wallet=owner_a):
            credentials.objectToRecovery(sender=owner_a)
        assert credentials.currentWallet(owner_a) == owner_a


def test_revoke_issued_since__void_recovery__gives_way_to_an_honest_one(
    credentials, issuer, other_issuer, owner_a, issue, soon, at
):
    issue(owner_a)
    at(soon)
    credentials.startRecovery(owner_a, wallet("thief"), sender=issuer)
    at(soon + 100)
    credentials.revokeIssuedSince(issuer, soon, sender=issuer)
    at(soon + 200)
    credentials.startRecovery(owner_a, wallet("new"), sender=other_issuer)
    assert credentials.recoveryOf(owner_a) == (wallet("new"), soon + 200 + WEEK)
