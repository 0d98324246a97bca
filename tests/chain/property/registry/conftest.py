"""What the tests of the property registry share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ape.api.accounts import AccountAPI
from ape.contracts import ContractInstance
from ape.managers.chain import ChainManager
from house_terms import Terms


@pytest.fixture
def registry(suite) -> ContractInstance:
    return suite.registry


@pytest.fixture
def dao(suite, accounts, chain: ChainManager) -> AccountAPI:
    """The DAO's timelock as a sender (the local node impersonates it): what the DAO does here needs no waiting."""
    timelock = accounts[suite.timelock.address]
    chain.provider.set_balance(timelock.address, 10**18)
    return timelock


@pytest.fixture
def terms(holding_entity: AccountAPI, manager: AccountAPI) -> Callable[..., Terms]:
    """Terms of a house that can be registered, with some fields of the test's choice; each house has its own deed."""

    def make(**fields: Any) -> Terms:
        given = {"holdingEntity": holding_entity.address, "manager": manager.address} | fields
        given.setdefault("titleReference", f"Deed of {given.get('providerPropertyId', 'HV-100')}"[:64])
        return Terms(**given)

    return make


@pytest.fixture
def register(registry: ContractInstance, registrar: AccountAPI, terms) -> Callable[..., int]:
    """Registers a house with some fields of the test's choice and returns its id."""

    def act(**fields: Any) -> int:
        registry.register(terms(**fields).abi(), sender=registrar)
        return registry.propertyCount()

    return act


@pytest.fixture
def house(register) -> int:
    """The id of a registered house."""
    return register()


@pytest.fixture
def at(chain: ChainManager) -> Callable[[int], int]:
    """Lets the next transaction happen in exactly that second."""

    def set_time(timestamp: int) -> int:
        chain.pending_timestamp = timestamp
        return timestamp

    return set_time


@pytest.fixture
def soon(chain: ChainManager) -> int:
    """A time a little ahead, from which a test can count."""
    return chain.blocks.head.timestamp + 1_000


@pytest.fixture
def listener(project, registry: ContractInstance, deployer: AccountAPI, dao: AccountAPI) -> ContractInstance:
    """A listener of the test's own in the registry's row."""
    contract = deployer.deploy(project.TestHouseListener)
    registry.setListener(contract, sender=dao)
    return contract
