"""Manager, listing and senior claims of a house, and who is told of their changes."""

from __future__ import annotations

import ape
import pytest
from house_terms import USD, ZERO, Change, Kind, ref, sha256

# --- manager ----------------------------------------------------------------------------------------------------------


def test_set_manager__replaces_the_manager_alone(registry, registrar, manager, owner_a, house):
    before = registry.propertyOf(house)
    tx = registry.setManager(house, owner_a, sender=registrar)
    assert registry.ManagerSet(propertyId=house, previous=manager, manager=owner_a) in tx.events
    after = registry.propertyOf(house)
    assert registry.managerOf(house) == after.manager == owner_a
    assert registry.houseOf(house) == (owner_a, before.shareCount, True, 1)
    assert after.holdingEntity == before.holdingEntity
    assert after.registeredAt == before.registeredAt


def test_set_manager__on_a_delisted_house__passes(registry, registrar, owner_a, house):
    registry.delist(house, sender=registrar)
    registry.setManager(house, owner_a, sender=registrar)
    assert registry.managerOf(house) == owner_a


def test_set_manager__to_nobody__reverts(registry, registrar, house):
    with ape.reverts(registry.MissingAddress, field="manager"):
        registry.setManager(house, ZERO, sender=registrar)


# --- listing ----------------------------------------------------------------------------------------------------------


def test_delist__removes_the_listing_alone(registry, registrar, manager, house):
    tx = registry.delist(house, sender=registrar)
    assert registry.Delisted(propertyId=house) in tx.events
    assert registry.houseOf(house) == (manager, 8, False, 1)
    stored = registry.propertyOf(house)
    assert not stored.listed
    assert stored.listingUri == "https://homes.example/HV-100"
    assert registry.propertyCount() == 1


def test_delist__twice__reverts(registry, registrar, house):
    registry.delist(house, sender=registrar)
    with ape.reverts(registry.AlreadyDelisted, propertyId=house):
        registry.delist(house, sender=registrar)


# --- senior claims ----------------------------------------------------------------------------------------------------


def test_claims__add_up_and_are_cleared_one_by_one(registry, registrar, house):
    tx = registry.reportSeniorClaim(house, 40_000 * USD, ref("mortgage"), sender=registrar)
    assert registry.SeniorClaimReported(propertyId=house, ref=ref("mortgage"), amountUsd=40_000 * USD) in tx.events
    registry.reportSeniorClaim(house, 1, ref("tax"), sender=registrar)
    assert registry.seniorClaimsOf(house) == (40_000 * USD + 1, 2)
    assert registry.seniorClaim(house, ref("mortgage")) == 40_000 * USD
    assert registry.seniorClaim(house, ref("tax")) == 1

    tx = registry.clearSeniorClaim(house, ref("mortgage"), sender=registrar)
    assert registry.SeniorClaimCleared(propertyId=house, ref=ref("mortgage"), amountUsd=40_000 * USD) in tx.events
    assert registry.seniorClaimsOf(house) == (1, 1)
    assert registry.seniorClaim(house, ref("mortgage")) == 0
    stored = registry.propertyOf(house)
    assert (stored.seniorClaimsUsd, stored.seniorClaimCount) == (1, 1)


def test_claim__belongs_to_one_house(registry, registrar, register, house):
    other = register(providerPropertyId="HV-101", parcel="99")
    registry.reportSeniorClaim(house, USD, ref("tax"), sender=registrar)
    assert registry.seniorClaimsOf(other) == (0, 0)
    registry.reportSeniorClaim(other, USD, ref("tax"), sender=registrar)  # the same reference, of another house
    registry.clearSeniorClaim(house, ref("tax"), sender=registrar)
    assert registry.seniorClaimsOf(other) == (USD, 1)


def test_claim__cleared__can_be_reported_anew(registry, registrar, house):
    for amount in (1, 2):
        registry.reportSeniorClaim(house, amount, ref("tax"), sender=registrar)
        registry.clearSeniorClaim(house, ref("tax"), sender=registrar)
    assert registry.seniorClaimsOf(house) == (0, 0)


def test_claim__reported_twice__reverts(registry, registrar, house):
    registry.reportSeniorClaim(house, 7, ref("tax"), sender=registrar)
    with ape.reverts(registry.ClaimAlreadyReported, propertyId=house, ref=ref("tax"), amountUsd=7):
        registry.reportSeniorClaim(house, 8, ref("tax"), sender=registrar)


def test_claim__of_nothing__reverts(registry, registrar, house):
    with ape.reverts(registry.ClaimOutOfRange, amountUsd=0):
        registry.reportSeniorClaim(house, 0, ref("tax"), sender=registrar)


