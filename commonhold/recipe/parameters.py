"""The parameters of one network, read from `params/<network>.yaml` and checked before anything is sent.

A section exists for what the suite has today; a later issue adds its own section here and in the files.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from commonhold.build import ROOT
from commonhold.engines.codec import CodecError, as_address
from commonhold.recipe import yaml_lines

FOLDER = ROOT / "params"
LOCAL_CHAIN_ID = 31337
MAX_FILE_BYTES = 100_000
ACCOUNT_COUNT = 20

HOUR, DAY = 3600, 86_400
_UNITS = {"second": 1, "seconds": 1, "hour": HOUR, "hours": HOUR, "day": DAY, "days": DAY}
_PERIOD = re.compile(r"(\d{1,9}) ([a-z]+)")
_COINS = re.compile(r"(\d[\d_]{0,40}(?:\.\d{1,18})?) HMD")


class ParametersError(Exception):
    """A parameters file is wrong. One line for each fault: file, line, field, value, what was expected."""


# ------------------------------------------------------------------------------------------------------ value types


def _seconds(value: Any) -> int:
    found = _PERIOD.fullmatch(value) if isinstance(value, str) else None
    if found is None or found[2] not in _UNITS:
        raise ValueError('a length of time with its unit, such as "7 days" or "36 hours"')
    return int(found[1]) * _UNITS[found[2]]


def _coins(value: Any) -> int:
    found = _COINS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('an amount of coins with its unit, such as "100_000_000 HMD"')
    return int(Decimal(found[1].replace("_", "")).scaleb(18))


def _account(value: Any) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value < ACCOUNT_COUNT:
            return value
    elif isinstance(value, str):
        try:
            address = as_address(value)
        except CodecError:
            address = ""
        # One case throughout carries no checksum; mixed case must be the right one.
        is_spelled_well = value == address or value[2:] in (value[2:].lower(), value[2:].upper())
        if address and int(address, 16) and is_spelled_well:
            return address
    last = ACCOUNT_COUNT - 1
    raise ValueError(f"an address (checksummed, not zero) or, on the local chain, an index from 0 to {last}")


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("a whole number")
    return value


def _distinct(value: list[int | str]) -> list[int | str]:
    if len(set(value)) != len(value):
        raise ValueError("each holder once")
    return value


Account = Annotated[int | str, BeforeValidator(_account)]
Holders = Annotated[list[Account], Field(min_length=1, max_length=20), AfterValidator(_distinct)]
Whole = Annotated[int, BeforeValidator(_whole)]


def _between(low: int, high: int, unit: int, unit_name: str) -> Any:
    def check(value: int) -> int:
        if not low * unit <= value <= high * unit:
            raise ValueError(f"from {low} to {high} {unit_name}")
        return value

    return check


Period30 = Annotated[int, AfterValidator(_between(1, 30 * 24, HOUR, "hours")), BeforeValidator(_seconds)]
RecoveryPeriod = Annotated[int, AfterValidator(_between(1, 90, DAY, "days")), BeforeValidator(_seconds)]
Coins = Annotated[int, AfterValidator(_between(1, 10**20, 10**18, "HMD")), BeforeValidator(_coins)]
ShareCount = Annotated[Whole, AfterValidator(_between(2, 100, 1, "shares"))]


# --------------------------------------------------------------------------------------------------------- sections


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Roles(Section):
    """Who holds the roles after deployment."""

    council: Account
    guardian: Holders
    registrar: Holders
    issuer: Holders
    underwriter: Holders
    mediator: Holders
    court: Holders


class Identity(Section):
    recovery_period: RecoveryPeriod


class Guardian(Section):
    stop_period: Period30


class Court(Section):
    forced_transfer_delay: Period30


class Dao(Section):
    timelock_delay: Period30


class Property(Section):
    default_share_count: ShareCount


class Local(Section):
    """What only the local chain has."""

    deployer: Account
    council_minter_cap: Coins
    test_lien_holder: bool
    wallets: dict[str, Account]


class Parameters(Section):
    """All parameters of one network, checked. Times are seconds, amounts wei."""

    network: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    chain_id: Annotated[Whole, AfterValidator(_between(1, 2**53, 1, ""))]
    roles: Roles
    identity: Identity
    guardian: Guardian
    court: Court
    dao: Dao
    property: Property
    local: Local | None = None

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        for field, expected in self._disagreements():
            raise _Disagreement(field, expected)
        return self

    def _disagreements(self) -> list[tuple[str, str]]:
        delay = self.dao.timelock_delay
        longer = f"longer than dao.timelock_delay ({delay} s)"
        found = []
        if self.court.forced_transfer_delay <= delay:
            found.append(("court.forced_transfer_delay", f"{longer}: else the DAO can't cancel an order in time"))
        if self.identity.recovery_period <= delay:
            found.append(("identity.recovery_period", f"{longer}: else the DAO can't stop a false issuer in time"))
        is_local = self.chain_id == LOCAL_CHAIN_ID
        if (self.local is None) == is_local:
            found.append(("local", f"a section `local` exactly if chain_id is {LOCAL_CHAIN_ID}"))
        if not is_local:
            found += [
                (f"roles.{name}", "addresses: indices stand for the test mnemonic, whose keys everybody knows")
                for name, value in self.roles.model_dump().items()
                if any(isinstance(account, int) for account in (value if isinstance(value, list) else [value]))
            ]
        return found

    def value(self, path: str) -> Any:
        """The parameter at a dotted path, such as `identity.recovery_period`."""
        found: Any = self
        for part in path.split("."):
            found = getattr(found, part)
        return found

    def has(self, path: str) -> bool:
        """Whether the parameter at a dotted path is there and not false."""
        try:
            return bool(self.value(path))
        except AttributeError:
            return False


class _Disagreement(ValueError):
    """Parameters that are right alone but not together."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(expected)
        self.field = field


