"""The rows of a share in a file, with checkpoints: up to which block they are whole, and which block that was.

A line is a row or a checkpoint; the first one says what the file is about. Only what a checkpoint vouches for counts:
it has a hash over all lines before it. So whatever a killed run, a full disk or an editor left behind is cut off again
by the next run, and the chain is read again from there.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from commonhold.operations.history.rows import Row

LONGEST_LINE = 1 << 20
MARKED = b'{"checkpoint": '
KEPT = 1_000  # checkpoints to go back to; if none of them holds, all is read again


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The rows are whole up to this block."""

    block: int
    block_hash: str
    rows: int
    state: dict[str, Any]
    check: str
    """Hash over all lines before."""
    end: int
    """Where in the file its line ends."""


class Cache:
    """An open file of rows."""

    def __init__(self, file: BinaryIO, head: dict[str, Any]) -> None:
        self._file, self._head = file, head
        self._points: deque[Checkpoint] = deque(maxlen=KEPT)
        if not self._scan():
            self.clear()

    @property
    def last(self) -> Checkpoint | None:
        """The latest checkpoint."""
        return self._points[-1] if self._points else None

    def clear(self) -> None:
        """Nothing is known."""
        self._points.clear()
        self._cut(0)
        self._file.write(_line(self._head))
        self._file.flush()

    def rewind(self, holds: Callable[[Checkpoint], bool]) -> Checkpoint | None:
        """Forget what follows the last checkpoint that still holds; all, if none does."""
        while self._points and not holds(self._points[-1]):
            self._points.pop()
        if self._points:
            self._cut(self._points[-1].end)
        else:
            self.clear()
        return self.last

    def append(self, rows: Iterable[Row], block: int, block_hash: str, state: dict[str, Any]) -> Checkpoint:
        """Rows up to `block`, and the checkpoint that vouches for them. `rewind` has cut off what none vouches for."""
        self._file.seek(0, os.SEEK_END)
        count = self._points[-1].rows if self._points else 0
        check = hashlib.blake2b(self._check().encode(), digest_size=16)
        for row in rows:
            line = row.as_line().encode() + b"\n"
            check.update(line)
            self._file.write(line)
            count += 1
        said: dict[str, Any] = {"block": block, "block_hash": block_hash, "rows": count, "state": state}
        self._file.write(_line({"checkpoint": said | {"check": _sealed(check, said)}}))
        self._file.flush()
        point = Checkpoint(**said, check=_sealed(check, said), end=self._file.tell())
        self._points.append(point)
        return point

    def rows(self) -> Iterator[Row]:
        """All rows, one at a time."""
        end = self._points[-1].end if self._points else 0
        self._file.seek(0)
        self._file.readline()
        while self._file.tell() < end:
            line = self._file.readline()
            if not line.startswith(MARKED):
                yield Row.from_fields(json.loads(line))

    def _check(self) -> str:
        return self._points[-1].check if self._points else ""

    def _scan(self) -> bool:
        """Read what is there, as far as checkpoints vouch for it. False if that is nothing."""
        self._file.seek(0)
        if self._file.readline(LONGEST_LINE) != _line(self._head):
            return False
        check, count = hashlib.blake2b(b"", digest_size=16), 0
        while (line := self._file.readline(LONGEST_LINE)).endswith(b"\n"):
            if not line.startswith(MARKED):
                check.update(line)
                count += 1
                continue
            point = _point(line, check, count, self._file.tell())
            if point is None:
                break
            self._points.append(point)
            check = hashlib.blake2b(point.check.encode(), digest_size=16)
        return bool(self._points)

    def _cut(self, end: int) -> None:
        self._file.truncate(end)
        self._file.seek(end)


@contextmanager
def opened(file: Path, head: dict[str, Any]) -> Iterator[Cache]:
    """The cache in `file`, which is made if it is not there. One at a time: who comes second waits."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o644), "r+b") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield Cache(handle, head)


def _point(line: bytes, check: Any, rows: int, end: int) -> Checkpoint | None:
    """The checkpoint in a line, if it vouches for exactly what stands before it."""
    try:
        said = json.loads(line)["checkpoint"]
        seal = said.pop("check")
        point = Checkpoint(**said, check=seal, end=end)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return point if point.rows == rows and seal == _sealed(check, said) else None


def _sealed(check: Any, said: dict[str, Any]) -> str:
    """The hash over the lines before and what the checkpoint says."""
    seal = check.copy()
    seal.update(_line(said))
    return str(seal.hexdigest())


def _line(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields).encode() + b"\n"
