"""The history of a share: `EVENTS` says which events belong to it and what each becomes, `follow` reads the chain into
a small cache, and the rows are read from there, one after the other."""

from commonhold.operations.history.events import EVENTS, KINDS
from commonhold.operations.history.following import HistoryError, Past, follow
from commonhold.operations.history.rows import Row

__all__ = ["EVENTS", "KINDS", "HistoryError", "Past", "Row", "follow"]
