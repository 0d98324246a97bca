"""The money alone: treasury, coin, queue, loan ledger and a small book, with few people and no oracle, built for speed.

stage.py   the contracts and their model, and how every sequence begins
inputs.py  what the money's rules draw their inputs from
laws.py    what must hold after every step             ghosts.py  what laws remember, from events alone
The rules are those of the families `FAMILIES` in `commonhold/fuzz/rules`; the whole suite's machine has them, too.
"""

FAMILIES = frozenset({"treasury", "queue", "loans", "reserve", "runs"})
"""Families of rules that need a treasury and its test book, and nothing else."""

PACE = frozenset({"pace"})
"""Time, lost wallets and books, which in the suite other rules move."""
