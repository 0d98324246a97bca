"""T33, units: a number in another unit than the one that is meant is refused, or changes nothing that it could.

Of the contracts that lend: terms in seconds, days and basis points, values of a share and of a house, cash and coins.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from loan_scene import DAY, FORECLOSURE, SHARE_USD, WAD, LoanScene

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert
from commonhold.recipe.lending import Application, LoanKind, approve_loan, request_loan

HUGE = 2**96 - 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("drawLtvBps", 7_001),  # above the cap, and so any part of 10^18
        ("capBps", 8_501),
        ("noticeLtvBps", 10_001),
        ("graceDays", 30),  # a loan is impaired then; and so any number of seconds
        ("foreclosureDays", 30),
        ("foreclosureDays", 366),
        ("noticePeriod", 30),  # days where seconds are meant
        ("noticePeriod", 366 * DAY),
        ("mostApprovalPeriod", 90),
        ("minLoan", 1_000),  # dollars where wei are meant
        ("minDebt", 0),
        ("borrowerCap", 1_000_000),
        ("originatorCap", 10_000_000 * 10**6),  # units of a token with six decimals
        ("houseCapBps", 10_001),
        ("originationFeeBps", 501),
        ("lateFeeBps", 1_001),
        ("maxLateOfOriginator", 1_001),
        ("marginBps", 2_001),
        ("resetStepBps", 501),  # above the life's
        ("lifeStepBps", 2_001),
        ("fixingPeriod", 45),
        ("fixingPeriod", 181 * DAY),
    ],
)
def test_terms_of_the_book__in_another_unit__are_refused_by_name(suite: Any, field: str, value: int) -> None:
    terms = suite.desk.terms()._replace(**{field: value})
    with pytest.raises(Revert) as caught:
        suite.engine.deploy("LoanBook", tuple(suite.desk.peers()), tuple(terms), sender=suite.deployer)
    told = decode_revert(caught.value.data, "LoanBook")
    # Amounts bound each other: what does not fit an amount in wei may be told of its neighbour.
    amounts = {"minLoan", "minDebt", "borrowerCap", "originatorCap"}
    assert told.name == "TermOutOfRange"
    assert told.values[0] in (amounts if field in amounts else {field})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("startBps", 20_001),
        ("floorBps", 11_000),
        ("declinePeriod", 7),
        ("declinePeriod", 91 * DAY),
        ("coOwnersFirstPeriod", 8 * DAY),
        ("coOwnersLastPeriod", 91 * DAY),
        ("costsBps", 501),
    ],
)
def test_terms_of_the_auction__in_another_unit__are_refused_by_name(suite: Any, field: str, value: int) -> None:
    peers, terms = suite.auction.peers(), suite.auction.terms()._replace(**{field: value})
    with pytest.raises(Revert) as caught:
        suite.engine.deploy("ForeclosureAuction", suite.hub, tuple(peers), tuple(terms), sender=suite.deployer)
    told = decode_revert(caught.value.data, "ForeclosureAuction")
    assert (told.name, told.values[:2]) == ("TermOutOfRange", (field, value))


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("amount", 20_000, "amount"),  # dollars
        ("amount", 20_000 * 10**6, "amount"),  # units of cash
        ("amount", 1_000_000 * WAD + 1, "amount"),
        ("instalments", 0, "instalments"),
        ("instalments", 481, "instalments"),
        ("max_rate_bps", 10_001, "maxRateBps"),
        ("share_id", 1, "shareId"),  # a house's number
    ],
)
def test_application__in_another_unit__is_refused_by_field(scene: LoanScene, field: str, value: int, name: str) -> None:
    changed: dict[str, Any] = {field: value}
    application = replace(Application(scene.share(0, 1), 20_000 * WAD), **changed)
    found = scene.refused(lambda: request_loan(scene.suite, scene.owners[0], application))
    assert found[:3] == ("ApplicationOutOfRange", name.encode().ljust(32, b"\0"), value)


@pytest.mark.parametrize(("share_id", "number"), [(256, 0), (265, 9), (4 * 256 + 1, 1), (2**32 + 257, 1)])
def test_application__for_a_share_that_is_none__is_refused(scene: LoanScene, share_id: int, number: int) -> None:
    asked = Application(share_id, 20_000 * WAD)
    found = scene.refused(lambda: request_loan(scene.suite, scene.owners[0], asked))
    assert found[:3] == ("ApplicationOutOfRange", b"shareId".ljust(32, b"\0"), number)


@pytest.mark.parametrize("rate", [0, 6, 299, 1_501, 10_001])
def test_approved_rate__below_the_models_or_above_the_borrowers__is_refused(scene: LoanScene, rate: int) -> None:
    """Per cent where basis points are meant are below any rate."""
    asked = request_loan(scene.suite, scene.owners[0], Application(scene.share(0, 1), 20_000 * WAD))
    found = scene.refused(lambda: approve_loan(scene.suite, asked, rate_bps=rate))
    assert (found[0], found[1], found[3]) == ("RateOutOfRange", rate, 1_500)


@pytest.mark.parametrize("period", [0, 90 * DAY + 1])
def test_expiry__as_a_length_of_time_or_too_late__is_refused(scene: LoanScene, period: int) -> None:
    asked = request_loan(scene.suite, scene.owners[0], Application(scene.share(0, 1), 20_000 * WAD))
    for until in {90 * DAY, scene.engine.now() + 1 + period}:
        assert scene.tried(lambda: approve_loan(scene.suite, asked, until=until)) == "ExpiryOutOfRange"  # noqa: B023
    approve_loan(scene.suite, asked, until=scene.engine.now() + 1 + 90 * DAY)


@pytest.mark.parametrize(("more", "outcome"), [(-1, ""), (0, ""), (1, "LoanToValueTooHigh")])
def test_limit__is_of_the_share__not_of_the_house(scene: LoanScene, more: int, outcome: str) -> None:
    most = SHARE_USD * 60 // 100
    asked = scene.approved(scene.owners[0], scene.share(0, 1), most + more)
    draw = lambda: scene.book.draw(asked.loan_id, asked.borrower, sender=asked.borrower)  # noqa: E731
    assert scene.tried(draw) == outcome
    if outcome:
        assert scene.refused(draw) == (outcome, most + more, most)


def test_value_and_cap__of_a_loan__are_its_shares__and_coins_not_cash(scene: LoanScene) -> None:
    loan = scene.lend(scene.owners[0], scene.share(0, 1), 24_000 * WAD)
    page, position = scene.desk.loanOf(loan), scene.desk.positionOf(loan)
    assert page.valueUsd == SHARE_USD
    assert position.cap == SHARE_USD * 70 // 100
    assert scene.book.feesOf(loan) == (240 * WAD, 0)
    # A year's interest at basis points a year, in seconds: a month is a twelfth of it.
    assert scene.debt_at(loan, page.startedAt + 2_628_000) - 24_000 * WAD == 24_000 * WAD * page.rateBps // 120_000


@pytest.mark.parametrize("cash", [1, 1_000 * 10**6])
def test_cash__of_six_decimals__pays_as_many_dollars(scene: LoanScene, cash: int) -> None:
    loan = scene.lend(scene.owners[0], scene.share(0, 1))
    time = scene.engine.now() + DAY
    debt = scene.debt_at(loan, time)
    scene.at(time)
    scene.book.payCash(loan, cash, 0, sender=scene.owners[0])
    assert debt - scene.book.debtOf(loan) == cash * 10**12
    scene.check()


def test_draw_in_cash__pays_out_whole_units_of_the_loan_less_the_fee(scene: LoanScene) -> None:
    owner, amount = scene.owners[0], 20_000 * WAD + 123_456_789
    asked = scene.approved(owner, scene.share(0, 1), amount)
    had = scene.suite.reserve.balanceOf(owner)
    scene.book.drawCash(asked.loan_id, owner, sender=owner)
    fee = -(-amount // 100)
    assert scene.suite.reserve.balanceOf(owner) - had == (amount - fee) // 10**12
    assert scene.book.debtOf(asked.loan_id) == amount
    scene.check()


def test_late_fee_and_notice__are_of_the_instalment_and_the_shares(scene: LoanScene) -> None:
    """5 % of an instalment, not of the debt; above 85 % of the share, not of the house."""
    owner = scene.owners[0]
    loan = scene.lend(owner, scene.share(0, 1), 24_000 * WAD, kind=LoanKind.INTEREST_ONLY, instalments=12)
    instalment = scene.desk.loanOf(loan).instalment
    scene.at(scene.due_midnight(loan) + 16 * DAY)
    scene.book.mark(loan, sender=owner)
    assert scene.book.feesDueOf(loan) == -(-instalment * 5 // 100)
    scene.index.set_index(scene.index_level() * 70 // 100)
    scene.book.giveNotice(loan, sender=owner)
    assert scene.desk.loanOf(loan).valueUsd == SHARE_USD * 70 // 100


def test_switch__with_a_name_nobody_knows__is_refused(scene: LoanScene, guardian: str) -> None:
    for name in (b"foreclosures", b"Foreclosure", b"lending"):
        what = name.ljust(32, b"\0")
        assert scene.refused(lambda: scene.desk.stop(what, sender=guardian)) == ("UnknownSwitch", what)  # noqa: B023
    scene.desk.stop(FORECLOSURE, sender=guardian)


@pytest.mark.parametrize(("start", "floor"), [(1, 2), (10**6, 10**6), (HUGE + 1, HUGE + 1)])
def test_offer_of_an_owned_home__in_cash_units_or_upside_down__is_refused(
    scene: LoanScene, as_dao: Any, start: int, floor: int
) -> None:
    loan = scene.lend(scene.owners[0], scene.share(0, 1), 24_000 * WAD)
    scene.at(scene.due_midnight(loan) + 90 * DAY)
    scene.book.startForeclosure(loan, sender=scene.owners[2])
    scene.at(scene.auction.auctionOf(loan).startedAt + 9 * DAY)
    scene.auction.close(loan, sender=scene.owners[2])
    with pytest.raises(Revert) as caught:
        as_dao(scene.auction, "offerOwned", scene.share(0, 1), start, floor)
    expected = "SafeCastOverflowedUintDowncast" if start > HUGE else "OfferOutOfRange"
    assert caught.value.name == expected
