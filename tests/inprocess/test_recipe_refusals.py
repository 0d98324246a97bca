"""Numbers that make no sense are refused twice: in the parameters file, before the first transaction, and by the
constructors, should somebody deploy without the file. Each time with the numbers."""

from __future__ import annotations

import re

import pytest

from commonhold.engines import Revert
from commonhold.engines.base import decode_revert
from commonhold.recipe.deploy import Deployment
from commonhold.recipe.parameters import FOLDER, Parameters, ParametersError, parse_parameters

RIGHT = (FOLDER / "local.yaml").read_text(encoding="utf-8")
DAY, USD = 86_400, 10**18
MOST_COINS = 2**96 - 1

TREASURY = [
    # (what is right, what is wrong, its number for the constructor, the file's answer, the constructor's)
    (
        "gate.resume_below: 7.5 %",
        "15 %",
        1_500,
        "less than gate.pause_at (15 %)",
        ("GateThresholdsOutOfOrder", 1_500, 1_500),
    ),
    (
        "gate.resume_below: 7.5 %",
        "15.01 %",
        1_501,
        "less than gate.pause_at",
        ("GateThresholdsOutOfOrder", 1_501, 1_500),
    ),
    ("gate.resume_below: 7.5 %", "0 %", 0, "from 1 to 10000", ("GateThresholdsOutOfOrder", 0, 1_500)),
    ("gate.pause_at: 15 %", "100.01 %", 10_001, "from 1 to 10000", ("GateThresholdsOutOfOrder", 750, 10_001)),
    ("gate.pause_at: 15 %", "0 %", 0, "from 1 to 10000", ("GateThresholdsOutOfOrder", 750, 0)),
    ("gate.dwell: 1 day", "0 days", 0, "from 1 to 2592000 seconds", ("DwellPeriodOutOfRange", 0, 30 * DAY)),
    ("gate.dwell: 1 day", "31 days", 31 * DAY, "from 1 to 2592000", ("DwellPeriodOutOfRange", 31 * DAY, 30 * DAY)),
    ("gate.min_base: 100_000 HMD", "0 HMD", 0, "from 1 to 10000000000 HMD", ("MinBaseOutOfRange", 0, MOST_COINS)),
    ("gate.half_life: 3 days", "0 days", 0, "from 1 to 2160 hours", ("HalfLifeOutOfRange", 0, 2**40 - 1)),
    ("redemption.top_fee: 5 %", "10.01 %", 1_001, "from 0 to 10 %", ("RedemptionFeeTooHigh", 1_001, 1_000)),
    (
        "redemption.top_fee: 5 %",
        "0.49 %",
        49,
        "at least redemption.base_fee (0.5 %)",
        ("FeeBpsOutOfOrder", 50, 49, 10_000),
    ),
    ("redemption.top_demand: 30 %", "0 %", 0, "from 1 to 10000", ("FeeTopDemandOutOfRange", 0, 10_000)),
    ("redemption.top_demand: 30 %", "101 %", 10_100, "from 1 to 10000", ("FeeTopDemandOutOfRange", 10_100, 10_000)),
    ("redemption.min_request: 100 HMD", "0 HMD", 0, "from 1 to 1000000 HMD", ("MinRequestTooSmall", 0, 2 * 10**12)),
    ("cash.min_reserve_price: 0.97 USD", "0 USD", 0, "more than 0", ("MinReservePriceOutOfRange", 0, 1, USD - 1)),
    ("cash.min_reserve_price: 0.97 USD", "1 USD", USD, "less than 1", ("MinReservePriceOutOfRange", USD, 1, USD - 1)),
    ("cash.min_cash_ratio: 10 %", "100.01 %", 10_001, "from 0 to 100 %", ("CashRatioOutOfRange", 10_001, 10_000)),
    ("equity.pay_out_cap: 5 %", "100.01 %", 10_001, "from 0 to 100 %", ("PayOutCapOutOfRange", 10_001, 10_000)),
    (
        "equity.cap_raise_period: 7 days",
        "23 hours",
        23 * 3_600,
        "from 1 to 90 days",
        ("CapRaisePeriodOutOfRange", 23 * 3_600, DAY, 90 * DAY),
    ),
    (
        "equity.cap_raise_period: 7 days",
        "91 days",
        91 * DAY,
        "from 1 to 90 days",
        ("CapRaisePeriodOutOfRange", 91 * DAY, DAY, 90 * DAY),
    ),
    ("guardian.stop_period: 30 days", "31 days", 31 * DAY, "from 1 to 720 hours", ("StopPeriodOutOfRange", 31 * DAY)),
]

