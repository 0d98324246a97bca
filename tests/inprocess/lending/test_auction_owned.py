"""Homes that the treasury owns: marked down by anyone, offered by the DAO, sold by the auction's rules."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from auction_scene import TERMS, Scene, set_scene

from commonhold.model.core import Refused
from commonhold.model.lending.auction import Offer
from commonhold.model.money.ageing import DAY
from commonhold.model.money.price import WAD
from commonhold.recipe.buying import keep_price_valid

RICH = 10**7 * WAD
HELD = 60_000 * WAD + 1
START, FLOOR = 90_000 * WAD, 65_000 * WAD + 7
HOUSE_VALUE = 900_000 * WAD
VALID = 1  # of ValueStatus
NOTHING = (0,) * 10
NOBODY = "0x" + "00" * 20


@dataclass
class Owned:
    """Share 1 is the treasury's, share 8 the co-owner's; the DAO's lender foreclosed."""

    scene: Scene
    share: int
    beside: int
    co_owner: str
    buyer: str
    dao: Callable[..., Any]
    take: Callable[..., None]

    def offer(self, start: int = START, floor: int = FLOOR) -> Offer:
        self.dao(self.scene.auction, "offerOwned", self.share, start, floor)
        held = self.scene.suite.loans.ownedHomeUsd(self.share)
        return Offer.of(TERMS, held, start, floor, self.scene.auction.offerOf(self.share).startedAt)

    def bid(self, wallet: str, as_co_owner: int = 0, limit: int = 2**256 - 1) -> Any:
        return self.scene.auction.bidForOwned(self.share, limit, as_co_owner, sender=wallet)

    def homes(self) -> int:
        return int(self.scene.suite.treasury.balanceSheet().ownedHomesUsd)


@pytest.fixture
def owned(
    suite: Any,
    tokenized_house: Callable[..., int],
    owner_a: str,
    owner_b: str,
    buyer: str,
    holding_entity: str,
    credential: Any,
    share: Any,
    approve_move: Any,
    coins: Any,
    as_dao: Any,
) -> Owned:
    scene = set_scene(suite, owner_a, as_dao)
    house = tokenized_house(to=owner_a)
    for wallet in (owner_b, buyer):
        credential(wallet)
        coins(wallet, RICH)
        suite.coin.approve(suite.treasury, 2**256 - 1, sender=wallet)
    approve_move(share(house, 8), owner_b)
    suite.certificate.transferFrom(owner_a, owner_b, share(house, 8), sender=owner_a)
    as_dao(suite.loans, "setBook", holding_entity, True)

    def take(share_id: int, usd: int) -> None:
        """A loan of its own ends by taking the share at so much."""
        loan = scene.foreclose(share_id)
        scene.at(loan, TERMS.period)
        scene.auction.close(loan, sender=buyer)
        keep_price_valid(suite)
        now = scene.engine.now() + 1
        position = (HELD, 600, 0, now, now + 30 * DAY, 0, HELD, 0, 0, 0)
        scene.engine.set_next_time(now)
        suite.loans.lendCoins(position, holding_entity, 0, sender=holding_entity)
        suite.loans.takeHome(position, NOTHING, share_id, usd, sender=holding_entity)

    take(share(house, 1), HELD)
    return Owned(scene, share(house, 1), share(house, 8), owner_b, buyer, as_dao, take)


def refused_name(rule: Callable[[], int]) -> str:
    try:
        rule()
    except Refused as error:
        return error.name
    return ""


# -------------------------------------------------------------------------------------------------------------- offers


def test_offer__price_and_turns_at_random_seconds__are_the_models(owned: Owned) -> None:
    offer, scene = owned.offer(), owned.scene
    rng = random.Random(3)
    edges = [TERMS.co_owners_first, TERMS.decline, TERMS.period]
    seconds = {edge + more for edge in edges for more in (-1, 0, 1)} | {rng.randrange(30 * DAY) for _ in range(200)}
    for elapsed in sorted(seconds):
        scene.engine.set_time(offer.offered_at + elapsed)
        page = scene.auction.offerOf(owned.share)
        turn = TERMS.turn(elapsed)
        assert tuple(page) == (
            owned.share, offer.offered_at, elapsed, START, FLOOR, offer.price_usd(elapsed), turn.co_owners_only, False,
        )  # fmt: skip
        assert bool(refused_name(lambda e=elapsed: offer.bid(e, co_owner=False))) is turn.co_owners_only


