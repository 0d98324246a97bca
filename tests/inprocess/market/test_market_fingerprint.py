"""Whatever changes about the share between offer and settlement ends the offer, and opens the way back at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from market_scene import DAY, PRICE, Scene, refused

from commonhold.recipe import market as sales

Change = Callable[[Scene, Any], None]


def moved(scene: Scene, people: Any) -> None:
    people.approve_move(scene.share, people.owner_b)
    scene.suite.certificate.transferFrom(scene.seller, people.owner_b, scene.share, sender=scene.seller)


def moved_and_back(scene: Scene, people: Any) -> None:
    moved(scene, people)
    people.approve_move(scene.share, scene.seller)
    scene.suite.certificate.transferFrom(people.owner_b, scene.seller, scene.share, sender=people.owner_b)


def liened(scene: Scene, people: Any) -> None:
    people.encumber("placeLien", scene.share)


def leased(scene: Scene, people: Any) -> None:
    people.encumber("placeLease", scene.share, people.owner_b, 2**39)


def used(scene: Scene, people: Any) -> None:
    scene.suite.certificate.setUser(scene.share, people.owner_b, 2**39, sender=scene.seller)


def frozen(scene: Scene, people: Any) -> None:
    scene.suite.certificate.setFrozenTokens(scene.seller, scene.share, True, sender=people.court)


def approved(scene: Scene, people: Any) -> None:
    scene.suite.certificate.approve(people.owner_b, scene.share, sender=scene.seller)


def permitted(scene: Scene, people: Any) -> None:
    people.approve_move(scene.share, people.owner_b)


def claimed(scene: Scene, people: Any) -> None:
    scene.suite.registry.reportSeniorClaim(scene.house, 10**18, b"lien".ljust(32), sender=people.registrar)


def managed(scene: Scene, people: Any) -> None:
    scene.suite.registry.setManager(scene.house, people.owner_b, sender=people.registrar)


def documented(scene: Scene, people: Any) -> None:
    scene.suite.registry.setDocument(
        scene.house, 1, "https://example.org/appraisal", b"h".ljust(32), sender=scene.manager
    )


CHANGES: list[Change] = [
    moved,
    moved_and_back,
    liened,
    leased,
    used,
    frozen,
    approved,
    permitted,
    claimed,
    managed,
    documented,
]


@dataclass(frozen=True)
class People:
    """Who and what changes something."""

    owner_b: str
    court: str
    registrar: str
    approve_move: Callable[..., None]
    encumber: Callable[..., None]


@pytest.fixture
def people(
    scene: Scene, owner_b: str, court: str, registrar: str, credential: Any, approve_move: Any, as_dao: Any
) -> People:
    credential(owner_b)
    encumbrancer = scene.suite.engine.deploy("TestHookedCaller", sender=owner_b)
    as_dao(scene.suite.certificate, "setHolder", encumbrancer, (False, True, True))

    def encumber(function: str, *args: Any) -> None:
        certificate = scene.suite.certificate
        encumbrancer.act(certificate, getattr(certificate, function).encode(*args), sender=owner_b)

    return People(owner_b, court, registrar, approve_move, encumber)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_change__before_the_purchase__nobody_buys(scene: Scene, people: People, change: Change) -> None:
    ask = scene.ready()
    change(scene, people)
    sales.approve_sale(scene.suite, ask, scene.buyer, manager=scene.suite.registry.managerOf(scene.house))
    expected = "NotShareOwner" if change is moved else "FingerprintChanged"
    refused(lambda: scene.take(ask), expected)
    refused(lambda: scene.buy(ask), expected)
    scene.check()


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_change__after_the_purchase__nobody_settles_and_the_money_goes_back(
    scene: Scene, people: People, change: Change
) -> None:
    ask = scene.bought()
    scene.complete(ask)
    refused(lambda: scene.refund(ask), "NotRefundable")
    change(scene, people)
    sales.approve_sale(scene.suite, ask, scene.buyer, manager=scene.suite.registry.managerOf(scene.house))
    refused(lambda: scene.settle(ask), "NotShareOwner" if change is moved else "FingerprintChanged")
    before = scene.money(scene.buyer)[scene.buyer][0]
    scene.refund(ask)
    assert scene.money(scene.buyer)[scene.buyer][0] == before + PRICE
    scene.check()


def test_nothing_of_it__debt_value_and_other_shares__leave_an_offer_alone(
    scene: Scene, people: People, appraise: Any, pay_income: Any
) -> None:
    ask = scene.bought()
    scene.complete(ask)
    appraise(scene.house, 320_000 * 10**18)
    pay_income(scene.house, 10**18)
    scene.suite.certificate.setUser(scene.share + 1, people.owner_b, 2**39, sender=scene.seller)
    scene.suite.engine.advance(DAY)
    scene.settle(ask)
    assert scene.owner() == scene.buyer


def test_freeze__lifted_again__the_offer_lives(scene: Scene, people: People) -> None:
    ask = scene.ready()
    frozen(scene, people)
    refused(lambda: scene.take(ask), "FingerprintChanged")
    scene.suite.certificate.setFrozenTokens(scene.seller, scene.share, False, sender=people.court)
    scene.take(ask)
