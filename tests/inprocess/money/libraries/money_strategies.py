"""Amounts for property tests of the money."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

LARGEST = 2**96 - 1  # the largest amount of coin, in wei
MANY = settings(max_examples=400, deadline=None)


def sized(largest: int, smallest: int = 1) -> st.SearchStrategy[int]:
    """Up to `largest`, each size in bits as likely as another, and the ends."""
    bits = st.integers(0, largest.bit_length() - 1)
    numbers = bits.flatmap(lambda bit: st.integers(2**bit, min(largest, 2 ** (bit + 1) - 1)))
    return st.one_of(st.sampled_from([smallest, 1, 2, largest - 1, largest]), numbers)