def test_claims__fill_128_bits_and_no_more(registry, registrar, house):
    registry.reportSeniorClaim(house, 2**128 - 2, ref("first"), sender=registrar)
    with ape.reverts(registry.ClaimOutOfRange, amountUsd=2):
        registry.reportSeniorClaim(house, 2, ref("second"), sender=registrar)
    registry.reportSeniorClaim(house, 1, ref("second"), sender=registrar)
    assert registry.seniorClaimsOf(house) == (2**128 - 1, 2)


@pytest.mark.parametrize("amount", [2**128, 2**256 - 1])
def test_claim__past_128_bits__reverts(registry, registrar, house, amount):
    with ape.reverts(registry.ClaimOutOfRange, amountUsd=amount):
        registry.reportSeniorClaim(house, amount, ref("tax"), sender=registrar)


def test_clear__of_no_claim__reverts(registry, registrar, house):
    with ape.reverts(registry.UnknownClaim, propertyId=house, ref=ref("tax")):
        registry.clearSeniorClaim(house, ref("tax"), sender=registrar)


# --- who may, and for which house -------------------------------------------------------------------------------------

ACTIONS = {
    "setManager": lambda house, somebody: (house, somebody),
    "delist": lambda house, somebody: (house,),
    "reportSeniorClaim": lambda house, somebody: (house, USD, ref("tax")),
    "clearSeniorClaim": lambda house, somebody: (house, ref("tax")),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_records__by_anyone_but_the_registrar__revert(registry, house, action, manager, guardian, owner_a, attacker):
    for caller in (manager, guardian, attacker):
        with ape.reverts(registry.AccessManagedUnauthorized, caller=caller):
            getattr(registry, action)(*ACTIONS[action](house, owner_a), sender=caller)


@pytest.mark.parametrize("action", ACTIONS)
def test_records__of_an_unknown_house__revert(registry, registrar, house, action, owner_a):
    for unknown in (0, house + 1):
        with ape.reverts(registry.UnknownProperty, propertyId=unknown):
            getattr(registry, action)(*ACTIONS[action](unknown, owner_a), sender=registrar)


# --- the listener -----------------------------------------------------------------------------------------------------


def test_listener__is_told_of_each_change_after_it(registry, registrar, manager, owner_a, house, listener):
    def told(tx):
        events = listener.Told.from_receipt(tx)
        assert len(events) == 1
        assert (events[0].caller, events[0].propertyId) == (registry.address, house)
        return events[0]

    said = told(registry.setManager(house, owner_a, sender=registrar))
    assert (said.change, said.manager) == (Change.MANAGER, owner_a)
    said = told(registry.reportSeniorClaim(house, 5, ref("tax"), sender=registrar))
    assert (said.change, said.seniorClaimsUsd) == (Change.SENIOR_CLAIM, 5)
    said = told(registry.clearSeniorClaim(house, ref("tax"), sender=registrar))
    assert (said.change, said.seniorClaimsUsd) == (Change.SENIOR_CLAIM, 0)
    said = told(registry.delist(house, sender=registrar))
    assert (said.change, said.listed) == (Change.LISTING, False)


def test_listener__that_refuses__leaves_the_house_as_it_was(registry, registrar, manager, house, listener, owner_a):
    listener.setRefusing(True, sender=owner_a)
    with ape.reverts(listener.Refusing, propertyId=house, change=Change.MANAGER):
        registry.setManager(house, owner_a, sender=registrar)
    assert registry.managerOf(house) == manager


def test_listener__none__changes_go_on(registry, registrar, manager, owner_a, house, listener, dao):
    tx = registry.setListener(ZERO, sender=dao)
    assert tx.events == [registry.ListenerSet(previous=listener, listener=ZERO)]
    assert registry.listener() == ZERO
    registry.setDocument(house, Kind.TITLE, "documents/a.pdf", sha256("a"), sender=manager)
    registry.reportSeniorClaim(house, 5, ref("tax"), sender=registrar)
    registry.clearSeniorClaim(house, ref("tax"), sender=registrar)
    registry.setManager(house, owner_a, sender=registrar)
    tx = registry.delist(house, sender=registrar)
    assert {event.contract_address for event in tx.events} == {registry.address}


def test_set_listener__tells(registry, project, deployer, dao):
    before = registry.listener()
    contract = deployer.deploy(project.TestHouseListener)
    tx = registry.setListener(contract, sender=dao)
    assert tx.events == [registry.ListenerSet(previous=before, listener=contract)]
    assert registry.listener() == contract


def test_set_listener__without_code__reverts(registry, dao, owner_a):
    with ape.reverts(registry.MissingCode, candidate=owner_a):
        registry.setListener(owner_a, sender=dao)


def test_set_listener__by_anyone_but_the_dao__reverts(registry, registrar, guardian, council, attacker):
    for caller in (registrar, guardian, council, attacker):
        with ape.reverts(registry.AccessManagedUnauthorized, caller=caller):
            registry.setListener(ZERO, sender=caller)
