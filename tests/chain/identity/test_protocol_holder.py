"""`setProtocolHolder`: a contract of the protocol holds a credential that no issuer can touch."""

from __future__ import annotations

import ape
import pytest
from identity_claims import YEAR, wallet

NONE, VALID, EXPIRED, REVOKED, ISSUER_REVOKED, MOVED = range(6)
ZERO = "0x" + 40 * "0"


@pytest.fixture
def holder(suite, credentials, as_dao):
    """A contract that the DAO made a protocol holder. (Any contract will do; the treasury comes later.)"""
    as_dao(credentials, "setProtocolHolder", suite.factory)
    return suite.factory


def test_set__by_the_dao__is_valid_for_ever(suite, credentials, as_dao, view_at):
    tx = as_dao(credentials, "setProtocolHolder", suite.factory)
    owner_id = credentials.ownerIdOf(suite.factory)
    assert owner_id != bytes(32)
    assert tx.event("ProtocolHolderSet").args == {"holder": suite.factory.address, "ownerId": owner_id}
    credential = credentials.credentialOf(suite.factory)
    assert (credential.issuer, credential.issuedAt) == (credentials, tx.timestamp)
    assert (credential.expiresAt, credential.jurisdiction, credential.flags) == (2**40 - 1, 0, 0)
    view_at(tx.timestamp + 1_000 * YEAR)
    assert credentials.isValid(suite.factory)
    assert credentials.credentialOf(suite.factory).status == VALID


def test_set__by_anyone_else__reverts(suite, credentials, issuer, registrar, guardian, council, attacker):
    for caller in (attacker, issuer, registrar, guardian, council):
        with ape.reverts(credentials.AccessManagedUnauthorized, caller=caller):
            credentials.setProtocolHolder(suite.factory, sender=caller)


def test_set__without_code__reverts(credentials, owner_a, dao):
    for candidate in (owner_a.address, ZERO, wallet("unknown")):
        with ape.reverts(credentials.HolderWithoutCode, holder=candidate):
            credentials.setProtocolHolder(candidate, sender=dao)


def test_set__twice__reverts(credentials, holder, dao):
    owner_id = credentials.ownerIdOf(holder)
    with ape.reverts(credentials.CredentialStillValid, wallet=holder, ownerId=owner_id):
        credentials.setProtocolHolder(holder, sender=dao)


def test_set__two_holders_in_one_second__get_two_ids(suite, credentials, soon, at, dao):
    at(soon)
    credentials.setProtocolHolder(suite.factory, sender=dao)
    credentials.setProtocolHolder(suite.timelock, sender=dao)
    assert credentials.ownerIdOf(suite.factory) != credentials.ownerIdOf(suite.timelock)


@pytest.mark.parametrize("action", ["renew", "revoke", "startRecovery", "issue"])
def test_holder__no_issuer_can_touch_it(credentials, holder, issuer, soon, action):
    if action == "issue":
        owner_id = credentials.ownerIdOf(holder)
        with ape.reverts(credentials.CredentialStillValid, wallet=holder, ownerId=owner_id):
            credentials.issue(holder, b"\x01" * 32, soon + YEAR, 0, 0, sender=issuer)
        return
    arguments = {"renew": [soon + YEAR], "revoke": [], "startRecovery": [wallet("new")]}
    with ape.reverts(credentials.NotTheIssuer, caller=issuer, wallet=holder, issuer=credentials):
        getattr(credentials, action)(holder, *arguments[action], sender=issuer)
    assert credentials.isValid(holder)


def test_holder__revoking_any_issuer_leaves_it(credentials, holder, issuer, dao):
    credentials.revokeIssuedSince(issuer, 1, sender=issuer)
    credentials.revokeIssuedSince(credentials, 1, sender=dao)
    credentials.revokeIssuedSince(ZERO, 1, sender=dao)
    assert credentials.isValid(holder)


def test_set__of_a_contract_whose_credential_is_alive__reverts(suite, credentials, issue, dao):
    owner_id = issue(suite.factory, "a")
    with ape.reverts(credentials.CredentialStillValid, wallet=suite.factory, ownerId=owner_id):
        credentials.setProtocolHolder(suite.factory, sender=dao)


def test_set__of_a_contract_whose_credential_is_dead__works(suite, credentials, issuer, issue, dao):
    issue(suite.factory, "a")
    credentials.revoke(suite.factory, sender=issuer)
    credentials.setProtocolHolder(suite.factory, sender=dao)
    assert credentials.isValid(suite.factory)


def test_set__while_a_recovery_is_under_way__reverts(suite, credentials, issuer, issue, dao):
    """Else the recovery would carry the protocol's credential away."""
    issue(suite.factory, "a")
    credentials.startRecovery(suite.factory, wallet("new"), sender=issuer)
    credentials.revoke(suite.factory, sender=issuer)
    with ape.reverts(credentials.RecoveryUnderWay, wallet=suite.factory, newWallet=wallet("new")):
        credentials.setProtocolHolder(suite.factory, sender=dao)
