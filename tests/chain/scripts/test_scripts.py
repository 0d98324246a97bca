"""The scripts do what they say, on a node of one's own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

from commonhold import build
from commonhold.operations.connection import wallet_named
from commonhold.operations.reading import all_properties, share_id

EXAMPLE = build.ROOT / "examples" / "portfolio.json"
SHARE = share_id(1, 1)


def tokenized(node: Any, folder: Path, homes: int = 1) -> None:
    result = node.run("tokenize", "--portfolio", EXAMPLE, "--limit", homes, "--documents", folder)
    assert result.exit_code == 0, result.output


def test_tokenize__twice__the_second_run_sends_nothing(node: Any, tmp_path: Path) -> None:
    options = ("--portfolio", EXAMPLE, "--limit", "3", "--documents", tmp_path)
    first = node.run("tokenize", *options)
    assert first.exit_code == 0, first.output
    assert "homes to go: 3, transactions: 6" in first.output
    assert "3 homes done, 0 left, 6 transactions so far" in first.output
    assert "3 registered, 3 tokenized, 0 there already; 6 transactions" in first.output
    block = node.rpc("eth_blockNumber")
    second = node.run("tokenize", *options)
    assert second.exit_code == 0, second.output
    assert "0 registered, 0 tokenized, 3 there already; 0 transactions" in second.output
    assert node.rpc("eth_blockNumber") == block
    with node.suite() as suite:
        holding_entity = wallet_named(suite, "holding_entity")
        assert [house.owners for house in all_properties(suite)] == [[holding_entity] * 8] * 3
    assert len(list(tmp_path.iterdir())) == 3


def test_credentials__issued_once_and_revoked(node: Any) -> None:
    assert "already" not in node.run("credentials", "issue", "--wallet", "buyer").output
    assert "already valid, owner id" in node.run("credentials", "issue", "--wallet", "buyer").output
    assert node.run("credentials", "revoke", "--wallet", "buyer").exit_code == 0
    shown = node.run("show", "wallet", "buyer")
    assert shown.exit_code == 0, shown.output
    assert "revoked, owner id" in shown.output


def test_transfer__only_with_permission_and_credential(node: Any, tmp_path: Path) -> None:
    tokenized(node, tmp_path)
    to_buyer = ("--share", str(SHARE), "--to", "buyer")
    refused = node.run("transfer", *to_buyer)
    assert refused.exit_code == 1
    assert (
        f"the chain refused: ShareCertificate.transferFrom: TransferNotApproved(shareId={SHARE}, to=" in refused.output
    )
    assert "ERC7943CannotReceive(account=" in node.run("transfer", *to_buyer, "--approve").output
    node.run("credentials", "issue", "--wallet", "buyer")
    assert "refused: TransferNotApproved" not in node.run("transfer", *to_buyer, "--check").output  # still approved
    moved = node.run("transfer", *to_buyer)
    assert moved.exit_code == 0, moved.output
    assert (
        "refused: TransferNotApproved"
        in node.run("transfer", "--share", str(SHARE), "--to", "owner_a", "--check").output
    )
    with node.suite() as suite:
        assert suite.certificate.ownerOf(SHARE) == wallet_named(suite, "buyer")


def test_income__paid_in_and_out(node: Any, tmp_path: Path) -> None:
    tokenized(node, tmp_path)
    poor = node.run("income", "deposit", "--property", "1", "--amount", "800")
    assert poor.exit_code == 1
    assert "ERC20InsufficientBalance(" in poor.output
    paid = node.run("income", "deposit", "--property", "1", "--amount", "800.08", "--buy")
    assert paid.exit_code == 0, paid.output
    claimed = node.run("income", "claim", "--wallet", "holding_entity")
    assert "800.08 HMD for 8 shares" in claimed.output
    assert "0.00 HMD for 0 shares" in node.run("income", "claim", "--wallet", "holding_entity").output


def test_show__house_certificate_and_picture(node: Any, tmp_path: Path) -> None:
    tokenized(node, tmp_path / "documents")
    house = node.run("show", "property", "1")
    assert house.exit_code == 0, house.output
    (document,) = (tmp_path / "documents").iterdir()
    assert json.loads(document.read_bytes())["area_sqft"] == 1_660
    for expected in ("INV-0001", "7,500.00", document.stem, "share 8"):
        assert expected in house.output
    picture = tmp_path / "certificate.svg"
    paper = node.run("show", "certificate", str(SHARE), "--svg", picture)
    assert paper.exit_code == 0, paper.output
    assert "1 of 8, 12.5000 %" in paper.output
    assert ElementTree.parse(picture).getroot().tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own


def test_show__what_is_not_there__said_so(node: Any) -> None:
    house = node.run("show", "property", "7")
    assert (house.exit_code, "Error: property 7 is not registered" in house.output) == (1, True)
    share = node.run("show", "certificate", "1793")
    assert (share.exit_code, "Error: share 1793 (number 1 of property 7) does not exist" in share.output) == (1, True)
    wallet = node.run("show", "wallet", "nobody")
    assert (wallet.exit_code, "got 'nobody'; expected an address or one of manager," in wallet.output) == (1, True)


def test_demo__as_a_process__tables_picture_and_addresses() -> None:
    command = [str(Path(sys.executable).parent / "ape"), "run", "demo", "--homes", "2"]
    run = subprocess.run(command, cwd=build.ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    for expected in (
        "2 homes on chain as 16 certificates",
        "kielmc row 1",
        "60,000",
        "1 of 8, 12.5000 %",
        "TransferNotApproved",
        "ERC7943CannotReceive",
        "ShareLocked",
        "AlreadyRegistered",
        "NotEnoughFreeCash",
        "LendingPausedByDemand",
        "SaleNotApproved",
        "SaleExpired",
        "LeaseRuns",
        "Balance sheet, dollars",
        "2 of 7 nodes lie",
        "NotInReport",
        "haircut for the age",
        "deploy the suite",
    ):
        assert expected in run.stdout, expected
    root = ElementTree.parse(build.ROOT / "out" / "certificate.svg").getroot()  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    for chart in ("values", "observations"):
        assert (build.ROOT / "out" / f"{chart}.png").read_bytes().startswith(b"\x89PNG")
        ElementTree.parse(build.ROOT / "out" / f"{chart}.svg")  # noqa: S314 - our own
    contracts = json.loads((build.ROOT / "out" / "suite.json").read_text("utf-8"))
    assert {"ShareCertificate", "PropertyRegistry", "CredentialRegistry", "SuiteLens"} <= set(contracts)
    for entry in contracts.values():
        assert re.fullmatch("0x[0-9a-fA-F]{40}", entry["address"])
        assert isinstance(json.loads((build.ROOT / entry["abi"]).read_text("utf-8")), list)
