"""T01, a run on the liquid slice: what cash there is goes to the first, everybody else has a place and an id."""

from __future__ import annotations

import random

import pytest
from run_scene import WAD, RunScene


@pytest.mark.parametrize("seed", range(3))
def test_run__all_twelve_in_one_block__cash_is_paid_to_the_unit_and_the_rest_has_a_place(
    opened: RunScene, seed: int
) -> None:
    scene, treasury, order = opened, opened.treasury, list(opened.holders)
    random.Random(seed).shuffle(order)
    had = {person: scene.coin.balanceOf(person) for person in order}
    supply, equity = scene.coin.totalSupply(), scene.equity()
    ids = dict(zip(order, scene.request_in_one_block([(person, had[person]) for person in order]), strict=True))
    assert scene.refused_draw() == scene.refused_draw(in_cash=True) == "LendingPausedByDemand"

    pages = {person: treasury.requestPage(ids[person]) for person in order}
    assert sorted(ids.values()) == [ids[person] for person in order]
    assert [page.controller for page in pages.values()] == order
    net = {person: page.pending + page.claimable for person, page in pages.items()}
    served = [person for person in order if pages[person].claimableCash]
    assert served == order[: len(served)]
    assert sum(scene.claim(ids[person], person) for person in served) == scene.cash(250_000)

    waiting = {person: treasury.pendingRedeemRequest(ids[person], person) for person in order}
    assert sum(waiting.values()) == scene.coin.totalSupply() == scene.waiting()
    assert [person for person in order if waiting[person]] == order[len(served) - 1 :]  # the last one in part
    assert all(had[person] * 95 // 100 <= net[person] + scene.unit for person in order)
    # What the fee took is equity: no coin came or went otherwise.
    fees = supply - sum(net.values())
    assert 0 <= scene.equity() - equity - fees < WAD  # and some seconds' interest
    assert not [person for person in order if scene.coin.balanceOf(person)]
    scene.check()


def test_run__when_the_loans_are_paid__everybody_gets_a_dollar_a_coin(opened: RunScene) -> None:
    scene, treasury = opened, opened.treasury
    ids = scene.request_in_one_block([(person, scene.coin.balanceOf(person)) for person in scene.holders])
    net = scene.coin.totalSupply() + scene.cash(250_000) * scene.unit
    scene.check()
    for loan_id in scene.loans():
        if scene.waiting():
            scene.pay_in_cash(loan_id)
    assert scene.waiting() == scene.coin.totalSupply() == 0
    scene.check()
    scene.in_one_block([(p, treasury.claim, i, p) for i, p in zip(ids, scene.holders, strict=True)])
    assert sum(event["cash"] for event in scene.events("Claimed")) * scene.unit == net
    assert treasury.setAsideCash() == 0
    scene.check()


def test_run__slower_than_the_others__loses_nothing_but_time(opened: RunScene) -> None:
    """Who comes last waits for the same dollar; his fee is the top one, and no more."""
    scene = opened
    first = scene.request_in_one_block([(person, 80_000 * WAD) for person in scene.holders[:-1]])
    late = scene.request(scene.holders[-1], 80_000 * WAD)
    page = scene.treasury.requestPage(late)
    assert page.pending == 76_000 * WAD
    assert page.ahead == scene.waiting() - page.pending > 0
    scene.contribute(750_000)
    assert scene.claim(late, scene.holders[-1]) == scene.cash(76_000)
    assert scene.claim(first[0], scene.holders[0]) > scene.cash(79_000)
    scene.check()
