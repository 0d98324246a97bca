"""The demo's story: a portfolio comes on chain, earns and moves, and three things are refused.

It runs on either engine. Every step keeps its receipts, so that the demo can show what each cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from commonhold.inputs.portfolio import Portfolio
from commonhold.operations.amounts import show_amount
from commonhold.operations.chronicle import Chronicle
from commonhold.operations.credentials import ensure_credential
from commonhold.operations.documents import description_of
from commonhold.operations.income import claim_income, deposit_income
from commonhold.operations.reading import share_id
from commonhold.operations.tokenize import Progress, TokenizeOptions, property_terms, tokenize
from commonhold.operations.transfers import approve_transfer, move_share
from commonhold.recipe.buying import give_coins

COIN = 10**18
RENT_PER_SHARE = 125 * COIN
HOUSES_WITH_INCOME = 3


@dataclass(frozen=True)
class Cast:
    """Who acts; addresses."""

    council: str
    guardian: str
    registrar: str
    issuer: str
    owner_a: str
    owner_b: str
    buyer: str
    stranger: str  # holds no credential
    lender: str


@dataclass
class Story:
    """`run` takes the steps in order; afterwards the chronicle tells what happened."""

    suite: Any
    cast: Cast
    portfolio: Portfolio
    options: TokenizeOptions
    say: Callable[[str], None] = lambda line: None
    on_progress: Callable[[Progress], None] = lambda progress: None
    property_ids: list[int] = field(default_factory=list)
    chronicle: Chronicle = field(default_factory=Chronicle)

    @property
    def followed_share(self) -> int:
        """Share 1 of the first home: bought by owner A, moved on to the buyer."""
        return share_id(self.property_ids[0], 1)

    @property
    def kept_share(self) -> int:
        """Share 2 of the first home: bought by owner B, who keeps it."""
        return share_id(self.property_ids[0], 2)

    def run(self) -> None:
        """Everything, in order."""
        self.issue_credentials()
        self.tokenize_homes()
        self.place_first_shares()
        self.pay_income()
        self.move_a_share()
        self.try_what_is_forbidden()

    def issue_credentials(self) -> None:
        wallets = (self.options.holding_entity, self.cast.owner_a, self.cast.owner_b, self.cast.buyer)
        issued = [ensure_credential(self.suite, wallet, self.cast.issuer) for wallet in wallets]
        self.chronicle.did("issue a credential", [each.receipt for each in issued if each.receipt is not None])
        self.say(f"{len(issued)} wallets hold anonymous credentials")

    def tokenize_homes(self) -> None:
        result = tokenize(self.suite, self.portfolio, self.options, self.on_progress)
        self.property_ids = result.property_ids
        self.chronicle.did("register a home", result.registrations)
        self.chronicle.did("tokenize a home", result.tokenizations)
        shares = sum(placed.home.shares for placed in self.portfolio.homes)
        self.say(f"{len(self.property_ids)} homes on chain as {shares:,} certificates")

    def place_first_shares(self) -> None:
        """The holding entity gives the first owners their shares, with the manager's permission."""
        moves = [
            move_share(self.suite, share, owner, self.options.manager)
            for share, owner in ((self.followed_share, self.cast.owner_a), (self.kept_share, self.cast.owner_b))
        ]
        self.chronicle.did("approve a transfer", [move.receipts[0] for move in moves])
        self.chronicle.did("move a share for the first time", [move.receipts[1] for move in moves])
        self.say("two shares went from the holding entity to their first owners")

    def pay_income(self) -> None:
        """Coins are bought with the reserve token, the manager pays them in, and the owners claim."""
        suite, manager = self.suite, self.options.manager
        homes = list(zip(self.property_ids, self.portfolio.homes, strict=True))[:HOUSES_WITH_INCOME]
        rents = [(property_id, RENT_PER_SHARE * placed.home.shares) for property_id, placed in homes]
        total = sum(rent for _, rent in rents)
        self.chronicle.did("buy coins", give_coins(suite, manager, total))
        receipts = [suite.coin.approve(suite.income.address, total, sender=manager)]
        for property_id, rent in rents:
            receipts += deposit_income(suite, property_id, rent, manager)
        self.chronicle.did("approve coins", receipts[:1])
        self.chronicle.did("deposit income", receipts[1:])
        claims = [claim_income(suite, owner) for owner in (self.cast.owner_a, self.cast.owner_b)]
        rest = claim_income(suite, self.options.holding_entity)
        self.chronicle.did("claim income of one share", [receipt for claim in claims for receipt in claim.receipts])
        self.chronicle.did(f"claim income of {rest.shares} shares", rest.receipts)
        paid = rest.amount + sum(claim.amount for claim in claims)
        self.say(f"{show_amount(total)} HMD of income paid in, {show_amount(paid)} claimed")

    def move_a_share(self) -> None:
        """Income that came in before a sale stays with the seller: it is paid in once more, unclaimed, first."""
        suite, cast, manager = self.suite, self.cast, self.options.manager
        rent = RENT_PER_SHARE * self.portfolio.homes[0].home.shares
        self.chronicle.did("buy coins", give_coins(suite, manager, rent))
        receipts = deposit_income(suite, self.property_ids[0], rent, manager)
        self.chronicle.did("approve coins", receipts[:-1])
        self.chronicle.did("deposit income", receipts[-1:])
        moved = move_share(suite, self.followed_share, cast.buyer, manager)
        self.chronicle.did("approve a transfer", moved.receipts[:1])
        self.chronicle.did("move a share with income due", moved.receipts[1:])
        claim = claim_income(suite, cast.owner_a)
        self.chronicle.did("claim settled income", claim.receipts)
        self.say(f"a share moved on; its income until then, {show_amount(claim.amount)} HMD, went to the seller")

    def try_what_is_forbidden(self) -> None:
        """Three things that must fail, each for one reason only."""
        suite, cast, manager = self.suite, self.cast, self.options.manager
        unapproved = share_id(self.property_ids[0], 3)
        holder = self.options.holding_entity
        self.chronicle.must_fail(
            "move a share without the manager's permission",
            lambda: suite.certificate.transferFrom(holder, cast.buyer, unapproved, sender=holder),
        )
        self.chronicle.did("approve a transfer", [approve_transfer(suite, unapproved, cast.stranger, manager)])
        self.chronicle.must_fail(
            "move a share to a wallet without a credential",
            lambda: suite.certificate.transferFrom(holder, cast.stranger, unapproved, sender=holder),
        )
        self.chronicle.must_fail(
            "register the first home again, its numbers spelled otherwise",
            lambda: suite.registry.register(self._first_home_in_other_spelling(), sender=self.options.registrar),
        )

    def _first_home_in_other_spelling(self) -> dict[str, Any]:
        home = self.portfolio.homes[0].home
        other = home.model_copy(update={"provider_property_id": home.provider_property_id.lower().replace("-", " ")})
        return property_terms(other, description_of(other), self.options)
