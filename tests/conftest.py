"""What every test has: the suite from the one recipe, the roles by name, and actions that set a scene.

The folders `chain` and `inprocess` choose the engine and say what a wallet and a contract are there.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from commonhold import build
from commonhold.engines import wallets
from commonhold.engines.base import Receipt
from commonhold.engines.codec import as_address
from commonhold.oracle import digests
from commonhold.oracle.feeds import house_feed
from commonhold.oracle.merkle import Tree
from commonhold.recipe import buying, governing, local_parameters
from commonhold.recipe import lending as loans

DAY = 86_400
YEAR = 365 * DAY
FIXED_POINT = 10**18


def pytest_configure(config: pytest.Config) -> None:
    """Never test a stale artefact; and tests undo what they did by themselves (fixture `rollback`)."""
    build.ensure()
    if hasattr(config.option, "disable_isolation"):
        config.option.disable_isolation = True


@pytest.fixture(scope="session")
def parameters() -> Any:
    return local_parameters()


# -------------------------------------------------------------------------------------------------------------- roles


@pytest.fixture(scope="session")
def role(handles: Any, wallet: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda name: wallet(governing.role_holder(handles, name))


@pytest.fixture(scope="session")
def actor(handles: Any, wallet: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda name: wallet(governing.address_of(handles, handles.parameters.local.wallets[name]))


@pytest.fixture(scope="session")
def deployer(handles: Any, wallet: Callable[[str], Any]) -> Any:
    return wallet(handles.deployer)


@pytest.fixture(scope="session")
def council(role: Callable[[str], Any]) -> Any:
    return role("council")


@pytest.fixture(scope="session")
def guardian(role: Callable[[str], Any]) -> Any:
    return role("guardian")


@pytest.fixture(scope="session")
def registrar(role: Callable[[str], Any]) -> Any:
    return role("registrar")


@pytest.fixture(scope="session")
def issuer(role: Callable[[str], Any]) -> Any:
    return role("issuer")


@pytest.fixture(scope="session")
def underwriter(role: Callable[[str], Any]) -> Any:
    return role("underwriter")


@pytest.fixture(scope="session")
def mediator(role: Callable[[str], Any]) -> Any:
    return role("mediator")


@pytest.fixture(scope="session")
def court(role: Callable[[str], Any]) -> Any:
    return role("court")


@pytest.fixture(scope="session")
def manager(actor: Callable[[str], Any]) -> Any:
    return actor("manager")


@pytest.fixture(scope="session")
def holding_entity(actor: Callable[[str], Any]) -> Any:
    return actor("holding_entity")


@pytest.fixture(scope="session")
def owner_a(actor: Callable[[str], Any]) -> Any:
    return actor("owner_a")


@pytest.fixture(scope="session")
def owner_b(actor: Callable[[str], Any]) -> Any:
    return actor("owner_b")


@pytest.fixture(scope="session")
def buyer(actor: Callable[[str], Any]) -> Any:
    return actor("buyer")


@pytest.fixture(scope="session")
def attacker(actor: Callable[[str], Any]) -> Any:
    return actor("attacker")


# ------------------------------------------------------------------------------------------------------------ actions


@pytest.fixture
def credential(handles: Any, issuer: Any) -> Callable[..., bytes]:
    """Gives a wallet a credential: `credential(owner_a)` returns its owner id."""
    numbers = itertools.count(1)

    def issue(
        wallet: Any,
        *,
        owner_id: bytes | None = None,
        expires_at: int | None = None,
        jurisdiction: int = 840,
        flags: int = 0,
        sender: Any = None,
    ) -> bytes:
        chosen = b"owner".ljust(28, b"-") + next(numbers).to_bytes(4, "big") if owner_id is None else owner_id
        expiry = handles.engine.now() + YEAR if expires_at is None else expires_at
        handles.credentials.issue(
            as_address(wallet), chosen, expiry, jurisdiction, flags, sender=issuer if sender is None else sender
        )
        return chosen

    return issue


@pytest.fixture
def recover(handles: Any, issuer: Any) -> Callable[[Any, Any], None]:
    """Puts `new` in the place of the wallet `old`, whose key is lost; its certificates still have to follow."""

    def finish(old: Any, new: Any) -> None:
        handles.credentials.startRecovery(as_address(old), as_address(new), sender=issuer)
        handles.engine.advance(handles.credentials.recoveryPeriod())
        handles.credentials.finishRecovery(as_address(old), sender=issuer)

    return finish


@pytest.fixture
def house_terms(manager: Any, holding_entity: Any) -> Callable[..., dict[str, Any]]:
    """Terms that the registry takes, each time of another house; any field can be given."""
    numbers = itertools.count(1)

    def terms(**fields: Any) -> dict[str, Any]:
        number = next(numbers)
        return {
            "provider": "Example Homes",
            "providerPropertyId": f"EH-{number}",
            "jurisdiction": "US-MA-009",
            "parcel": f"12-{number}",
            "titleReference": f"Book 1, page {number}",
            "holdingEntity": as_address(holding_entity),
            "manager": as_address(manager),
            "shareCount": 8,
            "firstPriceUsd": 25_000 * 10**18,
            "listingUri": f"https://example.org/homes/{number}",
            "descriptionUri": f"https://example.org/homes/{number}.json",
            "descriptionSha256": number.to_bytes(32, "big"),
            **fields,
        }

    return terms


@pytest.fixture
def register_house(handles: Any, registrar: Any, house_terms: Callable[..., dict[str, Any]]) -> Callable[..., int]:
    """Registers another house: `register_house(shares=8, parcel="12-34", ...)` returns its property id."""

    def register(shares: int = 8, *, sender: Any = None, **fields: Any) -> int:
        terms = house_terms(shareCount=shares, **fields)
        receipt = handles.registry.register(terms, sender=registrar if sender is None else sender)
        return receipt.event("PropertyRegistered")["propertyId"]

    return register


@pytest.fixture
def tokenized_house(
    handles: Any, registrar: Any, owner_a: Any, register_house: Callable[..., int], credential: Callable[..., bytes]
) -> Callable[..., int]:
    """Registers a house and mints its shares to `to` (owner_a), who gets a credential if he has none that counts."""

    def tokenize(shares: int = 8, *, to: Any = None, **fields: Any) -> int:
        first_owner = as_address(owner_a if to is None else to)
        if not handles.credentials.isValid(first_owner):
            credential(first_owner)
        property_id = register_house(shares, **fields)
        handles.certificate.tokenize(property_id, first_owner, sender=registrar)
        return property_id

    return tokenize


@pytest.fixture
def share() -> Callable[[int, int], int]:
    """The id of share `number` (from 1) of a house."""
    return lambda property_id, number=1: property_id * 256 + number


@pytest.fixture
def approve_move(handles: Any, manager: Any) -> Callable[..., None]:
    """The manager permits one move of a share: `approve_move(share_id, buyer)`."""

    def approve(share_id: int, to: Any, *, deadline: int | None = None, sender: Any = None) -> None:
        last_second = handles.engine.now() + 30 * DAY if deadline is None else deadline
        handles.certificate.approveTransfer(
            share_id, as_address(to), last_second, sender=manager if sender is None else sender
        )

    return approve


@pytest.fixture
def coins(handles: Any) -> Callable[[Any, int], None]:
    """Gives coins (wei) to a wallet, bought from the treasury: `coins(buyer, 100 * COIN)`."""

    def give(wallet: Any, amount: int) -> None:
        buying.give_coins(handles, wallet, amount)

    return give


@pytest.fixture
def pay_income(handles: Any, coins: Callable[[Any, int], None], manager: Any) -> Callable[[int, int], None]:
    """Deposits income (wei of coin) for a house; the manager pays."""

    def pay(property_id: int, amount: int) -> None:
        coins(manager, amount)
        handles.coin.approve(handles.income.address, amount, sender=manager)
        handles.income.deposit(property_id, amount, sender=manager)

    return pay


@pytest.fixture
def as_dao(handles: Any) -> Callable[..., Any]:
    """`as_dao(suite.coin, "setMinter", wallet, cap)`: proposed by the council, executed after the timelock's delay."""
    return lambda target, function, *args: governing.as_dao(handles, target, function, *args)


