"""The chain and the model side by side: every action is done on both and must have the same outcome."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from typing import Any

from commonhold.fuzz.actions import Action, Names
from commonhold.fuzz.almanac import Almanac
from commonhold.fuzz.cast import Cast
from commonhold.fuzz.port import Port, Reverted, Sent
from commonhold.model import Model, Outcome, Refused
from commonhold.model.core import Call


class Violation(AssertionError):
    """The chain did not do what the model says, or a law is broken."""

    def __init__(self, law: str, message: str) -> None:
        super().__init__(f"{law}: {message}")
        self.law = law


FURTHEST_JUMP = 60 * 86_400
"""Seconds that a jump skips at most, unless a world says otherwise."""

Check = Callable[["World", Action, Outcome, "Sent | None"], None]


class World:
    """One suite on one engine, its model, and what has happened since the opening."""

    def __init__(
        self, port: Port, model: Any, cast: Cast, *, furthest: int = FURTHEST_JUMP, shares_seconds: bool = False
    ) -> None:
        self.port = port
        self.model = model
        self.cast = cast
        self.names = Names({**cast.address, **port.addresses})
        self.actions: list[Action] = []
        self.endings: list[str] = []
        """How each action must end by the model: `done`, or the name of the error."""
        self.next_at = model.chain.now + 1
        self.errors_seen: Counter[str] = Counter()
        self.succeeded = False  # whether any action since the last `begin_rule` did
        self.before: Callable[[Action, Call], None] = lambda action, call: None
        self.after: Check = lambda world, action, outcome, sent: None
        self.ghosts: dict[str, Any] = {}  # of this sequence
        self.almanac = Almanac()  # of all
        self.furthest = furthest
        self.shares_seconds = shares_seconds  # not where sequences are played on anvil, too
        self._opened: tuple[Any, Model, int, dict[str, Any]] | None = None

    # -- time -----------------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """The second in which the next action happens."""
        return self.next_at

    def jump_to(self, second: int) -> None:
        """Let the next action happen in `second`, unless that is past, or so far ahead that all else would expire."""
        if self.next_at < second < self.next_at + self.furthest:
            self.next_at = second

    def stay(self) -> None:
        """Let the next action happen in the second of the last one, if sequences of this world may do so."""
        if self.shares_seconds and self.actions:
            self.next_at = self.actions[-1].at

    # -- actions --------------------------------------------------------------------------------------------------

    def call(self, contract: str, function: str, *arguments: Any) -> Call:
        """A call as an argument of another one."""
        data = self.port.encode(contract, function, arguments)
        return Call(contract, self.port.addresses[contract], function, arguments, data)

    def act(self, sender: str, contract: str, function: str, *arguments: Any) -> Outcome:
        """Have the wallet `sender` (an address) do this on chain and in the model, and compare."""
        return self.perform(Action(self.next_at, self.names.name(sender), contract, function, arguments))

    def perform(self, action: Action) -> Outcome:
        self.actions.append(action)
        call = self.call(action.contract, action.function, *action.arguments)
        sender = self.names.address(action.sender)
        self.port.set_time(action.at)
        self.model.chain.now = action.at
        self.next_at = action.at + 1
        self.before(action, call)
        outcome = self.model.perform(call, sender)
        self.endings.append(outcome.refused.name if outcome.refused else "done")
        sent: Sent | None = None
        try:
            sent = self.port.send(call, sender)
        except Reverted as reverted:
            self._compare_refusal(action, outcome, reverted)
        else:
            self._compare_success(action, outcome, sent)
        self.after(self, action, outcome, sent)
        return outcome

    def _compare_refusal(self, action: Action, outcome: Outcome, reverted: Reverted) -> None:
        self.errors_seen[reverted.name] += 1
        expected = outcome.refused
        if expected is None:
            raise Violation("model", f"{action} must succeed, but reverts with {reverted}")
        if (expected.name, expected.arguments) != (reverted.name, reverted.arguments):
            raise Violation("model", f"{action} must revert with {expected}, but does with {reverted}")

    def _compare_success(self, action: Action, outcome: Outcome, sent: Sent) -> None:
        if outcome.refused is not None:
            raise Violation("model", f"{action} must revert with {outcome.refused}, but succeeds")
        self.succeeded = True
        if sent.result is not None and outcome.result is not None and sent.result != outcome.result:
            raise Violation("model", f"{action} must return {outcome.result}, but returns {sent.result}")
        if sent.events != outcome.events:
            raise Violation("model", f"{action} must emit {_lines(outcome.events)}, but emits {_lines(sent.events)}")

    # -- views ----------------------------------------------------------------------------------------------------

    def check_view(self, contract: str, function: str, *arguments: Any) -> Any:
        """The chain's answer, which must be the model's."""
        try:
            expected = getattr(self.model.contract(contract), function)(*arguments)
        except Refused as refused:
            self._check_refused_view(contract, function, arguments, refused)
            return None
        try:
            actual = self.port.view(contract, function, *arguments)
        except Reverted as reverted:
            raise Violation("L18", f"view {contract}.{function}{arguments} reverts with {reverted}") from reverted
        if actual != expected:
            raise Violation("model", f"view {contract}.{function}{arguments} must be {expected}, but is {actual}")
        return actual

    def _check_refused_view(self, contract: str, function: str, arguments: tuple[Any, ...], refused: Refused) -> None:
        try:
            actual = self.port.view(contract, function, *arguments)
        except Reverted as reverted:
            self.errors_seen[reverted.name] += 1
            if (refused.name, refused.arguments) == (reverted.name, reverted.arguments):
                return
            raise Violation(
                "model", f"view {contract}.{function}{arguments} must revert with {refused}, but does with {reverted}"
            ) from reverted
        raise Violation("model", f"view {contract}.{function}{arguments} must revert with {refused}, but is {actual}")

    # -- sequences ------------------------------------------------------------------------------------------------

    def keep_as_opening(self) -> None:
        """Every sequence from now on starts from this state."""
        kept = copy.deepcopy((self.model, self.ghosts))
        self._opened = (self.port.snapshot(), kept[0], self.next_at, kept[1])

    def reopen(self) -> None:
        """Go back to the end of the opening."""
        if self._opened is None:
            raise RuntimeError("keep_as_opening first")
        snapshot, model, next_at, ghosts = self._opened
        self.port.restore(snapshot)
        self._opened = (self.port.snapshot(), model, next_at, ghosts)
        self.model, self.ghosts = copy.deepcopy((model, ghosts))
        self.next_at = next_at
        self.actions = []
        self.endings = []

    def told(self) -> str:
        """The sequence so far, one action a line, with names for addresses."""
        lines = (
            f"{a.at}: {a.sender} -> {a.contract}.{a.function}{tuple(self.names.to_json(a.arguments))}"
            for a in self.actions
        )
        return "\n".join(lines)

    def read_action(self, row: list[Any]) -> Action:
        """An action from a row of a saved sequence."""
        at, sender, contract, function, arguments = row
        return Action(at, sender, contract, function, tuple(self._read(value) for value in arguments))

    def _read(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("@"):
            return self.names.address(value[1:])
        if isinstance(value, list):
            return tuple(self._read(item) for item in value)
        if isinstance(value, dict) and "bytes" in value:
            return bytes.fromhex(value["bytes"])
        if isinstance(value, dict):
            contract, function, arguments = value["call"]
            return self.call(contract, function, *self._read(arguments))
        return value


def _lines(events: tuple[Any, ...]) -> str:
    return "".join(f"\n    {event}" for event in events) or " nothing"
