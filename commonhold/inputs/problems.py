"""What is wrong with a file, each thing with its place: file, line, record, field, value, and what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SHOWN_PROBLEMS = 20
SHOWN_VALUE_LENGTH = 60


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `line` counts from 1; it is None where the file as a whole is meant."""

    file: Path
    line: int | None
    record: str | None
    field: str | None
    value: str | None
    expected: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else str(self.file)
        named = [part for part in (self.record, self.field) if part]
        got = f"got {self.value}; " if self.value is not None else ""
        return ": ".join([place, *named, f"{got}expected {self.expected}"])


class InputError(Exception):
    """A file that can't be used, with everything that is wrong with it. Nothing was sent."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(str(self))

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        if len(self.problems) > SHOWN_PROBLEMS:
            lines.append(f"... and {len(self.problems) - SHOWN_PROBLEMS} more")
        return "\n".join(lines)


def shown(value: object) -> str:
    """The value as a message shows it: short, on one line, texts in quotes."""
    if isinstance(value, str):
        if len(value) > SHOWN_VALUE_LENGTH:
            return f"{value[:SHOWN_VALUE_LENGTH]!a}... ({len(value):,} characters)"
        return ascii(value)
    if isinstance(value, dict):
        return f"an object of {len(value)} fields"
    if isinstance(value, list):
        return f"a list of {len(value)} entries"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
