"""The recipe through ape: the same suite as in process, resumable, recorded, and what the script says when it can't."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import ape
import pytest

from commonhold import build
from commonhold.embedded import FEW_STATES
from commonhold.engines import EngineError, InProcessEngine, Revert, anvil_ape
from commonhold.engines.anvil_ape import ApeEngine
from commonhold.recipe import RecipeError, deploy, deployments, prove

LATEST_START = 20  # seconds that an anvil may take


def test_suite__on_both_engines__has_the_same_addresses_and_code(handles, engine, parameters):
    other = InProcessEngine()
    twin = deploy(other, parameters)
    for key, contract in handles.contracts.items():
        assert contract.address == twin.contracts[key].address, key
        assert engine.code_at(contract.address) == other.code_at(contract.address), key


def test_deployment__through_ape__leaves_the_deployer_nothing(handles):
    assert handles.deployer not in {holding.holder for holding in prove(handles).holdings}


def test_deployment__of_a_finished_suite__sends_nothing(handles, engine, parameters):
    before = engine.block_number()
    deploy(engine, parameters)
    assert engine.block_number() == before


def test_deployment__on_a_network_that_is_not_local__passes_and_names_reverts(engine, parameters, monkeypatch):
    """Such a network is played by anvil without its own methods: fees and gas are asked for, calls are tried first."""
    public = ApeEngine(engine.provider, signers=list(ape.accounts.test_accounts))
    public.is_local = False
    monkeypatch.setattr(anvil_ape, "FIRST_PAUSE", 0.001)  # its blocks don't take seconds
    deployer = public.accounts[18]
    suite = deploy(public, parameters, deployer, from_block=engine.block_number())
    assert suite.deployer == deployer
    prove(suite)
    with pytest.raises(Revert) as refused:
        suite.coin.mint(deployer, 1, sender=deployer)
    assert (refused.value.name, refused.value.values) == ("NotMinter", (deployer,))
    for impossible in (public.snapshot, lambda: public.advance(1)):
        with pytest.raises(EngineError, match="is not a local chain"):
            impossible()


def test_engine__without_a_key__says_whose(engine, suite):
    nobody = "0x" + "12" * 20
    with pytest.raises(EngineError, match=f"no account here can sign for {nobody}"):
        engine.send(suite.coin, "transfer", nobody, 0, sender=nobody)


# ------------------------------------------------------------------------------------------------- a node of one's own


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _start_anvil(*options: str) -> tuple[subprocess.Popen, str]:
    port = _free_port()
    node = subprocess.Popen(["anvil", "--port", str(port), "--hardfork", "prague", "--silent", *FEW_STATES, *options])
    deadline = time.monotonic() + LATEST_START
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return node, f"http://127.0.0.1:{port}"
        time.sleep(0.05)
    node.kill()
    raise TimeoutError("anvil did not start")


@pytest.fixture
def node() -> Iterator[str]:
    process, url = _start_anvil()
    yield url
    process.kill()
    process.wait()


def _script(*options: str | Path) -> list[str]:
    return [str(Path(sys.executable).parent / "ape"), "run", "deploy", *map(str, options)]


def _run(*options: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run(_script(*options), cwd=build.ROOT, capture_output=True, text=True, timeout=120, check=False)


def _kill_at(line: str, *options: str | Path) -> None:
    """Run the script and kill it as soon as it prints `line`."""
    process = subprocess.Popen(
        _script(*options),
        cwd=build.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    for printed in process.stdout:
        if line in printed:
            process.send_signal(signal.SIGKILL)
            break
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL


def test_script__killed_half_way__is_completed_by_the_next_run(node, tmp_path):
    _kill_at(" 20/", "--network", node, "--records", tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["local.partial.json"]
    second = _run("--network", node, "--records", tmp_path)
    assert second.returncode == 0, second.stderr
    assert 19 <= second.stdout.count("done before") <= 20
    assert [file.name for file in tmp_path.iterdir()] == ["local.json"]
    assert _run("--network", node, "--records", tmp_path).stdout.count("done before") == len(
        re.findall(r"^ +\d+/\d+ ", second.stdout, re.MULTILINE)
    )
    _check_record(tmp_path / "local.json")


def _check_record(file: Path) -> None:
    record = deployments.read_record(file)
    assert record.chain_id == 31337
    assert set(record.contracts) >= {"hub", "timelock", "credentials", "registry", "coin", "certificate", "income"}
    assert record.contracts["coin"].arguments[0].value == record.contracts["hub"].address
    assert len({contract.transaction for contract in record.contracts.values()}) == len(record.contracts)
    nodes = record.contracts["aggregator"].arguments[1]
    assert (nodes.name, nodes.type) == ("nodes", "address[]")
    assert re.fullmatch(r"\[(0x[0-9a-fA-F]{40}, ){6}0x[0-9a-fA-F]{40}\]", nodes.value)
    assert "0x" + b"HOUSE-PRICE-INDEX".ljust(32, b"\0").hex() in [
        a.value for a in record.contracts["valuation"].arguments
    ]


def test_script__on_a_chain_with_another_id__says_so_in_one_line():
    process, url = _start_anvil("--chain-id", "1234")
    try:
        wrong = _run("--network", url, "--params", "params/local.yaml")
        unknown = _run("--network", url)
    finally:
        process.kill()
        process.wait()
    assert wrong.returncode == 1
    assert _last(wrong) == ("Error: wrong network: this chain's id is 1234, the parameters of 'local' are for 31337")
    assert unknown.returncode == 1
    assert "no custom.yaml, and 0 other files are for chain id 1234" in _last(unknown)


def test_script__without_a_chain__says_so_in_one_line():
    dead = _run("--network", f"http://127.0.0.1:{_free_port()}")
    assert dead.returncode != 0
    assert _last(dead).startswith("Error: the chain can't be reached: No (supported) node found")
    assert "Traceback" not in dead.stderr + dead.stdout


def test_script__with_an_unknown_account__says_so_in_one_line(node):
    refused = _run("--network", node, "--account", "nobody")
    assert refused.returncode == 1
    assert _last(refused).startswith("Error: ape has no account 'nobody'")


def _last(run: subprocess.CompletedProcess) -> str:
    return (run.stdout + run.stderr).strip().splitlines()[-1]


# --------------------------------------------------------------------------------------------------------- records


@pytest.fixture
def recorded(handles, engine: ApeEngine, tmp_path) -> Path:
    record = deployments.describe(
        handles, engine.genesis(), deployments.parameters_file(handles.parameters), from_block=0
    )
    file = tmp_path / "local.json"
    deployments.write(file, record)
    return file


def test_record__read_back__finds_the_suite(recorded, engine, handles):
    found = deployments.find_suite(engine, recorded.parent)
    assert {key: contract.address for key, contract in found.contracts.items()} == {
        key: contract.address for key, contract in handles.contracts.items()
    }


def test_record__of_another_chain__is_no_suite(recorded, engine):
    _change(recorded, lambda data: data.update(genesis="0x" + "00" * 32))
    with pytest.raises(RecipeError, match="no suite of this chain is recorded"):
        deployments.find_suite(engine, recorded.parent)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.pop("deployer"), "deployer: Field required"),
        (lambda data: data.update(extra=1), "extra: Extra inputs are not permitted"),
        (
            lambda data: data["contracts"]["coin"].update(address="0x12"),
            r"coin.address: .*checksummed address",
        ),
        (
            lambda data: data["contracts"]["coin"].update(artifact="X"),
            "coin.artifact: X, but the plan has Home",
        ),
        (
            lambda data: data["contracts"]["coin"].update(address=data["deployer"]),
            "contracts.coin.code_hash: the chain has no code at",
        ),
        (
            lambda data: data["contracts"]["coin"].update(address=data["contracts"]["hub"]["address"]),
            "contracts.coin.code_hash: the chain has other code at",
        ),
    ],
)
def test_record__that_was_tampered_with__is_refused_by_field(recorded, engine, change, message):
    _change(recorded, change)
    with pytest.raises(RecipeError, match=message):
        deployments.find_suite(engine, recorded.parent)


def _change(file: Path, change) -> None:
    data = json.loads(file.read_text())
    change(data)
    file.write_text(json.dumps(data))
