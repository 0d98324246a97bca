"""`TestOracle`: a reader and a network of nodes in one, that say of each feed what anyone told them."""

from __future__ import annotations

from dataclasses import dataclass

from commonhold.model.core import Chain, Contract, require
from commonhold.model.feeds import FeedStatus


@dataclass
class Told:
    value: int = 0
    at: int = 0
    status: int = int(FeedStatus.NONE)
    frozen_since: int = 0
    frozen_before: int = 0


class TellingOracle(Contract):
    key = "oracle"

    def __init__(self, chain: Chain, address: str) -> None:
        super().__init__(chain, address)
        self.feeds: dict[bytes, Told] = {}

    def _told(self, feed_id: bytes) -> Told:
        return self.feeds.get(feed_id) or Told()

    def tell(self, sender: str, feed_id: bytes, value: int, status: int) -> None:
        before, since = self.frozenTimeOf(feed_id), self.now if status == FeedStatus.FROZEN else 0
        self.feeds[feed_id] = Told(value, self.now, status, since, before)

    def read(self, feed_id: bytes) -> tuple[int, int, int]:
        told = self._told(feed_id)
        return told.value, told.at, told.status

    def record(self, sender: str, feed_id: bytes) -> tuple[int, int]:
        told = self._told(feed_id)
        require(told.status == FeedStatus.VALID, "FeedNotValid", feed_id, told.status)
        return told.value, told.at

    def frozenTimeOf(self, feed_id: bytes) -> int:
        told = self._told(feed_id)
        return told.frozen_before + (self.now - told.frozen_since if told.frozen_since else 0)

    def feedOf(self, feed_id: bytes) -> tuple[int, int, int]:
        told = self._told(feed_id)
        return told.value, told.at, 1
