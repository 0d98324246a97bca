"""Portfolio files: homes to be tokenized, as JSON or CSV.

A file is read as a whole: either every home in it is good, or an `InputError` names everything that is wrong, each with
file, line, home, field, value and what was expected. Sizes are bounded before anything is parsed.

JSON: `{"format": "commonhold-portfolio/1", "about": {...}, "homes": [{...}, ...]}`; amounts are decimal texts.
CSV: UTF-8, comma-separated, the first line names the fields; an empty cell leaves a field out; `invented` is a list
between semicolons. The fields are those of `Home`.
"""

from __future__ import annotations

import bisect
import csv
import difflib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from commonhold.inputs.files import Faults, read_text
from commonhold.inputs.home import Home, expected_of, field_names
from commonhold.inputs.json_positions import DuplicateKey, JsonSyntaxError, Node, read_json
from commonhold.inputs.problems import shown
from commonhold.inputs.spelling import canonical_scope, canonical_spellings

FORMAT = "commonhold-portfolio/1"
DEFAULT_SHARES = 8
MAX_FILE_BYTES = 16 * 2**20
MAX_HOMES = 10_000

_TOP_LEVEL = ("format", "about", "homes")
_SPELLINGS = ("joined", "parted")
_WHOLE = re.compile(r"-?[0-9]{1,20}")
_HALVES = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,6})?")


@dataclass(frozen=True)
class PlacedHome:
    """A good home, with the place it came from."""

    home: Home
    file: Path
    line: int
    number: int  # its place in the file, from 1
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)  # of its fields, where they have their own

    @property
    def record(self) -> str:
        return _record(self.number, self.home.provider_property_id)

    def line_of(self, name: str) -> int:
        return self.lines.get(name, self.line)


@dataclass(frozen=True)
class Portfolio:
    """A file without a fault."""

    file: Path
    homes: tuple[PlacedHome, ...]


@dataclass
class _Draft:
    """A home as it was read: plain values, and the line of each."""

    number: int
    line: int
    values: dict[str, Any]
    lines: dict[str, int] = field(default_factory=dict)
    readable: bool = True

    @property
    def record(self) -> str:
        return _record(self.number, self.values.get("provider_property_id"))

    def line_of(self, name: str) -> int:
        return self.lines.get(name, self.line)


def read_portfolio(file: Path, default_shares: int = DEFAULT_SHARES) -> Portfolio:
    """Read a .json or .csv file. `default_shares` counts where a home states no share count."""
    faults = Faults(file)
    readers = {".json": _json_drafts, ".csv": _csv_drafts}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        faults.fail(None, "a file whose name ends in .json or .csv", value=shown(file.suffix))
    text = read_text(file, faults, max_bytes=MAX_FILE_BYTES, holds=f"1 to {MAX_HOMES:,} homes")
    homes: list[PlacedHome] = []
    count = 0
    for draft in reader(text, faults):
        count += 1
        if count > MAX_HOMES:
            faults.add(draft.line, f"at most {MAX_HOMES:,} homes", record=draft.record)
            faults.stop()
        draft.values.setdefault("shares", default_shares)
        home = _checked(draft, faults) if draft.readable else None
        if home is not None:
            homes.append(PlacedHome(home, file, draft.line, draft.number, draft.lines))
    if count == 0:
        faults.add(None, f"1 to {MAX_HOMES:,} homes", value="none")
    _refuse_duplicates(homes, faults)
    faults.stop()
    return Portfolio(file, tuple(homes))


# ----------------------------------------------------------------------------------------------------------- JSON


def _json_drafts(text: str, faults: Faults) -> Iterator[_Draft]:
    try:
        root, duplicates = read_json(text)
    except JsonSyntaxError as error:
        faults.add(error.line, error.expected, value=error.got)
        faults.stop()
        return
    if not isinstance(root.value, dict):
        faults.add(root.line, "an object with the fields format, about and homes", value=shown(root.plain()))
        return
    for name, node in root.value.items():
        if name not in _TOP_LEVEL:
            faults.add(node.line, "only the fields format, about and homes", value=shown(name))
    written = root.value.get("format")
    if written is None or written.value != FORMAT:
        value = shown(written.plain()) if written else "nothing"
        faults.add(written.line if written else root.line, f'"{FORMAT}"', name="format", value=value)
    homes = root.value.get("homes")
    if homes is None or not isinstance(homes.value, list):
        value = shown(homes.plain()) if homes else "nothing"
        faults.add(homes.line if homes else root.line, "a list of homes", name="homes", value=value)
        faults.stop()
        return
    drafts = [_json_draft(number, node, faults) for number, node in enumerate(homes.value, start=1)]
    for duplicate in duplicates:
        _note_duplicate_key(duplicate, drafts, faults)
    yield from drafts


def _json_draft(number: int, node: Node, faults: Faults) -> _Draft:
    if not isinstance(node.value, dict):
        draft = _Draft(number, node.line, {}, readable=False)
        faults.add(node.line, "an object with the fields of a home", record=draft.record, value=shown(node.plain()))
        return draft
    values = {name: member.plain() for name, member in node.value.items()}
    return _Draft(number, node.line, values, {name: member.line for name, member in node.value.items()})


