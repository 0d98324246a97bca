"""T33, units: a number in the wrong unit is refused by a type or a range, or does visibly nothing.

Per share or per house, seconds, days or milliseconds, 6, 8 or 18 decimals, more than 10,000 basis points, id of a
house, of a share or of a feed.
"""

from __future__ import annotations

import json
import subprocess

import pytest
from run_scene import FREE_SHARE, RATE_BPS

from commonhold.build import COMPILER, ROOT
from commonhold.engines.codec import CodecError
from commonhold.recipe import ParametersError
from commonhold.recipe.parameters import parse_parameters
from commonhold.recipe.plan import INDEX_FEED

COIN = 10**18
DAY = 86_400
YEAR = 365 * DAY
MAX = 2**256 - 1
ZERO = "0x" + "00" * 20


# --------------------------------------------------------------------------------------------------------------- prices


@pytest.mark.parametrize("price", [0, 2**96, 25_000 * COIN * COIN, MAX])
def test_first_price__nothing_or_scaled_twice__is_refused(register_house, conserved, refused, price):
    with refused("FirstPriceOutOfRange", price):
        register_house(firstPriceUsd=price)
    conserved()


def test_first_price__is_of_one_share__and_shown_as_that(handles, tokenized_house, share, conserved):
    """A house of 8 shares at 25,000 dollars each: the paper names 25,000, not 200,000 and not 3,125."""
    house = tokenized_house(8, firstPriceUsd=25_000 * COIN)
    papers = [handles.certificate.certificateOf(share(house, number)) for number in range(1, 9)]
    assert {paper.priceUsd for paper in papers} == {25_000 * COIN}
    assert sum(paper.priceUsd for paper in papers) == 200_000 * COIN
    conserved()


def test_sale_price__scaled_twice__is_refused(
    suite, handles, tokenized_house, share, owner_a, owner_b, credential, as_dao, refused, conserved
):
    certificate, share_id = handles.certificate, share(tokenized_house(), 1)
    credential(owner_b)
    market = handles.engine.deploy("TestReentrantOwner", sender=owner_a)  # a contract that makes any call
    as_dao(certificate, "setHolder", market.address, (True, False, False))
    certificate.approve(market.address, share_id, sender=owner_a)

    def sell(price: int) -> None:
        sale = certificate.moveBySale.encode(share_id, owner_a.address, owner_b.address, price, ZERO)
        market.execute(certificate.address, sale, sender=owner_a)

    with refused("PriceOutOfRange", 25_000 * COIN * COIN):
        sell(25_000 * COIN * COIN)
    sell(2**96 - 1)
    conserved()


# -prices of feeds and sales


