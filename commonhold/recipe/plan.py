"""The plan of the suite: which contracts, with what arguments, who may call what, which rows are written.

Adding a contract later means an entry in `contracts`, and one in `functions` or `rows` if people or other contracts
get a right through it. Functions that no role is named for are the DAO's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Role(IntEnum):
    """Roles of the hub, as contracts/access/Roles.sol numbers them."""

    ADMIN = 0
    GUARDIAN = 1
    REGISTRAR = 2
    ISSUER = 3
    UNDERWRITER = 4
    MEDIATOR = 5
    COURT = 6


@dataclass(frozen=True)
class Ref:
    """The address of the plan's contract `key`; known before it is created."""

    key: str


@dataclass(frozen=True)
class Param:
    """A parameter by its dotted path; accounts come out as addresses."""

    path: str


@dataclass(frozen=True)
class Given:
    """`value` if the parameter at `path` is set, `otherwise` if not."""

    path: str
    value: Any
    otherwise: Any


@dataclass(frozen=True)
class Member:
    """One value of a parameter that is a list."""

    param: Param
    place: int


@dataclass(frozen=True)
class Each:
    """A field of the member for which a row is written; see `RowEntry.for_each`."""

    field: str


@dataclass(frozen=True)
class Deployer:
    """The address that sends the plan's transactions; it holds nothing afterwards."""


@dataclass(frozen=True)
class InitCode:
    """The creation code of an artefact with its constructor's arguments."""

    artifact: str
    args: tuple[Value, ...] = ()


Value = Ref | Param | Given | Member | Each | Deployer | InitCode | Any
"""Also a tuple of such values, for a struct."""


@dataclass(frozen=True)
class ContractEntry:
    """A contract: its name in scripts and tests, its artefact, its constructor's arguments."""

    key: str
    artifact: str
    args: tuple[Value, ...] = ()
    only_if: str | None = None  # path of a parameter that must be set


@dataclass(frozen=True)
class FunctionsEntry:
    """Functions of a contract that holders of a role may call."""

    contract: str
    role: Role
    functions: tuple[str, ...]


@dataclass(frozen=True)
class GrantEntry:
    """Who holds a role, and how long their calls wait."""

    role: Role
    holders: Param
    delay: Param | int = 0


@dataclass(frozen=True)
class RowEntry:
    """A row of a table in `contract`: the call that writes it, and the view that shows it is written."""

    contract: str
    setter: str
    args: tuple[Value, ...]
    view: str
    view_args: tuple[Value, ...]
    expected: Value
    field: str | None = None  # member of the view's struct that is compared
    only_if: str | None = None
    for_each: str | None = None  # path of a list of parameters: a row for each of its members
    before: str | None = None  # the contract whose constructor needs the row; else it is written after all contracts


@dataclass(frozen=True)
class Plan:
    contracts: tuple[ContractEntry, ...]
    functions: tuple[FunctionsEntry, ...]
    grants: tuple[GrantEntry, ...]
    rows: tuple[RowEntry, ...]


NOBODY = "0x" + "00" * 20
INDEX_FEED = b"HOUSE-PRICE-INDEX".ljust(32, b"\0")
"""Id of the feed that moves appraisals."""

RESERVE_FEED = b"RESERVE-USD".ljust(32, b"\0")
"""Id of the feed of the reserve token's price."""
UNLIMITED = 2**128 - 1
"""Cap of a minter's row without a bound."""

_index_feed = Given("oracle.index.feed", Param("oracle.index.feed"), Ref("index_feed"))
_reserve = Given("reserve.token", Param("reserve.token"), Ref("reserve"))
_reserve_feed = Given("reserve.price.feed", Param("reserve.price.feed"), Ref("reserve_feed"))


def _feed_terms(feed: Value, path: str) -> tuple[Value, ...]:
    """A `FeedTerms` of the reader: `feed` as the section at `path` describes it."""
    return (feed, *(Param(f"{path}.{name}") for name in ("heartbeat", "decimals", "min", "max", "description")))


TREASURY_TERMS = (
    (Param("gate.pause_at"), Param("gate.resume_below"), Param("gate.dwell")),
    Param("gate.min_base"),
    Param("gate.half_life"),
    Param("redemption.base_fee"),
    Param("redemption.top_fee"),
    Param("redemption.top_demand"),
    Param("redemption.min_request"),
    Param("cash.min_reserve_price"),
    Param("cash.min_cash_ratio"),
    Param("equity.min_equity"),
    Param("equity.pay_out_cap"),
    Param("equity.cap_raise_period"),
    Param("guardian.stop_period"),
)
"""The `TreasuryTerms` of ITreasury."""

