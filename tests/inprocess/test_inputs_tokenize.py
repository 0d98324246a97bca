"""Tokenizing a portfolio: each home once, whatever happened before. In process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from commonhold import build
from commonhold.engines import InProcessEngine
from commonhold.inputs.portfolio import Portfolio, read_portfolio
from commonhold.inputs.problems import InputError
from commonhold.operations.credentials import ensure_credential
from commonhold.operations.documents import description_of
from commonhold.operations.reading import DocumentKind, all_properties
from commonhold.operations.tokenize import Progress, TokenizeOptions, property_terms, tokenize
from commonhold.recipe import Suite, deploy, local_parameters

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "portfolio.json"
HOMES = 4


class Killed(Exception):
    """Stands for the end of the process."""


@dataclass
class DyingSuite:
    """The suite as a run sees it that is killed before its transaction number `deadly` (from 0)."""

    suite: Suite
    deadly: int
    sent: int = 0
    handles: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, key: str) -> Any:
        return _DyingContract(self, getattr(self.suite, key))

    def count(self) -> None:
        if self.sent == self.deadly:
            raise Killed
        self.sent += 1


@dataclass
class _DyingContract:
    owner: DyingSuite
    contract: Any

    def __getattr__(self, name: str) -> Any:
        function = getattr(self.contract, name)

        def call(*args: Any, sender: Any = None) -> Any:
            if sender is None:
                return function(*args)
            self.owner.count()
            return function(*args, sender=sender)

        return call


@pytest.fixture(scope="module")
def deployed() -> Suite:
    build.ensure()
    suite = deploy(InProcessEngine(), local_parameters())
    accounts = suite.engine.accounts
    wallets = suite.parameters.local.wallets
    ensure_credential(suite, accounts[wallets["holding_entity"]], accounts[suite.parameters.roles.issuer[0]])
    return suite


@pytest.fixture
def fresh(deployed: Suite) -> Iterator[Suite]:
    """The suite with nothing on it."""
    with deployed.engine.rollback():
        yield deployed


@pytest.fixture
def options(deployed: Suite, tmp_path: Path) -> TokenizeOptions:
    accounts, wallets = deployed.engine.accounts, deployed.parameters.local.wallets
    return TokenizeOptions(
        registrar=accounts[deployed.parameters.roles.registrar[0]],
        manager=accounts[wallets["manager"]],
        holding_entity=accounts[wallets["holding_entity"]],
        documents=tmp_path / "documents",
    )


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    whole = read_portfolio(EXAMPLE)
    return Portfolio(whole.file, whole.homes[:HOMES])


def changed(portfolio: Portfolio, number: int, **fields: Any) -> Portfolio:
    """The portfolio with other values in home `number` (from 0)."""
    homes = list(portfolio.homes)
    homes[number] = replace(homes[number], home=homes[number].home.model_copy(update=fields))
    return Portfolio(portfolio.file, tuple(homes))


def assert_complete(suite: Suite, portfolio: Portfolio, options: TokenizeOptions) -> None:
    """The chain holds exactly the portfolio's homes, tokenized to the holding entity, with their documents."""
    houses = {house.property.providerPropertyId: house for house in all_properties(suite)}
    assert len(houses) == suite.registry.propertyCount() == len(portfolio.homes)
    for placed in portfolio.homes:
        house = houses[placed.home.provider_property_id]
        assert house.owners == [options.holding_entity] * placed.home.shares
        assert house.property.firstPriceUsd == placed.home.first_price_usd_down()
        assert (house.property.holdingEntity, house.property.manager) == (options.holding_entity, options.manager)
        document = suite.registry.documentOf(house.propertyId, int(DocumentKind.DESCRIPTION))
        content = (options.documents / Path(document.uri).name).read_bytes()
        assert document.sha256Hash == description_of(placed.home).sha256
        assert description_of(placed.home).data == content


def test_portfolio__two_transactions_a_home_and_progress(
    fresh: Suite, portfolio: Portfolio, options: TokenizeOptions
) -> None:
    told: list[Progress] = []
    planned: list[tuple[int, int]] = []
    result = tokenize(fresh, portfolio, options, told.append, lambda *ahead: planned.append(ahead))
    assert planned == [(HOMES, 2 * HOMES)]
    assert [(step.done, step.left, step.transactions, step.sent) for step in told] == [
        (number, HOMES - number, 2, 2 * number) for number in range(1, HOMES + 1)
    ]
    assert result.property_ids == [1, 2, 3, 4]
    assert_complete(fresh, portfolio, options)


def test_portfolio__run_twice__sends_nothing(fresh: Suite, portfolio: Portfolio, options: TokenizeOptions) -> None:
    first = tokenize(fresh, portfolio, options)
    block = fresh.engine.block_number()
    second = tokenize(fresh, portfolio, options)
    assert (second.transactions, second.untouched, second.property_ids) == (0, HOMES, first.property_ids)
    assert fresh.engine.block_number() == block


