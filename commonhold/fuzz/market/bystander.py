"""Laws of one contract of the market, counted from events alone: what came, what went, what must lie there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol, TypeVar

from commonhold.fuzz.actions import Action
from commonhold.fuzz.port import Reverted, Sent
from commonhold.fuzz.world import Violation, World
from commonhold.model import Outcome

BPS = 10_000
HIS_COINS = frozenset({"ERC20InsufficientAllowance", "ERC20InsufficientBalance", "ERC7943InsufficientUnfrozenBalance"})


class Diary(Protocol):
    """Of one sequence."""

    given: int  # coins that came without a call of the contract: nobody's

    def held(self, now: int) -> int:
        """What must lie there."""


D = TypeVar("D", bound=Diary)
Told = Callable[..., None]


class Bystander:
    """Reads every step, writes a diary of it in the world's ghosts, and never asks the model what should be."""

    contract: ClassVar[str]
    begin: ClassVar[Callable[[], Diary]]
    events: ClassVar[Mapping[tuple[str, str], Told]]
    own_faults: ClassVar[Mapping[str, frozenset[str]]] = {}

    def __init__(self, world: World) -> None:
        self.world = world

    def _diary(self, begin: Callable[[], D]) -> D:
        name = f"{self.contract} diary"
        found: D = self.world.ghosts[name] if name in self.world.ghosts else begin()
        self.world.ghosts[name] = found
        return found

    def after(self, action: Action, outcome: Outcome, sent: Sent | None) -> None:
        own = action.contract == self.contract
        if outcome.refused is not None:
            faults = self.own_faults.get(action.function) if own else None
            if faults is not None and outcome.refused.name not in faults:
                raise Violation("L15", f"{action} was refused: {outcome.refused}")
            return
        for event in sent.events if sent is not None else ():
            told = self.events.get((event.contract, event.name))
            if told is not None:
                told(self, action, *event.arguments)
            elif (event.contract, event.name) == ("coin", "Transfer"):
                self._coins_moved(action, *event.arguments)
        if own:
            self._check_held(action)

    def _coins_moved(self, action: Action, giver: str, to: str, coins: int) -> None:
        """What comes by no call of its own, or to itself, is nobody's; nothing may go so, but by the court."""
        at, own = self.world.port.addresses[self.contract], action.contract == self.contract
        if at not in (giver, to) or (own and giver != to):
            return
        diary = self._diary(type(self).begin)
        diary.given += coins * (to == at)
        if giver == at and not own:
            diary.given -= coins
            if action.function != "forcedTransfer":
                raise Violation("L12", f"{action} took {coins} coins of {self.contract}")

    def _check_held(self, action: Action) -> None:
        """To the wei."""
        held = self.world.port.view("coin", "balanceOf", self.world.port.addresses[self.contract])
        owed = self._diary(type(self).begin).held(action.at)
        if held != owed:
            raise Violation(self.contract, f"{action}: {held} coins lie there, {owed} are somebody's")

    def _today(self, wallet: str) -> str:
        found: str = self.world.port.view("credentials", "currentWallet", wallet)
        return found

    def _must(self, who: str, contract: str, function: str, *arguments: Any) -> None:
        try:
            self.world.port.send(self.world.call(contract, function, *arguments), self.world.cast[who])
        except Reverted as refused:
            raise Violation(self.contract, f"{contract}.{function}{arguments} at the end: {refused}") from refused
