"""What the tests of the credential registry share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ape.api.accounts import AccountAPI
from ape.contracts import ContractInstance
from ape.managers.chain import ChainManager
from identity_claims import ISSUER, US, YEAR, Claim, owner_id


@pytest.fixture
def credentials(suite) -> ContractInstance:
    return suite.credentials


@pytest.fixture(scope="session")
def other_issuer_account(accounts) -> AccountAPI:
    return accounts[18]


@pytest.fixture
def other_issuer(suite, as_dao, other_issuer_account: AccountAPI) -> AccountAPI:
    """A second issuer in good standing."""
    as_dao(suite.hub, "grantRole", ISSUER, other_issuer_account, 0)
    return other_issuer_account


@pytest.fixture
def soon(chain: ChainManager, request) -> int:
    """A time a little ahead, from which a test can count. The DAO's delay, if a test has it pass, comes first."""
    for slow in ("other_issuer", "contract_issuer", "holder"):
        if slow in request.fixturenames:
            request.getfixturevalue(slow)
    return chain.blocks.head.timestamp + 1_000


@pytest.fixture
def issue(credentials: ContractInstance, issuer: AccountAPI, chain: ChainManager) -> Callable[..., bytes]:
    """Gives a wallet a credential, for a year unless told otherwise, and returns its owner id."""

    def give(to: Any, name: str = "a", by: AccountAPI = issuer, expires_at: int | None = None) -> bytes:
        expiry = chain.pending_timestamp + YEAR if expires_at is None else expires_at
        credentials.issue(to, owner_id(name), expiry, US, 1, sender=by)
        return owner_id(name)

    return give


@pytest.fixture
def claim(credentials: ContractInstance, issuer: AccountAPI, owner_a: AccountAPI, chain: ChainManager, soon) -> Claim:
    """A claim of `owner_a` that its issuer would sign."""
    return Claim(
        wallet=owner_a.address,
        ownerId=owner_id("claimed"),
        expiresAt=soon + YEAR,
        jurisdiction=US,
        flags=5,
        issuer=issuer.address,
        deadline=soon + 3_600,
        chain_id=chain.chain_id,
        contract=credentials.address,
    )
