"""The parameters of one network, read from `params/<network>.yaml` and checked before anything is sent.

A section exists for what the suite has today; a later issue adds its own section here and in the files.
"""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Annotated, Any

from eth_utils import keccak
from pydantic import Field, ValidationError

from commonhold.build import ROOT
from commonhold.inputs.spelling import canonical_spellings
from commonhold.recipe import yaml_lines
from commonhold.recipe.governance_parameters import Ballot, Governance
from commonhold.recipe.sections import Disagreement, Section
from commonhold.recipe.units import (
    DAY,
    FIXED_POINT,
    HOUR,
    MINUTE,
    PERCENT,
    Account,
    Address,
    Coins,
    Days,
    Dollars,
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
MAX_DECIMALS = 18  # of a reserve token
MAX_REDEMPTION_FEE = 10  # %
MAX_ORIGINATION_FEE = 5  # %
MAX_LATE_FEE = 10  # %
MAX_AUCTION_COSTS = 5  # %
MAX_LEASE_FEE = 5  # %
MAX_SALE_FEE = 5  # %
MAX_VENDOR_FEE = 10  # %
MOST_DUE_A_DAY = 2**16 - 1  # loans of an originator on one due day (contracts/lending/libraries/DueCounts.sol)
IMPAIRED_DAYS = 30  # past due, from which a loan that is not covered loses value (contracts/coin/libraries/Ageing.sol)


CONTRACTS_OUTSIDE = ("oracle.index.feed", "reserve.token", "reserve.price.feed")
"""Where addresses of contracts stand that are not the suite's. On the local chain test contracts take their place."""


class ParametersError(Exception):
    """A parameters file is wrong. One line for each fault: file, line, field, value, what was expected."""


# --------------------------------------------------------------------------------------------------------- sections


Period30 = Annotated[Seconds, between(1, 30 * 24, HOUR, "hours")]
RecoveryPeriod = Annotated[Seconds, between(1, 90, DAY, "days")]
ShareCount = Annotated[Whole, between(2, 100, 1, "shares")]
SomePercent = Annotated[Percent, between(1, WHOLE_BPS, 1, "hundredths of a %")]
YearlyRate = Annotated[PercentAYear, between(0, 100, PERCENT, "% a year")]
RateStep = Annotated[PercentAYear, between(0, 20, PERCENT, "% a year")]
SettlePeriod = Annotated[Seconds, between(1, 180 * 24, HOUR, "hours")]
Principal = Annotated[Dollars, between(1, 10**10, FIXED_POINT, "USD")]


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


class Feed(Section):
    """A Chainlink-style feed: what the DAO agrees to of it."""

    feed: Address | None = None  # on the local chain Chainlink's mock takes its place
    heartbeat: Annotated[Seconds, between(1, 400 * 24 * 60, MINUTE, "minutes")]
    decimals: Annotated[Whole, between(0, 18)]
    min: int
    max: int
    description: Annotated[str, Field(pattern=r"^[ -~]{1,64}$")]

    def disagreements(self) -> list[tuple[str, str]]:
        return [] if self.min < self.max else [("max", f"more than the feed's min ({self.min / FIXED_POINT:,f})")]

    def answer(self, value: int) -> int:
        """What the feed says if it means `value` (18 decimals)."""
        return value * 10**self.decimals // FIXED_POINT


class Index(Feed):
    """The house-price index that moves appraisals."""

    min: Annotated[Points, between(0, 10**10, FIXED_POINT, "points")]
    max: Annotated[Points, between(0, 10**10, FIXED_POINT, "points")]


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


class ReservePrice(Feed):
    """The reserve token's price in dollars."""

    min: Annotated[Dollars, between(0, 10**6, FIXED_POINT, "USD")]
    max: Annotated[Dollars, between(0, 10**6, FIXED_POINT, "USD")]


class Reserve(Section):
    """The token that coins are bought with and redeemed for."""

    token: Address | None = None  # on the local chain a test token takes its place
    decimals: Annotated[Whole, between(0, MAX_DECIMALS)]
    price: ReservePrice

    @builtins.property
    def unit(self) -> int:
        """Wei of coin in a unit of the token at par."""
        return int(10 ** (MAX_DECIMALS - self.decimals))


class Gate(Section):
    """Liquidation demand, and when new lending pauses and resumes."""

    pause_at: SomePercent
    resume_below: SomePercent
    dwell: Annotated[Seconds, between(1, 30 * DAY, 1, "seconds")]
    half_life: Annotated[Seconds, between(1, 90 * 24, HOUR, "hours")]
    min_base: Annotated[Coins, between(1, 10**10, FIXED_POINT, "HMD")]

    def disagreements(self) -> list[tuple[str, str]]:
        if self.resume_below < self.pause_at:
            return []
        return [("resume_below", f"less than gate.pause_at ({_percent(self.pause_at)})")]


class Redemption(Section):
    base_fee: Annotated[Percent, between(0, MAX_REDEMPTION_FEE, PERCENT, "%")]
    top_fee: Annotated[Percent, between(0, MAX_REDEMPTION_FEE, PERCENT, "%")]
    top_demand: SomePercent
    min_request: Annotated[Coins, between(1, 10**6, FIXED_POINT, "HMD")]

    def disagreements(self) -> list[tuple[str, str]]:
        if self.base_fee <= self.top_fee:
            return []
        return [("top_fee", f"at least redemption.base_fee ({_percent(self.base_fee)})")]


class Cash(Section):
    min_reserve_price: Dollars
    min_cash_ratio: Annotated[Percent, between(0, 100, PERCENT, "%")]

    def disagreements(self) -> list[tuple[str, str]]:
        if 0 < self.min_reserve_price < FIXED_POINT:
            return []
        return [("min_reserve_price", "more than 0 and less than 1 USD, which is all that a token ever counts for")]


class Equity(Section):
    min_equity: Annotated[Dollars, between(0, 10**10, FIXED_POINT, "USD")]
    pay_out_cap: Annotated[Percent, between(0, 100, PERCENT, "%")]
    cap_raise_period: Annotated[Seconds, between(1, 90, DAY, "days")]


class Split(Section):
    """Parts of a fee, in the order of `IFeeSplitter.Split`."""

    reserve: Annotated[Percent, between(0, 100, PERCENT, "%")]
    mortgage_company: Annotated[Percent, between(0, 100, PERCENT, "%")]
    provider: Annotated[Percent, between(0, 100, PERCENT, "%")]
    dao: Annotated[Percent, between(0, 100, PERCENT, "%")]

    @builtins.property
    def parts(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in type(self).model_fields)


class Provider(Section):
    """Who gets the part of a registration service."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    payee: Account

    def disagreements(self) -> list[tuple[str, str]]:
        return [] if canonical_spellings(self.name)[1] else [("name", "a name with letters or digits")]

    @builtins.property
    def key(self) -> bytes:
        """As the splitter knows the provider."""
        return keccak(text=canonical_spellings(self.name)[1])


class Fees(Section):
    """Who gets what of every fee but a redemption's."""

    split: Split
    mortgage_company: Account
    dao: Account | None = None  # left out, the timelock
    providers: Annotated[list[Provider], Field(max_length=20, default_factory=list)]

    def disagreements(self) -> list[tuple[str, str]]:
        total = sum(self.split.parts)
        found = [] if total == WHOLE_BPS else [("split", f"parts that are 100 % together, not {_percent(total)}")]
        if len({provider.key for provider in self.providers}) != len(self.providers):
            found.append(("providers", "each provider once, however it is spelled"))
        return found


class Rates(Section):
    """What new loans cost, in the order of `IRateModel.RateTerms`."""

    base: YearlyRate
    demand_rise: YearlyRate
    idle_discount: YearlyRate
    full_idle_floors: Annotated[Whole, between(3, 100, 1, "floors of cash")]
    floor: YearlyRate
    cap: YearlyRate

    def disagreements(self) -> list[tuple[str, str]]:
        found, base = [], f"rates.base ({_percent(self.base)} a year)"
        if self.floor > self.base:
            found.append(("floor", f"at most {base}"))
        if self.cap < self.base:
            found.append(("cap", f"at least {base}"))
        if self.idle_discount > self.base:
            found.append(("idle_discount", f"at most {base}"))
        return found

    @builtins.property
    def terms(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in type(self).model_fields)


class Loans(Section):
    """The rules of the loan book, in the order of `ILoanBook.BookTerms`."""

    draw_ltv: SomePercent
    notice_ltv: SomePercent
    cap: SomePercent
    grace: Annotated[Days, between(0, IMPAIRED_DAYS - 1, 1, "days")]
    foreclosure: Annotated[Days, between(IMPAIRED_DAYS + 1, 365, 1, "days")]
    notice_period: Annotated[Seconds, between(1, 365, DAY, "days")]
    approval_period: Annotated[Seconds, between(1, 365, DAY, "days")]
    jumbo_above: Principal
    min_loan: Principal
    min_debt: Annotated[Dollars, between(1, 100 * 10**10, FIXED_POINT // 100, "cents")]
    borrower_cap: Principal
    originator_cap: Principal
    house_cap: SomePercent
    max_late_of_originator: Annotated[Whole, between(0, 1_000, 1, "loans")]
    origination_fee: Annotated[Percent, between(0, MAX_ORIGINATION_FEE, PERCENT, "%")]
    late_fee: Annotated[Percent, between(0, MAX_LATE_FEE, PERCENT, "%")]
    margin: Annotated[PercentAYear, between(0, 20, PERCENT, "% a year")]
    reset_step: RateStep
    life_step: RateStep
    fixing_period: Annotated[Seconds, between(1, 180, DAY, "days")]

    def disagreements(self) -> list[tuple[str, str]]:
        """Numbers that must stand in an order."""
        ordered = [
            ("draw_ltv", "cap", _percent, ": else a new loan is not covered"),
            ("cap", "notice_ltv", _percent, ": else notice comes before a loan is uncovered"),
            ("min_debt", "min_loan", _dollars, ""),
            ("min_loan", "borrower_cap", _dollars, ""),
            ("borrower_cap", "originator_cap", _dollars, ""),
            ("reset_step", "life_step", _percent, ""),
        ]
        found = [
            (smaller, f"at most loans.{larger} ({shown(getattr(self, larger))}){why}")
            for smaller, larger, shown, why in ordered
            if getattr(self, smaller) > getattr(self, larger)
        ]
        if self.originator_cap // self.min_loan > MOST_DUE_A_DAY:
            found.append(("originator_cap", f"at most {MOST_DUE_A_DAY:,} times loans.min_loan"))
        return found

    @builtins.property
    def terms(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in type(self).model_fields)


class Auction(Section):
    """How foreclosed shares are sold, in the order of `IForeclosureAuction.AuctionTerms`."""

    start: Annotated[Percent, between(1, 200, PERCENT, "%")]
    floor: Annotated[Percent, between(1, 100, PERCENT, "%")]
    decline_period: Annotated[Seconds, between(1, 60 * 24, HOUR, "hours")]
    co_owners_first: Annotated[Seconds, between(0, 30 * 24, HOUR, "hours")]
    co_owners_last: Annotated[Seconds, between(0, 30 * 24, HOUR, "hours")]
    costs: Annotated[Percent, between(0, MAX_AUCTION_COSTS, PERCENT, "%")]

    def disagreements(self) -> list[tuple[str, str]]:
        found = []
        if self.floor >= self.start:
            found.append(("floor", f"less than auction.start ({_percent(self.start)})"))
        if self.co_owners_first > self.decline_period:
            found.append(("co_owners_first", f"at most auction.decline_period ({self.decline_period} s)"))
        return found

    @builtins.property
    def terms(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in type(self).model_fields)


class Market(Section):
    """The rules of the market, in the order of `IShareMarket.MarketTerms`."""

    sale_fee: Annotated[Percent, between(0, MAX_SALE_FEE, PERCENT, "%")]
    min_settle: SettlePeriod
    max_settle: SettlePeriod
    mediation: SettlePeriod

    def disagreements(self) -> list[tuple[str, str]]:
        if self.min_settle <= self.max_settle:
            return []
        return [("min_settle", f"at most market.max_settle ({self.max_settle} s)")]

    @builtins.property
    def terms(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in type(self).model_fields)


class Lease(Section):
    """Leases with the right to buy, in the order of `ILeaseToBuy.LeaseRules`."""

    fee: Annotated[Percent, between(0, MAX_LEASE_FEE, PERCENT, "%")]
    sale_fee: Annotated[Percent, between(0, MAX_SALE_FEE, PERCENT, "%")]
    late_after: Annotated[Seconds, between(1, 60, DAY, "days")]
    cure: Annotated[Seconds, between(1, 365, DAY, "days")]

    @builtins.property
    def rules(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in type(self).model_fields)


class Escrow(Section):
    """Houses' money for repairs and taxes, in the order of `IHouseEscrow.EscrowRules`."""

    invoice_limit: Annotated[Coins, between(0, 10**10, FIXED_POINT, "HMD")]
    window_limit: Annotated[Coins, between(0, 10**10, FIXED_POINT, "HMD")]
    window: Annotated[Seconds, between(1, 365, DAY, "days")]
    payee_delay: Annotated[Seconds, between(1, 90, DAY, "days")]
    vendor_fee: Annotated[Percent, between(0, MAX_VENDOR_FEE, PERCENT, "%")]

    def disagreements(self) -> list[tuple[str, str]]:
        if self.invoice_limit <= self.window_limit:
            return []
        return [("invoice_limit", f"at most escrow.window_limit ({self.window_limit / FIXED_POINT:,.15g} HMD)")]

    @builtins.property
    def rules(self) -> tuple[int, ...]:
        return tuple(getattr(self, name) for name in type(self).model_fields)


class Local(Section):
    """What only the local chain has."""

    deployer: Account
    test_book: bool
    first_index: Annotated[Points, between(1, 10**6, FIXED_POINT, "points")] | None = None  # answer of the index's mock
    first_reserve_price: Annotated[Dollars, between(1, 10**4, FIXED_POINT // 100, "cents")]  # the same of the reserve's
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
    reserve: Reserve
    gate: Gate
    redemption: Redemption
    cash: Cash
    equity: Equity
    fees: Fees
    rates: Rates
    loans: Loans
    auction: Auction
    market: Market
    lease: Lease
    escrow: Escrow
    governance: Governance
    ballot: Ballot
    local: Local | None = None

    def disagreements(self) -> list[tuple[str, str]]:
        delay = self.dao.timelock_delay
        longer = f"longer than dao.timelock_delay ({delay} s)"
        found = []
        if self.court.forced_transfer_delay <= delay:
            found.append(("court.forced_transfer_delay", f"{longer}: else the DAO can't cancel an order in time"))
        if self.identity.recovery_period <= delay:
            found.append(("identity.recovery_period", f"{longer}: else the DAO can't stop a false issuer in time"))
        return found + self._disagreements_about_money() + self._disagreements_of_the_chain()

    def _disagreements_about_money(self) -> list[tuple[str, str]]:
        found, price = [], self.reserve.price
        if self.redemption.min_request < 2 * self.reserve.unit:
            smallest = f"{2 * self.reserve.unit / FIXED_POINT:g} HMD: two units of a token with"
            found.append(("redemption.min_request", f"at least {smallest} {self.reserve.decimals} decimals"))
        if price.min >= self.cash.min_reserve_price:
            found.append(("reserve.price.min", "less than cash.min_reserve_price: else every valid price sells coins"))
        if price.max <= FIXED_POINT:
            found.append(("reserve.price.max", "more than 1 USD: else a token at par has no valid price"))
        return found

    def _disagreements_of_the_chain(self) -> list[tuple[str, str]]:
        """What only the local chain may and must have."""
        is_local = self.chain_id == LOCAL_CHAIN_ID
        if (self.local is None) == is_local:
            return [("local", f"a section `local` exactly if chain_id is {LOCAL_CHAIN_ID}")]
        return self._disagreements_of_a_public_chain() if self.local is None else self._disagreements_here(self.local)

    def _disagreements_here(self, local: Local) -> list[tuple[str, str]]:
        found = [
            (path, "nothing: on the local chain a test contract takes its place")
            for path in CONTRACTS_OUTSIDE
            if self.has(path)
        ]
        if (self.oracle.index is None) != (local.first_index is None):
            expected = "what the index begins with, exactly if there is a section oracle.index"
            found.append(("local.first_index", expected))
        return found

    def _disagreements_of_a_public_chain(self) -> list[tuple[str, str]]:
        found = [
            (path, "addresses: indices stand for the test mnemonic, whose keys everybody knows")
            for path in self.account_paths()
            if any(isinstance(account, int) for account in _as_list(self.value(path)))
        ]
        needed = [path for path in CONTRACTS_OUTSIDE if self.has(path.rpartition(".")[0])]
        return found + [(path, "the address of a contract") for path in needed if not self.has(path)]

    def account_paths(self) -> list[str]:
        """Where accounts stand that get a right: the roles' holders, the nodes, who is paid fees, and who votes."""
        return [
            *(f"roles.{name}" for name in Roles.model_fields),
            "oracle.nodes",
            "fees.mortgage_company",
            *(["fees.dao"] if self.fees.dao is not None else []),
            *(f"fees.providers.{place}.payee" for place in range(len(self.fees.providers))),
            "governance.accounts",
            "governance.proposal_guardian",
        ]

    @builtins.property  # the section `property` hides it here
    def first_index_answer(self) -> int:
        """What the local index's mock begins with, in the decimals of its feed."""
        if self.local is None or self.local.first_index is None or self.oracle.index is None:
            raise AttributeError("no index begins here")
        return self.oracle.index.answer(self.local.first_index)

    @builtins.property
    def first_reserve_answer(self) -> int:
        """The same of the mock of the reserve token's price."""
        if self.local is None:
            raise AttributeError("no test token begins here")
        return self.reserve.price.answer(self.local.first_reserve_price)

    def value(self, path: str) -> Any:
        """The parameter at a dotted path, such as `identity.recovery_period` or `fees.providers.0.payee`."""
        found: Any = self
        for part in path.split("."):
            found = found[int(part)] if isinstance(found, list) else getattr(found, part)
        return found

    def has(self, path: str) -> bool:
        """Whether the parameter at a dotted path is there and not false."""
        try:
            return bool(self.value(path))
        except AttributeError:
            return False


def _percent(bps: int) -> str:
    return f"{bps / PERCENT:g} %"


def _dollars(wei: int) -> str:
    return f"{wei / FIXED_POINT:,.15g} USD"


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
    if isinstance(cause, Disagreement):
        path = (*path, *(int(part) if part.isdigit() else part for part in cause.field.split(".")))
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
    if isinstance(cause, Disagreement) and (path not in lines or isinstance(_at(data, path, None), dict)):
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
