"""T65, identity of the house: one house is on chain once, with its shares and no other, whoever says otherwise."""

from __future__ import annotations

import pytest

COIN = 10**18


@pytest.mark.parametrize(
    "spelling", ["012-34", "12 34", "0012.034", "12/34", "12--34", " 12-34", "#12-34", "12_34"], ids=repr
)
def test_parcel__in_other_spelling__is_the_same_house(
    handles, tokenized_house, register_house, refused, conserved, spelling
):
    house = tokenized_house(parcel="12-34")
    with refused("AlreadyRegistered", "parcel", spelling, house):
        register_house(parcel=spelling)
    assert handles.registry.propertyByParcel("US-MA-009", spelling) == house
    conserved()


@pytest.mark.parametrize(
    ("provider", "number"),
    [
        ("Example Homes", "EH 900"),
        ("EXAMPLE HOMES", "eh-900"),
        ("example-homes", "EH900"),
        ("Example.Homes", "EH-0900"),
    ],
)
def test_provider_id__in_other_spelling__is_the_same_house(
    tokenized_house, register_house, refused, conserved, provider, number
):
    house = tokenized_house(provider="Example Homes", providerPropertyId="EH-900")
    with refused("AlreadyRegistered", "providerPropertyId", number, house):
        register_house(provider=provider, providerPropertyId=number)
    conserved()


def test_deed__in_two_companies__is_refused(
    handles, tokenized_house, register_house, owner_b, buyer, refused, conserved
):
    """Another company, another provider, another manager: the land is the same."""
    house = tokenized_house(parcel="77-1", holdingEntity=owner_b.address)
    other = {"provider": "Second Registry", "providerPropertyId": "SR-1", "titleReference": "Book 9, page 9"}
    with refused("AlreadyRegistered", "parcel", "077-01", house):
        register_house(parcel="077-01", holdingEntity=buyer.address, manager=buyer.address, **other)
    title = handles.registry.propertyOf(house).titleReference
    with refused("AlreadyRegistered", "titleReference", title.lower(), house):
        register_house(holdingEntity=buyer.address, **{**other, "titleReference": title.lower()})
    # The same number in another county is another parcel.
    assert register_house(parcel="077-01", jurisdiction="US-MA-010", **other) == house + 1
    conserved()


def test_delisted_house__stays_the_house_it_was(
    handles, tokenized_house, register_house, registrar, owner_a, refused, conserved
):
    house = tokenized_house(parcel="5-5")
    handles.registry.delist(house, sender=registrar)
    with refused("AlreadyRegistered", "parcel", "5-5", house):
        register_house(parcel="5-5")
    with refused("AlreadyTokenized", house):
        handles.certificate.tokenize(house, owner_a.address, sender=registrar)
    assert handles.certificate.balanceOf(owner_a.address) == 8
    conserved()


def test_share_ids__are_never_given_again(
    handles, tokenized_house, share, owner_a, owner_b, registrar, move, refused, conserved
):
    first = tokenized_house(2)
    for number in (1, 2):
        move(share(first, number), owner_a, owner_b)
    with refused("AlreadyTokenized", first):
        handles.certificate.tokenize(first, owner_a.address, sender=registrar)
    second = tokenized_house(100)
    first_ids = {share(first, number) for number in range(256)}
    assert first_ids.isdisjoint({share(second, number) for number in range(256)})
    conserved()


def test_ninth_share_of_eight__does_not_exist_for_anybody(
    handles, tokenized_house, share, owner_a, owner_b, manager, credential, pay_income, refused, conserved
):
    house = tokenized_house(8)
    credential(owner_b)
    pay_income(house, 8 * COIN)
    for number in (0, 9, 255):
        ghost = share(house, number)
        with refused("ERC721NonexistentToken", ghost):
            handles.certificate.approveTransfer(ghost, owner_b.address, 2**40 - 1, sender=manager)
        with refused("ERC721NonexistentToken", ghost):
            handles.certificate.transferFrom(owner_a.address, owner_b.address, ghost, sender=owner_a)
        with refused("NotShareOwner", ghost, owner_a, "0x" + "00" * 20):
            handles.income.claim([ghost], sender=owner_a)
        assert handles.income.pendingOf(ghost) == 0
        assert handles.certificate.certificateOf(ghost).millionths == 0
    conserved()


def test_house_in_twelve__rounds_to_exactly_a_hundred_percent(handles, tokenized_house, share, conserved):
    """100 / 12 % is 8.3333...: eight shares show 8.3333 and four 8.3334."""
    house = tokenized_house(12)
    parts = [handles.certificate.certificateOf(share(house, number)).millionths for number in range(1, 13)]
    assert (sum(parts), parts.count(83_333), parts.count(83_334)) == (1_000_000, 8, 4)
    conserved()
