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
class Deployer:
    """The address that sends the plan's transactions; it holds nothing afterwards."""


@dataclass(frozen=True)
class InitCode:
    """The creation code of an artefact with its constructor's arguments."""

    artifact: str
    args: tuple[Value, ...] = ()


Value = Ref | Param | Given | Member | Deployer | InitCode | Any
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


@dataclass(frozen=True)
class Plan:
    contracts: tuple[ContractEntry, ...]
    functions: tuple[FunctionsEntry, ...]
    grants: tuple[GrantEntry, ...]
    rows: tuple[RowEntry, ...]


NOBODY = "0x" + "00" * 20
INDEX_FEED = b"HOUSE-PRICE-INDEX".ljust(32, b"\0")
"""Id of the feed that moves appraisals."""

_index_feed = Given("oracle.index.feed", Param("oracle.index.feed"), Ref("index_feed"))

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
            ),
        ),
        ContractEntry(
            "index_feed",
            "TestChainlinkFeed",
            (Param("oracle.index.decimals"), Param("first_index_answer")),
            only_if="local.first_index",
        ),
        ContractEntry("lien_holder", "TestLienHolder", (Ref("certificate"),), only_if="local.test_lien_holder"),
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
                (
                    _index_feed,
                    Param("oracle.index.heartbeat"),
                    Param("oracle.index.decimals"),
                    Param("oracle.index.min"),
                    Param("oracle.index.max"),
                    Param("oracle.index.description"),
                ),
            ),
            "inspect",
            (INDEX_FEED,),
            _index_feed,
            field="feed",
            only_if="oracle.index",
        ),
        RowEntry(
            "coin",
            "setMinter",
            (Param("roles.council"), Param("local.council_minter_cap")),
            "minterOf",
            (Param("roles.council"),),
            Param("local.council_minter_cap"),
            field="cap",
            only_if="local.council_minter_cap",
        ),
        RowEntry(
            "certificate",
            "setHolder",
            (Ref("lien_holder"), (False, True, True)),
            "holderRights",
            (Ref("lien_holder"),),
            (False, True, True),
            only_if="local.test_lien_holder",
        ),
    ),
)
