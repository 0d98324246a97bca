"""What the tests of the node network share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from ape.api.accounts import AccountAPI
from ape.contracts import ContractInstance
from eth_utils import keccak
from signed_reports import Draft, Submission

from commonhold.engines import Revert
from commonhold.engines.anvil_ape import ApeEngine
from commonhold.engines.base import decode_revert

DRAFT_AGE = 100  # seconds


@pytest.fixture
def aggregator(suite) -> ContractInstance:
    return suite.aggregator


@pytest.fixture
def draft_for(engine: ApeEngine) -> Callable[..., Draft]:
    """A report that the present nodes of an aggregator could sign, the next of its kind."""

    def write(aggregator: ContractInstance, **fields: Any) -> Draft:
        epoch = aggregator.latestReport().epoch + 1
        return Draft(
            nodeSet=aggregator.nodeSet().digest,
            epoch=epoch,
            observedAt=engine.now() - DRAFT_AGE + epoch,
            root=keccak(text=f"root of {epoch}"),
            chain_id=engine.chain_id,
            contract=aggregator.address,
        ).but(**fields)

    return write


@pytest.fixture
def draft(aggregator: ContractInstance, draft_for: Callable[..., Draft]) -> Draft:
    """The next report that the suite's nodes could sign."""
    return draft_for(aggregator)


@pytest.fixture
def signed(draft: Draft, nodes: Sequence[Any]) -> Submission:
    """The draft with the signatures of nodes 0 to 4, a quorum."""
    return draft.submission(nodes, range(5))


@pytest.fixture
def network(project, suite, deployer: AccountAPI) -> Callable[..., ContractInstance]:
    """An aggregator with a set of one's own: `network(accounts, max_faulty)`."""

    def build(nodes: Sequence[Any], max_faulty: int) -> ContractInstance:
        return deployer.deploy(project.QuorumAggregator, suite.hub, [node.address for node in nodes], max_faulty)

    return build


@pytest.fixture
def refused() -> Callable[..., AbstractContextManager[None]]:
    """`with refused("InvalidNode", 3, address)`: for what the engine sends, constructors and raw call data."""

    @contextmanager
    def expect(name: str, *values: Any) -> Iterator[None]:
        with pytest.raises(Revert) as caught:
            yield
        told = decode_revert(caught.value.data)
        assert (told.name, told.values) == (name, values)

    return expect
