"""What the readers of the oracle's files share: JSON with the line of every field, fields checked one by one.

docs/oracle-files.md describes the formats. A file is read as a whole: either all of it is good, or an `InputError`
names everything that is wrong, each with file, line, record, field, value and what was expected.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from commonhold.inputs.files import Faults, read_text
from commonhold.inputs.json_positions import JsonSyntaxError, Node, read_json
from commonhold.inputs.problems import shown
from commonhold.oracle.errors import Objection
from commonhold.oracle.feeds import EXPECTED_FEED, FeedError, parse_feed, show_feed
from commonhold.oracle.observations import MAX_FEEDS, MAX_UINT40
from commonhold.oracle.values import EXPECTED_VALUE, parse_value, show_value

MAX_FILE_BYTES = 64 * 2**20

ChainId = Annotated[int, Field(ge=1, le=2**64 - 1, description="the chain's id, a whole number from 1 to 2^64 - 1")]
Epoch = Annotated[int, Field(ge=1, le=MAX_UINT40, description="the round's number, a whole number from 1 to 2^40 - 1")]
Seconds = Annotated[
    int,
    Field(ge=1, le=MAX_UINT40, description="a time in seconds since 1970, a whole number from 1 to 2^40 - 1"),
]
Hash = Annotated[
    str, Field(pattern=r"^0x[0-9a-f]{64}$", description="0x and the 64 small hexadecimal digits of 32 bytes")
]
SignatureText = Annotated[
    str,
    Field(pattern=r"^0x[0-9a-f]{128}$", description="0x and the 128 small hexadecimal digits of r and vs (ERC-2098)"),
]
ADDRESS = "an address with its checksum (0x and 40 hexadecimal digits, mixed case), not zero"

VALUES = f"an object with the value of each feed, 1 to {MAX_FEEDS:,} of them"


class Record(BaseModel):
    """The plain fields of an object in a file."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


RecordType = TypeVar("RecordType", bound=Record)