BOOK_PEERS = (
    Ref("loans"),
    Ref("treasury"),
    Ref("coin"),
    Ref("certificate"),
    Ref("registry"),
    Ref("valuation"),
    Ref("credentials"),
    Ref("rates"),
    Ref("splitter"),
    Ref("auction"),
    Ref("desk"),
)
"""The `BookPeers` of ILoanBook."""

MARKET_PEERS = (
    Ref("credentials"),
    Ref("registry"),
    Ref("certificate"),
    Ref("valuation"),
    Ref("reader"),
    Ref("coin"),
    Ref("treasury"),
    Ref("splitter"),
    Ref("desk"),
)
"""The `MarketPeers` of IShareMarket."""

GOVERNOR_TERMS = (
    Param("governance.voting_delay"),
    Param("governance.voting_period"),
    Param("governance.late_extension"),
    Param("governance.cool_down"),
    Param("governance.quorum"),
    Param("governance.threshold_votes"),
    Param("governance.quorum_floor"),
    Param("governance.proposal_guardian"),
)
"""The `GovernorTerms` of ICommonholdGovernor."""

PLAN = Plan(
    contracts=(
        ContractEntry("hub", "AccessHub", (Deployer(),)),
        ContractEntry("timelock", "CouncilTimelock", (Param("dao.timelock_delay"), Param("roles.council"))),
        ContractEntry("credentials", "CredentialRegistry", (Ref("hub"), Param("identity.recovery_period"))),
        ContractEntry("registry", "PropertyRegistry", (Ref("hub"), Param("guardian.stop_period"))),
        ContractEntry("coin", "HomeDollar", (Ref("hub"),)),
        ContractEntry("renderer", "CertificateRenderer"),
        # Income and certificate know each other from birth: each holds the other's coming address.
        ContractEntry("income", "IncomeDistributor", (Ref("coin"), Ref("certificate"), Ref("credentials"))),
        ContractEntry(
            "certificate",
            "ShareCertificate",
            (Ref("hub"), Ref("credentials"), Ref("registry"), Ref("income"), Ref("renderer")),
        ),
        ContractEntry(
            "aggregator", "QuorumAggregator", (Ref("hub"), Param("oracle.nodes"), Param("oracle.max_faulty"))
        ),
        ContractEntry("feed_factory", "QuorumFeedFactory", (Ref("aggregator"),)),
        ContractEntry(
            "reader",
            "PriceFeedReader",
            (
                Ref("hub"),
                Given("oracle.sequencer", Param("oracle.sequencer.feed"), NOBODY),
                Given("oracle.sequencer", Param("oracle.sequencer.grace"), 0),
                Param("oracle.feed_max_step"),
                Param("oracle.feed_quarantine"),
                Param("guardian.stop_period"),
            ),
        ),
        ContractEntry(
            "valuation",
            "PropertyValuation",
            (
                Ref("hub"),
                Ref("registry"),
                Ref("credentials"),
                Ref("aggregator"),
                Ref("reader"),
                Given("oracle.index", INDEX_FEED, bytes(32)),
                Param("valuation.terms"),
                Param("guardian.stop_period"),
            ),
        ),
        ContractEntry("reserve", "TestReserveToken", (Param("reserve.decimals"),), only_if="local"),
        ContractEntry(
            "reserve_feed",
            "TestChainlinkFeed",
            (Param("reserve.price.decimals"), Param("first_reserve_answer")),
            only_if="local",
        ),
        # Treasury and loan ledger know each other from birth.
        ContractEntry(
            "treasury",
            "Treasury",
            (
                Ref("hub"),
                (
                    Ref("coin"),
                    _reserve,
                    Ref("reader"),
                    RESERVE_FEED,
                    Ref("credentials"),
                    Ref("loans"),
                    Ref("income"),
                ),
                TREASURY_TERMS,
            ),
        ),
        ContractEntry("loans", "LoanLedger", (Ref("hub"), Ref("treasury"))),
        ContractEntry("rates", "RateModel", (Ref("treasury"), Param("rates.terms"))),
        ContractEntry(
            "splitter",
            "FeeSplitter",
            (
                Ref("hub"),
                (Ref("coin"), Ref("treasury"), Ref("registry"), Ref("credentials")),
                Param("fees.split.parts"),
                Param("fees.mortgage_company"),
                Given("fees.dao", Param("fees.dao"), Ref("timelock")),
            ),
        ),
        # Desk, book and auction know each other from birth, too.
        ContractEntry("book", "LoanBook", (BOOK_PEERS, Param("loans.terms"))),
        ContractEntry(
            "desk",
            "LoanDesk",
            (
                Ref("hub"),
                Ref("book"),
                Ref("reader"),
                Param("guardian.stop_period"),
                BOOK_PEERS,
                Param("loans.terms"),
            ),
        ),
        ContractEntry(
            "auction",
            "ForeclosureAuction",
            (
                Ref("hub"),
                (
                    Ref("book"),
                    Ref("loans"),
                    Ref("certificate"),
                    Ref("treasury"),
                    Ref("valuation"),
                    Ref("coin"),
                ),
                Param("auction.terms"),
            ),
        ),
        ContractEntry(
            "market",
            "ShareMarket",
            (Ref("hub"), MARKET_PEERS, Param("market.terms"), Param("guardian.stop_period")),
        ),
        ContractEntry(
            "lease_to_buy",
            "LeaseToBuy",
            (
                Ref("hub"),
                (
                    Ref("credentials"),
                    Ref("registry"),
                    Ref("certificate"),
                    Ref("valuation"),
                    Ref("treasury"),
                    Ref("coin"),
                    Ref("splitter"),
                ),
                Param("lease.rules"),
                Param("guardian.stop_period"),
            ),
        ),
        ContractEntry(
            "house_escrow",
            "HouseEscrow",
            (
                Ref("hub"),
                (Ref("credentials"), Ref("registry"), Ref("coin"), Ref("splitter")),
                Param("escrow.rules"),
            ),
        ),
        # The governor takes the council's place in the timelock by a decision of the council (recipe/handover.py).
        ContractEntry(
            "hold",
            "GovernanceToken",
            (
                Ref("hub"),
                Param("governance.supply"),
                Param("governance.accounts"),
                Param("governance.amounts"),
                Ref("timelock"),
            ),
        ),
        ContractEntry("governor", "CommonholdGovernor", (Ref("hold"), Ref("timelock"), GOVERNOR_TERMS)),
        ContractEntry(
            "ballot",
            "HouseBallot",
            (Ref("hub"), (Ref("credentials"), Ref("certificate"), Ref("house_escrow")), Param("ballot.rules")),
        ),
        ContractEntry("treasury_lens", "TreasuryLens", (Ref("treasury"),)),
        ContractEntry("loan_checks", "LoanChecks", (Ref("desk"), Ref("treasury_lens"))),
        ContractEntry("loan_lens", "LoanLens", (Ref("desk"), Ref("loan_checks"))),
        ContractEntry("market_checks", "MarketChecks", (Ref("market"), Ref("loan_checks"))),
        ContractEntry("lease_checks", "LeaseChecks", (Ref("market"), Ref("lease_to_buy"), Ref("house_escrow"))),
        ContractEntry("market_lens", "MarketLens", (Ref("market_checks"), Ref("lease_checks"))),
        ContractEntry("governance_checks", "GovernanceChecks", (Ref("governor"), Ref("ballot"))),
        ContractEntry("governance_lens", "GovernanceLens", (Ref("governance_checks"),)),
        ContractEntry(
            "lens",
            "SuiteLens",
            (
                Ref("credentials"),
                Ref("registry"),
                Ref("certificate"),
                Ref("income"),
                Ref("coin"),
                Ref("aggregator"),
                Ref("reader"),
                Ref("valuation"),
                Ref("treasury_lens"),
                Ref("loan_lens"),
                Ref("market_lens"),
                Ref("governance_lens"),
            ),
        ),
        ContractEntry(
            "index_feed",
            "TestChainlinkFeed",
            (Param("oracle.index.decimals"), Param("first_index_answer")),
            only_if="local.first_index",
        ),
        ContractEntry("test_book", "TestLoanBook", (Ref("loans"), Ref("treasury")), only_if="local.test_book"),
    ),
    functions=(
        FunctionsEntry("credentials", Role.ISSUER, ("issue", "renew", "revoke", "startRecovery", "cancelRecovery")),
        FunctionsEntry("registry", Role.GUARDIAN, ("stopRegistration",)),
        FunctionsEntry(
            "registry",
            Role.REGISTRAR,
            ("register", "setManager", "delist", "reportSeniorClaim", "clearSeniorClaim"),
        ),
        FunctionsEntry("certificate", Role.REGISTRAR, ("tokenize",)),
        FunctionsEntry("certificate", Role.COURT, ("forcedTransfer",)),
        FunctionsEntry("coin", Role.COURT, ("forcedTransfer",)),
        FunctionsEntry("reader", Role.GUARDIAN, ("freeze",)),
        FunctionsEntry("valuation", Role.GUARDIAN, ("freeze",)),
        FunctionsEntry("treasury", Role.GUARDIAN, ("stop",)),
        FunctionsEntry("desk", Role.UNDERWRITER, ("approve",)),
        FunctionsEntry("desk", Role.GUARDIAN, ("stop",)),
        FunctionsEntry("market", Role.GUARDIAN, ("stop",)),
        FunctionsEntry("lease_to_buy", Role.GUARDIAN, ("stop",)),
    ),
    grants=(
        GrantEntry(Role.GUARDIAN, Param("roles.guardian")),
        GrantEntry(Role.REGISTRAR, Param("roles.registrar")),
        GrantEntry(Role.ISSUER, Param("roles.issuer")),
        GrantEntry(Role.UNDERWRITER, Param("roles.underwriter")),
        GrantEntry(Role.MEDIATOR, Param("roles.mediator")),
        GrantEntry(Role.COURT, Param("roles.court"), delay=Param("court.forced_transfer_delay")),
    ),
    rows=(
        RowEntry("registry", "setListener", (Ref("certificate"),), "listener", (), Ref("certificate")),
        RowEntry(
            "reader",
            "setFeed",
            (
                INDEX_FEED,
                _feed_terms(_index_feed, "oracle.index"),
            ),
            "inspect",
            (INDEX_FEED,),
            _index_feed,
            field="feed",
            only_if="oracle.index",
        ),
        RowEntry(
            "reader",
            "setFeed",
            (RESERVE_FEED, _feed_terms(_reserve_feed, "reserve.price")),
            "inspect",
            (RESERVE_FEED,),
            _reserve_feed,
            field="feed",
            before="treasury",
        ),
        RowEntry(
            "coin",
            "setMinter",
            (Ref("treasury"), UNLIMITED),
            "minterOf",
            (Ref("treasury"),),
            UNLIMITED,
            field="cap",
        ),
        RowEntry(
            "splitter",
            "setProviderPayee",
            (Each("name"), Each("payee")),
            "payeeOfProvider",
            (Each("key"),),
            Each("payee"),
            for_each="fees.providers",
        ),
        RowEntry("credentials", "setProtocolHolder", (Ref("treasury"),), "isValid", (Ref("treasury"),), True),
        RowEntry("loans", "setBook", (Ref("book"), True), "isBook", (Ref("book"),), True),
        # The auction sells homes that the treasury owns, and never lends.
        RowEntry("loans", "setBook", (Ref("auction"), True), "isBook", (Ref("auction"),), True),
        RowEntry("loans", "closeBook", (Ref("auction"),), "mayLend", (Ref("auction"),), False),
        *(
            RowEntry("certificate", "setHolder", (Ref(holder), rights), "holderRights", (Ref(holder),), rights)
            for holder, rights in (
                ("book", (True, True, False)),
                ("auction", (False, True, False)),
                ("market", (True, False, False)),
                ("lease_to_buy", (False, False, True)),
            )
        ),
        *(
            RowEntry("valuation", "setSaleReporter", (Ref(reporter), True), "isSaleReporter", (Ref(reporter),), True)
            for reporter in ("market", "lease_to_buy")
        ),
        RowEntry("desk", "setMarket", (Ref("market"), True), "isMarket", (Ref("market"),), True),
        RowEntry("house_escrow", "setBallot", (Ref("ballot"), True), "isBallot", (Ref("ballot"),), True),
        # Place 0 of the market's table of currencies is the coin's.
        RowEntry("market", "setCurrency", (1, _reserve, RESERVE_FEED), "currencyOf", (1,), _reserve, field="token"),
        RowEntry(
            "loans",
            "setBook",
            (Ref("test_book"), True),
            "isBook",
            (Ref("test_book"),),
            True,
            only_if="local.test_book",
        ),
    ),
)
