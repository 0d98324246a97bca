"""T14, no exit at par before the loss is recognised: with a real loan on a house that lost a fifth of its value.

The insider is the borrower himself: he knows on the first day that he won't pay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from loan_scene import DAY, HOUSE_USD, WAD, LoanScene

from commonhold.recipe.buying import keep_price_valid

LENT = 24_000 * WAD
ASKED = 5_000 * WAD
THIN = 7_000  # dollars of cash


@dataclass
class Bad:
    scene: LoanScene
    loan: int
    good: int  # a loan of somebody else's, who pays in cash when everybody waits
    midnight: int  # from which the bad one is past due


@pytest.fixture
def bad(
    suite: Any,
    index_feed: Any,
    owner_a: str,
    owner_b: str,
    buyer: str,
    credential: Callable[..., bytes],
    tokenized_house: Callable[..., int],
    appraise: Callable[..., Any],
    lending_cash: Callable[..., None],
) -> Bad:
    """A thin treasury: a loss of 2,000 dollars is more than its equity. The bad house is appraised anew."""
    scene = LoanScene(suite, index_feed, appraise, [owner_a, owner_b, buyer])
    for owner in scene.owners:
        credential(owner, expires_at=suite.engine.now() + 3 * 365 * DAY)
        scene.houses.append(tokenized_house(to=owner))
        appraise(scene.houses[-1], HOUSE_USD)
        suite.coin.approve(suite.treasury, 2**256 - 1, sender=owner)
    suite.engine.advance(suite.valuation.terms().firstValueQuarantinePeriod)
    keep_price_valid(suite)
    lending_cash(THIN)
    loan, good = scene.lend(owner_a, scene.share(0, 1), LENT), scene.lend(owner_b, scene.share(1, 1), LENT)
    suite.coin.transfer(buyer, 10_000 * WAD, sender=owner_b)
    midnight = scene.due_midnight(loan)
    scene.at(midnight - 5 * DAY)
    appraise(scene.houses[0], HOUSE_USD * 80 // 100)
    suite.book.mark(loan, sender=buyer)
    assert scene.desk.loanOf(loan).valueUsd == 32_000 * WAD
    # Nobody's cash is left: whoever asks from now on waits.
    bank = suite.engine.accounts[suite.parameters.local.wallets["bank"]]
    suite.coin.approve(suite.treasury, 2**256 - 1, sender=bank)
    suite.treasury.requestRedeem(suite.coin.balanceOf(bank), bank, bank, sender=bank)
    return Bad(scene, loan, good, midnight)


def ask(bad: Bad, wallet: str, time: int) -> int:
    bad.scene.at(time)
    receipt = bad.scene.treasury.requestRedeem(ASKED, wallet, wallet, sender=wallet)
    return int(receipt.event("RedeemRequest")["requestId"])


@pytest.mark.parametrize("days", [1, 29, 30])
def test_insider__who_asks_before_anything_shows__is_paid_the_rate_of_the_day_he_is_served(bad: Bad, days: int) -> None:
    scene, suite = bad.scene, bad.scene.suite
    insider, other, buyer = scene.owners
    first = ask(bad, insider, bad.midnight + days * DAY)
    scene.at(bad.midnight + days * DAY + 60)
    assert scene.treasury.balanceSheet().equityUsd > 0  # nothing shows yet
    last = ask(bad, buyer, bad.midnight + 100 * DAY)
    pages = {number: scene.treasury.requestPage(number) for number in (first, last)}
    net = {number: page.pending for number, page in pages.items()}  # some coins of the first were served at once
    assert scene.treasury.pendingRedeemRequest(first, insider) == net[first] > 0

    served_at = bad.midnight + 120 * DAY
    scene.at(served_at)
    page = scene.desk.loanOf(bad.good)
    suite.reserve.mint(other, page.debt // 10**12 + 10**9, sender=other)
    suite.reserve.approve(suite.treasury, 2**256 - 1, sender=other)
    scene.book.pay(bad.good, scene.book.feesDueOf(bad.good), sender=other)
    before = scene.treasury.balanceSheet()
    assets = before.cashUsd + before.loansUsd + before.ownedHomesUsd
    assert before.equityUsd < 0  # the first loss is gone, and more
    assert assets < before.coins
    scene.book.payCash(bad.good, 20_000 * 10**6, 0, sender=other)
    prices = {}
    for number, owner in ((first, insider), (last, buyer)):
        had = suite.reserve.balanceOf(owner)
        assert scene.treasury.pendingRedeemRequest(number, owner) == 0
        scene.treasury.claim(number, owner, sender=owner)
        prices[number] = (
            (suite.reserve.balanceOf(owner) - had - pages[number].claimableCash) * 10**12 * WAD // net[number]
        )
    # Whoever asked on the first day and whoever asked on the hundredth have the same price: coverage, and no more.
    # (What the good borrower paid of his own late interest raised it a little.)
    coverage = scene.treasury.coverage()
    assert assets * WAD // before.coins < coverage < WAD
    for number, price in prices.items():
        assert -(10**12 * WAD // net[number]) - 10**9 <= price - coverage <= 10**13, (number, price, coverage)
    scene.check()


def test_loss__is_the_equitys_first__and_shows_by_the_second_without_a_call(bad: Bad) -> None:
    """On day 30 the fall begins, on day 120 it is over; until equity is gone a coin is worth a dollar."""
    scene = bad.scene
    position = scene.desk.positionOf(bad.loan)
    cap = position.cap
    assert cap == 32_000 * WAD * 70 // 100
    day_30 = bad.midnight + 30 * DAY
    impaired = scene.debt_at(bad.loan, day_30)
    seen = []
    for days in (0, 30, 45, 75, 119, 120, 150):
        for second in (-1, 0, 1):
            time = bad.midnight + days * DAY + second
            scene.engine.set_time(time)
            carrying = scene.desk.loanOf(bad.loan).carryingUsd
            sheet = scene.treasury.balanceSheet()
            if time <= day_30:
                expected = scene.book.debtOf(bad.loan)
            else:
                passed = min(time - day_30, 90 * DAY)
                expected = impaired - (impaired - cap) * passed // (90 * DAY)
            assert abs(carrying - expected) <= 2
            seen.append((sheet.equityUsd, scene.treasury.coverage()))
    assert all(coverage == WAD if equity == 0 else (coverage < WAD) == (equity < 0) for equity, coverage in seen)
    assert seen[0][0] > 0 > seen[-1][0]
    scene.check()


def test_house__that_kept_its_value__costs_nobody_anything(bad: Bad) -> None:
    scene = bad.scene
    scene.engine.set_time(bad.midnight + 150 * DAY)
    day_90 = bad.midnight + 90 * DAY
    page = scene.desk.loanOf(bad.good)
    assert page.carryingUsd <= page.debt
    interest = LENT * page.rateBps * (day_90 - page.startedAt) // (10_000 * 365 * DAY)
    assert page.carryingUsd == LENT + interest
    scene.check()
