"""The run simulator: its input, the plain run to the wei, the coin it is compared with, and its files."""

from __future__ import annotations

import csv
import importlib.util
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner
from stress_twin import ClockedStage, ModelStage

from commonhold.build import ROOT
from commonhold.inputs.problems import InputError
from commonhold.operations.stress.chart import draw
from commonhold.operations.stress.face_value import FaceValueCoin
from commonhold.operations.stress.opening import holdings, instalment_cash, loan_principals
from commonhold.operations.stress.outcome import Outcome
from commonhold.operations.stress.play import Performance
from commonhold.operations.stress.report import about, cash, exact, summary, write_csv
from commonhold.operations.stress.scenario import Play, read_play
from commonhold.recipe.parameters import FOLDER
from commonhold.recipe.units import DAY

DOLLAR = 10**18
UNIT = 10**12  # wei in a unit of cash with 6 decimals
EXAMPLES = ROOT / "examples" / "stress"
PARAMETERS = FOLDER / "local.yaml"


def read(name: str, *settings: str) -> Play:
    return read_play(EXAMPLES / f"{name}.yaml", settings, PARAMETERS)


def performed(play: Play) -> tuple[Outcome, ClockedStage]:
    stage = ClockedStage(play)
    return Performance(stage, play.scenario, (1_500, 750)).play(), stage


@cache
def example(name: str) -> tuple[Outcome, ClockedStage]:
    """An example on the contracts, played once for all tests that look at it."""
    return performed(read(name))


def repeated(play: Play, stage: ClockedStage) -> Outcome:
    """The same on the model, at the same times."""
    twin = ModelStage(play.scenario, stage.opening, stage.times)
    return Performance(twin, play.scenario, (1_500, 750)).play()


def conserves(outcome: Outcome) -> bool:
    return outcome.cash_in == outcome.paid + outcome.cash_held


@pytest.fixture(scope="module")
def run() -> Outcome:
    """T01."""
    return example("usdr-run")[0]


@pytest.fixture(scope="module")
def losses() -> Outcome:
    return example("losses-of-30-percent")[0]


# --------------------------------------------------------------------------------------------------------------- T01


def test_t01__cash_slice__is_paid_out_at_once_to_the_unit(run: Outcome) -> None:
    """250,000 of cash are there; right after the last of twelve requests they are paid, and the rest waits."""
    before = [point for point in run.timeline if point.at < 3 * DAY]
    after = next(point for point in run.timeline if point.at == 3 * DAY)
    assert all((point.look.reserve_cash, point.look.waiting) == (250_000 * 10**6, 0) for point in before)
    assert (after.look.reserve_cash, after.paid_cash) == (0, 250_000 * 10**6)
    assert after.look.waiting == sum(holder.net for holder in run.holders) - 250_000 * DOLLAR
    assert after.look.paused
    assert after.look.lending_paused


def test_t01__every_holder__ends_with_the_same_price_before_the_fee(run: Outcome) -> None:
    assert [run.paid_price(holder) for holder in run.holders] == [Fraction(1)] * 12
    for holder in run.holders:
        assert (holder.asked, holder.kept, holder.waiting) == (holder.coins, 0, 0)
        assert holder.cash * UNIT == holder.net == holder.coins - holder.fee
        assert run.lost(holder) == 0
        assert 0 < holder.fee <= holder.coins * 5 // 100 + UNIT


def test_t01__all_cash__is_accounted_for(run: Outcome) -> None:
    assert conserves(run)
    assert run.paid == sum(holder.net for holder in run.holders) // UNIT
    assert "price of a net coin that was paid: 1.000000 for everybody, exactly" in summary(run)
    assert any(line.endswith("nothing is missing") for line in summary(run))


def test_t01__queue__is_served_in_the_order_of_leaving(run: Outcome) -> None:
    paid_at = [holder.paid_at for holder in run.holders]
    assert None not in paid_at
    assert paid_at == sorted(paid_at)  # type: ignore[type-var]


def test_t01__order_of_leaving__is_the_seeds() -> None:
    orders = {
        seed: [
            holder.coins
            for holder in performed(read("usdr-run", "spread=uneven", "simulated=5 days", f"seed={seed}"))[0].holders
        ]
        for seed in (1, 2)
    }
    assert sorted(orders[1]) != orders[1] != orders[2]


# ------------------------------------------------------------------------------------------------------------ losses


