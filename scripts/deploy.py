"""Deploy the suite: check everything, show the plan, send what is missing, prove that the deployer holds nothing.

ape run deploy                                    # on an embedded chain that ends with the command: a rehearsal
ape run deploy --network http://127.0.0.1:8545    # on a node of your own
ape run deploy --network ethereum:sepolia:node --account my-deployer --yes

Killed anywhere, it is completed by running it again.
"""

from pathlib import Path
from typing import Any

import ape
import click
from ape.cli import network_option
from rich.console import Console
from rich.table import Table

from commonhold import build
from commonhold.engines.anvil_ape import ApeEngine
from commonhold.operations.commands import NetworkCommand
from commonhold.operations.connection import is_embedded
from commonhold.operations.terminal import make_console
from commonhold.recipe import Parameters, Suite, deploy, deployments, find_parameters, load_parameters
from commonhold.recipe.deploy import Deployment, Progress, RecipeError
from commonhold.recipe.proof import Proof, ProofFailed, examine


@click.command(cls=NetworkCommand)
@network_option()
@click.option("--params", type=click.Path(path_type=Path), help="Parameters file; by default that of the network.")
@click.option("--account", help="ape's alias of the deployer; by default that of the local parameters.")
@click.option(
    "--records",
    type=click.Path(path_type=Path, file_okay=False),
    default=deployments.FOLDER,
    help="Folder of the records; by default deployments/.",
)
@click.option("--yes", is_flag=True, help="Send. Needed on every network that is not local.")
def cli(provider: Any, params: Path | None, account: str | None, records: Path, yes: bool) -> None:
    """Deploy the suite, or complete it."""
    build.ensure()
    console = make_console()
    signers = [_load_account(account)] if account else []
    engine = ApeEngine(provider, signers=signers)
    embedded = is_embedded(provider)
    parameters = load_parameters(params) if params else find_parameters(provider.network.name, engine.chain_id)
    file = params or deployments.parameters_file(parameters)
    deployer = signers[0].address if signers else None
    place = None if embedded else _Place(engine, parameters, records)

    plan = Deployment(engine, parameters, deployer, factory=place.factory if place else None)
    plan.validate()
    _show_plan(console, plan)
    if not engine.is_local and not yes:
        console.print("nothing was sent: look at the plan, then add --yes")
        return
    suite = deploy(
        engine,
        parameters,
        deployer,
        factory=place.factory if place else None,
        from_block=place.from_block if place else 0,
        on_factory=place.begin if place else None,
        progress=lambda step: _show_step(console, step),
    )
    proof = examine(suite, from_block=place.from_block if place else 0)
    _show_proof(console, proof)
    if proof.faults:
        raise RecipeError(f"deployed, but the proof fails:\n{ProofFailed(proof)}")
    if place is None:
        console.print("embedded chain: it ends with this command, so nothing is recorded")
    else:
        console.print(f"recorded in {place.finish(suite, file)}")


def _load_account(alias: str) -> Any:
    try:
        return ape.accounts.load(alias)
    except KeyError:
        known = ", ".join(ape.accounts.aliases) or "none"
        raise RecipeError(f"ape has no account {alias!r} (it has: {known}): `ape accounts import {alias}`") from None


class _Place:
    """Where a deployment on a lasting chain keeps its place, and in the end its record."""

    def __init__(self, engine: ApeEngine, parameters: Parameters, folder: Path) -> None:
        self._engine = engine
        self._genesis = engine.genesis()
        self._file = deployments.record_file(parameters.network, folder)
        self._partial = deployments.partial_file(parameters.network, folder)
        self.factory: str | None = None
        self.from_block = engine.block_number()
        for earlier in (deployments.read_partial(self._partial), self._finished()):
            if earlier is not None and earlier.genesis == self._genesis:
                self.factory, self.from_block = earlier.factory, earlier.from_block

    def _finished(self) -> deployments.DeploymentRecord | None:
        return deployments.read_record(self._file) if self._file.is_file() else None

    def begin(self, deployer: str, factory: str) -> None:
        record = deployments.PartialRecord(
            genesis=self._genesis, deployer=deployer, factory=factory, from_block=self.from_block
        )
        deployments.write(self._partial, record)

    def finish(self, suite: Suite, parameters: Path) -> str:
        record = deployments.describe(suite, self._genesis, parameters, self.from_block)
        deployments.write(self._file, record)
        deployments.validate(deployments.read_record(self._file), self._engine, self._genesis, self._file)
        self._partial.unlink(missing_ok=True)
        return deployments.shown(self._file)


def _show_plan(console: Console, plan: Deployment) -> None:
    console.print(
        f"{plan.engine.name}, chain id {plan.engine.chain_id}; parameters {plan.parameters.network};"
        f" deployer {plan.deployer}"
    )
    table = Table("contract", "address", "constructor's arguments")
    for entry in plan.entries:
        arguments = ", ".join(_short(plan, value) for value in plan.arguments(entry))
        table.add_row(entry.artifact, plan.addresses[entry.key], arguments)
    console.print(table)


def _short(plan: Deployment, value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_short(plan, member) for member in value)}]"
    names = {address: entry.artifact for entry in plan.entries if (address := plan.addresses[entry.key])}
    return names.get(value) or deployments.as_text(value)


def _show_step(console: Console, step: Progress) -> None:
    console.print(f"  {step.number:>2}/{step.total} {step.title}{': done before' if step.was_done else ''}")


def _show_proof(console: Console, proof: Proof) -> None:
    table = Table("place", "holder", "who", "detail", "fault", title="who holds what, read from the chain")
    for holding in proof.holdings:
        table.add_row(holding.place, holding.holder, holding.who, holding.detail, holding.fault)
    console.print(table)
