"""The canonical spellings of identifiers, by the same rule as `IPropertyRegistry.canonicalSpellings`.

A parcel number is written in many ways. Two numbers count as the same if either of their two spellings agree:
`joined` ("012-34" and "01234" -> "1234") or `parted` ("12-034" and "12 34" -> "12-34", "R012" and "r-12" -> "R-12").
They count within a scope, the provider or the jurisdiction, which has one spelling.
"""

from __future__ import annotations

import re

_PARTS = re.compile(r"[A-Z]+|[0-9]+")
_BETWEEN_NUMBERS = re.compile(r"(?<![0-9])-|-(?![0-9])")


def canonical_spellings(text: str) -> tuple[str, str]:
    """Both spellings of a printable ASCII text: letters and digits joined, and part by part."""
    parts = _PARTS.findall(text.upper())
    joined = _without_zeros_in_front("".join(parts))
    parted = "-".join(_without_zeros_in_front(part) for part in parts)
    return joined, parted


def canonical_scope(text: str) -> str:
    """The spelling of a provider or jurisdiction: parted, with a "-" kept only between two numbers."""
    return _BETWEEN_NUMBERS.sub("", canonical_spellings(text)[1])


def _without_zeros_in_front(part: str) -> str:
    """A part that is zeros alone keeps one."""
    return part.lstrip("0") or part[:1]
