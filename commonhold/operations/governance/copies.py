"""The suite on a copy of its chain's present state, on which anything can be tried: the same on every network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from commonhold import build
from commonhold.engines import InProcessEngine
from commonhold.engines.base import Engine, EngineError
from commonhold.engines.copies import CopyEngine, NoAnswer
from commonhold.recipe.deploy import Suite


@contextmanager
def copy_of(suite: Suite) -> Iterator[Suite]:
    """The suite on a copy of its chain's present state. What happens there is gone afterwards."""
    engine = suite.engine
    if isinstance(engine, InProcessEngine):
        with engine.rollback():
            yield suite
        return
    copied = CopyEngine(_url(engine), engine.chain_id, engine.block_number(), engine.now())
    addresses = {key: contract.address for key, contract in suite.contracts.items()}
    try:
        yield Suite(copied, suite.parameters, suite.deployer, addresses, suite.from_block)
    except RuntimeError:  # how pyrevm says, outside of calls, that the node did not answer; it would tell the whole URL
        raise NoAnswer from None


def _url(engine: Engine) -> str:
    """Where the node of an ApeEngine answers over HTTP: pyrevm knows no other way."""
    provider: Any = getattr(engine, "provider", None)
    for name in ("http_uri", "uri"):
        url = getattr(provider, name, None)
        if isinstance(url, str) and url.startswith("http"):
            return url
    raise EngineError(
        f"{engine.name}: a copy of its state can only be made over HTTP: name a node's URL with --network"
    )


def slot_of(artifact: str, label: str) -> int:
    """Where a contract keeps the state variable `label`."""
    for variable in build.artifact(artifact).storage_layout["storage"]:
        if variable["label"] == label:
            return int(variable["slot"])
    raise EngineError(f"{artifact} has no state variable {label}")