# ---------------------------------------------------------------------------------------------------------- reading


def load_parameters(file: str | Path) -> Parameters:
    """Read and check a parameters file. Raises ParametersError with one line for each fault."""
    path = Path(file)
    shown = _shown(path)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ParametersError(f"{shown}: larger than {MAX_FILE_BYTES} bytes: this is no parameters file")
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise ParametersError(f"{shown}: can't be read: {problem.strerror}") from None
    except UnicodeDecodeError as problem:
        raise ParametersError(f"{shown}: not UTF-8 text: {problem.reason} at byte {problem.start}") from None
    return parse_parameters(text, shown)


def parse_parameters(text: str, shown: str) -> Parameters:
    """As `load_parameters`, from text that came from `shown`."""
    try:
        data, lines = yaml_lines.load(text)
    except yaml_lines.YamlProblem as problem:
        raise ParametersError(f"{shown}:{problem.line}: {problem}") from None
    if not isinstance(data, dict):
        raise ParametersError(f"{shown}:1: expected fields with values, found {type(data).__name__}")
    try:
        return Parameters.model_validate(data)
    except ValidationError as problem:
        raise ParametersError("\n".join(_faults(problem, data, lines, shown))) from None


def local_parameters() -> Parameters:
    """Those of the local chain, as the repository has them."""
    return load_parameters(FOLDER / "local.yaml")


def find_parameters(network: str, chain_id: int, folder: Path = FOLDER) -> Parameters:
    """Those of the network named `network`, else the only ones for its chain id."""
    named = folder / f"{network}.yaml"
    if named.is_file():
        return load_parameters(named)
    fitting = [found for file in sorted(folder.glob("*.yaml")) if (found := load_parameters(file)).chain_id == chain_id]
    if len(fitting) != 1:
        raise ParametersError(
            f"{_shown(folder)}: no {network}.yaml, and {len(fitting)} other files are for chain id {chain_id}:"
            " write one, or name one with --params"
        )
    return fitting[0]


def _faults(problem: ValidationError, data: Any, lines: dict[yaml_lines.Path, int], shown: str) -> list[str]:
    return [_fault(error, data, lines, shown) for error in problem.errors()]


def _fault(error: Any, data: Any, lines: dict[yaml_lines.Path, int], shown: str) -> str:
    path: yaml_lines.Path = tuple(error["loc"])
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, _Disagreement):
        path = tuple(cause.field.split("."))
    nearest = path
    while nearest not in lines and nearest:
        nearest = nearest[:-1]
    field = ".".join(str(part) for part in path)
    place = f"{shown}:{lines.get(nearest, 1)}: {field}"
    if error["type"] == "missing":
        return f"{place}: missing"
    if error["type"] == "extra_forbidden":
        return f"{place}: there is no such parameter"
    value = "" if isinstance(cause, _Disagreement) else f"{_cut(_at(data, path, error['input']))}: "
    expected = str(cause) if cause is not None else error["msg"][0].lower() + error["msg"][1:]
    return f"{place}: {value}expected {expected}"


def _at(data: Any, path: yaml_lines.Path, otherwise: Any) -> Any:
    """What stands in the file at `path`: a fault's own input may have been converted already."""
    for part in path:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return otherwise
    return data


def _cut(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _shown(path: Path) -> str:
    try:
        return str(path.resolve().relative_to(ROOT))
    except ValueError:
        return str(path)
