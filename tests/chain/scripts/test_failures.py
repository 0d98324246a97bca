"""Bad input, a wrong network, a killed run, a chain that dies: a message, an exit code, and nothing lost."""

from __future__ import annotations

import json
import re
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commonhold import build
from commonhold.inputs.portfolio import read_portfolio
from commonhold.operations.connection import wallet_named
from commonhold.operations.documents import description_of
from commonhold.operations.reading import all_properties

EXAMPLE = build.ROOT / "examples" / "portfolio.json"
HOMES = 30
DEADLINE = 60  # seconds


def assert_each_home_once(node: Any, homes: int) -> None:
    """The first homes of the example are on chain, each once, tokenized, with the hash of its document."""
    expected = {placed.home.provider_property_id: placed.home for placed in read_portfolio(EXAMPLE).homes[:homes]}
    with node.suite() as suite:
        houses = all_properties(suite)
        owner = wallet_named(suite, "holding_entity")
        documents = {house.propertyId: suite.registry.documentOf(house.propertyId, 0).sha256Hash for house in houses}
    assert sorted(house.property.providerPropertyId for house in houses) == sorted(expected)
    for house in houses:
        home = expected[house.property.providerPropertyId]
        assert house.owners == [owner] * home.shares
        assert documents[house.propertyId] == description_of(home).sha256


# ------------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("homes.json", "", "homes.json: got an empty file; expected 1 to 10,000 homes"),
        ("homes.json", '{"format": "comm', "homes.json:1: got the end of the file; expected the closing quote of the"),
        (
            "homes.csv",
            "parcel,parcels\n1,2\n",
            "homes.csv:1: got 'parcels'; expected names of fields in the first line",
        ),
        ("homes.txt", "?", "homes.txt: got '.txt'; expected a file whose name ends in .json or .csv"),
        ("none.json", None, "none.json: got No such file or directory; expected a file that can be read"),
    ],
)
def test_file__unusable__one_message_and_nothing_sent(
    node: Any, tmp_path: Path, name: str, text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    block = node.rpc("eth_blockNumber")
    result = node.run("tokenize", "--portfolio", tmp_path / name)
    assert result.exit_code == 1
    assert f"Error: {tmp_path}/{message}" in result.output
    assert node.rpc("eth_blockNumber") == block


def test_file__one_bad_home_among_good_ones__nothing_sent(node: Any, tmp_path: Path) -> None:
    document = json.loads(EXAMPLE.read_text("utf-8"))
    document["homes"] = document["homes"][:5]
    document["homes"][4]["parcel"] = "inv/04/00001"
    document["homes"][3]["shares"] = 101
    file = tmp_path / "homes.json"
    file.write_text(json.dumps(document, indent=1), encoding="utf-8")
    block = node.rpc("eth_blockNumber")
    result = node.run("tokenize", "--portfolio", file)
    assert result.exit_code == 1
    assert re.search(r"homes\.json:\d+: home 4 \(INV-0004\): shares: got 101; expected a whole number", result.output)
    assert re.search(
        r"homes\.json:\d+: home 5 \(INV-0005\): parcel: got 'inv/04/00001'; expected another parcel than "
        r"'INV-04-0001' of home 1 \(INV-0001\) on line \d+, however spelled",
        result.output,
    )
    assert node.rpc("eth_blockNumber") == block


# ----------------------------------------------------------------------------------------------------- the network


def test_network__without_the_suite__says_what_to_run(new_node: Callable[..., Any]) -> None:
    node = new_node("--chain-id", "5777", deployed=False)
    result = node.run("tokenize", "--portfolio", EXAMPLE)
    assert result.exit_code == 1
    assert "(chain id 5777): no suite of this chain is recorded in" in result.output
    assert "run `ape run deploy` with the same --network first" in result.output


def test_network__unknown_name__refused_with_those_there_are(node: Any) -> None:
    result = node.run("tokenize", "--portfolio", EXAMPLE, network="ethereum:nowhere:foundry")
    assert result.exit_code == 2
    assert "No network in 'ethereum' named 'nowhere'" in result.output


def test_network__nobody_answers__said_in_one_line(new_node: Callable[..., Any]) -> None:
    node = new_node(deployed=False)
    node.stop(kill=True)
    result = node.run("show", "wallet", "buyer")
    assert result.exit_code == 1
    assert "Error: the chain can't be reached: " in result.output


# -------------------------------------------------------------------------------------------------- ends in the middle


def test_run__killed_half_way__the_next_one_completes_it(node: Any, tmp_path: Path) -> None:
    options = ("--portfolio", EXAMPLE, "--limit", str(HOMES), "--documents", tmp_path)
    script = node.start_script("tokenize", *options)
    try:
        wait_for_blocks(node, 9)
        script.send_signal(signal.SIGKILL)
    finally:
        script.communicate(timeout=DEADLINE)
    assert script.returncode == -signal.SIGKILL
    result = node.run("tokenize", *options)
    assert result.exit_code == 0, result.output
    assert_each_home_once(node, HOMES)
    assert "0 transactions" in node.run("tokenize", *options).output


def test_chain__dies_in_the_middle__said_so_and_completed_when_it_is_back(
    new_node: Callable[..., Any], tmp_path: Path
) -> None:
    state = ("--state", str(tmp_path / "state.json"))
    node = new_node(*state)
    end = threading.Thread(target=lambda: (wait_for_blocks(node, 9), node.stop()))
    end.start()
    options = ("--portfolio", EXAMPLE, "--limit", str(HOMES), "--documents", tmp_path / "documents")
    result = node.run("tokenize", *options)
    end.join()
    assert result.exit_code == 1
    assert "does not answer" in result.output
    assert "Traceback" not in result.output

    revived = new_node(*state, port=node.port, deployed=False)
    result = revived.run("tokenize", *options)
    assert result.exit_code == 0, result.output
    assert_each_home_once(revived, HOMES)


def wait_for_blocks(node: Any, count: int) -> None:
    """Return once the node has mined `count` blocks more than now."""
    first = int(node.rpc("eth_blockNumber"), 16)
    deadline = time.monotonic() + DEADLINE
    while int(node.rpc("eth_blockNumber"), 16) < first + count:
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {count} blocks within {DEADLINE} s")
        time.sleep(0.005)
