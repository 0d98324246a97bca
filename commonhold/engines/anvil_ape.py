"""The suite on any network that ape reaches: the embedded anvil, a node of one's own, a live chain.

ape chooses the network, keeps the accounts and signs; requests go through its provider's connection. On local chains
gas limit and fees are given with every transaction, because asking the chain for them costs more than the transaction.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import ape
from ape.api import AccountAPI, ProviderAPI
from eth_account.messages import encode_typed_data
from requests.exceptions import HTTPError, ReadTimeout

from commonhold.engines.base import (
    SEND_GAS,
    ZERO_ADDRESS,
    Engine,
    EngineError,
    LogsRefused,
    RawLog,
    Receipt,
    Revert,
    Sent,
)
from commonhold.engines.codec import as_address, checksum

LOCAL_FEE = 10 * 10**9  # wei a unit of gas; far above the base fee of an anvil that starts at one gwei
RECEIPT_TIMEOUT = 300  # seconds to wait for a transaction on a live network
LOCAL_RECEIPT_TIMEOUT = 20
FIRST_PAUSE = 0.5  # seconds between the first two looks for a transaction on a live network; they double
LONGEST_PAUSE = 2.0
LOCAL_FIRST_PAUSE = 0.0005
LOCAL_LONGEST_PAUSE = 0.004  # a local block is there in milliseconds: doubling on would sleep past it
TOO_MUCH = (400, 413, 422, 500, 502, 503, 504)  # how nodes say over HTTP that they won't search so many blocks


class ApeEngine(Engine):
    """A chain behind ape's active provider.

    `signers` are the accounts that may send, beside the local test accounts; `steady_clock` makes a local chain's time
    move by one second a block, as in process, instead of with the wall clock.
    """

    def __init__(
        self, provider: ProviderAPI | None = None, *, signers: Sequence[AccountAPI] = (), steady_clock: bool = False
    ) -> None:
        super().__init__()
        self.provider: Any = ape.networks.active_provider if provider is None else provider
        if self.provider is None:
            raise EngineError("ape is not connected to a network")
        self.name = f"{self.provider.network.ecosystem.name}:{self.provider.network.name}:{self.provider.name}"
        self._request_number = 0
        self.chain_id = int(self._rpc("eth_chainId"), 16)
        self.is_local = self._answers("anvil_nodeInfo")
        tests = list(ape.accounts.test_accounts) if self.is_local else []
        self._accounts = [account.address for account in tests]
        self._signers: dict[str, AccountAPI] = {account.address: account for account in (*tests, *signers)}
        self._snapshots: dict[int, str] = {}
        self._next_snapshot = 1
        if steady_clock:
            self._rpc("anvil_setBlockTimestampInterval", 1)

    @property
    def accounts(self) -> Sequence[str]:
        return self._accounts

    # ----------------------------------------------------------------------------------------------- transactions

    def send_raw(self, sender: str, to: str | None, data: bytes, value: int = 0) -> Receipt:
        signer = self._signer(sender)
        fields: dict[str, Any] = {"sender": sender, "data": data, "value": value, "chain_id": self.chain_id, "type": 2}
        if to is not None:
            fields["receiver"] = to
        if self.is_local:
            fields |= {"gas": SEND_GAS, "max_fee": LOCAL_FEE, "max_priority_fee": 0, "nonce": self.nonce(sender)}
            transaction = self._ecosystem.create_transaction(**fields)
        else:
            self._call(sender, to, data, value, "latest")  # a refusal costs nothing this way, and says why
            transaction = signer.prepare_transaction(self._ecosystem.create_transaction(**fields))
        signed = signer.sign_transaction(transaction)
        if signed is None:
            raise EngineError(f"{sender} did not sign")
        tx_hash = self._rpc("eth_sendRawTransaction", "0x" + bytes(signed.serialize_transaction()).hex())
        return self._receipt(tx_hash, sender, to, data, value)

    def _signer(self, sender: str) -> AccountAPI:
        try:
            return self._signers[sender]
        except KeyError:
            raise EngineError(f"no account here can sign for {sender}") from None

    @property
    def _ecosystem(self) -> Any:
        return self.provider.network.ecosystem

    def _receipt(self, tx_hash: str, sender: str, to: str | None, data: bytes, value: int) -> Receipt:
        answer = self._wait(tx_hash)
        block = int(answer["blockNumber"], 16)
        if int(answer["status"], 16) == 0:
            raise self._why(tx_hash, sender, to, data, value, block)
        logs = [_raw_log(log) for log in answer["logs"]]
        created = answer.get("contractAddress")
        return Receipt(
            self,
            logs,
            tx_hash=tx_hash,
            block=block,
            timestamp=self._timestamp_of(answer, block),
            gas_used=int(answer["gasUsed"], 16),
            contract_address=as_address(created) if created else None,
        )

    def _wait(self, tx_hash: str) -> dict[str, Any]:
        deadline = time.monotonic() + (LOCAL_RECEIPT_TIMEOUT if self.is_local else RECEIPT_TIMEOUT)
        pause = LOCAL_FIRST_PAUSE if self.is_local else FIRST_PAUSE
        longest = LOCAL_LONGEST_PAUSE if self.is_local else LONGEST_PAUSE
        while True:
            answer = self._rpc("eth_getTransactionReceipt", tx_hash)
            if answer is not None:
                return answer
            if time.monotonic() > deadline:
                raise EngineError(f"{self.name} has not mined the transaction {tx_hash}: look it up, then run again")
            time.sleep(pause)
            pause = min(pause * 2, longest)

    def _timestamp_of(self, receipt: Mapping[str, Any], block: int) -> int:
        for log in receipt["logs"]:
            if log.get("blockTimestamp"):
                return int(log["blockTimestamp"], 16)
        return int(self._rpc("eth_getBlockByNumber", hex(block), False)["timestamp"], 16)

    def _why(self, tx_hash: str, sender: str, to: str | None, data: bytes, value: int, block: int) -> Revert:
        """The revert of a mined transaction: by its trace, or, where there is none, by trying it again."""
        if self.is_local:
            trace = self._top_call(tx_hash)
            output = bytes.fromhex(trace.get("output", "0x")[2:])
            if output or trace.get("error") == "execution reverted":
                return _revert_of(output)
            return Revert("Halt", {"reason": trace.get("error", "")})
        try:
            self._call(sender, to, data, value, hex(block - 1))
        except Revert as revert:
            return revert
        return Revert("Halt", {"reason": f"the transaction {tx_hash} failed, but trying it again does not"})

    def _top_call(self, tx_hash: str) -> dict[str, Any]:
        options = {"tracer": "callTracer", "tracerConfig": {"onlyTopCall": True}}
        return self._rpc("debug_traceTransaction", tx_hash, options)

    def output_of(self, receipt: Receipt) -> bytes | None:
        if not self.is_local:
            return None
        return bytes.fromhex(self._top_call(receipt.tx_hash).get("output", "0x")[2:])

    def call_raw(self, to: str, data: bytes, sender: str = ZERO_ADDRESS) -> bytes:
        return self._call(sender, to, data, 0, "latest")

    def _call(self, sender: str, to: str | None, data: bytes, value: int, block: str) -> bytes:
        request: dict[str, Any] = {"from": sender, "data": "0x" + data.hex()}
        if to is not None:
            request["to"] = to
        if value:
            request["value"] = hex(value)
        answer = self._request("eth_call", request, block)
        if "error" in answer:
            raise self._call_failed(answer["error"])
        return bytes.fromhex(answer["result"][2:])

    def _call_failed(self, error: Mapping[str, Any]) -> Exception:
        message = str(error.get("message", ""))
        data = error.get("data")
        if isinstance(data, dict):  # some nodes wrap it once more
            data = data.get("data")
        if isinstance(data, str) and data.startswith("0x"):
            return _revert_of(bytes.fromhex(data[2:]))
        if "revert" in message.lower():
            return Revert("Empty", {})
        if error.get("code") == -32003 or message.startswith("EVM error"):
            return Revert("Halt", {"reason": message})
        return EngineError(f"{self.name}: {message[:300]}")

    # -------------------------------------------------------------------------------------------------- time, state

    def now(self) -> int:
        return int(self._rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def set_time(self, timestamp: int) -> None:
        self.set_next_time(timestamp)
        self._rpc("evm_mine")

    def set_next_time(self, timestamp: int) -> None:
        self._require_local("move time")
        now = self.now()
        if timestamp <= now:
            raise EngineError(f"time {timestamp} is not later than now, {now}")
        self._rpc("evm_setNextBlockTimestamp", timestamp)

    def snapshot(self) -> int:
        self._require_local("take snapshots")
        number, self._next_snapshot = self._next_snapshot, self._next_snapshot + 1
        self._snapshots[number] = ape.chain.snapshot()
        return number

    def restore(self, snapshot: int) -> None:
        if snapshot not in self._snapshots:
            raise EngineError(f"snapshot {snapshot} is used up or never was")
        kept = self._snapshots[snapshot]
        self._snapshots = {number: name for number, name in self._snapshots.items() if number < snapshot}
        ape.chain.restore(kept)

    def _require_local(self, what: str) -> None:
        if not self.is_local:
            raise EngineError(f"{self.name} is not a local chain: nobody can {what} there")

    def code_at(self, address: str) -> bytes:
        return bytes.fromhex(self._rpc("eth_getCode", address, "latest")[2:])

    def storage_at(self, address: str, slot: int) -> bytes:
        return bytes.fromhex(self._rpc("eth_getStorageAt", address, hex(slot), "latest")[2:].rjust(64, "0"))

    def balance(self, address: str) -> int:
        return int(self._rpc("eth_getBalance", address, "latest"), 16)

    def nonce(self, address: str) -> int:
        return int(self._rpc("eth_getTransactionCount", address, "latest" if self.is_local else "pending"), 16)

    def block_number(self) -> int:
        return int(self._rpc("eth_blockNumber"), 16)

    def genesis(self) -> str:
        """Hash of the first block: tells chains with the same id apart."""
        return self._rpc("eth_getBlockByNumber", "0x0", False)["hash"]

    def raw_logs(self, address: str, from_block: int = 0) -> list[RawLog]:
        answer = self._rpc("eth_getLogs", {"address": address, "fromBlock": hex(from_block), "toBlock": "latest"})
        return [_raw_log(log) for log in answer]

    def logs(
        self, addresses: Sequence[str], topics: Sequence[Sequence[bytes] | None], from_block: int, to_block: int
    ) -> list[RawLog]:
        wanted = [None if some is None else ["0x" + topic.hex() for topic in some] for some in topics]
        request = {"address": list(addresses), "topics": wanted, "fromBlock": hex(from_block), "toBlock": hex(to_block)}
        answer = self._ask_logs(request)
        times: dict[str, Any] = {log["blockNumber"]: log.get("blockTimestamp") for log in answer}
        for number in [number for number, told in times.items() if not told]:
            times[number] = self._rpc("eth_getBlockByNumber", number, False)["timestamp"]
        found = [_raw_log(log, times[log["blockNumber"]]) for log in answer]
        return sorted(found, key=lambda log: (log.block, log.index))

    def _ask_logs(self, request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """A node that refuses is told from one that is not there: asking for less helps only with the first."""
        try:
            answer = self._post("eth_getLogs", request)
        except ReadTimeout:
            raise LogsRefused(f"{self.name} takes too long over eth_getLogs") from None
        except HTTPError as problem:
            if problem.response is None or problem.response.status_code not in TOO_MUCH:
                raise self._no_answer(problem) from None
            raise LogsRefused(f"{self.name} refuses eth_getLogs: {_first_line(problem)}") from None
        except Exception as problem:
            raise self._no_answer(problem) from None
        if "error" in answer:
            raise LogsRefused(f"{self.name} refuses eth_getLogs: {str(answer['error'].get('message'))[:300]}")
        return answer["result"]

    def block_hash(self, number: int) -> str | None:
        block = self._rpc("eth_getBlockByNumber", hex(number), False)
        return block and block["hash"]

    def transaction(self, tx_hash: str) -> Sent:
        found = self._rpc("eth_getTransactionByHash", tx_hash)
        if found is None:
            raise EngineError(f"{self.name} has an event of the transaction {tx_hash}, but not the transaction itself")
        to = as_address(found["to"]) if found["to"] else None
        return Sent(as_address(found["from"]), to, bytes.fromhex(found["input"][2:]))

    def sign_typed_data(
        self, signer: str, domain: dict[str, Any], types: dict[str, Any], message: dict[str, Any]
    ) -> bytes:
        signed = self._signer(signer).sign_message(encode_typed_data(domain, types, message))
        if signed is None:
            raise EngineError(f"{signer} did not sign")
        return bytes(signed.encode_rsv())

    # ---------------------------------------------------------------------------------------------------- requests

    def _answers(self, method: str) -> bool:
        return "error" not in self._request(method)

    def _rpc(self, method: str, *params: Any) -> Any:
        answer = self._request(method, *params)
        if "error" in answer:
            raise EngineError(f"{self.name} refuses {method}: {str(answer['error'].get('message'))[:300]}")
        return answer["result"]

    def _request(self, method: str, *params: Any) -> dict[str, Any]:
        try:
            return self._post(method, *params)
        except Exception as problem:  # the connection's library, and the ones below it, raise dozens of kinds
            raise self._no_answer(problem) from None

    def _post(self, method: str, *params: Any) -> dict[str, Any]:
        return self.provider.web3.provider.make_request(method, list(params))

    def _no_answer(self, problem: Exception) -> EngineError:
        return EngineError(f"{self.name} does not answer: {_first_line(problem)}")


def _revert_of(data: bytes) -> Revert:
    return Revert("Unknown", {"data": data}, data) if data else Revert("Empty", {})


def _raw_log(log: Mapping[str, Any], time: str = "0x0") -> RawLog:
    return RawLog(
        checksum(bytes.fromhex(log["address"][2:])),
        tuple(bytes.fromhex(topic[2:]) for topic in log["topics"]),
        bytes.fromhex(log["data"][2:]),
        int(log["blockNumber"], 16),
        log["transactionHash"],
        int(log["logIndex"], 16),
        int(time, 16),
    )


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0][:200]
