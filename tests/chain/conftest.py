"""Tests on the embedded anvil: wallets are ape's accounts, `suite` has ape's contract instances.

So `ape.reverts(suite.coin.NotMinter, caller=buyer)` and `tx.events` work. The actions of tests/conftest.py and
`suite.handles` go through the ape engine, with its names and receipts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import ape
import pytest
from frugal_ape import frugal

from commonhold.embedded import lean_anvil, require_own_anvil
from commonhold.engines.anvil_ape import ApeEngine
from commonhold.recipe import Parameters, Suite, deploy


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts processes and chains of its own takes longest: it comes first, or one worker were left with it."""
    items.sort(key=lambda item: item.path.parent.name not in ("scripts", "recipe"))


class ChainSuite:
    """The suite as ape's contract instances, by the plan's names."""

    def __init__(self, handles: Suite) -> None:
        self.handles = handles
        self.engine = handles.engine
        self.parameters = handles.parameters
        self.deployer = handles.deployer
        for key, contract in handles.contracts.items():
            setattr(self, key, instance(contract.name, contract.address))

    def __getattr__(self, key: str) -> Any:
        raise AttributeError(f"the suite has no contract {key!r}")


def instance(name: str, address: str) -> Any:
    """ape's instance of the project's contract `name`."""
    return getattr(ape.project, name).at(address)


@pytest.fixture(scope="session")
def engine() -> Iterator[ApeEngine]:
    with lean_anvil(), ape.networks.parse_network_choice("ethereum:local:foundry") as provider:
        require_own_anvil(provider)
        with frugal(provider):
            yield ApeEngine(steady_clock=True)


@pytest.fixture(scope="session")
def handles(engine: ApeEngine, parameters: Parameters) -> Suite:
    return deploy(engine, parameters)


@pytest.fixture(scope="session")
def suite(handles: Suite) -> ChainSuite:
    return ChainSuite(handles)


@pytest.fixture(scope="session")
def wallet(engine: ApeEngine) -> Callable[[str], Any]:
    known = {account.address: account for account in ape.accounts.test_accounts}
    return lambda address: known[address]


@pytest.fixture(autouse=True)
def rollback(engine: Any, suite: Any) -> Iterator[None]:
    """Undo whatever the test did on the chain."""
    with engine.rollback():
        yield


@pytest.fixture(scope="session")
def contract_at(engine: ApeEngine) -> Callable[[str, Any], Any]:
    """`contract_at("TestEncumbrancer", address)`: a contract that a test created by itself."""

    def at(name: str, address: Any) -> Any:
        return instance(name, engine.at(name, address).address)

    return at


# --------------------------------------------------------------------------------------------------------------- time


@pytest.fixture
def at(engine: ApeEngine) -> Callable[[int], int]:
    """Lets the next transaction happen in exactly that second."""

    def set_next_time(timestamp: int) -> int:
        engine.set_next_time(timestamp)
        return timestamp

    return set_next_time


@pytest.fixture
def view_at(engine: ApeEngine) -> Callable[[int], int]:
    """Lets views see exactly that second."""

    def set_time(timestamp: int) -> int:
        engine.set_time(timestamp)
        return timestamp

    return set_time


@pytest.fixture
def soon(engine: ApeEngine) -> int:
    """A time a little ahead, from which a test can count; far enough for setting its scene."""
    return engine.now() + 1_000


# ---------------------------------------------------------------------------------------------------------------- DAO


@pytest.fixture
def dao(suite: ChainSuite) -> Any:
    """The DAO's timelock as a sender, acting at once (the local node impersonates it); `as_dao` waits out its delay."""
    timelock = ape.accounts[suite.timelock.address]
    ape.chain.provider.set_balance(timelock.address, 10**18)
    return timelock
