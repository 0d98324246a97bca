"""`ape run guardian` on a node of one's own: the drill, its repetition, and what it refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest

DAY = 86_400


def said(result: Any, code: int = 0) -> str:
    """A command's output; it must have ended with `code`."""
    assert result.exit_code == code, result.output
    return result.output


def test_drill__everything_stopped__listed_with_its_end_and_again_after_sixty_days(node: Any) -> None:
    assert "stopped: 0 of 9 switches" in said(node.run("guardian", "list"))
    block = node.rpc("eth_blockNumber")
    assert "would stop: register, buy, redeem, lending" in said(node.run("guardian", "stop", "--all", "--check"))
    assert node.rpc("eth_blockNumber") == block
    stopped = said(node.run("guardian", "stop", "--all"))
    assert len(re.findall(r"^[\w -]+: stopped until 2\d{3}-\d\d-\d\d \d\d:\d\d UTC$", stopped, re.MULTILINE)) == 9
    assert "stopped: 9 of 9 switches" in stopped
    assert "all run again by themselves by 2" in stopped
    again = said(node.run("guardian", "stop", "--all"))
    assert again.count("already") == 9
    node.rpc("evm_increaseTime", 31 * DAY)
    node.rpc("evm_mine")
    listed = said(node.run("guardian", "list"))
    assert "stopped: 0 of 9 switches" in listed
    assert listed.count("from 2") == 9
    refused = said(node.run("guardian", "stop", "lending"), 1)
    assert "lending: was used, and can't be again before 2" in refused
    assert "Error: not stopped: lending" in refused
    node.rpc("evm_increaseTime", 30 * DAY)
    node.rpc("evm_mine")
    assert "stopped: 1 of 9 switches" in said(node.run("guardian", "stop", "lending"))


@pytest.mark.parametrize(
    ("options", "code", "expected"),
    [
        (("stop",), 2, "name switches, or give --all"),
        (("stop", "lending", "--all"), 2, "name switches, or give --all"),
        (("stop", "lendin"), 2, "got 'lendin'; expected register, buy, redeem, lending, foreclosure, market, lease"),
        (("stop", "house 9"), 1, "Error: house 9: property 9 is not registered"),
        (("stop", "feed GOLD"), 1, "Error: feed GOLD: there is no such feed; expected HOUSE-PRICE-INDEX, RESERVE-USD"),
        (("stop", "market", "--sender", "attacker"), 1, "is no guardian: it does not hold the hub's role GUARDIAN"),
    ],
)
def test_refused__in_a_line_and_nothing_sent(node: Any, options: tuple[str, ...], code: int, expected: str) -> None:
    block = node.rpc("eth_blockNumber")
    assert expected in said(node.run("guardian", *options), code)
    assert node.rpc("eth_blockNumber") == block
