"""Documents: every version of every kind stays readable."""

from __future__ import annotations

import ape
import pytest
from house_terms import Change, Kind, sha256


@pytest.mark.parametrize("kind", list(Kind))
def test_set__by_the_manager__adds_a_version(registry, manager, house, kind, at, soon):
    before = registry.documentCount(house, kind)
    at(soon)
    tx = registry.setDocument(house, kind, "documents/new.pdf", sha256("new"), sender=manager)
    added = {"propertyId": house, "kind": kind, "version": before + 1}
    assert registry.DocumentSet(**added, uri="documents/new.pdf", sha256Hash=sha256("new")) in tx.events
    assert registry.documentCount(house, kind) == before + 1
    assert registry.documentOf(house, kind) == (sha256("new"), soon, "documents/new.pdf")
    assert registry.houseOf(house).documentVersion == 2


def test_set__by_the_registrar__adds_a_version(registry, registrar, house):
    registry.setDocument(house, Kind.TITLE, "documents/title.pdf", sha256("title"), sender=registrar)
    assert registry.documentOf(house, Kind.TITLE).uri == "documents/title.pdf"


def test_set__by_anyone_else__reverts(registry, house, guardian, holding_entity, attacker):
    for caller in (guardian, holding_entity, attacker):
        with ape.reverts(registry.NotManagerOrRegistrar, caller=caller, propertyId=house):
            registry.setDocument(house, Kind.TITLE, "documents/a.pdf", sha256("a"), sender=caller)


def test_set__by_the_manager_before__reverts(registry, registrar, manager, owner_a, house):
    registry.setManager(house, owner_a, sender=registrar)
    with ape.reverts(registry.NotManagerOrRegistrar, caller=manager, propertyId=house):
        registry.setDocument(house, Kind.TITLE, "documents/a.pdf", sha256("a"), sender=manager)
    registry.setDocument(house, Kind.TITLE, "documents/a.pdf", sha256("a"), sender=owner_a)


def test_set__by_another_house_s_manager__reverts(registry, register, house, owner_a):
    register(providerPropertyId="HV-101", parcel="99", manager=owner_a.address)
    with ape.reverts(registry.NotManagerOrRegistrar, caller=owner_a, propertyId=house):
        registry.setDocument(house, Kind.TITLE, "documents/a.pdf", sha256("a"), sender=owner_a)


def test_set__for_an_unknown_house__reverts(registry, registrar, house):
    for unknown in (0, house + 1):
        with ape.reverts(registry.UnknownProperty, propertyId=unknown):
            registry.setDocument(unknown, Kind.TITLE, "documents/a.pdf", sha256("a"), sender=registrar)


def test_set__without_a_hash__reverts(registry, manager, house):
    with ape.reverts(registry.MissingHash, kind=Kind.APPRAISAL):
        registry.setDocument(house, Kind.APPRAISAL, "documents/a.pdf", bytes(32), sender=manager)


@pytest.mark.parametrize("length", [0, 257])
def test_set__link_past_a_bound__reverts(registry, manager, house, length):
    with ape.reverts(registry.TextLengthOutOfRange, field="uri", length=length, maxLength=256):
        registry.setDocument(house, Kind.APPRAISAL, "a" * length, sha256("a"), sender=manager)


def test_set__unreadable_link__reverts(registry, manager, house):
    with ape.reverts(registry.UnreadableText, field="uri", position=4):
        registry.setDocument(house, Kind.APPRAISAL, "docs\n", sha256("a"), sender=manager)


def test_set__on_a_delisted_house__passes(registry, registrar, manager, house):
    registry.delist(house, sender=registrar)
    registry.setDocument(house, Kind.INSPECTION, "documents/a.pdf", sha256("a"), sender=manager)
    assert registry.documentCount(house, Kind.INSPECTION) == 1


def test_old_versions__stay_readable(registry, manager, house):
    times = []
    for version in range(1, 4):
        tx = registry.setDocument(
            house, Kind.APPRAISAL, f"documents/{version}.pdf", sha256(f"{version}"), sender=manager
        )
        times.append(tx.timestamp)
    for version in range(1, 4):
        wanted = (sha256(f"{version}"), times[version - 1], f"documents/{version}.pdf")
        assert registry.documentAt(house, Kind.APPRAISAL, version) == wanted
    assert registry.houseOf(house).documentVersion == 4  # with the description


@pytest.mark.parametrize("version", [0, 2, 2**256 - 1])
def test_version_that_does_not_exist__is_empty(registry, house, version):
    assert registry.documentAt(house, Kind.DESCRIPTION, version) == (bytes(32), 0, "")


def test_latest_of_a_kind_that_was_never_set__is_empty(registry, house):
    assert registry.documentOf(house, Kind.TITLE) == (bytes(32), 0, "")


def test_kinds__are_versioned_apart(registry, manager, house):
    registry.setDocument(house, Kind.APPRAISAL, "documents/a.pdf", sha256("a"), sender=manager)
    assert [registry.documentCount(house, kind) for kind in Kind] == [1, 1, 0, 0, 0, 0]


def test_set__tells_the_listener_afterwards(registry, manager, house, listener):
    tx = registry.setDocument(house, Kind.APPRAISAL, "documents/a.pdf", sha256("a"), sender=manager)
    told = listener.Told.from_receipt(tx)[0]
    assert (told.caller, told.propertyId, told.change) == (registry.address, house, Change.DOCUMENT)
    assert told.documentVersion == 2
