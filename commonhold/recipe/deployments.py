"""What was deployed where: `deployments/<network>.json`, written from what the chain shows, validated when read.

While a deployment is under way, `<network>.partial.json` beside it keeps the factory's address, from which all others
follow, so that a run that was killed is found again. In-memory chains leave nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from eth_utils import keccak
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from commonhold import build
from commonhold.engines.base import Engine, coders
from commonhold.engines.codec import CodecError, as_address
from commonhold.recipe.deploy import Deployment, RecipeError, Suite, is_code_of
from commonhold.recipe.parameters import FOLDER as PARAMETERS_FOLDER
from commonhold.recipe.parameters import Parameters, load_parameters
from commonhold.recipe.plan import PLAN

# Elsewhere for tests, which must not touch the record of a chain that somebody works with.
FOLDER = Path(os.environ.get("COMMONHOLD_DEPLOYMENTS") or build.ROOT / "deployments")
FORMAT: Literal[1] = 1

Model = TypeVar("Model", bound=BaseModel)


def _checksummed(value: str) -> str:
    try:
        spelled = as_address(value)
    except CodecError:
        spelled = ""
    if value != spelled:
        raise ValueError("a checksummed address")
    return value


Address = Annotated[str, AfterValidator(_checksummed)]
Hash = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Argument(_Record):
    """A constructor's argument as it was given, as text: so no reader rounds numbers."""

    name: str
    type: str
    value: str


class DeployedContract(_Record):
    artifact: str
    address: Address
    block: Annotated[int, Field(ge=0)]
    transaction: Hash
    arguments: list[Argument]
    code_hash: Hash


class DeploymentRecord(_Record):
    """A finished deployment."""

    format: Literal[1]
    network: str
    chain_id: int
    genesis: Hash
    deployer: Address
    factory: Address
    from_block: Annotated[int, Field(ge=0)]
    commit: str | None
    parameters: str
    parameters_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    contracts: dict[str, DeployedContract]


class PartialRecord(_Record):
    """A deployment under way."""

    genesis: Hash
    deployer: Address
    factory: Address
    from_block: Annotated[int, Field(ge=0)]


# ------------------------------------------------------------------------------------------------------------ files


def record_file(network: str, folder: Path = FOLDER) -> Path:
    """Where the finished deployment of a network is recorded."""
    return folder / f"{network}.json"


def partial_file(network: str, folder: Path = FOLDER) -> Path:
    """Where a deployment that is under way keeps its place."""
    return folder / f"{network}.partial.json"


def read_record(file: Path) -> DeploymentRecord:
    """A finished deployment's record, validated. Raises RecipeError naming the field."""
    return _read(file, DeploymentRecord)


def read_partial(file: Path) -> PartialRecord | None:
    """The record of a deployment under way, if there is one."""
    return _read(file, PartialRecord) if file.is_file() else None


def _read(file: Path, model: type[Model]) -> Model:
    try:
        return model.model_validate_json(file.read_bytes())
    except OSError as problem:
        raise RecipeError(f"{shown(file)}: can't be read: {problem.strerror}") from None
    except ValidationError as problem:
        first = problem.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "file"
        raise RecipeError(f"{shown(file)}: {field}: {first['msg']}, found {str(first['input'])[:80]!r}") from None