class JsonFile:
    """A JSON file that is being read: its root object, its faults, and on which line each field of it stands."""

    def __init__(self, file: Path, expected_format: str) -> None:
        self.faults = Faults(file)
        self.lines: dict[tuple[str | None, str], int] = {}  # by record and field
        text = read_text(file, self.faults, max_bytes=MAX_FILE_BYTES, holds=f"a {expected_format} file")
        try:
            root, duplicates = read_json(text)
        except JsonSyntaxError as error:
            self.faults.fail(error.line, error.expected, value=error.got)
        for duplicate in duplicates:
            expected = f"each field and each feed once (first on line {duplicate.first_line})"
            self.faults.add(duplicate.line, expected, value=f"{shown(duplicate.key)} again")
        if not isinstance(root.value, dict):
            self.faults.fail(root.line, f"an object with the fields of a {expected_format} file", value=_got(root))
        self.root = root
        written = root.value.get("format")
        if written is None or written.value != expected_format:
            line = written.line if written else root.line
            self.faults.fail(line, f'"{expected_format}"', name="format", value=_got(written))

    def fields(
        self, model: type[RecordType], node: Node, record: str | None = None, others: Iterable[str] = ()
    ) -> RecordType | None:
        """The plain fields of an object, or None after their faults were noted. Fields named in `others` are not
        looked at."""
        if not isinstance(node.value, dict):
            names = ", ".join([*model.model_fields, *others])
            self.faults.add(node.line, f"an object with the fields {names}", record=record, value=_got(node))
            return None
        members = {name: member for name, member in node.value.items() if name not in {*others, "format"}}
        self.lines.update({(record, name): member.line for name, member in node.value.items()})
        try:
            return model.model_validate({name: member.plain() for name, member in members.items()})
        except ValidationError as error:
            seen: set[str] = set()
            for found in error.errors(include_url=False, include_context=False):
                name = str(found["loc"][0])
                if name not in seen:
                    seen.add(name)
                    self._note(model, name, members.get(name), node.line, record)
        return None

    def _note(self, model: type[Record], name: str, member: Node | None, line: int, record: str | None) -> None:
        known = model.model_fields.get(name)
        if known is None:
            expected = f"only known fields, such as {', '.join(model.model_fields)}"
            got = f"an unknown field {shown(name)}"
            self.faults.add(member.line if member else line, expected, record=record, value=got)
        else:
            expected = known.description or "a value"
            self.faults.add(member.line if member else line, expected, record=record, name=name, value=_got(member))

    def values(self, parent: Node, record: str | None = None) -> dict[bytes, int]:
        """The member `values` of an object: units of 1e-18 dollars by feed id; what is wrong with it is noted."""
        node = self.member(parent, "values")
        if node is None or not isinstance(node.value, dict) or not 1 <= len(node.value) <= MAX_FEEDS:
            line = node.line if node else parent.line
            self.faults.add(line, VALUES, record=record, name="values", value=_got(node))
            return {}
        found: dict[bytes, int] = {}
        last: bytes | None = None
        for name, member in node.value.items():
            where = f"{record}, {name[:60]}" if record else name[:60]
            feed_id = self._feed(name, member, last, record)
            value = parse_value(member.value)
            if value is None:
                self.faults.add(member.line, EXPECTED_VALUE, record=where, name="value", value=_got(member))
            if feed_id is not None:
                last = feed_id
                self.lines[where, "value"] = member.line
                found[feed_id] = value or 0  # zero was noted as a fault
        return found

    def _feed(self, name: str, node: Node, last: bytes | None, record: str | None) -> bytes | None:
        """A feed's id; it must stand behind the one before, so that the same values always make the same file."""
        try:
            feed_id = parse_feed(name)
        except FeedError:
            self.faults.add(node.line, EXPECTED_FEED, record=record, name="feed", value=shown(name))
            return None
        if last is not None and feed_id <= last:
            expected = f"feeds in order, houses by number before names: one behind {show_feed(last)}"
            self.faults.add(node.line, expected, record=record, name="feed", value=shown(name))
        return feed_id

    def feeds(self, parent: Node, name: str) -> tuple[bytes, ...]:
        """A list of feeds in their order; what is wrong with it is noted."""
        found: list[bytes] = []
        for entry in self.entries(parent, name, "a list of feeds"):
            if not isinstance(entry.value, str):
                self.faults.add(entry.line, EXPECTED_FEED, name=name, value=_got(entry))
                continue
            feed_id = self._feed(entry.value, entry, found[-1] if found else None, name)
            if feed_id is not None:
                found.append(feed_id)
        return tuple(found)

    def entries(self, parent: Node, name: str, expected: str) -> list[Node]:
        """The entries of a list; empty after it was noted that it is none."""
        node = self.member(parent, name)
        if node is None or not isinstance(node.value, list):
            self.faults.add(node.line if node else parent.line, expected, name=name, value=_got(node))
            return []
        return node.value

    def member(self, parent: Node, name: str) -> Node | None:
        """A member of an object."""
        return parent.value.get(name) if isinstance(parent.value, dict) else None

    def object_to(self, objections: Iterable[Objection]) -> None:
        """Note what is wrong with the content, on the lines where it stands."""
        for objection in objections:
            line = self.lines.get((objection.record, objection.field), self.lines.get((None, objection.field)))
            self.faults.add(
                line, objection.expected, record=objection.record, name=objection.field, value=objection.value
            )


def shown_values(values: Mapping[bytes, int]) -> dict[str, str]:
    """Values as files have them."""
    return {show_feed(feed_id): show_value(values[feed_id]) for feed_id in sorted(values)}


def json_bytes(content: Mapping[str, Any]) -> bytes:
    """The one way that we write an object."""
    return f"{json.dumps(content, indent=1, ensure_ascii=True)}\n".encode("ascii")


def write_whole(file: Path, data: bytes) -> Path:
    """Write a file, all of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_bytes(data)
    draft.replace(file)
    return file


def _got(node: Node | None) -> str:
    return "nothing" if node is None else shown(node.plain())
