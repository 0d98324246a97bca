"""The base of our ape scripts: connects as ape does, but a chain that can't be reached is one line, not a traceback."""

from __future__ import annotations

from typing import Any

import click
from ape.cli import ConnectedProviderCommand
from ape.exceptions import NetworkError, ProviderError
from requests.exceptions import RequestException


class ChainCommand(ConnectedProviderCommand):
    """A command with a connected provider. Use it with `@network_option()`."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ProviderError, NetworkError, RequestException) as problem:
            line = " ".join(str(problem).split())[:300]
            raise click.ClickException(f"the chain can't be reached: {line}") from None
