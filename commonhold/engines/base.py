"""What both engines are: deploy, send, call, time, snapshots, and everything decoded by name."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from eth_utils import keccak

from commonhold import build
from commonhold.engines.codec import (
    AbiCoders,
    CodecError,
    ErrorCoder,
    EventCoder,
    ParametersCoder,
    as_address,
    checksum,
)

ZERO_ADDRESS = "0x" + "00" * 20
SEND_GAS = 16_000_000  # given with every local transaction: estimating it would cost more than sending it


class EngineError(Exception):
    """The engine can't do what was asked: no such contract, no key, a dead chain. Never a contract's refusal."""


class LogsRefused(EngineError):
    """A node that is there won't give so many events, or those of so many blocks, at once: ask for fewer."""


class Revert(Exception):
    """A contract refused. `name` is the custom error's; also `Error` (a text), `Panic` (a code), `Empty` (no data),
    `Unknown` (data that no ABI of the project explains) and `Halt` (out of gas, invalid opcode)."""

    def __init__(self, name: str, named: Mapping[str, Any], data: bytes = b"", where: str = "") -> None:
        self.name = name
        self.named = dict(named)
        self.values = tuple(self.named.values())
        self.data = data
        self.where = where
        super().__init__(name, self.values)

    def __str__(self) -> str:
        values = ", ".join(f"{key}={_shown(value)}" for key, value in self.named.items())
        return f"{self.where + ': ' if self.where else ''}{self.name}({values})"


def _shown(value: Any) -> str:
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)


@dataclass(frozen=True, slots=True)
class RawLog:
    """An event as the chain keeps it."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes
    block: int = 0
    tx_hash: str = ""
    index: int = field(default=0, compare=False)  # its place in the block
    timestamp: int = field(default=0, compare=False)  # its block's time, where the node says it


@dataclass(frozen=True, slots=True)
class Sent:
    """A mined transaction as it was sent; `to` is None for one that creates a contract."""

    sender: str
    to: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded event. `contract` is the project's name of the contract at `address`."""

    contract: str
    address: str
    name: str
    args: dict[str, Any]
    block: int = field(default=0, compare=False)
    tx_hash: str = field(default="", compare=False)

    def __getitem__(self, key: str) -> Any:
        return self.args[key]


class Receipt:
    """What a transaction did. Events are decoded when they are first looked at."""

    __slots__ = (
        "_engine",
        "_events",
        "block",
        "contract_address",
        "gas_used",
        "logs",
        "output",
        "timestamp",
        "tx_hash",
    )

    def __init__(
        self,
        engine: Engine,
        logs: Sequence[RawLog],
        *,
        tx_hash: str,
        block: int,
        timestamp: int,
        gas_used: int | None,
        contract_address: str | None = None,
        output: bytes | None = None,
    ) -> None:
        self._engine = engine
        self._events: list[Event] | None = None
        self.logs = logs
        self.tx_hash = tx_hash
        self.block = block
        self.timestamp = timestamp
        self.gas_used = gas_used
        self.contract_address = contract_address
        self.output = output  # what the function returned; None where only a trace could tell (`Engine.output_of`)

    @property
    def events(self) -> list[Event]:
        """All events in order, decoded."""
        if self._events is None:
            self._events = [self._engine.decode_log(log) for log in self.logs]
        return self._events

    def event(self, name: str) -> Event:
        """The only event `name`."""
        found = [event for event in self.events if event.name == name]
        if len(found) != 1:
            raise EngineError(f"{len(found)} events {name} came, one was expected")
        return found[0]


