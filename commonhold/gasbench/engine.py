"""An engine over bare JSON-RPC, because gas is exact only in receipts and nothing may stand between them and us.

The recipe deploys the suite on it as on any engine; then every row is one transaction of it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
)
from commonhold.engines.codec import as_address, checksum
from commonhold.gasbench.node import CHAIN_ID, Json, Node, NodeError, RpcError

RECEIPT_TIMEOUT = 60.0  # seconds
BATCH = 250  # transactions in a request and a block when many are sent
DOMAIN = (("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address"))


@dataclass(frozen=True)
class Call:
    """A transaction to be sent: what a row measures."""

    sender: str
    target: Contract
    function: str
    args: tuple[Any, ...]

    @property
    def data(self) -> bytes:
        return self.target.coders.function(self.function, len(self.args)).encode(self.args)

    def __str__(self) -> str:
        return f"{self.target.name}.{self.function}"


class RpcEngine(Engine):
    """The chain on which gas is measured."""

    name = "bare JSON-RPC"
    chain_id = CHAIN_ID

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node
        self._accounts = [checksum(bytes.fromhex(account[2:])) for account in node.rpc("eth_accounts")]
        node.rpc("anvil_setBlockTimestampInterval", 1)

    @property
    def accounts(self) -> Sequence[str]:
        return self._accounts

    # ------------------------------------------------------------------------------------------------ transactions

    def run(self, call: Call) -> Receipt:
        """Send one transaction. Raises Revert."""
        return self.send(call.target, call.function, *call.args, sender=call.sender)

    def gas_of(self, call: Call) -> int:
        """What the transaction costs by its receipt."""
        used = self.run(call).gas_used
        assert used is not None
        return used

    def run_many(self, calls: Sequence[Call]) -> None:
        """Send transactions of any senders in order, many to a block. Raises if one was reverted."""
        nonces: dict[str, int] = {}
        self.node.rpc("evm_setAutomine", False)
        try:
            for start in range(0, len(calls), BATCH):
                self._run_block(calls[start : start + BATCH], nonces)
        finally:
            self.node.rpc("evm_setAutomine", True)

    def _run_block(self, calls: Sequence[Call], nonces: dict[str, int]) -> None:
        requests = []
        for call in calls:
            nonce = nonces[call.sender] if call.sender in nonces else self.nonce(call.sender)
            nonces[call.sender] = nonce + 1
            transaction = _transaction(call.sender, call.target.address, call.data) | {"nonce": hex(nonce)}
            requests.append(("eth_sendTransaction", [transaction]))
        hashes = self.node.batch(requests)
        self.node.rpc("evm_mine")
        receipts = self.node.batch([("eth_getTransactionReceipt", [item]) for item in hashes])
        for call, receipt in zip(calls, receipts, strict=True):
            if receipt is None or receipt["status"] != "0x1":
                raise EngineError(f"{call} from {call.sender}: {'not mined' if receipt is None else 'reverted'}")

    def send_raw(self, sender: str, to: str | None, data: bytes, value: int = 0) -> Receipt:
        transaction = _transaction(sender, to, data) | {"value": hex(value)}
        receipt = self._receipt(self.node.rpc("eth_sendTransaction", transaction))
        if receipt["status"] != "0x1":
            self._raise_reason(transaction)
        logs = [_raw_log(log) for log in receipt["logs"]]
        created = receipt["contractAddress"]
        return Receipt(
            self,
            logs,
            tx_hash=receipt["transactionHash"],
            block=int(receipt["blockNumber"], 16),
            timestamp=self.now(),
            gas_used=int(receipt["gasUsed"], 16),
            contract_address=None if created is None else checksum(bytes.fromhex(created[2:])),
        )

    def _receipt(self, transaction: str) -> Json:
        deadline = time.monotonic() + RECEIPT_TIMEOUT
        while time.monotonic() < deadline:
            receipt = self.node.rpc("eth_getTransactionReceipt", transaction)
            if receipt is not None:
                return dict(receipt)
        raise NodeError(f"transaction {transaction} has no receipt after {RECEIPT_TIMEOUT:.0f} s")

    def _raise_reason(self, transaction: Json) -> None:
        """Raise what the same call says now."""
        try:
            self.node.rpc("eth_call", transaction, "latest")
        except RpcError as error:
            raise _as_revert(error) from None
        raise Revert("Halt", {"reason": "reverted, but would pass one block later"})

    def call_raw(self, to: str, data: bytes, sender: str = ZERO_ADDRESS) -> bytes:
        try:
            answer = self.node.rpc("eth_call", _transaction(sender, to, data), "latest")
        except RpcError as error:
            raise _as_revert(error) from None
        return bytes.fromhex(answer[2:])

    def impersonate(self, contract: Contract) -> str:
        """Lets transactions be sent in a contract's name; returns its address."""
        self.node.rpc("anvil_impersonateAccount", contract.address)
        return contract.address

    # ------------------------------------------------------------------------------------------- time and snapshots

    def now(self) -> int:
        return int(self.node.rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def set_time(self, timestamp: int) -> None:
        self.set_next_time(timestamp)
        self.node.rpc("evm_mine")

    def set_next_time(self, timestamp: int) -> None:
        self.node.rpc("evm_setNextBlockTimestamp", timestamp)

    def snapshot(self) -> int:
        return int(self.node.rpc("evm_snapshot"), 16)

    def restore(self, snapshot: int) -> None:
        if not self.node.rpc("evm_revert", hex(snapshot)):
            raise EngineError(f"snapshot {snapshot} is used up")
        # anvil's pool remembers what it mined before, and would swallow the same transaction sent again.
        self.node.rpc("anvil_dropAllTransactions")

    # ------------------------------------------------------------------------------------------------------- reading

    def code_at(self, address: str) -> bytes:
        return bytes.fromhex(self.node.rpc("eth_getCode", address, "latest")[2:])

    def storage_at(self, address: str, slot: int) -> bytes:
        return bytes.fromhex(self.node.rpc("eth_getStorageAt", address, hex(slot), "latest")[2:])

    def balance(self, address: str) -> int:
        return int(self.node.rpc("eth_getBalance", address, "latest"), 16)

    def nonce(self, address: str) -> int:
        return int(self.node.rpc("eth_getTransactionCount", address, "latest"), 16)

    def block_number(self) -> int:
        return int(self.node.rpc("eth_blockNumber"), 16)

    def raw_logs(self, address: str, from_block: int = 0) -> list[RawLog]:
        return [
            _raw_log(log) for log in self.node.rpc("eth_getLogs", {"address": address, "fromBlock": hex(from_block)})
        ]

    def logs(
        self, addresses: Sequence[str], topics: Sequence[Sequence[bytes] | None], from_block: int, to_block: int
    ) -> list[RawLog]:
        wanted = [None if some is None else ["0x" + topic.hex() for topic in some] for some in topics]
        request = {"address": list(addresses), "topics": wanted, "fromBlock": hex(from_block), "toBlock": hex(to_block)}
        return [_raw_log(log) for log in self.node.rpc("eth_getLogs", request)]

    def block_hash(self, number: int) -> str | None:
        block = self.node.rpc("eth_getBlockByNumber", hex(number), False)
        return block and block["hash"]

    def transaction(self, tx_hash: str) -> Sent:
        found = self.node.rpc("eth_getTransactionByHash", tx_hash)
        to = as_address(found["to"]) if found["to"] else None
        return Sent(as_address(found["from"]), to, bytes.fromhex(found["input"][2:]))

    def sign_typed_data(
        self, signer: str, domain: dict[str, Any], types: dict[str, Any], message: dict[str, Any]
    ) -> bytes:
        (struct,) = types  # one struct without inner ones: all that the suite signs
        typed_data = {
            "types": {"EIP712Domain": [{"name": name, "type": kind} for name, kind in DOMAIN], **types},
            "primaryType": struct,
            "domain": domain,
            "message": {name: _json(value) for name, value in message.items()},
        }
        return bytes.fromhex(self.node.rpc("eth_signTypedData_v4", signer, typed_data)[2:])


def _transaction(sender: str, to: str | None, data: bytes) -> Json:
    transaction = {"from": sender, "data": "0x" + data.hex(), "gas": hex(SEND_GAS), "gasPrice": "0x0"}
    return transaction if to is None else transaction | {"to": to}


def _raw_log(log: Json) -> RawLog:
    return RawLog(
        address=checksum(bytes.fromhex(log["address"][2:])),
        topics=tuple(bytes.fromhex(topic[2:]) for topic in log["topics"]),
        data=bytes.fromhex(log["data"][2:]),
        block=int(log["blockNumber"], 16),
        tx_hash=log["transactionHash"],
        index=int(log["logIndex"], 16),
        timestamp=int(log.get("blockTimestamp") or "0x0", 16),
    )


def _as_revert(error: RpcError) -> Revert:
    """The revert data as it is: `Engine.explain` reads it."""
    if error.data is None:
        return Revert("Halt", {"reason": str(error)})
    data = bytes.fromhex(error.data[2:])
    return Revert("Unknown", {"data": data}, data) if data else Revert("Empty", {}, data)


def _json(value: Any) -> Any:
    """A value as typed data in JSON writes it."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(value) if isinstance(value, int) else value
