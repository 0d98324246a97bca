"""Every length of a lease x credit x price, bought or ended at every moment that matters, against the exact model.

`LeaseStage.check` runs after every call: chain and model agree on all that is held and paid, to the wei.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lease_stage import COIN, MONTH, RENT, LeaseStage

PRICE = 41_234_567_890_123_456_789_011
"""Of a fixed one: a little more than the share is worth at the start."""

CREDITS = {
    "no credit": (0, 0),
    "half, kept": (5_000, 0),
    "all, kept": (10_000, 0),
    "all, refundable": (10_000, 10_000),
    "a third, of it a third refundable": (3_333, 3_333),
}
PLENTY = 10**9 * COIN


def pay_all(stage: LeaseStage) -> None:
    stage.give(stage.model.months * (stage.model.rent + stage.model.fee) + PRICE)
    stage.act("pay", stage.model.months - 1)


def buy_on_day_1(stage: LeaseStage) -> None:
    stage.give(PRICE)
    stage.act("buy", PLENTY)
    assert stage.sold


def buy_on_day_1_with_all_rents_paid(stage: LeaseStage) -> None:
    pay_all(stage)
    stage.act("collect")
    stage.act("buy", PLENTY)
    assert stage.sold
    assert stage.model.flows.lease_fees == stage.model.fee, "rents to come went back, fees and all"


def buy_in_the_last_second(stage: LeaseStage) -> None:
    pay_all(stage)
    stage.before(stage.model.ends_at - MONTH)
    stage.act("collect")
    stage.before(stage.model.ends_at)
    stage.value(43_000 * COIN)
    stage.at(stage.model.ends_at - 1)
    stage.act("buy", PLENTY)
    assert stage.sold


def too_late_by_a_second(stage: LeaseStage) -> None:
    pay_all(stage)
    stage.before(stage.model.ends_at)
    stage.value(43_000 * COIN)
    stage.at(stage.model.ends_at - 1)
    stage.refuses("LeaseRuns", "end", sender=stage.owner)
    stage.at(stage.model.ends_at)
    stage.refuses("TermIsOver", "buy", PLENTY)
    stage.act("end", sender=stage.suite.deployer)
    stage.refuses("NoLease", "buy", PLENTY)
    assert not stage.sold


def default_and_cure(stage: LeaseStage) -> None:
    stage.give(3 * (RENT + stage.model.fee) + PRICE)
    late_at = stage.model.started_at + MONTH + stage.rules.grace
    stage.before(late_at)
    stage.at(late_at - 1)
    stage.refuses("NotLate", "declareDefault", sender=stage.owner)
    stage.at(late_at)
    stage.act("declareDefault", sender=stage.owner)
    stage.refuses("RentDue", "buy", PLENTY)
    stage.before(stage.model.default_at + stage.rules.cure)
    stage.value(39_000 * COIN)
    stage.at(stage.model.default_at + stage.rules.cure - 1)
    stage.act("pay", 1)
    assert stage.model.default_at, "the second rent is due, too"
    stage.act("pay", 1)
    stage.refuses("NotInDefault", "terminate", sender=stage.owner)
    stage.act("buy", PLENTY)
    assert stage.sold


def default_and_end(stage: LeaseStage) -> None:
    late_at = stage.model.started_at + MONTH + stage.rules.grace
    stage.at(late_at)
    stage.act("declareDefault", sender=stage.owner)
    stage.refuses("AlreadyInDefault", "declareDefault", sender=stage.owner)
    stage.at(stage.model.default_at + stage.rules.cure - 1)
    stage.refuses("CureRuns", "terminate", sender=stage.owner)
    stage.act("terminate", sender=stage.owner)
    stage.refuses("NoLease", "terminate", sender=stage.owner)
    assert not stage.sold


def value_below_credit(stage: LeaseStage) -> None:
    """Of a fixed price: the price itself is."""
    pay_all(stage)
    stage.before(stage.model.ends_at)
    stage.value(max(5 * COIN, stage.model.credit * stage.model.months // 3))
    stage.at(stage.model.ends_at - 1)
    stage.act("buy", PLENTY)
    assert stage.sold
    assert stage.model.flows.sale_fees == 0 or stage.model.credit == 0, "nothing was paid, so there is no fee"


STORIES = (
    buy_on_day_1,
    buy_on_day_1_with_all_rents_paid,
    buy_in_the_last_second,
    too_late_by_a_second,
    default_and_cure,
    default_and_end,
    value_below_credit,
)


@pytest.mark.parametrize("months", [12, 24, 60])
@pytest.mark.parametrize("credit", CREDITS)
@pytest.mark.parametrize("price", ["fixed", "current"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_lease__agrees_with_the_model(
    let: Callable[..., LeaseStage], months: int, credit: str, price: str, story: Callable[[LeaseStage], None]
) -> None:
    credit_bps, refund_bps = CREDITS[credit]
    price_usd = PRICE if price == "fixed" else 0
    if price == "fixed" and story is value_below_credit:
        price_usd = max(5 * COIN, RENT * credit_bps // 10_000 * months // 3)
    story(let(months=months, credit_bps=credit_bps, refund_bps=refund_bps, price_usd=price_usd))
