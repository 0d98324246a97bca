"""One house, however its numbers are spelled (disaster T65)."""

from __future__ import annotations

import ape
import pytest

SPELLINGS = [
    # text, joined, parted
    ("012-34", "1234", "12-34"),
    ("12 34", "1234", "12-34"),
    ("0012.034", "12034", "12-34"),
    ("007-12a", "712A", "7-12-A"),
    ("7.12 A", "712A", "7-12-A"),
    ("12-003", "12003", "12-3"),
    ("012 3", "123", "12-3"),
    ("azAZ09", "AZAZ09", "AZAZ-9"),
    ("@[`{/:", "", ""),  # the neighbours of letters and digits in ASCII
    ("0", "0", "0"),
    ("000", "0", "0"),
    ("12-00", "1200", "12-0"),
    ("00-00", "0", "0-0"),
    ("--1--2--", "12", "1-2"),
    ("A0", "A0", "A-0"),
    ("0A", "A", "0-A"),
    ("R012", "R012", "R-12"),
    ("12é34", "1234", "12-34"),  # whatever is not ASCII separates
    ("", "", ""),
]

# Ways to write the parcel 012-34.
SAME = ["012-34", "12 34", "0012.034", "12/34", "1234", "01234", "(12)34", "12--34", " 12-34 ", "12-0034"]


@pytest.mark.parametrize(("text", "joined", "parted"), SPELLINGS)
def test_canonical_spellings(registry, text, joined, parted):
    assert registry.canonicalSpellings(text) == (joined, parted)


@pytest.mark.parametrize("spelling", SAME)
def test_register__same_parcel_in_other_spelling__reverts(registry, registrar, terms, house, spelling):
    with ape.reverts(registry.AlreadyRegistered, field="parcel", value=spelling, existing=house):
        registry.register(terms(providerPropertyId="HV-101", parcel=spelling).abi(), sender=registrar)


@pytest.mark.parametrize("spelling", ["HV-100", "hv-100", "Hv 00100", "HV100", "hv.100", "0HV-100"])
def test_register__same_provider_id_in_other_spelling__reverts(registry, registrar, terms, house, spelling):
    with ape.reverts(registry.AlreadyRegistered, field="providerPropertyId", value=spelling, existing=house):
        registry.register(terms(providerPropertyId=spelling, parcel="99").abi(), sender=registrar)


@pytest.mark.parametrize("provider", ["HARBORVIEW REGISTRATION", "Harborview-Registration", "harborviewregistration."])
def test_register__same_provider_in_other_spelling__reverts(registry, registrar, terms, house, provider):
    with ape.reverts(registry.AlreadyRegistered, field="providerPropertyId", value="HV-100", existing=house):
        registry.register(terms(provider=provider, parcel="99").abi(), sender=registrar)


def test_register__same_jurisdiction_in_other_spelling__reverts(registry, registrar, terms, house):
    with ape.reverts(registry.AlreadyRegistered, field="parcel", value="012-34", existing=house):
        other = terms(providerPropertyId="HV-101", jurisdiction="us/ma/009")
        registry.register(other.abi(), sender=registrar)


@pytest.mark.parametrize("jurisdiction", ["US-MA-9", "us ma 0009", "USMA9"])
def test_register__same_jurisdiction_with_other_zeros__reverts(registry, registrar, terms, house, jurisdiction):
    with ape.reverts(registry.AlreadyRegistered, field="parcel", value="012-34", existing=house):
        registry.register(terms(providerPropertyId="HV-101", jurisdiction=jurisdiction).abi(), sender=registrar)


@pytest.mark.parametrize("jurisdiction", ["US-MA-90", "US-MA-0-9", "US-M-A9A"])
def test_register__another_jurisdiction__passes(register, house, jurisdiction):
    assert register(providerPropertyId="HV-101", jurisdiction=jurisdiction) == house + 1


def test_register__numbers_of_a_jurisdiction__do_not_run_into_one(register):
    house = register(jurisdiction="US-06-37")
    assert register(providerPropertyId="HV-101", jurisdiction="US-63-7") == house + 1


@pytest.mark.parametrize(("first", "second"), [("R012", "R12"), ("A-012", "A12"), ("12B007", "12b-7")])
def test_register__zeros_after_letters__are_seen(registry, registrar, terms, register, first, second):
    house = register(parcel=first)
    with ape.reverts(registry.AlreadyRegistered, field="parcel", value=second, existing=house):
        registry.register(terms(providerPropertyId="HV-101", parcel=second).abi(), sender=registrar)


@pytest.mark.parametrize("title", ["Deed of HV-100", "deed of hv 0100", "DEED OF HV100"])
def test_register__same_title_for_another_company__reverts(registry, registrar, terms, house, owner_a, title):
    other = terms(providerPropertyId="HV-101", parcel="99", titleReference=title, holdingEntity=owner_a.address)
    with ape.reverts(registry.AlreadyRegistered, field="titleReference", value=title, existing=house):
        registry.register(other.abi(), sender=registrar)
    assert registry.propertyByTitle("us ma 9", title) == house


def test_register__same_deed_for_another_company__reverts(registry, registrar, terms, house, owner_a):
    with ape.reverts(registry.AlreadyRegistered, field="parcel", value="012-34", existing=house):
        other = terms(providerPropertyId="HV-101", holdingEntity=owner_a.address)
        registry.register(other.abi(), sender=registrar)


@pytest.mark.parametrize("parcel", ["012-35", "12-34-A", "2-34", "12-340"])
def test_register__other_parcel__passes(register, house, parcel):
    assert register(providerPropertyId="HV-101", parcel=parcel) == house + 1


def test_register__same_numbers_elsewhere__passes(register, house):
    assert register(provider="Lakeside Titles", jurisdiction="US-MA-010") == house + 1


def test_register__a_provider_id_is_no_parcel(register, house):
    # The same words in the other field's scope: the two are never mixed up.
    fields = {"provider": "US-MA-009", "providerPropertyId": "012-34"}
    assert register(**fields, jurisdiction="Harborview Registration", parcel="HV-100") == house + 1


@pytest.mark.parametrize("spelling", SAME)
def test_lookup_by_parcel__finds_any_spelling(registry, house, spelling):
    assert registry.propertyByParcel("US-MA-009", spelling) == house
    assert registry.propertyByParcel("us ma 009", spelling) == house


def test_lookup_by_provider_id__finds_any_spelling(registry, house):
    for spelling in ("HV-100", "hv100", "hv 0100"):
        assert registry.propertyByProviderId("harborview registration", spelling) == house


@pytest.mark.parametrize("text", ["99", "", "---", "12\u201334", "1" * 65, "012-34" + "\x00"])
def test_lookup__of_what_can_not_be_registered__is_zero(registry, house, text):
    assert registry.propertyByParcel("US-MA-009", text) == 0
    assert registry.propertyByParcel(text, "012-34") == 0
    assert registry.propertyByProviderId("Harborview Registration", text) == 0
    assert registry.propertyByProviderId(text, "HV-100") == 0


def test_lookup__of_a_delisted_house__still_finds_it(registry, registrar, terms, house):
    registry.delist(house, sender=registrar)
    assert registry.propertyByParcel("US-MA-009", "012-34") == house
    with ape.reverts(registry.AlreadyRegistered, field="providerPropertyId", value="HV-100", existing=house):
        registry.register(terms().abi(), sender=registrar)