@pytest.mark.parametrize("edge", [TERMS.co_owners_first, TERMS.decline, TERMS.period])
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_bid__at_the_edges__as_the_model_says(owned: Owned, edge: int, more: int) -> None:
    offer, scene, elapsed = owned.offer(), owned.scene, edge + more
    for wallet, named in ((owned.buyer, 0), (owned.co_owner, owned.beside)):
        scene.engine.set_next_time(offer.offered_at + elapsed)
        if refused_name(lambda n=named: offer.bid(elapsed, co_owner=bool(n))):
            found = scene.refused(lambda w=wallet, n=named: owned.bid(w, n))
            assert found == ("CoOwnersOnly", owned.share, wallet, elapsed)
        else:
            with scene.engine.rollback():
                assert owned.bid(wallet, named).event("OwnedHomeSold")["priceUsd"] == offer.price_usd(elapsed)


def test_sale__share_money_and_books_in_one_transaction(owned: Owned) -> None:
    offer, suite, scene = owned.offer(), owned.scene.suite, owned.scene
    scene.engine.set_next_time(offer.offered_at + 4 * DAY)
    price, before = offer.price_usd(4 * DAY), suite.treasury.balanceSheet()
    had = suite.coin.balanceOf(owned.buyer)
    sold = owned.bid(owned.buyer, limit=price).event("OwnedHomeSold")
    assert (sold["buyer"], sold["priceUsd"], sold["coins"]) == (owned.buyer, price, price)
    after = suite.treasury.balanceSheet()
    assert suite.certificate.ownerOf(owned.share) == owned.buyer
    assert suite.certificate.encumbrancesOf(owned.share)[0] == NOBODY
    assert suite.coin.balanceOf(owned.buyer) == had - price
    assert (after.coins, after.ownedHomesUsd) == (before.coins - price, before.ownedHomesUsd - HELD)
    assert after.equityUsd - before.equityUsd == price - HELD
    assert after.equityUsd == suite.treasury.equityByLedger()
    assert not any(scene.auction.offerOf(owned.share))
    assert scene.refused(lambda: owned.bid(owned.co_owner)) == ("NotOffered", owned.share)


def test_bid__limit_credential_and_frozen_coins(owned: Owned, attacker: str, court: str, coins: Any) -> None:
    offer, suite, scene = owned.offer(), owned.scene.suite, owned.scene
    coins(attacker, RICH)
    suite.coin.approve(suite.treasury, RICH, sender=attacker)
    scene.engine.set_next_time(offer.offered_at + 12 * DAY)
    assert scene.refused(lambda: owned.bid(owned.buyer, limit=FLOOR - 1)) == ("PriceAboveLimit", FLOOR, FLOOR - 1)
    assert scene.refused(lambda: owned.bid(attacker)) == ("ERC7943CannotReceive", attacker)
    suite.coin.setFrozenTokens(owned.buyer, RICH - FLOOR + 1, sender=court)
    assert scene.refused(lambda: owned.bid(owned.buyer)) == ("FrozenCoins", owned.buyer, FLOOR, FLOOR - 1)
    suite.coin.setFrozenTokens(owned.buyer, RICH - FLOOR, sender=court)
    owned.bid(owned.buyer)


def test_offer__out_of_range_or_not_the_treasurys__is_refused(owned: Owned, share: Any, owner_a: str) -> None:
    scene = owned.scene
    for start, floor in ((HELD, HELD - 1), (FLOOR - 1, FLOOR), (0, FLOOR), (START, 0)):
        found = scene.refused(lambda s=start, f=floor: owned.dao(scene.auction, "offerOwned", owned.share, s, f))
        assert found == ("OfferOutOfRange", owned.share, start, floor)
    found = scene.refused(lambda: owned.dao(scene.auction, "offerOwned", owned.share + 1, START, FLOOR))
    assert found == ("NotOwned", owned.share + 1, owner_a)
    owned.offer(HELD, HELD)  # a flat price at what it is held at
    assert scene.auction.offerOf(owned.share).priceUsd == HELD


def test_offer__is_the_daos__and_it_ends_it(owned: Owned, attacker: str) -> None:
    scene = owned.scene
    found = scene.refused(lambda: scene.auction.offerOwned(owned.share, START, FLOOR, sender=attacker))
    assert found == ("AccessManagedUnauthorized", attacker)
    owned.offer()
    owned.dao(scene.auction, "offerOwned", owned.share, 0, 0)
    assert not any(scene.auction.offerOf(owned.share))
    assert scene.refused(lambda: owned.bid(owned.buyer)) == ("NotOffered", owned.share)


def test_offer__of_a_share_that_moved__is_void(owned: Owned, court_order: Any) -> None:
    """Not even when the treasury owns it again: it would begin at a floor of long ago."""
    scene, suite = owned.scene, owned.scene.suite
    owned.offer()
    treasury = suite.treasury.address
    court_order(suite.certificate, "forcedTransfer", treasury, owned.co_owner, owned.share)
    assert scene.refused(lambda: owned.bid(owned.buyer)) == ("NotOffered", owned.share)
    court_order(suite.certificate, "forcedTransfer", owned.co_owner, treasury, owned.share)
    assert scene.refused(lambda: owned.bid(owned.buyer)) == ("NotOffered", owned.share)
    assert not any(scene.auction.offerOf(owned.share))


