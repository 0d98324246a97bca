"""What every part of the reference model rests on: the clock, the log of events, and refusals.

The model is written from the specification and the interfaces' NatSpec. Each class stands for one contract and has its
functions under their Solidity names, with the caller in front: `certificate.approve(sender, to, shareId)`. A function
either changes the model and logs the events that the contract must emit, or raises `Refused` with the very error that
the contract must revert with and leaves everything as it was: every check comes before the first write.

Addresses are checksummed strings, as the engines give them out, bytes are `bytes`, amounts are integers in wei.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from eth_utils import keccak

ZERO_ADDRESS = "0x" + "00" * 20
ZERO_WORD = b"\0" * 32
NEVER = 2**40 - 1  # the last second a uint40 can name


class Refused(Exception):
    """The contract must revert with the custom error `name` and exactly these arguments."""

    def __init__(self, name: str, *arguments: Any) -> None:
        super().__init__(name, *arguments)
        self.name = name
        self.arguments = arguments

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(repr, self.arguments))})"


def require(condition: object, error: str, *arguments: Any) -> None:
    """As Solidity's `require(condition, Error(arguments))`."""
    if not condition:
        raise Refused(error, *arguments)


class Logged(NamedTuple):
    """An event that the contract `contract` must emit; arguments in the order of the ABI."""

    contract: str
    name: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Call:
    """A call inside a call: of the contract `contract` of the suite, at `target`; `data` is how it looks on chain."""

    contract: str
    target: str
    function: str
    arguments: tuple[Any, ...]
    data: bytes


@dataclass
class Hook:
    """What a contract wallet does when it receives a share: these calls, whatever each answers; or it refuses."""

    calls: tuple[Call, ...] = ()
    refuses: bool = False


def no_dispatch(call: Call, sender: str) -> Any:
    raise LookupError(f"no suite to call {call.function} of")


@dataclass
class Chain:
    """The world around the contracts."""

    chain_id: int
    now: int
    with_code: frozenset[str] = frozenset()
    hooks: dict[str, Hook] = field(default_factory=dict)  # of contracts that accept shares
    log: list[Logged] = field(default_factory=list)
    call_data: Callable[[], bytes] = bytes  # data of the call under way, made only if asked for
    dispatch: Callable[[Call, str], Any] = no_dispatch  # performs a call as this sender, or raises `Refused`

    def has_code(self, address: str) -> bool:
        return address in self.with_code

    def attempt(self, call: Call, sender: str) -> bool:
        """A call whose failure its caller swallows."""
        before = len(self.log)
        try:
            self.dispatch(call, sender)
        except Refused:
            del self.log[before:]
            return False
        return True


class Contract:
    """Base of the model's contracts: an address, the chain, events."""

    key: str  # the contract's name in the suite

    def __init__(self, chain: Chain, address: str) -> None:
        self.chain = chain
        self.address = address

    @property
    def now(self) -> int:
        return self.chain.now

    def emit(self, event: str, *arguments: Any) -> None:
        self.chain.log.append(Logged(self.key, event, arguments))


def word(value: int | str | bytes) -> bytes:
    """A value as one ABI word; addresses as hex strings, byte strings of at most 32 bytes padded on the right."""
    if isinstance(value, bytes):
        return value.ljust(32, b"\0")
    if isinstance(value, str):
        return bytes.fromhex(value[2:]).rjust(32, b"\0")
    return value.to_bytes(32, "big")


def hash_of(*values: int | str | bytes) -> bytes:
    """keccak256(abi.encode(values)) for values of one word each."""
    return keccak(b"".join(word(value) for value in values))
