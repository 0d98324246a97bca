"""What the tests of the certificate's renderer share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ape.api.accounts import AccountAPI
from ape.contracts import ContractInstance
from papers import Paper, attributes, read_json, texts


@pytest.fixture
def renderer(suite) -> ContractInstance:
    return suite.renderer


@pytest.fixture
def written(renderer: ContractInstance) -> Callable[[Paper], list[str]]:
    """What stands on a paper's sheet."""
    return lambda paper: texts(renderer.svg(paper.abi()))


@pytest.fixture
def traits(renderer: ContractInstance) -> Callable[[Paper], dict[str, Any]]:
    """The attributes in a paper's metadata."""
    return lambda paper: attributes(read_json(renderer.tokenURI(paper.abi())))


@pytest.fixture
def token(project, deployer: AccountAPI) -> Callable[..., ContractInstance]:
    """A token that answers what the test wants: raw return data, or one of the manners of `TestCurrency`."""

    def make(symbol: bytes, decimals: bytes = (6).to_bytes(32, "big"), manner: int = 0) -> ContractInstance:
        return deployer.deploy(project.TestCurrency, symbol, decimals, manner)

    return make