@pytest.fixture
def court_order(handles: Any) -> Callable[..., Any]:
    """`court_order(suite.certificate, "forcedTransfer", a, b, share_id)`: scheduled in the hub, executed when due."""
    return lambda target, function, *args, **options: governing.court_order(handles, target, function, *args, **options)


# ------------------------------------------------------------------------------------------------------------- oracle


@pytest.fixture(scope="session")
def nodes(handles: Any, wallet: Callable[[str], Any]) -> list[Any]:
    """The nodes of the parameters as wallets, by their index in the set."""
    return [wallet(governing.address_of(handles, account)) for account in handles.parameters.oracle.nodes]


@pytest.fixture(scope="session")
def feed_of() -> Callable[[int], bytes]:
    """The id of a house's feed."""
    return house_feed


@pytest.fixture
def report(handles: Any, attacker: Any) -> Callable[..., Tree]:
    """Submits a report of values (18 decimals) by feed id, signed by a quorum; returns its tree.

    `report({feed_of(1): 200_000 * 10**18})`: observed now, in the epoch after the latest, signed by the first nodes.
    `signers` are other nodes, in any order.
    """

    def submit(
        values: Mapping[bytes, int],
        *,
        observed_at: int | None = None,
        epoch: int | None = None,
        signers: Sequence[Any] | None = None,
        sender: Any = None,
    ) -> Tree:
        tree = Tree(values)
        aggregator = handles.aggregator
        time = handles.engine.now() if observed_at is None else observed_at
        number = aggregator.latestReport().epoch + 1 if epoch is None else epoch
        listed = aggregator.nodeSet().nodes
        chosen = listed[: aggregator.quorum()] if signers is None else [as_address(signer) for signer in signers]
        digest = digests.report_digest(digests.scope_of(aggregator), number, time, tree.root)
        places = sorted(listed.index(signer) for signer in chosen)
        signatures = [digests.sign(wallets.private_key(listed[place]), digest) for place in places]
        aggregator.submit(
            (number, time, tree.root),
            sum(1 << place for place in places),
            [(signature[:32], signature[32:]) for signature in signatures],
            sender=attacker if sender is None else sender,  # anyone may
        )
        return tree

    return submit


