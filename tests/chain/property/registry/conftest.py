"""What the tests of the property registry share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ape.api.accounts import AccountAPI
from ape.contracts import ContractInstance
from house_terms import Terms


@pytest.fixture
def registry(suite) -> ContractInstance:
    return suite.registry


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
def listener(project, registry: ContractInstance, deployer: AccountAPI, dao: AccountAPI) -> ContractInstance:
    """A listener of the test's own in the registry's row."""
    contract = deployer.deploy(project.TestHouseListener)
    registry.setListener(contract, sender=dao)
    return contract
