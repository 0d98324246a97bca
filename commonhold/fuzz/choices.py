"""Where a rule gets its choices from: a seeded generator in bulk campaigns, hypothesis when a failure is to be shrunk.

A rule never calls either of them directly, so the same rules serve both.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class Choices(ABC):
    """A source of choices."""

    @abstractmethod
    def integer(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""

    def one_of(self, options: Sequence[T]) -> T:
        return options[self.integer(0, len(options) - 1)]

    def chance(self, percent: int) -> bool:
        return self.integer(1, 100) <= percent

    def mostly(self, usual: T, *odd: T, percent: int = 88) -> T:
        """`usual`, and now and then one of the others: one step past what is legal."""
        return usual if not odd or self.chance(percent) else self.one_of(odd)

    def around(self, limit: int, *more: int) -> int:
        """An amount near a limit: on it, one off it, a part of it."""
        kind = self.integer(0, 9)
        if kind < 4 and limit > 1:
            return self.integer(1, limit)
        return max(0, self.one_of((limit, limit, limit - 1, limit + 1, 0, *more)))


class SeededChoices(Choices):
    """Plain pseudo-random choices; the same seed gives the same run."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)
        self._uniform = self._random.random

    def integer(self, low: int, high: int) -> int:
        span = high - low + 1
        if span < 1 << 40:
            return low + int(self._uniform() * span)
        return self._random.randint(low, high)


class DrawnChoices(Choices):
    """Choices drawn by hypothesis from a rule's `data`."""

    def __init__(self, data: Any) -> None:
        from hypothesis import strategies

        self._data = data
        self._integers = strategies.integers

    def integer(self, low: int, high: int) -> int:
        return int(self._data.draw(self._integers(low, high)))
