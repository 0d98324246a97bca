"""A reserve token that lets its sender or receiver act in the middle of a transfer of cash sees no loan half done.

The borrower is a contract. He pays in cash, or draws in cash, and from within that transfer does something else with
the same loan, another one, or the treasury.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

import pytest
from loan_scene import DAY, NOBODY, OPEN, WAD, LoanScene

from commonhold.engines import Revert
from commonhold.recipe.buying import keep_price_valid
from commonhold.recipe.lending import Application, LoanStage, Requested, approve_loan

ANY = 2**128
NEVER = 2**256 - 1

INNER = {
    "pay": ("book", "pay", lambda loan, other, him, share: (loan, 5_000 * WAD)),
    "pay all": ("book", "pay", lambda loan, other, him, share: (loan, ANY)),
    "pay in cash": ("book", "payCash", lambda loan, other, him, share: (loan, 3_000 * 10**6, 0)),
    "mark": ("book", "mark", lambda loan, other, him, share: (loan,)),
    "add collateral": ("book", "addCollateral", lambda loan, other, him, share: (loan, share)),
    "redeem": ("treasury", "redeem", lambda loan, other, him, share: (1_000 * WAD, 0, him)),
    "draw another": ("book", "draw", lambda loan, other, him, share: (other, him)),
    "draw another in cash": ("book", "drawCash", lambda loan, other, him, share: (other, him)),
    "start a foreclosure": ("book", "startForeclosure", lambda loan, other, him, share: (loan,)),
    "buy": ("treasury", "buy", lambda loan, other, him, share: (1_000 * 10**6, 0, him)),
}

OF_THE_LOAN = ("pay", "pay all", "pay in cash", "mark", "add collateral")


def expected(outer: str, inner: str) -> str:
    """The error with which all of it is undone; none if both calls go through."""
    if inner == "start a foreclosure":
        return "WrongStage" if outer == "pay all in cash" else "NotForeclosable"
    if outer == "pay all in cash" and inner in OF_THE_LOAN:
        return "WrongStage"  # it is closed before the cash is asked for
    if outer != "draw in cash":
        return "CashUnderWay"  # until the cash is there, the treasury's books are locked
    # Everything is written before the cash goes out, but for the loan's place in the ledger's days to come.
    return "Panic" if inner in ("pay", "pay all", "pay in cash") else ""


class Hooked:
    """A borrower whose wallet acts from within transfers of the reserve token."""

    def __init__(self, scene: LoanScene) -> None:
        self.scene, self.anybody = scene, scene.owners[0]
        self.wallet = scene.engine.deploy("TestHookedCaller", sender=self.anybody)
        self.address = self.wallet.address

    def act(self, contract: Any, function: str, *arguments: Any, armed: bool = False) -> None:
        data = getattr(contract, function).encode(*arguments)
        (self.wallet.actArmed if armed else self.wallet.act)(contract.address, data, sender=self.anybody)

    def then(self, contract: Any, function: str, *arguments: Any) -> None:
        self.wallet.then(contract.address, getattr(contract, function).encode(*arguments), sender=self.anybody)

    def approved(self, share_id: int) -> int:
        suite, application = self.scene.suite, Application(share_id, 10_000 * WAD)
        self.act(suite.desk, "request", astuple(application))
        loan_id = int(suite.desk.lastLoan())
        approve_loan(suite, Requested(loan_id, self.address, application), until=suite.engine.now() + 80 * DAY)
        return loan_id


@pytest.fixture
def unruly(scene: LoanScene) -> Iterator[Any]:
    """The suite's reserve token, with code that calls back."""
    engine, address = scene.engine, scene.suite.reserve.address
    usual = engine.code_at(address)
    decimals = scene.suite.reserve.decimals()
    other = engine.deploy("TestUnrulyToken", decimals, sender=scene.owners[0])
    engine.set_code(address, engine.code_at(other.address))
    yield engine.at("TestUnrulyToken", address)
    engine.set_code(address, usual)


@pytest.fixture
def hooked(scene: LoanScene, unruly: Any, credential: Any, moved: Any) -> Hooked:
    """With three shares of house 0, coins and cash."""
    made = Hooked(scene)
    credential(made.address)
    for number in (1, 2, 3):
        moved(scene.share(0, number), made.address)
    scene.coin.transfer(made.address, 60_000 * WAD, sender=scene.owners[1])
    unruly.mint(made.address, 60_000 * 10**6, sender=scene.owners[0])
    for token in (scene.coin, unruly):
        made.act(token, "approve", scene.treasury.address, NEVER)
    scene.owners.append(made.address)
    return made


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("outer", ["pay a part in cash", "pay all in cash", "draw in cash"])
def test_call_back__from_within_a_transfer_of_cash__leaves_everything_accounted_for(
    scene: LoanScene, unruly: Any, hooked: Hooked, outer: str, inner: str
) -> None:
    suite, him = scene.suite, hooked.address
    loan, other = (hooked.approved(scene.share(0, number)) for number in (1, 2))
    keep_price_valid(suite)
    if outer != "draw in cash":
        hooked.act(suite.book, "draw", loan, him)
    scene.engine.advance(100)
    keep_price_valid(suite)
    key, function, arguments = INNER[inner]
    hooked.then(suite.contracts[key], function, *arguments(loan, other, him, scene.share(0, 3)))
    unruly.callBack(him, hooked.wallet.onMove.encode(), sender=hooked.anybody)
    outside = {
        "pay a part in cash": ("payCash", loan, 4_000 * 10**6, 0),
        "pay all in cash": ("payCash", loan, 20_000 * 10**6, 0),
        "draw in cash": ("drawCash", loan, him),
    }[outer]
    try:
        hooked.act(suite.book, *outside, armed=True)
        answer = ""
    except Revert as revert:
        answer = revert.name
    assert answer == expected(outer, inner)
    unruly.callBack(NOBODY, b"", sender=hooked.anybody)
    scene.check()
    scene.engine.advance(40 * DAY)
    keep_price_valid(suite)
    for number in (loan, other):
        if LoanStage(suite.book.stageOf(number)) in OPEN:
            suite.book.pay(number, ANY, sender=scene.owners[1])
    scene.check()
    scene.engine.advance(200 * DAY)
    scene.check()
