"""What `scripts/treasury.py` works with: the desk that acts on the treasury, amounts as typed, refusals in words."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from rich.console import Console

from commonhold.engines import Revert
from commonhold.engines.base import coders
from commonhold.operations.amounts import AmountError
from commonhold.operations.money import COINS, Unit, read_amount
from commonhold.operations.refusals import MoneyRefused, explained
from commonhold.operations.treasury import Desk
from commonhold.operations.treasury_tables import balance_table, demand_table, print_status
from commonhold.recipe import Suite
from commonhold.recipe.buying import give_cash, give_coins

COIN = 10**18
DOLLARS = 10**6  # in units of the reserve token
USDC = Unit("USDC", 6)


@pytest.fixture
def desk(suite: Any) -> Desk:
    return Desk(suite)


@pytest.fixture
def crowded(desk: Desk, buyer: str, owner_a: str, attacker: str) -> Desk:
    """The treasury lent, and more coins want out than there is cash: `owner_a` waits with the rest of his request."""
    suite = desk.suite
    give_coins(suite, buyer, 40_000 * COIN)
    suite.engine.advance(3 * 3_600)
    suite.test_book.draw(257, 100_000 * COIN, 0, COIN, owner_a, sender=attacker)
    desk.request(owner_a, 60_000 * COIN)
    return desk


# -------------------------------------------------------------------------------------------------------- amounts


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("1", COINS, COIN),
        ("1_000 HMD", COINS, 1_000 * COIN),
        ("1_000.5HMD", COINS, 1_000_5 * 10**17),
        ("0.000000000000000001 hmd", COINS, 1),
        ("1_234.56 USDC", USDC, 1_234_560_000),
        ("0.100000000 USDC", USDC, 100_000),
        ("7", Unit("GUSD", 2), 700),
        ("7", Unit("WHOLE", 0), 7),
    ],
)
def test_amount__typed__is_exact(text: str, unit: Unit, expected: int) -> None:
    assert read_amount(text).of(unit) == expected


@pytest.mark.parametrize("text", ["", "-1", "1,000", "1__0", "1_", "01", "1.", ".5", "HMD", "1 HMD HMD", "½"])
def test_amount__no_amount__says_what_was_expected(text: str) -> None:
    with pytest.raises(AmountError, match=r'expected an amount such as "1_000 HMD" or "1000\.50"'):
        read_amount(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 HMD", "expected an amount of USDC"),
        ("1e3", "expected an amount of USDC"),
        ("0.0000001", "USDC has 6 decimals"),
    ],
)
def test_amount__of_something_else__is_refused(text: str, expected: str) -> None:
    with pytest.raises(AmountError, match=expected):
        read_amount(text).of(USDC)


@pytest.mark.parametrize(
    ("units", "shown"),
    [(0, "0.00 USDC"), (1, "0.000001 USDC"), (1_234_567_890_000, "1,234,567.89 USDC"), (-500_000, "-0.50 USDC")],
)
def test_unit__shows_all_decimals_that_there_are(units: int, shown: str) -> None:
    assert USDC.show(units) == shown
    assert Unit("WHOLE", 0).show(1_500) == "1,500 WHOLE"


# -------------------------------------------------------------------------------------------------------- actions


def test_buy_and_redeem__allowances_as_needed__amounts_as_quoted(desk: Desk, buyer: str) -> None:
    suite = desk.suite
    suite.reserve.mint(buyer, 1_000 * DOLLARS, sender=buyer)
    bought = desk.buy(buyer, 600 * DOLLARS)
    assert (bought.coins, bought.cash, len(bought.receipts)) == (600 * COIN, 600 * DOLLARS, 2)
    assert suite.reserve.allowance(buyer, suite.treasury.address) == 0
    again = desk.buy(buyer, 1 * DOLLARS)
    assert suite.coin.balanceOf(buyer) == bought.coins + again.coins
    quote = desk.quote(100 * COIN)
    redeemed = desk.redeem(buyer, 100 * COIN)
    assert (redeemed.coins, redeemed.cash, redeemed.fee) == (100 * COIN, quote.cash, quote.feeCoins)
    assert suite.reserve.balanceOf(buyer) == 399 * DOLLARS + quote.cash


def test_reserve__not_of_the_plan__is_the_treasurys_own(desk: Desk, buyer: str) -> None:
    """As on every network but the local one."""
    suite = desk.suite
    addresses = {key: contract.address for key, contract in suite.contracts.items() if key != "reserve"}
    elsewhere = Desk(Suite(suite.engine, suite.parameters, suite.deployer, addresses))
    suite.reserve.mint(buyer, 5 * DOLLARS, sender=buyer)
    assert elsewhere.cash == desk.cash
    assert elsewhere.buy(buyer, 5 * DOLLARS).coins == 5 * COIN


def test_queue__more_than_is_free__waits_until_cash_comes(crowded: Desk, owner_a: str, buyer: str) -> None:
    suite = crowded.suite
    (mine,) = crowded.requests_of(owner_a)
    assert [one.request_id for one in crowded.line()] == [mine.request_id]
    assert mine.page.claimableCash == 40_000 * DOLLARS == suite.treasury.setAsideCash()
    claimed = crowded.claim(owner_a, mine.request_id)
    assert (claimed.coins, claimed.cash) == (40_000 * COIN, 40_000 * DOLLARS)
    give_cash(suite, buyer, 50_000 * DOLLARS)
    contributed = crowded.contribute(buyer, 50_000 * DOLLARS)
    assert contributed.coins == mine.page.pending
    assert crowded.line() == []
    crowded.claim(owner_a, mine.request_id)
    assert crowded.requests_of(owner_a) == []
    assert crowded.finalise(buyer).coins == 0


def test_line__longer_than_a_page__is_read_to_the_front(crowded: Desk, owner_a: str) -> None:
    for _ in range(104):
        crowded.request(owner_a, 100 * COIN)
    waiting = crowded.line(200)
    assert len(waiting) == 105
    assert [one.page.ahead for one in waiting] == sorted((one.page.ahead for one in waiting), reverse=True)
    assert waiting[-1].page.ahead == 0
    assert len(crowded.line(7)) == 7
    assert len(crowded.requests_of(owner_a)) == 105


# ------------------------------------------------------------------------------------------------------- refusals


def test_refused__nothing_is_sent_and_the_reason_is_one_line(crowded: Desk, buyer: str, owner_a: str) -> None:
    suite = crowded.suite
    (mine,) = crowded.requests_of(owner_a)
    block = suite.engine.block_number()
    attempts = {
        "NotEnoughFreeCash: it takes 475.00 TRES, and 0.00 TRES are free": lambda: crowded.redeem(buyer, 500 * COIN),
        "RequestTooSmall: a request has at least 100.00 HMD; got 99.00 HMD": lambda: crowded.request(buyer, 99 * COIN),
        "UnknownRequest: request 7 never was": lambda: crowded.claim(buyer, 7),
        f"NotController: request {mine.request_id} is for {owner_a}": lambda: crowded.claim(buyer, mine.request_id),
        "NothingBought: 0.00 TRES buys nothing": lambda: crowded.buy(buyer, 0),
        "NothingContributed: ": lambda: crowded.contribute(buyer, 0),
    }
    for expected, attempt in attempts.items():
        with pytest.raises(MoneyRefused) as refused:
            attempt()
        assert str(refused.value).startswith(expected)
        assert "\n" not in str(refused.value)
    assert suite.engine.block_number() == block


def test_refused__after_an_allowance__names_the_token_that_is_missing(desk: Desk, buyer: str) -> None:
    with pytest.raises(MoneyRefused, match=r"has 0\.00 TRES, and 5\.00 TRES are needed"):
        desk.buy(buyer, 5 * DOLLARS)
    with pytest.raises(MoneyRefused, match=r"has 0\.00 HMD, and .* HMD are needed"):
        desk.request(buyer, 100 * COIN)


def test_refused__price_stop_and_freeze__in_words(
    desk: Desk, buyer: str, guardian: str, court: str, attacker: str
) -> None:
    suite = desk.suite
    give_coins(suite, buyer, 1_000 * COIN)
    give_cash(suite, buyer, 1_000 * DOLLARS)
    suite.coin.setFrozenTokens(buyer, 950 * COIN, sender=court)
    with pytest.raises(MoneyRefused, match=r"the court froze coins of .*: 50\.00 HMD are free, and 60\.00 HMD are"):
        desk.redeem(buyer, 60 * COIN)
    suite.reserve_feed.updateAnswer(97 * 10**6, sender=attacker)
    with pytest.raises(MoneyRefused, match=r"TRES is worth 0\.97 dollars; coins are sold only above 0\.97 dollars"):
        desk.buy(buyer, DOLLARS)
    suite.engine.advance(2 * 86_400)
    with pytest.raises(MoneyRefused, match=r"TRES has no valid price \(Stale\); the last was 0\.97 dollars"):
        desk.buy(buyer, DOLLARS)
    suite.treasury.stop(b"buy".ljust(32, b"\0"), sender=guardian)
    with pytest.raises(MoneyRefused, match=r"StoppedUntil: the guardian stopped buying until 20\d\d-"):
        desk.buy(buyer, DOLLARS)


def test_words__every_error_that_a_check_can_return(suite: Any) -> None:
    """An error without words would be shown as the ABI has it; those of moving money have some."""
    errors = {coder.name: coder for coder in coders("TreasuryLens").errors.values()}
    errors |= {coder.name: coder for coder in coders("Treasury").errors.values() if coder.name == "StoppedUntil"}
    silent = {"MissingCode", "TermOutOfRange", "Unexplained", "FeeBpsOutOfOrder", "FeeTopDemandOutOfRange", "NotMinter"}
    samples = {"address": "0x" + "11" * 20, "uint256": 1, "int256": -1, "uint40": 1, "uint8": 1, "bytes32": bytes(32)}
    assert set(errors) > {"NotEnoughFreeCash", "StoppedUntil", "ERC20InsufficientBalance"}
    for name in sorted(set(errors) - silent):
        names, types = errors[name].values.names, errors[name].values.types
        refusal = Revert(name, {key: samples[kind] for key, kind in zip(names, types, strict=True)})
        assert explained(refusal, suite.treasury.address, USDC) != str(refusal), name


# --------------------------------------------------------------------------------------------------------- tables


@pytest.fixture
def console() -> Console:
    return Console(width=200, file=io.StringIO(), record=True)


def test_status__says_how_far_demand_is_from_each_threshold(crowded: Desk, console: Console) -> None:
    status = crowded.demand()
    console.print(demand_table(status, crowded.suite.engine.now()))
    console.print(balance_table(crowded.money()))
    text = console.export_text()
    assert re.search(r"pauses at 15\.00 % +│ reached", text)
    assert f"{COINS.show(status.untilResume)} less" in text
    assert "lending is paused, not before" in text
    assert COINS.show(crowded.suite.treasury.balanceSheet().coins).removesuffix(" HMD") in text


def test_status__of_everything__names_the_wallets_requests(crowded: Desk, console: Console, owner_a: str) -> None:
    crowded.suite.engine.advance(40 * 86_400)  # the price is stale, and demand has faded
    print_status(console, crowded, owner_a)
    text = console.export_text()
    assert "Queue, the last request first" in text
    assert f"Requests that {owner_a} may claim" in text
    assert "(Stale, " in text
    assert re.search(r"stopped by the guardian +│ nothing", text)
