"""A proposal as people write and read it: a YAML file with what is to be called, by names.

    title: Lending pauses earlier
    text: Redemptions took longer than we thought.
    contracts:               # only for contracts that the plan does not name
      new_book: {address: "0x...", artifact: LoanBook}
    actions:
      - target: loans        # a name of the plan, or of the file's contracts
        function: setBook
        arguments: {book: new_book, allowed: true}

Arguments are given by name or in order, and checked against the contract's ABI. An `InputError` names every fault with
file, line, action, field, value and what was expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from eth_utils import is_checksum_address

from commonhold import build
from commonhold.engines.base import coders
from commonhold.engines.codec import FunctionCoder
from commonhold.inputs.files import Faults, read_text
from commonhold.inputs.problems import shown
from commonhold.operations.governance.values import Names, Unfit, convert_all, convert_ether
from commonhold.recipe import yaml_lines
from commonhold.recipe.voting import Action

MAX_FILE_BYTES = 200_000
MAX_ACTIONS = 100
MAX_TITLE = 120
_FIELDS = {"title", "text", "contracts", "actions"}
_ACTION_FIELDS = {"target", "function", "arguments", "value"}
_CONTRACT_FIELDS = {"address", "artifact"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Planned:
    """One call of a proposal, as it was written and as it is sent."""

    target: str  # its name
    artifact: str
    address: str
    coder: FunctionCoder
    values: tuple[Any, ...]
    wei: int = 0

    @property
    def action(self) -> Action:
        return Action(self.address, self.coder.encode(self.values), self.wei)

    @property
    def named_values(self) -> dict[str, Any]:
        """The arguments by name."""
        names = [name or f"argument{place}" for place, name in enumerate(self.coder.inputs.names)]
        return dict(zip(names, self.values, strict=True))

    @property
    def call(self) -> str:
        return f"{self.target}.{self.coder.name}"


@dataclass(frozen=True)
class ProposalFile:
    """A proposal that fits the contracts."""

    title: str
    text: str
    planned: tuple[Planned, ...]
    names: Names

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(one.action for one in self.planned)

    @property
    def description(self) -> str:
        """What stands on chain beside the actions."""
        return f"{self.title}\n\n{self.text}".strip()


def read_proposal(file: Path, names: Names) -> ProposalFile:
    """A proposal file, with the names of a suite. Raises InputError with everything that is wrong."""
    faults = Faults(file)
    text = read_text(file, faults, max_bytes=MAX_FILE_BYTES, holds="a proposal: title and actions")
    try:
        data, lines = yaml_lines.load(text)
    except yaml_lines.YamlProblem as problem:
        faults.fail(problem.line, "YAML", value=str(problem))
    if not isinstance(data, dict):
        faults.fail(1, "a proposal: title and actions", value=shown(data))
    return _Reader(data, lines, faults, names).read()


class _Reader:
    def __init__(self, data: dict[str, Any], lines: dict[yaml_lines.Path, int], faults: Faults, names: Names) -> None:
        self.data, self.lines, self.faults, self.names = data, lines, faults, names

    def read(self) -> ProposalFile:
        self._fields_of(self.data, (), _FIELDS)
        title = self._text("title", most=MAX_TITLE)
        if "\n" in title:
            self._wrong(("title",), title, "a title of one line: the rest belongs into text")
        text = self._text("text") if "text" in self.data else ""
        self.names = Names({**self.names.contracts, **dict(self._contracts())}, self.names.people, self.names.cash)
        actions = self.data.get("actions")
        if not isinstance(actions, list) or not 1 <= len(actions) <= MAX_ACTIONS:
            self._wrong(("actions",), actions, f"a list of 1 to {MAX_ACTIONS} actions")
            actions = []
        planned = [self._action(place, one) for place, one in enumerate(actions)]
        self.faults.stop()
        return ProposalFile(title, text, tuple(one for one in planned if one is not None), self.names)

    # ------------------------------------------------------------------------------------------------- whole file

    def _text(self, name: str, most: int = 20_000) -> str:
        value = self.data.get(name)
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            self._wrong((name,), value, f"a text of 1 to {most:,} characters")
            return ""
        if hidden := next((char for char in value if not (char.isprintable() or char == "\n")), None):
            # On a terminal it could hide, or write over, what stands beside it.
            self._wrong((name,), hidden, "characters that can be seen")
        return value.strip()

    def _contracts(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Contracts that the file itself names."""
        given = self.data.get("contracts", {})
        if not isinstance(given, dict):
            self._wrong(("contracts",), given, "names with an address and an artifact each")
            return
        for name, entry in given.items():
            path: yaml_lines.Path = ("contracts", str(name))
            if name in self.names.contracts or name in self.names.people:
                self._wrong(path, name, "a name that the plan does not use for something else")
            elif not isinstance(name, str) or not _NAME.fullmatch(name):
                # Else 0xAddress, GUARDIAN or a word with a foreign letter could stand for another address.
                self._wrong(path, name, "a name of small letters a to z, digits and _")
            elif not isinstance(entry, dict):
                self._wrong(path, entry, "an address and an artifact")
            elif self._fields_of(entry, path, _CONTRACT_FIELDS):
                yield str(name), self._contract(path, entry)

    def _contract(self, path: yaml_lines.Path, entry: Mapping[str, Any]) -> tuple[str, str]:
        address, artifact = entry.get("address"), entry.get("artifact")
        if not isinstance(address, str) or not is_checksum_address(address):
            self._wrong((*path, "address"), address, "an address with its checksum, in quotes")
            address = ""
        if not isinstance(artifact, str) or artifact not in build.artifact_names():
            self._wrong((*path, "artifact"), artifact, "the name of one of the project's contracts or interfaces")
            artifact = ""
        return address, artifact

    # ---------------------------------------------------------------------------------------------------- actions

    def _action(self, place: int, given: Any) -> Planned | None:
        path: yaml_lines.Path = ("actions", place)
        if not isinstance(given, dict):
            self._wrong(path, given, "target, function and arguments")
            return None
        self._fields_of(given, path, _ACTION_FIELDS)
        target = given.get("target")
        address, artifact = self.names.contracts.get(target, ("", "")) if isinstance(target, str) else ("", "")
        if not artifact:
            self._wrong((*path, "target"), target, _one_of(target, self.names.contracts, "a contract of the plan"))
            return None
        coder = self._function(path, artifact, given)
        if coder is None:
            return None
        try:
            values = convert_all(_inputs(artifact, coder), given.get("arguments"), self.names)
        except Unfit as problem:
            self._wrong((*path, "arguments", *problem.path), problem.value, problem.expected)
            return None
        return Planned(str(target), artifact, address, coder, values, self._wei(path, given))

    def _function(self, path: yaml_lines.Path, artifact: str, given: Mapping[str, Any]) -> FunctionCoder | None:
        name, arguments = given.get("function"), given.get("arguments")
        known, path = coders(artifact), (*path, "function")
        found = known.functions.get(name) if isinstance(name, str) else None
        if found is None:
            changing = [
                coder.name for overloads in known.overloads.values() for coder in overloads if not coder.is_view
            ]
            self._wrong(path, name, _one_of(name, changing, f"a function of {artifact}"))
            return None
        count = len(arguments) if isinstance(arguments, list | dict) else 0
        same = [one for one in known.overloads[found.name] if len(one.inputs.types) == count]
        if name == found.name and len(known.overloads[name]) > 1:
            if len(same) != 1:
                self._wrong(path, name, f"one of {', '.join(one.signature for one in known.overloads[name])}")
                return None
            found = same[0]
        if found.is_view:
            self._wrong(path, name, f"a function that changes something; {artifact}.{name} only answers")
            return None
        return found

    def _wei(self, path: yaml_lines.Path, given: Mapping[str, Any]) -> int:
        if "value" not in given:
            return 0
        try:
            return convert_ether(given["value"])
        except Unfit as problem:
            self._wrong((*path, "value"), problem.value, problem.expected)
            return 0

    # ----------------------------------------------------------------------------------------------------- faults

    def _fields_of(self, given: Mapping[Any, Any], path: yaml_lines.Path, allowed: set[str]) -> bool:
        unknown = [name for name in given if name not in allowed]
        for name in unknown:
            self._wrong((*path, str(name)), given[name], f"no such field, but {', '.join(sorted(allowed))}")
        return not unknown

    def _wrong(self, path: yaml_lines.Path, value: Any, expected: str) -> None:
        found = path
        while found not in self.lines and found:
            found = found[:-1]
        record = None
        if path[0] == "actions" and len(path) > 1:
            record, path = f"action {int(path[1]) + 1}", path[2:]
        name = ".".join(str(part) for part in path) or None
        told = "nothing" if value is None else shown(value)
        self.faults.add(self.lines.get(found, 1), expected, record=record, name=name, value=told)


def _inputs(artifact: str, coder: FunctionCoder) -> list[dict[str, Any]]:
    """A function's parameters as the ABI has them."""
    for entry in build.artifact(artifact).abi:
        if entry["type"] == "function" and FunctionCoder(artifact, entry).signature == coder.signature:
            return entry["inputs"]
    raise AssertionError(coder.signature)  # the coder came from this ABI


def _one_of(given: Any, known: Any, what: str) -> str:
    """What was expected, and the name that was probably meant."""
    guesses = get_close_matches(given, list(known), 1) if isinstance(given, str) else []
    return f"{what}, perhaps {guesses[0]}" if guesses else f"{what}: {', '.join(sorted(set(known)))}"
