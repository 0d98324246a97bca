"""`ape run treasury` on a node of one's own: money in, out at once or through the queue, refusals."""

from __future__ import annotations

import re
from typing import Any

import pytest

from commonhold.operations.connection import wallet_named
from commonhold.recipe.buying import give_coins


def said(result: Any, code: int = 0) -> str:
    """A command's output; it must have ended with `code`."""
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def rich(node: Any) -> Any:
    """A node where the buyer has 5,000 of the reserve token, and the treasury has lent owner B 20,000 coins."""
    with node.suite() as suite:
        buyer, borrower = wallet_named(suite, "buyer"), wallet_named(suite, "owner_b")
        suite.reserve.mint(buyer, 5_000 * 10**6, sender=buyer)
        give_coins(suite, wallet_named(suite, "manager"), 10_000 * 10**18)
        suite.test_book.draw(257, 20_000 * 10**18, 0, 10**18, borrower, sender=borrower)
    return node


def test_money__in_and_out__as_the_checks_said(rich: Any) -> None:
    block = rich.rpc("eth_blockNumber")
    checked = said(rich.run("treasury", "buy", "--cash", "1_000 TRES", "--wallet", "buyer", "--check"))
    assert "1,000.00 TRES would buy 1,000.00 HMD" in checked
    assert rich.rpc("eth_blockNumber") == block
    bought = said(rich.run("treasury", "buy", "--cash", "1_000 TRES", "--wallet", "buyer"))
    assert "1,000.00 TRES bought 1,000.00 HMD for 0x" in bought
    said(rich.run("treasury", "redeem", "--coins", "100 HMD", "--wallet", "buyer", "--check"))
    redeemed = said(rich.run("treasury", "redeem", "--coins", "100 HMD", "--wallet", "buyer"))
    assert re.search(r"100\.00 HMD paid 99\.4\d+ TRES to 0x\w+, fee 0\.5\d+ HMD", redeemed)


def test_queue__more_than_there_is__served_by_a_gift_and_claimed_twice(rich: Any) -> None:
    refused = rich.run("treasury", "redeem", "--coins", "15_000", "--wallet", "owner_b")
    assert re.search(r"Error: NotEnoughFreeCash: it takes [\d,.]+ TRES, and 10,000\.00 TRES are free", said(refused, 1))
    queued = said(rich.run("treasury", "queue", "--coins", "15_000", "--wallet", "owner_b"))
    assert "claimable now: 10,000.00 TRES" in queued
    assert "1 requests, 10,000.00 TRES to 0x" in said(rich.run("treasury", "claim", "--wallet", "owner_b"))
    assert "0 requests, 0.00 TRES to 0x" in said(rich.run("treasury", "claim", "--wallet", "owner_b"))
    given = said(rich.run("treasury", "contribute", "--cash", "5_000 tres", "--wallet", "buyer"))
    assert re.search(r"5,000\.00 TRES given; 4,\d+\.\d+ HMD of the queue finalised", given)
    finalised = said(rich.run("treasury", "finalise"))
    assert "0.00 HMD of the queue finalised for 0.00 TRES" in finalised
    shown = said(rich.run("treasury", "status", "--wallet", "owner_b"))
    for title in ("Balance sheet, dollars", "Money", "Liquidation demand", "Queue, the last request first"):
        assert title in shown
    assert re.search(r"demand +│ 15,000\.00 HMD, 15\.00 % of the base|demand +│ 14,999\.\d+ HMD, 15\.00 %", shown), (
        shown
    )
    assert re.search(r"│ \d+ │ 0x\w+…\w+ │ +- │ +- │ +4,\d+\.\d+ │ 4,\d+\.\d+ │", shown), shown


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("buy", "--cash", "1 HMD", "--wallet", "buyer"), "got '1 HMD'; expected an amount of TRES"),
        (("buy", "--cash", "0.0000001", "--wallet", "buyer"), "got '0.0000001'; TRES has 6 decimals"),
        (("buy", "--cash", "1", "--wallet", "nobody"), "got 'nobody'; expected an address or one of"),
        (("queue", "--coins", "99", "--wallet", "buyer"), "RequestTooSmall: a request has at least 100.00 HMD"),
        (("claim", "--request", "7", "--wallet", "buyer"), "UnknownRequest: request 7 never was, or is claimed in"),
        (
            ("redeem", "--coins", "5", "--wallet", "buyer"),
            "NotEnoughFreeCash: it takes 4.974981 TRES, and 0.00 TRES are",
        ),
    ],
)
def test_refused__one_line_and_nothing_but_an_allowance_sent(
    node: Any, options: tuple[str, ...], expected: str
) -> None:
    refused = said(node.run("treasury", *options), 1)
    assert expected in refused
    assert refused.count("\n") <= 2
