"""`ape run loans` on a node of one's own: from the schedule before anybody signs to the auction, each step once."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from commonhold import build
from commonhold.operations.connection import wallet_named
from commonhold.operations.credentials import YEAR, ensure_credential
from commonhold.operations.lending.opening import appraise, keep_index_valid
from commonhold.operations.lending.schedules import cents_up
from commonhold.operations.reading import share_id
from commonhold.recipe.buying import give_coins, keep_price_valid

EXAMPLE = build.ROOT / "examples" / "portfolio.json"
SHARE = share_id(1, 1)
COIN, DAY = 10**18, 86_400
VALUE = 96_000 * COIN  # of the home: a share is worth 12,000
ASKED = ("--share", SHARE, "--amount", "6_000", "--months", "24", "--wallet", "buyer", "--max-rate", "1200")
BUYING = (*ASKED, "--price", "11_000")


def said(result: Any, code: int = 0) -> str:
    """A command's output; it must have ended with `code`."""
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def town(node: Any, tmp_path: Path) -> Any:
    """A home worth 96,000 whose shares the holding entity sells, a buyer with 8,000 coins, and cash in the treasury."""
    said(node.run("tokenize", "--portfolio", EXAMPLE, "--limit", "1", "--documents", tmp_path / "documents"))
    with node.suite() as suite:
        ensure_credential(suite, wallet_named(suite, "buyer"), wallet_named(suite, "issuer"), valid_for=2 * YEAR)
        appraise(suite, {1: VALUE})
        suite.engine.advance(7 * DAY + 1)
        keep_price_valid(suite)
        give_coins(suite, wallet_named(suite, "buyer"), 8_000 * COIN)
        give_coins(suite, wallet_named(suite, "owner_a"), 20_000 * COIN)
    return node


@pytest.fixture
def bought(town: Any) -> Any:
    """The buyer bought share 1 with loan 1."""
    said(town.run("loans", "request", *BUYING))
    said(town.run("loans", "approve", "--loan", "1"))
    said(town.run("loans", "accept", "--loan", "1", "--wallet", "holding_entity", "--manager", "manager"))
    said(town.run("loans", "draw", "--loan", "1", "--as", "purchase"))
    return town


def test_purchase__each_step_twice__the_second_run_sends_nothing(town: Any) -> None:
    steps = {
        ("request", *BUYING): (
            r"loan 1: 6,000\.00 HMD on share 257 \(share 1 of property 1\) asked for",
            "asks for just",
        ),
        ("approve", "--loan", "1"): (
            r"loan 1 approved: 26\d\.\d+ HMD a month at \d\.\d\d % a year",
            "is approved already",
        ),
        ("accept", "--loan", "1", "--wallet", "holding_entity", "--manager", "manager"): (
            r"loan 1: 11,000\.00 dollars accepted",
            "is accepted already",
        ),
        ("draw", "--loan", "1", "--as", "purchase"): (
            r"loan 1: 6,000\.00 HMD drawn, fee 60\.00 HMD",
            "was drawn already",
        ),
    }
    for command, (first, second) in steps.items():
        assert re.search(first, said(town.run("loans", *command)))
        block = town.rpc("eth_blockNumber")
        again = said(town.run("loans", *command))
        assert second in again
        assert "nothing sent" in again
        assert town.rpc("eth_blockNumber") == block
    with town.suite() as suite:
        buyer, seller = wallet_named(suite, "buyer"), wallet_named(suite, "holding_entity")
        assert suite.certificate.ownerOf(SHARE) == buyer
        assert suite.coin.balanceOf(seller) == 11_000 * COIN
        assert suite.coin.balanceOf(buyer) == 8_000 * COIN - 11_000 * COIN + 6_000 * COIN - 60 * COIN
        assert suite.coin.allowance(buyer, suite.book.address) == 0


