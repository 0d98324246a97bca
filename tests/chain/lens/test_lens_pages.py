"""The lens page by page: where pages begin and end, and what they say of houses, wallets and the coin."""

from __future__ import annotations

import ape
import pytest

from commonhold.recipe.leasing import open_lease
from commonhold.recipe.plan import INDEX_FEED

COIN = 10**18
MAX = 2**256 - 1
ZERO = "0x" + "00" * 20


def parts_of(suite) -> list:
    """What the lens looks at, as its constructor takes it."""
    names = (
        *("credentials", "registry", "certificate", "income", "coin", "aggregator", "reader", "valuation"),
        *("treasury_lens", "loan_lens", "market_lens", "governance_lens"),
    )
    return [getattr(suite, name) for name in names]


def ids(page) -> list[int]:
    return [summary.propertyId for summary in page.properties]


# ------------------------------------------------------------------------------------------------------ houses


def test_properties__no_houses__empty_page(suite):
    for first in (0, 1, 2, MAX):
        page = suite.lens.properties(first, 10)
        assert (list(page.properties), page.nextProperty, page.complete) == ([], 0, True)


# three houses: first asked for, how many at most, what the page holds, where it goes on
@pytest.mark.parametrize(
    ("first", "most", "houses", "following"),
    [
        (0, 1, [1], 2),
        (1, 1, [1], 2),
        (1, 2, [1, 2], 3),
        (1, 3, [1, 2, 3], 0),
        (1, 4, [1, 2, 3], 0),
        (1, 0, [1, 2, 3], 0),
        (0, MAX, [1, 2, 3], 0),
        (2, 1, [2], 3),
        (3, 1, [3], 0),
        (3, MAX, [3], 0),
        (4, 1, [], 0),
        (MAX, MAX, [], 0),
    ],
)
def test_properties__bounds__clipped(suite, tokenize, register_house, first, most, houses, following):
    tokenize(2)
    register_house(3)
    tokenize(4)
    page = suite.lens.properties(first, most)
    assert (ids(page), page.nextProperty, page.complete) == (houses, following, True)
    wallet_page = suite.lens.wallet(ZERO, first, most)
    assert (wallet_page.nextProperty, wallet_page.complete) == (following, True)


def test_properties__registered_house__shows_no_shares(suite, register_house, holding_entity, manager):
    house = register_house(5)
    summary = suite.lens.properties(house, 1).properties[0]
    shown = suite.registry.propertyOf(house)
    assert tuple(summary.property) == tuple(shown)
    assert (shown.provider, shown.holdingEntity, shown.manager) == ("Example Homes", holding_entity, manager)
    assert (shown.shareCount, shown.listed) == (5, True)
    assert (summary.shares, summary.sharesUnmoved, summary.sharesSold, list(summary.owners)) == (0, 0, 0, [])
    assert summary.complete


def test_properties__shares_moved__shows_who_owns_what(
    suite, tokenize, move, pay_income, holding_entity, owner_a, share
):
    house = tokenize(4)
    move(share(house, 2), holding_entity, owner_a)
    move(share(house, 3), holding_entity, owner_a)
    move(share(house, 3), owner_a, holding_entity)  # bought back: moved, yet not sold
    pay_income(house, 10 * COIN + 3)
    summary = suite.lens.properties(house, 1).properties[0]
    assert list(summary.owners) == [holding_entity, owner_a, holding_entity, holding_entity]
    assert (summary.shares, summary.sharesUnmoved, summary.sharesSold) == (4, 2, 1)
    assert (summary.incomePerShareUnits, summary.incomeWaiting) == (2_500_000_000, 3)


def test_properties__claims_and_listing__shown(suite, tokenize, registrar):
    house = tokenize(2)
    suite.registry.reportSeniorClaim(house, 5 * COIN, b"\x05" * 32, sender=registrar)
    suite.registry.delist(house, sender=registrar)
    shown = suite.registry.propertyOf(house)
    assert tuple(suite.lens.properties(house, 1).properties[0].property) == tuple(shown)
    assert (shown.seniorClaimsUsd, shown.seniorClaimCount, shown.listed) == (5 * COIN, 1, False)


