"""YAML that remembers on which line each value stands, and refuses what a reader would take for something else.

Refused are keys written twice, aliases, and numbers that YAML reads otherwise than people do: 017 as 15, 1:30 as 90.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

Path = tuple[str | int, ...]

MAX_DEPTH = 40
MAX_DIGITS = 100
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)")


class YamlProblem(Exception):
    """The text is not the YAML it should be. `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, with every fault on its line."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        line = self.peek_event().start_mark.line + 1
        if self.check_event(yaml.AliasEvent):
            raise YamlProblem(line, "an alias stands for what is written elsewhere: write it out")
        if self._depth == MAX_DEPTH:
            raise YamlProblem(line, f"lists and mappings in one another, more than {MAX_DEPTH} deep")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError, AttributeError):  # how PyYAML takes 2026-13-45, or !!bool maybe
            kind = node.tag.rpartition(":")[2]
            raise YamlProblem(node.start_mark.line + 1, f"{node.value[:MAX_DIGITS]!a} is no {kind}") from None

    def whole(self, node: Any) -> int:
        if not _WHOLE.fullmatch(node.value) or len(node.value) > MAX_DIGITS:
            problem = f"{node.value[:MAX_DIGITS]!a} is no plain number: digits without leading zeros, or 0x..."
            raise YamlProblem(node.start_mark.line + 1, problem)
        return int(self.construct_yaml_int(node))

    def fraction(self, node: Any) -> float:
        if ":" in node.value:
            raise YamlProblem(node.start_mark.line + 1, f"{node.value[:MAX_DIGITS]!a} is no plain number")
        return float(self.construct_yaml_float(node))


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.whole)
_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.fraction)


def load(text: str) -> tuple[Any, dict[Path, int]]:
    """The data, and the line of each value by its path."""
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise YamlProblem(mark.line + 1 if mark else 1, f"not YAML: {problem.problem or problem.context}") from None
    except yaml.YAMLError as problem:
        raise YamlProblem(1, f"not YAML: {problem}") from None
    if root is None:
        raise YamlProblem(1, "empty")
    lines: dict[Path, int] = {}
    _walk(root, (), lines)
    try:
        return loader.construct_document(root), lines
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        raise YamlProblem(mark.line + 1 if mark else 1, str(problem.problem)) from None
    finally:
        loader.dispose()


def _walk(node: yaml.Node, path: Path, lines: dict[Path, int]) -> None:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                raise YamlProblem(key.start_mark.line + 1, f"the key {name!r} stands twice")
            seen.add(name)
            _walk(value, (*path, name), lines)
            lines[(*path, name)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            _walk(value, (*path, position), lines)
