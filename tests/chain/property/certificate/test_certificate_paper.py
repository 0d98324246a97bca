"""What the paper says: `certificateOf`, `tokenURI`, `contractURI`; percentages and the transaction reference."""

from __future__ import annotations

import base64
import json
import xml.etree.ElementTree as ElementTree

import ape
import pytest
from certificate_terms import COIN, MAX, ZERO, millionths, transaction_reference

from commonhold.engines import InProcessEngine
from commonhold.recipe import deploy

MONTH = 2_628_000  # a twelfth of 365 days
SVG = "{http://www.w3.org/2000/svg}svg"


def data_uri(uri: str, kind: str) -> bytes:
    head, _, body = uri.partition(",")
    assert head == f"data:{kind};base64"
    return base64.b64decode(body, validate=True)


def token_json(certificate, share_id: int) -> dict:
    return json.loads(data_uri(certificate.tokenURI(share_id), "application/json"))


def attributes(token: dict) -> dict:
    return {attribute["trait_type"]: attribute["value"] for attribute in token["attributes"]}


@pytest.fixture
def mortgaged(suite, share, valued_house, active_loan, owner_a) -> int:
    """A share of `owner_a`'s under a loan of the book's."""
    share_id = share(valued_house(), 3)
    active_loan(owner_a, share_id=share_id)
    return share_id


# -------------------------------------------------------------------------------------------------------- certificateOf


def test_paper__share_that_never_moved__says_how_the_house_began(
    suite, certificate, registrar, owner_a, manager, issuer, chain, register_house, credential, share, soon, at
):
    owner_id = credential(owner_a)
    house = register_house(3, provider="Example Homes", providerPropertyId="EH-77", firstPriceUsd=12_345 * COIN)
    at(soon)
    certificate.tokenize(house, owner_a, sender=registrar)
    share_id = share(house, 2)
    paper = certificate.certificateOf(share_id)
    assert (paper.shareId, paper.propertyId) == (share_id, house)
    assert (paper.provider, paper.providerPropertyId) == ("Example Homes", "EH-77")
    assert (paper.shareNumber, paper.shareCount, paper.millionths) == (2, 3, 333_333)
    assert (paper.owner, paper.ownerId, paper.ownerIdIssuer) == (owner_a, owner_id, issuer)
    assert (paper.priceUsd, paper.currency) == (12_345 * COIN, ZERO)
    assert (paper.acquiredAt, paper.moveNumber) == (soon, 0)
    assert paper.transactionReference == transaction_reference(chain.chain_id, certificate.address, share_id, 0)
    assert paper.manager == manager
    assert (paper.lienHolder, paper.leaseHolder, paper.loanTermsKnown) == (ZERO, ZERO, False)


def test_paper__after_moves__has_a_new_reference_each_time(certificate, share_id, owner_a, owner_b, chain, move):
    references = [certificate.certificateOf(share_id).transactionReference]
    for number in (1, 2, 3):
        move(share_id, *((owner_a, owner_b) if number % 2 else (owner_b, owner_a)))
        paper = certificate.certificateOf(share_id)
        expected = transaction_reference(chain.chain_id, certificate.address, share_id, number)
        assert (paper.moveNumber, paper.transactionReference) == (number, expected)
        references.append(paper.transactionReference)
    assert len(set(references)) == 4
    assert certificate.certificateOf(share_id + 1).transactionReference not in references


def test_paper__owner_expired_or_recovered__still_names_its_owner_id(
    suite, certificate, share_id, owner_a, buyer, issuer, recover
):
    owner_id = suite.credentials.ownerIdOf(owner_a)
    suite.credentials.revoke(owner_a, sender=issuer)
    assert certificate.certificateOf(share_id).ownerId == owner_id


def test_paper__new_manager__is_shown(suite, certificate, share_id, house, buyer, registrar):
    suite.registry.setManager(house, buyer, sender=registrar)
    assert certificate.certificateOf(share_id).manager == buyer


