"""The guardian's switch over new registrations, to the second."""

from __future__ import annotations

import ape
import pytest
from house_terms import DAY, Kind, ref, sha256

HOUR = 3_600
WHAT = b"registration".ljust(32, b"\0")


@pytest.fixture
def period(registry) -> int:
    return registry.GUARDIAN_STOP_PERIOD()


def test_stop__holds_registrations_for_the_period(registry, registrar, guardian, terms, soon, at, period):
    at(soon)
    tx = registry.stopRegistration(sender=guardian)
    assert tx.events == [registry.Stopped(what=WHAT, until=soon + period)]
    assert registry.registrationStoppedUntil() == soon + period
    at(soon + period - 1)
    with ape.reverts(registry.StoppedUntil, what=WHAT, until=soon + period):
        registry.register(terms().abi(), sender=registrar)
    at(soon + period)
    registry.register(terms().abi(), sender=registrar)
    assert registry.propertyCount() == 1


def test_stop__leaves_all_else_running(registry, registrar, guardian, manager, owner_a, house):
    registry.stopRegistration(sender=guardian)
    registry.setDocument(house, Kind.TITLE, "documents/a.pdf", sha256("a"), sender=manager)
    registry.reportSeniorClaim(house, 1, ref("tax"), sender=registrar)
    registry.clearSeniorClaim(house, ref("tax"), sender=registrar)
    registry.setManager(house, owner_a, sender=registrar)
    registry.delist(house, sender=registrar)


def test_stop__again__only_after_as_long_again(registry, guardian, soon, at, period):
    at(soon)
    registry.stopRegistration(sender=guardian)
    ready = soon + 2 * period
    at(ready - 1)
    with ape.reverts(registry.StopNotReady, what=WHAT, readyAt=ready):
        registry.stopRegistration(sender=guardian)
    at(ready)
    registry.stopRegistration(sender=guardian)
    assert registry.registrationStoppedUntil() == ready + period


def test_resume__lifts_the_stop_at_once(registry, registrar, guardian, dao, terms, soon, at, period):
    at(soon)
    registry.stopRegistration(sender=guardian)
    at(soon + HOUR)
    tx = registry.resumeRegistration(sender=dao)
    assert tx.events == [registry.Resumed(what=WHAT)]
    registry.register(terms().abi(), sender=registrar)
    # The guardian's pause counts from the lifting.
    at(soon + HOUR + period - 1)
    with ape.reverts(registry.StopNotReady, what=WHAT, readyAt=soon + HOUR + period):
        registry.stopRegistration(sender=guardian)
    at(soon + HOUR + period)
    registry.stopRegistration(sender=guardian)


def test_resume__of_no_stop__reverts(registry, guardian, dao, soon, at, period):
    with ape.reverts(registry.NotStopped, what=WHAT):
        registry.resumeRegistration(sender=dao)
    at(soon)
    registry.stopRegistration(sender=guardian)
    at(soon + period)
    with ape.reverts(registry.NotStopped, what=WHAT):
        registry.resumeRegistration(sender=dao)


def test_stop__by_anyone_but_the_guardian__reverts(registry, registrar, manager, council, attacker):
    for caller in (registrar, manager, council, attacker):
        with ape.reverts(registry.AccessManagedUnauthorized, caller=caller):
            registry.stopRegistration(sender=caller)


def test_resume__by_anyone_but_the_dao__reverts(registry, guardian, registrar, council, attacker):
    registry.stopRegistration(sender=guardian)
    for caller in (guardian, registrar, council, attacker):
        with ape.reverts(registry.AccessManagedUnauthorized, caller=caller):
            registry.resumeRegistration(sender=caller)


@pytest.mark.parametrize("length", [HOUR, 30 * DAY])
def test_construction__period_at_a_bound__passes(project, suite, deployer, length):
    assert deployer.deploy(project.PropertyRegistry, suite.hub, length).GUARDIAN_STOP_PERIOD() == length


@pytest.mark.parametrize("length", [0, HOUR - 1, 30 * DAY + 1])
def test_construction__period_past_a_bound__reverts(project, suite, registry, deployer, length):
    with ape.reverts(registry.StopPeriodOutOfRange, period=length):
        deployer.deploy(project.PropertyRegistry, suite.hub, length)


def test_construction__hub_without_code__reverts(project, registry, deployer, owner_a):
    with ape.reverts(registry.AccessManagedInvalidAuthority, authority=owner_a):
        deployer.deploy(project.PropertyRegistry, owner_a, 30 * DAY)
