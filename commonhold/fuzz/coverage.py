"""Which refusals a campaign has seen: every custom error that our interfaces declare should be among them."""

from __future__ import annotations

from collections.abc import Container

from commonhold import build

UNUSED = {"ERC7943CannotTransfer"}
"""Declared because ERC-7943 demands it; our rules name their reason instead, so no contract ever raises it."""


def declared_errors() -> set[str]:
    """Names of all custom errors in our own interfaces, but for `UNUSED`."""
    names = set()
    for name in build.artifact_names():
        made = build.artifact(name)
        if made.source_id.startswith("interfaces/"):
            names |= {entry["name"] for entry in made.abi if entry["type"] == "error"}
    return names - UNUSED


def errors_never_reached(seen: Container[str]) -> list[str]:
    return sorted(error for error in declared_errors() if error not in seen)
