"""What the tests of the access layer share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ape.api.accounts import AccountAPI
from ape.contracts import ContractInstance
from ape.managers.chain import ChainManager

HOUR = 3_600


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
def deploy_switch(suite, project, attacker: AccountAPI, contract_at) -> Callable[[int], ContractInstance]:
    """Deploys a contract that uses all of the access layer and stops for so long; by somebody without any right."""
    return lambda period: contract_at("TestSwitch", attacker.deploy(project.TestSwitch, suite.hub, period))


@pytest.fixture
def switch(deploy_switch: Callable[[int], ContractInstance]) -> ContractInstance:
    """One that stops for an hour."""
    return deploy_switch(HOUR)


@pytest.fixture
def timelock_account(suite, accounts, chain: ChainManager) -> AccountAPI:
    """The DAO's timelock as a sender: for what must happen in one exact second, which its own delay would miss."""
    timelock = accounts[suite.timelock.address]  # impersonated by the local node
    chain.provider.set_balance(timelock.address, 10**18)
    return timelock
