"""T33, units: a number in the wrong unit is refused by a type or a range, or does visibly nothing.

Per share or per house, seconds, days or milliseconds, 6 or 18 decimals, id of a house or of a share.
"""

from __future__ import annotations

import json
import subprocess

import pytest

from commonhold.build import COMPILER, ROOT
from commonhold.engines.codec import CodecError
from commonhold.recipe import ParametersError
from commonhold.recipe.parameters import parse_parameters

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


# ---------------------------------------------------------------------------------------------------------------- times


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
        ("council_minter_cap: 100_000_000 HMD", "council_minter_cap: 100000000"),
        ("default_share_count: 8", "default_share_count: 12.5"),
        ("default_share_count: 8", "default_share_count: 800"),
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
    [("ShareId", "PropertyId"), ("PropertyId", "ShareId"), ("ShareId", "uint256"), ("uint256", "ShareId")],
)
def test_ids__are_types_of_their_own__so_the_compiler_refuses_a_mix(taken, given):
    """Contracts can't even be compiled with one where the other belongs."""
    source = (
        "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n"
        'import {PropertyId, ShareId} from "interfaces/property/Ids.sol";\n'
        f"contract Mix {{ function mix({given} id) external pure returns ({taken}) {{ return id; }} }}\n"
    )
    ids = (ROOT / "interfaces" / "property" / "Ids.sol").read_text(encoding="utf-8")
    order = {
        "language": "Solidity",
        "sources": {"Mix.sol": {"content": source}, "interfaces/property/Ids.sol": {"content": ids}},
        "settings": {"outputSelection": {}},
    }
    run = subprocess.run(
        [str(COMPILER), "--standard-json"], input=json.dumps(order), capture_output=True, text=True, timeout=120
    )
    errors = [error for error in json.loads(run.stdout)["errors"] if error["severity"] == "error"]
    assert [error["type"] for error in errors] == ["TypeError"]
    assert "not implicitly convertible" in errors[0]["message"]
