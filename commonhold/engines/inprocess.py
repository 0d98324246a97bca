"""The suite in this process, on pyrevm: thousands of calls a second, no transaction boundary, so no gas.

What pyrevm lacks is done here: nonces (it moves a sender's nonce only when a contract is created), block numbers and
times, the history of events, the end of transient storage after every transaction, and snapshots that say when they
are used up. Time moves as on our anvil: one second a transaction, unless told otherwise.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils import keccak
from pyrevm import EVM, AccountInfo, BlockEnv, CfgEnv, Env

from commonhold.engines import wallets
from commonhold.engines.base import (
    SEND_GAS,
    ZERO_ADDRESS,
    Contract,
    Engine,
    EngineError,
    RawLog,
    Receipt,
    Revert,
    Sent,
    decode_revert,
)
from commonhold.engines.codec import as_address, checksum

CHAIN_ID = 31337
GENESIS_TIME = 1_767_225_600  # 2026-01-01 00:00 UTC; any fixed time would do
BLOCK_GAS = 30_000_000
CODE_PADDING = 33  # bytes of zeros that pyrevm keeps behind code
MAX_SNAPSHOTS = 900  # pyrevm holds about a thousand
MAX_HISTORY = 200_000  # events kept for `events()`


@dataclass(slots=True)
class _Kept:
    checkpoint: Any
    number: int
    timestamp: int
    next_timestamp: int | None
    history: int
    nonces: dict[str, int]


class InProcessEngine(Engine):
    """An EVM in this process."""

    name = "in process"

    def __init__(self, *, start_time: int = GENESIS_TIME, chain_id: int = CHAIN_ID) -> None:
        super().__init__()
        self.chain_id = chain_id
        self._block = BlockEnv(number=0, timestamp=start_time, gas_limit=BLOCK_GAS, basefee=0)
        self._number, self._timestamp = 0, start_time
        self._next_timestamp: int | None = None
        self._evm = EVM(
            env=Env(cfg=CfgEnv(chain_id=chain_id), block=self._block), spec_id="PRAGUE", gas_limit=BLOCK_GAS
        )
        self._snapshots: dict[int, _Kept] = {}
        self._next_snapshot = 1
        self._history: list[RawLog] = []
        self._history_is_whole = True
        self._transactions: dict[str, Sent] = {}  # those that events name
        self._nonces: dict[str, int] = {}
        for address in wallets.addresses():
            self._evm.set_balance(address, wallets.BALANCE)

    @property
    def accounts(self) -> Sequence[str]:
        return wallets.addresses()

    # ---------------------------------------------------------------------------------------------- transactions

    def send_raw(self, sender: str, to: str | None, data: bytes, value: int = 0) -> Receipt:
        self._begin_block()
        evm = self._evm
        nonce = self._nonces.get(sender, 0)
        self._nonces[sender] = nonce + 1
        created: str | None = None
        output: bytes | None = None
        try:
            if to is None:
                self._set_nonce(sender, nonce)
                created = checksum(bytes.fromhex(evm.deploy(sender, data, value, SEND_GAS)[2:]))
            else:
                output = evm.message_call(sender, to, data, value, SEND_GAS)
        except RuntimeError as problem:
            raise self._revert(problem) from None
        finally:
            evm.reset_transient_storage()
        return self._receipt(Sent(sender, to, data), created, output)

    def call_raw(self, to: str, data: bytes, sender: str = ZERO_ADDRESS) -> bytes:
        """A call that may write, undone afterwards."""
        evm = self._evm
        checkpoint = evm.snapshot()
        try:
            return evm.message_call(sender, to, data, None, BLOCK_GAS)
        except RuntimeError as problem:
            raise self._revert(problem) from None
        finally:
            evm.revert(checkpoint)
            evm.reset_transient_storage()

    def bind(self, contract: Contract, name: str) -> Callable[..., Any]:
        """Functions that aren't overloaded get a call path without detours: this is where the speed comes from."""
        if len(contract.coders.overloads.get(name, ())) != 1:
            return super().bind(contract, name)
        return (
            _FastView(self, contract, name)
            if contract.coders.function(name).is_view
            else _FastSend(self, contract, name)
        )

    def _begin_block(self) -> None:
        self._number += 1
        if self._next_timestamp is None:
            self._timestamp += 1
        else:
            self._timestamp, self._next_timestamp = self._next_timestamp, None
        self._set_block()

    def _set_block(self) -> None:
        self._block.number = self._number  # type: ignore[misc]  # pyrevm's stub forgets the setters
        self._block.timestamp = self._timestamp  # type: ignore[misc]
        self._evm.set_block_env(self._block)

    def _set_nonce(self, sender: str, nonce: int) -> None:
        """Contracts land where they would on a chain. Writing an account's nonce forgets its balance."""
        balance = self._evm.get_balance(sender)
        self._evm.insert_account_info(sender, AccountInfo(nonce=nonce))
        self._evm.set_balance(sender, balance)

    def _receipt(self, sent: Sent, created: str | None = None, output: bytes | None = None) -> Receipt:
        number = self._number
        tx_hash = f"0x{number:064x}"  # there are no transactions to hash: the block's number tells them apart
        logs: list[RawLog] = []
        for index, log in enumerate(self._evm.result.logs):  # type: ignore[union-attr]
            topics, data = log.data
            logs.append(RawLog(log.address, tuple(topics), data, number, tx_hash, index, self._timestamp))
        if logs:
            self._remember(logs, sent)
        return Receipt(
            self,
            logs,
            tx_hash=tx_hash,
            block=number,
            timestamp=self._timestamp,
            gas_used=None,
            contract_address=created,
            output=output,
        )

    def _remember(self, logs: list[RawLog], sent: Sent) -> None:
        self._history.extend(logs)
        self._transactions[logs[0].tx_hash] = sent
        if len(self._history) > MAX_HISTORY and not self._snapshots:
            self._history.clear()
            self._transactions.clear()
            self._history_is_whole = False

    def _revert(self, problem: RuntimeError) -> Revert:
        """The revert data stand in the error's text; all else in it can be the whole state, so nothing else is kept."""
        text = str(problem)
        if text.startswith("Transaction("):  # refused before it began: `result` is still that of the one before
            raise EngineError(f"this transaction can't be sent at all: {text[:200]}")
        result = self._evm.result
        if result is not None and result.is_halt:
            return Revert("Halt", {"reason": result.reason})
        start = text.find("output: 0x")
        if start < 0:
            return Revert("Halt", {"reason": text[:200]})
        data = bytes.fromhex(text[start + 10 : text.index(" ", start + 10)])
        return Revert("Unknown", {"data": data}, data) if data else Revert("Empty", {})

    # ------------------------------------------------------------------------------------------------- time, state

    def now(self) -> int:
        return self._timestamp

    def set_time(self, timestamp: int) -> None:
        self._require_later(timestamp)
        self._number += 1
        self._timestamp, self._next_timestamp = timestamp, None
        self._set_block()

    def set_next_time(self, timestamp: int) -> None:
        self._require_later(timestamp)
        self._next_timestamp = timestamp

    def keep_second(self) -> None:
        """The next transaction comes in the second of the latest block, as its neighbours in a block do."""
        self._next_timestamp = self._timestamp

    def _require_later(self, timestamp: int) -> None:
        if timestamp <= self._timestamp:
            raise EngineError(f"time {timestamp} is not later than now, {self._timestamp}")

    def snapshot(self) -> int:
        if len(self._snapshots) >= MAX_SNAPSHOTS:
            raise EngineError(f"{MAX_SNAPSHOTS} snapshots are open: restore some")
        number, self._next_snapshot = self._next_snapshot, self._next_snapshot + 1
        self._snapshots[number] = _Kept(
            self._evm.snapshot(),
            self._number,
            self._timestamp,
            self._next_timestamp,
            len(self._history),
            dict(self._nonces),
        )
        return number

    def restore(self, snapshot: int) -> None:
        if snapshot not in self._snapshots:
            raise EngineError(f"snapshot {snapshot} is used up or never was")
        for younger in sorted((number for number in self._snapshots if number >= snapshot), reverse=True):
            kept = self._snapshots.pop(younger)
            self._evm.revert(kept.checkpoint)  # youngest first: pyrevm knows no other order
        self._number, self._timestamp, self._next_timestamp = kept.number, kept.timestamp, kept.next_timestamp
        del self._history[kept.history :]
        self._nonces = kept.nonces
        self._evm.reset_transient_storage()
        self._set_block()

    def code_at(self, address: str) -> bytes:
        """Code as it was created; pyrevm adds zeros behind it for its interpreter."""
        account = self._evm.basic(address)
        code = bytes(account.code or b"")
        bare = code[:-CODE_PADDING]
        return bare if keccak(bare) == bytes(account.code_hash or b"") else code

    def storage_at(self, address: str, slot: int) -> bytes:
        return self._evm.storage(address, slot).to_bytes(32, "big")

    def balance(self, address: str) -> int:
        return self._evm.get_balance(address)

    def set_balance(self, address: str, amount: int) -> None:
        """Give a wallet of one's own choice ether to send along."""
        self._evm.set_balance(address, amount)

    def set_code(self, address: str, code: bytes) -> None:
        """Give an address code without a transaction, for tests; a snapshot does not undo it."""
        balance = self._evm.get_balance(address)
        self._evm.insert_account_info(address, AccountInfo(nonce=self.nonce(address), code=code))
        self._evm.set_balance(address, balance)

    def nonce(self, address: str) -> int:
        return self._nonces.get(address, 0)

    def block_number(self) -> int:
        return self._number

    def raw_logs(self, address: str, from_block: int = 0) -> list[RawLog]:
        return [log for log in self._until(self._number) if log.address == address and log.block >= from_block]

    def logs(
        self, addresses: Sequence[str], topics: Sequence[Sequence[bytes] | None], from_block: int, to_block: int
    ) -> list[RawLog]:
        events = self._until(to_block)
        first = bisect_left(events, from_block, key=lambda log: log.block)
        return [log for log in events[first:] if log.address in addresses and _match(log.topics, topics)]

    def block_hash(self, number: int) -> str | None:
        """There are no blocks to hash: a hash over all events up to there tells pasts apart just as well."""
        if number > self._number:
            return None
        past = [f"{self.name} {self.chain_id} {number}".encode()]
        for log in self._until(number):
            past += [log.tx_hash.encode(), *log.topics, log.data]
        return "0x" + keccak(b"".join(past)).hex()

    def _until(self, block: int) -> list[RawLog]:
        """All events up to a block."""
        if not self._history_is_whole:
            raise EngineError(f"more than {MAX_HISTORY} events came: this engine has forgotten the first ones")
        return self._history[: bisect_right(self._history, block, key=lambda log: log.block)]

    def transaction(self, tx_hash: str) -> Sent:
        return self._transactions[tx_hash]

    def sign_typed_data(
        self, signer: str, domain: dict[str, Any], types: dict[str, Any], message: dict[str, Any]
    ) -> bytes:
        return wallets.sign_typed_data(signer, domain, types, message)


