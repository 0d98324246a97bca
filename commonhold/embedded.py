"""The embedded chain: one anvil of its own for every run."""

from __future__ import annotations

from typing import Any


class SharedChainError(Exception):
    """This run would write into the anvil of another run."""


def require_own_anvil(provider: Any) -> None:
    """Raise unless `provider`, ape's connected Foundry provider, started the anvil it talks to and that still runs.

    ape picks a random port, but when an anvil answers there it joins it without a word; and when two runs choose the
    same port in the same moment, the second one's anvil ends and its client talks to the first one's.
    """
    process = provider.process
    if process is None or process.poll() is not None:
        raise SharedChainError(f"another run already uses the anvil at {provider.uri}: start this run again")
