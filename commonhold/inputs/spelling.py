"""The canonical spellings of identifiers, by the same rule as `IPropertyRegistry.canonicalSpellings`.

A parcel number is written in many ways. Two numbers count as the same if either of their two spellings agree:
`joined` ("012-34" and "01234" -> "1234") or `parted` ("12-034" and "12 34" -> "12-34").
"""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[^A-Z0-9]+")


def canonical_spellings(text: str) -> tuple[str, str]:
    """Both spellings of a printable ASCII text: letters and digits joined, and part by part between separators."""
    parts = [part for part in _SEPARATORS.split(text.upper()) if part]
    joined = _without_zeros_in_front("".join(parts))
    parted = "-".join(_without_zeros_in_front(part) for part in parts)
    return joined, parted


def _without_zeros_in_front(part: str) -> str:
    """A part that is zeros alone keeps one."""
    return part.lstrip("0") or part[:1]
