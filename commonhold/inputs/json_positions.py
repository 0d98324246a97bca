"""A strict JSON reader that remembers on which line each value stands.

The standard library forgets positions, takes NaN and Infinity, and keeps the last of two equal keys in silence. All
three matter when a file of money is refused: the message has to name the line, and no reading may be a guess.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

MAX_DEPTH = 8
MAX_NUMBER_LENGTH = 40
MAX_VALUES = 1_000_000

_BLANK = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_HEX4 = re.compile(r"[0-9a-fA-F]{4}")
_WORD = re.compile(r"[-+A-Za-z0-9_.]*")
_LITERALS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

Value: TypeAlias = "dict[str, Node] | list[Node] | str | int | Decimal | bool | None"


@dataclass(frozen=True)
class Node:
    """A value and the line it begins on (for the member of an object: the line of its key)."""

    value: Value
    line: int

    def plain(self) -> object:
        """The value without lines."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


@dataclass(frozen=True)
class DuplicateKey:
    """A key that an object has twice."""

    key: str
    line: int
    first_line: int


class JsonSyntaxError(Exception):
    """The text is no JSON from `line` on."""

    def __init__(self, line: int, got: str, expected: str) -> None:
        self.line, self.got, self.expected = line, got, expected
        super().__init__(f"line {line}: got {got}; expected {expected}")


def read_json(text: str) -> tuple[Node, list[DuplicateKey]]:
    """The value of the whole text, and all keys that occur twice (the first of two counts)."""
    reader = _Reader(text)
    node = reader.value(depth=0)
    reader.blank()
    if reader.at < len(text):
        raise reader.error(reader.next_word(), "nothing after the end of the JSON value")
    return node, reader.duplicates


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.duplicates: list[DuplicateKey] = []
        self._values = 0
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def line(self, at: int | None = None) -> int:
        return bisect.bisect_right(self._line_starts, self.at if at is None else at)

    def error(self, got: str, expected: str) -> JsonSyntaxError:
        return JsonSyntaxError(self.line(), got, expected)

    def blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        assert match is not None  # the pattern matches the empty text
        self.at = match.end()

    def next_word(self) -> str:
        """What stands here, for a message."""
        if self.at >= len(self.text):
            return "the end of the file"
        match = _WORD.match(self.text, self.at)
        word = match.group()[:MAX_NUMBER_LENGTH] if match else ""
        return word or ascii(self.text[self.at])

    def value(self, depth: int) -> Node:
        self.blank()
        self._values += 1
        if self._values > MAX_VALUES:
            raise self.error("more", f"at most {MAX_VALUES:,} values")
        line = self.line()
        char = self.text[self.at : self.at + 1]
        if char in "{[" and char:
            if depth >= MAX_DEPTH:
                raise self.error(char, f"at most {MAX_DEPTH} levels of nesting")
            self.at += 1
            return Node(self._object(depth) if char == "{" else self._list(depth), line)
        if char == '"':
            return Node(self._string(), line)
        word = self.next_word()
        if word in _LITERALS:
            self.at += len(word)
            return Node(_LITERALS[word], line)
        return Node(self._number(word), line)

    def _number(self, word: str) -> int | Decimal:
        match = _NUMBER.match(self.text, self.at)
        if match is None or match.group() != word:
            raise self.error(word, "a JSON value (object, list, text, number, true, false or null)")
        if len(word) >= MAX_NUMBER_LENGTH:
            raise self.error(f"{word[:12]}...", f"a number of fewer than {MAX_NUMBER_LENGTH} characters")
        self.at = match.end()
        return Decimal(word) if match.group(1) or match.group(2) else int(word)

    def _object(self, depth: int) -> dict[str, Node]:
        members: dict[str, Node] = {}
        self.blank()
        if self._skip("}"):
            return members
        while True:
            self.blank()
            line = self.line()
            if self.text[self.at : self.at + 1] != '"':
                raise self.error(self.next_word(), "a field name in double quotes")
            key = self._string()
            self._expect(":", "a colon after the field name")
            node = Node(self.value(depth + 1).value, line)
            if key in members:
                self.duplicates.append(DuplicateKey(key, line, members[key].line))
            else:
                members[key] = node
            if self._ends("}", "a comma or a closing brace"):
                return members

    def _list(self, depth: int) -> list[Node]:
        entries: list[Node] = []
        self.blank()
        if self._skip("]"):
            return entries
        while True:
            entries.append(self.value(depth + 1))
            if self._ends("]", "a comma or a closing bracket"):
                return entries

    def _string(self) -> str:
        start = self.at
        self.at += 1
        parts: list[str] = []
        while True:
            match = _PLAIN.match(self.text, self.at)
            assert match is not None  # the pattern matches the empty text
            parts.append(match.group())
            self.at = match.end()
            char = self.text[self.at : self.at + 1]
            if char == '"':
                self.at += 1
                return "".join(parts)
            if char == "\\":
                parts.append(self._escape())
            elif char == "":
                raise self.error(
                    "the end of the file", f"the closing quote of the text begun on line {self.line(start)}"
                )
            else:
                raise self.error(ascii(char), "no bare control character in a text")

    def _escape(self) -> str:
        letter = self.text[self.at + 1 : self.at + 2]
        if letter in _ESCAPES:
            self.at += 2
            return _ESCAPES[letter]
        unit = self._unicode_unit()
        if 0xD800 <= unit < 0xDC00 and self.text[self.at : self.at + 2] == "\\u":
            low = self._unicode_unit()
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            unit = low
        if 0xD800 <= unit < 0xE000:
            raise self.error(f"\\u{unit:04x}", "a whole surrogate pair")
        return chr(unit)

    def _unicode_unit(self) -> int:
        match = _HEX4.match(self.text, self.at + 2) if self.text[self.at + 1 : self.at + 2] == "u" else None
        if match is None:
            raise self.error(ascii(self.text[self.at : self.at + 2]), "a JSON escape sequence")
        self.at = match.end()
        return int(match.group(), 16)

    def _skip(self, char: str) -> bool:
        if self.text[self.at : self.at + 1] == char:
            self.at += 1
            return True
        return False

    def _expect(self, char: str, expected: str) -> None:
        self.blank()
        if not self._skip(char):
            raise self.error(self.next_word(), expected)

    def _ends(self, closing: str, expected: str) -> bool:
        """Whether the object or list ends here; if not, the comma is passed."""
        self.blank()
        if self._skip(closing):
            return True
        if not self._skip(","):
            raise self.error(self.next_word(), expected)
        return False
