"""Many sales at random: of every token the market holds what waiting sales paid and the fees; title follows money."""

from __future__ import annotations

import random
from typing import Any

import pytest
from market_scene import DAY, DOCUMENTS, PRICE, UNIT, WAD, Scene

from commonhold.engines import Revert
from commonhold.recipe import market as sales
from commonhold.recipe.buying import keep_price_valid
from commonhold.recipe.market import COIN_PLACE, RESERVE_PLACE, Ask, Outcome

STEPS = 150


class Trade:
    """Two owners of a house's shares, each of whom buys from the other, by every path there is."""

    def __init__(self, scene: Scene, people: list[str], mediator: str, seed: int) -> None:
        self.scene, self.people, self.mediator = scene, people, mediator
        self.dice = random.Random(seed)
        self.waiting: list[tuple[Ask, str]] = []
        self.number = 0
        self.settled = self.refunded = 0

    def step(self) -> None:
        act = self.dice.choice((self.offer, self.offer, self.further, self.further, self.further, self.wait))
        act()
        self.check()

    def offer(self) -> None:
        """Somebody takes an ask, or pays and waits."""
        scene, suite, dice = self.scene, self.scene.suite, self.dice
        share = scene.house * 256 + dice.randint(1, 8)
        seller = suite.certificate.ownerOf(share)
        buyer = next(person for person in self.people if person != seller)
        price = dice.choice((PRICE, PRICE + 1, 7 * WAD + 3))
        self.number += 1
        if self.number > 223:
            return
        ask = scene.ask(price, seller=seller, share_id=share, documents_hash=DOCUMENTS, number=self.number)
        paid = dice.choice(
            (
                [(COIN_PLACE, price)],
                [(COIN_PLACE, price // 3), (RESERVE_PLACE, 10**12)],
                [(RESERVE_PLACE, price * UNIT // WAD // 2), (COIN_PLACE, price)],
            )
        )
        scene.give(buyer, 2 * PRICE, 2 * PRICE * UNIT // WAD)
        if dice.random() < 0.3:
            scene.approve(ask, buyer)
            scene.take(ask, buyer, payments=paid)
            assert suite.certificate.ownerOf(share) == buyer
            self.settled += 1
        else:
            scene.buy(ask, buyer, payments=paid)
            self.waiting.append((ask, buyer))

    def further(self) -> None:
        """Something happens to a sale that waits; what can't be is refused."""
        if not self.waiting:
            return
        scene, dice = self.scene, self.dice
        ask, buyer = dice.choice(self.waiting)
        vote = dice.choice((Outcome.RELEASE, Outcome.REFUND))
        voter = dice.choice((ask.seller, buyer, self.mediator))
        acts: dict[str, Any] = {
            "approve": lambda: scene.approve(ask, buyer),
            "settle": lambda: scene.settle(ask),
            "refund": lambda: scene.refund(ask, to=buyer),
            "dispute": lambda: scene.market.dispute(ask.struct, sender=buyer),
            "resolve": lambda: scene.market.resolve(ask.struct, vote, sender=voter),
        }
        name = dice.choice(list(acts))
        try:
            acts[name]()
        except Revert:
            return
        if name in ("settle", "refund"):
            self.waiting.remove((ask, buyer))
            self.settled += name == "settle"
            self.refunded += name == "refund"
            owner = scene.suite.certificate.ownerOf(ask.share_id)
            assert (owner == buyer) or name == "refund"

    def wait(self) -> None:
        self.scene.suite.engine.advance(self.dice.choice((DAY, 20 * DAY)))
        keep_price_valid(self.scene.suite)

    def check(self) -> None:
        self.scene.check(*(ask for ask, _ in self.waiting))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_trades__at_random__nothing_is_lost_doubled_or_stuck(
    scene: Scene, owner_b: str, mediator: str, credential: Any, seed: int
) -> None:
    suite = scene.suite
    far = suite.engine.now() + 20 * 365 * DAY
    credential(owner_b, expires_at=far)
    for wallet in (scene.seller, scene.buyer):
        suite.credentials.renew(wallet, far, sender=suite.engine.accounts[suite.parameters.roles.issuer[0]])
    people = [scene.seller, owner_b]
    for person in people:
        sales.offer_through_market(suite, person)
    trade = Trade(scene, people, mediator, seed)
    for _ in range(STEPS):
        trade.step()
    assert trade.settled > 5
    assert trade.refunded > 3
    # Whatever is still there comes back.
    suite.engine.advance(200 * DAY)
    for ask, buyer in list(trade.waiting):
        scene.refund(ask, to=buyer)
        trade.waiting.remove((ask, buyer))
    scene.check()
