"""`ape run oracle` on a node of one's own: a round by hand, in files; what it refuses, and how it is completed."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from commonhold import build
from commonhold.engines import wallets
from commonhold.operations.connection import wallet_named
from commonhold.operations.oracle import PASSWORD
from commonhold.oracle.digests import sign
from commonhold.oracle.feeds import house_feed
from commonhold.oracle.nodeset import read_node_set
from commonhold.oracle.observations import observe
from commonhold.oracle.report import propose
from commonhold.oracle.report_file import ReportFile, write_report

EXAMPLE = build.ROOT / "examples" / "portfolio.json"


def said(result: Any, code: int = 0) -> str:
    """A command's output; it must have ended with `code`."""
    assert result.exit_code == code, result.output
    return result.output


def written_values(file: Path, values: dict[str, str]) -> Path:
    file.write_text(json.dumps({"format": "commonhold-values/1", "values": values}, indent=1), encoding="ascii")
    return file


def observed(node: Any, folder: Path, account: int, values: dict[str, str], *options: str) -> Path:
    """The file of a local node's observation, made by the script."""
    stated = written_values(folder / f"values-{account}.json", values)
    file = folder / f"observation-{account}.json"
    journal = folder / f"journal-{account}.json"
    said(
        node.run(
            "oracle", "observe", "--values", stated, "--key", account, "--journal", journal, "--out", file, *options
        )
    )
    return file


def proposed(node: Any, file: Path, homes: int = 1, *, epoch: int = 1, signers: int = 0) -> Path:
    """The file of a report by seven nodes, two of which lie; the first `signers` signed it."""
    with node.suite() as suite:
        node_set, now = read_node_set(suite.aggregator), suite.engine.now()
    keys = [wallets.private_key(address) for address in node_set.nodes]
    dollars = [10**9 if index in (1, 4) else 100_020 + index for index in range(7)]
    stated = [{house_feed(number): amount * 10**18 for number in range(1, homes + 1)} for amount in dollars]
    proposal = propose(
        node_set,
        [observe(key, node_set.scope, epoch, now, values) for key, values in zip(keys, stated, strict=True)],
    )
    signatures = {
        address: sign(key, proposal.digest) for address, key in list(zip(node_set.nodes, keys, strict=True))[:signers]
    }
    return write_report(ReportFile(proposal, signatures), node_set, file)


def test_round__by_hand__one_report_and_its_appraisals_once(node: Any, tmp_path: Path) -> None:
    said(node.run("tokenize", "--portfolio", EXAMPLE, "--limit", 2, "--documents", tmp_path / "documents"))
    files = [
        observed(node, tmp_path, account, {f"house {number}": f"{dollars}.50" for number in (1, 2)})
        for account, dollars in zip(
            range(20, 27), (100_020, 10**9, 100_022, 100_023, 10**9, 100_025, 100_026), strict=True
        )
    ]
    report = tmp_path / "report.json"
    said(node.run("oracle", "propose", *reversed(files), "--out", report))
    shown = said(node.run("oracle", "show", "--report", report))
    assert "2 feeds of 7 nodes, 0 of 5 signatures" in shown
    assert re.search(r"house 2 +│ +100,025.50 +│ +100,020.50 │ .* │ 1,000,000,000.50 │", shown), shown
    for account in range(20, 25):
        journal = tmp_path / f"journal-{account}.json"
        said(node.run("oracle", "sign", report, "--key", account, "--journal", journal))
    assert "epoch 1, 5 signatures: accepted, " in said(node.run("oracle", "report", report))
    block = node.rpc("eth_blockNumber")
    assert "epoch 1, 5 signatures: was on chain already" in said(node.run("oracle", "report", report))
    assert node.rpc("eth_blockNumber") == block
    once = said(node.run("oracle", "update", report, "--feed", "house 1", "--accept"))
    assert "1 values of the report on chain, 1 transactions" in once
    assert "1 houses appraised, 1 of them now" in once
    rest = said(node.run("oracle", "update", report, "--accept"))
    assert "2 values of the report on chain, 1 transactions" in rest
    assert "2 houses appraised, 1 of them now" in rest
    block = node.rpc("eth_blockNumber")
    again = said(node.run("oracle", "update", report, "--accept"))
    assert "2 values of the report on chain, 0 transactions" in again
    assert "2 houses appraised, 0 of them now" in again
    assert node.rpc("eth_blockNumber") == block
    shown = said(node.run("oracle", "show"))
    assert re.search(r"house 1 +│ +100,025.50 │ +1 │ 20.* UTC │ +100,025.50 │ Quarantined │ 20.* UTC", shown), shown
    with node.suite() as suite:
        assert suite.aggregator.feedOf(house_feed(2)).value == 100_025_5 * 10**17
        assert suite.valuation.valueOf(2).valueUsd == 100_025_5 * 10**17


