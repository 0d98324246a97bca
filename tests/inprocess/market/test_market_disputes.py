"""Two of three decide: every pair of voices, what they can do and what they can't."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from market_scene import DAY, DOCUMENTS, PRICE, Scene, refused

from commonhold.recipe import market as sales
from commonhold.recipe.market import Outcome

ZERO = "0x" + "00" * 20
VOICES = ("seller", "buyer", "mediator")


@pytest.fixture
def voices(scene: Scene, mediator: str) -> dict[str, str]:
    return {"seller": scene.seller, "buyer": scene.buyer, "mediator": mediator}


@pytest.fixture
def disputed(scene: Scene) -> Any:
    """A purchase that the manager approved and the buyer disputes."""
    ask = scene.bought()
    scene.approve(ask, until=2**40 - 1)
    scene.market.dispute(ask.struct, sender=scene.buyer)
    return ask


@pytest.mark.parametrize("pair", list(itertools.combinations(VOICES, 2)))
@pytest.mark.parametrize("votes", list(itertools.product(Outcome, repeat=2)))
def test_two_voices__agreed__decide(
    scene: Scene, disputed: Any, voices: dict[str, str], pair: tuple[str, str], votes: tuple[Outcome, Outcome]
) -> None:
    name = scene.market.askHashOf(disputed.struct)
    for voice, vote in zip(pair, votes, strict=True):
        if vote == Outcome.NONE:
            refused(
                lambda voice=voice: scene.market.resolve(disputed.struct, 0, sender=voices[voice]), "MissingValue", name
            )
        else:
            scene.market.resolve(disputed.struct, vote, sender=voices[voice])
    decided = votes[0] if votes[0] == votes[1] else Outcome.NONE
    before = scene.money(scene.buyer)[scene.buyer][0]
    if decided != Outcome.RELEASE:
        refused(lambda: scene.settle(disputed), "NotReleased", name, decided)
    if decided != Outcome.REFUND:
        refused(lambda: scene.refund(disputed), "NotRefundable")
    if decided == Outcome.RELEASE:
        scene.settle(disputed)
        assert scene.owner() == scene.buyer
    elif decided == Outcome.REFUND:
        scene.refund(disputed)
        assert (scene.owner(), scene.money(scene.buyer)[scene.buyer][0]) == (scene.seller, before + PRICE)
    else:
        page = scene.page(disputed)
        told = {"seller": page.sellerVote, "buyer": page.buyerVote, "mediator": page.mediatorVote}
        assert told == dict.fromkeys(VOICES, 0) | dict(zip(pair, votes, strict=True))
        return
    scene.check()


def test_vote__changed_until_two_agree__then_no_more(scene: Scene, disputed: Any, voices: dict[str, str]) -> None:
    resolve, name = scene.market.resolve, scene.market.askHashOf(disputed.struct)
    resolve(disputed.struct, Outcome.RELEASE, sender=voices["seller"])
    resolve(disputed.struct, Outcome.REFUND, sender=voices["buyer"])
    resolve(disputed.struct, Outcome.REFUND, sender=voices["seller"])
    for voice in voices.values():
        refused(
            lambda voice=voice: resolve(disputed.struct, Outcome.RELEASE, sender=voice),
            "AlreadyDecided",
            name,
            Outcome.REFUND,
        )


def test_vote__strangers_and_second_mediators(
    scene: Scene, disputed: Any, voices: dict[str, str], attacker: str, as_dao: Any
) -> None:
    """All mediators have one voice together, and a mediator who is a party only the party's."""
    suite, resolve = scene.suite, scene.market.resolve
    refused(lambda: resolve(disputed.struct, Outcome.REFUND, sender=attacker), "MissingRole", attacker, 5)
    as_dao(suite.hub, "grantRole", 5, scene.buyer, 0)
    as_dao(suite.hub, "grantRole", 5, attacker, 0)
    resolve(disputed.struct, Outcome.REFUND, sender=scene.buyer)
    refused(lambda: scene.refund(disputed), "NotRefundable")
    resolve(disputed.struct, Outcome.RELEASE, sender=attacker)
    resolve(disputed.struct, Outcome.RELEASE, sender=voices["mediator"])
    assert scene.page(disputed).mediatorVote == Outcome.RELEASE
    refused(lambda: scene.settle(disputed), "NotReleased")
    resolve(disputed.struct, Outcome.RELEASE, sender=voices["seller"])
    scene.settle(disputed)


def test_dispute__by_a_party_once__extends_the_deadline(scene: Scene, attacker: str) -> None:
    ask = scene.bought()
    name, deadline = scene.market.askHashOf(ask.struct), scene.page(ask).deadline
    refused(lambda: scene.market.resolve(ask.struct, Outcome.REFUND, sender=scene.buyer), "NotDisputed", name)
    refused(lambda: scene.market.dispute(ask.struct, sender=attacker), "NotParty", attacker, scene.seller, scene.buyer)
    scene.at(deadline)
    said = scene.market.dispute(ask.struct, sender=scene.seller).event("SaleDisputed")
    assert said["deadline"] == deadline + 30 * DAY == scene.page(ask).deadline
    refused(lambda: scene.market.dispute(ask.struct, sender=scene.buyer), "AlreadyDisputed", name)


def test_dispute__attested_by_both_before__needs_votes_all_the_same(scene: Scene) -> None:
    ask = scene.bought()
    scene.complete(ask)
    scene.market.dispute(ask.struct, sender=scene.buyer)
    refused(lambda: scene.settle(ask), "NotReleased", scene.market.askHashOf(ask.struct), Outcome.NONE)


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_dispute__undecided__goes_back_after_the_deadline(scene: Scene, disputed: Any, late: int) -> None:
    deadline = scene.page(disputed).deadline
    scene.at(deadline + late)
    if late > 0:
        scene.refund(disputed)
        scene.check()
    else:
        refused(lambda: scene.refund(disputed), "NotRefundable")


def test_release__replaces_the_documents__and_nothing_else(
    scene: Scene, disputed: Any, issuer: str, voices: dict[str, str]
) -> None:
    suite = scene.suite
    for voice in ("seller", "mediator"):
        scene.market.resolve(disputed.struct, Outcome.RELEASE, sender=voices[voice])
    with suite.engine.rollback():
        scene.approve(disputed, until=0)
        refused(lambda: scene.settle(disputed), "SaleNotApproved")
    with suite.engine.rollback():
        suite.credentials.revoke(scene.buyer, sender=issuer)
        refused(lambda: scene.settle(disputed), "ERC7943CannotReceive", scene.buyer)
    with suite.engine.rollback():
        suite.certificate.approve(scene.buyer, scene.share, sender=scene.seller)
        refused(lambda: scene.settle(disputed), "FingerprintChanged")
        scene.refund(disputed)
    assert scene.settle(disputed).event("Sold")["documentsHash"] == bytes(32)


def test_refund_decided__no_settling_any_more(scene: Scene, disputed: Any, voices: dict[str, str]) -> None:
    sales.attest(scene.suite, disputed, DOCUMENTS, scene.seller, scene.buyer)
    for voice in ("buyer", "mediator"):
        scene.market.resolve(disputed.struct, Outcome.REFUND, sender=voices[voice])
    refused(lambda: scene.settle(disputed), "NotReleased")
    scene.refund(disputed)
    assert scene.page(disputed).buyer == ZERO
