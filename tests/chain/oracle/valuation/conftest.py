"""A house of eight whose value is 200,000 dollars, and everybody who can do something about it.

Scenes are set through the engine's handles (`appraise`, `report`, `index_feed`); the call that a test is about goes
through ape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ape
import pytest
from ape.api.accounts import AccountAPI
from ape.contracts import ContractInstance
from valuation_rules import DAY, INDEX, USD, Terms

VALUE = 200_000 * USD


@dataclass(frozen=True)
class Valued:
    """A house after its first appraisal."""

    id: int
    usd: int
    reported_at: int
    accepted_at: int

    def share(self, number: int) -> int:
        return self.id * 256 + number


@pytest.fixture
def project() -> Any:
    return ape.project


@pytest.fixture
def valuation(suite: Any) -> ContractInstance:
    return suite.valuation


@pytest.fixture
def reader(suite: Any) -> ContractInstance:
    return suite.reader


@pytest.fixture
def terms(valuation: ContractInstance) -> Terms:
    return Terms.of(valuation)


@pytest.fixture
def house(register_house: Callable[..., int]) -> int:
    """A registered house of 8 shares without a value."""
    return register_house()


@pytest.fixture
def valued(
    house: int,
    valuation: ContractInstance,
    attacker: AccountAPI,
    soon: int,
    at: Callable[[int], int],
    appraise: Callable[..., Any],
) -> Valued:
    """A house whose first value was reported at `soon` and accepted two hours later."""
    at(soon + 1)
    appraise(house, VALUE, accept=False, observed_at=soon)
    at(soon + 7_200)
    valuation.accept(house, sender=attacker)
    return Valued(house, VALUE, soon, soon + 7_200)


@pytest.fixture
def bring(engine: Any, appraise: Callable[..., Any]) -> Callable[..., int]:
    """Brings a house's value on chain, ready to be accepted in the second `at` or later; returns the report's time."""

    def value(house: int, usd: int, *, at: int, observed_at: int | None = None) -> int:
        report_time = at - 10 if observed_at is None else observed_at
        engine.set_time(at - 5)
        appraise(house, usd, accept=False, observed_at=report_time)
        return report_time

    return value


@pytest.fixture
def accept_at(
    valuation: ContractInstance, attacker: AccountAPI, bring: Callable[..., int], at: Callable[[int], int]
) -> Callable[[int, int, int], Any]:
    """`accept_at(time, house, usd)`: a new value, accepted in exactly that second (by anyone)."""

    def accept(time: int, house: int, usd: int) -> Any:
        bring(house, usd, at=time)
        at(time)
        return valuation.accept(house, sender=attacker)

    return accept


@pytest.fixture
def index_terms(handles: Any) -> Callable[..., dict[str, Any]]:
    """The terms of the index's feed, with some fields of the test's choice."""
    index = handles.parameters.oracle.index

    def terms(feed: Any, **fields: Any) -> dict[str, Any]:
        return {
            "feed": getattr(feed, "address", feed),
            "heartbeat": index.heartbeat,
            "decimals": index.decimals,
            "minValue": index.min,
            "maxValue": index.max,
            "description": index.description,
            **fields,
        }

    return terms


@pytest.fixture
def replace_index(
    reader: ContractInstance, dao: AccountAPI, index_terms: Callable[..., dict[str, Any]]
) -> Callable[..., Any]:
    """The DAO puts another feed in the place of the index's; its readings are in quarantine for a day."""
    return lambda feed, **fields: reader.setFeed(INDEX, index_terms(feed, **fields), sender=dao)


@pytest.fixture
def faulty_index(
    handles: Any, engine: Any, deployer: AccountAPI, reader: ContractInstance, replace_index: Callable[..., Any]
) -> Any:
    """The index behind a feed that can be made to answer anything, its quarantine over."""
    index = handles.parameters.oracle.index
    answer = reader.read(INDEX)[0] * 10**index.decimals // 10**18
    feed = engine.deploy("TestFaultyFeed", index.decimals, index.description, answer, sender=deployer)
    replace_index(feed)
    engine.advance(reader.quarantinePeriod())
    feed.setAnswer(answer, sender=deployer)
    return feed


@pytest.fixture
def reporter(suite: Any, valuation: ContractInstance, dao: AccountAPI, council: AccountAPI) -> AccountAPI:
    """A reporter of sales, in the market's place."""
    valuation.setSaleReporter(council, True, sender=dao)
    return council


@pytest.fixture
def deploy_valuation(project: Any, suite: Any, deployer: AccountAPI, terms: Terms) -> Callable[..., ContractInstance]:
    """Another valuation beside the suite's: other terms, or no index. Only the DAO can freeze there."""

    def deploy(*, index: bytes = INDEX, **changes: int) -> ContractInstance:
        peers = (suite.hub, suite.registry, suite.credentials, suite.aggregator, suite.reader)
        return deployer.deploy(project.PropertyValuation, *peers, index, terms.abi(**changes), 30 * DAY)

    return deploy
