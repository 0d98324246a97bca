"""Where a permanent contract says what comes after it: set once, by the DAO."""

from __future__ import annotations

import ape
import pytest

ZERO = "0x" + 40 * "0"


@pytest.fixture(params=["hub", "credentials", "switch"])
def permanent(request, suite, switch):
    """Every kind of signpost: the hub's own, a suite contract's, and a bare one."""
    return switch if request.param == "switch" else getattr(suite, request.param)


def test_successor__at_first__is_nobody(permanent):
    assert permanent.successor() == ZERO


def test_set_successor__by_the_dao__is_kept_and_told(permanent, suite, as_dao):
    tx = as_dao(permanent, "setSuccessor", suite.factory)
    assert permanent.successor() == suite.factory
    assert tx.event("SuccessorSet")["successor"] == suite.factory.address


@pytest.mark.parametrize("name", ["credentials", "switch"])
def test_set_successor__by_anyone_else__reverts(suite, switch, council, guardian, attacker, name):
    permanent = switch if name == "switch" else suite.credentials
    for caller in (attacker, guardian, council):
        with ape.reverts(permanent.AccessManagedUnauthorized, caller=caller):
            permanent.setSuccessor(suite.factory, sender=caller)


def test_set_successor__of_the_hub_by_anyone_else__reverts(suite, council, guardian, attacker):
    for caller in (attacker, guardian, council):
        with ape.reverts(suite.hub.AccessManagerUnauthorizedAccount, msgsender=caller, roleId=0):
            suite.hub.setSuccessor(suite.factory, sender=caller)


def test_set_successor__twice__reverts(permanent, suite, dao):
    permanent.setSuccessor(suite.factory, sender=dao)
    for candidate in (suite.factory, suite.timelock, ZERO):
        with ape.reverts(permanent.SuccessorAlreadySet, successor=suite.factory):
            permanent.setSuccessor(candidate, sender=dao)


def test_set_successor__to_an_address_without_code__reverts(permanent, attacker, dao):
    for candidate in (attacker.address, ZERO):
        with ape.reverts(permanent.SuccessorWithoutCode, candidate=candidate):
            permanent.setSuccessor(candidate, sender=dao)