@pytest.fixture
def appraise(handles: Any, attacker: Any, report: Callable[..., Tree]) -> Callable[..., Tree]:
    """Values a house (US dollars, 18 decimals): reports, brings the value on chain, and has it accepted if `accept`.

    Further arguments are those of `report`.
    """

    def value(property_id: int, usd: int, *, accept: bool = True, **options: Any) -> Tree:
        feed_id = house_feed(property_id)
        tree = report({feed_id: usd}, **options)
        handles.aggregator.update(feed_id, usd, tree.proof(feed_id), sender=attacker)
        if accept:
            handles.valuation.accept(property_id, sender=attacker)
        return tree

    return value


@dataclass(frozen=True)
class IndexFeed:
    """The local chain's stand-in for a house-price index: Chainlink's mock, which anyone can set."""

    handle: Any
    sender: Any
    decimals: int

    @property
    def address(self) -> str:
        return self.handle.address

    def set_index(self, level: int) -> Receipt:
        """A new answer, as of now; `level` has 18 decimals, as the reader gives it back."""
        answer = level * 10**self.decimals // FIXED_POINT
        return self.handle.updateAnswer(answer, sender=self.sender)


@pytest.fixture(scope="session")
def index_feed(handles: Any, deployer: Any) -> IndexFeed:
    """The feed behind the index that moves appraisals; it begins with the parameters' `first_index`."""
    return IndexFeed(handles.index_feed, deployer, handles.parameters.oracle.index.decimals)


