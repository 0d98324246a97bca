"""What all sections of a parameters file have in common."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator


class Disagreement(ValueError):
    """Parameters that are right alone but not together. `field` is a dotted path from where it was found."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(expected)
        self.field = field


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        for field, expected in self.disagreements():
            raise Disagreement(field, expected)
        return self

    def disagreements(self) -> list[tuple[str, str]]:
        """Fields that are right alone but not together, with what was expected."""
        return []