def test_report__signed_apart__signatures_of_all_copies_count(node: Any, tmp_path: Path) -> None:
    here = proposed(node, tmp_path / "here.json")
    there = tmp_path / "there.json"
    there.write_bytes(here.read_bytes())
    for file, accounts in ((here, (20, 21, 22)), (there, (24, 25, 26))):
        for account in accounts:
            said(node.run("oracle", "sign", file, "--key", account, "--journal", tmp_path / f"journal-{account}.json"))
    assert "signatures: got those of 3 nodes; expected 5" in said(node.run("oracle", "report", here), 1)
    said(node.run("oracle", "report", here, there))
    with node.suite() as suite:
        (event,) = suite.engine.events(suite.aggregator, "ReportAccepted")
        assert event["signers"] == 0b0110111


def test_report__copies_of_different_reports__refused(node: Any, tmp_path: Path) -> None:
    one = proposed(node, tmp_path / "one.json")
    other = proposed(node, tmp_path / "other.json", epoch=5)
    message = said(node.run("oracle", "report", one, other), 1)
    assert f"Error: {other}: root: got 0x" in message
    assert f"for epoch 5; expected the report of {one}, 0x" in message


def test_sign__second_report_for_the_epoch__refused(node: Any, tmp_path: Path) -> None:
    key = ("--key", 20, "--journal", tmp_path / "journal.json")
    said(node.run("oracle", "sign", proposed(node, tmp_path / "one.json"), *key))
    other = proposed(node, tmp_path / "other.json", homes=2)
    before = other.read_bytes()
    message = said(node.run("oracle", "sign", other, *key), 1)
    assert "for epoch 1 already; it signs neither another report for that epoch nor an earlier one" in message
    assert other.read_bytes() == before


def test_sign__report_that_was_changed__refused_with_its_place(node: Any, tmp_path: Path) -> None:
    report = proposed(node, tmp_path / "report.json")
    changed = report.read_text("ascii").replace('"house 1": "100025.00"', '"house 1": "140000.00"', 1)
    report.write_text(changed, encoding="ascii")
    message = said(node.run("oracle", "sign", report, "--key", 20, "--journal", tmp_path / "journal.json"), 1)
    assert (
        f"Error: {report}:10: house 1: value: got {140_000 * 10**18}; "
        f"expected {100_025 * 10**18}, the median, in units of 1e-18" in message
    )
    assert not (tmp_path / "journal.json").exists()


def test_propose__bad_observations__nothing_is_written(node: Any, tmp_path: Path) -> None:
    files = [observed(node, tmp_path, account, {"house 1": "5.00"}) for account in range(20, 25)]
    out = tmp_path / "report.json"
    stranger = observed(node, tmp_path, 5, {"house 1": "5.00"})
    assert "expected one of the 7 nodes of set 1" in said(
        node.run("oracle", "propose", *files, stranger, "--out", out), 1
    )
    late = observed(node, tmp_path, 25, {"house 1": "5.00"}, "--at", str(2**40 - 1))
    message = said(node.run("oracle", "propose", *files, late, "--out", out), 1)
    assert f"{late}:8: observed_at: got {2**40 - 1}; expected a time not after now, " in message
    few = said(node.run("oracle", "propose", *files[:4], "--out", out), 1)
    assert "observations: got 4; expected those of at least 5 nodes" in few
    assert not out.exists()


