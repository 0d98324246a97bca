"""What `scripts/stress.py` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from commonhold import build
from commonhold.engines import EngineError, Revert
from commonhold.inputs.problems import InputError
from commonhold.operations.charts import METADATA
from commonhold.operations.stress.outcome import Outcome
from commonhold.operations.stress.play import Performance
from commonhold.operations.stress.report import holder_table, summary, timeline_table, write_csv
from commonhold.operations.stress.scenario import Play, read_play
from commonhold.operations.terminal import make_console
from commonhold.recipe import ParametersError, RecipeError

FIELDS = {  # of a scenario, by the options that write them
    "holders": "holders",
    "coins": "coins",
    "cash_ratio": "cash_ratio",
    "bad_loans": "losses.share",
    "value_fall": "losses.value_fall",
    "simulated": "simulated",
    "seed": "seed",
}
FIRST_WAVE = "3 days"


class StressCommand(click.Command):
    """A command without a network, whose user gets one message for what he can do something about."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Revert as revert:
            raise click.ClickException(f"the contracts refused: {revert}") from None
        except (build.BuildError, EngineError, InputError, ParametersError, RecipeError) as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from None


def play_and_show(
    scenario: Path | None,
    options: Mapping[str, str | None],
    settings: Sequence[str],
    parameters: Path,
    chart: Path | None,
    table: Path | None,
) -> None:
    """Play what was asked for, print it, and write the files that were asked for."""
    if chart is not None and chart.suffix[1:].lower() not in METADATA:
        raise click.UsageError(f"--chart: got {chart.name!a}; expected a name that ends in .png or .svg")
    play = read_play(scenario, [*_settings(options), *settings], parameters)
    console = make_console()
    build.ensure()
    outcome = perform(play)
    console.print(timeline_table(outcome))
    console.print(holder_table(outcome))
    for line in summary(outcome):
        console.print(line, markup=False, soft_wrap=True)
    if table is not None:
        for file in write_csv(outcome, table):
            console.print(f"table: {file}", markup=False, soft_wrap=True)
    if chart is not None:
        from commonhold.operations.stress.chart import draw

        console.print(f"chart: {draw(outcome, chart)}", markup=False, soft_wrap=True)


def perform(play: Play) -> Outcome:
    """Play on the contracts."""
    from commonhold.operations.stress.stage import SuiteStage

    gate = play.parameters.gate
    return Performance(SuiteStage(play), play.scenario, (gate.pause_at, gate.resume_below)).play()


def _settings(options: Mapping[str, str | None]) -> list[str]:
    """The options as settings of a scenario."""
    given = [f"{field}={options[name]}" for name, field in FIELDS.items() if options[name] is not None]
    leaving, within = options["leaving"], options["within"]
    if leaving is not None:
        given.append(f"run=[{{at: {FIRST_WAVE}, share: {leaving}, within: {within or '0 hours'}}}]")
    elif within is not None:
        raise click.UsageError("--within: expected --leaving with it, or waves in the scenario's file")
    return given
