"""`ape run history` on a node: all formats, 5,000 rows in bounded memory, reorgs, a killed run, bad input."""

from __future__ import annotations

import csv
import importlib
import io
import json
import os
import signal
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from commonhold import build
from commonhold.engines.anvil_ape import ApeEngine
from commonhold.engines.base import coders
from commonhold.operations.connection import wallet_named
from commonhold.operations.credentials import ensure_credential
from commonhold.operations.history import Row, follow
from commonhold.operations.reading import share_id
from commonhold.operations.transfers import move_share

EXAMPLE = build.ROOT / "examples" / "portfolio.json"
SHARE = share_id(1, 1)
MANY, FEW = 5_000, 1_000
A_BLOCK = 100  # transactions
CHUNK = 3  # blocks
DEADLINE = 180  # seconds


def said(result: Any, code: int = 0) -> str:
    """A command's output; it must have ended with `code`."""
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def town(node: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """One home, tokenized; its histories are kept in a folder of the test."""
    monkeypatch.setenv("COMMONHOLD_HISTORY", str(tmp_path / "history"))
    monkeypatch.setattr("commonhold.operations.history.following.FOLDER", tmp_path / "history")
    said(node.run("tokenize", "--portfolio", EXAMPLE, "--limit", "1", "--documents", tmp_path / "documents"))
    return node


@pytest.fixture
def permissions(town: Any) -> Iterator[Callable[..., None]]:
    """Rows in bulk: the manager permits one move after the other, each for another wallet, many in a block."""
    with town.suite() as suite:
        certificate, manager = suite.certificate.address, wallet_named(suite, "manager")
        wallets = [wallet_named(suite, name) for name in ("buyer", "owner_a", "owner_b")]
    encode = coders("ShareCertificate").function("approveTransfer", 3).encode

    def give(count: int, *, first: int = 0, in_block: int = A_BLOCK) -> None:
        town.rpc("evm_setAutomine", False)
        for start in range(first, first + count, in_block):
            batch = [
                {
                    "from": manager,
                    "to": certificate,
                    "gas": hex(150_000),
                    "data": "0x" + encode((SHARE, wallets[number % 3], 2_000_000_000 + 60 * number)).hex(),
                }
                for number in range(start, min(start + in_block, first + count))
            ]
            calls = [
                {"jsonrpc": "2.0", "id": place, "method": "eth_sendTransaction", "params": [sent]}
                for place, sent in enumerate(batch)
            ]
            answers = requests.post(town.url, json=calls, timeout=30).json()
            assert all("result" in answer for answer in answers), answers[0]
            town.rpc("evm_mine")
        town.rpc("evm_setAutomine", True)

    yield give
    town.rpc("evm_setAutomine", True)


def csv_of(node: Any, *options: Any) -> list[dict[str, str]]:
    """What stands on stdout, which must be nothing but the rows."""
    command = importlib.import_module("scripts.history").cli
    arguments = [str(SHARE), "--format", "csv", *map(str, options), "--network", node.url]
    result = CliRunner(mix_stderr=False).invoke(command, arguments)
    said(result)
    return list(csv.DictReader(io.StringIO(result.stdout)))


def deadlines(rows: list[Any]) -> list[str]:
    return [row["note"] if isinstance(row, dict) else row.note for row in rows]


def anew(node: Any, folder: Path) -> list[Row]:
    with node.suite() as suite, follow(suite, SHARE, folder=folder / "anew") as past:
        return list(past.rows())


# ------------------------------------------------------------------------------------------------------------ formats


def test_formats__tell_the_same_rows(town: Any, tmp_path: Path) -> None:
    with town.suite() as suite:
        buyer, manager = wallet_named(suite, "buyer"), wallet_named(suite, "manager")
        ensure_credential(suite, buyer, wallet_named(suite, "issuer"))
        moved = move_share(suite, SHARE, buyer, manager)
    rows = csv_of(town)
    assert [row["kind"] for row in rows] == ["registered", "document", "tokenized", "permission", "moved"]
    last = rows[-1]
    assert (last["from"], last["to"], last["authority"]) == (moved.previous, buyer, "manager")
    assert last["hash"] == moved.receipts[-1].tx_hash

    file = tmp_path / "deep" / "share.json"
    assert str(file) in said(town.run("history", SHARE, "--format", "json", "--out", file))
    told = json.loads(file.read_text("utf-8"))
    assert told["share"] == SHARE
    assert [row["hash"] for row in told["rows"]] == [row["hash"] for row in rows]
    assert [path.name for path in file.parent.iterdir()] == ["share.json"]

    table = said(town.run("history", SHARE, "--kind", "moved", "--kind", "tokenized"))
    lines = table[table.index("Share ") :].splitlines()
    assert [line.split("  ")[1].strip() for line in lines[3:-1]] == ["tokenized", "moved: manager"]
    assert lines[-1] == "2 rows"
    print(table)


# ---------------------------------------------------------------------------------------------------------- 5,000 rows


def test_five_thousand_rows__complete_ordered_and_in_bounded_memory(
    town: Any, permissions: Any, tmp_path: Path
) -> None:
    def read(name: str) -> tuple[int, int, list[Any]]:
        """Peak of memory, rows, and what tells them apart."""
        places: list[Any] = []
        with town.suite() as suite:
            with follow(suite, SHARE, chunk=CHUNK, folder=tmp_path / "warm") as past:
                list(past.rows())
            tracemalloc.start()
            with follow(suite, SHARE, chunk=CHUNK, folder=tmp_path / name) as past:
                count = sum(1 for _ in past.rows())
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            with follow(suite, SHARE, folder=tmp_path / name) as past:
                places = [(row.block, row.index, row.note) for row in past.rows()]
        return peak, count, places

    permissions(FEW)
    small, few, _ = read("few")
    permissions(MANY - FEW, first=FEW)
    large, many, places = read("many")
    assert (few, many) == (FEW + 3, MANY + 3)
    assert [place[:2] for place in places] == sorted({place[:2] for place in places})
    expected = [time.strftime("until %Y-%m-%d %H:%M UTC", time.gmtime(2_000_000_000 + 60 * n)) for n in range(MANY)]
    assert [note for _, _, note in places[3:]] == expected
    assert large < small * 1.15, (small, large)
    print(f"peak of memory: {small:,} bytes for {FEW:,} rows, {large:,} for {MANY:,}")


# ------------------------------------------------------------------------------------------------------------- reorgs


@pytest.mark.parametrize("longer", [True, False])
def test_reorg__of_twelve_blocks__rows_vanish_and_others_come(
    town: Any, permissions: Any, longer: bool, tmp_path: Path
) -> None:
    permissions(30, in_block=3)
    kept = town.rpc("evm_snapshot")
    permissions(36, first=30, in_block=3)
    before = csv_of(town)
    head = int(town.rpc("eth_blockNumber"), 16)
    assert len(before) == 3 + 66
    assert town.rpc("evm_revert", kept)
    assert int(town.rpc("eth_blockNumber"), 16) == head - 12
    town.rpc("anvil_dropAllTransactions")
    other = 50 if longer else 20
    permissions(other, first=1_000, in_block=4)
    assert (int(town.rpc("eth_blockNumber"), 16) >= head) == longer
    rows = csv_of(town)
    assert rows[:33] == before[:33]
    assert len(rows) == 33 + other
    assert not set(deadlines(rows[33:])) & set(deadlines(before))
    assert deadlines(anew(town, tmp_path)) == deadlines(rows)


# --------------------------------------------------------------------------------------------------------- other nodes


def too_long(request: dict[str, Any], most: int) -> bool:
    return int(request["toBlock"], 16) - int(request["fromBlock"], 16) >= most


def by_error(request: dict[str, Any]) -> Any:
    return {"error": {"code": -32005, "message": "query returned more than 10000 results"}}


def by_status(request: dict[str, Any]) -> Any:
    answer = requests.Response()
    answer.status_code = 413
    raise requests.HTTPError("413 Client Error: Payload Too Large", response=answer)


def by_silence(request: dict[str, Any]) -> Any:
    raise requests.ReadTimeout("Read timed out")


@pytest.mark.parametrize("refuse", [by_error, by_status, by_silence])
def test_node__that_refuses_long_ranges_and_tells_no_times__the_same_rows(
    town: Any, permissions: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, refuse: Any
) -> None:
    permissions(40, in_block=2)
    expected = csv_of(town)
    post, refused = ApeEngine._post, []

    def strict(self: ApeEngine, method: str, *params: Any) -> Any:
        if method != "eth_getLogs":
            return post(self, method, *params)
        if too_long(params[0], 4):
            refused.append(params[0])
            return refuse(params[0])
        answer = post(self, method, *params)
        return answer | {"result": [dict(log) | {"blockTimestamp": None} for log in answer["result"]]}

    monkeypatch.setattr(ApeEngine, "_post", strict)
    monkeypatch.setattr("commonhold.operations.history.following.FOLDER", tmp_path / "other")
    assert csv_of(town) == expected
    assert refused


def test_node__that_wants_a_key__one_message(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    post, asked = ApeEngine._post, []

    def locked(self: ApeEngine, method: str, *params: Any) -> Any:
        if method != "eth_getLogs":
            return post(self, method, *params)
        asked.append(params)
        answer = requests.Response()
        answer.status_code = 401
        raise requests.HTTPError("401 Client Error: Unauthorized", response=answer)

    monkeypatch.setattr(ApeEngine, "_post", locked)
    output = said(town.run("history", SHARE), 1)
    assert "does not answer: 401 Client Error: Unauthorized" in output
    assert len(asked) == 1


# ----------------------------------------------------------------------------------------------------------- killed run


def test_killed_run__is_completed_by_the_next(town: Any, permissions: Any, tmp_path: Path) -> None:
    permissions(2_000, in_block=20)
    script = town.start_script("history", SHARE, "--chunk", "1", "--format", "csv")
    deadline = time.monotonic() + DEADLINE
    while script.poll() is None and time.monotonic() < deadline:
        files = list((tmp_path / "history").rglob("*.jsonl"))
        if files and files[0].stat().st_size > 60_000:
            break
        time.sleep(0.01)
    os.kill(script.pid, signal.SIGKILL)
    script.wait(timeout=20)
    (file,) = (tmp_path / "history").rglob("*.jsonl")
    size = file.stat().st_size
    assert 60_000 < size < 400_000
    file.write_bytes(file.read_bytes()[:-30])  # in the middle of a line, wherever the kill fell
    rows = csv_of(town)
    assert len(rows) == 2_003
    assert deadlines(rows) == deadlines(anew(town, tmp_path))


# ------------------------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("513",), 1, "Error: share 513 (number 1 of property 2) does not exist"),
        (("65793",), 1, "Error: share 65793 (number 1 of property 257) does not exist"),
        (("0",), 1, "Error: share 0 (number 0 of property 0) does not exist"),
        (("1",), 1, "Error: 1 is the number of a house, not of a share: those of house 1 are 257 to 2"),
        (("house",), 2, "'house' is not a valid integer"),
        ((), 2, "Missing argument 'SHARE'"),
        ((SHARE, "--kind", "gift"), 2, "'gift' is not one of 'registered'"),
        ((SHARE, "--chunk", "0"), 2, "0 is not in the range x>=1"),
        ((SHARE, "--format", "xml"), 2, "'xml' is not one of 'table', 'csv', 'json'"),
    ],
)
def test_input__bad__one_message(town: Any, arguments: tuple[Any, ...], code: int, message: str) -> None:
    output = said(town.run("history", *arguments), code)
    assert message in output
    assert "Traceback" not in output


def test_out__that_cannot_be_written__one_message(town: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    output = said(town.run("history", SHARE, "--out", tmp_path / "file" / "share.csv"), 1)
    assert f"Error: {tmp_path / 'file'}: " in output
    assert "Traceback" not in output


def test_cache__empty_file__is_filled(town: Any, tmp_path: Path) -> None:
    rows = csv_of(town)
    (file,) = (tmp_path / "history").rglob("*.jsonl")
    file.write_bytes(b"")
    assert csv_of(town) == rows


def test_chain__that_is_dead__one_message(town: Any, new_node: Any, tmp_path: Path) -> None:
    gone = new_node(deployed=False)
    gone.stop(kill=True)
    output = said(gone.run("history", SHARE), 1)
    assert output.startswith("Error: ")
    assert output.count("\n") == 1
