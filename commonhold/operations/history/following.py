"""Following a share through the chain: what the cache has is kept as long as its blocks are the chain's."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commonhold.build import ROOT
from commonhold.engines import EngineError
from commonhold.operations.history.cache import Cache, Checkpoint, opened
from commonhold.operations.history.life import Life, State
from commonhold.operations.history.reader import CHUNK, ChunkReader, Table
from commonhold.operations.history.rows import Row
from commonhold.operations.reading import NoSuchShare, share_id, share_of

# Elsewhere for tests, which must leave nothing in the project.
FOLDER = Path(os.environ.get("COMMONHOLD_HISTORY") or ROOT / ".cache" / "history")
FORMAT = 1
PATIENCE = 50
"""How often a chain may change its blocks while they are read."""


class HistoryError(Exception):
    """A history that can't be told."""


@dataclass(frozen=True)
class Past:
    """All that happened to a share up to a block."""

    share: int
    block: int
    block_hash: str
    count: int
    cache: Cache

    def rows(self) -> Iterator[Row]:
        """In order, read one at a time."""
        return self.cache.rows()


@contextmanager
def follow(suite: Any, share: int, *, chunk: int = CHUNK, folder: Path | None = None) -> Iterator[Past]:
    """The history of a share up to the latest block, by the chain and what the cache has of it."""
    require_share(suite, share)
    engine, first = suite.engine, max(1, suite.from_block)
    genesis = engine.block_hash(0)
    file = (folder or FOLDER) / genesis / suite.certificate.address / f"{share}.jsonl"
    table = Table.of(suite)
    # Another table of events makes other rows of the same past.
    events = hashlib.sha256(repr([(known.entry, known.address) for known in table.entries]).encode()).hexdigest()
    with opened(file, {"history": FORMAT, "share": share, "from": first, "events": events}) as cache:
        point = _Follower(suite, share, ChunkReader(engine, table, share, chunk), cache, first).run()
        yield Past(share, point.block, point.block_hash, point.rows, cache)


def require_share(suite: Any, share: int) -> None:
    """Raise if there is no such share, with a hint if the number is a house's."""
    house, number = share_of(share)
    if share > 0 and number and number <= suite.certificate.sharesOf(house):
        return
    count = suite.certificate.sharesOf(share) if 0 < share < 1 << 32 else 0
    if count and not house:
        raise HistoryError(
            f"{share} is the number of a house, not of a share: those of house {share} are "
            f"{share_id(share, 1)} to {share_id(share, count)}"
        )
    raise NoSuchShare(share)


@dataclass
class _Follower:
    suite: Any
    share: int
    reader: ChunkReader
    cache: Cache
    first: int

    def run(self) -> Checkpoint:
        """Read on to what is the latest block now: the checkpoint there."""
        engine = self.suite.engine
        for _ in range(PATIENCE):
            head = engine.block_number()
            tip = engine.block_hash(head)
            reached = self._read_to(head, tip) if tip else None
            if reached is not None:
                return reached
        raise EngineError(f"{engine.name} gives other blocks each time that it is asked: is it in sync?")

    def _read_to(self, head: int, tip: str) -> Checkpoint | None:
        """Chunk by chunk up to the block `head`. None, if that is another block now than it was: then what was read
        since may be of two pasts, and is not kept."""
        engine, last = self.suite.engine, self._standing()
        while last.block < head:
            state = State(**deepcopy(last.state))
            end, logs = self.reader.chunk(last.block + 1, head, state.ties)
            rows = list(Life(self.suite, self.reader, state, self.first).rows(logs))
            end_hash = engine.block_hash(end)
            if engine.block_hash(head) != tip:
                return None
            last = self.cache.append(rows, end, end_hash, state.as_fields())
        return last

    def _standing(self) -> Checkpoint:
        """The last checkpoint whose block still is the chain's: what came after it is gone from there."""
        engine = self.suite.engine
        point = self.cache.rewind(lambda point: engine.block_hash(point.block) == point.block_hash)
        if point is not None:
            return point
        start = engine.block_hash(self.first - 1)
        if start is None:
            raise HistoryError(f"the suite was deployed in block {self.first}, which this chain does not have")
        return self.cache.append((), self.first - 1, start, State().as_fields())
