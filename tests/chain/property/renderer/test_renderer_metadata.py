"""The JSON of a certificate and of the collection: schema, and every field of the paper."""

from __future__ import annotations

from decimal import Decimal

import pytest
from papers import FREE, HOLDER, ISSUER, LEASED, LENDER, LIENED, MANAGER, OWNER, SILENT, USD, ZERO, decoded, read_json

PAPERS = {"free": FREE, "liened": LIENED, "leased": LEASED, "silent holder": SILENT}

EVERY_PAPER = {
    "Provider": "Harborview Registration",
    "Provider property id": "HV-000412",
    "House number": 1,
    "Share number": 3,
    "Shares of the house": 8,
    "Percent": Decimal("12.5000"),
    "Millionths": 125_000,
    "Property manager": MANAGER,
    "Owner": OWNER,
    "Owner id": "0x" + bytes(range(32)).hex(),
    "Owner id issued by": ISSUER,
    "Acquisition price (US dollars)": Decimal("187500.00"),
    "Currency": "US dollars",
    "Currency token": ZERO,
    "Acquired": 1_767_230_580,
    "Acquired (UTC)": "2026-01-01 01:23 UTC",
    "Moves": 2,
    "Transaction reference": "0x" + bytes(range(100, 132)).hex(),
}

LOAN = {
    "Lien": "loan",
    "Lien holder": HOLDER,
    "Lender": LENDER,
    "Loan amount": "US$ 112,500.00",
    "Loan currency": "US dollars",
    "Loan currency token": ZERO,
    "Loan rate (percent a year)": Decimal("6.25"),
    "Loan started": 1_767_139_200,
    "Loan term": "30 years",
    "Loan type": "fixed",
}


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_token_uri__is_metadata_as_marketplaces_read_it(renderer, paper):
    metadata = read_json(renderer.tokenURI(paper.abi()))
    assert list(metadata) == ["name", "description", "image", "attributes"]
    assert metadata["name"] == "Share 3 of 8, Harborview Registration No. HV-000412"
    assert "12.5000 %" in metadata["description"]
    for attribute in metadata["attributes"]:
        assert set(attribute) in ({"trait_type", "value"}, {"display_type", "trait_type", "value"})
        if "display_type" in attribute:
            assert attribute["display_type"] in ("number", "date")
            assert isinstance(attribute["value"], int | Decimal)
        else:
            assert isinstance(attribute["value"], str)


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_token_uri__image_is_the_svg(renderer, paper):
    metadata = read_json(renderer.tokenURI(paper.abi()))
    assert decoded(metadata["image"], "image/svg+xml") == renderer.svg(paper.abi())


def test_attributes__of_a_free_share(traits):
    assert traits(FREE) == EVERY_PAPER | {"Lien": "none", "Lease": "none"}


def test_attributes__of_a_liened_share(traits):
    assert traits(LIENED) == EVERY_PAPER | LOAN | {"Lease": "none"}


def test_attributes__of_a_leased_share(traits):
    assert traits(LEASED) == EVERY_PAPER | {"Lien": "none", "Lease": "leased", "Lease holder": HOLDER}


def test_attributes__of_a_liened_and_leased_share(traits):
    lease = {"Lease": "leased", "Lease holder": HOLDER}
    assert traits(LIENED.but(leaseHolder=HOLDER)) == EVERY_PAPER | LOAN | lease


def test_attributes__of_a_lien_whose_holder_is_silent(traits):
    lien = {"Lien": "terms not told", "Lien holder": HOLDER}
    assert traits(SILENT) == EVERY_PAPER | lien | {"Lease": "none"}


def test_attributes__terms_without_a_lien__are_not_shown(traits):
    assert "Lender" not in traits(LIENED.but(lienHolder=ZERO))


def test_attributes__without_a_price(traits):
    shown = traits(FREE.but(priceUsd=0))
    assert shown["Acquisition price (US dollars)"] == "not recorded"
    assert shown["Currency"] == "not recorded"


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        (1, "0.000000000000000001"),
        (USD // 2, "0.50"),
        (USD, "1.00"),
        (1_234_567 * USD + 890_000_000_000_000_000, "1234567.89"),
        (2**96 - 1, "79228162514.264337593543950335"),
    ],
)
def test_attributes__price__is_exact(traits, price, shown):
    value = traits(FREE.but(priceUsd=price))["Acquisition price (US dollars)"]
    assert str(value) == str(Decimal(shown))


def test_token_uri__costs_little_enough_to_be_called(suite, renderer, chain, owner_a):
    # Nodes cap calls at 50 million gas or more; the certificate's own reads come on top.
    data = renderer.tokenURI.encode_input(LIENED.but(currency=suite.coin, leaseHolder=HOLDER).abi())
    gas = int(
        chain.provider.make_request(
            "eth_estimateGas", [{"from": owner_a.address, "to": renderer.address, "data": data.to_0x_hex()}]
        ),
        16,
    )
    assert gas < 10_000_000


def test_contract_uri__is_metadata_of_the_collection(renderer):
    metadata = read_json(renderer.contractURI())
    assert list(metadata) == ["name", "symbol", "description", "image"]
    assert metadata["name"] == "Commonhold Share Certificates"
    assert "COMMONHOLD" in decoded(metadata["image"], "image/svg+xml")
