"""Events of the chain in bounded chunks of blocks, by the table of events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from commonhold.engines.base import Engine, LogsRefused, RawLog, coders
from commonhold.engines.codec import EventCoder
from commonhold.operations.history.entries import HOUSE, ID_PARAMETERS, SHARE, Entry
from commonhold.operations.history.events import EVENTS

CHUNK = 2_000  # blocks; most public nodes search that many at once
MOST_EVENTS = 4_000  # in a chunk; one with more is read in smaller ones
IDS_AT_ONCE = 100


@dataclass(frozen=True)
class Known:
    """An entry of the table, as it looks on this suite's chain."""

    entry: Entry
    address: str
    coder: EventCoder
    place: int
    """Which topic has the id of what the event is about."""
    opens: int
    """Which topic has the id of the tie that it opens; 0 if it opens none."""


@dataclass
class Table:
    """The entries for the contracts that a suite has."""

    entries: list[Known]
    by_log: dict[tuple[str, bytes], list[Known]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for known in self.entries:
            self.by_log.setdefault((known.address, known.coder.topic), []).append(known)

    @classmethod
    def of(cls, suite: Any, events: Sequence[Entry] = EVENTS) -> Table:
        """Contracts that the suite does not have are left out."""
        return cls(
            [_known(entry, suite.contracts[entry.contract]) for entry in events if entry.contract in suite.contracts]
        )

    def ties(self) -> set[str]:
        """What a share can be tied to."""
        return {known.entry.about for known in self.entries} - {SHARE, HOUSE}

    def questions(self, about: str, ids: Sequence[bytes]) -> Iterator[tuple[list[str], list[list[bytes] | None]]]:
        """Addresses and topics for the events about these: one question for each place where ids stand."""
        for place in (1, 2, 3):
            asked = [known for known in self.entries if known.entry.about == about and known.place == place]
            if asked:
                between: list[list[bytes] | None] = [None] * (place - 1)
                names = sorted({known.coder.topic for known in asked})
                yield sorted({known.address for known in asked}), [names, *between, list(ids)]


def _known(entry: Entry, contract: Any) -> Known:
    coder = next(coder for coder in contract.coders.events.values() if coder.name == entry.event)
    opens = 1 + coder.indexed.index(ID_PARAMETERS[entry.opens]) if entry.opens else 0
    return Known(entry, contract.address, coder, 1 + coder.indexed.index(entry.parameter), opens)


class ChunkReader:
    """Reads events in chunks: a chunk that the node refuses is halved, and what goes well grows again."""

    def __init__(self, engine: Engine, table: Table, share: int, most_blocks: int = CHUNK) -> None:
        self.engine, self.table = engine, table
        self.ids = {SHARE: word(share), HOUSE: word(share >> 8)}
        self.most = self.span = most_blocks

    def chunk(self, first: int, last: int, ties: dict[str, list[str]]) -> tuple[int, list[RawLog]]:
        """From block `first` on as many blocks as go at once: the last of them, and the share's events in order.
        `ties` are the ids that it is tied to before."""
        return self._shrinking(first, last, lambda begin, end: self._ask(begin, end, ties))

    def _ask(self, first: int, last: int, ties: dict[str, list[str]]) -> list[RawLog]:
        """Events that name the share or its house; then those of what the share is, or in them was, tied to."""
        found: dict[tuple[int, int], RawLog] = {}
        for about in (SHARE, HOUSE):
            self._add(found, about, [self.ids[about]], first, last)
        opened = self._opened(found.values())
        for tie in sorted(self.table.ties()):
            ids = sorted({bytes.fromhex(one) for one in ties.get(tie, [])} | opened.get(tie, set()))
            for start in range(0, len(ids), IDS_AT_ONCE):
                self._add(found, tie, ids[start : start + IDS_AT_ONCE], first, last)
        return [found[place] for place in sorted(found)]

    def _add(self, found: dict[tuple[int, int], RawLog], about: str, ids: list[bytes], first: int, last: int) -> None:
        for addresses, topics in self.table.questions(about, ids):
            for log in self.engine.logs(addresses, topics, first, last):
                found[log.block, log.index] = log
            if len(found) > MOST_EVENTS and last > first:
                raise LogsRefused(f"more than {MOST_EVENTS} events in the blocks {first} to {last}")

    def _opened(self, logs: Any) -> dict[str, set[bytes]]:
        opened: dict[str, set[bytes]] = {}
        for log in logs:
            for known in self.table.by_log.get((log.address, log.topics[0]), ()):
                if known.opens and log.topics[known.place] == self.ids[SHARE]:
                    opened.setdefault(known.entry.opens, set()).add(log.topics[known.opens])
        return opened

    def latest(self, contract: Any, event: str, identifier: int, last: int, floor: int) -> dict[str, Any] | None:
        """Arguments of the latest event of a contract with this id first, up to block `last`."""
        coder = next(coder for coder in coders(contract.name).events.values() if coder.name == event)
        topics = [[coder.topic], [word(identifier)]]
        while last >= floor:
            begin = max(floor, last - self.span + 1)
            try:
                found = self.engine.logs([contract.address], topics, begin, last)
            except LogsRefused:
                if begin == last:
                    raise
                self.span = max(1, (last - begin + 1) // 2)
                continue
            if found:
                return coder.decode(found[-1].topics, found[-1].data)
            self._grow()
            last = begin - 1
        return None

    def _shrinking(self, first: int, last: int, ask: Callable[[int, int], list[RawLog]]) -> tuple[int, list[RawLog]]:
        while True:
            end = min(last, first + self.span - 1)
            try:
                found = ask(first, end)
            except LogsRefused:
                if end == first:
                    raise
                self.span = max(1, (end - first + 1) // 2)
                continue
            self._grow()
            return end, found

    def _grow(self) -> None:
        self.span = min(self.most, self.span + max(1, self.span // 4))


def word(identifier: int) -> bytes:
    """An id as a topic."""
    return identifier.to_bytes(32, "big")
