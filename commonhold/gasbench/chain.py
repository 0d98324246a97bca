"""Contracts and transactions over bare JSON-RPC: one receipt a transaction, and its exact gas."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi import decode, encode
from eth_utils import keccak

from commonhold.build import artifact, artifact_names
from commonhold.gasbench.node import GAS_LIMIT, Json, Node, RpcError

RECEIPT_TIMEOUT = 60.0  # seconds
BATCH = 250  # transactions in a request and a block when many are sent


class TransactionFailed(Exception):
    """A transaction that has to succeed was reverted."""


@dataclass(frozen=True)
class Function:
    """One function of a contract, with its coder."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @classmethod
    def of(cls, entry: Json) -> Function:
        inputs = tuple(_type(item) for item in entry["inputs"])
        return cls(entry["name"], inputs, tuple(_type(item) for item in entry.get("outputs", ())))

    @cached_property
    def selector(self) -> bytes:
        return keccak(text=f"{self.name}({','.join(self.inputs)})")[:4]

    def data(self, args: Sequence[Any]) -> bytes:
        return self.selector + encode(self.inputs, args)


def _type(item: Json) -> str:
    """A parameter's type as a selector spells it: structs as their members."""
    if not item["type"].startswith("tuple"):
        return str(item["type"])
    members = ",".join(_type(member) for member in item["components"])
    return f"({members}){item['type'].removeprefix('tuple')}"


@dataclass(frozen=True)
class Contract:
    """A deployed contract: where it is and what it can do."""

    name: str
    address: str

    @cached_property
    def functions(self) -> list[Function]:
        return [Function.of(entry) for entry in artifact(self.name).abi if entry["type"] == "function"]

    def function(self, name: str, args: Sequence[Any]) -> Function:
        """The function by name, or by name and types if it is overloaded; or by how many arguments it takes."""
        signature = [f for f in self.functions if f"{f.name}({','.join(f.inputs)})" == name]
        found = signature or [f for f in self.functions if f.name == name and len(f.inputs) == len(args)]
        if len(found) != 1:
            raise LookupError(f"{self.name} has {len(found)} functions {name!r} with {len(args)} arguments")
        return found[0]


@dataclass(frozen=True)
class Call:
    """A transaction to be sent."""

    sender: str
    target: Contract
    function: str
    args: tuple[Any, ...]

    @property
    def data(self) -> bytes:
        return self.target.function(self.function, self.args).data(self.args)

    def __str__(self) -> str:
        return f"{self.target.name}.{self.function}{self.args} from {self.sender}"


@dataclass(frozen=True)
class Receipt:
    """What became of a transaction."""

    transaction: str
    gas_used: int
    logs: list[Json]
    contract_address: str | None