def test_schedule__before_signing__is_to_the_cent_what_the_chain_asks(town: Any, tmp_path: Path) -> None:
    file = tmp_path / "schedule.csv"
    terms = ("--amount", "6_000 HMD", "--months", "24")
    shown = said(town.run("loans", "schedule", *terms, "--csv", file))
    assert "the draw keeps a fee of 60.00 HMD: 5,940.00 HMD come out" in shown
    rows = list(csv.DictReader(file.open(encoding="ascii")))
    said(town.run("loans", "request", *BUYING))
    said(town.run("loans", "approve", "--loan", "1"))
    said(town.run("loans", "accept", "--loan", "1", "--wallet", "holding_entity", "--manager", "manager"))
    said(town.run("loans", "draw", "--loan", "1", "--as", "purchase"))
    with town.suite() as suite:
        payer = wallet_named(suite, "owner_a")
        suite.coin.approve(suite.treasury.address, 2**256 - 1, sender=payer)
        for number, row in enumerate(rows, start=1):
            loan = suite.desk.loanOf(1)
            suite.engine.set_next_time(loan.dueAt)
            last = number == len(rows)
            coins = 10_000 * COIN if last else loan.instalment
            before = suite.coin.balanceOf(payer)
            suite.book.pay(1, coins, sender=payer)
            paid = before - suite.coin.balanceOf(payer)
            assert cents_up(paid) == cents_up(int(row["amount"].replace(".", ""))), number
            after = suite.desk.loanOf(1)
            assert cents_up(after.debt) == cents_up(int(row["balance"].replace(".", ""))), number
        assert suite.book.debtOf(1) == 0
    assert "loan 1 is repaid already" in said(town.run("loans", "pay", "--loan", "1", "--all", "--wallet", "buyer"))


def test_pay__instalment_coins_cash_and_all(bought: Any) -> None:
    def pay(*options: str) -> str:
        return said(bought.run("loans", "pay", "--loan", "1", "--wallet", "owner_a", *options))

    first = pay("--instalment", "1")
    assert re.search(r"loan 1: 26\d\.\d+ HMD paid; 5,7\d\d\.\d+ HMD still owed", first)
    assert "instalment 1 is met already" in pay("--instalment", "1")
    assert "loan 1: 100.00 HMD paid; 5,6" in pay("--coins", "100 HMD")
    with bought.suite() as suite:
        payer = wallet_named(suite, "owner_a")
        suite.reserve.mint(payer, 50 * 10**6, sender=payer)
        keep_price_valid(suite)
    assert "loan 1: 50.00 HMD paid; 5,5" in pay("--cash", "50 TRES")
    assert "repaid, and the share is free" in pay("--all")
    assert "loan 1 is repaid already" in pay("--all")
    with bought.suite() as suite:
        assert suite.coin.allowance(wallet_named(suite, "owner_a"), suite.treasury.address) == 0
        assert suite.certificate.encumbrancesOf(SHARE)[0] == "0x" + "00" * 20


def test_look__status_report_and_chart(bought: Any, tmp_path: Path) -> None:
    one = said(bought.run("loans", "status", "--loan", "1"))
    for part in ("active", "24 instalments, fixed", "instalments met", "0 of 24", "5", "debt is 50."):
        assert part in one
    assert "Loan 1" in said(bought.run("loans", "status", "--wallet", "buyer"))
    assert "asked for no loan" in said(bought.run("loans", "status", "--wallet", "owner_b"))
    assert re.search(r"1 +│ active │ fixed", said(bought.run("loans", "status")))
    chart = tmp_path / "loans.svg"
    report = said(bought.run("loans", "report", "--chart", chart))
    for part in ("Loans by days past due", "What covers the coins", "By house", "By borrower", "By originator"):
        assert part in report
    assert re.search(r"house 1 +│ +1 │ +6,000\.00 │ +100\.00 % │ +57,600\.00 │ +10\.42 %", report), report
    assert chart.stat().st_size > 10_000