def test_losses__every_holder__bears_the_same_part(losses: Outcome) -> None:
    """All leave after the loss has shown: who comes first gets what who comes last gets, but for rounding."""
    first, last = losses.holders[0], losses.holders[-1]
    assert first.paid_at is not None
    assert last.paid_at is not None
    assert last.paid_at - first.paid_at > 300 * DAY
    whole = Fraction(losses.paid * UNIT, sum(holder.net for holder in losses.holders))
    assert Fraction(77, 100) < whole < Fraction(78, 100)
    for holder in losses.holders:
        assert holder.fee == 0
        assert abs(holder.cash * UNIT - holder.net * whole) < 2 * UNIT
    assert any("for everybody, to less than two units of cash" in line for line in summary(losses))
    assert conserves(losses)


def test_losses__face_value__the_last_pay_for_all(losses: Outcome) -> None:
    """The same assets: together the holders lose the same, to the dust that waits on either side."""
    assert [losses.face_lost(holder) < UNIT for holder in losses.holders[:9]] == [True] * 9
    assert all(losses.face_lost(holder) == holder.coins for holder in losses.holders[10:])
    ours = sum(losses.lost(holder) for holder in losses.holders)
    theirs = sum(losses.face_lost(holder) for holder in losses.holders)
    assert abs(ours - theirs) < 100 * UNIT