class Contract:
    """A contract on an engine: views return their value, everything else returns a Receipt.

    `coin.balanceOf(wallet)`, `coin.transfer(to, amount, sender=wallet)`, `coin.transfer.call(..., sender=...)` to try
    without sending. An overloaded function is found by the number of its arguments.
    """

    def __init__(self, engine: Engine, name: str, address: str) -> None:
        self.engine = engine
        self.name = name
        self.address = address
        self.coders = coders(name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        bound = self.engine.bind(self, name)
        self.__dict__[name] = bound  # the next look-up costs nothing
        return bound

    def __repr__(self) -> str:
        return f"{self.name}({self.address})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Contract) and other.address == self.address and other.engine is self.engine

    def __hash__(self) -> int:
        return hash(self.address)


class BoundFunction:
    """A function of a contract, ready to be called. The engines may put something faster in its place."""

    def __init__(self, engine: Engine, contract: Contract, name: str) -> None:
        self._engine, self._contract, self._name = engine, contract, name
        contract.coders.function(name)

    def __call__(self, *args: Any, sender: Any = None, value: int = 0) -> Any:
        coder = self._contract.coders.function(self._name, len(args))
        if coder.is_view:
            return self._engine.call(self._contract, self._name, *args, sender=sender)
        return self._engine.send(self._contract, self._name, *args, sender=sender, value=value)

    def call(self, *args: Any, sender: Any = None) -> Any:
        """What the function would return now, without doing it."""
        return self._engine.call(self._contract, self._name, *args, sender=sender)

    def encode(self, *args: Any) -> bytes:
        """Call data."""
        return self._contract.coders.function(self._name, len(args)).encode(args)


class Engine(ABC):
    """A chain, and what it knows of the contracts on it."""

    name: str
    chain_id: int
    is_local: bool = True
    """Whether this is nobody else's chain: its time can be moved."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}  # address -> contract name

    # ------------------------------------------------------------------------------------------ what engines differ in

    @property
    @abstractmethod
    def accounts(self) -> Sequence[str]:
        """Funded local wallets by index; none on a live network."""

    @abstractmethod
    def send_raw(self, sender: str, to: str | None, data: bytes, value: int = 0) -> Receipt:
        """A transaction, mined; `to` None creates a contract. Raises Revert."""

    @abstractmethod
    def call_raw(self, to: str, data: bytes, sender: str = ZERO_ADDRESS) -> bytes:
        """What a call would return now. Raises Revert."""

    @abstractmethod
    def now(self) -> int:
        """Time of the latest block, in seconds."""

    @abstractmethod
    def set_time(self, timestamp: int) -> None:
        """Mine an empty block at `timestamp`, later than now: views see that time."""

    @abstractmethod
    def set_next_time(self, timestamp: int) -> None:
        """Give the block of the next transaction exactly this time, later than now."""

    @abstractmethod
    def snapshot(self) -> int:
        """Keep the present state; `restore` brings it back once."""

    @abstractmethod
    def restore(self, snapshot: int) -> None:
        """Bring a kept state back. It and all younger ones are used up; a used-up one raises EngineError."""

    @abstractmethod
    def code_at(self, address: str) -> bytes: ...

    @abstractmethod
    def storage_at(self, address: str, slot: int) -> bytes: ...

    @abstractmethod
    def balance(self, address: str) -> int: ...

    @abstractmethod
    def nonce(self, address: str) -> int:
        """How many transactions `address` has sent."""

    @abstractmethod
    def block_number(self) -> int: ...

    @abstractmethod
    def raw_logs(self, address: str, from_block: int = 0) -> list[RawLog]:
        """All events of the contract at `address` since `from_block`."""

    @abstractmethod
    def logs(
        self, addresses: Sequence[str], topics: Sequence[Sequence[bytes] | None], from_block: int, to_block: int
    ) -> list[RawLog]:
        """Events of these contracts in these blocks, both included, in order, each with its block's time. `topics` has
        for each place what may stand there, None for anything. Raises LogsRefused if that is too much at once."""

    @abstractmethod
    def block_hash(self, number: int) -> str | None:
        """The hash of a block, None if there is no such block: another hash, another past."""

    @abstractmethod
    def transaction(self, tx_hash: str) -> Sent:
        """The transaction that an event names."""

    @abstractmethod
    def sign_typed_data(
        self, signer: str, domain: dict[str, Any], types: dict[str, Any], message: dict[str, Any]
    ) -> bytes:
        """65 bytes r, s, v over an EIP-712 message."""

    # ------------------------------------------------------------------------------------------------ what they share

    def at(self, name: str, address: Any) -> Contract:
        """The contract `name` at `address`; from now on its events and errors are read by its ABI."""
        where = as_address(address)
        self._names[where] = name
        return Contract(self, name, where)

    def bind(self, contract: Contract, name: str) -> Callable[..., Any]:
        """A function of `contract` as a Python callable."""
        return BoundFunction(self, contract, name)

    def deploy(self, name: str, *args: Any, sender: Any, value: int = 0) -> Contract:
        """Create the contract `name` directly, for tests; the suite itself is the recipe's."""
        receipt = self.send_raw(as_address(sender), None, init_code(name, args), value)
        return self.at(name, receipt.contract_address)

    def send(self, contract: Any, function: str, *args: Any, sender: Any, value: int = 0) -> Receipt:
        """Send a transaction to a function of a contract (or of an address that `at` was told of)."""
        if sender is None:
            raise EngineError(f"{function} is a transaction: say who sends it (sender=...)")
        address, name = self._target(contract)
        data = coders(name).function(function, len(args)).encode(args)
        try:
            return self.send_raw(as_address(sender), address, data, value)
        except Revert as revert:
            raise self.explain(revert, address, f"{name}.{function}") from None

    def call(self, contract: Any, function: str, *args: Any, sender: Any = None) -> Any:
        """What a function of a contract returns now."""
        address, name = self._target(contract)
        coder = coders(name).function(function, len(args))
        try:
            answer = self.call_raw(address, coder.encode(args), ZERO_ADDRESS if sender is None else as_address(sender))
        except Revert as revert:
            raise self.explain(revert, address, f"{name}.{function}") from None
        return self.decode_answer(coder.decode, answer, name, function, address)

    def output_of(self, receipt: Receipt) -> bytes | None:
        """What the transaction's function returned; None if this chain can't tell."""
        return receipt.output

    def advance(self, seconds: int) -> None:
        """Let `seconds` pass: mine an empty block that much later."""
        self.set_time(self.now() + seconds)

    @contextlib.contextmanager
    def rollback(self) -> Iterator[None]:
        """Undo everything done inside, whatever happens there."""
        kept = self.snapshot()
        try:
            yield
        finally:
            self.restore(kept)

    def events(self, contract: Any, *names: str, from_block: int = 0) -> list[Event]:
        """All events of a contract in order, or only those with these names."""
        address, _ = self._target(contract)
        decoded = (self.decode_log(log) for log in self.raw_logs(address, from_block))
        return [event for event in decoded if not names or event.name in names]

    def name_of(self, address: str) -> str:
        """The project's name of the contract at `address`; empty if it is none of those known here."""
        return self._names.get(address, "")

    def decode_log(self, log: RawLog) -> Event:
        """An event by name: by the ABI of the contract at its address, else by any of the project."""
        name = self._names.get(log.address, "")
        coder = coders(name).events.get((log.topics[0], len(log.topics))) if name and log.topics else None
        if coder is None and log.topics:
            coder = _all_events().get((log.topics[0], len(log.topics)))
        if coder is None:
            args: dict[str, Any] = {"topics": log.topics, "data": log.data}
            return Event(name, log.address, "Unknown", args, log.block, log.tx_hash)
        return Event(name, log.address, coder.name, coder.decode(log.topics, log.data), log.block, log.tx_hash)

    def explain(self, revert: Revert, address: str | None, where: str) -> Revert:
        """The same revert with its data decoded, preferably by the ABI of the contract that was called."""
        if revert.name != "Unknown":
            revert.where = where
            return revert
        name = self._names.get(address or "", "")
        return decode_revert(revert.data, name, where)

    def decode_answer(
        self, decode: Callable[[bytes], Any], answer: bytes, name: str, function: str, address: str
    ) -> Any:
        """A view's value, with a clear word if there is no such contract."""
        try:
            return decode(answer)
        except CodecError:
            if not self.code_at(address):
                raise EngineError(f"{name}.{function}: there is no contract at {address}") from None
            raise

    def _target(self, contract: Any) -> tuple[str, str]:
        if isinstance(contract, Contract):
            return contract.address, contract.name
        address = as_address(contract)
        try:
            return address, self._names[address]
        except KeyError:
            raise EngineError(f"no contract is known at {address}: name it with at() first") from None


# ------------------------------------------------------------------------------------------------- ABIs of the project


@lru_cache(maxsize=512)
def coders(name: str) -> AbiCoders:
    """The coders of the project's contract or interface `name`."""
    return AbiCoders(name, build.artifact(name).abi)


def init_code(name: str, args: Sequence[Any]) -> bytes:
    """Creation code of the contract `name` with its constructor's arguments."""
    made = build.artifact(name)
    if not made.deployable:
        raise EngineError(f"{name} has no code: it is an interface or an abstract contract")
    return made.bytecode + coders(name).constructor.encode(args)


def decode_revert(data: bytes, called: str = "", where: str = "") -> Revert:
    """A revert by name: by the ABI of the contract `called`, else by any of the project."""
    if not data:
        return Revert("Empty", {}, data, where)
    coder = (coders(called).errors.get(data[:4]) if called else None) or _all_errors().get(data[:4])
    if coder is None:
        return Revert("Unknown", {"data": data}, data, where)
    try:
        values = coder.values.decode(data[4:])
    except CodecError:
        return Revert("Unknown", {"data": data}, data, where)
    names = [name or f"arg{position}" for position, name in enumerate(coder.values.names)]
    return Revert(coder.name, dict(zip(names, values, strict=True)), data, where)


@lru_cache(maxsize=1)
def _all_errors() -> dict[bytes, ErrorCoder]:
    found: dict[bytes, ErrorCoder] = {}
    for name in build.artifact_names():
        for selector, coder in coders(name).errors.items():
            found.setdefault(selector, coder)
    for name, kind, label in (("Error", "string", "message"), ("Panic", "uint256", "code")):
        values = ParametersCoder([{"name": label, "type": kind}], f"error {name}")
        found[keccak(text=f"{name}({kind})")[:4]] = ErrorCoder(name, values)
    return found


@lru_cache(maxsize=1)
def _all_events() -> dict[tuple[bytes, int], EventCoder]:
    found: dict[tuple[bytes, int], EventCoder] = {}
    for name in build.artifact_names():
        for key, coder in coders(name).events.items():
            found.setdefault(key, coder)
    return found


def create_address(sender: str, nonce: int) -> str:
    """Where the transaction `nonce` of `sender`, or a contract's creation `nonce`, puts a new contract."""
    sender_bytes = b"\x94" + bytes.fromhex(sender[2:])
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    if nonce == 0:
        encoded = b"\x80"
    elif nonce < 0x80:
        encoded = number
    else:
        encoded = bytes([0x80 + len(number)]) + number
    payload = sender_bytes + encoded
    return checksum(keccak(bytes([0xC0 + len(payload)]) + payload)[12:])