def test_observe__bad_values__named_and_nothing_written(node: Any, tmp_path: Path) -> None:
    out = tmp_path / "observation.json"
    values = written_values(tmp_path / "values.json", {"house 2": "-5", "house 1": "1.00"})
    options = ("--values", values, "--key", "20", "--journal", tmp_path / "journal.json", "--out", out)
    message = said(node.run("oracle", "observe", *options), 1)
    assert f"{values}:4: house 2: value: got '-5'; expected a value in dollars" in message
    assert f"{values}:5: feed: got 'house 1'; expected feeds in order" in message
    assert not out.exists()


def test_update__killed_between_batches__completed_by_the_next_run(node: Any, tmp_path: Path) -> None:
    report = proposed(node, tmp_path / "report.json", homes=320, signers=5)
    said(node.run("oracle", "report", report))
    first = node.start_script("oracle", "update", report)
    assert first.stdout is not None
    for line in first.stdout:
        if "100 values done" in line:
            first.kill()
            break
    first.wait(timeout=30)
    with node.suite() as suite:
        done = sum(suite.aggregator.feedOf(house_feed(number)).epoch == 1 for number in range(1, 321))
    assert 100 <= done < 320
    second = said(node.run("oracle", "update", report))
    assert f"  {320 - done} values done, 0 left" in second
    assert "320 values of the report on chain" in second
    with node.suite() as suite:
        assert all(suite.aggregator.feedOf(house_feed(number)).epoch == 1 for number in range(1, 321))


def test_update__accepting_houses_that_are_not_registered__left_out_by_name_or_refused(
    node: Any, tmp_path: Path
) -> None:
    report = proposed(node, tmp_path / "report.json", homes=2, signers=5)
    said(node.run("oracle", "report", report))
    message = said(node.run("oracle", "update", report, "--accept"))
    assert "not appraised, not registered: house 1, house 2" in message
    assert "0 houses appraised, 0 of them now" in message
    message = said(node.run("oracle", "update", report, "--feed", "house 2", "--accept"), 1)
    assert "house 2: got PropertyValuation.accept: UnknownProperty(propertyId=2) from the chain" in message


def test_observe__again_for_the_epoch__refused_and_left_out_of_another_day(node: Any, tmp_path: Path) -> None:
    files = [observed(node, tmp_path, account, {"[/]": "5.00"}) for account in range(20, 25)]
    with node.suite() as suite:
        yesterday = suite.engine.now() - 90_000
    late = observed(node, tmp_path, 25, {"[/]": "6.00"}, "--at", str(yesterday))
    again = ("--values", tmp_path / "values-25.json", "--key", 25, "--journal", tmp_path / "journal-25.json")
    message = said(node.run("oracle", "observe", *again, "--out", late), 1)
    assert f"signed what it observed at {yesterday} for epoch 1 already" in message
    out = tmp_path / "[/].json"
    message = said(node.run("oracle", "propose", *files, late, "--out", out))
    assert f"left out, it observed at {yesterday}, over 86,400 seconds from " in message
    assert "[/].json: 1 values of epoch 1, not signed yet" in message
    assert "[/]" in said(node.run("oracle", "show", "--report", out))
    known = [option for file in files for option in ("--known", file)]
    said(node.run("oracle", "sign", out, "--key", 20, "--journal", tmp_path / "journal-20.json", *known))


def test_update__of_a_report_that_is_not_the_latest__refused(node: Any, tmp_path: Path) -> None:
    report = proposed(node, tmp_path / "report.json", signers=7)
    assert "root: got 0x" in said(node.run("oracle", "update", report), 1)
    said(node.run("oracle", "report", report))
    message = said(node.run("oracle", "update", report, "--feed", "house 7"), 1)
    assert "feed: got house 7; expected feeds of the report" in message
    assert "got 'house 0'" in said(node.run("oracle", "update", report, "--feed", "house 0"), 2)