SPLITTER = [
    ("fees.split.reserve: 50 %", "49.99 %", 4_999, "100 % together, not 99.99 %", ("SplitsDoNotTotal", 9_999, 10_000)),
    (
        "fees.split.reserve: 50 %",
        "50.01 %",
        5_001,
        "100 % together, not 100.01 %",
        ("SplitsDoNotTotal", 10_001, 10_000),
    ),
    ("fees.split.dao: 20 %", "0 %", 0, "100 % together, not 80 %", ("SplitsDoNotTotal", 8_000, 10_000)),
]


def refused_by_file(right: str, wrong: str) -> str:
    """What the file's check says to the value `wrong` of the parameter that `right` names with its right value."""
    path, value = right.split(": ")
    name = path.rpartition(".")[2]
    line = re.compile(rf"^( +{name}: ){re.escape(value)}(?= |$)", re.MULTILINE)
    text, count = line.subn(rf"\g<1>{wrong}", RIGHT)
    assert count == 1
    with pytest.raises(ParametersError) as refused:
        parse_parameters(text, "params/local.yaml")
    assert re.match(r"params/local\.yaml:\d+: [a-z_.]+: ", str(refused.value))
    return str(refused.value)


def changed(parameters: Parameters, path: str, number: int) -> Parameters:
    """Parameters that no file could give."""
    first, *rest = path.split(".")
    section = getattr(parameters, first)
    value = changed(section, ".".join(rest), number) if rest else number
    return parameters.model_copy(update={first: value})


def refused_by_constructor(suite, key: str, parameters: Parameters) -> tuple:
    """What the constructor of `key` says to arguments as the plan makes them of these parameters."""
    run = Deployment(suite.engine, parameters, suite.deployer, factory=suite.factory.address)
    entry = next(entry for entry in run.entries if entry.key == key)
    with pytest.raises(Revert) as refused:
        suite.engine.deploy(entry.artifact, *run.arguments(entry), sender=suite.deployer)
    found = decode_revert(refused.value.data, entry.artifact)
    return found.name, *found.values


@pytest.mark.parametrize(
    ("key", "right", "wrong", "number", "told", "error"),
    [*(("treasury", *row) for row in TREASURY), *(("splitter", *row) for row in SPLITTER)],
)
def test_number__without_sense__is_refused_by_file_and_constructor(
    suite, parameters, key, right, wrong, number, told, error
):
    assert told in refused_by_file(right, wrong)
    assert refused_by_constructor(suite, key, changed(parameters, right.split(":")[0], number)) == error


@pytest.mark.parametrize("decimals", [19, 24, 255])
def test_reserve_token__with_too_many_decimals__is_refused_by_file_and_constructor(suite, parameters, decimals):
    said = refused_by_file("reserve.decimals: 6", str(decimals))
    assert re.search(rf"reserve\.decimals: {decimals}: expected from 0 to 18", said)
    token = suite.engine.deploy("TestReserveToken", decimals, sender=suite.deployer)
    reserve = parameters.reserve.model_copy(update={"token": token.address})
    found = refused_by_constructor(suite, "treasury", parameters.model_copy(update={"reserve": reserve}))
    assert found == ("UnsupportedDecimals", decimals, 18)


def test_reserve_token__without_a_valid_price__is_refused_by_the_constructor(suite, parameters):
    suite.engine.advance(parameters.reserve.price.heartbeat)
    name, last, status = refused_by_constructor(suite, "treasury", parameters)
    assert (name, last) == ("NoValidReservePrice", USD)
    assert status == suite.reader.inspect(suite.treasury.peers().reserveFeed).status
