"""The fuzzer's door to an engine: calls by the suite's own names, outcomes in the model's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from commonhold.engines import InProcessEngine
from commonhold.engines.base import Contract, Engine, Receipt, Revert, coders, decode_revert
from commonhold.engines.wallets import private_key
from commonhold.fuzz.cast import PUPPETS
from commonhold.model.core import ZERO_WORD, Call, Logged

PUPPET = "TestReentrantOwner"
"""The contract behind every puppet."""


class Reverted(Exception):
    """The chain refused, with this error."""

    def __init__(self, name: str, arguments: tuple[Any, ...]) -> None:
        super().__init__(name, arguments)
        self.name = name
        self.arguments = arguments

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(repr, self.arguments))})"


@dataclass(frozen=True)
class Sent:
    """What a transaction did."""

    result: Any
    events: tuple[Logged, ...]


@dataclass
class Touched:
    """What a call names."""

    shares: set[int] = field(default_factory=set)
    houses: set[int] = field(default_factory=set)
    wallets: set[str] = field(default_factory=set)
    feeds: set[bytes] = field(default_factory=set)

    def add(self, other: Touched) -> None:
        self.shares |= other.shares
        self.houses |= other.houses
        self.wallets |= other.wallets
        self.feeds |= other.feeds


class Port:
    """The suite's contracts and the puppets, on one engine."""

    def __init__(self, engine: Engine, contracts: Mapping[str, Contract], porter: str) -> None:
        self.engine = engine
        self.contracts = dict(contracts)
        self.porter = porter  # an account that sends what a puppet is to do
        self.addresses = {name: contract.address for name, contract in contracts.items()}
        self.puppets = {self.addresses[name] for name in PUPPETS if name in self.addresses}
        self.views = 0
        self.transactions = 0
        self._name_of = {address: name for name, address in self.addresses.items()}
        self._views: dict[tuple[str, str], Callable[..., Any]] = {}
        self._execute = coders(PUPPET).function("execute")

    # -- transactions ---------------------------------------------------------------------------------------------

    def encode(self, contract: str, function: str, arguments: tuple[Any, ...]) -> bytes:
        """Call data of a call in the model's form."""
        sent = wire_arguments(contract, function, arguments)
        coder = self.contracts[contract].coders.function(function, len(sent))
        return coder.encode(sent)

    def set_time(self, second: int) -> None:
        """The second of the next transaction's block; it may be the latest one's where the engine knows how."""
        if second == self.engine.now() and isinstance(self.engine, InProcessEngine):
            self.engine.keep_second()
        else:
            self.engine.set_next_time(second)

    def send(self, call: Call, sender: str) -> Sent:
        """Do it; raises `Reverted`."""
        self.transactions += 1
        target, data = call.target, call.data
        by_puppet = sender in self.puppets
        if by_puppet:
            data = self._execute.encode((target, data))
            target, sender = sender, self.porter
        try:
            receipt = self.engine.send_raw(sender, target, data)
        except Revert as revert:
            raise self._reverted(revert, call.target) from None
        return Sent(self._result(receipt, call, by_puppet), self._events(receipt))

    def _result(self, receipt: Receipt, call: Call, by_puppet: bool) -> Any:
        """The function's value, if it has any; a puppet hands it on as bytes."""
        coder = self.contracts[call.contract].coders.function(call.function)
        if not coder.outputs.types:
            return None
        output = self.engine.output_of(receipt)
        if output is None:
            return None
        return coder.decode(self._execute.decode(output) if by_puppet else output)

    def _reverted(self, revert: Revert, target: str) -> Reverted:
        explained = self.engine.explain(revert, target, "")
        return Reverted(explained.name, explained.values)

    def _events(self, receipt: Receipt) -> tuple[Logged, ...]:
        decode, names = self.engine.decode_log, self._name_of
        events = map(decode, receipt.logs)
        return tuple(Logged(names.get(e.address, e.address), e.name, tuple(e.args.values())) for e in events)

    # -- views ----------------------------------------------------------------------------------------------------

    def view(self, contract: str, function: str, *arguments: Any) -> Any:
        """A view's answer; raises `Reverted`."""
        self.views += 1
        key = (contract, function)
        bound = self._views.get(key)
        if bound is None:
            bound = self._views[key] = getattr(self.contracts[contract], function)
        try:
            return bound(*arguments)
        except Revert as revert:
            raise Reverted(revert.name, revert.values) from None

    @property
    def calls(self) -> int:
        """Calls of contracts so far, views and transactions."""
        return self.views + self.transactions

    # -- state ----------------------------------------------------------------------------------------------------

    def snapshot(self) -> Any:
        return self.engine.snapshot()

    def restore(self, snapshot: Any) -> None:
        self.engine.restore(snapshot)

    # -- signatures and errors ------------------------------------------------------------------------------------

    @staticmethod
    def sign(signer: str, digest: bytes) -> bytes:
        """65 bytes r, s, v of a local account over a digest."""
        return sign_digest(private_key(signer), digest)

    def encode_error(self, name: str, arguments: tuple[Any, ...]) -> bytes:
        """Revert data of a custom error of the certificate."""
        selector, coder = _errors_by_name(self.contracts["certificate"].name)[name]
        return selector + coder.encode(arguments)

    @staticmethod
    def decode_error(data: bytes) -> Reverted:
        """The error that revert data of the certificate mean."""
        told = decode_revert(data, "ShareCertificate")
        return Reverted(told.name, told.values)

    # -- what a call touches --------------------------------------------------------------------------------------

    def touched(self, contract: str, function: str, arguments: tuple[Any, ...]) -> Touched:
        """Shares, houses, wallets and feeds among the arguments, those of calls inside the call included."""
        nested = [item for value in arguments for item in (value if isinstance(value, tuple) else (value,))]
        calls = [item for item in nested if isinstance(item, Call)]
        if calls or contract in ("hub", "timelock"):
            touched = Touched()
            for call in calls:
                touched.add(self.touched(call.contract, call.function, call.arguments))
            return touched
        touched = Touched()
        for kind, value in zip(_parameter_kinds(self.contracts[contract].name, function), arguments, strict=False):
            if kind == "share":
                touched.shares.add(value)
            elif kind == "shares":
                touched.shares.update(value)
            elif kind == "house":
                touched.houses.add(value)
            elif kind == "feed":
                touched.feeds.add(value)
            elif kind == "updates":
                touched.feeds.update(update[0] for update in value)
            elif kind == "wallet" and int(value, 16):
                touched.wallets.add(value)
        return touched