def test_properties__many_shares__page_ends_with_the_house_that_fills_it(suite, tokenize):
    full = suite.lens.MAX_SHARES_PER_PAGE()
    assert full == 500
    for shares in (100, 100, 100, 100, 99, 100, 2):  # 499 after the fifth, 599 after the sixth
        tokenize(shares)
    page = suite.lens.properties(1, 0)
    assert (ids(page), page.nextProperty, page.complete) == ([1, 2, 3, 4, 5, 6], 7, True)
    assert ids(suite.lens.properties(7, 0)) == [7]


def test_properties__exactly_full__page_ends(suite, tokenize):
    for _ in range(6):
        tokenize(100)
    page = suite.lens.properties(1, 0)
    assert (ids(page), page.nextProperty) == ([1, 2, 3, 4, 5], 6)


def test_properties__many_houses__page_ends_at_the_limit(handles, house_terms, registrar, chain):
    most = handles.lens.MAX_PROPERTIES_PER_PAGE()
    node = chain.provider
    node.make_request("evm_setAutomine", [False])  # a block for each house would take most of the time
    try:
        for _ in range(most + 1):
            data = "0x" + handles.registry.register.encode(house_terms(shareCount=2)).hex()
            call = {"from": registrar.address, "to": handles.registry.address, "data": data, "gas": hex(1_000_000)}
            node.make_request("eth_sendTransaction", [call])
        for _ in range(10):
            node.make_request("evm_mine", [])
    finally:
        node.make_request("evm_setAutomine", [True])
    assert handles.registry.propertyCount() == most + 1
    for asked in (0, most, most + 1, MAX):
        page = handles.lens.properties(1, asked)
        assert (len(page.properties), page.nextProperty) == (most, most + 1)
    page = handles.lens.properties(1, most - 1)
    assert (len(page.properties), page.nextProperty) == (most - 1, most)
    assert handles.lens.properties(2, 0).nextProperty == 0


# ----------------------------------------------------------------------------------------------------- wallets


def test_wallet__unknown__empty_and_complete(suite, tokenize, attacker):
    tokenize(2)
    page = suite.lens.wallet(attacker, 0, 0)
    assert page.credential.status == 0
    assert page.currentWallet == attacker
    assert (page.coins, page.frozenCoins, page.settledIncome, page.pendingIncome) == (0, 0, 0, 0)
    assert (list(page.holdings), page.nextProperty, page.complete) == ([], 0, True)


def test_wallet__owner__shows_all_it_has(
    suite, tokenize, move, pay_income, coins, admit, court, holding_entity, owner_a, owner_b, share
):
    first, second = tokenize(3), tokenize(8)
    for bought in (share(first, 3), share(second, 1), share(second, 8)):
        move(bought, holding_entity, owner_a)
    pay_income(first, 30 * COIN)
    pay_income(second, 8 * COIN)
    move(share(second, 8), owner_a, owner_b)  # its income is settled to the seller
    coins(owner_a, 70)
    suite.coin.setFrozenTokens(owner_a, 90, sender=court)
    suite.certificate.setFrozenTokens(owner_a, share(second, 1), True, sender=court)

    page = suite.lens.wallet(owner_a, 0, 0)
    assert page.credential.ownerId == admit(owner_a)
    assert (page.credential.status, page.credential.jurisdiction, page.credential.flags) == (1, 840, 3)
    assert (page.coins, page.frozenCoins) == (suite.coin.balanceOf(owner_a), 90)
    assert (page.settledIncome, page.pendingIncome) == (COIN, 11 * COIN)
    third, eighth = page.holdings
    assert (third.shareId, third.propertyId, third.shareNumber, third.shareCount) == (share(first, 3), first, 3, 3)
    assert (third.millionths, third.pendingIncome, third.moveNumber) == (333_334, 10 * COIN, 1)
    assert (third.frozen, third.lienHolder, third.leaseHolder, third.complete) == (False, ZERO, ZERO, True)
    assert (eighth.shareId, eighth.millionths, eighth.pendingIncome) == (share(second, 1), 125_000, COIN)
    assert eighth.frozen
    assert page.complete


def test_wallet__liened_and_leased__names_the_holders(
    suite, valued_house, active_loan, admit, holding_entity, owner_b, share
):
    house = valued_house(to=holding_entity)
    active_loan(holding_entity, share_id=share(house, 1))
    admit(owner_b)
    open_lease(suite.handles, share(house, 2), owner_b, rent=COIN)
    one, two, *_ = suite.lens.wallet(holding_entity, house, 1).holdings
    assert (one.lienHolder, one.leaseHolder) == (suite.book, ZERO)
    assert (two.lienHolder, two.leaseHolder) == (ZERO, suite.lease_to_buy)


