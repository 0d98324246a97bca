"""How the texts of the table of events are filled: `{name}` or `{name:how}`.

`how` is `coin`, `usd`, `time`, `until` (a deadline; zero withdrew it), `contract` (by its artefact's name), or the
words for 0, 1, 2 ... with bars between them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any

from commonhold.operations.amounts import show_amount
from commonhold.operations.money import COINS
from commonhold.operations.tables import moment

LAST_SECOND = 253_402_300_799  # of the year 9999: whoever names a later one means for ever


def when(seconds: int) -> str:
    """A time that anybody may have chosen."""
    return moment(seconds) if seconds <= LAST_SECOND else "ever"


def plain(text: str) -> str:
    """A text that somebody wrote on chain, without what would move a terminal's cursor or break a line."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


_HOW: Mapping[str, Callable[[Any], str]] = {
    "": lambda value: f"0x{value.hex()}" if isinstance(value, bytes) else plain(str(value)),
    "coin": lambda value: COINS.show(value),
    "usd": lambda value: f"$ {show_amount(value)}",
    "time": when,
    "until": lambda value: f"until {when(value)}" if value else "withdrawn",
}


def is_how(how: str) -> bool:
    """Whether a text may say so."""
    return how in _HOW or how == "contract" or "|" in how


def parts_of(text: str) -> list[tuple[str, str]]:
    """The names that a text needs, and how each is said."""
    return [(name, how or "") for _, name, how, _ in Formatter().parse(text) if name is not None]


def filled(text: str, value_of: Callable[[str], Any], names: Mapping[str, str]) -> str:
    """The text with its values; `names` are the plan's names by address."""
    said = []
    for before, name, how, _ in Formatter().parse(text):
        said.append(before)
        if name is not None:
            said.append(_said(value_of(name), how or "", names))
    return "".join(said)


def _said(value: Any, how: str, names: Mapping[str, str]) -> str:
    if "|" in how:
        words = how.split("|")
        return words[int(value)] if int(value) < len(words) else str(value)
    if how == "contract":
        return names.get(value, value)
    return _HOW[how](value)
