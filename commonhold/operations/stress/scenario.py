"""What a stress run is to play: a YAML file, options, or both; everything left out is disaster T01, the plain run.

    title: Everybody leaves at once
    cash_ratio: 25 %
    run:
      - {at: 3 days, share: 100 %, within: 0 hours}
    parameters: {gate: {pause_at: 10 %}}  # instead of what the parameters file says

Nothing is played if anything is wrong: an `InputError` names every fault with file, line, field, value and what was
expected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from commonhold.inputs.files import Faults, read_text
from commonhold.inputs.problems import InputError, Problem, shown
from commonhold.recipe import yaml_lines
from commonhold.recipe.parameters import FOLDER, LOCAL_CHAIN_ID, WHOLE_BPS, Parameters
from commonhold.recipe.sections import Section
from commonhold.recipe.units import (
    DAY,
    FIXED_POINT,
    PERCENT,
    Coins,
    Dollars,
    Percent,
    PercentAYear,
    Seconds,
    Whole,
    between,
)

MAX_FILE_BYTES = 100_000
LOCAL_FILE = FOLDER / "local.yaml"
OPTIONS = Path("--set")  # stands where a file's name stands, for what came from the command line
FORECLOSED = 132 * DAY  # a month until the first missed due time, 90 days past due, an auction of 11 days

Overridable = Literal["gate", "redemption", "cash", "equity", "reserve"]
"""The sections of the parameters file that a scenario may write anew."""

Part = Annotated[Percent, between(0, 100, PERCENT, "%")]
Moment = Annotated[Seconds, between(0, 20 * 365, DAY, "days")]


class Loans(Section):
    """The loans behind the coin, all alike, and how they come back in cash."""

    count: Annotated[Whole, between(1, 400)] = 12
    rate: Annotated[PercentAYear, between(0, 30, PERCENT, "% a year")] = 600
    loan_to_value: Annotated[Percent, between(1, 60, PERCENT, "%")] = 6_000
    repaid_in_months: Annotated[Whole, between(1, 360)] = 12  # level instalments


class Losses(Section):
    """Loans that are paid no more, and what becomes of the shares behind them."""

    share: Part = 0  # of the loans
    value_fall: Part = 0  # of their shares
    at: Moment = 0
    sold_after: Annotated[Seconds, between(FORECLOSED // DAY, 20 * 365, DAY, "days")] = 180 * DAY  # for cash


class Wave(Section):
    """People who want out: whole holdings, one after another, until `share` of all coins is asked for."""

    at: Moment
    share: Annotated[Percent, between(1, 10_000, 1, "hundredths of a per cent")]
    within: Moment = 0  # 0: at once, one transaction a second


def _everybody() -> list[Wave]:
    return [Wave.model_validate({"at": "3 days", "share": "100 %"})]


class Contribution(Section):
    """Cash that somebody gives to equity."""

    at: Moment
    cash: Annotated[Dollars, between(1, 10**9, FIXED_POINT, "USD")]


class Scenario(Section):
    """Everything that is chosen. Times count from the day on which the coin has its holders; amounts are wei."""

    title: Annotated[str, Field(min_length=1, max_length=90)] = "A run on the coin"
    holders: Annotated[Whole, between(1, 400)] = 12
    spread: Literal["equal", "uneven"] = "equal"  # of the coins among the holders
    coins: Annotated[Coins, between(10_000, 10**9, FIXED_POINT, "HMD")] = 10**6 * FIXED_POINT
    cash_ratio: Annotated[Percent, between(1, 99, PERCENT, "%")] = 2_500  # of the coins; the rest is lent
    loans: Loans = Loans()
    losses: Losses = Losses()
    run: Annotated[list[Wave], Field(default_factory=_everybody, max_length=100)]
    contributions: Annotated[list[Contribution], Field(default_factory=list, max_length=100)]
    simulated: Annotated[Seconds, between(1, 20 * 365, DAY, "days")] = 400 * DAY
    seed: Annotated[Whole, between(0, 2**32)] = 1
    parameters: dict[Overridable, dict[str, Any]] = Field(default_factory=dict)

    def disagreements(self) -> list[tuple[str, str]]:
        whole = sum(wave.share for wave in self.run)
        found = []
        if whole > WHOLE_BPS:
            found.append(("run", f"waves of at most 100 % together, not {whole / PERCENT:g} %"))
        times = [wave.at for wave in self.run] + [one.at for one in self.contributions] + [self.losses.at]
        last = max(times)
        if last >= self.simulated:
            found.append(("simulated", f"longer than until the last event, at {last / DAY:g} days"))
        return found


@dataclass(frozen=True)
class Play:
    """A scenario with the parameters that it is played with."""

    scenario: Scenario
    parameters: Parameters


def read_play(file: Path | None, settings: Sequence[str], parameters_file: Path) -> Play:
    """The scenario of `file`, `settings` such as "loans.count=20" written over it, and the parameters with those of
    the scenario written over them."""
    faults = Faults(file or OPTIONS)
    data, lines = _read_file(file, faults) if file is not None else ({}, {})
    places = {path: (file or OPTIONS, line) for path, line in lines.items()}
    for setting in settings:
        _apply(setting, data, places, faults)
    faults.stop()
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise InputError(_problems(error, data, places, file or OPTIONS)) from None
    parameters = _parameters(parameters_file, scenario, places)
    _check_cash(scenario, parameters, places.get(("cash_ratio",), (file or OPTIONS, None)))
    return Play(scenario, parameters)


def _read_file(file: Path, faults: Faults) -> tuple[dict[str, Any], dict[yaml_lines.Path, int]]:
    text = read_text(file, faults, max_bytes=MAX_FILE_BYTES, holds="a scenario")
    try:
        data, lines = yaml_lines.load(text)
    except yaml_lines.YamlProblem as problem:
        faults.fail(problem.line, "fields with values, in YAML", value=str(problem))
    if not isinstance(data, dict):
        faults.fail(1, "fields with values", value=shown(data))
    return data, lines


def _apply(setting: str, data: dict[str, Any], places: dict[Any, Any], faults: Faults) -> None:
    """Write one setting over the data. Its value is read as YAML reads it: `holders=50`, `run=[{...}]`."""
    name, equals, text = setting.partition("=")
    path = tuple(name.split("."))
    if not equals or not all(path):
        faults.problems.append(Problem(OPTIONS, None, None, None, shown(setting), "FIELD=VALUE, such as holders=50"))
        return
    try:
        value, _ = yaml_lines.load(text)
    except yaml_lines.YamlProblem as problem:
        faults.problems.append(Problem(OPTIONS, None, None, name, shown(text), f"a value ({problem})"))
        return
    inner = data
    for part in path[:-1]:
        if not isinstance(inner.get(part), dict):
            inner[part] = {}
        inner = inner[part]
    inner[path[-1]] = value
    places[path] = (OPTIONS, None)


# ----------------------------------------------------------------------------------------------------------- parameters


def _parameters(file: Path, scenario: Scenario, places: dict[Any, Any]) -> Parameters:
    """Those of `file` with the scenario's own numbers, checked as the file itself is."""
    data, lines = _read_file(file, Faults(file))
    if data.get("chain_id") != LOCAL_CHAIN_ID:
        data = _played_here(data)
    of_file = {path: (file, line) for path, line in lines.items()}
    for section, changes in scenario.parameters.items():
        data[section] = {**data.get(section, {}), **changes}
        of_file |= {(section, name): places.get(("parameters", section, name), (file, None)) for name in changes}
    try:
        return Parameters.model_validate(data)
    except ValidationError as error:
        raise InputError(_problems(error, data, of_file, file)) from None


