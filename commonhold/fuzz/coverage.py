"""Which refusals a campaign has seen: every custom error that our interfaces declare should be among them."""

from __future__ import annotations

import re
from collections.abc import Container

from commonhold import build

DECLARATION = re.compile(r"^\s*error (\w+)\(", re.MULTILINE)

UNUSED = {"ERC7943CannotTransfer"}
"""Declared because ERC-7943 demands it; our rules name their reason instead, so no contract ever raises it."""


def declared_errors(folder: str = "") -> set[str]:
    """Names of all custom errors that our own interfaces declare, or those of one folder, but for `UNUSED`."""
    sources = (build.ROOT / "interfaces" / folder).rglob("*.sol")
    names = {name for file in sources for name in DECLARATION.findall(file.read_text(encoding="utf-8"))}
    return names - UNUSED


def errors_never_reached(seen: Container[str], folder: str = "") -> list[str]:
    return sorted(error for error in declared_errors(folder) if error not in seen)
