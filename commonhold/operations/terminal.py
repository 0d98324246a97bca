"""How scripts speak: one console, progress that also reads well in a log, and errors without tracebacks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from commonhold.operations.tokenize import Progress

SECONDS_BETWEEN_LINES = 2.0
LOG_WIDTH = 160  # tables keep their columns where there is no terminal to measure


def make_console() -> Console:
    """The console of a script."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=LOG_WIDTH)


@contextmanager
def homes_left(console: Console, total: int) -> Iterator[Callable[[Progress], None]]:
    """Tells how many homes are left: a bar on a terminal, a line every few seconds elsewhere."""
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"{total} homes left", total=total)
        yield lambda step: bar.update(
            task, completed=step.done, total=step.done + step.left, description=f"{step.left} homes left"
        )


def _lines(console: Console) -> Callable[[Progress], None]:
    said_at = time.monotonic()

    def say(step: Progress) -> None:
        nonlocal said_at
        if step.left == 0 or time.monotonic() - said_at >= SECONDS_BETWEEN_LINES:
            said_at = time.monotonic()
            console.print(f"  {step.done} homes done, {step.left} left, {step.sent} transactions so far")

    return say