def _match(found: Sequence[bytes], wanted: Sequence[Sequence[bytes] | None]) -> bool:
    """Whether an event has at each place one of the topics asked for."""
    if len(found) < len(wanted):
        return False
    return all(some is None or topic in some for topic, some in zip(found, wanted, strict=False))


class _Fast:
    """A function of a contract with everything looked up beforehand."""

    def __init__(self, engine: InProcessEngine, contract: Contract, name: str) -> None:
        coder = contract.coders.function(name)
        self._engine, self._contract, self._name = engine, contract, name
        self._address = contract.address
        self._coder = coder
        self._selector = coder.selector
        self._encode = coder.inputs.encode
        self._decode = coder.decode
        self._message_call = engine._evm.message_call

    def call(self, *args: Any, sender: Any = None) -> Any:
        """What the function would return now, without doing it."""
        return self._engine.call(self._contract, self._name, *args, sender=sender)

    def encode(self, *args: Any) -> bytes:
        """Call data."""
        return self._coder.encode(args)

    def _refused(self, problem: RuntimeError) -> Revert:
        revert = self._engine._revert(problem)
        where = f"{self._contract.name}.{self._name}"
        if revert.name == "Unknown":
            return decode_revert(revert.data, self._contract.name, where)
        revert.where = where
        return revert


class _FastView(_Fast):
    def __call__(self, *args: Any, sender: Any = None) -> Any:
        data = self._selector + self._encode(args)
        caller = ZERO_ADDRESS if sender is None else as_address(sender)
        try:
            answer = self._message_call(caller, self._address, data, None, BLOCK_GAS, None, True)
        except RuntimeError as problem:
            raise self._refused(problem) from None
        try:
            return self._decode(answer)
        except Exception:
            return self._engine.decode_answer(self._decode, answer, self._contract.name, self._name, self._address)


class _FastSend(_Fast):
    def __call__(self, *args: Any, sender: Any = None, value: int = 0) -> Receipt:
        if sender is None:
            raise EngineError(f"{self._name} is a transaction: say who sends it (sender=...)")
        engine = self._engine
        caller = sender if sender in engine._nonces else as_address(sender)
        data = self._selector + self._encode(args)
        engine._begin_block()
        engine._nonces[caller] = engine._nonces.get(caller, 0) + 1
        try:
            self._message_call(caller, self._address, data, value, SEND_GAS)
        except RuntimeError as problem:
            raise self._refused(problem) from None
        finally:
            engine._evm.reset_transient_storage()
        return engine._receipt(Sent(caller, self._address, data))
