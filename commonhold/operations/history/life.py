"""What a share's events tell, one after the other: who owned it, what it was tied to, and the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import reduce
from itertools import groupby
from typing import Any

from commonhold.engines.base import RawLog
from commonhold.operations.history.entries import COIN, HOUSE, SHARE, USD, Entry
from commonhold.operations.history.reader import ChunkReader, Known, word
from commonhold.operations.history.rows import Row
from commonhold.operations.history.words import filled, is_how, parts_of
from commonhold.operations.reading import ZERO_ADDRESS
from commonhold.recipe.lending import LoanKind

INCOME_UNIT = 10**9  # wei of coin, as the income distributor counts per share
MOST_TIES = 256
"""Of a kind, the latest: purchases that waited and were refunded stay, as a token may be late with its part."""
NUMBERS = ("price", "amount", "rate", "months")
NAMES = ("sender", "receiver", "lender")


@dataclass
class State:
    """What has to be known to read on."""

    owner: str = ""
    previous: str = ""
    first_price: int = 0
    income_units: int = 0
    ties: dict[str, list[str]] = field(default_factory=dict)

    def as_fields(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class _Loan:
    """What was agreed; it never changes."""

    amount: int
    rate_bps: int
    months: int
    words: str


class Life:
    """Reads on from a state. Properties are what the table may name with an `@`."""

    def __init__(self, suite: Any, reader: ChunkReader, state: State, floor: int) -> None:
        self.suite, self.reader, self.state, self.floor = suite, reader, state, floor
        self._names = {contract.address: contract.name for contract in suite.contracts.values()}
        self._loans: dict[int, _Loan] = {}
        self._args: dict[str, Any] = {}
        self._block = 0

    def rows(self, logs: Iterable[RawLog]) -> Iterator[Row]:
        """The rows of these events, in order."""
        for _, together in groupby(logs, key=lambda log: (log.block, log.tx_hash)):
            yield from self._transaction(list(together))

    # ------------------------------------------------------------------------------------------------ one transaction

    def _transaction(self, logs: list[RawLog]) -> list[Row]:
        """What is tied to the share at any time in a transaction belongs to it throughout."""
        visible = {tie: set(ids) for tie, ids in self.state.ties.items()}
        for known, log in self._naming(logs):
            if known.opens:
                visible.setdefault(known.entry.opens, set()).add(log.topics[known.opens].hex())
        rows: list[Row] = []
        ahead: list[tuple[str, Row]] = []
        for log in logs:
            meant = self._known(log, visible)
            if meant is None:
                continue
            self._args, self._block = meant.coder.decode(log.topics, log.data), log.block
            self._place(meant.entry, self._row(meant.entry, log), rows, ahead)
            self._keep(meant, log)
        for kind, row in ahead:  # sold to who owns it: nothing moved
            row.kind, row.sender, row.receiver = kind, self.state.owner, self.state.owner
            rows.append(row)
        return sorted(rows, key=lambda row: row.index)

    def _naming(self, logs: list[RawLog]) -> Iterator[tuple[Known, RawLog]]:
        for log in logs:
            for known in self.reader.table.by_log.get((log.address, log.topics[0]), ()):
                if known.entry.about == SHARE and log.topics[known.place] == self.reader.ids[SHARE]:
                    yield known, log

    def _known(self, log: RawLog, visible: Mapping[str, set[str]]) -> Known | None:
        """The first entry of the table that has this event."""
        for known in self.reader.table.by_log.get((log.address, log.topics[0]), ()):
            about, topic = known.entry.about, log.topics[known.place]
            if topic == self.reader.ids[about] if about in (SHARE, HOUSE) else topic.hex() in visible.get(about, ()):
                return known
        return None

    def _place(self, entry: Entry, row: Row, rows: list[Row], ahead: list[tuple[str, Row]]) -> None:
        """A row for itself, or what it adds to another one."""
        if entry.kind:
            for kind, more in [waiting for waiting in ahead if waiting[0] == entry.kind]:
                _amend(row, more)
                ahead.remove((kind, more))
            rows.append(row)
        elif entry.amends:
            earlier = next((made for made in reversed(rows) if made.kind == entry.amends), None)
            if entry.ahead or earlier is None:
                ahead.append((entry.amends, row))
            else:
                _amend(earlier, row)

    def _keep(self, known: Known, log: RawLog) -> None:
        entry, ties = known.entry, self.state.ties
        for name, source in entry.keeps.items():
            setattr(self.state, name, self._value(source))
        if entry.closes:
            ended = _word(self._value(entry.closing)) if entry.closing else None
            ties[entry.closes] = [one for one in ties.get(entry.closes, ()) if ended not in (None, one)]
        if known.opens:
            opened = log.topics[known.opens].hex()
            others = [one for one in ties.get(entry.opens, ()) if one != opened]
            ties[entry.opens] = [*others, opened][-MOST_TIES:]

    # -------------------------------------------------------------------------------------------------------- one row

    def _row(self, entry: Entry, log: RawLog) -> Row:
        row = Row(entry.kind, log.timestamp, log.block, log.index, log.tx_hash)
        for name in NUMBERS:
            source = getattr(entry, name)
            if source:
                setattr(row, name, self._value(source))
        for name in NAMES:
            source = getattr(entry, name) or (entry.on if name != "lender" else "")
            if source:
                value = self._value(source)
                setattr(row, name, "" if value == ZERO_ADDRESS else value)
        if entry.amount:
            row.unit = entry.unit
        if entry.currency:
            row.currency = self._currency(self._value(entry.currency))
        elif row.price is not None:
            row.currency = USD
        row.authority = filled(entry.authority, self._value, self._names)
        row.note = filled(entry.note, self._value, self._names)
        return row

    def _value(self, source: str) -> Any:
        if source.startswith("@"):
            return getattr(self, source[1:])
        name, *members = source.split(".")
        return reduce(getattr, members, self._args[name])

    def _currency(self, token: str) -> str:
        if token == ZERO_ADDRESS:
            return USD
        return COIN if token == self.coin else token

    # ---------------------------------------------------------------------------------- what the table names with an @

    @property
    def owner(self) -> str:
        return self.state.owner

    @property
    def previous(self) -> str:
        return self.state.previous

    @property
    def first_price(self) -> int:
        return self.state.first_price

    @property
    def dollars(self) -> str:
        return ZERO_ADDRESS

    @property
    def coin(self) -> str:
        return str(self.suite.coin.address)

    @property
    def lender(self) -> str:
        """As the paper names it."""
        return str(self.suite.treasury.address)

    @property
    def per_share(self) -> int:
        """Income of one share by a deposit (wei)."""
        return int(self._args["perShareUnits"] - self.state.income_units) * INCOME_UNIT

    @property
    def loan_amount(self) -> int:
        return self._loan.amount

    @property
    def loan_rate(self) -> int:
        return self._loan.rate_bps

    @property
    def loan_months(self) -> int:
        return self._loan.months

    @property
    def loan_type(self) -> str:
        return self._loan.words

    @property
    def _loan(self) -> _Loan:
        number = int(self._args["loanId"])
        if number not in self._loans:
            self._loans[number] = self._agreed(number)
        return self._loans[number]

    def _agreed(self, number: int) -> _Loan:
        """The chain keeps what was agreed, for ever; of an adjustable loan the first rate only in the approval."""
        page = self.suite.desk.loanOf(number)
        kind, rate = LoanKind(page.application.kind), page.rateBps
        if kind is LoanKind.ADJUSTABLE:
            approval = self.reader.latest(self.suite.desk, "Approved", number, self._block, self.floor)
            rate = approval["rateBps"] if approval else rate
        words = kind.name.lower().replace("_", "-")
        return _Loan(page.application.amount, rate, page.application.instalments, words)


def _word(identifier: int | bytes) -> str:
    """An id as the ties have it."""
    return (word(identifier) if isinstance(identifier, int) else identifier).hex()


def _amend(row: Row, more: Row) -> None:
    """What another event of the transaction tells of it."""
    for name in ("price", "currency", "lender", "amount", "unit", "rate", "months"):
        value = getattr(more, name)
        if value not in ("", None):
            setattr(row, name, value)
    row.note = "; ".join(filter(None, (row.note, more.note)))


def problems_of(known: Known) -> Iterator[str]:
    """What of an entry the event or `Life` can't give."""
    entry, given = known.entry, set(known.coder.names)
    sources = [getattr(entry, name) for name in (*NUMBERS, *NAMES, "on", "currency", "closing")] + list(
        entry.keeps.values()
    )
    for text in (entry.note, entry.authority):
        for name, how in parts_of(text):
            sources.append(name)
            if not is_how(how):
                yield f"{entry.event}: {{{name}:{how}}}"
    for source in filter(None, sources):
        if source.split(".")[0] not in given and not (source.startswith("@") and hasattr(Life, source[1:])):
            yield f"{entry.event}: {source}"
    for name in entry.keeps:
        if name not in State.__dataclass_fields__:
            yield f"{entry.event}: keeps {name}"
