"""Compile the contracts, once, and never let a stale artefact through.

`ensure()` is what make, the tests and the scripts call before they touch a contract. It hashes everything that decides
the bytecode and compares the hash with the stamp of the last build; only on a difference it compiles, always from
scratch, because ape's own bookkeeping misses changes in libraries and interfaces.

One run of solc makes everything below `.build/`:

    __local__.json        ape's own artefact: what `project.<Name>` reads
    artifacts/<Name>.json everything solc knows of a contract: what `artifact(name)` reads
    abi/<Name>.json       the bare ABI, for other programs
    input/<Name>.json     the standard JSON input that makes exactly this bytecode, for verification on explorers
    stamp.json            the hash of all that went in, and of ape's artefact

`python -m commonhold.build` compiles if needed; `--check` only type-checks, in seconds, and lets no warning pass.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
ARTIFACTS = BUILD / "artifacts"
ABIS = BUILD / "abi"
APE_ARTIFACT = BUILD / "__local__.json"
INPUTS = BUILD / "input"
STAMP = BUILD / "stamp.json"
LOCK = ROOT / ".cache" / "build.lock"
COMPILER = ROOT / "tools" / "solc-v0.8.37"

SOURCE_FOLDERS = ("contracts", "interfaces")
OTHER_INPUTS = (
    "ape-config.yaml",
    "package-lock.json",
    "requirements.lock",
    "tools/solc-v0.8.37",
    "commonhold/build.py",
)
CONTRACT_SIZE_LIMIT = 24_576  # EIP-170, bytes of runtime code
ATTEMPTS = 3


class BuildError(Exception):
    """The contracts do not compile, or an artefact that was asked for does not exist."""


@dataclass(frozen=True)
class Artifact:
    """What the compiler knows of one contract. Interfaces and abstract contracts have empty code."""

    name: str
    source_id: str
    abi: list[dict[str, Any]]
    bytecode: bytes
    deployed_bytecode: bytes
    source_map: str
    deployed_source_map: str
    immutable_references: dict[str, list[dict[str, int]]]
    storage_layout: dict[str, Any]
    transient_storage_layout: dict[str, Any]
    method_identifiers: dict[str, str]
    metadata: str
    source_list: list[str]  # the files that the source maps refer to, by their index

    @property
    def deployable(self) -> bool:
        return bool(self.bytecode)


# ---------------------------------------------------------------------------------------------------- artefacts


def artifact(name: str) -> Artifact:
    """The artefact of the contract `name`, from the last build. Call `ensure()` first, once per process."""
    file = ARTIFACTS / f"{name}.json"
    try:
        return _read_artifact(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        known = ", ".join(artifact_names()) or "none: run `make build`"
        raise BuildError(f"there is no artefact of a contract named {name!r}; there are: {known}") from None


def artifact_names() -> list[str]:
    """The names of all contracts, abstract contracts, libraries and interfaces of the project."""
    return sorted(file.stem for file in ARTIFACTS.glob("*.json"))


def abi_path(name: str) -> Path:
    """Where the ABI of the contract `name` lies as a JSON file."""
    return ABIS / f"{artifact(name).name}.json"


def standard_json_path(name: str) -> Path:
    """Where the compiler input lies that makes the bytecode of the contract `name`, for verification."""
    return INPUTS / f"{artifact(name).name}.json"


@lru_cache(maxsize=256)
def _read_artifact(file: Path, _mtime_ns: int) -> Artifact:
    data = json.loads(file.read_bytes())
    data["bytecode"] = bytes.fromhex(data["bytecode"])
    data["deployed_bytecode"] = bytes.fromhex(data["deployed_bytecode"])
    return Artifact(**data)


# ------------------------------------------------------------------------------------------------------- ensure


def ensure(*, quiet: bool = False) -> None:
    """Make the artefacts those of the sources as they are now. Raises BuildError with solc's message.

    Safe to call from several processes at once: one compiles, the others wait for it. Takes some milliseconds when
    nothing has changed.
    """
    if _is_fresh():
        return
    with _locked(quiet):
        for _ in range(ATTEMPTS):
            if _is_fresh():  # also when another process did the work while this one waited
                break
            _build(quiet)
        else:
            if not _is_fresh():
                raise BuildError("the sources keep changing while they are compiled: save them, then try again")
    _refresh_ape()


def check(*, quiet: bool = False) -> None:
    """Type-check all sources without making bytecode. Raises BuildError with solc's messages, warnings included."""
    selection = {"*": {"*": ["abi"]}}
    standard_json = {
        "language": "Solidity",
        "sources": {_source_id(file): {"content": file.read_text(encoding="utf-8")} for file in sources()},
        "settings": {"remappings": ["@=node_modules/@"], "outputSelection": selection},
    }
    command = [str(COMPILER), "--standard-json", "--base-path", str(ROOT)]
    with _progress(f"checking {len(sources())} Solidity files", quiet):
        run = subprocess.run(command, input=json.dumps(standard_json), capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise BuildError(f"the compiler did not run: {run.stderr.strip()}")
    messages = _messages(json.loads(run.stdout), ("error", "warning"))
    if messages:
        raise BuildError("solc complains:\n\n" + "\n".join(messages))


def fingerprint() -> str:
    """The hash of everything that decides an artefact, names and contents."""
    digest = hashlib.sha256()
    for file in _inputs():
        content = file.read_bytes()
        digest.update(f"{_source_id(file)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def sources() -> list[Path]:
    """All Solidity files of the project, without the copies of npm packages that ape keeps beside them."""
    found = (file for folder in SOURCE_FOLDERS for file in (ROOT / folder).rglob("*.sol"))
    return sorted(file for file in found if ".cache" not in file.relative_to(ROOT).parts)


def _source_id(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def _inputs() -> list[Path]:
    return [*sources(), *(file for name in OTHER_INPUTS if (file := ROOT / name).is_file())]


def _is_fresh() -> bool:
    try:
        stamp = json.loads(STAMP.read_bytes())
        return stamp == {"inputs": fingerprint(), "ape_artifact": _hash(APE_ARTIFACT)}
    except (OSError, ValueError):
        return False


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _build(quiet: bool) -> None:
    """Compile, and write the stamp last: whatever goes wrong before leaves no fresh stamp."""
    STAMP.unlink(missing_ok=True)
    APE_ARTIFACT.unlink(missing_ok=True)  # ape would keep contracts in it whose source is gone
    before = fingerprint()
    if any(file.is_relative_to(ROOT / "contracts") for file in sources()):
        contracts = _by_name(_compile_with_ape(quiet))
    else:
        _write(APE_ARTIFACT, "{}")
        contracts = {}
    _check_against_ape(contracts)
    _export(contracts)
    if fingerprint() == before:  # else a source was saved meanwhile: no stamp, and ensure() goes round again
        _write(STAMP, json.dumps({"inputs": before, "ape_artifact": _hash(APE_ARTIFACT)}, indent=2) + "\n")


# ------------------------------------------------------------------------------------------------------ compile


@dataclass(frozen=True)
class _Compiled:
    """One contract as it came out of solc, and the input it came from."""

    name: str
    source_id: str
    output: dict[str, Any]
    source_list: list[str]
    standard_json: dict[str, Any]


def _compile_with_ape(quiet: bool) -> list[dict[str, Any]]:
    """Run `ape compile`, and return the units that the compiler wrapper compiled for it, each with input and output."""
    command = [str(Path(sys.executable).parent / "ape"), "compile", "--force"]
    with tempfile.TemporaryDirectory(dir=_folder(ROOT / ".cache")) as folder:
        kept = Path(folder) / "units.json"
        environment = os.environ | {"COMMONHOLD_SOLC_KEEP": str(kept)}
        with _progress(f"compiling {len(sources())} Solidity files", quiet):
            run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        units: list[dict[str, Any]] = json.loads(kept.read_bytes()) if kept.is_file() else []
    errors = [message for unit in units for message in _messages(unit["output"], ("error",))]
    if errors:
        raise BuildError("the contracts do not compile:\n\n" + "\n".join(dict.fromkeys(errors)))
    if run.returncode != 0 or not units:
        said = run.stdout + run.stderr
        raise BuildError(f"`ape compile` failed: {said[max(said.rfind('ERROR:'), 0) :].strip()}")
    return units


def _by_name(units: list[dict[str, Any]]) -> dict[str, _Compiled]:
    contracts: dict[str, _Compiled] = {}
    for unit in units:
        source_id, output = unit["file"], unit["output"]
        source_list = sorted(output["sources"], key=lambda file: output["sources"][file]["id"])
        for name, data in output.get("contracts", {}).get(source_id, {}).items():
            if name in contracts:
                raise BuildError(f"two contracts are named {name}: in {contracts[name].source_id} and in {source_id}")
            links = data["evm"]["bytecode"].get("linkReferences")
            if links:
                raise BuildError(
                    f"{source_id}: {name} links to {', '.join(links)}; make the library's functions internal"
                )
            contracts[name] = _Compiled(name, source_id, data, source_list, unit["input"])
    return contracts


def _messages(output: dict[str, Any], severities: tuple[str, ...]) -> list[str]:
    """solc's messages of these severities, but no warnings about imported packages."""
    return [
        message["formattedMessage"]
        for message in output.get("errors", [])
        if message["severity"] in severities
        and (message["severity"] == "error" or not _is_foreign(message.get("sourceLocation", {}).get("file", "")))
    ]


def _is_foreign(source_id: str) -> bool:
    """A file of an npm package: under node_modules, or a copy that ape keeps in contracts/.cache."""
    return not {".cache", "node_modules"}.isdisjoint(source_id.split("/"))


def _check_against_ape(contracts: dict[str, _Compiled]) -> None:
    """ape's artefact must hold exactly the code of this run for every contract that has code."""
    kept = json.loads(APE_ARTIFACT.read_bytes()).get("contractTypes", {})
    for contract in contracts.values():
        code = contract.output["evm"]["bytecode"]["object"]
        in_ape = kept.get(contract.name, {}).get("deploymentBytecode", {}).get("bytecode", "0x")
        if code and contract.source_id.startswith("contracts/") and in_ape.removeprefix("0x") != code:
            raise BuildError(
                f"{contract.source_id}: ape keeps another bytecode of {contract.name} than solc made; "
                "does an imported package have a contract of the same name?"
            )


def _export(contracts: dict[str, _Compiled]) -> None:
    for folder in (_folder(ARTIFACTS), _folder(ABIS), _folder(INPUTS)):
        for file in folder.iterdir():
            if file.stem not in contracts:
                file.unlink()
    for name, contract in contracts.items():
        _write(ARTIFACTS / f"{name}.json", json.dumps(_artifact_data(contract)))
        _write(ABIS / f"{name}.json", json.dumps(contract.output["abi"], indent=2) + "\n")
        _write(INPUTS / f"{name}.json", json.dumps(contract.standard_json))


def _artifact_data(contract: _Compiled) -> dict[str, Any]:
    output = contract.output
    evm = output["evm"]
    creation, runtime = evm["bytecode"], evm["deployedBytecode"]
    return {
        "name": contract.name,
        "source_id": contract.source_id,
        "abi": output["abi"],
        "bytecode": creation["object"],
        "deployed_bytecode": runtime["object"],
        "source_map": creation.get("sourceMap", ""),
        "deployed_source_map": runtime.get("sourceMap", ""),
        "immutable_references": runtime.get("immutableReferences", {}),
        "storage_layout": output.get("storageLayout", {}),
        "transient_storage_layout": output.get("transientStorageLayout", {}),
        "method_identifiers": evm.get("methodIdentifiers", {}),
        "metadata": output.get("metadata", ""),
        "source_list": contract.source_list,
    }


def _refresh_ape() -> None:
    """Let an ape in this process read its artefact anew: `ape run` has read it before it calls a script."""
    if "ape" in sys.modules:
        import ape

        if ape.project.path == ROOT:
            ape.project.load_manifest()


# ------------------------------------------------------------------------------------------------------- helpers


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def _write(file: Path, text: str) -> None:
    """All of it or nothing, whenever the process may be killed."""
    draft = _folder(file.parent) / f".{file.name}.{os.getpid()}"
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)


@contextlib.contextmanager
def _locked(quiet: bool) -> Iterator[None]:
    """One build at a time; the lock goes with the process, so a killed one leaves none behind."""
    _folder(LOCK.parent)
    with LOCK.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with _progress("waiting for another build of this folder", quiet):
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _progress(text: str, quiet: bool) -> Iterator[None]:
    """A line on stderr with the seconds gone by; on a terminal it counts, elsewhere it comes once and at the end."""
    if quiet:
        yield
        return
    start = time.monotonic()
    terminal = sys.stderr.isatty()
    done = threading.Event()

    def count() -> None:
        while not done.wait(0.5):
            sys.stderr.write(f"\r{text} ... {time.monotonic() - start:.0f} s")
            sys.stderr.flush()

    print(f"{text} ...", end="" if terminal else "\n", file=sys.stderr, flush=True)
    counter = threading.Thread(target=count, daemon=True)
    if terminal:
        counter.start()
    try:
        yield
    finally:
        done.set()
        if terminal:
            counter.join()
        line = f"{text}: {time.monotonic() - start:.1f} s"
        print(f"\r{line}    " if terminal else line, file=sys.stderr, flush=True)


def _sizes() -> list[str]:
    """Contracts over, or within a tenth of, the size limit of the chain."""
    made = ((name, len(artifact(name).deployed_bytecode)) for name in artifact_names())
    return [
        f"{name}: {size:,} of {CONTRACT_SIZE_LIMIT:,} bytes" for name, size in made if size > 0.9 * CONTRACT_SIZE_LIMIT
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m commonhold.build", description="Compile the contracts if needed.")
    parser.add_argument("--check", action="store_true", help="only type-check the sources")
    parser.add_argument("--quiet", action="store_true", help="print errors only")
    options = parser.parse_args()
    try:
        if options.check:
            check(quiet=options.quiet)
        else:
            ensure(quiet=options.quiet)
            if not options.quiet:
                for line in _sizes():
                    print(f"close to the size limit: {line}", file=sys.stderr)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
