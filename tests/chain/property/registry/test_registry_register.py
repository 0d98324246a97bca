"""Registering: what is stored and told, and every bound of every field."""

from __future__ import annotations

import ape
import pytest
from house_terms import USD, ZERO, Kind, sha256

NAMES = ("provider", "providerPropertyId", "jurisdiction", "parcel", "titleReference")
LINKS = {"listingUri": "listingUri", "descriptionUri": "uri"}  # field of the terms -> field of the error
LONGEST = dict.fromkeys(NAMES, 64) | dict.fromkeys(LINKS, 256)


def test_register__stores_every_field(registry, registrar, terms, at, soon):
    wanted = terms(shareCount=10, firstPriceUsd=123 * USD + 1)
    at(soon)
    registry.register(wanted.abi(), sender=registrar)
    stored = registry.propertyOf(1)
    for field in (*NAMES, "listingUri", "holdingEntity", "manager", "shareCount", "firstPriceUsd"):
        assert getattr(stored, field) == getattr(wanted, field), field
    assert stored.listed
    assert stored.registeredAt == soon
    assert stored.documentVersion == 1
    assert (stored.seniorClaimsUsd, stored.seniorClaimCount) == (0, 0)
    assert registry.houseOf(1) == (wanted.manager, 10, True, 1)
    assert registry.managerOf(1) == wanted.manager


def test_register__tells_of_the_house_and_of_its_description(registry, registrar, terms, soon, at):
    wanted = terms()
    at(soon)
    tx = registry.register(wanted.abi(), sender=registrar)
    assert tx.events == [
        registry.PropertyRegistered(
            propertyId=1,
            holdingEntity=wanted.holdingEntity,
            manager=wanted.manager,
            provider=wanted.provider,
            providerPropertyId=wanted.providerPropertyId,
            shareCount=wanted.shareCount,
            firstPriceUsd=wanted.firstPriceUsd,
        ),
        registry.DocumentSet(
            propertyId=1,
            kind=Kind.DESCRIPTION,
            version=1,
            uri=wanted.descriptionUri,
            sha256Hash=wanted.descriptionSha256,
        ),
    ]
    assert registry.documentOf(1, Kind.DESCRIPTION) == (wanted.descriptionSha256, soon, wanted.descriptionUri)


def test_register__numbers_houses_from_one(registry, register):
    assert registry.propertyCount() == 0
    assert register() == 1
    assert register(providerPropertyId="HV-101", parcel="012-35") == 2
    assert registry.propertyOf(1).parcel == "012-34"
    assert registry.propertyOf(2).parcel == "012-35"


def test_register__by_anyone_else__reverts(registry, terms, manager, guardian, attacker):
    for caller in (manager, guardian, attacker):
        with ape.reverts(registry.AccessManagedUnauthorized, caller=caller):
            registry.register(terms().abi(), sender=caller)


@pytest.mark.parametrize("count", [2, 100])
def test_register__share_count_at_a_bound__passes(registry, register, count):
    assert registry.houseOf(register(shareCount=count)).shareCount == count


@pytest.mark.parametrize("count", [0, 1, 101, 255])
def test_register__share_count_past_a_bound__reverts(registry, registrar, terms, count):
    with ape.reverts(registry.ShareCountOutOfRange, shareCount=count):
        registry.register(terms(shareCount=count).abi(), sender=registrar)


@pytest.mark.parametrize("price", [1, 2**96 - 1])
def test_register__price_at_a_bound__passes(registry, register, price):
    assert registry.propertyOf(register(firstPriceUsd=price)).firstPriceUsd == price


@pytest.mark.parametrize("price", [0, 2**96, 2**256 - 1])
def test_register__price_past_a_bound__reverts(registry, registrar, terms, price):
    with ape.reverts(registry.FirstPriceOutOfRange, firstPriceUsd=price):
        registry.register(terms(firstPriceUsd=price).abi(), sender=registrar)


