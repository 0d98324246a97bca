"""YAML that remembers on which line each value stands, and refuses keys written twice."""

from __future__ import annotations

from typing import Any

import yaml

Path = tuple[str | int, ...]


class YamlProblem(Exception):
    """The text is not the YAML it should be. `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def load(text: str) -> tuple[Any, dict[Path, int]]:
    """The data, and the line of each value by its path."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise YamlProblem(mark.line + 1 if mark else 1, f"not YAML: {problem.problem or problem.context}") from None
    except yaml.YAMLError as problem:
        raise YamlProblem(1, f"not YAML: {problem}") from None
    if root is None:
        raise YamlProblem(1, "empty")
    lines: dict[Path, int] = {}
    _walk(root, (), lines)
    loader = yaml.SafeLoader("")
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