def test_default__foreclosed_by_anyone__the_co_owner_buys(bought: Any) -> None:
    early = said(bought.run("loans", "foreclose", "--loan", "1"), 1)
    assert "NotForeclosable: loan 1 is 0 days past due, and notice has run 0.0 days" in early
    with bought.suite() as suite:
        suite.engine.advance(125 * DAY)
        keep_index_valid(suite)
        give_coins(suite, wallet_named(suite, "holding_entity"), 5_000 * COIN)
    started = said(bought.run("loans", "foreclose", "--loan", "1"))
    assert "foreclosure started" in started
    assert "owners of another share of the house alone" in started
    assert "loan 1 is foreclosing already; nothing sent" in said(bought.run("loans", "foreclose", "--loan", "1"))
    stranger = said(bought.run("loans", "bid", "--loan", "1", "--wallet", "owner_a"), 1)
    assert re.search("InvalidCredential|CoOwnersOnly", stranger)
    bid = ("bid", "--loan", "1", "--wallet", "holding_entity", "--as-co-owner", SHARE + 1)
    low = said(bought.run("loans", *bid, "--most", "10_000 HMD"), 1)
    assert re.search(r"PriceAboveLimit: the price is 13,\d+\.\d+ HMD; at most 10,000\.00 HMD wanted", low)
    sold = said(bought.run("loans", *bid))
    assert re.search(r"share 257 \(share 1 of property 1\) sold to 0x\w+ for 13,\d+\.\d+ HMD", sold)
    assert "loan 1 is foreclosed already; nothing sent" in said(bought.run("loans", *bid))


REFUSED: tuple[tuple[tuple[Any, ...], str], ...] = (
    (("status", "--loan", "9"), "loan 9 does not exist; the last is 0"),
    (("request", *ASKED[:2], "--amount", "6_000 USDC", *ASKED[4:]), "got '6_000 USDC'; expected an amount of HMD"),
    (("request", *ASKED[:4], "--months", "481", *ASKED[6:]), "481 is not in the range 1<=x<=480"),
    (("request", *ASKED[:2], "--amount", "5", *ASKED[4:]), "ApplicationOutOfRange: amount is "),
    (("request", *ASKED[:6], "--wallet", "nobody"), "got 'nobody'; expected an address or one of"),
    (("request", *ASKED[:6], "--wallet", "attacker"), "InvalidCredential: 0x"),
    (("schedule", "--amount", "5"), "expected --loan, or --amount and --months"),
    (("pay", "--loan", "1", "--wallet", "buyer"), "expected one of --coins, --cash, --instalment, --all"),
    (("report", "--chart", "loans.pdf"), "--chart: got 'loans.pdf'; expected a name that ends in .png or .svg"),
)


def test_refused__in_words__nothing_sent(town: Any) -> None:
    block = town.rpc("eth_blockNumber")
    for options, expected in REFUSED:
        result = town.run("loans", *options)
        assert result.exit_code in (1, 2), options
        assert expected in result.output.replace("\n", " ")
        assert "Traceback" not in result.output
    assert town.rpc("eth_blockNumber") == block


def test_draw__not_what_was_approved__refused_in_words(town: Any) -> None:
    said(town.run("loans", "request", *BUYING))
    assert "WrongStage: loan 1 is not approved" in said(town.run("loans", "draw", "--loan", "1", "--as", "coin"), 1)
    refused = said(town.run("loans", "approve", "--loan", "1", "--underwriter", "buyer"), 1)
    assert "has no role for that" in refused
    said(town.run("loans", "approve", "--loan", "1"))
    assert "WrongSort: loan 1 buys a share" in said(town.run("loans", "draw", "--loan", "1", "--as", "coin"), 1)
    assert "PurchaseNotAccepted: the share's owner" in said(
        town.run("loans", "draw", "--loan", "1", "--as", "purchase"), 1
    )
    said(town.run("loans", "accept", "--loan", "1", "--wallet", "holding_entity"))
    denied = said(town.run("loans", "draw", "--loan", "1", "--as", "purchase"), 1)
    assert "TransferNotApproved: the house's manager does not let share 257" in denied
    assert "loan 1 withdrawn" in said(town.run("loans", "withdraw", "--loan", "1", "--wallet", "buyer"))
    assert "was withdrawn already" in said(town.run("loans", "withdraw", "--loan", "1", "--wallet", "buyer"))