@pytest.mark.parametrize("field", LONGEST)
def test_register__text_at_a_bound__passes(registry, register, field):
    shortest = register(**{"providerPropertyId": "B", "parcel": "B", field: "A"})
    longest = register(**{"providerPropertyId": "C", "parcel": "C", field: "A" * LONGEST[field]})
    for house, text in ((shortest, "A"), (longest, "A" * LONGEST[field])):
        if field == "descriptionUri":
            assert registry.documentOf(house, Kind.DESCRIPTION).uri == text
        else:
            assert getattr(registry.propertyOf(house), field) == text


@pytest.mark.parametrize("over", [False, True], ids=["empty", "too long"])
@pytest.mark.parametrize("field", LONGEST)
def test_register__text_past_a_bound__reverts(registry, registrar, terms, field, over):
    length = LONGEST[field] + 1 if over else 0
    error = {"field": LINKS.get(field, field), "length": length, "maxLength": LONGEST[field]}
    with ape.reverts(registry.TextLengthOutOfRange, **error):
        registry.register(terms(**{field: "A" * length}).abi(), sender=registrar)


def test_bounds__are_the_tests(registry):
    assert registry.MAX_NAME_LENGTH() == LONGEST["parcel"]
    assert registry.MAX_URI_LENGTH() == LONGEST["listingUri"]
    assert (registry.MIN_SHARE_COUNT(), registry.MAX_SHARE_COUNT()) == (2, 100)


UNREADABLE = {  # text -> position of the flaw
    "A\x1f": 1,  # the last control character
    "A\x7f": 1,
    "\nA": 0,
    "12\u201334": 2,  # an en dash looks like a hyphen
    "\u0410-12": 0,  # a Cyrillic capital looks like an A
    "12\u00a034": 2,  # a space that does not break
    "---": 3,  # nothing to tell houses apart by
    "   ": 3,
}


@pytest.mark.parametrize("field", LONGEST)
def test_register__unreadable_text__reverts(registry, registrar, terms, field):
    for text, position in UNREADABLE.items():
        with ape.reverts(registry.UnreadableText, field=LINKS.get(field, field), position=position):
            registry.register(terms(**{field: text}).abi(), sender=registrar)


def test_register__all_printable_ascii__passes(registry, register):
    printable = bytes(range(0x20, 0x7F)).decode()
    house = register(titleReference=printable[:64], provider=printable[31:], listingUri=printable)
    assert registry.propertyOf(house).titleReference == printable[:64]
    assert registry.propertyOf(house).listingUri == printable


@pytest.mark.parametrize("field", ["holdingEntity", "manager"])
def test_register__without_an_address__reverts(registry, registrar, terms, field):
    with ape.reverts(registry.MissingAddress, field=field):
        registry.register(terms(**{field: ZERO}).abi(), sender=registrar)


def test_register__without_the_description_s_hash__reverts(registry, registrar, terms):
    with ape.reverts(registry.MissingHash, kind=Kind.DESCRIPTION):
        registry.register(terms(descriptionSha256=bytes(32)).abi(), sender=registrar)


def test_register__refused__takes_no_number_and_no_spelling(registry, registrar, terms, register):
    with ape.reverts(registry.MissingHash):
        registry.register(terms(descriptionSha256=bytes(32)).abi(), sender=registrar)
    assert registry.propertyCount() == 0
    assert register(descriptionSha256=sha256("second try")) == 1


def test_register__tells_no_listener(listener, registry, registrar, terms):
    tx = registry.register(terms().abi(), sender=registrar)
    assert not [event for event in tx.events if event.contract_address == listener.address]


def test_views__of_an_unknown_house__are_empty(registry, house):
    for unknown in (0, house + 1, 2**256 - 1):
        assert registry.houseOf(unknown) == (ZERO, 0, False, 0)
        assert registry.managerOf(unknown) == ZERO
        assert registry.seniorClaimsOf(unknown) == (0, 0)
        assert registry.seniorClaim(unknown, bytes(32)) == 0
        assert registry.documentCount(unknown, Kind.DESCRIPTION) == 0
        assert list(registry.propertyOf(unknown)) == [""] * 6 + [ZERO, ZERO, 0, False, 0, 0, 0, 0, 0]