def _played_here(data: dict[str, Any]) -> dict[str, Any]:
    """The local chain with what another network's parameters say of money: its people and feeds are not here."""
    here, _ = _read_file(LOCAL_FILE, Faults(LOCAL_FILE))
    for section in ("gate", "redemption", "cash", "equity"):
        here[section] = data.get(section, {})
    reserve = data.get("reserve")
    if isinstance(reserve, dict) and "decimals" in reserve:
        here["reserve"] = {**here["reserve"], "decimals": reserve["decimals"]}
    return here


def _check_cash(scenario: Scenario, parameters: Parameters, place: tuple[Path, int | None]) -> None:
    """The loans are drawn at the start, which the treasury refuses below its cash floor."""
    floor = parameters.cash.min_cash_ratio
    if scenario.cash_ratio < floor:
        expected = f"at least cash.min_cash_ratio ({floor / PERCENT:g} %): with less there are no loans"
        raise InputError([Problem(*place, None, "cash_ratio", f"{scenario.cash_ratio / PERCENT:g} %", expected)])


# --------------------------------------------------------------------------------------------------------------- faults


def _problems(error: ValidationError, data: Any, places: dict[Any, Any], file: Path) -> list[Problem]:
    return [_problem(one, data, places, file) for one in error.errors()]


def _problem(error: Any, data: Any, places: dict[Any, Any], file: Path) -> Problem:
    path = tuple(error["loc"])
    cause = error.get("ctx", {}).get("error")
    if together := getattr(cause, "field", ""):  # right alone, but not together
        path = (*path, *together.split("."))
    nearest = path
    while nearest and nearest not in places:
        nearest = nearest[:-1]
    where, line = places.get(nearest, (file, None))
    field = ".".join(str(part) for part in path)
    if error["type"] == "missing":
        return Problem(where, line, None, field, "nothing", "a value")
    if error["type"] == "extra_forbidden":
        return Problem(where, line, None, field, shown(error["input"]), "no such field")
    expected = str(cause) if cause is not None else error["msg"][0].lower() + error["msg"][1:]
    return Problem(where, line, None, field, shown(_at(data, path, error["input"])), expected)


def _at(data: Any, path: tuple[Any, ...], otherwise: Any) -> Any:
    """What was written at `path`; a default was not."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return otherwise if not isinstance(otherwise, dict) else "its default"
    return data