def test_nodes__shown_and_rotated(node: Any) -> None:
    shown = said(node.run("oracle", "nodes"))
    assert "Node set 1" in shown
    assert re.search(r"nodes +│ 7, at most 2 of them faulty .*sign a report +│ 5 .*node 6 +│ 0x", shown, re.DOTALL), (
        shown
    )
    chosen = wallets.addresses()[21:25]
    options = [option for address in chosen for option in ("--node", address)]
    rotated = said(node.run("oracle", "rotate", *options, "--max-faulty", "1"))
    assert "Node set 2" in rotated
    assert re.search(r"nodes +│ 4, at most 1 of them faulty .*sign a report +│ 3 ", rotated, re.DOTALL), rotated
    with node.suite() as suite:
        assert read_node_set(suite.aggregator).nodes == chosen
    again = said(node.run("oracle", "rotate", *options, "--max-faulty", "1"))
    assert "these are the present nodes already" in again


def test_rotate__set_that_bears_no_faults__refused_before_anything_is_proposed(node: Any) -> None:
    options = [option for address in wallets.addresses()[21:25] for option in ("--node", address)]
    block = node.rpc("eth_blockNumber")
    message = said(node.run("oracle", "rotate", *options, "--max-faulty", "2"), 1)
    assert "the chain refused: QuorumAggregator.setNodes: FaultBoundTooHigh(nodeCount=4, maxFaulty=2)" in message
    assert node.rpc("eth_blockNumber") == block


def test_rotate__on_a_live_network__says_what_to_propose(node: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from commonhold.engines.anvil_ape import ApeEngine

    answers = ApeEngine._answers
    options = [option for address in wallets.addresses()[21:25] for option in ("--node", address)]
    block = node.rpc("eth_blockNumber")
    with node.suite() as suite:
        council = wallet_named(suite, "council")
        with monkeypatch.context() as patch:
            patch.setattr(
                ApeEngine, "_answers", lambda self, method: method != "anvil_nodeInfo" and answers(self, method)
            )
            said_lines = said(node.run("oracle", "rotate", *options, "--max-faulty", "1"))
        assert node.rpc("eth_blockNumber") == block
        calls = dict(re.findall(r"^(propose|execute) with: (0x[0-9a-f]+)$", said_lines, re.MULTILINE))
        assert f"timelock: {suite.timelock.address}" in said_lines
        suite.engine.send_raw(council, suite.timelock.address, bytes.fromhex(calls["propose"][2:]))
        suite.engine.advance(suite.timelock.getMinDelay())
        suite.engine.send_raw(council, suite.timelock.address, bytes.fromhex(calls["execute"][2:]))
        assert read_node_set(suite.aggregator).nodes == wallets.addresses()[21:25]


def test_key__of_a_keystore_file__opened_with_its_password(
    node: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keystore = tmp_path / "node.json"
    key = wallets.private_key(wallets.addresses()[20])
    keystore.write_text(json.dumps(Account.encrypt(key, "correct", iterations=1_000, kdf="pbkdf2")), encoding="ascii")
    values = written_values(tmp_path / "values.json", {"house 1": "5.00"})
    out = tmp_path / "observation.json"
    options = ("oracle", "observe", "--values", values, "--journal", tmp_path / "journal.json", "--out", out, "--key")
    monkeypatch.setenv(PASSWORD, "wrong")
    assert f"{keystore}: expected the keystore's password" in said(node.run(*options, keystore), 1)
    monkeypatch.setenv(PASSWORD, "correct")
    assert f"signed by {wallets.addresses()[20]}" in said(node.run(*options, keystore))
    assert json.loads(out.read_text("ascii"))["node"] == wallets.addresses()[20]
    assert f"{values}: expected an Ethereum keystore file" in said(node.run(*options, values), 1)
    assert "expected a keystore file or a number" in said(node.run(*options, tmp_path / "none"), 1)
    assert "expected an account's number from 0 to " in said(node.run(*options, "99"), 1)


def test_script__its_help__names_every_command() -> None:
    command = [str(Path(build.ROOT) / ".venv" / "bin" / "ape"), "run", "oracle", "--help"]
    run = subprocess.run(command, cwd=build.ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    for name in ("nodes", "show", "observe", "propose", "sign", "report", "update", "rotate"):
        assert re.search(rf"^ +{name} ", run.stdout, re.MULTILINE), name
