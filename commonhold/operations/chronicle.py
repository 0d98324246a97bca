"""What happened in a story of the demo: every step with its receipts, and everything that was tried and refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from commonhold.engines import Revert


class NotRefused(Exception):
    """Something that must be refused went through."""


@dataclass(frozen=True)
class Refusal:
    """What was tried, the name of the error that refused it, and what the error says."""

    tried: str
    error: str
    named: Mapping[str, object]


@dataclass
class Chronicle:
    """Written while the stories run; afterwards the lists tell what happened."""

    steps: dict[str, list[Any]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)

    def did(self, step: str, receipts: list[Any]) -> None:
        """Note a step's receipts; those of equal steps are kept together."""
        self.steps.setdefault(step, []).extend(receipts)

    def must_fail(self, tried: str, attempt: Callable[[], Any], error: type[Exception] = Revert) -> None:
        """Try what has to be refused: by the chain, or with an `error` of ours before it gets there."""
        try:
            attempt()
        except error as refusal:
            if isinstance(refusal, Revert):
                self.refusals.append(Refusal(tried, refusal.name, refusal.named))
            else:
                self.refusals.append(Refusal(tried, type(refusal).__name__, {"": str(refusal).splitlines()[0]}))
            return
        raise NotRefused(f"this was not refused: {tried}")

    def gas_by_step(self) -> list[tuple[str, int, int]]:
        """Each step with its number of transactions and their gas together."""
        return [
            (name, len(receipts), sum(receipt.gas_used or 0 for receipt in receipts))
            for name, receipts in self.steps.items()
        ]