# ------------------------------------------------------------------------------------------------------------ lending


@pytest.fixture
def valued_house(
    handles: Any, tokenized_house: Callable[..., int], appraise: Callable[..., Tree]
) -> Callable[..., int]:
    """A tokenized house with a valid value of its own, by the nodes' appraisal: `valued_house(to=owner_b, usd=...)`.

    Its first value's quarantine is over, and the reserve token's price is valid. Further arguments are the house's.
    """

    def value(*, usd: int = 320_000 * FIXED_POINT, **house: Any) -> int:
        property_id = tokenized_house(**house)
        appraise(property_id, usd)
        handles.engine.advance(handles.valuation.terms().firstValueQuarantinePeriod)
        buying.keep_price_valid(handles)
        return property_id

    return value


@pytest.fixture
def valued_share(valued_house: Callable[..., int], share: Callable[..., int]) -> Callable[..., int]:
    """The first share of such a house: `valued_share(to=owner_b)`; an eighth of 320,000 dollars if nothing is said."""
    return lambda **house: share(valued_house(**house))


@pytest.fixture
def lending_cash(handles: Any, actor: Callable[[str], Any]) -> Callable[..., None]:
    """Sees that the treasury has free cash, from which it may lend ten times as much: `lending_cash(dollars)`."""

    def provide(dollars: int = 1_000_000) -> None:
        missing = dollars * FIXED_POINT // handles.parameters.reserve.unit - handles.treasury.freeCash()
        buying.buy_coins(handles, as_address(actor("bank")), max(0, missing))

    return provide


@pytest.fixture
def approved_loan(
    handles: Any, owner_a: Any, valued_share: Callable[..., int], lending_cash: Callable[..., None]
) -> Callable[..., loans.Requested]:
    """A loan that can be drawn: `approved_loan(owner_b, amount=..., kind=LoanKind.ADJUSTABLE)`, with its `loan_id`.

    Without a `share_id` the borrower (owner_a) gets a house of his own, and half of a share's value is lent. Fields are
    those of {Application}; `rate_bps` is the approved rate, the model's quote if none is said.
    """

    def approve(
        borrower: Any = None,
        *,
        share_id: int | None = None,
        amount: int = 20_000 * FIXED_POINT,
        rate_bps: int | None = None,
        **fields: Any,
    ) -> loans.Requested:
        wallet = as_address(owner_a if borrower is None else borrower)
        collateral = valued_share(to=wallet) if share_id is None else share_id
        lending_cash()
        asked = loans.request_loan(handles, wallet, loans.Application(collateral, amount, **fields))
        loans.approve_loan(handles, asked, rate_bps=rate_bps)
        return asked

    return approve


@pytest.fixture
def active_loan(handles: Any, approved_loan: Callable[..., loans.Requested]) -> Callable[..., int]:
    """The same, drawn in coin by its borrower, who lets the treasury take his coins; returns its id."""

    def draw(borrower: Any = None, **fields: Any) -> int:
        asked = approved_loan(borrower, **fields)
        handles.coin.approve(handles.treasury.address, 2**256 - 1, sender=asked.borrower)
        handles.book.draw(asked.loan_id, asked.borrower, sender=asked.borrower)
        return asked.loan_id

    return draw


@pytest.fixture
def late_loan(handles: Any, active_loan: Callable[..., int]) -> Callable[..., int]:
    """The same, so many days past due at noon, with nothing paid: `late_loan(days=91)`."""

    def wait(borrower: Any = None, *, days: int = 16, **fields: Any) -> int:
        loan_id = active_loan(borrower, **fields)
        due_day = -(-(handles.engine.now() + loans.MONTH) // DAY)  # drawn just now
        handles.engine.set_time((due_day + days) * DAY + DAY // 2)
        buying.keep_price_valid(handles)
        return loan_id

    return wait
