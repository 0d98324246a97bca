"""`tokenize`: all shares of a house at once, exactly once, to a valid credential."""

from __future__ import annotations

import ape
import pytest
from certificate_terms import MAX, ZERO


@pytest.mark.parametrize("shares", [2, 8, 100])
def test_tokenize__registered_house__mints_every_share_to_the_first_owner(
    suite, certificate, registrar, owner_a, register_house, admit, share, shares
):
    admit(owner_a)
    house = register_house(shares)
    tx = certificate.tokenize(house, owner_a, sender=registrar)
    minted = [certificate.Transfer(ZERO, owner_a, share(house, number)) for number in range(1, shares + 1)]
    # Nothing else: no `Unlocked`, no `MetadataUpdate` at mint.
    assert tx.events == [*minted, certificate.Tokenized(propertyId=house, to=owner_a, shareCount=shares)]
    assert (certificate.sharesOf(house), certificate.balanceOf(owner_a)) == (shares, shares)
    assert all(certificate.ownerOf(share(house, number)) == owner_a for number in (1, 2, shares))


@pytest.mark.parametrize("number", [0, 9, 255])
def test_tokenize__numbers_outside_the_house__do_not_exist(certificate, house, share, number):
    with ape.reverts(certificate.ERC721NonexistentToken, tokenId=share(house, number)):
        certificate.ownerOf(share(house, number))


def test_tokenize__twice__reverts_also_after_every_share_was_sold(
    certificate, registrar, owner_a, owner_b, tokenized_house, share, move
):
    house = tokenized_house(2)
    for number in (1, 2):
        move(share(house, number), owner_a, owner_b)
        with ape.reverts(certificate.AlreadyTokenized, propertyId=house):
            certificate.tokenize(house, owner_b, sender=registrar)


@pytest.mark.parametrize("house", [0, 1, MAX])
def test_tokenize__unknown_house__reverts(certificate, registrar, owner_a, admit, house):
    admit(owner_a)
    with ape.reverts(certificate.NotTokenizable, propertyId=house):
        certificate.tokenize(house, owner_a, sender=registrar)


def test_tokenize__delisted_house__reverts(suite, certificate, registrar, owner_a, register_house, admit):
    admit(owner_a)
    house = register_house()
    suite.registry.delist(house, sender=registrar)
    with ape.reverts(certificate.NotTokenizable, propertyId=house):
        certificate.tokenize(house, owner_a, sender=registrar)


def test_tokenize__to_nobody_or_to_a_stranger__reverts(certificate, registrar, attacker, register_house):
    house = register_house()
    for to in (attacker, ZERO):
        with ape.reverts(certificate.ERC7943CannotReceive, account=to):
            certificate.tokenize(house, to, sender=registrar)


@pytest.mark.parametrize("second", [-1, 0, 1])
def test_tokenize__around_the_end_of_the_credential(
    certificate, registrar, owner_a, register_house, credential, soon, at, second
):
    credential(owner_a, expires_at=soon)  # the first second at which it no longer counts
    house = register_house()
    at(soon + second)
    if second < 0:
        certificate.tokenize(house, owner_a, sender=registrar)
    else:
        with ape.reverts(certificate.ERC7943CannotReceive, account=owner_a):
            certificate.tokenize(house, owner_a, sender=registrar)


def test_tokenize__by_anybody_but_the_registrar__reverts(
    certificate, council, guardian, issuer, court, manager, owner_a, attacker, register_house, admit
):
    admit(owner_a)
    house = register_house()
    for caller in (council, guardian, issuer, court, manager, owner_a, attacker):
        with ape.reverts(certificate.AccessManagedUnauthorized, caller=caller):
            certificate.tokenize(house, owner_a, sender=caller)


def test_tokenize__to_a_contract__asks_no_receiver_hook(suite, certificate, registrar, register_house, credential):
    credential(suite.registry)  # a contract without the hook
    house = register_house(2)
    certificate.tokenize(house, suite.registry, sender=registrar)
    assert certificate.balanceOf(suite.registry) == 2


def test_tokenize__several_houses__balances_add_up(certificate, owner_a, tokenized_house, share):
    first, second = tokenized_house(2), tokenized_house(100)
    assert certificate.balanceOf(owner_a) == 102
    assert share(second, 1) == 256 * second + 1 != share(first, 1)
