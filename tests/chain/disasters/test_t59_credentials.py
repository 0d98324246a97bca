"""T59, credentials: what becomes of an owner's shares when his credential ends in any of the ways it can.

He keeps title, income and the right to sell; he can't receive until he is in good standing again. (The registry's own
rules, with every boundary, are tested in tests/chain/identity.)
"""

from __future__ import annotations

import pytest

COIN = 10**18
DAY = 86_400
YEAR = 365 * DAY
ISSUER = 3


@pytest.fixture
def house(tokenized_house) -> int:
    """Eight shares of `owner_a`'s."""
    return tokenized_house()


@pytest.fixture
def keeps_all_but_receiving(handles, house, share, owner_a, owner_b, move, approve_move, pay_income, refused):
    """Checks what an owner whose credential ended keeps, and what not."""
    certificate, income = handles.certificate, handles.income

    def check() -> None:
        kept, sold = share(house, 1), share(house, 2)
        assert not handles.credentials.isValid(owner_a.address)
        # title and income, of before and of now
        assert certificate.ownerOf(kept) == owner_a.address
        before = handles.coin.balanceOf(owner_a.address)
        pay_income(house, 8 * COIN)
        income.claim([kept], sender=owner_a)
        assert handles.coin.balanceOf(owner_a.address) == before + COIN
        # use, approvals, the right to sell
        certificate.setUser(kept, owner_b.address, 2**40, sender=owner_a)
        move(sold, owner_a, owner_b)
        assert certificate.ownerOf(sold) == owner_b.address
        # but nothing more comes in
        approve_move(sold, owner_a)
        with refused("ERC7943CannotReceive", owner_a):
            certificate.transferFrom(owner_b.address, owner_a.address, sold, sender=owner_b)
        assert not certificate.canReceive(owner_a.address)
        assert certificate.canSend(owner_a.address)

    return check


def test_revoked__keeps_title_and_income__until_issued_anew_under_a_new_id(
    handles,
    engine,
    house,
    share,
    owner_a,
    owner_b,
    issuer,
    keeps_all_but_receiving,
    credential,
    approve_move,
    refused,
    conserved,
):
    former = handles.credentials.ownerIdOf(owner_a.address)
    handles.credentials.revoke(owner_a.address, sender=issuer)
    keeps_all_but_receiving()
    with refused("OwnerIdAlreadyUsed", former):
        credential(owner_a, owner_id=former)
    fresh = credential(owner_a)
    handles.certificate.transferFrom(owner_b.address, owner_a.address, share(house, 2), sender=owner_b)
    # The paper names the owner as he is known now.
    assert handles.certificate.certificateOf(share(house, 1)).ownerId == fresh
    conserved()


def test_expired__keeps_title_and_income__until_renewed_under_the_same_id(
    handles, engine, house, share, owner_a, owner_b, issuer, keeps_all_but_receiving, conserved
):
    former = handles.credentials.credentialOf(owner_a.address)
    engine.set_time(former.expiresAt)
    keeps_all_but_receiving()
    handles.credentials.renew(owner_a.address, engine.now() + YEAR, sender=issuer)
    handles.certificate.transferFrom(owner_b.address, owner_a.address, share(house, 2), sender=owner_b)
    assert handles.certificate.certificateOf(share(house, 1)).ownerId == former.ownerId
    conserved()


