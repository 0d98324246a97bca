"""What happens in a sequence: calls at given seconds, in a form that can be written to a file and replayed anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commonhold.model.core import Call


@dataclass(frozen=True)
class Action:
    """`sender` calls `function` of the suite's contract `contract` in the block of second `at`."""

    at: int
    sender: str  # an actor's name
    contract: str  # a contract's or puppet's name
    function: str
    arguments: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.at}: {self.sender} -> {self.contract}.{self.function}{self.arguments}"


class Names:
    """Addresses have names in files and messages, so that a recorded sequence fits every deployment."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._address_of = dict(addresses)
        self._name_of = {address: name for name, address in addresses.items()}

    def to_json(self, value: Any) -> Any:
        if isinstance(value, str):
            return f"@{self._name_of[value]}" if value in self._name_of else value
        if isinstance(value, bytes):
            return {"bytes": value.hex()}
        if isinstance(value, Call):
            return {"call": [value.contract, value.function, self.to_json(value.arguments)]}
        if isinstance(value, (tuple, list)):
            return [self.to_json(item) for item in value]
        return value

    def address(self, name: str) -> str:
        return self._address_of[name]

    def name(self, address: str) -> str:
        return self._name_of.get(address, address)


def save(path: Path, actions: list[Action], names: Names, facts: Mapping[str, Any]) -> None:
    """Write a sequence, one action a line, below what is known of it."""
    rows = [[a.at, a.sender, a.contract, a.function, names.to_json(a.arguments)] for a in actions]
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in facts.items()]
    body = ",\n".join("    " + json.dumps(row) for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["{", *lines, '  "actions": [', body, "  ]", "}", ""]), encoding="utf-8")


def load(path: Path) -> list[list[Any]]:
    """The rows of a saved sequence, for `World.read_action`."""
    return json.loads(path.read_text(encoding="utf-8"))["actions"]


def load_facts(path: Path) -> dict[str, Any]:
    """What else its file says."""
    return {key: value for key, value in json.loads(path.read_text(encoding="utf-8")).items() if key != "actions"}
