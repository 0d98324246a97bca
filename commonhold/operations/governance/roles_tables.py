"""The audit of roles for people: a table, a graph as a tree and in Mermaid's language, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from commonhold.operations.governance.powers import Power, Powers
from commonhold.operations.governance.roles import Audit, Finding
from commonhold.recipe.units import DAY, HOUR

FIRST = ("timelock", "governor", "council", "anyone")


def print_audit(console: Console, found: Audit) -> None:
    """Table, graph, and either what is wrong or that nothing is."""
    console.print(power_table(found.powers.powers))
    console.print(power_tree(found.powers))
    if found.powers.waiting:
        console.print(waiting_table(found.powers))
    if found.findings:
        console.print(finding_table(found.findings))
    for line in summary(found):
        console.print(line, soft_wrap=True, markup=False)


def summary(found: Audit) -> list[str]:
    """In a few lines: who is admin, how long a decision of the DAO takes, what is wrong."""
    powers = found.powers
    admins = sorted({power.who for power in powers.powers if power.through == "hub role ADMIN"})
    steering = sorted({power.who for power in powers.powers if power.through == "timelock role PROPOSER"})
    taking = span(powers.timelock_delay + (powers.vote_period if powers.is_handed_over else 0))
    return [
        f"admin of everything: {', '.join(admins) or 'nobody'}, steered by {', '.join(steering) or 'nobody'};"
        f" a decision takes at least {taking}",
        *(str(finding) for finding in found.findings),
        f"{len(powers.powers)} powers, {len(found.findings)} of them or of what is missing not as planned: "
        f"{', '.join(found.rules)}"
        if found.findings
        else f"{len(powers.powers)} powers, all as planned",
    ]


def power_table(powers: Sequence[Power]) -> Table:
    """Who can do what, with what delay, through whom."""
    table = Table(title="Who can do what", title_justify="left")
    for name in ("who", "address", "through", "contract", "can", "delay"):
        table.add_column(name, no_wrap=name in ("who", "contract", "delay"), overflow="fold")
    last = ""
    for power in _by_holder(powers):
        if last and power.holder != last:
            table.add_section()
        shown = (power.who, power.holder[:10]) if power.holder != last else ("", "")
        last = power.holder
        table.add_row(*shown, power.through, power.target, escape(power.what), span(power.delay))
    return table


def power_tree(powers: Powers) -> Tree:
    """The graph: from every wallet to the contracts it reaches, and on from those that hold powers themselves."""
    root = Tree("Power graph: who reaches what, through what")
    held = _Graph(powers)
    for source in held.roots():
        held.grow(root.add(escape(source)), source)
    return root


def mermaid(powers: Powers) -> str:
    """The same graph for documents."""
    nodes = dict.fromkeys([*(_node(power) for power in _by_holder(powers.powers)), *(p.target for p in powers.powers)])
    ids = {name: f"n{number}" for number, name in enumerate(nodes)}
    lines = ["flowchart LR", *(f'    {ids[name]}["{_quoted(name)}"]' for name in nodes)]
    for power in _by_holder(powers.powers):
        waits = f", after {span(power.delay)}" if power.delay else ""
        label = _quoted(f"{power.through}: {power.what}{waits}")
        lines.append(f'    {ids[_node(power)]} -- "{label}" --> {ids[power.target]}')
    return "\n".join(lines) + "\n"


def write_graph(powers: Powers, file: Path) -> None:
    """A file for Mermaid, whole or not at all."""
    draft = file.with_name(f".{file.name}.part")
    try:
        draft.write_text(mermaid(powers), encoding="utf-8")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from None  # the file that was asked for
    draft.replace(file)


def waiting_table(powers: Powers) -> Table:
    """What waits for its time in the timelock or the hub: whoever doesn't like it has until then to leave."""
    table = Table(title="Decided, and waiting", title_justify="left")
    for name in ("where", "by", "what"):
        table.add_column(name, overflow="fold")
    for held in powers.waiting:
        table.add_row(held.place, f"{held.who} {held.holder}", escape(held.detail))
    return table


def finding_table(findings: Sequence[Finding]) -> Table:
    """What is not as planned."""
    table = Table(title="Not as planned", title_justify="left")
    for name in ("rule", "where", "who", "address", "found", "expected"):
        table.add_column(name, overflow="fold")
    for one in findings:
        table.add_row(one.rule, one.place, one.who, one.holder, escape(one.found), escape(one.expected))
    return table


def span(seconds: int) -> str:
    """A length of time as people say it."""
    if seconds == 0:
        return "at once"
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (1, "second")):
        if seconds % unit == 0:
            count = seconds // unit
            return f"{count:,} {name}{'' if count == 1 else 's'}"
    raise AssertionError("a second divides everything")


def _by_holder(powers: Sequence[Power]) -> list[Power]:
    """Those of the DAO first, then wallets and contracts in the order of their first powers."""
    order = {holder: place for place, holder in enumerate(dict.fromkeys(power.holder for power in powers))}

    def key(power: Power) -> tuple[int, int]:
        first = FIRST.index(power.who) if power.who in FIRST else len(FIRST)
        return first, order[power.holder]

    return sorted(powers, key=key)


def _node(power: Power) -> str:
    """A holder's name; with its address if it is nobody's whom the parameters know."""
    return f"{power.who} {power.holder}" if power.who.startswith("unknown ") else power.who


def _quoted(text: str) -> str:
    return text.replace('"', "'")


class _Graph:
    def __init__(self, powers: Powers) -> None:
        self.powers = powers
        self.out: dict[str, list[Power]] = {}
        for power in _by_holder(powers.powers):
            self.out.setdefault(_node(power), []).append(power)
        self.shown: set[str] = set()

    def roots(self) -> list[str]:
        """Holders to whom nobody else leads: wallets, and what a contract's row alone leads from."""
        reached = {power.target for source, found in self.out.items() for power in found if power.target != source}
        return [source for source in self.out if source not in reached]

    def grow(self, branch: Tree, node: str) -> None:
        """Add what a node reaches; each node's own powers are shown once."""
        self.shown.add(node)
        for power in self.out.get(node, []):
            waits = f", {span(power.delay)}" if power.delay else ""
            shown = branch.add(escape(f"{power.target}: {power.what} (through {power.through}{waits})"))
            if power.target in self.out and power.target not in self.shown:
                self.grow(shown, power.target)
