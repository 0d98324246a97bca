"""Play a run on the coin before there is one: the real contracts in this process, no network needed.

ape run stress
ape run stress examples/stress/losses-of-30-percent.yaml --chart out/stress.png --csv out/stress
ape run stress --holders 50 --cash-ratio "15 %" --set parameters.gate.pause_at="10 %" --set loans.repaid_in_months=60
"""

from pathlib import Path

import click

from commonhold.operations.stress.command import StressCommand, play_and_show
from commonhold.recipe.parameters import FOLDER

READABLE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=StressCommand)
@click.argument("scenario", type=READABLE, required=False)
@click.option("--holders", help="How many, such as 50.")
@click.option("--coins", help='How many they have together, such as "2_000_000 HMD".')
@click.option("--cash-ratio", help='Cash behind them, such as "25 %"; the rest is lent.')
@click.option("--bad-loans", help='The part of the loans that is paid no more, such as "30 %".')
@click.option("--value-fall", help='How far the value of their homes falls, such as "40 %".')
@click.option("--leaving", help='The part of the coins that wants out, such as "60 %": in one wave.')
@click.option("--within", help='In how much time, such as "48 hours"; at once if left out.')
@click.option("--simulated", help='How long to look, such as "200 days".')
@click.option("--seed", help="Draws who leaves when, and which loans go bad.")
@click.option("--set", "settings", multiple=True, metavar="FIELD=VALUE", help="Any other field of a scenario.")
@click.option(
    "--params",
    type=READABLE,
    default=FOLDER / "local.yaml",
    help="Whose gate, fee, cash and equity; local ones if left out.",
)
@click.option("--chart", type=READABLE, help="Draw a chart into this .png or .svg file.")
@click.option("--csv", "table", type=READABLE, help="Write two tables, whose names begin like this.")
def cli(scenario, settings, params, chart, table, **options):
    """Simulate a run on the coin: who leaves when, who gets what, and what the gate does.

    SCENARIO is a file such as those in examples/stress; options are written over it. Without either, twelve holders of
    a million coins leave at once, a quarter of them backed by cash."""
    play_and_show(scenario, options, settings, params, chart, table)