def test_wallet__page_after_page__finds_every_share_once(
    suite, tokenize, register_house, move, holding_entity, owner_a, share
):
    bought = []
    for shares in (2, 5, 3, 8):
        house = tokenize(shares)
        move(share(house, shares), holding_entity, owner_a)
        bought.append(share(house, shares))
        register_house(2)
    for size in (1, 2, 3, 7, 8, 9):
        found, following, pages = [], 1, 0
        while following != 0:
            page = suite.lens.wallet(owner_a, following, size)
            found += [holding.shareId for holding in page.holdings]
            following, pages = page.nextProperty, pages + 1
        assert found == bought
        assert pages == -(-8 // size)
    assert len(bought) == suite.certificate.balanceOf(owner_a)


def test_wallet__moved__names_the_wallet_that_took_its_place(suite, admit, issuer, owner_a, buyer, chain):
    admit(owner_a)
    suite.credentials.startRecovery(owner_a, buyer, sender=issuer)
    chain.pending_timestamp += suite.credentials.recoveryPeriod() + 1
    suite.credentials.finishRecovery(owner_a, sender=issuer)
    assert suite.lens.wallet(owner_a, 0, 0).currentWallet == buyer


# -------------------------------------------------------------------------------------------------------- coin


def test_supply__rows_in_order_and_totals(suite, attacker, owner_a, tokenize, pay_income, holding_entity, share):
    house = tokenize(2)
    pay_income(house, 10 * COIN)
    suite.income.claim([share(house, 1)], sender=holding_entity)
    page = suite.lens.supply([attacker, suite.treasury])
    assert [(r.cap, r.level) for r in page.minters] == [(0, 0), (2**128 - 1, 0)]
    assert page.coins == suite.coin.totalSupply() > 0
    assert (page.propertyCount, page.incomeDeposited, page.incomeClaimed) == (1, 10 * COIN, 5 * COIN)
    assert page.complete


@pytest.mark.parametrize(("asked", "answered"), [(0, 0), (199, 199), (200, 200), (201, 200)])
def test_supply__too_many_minters__clipped(suite, council, asked, answered):
    assert suite.lens.MAX_MINTERS_PER_PAGE() == 200
    assert len(suite.lens.supply([council] * asked).minters) == answered


# ----------------------------------------------------------------------------------------------- never reverts


def test_constructor__without_code__refused(project, suite, deployer, attacker):
    parts = parts_of(suite)
    for i in range(len(parts)):
        with ape.reverts(suite.lens.MissingCode, candidate=attacker):
            project.SuiteLens.deploy(*parts[:i], attacker, *parts[i + 1 :], sender=deployer)


def test_broken_parts__nothing_reverts_and_nothing_is_called_complete(
    project, suite, deployer, tokenize, owner_a, share
):
    """Each part in turn is a contract that answers nothing the lens asks."""
    house = tokenize(2)
    parts = parts_of(suite)
    deaf = project.TestPermitSpender.deploy(sender=deployer)
    for i in range(len(parts)):
        lens = project.SuiteLens.deploy(*parts[:i], deaf, *parts[i + 1 :], sender=deployer)
        complete = {
            "wallet": lens.wallet(owner_a, 0, 0).complete,
            "properties": lens.properties(0, 0).complete,
            "certificate": lens.certificate(share(house, 1)).complete,
            "supply": lens.supply([owner_a]).complete,
            "houseValue": lens.houseValue(house).complete,
            "values": lens.values(0, 0).complete,
            "feeds": lens.feeds([INDEX_FEED]).complete,
            "nodeNetwork": lens.nodeNetwork().complete,
        }
        # Which pages lose something with which part, in their order.
        lost = [
            {"wallet"},
            {"wallet", "properties", "supply", "houseValue", "values"},
            {"wallet", "properties", "certificate"},
            {"wallet", "properties", "certificate", "supply"},
            {"wallet", "supply"},
            {"houseValue", "values", "nodeNetwork"},
            {"feeds"},
            {"houseValue", "values"},
            set(),  # the lens for the money is only named,
            set(),  # and so are the ones for loans
            set(),  # for the market
            set(),  # and for governance
        ][i]
        assert {page for page, whole in complete.items() if not whole} == lost
        refused, _, data = lens.transferRefusal(owner_a, owner_a, share(house, 1), owner_a)
        assert refused
        assert (data == b"") == (i == 2)
