"""A world in which recorded sequences name proposals by their order, and code by whose it is.

Both change with every edit of a contract: a proposal's id covers the code of its targets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from commonhold.fuzz.actions import Action, Names
from commonhold.fuzz.world import World
from commonhold.model import Outcome


@dataclass(frozen=True)
class Proposed:
    """In a recorded action, the id of the n-th proposal of its sequence, from 1."""

    place: int


class GovernedNames(Names):
    """Knows proposals and code, too."""

    def __init__(self, addresses: Mapping[str, str], world: GovernedWorld) -> None:
        super().__init__(addresses)
        self._world = world

    def to_json(self, value: Any) -> Any:
        if isinstance(value, int) and value in self._world.proposals:
            return {"proposal": self._world.proposals.index(value) + 1}
        if isinstance(value, bytes) and value in self._world.coders:
            return {"code": self._world.coders[value]}
        return super().to_json(value)


class GovernedWorld(World):
    """With a governor."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.names = GovernedNames({**self.cast.address, **self.port.addresses}, self)
        self.coders = {self.model.code_of(address): name for name, address in self.port.addresses.items()}
        """Whose a code was at the beginning."""

    @property
    def proposals(self) -> tuple[int, ...]:
        """The ids of this sequence, in order."""
        return tuple(self.model.governor.proposals)

    def perform(self, action: Action) -> Outcome:
        arguments = tuple(self._known(value) for value in action.arguments)
        return super().perform(replace(action, arguments=arguments))

    def _known(self, value: Any) -> Any:
        if not isinstance(value, Proposed):
            return value
        return self.proposals[value.place - 1] if value.place <= len(self.proposals) else 0

    def _read(self, value: Any) -> Any:
        if isinstance(value, dict) and "proposal" in value:
            return Proposed(value["proposal"])
        if isinstance(value, dict) and "code" in value:
            return next(code for code, name in self.coders.items() if name == value["code"])
        return super()._read(value)