def test_offer__of_a_home_held_at_nothing__costs_something(owned: Owned, share: Any) -> None:
    scene = owned.scene
    worthless = owned.share + 1
    owned.take(worthless, 0)
    found = scene.refused(lambda: owned.dao(scene.auction, "offerOwned", worthless, 1, 0))
    assert found == ("OfferOutOfRange", worthless, 1, 0)
    owned.dao(scene.auction, "offerOwned", worthless, 2, 1)
    scene.engine.advance(9 * DAY)
    sold = scene.auction.bidForOwned(worthless, RICH, 0, sender=owned.buyer).event("OwnedHomeSold")
    assert (sold["priceUsd"], sold["coins"]) == (1, 2)  # what was lost on it took coverage below 1
    assert owned.homes() == HELD


def test_a_share_that_was_given_to_the_treasury__is_no_owned_home(
    owned: Owned, approve_move: Any, owner_a: str
) -> None:
    scene, suite, gift = owned.scene, owned.scene.suite, owned.share + 1
    approve_move(gift, suite.treasury.address)
    suite.certificate.transferFrom(owner_a, suite.treasury, gift, sender=owner_a)
    owned.dao(scene.auction, "offerOwned", gift, START, FLOOR)
    scene.engine.advance(9 * DAY)
    found = scene.refused(lambda: scene.auction.bidForOwned(gift, RICH, 0, sender=owned.buyer))
    assert found == ("NotOwnedHome", gift)


# --------------------------------------------------------------------------------------------------------------- marks


@pytest.fixture
def value_house(owned: Owned, appraise: Any) -> Callable[[int], None]:
    """A valid value of the house, of which a share is an eighth."""

    def value(usd: int) -> None:
        appraise(owned.share >> 8, usd)
        owned.scene.engine.advance(8 * DAY)  # a first value's quarantine
        assert owned.scene.suite.valuation.shareValue(owned.share).status == VALID

    return value


def test_mark__only_down_to_the_floors_part_of_a_valid_value(owned: Owned, value_house: Any, attacker: str) -> None:
    scene, suite = owned.scene, owned.scene.suite
    value_house(HOUSE_VALUE)  # 70 % of an eighth: 78,750
    assert scene.auction.markOwned(owned.share, sender=attacker).events == []
    value_house(HOUSE_VALUE // 2 + 11)
    equity = suite.treasury.balanceSheet().equityUsd
    expected = TERMS.marked(HELD, (HOUSE_VALUE // 2 + 11) // 8)
    assert expected < HELD
    assert scene.auction.markOwned.call(owned.share, sender=attacker) == expected
    marked = scene.auction.markOwned(owned.share, sender=attacker).event("HomeMarked")
    assert (marked["previousUsd"], marked["valueUsd"]) == (HELD, expected)
    assert owned.homes() == suite.loans.ownedHomeUsd(owned.share) == expected
    assert suite.treasury.balanceSheet().equityUsd == equity - (HELD - expected)
    value_house(HOUSE_VALUE)  # never up again
    assert scene.auction.markOwned(owned.share, sender=attacker).events == []
    assert owned.homes() == expected


def test_mark__needs_a_valid_value(owned: Owned, value_house: Any, guardian: str, attacker: str) -> None:
    scene, suite = owned.scene, owned.scene.suite
    mark = scene.auction.markOwned
    assert scene.refused(lambda: mark(owned.share, sender=attacker)) == ("ValueNotValid", owned.share, 0)
    value_house(HOUSE_VALUE // 2)
    suite.valuation.freeze(owned.share >> 8, sender=guardian)
    status = suite.valuation.shareValue(owned.share).status
    assert scene.refused(lambda: mark(owned.share, sender=attacker)) == ("ValueNotValid", owned.share, status)
    assert owned.homes() == HELD


def test_mark__of_what_is_not_owned__changes_nothing(owned: Owned, value_house: Any, attacker: str) -> None:
    value_house(HOUSE_VALUE)
    for share_id in (owned.share + 1, owned.beside):
        assert owned.scene.auction.markOwned.call(share_id, sender=attacker) == 0
        assert owned.scene.auction.markOwned(share_id, sender=attacker).events == []


def test_mark__of_a_home_that_a_court_took_away__is_nothing(owned: Owned, court_order: Any, attacker: str) -> None:
    scene, suite = owned.scene, owned.scene.suite
    court_order(suite.certificate, "forcedTransfer", suite.treasury.address, owned.co_owner, owned.share)
    assert owned.homes() == HELD
    marked = scene.auction.markOwned(owned.share, sender=attacker).event("HomeMarked")
    assert (marked["previousUsd"], marked["valueUsd"]) == (HELD, 0)
    assert owned.homes() == 0
