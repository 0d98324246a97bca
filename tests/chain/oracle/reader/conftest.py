"""A reader of one's own, without a sequencer, and feeds to put before it."""

from __future__ import annotations

from typing import Any

import pytest
from price_feeds import FEED, FeedBench


@pytest.fixture
def bench(suite: Any, attacker: Any) -> FeedBench:
    """Deploys readers and feeds; by somebody without any right."""
    return FeedBench(suite, attacker)


@pytest.fixture
def reader(bench: FeedBench) -> Any:
    """One with the spec's numbers: step 10 %, quarantine a day, freeze 30 days."""
    return bench.reader()


@pytest.fixture
def feed(bench: FeedBench) -> Any:
    """Answers 100 dollars, with 8 decimals."""
    return bench.faulty()


@pytest.fixture
def configured(bench: FeedBench, reader: Any, feed: Any) -> Any:
    """`reader`, which reads `feed` as `FEED`."""
    bench.configure(reader, feed, FEED)
    return reader
