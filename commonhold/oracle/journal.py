"""What a node signed last, kept so that neither a crash nor a second process makes it sign two things for an epoch.

The file holds, for each scope (chain, aggregator, node set), the observation and the report with the highest epochs
that were signed. Epochs only rise, so that is all there is to know. The file is replaced as a whole, on disk before the
signature leaves: a crash leaves the old file or the new one. A file that was cut or changed otherwise is damaged, and
nothing is signed with it; so is one that lacks what this process saw in it, or that has two names: after a write each
of them would be a journal of its own.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from commonhold.inputs.home import Address
from commonhold.oracle.digests import Scope
from commonhold.oracle.errors import OracleError

FORMAT: Literal["commonhold-journal/1"] = "commonhold-journal/1"

_Number = Annotated[int, Field(ge=1)]
_Hash = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]


class EpochSigned(OracleError):
    """The node signed a report for this epoch or a later one already."""

    def __init__(self, node: str, last: Report, refused: Report) -> None:
        super().__init__(
            f"{node} signed root {last.root} of {last.observed_at} for epoch {last.epoch} already; it signs neither "
            f"another report for that epoch nor an earlier one: got epoch {refused.epoch}, root {refused.root}"
        )


class EpochObserved(OracleError):
    """The node signed an observation for this epoch or a later one already."""

    def __init__(self, node: str, last: Observed, refused: Observed) -> None:
        super().__init__(
            f"{node} signed what it observed at {last.observed_at} for epoch {last.epoch} already; it signs neither "
            f"another observation for that epoch nor an earlier one: got epoch {refused.epoch}, observed at "
            f"{refused.observed_at}. After a failed round the nodes go on to the next epoch"
        )


class JournalDamaged(OracleError):
    """The journal can't be relied on, so nothing is signed."""

    def __init__(self, file: Path, what: str) -> None:
        super().__init__(
            f"{file}: {what}; expected the journal as the node left it. Restore it, or remove the node from the set: "
            "a node that forgot what it signed may sign twice, and be expelled for it"
        )


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Entry(_Model):
    """The last of its kind that was signed in a scope; times in seconds."""

    chain_id: _Number
    aggregator: Address
    node_set: Address
    epoch: _Number
    observed_at: _Number

    @property
    def key(self) -> Key:
        """Of all entries with this key the journal keeps the last."""
        return type(self), Scope(self.chain_id, self.aggregator, self.node_set)


class Observed(Entry):
    """An observation, by the digest that was signed."""

    digest: _Hash


class Report(Entry):
    """A report."""

    root: _Hash


Key = tuple[type[Entry], Scope]


class _Content(_Model):
    format: Literal["commonhold-journal/1"]
    node: Address
    observed: list[Observed]
    signed: list[Report]


class Journal:
    """The journal of one node's key; several processes may share it."""

    def __init__(self, file: Path, node: str) -> None:
        self.file = file.resolve()  # a link would be replaced by a file of its own
        self.node = node
        self._seen: Mapping[Key, Entry] = {}
        self._read()  # damage is found at the start already

    def enter_observation(self, scope: Scope, epoch: int, observed_at: int, digest: bytes) -> None:
        """Put an observation on disk before its signature leaves; the same again changes nothing.

        Raises EpochObserved and JournalDamaged.
        """
        entry = Observed(**_place(scope), epoch=epoch, observed_at=observed_at, digest=f"0x{digest.hex()}")
        self._enter(entry, EpochObserved)

    def enter_report(self, scope: Scope, epoch: int, observed_at: int, root: bytes) -> None:
        """Put a report on disk before it is signed; the same one again changes nothing.

        Raises EpochSigned and JournalDamaged.
        """
        entry = Report(**_place(scope), epoch=epoch, observed_at=observed_at, root=f"0x{root.hex()}")
        self._enter(entry, EpochSigned)

    def _enter(self, entry: Entry, refusal: Callable[[str, Any, Any], OracleError]) -> None:
        with self._alone():
            entries = self._read()
            last = entries.get(entry.key)
            if last is not None and entry.epoch <= last.epoch and entry != last:
                raise refusal(self.node, last, entry)
            if entry != last:
                self._write({**entries, entry.key: entry})

    def _read(self) -> Mapping[Key, Entry]:
        entries = self._entries()
        for key, seen in self._seen.items():
            found = entries.get(key)
            if found is None or (found != seen and found.epoch <= seen.epoch):
                raise JournalDamaged(self.file, f"what was signed for epoch {seen.epoch} is not in it any more")
        self._seen = entries
        return entries

    def _entries(self) -> dict[Key, Entry]:
        try:
            with self.file.open("rb") as stream:
                names = os.fstat(stream.fileno()).st_nlink
                data = stream.read()
        except FileNotFoundError:
            if self._seen:
                raise JournalDamaged(self.file, "it is gone") from None
            return {}
        if names > 1:
            raise JournalDamaged(self.file, f"the file has {names} names (hard links), and may have one")
        try:
            content = _Content.model_validate_json(data)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"])
            raise JournalDamaged(self.file, f"{field + ': ' if field else ''}{first['msg']}") from None
        if content.node != self.node:
            raise JournalDamaged(self.file, f"node: got {content.node}, the journal of another key than {self.node}'s")
        return {entry.key: entry for entry in (*content.observed, *content.signed)}

    def _write(self, entries: Mapping[Key, Entry]) -> None:
        content = _Content(
            format=FORMAT,
            node=self.node,
            observed=[entry for entry in entries.values() if isinstance(entry, Observed)],
            signed=[entry for entry in entries.values() if isinstance(entry, Report)],
        )
        draft = self.file.with_name(f".{self.file.name}.draft")  # one at a time: the lock is held
        with draft.open("w", encoding="ascii") as stream:
            stream.write(content.model_dump_json(indent=1) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self.file)
        self._seen = entries
        folder = os.open(self.file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process reads or writes the journal meanwhile."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.with_name(f".{self.file.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _place(scope: Scope) -> dict[str, Any]:
    return {"chain_id": scope.chain_id, "aggregator": scope.aggregator, "node_set": scope.node_set}