def test_losses__price__falls_by_itself_before_anybody_leaves(losses: Outcome) -> None:
    """From day 30 past due to day 120, a straight line; nobody calls anything."""
    prices = {point.at // DAY: point.look.price for point in losses.timeline if point.at % DAY == 0}
    assert prices[60] == 1
    falling = [prices[day] for day in range(70, 150)]
    steps = {round((before - after) * 10**9) for before, after in pairwise(falling)}
    assert max(steps) - min(steps) <= 1 < min(steps)
    assert prices[152] == prices[159] < 1
    assert not any(point.look.paused for point in losses.timeline if point.at < 160 * DAY)
    assert all(point.look.lending_paused for point in losses.timeline if 70 * DAY < point.at < 160 * DAY)


@pytest.mark.parametrize("name", ["usdr-run", "losses-of-30-percent", "insiders", "slow-leak"])
def test_example__on_the_contracts__ends_as_on_the_model(name: str) -> None:
    found, stage = example(name)
    expected = repeated(read(name), stage)
    # A request has another name on the chain.
    expected.holders[:] = [
        replace(its, requests=mine.requests) for mine, its in zip(found.holders, expected.holders, strict=True)
    ]
    assert found.holders == expected.holders
    assert found.timeline == expected.timeline
    assert found == expected
    assert conserves(found)


def test_insiders__what_cash_does_not_cover__gets_no_more_than_what_comes_later() -> None:
    """T14: they ask ten days after the due date and are paid the price of the day on which they are paid."""
    outcome, _ = example("insiders")
    asked_at_par = [holder for holder in outcome.holders if holder.fee]
    late = [holder for holder in asked_at_par if holder.paid_at is not None and holder.paid_at > 150 * DAY]
    assert len(late) >= 2
    assert all(outcome.paid_price(holder) < Fraction(9, 10) for holder in late)  # type: ignore[operator]


def test_losses__of_loans_that_are_repaid_by_then__are_none() -> None:
    settings = ["loans.repaid_in_months=2", "losses={share: 100 %, value_fall: 90 %, at: 70 days}"]
    outcome, _ = performed(read("usdr-run", "simulated=300 days", *settings))
    assert all(point.look.price == 1 for point in outcome.timeline)
    assert conserves(outcome)


@pytest.mark.parametrize("decimals", [0, 18])
def test_reserve_token__other_decimals__same_run(decimals: int) -> None:
    settings = ["simulated=35 days", f"parameters.reserve.decimals={decimals}", "losses.share=10 %"]
    outcome, _ = performed(read("usdr-run", *settings))
    assert outcome.unit == 10 ** (18 - decimals)
    assert {outcome.paid_price(holder) for holder in outcome.holders if holder.paid_coins} == {1}
    assert conserves(outcome)


def test_gate__other_thresholds__move_the_pause() -> None:
    def paused_days(*settings: str) -> list[int]:
        outcome, _ = performed(read("slow-leak", "holders=20", *settings))
        return [point.at // DAY for point in outcome.timeline if point.look.paused]

    narrow, wide = (
        paused_days(f"parameters.gate={{pause_at: {pause}, resume_below: {resume}}}")
        for pause, resume in (("8 %", "4 %"), ("20 %", "15 %"))
    )
    assert min(narrow) < min(wide) <= max(wide) < max(narrow)


# ------------------------------------------------------------------------------------------- the coin at face value


def test_face_value__known_run__exact_outcome() -> None:
    """Cash for two and a half of four holders; later half of what is missing comes."""
    coin = FaceValueCoin(UNIT, 250, dict.fromkeys(range(1, 5), 100 * UNIT))
    for number in (3, 1, 4, 2):
        coin.redeem(number, 100 * UNIT, at=number)
    assert coin.paid == {3: 100, 1: 100, 4: 50}
    assert coin.price(other_assets=75 * UNIT) == Fraction(75, 150)
    coin.receive(75, at=9)
    assert coin.paid == {3: 100, 1: 100, 4: 100, 2: 25}
    assert coin.holdings == {1: 0, 2: 75 * UNIT, 3: 0, 4: 0}
    assert coin.paid_at == {3: 3, 1: 1, 4: 9, 2: 9}
    assert coin.price(other_assets=0) == 0


def test_face_value__whole_units_only__dust_stays_with_its_holder() -> None:
    coin = FaceValueCoin(UNIT, 10, {1: 3 * UNIT + 1, 2: 2 * UNIT})
    coin.redeem(1, 3 * UNIT + 1, at=0)
    coin.redeem(2, 2 * UNIT, at=0)
    assert (coin.paid, coin.cash, coin.holdings) == ({1: 3, 2: 2}, 5, {1: 1, 2: 0})
    assert not coin.line
    assert coin.price(other_assets=10 * UNIT) == 1  # never more than a dollar


# ------------------------------------------------------------------------------------------------------------ amounts


@pytest.mark.parametrize("spread", ["equal", "uneven"])
def test_opening__parts__add_up(spread: str) -> None:
    scenario = read("usdr-run", "holders=7", f"spread={spread}", "coins=1_000_001.23 HMD").scenario
    assert sum(holdings(scenario)) == scenario.coins
    assert min(holdings(scenario)) > 0
    lent = loan_principals(scenario, UNIT)
    assert sum(lent) + scenario.coins * 25 // 100 // UNIT * UNIT == scenario.coins


@pytest.mark.parametrize(
    ("rate", "months", "debt", "expected"),
    [
        ("6 % a year", 12, 100_000 * DOLLAR, 8_606_642_971),  # 8,606.642970... by the annuity formula
        ("0 % a year", 12, 100_000 * DOLLAR, 8_333_333_334),
        ("0 % a year", 1, 100_000 * DOLLAR, 100_000_000_000),
    ],
)
def test_instalment__annuity__rounded_up_to_the_unit(rate: str, months: int, debt: int, expected: int) -> None:
    scenario = read("usdr-run", f"loans.rate={rate}", f"loans.repaid_in_months={months}").scenario
    assert instalment_cash(scenario, debt, UNIT) == expected


def test_amounts__in_words() -> None:
    assert exact(-DOLLAR // 2) == "-0.500000000000000000"
    assert about(1_234_567 * DOLLAR + 5 * DOLLAR // 1_000) == "1,234,567.00"
    assert (cash(1_234_500_001, UNIT), cash(7, DOLLAR), cash(1, 1)) == ("1,234.500001", "7", "0.000000000000000001")


# ------------------------------------------------------------------------------------------------------------- input


RIGHT = (EXAMPLES / "insiders.yaml").read_text(encoding="utf-8")

WRONG = [
    # (text of the right file, what takes its place, what is said of it)
    ("holders: 16", "holders: 0", "holders: got 0; expected from 1 to 400"),
    ("holders: 16", "holders: many", "holders: got 'many'; expected a whole number"),
    ("spread: uneven", "spread: wild", "spread: got 'wild'; expected input should be 'equal' or 'uneven'"),
    ("coins: 1_000_000 HMD", "coins: 1_000_000", "coins: got 1000000; expected an amount of HMD with its unit"),
    ("coins: 1_000_000 HMD", "coins: 100 HMD", "coins: got '100 HMD'; expected from 10000 to 1000000000 HMD"),
    ("cash_ratio: 15 %", "cash_ratio: 101 %", "cash_ratio: got '101 %'; expected from 1 to 99 %"),
    ("cash_ratio: 15 %", "cash_ratio: 9.99 %", "cash_ratio: got 9.99 %; expected at least cash.min_cash_ratio (10 %)"),
    ("count: 20", "count: 401", "loans.count: got 401; expected from 1 to 400"),
    ("rate: 6 % a year", "rate: 6 %", "loans.rate: got '6 %'; expected a percentage"),
    ("repaid_in_months: 36", "repaid_in_months: 0", "loans.repaid_in_months: got 0; expected from 1 to 360"),
    ("share: 40 %\n", "share: 140 %\n", "losses.share: got '140 %'; expected from 0 to 100 %"),
    ("sold_after: 200 days", "sold_after: 131 days", "losses.sold_after: got '131 days'; expected from 132 to"),
    ("share: 30 %, within", "share: 60.01 %, within", "run: got a list of 2 entries; expected waves of at most 100 %"),
    ("within: 6 hours", "within: soon", "run.0.within: got 'soon'; expected a length of time"),
    ("within: 6 hours", "until: 6 hours", "run.0.until: got '6 hours'; expected no such field"),
    ("- {at: 40 days, ", "- {", "run.0.at: got nothing; expected a value"),
    ("cash: 50_000 USD", "cash: 0 USD", "contributions.0.cash: got '0 USD'; expected from 1"),
    ("simulated: 365 days", "simulated: 120 days", "simulated: got '120 days'; expected longer than until the last"),
    ("seed: 4", "seed: -1", "seed: got -1; expected from 0 to 4294967296"),
    ("seed: 4", "season: 4", "season: got 4; expected no such field"),
    ("seed: 4", "seed: 4\nseed: 5", "got the key 'seed' stands twice; expected fields with values, in YAML"),
    ("seed: 4", "parameters: {gate: {pause_at: 5 %}}", "gate.resume_below: got '7.5 %'; expected less than"),
    ("seed: 4", "parameters: {gate: {pauseAt: 5 %}}", "gate.pauseAt: got '5 %'; expected no such field"),
    ("seed: 4", "parameters: {redemption: {top_fee: 11 %}}", "redemption.top_fee: got '11 %'; expected from 0 to 10 %"),
    ("seed: 4", "parameters: {dao: {timelock_delay: 1 hours}}", "parameters.dao.[key]: got 'dao'; expected input"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), WRONG, ids=[wrong.strip() for _, wrong, _ in WRONG])
def test_scenario__wrong__is_refused_with_place_and_numbers(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert RIGHT.count(right) == 1
    file = tmp_path / "scenario.yaml"
    file.write_text(RIGHT.replace(right, wrong), encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        read_play(file, (), PARAMETERS)
    (line,) = str(refusal.value).splitlines()
    assert said in line
    assert line.startswith((f"{file}:", str(PARAMETERS)))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("holders", "--set: got 'holders'; expected FIELD=VALUE"),
        ("=5", "--set: got '=5'; expected FIELD=VALUE"),
        ("holders=", "--set: holders: got ''; expected a value"),
        ("loans.count=[", "--set: loans.count: got '['; expected a value"),
        ("loans.count=999", "--set: loans.count: got 999; expected from 1 to 400"),
        ("parameters.gate.dwell=0 days", "--set: gate.dwell: got '0 days'; expected from 1 to"),
    ],
)
def test_setting__wrong__is_refused_with_its_name(setting: str, said: str) -> None:
    with pytest.raises(InputError, match=r"^--set") as refusal:
        read("insiders", setting)
    assert said in str(refusal.value)


@pytest.mark.parametrize("content", ["", "- a list", "title: [", "\0", "# long\n" * 20_000])
def test_scenario__no_scenario__is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"scenario.yaml.*expected"):
        read_play(file, (), PARAMETERS)


def test_settings__over_a_file__win(tmp_path: Path) -> None:
    play = read("insiders", "holders=5", "loans.count=3", "parameters.gate.pause_at=10 %", "run=[]")
    assert (play.scenario.holders, play.scenario.loans.count, play.scenario.run) == (5, 3, [])
    assert (play.scenario.loans.rate, play.parameters.gate.pause_at, play.parameters.gate.resume_below) == (
        600,
        1_000,
        750,
    )


def test_parameters__of_another_network__its_numbers_are_played_here(tmp_path: Path) -> None:
    file = tmp_path / "mainnet.yaml"
    text = PARAMETERS.read_text(encoding="utf-8")
    for mine, its in (
        ("chain_id: 31337", "chain_id: 1"),
        ("pause_at: 15 %", "pause_at: 12 %"),
        ("decimals: 6", "decimals: 18"),
    ):
        assert text.count(mine) == 1
        text = text.replace(mine, its)
    file.write_text(text.partition("\nlocal:")[0], encoding="utf-8")
    parameters = read_play(None, (), file).parameters
    assert (parameters.chain_id, parameters.gate.pause_at, parameters.reserve.unit) == (31_337, 1_200, 1)
    file.write_text(text.replace("pause_at: 12 %", "pause_at: 7 %"), encoding="utf-8")
    with pytest.raises(InputError, match=r"mainnet.yaml:\d+: gate.resume_below: got '7.5 %'; expected less than"):
        read_play(None, (), file)


# -------------------------------------------------------------------------------------------------------------- files


def test_chart__png_and_svg__legible_and_the_same_every_time(tmp_path: Path, losses: Outcome, run: Outcome) -> None:
    png, svg = draw(losses, tmp_path / "new" / "chart.png"), draw(losses, tmp_path / "chart.svg")
    assert png.read_bytes().startswith(b"\x89PNG")
    assert ElementTree.parse(svg).getroot().tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own
    text = svg.read_text("utf-8")
    for words in (
        "Everybody leaves after losses of 30 % of the loans",
        "With this treasury: all lose 22.5 ¢",
        "Face value, first come, first served: 0 to 100 ¢ lost",
        "pauses at 15 %, resumes below 7.5 %",
        "lending paused by demand",
        "coverage below 1: losses are shared",
        "holder, in the order in which they left",
    ):
        assert f"<!-- {words} -->" in text, words
    assert draw(losses, tmp_path / "again.svg").read_bytes() == svg.read_bytes()
    calm = draw(run, tmp_path / "run.svg").read_text("utf-8")
    assert "<!-- With this treasury: nobody loses; fee of 1.1 to 5.0 ¢ -->" in calm
    assert "coverage below 1" not in calm


def test_csv__both_tables__are_exact(tmp_path: Path, run: Outcome) -> None:
    timeline, holders = write_csv(run, tmp_path / "new" / "run")
    with timeline.open(encoding="utf-8", newline="") as stream:
        points = list(csv.DictReader(stream))
    with holders.open(encoding="utf-8", newline="") as stream:
        people = list(csv.DictReader(stream))
    assert (len(points), len(people)) == (len(run.timeline), 12)
    assert points[0]["reserve_cash"] == "250000.000000000000000000"
    assert [row["cash"] for row in people] == [exact(holder.cash * UNIT) for holder in run.holders]


# ------------------------------------------------------------------------------------------------------------- script


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("stress_script", ROOT / "scripts" / "stress.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def call(*arguments: str) -> click.testing.Result:
    return CliRunner().invoke(script().cli, list(arguments), catch_exceptions=False)


def test_script__as_a_user_runs_it__tables_and_files(tmp_path: Path) -> None:
    options = ["--holders", "3", "--cash-ratio", "40 %", "--leaving", "60 %", "--within", "2 days", "--seed", "9"]
    files = ["--chart", str(tmp_path / "a.svg"), "--csv", str(tmp_path / "a")]
    first = call(*options, *files, "--simulated", "60 days")
    assert first.exit_code == 0, first.output
    assert "What became of each holder" in first.output
    assert "nothing is missing" in first.output
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a-holders.csv", "a-timeline.csv", "a.svg"]
    drawn = [file.read_bytes() for file in sorted(tmp_path.iterdir())]
    again = call(*options, *files, "--simulated", "60 days")
    assert again.output.partition("what happened")[2] == first.output.partition("what happened")[2] != ""
    assert [file.read_bytes() for file in sorted(tmp_path.iterdir())] == drawn


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--holders", "none"], "--set: holders: got 'none'; expected a whole number"),
        (["--within", "2 days"], "--within: expected --leaving with it"),
        (["--chart", "run.pdf"], "--chart: got 'run.pdf'; expected a name that ends in .png or .svg"),
        (["nowhere.yaml"], "nowhere.yaml: got No such file or directory; expected a file that can be read"),
        (["--params", "nowhere.yaml"], "nowhere.yaml: got No such file or directory"),
        (["--cash-ratio", "9 %"], "cash_ratio: got 9 %; expected at least cash.min_cash_ratio (10 %)"),
    ],
)
def test_script__wrong_input__one_message_and_no_file(arguments: list[str], said: str) -> None:
    result = call(*arguments)
    assert result.exit_code != 0
    assert said in " ".join(result.output.split())
    assert "Traceback" not in result.output
