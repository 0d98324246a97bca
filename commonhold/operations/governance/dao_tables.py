"""Proposals and previews as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from commonhold.engines.base import ZERO_ADDRESS, Event
from commonhold.operations.governance.dao import HOLD, Standing, printable
from commonhold.operations.governance.preview import Change, Preview
from commonhold.operations.governance.proposal_file import ProposalFile
from commonhold.operations.governance.values import Names
from commonhold.operations.money import COINS, Unit
from commonhold.operations.tables import moment
from commonhold.recipe.plan import Role
from commonhold.recipe.proof import TIMELOCK_ROLES

ETHER = Unit("ETH", 18)
_KINDS = {"balance": "Balances", "right": "Roles and rights", "parameter": "Parameters and rows"}
_AMOUNTS = {"balanceOf", "totalSupply", "allowance", "getVotes"}
_OF_TOKEN = ("value", "amount", "cap")
_TIMES = range(10**9, 10**11)  # what can be a moment in seconds
_LARGE, _SCALE = 10**15, 10**18
_MOSTS = {2**bits - 1 for bits in (96, 104, 112, 120, 128, 208, 248, 256)}
MOST_EVENTS = 60


class Words:
    """Values in words: addresses by name, amounts in their units."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._units = {"coin": COINS, "hold": HOLD}
        if names.cash[0]:
            self._units["reserve"] = Unit(*names.cash)

    def of_change(self, change: Change, value: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            if change.view == "ether":
                return ETHER.show(value)
            if change.view in _AMOUNTS and change.contract in self._units:
                return self._units[change.contract].show(value)
        return self.show(value, change.field.rpartition(".")[2] or change.view)

    def show(self, value: Any, label: str = "") -> str:
        """A value by what it is called."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int):
            return _number(value, label)
        if isinstance(value, bytes):
            return _bytes(value)
        if isinstance(value, str) and len(value) == 42 and value.startswith("0x"):
            return "nobody" if value == ZERO_ADDRESS else self.names.name_of(value) or value
        fields = getattr(value, "_fields", None)
        if fields:
            inner = (f"{name} {self.show(part, name)}" for name, part in zip(fields, value, strict=True))
            return f"({', '.join(inner)})"
        if isinstance(value, list | tuple):
            return f"[{', '.join(self.show(part, label) for part in value)}]"
        # A contract of somebody's may answer with what plays tricks on a terminal.
        return printable(str(value))

    def call(self, values: Mapping[str, Any] | Sequence[tuple[str, Any]], contract: str = "") -> str:
        """Arguments by name; amounts of a token are in its unit."""
        pairs = values.items() if isinstance(values, Mapping) else values
        return ", ".join(f"{name} {self._argument(name, value, contract)}" for name, value in pairs)

    def _argument(self, name: str, value: Any, contract: str) -> str:
        unit = self._units.get(contract)
        if unit and name.lower().endswith(_OF_TOKEN) and value not in _MOSTS:
            return unit.show(value)
        if contract == "timelock" and name == "account" and value == ZERO_ADDRESS:
            return "anyone"  # so the timelock takes a role of the zero address
        return self.show(value, name)


def _number(value: int, label: str) -> str:
    lower = label.lower()
    if "role" in lower and value in set(Role):
        return Role(value).name
    if value in _TIMES:
        return moment(value)
    if lower.endswith(("period", "delay", "extension", "heartbeat")):
        return f"{value:,} s"
    if lower.endswith("bps"):
        return f"{value / 100:g} %"
    if value in _MOSTS:
        return "no limit"
    if value >= _LARGE and value % 10**12 == 0:
        return Unit("× 10^18", 18).show(value, places=0)
    return f"{value:,}"


def _bytes(value: bytes) -> str:
    if value in TIMELOCK_ROLES:
        return TIMELOCK_ROLES[value]
    text = value.rstrip(b"\0")
    if len(value) == 32 and len(text) > 3 and text.isascii() and text.decode().isprintable():
        return text.decode()
    return f"0x{value.hex()}" if len(value) <= 32 else f"0x{value[:8].hex()}… ({len(value):,} bytes)"


# -------------------------------------------------------------------------------------------------------------- tables


def actions_table(file: ProposalFile) -> Table:
    """What a proposal calls."""
    words = Words(file.names)
    table = Table(title=Text(file.title), title_justify="left")
    table.add_column("", justify="right")
    for name in ("target", "function", "arguments"):
        table.add_column(name, overflow="fold")
    for number, one in enumerate(file.planned, 1):
        sent = f" with {ETHER.show(one.wei)}" if one.wei else ""
        table.add_row(
            str(number), Text(one.target), Text(one.coder.name), Text(words.call(one.named_values, one.target) + sent)
        )
    return table


def standing_table(title: str, standing: Standing) -> Table:
    """How far a proposal is."""
    table = Table(title=Text(title), title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    rows = {"id": f"0x{standing.proposal_id:064x}", "state": standing.words, "next": standing.next_step}
    if standing.state is not None:
        against, favour, abstain = (HOLD.show(votes) for votes in standing.votes)
        rows |= {
            "vote": f"{moment(standing.vote_begins)} to {moment(standing.vote_ends)}",
            "for": favour,
            "against": against,
            "abstained": abstain,
            "quorum": HOLD.show(standing.quorum),
        }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def proposals_table(proposals: Sequence[tuple[str, Standing]]) -> Table:
    """All proposals, the latest first."""
    table = Table(title="1 proposal" if len(proposals) == 1 else f"{len(proposals):,} proposals", title_justify="left")
    table.add_column("title", overflow="fold")
    table.add_column("state", no_wrap=True)
    table.add_column("next", no_wrap=True)
    for name in ("for", "against"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("id", no_wrap=True)
    for title, standing in reversed(proposals):
        against, favour, _ = (HOLD.show(votes, places=0) for votes in standing.votes)
        proposal_id = f"0x{standing.proposal_id:064x}"
        table.add_row(Text(title), standing.words, standing.next_step, favour, against, f"{proposal_id[:12]}…")
    return table


def print_preview(console: Console, found: Preview, names: Names) -> None:
    """Every change in its table, then what was emitted, then what no view shows."""
    words = Words(names)
    for kind, title in _KINDS.items():
        if changes := found.of(kind):
            console.print(_changes_table(title, changes, words))
    for event in found.events[:MOST_EVENTS]:
        console.print(Text(f"  {_event(event, words)}"), soft_wrap=True)
    if len(found.events) > MOST_EVENTS:
        console.print(f"  ... and {len(found.events) - MOST_EVENTS:,} more events")
    for address in found.created:
        console.print(f"new contract: {address}")
    if found.words:
        counts = ", ".join(f"{words.show(name)} {count:,}" for name, count in sorted(found.words.items()))
        console.print(Text(f"words of storage that change: {counts}"), soft_wrap=True)
    for name, count in found.unseen.items():
        console.print(Text(f"{_unseen(count, words.show(name))} that none of its views shows"))
    if not found.changes and not found.words:
        console.print("nothing changes")


def _unseen(count: int, where: str) -> str:
    return f"1 word of {where} changes" if count == 1 else f"{count:,} words of {where} change"


def _changes_table(title: str, changes: Sequence[Change], words: Words) -> Table:
    table = Table(title=title, title_justify="left")
    for name in ("contract", "what", "before", "after"):
        table.add_column(name, overflow="fold")
    for one in changes:
        asked = words.call(one.arguments, one.contract)
        what = f"{one.view}({asked}){one.field}" if asked else f"{one.view}{one.field}"
        row = (one.contract or "chain", what, words.of_change(one, one.before), words.of_change(one, one.after))
        table.add_row(*map(Text, row))
    return table


def _event(event: Event, words: Words) -> str:
    who = words.names.name_of(event.address) or event.contract or event.address
    return f"{who}: {event.name}({words.call(event.args, who)})"
