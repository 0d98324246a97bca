"""What every modelled suite does with a call: whole or in parts, its contracts are called alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from commonhold.model.core import Call, Chain, Contract, Logged, Refused
from commonhold.model.money.parts import refuse_strangers
from commonhold.model.money.treasury import Treasury


@dataclass(frozen=True)
class Outcome:
    """What a call must do: what it answers and emits, or the refusal."""

    result: Any = None
    events: tuple[Logged, ...] = ()
    refused: Refused | None = None


class Performing:
    """Contracts under their names, of which the treasury is one; a suite gives itself a chain that dispatches here."""

    chain: Chain
    treasury: Treasury

    def contract(self, name: str) -> Contract:
        found: Contract = getattr(self, name)
        return found

    def _dispatch(self, call: Call, sender: str) -> Any:
        refuse_strangers(call, sender)
        return getattr(self.contract(call.contract), call.function)(sender, *call.arguments)

    def perform(self, call: Call, sender: str) -> Outcome:
        """What the chain must do with this call; on success the model has done it."""
        self.chain.log.clear()
        self.chain.call_data = lambda: call.data
        self.treasury.next_transaction()
        try:
            result = self._dispatch(call, sender)
        except Refused as refused:
            return Outcome(refused=refused)
        return Outcome(result, tuple(self.chain.log))
