"""What can be wrong with an observation or a report, said with its place: record, field, value, what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHOWN_OBJECTIONS = 20


class OracleError(Exception):
    """Something that its user can do something about; nothing was signed or sent."""


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that is wrong. `record` is None where the whole is meant."""

    record: str | None
    field: str
    value: str
    expected: str

    def __str__(self) -> str:
        place = f"{self.record}: {self.field}" if self.record else self.field
        return f"{place}: got {self.value}; expected {self.expected}"


class ReportError(OracleError):
    """A report that must not be signed, or can't be made, with everything that is wrong."""

    def __init__(self, objections: Sequence[Objection]) -> None:
        self.objections = tuple(objections)
        lines = [str(objection) for objection in self.objections[:SHOWN_OBJECTIONS]]
        more = len(self.objections) - SHOWN_OBJECTIONS
        super().__init__("\n".join([*lines, f"... and {more} more"] if more > 0 else lines))
