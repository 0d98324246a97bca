"""What the tests of the access layer share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ape.api.accounts import AccountAPI
from ape.contracts import ContractInstance

HOUR = 3_600


@pytest.fixture
def deploy_switch(suite, project, attacker: AccountAPI, contract_at) -> Callable[[int], ContractInstance]:
    """Deploys a contract that uses all of the access layer and stops for so long; by somebody without any right."""
    return lambda period: contract_at("TestSwitch", attacker.deploy(project.TestSwitch, suite.hub, period))


@pytest.fixture
def switch(deploy_switch: Callable[[int], ContractInstance]) -> ContractInstance:
    """One that stops for an hour."""
    return deploy_switch(HOUR)
