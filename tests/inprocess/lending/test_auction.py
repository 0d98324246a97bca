"""Auctions of foreclosed shares: the price at any second, whose turn it is, and what a bid does."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from auction_scene import GIVEN, TERMS, VALUE, Scene, peers_of, set_scene

from commonhold.model.core import Refused
from commonhold.model.lending.auction import AuctionTerms, Foreclosure, coins_for_up
from commonhold.model.money.ageing import DAY
from commonhold.model.money.price import WAD
from commonhold.recipe.buying import keep_price_valid

RICH = 10**7 * WAD
ACTIVE, FORECLOSING = 3, 4  # of ILoanBook.Stage


@pytest.fixture
def house(tokenized_house: Callable[..., int], owner_a: str) -> int:
    """Its shares are owner_a's, who owes; but share 8 is owner_b's."""
    return tokenized_house(to=owner_a)


@pytest.fixture
def scene(
    suite: Any,
    house: int,
    owner_a: str,
    owner_b: str,
    buyer: str,
    credential: Any,
    share: Any,
    approve_move: Any,
    coins: Any,
    as_dao: Any,
) -> Scene:
    """A co-owner (owner_b) and somebody else (buyer), both with coins that the treasury may take."""
    scene = set_scene(suite, owner_a, as_dao)
    for wallet in (owner_b, buyer):
        credential(wallet)
        coins(wallet, RICH)
        suite.coin.approve(suite.treasury, 2**256 - 1, sender=wallet)
    approve_move(share(house, 8), owner_b)
    suite.certificate.transferFrom(owner_a, owner_b, share(house, 8), sender=owner_a)
    return scene


def judged(rule: Callable[[], int]) -> tuple[int, Refused | None]:
    """What a rule of the model gives, or why it refuses."""
    try:
        return rule(), None
    except Refused as error:
        return 0, error


# ------------------------------------------------------------------------------------------------------ price and clock


@pytest.mark.parametrize("value", [VALUE, 1, 3, 10_001, 2**96 - 1])
def test_price__at_random_seconds__is_the_models(scene: Scene, house: int, share: Any, value: int) -> None:
    loan = scene.foreclose(share(house, 1), value=value)
    rng = random.Random(value)
    edges = [TERMS.co_owners_first, TERMS.decline, TERMS.period]
    seconds = {edge + more for edge in edges for more in (-1, 0, 1)}
    seconds |= {rng.randrange(TERMS.period + DAY) for _ in range(400)} | {0, 1}
    begin, last = scene.models[loan].started_at, 2**97
    scene.agrees(loan)
    for second in sorted(seconds - {0}):
        scene.engine.set_time(begin + second)
        scene.agrees(loan)
        price = scene.auction.auctionOf(loan).priceUsd
        assert 0 < price <= last
        last = price


def test_stops__move_the_clock_by_exactly_their_length(scene: Scene, house: int, share: Any) -> None:
    scene.book.setStoppedTime(1, 1_000, sender=scene.owner)  # before the start: none of the auction's
    loan = scene.foreclose(share(house, 1))
    model = Foreclosure(TERMS, VALUE, scene.models[loan].started_at, 1_000)
    scene.models[loan] = model
    rng, stopped = random.Random(5), 1_000
    while scene.engine.now() < model.started_at + 12 * DAY:
        stopped += rng.choice([0, 0, 1, rng.randrange(7_200)])
        scene.book.setStoppedTime(loan, stopped, sender=scene.owner)
        scene.engine.advance(rng.randrange(1, 7_200))
        scene.agrees(loan, stopped)
    for less in (0, 999, 10**6, 2**200):  # another owner brings others; overlaps count twice
        scene.book.setStoppedTime(loan, less, sender=scene.owner)
        scene.agrees(loan, less)


@pytest.mark.parametrize("stopped", [0, 1, 90_000])
def test_boundaries__to_the_second(
    scene: Scene, house: int, share: Any, owner_b: str, buyer: str, stopped: int
) -> None:
    first = scene.foreclose(share(house, 1))
    if stopped:
        scene.book.setStoppedTime(first, stopped, sender=scene.owner)
    shareId, co_owners = share(house, 1), share(house, 8)
    model = scene.models[first]
    for edge in (TERMS.co_owners_first, TERMS.decline, TERMS.period):
        for elapsed in (edge - 1, edge, edge + 1):
            for wallet, named in ((buyer, 0), (owner_b, co_owners)):
                with scene.engine.rollback():
                    scene.at(first, elapsed, stopped)
                    price, error = judged(lambda e=elapsed, n=named: model.bid(e, co_owner=bool(n)))
                    if error:
                        found = scene.refused(lambda w=wallet, n=named: scene.bid(first, w, n))
                        assert found[0] == error.name
                        assert error.arguments[0] in found
                    else:
                        assert scene.bid(first, wallet, named).event("Settled")["priceUsd"] == price
            with scene.engine.rollback():
                scene.at(first, elapsed, stopped)
                if elapsed < TERMS.period:
                    assert scene.refused(lambda: scene.auction.close(first, sender=buyer)) == (
                        "AuctionRunning", first, elapsed, TERMS.period,
                    )  # fmt: skip
                else:
                    taken = scene.auction.close(first, sender=buyer).event("Taken")
                    assert (taken["shareId"], taken["valueUsd"]) == (shareId, model.floor_usd)
                    assert scene.suite.certificate.ownerOf(shareId) == scene.suite.treasury.address


# ------------------------------------------------------------------------------------------------------------- bidding


def test_bid__first_at_the_posted_price_wins(scene: Scene, house: int, share: Any, buyer: str, owner_b: str) -> None:
    loan = scene.foreclose(share(house, 1))
    scene.at(loan, 3 * DAY)
    receipt = scene.bid(loan, buyer)
    price = scene.models[loan].price_usd(3 * DAY)
    sold, settled = receipt.event("Sold"), receipt.event("Settled")
    assert (sold["buyer"], sold["priceUsd"], sold["coins"], sold["shareId"]) == (buyer, price, price, share(house, 1))
    assert (settled["coins"], settled["priceUsd"], settled["costsUsd"]) == (price, price, TERMS.costs_up(price))
    assert scene.suite.certificate.ownerOf(share(house, 1)) == buyer
    assert not any(scene.auction.auctionOf(loan))
    assert scene.refused(lambda: scene.bid(loan, owner_b)) == ("NoAuction", loan)
    assert scene.refused(lambda: scene.auction.close(loan, sender=owner_b)) == ("NoAuction", loan)


def test_bid__needs_no_more_than_its_limit(scene: Scene, house: int, share: Any, buyer: str) -> None:
    loan = scene.foreclose(share(house, 1))
    price = scene.models[loan].price_usd(3 * DAY)
    scene.at(loan, 3 * DAY)
    assert scene.refused(lambda: scene.bid(loan, buyer, limit=price - 1)) == ("PriceAboveLimit", price, price - 1)
    scene.bid(loan, buyer, limit=price)


def test_bid__without_credential__of_a_frozen_share__with_frozen_coins(
    scene: Scene, house: int, share: Any, buyer: str, attacker: str, owner_a: str, court: str
) -> None:
    suite, loan = scene.suite, scene.foreclose(share(house, 1))
    price = scene.models[loan].floor_usd
    scene.at(loan, 5 * DAY)
    assert scene.refused(lambda: scene.bid(loan, attacker)) == ("ERC7943CannotReceive", attacker)

    suite.certificate.setFrozenTokens(owner_a, share(house, 1), True, sender=court)
    assert scene.refused(lambda: scene.bid(loan, buyer))[0] == "ERC7943InsufficientUnfrozenBalance"
    suite.certificate.setFrozenTokens(owner_a, share(house, 1), False, sender=court)

    suite.coin.setFrozenTokens(buyer, RICH - price, sender=court)
    error = scene.refused(lambda: scene.bid(loan, buyer))
    assert (error[0], error[1], error[3]) == ("FrozenCoins", buyer, price)
    suite.coin.setFrozenTokens(buyer, 2 * RICH, sender=court)
    assert scene.refused(lambda: scene.bid(loan, buyer))[3] == 0
    suite.coin.setFrozenTokens(buyer, RICH - 2 * price, sender=court)
    assert scene.bid(loan, buyer).event("Sold")["coins"] < 2 * price


def test_co_owners__of_this_house_by_another_share(
    scene: Scene,
    house: int,
    share: Any,
    owner_a: str,
    owner_b: str,
    buyer: str,
    tokenized_house: Any,
    coins: Any,
) -> None:
    elsewhere = tokenized_house(to=buyer)
    loan = scene.foreclose(share(house, 1))
    for wallet, named in (
        (buyer, 0),
        (buyer, share(elsewhere, 1)),
        (buyer, share(house, 8)),
        (owner_b, 0),
        (owner_b, share(house, 1)),
        (owner_b, share(house, 2)),
        (owner_a, share(house, 1)),  # the share itself makes nobody a co-owner
    ):
        scene.at(loan, DAY)
        error = scene.refused(lambda w=wallet, n=named: scene.bid(loan, w, n))
        assert error == ("CoOwnersOnly", share(house, 1), wallet, DAY)
    scene.bid(loan, owner_b, share(house, 8))
    # The borrower is one, too, if he owns another share.
    again = scene.foreclose(share(house, 2))
    coins(owner_a, RICH)
    scene.suite.coin.approve(scene.suite.treasury, RICH, sender=owner_a)
    scene.at(again, DAY)
    scene.bid(again, owner_a, share(house, 3))
    assert scene.suite.certificate.encumbrancesOf(share(house, 2))[0] == "0x" + "00" * 20


def test_below_coverage_1__coins_count_at_coverage(
    scene: Scene, house: int, share: Any, buyer: str, attacker: str, as_dao: Any
) -> None:
    suite, loan = scene.suite, scene.foreclose(share(house, 1))
    as_dao(suite.coin, "setMinter", attacker, 2**127)
    as_dao(suite.loans, "setBook", attacker, True)
    keep_price_valid(suite)
    now = scene.engine.now() + 1
    scene.engine.set_next_time(now)
    lent = (RICH // 10, 600, 0, now, now + 30 * DAY, 0, RICH, 0, 0, 0)  # a loan is an asset, too
    suite.loans.lendCoins(lent, attacker, 0, sender=attacker)
    rng = random.Random(11)
    for step in range(40):
        suite.coin.mint(attacker, rng.randrange(1, 10 ** rng.randrange(1, 26)), sender=attacker)
        with scene.engine.rollback():
            elapsed = 5 * DAY + step
            scene.at(loan, elapsed)
            sold = scene.bid(loan, buyer).event("Sold")
            sheet = suite.treasury.balanceSheet()
            assets = sheet.cashUsd + sheet.loansUsd + sheet.ownedHomesUsd
            price = scene.models[loan].price_usd(elapsed)
            assert sold["coins"] == coins_for_up(price, assets, sheet.coins)
            worth = suite.treasury.worthDown
            assert worth(sold["coins"]) >= price > worth(sold["coins"] - 1)
    assert suite.treasury.coverage() < WAD


def test_without_assets__no_coins_buy_anything(
    suite: Any, house: int, share: Any, owner_a: str, buyer: str, credential: Any, as_dao: Any
) -> None:
    scene = set_scene(suite, owner_a, as_dao)
    credential(buyer)
    as_dao(suite.coin, "setMinter", buyer, 2**127)
    suite.coin.mint(buyer, RICH, sender=buyer)
    assert suite.treasury.coverage() == 0
    loan = scene.foreclose(share(house, 1))
    scene.at(loan, 3 * DAY)
    price = scene.models[loan].price_usd(3 * DAY)
    assert scene.refused(lambda: scene.bid(loan, buyer)) == ("CoinsWorthNothing", price)


def test_worth_nothing__nobody_bids_nothing__the_treasury_takes_it_at_its_time(
    scene: Scene, house: int, share: Any, buyer: str
) -> None:
    loan = scene.foreclose(share(house, 1), value=0)
    scene.at(loan, 3 * DAY)
    assert scene.refused(lambda: scene.bid(loan, buyer)) == ("WorthNothing", loan, share(house, 1))
    scene.at(loan, TERMS.period - 1)
    assert scene.refused(lambda: scene.auction.close(loan, sender=buyer))[0] == "AuctionRunning"
    scene.at(loan, TERMS.period)
    assert scene.auction.close(loan, sender=buyer).event("Taken")["valueUsd"] == 0


# --------------------------------------------------------------------------------------- what begins, ends and goes on


def test_shares_of_a_loan__one_at_a_time(scene: Scene, house: int, share: Any, buyer: str, owner_b: str) -> None:
    loan = scene.foreclose(share(house, 2), share(house, 1))
    scene.at(loan, 4 * DAY)
    receipt = scene.bid(loan, buyer)
    opened = receipt.event("AuctionOpened")
    assert (opened["loanId"], opened["shareId"]) == (loan, share(house, 2))
    assert scene.auction.auctionOf(loan).elapsed == 0
    # The clock begins anew, and the first days are the co-owners'; he is one by now.
    assert scene.refused(lambda: scene.bid(loan, buyer))[0] == "CoOwnersOnly"
    scene.bid(loan, buyer, share(house, 1))
    assert scene.refused(lambda: scene.bid(loan, owner_b)) == ("NoAuction", loan)


def test_shares_of_a_loan__while_the_next_has_no_valid_value__there_is_no_auction(
    scene: Scene, house: int, share: Any, buyer: str, owner_b: str
) -> None:
    loan = scene.foreclose(*(share(house, number) for number in (3, 2, 1)))
    scene.book.setWaits(loan, True, sender=scene.owner)
    for elapsed, sell in (
        (4 * DAY, lambda: scene.bid(loan, buyer)),
        (TERMS.period, lambda: scene.auction.close(loan, sender=buyer)),
    ):
        scene.at(loan, elapsed)
        sell()
        assert scene.book.stageOf(loan) == FORECLOSING
        assert not any(scene.auction.auctionOf(loan))
        assert scene.refused(lambda: scene.bid(loan, owner_b, share(house, 8))) == ("NoAuction", loan)
        assert scene.refused(lambda: scene.auction.close(loan, sender=owner_b)) == ("NoAuction", loan)
        receipt = scene.book.reopen(loan, VALUE, sender=scene.owner)
        scene.models[loan] = Foreclosure(TERMS, VALUE, receipt.timestamp)
        scene.agrees(loan)


def test_a_cured_loan__has_no_auction__and_a_new_one_takes_its_place(
    scene: Scene, house: int, share: Any, buyer: str
) -> None:
    loan = scene.foreclose(share(house, 1))
    scene.at(loan, 4 * DAY)
    scene.book.setStage(loan, ACTIVE, sender=buyer)
    assert not any(scene.auction.auctionOf(loan))
    assert scene.refused(lambda: scene.bid(loan, buyer)) == ("NoAuction", loan)
    assert scene.refused(lambda: scene.auction.close(loan, sender=buyer)) == ("NoAuction", loan)
    scene.book.setStage(loan, FORECLOSING, sender=buyer)
    receipt = scene.book.reopen(loan, 2 * VALUE, sender=buyer)
    scene.models[loan] = Foreclosure(TERMS, 2 * VALUE, receipt.timestamp)
    scene.agrees(loan)


def test_auctions_side_by_side__know_nothing_of_each_other(
    scene: Scene, house: int, share: Any, buyer: str, owner_b: str
) -> None:
    loans = [scene.foreclose(share(house, number), value=VALUE * number) for number in (1, 2, 3)]
    scene.at(loans[0], 3 * DAY)
    scene.bid(loans[1], buyer)
    scene.book.setStoppedTime(loans[2], DAY, sender=buyer)
    scene.engine.advance(1)
    scene.agrees(loans[0])
    scene.agrees(loans[2], DAY)
    scene.bid(loans[0], owner_b)
    scene.engine.advance(1)
    scene.agrees(loans[2], DAY)


def test_open__is_the_books(scene: Scene, house: int, share: Any, attacker: str) -> None:
    error = scene.refused(lambda: scene.auction.open(1, share(house, 1), VALUE, 0, sender=attacker))
    assert error == ("NotBook", attacker)
    assert scene.refused(lambda: scene.bid(1, attacker)) == ("NoAuction", 1)


def test_t16__no_dust_bid_in_the_first_block__wins_anything(
    scene: Scene, house: int, share: Any, buyer: str, attacker: str, credential: Any, coins: Any
) -> None:
    """Maker, Black Thursday: one bidder, in the only block that anybody gets in, for next to nothing."""
    credential(attacker)
    coins(attacker, WAD)
    scene.suite.coin.approve(scene.suite.treasury, WAD, sender=attacker)
    loan = scene.foreclose(share(house, 1))
    assert scene.refused(lambda: scene.bid(loan, attacker, limit=WAD))[0] == "CoOwnersOnly"
    for elapsed in (TERMS.co_owners_first, TERMS.decline - 1):
        scene.at(loan, elapsed)
        error = scene.refused(lambda: scene.bid(loan, attacker, limit=WAD))
        assert error[0] == "PriceAboveLimit"
        assert error[1] >= VALUE * 7 // 10
    for elapsed in (TERMS.decline, TERMS.period, TERMS.period + 30 * DAY):
        scene.at(loan, elapsed)
        assert scene.refused(lambda: scene.bid(loan, attacker, limit=0))[0] in ("CoOwnersOnly", "AuctionEnded")


# --------------------------------------------------------------------------------------------------------------- terms


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"start": 1}, ("startBps", 1, 2, 20_000)),
        ({"start": 20_001}, ("startBps", 20_001, 2, 20_000)),
        ({"floor": 0}, ("floorBps", 0, 1, 10_999)),
        ({"floor": 11_000}, ("floorBps", 11_000, 1, 10_999)),
        ({"decline": 3_599}, ("declinePeriod", 3_599, 3_600, 90 * DAY)),
        ({"decline": 90 * DAY + 1}, ("declinePeriod", 90 * DAY + 1, 3_600, 90 * DAY)),
        ({"co_owners_first": 7 * DAY + 1}, ("coOwnersFirstPeriod", 7 * DAY + 1, 0, 7 * DAY)),
        ({"co_owners_last": 90 * DAY + 1}, ("coOwnersLastPeriod", 90 * DAY + 1, 0, 90 * DAY)),
        ({"costs": 501}, ("costsBps", 501, 0, 500)),
    ],
)
def test_terms__out_of_range__are_refused(scene: Scene, change: dict[str, int], error: tuple[Any, ...]) -> None:
    suite, terms = scene.suite, AuctionTerms(**change)
    given = (terms.start, terms.floor, terms.decline, terms.co_owners_first, terms.co_owners_last, terms.costs)
    assert scene.stillborn(peers_of(suite, scene.book), given) == ("TermOutOfRange", *error)


def test_peers__need_code(scene: Scene, buyer: str) -> None:
    suite = scene.suite
    peers = list(peers_of(suite, scene.book))
    assert tuple(scene.auction.terms()) == GIVEN
    assert tuple(scene.auction.peers()) == tuple(peer.address for peer in peers)
    for place in range(len(peers)):
        wrong = (*peers[:place], buyer, *peers[place + 1 :])
        assert scene.stillborn(wrong, GIVEN) == ("MissingCode", buyer)
