"""What a row of the gas table is, and how it is measured.

A row is one transaction in a state that its name tells. Its function makes that state out of the common world and
returns the transaction; both are rolled back afterwards, so that rows don't depend on each other or on their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from commonhold.gasbench.engine import Call
from commonhold.gasbench.peers import Peer, Published, SameRun
from commonhold.gasbench.world import World

TRANSACTION = 21_000
"""What a transaction costs before it does anything."""

Scene = Callable[[World], Call]


@dataclass(frozen=True)
class Row:
    """A transaction to measure.

    `allowed` bounds ours / peer; `goal` is such a bound that is not kept yet. `divisor` is how many things the one
    transaction does if the row counts one of them; `net` leaves out what every transaction costs, for calls that others
    make in the middle of theirs.
    """

    name: str
    scene: Scene
    peer: Peer | None = None
    allowed: float | None = None
    divisor: int = 1
    net: bool = False
    goal: float | None = None


@dataclass(frozen=True)
class SumRow:
    """What takes several transactions, each of which is a row by itself: the sum of those rows."""

    name: str
    parts: tuple[str, ...]
    peer: Peer | None = None
    allowed: float | None = None
    goal: float | None = None


@dataclass
class Chapter:
    """Rows that belong together, in the order in which they are written down."""

    title: str
    rows: list[Row | SumRow] = field(default_factory=list)

    def row(
        self,
        name: str,
        *,
        peer: Peer | None = None,
        allowed: float | None = None,
        divisor: int = 1,
        net: bool = False,
        goal: float | None = None,
    ) -> Callable[[Scene], Scene]:
        """Make the decorated function the scene of a row of this chapter."""

        def add(scene: Scene) -> Scene:
            self.rows.append(Row(f"{self.title}: {name}", scene, peer, allowed, divisor, net, goal))
            return scene

        return add

    def together(
        self,
        name: str,
        parts: tuple[str, ...],
        *,
        peer: Peer | None = None,
        allowed: float | None = None,
        goal: float | None = None,
    ) -> None:
        """Add a row that is the sum of rows of this chapter."""
        names = tuple(f"{self.title}: {part}" for part in parts)
        self.rows.append(SumRow(f"{self.title}: {name}", names, peer, allowed, goal))


@dataclass(frozen=True)
class Figure:
    """A measured row beside its peer."""

    row: str
    ours: int
    peer: int | None
    peer_name: str | None
    allowed: float | None
    goal: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.peer is None else self.ours / self.peer

    @property
    def within(self) -> bool:
        """Whether the bound holds, if there is one; judged in whole gas, not on the rounded ratio."""
        return self.allowed is None or self.peer is None or self.ours <= self.allowed * self.peer


def measure(world: World, row: Row) -> int:
    """Gas of the row's transaction, each of what it does. Leaves the chain as it was."""
    with world.engine.rollback():
        used = world.engine.gas_of(row.scene(world)) - (TRANSACTION if row.net else 0)
    return -(-used // row.divisor)


def measure_all(world: World, rows: Iterable[Row | SumRow]) -> dict[str, int]:
    """Gas of every row by its name; sums stand behind their parts."""
    measured: dict[str, int] = {}
    for row in rows:
        if isinstance(row, SumRow):
            measured[row.name] = sum(measured[part] for part in row.parts)
        else:
            measured[row.name] = measure(world, row)
    return measured


def beside_peers(rows: Sequence[Row | SumRow], measured: dict[str, int]) -> list[Figure]:
    """The rows with their peers' figures, those measured in the same run among them."""
    figures = []
    for row in rows:
        peer, peer_name = _peer(row, measured)
        figures.append(Figure(row.name, measured[row.name], peer, peer_name, row.allowed, row.goal))
    return figures


def _peer(row: Row | SumRow, measured: dict[str, int]) -> tuple[int | None, str | None]:
    match row.peer:
        case Published(name, gas):
            return gas, name
        case SameRun(other, name):
            return measured[other], name
    return None, None