def wire_arguments(contract: str, function: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments as the ABI wants them: calls become target and data."""
    if contract == "timelock" and function in ("schedule", "execute"):
        call, salt, *delay = arguments
        return (call.target, 0, call.data, ZERO_WORD, salt, *delay)
    if contract == "hub":
        return tuple(
            part
            for value in arguments
            for part in ((value.target, value.data) if isinstance(value, Call) else (value,))
        )
    if function == "arm":
        calls, refuses = arguments
        return [(call.target, call.data) for call in calls], refuses
    return arguments


@cache
def _parameter_kinds(contract: str, function: str) -> tuple[str, ...]:
    from commonhold.build import artifact

    entries = [e for e in artifact(contract).abi if e["type"] == "function" and e["name"] == function]
    longest = max(entries, key=lambda entry: len(entry["inputs"]))
    return tuple(_kind(parameter) for parameter in longest["inputs"])


def _kind(parameter: Mapping[str, Any]) -> str:
    name, internal = parameter["name"], parameter.get("internalType", "")
    if internal == "ShareId" or name == "tokenId":
        return "share"
    if internal == "ShareId[]":
        return "shares"
    if internal == "PropertyId":
        return "house"
    if internal == "FeedId":
        return "feed"
    if internal == "struct IQuorumAggregator.Update[]":
        return "updates"
    return "wallet" if parameter["type"] == "address" else ""


@cache
def _errors_by_name(contract: str) -> dict[str, tuple[bytes, Any]]:
    return {coder.name: (selector, coder.values) for selector, coder in coders(contract).errors.items()}


def sign_digest(key: bytes, digest: bytes) -> bytes:
    """r, s, v of a private key over 32 bytes."""
    from eth_keys.datatypes import PrivateKey

    signature = PrivateKey(key).sign_msg_hash(digest).to_bytes()
    return signature[:64] + bytes([signature[64] + 27])