def test_issuers_key_stolen__what_it_issued_since__counts_no_more_and_what_it_issued_before_does(
    handles,
    engine,
    house,
    share,
    owner_a,
    owner_b,
    buyer,
    issuer,
    attacker,
    credential,
    approve_move,
    as_dao,
    keeps_all_but_receiving,
    refused,
    conserved,
):
    certificate = handles.certificate
    credential(buyer)  # in good time
    stolen_at = engine.now() + 10
    engine.set_time(stolen_at)
    handles.credentials.renew(owner_a.address, stolen_at + YEAR, sender=issuer)  # by the thief, too
    credential(attacker)  # the thief's own wallet
    approve_move(share(house, 3), attacker)
    handles.credentials.revokeIssuedSince(issuer.address, stolen_at, sender=issuer)
    with refused("ERC7943CannotReceive", attacker):
        certificate.transferFrom(owner_a.address, attacker.address, share(house, 3), sender=owner_a)
    with refused("IssuerIsRevoked", issuer, stolen_at):
        credential(owner_b)
    approve_move(share(house, 3), buyer)
    certificate.transferFrom(owner_a.address, buyer.address, share(house, 3), sender=owner_a)
    # A new issuer takes the old one's owners over; nobody has lost anything in between.
    as_dao(handles.hub, "grantRole", ISSUER, engine.accounts[18], 0)
    credential(owner_b, sender=engine.accounts[18])
    keeps_all_but_receiving()
    handles.credentials.renew(owner_a.address, engine.now() + YEAR, sender=engine.accounts[18])
    certificate.transferFrom(owner_b.address, owner_a.address, share(house, 2), sender=owner_b)
    conserved()


def test_issuer_rotated__role_withdrawn__its_owners_stay_valid(
    handles, engine, house, share, owner_a, owner_b, issuer, as_dao, credential, move, conserved
):
    credential(owner_b)
    as_dao(handles.hub, "revokeRole", ISSUER, issuer.address)
    move(share(house, 1), owner_a, owner_b)
    assert handles.certificate.ownerOf(share(house, 1)) == owner_b.address
    conserved()


def test_two_wallets_one_credential_and_one_wallet_two__are_refused(
    handles, house, owner_a, owner_b, buyer, credential, refused, conserved
):
    mine = handles.credentials.ownerIdOf(owner_a.address)
    with refused("OwnerIdAlreadyUsed", mine):
        credential(owner_b, owner_id=mine)
    with refused("CredentialStillValid", owner_a, mine):
        credential(owner_a)
    # Houses that can't be linked: a wallet and an id for each.
    first, second = credential(owner_b), credential(buyer)
    assert first != second
    conserved()


@pytest.mark.parametrize("replay", ["another chain", "another contract", "another wallet", "twice"])
def test_claim__signature_replayed__brings_no_credential(
    handles, engine, house, share, owner_a, owner_b, buyer, issuer, approve_move, refused, conserved, replay
):
    credentials = handles.credentials
    domain = {
        "name": "Commonhold Credentials",
        "version": "1",
        "chainId": engine.chain_id + (replay == "another chain"),
        "verifyingContract": handles.registry.address if replay == "another contract" else credentials.address,
    }
    fields = {"ownerId": b"\x51" * 32, "expiresAt": engine.now() + YEAR, "jurisdiction": 840, "flags": 0}
    fields |= {"issuer": issuer.address, "deadline": engine.now() + DAY}
    kinds = {"wallet": "address", "ownerId": "bytes32", "expiresAt": "uint40", "jurisdiction": "uint16"}
    kinds |= {"flags": "uint32", "issuer": "address", "deadline": "uint256"}
    types = {"Claim": [{"name": name, "type": kind} for name, kind in kinds.items()]}
    signature = engine.sign_typed_data(issuer.address, domain, types, {"wallet": buyer.address, **fields})
    arguments = (*fields.values(), signature)

    if replay == "twice":
        credentials.claim(*arguments, sender=buyer)
        credentials.revoke(buyer.address, sender=issuer)
        with refused("OwnerIdAlreadyUsed", fields["ownerId"]):
            credentials.claim(*arguments, sender=buyer)
    else:
        with refused("InvalidIssuerSignature", issuer):
            credentials.claim(*arguments, sender=owner_b if replay == "another wallet" else buyer)
    # Whoever tried it gets no share by it.
    approve_move(share(house, 1), buyer)
    with refused("ERC7943CannotReceive", buyer):
        handles.certificate.transferFrom(owner_a.address, buyer.address, share(house, 1), sender=owner_a)
    conserved()