def _note_duplicate_key(duplicate: DuplicateKey, drafts: list[_Draft], faults: Faults) -> None:
    before = bisect.bisect_right([draft.line for draft in drafts], duplicate.line)
    faults.add(
        duplicate.line,
        f"each field once (first on line {duplicate.first_line})",
        record=drafts[before - 1].record if before else None,
        value=f"{shown(duplicate.key)} again",
    )


# ------------------------------------------------------------------------------------------------------------ CSV


def _csv_drafts(text: str, faults: Faults) -> Iterator[_Draft]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    names: list[str] | None = None
    begins = 1  # a quoted cell may run over several lines
    number = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            faults.add(max(reader.line_num, begins), "lines of comma-separated cells", value=str(error))
            faults.stop()
            return
        if cells is None:
            return
        line, begins = begins, reader.line_num + 1
        if names is None:
            names = _csv_header(cells, line, faults)
        elif any(cell.strip() for cell in cells):
            number += 1
            yield _csv_draft(number, line, names, cells, faults)


def _csv_header(cells: list[str], line: int, faults: Faults) -> list[str]:
    names = [cell.strip() for cell in cells]
    for position, name in enumerate(names):
        if name not in field_names():
            faults.add(line, f"names of fields in the first line{_suggestion(name)}", value=shown(name))
        elif name in names[:position]:
            faults.add(line, "each field once", name=name, value=f"{shown(name)} again")
    faults.stop()
    return names


def _csv_draft(number: int, line: int, names: list[str], cells: list[str], faults: Faults) -> _Draft:
    draft = _Draft(number, line, {})
    for name, cell in zip(names, cells, strict=False):
        if cell != "":
            draft.values[name] = _csv_value(name, cell)
    if len(cells) != len(names):
        draft.readable = False  # cells may stand under the wrong names
        expected = f"{len(names)} cells, as in the first line"
        faults.add(line, expected, record=draft.record, value=f"{len(cells)} cells")
    return draft


def _csv_value(name: str, cell: str) -> Any:
    """The cell as JSON would have had it. What does not look like its type stays a text, and the model refuses it."""
    annotation = Home.model_fields[name].annotation
    kinds = get_args(annotation) or (annotation,)
    if bool in kinds:
        return {"true": True, "false": False}.get(cell, cell)
    if int in kinds:
        return int(cell) if _WHOLE.fullmatch(cell) else cell
    if name == "invented":
        return [part.strip() for part in cell.split(";")]
    if name == "bathrooms":
        return Decimal(cell) if _HALVES.fullmatch(cell) else cell
    return cell


# --------------------------------------------------------------------------------------------------------- checks


def _checked(draft: _Draft, faults: Faults) -> Home | None:
    """The home, or None after its faults were noted."""
    before = len(faults.problems)
    try:
        return Home.model_validate(draft.values)
    except ValidationError as error:
        seen: set[str] = set()
        for found in error.errors(include_url=False, include_context=False):
            name = str(found["loc"][0])
            if name not in seen:
                seen.add(name)
                _note(draft, name, found["type"], faults)
    assert len(faults.problems) > before  # a refused home always has a reason
    return None


def _note(draft: _Draft, name: str, kind: str, faults: Faults) -> None:
    if kind == "extra_forbidden":
        expected = f"only fields that a home has{_suggestion(name)}"
        faults.add(draft.line_of(name), expected, record=draft.record, value=f"an unknown field {shown(name)}")
    elif kind == "missing":
        faults.add(draft.line, expected_of(name), record=draft.record, name=name, value="nothing")
    else:
        value = shown(draft.values[name])
        faults.add(draft.line_of(name), expected_of(name), record=draft.record, name=name, value=value)


def _refuse_duplicates(homes: list[PlacedHome], faults: Faults) -> None:
    """No two homes may have the same provider's id, parcel or title, however spelled: the register would refuse it."""
    unique = (("provider", "provider_property_id"), ("jurisdiction", "parcel"), ("jurisdiction", "title_reference"))
    for scope, name in unique:
        first: dict[tuple[str, str, str], PlacedHome] = {}
        for placed in homes:
            where, what = getattr(placed.home, scope), getattr(placed.home, name)
            scope_key = canonical_scope(where)
            keys = [(scope_key, kind, text) for kind, text in zip(_SPELLINGS, canonical_spellings(what), strict=True)]
            earlier = next((first[key] for key in keys if key in first), None)
            if earlier is not None:
                known = shown(getattr(earlier.home, name))
                place = f"{earlier.record} on line {earlier.line_of(name)}"
                expected = f"another {name} than {known} of {place}, however spelled"
                faults.add(placed.line_of(name), expected, record=placed.record, name=name, value=shown(what))
            for key in keys:
                first.setdefault(key, placed)


def _record(number: int, identifier: object) -> str:
    named = isinstance(identifier, str) and identifier.isprintable() and len(identifier) <= 64
    return f"home {number} ({identifier})" if named else f"home {number}"


def _suggestion(name: str) -> str:
    close = difflib.get_close_matches(name[:64], field_names(), n=1)
    return f"; did you mean {close[0]}?" if close else ""