def test_paper__share_under_a_loan__shows_it(suite, certificate, mortgaged):
    paper, loan = certificate.certificateOf(mortgaged), suite.book.termsOf(mortgaged)
    assert (paper.lienHolder, paper.leaseHolder, paper.loanTermsKnown) == (suite.book, ZERO, True)
    assert paper.loan == loan == certificate.loanTermsOf(mortgaged)
    asked = suite.desk.loanOf(suite.book.loanOfShare(mortgaged))
    assert (loan.lender, loan.amount, loan.currency) == (suite.treasury, asked.application.amount, suite.coin)
    assert (loan.rateBps, loan.startedAt, loan.kind) == (asked.rateBps, asked.startedAt, "fixed")
    assert loan.termPeriod == asked.application.instalments * MONTH


def test_paper__terms_that_change__are_shown_as_they_are_now(certificate, share_id, lender, tell_lender, terms):
    certificate.placeLien(share_id, sender=lender)
    for told in (terms, terms._replace(rateBps=999, kind="adjustable")):
        tell_lender(share_id, told)
        assert tuple(certificate.certificateOf(share_id).loan) == tuple(told)


def test_paper__lender_that_cannot_tell_its_terms__shows_a_lien_without_them(certificate, share_id, lender):
    certificate.placeLien(share_id, sender=lender)  # its `termsOf` reverts: it was never told any
    paper = certificate.certificateOf(share_id)
    assert (paper.lienHolder, paper.loanTermsKnown, paper.loan.lender) == (lender, False, ZERO)
    assert attributes(token_json(certificate, share_id))["Lien"] == "terms not told"


@pytest.mark.parametrize(
    "code",
    ["0x5b600056", "0x", "0x60206000f3", "0x600160005260206000f3", "0x5f5ffd", "0xfe"],
    ids=["burns all gas", "no code", "zeros", "junk", "reverts", "invalid"],
)
def test_paper__lender_gone_wrong__never_keeps_the_paper_or_the_way_out_from_working(
    certificate, share_id, chain, new_holder, code
):
    """A holder is a contract that the DAO trusted once; here its code has become something else."""
    lender = new_holder(liens=True)
    certificate.placeLien(share_id, sender=lender)
    chain.provider.make_request("anvil_setCode", [lender.address, code])
    paper = certificate.certificateOf(share_id)
    assert (paper.lienHolder, paper.loanTermsKnown, paper.loan.lender) == (lender, False, ZERO)
    assert attributes(token_json(certificate, share_id))["Lien"] == "terms not told"
    assert certificate.getStateFingerprint(share_id) != certificate.getStateFingerprint(share_id + 1)
    certificate.releaseLien(share_id, sender=lender)
    assert not certificate.locked(share_id)


def test_paper__terms_longer_than_its_gas_allows__shows_a_lien_without_them(
    certificate, share_id, lender, tell_lender, terms
):
    certificate.placeLien(share_id, sender=lender)
    tell_lender(share_id, terms._replace(kind="very " * 2_000 + "fixed"))
    paper = certificate.certificateOf(share_id)
    assert (paper.lienHolder, paper.loanTermsKnown, paper.loan.kind) == (lender, False, "")
    assert attributes(token_json(certificate, share_id))["Lien"] == "terms not told"


def test_loan_terms__none_are_empty_and_a_holders_refusal_is_passed_on(certificate, share_id, lender, project):
    assert tuple(certificate.loanTermsOf(share_id)) == (ZERO, 0, ZERO, 0, 0, 0, "")
    certificate.placeLien(share_id, sender=lender)
    with ape.reverts(project.TestEncumbrancer.at(lender.address).NoTerms, shareId=share_id):
        certificate.loanTermsOf(share_id)


