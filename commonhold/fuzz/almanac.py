"""What honest nodes vouched for, whatever becomes of it on chain: facts, which outlast the sequence they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Ranges = Mapping[bytes, tuple[int, int]]
"""By feed: the lowest and the highest value that an honest node observed."""


class Almanac:
    """By the digest of a report that at least one honest node signed."""

    def __init__(self) -> None:
        self._ranges: dict[bytes, Ranges] = {}

    def enter(self, digest: bytes, ranges: Ranges) -> None:
        self._ranges[digest] = ranges

    def ranges(self, digest: bytes) -> Ranges | None:
        """None if no honest node signed it."""
        return self._ranges.get(digest)

    def to_json(self, digests: Iterable[bytes]) -> dict[str, dict[str, list[int]]]:
        """These entries, for the file of a sequence."""
        return {
            digest.hex(): {feed_id.hex(): list(range_) for feed_id, range_ in self._ranges[digest].items()}
            for digest in digests
            if digest in self._ranges
        }

    def from_json(self, entries: Mapping[str, Mapping[str, list[int]]]) -> None:
        for digest, ranges in entries.items():
            read = {bytes.fromhex(feed_id): (low, high) for feed_id, (low, high) in ranges.items()}
            self.enter(bytes.fromhex(digest), read)
