"""The parameters of one network, read from `params/<network>.yaml` and checked before anything is sent.

A section exists for what the suite has today; a later issue adds its own section here and in the files.
"""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from commonhold.build import ROOT
from commonhold.recipe import yaml_lines
from commonhold.recipe.units import (
    DAY,
    FIXED_POINT,
    HOUR,
    MINUTE,
    PERCENT,
    Account,
    Address,
    Coins,
    Holders,
    Percent,
    PercentAYear,
    Points,
    Seconds,
    Whole,
    between,
    each_once,
)

FOLDER = ROOT / "params"
LOCAL_CHAIN_ID = 31337
MAX_FILE_BYTES = 100_000
YEAR = 365 * DAY
WHOLE_BPS = 100 * PERCENT  # 100 %


class ParametersError(Exception):
    """A parameters file is wrong. One line for each fault: file, line, field, value, what was expected."""


class _Disagreement(ValueError):
    """Parameters that are right alone but not together. `field` is a dotted path from where it was found."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(expected)
        self.field = field


# --------------------------------------------------------------------------------------------------------- sections


Period30 = Annotated[Seconds, between(1, 30 * 24, HOUR, "hours")]
RecoveryPeriod = Annotated[Seconds, between(1, 90, DAY, "days")]
ShareCount = Annotated[Whole, between(2, 100, 1, "shares")]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        for field, expected in self.disagreements():
            raise _Disagreement(field, expected)
        return self

    def disagreements(self) -> list[tuple[str, str]]:
        """Fields that are right alone but not together, with what was expected."""
        return []


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


class Sequencer(Section):
    """The uptime feed of an L2's sequencer."""

    feed: Address
    grace: Annotated[Seconds, between(1, 24 * 60, MINUTE, "minutes")]


class Index(Section):
    """The house-price index that moves appraisals: what the DAO agrees to of its feed."""

    feed: Address | None = None  # on the local chain Chainlink's mock takes its place
    heartbeat: Annotated[Seconds, between(1, 400 * 24 * 60, MINUTE, "minutes")]
    decimals: Annotated[Whole, between(0, 18)]
    min: Annotated[Points, between(0, 10**10, FIXED_POINT, "points")]
    max: Annotated[Points, between(0, 10**10, FIXED_POINT, "points")]
    description: Annotated[str, Field(pattern=r"^[ -~]{1,64}$")]

    def disagreements(self) -> list[tuple[str, str]]:
        return [] if self.min < self.max else [("max", "more than oracle.index.min")]


class Oracle(Section):
    nodes: Annotated[list[Account], Field(min_length=4, max_length=31), each_once("node")]
    max_faulty: Whole
    feed_max_step: Annotated[Percent, between(1, 50, PERCENT, "%")]
    feed_quarantine: Period30
    sequencer: Sequencer | None = None
    index: Index | None = None

    def disagreements(self) -> list[tuple[str, str]]:
        bearable = (len(self.nodes) - 1) // 3
        if 1 <= self.max_faulty <= bearable:
            return []
        return [("max_faulty", f"from 1 to {bearable}: {len(self.nodes)} nodes can't bear more, n >= 3f + 1")]


class Valuation(Section):
    """The numbers of PropertyValuation's rules, in the order of its `ValuationTerms`."""

    haircut_free: Annotated[Seconds, between(0, 10 * 365, DAY, "days")]
    haircut_rate: Annotated[PercentAYear, between(0, 100, PERCENT, "% a year")]
    max_age: Annotated[Seconds, between(1, 10 * 365, DAY, "days")]
    accept_period: Annotated[Seconds, between(1, 365, DAY, "days")]
    growth_step: Annotated[Percent, between(0, 100, PERCENT, "%")]
    growth_period: Annotated[Seconds, between(1, 365, DAY, "days")]
    sale_recent: Annotated[Seconds, between(1, 10 * 365, DAY, "days")]
    sale_margin: Annotated[Percent, between(0, 100, PERCENT, "%")]
    first_value_quarantine: Annotated[Seconds, between(1, 90, DAY, "days")]

    def disagreements(self) -> list[tuple[str, str]]:
        found = []
        shorter = f"shorter than valuation.max_age ({self.max_age} s)"
        if 0 < self.haircut_free < DAY:
            found.append(("haircut_free", "none (0 days), or at least a day"))
        if self.haircut_free >= self.max_age:
            found.append(("haircut_free", shorter))
        if self.accept_period >= self.max_age:
            found.append(("accept_period", f"{shorter}: else what is accepted can be stale at once"))
        if self.haircut_rate * (self.max_age - self.haircut_free) >= WHOLE_BPS * YEAR:
            found.append(("haircut_rate", "a haircut below 100 % when valuation.max_age is reached"))
        return found

    @property
    def terms(self) -> tuple[int, ...]:
        """As `ValuationTerms` has them."""
        return tuple(getattr(self, name) for name in type(self).model_fields)