def write(file: Path, record: BaseModel) -> None:
    """All of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(json.dumps(record.model_dump(), indent=2) + "\n", encoding="utf-8")
    draft.replace(file)


def shown(file: Path) -> str:
    """A path as messages name it."""
    return str(file.relative_to(build.ROOT)) if file.is_relative_to(build.ROOT) else str(file)


# ---------------------------------------------------------------------------------------------------------- writing


def describe(suite: Suite, genesis: str, parameters: Path, from_block: int) -> DeploymentRecord:
    """The record of a finished suite, from the chain: blocks and transactions from the factory's events."""
    created = {
        event["deployed"]: event
        for event in suite.engine.events(suite.factory, "Deployed", from_block=from_block)
        if event["deployer"] == suite.deployer
    }
    plan = Deployment(suite.engine, suite.parameters, suite.deployer, factory=suite.factory.address)
    contracts = {}
    for entry in plan.entries:
        address = suite.contracts[entry.key].address
        inputs = coders(entry.artifact).constructor
        values = plan.arguments(entry)
        contracts[entry.key] = DeployedContract(
            artifact=entry.artifact,
            address=address,
            block=created[address].block,
            transaction=created[address].tx_hash,
            arguments=[
                Argument(name=name, type=kind, value=as_text(value))
                for name, kind, value in zip(inputs.names, inputs.types, values, strict=True)
            ],
            code_hash=_code_hash(suite.engine, address),
        )
    return DeploymentRecord(
        format=FORMAT,
        network=suite.parameters.network,
        chain_id=suite.engine.chain_id,
        genesis=genesis,
        deployer=suite.deployer,
        factory=suite.factory.address,
        from_block=from_block,
        commit=_commit(),
        parameters=shown(parameters),
        parameters_sha256=hashlib.sha256(parameters.read_bytes()).hexdigest(),
        contracts=contracts,
    )


def as_text(value: Any) -> str:
    """An ABI value as text: bytes in hexadecimal, lists and structs in brackets."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(as_text(member) for member in value)}]"
    return str(value)


def _code_hash(engine: Engine, address: str) -> str:
    return "0x" + keccak(engine.code_at(address)).hex()


def _commit() -> str | None:
    """The commit of the working tree, with a mark if files differ from it; nothing without git."""
    try:
        run = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40"],
            cwd=build.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return run.stdout.strip() or None if run.returncode == 0 else None


# ---------------------------------------------------------------------------------------------------------- reading


def validate(record: DeploymentRecord, engine: Engine, genesis: str, file: Path) -> None:
    """Raise RecipeError unless the engine's chain holds exactly what the record says, of this build."""
    place = shown(file)
    if record.chain_id != engine.chain_id:
        raise RecipeError(f"{place}: chain_id: {record.chain_id}, but this chain's id is {engine.chain_id}")
    if record.genesis != genesis:
        raise RecipeError(f"{place}: of another chain: run `ape run deploy` on this one first")
    for key, contract in record.contracts.items():
        field = f"{place}: contracts.{key}"
        expected = next((entry.artifact for entry in PLAN.contracts if entry.key == key), None)
        if expected != contract.artifact:
            raise RecipeError(
                f"{field}.artifact: {contract.artifact}, but the plan has {expected or 'no such contract'}"
            )
        code = engine.code_at(contract.address)
        if "0x" + keccak(code).hex() != contract.code_hash:
            raise RecipeError(
                f"{field}.code_hash: the chain has {'other' if code else 'no'} code at {contract.address}"
            )
        if not is_code_of(contract.artifact, code):
            raise RecipeError(f"{field}: deployed from other sources than these; its code differs from this build's")


def find_suite(engine: Any, folder: Path = FOLDER) -> Suite:
    """The suite that `ape run deploy` recorded for the chain of an ApeEngine. Raises RecipeError if there is none."""
    genesis = engine.genesis()
    files = [file for file in sorted(folder.glob("*.json")) if not file.name.endswith(".partial.json")]
    for file in files:
        record = read_record(file)
        if record.chain_id == engine.chain_id and record.genesis == genesis:
            validate(record, engine, genesis, file)
            parameters = load_parameters(build.ROOT / record.parameters)
            addresses = {key: contract.address for key, contract in record.contracts.items()}
            addresses["factory"] = record.factory
            return Suite(engine, parameters, record.deployer, addresses, record.from_block)
    raise RecipeError(
        f"{engine.name} (chain id {engine.chain_id}): no suite of this chain is recorded in {shown(folder)}/:"
        " run `ape run deploy` with the same --network first"
    )


def parameters_file(parameters: Parameters) -> Path:
    """The file of a network's parameters."""
    return PARAMETERS_FOLDER / f"{parameters.network}.yaml"
