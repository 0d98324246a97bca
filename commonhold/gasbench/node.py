"""An anvil of our own, spoken to by bare JSON-RPC.

Gas is exact only here: every transaction starts with cold slots and ends with its refunds, as on a real chain. The
chain is the same on every machine (fixed genesis time, one second a block, the well-known test accounts), so the same
transaction costs the same to the unit on every run.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from typing import Any

from commonhold.build import ROOT

MNEMONIC = "test test test test test test test test test test test junk"
CHAIN_ID = 31_337
GENESIS_TIME = 1_800_000_000
ACCOUNTS = 38  # 32 of the parameters' and 6 people of ours
BLOCK_GAS_LIMIT = 2_000_000_000
START_TIMEOUT = 20.0  # seconds
START_ATTEMPTS = 5

Json = dict[str, Any]


class NodeError(Exception):
    """The node could not be started, died, or refused a request."""


class RpcError(NodeError):
    """The node answered a request with an error; `data` is the revert data if there is any."""

    def __init__(self, method: str, error: Json) -> None:
        super().__init__(f"{method}: {error.get('message', error)}")
        data = error.get("data")
        self.data = data if isinstance(data, str) else None


class Node:
    """JSON-RPC over one kept connection, with batches."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self._process = process
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self._next_id = 0

    def rpc(self, method: str, *params: Any) -> Any:
        """The result of one request."""
        return self._result(method, self._post(self._request(method, params)))

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """The results of several requests, in order; one HTTP request."""
        if not calls:
            return []
        requests = [self._request(method, params) for method, params in calls]
        answers = {answer["id"]: answer for answer in self._post(requests)}
        return [self._result(request["method"], answers[request["id"]]) for request in requests]

    def close(self) -> None:
        self._connection.close()

    def _request(self, method: str, params: Sequence[Any]) -> Json:
        self._next_id += 1
        return {"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": list(params)}

    def _post(self, body: Any) -> Any:
        try:
            self._connection.request("POST", "/", json.dumps(body), {"Content-Type": "application/json"})
            return json.loads(self._connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            ended = self._process.poll()
            state = "still runs" if ended is None else f"ended with exit code {ended}"
            raise NodeError(f"no answer from anvil on port {self.port}, which {state}: {error}") from error

    @staticmethod
    def _result(method: str, answer: Json) -> Any:
        if "error" in answer:
            raise RpcError(method, answer["error"])
        return answer["result"]


@contextlib.contextmanager
def own_node(*, tracing: bool = False) -> Iterator[Node]:
    """Start an anvil on a free port; it ends with the block, whatever happens in it. Tracing makes it slower."""
    process, port = _start(["--steps-tracing"] if tracing else [])
    node = Node(port, process)
    try:
        yield node
    finally:
        node.close()
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _start(flags: list[str]) -> tuple[subprocess.Popen[bytes], int]:
    """A running anvil and its port; another port if somebody else was quicker to take the first one."""
    for _ in range(START_ATTEMPTS):
        port = _free_port()
        command = [_anvil(), *_arguments(port), *flags]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if _answers(process, port):
            return process, port
        process.kill()
        _, errors = process.communicate()
    raise NodeError(f"anvil does not start: {errors.decode(errors='replace').strip() or 'no message'}")


def _anvil() -> str:
    """The project's anvil; elsewhere than on Linux x86-64, the one on PATH."""
    ours = ROOT / "node_modules" / ".bin" / "anvil"
    found = str(ours) if ours.exists() else shutil.which("anvil")
    if found is None:
        raise NodeError("there is no anvil in node_modules/.bin nor on PATH: run `make setup`")
    return found


def _arguments(port: int) -> list[str]:
    options = {
        "--host": "127.0.0.1",
        "--port": port,
        "--hardfork": "prague",
        "--chain-id": CHAIN_ID,
        "--mnemonic": MNEMONIC,
        "--accounts": ACCOUNTS,
        "--timestamp": GENESIS_TIME,
        "--gas-limit": BLOCK_GAS_LIMIT,
        "--gas-price": 0,
        "--block-base-fee-per-gas": 0,
    }
    flags = ["--quiet", "--disable-min-priority-fee", "--no-request-size-limit", "--prune-history"]
    return [*(str(part) for option in options.items() for part in option), *flags]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether the anvil that we started, not another on the same port, answers in time."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            time.sleep(0.05)  # an anvil whose port was taken has ended by now
            return process.poll() is None
        time.sleep(0.02)
    return False