class Local(Section):
    """What only the local chain has."""

    deployer: Account
    council_minter_cap: Coins
    test_lien_holder: bool
    first_index: Annotated[Points, between(1, 10**6, FIXED_POINT, "points")] | None = None  # answer of the index's mock
    wallets: dict[str, Account]


class Parameters(Section):
    """All parameters of one network, checked. Times are seconds, amounts wei."""

    network: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    chain_id: Annotated[Whole, between(1, 2**53)]
    roles: Roles
    identity: Identity
    guardian: Guardian
    court: Court
    dao: Dao
    property: Property
    oracle: Oracle
    valuation: Valuation
    local: Local | None = None

    def disagreements(self) -> list[tuple[str, str]]:
        delay = self.dao.timelock_delay
        longer = f"longer than dao.timelock_delay ({delay} s)"
        found = []
        if self.court.forced_transfer_delay <= delay:
            found.append(("court.forced_transfer_delay", f"{longer}: else the DAO can't cancel an order in time"))
        if self.identity.recovery_period <= delay:
            found.append(("identity.recovery_period", f"{longer}: else the DAO can't stop a false issuer in time"))
        return found + self._disagreements_of_the_chain()

    def _disagreements_of_the_chain(self) -> list[tuple[str, str]]:
        """What only the local chain may and must have."""
        is_local = self.chain_id == LOCAL_CHAIN_ID
        if (self.local is None) == is_local:
            return [("local", f"a section `local` exactly if chain_id is {LOCAL_CHAIN_ID}")]
        index = self.oracle.index
        if self.local is not None:
            if index is not None and index.feed is not None:
                return [("oracle.index.feed", "no feed: on the local chain Chainlink's mock takes its place")]
            if (index is None) != (self.local.first_index is None):
                return [("local.first_index", "what the index begins with, exactly if there is a section oracle.index")]
            return []
        found = [
            (path, "addresses: indices stand for the test mnemonic, whose keys everybody knows")
            for path in self.account_paths()
            if any(isinstance(account, int) for account in _as_list(self.value(path)))
        ]
        if index is not None and index.feed is None:
            found.append(("oracle.index.feed", "the address of the index's feed"))
        return found

    @staticmethod
    def account_paths() -> list[str]:
        """Where accounts stand that get a right: the roles' holders and the nodes."""
        return [*(f"roles.{name}" for name in Roles.model_fields), "oracle.nodes"]

    @builtins.property  # the section `property` hides it here
    def first_index_answer(self) -> int:
        """What the local index's mock begins with, in the decimals of its feed."""
        if self.local is None or self.local.first_index is None or self.oracle.index is None:
            raise AttributeError("no index begins here")
        return self.local.first_index * 10**self.oracle.index.decimals // FIXED_POINT

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


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


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
        path = (*path, *cause.field.split("."))
    nearest = path
    while nearest not in lines and nearest:
        nearest = nearest[:-1]
    field = ".".join(str(part) for part in path)
    place = f"{shown}:{lines.get(nearest, 1)}: {field}"
    if error["type"] == "missing":
        return f"{place}: missing"
    if error["type"] == "extra_forbidden":
        return f"{place}: there is no such parameter"
    value = f"{_cut(_at(data, path, error['input']))}: "
    if isinstance(cause, _Disagreement) and (path not in lines or isinstance(_at(data, path, None), dict)):
        value = ""  # of fields that are not there, and of whole sections
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
