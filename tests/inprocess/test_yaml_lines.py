"""The YAML that parameters, scenarios and proposals are written in: what reads otherwise than it looks is refused."""

from __future__ import annotations

import pytest

from commonhold.recipe import yaml_lines

DEEPEST = yaml_lines.MAX_DEPTH - 1
PLAIN = "digits without leading zeros, or 0x..."


def problem(text: str) -> tuple[int, str]:
    with pytest.raises(yaml_lines.YamlProblem) as caught:
        yaml_lines.load(text)
    return caught.value.line, str(caught.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0", 0),
        ("-7", -7),
        ("1_000", 1000),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("1e3", "1e3"),
        ("'017'", "017"),
        ("yes", True),
    ],
)
def test_plain_values__are_what_they_look_like(written: str, value: object) -> None:
    assert yaml_lines.load(f"a:\n  b: {written}") == ({"a": {"b": value}}, {(): 1, ("a",): 1, ("a", "b"): 2})


@pytest.mark.parametrize("written", ["017", "-010", "0b11", "1:30", "1:30.5", "190:20:30"])
def test_numbers__that_yaml_reads_otherwise_than_people__are_refused(written: str) -> None:
    line, told = problem(f"a: 1\nb: [{written}]")
    assert (line, told.startswith(f"{written!a} is no plain number")) == (2, True)


@pytest.mark.parametrize("digit", ["9", "0xF"])
def test_numbers__around_the_longest__are_read_or_refused(digit: str) -> None:
    start, more = digit[:-1], digit[-1]
    longest = start + more * (yaml_lines.MAX_DIGITS - len(start))
    assert yaml_lines.load(longest)[0] == int(longest, 0)
    for longer in (longest + more, start + more * 5_000):
        assert problem(f"a: {longer}") == (1, f"{longest!a} is no plain number: {PLAIN}")


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("2026-13-45", "timestamp"),
        ("!!timestamp soon", "timestamp"),
        ("!!bool maybe", "bool"),
        ("!!float much", "float"),
    ],
)
def test_values__that_are_not_of_their_kind__are_told_with_their_line(written: str, kind: str) -> None:
    line, told = problem(f"a: 1\nb:\n  - {written}")
    assert (line, told) == (3, f"{written.rpartition(' ')[2]!a} is no {kind}")


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: &a [*a]", 1), ("a: &a 1\nb: 2\nc: *a", 3), ("a: &a [x]\nb: &b\n  - *a\n  - *a\nc: [*b, *b]", 3)],
)
def test_aliases__also_in_a_circle__are_refused(text: str, line: int) -> None:
    assert problem(text) == (line, "an alias stands for what is written elsewhere: write it out")


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_depth__around_the_most__is_read_or_refused(opening: str, closing: str) -> None:
    yaml_lines.load(f"{opening * DEEPEST}1{closing * DEEPEST}")
    for depth in (DEEPEST + 1, 3_000):
        line, told = problem(f"\n{opening * depth}1{closing * depth}")
        assert (line, told) == (2, "lists and mappings in one another, more than 40 deep")


def test_key__written_twice__is_refused_on_its_line() -> None:
    assert problem("a: 1\nb: {c: 1,\n  c: 2}") == (3, "the key 'c' stands twice")
