"""Conformance: interface ids, ERC-4906 events for a house's changes, ERC-5192, ERC-7572, the registry's listener."""

from __future__ import annotations

import ape
import pytest
from certificate_terms import APPRAISAL, COIN, MAX, ZERO

ALL_SHARES = (0, MAX)


@pytest.mark.parametrize(
    ("standard", "interface_id"),
    [
        ("ERC-165", "0x01ffc9a7"),
        ("ERC-721", "0x80ac58cd"),
        ("ERC-721 metadata", "0x5b5e139f"),
        ("ERC-4906", "0x49064906"),
        ("ERC-5192", "0xb45a3c0e"),
        ("ERC-7943, non-fungible", "0xbf1ef5fe"),
        ("ERC-4907", "0xad092b5c"),
        ("ERC-5646", "0xf5112315"),
        ("ERC-7572", "0xe8a3d485"),
    ],
)
def test_supports__each_standard_it_keeps(certificate, standard, interface_id):
    assert certificate.supportsInterface(interface_id), standard


@pytest.mark.parametrize("interface_id", ["0xffffffff", "0x780e9d63", "0x3edbb4c4", "0x2a55205a", "0x00000000"])
def test_supports__nothing_else(certificate, interface_id):
    """Not enumerable, not fungible, no royalties."""
    assert not certificate.supportsInterface(interface_id)


def test_errors__are_those_of_erc_6093_and_erc_7943(certificate):
    declared = {error.selector for error in certificate.contract_type.errors}
    assert {
        "ERC721InvalidOwner(address)",
        "ERC721NonexistentToken(uint256)",
        "ERC721IncorrectOwner(address,uint256,address)",
        "ERC721InvalidSender(address)",
        "ERC721InvalidReceiver(address)",
        "ERC721InsufficientApproval(address,uint256)",
        "ERC721InvalidApprover(address)",
        "ERC721InvalidOperator(address)",
        "ERC7943CannotReceive(address)",
        "ERC7943InsufficientUnfrozenBalance(address,uint256)",
    } <= declared


def test_balance__of_nobody__reverts(certificate):
    with ape.reverts(certificate.ERC721InvalidOwner, owner=ZERO):
        certificate.balanceOf(ZERO)


# ------------------------------------------------------------------------------------------------------------- ERC-5192


def test_locked__free_share__is_false_and_missing_share_reverts(certificate, house, share_id):
    assert certificate.locked(share_id) is False
    for missing in (0, 256 * house, 256 * house + 9, MAX):
        with ape.reverts(certificate.ERC721NonexistentToken, tokenId=missing):
            certificate.locked(missing)


# ------------------------------------------------------------------------------------------------------------- ERC-4906


def updates(certificate, tx) -> list[tuple[int, int]]:
    """The ranges of shares whose paper the transaction announced as changed."""
    batches = [event for event in tx.events if event.event_name == "BatchMetadataUpdate"]
    assert all(event.contract_address == certificate.address for event in batches)
    return [(event.event_arguments["_fromTokenId"], event.event_arguments["_toTokenId"]) for event in batches]


@pytest.mark.parametrize("shares", [2, 100])
def test_house_changes__announce_all_its_shares(
    suite, certificate, tokenized_house, registrar, manager, buyer, share, shares
):
    house = tokenized_house(shares)
    whole = [(share(house, 1), share(house, shares))]
    registry, claim = suite.registry, b"\x01" * 32
    assert updates(certificate, registry.setDocument(house, APPRAISAL, "u1", b"\x02" * 32, sender=manager)) == whole
    assert updates(certificate, registry.reportSeniorClaim(house, COIN, claim, sender=registrar)) == whole
    assert updates(certificate, registry.clearSeniorClaim(house, claim, sender=registrar)) == whole
    assert updates(certificate, registry.setManager(house, buyer, sender=registrar)) == whole
    assert updates(certificate, registry.delist(house, sender=registrar)) == []  # the paper does not show the listing


def test_house_changes__before_it_is_tokenized__announce_nothing(
    suite, certificate, register_house, registrar, manager, buyer, owner_a, owner_b, admit, offer
):
    house = register_house(2)
    assert updates(certificate, suite.registry.setDocument(house, APPRAISAL, "u1", b"\x02" * 32, sender=manager)) == []
    assert updates(certificate, suite.registry.setManager(house, buyer, sender=registrar)) == []
    # ... but the managers are counted: the count survives tokenizing, and permissions work.
    admit(owner_a)
    admit(owner_b)
    certificate.tokenize(house, owner_a, sender=registrar)
    certificate.approveTransfer(256 * house + 1, owner_b, 2**40 - 1, sender=buyer)
    certificate.transferFrom(owner_a, owner_b, 256 * house + 1, sender=owner_a)


def test_paper_changes__of_one_share__announce_that_share(
    certificate, share_id, owner_a, owner_b, lender, market, admit
):
    """Lien, lease and recorded sale; that a mint announces nothing is seen at `tokenize`."""
    admit(owner_b)
    change = certificate.MetadataUpdate(share_id)
    assert change in certificate.placeLien(share_id, sender=lender).events
    assert change in certificate.releaseLien(share_id, sender=lender).events
    assert change in certificate.placeLease(share_id, owner_b, 2**40, sender=lender).events
    assert change in certificate.releaseLease(share_id, sender=lender).events
    certificate.approve(market, share_id, sender=owner_a)
    assert change in certificate.moveBySale(share_id, owner_a, owner_b, 1, ZERO, sender=market).events


def test_house_changes__told_by_anybody_but_the_registry__revert(certificate, house, registrar, manager, dao, attacker):
    for change, caller in enumerate((registrar, manager, dao, attacker)):
        with ape.reverts(certificate.NotRegistry, caller=caller):
            certificate.onHouseChanged(house, change, sender=caller)


# --------------------------------------------------------------------------------------------------- renderer, ERC-7572


def test_set_renderer__by_the_dao__redraws_every_paper(suite, certificate, deployer, dao, project):
    former = certificate.renderer()
    renderer = deployer.deploy(project.CertificateRenderer)
    tx = certificate.setRenderer(renderer, sender=dao)
    assert tx.events[0] == certificate.RendererSet(previous=former, renderer=renderer)
    assert updates(certificate, tx) == [ALL_SHARES]
    assert tx.events[-1] == certificate.ContractURIUpdated()
    assert certificate.renderer() == renderer


def test_set_renderer__by_others_or_without_code__reverts(suite, certificate, council, manager, attacker, dao):
    for caller in (council, manager, attacker):
        with ape.reverts(certificate.AccessManagedUnauthorized, caller=caller):
            certificate.setRenderer(suite.coin, sender=caller)
    with ape.reverts(certificate.MissingCode, candidate=attacker):
        certificate.setRenderer(attacker, sender=dao)
