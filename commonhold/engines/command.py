"""The base of our ape scripts: connects as ape does, but a chain that can't be reached is one line, not a traceback."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from ape.cli import ConnectedProviderCommand
from ape.exceptions import NetworkError, ProviderError
from ape.logging import ClickHandler
from requests.exceptions import RequestException


class _Notes(ClickHandler):
    """ape's own handler means to do this with warnings, but looks for them by a name that they don't have."""

    def emit(self, record: logging.LogRecord) -> None:
        message = self.format(record)
        for change in self.handlers:
            message = change(message)
        click.echo(message, err=True)


@contextmanager
def notes_on_stderr() -> Iterator[None]:
    """Let ape write its own notes where messages belong: on stdout they stand in what a script was piped for."""
    logger = logging.getLogger("ape")
    before = logger.handlers[:]
    for handler in before:
        if isinstance(handler, ClickHandler):
            notes = _Notes(handler.echo_kwargs, handler.handlers)
            notes.setFormatter(handler.formatter)
            logger.removeHandler(handler)
            logger.addHandler(notes)
    try:
        yield
    finally:
        logger.handlers[:] = before


class ChainCommand(ConnectedProviderCommand):
    """A command with a connected provider. Use it with `@network_option()`."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with notes_on_stderr():
                return super().invoke(ctx)
        except (ProviderError, NetworkError, RequestException) as problem:
            line = " ".join(str(problem).split())[:300]
            raise click.ClickException(f"the chain can't be reached: {line}") from None