@pytest.mark.parametrize("missing", [0, 256, 256 * 99 + 1, MAX])
def test_paper__share_that_does_not_exist__is_empty(certificate, house, missing):
    paper = certificate.certificateOf(missing)
    assert (paper.owner, paper.shareId, paper.provider, paper.millionths) == (ZERO, 0, "", 0)
    with ape.reverts(certificate.ERC721NonexistentToken, tokenId=missing):
        certificate.tokenURI(missing)


# ---------------------------------------------------------------------------------------------------------- percentages


def test_percent__of_every_house_size__totals_the_whole(parameters):
    """All 5,049 of them, in process: on the chain it would take a minute."""
    certificate = deploy(InProcessEngine(), parameters).certificate
    for count in range(2, 101):
        parts = [certificate.millionthsOf(number, count) for number in range(1, count + 1)]
        assert parts == [millionths(number, count) for number in range(1, count + 1)]
        assert sum(parts) == 1_000_000
        assert max(parts) - min(parts) <= 1


@pytest.mark.parametrize(("number", "count"), [(0, 8), (9, 8), (1, 0), (255, 100), (0, 0)])
def test_percent__of_a_share_that_cannot_be__is_zero(certificate, number, count):
    assert certificate.millionthsOf(number, count) == 0


# ----------------------------------------------------------------------------------------------------- JSON and picture


def test_token_uri__liened_and_leased_share__is_valid_json_with_a_picture(
    suite, certificate, mortgaged, owner_a, buyer, lender
):
    certificate.placeLease(mortgaged, buyer, 2**40, sender=lender)
    token = token_json(certificate, mortgaged)
    assert set(token) == {"name", "description", "image", "attributes"}  # ERC-721's metadata schema, and its attributes
    assert all(isinstance(token[key], str) and token[key] for key in ("name", "description", "image"))
    for attribute in token["attributes"]:
        assert set(attribute) <= {"trait_type", "value", "display_type"}
        assert isinstance(attribute["value"], int | float) == ("display_type" in attribute)
    shown = attributes(token)
    paper = certificate.certificateOf(mortgaged)
    assert (shown["Provider"], shown["Provider property id"]) == (paper.provider, paper.providerPropertyId)
    assert (shown["House number"], shown["Share number"], shown["Shares of the house"]) == (paper.propertyId, 3, 8)
    assert (shown["Percent"], shown["Millionths"]) == (12.5, 125_000)
    assert (shown["Owner"], shown["Property manager"]) == (owner_a.address, paper.manager)
    assert shown["Owner id"] == "0x" + bytes(paper.ownerId).hex()
    assert shown["Transaction reference"] == "0x" + bytes(paper.transactionReference).hex()
    assert shown["Acquired"] == paper.acquiredAt
    assert (shown["Lender"], shown["Loan type"]) == (suite.treasury.address, "fixed")
    assert (shown["Loan rate (percent a year)"], shown["Lease"]) == (paper.loan.rateBps / 100, "leased")

    picture = ElementTree.fromstring(data_uri(token["image"], "image/svg+xml"))  # noqa: S314 (our own contract drew it)
    assert picture.tag == SVG
    assert "viewBox" in picture.attrib
    words = " ".join(picture.itertext())
    assert "3" in words
    assert paper.provider in words


def test_token_uri__free_share__names_price_and_no_lien(certificate, share_id):
    shown = attributes(token_json(certificate, share_id))
    assert shown["Acquisition price (US dollars)"] == 25_000
    assert (shown["Lien"], shown["Lease"]) == ("none", "none")


def test_contract_uri__is_valid_json_with_a_picture(certificate):
    collection = json.loads(data_uri(certificate.contractURI(), "application/json"))
    assert {"name", "description", "image"} <= set(collection)
    assert ElementTree.fromstring(data_uri(collection["image"], "image/svg+xml")).tag == SVG  # noqa: S314 (as above)


def test_token__has_name_and_symbol(certificate):
    assert (certificate.name(), certificate.symbol()) == ("Commonhold Share Certificate", "SHARE")