@pytest.mark.parametrize("deadly", range(2 * HOMES))
def test_portfolio__killed_before_any_transaction__the_next_run_completes_it(
    fresh: Suite, portfolio: Portfolio, options: TokenizeOptions, deadly: int
) -> None:
    with pytest.raises(Killed):
        tokenize(DyingSuite(fresh, deadly), portfolio, options)
    result = tokenize(fresh, portfolio, options)
    assert result.transactions == 2 * HOMES - deadly
    assert_complete(fresh, portfolio, options)


def test_portfolio__grows__only_the_new_homes_are_sent(
    fresh: Suite, portfolio: Portfolio, options: TokenizeOptions
) -> None:
    tokenize(fresh, Portfolio(portfolio.file, portfolio.homes[1:3]), options)
    result = tokenize(fresh, portfolio, options)
    assert (result.untouched, result.transactions) == (2, 4)
    assert result.property_ids == [3, 1, 2, 4]


def test_portfolio__ids_spelled_otherwise__found_again(
    fresh: Suite, portfolio: Portfolio, options: TokenizeOptions
) -> None:
    tokenize(fresh, portfolio, options)
    other = changed(portfolio, 0, provider_property_id="inv 0001", parcel="inv/4/1")
    assert tokenize(fresh, other, options).transactions == 0


def test_document__changed__updated_only_on_request(
    fresh: Suite, portfolio: Portfolio, options: TokenizeOptions
) -> None:
    tokenize(fresh, portfolio, options)
    repainted = changed(portfolio, 2, style="colonial")
    assert tokenize(fresh, repainted, options).transactions == 0
    updating = replace(options, update_documents=True)
    assert tokenize(fresh, repainted, updating).transactions == 1
    assert fresh.registry.documentCount(3, int(DocumentKind.DESCRIPTION)) == 2
    assert tokenize(fresh, repainted, updating).transactions == 0
    assert_complete(fresh, repainted, options)


def refused(suite: Suite, portfolio: Portfolio, options: TokenizeOptions) -> list[str]:
    """The messages of a run that sends nothing."""
    block = suite.engine.block_number()
    with pytest.raises(InputError) as caught:
        tokenize(suite, portfolio, options)
    assert suite.engine.block_number() == block
    return [str(problem).removeprefix(f"{portfolio.file}:") for problem in caught.value.problems]


def test_home__chain_says_otherwise__refused_before_anything_is_sent(
    fresh: Suite, portfolio: Portfolio, options: TokenizeOptions
) -> None:
    tokenize(fresh, Portfolio(portfolio.file, portfolio.homes[:1]), options)
    line = portfolio.homes[0].line_of("shares")
    assert refused(fresh, changed(portfolio, 0, shares=10), options) == [
        f"{line}: home 1 (INV-0001): shares: got 10; expected 8, as property 1 has it on chain",
        f"{portfolio.homes[0].line_of('price_usd')}: home 1 (INV-0001): price_usd: "
        "got '$ 6,000.00 a share'; expected '$ 7,500.00 a share', as property 1 has it on chain",
    ]


def test_parcel__registered_by_another_provider__refused(
    fresh: Suite, portfolio: Portfolio, options: TokenizeOptions
) -> None:
    tokenize(fresh, portfolio, options)
    other = changed(portfolio, 1, provider="Another Service")
    assert refused(fresh, other, options) == [
        f"{portfolio.homes[1].line_of('parcel')}: home 2 (INV-0002): parcel: got 'INV-04-0002'; "
        "expected a parcel that is not registered on chain already, for property 2, however spelled"
    ]


def test_holding_entity__without_credential__refused_before_anything_is_sent(
    fresh: Suite, portfolio: Portfolio, options: TokenizeOptions
) -> None:
    stranger = fresh.engine.accounts[fresh.parameters.local.wallets["attacker"]]
    (message,) = refused(fresh, changed(portfolio, 3, holding_entity=stranger), options)
    assert message == (
        f"{portfolio.homes[3].line}: home 4 (INV-0004): holding_entity: got '{stranger}'; "
        "expected a wallet with a valid credential (`ape run credentials issue` gives one)"
    )


def test_terms__are_what_the_file_says(portfolio: Portfolio, options: TokenizeOptions) -> None:
    home = portfolio.homes[0].home
    document = description_of(home)
    terms = property_terms(home, document, options)
    assert (terms["shareCount"], terms["firstPriceUsd"], terms["parcel"]) == (8, 7_500 * 10**18, "INV-04-0001")
    assert terms["descriptionUri"] == f"documents/{document.sha256.hex()}.json"
    content = json.loads(document.data)
    assert (content["area_sqft"], content["bathrooms"], content["bedrooms"]) == (1_660, 1, None)
    assert content["price"] == {"amount_usd": "60000.00", "year": 1978}
    assert "provider" in content["invented"]