@pytest.fixture
def replace_index(handles, engine, deployer, as_dao):
    """The DAO agrees to another feed for the index; past its quarantine, 10 % up. Returns the feed."""
    description = handles.parameters.oracle.index.description

    def replace(decimals: int, *, agreed: int | None = None, answer: int | None = None):
        given = 100 * 10**decimals if answer is None else answer
        feed = engine.deploy("TestFaultyFeed", decimals, description, given, sender=deployer)
        index = handles.parameters.oracle.index
        expected = decimals if agreed is None else agreed
        terms = (feed.address, index.heartbeat, expected, index.min, index.max, description)
        as_dao(handles.reader, "setFeed", INDEX_FEED, terms)
        engine.advance(handles.reader.quarantinePeriod())
        feed.setAnswer(given * 11 // 10, sender=deployer)
        return feed

    return replace


@pytest.mark.parametrize("decimals", [0, 6, 8, 18])
def test_index__of_any_decimals__moves_a_house_alike(handles, register_house, appraise, replace_index, decimals):
    house = register_house()
    appraise(house, 200_000 * COIN)
    replace_index(decimals)
    assert handles.reader.read(INDEX_FEED)[0] == 110 * COIN
    page = handles.valuation.explainValue(house)
    assert (page.indexThen, page.indexNow, page.valueUsd) == (100 * COIN, 110 * COIN, 220_000 * COIN)


@pytest.mark.parametrize(("decimals", "agreed"), [(6, 8), (6, 18), (8, 6), (8, 18), (18, 6), (18, 8)])
def test_index__of_other_decimals_than_agreed__is_refused(replace_index, refused, decimals, agreed):
    with refused("FeedNotValid", INDEX_FEED, 8):  # wrong decimals
        replace_index(decimals, agreed=agreed)


@pytest.mark.parametrize(("written", "read"), [(6, 8), (8, 6), (8, 18), (18, 8)])
def test_index__answered_in_other_decimals__is_out_of_step_or_bounds(replace_index, refused, handles, written, read):
    """The feed says 8 decimals and counts in 6: a hundredth of the last good value, or its hundredfold, or worse."""
    level = 100 * 10**written * 10**18 // 10**read
    index = handles.parameters.oracle.index
    expected = (
        refused("StepTooLarge", INDEX_FEED, level, 100 * COIN, handles.reader.maxStepBps())
        if index.min < level < index.max
        else refused("FeedNotValid", INDEX_FEED, 12)  # out of bounds
    )
    with expected:
        replace_index(read, answer=100 * 10**written)


@pytest.mark.parametrize("decimals", [0, 6, 7, 9, 18])
def test_index__that_changes_its_decimals__is_invalid_at_once(
    handles, register_house, appraise, replace_index, deployer, refused, decimals
):
    house = register_house()
    appraise(house, 200_000 * COIN)
    feed = replace_index(8)
    handles.reader.record(INDEX_FEED, sender=deployer)
    feed.setDecimals(decimals, sender=deployer)
    assert handles.valuation.valueOf(house)[::2] == (220_000 * COIN, 5)  # by the value on record; the feed is invalid
    with refused("FeedNotValid", INDEX_FEED, 8):
        appraise(house, 200_000 * COIN)


@pytest.fixture
def sale(handles, register_house, appraise, credential, as_dao, share, owner_a, owner_b, council):
    """Reports a sale of a share of a house of 8 worth 200,000; returns its value and that for new loans."""
    credential(owner_a)
    credential(owner_b)
    as_dao(handles.valuation, "setSaleReporter", council.address, True)
    house = register_house()
    appraise(house, 200_000 * COIN)

    def report(price: int) -> tuple[int, int]:
        handles.valuation.reportSale(share(house, 1), owner_a.address, owner_b.address, price, sender=council)
        return handles.valuation.valueOf(house).valueUsd, handles.valuation.lendingValueOf(house).valueUsd

    return report


def test_sale__price_is_of_one_share(sale):
    assert sale(20_000 * COIN) == (200_000 * COIN, 176_000 * COIN)  # 8 x 20,000 and a tenth


@pytest.mark.parametrize("price", [160_000 * COIN, 20_000 * COIN * COIN, MAX])
def test_sale__of_the_house_for_that_of_a_share__or_scaled_twice__lifts_nothing(sale, price):
    value, lent = sale(price)
    assert (value, lent // COIN) == (200_000 * COIN, 200_000)


def test_sale__in_cash_decimals__stops_new_loans_and_harms_no_old_one(sale):
    assert sale(20_000 * 10**6) == (200_000 * COIN, 8 * 20_000 * 10**6 * 11 // 10)


def test_appraisal__scaled_twice__is_refused(register_house, appraise, refused, feed_of):
    house = register_house()
    twice = 200_000 * COIN * COIN
    with refused("ValueOutOfRange", feed_of(house), twice):  # 128 bits for any feed
        appraise(house, twice)
    with refused("AmountOutOfRange", 2**112):  # 112 bits for a house
        appraise(house, 2**112)


def test_appraisal__of_a_share_for_a_house__then_put_right__reaches_new_loans_step_by_step(
    handles, register_house, appraise
):
    """Nothing tells 25,000 from 200,000; but nobody can borrow on the jump between the two."""
    house = register_house()
    appraise(house, 25_000 * COIN)
    appraise(house, 200_000 * COIN)
    assert handles.valuation.valueOf(house).valueUsd == 200_000 * COIN
    assert handles.valuation.lendingValueOf(house).valueUsd // COIN == 25_000


# ---------------------------------------------------------------------------------------------------------------- times


@pytest.fixture
def valuation_with(handles, deployer):
    """Deploys a valuation with one number changed."""

    def deploy(field: str, value: int) -> None:
        terms = dict(
            zip(type(handles.parameters.valuation).model_fields, handles.parameters.valuation.terms, strict=True)
        )
        assert field in terms
        keys = ("hub", "registry", "credentials", "aggregator", "reader")
        peers = [getattr(handles, key).address for key in keys]
        changed = tuple((terms | {field: value}).values())
        handles.engine.deploy("PropertyValuation", *peers, INDEX_FEED, changed, 30 * DAY, sender=deployer)

    return deploy


MAX_AGE = 1_095 * DAY
VALUATION_PERIODS = [
    ("haircut_free", "haircutFreePeriod", 365, MAX_AGE - 1),
    ("max_age", "maxAgePeriod", 1_095, 3_650 * DAY),
    ("accept_period", "acceptPeriod", 90, MAX_AGE - 1),
    ("growth_period", "growthPeriod", 90, 365 * DAY),
    ("sale_recent", "saleRecentPeriod", 180, 3_650 * DAY),
    ("first_value_quarantine", "firstValueQuarantinePeriod", 7, 90 * DAY),
]
"""Field, its name on chain, its days, the most that it may be (seconds)."""


@pytest.mark.parametrize(("field", "name", "days", "most"), VALUATION_PERIODS)
def test_valuation_terms__in_days_hours_or_milliseconds__stop_the_deployment(
    valuation_with, refused, field, name, days, most
):
    valuation_with(field, days * DAY)
    for wrong in (days, 24 * days, days * DAY * 1_000):
        with refused("TermOutOfRange", name, wrong, DAY, most):
            valuation_with(field, wrong)


@pytest.mark.parametrize(
    ("field", "name", "most"),
    [
        ("haircut_rate", "haircutRateBps", 4_999),  # twice of it, in the two years in which it grows, is not the whole
        ("growth_step", "growthStepBps", 10_000),
        ("sale_margin", "saleMarginBps", 10_000),
    ],
)
def test_valuation_terms__more_than_10_000_basis_points__stop_the_deployment(
    valuation_with, refused, field, name, most
):
    for wrong in (10_001, 12_000, 65_535):
        with refused("TermOutOfRange", name, wrong, 0, most):
            valuation_with(field, wrong)
    with pytest.raises(CodecError):  # a share with 18 decimals
        valuation_with(field, COIN // 20)


@pytest.mark.parametrize(
    ("artifact", "arguments", "error", "values"),
    [
        ("CredentialRegistry", [7], "RecoveryPeriodOutOfRange", (7,)),  # days
        ("CredentialRegistry", [DAY - 1], "RecoveryPeriodOutOfRange", (DAY - 1,)),
        ("CredentialRegistry", [90 * DAY + 1], "RecoveryPeriodOutOfRange", (90 * DAY + 1,)),
        ("CredentialRegistry", [7 * DAY * 1_000], "RecoveryPeriodOutOfRange", (7 * DAY * 1_000,)),  # milliseconds
        ("PropertyRegistry", [30 * DAY * 1_000], "StopPeriodOutOfRange", (30 * DAY * 1_000,)),
    ],
)
def test_period__in_days_or_milliseconds__stops_the_deployment(
    handles, deployer, refused, conserved, artifact, arguments, error, values
):
    with refused(error, *values):
        handles.engine.deploy(artifact, handles.hub.address, *arguments, sender=deployer)
    conserved()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("recovery_period: 7 days", "recovery_period: 7"),
        ("recovery_period: 7 days", "recovery_period: 604800"),
        ("recovery_period: 7 days", "recovery_period: 7 months"),
        ("recovery_period: 7 days", "recovery_period: 7 hours"),
        ("stop_period: 30 days", "stop_period: 30000 days"),
        ("timelock_delay: 2 days", "timelock_delay: 2"),
        ("min_base: 100_000 HMD", "min_base: 100000"),
        ("min_base: 100_000 HMD", "min_base: 100_000 USD"),
        ("min_request: 100 HMD", "min_request: 100000000000000000000"),
        ("min_reserve_price: 0.97 USD", "min_reserve_price: 97 USD"),
        ("pause_at: 15 %", "pause_at: 1500 %"),
        ("half_life: 3 days", "half_life: 3"),
        ("decimals: 6", "decimals: 24"),
        ("default_share_count: 8", "default_share_count: 12.5"),
        ("default_share_count: 8", "default_share_count: 800"),
        ("haircut_free: 365 days", "haircut_free: 365"),
        ("haircut_rate: 12 % a year", "haircut_rate: 12 %"),
        ("haircut_rate: 12 % a year", "haircut_rate: 1200"),
        ("max_age: 1095 days", "max_age: 36 months"),
        ("accept_period: 90 days", "accept_period: 90 minutes"),
        ("growth_step: 5 %", "growth_step: 500"),
        ("growth_step: 5 %", "growth_step: 500 %"),
        ("growth_period: 90 days", "growth_period: 7776000"),
        ("sale_margin: 10 %", "sale_margin: 0.1"),
        ("first_value_quarantine: 7 days", "first_value_quarantine: 7"),
    ],
)
def test_parameter__without_its_unit_or_out_of_range__is_refused_by_name(conserved, right, wrong):
    text = (ROOT / "params" / "local.yaml").read_text(encoding="utf-8")
    assert text.count(right) == 1
    with pytest.raises(ParametersError) as refusal:
        parse_parameters(text.replace(right, wrong), "local.yaml")
    assert wrong.partition(":")[0] in str(refusal.value)
    conserved()


def test_deadline__as_a_length_or_in_milliseconds__is_refused(
    handles, engine, tokenized_house, share, owner_b, manager, refused, conserved
):
    certificate, share_id = handles.certificate, share(tokenized_house(), 1)
    now = engine.now() + 1
    with refused("DeadlineInPast", 30 * DAY, now):
        engine.set_next_time(now)
        certificate.approveTransfer(share_id, owner_b.address, 30 * DAY, sender=manager)
    with pytest.raises(CodecError):  # does not fit the 40 bits of a time
        certificate.approveTransfer(share_id, owner_b.address, now * 1_000, sender=manager)
    conserved()


def test_expiry__as_a_length_in_days_or_in_milliseconds__is_refused(
    handles, engine, credential, buyer, refused, conserved
):
    for wrong in (YEAR, 365, engine.now() // DAY):
        second = engine.now() + 1
        engine.set_next_time(second)
        with refused("ExpiryInPast", wrong, second):
            credential(buyer, expires_at=wrong)
    with pytest.raises(CodecError):
        credential(buyer, expires_at=engine.now() * 1_000)
    conserved()


def test_use__given_as_a_length__is_over_at_once(handles, tokenized_house, share, owner_a, buyer, conserved):
    """The standard sets no bound here; nobody gets a right by it."""
    share_id = share(tokenized_house(), 1)
    handles.certificate.setUser(share_id, buyer.address, 30 * DAY, sender=owner_a)
    assert handles.certificate.userOf(share_id) == ZERO
    conserved()


# -------------------------------------------------------------------------------------------------------------- amounts


def test_income__in_cash_decimals__waits_and_gives_nobody_anything(
    handles, tokenized_house, share, pay_income, owner_a, conserved
):
    """100 dollars meant, written with 6 decimals: a ten-thousand-millionth of a coin. Neither lost nor rounded up."""
    house = tokenized_house(8)
    pay_income(house, 100 * 10**6)
    assert handles.income.houseIncome(house).waiting == 100 * 10**6
    assert handles.income.claimable(owner_a.address, [share(house, 1)]) == 0
    conserved()


@pytest.mark.parametrize("count", [0, 1, 101, 255])
def test_shares__percent_or_none_or_too_many__are_refused(register_house, refused, conserved, count):
    with refused("ShareCountOutOfRange", count):
        register_house(count)
    conserved()


# ------------------------------------------------------------------------------------------------------------------ ids


def test_ids__of_a_share_for_a_house_and_the_reverse__find_nothing(
    handles, tokenized_house, share, owner_a, manager, registrar, pay_income, refused, conserved
):
    house = tokenized_house()
    share_id = share(house, 1)
    pay_income(house, 8 * COIN)
    with refused("NotTokenizable", share_id):
        handles.certificate.tokenize(share_id, owner_a.address, sender=registrar)
    with refused("NotTokenized", share_id):
        handles.income.deposit(share_id, COIN, sender=owner_a)
    with refused("NotManager", manager, house >> 8, ZERO):
        handles.certificate.approveTransfer(house, owner_a.address, 2**40 - 1, sender=manager)
    with refused("NotShareOwner", house, owner_a, ZERO):
        handles.income.claim([house], sender=owner_a)
    with refused("UnknownProperty", share_id):
        handles.registry.delist(share_id, sender=registrar)
    conserved()


@pytest.mark.parametrize(
    ("taken", "given"),
    [
        ("ShareId", "PropertyId"),
        ("PropertyId", "ShareId"),
        ("ShareId", "uint256"),
        ("uint256", "ShareId"),
        ("FeedId", "PropertyId"),
        ("PropertyId", "FeedId"),
        ("FeedId", "bytes32"),
    ],
)
def test_ids__are_types_of_their_own__so_the_compiler_refuses_a_mix(taken, given):
    """Contracts can't even be compiled with one where the other belongs."""
    source = (
        "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n"
        'import {FeedId} from "interfaces/oracle/FeedId.sol";\n'
        'import {PropertyId, ShareId} from "interfaces/property/Ids.sol";\n'
        f"contract Mix {{ function mix({given} id) external pure returns ({taken}) {{ return id; }} }}\n"
    )
    ids = {
        path: {"content": (ROOT / path).read_text(encoding="utf-8")}
        for path in ("interfaces/property/Ids.sol", "interfaces/oracle/FeedId.sol")
    }
    order = {
        "language": "Solidity",
        "sources": {"Mix.sol": {"content": source}, **ids},
        "settings": {"outputSelection": {}},
    }
    run = subprocess.run(
        [str(COMPILER), "--standard-json"], input=json.dumps(order), capture_output=True, text=True, timeout=120
    )
    errors = [error for error in json.loads(run.stdout)["errors"] if error["severity"] == "error"]
    assert [error["type"] for error in errors] == ["TypeError"]
    assert "not implicitly convertible" in errors[0]["message"]


# ------------------------------------------------------------------------------------------------------------- treasury


@pytest.mark.parametrize(
    ("field", "wrong", "error", "values"),
    [
        ("minRequest", 100, "MinRequestTooSmall", (100, 2 * 10**12)),  # coins
        ("minRequest", 100 * 10**6, "MinRequestTooSmall", (100 * 10**6, 2 * 10**12)),  # units of cash
        ("minBase", 0, "MinBaseOutOfRange", (0, 2**96 - 1)),
        ("minReservePriceUsd", 97 * COIN, "MinReservePriceOutOfRange", (97 * COIN, 1, COIN - 1)),  # cents
        ("minReservePriceUsd", 0, "MinReservePriceOutOfRange", (0, 1, COIN - 1)),
        ("topFeeBps", 5_000, "RedemptionFeeTooHigh", (5_000, 1_000)),  # thousandths of a percent
        ("baseFeeBps", 5_000, "FeeBpsOutOfOrder", (5_000, 500, 10_000)),
        ("topDemandBps", 30_000, "FeeTopDemandOutOfRange", (30_000, 10_000)),
        ("topDemandBps", 0, "FeeTopDemandOutOfRange", (0, 10_000)),
        ("minCashRatioBps", 10_001, "CashRatioOutOfRange", (10_001, 10_000)),
        ("payOutCapBps", 50_000, "PayOutCapOutOfRange", (50_000, 10_000)),
        ("capRaisePeriod", 7, "CapRaisePeriodOutOfRange", (7, DAY, 90 * DAY)),  # days
        ("capRaisePeriod", 7 * DAY * 1_000, "CapRaisePeriodOutOfRange", (7 * DAY * 1_000, DAY, 90 * DAY)),
        ("guardianStopPeriod", 30, "StopPeriodOutOfRange", (30,)),
        ("guardianStopPeriod", 30 * DAY * 1_000, "StopPeriodOutOfRange", (30 * DAY * 1_000,)),
        ("gate", (15_000, 7_500, DAY), "GateThresholdsOutOfOrder", (7_500, 15_000)),
        ("gate", (1_500, 750, 31 * DAY), "DwellPeriodOutOfRange", (31 * DAY, 30 * DAY)),
    ],
)
def test_treasury_terms__in_another_unit__stop_the_deployment(handles, deployer, refused, field, wrong, error, values):
    treasury = handles.treasury
    terms = treasury.terms()._asdict() | {field: wrong}
    with refused(error, *values):
        handles.engine.deploy("Treasury", handles.hub, treasury.peers(), terms, sender=deployer)


def test_treasury_terms__a_share_with_18_decimals__does_not_even_fit(handles, deployer):
    treasury = handles.treasury
    for field in ("baseFeeBps", "topFeeBps", "topDemandBps", "minCashRatioBps", "payOutCapBps"):
        terms = treasury.terms()._asdict() | {field: COIN // 20}
        with pytest.raises(CodecError):
            handles.engine.deploy("Treasury", handles.hub, treasury.peers(), terms, sender=deployer)


def test_cash_and_coins__taken_for_each_other__are_refused_or_worth_nothing(opened, refused):
    """A hundred dollars with 18 decimals where the token has 6, and with 6 where the coin has 18."""
    scene, treasury, rich = opened, opened.treasury, opened.rich
    cash, coins = scene.give_cash(rich, 100), 100 * COIN
    assert cash == 100 * 10**6
    with refused("ERC20InsufficientBalance", rich, cash, coins):
        treasury.buy(coins, 0, rich, sender=rich)
    with refused("TooFewCoins", coins, coins * 10**12):
        treasury.buy(cash, coins * 10**12, rich, sender=rich)
    with refused("NothingRedeemed", cash, 0):
        treasury.redeem(cash, 0, rich, sender=rich)
    with refused("TooLittleCash", scene.quote(coins), coins):
        treasury.redeem(coins, coins, rich, sender=rich)
    with refused("RequestTooSmall", cash, coins):
        treasury.requestRedeem(cash, rich, rich, sender=rich)
    with refused("UnknownRequest", 0):  # ids are places in the line, which begins at 0: none is there
        treasury.claim(0, rich, sender=rich)
    scene.check()


def test_loans__in_the_wrong_decimals__are_dust_or_refused(opened, refused):
    scene, book, loans = opened, opened.book, opened.suite.loans
    # 60,000 dollars with 6 decimals: a loan that nobody could buy a nail with.
    debt = loans.totalDebt()
    book.draw(FREE_SHARE, 60_000 * 10**6, RATE_BPS, COIN, scene.rich, sender=scene.rich)
    assert 60_000 * 10**6 <= loans.totalDebt() - debt < COIN  # and a second's interest of the others
    # In cash with 18 decimals: more than there is of it.
    assert scene.refusal(book.drawCash, FREE_SHARE, COIN // 10**3, RATE_BPS, COIN, scene.rich) == "NotEnoughFreeCash"
    scene.give_cash(scene.borrower, 100)
    assert scene.refusal(book.payCash, 1, 100 * COIN, sender=scene.borrower) == "CashAboveDebt"
    # 6 % in millionths, and a due time in milliseconds.
    assert scene.refusal(book.draw, FREE_SHARE, 10 * COIN, 60_000, COIN, scene.rich) == "PositionOutOfRange"
    milliseconds = scene.engine.now() * 1_000
    with refused("PositionOutOfRange", COIN, 600, 10_000, milliseconds):
        loans.debtOf((COIN, 600, 0, milliseconds, milliseconds, 0, COIN, 0, 0, 0))
    scene.check()


@pytest.mark.parametrize("bps", [10_001, 50_000])
def test_pay_out_cap__above_the_whole__is_refused_from_the_dao(opened, dao, refused, bps):
    with refused("PayOutCapOutOfRange", bps, 10_000):
        opened.treasury.setPayOutCap.call(bps, sender=dao.address)
    with refused("NotEnoughFreeCash", 100 * COIN, opened.cash(250_000)):  # cash with 18 decimals
        opened.treasury.payOut.call(dao.address, 100 * COIN, sender=dao.address)
    opened.check()