class Chain:
    """The chain on which gas is measured."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.accounts: list[str] = node.rpc("eth_accounts")
        node.rpc("anvil_setBlockTimestampInterval", 1)

    # ------------------------------------------------------------------------------------------------ transactions

    def deploy(self, name: str, *args: Any, sender: str) -> Contract:
        """A new instance of a contract that is no part of the suite."""
        made = artifact(name)
        types = [_type(item) for entry in made.abi if entry["type"] == "constructor" for item in entry["inputs"]]
        receipt = self._transact(sender, None, made.bytecode + encode(types, args), f"new {name}")
        assert receipt.contract_address is not None
        return Contract(name, receipt.contract_address)

    def send(self, call: Call) -> Receipt:
        """Send one transaction and wait for its receipt. Raises if it was reverted."""
        return self._transact(call.sender, call.target.address, call.data, str(call))

    def send_many(self, calls: Sequence[Call]) -> None:
        """Send transactions of any senders in order, many to a block. Raises if one was reverted."""
        nonces: dict[str, int] = {}
        self.node.rpc("evm_setAutomine", False)
        try:
            for start in range(0, len(calls), BATCH):
                self._send_block(calls[start : start + BATCH], nonces)
        finally:
            self.node.rpc("evm_setAutomine", True)

    def _send_block(self, calls: Sequence[Call], nonces: dict[str, int]) -> None:
        requests = []
        for call in calls:
            nonce = nonces.get(call.sender)
            if nonce is None:
                nonce = int(self.node.rpc("eth_getTransactionCount", call.sender, "latest"), 16)
            nonces[call.sender] = nonce + 1
            transaction = _transaction(call.sender, call.target.address, call.data) | {"nonce": hex(nonce)}
            requests.append(("eth_sendTransaction", [transaction]))
        hashes = self.node.batch(requests)
        self.node.rpc("evm_mine")
        receipts = self.node.batch([("eth_getTransactionReceipt", [item]) for item in hashes])
        for call, receipt in zip(calls, receipts, strict=True):
            if receipt is None or receipt["status"] != "0x1":
                raise TransactionFailed(f"{call}: {'not mined' if receipt is None else 'reverted'}")

    def _transact(self, sender: str, to: str | None, data: bytes, description: str) -> Receipt:
        sent = self.node.rpc("eth_sendTransaction", _transaction(sender, to, data))
        receipt = self._receipt(sent)
        if receipt["status"] != "0x1":
            raise TransactionFailed(f"{description}: {self._reason(sender, to, data)}")
        return Receipt(sent, int(receipt["gasUsed"], 16), receipt["logs"], receipt["contractAddress"])

    def _receipt(self, transaction: str) -> Json:
        deadline = time.monotonic() + RECEIPT_TIMEOUT
        while time.monotonic() < deadline:
            receipt = self.node.rpc("eth_getTransactionReceipt", transaction)
            if receipt is not None:
                return dict(receipt)
        raise TransactionFailed(f"{transaction}: no receipt after {RECEIPT_TIMEOUT:.0f} s")

    def _reason(self, sender: str, to: str | None, data: bytes) -> str:
        """Why the same call fails now, by the error's name."""
        try:
            self.node.rpc("eth_call", _transaction(sender, to, data), "latest")
        except RpcError as error:
            return _error_text(error)
        return "reverted, but would pass now"

    # -------------------------------------------------------------------------------------------------------- views

    def view(self, target: Contract, name: str, *args: Any) -> Any:
        """What a view answers: the value alone if it is one."""
        function = target.function(name, args)
        request = {"to": target.address, "data": "0x" + function.data(args).hex()}
        try:
            answer = self.node.rpc("eth_call", request, "latest")
        except RpcError as error:
            raise TransactionFailed(f"{target.name}.{name}{args}: {_error_text(error)}") from error
        values = decode(function.outputs, bytes.fromhex(answer[2:]))
        return values[0] if len(values) == 1 else values

    def now(self) -> int:
        return int(self.node.rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    # --------------------------------------------------------------------------------------------------------- time

    def advance(self, seconds: int) -> None:
        """Let time pass: the next block is `seconds` after the latest."""
        self.node.rpc("evm_setNextBlockTimestamp", self.now() + seconds)
        self.node.rpc("evm_mine")

    @contextlib.contextmanager
    def rolled_back(self) -> Iterator[None]:
        """Whatever happens in the block has not happened after it."""
        snapshot = self.node.rpc("evm_snapshot")
        try:
            yield
        finally:
            self.node.rpc("evm_revert", snapshot)

    def impersonate(self, contract: Contract) -> str:
        """Lets transactions be sent in a contract's name; returns its address."""
        self.node.rpc("anvil_impersonateAccount", contract.address)
        return contract.address


def _transaction(sender: str, to: str | None, data: bytes) -> Json:
    transaction = {"from": sender, "data": "0x" + data.hex(), "gas": hex(GAS_LIMIT), "gasPrice": "0x0"}
    return transaction if to is None else transaction | {"to": to}


def _error_text(error: RpcError) -> str:
    """The revert by name and arguments, if its error is one of ours."""
    if error.data is None or len(error.data) < 10:
        return str(error)
    data = bytes.fromhex(error.data[2:])
    for name in artifact_names():
        for entry in artifact(name).abi:
            if entry["type"] != "error":
                continue
            declared = Function.of(entry)
            if declared.selector == data[:4]:
                return f"{declared.name}{decode(declared.inputs, data[4:])}"
    return f"{error} ({error.data})"
