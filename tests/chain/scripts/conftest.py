"""Scripts are tested on a node of their own, as a user would start one, with the suite recorded in a folder of its own.

Most tests call a script's click command in this process, because starting ape takes seconds; what has to be killed runs
as a process.
"""

from __future__ import annotations

import importlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ape
import pytest
import requests
from click.testing import CliRunner, Result

from commonhold import build
from commonhold.embedded import FEW_STATES
from commonhold.engines.anvil_ape import ApeEngine
from commonhold.operations import connection
from commonhold.operations.connection import wallet_named
from commonhold.operations.credentials import ensure_credential
from commonhold.recipe import Suite, deploy, deployments, local_parameters

LATEST_START = 20  # seconds that an anvil may take


@dataclass
class Node:
    """An anvil that a user started, and where the deployment on it is recorded."""

    process: subprocess.Popen[bytes]
    port: int
    records: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def rpc(self, method: str, *params: Any) -> Any:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return requests.post(self.url, json=request, timeout=20).json()["result"]

    def stop(self, *, kill: bool = False) -> None:
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait(timeout=20)

    @contextmanager
    def suite(self) -> Iterator[Suite]:
        """The recorded suite, on a connection of its own."""
        with ape.networks.parse_network_choice(self.url) as provider:
            yield deployments.find_suite(ApeEngine(provider), self.records)

    def run(self, script: str, *options: str | Path, network: str | None = None) -> Result:
        """A script's command in this process, on this node unless another network is named."""
        command = importlib.import_module(f"scripts.{script}").cli
        return CliRunner().invoke(command, [*map(str, options), "--network", network or self.url])

    def start_script(self, script: str, *options: str | Path) -> subprocess.Popen[str]:
        """A script as a process of its own."""
        command = [str(Path(sys.executable).parent / "ape"), "run", script, *map(str, options), "--network", self.url]
        environment = os.environ | {"PYTHONUNBUFFERED": "1", "COMMONHOLD_DEPLOYMENTS": str(self.records)}
        return subprocess.Popen(
            command,
            cwd=build.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )


def start_node(records: Path, *options: str, port: int | None = None) -> Node:
    """An anvil on a free port, or on that of one that ended."""
    if port is None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    command = ["anvil", "--port", str(port), "--hardfork", "prague", "--accounts", "20", "--silent"]
    node = Node(subprocess.Popen([*command, *FEW_STATES, *options]), port, records)
    deadline = time.monotonic() + LATEST_START
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return node
        time.sleep(0.05)
    node.stop(kill=True)
    raise TimeoutError("anvil did not start")


def deploy_on(node: Node) -> None:
    """The suite by the recipe, its record, and a credential for the holding entity."""
    parameters = local_parameters()
    with ape.networks.parse_network_choice(node.url) as provider:
        engine = ApeEngine(provider)
        suite = deploy(engine, parameters)
        file = deployments.parameters_file(parameters)
        record = deployments.describe(suite, engine.genesis(), file, 0)
        deployments.write(deployments.record_file(parameters.network, node.records), record)
        ensure_credential(suite, wallet_named(suite, "holding_entity"), wallet_named(suite, "issuer"))


@pytest.fixture
def new_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Node]]:
    """Starts nodes for one test: `new_node("--chain-id", "5")`; with the suite on it unless `deployed=False`."""
    started: list[Node] = []

    def start(*options: str, port: int | None = None, deployed: bool = True) -> Node:
        node = start_node(tmp_path / "records", *options, port=port)
        started.append(node)
        monkeypatch.setattr(connection, "find_suite", lambda engine: deployments.find_suite(engine, node.records))
        if deployed:
            deploy_on(node)
        return node

    yield start
    for node in started:
        node.stop(kill=True)


@pytest.fixture(scope="module")
def long_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    node = start_node(tmp_path_factory.mktemp("records"))
    deploy_on(node)
    yield node
    node.stop()


@pytest.fixture
def node(long_node: Node, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    """A node with the suite and no homes; whatever a test does on it is undone."""
    monkeypatch.setattr(connection, "find_suite", lambda engine: deployments.find_suite(engine, long_node.records))
    kept = long_node.rpc("evm_snapshot")
    yield long_node
    long_node.rpc("evm_revert", kept)


@pytest.fixture(autouse=True)
def rollback() -> None:
    """In place of the embedded chain's: nothing happens there."""
