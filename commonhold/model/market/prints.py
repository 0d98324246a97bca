"""Fingerprints of shares (ERC-5646): which 32 bytes stand for a state is the contract's affair; that equal states have
equal ones, and others others, is not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth_utils import keccak

State = tuple[object, ...]
"""Of a share: its id, and all that its fingerprint must bind (`Certificate.fingerprint`)."""

Print = Callable[[int, State, int], bytes]
"""Share, its state, and the second in which it is that."""


def own_print(share_id: int, state: State, second: int) -> bytes:
    """A fingerprint for a model without a chain beside it."""
    return keccak(text=repr(state))


class Prints:
    """A source of fingerprints behind a memory; `Differs` tells of two states with one, or two in one state."""

    def __init__(self, ask: Print) -> None:
        self._ask = ask
        self._of: dict[State, bytes] = {}
        self._state: dict[bytes, State] = {}

    def __call__(self, share_id: int, state: State, second: int) -> bytes:
        found = self._of.get(state)
        if found is None:
            found = self._of[state] = self._ask(share_id, state, second)
            other = self._state.setdefault(found, state)
            if other != state:
                raise Differs(f"one fingerprint for two states: {state} and {other}")
        return found

    def stands_for(self, word: bytes, state: State) -> bool:
        """Whether these bytes are the fingerprint of a state; nobody has to be asked."""
        return self._state.get(word) == state

    def __deepcopy__(self, memo: Any) -> Prints:
        """Models are copied; what is known stays."""
        return self


class Differs(AssertionError):
    """Fingerprints are not what ERC-5646 says."""
