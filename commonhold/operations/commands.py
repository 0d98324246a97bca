"""The click command of every script: connected to a network, and ending in one message when something is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from ape_foundry.provider import FoundryProvider

from commonhold.engines import Revert
from commonhold.engines.command import ChainCommand
from commonhold.operations.connection import EXPECTED_ERRORS


@contextmanager
def lean_anvil() -> Iterator[None]:
    """Let ape start its anvil without `--steps-tracing`, which it always asks for and has no setting against.

    With it anvil keeps every step of every transaction: after a few hundred it is ten times slower. Refusals are read
    from call traces, which need no steps.
    """
    full = FoundryProvider.build_command

    def lean(provider: FoundryProvider) -> list[str]:
        return [option for option in full(provider) if option != "--steps-tracing"]

    FoundryProvider.build_command = lean
    try:
        yield
    finally:
        FoundryProvider.build_command = full


class NetworkCommand(ChainCommand):
    """A command with `--network`. What its user can do something about becomes a message and exit code 1: bad input,
    a refusal of a contract, a network that is not there or not there any more. A fault of ours keeps its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with lean_anvil():
                return super().invoke(ctx)
        except Revert as revert:
            raise click.ClickException(f"the chain refused: {revert}") from None
        except EXPECTED_ERRORS as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from None
