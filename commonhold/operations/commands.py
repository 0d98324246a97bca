"""The click command of every script: connected to a network, and ending in one message when something is wrong."""

from __future__ import annotations

from typing import Any

import click

from commonhold.embedded import lean_anvil
from commonhold.engines import Revert
from commonhold.engines.command import ChainCommand
from commonhold.operations.connection import EXPECTED_ERRORS


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
