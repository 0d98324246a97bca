"""What the readers of all our file formats share: the faults of a file, and its text."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from commonhold.inputs.problems import InputError, Problem

MAX_PROBLEMS = 200


class Faults:
    """What is wrong with one file; stops the reading when there is far too much."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(
        self,
        line: int | None,
        expected: str,
        *,
        record: str | None = None,
        name: str | None = None,
        value: str | None = None,
    ) -> None:
        """Note a fault and go on reading."""
        self.problems.append(Problem(self.file, line, record, name, value, expected))
        if len(self.problems) >= MAX_PROBLEMS:
            self.stop()

    def fail(self, line: int | None, expected: str, *, value: str, name: str | None = None) -> NoReturn:
        """A fault after which nothing more can be read."""
        self.problems.append(Problem(self.file, line, None, name, value, expected))
        raise self._error()

    def stop(self) -> None:
        """Give up if anything was wrong so far."""
        if self.problems:
            raise self._error()

    def _error(self) -> InputError:
        return InputError(sorted(self.problems, key=lambda problem: problem.line or 0))


def read_text(file: Path, faults: Faults, *, max_bytes: int, holds: str) -> str:
    """The file's text, if it has a sensible size and is UTF-8. `holds` says in words what is expected in it."""
    try:
        with file.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        faults.fail(None, "a file that can be read", value=error.strerror or type(error).__name__)
    if len(data) > max_bytes:
        faults.fail(None, f"a file of at most {max_bytes:,} bytes", value="a larger one")
    if not data.strip():
        faults.fail(None, holds, value="an empty file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.fail(line, "UTF-8 text", value=f"byte 0x{data[error.start]:02x} at position {error.start}")
    if "\0" in text:
        faults.fail(text.count("\n", 0, text.index("\0")) + 1, "UTF-8 text", value="a zero byte")
    return text
