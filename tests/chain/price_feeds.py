"""Feeds that can be broken in every way, and readers of one's own to read them: what the tests of prices share."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import ape
from eth_utils import keccak

HOUR, DAY = 3_600, 86_400
USD = 10**18
"""One dollar, and one point of an index, as the reader gives it back."""
GUARDIAN = 1

HEARTBEAT = HOUR
GRACE = HOUR
MIN_VALUE, MAX_VALUE = 1 * USD, 1_000_000 * USD
PAIR = "HOUSE / USD"
CHAINLINK_PAIR = "v0.8/tests/MockV3Aggregator.sol"  # what the mock says of itself
FEED = b"HOUSE-USD".ljust(32, b"\0")


class Mode(IntEnum):
    """`TestFaultyFeed.Mode`."""

    NORMAL = 0
    REVERTS = 1
    RETURNS_SHORT = 2
    RETURNS_DIRTY = 3
    BURNS_GAS = 4
    RETURNS_BOMB = 5
    RETURNS_LONG = 6


class Question:
    """What a reader asks a feed, by selector."""

    ROUND = keccak(text="latestRoundData()")[:4]
    DECIMALS = keccak(text="decimals()")[:4]
    DESCRIPTION = keccak(text="description()")[:4]


class FeedBench:
    """Deploys readers and feeds beside the suite. Everything is ape's contract instances; the DAO acts at once."""

    def __init__(self, suite: Any, anyone: Any) -> None:
        self.suite = suite
        self.anyone = anyone
        self.dao = ape.accounts[suite.timelock.address]
        ape.chain.provider.set_balance(self.dao.address, 10**18)

    def _deploy(self, name: str, *args: Any) -> Any:
        deployed = self.anyone.deploy(getattr(ape.project, name), *args)
        self.suite.engine.at(name, deployed.address)  # so that the engine knows its errors, too
        return deployed

    def reader(
        self,
        *,
        sequencer: Any = "0x" + "00" * 20,
        grace: int = 0,
        step: int = 1_000,
        quarantine: int = DAY,
        stop: int = 30 * DAY,
    ) -> Any:
        """A reader under the suite's hub, whose guardian may freeze."""
        made = self._deploy("PriceFeedReader", self.suite.hub, sequencer, grace, step, quarantine, stop)
        freeze = keccak(text="freeze(bytes32)")[:4]
        self.suite.hub.setTargetFunctionRole(made, [freeze], GUARDIAN, sender=self.dao)
        return made

    def faulty(self, answer: int = 100 * 10**8, decimals: int = 8, pair: str = PAIR) -> Any:
        return self._deploy("TestFaultyFeed", decimals, pair, answer)

    def chainlink(self, answer: int = 100 * 10**8, decimals: int = 8) -> Any:
        """Chainlink's own mock; what it says of itself can't be chosen."""
        return self._deploy("TestChainlinkFeed", decimals, answer)

    def proxy(self, aggregator: Any) -> Any:
        return self._deploy("TestFeedProxy", aggregator)

    def terms(self, feed: Any, **changes: Any) -> dict[str, Any]:
        """Terms that a feed of this bench fulfils."""
        usual = {"heartbeat": HEARTBEAT, "decimals": 8, "minValue": MIN_VALUE, "maxValue": MAX_VALUE}
        return {"feed": feed, **usual, "description": PAIR, **changes}

    def configure(self, reader: Any, feed: Any, feed_id: bytes = FEED, **changes: Any) -> Any:
        """The DAO sets a feed; answers the receipt."""
        return reader.setFeed(feed_id, self.terms(feed, **changes), sender=self.dao)

    def kill(self, contract: Any) -> None:
        """The contract loses its code."""
        ape.chain.provider.set_code(contract.address, b"")
