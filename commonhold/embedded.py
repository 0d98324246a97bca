"""The embedded chain: one anvil of its own for every run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

FEW_STATES = ("--prune-history", "64")  # blocks whose state can still be asked for, or be gone back to after a fork


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


@contextmanager
def lean_anvil() -> Iterator[None]:
    """While it lasts, ape starts its anvil without steps of transactions, and with the states of few blocks.

    ape always asks for the steps and has no setting against them: after a few hundred transactions anvil is ten times
    slower. Refusals are read from call traces, which need no steps. The states of old blocks go to the disk of the home
    directory, which a run of all tests would fill with some gigabytes.
    """
    from ape_foundry.provider import FoundryProvider  # not needed where everything runs in process

    full = FoundryProvider.build_command

    def lean(provider: FoundryProvider) -> list[str]:
        command = [option for option in full(provider) if option != "--steps-tracing"]
        return [*command, *FEW_STATES]

    FoundryProvider.build_command = lean
    try:
        yield
    finally:
        FoundryProvider.build_command = full
